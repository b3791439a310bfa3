"""All cases at once, taken through two libraries side by side, until they have ended in both.

A case is what a scenario says of it: the values of each fact, one for each time it is asked, and
the answers to each question, one for each time it is put. Where both sides have come to the same
place with the same knowledge, and nothing ahead differs, the cases there end alike.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import partial
from heapq import heappop, heappush
from itertools import count
from types import MappingProxyType

from sopctl.analysis.cases import Box, Budget, OutOfBudget
from sopctl.diff.sides import Place, Target
from sopctl.diff.steps import (
    IMPOSSIBLE,
    UNCLEAR,
    Bench,
    Counts,
    Depth,
    Into,
    Known,
    Move,
    State,
    Stepper,
)
from sopctl.diff.terrain import Terrain, returns
from sopctl.diff.variables import Asked, Variables
from sopctl.named import NamedTuple

ALLOWANCE = 60_000
"""Comparisons that the cases of one SOP may take before the answer is `unknown`."""


class Split(NamedTuple):
    """Cases that end in different ways: in which before, in which after."""

    before: str
    after: str


Pair = tuple[State, State]

Call = tuple[tuple[Place, ...], Known]
"""A step that calls, behind the steps whose calls it is in, and what is known there of facts that may be
asked anew in the call."""


Outcomes = Mapping[Asked, Collection[str]]
"""What calls come back with."""


class Run(NamedTuple):
    """What became of the cases that start in a SOP: `splits` are those that end differently. They
    were not followed into some SOPs though something differs there: into those of `behind`; into
    those of `handed`, to which both sides hand a case of which they know the same, so that it ends
    as those do that start there; from the pairs of `unlike`, where both hand it to the same SOP
    otherwise; and into the calls of `called`, which both make knowing the same."""

    depth: Depth
    variables: Variables
    splits: dict[Split, list[Box]]
    said: dict[Asked, list[Box]]  # the cases that come to a question, or are asked a fact once more
    unclear: set[str]  # why nobody knows of some where they go
    behind: set[str]
    handed: set[str]
    unlike: set[Pair]
    called: set[Call]
    past: set[tuple[int, Place]]  # by side, the steps whose calls were not followed
    left: dict[str, dict[Split, list[Box]]]  # by fact, cases that end alike and leave it otherwise
    torn: set[str]  # facts of which nobody can tell whether they are left otherwise
    allowance: int  # what is left of it

    @property
    def splits_at_hand_offs(self) -> bool:
        """Whether one side hands cases on where the other does not, or elsewhere."""
        return any(":" not in end and end != IMPOSSIBLE for split in self.splits for end in split)


def run(terrain: Terrain, id: str, depth: Depth, allowance: int) -> Run:
    """Send every case of a SOP through both sides. OutOfBudget where they are too many."""
    return _Pairs(terrain, depth, Budget(allowance)).run(id)


def run_on(terrain: Terrain, pair: Pair, depth: Depth, allowance: int) -> Run:
    """The same with the cases that both sides have handed to another SOP."""
    return _Pairs(terrain, depth, Budget(allowance)).run_behind(pair)


def starts_alike(pair: Pair, terrain: Terrain) -> bool:
    """Whether a case that both sides hand on goes as one that starts there, up to the next hand-off:
    both know the same, nothing that is asked anew, and it has entered no step of that SOP."""
    (before, after), id = pair, pair[0].place[0]
    entered = {sop for state in pair for (sop, _), _ in state.entered}
    known = {fact for fact, _ in before.shared}
    return before._replace(entered=after.entered) == after and not (id in entered or known & terrain.anew(id))


def comes_back_alike(terrain: Terrain, call: Call, left: frozenset[str], budget: Budget) -> bool:
    """Whether every case that both sides take into a call, knowing the same of it, comes back and goes on
    alike, and leaves what matters there, and facts of `left`, alike. OutOfBudget where they are too many."""
    return _Call(terrain, INTO._replace(left=left), budget).comes_back_alike(*call)


INTO = Depth(onward=False, into=True, differs=True)


def _alike_in(terrain: Terrain, call: Call, left: frozenset[str]) -> bool:
    """The same, found out once for all SOPs; False where they are too many."""
    key = call, left
    if key not in terrain.known:
        terrain.known[key] = False  # so it is for who calls itself
        with suppress(OutOfBudget):
            terrain.known[key] = comes_back_alike(terrain, call, left, Budget(ALLOWANCE))
    return terrain.known[key]


def comes_back(terrain: Terrain, number: int, place: Place) -> bool:
    """Whether every case that one side takes into a call comes back from it, and is led on there."""
    key = number, place
    if key not in terrain.known:
        terrain.known[key] = False  # so it is for who calls itself
        with suppress(OutOfBudget):
            terrain.known[key] = _Alone(terrain, number, Budget(ALLOWANCE)).comes_back(place)
    return terrain.known[key]


class _Pairs:
    """Where cases are on both sides at once. Cases that come to the same pair go on together."""

    def __init__(self, terrain: Terrain, depth: Depth, budget: Budget) -> None:
        self._terrain, self._depth = terrain, depth
        self._variables = Variables(terrain)
        self._splits: dict[Split, list[Box]] = {}
        self._said: dict[Asked, list[Box]] = {}
        self._unclear: set[str] = set()
        self._behind: set[str] = set()
        self._handed: set[str] = set()
        self._unlike: set[Pair] = set()
        self._called: set[Call] = set()
        self._past: set[tuple[int, Place]] = set()
        self._left: dict[str, dict[Split, list[Box]]] = {}
        self._torn: set[str] = set()
        self._own: frozenset[str] = frozenset()
        self._budget = budget
        self._moves: dict[tuple[int, State, Into], list[Move]] = {}
        self._waiting: dict[Pair, list[Box]] = {}
        self._order: list[tuple[tuple[int, ...], int, Pair]] = []
        self._came = count()
        self._steppers = [Stepper(terrain, number, self._variables, self._budget, depth) for number in (0, 1)]

    def run(self, id: str) -> Run:
        self._own = frozenset[str]().union(*(side.private(id) for side in self._terrain.sides))
        starts = [stepper.start(id) for stepper in self._steppers]
        return self.run_on((starts[0], starts[1]))

    def run_behind(self, pair: Pair) -> Run:
        before, after = (stepper.behind(state) for stepper, state in zip(self._steppers, pair, strict=True))
        return self.run_on((before, after))

    def run_on(self, pair: Pair) -> Run:
        for state in pair:
            self._variables.begin_behind((*state.own, *state.shared, *state.asked))
        self._follow(pair)
        return Run(
            self._depth,
            self._variables,
            self._splits,
            self._said,
            self._unclear,
            self._behind,
            self._handed,
            self._unlike,
            self._called,
            self._past,
            self._left,
            self._torn,
            self._budget.left,
        )

    def _follow(self, pair: Pair) -> None:
        self._come(pair, -1)
        while self._order:
            _, _, pair = heappop(self._order)
            self._go(pair, self._waiting.pop(pair))

    def _come(self, pair: Pair, box: Box) -> None:
        if pair not in self._waiting:
            self._waiting[pair] = []
            ranks = [self._rank(state) for state in pair]
            heappush(self._order, (min(ranks), next(self._came), pair))
        self._waiting[pair].append(box)

    def _go(self, pair: Pair, boxes: list[Box]) -> None:
        space, (before, after) = self._variables.space, pair
        if before == after and self._alike(before):
            return
        if len(boxes) > 1:
            self._budget.spend(len(boxes) * (4 + len(self._variables.asked) // 4))
            boxes = [box | ~space.full for box in space.merged([box & space.full for box in boxes])]
        if before.end and after.end:
            if before.end == after.end:
                self._leave(before, after, boxes)
            if before.end == after.end and (before.place[0] or after.place[0]):
                self._hand(before, after)
            self._ended(Split(before.end, after.end), boxes)
            return
        self._onward(pair, boxes)

    def _hand(self, before: State, after: State) -> None:
        """Note where both sides hand a case to the same SOP."""
        if starts_alike((before, after), self._terrain) and not before.entered:
            self._handed.add(before.end)
        elif "" in (before.place[0], after.place[0]):  # one side does not have that SOP
            self._behind.add(before.end)
        else:
            self._unlike.add((before, after))

    def _alike(self, state: State) -> bool:
        """Whether cases at the same place of both sides end alike from here on."""
        if state.end and not state.place[0]:
            return not state.end.startswith(UNCLEAR)
        return not any(
            self._terrain.ahead(number, place) & self._terrain.changed
            for number in (0, 1)
            for place in state.places
        )

    def _rank(self, state: State) -> tuple[int, ...]:
        """Who has the lesser rank is behind; who has ended is not."""
        return _LAST if state.end else self._terrain.rank(state.places)

    def _ended(self, split: Split, boxes: list[Box]) -> None:
        for end in split:
            if end.startswith(UNCLEAR):
                self._unclear.add(end.removeprefix(UNCLEAR))
                return
        if split.before != split.after:
            self._splits.setdefault(split, []).extend(boxes)

    def _leave(self, before: State, after: State, boxes: list[Box]) -> None:
        """Note the facts that cases leave otherwise. A shared one that was neither asked nor set is
        what the case would say when asked for the first time."""
        for fact in sorted(self._depth.left):
            usual = None if fact in self._own else 1
            one, other = (dict((*state.own, *state.shared)).get(fact, usual) for state in (before, after))
            if not isinstance(one, str) and not isinstance(other, str):
                self._torn.update([fact] if one and other and one != other else [])
            elif unlike := self._values_apart(fact, one, other):
                space = self._variables.space
                apart = [box & unlike for box in boxes if space.meets(box & space.full, unlike)]
                split = Split(*(each if isinstance(each, str) else "" for each in (one, other)))
                self._left.setdefault(fact, {}).setdefault(split, []).extend(apart)

    def _values_apart(self, fact: str, one: int | str | None, other: int | str | None) -> Box:
        """The cases in which two values of a fact, one of them set by a row, are not the same."""
        domain = self._terrain.meanings.domain(fact)
        assert domain.fact is not None
        value = partial(self._terrain.meanings.value, fact, domain.fact)
        values = [value(each) for each in (one, other) if isinstance(each, str)]
        asked = [each for each in (one, other) if isinstance(each, int)]
        if asked:
            return self._variables.bits((fact, asked[0]), ((1 << domain.width) - 1) & ~values[0])
        return 0 if len(values) == 2 and values[0] == values[1] else -1

    def _onward(self, pair: Pair, boxes: list[Box]) -> None:
        """Let the side that is behind take a step; both, where none is."""
        before, after = pair
        ranks = [self._rank(state) for state in pair]
        into = self._into(pair, ranks)
        self._past.update((number, pair[number].place) for number, how in enumerate(into) if how)
        ones = self._moved(0, before, into[0]) if ranks[0] <= ranks[1] else [(-1, before)]
        others = self._moved(1, after, into[1]) if ranks[1] <= ranks[0] else [(-1, after)]
        for stepper, state, how, rank in zip(self._steppers, pair, into, ranks, strict=True):
            for asked in stepper.anew.get((state, how), ()) if rank == min(ranks) else ():
                self._said.setdefault(asked, []).extend(boxes)
        same = before == after and before.place not in self._terrain.changed
        met = zip(ones, others, strict=True) if same else ((one, other) for one in ones for other in others)
        full, guards = self._variables.space.full, self._variables.space.guards
        for (one, here), (other, there) in met:
            self._budget.spend(len(boxes))
            for box in boxes:
                both = box & one & other
                if ((both & full) + full) & guards == guards:
                    self._come((here, there), both)

    def _into(self, pair: Pair, ranks: list[tuple[int, ...]]) -> tuple[Into, Into]:
        """What becomes of the calls that the sides make here. One that both make comes back alike where
        they know the same there and nothing differs in it."""
        if self._depth.whole:
            return "", ""
        called = [
            self._calls(number, state.place) if rank == min(ranks) else ""
            for number, (state, rank) in enumerate(zip(pair, ranks, strict=True))
        ]
        if all(called) and self._known_alike(pair, called):
            both = self._into_alike(pair, called)
            return both, both
        one, other = (self._into_alone(number, pair[number].place, to) for number, to in enumerate(called))
        return one, other

    def _known_alike(self, pair: Pair, called: list[str]) -> bool:
        """Whether both sides make a call knowing the same."""
        before, after = pair
        back = returns("#".join(before.place))
        alike = all(self._known_in(to, 0, before) == self._known_in(to, 1, after) for to in called)
        return alike and dict(before.asked).get(back) == dict(after.asked).get(back)

    def _into_alike(self, pair: Pair, called: list[str]) -> Into:
        there = all(side.first(called[0]) for side in self._terrain.sides)
        if there and called[0] == called[1] and not self._terrain.touched(called[0]):
            return "alike"
        anew = self._terrain.anew(called[0]) | self._terrain.anew(called[1])
        known, _ = self._known_in(called[0], 0, pair[0])
        call = pair[0].places, tuple(each for each in known if each[0] in anew)
        if not self._depth.into:
            self._called.add(call)
            return "alike"
        return "alike" if _alike_in(self._terrain, call, self._depth.left) else ""

    def _into_alone(self, number: int, place: Place, called: str) -> Into:
        """A call that the other side does not make, or knowing something else, may end there, or come
        back with something else."""
        if not called or comes_back(self._terrain, number, place):
            return "alone" if called else ""
        if not self._depth.into:
            self._behind.add(called)
        return "" if self._depth.into else "alone"

    def _calls(self, number: int, place: Place) -> str:
        """The SOP that a step calls on one side."""
        side = self._terrain.sides[number]
        return side.outline(place).call.sop if place[1] in side.steps(place[0]) else ""

    def _known_in(self, called: str, number: int, state: State) -> tuple[Known, Counts]:
        """What a case brings into a called SOP: what its step asks, too."""
        side = self._terrain.sides[number]
        private, shared, asked = side.private(state.place[0]), dict(state.shared), dict(state.asked)
        for fact in side.outline(state.place).asks:
            asked[fact] = asked.get(fact, 0) + 1
            if fact not in private:
                shared[fact] = asked[fact]
        return self._steppers[number].known_in(called, shared, asked)

    def _moved(self, number: int, state: State, into: Into) -> list[Move]:
        if (number, state, into) not in self._moves:
            self._moves[number, state, into] = self._steppers[number].moves(state, into)
        return self._moves[number, state, into]


class Hunt(_Pairs):
    """Cases in certain limits, followed through all calls up to hand-offs, one after the other: not every
    case, so that one which is there may not be found."""

    def __init__(self, terrain: Terrain, budget: Budget) -> None:
        depth = Depth(onward=False, into=True)
        super().__init__(terrain, depth, budget)
        self._noting = [_Noting(terrain, number, self._variables, budget, depth) for number in (0, 1)]
        self._steppers = [*self._noting]

    def splits(self, id: str, limits: Mapping[Asked, int], outcomes: Outcomes) -> Iterator[Split]:
        """The ways in which cases end differently, as they are found."""
        self._moves, self._seen, box = {}, set[Pair](), -1
        for asked, mask in limits.items():
            box &= self._variables.bits(asked, mask)
        for stepper in self._noting:
            stepper.outcomes = outcomes
        ahead = [((self._steppers[0].start(id), self._steppers[1].start(id)), box)]
        while ahead:
            pair, box = ahead.pop()
            before, after = pair
            if before.end and after.end:
                if before.end != after.end and _ELSEWHERE not in (before.end, after.end):
                    yield Split(before.end, after.end)
            elif not (before == after and self._alike(before)) and pair not in self._seen:
                self._seen.add(pair)
                self._onward(pair, [box])
                ahead += [(pair, box) for pair, boxes in self._waiting.items() for box in boxes]
                self._waiting.clear()
                self._order.clear()


class _Noting(Stepper):
    """Takes cases whose calls come back with certain outcomes."""

    outcomes: Outcomes = MappingProxyType({})

    def _back(self, bench: Bench, outcome: str) -> Target:
        name = returns("#".join(bench.stack[-1].place))
        target = super()._back(bench, outcome)
        wanted = self.outcomes.get(bench.ask(name))
        return target if wanted is None or outcome in wanted else Target(end=_ELSEWHERE)


_ELSEWHERE = "elsewhere"


class _Call(_Pairs):
    """Cases in a call, on both sides, until they have come back from it."""

    def comes_back_alike(self, places: tuple[Place, ...], known: Known) -> bool:
        self._apart, self._depths = False, len(places)
        self._variables.begin_behind(known)
        pair = [stepper.call(places, known) for stepper in self._steppers]
        self._follow((pair[0], pair[1]))
        return not self._apart

    def _go(self, pair: Pair, boxes: list[Box]) -> None:
        before, after = pair
        if self._inside(before) or self._inside(after):
            super()._go(pair, boxes)
        elif before != after or before.end.startswith(UNCLEAR):
            self._apart = True

    def _alike(self, state: State) -> bool:
        return super()._alike(state._replace(stack=state.stack[self._depths :]))

    def _rank(self, state: State) -> tuple[int, ...]:
        return super()._rank(state) if self._inside(state) else _LAST

    def _inside(self, state: State) -> bool:
        return len(state.stack) >= self._depths


class _Alone(_Call):
    """Cases in a call on one side, until they have come back from it."""

    def __init__(self, terrain: Terrain, number: int, budget: Budget) -> None:
        super().__init__(terrain, INTO, budget)
        self._number = number
        self._steppers = [Stepper(terrain, number, self._variables, budget, INTO)] * 2

    def comes_back(self, place: Place) -> bool:
        self._lost = False
        self._depths = 1
        state = self._steppers[0].call((place,), ())
        self._follow((state, state))
        return not self._lost

    def _go(self, pair: Pair, boxes: list[Box]) -> None:
        state, _ = pair
        if not self._inside(state):
            self._lost = self._lost or state.end.startswith((UNCLEAR, IMPOSSIBLE, "stuck:"))
        elif not self._lost:
            if len(boxes) > 1:
                self._budget.spend(len(boxes))
                space = self._variables.space
                boxes = [box | ~space.full for box in space.merged([box & space.full for box in boxes])]
            self._on(state, boxes)

    def _on(self, state: State, boxes: list[Box]) -> None:
        called = self._calls(self._number, state.place)
        into: Into = "alike" if called and comes_back(self._terrain, self._number, state.place) else ""
        for one, there in self._moved(0, state, into):
            full, guards = self._variables.space.full, self._variables.space.guards
            self._budget.spend(len(boxes))
            for box in boxes:
                if ((box & one & full) + full) & guards == guards:
                    self._come((there, there), box & one)


_LAST = (1,)
