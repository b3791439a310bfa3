"""A SOP in force that sends a case to one that is not.

The case arrives at a procedure that is still a draft, or was taken out of force: whoever gets it
has nothing to go by, and what they do is not covered. Bring the other one into force first, or
lead elsewhere. Mentions in texts are free. One that takes effect later, for the first time, must do
so no later than the SOP that leads to it.

```yaml title="Bad"
id: TS-EX-001
status: effective
effective_on: 2026-01-06
review_by: 2027-01-06
steps:
  - {id: look, title: Look at it, role: lead, next: TS-EX-002}      # SOP108
---
id: TS-EX-002
status: draft
```

```yaml title="Bad"
id: TS-EX-001
status: effective
effective_on: 2026-01-06
review_by: 2027-01-06
steps:
  - {id: look, title: Look at it, role: lead, next: TS-EX-002}      # SOP108
---
id: TS-EX-002
status: effective
effective_on: 2999-01-06
review_by: 2999-07-06
```

```yaml title="Good"
id: TS-EX-001
status: effective
effective_on: 2026-01-06
review_by: 2027-01-06
steps:
  - {id: look, title: Look at it, role: lead, next: TS-EX-002}
---
id: TS-EX-002
status: effective
effective_on: 2026-01-06
review_by: 2027-01-06
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.reading import Reference


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    if sop.status != "effective":
        return
    references = library.references[library.path_of(sop)]
    for reference in [each for each in references if each.kind in ("target", "sop")]:
        if verb := _sends(reference):
            other = library.sop(reference.target)
            if other and other.status and (why := _not_in_force(sop, other, library)):
                message = f"this SOP is effective and {verb} {other.id}, {why}"
                yield Finding(reference.at, message, _HELP)


_HELP = "send the case to a SOP that is in force, or let this one take effect together with that one"


def _not_in_force(sop: Sop, other: Sop, library: Library) -> str:
    """Why a SOP is not in force when the one that leads to it is; empty where it is."""
    if other.status != "effective":
        return f"whose status is `{other.status}`"
    start = library.begins(other)
    late = start and not (sop.effective_on and sop.effective_on >= start)
    return f"which takes effect on {start}, later than this one" if late else ""


def _sends(reference: Reference) -> str:
    """How a reference sends a case to a SOP; empty where it only speaks of one."""
    if reference.kind == "target":
        return "hands off to"
    if reference.kind == "sop" and reference.part is None:
        return {"call": "calls", "appeal": "appeals to"}.get(str(reference.at[-1]), "")
    return ""
