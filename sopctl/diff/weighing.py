"""What a change weighs once it is known which cases it sends elsewhere."""

from collections.abc import Iterator, Sequence

from sopctl.diff.cases import CaseChanges
from sopctl.diff.change import Change
from sopctl.library import Library
from sopctl.model.sop import Sop
from sopctl.weight import Weight


def weighed(
    changes: Sequence[Change], cases: CaseChanges, before: Library, after: Library
) -> tuple[Change, ...]:
    """Steps and rows that are other ones decide nothing where no case ends otherwise, and decide
    where one does, whatever their key weighs by itself."""
    same, moved = frozenset(cases.same), frozenset(each.sop for each in cases.changes)
    return tuple(change._replace(weight=_weight(change, same, moved, (before, after))) for change in changes)


def _weight(
    change: Change, same: frozenset[str], moved: frozenset[str], sides: tuple[Library, Library]
) -> Weight:
    if not change.sop or change.pointer[:1] != ("steps",):
        return change.weight
    if change.sop in same and change.weight is Weight.DECISION and not _hands_on(change, sides):
        return Weight.CLARIFIED
    return Weight.DECISION if change.sop in moved and _is_way(change) else change.weight


def _is_way(change: Change) -> bool:
    """A step that came, went or moved, or leads elsewhere."""
    return change.weight is Weight.PROCEDURE and (len(change.pointer) == 2 or change.pointer[2:] == ("next",))


def _hands_on(change: Change, sides: tuple[Library, Library]) -> bool:
    """Whether the table gives a value to a fact that outlives the SOP: it counts for more than the end."""
    return any(
        fact in library.facts
        for library in sides
        if (sop := library.sop(change.sop))
        for fact in _set(sop, str(change.pointer[1]))
    )


def _set(sop: Sop, step: str) -> Iterator[str]:
    found = sop.steps_by_id.get(step)
    for row in found.decide if found else ():
        yield from (row.set or ()) if row else ()
