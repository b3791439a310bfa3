"""Every way between two points, unfolded: states and the time that it takes from one to the next.

A state is a place of a case: the calls that it is in, the step that it stands before, how often it
has entered the steps that bound a loop, and what a guide knows of it. Ways are never listed: what
can be slowest (or fastest) is carried from state to state.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from sopctl.analysis import ways
from sopctl.analysis.calendar import Stretch, calendars
from sopctl.analysis.chains import Chain, Later, OutOfBudget, TooMany, chain, fastest, fits, slowest
from sopctl.analysis.first_through import First, plain
from sopctl.analysis.graph import reachable, reverse
from sopctl.analysis.legs import Leg, Legs
from sopctl.analysis.narrowing import Guide, Known
from sopctl.analysis.onward import Onward, Spot
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
    Goals,
    Group,
    Level,
    State,
    counted,
)
from sopctl.analysis.taken_away import TRIGGER, Before, Since, passed, settled, taken
from sopctl.analysis.waited import Wait, waited
from sopctl.library import Library, WorkedOut
from sopctl.model.sop import Escalation, Sop, Step
from sopctl.named import NamedTuple

STATES = 20_000
"""So many states are unfolded before the answer is `unknown`."""

DEEPEST = 80
"""So many calls may stand in one another before the answer is `unknown`."""

PAST_STEPS = 200
"""So many arrows in a row that enter no step lead nowhere."""


class Course:
    """The ways that a guide leaves open. `longest` says how months and years are read; `inline`, that
    called SOPs are walked through instead of being summed up."""

    def __init__(
        self,
        library: Library,
        guide: Guide,
        longest: bool = True,
        inline: bool = False,
        most_states: int | None = None,
    ) -> None:
        self.library, self.guide = library, guide
        self.longest, self.inline = longest, inline
        self.most_states = STATES if most_states is None else most_states
        self.legs = Legs(library, guide, longest)
        self.onward = Onward(library)
        self.first = First(lambda: calendars(library).window)
        self.insides: dict[tuple[str, Known], _Inside] = {}
        self.sums: dict[tuple[str, Known], Mapping[_End, Group]] = {}
        self._both: dict[tuple[Chain, Chain], Chain] = {}
        self._interrupting: dict[str, list[Escalation]] = {}
        self._live: dict[Spot, frozenset[Spot]] = {}

    def entry(self, sop: Sop) -> State | None:
        """The state of a case that starts a SOP."""
        return _Walk(self, _Aim(self, sop.id, None, frozenset())).begun(sop, self.guide.begin())

    def spread(
        self,
        starts: Iterable[State],
        goals: Goals | None,
        wanted: frozenset[str],
        home: str = "",
        since: str | None = TRIGGER,
        ago: Callable[[], tuple[Chain, ...]] = tuple,
    ) -> Spread:
        """All states from these on, up to the goals, of cases of the home SOP; without goals, up to
        every end. Hand-offs are followed to SOPs that can lead to a wanted one; of calls to such,
        each step counts. The starts are behind a step of the home SOP, or of another (None); `ago` is how
        long the SOP may have been entered then, or one that has called it."""
        begun = tuple(dict.fromkeys(starts))
        aim = _Aim(self, home or (begun[0].sop if begun else ""), goals, wanted)
        return _Walk(self, aim).from_(begun, Before(self.first, since, ago))

    def behind(self, state: State, goals: Goals, wanted: frozenset[str], home: str) -> list[State]:
        """The states that a step leads to once it is done."""
        return _Walk(self, _Aim(self, home, goals, wanted)).behind(state)

    def resolves(self, sop: Sop) -> bool:
        """Whether every arrow of a SOP, and of those that it leads to, leads somewhere that is known."""
        return self._resolves(sop) and _leading_astray(self.library).isdisjoint(_nexts(sop))

    def _resolves(self, sop: Sop) -> bool:
        known = {*sop.steps_by_id, *(sop.outcomes or ()), *self.library.by_id}
        called = [step.call for step in sop.known_steps if step.call]
        targets = [to for found in self.legs.targets(sop).values() for to in found]
        escalations = "escalations" not in sop.unknown and all(
            each and "then" not in each.unknown for each in sop.escalations or ()
        )
        whole = sop.steps_whole and "outcomes" not in sop.unknown
        return whole and escalations and self.library.by_id.keys() >= {*called} and known.issuperset(targets)

    def comes_back(self, sop: Sop) -> bool:
        """Whether a case may start a SOP again: by a hand-off, since an arrow to the first step is
        no trigger."""
        return ways.hands_off(sop) and sop.known_steps[0].id in self.onward.on_loops(sop.id)

    def may_take_months(self, spread: Spread) -> bool:
        """Whether a step on these ways may count by months."""
        spots = {state.spot for state in spread.order}
        steps = [step for sop, place in spots if (step := self.steps(sop).get(place))]
        return any(map(self.legs.may_take_months, steps))

    # What is known of SOPs

    def sop(self, id: str) -> Sop:
        """A SOP that a case is in."""
        found = self.library.sop(id)
        assert found is not None
        return found

    def steps(self, sop: str) -> Mapping[str, Step]:
        found = self.library.sop(sop)
        return found.steps_by_id if found else {}

    def later(self, one: Chain, other: Chain) -> Chain:
        """What lasts as long as the later of two chains."""
        if fits(one, other) or fits(other, one):
            return other if fits(one, other) else one
        if (one, other) not in self._both:
            self._both[one, other] = (Stretch(Later(one, other), 1),)
        return self._both[one, other]

    def called(self, step: Step) -> Sop | None:
        """The SOP that a step calls, where there is such a one."""
        return self.library.sop(step.call) if step.call else None

    def returned(self, spot: Spot, outcome: str) -> str | None:
        """Where a call leads that has come back with an outcome; None where nobody knows."""
        sop = self.sop(spot[0])
        step = sop.steps_by_id[spot[1]]
        if step.on:
            return step.on.get(outcome, step.on.get("otherwise")) or None
        return next((arrow.to for arrow in ways.arrows_by_step(sop)[step.id]), None)

    def interrupting(self, sop: str) -> list[Escalation]:
        """The escalations of a SOP that take a case elsewhere."""
        if sop not in self._interrupting:
            found = self.library.sop(sop)
            self._interrupting[sop] = ways.interrupting(found) if found else []
        return self._interrupting[sop]

    def outlasts(self, step: Step, escalation: Escalation) -> bool:
        """Whether the wait of a step is longer than the time of an escalation, whenever both start."""
        known = calendars(self.library)
        if step.wait is None or escalation.after is None:
            return False
        after = known.stretch(escalation.after, known.default)
        wait = known.stretch(step.wait, known.work(step.role), longest=False)
        return self.first.sooner(chain(after), chain(wait))

    # What counts remember

    def once_done(self, spot: Spot, counts: Counts) -> Counts:
        """The counts once a step is done: a clock may start there."""
        sop, step = spot
        if step not in [each.from_ for each in self.interrupting(sop)]:
            return counts
        return counted(counts, (sop, passed(step)))

    def live(self, spot: Spot, counts: Counts) -> Counts:
        """The counts of what a case may still come to: the others make no difference."""
        if not counts:
            return counts
        if spot not in self._live:
            self._live[spot] = frozenset(self._with_marks(self.onward.steps(spot)))
        return tuple([each for each in counts if each[0] in self._live[spot]])

    def _with_marks(self, steps: set[Spot]) -> Iterator[Spot]:
        """The steps, and what counts remember of the escalations of their SOPs."""
        yield from steps
        for id in {sop for sop, _ in steps}:
            for each in self.interrupting(id):
                yield id, taken(_place(each))
                yield id, passed(each.from_ or "")


def _place(escalation: Escalation) -> int:
    return int(escalation.at[-1])


class _Aim:
    """Where a walk of cases of the home SOP stops, and which ways lead nowhere near."""

    def __init__(self, course: Course, home: str, goals: Goals | None, wanted: frozenset[str]) -> None:
        self._course, self.home, self._wanted = course, home, wanted
        self.to_every_end = goals is None
        self.goals = goals or Goals()
        self.at_steps = any(place in course.steps(sop) for sop, place in self.goals.reached)
        self._useful: set[str] | None = None

    def stops_at(self, spot: Spot) -> bool:
        """Whether the clock stops when a step is done."""
        return self.goals.stops and spot in self.goals.done

    def goes_aside(self, sop: str) -> bool:
        """Whether a hand-off leads where no goal lies."""
        return not self.to_every_end and not self._course.onward.leads_to(sop, self._wanted, self.home)

    def looks_into(self, called: str) -> bool:
        """Whether a goal may lie in a SOP that is called."""
        return not self.to_every_end and self._course.onward.calls_into(called, self._wanted, self.home)

    def may_reach(self, spot: Spot) -> bool:
        """Whether a goal may lie ahead; known of the steps of the home SOP."""
        if spot[0] != self.home or not (self.goals.done or self.goals.reached):
            return True
        if self._useful is None:
            self._useful = self._with_goals_ahead()
        return spot[1] in self._useful

    def _with_goals_ahead(self) -> set[str]:
        back: dict[str, list[str]] = {}
        ends = [place for sop, place in self.goals.reached if sop == self.home]
        home = self._course.sop(self.home)
        for id, targets in self._course.legs.targets(home).items():
            for to in targets:
                back.setdefault(to, []).append(id)
            called = home.steps_by_id[id].call
            if (
                (self.home, id) in self.goals.done
                or (called and self.looks_into(called))
                or any(self._leads_back(to) for to in targets if ways.is_sop(to))
            ):
                ends.append(id)
        return reachable(back, ends)

    def _leads_back(self, sop: str) -> bool:
        return sop in self.goals.handed or not self.goes_aside(sop)


class _Bound(NamedTuple):
    """A case that is bound for a step, an outcome or a SOP."""

    stack: tuple[Frame, ...]
    sop: str
    target: str
    counts: Counts
    known: Known


_End = tuple[str, Known]
"""An outcome, and what is known of the cases that end in it."""


class _Inside(NamedTuple):
    """The ways through a called SOP, and their ends."""

    spread: Spread
    ends: Mapping[_End, list[State]]


class _Walk:
    """One walk through the states, depth first, so that they can be put into an order. It stands
    `within` the calls of these SOPs."""

    def __init__(self, course: Course, aim: _Aim, within: frozenset[str] = frozenset()) -> None:
        self._course, self._guide, self._aim, self._within = course, course.guide, aim, within
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
            spread = waited(spread, self._waits, self._course.later)
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
        if len(self._groups) >= self._course.most_states:
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
        if stops and not self._course.called(self._step(state)):  # a call stops where it comes back
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
        return self._course.steps(state.sop)[state.place]

    # Steps

    def _done(self, state: State) -> tuple[Group, ...]:
        """Where a step leads once it is done, and what it takes."""
        step = self._step(state)
        legs = self._course.legs.of(self._course.sop(state.sop), step, state.known)
        if called := self._course.called(step):
            return tuple([group for leg in legs for group in self._called(state, called, step, leg)])
        counts = self._course.once_done(state.spot, state.counts)
        groups = []
        for leg in legs:
            nexts = [
                self._arrive(_Bound(state.stack, state.sop, to, counts, known)) for to, known in leg.exits
            ]
            groups.append(Group(leg.slow, (leg.fast,), leg.doubts, tuple([each for each in nexts if each])))
        return tuple(groups)

    def behind(self, state: State) -> list[State]:
        """The states that a step leads to once it is done, wherever the clock stops."""
        if called := self._course.called(self._step(state)):
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
        if step := self._course.steps(bound.sop).get(bound.target):
            return self._enter(bound, step)
        sop = self._course.library.sop(bound.sop)
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
            if step.id in self._course.onward.on_loops(bound.sop):
                counts = counted(counts, spot, entered + 1)
        return State(bound.stack, bound.sop, step.id, self._course.live(spot, counts), bound.known)

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
        other = self._course.library.sop(bound.target)
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
        known = self._guide.enter(self._course.sop(state.sop), step, leg.known)
        if self._course.inline or self._aim.looks_into(called.id):
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
                    fast = fastest(self._course.later(leg.fast, each) for each in fast)
                yield Group(slow, fast, doubts, (there,), capped or group.capped)

    def _in_circle(self, state: State, called: str) -> bool:
        return called in (state.sop, *(frame.sop for frame in state.stack)) or called in self._within

    def _come_back(self, stack: tuple[Frame, ...], frame: Frame, end: _End) -> _Bound | State:
        """Come back from a call, which may be a goal."""
        bound = self._behind_call(stack, frame, end)
        if self._aim.stops_at((frame.sop, frame.place)):
            return State(stack, frame.sop, frame.place, frame.counts, bound.known, DONE)
        return bound

    def _behind_call(self, stack: tuple[Frame, ...], frame: Frame, end: _End) -> _Bound:
        """Where a case is bound for that has come back from a call: nowhere if nobody knows."""
        spot, (outcome, known) = (frame.sop, frame.place), end
        target = self._course.returned(spot, outcome) or ""
        counts = self._course.once_done(spot, frame.counts)
        return _Bound(stack, frame.sop, target, counts, self._guide.leave(frame.known, known))

    def _returns(self, state: State, called: Sop) -> list[State]:
        """The states that a call comes back to."""
        if self._in_circle(state, called.id):
            return []
        sop, step = self._course.sop(state.sop), self._step(state)
        found = []
        for leg in self._course.legs.of(sop, step, state.known):
            frame = Frame(state.sop, state.place, state.counts, leg.known)
            for end in self._inside(called, self._guide.enter(sop, step, leg.known)).ends:
                found.append(self._arrive(self._behind_call(state.stack, frame, end)))
        return [each for each in found if each]

    def _sum(self, sop: Sop, known: Known) -> Mapping[_End, Group]:
        """What a called SOP takes, to each outcome that it can end in."""
        key = sop.id, known
        if key not in self._course.sums:
            spread, ends = self._inside(sop, known)
            capped = spread.capped
            sums = {}
            for end, states in ends.items():
                slow = spread.slow(states)
                if not plain(slow):
                    raise TooMany
                sums[end] = Group(slow, spread.fast(states), spread.doubts(states), (), capped)
            self._course.sums[key] = sums
        return self._course.sums[key]

    def _inside(self, sop: Sop, known: Known) -> _Inside:
        key = sop.id, known
        if key not in self._course.insides:
            if len(self._within) > DEEPEST:
                raise OutOfBudget
            aim = _Aim(self._course, sop.id, None, frozenset())
            inner = _Walk(self._course, aim, self._within | {self._aim.home, sop.id})
            first = inner.begun(sop, known)
            spread = inner.from_((first,) if first else (), Before(self._course.first, TRIGGER, tuple))
            ends = defaultdict(list)
            for state in spread.ends:
                ends[state.place, state.known].append(state)
            self._course.insides[key] = _Inside(spread, ends)
        return self._course.insides[key]

    # Escalations

    def _cuts(self, state: State, groups: tuple[Group, ...]) -> Iterator[tuple[Since | None, Group]]:
        """Where escalations may take a case that is at a step: those of its SOP, and of the SOPs that
        have called it. Each does so once."""
        sops = state.sop, *(frame.sop for frame in state.stack)
        if not any(map(self._course.interrupting, sops)):
            return
        slow = slowest(each for group in groups for each in group.slow)
        doubts = SURE.union(*(group.doubts for group in groups))
        capped = any(group.capped for group in groups)
        for here in self._outward(state):
            for each in self._course.interrupting(here.sop):
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
        point = escalation.from_ if escalation.from_ in self._course.steps(here.sop) else None
        return (here.sop, taken(_place(escalation))) not in remembered and (
            not point or (here.sop, passed(point)) in remembered
        )

    def _taken(self, here: State, escalation: Escalation) -> State | None:
        """Where an escalation takes a case."""
        remembered = counted(here.counts, (here.sop, taken(_place(escalation))))
        return self._arrive(_Bound(here.stack, here.sop, escalation.then or "", remembered, here.known))

    def _never_done(self, state: State) -> bool:
        """Whether a clock that runs takes a case away before the wait of a step is over."""
        step = self._step(state)
        if step.wait is None or step.call:
            return False
        return any(
            self._since(here.level, each) and self._course.outlasts(step, each)
            for here in self._outward(state)
            for each in self._course.interrupting(here.sop)
            if self._may_take(here, each)
        )

    def _since(self, level: Level, escalation: Escalation) -> Since | None:
        """The clock of an escalation; None where it may come at any time, or nobody can tell."""
        named = escalation.from_ or "trigger"
        point = TRIGGER if named == "trigger" else named
        known = point == TRIGGER or point in self._course.steps(level[1])
        if escalation.after is None or not known or "from_" in escalation.unknown:
            return None
        hours = calendars(self._course.library).default
        if escalation.after.business and hours.unread:
            return None
        return Since(level, point, self._course.legs.chain(escalation.after, hours))


_ASTRAY: "WorkedOut[frozenset[str]]" = WorkedOut()


def _leading_astray(library: Library) -> frozenset[str]:
    """The SOPs that lead, perhaps over others, to one in which an arrow leads nowhere."""
    if library not in _ASTRAY:
        leads = {sop.id: [to for to in _nexts(sop) if to in library.by_id] for sop in library.sops}
        wrong = [sop.id for sop in library.sops if _is_astray(sop, library)]
        _ASTRAY[library] = frozenset(reachable(reverse(leads), wrong))
    return _ASTRAY[library]


def _nexts(sop: Sop) -> set[str]:
    """The SOPs that a SOP calls or hands off to."""
    handed = {to for nexts in ways.graph(sop).values() for to in nexts if ways.is_sop(to)}
    return handed | {step.call for step in sop.known_steps if step.call}


def _is_astray(sop: Sop, library: Library) -> bool:
    whole = sop.steps_whole and not {"outcomes", "escalations"} & sop.unknown
    lost = ways.ANYWHERE in ways.graph(sop) or not _nexts(sop) <= library.by_id.keys()
    return not whole or lost or bool(ways.stuck(sop))
