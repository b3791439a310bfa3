"""A scenario does not come out as it should.

A scenario is a promise that the writer gave for one case. When a row, a target or a time changes
and the case now goes another way, either the change is a mistake or the promise has changed; both
are for a person to decide before people work by the SOP. The message says what was expected, what
happens instead, and step by step which way the case takes: at each step the row, the answer or the
call that decided. `sopctl test` shows the same on lines of their own.

A case that lacks a fact or an answer that the way needs comes to no end, and fails. Give the fact in
`given`, the answer in `answers`, or the outcome of a call in `calls`. An answer that the step does not
have, or an outcome that no call of it can come back with, is a mistake wherever the case goes.

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

```yaml title="Bad"
steps:
  - {id: look, title: Is it whole?, role: lead, ask: Is it whole?, answers: {yes: done, no: done}}
scenarios:
  - title: Nobody knows
    given: {}
    answers: {look: maybe}                 # SOP901
    expect: {outcome: done}
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

from collections.abc import Iterable, Iterator

from sopctl.analysis import way_words, ways
from sopctl.analysis.calls import endings
from sopctl.analysis.graph import circles
from sopctl.analysis.trials import Miss, Trial, case_step, trials
from sopctl.diagnostic import Finding, did_you_mean
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.scenario import Scenario
from sopctl.model.sop import Step


def check_library(library: Library) -> Iterator[Finding]:
    for trial in trials(library):
        missed = [miss for miss in trial.misses if not miss.lost]
        if missed and trial.clear and not _may_be_said(trial, library):
            message, lasting = _messages(missed, trial, library)
            yield Finding((*trial.at, "expect"), message, _HELP, path=trial.path, lasting=lasting)
    for sop in library.sops:
        for scenario in sop.scenarios or ():
            if scenario and scenario.tests(sop.id):
                yield from _impossible(scenario, sop, library, library.path_of(sop))
    for path, scenario in library.scenarios:
        if (tested := library.sop(scenario.sop) if scenario.sop else None) is not None:
            yield from _impossible(scenario, tested, library, path)


def _impossible(scenario: Scenario, sop: Sop, library: Library, path: str) -> Iterator[Finding]:
    """What a scenario says of a step that the step cannot come to, wherever its case goes."""
    for word, said in (("answers", scenario.answers), ("calls", scenario.calls)):
        for name, values in said.items():
            home, id = case_step(name, sop.id)
            other = library.sop(home)
            step = other.steps_by_id.get(id) if other else None
            known = _possible(step, word, library) if step else ()
            for i, value in enumerate(values or ()):
                if known and value and value not in known:
                    what = "answer" if word == "answers" else "outcome"
                    message = f"`{id}` has no {what} `{value}`{_near(value, known)}"
                    at = (*scenario.at, word, name, *((i,) if len(values) > 1 else ()))
                    yield Finding(at, message, path=path)


def _possible(step: Step, word: str, library: Library) -> Iterable[str]:
    """What may be said of a step; nothing where that is not known."""
    if word == "answers":
        return step.answers if "answers" not in step.unknown else ()
    called = library.sop(step.call) if step.call else None
    ends = endings(library, called) if called else None
    return {*ends.named, *step.on} - {"otherwise"} if ends and ends.whole else ()


def _near(value: str, known: Iterable[str]) -> str:
    return did_you_mean(value, known) or f"; there are {', '.join(f'`{each}`' for each in sorted(known))}"


def _may_be_said(trial: Trial, library: Library) -> bool:
    """Whether another finding tells already why the case goes wrong: what the way lacks is said under
    another name, no way leads on, or a step on it is written wrongly."""
    why = trial.walk.end.why
    if why in ("no-such-answer", "no-such-outcome") or _leads_nowhere(trial, library):
        return True
    if any(_slips(visit.sop, visit.step, library) for visit in trial.walk.trail):
        return True
    said = [(*trial.at, word) for word in ("given", "answers", "calls")]
    lost = (each.reference.at[:-1] for each in library.missing[trial.path])
    return why in ("fact", "answer") and any(at in said for at in lost)


def _leads_nowhere(trial: Trial, library: Library) -> bool:
    """Whether the way stops at a step that leads nowhere, or in a loop that nothing bounds."""
    end, trail = trial.walk.end, trial.walk.trail
    sop = library.sop(trail[-1].sop) if trail else None
    if sop is None or end.why not in ("dead-end", "loop"):
        return False
    if end.why == "dead-end":
        return not ways.graph(sop)[trail[-1].step]
    return any((sop.id, trail[-1].step) in knot for knot in circles(ways.loops_left(library)))


def _slips(id: str, step: str, library: Library) -> bool:
    """Whether what decides where a step leads is not as it was meant."""
    sop = library.sop(id)
    if sop is None or not sop.ids_apart:
        return sop is not None
    at = sop.steps_by_id[step].at
    found = (each.finding for each in library.by_path[library.path_of(sop)].problems)
    inside = (each.at for each in found if each.severity is None and each.at[: len(at)] == at)
    return any(len(each) == len(at) or each[len(at)] in _DECISIVE for each in inside)


_DECISIVE = ("asks", "decide", "hit_policy", "ask", "answers", "call", "on", "at_most", "after_that", "next")

_HELP = "mend the SOP if the case should go as expected, else the scenario"


def _messages(misses: list[Miss], trial: Trial, library: Library) -> tuple[str, str]:
    """What is said, and what stays of it while days pass: how long a way lasts depends on the start."""
    missed = "; ".join(f"expected {miss.expected}, but {miss.happened}" for miss in misses)
    expected = "; ".join(f"expected {miss.expected}" for miss in misses)
    way = way_words.in_a_line(trial.walk, library)
    end = f". The way: {way}" if way else ""
    return missed + end, expected + end if trial.scenario.expect.within else ""
