"""Every way between two points, unfolded: states and the time that it takes from one to the next.

A state is a place of a case: the calls that it is in, the step that it stands before, how often it
has entered the steps that bound a loop, and what a guide knows of it. Ways are never listed: what
can be slowest (or fastest) is carried from state to state.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sopctl.analysis import ways
from sopctl.analysis.calendar import MONTHS, Hours, Stretch, calendars
from sopctl.analysis.chains import Chain, Later, OutOfBudget, TooMany, chain, fastest, fits, join, slowest
from sopctl.analysis.escalation import lasts
from sopctl.analysis.first_through import First, plain
from sopctl.analysis.graph import reachable
from sopctl.analysis.narrowing import Guide, Known, Part
from sopctl.analysis.onward import Onward
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import (
    AT_ANY_TIME,
    DONE,
    ENDED,
    HANDED,
    SURE,
    Counts,
    Doubt,
    Doubts,
    Frame,
    Goals,
    Group,
    State,
    counted,
)
from sopctl.analysis.taken_away import TRIGGER, Before, Since, passed, settled, taken
from sopctl.analysis.untimed import Kind, untimed
from sopctl.analysis.waited import Wait, waited
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath
from sopctl.model.sop import Escalation, Sop, Step

STATES = 20_000
"""So many states are unfolded before the answer is `unknown`."""


DEEPEST = 80
"""So many calls may stand in one another before the answer is `unknown`."""


class Leg(NamedTuple):
    """A step by itself, for cases that go on alike: `known` is what is known of them there."""

    slow: tuple[Chain, ...]
    fast: Chain
    doubts: Doubts
    known: Known
    exits: tuple[tuple[str, Known], ...]


class Course:
    """The states of ways that a guide leaves open, and what each step of them takes.

    `longest` says how months and years are read; `months` whether any was met.
    """

    def __init__(
        self,
        library: Library,
        guide: Guide,
        longest: bool = True,
        inline: bool = False,
        most_states: int | None = None,
    ) -> None:
        self.library = library
        self.most_states = STATES if most_states is None else most_states
        self.months = False
        self.guide = guide
        self.longest = longest
        self._inline = inline  # walk through called SOPs instead of summing them up
        self._calendars = calendars(library)
        self.first = First(lambda: self._calendars.window)
        self._legs: dict[tuple[str, str, Known], tuple[Leg, ...]] = {}
        self._untimed: dict[tuple[str, str], tuple[Kind, ...]] = {}
        self._sums: dict[tuple[str, Known], dict[tuple[str, Known], Group]] = {}
        self._insides: dict[tuple[str, Known], tuple[Spread, dict[tuple[str, Known], list[State]]]] = {}
        self._times: dict[tuple[str | None, Duration], tuple[Chain, ...]] = {}
        self._both: dict[tuple[Chain, Chain], Chain] = {}
        self._steps: dict[str, dict[str, Step]] = {}
        self._targets: dict[str, dict[str, list[str]]] = {}
        self._interrupting: dict[str, list[Escalation]] = {}
        self.onward = Onward(library)
        self._onward_of: dict[tuple[str, str], set[tuple[str, str]]] = {}

    # Walking

    def entry(self, sop: Sop) -> State | None:
        """The state of a case that starts a SOP."""
        steps = sop.known_steps
        known = self.guide.begin()
        return self._arrive((), sop.id, steps[0].id, (), known, None) if steps else None

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
        return _Walk(self, home or (begun[0][1] if begun else ""), goals, wanted).from_(begun, since, ago)

    def behind(self, state: State, goals: Goals, wanted: frozenset[str], home: str) -> list[State]:
        """The states that a step leads to once it is done."""
        walk = _Walk(self, home, goals, wanted)
        step = self.steps(state[1])[state[2]]
        if step.call and self.library.sop(step.call) is not None:
            return self._returns(state, step, walk)
        return [each for group in self.groups(state, walk) for each in group.nexts]

    def steps(self, sop: str) -> dict[str, Step]:
        if sop not in self._steps:
            found = self.library.sop(sop)
            self._steps[sop] = found.steps_by_id if found else {}
        return self._steps[sop]

    def _arrive(
        self,
        stack: tuple[Frame, ...],
        sop: str,
        target: str,
        counts: Counts,
        known: Known,
        walk: "_Walk | None",
    ) -> State | None:
        """The state behind an arrow: calls return, full loops are left, hand-offs start anew."""
        for _ in range(200):
            step = self.steps(sop).get(target)
            if step is not None:
                if walk is not None and not stack and not walk.may_reach(sop, target):
                    return None
                free = step.at_most is None or not step.after_that
                if free or (step.at_most and target not in self.onward.on_loops(sop)):
                    return State(stack, sop, target, self._live(sop, target, counts), known)
                entered = dict(counts).get((sop, target), 0)
                if entered < (step.at_most or 0):
                    live = self._live(sop, target, counted(counts, (sop, target), entered + 1))
                    return State(stack, sop, target, live, known)
                target = step.after_that or ""
            elif target in self._outcomes(sop):
                if not stack:
                    done = walk and walk.goals and (sop, target) in walk.goals.reached
                    return State(stack, sop, target, (), known, DONE if done else ENDED)
                *below, (sop, place, counts, before) = stack
                stack, known = tuple(below), self.guide.leave(before, known)
                if walk is not None and walk.stops_at(sop, place):
                    return State(stack, sop, place, counts, known, DONE)
                counts = self._passed(sop, place, counts)
                back = self._returned(sop, place, target)
                if back is None:
                    return None
                target = back
            elif ways.is_sop(target):
                if walk is not None and not stack and walk.goals and target in walk.goals.handed:
                    return State((), target, "", (), None, HANDED)
                here, other = self.library.sop(sop), self.library.sop(target)
                aside = walk is not None and not stack and walk.goes_aside(target)
                if here is None or other is None or not other.known_steps or aside:
                    return None
                known = self.guide.hand_over(known)
                sop, target = target, other.known_steps[0].id
            else:
                return None
        return None

    def _outcomes(self, sop: str) -> Mapping[str, object]:
        found = self.library.sop(sop)
        return (found.outcomes or {}) if found else {}

    def row(self, sop: Sop) -> Chain | None:
        """All steps of a SOP one after the other, where each way leaves some of them out: where all
        arrows lead onward, to steps of the SOP itself that are all timed. Else None."""
        if self.interrupting(sop.id):
            return None
        begun = self.guide.begin()
        ahead = set(self._outcomes(sop.id))
        whole: Chain = ()
        for step in reversed(sop.known_steps):
            leg, *others = self.legs(sop.id, step, begun)
            if others or step.call or leg.doubts or step.at_most is not None or len(leg.slow) != 1:
                return None
            if any(to not in ahead for to, _ in leg.exits):
                return None
            ahead.add(step.id)
            whole = join(leg.slow[0], whole)
        return whole

    def resolves(self, sop: Sop) -> bool:
        """Whether every arrow of a SOP leads somewhere that is known."""
        known = {*self.steps(sop.id), *self._outcomes(sop.id), *self.library.by_id}
        steps = sop.known_steps
        called = all(step.call in self.library.by_id for step in steps if step.call)
        escalations = "escalations" not in sop.unknown and all(
            each and "then" not in each.unknown for each in sop.escalations or ()
        )
        return (
            called
            and escalations
            and all(to in known for targets in self.targets(sop.id).values() for to in targets)
        )

    def comes_back(self, sop: Sop) -> bool:
        """Whether a case may start a SOP again: by a hand-off, since an arrow to the first step is
        no trigger."""
        return sop.known_steps[0].id in self.onward.on_loops(sop.id) and ways.hands_off(sop)

    def targets(self, sop: str) -> dict[str, list[str]]:
        """Where each step may lead, or whoever may not enter it."""
        if sop not in self._targets:
            here = self.library.sop(sop)
            assert here is not None
            begun = self.guide.begin()
            found = self._targets[sop] = {}
            away = ways.interruptions(here)
            for id, step in self.steps(sop).items():
                exits = [*(to for leg in self.legs(sop, step, begun) for to, _ in leg.exits), *away]
                found[id] = [*exits, step.after_that] if step.after_that else exits
        return self._targets[sop]

    def _returned(self, sop: str, place: str, outcome: str) -> str | None:
        """Where a call leads that has come back with an outcome; None where nobody knows."""
        step = self.steps(sop)[place]
        here = self.library.sop(sop)
        assert here is not None
        if step.on:
            return step.on.get(outcome, step.on.get("otherwise")) or None
        return next((arrow.to for arrow in ways.arrows_by_step(here)[place]), None)

    def _live(self, sop: str, step: str, counts: Counts) -> Counts:
        """The counts of steps that a case may still come to: the others make no difference."""
        if not counts:
            return counts
        here = sop, step
        if here not in self._onward_of:
            self._onward_of[here] = self._with_marks(self.onward.steps(here))
        return tuple([each for each in counts if each[0] in self._onward_of[here]])

    def _with_marks(self, onward: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """The steps, and what counts remember of the escalations of their SOPs."""
        found = set(onward)
        for id in {sop for sop, _ in onward}:
            for each in self.interrupting(id):
                found |= {(id, taken(_place(each))), (id, passed(each.from_ or ""))}
        return found

    # What a step takes

    def groups(self, state: State, walk: "_Walk") -> tuple[Group, ...]:
        stack, sop, place, counts, known, _ = state
        step = self.steps(sop)[place]
        legs = self.legs(sop, step, known)
        if step.call and self.library.sop(step.call) is not None:
            return tuple([group for leg in legs for group in self._called(state, step, leg, walk)])
        counts = self._passed(sop, place, counts)
        groups = []
        for leg in legs:
            nexts = (self._arrive(stack, sop, to, counts, after, walk) for to, after in leg.exits)
            groups.append(Group(leg.slow, (leg.fast,), leg.doubts, tuple([each for each in nexts if each])))
        return tuple(groups)

    def cuts(
        self, state: State, groups: tuple[Group, ...], walk: "_Walk"
    ) -> Iterator[tuple[Since | None, Group]]:
        """Where escalations may take a case that is at a step: those of its SOP, and of the SOPs that
        have called it. Each does so once."""
        stack, sop, place, counts, known, _ = state
        if not self.interrupting(sop) and not any(self.interrupting(frame[0]) for frame in stack):
            return
        slow = slowest(each for group in groups for each in group.slow)
        doubts = SURE.union(*(group.doubts for group in groups))
        capped = any(group.capped for group in groups)
        known = self.guide.interrupted(self.steps(sop)[place], known)
        while True:
            for each in self.interrupting(sop):
                here = State(stack, sop, place, counts, known)
                if not self._may_take(here, each):
                    continue
                to = self._taken(here, each, walk)
                since = self._since(stack, sop, each)
                left = f"{AT_ANY_TIME} after {each.after}" if since else AT_ANY_TIME
                if to or since:  # a clock ends what is done here, wherever it leads
                    yield since, Group(slow, ((),), doubts, (to,) if to else (), capped, left)
            if not stack:
                return
            *below, (sop, place, counts, before) = stack
            stack, known = tuple(below), self.guide.leave(before, known)

    def interrupting(self, sop: str) -> list[Escalation]:
        if sop not in self._interrupting:
            found = self.library.sop(sop)
            self._interrupting[sop] = ways.interrupting(found) if found else []
        return self._interrupting[sop]

    def _may_take(self, state: State, escalation: Escalation) -> bool:
        """Whether an escalation may take a case: not before its clock starts, and not once more."""
        _, sop, _, counts, _, _ = state
        remembered = dict(counts)
        point = escalation.from_ if escalation.from_ in self.steps(sop) else None
        return (sop, taken(_place(escalation))) not in remembered and (
            not point or (sop, passed(point)) in remembered
        )

    def _taken(self, state: State, escalation: Escalation, walk: "_Walk") -> State | None:
        """Where an escalation takes a case."""
        stack, sop, _, counts, known, _ = state
        remembered = counted(counts, (sop, taken(_place(escalation))))
        return self._arrive(stack, sop, escalation.then or "", remembered, known, walk)

    def _since(self, stack: tuple[Frame, ...], sop: str, escalation: Escalation) -> Since | None:
        """The clock of an escalation; None where it may come at any time, or nobody can tell."""
        point = TRIGGER if escalation.from_ in (None, "trigger") else escalation.from_
        known = point == TRIGGER or point in self.steps(sop)
        if escalation.after is None or not known or "from_" in escalation.unknown:
            return None
        return Since((stack, sop), point or TRIGGER, self._chain(escalation.after, self._calendars.default))

    def _passed(self, sop: str, step: str, counts: Counts) -> Counts:
        """The counts once a step is done."""
        if step not in [each.from_ for each in self.interrupting(sop)]:
            return counts
        return counted(counts, (sop, passed(step)))

    def _called(self, state: State, step: Step, leg: Leg, walk: "_Walk") -> tuple[Group, ...]:
        stack, sop, place, counts, _, _ = state
        known = leg.known
        called = str(step.call)
        if self._in_circle(state, called, walk):
            nexts = (state.done,) if walk.stops_at(sop, place) else ()
            return (Group((), (leg.fast,), frozenset((_circle(sop, step),)), nexts),)
        here = self.library.sop(sop)
        assert here is not None
        inside = self.guide.enter(here, step, known)
        if self._inline or (walk.goals and self.onward.calls_into(called, walk.wanted, walk.home)):
            frame = Frame(sop, place, counts, known)
            other = self.library.sop(called)
            assert other is not None
            first = other.known_steps[:1]
            entered = self._arrive((*stack, frame), called, first[0].id, (), inside, walk) if first else None
            if entered and leg.fast:
                walk.waits[Wait(state, entered, leg.fast)] = None
            return (Group(((),), ((),), SURE, (entered,) if entered else ()),)
        groups = []
        counts = self._passed(sop, place, counts)
        for (outcome, after), group in self._sum(called, inside, walk).items():
            target = self._returned(sop, place, outcome)
            left = self.guide.leave(known, after)
            there: State | None = None
            if walk.stops_at(sop, place):
                there = State(stack, sop, place, counts, left, DONE)
            elif target:
                there = self._arrive(stack, sop, target, counts, left, walk)
            if there is not None:
                capped = bool(group.doubts) and bool(step.within)
                slow, fast, doubts = group.slow, group.fast, group.doubts
                if capped:  # the ways inside that are bounded may still take longer
                    slow, doubts = slowest([*leg.slow, *group.slow]), leg.doubts
                if leg.fast:  # the wait of the call
                    slow = slowest([*slow, leg.fast])
                    fast = fastest(self.later(leg.fast, each) for each in fast)
                groups.append(Group(slow, fast, doubts, (there,), capped or group.capped))
        return tuple(groups)

    def later(self, one: Chain, other: Chain) -> Chain:
        """What lasts as long as the later of two chains."""
        if fits(one, other) or fits(other, one):
            return other if fits(one, other) else one
        if (one, other) not in self._both:
            self._both[one, other] = (Stretch(Later(one, other), 1),)
        return self._both[one, other]

    def _in_circle(self, state: State, called: str, walk: "_Walk") -> bool:
        return called == state[1] or any(called == frame[0] for frame in state[0]) or called in walk.within

    def _returns(self, state: State, step: Step, walk: "_Walk") -> list[State]:
        """The states that a call comes back to."""
        stack, sop, place, counts, known, _ = state
        here = self.library.sop(sop)
        assert here is not None
        called = str(step.call)
        if self._in_circle(state, called, walk):
            return []
        counts = self._passed(sop, place, counts)
        found = []
        for leg in self.legs(sop, step, known):
            for outcome, after in self._inside(called, self.guide.enter(here, step, leg.known), walk)[1]:
                target = self._returned(sop, place, outcome)
                left = self.guide.leave(leg.known, after)
                found.append(self._arrive(stack, sop, target, counts, left, walk) if target else None)
        return [each for each in found if each]

    def _sum(self, sop: str, known: Known, walk: "_Walk") -> dict[tuple[str, Known], Group]:
        """What a called SOP takes, to each outcome that it can end in."""
        key = sop, known
        if key not in self._sums:
            spread, by_end = self._inside(sop, known, walk)
            sums = {}
            capped = spread.capped
            for name, ends in by_end.items():
                slow = spread.slow(ends)
                if not plain(slow):
                    raise TooMany
                sums[name] = Group(slow, spread.fast(ends), spread.doubts(ends), (), capped)
            self._sums[key] = sums
        return self._sums[key]

    def _inside(
        self, sop: str, known: Known, walk: "_Walk"
    ) -> tuple[Spread, dict[tuple[str, Known], list[State]]]:
        """The ways through a called SOP, and their ends by outcome."""
        key = sop, known
        if key not in self._insides:
            if len(walk.within) > DEEPEST:
                raise OutOfBudget
            found = self.library.sop(sop)
            steps = found.known_steps if found else []
            first = self._arrive((), sop, steps[0].id, (), known, None) if steps else None
            inner = _Walk(self, sop, None, frozenset(), walk.within | {walk.home, sop})
            spread = inner.from_((first,) if first else ())
            by_end: dict[tuple[str, Known], list[State]] = defaultdict(list)
            for end in spread.ends:
                by_end[end[2], end[4]].append(end)
            self._insides[key] = spread, by_end
        return self._insides[key]

    def legs(self, sop: str, step: Step, known: Known) -> tuple[Leg, ...]:
        """What a step takes by itself, and where it can lead; apart for cases that go on otherwise."""
        key = sop, step.id, known
        if key not in self._legs:
            here = self.library.sop(sop)
            assert here is not None
            fast = self._chain(step.wait, self._hours(step)) if step.wait else ()
            legs: dict[Any, Leg] = {}
            for part in self.guide.parts(here, step, known, self._untimed_of(here, step)):
                slow, doubts = self._slow(here, step, part)
                exits = tuple(dict.fromkeys(self.guide.exits(here, step, part.known)))
                alike = exits, part.known if step.call else None
                if alike in legs:
                    before = legs[alike]
                    slow, doubts = slowest([*before.slow, *slow]), before.doubts | doubts
                legs[alike] = Leg(slow, fast, doubts, part.known, exits)
            self._legs[key] = tuple(legs.values())
        return self._legs[key]

    def _slow(self, sop: Sop, step: Step, part: Part) -> tuple[tuple[Chain, ...], Doubts]:
        hours = self._hours(step)
        if step.wait is None and isinstance(step.within, Duration):
            key = step.role, step.within
            if key not in self._times:
                self._times[key] = (self._chain(step.within, hours),)
            return self._times[key], SURE
        floor = [self._chain(step.wait, hours)] if step.wait else []
        if isinstance(step.within, Duration):
            return slowest([self._chain(step.within, hours), *floor]), SURE
        times = [self._chain(time, hours) for row in part.rows if (time := row.within or row.otherwise)]
        if (step.within and part.timed) or "within" in step.unknown:
            return slowest([*times, *floor]) or ((),), SURE
        others, doubts = self._unbounded(sop, step)
        return slowest([*times, *floor, *others]) or ((),), doubts

    def _unbounded(self, sop: Sop, step: Step) -> tuple[tuple[Chain, ...], Doubts]:
        """What a step takes where it has no time of its own."""
        if step.escalate:
            path = self.library.paths.get(step.escalate)
            return (self.path_times(path) if path else ((),)), SURE
        if (
            "call" in step.unknown
            or "escalate" in step.unknown
            or (step.call and not (step.within and self.library.sop(step.call)))
        ):
            return (), SURE
        return (), frozenset((Doubt("rows" if step.within else "step", f"{sop.id}#{step.id}"),))

    def _untimed_of(self, sop: Sop, step: Step) -> tuple[Kind, ...]:
        """The kinds of cases for which rows of `within` set no time."""
        key = sop.id, step.id
        if key not in self._untimed:
            self._untimed[key] = untimed(step, lambda name: self.library.fact(sop, name))
        return self._untimed[key]

    def may_take_months(self, state: State) -> bool:
        """Whether the time of a step counts by months; of what it calls and waits for, perhaps."""
        step = self.steps(state[1]).get(state[2])
        if step is None:
            return False
        rows = [step.within] if isinstance(step.within, Duration) else step.within or ()
        times = [
            each if isinstance(each, Duration) else each.within or each.otherwise for each in rows if each
        ]
        named = any(time is not None and time.unit in MONTHS for time in (step.wait, *times))
        return named or (self.months and bool(step.call or step.escalate))

    def path_times(self, path: EscalationPath) -> tuple[Chain, ...]:
        """The times of which the later one is the longest that an escalation path takes."""
        levels = [level.ack_within for level in path.levels or () if level]
        self.months |= any(time is not None and time.unit in MONTHS for time in [path.answer_within, *levels])
        hours = self._calendars.default if path.clock == "business" else None
        counted = None if hours is None or hours.always else hours
        both = lasts(path, self.library, self.longest)
        return slowest(chain(Stretch(counted, minutes)) for minutes in both)

    def _hours(self, step: Step) -> Hours:
        return self._calendars.work(step.role)

    def _chain(self, time: Duration, hours: Hours) -> Chain:
        if time.unit in ("mo", "y"):
            self.months = True
        return chain(self._calendars.stretch(time, hours, self.longest))


def _place(escalation: Escalation) -> int:
    return int(escalation.at[-1])


def _circle(sop: str, step: Step) -> Doubt:
    return Doubt("calls", f"{sop}#{step.id} calls {step.call}, which comes back to {sop}")


class _Walk:
    """One walk through the states, depth first, so that they can be put into an order."""

    def __init__(
        self,
        course: Course,
        home: str,
        goals: Goals | None,
        wanted: frozenset[str],
        within: frozenset[str] = frozenset(),
    ) -> None:
        self.course, self.home, self.goals, self.wanted, self.within = course, home, goals, wanted, within
        self.waits: dict[Wait, None] = {}
        self._clocked: dict[State, list[tuple[Since, Group]]] = {}
        self._useful: set[str] | None = None
        self._at_steps = any(place in course.steps(sop) for sop, place in goals.reached) if goals else False

    def from_(
        self,
        starts: tuple[State, ...],
        since: str | None = TRIGGER,
        ago: Callable[[], tuple[Chain, ...]] = tuple,
    ) -> Spread:
        starts = tuple([self._stopped(each) for each in starts])
        groups: dict[State, tuple[Group, ...]] = {}
        after: list[State] = []
        work: list[tuple[State, Iterator[State]]] = []
        on_way: set[State] = set()
        looped = False
        for start in starts:
            if start in groups:
                continue
            work.append((start, self._open(start, groups)))
            on_way.add(start)
            while work:
                state, nexts = work[-1]
                for other in nexts:
                    if other not in groups:
                        work.append((other, self._open(other, groups)))
                        on_way.add(other)
                        break
                    looped = looped or other in on_way
                else:
                    work.pop()
                    on_way.discard(state)
                    after.append(state)
        ended = (ENDED,) if self.goals is None else (DONE, HANDED)
        ends = [state for state in after[::-1] if state[5] in ended]
        spread = Spread(starts, after[::-1], ends, groups, looped)
        if self.waits:
            spread = waited(spread, self.waits, self.course.later)
        before = Before(self.course.first, since, ago)
        return settled(spread, self._clocked, before) if self._clocked else spread

    def stops_at(self, sop: str, step: str) -> bool:
        """Whether the clock stops when a step is done."""
        return self.goals is not None and self.goals.stops and (sop, step) in self.goals.done

    def goes_aside(self, sop: str) -> bool:
        """Whether a hand-off leads where no goal lies."""
        return self.goals is not None and not self.course.onward.leads_to(sop, self.wanted, self.home)

    def may_reach(self, sop: str, step: str) -> bool:
        """Whether a goal may lie ahead; known of the steps of the SOP that the walk is about."""
        if self.goals is None or sop != self.home or not (self.goals.done or self.goals.reached):
            return True
        if self._useful is None:
            self._useful = self._with_goals_ahead(self.goals)
        return step in self._useful

    def _with_goals_ahead(self, goals: Goals) -> set[str]:
        back: dict[str, list[str]] = {}
        ends = []
        targets_of = self.course.targets(self.home)
        for id, step in self.course.steps(self.home).items():
            targets = targets_of[id]
            for to in targets:
                back.setdefault(to, []).append(id)
            called = step.call and self.course.onward.calls_into(step.call, self.wanted, self.home)
            handed = any(self._leads_back(to, goals) for to in targets if ways.is_sop(to))
            if called or handed or (self.home, id) in goals.done:
                ends.append(id)
        outcomes = [place for sop, place in goals.reached if sop == self.home]
        return reachable(back, [*ends, *outcomes])

    def _leads_back(self, sop: str, goals: Goals) -> bool:
        return sop in goals.handed or self.course.onward.leads_to(sop, self.wanted, self.home)

    def _open(self, state: State, groups: dict[State, tuple[Group, ...]]) -> Iterator[State]:
        if len(groups) >= self.course.most_states:
            raise OutOfBudget
        groups[state] = () if state[5] else self._groups(state)
        clocked = [group for _, group in self._clocked.get(state, ())]
        return iter([each for group in (*groups[state], *clocked) for each in group.nexts])

    def _groups(self, state: State) -> tuple[Group, ...]:
        found = self.course.groups(state, self)
        cuts = [(since, self._stopped_at_steps(cut)) for since, cut in self.course.cuts(state, found, self)]
        if clocked := [(since, cut) for since, cut in cuts if since]:
            self._clocked[state] = clocked
        at_any_time = [cut for since, cut in cuts if not since]
        called = self.course.steps(state[1])[state[2]].call  # its groups end where it comes back
        if self.stops_at(state[1], state[2]) and not (called and self.course.library.sop(called)):
            return (*(group._replace(nexts=(state.done,)) for group in found), *at_any_time)
        if not at_any_time and not self._at_steps:
            return found
        return (*map(self._stopped_at_steps, found), *at_any_time)

    def _stopped_at_steps(self, group: Group) -> Group:
        if not self._at_steps:
            return group
        return group._replace(nexts=tuple([self._stopped(each) for each in group.nexts]))

    def _stopped(self, state: State) -> State:
        reached = self.goals and not state.stack and state.spot in self.goals.reached
        return state.done if reached else state
