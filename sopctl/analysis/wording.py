"""Which files may hold a word that rules about words look for: one pass over all texts for all of them.

A sign is a word, its beginning, or a few words; a file that shows none of a rule's signs need not
be searched by that rule. A file that shows one may still be innocent.
"""

import re
from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from sopctl.library import Library
from sopctl.prose import Speech, plain

TIME = (
    "asap", "a s a p", "promptly", "timely", "regularly", "periodically", "undue delay", "practicable",
    "feasible", "possible", "earliest", "due course", "due time", "regular basis", "regular intervals",
    "time to time", "reasonable time",
)  # fmt: skip
MEASURE = (
    "appropriate", "adequate", "needed", "need be", "necessary", "required", "applicable", "possible", "etc",
    "cetera", "and or", "so on", "so forth",
)  # fmt: skip

_Heard = dict[str, set[str]]
_HEARD: "WeakKeyDictionary[Library, _Heard]" = WeakKeyDictionary()


def speeches(library: Library, signs: Iterable[str], whole: bool = False) -> Iterator[tuple[str, Speech]]:
    """The files that show one of the signs, with their texts; `whole`: as a word, not its beginning."""
    wanted = {plain(sign) for sign in signs}
    for path, heard in _heard(library).items():
        shown, speech = heard & wanted, library.speech[path]
        if whole:
            shown = {sign for sign in shown if f" {sign} " in speech.plain or f" {sign}s " in speech.plain}
        if shown:
            yield path, speech


def _heard(library: Library) -> _Heard:
    """By file, the signs that it shows."""
    if library not in _HEARD:
        avoid = (word for term in library.glossary.values() for word in term.avoid or () if word)
        signs = sorted({plain(sign) for sign in (*TIME, *MEASURE, *avoid)} - {""})
        shown = {sign: {other for other in signs if sign.startswith(other)} for sign in signs}
        pattern = re.compile(f" ({_branches(signs)})")
        _HEARD[library] = {
            path: {other for sign in set(pattern.findall(speech.plain)) for other in shown[sign]}
            for path, speech in library.speech.items()
        }
    return _HEARD[library]


def _branches(words: list[str]) -> str:
    """A pattern for the longest of the words, each letter written once, so that few are tried in vain."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        if word:
            by_letter.setdefault(word[0], []).append(word[1:])
    body = "|".join(letter + _branches(rests) for letter, rests in by_letter.items())
    return (f"(?:{body})?" if "" in words else f"(?:{body})") if body else ""
