"""How long a SOP lasts: the slowest and the fastest way from its trigger to each of its ends."""

from collections.abc import Mapping

from sopctl.analysis import time_words, whole_graph
from sopctl.analysis.calendar import FOREVER, Moment
from sopctl.analysis.chains import Budget, Gap, OutOfBudget, Run, TooMany, run_of, widest
from sopctl.analysis.clock import clock
from sopctl.analysis.course import Course
from sopctl.analysis.narrowing import ByFacts
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import UNREAD, Goals, State
from sopctl.analysis.ways import arrows_by_step, interruptions, is_sop
from sopctl.library import Library, WorkedOut
from sopctl.model import Sop
from sopctl.named import NamedTuple


class Length(NamedTuple):
    """Minutes of the clock, from the start at which they are most (of the fastest way: fewest).
    `unbounded` says why it can last for ever, `unknown` why nobody can tell."""

    minutes: int = 0
    start: Moment = 0
    unbounded: str = ""
    unknown: str = ""


class Lengths(NamedTuple):
    """The slowest and the fastest way to one end."""

    slowest: Length
    fastest: Length


RUNS = 20_000
"""So many times the clock is run over the ways to one end before the answer is `unknown`."""

STATES = 6_000
"""So many states the ways to all ends may have; of more, each end is looked at alone, with as many
for all of them together."""


def lengths(sop: Sop, library: Library) -> Mapping[str, Lengths]:
    """By outcome, and by SOP that it hands to, how long the ways from the trigger to it may take;
    an end to which no way leads is left out. Worked out once for all who ask."""
    if library not in _LENGTHS:
        _LENGTHS[library] = {}
    known = _LENGTHS[library]
    if sop.id not in known:
        known[sop.id] = _lengths(sop, library)
    return known[sop.id]


_LENGTHS: WorkedOut[dict[str, Mapping[str, Lengths]]] = WorkedOut()

_TOO_MANY = Length(unknown="there are too many ways to follow them all")

_UNKNOWN = Lengths(_TOO_MANY, _TOO_MANY)


def _lengths(sop: Sop, library: Library) -> Mapping[str, Lengths]:
    if not sop.known_steps:
        return {}
    if why := _unread(sop, library):
        unread = Length(unknown=why)
        return dict.fromkeys(sop.outcomes or (), Lengths(unread, unread))
    ends = _ends(sop)
    try:
        return _timed(sop, library, ends, STATES)
    except OutOfBudget:
        return _one_by_one(sop, library, ends) if len(ends) > 1 else dict.fromkeys(ends, _UNKNOWN)


def _one_by_one(sop: Sop, library: Library, ends: list[str]) -> Mapping[str, Lengths]:
    """The lengths to those ends of which each can be looked at alone."""
    found: dict[str, Lengths] = {}
    for end in ends:
        try:
            found |= _timed(sop, library, [end], STATES // len(ends))
        except OutOfBudget:
            found[end] = _UNKNOWN
    return found


_TIMELY = frozenset(("role", "within", "wait", "call", "escalate"))


def _unread(sop: Sop, library: Library) -> str:
    """Why nobody can tell how long it lasts: what the SOP, or one that it runs, says of it is not known."""
    seen, ahead = {sop.id}, [sop]
    for here in ahead:  # it grows while it is walked
        if not here.steps_whole or "outcomes" in here.unknown:
            return f"a part of {'the SOP' if here is sop else here.id} cannot be read"
        for step in here.known_steps:
            place = step.id if here is sop else f"{here.id}#{step.id}"
            if step.unknown & _TIMELY:
                return f"what `{place}` says of its time cannot be read"
            if step.call and step.call not in seen:
                called = library.sop(step.call)
                if called is None:
                    return f"{step.call}, which `{place}` runs, cannot be read"
                seen.add(called.id)
                ahead.append(called)
    return ""


def _ends(sop: Sop) -> list[str]:
    leads = [arrow.to for found in arrows_by_step(sop).values() for arrow in found]
    handed = filter(is_sop, [*leads, *interruptions(sop)])
    return sorted({*(sop.outcomes or ()), *handed})


def _timed(sop: Sop, library: Library, ends: list[str], most: int) -> dict[str, Lengths]:
    """The ends with their lengths; months are as long as they can be, and for the fastest as short."""
    slow, months = _spread(sop, library, ends, most, longest=True)
    fast, _ = _spread(sop, library, ends, most, longest=False) if months else (slow, False)
    by_end: dict[str, list[list[State]]] = {}
    for i, spread in enumerate((slow, fast)):
        for state in spread.ends:
            if state not in slow.timely and not i:
                continue
            by_end.setdefault(state.place or state.sop, [[], []])[i].append(state)
    few = _few(slow)
    return {
        end: Lengths(_slowest(sop, library, slow, found[0], few), _fastest(library, fast, found[1]))
        for end, found in sorted(by_end.items())
        if all(found)
    }


def _spread(sop: Sop, library: Library, ends: list[str], most: int, longest: bool) -> tuple[Spread, bool]:
    """The ways to these ends that some case takes, and whether any of them counts by months."""
    for inline in (False, True):
        course = Course(library, ByFacts(library, sop, {}), longest, inline, most)
        try:
            return _walked(sop, course, ends), course.legs.months
        except TooMany:  # a called SOP has more ways than can be summed up: walk through it
            continue
    raise OutOfBudget


def _walked(sop: Sop, course: Course, ends: list[str]) -> Spread:
    entry = course.entry(sop)
    outcomes = frozenset((sop.id, end) for end in ends if not is_sop(end))
    goals = Goals(reached=outcomes, handed=frozenset(filter(is_sop, ends)))
    return course.spread([entry] if entry else [], goals, frozenset((sop.id,)), sop.id)


def _few(spread: Spread) -> bool:
    """Whether the ways that may be slowest are so few that they can be told one by one."""
    try:
        spread.slow(spread.ends)
    except TooMany:
        return False
    return True


def _slowest(sop: Sop, library: Library, spread: Spread, ends: list[State], few: bool) -> Length:
    if doubts := spread.doubts(ends):
        why = time_words.reasons(doubts, sop)
        unread = any(each.kind == UNREAD for each in doubts)
        return Length(unknown=why) if unread else Length(unbounded=why)
    here, budget = clock(library), Budget(RUNS)
    try:
        if few:
            gaps = [here.gap(each, ()) for each in spread.slow(ends)]
        else:
            gaps = [_widest(whole_graph.run(spread, ends, True, budget), _AT_ONCE, here.window, budget)]
    except OutOfBudget:
        return _TOO_MANY
    gap = max(gaps, key=lambda gap: gap.minutes)
    return Length(gap.minutes, gap.start or here.window[0])


def _fastest(library: Library, spread: Spread, ends: list[State]) -> Length:
    """The fewest minutes, over every start: by so many less than none it lasts less long than nothing."""
    window, budget = clock(library).window, Budget(RUNS)
    try:
        gaps = [_widest(_AT_ONCE, run_of(each), window, budget) for each in spread.fast(ends)]
    except (TooMany, OutOfBudget):
        return _TOO_MANY
    gap = max(gaps, key=lambda gap: gap.minutes)
    return Length(-gap.minutes, gap.start or window[0])


_AT_ONCE = run_of(())


def _widest(late: Run, early: Run, window: tuple[Moment, Moment], budget: Budget) -> Gap:
    """The most minutes by which one run comes out after another, be they less than none."""
    return widest(late, early, *window, -FOREVER, budget)
