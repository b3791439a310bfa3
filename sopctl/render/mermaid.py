"""A drawing as Mermaid, which code hosts and MkDocs Material show as a picture."""

import re

from sopctl.render.drawing import Drawing, Edge, Node, lines

_SHAPES = {
    "start": ("([", "])"), "step": ("[", "]"), "decision": ("{{", "}}"), "question": ("{{", "}}"),
    "call": ("[[", "]]"), "escalation": ("[/", "\\]"), "outcome": ("([", "])"), "adverse": ("(((", ")))"),
    "sop": ("[[", "]]"), "path": ("[\\", "/]"), "event": (">", "]"),
}  # fmt: skip
_MARKS = {"adverse": "▲ ", "outcome": "● "}
_LINES = {
    "call": "-.->",
    "escalation": "-.->",
    "overdue": "-.->",
    "event": "-.->",
    "appeal": "-.->",
    "hand-off": "==>",
}
_STYLES = (
    "classDef adverse stroke-width:3px,stroke-dasharray:6 3",
    "classDef outcome stroke-width:2px",
    "classDef other stroke-dasharray:2 2",
)
_CLASSES = {"adverse": "adverse", "outcome": "outcome", "sop": "other", "path": "other"}
_KEYWORD = re.compile("(?<=s)t(?=yle)|(?<=class)D(?=ef)")  # in a line with one, Mermaid eats a `;`
_UNSAFE = re.compile(r"(?<![A-Za-z])[-.:']|[^A-Za-z0-9 ,?()/\-.:'\x80-\U0010ffff]")


def mermaid(drawing: Drawing) -> str:
    """The drawing as the text of a Mermaid flowchart."""
    names = {node.id: f"n{number}" for number, node in enumerate(drawing.nodes, 1)}
    written = ["---", f"title: {_title(drawing.title)}", "---", "flowchart TD"]
    written += [f"  {names[node.id]}{_node(node)}" for node in drawing.nodes]
    written += [f"  {names[edge.start]} {_arrow(edge)} {names[edge.end]}" for edge in drawing.edges]
    written += [f"  {style}" for style in _STYLES]
    return "\n".join(written) + "\n"


def label(text: str) -> str:
    """Words inside quotes: whatever could mean something to Mermaid stands as its number."""
    return "<br/>".join(_KEYWORD.sub(_number, _UNSAFE.sub(_number, line)) for line in lines(text))


def _number(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};"


def _node(node: Node) -> str:
    opening, closing = _SHAPES[node.kind]
    style = f":::{_CLASSES[node.kind]}" if node.kind in _CLASSES else ""
    return f'{opening}"{label(_MARKS.get(node.kind, "") + node.label)}"{closing}{style}'


def _arrow(edge: Edge) -> str:
    line = _LINES.get(edge.kind, "-->")
    words = label(("↺ " if edge.loop else "") + edge.label)
    return f'{line}|"{words}"|' if words else line


def _title(text: str) -> str:
    import json

    return json.dumps(" ".join(lines(text)), ensure_ascii=False)
