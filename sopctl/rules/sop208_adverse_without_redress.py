"""A decision against somebody, of which they are not told or which they cannot contest.

An outcome with `adverse: true` takes something from a person: they learn of it through its
`notice`, and `appeal` says how to contest it, as a SOP or as a sentence where the way lies outside.
Most laws on account deactivation ask for both, and a decision without them rarely stands.

```yaml title="Bad"
steps:
  - id: look
    title: Look at the case
    role: agent
    ask: Is the account a danger to anybody?
    answers: {yes: stopped, no: closed}
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped, adverse: true}         # SOP208
```

```yaml title="Good"
steps:
  - id: look
    title: Look at the case
    role: agent
    ask: Is the account a danger to anybody?
    answers: {yes: stopped, no: closed}
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped, adverse: true, notice: told, appeal: "The harbour court, within four weeks."}
---
notices:
  told: {title: Decision told}
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.model import Sop


def check(sop: Sop) -> Iterator[Finding]:
    for id, outcome in (sop.outcomes or {}).items():
        if outcome and outcome.adverse:
            lacking = [word for word in ("notice", "appeal") if outcome.lacks(word)]
            if lacking:
                what = " and no ".join(f"`{word}`" for word in lacking)
                yield Finding(
                    ("outcomes", id), f"`{id}` is adverse, and has no {what}", _WAYS_OUT[lacking[0]], key=True
                )


_WAYS_OUT = {
    "notice": "name the notice that tells the person, and in `appeal` the SOP or the place to contest it",
    "appeal": "say in `appeal` how to contest it: a SOP, or a sentence where the way lies outside",
}
