"""One decision table, and one case put to it: which row takes the case, or why none can be named."""

from collections.abc import Callable, Mapping, Sequence

from sopctl.model import Sop, unary
from sopctl.model.registers import Fact
from sopctl.model.sop import Row, Step, WithinRow
from sopctl.named import NamedTuple

Case = Mapping[str, str]
"""The facts of a case that are known, each with its value as it was said."""


class Column:
    """A fact as tables see it: what it can be, and what passes its tests."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self._choices = frozenset(unary.choices(fact))
        self.every: _Passing = frozenset(["-"])  # stands for whatever it can be
        self._numbers: dict[str, unary.Interval | None] = {}
        self._passing: dict[tuple[str, ...], _Passing | None] = {}

    def fits(self, text: str) -> bool:
        """Whether the fact can have the value."""
        return text in self._choices if self._choices else self._number(text) is not None

    def passing(self, tests: tuple[str, ...]) -> "_Passing | None":
        """The values that pass one of the tests, or None where the tests cannot be read."""
        if tests not in self._passing:
            self._passing[tests] = self._read(tests)
        return self._passing[tests]

    def _read(self, tests: tuple[str, ...]) -> "_Passing | None":
        if not unary.settled(self.fact) or not all(tests):
            return None
        try:
            values = unary.parse(self.fact, tests)
        except unary.TestSlip:
            return None
        if values == unary.every(self.fact):
            return self.every
        return values if isinstance(values, frozenset) else _Numbers(values, self._number)

    def _number(self, text: str) -> unary.Interval | None:
        if text not in self._numbers:
            self._numbers[text] = self._read_number(text)
        return self._numbers[text]

    def _read_number(self, text: str) -> unary.Interval | None:
        try:
            one = unary.value(self.fact, text) if unary.settled(self.fact) else ()
        except ValueError:
            return None
        return one[0] if isinstance(one, tuple) and one else None


class _Numbers:
    """The numbers that pass a test; a text is in it where the number that it names is."""

    __slots__ = ("_number", "values")

    def __init__(self, values: tuple[unary.Interval, ...], number: "_Reader") -> None:
        self.values, self._number = values, number

    def __contains__(self, text: str) -> bool:
        one = self._number(text)
        if one is None:
            return False
        return any(each.start <= one.start and one.end <= each.end for each in self.values)


_Passing = frozenset[str] | _Numbers
_Reader = Callable[[str], unary.Interval | None]


class Lacking(NamedTuple):
    """The next fact that the table has to know of the case."""

    fact: str


class Clash(NamedTuple):
    """Two rows that both take the case and do not say the same."""

    first: int
    second: int


NO_ROW = -1


class Table:
    """A decision table, ready to be put to cases.

    `facts` are those that it tests, in the order in which it names them; `whole` is False where a
    row or a test could not be read, so that nobody knows what the table says.
    """

    def __init__(self, step: Step, columns: Mapping[str, Column]) -> None:
        self.whole = "decide" not in step.unknown and "hit_policy" not in step.unknown
        self.otherwise = NO_ROW
        self._first = step.hit_policy == "first"
        self._any = step.hit_policy == "any"
        self._written = step.decide
        self._rows: list[tuple[int, tuple[tuple[str, _Passing], ...]]] = []
        facts: dict[str, None] = {}
        for i, row in enumerate(step.decide):
            if not row or row.unknown:
                self.whole = False
            elif row.is_otherwise:
                self.otherwise = i
            else:
                tests = _tests(row, columns)
                self.whole = self.whole and tests is not None
                self._rows.append((i, tests or ()))
                facts.update(dict.fromkeys([fact for fact, _ in tests or ()]))
        self.facts = tuple(facts)

    def decide(self, case: Case) -> "int | Lacking | Clash":
        """The number of the row that takes the case (from 0), or NO_ROW, or why it cannot be said.

        A fact that is not known and that no row needs any more is not missed.
        """
        taken = NO_ROW
        lacking = ""
        for i, tests in self._rows:
            open_fact = ""
            for fact, passing in tests:
                value = case.get(fact)
                if value is None:
                    open_fact = open_fact or fact
                elif value not in passing:
                    break
            else:
                if open_fact:
                    lacking = lacking or open_fact
                    if self._first:
                        break
                elif self._first:
                    return i
                elif taken == NO_ROW:
                    taken = i
                elif not (self._any and self._same(taken, i)):
                    return Clash(taken, i)
        if taken != NO_ROW:
            return taken
        return Lacking(lacking) if lacking else self.otherwise

    def _same(self, one: int, other: int) -> bool:
        a, b = self._written[one], self._written[other]
        return a.then == b.then and a.set == b.set


def columns(sop: Sop, shared: Mapping[str, Column]) -> Mapping[str, Column]:
    """Every fact that a SOP knows; `shared` are those of the register."""
    own = {id: Column(fact) for id, fact in (sop.facts or {}).items() if fact}
    return {**shared, **own} if own else shared


def possible_rows(
    rows: Sequence[WithinRow], case: Case, columns: Mapping[str, Column]
) -> "list[WithinRow] | None":
    """The rows of a `within` that may hold for the case, or None where one cannot be read."""
    found = []
    for row in rows:
        tests = _tests(row, columns) if row and not row.unknown else None
        if tests is None:
            return None
        known = [(case.get(fact), passing) for fact, passing in tests]
        if all(value is None or value in passing for value, passing in known):
            found.append(row)
            if all(value is not None for value, _ in known):
                break
    return found


def _tests(row: Row | WithinRow, columns: Mapping[str, Column]) -> tuple[tuple[str, "_Passing"], ...] | None:
    """The tests that a row makes; what takes any value is none. None where one cannot be read."""
    found = []
    for fact, tests in row.when.items():
        column = columns.get(fact)
        passing = column.passing(tests) if column and tests else None
        if passing is None or column is None:
            return None
        if passing is not column.every:
            found.append((fact, passing))
    return tuple(found)
