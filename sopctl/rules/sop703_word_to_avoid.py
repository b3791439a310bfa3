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
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sopctl.analysis import wording
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.prose import Said

severity = Severity.WARNING


def check_library(library: Library) -> Iterator[Finding]:
    instead = _instead(library)
    if not instead:
        return
    pattern = _pattern(instead)
    longer = _pattern([name for name in _names(library) if pattern.search(name)])
    for path, speech in wording.speeches(library, instead, whole=True):
        fine = list(speech.find(longer)) if longer.pattern else []
        for said in speech.find(pattern):
            if not any(_inside(said, each) for each in fine):
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
            if word and term.title:
                found[_folded(word)].append(term.title)
    return dict(found)


def _names(library: Library) -> Iterator[str]:
    for term in library.glossary.values():
        yield from (name for name in (term.title, *(term.aliases or ())) if name)


def _folded(word: str) -> str:
    return re.sub(r"[\s-]+", " ", word).strip().casefold()


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    bodies = [
        re.sub(r"(?:\\?[\s-])+", r"[\\s-]+", re.escape(phrase))
        for phrase in sorted(phrases, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(bodies)})s?(?![\w-])" if bodies else "", re.IGNORECASE)


def _inside(said: Said, other: Said) -> bool:
    return said.at == other.at and other.part[0] <= said.part[0] and said.part[1] <= other.part[1]
