"""A deadline that the slowest way through the SOP does not keep.

Everybody may stay within the time of their own step, and the promise is broken all the same: the
steps add up to more, most of all over a weekend and a holiday. The times of the steps, calls and
escalations are added up on the calendar, from every moment of the next two years; the worst start
is shown, in the time zone of the default calendar. An escalation with `then` is a way as well: `when`
may take the case out of each step just before it is done, `after` takes away what is still there when
its time has passed, so that no step lasts longer. Shorten a step on that way, or promise what can be
kept.

```yaml title="Bad"
steps:
  - id: look
    title: Look at it
    role: lead
    within: 10bd
    next: answer
  - id: answer
    title: Answer
    role: lead
    within: 1bd
    next: done
deadlines:
  - {id: reply, kind: ceiling, from: trigger, to: done, value: 14d}       # SOP408
---
knowledge_base: {title: Examples, default_calendar: office}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles}
```

```yaml title="Good"
steps:
  - id: look
    title: Look at it
    role: lead
    within: 7bd
    next: answer
  - id: answer
    title: Answer
    role: lead
    within: 1bd
    next: done
deadlines:
  - {id: reply, kind: ceiling, from: trigger, to: done, value: 14d}
---
knowledge_base: {title: Examples, default_calendar: office}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles}
```
"""

from collections.abc import Iterator

from sopctl.analysis import time_words
from sopctl.analysis.promises import verdicts
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop

absence = "which deadlines are missed"
by_registers = True


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for verdict in verdicts(sop, library):
        deadline, broken = verdict.deadline, verdict.broken
        if deadline.kind != "ceiling":
            continue
        if verdict.unknown:
            message = f"unknown: whether `{deadline.id}` is kept, since {verdict.unknown}"
            yield Finding(deadline.at, message, severity=Severity.WARNING)
        elif broken:
            said = f"`{deadline.id}` is missed"
            message = (
                f"{said}: from {time_words.since(deadline.from_)} to `{broken.to}` it can take"
                f" {time_words.took(broken)}, promised are {time_words.promise(broken, library)}."
                f" {time_words.story(broken, sop, library)}"
            )
            yield Finding(
                deadline.at,
                message,
                _HELP + time_words.doubt(verdict),
                severity=time_words.weight(broken),
                lasting=said,
            )


_HELP = "shorten a step of this way, or promise what it can keep"
