"""A role that does steps of the SOP need not be trained on it.

Whoever does a step should have passed its questions; a role that was forgotten works by hearsay.
List the role under `required_for`, or list a team or schedule that it belongs to. A role whose
only steps hand the case up (`escalate`) or run another SOP (`call`) needs no training here, nor
does one that only lends a hand with an item of a checklist.

```yaml title="Bad"
steps:
  - id: read
    title: Read the case
    role: agent            # SOP602
  - id: weigh
    title: Weigh the facts
    role: lead
    next: done
training:
  required_for: [lead]
```

```yaml title="Good"
steps:
  - id: read
    title: Read the case
    role: agent
  - id: weigh
    title: Weigh the facts
    role: lead
    next: done
training:
  required_for: [agent, lead]
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding, Pointer, Severity
from sopctl.library import Library
from sopctl.model import Sop

severity = Severity.WARNING


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    if not sop.training or "required_for" in sop.training.unknown:
        return
    required = {*sop.training.required_for}
    if not all(id and library.person(id) for id in required):
        return  # who is meant, or belongs to them, nobody can know
    trained = required | {member for id in required for member in _members(library, id)}
    said: set[str] = set()
    for at, doer in _doers(sop):
        if doer in trained or doer in said or not library.person(doer):
            continue
        said.add(doer)
        members = _members(library, doer)
        missing = [member for member in members if member not in trained]
        if not members:
            yield Finding(at, f"`{doer}` does this, and the training is not required for it", _HELP)
        elif missing:
            names = ", ".join(f"`{member}`" for member in missing)
            yield Finding(
                at, f"`{doer}` does this, and the training is not required for its role {names}", _HELP
            )


_HELP = "add it to `required_for` under `training`"


def _doers(sop: Sop) -> Iterator[tuple[Pointer, str]]:
    """Who does a step, and where it says so."""
    for step in sop.steps or ():
        if not step or step.escalate or step.call or {"escalate", "call"} & step.unknown:
            continue
        if step.role:
            yield (*step.at, "role"), step.role


def _members(library: Library, id: str) -> list[str]:
    """The roles of a schedule or team; none for a role."""
    if id in library.schedules:
        return [role for role in library.schedules[id].roles or () if role]
    if id in library.teams:
        return library.members.get(id, [])
    return []
