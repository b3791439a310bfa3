"""The format, typed: what a document becomes once every key has its meaning."""

from typing import NamedTuple

from sopctl.diagnostic import Finding, did_you_mean
from sopctl.model.registers import Registers
from sopctl.model.sop import Sop
from sopctl.shape import Problem, Prose, Reading, Record, Reference
from sopctl.source import Document

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


_SOP, _REGISTERS = Record(Sop), Record(Registers)


def read(document: Document) -> Typed:
    """Give the document its types. What does not fit is a problem; the rest is read on."""
    into = Reading()
    into.problems.extend(document.problems)
    sop = registers = None
    data = document.data
    if isinstance(data, dict) and data:
        if "id" in data or "steps" in data or document.markdown:
            sop = _SOP.read(data, (), into)
        elif any(word in REGISTERS for word in data):
            registers = _REGISTERS.read(data, (), into)
        else:
            into.refuse((), _unclear(data), "SOP007", help=_HELP)
    elif document.complete:
        what = "empty" if not data else "a list" if isinstance(data, list) else "a single text"
        into.refuse((), f"this file is {what}: neither a SOP nor a register", "SOP007", help=_HELP)
    return Typed(document, sop, registers, tuple(into.problems), tuple(into.references), tuple(into.prose))


_HELP = "a SOP has an `id` at the top; a register file has keys such as `roles` or `facts`"


def _unclear(data: dict[str, object]) -> str:
    word = next(iter(data))
    near = did_you_mean(word, (*REGISTERS, "id"))
    return f"this is neither a SOP nor a register: it has no `id`, and no register is called `{word}`{near}"


__all__ = ["REGISTERS", "Finding", "Registers", "Sop", "Typed", "read"]
