"""How long the way that a case took may last, added up on the calendar."""

from collections.abc import Iterable
from typing import NamedTuple

from sopctl.analysis import time_words
from sopctl.analysis.calendar import Moment, calendars
from sopctl.analysis.chains import Chain, OutOfBudget, TooMany, chain, join, slowest
from sopctl.analysis.chains import walk as run_through
from sopctl.analysis.clock import clock
from sopctl.analysis.course import Course, Doubts
from sopctl.analysis.narrowing import ByArrows, Known
from sopctl.analysis.walk import Visit, Walk
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.duration import Duration
from sopctl.model.sop import Step, WithinRow


class Lasting(NamedTuple):
    """The longest that a way may last: minutes of the clock, and the start at which it does.

    `unknown` says why nobody can tell.
    """

    minutes: int = 0
    start: Moment = 0
    unknown: str = ""


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
            return Lasting(unknown="; ".join(sorted(_DOUBTS[kind].format(words) for kind, words in doubts)))
        gaps = [clock(library).gap(each, limit) for each in chains]
    except (OutOfBudget, TooMany):
        return Lasting(unknown="it has too many times that differ")
    worst = max(gaps, key=lambda gap: gap.minutes)
    return Lasting(worst.minutes, worst.start or 0)


def _chains(way: Walk, library: Library) -> tuple[tuple[Chain, ...], Doubts]:
    """The stretches of time one after the other; several where one of them is not known to be longest."""
    course = Course(library, _Seen())
    chains: tuple[Chain, ...] = ((),)
    doubts: Doubts = frozenset()
    for visit in way.trail:
        sop = library.sop(visit.sop)
        assert sop is not None
        slow, doubt = _times(visit, sop, sop.steps_by_id[visit.step], course)
        chains = slowest(join(one, other) for one in chains for other in slow)
        doubts |= doubt
    return chains, doubts


def _times(visit: Visit, sop: Sop, step: Step, course: Course) -> tuple[tuple[Chain, ...], Doubts]:
    """What one step may take at the longest."""
    if step.call and visit.walked:
        return ((),), frozenset()  # its steps stand in the trail
    leg = course.leg(sop.id, step, visit.within or None)
    called = course.library.sop(step.call) if step.call else None
    entry = course.entry(called) if called else None
    if entry is None:
        return leg.slow, leg.doubts
    spread = course.spread([entry], None, frozenset())
    slow, doubts = spread.slow([end for end in spread.ends if end[2] == visit.outcome])
    return (leg.slow, frozenset()) if doubts and step.within else (slow or ((),), doubts)


_DOUBTS = {
    "step": "`{}` has no `within`",
    "loop": "nothing bounds the loop {}",
    "calls": "{}",
}


class _Seen(ByArrows):
    """Knows the times that the facts of the case left possible."""

    def rows(self, sop: Sop, step: Step, known: Known) -> Iterable[WithinRow]:
        rows = super().rows(sop, step, None)
        return [row for row in rows if not isinstance(known, tuple) or (row.within or row.otherwise) in known]


def longest_words(way: Walk, library: Library) -> str:
    """The longest that a way may last, in words: `at the longest 6d 4h`."""
    found = longest(way, library)
    if found.unknown:
        return f"nobody can tell how long: {found.unknown}"
    return f"at the longest {time_words.minutes(found.minutes)}"
