"""A word that the glossary asks to avoid.

One thing with two names reads like two things: people look for the difference, and searching for
one name misses the other. Write the word of the glossary. A word under `avoid` is also found with
a plural s, with a capital, and over a line break; inside a longer title or alias of the glossary
it is fine. Clauses, quotations, code and histories are not read.

```yaml title="Bad"
purpose: Decide whether the ban stands.                  # SOP703
---
glossary:
  deactivation:
    title: Deactivation
    text: A lasting loss of access.
    avoid: [ban, kick out]
```

```yaml title="Good"
purpose: Decide whether the deactivation stands, which some call a "ban".
---
glossary:
  deactivation:
    title: Deactivation
    text: A lasting loss of access.
    avoid: [ban, kick out]
```
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sopctl.analysis import wording
from sopctl.diagnostic import Finding, Pointer, Severity
from sopctl.library import Library
from sopctl.pattern import WordPattern
from sopctl.prose import Said

severity = Severity.WARNING


def check_library(library: Library) -> Iterator[Finding]:
    instead = _instead(library)
    if not instead:
        return
    pattern = _pattern(instead)
    if not pattern:
        return
    longer = _pattern([name for name in _names(library) if pattern.suiting(name).search(name)])
    for path, speech in wording.speeches(library, instead, whole=True):
        fine = _by_text(speech.find(longer.suiting(speech.text))) if longer else {}
        for said in speech.find(pattern.suiting(speech.text)):
            if not _inside(said.part, fine.get(said.at, [])):
                message, help = _words(said.word, instead)
                yield Finding(said.at, message, help, part=said.part, path=path)


def _words(word: str, instead: dict[str, list[str]]) -> tuple[str, str]:
    form = _folded(word)
    titles = instead.get(form) or instead[form.removesuffix("s")]
    return f"the glossary asks to avoid `{word}`", f"write {' or '.join(f'`{title}`' for title in titles)}"


def _instead(library: Library) -> dict[str, list[str]]:
    """By word to avoid, the titles to use."""
    found: dict[str, list[str]] = defaultdict(list)
    for _, term in sorted(library.glossary.items()):
        for word in term.avoid or ():
            if word and term.title and _folded(word):
                found[_folded(word)].append(term.title)
    return dict(found)


def _names(library: Library) -> Iterator[str]:
    for term in library.glossary.values():
        yield from (name for name in (term.title, *(term.aliases or ())) if name)


def _folded(word: str) -> str:
    return re.sub(r"[\s-]+", " ", word).strip().casefold()


def _pattern(phrases: Iterable[str]) -> WordPattern | None:
    plain = {folded for phrase in phrases if (folded := _folded(phrase))}
    body = wording.branches(plain, gap=r"[\s-]+") if plain else ""
    return WordPattern(rf"\<{body}s?(?!-)\>", re.IGNORECASE) if body else None


def _by_text(found: Iterable[Said]) -> dict[Pointer, list[tuple[int, int]]]:
    parts: dict[Pointer, list[tuple[int, int]]] = defaultdict(list)
    for said in found:
        parts[said.at].append(said.part)
    return dict(parts)


def _inside(part: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    """Whether one of some parts in order holds this one."""
    before = bisect_right(others, (part[0], part[1])) - 1
    near = others[max(before, 0) : before + 2]
    return any(start <= part[0] and part[1] <= end for start, end in near)
