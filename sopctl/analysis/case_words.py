"""Cases in the words of their facts, and as the row of a table that would take them."""

from collections.abc import Mapping, Sequence

from sopctl.analysis.cases import Box, Space
from sopctl.analysis.sweep import Way
from sopctl.model import unary
from sopctl.model.sop import Step
from sopctl.pattern import lazy_pattern
from sopctl.source import forms

BY_ARROWS = "; the ways here are too many to tell, so each arrow counts"
"""Ends a message that rests on arrows, not on ways."""

TOO_MUCH = "unknown: this table takes too long to work out"


def case(space: Space, box: Box, bits: int) -> str:
    """One case of a box: `strikes = 2, new evidence = no`."""
    said = ", ".join(f"{name(id)} = {value}" for id, value in space.example(box, bits).items())
    return said or "any case at all"


def name(fact: str) -> str:
    """A fact as people say it."""
    return fact.replace("-", " ")


def flow(tests: Mapping[str, list[str]]) -> str:
    """The `when` of the row for these tests, as it stands in YAML."""
    return "{" + ", ".join(f"{id}: {_flow(each)}" for id, each in tests.items()) + "}"


def drawn(columns: Sequence[str], tests: Mapping[str, list[str]] | None) -> str:
    """A row as it stands in a Markdown table with these columns; without tests, that for all other cases."""
    cells = [_cell(heading, tests or {}) for heading in columns]
    if tests is None:
        cells[0] = forms.OTHERWISE
    return f"| {' | '.join(cells)} |"


def _cell(heading: str, tests: Mapping[str, list[str]]) -> str:
    row = forms.row_of(Step.__keys__["decide"].shape)
    column = forms.column(row, heading) if row else None
    match column.path if column else ():
        case ("then",):
            return "…"
        case ("when", fact) if fact in tests:
            [first, *more] = tests[fact]
            return (_flow(tests[fact]) if more or first[:1] in "[\"'" else first).replace("|", "\\|")
    return ""


def values(space: Space, box: Box, fact: str) -> str:
    """What a box leaves of one fact: `2 or more`."""
    field = space.field(fact)
    known = field.domain.fact if field else None
    return unary.words(known, field.values(box)) if field and known else "unknown"


def rows(places: tuple[int, ...], more: int = 0) -> str:
    """Rows by the number that people count: `row 2`, `rows 1, 2 and 4`, `rows 1, 2 and 9 more`."""
    numbers = [str(place + 1) for place in places]
    if more:
        return f"rows {', '.join(numbers)} and {more} more"
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    return f"rows {', '.join(numbers[:-1])} and {numbers[-1]}"


def way(steps: Way) -> str:
    """Steps in order, each with what leads out of it: `read → decide (row 2) → stopped`."""
    home = steps[-1][1]
    said = []
    for (_, sop, step), following in zip(steps, (*steps[1:], ("", "", "")), strict=True):
        why = f" ({following[0]})" if following[0] else ""
        said.append(f"{step if sop == home else f'{sop}#{step}'}{why}")
    return " → ".join(said)


_PLAIN = lazy_pattern(r"[A-Za-z0-9][\w.-]*(?: [\w.-]+)*")


def _flow(tests: list[str]) -> str:
    said = [test if _PLAIN.fullmatch(test) else f'"{test}"' for test in tests]
    return said[0] if len(said) == 1 else f"[{', '.join(said)}]"
