"""What one pass over a document brings home besides its values: what is wrong, what refers to
something and what is prose; and the words in which a slip is told.
"""

from collections.abc import Callable
from typing import Any

from sopctl.diagnostic import Finding, Hints, Pointer
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern

UNKNOWN: Any = type("Unknown", (), {"__repr__": lambda self: "UNKNOWN", "__bool__": lambda self: False})()
"""Stands for a value that was written but could not be understood."""

WAY_OUT_OF_EMPTY = "write a value"


class Problem(NamedTuple):
    """A finding of the reader, with the code of the rule that explains it."""

    code: str
    finding: Finding
    extent: tuple[int, int] | None = None  # offsets into the file, where no pointer leads there


class Reference(NamedTuple):
    """A value, or a stretch of a text, that names something defined elsewhere."""

    at: Pointer
    kind: str  # sop, step, target, role, team, path, clause, fact, notice, metric, term, calendar, …
    target: str
    key: bool = False
    part: tuple[int, int] | None = None


class Prose(NamedTuple):
    """A text for people, and where it stands."""

    at: Pointer
    text: str


class Reading:
    """What is noted on the way. A reading never stops at a slip."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.references: list[Reference] = []
        self.prose: list[Prose] = []
        self.linking: list[Prose] = []  # those that may hold a link or a `[[…]]`
        self.dashed: list[Prose] = []  # those that may hold an item of a list
        self.told: frozenset[Pointer] = frozenset()  # what is wrong there, or missing, has a finding already
        self.hints = Hints()
        self._meant: dict[tuple[str, tuple[str, ...]], str] = {}

    def meant(self, word: str, known: tuple[str, ...]) -> str:
        """The known word that a strange one may have meant; a slip made again costs nothing."""
        slip = word, known
        if slip not in self._meant:
            self._meant[slip] = self.hints.nearest(word, known)
        return self._meant[slip]

    def refuse(self, at: Pointer, message: str, code: str = "SOP005", **more: Any) -> Any:
        self.problems.append(Problem(code, Finding(at, message, **more)))
        return UNKNOWN

    def refuse_empty(self, at: Pointer, key: bool = False) -> Any:
        if at in self.told:
            return UNKNOWN
        return self.refuse(at, f"{name_of(at)} is empty", help=WAY_OUT_OF_EMPTY, key=key)


def name_of(at: Pointer) -> str:
    """The value in the words of the writer: `` `within` ``, or the item of a list."""
    if not at:
        return "the file"
    if isinstance(at[-1], str):
        return f"`{at[-1]}`"
    owner = next((key for key in reversed(at) if isinstance(key, str)), "")
    return f"item {at[-1] + 1} of `{owner}`"


def form_of(data: Any) -> str:
    """What was written: its form, or a text itself, in short."""
    if data == "":
        return "empty"
    if isinstance(data, dict):
        return "keys with values"
    if isinstance(data, list):
        return "a list"
    line = " ".join(data.split())
    return f"`{line if len(line) <= 60 else line[:57] + '…'}`"


_INVISIBLE = lazy_pattern(
    "[\\xa0\\xad\\u1680\\u180e\\u2000-\\u200f\\u202a-\\u202f\\u205f-\\u2064\\u3000\\ufeff]"
)


_DASH = lazy_pattern("[\\u2010-\\u2015\\u2212]")


def without_invisible(text: str) -> str:
    """The text without the characters that nobody sees."""
    return _INVISIBLE.sub("", text)


def invisible(text: str) -> tuple[int, str] | None:
    """The first character that nobody sees: where it is, and its name in a sentence."""
    found = _INVISIBLE.search(text)
    if found is None:
        return None
    name = {"\xa0": "no-break space", "\xad": "soft hyphen", "\u200b": "zero-width space"}.get(found[0], "")
    return found.start(), f"the invisible character U+{ord(found[0]):04X}{f' ({name})' if name else ''}"


def hidden(text: str, fits: Callable[[str], Any]) -> str:
    """Named where the text would be right without its invisible characters, or with plain hyphens."""
    if text.isascii():
        return ""
    found, bare = invisible(text), without_invisible(text)
    if found and fits(bare):
        return f": {found[1]} is its character {found[0] + 1}; delete it"
    dash = _DASH.search(text)
    if dash and fits(meant := _DASH.sub("-", bare)):
        return f": its character {dash.start() + 1}, U+{ord(dash[0]):04X}, is no plain hyphen (did you mean `{meant}`?)"
    return ""
