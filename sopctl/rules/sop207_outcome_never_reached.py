"""An outcome in which no case ever ends.

Readers take the list of outcomes for the list of what can happen. One that no way leads to is a
leftover, or the row that should lead to it was forgotten. What tables decide on the way counts:
an outcome behind a row that never matches is never reached. While some way ends nowhere, it may be
the one that should lead there, and nothing is said.

```yaml title="Bad"
steps:
  - id: look
    title: Look at the case
    role: agent
    next: closed
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped}         # SOP207
```

```yaml title="Good"
steps:
  - id: look
    title: Look at the case
    role: agent
    ask: Is the account a danger to anybody?
    answers: {yes: stopped, no: closed}
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped}
```
"""

from collections.abc import Iterator

from sopctl.analysis import ways
from sopctl.analysis.flow import flow
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop

severity = Severity.WARNING


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    reach = flow(library).reach(sop.id)
    if reach is None or (not reach.outcomes.issuperset(sop.outcomes or ()) and ways.stuck(sop)):
        return  # the way that ends nowhere may be the one that should lead there
    for id, outcome in (sop.outcomes or {}).items():
        if id not in reach.outcomes:
            yield Finding(("outcomes", id), f"no case ever ends in `{id}`", "lead to it from a step, or delete it", key=True)  # fmt: skip
        elif reach.by_arrows and outcome and outcome.adverse:
            message = f"unknown whether a case ever ends in `{id}`: the ways are too many to tell, by arrows one does"
            yield Finding(("outcomes", id), message, key=True, severity=Severity.NOTE)
