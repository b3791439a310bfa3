"""Facts of two libraries by name, each with every value that either gives it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import ceil, floor

from sopctl.analysis.cases import Domain
from sopctl.model import unary
from sopctl.model.registers import Fact


class Torn(Exception):
    """A fact that is of one type here and of another there, so that its values cannot be compared."""


class Meanings:
    """The facts of both libraries by name, each with all values that either gives it."""

    def __init__(self, declared: Mapping[str, list[Fact]], said: Mapping[str, list[unary.Values]]) -> None:
        self._declared, self._said = declared, said
        self._domains: dict[str, Domain] = {}

    def domain(self, name: str) -> Domain:
        if name not in self._domains:
            declared = self._declared[name]
            if len({_sort(fact) for fact in declared}) > 1:
                types = " and ".join(sorted({f"`{fact.type}`" for fact in declared}))
                raise Torn(f"`{name}` is of the types {types}, whose values cannot be compared")
            own = [values for fact in declared if isinstance(values := unary.every(fact), tuple)]
            sets = [*own, *self._said.get(name, ())]
            self._domains[name] = (_Whole if self.whole(name) else Domain)(_joined(declared), sets)
        return self._domains[name]

    def value(self, name: str, fact: Fact, text: str) -> int:
        """The value of a fact that a row sets, as a mask."""
        try:
            mask = self.domain(name).mask(unary.value(fact, text))
        except ValueError:
            mask = 0
        if not mask:
            raise Torn(f"`{name}` is set to {text}, and was or is a whole number")
        return mask

    def whole(self, name: str) -> bool:
        """Whether only the whole numbers of a fact can be compared, since one side knows no others."""
        return {fact.type for fact in self._declared.get(name, ())} == {"integer", "number"}


class _Whole(Domain):
    """The whole numbers of a fact that is a number on one side and whole on the other."""

    def __init__(self, fact: Fact, sets: Iterable[unary.Values]) -> None:
        super().__init__(fact, [_whole(values) for values in sets])

    def mask(self, values: unary.Values) -> int:
        return super().mask(_whole(values))


def _whole(values: unary.Values) -> unary.Values:
    """The same without what lies between whole numbers."""
    cut = [
        unary.Interval(_up(each.start), _up(each.end)) for each in values if isinstance(each, unary.Interval)
    ]
    return tuple(each for each in cut if each.start < each.end)


def _up(cut: unary.Cut) -> unary.Cut:
    """The cut before the next whole number."""
    number, after = cut
    if number in (unary.FOREVER, -unary.FOREVER):
        return cut
    least = ceil(number)
    return (least + 1 if after and least == number else least), 0


def cuts(fact: Fact, said: tuple[str, ...] | str | None) -> list[unary.Values]:
    """The numbers of tests, or of a value that a row sets; none where they cannot be read."""
    try:
        values = unary.read(fact, said) if said and all(said) else None
    except unary.TestSlip:
        return []
    return [values] if isinstance(values, tuple) else []


def _sort(fact: Fact) -> str:
    if fact.type in ("yes-no", "choice"):
        return "words"
    return "numbers" if fact.type in ("integer", "number") else str(fact.type)


def _joined(declared: list[Fact]) -> Fact:
    """One fact that can have every value of these."""
    if len({values_of(fact) for fact in declared}) == 1:
        return declared[0]
    if _sort(declared[0]) == "words":
        lists = sorted(unary.choices(fact) for fact in declared)
        data: dict[str, object] = {
            "type": "choice",
            "values": list(dict.fromkeys(word for each in lists for word in each)),
        }
    else:
        types = {str(fact.type) for fact in declared}
        data = {"type": min(types)}  # `integer` before `number`
        for word, furthest, outward in (("min", min, floor), ("max", max, ceil)):
            bounds = [bound for fact in declared if (bound := getattr(fact, word)) is not None]
            if len(bounds) == len(declared):
                bound = Decimal(str(furthest(bounds)))
                data[word] = f"{Decimal(outward(bound)) if len(types) > 1 else bound:f}"
    return Fact.make(data)[0]


def values_of(fact: Fact) -> object:
    """All that decides what a fact can be; in which order its values stand does not."""
    return fact.type, frozenset(unary.choices(fact)), fact.min, fact.max
