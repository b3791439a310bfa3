"""What is called otherwise on the other side: names of before, put into those of after."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sopctl.library import REGISTER_OF
from sopctl.model.words import SOP_ID
from sopctl.named import NamedTuple
from sopctl.prose import REFERENCE, meaning

_IS_SOP = re.compile(SOP_ID).fullmatch
_LOCAL = ("target", "point", "step", "local-step", "case-step")

Renamed = Mapping[tuple[str, str], str]
"""By space and old name, the new name. Spaces are `sop`, the registers, `ID#` (the steps and
outcomes of that SOP) and `ID?` (its facts)."""
NOTHING: Renamed = MappingProxyType({})


class Names(NamedTuple):
    """The new names of things, as one SOP sees them."""

    renamed: Renamed = NOTHING
    calls: Renamed = NOTHING  # by SOP and step, the SOP that is called there
    sop: str = ""
    ends: str = ""  # the SOP whose outcomes the answers are
    steps: bool = False  # the keys here are steps, and the answers are outcomes of what they call

    def within(self, sop: str) -> "Names":
        return self._replace(sop=sop) if self.renamed else self

    def ends_of(self, sop: str) -> "Names":
        return self._replace(ends=sop) if self.renamed else self

    def by_step(self) -> "Names":
        return self._replace(steps=True) if self.renamed else self

    def at(self, word: str) -> "Names":
        """The names as the value of this key of a mapping knows them."""
        if not self.steps:
            return self
        sop, _, step = word.rpartition("#")
        return self._replace(ends=self.calls.get((sop or self.sop, step), ""))

    def answer(self, text: str) -> str:
        return self._local(self.ends, text) if self.ends else text

    def ref(self, kind: str, target: str) -> str:
        """The name that a reference has to use on the other side."""
        if not self.renamed:
            return target
        if kind in REGISTER_OF:
            spaces = (f"{self.sop}?", *REGISTER_OF[kind]) if kind == "fact" else REGISTER_OF[kind]
            return next((self.renamed[s, target] for s in spaces if (s, target) in self.renamed), target)
        if kind == "sop":
            return self._sop(target)
        return self._place(target) if kind in _LOCAL else target

    def text(self, text: str) -> str:
        """A text whose `[[…]]` use the names of the other side."""
        if not self.renamed or "[[" not in text:
            return text
        return REFERENCE.sub(lambda found: self._reference(found), text)

    def _reference(self, found: re.Match[str]) -> str:
        kind, target = meaning(found[1].strip())
        label = f"|{found[2]}" if found[2] is not None else ""
        named = f"{kind}:" if kind not in ("sop", "step", "unclear") else ""
        return f"[[{named}{self.ref(kind, target)}{label}]]"

    def _place(self, target: str) -> str:
        sop, mark, step = target.partition("#")
        if mark:
            return f"{self._sop(sop)}#{self._local(sop or self.sop, step)}"
        return self._sop(target) if _IS_SOP(target) else self._local(self.sop, target)

    def _sop(self, id: str) -> str:
        return self.renamed.get(("sop", id), id)

    def _local(self, sop: str, id: str) -> str:
        return self.renamed.get((f"{sop}#", id), id)
