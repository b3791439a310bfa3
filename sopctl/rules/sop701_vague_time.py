"""A word that leaves open when something is done.

“Promptly” is five minutes for one reader and next week for another, and nobody can show that it
was kept. Give the step a `within`, or write a duration, an hour or an event that everybody can
see: “within four business hours”, “every Monday”, “before the shift ends”. Looked for are ASAP, as
soon as possible (practicable, feasible), promptly, timely, in due course, in due time, regularly,
on a regular basis, at regular intervals, periodically, from time to time, without undue delay, in
reasonable time, at the earliest opportunity or convenience. Clauses, quotations, code and
histories are not read. Only English words are known.

```yaml title="Bad"
purpose: Answer the driver promptly.                     # SOP701
scope: Complaints that have to be closed ASAP.           # SOP701
trigger: The queue is looked at on a regular basis.      # SOP701
```

```yaml title="Good"
purpose: Answer the driver within four business hours.
scope: Complaints of which the notice says “in a timely manner”.
trigger: The queue is looked at every morning at 09:00.
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
    r"[apitrofw](?<!\w.)(?:"
    r"(?<=a)(?:sap|\.s\.a\.p\.?|s\s+soon\s+as\s+(?:possible|practicable|feasible)"
    r"|t\s+(?:the|your|our|their)\s+earliest\s+(?:possible\s+)?(?:convenience|opportunity)"
    r"|t\s+regular\s+intervals)"
    r"|(?<=p)(?:romptly|eriodically)"
    r"|(?<=t)imely"
    r"|(?<=i)n\s+(?:due\s+(?:course|time)|(?:a\s+)?reasonable\s+time)"
    r"|(?<=r)egularly"
    r"|(?<=o)n\s+a\s+regular\s+basis"
    r"|(?<=f)rom\s+time\s+to\s+time"
    r"|(?<=w)ith(?:out\s+undue\s+delay|in\s+(?:a\s+)?reasonable\s+time)"
    r")(?!\w)",
    re.IGNORECASE,
)


def check_library(library: Library) -> Iterator[Finding]:
    for path, speech in wording.speeches(library, wording.TIME):
        for said in speech.find(_VAGUE):
            yield Finding(said.at, f"`{said.word}` leaves open when", _HELP, part=said.part, path=path)


_HELP = "write a duration, an hour, or the event that it waits for"
