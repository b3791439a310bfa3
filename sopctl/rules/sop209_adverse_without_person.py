"""A way to an adverse outcome on which nobody takes part.

A person takes part in a step that asks a question (`ask`), that goes up an escalation path
(`escalate`), or that says `human: true`. Where a case can come to an adverse outcome past none of
these, a table alone takes something from a person, which several laws on automated decisions
forbid. The finding shows such a way. Steps of called SOPs count.

```yaml title="Bad"
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
steps:
  - id: decide
    title: Decide on the case
    role: agent
    decide:
      - when: {strikes: ">= 3"}
        then: stopped
      - when: {strikes: "< 3"}
        then: closed
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped, adverse: true}         # SOP209
```

```yaml title="Good"
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
steps:
  - id: decide
    title: Decide on the case
    role: agent
    human: true
    decide:
      - when: {strikes: ">= 3"}
        then: stopped
      - when: {strikes: "< 3"}
        then: closed
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped, adverse: true}
```
"""

from collections.abc import Iterator

from sopctl.analysis import case_words
from sopctl.analysis.flow import flow
from sopctl.diagnostic import Finding
from sopctl.library import Library
from sopctl.model import Sop


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    reach = flow(library).reach(sop.id)
    if reach is None or not reach.alone:
        return
    for id, outcome in (sop.outcomes or {}).items():
        if outcome and outcome.adverse and id in reach.alone:
            arrows = " (by its arrows; the ways are too many to tell)" if reach.by_arrows else ""
            yield Finding(
                ("outcomes", id),
                f"a case can come to `{id}` with no person on the way: {case_words.way(reach.alone[id])}{arrows}",
                "let a step on that way say `human: true`, or `ask` a question",
                key=True,
            )
