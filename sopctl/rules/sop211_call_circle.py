"""SOPs that call each other in a circle.

Each waits for the other to come back, and none ever does: the person on shift opens one procedure
after the other and is back at the first. Let one of them end in an outcome, or hand the case off
instead of calling. A circle of hand-offs alone is a loop, which SOP204 finds.

```yaml title="Bad"
id: TS-EX-001
steps:
  - {id: check, title: Check the account, call: TS-EX-002, next: done}      # SOP211
---
id: TS-EX-002
steps:
  - {id: ask, title: Ask the first team, call: TS-EX-001, next: done}
```

```yaml title="Good"
id: TS-EX-001
steps:
  - {id: check, title: Check the account, call: TS-EX-002, next: done}
---
id: TS-EX-002
steps:
  - {id: ask, title: Ask the driver, role: agent, next: done}
```
"""

from collections.abc import Iterator

from sopctl.analysis.calls import call_circles
from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    for circle in call_circles(library):
        first = circle[0]
        way = first.sop + "".join(
            f" {'hands off to' if each.hands_off else 'calls'} {each.to}," for each in circle
        )
        sop = library.sop(first.sop)
        if sop:
            message = f"calls go in a circle and never come back: {way.rstrip(',')}"
            help = "let one of them end in an outcome, or hand the case off instead of calling"
            yield Finding(first.at, message, help, path=library.path_of(sop))
