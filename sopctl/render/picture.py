"""The way through a SOP as a picture: where each box and each arrow stands.

One column of boxes in the order of the file, so that it fits a phone and is read from above. An arrow
to the next box goes straight down; one that leaps ahead runs in a lane on the right, one that leads
back in a lane on the left. All arrows to one box share its lane. What an arrow stands for is said
inside the box that it leaves, where no line can cross it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sopctl.columns import wide
from sopctl.named import NamedTuple
from sopctl.render.drawing import FORWARD, Drawing, Edge, Node, lines

WIDTH, NARROWEST = 360, 220
LANE, MARGIN, GAP, PAD = 9, 7, 18, 9
INDENT = 32
TITLE, SMALL = 16, 14
TITLE_LETTER, SMALL_LETTER = 6.6, 5.9
ENTRY = PAD + TITLE // 2
"""How far below the top of a box arrows come in from the side."""

Ways = Mapping[str, Mapping[str, str]]
"""By node, the nodes to which ways lead from it, and their words."""


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
    ways = _ways(drawing.edges)
    nodes = _column(drawing.nodes, ways)
    place = {node.id: i for i, node in enumerate(nodes)}
    lanes = _lanes(nodes, ways, place)
    x = MARGIN + LANE * _count(lanes["left"])
    beside = x + MARGIN + LANE * _count(lanes["right"])
    width = max(WIDTH, NARROWEST + beside)
    boxes = _Stack(place, x, width - beside, most).boxes(nodes, ways)
    arrows = [_arrow(box, way, boxes[place[way.to]], lanes) for box in boxes for way in box.exits]
    last = boxes[-1] if boxes else None
    return Picture(width, last.y + last.height + 2 if last else 0, tuple(boxes), tuple(arrows))


def wrapped(text: str, room: int, most: int | None) -> tuple[str, ...]:
    """A text in lines of so many letters; what is left over after the last one is cut off with an ellipsis."""
    if len(text) <= room and (text.isascii() or wide(text) == len(text)):  # most texts fit
        return (text,)
    rows = _rows(text, room) if text.isascii() else _wide_rows(text, room)
    if most and len(rows) > most:
        cut = rows[most - 1]
        while cut and wide(cut) >= room:
            cut = cut[:-1]
        rows[most - 1 :] = [f"{cut.rstrip()}…"]
    return tuple(rows)


# What stands in the column


def _ways(edges: Iterable[Edge]) -> Ways:
    """The ways of a case: one between two nodes, with the words of all edges, a line for each test."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for start, end, kind, label, _ in edges:
        if kind in FORWARD and start != "start":
            labels = found.setdefault(start, {}).setdefault(end, {})
            if label and (said := "\n".join(lines(label))):
                labels[said] = None
    return {
        start: {end: " · or ".join(labels) for end, labels in ends.items()} for start, ends in found.items()
    }


def _column(nodes: Iterable[Node], ways: Ways) -> list[Node]:
    """Steps, what may happen at any time, ends, and the SOPs that a case is handed to."""
    used = {*ways}.union(*ways.values())
    shown = [
        node
        for node in nodes
        if node.kind not in ("start", "path") and (node.id in used or node.kind not in ("event", "sop"))
    ]
    return sorted(shown, key=lambda node: _RANK.get(node.kind, 0))


_RANK = {"event": 1, "outcome": 2, "adverse": 2, "sop": 3}


# Lanes


def _lanes(nodes: Iterable[Node], ways: Ways, place: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """By side and target, its lane."""
    ahead: dict[str, tuple[int, int]] = {}
    back: dict[str, tuple[int, int]] = {}
    for here, node in enumerate(nodes):
        for end in ways.get(node.id, ()):
            there = place[end]
            if there > here + 1:
                ahead.setdefault(end, (here, there))
            elif there <= here:
                back[end] = there, here
    return {"right": _side_by_side(ahead), "left": _side_by_side(back)}


def _side_by_side(spans: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """The lane of each span: the shorter it is, the nearer to the boxes."""
    taken: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    found = {}
    for target, span in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[1])):
        lane = 0
        while any(low <= span[1] and span[0] <= high for low, high in taken[lane]):
            lane += 1
        taken[lane].append(span)
        found[target] = lane
    return found


def _count(lanes: Mapping[str, int]) -> int:
    return max(lanes.values(), default=-1) + 1


# Boxes


class _Stack:
    """Boxes of one width, one under the other."""

    def __init__(self, place: Mapping[str, int], x: int, width: int, most: Most) -> None:
        self.place, self.x, self.width, self.most = place, x, width, most
        room = width - INDENT - PAD
        self.title, self.note = int(room / TITLE_LETTER), int(room / SMALL_LETTER)
        self.way = int((room - 2 * SMALL_LETTER) / SMALL_LETTER)

    def boxes(self, nodes: Iterable[Node], ways: Ways) -> list[Box]:
        found: list[Box] = []
        y = 2
        for node in nodes:
            leaving = ways.get(node.id, {})
            found.append(self.box(node, y, _told_apart(leaving) if self.most.way else leaving))
            y += found[-1].height + GAP
        return found

    def box(self, node: Node, y: int, leaving: Mapping[str, str]) -> Box:
        place, most = self.place, self.most
        first, under = _words(node)
        title = wrapped(first, self.title, most.title)
        note = wrapped(under, self.note, most.note) if under else ()
        down = y + PAD + TITLE * len(title) + SMALL * len(note)
        exits = []
        for to, label in leaving.items():
            leap = place[to] - place[node.id]
            side = "below" if leap == 1 else "right" if leap > 1 else "left"
            if len(leaving) == 1:
                exits.append(Exit(to, (), y + ENTRY, side))
                break
            said = wrapped(label.replace("\n", ", ") or "then", self.way, most.way)
            exits.append(Exit(to, said, down + 3 + SMALL // 2, side))
            down += 3 + SMALL * len(said)
        return Box(node, self.x, y, self.width, down + PAD - 2 - y, title, note, tuple(exits))


def _told_apart(ways: Mapping[str, str]) -> dict[str, str]:
    """The ways without the tests at the beginning that each shares with the one before."""
    found: dict[str, str] = {}
    before: list[str] = []
    for end, label in ways.items():
        parts, shared = label.split("\n"), 0
        for one, other in zip(before, parts[:-1], strict=False):
            if one != other:
                break
            shared += 1
        found[end] = "\n".join(["… " + parts[shared], *parts[shared + 1 :]]) if shared else label
        before = parts
    return found


def _words(node: Node) -> tuple[str, str]:
    """The title of a node, without its number, and the line under it."""
    said = lines(node.label) or [node.name]
    if node.kind in _STEPS:
        return said[0].partition(" ")[2] or said[0], said[-1] if len(said) > 1 else ""
    return (" ".join(said) if node.kind == "sop" else said[0]), ""


_STEPS = frozenset(("step", "decision", "question", "call", "escalation"))


# Arrows


def _arrow(start: Box, way: Exit, end: Box, lanes: Mapping[str, Mapping[str, int]]) -> Arrow:
    to, _, y, side = way
    if side == "below":
        x = start.x + INDENT // 2
        return Arrow(start.node.id, to, ((x, start.y + start.height), (x, end.y)), back=False)
    back = side == "left"
    rim = start.x if back else start.x + start.width
    x = rim + LANE * (lanes[side][to] + 1) * (-1 if back else 1)
    entry = end.y + ENTRY
    return Arrow(start.node.id, to, ((rim, y), (x, y), (x, entry), (rim, entry)), back)


# Words


def _rows(text: str, room: int) -> list[str]:
    """A text whose letters are all one column wide, parted between words, or in a word that is too long."""
    rows = []
    while len(text) > room:
        at = text.rfind(" ", 0, room + 1)
        end = at if at > 0 else room
        rows.append(text[:end])
        text = text[end:].lstrip()
    return [*rows, text]


def _wide_rows(text: str, room: int) -> list[str]:
    rows, row = [], ""
    for word in _short_words(text, room):
        longer = f"{row} {word}" if row else word
        if wide(longer) <= room:
            row = longer
        else:
            rows.append(row)
            row = word
    return [*rows, row]


def _short_words(text: str, room: int) -> list[str]:
    """The words of a text, those that are too long for a line cut to pieces."""
    words = text.split()
    most = max(1, room // 2 if wide(text) > len(text) else room)
    if max(map(len, words), default=0) <= most:
        return words
    return [word[at : at + most] for word in words for at in range(0, len(word), most)]
