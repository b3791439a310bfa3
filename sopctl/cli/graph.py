"""`sopctl graph`."""

import sys
from enum import Enum
from typing import Annotated

from sopctl.cli import ground
from sopctl.cli.completion import sop_ids
from sopctl.cli.options import Argument, Option
from sopctl.cli.wanted import wanted_sop
from sopctl.render.drawing import Drawing, of_library, of_sop
from sopctl.terminal import as_json, tame

GraphFormat = Enum("GraphFormat", {"mermaid": "mermaid", "dot": "dot", "json": "json"}, type=str)


def graph(
    id: Annotated[
        str | None, Argument("The id of a SOP; without it, all SOPs together.", "[ID]", sop_ids)
    ] = None,
    format: Annotated[GraphFormat, Option("How the graph is written.")] = GraphFormat["mermaid"],
) -> int:
    """Draw a SOP, or all of them: steps, decisions, calls, hand-offs, escalations, loops and outcomes."""
    library = ground.find().library(ground.day(None))
    drawing = of_sop(wanted_sop(library, id), library) if id else of_library(library)
    sys.stdout.write(tame(_written(drawing, format.value)))
    return 0


def _written(drawing: Drawing, format: str) -> str:
    if format == "json":
        nodes = [
            {"id": n.id, "kind": n.kind, "label": n.label, "name": n.name or None} for n in drawing.nodes
        ]
        edges = [
            {"from": e.start, "to": e.end, "kind": e.kind, "label": e.label, "loop": e.loop}
            for e in drawing.edges
        ]
        whole = {"title": drawing.title, "nodes": nodes, "edges": edges}
        return as_json(whole)
    if format == "dot":
        from sopctl.render.dot import dot

        return dot(drawing)
    from sopctl.render.mermaid import mermaid

    return mermaid(drawing)
