"""Unary tests: what stands beside a fact, and the values that it lets pass."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.model import unary
from sopctl.model.registers import Fact


def _fact(**data: Any) -> Fact:
    fact, into = Fact.make(data)
    assert not into.problems
    return fact


STRIKES = _fact(type="integer", min="0", max="30")
AGE = _fact(type="integer")
AMOUNT = _fact(type="number", min="0", max="100")
SHARE = _fact(type="number")
SEVERITY = _fact(type="choice", values=["minor", "major", "serious", "egregious"])
LATE = _fact(type="yes-no")


def _passes(fact: Fact, *tests: str) -> list[str]:
    """The values among a few that pass the tests."""
    if unary.choices(fact):
        return [each for each in unary.choices(fact) if unary.holds(fact, unary.parse(fact, tests), each)]
    tried = (
        [str(n) for n in range(31)] if fact.type == "integer" else ["0", "0.5", "1", "1.5", "2", "99", "100"]
    )
    return [each for each in tried if unary.holds(fact, unary.parse(fact, tests), each)]


@pytest.mark.parametrize(
    ("fact", "tests", "values"),
    [
        (LATE, ("yes",), ["yes"]),
        (LATE, ("-",), ["yes", "no"]),
        (LATE, ("not(yes)",), ["no"]),
        (SEVERITY, ("minor", "major"), ["minor", "major"]),
        (SEVERITY, ("not(minor, egregious)",), ["major", "serious"]),
        (STRIKES, ("3",), ["3"]),
        (STRIKES, ("< 2",), ["0", "1"]),
        (STRIKES, ("<=2",), ["0", "1", "2"]),
        (STRIKES, ("> 28",), ["29", "30"]),
        (STRIKES, (">= 29",), ["29", "30"]),
        (STRIKES, ("= 5",), ["5"]),
        (STRIKES, ("1..3",), ["1", "2", "3"]),
        (STRIKES, ("[1..3)",), ["1", "2"]),
        (STRIKES, ("(1..3]",), ["2", "3"]),
        (STRIKES, ("(1..3)",), ["2"]),
        (STRIKES, ("(1..2)",), []),
        (STRIKES, ("< 0",), []),
        (STRIKES, ("< 2", "30"), ["0", "1", "30"]),
        (STRIKES, ("not(1..29)",), ["0", "30"]),
        (AMOUNT, ("(0.5..1.5)",), ["1"]),
        (AMOUNT, ("!= 1", "1"), ["0", "0.5", "1", "1.5", "2", "99", "100"]),
    ],
)
def test_a_test_lets_pass_what_it_says(fact: Fact, tests: tuple[str, ...], values: list[str]) -> None:
    assert _passes(fact, *tests) == values


@pytest.mark.parametrize(
    ("fact", "test", "words"),
    [
        (SEVERITY, "mjaor", "did you mean `major`?"),
        (SEVERITY, "zzz", "they are minor, major, serious, egregious"),
        (SEVERITY, "!= minor", "write `not(minor)`"),
        (SEVERITY, "not()", "needs the values"),
        (LATE, "true", "did you mean `yes`?"),
        (STRIKES, "31", "more than 30"),
        (STRIKES, "> 31", "more than 30"),
        (STRIKES, "-1..3", "less than 0"),
        (STRIKES, "2.5", "the nearest are 2 and 3"),
        (STRIKES, "5..2", "did you mean `2..5`?"),
        (STRIKES, "=> 5", "did you mean `>= 5`?"),
        (STRIKES, "“>= 5”", "did you mean `>= 5`?"),
        (STRIKES, ">= 5\u200b", "did you mean `>= 5`?"),
        (STRIKES, "any", "is no test: for any value write `-`, or nothing"),
        (SEVERITY, "n/a", "is no test: for any value write `-`, or nothing"),
        (SEVERITY, "“major”", "did you mean `major`?"),
        (SEVERITY, "else", "did you mean a row `otherwise`?"),
        (STRIKES, "[2..5", "one side only"),
        (STRIKES, "many", "write a number"),
        (STRIKES, "> ٣", "write a number"),
        (AMOUNT, "1,5", "did you mean `1.5`?"),
        (AMOUNT, "0,125", "did you mean `0.125`?"),
        (AMOUNT, "1234,567", "did you mean `1234.567`?"),
        (AMOUNT, ">= 10,000", "did you mean `>= 10000`?"),
        (AMOUNT, "=> 1,234,567.50", "did you mean `>= 1234567.50`?"),
        (AMOUNT, "(1,000..5,500]", "did you mean `(1000..5500]`?"),
    ],
)
def test_a_test_that_the_fact_cannot_have_says_what_is_allowed(fact: Fact, test: str, words: str) -> None:
    with pytest.raises(unary.TestSlip) as slip:
        unary.parse(fact, (test,))
    assert words in str(slip.value)


def test_a_slip_names_the_test_in_the_list() -> None:
    with pytest.raises(unary.TestSlip) as slip:
        unary.parse(STRIKES, ("1", "2", "99"))
    assert slip.value.index == 2


def test_an_empty_list_of_tests_is_a_slip() -> None:
    with pytest.raises(unary.TestSlip):
        unary.parse(STRIKES, ())


def test_a_gap_between_whole_numbers_exists_only_for_numbers() -> None:
    assert unary.parse(AGE, ("<= 999", ">= 1000")) == unary.every(AGE)
    assert unary.parse(SHARE, ("<= 999", ">= 1000")) != unary.every(SHARE)
    assert unary.words(SHARE, unary.without(SHARE, unary.parse(SHARE, ("<= 999", ">= 1000")))) == (
        "more than 999 and less than 1000"
    )


def test_decimals_are_exact() -> None:
    assert unary.parse(SHARE, ("0.3",)) == unary.parse(SHARE, ("0.30",))
    assert not unary.holds(SHARE, unary.parse(SHARE, ("<= 0.3",)), "0.300000000000001")
    assert unary.parse(_fact(type="number", max="0.3"), ("<= 0.3",)) == unary.every(
        _fact(type="number", max="0.3")
    )


@pytest.mark.parametrize(
    ("fact", "test", "words"),
    [
        (STRIKES, ">= 2", "2 or more"),
        (STRIKES, "90..120".replace("90", "9").replace("120", "12"), "9 to 12"),
        (STRIKES, "<= 2", "2 or less"),
        (STRIKES, "3", "3"),
        (STRIKES, "!= 3", "2 or less or 4 or more"),
        (SHARE, "> 90", "more than 90"),
        (SHARE, "[1..2)", "1 to less than 2"),
        (SHARE, "(1..2]", "more than 1, up to 2"),
        (SEVERITY, "not(minor)", "major, serious or egregious"),
        (SEVERITY, "-", "any"),
    ],
)
def test_a_set_is_said_as_people_say_it(fact: Fact, test: str, words: str) -> None:
    assert unary.words(fact, unary.parse(fact, (test,))) == words


_NUMBERS = st.integers(-40, 40).map(lambda n: n / 4)


@st.composite
def _some_tests(draw: st.DrawFn) -> tuple[Fact, list[str]]:
    fact = draw(st.sampled_from([AGE, SHARE]))
    number = st.integers(-5, 5) if fact is AGE else _NUMBERS
    one = st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), number)
    ends = st.tuples(number, number).map(sorted)
    between = st.builds(
        lambda left, pair, right: f"{left}{pair[0]}..{pair[1]}{right}",
        st.sampled_from("[("),
        ends,
        st.sampled_from("])"),
    )
    return fact, draw(st.lists(st.one_of(number.map(str), one, between), min_size=1, max_size=4))


def _holds(test: str, number: Fraction) -> bool:
    """The same by hand, for one number."""
    if ".." in test:
        low, high = test.strip("[]()").split("..")
        above = number >= Fraction(low) if test[0] == "[" else number > Fraction(low)
        return above and (number <= Fraction(high) if test[-1] == "]" else number < Fraction(high))
    sign, _, text = test.rpartition(" ")
    wanted = Fraction(text)
    return {
        "": number == wanted, "=": number == wanted, "!=": number != wanted, "<": number < wanted,
        "<=": number <= wanted, ">": number > wanted, ">=": number >= wanted,
    }[sign]  # fmt: skip


@settings(deadline=None)
@given(_some_tests(), st.integers(-44, 44))
def test_numbers_pass_as_they_do_by_hand(some: tuple[Fact, list[str]], quarter: int) -> None:
    fact, tests = some
    number = Fraction(quarter) if fact is AGE else Fraction(quarter, 4)
    text = str(quarter) if fact is AGE else str(Decimal(quarter) / 4)
    assert unary.holds(fact, unary.parse(fact, tests), text) == any(_holds(test, number) for test in tests)


@settings(deadline=None)
@given(_some_tests())
def test_a_set_written_as_tests_is_read_as_the_same_set(some: tuple[Fact, list[str]]) -> None:
    fact, tests = some
    values = unary.parse(fact, tests)
    if values:
        assert unary.parse(fact, unary.tests(fact, values)) == values


@settings(deadline=None)
@given(_some_tests())
def test_an_example_is_in_its_set(some: tuple[Fact, list[str]]) -> None:
    fact, tests = some
    values = unary.parse(fact, tests)
    if values:
        assert unary.holds(fact, values, unary.example(fact, values))


@settings(deadline=None)
@given(_some_tests())
def test_what_is_left_out_and_what_is_in_make_the_whole(some: tuple[Fact, list[str]]) -> None:
    fact, tests = some
    values = unary.parse(fact, tests)
    assert unary.union([values, unary.without(fact, values)]) == unary.every(fact)
    assert unary.without(fact, unary.without(fact, values)) == values
