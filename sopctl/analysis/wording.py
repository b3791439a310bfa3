"""Which files may hold a word that rules about words look for: one pass over all texts for all of them.

A sign is a word, its beginning, or a few words; a file that shows none of a rule's signs need not
be searched by that rule. A file that shows one may still be innocent.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby

from sopctl.library import Library, WorkedOut
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
_HEARD: "WorkedOut[_Heard]" = WorkedOut()


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
        signs = {plain(sign) for sign in (*TIME, *MEASURE, *avoid)} - {""}
        shown = {sign: signs.intersection(accumulate(sign)) for sign in signs}
        pattern = re.compile(f" ({branches(sorted(signs))})")
        _HEARD[library] = {
            path: {other for sign in set(pattern.findall(speech.plain)) for other in shown[sign]}
            for path, speech in library.speech.items()
        }
    return _HEARD[library]


def branches(phrases: Iterable[str], gap: str = " ") -> str:
    """A pattern for the longest of the phrases, each beginning written once, so that few are tried in
    vain; `gap` is what may stand between two words."""
    return _branches(sorted(set(phrases)), 0, gap)


def _branches(phrases: list[str], at: int, gap: str, forks: int = 0) -> str:
    """The same for what is left of sorted phrases from a place on, up to which they are alike."""
    ends = len(phrases[0]) == at
    rest = phrases[1:] if ends else phrases
    if not rest:
        return ""
    same = _alike(rest[0], rest[-1])
    if forks == _MOST_FORKS:
        body = "|".join(_written(phrase[at:], gap) for phrase in sorted(rest, key=len, reverse=True))
    elif same > at:
        body = _written(rest[0][at:same], gap) + _branches(rest, same, gap, forks + 1)
    else:
        by_letter = [[*group] for _, group in groupby(rest, key=lambda phrase: phrase[at])]
        body = "|".join(
            _written(group[0][at], gap) + _branches(group, at + 1, gap, forks + 1) for group in by_letter
        )
    return f"(?:{body})?" if ends else f"(?:{body})"


def _alike(one: str, other: str) -> int:
    """How many letters they begin with in common."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


def _written(text: str, gap: str) -> str:
    return gap.join(re.escape(word) for word in text.split(" "))


_MOST_FORKS = 40
"""A pattern is not nested deeper."""
