"""The way through a SOP as a picture: where each box and each arrow stands.

One column of boxes in the order of the file, so that it fits a phone and is read from above. An arrow
to the next box goes straight down; one that leaps ahead runs in a lane on the right, one that leads
back in a lane on the left. All arrows to one box share its lane. What an arrow stands for is said
inside the box that it leaves, where no line can cross it.
"""

from collections.abc import Iterable, Sequence

from sopctl.columns import wide
from sopctl.named import NamedTuple
from sopctl.render.drawing import FORWARD, Drawing, Edge, Node, lines

WIDTH, NARROWEST = 360, 220
LANE, MARGIN, GAP, PAD = 9, 7, 18, 9
INDENT = 32
TITLE, SMALL = 16, 14
TITLE_LETTER, SMALL_LETTER = 6.6, 5.9


class Most(NamedTuple):
    """How many lines there may be of each; None is as many as it takes."""

    title: int | None = None
    note: int | None = None
    way: int | None = None


AT_A_GLANCE = Most(title=3, note=2, way=4)
WHOLE = Most()


class Exit(NamedTuple):
    """A way out of a box: its words, the height at which it leaves, and the side."""

    to: str
    words: tuple[str, ...]
    y: int
    side: str  # right | left | below


class Box(NamedTuple):
    node: Node
    x: int
    y: int
    width: int
    height: int
    title: tuple[str, ...]
    note: tuple[str, ...]
    exits: tuple[Exit, ...]

    @property
    def entry(self) -> int:
        """The height at which arrows come in from the side."""
        return self.y + PAD + TITLE // 2


class Arrow(NamedTuple):
    """From the rim of one box to that of another, by corners."""

    start: str
    end: str
    corners: tuple[tuple[int, int], ...]
    back: bool


class Picture(NamedTuple):
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def picture(drawing: Drawing, most: Most = AT_A_GLANCE) -> Picture:
    """The boxes and arrows of a SOP's drawing: the ways of the case, not whom somebody tells."""
    edges = _merged(edge for edge in drawing.edges if edge.kind in FORWARD and edge.start != "start")
    nodes = _column(drawing.nodes, edges)
    place = {node.id: i for i, node in enumerate(nodes)}
    right, left = _lanes(edges, place, ahead=True), _lanes(edges, place, ahead=False)
    x = MARGIN + LANE * _count(left)
    beside = x + MARGIN + LANE * _count(right)
    width = max(WIDTH, NARROWEST + beside)
    boxes = _stacked(nodes, edges, place, x, width - beside, most)
    arrows = tuple(
        _arrow(box, way, boxes[place[way.to]], (left if way.side == "left" else right).get(way.to, 0))
        for box in boxes for way in box.exits
    )  # fmt: skip
    last = boxes[-1] if boxes else None
    return Picture(width, last.y + last.height + 2 if last else 0, tuple(boxes), arrows)


def wrapped(text: str, width: float, letter: float, most: int | None) -> tuple[str, ...]:
    """A text in lines that fit; what is left over after the last one is cut off with an ellipsis."""
    said = " ".join(text.split())
    if len(said) <= width / letter and wide(text) == len(text):  # most texts fit
        return (said,)
    rows, row = [], ""
    for word in _short_words(text, width, letter):
        longer = f"{row} {word}" if row else word
        if wide(longer) * letter <= width:
            row = longer
        else:
            rows.append(row)
            row = word
    rows.append(row)
    if most and len(rows) > most:
        cut = rows[most - 1]
        while cut and wide(f"{cut}…") * letter > width:
            cut = cut[:-1]
        rows[most - 1 :] = [f"{cut.rstrip()}…"]
    return tuple(rows)


# What stands in the column


def _merged(edges: Iterable[Edge]) -> list[Edge]:
    """One edge between two nodes, with the words of all, a line for each test."""
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.start, edge.end), []).append(edge)
    return [
        same[0]._replace(label=" · or ".join(dict.fromkeys(["\n".join(lines(each.label)) for each in same if each.label])))
        for same in found.values()
    ]  # fmt: skip


def _column(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    """Steps, what may happen at any time, ends, and the SOPs that a case is handed to."""
    used = {end for edge in edges for end in (edge.start, edge.end)}
    rank = {"event": 1, "outcome": 2, "adverse": 2, "sop": 3}
    shown = [
        node
        for node in nodes
        if node.kind not in ("start", "path") and (node.id in used or node.kind not in ("event", "sop"))
    ]
    return sorted(shown, key=lambda node: rank.get(node.kind, 0))


# Lanes


def _lanes(edges: Sequence[Edge], place: dict[str, int], *, ahead: bool) -> dict[str, int]:
    """By target, its lane: the shorter the way, the nearer to the boxes."""
    spans: dict[str, tuple[int, int]] = {}
    for edge in edges:
        here, there = place[edge.start], place[edge.end]
        if there > here + 1 if ahead else there <= here:
            low, high = spans.get(edge.end, (here, here) if ahead else (there, here))
            spans[edge.end] = (min(low, here), there) if ahead else (there, max(high, here))
    taken: list[list[tuple[int, int]]] = []
    found = {}
    for target, span in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[1])):
        lane = next(
            (i for i, others in enumerate(taken) if all(_apart(span, other) for other in others)), len(taken)
        )
        taken[lane : lane + 1] = [[*(taken[lane] if lane < len(taken) else []), span]]
        found[target] = lane
    return found


def _apart(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _count(lanes: dict[str, int]) -> int:
    return max(lanes.values(), default=-1) + 1


# Boxes


def _stacked(
    nodes: Sequence[Node], edges: Sequence[Edge], place: dict[str, int], x: int, width: int, most: Most
) -> list[Box]:
    boxes: list[Box] = []
    by_start: dict[str, list[Edge]] = {node.id: [] for node in nodes}
    for edge in edges:
        by_start[edge.start].append(edge)
    y = 2
    for i, node in enumerate(nodes):
        leaving = by_start[node.id]
        sides = {edge.end: _side(place[edge.end] - i) for edge in leaving}
        box = _box(node, leaving, sides, (x, y, width), most)
        boxes.append(box)
        y += box.height + GAP
    return boxes


def _side(leap: int) -> str:
    return "below" if leap == 1 else "right" if leap > 1 else "left"


def _box(
    node: Node, leaving: Sequence[Edge], sides: dict[str, str], place: tuple[int, int, int], most: Most
) -> Box:
    x, y, width = place
    room = width - INDENT - PAD
    first, under = _words(node)
    title = wrapped(first, room, TITLE_LETTER, most.title)
    note = wrapped(under, room, SMALL_LETTER, most.note) if under else ()
    down = y + PAD + TITLE * len(title) + SMALL * len(note)
    exits = []
    if len(leaving) == 1:
        to = leaving[0].end
        exits, leaving = [Exit(to, (), y + PAD + TITLE // 2, sides[to])], ()
    labels = [edge.label for edge in leaving]
    for edge, label in zip(leaving, _told_apart(labels) if most.way else labels, strict=True):
        said = wrapped(label.replace("\n", ", ") or "then", room - 2 * SMALL_LETTER, SMALL_LETTER, most.way)
        down += 3
        exits.append(Exit(edge.end, said, down + SMALL // 2, sides[edge.end]))
        down += SMALL * len(said)
    return Box(node, x, y, width, down + PAD - 2 - y, title, note, tuple(exits))


def _told_apart(labels: Sequence[str]) -> list[str]:
    """The labels without the tests at the beginning that each shares with the one before."""
    found: list[str] = []
    for before, label in zip(["", *labels], labels, strict=False):
        parts, shared = label.split("\n"), 0
        for one, other in zip(before.split("\n"), parts[:-1], strict=False):
            if one != other:
                break
            shared += 1
        found.append("\n".join(["… " + parts[shared], *parts[shared + 1 :]]) if shared else label)
    return found


def _words(node: Node) -> tuple[str, str]:
    """The title of a node, without its number, and the line under it."""
    first, *more = lines(node.label) or [node.name]
    if node.kind in _STEPS:
        return first.partition(" ")[2] or first, more[-1] if more else ""
    return (f"{first} {' '.join(more)}" if node.kind == "sop" else first), ""


_STEPS = frozenset(("step", "decision", "question", "call", "escalation"))


# Arrows


def _arrow(start: Box, way: Exit, end: Box, lane: int) -> Arrow:
    if way.side == "below":
        x = start.x + INDENT // 2
        return Arrow(start.node.id, end.node.id, ((x, start.y + start.height), (x, end.y)), back=False)
    back = way.side == "left"
    rim = start.x if back else start.x + start.width
    x = rim + LANE * (lane + 1) * (-1 if back else 1)
    corners = ((rim, way.y), (x, way.y), (x, end.entry), (rim, end.entry))
    return Arrow(start.node.id, end.node.id, corners, back)


# Words


def _short_words(text: str, width: float, letter: float) -> list[str]:
    """The words of a text, those that are too long for a line cut to pieces."""
    most = max(1, int(width / letter / 2 if wide(text) > len(text) else width / letter))
    return [word[at : at + most] for word in text.split() for at in range(0, len(word), most)]
