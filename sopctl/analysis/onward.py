"""What lies ahead of a case: the SOPs and steps that it may still come to, and the facts that they test.

All is worked out as far as anybody asks, over the whole library.
"""

from collections.abc import Iterator
from functools import cached_property

from sopctl.analysis import ways
from sopctl.analysis.graph import circles, reachable
from sopctl.analysis.program import within_rows
from sopctl.library import Library, WorkedOut
from sopctl.model.sop import Row, Sop, Step, WithinRow

Spot = tuple[str, str]
"""A SOP and one of its steps or outcomes."""


class Onward:
    """Where a case may still come to from a SOP or a step, hand-offs followed."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._by_calls, self._by_hand = _Leads(library, calls=True), _Leads(library, calls=False)
        self._behind = _Behind(library)
        self._leads: dict[str, tuple[set[str], set[str]]] = {}
        self._on_loops: dict[str, frozenset[str]] = {}

    def leads_to(self, sop: str, wanted: frozenset[str], home: str) -> bool:
        """Whether a case that is handed to a SOP may come to a wanted one: home again by hand-offs
        alone, since a call comes back to where it was made; to others in calls as well."""
        if wanted <= {home}:  # then the case has come from home
            return sop == home or (home in self._rounds and self._rounds[home] is self._rounds.get(sop))
        if sop not in self._leads:
            self._leads[sop] = reachable(self._by_calls, [sop]), reachable(self._by_hand, [sop])
        by_calls, by_hand = self._leads[sop]
        return home in by_hand or not by_calls.isdisjoint(wanted - {home})

    def calls_into(self, sop: str, wanted: frozenset[str], home: str) -> bool:
        """Whether a call of a SOP may come to a wanted one."""
        return self.leads_to(sop, wanted - {home}, "")

    def steps(self, spot: Spot) -> set[Spot]:
        """A step, and the steps that a case may come to from there without a call."""
        return reachable(self._behind, [spot])

    def on_loops(self, sop: str) -> frozenset[str]:
        """The steps of a SOP that lie on a loop."""
        if sop not in self._on_loops:
            together = self._rounds.get(sop, [sop])  # a loop leads through no other SOPs
            sops = filter(None, map(self._library.sop, together))
            spots = [(sop.id, step) for sop in sops for step in sop.steps_by_id]
            known = {*spots}
            graph = {spot: [to for to in self._behind.get(spot) if to in known] for spot in spots}
            looped = {spot for circle in circles(graph) for spot in circle}
            for id in together:
                self._on_loops[id] = frozenset(step for each, step in looped if each == id)
        return self._on_loops[sop]

    @cached_property
    def _rounds(self) -> dict[str, list[str]]:
        """By SOP, those that hand a case round in a circle with it."""
        handing = {id: self._by_hand.get(id) for id in sorted(self._library.by_id)}
        return {id: circle for circle in circles(handing) for id in circle}


class _Leads(dict[str, list[str]]):
    """From a SOP to those that it hands off to, and maybe calls."""

    def __init__(self, library: Library, calls: bool) -> None:
        super().__init__()
        self._library, self._calls = library, calls

    def get(self, id: str, default: object = None) -> list[str]:
        if id not in self:
            sop = self._library.sop(id)
            self[id] = list(dict.fromkeys(self._of(sop))) if sop else []
        return self[id]

    def _of(self, sop: Sop) -> Iterator[str]:
        if self._calls:
            yield from (step.call for step in sop.known_steps if step.call)
        yield from filter(ways.is_sop, _targets(sop))


class _Behind(dict[Spot, list[Spot]]):
    """From a step to the steps behind it."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library

    def get(self, spot: Spot, default: object = None) -> list[Spot]:
        if spot not in self:
            sop = self._library.sop(spot[0])
            self[spot] = list(self._of(sop, spot[1])) if sop else []
        return self[spot]

    def _of(self, sop: Sop, step: str) -> Iterator[Spot]:
        arrows = ways.arrows_by_step(sop).get(step, ())
        for to in (*(arrow.to for arrow in arrows), *ways.interruptions(sop)):
            if to in sop.steps_by_id:
                yield sop.id, to
            elif ways.is_sop(to) and (other := self._library.sop(to)) and other.known_steps:
                yield to, other.known_steps[0].id


def _targets(sop: Sop) -> Iterator[str]:
    """Where all arrows and escalations of a SOP lead."""
    for arrows in ways.arrows_by_step(sop).values():
        yield from (arrow.to for arrow in arrows)
    yield from ways.interruptions(sop)


class FactsAhead:
    """Which facts are tested from a step of a SOP on, in the SOPs that it leads to as well."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._leads = _Leads(library, calls=True)
        self._of: dict[Spot, frozenset[str]] = {}
        self._inside: dict[str, frozenset[str]] = {}
        self._in_sop: dict[str, frozenset[str]] = {}

    def of(self, sop: Sop, target: str) -> frozenset[str]:
        """Those that are tested from the target of an arrow of a SOP on."""
        spot = sop.id, target
        if spot not in self._of:
            steps, away = sop.steps_by_id, ways.interruptions(sop)
            onward = {
                id: [*(arrow.to for arrow in arrows), *away]
                for id, arrows in ways.arrows_by_step(sop).items()
            }
            ahead = reachable(onward, [target])
            here = [steps[id] for id in ahead if id in steps]
            others = [*filter(ways.is_sop, ahead), *(step.call for step in here if step.call)]
            self._of[spot] = frozenset().union(*map(tested, here), *map(self.inside, others))
        return self._of[spot]

    def inside(self, sop: str) -> frozenset[str]:
        """Those that a SOP tests, and those that it leads to."""
        if sop not in self._inside:
            self._inside[sop] = frozenset().union(*map(self._tested_in, reachable(self._leads, [sop])))
        return self._inside[sop]

    def _tested_in(self, id: str) -> frozenset[str]:
        if id not in self._in_sop:
            sop = self._library.sop(id)
            self._in_sop[id] = frozenset().union(*map(tested, sop.known_steps if sop else ()))
        return self._in_sop[id]


def facts_ahead(library: Library) -> FactsAhead:
    """The facts that lie ahead in a library; worked out once for all who ask."""
    if library not in _FACTS_AHEAD:
        _FACTS_AHEAD[library] = FactsAhead(library)
    return _FACTS_AHEAD[library]


_FACTS_AHEAD: "WorkedOut[FactsAhead]" = WorkedOut()


def tested(step: Step) -> frozenset[str]:
    """The facts that the tables of a step test."""
    rows: list[Row | WithinRow | None] = [*(step.decide or ()), *within_rows(step)]
    return frozenset([name for row in rows if row for name in row.when or ()])
