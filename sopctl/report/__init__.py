"""Diagnostics as text: for a person, for a code host, for a program.

Each module of this folder is a format and has `report(diagnostics, context) -> str`; what begins
with an underscore serves several. A format is imported when it is asked for, and no other is.
"""

import importlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence

from sopctl.diagnostic import Diagnostic, Severity
from sopctl.lint import order
from sopctl.named import NamedTuple
from sopctl.rules import Rule
from sopctl.terminal import printable

# pkgutil would list the folder as well, at a twentieth of the time that a small lint takes
_FILES = (os.path.splitext(name) for name in os.listdir(__path__[0]) if not name.startswith("_"))
FORMATS: tuple[str, ...] = tuple(sorted(stem for stem, suffix in _FILES if suffix == ".py"))
"""The names of the formats: the modules of this folder."""


class Context(NamedTuple):
    """What a report may tell beside the diagnostics themselves."""

    texts: Mapping[str, str]  # by path, the text of every file that was checked
    rules: Sequence[Rule] = ()  # the rules that ran
    sops: int = 0
    colour: bool = False
    held_back: int = 0  # findings that are known already, and not among the diagnostics

    def line(self, path: str, number: int) -> str:
        """A line of a file, counted from 1; empty where there is none."""
        lines = _lines(self.texts.get(path, ""))
        return lines[number - 1] if 0 < number <= len(lines) else ""


class Summary(NamedTuple):
    """How much was checked, and how much was found."""

    files: int
    sops: int
    files_with_findings: int
    errors: int
    warnings: int
    notes: int
    held_back: int

    @property
    def words(self) -> str:
        """One line for all of it."""
        held = f"; {_count(self.held_back, 'known finding')} held back" if self.held_back else ""
        return self._found + held

    @property
    def _found(self) -> str:
        checked = f"{_count(self.files, 'file')} with {_count(self.sops, 'SOP')} checked"
        found = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")]
        said = [_count(count, word) for count, word in found if count]
        if not said:
            return f"{checked}: nothing found"
        where = _count(self.files_with_findings, "file")
        return f"{checked}: {', '.join(said)} in {where}"


def report(
    format: str, diagnostics: Iterable[Diagnostic], context: Context, *, statistics: bool = False
) -> str:
    """The diagnostics in one of `FORMATS`, by place; with `statistics`, their counts by rule."""
    if format not in FORMATS:
        raise ValueError(f"no format is called {format}")
    module = importlib.import_module(f"{__name__}.{'_statistics' if statistics else format}")
    written: str = module.report(by_place(diagnostics), context, *([format] if statistics else []))
    return written


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file and place, then by code and words: the same findings, the same bytes."""
    return sorted(diagnostics, key=order)


def by_weight(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The worst first; among equals by place."""
    return sorted(by_place(diagnostics), key=lambda d: d.severity.rank)


def summary(diagnostics: Sequence[Diagnostic], context: Context) -> Summary:
    """The counts that end every report."""
    of = [d.severity for d in diagnostics]
    return Summary(
        files=len(context.texts),
        sops=context.sops,
        files_with_findings=len({d.span.path for d in diagnostics}),
        errors=of.count(Severity.ERROR),
        warnings=of.count(Severity.WARNING),
        notes=of.count(Severity.NOTE),
        held_back=context.held_back,
    )


def one_line(d: Diagnostic) -> str:
    """`path:line:column: CODE message`."""
    return printable(f"{d.span.path}:{d.span.line}:{d.span.column}: {d.code} {d.message}")


def as_markdown(text: str) -> str:
    """Text that a table shows as it is written, with names in backquotes as code."""
    parts = re.split(r"(`[^`]+`)", printable(text))
    return "".join(_code(part) if i % 2 else _words(part) for i, part in enumerate(parts))


def _code(part: str) -> str:
    return part.replace("|", "\\|")


def _words(part: str) -> str:
    shown = part.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{char}" if char in r"\|[]*_~`" else char for char in shown)


_kept: dict[str, list[str]] = {}


def _lines(text: str) -> list[str]:
    """The lines as places count them: U+2028 and the like end none."""
    if text not in _kept:
        _kept.clear()  # diagnostics come by file, so one is enough
        _kept[text] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _kept[text]


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
