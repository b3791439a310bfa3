"""Stretches of time one after the other, and how far they reach from every starting moment.

Whoever starts later never comes out earlier. So one look at the end of a span of starting moments
bounds all that lie in it, and the worst moment is found exactly without trying each minute.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from heapq import heappop, heappush

from sopctl.analysis.calendar import FOREVER, Moment, Stretch
from sopctl.named import NamedTuple

Chain = tuple[Stretch, ...]
"""Stretches in order; two neighbours never count by the same calendar."""

Bend = tuple[Moment, bool, int]
"""Where a start comes out, whether a later start comes out later, and for how many minutes of
lateness that holds."""


class Run(NamedTuple):
    """How starts come out: `at` says where, `bend` also how far that goes on. Spans of starts that
    last no longer than `near` are gone through, longer ones halved first."""

    at: Callable[[Moment], Moment]
    bend: Callable[[Moment], Bend]
    near: int = FOREVER


class Later:
    """Two chains side by side as a measure of time: once counts as long as the later of them."""

    def __init__(self, one: Chain, other: Chain) -> None:
        self.both = one, other

    def after(self, start: Moment, times: int) -> Moment:
        return self.move(start, times)[0]

    def move(self, start: Moment, times: int) -> Bend:
        here: Bend = (start, True, FOREVER)
        for _ in range(times):
            here = latest([move(each, here) for each in self.both])
        return here

    def closures(self, start: Moment, end: Moment) -> list[date]:
        return closures(self.both, start, end)


class Earlier:
    """One chain, or the last of others, as a measure of time: once counts as long as what is through
    first. A chain that counts by it begins with it."""

    def __init__(self, one: Chain, others: tuple[Chain, ...]) -> None:
        self.one, self.others = one, others
        self.size = sum(map(size, (one, *others)))

    def after(self, start: Moment, times: int) -> Moment:
        for _ in range(times):
            start = min(walk(self.one, start), max([walk(each, start) for each in self.others]))
        return start

    def move(self, start: Moment, times: int) -> Bend:
        here: Bend = (start, True, FOREVER)
        for _ in range(times):
            here = earliest([move(self.one, here), latest([move(each, here) for each in self.others])])
        return here

    def closures(self, start: Moment, end: Moment) -> list[date]:
        return closures((self.one, *self.others), start, end)


MANY = 24
"""So many chains are kept apart; beyond that the whole graph is run instead."""


class TooMany(Exception):
    """There are more ways that differ than are kept apart."""


class OutOfBudget(Exception):
    """The work that was allowed for is used up, and the answer is not known."""


class Budget:
    """How many runs may still be made: counted, so that the same input ends alike."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, amount: int = 1) -> None:
        self.left -= amount
        if self.left < 0:
            raise OutOfBudget


class Gap(NamedTuple):
    """By how many minutes one run comes out after another, and the start at which it does."""

    minutes: int
    start: Moment | None


def join(first: Chain, then: Chain) -> Chain:
    """One chain after the other; what counts by the same calendar is one stretch."""
    if not first or not then:
        return first or then
    if first[-1].hours is not then[0].hours:
        return first + then
    merged = Stretch(then[0].hours, first[-1].minutes + then[0].minutes)
    return (*first[:-1], merged, *then[1:])


def chain(stretch: Stretch) -> Chain:
    return (stretch,) if stretch.minutes else ()


def size(chain: Chain) -> int:
    """How many stretches one walks through."""
    return sum([each.hours.size if isinstance(each.hours, Earlier) else 1 for each in chain])


def closures(chains: Iterable[Chain], start: Moment, end: Moment) -> list[date]:
    """The holidays of their calendars between two moments."""
    used = [stretch.hours for each in chains for stretch in each if stretch.hours]
    return sorted({day for hours in used for day in hours.closures(start, end)})


def slowest(chains: Iterable[Chain]) -> tuple[Chain, ...]:
    """The chains that may be slowest at some start."""
    return _kept(chains, lambda one, other: fits(other, one))


def fastest(chains: Iterable[Chain]) -> tuple[Chain, ...]:
    """The chains that may be fastest at some start."""
    return _kept(chains, fits)


def _kept(chains: Iterable[Chain], beats: Callable[[Chain, Chain], bool]) -> tuple[Chain, ...]:
    several = list(dict.fromkeys(chains))
    if len(several) == 1:
        return (several[0],)
    kept: list[Chain] = []
    for each in several:
        if any(beats(other, each) for other in kept):
            continue
        kept = [other for other in kept if not beats(each, other)]
        kept.append(each)
        if len(kept) > MANY:
            raise TooMany
    return tuple(kept)


def fits(short: Chain, long: Chain) -> bool:
    """Whether the long chain becomes the short one by leaving out and shortening stretches: then it
    is never faster. What is through first is never slower than what it is held against."""
    if _left_out(short, long):
        return True
    if long and isinstance(long[0].hours, Earlier):
        one, others = opened(long)
        if fits(short, one) and any(fits(short, each) for each in others):
            return True
    if short and isinstance(short[0].hours, Earlier):
        one, others = opened(short)
        return fits(one, long) or all(fits(each, long) for each in others)
    return False


def opened(chain: Chain) -> tuple[Chain, tuple[Chain, ...]]:
    """The two sides of what a chain begins with, each with what follows."""
    first, *rest = chain
    assert isinstance(first.hours, Earlier)
    then = tuple(rest)
    return join(first.hours.one, then), tuple([join(each, then) for each in first.hours.others])


def _left_out(short: Chain, long: Chain) -> bool:
    if len(short) > len(long):
        return False
    at = 0
    for stretch in short:
        while at < len(long) and not (
            long[at].hours is stretch.hours and long[at].minutes >= stretch.minutes
        ):
            at += 1
        if at == len(long):
            return False
        at += 1
    return True


def walk(chain: Chain, start: Moment) -> Moment:
    """The moment at which a chain is through."""
    for hours, minutes in chain:
        start = hours.after(start, minutes) if hours else start + minutes
    return start


def move(chain: Chain, here: Bend) -> Bend:
    """As `walk`, for a run."""
    moment, moves, room = here
    for hours, minutes in chain:
        if hours is None:
            moment += minutes
        elif moves:
            moment, moves, holds = hours.move(moment, minutes)
            if holds < room:
                room = holds
        else:
            moment = hours.after(moment, minutes)
    return moment, moves, room


def run_of(chain: Chain) -> Run:
    """A chain as a run."""
    if len(chain) == 1:
        ((hours, minutes),) = chain
        if hours is None:
            return Run(lambda start: start + minutes, lambda start: (start + minutes, True, FOREVER))
        return Run(lambda start: hours.after(start, minutes), lambda start: hours.move(start, minutes))
    return Run(lambda start: walk(chain, start), lambda start: move(chain, (start, True, FOREVER)))


def latest(arrivals: Sequence[Bend]) -> Bend:
    """The latest of several arrivals, for as long as it stays the latest."""
    moment = max(each[0] for each in arrivals)
    moves = any(each[1] for each in arrivals if each[0] == moment)
    room = min(each[2] for each in arrivals)
    if not moves:
        room = min([room, *(moment - each[0] for each in arrivals if each[1])])
    return moment, moves, room


def earliest(arrivals: Sequence[Bend]) -> Bend:
    """The earliest of several arrivals, for as long as it stays the earliest."""
    moment = min(each[0] for each in arrivals)
    moves = all(each[1] for each in arrivals if each[0] == moment)
    room = min(each[2] for each in arrivals if each[0] == moment)
    if moves:  # it comes no nearer to what comes later than the start does
        later = [each for each in arrivals if each[0] > moment]
        room = min([room, *(max(each[0] - moment, each[2] if each[1] else 0) for each in later)])
    return moment, moves, room


def widest(
    late: Run, early: Run, first: Moment, last: Moment, least: int, budget: Budget, any_will_do: bool = False
) -> Gap:
    """The most minutes, if more than `least`, by which `late` comes out after `early`, over every
    start from `first` to `last`; and a start at which it is so much: for two chains the first one.

    Where `any_will_do`, the first that is found will. Between two starts a and b no gap is wider
    than from `early(a)` to `late(b)`. Spans of starts are halved, the most promising first, until no
    span that is left can hold a wider gap, or one is so short that it is gone through.
    """
    best, near = Gap(least, None), min(late.near, early.near)
    begun, ended = early.at(first), late.at(last)
    spans = [(begun - ended, first, last, begun, ended)]
    while spans and -spans[0][0] > best.minutes and not (any_will_do and best.start is not None):
        _, start, end, begun, ended = heappop(spans)
        if end - start <= near:
            best = _gone_through(late, early, start, end, best, budget, any_will_do)
            continue
        budget.spend()
        middle = (start + end) // 2
        left, right = late.at(middle), early.at(middle + 1)
        if left - begun > best.minutes:
            heappush(spans, (begun - left, start, middle, begun, left))
        if ended - right > best.minutes:
            heappush(spans, (right - ended, middle + 1, end, right, ended))
    return best


def _gone_through(
    late: Run, early: Run, start: Moment, end: Moment, best: Gap, budget: Budget, any_will_do: bool
) -> Gap:
    """The same in one span, from bend to bend; what can hold nothing wider is passed over."""
    most, at = best
    while start <= end and not (any_will_do and at is not None):
        budget.spend()
        here, there = late.bend(start), early.bend(start)
        room = min(here[2], there[2], end - start)
        grown = room if here[1] and not there[1] else 0
        if here[0] + grown - there[0] > most:
            most, at = here[0] + grown - there[0], start + grown
        ahead = min(most - here[0] + there[0], end - start)
        while ahead > room and late.at(start + ahead) - there[0] > most:
            ahead //= 2
        start += max(ahead, room) + 1
    return Gap(most, at)
