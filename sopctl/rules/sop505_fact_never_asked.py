"""A decision rests on something that nobody asks and no data hold.

The table tests a fact, yet the fact has no `ask`, no `source`, and no row on the way here has
certainly set it. The person on shift cannot know it, and will fill the gap with a guess. Give the
fact its question, or the column of the case data that holds it.

```yaml title="Bad"
facts:
  tier: {type: choice, values: [low, high]}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:
      - when: {tier: low}         # SOP505
        then: done
      - when: {tier: high}
        then: done
```

```yaml title="Good"
facts:
  tier: {type: choice, values: [low, high]}
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
steps:
  - id: grade
    title: Grade the case
    role: agent
    decide:
      - when: {strikes: "< 3"}
        set: {tier: low}
      - when: {strikes: ">= 3"}
        set: {tier: high}
  - id: decide
    title: Decide on the case
    role: lead
    decide:
      - when: {tier: low}
        then: done
      - when: {tier: high}
        then: done
```
"""

from collections.abc import Iterator

from sopctl.analysis.flow import flow
from sopctl.analysis.program import within_rows
from sopctl.diagnostic import Finding, Pointer, Severity
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Step

severity = Severity.WARNING


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    reach = flow(library).reach(sop.id)
    if reach is None or not reach.may_be_unasked:
        return
    said: set[str] = set()
    for node in reach.program.nodes.values():
        for bit, fact in node.unasked:
            space = reach.program.space
            lacking = (
                [box for box in reach.at[node.step.id].sure if box & bit] if node.step.id in reach.at else []
            )
            if fact in said or not lacking:
                continue
            said.add(fact)
            at = _test(node.step, fact)
            if reach.by_arrows and any(space.meets(box, ~bit) for box in lacking):
                yield Finding(at, f"unknown whether `{fact}` is always set before: the ways here are too many to tell", severity=Severity.NOTE)  # fmt: skip
            else:
                yield Finding(at, f"nobody asks `{fact}`: it has no `ask`, no `source`, and is not set on every way here", "give the fact an `ask`")  # fmt: skip


def _test(step: Step, fact: str) -> Pointer:
    """The first test of a fact in a step."""
    tests = [row for row in step.decide or () if row and fact in row.when]
    times = [row for row in within_rows(step) if fact in row.when]
    at = tests[0].at if tests else times[0].at
    return (*at, "when", fact)
