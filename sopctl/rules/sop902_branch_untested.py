"""No scenario takes a row, an answer or an outcome.

What no scenario goes through can change its meaning, or go nowhere, without anybody noticing. This
rule only speaks when it is asked for by its whole code: a SOP is right without a scenario for every
branch, and the figure of `sopctl test --coverage` is a better guide than a long list of notes.

`sopctl test --write-missing ID` proposes scenarios for these branches, with values at their
boundaries; what should come out is for a person to say.

```yaml title="Bad"
steps:
  - id: ask
    title: Do the papers suffice?
    role: agent
    ask: Do the papers suffice?
    answers:
      yes: accepted
      no: refused                          # SOP902
outcomes:
  accepted: {title: Accepted}
  refused: {title: Refused}                # SOP902
scenarios:
  - title: Everything is there
    answers: {ask: yes}
    expect: {outcome: accepted}
```

```yaml title="Good"
steps:
  - id: ask
    title: Do the papers suffice?
    role: agent
    ask: Do the papers suffice?
    answers:
      yes: accepted
      no: refused
outcomes:
  accepted: {title: Accepted}
  refused: {title: Refused}
scenarios:
  - title: Everything is there
    answers: {ask: yes}
    expect: {outcome: accepted}
  - title: A paper is missing
    answers: {ask: no}
    expect: {outcome: refused}
```
"""

from collections.abc import Iterator

from sopctl.analysis import coverage
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop

severity = Severity.NOTE
asked_only = True


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for branch in coverage.untested(sop, library):
        if branch.kind != "step":
            yield Finding(branch.at, f"no scenario {branch.words(sop)}", _HELP, key=branch.kind != "row")


_HELP = "write a scenario of such a case"
