"""What is wrong with a decision table, asked about the cases that come to it and no others."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sopctl.analysis.cases import Box, Budget, OutOfBudget, Space, Together, places
from sopctl.analysis.flow import Arrivals, Flow, Reach, flow
from sopctl.analysis.program import Line, Table
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Row
from sopctl.named import NamedTuple

ALLOWANCE = 400_000
"""Comparisons that one table may take; 729 rows over six facts take 17,000."""

_MOST_NAMED = 24
"""Of more rows that meet a row, the others are counted."""

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
    more: int = 0  # earlier ones besides


class Idle(NamedTuple):
    """A row that no case ever takes, and why: `itself` (its tests allow no value of these facts),
    `way` (what comes here never is so), `rows` (those before it take all its cases)."""

    row: int
    why: str
    facts: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    more: int = 0  # rows besides
    above: int | None = None  # the lowest row above which it would take cases, and leave that one some


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
    meeting = _meeting(space, [line.box for line in lines], arrivals.sure)
    first = table.step.hit_policy == "first"
    in_order = _meeting(space, [line.box for line in table.lines], (space.full,)) if first else []
    try:
        return Judgement(
            table,
            space,
            reach.by_arrows,
            None
            if _full(table, space, arrivals.sure, meeting)
            else _open(table, space, arrivals.sure, budget),
            tuple(_overlaps(table, space, arrivals.sure, lines, meeting)),
            tuple(_idle(table, space, (*arrivals.sure, *arrivals.perhaps), in_order, budget)),
            tuple(_twins(table, space, in_order)),
        )
    except OutOfBudget:
        return Judgement(table, space, reach.by_arrows, unknown=True)


# What no row takes


def _open(table: Table, space: Space, sure: Sequence[Box], budget: Budget) -> Open | None:
    """None where every case is taken, or where a row that cannot be read may take what is left."""
    if not sure or "decide" in table.step.unknown or any(line.otherwise for line in table.lines):
        return None
    others = space.full & ~table.tested  # facts that the table does not look at make no kinds
    boxes = _fewer(space, [line.box for line in table.lines])
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


def _meeting(space: Space, boxes: Sequence[Box], cases: Sequence[Box]) -> list[int]:
    """For each row the set of those with which it shares one of the cases: bit i is `boxes[i]`."""
    found = [0] * len(boxes)
    for case in cases:
        here = [case & box for box in boxes]
        near = _pairs(space, here) if len(boxes) < _FEW else space.meeting(here)
        found = [one | other for one, other in zip(found, near, strict=True)]
    return found


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
    fine = _fine(table, lines) if policy == "any" else [0] * len(lines)
    for i, near in enumerate(meeting):
        clash = near & ((1 << i) - 1) & ~fine[i]
        if clash:
            first, *others = islice(places(clash), _MOST_NAMED)
            both = lines[i].box & lines[first].box
            common = next(case & both for case in sure if space.alive(case & both))
            earlier = tuple(lines[k].place for k in (first, *others))
            yield Overlap(lines[i].place, earlier, common, clash.bit_count() - len(earlier))


def _fine(table: Table, lines: Sequence[Line]) -> list[int]:
    """For each row the set of those that may match with it: they say the same, or nobody can read what."""
    alike: dict[object, int] = {}
    unsure = 0
    for i, line in enumerate(lines):
        says = _result(table, line)
        alike[says] = alike.get(says, 0) | 1 << i
        unsure |= 0 if line.sure else 1 << i
    return [alike[_result(table, line)] | unsure if line.sure else -1 for line in lines]


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


def _row(table: Table, line: Line) -> Row:
    row: Row = table.step.decide[line.place]
    return row


def _result(table: Table, line: Line) -> tuple[object, ...]:
    """What the row leads to and sets, so that two of them can be compared."""
    return line.to, line.keep, line.put


# Rows that never match


def _idle(
    table: Table, space: Space, coming: Sequence[Box], meeting: Sequence[int], budget: Budget
) -> Iterator[Idle]:
    first = table.step.hit_policy == "first"
    before = _Before(table, space, meeting) if first else None
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
                elif before is not None and before.takes(line, here, budget):
                    yield before.who(line, here)
        if before is not None and line.known:
            before.add(line)


class _Before:
    """The rows before a row, in a table whose first row that matches counts."""

    def __init__(self, table: Table, space: Space, meeting: Sequence[int]) -> None:
        self._space = space
        self._lines = table.lines
        self._meeting = meeting
        self._among = 0
        self._all = Together(space)

    def add(self, line: Line) -> None:
        self._among |= 1 << line.place
        self._all.add(line.box)

    def takes(self, line: Line, cases: Sequence[Box], budget: Budget) -> bool:
        """True where these cases of a row are all taken already."""
        near = self._meeting[line.place] & self._among
        few = near.bit_count() < len(self._all.boxes)
        others = [self._lines[place].box for place in places(near)] if few else self._all.boxes
        return not any(True for case in cases for _ in self._space.outside(case, others, budget))

    def who(self, line: Line, cases: Sequence[Box]) -> Idle:
        """The first rows that take these cases of a row between them, but for those that need not."""
        budget = Budget(ALLOWANCE)
        rows: list[int] = []
        try:
            rows = self._first(cases, self._near(line, cases), budget)
            last = rows[-1]
            for place in rows[:-1] if len(rows) <= _MOST_NAMED else ():
                others = [each for each in rows if each != place]
                rows = others if self._taken(cases, others, budget) else rows
            before = places(self._among & (1 << last) - 1)
            rest = self._taken([self._lines[last].box], [*before, line.place], budget)
        except OutOfBudget:
            rows, last, rest = rows or [*self._near(line, cases)], 0, True
        named = tuple(rows[:_MOST_NAMED])
        return Idle(line.place, "rows", (), named, len(rows) - len(named), None if rest else last)

    def _near(self, line: Line, cases: Sequence[Box]) -> Iterator[int]:
        """The rows that take some of these cases of a row."""
        for place in places(self._meeting[line.place] & self._among):
            if any(self._space.meets(case, self._lines[place].box) for case in cases):
                yield place

    def _first(self, cases: Sequence[Box], rows: Iterator[int], budget: Budget) -> list[int]:
        """As many of these rows as it takes; mostly few do, so that twice as many are tried each time."""
        found: list[int] = []
        few = 0
        while not self._taken(cases, found, budget):
            few = len(found)
            found += islice(rows, few or 1)
        needed = bisect_left(
            range(len(found)), True, lo=few, key=lambda i: self._taken(cases, found[:i], budget)
        )
        return found[:needed]

    def _taken(self, cases: Sequence[Box], rows: Iterable[int], budget: Budget) -> bool:
        """Whether these rows take all of these cases."""
        boxes = [self._lines[place].box for place in rows]
        return not any(True for case in cases for _ in self._space.outside(case, boxes, budget))


def _without_value(space: Space, box: Box) -> tuple[str, ...]:
    return tuple(field.name for field in space.fields(space.full & ~box) if not box & field.bits)


def _kept_out(space: Space, box: Box, coming: Sequence[Box]) -> tuple[str, ...]:
    """The facts of a row that never have its value here; none where only their combination is new."""
    ever = 0
    for other in coming:
        ever |= other
    return tuple(field.name for field in space.fields(space.full & ~box) if not box & ever & field.bits)


# Rows that could be one


def _twins(table: Table, space: Space, meeting: Sequence[int]) -> Iterator[Twins]:
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
    barred = _barred(table, meeting) if meeting else {}
    for lines in alike.values():
        if len(lines) > 1:
            yield from _joined(space, lines, barred, used)


def _fewer(space: Space, boxes: Sequence[Box]) -> Sequence[Box]:
    """The same cases, in fewer boxes where there are very many."""
    return boxes if len(boxes) < _FEW else space.merged(boxes)


def _joined(
    space: Space, lines: Sequence[Line], barred: Mapping[int, int], used: set[int]
) -> Iterator[Twins]:
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
                if line.box != kept[0].box and barred.get(line.place, -1) < kept[0].place:
                    kept.append(line)
            if len(kept) > 1:
                used.update(line.place for line in kept)
                joined = rest
                for line in kept:
                    joined |= line.box
                yield Twins(tuple(line.place for line in kept), field.name, joined)


def _barred(table: Table, meeting: Sequence[int]) -> dict[int, int]:
    """By row the last one before it that takes of its cases and says something else: where the order
    counts, the row cannot move up past that one. -1 where it can move to the top."""
    alike: dict[object, int] = {}
    for line in table.lines:
        alike[line.to, line.put] = alike.get((line.to, line.put), 0) | 1 << line.place
    return {
        line.place: (meeting[line.place] & ((1 << line.place) - 1) & ~alike[line.to, line.put]).bit_length()
        - 1
        for line in table.lines
    }
