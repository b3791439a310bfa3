"""A second look by somebody who is not free to see it differently.

A review protects the driver only if the reviewer neither took part in the first decision nor
answers to whoever did. Otherwise an appeal is the first decision, read once more. Give the step to
a role with another line of reporting. For a team all its roles count, for a schedule all that take
turns in it.

```yaml title="Bad"
steps:
  - {id: decide, title: Decide about the account, role: lead}
  - id: review
    title: Look at the decision again
    role: agent
    independent_of: "#decide"        # SOP210
    next: done
```

```yaml title="Good"
steps:
  - {id: decide, title: Decide about the account, role: lead}
  - id: review
    title: Look at the decision again
    role: counsel
    independent_of: "#decide"
    next: done
```
"""

from collections.abc import Iterator

from sopctl.analysis.people import doers_of, line_between
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Step
from sopctl.reading import Reference


def check(sop: Sop, library: Library) -> Iterator[Finding]:
    if not any(step.independent_of for step in sop.known_steps):
        return
    by_place = {step.at: step for step in sop.known_steps}
    for reference in library.references[library.path_of(sop)]:
        if reference.kind == "step" and "independent_of" in reference.at:
            step = by_place.get(reference.at[:2])
            other = _named(library, sop, reference.target)
            if step and other:
                yield from _judged(library, step, other, reference)


def _named(library: Library, sop: Sop, target: str) -> Step | None:
    id, _, step = target.partition("#")
    home = library.sop(id) if id else sop
    return home.steps_by_id.get(step) if home else None


def _judged(library: Library, step: Step, other: Step, reference: Reference) -> Iterator[Finding]:
    at, name = reference.at, reference.target
    first = doers_of(library, other)
    if not first and not other.role and other.call and "role" not in other.unknown:
        message = f"unknown: `{name}` runs {other.call}, so nobody can say whether who does this is independent of it"
        yield Finding(at, message, f"name the step of {other.call} that decides", severity=Severity.NOTE)
        return
    second = doers_of(library, step)
    same = next((role for role in second if role in first), "")
    if same:
        yield Finding(at, f"`{same}` does `{name}` and this step too", _HELP)
        return
    for line in (line_between(library, low, high) for low in second for high in first):
        if line:
            chain = ", who reports to ".join(f"`{role}`" for role in line[1:])
            yield Finding(at, f"`{line[0]}` does this step and reports to {chain}, who does `{name}`", _HELP)
            return


_HELP = "give the step to a role that neither does that one nor reports to who does it"
