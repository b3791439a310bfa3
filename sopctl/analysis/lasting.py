"""How long the way that a case took may last, added up on the calendar."""

from collections.abc import Iterable, Sequence

from sopctl.analysis import time_words
from sopctl.analysis.calendar import Moment, calendars
from sopctl.analysis.calls import endings
from sopctl.analysis.chains import Chain, OutOfBudget, TooMany, chain, join, slowest
from sopctl.analysis.chains import walk as run_through
from sopctl.analysis.clock import clock
from sopctl.analysis.course import Course
from sopctl.analysis.first_through import plain
from sopctl.analysis.narrowing import ByArrows, Known, Part
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import Doubts
from sopctl.analysis.untimed import Kind
from sopctl.analysis.walk import Visit, Walk
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.duration import Duration
from sopctl.model.sop import Step
from sopctl.named import NamedTuple

TOO_MANY = "it has too many times that differ"
Slow = tuple[tuple[Chain, ...], Doubts]


class Lasting(NamedTuple):
    """The longest that a way may last: minutes of the clock, and the start at which it does.

    `unknown` says why nobody can tell.
    """

    minutes: int = 0
    start: Moment = 0
    unknown: str = ""


class Share(NamedTuple):
    """What a step adds to a way at the longest: the latest of several, unless nobody can tell."""

    chains: tuple[Chain, ...] = ((),)
    unknown: tuple[str, ...] = ()


class Shares:
    """What each step adds, for whoever adds up ways elsewhere."""

    def __init__(self, library: Library) -> None:
        self._course = Course(library, _Seen())

    def of_step(self, sop: Sop, step: Step, time: Duration | None = None) -> Share:
        """What a step takes, where rows say it in the cases that a time is for, or without one in those
        that no row takes."""
        (leg,) = self._course.legs.of(sop, step, (time,))
        return Share(leg.slow, tuple(_unknown(leg.doubts)))

    def wait(self, sop: Sop, step: Step) -> Chain:
        """The shortest that a step must take."""
        (leg,) = self._course.legs.of(sop, step, None)
        return leg.fast

    def of_call(self, sop: Sop, step: Step) -> dict[str, Share | None]:
        """What a call takes to each outcome with which it can come back; None where nobody can tell, and
        the time of the step itself bounds it."""
        called = self._course.library.sop(step.call) if step.call else None
        if called is None:
            return {}
        ends = endings(self._course.library, called).named
        try:
            spread = _inside(step, self._course)
            wait = self.wait(sop, step)
            slow = {end: _to(spread, end, wait) for end in ends} if spread else {}
            if not all(plain(chains) for chains, _ in slow.values()):
                raise TooMany
        except (OutOfBudget, TooMany):
            return dict.fromkeys(ends, Share(unknown=(TOO_MANY,)))
        return {
            end: None if doubts and step.within else Share(chains, tuple(_unknown(doubts)))
            for end, (chains, doubts) in slow.items()
        }


def longest(way: Walk, library: Library) -> Lasting:
    """How long the way taken may last, whenever it starts in the two years from today."""
    return _worst(way, (), library)


def later_than(way: Walk, bound: Duration, library: Library) -> str:
    """In words why the way may last longer than the bound, or nobody can tell; else empty."""
    known = calendars(library)
    limit = chain(known.stretch(bound, known.default))
    found = _worst(way, limit, library)
    if found.unknown:
        return f"nobody can tell how long it lasts: {found.unknown}"
    if not found.minutes:
        return ""
    due = run_through(limit, found.start)
    moments = (found.start, due + found.minutes, due)
    start, end, over = (time_words.moment(known.default.local(each)) for each in moments)
    return f"begun on {start} it may last until {end}; {bound.words} are over on {over}"


def _worst(way: Walk, limit: Chain, library: Library) -> Lasting:
    """How many minutes after the limit the way may come to its end, at the worst start."""
    try:
        chains, doubts = _chains(way, library)
        if doubts:
            return Lasting(unknown="; ".join(_unknown(doubts)))
        gaps = [clock(library).gap(each, limit) for each in chains]
    except (OutOfBudget, TooMany):
        return Lasting(unknown=TOO_MANY)
    worst = max(gaps, key=lambda gap: gap.minutes)
    return Lasting(worst.minutes, worst.start or 0)


def _chains(way: Walk, library: Library) -> Slow:
    """The stretches of time one after the other; several where one of them is not known to be longest."""
    course = Course(library, _Seen())
    chains: tuple[Chain, ...] = ((),)
    doubts: Doubts = frozenset()
    waits: list[tuple[int, list[Chain]]] = []
    for visit in way.trail:
        chains = _waited(chains, waits, visit.depth)
        sop = library.sop(visit.sop)
        assert sop is not None
        slow, doubt = _times(visit, sop, sop.steps_by_id[visit.step], course)
        if visit.walked and (wait := _wait(visit, sop, course)):
            waits.append((visit.depth, [join(each, wait) for each in chains]))
        chains = slowest(join(one, other) for one in chains for other in slow)
        doubts |= doubt
    return _waited(chains, waits, 0) if way.end.ended else chains, doubts


def _waited(chains: tuple[Chain, ...], waits: list[tuple[int, list[Chain]]], depth: int) -> tuple[Chain, ...]:
    """The chains once the calls have come back that were made at a depth, or below it: none does
    before its wait is over."""
    while waits and waits[-1][0] >= depth:
        chains = slowest([*chains, *waits.pop()[1]])
    return chains


def _wait(visit: Visit, sop: Sop, course: Course) -> Chain:
    """The shortest that one step must take."""
    (leg,) = course.legs.of(sop, sop.steps_by_id[visit.step], visit.within or None)
    return leg.fast


def _times(visit: Visit, sop: Sop, step: Step, course: Course) -> Slow:
    """What one step may take at the longest."""
    if step.call and visit.walked:
        return ((),), frozenset()  # its steps stand in the trail
    (leg,) = course.legs.of(sop, step, visit.within or None)
    spread = _inside(step, course)
    if spread is None:
        return leg.slow, leg.doubts
    slow, doubts = _to(spread, visit.outcome, leg.fast)
    return (leg.slow, leg.doubts) if doubts and step.within else (slow, doubts)


def _inside(step: Step, course: Course) -> Spread | None:
    """The ways of the SOP that a step calls."""
    called = course.library.sop(step.call) if step.call else None
    entry = course.entry(called) if called else None
    return course.spread([entry], None, frozenset()) if entry else None


def _to(spread: Spread, outcome: str, wait: Chain) -> Slow:
    """What the ways to an outcome take, and at least the wait of the call."""
    ends = [end for end in spread.ends if end.place == outcome]
    return slowest([*spread.slow(ends), wait]), spread.doubts(ends)


def _unknown(doubts: Doubts) -> list[str]:
    return sorted(_DOUBTS[each.kind].format(each.words) for each in doubts)


_DOUBTS = {
    "step": "`{}` has no `within`",
    "rows": "`{}` has no `within` for this case",
    "loop": "nothing bounds the loop {}",
    "calls": "{}",
}


class _Seen(ByArrows):
    """Knows the times that the facts of the case left possible; None stands for no time."""

    def parts(self, sop: Sop, step: Step, known: Known, untimed: Sequence[Kind]) -> Iterable[Part]:
        for rows, timed, _ in super().parts(sop, step, known, untimed):
            if isinstance(known, tuple):
                rows = [row for row in rows if (row.within or row.otherwise) in known]
                timed = timed or None not in known
            yield Part(rows, timed, known)


def longest_words(way: Walk, library: Library) -> str:
    """The longest that a way may last, in words: `at the longest 6d 4h`."""
    found = longest(way, library)
    if found.unknown:
        return f"nobody can tell how long: {found.unknown}"
    return f"at the longest {time_words.minutes(found.minutes)}"
