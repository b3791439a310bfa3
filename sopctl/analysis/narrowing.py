"""Which arrows a case may take: the seam at which what is known of a case narrows its ways.

Whoever times ways asks a guide at each step. What the guide knows of the case goes with it from
step to step as one hashable value, of which nobody else understands a word.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from sopctl.analysis import ways
from sopctl.analysis.graph import circles
from sopctl.analysis.onward import Spot, facts_ahead, tested
from sopctl.analysis.program import within_rows
from sopctl.analysis.untimed import Kind, meet
from sopctl.analysis.ways import Arrow
from sopctl.library import Library
from sopctl.model import unary
from sopctl.model.sop import Row, Sop, Step, WithinRow
from sopctl.model.unary import TestSlip, Values
from sopctl.named import NamedTuple

Known = Hashable

MOST = 64
"""Of more kinds of cases that the rows of a table leave, nobody tells which of them a row takes."""


class Part(NamedTuple):
    """Cases at a step: the rows of `within` that may be theirs, whether one of them is for certain,
    and what is known of them."""

    rows: Sequence[WithinRow]
    timed: bool
    known: Known


class Guide(Protocol):
    """Answers, for a case of which something is known, where it can go from a step."""

    def begin(self) -> Known:
        """What is known of a case at the first step."""

    def parts(self, sop: Sop, step: Step, known: Known, untimed: Sequence[Kind]) -> Iterable[Part]:
        """The cases that come to a step, apart by the time that it gives them; none to the `untimed`."""

    def exits(self, sop: Sop, step: Step, known: Known) -> Iterable[tuple[str, Known]]:
        """Where the cases of a part may go, and what is known there."""

    def hand_over(self, known: Known) -> Known:
        """What is known in a SOP that another hands to."""

    def enter(self, sop: Sop, step: Step, known: Known) -> Known:
        """What is known in a SOP that a step calls."""

    def leave(self, known: Known, called: Known) -> Known:
        """What is known when a called SOP returns, from before the call and at its end."""

    def interrupted(self, step: Step, known: Known) -> Known:
        """What is known of a case that an escalation takes out of a step."""

    def by_arrows(self, known: Known) -> bool:
        """Whether nobody could tell if a case of which this is known is there at all."""


class ByArrows:
    """Knows nothing: every arrow can be taken."""

    def begin(self) -> Known:
        return None

    def parts(self, sop: Sop, step: Step, known: Known, untimed: Sequence[Kind]) -> Iterable[Part]:
        return [Part(within_rows(step), not untimed, known)]

    def exits(self, sop: Sop, step: Step, known: Known) -> Iterable[tuple[str, Known]]:
        return [(arrow.to, None) for arrow in _arrows(sop, step)]

    def hand_over(self, known: Known) -> Known:
        return None

    def enter(self, sop: Sop, step: Step, known: Known) -> Known:
        return None

    def leave(self, known: Known, called: Known) -> Known:
        return None

    def interrupted(self, step: Step, known: Known) -> Known:
        return None

    def by_arrows(self, known: Known) -> bool:
        return False


Cases = Mapping[str, Values]
"""Cases of one kind: what each of their facts can be; one that is left out can be anything."""

Frozen = tuple[tuple[str, Values], ...]
"""The same as a value, in the order of the names."""


class Limit(NamedTuple):
    """A test: the values of a fact that pass, and those that do not."""

    name: str
    values: Values
    others: Values


class Line(NamedTuple):
    """A row of a table: its tests, whether they are all that it asks for, and where it leads."""

    row: Row
    tests: Sequence[Limit]
    whole: bool
    to: Sequence[str]


class Onward(NamedTuple):
    """Where cases may go: what is worth remembering there, whether nobody could tell that they are
    there, and the kinds of them."""

    to: str
    worth: frozenset[str]
    rough: bool
    kinds: Sequence[Frozen]


class Facts(NamedTuple):
    """What the rows on a way have narrowed or set; the facts that somebody up the calls will test; and
    whether a table left more kinds of cases than are told apart."""

    cases: Frozen = ()
    wanted: frozenset[str] = frozenset()
    rough: bool = False


class ByFacts:
    """Knows what the rows on the way have tested and set, until a step asks it again.

    Facts of a deadline's `when` are, wherever a way comes to speak of them, as it says: no other
    case counts.
    """

    def __init__(self, library: Library, sop: Sop, when: Mapping[str, Sequence[str]]) -> None:
        self._library = library
        self._given = {test.name: test.values for test in _read(library, sop, when)}
        self._kinds = _Kinds(library, self._given)
        self._ahead = facts_ahead(library)
        self._lines_of: dict[Spot, list[Line]] = {}
        self._rows_of: dict[Spot, list[tuple[WithinRow, list[Limit]]]] = {}
        self._facts_of: dict[Spot, frozenset[str]] = {}
        self._ways_of: dict[tuple[Spot, Facts], list[Onward]] = {}

    def begin(self) -> Known:
        return Facts()

    def parts(self, sop: Sop, step: Step, known: Known, untimed: Sequence[Kind]) -> Iterable[Part]:
        here = _facts(known)
        kept = tuple([item for item in here.cases if item[0] not in (step.asks or ())])
        rows = self._rows(sop, step)
        if not rows:
            return [Part(within_rows(step), not untimed, here._replace(cases=kept))]
        now: Cases = dict(kept)
        found = []
        left, rough = [now], False
        for row, tests in rows:
            taken, rest = self._kinds.split(left, tests)
            about = here._replace(rough=here.rough or rough)
            found += [
                Part((row,), True, about._replace(cases=each)) for each in self._kinds.merged(sop, taken)
            ]
            left, rough = self._kinds.below(sop, left, rest, rough)
        for kind in untimed:
            limits = [Limit(name, values, ()) for name, (_, values) in kind.items()]
            taken, _ = self._kinds.split([now], limits)
            found += [Part((), False, here._replace(cases=_frozen(each))) for each in taken]
        return found

    def exits(self, sop: Sop, step: Step, known: Known) -> Iterable[tuple[str, Known]]:
        here = _facts(known)
        own = self._own_of(sop, step)
        told = tuple([item for item in here.cases if item[0] in own])
        others = [item for item in here.cases if item[0] not in own] if own else here.cases
        return [
            (to, Facts(_with(kind, others, worth), here.wanted, rough))
            for to, worth, rough, kinds in self._onward(sop, step, here._replace(cases=told))
            for kind in kinds
        ]

    def _onward(self, sop: Sop, step: Step, here: Facts) -> list[Onward]:
        """Where cases may go of which no more is known than the table of the step speaks of: many that
        come to it are alike in that."""
        key = (sop.id, step.id), here
        if key not in self._ways_of:
            self._ways_of[key] = [*self._found_onward(sop, step, here)]
        return self._ways_of[key]

    def _found_onward(self, sop: Sop, step: Step, here: Facts) -> Iterator[Onward]:
        found: dict[tuple[str, bool], list[Cases]] = {}
        if step.decide:
            for line, cases, rough in self._taken(sop, step, dict(here.cases)):
                for to in line.to:
                    found.setdefault((to, rough or here.rough), []).extend(cases)
        else:
            found = {(arrow.to, here.rough): [{}] for arrow in _arrows(sop, step)}
        for (to, rough), each in found.items():
            worth = self._ahead.of(sop, to) | here.wanted
            kept = ({name: values for name, values in cases.items() if name in worth} for cases in each)
            yield Onward(to, worth, rough, self._kinds.merged(sop, kept))

    def hand_over(self, known: Known) -> Known:
        here = _facts(known)
        return here._replace(cases=tuple(self._shared(here)))

    def enter(self, sop: Sop, step: Step, known: Known) -> Known:
        here, called = _facts(known), step.call or ""
        wanted = here.wanted.union(*(self._ahead.of(sop, arrow.to) for arrow in _arrows(sop, step)))
        worth = self._ahead.inside(called) | wanted
        return Facts(tuple([item for item in self._shared(here) if item[0] in worth]), wanted, here.rough)

    def leave(self, known: Known, called: Known) -> Known:
        before, after = _facts(known), _facts(called)
        own = [item for item in before.cases if item[0] not in self._library.facts]
        return Facts(tuple(sorted([*own, *self._shared(after)], key=_name)), before.wanted, after.rough)

    def _shared(self, here: Facts) -> list[tuple[str, Values]]:
        return [item for item in here.cases if item[0] in self._library.facts]

    def interrupted(self, step: Step, known: Known) -> Known:
        here, lost = _facts(known), {*(step.asks or ())}
        if step.call:
            lost.update(self._library.facts)  # the called SOP may have changed them
        return here._replace(cases=tuple([item for item in here.cases if item[0] not in lost]))

    def by_arrows(self, known: Known) -> bool:
        return isinstance(known, Facts) and known.rough

    # Tables

    def _taken(self, sop: Sop, step: Step, now: Cases) -> Iterator[tuple[Line, list[Cases], bool]]:
        """The rows that may take a case, what is known of those that they take, and whether nobody
        could tell which the rows above leave them."""
        first = step.hit_policy == "first"
        apart = first or bool(step.decide[-1] and step.decide[-1].is_otherwise)
        left, rough = [now], False
        for line in self._lines(sop, step):
            last = bool(line.row) and line.row.is_otherwise
            taken, rest = self._kinds.split(left, line.tests) if apart else ([], left)
            if beside := not first and not last:  # it takes what rows above take as well
                taken, _ = self._kinds.split([now], line.tests)
            after = [cases for each in taken if (cases := self._set(sop, line.row, each)) is not None]
            if after:
                yield line, after, rough and not beside
            if line.whole and not last:
                left, rough = self._kinds.below(sop, left, rest, rough)

    def _set(self, sop: Sop, row: Row, now: Cases) -> Cases | None:
        """What is known when the row has set its facts; None where that makes it another case."""
        if not row or not row.set:
            return now
        after = dict(now)
        for name, value in row.set.items():
            after.pop(name, None)
            for _, values, _ in _read(self._library, sop, {name: [value]} if value else {}):
                if name in self._given and not meet(self._given[name], values):
                    return None
                after[name] = values
        return after

    # What is read once

    def _own_of(self, sop: Sop, step: Step) -> frozenset[str]:
        """The facts that the table of a step tests or sets."""
        if not step.decide:
            return frozenset()
        spot = sop.id, step.id
        if spot not in self._facts_of:
            rows = [row for row in step.decide if row]
            self._facts_of[spot] = frozenset(
                name for row in rows for name in (*(row.when or ()), *(row.set or ()))
            )
        return self._facts_of[spot]

    def _lines(self, sop: Sop, step: Step) -> list[Line]:
        """The rows of the table of a step."""
        spot = sop.id, step.id
        if spot not in self._lines_of:
            arrows = _arrows(sop, step)
            own = {arrow.at: [arrow.to] for arrow in arrows if arrow.at[:-1] == (*step.at, "decide")}
            others = [*dict.fromkeys(arrow.to for arrow in arrows if arrow.at not in own)]
            found = self._lines_of[spot] = []
            for i, row in enumerate(step.decide):
                tests = _read(self._library, sop, row.when or {}) if row else []
                whole = bool(row) and _whole(row, tests)
                found.append(Line(row, tests, whole, own.get((*step.at, "decide", i), others)))
        return self._lines_of[spot]

    def _rows(self, sop: Sop, step: Step) -> list[tuple[WithinRow, list[Limit]]]:
        """The rows of `within`; none unless all is known of them."""
        spot = sop.id, step.id
        if spot not in self._rows_of:
            rows = [(row, _read(self._library, sop, row.when or {})) for row in within_rows(step)]
            known = all(not row.unknown and _whole(row, tests) for row, tests in rows)
            unread = len(rows) < len(step.within or ())  # of a plain duration there are none
            self._rows_of[spot] = rows if known and not unread else []
        return self._rows_of[spot]


class _Kinds:
    """Sets of cases, as kinds that have no case in common. Facts that are `given` can be nothing else."""

    def __init__(self, library: Library, given: Cases) -> None:
        self.given = given
        self._library = library
        self._every: dict[tuple[str, str], Values | None] = {}

    def split(self, cases: Iterable[Cases], tests: Sequence[Limit]) -> tuple[list[Cases], list[Cases]]:
        """The cases that pass all tests, and the others, as kinds that have none in common."""
        taken: list[Cases] = []
        left: list[Cases] = []
        for each in cases:
            inside, outside = dict(each), []
            for name, values, others in tests:
                before = inside.get(name, self.given.get(name))
                if rest := others if before is None else meet(before, others):
                    outside.append({**inside, name: rest})
                inside[name] = values if before is None else meet(before, values)
                if not inside[name]:
                    left.append(each)
                    break
            else:
                taken.append(inside)
                left += outside
        return taken, left

    def below(self, sop: Sop, left: list[Cases], rest: list[Cases], rough: bool) -> tuple[list[Cases], bool]:
        """What a row leaves for those below. Where that are too many kinds, it is rough: from there on
        no row takes any away."""
        if not rough and len(rest) > MOST:
            rest = list(map(dict, self.merged(sop, rest)))
        return (left, True) if rough or len(rest) > MOST else (rest, False)

    def merged(self, sop: Sop, cases: Iterable[Cases]) -> list[Frozen]:
        """The same cases in fewer kinds: those that differ in one fact become one."""
        found = list(dict.fromkeys(map(_frozen, cases)))
        before = 0
        while 1 < len(found) != before:
            before = len(found)
            alike = frozenset(found[0]).intersection(*found[1:])
            for name in sorted({item[0] for each in found for item in each if item not in alike}):
                groups: dict[Frozen, list[Values | None]] = {}
                for each in found:
                    rest = tuple([item for item in each if item[0] != name])
                    groups.setdefault(rest, []).append(dict(each).get(name))
                found = [self._joined(sop, rest, name, values) for rest, values in groups.items()]
        return found

    def _joined(self, sop: Sop, rest: Frozen, name: str, values: list[Values | None]) -> Frozen:
        sets = [each for each in values if each is not None]
        if len(sets) < len(values):
            return rest
        whole = unary.union(sets)
        return rest if whole == self._anything(sop, name) else _frozen({**dict(rest), name: whole})

    def _anything(self, sop: Sop, name: str) -> Values | None:
        """What a fact can be of which nothing is known."""
        key = sop.id, name
        if key not in self._every:
            fact = self._library.fact(sop, name)
            self._every[key] = self.given.get(name, unary.every(fact) if fact else None)
        return self._every[key]


def readable(library: Library, sop: Sop, when: Mapping[str, Sequence[str]]) -> bool:
    """Whether every test can be read."""
    return len(_read(library, sop, when)) == len(when)


def _read(library: Library, sop: Sop, when: Mapping[str, Sequence[str]]) -> list[Limit]:
    """The tests that can be read; of what is wrong with others, other rules tell."""
    found = []
    for name, tests in when.items():
        fact = library.fact(sop, name)
        if fact is None or not unary.settled(fact):
            continue
        try:
            values = unary.parse(fact, tests)
        except (TestSlip, AttributeError):
            continue
        found.append(Limit(name, values, unary.without(fact, values)))
    return found


def _whole(row: Row | WithinRow, tests: Sequence[Limit]) -> bool:
    """Whether all is known of the cases that a row is for."""
    return "when" not in row.unknown and len(tests) == len(row.when or {})


def narrows(sop: Sop) -> bool:
    """Whether a way inside a SOP can depend on what was tested or set before. Where no row takes cases
    from another, no table is come to twice, none speaks of a fact of another, and no other SOP is
    called, some case that comes to an arrow can take it."""
    if ways.interruptions(sop):
        return True
    looped = {id for circle in circles(ways.graph(sop)) for id in circle}
    said: list[str] = []
    for step in sop.known_steps:
        table = step.decide or ()
        first = step.hit_policy == "first" or any(row and row.is_otherwise for row in table)
        if step.call or within_rows(step) or (table and (first or step.id in looped)):
            return True
        said += tested(step)
        said += {name for row in table if row for name in row.set or {}}
    return len({*said}) < len(said)


def _arrows(sop: Sop, step: Step) -> list[Arrow]:
    """Where a step leads when it is done; `after_that` is for whoever may not enter it."""
    found = ways.arrows_by_step(sop)[step.id]
    return found[:-1] if step.after_that else found


def _facts(known: Known) -> Facts:
    assert isinstance(known, Facts)
    return known


def _with(kind: Frozen, others: Iterable[tuple[str, Values]], worth: Collection[str]) -> Frozen:
    """The same kind of cases, of which other facts are known as well."""
    kept = [item for item in others if item[0] in worth]
    return tuple(sorted([*kind, *kept], key=_name)) if kind else tuple(kept)


def _frozen(cases: Cases) -> Frozen:
    return tuple(sorted(cases.items(), key=_name))


def _name(item: tuple[str, Values]) -> str:
    return item[0]
