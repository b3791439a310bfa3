"""A step that somebody does, and nobody is named.

Everybody who reads it thinks that somebody else does it, and in an audit nobody did. Name the
role, team or schedule that does the step. A step that hands the case up (`escalate`) or runs
another SOP (`call`) needs none: the path or that SOP names its people.

```yaml title="Bad"
steps:
  - id: read               # SOP601
    title: Read the case
    next: done
```

```yaml title="Good"
steps:
  - id: read
    title: Read the case
    role: agent
    next: done
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.model import Sop


def check(sop: Sop) -> Iterator[Finding]:
    for step in sop.steps or ():
        if step and step.lacks("role") and step.lacks("escalate") and step.lacks("call"):
            name = f"step `{step.id}`" if step.id else "this step"
            yield Finding(
                step.at, f"nobody is named who does {name}", "add a `role`: a role, team or schedule"
            )
