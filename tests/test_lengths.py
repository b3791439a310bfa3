"""How long ways may take: as if every one had been walked, from every start that is tried."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_clock import TODAY, graphs, library, sop, walks

from sopctl import files
from sopctl.analysis import lengths as room
from sopctl.analysis import whole_graph
from sopctl.analysis.calendar import calendars
from sopctl.analysis.chains import Budget, OutOfBudget, walk
from sopctl.analysis.clock import clock
from sopctl.analysis.lengths import Lengths, lengths
from sopctl.library import Library, build
from sopctl.model import Sop
from sopctl.model.duration import Duration


def found(whole: Library, id: str = "TS-EX-001") -> dict[str, Lengths]:
    known = whole.sop(id)
    assert known is not None
    return dict(lengths(known, whole))


def clocked(whole: Library) -> Callable[[list[dict[str, Any]], str, int], int]:
    """When a way is through that begins at a moment, by its `within` or its `wait`."""
    known = calendars(whole)

    def timed(way: list[dict[str, Any]], word: str, moment: int) -> int:
        for step in way:
            if word in step:
                stretch = known.stretch(Duration.parse(step[word]), known.work(step["role"]))
                moment = walk((stretch,), moment)
        return moment

    return timed


@settings(deadline=None, max_examples=40)
@given(steps=graphs(), starts=st.lists(st.integers(0, 700 * 1440), min_size=4, max_size=4))
def test_no_way_is_slower_than_the_slowest_and_none_faster_than_the_fastest(
    steps: list[dict[str, Any]], starts: list[int]
) -> None:
    steps[-1]["answers"]["out"] = "other"
    whole = library(sop(steps))
    timed = clocked(whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "RUNS", 1_000_000)  # what takes too many runs is unknown, and not looked at here
        said = found(whole)
    for end in ("done", "other"):
        every = list(walks(steps, end))
        assume(len(every) <= 2000)
        assert bool(every) == (end in said)
        if not every or said[end].slowest.unbounded:
            continue
        slow, fast = said[end]
        assert not slow.unknown
        assert not fast.unknown
        assert max(timed(way, "within", slow.start) for way in every) - slow.start == slow.minutes
        assert min(timed(way, "wait", fast.start) for way in every) - fast.start == fast.minutes
        for start in (clock(whole).window[0] + each for each in starts):
            assert max(timed(way, "within", start) for way in every) - start <= slow.minutes
            assert min(timed(way, "wait", start) for way in every) - start >= fast.minutes


@settings(deadline=None, max_examples=60)
@given(steps=graphs(), starts=st.lists(st.integers(0, 700 * 1440), min_size=4, max_size=4))
def test_all_ways_run_together_come_out_as_each_by_itself(
    steps: list[dict[str, Any]], starts: list[int]
) -> None:
    whole, every = library(sop(steps)), list(walks(steps, "done"))
    assume(0 < len(every) <= 2000)
    timed, known = clocked(whole), whole.sop("TS-EX-001")
    assert known is not None
    spread, _ = room._spread(known, whole, ["done"], room.STATES, longest=True)
    for slow, word in ((True, "within"), (False, "wait")):
        run, pick = whole_graph.run(spread, spread.ends, slow, Budget(1_000_000)), max if slow else min
        for start in (clock(whole).window[0] + each for each in starts):
            out, moves, holds = run.bend(start)
            assert out == run.at(start) == pick(timed(way, word, start) for way in every)
            later = min(holds, 1440)
            assert run.at(start + later) == (out + later if moves else out)


def test_a_hand_off_is_an_end_and_a_call_counts_with_its_steps() -> None:
    steps = [
        {"id": "ask", "within": "1h", "call": "TS-EX-002", "on": {"done": "done", "other": "TS-EX-003"}},
    ]
    inner = sop([{"id": "b", "within": "2h", "ask": "?", "answers": {"a": "done", "b": "wait"}}, {"id": "wait", "within": "2d", "wait": "1d", "next": "other"}], id="TS-EX-002")  # fmt: skip
    last = sop([{"id": "c", "within": "9d", "next": "done"}], id="TS-EX-003")
    said = found(library(sop(steps), inner, last))
    assert (said["done"].slowest.minutes, said["done"].fastest.minutes) == (2 * 60, 0)
    assert (said["TS-EX-003"].slowest.minutes, said["TS-EX-003"].fastest.minutes) == (2 * 1440 + 120, 1440)


def test_an_escalation_hands_off_as_well_and_none_that_comes_when_all_is_done() -> None:
    last = sop([{"id": "c", "within": "9d", "next": "done"}], id="TS-EX-003")
    steps = [{"id": "a", "within": "3d", "next": "done"}]
    for after, ends in (("1d", {"done", "TS-EX-003"}), ("9d", {"done"})):
        away = [{"after": after, "then": "TS-EX-003"}]
        assert {*found(library(sop(steps, escalations=away), last))} == ends
    inner = sop([{"id": "b", "within": "3d", "next": "done"}], "TS-EX-002", escalations=[{"after": "9d", "then": "other"}])  # fmt: skip
    calls = [{"id": "a", "call": "TS-EX-002", "on": {"done": "done", "other": "other"}}]
    assert {*found(library(sop(calls), inner))} == {"done"}


def test_months_are_long_for_the_slowest_and_short_for_the_fastest() -> None:
    steps = [{"id": "a", "within": "1mo", "wait": "1mo", "next": "done"}]
    (slow, fast) = found(library(sop(steps)))["done"]
    assert (slow.minutes, fast.minutes) == (31 * 1440, 28 * 1440)


def test_only_ways_that_some_case_takes_count() -> None:
    facts = {"late": {"type": "yes-no", "ask": "Late?"}}
    first = {
        "id": "a",
        "within": "1h",
        "decide": [{"when": {"late": "yes"}, "then": "b"}, {"otherwise": "b"}],
    }
    then = {
        "id": "b",
        "within": "1h",
        "decide": [{"when": {"late": "yes"}, "then": "c"}, {"otherwise": "done"}],
    }
    last = {
        "id": "c",
        "within": "9d",
        "decide": [{"when": {"late": "yes"}, "then": "other"}, {"otherwise": "done"}],
    }
    said = found(library(sop([first, then, last], facts=facts)))
    assert said["done"].slowest.minutes == 120
    assert said["other"].slowest.minutes == 9 * 1440 + 120


def test_a_step_without_a_time_bounds_nothing() -> None:
    said = found(library(sop([{"id": "a", "next": "done"}])))
    assert said["done"].slowest.unbounded == "`a` has no `within`"
    assert said["done"].fastest.minutes == 0


def test_what_cannot_be_read_makes_the_length_unknown_and_no_shorter() -> None:
    steps = [
        {"id": "a", "within": "1h"},
        {"id": "b", "within": "1h", "call": "TS-EX-002", "on": {"done": "done", "other": "other"}},
    ]
    inner = [{"id": "c", "within": "1h", "next": "done"}]
    soon = [steps[0] | {"within": "soonish"}, steps[1]]
    said = {
        "what `a` says of its time cannot be read": library(sop(soon), sop(inner, "TS-EX-002")),
        "TS-EX-002, which `b` runs, cannot be read": library(sop(steps)),
        "what `TS-EX-002#c` says of its time cannot be read": library(
            sop(steps), sop([inner[0] | {"within": "soonish"}], "TS-EX-002")
        ),
    }
    for why, whole in said.items():
        lasts = found(whole)["done"]
        assert lasts.slowest.unknown == lasts.fastest.unknown == why


def test_ways_that_are_too_many_are_unknown(monkeypatch: Any) -> None:
    monkeypatch.setattr(room, "STATES", 2)
    steps = [
        {"id": "a", "within": "1h"},
        {"id": "b", "within": "1h"},
        {"id": "c", "within": "1h", "next": "done"},
    ]
    said = found(library(sop(steps)))
    assert said["done"].slowest.unknown == "there are too many ways to follow them all"


def test_what_is_too_much_for_one_end_is_not_tried_twice(monkeypatch: Any) -> None:
    tried: list[int] = []

    def none(known: Sop, whole: Library, ends: list[str], most: int, longest: bool) -> Any:
        tried.append(len(ends))
        raise OutOfBudget

    monkeypatch.setattr(room, "_spread", none)
    steps = [{"id": "a", "within": "1h", "ask": "?", "answers": {"a": "done", "b": "other"}}]
    one = sop(steps)
    assert found(library(one))["other"].fastest.unknown
    assert tried == [2, 1, 1]
    tried.clear()
    assert found(library({**one, "outcomes": {"done": one["outcomes"]["done"]}}))["done"].slowest.unknown
    assert tried == [1]


ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("id", ["TS-SAF-001", "TS-FRD-001", "SP-AMS-001"])
def test_the_longest_procedures_of_the_handbook_are_timed(id: str) -> None:
    texts = {path: str(text) for path, text in files.texts_in(ROOT, ROOT / "sops").items()}
    said = found(build(texts, TODAY), id)
    assert said
    assert not [each for each in said.values() if each.slowest.unknown or each.fastest.unknown]
