"""A case can come to a table, and no row of it says what happens.

The person on shift has the case in front of them, reads every row, and finds none. They guess, or
the case waits. The finding shows one such case and says how many kinds of them are open. Only
cases that can really come here are asked about: what earlier steps have decided counts. Add the
row that is missing, or end the table with `otherwise`.

```yaml title="Bad"
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:              # SOP501
      - when: {strikes: "< 2"}
        then: warned
      - when: {strikes: "> 2"}
        then: stopped
outcomes:
  warned: {title: The driver is warned}
  stopped: {title: The account is stopped}
```

```yaml title="Good"
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:
      - when: {strikes: "< 2"}
        then: warned
      - when: {strikes: ">= 2"}
        then: stopped
outcomes:
  warned: {title: The driver is warned}
  stopped: {title: The account is stopped}
```
"""

from collections.abc import Iterator, Sequence

from sopctl.analysis import case_words
from sopctl.analysis.table_faults import Judgement, Open, judged
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for each in judged(sop, library):
        at = (*each.table.step.at, "decide")
        if each.unknown:
            yield Finding(at, case_words.TOO_MUCH, "split the table in two", key=True, severity=Severity.NOTE)
        elif each.open:
            columns = library.document_of(sop).columns(at)
            yield Finding(at, _message(each, each.open), _help(each, each.open, columns), key=True)


def _message(each: Judgement, found: Open) -> str:
    case = case_words.case(each.space, found.kinds[0], each.table.tested)
    count = len(found.kinds)
    more = f"more than {count} kinds of cases are open" if found.more else f"{count} kinds of cases are open"
    also = f" ({more})" if count > 1 else ""
    return f"no row takes {case}{also}{case_words.BY_ARROWS if each.by_arrows else ''}"


def _help(each: Judgement, found: Open, columns: Sequence[str]) -> str:
    others = " and so on for the other kinds," if len(found.kinds) > 1 else ""
    tests = each.space.tests(found.kinds[0], each.table.tested)
    if columns:
        row, last = (case_words.drawn(columns, each) for each in (tests, None))
    else:
        row, last = f"- {{when: {case_words.flow(tests)}, then: …}}", "- otherwise: …"
    return f"add the row `{row}`,{others} or end the table with `{last}`"
