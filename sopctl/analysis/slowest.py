"""States of cases in order, and the slowest or fastest way that leads from the first to the last.

Ways are never listed: what can be slowest (or fastest) is carried from state to state.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from sopctl.analysis.calendar import FOREVER, Moment, Stretch
from sopctl.analysis.chains import (
    Bend,
    Budget,
    Chain,
    Run,
    TooMany,
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
from sopctl.analysis.states import AT_ANY_TIME, SURE, Cap, Doubt, Doubts, Group, State
from sopctl.named import NamedTuple


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

    def run(self, ends: Iterable[State], slow: bool, budget: Budget) -> Run:
        """The slowest (fastest) way to these ends as a run of the whole graph."""
        places = [self.place[end] for end in ends if end in self.timely or not slow]
        return _GraphRun(self, places, slow, budget).run if places else run_of(())

    def trace(self, ends: Iterable[State], start: Moment, slow: bool) -> tuple[str, list["Stop"]]:
        """Where the slowest (fastest) way from a start ends, and its steps."""
        return _Trace(self, start, slow).to(ends)

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
            kept[state] = here = slowest(chains)
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


# The whole graph as a run

_NEAR = 1440
"""Minutes below which a bend of the whole graph tells more than its ends."""

_START = -1
"""The place of a clock that has started with the ways."""


_PlacedCap = tuple[tuple[int, Chain], ...]
"""A clock that takes a case away, by the places where it starts."""


class _Into(NamedTuple):
    """A place that another comes from, how long that takes, and the clocks that end it before: each is
    through so long after one of several places."""

    place: int
    took: Chain
    caps: tuple[_PlacedCap, ...] = ()


class _GraphRun:
    """A graph of states as a run. A place with one way in and no choice is no place of its own, and
    places with the same ways in are one."""

    def __init__(self, spread: Spread, ends: list[int], slow: bool, budget: Budget) -> None:
        self._pick = latest if slow else earliest
        self._best: Callable[[list[Moment]], Moment] = max if slow else min
        self._budget = budget
        whole = _ways_in(spread, slow)
        starts = {spread.place[each] for each in spread.starts}
        before = {place: [*dict.fromkeys(_named(into))] for place, into in enumerate(whole)}
        useful = reachable(before, ends)
        self._ways: list[list[_Into]] = [[]]
        short: dict[int, tuple[int, Chain]] = {_START: (0, ())}
        numbers: dict[frozenset[_Into], int] = {}
        for place, ways_in in enumerate(whole):
            if place not in useful:
                continue
            into = [_Into(0, ())] if place in starts else []
            into += [_shortened(each, short) for each in ways_in if each.place in short]
            into = _that_count(into, slow)
            if len(into) == 1 and not into[0].caps:
                short[place] = into[0].place, into[0].took
            elif into:
                number = numbers.setdefault(frozenset(into), len(self._ways))
                if number == len(self._ways):
                    self._ways.append(into)
                short[place] = number, ()
        same: dict[_PlacedCap, _PlacedCap] = {}
        self._ways = [
            [each._replace(caps=tuple([same.setdefault(cap, cap) for cap in each.caps])) for each in ways_in]
            for ways_in in self._ways
        ]
        self._cost = 1 + (sum(map(len, self._ways)) + sum(map(len, same))) // 16
        self._ends = _that_count([_Into(*short[end]) for end in ends if end in short], slow)
        self.run = Run(self._at, self._bend, _NEAR)

    def _at(self, start: Moment) -> Moment:
        self._budget.spend(self._cost)
        there = [start]
        through: dict[int, Moment] = {}
        for into in [*self._ways[1:], self._ends]:
            there.append(self._best([_moment(each, there, through) for each in into]))
        return there[-1]

    def _bend(self, start: Moment) -> Bend:
        self._budget.spend(2 * self._cost)
        there: list[Bend] = [(start, True, FOREVER)]
        through: dict[int, Bend] = {}
        for into in [*self._ways[1:], self._ends]:
            there.append(self._pick([_bent(each, there, through) for each in into]))
        return there[-1]


def _ways_in(spread: Spread, slow: bool) -> list[list[_Into]]:
    """By place in the order, what it comes from and how long that takes."""
    found: list[list[_Into]] = [[] for _ in spread.order]
    for place, state in enumerate(spread.order):
        for group in spread.groups[state]:
            into = _out_of(spread, place, group, slow)
            for other in {spread.place[each] for each in group.nexts}:
                if other > place:
                    found[other].extend(into)
    return found


def _out_of(spread: Spread, place: int, group: Group, slow: bool) -> list[_Into]:
    state = spread.order[place]
    if not slow or not spread.caps(state):
        return [_Into(place, each) for each in (group.slow if slow else group.fast)]
    caps = [_placed(cap, spread) for cap in spread.telling(state)]
    if caps and group.timely and spread.endless(state, group):
        return [_Into(*each, tuple(caps[1:])) for each in caps[0]]
    return [_Into(place, each, tuple(caps)) for each in group.slow]


def _placed(cap: Cap, spread: Spread) -> _PlacedCap:
    """When a clock is through, by the places where it starts."""
    return tuple(
        [
            (spread.place[begun.state] if begun.state else _START, then)
            for begun in cap
            for then in begun.through
        ]
    )


def _named(ways_in: Iterable[_Into]) -> Iterator[int]:
    """The places on which it depends when a case comes to another."""
    for into in ways_in:
        yield into.place
        for cap in into.caps:
            for place, _ in cap:
                yield place


def _shortened(into: _Into, short: Mapping[int, tuple[int, Chain]]) -> _Into:
    """The same from places at which ways part or meet."""

    def shorten(place: int, then: Chain) -> tuple[int, Chain]:
        return short[place][0], join(short[place][1], then)

    caps = [tuple([shorten(*each) for each in cap if each[0] in short]) for cap in into.caps]
    return _Into(*shorten(into.place, into.took), tuple([cap for cap in caps if cap]))


def _that_count(ways_in: Iterable[_Into], slow: bool) -> list[_Into]:
    """The ways in without those from the same place that are never slower (faster)."""
    alike: dict[tuple[int, object], list[_Into]] = {}
    for into in dict.fromkeys(ways_in):
        alike.setdefault((into.place, into.caps), []).append(into)
    found: list[_Into] = []
    for several in alike.values():
        try:
            kept = (slowest if slow else fastest)(each.took for each in several)
            found.extend([several[0]._replace(took=took) for took in kept])
        except TooMany:
            found.extend(several)
    return found


def _moment(into: _Into, there: Sequence[Moment], through: dict[int, Moment]) -> Moment:
    """When one comes from another place; clocks that are through are kept, for each run of its own."""
    done = walk(into.took, there[into.place])
    for cap in into.caps:
        if id(cap) not in through:
            through[id(cap)] = max([walk(then, there[place]) for place, then in cap])
        done = min(done, through[id(cap)])
    return done


def _bent(into: _Into, there: Sequence[Bend], through: dict[int, Bend]) -> Bend:
    done = move(into.took, there[into.place])
    if not into.caps:
        return done
    for cap in into.caps:
        if id(cap) not in through:
            through[id(cap)] = latest([move(then, there[place]) for place, then in cap])
    return earliest([done, *[through[id(cap)] for cap in into.caps]])


# One way, stop by stop


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


class _Best(NamedTuple):
    """When the slowest (fastest) way comes to a state, and from where: what that took, and what took the
    case away there."""

    moment: Moment
    before: State | None = None
    took: Chain = ()
    left: str = ""


class _Trace:
    """The slowest (fastest) way from one moment to each state."""

    def __init__(self, spread: Spread, start: Moment, slow: bool) -> None:
        self._spread, self._start, self._slow = spread, start, slow
        self._best = dict.fromkeys(spread.starts, _Best(start))
        while self._carried_back():
            pass

    def to(self, ends: Iterable[State]) -> tuple[str, list[Stop]]:
        """Where the way that is best of those to some ends ends, and its steps."""
        reached = [end for end in ends if end in self._best]
        pick = max if self._slow else min
        last = pick(reached, key=lambda end: self._best[end].moment)
        return last.place or last.sop, self._stops(last)

    def _carried_back(self) -> bool:
        """Go through the states in order; whether an arrow that leads back has made any better."""
        changed = False
        for state in self._spread.order:
            if state not in self._best:
                continue
            for group in self._spread.groups[state]:
                for took, moment in self._done(state, group):
                    for other in group.nexts:
                        back = self._spread.leads_back(state, other)
                        if not (back and self._slow) and self._betters(moment, other):
                            self._best[other] = _Best(moment, state, took, group.left)
                            changed = changed or back
        return changed

    def _betters(self, moment: Moment, state: State) -> bool:
        if state not in self._best:
            return True
        known = self._best[state].moment
        return moment > known if self._slow else moment < known

    def _done(self, state: State, group: Group) -> Iterable[tuple[Chain, Moment]]:
        """What a step takes from where the way comes to it, and when it is done."""
        begun = self._best[state].moment
        if self._slow and self._spread.caps(state):
            return self._cut(state, group, begun)
        return [(took, walk(took, begun)) for took in (group.slow if self._slow else group.fast)]

    def _cut(self, state: State, group: Group, begun: Moment) -> Iterator[tuple[Chain, Moment]]:
        """The same where clocks may take the case away before."""
        spread = self._spread
        through = [when for cap in spread.telling(state) if (when := self._through(cap)) is not None]
        endless = through and group.timely and spread.endless(state, group)
        for took in ((Stretch(None, FOREVER),),) if endless else group.slow:
            done = walk(took, begun)
            if through and min(through) < done:
                cut = max(begun, min(through))  # a way that comes here later is none
                yield chain(Stretch(None, cut - begun)), cut
            else:
                yield took, done

    def _through(self, cap: Cap) -> Moment | None:
        """When a clock is through at the latest; None where the way comes to nothing that starts it."""
        known = [each for each in cap if each.state is None or each.state in self._best]
        return max(
            (walk(then, self._begun(each.state)) for each in known for then in each.through), default=None
        )

    def _begun(self, state: State | None) -> Moment:
        return self._best[state].moment if state else self._start

    def _stops(self, end: State) -> list[Stop]:
        found = []
        here = self._best[end]
        while here.before is not None:
            before = self._best[here.before]
            found.append(Stop(*here.before.spot, here.took, before.moment, here.moment, here.left))
            here = before
        return found[::-1]
