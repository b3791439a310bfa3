"""Whether words stand in any text of a knowledge base: one look for all texts, not one a text."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from sopctl.pattern import WITH_ENDINGS, is_unspaced, lazy_pattern

_APART = " \0 "  # a phrase never reaches from one text into the next
_WORD = lazy_pattern(r"\w+")
_SPACED_WORD = lazy_pattern(rf"[^\W{WITH_ENDINGS}]+")
_QUICK = 8
"""So many words are looked for in vain before it pays to know where each word stands."""


class Mentions:
    """The texts of a knowledge base, some of them with an owner whose own words do not count."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        by_owner: dict[str, list[str]] = defaultdict(list)
        for owner, text in texts:
            by_owner[owner].append(text)
        self._rest = _APART.join(by_owner.get("", [])).lower()
        self._texts = {owner: _APART.join(texts) for owner, texts in by_owner.items()}
        self._in_vain = 0

    def of(self, words: str, but: str) -> bool:
        """True where the words stand, whole and in whatever case, in a text that is not of `but`."""
        wanted = _even(words.lower())
        if not wanted:
            return False
        if self._in_vain < _QUICK:
            if _stands(wanted, self._rest):
                return True
            self._in_vain += 1
        return any(self._owner(at) != but for at in self._places(wanted))

    def _places(self, wanted: str) -> Iterator[int]:
        """Where the words stand, found by the rarest of them."""
        found = [(self._words.get(word[0], ()), word.start()) for word in self._word.finditer(wanted)]
        if not found:
            yield from places(wanted, self._whole)
            return
        known, before = min(found, key=lambda each: len(each[0]))
        for place in known:
            at = place - before
            if at >= 0 and self._whole.startswith(wanted, at) and _is_apart(self._whole, at, len(wanted)):
                yield at

    @cached_property
    def _whole(self) -> str:
        """All texts, evenly spaced: a phrase may go on in the next line."""
        return _APART.join(self._evened)

    @cached_property
    def _evened(self) -> list[str]:
        return [_even(text.lower()) for text in self._texts.values()]

    @cached_property
    def _word(self) -> re.Pattern[str]:
        return _WORD if self._whole.isascii() else _SPACED_WORD

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        """Where each word stands."""
        found: dict[str, list[int]] = {}
        for word in self._word.finditer(self._whole):
            found.setdefault(word[0], []).append(word.start())
        return found

    def _owner(self, at: int) -> str:
        return self._owners[bisect_right(self._starts, at) - 1]

    @cached_property
    def _owners(self) -> list[str]:
        return [*self._texts]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(text) + len(_APART) for text in self._evened)][:-1]


def _even(text: str) -> str:
    return " ".join(text.split())


def _stands(wanted: str, text: str) -> bool:
    return any(True for _ in places(wanted, text))


def places(wanted: str, text: str) -> Iterator[int]:
    """Where words stand whole in a text; both are in small letters and evenly spaced."""
    at = text.find(wanted)
    while at >= 0:
        if _is_apart(text, at, len(wanted)):
            yield at
        at = text.find(wanted, at + 1)


def _is_apart(text: str, at: int, length: int) -> bool:
    """True where neither side goes on with a letter; in writing without spaces it always does."""
    end = at + length
    before, first, last, after = text[at - 1 : at], text[at], text[end - 1], text[end : end + 1]
    return not (
        (_is_letter(before) and not is_unspaced(before) and not is_unspaced(first))
        or (_is_letter(after) and not _may_end(last) and not _may_end(after))
    )


def _may_end(char: str) -> bool:
    return is_unspaced(char) or "가" <= char <= "힣"  # Korean has particles at the end of words


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"
