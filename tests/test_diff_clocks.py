"""What takes longer, and which promises that breaks: against timing both sides, and on the handbook."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_clock import REGISTERS, TODAY, ceiling, floor, graphs, library, sop

from sopctl.analysis import time_words
from sopctl.analysis.lengths import lengths
from sopctl.analysis.promises import verdicts
from sopctl.diff.clocks import ClockChange, clock_changes
from sopctl.library import Library, build

LOOK: list[dict[str, Any]] = [{"id": "look", "within": "7bd", "next": "done"}]


def told(before: Library, after: Library) -> list[str]:
    return [each.message for each in clock_changes(before, after)]


# Against timing both sides


@settings(deadline=None, max_examples=40)
@given(
    steps=graphs(),
    place=st.integers(0, 5),
    within=st.sampled_from(["20m", "6h", "1bd", "3bd"]),
    most=st.sampled_from(["1d", "4d", "9d"]),
)
def test_all_that_differs_is_told_and_nothing_else(
    steps: list[dict[str, Any]], place: int, within: str, most: str
) -> None:
    other = copy.deepcopy(steps)
    other[place % len(other)]["within"] = within
    sides = [library(sop(each, deadlines=ceiling(most))) for each in (steps, other)]
    sops = [side.sop("TS-EX-001") for side in sides]
    assert sops[0]
    assert sops[1]
    found = {(each.kind, each.what): each for each in clock_changes(*sides)}
    times = [lengths(one, side) for one, side in zip(sops, sides, strict=True)]
    assume(not any(each.unknown for side in times for both in side.values() for each in both))
    for end in ("done", "other"):
        for i, kind in enumerate(("slowest", "fastest")):
            both = [side[end][i] for side in times if end in side]
            change = found.get((kind, (f"TS-EX-001:{end}",)))
            if not both or any(each.unbounded for each in both) or both[0].minutes == both[1].minutes:
                assert change is None
            else:
                assert change
                assert [change.before, change.after] == [time_words.spoken(each.minutes) for each in both]
                assert change.how == ("longer" if both[1].minutes > both[0].minutes else "shorter")
    late = [verdict.broken.end - verdict.broken.due if verdict.broken else 0 for one, side in zip(sops, sides, strict=True) for verdict in verdicts(one, side)]  # fmt: skip
    change = found.get(("deadline", ("limit",)))
    assert (change is None) == (late[0] == late[1])
    if change:
        how = "kept-no-more" if not late[0] else "kept-again" if not late[1] else "changed"
        assert change.how == how


@settings(deadline=None, max_examples=30)
@given(steps=graphs(), place=st.integers(0, 5), within=st.sampled_from(["20m", "6h", "1bd", "3bd"]))
def test_the_other_way_round_all_goes_back(steps: list[dict[str, Any]], place: int, within: str) -> None:
    other = copy.deepcopy(steps)
    other[place % len(other)]["within"] = within
    before, after = (library(sop(each, deadlines=ceiling("4d"))) for each in (steps, other))
    there, back = clock_changes(before, after), clock_changes(after, before)
    turned = {(each.sop, each.kind, TURNED[each.how], each.what, each.after, each.before) for each in there}
    assert turned == {each[:6] for each in back}


TURNED = {
    "longer": "shorter", "shorter": "longer", "unknown": "unknown", "kept-no-more": "kept-again",
    "kept-again": "kept-no-more", "promised": "withdrawn", "withdrawn": "promised", "changed": "changed",
}  # fmt: skip


@settings(deadline=None, max_examples=10)
@given(steps=graphs())
def test_what_is_as_it_was_makes_no_words(steps: list[dict[str, Any]]) -> None:
    assert clock_changes(library(sop(steps)), library(sop(steps))) == ()


# By hand


def test_a_step_that_may_take_longer_breaks_the_promise() -> None:
    late = [{**LOOK[0], "within": "11bd"}]
    found = clock_changes(library(sop(LOOK, deadlines=ceiling())), library(sop(late, deadlines=ceiling())))
    assert [(each.kind, each.how) for each in found] == [("slowest", "longer"), ("deadline", "kept-no-more")]
    assert found[0].message == "the slowest way to “Done” takes 19 days, was 13 days"
    assert found[1].message == "`limit` is kept no more: it can be missed by 5 days"
    assert found[1].before == "at most 14 days from the trigger to `done`; it is kept"


def test_a_floor_is_cut_short() -> None:
    soon, later = ([{"id": "a", "within": "20d", "wait": wait, "next": "done"}] for wait in ("14d", "15d"))
    found = clock_changes(
        library(sop(later, deadlines=floor("15d"))), library(sop(soon, deadlines=floor("15d")))
    )
    assert [each.message for each in found] == [
        "the fastest way to “Done” takes 14 days, was 15 days",
        "`limit` is kept no more: it can be over 1 day too soon",
    ]


def test_a_promise_is_made_withdrawn_and_changed() -> None:
    none, two, three = (library(sop(LOOK, deadlines=each)) for each in ([], ceiling("14d"), ceiling("3w")))
    assert told(none, two) == [
        "`limit` is promised now: at most 14 days from the trigger to `done`; it is kept"
    ]
    assert told(two, none) == [
        "`limit` is promised no more; it was at most 14 days from the trigger to `done`"
    ]
    assert told(two, three) == [
        "`limit` promises at most 3 weeks from the trigger to `done` now, not at most 14 days; it is kept"
    ]
    later = library(sop(LOOK, deadlines=[{**ceiling("3w")[0], "from": "look"}]))
    assert told(two, later) == [
        "`limit` promises at most 3 weeks from `look` to `done` now, not at most 14 days from the trigger to `done`; it is kept"
    ]


def test_a_promise_that_nobody_can_prove_any_more() -> None:
    untimed = [{"id": "look", "next": "done"}]
    found = told(library(sop(LOOK, deadlines=ceiling())), library(sop(untimed, deadlines=ceiling())))
    assert found == [
        "the slowest way to “Done” is bounded no more, since `look` has no `within`; it took 13 days",
        "`limit` is kept no more: nobody can prove it, since `look` has no `within`",
    ]


def test_a_deadline_that_loses_its_time_promises_nothing_any_more() -> None:
    timed = ceiling()
    timeless = [{key: value for key, value in timed[0].items() if key != "value"}]
    none, without, whole = (library(sop(LOOK, deadlines=each)) for each in ([], timeless, timed))
    (lost,) = clock_changes(whole, without)
    assert (lost.how, lost.message) == (
        "kept-no-more",
        "`limit` has no time any more; it was at most 14 days from the trigger to `done`, and it was kept",
    )
    assert told(without, whole) == [
        "`limit` has a time now: at most 14 days from the trigger to `done`; it is kept"
    ]
    assert told(none, without) == [
        "`limit` is promised now: at most an unknown time from the trigger to `done`; nothing sets its time"
    ]


def test_a_deadline_that_cannot_be_read_any_more_is_not_called_withdrawn() -> None:
    facts = {"severity": {"type": "choice", "values": ["sev1", "sev2"], "ask": "How severe?"}}
    wholes, slips, none = (
        library(sop(LOOK, facts=facts, deadlines=each))
        for each in (
            [ceiling()[0] | {"when": {"severity": "sev1"}}],
            [ceiling()[0] | {"when": {"severity": "sev9"}}],
            [],
        )
    )
    (lost,) = clock_changes(wholes, slips)
    terms = "at most 14 days from the trigger to `done`, where severity sev1"
    assert (lost.how, lost.message) == (
        "kept-no-more",
        f"`limit` cannot be read any more; it was {terms}, and it was kept",
    )
    assert told(slips, wholes) == [f"`limit` can be read now: {terms}; it is kept"]
    unread = "since it cannot be read"
    assert told(none, slips) == [f"`limit` is promised now; nobody can tell whether it is kept, {unread}"]
    assert told(slips, none) == [
        f"`limit` is promised no more; nobody could tell whether it was kept, {unread}"
    ]
    nameless = [{key: value for key, value in ceiling()[0].items() if key != "id"}]
    assert told(library(sop(LOOK, deadlines=ceiling())), library(sop(LOOK, deadlines=nameless))) == []


@pytest.mark.parametrize("to", [[], ["done", "[x]"], ["[x]"], "done"])
@pytest.mark.parametrize("when", [{}, {"severity": []}, {"severity": "a b["}])
def test_a_deadline_with_a_point_or_a_test_that_is_none_can_be_compared(to: object, when: object) -> None:
    whole = library(sop(LOOK, deadlines=ceiling()))
    torn = library(sop([*LOOK, {"id": "more"}], deadlines=[ceiling()[0] | {"to": to, "when": when}]))
    for sides in ((whole, torn), (torn, whole), (torn, torn)):
        assert all(each.message for each in clock_changes(*sides))


def test_a_level_that_tells_nobody_who_is_known_can_be_compared() -> None:
    texts = {each.document.path: each.document.text for each in library(sop(LOOK)).typed}
    levels = ["[{to: ada, ack_within: 1h}]", "[{to: ada, ack_within: 1h}, {to: [], ack_within: 2h}]"]
    one, other = (
        build({**texts, "more.yaml": f"escalation_paths: {{late: {{title: Late, levels: {each}}}}}\n"}, TODAY)
        for each in levels
    )
    assert "level 2 is told after 1 hour, and was not before" in " ".join(told(one, other))
    assert "level 2 is told no more, it was after 1 hour" in " ".join(told(other, one))


def test_times_are_not_compared_where_one_side_cannot_read_a_register() -> None:
    texts = {each.document.path: each.document.text for each in library(sop(LOOK, deadlines=ceiling())).typed}
    shared = {"more.yaml": "calendars: {late: {days: mon-fri, hours: 12:00-17:00, timezone: Europe/Paris}}\n"}
    whole, torn = build({**texts, **shared}, TODAY), build({**texts, "more.yaml": "calendars: ["}, TODAY)
    (unknown,) = clock_changes(whole, torn)
    assert (unknown.how, unknown.message) == (
        "unknown",
        "how long ways take cannot be compared, since `more.yaml` cannot be read",
    )
    assert clock_changes(torn, torn) == ()


def test_a_deadline_of_a_clause_that_is_not_there_is_not_called_kept() -> None:
    by_law = [{key: value for key, value in ceiling()[0].items() if key != "value"} | {"implements": "law"}]
    (change,) = clock_changes(library(sop(LOOK)), library(sop(LOOK, deadlines=by_law)))
    assert change.message.endswith(
        "nobody can tell whether it is kept, since what sets its time cannot be read"
    )


def test_a_law_that_asks_for_more_breaks_the_promise_of_a_sop_that_is_as_it_was() -> None:
    by_law = ceiling()
    by_law[0] = {key: value for key, value in by_law[0].items() if key != "value"} | {"implements": "law"}
    clause = {"text": "Answer.", "source": "A law", "kind": "ceiling", "confidence": "confirmed", "checked_on": "2026-01-05"}  # fmt: skip
    before, after = (
        library(sop(LOOK, deadlines=by_law), clauses={"law": {**clause, "value": value}})
        for value in ("14d", "10d")
    )
    (change,) = clock_changes(before, after)
    assert (change.sop, change.kind, change.how) == ("TS-EX-001", "deadline", "kept-no-more")
    assert change.message.endswith("it can be missed by 3 days, and it was kept")


def test_a_called_sop_that_is_slower_makes_its_callers_slower() -> None:
    calls = sop([{"id": "run", "call": "TS-EX-002", "on": {"done": "done", "other": "other"}}])
    one, other = (sop([{"id": "b", "within": time, "next": "done"}], id="TS-EX-002") for time in ("1d", "2d"))
    found = clock_changes(library(calls, one), library(calls, other))
    assert [(each.sop, each.message) for each in found] == [
        ("TS-EX-001", "the slowest way to “Done” takes 2 days, was 1 day"),
        ("TS-EX-002", "the slowest way to “Done” takes 2 days, was 1 day"),
    ]


def test_a_holiday_more_makes_all_that_crosses_it_slower() -> None:
    office = REGISTERS["calendars"]["office"]
    more = {"office": {**office, "holidays": [*office["holidays"], "2026-12-24"]}}
    look = sop([{**LOOK[0], "within": "9bd"}])
    (change,) = clock_changes(library(look), library(look, calendars=REGISTERS["calendars"] | more))
    assert (change.kind, change.how, change.before, change.after) == (
        "slowest",
        "longer",
        "17 days",
        "18 days",
    )


def test_of_very_many_sops_that_may_take_another_time_only_the_promises_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sopctl.diff.clocks.MOST", 1)
    late, day = REGISTERS["calendars"]["office"] | {"hours": "09:00-10:00"}, [{**LOOK[0], "within": "8bh"}]
    sops = sop(day, deadlines=ceiling("6d")), sop(day, id="TS-EX-002")
    found = clock_changes(library(*sops), library(*sops, calendars=REGISTERS["calendars"] | {"office": late}))
    assert [(each.sop, each.how) for each in found] == [("", "unknown"), ("TS-EX-001", "kept-no-more")]
    assert found[0].message.startswith("2 SOPs may take another time, too many to tell")


def test_a_title_of_a_role_takes_no_time() -> None:
    roles = REGISTERS["roles"] | {"lead": {**REGISTERS["roles"]["lead"], "title": "Head"}}
    assert clock_changes(library(sop(LOOK)), library(sop(LOOK), roles=roles)) == ()


def path(**more: Any) -> dict[str, Any]:
    level = {"to": "agent", "ack_within": "15m"}
    return {"title": "Up", "answer_within": "1h", "levels": [level, {**level, "to": "lead"}], **more}


def paths(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return told(*(library(sop(LOOK), escalation_paths={"up": each}) for each in (one, other)))


def test_a_path_tells_its_levels_later() -> None:
    slower = path(levels=[{"to": "agent", "ack_within": "30m"}, {"to": "lead", "ack_within": "15m"}])
    assert paths(path(), slower) == [
        "`up`: level 2 is told after 30 minutes, it was after 15 minutes;"
        " the path is exhausted after 45 minutes, it was after 30 minutes"
    ]
    assert paths(path(), path(answer_within="2h")) == [
        "`up`: an answer is promised within 2 hours, it was within 1 hour"
    ]
    assert paths(path(), path(repeat="1")) == [
        "`up`: the path is exhausted after 1 hour, it was after 30 minutes"
    ]
    assert paths(path(), path(levels=path()["levels"][:1])) == [
        "`up`: `lead` is told no more, it was after 15 minutes; the path is exhausted after 15 minutes, it was after 30 minutes"
    ]
    assert paths(path(), path(levels=path()["levels"][1:])) == [
        "`up`: `agent` is told no more, it was at once; `lead` is told at once, it was after 15 minutes;"
        " the path is exhausted after 15 minutes, it was after 30 minutes"
    ]
    assert paths(path(), path(title="Higher")) == []


def test_a_path_that_counts_opening_hours_says_so() -> None:
    (message,) = paths(path(), path(clock="business", answer_within="1bd"))
    assert message.startswith("`up`: its clock runs in opening hours, it ran around the clock; ")
    assert message.endswith("an answer is promised within 1 business day, it was within 1 hour")


def test_as_many_opening_hours_are_the_same_time_where_a_day_has_more_of_them() -> None:
    levels = [{"to": "agent", "ack_within": "4bh"}, {"to": "lead", "ack_within": "4bh"}]
    up = path(clock="business", levels=levels, answer_within="1bd")
    longer = {**REGISTERS["calendars"]["office"], "hours": "08:00-17:00"}
    hours = [{}, {"calendars": {**REGISTERS["calendars"], "office": longer}}]
    sides = [library(sop(LOOK), escalation_paths={"up": up}, **each) for each in hours]
    assert clock_changes(*sides) == ()


# The handbook

SOPS = Path(__file__).parents[1] / "sops"


@cache
def handbook() -> dict[str, str]:
    files = [path for path in sorted(SOPS.rglob("*")) if path.suffix in (".yaml", ".md")]
    return {str(path.relative_to(SOPS.parent)): path.read_text(encoding="utf-8") for path in files}


def handbook_with(path: str, old: str, new: str) -> tuple[ClockChange, ...]:
    text = handbook()[path]
    assert old in text
    changed = {**handbook(), path: text.replace(old, new, 1)}
    return clock_changes(build(handbook(), TODAY), build(changed, TODAY))


def test_a_review_that_may_take_a_business_day_more_loses_the_answer_of_the_law() -> None:
    found = handbook_with("sops/driver/TS-APP-002.yaml", "within: 6bh", "within: 14bh")
    lost = {(each.sop, each.what) for each in found if each.how == "kept-no-more"}
    assert ("TS-APP-001", ("answer-seattle",)) in lost
    assert {each.sop for each in found} == {"TS-APP-001", "TS-APP-002"}
    assert all(each.how in ("longer", "kept-no-more", "unknown") for each in found)
    assert not [each for each in found if each.kind == "fastest" and each.how != "unknown"]


def test_the_handbook_is_timed_with_itself_at_no_cost() -> None:
    assert clock_changes(build(handbook(), TODAY), build(handbook(), TODAY)) == ()


def test_other_words_take_no_other_time() -> None:
    assert handbook_with("sops/driver/TS-APP-002.yaml", "Rebuild the file", "Put the file together") == ()
