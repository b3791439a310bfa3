"""What belongs together on two sides: by likeness where names do not tell, and what has moved."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

LIKE = 0.6
"""How alike two things are at least that have different names and are one thing all the same."""

_MANY = 40_000
Words = Counter[tuple[str, str]]
_Id = TypeVar("_Id", bound=Hashable)


def likeness(one: Words, other: Words) -> float:
    """The share of words that two have in common (Dice)."""
    whole = one.total() + other.total()
    return 2 * (one & other).total() / whole if whole else 0.0


def renamed(before: Mapping[str, Words], after: Mapping[str, Words]) -> dict[str, str]:
    """Old name to new: pairs so alike that they are one thing, the most alike first."""
    if (
        len(before) * len(after) > _MANY
    ):  # a whole handbook under new names: what is the same is found by its words
        return _same_words(before, after)
    found = [
        (score, one, other)
        for one, words in before.items()
        for other, others in after.items()
        if (score := likeness(words, others)) >= LIKE
    ]
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for _, one, other in sorted(found, key=lambda each: (-each[0], *sorted(each[1:]))):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return pairs


def _same_words(before: Mapping[str, Words], after: Mapping[str, Words]) -> dict[str, str]:
    by_title: dict[frozenset[tuple[str, str]], list[str]] = {}
    for other, words in after.items():
        by_title.setdefault(_title(words), []).append(other)
    olds = Counter(_title(words) for words in before.values())
    pairs = {}
    for one, words in before.items():
        title = _title(words)
        others = by_title.get(title, [])
        if len(others) == olds[title] == 1 and likeness(words, after[others[0]]) >= LIKE:
            pairs[one] = others[0]
    return pairs


def _title(words: Words) -> frozenset[tuple[str, str]]:
    return frozenset(each for each in words if each[0] == "title")


def alike(before: Sequence[Words], after: Sequence[Words], least: float = 0.5) -> list[tuple[int, int]]:
    """Places of items that belong together, the most alike first, then the nearest."""
    found = [
        (score, i, j)
        for i, words in enumerate(before)
        for j, others in enumerate(after)
        if (score := likeness(words, others)) >= least
    ]
    pairs, left, right = [], set(range(len(before))), set(range(len(after)))
    for _, i, j in sorted(found, key=lambda each: (-each[0], abs(each[1] - each[2]), each[1] + each[2])):
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((i, j))
    return pairs


def moved(places: Iterable[tuple[int, int, str]]) -> set[tuple[int, int]]:
    """Of items with their places before and after and a name, those outside the longest run that
    kept its order. Of several such runs the one with the smallest names counts, so that both
    directions tell the same."""
    ahead = sorted(places)
    longest = [1] * len(ahead)
    for i in reversed(range(len(ahead))):
        following = (longest[j] for j in range(i + 1, len(ahead)) if ahead[j][1] > ahead[i][1])
        longest[i] = 1 + max(following, default=0)
    kept: set[tuple[int, int]] = set()
    last, wanted = -1, max(longest, default=0)
    start = 0
    while wanted:
        fitting = [i for i in range(start, len(ahead)) if longest[i] == wanted and ahead[i][1] > last]
        best = min(fitting, key=lambda i: (ahead[i][2], i))
        kept.add(ahead[best][:2])
        last, start, wanted = ahead[best][1], best + 1, wanted - 1
    return {each[:2] for each in ahead} - kept
