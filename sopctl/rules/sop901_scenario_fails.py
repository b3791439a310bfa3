"""A scenario does not come out as it should.

A scenario is a promise that the writer gave for one case. When a row, a target or a time changes
and the case now goes another way, either the change is a mistake or the promise has changed; both
are for a person to decide before people work by the SOP. The message says what was expected, what
happens instead, and step by step which way the case takes: at each step the row, the answer or the
call that decided. `sopctl test` shows the same on lines of their own.

A case that lacks a fact or an answer that the way needs comes to no end, and fails. Give the fact in
`given`, the answer in `answers`, or the outcome of a call in `calls`.

```yaml title="Bad"
facts:
  age: {ask: How old is the case?, type: integer, min: 0}
  excused: {ask: Is it excused?, type: yes-no}
steps:
  - id: check
    title: Check the window
    role: lead
    within: 1bd
    decide:
      - when: {age: "> 90", excused: no}
        then: rejected
      - otherwise: accepted
outcomes:
  accepted: {title: Accepted}
  rejected: {title: Rejected}
scenarios:
  - title: On the last day
    given: {age: 90, excused: no}
    expect: {outcome: rejected}            # SOP901
  - title: Late, and nobody says why
    given: {age: 120}
    expect: {outcome: rejected}            # SOP901
```

```yaml title="Good"
facts:
  age: {ask: How old is the case?, type: integer, min: 0}
  excused: {ask: Is it excused?, type: yes-no}
steps:
  - id: check
    title: Check the window
    role: lead
    within: 1bd
    decide:
      - when: {age: "> 90", excused: no}
        then: rejected
      - otherwise: accepted
outcomes:
  accepted: {title: Accepted}
  rejected: {title: Rejected}
scenarios:
  - title: On the last day
    given: {age: 90, excused: no}
    expect: {outcome: accepted, visits: check, within: 3d}
  - title: Late without an excuse
    given: {age: 91, excused: no}
    expect: {outcome: rejected}
```
"""

from collections.abc import Iterator

from sopctl.analysis import way_words
from sopctl.analysis.trials import Miss, Trial, trials
from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    for trial in trials(library):
        missed = [miss for miss in trial.misses if not miss.lost]
        if missed and trial.clear and not _may_be_said(trial, library):
            at = (*trial.at, "expect")
            yield Finding(at, _message(missed, trial, library), _HELP, path=trial.path)


def _may_be_said(trial: Trial, library: Library) -> bool:
    """Whether what the way lacks may be said under a name that has a finding already."""
    if trial.walk.end.why not in ("fact", "answer"):
        return False
    said = [(*trial.at, word) for word in ("given", "answers", "calls")]
    return any(lost.reference.at[:-1] in said for lost in library.missing[trial.path])


_HELP = "mend the SOP if the case should go as expected, else the scenario"


def _message(misses: list[Miss], trial: Trial, library: Library) -> str:
    missed = "; ".join(f"expected {miss.expected}, but {miss.happened}" for miss in misses)
    way = way_words.in_a_line(trial.walk, library)
    return f"{missed}. The way: {way}" if way else missed
