"""What a check says, and where: the words that every other room shares."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import lru_cache

from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern

Pointer = tuple[str | int, ...]
"""The address of a value inside a document: ``("steps", 2, "role")``."""


class Severity(StrEnum):
    """How bad a diagnostic is; `rank` 0 is the worst."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Span(NamedTuple):
    """A stretch of a file; lines and columns count from 1, the end is exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


class Finding(NamedTuple):
    """What a check says: an address and a message. Who says it is the linter's to add."""

    at: Pointer
    message: str
    help: str = ""  # the way out, where the message does not hold it
    key: bool = False  # it is about the key, not about the value
    part: tuple[int, int] | None = None  # the characters of the text that are meant
    severity: Severity | None = None  # where one case weighs less than its rule does
    path: str = ""  # the file, where the address alone cannot tell
    lasting: str = ""  # what stays of the message while days pass, where not all of it does


class Diagnostic(NamedTuple):
    """A finding that has been given its file, place, code and weight."""

    span: Span
    code: str
    name: str
    severity: Severity
    message: str
    help: str = ""
    pointer: Pointer = ()
    address: str = ""  # the pointer in ids, with the SOP: the same in every file and in every order
    lasting: str = ""  # what stays of the message while days pass, where not all of it does

    @property
    def identity(self) -> "Identity":
        """By what the finding is known again when its line, its file or its place in a list has changed."""
        return Identity(self.address or self.span.path, self.code, _ROWS.sub("row …", self.message))

    @property
    def lasting_identity(self) -> "Identity":
        """By what it is known again on another day, too."""
        return self.identity._replace(message=self.lasting) if self.lasting else self.identity


class Identity(NamedTuple):
    """A finding, whenever and wherever it is found; equal ones are told apart by counting them."""

    at: str
    code: str
    message: str


_ROWS = lazy_pattern(r"\brows? \d+(?:(?:, | and )\d+)*")  # numbers that change when a row is put in above


def json_pointer(at: Pointer) -> str:
    """The address as RFC 6901 writes it: ``/steps/2/role``."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in at)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that the writer may have meant, or an empty text."""
    from difflib import get_close_matches  # only who has made a slip pays for it

    by_fold = {other.casefold(): other for other in sorted(known, reverse=True)}
    meant = word.casefold()
    close = get_close_matches(meant, _likely(meant, by_fold), cutoff=0.6)
    return next((by_fold[each] for each in close if _begins_alike(meant, each)), "")


def _begins_alike(word: str, other: str) -> bool:
    """Who writes another first letter must be right in more of the others."""
    from difflib import SequenceMatcher

    return word[:1] == other[:1] or SequenceMatcher(None, other, word).ratio() >= 0.75


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean `check-window`?)``, or nothing where no known word is near."""
    return asked(nearest(word, known))


def asked(near: str) -> str:
    return f" (did you mean `{near}`?)" if near else ""


class Hints:
    """`did_you_mean` for one file, whose first slips alone get a suggestion: each takes time, and
    who has made hundreds of slips has made one mistake hundreds of times."""

    def __init__(self, most: int = 100) -> None:
        self._left = most

    def did_you_mean(self, word: str, known: Iterable[str]) -> str:
        return asked(self.nearest(word, known))

    def nearest(self, word: str, known: Iterable[str]) -> str:
        return nearest(word, known) if self.are_left() else ""

    def are_left(self) -> bool:
        """Whether the next slip is one of the first."""
        self._left -= 1
        return self._left >= 0


_MANY = 200


def _likely(word: str, known: Collection[str]) -> Collection[str]:
    """Of very many words, those that share the most pieces with this one."""
    if len(known) <= _MANY:
        return known
    from heapq import nlargest

    pieces = _pieces(word)
    return nlargest(_MANY, known, key=lambda other: len(pieces & _pieces(other)))


@lru_cache(100_000)
def _pieces(word: str) -> frozenset[str]:
    return frozenset(word[i : i + 2] for i in range(len(word) - 1))
