"""An abbreviation that nobody explains.

Whoever is new, or works in another team, stops here and guesses. Write it out where it is first
used (“customer due diligence (CDD)”, or “CDD (customer due diligence)”), or add it to the glossary
as a title or an alias. An abbreviation is two to six capitals, digits and a plural s included; it
is said once a file. Ids, and words that the file also writes in small letters, are none. While a
register cannot be read, nobody knows what the glossary explains: a note says so.

Words of ordinary writing need no explanation: AC, AD, AI, AM, API, ASAP, BC, CC, CD, CEO, CFO, COO,
CSV, CTO, CV, DIY, DNA, DVD, EU, EUR, FAQ, FYI, GB, GBP, GDP, GMT, GPS, HIV, HR, HTML, HTTP, HTTPS,
ID, II, III, IQ, ISO, IT, IV, IX, JPEG, JPG, JSON, KB, KG, KM, LCD, LED, MB, MP3, NB, NGO, NO, OK,
PC, PDF, PIN, PM, PNG, PR, PS, QR, RAM, RSVP, SIM, SMS, SOP, TB, TBC, TBD, TODO, TV, UK, UN, URL,
US, USA, USB, USD, UTC, VAT, VI, VII, VIII, VIP, VS, WC, WWW, XI, XII, XML, YAML, ZIP.

```yaml title="Bad"
purpose: Start the CDD check.                            # SOP704
```

```yaml title="Good"
purpose: Start the customer due diligence (CDD) and read the CDD file.
scope: EDD (enhanced due diligence) and SARs. Send the PDF to the US office.
---
glossary:
  sar:
    title: Suspicious activity report
    text: What we send to the authority.
    aliases: [SAR, SARs]
```
"""

import re
from collections.abc import Iterator

from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.pattern import WordPattern, is_unspaced, lazy_pattern
from sopctl.prose import Said, Speech

severity = Severity.NOTE
absence = "which abbreviations nobody explains"
by_registers = True

_ABBREVIATION = WordPattern(
    r"[A-Z]\^(?<![&@#./\\:_]\w)(?<![A-Z0-9]-\w)[A-Z0-9]{1,5}s?(?![&@:/_\\]\w|-[A-Z0-9]|\.\w)\>"
)
_IS = lazy_pattern(r"(?=.*[A-Z].*[A-Z])[A-Z][A-Z0-9]{1,5}")
_IN_SMALL_LETTERS = lazy_pattern(r"\b[a-z][a-z0-9]{1,5}\b")
_ORDINARY = frozenset(
    re.findall("[A-Z0-9]{2,}", (__doc__ or "").partition("no explanation:")[2].partition(".")[0])
)


def check_library(library: Library) -> Iterator[Finding]:
    if _hides_names(library):
        return  # a term has a finding that says so
    known = _with_plurals(_ORDINARY | _in_glossary(library))
    passed = {name.encode() for name in known}
    for path, speech in library.speech.items():
        seen = speech.capitals - passed
        doubtful = {
            name for word in seen if (name := word.decode().strip("-")) not in known and _IS.fullmatch(name)
        }
        passed |= {word for word in seen if word.decode().strip("-") not in doubtful}
        for said in _unexplained(speech, doubtful) if doubtful else ():
            message = f"`{said.word}` is explained neither here nor in the glossary"
            yield Finding(said.at, message, _HELP, part=said.part, path=path)


_HELP = "write it out at its first use, with the abbreviation in brackets; or add it to the glossary"


def _hides_names(library: Library) -> bool:
    """Whether a term of the glossary has names that could not be read."""
    terms = library.glossary
    return len(terms) < len(library.names["term"]) or any(
        term.unknown & {"title", "aliases"} for term in terms.values()
    )


def _in_glossary(library: Library) -> frozenset[str]:
    names = (
        name for term in library.glossary.values() for name in (term.title, *(term.aliases or ())) if name
    )
    return frozenset(word for name in names for word in (name, *_ABBREVIATION.suiting(name).findall(name)))


def _with_plurals(words: frozenset[str]) -> frozenset[str]:
    return words | {f"{word}s" for word in words}


def _unexplained(speech: Speech, doubtful: set[str]) -> Iterator[Said]:
    """The first use of each abbreviation; in running text, where there is one."""
    first: dict[str, Said] = {}
    for said in speech.find(_ABBREVIATION.suiting(speech.text)):
        name = _singular(said.word)
        if name in doubtful and (name not in first or (_is_title(first[name]) and not _is_title(said))):
            first[name] = said
    left = {name: said for name, said in first.items() if not _explained(said)}
    small = set(_IN_SMALL_LETTERS.findall(speech.text)) if left else ()
    yield from (said for name, said in left.items() if name.lower() not in small)  # NOT, where it says not


def _singular(word: str) -> str:
    return word.removesuffix("s")


def _is_title(said: Said) -> bool:
    return said.at[-1] == "title"


def _explained(said: Said) -> bool:
    text, (start, end) = said.match.string, said.match.span()
    letters = _singular(said.word).lower()
    before = re.search(r"([^.;:!?()（）。\0]{1,120})[(（]$", text[max(0, start - 122) : start])
    if before and text[end : end + 1] in ("", ")", "）", ",", ";"):
        return _stands_for(letters, before[1])
    after = re.match(r"\s*[(（]([^()（）\0]{1,120})[)）]", text[end : end + 124])
    return bool(after) and _stands_for(letters, after[1])  # type: ignore[index]


def _stands_for(letters: str, meaning: str) -> bool:
    """Whether the letters, in their order, can be taken from the words, the first from a word's beginning.
    Nobody can tell of words in another script."""
    if any(map(is_unspaced, meaning)):
        return True
    body = r"[^\0]*?".join(re.escape(letter) for letter in letters)
    return re.search(rf"(?<![^\W_]){body}", meaning.lower()) is not None
