"""One walk through the states of cases: where each leads once a step is done, a call has come back or an
escalation takes the case away."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sopctl.analysis import ways
from sopctl.analysis.aim import Aim
from sopctl.analysis.calendar import calendars
from sopctl.analysis.chains import OutOfBudget, TooMany, fastest, slowest
from sopctl.analysis.first_through import comparing, plain
from sopctl.analysis.ground import End, Ground, Inside, place
from sopctl.analysis.legs import Leg
from sopctl.analysis.narrowing import Known
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import (
    AT_ANY_TIME,
    DONE,
    ENDED,
    HANDED,
    SURE,
    Counts,
    Doubt,
    Frame,
    Group,
    Level,
    State,
    counted,
)
from sopctl.analysis.taken_away import TRIGGER, Before, Since, passed, settled, taken
from sopctl.analysis.waited import Wait, waited
from sopctl.model.sop import Escalation, Sop, Step
from sopctl.named import NamedTuple

DEEPEST = 80
"""So many calls may stand in one another before the answer is `unknown`."""

PAST_STEPS = 200
"""So many arrows in a row that enter no step lead nowhere."""


class _Bound(NamedTuple):
    """A case that is bound for a step, an outcome or a SOP."""

    stack: tuple[Frame, ...]
    sop: str
    target: str
    counts: Counts
    known: Known


class Unfolding:
    """One walk through the states, depth first, so that they can be put into an order. It stands
    `within` the calls of these SOPs."""

    def __init__(self, ground: Ground, aim: Aim, within: frozenset[str] = frozenset()) -> None:
        self._ground, self._guide, self._aim, self._within = ground, ground.guide, aim, within
        self._groups: dict[State, tuple[Group, ...]] = {}
        self._waits: dict[Wait, None] = {}
        self._clocked: dict[State, list[tuple[Since, Group]]] = {}
        self._postorder: list[State] = []
        self._looped = False

    def begun(self, sop: Sop, known: Known, stack: tuple[Frame, ...] = ()) -> State | None:
        """The state of a case that comes to the first step of a SOP."""
        first = sop.known_steps[:1]
        return self._arrive(_Bound(stack, sop.id, first[0].id, (), known)) if first else None

    def from_(self, starts: tuple[State, ...], before: Before) -> Spread:
        """All states from these on."""
        starts = tuple(map(self._stopped, starts))
        for start in starts:
            if start not in self._groups:
                self._follow(start)
        order = self._postorder[::-1]
        ended = (ENDED,) if self._aim.to_every_end else (DONE, HANDED)
        ends = [state for state in order if state.ended in ended]
        spread = Spread(starts, order, ends, self._groups, self._looped)
        if self._waits:
            spread = waited(spread, self._waits, self._ground.later)
        return settled(spread, self._clocked, before) if self._clocked else spread

    def _follow(self, start: State) -> None:
        work = [(start, self._opened(start))]
        on_way = {start}
        while work:
            state, nexts = work[-1]
            for other in nexts:
                if other not in self._groups:
                    work.append((other, self._opened(other)))
                    on_way.add(other)
                    break
                self._looped = self._looped or other in on_way
            else:
                work.pop()
                on_way.discard(state)
                self._postorder.append(state)

    def _opened(self, state: State) -> Iterator[State]:
        if len(self._groups) >= self._ground.most_states:
            raise OutOfBudget
        groups = self._groups[state] = () if state.ended else self._groups_of(state)
        clocked = [group for _, group in self._clocked.get(state, ())]
        return iter([each for group in (*groups, *clocked) for each in group.nexts])

    def _groups_of(self, state: State) -> tuple[Group, ...]:
        """Where a case can go from a state; what clocks do to it is put aside."""
        found = self._done(state)
        cuts = [(since, self._stopped_at_steps(cut)) for since, cut in self._cuts(state, found)]
        if clocked := [(since, cut) for since, cut in cuts if since]:
            self._clocked[state] = clocked
        at_any_time = [cut for since, cut in cuts if not since]
        if clocked and self._never_done(state):
            return tuple(at_any_time)
        stops = self._aim.stops_at(state.spot)
        if stops and not self._ground.called(self._step(state)):  # a call stops where it comes back
            return (*(group._replace(nexts=(state.done,)) for group in found), *at_any_time)
        return (*map(self._stopped_at_steps, found), *at_any_time)

    def _stopped_at_steps(self, group: Group) -> Group:
        if not self._aim.at_steps:
            return group
        return group._replace(nexts=tuple(map(self._stopped, group.nexts)))

    def _stopped(self, state: State) -> State:
        """The same, where the clock stops if it is a goal to come there."""
        return state.done if not state.stack and state.spot in self._aim.goals.reached else state

    def _step(self, state: State) -> Step:
        return self._ground.steps(state.sop)[state.place]

    # Steps

    def _done(self, state: State) -> tuple[Group, ...]:
        """Where a step leads once it is done, and what it takes."""
        step = self._step(state)
        legs = self._ground.legs.of(self._ground.sop(state.sop), step, state.known)
        if called := self._ground.called(step):
            return tuple([group for leg in legs for group in self._called(state, called, step, leg)])
        counts = self._ground.once_done(state.spot, state.counts)
        groups = []
        for leg in legs:
            nexts = [
                self._arrive(_Bound(state.stack, state.sop, to, counts, known)) for to, known in leg.exits
            ]
            groups.append(Group(leg.slow, (leg.fast,), leg.doubts, tuple([each for each in nexts if each])))
        return tuple(groups)

    def behind(self, state: State) -> list[State]:
        """The states that a step leads to once it is done, wherever the clock stops."""
        if called := self._ground.called(self._step(state)):
            return self._returns(state, called)
        return [each for group in self._done(state) for each in group.nexts]

    def _arrive(self, bound: _Bound | State) -> State | None:
        """The state behind an arrow: calls return, full loops are left, hand-offs start anew."""
        found: _Bound | State | None = bound
        for _ in range(PAST_STEPS):
            if not isinstance(found, _Bound):
                return found
            found = self._come(found)
        return found if isinstance(found, State) else None

    def _come(self, bound: _Bound) -> _Bound | State | None:
        """One arrow further: the state where that is one, or where the case is bound for now."""
        if step := self._ground.steps(bound.sop).get(bound.target):
            return self._enter(bound, step)
        sop = self._ground.library.sop(bound.sop)
        if sop and bound.target in (sop.outcomes or ()):
            return self._end(bound)
        return self._hand_over(bound) if ways.is_sop(bound.target) else None

    def _enter(self, bound: _Bound, step: Step) -> _Bound | State | None:
        """Come to a step, or where a case goes on that may not enter it any more."""
        spot, counts = (bound.sop, step.id), bound.counts
        if not bound.stack and not self._aim.may_reach(spot):
            return None
        if step.at_most is not None and step.after_that:
            entered = dict(counts).get(spot, 0)
            if entered >= step.at_most:
                return bound._replace(target=step.after_that)
            if step.id in self._ground.onward.on_loops(bound.sop):
                counts = counted(counts, spot, entered + 1)
        return State(bound.stack, bound.sop, step.id, self._ground.live(spot, counts), bound.known)

    def _end(self, bound: _Bound) -> _Bound | State | None:
        """Come to an outcome: that of the way, or of a call that comes back with it."""
        if not bound.stack:
            reached = (bound.sop, bound.target) in self._aim.goals.reached
            return State((), bound.sop, bound.target, (), bound.known, DONE if reached else ENDED)
        *below, frame = bound.stack
        return self._come_back(tuple(below), frame, (bound.target, bound.known))

    def _hand_over(self, bound: _Bound) -> _Bound | State | None:
        """Come to another SOP; to one that is no goal, where a goal may lie behind it."""
        outside = not bound.stack
        if outside and bound.target in self._aim.goals.handed:
            return State((), bound.target, "", (), None, HANDED)
        other = self._ground.library.sop(bound.target)
        if other is None or not other.known_steps or (outside and self._aim.goes_aside(other.id)):
            return None
        known = self._guide.hand_over(bound.known)
        return _Bound(bound.stack, other.id, other.known_steps[0].id, bound.counts, known)

    # Calls

    def _called(self, state: State, called: Sop, step: Step, leg: Leg) -> Iterator[Group]:
        """Where a call leads. Where no goal lies inside, what it takes is summed up."""
        if self._in_circle(state, called.id):
            words = f"{state.sop}#{step.id} calls {called.id}, which comes back to {state.sop}"
            nexts = (state.done,) if self._aim.stops_at(state.spot) else ()
            yield Group((), (leg.fast,), frozenset((Doubt("calls", words),)), nexts)
            return
        frame = Frame(state.sop, state.place, state.counts, leg.known)
        known = self._guide.enter(self._ground.sop(state.sop), step, leg.known)
        if self._ground.inline or self._aim.looks_into(called.id):
            entered = self.begun(called, known, (*state.stack, frame))
            if entered and leg.fast:
                self._waits[Wait(state, entered, leg.fast)] = None
            yield Group(((),), ((),), SURE, (entered,) if entered else ())
            return
        for end, group in self._sum(called, known).items():
            there = self._arrive(self._come_back(state.stack, frame, end))
            if there is not None:
                capped = bool(group.doubts) and bool(step.within)
                slow, fast, doubts = group.slow, group.fast, group.doubts
                if capped:  # the ways inside that are bounded may still take longer
                    slow, doubts = slowest([*leg.slow, *group.slow]), leg.doubts
                if leg.fast:  # the wait of the call
                    slow = slowest([*slow, leg.fast])
                    fast = fastest(self._ground.later(leg.fast, each) for each in fast)
                yield Group(slow, fast, doubts, (there,), capped or group.capped)

    def _in_circle(self, state: State, called: str) -> bool:
        return called in (state.sop, *(frame.sop for frame in state.stack)) or called in self._within

    def _come_back(self, stack: tuple[Frame, ...], frame: Frame, end: End) -> _Bound | State:
        """Come back from a call, which may be a goal."""
        bound = self._behind_call(stack, frame, end)
        if self._aim.stops_at((frame.sop, frame.place)):
            return State(stack, frame.sop, frame.place, frame.counts, bound.known, DONE)
        return bound

    def _behind_call(self, stack: tuple[Frame, ...], frame: Frame, end: End) -> _Bound:
        """Where a case is bound for that has come back from a call: nowhere if nobody knows."""
        spot, (outcome, known) = (frame.sop, frame.place), end
        target = self._ground.returned(spot, outcome) or ""
        counts = self._ground.once_done(spot, frame.counts)
        return _Bound(stack, frame.sop, target, counts, self._guide.leave(frame.known, known))

    def _returns(self, state: State, called: Sop) -> list[State]:
        """The states that a call comes back to."""
        if self._in_circle(state, called.id):
            return []
        sop, step = self._ground.sop(state.sop), self._step(state)
        found = []
        for leg in self._ground.legs.of(sop, step, state.known):
            frame = Frame(state.sop, state.place, state.counts, leg.known)
            for end in self._inside(called, self._guide.enter(sop, step, leg.known)).ends:
                found.append(self._arrive(self._behind_call(state.stack, frame, end)))
        return [each for each in found if each]

    def _sum(self, sop: Sop, known: Known) -> Mapping[End, Group]:
        """What a called SOP takes, to each outcome that it can end in."""
        key = sop.id, known
        if key not in self._ground.sums:
            spread, ends = self._inside(sop, known)
            capped = spread.capped
            sums = {}
            for end, states in ends.items():
                slow = spread.slow(states)
                if not plain(slow):
                    raise TooMany
                sums[end] = Group(slow, spread.fast(states), spread.doubts(states), (), capped)
            self._ground.sums[key] = sums
        return self._ground.sums[key]

    def _inside(self, sop: Sop, known: Known) -> Inside:
        key = sop.id, known
        if key not in self._ground.insides:
            if len(self._within) > DEEPEST:
                raise OutOfBudget
            aim = Aim(self._ground, sop.id, None, frozenset())
            inner = Unfolding(self._ground, aim, self._within | {self._aim.home, sop.id})
            first = inner.begun(sop, known)
            spread = inner.from_(
                (first,) if first else (), Before(comparing(self._ground.library), TRIGGER, tuple)
            )
            ends = defaultdict(list)
            for state in spread.ends:
                ends[state.place, state.known].append(state)
            self._ground.insides[key] = Inside(spread, ends)
        return self._ground.insides[key]

    # Escalations

    def _cuts(self, state: State, groups: tuple[Group, ...]) -> Iterator[tuple[Since | None, Group]]:
        """Where escalations may take a case that is at a step: those of its SOP, and of the SOPs that
        have called it. Each does so once."""
        sops = state.sop, *(frame.sop for frame in state.stack)
        if not any(map(self._ground.interrupting, sops)):
            return
        slow = slowest(each for group in groups for each in group.slow)
        doubts = SURE.union(*(group.doubts for group in groups))
        capped = any(group.capped for group in groups)
        for here in self._outward(state):
            for each in self._ground.interrupting(here.sop):
                if not self._may_take(here, each):
                    continue
                to, since = self._taken(here, each), self._since(here.level, each)
                left = f"{AT_ANY_TIME} after {each.after}" if since else AT_ANY_TIME
                if to or since:  # a clock ends what is done here, wherever it leads
                    yield since, Group(slow, ((),), doubts, (to,) if to else (), capped, left)

    def _outward(self, state: State) -> Iterator[State]:
        """A case that is taken out of a step: in its SOP, and in each of those that have called it."""
        here = state._replace(known=self._guide.interrupted(self._step(state), state.known))
        yield here
        while here.stack:
            *below, frame = here.stack
            known = self._guide.leave(frame.known, here.known)
            here = State(tuple(below), frame.sop, frame.place, frame.counts, known)
            yield here

    def _may_take(self, here: State, escalation: Escalation) -> bool:
        """Whether an escalation may take a case: not before its clock starts, and not once more."""
        remembered = dict(here.counts)
        point = escalation.from_ if escalation.from_ in self._ground.steps(here.sop) else None
        return (here.sop, taken(place(escalation))) not in remembered and (
            not point or (here.sop, passed(point)) in remembered
        )

    def _taken(self, here: State, escalation: Escalation) -> State | None:
        """Where an escalation takes a case."""
        remembered = counted(here.counts, (here.sop, taken(place(escalation))))
        return self._arrive(_Bound(here.stack, here.sop, escalation.then or "", remembered, here.known))

    def _never_done(self, state: State) -> bool:
        """Whether a clock that runs takes a case away before the wait of a step is over."""
        step = self._step(state)
        if step.wait is None or step.call:
            return False
        return any(
            self._since(here.level, each) and self._ground.outlasts(step, each)
            for here in self._outward(state)
            for each in self._ground.interrupting(here.sop)
            if self._may_take(here, each)
        )

    def _since(self, level: Level, escalation: Escalation) -> Since | None:
        """The clock of an escalation; None where it may come at any time, or nobody can tell."""
        named = escalation.from_ or "trigger"
        point = TRIGGER if named == "trigger" else named
        known = point == TRIGGER or point in self._ground.steps(level[1])
        if escalation.after is None or not known or "from_" in escalation.unknown:
            return None
        hours = calendars(self._ground.library).default
        if escalation.after.business and hours.unread:
            return None
        return Since(level, point, self._ground.legs.chain(escalation.after, hours))
