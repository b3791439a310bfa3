"""Two rows of a table match the same case.

Where at most one row may match, two that do give two answers, and which one a driver gets depends
on who reads the table. With `hit_policy: any` several rows may match if they lead to the same and
set the same. Make one of the rows narrower; if the order of the rows is meant to decide, say
`hit_policy: first`.

```yaml title="Bad"
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:
      - when: {strikes: "0..3"}
        then: warned
      - when: {strikes: ">= 3"}         # SOP502
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
      - when: {strikes: "0..2"}
        then: warned
      - when: {strikes: ">= 3"}
        then: stopped
outcomes:
  warned: {title: The driver is warned}
  stopped: {title: The account is stopped}
```
"""

from collections.abc import Iterator

from sopctl.analysis import case_words
from sopctl.analysis.table_faults import Judgement, Overlap, judged
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    for each in judged(sop, library):
        at = (*each.table.step.at, "decide")
        if each.unknown:
            yield Finding(at, case_words.TOO_MUCH, "split the table in two", key=True, severity=Severity.NOTE)
        for overlap in each.overlaps:
            yield Finding((*at, overlap.row), _message(each, overlap), _help(each))


def _message(each: Judgement, overlap: Overlap) -> str:
    case = case_words.case(each.space, overlap.common, each.table.tested)
    both = case_words.rows((overlap.earlier[0], overlap.row))
    others = case_words.rows(overlap.earlier[1:], overlap.more) if overlap.earlier[1:] else ""
    more = f", and this row meets {others} too" if others else ""
    differ = " and say different things" if each.table.step.hit_policy == "any" else ""
    return f"{both} both match {case}{differ}{more}{case_words.BY_ARROWS if each.by_arrows else ''}"


def _help(each: Judgement) -> str:
    if each.table.step.hit_policy == "any":
        return "make one of them narrower, or let both lead to the same and set the same"
    return "make one of them narrower, or write `hit_policy: first` if the order of the rows decides"
