"""How much room a text takes on a terminal, where a letter may be two columns wide or none."""

import re
from functools import cache
from unicodedata import category, east_asian_width

from sopctl.pattern import lazy_pattern

# What East Asian writing parts anywhere, but not before a sign that closes.
_PIECE = lazy_pattern(r"[!-~]+|.[、。，．・：；！？」』）】〉》…ー]*", re.DOTALL)


def wide(text: str) -> int:
    """The columns of a text."""
    return len(text) if text.isascii() else sum(map(of_letter, text))


@cache
def of_letter(letter: str) -> int:
    if category(letter) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def padded(text: str, width: int) -> str:
    return text + " " * (width - wide(text))


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """A text in lines that are no wider; the first is indented by `first`, the others by `rest`."""
    if wide(text) <= len(text):
        import textwrap

        return textwrap.wrap(
            text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
    rows, row, gap = [], first, ""
    for word in text.split():
        for piece in [word] if wide(word) <= len(word) else _PIECE.findall(word):
            if row not in (first, rest) and wide(row + gap + piece) > width:
                rows.append(row)
                row, gap = rest, ""
            row += gap + piece
            gap = ""
        gap = " "
    return [*rows, row]
