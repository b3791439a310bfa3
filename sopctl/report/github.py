"""Annotations for GitHub Actions, and the whole list for the summary of the step."""

from collections import Counter
from collections.abc import Sequence

from sopctl.diagnostic import Diagnostic, Severity
from sopctl.report import Context, as_markdown, by_weight, one_line, summary
from sopctl.terminal import printable

SHOWN = 10
"""So many annotations of each severity does the platform show for one step."""
LARGEST = 1024 * 1024 - 1024
"""So many bytes may a summary have; the platform drops one of more than 1 MiB."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def report(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    """The worst findings as annotations, those beyond the limit as lines of the log."""
    shown: Counter[Severity] = Counter()
    commands, rest = [], []
    for d in by_weight(diagnostics):
        shown[d.severity] += 1
        if shown[d.severity] <= SHOWN:
            commands.append(_command(d))
        else:
            rest.append(one_line(d))
    more = [f"{len(rest)} more, which are not shown as annotations:", *rest] if rest else []
    return "\n".join([*commands, *more, summary(diagnostics, context).words]) + "\n"


def step_summary(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    """Every finding as a Markdown table, the worst first; cut where the platform would drop it."""
    head = f"### sopctl\n\n{summary(diagnostics, context).words}\n"
    if not diagnostics:
        return head
    head += "\n| | rule | place | finding |\n|---|---|---|---|\n"
    rows = [_row(d) for d in by_weight(diagnostics)]
    left = LARGEST - len(head.encode())
    for i, row in enumerate(rows):
        left -= len(row.encode())
        if left < 0:
            return "".join(
                [head, *rows[:i], f"\n{len(rows) - i} more are left out: a summary holds 1 MiB.\n"]
            )
    return head + "".join(rows)


def _command(d: Diagnostic) -> str:
    span = d.span
    place = {"file": span.path, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:  # columns are for one line only
        place |= {"col": span.column, "endColumn": span.end_column}
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    title = _property(f"{d.code} {d.name}")
    message = f"{d.message}\n{d.help}" if d.help else d.message
    return f"::{_COMMANDS[d.severity]} {properties},title={title}::{_data(message)}"


def _data(text: str) -> str:
    lines = "\n".join(map(printable, text.replace("\r\n", "\n").split("\n")))
    return lines.replace("%", "%25").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


def _row(d: Diagnostic) -> str:
    place = f"{d.span.path}:{d.span.line}"
    words = f"{d.message}; {d.help}" if d.help else d.message
    return f"| {d.severity.value} | {d.code} | {as_markdown(place)} | {as_markdown(words)} |\n"
