"""A SOP in force whose review is overdue.

What was right two years ago may send people the wrong way today: laws, systems and teams have
moved. Read it again, mend what has changed, and set `review_by` anew. Within the `review_notice`
of the knowledge base the date is a note, so that nobody is taken by surprise.

```yaml title="Bad"
status: effective
effective_on: 2025-02-17
review_by: 2026-02-17      # SOP106
```

```yaml title="Good"
status: effective
effective_on: 2026-02-17
review_by: 2027-02-17
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.duration import Duration

severity = Severity.WARNING
_HELP = "read it again, then set `review_by` anew"


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    due = sop.review_by
    if not due or sop.status not in ("effective", "suspended"):
        return
    left = (due - library.today).days
    if left < 0:  # the days are told in the help: the finding stays the same while they pass
        late = "1 day" if left == -1 else f"{-left} days"
        yield Finding(("review_by",), f"the review has been due since {due}", f"it is {late} late: {_HELP}")
    elif library.knowledge_base and left <= _days(library.knowledge_base.review_notice):
        when = "today" if not left else "tomorrow" if left == 1 else f"in {left} days"
        message, help = f"the review is due on {due}", f"that is {when}: {_HELP}"
        yield Finding(("review_by",), message, help, severity=Severity.NOTE)


def _days(notice: Duration | None) -> int:
    """The days of a notice, at most; opening hours as those of a week of five days of eight hours."""
    if notice is None:
        return -1
    if not notice.business:
        return -(-notice.minutes[1] // 1440)
    days = notice.count if notice.unit == "bd" else -(-notice.count // 8)
    return days + 2 * -(-days // 5)
