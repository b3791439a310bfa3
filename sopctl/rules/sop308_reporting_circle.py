"""Roles that report to each other in a circle.

An escalation that climbs this ladder comes back to where it began, and nobody has the last word.
Usually one `reports_to` points down instead of up. A team counts as its lead, a schedule as the
roles that take turns in it.

```yaml title="Bad"
roles:
  agent: {title: Agent, reports_to: lead}      # SOP308
  lead: {title: Lead, reports_to: agent}
```

```yaml title="Good"
roles:
  agent: {title: Agent, reports_to: lead}
  lead: {title: Lead}
```
"""

from collections.abc import Iterator

from sopctl.analysis.graph import circle_through, circles
from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    graph = {id: _above(library.roles[id].reports_to, library) for id in sorted(library.roles)}
    for part in circles(graph):
        way = " → ".join(f"`{id}`" for id in (*circle_through(graph, part[0]), part[0]))
        message = f"reports_to goes in a circle: {way}"
        yield Finding(("roles", part[0]), message, "let one of them report to somebody above them", key=True)


def _above(id: str | None, library: Library) -> list[str]:
    """The roles that somebody reports to, who reports to that role, team or schedule."""
    if not id or id in library.roles:
        return [id] if id else []
    team, schedule = library.teams.get(id), library.schedules.get(id)
    if team:
        return [team.lead] if team.lead in library.roles else []
    return [role for role in (schedule.roles or () if schedule else ()) if role in library.roles]
