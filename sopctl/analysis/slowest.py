"""States of cases in order, and the slowest or fastest that leads from the first to the last.

Ways are never listed: what can be slowest (or fastest) is carried from state to state.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from sopctl.analysis.calendar import FOREVER, Moment, Stretch
from sopctl.analysis.chains import (
    Bend,
    Budget,
    Chain,
    Run,
    chain,
    earliest,
    fastest,
    fits,
    join,
    latest,
    move,
    run_of,
    slowest,
    walk,
)
from sopctl.analysis.first_through import First
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


class Begun(NamedTuple):
    """From where a case comes to what starts a clock (None: from the start of the ways), and when that
    clock is through since then: at the latest of these times."""

    state: State | None
    through: tuple[Chain, ...]
    doubts: Doubts


Cap = tuple[Begun, ...]
"""A clock that takes a case away: wherever it has started, nothing there is done after it is through."""


class Group(NamedTuple):
    """Where a step leads, and what it takes: `slow` are alternatives, the latest of which counts. It is
    `capped` where the time of a call stands for that of loops without a bound inside it."""

    slow: tuple[Chain, ...]
    fast: tuple[Chain, ...]
    doubts: Doubts
    nexts: tuple[State, ...]
    capped: bool = False
    left: str = ""  # what takes the case away, where the step is not done
    caps: tuple[Cap, ...] | None = None  # the clocks that end it, where they are not all that run there

    @property
    def timely(self) -> bool:
        """Whether a case that keeps all times may go there."""
        return bool(self.slow or self.doubts)


def overdue(group: Group) -> Group:
    """The same where only a case goes that has not kept its times: no slow way leads there."""
    return group._replace(slow=(), doubts=SURE)


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
        caps: Mapping[State, Sequence[Cap]] | None = None,
        first: First | None = None,
    ) -> None:
        self.starts, self.order, self.ends, self.groups = starts, order, ends, groups
        self._caps = caps or {}
        self._first = first
        self._place = {state: i for i, state in enumerate(order)}
        self._doubts = self._loops() if looped else {}
        self.looped = looped
        self._slow: dict[State, tuple[Chain, ...]] | None = None
        self._fast: dict[State, tuple[Chain, ...]] | None = None

    def doubts(self, ends: Iterable[State]) -> Doubts:
        """What cannot be told about the slowest way to these ends."""
        return SURE.union(*[self._doubted.get(end, SURE) for end in ends])

    @cached_property
    def _doubted(self) -> dict[State, Doubts]:
        """The states of which something cannot be told."""
        found = {state: said for state, said in self._doubts.items() if state in self.timely}
        if not found and not any(group.doubts for groups in self.groups.values() for group in groups):
            return found
        changed = True
        while changed:
            changed = False
            for state in self.order:
                for group in self.groups[state] if state in self.timely else ():
                    said = found.get(state, SURE) | group.doubts if group.timely else SURE
                    if not said or any(_tells(cap, found) for cap in self._clocks(state, group)):
                        continue
                    for other in group.nexts:
                        if not said <= found.get(other, SURE):
                            found[other] = found.get(other, SURE) | said
                            changed = True
        return found

    @cached_property
    def timely(self) -> Collection[State]:
        """The states that a case may come to while it keeps all times."""
        if all(group.timely for groups in self.groups.values() for group in groups):
            return self.groups.keys()
        return reachable(
            {
                state: [to for group in groups if group.timely for to in group.nexts]
                for state, groups in self.groups.items()
            },
            self.starts,
        )

    def caps(self, state: State) -> Sequence[Cap]:
        """The clocks that may take a case away that is at a state."""
        return self._caps.get(state, ())

    def through(self, cap: Cap) -> list[tuple[Chain, ...]]:
        """When a clock is through at the latest, by where it has started; none where nobody can tell."""
        if not _tells(cap, self._doubted):
            return []
        self.slow(())
        found = [self._through((each,), self._slow or {}) for each in cap]
        return [each for each in found if each]

    def _through(self, cap: Cap, kept: Mapping[State, tuple[Chain, ...]]) -> tuple[Chain, ...]:
        return slowest(
            join(each, then)
            for begun in cap
            for each in (kept.get(begun.state, ()) if begun.state else ((),))
            for then in begun.through
        )

    def _clocks(self, state: State, group: Group) -> Sequence[Cap]:
        return self._caps.get(state, ()) if group.caps is None else group.caps

    def _capped(self, state: State, group: Group) -> list[Cap]:
        """The clocks of which it can be told when they end what is done at a state."""
        return [cap for cap in self._clocks(state, group) if _tells(cap, self._doubted)]

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
                            cut = keep is slowest and state in self._caps
                            found[other] += self._cut(on, state, group, other, kept) if cut else on
            if kept == before:
                break
            if again:
                found = defaultdict(list, {state: list(chains) for state, chains in kept.items()})
        return kept

    def _cut(
        self, on: list[Chain], state: State, group: Group, to: State, kept: Mapping[State, tuple[Chain, ...]]
    ) -> list[Chain]:
        """What a step takes before clocks take the case away."""
        if not group.timely:
            return on
        endless = state in self._doubted or bool(group.doubts)
        for cap in self._capped(state, group):
            through = self._through(cap, kept)
            if endless:
                on, endless = [*through], False
            elif through:
                runs_on = any(cap is each for each in self._caps.get(to, ()))
                on = [each for one in on for each in self._sooner(one, through, runs_on)]
        return on

    def _sooner(self, one: Chain, through: tuple[Chain, ...], runs_on: bool) -> tuple[Chain, ...]:
        """A chain, or a clock that is sooner through. Where that depends on the start and the clock
        runs on, what comes later is held against it."""
        if any(fits(one, other) for other in through):
            return (one,)
        if all(fits(other, one) for other in through):
            return through
        return (one,) if runs_on or self._first is None else self._first.of(one, through)

    def run(self, ends: Iterable[State], slow: bool, budget: Budget) -> Run:
        """The slowest (fastest) way to these ends as a run of the whole graph."""
        places = [self._place[end] for end in ends if end in self.timely or not slow]
        return _GraphRun(self, places, slow, budget).run if places else run_of(())

    def arrows(self, slow: bool) -> list[list["Into"]]:
        """By place in the order, what it comes from and how long that takes."""
        found: list[list[Into]] = [[] for _ in self.order]
        for place, state in enumerate(self.order):
            for group in self.groups[state]:
                into = self._into(place, state, group, slow)
                for other in {self._place[each] for each in group.nexts}:
                    if other > place:
                        found[other].extend(into)
        return found

    def _into(self, place: int, state: State, group: Group, slow: bool) -> list["Into"]:
        if not slow or state not in self._caps:
            return [Into(place, each) for each in (group.slow if slow else group.fast)]
        caps = [
            tuple(
                [
                    (self._place[begun.state] if begun.state else -1, then)
                    for begun in cap
                    for then in begun.through
                ]
            )
            for cap in self._capped(state, group)
        ]
        if caps and group.timely and (group.doubts or state in self._doubted):
            return [Into(*each, tuple(caps[1:])) for each in caps[0]]
        return [Into(place, each, tuple(caps)) for each in group.slow]

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
                    for took, moment in self._done(state, group, best, start, slow):
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

    def _done(
        self, state: State, group: Group, best: "_Best", start: Moment, slow: bool
    ) -> Iterator[tuple[Chain, Moment]]:
        """What a step takes from where the slowest (fastest) way comes to it, and when it is done."""
        begun = best[state][0]
        if not slow or state not in self._caps:
            for took in group.slow if slow else group.fast:
                yield took, walk(took, begun)
            return
        through = [
            max(
                walk(then, best[each.state][0] if each.state else start)
                for each in known
                for then in each.through
            )
            for cap in self._capped(state, group)
            if (known := [each for each in cap if each.state is None or each.state in best])
        ]
        endless = through and group.timely and (group.doubts or state in self._doubted)
        for took in ((Stretch(None, FOREVER),),) if endless else group.slow:
            done = walk(took, begun)
            if through and min(through) < done:
                cut = max(begun, min(through))  # a way that comes here later is none
                yield chain(Stretch(None, cut - begun)), cut
            else:
                yield took, done


def _tells(cap: Cap, doubted: Mapping[State, Doubts]) -> bool:
    return not any(each.doubts or (each.state in doubted) for each in cap)


class Into(NamedTuple):
    """A place that another comes from, how long that takes, and the clocks that end it before: each is
    through so long after one of several places (-1: after the start)."""

    place: int
    took: Chain
    caps: tuple[tuple[tuple[int, Chain], ...], ...] = ()


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
        before = {place: [*dict.fromkeys(_named(into))] for place, into in enumerate(whole)}
        useful = reachable(before, ends)
        self._ways: list[list[Into]] = [[]]
        short: dict[int, tuple[int, Chain]] = {-1: (0, ())}
        for place, ways_in in enumerate(whole):
            if place not in useful:
                continue
            into = [Into(0, ())] if place in starts else []
            into += [_shortened(each, short) for each in ways_in if each.place in short]
            into = list(dict.fromkeys(into))
            if len(into) == 1 and not into[0].caps:
                short[place] = into[0].place, into[0].took
            elif into:
                self._ways.append(into)
                short[place] = len(self._ways) - 1, ()
        self._ends = [Into(*short[end]) for end in ends if end in short]
        self.run = Run(self._at, self._bend, _NEAR)

    def _at(self, start: Moment) -> Moment:
        self._budget.spend(1 + len(self._ways) // 8)
        there = [start]
        for into in [*self._ways[1:], self._ends]:
            there.append(self._best([_moment(each, there) for each in into]))
        return there[-1]

    def _bend(self, start: Moment) -> Bend:
        self._budget.spend(1 + len(self._ways) // 4)
        there: list[Bend] = [(start, True, FOREVER)]
        for into in [*self._ways[1:], self._ends]:
            there.append(self._pick([_bent(each, there) for each in into]))
        return there[-1]


def _named(ways_in: Iterable[Into]) -> Iterator[int]:
    """The places on which it depends when a case comes to another."""
    for into in ways_in:
        yield into.place
        for cap in into.caps:
            for place, _ in cap:
                yield place


def _shortened(into: Into, short: Mapping[int, tuple[int, Chain]]) -> Into:
    """The same from places at which ways part or meet."""

    def shorten(place: int, then: Chain) -> tuple[int, Chain]:
        return short[place][0], join(short[place][1], then)

    caps = [tuple([shorten(*each) for each in cap if each[0] in short]) for cap in into.caps]
    return Into(*shorten(into.place, into.took), tuple([cap for cap in caps if cap]))


def _moment(into: Into, there: Sequence[Moment]) -> Moment:
    done = walk(into.took, there[into.place])
    for cap in into.caps:
        done = min(done, max([walk(then, there[place]) for place, then in cap]))
    return done


def _bent(into: Into, there: Sequence[Bend]) -> Bend:
    done = move(into.took, there[into.place])
    if not into.caps:
        return done
    return earliest([done, *[latest([move(then, there[place]) for place, then in cap]) for cap in into.caps]])


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
