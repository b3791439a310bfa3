"""A time of ours that is laxer than the clause that it carries out.

The value says in so many words that the clause is not kept: more time than the law gives, a wait
or a retention that ends too early. Where one side counts opening hours, the laxest reading of
ours is held against the strictest of the clause: ten business days may be seventeen days. A
deadline of the wrong kind is laxer too, since a longest time keeps no shortest one.

```yaml title="Bad"
steps:
  - id: look
    title: Look at it
    role: lead
    within: 10bd              # SOP411
    implements: us-wa.answer
    next: done
---
clauses:
  us-wa.answer: {text: Answer within 14 days., source: A law, kind: ceiling, value: 14d, confidence: confirmed}
knowledge_base: {title: Examples, default_calendar: office}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles, holidays: 2026-12-25}
```

```yaml title="Good"
steps:
  - id: look
    title: Look at it
    role: lead
    within: 9bd
    implements: us-wa.answer
    next: done
---
clauses:
  us-wa.answer: {text: Answer within 14 days., source: A law, kind: ceiling, value: 14d, confidence: confirmed}
knowledge_base: {title: Examples, default_calendar: office}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles, holidays: 2026-12-25}
```
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from sopctl.analysis import time_words
from sopctl.analysis.calendar import Hours, calendars
from sopctl.analysis.clauses import weight
from sopctl.analysis.clock import clock
from sopctl.diagnostic import Finding, Pointer
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.duration import Duration
from sopctl.model.registers import Clause
from sopctl.model.sop import Deadline, Step, WithinRow
from sopctl.named import NamedTuple

absence = "which times are laxer than their clauses"
by_registers = True
_LONGEST, _SHORTEST = ("ceiling",), ("floor", "window")
_HOLDS = {"ceiling": _LONGEST, "floor": _SHORTEST, "retention": ("retention",)}


class _Value(NamedTuple):
    """A time of ours, where it stands, the clauses that it carries out, and of which kind it is."""

    at: Pointer
    time: Duration
    kind: str
    clauses: Iterable[str]
    role: str | None = None


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for value in _values(sop):
        hours = calendars(library).work(value.role) if value.role else calendars(library).default
        for id in value.clauses or ():
            clause = library.clauses.get(id)
            if clause and clause.kind in _HOLDS[value.kind]:
                yield from _laxer(value, hours, id, clause, library)
    for deadline in sop.deadlines or ():
        if deadline and deadline.kind:
            yield from _wrong_kind(deadline, library)


def _values(sop: Sop) -> Iterator[_Value]:
    for deadline in sop.deadlines or ():
        if deadline and deadline.value and deadline.kind:
            yield _Value((*deadline.at, "value"), deadline.value, deadline.kind, deadline.implements)
    for record in sop.records or ():
        if record and record.retention and record.implements:
            yield _Value((*record.at, "retention"), record.retention, "retention", record.implements)
    for step in sop.steps or ():
        if step:
            yield from _of_step(step)


def _of_step(step: Step) -> Iterator[_Value]:
    if step.implements and step.wait:
        yield _Value((*step.at, "wait"), step.wait, "floor", step.implements, step.role)
    within = step.within
    if step.implements and isinstance(within, Duration):
        yield _Value((*step.at, "within"), within, "ceiling", step.implements, step.role)
    elif step.implements:
        for row in within or ():
            for word in ("within", "otherwise"):
                if isinstance(row, WithinRow) and (time := getattr(row, word)):
                    yield _Value((*row.at, word), time, "ceiling", step.implements, step.role)
    for item in step.checklist or ():
        if item and item.within and item.clause:
            yield _Value((*item.at, "within"), item.within, "ceiling", item.clause, item.role or step.role)


def _laxer(value: _Value, hours: Hours, id: str, clause: Clause, library: Library) -> Iterator[Finding]:
    law = clause.duration
    if law is None:
        return
    most = value.kind == "ceiling"
    gap = clock(library).laxer(value.time, hours, law, most)
    if gap.start is None:
        return
    side = "longer" if most else "shorter"
    worst = ""
    if value.time.business or law.business:
        start = time_words.moment(time_words.local(library, gap.start)) + time_words.zoned(library)
        worst = f": started {start}, it is {time_words.minutes(gap.minutes)} {side}"
    allows = "allows at most" if most else "asks for at least"
    yours, whose = _by(value.time, hours, law, library)
    said = f"{value.time}{yours} is {side} than `{id}`, which {allows} {law}{whose}"
    help = _way_out(value.time, hours, law, most, library)
    yield Finding(value.at, said + worst, help, severity=weight([clause]), lasting=said)


def _by(ours: Duration, hours: Hours, law: Duration, library: Library) -> tuple[str, str]:
    """By which calendar each side counts, where they are not those of one."""
    default = calendars(library).default
    if not (ours.business and law.business) or hours.plan == default.plan:
        return "", ""
    return f" by the calendar `{hours.name}`", f" by `{default.name}`"


def _way_out(ours: Duration, hours: Hours, law: Duration, most: bool, library: Library) -> str:
    """The time of the clause; where our calendar makes that laxer too, one that is not."""

    def lax(time: Duration) -> bool:
        return clock(library).laxer(time, hours, law, most).start is not None

    less = "less" if most else "more"
    if not lax(law):
        return f"write {law}, or {less}"
    if most:
        count = bisect_left(range(ours.count), True, key=lambda n: lax(Duration(n, ours.unit))) - 1
    else:
        longer = range(ours.count, 8 * ours.count)
        count = longer[0] + bisect_left(longer, True, key=lambda n: not lax(Duration(n, ours.unit)))
        count = count if count <= longer[-1] else 0
    return f"write {Duration(count, ours.unit)}, or {less}" if count > 0 else f"write {less} time"


def _wrong_kind(deadline: Deadline, library: Library) -> Iterator[Finding]:
    for id in deadline.implements or ():
        clause = library.clauses.get(id)
        if clause and clause.kind in ("ceiling", "floor") and clause.kind != deadline.kind:
            asked = "a longest time" if clause.kind == "ceiling" else "a shortest time"
            message = f"`{id}` sets {asked}, which a deadline of kind `{deadline.kind}` does not keep"
            yield Finding(
                (*deadline.at, "kind"), message, f"write `kind: {clause.kind}`", severity=weight([clause])
            )
