"""The title of a step does not say what to do.

People skim titles while the case is open in front of them. A title that begins with a verb tells
them what to do without the text below: “Check the appeal window”. A title that is a question
belongs to a step that decides, with `ask` or `decide`.

No dictionary is asked whether a word is a verb. What is noted are first words that cannot begin an
order: articles and pronouns, “If”, “When” and prepositions, numbers, nouns in -ing, -tion, -ment,
-ance, -ity and the like, past participles, third persons and plurals in -s, and the title of a
role. Where there is doubt, nothing is said. The words are English: a title with other letters, such
as `Kündigung prüfen`, and a SOP that is not plainly in English are left alone.

```yaml title="Bad"
steps:
  - id: window
    title: Checking the appeal window                    # SOP705
    role: agent
  - id: file
    title: The whole file is read again                  # SOP705
    role: agent
  - id: proportion
    title: Is the sanction proportionate?                # SOP705
    role: lead
    next: done
```

```yaml title="Good"
steps:
  - id: window
    title: Check the appeal window
    role: agent
  - id: file
    title: Read the whole file again
    role: agent
  - id: proportion
    title: Is the sanction proportionate?
    role: lead
    ask: Would the same sanction be chosen today?
    answers: {yes: done, no: done}
```
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from functools import cache

from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library, WorkedOut
from sopctl.model import Sop
from sopctl.pattern import lazy_pattern

severity = Severity.NOTE

_NEVER = frozenset(
    """
    a about after all also although an and another any approval are arrival as at because before both
    but by can could denial did disposal does during each either every few first for from had has he her
    here his how i if in into is it its last may might most must my neither no nor of on once one or our
    proposal referral refusal removal renewal reversal second several shall she should since so some
    such than that the their there these they third this those to two unless until upon was we were what
    when where whether which while who whose why will with withdrawal would you your
    """.split()
)
_VERBS = frozenset(
    """
    advance alias apportion auction audition augment balance bed being bias bleed breed bring
    bus caption caution cement chance cling commence comment commission complement compliment
    condition countenance counterbalance cross dance decrement distance document embed enhance
    envision evidence exceed experience experiment feed fence ferment finance fling focus foment
    fragment freelance function gas glance harness heed implement increment influence instance
    instrument lament lance license mention motion need occasion ornament partition pension petition
    pilot ping pity portion position proceed provision question ration reference requisition ring
    sanction section seed segment sentence sequence shed shred silence sing sled sling speed spring
    station sting string succeed supplement swing torment trance transition wed weed wing witness
    wring
    """.split()
)
_BEFORE_VERBS = ("de", "re", "dis")
_NO_VERB = lazy_pattern(
    r"[a-z]{2,}(?:ing|tion|sion|ment|ance|ence|ity|ness|ism)|[a-z]{2,}[^e\W]ed|[a-z]+[^suia\W]s"
)
_ENDINGS = ("ing", "tion", "sion", "ment", "ance", "ence", "ity", "ness", "ism", "ed", "s")
_FOREIGN = (
    "che dal de del della den der des die een eine el els en est et gli het ist jest la las le les los met "
    "mit nie nicht och og que sich sur una und une van von wird"
).split()
"""What stands in any text of its language, and in an English one not without `the`."""
_ENGLISH = "are from has have is its that their they this when which who with".split()
"""What stands in English texts without `the`, and in no name or abbreviation of another language."""
_SIGNS = dict.fromkeys(map(ord, "’‘“”–—…·×°§€£≤≥≠→•"))  # of English
_WORD = lazy_pattern(r"[A-Za-z][A-Za-z'’]*")


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    noted = [*_noted(sop, _roles(library))]
    if noted and _is_english(library.speech[library.path_of(sop)].plain):
        yield from noted


def _is_english(plain: str) -> bool:
    if " the " in plain:
        return True
    return any(f" {word} " in plain for word in _ENGLISH) and not any(
        f" {word} " in plain for word in _FOREIGN
    )


def _noted(sop: Sop, roles: Mapping[str, Container[str]]) -> Iterator[Finding]:
    for step in sop.steps or ():
        title = step.title.strip() if step and step.title else ""
        if not title or not (title.isascii() or title.translate(_SIGNS).isascii()):
            continue  # it may be in another language
        if title.endswith("?"):
            if step.lacks("ask") and step.lacks("decide"):
                yield Finding(
                    (*step.at, "title"), "this title asks, and the step has neither `ask` nor `decide`", _HELP
                )
        elif word := _no_order(title, roles):
            yield Finding((*step.at, "title"), f"this title begins with `{word}`, not with a verb", _HELP)


_HELP = "begin with what is to be done: `Check …`, `Send …`, `Decide …`"


def _no_order(title: str, roles: Mapping[str, Container[str]]) -> str:
    """The beginning of a title that cannot be an order, or nothing where it may be one."""
    word = title.partition(" ")[0]
    if not (word.isascii() and word.isalpha()):
        found = _WORD.match(title)
        if not found:
            number = re.match(r"\d[\w.]*", title)
            return number[0] if number else ""
        word = found[0]
        if title[found.end() : found.end() + 1] == "-":  # Re-open, Double-check
            return ""
    if _is_no_verb(word.lower()):
        return word
    folded = title.casefold()
    titles = roles.get(folded.partition(" ")[0])
    if not titles:
        return ""
    beginnings = (folded[: space.start()] for space in re.finditer(" ", folded))
    return next((title[: len(words)] for words in beginnings if words in titles), "")


@cache
def _is_no_verb(word: str) -> bool:
    odd = word in _NEVER or (word.endswith(_ENDINGS) and _NO_VERB.fullmatch(word))
    return bool(odd) and not any(word.removeprefix(before) in _VERBS for before in ("", *_BEFORE_VERBS))


def _roles(library: Library) -> dict[str, set[str]]:
    """By their first word, titles of two words or more; one word, such as Lead, may be a verb too."""
    if library not in _TITLES:
        found: dict[str, set[str]] = defaultdict(set)
        for title in (role.title.casefold() for role in library.roles.values() if role.title):
            first, space, _ = title.partition(" ")
            if space:
                found[first].add(title)
        _TITLES[library] = dict(found)
    return _TITLES[library]


_TITLES: WorkedOut[dict[str, set[str]]] = WorkedOut()
