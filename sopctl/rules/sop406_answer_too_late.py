"""An escalation path whose promised answer can come only after its time is over.

`answer_within` promises an answer by somebody who may give it. The levels before them each use up
their `ack_within`, and so may they. Where that adds up to more than the promise, the promise was
never meant. Let the levels before acknowledge sooner, tell those with the authority earlier, or
promise what can be kept.

```yaml title="Bad"
escalation_paths:
  urgent:
    title: Urgent case
    needs: stop-account
    answer_within: 1h         # SOP406
    levels:
      - {to: agent, ack_within: 30m}
      - {to: lead, ack_within: 45m}
    on_exhausted: counsel
roles:
  lead: {title: Lead, authority: [stop-account]}
```

```yaml title="Good"
escalation_paths:
  urgent:
    title: Urgent case
    needs: stop-account
    answer_within: 1h
    levels:
      - {to: agent, ack_within: 15m}
      - {to: lead, ack_within: 45m}
    on_exhausted: counsel
roles:
  lead: {title: Lead, authority: [stop-account]}
```
"""

from collections.abc import Iterator

from sopctl.analysis import escalation
from sopctl.analysis.calendar import calendars
from sopctl.analysis.time_words import minutes, opening, points
from sopctl.diagnostic import Finding
from sopctl.library import Library
from sopctl.model.registers import EscalationPath

absence = "whether an answer comes as soon as a path promises it"
by_registers = True


def check_library(library: Library) -> Iterator[Finding]:
    for id, path in library.paths.items():
        promised = escalation.promised(path, library)
        answering = _answering(path, library)
        if promised is None or answering is None or _miscounts(path) or _unread(path, library):
            continue
        ladder = escalation.offsets(path, library)
        if ladder[answering + 1] > promised:
            who = points(path.levels[answering].to)
            first = f"the first with the authority `{path.needs}`" if path.needs else "the first level"
            message = (
                f"an answer is promised within {path.answer_within}, but {who}, {first}, may take until"
                f" {_time(path, library, ladder[answering + 1])} after the start: {_timeline(path, library, answering)}"
            )
            yield Finding(("escalation_paths", id, "answer_within"), message, _HELP)


def _miscounts(path: EscalationPath) -> bool:
    """Whether a time of it counts opening hours though its clock does not: that is a finding already."""
    times = [path.answer_within, *(level.ack_within for _, level in escalation.known_levels(path))]
    return path.clock == "calendar" and any(time and time.business for time in times)


def _unread(path: EscalationPath, library: Library) -> bool:
    """Whether its clock counts opening hours that could not be read: that is a finding already."""
    return path.clock == "business" and calendars(library).default.unread


_HELP = "shorten the `ack_within` up to that level, tell it earlier, or promise more time"


def _answering(path: EscalationPath, library: Library) -> int | None:
    """The first level that can answer; None where there is none, or nobody can tell."""
    for (i, level), (_, able) in zip(
        escalation.known_levels(path), escalation.able(path, library), strict=True
    ):
        if able is None or not level.ack_within or not path.levels[i]:
            return None
        if able:
            return i if all(path.levels[: i + 1]) else None
    return None


def _timeline(path: EscalationPath, library: Library, last: int) -> str:
    ladder = escalation.offsets(path, library)
    told = []
    for i, level in enumerate(path.levels[: last + 1]):
        when = f"told after {_time(path, library, ladder[i])}" if ladder[i] else "told at once"
        told.append(f"{points(level.to)} {when}, {level.ack_within} to acknowledge")
    return "; ".join(told)


def _time(path: EscalationPath, library: Library, count: int) -> str:
    if path.clock == "business":
        return opening(count, calendars(library).default)
    return minutes(count)
