"""Dates that cannot all be true.

A SOP that took effect before anybody approved it was in force without approval, and an auditor
will say so. One that is to be reviewed before it takes effect is overdue on its first day. And no
reminder ever comes for 30 February.

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

```yaml title="Good"
status: effective
effective_on: 2026-02-17
review_by: 2027-02-17
approvals:
  - {role: counsel, meaning: approval, on: 2026-02-03}
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.model import Sop


def check(sop: Sop) -> Iterator[Finding]:
    start = sop.effective_on
    signed = max(
        (each.on for each in sop.approvals or () if each and each.meaning == "approval" and each.on),
        default=None,
    )
    if start and signed and start < signed:
        yield Finding(("effective_on",), f"it takes effect on {start}, before its approval on {signed}")
    if start and sop.review_by and sop.review_by < start:
        yield Finding(
            ("review_by",), f"it is to be reviewed by {sop.review_by}, before it takes effect on {start}"
        )
