"""A set of cases as few and wide kinds, the same ones however the set was come by."""

from collections.abc import Iterable, Sequence

from sopctl.analysis.cases import Box, Budget, Field, Space


def kinds(space: Space, boxes: Sequence[Box], budget: Budget) -> list[Box]:
    """The same cases in wide boxes, none of which the others make superfluous; they may overlap."""
    some = 0
    for box in boxes:
        some |= space.full & ~box
    fields = sorted(space.fields(some), key=lambda field: field.name)
    parts = _Parts(space, fields, budget).of(boxes)
    wide = dict.fromkeys(_widened(space, box, parts, fields, budget) for box in parts)
    return _needed(space, sorted(wide, key=lambda box: _narrowness(box, fields)), budget)


def possible(
    space: Space, boxes: list[Box], asked: Iterable[tuple[int, list[Box]]], budget: Budget
) -> list[Box]:
    """The same cases without values by which one is never asked what the box says further on;
    `asked` are the bits of such a field, and the cases that come to it."""
    for bits, cases in asked:
        boxes = _trimmed(space, boxes, bits, cases, budget)
    return boxes


def _trimmed(space: Space, boxes: list[Box], bits: int, asked: list[Box], budget: Budget) -> list[Box]:
    kept: list[Box] = []
    left: list[Box] = []
    for box in boxes:
        unasked = [*space.outside(box, asked, budget)] if bits & ~box else []
        if unasked:
            budget.spend(len(asked))
            inside = [box & each for each in asked if space.meets(box, each)]
            free = sum(field.bits for field in space.fields(space.full) if not field.bits & ~box)
            kept += [each | free for each in kinds(space, inside, budget)]
            left += [piece | bits for piece in unasked]  # to these it makes no difference
        else:
            kept.append(box)
    if not left:
        return kept
    every = dict.fromkeys([*kept, *kinds(space, left, budget)])
    fields = sorted(space.fields(space.full), key=lambda field: field.name)
    return _needed(space, sorted(every, key=lambda box: _narrowness(box, fields)), budget)


class _Parts:
    """Boxes that do not meet, cut along one fact after the other: the same for the same cases."""

    def __init__(self, space: Space, fields: Sequence[Field], budget: Budget) -> None:
        self._space, self._fields, self._budget = space, fields, budget
        self._found: dict[tuple[int, frozenset[Box]], tuple[Box, ...]] = {}

    def of(self, boxes: Sequence[Box]) -> tuple[Box, ...]:
        return self._of(0, frozenset(boxes))

    def _of(self, place: int, boxes: frozenset[Box]) -> tuple[Box, ...]:
        """The parts of boxes that are full in all fields before a place."""
        full = self._space.full
        if not boxes or full in boxes:
            return (full,) if boxes else ()
        if (place, boxes) not in self._found:
            self._found[place, boxes] = self._cut(place, boxes)
        return self._found[place, boxes]

    def _cut(self, place: int, boxes: frozenset[Box]) -> tuple[Box, ...]:
        bits = self._fields[place].bits
        self._budget.spend(len(boxes))
        alike: dict[frozenset[Box], int] = {}
        for atom in _atoms(bits):
            holders = frozenset([box | bits for box in boxes if box & atom])
            alike[holders] = alike.get(holders, 0) | atom
        parts: dict[tuple[Box, ...], int] = {}
        for holders, mask in alike.items():
            rest = self._of(place + 1, holders)
            parts[rest] = parts.get(rest, 0) | mask
        lowest = sorted(parts.items(), key=lambda item: item[1] & -item[1])
        return tuple([box & ~bits | mask for rest, mask in lowest for box in rest])


def _widened(space: Space, box: Box, parts: Sequence[Box], fields: Sequence[Field], budget: Budget) -> Box:
    """The box with all values that leave it inside the parts, one fact after the other."""
    for field in fields:
        for atom in _atoms(field.bits & ~box):
            other = box & ~field.bits | atom
            if not any(True for _ in space.outside(other, parts, budget)):
                box |= atom
    return box


def _needed(space: Space, boxes: list[Box], budget: Budget) -> list[Box]:
    """The boxes but for those that lie in the others; the narrowest stand first, and go first."""
    kept = list(boxes)
    for box in boxes:
        others = [other for other in kept if other != box]
        if others and not any(True for _ in space.outside(box, others, budget)):
            kept = others
    return kept


def _narrowness(box: Box, fields: Sequence[Field]) -> tuple[object, ...]:
    masks = [(box & field.bits) >> field.shift for field in fields]
    return sum(mask.bit_count() for mask in masks), masks


def _atoms(bits: int) -> list[int]:
    found = []
    while bits:
        found.append(bits & -bits)
        bits &= bits - 1
    return found
