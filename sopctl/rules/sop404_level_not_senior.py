"""A level of a hierarchical path on which nobody stands above the level before it.

A hierarchical path asks people with more authority each time. Where the next level stands beside
the last one, or below it, the case goes in a circle among equals. Who stands above whom follows
from `reports_to`, at any remove: a team stands where its lead stands, a schedule as high as the
lowest of its roles. A path that looks for other skills, not for more authority, is `functional`.

```yaml title="Bad"
escalation_paths:
  urgent:
    title: Urgent case
    kind: hierarchical
    levels:
      - {to: lead, ack_within: 15m}
      - {to: agent, ack_within: 15m}      # SOP404
    on_exhausted: counsel
```

```yaml title="Good"
escalation_paths:
  urgent:
    title: Urgent case
    kind: hierarchical
    levels:
      - {to: agent, ack_within: 15m}
      - {to: lead, ack_within: 15m}
    on_exhausted: counsel
```
"""

from collections.abc import Iterator

from sopctl.analysis.escalation import repeated
from sopctl.analysis.people import stands_above
from sopctl.analysis.time_words import points
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model.registers import EscalationPath

severity = Severity.WARNING


def check_library(library: Library) -> Iterator[Finding]:
    for id, path in library.paths.items():
        if path.kind == "hierarchical":
            for i in _not_senior(path, library):
                upper, lower = points(path.levels[i].to), points(path.levels[i - 1].to)
                message = f"level {i + 1}, {upper}, does not stand above level {i}, {lower}"
                yield Finding(("escalation_paths", id, "levels", i), message, _HELP)


_HELP = (
    "tell somebody to whom they report, or mend `reports_to`; a path to other skills is `kind: functional`"
)


def _not_senior(path: EscalationPath, library: Library) -> Iterator[int]:
    same = set(repeated(path))
    for i, level in enumerate(path.levels or ()):
        before = path.levels[i - 1] if i else None
        if not level or not before or i in same or not level.to or not before.to:
            continue
        pairs = [(one, other) for one in level.to for other in before.to]
        if all(one and other and stands_above(library, one, other) is False for one, other in pairs):
            yield i
