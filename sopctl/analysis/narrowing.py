"""Which arrows a case may take: the seam at which what is known of a case narrows its ways.

Whoever times ways asks a guide at each step. What the guide knows of the case goes with it from
step to step as one hashable value, of which nobody else understands a word.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

from sopctl.analysis import ways
from sopctl.analysis.graph import reachable
from sopctl.analysis.untimed import Kind, meet
from sopctl.analysis.ways import Arrow
from sopctl.library import Library
from sopctl.model import unary
from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Row, Sop, Step, WithinRow
from sopctl.model.unary import TestSlip, Values

Known = Hashable


class Guide(Protocol):
    """Answers, for a case of which something is known, where it can go from a step."""

    def begin(self, sop: Sop) -> Known:
        """What is known of a case at the first step."""

    def exits(self, sop: Sop, step: Step, known: Known) -> Iterable[tuple[Arrow, Known]]:
        """The arrows that the case may take, and what is known behind each."""

    def rows(self, sop: Sop, step: Step, known: Known) -> Iterable[WithinRow]:
        """The rows of `within` that may be the one that counts."""

    def may_be(self, known: Known, kind: Kind) -> bool:
        """Whether the case may be of a kind."""

    def enter(self, sop: Sop, step: Step | None, known: Known) -> Known:
        """What is known in a SOP that a step calls, or without a step, that a SOP hands to."""

    def leave(self, known: Known, called: Known) -> Known:
        """What is known when a called SOP returns, from before the call and at its end."""

    def interrupted(self, step: Step, known: Known) -> Known:
        """What is known of a case that an escalation takes out of a step."""


class ByArrows:
    """Knows nothing: every arrow can be taken."""

    def begin(self, sop: Sop) -> Known:
        return None

    def exits(self, sop: Sop, step: Step, known: Known) -> Iterable[tuple[Arrow, Known]]:
        return [(arrow, None) for arrow in _arrows(sop, step)]

    def rows(self, sop: Sop, step: Step, known: Known) -> Iterable[WithinRow]:
        return _rows(step)

    def may_be(self, known: Known, kind: Kind) -> bool:
        return True

    def enter(self, sop: Sop, step: Step | None, known: Known) -> Known:
        return None

    def leave(self, known: Known, called: Known) -> Known:
        return None

    def interrupted(self, step: Step, known: Known) -> Known:
        return None


class Facts(NamedTuple):
    """The facts that the rows on a way have narrowed or set, each with what it can be, by name;
    and those that somebody up the calls will test."""

    each: tuple[tuple[str, Values], ...] = ()
    wanted: frozenset[str] = frozenset()


class ByFacts:
    """Knows what the rows on the way have tested and set, until a step asks it again.

    Facts of a deadline's `when` are, wherever a way comes to speak of them, as it says: no other
    case counts.
    """

    def __init__(self, library: Library, sop: Sop, when: Mapping[str, Sequence[str]]) -> None:
        self._library = library
        self._given = {name: values for name, _, values in self._read(sop, when)}
        self._ahead = _ahead(library)
        self._parsed: dict[tuple[str, int], list[tuple[str, Fact, Values]]] = {}

    def begin(self, sop: Sop) -> Known:
        return Facts()

    def exits(self, sop: Sop, step: Step, known: Known) -> Iterable[tuple[Arrow, Known]]:
        here = _facts(known)
        asked = {*(step.asks or ())}
        now = {name: values for name, values in here.each if name not in asked}
        arrows = _arrows(sop, step)
        if not step.decide:
            return [(arrow, self._kept(sop, arrow.to, now, here.wanted)) for arrow in arrows]
        own = {arrow.at: arrow for arrow in arrows if arrow.at[:-1] == (*step.at, "decide")}
        others = list(dict.fromkeys(arrow for arrow in arrows if arrow.at not in own))
        found: list[tuple[Arrow, Known]] = []
        for i, after in self._taken(sop, step, now):
            at = (*step.at, "decide", i)
            for arrow in [own[at]] if at in own else others:
                found.append((arrow, self._kept(sop, arrow.to, after, here.wanted)))
        return found

    def rows(self, sop: Sop, step: Step, known: Known) -> Iterable[WithinRow]:
        now = dict(_facts(known).each)
        for row in _rows(step):
            tests = self._tests(sop, row)
            if self._within(now, tests) is not None:
                yield row
            if tests and len(tests) == len(row.when or {}) and self._sure(now, tests):
                return

    def may_be(self, known: Known, kind: Kind) -> bool:
        tests = ((name, fact, values) for name, (fact, values) in kind.items())
        return self._within(dict(_facts(known).each), tests) is not None

    def enter(self, sop: Sop, step: Step | None, known: Known) -> Known:
        here = _facts(known)
        shared = [item for item in here.each if item[0] in self._library.facts]
        if step is None or not step.call:
            return Facts(tuple(shared), here.wanted)
        wanted = here.wanted.union(*(self._ahead.of(sop, arrow.to) for arrow in _arrows(sop, step)))
        worth = self._ahead.inside(step.call) | wanted
        return Facts(tuple(item for item in shared if item[0] in worth), wanted)

    def leave(self, known: Known, called: Known) -> Known:
        before = _facts(known)
        own = [item for item in before.each if item[0] not in self._library.facts]
        shared = [item for item in _facts(called).each if item[0] in self._library.facts]
        return Facts(tuple(sorted([*own, *shared], key=_name)), before.wanted)

    def interrupted(self, step: Step, known: Known) -> Known:
        here, asked = _facts(known), {*(step.asks or ())}
        shared = self._library.facts if step.call else ()  # the called SOP may have changed them
        return Facts(
            tuple(item for item in here.each if item[0] not in asked and item[0] not in shared), here.wanted
        )

    def _kept(self, sop: Sop, target: str, now: Mapping[str, Values], wanted: frozenset[str]) -> Facts:
        """What is worth remembering: what is tested ahead, here or where a call comes back to."""
        ahead = self._ahead.of(sop, target)
        kept = [item for item in now.items() if item[0] in ahead or item[0] in wanted]
        return Facts(tuple(sorted(kept, key=_name)), wanted)

    def _taken(self, sop: Sop, step: Step, now: dict[str, Values]) -> Iterator[tuple[int, dict[str, Values]]]:
        """The rows that may take the case, and what is known behind each."""
        sure = False
        for i, row in enumerate(step.decide):
            if not row:
                yield i, now
                continue
            if row.is_otherwise:
                left = None if sure else self._left(sop, step, now)
            else:
                left = (
                    None if sure and step.hit_policy == "first" else self._within(now, self._tests(sop, row))
                )
            after = self._set(sop, row, left) if left is not None else None
            if after is not None:
                yield i, after
            tests = self._tests(sop, row)
            sure = sure or bool(tests and len(tests) == len(row.when or {}) and self._sure(now, tests))

    def _within(
        self, now: Mapping[str, Values], tests: Iterable[tuple[str, Fact, Values]]
    ) -> dict[str, Values] | None:
        """What is known of the cases that pass; None where there are none."""
        after = dict(now)
        for name, fact, values in tests:
            before = now.get(name, self._given.get(name))
            after[name] = values if before is None else meet(fact, before, values)
            if not after[name]:
                return None
        return after

    def _left(self, sop: Sop, step: Step, now: dict[str, Values]) -> dict[str, Values] | None:
        """What is known of the cases that no row takes, as far as one fact tells it."""
        rows = [row for row in step.decide if row and not row.is_otherwise]
        names = {name for row in rows for name in row.when or {}}
        tests = [test for row in rows for test in self._tests(sop, row)]
        if len(names) != 1 or len(tests) != len(rows):
            return now
        name, fact, _ = tests[0]
        left = unary.without(fact, unary.union([values for _, _, values in tests]))
        return self._within(now, [(name, fact, left)])

    def _sure(self, now: Mapping[str, Values], tests: Iterable[tuple[str, Fact, Values]]) -> bool:
        """Whether every case passes."""
        for name, fact, values in tests:
            before = now.get(name, self._given.get(name))
            if before is None or meet(fact, before, unary.without(fact, values)):
                return False
        return True

    def _set(self, sop: Sop, row: Row, now: dict[str, Values]) -> dict[str, Values] | None:
        """What is known when the row has set its facts; None where that makes it another case."""
        after = dict(now)
        for name, value in (row.set or {}).items():
            after.pop(name, None)
            for _, fact, values in self._read(sop, {name: [value]} if value else {}):
                if name in self._given and not meet(fact, self._given[name], values):
                    return None
                after[name] = values
        return after

    def _tests(self, sop: Sop, row: Row | WithinRow) -> list[tuple[str, Fact, Values]]:
        key = sop.id, id(row)
        if key not in self._parsed:
            self._parsed[key] = self._read(sop, row.when or {})
        return self._parsed[key]

    def _read(self, sop: Sop, when: Mapping[str, Sequence[str]]) -> list[tuple[str, Fact, Values]]:
        """The tests that can be read; of what is wrong with others, other rules tell."""
        found = []
        for name, tests in when.items():
            fact = self._library.fact(sop, name)
            if fact is None or not unary.settled(fact):
                continue
            try:
                found.append((name, fact, unary.parse(fact, tests)))
            except (TestSlip, AttributeError):
                continue
        return found


class _Ahead:
    """Which facts are tested from a step of a SOP on, in the SOPs that it leads to as well."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._of: dict[tuple[str, str], frozenset[str]] = {}
        self._inside: dict[str, frozenset[str]] = {}
        self._whole: dict[str, frozenset[str]] = {}

    def of(self, sop: Sop, target: str) -> frozenset[str]:
        key = sop.id, target
        if key not in self._of:
            steps = sop.steps_by_id
            away = ways.interruptions(sop)
            onward = {
                id: [*(arrow.to for arrow in found), *away] for id, found in ways.arrows_by_step(sop).items()
            }
            found = reachable(onward, [target])
            here = [_tested(steps[id]) for id in found if id in steps]
            others = [id for id in found if ways.is_sop(id)]
            others += [step.call for id in found if (step := steps.get(id)) and step.call]
            self._of[key] = frozenset().union(*here, *(self.inside(other) for other in others))
        return self._of[key]

    def inside(self, id: str) -> frozenset[str]:
        """The facts that a SOP tests, and those that it leads to."""
        if id not in self._whole:
            found = reachable(self._leads, [id])
            self._whole[id] = frozenset().union(*(self._inside_of(each) for each in sorted(found)))
        return self._whole[id]

    def _inside_of(self, id: str) -> frozenset[str]:
        if id not in self._inside:
            sop = self._library.sop(id)
            self._inside[id] = (
                frozenset().union(*(_tested(step) for step in sop.known_steps)) if sop else frozenset()
            )
        return self._inside[id]

    @cached_property
    def _leads(self) -> dict[str, list[str]]:
        return {
            sop.id: [
                to
                for id, arrows in ways.arrows_by_step(sop).items()
                for to in [
                    sop.steps_by_id[id].call or "",
                    *(arrow.to for arrow in arrows),
                    *ways.interruptions(sop),
                ]
                if ways.is_sop(to)
            ]
            for sop in self._library.sops
        }


_AHEAD: "WeakKeyDictionary[Library, _Ahead]" = WeakKeyDictionary()


def _ahead(library: Library) -> _Ahead:
    if library not in _AHEAD:
        _AHEAD[library] = _Ahead(library)
    return _AHEAD[library]


def _tested(step: Step) -> frozenset[str]:
    """The facts that the tables of a step test."""
    rows: list[Row | WithinRow | None] = [*(step.decide or ()), *_rows(step)]
    return frozenset([name for row in rows if row for name in row.when or ()])


def narrows(sop: Sop) -> bool:
    """Whether a way inside a SOP can depend on what was tested or set before: where it speaks of no
    fact twice, calls no other SOP, and has no escalation that may lead back, some case that comes to
    an arrow can take it."""
    if ways.interruptions(sop):
        return True
    said: list[str] = []
    for step in sop.known_steps:
        if step.call:
            return True
        names = _tested(step)
        said += names if step.at_most is None else [*names, *names]  # on a loop, a step comes twice
        said += {name for row in step.decide or () if row for name in row.set or {}}
    return len({*said}) < len(said)


def _arrows(sop: Sop, step: Step) -> list[Arrow]:
    """Where a step leads when it is done; `after_that` is for whoever may not enter it."""
    found = ways.arrows_by_step(sop)[step.id]
    return found[:-1] if step.after_that else found


def _rows(step: Step) -> list[WithinRow]:
    return [] if isinstance(step.within, Duration) else [row for row in step.within or () if row]


def _facts(known: Known) -> Facts:
    assert isinstance(known, Facts)
    return known


def _name(item: tuple[str, Values]) -> str:
    return item[0]
