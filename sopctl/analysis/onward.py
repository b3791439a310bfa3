"""Where SOPs and steps lead, over the whole library, worked out as far as anybody asks."""

from collections.abc import Callable, Mapping

from sopctl.analysis import ways
from sopctl.library import Library
from sopctl.model.sop import Step


class Leads(dict[str, list[str]]):
    """From a SOP to those that it hands off to, and maybe calls; worked out when asked."""

    def __init__(self, library: Library, calls: bool) -> None:
        super().__init__()
        self._library, self._calls = library, calls

    def get(self, id: str, default: object = None) -> list[str]:
        if id not in self:
            sop = self._library.sop(id)
            arrows = ways.arrows_by_step(sop) if sop else {}
            called = [step.call for step in sop.known_steps if step.call] if sop and self._calls else []
            leads = [arrow.to for found in arrows.values() for arrow in found]
            handed = [to for to in (*leads, *(ways.interruptions(sop) if sop else ())) if ways.is_sop(to)]
            self[id] = list(dict.fromkeys([*called, *handed]))
        return self[id]


class Steps(dict[tuple[str, str], list[tuple[str, str]]]):
    """From a step to the steps behind it, hand-offs followed, worked out when asked."""

    def __init__(self, library: Library, steps: Callable[[str], Mapping[str, Step]]) -> None:
        super().__init__()
        self._library, self._steps = library, steps

    def get(self, node: tuple[str, str], default: object = None) -> list[tuple[str, str]]:
        if node not in self:
            sop = self._library.sop(node[0])
            targets = [arrow.to for arrow in ways.arrows_by_step(sop).get(node[1], ())] if sop else []
            there = (self._there(node[0], to) for to in (*targets, *(ways.interruptions(sop) if sop else ())))
            self[node] = [each for each in there if each]
        return self[node]

    def _there(self, sop: str, target: str) -> tuple[str, str] | None:
        if target in self._steps(sop):
            return sop, target
        other = self._library.sop(target) if ways.is_sop(target) else None
        first = other.known_steps[:1] if other else []
        return (target, first[0].id) if first else None
