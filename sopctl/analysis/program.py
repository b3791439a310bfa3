"""SOPs in the form in which cases are sent through them: facts as bits, rows as boxes."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from sopctl.analysis import ways
from sopctl.analysis.cases import Box, Domain, Space
from sopctl.analysis.graph import circles
from sopctl.library import Library
from sopctl.model import Sop, unary
from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Row, Step, WithinRow
from sopctl.model.unary import Values
from sopctl.named import NamedTuple
from sopctl.reading import UNKNOWN

Said = tuple[str, ...] | str
"""The tests of a row, or the value that it sets."""

Spoken = dict[str, tuple[Fact, dict[Said, None]]]
"""Facts by name, and what tables say of each."""

_SET = "set? "
_DONE = "done? "


class Line(NamedTuple):
    """A row of a table. `known` is false where one of its tests cannot be read: it takes some of
    its box, and nobody knows what. A target of None is whatever follows the step."""

    place: int
    box: Box
    known: bool
    keep: int  # the bits that `set` leaves alone
    put: int  # the bits that `set` adds
    sure: bool  # false where a value of `set` cannot be read
    to: str | None
    otherwise: bool


class Table(NamedTuple):
    """The decision table of a step."""

    step: Step
    lines: tuple[Line, ...]
    tested: int  # the fields of the facts that it tests
    changed: int  # the fields of the facts that it sets
    opens: int  # the fields of the facts that the step asks (again) before it decides
    readable: bool  # false where a row, a test or a value of `set` cannot be read


class Node(NamedTuple):
    """A step. Without a table a case goes on to any of `to`, with `call` after that SOP has run."""

    step: Step
    table: Table | None
    opens: int
    to: tuple[tuple[str, str], ...]  # why, and where to; for a table, what follows the step
    call: str | None
    on: dict[str, str] | None
    tested: int
    unasked: tuple[tuple[int, str], ...]  # the bit that says "never set", and the fact
    marks: int  # the bits that say that it is done

    @property
    def person(self) -> bool:
        """True where a person takes part in it."""
        return takes_person(self.step)

    def after(self, line: Line) -> list[str]:
        """Where a row leads."""
        return [to for _, to in self.to] if line.to is None else [line.to]


class Interruption(NamedTuple):
    """An escalation that takes the case elsewhere, at any time once `after` (bits) is so."""

    to: str
    after: int
    sure: bool


class Program:
    """One SOP, ready to send cases through it."""

    def __init__(self, sop: Sop, space: Space, tables: dict[str, Table]) -> None:
        self.sop = sop
        self.space = space
        self.tables = tables
        self.ends = tuple(sop.outcomes or {})
        self.steps = {step.id: step for step in reversed(sop.steps or ()) if step and step.id}
        first = sop.steps[0] if sop.steps else None
        self.first: str = first.id if first and first.id else ""
        self.whole = sop.steps_whole and len(self.steps) == len(sop.steps or ())

    @property
    def start(self) -> Box:
        """Every case, before anything was set or done."""
        return unset(self.space)

    @cached_property
    def calls(self) -> frozenset[str]:
        return frozenset(step.call for step in self.steps.values() if step.call)

    @cached_property
    def limited(self) -> tuple[str, ...]:
        """The steps that a case may enter only so often."""
        return tuple(id for id, step in self.steps.items() if step.at_most is not None and step.after_that)

    @cached_property
    def hand_offs(self) -> frozenset[str]:
        return frozenset(to for step in self.steps.values() for to in _named(step) if ways.is_sop(to)).union(
            to for to in ways.interruptions(self.sop) if ways.is_sop(to)
        )

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The steps, in the order of the file."""
        return {id: _node(self, self.steps[id]) for id in dict.fromkeys(s.id for s in self.sop.known_steps)}

    @cached_property
    def interruptions(self) -> tuple[Interruption, ...]:
        return tuple(_interruptions(self.sop, self.space))

    @cached_property
    def ahead(self) -> dict[str, frozenset[str]]:
        """From each step, the limited steps that a case may enter again if it has entered them: those
        on a circle with it."""
        extra = [each.to for each in self.interruptions]
        known = {*self.nodes, *self.ends}
        nexts: dict[str, list[str]] = {ways.ANYWHERE: [*self.nodes]}
        for id, node in self.nodes.items():
            targets = (*_named(node.step), *(to for _, to in node.to), *extra)
            nexts[id] = [to if to in known or ways.is_sop(to) else ways.ANYWHERE for to in targets]
        found = dict.fromkeys(self.nodes, frozenset[str]())
        for circle in circles(nexts):
            found.update(dict.fromkeys(circle, frozenset(circle).intersection(self.limited)))
        return found


class Programs:
    """The programs of a library: shared facts have the same bits in all of them.

    From those of a library with the same registers, what is about the same SOPs is taken over.
    """

    def __init__(self, library: Library, like: "Programs | None" = None) -> None:
        self.library = library
        self._made: dict[str, Program | None] = {}
        self._meant: dict[tuple[int, Said], Values | unary.TestSlip | None] = {}
        self._limits: dict[tuple[int, Said], tuple[int, int]] = {}
        self._spoken = self._all_heard(like)
        if like is not None and self.shared.is_like(like.shared):
            self.shared = like.shared
            self._made = {id: made for id, made in like._made.items() if id in library.kept}

    def of(self, id: str) -> Program | None:
        """The program of a SOP, or None where nothing of it is known."""
        if id not in self._made:
            sop = self.library.sop(id)
            self._made[id] = self._program(sop) if sop is not None and sop.known_steps else None
        return self._made[id]

    @cached_property
    def shared(self) -> Space:
        """The shared facts that a table tests, or that a row sets."""
        spoken: Spoken = {}
        for sop in self.library.sops:
            for id, (fact, said) in self._spoken[sop.id].items():
                if id not in sop.facts:
                    spoken.setdefault(id, (fact, {}))[1].update(said)
        return Space(self._domains({id: spoken[id] for id in sorted(spoken)}))

    def _all_heard(self, like: "Programs | None") -> dict[str, Spoken]:
        """By SOP, the facts that it tests or sets, and what it says of them."""
        known = like._spoken if like is not None else {}
        kept = self.library.kept if like is not None else frozenset()
        return {sop.id: known[sop.id] if sop.id in kept else self._heard(sop) for sop in self.library.sops}

    def _heard(self, sop: Sop) -> Spoken:
        found: Spoken = {}
        for step in sop.steps or ():
            if not step or not (step.decide or step.within):
                continue
            for row in step.decide or ():
                if row and row.when:
                    self._hear(sop, row.when, found)
                if row and row.set:
                    self._hear(sop, row.set, found)
            for within in within_rows(step):
                self._hear(
                    sop, {id: each for id, each in within.when.items() if self._is_silent(sop, id)}, found
                )
        return found

    def _is_silent(self, sop: Sop, id: str) -> bool:
        fact = self.library.fact(sop, id)
        return fact is not None and bool(fact) and silent(fact)

    def _hear(self, sop: Sop, said: Mapping[str, Said], found: Spoken) -> None:
        for name, text in said.items():
            if name not in found:
                fact = self.library.fact(sop, name)
                if not fact or not unary.settled(fact):
                    continue
                found[name] = fact, {}
            found[name][1][text] = None

    def _domains(self, spoken: Spoken) -> dict[str, Domain]:
        domains = {}
        for id, (fact, said) in spoken.items():
            sets = [] if unary.choices(fact) else [self._values(fact, each) for each in said]
            domains[id] = Domain(fact, [each for each in sets if isinstance(each, tuple)])
        for id, (fact, _) in spoken.items():
            if silent(fact):
                domains[_SET + id] = Domain(None)
        return domains

    def slip(self, sop: Sop, name: str, said: Said) -> unary.TestSlip | None:
        """What is wrong with the tests of a fact, or with one value of it."""
        fact = self.library.fact(sop, name)
        found = self._values(fact, said) if fact else None
        return found if isinstance(found, unary.TestSlip) else None

    def _values(self, fact: Fact, said: Said) -> Values | unary.TestSlip | None:
        """What tests, or the one value of a `set`, mean, or the slip in them; None where the fact
        itself has a slip, or where the reader has found one."""
        key = (id(fact), said)
        if key not in self._meant:
            self._meant[key] = _read(fact, said)
        return self._meant[key]

    def _limit(self, space: Space, spoken: Spoken, name: str, said: Said) -> tuple[int, int] | None:
        """The bits that tests leave (all of the other facts, some of this one), and this one's own."""
        if name not in spoken:
            return None
        fact = spoken[name][0]
        key = (id(fact), said)
        found = self._limits.get(key)
        if found is None:
            read, field = self._values(fact, said), space.field(name)
            if field is not None and isinstance(read, (frozenset, tuple)):
                found = self._limits[key] = ~field.bits | field.domain.mask(read) << field.shift, field.bits
        return found

    # Programs

    def _program(self, sop: Sop) -> Program:
        spoken = self._spoken[sop.id]
        domains = self._domains({id: spoken[id] for id in sop.facts if id in spoken})
        for each in sop.escalations or ():
            if each and each.then and each.from_ and each.from_ in sop.steps_by_id:
                domains[_DONE + each.from_] = Domain(None)
        space = Space(domains, self.shared) if domains else self.shared
        tables: dict[str, Table] = {}
        for step in sop.steps or ():
            if step and step.id and step.decide and step.id not in tables:
                tables[step.id] = self._table(spoken, space, step)
        return Program(sop, space, tables)

    def _table(self, spoken: Spoken, space: Space, step: Step) -> Table:
        readable = "decide" not in step.unknown
        lines = []
        tested = changed = 0
        for place, row in enumerate(step.decide):
            line, tests, sets = self._line(spoken, space, place, row)
            lines.append(line)
            tested |= tests
            changed |= sets
            readable = readable and line.known and line.sure
        opens = bits_of(space, step.asks) if step.asks else 0
        return Table(step, tuple(lines), tested, changed, opens, readable)

    def _line(self, spoken: Spoken, space: Space, place: int, row: Row) -> tuple[Line, int, int]:
        """A row, with the fields that it tests and those that it sets."""
        full = space.full
        if not row:
            return Line(place, full, False, full, 0, False, ways.ANYWHERE, False), 0, 0
        box, tested, known = full, 0, "when" not in row.unknown
        for id, tests in row.when.items():
            limit = self._limit(space, spoken, id, tests)
            if limit is None:
                known = False
            else:
                box &= limit[0]
                tested |= limit[1]
        put = changed = 0
        sure = "set" not in row.unknown
        for id, value in row.set.items():
            limit = self._limit(space, spoken, id, value)
            if limit is None:
                sure = False
                changed |= bits_of(space, [id])
                put |= bits_of(space, [id])
                continue
            changed |= limit[1]
            put |= limit[0] & limit[1]
            if mark := space.field(_SET + id):
                changed |= mark.bits
                put |= mark.bits & mark.bits << 1
        to = ways.ANYWHERE if {"then", "otherwise"} & row.unknown else row.target
        return Line(place, box, known, full & ~changed, put, sure, to, row.is_otherwise), tested, changed


def takes_person(step: Step) -> bool:
    """True where a person takes part in a step, as the format says, be it said wrongly."""
    if step.human or step.ask or step.escalate:
        return True
    return bool(step.unknown) and not step.unknown.isdisjoint(("human", "ask", "escalate"))


def silent(fact: Fact) -> bool:
    """True where nothing says how the fact becomes known: only a row can set it."""
    return fact.lacks("ask") and fact.lacks("source")


def within_rows(step: Step) -> tuple[WithinRow, ...]:
    """The rows of a step's `within`, where it has rows."""
    rows = step.within
    return () if rows is None or isinstance(rows, Duration) else tuple(row for row in rows if row)


def unset(space: Space) -> Box:
    """Every case of a space, with its marks (set, done) still off."""
    box = space.full
    here: Space | None = space
    while here is not None:
        for field in here.marks:
            box &= ~(field.bits & field.bits << 1)
        here = here.base
    return box


def bits_of(space: Space, names: Iterable[str]) -> int:
    """The fields of facts; a fact that the space does not know has none."""
    found = 0
    for name in names:
        if field := space.field(name):
            found |= field.bits
    return found


def _read(fact: Fact, said: Said) -> Values | unary.TestSlip | None:
    if said is UNKNOWN or (isinstance(said, tuple) and UNKNOWN in said) or not unary.settled(fact):
        return None
    try:
        return unary.read(fact, said)
    except unary.TestSlip as slip:
        return slip.with_traceback(None)  # which would keep alive what it passed


def _node(program: Program, step: Step) -> Node:
    space = program.space
    depth = len(step.at)
    plain = [
        (arrow.why, arrow.to)
        for arrow in ways.arrows_by_step(program.sop)[step.id]
        if arrow.at[depth : depth + 1] not in (("decide",), ("after_that",))
    ]
    table = program.tables.get(step.id)
    unasked = tuple(_unasked(space, step))
    tested = table.tested if table else 0
    for bit, _ in unasked:
        tested |= bit | bit << 1
    on = {word: to or ways.ANYWHERE for word, to in step.on.items()} if step.on else None
    return Node(
        step=step,
        table=table,
        opens=table.opens if table else bits_of(space, step.asks or ()),
        to=tuple(dict.fromkeys(plain)),
        call=step.call or ("" if on or "call" in step.unknown else None),
        on=on,
        tested=tested,
        unasked=unasked,
        marks=bits_of(space, [_DONE + step.id]),
    )


def _unasked(space: Space, step: Step) -> Iterator[tuple[int, str]]:
    """The facts tested here that nobody asks and no data hold, each with its bit "never set"."""
    seen = set()
    for when in (*[r.when for r in step.decide or () if r], *[r.when for r in within_rows(step)]):
        for id in when:
            if id not in seen and (mark := space.field(_SET + id)):
                seen.add(id)
                yield mark.bits & ~(mark.bits << 1), id


def _interruptions(sop: Sop, space: Space) -> Iterator[Interruption]:
    for each in sop.escalations or ():
        if not each or not each.then:
            continue
        if mark := space.field(_DONE + (each.from_ or "")):
            yield Interruption(each.then, ~mark.bits | mark.bits & mark.bits << 1, True)
        else:
            yield Interruption(each.then, -1, each.from_ in (None, "trigger") and "from_" not in each.unknown)


def _named(step: Step) -> Iterator[str]:
    """The targets that a step names itself."""
    for row in step.decide or ():
        if row and row.target:
            yield row.target
    for to in (*step.answers.values(), *step.on.values(), step.next, step.after_that):
        if to:
            yield to
