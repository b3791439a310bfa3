"""How long a SOP lasts: the slowest and the fastest way from its trigger to each of its ends."""

from collections.abc import Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sopctl.analysis import time_words
from sopctl.analysis.calendar import FOREVER, Moment
from sopctl.analysis.chains import Budget, Gap, OutOfBudget, Run, TooMany, run_of, widest
from sopctl.analysis.clock import clock
from sopctl.analysis.course import Course, Goals, Spread, State
from sopctl.analysis.narrowing import ByArrows, ByFacts, Guide
from sopctl.analysis.ways import is_sop
from sopctl.library import Library
from sopctl.model import Sop


class Length(NamedTuple):
    """Minutes of the clock, from the start at which they are most (of the fastest way: fewest).
    `unknown` says why nobody can tell."""

    minutes: int = 0
    start: Moment = 0
    unknown: str = ""


class Lengths(NamedTuple):
    """The slowest and the fastest way to one end. `by_arrows`: it could not be told whether a case
    takes them."""

    slowest: Length
    fastest: Length
    by_arrows: bool = False


RUNS = 12_000
"""So many times the clock is run over the ways to one end before the answer is `unknown`."""


def lengths(sop: Sop, library: Library) -> Mapping[str, Lengths]:
    """By outcome, and by SOP that it hands to, how long the ways from the trigger to it may take;
    an end to which no way leads is left out. Worked out once for all who ask."""
    known = _LENGTHS.setdefault(library, {})
    if sop.id not in known:
        known[sop.id] = _lengths(sop, library)
    return known[sop.id]


_LENGTHS: WeakKeyDictionary[Library, dict[str, Mapping[str, Lengths]]] = WeakKeyDictionary()

_TOO_MANY = "there are too many ways to follow them all"


def _lengths(sop: Sop, library: Library) -> Mapping[str, Lengths]:
    if not sop.known_steps:
        return {}
    if not sop.steps_whole or "outcomes" in sop.unknown:
        return _all_unknown(sop, "a part of the SOP cannot be read")
    try:
        return _timed(sop, library, ByFacts(library, sop, {}))
    except OutOfBudget:
        pass
    try:
        return {
            end: found._replace(by_arrows=True) for end, found in _timed(sop, library, ByArrows()).items()
        }
    except OutOfBudget:
        return _all_unknown(sop, _TOO_MANY)


def _all_unknown(sop: Sop, why: str) -> Mapping[str, Lengths]:
    return dict.fromkeys(sop.outcomes or (), Lengths(Length(unknown=why), Length(unknown=why)))


def _timed(sop: Sop, library: Library, guide: Guide) -> Mapping[str, Lengths]:
    """The ends with their lengths; months are as long as they can be, and for the fastest as short."""
    slow, months = _by_end(sop, library, guide, longest=True)
    fast, _ = _by_end(sop, library, guide, longest=False) if months else (slow, False)
    return {
        end: Lengths(_slowest(sop, library, *found), _fastest(library, *fast[end]))
        for end, found in slow.items()
        if end in fast
    }


_Ends = tuple[Spread, list[State]]


def _by_end(sop: Sop, library: Library, guide: Guide, longest: bool) -> tuple[dict[str, _Ends], bool]:
    """By end, the ways that lead there; and whether any of them counts by months."""
    course = Course(library, guide, longest)
    try:
        spread = _walked(sop, course)
    except TooMany:  # a called SOP has more ways than can be summed up: walk through it
        course = Course(library, guide, longest, inline=True)
        spread = _walked(sop, course)
    found: dict[str, _Ends] = {}
    for state in spread.ends:
        found.setdefault(state[2] or state[1], (spread, []))[1].append(state)
    return {end: found[end] for end in sorted(found)}, course.months


def _walked(sop: Sop, course: Course) -> Spread:
    entry = course.entry(sop)
    outcomes = frozenset((sop.id, outcome) for outcome in sop.outcomes or ())
    handed = frozenset(to for step in sop.known_steps for to in course.targets(sop.id, step) if is_sop(to))
    goals = Goals(frozenset(), outcomes, handed)
    return course.spread([entry] if entry else [], goals, frozenset((sop.id,)), sop.id)


def _slowest(sop: Sop, library: Library, spread: Spread, ends: list[State]) -> Length:
    if doubts := spread.doubts(ends):
        return Length(unknown=time_words.reasons(doubts, sop))
    here, budget = clock(library), Budget(RUNS)
    gap: Gap | None = None
    try:
        chains, _ = spread.slow(ends)
        gap = max((here.gap(each, ()) for each in chains), key=lambda gap: gap.minutes)
    except TooMany:
        gap = _widest(spread.run(ends, True, budget), _AT_ONCE, here.window, budget)
    except OutOfBudget:
        pass
    return Length(unknown=_TOO_MANY) if gap is None else Length(gap.minutes, gap.start or here.window[0])


def _fastest(library: Library, spread: Spread, ends: list[State]) -> Length:
    """The fewest minutes, over every start: by so many less than none it lasts less long than nothing."""
    window, budget = clock(library).window, Budget(RUNS)
    try:
        runs = [run_of(each) for each in spread.fast(ends)]
    except TooMany:
        runs = [] if spread.looped else [spread.run(ends, False, budget)]
    gaps = [_widest(_AT_ONCE, run, window, budget) for run in runs]
    known = [gap for gap in gaps if gap is not None]
    if not known or len(known) < len(gaps):
        return Length(unknown=_TOO_MANY)
    gap = max(known, key=lambda gap: gap.minutes)
    return Length(-gap.minutes, gap.start or window[0])


_AT_ONCE = run_of(())


def _widest(late: Run, early: Run, window: tuple[Moment, Moment], budget: Budget) -> Gap | None:
    """The most minutes by which one run comes out after another, be they less than none; None where
    that takes too long to find."""
    try:
        return widest(late, early, *window, -FOREVER, budget)
    except OutOfBudget:
        return None
