"""For programs. Places count from 1; the end is exclusive; `pointer` is RFC 6901."""

from collections.abc import Sequence
from typing import Any

from sopctl.diagnostic import Diagnostic, json_pointer
from sopctl.report import Context, summary
from sopctl.terminal import as_json


def report(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    whole = {
        "diagnostics": [entry(d) for d in diagnostics],
        "summary": summary(diagnostics, context)._asdict(),
    }
    return as_json(whole, ascii=True)


def entry(d: Diagnostic) -> dict[str, Any]:
    """One diagnostic, here and in a review."""
    return {
        "code": d.code,
        "name": d.name,
        "severity": d.severity.value,
        "path": d.span.path,
        "line": d.span.line,
        "column": d.span.column,
        "end_line": d.span.end_line,
        "end_column": d.span.end_column,
        "pointer": json_pointer(d.pointer),
        "message": d.message,
        "help": d.help,
    }
