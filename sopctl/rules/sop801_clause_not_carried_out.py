"""A clause that applies here, and that nothing in force carries out.

The law or the contract asks for something, and no procedure says that anybody does it. The gap
shows in an audit or in a claim, long after the day on which it could have been closed. Name the
clause in `implements` of the SOP, step, row, outcome, deadline, record or notice that carries it out,
in `clause` of a checklist item, or say with `applies_to` that it does not concern you.

```yaml title="Bad"
id: TS-EX-001
status: effective
effective_on: 2026-01-06
review_by: 2027-01-06
applies_to: {jurisdictions: [us-wa]}
---
clauses:
  us-wa.answer:                      # SOP801
    text: Answer within 14 days.
    source: A law of Washington
    applies_to: {jurisdictions: [us-wa]}
```

```yaml title="Good"
id: TS-EX-001
status: effective
effective_on: 2026-01-06
review_by: 2027-01-06
applies_to: {jurisdictions: [us-wa]}
implements: us-wa.answer
---
clauses:
  us-wa.answer:
    text: Answer within 14 days.
    source: A law of Washington
    applies_to: {jurisdictions: [us-wa]}
```
"""

from collections.abc import Iterator, Sequence

from sopctl.analysis.clauses import Carrier, carriers, concerned, stated
from sopctl.analysis.perhaps_meant import perhaps_meant
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop

severity = Severity.WARNING
absence = "which clauses nothing carries out"


def check_library(library: Library) -> Iterator[Finding]:
    named = carriers(library)
    meant = perhaps_meant(library)
    for id, clause in library.clauses.items():
        by = named.get(id, [])
        if id in meant or any(stated(library, each) for each in by):
            continue
        if sops := concerned(library, clause):
            message = f"`{id}` applies to {_listed(sops)}, and {_nobody(by)}"
            help = "name it in `implements` of what carries it out, or narrow its `applies_to`"
            yield Finding(("clauses", id), message, help, key=True)


def _listed(sops: Sequence[Sop]) -> str:
    if len(sops) == 1:
        return f"{sops[0].id}, which is effective"
    more = f" and {len(sops) - 2} more" if len(sops) > 2 else ""
    joint = ", " if more else " and "
    return f"the effective {sops[0].id}{joint}{sops[1].id}{more}"


def _nobody(by: Sequence[Carrier]) -> str:
    for each in by:
        if each.sop:
            return f"only {each.sop.id} names it, whose status is `{each.sop.status}`"
    if by:
        return f"only notice `{by[0].notice}` names it, which no effective SOP sends"
    return "nothing carries it out"
