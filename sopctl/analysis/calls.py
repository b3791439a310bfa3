"""Calls between SOPs: in which outcomes a called one can end, and where calls go in circles."""

from sopctl.analysis.graph import circles, reachable
from sopctl.analysis.ways import ANYWHERE, arrows_by_step, interruptions, is_sop
from sopctl.diagnostic import Pointer
from sopctl.library import Library, WorkedOut
from sopctl.model.sop import Sop
from sopctl.named import NamedTuple


class Endings(NamedTuple):
    """How a call of a SOP can end. Where the called SOP hands off, the SOP that it hands to ends
    the call. Each outcome stands with the SOP that it belongs to."""

    named: dict[str, str]  # every outcome that one of these SOPs has
    reached: dict[str, str]  # those that arrows lead to
    whole: bool  # False where an outcome may be missing only because something could not be read


def endings(library: Library, called: Sop) -> Endings:
    """The outcomes with which a call of a SOP can come back, by arrows."""
    if library not in _KNOWN:
        ends = {sop.id: _ends(library, sop) for sop in library.sops}
        knots = circles({id: [to for to in own.hands if to in ends] for id, own in ends.items()})
        _KNOWN[library] = _Known(ends, {id: knot[0] for knot in knots for id in knot}, {})
    known = _KNOWN[library]
    start = known.first.get(called.id, called.id)  # who hands off in a circle can end in the same ways
    if start not in known.endings:
        known.endings[start] = _endings(known.ends, start)
    return known.endings[start]


class _Ends(NamedTuple):
    """How one SOP can end by itself."""

    named: dict[str, str]
    reached: dict[str, str]
    hands: tuple[str, ...]  # the SOPs that it hands off to
    whole: bool


class _Known(NamedTuple):
    ends: dict[str, _Ends]
    first: dict[str, str]  # of a SOP that hands off in a circle, the first of the circle
    endings: dict[str, Endings]


_KNOWN: WorkedOut[_Known] = WorkedOut()


def _endings(ends: dict[str, _Ends], start: str) -> Endings:
    named: dict[str, str] = {}
    reached: dict[str, str] = {}
    whole = True
    seen = {start}
    for id in (order := [start]):  # it grows while it is walked
        own = ends[id]
        for end, by in own.named.items():
            named.setdefault(end, by)
        for end, by in own.reached.items():
            reached.setdefault(end, by)
        whole = whole and own.whole
        for other in own.hands:
            whole = whole and other in ends
            if other in ends and other not in seen:
                seen.add(other)
                order.append(other)
    return Endings(named, reached, whole)


def _ends(library: Library, sop: Sop) -> _Ends:
    targets, sure = _targets(library, sop)
    named = dict.fromkeys(sop.outcomes or (), sop.id)
    reached = {end: sop.id for end in named if end in targets}
    hands = tuple(to for to in targets if is_sop(to))
    return _Ends(named, reached, hands, sure and "outcomes" not in sop.unknown)


def _targets(library: Library, sop: Sop) -> tuple[dict[str, None], bool]:
    """What arrows lead to from the first step, in order, and whether all of them could be read."""
    graph = {id: [arrow.to for arrow in leads] for id, leads in arrows_by_step(sop).items()}
    starts = [step.id for step in sop.known_steps[:1]] + interruptions(sop)
    reached = reachable(graph, starts)
    order = dict.fromkeys((*graph, *(to for nexts in graph.values() for to in nexts), *starts))
    known = {*graph, *(sop.outcomes or {})}
    sure = sop.steps_whole and all(to in known or is_sop(to) for to in reached)
    return {to: None for to in order if to in reached and to != ANYWHERE}, sure


class Call(NamedTuple):
    """One arrow between two SOPs: a call, or a hand-off."""

    sop: str
    to: str
    at: Pointer
    hands_off: bool


def between(library: Library) -> list[Call]:
    """Every call and hand-off of the steps of all SOPs, by SOP and in the order of the file."""
    found = []
    for sop in library.sops:
        for step in sop.known_steps:
            if step.call and library.sop(step.call):
                found.append(Call(sop.id, step.call, (*step.at, "call"), False))
            for arrow in arrows_by_step(sop)[step.id]:
                if is_sop(arrow.to) and library.sop(arrow.to):
                    found.append(Call(sop.id, arrow.to, arrow.at, True))
    return found


def call_circles(library: Library) -> list[list[Call]]:
    """For each knot of SOPs that call each other in a circle, one circle that begins with a call."""
    if library not in _CIRCLES:
        _CIRCLES[library] = _call_circles(library)
    return _CIRCLES[library]


_CIRCLES: WorkedOut[list[list[Call]]] = WorkedOut()


def _call_circles(library: Library) -> list[list[Call]]:
    by_sop: dict[str, list[Call]] = {sop.id: [] for sop in library.sops}
    for each in between(library):
        by_sop[each.sop].append(each)
    graph = {id: [each.to for each in calls] for id, calls in by_sop.items()}
    found = []
    for knot in circles(graph):
        members = set(knot)
        inside = {id: [each for each in by_sop[id] if each.to in members] for id in knot}
        call = next((each for id in knot for each in inside[id] if not each.hands_off), None)
        if call:
            found.append([call, *_way(inside, call.to, call.sop)])
    return found


def _way(calls: dict[str, list[Call]], start: str, end: str) -> list[Call]:
    """The shortest way from a SOP to another by these calls; empty where they are one."""
    came: dict[str, Call] = {}
    ahead = [start]
    for here in ahead:  # it grows while it is walked
        for each in calls[here]:
            if each.to not in came and each.to != start:
                came[each.to] = each
                ahead.append(each.to)
    way: list[Call] = []
    while end != start:
        way.append(came[end])
        end = came[end].sop
    return way[::-1]
