"""What cases say, as the fields of a space that grows."""

from collections.abc import Iterable

from sopctl.analysis.cases import Box, Domain, Space
from sopctl.diff.terrain import Terrain
from sopctl.model import unary
from sopctl.model.registers import Fact

Asked = tuple[str, int]
"""A fact, or `SOP#step` of a question, and the how manieth time it is asked."""

ALONE = 1 << 20
"""What only one side is asked in a call that is not followed counts from a multiple of this."""


class Variables:
    """What cases say, as the fields of a space that grows."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self.space = Space({})
        self.asked: dict[Asked, Domain] = {}
        self._calls: dict[tuple[str, object], int] = {}
        self._first: dict[Asked, int] = {}
        self._begun = 0

    def bits(self, asked: Asked, mask: int) -> Box:
        """The cases that say one of these values (by their mask); all others are kept as they are."""
        field = self.space.field(field_name(asked))
        if field is None:
            self.asked[asked] = self._domain(asked[0])
            self.space = Space({field_name(each): domain for each, domain in self.asked.items()})
            field = self.space.own[field_name(asked)]
        return ~field.bits | mask << field.shift

    def answer(self, asked: Asked, word: str) -> Box:
        return self.bits(asked, self._domain(asked[0]).mask(frozenset((word,))))

    def alone(self, called: str, known: object) -> int:
        """Where counts begin behind a call that one side makes alone: who calls with the same knowledge
        comes back with the same."""
        return ALONE * self._calls.setdefault((called, known), self._begun + len(self._calls) + 1)

    def begin_behind(self, known: Iterable[tuple[str, int | str]]) -> None:
        """Count calls on from those of which cases know already."""
        # a fact that is as if not asked yet stands one before it
        begun = [(said + 1) // ALONE for _, said in known if isinstance(said, int)]
        self._begun = max([self._begun, *begun])

    def back(self, asked: Asked, begin: int) -> Asked:
        """What is asked where a call comes back that one side makes alone: who asks for the same knowing
        something else asks for another thing."""
        return asked if self._first.setdefault(asked, begin) == begin else (asked[0], begin)

    def called(self, asked: Asked) -> str:
        """The SOP whose call, that one side makes alone, decides what is asked, so that nobody can say
        what it is; empty where none does."""
        begin = asked[1]
        if begin < ALONE:
            others = any(name == asked[0] and times >= ALONE for name, times in self.asked)
            begin = self._first.get(asked, 0) if others else 0
        names = {number: called for (called, _), number in self._calls.items()}
        return names[begin // ALONE] if begin else ""

    def any(self, name: str) -> str:
        """Something that a case can say of a fact or a question."""
        domain = self._domain(name)
        assert domain.fact is not None
        return unary.example(domain.fact, unary.every(domain.fact))

    def _domain(self, name: str) -> Domain:
        return _words(self._terrain.words(name)) if "#" in name else self._terrain.meanings.domain(name)


def _words(answers: tuple[str, ...]) -> Domain:
    fact, _ = Fact.make({"type": "choice", "values": list(answers)})
    return Domain(fact)


def field_name(asked: Asked) -> str:
    """The name of its field in a space."""
    return f"{asked[0]} {asked[1]}"
