"""A SOP in force that nobody approved.

From `approved` on, people may rely on it, and an audit asks who released it. An approval names the
role, the day and its meaning; only the meaning `approval` releases. Add it, or set the status back
to `in-review`.

```yaml title="Bad"
status: effective
effective_on: 2026-02-17
review_by: 2027-02-17
approvals:                 # SOP104
  - {role: counsel, meaning: review, on: 2026-02-03}
```

```yaml title="Bad"
status: approved           # SOP104
effective_on: 2026-12-17
review_by: 2027-12-17
```

```yaml title="Good"
status: effective
effective_on: 2026-02-17
review_by: 2027-02-17
approvals:
  - {role: counsel, meaning: review, on: 2026-02-03}
  - {role: lead, meaning: approval, on: 2026-02-04}
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.model import Sop
from sopctl.model.sop import APPROVED


def check(sop: Sop) -> Iterator[Finding]:
    if sop.status not in APPROVED or "approvals" in sop.unknown:
        return
    if any(not each or "meaning" in each.unknown or each.meaning == "approval" for each in sop.approvals):
        return
    at = "approvals" if sop.approvals else "status"
    help = "add an approval with `meaning: approval`, or set the status back to `in-review`"
    yield Finding((at,), f"the status is `{sop.status}`, but nobody has approved it", help)
