"""Sets of cases, exactly: boxes of values over typed facts, and unions of them.

The values of a fact are cut into atoms that no test tells apart. A box is one whole number: each
fact of the space has a field of bits in it, one bit an atom, and a fact that does not matter has
them all. So the common box of two is `a & b`, and `a & ~b == 0` says that b holds a. A box with an
empty field has no case in it (`alive` sees that by one addition, which carries into the spare
bit above each field that is not empty).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.model.unary import Cut, Values
from sopctl.named import NamedTuple

Box = int


class OutOfBudget(Exception):
    """The work that was allowed for is used up, and the answer is not known."""


class Budget:
    """How many comparisons may still be made: counted, so that the same input ends alike."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise OutOfBudget


class Domain:
    """The values of one fact, cut into atoms by the sets that will be spoken of."""

    def __init__(self, fact: Fact | None, sets: Iterable[Values] = ()) -> None:
        self.fact = fact
        self._choices: dict[str, int] = {}
        self._cuts: list[Cut] = []
        if fact is None or fact.type in ("yes-no", "choice"):
            words = unary.choices(fact) if fact else ("no", "yes")
            self._choices = {word: 1 << i for i, word in enumerate(words)}
            self.width = len(self._choices)
        else:
            cuts = {cut for values in (unary.every(fact), *sets) for interval in values for cut in interval}
            self._cuts = sorted(cuts)  # type: ignore[arg-type]
            self.width = max(1, len(self._cuts) - 1)
        self._index = {cut: i for i, cut in enumerate(self._cuts)}

    def is_like(self, other: "Domain") -> bool:
        """True where both cut the same fact alike."""
        return self.fact is other.fact and self._cuts == other._cuts and self._choices == other._choices

    def mask(self, values: Values) -> int:
        """The atoms of a set that the domain was made for."""
        if isinstance(values, frozenset):
            return sum([self._choices[word] for word in values])
        return sum([(1 << self._index[end]) - (1 << self._index[start]) for start, end in values])

    def values(self, mask: int) -> Values:
        """The set that a mask stands for."""
        if self._choices:
            return frozenset(word for word, bit in self._choices.items() if mask & bit)
        return tuple(unary.Interval(self._cuts[first], self._cuts[last + 1]) for first, last in _runs(mask))


class Field(NamedTuple):
    """Where the atoms of a fact lie in a box."""

    name: str
    shift: int
    bits: int  # its atoms, in place
    domain: Domain

    def values(self, box: Box) -> Values:
        return self.domain.values((box & self.bits) >> self.shift)


class Space:
    """The facts that a box speaks of. With a base, its facts come first and lie where they lie there."""

    def __init__(self, domains: Mapping[str, Domain], base: "Space | None" = None) -> None:
        self.base = base
        self.own: dict[str, Field] = {}
        self.full: int = base.full if base else 0
        self.guards: int = base.guards if base else 0
        self._start: int = base.size if base else 0
        shift = self._start
        self._owners: list[Field] = []
        for name, domain in domains.items():
            field = Field(name, shift, ((1 << domain.width) - 1) << shift, domain)
            self.own[name] = field
            self.full |= field.bits
            self.guards |= 1 << (shift + domain.width)
            self._owners.extend([field] * (domain.width + 1))
            shift += domain.width + 1
        self.marks = tuple(field for field in self.own.values() if field.domain.fact is None)
        self.size: int = shift

    def is_like(self, other: "Space") -> bool:
        """True where a box means the same in both, neither having a base."""
        return [*self.own] == [*other.own] and all(
            field.domain.is_like(other.own[name].domain) for name, field in self.own.items()
        )

    def field(self, name: str) -> Field | None:
        return self.own.get(name) or (self.base.field(name) if self.base else None)

    def box(self, sets: Mapping[str, Values]) -> Box:
        """The cases whose facts are in these sets."""
        found = self.full
        for name, values in sets.items():
            field = self.field(name)
            assert field is not None, name
            found &= ~field.bits | field.domain.mask(values) << field.shift
        return found

    def alive(self, box: Box) -> bool:
        """True where the box holds a case."""
        return (box + self.full) & self.guards == self.guards

    def meets(self, box: Box, other: Box) -> bool:
        return ((box & other) + self.full) & self.guards == self.guards

    def fields(self, bits: int) -> Iterator[Field]:
        """The fields that hold one of the bits, lowest first."""
        while bits:
            field = self._owner((bits & -bits).bit_length() - 1)
            yield field
            bits &= ~field.bits

    def _owner(self, place: int) -> Field:
        if place < self._start:
            assert self.base is not None
            return self.base._owner(place)
        return self._owners[place - self._start]

    def minus(self, box: Box, other: Box) -> list[Box]:
        """The cases of a box that are not in the other, as boxes that do not meet."""
        if not self.meets(box, other):
            return [box]
        pieces = []
        for field in self.fields(box & ~other):
            pieces.append(box & ~(other & field.bits))
            box &= ~field.bits | other
        return pieces

    def outside(self, box: Box, others: Iterable[Box], budget: Budget) -> Iterator[Box]:
        """The cases of a box that are in none of the others, as boxes that do not meet.

        The box is halved along the edge of one of the others, again and again, until a half
        meets none of them, or lies in one: the cost goes with the boxes, not with the facts.
        """
        full, guards = self.full, self.guards
        ahead = [(box, [o for o in others if ((box & o) + full) & guards == guards])]
        while ahead:
            here, left = ahead.pop()
            budget.spend(1 + len(left))
            if not left:
                yield here
            elif len(left) == 1:
                yield from self.minus(here, left[0])
            else:
                missing = [here & ~other for other in left]
                if 0 in missing:
                    continue
                budget.spend(len(left))
                part = self._edge(here, left, missing)
                for half in (here & ~part, here & ~(self._whole(part) & ~part)):
                    ahead.append((half, [o for o in left if ((half & o) + full) & guards == guards]))

    def _edge(self, here: Box, left: Sequence[Box], missing: Sequence[int]) -> int:
        """The side of the largest box, in the fact that parts it from the most of the others."""
        sizes = [each.bit_count() for each in missing]
        largest = sizes.index(min(sizes))
        best, most = 0, -1
        for field in self.fields(missing[largest]):
            part = left[largest] & here & field.bits
            rest = here & field.bits & ~part
            apart = sum([not (other & part and other & rest) for other in left[:_SAMPLE]])
            if apart > most:
                best, most = part, apart
        return best

    def _whole(self, part: int) -> int:
        return self._owner((part & -part).bit_length() - 1).bits

    def apart(self, boxes: Iterable[Box], budget: Budget) -> list[Box]:
        """The same cases as boxes that do not meet."""
        found: list[Box] = []
        for box in boxes:
            if box not in found:
                found.extend(self.outside(box, found, budget))
        return found

    def merged(self, boxes: Sequence[Box]) -> list[Box]:
        """The same cases in fewer boxes: those that differ in one fact become one."""
        found = list(dict.fromkeys(boxes))
        before = 0
        while len(found) > 1 and len(found) != before:
            before = len(found)
            every, some = self.full, 0
            for box in found:
                every, some = every & box, some | box
            for field in self.fields(some & ~every):
                groups: dict[int, int] = {}
                for box in found:
                    rest = box & ~field.bits
                    groups[rest] = groups.get(rest, 0) | box
                found = list(groups.values())
        return found

    def meeting(self, boxes: Sequence[Box]) -> list[int]:
        """For each box the set of those that it meets, itself among them: bit i is `boxes[i]`."""
        found = [(1 << len(boxes)) - 1 if self.alive(box) else 0 for box in boxes]
        every = self.full
        for box in boxes:
            every &= box
        for field in self.fields(self.full & ~every):
            holders: dict[int, int] = {}
            for i, box in enumerate(boxes):
                part = (box & field.bits) >> field.shift
                holders[part] = holders.get(part, 0) | 1 << i
            near = _near(holders, field.domain.width)
            for i, box in enumerate(boxes):
                found[i] &= near[(box & field.bits) >> field.shift]
        return found

    # In the words of the facts

    def sets(self, box: Box, bits: int) -> dict[str, tuple[Fact, Values]]:
        """The facts among the bits that the box limits, each with the values that are left."""
        return {
            field.name: (field.domain.fact, field.values(box))
            for field in self.fields(self.full & bits & ~box)
            if field.domain.fact is not None
        }

    def example(self, box: Box, bits: int) -> dict[str, str]:
        """One case of the box: a value for each fact among the bits that the box limits."""
        return {name: unary.example(fact, values) for name, (fact, values) in self.sets(box, bits).items()}

    def tests(self, box: Box, bits: int) -> dict[str, list[str]]:
        """The box as a decision table would write it."""
        return {name: unary.tests(fact, values) for name, (fact, values) in self.sets(box, bits).items()}


class Together:
    """Boxes that grow in number, and the union of them all; `boxes` are fewer where some could be joined."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._most = _SAMPLE
        self.boxes: list[Box] = []

    def add(self, box: Box) -> None:
        self.boxes.append(box)
        if len(self.boxes) > self._most:
            self.boxes = self._space.merged(self.boxes)
            self._most = max(_SAMPLE, 2 * len(self.boxes))


def places(bits: int) -> Iterator[int]:
    """Which bits are set, lowest first."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _near(holders: Mapping[int, int], width: int) -> dict[int, int]:
    """For each set of atoms, who holds a set that shares an atom with it.

    A set is a few runs of atoms. Another shares an atom with a run if it goes on at the beginning
    of the run, or begins within it: so nobody need be compared with everybody.
    """
    if len(holders) < _SAMPLE:
        return {part: sum([who for other, who in holders.items() if part & other]) for part in holders}
    begin, over = [0] * width, [0] * (width + 1)
    for part, who in holders.items():
        for first, last in _runs(part):
            begin[first] |= who
            over[last + 1] |= who
    going, now = [], 0
    for atom in range(width):
        now = now & ~over[atom] | begin[atom]
        going.append(now)
    tree = _tree(begin)
    return {
        part: _any(tree, [(first + 1, last + 1) for first, last in runs], [going[first] for first, _ in runs])
        for part in holders
        for runs in ([*_runs(part)],)
    }


def _runs(part: int) -> Iterator[tuple[int, int]]:
    """The first and last atom of each stretch of atoms without a gap."""
    while part:
        low = part & -part
        rest = part & (part + low)
        yield low.bit_length() - 1, (part ^ rest).bit_length() - 1
        part = rest


def _tree(leaves: Sequence[int]) -> list[int]:
    """A binary tree in one list, root at 1: each node the union of the two below it."""
    size = len(leaves)
    tree = [0] * size + [*leaves]
    for i in range(size - 1, 0, -1):
        tree[i] = tree[2 * i] | tree[2 * i + 1]
    return tree


def _any(tree: Sequence[int], spans: Iterable[tuple[int, int]], others: Iterable[int]) -> int:
    """The union of the leaves in some spans, and of others."""
    found = 0
    for each in others:
        found |= each
    for low, high in spans:
        low, high = low + len(tree) // 2, high + len(tree) // 2
        while low < high:
            if low & 1:
                found |= tree[low]
                low += 1
            if high & 1:
                high -= 1
                found |= tree[high]
            low, high = low >> 1, high >> 1
    return found


_SAMPLE = 64
"""Of so many others it is looked at how an edge parts them; more would not choose better."""
