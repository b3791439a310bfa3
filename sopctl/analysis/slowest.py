"""States of cases in order, and the slowest or fastest way that leads from the first to the last.

Ways are never listed: what can be slowest (or fastest) is carried from state to state.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from sopctl.analysis.chains import (
    Chain,
    fastest,
    fits,
    join,
    slowest,
)
from sopctl.analysis.first_through import First
from sopctl.analysis.graph import circles, reachable
from sopctl.analysis.states import SURE, Cap, Doubt, Doubts, Group, State


class Spread:
    """The states between starts and ends, in an order in which arrows lead onward."""

    def __init__(
        self,
        starts: tuple[State, ...],
        order: list[State],
        ends: list[State],
        groups: dict[State, tuple[Group, ...]],
        looped: bool,
        caps: Mapping[State, Sequence[Cap]] | None = None,
        first: First | None = None,
        settled: bool = False,
    ) -> None:
        self.starts, self.order, self.ends, self.groups, self.looped = starts, order, ends, groups, looped
        self.place = {state: i for i, state in enumerate(order)}
        self._caps = caps or {}
        self._first, self._settled = first, settled
        self._through: dict[int, list[tuple[Chain, ...]]] = {}

    def from_(self, starts: tuple[State, ...], caps: Mapping[State, Sequence[Cap]]) -> "Spread":
        """The same states from other starts on, where other clocks take a case away."""
        return Spread(starts, self.order, self.ends, self.groups, self.looped, caps, self._first)

    @property
    def exact(self) -> "Spread":
        """The same where it counts at each start whether a step or a clock is sooner through."""
        rest = self.ends, self.groups, self.looped, self._caps, self._first
        return Spread(self.starts, self.order, *rest, settled=True)

    def slow(self, ends: Iterable[State]) -> tuple[Chain, ...]:
        """The chains that may be slowest to these ends; TooMany where there are too many."""
        found = [kept for end in ends if (kept := self._slow.get(end))]
        return found[0] if len(found) == 1 else slowest(each for kept in found for each in kept)

    def fast(self, ends: Iterable[State]) -> tuple[Chain, ...]:
        """The chains that may be fastest to these ends."""
        return fastest(each for end in ends for each in self._fast.get(end, ()))

    def doubts(self, ends: Iterable[State]) -> Doubts:
        """What cannot be told about the slowest way to these ends."""
        return SURE.union(*[self._doubted.get(end, SURE) for end in ends])

    # What cannot be told

    @property
    def capped(self) -> bool:
        """Whether the time of a call stands anywhere for that of loops inside it."""
        return any(group.capped for groups in self.groups.values() for group in groups)

    @cached_property
    def timely(self) -> Collection[State]:
        """The states that a case may come to while it keeps all times."""
        if all(group.timely for groups in self.groups.values() for group in groups):
            return self.groups.keys()
        onward = {
            state: [to for group in groups if group.timely for to in group.nexts]
            for state, groups in self.groups.items()
        }
        return reachable(onward, self.starts)

    @cached_property
    def _doubted(self) -> dict[State, Doubts]:
        """The states of which something cannot be told."""
        found = {state: said for state, said in self._loops.items() if state in self.timely}
        if not found and not any(group.doubts for groups in self.groups.values() for group in groups):
            return found
        changed = True
        while changed:
            changed = False
            for state in self.order:
                for group in self.groups[state] if state in self.timely else ():
                    said = found.get(state, SURE) | group.doubts if group.timely else SURE
                    if not said or any(_tells(cap, found) for cap in self.caps(state)):
                        continue
                    for other in group.nexts:
                        if not said <= found.get(other, SURE):
                            found[other] = found.get(other, SURE) | said
                            changed = True
        return found

    @cached_property
    def _loops(self) -> Mapping[State, Doubts]:
        """The states on loops that nothing bounds."""
        if not self.looped:
            return {}
        graph = {
            state: [other for group in self.groups[state] for other in group.nexts] for state in self.order
        }
        found: dict[State, Doubts] = {}
        for circle in circles(graph):
            steps = list(dict.fromkeys(state.spot for state in circle))
            names = [f"{sop}#{step}" for sop, step in (*steps, steps[0])]
            doubt = Doubt("loop", " → ".join(names), frozenset(steps))
            found.update(dict.fromkeys(circle, frozenset((doubt,))))
        return found

    def endless(self, state: State, group: Group) -> bool:
        """Whether nobody can tell how long a case is on its way until it goes on there."""
        return bool(group.doubts) or state in self._doubted

    # Clocks that take a case away

    def caps(self, state: State) -> Sequence[Cap]:
        """The clocks that may take a case away that is at a state."""
        return self._caps.get(state, ())

    def telling(self, state: State) -> list[Cap]:
        """Those that end what is done there, where it can be told when."""
        return [cap for cap in self.caps(state) if _tells(cap, self._doubted)]

    def through(self, cap: Cap) -> list[tuple[Chain, ...]]:
        """When a clock is through at the latest, by where it has started; none where nobody can tell."""
        if id(cap) not in self._through:
            found = [_through((each,), self._slow) for each in cap] if _tells(cap, self._doubted) else []
            self._through[id(cap)] = [each for each in found if each]
        return self._through[id(cap)]

    @cached_property
    def _anchors(self) -> Collection[State | None]:
        """The states from which clocks count."""
        caps = {id(cap): cap for found in self._caps.values() for cap in found}
        return {begun.state for cap in caps.values() for begun in cap}

    # Carrying chains from state to state

    @cached_property
    def _slow(self) -> Mapping[State, tuple[Chain, ...]]:
        """The chains that may be slowest to each state. Arrows that lead back count for nothing: who
        takes one comes to the same state later."""
        found = self._begun()
        kept: dict[State, tuple[Chain, ...]] = {}
        for state in self.order:
            if not (chains := found.get(state)):
                continue
            kept[state] = here = slowest(chains) if len(chains) > 1 else tuple(chains)
            for group in self.groups[state]:
                on = [join(each, then) for each in here for then in group.slow]
                for other in group.nexts:
                    if not self.leads_back(state, other):
                        cut = state in self._caps
                        found[other] += self._cut(on, state, group, other, kept) if cut else on
        return kept

    @cached_property
    def _fast(self) -> Mapping[State, tuple[Chain, ...]]:
        """The chains that may be fastest to each state, carried round loops until nothing changes."""
        found = self._begun()
        kept: dict[State, tuple[Chain, ...]] = {}
        for _ in range(len(self.order) if self.looped else 1):
            before = dict(kept)
            for state in self.order:
                if not (chains := found.get(state)):
                    continue
                kept[state] = here = fastest(chains)
                for group in self.groups[state]:
                    on = [join(each, then) for each in here for then in group.fast]
                    for other in group.nexts:
                        found[other] += on
            if kept == before:
                break
            found = defaultdict(list, {state: list(chains) for state, chains in kept.items()})
        return kept

    def _begun(self) -> defaultdict[State, list[Chain]]:
        return defaultdict(list, {start: [()] for start in self.starts})

    def leads_back(self, state: State, other: State) -> bool:
        return self.place[other] <= self.place[state]

    def _cut(
        self, on: list[Chain], state: State, group: Group, to: State, kept: Mapping[State, tuple[Chain, ...]]
    ) -> list[Chain]:
        """What a step takes before clocks take the case away."""
        if not group.timely:
            return on
        endless = self.endless(state, group)
        for cap in self.telling(state):
            through = _through(cap, kept)
            if endless:
                on, endless = [*through], False
            elif through:
                runs_on = to not in self._anchors and any(cap is each for each in self.caps(to))
                on = [each for one in on for each in self._sooner(one, through, runs_on)]
        return on

    def _sooner(self, one: Chain, through: tuple[Chain, ...], runs_on: bool) -> tuple[Chain, ...]:
        """A chain, or a clock that is sooner through. Where that depends on the start and the clock
        runs on, what comes later is held against it, unless another clock counts from there."""
        if any(fits(one, other) for other in through):
            return (one,)
        if all(fits(other, one) for other in through):
            return through
        assert self._first is not None
        if runs_on or not self._settled:
            return through if self._first.all_sooner(through, one) else (one,)
        return self._first.of(one, through)


def _tells(cap: Cap, doubted: Mapping[State, Doubts]) -> bool:
    """Whether it can be told when a clock is through."""
    return not any(each.doubts or each.state in doubted for each in cap)


def _through(cap: Cap, kept: Mapping[State, tuple[Chain, ...]]) -> tuple[Chain, ...]:
    """When a clock is through, by the chains to where it starts."""
    return slowest(
        join(each, then)
        for begun in cap
        for each in (kept.get(begun.state, ()) if begun.state else ((),))
        for then in begun.through
    )
