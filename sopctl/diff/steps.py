"""Sets of cases on one side, from a step to the next ones, as a walk takes one case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Literal, TypeVar

from sopctl.analysis.cases import Box, Budget, Space
from sopctl.analysis.walk import DEEPEST, UNBOUNDED
from sopctl.diff.meanings import Torn
from sopctl.diff.sides import Act, Place, Target, Way
from sopctl.diff.terrain import Terrain, returns
from sopctl.diff.variables import Asked, Variables
from sopctl.named import NamedTuple

IMPOSSIBLE = "impossible"
"""The end of a case that says of a fact or a question what this side does not know."""

LOOP = "stuck:loop"
"""The end of a case that goes round for ever; where it is stopped is chance."""

Known = tuple[tuple[str, int | str], ...]
"""Facts with what is known of them: the how manieth asking gave it, or the value that a row set."""

Counts = tuple[tuple[str, int], ...]
"""Facts and questions, and how often they were asked."""

Entered = tuple[tuple[Place, int], ...]
"""Steps, and how often they were entered."""


class Frame(NamedTuple):
    """A call that has not come back: its step, with the private facts and the counts there."""

    place: Place
    own: Known
    entered: Entered


class State(NamedTuple):
    """A place of a case on one side: a step that it stands before, or in the end, its end."""

    stack: tuple[Frame, ...]
    place: Place
    own: Known
    shared: Known
    entered: Entered  # where that matters ahead
    asked: Counts  # where that matters ahead
    end: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """The calls that it is in, the first one first, and its step."""
        return (*(frame.place for frame in self.stack), self.place)


class Depth(NamedTuple):
    """How far cases are followed: `onward` through hand-offs, which else are ends, and `into` called
    SOPs, which else may come back with any of their outcomes; into all of them, or into those in which
    something `differs`. What they leave in facts of `left` counts as well."""

    onward: bool
    into: bool
    left: frozenset[str] = frozenset()
    differs: bool = False

    @property
    def whole(self) -> bool:
        """Whether every call is followed."""
        return self.into and not self.differs


Move = tuple[Box, State]
"""Cases that part from others, and where they go."""

Into = Literal["", "alike", "alone"]
"""What becomes of a call: it is followed; or it is not, and both sides make it `alike`; or one side makes
it `alone`, knowing what the other does not, and it may come back with anything."""

UNCLEAR = "unclear@"
"""Begins the end of a case of which nobody knows where it goes; behind it stands why."""


class Unclear(Exception):
    """Something that cases come to cannot be read, so that nobody knows where they go."""


def _unread(place: str) -> Unclear:
    return Unclear(f"what cases come to at `{place}` cannot be read")


class Bench:
    """A state while a step is worked on: what is known and counted can still change."""

    def __init__(self, state: State) -> None:
        self.stack = state.stack
        self.place = state.place
        self.own = dict(state.own)
        self.shared = dict(state.shared)
        self.entered = dict(state.entered)
        self.asked = dict(state.asked)
        self.anew: set[Asked] = set()  # shared by all copies

    def copy(self) -> "Bench":
        other = Bench.__new__(Bench)
        other.stack, other.place = self.stack, self.place
        other.own, other.shared = dict(self.own), dict(self.shared)
        other.entered, other.asked, other.anew = dict(self.entered), dict(self.asked), self.anew
        return other

    def ask(self, name: str) -> Asked:
        """Ask a fact or a question once more."""
        self.asked[name] = self.asked.get(name, 0) + 1
        asked = name, self.asked[name]
        if "#" in name or asked[1] > 1:
            self.anew.add(asked)
        return asked


class _Ahead(NamedTuple):
    """What may still happen to a case: facts that are asked for, and those that are asked anew."""

    facts: frozenset[str]
    questions: frozenset[str]
    anew: frozenset[str]
    again: frozenset[Place]  # steps that may be entered once more before the call is over


class Stepper:
    """Takes cases of one side from a step to the next ones, as a walk takes one case."""

    def __init__(
        self, terrain: Terrain, number: int, variables: Variables, budget: Budget, depth: Depth
    ) -> None:
        self.terrain, self.number, self.depth = terrain, number, depth
        self.side = terrain.sides[number]
        self.variables, self.budget = variables, budget
        self._seen: dict[tuple[Place, ...], _Ahead] = {}
        self.anew: dict[tuple[State, Into], frozenset[Asked]] = {}
        """What only cases say that come to a state: answers, and facts that are asked once more."""

    def start(self, id: str) -> State:
        return self._come(Bench(State((), (id, ""), (), (), (), ())), Target(step=self.side.first(id)), None)

    def behind(self, state: State) -> State:
        """Where a case goes that was handed to another SOP: it enters the first step there."""
        return self._come(Bench(state._replace(own=())), Target(step=state.place[1]), None)

    def call(self, places: Sequence[Place], known: Known) -> State:
        """Where a case stands that the last of these steps, each called by the one before, has just taken
        into its call."""
        *callers, place = places
        stack = tuple(Frame(each, (), ()) for each in callers)
        asked = tuple((fact, said) for fact, said in known if isinstance(said, int))
        return self._call(Bench(State(stack, place, (), known, (), asked)), self.side.outline(place).call)

    def moves(self, state: State, into: Into) -> list[Move]:
        """The cases that part here, each with where they go: together they are all cases."""
        try:
            return self._moves(state, into)
        except (Torn, Unclear) as trouble:
            return [(-1, _ended(f"{UNCLEAR}{trouble}"))]

    def _moves(self, state: State, into: Into) -> list[Move]:
        act, bench = self.side.act(state.place), Bench(state)
        if act.kind == "unreadable":
            raise _unread(_said(state.place))
        fitting = self._asked(bench, act.asks, again=True) & self._asked(bench, act.facts)
        found: list[Move] = []
        outside: list[Box] = []
        for box, sets, to in self._branches(bench, act, into):
            here = bench.copy()
            self._set(here, sets)
            timed = -1 if (to.end and not to.outcome) or act.kind == "call" else self._asked(here, act.later)
            if timed != -1:
                outside.extend(self._without(box & fitting, timed))
            calls = act.kind == "call" and to is act.call
            there = self._call(here, to) if calls else self._come(here, to, state.place)
            found.append((box & fitting & timed, there))
        outside.extend(self._without(-1, fitting))
        self.anew[state, into] = frozenset(bench.anew)
        return [*found, *((box, _ended(IMPOSSIBLE)) for box in outside)]

    def _without(self, box: Box, other: Box) -> list[Box]:
        """The cases of a box that are not in the other."""
        space = self.variables.space
        if other == -1:
            return []
        return [piece | ~space.full for piece in space.minus(box & space.full, other & space.full)]

    # Facts

    def _asked(self, bench: Bench, facts: Iterable[str], again: bool = False) -> Box:
        """Ask for facts that are not known, or all of them `again`; the cases whose values fit."""
        private, fitting = self.side.private(bench.place[0]), -1
        for fact in facts:
            known = bench.own if fact in private else bench.shared
            if again or fact not in known:
                asked = bench.ask(fact)
                known[fact] = asked[1]
                fits = self.side.fits(bench.place[0], fact)
                if fits is None:
                    raise Unclear(f"nothing says what `{fact}` can be at `{_said(bench.place)}`")
                if fits != (1 << self.terrain.meanings.domain(fact).width) - 1:
                    fitting &= self.variables.bits(asked, fits)
        return fitting

    def _set(self, bench: Bench, sets: Iterable[tuple[str, str]]) -> None:
        private = self.side.private(bench.place[0])
        for fact, value in sets:
            (bench.own if fact in private else bench.shared)[fact] = value

    # What parts cases

    def _branches(
        self, bench: Bench, act: Act, into: Into
    ) -> Iterator[tuple[Box, tuple[tuple[str, str], ...], Target]]:
        match act.kind:
            case "ask":
                yield from ((box, (), to) for box, to in self._answers(bench, act))
            case "table":
                yield from self._rows(bench, act)
            case "call" if not into:
                yield -1, (), act.call
            case "call":
                asked = self._forget(bench, act.call.sop, into)
                yield from ((box, (), to) for box, to in self._returns(bench, act, asked))
            case _:
                yield -1, (), act.follow

    def _answers(self, bench: Bench, act: Act) -> Iterator[tuple[Box, Target]]:
        asked = bench.ask(_said(bench.place))
        named = dict(act.answers)
        for word in self.terrain.words(asked[0]):
            yield self.variables.answer(asked, word), named.get(word, Target(end=IMPOSSIBLE))

    def _returns(self, bench: Bench, act: Act, asked: Asked) -> Iterator[tuple[Box, Target]]:
        """Where a call leads that is not followed, for each outcome that it may come back with."""
        if not act.on:
            yield -1, act.follow
            return
        possible, on = self.side.returns(act), dict(act.on)
        for word in self.terrain.words(asked[0]):
            lost = Target(end=f"stuck:unhandled@{_said(bench.place)}")
            to = on.get(word) or on.get("otherwise") or lost
            yield self.variables.answer(asked, word), to if word in possible else Target(end=IMPOSSIBLE)

    def _forget(self, bench: Bench, called: str, into: Into) -> Asked:
        """Facts that a call which is not followed may ask for, or alter, can be anything then, as if asked
        for there. What is asked where it comes back."""
        name, altered = returns(_said(bench.place)), self.terrain.altered(called)
        spoken = self.terrain.spoken(called) - bench.shared.keys()
        asked = spoken & self.side.shared
        if into == "alike":
            for fact in sorted(asked | altered & bench.shared.keys()):
                bench.shared[fact] = bench.ask(fact)[1]
            return bench.ask(name)
        known = self.known_in(called, bench.shared, bench.asked)
        side = self.number if self.terrain.touched(called) else None
        begin = self.variables.alone(called, (side, known))
        for fact in sorted(asked - altered):
            bench.shared[fact] = bench.asked.get(fact, 0) + 1
        bench.shared.update(dict.fromkeys(sorted(altered & self.side.shared), begin))
        bench.asked.update(dict.fromkeys(sorted(spoken | altered), begin))
        back = self.variables.back(bench.ask(name), begin)
        bench.asked[name] = back[1]
        bench.anew.add(back)
        return back

    def known_in(
        self, called: str, shared: Mapping[str, int | str], asked: Mapping[str, int]
    ) -> tuple[Known, Counts]:
        """What a case brings into a called SOP, as far as it is asked for or altered there."""
        spoken = self.terrain.spoken(called) | self.terrain.altered(called)
        return (
            tuple(sorted([each for each in shared.items() if each[0] in spoken], key=itemgetter(0))),
            tuple(sorted([each for each in asked.items() if each[0] in spoken])),
        )

    def _rows(self, bench: Bench, act: Act) -> Iterator[tuple[Box, tuple[tuple[str, str], ...], Target]]:
        lines = [(box, row) for row in act.rows if (box := self._box(bench, row)) is not None]
        space = self.variables.space
        lines = [(box & space.full, row) for box, row in lines]
        every, beyond = [box for box, _ in lines], ~space.full
        clashes = [] if act.first else self._clashes(space, lines)
        for piece in clashes:
            yield piece | beyond, (), Target(end=f"stuck:two-rows@{_said(bench.place)}")
        taken: dict[object, list[Box]] = {}
        for i, (box, row) in enumerate(lines):
            before = every[:i] if act.first else [*clashes, *taken.get(row.says, ())]
            for piece in space.outside(box, before, self.budget):
                yield piece | beyond, row.sets, row.to
            taken.setdefault(row.says, []).append(box)
        rest = act.rest or Way((), (), Target(end=f"stuck:no-row@{_said(bench.place)}"), None)
        for piece in space.outside(space.full, every, self.budget):
            yield piece | beyond, rest.sets, rest.to

    def _clashes(self, space: Space, lines: list[tuple[Box, Way]]) -> list[Box]:
        """The cases of rows that say different things."""
        self.budget.spend(len(lines))
        near = space.meeting([box for box, _ in lines])
        common = [
            box & lines[k][0]
            for i, (box, row) in enumerate(lines)
            for k in range(i)
            if near[i] >> k & 1 and lines[k][1].says != row.says
        ]
        return space.apart(common, self.budget)

    def _box(self, bench: Bench, row: Way) -> Box | None:
        """The cases that a row takes; None where what is known rules it out."""
        private, box = self.side.private(bench.place[0]), -1
        for fact, mask in row.tests:
            known = (bench.own if fact in private else bench.shared)[fact]
            if isinstance(known, int):
                box &= self.variables.bits((fact, known), mask)
            elif not self._value(bench, fact, known) & mask:
                return None
        return box

    def _value(self, bench: Bench, fact: str, text: str) -> int:
        known = self.side.fact(bench.place[0], fact)
        assert known is not None
        return self.terrain.meanings.value(fact, known, text)

    # Where they go

    def _come(self, bench: Bench, target: Target, origin: Place | None) -> State:
        """Come to a target, on through hand-offs, returns and full steps, up to a step or an end.
        `origin` is the step that was left, if it stands in the same call."""
        passed: set[tuple[int, Place]] = set()
        while True:
            if target.outcome and bench.stack:
                target = self._back(bench, target.outcome)
                origin = bench.place
            elif target.end:
                unread = target.end == "unreadable"
                end = _ended(f"{UNCLEAR}{_unread(_said(bench.place))}" if unread else target.end)
                return end._replace(own=self._left(bench.own), shared=self._left(bench.shared))
            elif target.sop:
                if not self.side.first(target.sop):
                    return self._lost(bench, target.sop)
                left, bench.own = self._left(bench.own), {}
                bench.place = target.sop, self.side.first(target.sop)
                if not bench.stack and not self.depth.onward:
                    return self._settled(bench)._replace(end=target.sop, own=left)
                target = Target(step=bench.place[1])
            else:
                place = bench.place[0], target.step
                act = self.side.outline(place)
                if act.at_most is None or bench.entered.get(place, 0) < act.at_most:
                    return self._enter(bench, act, place, origin)
                if (len(bench.stack), place) in passed:
                    return _ended(LOOP)
                passed.add((len(bench.stack), place))
                target = act.instead

    def _left(self, known: Mapping[str, int | str]) -> Known:
        return _sorted({fact: value for fact, value in known.items() if fact in self.depth.left})

    def _enter(self, bench: Bench, act: Act, place: Place, origin: Place | None) -> State:
        """Enter a step. What nothing bounds is counted only where a case comes back to it: so cases
        that come there on different ways are the same."""
        back = origin is not None and self.terrain.leads_back(origin, place)
        if act.at_most is not None or back:
            bench.entered[place] = bench.entered.get(place, 0) + 1
            if act.at_most is None and bench.entered[place] >= UNBOUNDED:
                return _ended(LOOP)
        bench.place = place
        return self._settled(bench)

    def _call(self, bench: Bench, target: Target) -> State:
        if len(bench.stack) >= DEEPEST:
            return _ended(LOOP)
        frame = Frame(bench.place, _sorted(bench.own), _sorted(bench.entered))
        bench.stack, bench.entered = (*bench.stack, frame), {}
        return self._come(bench, target, None)

    def _back(self, bench: Bench, outcome: str) -> Target:
        """Where a call leads that has come back with an outcome."""
        *below, (place, own, entered) = bench.stack
        bench.stack, bench.place, bench.own, bench.entered = tuple(below), place, dict(own), dict(entered)
        act = self.side.outline(place)
        on = dict(act.on)
        if not on:
            return act.follow
        return on.get(outcome) or on.get("otherwise") or Target(end=f"stuck:unhandled@{_said(place)}")

    def _lost(self, bench: Bench, sop: str) -> State:
        """A case that is handed to a SOP which is not there."""
        gone = self.side.sop(sop) is None and not self.side.may_hide(sop)
        return _ended(sop if gone and not bench.stack else f"{UNCLEAR}{_unread(sop)}")

    def _settled(self, bench: Bench) -> State:
        """The state, without what makes no difference any more: so that more cases share it."""
        ahead = self._ahead(bench)
        for known in (bench.own, bench.shared):
            for fact, value in [*known.items()]:
                if fact in self.depth.left:
                    continue
                if fact not in ahead.facts:
                    del known[fact]
                elif fact in ahead.anew or not isinstance(value, int):
                    continue
                elif value == bench.asked.get(fact) or known is bench.shared:  # as if not asked yet
                    del known[fact]
                    bench.asked[fact] = value - 1
        asked = {
            name: times
            for name, times in bench.asked.items()
            if times and (name in ahead.facts or name in ahead.questions)
        }
        entered = {place: times for place, times in bench.entered.items() if place in ahead.again}
        return State(
            bench.stack,
            bench.place,
            _sorted(bench.own),
            _sorted(bench.shared),
            _sorted(entered),
            _sorted(asked),
        )

    def _ahead(self, bench: Bench) -> _Ahead:
        key = (bench.place, *(frame.place for frame in bench.stack))
        if key not in self._seen:
            self._seen[key] = self._found_ahead(*key)
        return self._seen[key]

    def _found_ahead(self, place: Place, *callers: Place) -> _Ahead:
        side = self.side
        starts = [place, *(to for caller in callers for to in side.after(caller))]
        places = frozenset[Place]().union(*(self.terrain.ahead(self.number, each) for each in starts))
        acts = [side.outline(each) for each in places]
        begun = {sop for each in places for sop in side.begins(each)}.union(caller[0] for caller in callers)
        return _Ahead(
            facts=frozenset(fact for act in acts for fact in (*act.asks, *act.facts, *act.later)),
            questions=frozenset(name for each in places for name in (_said(each), returns(_said(each)))),
            anew=frozenset(fact for act in acts for fact in act.asks).union(
                *map(side.private, begun), *(() if self.depth.whole else map(self.terrain.altered, begun))
            ),
            again=frozenset[Place]().union(
                *(self.terrain.ahead(self.number, each) for each in side.nexts(place))
            ),
        )


def _ended(end: str) -> State:
    return State((), ("", ""), (), (), (), (), end)


_K = TypeVar("_K", str, Place)
_V = TypeVar("_V")


def _sorted(known: Mapping[_K, _V]) -> tuple[tuple[_K, _V], ...]:
    return tuple(sorted(known.items(), key=lambda item: item[0]))


def _said(place: Place) -> str:
    return f"{place[0]}#{place[1]}"
