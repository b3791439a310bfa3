"""For a person at a terminal: the line, the place underlined, what is so, and the way out."""

import re
from collections.abc import Callable, Sequence

from sopctl import columns
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.report import Context, summary
from sopctl.terminal import COMMAND, printable

Paint = Callable[[str, str], str]

_WIDEST = 100
_TAB = 4
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}


def report(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    seen: set[str] = set()
    blocks = []
    for each in diagnostics:
        blocks.append(_block(each, context, each.code not in seen))
        seen.add(each.code)  # where to read on is said once for each rule
    return "\n".join([*blocks, summary(diagnostics, context).words]) + "\n"


def _block(d: Diagnostic, context: Context, first: bool) -> str:
    def paint(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if context.colour else text

    colour = _COLOURS[d.severity]
    place = f"{printable(d.span.path)}:{d.span.line}:{d.span.column}"
    lines = [
        f"{paint(place, '1')}  {paint(f'{d.severity.value} {d.code}', colour)}",
        f"  {printable(d.message)}",
        *_excerpt(d, context, paint, colour),
    ]
    if d.help:
        lines.append(f"  {paint('way out:', '1')} {printable(d.help)}")
    if first:
        lines.append(f"  {paint('read on:', '2')} sopctl explain {d.code}")
    return "\n".join(lines) + "\n"


def _excerpt(d: Diagnostic, context: Context, paint: Paint, colour: str) -> list[str]:
    """The line of the file, with the place underlined."""
    line = context.line(d.span.path, d.span.line)
    if not line.strip():
        return []
    start = d.span.column - 1
    end = d.span.end_column - 1 if d.span.end_line == d.span.line else len(line)
    shown, indent, width = underlined(line, start, max(end, start + 1))
    number = str(d.span.line)
    return [
        f"  {number} | {shown}",
        f"  {' ' * len(number)} | {' ' * indent}{paint('^' * width, colour)}",
    ]


def underlined(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The line as a terminal shows it, and from which column how many columns are meant.

    Tabs become spaces, characters may be two columns wide or none, and of a long line a window
    around the place is shown.
    """
    first, last = _window(line, start, end)
    cells = [_cell(char) for char in line[first:last]]
    for found in re.finditer(re.escape(COMMAND), line[first:last]):
        cells[found.end() - 1] = " [", 2
    before = "…" if first else ""
    after = "…" if last < len(line) else ""
    lead = cells[: max(0, start - first)]
    meant = cells[max(0, start - first) : max(0, end - first)]
    shown = before + "".join(text for text, _ in cells) + after
    return (
        shown.rstrip(),
        len(before) + sum(width for _, width in lead),
        max(1, sum(width for _, width in meant)),
    )


def _window(line: str, start: int, end: int) -> tuple[int, int]:
    if len(line) <= _WIDEST:
        return 0, len(line)
    first = max(0, min(start - _WIDEST // 4, len(line) - _WIDEST))
    return first, min(len(line), first + _WIDEST)


def _cell(char: str) -> tuple[str, int]:
    """A character as it is shown, and its columns."""
    if char == "\t":
        return " " * _TAB, _TAB
    width = columns.of_letter(char)
    return printable(char) if width else char, width
