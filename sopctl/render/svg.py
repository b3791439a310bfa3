"""A picture as SVG that stands in a page: small, without a script, its colours those of the page."""

from collections.abc import Iterable
from itertools import pairwise

from sopctl.render.picture import INDENT, PAD, SMALL, SMALL_LETTER, TITLE, Arrow, Box, Picture
from sopctl.render.text import line

_ROUND = 4
_SIGNS = {"outcome": "●", "adverse": "▲", "sop": "⇥", "event": "↯"}
_BELOW = int(2 * SMALL_LETTER) + 2  # where the words of a way go on below its sign
_WAY_OUT = {"right": "→", "left": "↺", "below": "↓"}


def svg(picture: Picture, addresses: dict[str, str], described: str) -> str:
    """The picture; `addresses` says for a node where a click on it leads."""
    arrows = dict.fromkeys(picture.arrows)
    inside = [
        f'<path class="sop-way-on" d="{"".join([_line(each) for each in arrows if not each.back])}"/>',
        f'<path class="sop-way-back" d="{"".join([_line(each) for each in arrows if each.back])}"/>',
        f'<path class="sop-way-head" d="{"".join(dict.fromkeys([_head(each) for each in arrows]))}"/>',
        *[_box(box, addresses.get(box.node.id, "")) for box in picture.boxes],
    ]
    return (
        f'<svg viewBox="0 0 {picture.width} {picture.height}" role="group" aria-label="{line(described)}">'
        f"{''.join(inside)}</svg>"
    )


def _box(box: Box, address: str) -> str:
    drawn = f"{_frame(box)}{_mark(box)}{_words(box)}"
    return f'<a href="{address}">{drawn}</a>' if address else f"<g>{drawn}</g>"


def _frame(box: Box) -> str:
    return f'<rect class="sop-box-{box.node.kind}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="7"/>'


def _mark(box: Box) -> str:
    """The number of a step, or a sign of how it ends."""
    x, y = box.x + INDENT // 2, box.entry + 5
    sign = _SIGNS.get(box.node.kind) or box.node.label.partition(" ")[0]
    return _text(x, y, sign, f"sop-mark-{box.node.kind}")


def _words(box: Box) -> str:
    x, y = box.x + INDENT, box.y + PAD + TITLE - 4
    drawn = ""
    for each in box.title:
        drawn += _text(x, y, each, "sop-box-title")
        y += TITLE
    y += SMALL + 1 - TITLE
    for each in box.note:
        drawn += f'<text x="{x}" y="{y}">{line(each)}</text>'
        y += SMALL
    for way in box.exits:
        for i, each in enumerate(way.words):
            if i == 0:
                drawn += _text(x, way.y + 4, f"{_WAY_OUT[way.side]} {each}", "sop-exit")
            else:
                drawn += _text(x + _BELOW, way.y + 4 + i * SMALL, each, "sop-exit")
    return drawn


def _text(x: int, y: int, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{line(words)}</text>'


# Arrows


def _line(arrow: Arrow) -> str:
    """A line through the corners, each of them rounded."""
    (x, y), *rest = arrow.corners
    drawn = f"M{x} {y}"
    for (ax, ay), (bx, by) in pairwise(rest):
        drawn += f"L{_towards(x, ax)} {_towards(y, ay)}Q{ax} {ay} {_towards(bx, ax)} {_towards(by, ay)}"
        x, y = ax, ay
    return f"{drawn}L{rest[-1][0]} {rest[-1][1]}"


def _towards(other: int, corner: int) -> int:
    """Where the rounding of a corner begins or ends, seen from the next corner."""
    if other > corner:
        return min(other, corner + _ROUND)
    return max(other, corner - _ROUND)


def _head(arrow: Arrow) -> str:
    """The point of an arrow, on the rim of the box that it comes to."""
    (ax, _), (bx, by) = arrow.corners[-2:]
    if ax == bx:
        return f"M{bx} {by}l-4 -7h8z"
    back = 7 if ax > bx else -7
    return f"M{bx} {by}l{back} -4v8z"


# Time to scale


def bar(share: float, promised: float = 1.0) -> str:
    """How much of a promised time is used, both as shares of the longer one."""
    over = " sop-bar-over" if share > promised else ""
    return (
        f'<svg class="sop-bar{over}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="sop-bar-whole" width="{_short(100 * promised)}" height="4"/>'
        f'<rect class="sop-bar-used" width="{_short(100 * share)}" y="1" height="2"/></svg>'
    )


def steps(at: list[float], mark: float | None) -> str:
    """Stretches of time one after the other, each as long as it lasts, and a mark among them."""
    drawn = [
        f'<rect class="sop-stretch{" sop-stretch-odd" if i % 2 else ""}" x="{_short(100 * a)}" width="{_short(100 * (b - a))}" height="3"/>'
        for i, (a, b) in enumerate(pairwise(at))
    ]
    if mark is not None:
        drawn.append(f'<rect class="sop-stretch-mark" x="{_short(100 * mark - 0.4)}" width=".8" height="4"/>')
    return f'<svg class="sop-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">{"".join(drawn)}</svg>'


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def described(counts: Iterable[tuple[int, str, str]]) -> str:
    """`7 steps, 2 ends`: what a picture shows, for who cannot see it."""
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)
