"""The SOPs of two libraries as one country: what lies ahead of each step, and what differs."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from sopctl.analysis.graph import reachable
from sopctl.diff.meanings import Meanings
from sopctl.diff.sides import Act, Place, Side

_Node = TypeVar("_Node", str, Place)


class Terrain:
    """Two libraries as one country: what lies ahead of each step on either side, and what differs."""

    def __init__(self, before: Side, after: Side, sops: Iterable[str], meanings: Meanings) -> None:
        self.sides = before, after
        self.meanings = meanings
        for side in self.sides:
            side.meanings = meanings
        self.sops = sorted(sops)
        places = [{(id, step): None for id in self.sops for step in side.steps(id)} for side in self.sides]
        self._nexts = [
            {place: side.nexts(place) for place in known}
            for side, known in zip(self.sides, places, strict=True)
        ]
        self.changed = frozenset(
            place
            for place in (*places[0], *places[1])
            if place not in places[0] or place not in places[1] or before.mark(place) != after.mark(place)
        )
        self._rank = self._ranked()
        self._ahead: dict[tuple[int, Place], frozenset[Place]] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._spoken: dict[str, frozenset[str]] = {}
        self._anew: dict[str, frozenset[str]] = {}
        self._altered: dict[str, frozenset[str]] = {}
        self.known: dict[object, bool] = {}  # what was found out of calls

    def ahead(self, side: int, place: Place) -> frozenset[Place]:
        """A step and the steps that may come after it, those of called SOPs too."""
        if (side, place) not in self._ahead:
            self._ahead[side, place] = frozenset(reachable(self._nexts[side], [place]))
        return self._ahead[side, place]

    def touched(self, id: str) -> frozenset[Place]:
        """The changed steps that a case which starts in a SOP may come to, by arrows."""
        firsts = [(id, side.first(id)) for side in self.sides]
        if not all(step for _, step in firsts):
            return frozenset()
        found = [self.ahead(number, place) & self.changed for number, place in enumerate(firsts)]
        return frozenset(firsts if firsts[0] != firsts[1] else ()).union(*found)

    def spoken(self, id: str) -> frozenset[str]:
        """The facts and questions that a case may be asked for that starts in a SOP."""
        if id not in self._spoken:
            inside = self._inside(id)
            acts = [act for act, _ in inside]
            facts = (fact for act in acts for fact in (*act.asks, *act.facts, *act.later))
            self._spoken[id] = frozenset([*facts, *("#".join(place) for _, place in inside)])
        return self._spoken[id]

    def anew(self, id: str) -> frozenset[str]:
        """The facts that a case may be asked for in a SOP though they are known: where one is, it
        does not go as a case that starts there, which may be asked for it just once."""
        if id not in self._anew:
            self._anew[id] = frozenset(fact for act, _ in self._inside(id) for fact in act.asks)
        return self._anew[id]

    def altered(self, id: str) -> frozenset[str]:
        """The facts of which a case may know something else when it comes back from a call of a SOP."""
        if id not in self._altered:
            given = (fact for act, _ in self._inside(id) for fact in act.given)
            self._altered[id] = self.anew(id).union(given)
        return self._altered[id]

    def _inside(self, id: str) -> list[tuple[Act, Place]]:
        """What a case may come to that starts in a SOP, on either side."""
        return [
            (side.outline(place), place)
            for number, side in enumerate(self.sides)
            if side.first(id)
            for place in self.ahead(number, (id, side.first(id)))
        ]

    def words(self, name: str) -> tuple[str, ...]:
        """What can be answered to a question, or what a call can come back with, on either side."""
        if name not in self._words:
            id, _, step = name.removesuffix(returns("")).partition("#")
            acts = [(side, side.outline((id, step))) for side in self.sides if step in side.steps(id)]
            if name.endswith(returns("")):
                found = {word for side, act in acts for word in side.returns(act)}
            else:
                found = {word for _, act in acts for word, _ in act.answers}
            self._words[name] = tuple(sorted(found))
        return self._words[name]

    def rank(self, places: Iterable[Place]) -> tuple[int, ...]:
        """The place of a step behind its calls in an order in which arrows of both sides lead onward."""
        return tuple([self._rank[place] for place in places])

    def leads_back(self, place: Place, other: Place) -> bool:
        """Whether an arrow from a step to another one goes against that order."""
        return self._rank[other] <= self._rank[place]

    def _ranked(self) -> dict[Place, int]:
        nexts: dict[Place, list[Place]] = {}
        for one in self._nexts:
            for place, others in one.items():
                nexts.setdefault(place, []).extend(others)
        return {place: -i for i, place in enumerate(afterwards(nexts))}


def afterwards(nexts: Mapping[_Node, Collection[_Node]]) -> Iterator[_Node]:
    """Nodes, each after all that it leads to, but for arrows that lead back."""
    seen: set[_Node] = set()
    for start in sorted(nexts):
        if start in seen:
            continue
        seen.add(start)
        ahead = [(start, iter(sorted(nexts[start])))]
        while ahead:
            place, others = ahead[-1]
            for other in others:
                if other not in seen and other in nexts:
                    seen.add(other)
                    ahead.append((other, iter(sorted(nexts[other]))))
                    break
            else:
                ahead.pop()
                yield place


def returns(place: str) -> str:
    """What is asked where a call is not followed: what it comes back with."""
    return f"{place} outcome"
