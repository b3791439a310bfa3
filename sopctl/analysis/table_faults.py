"""What is wrong with a decision table, asked about the cases that come to it and no others."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from sopctl.analysis.cases import Box, Budget, OutOfBudget, Space
from sopctl.analysis.flow import Arrivals, Flow, Reach, flow
from sopctl.analysis.program import Line, Table
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Row

ALLOWANCE = 400_000
"""Comparisons that one table may take; 729 rows over six facts take 17,000."""

MOST_KINDS = 200
"""Kinds of open cases that are counted; beyond them there are just more."""


class Open(NamedTuple):
    """Cases that no row takes, as kinds that differ in more than one fact."""

    kinds: tuple[Box, ...]
    more: bool  # there are more than could be counted


class Overlap(NamedTuple):
    """A row that shares cases with earlier ones, where only one may match."""

    row: int
    earlier: tuple[int, ...]
    common: Box  # with the first of them


class Idle(NamedTuple):
    """A row that no case ever takes, and why: `itself` (its tests allow no value of these facts),
    `way` (what comes here never is so), `rows` (those before it take all its cases)."""

    row: int
    why: str
    facts: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


class Twins(NamedTuple):
    """Rows that could be one: they differ in one fact and say the same."""

    rows: tuple[int, ...]
    fact: str
    joined: Box


class Judgement(NamedTuple):
    """What there is to say of one table."""

    table: Table
    space: Space
    by_arrows: bool
    open: Open | None = None
    overlaps: tuple[Overlap, ...] = ()
    idle: tuple[Idle, ...] = ()
    twins: tuple[Twins, ...] = ()
    unknown: bool = False  # the budget ran out


def judged(sop: Sop, library: Library) -> tuple[Judgement, ...]:
    """The tables of a SOP, in order; worked out once for all who ask."""
    known: Flow = flow(library)
    reach = known.reach(sop.id)
    if reach is None or not reach.program.tables:
        return ()
    if sop.id not in known.judgements:
        known.judgements[sop.id] = tuple(_judged(table, reach) for table in reach.program.tables.values())
    found: tuple[Judgement, ...] = known.judgements[sop.id]  # type: ignore[assignment]
    return found


def _judged(table: Table, reach: Reach) -> Judgement:
    space = reach.program.space
    arrivals = reach.at.get(table.step.id, Arrivals())
    budget = Budget(ALLOWANCE)
    lines = [line for line in table.lines if line.known and not line.otherwise]
    boxes = [line.box for line in lines]
    meeting = _pairs(space, boxes) if len(boxes) < _FEW else space.meeting(boxes)
    try:
        return Judgement(
            table,
            space,
            reach.by_arrows,
            None
            if _full(table, space, arrivals.sure, meeting)
            else _open(table, space, arrivals.sure, budget),
            tuple(_overlaps(table, space, arrivals.sure, lines, meeting)),
            tuple(_idle(table, space, (*arrivals.sure, *arrivals.perhaps), budget)),
            tuple(_twins(table, space)),
        )
    except OutOfBudget:
        return Judgement(table, space, reach.by_arrows, unknown=True)


# What no row takes


def _open(table: Table, space: Space, sure: Sequence[Box], budget: Budget) -> Open | None:
    """None where every case is taken, or where a row that cannot be read may take what is left."""
    if not sure or "decide" in table.step.unknown or any(line.otherwise for line in table.lines):
        return None
    others = space.full & ~table.tested  # facts that the table does not look at make no kinds
    boxes = [line.box for line in table.lines]
    if len(sure) == 1:
        left = space.outside(sure[0] | others, boxes, budget)
    else:
        left = (piece for box in sure for piece in space.outside(box, boxes, budget))
    kinds = [piece | others for piece in islice(left, MOST_KINDS + 1)]
    if not kinds:
        return None
    more = len(kinds) > MOST_KINDS
    if len(sure) > 1:
        kinds = space.apart(kinds, budget)
    return Open(tuple(space.merged(kinds)), more)


def _full(table: Table, space: Space, sure: Sequence[Box], meeting: Sequence[int]) -> bool:
    """True where rows that do not meet hold as many cases together as come here. (Quick, and so for
    most tables; False says nothing.)"""
    if not table.readable or len(sure) != 1 or len(meeting) < len(table.lines):
        return False
    if any(near & ((1 << i) - 1) for i, near in enumerate(meeting)):
        return False
    fields = [field.bits for field in space.fields(table.tested)]
    return sum([_size(line.box & sure[0], fields) for line in table.lines]) == _size(sure[0], fields)


def _size(box: Box, fields: Sequence[int]) -> int:
    """How many combinations of atoms a box holds."""
    size = 1
    for bits in fields:
        size *= (box & bits).bit_count()
    return size


# Rows that share cases


def _overlaps(
    table: Table, space: Space, sure: Sequence[Box], lines: Sequence[Line], meeting: Sequence[int]
) -> Iterator[Overlap]:
    """Rows that match a case which an earlier one matches, where they may not."""
    policy = table.step.hit_policy
    if policy == "first" or "hit_policy" in table.step.unknown or not sure:
        return
    boxes = [line.box for line in lines]
    says = [_result(table, line) for line in lines] if policy == "any" else []
    for i, near in enumerate(meeting):
        if not near & ((1 << i) - 1):
            continue
        earlier: dict[int, Box] = {}
        for k in _places(near & ((1 << i) - 1)):
            if says and (says[i] == says[k] or not (lines[i].sure and lines[k].sure)):
                continue
            common = [case & boxes[i] & boxes[k] for case in sure if space.meets(case & boxes[i], boxes[k])]
            if common:
                earlier[lines[k].place] = common[0]
        if earlier:
            yield Overlap(lines[i].place, tuple(earlier), next(iter(earlier.values())))


_FEW = 24
"""Of fewer rows each is simply compared with each."""


def _pairs(space: Space, boxes: Sequence[Box]) -> list[int]:
    full, guards = space.full, space.guards
    found = [0] * len(boxes)
    for i, box in enumerate(boxes):
        for k in range(i):
            if ((box & boxes[k]) + full) & guards == guards:
                found[i] |= 1 << k
    return found


def _places(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _row(table: Table, line: Line) -> Row:
    row: Row = table.step.decide[line.place]
    return row


def _result(table: Table, line: Line) -> tuple[object, ...]:
    """What the row leads to and sets, so that two of them can be compared."""
    return line.to, line.keep, line.put


# Rows that never match


def _idle(table: Table, space: Space, coming: Sequence[Box], budget: Budget) -> Iterator[Idle]:
    before: list[Line] = []
    first = table.step.hit_policy == "first"
    full, guards = space.full, space.guards
    all_come = coming[:1] == (full,)
    for line in table.lines:
        if line.known and not line.otherwise:
            if (line.box + full) & guards != guards:
                yield Idle(line.place, "itself", _without_value(space, line.box))
            elif coming and not (all_come and not first):
                here = [box & line.box for box in coming if space.meets(box, line.box)]
                if not here:
                    yield Idle(line.place, "way", _kept_out(space, line.box, coming))
                elif first and before:
                    yield from _taken_before(space, line, here, before, budget)
        if line.known:
            before.append(line)


def _taken_before(
    space: Space, line: Line, here: Sequence[Box], before: Sequence[Line], budget: Budget
) -> Iterator[Idle]:
    taken = [other.box for other in before]
    if not any(True for box in here for _ in space.outside(box, taken, budget)):
        rows = tuple(other.place for other in before if any(space.meets(box, other.box) for box in here))
        yield Idle(line.place, "rows", (), rows)


def _without_value(space: Space, box: Box) -> tuple[str, ...]:
    return tuple(field.name for field in space.fields(space.full & ~box) if not box & field.bits)


def _kept_out(space: Space, box: Box, coming: Sequence[Box]) -> tuple[str, ...]:
    """The facts of a row that never have its value here; none where only their combination is new."""
    ever = 0
    for other in coming:
        ever |= other
    return tuple(field.name for field in space.fields(space.full & ~box) if not box & ever & field.bits)


# Rows that could be one


def _twins(table: Table, space: Space) -> Iterator[Twins]:
    """Rows that differ in one fact and say the same for the same reason."""
    if len(table.lines) < 2 or not table.readable:
        return
    alike: dict[object, list[Line]] = {}
    for line in table.lines:
        row = _row(table, line)
        if not line.otherwise and space.alive(line.box):
            says = (line.to, line.keep, line.put, row.because, row.implements)
            alike.setdefault(says, []).append(line)
    used: set[int] = set()
    for lines in alike.values():
        if len(lines) > 1:
            yield from _joined(table, space, lines, used)


def _joined(table: Table, space: Space, lines: Sequence[Line], used: set[int]) -> Iterator[Twins]:
    some, every = 0, space.full
    for line in lines:
        some, every = some | line.box, every & line.box
    for field in space.fields(some & ~every):
        groups: dict[int, list[Line]] = {}
        for line in lines:
            if line.place not in used:
                groups.setdefault(line.box & ~field.bits, []).append(line)
        for rest, group in groups.items():
            kept = [group[0]]
            for line in group[1:]:
                if line.box != kept[0].box and _may_move(table, space, kept[0], line):
                    kept.append(line)
            if len(kept) > 1:
                used.update(line.place for line in kept)
                joined = rest
                for line in kept:
                    joined |= line.box
                yield Twins(tuple(line.place for line in kept), field.name, joined)


def _may_move(table: Table, space: Space, to: Line, line: Line) -> bool:
    """True where the row can move up to another, with no row between that takes of its cases."""
    if table.step.hit_policy != "first":
        return True
    between = table.lines[to.place + 1 : line.place]
    return not any(
        space.meets(other.box, line.box) for other in between if (other.to, other.put) != (line.to, line.put)
    )
