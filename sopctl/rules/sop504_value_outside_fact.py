"""A test or a value that the fact cannot have.

A row that asks for `severity: hgih` takes no case at all, and a range up to 120 of a score that
ends at 100 hides what its writer believed. The same holds for what a row sets, what a scenario is
given, and what it expects. The finding says what the fact can be.

```yaml title="Bad"
facts:
  severity: {ask: How severe is it?, type: choice, values: [minor, major]}
  score: {ask: What is the score?, type: integer, min: 0, max: 100}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:
      - when: {severity: mjaor}         # SOP504
        then: done
      - when: {severity: minor, score: "> 120"}         # SOP504
        then: done
      - otherwise: done
```

```yaml title="Good"
facts:
  severity: {ask: How severe is it?, type: choice, values: [minor, major]}
  score: {ask: What is the score?, type: integer, min: 0, max: 100}
steps:
  - id: decide
    title: Decide on the case
    role: lead
    decide:
      - when: {severity: major}
        then: done
      - when: {severity: minor, score: "> 20"}
        then: done
      - otherwise: done
```
"""

from collections.abc import Iterable, Iterator, Mapping

from sopctl.analysis.flow import Flow, flow
from sopctl.analysis.program import within_rows
from sopctl.diagnostic import Finding, Pointer
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.registers import Fact
from sopctl.model.scenario import Scenario


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    facts = flow(library)
    for step in sop.steps or ():
        if step and step.decide and not facts.readable(sop, step):
            for row in step.decide:
                if row:
                    yield from _tests(sop, facts, row.when, row.at)
                    yield from _values(sop, facts, row.set.items(), (*row.at, "set"))
        if step and step.within is not None:
            for within in within_rows(step):
                yield from _tests(sop, facts, within.when, within.at)
    for deadline in sop.deadlines or ():
        if deadline:
            yield from _tests(sop, facts, deadline.when, deadline.at)
    for scenario in sop.scenarios or ():
        if scenario:
            yield from _scenario(sop, facts, scenario)


def check_library(library: Library) -> Iterator[Finding]:
    facts = flow(library)
    for path, scenario in library.scenarios:
        sop = library.sop(scenario.sop) if scenario.sop else None
        if sop is not None:
            for finding in _scenario(sop, facts, scenario):
                yield finding._replace(path=path)


def _scenario(sop: Sop, facts: Flow, scenario: Scenario) -> Iterator[Finding]:
    for id, values in scenario.given.items():
        for i, value in enumerate(values or ()):
            item = (i,) if len(values) > 1 else ()
            yield from _values(sop, facts, ((id, value),), (*scenario.at, "given"), item)
    if scenario.expect and scenario.expect.facts:
        yield from _values(sop, facts, scenario.expect.facts.items(), (*scenario.expect.at, "facts"))


def _tests(sop: Sop, facts: Flow, when: Mapping[str, tuple[str, ...]], at: Pointer) -> Iterator[Finding]:
    for id, tests in when.items():
        if slip := facts.slip(sop, id, tests):
            item = (slip.index,) if len(tests) > 1 else ()
            yield Finding((*at, "when", id, *item), f"`{id}`: {slip}", _help(slip.fact))


def _values(
    sop: Sop, facts: Flow, said: Iterable[tuple[str, str]], at: Pointer, item: Pointer = ()
) -> Iterator[Finding]:
    for id, value in said:
        if slip := facts.slip(sop, id, value):
            yield Finding((*at, id, *item), f"`{id}`: {slip}", _help(slip.fact))


def _help(fact: Fact) -> str:
    if fact.type in ("yes-no", "choice"):
        return ""
    kind = "a whole number" if fact.type == "integer" else "a number"
    least, most = (None if bound is None else f"{bound:g}" for bound in (fact.min, fact.max))
    if least and most:
        return f"it is {kind} from {least} to {most}"
    return f"it is {kind}" + (f", {least} or more" if least else f", {most} or less" if most else "")
