"""A level that has nobody there at some hour, on a path that runs around the clock.

The path may start at any hour of any day, and its clock does not wait for the morning. A level
whose people have gone home lets its whole `ack_within` pass for nothing. Put a schedule that is
staffed at that hour on the level, say in `available` that they can be reached, or let the path
run on `clock: business`.

```yaml title="Bad"
escalation_paths:
  urgent:
    title: Urgent case
    clock: calendar
    levels:
      - {to: lead, ack_within: 15m}       # SOP405
    on_exhausted: counsel
roles:
  lead: {title: Lead, calendar: office}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles}
```

```yaml title="Good"
escalation_paths:
  urgent:
    title: Urgent case
    clock: calendar
    levels:
      - {to: lead, ack_within: 15m}
    on_exhausted: counsel
roles:
  lead: {title: Lead, calendar: office, available: 24x7}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles}
```
"""

from collections.abc import Iterator

from sopctl.analysis.calendar import calendars
from sopctl.analysis.clock import clock
from sopctl.analysis.escalation import Absence, nobody_there, nowhere_said
from sopctl.analysis.time_words import hour, moment, points, weekday
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library

absence = "whether somebody is there at every level of a path"
by_registers = True


def check_library(library: Library) -> Iterator[Finding]:
    for id, path in library.paths.items():
        for i, level in enumerate(path.levels or ()):
            if not level or path.clock != "calendar" or "clock" in path.unknown or "to" in level.unknown:
                continue
            at = ("escalation_paths", id, "levels", i)
            unsaid = nowhere_said(level, library)
            gone = nobody_there(level, library, *clock(library).window)
            if gone:
                said = f"level {i + 1}, {points(level.to)}, has nobody there"
                message = f"{said} {_when(gone, level.to[0], library)}"
                yield Finding(at, message, _HELP, lasting=said)
            elif unsaid and len(unsaid) == len(level.to):
                message = f"unknown: no calendar says when {points(unsaid)} can be reached"
                yield Finding(
                    at, message, "give the knowledge base a `default_calendar`", severity=Severity.NOTE
                )


_HELP = "add a schedule that is staffed then, say `available: 24x7` where it is so, or use `clock: business`"


def _when(gone: Absence, first: str, library: Library) -> str:
    hours = calendars(library).reach(first) or calendars(library).default
    start, end = hours.local(gone.start), hours.local(gone.end)
    if gone.weekly:
        until = f"{weekday(end)} {hour(end)}" if end.date() != start.date() else hour(end)
        return f"from {weekday(start)} {hour(start)} to {until} ({hours.zone_name})"
    return f"from {moment(start)} to {moment(end)} ({hours.zone_name})"
