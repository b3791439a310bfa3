"""Rows that could be one: they differ in one fact, and say the same for the same reason.

A table is read under pressure, and each row that it does not need costs attention. Rows that lead
to the same place for the same reason, and differ in one fact only, read better as one. Where the
reasons differ, say them in `because`, and the rows stay apart.

```yaml title="Bad"
facts:
  severity: {ask: How severe is it?, type: choice, values: [minor, major, serious]}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:              # SOP506
      - when: {severity: minor}
        then: closed
      - when: {severity: major}
        then: stopped
      - when: {severity: serious}
        then: stopped
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped}
```

```yaml title="Good"
facts:
  severity: {ask: How severe is it?, type: choice, values: [minor, major, serious]}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:
      - when: {severity: minor}
        then: closed
      - when: {severity: [major, serious]}
        then: stopped
outcomes:
  closed: {title: Nothing is done}
  stopped: {title: The account is stopped}
```
"""

from collections.abc import Iterator

from sopctl.analysis import case_words
from sopctl.analysis.table_faults import judged
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop

severity = Severity.NOTE


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for each in judged(sop, library):
        if not each.twins:
            continue
        first, *others = each.twins
        fewer = sum(len(twins.rows) - 1 for twins in each.twins)
        more = f" ({fewer} rows less in all)" if others else ""
        at = (*each.table.step.at, "decide")
        tests = each.space.tests(first.joined, each.table.tested)
        columns = library.document_of(sop).columns(at)
        row = case_words.drawn(columns, tests) if columns else f"when: {case_words.flow(tests)}"
        yield Finding(
            at,
            f"{case_words.rows(first.rows)} could be one row: they differ in `{first.fact}` only, and say the same{more}",
            f"write `{row}`",
            key=True,
        )
