"""The format, typed: what a document becomes once every key has its meaning."""

from pathlib import PurePosixPath
from typing import NamedTuple

from sopctl.diagnostic import Finding, did_you_mean
from sopctl.model.registers import Registers
from sopctl.model.sop import Sop
from sopctl.shape import Problem, Prose, Reading, Record, Reference
from sopctl.source import Document
from sopctl.source.place import first_line

REGISTERS = tuple(word for word in Registers.__keys__)


class Typed(NamedTuple):
    """What one document says: a SOP or registers, with its slips, references and texts."""

    document: Document
    sop: Sop | None
    registers: Registers | None
    problems: tuple[Problem, ...]
    references: tuple[Reference, ...]
    prose: tuple[Prose, ...]

    @property
    def readable(self) -> bool:
        """False where not even the outline of the file is known."""
        return self.sop is not None or self.registers is not None


OUTLINE = Record(Sop)
"""The shape of a SOP: what the Markdown reader goes by."""

_REGISTERS = Record(Registers)


def read(document: Document) -> Typed:
    """Give the document its types. What does not fit is a problem; the rest is read on."""
    into = Reading()
    into.problems.extend(document.problems)
    sop = registers = None
    data = document.data
    if isinstance(data, dict) and data:
        if "id" in data or "steps" in data or document.markdown:
            sop = OUTLINE.read(data, (), into)
            if not sop.id:  # it goes by its file name: references to it hold, its other slips are found
                sop.__dict__["id"] = PurePosixPath(document.path).stem
        elif any(word in REGISTERS for word in data):
            registers = _REGISTERS.read(data, (), into)
        else:
            into.problems.append(_unclear(document, _no_kind(data)))
    elif document.complete:
        what = "empty" if not data else "a list" if isinstance(data, list) else "a single text"
        into.problems.append(_unclear(document, f"this file is {what}: neither a SOP nor a register"))
    return Typed(document, sop, registers, tuple(into.problems), tuple(into.references), tuple(into.prose))


_HELP = "a SOP has an `id` at the top; a register file has keys such as `roles` or `facts`"


def _unclear(document: Document, message: str) -> Problem:
    return Problem("SOP007", Finding((), message, _HELP), (0, len(first_line(document.text))))


def _no_kind(data: dict[str, object]) -> str:
    word = next(iter(data))
    near = did_you_mean(word, (*REGISTERS, "id"))
    return f"this is neither a SOP nor a register: it has no `id`, and no register is called `{word}`{near}"


__all__ = ["OUTLINE", "REGISTERS", "Finding", "Registers", "Sop", "Typed", "read"]
