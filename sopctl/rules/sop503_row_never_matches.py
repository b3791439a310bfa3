"""A row that no case ever takes.

It looks like a decision that somebody takes, and never is one: its own tests contradict each
other, or every case that comes here is different, or (with `hit_policy: first`) the rows before it
have taken all its cases. Often a row that was meant to be an exception stands too low. An
`otherwise` that no case needs is fine.

```yaml title="Bad"
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
  confirmed: {ask: Is the violation confirmed?, type: yes-no}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    hit_policy: first
    decide:
      - when: {confirmed: yes}
        then: warned
      - when: {confirmed: yes, strikes: ">= 3"}         # SOP503
        then: stopped
      - otherwise: closed
outcomes:
  warned: {title: The driver is warned}
  stopped: {title: The account is stopped}
  closed: {title: Nothing is done}
```

```yaml title="Good"
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
  confirmed: {ask: Is the violation confirmed?, type: yes-no}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    hit_policy: first
    decide:
      - when: {confirmed: yes, strikes: ">= 3"}
        then: stopped
      - when: {confirmed: yes}
        then: warned
      - otherwise: closed
outcomes:
  warned: {title: The driver is warned}
  stopped: {title: The account is stopped}
  closed: {title: Nothing is done}
```

What the way here has fixed counts too:

```yaml title="Bad"
facts:
  confirmed: {ask: Is the violation confirmed?, type: yes-no}
steps:
  - id: sort
    title: Sort the case
    role: agent
    decide:
      - when: {confirmed: no}
        then: closed
      - when: {confirmed: yes}
        then: weigh
  - id: weigh
    title: Weigh the case
    role: lead
    decide:
      - when: {confirmed: yes}
        then: warned
      - when: {confirmed: no}         # SOP503
        then: closed
outcomes:
  warned: {title: The driver is warned}
  closed: {title: Nothing is done}
```
"""

from collections.abc import Iterator

from sopctl.analysis import case_words
from sopctl.analysis.table_faults import Idle, Judgement, judged
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for each in judged(sop, library):
        at = (*each.table.step.at, "decide")
        if each.unknown or each.by_arrows:
            what = case_words.TOO_MUCH if each.unknown else "unknown: the ways here are too many to tell"
            yield Finding(at, what, "split the SOP in two", key=True, severity=Severity.NOTE)
        for idle in each.idle:
            yield Finding((*at, idle.row), *_words(each, idle))


def _words(each: Judgement, idle: Idle) -> tuple[str, str]:
    """The message, and the way out."""
    space, box = each.space, each.table.lines[idle.row].box
    if idle.why == "rows":
        one = case_words.rows(idle.rows, idle.more)
        verb = "takes" if len(idle.rows) == 1 else "take"
        return (
            f"this row never matches: {one} {verb} all its cases",
            "correct the test, or delete the row"
            if idle.above is None
            else f"move it above row {idle.above + 1}, or delete it",
        )
    names = " and ".join(f"`{fact}`" for fact in idle.facts)
    if idle.why == "itself":
        return (
            f"this row never matches: no value of {names} passes its test",
            "correct the test, or delete the row",
        )
    if idle.facts:
        never = f"`{idle.facts[0]}` is never {case_words.values(space, box, idle.facts[0])}"
    else:
        never = f"no case is {case_words.case(space, box, each.table.tested)}"
    return f"this row never matches: when a case comes here, {never}", "correct the test, or delete the row"
