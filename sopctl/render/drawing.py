"""A SOP, or all of them, as a drawing: nodes and edges, with the words that stand on them.

As JSON a drawing is `{"title": …, "nodes": […], "edges": […]}`. Each node has

- `id`: of the drawing (`start`, `step:ID`, `outcome:ID`, `sop:ID`, `path:ID`, `event:N`), and `name`, the
  id in the knowledge base (none for the start and for events);
- `kind`: `start`, `step`, `decision` (a table), `question`, `call`, `escalation`, `outcome`, `adverse` (an
  outcome), `sop` (another SOP), `path` (an escalation path) or `event` (what may happen at any time);
- `label`: its words, of one or more lines.

Each edge has `from` and `to`, a `label` (words, or empty), and a `kind`:

- `next`, `row`, `otherwise`, `answer`, `outcome` (of a called SOP), `limit` (entered too often): the case goes there;
- `hand-off`: it goes to another SOP, and this one ends;
- `call`: the other SOP is run, and comes back;
- `escalation`: the path answers; `overdue` and `event`: the path is told, and the case goes on;
- `appeal`: the way to contest an outcome.

`loop` is true where an edge leads back to a step from which it can be come to. Nodes and edges
stand in the order of the file; of all SOPs, by id.
"""

import re
from collections.abc import Iterable, Iterator

from sopctl.analysis.calls import between
from sopctl.analysis.graph import circles
from sopctl.analysis.ways import ANYWHERE, Arrow, arrows_by_step, is_sop
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.sop import Escalation, Row, Sop, Step
from sopctl.named import NamedTuple
from sopctl.prose import REFERENCE
from sopctl.render import words
from sopctl.render.text import label_of

_UNSHOWN = re.compile(r"[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
FORWARD = frozenset(("next", "row", "otherwise", "answer", "outcome", "limit", "hand-off"))

_Steps = list[tuple[int, Step]]
"""By their numbers."""
_Events = list[tuple[str, Escalation]]
"""By their nodes."""


class Node(NamedTuple):
    id: str
    kind: str
    label: str
    name: str = ""


class Edge(NamedTuple):
    start: str
    end: str
    kind: str
    label: str = ""
    loop: bool = False


class Drawing(NamedTuple):
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def lines(label: str) -> list[str]:
    """The lines of a label, without what no picture can show."""
    found = []
    for each in label.splitlines():
        if each.isprintable() and "  " not in each:  # no other blank is printable
            said = each.strip()
        else:
            said = " ".join(_UNSHOWN.sub("\ufffd", each).split())
        if said:
            found.append(said)
    return found


def of_sop(sop: Sop, library: Library) -> Drawing:
    """One SOP: its steps, where each way goes, what it calls and whom it tells."""
    steps, events = _numbered(sop), _events(sop)
    edges = list(dict.fromkeys(_SopEdges(sop, library).all(steps, events)))
    nodes = [Node("start", "start", f"Starts when\n{_plain(sop.trigger)}" if sop.trigger else "Start")]
    nodes += _nodes(sop, library, steps, events, edges)
    return Drawing(f"{sop.id} {sop.title or ''}".strip(), tuple(nodes), tuple(_with_loops(edges)))


def way_through(sop: Sop, library: Library) -> Drawing:
    """The same for a picture of the ways of a case: without the start, and whom somebody tells."""
    steps, events = _numbered(sop), [(id, each) for id, each in _events(sop) if each.then]
    edges = _SopEdges(sop, library).of_case(steps, events)
    return Drawing(sop.id, tuple(_nodes(sop, library, steps, events, edges)), tuple(edges))


def of_library(library: Library) -> Drawing:
    """All SOPs together: which one calls, hands off to, or is the appeal from which other."""
    edges: dict[tuple[str, str, str], list[str]] = {}
    for each in between(library):
        sop = library.sop(each.sop)
        step = sop.steps[int(each.at[1])] if sop else None
        kind = "hand-off" if each.hands_off else "call"
        edges.setdefault((each.sop, each.to, kind), []).append(_title(step))
    for sop in library.sops:
        for escalation in sop.escalations or ():
            if escalation and escalation.then and library.sop(escalation.then):
                edges.setdefault((sop.id, escalation.then, "hand-off"), []).append(
                    _happening(sop, escalation)
                )
        for id, end in (sop.outcomes or {}).items():
            if end and end.appeal and library.sop(end.appeal):
                edges.setdefault((sop.id, end.appeal, "appeal"), []).append(end.title or id)
    return Drawing(
        library.knowledge_base.title
        if library.knowledge_base and library.knowledge_base.title
        else "All SOPs",
        tuple(Node(f"sop:{sop.id}", "sop", _sop_label(sop, library), sop.id) for sop in library.sops),
        tuple(
            Edge(f"sop:{a}", f"sop:{b}", kind, "\n".join(dict.fromkeys(labels)))
            for (a, b, kind), labels in sorted(edges.items())
        ),
    )


class _SopEdges:
    """The edges of one SOP, in the order of its file."""

    def __init__(self, sop: Sop, library: Library) -> None:
        self.sop, self.library = sop, library
        self.arrows = arrows_by_step(sop)

    def all(self, steps: _Steps, events: _Events) -> list[Edge]:
        sop = self.sop
        found = [Edge("start", f"step:{first.id}", "next") for first in sop.known_steps[:1]]
        for _, step in steps:
            found += self.call(step)
            found += self.told(step)
            found += self.ways(step)
        for id, each in events:
            if each.path:
                found.append(Edge(id, f"path:{each.path}", "event"))
            if each.then:
                found.append(self.interruption(id, each.then))
        for id, end in (sop.outcomes or {}).items():
            if end and end.appeal and self.library.sop(end.appeal):
                found.append(Edge(f"outcome:{id}", f"sop:{end.appeal}", "appeal", "to contest it"))
        return found

    def of_case(self, steps: _Steps, events: _Events) -> list[Edge]:
        """Where a case goes, and what is called."""
        found = []
        for _, step in steps:
            found += self.call(step)
            found += self.ways(step)
        return found + [self.interruption(id, each.then) for id, each in events if each.then]

    def call(self, step: Step) -> list[Edge]:
        return [Edge(f"step:{step.id}", f"sop:{step.call}", "call", "calls")] if step.call else []

    def told(self, step: Step) -> Iterator[Edge]:
        if step.escalate:
            yield Edge(f"step:{step.id}", f"path:{step.escalate}", "escalation", "hands up to")
        if step.on_overdue:
            yield Edge(f"step:{step.id}", f"path:{step.on_overdue}", "overdue", "when it is late")

    def ways(self, step: Step) -> list[Edge]:
        here, arrows = f"step:{step.id}", self.arrows[step.id]
        return [
            Edge(here, self.end(arrow.to), *self.why(step, arrow)) for arrow in arrows if arrow.to != ANYWHERE
        ]

    def interruption(self, event: str, to: str) -> Edge:
        return Edge(event, self.end(to), "hand-off" if is_sop(to) else "next")

    def why(self, step: Step, arrow: Arrow) -> tuple[str, str]:
        """The kind of an arrow, and its words."""
        part, key = arrow.at[-2:]
        if part == "decide":
            row = step.decide[int(key)]
            kind = "otherwise" if row.is_otherwise else "row"
            label = self.case(step, row)
        elif part == "answers":
            kind, label = "answer", str(key)
        elif part == "on":
            kind, label = "outcome", self.outcome(step, str(key))
        elif key == "after_that":
            kind, label = "limit", f"when it was done {words.often(step.at_most)} already"
        else:  # the rows without a target go to `next`
            kind, label = (
                "next",
                "\n".join([self.case(step, row) for row in step.decide if row and not row.target]),
            )
        return "hand-off" if is_sop(arrow.to) else kind, label

    def case(self, step: Step, row: Row) -> str:
        if row.is_otherwise:
            return words.rest(step.decide)
        tests = [words.case(id, self.library.fact(self.sop, id), tests) for id, tests in row.when.items()]
        return "\n".join(tests) or "always"

    def outcome(self, step: Step, word: str) -> str:
        if word == "otherwise":
            return "with any other outcome"
        called = self.library.sop(step.call) if step.call else None
        end = (called.outcomes or {}).get(word) if called else None
        return end.title if end and end.title else word

    def end(self, target: str) -> str:
        """The node of a target."""
        if target in self.sop.steps_by_id:
            return f"step:{target}"
        return f"sop:{target}" if is_sop(target) else f"outcome:{target}"


def _nodes(sop: Sop, library: Library, steps: _Steps, events: _Events, edges: Iterable[Edge]) -> list[Node]:
    """The steps, the outcomes, these events, and where else the edges lead."""
    nodes = [_step(step, number, library) for number, step in steps]
    nodes += [
        Node(f"outcome:{id}", "adverse" if end.adverse else "outcome", end.title or id, id)
        for id, end in (sop.outcomes or {}).items()
        if end
    ]
    nodes += [Node(id, "event", _happening(sop, each)) for id, each in events]
    there = {node.id for node in nodes}
    return nodes + [
        _other(id, library) for id in dict.fromkeys([edge.end for edge in edges]) if id not in there
    ]


def _numbered(sop: Sop) -> _Steps:
    """The steps with their numbers; of those that carry one id, the first, to which arrows lead."""
    steps = sop.steps_by_id
    return [(number, step) for number, step in enumerate(sop.known_steps, 1) if step is steps[step.id]]


def _step(step: Step, number: int, library: Library) -> Node:
    kind = (
        "call" if step.call else "escalation" if step.escalate else "question" if step.ask
        else "decision" if step.decide else "step"
    )  # fmt: skip
    person = library.person(step.role) if step.role else None
    about = [
        person.title if person and person.title else step.role or "",
        f"within {step.within.words}" if isinstance(step.within, Duration) else "",
        words.not_before(step.wait) if step.wait else "",
        "a person decides" if step.human else "",
        f"{words.often(step.at_most)} at most" if step.at_most is not None else "",
        "the first row that fits counts" if step.decide and step.hit_policy == "first" else "",
    ]
    asked = step.ask if step.ask and step.ask != step.title else ""
    said = (f"{number} {step.title or step.id}", asked, ", ".join(filter(None, about)))
    return Node(f"step:{step.id}", kind, "\n".join(filter(None, said)), step.id)


def _plain(text: str) -> str:
    """A text in Markdown with its references as plain words."""
    return REFERENCE.sub(lambda found: label_of(found) or found[1].rpartition(":")[2].strip(), text)


def _events(sop: Sop) -> _Events:
    """What may happen at any time, by its node."""
    every = enumerate(sop.escalations or (), 1)
    return [(f"event:{i}", each) for i, each in every if each and (each.path or each.then)]


def _happening(sop: Sop, each: Escalation) -> str:
    if each.when:
        return f"At any time: {each.when}"
    from_ = "" if each.from_ in (None, "trigger") else each.from_ or ""
    since = f" after {_title(sop.steps_by_id.get(from_)) or from_}" if from_ else ""
    return f"{each.after.words}{since or ' after the start'}" if each.after else "At any time"


def _other(id: str, library: Library) -> Node:
    """A node that stands outside of the SOP, or that nothing in it is called."""
    kind, _, name = id.partition(":")
    if kind == "sop":
        sop = library.sop(name)
        return Node(id, "sop", _sop_label(sop, library) if sop else name, name)
    if kind == "path":
        path = library.paths.get(name)
        return Node(id, "path", path.title if path and path.title else name, name)
    return Node(id, kind, name, name)


def _sop_label(sop: Sop, library: Library) -> str:
    status = library.status_of(sop)
    state = "" if status == "effective" or not status else f"\n({words.STATUS[status].lower()})"
    return f"{sop.id}\n{sop.title or ''}{state}".strip()


def _title(step: Step | None) -> str:
    return (step.title or step.id) if step else ""


def _with_loops(edges: list[Edge]) -> list[Edge]:
    """The edges, with those marked that lead back: to an earlier step of the same circle.

    The edges from one node stand together.
    """
    graph: dict[str, list[str]] = {}
    back = set()
    for edge in edges:
        start, end, kind, *_ = edge
        if kind in FORWARD:
            graph.setdefault(start, []).append(end)
            if end in graph:
                back.add(edge)
    if not back:
        return edges
    knots = {id: number for number, knot in enumerate(circles(graph)) for id in knot}
    loops = {edge for edge in back if edge.start in knots and knots[edge.start] == knots.get(edge.end)}
    return [edge._replace(loop=True) if edge in loops else edge for edge in edges]
