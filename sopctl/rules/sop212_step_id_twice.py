"""Two steps, or a step and an outcome, with one id.

A target of that name could mean either, and so could an approval, a training record or a link that
holds on to it. Give the later one a name of its own.

```yaml title="Bad"
steps:
  - {id: look, title: Look at it, role: agent}
  - {id: look, title: Look once more, role: lead, next: done}     # SOP212
```

```yaml title="Bad"
steps:
  - {id: done, title: Close the case, role: agent, next: done}
outcomes:
  done: {title: Done}      # SOP212
```

```yaml title="Good"
steps:
  - {id: look, title: Look at it, role: agent}
  - {id: look-again, title: Look once more, role: lead, next: done}
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.model import Sop
from sopctl.source import Document


def check(sop: Sop, document: Document) -> Iterator[Finding]:
    if len(sop.steps_by_id) == len(sop.known_steps) and sop.steps_by_id.keys().isdisjoint(sop.outcomes or ()):
        return
    seen: set[str] = set()
    for step in sop.known_steps:
        if step.id in seen:
            yield Finding((*step.at, "id"), f"another step has the id `{step.id}` already", _HELP)
        seen.add(step.id)
    keys = list(document.data)
    for id in sop.outcomes or {}:
        if id in seen and keys.index("outcomes") > keys.index("steps"):
            yield Finding(("outcomes", id), f"a step has the id `{id}` already", _HELP, key=True)
        elif id in seen:
            yield Finding((*sop.steps_by_id[id].at, "id"), f"an outcome has the id `{id}` already", _HELP)


_HELP = "give one of the two another id, and mend what leads to it"
