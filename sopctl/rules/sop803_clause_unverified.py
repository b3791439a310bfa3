"""A clause whose value nobody has verified.

Procedures, deadlines and notices lean on it, and it may be wrong. Until it is verified, whatever
rests on it is a warning at most. Look it up at its source, then write `confidence` and `checked_on`. A
clause that says nothing about its `confidence` counts as unverified.

```yaml title="Bad"
clauses:
  us-mn.appeal:                      # SOP803
    text: A driver has 30 days to appeal.
    source: A law of Minnesota
    confidence: unverified
```

```yaml title="Good"
clauses:
  us-mn.appeal:
    text: A driver has 30 days to appeal.
    source: A law of Minnesota
    confidence: confirmed
    checked_on: 2026-11-21
```
"""

from collections.abc import Iterator

from sopctl.analysis.clauses import verified
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library

severity = Severity.NOTE


def check_library(library: Library) -> Iterator[Finding]:
    for id, clause in library.clauses.items():
        if "confidence" not in clause.unknown and not verified(clause):
            message = f"nobody has verified `{id}`: what rests on it is a warning at most"
            where = f" ({clause.source})" if clause.source else ""
            help = f"look it up at its source{where}, then write `confidence: confirmed` and `checked_on`"
            yield Finding(("clauses", id), message, help, key=True)
