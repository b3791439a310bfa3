"""States of cases in order as one run: where ways are too many to be told apart, the whole graph is run."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sopctl.analysis.calendar import FOREVER, Moment
from sopctl.analysis.chains import (
    Bend,
    Budget,
    Chain,
    Run,
    TooMany,
    earliest,
    fastest,
    join,
    latest,
    move,
    run_of,
    slowest,
    walk,
)
from sopctl.analysis.graph import reachable
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import Cap, Group, State
from sopctl.named import NamedTuple


def run(spread: Spread, ends: Iterable[State], slow: bool, budget: Budget) -> Run:
    """The slowest (fastest) way to these ends."""
    places = [spread.place[end] for end in ends if end in spread.timely or not slow]
    return _GraphRun(spread, places, slow, budget).run if places else run_of(())


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
