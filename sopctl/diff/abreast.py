"""All cases at once, taken through two libraries side by side, until they have ended in both.

A case is what a scenario says of it: the values of each fact, one for each time it is asked, and
the answers to each question, one for each time it is put. Where both sides have come to the same
place with the same knowledge, and nothing ahead differs, the cases there end alike.
"""

from functools import partial
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter

from sopctl.analysis.cases import Box, Budget
from sopctl.diff.sides import Place
from sopctl.diff.steps import (
    IMPOSSIBLE,
    UNCLEAR,
    Asked,
    Counts,
    Depth,
    Known,
    Move,
    State,
    Stepper,
    Variables,
)
from sopctl.diff.terrain import Terrain
from sopctl.named import NamedTuple

ALLOWANCE = 60_000
"""Comparisons that the cases of one SOP may take before the answer is `unknown`."""


class Split(NamedTuple):
    """Cases that end in different ways: in which before, in which after."""

    before: str
    after: str


Pair = tuple[State, State]

Call = tuple[Place, Known]
"""A step that calls, and what is known there of facts that may be asked anew in the call."""


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
    before, after = (state._replace(end="", own=()) for state in pair)
    return _Pairs(terrain, depth, Budget(allowance)).run_on((before, after))


def starts_alike(pair: Pair, terrain: Terrain) -> bool:
    """Whether a case that both sides hand on goes as one that starts there, up to the next hand-off:
    both know the same, nothing that is asked anew, and it has entered no step of that SOP."""
    (before, after), id = pair, pair[0].place[0]
    entered = {sop for state in pair for (sop, _), _ in state.entered}
    known = {fact for fact, _ in before.shared}
    return before._replace(entered=after.entered) == after and not (id in entered or known & terrain.anew(id))


def comes_back_alike(terrain: Terrain, call: Call, budget: Budget) -> bool:
    """Whether every case that both sides take into a call, knowing the same of it,
    comes back and goes on alike; how often something was asked in it does not count, as where calls
    are not followed. OutOfBudget where they are too many."""
    return _Call(terrain, Depth(onward=False, into=True), budget).comes_back_alike(*call)


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
        self._left: dict[str, dict[Split, list[Box]]] = {}
        self._torn: set[str] = set()
        self._own: frozenset[str] = frozenset()
        self._budget = budget
        self._moves: dict[tuple[int, State], list[Move]] = {}
        self._waiting: dict[Pair, list[Box]] = {}
        self._order: list[tuple[tuple[int, ...], int, Pair]] = []
        self._came = count()
        self._steppers = [Stepper(terrain, number, self._variables, self._budget, depth) for number in (0, 1)]

    def run(self, id: str) -> Run:
        self._own = frozenset[str]().union(*(side.private(id) for side in self._terrain.sides))
        starts = [stepper.start(id) for stepper in self._steppers]
        return self.run_on((starts[0], starts[1]))

    def run_on(self, pair: Pair) -> Run:
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
        if not self._depth.into:
            self._note_calls(pair, ranks)
        ones = self._moved(0, before) if ranks[0] <= ranks[1] else [(-1, before)]
        others = self._moved(1, after) if ranks[1] <= ranks[0] else [(-1, after)]
        for stepper, state, rank in zip(self._steppers, pair, ranks, strict=True):
            for asked in stepper.anew.get(state, ()) if rank == min(ranks) else ():
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

    def _note_calls(self, pair: Pair, ranks: list[tuple[int, ...]]) -> None:
        """Note the calls that are not followed and may come back otherwise. One that both sides make
        comes back alike where they know the same there and nothing differs in it."""
        for number, (state, other) in enumerate((pair, pair[::-1])):
            called = self._calls(number, state.place) if ranks[number] == min(ranks) else ""
            if not called:
                continue
            there, touched = self._calls(1 - number, state.place), bool(self._terrain.touched(called))
            if not there or state.place != other.place or other.end:
                self._behind.add(called)  # it may end there, or come back knowing something else
            elif self._known_in(called, number, state) != self._known_in(called, 1 - number, other):
                self._behind.add(called)
            elif touched or called != there:
                anew = self._terrain.anew(called) | self._terrain.anew(there)
                known, _ = self._known_in(called, number, state)
                self._called.add((state.place, tuple(each for each in known if each[0] in anew)))

    def _calls(self, number: int, place: Place) -> str:
        """The SOP that a step calls on one side."""
        side = self._terrain.sides[number]
        return side.outline(place).call.sop if place[1] in side.steps(place[0]) else ""

    def _known_in(self, called: str, number: int, state: State) -> tuple[Known, Counts]:
        """What a case brings into a called SOP, as far as it is asked for there: what its step asks, too."""
        side, spoken = self._terrain.sides[number], self._terrain.spoken(called)
        private, shared, asked = side.private(state.place[0]), dict(state.shared), dict(state.asked)
        for fact in side.outline(state.place).asks:
            asked[fact] = asked.get(fact, 0) + 1
            if fact not in private:
                shared[fact] = asked[fact]
        return (
            tuple(sorted([each for each in shared.items() if each[0] in spoken], key=itemgetter(0))),
            tuple(sorted([each for each in asked.items() if each[0] in spoken])),
        )

    def _moved(self, number: int, state: State) -> list[Move]:
        if (number, state) not in self._moves:
            self._moves[number, state] = self._steppers[number].moves(state)
        return self._moves[number, state]


class _Call(_Pairs):
    """Cases in a call, on both sides, until they have come back from it."""

    def comes_back_alike(self, place: Place, known: Known) -> bool:
        self._apart = False
        pair = [stepper.call(place, known) for stepper in self._steppers]
        self._follow((pair[0], pair[1]))
        return not self._apart

    def _go(self, pair: Pair, boxes: list[Box]) -> None:
        before, after = pair
        if before.stack or after.stack:
            super()._go(pair, boxes)
        elif before._replace(asked=after.asked) != after or before.end.startswith(UNCLEAR):
            self._apart = True

    def _alike(self, state: State) -> bool:
        return super()._alike(state._replace(stack=state.stack[1:]))

    def _rank(self, state: State) -> tuple[int, ...]:
        return super()._rank(state) if state.stack else _LAST


_LAST = (1,)
