"""A call waits for an outcome that the called SOP does not have.

The way that stands beside it is never taken, and the outcome that was meant is not dealt with.
Usually an outcome of the called SOP was renamed. The outcomes of SOPs that the called one hands
the case to count too.

```yaml title="Bad"
id: TS-EX-001
steps:
  - id: restore
    title: Restore the account
    call: TS-EX-002
    on:
      restord: done            # SOP206
      otherwise: done
---
id: TS-EX-002
steps:
  - {id: look, title: Look at it, role: agent, next: restored}
outcomes:
  restored: {title: The account works again}
```

```yaml title="Good"
id: TS-EX-001
steps:
  - id: restore
    title: Restore the account
    call: TS-EX-002
    on:
      restored: done
      otherwise: done
---
id: TS-EX-002
steps:
  - {id: look, title: Look at it, role: agent, next: restored}
outcomes:
  restored: {title: The account works again}
```
"""

from collections.abc import Iterator

from sopctl.analysis.calls import endings
from sopctl.diagnostic import Finding, did_you_mean
from sopctl.library import Library
from sopctl.model import Sop


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for step in sop.known_steps:
        called = library.sop(step.call) if step.call and step.on else None
        ends = endings(library, called) if called else None
        if called is None or ends is None or not ends.whole:
            continue
        for word in step.on:
            if word != "otherwise" and word not in ends.named:
                near = did_you_mean(word, ends.named)
                known = ", ".join(f"`{end}`" for end in [*ends.named][:_FEW])
                help = "" if near else f"its outcomes are {known}{', …' if len(ends.named) > _FEW else ''}"
                message = f"{called.id} has no outcome `{word}`{near}"
                yield Finding((*step.at, "on", word), message, help, key=True)


_FEW = 7
