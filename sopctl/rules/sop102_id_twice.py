"""A name that two things carry.

A reference to it can lead to either. The person who follows it cannot know that there is another,
and the two drift apart. This goes for SOPs, for the entries of registers, for roles, teams and
schedules together, and for the private facts of a SOP beside the shared ones. An id that a SOP had
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

```yaml title="Good"
roles:
  lead: {title: Lead}
teams:
  leads: {title: Leads}
```
"""

from collections.abc import Iterable

from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterable[Finding]:
    return library.twice
