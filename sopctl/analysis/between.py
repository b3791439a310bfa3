"""The ways of a deadline: from each passing of its start to the first of its ends."""

from collections.abc import Sequence
from functools import cache

from sopctl.analysis.chains import Chain, TooMany, join, slowest
from sopctl.analysis.course import Course
from sopctl.analysis.onward import Spot
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import Goals, State
from sopctl.analysis.taken_away import entered
from sopctl.analysis.ways import is_sop
from sopctl.library import Library
from sopctl.model.sop import Deadline, Sop
from sopctl.named import NamedTuple


def between(sop: Sop, deadline: Deadline, course: Course) -> Spread | None:
    """The states from each passing of `from` to the first `to` after it; None where a part of the
    way could not be read."""
    if not sop.steps_whole or "outcomes" in sop.unknown:
        return None
    since = _point(sop, deadline.from_)
    points = [_point(sop, each) for each in deadline.to if each]
    if not all(_exists(point, course.library) for point in (since, *points)):
        return None
    wanted = frozenset([sop.id, since[0], *(id for id, _ in points)])
    goals = _goals(sop, points)
    starts = _starts(sop, since, course, goals, wanted)
    step = since[1] if since[0] == sop.id else None
    return course.spread(starts.states, goals, wanted, sop.id, step, cache(lambda: _ago(starts)))


def _point(sop: Sop, written: str) -> Spot:
    """SOP and step of a point; the step is empty for the trigger and for a hand-off."""
    id, mark, step = written.partition("#")
    if mark:
        return id or sop.id, step
    if is_sop(written):
        return written, ""
    return sop.id, "" if written == "trigger" else written


def _exists(point: Spot, library: Library) -> bool:
    """False where another rule says that the point leads nowhere, or its SOP could not be read."""
    sop, place = library.sop(point[0]), point[1]
    if sop is None or not sop.steps_whole:
        return False
    return not place or place in sop.steps_by_id or place in (sop.outcomes or {})


def _goals(sop: Sop, points: list[Spot]) -> Goals:
    done: set[Spot] = set()
    reached: set[Spot] = set()
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


class _Starts(NamedTuple):
    """The states at which a clock starts. Where it does so when a step is done: the ways to there, and
    the states at which that step is passed."""

    states: list[State]
    ways: Spread | None = None
    passed: Sequence[State] = ()


def _starts(sop: Sop, point: Spot, course: Course, goals: Goals, wanted: frozenset[str]) -> _Starts:
    """Behind each passing of a point, on the ways from the trigger of the SOP or else of the other."""
    id, step = point
    for root in dict.fromkeys([sop.id, id]):
        first = course.library.sop(root)
        entry = course.entry(first) if first else None
        if first is None or entry is None:
            continue
        if not step and id == sop.id and not course.comes_back(first):
            return _Starts([entry])
        spot = id, step or (first.known_steps[0].id if id == root else "")
        spread = course.spread([entry], Goals(done=frozenset((spot,)), stops=False), wanted, root)
        passed = [state for state in spread.order if state.spot == spot and not state.ended]
        if passed and not step:
            triggered = {entry, *entered(spread)}
            return _Starts([state for state in passed if state in triggered])
        if passed:
            behind = [each for state in passed for each in course.behind(state, goals, wanted, sop.id)]
            return _Starts(behind, spread, passed)
    return _Starts([])


def _ago(starts: _Starts) -> tuple[Chain, ...]:
    """How long the way to a point that cases have passed may take; none where nobody can tell."""
    spread = starts.ways
    if spread is None or spread.doubts(starts.passed):
        return ()
    found: list[Chain] = []
    try:
        for state in starts.passed:
            done = [group for group in spread.groups[state] if not group.left]
            inside = any(len(to.stack) > len(state.stack) for group in done for to in group.nexts)
            if inside or any(group.doubts for group in done):
                return ()
            before = spread.slow([state])
            found += [join(each, then) for each in before for group in done for then in group.slow]
        return slowest(found)
    except TooMany:
        return ()
