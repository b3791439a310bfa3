"""Facts of two libraries by name, each with every value that either gives it."""

from collections.abc import Mapping
from decimal import Decimal

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
            self._domains[name] = Domain(_joined(declared), [*own, *self._said.get(name, ())])
        return self._domains[name]


def cuts(fact: Fact, said: tuple[str, ...] | str | None) -> list[unary.Values]:
    """The numbers of tests, or of a value that a row sets; none where they cannot be read."""
    try:
        values = unary.read(fact, said) if said and all(said) else None
    except unary.TestSlip:
        return []
    return [values] if isinstance(values, tuple) else []


def _sort(fact: Fact) -> str:
    return "words" if fact.type in ("yes-no", "choice") else str(fact.type)


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
        data = {"type": declared[0].type}
        for word, furthest in (("min", min), ("max", max)):
            bounds = [bound for fact in declared if (bound := getattr(fact, word)) is not None]
            if len(bounds) == len(declared):
                data[word] = f"{Decimal(str(furthest(bounds))):f}"
    return Fact.make(data)[0]


def values_of(fact: Fact) -> object:
    """All that decides what a fact can be; in which order its values stand does not."""
    return fact.type, frozenset(unary.choices(fact)), fact.min, fact.max
