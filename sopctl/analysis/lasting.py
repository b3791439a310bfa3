"""How long the way that a case took may last, added up on the calendar."""

from collections.abc import Iterable, Sequence

from sopctl.analysis import time_words
from sopctl.analysis.calendar import Moment, calendars
from sopctl.analysis.calls import endings
from sopctl.analysis.chains import Chain, OutOfBudget, TooMany, chain, join, slowest
from sopctl.analysis.chains import walk as run_through
from sopctl.analysis.clock import clock
from sopctl.analysis.course import Course
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
    """What each step adds to a way: here, and on the page."""

    def __init__(self, library: Library) -> None:
        self._course = Course(library, _Seen())
        self._spreads: dict[str, Spread | None] = {}

    def of_step(self, sop: Sop, step: Step, times: tuple[Duration | None, ...] | None = (None,)) -> Share:
        """What a step takes where these times are possible: those of rows, and None where no row says it.
        Without times, all are."""
        (leg,) = self._course.legs.of(sop, step, times)
        return Share(leg.slow, _unknown(leg.doubts))

    def wait(self, sop: Sop, step: Step) -> Chain:
        """The shortest that a step must take."""
        (leg,) = self._course.legs.of(sop, step, None)
        return leg.fast

    def of_call(self, sop: Sop, step: Step) -> dict[str, Share | None]:
        """What a call takes to each outcome with which it can come back; None where nobody can tell, and
        the time of the step itself bounds it."""
        called = self._course.called(step)
        ends = endings(self._course.library, called).named if called else ()
        return {end: self.to_end(sop, step, end) for end in ends}

    def to_end(self, sop: Sop, step: Step, outcome: str) -> Share | None:
        """The same to one of them; None also where there is no called SOP to go by."""
        try:
            spread = self._inside(step)
            if spread is None:
                return None
            ends = [end for end in spread.ends if end.place == outcome]
            doubts = spread.doubts(ends)
            chains = slowest([*spread.slow(ends), self.wait(sop, step)])
        except (OutOfBudget, TooMany):
            return Share(unknown=(TOO_MANY,))
        return None if doubts and step.within else Share(chains, _unknown(doubts))

    def _inside(self, step: Step) -> Spread | None:
        """The ways of the SOP that a step calls."""
        called = self._course.called(step)
        if called is None:
            return None
        if called.id not in self._spreads:
            entry = self._course.entry(called)
            self._spreads[called.id] = self._course.spread([entry], None, frozenset()) if entry else None
        return self._spreads[called.id]


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
    where = time_words.zoned(library)
    return f"begun on {start}{where} it may last until {end}; {bound.words} are over on {over}"


def _worst(way: Walk, limit: Chain, library: Library) -> Lasting:
    """How many minutes after the limit the way may come to its end, at the worst start."""
    try:
        chains, unknown = _whole(way, library)
        if unknown:
            return Lasting(unknown="; ".join(unknown))
        gaps = [clock(library).gap(each, limit) for each in chains]
    except (OutOfBudget, TooMany):
        return Lasting(unknown=TOO_MANY)
    worst = max(gaps, key=lambda gap: gap.minutes)
    return Lasting(worst.minutes, worst.start or 0)


def _whole(way: Walk, library: Library) -> Share:
    """The stretches of time one after the other; several where one of them is not known to be longest."""
    shares = Shares(library)
    chains: tuple[Chain, ...] = ((),)
    unknown: set[str] = set()
    waits: list[tuple[int, list[Chain]]] = []
    for visit in way.trail:
        chains = _waited(chains, waits, visit.depth)
        sop = library.sop(visit.sop)
        assert sop is not None
        step = sop.steps_by_id[visit.step]
        if step.call and visit.walked:  # its steps stand in the trail
            if wait := shares.wait(sop, step):
                waits.append((visit.depth, [join(each, wait) for each in chains]))
            continue
        share = _share(visit, sop, step, shares)
        chains = slowest(join(one, other) for one in chains for other in share.chains)
        unknown.update(share.unknown)
    return Share(_waited(chains, waits, 0) if way.end.ended else chains, tuple(sorted(unknown)))


def _share(visit: Visit, sop: Sop, step: Step, shares: Shares) -> Share:
    """What one step adds."""
    found = shares.to_end(sop, step, visit.outcome) if step.call else None
    return shares.of_step(sop, step, visit.within or None) if found is None else found


def _waited(chains: tuple[Chain, ...], waits: list[tuple[int, list[Chain]]], depth: int) -> tuple[Chain, ...]:
    """The chains once the calls have come back that were made at a depth, or below it: none does
    before its wait is over."""
    while waits and waits[-1][0] >= depth:
        chains = slowest([*chains, *waits.pop()[1]])
    return chains


def _unknown(doubts: Doubts) -> tuple[str, ...]:
    return tuple(sorted(_DOUBTS[each.kind].format(each.words) for each in doubts))


_DOUBTS = {
    "step": "`{}` has no `within`",
    "rows": "`{}` has no `within` for this case",
    "loop": "nothing bounds the loop {}",
    "calls": "{}",
    "unread": "a time of `{}` cannot be read",
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
