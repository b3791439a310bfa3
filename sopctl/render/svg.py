"""A picture as SVG that stands in a page: small, without a script, its colours those of the page."""

from collections.abc import Iterable
from itertools import pairwise

from sopctl.render.picture import ENTRY, INDENT, PAD, SMALL, SMALL_LETTER, TITLE, Arrow, Box, Picture
from sopctl.render.text import line

_ROUND = 4
_SIGNS = {"outcome": "●", "adverse": "▲", "sop": "⇥", "event": "↯"}
_BELOW = int(2 * SMALL_LETTER) + 2  # where the words of a way go on below its sign
_WAY_OUT = {"right": "→", "left": "↺", "below": "↓"}


def svg(picture: Picture, addresses: dict[str, str], described: str) -> str:
    """The picture; `addresses` says for a node where a click on it leads."""
    on = back = ""
    heads: dict[str, None] = {}
    for arrow in picture.arrows:
        way, head = _way(arrow)
        heads[head] = None
        if arrow.back:
            back += way
        else:
            on += way
    boxes = "".join([_box(box, addresses.get(box.node.id, "")) for box in picture.boxes])
    return (
        f'<svg viewBox="0 0 {picture.width} {picture.height}" role="group" aria-label="{line(described)}">'
        f'<path class="sop-way-on" d="{on}"/><path class="sop-way-back" d="{back}"/>'
        f'<path class="sop-way-head" d="{"".join(heads)}"/>{boxes}</svg>'
    )


def _box(box: Box, address: str) -> str:
    """Its frame, the number of a step or a sign of how it ends, and its words."""
    node, left, top, width, height, title, note, exits = box
    kind = node.kind
    sign = _SIGNS.get(kind) or line(node.label.partition(" ")[0])
    drawn = (
        f'<rect class="sop-box-{kind}" x="{left}" y="{top}" width="{width}" height="{height}" rx="7"/>'
        f'<text class="sop-mark-{kind}" x="{left + INDENT // 2}" y="{top + ENTRY + 5}">{sign}</text>'
    )
    x, y = f'x="{left + INDENT}"', top + PAD + TITLE - 4
    for each in title:
        drawn += f'<text class="sop-box-title" {x} y="{y}">{line(each)}</text>'
        y += TITLE
    y += SMALL + 1 - TITLE
    for each in note:
        drawn += f'<text {x} y="{y}">{line(each)}</text>'
        y += SMALL
    for _, words, y, side in exits:
        at, sign = x, f"{_WAY_OUT[side]} "
        for each in words:
            drawn += f'<text class="sop-exit" {at} y="{y + 4}">{sign}{line(each)}</text>'
            at, sign, y = f'x="{left + INDENT + _BELOW}"', "", y + SMALL
    return f'<a href="{address}">{drawn}</a>' if address else f"<g>{drawn}</g>"


# Arrows


def _way(arrow: Arrow) -> tuple[str, str]:
    """A line through the corners, each of them rounded, and its point, on the rim of the box that it comes to."""
    if len(arrow.corners) == 2:
        (x, y), (_, end) = arrow.corners
        return f"M{x} {y}L{x} {end}", f"M{x} {end}l-4 -7h8z"
    (rim, y), (x, _), (_, end), _ = arrow.corners
    near, point = (x + _ROUND, "l-7 -4v8z") if x < rim else (x - _ROUND, "l7 -4v8z")
    turn = max(-_ROUND, min(_ROUND, end - y))
    at, top, low = str(x), str(y), str(end)  # each is written several times
    return (
        f"M{rim} {top}L{near} {top}Q{at} {top} {at} {y + turn}L{at} {end - turn}Q{at} {low} {near} {low}L{rim} {low}",
        f"M{rim} {low}{point}",
    )


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
