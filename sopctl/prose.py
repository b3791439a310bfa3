"""Texts for people: what in them is code or quotation, and what they refer to."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from sopctl.diagnostic import Pointer
from sopctl.model.words import ID, SOP_ID
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.prose_code import without_blocks
from sopctl.reading import Prose, Reference

_GOES_ON = r"\n(?![ \t]*(?:$|[>|]|(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)|#{1,6}(?:[ \t]|$)|```|~~~))"
"""A line break inside a paragraph: no code, no quotation and no label reaches over its end."""
LABEL = rf"[^\[\]\n]*(?:{_GOES_ON}[^\[\]\n]*)*"
"""The words that a reference shows; `$` in it needs `re.MULTILINE`."""
REFERENCE = re.compile(rf"\[\[([^\[\]|\n]+)(?:\|({LABEL}))?\]\]", re.MULTILINE)
_TARGET = re.compile(
    rf"(?:(?P<sop>{SOP_ID})(?:#(?P<step>{ID}))?|#(?P<local>{ID})|(?P<kind>[a-z]+):(?P<id>{ID}))"
)
TEXT_KINDS = frozenset({"role", "team", "term", "clause", "path", "notice", "metric"})
"""What stands before the `:` of a reference in a text."""
_NO_REFERENCE = lazy_pattern(
    rf"""\[(?<![\[\]\\!]\[)(?:
      \[[ \t]*(?P<torn>{SOP_ID}(?:\#{ID})?|\#{ID}|(?:{"|".join(sorted(TEXT_KINDS))}):{ID})(?:\|[^\[\]]*)?[ \t]*\](?:[ \t]+\]|(?!\]))
      | \[(?:\|[^\[\]\n]*)?\]\]
      | \[(?P<broken>[^\[\]\n]*+\n[^\[\]]*+)\]\]
      | (?P<single>{SOP_ID}(?:\#{ID})?)\](?!\]?\(|[\[:]))""",
    re.VERBOSE,
)
_SPAN = lazy_pattern(
    rf"\\[\\`]|(?<!`)(?P<ticks>`+)(?!`)(?:.|{_GOES_ON}){{1,2000}}?(?<!`)(?P=ticks)(?!`)", re.MULTILINE
)
_DEFINED = lazy_pattern(r"\[([^\[\]\n]+)\]:")
_CITED = lazy_pattern(rf"^[ \t]*>[> \t]*(?:(?:```|~~~|#).*|[^\s>].*(?:{_GOES_ON}.*)*)?", re.MULTILINE)
_CITED_ON = lazy_pattern(r"^>.*(?:\n>.*)+", re.MULTILINE)
_SIGNS = lazy_pattern(r"(?:> ?)+")
_QUOTED = lazy_pattern(
    rf"“[^“”\n]*(?:{_GOES_ON}[^“”\n]*)*”|«[^«»\n]*(?:{_GOES_ON}[^«»\n]*)*»"
    rf'|"[^"\n]*"|(?<!\w)"(?=[^"\s])[^"\n]*(?:{_GOES_ON}[^"\n]*)+"',
    re.MULTILINE,
)
_LINK_TARGET = lazy_pattern(
    r"(?<=\]\()(?!<?mailto:[^()\s@?]+@|<?tel:[+0-9])[^()\s]*|(?<=\w)\?(?:subject|body)=[^()\s]*"
    r"|<https?://[^>\s]*>|https?://[^\s)>]+"
)


_NOT_OUR_WORDS = {"change_history", "clauses"}
_APART = "\0"  # no white space: a phrase never reaches from one text into the next
_PLAIN = bytes(ord(chr(i).lower()) if i < 128 and chr(i).isalnum() else 32 for i in range(256))
_CAPITALS = bytes(i if chr(i) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-" else 32 for i in range(256))
_SMALL = b"abcdefghijklmnopqrstuvwxyz"


def references(prose: Iterable[Prose]) -> Iterator[Reference]:
    """What texts refer to with `[[…]]`, outside code; and what was meant so and lacks a bracket."""
    for at, text in prose:
        if "[" not in text:
            continue
        spoken = without_code(text)
        if "\n>" in spoken:
            spoken = _CITED_ON.sub(_as_one_paragraph, spoken)
        left = spoken.count("[")
        for found in REFERENCE.finditer(spoken):
            kind, target = meaning(found[1].strip())
            yield Reference(at, kind, target, part=found.span())
            left -= 2
        if not left:
            continue
        defined = {*_DEFINED.findall(spoken)} if "]:" in spoken else ()
        for found in _NO_REFERENCE.finditer(spoken):
            if found["broken"] is not None:
                if not REFERENCE.match(spoken, found.start()):
                    yield Reference(at, "broken", _mended(found["broken"]), part=found.span())
            elif found["single"] is None:
                yield Reference(at, "torn", found["torn"] or "", part=found.span())
            elif found["single"] not in defined:
                yield Reference(at, "bracketed", found["single"], part=found.span())


def _mended(broken: str) -> str:
    """The name of a reference without the line break in it; empty where it is none."""
    name = "".join(broken.partition("|")[0].split())
    return name if _TARGET.fullmatch(name) else ""


def meaning(target: str) -> tuple[str, str]:
    """The kind and the name of a reference as it stands between the brackets."""
    found = _TARGET.fullmatch(target)
    if not found or (found["kind"] and found["kind"] not in TEXT_KINDS):
        return "unclear", target
    if found["kind"]:
        return found["kind"], found["id"]
    return ("step" if found["step"] or found["local"] else "sop"), target


def without_code(text: str) -> str:
    """The text with code blanked out, and signs of quotations, every other character in its place."""
    if "```" in text or "~~~" in text or "\t" in text or "    " in text:
        text = without_blocks(text)
    if "`" not in text:
        return text
    if "\n>" in text:
        text = _CITED_ON.sub(_as_one_paragraph, text)
    return _SPAN.sub(_without_span, text)


def _as_one_paragraph(found: re.Match[str]) -> str:
    """Lines of a quotation, the signs blanked out of those that may go on with the line before."""
    first, *others = found[0].split("\n")
    made, before = [first], first
    for line in others:
        signs, deep = (_SIGNS.match(each)[0] for each in (line, before))  # type: ignore[index]  # both have some
        goes_on = signs.count(">") <= deep.count(">")
        made.append(" " * len(signs) + line[len(signs) :] if goes_on else line)
        before = line
    return "\n".join(made)


def _without_span(found: re.Match[str]) -> str:
    return _blank(found) if found["ticks"] else found[0]


def spoken(text: str) -> str:
    """The text with code, quotations, references and addresses blanked out, but for those of people."""
    if ">" in text:
        text = _CITED.sub(_blank, text)
    text = without_code(text)
    if '"' in text or "“" in text or "«" in text:
        text = _QUOTED.sub(_blank, text)
    if "[[" in text:
        text = REFERENCE.sub(_blank, text)
    if "](" in text or "://" in text:
        text = _LINK_TARGET.sub(_blank, text)
    return text


class Said(NamedTuple):
    """A stretch of a text: where the text stands, and which of its characters are meant."""

    at: Pointer
    part: tuple[int, int]
    match: re.Match[str]  # in the joined text of the file

    @property
    def word(self) -> str:
        return " ".join(self.match[0].split())


class Speech:
    """The texts of a file in one piece, so that a rule looks through all of them at once.

    Histories and clauses are left out: they say what was so, or what somebody else wrote.
    """

    def __init__(self, prose: Iterable[Prose]) -> None:
        self._prose = [each for each in prose if each.at[0] not in _NOT_OUR_WORDS]
        self.text = _APART.join([each.text for each in self._prose])

    @cached_property
    def plain(self) -> str:
        """The texts as `plain` words, with a space before each."""
        return " " + plain(self.text) + " "

    @cached_property
    def signs(self) -> bytes:
        """Capitals, digits and hyphens as they follow each other, without small letters and with a
        space for all else: a fifth of the text, and quickly searched for what is made of them."""
        return _encoded(self.text).translate(_CAPITALS, _SMALL)

    @cached_property
    def capitals(self) -> frozenset[bytes]:
        """What is left of each word without its small letters: a cheap way to abbreviations."""
        return frozenset(self.signs.split())

    def find(self, pattern: re.Pattern[str]) -> Iterator[Said]:
        """Each match that stands outside code, quotations, references and addresses."""
        for match in pattern.finditer(self.text):
            i = bisect_right(self._starts, match.start()) - 1
            at, text = self._prose[i]
            start, end = match.start() - self._starts[i], match.end() - self._starts[i]
            if self._spoken(i)[start:end] == text[start:end]:
                yield Said(at, (start, end), match)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(text) + len(_APART) for _, text in self._prose)][:-1]

    @cached_property
    def _heard(self) -> dict[int, str]:
        return {}

    def _spoken(self, i: int) -> str:
        if i not in self._heard:
            self._heard[i] = spoken(self._prose[i].text)
        return self._heard[i]


def plain(text: str) -> str:
    """The text in small letters, with a space for whatever is no ASCII letter or digit."""
    return _encoded(text).translate(_PLAIN).decode("ascii")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
