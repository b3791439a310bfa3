"""An escalation path that does not say who decides when nobody answers.

Phones are off, people are ill, and at four in the morning the last level does not answer either.
`on_exhausted` names the one who then has to decide, so that a case never waits for nobody.

```yaml title="Bad"
escalation_paths:
  urgent:                     # SOP402
    title: Urgent case
    levels:
      - {to: agent, ack_within: 15m}
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
        if path.lacks("on_exhausted"):
            message = f"path `{id}` does not say who decides when nobody answers"
            yield Finding(("escalation_paths", id), message, "name a role in `on_exhausted`", key=True)
