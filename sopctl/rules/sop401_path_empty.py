"""An escalation path without levels.

Somebody starts the path because a case is stuck or a person is in danger, and nobody is told.
Give it at least one level: who is told, and how long they have to acknowledge.

```yaml title="Bad"
escalation_paths:
  urgent:
    title: Urgent case
    levels: []                # SOP401
    on_exhausted: lead
```

```yaml title="Good"
escalation_paths:
  urgent:
    title: Urgent case
    levels:
      - {to: agent, ack_within: 15m}
    on_exhausted: lead
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    for id, path in library.paths.items():
        if path.lacks("levels"):
            at = ("escalation_paths", id, "levels")
            yield Finding(at, f"path `{id}` has no level: whoever starts it tells nobody", _HELP, key=True)


_HELP = "add a level with `to` and `ack_within`"
