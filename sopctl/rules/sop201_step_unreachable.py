"""A step that nothing leads to.

People start at the first step and go where each step sends them. A step off that way is never
done, yet it reads as if it were part of the procedure: an auditor believes that it happens, and
the person who added it believes so too. Lead to it from another step, or delete it.

```yaml title="Bad"
steps:
  - id: read
    title: Read the case
    role: agent
    next: done
  - id: second-look        # SOP201
    title: Ask a second person to look
    role: lead
    next: done
```

```yaml title="Good"
steps:
  - id: read
    title: Read the case
    role: agent
    next: second-look
  - id: second-look
    title: Ask a second person to look
    role: lead
    next: done
```
"""

from collections.abc import Iterator

from sopctl.analysis import ways
from sopctl.analysis.graph import reachable
from sopctl.diagnostic import Finding
from sopctl.model import Sop


def check(sop: Sop) -> Iterator[Finding]:
    steps = sop.known_steps
    if not steps or not sop.steps_whole:
        return
    reached = reachable(ways.graph(sop), [steps[0].id, *ways.interruptions(sop)])
    for step in steps:
        if step.id not in reached:
            yield Finding((*step.at, "id"), f"nothing leads to step `{step.id}`", _HELP)


_HELP = "lead to it from a step, with `next` or a decision, or delete it"
