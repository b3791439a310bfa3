"""Unary tests (after DMN): what stands beside a fact becomes the set of values that pass it.

The values of a yes-no or a choice are a frozenset of texts. Those of a number are intervals
between two cuts, and a cut lies just before (0) or just after (1) a number: `> 90` begins at
`(90, 1)`, `>= 90` at `(90, 0)`. Whole numbers are cut only before a number, so that what has no
whole number between it leaves no gap. All arithmetic is exact.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Union

from sopctl.diagnostic import did_you_mean
from sopctl.model.registers import Fact
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.reading import without_invisible

if TYPE_CHECKING:
    from decimal import Decimal  # importing it is slow, and few facts have decimals

Number = Union[int, float, "Decimal"]  # a float stands for infinity only
Cut = tuple[Number, int]

FOREVER = float("inf")
YES_NO = ("yes", "no")


class Interval(NamedTuple):
    """The numbers between two cuts."""

    start: Cut
    end: Cut


Values = frozenset[str] | tuple[Interval, ...]
"""A set of values; the intervals of numbers are sorted, apart and not empty."""


class TestSlip(ValueError):
    """What is wrong with a test of a fact, and which of the tests it is."""

    __test__ = False  # not a test of pytest's

    def __init__(self, message: str, fact: Fact, index: int = 0) -> None:
        super().__init__(message)
        self.fact = fact
        self.index = index


def settled(fact: Fact) -> bool:
    """False where the fact itself has a slip, so that nobody knows what it can be."""
    if fact.min is not None and fact.max is not None and fact.min > fact.max:
        return False
    return bool(fact.type) and not fact.unknown & {"type", "values", "min", "max"} and bool(
        fact.type != "choice" or (fact.values and all(fact.values))
    )  # fmt: skip


def choices(fact: Fact) -> tuple[str, ...]:
    """The values of a yes-no or a choice, as they were written; none for a number."""
    if fact.type == "choice":
        return tuple(dict.fromkeys(filter(None, fact.values)))
    return YES_NO if fact.type == "yes-no" else ()


def every(fact: Fact) -> Values:
    """All values that the fact can have."""
    if fact.type in ("yes-no", "choice"):
        return frozenset(choices(fact))
    least = -FOREVER if fact.min is None else _exact(fact.min)
    most = FOREVER if fact.max is None else _exact(fact.max)
    return _between(fact, (least, 0), (most, 1))


def parse(fact: Fact, tests: Sequence[str]) -> Values:
    """The values that pass one of the tests. A TestSlip says what is wrong with one of them."""
    if not tests:
        raise TestSlip("an empty list of tests: no value can pass", fact)
    found: list[Values] = []
    for index, test in enumerate(tests):
        try:
            found.append(_test(fact, test.strip()))
        except ValueError as error:
            raise TestSlip(str(error), fact, index) from None
    return found[0] if len(found) == 1 else union(found)


def value(fact: Fact, text: str) -> Values:
    """The set that holds just this value; ValueError where the fact cannot have it."""
    text = text.strip()
    if fact.type in ("yes-no", "choice"):
        return frozenset((_choice(fact, text),))
    number = _number(fact, text, f"`{text}`")
    return _between(fact, (number, 0), (number, 1))


def read(fact: Fact, said: "Sequence[str] | str") -> Values:
    """Tests where they are a list, and the one value where it is a text; a TestSlip says what is wrong."""
    if not isinstance(said, str):
        return parse(fact, said)
    try:
        return value(fact, said)
    except ValueError as error:
        raise TestSlip(str(error), fact) from None


def union(sets: Iterable[Values]) -> Values:
    """The values that are in one of the sets; at least one set."""
    first, *others = sets
    if isinstance(first, frozenset):
        return first.union(*others)  # type: ignore[arg-type]
    joined: list[Interval] = []
    for each in sorted(interval for values in (first, *others) for interval in values):
        assert isinstance(each, Interval)
        if joined and each.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return tuple(joined)


def without(fact: Fact, values: Values) -> Values:
    """The values that the fact can have and that are not in the set."""
    whole = every(fact)
    if isinstance(whole, frozenset):
        return whole.difference(values)
    left: list[Interval] = []
    for span in whole:
        start = span.start
        for each in values:
            assert isinstance(each, Interval)
            if start < each.start:
                left.append(Interval(start, each.start))
            start = each.end
        if start < span.end:
            left.append(Interval(start, span.end))
    return tuple(left)


def holds(fact: Fact, values: Values, text: str) -> bool:
    """Whether the value that a text names is in the set; ValueError where the fact cannot have it."""
    one = value(fact, text)
    if isinstance(one, frozenset):
        return one <= set(values)
    return any(isinstance(each, Interval) and each.start <= one[0].start < each.end for each in values)


# What the tests mean


_NUMBER = r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_IS_NUMBER = re.compile(_NUMBER).fullmatch
_COMPARED = lazy_pattern(rf"(<=|>=|!=|<|>|=)\s*({_NUMBER})")
_RANGE = lazy_pattern(rf"([\[(]?)\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\])]?)")
_NOT = lazy_pattern(r"not\s*\((.*)\)")
_SLIPS = (("=>", ">="), ("=<", "<="), ("==", "="), ("<>", "!="), ("≥", ">="), ("≤", "<="), ("≠", "!="),
          ("…", ".."), ("–", ".."), (",", "."))  # fmt: skip
_THOUSANDS = lazy_pattern(r"(?<![\d,])(?<!\d\.)[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
_ANY = frozenset(("any", "all", "every", "*", "—", "–", "n/a", "na"))
_ELSE = frozenset(("otherwise", "else", "default"))
_QUOTES = "“”„‘’«»\"'"
_AFFIRMED = {"true": "yes", "y": "yes", "on": "yes", "false": "no", "n": "no", "off": "no"}


def _test(fact: Fact, test: str) -> Values:
    if test == "-":
        return every(fact)
    if fact.type in ("yes-no", "choice"):
        if test and test in (YES_NO if fact.type == "yes-no" else fact.values):
            return frozenset((test,))
        inner = _NOT.fullmatch(test)
        if inner:
            return without(fact, _inside(fact, inner[1]))
        if test.casefold() in _ANY:
            raise ValueError(f"`{test}` {_HOW_ANY}")
        return frozenset((_choice(fact, test),))
    if _IS_NUMBER(test):
        return value(fact, test)
    if compared := _COMPARED.fullmatch(test):
        return _compared(fact, compared[1], _number(fact, compared[2], f"`{compared[2]}` in `{test}`"))
    if ranged := _RANGE.fullmatch(test):
        return _ranged(fact, test, *ranged.groups())
    if inner := _NOT.fullmatch(test):
        return without(fact, _inside(fact, inner[1]))
    raise ValueError(_misread(test))


def _inside(fact: Fact, text: str) -> Values:
    parts = [part.strip() for part in text.split(",")]
    if not all(parts) or "-" in parts:
        raise ValueError("`not(…)` needs the values that it leaves out, such as `not(a, b)`")
    return union([_test(fact, part) for part in parts])


def _choice(fact: Fact, text: str) -> str:
    known = choices(fact)
    if text in known:
        return text
    if text.casefold() in _ELSE:
        raise ValueError(f"`{text}` is none of its values (did you mean a row `otherwise`?)")
    if (bare := _bare(text)) in known:
        raise ValueError(f"`{text}` is none of its values (did you mean `{bare}`?)")
    if fact.type == "yes-no":
        meant = _AFFIRMED.get(text.casefold(), "")
        hint = f" (did you mean `{meant}`?)" if meant else did_you_mean(text, known)
        raise ValueError(f"`{text}` is neither `yes` nor `no`{hint}")
    if (compared := re.fullmatch(r"(!?=)\s*(.+)", text)) and compared[2] in known:
        meant = f"not({compared[2]})" if compared[1] == "!=" else compared[2]
        raise ValueError(f"`{text}` is a test for numbers; of a choice write `{meant}`")
    listed = ", ".join(known[:7]) + (", …" if len(known) > 7 else "")
    raise ValueError(f"`{text}` is none of its values{did_you_mean(text, known) or f'; they are {listed}'}")


def _number(fact: Fact, text: str, name: str) -> Number:
    if not _IS_NUMBER(text):
        raise ValueError(_misread(text, "a number"))
    number = _exact(text)
    if fact.type == "integer" and not isinstance(number, int):
        low = int(number) - (number < 0)
        raise ValueError(f"{name} is not a whole number; the nearest are {low} and {low + 1}")
    for bound, wrong, words in (
        (fact.min, -1, "less than {}, the least"),
        (fact.max, 1, "more than {}, the greatest"),
    ):
        if bound is not None and (
            number > (exact := _exact(bound)) if wrong > 0 else number < (exact := _exact(bound))
        ):
            raise ValueError(f"{name} is {words.format(plain(exact))} value that the fact can have")
    return number


def _exact(number: int | float | str) -> "int | Decimal":
    """The number as it was written: no binary fraction, and whole where it is whole."""
    text = str(number)
    if "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    if "." not in text and "e" not in text:
        return int(text)
    from decimal import Decimal

    return Decimal(text)


def _compared(fact: Fact, sign: str, number: Number) -> Values:
    before, after = (number, 0), (number, 1)
    low, high = (-FOREVER, 0), (FOREVER, 1)
    match sign:
        case "<":
            return _between(fact, low, before)
        case "<=":
            return _between(fact, low, after)
        case ">":
            return _between(fact, after, high)
        case ">=":
            return _between(fact, before, high)
        case "=":
            return _between(fact, before, after)
    return without(fact, _between(fact, before, after))


def _ranged(fact: Fact, test: str, left: str, low: str, high: str, right: str) -> Values:
    if bool(left) != bool(right):
        raise ValueError(
            f"`{test}` has a bracket on one side only: write `{low}..{high}`, `[{low}..{high})` or the like"
        )
    start, end = (_number(fact, each, f"the end `{each}`") for each in (low, high))
    if start > end:
        raise ValueError(f"`{test}` runs backwards (did you mean `{left}{high}..{low}{right}`?)")
    return _between(fact, (start, int(left == "(")), (end, int(right != ")")))


def _between(fact: Fact, start: Cut, end: Cut) -> tuple[Interval, ...]:
    """What the fact can be between two cuts: one interval, or none."""
    least = -FOREVER if fact.min is None else _exact(fact.min)
    most = FOREVER if fact.max is None else _exact(fact.max)
    start, end = max(start, (least, 0)), min(end, (most, 1))
    if fact.type == "integer":
        start, end = _whole(start), _whole(end)
    return (Interval(start, end),) if start < end else ()


def _whole(cut: Cut) -> Cut:
    number, after = cut
    return (number + 1, 0) if after and number != FOREVER else cut


_HOW_ANY = "is no test: for any value write `-`, or nothing"


def _bare(text: str) -> str:
    """The text without quotation marks around it, and without what nobody sees."""
    return without_invisible(text).strip().strip(_QUOTES)


def _misread(test: str, wanted: str = "") -> str:
    if test.casefold() in _ANY and not wanted:
        return f"`{test}` {_HOW_ANY}"
    if test.casefold() in _ELSE and not wanted:
        return f"`{test}` is no test for a number (did you mean a row `otherwise`?)"
    bare = _bare(test)
    if bare != test and (_COMPARED.fullmatch(bare) or _RANGE.fullmatch(bare) or _IS_NUMBER(bare)):
        return f"`{test}` is no test for a number (did you mean `{bare}`?)"
    whole = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), test)
    for slip, right in _SLIPS:
        meant = whole.replace(slip, right)
        if meant != test and (_COMPARED.fullmatch(meant) or _RANGE.fullmatch(meant) or _IS_NUMBER(meant)):
            return f"`{test}` is no test for a number (did you mean `{meant}`?)"
    if wanted:
        return f"`{test}` is not {wanted}"
    return f"`{test}` is no test for a number: write a number, `> 90`, `1..5`, `[1..5)` or `not(3)`"


# Sets of values in words, as tests, and by example


def written(number: int | float) -> str:
    """A bound of a fact, as people write it."""
    return plain(_exact(number))


def plain(number: Number) -> str:
    """The number as people write it."""
    return format(number, "f") if not isinstance(number, int) else str(number)


def words(fact: Fact, values: Values) -> str:
    """The set as people say it: `2 or more`, `minor or major`."""
    if values == every(fact):
        return "any"
    if isinstance(values, frozenset):
        named = [each for each in choices(fact) if each in values]
        left = [each for each in choices(fact) if each not in values]
        if len(left) == 1 and len(named) > 3:
            return f"anything but {left[0]}"
    else:
        named = [_interval_words(fact, each) for each in values]
    if not named:
        return "nothing"
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"


def tests(fact: Fact, values: Values) -> list[str]:
    """Tests that pass just these values, as short as they can be written."""
    if values == every(fact):
        return ["-"]
    if isinstance(values, frozenset):
        left = [each for each in choices(fact) if each not in values]
        if len(left) == 1 and len(values) > 1:
            return [f"not({left[0]})"]
        return [each for each in choices(fact) if each in values]
    return [_interval_test(fact, each) for each in values]


def example(fact: Fact, values: Values) -> str:
    """One value of the set, at a boundary where there is one; the set is not empty."""
    if isinstance(values, frozenset):
        return next(each for each in choices(fact) if each in values)
    bounded = [each for each in values if each.start[0] != -FOREVER or each.end[0] != FOREVER]
    return plain(_boundary(fact, (bounded or [*values])[0]))


def _boundary(fact: Fact, interval: Interval) -> Number:
    (low, above), (high, upto) = interval
    if low != -FOREVER and not above:
        return low
    if high != FOREVER and fact.type == "integer":
        return high - 1
    if high != FOREVER and upto:
        return high
    if low == -FOREVER and high == FOREVER:
        return 0
    return _amid(low, high)


def _amid(low: Number, high: Number) -> Number:
    """A number strictly between two, with as few digits as will do."""
    from fractions import Fraction

    if low == -FOREVER:
        return -_amid(-high, FOREVER)
    for digits in range(40):
        scaled = Fraction(low) * 10**digits
        above = scaled.numerator // scaled.denominator + 1
        if high == FOREVER or Fraction(above, 10**digits) < Fraction(high):
            return _exact(_shifted(above, digits))
    raise AssertionError("two numbers of fifteen digits have one between them")


def _shifted(whole: int, digits: int) -> str:
    """The whole number with a point before its last digits."""
    figures = str(abs(whole)).rjust(digits + 1, "0")
    sign = "-" if whole < 0 else ""
    return f"{sign}{figures[:-digits]}.{figures[-digits:]}" if digits else f"{sign}{figures}"


def _ends(fact: Fact, interval: Interval) -> tuple[Number | None, bool, Number | None, bool]:
    """Least and greatest number, None where the fact itself ends there, and whether each is left out."""
    (low, above), (high, upto) = interval
    whole = every(fact)
    assert isinstance(whole, tuple)
    first = None if interval.start == whole[0].start else low
    last = None if interval.end == whole[-1].end else high
    if fact.type == "integer":
        return first, False, None if last is None else last - 1, False
    return first, bool(above), last, not upto


def _interval_words(fact: Fact, interval: Interval) -> str:
    low, over, high, under = _ends(fact, interval)
    if (alone := _alone(fact, interval)) is not None:
        return plain(alone)
    if high is None:
        assert low is not None
        return f"more than {plain(low)}" if over else f"{plain(low)} or more"
    if low is None:
        return f"less than {plain(high)}" if under else f"{plain(high)} or less"
    if over:
        return f"more than {plain(low)}{' and less than' if under else ', up to'} {plain(high)}"
    return f"{plain(low)} to {'less than ' if under else ''}{plain(high)}"


def _interval_test(fact: Fact, interval: Interval) -> str:
    low, over, high, under = _ends(fact, interval)
    if (alone := _alone(fact, interval)) is not None:
        return plain(alone)
    if high is None:
        return f"{'>' if over else '>='} {plain(low)}"  # type: ignore[arg-type]
    if low is None:
        return f"{'<' if under else '<='} {plain(high)}"
    if not over and not under:
        return f"{plain(low)}..{plain(high)}"
    return f"{'(' if over else '['}{plain(low)}..{plain(high)}{')' if under else ']'}"


def _alone(fact: Fact, interval: Interval) -> Number | None:
    """The number, where the interval holds just one."""
    (low, above), (high, upto) = interval
    if fact.type == "integer":
        return low if high == low + 1 else None
    return low if low == high and not above and upto else None
