"""Two libraries in one set of names: the decisions of their steps, ready to be held side by side."""

from collections.abc import Iterable, Iterator, Set
from functools import cached_property, partial
from pathlib import PurePosixPath

from sopctl.analysis.calls import endings
from sopctl.analysis.decision import NO_ROW
from sopctl.analysis.program import within_rows
from sopctl.analysis.walk import Node, Plan, atlas
from sopctl.diff.meanings import Meanings, cuts, values_of
from sopctl.diff.names import Renamed
from sopctl.library import Library
from sopctl.model import Sop, unary
from sopctl.model.registers import Fact
from sopctl.model.sop import Row, Step
from sopctl.named import NamedTuple

Place = tuple[str, str]
"""A SOP and one of its steps, in the names of both libraries."""


class Called:
    """What a library calls things, put into the names of both."""

    def __init__(self, renamed: Renamed) -> None:
        self._renamed = renamed

    @property
    def plain(self) -> bool:
        """True where nothing has another name."""
        return not self._renamed

    def sop(self, id: str) -> str:
        return self._renamed.get(("sop", id), id)

    def inside(self, sop: str, id: str) -> str:
        """A step or an outcome of a SOP."""
        return self._renamed.get((f"{sop}#", id), id)

    def fact(self, sop: str, id: str) -> str:
        return self._renamed.get((f"{sop}?", id)) or self._renamed.get(("facts", id), id)


class Target(NamedTuple):
    """Where an arrow leads: to a step, to another SOP, or to an end."""

    step: str = ""
    sop: str = ""
    outcome: str = ""  # as its own library calls it: entries of `on` do
    end: str = ""


class Way(NamedTuple):
    """A row of a table: its tests and what it sets, by fact. Rows that say the same share `says`."""

    tests: tuple[tuple[str, int], ...]
    sets: tuple[tuple[str, str], ...]
    to: Target
    says: object


class Act(NamedTuple):
    """What a step does to a case, in the names of both libraries."""

    kind: str  # plain, table, ask, call or unreadable
    follow: Target
    asks: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()  # that its table asks for
    rows: tuple[Way, ...] = ()
    rest: Way | None = None  # its `otherwise`
    first: bool = False  # the first row that matches is taken
    answers: tuple[tuple[str, Target], ...] = ()
    call: Target = Target()
    on: tuple[tuple[str, Target], ...] = ()
    later: tuple[str, ...] = ()  # facts that the times of the step ask for
    given: tuple[str, ...] = ()  # facts that its rows give a value to
    at_most: int | None = None
    instead: Target = Target()


class Side:
    """One of the two libraries."""

    def __init__(self, library: Library, names: Called) -> None:
        self.library = library
        self.names = names
        self._atlas = atlas(library)
        self._ids = {names.sop(id): id for id in library.by_id}
        self._acts: dict[Place, Act] = {}
        self._outlines: dict[Place, Act] = {}
        self._marks: dict[Place, object] = {}
        self._steps: dict[str, dict[str, str]] = {}
        self._facts: dict[str, dict[str, Fact]] = {}
        self.meanings: Meanings | None = None

    # What there is

    @property
    def ids(self) -> Set[str]:
        return self._ids.keys()

    def sop(self, id: str) -> Sop | None:
        return self.library.sop(self.own_id(id))

    def plan(self, id: str) -> Plan | None:
        return self._atlas.plan(self.own_id(id))

    def first(self, id: str) -> str:
        """The first step of a SOP; empty where nothing of it is known."""
        plan = self.plan(id)
        return self.names.inside(plan.sop.id, plan.first) if plan and plan.first else ""

    def steps(self, id: str) -> dict[str, str]:
        """The steps of a SOP, with what its own library calls them."""
        if id not in self._steps:
            sop = self.sop(id)
            self._steps[id] = {self.names.inside(sop.id, own): own for own in sop.steps_by_id} if sop else {}
        return self._steps[id]

    def private(self, id: str) -> frozenset[str]:
        sop = self.sop(id)
        return frozenset(self.names.fact(sop.id, fact) for fact in (sop.facts or ())) if sop else frozenset()

    @cached_property
    def shared(self) -> frozenset[str]:
        """The facts that all SOPs know."""
        return frozenset(self.names.fact("", fact) for fact in self.library.facts)

    def may_hide(self, id: str) -> bool:
        """Whether a SOP may stand in a file that could not be read, or a folder that could not be opened."""
        return bool(self.library.closed) or id in self._unread

    @cached_property
    def _unread(self) -> frozenset[str]:
        return frozenset(self.names.sop(PurePosixPath(path).stem) for path in self.library.unreadable)

    def own_id(self, id: str) -> str:
        """A SOP as its own library calls it."""
        return self._ids.get(id, "")

    def fact(self, sop: str, name: str) -> Fact | None:
        """A fact as a SOP knows it, by the name that both libraries give it."""
        found = self.sop(sop)
        if found is None or self.names.plain:
            return self.library.fact(found, name) if found else None
        if sop not in self._facts:
            known = {**self.library.facts, **(found.facts or {})}
            self._facts[sop] = {self.names.fact(found.id, id): fact for id, fact in known.items()}
        return self._facts[sop].get(name)

    def end(self, sop: Sop, target: str) -> str:
        """An outcome of a SOP, or one that it hands to: `SOP:outcome` or `SOP`."""
        if target in (sop.outcomes or ()):
            return f"{self.names.sop(sop.id)}:{self.names.inside(sop.id, target)}"
        return self.names.sop(target)

    def calls(self, id: str) -> set[str]:
        """The SOPs that a SOP calls."""
        sop = self.sop(id)
        return {self.names.sop(step.call) for step in sop.known_steps if step.call} if sop else set()

    # What steps do

    def act(self, place: Place) -> Act:
        if place not in self._acts:
            self._acts[place] = self._whole(place, self.outline(place))
        return self._acts[place]

    def outline(self, place: Place) -> Act:
        """What a step does, without the rows of its table: only they speak of the values of facts."""
        if place not in self._outlines:
            self._outlines[place] = self._outline(place)
        return self._outlines[place]

    def sets(self, place: Place) -> list[str]:
        """The facts that rows of a step give a value to."""
        act = self.act(place)
        return [fact for row in (*act.rows, *([act.rest] if act.rest else [])) for fact, _ in row.sets]

    def mark(self, place: Place) -> object:
        """All that decides where a case goes from a step: two alike marks decide alike."""
        if place not in self._marks:
            plan, node = self._node(place)
            self._marks[place] = (*self._written(plan, node), *self._known(plan, node.step))
        return self._marks[place]

    def _written(self, plan: Plan, node: Node) -> tuple[object, ...]:
        step, fact = node.step, partial(self.names.fact, plan.sop.id)
        whole = node.readable and (node.table is None or node.table.whole)
        table = [
            (
                tuple(sorted((fact(id), tests) for id, tests in row.when.items())),
                tuple(sorted((fact(id), value) for id, value in row.set.items())),
                self._mark_of(plan, row.target),
            )
            for row in step.decide
            if row
        ]
        answers = sorted((word, self._mark_of(plan, to)) for word, to in step.answers.items())
        on = sorted(
            (self.names.inside(step.call or "", word), self._mark_of(plan, to))
            for word, to in step.on.items()
        )
        ends = self._mark_of(plan, node.follow), step.at_most, self._mark_of(plan, step.after_that)
        asks = tuple(fact(each) for each in (*step.asks, *_timed_by(step)))
        called = self.names.sop(step.call or "")
        policy = step.hit_policy if step.decide else ""
        return (
            whole,
            ends,
            asks,
            policy,
            tuple(table),
            bool(step.ask),
            tuple(answers),
            called,
            self.first(called),
            tuple(on),
        )

    def _mark_of(self, plan: Plan, to: str | None) -> tuple[str, ...]:
        target = self._target(plan, to) if to else Target()
        return target.step, target.sop, self.first(target.sop), target.end

    def _known(self, plan: Plan, step: Step) -> Iterator[tuple[object, ...]]:
        """The facts of a step, and what they can be."""
        for id in sorted(facts_of(step), key=partial(self.names.fact, plan.sop.id)):
            column = plan.columns.get(id)
            known = column is not None and unary.settled(column.fact)
            yield (
                self.names.fact(plan.sop.id, id),
                id in plan.private,
                known and column and values_of(column.fact),
            )

    def leads_to(self, step: Step) -> list[str]:
        """The SOPs that a step calls or hands to."""
        return list(dict.fromkeys(self.names.sop(to) for to in _sops(step)))

    def _node(self, place: Place) -> tuple[Plan, Node]:
        plan = self.plan(place[0])
        assert plan is not None
        node = plan.node(self.steps(place[0])[place[1]])
        assert node is not None
        return plan, node

    def _outline(self, place: Place) -> Act:
        plan, node = self._node(place)
        step = node.step
        follow = (
            self._target(plan, node.follow) if node.follow else Target(end=f"stuck:dead-end@{_said(place)}")
        )
        act = Act(
            kind="plain",
            follow=follow,
            asks=tuple(self.names.fact(plan.sop.id, each) for each in step.asks),
            later=tuple(dict.fromkeys(self.names.fact(plan.sop.id, id) for id in _timed_by(step))),
            at_most=step.at_most,
            instead=self._target(plan, step.after_that) if step.after_that else _UNREADABLE,
        )
        if not node.readable or (node.table is not None and not node.table.whole):
            any_fact = tuple(sorted(self.shared | self.private(place[0])))  # it may speak of each of them
            return act._replace(kind="unreadable", facts=any_fact, given=any_fact)
        if node.table is not None:
            facts = tuple(self.names.fact(plan.sop.id, each) for each in node.table.facts)
            given = tuple(self.names.fact(plan.sop.id, id) for row in step.decide if row for id in row.set)
            return act._replace(kind="table", facts=facts, first=step.hit_policy == "first", given=given)
        if step.ask:
            answers = tuple((word, self._target(plan, to or "")) for word, to in step.answers.items())
            return act._replace(kind="ask" if answers else "unreadable", answers=answers)
        if step.call:
            on = tuple((word, self._target(plan, to or "")) for word, to in step.on.items())
            return act._replace(kind="call", call=Target(sop=self.names.sop(step.call)), on=on)
        return act

    def _whole(self, place: Place, act: Act) -> Act:
        if act.kind != "table":
            return act
        plan, node = self._node(place)
        assert node.table is not None
        rows = [self._row(plan, node.step, row, i, act.follow) for i, row in enumerate(node.step.decide)]
        rest = node.table.otherwise
        return act._replace(
            rows=tuple(row for i, row in enumerate(rows) if i != rest),
            rest=None if rest == NO_ROW else rows[rest],
        )

    def _row(self, plan: Plan, step: Step, row: Row, place: int, follow: Target) -> Way:
        assert self.meanings is not None
        tests = []
        for id, said in row.when.items():
            column = plan.columns[id]
            passing = unary.parse(column.fact, said)
            if passing != unary.every(column.fact):
                name = self.names.fact(plan.sop.id, id)
                tests.append((name, self.meanings.domain(name).mask(passing)))
        sets = tuple((self.names.fact(plan.sop.id, id), value) for id, value in row.set.items())
        to = self._target(plan, row.target) if row.target else follow
        sound = all(
            id in plan.columns and value and plan.columns[id].fits(value) for id, value in row.set.items()
        )
        says = (row.then, tuple(sorted(sets))) if step.hit_policy == "any" else place
        return Way(tuple(tests), sets, to if sound else _UNREADABLE, says)

    def _target(self, plan: Plan, to: str) -> Target:
        sop = plan.sop.id
        if to in plan.sop.steps_by_id:
            return Target(step=self.names.inside(sop, to))
        if to in plan.outcomes:
            return Target(outcome=to, end=self.end(plan.sop, to))
        return Target(sop=self.names.sop(to)) if to[:1].isupper() else _UNREADABLE

    def returns(self, act: Act) -> frozenset[str]:
        """The outcomes that a call may come back with."""
        sop = self.sop(act.call.sop)
        named = endings(self.library, sop).named if sop else {}
        return frozenset([*named, *(word for word, _ in act.on if word != "otherwise")])

    # What cases say, in the words of this library

    def fits(self, sop: str, name: str) -> int | None:
        """The values of a fact that this library knows, as a SOP knows it; None where it knows none."""
        assert self.meanings is not None
        fact = self.fact(sop, name)
        return self.meanings.domain(name).mask(unary.every(fact)) if fact and unary.settled(fact) else None

    # Where steps lead

    def begins(self, place: Place) -> list[str]:
        """The SOPs that a step calls or hands to."""
        return self.leads_to(self._node(place)[1].step)

    def after(self, place: Place) -> list[Place]:
        """The steps that may come when a step is done; those of SOPs that it hands to, too."""
        plan, node = self._node(place)
        targets = [self._target(plan, to) for to in (*_targets(node.step), node.follow) if to]
        steps = [(place[0], to.step) for to in targets if to.step]
        firsts = [(to.sop, self.first(to.sop)) for to in targets if to.sop]
        return list(dict.fromkeys([*steps, *(each for each in firsts if each[1])]))

    def nexts(self, place: Place) -> list[Place]:
        """The steps that may come after a step, those of a called SOP first."""
        called = self.names.sop(self._node(place)[1].step.call or "")
        inside = [(called, self.first(called))] if self.first(called) else []
        return list(dict.fromkeys([*inside, *self.after(place)]))


def leads(sides: tuple[Side, Side]) -> dict[str, list[str]]:
    """From each SOP to those that it calls or hands to, in either library."""
    found: dict[str, dict[str, None]] = {}
    plain = all(side.names.plain for side in sides)
    for side in sides:
        for id in sorted(side.ids):
            sop = side.sop(id)
            if sop is not None and plain and side is not sides[0] and sop is sides[0].sop(id):
                continue  # both sides have it as it is
            here = found.setdefault(id, {})
            for step in sop.known_steps if sop else ():
                here.update(dict.fromkeys(side.leads_to(step)))
    return {id: [to for to in others if to in found] for id, others in found.items()}


def half_read(before: Library, after: Library) -> list[str]:
    """The files in which entries of registers may stand that only one of two libraries could read."""
    found = {path for side in (before, after) for path in side.hiding_entries}
    return [path for path in sorted(found) if _text(before, path) != _text(after, path)]


def _text(library: Library, path: str) -> str | None:
    typed = library.by_path.get(path)
    return typed.document.text if typed else None


def decides_otherwise(before: Side, after: Side, id: str) -> bool:
    """Whether a step of a SOP that both sides have sends cases elsewhere, as it is written."""
    steps = before.steps(id).keys()
    if before.first(id) != after.first(id) or steps != after.steps(id).keys():
        return True
    return any(before.mark((id, step)) != after.mark((id, step)) for step in steps)


def same_text(before: Side, after: Side, id: str) -> bool:
    """True where a SOP is written in the very same words, and nothing that it names has a new name."""
    one, other = before.sop(id), after.sop(id)
    if one is other:
        return before.names.plain
    assert one is not None
    assert other is not None
    text = before.library.document_of(one).text
    return bool(text) and before.names.plain and text == after.library.document_of(other).text


def meanings(sides: Iterable[Side], sops: Iterable[str]) -> Meanings:
    """What facts can be, and where the tests and settings of these SOPs cut their numbers."""
    declared: dict[str, list[Fact]] = {}
    said: dict[str, list[unary.Values]] = {}
    names = sorted(sops)
    for side in sides:
        for sop in [found for id in names if (found := side.sop(id))]:
            for id, each in [spoken for step in sop.known_steps for spoken in _spoken(step)]:
                fact = side.library.fact(sop, id)
                if fact and unary.settled(fact):
                    kept = declared.setdefault(side.names.fact(sop.id, id), [])
                    kept.extend([fact] if fact not in kept else [])
                    said.setdefault(side.names.fact(sop.id, id), []).extend(cuts(fact, each))
    return Meanings(declared, said)


def facts_of(step: Step) -> set[str]:
    """The facts of which a step speaks."""
    return {fact for fact, _ in _spoken(step)}


def _spoken(step: Step) -> Iterator[tuple[str, tuple[str, ...] | str | None]]:
    """The facts of a step, with the tests and values that it speaks of."""
    for row in step.decide:
        if row:
            yield from row.when.items()
            yield from row.set.items()
    for fact in step.asks:
        if fact:
            yield fact, None
    yield from ((fact, None) for fact in _timed_by(step))


def _timed_by(step: Step) -> Iterator[str]:
    """The facts that the times of a step depend on."""
    return (fact for row in within_rows(step) for fact in row.when)


def _targets(step: Step) -> Iterator[str]:
    for row in step.decide:
        if row and row.target:
            yield row.target
    for to in (*step.answers.values(), *step.on.values(), step.after_that):
        if to:
            yield to


def _sops(step: Step) -> Iterator[str]:
    if step.call:
        yield step.call
    for to in (*_targets(step), step.next or ""):
        if to[:1].isupper():
            yield to


def _said(place: Place) -> str:
    return f"{place[0]}#{place[1]}"


_UNREADABLE = Target(end="unreadable")
