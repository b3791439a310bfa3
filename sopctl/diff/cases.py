"""Which cases end differently in two libraries, exactly, in as few words as will do."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sopctl.analysis.cases import Budget, OutOfBudget
from sopctl.analysis.graph import reachable, reverse
from sopctl.analysis.time_words import listed
from sopctl.analysis.walk import Walk, atlas, walk
from sopctl.diff import case_words as words
from sopctl.diff.abreast import ALLOWANCE, Run, run
from sopctl.diff.folding import KINDS, Line, lines
from sopctl.diff.names import Renamed
from sopctl.diff.sides import (
    Called,
    Side,
    Torn,
    decides_otherwise,
    facts_of,
    leads,
    meanings,
    same_text,
)
from sopctl.diff.steps import IMPOSSIBLE, Asked, Depth, Unclear, Variables, field_name
from sopctl.diff.terrain import Terrain, returns
from sopctl.library import Library
from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.model.unary import Values

Said = dict[str, tuple[str, ...]]


class Example(NamedTuple):
    """One case, as a scenario tells it: values of facts, one for each time a fact is asked, answers
    by `SOP#step`, and the outcomes of calls that were not followed. Names are those of the later
    library."""

    given: Said
    answers: Said
    calls: Said


class CaseChange(NamedTuple):
    """Cases that end differently. Every one of them ended in one of `before_ends`, and now ends in
    one of `after_ends`: `SOP:outcome`, a SOP that they are handed to and that is not there, or
    `stuck:why@SOP#step`."""

    sop: str  # where the cases start, by the name of the later library
    kind: str  # moved; new or gone: cases that say what only the later, or the earlier, library knows
    when: str  # which cases, in words
    tests: Mapping[str, tuple[str, ...]]  # which cases, as tests of a fact, or answers by `SOP#step`
    before: str  # in words; empty for new cases
    after: str  # in words; empty for cases that are gone
    before_ends: tuple[str, ...]
    after_ends: tuple[str, ...]
    example: Example
    message: str


class Unknown(NamedTuple):
    """A SOP of which not all, or none, of the cases could be compared, and why. Where cases were
    followed up to hand-offs alone, `behind` are the SOPs that both libraries hand them to: there
    they may end differently, and do as far as cases that start there do."""

    sop: str
    reason: str
    behind: tuple[str, ...] = ()


class CaseChanges(NamedTuple):
    """What came of it: SOPs in `same` decide by other steps or rows, and no case ends differently."""

    changes: tuple[CaseChange, ...] = ()
    same: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def case_changes(before: Library, after: Library, renamed: Renamed = MappingProxyType({})) -> CaseChanges:
    """The cases whose final outcome differs, for each SOP that both libraries have. What is
    `renamed` is the same, by the name of the later library."""
    sides = Side(before, Called(renamed)), Side(after, Called({}))
    changed = _changed(sides)
    if not changed:
        return CaseChanges()
    onward = leads(sides)
    starts = sorted(reachable(reverse(onward), changed))
    region = reachable(onward, starts)
    terrain = Terrain(*sides, region, meanings(sides, region))
    found: list[CaseChange] = []
    same: list[str] = []
    unknown: list[Unknown] = []
    deep = Budget(DEEP)
    for id in starts:
        if touched := terrain.touched(id):
            changes, unsure = _compared(terrain, id, deep)
            found.extend(changes)
            if unsure:
                unknown.append(unsure)
            elif not changes and any(place[0] == id for place in touched):
                same.append(id)
    return CaseChanges(tuple(found), tuple(same), tuple(unknown))


# Where to look


def _changed(sides: tuple[Side, Side]) -> set[str]:
    """The SOPs in which something is decided otherwise, and those that only one library has."""
    before, after = sides
    facts = _changed_facts(before, after)
    found = set(before.ids ^ after.ids)
    for id in sorted(before.ids & after.ids):
        if not _same(before, after, id, facts) and decides_otherwise(before, after, id):
            found.add(id)
    return found


def _same(before: Side, after: Side, id: str, facts: frozenset[str]) -> bool:
    """True where a SOP is written in the same words, of facts that can be what they could be."""
    sop = after.sop(id)
    if sop is None or not same_text(before, after, id):
        return False
    return not facts or not any(fact in facts for step in sop.known_steps for fact in facts_of(step))


def _changed_facts(before: Side, after: Side) -> frozenset[str]:
    """The shared facts that can be something else, by the names of the later library."""
    facts = before.library.facts, after.library.facts
    names = {*facts[0], *facts[1]}
    return frozenset(name for name in names if facts[0].get(name) != facts[1].get(name))


# One SOP


def _compared(terrain: Terrain, id: str, deep: Budget) -> tuple[list[CaseChange], Unknown | None]:
    """The changes of one SOP, and why there may be more."""
    try:
        found, told = _followed(terrain, id, deep)
    except OutOfBudget:
        return [], Unknown(id, "its cases are too many to follow them all")
    except (Torn, Unclear) as trouble:
        return [], Unknown(id, str(trouble))
    teller = _Teller(terrain, found, id)
    changes = [teller.change(line) for line in told]
    reasons = [f"what cases come to at `{place}` cannot be read" for place in sorted(found.unclear)]
    reasons += ["a case did not take the way that was worked out for it"] if None in changes else []
    behind = tuple(sorted(found.behind))
    if behind:
        reasons.append(f"its cases are too many to follow them into {listed(behind)}")
    sure = sorted(filter(None, changes), key=lambda each: (KINDS.index(each.kind), each.message))
    return sure, Unknown(id, "; ".join(reasons), behind) if reasons else None


def _followed(terrain: Terrain, id: str, deep: Budget) -> tuple[Run, list[Line]]:
    """The cases of a SOP, followed as far as is not too much: through all hand-offs, else up to
    them, else past calls as well."""
    try:
        near = run(terrain, id, TO_HAND_OFFS, ALLOWANCE)
        told = lines(near)
    except OutOfBudget:
        past = run(terrain, id, PAST_CALLS, ALLOWANCE)
        return past, lines(past)
    if not near.hands_over:
        return near, told
    try:
        deep.spend(BEHIND)
        far = run(terrain, id, THROUGH, BEHIND)
        deep.left += far.left
        return far, lines(far)
    except OutOfBudget:
        return near, told


THROUGH = Depth(onward=True, into=True)
TO_HAND_OFFS = Depth(onward=False, into=True)
PAST_CALLS = Depth(onward=False, into=False)

BEHIND = ALLOWANCE // 2
"""Comparisons that the cases of one SOP may take where they are followed through hand-offs."""

DEEP = 12 * BEHIND
"""Comparisons that the cases of all SOPs together may take so."""


class _Teller:
    """Tells the lines of one SOP, each with a case that a walk confirms on both sides."""

    def __init__(self, terrain: Terrain, run: Run, id: str) -> None:
        self._sides, self._id = terrain.sides, id
        self._variables, self._depth = run.variables, run.depth
        self._fields = {name: asked for asked in run.variables.asked for name in [field_name(asked)]}

    def change(self, line: Line) -> CaseChange | None:
        """The change of a line; None where its example goes another way than was worked out."""
        example = self._example(line)
        if example is None:
            return None
        kind = line.kind
        before = "" if kind == "new" else words.ends(self._sides[0], line.before, self._id)
        after = "" if kind == "gone" else words.ends(self._sides[1], line.after, self._id)
        when = words.when(self._limits(line), self._id)
        return CaseChange(
            self._id, kind, when, self._tests(line), before, after,
            () if kind == "new" else line.before, () if kind == "gone" else line.after,
            example, words.message(self._sides, kind, when, line.before, line.after, self._id),
        )  # fmt: skip

    def _limits(self, line: Line) -> list[tuple[Asked, Fact, Values]]:
        """What is asked, and the values that the line leaves: facts first, each in its order."""
        sets = line.space.sets(line.box, line.space.full)
        found = [(self._fields[name], fact, values) for name, (fact, values) in sets.items()]
        return sorted(found, key=lambda each: ("#" in each[0][0], each[0]))

    def _tests(self, line: Line) -> dict[str, tuple[str, ...]]:
        return {
            words.machine(asked): tuple(unary.tests(fact, values))
            for asked, fact, values in self._limits(line)
        }

    def _example(self, line: Line) -> Example | None:
        chosen = {asked: unary.example(fact, values) for asked, fact, values in self._limits(line)}
        said: dict[Asked, str] = {}
        for side, ends in zip(self._sides, (line.before, line.after), strict=True):
            case = _Case(side, chosen, self._variables, self._depth.into)
            way = walk(atlas(side.library), side.own_id(self._id), case, self._depth.onward)
            if _end(side, way) not in ends:
                return None
            said.update(case.said)
        return _example(said)


def _example(said: Mapping[Asked, str]) -> Example:
    """What a case said, as lists."""
    example = Example({}, {}, {})
    for name, _ in sorted(said):
        place = name.removesuffix(returns(""))
        kept = example.given if "#" not in name else example.answers if place == name else example.calls
        kept[place] = (*kept.get(place, ()), said[name, len(kept.get(place, ())) + 1])
    return example


class _Case:
    """One case as the source of a walk: what a line leaves open it says somehow."""

    foretold = True

    def __init__(self, side: Side, chosen: Mapping[Asked, str], variables: Variables, into: bool) -> None:
        self._side, self._chosen, self._variables, self._into = side, chosen, variables, into
        self._times: Counter[str] = Counter()
        self.said: dict[Asked, str] = {}

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        return self._say(self._side.names.fact(sop, fact))

    def answer(self, sop: str, step: str) -> str | None:
        return self._say(self._place(sop, step))

    def outcome(self, sop: str, step: str) -> str | None:
        return None if self._into else self._say(returns(self._place(sop, step)))

    def _place(self, sop: str, step: str) -> str:
        names = self._side.names
        return f"{names.sop(sop)}#{names.inside(sop, step)}"

    def _say(self, name: str) -> str:
        self._times[name] += 1
        asked = name, self._times[name]
        self.said[asked] = self._chosen.get(asked) or self._variables.any(name)
        return self.said[asked]


def _end(side: Side, way: Walk) -> str:
    """The end of a walk, as the cases of a split have it."""
    stop, own = way.end, way.frames[-1].sop
    sop = side.names.sop(own)
    match stop.why:
        case "outcome":
            return f"{sop}:{side.names.inside(own, stop.name)}"
        case "hand-off":
            return side.names.sop(stop.name)
        case "value" | "no-such-answer" | "no-such-outcome":
            return IMPOSSIBLE
        case "no-row" | "two-rows" | "dead-end" | "loop" | "unhandled":
            return f"stuck:{stop.why}@{sop}#{side.names.inside(own, stop.name)}"
    return stop.why
