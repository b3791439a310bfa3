"""A Code Quality report for GitLab."""

from collections.abc import Sequence

from sopctl.diagnostic import Diagnostic, Severity
from sopctl.report import Context
from sopctl.report._fingerprint import fingerprints
from sopctl.terminal import as_json

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def report(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    issues = [
        {
            "description": f"{d.message}; {d.help}" if d.help else d.message,
            "check_name": d.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[d.severity],
            "location": {
                "path": d.span.path.removeprefix("./"),
                "lines": {"begin": d.span.line, "end": d.span.end_line},
            },
        }
        for d, fingerprint in zip(diagnostics, fingerprints(diagnostics), strict=True)
    ]
    return as_json(issues, ascii=True)
