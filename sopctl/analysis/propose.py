"""Scenarios that are missing: for a branch that none goes through, the facts and answers that do.

The search takes a set of cases through the SOP, narrower with each row that it chooses, along the
shortest arrows first. What it finds is walked before it is proposed.
"""

from collections.abc import Iterator, Mapping

from sopctl.analysis import ways
from sopctl.analysis.coverage import Branch, taken_by, untested
from sopctl.analysis.graph import Graph, reverse
from sopctl.analysis.trials import Told
from sopctl.analysis.walk import Walk, atlas, walk
from sopctl.library import Library
from sopctl.model import Sop, unary
from sopctl.model.registers import Fact
from sopctl.model.scenario import Scenario
from sopctl.model.sop import Row, Step
from sopctl.model.unary import Interval, Values
from sopctl.named import NamedTuple

BUDGET = 4000
"""So many steps are tried for one branch."""
FARTHEST = 60
"""A way of more steps is no scenario that anybody wants to read."""


class Proposal(NamedTuple):
    """A scenario without what it expects. `today` is the way that its case takes at present."""

    goal: Branch
    given: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, tuple[str, ...]]
    calls: Mapping[str, tuple[str, ...]]
    today: Walk


def proposals(sop: Sop, library: Library) -> tuple[list[Proposal], list[Branch]]:
    """Scenarios for what is untested, and the branches to which no case was found."""
    found: list[Proposal] = []
    lost: list[Branch] = []
    covered: set[object] = set()
    for goal in sorted(untested(sop, library), key=lambda branch: branch.kind == "step"):
        if goal.at in covered:
            continue
        proposal = _Search(sop, library, goal).result()
        if proposal is None:
            lost.append(goal)
        else:
            found.append(proposal)
            covered |= taken_by([proposal.today], library)[sop.id]
    return found, [goal for goal in lost if goal.at not in covered]


class _Cases(NamedTuple):
    """The cases that can still be meant: what is known of each fact, and what was said so far."""

    known: Mapping[str, Values]
    given: Mapping[str, tuple[Values, ...]]
    answers: Mapping[str, tuple[str, ...]]
    calls: Mapping[str, tuple[str, ...]]
    fixed: frozenset[str]  # facts whose value comes from a `set`


class _Exit(NamedTuple):
    """A way out of a step, with the cases that take it."""

    key: str | int
    to: str
    cases: _Cases


class _Search:
    """The search for one case that goes through a branch and comes to an end."""

    def __init__(self, sop: Sop, library: Library, goal: Branch) -> None:
        self._sop, self._library, self._goal = sop, library, goal
        self._steps = sop.steps_by_id
        self._left = BUDGET
        backward = reverse(ways.graph(sop))
        ends = [node for node in backward if node not in self._steps and node != ways.ANYWHERE]
        self._to_goal = _distances(backward, [goal.step or goal.name])
        self._to_end = _distances(backward, ends)

    def result(self) -> Proposal | None:
        if not self._sop.known_steps:
            return None
        nothing = _Cases({}, {}, {}, {}, frozenset())
        for cases in self._from(self._sop.known_steps[0].id, nothing, {}, False, 0):
            proposal = self._proposal(cases)
            if proposal is not None:
                return proposal
            self._left -= 50
        return None

    def _from(
        self, to: str, cases: _Cases, counts: Mapping[str, int], done: bool, length: int
    ) -> Iterator[_Cases]:
        """The cases, one set after the other, that come from a target through the goal to an end."""
        step = self._steps.get(to)
        if step is None:
            if done or to == self._goal.name:
                yield cases
            return
        entered = counts.get(to, 0)
        if step.at_most is not None and entered >= step.at_most:
            if step.after_that and step.after_that != to:
                yield from self._from(step.after_that, cases, counts, done, length + 1)
            return
        self._left -= 1
        if self._left < 0 or length > FARTHEST or (entered > 2 and step.at_most is None):
            return
        done = done or self._goal.at == step.at
        for exit in sorted(self._exits(step, cases), key=lambda exit: self._rank(exit, to, done)):
            reached = done or self._is_goal(to, exit)
            yield from self._from(exit.to, exit.cases, {**counts, to: entered + 1}, reached, length + 1)

    def _rank(self, exit: _Exit, step: str, done: bool) -> tuple[bool, int]:
        distances = self._to_end if done else self._to_goal
        return not self._is_goal(step, exit), distances.get(exit.to, FARTHEST)

    def _is_goal(self, step: str, exit: _Exit) -> bool:
        if self._goal.kind == "row":
            return step == self._goal.step and str(exit.key) == self._goal.name
        return bool(self._goal.step) and step == self._goal.step and exit.key == self._goal.name

    # The ways out of a step

    def _exits(self, step: Step, cases: _Cases) -> Iterator[_Exit]:
        for fact in step.asks:
            cases = self._open(cases, fact)
        follow = next((arrow.to for arrow in self._following(step)), "")
        if step.decide:
            yield from self._rows(step, self._asked(step, cases), follow)
        elif step.ask:
            for answer, to in step.answers.items():
                yield _Exit(answer, to, cases._replace(answers=_said(cases.answers, step.id, answer)))
        elif step.call:
            yield from self._outcomes(step, cases, follow)
        else:
            yield _Exit("", follow, cases)

    def _following(self, step: Step) -> list[ways.Arrow]:
        if step.next:
            return [ways.Arrow(step.next, step.at)]
        place = step.at[1]
        later = self._sop.steps[int(place) + 1 :]
        return [ways.Arrow(later[0].id, step.at)] if later and later[0] and later[0].id else []

    def _outcomes(self, step: Step, cases: _Cases, follow: str) -> Iterator[_Exit]:
        called = self._library.sop(step.call) if step.call else None
        others = [each for each in (called.outcomes or {} if called else {}) if each not in step.on]
        for outcome in [each for each in step.on if each != "otherwise"] + others:
            to = step.on.get(outcome) or step.on.get("otherwise") or ("" if step.on else follow)
            key = outcome if outcome in step.on else "otherwise"
            if to:
                yield _Exit(key, to, cases._replace(calls=_said(cases.calls, step.id, outcome)))

    def _asked(self, step: Step, cases: _Cases) -> _Cases:
        """Every fact of the table that is not known is asked."""
        for row in step.decide:
            for fact in row.when if row else ():
                if fact not in cases.known:
                    cases = self._open(cases, fact)
        return cases

    def _open(self, cases: _Cases, id: str) -> _Cases:
        fact = self._library.fact(self._sop, id)
        if fact is None or not unary.settled(fact):
            return cases
        every = unary.every(fact)
        given = {**cases.given, id: (*cases.given.get(id, ()), every)}
        return cases._replace(known={**cases.known, id: every}, given=given, fixed=cases.fixed - {id})

    def _rows(self, step: Step, cases: _Cases, follow: str) -> Iterator[_Exit]:
        earlier: list[Row] = []
        for i, row in enumerate(step.decide):
            if not row or row.unknown:
                return
            narrower = self._narrowed(cases, row)
            if narrower is not None:
                beaten = earlier if row.is_otherwise or step.hit_policy == "first" else []
                for left in self._outside(narrower, beaten):
                    yield _Exit(i + 1, row.target or follow, self._set(left, row))
            earlier.append(row)

    def _narrowed(self, cases: _Cases, row: Row) -> _Cases | None:
        """The cases that a row takes."""
        for id, tests in row.when.items():
            values = self._values(id, tests)
            if values is None or (narrower := self._narrow(cases, id, values)) is None:
                return None
            cases = narrower
        return cases

    def _outside(self, cases: _Cases, rows: list[Row]) -> Iterator[_Cases]:
        """The cases that none of the rows takes, in sets; the search takes one after the other."""
        self._left -= 1
        if self._left < 0:
            return
        if not rows:
            yield cases
        elif self._narrowed(cases, rows[0]) is None:
            yield from self._outside(cases, rows[1:])
        else:
            for id, tests in rows[0].when.items():
                fact, values = self._library.fact(self._sop, id), self._values(id, tests)
                if fact and values is not None:
                    other = self._narrow(cases, id, unary.without(fact, values))
                    if other is not None:
                        yield from self._outside(other, rows[1:])

    def _narrow(self, cases: _Cases, id: str, values: Values) -> _Cases | None:
        """The cases whose fact is among the values; None where there are none."""
        left = _common(cases.known[id], values) if id in cases.known else values
        if not left:
            return None
        given = cases.given
        if id not in cases.fixed and id in given:
            given = {**given, id: (*given[id][:-1], left)}
        return cases._replace(known={**cases.known, id: left}, given=given)

    def _set(self, cases: _Cases, row: Row) -> _Cases:
        known, fixed = dict(cases.known), set(cases.fixed)
        for id, text in row.set.items():
            values = self._values(id, (text,))
            if values is not None:
                known[id] = values
                fixed.add(id)
        return cases._replace(known=known, fixed=frozenset(fixed))

    def _values(self, id: str, tests: tuple[str, ...]) -> Values | None:
        fact = self._library.fact(self._sop, id)
        if fact is None or not unary.settled(fact) or not tests or not all(tests):
            return None
        try:
            return unary.parse(fact, tests)
        except unary.TestSlip:
            return None

    # What was found

    def _proposal(self, cases: _Cases) -> Proposal | None:
        """The cases as a scenario, walked; None where the walk does not come to the goal."""
        given = {
            id: _alike(tuple(self._example(id, each) for each in sets)) for id, sets in cases.given.items()
        }
        answers = {id: _alike(said) for id, said in cases.answers.items()}
        calls = {id: _alike(said) for id, said in cases.calls.items()}
        data = {
            "title": "-",
            "given": _plain(given),
            "answers": _plain(answers),
            "calls": _plain(calls),
            "expect": {},
        }
        scenario, _ = Scenario.make(data)
        today = walk(atlas(self._library), self._sop.id, Told(scenario, self._sop.id))
        if not today.end.ended or self._goal.at not in taken_by([today], self._library)[self._sop.id]:
            return None
        return Proposal(self._goal, given, answers, calls, today)

    def _example(self, id: str, values: Values) -> str:
        fact = self._library.fact(self._sop, id)
        assert isinstance(fact, Fact)
        return unary.example(fact, values)


def _distances(backward: "Graph[str]", goals: list[str]) -> dict[str, int]:
    """From each node the least number of arrows to one of the goals."""
    found = dict.fromkeys(goals, 0)
    ahead = [*goals]
    for node in ahead:  # it grows while it is walked
        for other in backward.get(node, ()):
            if other not in found:
                found[other] = found[node] + 1
                ahead.append(other)
    return found


def _common(one: Values, other: Values) -> Values:
    """The values that are in both sets."""
    if isinstance(one, frozenset):
        return one.intersection(other)
    assert not isinstance(other, frozenset)
    pairs = ((max(a.start, b.start), min(a.end, b.end)) for a in one for b in other)
    return tuple(Interval(start, end) for start, end in pairs if start < end)


def _said(before: Mapping[str, tuple[str, ...]], step: str, word: str) -> dict[str, tuple[str, ...]]:
    return {**before, step: (*before.get(step, ()), word)}


def _alike(values: tuple[str, ...]) -> tuple[str, ...]:
    """One value, where all are the same: it answers as often as it is asked for."""
    return values[:1] if len({*values}) == 1 else values


def _plain(said: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {id: [*values] for id, values in said.items()}
