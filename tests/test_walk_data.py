"""The data of the walker: small, whole, in order, and harmless whatever a writer wrote."""

import json
import re
from datetime import date
from typing import Any

import pytest

from sopctl.library import Library, build
from sopctl.render import Links
from sopctl.render.plain import plain
from sopctl.render.walk_data import Walks

TODAY = date(2026, 11, 21)
REGISTERS: dict[str, Any] = {
    "roles": {"lead": {"title": "Dock lead"}},
    "teams": {"crew": {"title": "The crew"}},
    "escalation_paths": {"slow": {"title": "Too slow", "levels": [{"to": "lead", "ack_within": "1h"}]}},
    "notices": {"told": {"title": "Told"}},
    "glossary": {"berth": {"title": "Berth", "text": "A place for a ship."}},
    "facts": {
        "length": {"ask": "How long?", "type": "number", "min": 0, "max": 400.5, "unit": "m"},
        "crew": {"ask": "How many?", "type": "integer", "min": 1},
        "flag": {"ask": "Which?", "type": "choice", "values": {"10": "Ten", "9": "Nine", "a": "A"}},
    },
}


def made(*sops: dict[str, Any]) -> Library:
    texts = {f"{each['id']}.yaml": json.dumps(each) for each in sops}
    return build({"registers.yaml": json.dumps(REGISTERS), **texts}, TODAY)


def sop(id: str = "DK-A-001", **more: Any) -> dict[str, Any]:
    return {"id": id, "title": "A dock", "version": "1.0.0", "outcomes": {"end": "The end"}, **more}


def step(**more: Any) -> dict[str, Any]:
    return {"id": "one", "title": "Do it", "role": "lead", "within": "1h", "next": "end", **more}


def data_of(library: Library, id: str = "DK-A-001") -> dict[str, Any]:
    """What the script of a SOP hands over."""
    one = library.sop(id)
    assert one is not None
    script = Walks(Links(library)).script(one)
    found = re.fullmatch(r"sopctlWalk\.add\((.*)\);\n", script)
    assert found, script
    data: dict[str, Any] = json.loads(found[1])
    return data


def passing_of(**when: Any) -> list[Any]:
    """The values that pass the tests of a row."""
    data = data_of(made(sop(steps=[step(decide=[{"when": when, "then": "end"}])])))
    found: list[Any] = data["steps"][0][1]["rows"][0].get("when", [])
    return found


@pytest.mark.parametrize(
    ("tests", "passing"),
    [
        ("> 2", [["2", 1, "400.5", 1]]),
        ("[0.25..10)", [["0.25", 0, "10", 0]]),
        ("not(3)", [["0", 0, "3", 0], ["3", 1, "400.5", 1]]),
        (["1", "> 399"], [["1", 0, "1", 1], ["399", 1, "400.5", 1]]),
    ],
)
def test_tests_of_a_number_are_intervals(tests: Any, passing: list[Any]) -> None:
    assert passing_of(length=tests) == [["length", passing]]


def test_a_whole_number_without_an_end_goes_on_for_ever() -> None:
    assert passing_of(crew="> 2") == [["crew", [["3", 0, None, 1]]]]


def test_tests_of_a_choice_are_its_values_in_the_order_of_the_fact() -> None:
    assert passing_of(flag="not(9)") == [["flag", ["10", "a"]]]


def test_a_fact_that_may_be_anything_is_no_test() -> None:
    assert passing_of(flag="-", length=">= 0") == []


def test_choices_keep_the_order_of_the_writer() -> None:
    data = data_of(made(sop(steps=[step(asks=["flag"])])))
    assert data["facts"] == [
        ["flag", {"ask": "Which?", "choices": [["10", "Ten"], ["9", "Nine"], ["a", "A"]]}]
    ]


def test_a_number_says_its_bounds_and_its_unit() -> None:
    data = data_of(made(sop(steps=[step(asks=["length", "crew"])])))
    kinds = {"kind": "a number from 0 to 400.5 (m)"}
    assert dict(data["facts"])["length"] == {
        "ask": "How long?", "min": "0", "max": "400.5", "unit": "m", **kinds,
    }  # fmt: skip
    assert dict(data["facts"])["crew"]["whole"] is True


def test_a_step_that_may_never_be_entered_says_so() -> None:
    data = data_of(made(sop(steps=[step(at_most=0, after_that="end")])))
    assert data["steps"][0][1]["at_most"] == 0


@pytest.mark.parametrize(
    "broken",
    [
        {"decide": [{"when": {"length": "long"}, "then": "end"}]},
        {"decide": [{"when": {"nobody-knows": "yes"}, "then": "end"}]},
        {"decide": "end"},
        {"decide": [{"otherwise": "end", "set": {"crew": ""}}]},
        {"asks": ["nobody-knows"]},
        {"answers": ["yes"], "ask": "Is it?"},
    ],
)
def test_a_step_that_cannot_be_read_is_marked(broken: dict[str, Any]) -> None:
    data = data_of(made(sop(steps=[step(**broken)])))
    assert data["steps"][0][1]["unreadable"] is True


def test_a_target_that_is_not_written_yet_is_none() -> None:
    data = data_of(made(sop(steps=[step(ask="Is it?", answers={"yes": "end", "no": ""})])))
    assert data["steps"][0][1]["answers"] == [["yes", "end"], ["no", None]]
    data = data_of(
        made(sop(steps=[{"id": "one", "call": "DK-A-001", "on": {"end": "", "otherwise": "end"}}]))
    )
    assert data["steps"][0][1]["on"] == [["end", None], ["otherwise", "end"]]


def test_a_time_of_the_clock_and_one_of_opening_hours_are_told_apart() -> None:
    data = data_of(made(sop(steps=[step(within="1h"), step(id="two", within="2bd")])))
    first, second = (each["lasts"]["chains"] for _, each in data["steps"])
    assert first == [[["", 60]]]
    assert second == [[[data["calendars"][0][0], 2 * 8 * 60]]]


def test_a_step_without_a_time_says_that_nobody_can_tell() -> None:
    one = {key: value for key, value in step().items() if key != "within"}
    data = data_of(made(sop(steps=[one])))
    assert data["steps"][0][1]["lasts"] == {"unknown": ["`DK-A-001#one` has no `within`"]}


def test_a_case_that_no_row_of_within_takes_says_that_nobody_can_tell() -> None:
    data = data_of(made(sop(steps=[step(within=[{"when": {"crew": "> 2"}, "within": "1h"}])])))
    taken, left = data["steps"][0][1]["within"]
    assert taken["words"] == "1 hour"
    assert left == {
        "when": [["crew", [["1", 0, "3", 0]]]],
        "lasts": {"unknown": ["`DK-A-001#one` has no `within` for this case"]},
    }


def test_a_call_names_the_outcomes_that_it_can_come_back_with_and_what_each_takes() -> None:
    inner = sop("DK-B-001", outcomes={"x": {"title": "X", "notice": "told"}, "y": "Y", "z": "Z"},
                steps=[step(ask="Which?", answers={"a": "x", "b": "y"})])  # fmt: skip
    call = {"id": "one", "title": "Do it", "call": "DK-B-001", "on": {"y": "end", "otherwise": "end"}}
    called = data_of(made(sop(steps=[call]), inner))["steps"][0][1]["call"]
    assert called["ends"] == [["y", "Y"], ["x", "X", ["told", "Told"]], ["z", "Z"]]
    assert dict(called["lasts"])["x"] == {"chains": [[["", 60]]]}


def test_too_many_times_to_one_outcome_of_a_call_hide_none_of_another() -> None:
    def steps(numbers: range, **more: str) -> list[dict[str, Any]]:
        answers = {"quick": "x", **{f"n{i}": f"a{i}" for i in numbers}, **more}
        return [
            step(ask="Which?", answers=answers),
            *(step(id=f"a{i}", within=f"{i}h", next=f"b{i}") for i in numbers),
            *(step(id=f"b{i}", within=f"{30 - i}bh", next="y") for i in numbers),
        ]

    ends = {"x": "X", "y": "Y"}
    inner = sop("DK-B-001", outcomes=ends, steps=steps(range(1, 14), on="DK-C-001"))
    other = sop("DK-C-001", outcomes=ends, steps=steps(range(14, 28)))
    call = {"id": "one", "title": "Do it", "call": "DK-B-001", "on": {"x": "end", "y": "end"}}
    called = data_of(made(sop(steps=[call]), inner, other))["steps"][0][1]["call"]
    assert dict(called["lasts"]) == {
        "x": {"chains": [[["", 120]]]},
        "y": {"unknown": ["it has too many times that differ"]},
    }


def test_a_sop_that_nobody_should_work_by_says_why_and_what_took_its_place() -> None:
    old = sop(status="superseded", steps=[step()])
    new = sop("DK-B-001", title="A better dock", status="effective", supersedes=["DK-A-001"], steps=[step()])
    assert data_of(made(old, new))["caution"] == (
        "This is superseded. Do not work by it. Its place is taken by DK-B-001 A better dock."
    )
    assert "caution" not in data_of(made(old, new), "DK-B-001")


def test_nothing_that_a_writer_wrote_ends_the_script() -> None:
    hostile = '</script><!--<script> \u2028 \u2029 ]]> `${x}` \\ "'
    library = made(
        sop(title=hostile, steps=[step(title=hostile, text=hostile, ask=hostile, answers={hostile: "end"})])
    )
    one = library.sop("DK-A-001")
    assert one is not None
    script = Walks(Links(library)).script(one)
    assert not re.search("[<\u2028\u2029]", script)
    assert data_of(library)["steps"][0][1]["answers"] == [[hostile, "end"]]


def test_the_same_sop_gives_the_same_bytes() -> None:
    def script() -> str:
        library = made(sop(steps=[step(within="2bd", decide=[{"when": {"crew": "> 2"}, "then": "end"}])]))
        one = library.sop("DK-A-001")
        assert one is not None
        return Walks(Links(library)).script(one)

    assert script() == script()


# Texts as plain words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Just words.", "Just words."),
        ("Two\nlines of one.\n\nAnd another.", "Two lines of one.\nAnd another."),
        ("Some **bold**, *light* and `code`.", "Some bold, light and code."),
        ("Not 2 * 3 * 4, nor snake_case_words.", "Not 2 * 3 * 4, nor snake_case_words."),
        ("See [the rules](https://example.org/a_(b)).", "See the rules."),
        ("Ask [[role:lead]] about a [[term:berth]].", "Ask Dock lead about a Berth."),
        ("Ask [[role:lead|somebody]], or [[role:nobody]].", "Ask somebody, or role:nobody."),
        ("Go to [[#one]], then [[DK-A-001#one]].", "Go to Do it, then A dock: Do it."),
        ("Take:\n\n- a rope\n- a\n  hook\n1. first", "Take:\n• a rope\n• a hook\n1. first"),
        ("2. If so:\n   - pay\n     - all\n   - note\n3. Lock.\n\nEnd.\n  - x", "2. If so:\n\u2003• pay\n\u2003\u2003• all\n\u2003• note\n3. Lock.\nEnd.\n• x"),
        ("# Title\n> said", "Title\nsaid"),
        ("```\ncode here\n```", "code here"),
        ("a <b>tag</b> & more", "a <b>tag</b> & more"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_is_read_out_without_its_marks(text: str, words: str) -> None:
    library = made(sop(steps=[step()]))
    assert plain(text, Links(library), library.sop("DK-A-001")) == words
