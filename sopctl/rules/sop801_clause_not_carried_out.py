"""A clause that applies here, and that nothing in force carries out.

The law or the contract asks for something, and no procedure says that anybody does it. The gap
shows in an audit or in a claim, long after the day on which it could have been closed. Name the
clause in `implements` of the SOP, step, row, outcome, deadline, record or notice that carries it out,
in `clause` of a checklist item, or say with `applies_to` that it does not concern you. What takes effect
later than the SOP that the clause applies to carries it out from that day on, and until then nothing does.

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

```yaml title="Bad"
id: TS-EX-001
status: effective
effective_on: 2026-01-06
review_by: 2027-01-06
applies_to: {jurisdictions: [us-wa]}
---
id: TS-EX-002
status: effective
effective_on: 2999-01-06
review_by: 2999-07-06
implements: us-wa.answer
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
from datetime import date

from sopctl.analysis.clauses import Carrier, bearers, carriers, concerned, since
from sopctl.analysis.perhaps_meant import perhaps_meant
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.named import NamedTuple

severity = Severity.WARNING
absence = "which clauses nothing carries out"


class _First(NamedTuple):
    """What is the first to carry a clause out, and from when on."""

    day: date
    carrier: Carrier
    sop: Sop


def check_library(library: Library) -> Iterator[Finding]:
    named = carriers(library)
    meant = perhaps_meant(library)
    for id, clause in library.clauses.items():
        by = named.get(id, [])
        first = _first(library, by)
        if id in meant or (first and first.day == date.min):
            continue
        sops = [
            sop
            for sop in concerned(library, clause)
            if not first or (since(library, sop) or date.min) < first.day
        ]
        if sops:
            message = f"`{id}` applies to {_listed(sops)}, and {_later(first) if first else _nobody(by)}"
            help = "name it in `implements` of what carries it out, or narrow its `applies_to`"
            yield Finding(("clauses", id), message, help, key=True)


def _first(library: Library, by: Sequence[Carrier]) -> _First | None:
    every = (
        _First(day, carrier, sop)
        for carrier in by
        for sop in bearers(library, carrier)
        if (day := since(library, sop))
    )
    return min(every, key=lambda each: each.day, default=None)


def _listed(sops: Sequence[Sop]) -> str:
    if len(sops) == 1:
        return f"{sops[0].id}, which is effective"
    more = f" and {len(sops) - 2} more" if len(sops) > 2 else ""
    joint = ", " if more else " and "
    return f"the effective {sops[0].id}{joint}{sops[1].id}{more}"


def _later(first: _First) -> str:
    if first.carrier.notice:
        return (
            f"only notice `{first.carrier.notice}` names it, which {first.sop.id} sends from {first.day} on"
        )
    return f"only {first.sop.id} names it, which takes effect on {first.day}"


def _nobody(by: Sequence[Carrier]) -> str:
    for each in by:
        if each.sop:
            return f"only {each.sop.id} names it, whose status is `{each.sop.status}`"
    if by:
        return f"only notice `{by[0].notice}` names it, which no effective SOP sends"
    return "nothing carries it out"
