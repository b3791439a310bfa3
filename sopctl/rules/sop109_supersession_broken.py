"""A SOP that is superseded, but not by one in force.

Whoever holds the old one must be led to the new one. Where no SOP names it in `supersedes`, where
the one that does is not in force, or where two SOPs take each other's place, readers are left with
a procedure that no longer holds and nothing instead. Until the day on which the new one takes effect,
the old one stays `effective`; from that day on its file must say `superseded`: till it does, this is a
warning.

```yaml title="Bad"
id: TS-EX-001
status: superseded         # SOP109
---
id: TS-EX-002
status: draft
supersedes: [TS-EX-001]
```

```yaml title="Bad"
id: TS-EX-001
supersedes: [TS-EX-002]    # SOP109
---
id: TS-EX-002
supersedes: [TS-EX-001]
```

```yaml title="Bad"
id: TS-EX-001
status: effective          # SOP109
effective_on: 2026-01-06
---
id: TS-EX-002
status: effective
effective_on: 2026-02-06
supersedes: [TS-EX-001]
```

```yaml title="Good"
id: TS-EX-001
status: superseded
---
id: TS-EX-002
status: effective
supersedes: [TS-EX-001]
```
"""

from collections.abc import Iterator

from sopctl.analysis.graph import circle_through, circles
from sopctl.diagnostic import Finding, Severity, nearest
from sopctl.library import Library
from sopctl.model import Sop

_IN_FORCE = ("effective", "superseded")  # a successor may have a successor in its turn


def check_library(library: Library) -> Iterator[Finding]:
    successors: dict[str, list[Sop]] = {}
    for sop in library.sops:
        for id in sop.supersedes or ():
            if id:
                successors.setdefault(id, []).append(sop)
    for sop in library.sops:
        if sop.status == "superseded":
            yield from _unfollowed(sop, successors.get(sop.id, []), library)
        elif sop.id in successors and library.status_of(sop) != sop.status == "effective":
            yield from _followed(sop, successors[sop.id], library)
    graph = {sop.id: [id for id in sop.supersedes or () if id] for sop in library.sops}
    for part in circles(graph):
        way = [*circle_through(graph, part[0]), part[0]]
        first = library.sop(part[0])
        if first:
            message = f"these SOPs take each other's place in a circle: {' → '.join(way)}"
            help = "take out of `supersedes` what did not come before"
            yield Finding(("supersedes",), message, help, path=library.path_of(first))


def _followed(sop: Sop, successors: list[Sop], library: Library) -> Iterator[Finding]:
    """A SOP that still says that it is effective, though one in force has taken its place."""
    by = [
        (other.effective_on, other.id)
        for other in successors
        if other.status == "effective"
        and other.effective_on
        and sop.effective_on
        and sop.effective_on <= other.effective_on
    ]
    day, id = min(by)
    message = f"{id} has taken its place on {day}: it is effective no more"
    path = library.path_of(sop)
    yield Finding(("status",), message, "set it to `superseded`", severity=Severity.WARNING, path=path)


def _unfollowed(sop: Sop, successors: list[Sop], library: Library) -> Iterator[Finding]:
    if any(
        (other.status in _IN_FORCE and not library.begins(other)) or "status" in other.unknown
        for other in successors
    ):
        return
    path = library.path_of(sop)
    if successors:
        others = " and ".join(f"{other.id} ({_standing(other, library)})" for other in successors)
        message = f"it is superseded by {others}, which is not in force"
        help = "set this one back to `effective` until the other takes its place"
        yield Finding(("status",), message, help, path=path)
    elif _perhaps_followed(sop, library):
        return
    elif library.unreadable:
        message = f"unknown: which SOP takes its place, while {library.unreadable[0]} cannot be read"
        yield Finding(("status",), message, severity=Severity.NOTE, path=path)
    else:
        help = f"name it in the `supersedes` of the SOP that takes its place: [{sop.id}]"
        yield Finding(("status",), "it is superseded, but no SOP takes its place", help, path=path)


def _standing(sop: Sop, library: Library) -> str:
    start = library.begins(sop)
    return f"from {start} on" if start else f"`{sop.status}`"


def _perhaps_followed(sop: Sop, library: Library) -> bool:
    """Whether another SOP may mean this one in a `supersedes` that has a finding already."""
    if any("supersedes" in other.unknown or not all(other.supersedes) for other in library.sops):
        return True
    lost = (each.reference for found in library.missing.values() for each in found)
    return any(each.at[0] == "supersedes" and nearest(each.target, library.by_id) == sop.id for each in lost)
