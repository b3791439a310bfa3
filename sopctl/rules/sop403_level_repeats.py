"""A level that tells nobody but those whom the level before it told.

They have not answered. Telling them again as if they were the next level costs the time of a
level and reaches nobody new. To page the same people twice, use `repeat`, or give the level more
time.

```yaml title="Bad"
escalation_paths:
  urgent:
    title: Urgent case
    levels:
      - {to: agent, ack_within: 15m}
      - {to: agent, ack_within: 30m}      # SOP403
    on_exhausted: lead
```

```yaml title="Good"
escalation_paths:
  urgent:
    title: Urgent case
    levels:
      - {to: agent, ack_within: 45m}
      - {to: [agent, lead], ack_within: 30m}
    on_exhausted: counsel
```
"""

from collections.abc import Iterator

from sopctl.analysis.escalation import repeated
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library

severity = Severity.WARNING


def check_library(library: Library) -> Iterator[Finding]:
    for id, path in library.paths.items():
        for i in repeated(path):
            names = " and ".join(f"`{each}`" for each in path.levels[i].to)
            message = f"level {i + 1} tells {names}, whom level {i} has told already"
            yield Finding(("escalation_paths", id, "levels", i), message, _HELP)


_HELP = "tell somebody else, or give the level before it more time, or use `repeat`"
