"""A deadline that nothing proves: a step on the way has no time, or a loop no bound.

A promise of fourteen days is only as good as the step in the middle that may take for ever. Give
the step a `within`, and where it has rows, a last one with `otherwise`; give the loop an `at_most`
with its `after_that`. An escalation with `after` and `then` bounds both. A deadline to which no way
leads proves nothing either, and one without a time promises none. While some way ends nowhere, it
may be the one that should lead there, and nothing is said.

```yaml title="Bad"
steps:
  - id: look
    title: Look at it
    role: lead
    next: answer
  - id: answer
    title: Answer
    role: lead
    within: 1d
    next: done
deadlines:
  - {id: reply, kind: ceiling, from: trigger, to: done, value: 14d}       # SOP410
```

```yaml title="Bad"
steps:
  - {id: answer, title: Answer, role: lead, within: 1d, next: done}
deadlines:
  - {id: reply, kind: ceiling, from: trigger, to: done, implements: us-wa.answer}       # SOP410
---
clauses:
  us-wa.answer: {text: Answer soon., source: A law, kind: ceiling, confidence: confirmed}
```

```yaml title="Bad"
facts:
  severe: {ask: Is anybody in danger?, type: yes-no}
steps:
  - id: answer
    title: Answer
    role: lead
    within:
      - {when: {severe: yes}, within: 1d}
    next: done
deadlines:
  - {id: reply, kind: ceiling, from: trigger, to: done, value: 14d}       # SOP410
```

```yaml title="Good"
steps:
  - id: look
    title: Look at it
    role: lead
    within: 5d
    next: answer
  - id: answer
    title: Answer
    role: lead
    within: 1d
    next: done
deadlines:
  - {id: reply, kind: ceiling, from: trigger, to: done, value: 14d}
```
"""

from collections.abc import Iterator

from sopctl.analysis import time_words, ways
from sopctl.analysis.promises import verdicts
from sopctl.analysis.states import UNREAD, Doubt
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop

severity = Severity.WARNING


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for verdict in verdicts(sop, library):
        deadline = verdict.deadline
        if verdict.timeless:
            why = f"neither it nor {time_words.points(deadline.implements)} sets a time"
            help = "give it a `value`, or the clause a `kind` and a `value`"
            yield Finding(deadline.at, f"`{deadline.id}` promises nothing: {why}", help)
        elif verdict.nowhere and ways.stuck(sop):
            continue  # the way that ends nowhere may be the one that should lead there
        elif verdict.nowhere:
            why = f"no way leads from {time_words.since(deadline.from_)} to {time_words.points(deadline.to)}"
            yield Finding(deadline.at, f"`{deadline.id}` promises nothing: {why}", "mend `from` or `to`")
        elif doubts := frozenset(each for each in verdict.doubts if not _is_told(each, library)):
            message = f"`{deadline.id}` cannot be proven: {time_words.reasons(doubts, sop)}"
            yield Finding(deadline.at, message, _HELP + time_words.doubt(verdict))


def _is_told(doubt: Doubt, library: Library) -> bool:
    """Whether what bounds the loop, or the time of the step, is written wrongly."""
    if doubt.kind == UNREAD:
        return True
    steps = ((library.sop(id), step) for id, step in doubt.loop)
    return any(sop is not None and ways.bounded(sop.steps_by_id[step]) for sop, step in steps)


_HELP = "give each step on the way a `within`, its rows a last `otherwise`, and each loop an `at_most` with `after_that`"
