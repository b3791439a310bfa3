"""A name that two things carry.

A reference to it can lead to either. The person who follows it cannot know that there is another,
and the two drift apart. This goes for SOPs, for the entries of registers, for roles, teams and
schedules together, for the deadlines of a SOP, and for its private facts beside the shared ones. An id that a SOP had
before it was renamed (`formerly`) stays its own: no other SOP may have it. Rename the later one, or
make the two one.

```yaml title="Bad"
roles:
  lead: {title: Lead}
teams:
  lead: {title: Leads}     # SOP102
```

```yaml title="Bad"
id: TS-EX-001
---
id: TS-EX-002
formerly: [TS-EX-001]      # SOP102
```

```yaml title="Bad"
deadlines:
  - {id: answer, kind: ceiling, from: trigger, to: done, value: 14d}
  - {id: answer, kind: ceiling, from: trigger, to: done, value: 7d}     # SOP102
```

```yaml title="Good"
roles:
  lead: {title: Lead}
teams:
  leads: {title: Leads}
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.library import Library
from sopctl.model import Sop


def check_library(library: Library) -> Iterator[Finding]:
    yield from library.twice
    for sop in library.sops:
        yield from _deadlines(sop, library.path_of(sop))


def _deadlines(sop: Sop, path: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for each in sop.deadlines or ():
        if each and each.id in seen:
            message = f"another deadline has the id `{each.id}` already"
            yield Finding((*each.at, "id"), message, "give one of the two another id", path=path)
        elif each and each.id:
            seen.add(each.id)
