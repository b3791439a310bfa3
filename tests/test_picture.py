"""The picture of a SOP: boxes apart, arrows from rim to rim, words inside their boxes, always the same."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.render.drawing import Drawing, Edge, Node
from sopctl.render.picture import (
    AT_A_GLANCE,
    INDENT,
    PAD,
    SMALL,
    SMALL_LETTER,
    TITLE,
    TITLE_LETTER,
    WHOLE,
    Arrow,
    Box,
    Most,
    Picture,
    picture,
    wrapped,
)
from sopctl.render.svg import svg

WORDS = st.text(alphabet="abcdefgh äß漢字かな,:-", max_size=90)


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """Any number of steps, ends and events, and arrows from anywhere to anywhere."""
    steps = [
        Node(f"step:{i}", draw(st.sampled_from(("step", "decision", "call"))), f"{i + 1} {draw(WORDS)}\n{draw(WORDS)}", str(i))
        for i in range(draw(st.integers(1, 30)))
    ]  # fmt: skip
    ends = [Node(f"outcome:{i}", draw(st.sampled_from(("outcome", "adverse"))), draw(WORDS) or "x", str(i)) for i in range(draw(st.integers(0, 5)))]  # fmt: skip
    events = [Node("event:1", "event", "At any time: x")]
    ids = [node.id for node in (*steps, *ends)]
    starts = [node.id for node in (*steps, *events)]
    edges = draw(
        st.lists(
            st.builds(Edge, st.sampled_from(starts), st.sampled_from(ids), st.just("row"), WORDS), max_size=60
        )
    )
    return Drawing("t", (Node("start", "start", "Start"), *steps, *ends, *events), tuple(edges))


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def on_rim(box: Box, point: tuple[int, int]) -> bool:
    x, y = point
    at_side = x in (box.x, box.x + box.width) and box.y <= y <= box.y + box.height
    at_end = y in (box.y, box.y + box.height) and box.x <= x <= box.x + box.width
    return at_side or at_end


def crosses(arrow: Arrow, box: Box) -> bool:
    """Whether an arrow runs through the inside of a box."""
    for (ax, ay), (bx, by) in pairwise(arrow.corners):
        left, right, top, low = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        if left < box.x + box.width and right > box.x and top < box.y + box.height and low > box.y:
            return True
    return False


@settings(deadline=None, max_examples=60)
@given(drawings())
def test_boxes_stand_apart_and_arrows_run_between_them(drawing: Drawing) -> None:
    drawn = picture(drawing)
    boxes = {box.node.id: box for box in drawn.boxes}
    assert not any(overlap(one, other) for one, other in combinations(drawn.boxes, 2))
    for box in drawn.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawn.width
        assert box.y + box.height <= drawn.height
    for arrow in drawn.arrows:
        assert on_rim(boxes[arrow.start], arrow.corners[0])
        assert on_rim(boxes[arrow.end], arrow.corners[-1])
        assert not any(crosses(arrow, box) for box in drawn.boxes)
        assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in arrow.corners)


@settings(deadline=None, max_examples=60)
@given(drawings())
def test_every_arrow_of_a_case_is_drawn_once(drawing: Drawing) -> None:
    drawn = picture(drawing)
    said = [(arrow.start, arrow.end) for arrow in drawn.arrows]
    assert len(said) == len(set(said))
    assert set(said) == {(edge.start, edge.end) for edge in drawing.edges}


@settings(deadline=None, max_examples=60)
@given(drawings())
def test_arrows_to_different_boxes_share_no_stretch_of_a_lane(drawing: Drawing) -> None:
    upright: dict[int, list[tuple[int, int, str]]] = {}
    for arrow in picture(drawing).arrows:
        for (ax, ay), (bx, by) in pairwise(arrow.corners):
            if ax == bx:
                upright.setdefault(ax, []).append((min(ay, by), max(ay, by), arrow.end))
    for stretches in upright.values():
        for one, other in combinations(stretches, 2):
            assert one[2] == other[2] or one[1] < other[0] or other[1] < one[0]


@settings(deadline=None, max_examples=60)
@given(drawings(), st.sampled_from((AT_A_GLANCE, WHOLE)))
def test_words_stay_inside_their_boxes_and_on_lines_of_their_own(drawing: Drawing, most: Most) -> None:
    for box in picture(drawing, most).boxes:
        room = box.width - INDENT - PAD
        lines = [(box.y + PAD + TITLE * i, each, TITLE_LETTER) for i, each in enumerate(box.title)]
        under = box.y + PAD + TITLE * len(box.title)
        lines += [(under + SMALL * i, each, SMALL_LETTER) for i, each in enumerate(box.note)]
        for way in box.exits:
            lines += [
                (way.y - SMALL // 2 + SMALL * i, each, SMALL_LETTER) for i, each in enumerate(way.words)
            ]
        assert all(_room(each) * letter <= room for _, each, letter in lines)
        tops = [top for top, _, _ in lines]
        assert all(below - above >= SMALL for above, below in pairwise(tops))
        assert not tops or tops[-1] + SMALL <= box.y + box.height


def _room(text: str) -> int:
    return sum(2 if ord(each) > 0x2E7F else 1 for each in text)


def test_a_picture_is_made_again_byte_for_byte() -> None:
    assert _svg(_twenty()) == _svg(_twenty())


def test_a_straight_way_needs_no_lanes() -> None:
    drawn = _twenty(loops=False)
    assert all(len(arrow.corners) == 2 and not arrow.back for arrow in drawn.arrows)


def test_twenty_steps_fit_the_width_of_a_phone_and_few_kilobytes() -> None:
    drawn = _twenty()
    assert drawn.width == 360
    assert len(_svg(drawn)) < 9000


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert wrapped("one two three four", 5, 2) == ("one", "two…")
    assert wrapped("incomprehensibilities", 10, 2) == ("incomprehe", "nsibiliti…")
    assert wrapped("one two three four", 5, None) == ("one", "two", "three", "four")
    assert wrapped("", 10, 2) == ("",)


def test_a_whole_picture_has_all_its_words() -> None:
    long = "as long as it takes to say all that there is to say of this one " * 3
    there = Drawing("t", (Node("step:a", "decision", f"1 {long}\n{long}", "a"), Node("outcome:b", "outcome", "B", "b"), Node("outcome:c", "outcome", "C", "c")), (Edge("step:a", "outcome:b", "row", long), Edge("step:a", "outcome:c", "row")))  # fmt: skip
    first = picture(there, WHOLE).boxes[0]
    for lines in (first.title, first.note, first.exits[0].words):
        assert " ".join(lines) == long.strip()
    assert picture(there).boxes[0].title[-1].endswith("…")


def test_a_way_leaves_out_whole_tests_that_it_shares_with_the_one_before() -> None:
    cases = ["a: yes, they did\nb: 1", "a: yes, they did\nb: 2", "a: yes, others did\nb: 2"]
    edges = [Edge("step:0", f"outcome:{i}", "row", case) for i, case in enumerate(cases)]
    ends = [Node(f"outcome:{i}", "outcome", "End", str(i)) for i in range(3)]
    drawn = picture(Drawing("t", (Node("step:0", "decision", "1 Decide", "0"), *ends), tuple(edges)))
    said = [" ".join(way.words) for way in drawn.boxes[0].exits]
    assert said == ["a: yes, they did, b: 1", "… b: 2", "a: yes, others did, b: 2"]


def _svg(drawn: Picture) -> str:
    return svg(drawn, {box.node.id: f"#{box.node.name}" for box in drawn.boxes}, "20 steps")


def _twenty(*, loops: bool = True) -> Picture:
    steps = [Node(f"step:{i}", "decision", f"{i} Decide on the case with care\nReviewer, within 2 business days", f"s{i}") for i in range(1, 21)]  # fmt: skip
    ends = [
        Node("outcome:good", "outcome", "It is well", "good"),
        Node("outcome:bad", "adverse", "It is not", "bad"),
    ]
    edges = [Edge(f"step:{i}", f"step:{i + 1}", "next", "confirmed: yes") for i in range(1, 20)]
    edges.append(Edge("step:20", "outcome:good", "next"))
    if loops:
        edges += [
            Edge("step:9", "step:3", "row", "confirmed: no", True),
            Edge("step:5", "step:12", "row", "x: 1"),
        ]
        edges += [Edge(f"step:{i}", "outcome:bad", "row", "x: 2") for i in (2, 7, 13, 19)]
    return picture(Drawing("t", (*steps, *ends), tuple(edges)))
