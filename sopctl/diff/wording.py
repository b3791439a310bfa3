"""Whether a text says the same in other letters, or something else."""

from itertools import zip_longest

from sopctl.pattern import UNSPACED, lazy_pattern
from sopctl.weight import Weight

_LETTERS = rf"[^\W{UNSPACED}]+"
_WORD = lazy_pattern(
    rf"[{UNSPACED}]|{_LETTERS}(?:['’.-]{_LETTERS})*|[<>≤≥≠%＜＞≦≧％]"  # a sign between numbers is no mark
)
_AFTER_ALPHABETS = "\u0530"
"""The first letter after those of Latin, Greek and Cyrillic."""
_KIN = frozenset(
    ("countries", "country", "counties", "county", "eight", "eighth", "eighty", "employee", "employees", "employer",
     "employers", "payee", "payees", "payer", "payers", "prescribe", "prescribed", "proscribe", "proscribed", "quiet",
     "quite", "sixth", "sixty", "there", "these", "three")
)  # fmt: skip
"""Words that are one letter apart and say something else."""
_LOOKS = frozenset(map(chr, range(0xFE00, 0xFE10)))  # whether a sign is an emoji
_AROUND = 4  # words shown on either side of what differs


def weight(before: str, after: str) -> Weight:
    """`wording` where only marks, capitals and slips of the pen differ, else `clarified`."""
    olds, news = _words(before), _words(after)
    same = len(olds) == len(news) and all(map(_slip, olds, news))
    return Weight.WORDING if same else Weight.CLARIFIED


def excerpt(before: str, after: str) -> tuple[str, str]:
    """What differs of two texts, each on one line with a few words around it."""
    olds, news = before.split(), after.split()
    head = _common(olds, news)
    tail = min(_common(olds[::-1], news[::-1]), min(len(olds), len(news)) - head)
    return _cut(olds, head, tail), _cut(news, head, tail)


def _words(text: str) -> list[str]:
    text = text.casefold()
    if text.isascii():
        return _WORD.findall(text)
    from unicodedata import category, normalize

    text = normalize("NFC", text)
    words = [word.replace("’", "'") for word in _WORD.findall(text)]
    vowels = (char for char in text if category(char) in ("Mc", "Mn") and char not in _LOOKS)
    return [*words, *vowels]  # those of Hindi and Thai are no letters to the pattern


def _slip(old: str, new: str) -> bool:
    """Whether two words are one, but for a slip: a letter more, less, other or in the wrong place.
    In short words and in numbers one letter makes another word, and so does the first letter of any;
    where letters are syllables or words, as in Japanese, each does."""
    if old == new:
        return True
    if min(len(old), len(new)) < 5 or not (old.isalpha() and new.isalpha()):
        return False
    if max(old + new) >= _AFTER_ALPHABETS or {old, new} <= _KIN:
        return False
    head = _common(old, new)
    if not head:
        return False
    old, new = old[head:], new[head:]
    tail = _common(old[::-1], new[::-1])
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    return max(len(old), len(new)) <= 1 or (len(old) == 2 and old == new[::-1])


def _common(one: "list[str] | str", other: "list[str] | str") -> int:
    return next((i for i, (a, b) in enumerate(zip_longest(one, other)) if a != b), len(one))


def _cut(words: list[str], head: int, tail: int) -> str:
    start, end = max(0, head - _AROUND), min(len(words), len(words) - tail + _AROUND)
    said = " ".join(words[start:end])
    return f"{'… ' if start else ''}{said}{' …' if end < len(words) else ''}"
