"""Escalations by the clock among the ways: `after` takes a case away at its time, not at any time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sopctl.analysis.calendar import Stretch
from sopctl.analysis.chains import Chain, TooMany, fits, join
from sopctl.analysis.slowest import SURE, Begun, Cap, Counts, Frame, Group, Spread, State, overdue

TRIGGER = ""
Groups = dict[State, tuple[Group, ...]]
Level = tuple[tuple[Frame, ...], str]
"""A SOP that a case is in, and the calls that this SOP stands in."""


class Since(NamedTuple):
    """When an escalation takes a case away: so long after the trigger or a step of a SOP."""

    level: Level
    point: str
    after: Chain


Clocked = Mapping[State, list[tuple[Since, Group]]]


def taken(place: int) -> str:
    """What counts remember of a case that an escalation has taken: it does so once."""
    return f"escalation {place}"


def passed(step: str) -> str:
    """What counts remember of a step that starts the clock of an escalation, once it is done."""
    return f"done {step}"


def settled(spread: Spread, clocked: Clocked, begun: str | None) -> Spread:
    """The same ways with those that the clock takes away. They lead from where the clock starts, for
    nobody knows which step it interrupts; where no case is there so long, to no slow way. Nothing that
    the clock may interrupt is done after it is through.

    `begun` is the point of the SOP at which the ways start; None where it is another one's."""
    sources = _sources(spread, clocked, begun)
    cuts = list(_cuts(spread, clocked, begun, sources))
    late: set[Cut] = set()
    while True:  # who is taken away late may be late for another clock
        found = _with(spread, cuts, late, sources)
        more = {cut for cut in cuts if cut not in late and _may_last(found, cut)}
        if not more:
            return found
        late |= more


class Cut(NamedTuple):
    """A clock that may take a case away that is at a state; `running` where it may have started before
    the ways do."""

    state: State
    since: Since
    group: Group
    cap: Cap
    running: bool


def _cuts(spread: Spread, clocked: Clocked, begun: str | None, sources: "Sources") -> Iterator[Cut]:
    for state, cuts in clocked.items():
        for since, group in cuts:
            running = _runs(spread, since, begun)
            cap = _cap(sources.get((since.level, since.point), {}), since.after, running)
            yield Cut(state, since, group, cap, running)


def _with(spread: Spread, cuts: list[Cut], late: set[Cut], sources: "Sources") -> Spread:
    """The ways, where these clocks and no others take a case away that keeps all times."""
    extra: dict[State, list[Group]] = defaultdict(list)
    caps: dict[State, list[Cap]] = defaultdict(list)
    at_source: dict[tuple[State, Since, State], tuple[str, bool]] = {}
    for cut in cuts:
        state, since, group, cap, running = cut
        if cap:
            caps[state].append(cap)
        if running or not cap:
            extra[state].append(group if cut in late else overdue(group))
            continue
        for start in sources[since.level, since.point]:
            for to in group.nexts:
                _, before = at_source.get((start, since, to), ("", False))
                at_source[start, since, to] = group.left, before or cut in late
    for (start, since, to), (left, slow) in at_source.items():
        away = Group((since.after,), (since.after,), SURE, (to,), left=left)
        extra[start].append(away if slow else overdue(away))
    groups = {state: (*found, *extra.get(state, ())) for state, found in spread.groups.items()}
    return Spread(spread.starts, spread.order, spread.ends, groups, spread.looped, caps)


def entered(spread: Spread) -> Iterator[State]:
    """The states at the first step of a SOP that a call or a hand-off leads to."""
    for state, groups in spread.groups.items():
        for group in groups:
            yield from (other for other in group.nexts if _enters(state, other))


def _enters(state: State, other: State) -> bool:
    return other[1] != state[1] and len(other[0]) >= len(state[0]) and not other[5]


Sources = Mapping[tuple[Level, str], Mapping[State, Sequence[Begun]]]


def _sources(spread: Spread, clocked: Clocked, begun: str | None) -> Sources:
    """The states at which clocks start, and how cases come to them."""
    found: dict[tuple[Level, str], dict[State, list[Begun]]] = defaultdict(lambda: defaultdict(list))
    if begun is not None:
        for state in spread.starts:
            found[(state[0], state[1]), begun][state].append(Begun(None, (), SURE))
    for state, groups in spread.groups.items():
        for group in groups:
            come = [Begun(state, took, group.doubts) for took in group.slow or ((),)]
            for other in group.nexts:
                deep = len(other[0])
                if _enters(state, other):
                    found[(other[0], other[1]), TRIGGER][other] += come
                if group.left:
                    continue
                if deep < len(state[0]):  # a call that comes back
                    sop, step, _, _ = state[0][deep]
                    found[(other[0], sop), step][other] += come
                elif deep == len(state[0]):
                    found[(state[0], state[1]), state[2]][other] += come
    for state, cuts in clocked.items():
        for other in (each for _, group in cuts for each in group.nexts if _enters(state, each)):
            found[(other[0], other[1]), TRIGGER][other].append(Begun(other, (), SURE))
    return found


def _cap(starts: Mapping[State, Sequence[Begun]], after: Chain, running: bool) -> Cap:
    """Until when a clock lets a case be; nobody can tell where that is empty."""
    begun = dict.fromkeys(each for come in starts.values() for each in come)
    found = [each._replace(through=join(each.through, after)) for each in begun]
    return (*found, Begun(None, after, SURE)) if running else tuple(found)


def _runs(spread: Spread, since: Since, begun: str | None) -> bool:
    """Whether the clock may have started before the ways do."""
    if begun == since.point:
        return False
    for state in spread.starts:
        for level, counts in _levels(state):
            if level == since.level:
                return since.point == TRIGGER or (level[1], passed(since.point)) in dict(counts)
    return False


def _levels(state: State) -> Iterator[tuple[Level, Counts]]:
    stack = state[0]
    yield (stack, state[1]), state[3]
    for i, (sop, _, counts, _) in enumerate(stack):
        yield (stack[:i], sop), counts


def _may_last(spread: Spread, cut: Cut) -> bool:
    """Whether a case that keeps all times may still be at a step when the clock is through."""
    state, _, group, cap, running = cut
    if state not in spread.timely:
        return False
    if running or not cap or group.doubts or spread.doubts([state]):
        return True
    try:
        through = spread.through(cap)
        here = [join(each, then) for each in spread.slow([state])[0] for then in group.slow]
    except TooMany:
        return True
    return not through or not all(any(_is_sooner(each, other) for other in through) for each in here)


def _is_sooner(one: Chain, other: Chain) -> bool:
    """Whether a chain is through before another one, whenever they start."""
    if not other:
        return False
    *front, (hours, minutes) = other
    return fits(one, (*front, Stretch(hours, minutes - 1)))
