"""States of cases in order, and the slowest or fastest that leads from the first to the last.

Ways are never listed: what can be slowest (or fastest) is carried from state to state.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from sopctl.analysis.calendar import FOREVER, Moment
from sopctl.analysis.chains import (
    Bend,
    Budget,
    Chain,
    Run,
    earliest,
    fastest,
    join,
    latest,
    move,
    slowest,
    walk,
)
from sopctl.analysis.graph import circles, reachable
from sopctl.analysis.narrowing import Known

Counts = tuple[tuple[tuple[str, str], int], ...]
Frame = tuple[str, str, Counts, Known]
"""A call that has not come back: its SOP and step, and the counts and knowledge there."""

State = tuple[tuple[Frame, ...], str, str, Counts, Known, str]
"""The calls that a case is in; SOP and place; counts; what is known; and how it ended, if it did."""

DONE, ENDED, HANDED = "done", "ended", "handed"

AT_ANY_TIME = "escalation"
"""What takes a case out of a step, where no clock says when."""


class Doubt(NamedTuple):
    """Why the slowest way cannot be told: a step without a time (in `rows`, for some cases), or a loop
    without a bound."""

    kind: str
    words: str
    loop: frozenset[tuple[str, str]] = frozenset()  # its steps, with their SOPs


Doubts = frozenset[Doubt]
SURE: Doubts = frozenset()


class Group(NamedTuple):
    """Where a step leads, and what it takes: `slow` are alternatives, the latest of which counts. It is
    `capped` where the time of a call stands for that of loops without a bound inside it."""

    slow: tuple[Chain, ...]
    fast: tuple[Chain, ...]
    doubts: Doubts
    nexts: tuple[State, ...]
    capped: bool = False
    left: str = ""  # what takes the case away, where the step is not done


class Goals(NamedTuple):
    """Where a clock stops: when a step is done, an outcome reached, or a SOP handed to. Unless it
    `stops`, the walk goes on behind them as long as it may come to one again."""

    done: frozenset[tuple[str, str]]
    reached: frozenset[tuple[str, str]]
    handed: frozenset[str]
    stops: bool = True


class Spread:
    """The states between starts and ends, in an order in which arrows lead onward."""

    def __init__(
        self,
        starts: tuple[State, ...],
        order: list[State],
        ends: list[State],
        groups: dict[State, tuple[Group, ...]],
        looped: bool,
    ) -> None:
        self.starts, self.order, self.ends, self.groups = starts, order, ends, groups
        self._place = {state: i for i, state in enumerate(order)}
        self._doubts = self._loops() if looped else {}
        self.looped = looped
        self._slow: dict[State, tuple[Chain, ...]] | None = None
        self._fast: dict[State, tuple[Chain, ...]] | None = None

    def doubts(self, ends: Iterable[State]) -> Doubts:
        """What cannot be told about the slowest way to these ends."""
        if not self._doubts and not any(group.doubts for groups in self.groups.values() for group in groups):
            return SURE
        return SURE.union(*[self._doubted[end] for end in ends])

    @cached_property
    def _doubted(self) -> dict[State, Doubts]:
        found: dict[State, Doubts] = dict.fromkeys(self.order, SURE)
        found.update(self._doubts)
        for _ in range(2 if self.looped else 1):
            for state in self.order:
                for group in self.groups[state]:
                    said = found[state] | group.doubts
                    if said:
                        for other in group.nexts:
                            found[other] = found[other] | said
        return found

    @property
    def capped(self) -> bool:
        return any(group.capped for groups in self.groups.values() for group in groups)

    def _loops(self) -> dict[State, Doubts]:
        """The states on loops that nothing bounds."""
        graph = {
            state: [other for group in self.groups[state] for other in group.nexts] for state in self.order
        }
        found = {}
        for circle in circles(graph):
            steps = list(dict.fromkeys((state[1], state[2]) for state in circle))
            names = [f"{sop}#{step}" for sop, step in (*steps, steps[0])]
            doubt = Doubt("loop", " → ".join(names), frozenset(steps))
            found.update(dict.fromkeys(circle, frozenset((doubt,))))
        return found

    def slow(self, ends: Iterable[State]) -> tuple[tuple[Chain, ...], Doubts]:
        """The chains that may be slowest to these ends; TooMany where there are too many."""
        if self._slow is None:
            self._slow = self._carry(slowest, lambda group: group.slow)
        ends = list(ends)
        return slowest(each for end in ends for each in self._slow.get(end, ())), self.doubts(ends)

    def fast(self, ends: Iterable[State]) -> tuple[Chain, ...]:
        """The chains that may be fastest to these ends."""
        if self._fast is None:
            self._fast = self._carry(fastest, lambda group: group.fast)
        return fastest(each for end in ends for each in self._fast.get(end, ()))

    def _carry(
        self,
        keep: Callable[[Iterable[Chain]], tuple[Chain, ...]],
        times: Callable[[Group], tuple[Chain, ...]],
    ) -> dict[State, tuple[Chain, ...]]:
        """The chains to each state. Arrows that lead back count for the fastest alone: who takes
        one comes to the same state later."""
        place, again = self._place, self.looped and keep is fastest
        found: dict[State, list[Chain]] = defaultdict(list)
        for start in self.starts:
            found[start].append(())
        kept: dict[State, tuple[Chain, ...]] = {}
        for _ in range(len(self.order) if again else 1):
            before = dict(kept) if again else None
            for state in self.order:
                chains = found[state]
                if not chains:
                    continue
                kept[state] = here = keep(chains) if len(chains) > 1 else (chains[0],)
                for group in self.groups[state]:
                    on = [join(each, then) for each in here for then in times(group)]
                    for other in group.nexts:
                        if again or not self.looped or place[other] > place[state]:
                            found[other] += on
            if kept == before:
                break
            if again:
                found = defaultdict(list, {state: list(chains) for state, chains in kept.items()})
        return kept

    def run(self, ends: Iterable[State], slow: bool, budget: Budget) -> Run:
        """The slowest (fastest) way to these ends as a run of the whole graph."""
        return _GraphRun(self, [self._place[end] for end in ends], slow, budget).run

    def arrows(self, slow: bool) -> list[list[tuple[int, Chain]]]:
        """By place in the order, what it comes from and how long that takes."""
        found: list[list[tuple[int, Chain]]] = [[] for _ in self.order]
        for place, state in enumerate(self.order):
            for group in self.groups[state]:
                for other in {self._place[each] for each in group.nexts}:
                    if other > place:
                        found[other].extend((place, each) for each in (group.slow if slow else group.fast))
        return found

    def trace(self, ends: Iterable[State], start: Moment, slow: bool) -> tuple[str, list["Stop"]]:
        """Where the slowest (fastest) way from a start ends, and its steps."""
        better: Callable[[Moment, Moment], bool] = (lambda a, b: a > b) if slow else (lambda a, b: a < b)
        best: _Best = dict.fromkeys(self.starts, (start, None, (), ""))
        changed = True
        while changed:
            changed = False
            for state in self.order:
                if state not in best:
                    continue
                for group in self.groups[state]:
                    for took in group.slow if slow else group.fast:
                        moment = walk(took, best[state][0])
                        for other in group.nexts:
                            back = self._place[other] <= self._place[state]
                            if (not back or not slow) and (
                                other not in best or better(moment, best[other][0])
                            ):
                                best[other] = moment, state, took, group.left
                                changed = changed or back
        reached = [end for end in ends if end in best]
        last = reached[0]
        for end in reached[1:]:
            if better(best[end][0], best[last][0]):
                last = end
        return last[2] or last[1], _stops(best, last)


_NEAR = 1440
"""Minutes below which a bend of the whole graph tells more than its ends."""


class _GraphRun:
    """A graph of states as a run. A place with one way in and no choice is no place of its own."""

    def __init__(self, spread: Spread, ends: list[int], slow: bool, budget: Budget) -> None:
        self._pick = latest if slow else earliest
        self._best: Callable[[list[Moment]], Moment] = max if slow else min
        self._budget = budget
        whole = spread.arrows(slow)
        starts = {spread.order.index(each) for each in spread.starts}
        useful = reachable({place: [each for each, _ in whole[place]] for place in range(len(whole))}, ends)
        self._ways: list[list[tuple[int, Chain]]] = [[(-1, ())] if starts else []]
        short: dict[int, tuple[int, Chain]] = {}
        for place, ways_in in enumerate(whole):
            if place not in useful:
                continue
            into: list[tuple[int, Chain]] = [(-1, ())] if place in starts else []
            into += [(short[each][0], join(short[each][1], then)) for each, then in ways_in if each in short]
            into = list(dict.fromkeys(into))
            if len(into) == 1:
                short[place] = into[0]
            elif into:
                self._ways.append(into)
                short[place] = len(self._ways) - 1, ()
        self._ways[0] = []
        self._ends = [short[end] for end in ends if end in short]
        self.run = Run(self._at, self._bend, _NEAR)

    def _at(self, start: Moment) -> Moment:
        self._budget.spend(1 + len(self._ways) // 8)
        there = [start]
        for into in self._ways[1:]:
            there.append(self._best([walk(then, there[each] if each > 0 else start) for each, then in into]))
        return self._best([walk(then, there[each] if each > 0 else start) for each, then in self._ends])

    def _bend(self, start: Moment) -> Bend:
        self._budget.spend(1 + len(self._ways) // 4)
        begun: Bend = (start, True, FOREVER)
        there = [begun]
        for into in self._ways[1:]:
            there.append(self._pick([move(then, there[each] if each > 0 else begun) for each, then in into]))
        return self._pick([move(then, there[each] if each > 0 else begun) for each, then in self._ends])


class Stop(NamedTuple):
    """One stop of a way: the step that is done there, what it took, and when it was done; or the
    escalation that took the case away."""

    sop: str
    place: str
    took: Chain
    begun: Moment
    done: Moment
    left: str = ""

    @property
    def by_the_clock(self) -> bool:
        return self.left not in ("", AT_ANY_TIME)


_Best = dict[State, tuple[Moment, State | None, Chain, str]]


def _stops(best: _Best, end: State) -> list[Stop]:
    found = []
    moment, before, took, left = best[end]
    while before is not None:
        begun, earlier, took_before, left_before = best[before]
        found.append(Stop(before[1], before[2], took, begun, moment, left))
        moment, before, took, left = begun, earlier, took_before, left_before
    return found[::-1]
