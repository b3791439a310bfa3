"""The format, typed: what a document becomes once every key has its meaning."""

import re
from collections.abc import Iterator
from typing import Any

from sopctl.diagnostic import Finding, Pointer, did_you_mean, json_pointer
from sopctl.model.registers import Registers
from sopctl.model.sop import Sop
from sopctl.model.words import IS_SOP
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.reading import WAY_OUT_OF_EMPTY, Problem, Prose, Reading, Reference
from sopctl.record import Record
from sopctl.source import Document
from sopctl.source.place import first_line, line

_DASH = lazy_pattern(r"(?<=\S )- +\S+")
_BEGUN = lazy_pattern(r"^[ \t]*(- +\S+)", re.MULTILINE)
_ITEM = lazy_pattern(r"[\r\n][ \t]*(- [^\r\n]*)")

REGISTERS = tuple(word for word in Registers.__keys__)


class Typed(NamedTuple):
    """What one document says: a SOP or registers, with its slips, references and texts."""

    document: Document
    sop: Sop | None
    registers: Registers | None
    problems: tuple[Problem, ...]
    references: tuple[Reference, ...]
    prose: tuple[Prose, ...]
    linking: tuple[Prose, ...]  # the texts among them that may hold a link or a `[[…]]`

    @property
    def readable(self) -> bool:
        """False where not even the outline of the file is known."""
        return self.sop is not None or self.registers is not None

    @property
    def hides_entries(self) -> bool:
        """Whether a register stands there that could not be read, so that nobody knows its entries."""
        return bool(self.registers and self.registers.unknown)

    def address(self, at: Pointer) -> str:
        """Where a value stands, in ids: `TS-APP-002/steps/check-window/text`.

        It holds wherever the file lies and whatever comes before the value; in a list, what has no
        id goes by `*`. Entries of registers need no file: their ids are unique.
        """
        names, value = list[str | int](), self.document.data
        for word in at:
            value = _below(value, word)
            names.append(_name(value) if isinstance(word, int) else word)
        if self.sop:
            return str(self.sop.id) + json_pointer(tuple(names))
        return json_pointer(tuple(names)).removeprefix("/") if self.registers and at else self.document.path


OUTLINE = Record(Sop)
"""The shape of a SOP: what the Markdown reader goes by."""

_REGISTERS = Record(Registers)


def read(document: Document) -> Typed:
    """Give the document its types. What does not fit is a problem; the rest is read on."""
    into = Reading()
    if document.problems:
        into.problems.extend(document.problems)
        into.told = frozenset([each.finding.at for each in document.problems])
    sop = registers = None
    data = document.data
    if isinstance(data, dict) and data:
        if (named := _named_registers(document, data)) is not None:
            rest = {word: value for word, value in data.items() if word != "id"}
            into.problems.append(named)
            registers = _REGISTERS.read(rest, (), into)
        elif "id" in data or "steps" in data or document.markdown:
            sop = OUTLINE.read(data, (), into)
            if not sop.id:  # it goes by its file name: references to it hold, its other slips are found
                sop.__dict__["id"] = document.stem
        elif any(word in REGISTERS for word in data):
            registers = _REGISTERS.read(data, (), into)
        else:
            into.problems.append(_unclear(document, _no_kind(data)))
    elif document.complete:
        what = "empty" if not data else "a list" if isinstance(data, list) else "a single text"
        into.problems.append(_unclear(document, f"this file is {what}: neither a SOP nor a register"))
    if into.dashed:
        into.problems.extend(_swallowed(document, into.dashed))
    problems = tuple([_perhaps_cut(each, document) for each in into.problems])
    references = tuple(into.references)
    return Typed(document, sop, registers, problems, references, tuple(into.prose), tuple(into.linking))


def _perhaps_cut(problem: Problem, document: Document) -> Problem:
    """What is empty in a line with a ` #` may have been meant as a text that begins there."""
    if problem.finding.help != WAY_OUT_OF_EMPTY:
        return problem
    written = line(document.text, document.span(problem.finding).line)
    more = "; a text that begins with `#` must stand in quotes" if " #" in written else ""
    return problem._replace(finding=problem.finding._replace(help=WAY_OUT_OF_EMPTY + more))


def _swallowed(document: Document, dashed: list[Prose]) -> Iterator[Problem]:
    """Items of a list that stand too far in, so that YAML folds them into the unquoted text above."""
    begun = frozenset(_BEGUN.findall(document.text))
    for at, text in dashed:
        folded = "\n" not in text and not begun.isdisjoint(_DASH.findall(text))
        place = document.places.get(at) if folded else None
        if place and place.value and not place.style:
            start, end = place.value
            if item := _ITEM.search(document.text, start, end):
                message = "a list item that stands this far in goes on with the text above"
                help = "line it up with the items of its list; a list in a text stands below `|`, and a text that goes on like this in quotes"
                yield Problem("SOP005", Finding(at, message, help), item.span(1))


def _below(value: Any, word: str | int) -> Any:
    if isinstance(value, list):
        return value[word] if isinstance(word, int) and word < len(value) else None
    return value.get(word) if isinstance(value, dict) else None


def _name(item: Any) -> str:
    id = item.get("id") if isinstance(item, dict) else None
    return id if isinstance(id, str) else "*"


_HELP = "a SOP has an `id` at the top; a register file has keys such as `roles` or `facts`"


def _unclear(document: Document, message: str) -> Problem:
    return Problem("SOP007", Finding((), message, _HELP), (0, len(first_line(document.text))))


def _named_registers(document: Document, data: dict[str, object]) -> Problem | None:
    """What is wrong with an `id` in a file that holds nothing but registers."""
    if "id" not in data or document.markdown or len(data) == 1 or not data.keys() <= _NAMED:
        return None
    if data.keys() <= _OF_A_SOP and IS_SOP(str(data["id"])):
        return None  # the beginning of a SOP
    held = ", ".join(f"`{word}`" for word in data if word != "id")
    message = f"this file holds registers ({held}), which have no `id`"
    return Problem("SOP004", Finding(("id",), message, "delete `id`", key=True))


_NAMED = frozenset(("id", *REGISTERS))
_OF_A_SOP = frozenset(Sop.__keys__)


def _no_kind(data: dict[str, object]) -> str:
    word = next(iter(data))
    near = did_you_mean(word, (*REGISTERS, "id"))
    return f"this is neither a SOP nor a register: it has no `id`, and no register is called `{word}`{near}"


__all__ = ["OUTLINE", "REGISTERS", "Finding", "Registers", "Sop", "Typed", "read"]
