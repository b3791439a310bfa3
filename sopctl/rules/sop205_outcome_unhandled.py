"""A called SOP can end in a way that the caller does not expect.

The called procedure comes back with a result, and nobody has said what happens then: the case lies
there until somebody notices. Give each outcome a target in `on`, or add `otherwise` for the rest.
Where the called SOP hands the case to another one, the outcomes of that one count too.

```yaml title="Bad"
id: TS-EX-001
steps:
  - id: restore
    title: Restore the account
    call: TS-EX-002
    on: {restored: done}       # SOP205
---
id: TS-EX-002
steps:
  - id: check
    title: Is the account whole?
    role: agent
    ask: Is it whole?
    answers: {yes: restored, no: refused}
outcomes:
  restored: {title: The account works again}
  refused: {title: The account stays closed}
```

```yaml title="Good"
id: TS-EX-001
steps:
  - id: restore
    title: Restore the account
    call: TS-EX-002
    on: {restored: done, otherwise: done}
---
id: TS-EX-002
steps:
  - id: check
    title: Is the account whole?
    role: agent
    ask: Is it whole?
    answers: {yes: restored, no: refused}
outcomes:
  restored: {title: The account works again}
  refused: {title: The account stays closed}
```
"""

from collections.abc import Iterator

from sopctl.analysis.calls import Endings, endings
from sopctl.diagnostic import Finding, nearest
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Step

OTHERWISE = "otherwise"


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for step in sop.known_steps:
        called = library.sop(step.call) if step.call and step.on and OTHERWISE not in step.on else None
        if called:
            ends = endings(library, called)
            left = {end: by for end, by in ends.reached.items() if end not in step.on}
            for end in _slips(step, ends):
                left.pop(end, None)  # a slip in its name is one finding already
            if left:
                message = (
                    f"{called.id} can end in {_listed(left, called)}, and `on` does not say what happens then"
                )
                help = "add a target for each, or `otherwise` for the rest"
                yield Finding((*step.at, "on"), message, help, key=True)


def _slips(step: Step, ends: Endings) -> Iterator[str]:
    for word in step.on:
        if word not in ends.named:
            yield nearest(word, ends.named)


def _listed(left: dict[str, str], called: Sop) -> str:
    own = sorted(left, key=lambda end: end not in (called.outcomes or {}))
    named = [
        f"`{end}`" if end in (called.outcomes or {}) else f"`{end}` (by way of {left[end]})"
        for end in own[:_FEW]
    ]
    return ", ".join(named) + (f" and {len(left) - _FEW} more" if len(left) > _FEW else "")


_FEW = 5
