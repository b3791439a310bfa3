"""A SOP in force that nobody approved.

From `approved` on, people may rely on it, and an audit asks who released it. An approval names the
role, the day and its meaning; only the meaning `approval` releases. Add it, or set the status back
to `in-review`.

An approval is somebody's word for one version. Where a major or minor version has none but those
that its forerunner had on the day on which it took effect, nobody has approved it.

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

```yaml title="Bad"
version: 2.0.0
status: effective
effective_on: 2026-04-01
review_by: 2027-04-01
approvals:                 # SOP104
  - {role: lead, meaning: approval, on: 2026-01-08}
change_history:
  - {version: 2.0.0, on: 2026-03-01, author: writer, summary: More time, effective_on: 2026-04-01}
  - {version: 1.0.0, on: 2026-01-05, author: writer, summary: First version, effective_on: 2026-01-10}
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

from collections.abc import Iterator, Sequence

from sopctl.diagnostic import Finding
from sopctl.model import Sop
from sopctl.model.sop import APPROVED, Approval


def check(sop: Sop) -> Iterator[Finding]:
    if sop.status not in APPROVED or "approvals" in sop.unknown:
        return
    approvals = [each for each in sop.approvals if not each or _approves(each)]
    if approvals:
        yield from _of_another_version(sop, approvals)
        return
    at = "approvals" if sop.approvals else "status"
    help = "add an approval with `meaning: approval`, or set the status back to `in-review`"
    yield Finding((at,), f"the status is `{sop.status}`, but nobody has approved it", help)


def _approves(approval: Approval) -> bool:
    return "meaning" in approval.unknown or approval.meaning == "approval"


def _of_another_version(sop: Sop, approvals: Sequence[Approval | None]) -> Iterator[Finding]:
    entries = (sop.change_history or ())[:2]
    if len(entries) < 2 or sop.status not in ("approved", "effective"):
        return
    new, old = entries
    if not (new and old and new.on and old.on and new.version == sop.version and old.version):
        return
    if new.version.split(".")[:2] == old.version.split(".")[:2]:  # a patch mends words
        return
    days = [each.on for each in approvals if each and each.on]
    begun = old.effective_on if old.effective_on and old.effective_on < new.on else old.on
    if len(days) == len(approvals) and max(days) < new.on and max(days) <= begun:
        message = f"version {new.version} was written on {new.on}, and nobody has approved it since: the last approval is of {max(days)}"
        help = "add the approval of this version, or set the status back to `in-review`"
        yield Finding(("approvals",), message, help)
