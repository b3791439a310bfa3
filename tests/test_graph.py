"""The graph for other tools, and the calls between SOPs that it and the rules go by."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.analysis.calls import endings
from sopctl.diagnostic import Diagnostic
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.render.dot import dot
from sopctl.render.drawing import Drawing, Edge, Node, lines, of_library, of_sop
from sopctl.render.mermaid import label, mermaid
from sopctl.rules import RULES
from tests.command import run

TODAY = date(2026, 11, 21)
SOP = """\
id: {id}
title: {id} here
version: 1.0.0
status: {status}
owner: lead
purpose: Show one thing.
scope: Examples.
trigger: A case comes from [[TS-B-001|the other team]].
steps:
{steps}
outcomes: {outcomes}
{more}
change_history: [{{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}}]
"""
REST = """\
roles:
  lead: {title: Team lead}
facts:
  strikes: {ask: How many strikes?, type: integer, min: 0, unit: strikes}
escalation_paths:
  up: {title: Up the ladder, levels: [{to: lead, ack_within: 1h}], on_exhausted: lead}
"""
STEPS = """\
  - id: count
    title: Count the strikes
    role: lead
    within: 2d
    on_overdue: up
    hit_policy: first
    decide:
      - when: {strikes: ">= 3"}
        then: TS-B-001
      - when: {strikes: "1..2"}
      - otherwise: gone
  - id: look
    title: Look "again" | [x]
    role: lead
    at_most: 2
    after_that: gone
    ask: Is it right?
    answers: {yes: gone, no: count}
  - {id: restore, title: Restore, call: TS-B-001, on: {back: gone, otherwise: kept}}
  - {id: advice, title: Ask, escalate: up, ask: May it stay?, answers: {yes: kept, no: restore}}
"""


def sop(
    id: str, steps: str, outcomes: str = "{done: {title: Done}}", more: str = "", status: str = "draft"
) -> str:
    return SOP.format(id=id, steps=steps, outcomes=outcomes, more=more, status=status)


def library(**texts: str) -> Library:
    return build(
        {"zz.yaml": REST, **{f"{name.replace('_', '-')}.yaml": text for name, text in texts.items()}}, TODAY
    )


def sample() -> Library:
    first = sop(
        "TS-A-001", STEPS, "{gone: {title: Gone}, kept: {title: Kept shut, adverse: true, appeal: TS-B-001}}",
        "escalations: [{after: 7d, path: up}, {when: Somebody is hurt, then: TS-B-001}]",
    )  # fmt: skip
    second = sop(
        "TS-B-001",
        "  - {id: mend, title: Mend it, role: lead, next: back}",
        "{back: {title: Works again}}",
        status="effective",
    )
    return library(TS_A_001=first, TS_B_001=second)


def drawn() -> Drawing:
    base = sample()
    found = base.sop("TS-A-001")
    assert found
    return of_sop(found, base)


# One SOP


def test_nodes_tell_their_kind_and_say_who_and_how_long() -> None:
    nodes = {node.id: node for node in drawn().nodes}
    assert {id: node.kind for id, node in nodes.items()} == {
        "start": "start", "step:count": "decision", "step:look": "question", "step:restore": "call", "step:advice": "escalation",
        "outcome:gone": "outcome", "outcome:kept": "adverse", "event:1": "event", "event:2": "event",
        "path:up": "path", "sop:TS-B-001": "sop",
    }  # fmt: skip
    assert nodes["step:count"].label == (
        "1 Count the strikes\nTeam lead, within 2 days, the first row that fits counts"
    )
    assert nodes["step:look"].label == '2 Look "again" | [x]\nIs it right?\nTeam lead, twice at most'
    assert nodes["start"].label == "Starts when\nA case comes from the other team."
    assert nodes["event:1"].label == "7 days after the start"


@pytest.mark.parametrize(
    "edge",
    [
        Edge("start", "step:count", "next"),
        Edge("step:count", "path:up", "overdue", "when it is late"),
        Edge("step:count", "sop:TS-B-001", "hand-off", "strikes: at least 3 strikes"),
        Edge("step:count", "step:look", "next", "strikes: from 1 to 2 strikes"),
        Edge("step:count", "outcome:gone", "otherwise", "in every other case"),
        Edge("step:look", "step:count", "answer", "no", loop=True),
        Edge("step:look", "outcome:gone", "limit", "when it was done twice already"),
        Edge("step:restore", "sop:TS-B-001", "call", "calls"),
        Edge("step:restore", "outcome:gone", "outcome", "Works again"),
        Edge("step:restore", "outcome:kept", "outcome", "with any other outcome"),
        Edge("step:advice", "path:up", "escalation", "hands up to"),
        Edge("event:1", "path:up", "event"),
        Edge("event:2", "sop:TS-B-001", "hand-off"),
        Edge("outcome:kept", "sop:TS-B-001", "appeal", "to contest it"),
    ],
    ids=lambda edge: f"{edge.start} {edge.kind}",
)
def test_edges_tell_why_a_case_goes_there(edge: Edge) -> None:
    assert edge in drawn().edges


def test_every_edge_joins_two_nodes() -> None:
    for drawing in (drawn(), of_library(sample())):
        ids = [node.id for node in drawing.nodes]
        assert len(ids) == len(set(ids))
        assert {end for edge in drawing.edges for end in edge[:2]} <= set(ids)


def test_a_target_that_nothing_is_called_is_drawn_as_it_stands() -> None:
    base = library(TS_A_001=sop("TS-A-001", "  - {id: look, title: Look, role: lead, next: nowhere}"))
    found = base.sop("TS-A-001")
    assert found
    drawing = of_sop(found, base)
    assert Node("outcome:nowhere", "outcome", "nowhere", "nowhere") in drawing.nodes


def test_an_adverse_outcome_is_told_apart_by_its_shape_and_its_mark() -> None:
    drawing = drawn()
    assert '((("▲ Kept shut"))):::adverse' in mermaid(drawing)
    assert '(["● Gone"]):::outcome' in mermaid(drawing)
    assert 'shape=doubleoctagon, penwidth=3, label="▲ Kept shut"' in dot(drawing)


def test_all_sops_together_show_calls_hand_offs_and_appeals() -> None:
    drawing = of_library(sample())
    assert [node.label for node in drawing.nodes] == [
        "TS-A-001\nTS-A-001 here\n(draft)",
        "TS-B-001\nTS-B-001 here",
    ]
    assert drawing.edges == (
        Edge("sop:TS-A-001", "sop:TS-B-001", "appeal", "Kept shut"),
        Edge("sop:TS-A-001", "sop:TS-B-001", "call", "Restore"),
        Edge("sop:TS-A-001", "sop:TS-B-001", "hand-off", "Count the strikes\nAt any time: Somebody is hurt"),
    )


# Labels


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "1. one",
        "- x",
        "`*b*`",
        'a "b" [c] {d} |e| <f> &amp; #35; %% \\N',
        "style x:#f",
        "classDef a:#b;",
        "end",
        "a\nb\r\nc",
        "日本 🚀",
    ]
)


def decoded(words: str) -> str:
    """What Mermaid shows for a label: its numbers as characters."""
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), words.replace("<br/>", "\n"))


@settings(deadline=None)
@given(TEXT)
def test_a_label_survives_mermaid_whatever_stands_in_it(text: str) -> None:
    written = label(text)
    assert decoded(written) == "\n".join(lines(text))
    plain = written.replace("<br/>", " ")
    assert not re.search(r'["`*_\[\]{}|<>&\\~^$%=@!+;\n]', re.sub(r"#\d+;", "", plain))
    assert not re.search(r"^\s*(?:\d+[.)]|[-+*#])\s", plain)
    assert "style" not in plain
    assert "classDef" not in plain


@settings(deadline=None)
@given(TEXT)
def test_a_label_survives_graphviz_whatever_stands_in_it(text: str) -> None:
    drawing = Drawing(text, (Node("step:a", "step", f"x{text}"),), ())
    [_, line] = re.findall(r'label=("(?:[^"\\]|\\.)*")', dot(drawing))
    shown = re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], line[1:-1]).replace(
        "&amp;", "&"
    )
    assert shown == "\n".join(lines(f"x{text}"))


@settings(deadline=None)
@given(TEXT, TEXT)
def test_a_drawing_has_one_line_for_each_node_and_edge(one: str, other: str) -> None:
    nodes = (Node("step:a", "step", one), Node("outcome:b", "adverse", other))
    drawing = Drawing(one, nodes, (Edge("step:a", "outcome:b", "answer", other, loop=True),))
    assert len(mermaid(drawing).split("\n")) == 4 + 3 + 3 + 1
    assert len(dot(drawing).split("\n")) == 4 + 3 + 1 + 1


# Calls


def found(code: str, base: Library) -> list[Diagnostic]:
    return lint(base, [rule for rule in RULES if rule.code == code])


CALL = "  - {{id: run, title: Run it, call: TS-B-001, on: {on}}}"
HANDS = "  - {id: look, title: Look, role: lead, ask: Well?, answers: {yes: mine, no: TS-C-001}}"
THIRD = sop(
    "TS-C-001",
    "  - {id: look, title: Look, role: lead, next: theirs}",
    "{theirs: {title: T}, never: {title: N}}",
)


def called(on: str, more: str = "") -> Library:
    second = sop("TS-B-001", HANDS, "{mine: {title: M}, idle: {title: I}}", more)
    return library(TS_A_001=sop("TS-A-001", CALL.format(on=on)), TS_B_001=second, TS_C_001=THIRD)


@pytest.mark.parametrize(
    ("on", "left"),
    [
        ("{mine: done}", ["`theirs` (by way of TS-C-001)"]),
        ("{theirs: done}", ["`mine`"]),
        ("{mine: done, theirs: done}", []),  # nothing leads to `idle` and `never`
        ("{mine: done, otherwise: done}", []),
        ("{mien: done, theirs: done}", []),  # one slip is one finding: SOP206
    ],
)
def test_the_outcomes_of_a_sop_that_the_called_one_hands_to_count_too(on: str, left: list[str]) -> None:
    diagnostics = found("SOP205", called(on))
    assert [each.message for each in diagnostics] == [f"TS-B-001 can end in {', '.join(left)}, and `on` does not say what happens then"] * bool(left)  # fmt: skip


def test_what_may_happen_at_any_time_can_end_a_call() -> None:
    steps = "  - {id: look, title: Look, role: lead, next: mine}"
    second = sop("TS-B-001", steps, "{mine: {title: M}}", "escalations: [{when: Fire, then: TS-C-001}]")
    base = library(TS_A_001=sop("TS-A-001", CALL.format(on="{mine: done}")), TS_B_001=second, TS_C_001=THIRD)
    assert len(found("SOP205", base)) == 1


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("mien", "did you mean `mine`?"),
        ("theirs", ""),
        ("never", ""),
        ("gone", "TS-B-001 has no outcome `gone`"),
    ],
)
def test_an_outcome_is_impossible_only_where_no_sop_of_the_call_has_it(word: str, near: str) -> None:
    diagnostics = found("SOP206", called(f"{{{word}: done, otherwise: done}}"))
    assert len(diagnostics) == bool(near)
    assert all(near in each.message for each in diagnostics)


@pytest.mark.parametrize("slip", ["mine: {titel: M}", "mine: [x]"])
def test_an_outcome_that_could_not_be_read_still_has_its_name(slip: str) -> None:
    second = sop("TS-B-001", "  - {id: look, title: Look, role: lead, next: mine}", f"{{{slip}}}")
    base = library(TS_A_001=sop("TS-A-001", CALL.format(on="{mine: done}")), TS_B_001=second)
    assert found("SOP205", base) == found("SOP206", base) == []


def test_nothing_is_impossible_in_a_sop_that_hands_to_one_nobody_can_read() -> None:
    first = sop("TS-A-001", CALL.format(on="{gone: done, otherwise: done}"))
    base = library(TS_A_001=first, TS_B_001=sop("TS-B-001", HANDS, "{mine: {title: M}}"), TS_C_001="{")
    assert found("SOP206", base) == []


IDS = [f"TS-X-{i}" for i in range(6)]
ARROWS = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.booleans()), max_size=9, unique=True
)


def joined(arrows: list[tuple[str, str, bool]]) -> Library:
    """SOPs that call (True) or hand off to (False) each other."""
    texts = {}
    for id in IDS:
        hands = "".join(f", b{n}: {to}" for n, (by, to, calls) in enumerate(arrows) if by == id and not calls)
        steps = [f"  - {{id: first, title: First, role: lead, ask: Q, answers: {{a: end{hands}}}}}"]
        steps += [
            f"  - {{id: c{n}, title: Call, call: {to}, next: end}}"
            for n, (by, to, calls) in enumerate(arrows)
            if by == id and calls
        ]
        texts[id.replace("-", "_")] = sop(
            id, "\n".join(steps), f"{{end: {{title: E}}, of-{id[-1]}: {{title: O}}}}"
        )
    return library(**texts)


@settings(deadline=None, max_examples=60)
@given(ARROWS)
def test_calls_go_in_circles_where_one_leads_back_to_its_own_sop(arrows: list[tuple[str, str, bool]]) -> None:
    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            here = ahead.pop()
            if here not in seen:
                seen.add(here)
                ahead += [to for by, to, _ in arrows if by == here]
        return seen

    back = {by for by, to, calls in arrows if calls and by in reach(to)}
    knots = {frozenset(other for other in reach(id) if id in reach(other)) for id in back}
    diagnostics = found("SOP211", joined(arrows))
    assert sorted(each.span.path[:-5] for each in diagnostics) == sorted(min(knot & back) for knot in knots)


@settings(deadline=None, max_examples=60)
@given(ARROWS)
def test_a_call_can_end_wherever_hand_offs_lead(arrows: list[tuple[str, str, bool]]) -> None:
    base = joined(arrows)
    seen: set[str] = set()
    ahead = [IDS[0]]
    while ahead:
        here = ahead.pop()
        if here not in seen:
            seen.add(here)
            ahead += [to for by, to, calls in arrows if by == here and not calls]
    first = base.sop(IDS[0])
    assert first
    ends = endings(base, first)
    assert set(ends.named) == {"end"} | {f"of-{id[-1]}" for id in seen}
    assert (set(ends.reached), ends.whole) == ({"end"}, True)


# The command


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sops").mkdir()
    for path, each in sample().by_path.items():
        (tmp_path / "sops" / path).write_text(each.document.text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_writes_each_format_the_same_each_time(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["TS-A-001"], []):
        for format, start in (("mermaid", "---\ntitle: "), ("dot", "digraph {"), ("json", '{\n  "title": ')):
            code, out, _ = run(capsys, "graph", *words, "--format", format)
            assert (code, out.startswith(start)) == (0, True)
            assert run(capsys, "graph", *words, "--format", format)[1] == out


def test_json_has_the_nodes_and_edges_of_the_drawing(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(run(capsys, "graph", "ts-a-001", "--format", "json")[1])
    assert [node["id"] for node in whole["nodes"]] == [node.id for node in drawn().nodes]
    assert {(edge["from"], edge["to"], edge["kind"], edge["loop"]) for edge in whole["edges"]} == {
        (edge.start, edge.end, edge.kind, edge.loop) for edge in drawn().edges
    }


def test_a_sop_that_is_not_there_ends_with_2(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "graph", "TS-A-002")
    assert (code, out) == (2, "")
    assert "did you mean `TS-A-001`?" in err


def test_of_steps_with_one_id_the_first_is_drawn() -> None:
    again = "  - {id: count, title: Count again, role: lead, next: gone}\n"
    whole = library(TS_A_001=sop("TS-A-001", STEPS + again, "{gone: Gone, kept: Kept}"))
    one = whole.sop("TS-A-001")
    assert one is not None
    drawn = of_sop(one, whole)
    assert [node.label for node in drawn.nodes if node.name == "count"] == [
        "1 Count the strikes\nTeam lead, within 2 days, the first row that fits counts"
    ]
    assert [edge.kind for edge in drawn.edges if edge.start == "step:count"] == [
        "overdue",
        "hand-off",
        "next",
        "otherwise",
    ]
