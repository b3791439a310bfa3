"""A word that leaves open what, or how much.

“As appropriate” hands the decision back to the reader who came here for one; two people follow
such a step and do two different things. Say what has to be so, name who decides, or list what is
meant. Looked for are appropriate(ly); adequate(ly); as, if, when or where needed, necessary,
required, applicable or possible; etc., et cetera, and so on, and so forth; and/or. “If required
by …” says by what, and is fine. Clauses, quotations, code and histories are not read.
Only English words are known.

```yaml title="Bad"
purpose: Take appropriate measures.                      # SOP702
scope: Photos, receipts, etc.                            # SOP702
trigger: A driver and/or a rider complains.              # SOP702
prerequisites:
  - A translator, if necessary                           # SOP702
```

```yaml title="Good"
purpose: Take one of the measures of [[#look]].
scope: Photos, receipts and chat logs. The law says “adequate records”.
trigger: A driver or a rider complains, or both do.
prerequisites:
  - A translator, where the complaint is in a language that you do not read
```
"""

import re
from collections.abc import Iterator

from sopctl.analysis import wording
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.pattern import lazy_pattern

severity = Severity.WARNING

_VAGUE = lazy_pattern(
    r"[aeiw](?<!\w.)(?:"
    r"(?<=a)(?:ppropriate(?:ly)?|dequate(?:ly)?"
    r"|nd\s*/\s*or"
    r"|nd\s+so\s+(?:on|forth)(?=\s*[.,;:)…\0]|\s*\Z)"
    r"|s\s+(?P<as>need(?:ed|s\s+be)|necessary|required|applicable))"
    r"|(?<=e)(?:tc(?:\.|(?!\w))|t\s+cetera)"
    r"|(?<=i)f\s+(?P<if>need(?:ed|\s+be)|necessary|required|applicable|possible)"
    r"|(?<=w)h(?:en|ere)(?:ever)?\s+(?P<when>needed|necessary|required|applicable|possible)"
    r")(?!\w)(?!\s+(?:by|under|for)\b)",
    re.IGNORECASE,
)


def check_library(library: Library) -> Iterator[Finding]:
    for path, speech in wording.speeches(library, wording.MEASURE):
        for said in speech.find(_VAGUE):
            yield Finding(said.at, *_words(said.word), part=said.part, path=path)


def _words(word: str) -> tuple[str, str]:
    """The message, and the way out."""
    form = word.casefold()
    if "/" in form:
        return f"`{word}` can be read in two ways", "write `a or b, or both`, or the one that you mean"
    if form.startswith(("et", "and so")):
        return (
            f"`{word}` leaves open what else belongs to it",
            "name all that belongs to it, or say what it has in common",
        )
    if form.startswith(("if", "when", "where", "as")):
        return f"`{word}` leaves open in which cases", "say in which cases, or who decides it"
    return f"`{word}` leaves open what is enough", "say what has to be so, or who decides it"
