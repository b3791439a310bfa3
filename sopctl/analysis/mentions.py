"""Whether words stand in any text of a knowledge base: one look for all texts, not one a text."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

_APART = " \0 "  # a phrase never reaches from one text into the next


class Mentions:
    """The texts of a knowledge base, some of them with an owner whose own words do not count."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        by_owner: dict[str, list[str]] = defaultdict(list)
        for owner, text in texts:
            by_owner[owner].append(text)
        self._rest = _APART.join(by_owner.pop("", [])).lower()
        self._owned = {owner: _even(_APART.join(texts).lower()) for owner, texts in by_owner.items()}

    def of(self, words: str, but: str) -> bool:
        """True where the words stand, whole and in whatever case, in a text that is not of `but`."""
        wanted = _even(words.lower())
        if not wanted:
            return False
        if _stands(wanted, self._rest) or (" " in wanted and _stands(wanted, self._even_rest)):
            return True
        return any(_stands(wanted, text) for owner, text in self._owned.items() if owner != but)

    @cached_property
    def _even_rest(self) -> str:
        return _even(self._rest)  # a phrase may go on in the next line


def _even(text: str) -> str:
    return " ".join(text.split())


def _stands(wanted: str, text: str) -> bool:
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not _is_letter(text[at - 1 : at]) and not _is_letter(text[end : end + 1]):
            return True
        at = text.find(wanted, at + 1)
    return False


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"
