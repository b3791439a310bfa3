"""What a change weighs once it is known which cases it sends elsewhere."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sopctl.diagnostic import Pointer
from sopctl.diff.cases import CaseChanges
from sopctl.diff.change import Change
from sopctl.diff.wholes import brought
from sopctl.library import Library
from sopctl.model.sop import Sop, Step
from sopctl.named import NamedTuple
from sopctl.weight import Weight

_TARGETS = ("then", "otherwise", "next", "answers", "on", "after_that", "call")


def weighed(
    changes: Sequence[Change], cases: CaseChanges, before: Library, after: Library
) -> tuple[Change, ...]:
    """Steps and rows that are other ones decide nothing where no case ends otherwise, and decide
    where one does, whatever their key weighs by itself; so do facts. A clause that asks for no time
    sets none, but something to do."""
    ends = _Ends(
        frozenset(cases.same),
        frozenset(each.sop for each in cases.changes),
        frozenset(each.sop for each in cases.unknown),
    )
    rows = _rows(changes)
    return tuple(_weighed(change, ends, rows, before, after) for change in changes)


class _Ends(NamedTuple):
    """The SOPs whose cases all end as before, those of which some do not, and those of which nobody knows."""

    same: frozenset[str]
    moved: frozenset[str]
    unknown: frozenset[str]


_Rows = Mapping[tuple[str, Pointer], tuple[set[str], set[str]]]
"""By SOP and row, where it led and where it leads, as far as that is written otherwise."""


def _rows(changes: Sequence[Change]) -> _Rows:
    found: dict[tuple[str, Pointer], tuple[set[str], set[str]]] = {}
    for each in changes:
        if each.pointer[-1:] in (("then",), ("otherwise",)):
            row = found.setdefault((each.sop, each.pointer[:-1]), (set(), set()))
            for targets, target in zip(row, (each.before, each.after), strict=True):
                targets.update([target] if isinstance(target, str) else ())
    return found


def _weighed(change: Change, ends: _Ends, rows: _Rows, before: Library, after: Library) -> Change:
    if change.pointer[:1] == ("clauses",) and change.weight is Weight.CLOCK:
        timed = any(_timed(side, str(change.pointer[1])) for side in (before, after))
        return change if timed else change._replace(weight=Weight.PROCEDURE)
    if change.pointer[:1] == ("facts",) and change.weight is Weight.DECISION:
        return change if _decides(change, ends, before, after) else change._replace(weight=Weight.CLARIFIED)
    if not change.sop or change.pointer[:1] != ("steps",) or len(change.pointer) < 2:
        return change
    steps = [*_steps(change, before, after)]
    if change.weight is Weight.DECISION and change.sop in ends.same:
        row = rows.get((change.sop, change.pointer[:-1]))
        steps_there = [sop.steps_by_id for side in (before, after) if (sop := side.sop(change.sop))]
        written = row is not None and _only_written(*row, set[str]().union(*steps_there))
        light = Weight.CLARIFIED if written else _light(change)
        change = change._replace(weight=light, also=frozenset())
    elif change.weight.rank >= Weight.PROCEDURE.rank and _is_way(change):
        in_doubt = change.sop in ends.unknown and (len(change.pointer) > 2 or any(map(_branches, steps)))
        whole = len(change.pointer) == 2
        if change.sop in ends.moved or in_doubt:
            decides = change._replace(weight=Weight.DECISION)
            change = change.weighing(Weight.DECISION) if whole else decides
    return change.weighing(*_called(change, before, after))


def _called(change: Change, before: Library, after: Library) -> Iterator[Weight]:
    """What the SOPs bring or take that a step runs now, or ran before."""
    for library, value in ((before, change.before), (after, change.after)):
        match change.pointer[2:], value:
            case (), {"call": str(id)}:
                yield from _run(library, id)
            case ("call",), str(id):
                yield from _run(library, id)


def _run(library: Library, id: str) -> Iterator[Weight]:
    """The weights of all steps of a SOP, and of those that it runs in turn."""
    ahead = [id]
    for each in ahead:  # it grows while it is walked
        sop = library.sop(each)
        if sop is not None:
            yield from brought(_STEPS, library.document_of(sop).data.get("steps"), None)
            calls = dict.fromkeys(step.call for step in sop.known_steps if step.call)
            ahead += [call for call in calls if call not in ahead]


_STEPS = Sop.__keys__["steps"].shape


def is_seen(fact: Change) -> bool:
    """Whether cases tell what the change of a fact does: in another unit they go the same ways."""
    return fact.pointer[2:] != ("unit",)


def _decides(fact: Change, ends: _Ends, before: Library, after: Library) -> bool:
    """Whether cases of a SOP that knows a fact end otherwise, or may."""
    if not is_seen(fact):
        return _is_another_unit(fact.before, fact.after)
    id = str(fact.pointer[1])
    if fact.sop and len(fact.pointer) == 2 and _is_another_unit(*_units(fact.sop, id, before, after)):
        return True
    users = {sop.id for side in (before, after) for sop in side.users("facts", id)}
    if any(side.closed or side.unreadable for side in (before, after)):  # nobody knows who else goes by it
        return True
    return not (ends.moved | ends.unknown).isdisjoint({fact.sop} if fact.sop else users)


def _units(sop: str, fact: str, before: Library, after: Library) -> Iterator[str | None]:
    """The unit of a fact as a SOP knows it on either side, be it its own there or a shared one."""
    for side in (before, after):
        known = side.sop(sop)
        found = side.fact(known, fact) if known else None
        yield found.unit if found else None


def _is_another_unit(before: str | None, after: str | None) -> bool:
    """Whether numbers count something else: not where their unit is only named now, or no more, or
    is `day` and not `Days`."""
    if not before or not after:
        return False
    one, other = (each.casefold().removesuffix("s") for each in (before, after))
    return before != after if len(one) < 3 else one != other  # `mg` is not `Mg`, nor `ms` `m`


def _timed(library: Library, clause: str) -> bool:
    """Whether a clause asks for a time: others ask for fields, languages or controls."""
    found = library.clauses.get(clause)
    return found is not None and (found.timed or found.duration is not None)


def _steps(change: Change, before: Library, after: Library) -> Iterator[Step]:
    """The step of a change, on the sides that have it."""
    for library in (before, after):
        sop = library.sop(change.sop)
        step = sop.steps_by_id.get(str(change.pointer[1])) if sop else None
        if step is not None:
            yield step


def _light(change: Change) -> Weight:
    """Another way to the same end is procedure; other words for the same cases are not even that."""
    leads = any(word in _TARGETS for word in change.pointer[2:])
    return Weight.PROCEDURE if leads else Weight.CLARIFIED


def _only_written(old: set[str], new: set[str], steps: Collection[str]) -> bool:
    """Whether a row leads where it led, be it under another key. Where all its targets are ends, and
    every case ends as before, it cannot be another way there."""
    return old == new or not any(target in steps for target in (*old, *new))


def _is_way(change: Change) -> bool:
    """A step that came, went or moved, or leads elsewhere."""
    return len(change.pointer) == 2 or change.pointer[2:] == ("next",)


def _branches(step: Step) -> bool:
    return bool(step.decide or step.ask or step.call or step.escalate)
