"""A change: one typed fact about what is no longer as it was."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sopctl.diagnostic import Pointer, json_pointer
from sopctl.named import NamedTuple
from sopctl.weight import Weight


class Kind(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENAMED = "renamed"


class Change(NamedTuple):
    """What has changed, where, and how much it weighs. `sop` is empty for a register.

    In the pointer, an item of a list that has an id stands by its id, any other by its place;
    what was removed stands where it stood before. `anchor` is the pointer without places: it and
    what follows from it, the fingerprint, survive what happens elsewhere. `also` is what else weighs
    in a thing that comes or goes whole.
    """

    sop: str
    pointer: Pointer
    kind: Kind
    weight: Weight
    before: Any
    after: Any
    message: str
    fingerprint: str = ""
    anchor: Pointer = ()
    also: frozenset[Weight] = frozenset()

    @property
    def weights(self) -> frozenset[Weight]:
        return self.also | {self.weight}

    def weighing(self, *more: Weight) -> "Change":
        """The change that weighs this much as well."""
        weights = self.weights.union(more)
        return self._replace(weight=max(weights, key=lambda each: each.rank), also=weights)


def signed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes with their fingerprints; equal ones are told apart by counting them."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for each in changes:
        what = (each.sop, json_pointer(each.anchor), each.kind, repr(each.before), repr(each.after))
        seen[what] += 1
        whole = "\0".join((*what, str(seen[what])))
        digest = sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
        found.append(each._replace(fingerprint=digest[:32]))
    return tuple(found)
