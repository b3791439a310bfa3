"""A drawing in the language of Graphviz."""

from sopctl.render.drawing import Drawing, Edge, Node, lines

_SHAPES = {
    "start": "oval", "step": "box", "decision": "diamond", "question": "diamond", "call": "component",
    "escalation": "house", "outcome": "oval", "adverse": "doubleoctagon", "sop": "folder", "path": "invhouse",
    "event": "note",
}  # fmt: skip
_MARKS = {"adverse": "▲ ", "outcome": "● "}
_STYLES = {
    "call": "dashed", "escalation": "dashed", "overdue": "dotted", "event": "dotted", "appeal": "dotted", "hand-off": "bold",
}  # fmt: skip


def dot(drawing: Drawing) -> str:
    """The drawing as the text of a Graphviz digraph."""
    written = [
        "digraph {",
        f'  graph [label={_quoted(drawing.title)}, labelloc=t, fontname="sans-serif"]',
        '  node [fontname="sans-serif"]',
        '  edge [fontname="sans-serif"]',
    ]
    written += [f"  {_quoted(node.id)} [{_node(node)}]" for node in drawing.nodes]
    written += [f"  {_quoted(edge.start)} -> {_quoted(edge.end)}{_edge(edge)}" for edge in drawing.edges]
    return "\n".join(written) + "\n}\n"


def _node(node: Node) -> str:
    bold = ", penwidth=3" if node.kind == "adverse" else ""
    return f"shape={_SHAPES[node.kind]}{bold}, label={_quoted(_MARKS.get(node.kind, '') + node.label)}"


def _edge(edge: Edge) -> str:
    words = ("↺ " if edge.loop else "") + edge.label
    said = [f"label={_quoted(words.strip())}"] if words.strip() else []
    said += [f"style={_STYLES[edge.kind]}"] if edge.kind in _STYLES else []
    return f" [{', '.join(said)}]" if said else ""


def _quoted(text: str) -> str:
    """A text in quotes; Graphviz reads entities such as `&amp;` in every label."""
    safe = (line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines(text))
    return '"' + "\\n".join(safe) + '"'
