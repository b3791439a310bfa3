"""Where a value stands in its file, down to single characters of its text."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from sopctl.diagnostic import Pointer
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern

_ESCAPE = lazy_pattern(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)", re.DOTALL)
_BREAK = lazy_pattern(r"\r\n|\r|\n")

Extent = tuple[int, int]
"""Start and end, as character offsets into the file."""


class Place(NamedTuple):
    """Offsets of a value, of its key, and how its text is written.

    `value` is None for a mapping or list, which has no text of its own. `style` is the quote
    of a quoted scalar; other texts stand as they are but for white space. `text` is the
    value as read.
    """

    key: Extent | None
    value: Extent | None
    text: str = ""
    style: str = ""
    block: Extent | None = None  # in Markdown, the heading or table that holds it
    gaps: tuple[Extent, ...] = ()  # stretches inside that are no part of the text: comments, a table

    def lines(self, file: str, key: bool, part: tuple[int, int] | None) -> tuple[int, int, int, int]:
        """Line, column, end line and end column, counted from 1."""
        start, end = self._extent(file, key, part)
        first, last = position(file, start), position(file, end)
        return (*first, *last)

    def _extent(self, file: str, key: bool, part: tuple[int, int] | None) -> Extent:
        if self.value is None or key:
            return self.key or self.value or (0, 0)
        if part is None:
            start, end = self.value
            return (start, end) if end > start or self.key is None else self.key
        visible, starts, ends = _alignment(self, file)
        first, after = bisect_left(visible, part[0]), bisect_left(visible, part[1])
        return (starts[first], ends[after - 1]) if first < after else self.value

    def _aligned(self, file: str) -> Iterator[tuple[int, Extent]]:
        """Each visible character of the text, with its offsets in the file.

        White space may be folded and indented, so two fingers run over the text and over the
        file, and meet at each visible character.
        """
        assert self.value is not None
        at, stop = self.value
        if self.style in ("|", ">"):
            at = _after_line(file, at)
        elif self.style in ("'", '"'):
            at += 1
        for i, char in enumerate(self.text):
            if char.isspace():
                continue
            while at < stop:
                if gap := next((end for start, end in self.gaps if start <= at < end), 0):
                    at = gap
                    continue
                width = self._width(file, at)
                here, at = at, at + width
                if width > 1 and self.style == '"':
                    if _unescaped(file[here:at]) == char:
                        yield i, (here, at)
                        break
                elif file[here] == char or width > 1:
                    yield i, (here, at)
                    break
            else:
                return

    def _width(self, file: str, at: int) -> int:
        """How many characters of the file write one character of the text."""
        if self.style == '"' and file[at] == "\\" and (escape := _ESCAPE.match(file, at)):
            return len(escape[0])
        if self.style == "'" and file.startswith("''", at):
            return 2
        if self.style == "cell" and file.startswith("\\|", at):
            return 2
        return 1


Places = dict[Pointer, Place]


@lru_cache(maxsize=4)
def _alignment(place: Place, file: str) -> tuple["array[int]", "array[int]", "array[int]"]:
    """Of each visible character: its index in the text, and its start and end in the file.

    A long text may have a thousand findings; the fingers walk through it once.
    """
    found = array("L"), array("L"), array("L")
    for i, (start, end) in place._aligned(file):
        for column, number in zip(found, (i, start, end), strict=True):
            column.append(number)
    return found


def position(file: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, counted from 1."""
    starts = _line_starts(file)
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def lines(file: str) -> list[str]:
    """The lines of a file as YAML counts them, without their breaks."""
    return _BREAK.split(file)


def line(file: str, number: int) -> str:
    """One line of a file, counted from 1, with its break."""
    starts = _line_starts(file)
    return file[starts[number - 1] : starts[number] if number < len(starts) else None]


def first_line(file: str) -> str:
    """The first line, without its break."""
    end = _BREAK.search(file)
    return file[: end.start()] if end else file


@lru_cache(maxsize=4)
def _line_starts(file: str) -> list[int]:
    return [0, *(found.end() for found in _BREAK.finditer(file))]


def _after_line(file: str, at: int) -> int:
    end = _BREAK.search(file, at)
    return end.end() if end else len(file)


def _unescaped(escape: str) -> str:
    kind, digits = escape[1], escape[2:]
    if kind in "xuU":
        return chr(int(digits, 16))
    return {
        "|": "|",
        "_": "\xa0",
        "N": "\x85",
        "L": "\u2028",
        "P": "\u2029",
        "/": "/",
        '"': '"',
        "\\": "\\",
    }.get(kind, "")
