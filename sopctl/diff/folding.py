"""Cases that end differently, in few lines: those that share an end are told together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter

from sopctl.analysis.cases import Box, Budget, OutOfBudget, Space
from sopctl.diff.abreast import ALLOWANCE, Run, Split
from sopctl.diff.kinds import kinds, possible
from sopctl.diff.steps import IMPOSSIBLE
from sopctl.diff.variables import Asked, field_name
from sopctl.named import NamedTuple

KINDS = ("moved", "new", "gone")


class Line(NamedTuple):
    """A box of cases, what became of them, and the ends that they have."""

    kind: str
    space: Space
    box: Box
    before: tuple[str, ...]
    after: tuple[str, ...]


Boxes = Mapping[Split, Sequence[Box]]
Said = Mapping[Asked, Sequence[Box]]

FEW = 3
"""So few lines are told apart by both of their ends; more are told by one of them, if that is shorter."""

MANY = 12
"""More lines than this are told together where that halves them."""


def lines(run: Run) -> list[Line]:
    """What there is to tell of a run, by kind. OutOfBudget where the cases differ in too many ways."""
    space = run.variables.space
    boxes = {split: [box & space.full for box in run.splits[split]] for split in sorted(run.splits)}
    found: list[Line] = []
    for kind in KINDS:
        if alike := {split: each for split, each in boxes.items() if _kind(split) == kind}:
            found.extend(_folded(kind, space, alike, run.said))
    return found


def limits(run: Run, box: Box) -> dict[Asked, int]:
    """What a box limits, with the values that it leaves, by their mask."""
    space, asked = run.variables.space, {field_name(each): each for each in run.variables.asked}
    return {asked[field.name]: (box & field.bits) >> field.shift for field in space.fields(space.full & ~box)}


def alone(run: Run, line: Line) -> frozenset[str]:
    """The SOPs of which the cases of a line depend on what just one side comes back with from there."""
    return frozenset(filter(None, map(run.variables.called, limits(run, line.box))))


def _kind(split: Split) -> str:
    return "new" if split.before == IMPOSSIBLE else "gone" if split.after == IMPOSSIBLE else "moved"


def _folded(kind: str, space: Space, boxes: Boxes, said: Said) -> list[Line]:
    """These cases in few lines: by both ends, by the one that makes fewer lines, or by none."""
    best = _grouped(kind, space, boxes, said, lambda split: split)
    if len(best) > FEW:
        best = min(best, _by_one_end(kind, space, boxes, said) or best, key=len)
    if len(best) > MANY:
        together = _grouped(kind, space, boxes, said, lambda split: None)
        best = together if 2 * len(together) <= len(best) else best
    return best


def _by_one_end(kind: str, space: Space, boxes: Boxes, said: Said) -> list[Line]:
    """The lines by the end of the side that makes fewer, whichever way round one compares; none
    where the sides are alike."""
    found = []
    for side in (0, 1):
        told = _grouped(kind, space, boxes, said, itemgetter(side))
        found.append((len(told), sorted({split[side] for split in boxes}), told))
    if found[0][:2] == found[1][:2]:
        return []
    return min(found, key=lambda each: each[:2])[2]


def _grouped(kind: str, space: Space, boxes: Boxes, said: Said, by: Callable[[Split], object]) -> list[Line]:
    """The cases of the splits that share something, each group in as few and as wide boxes as will do."""
    budget = Budget(ALLOWANCE)
    groups: dict[object, list[Split]] = {}
    for split in boxes:
        groups.setdefault(by(split), []).append(split)
    found = []
    for group in groups.values():
        wide = kinds(space, [each for split in group for each in boxes[split]], budget)
        for box in _possible(space, wide, said):
            met = [split for split in group if any(space.meets(box, each) for each in boxes[split])]
            before, after = (tuple(sorted({split[side] for split in met})) for side in (0, 1))
            found.append(Line(kind, space, box, before, after))
    return found


def _possible(space: Space, boxes: list[Box], said: Said) -> list[Box]:
    """The boxes as far as a case can be so; as they are where that is too much."""
    try:
        return possible(space, boxes, _where(space, said), Budget(ALLOWANCE))
    except OutOfBudget:
        return boxes


def _where(space: Space, said: Said) -> Iterator[tuple[int, list[Box]]]:
    """The fields of what only some cases are asked, with those cases."""
    for asked in sorted(said):
        if field := space.own.get(field_name(asked)):
            yield field.bits, [box & space.full for box in said[asked]]
