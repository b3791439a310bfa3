"""A way that ends nowhere.

From here no outcome and no other SOP can be reached. The person on shift does the step and is left
with an open case: no result is recorded, nobody is told. Give the last step a `next`, or a
decision that leads to an outcome.

```yaml title="Bad"
steps:
  - {id: read, title: Read the case, role: agent}
  - {id: note, title: Note the result, role: agent}     # SOP202
```

```yaml title="Bad"
steps:
  - {id: read, title: Read the case, role: agent}
  - {id: ask, title: Ask the driver, role: agent}       # SOP202
  - {id: wait, title: Wait for the answer, role: agent, next: ask}
```

```yaml title="Good"
steps:
  - {id: read, title: Read the case, role: agent}
  - {id: note, title: Note the result, role: agent, next: done}
```
"""

from collections.abc import Iterator

from sopctl.analysis import ways
from sopctl.analysis.graph import circles
from sopctl.diagnostic import Finding
from sopctl.model import Sop


def check(sop: Sop) -> Iterator[Finding]:
    if not sop.steps_whole or "outcomes" in sop.unknown:
        return
    stuck = ways.stuck(sop)
    for step in (id for id, nexts in stuck.items() if not nexts and id != ways.ANYWHERE):
        yield _finding(sop, step, f"the way ends at step `{step}`, at no outcome and no other SOP")
    for part in circles(stuck):
        inside = set(part)
        if all(to in inside for step in part for to in stuck[step]):
            steps = ", ".join(f"`{step}`" for step in part if step != ways.ANYWHERE)
            yield _finding(sop, part[0], f"no way leads out of {steps} to an outcome or another SOP")


def _finding(sop: Sop, step: str, message: str) -> Finding:
    return Finding(
        (*sop.steps_by_id[step].at, "id"), message, "let it lead to an outcome, with `next` or a decision"
    )
