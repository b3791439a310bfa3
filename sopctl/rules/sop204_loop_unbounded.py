"""A loop that nothing bounds.

A case can go round for ever: the driver waits, every step is done as written, and no clock catches
it. Say with `at_most` how often a case may enter one of the steps, and with `after_that` where it
goes instead. Hand-offs are followed, so a loop may run through several SOPs. One that no arrow leads
out of is told as a dead end.

```yaml title="Bad"
steps:
  - {id: ask, title: Ask for the papers, role: agent}     # SOP204
  - id: check
    title: Check the papers
    role: agent
    ask: Are they complete?
    answers: {yes: done, no: ask}
```

```yaml title="Good"
steps:
  - {id: ask, title: Ask for the papers, role: agent, at_most: 3, after_that: done}
  - id: check
    title: Check the papers
    role: agent
    ask: Are they complete?
    answers: {yes: done, no: ask}
```
"""

from collections.abc import Iterator

from sopctl.analysis import ways
from sopctl.analysis.graph import Graph, circle_through, circles
from sopctl.diagnostic import Finding
from sopctl.library import Library
from sopctl.model import Sop

Node = tuple[str, str]

_FEW = 64  # of a larger knot, any loop through its first step will do


def check_library(library: Library) -> Iterator[Finding]:
    graph = ways.loops_left(library)
    for knot in circles(graph):
        loop = _shortest(graph, knot)
        first = library.sop(loop[0][0])
        if first and not _has_no_way_out(first, knot):
            at = (*first.steps_by_id[loop[0][1]].at, "id")
            message = f"nothing bounds the loop {_named([*loop, loop[0]])}"
            help = "say on one of its steps how often a case may enter it (`at_most`), and where it goes then (`after_that`)"
            yield Finding(at, message, help, path=library.path_of(first))


def _has_no_way_out(sop: Sop, knot: list[Node]) -> bool:
    """Whether no way leads out of a loop at all: SOP202 says it."""
    leads, whole = ways.graph(sop), sop.steps_whole and "outcomes" not in sop.unknown
    return whole and all(id == sop.id and all((id, to) in knot for to in leads[step]) for id, step in knot)


def _shortest(graph: "Graph[Node]", knot: list[Node]) -> list[Node]:
    """The shortest loop in the knot, from its first step in the order of the files."""
    loops = [circle_through(graph, step) for step in knot[: _FEW if len(knot) <= _FEW else 1]]
    loop = min(loops, key=len)
    order = {step: i for i, step in enumerate(knot)}
    start = min(range(len(loop)), key=lambda i: order[loop[i]])
    return loop[start:] + loop[:start]


def _named(loop: list[Node]) -> str:
    several = len({sop for sop, _ in loop}) > 1
    return " → ".join(f"`{sop}#{step}`" if several else f"`{step}`" for sop, step in loop)
