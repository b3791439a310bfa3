"""Dates that cannot all be true.

A SOP that took effect before anybody approved it was in force without approval, and an auditor
will say so. One that is to be reviewed before it takes effect is overdue on its first day. No version
takes effect before it is written, and nobody has signed, or looked up a clause, on a day to come: on
`checked_on` rests how much the clause may be relied on. And no reminder ever comes for 30 February.

```yaml title="Bad"
status: effective
effective_on: 2026-02-01   # SOP103
review_by: 2026-01-01      # SOP103
approvals:
  - {role: counsel, meaning: approval, on: 2026-02-03}
```

```yaml title="Bad"
review_by: 2026-02-30      # SOP103
```

```yaml title="Bad"
version: 1.1.0
effective_on: 2026-02-17
approvals:
  - {role: counsel, meaning: review, on: 2999-02-03}       # SOP103
change_history:
  - {version: 1.1.0, on: 2026-02-01, author: writer, summary: Second look, effective_on: 2026-02-18}   # SOP103
  - {version: 1.0.0, on: 2026-01-05, author: writer, summary: First version, effective_on: 2026-01-04} # SOP103
```

```yaml title="Bad"
clauses:
  us-mn.appeal:
    text: A driver has 30 days to appeal.
    source: A law of Minnesota
    confidence: confirmed
    checked_on: 2999-01-04     # SOP103
```

```yaml title="Good"
status: effective
effective_on: 2026-02-17
review_by: 2027-02-17
approvals:
  - {role: counsel, meaning: approval, on: 2026-02-03}
```
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sopctl.diagnostic import Finding
from sopctl.library import Library
from sopctl.model import Sop


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    start = sop.effective_on
    signed = max(
        (each.on for each in sop.approvals or () if each and each.meaning == "approval" and each.on),
        default=None,
    )
    if start and signed and start < signed:
        message = f"it takes effect on {start}, before its approval on {signed}"
        yield Finding(("effective_on",), message, "let it take effect on that day or later")
    if start and sop.review_by and sop.review_by < start:
        message = f"it is to be reviewed by {sop.review_by}, before it takes effect on {start}"
        yield Finding(("review_by",), message, "write a later day, on which it is read again")
    for each in sop.approvals or ():
        if each and each.on and _is_to_come(each.on, library):
            message = f"it is signed on {each.on}, which is to come"
            yield Finding((*each.at, "on"), message, "write the day on which it was signed")
    for entry in sop.change_history or ():
        since = entry.effective_on if entry else None
        if not entry or not since:
            continue
        at = (*entry.at, "effective_on")
        if entry.on and since < entry.on:
            message = f"version {entry.version} takes effect on {since}, before it is written on {entry.on}"
            yield Finding(at, message, "mend the one of the two days that is wrong")
        elif start and since != start and entry.version == sop.version:
            message = f"version {entry.version} takes effect on {since}, but by `effective_on` on {start}"
            yield Finding(at, message, "write the same day in both places")


def check_library(library: Library) -> Iterator[Finding]:
    for id, clause in library.clauses.items():
        day = clause.checked_on
        if day and _is_to_come(day, library):
            help = "write the day on which somebody looked it up, or `confidence: unverified` until then"
            yield Finding(("clauses", id, "checked_on"), f"it was looked up on {day}, which is to come", help)


def _is_to_come(day: date, library: Library) -> bool:
    return day > library.today + timedelta(1)  # somewhere tomorrow has begun already
