"""Escalations by the clock among the ways: `after` takes a case away at its time, not at any time."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from sopctl.analysis.chains import Chain, TooMany, fits, join
from sopctl.analysis.first_through import First
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import SURE, Begun, Cap, Counts, Group, Level, State
from sopctl.named import NamedTuple

TRIGGER = ""
Groups = dict[State, tuple[Group, ...]]


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


class Before(NamedTuple):
    """What lies before the ways: how clocks compare, the point of the SOP at which the ways start (None
    where it is another one's), and how long ago the SOP may have been entered then; none where nobody
    can tell."""

    first: First
    point: str | None
    ago: Callable[[], tuple[Chain, ...]]


class Cut(NamedTuple):
    """A clock that may take a case away that is at a state. It may have started before the ways do:
    then at these `starts` it may have no more than `left`."""

    state: State
    since: Since
    group: Group
    cap: Cap
    starts: tuple[State, ...] = ()
    left: Chain = ()


def settled(spread: Spread, clocked: Clocked, before: Before) -> Spread:
    """The same ways with those that the clock takes away. They lead from where the clock starts, for
    nobody knows which step it interrupts; where no case is there so long, to no slow way. Nothing that
    the clock may interrupt is done after it is through."""
    sources = _sources(spread, clocked, before.point)
    cuts = list(_cuts(spread, clocked, before, sources))
    late: set[int] = set()
    while True:  # who is taken away late may be late for another clock
        found = _with(spread, cuts, late, sources, before.first)
        since = _SinceStart(found, cuts, sources)
        more = {i for i, cut in enumerate(cuts) if i not in late and _may_last(found, since, cut, before)}
        if not more:
            return found.exact
        late |= more


def _cuts(spread: Spread, clocked: Clocked, before: Before, sources: "Sources") -> Iterator[Cut]:
    left: dict[Chain, Chain] = {}
    caps: dict[tuple[Since, bool], Cap] = {}
    for state, cuts in clocked.items():
        for since, group in cuts:
            running = tuple(_running(spread, since, before.point))
            key = since, bool(running)
            if key not in caps:
                caps[key] = _cap(sources.get((since.level, since.point), {}), since.after, bool(running))
            if running and since.after not in left:
                left[since.after] = before.first.left(since.after, before.ago())
            yield Cut(state, since, group, caps[key], running, left[since.after] if running else ())


def _with(spread: Spread, cuts: list[Cut], late: set[int], sources: "Sources", first: First) -> Spread:
    """The ways, where these clocks and no others take a case away that keeps all times."""
    extra: dict[State, list[Group]] = defaultdict(list)
    caps: dict[State, list[Cap]] = defaultdict(list)
    soonest: dict[State, dict[tuple[Chain, State, str], None]] = defaultdict(dict)
    for i, (state, since, group, cap, running, left) in enumerate(cuts):
        if cap:
            caps[state].append(cap)
        sooner = bool(running) and _comes_later(spread, state, left)
        if i in late or running or not cap:
            fast = group.fast if sooner or not cap else ()
            extra[state].append((group if i in late else group.overdue)._replace(fast=fast))
        begun = dict.fromkeys(sources.get((since.level, since.point), ()), since.after)
        for start, then in [*begun.items(), *((each, left) for each in running if not sooner)]:
            soonest[start].update(dict.fromkeys((then, to, group.left) for to in group.nexts))
    for start, found in soonest.items():
        extra[start] += [Group((), (then,), SURE, (to,), left=words) for then, to, words in found]
    groups = {state: (*found, *extra.get(state, ())) for state, found in spread.groups.items()}
    return Spread(spread.starts, spread.order, spread.ends, groups, spread.looped, caps, first)


def _comes_later(spread: Spread, state: State, left: Chain) -> bool:
    """Whether the fastest way comes to a state when a clock has nothing left."""
    try:
        return all(fits(left, each) for each in spread.fast([state]))
    except TooMany:
        return False


def entered(spread: Spread) -> Iterator[State]:
    """The states at the first step of a SOP that a call or a hand-off leads to."""
    for state, groups in spread.groups.items():
        for group in groups:
            yield from (other for other in group.nexts if _enters(state, other))


def _enters(state: State, other: State) -> bool:
    return other.sop != state.sop and len(other.stack) >= len(state.stack) and not other.ended


Sources = Mapping[tuple[Level, str], Mapping[State, Sequence[Begun]]]


def _sources(spread: Spread, clocked: Clocked, begun: str | None) -> Sources:
    """The states at which clocks start, and how cases come to them."""
    found: dict[tuple[Level, str], dict[State, list[Begun]]] = defaultdict(lambda: defaultdict(list))
    if begun is not None:
        for state in spread.starts:
            found[state.level, begun][state].append(Begun(None, ((),), SURE))
    for state, groups in spread.groups.items():
        for group in groups:
            for other in (each for each in group.nexts if not each.ended):
                come = _come(state, group, other, clocked)
                deep = len(other.stack)
                if _enters(state, other):
                    found[other.level, TRIGGER][other].append(come)
                if group.left:
                    continue
                if deep < len(state.stack):  # a call that comes back
                    frame = state.stack[deep]
                    found[(other.stack, frame.sop), frame.place][other].append(come)
                elif deep == len(state.stack):
                    found[state.level, state.place][other].append(come)
    for state, cuts in clocked.items():
        for other in (each for _, group in cuts for each in group.nexts if _enters(state, each)):
            found[other.level, TRIGGER][other].append(Begun(other, ((),), SURE))
    return found


def _come(state: State, group: Group, other: State, clocked: Clocked) -> Begun:
    """How a case comes to what starts a clock: no later than to the state behind, where other clocks run."""
    if state in clocked:
        return Begun(other, ((),), SURE)
    return Begun(state, group.slow or ((),), group.doubts)


def _cap(starts: Mapping[State, Sequence[Begun]], after: Chain, running: bool) -> Cap:
    """Until when a clock lets a case be; nobody can tell where that is empty."""
    begun = dict.fromkeys(each for come in starts.values() for each in come)
    found = [each._replace(through=tuple([join(took, after) for took in each.through])) for each in begun]
    return (*found, Begun(None, (after,), SURE)) if running else tuple(found)


def _running(spread: Spread, since: Since, begun: str | None) -> Iterator[State]:
    """The starts of ways at which the clock may have started before."""
    if begun == since.point:
        return
    for state in spread.starts:
        for level, counts in _levels(state):
            if level == since.level and (
                since.point == TRIGGER or (level[1], passed(since.point)) in dict(counts)
            ):
                yield state


def _levels(state: State) -> Iterator[tuple[Level, Counts]]:
    yield state.level, state.counts
    for i, frame in enumerate(state.stack):
        yield (state.stack[:i], frame.sop), frame.counts


class _SinceStart:
    """The same ways from where a clock starts, however early a case comes there: a clock that has started
    before has its whole time left at the most."""

    def __init__(self, spread: Spread, cuts: list[Cut], sources: Sources) -> None:
        self._spread, self._sources = spread, sources
        self._caps = {cut.cap: (*cut.cap, Begun(None, (cut.since.after,), SURE)) for cut in cuts}
        self._known: dict[tuple[Level, str], Spread | None] = {}

    def of(self, since: Since) -> Spread | None:
        """None where it starts nowhere on the ways."""
        key = since.level, since.point
        if key not in self._known:
            self._known[key] = self._from(self._sources.get(key, {}))
        return self._known[key]

    def _from(self, starts: Mapping[State, Sequence[Begun]]) -> Spread | None:
        spread = self._spread
        if not starts or all(each.state is None for come in starts.values() for each in come):
            return spread if starts else None
        caps = {state: [self._caps[cap] for cap in spread.caps(state)] for state in spread.order}
        return spread.from_(tuple(starts), {state: found for state, found in caps.items() if found})


def _may_last(spread: Spread, since_start: _SinceStart, cut: Cut, before: Before) -> bool:
    """Whether a case that keeps all times may still be at a step when the clock is through."""
    state, since, group, cap, running, _ = cut
    if state not in spread.timely:
        return False
    ago = before.ago() if running else ()
    if not cap or (running and not ago):
        return True
    sooner, on = before.first.sooner, since_start.of(since)
    try:
        if on is not None and not running and _ends_before(on, cut, sooner):
            return False
        for ways, begun in ((spread, ago), (on, ((),))):
            if ways is None or not begun:
                continue
            if group.doubts or ways.doubts([state]):
                return True
            here = [join(each, then) for each in ways.slow([state]) for then in group.slow]
            if not all(sooner(join(then, each), since.after) for then in begun for each in here):
                return True
    except TooMany:
        return True
    return False


def _ends_before(ways: Spread, cut: Cut, sooner: Callable[[Chain, Chain], bool]) -> bool:
    """Whether another clock always takes the case away before."""
    after = cut.since.after
    others = [ways.through(cap) for cap in ways.caps(cut.state)]
    return any(
        all(sooner(each, after) for start in through for each in start) for through in others if through
    )
