"""An escalation path on which nobody may give the answer that it is for.

People are woken one after the other, and none of them may decide. A team has the authority of its
lead; a schedule has one only if all its roles have it, since any of them may be on duty. Add a
level with the authority in `needs`, or give the authority to a role that is on the path already.

```yaml title="Bad"
escalation_paths:
  urgent:
    title: Urgent case
    needs: stop-account       # SOP407
    levels:
      - {to: agent, ack_within: 15m}
    on_exhausted: lead
roles:
  lead: {title: Lead, authority: [stop-account]}
```

```yaml title="Good"
escalation_paths:
  urgent:
    title: Urgent case
    needs: stop-account
    levels:
      - {to: agent, ack_within: 15m}
      - {to: lead, ack_within: 15m}
    on_exhausted: counsel
roles:
  lead: {title: Lead, authority: [stop-account]}
```
"""

from collections.abc import Iterator

from sopctl.analysis.escalation import able
from sopctl.analysis.people import has_authority
from sopctl.analysis.time_words import points
from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    for id, path in library.paths.items():
        if not path.needs or not path.levels or not all(path.levels):
            continue
        if any(may is not False for _, may in able(path, library)):
            continue
        message = f"no level of `{id}` has the authority `{path.needs}`"
        others = [role for role in library.roles if has_authority(library, role, path.needs)]
        help = f"{points(sorted(others))} has it: add a level" if others else "no role has it: write it into the `authority` of one"  # fmt: skip
        yield Finding(("escalation_paths", id, "needs"), message, help)
