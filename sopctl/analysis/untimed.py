"""The cases for which the rows of a `within` set no time, where no last row takes all that is left."""

from collections.abc import Callable, Mapping
from typing import cast

from sopctl.model import unary
from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Step, WithinRow
from sopctl.model.unary import TestSlip, Values

MOST = 200
"""Of more kinds of cases nobody asks which they are: any case counts as one without a time."""

Spans = tuple[unary.Interval, ...]

Kind = Mapping[str, tuple[Fact, Values]]
"""Cases by what their facts can be; a fact that is left out can be anything."""


def untimed(step: Step, fact_of: Callable[[str], Fact | None]) -> tuple[Kind, ...]:
    """The kinds of cases that no row takes; none where a row cannot be read, of which another rule tells."""
    rows = step.within
    if rows is None or isinstance(rows, Duration) or (rows[-1] and rows[-1].otherwise):
        return ()
    left: list[Kind] = [{}]
    for row in rows:
        tests = _tests(row, fact_of) if row and not (row.unknown or row.otherwise) else None
        if tests is None:
            return ()
        left = [rest for kind in left for rest in _outside(kind, tests)]
        if len(left) > MOST:
            return ({},)
    return tuple(left)


def may_be(case: Mapping[str, str], kind: Kind) -> bool:
    """Whether a case, as far as it is known, may be of a kind."""
    try:
        return all(
            name not in case or unary.holds(fact, values, case[name]) for name, (fact, values) in kind.items()
        )
    except ValueError:  # a value that the fact cannot have, where the walk ends
        return False


def meet(one: Values, other: Values) -> Values:
    """The values that are in both sets."""
    if isinstance(one, frozenset):
        return one.intersection(other)
    spans = [unary.Interval(max(a[0], b[0]), min(a[1], b[1])) for a in one for b in cast(Spans, other)]
    return tuple([each for each in spans if each.start < each.end])


def _tests(row: WithinRow, fact_of: Callable[[str], Fact | None]) -> Kind | None:
    found = {}
    for name, tests in row.when.items():
        fact = fact_of(name)
        if fact is None or not unary.settled(fact) or not tests or not all(tests):
            return None
        try:
            found[name] = fact, unary.parse(fact, tests)
        except TestSlip:
            return None
    return found


def _outside(kind: Kind, tests: Kind) -> list[Kind]:
    """The cases of a kind that do not pass all tests, as kinds that have no case in common."""
    found: list[Kind] = []
    for name, (fact, values) in tests.items():
        here = kind[name][1] if name in kind else unary.every(fact)
        if outside := meet(here, unary.without(fact, values)):
            found.append({**kind, name: (fact, outside)})
        kind = {**kind, name: (fact, meet(here, values))}
        if not kind[name][1]:
            break
    return found
