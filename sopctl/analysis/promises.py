"""Promises of time: kept at every moment of the next two years, broken, or not to be told.

A deadline is held against the slowest way (a floor: the fastest) from the same starting moment.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sopctl.analysis import stops, whole_graph
from sopctl.analysis.between import between
from sopctl.analysis.calendar import MONTHS, Moment, Stretch, calendars
from sopctl.analysis.calls import call_circles
from sopctl.analysis.chains import (
    Budget,
    Chain,
    Gap,
    OutOfBudget,
    TooMany,
    run_of,
    walk,
    widest,
)
from sopctl.analysis.clauses import verified
from sopctl.analysis.clock import NEVER, RUNS, clock
from sopctl.analysis.course import Course
from sopctl.analysis.narrowing import ByArrows, ByFacts, Guide, narrows, readable
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import SURE, UNREAD, Doubts
from sopctl.analysis.stops import Stop
from sopctl.analysis.unaltered import unaltered
from sopctl.analysis.ways import hands_off
from sopctl.library import Library, WorkedOut
from sopctl.model.duration import Duration
from sopctl.model.registers import Clause
from sopctl.model.sop import Deadline, Sop
from sopctl.named import NamedTuple

STATES = 8_000
"""So many states are unfolded by facts before arrows count: each of them takes more time."""


class Promise(NamedTuple):
    """A length of time, and the clause that sets it where the deadline does not."""

    time: Duration
    clause: str = ""
    verified: bool = True


class Extreme(NamedTuple):
    """The slowest way of a ceiling, from the start at which it takes longest, or the fastest of a floor:
    when it is through, when it ought to be, where it ends, and what cannot be told of it."""

    promise: Promise
    start: Moment
    end: Moment
    due: Moment
    to: str
    stops: tuple[Stop, ...]
    doubts: Doubts = SURE


class Verdict(NamedTuple):
    """What can be said of a deadline. `unknown` says why nothing can be; `by_arrows`, that no one
    could tell whether a case takes the way in question; `timeless`, that no clause of it has a time."""

    deadline: Deadline
    broken: Extreme | None = None
    doubts: Doubts = frozenset()
    nowhere: bool = False
    unknown: str = ""
    by_arrows: bool = False
    timeless: bool = False


def verdicts(sop: Sop, library: Library) -> tuple[Verdict, ...]:
    """What can be said of each deadline of a SOP that could be read."""
    return _judge(library).verdicts(sop) if sop.deadlines else ()


def extreme(sop: Sop, deadline: Deadline, library: Library) -> Extreme | None:
    """How near the ways of a deadline come to its promise; None where there is nothing to tell."""
    if not can_be_read(sop, deadline, library):
        return None
    return _Hearing(sop, deadline, _judge(library)).extreme()


def promises_of(deadline: Deadline, library: Library) -> Iterator[Promise]:
    """What a deadline promises: its value, or what each of its clauses sets."""
    if deadline.value:
        yield Promise(deadline.value)
        return
    clauses = [(id, clause) for id in deadline.implements or () if (clause := library.clauses.get(id))]
    timed = [(id, clause) for id, clause in clauses if clause.kind in _TIMED and clause.duration]
    fitting = [each for each in timed if each[1].kind == deadline.kind]
    found = [_promise(id, clause) for id, clause in fitting or timed]
    yield from sorted(found, key=lambda each: not each.verified)  # what is sure speaks first


_TIMED = ("ceiling", "floor", "window")


def _promise(id: str, clause: Clause) -> Promise:
    assert clause.duration
    return Promise(clause.duration, id, verified(clause))


def can_be_read(sop: Sop, deadline: Deadline, library: Library) -> bool:
    """Whether all is known of a deadline; of what is not, other rules tell."""
    whole = deadline.kind and deadline.from_ and deadline.to and all(deadline.to) and not deadline.unknown
    clauses = (library.clauses.get(id) for id in deadline.implements or ())
    if any(each and each.kind in ("ceiling", "floor") and each.kind != deadline.kind for each in clauses):
        return False
    starts = deadline.from_ in sop.steps_by_id or deadline.from_ not in (sop.outcomes or {})
    if calendars(library).default.unread and any(
        each.time.business for each in promises_of(deadline, library)
    ):
        return False
    return bool(whole) and starts and (not deadline.when or readable(library, sop, deadline.when))


class _Judge:
    """What is worked out once for all deadlines of a library."""

    def __init__(self, library: Library, like: "_Judge | None") -> None:
        self.library = library
        self._verdicts: dict[str, tuple[Verdict, ...]] = {}
        self._courses: dict[tuple[bool, bool, int], Course] = {}
        self._like = like
        self._same: frozenset[str] = frozenset()
        if like is not None and not call_circles(library):  # in a circle, who is asked first matters
            self._same = unaltered(library)

    def verdicts(self, sop: Sop) -> tuple[Verdict, ...]:
        if self._like is not None and sop.id in self._same:
            return self._like.verdicts(sop)
        if sop.id not in self._verdicts:
            known = [each for each in sop.deadlines or () if each and can_be_read(sop, each, self.library)]
            self._verdicts[sop.id] = tuple([_Hearing(sop, each, self).verdict() for each in known])
        return self._verdicts[sop.id]

    def course(self, sop: Sop, deadline: Deadline, by_arrows: bool, longest: bool) -> Course:
        """The ways for a deadline; those for every case are shared by all deadlines."""
        key = (by_arrows, longest, id(deadline) if deadline.when and not by_arrows else 0)
        if key not in self._courses:
            self._courses[key] = self.new_course(sop, deadline, by_arrows, longest)
        return self._courses[key]

    def new_course(
        self, sop: Sop, deadline: Deadline, by_arrows: bool, longest: bool, inline: bool = False
    ) -> Course:
        """Those that arrows show, or else those that some case takes of the cases that a deadline is for."""
        guide: Guide = ByArrows() if by_arrows else ByFacts(self.library, sop, deadline.when or {})
        return Course(self.library, guide, longest, inline, None if by_arrows else STATES)


def _judge(library: Library) -> _Judge:
    if library not in _JUDGES:
        like = library.like if library.registers_kept else None
        _JUDGES[library] = _Judge(library, _judge(like) if like is not None else None)
    return _JUDGES[library]


_JUDGES: "WorkedOut[_Judge]" = WorkedOut()


class _Hearing:
    """A deadline of a SOP, held against its ways."""

    def __init__(self, sop: Sop, deadline: Deadline, judge: _Judge) -> None:
        self._sop, self._deadline, self._judge = sop, deadline, judge
        self._slow = deadline.kind == "ceiling"
        self._promises = list(promises_of(deadline, judge.library))
        self._clock = clock(judge.library)

    def verdict(self) -> Verdict:
        """By arrows first: a promise that every way keeps is kept by those that some case takes."""
        if not self._promises:
            return Verdict(self._deadline, timeless=self._timeless())
        if self._plainly_kept():
            return Verdict(self._deadline)
        if not self._may_narrow():
            return self._by_arrows()
        told = self._by_arrows(hasty=True)
        if told.nowhere or not (told.broken or told.doubts or told.unknown):
            return told
        try:
            narrowed = self._told(by_arrows=False)
        except OutOfBudget:
            return self._by_arrows()._replace(by_arrows=True)
        return Verdict(self._deadline) if narrowed.nowhere else narrowed

    def extreme(self) -> Extreme | None:
        """The nearest way. Where facts narrow the ways too slowly, arrows count: none is slower than that."""
        if not self._promises:
            return None
        for by_arrows in (False, True) if self._may_narrow() else (True,):
            with suppress(OutOfBudget, TooMany):
                return self._nearest(self._course(by_arrows, longest=True))
        return None

    def _nearest(self, course: Course) -> Extreme | None:
        spread = between(self._sop, self._deadline, course)
        if spread is None or not any(end in spread.timely or not self._slow for end in spread.ends):
            return None
        promise, start = self._promises[0], self._clock.window[0]
        if self._slow and (worst := self._worst(spread, ()).start) is not None:
            start = worst
        doubts = self._doubts(spread)
        limit = self._clock.limit(promise.time, course.longest)
        return self._shown(promise, start, limit, spread)._replace(doubts=doubts)

    def _timeless(self) -> bool:
        """Whether every clause of a deadline is known, and that none has a time."""
        clauses = [self._judge.library.clauses.get(id) for id in self._deadline.implements or ()]
        return all(
            each is not None
            and each.unknown.isdisjoint(("kind", "value"))
            and not (each.timed and each.value)
            for each in clauses
        )

    def _may_narrow(self) -> bool:
        """Whether no case may take some of the ways that arrows show."""
        return bool(self._deadline.when) or hands_off(self._sop) or narrows(self._sop)

    def _monthly(self) -> bool:
        return any(each.time.unit in MONTHS for each in self._promises)

    def _course(self, by_arrows: bool, longest: bool) -> Course:
        return self._judge.course(self._sop, self._deadline, by_arrows, longest)

    def _plainly_kept(self) -> bool:
        """Whether even all steps in a row would keep the promise: most deadlines ask no more."""
        sop, deadline = self._sop, self._deadline
        ends = sop.outcomes or {}
        whole = sop.steps_whole and "outcomes" not in sop.unknown
        if not (
            whole and self._slow and deadline.from_ == "trigger" and all(to in ends for to in deadline.to)
        ):
            return False
        course = self._course(by_arrows=True, longest=True)
        row = course.legs.row(sop, deadline.to)
        if row is None or course.legs.months or self._monthly():
            return False
        limits = [self._clock.limit(each.time, course.longest) for each in self._promises]
        return all(self._clock.gap(row, limit).start is None for limit in limits)

    def _by_arrows(self, hasty: bool = False) -> Verdict:
        """The verdict if every arrow can be taken; `hasty` if any start will do to break it."""
        try:
            return self._told(True, hasty)
        except OutOfBudget:
            return Verdict(self._deadline, unknown="there are too many ways to follow them all")

    def _told(self, by_arrows: bool, hasty: bool = False) -> Verdict:
        """The verdict with months, on both sides, read as long as they can be, and as short."""
        for longest in (True, False):
            course = self._course(by_arrows, longest)
            try:
                found = self._judged(course, hasty)
            except TooMany:  # a called SOP has more ways than can be summed up: walk through it
                sop, deadline = self._sop, self._deadline
                inside = self._judge.new_course(sop, deadline, by_arrows, longest, inline=True)
                found = self._judged(inside, hasty)
            if found.broken or not (self._monthly() or course.legs.months):
                break
        return found

    def _judged(self, course: Course, hasty: bool) -> Verdict:
        deadline = self._deadline
        spread = between(self._sop, deadline, course)
        if spread is None or not spread.ends:
            return Verdict(deadline, nowhere=spread is not None and course.resolves(self._sop))
        if hasty and self._slow and spread.capped:
            return Verdict(deadline, unknown="a loop may be none for the cases that come to it")
        doubts = self._doubts(spread)
        if doubts and not self._slow:
            return Verdict(deadline, doubts=doubts)
        by_arrows = any(course.guide.by_arrows(end.known) for end in spread.ends)
        for promise in self._promises:
            broken = self._broken(promise, spread, course, hasty)
            if broken is not None:
                return Verdict(deadline, broken, doubts, by_arrows=by_arrows)
        return Verdict(deadline, doubts=doubts, by_arrows=by_arrows)

    def _doubts(self, spread: Spread) -> Doubts:
        """Why the way cannot be told: the fastest only where a time of it could not be read."""
        doubts = spread.doubts(spread.ends)
        return doubts if self._slow else frozenset(each for each in doubts if each.kind == UNREAD)

    def _broken(self, promise: Promise, spread: Spread, course: Course, hasty: bool) -> Extreme | None:
        limit = self._clock.limit(promise.time, course.longest)
        gap = self._worst(spread, limit, hasty)
        if gap.start is not None and promise.time.unit in MONTHS and not hasty:
            with suppress(OutOfBudget):
                gap, limit = self._worst_of_months(spread, promise.time, course) or (gap, limit)
        return None if gap.start is None else self._shown(promise, gap.start, limit, spread)

    def _shown(self, promise: Promise, start: Moment, limit: Chain, spread: Spread) -> Extreme:
        """The slowest (fastest) way from a start."""
        to, found = stops.trace(spread, spread.ends, start, self._slow)
        end = found[-1].done if found else start
        return Extreme(promise, start, end, walk(limit, start), to, tuple(found))

    def _ways(self, spread: Spread) -> tuple[Chain, ...]:
        return spread.slow(spread.ends) if self._slow else spread.fast(spread.ends)

    def _worst(self, spread: Spread, limit: Chain, hasty: bool = False) -> Gap:
        """By how much the promise is broken at the worst start; where `hasty`, at any."""
        try:
            worst = NEVER
            for way in self._ways(spread):
                late, early = (way, limit) if self._slow else (limit, way)
                worst = max(worst, self._clock.gap(late, early, hasty), key=lambda gap: gap.minutes)
                if hasty and worst.start is not None:
                    break
            return worst
        except TooMany:
            if spread.looped and not self._slow:
                raise OutOfBudget from None
            budget = Budget(RUNS // 10 if hasty else RUNS)
            run = whole_graph.run(spread, spread.ends, self._slow, budget)
            runs = (run, run_of(limit)) if self._slow else (run_of(limit), run)
            return self._clock.widest(*runs, budget, hasty)

    def _worst_of_months(self, spread: Spread, time: Duration, course: Course) -> tuple[Gap, Chain] | None:
        """By how much a promise of months is broken where each start has the days that its months
        have, and those days at the worst one; None where the ways themselves take months."""
        if course.may_take_months(spread):
            return None
        budget = Budget(RUNS)
        try:
            ways = list(map(run_of, self._ways(spread)))
        except TooMany:
            ways = [whole_graph.run(spread, spread.ends, self._slow, budget)]
        worst = NEVER
        days: Chain = ()
        for first, last, count in _months_ahead(time.count * MONTHS[time.unit], self._judge.library):
            limit = (Stretch(None, count * 1440),)
            for way in ways:
                late, early = (way, run_of(limit)) if self._slow else (run_of(limit), way)
                found = widest(late, early, first, last, worst.minutes, budget)
                if found.start is not None:
                    worst, days = found, limit
        return worst, days


def _months_ahead(count: int, library: Library) -> list[tuple[Moment, Moment, int]]:
    """The stretches of starts of which so many months have as many days; last those from a day that the
    month at the end does not have, of which not everybody counts alike."""
    hours, (first, last) = calendars(library).default, calendars(library).window
    begun, ended = (hours.local(each).date() for each in (first, last))
    days = [begun + timedelta(each) for each in range((ended - begun).days + 1)]
    found = []
    for (odd, length), same in groupby(days, lambda day: _months_from(day, count)):
        here = list(same)
        opening, closing = (
            hours.moment(datetime.combine(each, time())) for each in (here[0], here[-1] + timedelta(1))
        )
        found.append((odd, max(first, opening), min(last, closing - 1), length))
    return [(opening, closing, length) for _, opening, closing, length in sorted(found)]


def _months_from(day: date, count: int) -> tuple[bool, int]:
    """Whether a day is one that the month so many months later does not have, and the days to it or to
    the last that it has."""
    month = day.year * 12 + day.month - 1 + count
    first, following = (date(each // 12, each % 12 + 1, 1) for each in (month, month + 1))
    last = (following - first).days
    return day.day > last, (first - day).days + min(day.day, last) - 1
