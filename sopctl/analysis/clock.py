"""Promises of time: kept at every moment of the next two years, broken, or not to be told.

A deadline is held against the slowest way (a floor: the fastest) from the same starting moment.
"""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sopctl.analysis.calendar import MONTHS, Hours, Moment, Stretch, calendars
from sopctl.analysis.calls import call_circles
from sopctl.analysis.chains import (
    Budget,
    Chain,
    Gap,
    OutOfBudget,
    Run,
    TooMany,
    join,
    run_of,
    slowest,
    walk,
    widest,
)
from sopctl.analysis.chains import chain as chain_of
from sopctl.analysis.clauses import verified
from sopctl.analysis.course import Course
from sopctl.analysis.narrowing import ByArrows, ByFacts, Guide, narrows, readable
from sopctl.analysis.slowest import Spread, Stop
from sopctl.analysis.states import SURE, Doubts, Goals, State
from sopctl.analysis.taken_away import entered
from sopctl.analysis.unaltered import unaltered
from sopctl.analysis.ways import hands_off, is_sop
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import Clause
from sopctl.model.sop import Deadline, Sop

STATES = 8_000
"""So many states are unfolded by facts before arrows count: each of them takes more time."""

RUNS = 40_000
"""So many times the clock is run over a way before the answer is `unknown`."""


class Promise(NamedTuple):
    """A length of time, and the clause that sets it where the deadline does not."""

    time: Duration
    clause: str = ""
    verified: bool = True


class Broken(NamedTuple):
    """The worst start: when it is, when the way is through, and when it ought to be."""

    promise: Promise
    start: Moment
    end: Moment
    due: Moment
    to: str
    stops: tuple[Stop, ...]


class Extreme(NamedTuple):
    """The slowest way of a ceiling, from the start at which it takes longest, or the fastest of a floor:
    when it is through, when it ought to be, where it ends, and what cannot be told of it."""

    promise: Promise
    start: Moment
    end: Moment
    due: Moment
    to: str
    stops: tuple[Stop, ...]
    doubts: Doubts


class Verdict(NamedTuple):
    """What can be said of a deadline. `unknown` says why nothing can be; `by_arrows`, that no one
    could tell whether a case takes the way in question; `timeless`, that no clause of it has a time."""

    deadline: Deadline
    broken: Broken | None = None
    doubts: Doubts = frozenset()
    nowhere: bool = False
    unknown: str = ""
    by_arrows: bool = False
    timeless: bool = False


def verdicts(sop: Sop, library: Library) -> tuple[Verdict, ...]:
    """What can be said of each deadline of a SOP that could be read."""
    if not sop.deadlines:
        return ()
    return clock(library).verdicts(sop)


def clock(library: Library) -> "Clock":
    """The clock of a library: what it has worked out is kept."""
    if library not in _CLOCKS:
        like = library.like if library.registers_kept else None
        _CLOCKS[library] = Clock(library, clock(like) if like is not None else None)
    return _CLOCKS[library]


_CLOCKS: "WeakKeyDictionary[Library, Clock]" = WeakKeyDictionary()


class Clock:
    """Runs ways and durations over the two years from the library's today."""

    def __init__(self, library: Library, like: "Clock | None" = None) -> None:
        self._library = library
        self._calendars = calendars(library)
        self._courses: dict[tuple[bool, bool, int], Course] = {}
        self._verdicts: dict[str, tuple[Verdict, ...]] = {}
        self._gaps: dict[tuple[Chain, Chain], Gap] = {}
        self._like = like
        self._same: frozenset[str] = frozenset()
        if like is not None and not call_circles(library):  # in a circle, who is asked first matters
            self._same = unaltered(library)

    @property
    def default(self) -> Hours:
        return self._calendars.default

    def verdicts(self, sop: Sop) -> tuple[Verdict, ...]:
        if self._like is not None and sop.id in self._same:
            return self._like.verdicts(sop)
        if sop.id not in self._verdicts:
            known = [each for each in sop.deadlines or () if each and self._can_be_read(sop, each)]
            self._verdicts[sop.id] = tuple(self._verdict(sop, each) for each in known)
        return self._verdicts[sop.id]

    def _can_be_read(self, sop: Sop, deadline: Deadline) -> bool:
        """Whether all is known of a deadline; of what is not, other rules tell."""
        whole = deadline.kind and deadline.from_ and deadline.to and all(deadline.to) and not deadline.unknown
        clauses = (self._library.clauses.get(id) for id in deadline.implements or ())
        if any(each and each.kind in ("ceiling", "floor") and each.kind != deadline.kind for each in clauses):
            return False
        starts = deadline.from_ in sop.steps_by_id or deadline.from_ not in (sop.outcomes or {})
        return bool(whole) and starts and (not deadline.when or readable(self._library, sop, deadline.when))

    def gap(self, late: Chain, early: Chain, hasty: bool = False) -> Gap:
        """The most minutes by which one chain comes out after another, over every start; where
        `hasty`, any. The start is None where it never does."""
        if late == early:
            return Gap(0, None)
        one, other = _unlike(late, early)
        if len(one) <= 1 and len(other) <= 1 and (not one or not other or one[0].hours is other[0].hours):
            more = sum(each.minutes for each in one) - sum(each.minutes for each in other)
            if more <= 0:
                return Gap(0, None)
            if late[-1].hours is None and len(late) == 1:
                return Gap(more, self.window[0])
        if (late, early) not in self._gaps:
            found = self._widest(run_of(late), run_of(early), Budget(RUNS), hasty)
            if hasty and found.start is not None:
                return found  # there may be a wider one
            self._gaps[late, early] = found
        return self._gaps[late, early]

    def _widest(self, late: Run, early: Run, budget: Budget, hasty: bool) -> Gap:
        first, last = self.window
        for start in range(first, last, (last - first) // 12) if hasty else ():
            if (gap := late.at(start) - early.at(start)) > 0:
                return Gap(gap, start)
        found = widest(late, early, first, last, 0, budget, any_will_do=hasty)
        if hasty or found.start is None:
            return found
        return Gap(found.minutes, self._round(late, early, found))

    def _round(self, late: Run, early: Run, gap: Gap) -> Moment:
        """The same gap from a start that is easier to say, where there is one near."""
        assert gap.start is not None
        worst, (first, last) = gap.start, self.window
        near = self.default.openings(worst - 1440, worst + 1440)
        edges = [*(close for _, close in near), *(opening for opening, _ in near)]
        whole = [at for step in (60, 30, 15, 5) for at in (worst - worst % step, worst + -worst % step)]
        for start in [*sorted(edges, key=lambda edge: abs(edge - worst)), *whole]:
            if first <= start <= last and late.at(start) - early.at(start) == gap.minutes:
                return start
        return worst

    @property
    def window(self) -> tuple[Moment, Moment]:
        return self._calendars.window

    # Deadlines

    def _verdict(self, sop: Sop, deadline: Deadline) -> Verdict:
        """By arrows first: a promise that every way keeps is kept by those that some case takes."""
        promises = list(promises_of(deadline, self._library))
        if not promises:
            return Verdict(deadline, timeless=self._timeless(deadline))
        arrows = self._course(sop, deadline, True, True)
        if self._plainly_kept(sop, deadline, promises, arrows):
            return Verdict(deadline)
        if not _may_narrow(sop, deadline):
            return self._by_arrows(sop, deadline, promises)
        told = self._by_arrows(sop, deadline, promises, hasty=True)
        if told.nowhere or not (told.broken or told.doubts or told.unknown):
            return told
        try:
            narrowed = self._told(sop, deadline, promises, False, False)
        except OutOfBudget:
            return self._by_arrows(sop, deadline, promises)._replace(by_arrows=True)
        return Verdict(deadline) if narrowed.nowhere else narrowed

    def _timeless(self, deadline: Deadline) -> bool:
        """Whether every clause of a deadline is known, and that none has a time."""
        clauses = [self._library.clauses.get(id) for id in deadline.implements or ()]
        return all(
            each is not None
            and each.unknown.isdisjoint(("kind", "value"))
            and not (each.timed and each.value)
            for each in clauses
        )

    def _by_arrows(
        self, sop: Sop, deadline: Deadline, promises: list[Promise], hasty: bool = False
    ) -> Verdict:
        """The verdict if every arrow can be taken; `hasty` if any start will do to break it."""
        try:
            return self._told(sop, deadline, promises, True, hasty)
        except OutOfBudget:
            return Verdict(deadline, unknown="there are too many ways to follow them all")

    def _told(
        self, sop: Sop, deadline: Deadline, promises: list[Promise], by_arrows: bool, hasty: bool
    ) -> Verdict:
        """The verdict with months, on both sides, read as long as they can be, and as short."""
        monthly = any(each.time.unit in MONTHS for each in promises)
        for longest in (True, False):
            course = self._course(sop, deadline, by_arrows, longest)
            try:
                found = self._judged(sop, deadline, promises, course, hasty)
            except TooMany:  # a called SOP has more ways than can be summed up: walk through it
                guide = self._guide(sop, deadline, by_arrows)
                inside = Course(self._library, guide, longest, inline=True, most_states=_most(by_arrows))
                found = self._judged(sop, deadline, promises, inside, hasty)
            if found.broken or not (monthly or course.legs.months):
                break
        return found

    def extreme(self, sop: Sop, deadline: Deadline) -> Extreme | None:
        """How near the ways of a deadline come to its promise; None where there is nothing to tell.
        Where facts narrow the ways too slowly, arrows count: no way is slower than that."""
        promises = list(promises_of(deadline, self._library))
        if not promises or not self._can_be_read(sop, deadline):
            return None
        for by_arrows in (False, True) if _may_narrow(sop, deadline) else (True,):
            with suppress(OutOfBudget, TooMany):
                return self._extreme(sop, deadline, promises[0], self._course(sop, deadline, by_arrows, True))
        return None

    def _extreme(self, sop: Sop, deadline: Deadline, promise: Promise, course: Course) -> Extreme | None:
        spread = _between(sop, deadline, course)
        slow = deadline.kind == "ceiling"
        if spread is None or not any(end in spread.timely or not slow for end in spread.ends):
            return None
        limit = chain_of(self._calendars.stretch(promise.time, self.default, course.longest))
        start = self._worst(spread, (), True, False).start if slow else self.window[0]
        start = self.window[0] if start is None else start
        to, stops = spread.trace(spread.ends, start, slow)
        end = stops[-1].done if stops else start
        doubts = spread.doubts(spread.ends) if slow else SURE
        return Extreme(promise, start, end, walk(limit, start), to, tuple(stops), doubts)

    def _course(self, sop: Sop, deadline: Deadline, by_arrows: bool, longest: bool) -> Course:
        """The ways for a deadline; those for every case are shared by all deadlines."""
        key = (by_arrows, longest, id(deadline) if deadline.when and not by_arrows else 0)
        if key not in self._courses:
            guide = self._guide(sop, deadline, by_arrows)
            self._courses[key] = Course(self._library, guide, longest, most_states=_most(by_arrows))
        return self._courses[key]

    def _guide(self, sop: Sop, deadline: Deadline, by_arrows: bool) -> Guide:
        """What narrows the ways to those that some case takes, of the cases a deadline is for."""
        return ByArrows() if by_arrows else ByFacts(self._library, sop, deadline.when or {})

    def _judged(
        self, sop: Sop, deadline: Deadline, promises: list[Promise], course: Course, hasty: bool
    ) -> Verdict:
        spread = _between(sop, deadline, course)
        if spread is None or not spread.ends:
            return Verdict(deadline, nowhere=spread is not None and course.resolves(sop))
        slow = deadline.kind == "ceiling"
        if hasty and slow and spread.capped:
            return Verdict(deadline, unknown="a loop may be none for the cases that come to it")
        doubts = spread.doubts(spread.ends) if slow else frozenset()
        by_arrows = any(course.guide.by_arrows(end.known) for end in spread.ends)
        for promise in promises:
            limit = chain_of(self._calendars.stretch(promise.time, self.default, course.longest))
            gap = self._worst(spread, limit, slow, hasty)
            if gap.start is not None and promise.time.unit in MONTHS and not hasty:
                with suppress(OutOfBudget):
                    gap, limit = self._worst_of_months(spread, promise.time, slow, course) or (gap, limit)
            if gap.start is not None:
                return Verdict(
                    deadline,
                    self._broken(promise, gap.start, limit, spread, slow),
                    doubts,
                    by_arrows=by_arrows,
                )
        return Verdict(deadline, doubts=doubts, by_arrows=by_arrows)

    def _plainly_kept(self, sop: Sop, deadline: Deadline, promises: list[Promise], course: Course) -> bool:
        """Whether even all steps in a row would keep the promise: most deadlines ask no more."""
        ends = sop.outcomes or {}
        whole = sop.steps_whole and "outcomes" not in sop.unknown
        if (
            not whole
            or deadline.kind != "ceiling"
            or deadline.from_ != "trigger"
            or any(to not in ends for to in deadline.to)
        ):
            return False
        row = course.legs.row(sop, deadline.to)
        if row is None or course.legs.months or any(each.time.unit in MONTHS for each in promises):
            return False
        limits = (self._calendars.stretch(each.time, self.default, course.longest) for each in promises)
        return all(self.gap(row, chain_of(limit)).start is None for limit in limits)

    def _worst(self, spread: Spread, limit: Chain, slow: bool, hasty: bool) -> Gap:
        """By how much the promise is broken at the worst start; where `hasty`, at any."""
        budget, bound = Budget(RUNS // 10 if hasty else RUNS), run_of(limit)
        try:
            worst = Gap(0, None)
            for way in spread.slow(spread.ends) if slow else spread.fast(spread.ends):
                late, early = (way, limit) if slow else (limit, way)
                worst = max(worst, self.gap(late, early, hasty), key=lambda gap: gap.minutes)
                if hasty and worst.start is not None:
                    break
            return worst
        except TooMany:
            if spread.looped and not slow:
                raise OutOfBudget from None
            run = spread.run(spread.ends, slow, budget)
            return (
                self._widest(run, bound, budget, hasty) if slow else self._widest(bound, run, budget, hasty)
            )

    def _worst_of_months(
        self, spread: Spread, time: Duration, slow: bool, course: Course
    ) -> tuple[Gap, Chain] | None:
        """By how much a promise of months is broken where each start has the days that its months
        have, and those days at the worst one; None where the ways themselves take months."""
        if course.may_take_months(spread):
            return None
        budget = Budget(RUNS)
        try:
            ways = [run_of(each) for each in (spread.slow(spread.ends) if slow else spread.fast(spread.ends))]
        except TooMany:
            ways = [spread.run(spread.ends, slow, budget)]
        worst = Gap(0, None)
        days: Chain = ()
        for first, last, count in self._months_ahead(time.count * MONTHS[time.unit]):
            limit = (Stretch(None, count * 1440),)
            for way in ways:
                late, early = (way, run_of(limit)) if slow else (run_of(limit), way)
                found = widest(late, early, first, last, worst.minutes, budget)
                if found.start is not None:
                    worst, days = found, limit
        return worst, days

    def _months_ahead(self, count: int) -> list[tuple[Moment, Moment, int]]:
        """The stretches of starts of which so many months have as many days; last those from a day
        that the month at the end does not have, of which not everybody counts alike."""
        hours, (first, last) = self.default, self.window
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

    def _broken(self, promise: Promise, start: Moment, limit: Chain, spread: Spread, slow: bool) -> Broken:
        to, stops = spread.trace(spread.ends, start, slow)
        end = stops[-1].done if stops else start
        return Broken(promise, start, end, walk(limit, start), to, tuple(stops))

    # Bare durations

    def laxer(self, ours: Duration, hours: Hours, law: Duration, ceiling: bool) -> Gap:
        """By how many minutes a duration of ours, at the worst start, is laxer than the law's.

        Months of both sides are the same months; else the laxest reading of ours counts, against
        the strictest of the law.
        """
        if ours.unit in MONTHS and law.unit in MONTHS:
            more = ours.count * MONTHS[ours.unit] - law.count * MONTHS[law.unit]
            more = more if ceiling else -more
            return Gap(more * 30 * 1440, self.window[0]) if more > 0 else Gap(0, None)
        mine = chain_of(self._calendars.stretch(ours, hours, ceiling))
        theirs = chain_of(self._calendars.stretch(law, self.default, not ceiling))
        return self.gap(mine, theirs) if ceiling else self.gap(theirs, mine)


def _months_from(day: date, count: int) -> tuple[bool, int]:
    """Whether a day is one that the month so many months later does not have, and the days to it or to
    the last that it has."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = monthrange(year, month + 1)[1]
    return day.day > last, (date(year, month + 1, min(day.day, last)) - day).days


def _most(by_arrows: bool) -> int | None:
    return None if by_arrows else STATES


def _unlike(one: Chain, other: Chain) -> tuple[Chain, Chain]:
    """Two chains without the beginning that they share."""
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return one[at:], other[at:]


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


def _between(sop: Sop, deadline: Deadline, course: Course) -> Spread | None:
    """The states from each passing of `from` to the first `to` after it; None where a part of the
    way could not be read."""
    library = course.library
    if not sop.steps_whole or "outcomes" in sop.unknown:
        return None
    from_sop, from_step = _point(sop, deadline.from_)
    points = [_point(sop, each) for each in deadline.to if each]
    wanted = frozenset([sop.id, from_sop, *(id for id, _ in points)])
    if not all(_exists(point, library) for point in [(from_sop, from_step), *points]):
        return None
    goals = _goals(sop, points, library)
    starts, passed = _starts(sop, from_sop, from_step, course, goals, wanted)
    since = from_step if from_sop == sop.id else None
    return course.spread(starts, goals, wanted, sop.id, since, cache(lambda: _ago(*passed)))


def _point(sop: Sop, written: str) -> tuple[str, str]:
    """SOP and step of a point; the step is empty for the trigger and for a hand-off."""
    id, mark, step = written.partition("#")
    if mark:
        return id or sop.id, step
    if is_sop(written):
        return written, ""
    return sop.id, "" if written == "trigger" else written


def _exists(point: tuple[str, str], library: Library) -> bool:
    """False where another rule says that the point leads nowhere, or its SOP could not be read."""
    sop, place = library.sop(point[0]), point[1]
    if sop is None or not sop.steps_whole:
        return False
    return not place or place in sop.steps_by_id or place in (sop.outcomes or {})


def _goals(sop: Sop, points: list[tuple[str, str]], library: Library) -> Goals:
    done: set[tuple[str, str]] = set()
    reached: set[tuple[str, str]] = set()
    handed: set[str] = set()
    for id, place in points:
        if not place and id != sop.id:
            handed.add(id)
        elif not place:
            reached.update((id, step.id) for step in sop.known_steps[:1])
        elif id == sop.id and place in (sop.outcomes or {}):
            reached.add((id, place))
        else:
            done.add((id, place))
    return Goals(frozenset(done), frozenset(reached), frozenset(handed))


def _may_narrow(sop: Sop, deadline: Deadline) -> bool:
    """Whether no case may take some of the ways of a deadline that arrows show."""
    return bool(deadline.when) or hands_off(sop) or narrows(sop)


def _starts(
    sop: Sop, id: str, step: str, course: Course, goals: Goals, wanted: frozenset[str]
) -> tuple[list[State], tuple[Spread | None, list[State]]]:
    """The states at which the clock starts: behind each passing of the point. With them the ways to
    the point, and its states there."""
    for root in dict.fromkeys([sop.id, id]):
        first = course.library.sop(root)
        entry = course.entry(first) if first else None
        if first is None or entry is None:
            continue
        if not step and id == sop.id and not course.comes_back(first):
            return [entry], (None, [])
        place = step or (first.known_steps[0].id if id == root else "")
        passing = Goals(done=frozenset(((id, place),)), stops=False)
        spread = course.spread([entry], passing, wanted, root)
        passed = [state for state in spread.order if state.spot == (id, place) and not state.ended]
        if passed:
            if not step:
                triggered = {entry, *entered(spread)}
                return [state for state in passed if state in triggered], (None, [])
            behind = [each for state in passed for each in course.behind(state, goals, wanted, sop.id)]
            return behind, (spread, passed)
    return [], (None, [])


def _ago(spread: Spread | None, passed: list[State]) -> tuple[Chain, ...]:
    """How long the way to a point that cases have passed may take; none where nobody can tell."""
    if spread is None or spread.doubts(passed):
        return ()
    found: list[Chain] = []
    try:
        for state in passed:
            done = [group for group in spread.groups[state] if not group.left]
            inside = any(len(to.stack) > len(state.stack) for group in done for to in group.nexts)
            if inside or any(group.doubts for group in done):
                return ()
            before = spread.slow([state])
            found += [join(each, then) for each in before for group in done for then in group.slow]
        return slowest(found)
    except TooMany:
        return ()


__all__ = ["Broken", "Clock", "Extreme", "Promise", "Verdict", "clock", "promises_of", "verdicts"]
