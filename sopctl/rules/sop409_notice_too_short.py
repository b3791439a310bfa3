"""A waiting time that the fastest way through the SOP cuts short.

A notice period or a cooling-off period belongs to the person who is affected. If some way reaches
the end earlier, that person loses days which a law or a contract gives them. Put a `wait` on a
step of that way, or make the one that is there longer. An escalation with `then` may take the case
there at once, with `after` when its time has passed.

```yaml title="Bad"
steps:
  - id: send
    title: Send the notice
    role: lead
    next: stop
  - id: stop
    title: Stop the account
    role: lead
    wait: 10d
    next: done
deadlines:
  - {id: notice, kind: floor, from: send, to: stop, value: 14d}       # SOP409
```

```yaml title="Good"
steps:
  - id: send
    title: Send the notice
    role: lead
    next: stop
  - id: stop
    title: Stop the account
    role: lead
    wait: 14d
    next: done
deadlines:
  - {id: notice, kind: floor, from: send, to: stop, value: 14d}
```
"""

from collections.abc import Iterator

from sopctl.analysis import time_words
from sopctl.analysis.promises import verdicts
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop

absence = "which waiting times are cut short"
by_registers = True


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for verdict in verdicts(sop, library):
        deadline, broken = verdict.deadline, verdict.broken
        if deadline.kind != "floor":
            continue
        if verdict.unknown:
            message = f"unknown: whether `{deadline.id}` is kept, since {verdict.unknown}"
            yield Finding(deadline.at, message, severity=Severity.WARNING)
        elif broken:
            said = f"`{deadline.id}` is cut short"
            message = (
                f"{said}: from {time_words.since(deadline.from_)} to `{broken.to}` it can take"
                f" only {time_words.took(broken)}, promised are at least {time_words.promise(broken, library)}."
                f" {time_words.story(broken, sop, library)}"
            )
            yield Finding(
                deadline.at,
                message,
                _HELP + time_words.doubt(verdict),
                severity=time_words.weight(broken),
                lasting=said,
            )


_HELP = "put a `wait` on a step of this way, or make the one that is there longer"
