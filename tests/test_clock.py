"""Promises of time: ways are timed as exhaustive walking times them, at every moment."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.analysis import stops, time_words, whole_graph
from sopctl.analysis.calendar import Hours, Stretch, calendars
from sopctl.analysis.chains import (
    Budget,
    OutOfBudget,
    TooMany,
    earliest,
    fastest,
    fits,
    join,
    latest,
    run_of,
    slowest,
    walk,
    widest,
)
from sopctl.analysis.clock import clock
from sopctl.analysis.course import Course
from sopctl.analysis.first_through import First
from sopctl.analysis.narrowing import ByArrows, ByFacts
from sopctl.analysis.promises import Verdict, extreme, verdicts
from sopctl.analysis.states import UNREAD, Goals
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.model.duration import Duration
from sopctl.model.registers import Calendar
from sopctl.rules import RULES

TODAY = date(2026, 11, 21)
RULE = {rule.code: rule for rule in RULES}

REGISTERS: dict[str, Any] = {
    "knowledge_base": {"title": "Examples", "default_calendar": "office"},
    "roles": {
        "lead": {"title": "Lead", "authority": ["stop"]},
        "agent": {"title": "Agent", "reports_to": "lead"},
        "night": {"title": "Night", "calendar": "24x7"},
        "late": {"title": "Late", "calendar": "late"},
    },
    "calendars": {
        "office": {
            "days": "mon-fri",
            "hours": "09:00-17:00",
            "timezone": "America/Los_Angeles",
            "holidays": ["2026-11-26", "2026-12-25", "2027-01-01"],
        },
        "late": {
            "days": ["mon-wed", "sat"],
            "hours": ["12:00-15:00", "18:00-22:30"],
            "timezone": "Europe/Dublin",
        },
    },
}


def library(*sops: dict[str, Any], **registers: Any) -> Library:
    texts = {f"sops/{sop['id']}.yaml": yaml.safe_dump(sop, sort_keys=False) for sop in sops}
    return build(
        texts | {"sops/registers.yaml": yaml.safe_dump(REGISTERS | registers, sort_keys=False)}, TODAY
    )


def sop(steps: list[dict[str, Any]], id: str = "TS-EX-001", **more: Any) -> dict[str, Any]:
    """A SOP; a step needs no more than an id."""
    rest = {"title": "Do it", "role": "lead"}
    return {
        "id": id,
        "title": "An example",
        "version": "1.0.0",
        "status": "draft",
        "owner": "lead",
        "purpose": "Show one thing.",
        "scope": "Examples.",
        "trigger": "A test runs.",
        "steps": [rest | step for step in steps],
        "outcomes": {"done": {"title": "Done"}, "other": {"title": "Other"}},
        "change_history": [{"version": "1.0.0", "on": "2026-01-05", "author": "lead", "summary": "First"}],
    } | more


def ceiling(value: str = "14d", **more: Any) -> list[dict[str, Any]]:
    return [{"id": "limit", "kind": "ceiling", "from": "trigger", "to": "done", "value": value} | more]


def floor(value: str = "14d", **more: Any) -> list[dict[str, Any]]:
    return ceiling(value, kind="floor", **more)


def verdict(*sops: dict[str, Any], **registers: Any) -> Verdict:
    """What is said of the deadline of the first SOP."""
    whole = library(*sops, **registers)
    found = whole.sop(sops[0]["id"])
    assert found is not None
    (said,) = verdicts(found, whole)
    return said


def minutes(said: Verdict) -> int:
    """How long the way takes that breaks the promise."""
    assert said.broken is not None
    return said.broken.end - said.broken.start


def local(moment: int) -> str:
    return time_words.moment(calendars(library(sop([{"id": "a"}]))).default.local(moment))


# What a way takes


def test_ten_business_days_break_fourteen_days_over_a_holiday() -> None:
    said = verdict(sop([{"id": "look", "within": "10bd", "next": "done"}], deadlines=ceiling()))
    assert minutes(said) == 18 * 1440  # two holidays and three weekends
    assert said.broken is not None
    assert local(said.broken.start) == "Thursday 17 December 2026 17:00"
    assert local(said.broken.end) == "Monday 4 January 2027 17:00"


def test_nine_business_days_keep_fourteen_days_over_one_holiday() -> None:
    one = REGISTERS["calendars"] | {"office": REGISTERS["calendars"]["office"] | {"holidays": ["2026-12-25"]}}
    look = sop([{"id": "look", "within": "9bd", "next": "done"}], deadlines=ceiling())
    assert verdict(look, calendars=one).broken is None


def test_one_business_day_after_another_is_two_and_not_twice_the_worst() -> None:
    steps = [{"id": "one", "within": "1bd"}, {"id": "two", "within": "1bd", "next": "done"}]
    said = verdict(sop(steps, deadlines=ceiling("1d")))
    alone = verdict(sop([{"id": "one", "within": "2bd", "next": "done"}], deadlines=ceiling("1d")))
    assert minutes(said) == minutes(alone)


def test_a_promise_in_business_days_is_held_from_the_same_start() -> None:
    steps = [{"id": "one", "within": "2bd"}, {"id": "two", "within": "8bh", "next": "done"}]
    assert verdict(sop(steps, deadlines=ceiling("3bd"))).broken is None
    said = verdict(sop(steps, deadlines=ceiling("23bh")))
    assert said.broken is not None
    assert said.broken.end > said.broken.due


def test_the_calendar_of_the_role_counts() -> None:
    steps = [{"id": "one", "role": "night", "within": "2bd", "next": "done"}]
    assert verdict(sop(steps, deadlines=ceiling("2d"))).broken is None


def test_of_rows_of_within_the_longest_counts() -> None:
    rows = [{"when": {"bad": "yes"}, "within": "3d"}, {"otherwise": "9d"}]
    steps = [{"id": "one", "within": rows, "next": "done"}]
    facts = {"bad": {"title": "Bad", "ask": "Bad?", "type": "yes-no"}}
    del facts["bad"]["title"]
    assert minutes(verdict(sop(steps, facts=facts, deadlines=ceiling("8d")))) == 9 * 1440
    narrowed = ceiling("8d", when={"bad": "yes"})
    assert verdict(sop(steps, facts=facts, deadlines=narrowed)).broken is None


def test_cases_that_a_deadline_is_not_for_do_not_count() -> None:
    table = [{"when": {"bad": "yes"}, "then": "done"}, {"when": {"bad": "no"}, "then": "slow"}]
    steps = [{"id": "one", "within": "1d", "decide": table}, {"id": "slow", "within": "9d", "next": "done"}]
    facts = {"bad": {"ask": "Bad?", "type": "yes-no"}}
    assert minutes(verdict(sop(steps, facts=facts, deadlines=ceiling("2d")))) == 10 * 1440
    assert verdict(sop(steps, facts=facts, deadlines=ceiling("2d", when={"bad": "yes"}))).broken is None


@pytest.mark.parametrize("when", [{"bad": "maybe"}, {"gone": "yes"}, {"bad": "yes", "many": "lots"}])
def test_of_a_deadline_whose_cases_cannot_be_read_nothing_is_said(when: dict[str, str]) -> None:
    facts = {"bad": {"ask": "Bad?", "type": "yes-no"}, "many": {"ask": "Many?", "type": "integer"}}
    look = sop([{"id": "look", "within": "9d", "next": "done"}], facts=facts, deadlines=ceiling(when=when))
    look["deadlines"][0]["value"] = "2d"
    whole = library(look)
    found = whole.sop("TS-EX-001")
    assert found
    assert verdicts(found, whole) == ()
    assert extreme(found, found.deadlines[0], whole) is None


def test_a_row_that_makes_it_another_case_does_not_count() -> None:
    table = [{"when": {"bad": "yes"}, "then": "done", "set": {"level": "high"}},
             {"when": {"bad": "no"}, "then": "slow", "set": {"level": "low"}}]  # fmt: skip
    steps = [{"id": "one", "within": "1d", "decide": table}, {"id": "slow", "within": "9d", "next": "done"}]
    facts = {"bad": {"ask": "Bad?", "type": "yes-no"}, "level": {"type": "choice", "values": ["high", "low"]}}
    assert verdict(sop(steps, facts=facts, deadlines=ceiling("2d", when={"level": "high"}))).broken is None
    assert verdict(sop(steps, facts=facts, deadlines=ceiling("2d", when={"level": "low"}))).broken


def test_the_trigger_counts_when_the_first_step_is_entered_and_a_step_when_it_is_done() -> None:
    steps = [
        {"id": "one", "within": "3d"},
        {"id": "two", "within": "4d"},
        {"id": "three", "within": "5d", "next": "done"},
    ]
    whole = sop(steps, deadlines=ceiling("1h", to="two"))
    assert minutes(verdict(whole)) == 7 * 1440
    assert minutes(verdict(sop(steps, deadlines=ceiling("1h", **{"from": "one"}, to="two")))) == 4 * 1440
    assert minutes(verdict(sop(steps, deadlines=ceiling("1h", **{"from": "one"})))) == 9 * 1440


def test_the_clock_stops_at_the_first_of_several_ends() -> None:
    steps = [{"id": "one", "within": "3d"}, {"id": "two", "within": "4d", "next": "done"}]
    assert verdict(sop(steps, deadlines=ceiling("3d", to=["one", "done"]))).broken is None


def test_the_clock_starts_at_each_passing() -> None:
    steps = [
        {"id": "ask", "within": "1d", "ask": "Again?", "answers": {"yes": "wait", "no": "tell"}},
        {"id": "wait", "within": "9d", "at_most": 1, "after_that": "tell", "next": "ask"},
        {"id": "tell", "within": "2d", "next": "done"},
    ]
    assert (
        minutes(verdict(sop(steps, deadlines=ceiling("1d", **{"from": "ask"}, to=["ask", "tell"]))))
        == 10 * 1440
    )


def test_a_loop_counts_as_often_as_it_may_be_entered() -> None:
    steps = [
        {"id": "try", "within": "1d", "ask": "Right?", "answers": {"yes": "done", "no": "again"}},
        {"id": "again", "within": "2d", "at_most": 3, "after_that": "give-up", "next": "try"},
        {"id": "give-up", "within": "5d", "next": "done"},
    ]
    assert minutes(verdict(sop(steps, deadlines=ceiling("1d")))) == (4 + 3 * 2 + 5) * 1440


def test_a_hand_off_keeps_the_count_and_a_call_starts_its_own() -> None:
    loop = [
        {"id": "try", "within": "1d", "ask": "Right?", "answers": {"yes": "done", "no": "again"}},
        {"id": "again", "within": "2d", "at_most": 1, "after_that": "done", "next": "TS-EX-002"},
    ]
    back = sop([{"id": "turn", "within": "1h", "next": "TS-EX-001"}], id="TS-EX-002")
    assert minutes(verdict(sop(loop, deadlines=ceiling("1d")), back)) == 2 * 1440 + 2 * 1440 + 60
    inner = [
        {"id": "try", "within": "1d", "ask": "Right?", "answers": {"yes": "done", "no": "again"}},
        {"id": "again", "within": "2d", "at_most": 1, "after_that": "done", "next": "try"},
    ]
    caller = [
        {"id": "one", "call": "TS-EX-002", "on": {"otherwise": "two"}},
        {"id": "two", "call": "TS-EX-002", "on": {"otherwise": "done"}},
    ]
    assert minutes(verdict(sop(caller, deadlines=ceiling("1d")), sop(inner, id="TS-EX-002"))) == 2 * 4 * 1440


def test_a_call_takes_what_the_called_sop_takes_to_that_outcome() -> None:
    inner = [
        {"id": "look", "within": "1d", "ask": "Right?", "answers": {"yes": "done", "no": "long"}},
        {"id": "long", "within": "9d", "next": "other"},
    ]
    caller = [
        {"id": "run", "call": "TS-EX-002", "on": {"done": "done", "other": "after"}},
        {"id": "after", "within": "1d", "next": "other"},
    ]
    other = sop(inner, id="TS-EX-002")
    assert verdict(sop(caller, deadlines=ceiling("1d")), other).broken is None
    assert minutes(verdict(sop(caller, deadlines=ceiling("1d", to="other")), other)) == 11 * 1440


def test_a_hand_off_inside_a_call_ends_the_call_with_the_outcomes_of_the_other() -> None:
    handing = sop([{"id": "hand", "within": "1d", "next": "TS-EX-003"}], id="TS-EX-002")
    taking = sop([{"id": "take", "within": "4d", "next": "other"}], id="TS-EX-003")
    caller = [{"id": "run", "call": "TS-EX-002", "on": {"done": "other", "other": "done"}}]
    assert minutes(verdict(sop(caller, deadlines=ceiling("1d")), handing, taking)) == 5 * 1440


def test_a_point_may_lie_in_a_sop_that_is_called() -> None:
    inner = sop(
        [{"id": "send", "within": "1d"}, {"id": "prove", "within": "2d", "next": "done"}], id="TS-EX-002"
    )
    caller = [{"id": "tell", "call": "TS-EX-002", "on": {"done": "stop"}},
              {"id": "stop", "within": "4d", "wait": "3d", "next": "done"}]  # fmt: skip
    after = {"from": "TS-EX-002#send"}
    assert minutes(verdict(sop(caller, deadlines=ceiling("1h", **after)), inner)) == 6 * 1440
    assert minutes(verdict(sop(caller, deadlines=floor("14d", **after)), inner)) == 3 * 1440


def test_a_point_may_lie_behind_a_hand_off_and_a_hand_off_is_a_point() -> None:
    other = sop([{"id": "take", "within": "4d", "next": "done"}], id="TS-EX-002")
    first = [{"id": "hand", "within": "1d", "next": "TS-EX-002"}]
    assert minutes(verdict(sop(first, deadlines=ceiling("1h", to="TS-EX-002#take")), other)) == 5 * 1440
    assert minutes(verdict(sop(first, deadlines=ceiling("1h", to="TS-EX-002")), other)) == 1440


PATH = {
    "title": "Up", "clock": "calendar", "answer_within": "5h", "repeat": 1, "on_exhausted": "lead",
    "levels": [{"to": "agent", "ack_within": "1h"}, {"to": "lead", "ack_within": "3h"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "step", "hours"),
    [
        (PATH, {}, 8),  # exhausted after two passes of four hours
        (PATH | {"answer_within": "9h"}, {}, 9),
        (PATH, {"within": "2h"}, 2),
        (PATH | {"repeat": 0}, {}, 5),
    ],
)
def test_an_escalation_takes_the_later_of_answer_and_exhaustion(path: Any, step: Any, hours: int) -> None:
    steps = [{"id": "up", "escalate": "up", "next": "done"} | step]
    said = verdict(sop(steps, deadlines=ceiling("1h")), escalation_paths={"up": path})
    assert minutes(said) == hours * 60


def test_a_path_on_a_business_clock_counts_the_default_calendar() -> None:
    path = PATH | {"clock": "business", "answer_within": "1bd", "repeat": 0}
    said = verdict(
        sop([{"id": "up", "escalate": "up", "next": "done"}], deadlines=ceiling("1h")),
        escalation_paths={"up": path},
    )
    assert said.broken is not None
    whole = library(sop([{"id": "a"}]))
    assert calendars(whole).default.between(said.broken.start, said.broken.end) == 480


# The fastest way


def test_a_floor_is_held_against_the_fastest_way() -> None:
    steps = [
        {"id": "send", "within": "1d", "ask": "Wait?", "answers": {"yes": "wait", "no": "stop"}},
        {"id": "wait", "wait": "14d"},
        {"id": "stop", "within": "1d", "next": "done"},
    ]
    said = verdict(sop(steps, deadlines=floor()))
    assert minutes(said) == 0
    steps[0] = {"id": "send", "within": "1d"}
    assert verdict(sop(steps, deadlines=floor())).broken is None


def test_the_wait_of_a_call_counts_however_long_the_called_sop_takes() -> None:
    caller = [{"id": "run", "call": "TS-EX-002", "wait": "2d", "on": {"done": "done"}}]
    for wait, least in (({}, 48), ({"wait": "1h"}, 48), ({"wait": "50h"}, 50)):
        inner = sop([{"id": "look", "within": "60h", "next": "done"} | wait], id="TS-EX-002")
        assert verdict(sop(caller, deadlines=floor(f"{least}h")), inner).broken is None
        assert minutes(verdict(sop(caller, deadlines=floor(f"{least + 1}h")), inner)) == least * 60
    short = sop([{"id": "look", "within": "1h", "next": "done"}], id="TS-EX-002")
    assert minutes(verdict(sop(caller, deadlines=ceiling("1d")), short)) == 2 * 1440
    assert verdict(sop(caller, deadlines=ceiling("2d")), short).broken is None


@pytest.mark.parametrize("look", [{}, {"wait": "1d"}, {"wait": "3d"}, {"role": "lead", "wait": "8bh"}])
@pytest.mark.parametrize("wait", ["2h", "2d", "5bh"])
def test_a_call_that_is_walked_through_waits_as_one_that_is_summed_up(
    wait: str, look: dict[str, Any]
) -> None:
    answers = {"yes": "late", "no": "early"}
    more = [
        {"id": "late", "within": "3h", "next": "done"},
        {"id": "early", "within": "4d", "wait": "1h", "next": "done"},
    ]
    step = {"id": "look", "within": "4d", "role": "night", "ask": "Late?", "answers": answers}
    inner = sop([step | look, *more], id="TS-EX-003")
    between = sop([{"id": "go", "call": "TS-EX-003", "wait": "1bh", "on": {"done": "done"}}], id="TS-EX-002")
    caller = [
        {"id": "run", "call": "TS-EX-002", "wait": wait, "on": {"done": "last"}},
        {"id": "last", "within": "1h", "next": "done"},
    ]
    whole = library(sop(caller), between, inner)
    found = whole.sop("TS-EX-001")
    assert found
    outcome = frozenset({("TS-EX-001", "done")})
    runs = []
    for inline in (False, True):
        course = Course(whole, ByArrows(), inline=inline)
        entry = course.entry(found)
        assert entry
        spread = course.spread([entry], Goals(frozenset(), outcome, frozenset()), frozenset({"TS-EX-001"}))
        budget = Budget(10**9)
        runs.append([whole_graph.run(spread, spread.ends, slow, budget) for slow in (True, False)])
    first = clock(whole).window[0]
    for start in range(first, first + 9 * 1440, 131):
        (slow, fast), (slow_inside, fast_inside) = runs
        assert (slow.at(start), fast.at(start)) == (slow_inside.at(start), fast_inside.at(start))


def test_the_clock_of_a_deadline_stops_inside_a_call_that_waits() -> None:
    ask = {"id": "look", "within": "1h", "ask": "Late?", "answers": {"yes": "late", "no": "done"}}
    inner = sop([ask, {"id": "late", "within": "1h", "next": "done"}], id="TS-EX-002")
    caller = [{"id": "run", "call": "TS-EX-002", "wait": "2d", "on": {"done": "done"}}]
    either = {"to": ["TS-EX-002#late", "done"]}
    assert minutes(verdict(sop(caller, deadlines=ceiling("1d", **either)), inner)) == 2 * 1440
    inner["steps"][0]["answers"]["no"] = "late"
    assert verdict(sop(caller, deadlines=ceiling("2h", **either)), inner).broken is None


def test_of_a_wait_and_a_called_sop_on_other_calendars_the_later_one_counts() -> None:
    inner = sop([{"id": "look", "wait": "8bh", "next": "done"}], id="TS-EX-002")
    caller = [{"id": "run", "role": "night", "call": "TS-EX-002", "wait": "2d", "on": {"done": "done"}}]
    twice = [caller[0] | {"id": "first", "on": {"done": "run"}}, *caller]
    said = verdict(sop(caller, deadlines=floor("49h")), inner)
    assert minutes(said) == 48 * 60
    assert said.broken
    assert time_words.stretch(*said.broken.stops[0].took) == "the later of 2d and 1bd"
    course = Course(library(sop(twice), inner), ByArrows())
    whole = course.library.sop("TS-EX-001")
    assert whole
    goals = Goals(frozenset(), frozenset({("TS-EX-001", "done")}), frozenset())
    entry = course.entry(whole)
    assert entry
    spread = course.spread([entry], goals, frozenset({"TS-EX-001"}))
    hours, first = calendars(course.library).default, clock(course.library).window[0]
    for start in range(first, first + 14 * 1440, 97):
        end = start
        for _ in range(2):
            end = max(end + 2 * 1440, hours.after(end, 480))
        assert [walk(each, start) for each in spread.fast(spread.ends)] == [end]
        assert whole_graph.run(spread, spread.ends, False, Budget(10**6)).at(start) == end


def test_business_days_of_waiting_are_held_at_their_shortest() -> None:
    said = verdict(sop([{"id": "wait", "wait": "10bd", "next": "done"}], deadlines=floor("12d")))
    assert minutes(said) == 11 * 1440 + 8 * 60 - 60  # over the night that lacks an hour
    assert (
        verdict(sop([{"id": "wait", "wait": "10bd", "next": "done"}], deadlines=floor("11d"))).broken is None
    )


def test_a_month_of_waiting_keeps_a_month_and_twenty_nine_days_do_not() -> None:
    assert (
        verdict(sop([{"id": "wait", "wait": "1mo", "next": "done"}], deadlines=floor("1mo"))).broken is None
    )
    assert verdict(sop([{"id": "wait", "wait": "29d", "next": "done"}], deadlines=floor("1mo"))).broken
    assert (
        verdict(sop([{"id": "wait", "wait": "31d", "next": "done"}], deadlines=floor("1mo"))).broken is None
    )
    assert verdict(sop([{"id": "look", "within": "29d", "next": "done"}], deadlines=ceiling("1mo"))).broken
    assert (
        verdict(sop([{"id": "look", "within": "28d", "next": "done"}], deadlines=ceiling("1mo"))).broken
        is None
    )


@pytest.mark.parametrize(
    ("step", "deadline", "start", "took"),
    [
        ({"within": "29d"}, ceiling("1mo"), "Monday 1 February 2027 00:00", 29),
        ({"within": "60d"}, ceiling("2mo"), "Friday 1 January 2027 00:00", 60),
        ({"within": "366d"}, ceiling("1y"), "Saturday 21 November 2026 00:00", 366),
        ({"wait": "30d"}, floor("1mo"), "Tuesday 1 December 2026 00:00", 30),
    ],
)
def test_a_promise_of_months_is_shown_broken_at_a_start_whose_months_break_it(
    step: dict[str, Any], deadline: Any, start: str, took: int
) -> None:
    later = {"id": "later", "within": "1mo", "next": "done"}  # in no way to the deadline
    said = verdict(sop([{"id": "one", "role": "night", "next": "done"} | step, later], deadlines=deadline))
    assert said.broken is not None
    assert local(said.broken.start) == start
    assert minutes(said) == took * 1440
    assert abs(said.broken.due - said.broken.end) == 1440


def test_a_month_in_which_the_days_are_enough_keeps_the_promise() -> None:
    """Over the holiday it takes 31 days, which the months there have, and else no more than a February."""
    office = REGISTERS["calendars"]["office"]
    steps = [{"id": "one", "within": "20bd", "next": "done"}]
    for holiday, kept in (("2027-01-15", True), ("2027-02-12", False)):
        known = {"office": office | {"holidays": [holiday]}}
        roles = {"lead": {"title": "Lead"}}
        said = verdict(sop(steps, deadlines=ceiling("1mo")), calendars=known, roles=roles)
        assert (said.broken is None) == kept


# What cannot be proven


def words(said: Verdict) -> list[str]:
    return sorted(doubt.words for doubt in said.doubts)


def test_a_step_without_a_time_proves_nothing_where_it_is_on_a_way() -> None:
    steps = [
        {"id": "one", "within": "1d", "ask": "Which?", "answers": {"a": "two", "b": "aside"}},
        {"id": "two", "next": "done"},
        {"id": "aside", "next": "other"},
    ]
    assert words(verdict(sop(steps, deadlines=ceiling()))) == ["TS-EX-001#two"]
    assert words(verdict(sop(steps, deadlines=floor("0d")))) == []


ASKED = {
    "kind": {"ask": "Which?", "type": "choice", "values": ["a", "b"]},
    "count": {"ask": "How many?", "type": "integer", "min": "0"},
}


@pytest.mark.parametrize(
    ("rows", "doubtful"),
    [
        ([{"when": {"kind": "a"}, "within": "1d"}], True),
        ([{"when": {"kind": "a"}, "within": "1d"}, {"otherwise": "2d"}], False),
        ([{"when": {"kind": "a"}, "within": "1d"}, {"when": {"kind": "b"}, "within": "2d"}], False),
        ([{"when": {"kind": "a"}, "within": "1d"}, {"when": {"count": "> 3"}, "within": "2d"}], True),
        (
            [
                {"when": {"kind": "a"}, "within": "1d"},
                {"when": {"count": "> 3"}, "within": "2d"},
                {"when": {"kind": "b", "count": "<= 3"}, "within": "2d"},
            ],
            False,
        ),
        ([{"when": {"kind": "a"}, "within": "1d"}, {"when": {"kind": "c"}, "within": "2d"}], False),  # SOP504
        ([{"when": {"kind": "a"}, "within": "1d"}, {"when": {"gone": "c"}, "within": "2d"}], False),  # SOP304
    ],
)
def test_rows_of_within_prove_nothing_for_the_cases_that_they_leave_out(
    rows: list[dict[str, Any]], doubtful: bool
) -> None:
    said = verdict(sop([{"id": "one", "within": rows, "next": "done"}], deadlines=ceiling(), facts=ASKED))
    assert words(said) == (["TS-EX-001#one"] if doubtful else [])


def test_rows_of_within_need_no_row_for_cases_that_do_not_come() -> None:
    steps = [
        {"id": "ask", "within": "1d",
         "decide": [{"when": {"kind": "a"}, "then": "one"}, {"when": {"kind": "b"}, "then": "other"}]},
        {"id": "one", "within": [{"when": {"kind": "a"}, "within": "1d"}], "next": "done"},
    ]  # fmt: skip
    assert words(verdict(sop(steps, deadlines=ceiling(), facts=ASKED))) == []
    assert words(verdict(sop(steps[1:], deadlines=ceiling(when={"kind": "a"}), facts=ASKED))) == []
    assert words(verdict(sop(steps[1:], deadlines=ceiling(when={"kind": "b"}), facts=ASKED))) != []


def test_what_rows_of_within_leave_out_is_bounded_by_a_path_or_a_called_sop() -> None:
    rows = [{"when": {"kind": "a"}, "within": "1h"}]
    path = {"title": "Up", "levels": [{"to": "lead", "ack_within": "12h"}], "on_exhausted": "lead"}
    up = sop(
        [{"id": "up", "escalate": "up", "within": rows, "next": "done"}], deadlines=ceiling("2h"), facts=ASKED
    )
    assert minutes(verdict(up, escalation_paths={"up": path})) == 12 * 60
    inner = sop([{"id": "look", "within": "4h", "next": "done"}], id="TS-EX-002")
    endless = sop([{"id": "look", "next": "done"}], id="TS-EX-002")
    caller = sop([{"id": "run", "call": "TS-EX-002", "within": rows, "on": {"done": "done"}}],
                 deadlines=ceiling(), facts=ASKED)  # fmt: skip
    assert words(verdict(caller, inner)) == []
    assert words(verdict(caller, endless)) == ["TS-EX-001#run"]


def test_many_kinds_of_cases_without_a_time_are_not_counted() -> None:
    facts = {f"f{i}": {"ask": "Is it?", "type": "yes-no"} for i in range(12)}
    rows = [
        {"when": {id: "yes", other: "no"}, "within": "1d"} for id in facts for other in facts if id < other
    ]
    said = verdict(sop([{"id": "one", "within": rows, "next": "done"}], deadlines=ceiling(), facts=facts))
    assert words(said) == ["TS-EX-001#one"]


def test_a_time_that_could_not_be_read_is_no_time_that_is_missing() -> None:
    steps = [{"id": "one", "within": "soon", "next": "done"}]
    said = verdict(sop(steps, deadlines=ceiling()))
    assert [each.kind for each in said.doubts] == [UNREAD]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"hours": "09:00-12:00, 13:00-17:00"},
        {"days": "mon, fri"},
        {"timezone": "Europe/Berln"},
        {"holidays": "2026-13-25"},
    ],
)
def test_opening_hours_that_could_not_be_read_count_for_nothing(spoilt: dict[str, Any]) -> None:
    split = REGISTERS["calendars"]["office"] | spoilt
    known = {"calendars": REGISTERS["calendars"] | {"split": split}}
    known["roles"] = {"lead": {"title": "Lead", "calendar": "split"}}
    step = {"id": "one", "role": "lead", "next": "done"}
    slow, fast = sop([step | {"within": "1bd"}], deadlines=ceiling("1h")), floor("2bd")
    said = verdict(slow, **known)
    assert (said.broken, [each.kind for each in said.doubts]) == (None, [UNREAD])
    assert verdict(sop([step | {"wait": "1bd"}], deadlines=fast), **known).broken is None
    assert verdict(sop([step | {"within": "2h"}], deadlines=ceiling("1h")), **known).broken is not None


def test_by_a_default_calendar_that_could_not_be_read_nothing_is_promised() -> None:
    base = {"title": "T", "default_calendar": "lost"}
    lead = {"title": "Lead", "calendar": "office"}
    whole = library(
        sop([{"id": "one", "role": "lead", "within": "5d", "next": "done"}], deadlines=ceiling("1bd")),
        knowledge_base=base,
        roles={"lead": lead},
    )
    assert verdicts(whole.sops[0], whole) == ()


def test_a_wait_that_does_not_fit_into_its_time_counts_for_nothing() -> None:
    steps = [{"id": "one", "wait": "25h", "within": "24h", "next": "done"}]
    said = verdict(sop(steps, deadlines=ceiling("24h")))
    assert (said.broken, [each.kind for each in said.doubts]) == (None, [UNREAD])
    assert verdict(sop(steps, deadlines=floor("2d"))).broken is None


@pytest.mark.parametrize("slip", [{"next": "dnoe"}, {"ask": "Is it?"}, {"next": "look"}, {"next": ""}])
def test_what_a_called_sop_has_wrong_is_no_deadline_to_which_no_way_leads(slip: dict[str, Any]) -> None:
    inner = sop([{"id": "look", "within": "1h"} | slip], id="TS-EX-002")
    caller = [{"id": "run", "call": "TS-EX-002", "on": {"done": "done"}}]
    assert not verdict(sop(caller, deadlines=ceiling()), inner).nowhere
    caller[0]["on"] = {"done": "other"}
    inner = sop([{"id": "look", "within": "1h", "next": "done"}], id="TS-EX-002")
    assert verdict(sop(caller, deadlines=ceiling()), inner).nowhere


def test_a_loop_without_a_bound_proves_nothing() -> None:
    steps = [
        {"id": "one", "within": "1d", "ask": "Again?", "answers": {"yes": "two", "no": "done"}},
        {"id": "two", "within": "1d", "next": "one"},
    ]
    assert words(verdict(sop(steps, deadlines=ceiling()))) == [
        "TS-EX-001#one → TS-EX-001#two → TS-EX-001#one"
    ]
    assert verdict(sop(steps, deadlines=floor("1h"))).broken is not None


def test_a_step_without_a_time_in_a_called_sop_is_named() -> None:
    inner = sop([{"id": "look", "next": "done"}], id="TS-EX-002")
    caller = [{"id": "run", "call": "TS-EX-002", "on": {"done": "done"}}]
    assert words(verdict(sop(caller, deadlines=ceiling()), inner)) == ["TS-EX-002#look"]
    caller[0]["within"] = "2d"
    assert words(verdict(sop(caller, deadlines=ceiling()), inner)) == []
    assert minutes(verdict(sop(caller, deadlines=ceiling("1d")), inner)) == 2 * 1440


def test_calls_in_a_circle_prove_nothing() -> None:
    one = sop([{"id": "run", "call": "TS-EX-002", "on": {"done": "done"}}], deadlines=ceiling())
    two = sop([{"id": "back", "ask": "Which?", "answers": {"a": "again", "b": "done"}, "within": "1d"},
               {"id": "again", "call": "TS-EX-001", "on": {"done": "done"}}], id="TS-EX-002")  # fmt: skip
    said = verdict(one, two)
    assert not said.unknown
    assert said.broken is None


def test_a_deadline_to_which_no_way_leads_is_told() -> None:
    steps = [{"id": "one", "within": "1d", "next": "done"}]
    assert verdict(sop(steps, deadlines=ceiling(to="other"))).nowhere


def test_a_point_that_is_nowhere_is_said_by_the_rule_about_references() -> None:
    steps = [{"id": "one", "within": "1d", "next": "done"}]
    for where in ({"to": "gone"}, {"from": "gone"}, {"to": "TS-GONE-001#one"}):
        said = verdict(sop(steps, deadlines=ceiling(**where)))
        assert not said.nowhere
        assert not said.doubts


def test_a_called_sop_that_cannot_be_read_is_no_doubt_of_ours() -> None:
    caller = [{"id": "run", "call": "TS-GONE-001", "on": {"done": "done"}}]
    said = verdict(sop(caller, deadlines=ceiling()))
    assert not said.doubts
    assert not said.broken


def test_an_outcome_whose_target_cannot_be_read_does_not_go_the_way_of_otherwise() -> None:
    on = {"done": "two words", "otherwise": "late"}
    steps = [{"id": "run", "call": "TS-EX-002", "on": on}, {"id": "late", "within": "9d", "next": "done"}]
    called = sop([{"id": "b", "within": "1d", "next": "done"}], id="TS-EX-002")
    said = verdict(sop(steps, deadlines=ceiling("2d")), called)
    assert (said.broken, said.nowhere) == (None, False)
    on["done"] = "late"
    assert verdict(sop(steps, deadlines=ceiling("2d")), called).broken is not None


# Every moment, and no more work than needed


def test_a_chain_of_thirty_diamonds_is_timed_exactly() -> None:
    steps: list[dict[str, Any]] = []
    for i in range(30):
        after = f"fork-{i + 1}" if i < 29 else "done"
        steps.append(
            {"id": f"fork-{i}", "within": "10m", "ask": "Which?", "answers": {"a": f"a-{i}", "b": f"b-{i}"}}
        )
        steps.append({"id": f"a-{i}", "within": "4bh", "next": after})
        steps.append({"id": f"b-{i}", "role": "night", "within": "20h", "next": after})
    whole = library(sop(steps, deadlines=ceiling("24d")))
    found = whole.sop("TS-EX-001")
    assert found
    (said,) = verdicts(found, whole)
    assert said.broken is not None
    office = calendars(whole).default
    start = said.broken.start
    moment = start
    for _ in range(30):
        moment = max(office.after(moment + 10, 240), moment + 10 + 1200)
    assert said.broken.end == moment


def test_more_work_than_allowed_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopctl.analysis.ground.STATES", 2)
    steps = [{"id": "one", "within": "1d", "ask": "Which?", "answers": {"a": "two", "b": "done"}},
             {"id": "two", "within": "5d", "next": "done"}]  # fmt: skip
    whole = library(sop(steps, deadlines=ceiling("1d")))
    found = whole.sop("TS-EX-001")
    assert found
    (said,) = RULE["SOP408"].check(found, whole)  # type: ignore[misc]
    assert said.message.startswith("unknown: ")


def test_a_budget_that_is_used_up_is_said() -> None:
    office = calendars(library(sop([{"id": "a"}]))).default
    run = run_of((Stretch(office, 480),))
    with pytest.raises(OutOfBudget):
        widest(run, run_of(()), 29_000_000, 30_000_000, 0, Budget(3))


def opening(data: dict[str, Any]) -> Hours:
    calendar, into = Calendar.make(data)
    assert not into.problems
    return Hours(calendar, "some", date(2026, 10, 20))


HOURS = [None, *(opening(each) for each in REGISTERS["calendars"].values())]


@st.composite
def chains(draw: st.DrawFn, most: int = 4) -> tuple[Stretch, ...]:
    found: tuple[Stretch, ...] = ()
    for _ in range(draw(st.integers(0, most))):
        unit = draw(st.sampled_from([1, 7, 60, 240, 480]))
        count = draw(st.integers(1, 4))
        found = join(found, (Stretch(draw(st.sampled_from(HOURS)), unit * count),))
    return found


START = 29_884_320  # Sunday 25 October 2026 00:00 UTC, when clocks in Dublin are put back


@settings(deadline=None, max_examples=25)
@given(late=chains(), early=chains(2), first=st.integers(0, 9 * 1440), length=st.integers(1, 6 * 1440))
def test_the_widest_gap_is_the_widest_of_all_minutes(
    late: tuple[Stretch, ...], early: tuple[Stretch, ...], first: int, length: int
) -> None:
    begun = START + first
    gaps = [walk(late, each) - walk(early, each) for each in range(begun, begun + length + 1)]
    found = widest(run_of(late), run_of(early), begun, begun + length, -(10**9), Budget(10**6))
    assert found.minutes == max(gaps)
    assert found.start == begun + gaps.index(max(gaps))  # the first of those that have it


@settings(deadline=None, max_examples=60)
@given(several=st.lists(chains(3), min_size=1, max_size=8), start=st.integers(0, 20 * 1440))
def test_chains_that_are_left_out_are_never_slowest_and_never_fastest(
    several: list[tuple[Stretch, ...]], start: int
) -> None:
    ends = [walk(each, START + start) for each in several]
    assert max(walk(each, START + start) for each in slowest(several)) == max(ends)
    assert min(walk(each, START + start) for each in fastest(several)) == min(ends)


@settings(deadline=None, max_examples=40)
@given(
    several=st.lists(chains(2), min_size=1, max_size=5),
    start=st.integers(0, 20 * 1440),
    late=st.integers(0, 99),
)
def test_the_latest_stays_the_latest_for_as_long_as_it_is_said(
    several: list[tuple[Stretch, ...]], start: int, late: int
) -> None:
    for pick, best in ((latest, max), (earliest, min)):
        moment, moves, room = pick([run_of(each).bend(START + start) for each in several])
        later = min(late, room)
        assert best(walk(each, START + start + later) for each in several) == moment + (later if moves else 0)


@settings(deadline=None, max_examples=60)
@given(
    one=chains(2),
    legs=st.lists(st.tuples(chains(1), st.lists(chains(2), min_size=1, max_size=2)), min_size=1, max_size=4),
    start=st.integers(0, 20 * 1440),
)
def test_what_is_held_against_clocks_again_and_again_is_as_late_as_the_first_of_them(
    one: tuple[Stretch, ...], legs: list[Any], start: int
) -> None:
    begun = START + start
    first = First(lambda: (START, START + 20 * 1440))
    moment = walk(one, begun)
    several = [one]
    for leg, others in legs:
        moment = min(walk(leg, moment), max(walk(each, begun) for each in others))
        found = first.of(join(one, leg), tuple(others))
        assert max(walk(each, begun) for each in found) == moment
        several += found
        one = found[-1] if len(found) == 1 else max(found, key=lambda each: walk(each, begun))
    for short, long in product(several, several):
        assert not fits(short, long) or walk(short, begun) <= walk(long, begun)


# Against exhaustive walking


@st.composite
def graphs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps that lead onward, and now and then back through a step that bounds the loop."""
    count = draw(st.integers(2, 6))
    steps = []
    for i in range(count):
        onward = [f"s-{j}" for j in range(i + 1, count)] + ["done"]
        targets = draw(st.lists(st.sampled_from(onward), min_size=1, max_size=2, unique=True))
        step: dict[str, Any] = {
            "id": f"s-{i}",
            "role": draw(st.sampled_from(["lead", "night", "late"])),
            "within": draw(st.sampled_from(["30m", "5h", "4bh", "1bd", "2bd"])),
        }
        if draw(st.booleans()):
            step["wait"] = "10m"
        if i and draw(st.integers(0, 2)) == 0:
            step |= {"at_most": draw(st.integers(1, 2)), "after_that": onward[-1]}
            targets.append(f"s-{draw(st.integers(0, i))}")
        step |= {"ask": "Which?", "answers": {f"a{n}": to for n, to in enumerate(targets)}}
        steps.append(step)
    return steps


def walks(steps: list[dict[str, Any]], end: str) -> Iterator[list[dict[str, Any]]]:
    """Every walk from the first step to an end, by plain recursion."""
    by_id = {step["id"]: step for step in steps}

    def go(
        target: str, entered: dict[str, int], walked: list[dict[str, Any]]
    ) -> Iterator[list[dict[str, Any]]]:
        if target not in by_id:
            if target == end:
                yield walked
            return
        step = by_id[target]
        times = entered.get(target, 0)
        if "at_most" in step and times >= step["at_most"]:
            yield from go(step["after_that"], entered, walked)
            return
        for to in step["answers"].values():
            yield from go(to, entered | {target: times + 1}, [*walked, step])

    return go(steps[0]["id"], {}, [])


@settings(deadline=None, max_examples=60)
@given(steps=graphs(), starts=st.lists(st.integers(0, 60 * 1440), min_size=3, max_size=3))
def test_ways_are_timed_as_if_every_one_had_been_walked(
    steps: list[dict[str, Any]], starts: list[int]
) -> None:
    whole = library(sop(steps))
    found = whole.sop("TS-EX-001")
    assert found
    course = Course(whole, ByArrows())
    entry = course.entry(found)
    assert entry
    goals = Goals(frozenset(), frozenset({("TS-EX-001", "done")}), frozenset())
    spread = course.spread([entry], goals, frozenset({"TS-EX-001"}))
    every = list(walks(steps, "done"))
    if not every or len(every) > 3000 or spread.doubts(spread.ends):
        return
    known = calendars(whole)

    def timed(way: list[dict[str, Any]], word: str, moment: int) -> int:
        for step in way:
            if word == "wait" and "wait" not in step:
                continue
            stretch = known.stretch(Duration.parse(step[word]), known.work(step["role"]))
            moment = walk((stretch,), moment)
        return moment

    for start in (clock(whole).window[0] + each for each in starts):
        most = max(timed(way, "within", start) for way in every)
        least = min(timed(way, "wait", start) for way in every)
        with suppress(TooMany):  # then the whole graph is run, as below
            assert max(walk(each, start) for each in spread.slow(spread.ends)) == most
        with suppress(TooMany):
            assert min(walk(each, start) for each in spread.fast(spread.ends)) == least
        for slow, end in ((True, most), (False, least)):
            run = whole_graph.run(spread, spread.ends, slow, Budget(10**6))
            assert run.at(start) == run.bend(start)[0] == end
            assert stops.trace(spread, spread.ends, start, slow)[1][-1].done == end


def test_an_escalation_takes_the_case_away_just_before_a_step_is_done() -> None:
    steps = [{"id": "one", "within": "1d", "next": "done"}, {"id": "danger", "within": "5d", "next": "other"}]
    away = [{"when": "Somebody is in danger", "then": "danger"}]
    for to in (["done", "other"], "other"):
        said = verdict(sop(steps, escalations=away, deadlines=ceiling("1d", to=to)))
        assert minutes(said) == 6 * 1440
    assert minutes(verdict(sop(steps, escalations=away, deadlines=floor("1d", to="other")))) == 0


def test_an_escalation_by_the_clock_takes_the_case_away_when_its_time_has_passed() -> None:
    steps = [{"id": "one", "within": "2d"}, {"id": "two", "within": "9d", "next": "done"}]
    away = [{"after": "4d", "then": "other"}]
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1d", to="other")))) == 4 * 1440
    assert minutes(verdict(sop(steps, escalations=away, deadlines=floor("5d", to="other")))) == 4 * 1440
    assert verdict(sop(steps, escalations=away, deadlines=floor("4d", to="other"))).broken is None
    since = [{"after": "4d", "from": "one", "then": "other"}]
    assert minutes(verdict(sop(steps, escalations=since, deadlines=ceiling("1d", to="other")))) == 6 * 1440
    behind = {"from": "one", "to": "other"}
    assert minutes(verdict(sop(steps, escalations=since, deadlines=ceiling("1d", **behind)))) == 4 * 1440


def test_no_escalation_by_the_clock_makes_a_way_longer_than_its_steps() -> None:
    steps = [{"id": "one", "within": "2d", "next": "done"}]
    away = [{"after": "9d", "then": "other"}]
    limit = ceiling("2d", to=["done", "other"])
    assert verdict(sop(steps, escalations=away, deadlines=limit)).broken is None


def test_the_slowest_way_is_told_from_the_start_at_which_a_clock_ends_it_latest() -> None:
    away = [{"after": "100h", "then": "other"}]
    steps = [{"id": "one", "within": "2bd", "next": "done"}]
    whole = library(sop(steps, escalations=away, deadlines=ceiling()))
    found = whole.sop("TS-EX-001")
    assert found
    assert found.deadlines
    assert (slowest := extreme(found, found.deadlines[0], whole))
    assert slowest.end - slowest.start == 100 * 60


def test_no_step_is_done_that_must_wait_longer_than_the_clock_that_takes_the_case_away() -> None:
    steps = [{"id": "one", "within": "1h"}, {"id": "two", "within": "9d", "wait": "5d", "next": "done"}]
    limit = ceiling("1d")
    assert verdict(sop(steps, escalations=[{"after": "4d", "then": "other"}], deadlines=limit)).nowhere
    for away in ({"after": "6d", "then": "other"}, {"after": "4d", "then": "two"}):
        said = verdict(sop(steps, escalations=[away], deadlines=limit))
        assert said.broken
        assert not said.nowhere


@pytest.mark.parametrize(("wait", "after", "done"), [
    ("1mo", "29d", True), ("1mo", "27d", False), ("31d", "1mo", True), ("32d", "1mo", False),
    ("1bd", "20h", True), ("1bd", "7h", False), ("2bd", "24h", False), ("8bh", "1bd", True),
])  # fmt: skip
def test_it_must_be_longer_at_every_start_and_in_every_month(wait: str, after: str, done: bool) -> None:
    steps = [{"id": "one", "within": "99d", "wait": wait, "next": "done"}]
    away = [{"after": after, "then": "other"}]
    assert verdict(sop(steps, escalations=away, deadlines=ceiling("1m"))).nowhere != done


def test_an_escalation_by_the_clock_bounds_a_step_without_a_time() -> None:
    steps = [{"id": "one", "next": "done"}]
    away = [{"after": "3d", "then": "other"}]
    said = verdict(sop(steps, escalations=away, deadlines=ceiling("2d", to="other")))
    assert minutes(said) == 3 * 1440
    assert not said.doubts


@pytest.mark.parametrize(
    ("steps", "after", "days"),
    [
        ([{"id": "one", "within": "9d", "next": "done"}], {"after": "4d"}, 4),
        ([{"id": "one", "next": "done"}], {"after": "4d"}, 4),
        ([{"id": "one", "within": "5bd", "next": "done"}], {"after": "6d"}, 6),
        ([{"id": f"s-{i}", "within": "1bd" if i % 2 else "3h", "next": f"s-{i + 1}" if i < 29 else "done"}
          for i in range(30)], {"after": "16d"}, 16),
        ([{"id": "one", "within": "1d"}, {"id": "two", "within": "9d", "next": "done"}],
         {"after": "4d", "from": "one"}, 5),
        ([{"id": "one", "within": "1d", "ask": "Good?", "answers": {"yes": "done", "no": "one"}}],
         {"after": "4d"}, 4),
    ],
)  # fmt: skip
def test_no_way_lasts_longer_than_the_clock_that_takes_the_case_away(
    steps: Any, after: Any, days: int
) -> None:
    whole = {"escalations": [after | {"then": "other"}]}
    for to in ("done", ["done", "other"]):
        said = verdict(sop(steps, deadlines=ceiling("1h", to=to), **whole))
        assert minutes(said) == days * 1440
        assert not said.doubts
        assert verdict(sop(steps, deadlines=ceiling(f"{days}d", to=to), **whole)).broken is None


@pytest.mark.parametrize(
    ("within", "after", "days"), [("2d", "9d", 2), ("2d", "49h", 2), ("2d", "2d", 5), ("1bd", "9d", 4)]
)
def test_an_escalation_by_the_clock_that_comes_when_all_is_done_takes_no_case_away(
    within: str, after: str, days: int
) -> None:
    steps = [{"id": "one", "within": within, "next": "done"}, {"id": "net", "within": "3d", "next": "done"}]
    away = [{"after": after, "then": "net"}]
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1h")))) == days * 1440


def test_a_clock_that_has_taken_the_case_away_ends_no_more() -> None:
    steps = [
        {"id": "one", "within": "6d", "next": "two"},
        {"id": "two", "within": "9d", "next": "done"},
        {"id": "net", "within": "9d", "next": "done"},
    ]
    away = [{"after": "5d", "then": "net"}, {"after": "3d", "from": "one", "then": "other"}]
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1h", to="other")))) == 8 * 1440


def test_of_two_clocks_only_the_one_that_is_through_first_takes_the_case_away() -> None:
    steps = [{"id": "one", "next": "done"}, {"id": "net", "within": "3d", "next": "done"}]
    away = [{"after": "5d", "then": "other"}, {"after": "9d", "then": "net"}]
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1h")))) == 5 * 1440


def test_a_clock_that_may_come_too_late_for_a_step_makes_no_way_longer_than_the_step() -> None:
    steps = [{"id": "one", "role": "night", "within": "1d", "next": "done"}]
    away = [{"after": "6bh", "then": "other"}]
    assert verdict(sop(steps, escalations=away, deadlines=ceiling("1d", to="other"))).broken is None
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1h", to="other")))) <= 1440


def test_a_clock_that_starts_early_may_take_a_case_away_before_another_does() -> None:
    steps = [{"id": "one", "within": "2d"}, {"id": "two", "within": "9d", "next": "done"}]
    away = [{"after": "60h", "then": "done"}, {"after": "1d", "from": "one", "then": "other"}]
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("2d", to="other")))) == 60 * 60


def test_a_step_that_another_clock_leads_to_may_last_longer_than_a_clock_that_started_early() -> None:
    steps = [
        {"id": "one", "within": "2d"},
        {"id": "two", "role": "night", "within": "3d", "next": "net"},
        {"id": "net", "role": "night", "within": "2d", "next": "done"},
    ]
    away = [{"after": "3d", "from": "one", "then": "net"}, {"after": "30h", "then": "net"}]
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1h")))) == (30 + 48 + 48) * 60


def test_clocks_that_compete_along_many_steps_are_told_apart() -> None:
    within = ["3h", "1bd", "2bh", "5h"]
    steps = [
        {"id": f"s-{i}", "role": ["night", "lead", "late"][i % 3], "within": within[i % 4]} for i in range(60)
    ]
    steps[-1]["next"] = "done"
    away = [{"after": "9d", "then": "other"}, {"after": "5bd", "from": "s-2", "then": "done"}]
    limit = ceiling("1h", to=["done", "other"])
    assert minutes(verdict(sop(steps, escalations=away, deadlines=limit))) == 9 * 1440


def test_a_clock_counts_from_a_step_that_another_clock_may_end_before() -> None:
    steps = [
        {
            "id": "one",
            "role": "night",
            "within": "3d",
            "ask": "Which?",
            "answers": {"a": "two", "b": "other"},
        },
        {"id": "two", "role": "late", "within": "3d", "next": "other"},
    ]
    away = [{"after": "1bd", "then": "two"}, {"after": "30h", "from": "one", "then": "two"}]
    assert minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1h", to="other")))) == 10440


def test_a_way_to_an_end_to_which_only_what_is_overdue_comes_is_no_way_that_is_missing() -> None:
    steps = [{"id": "one", "within": "2d", "next": "done"}, {"id": "net", "next": "net"}]
    away = [{"after": "9d", "then": "other"}, {"after": "10d", "then": "net"}]
    said = verdict(sop(steps, escalations=away, deadlines=ceiling("1h", to="other")))
    assert (said.broken, said.doubts, said.nowhere) == (None, frozenset(), False)


def test_a_clock_that_started_before_the_ways_do_ends_them_as_well() -> None:
    steps = [{"id": "one", "within": "1d"}, {"id": "two", "within": "9d", "next": "done"}]
    limit = ceiling("1h", **{"from": "one"})
    away = [{"after": "4d", "then": "other"}]
    assert minutes(verdict(sop(steps, deadlines=limit, escalations=away))) == 4 * 1440


@pytest.mark.parametrize(
    ("within", "after", "least"),
    [
        ("1d", "4d", "3d"),
        ("1bd", "4bd", "3bd"),
        ("1bd", "9d", "5d"),  # over Christmas and the weekend it takes four days
        ("2d", "4bd", "2bd"),
        ("5d", "4d", "0d"),
    ],
)
def test_of_a_clock_that_started_before_the_ways_do_is_left_what_the_steps_before_leave(
    within: str, after: str, least: str
) -> None:
    steps = [{"id": "one", "within": within}, {"id": "two", "within": "30d", "next": "done"}]
    away = [{"after": after, "then": "other"}]

    def held(value: str) -> bool:
        limit = floor(value, to="other", **{"from": "one"})
        return verdict(sop(steps, deadlines=limit, escalations=away)).broken is None

    longer = f"{int(least[:-2] if 'b' in least else least[:-1]) + 1}{least.lstrip('0123456789')}"
    assert (held(least), held(longer)) == (True, False)


def test_no_call_lasts_longer_than_the_clock_of_the_caller_or_of_the_called_sop() -> None:
    inner = [{"id": "look", "within": "9d", "next": "done"}]
    steps = [{"id": "run", "call": "TS-EX-002", "on": {"done": "done", "other": "other"}}]
    away = {"escalations": [{"after": "4d", "then": "other"}]}
    for to in ("done", ["done", "TS-EX-002#look"]):  # summed up, and walked through
        outside = sop(steps, deadlines=ceiling("1h", to=to), **away), sop(inner, id="TS-EX-002")
        inside = sop(steps, deadlines=ceiling("1h", to=to)), sop(inner, id="TS-EX-002", **away)
        assert minutes(verdict(*outside)) == minutes(verdict(*inside)) == 4 * 1440


def test_an_escalation_takes_the_case_out_of_a_call() -> None:
    inner = sop([{"id": "look", "within": "3d", "wait": "1d", "next": "done"}], id="TS-EX-002")
    steps = [{"id": "run", "call": "TS-EX-002", "on": {"done": "done"}}]
    away = [{"when": "Somebody is in danger", "then": "other"}]
    for to in ("other", ["other", "TS-EX-002#look"]):  # summed up, and walked through
        assert (
            minutes(verdict(sop(steps, escalations=away, deadlines=ceiling("1d", to=to)), inner)) == 3 * 1440
        )
        assert minutes(verdict(sop(steps, escalations=away, deadlines=floor("1d", to=to)), inner)) == 0


def test_a_fact_that_is_asked_again_is_open_when_an_escalation_takes_the_case_away() -> None:
    table = [{"when": {"a": "yes"}, "then": "again"}, {"otherwise": "done"}]
    last = [{"when": {"a": "yes"}, "then": "other"}, {"otherwise": "slow"}]
    steps = [
        {"id": "one", "within": "1d", "decide": table},
        {"id": "again", "within": "1d", "next": "done"},
        {"id": "out", "within": "1d", "decide": last},
        {"id": "slow", "within": "9d", "next": "other"},
    ]
    away = [{"when": "Somebody calls", "from": "one", "then": "out"}]
    limit = ceiling("3d", to="other", when={"a": "yes"})
    assert verdict(sop(steps, escalations=away, deadlines=limit), facts=FACTS).broken is None
    steps[1]["asks"] = "a"
    assert verdict(sop(steps, escalations=away, deadlines=ceiling("3d", to="other")), facts=FACTS).broken


@pytest.mark.parametrize("to", ["run", ["run", "two"], ["run", "TS-EX-002#never"]])
def test_a_call_is_done_when_the_called_sop_is_whatever_follows(to: Any) -> None:
    inner = sop(
        [{"id": "look", "within": "2d", "wait": "1d", "next": "done"}, {"id": "never", "next": "done"}],
        id="TS-EX-002",
    )
    steps = [
        {"id": "zero", "within": "1d"},
        {"id": "run", "call": "TS-EX-002", "on": {"done": "two"}},
        {"id": "two", "within": "1d", "next": "done"},
    ]
    assert minutes(verdict(sop(steps, deadlines=ceiling("1h", to=to)), inner)) == 3 * 1440
    assert minutes(verdict(sop(steps, deadlines=floor("9d", to=to)), inner)) == 1440


def test_a_clock_that_starts_at_a_call_starts_when_it_has_come_back() -> None:
    inner = sop(
        [{"id": "look", "within": "2d", "next": "done"}, {"id": "never", "next": "done"}], id="TS-EX-002"
    )
    steps = [
        {"id": "run", "call": "TS-EX-002", "on": {"done": "two"}},
        {"id": "two", "within": "1d", "next": "done"},
    ]
    for to in ("done", ["done", "TS-EX-002#never"]):
        since = {"from": "run", "to": to}
        assert minutes(verdict(sop(steps, deadlines=ceiling("1h", **since)), inner)) == 1440


def test_an_arrow_to_the_first_step_is_no_trigger() -> None:
    steps = [
        {"id": "one", "role": "night", "wait": "1d", "within": "3d"},
        {"id": "two", "role": "night", "wait": "5d", "within": "6d", "at_most": 1, "after_that": "other",
         "ask": "Good?", "answers": {"yes": "done", "no": "one"}},
    ]  # fmt: skip
    assert verdict(sop(steps, deadlines=floor("7d", to="other"))).broken is None
    assert minutes(verdict(sop(steps, deadlines=floor("8d", to="other")))) == 7 * 1440


# Deadlines of ways that escalations cut short, that end at calls, and that `after_that` turns aside

INNER = [
    {"id": "in", "role": "night", "within": "3h", "ask": "Which?", "answers": {"a": "on", "b": "out"}},
    {"id": "on", "role": "night", "within": "5h", "wait": "2h", "next": "fin"},
]


@st.composite
def interrupted(draw: st.DrawFn) -> dict[str, Any]:
    """A SOP with calls, bounded loops and escalations that take a case elsewhere, and a deadline."""
    count = draw(st.integers(2, 5))
    steps, names = [], [f"s-{i}" for i in range(count)]
    for i in range(count):
        onward = [*names[i + 1 :], "done", "other"]
        targets = draw(st.lists(st.sampled_from(onward), min_size=1, max_size=2, unique=True))
        step: dict[str, Any] = {"id": names[i], "role": "night"}
        if draw(st.integers(0, 2)) == 0:
            step["at_most"] = draw(st.integers(1, 2))
            step["after_that"] = draw(st.sampled_from(onward))
            targets.append(draw(st.sampled_from(names[: i + 1])))
        if draw(st.integers(0, 2)) == 0:
            step |= {"call": "TS-EX-002", "on": {"fin": targets[0], "out": targets[-1]}}
        else:
            step |= {"within": f"{draw(st.integers(2, 9))}h", "ask": "Which?"}
            step["answers"] = {f"a{n}": to for n, to in enumerate(targets)}
            if draw(st.booleans()):
                step["wait"] = f"{draw(st.integers(1, 2))}h"
        steps.append(step)
    escalations = []
    for _ in range(draw(st.integers(0, 2))):
        to = draw(st.sampled_from(["done", "other", names[-1]]))
        if draw(st.booleans()):
            escalations.append({"when": "Somebody calls", "then": to})
        else:
            since = {"from": names[0]} if draw(st.booleans()) else {}
            escalations.append({"after": f"{draw(st.integers(1, 30))}h", "then": to} | since)
    to = draw(st.lists(st.sampled_from(["done", "other", *names]), min_size=1, max_size=2, unique=True))
    return sop(steps, escalations=escalations, deadlines=[]) | {"goals": to}


def hours(step: dict[str, Any], word: str) -> int:
    return int(step.get(word, "0h")[:-1])


NEVER = float("-inf")


def ends_of(whole: dict[str, Any]) -> list[tuple[float, int]]:
    """Of every walk from the trigger to a goal, by plain recursion: how long it takes at the longest
    (never, where a step must be overdue), and at the shortest."""
    by_id = {step["id"]: step for step in whole["steps"]}
    goals, escalations = whole["goals"], whole["escalations"]
    found: list[tuple[float, int]] = []

    def go(
        target: str,
        entered: dict[str, int],
        taken: frozenset[int],
        clocks: dict[str, tuple[float, int]],
        slow: float,
        fast: int,
    ) -> None:
        if len(found) > 4000:
            raise RecursionError
        step = by_id.get(target)
        if step is None:
            if target in goals:
                found.append((slow, fast))
            return None
        if entered.get(target, 0) >= step.get("at_most", 99):
            return go(step["after_that"], entered, taken, clocks, slow, fast)
        entered = entered | {target: entered.get(target, 0) + 1}
        if "call" in step:  # at the longest and the shortest to each outcome
            inside = {"fin": (8, 2), "out": (3, 0)}
            ways = [(step["on"][end], *inside[end]) for end in ("fin", "out")]
        else:
            ways = [(to, hours(step, "within"), hours(step, "wait")) for to in step["answers"].values()]
        longest = max(most for _, most, _ in ways)
        running = {i: clocks.get(each.get("from", "trigger")) for i, each in enumerate(escalations)
                   if i not in taken and "after" in each}  # fmt: skip
        until = min(
            [999, *(begun[0] + hours(escalations[i], "after") for i, begun in running.items() if begun)]
        )
        for i, each in enumerate(escalations):
            clock = clocks.get(each.get("from", "trigger"))
            if i in taken or clock is None:
                continue
            if "after" not in each:
                go(each["then"], entered, taken | {i}, clocks, min(slow + longest, until), fast)
            else:
                at, soon = (begun + hours(each, "after") for begun in clock)
                late = at if at <= min(slow + longest, until) else NEVER
                go(each["then"], entered, taken | {i}, clocks, late, max(fast, soon))
        if any(
            begun and hours(escalations[i], "after") < hours(step, "wait") for i, begun in running.items()
        ):
            return None  # it is never done
        for to, most, least in ways:
            done = min(slow + most, until), fast + least
            if target in goals:
                found.append(done)
            else:
                go(to, entered, taken, clocks | {target: done}, *done)
        return None

    go(whole["steps"][0]["id"], {}, frozenset(), {"trigger": (0, 0)}, 0, 0)
    return found


@settings(deadline=None, max_examples=150)
@given(whole=interrupted())
def test_deadlines_are_timed_as_if_every_way_and_every_escalation_had_been_walked(
    whole: dict[str, Any],
) -> None:
    try:
        every = ends_of(whole)
    except RecursionError:
        return
    inner = sop(INNER, id="TS-EX-002", outcomes={"fin": {"title": "Fin"}, "out": {"title": "Out"}})
    outer = {key: value for key, value in whole.items() if key != "goals"}
    slow = verdict(outer | {"deadlines": ceiling("1m", to=whole["goals"])}, inner)
    fast = verdict(outer | {"deadlines": floor("99d", to=whole["goals"])}, inner)
    assert slow.nowhere == fast.nowhere == (not every)
    assert not slow.unknown
    assert not slow.doubts
    if not every:
        return
    most, least = minutes(slow) if slow.broken else 0, minutes(fast)
    longest = max(0, *(slow for slow, _ in every))
    plain = all("after" not in each or (each["then"] in ("done", "other") and "from" not in each)
                for each in whole["escalations"])  # fmt: skip
    if plain:  # else how long a clock has run at an escalation depends on the way
        assert most == longest * 60
        assert least == min(fast for _, fast in every) * 60
    assert most >= longest * 60
    assert least <= min(fast for _, fast in every) * 60


# Ways that some case takes

FACTS: dict[str, Any] = {
    "a": {"ask": "A?", "type": "yes-no"},
    "b": {"ask": "B?", "type": "choice", "values": ["x", "y", "z"]},
    "n": {"ask": "N?", "type": "integer", "min": 0, "max": 9},
}
TESTS = {"a": ["yes", "no"], "b": ["x", "not(x)", "y"], "n": ["< 4", "4..6", ">= 7", "0"]}
TRUE = {
    ("a", "yes"): lambda v: v == "yes", ("a", "no"): lambda v: v == "no",
    ("b", "x"): lambda v: v == "x", ("b", "not(x)"): lambda v: v != "x", ("b", "y"): lambda v: v == "y",
    ("n", "< 4"): lambda v: v < 4, ("n", "4..6"): lambda v: 4 <= v <= 6, ("n", ">= 7"): lambda v: v >= 7,
    ("n", "0"): lambda v: v == 0,
}  # fmt: skip
CASES = [{"a": a, "b": b, "n": n} for a in ("yes", "no") for b in "xyz" for n in (0, 2, 5, 8)]


@st.composite
def tabled(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps with tables, each of which leads onward."""
    count = draw(st.integers(2, 6))
    steps = []
    for i in range(count):
        onward = [f"s-{j}" for j in range(i + 1, count)] + ["done"]
        rows: list[dict[str, Any]] = []
        for _ in range(draw(st.integers(1, 3))):
            names = draw(st.lists(st.sampled_from("abn"), min_size=1, max_size=2, unique=True))
            row: dict[str, Any] = {"when": {name: draw(st.sampled_from(TESTS[name])) for name in names}}
            if draw(st.integers(0, 3)) == 0:
                row["set"] = {"b": draw(st.sampled_from("xyz"))}
            rows.append(row | {"then": draw(st.sampled_from(onward))})
        rows.append({"otherwise": draw(st.sampled_from(onward))})
        times = [{"when": {"b": "x"}, "within": "9h"}, {"otherwise": draw(st.sampled_from(["1h", "20h"]))}]
        within = draw(st.sampled_from(["2h", "30h", times]))
        steps.append(
            {"id": f"s-{i}", "role": "night", "within": within, "hit_policy": "first", "decide": rows}
        )
    return steps


def hours_of(case: dict[str, Any], steps: list[dict[str, Any]]) -> int:
    """How long one case takes at the longest."""
    by_id = {step["id"]: step for step in steps}
    now, place, hours = dict(case), steps[0]["id"], 0
    while place in by_id:
        step = by_id[place]
        within = step["within"]
        time = within if isinstance(within, str) else "9h" if now["b"] == "x" else within[1]["otherwise"]
        hours += int(time[:-1])
        for row in step["decide"]:
            if all(TRUE[name, test](now[name]) for name, test in row.get("when", {}).items()):
                now |= row.get("set", {})
                place = row.get("then") or row["otherwise"]
                break
    return hours


@settings(deadline=None, max_examples=60)
@given(steps=tabled(), given=st.sampled_from([{}, {"a": "yes"}, {"b": ["x", "y"]}]))
def test_no_case_takes_longer_than_the_slowest_way_and_no_arrow_makes_it_slower(
    steps: list[dict[str, Any]], given: dict[str, Any]
) -> None:
    whole = library(sop(steps), facts=FACTS)
    found = whole.sop("TS-EX-001")
    assert found
    slowest_of = {}
    for guide in (
        ByArrows(),
        ByFacts(
            whole,
            found,
            {name: tuple([*tests] if isinstance(tests, list) else [tests]) for name, tests in given.items()},
        ),
    ):
        course = Course(whole, guide)
        entry = course.entry(found)
        assert entry
        goals = Goals(frozenset(), frozenset({("TS-EX-001", "done")}), frozenset())
        spread = course.spread([entry], goals, frozenset({"TS-EX-001"}))
        slowest_of[type(guide)] = max((walk(each, 0) for each in spread.slow(spread.ends)), default=0)
    sets = any("b" in row.get("set", {}) for step in steps for row in step["decide"])
    cases = [case for case in CASES if all(case[name] in tests for name, tests in given.items())]
    if not (sets and "b" in given):  # else a case may become another one on its way
        assert max(hours_of(case, steps) for case in cases) * 60 <= slowest_of[ByFacts]
    assert slowest_of[ByFacts] <= slowest_of[ByArrows]


def test_what_a_row_has_tested_counts_at_the_next_table() -> None:
    steps = [
        {
            "id": "one",
            "within": "1d",
            "decide": [{"when": {"a": "yes"}, "then": "two"}, {"otherwise": "two"}],
        },
        {
            "id": "two",
            "within": "1d",
            "decide": [{"when": {"a": "yes"}, "then": "done"}, {"otherwise": "other"}],
        },
    ]
    steps[0]["decide"][1]["otherwise"] = "slow"  # type: ignore[index]
    steps.insert(1, {"id": "slow", "within": "9d"})
    said = verdict(sop(steps, deadlines=ceiling("2d")), facts=FACTS)
    assert said.broken is None
    steps[2]["asks"] = "a"
    assert minutes(verdict(sop(steps, deadlines=ceiling("2d")), facts=FACTS)) == 11 * 1440


@st.composite
def tables_on_loops(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps with tables and rows of `within` that ask, set, and lead back to steps that bound the loop."""
    count = draw(st.integers(2, 4))
    bounded = [draw(st.booleans()) for _ in range(count)]

    def when() -> dict[str, Any]:
        names = draw(st.lists(st.sampled_from("abn"), min_size=1, max_size=2, unique=True))
        return {name: draw(st.sampled_from(TESTS[name])) for name in names}

    def hours() -> str:
        return f"{draw(st.integers(1, 9))}h"

    steps = []
    for i in range(count):
        onward = [f"s-{j}" for j in range(i + 1, count)] + ["done", "other"]
        targets = st.sampled_from([*onward, *(f"s-{j}" for j in range(i + 1) if bounded[j])])
        step: dict[str, Any] = {"id": f"s-{i}", "role": "night", "within": hours()}
        if draw(st.booleans()):
            rows = [{"when": when(), "within": hours()} for _ in range(draw(st.integers(1, 2)))]
            step["within"] = [*rows, {"otherwise": hours()}]
        if draw(st.integers(0, 3)) == 0:
            step["asks"] = draw(st.lists(st.sampled_from("abn"), min_size=1, max_size=2, unique=True))
        if bounded[i]:
            step |= {"at_most": draw(st.integers(1, 2)), "after_that": draw(st.sampled_from(onward[-2:]))}
        if draw(st.integers(0, 3)) == 0:
            steps.append(step | {"next": draw(targets)})
            continue
        table: list[dict[str, Any]] = []
        for _ in range(draw(st.integers(1, 3))):
            row = {"when": when(), "then": draw(targets)}
            table.append(row | ({"set": {"b": draw(st.sampled_from("xyz"))}} if draw(st.booleans()) else {}))
        if draw(st.booleans()):
            table.append({"otherwise": draw(targets)})
        steps.append(step | {"hit_policy": draw(st.sampled_from(["first", "unique"])), "decide": table})
    return steps


VALUES: dict[str, Any] = {"a": ("yes", "no"), "b": "xyz", "n": (0, 2, 5, 8)}


def slowest_case(steps: list[dict[str, Any]]) -> int:
    """How many hours the slowest case takes until it is done, each one followed by itself; -1 where none is."""
    by_id = {step["id"]: step for step in steps}

    def matches(row: dict[str, Any], case: dict[str, Any]) -> bool:
        return all(TRUE[name, test](case[name]) for name, test in row.get("when", {}).items())

    def leads(step: dict[str, Any], case: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        if "next" in step:
            yield step["next"], case
            return
        fit = [row for row in step["decide"] if "when" in row and matches(row, case)]
        rest = [row for row in step["decide"] if "otherwise" in row]
        for row in fit[: 1 if step["hit_policy"] == "first" else None] or rest:
            yield row.get("then") or row["otherwise"], case | row.get("set", {})

    @cache
    def go(place: str, known: frozenset[tuple[str, Any]], counts: frozenset[tuple[str, int]]) -> int:
        entered = dict(counts)
        while place in by_id and entered.get(place, 0) >= by_id[place].get("at_most", 1000):
            place = by_id[place]["after_that"]
        if place not in by_id:
            return 0 if place == "done" else -1
        step, before = by_id[place], dict(known)
        rows = step["within"] if isinstance(step["within"], list) else [{"otherwise": step["within"]}]
        tested = {name for row in [*rows, *step.get("decide", [])] for name in row.get("when", {})}
        asked = sorted(tested - before.keys() | {*step.get("asks", [])})
        after = (
            frozenset((entered | {place: entered.get(place, 0) + 1}).items()) if "at_most" in step else counts
        )
        found = -1
        for values in product(*(VALUES[name] for name in asked)):
            case = before | dict(zip(asked, values, strict=True))
            row = next(row for row in rows if matches(row, case))
            took = int((row.get("within") or row["otherwise"])[:-1])
            for to, then in leads(step, case):
                rest = go(to, frozenset(then.items()), after)
                found = max(found, took + rest if rest >= 0 else -1)
        return found

    return go(steps[0]["id"], frozenset(), frozenset())


@settings(deadline=None, max_examples=100)
@given(steps=tables_on_loops())
def test_a_promise_is_missed_just_where_some_case_misses_it(steps: list[dict[str, Any]]) -> None:
    most = slowest_case(steps)
    deadlines = [
        limit | {"id": f"within-{hours}"}
        for hours in range(max(most - 1, 0), most + 1)
        for limit in ceiling(f"{hours}h")
    ] or ceiling("0h")
    whole = library(sop(steps, deadlines=deadlines), facts=FACTS)
    found = whole.sop("TS-EX-001")
    assert found
    told = verdicts(found, whole)
    assert not any(each.unknown or each.by_arrows or each.doubts for each in told)
    assert [each.broken is not None for each in told] == [False] * len(told) if most < 1 else [True, False]
    assert most < 1 or minutes(told[0]) == most * 60


def test_a_fact_that_a_step_asks_again_is_open_in_its_rows_of_within() -> None:
    steps = [
        {
            "id": "one",
            "within": "1h",
            "decide": [{"when": {"a": "yes"}, "then": "other"}, {"when": {"a": "no"}, "then": "two"}],
        },
        {
            "id": "two",
            "asks": "a",
            "within": [{"when": {"a": "yes"}, "within": "5d"}, {"otherwise": "1d"}],
            "next": "done",
        },
    ]
    assert minutes(verdict(sop(steps, deadlines=ceiling("2d")), facts=FACTS)) == 5 * 1440 + 60
    del steps[1]["asks"]
    assert verdict(sop(steps, deadlines=ceiling("2d")), facts=FACTS).broken is None


def test_a_fact_keeps_its_value_round_a_loop_that_another_step_bounds() -> None:
    steps = [
        {
            "id": "look",
            "within": "3d",
            "decide": [{"when": {"a": "yes"}, "then": "again"}, {"when": {"a": "no"}, "then": "other"}],
        },
        {"id": "again", "within": "1d", "at_most": 2, "after_that": "done", "next": "look"},
    ]
    assert verdict(sop(steps, deadlines=ceiling("3d", to="other")), facts=FACTS).broken is None
    assert minutes(verdict(sop(steps, deadlines=ceiling("10d")), facts=FACTS)) == 11 * 1440


@pytest.mark.parametrize(
    ("policy", "rows"),
    [
        ("unique", [{"when": {"a": "yes", "b": "x"}, "then": "act"}, {"otherwise": "slow"}]),
        ("first", [{"when": {"a": "yes", "b": "x"}, "then": "act"}, {"otherwise": "slow"}]),
        ("first", [{"when": {"a": "yes", "b": "x"}, "then": "act"},
                   {"when": {"n": "< 4"}, "then": "slow"}, {"when": {"n": "4..9"}, "then": "slow"}]),
        ("first", [{"when": {}, "then": "act"}, {"when": {"a": "yes"}, "then": "slow"}]),
        ("unique", [{"when": {"a": "yes"}, "then": "act"}, {"when": {"a": "no"}, "then": "act"},
                    {"otherwise": "slow"}]),
    ],
)  # fmt: skip
def test_what_the_rows_above_take_is_not_left_for_the_rows_below(policy: str, rows: Any) -> None:
    steps = [
        {"id": "sort", "within": "1d", "hit_policy": policy, "decide": rows},
        {"id": "slow", "within": "9d"},
        {
            "id": "act",
            "within": "1d",
            "decide": [{"when": {"a": "yes", "b": "x"}, "then": "done"}, {"otherwise": "other"}],
        },
    ]
    assert verdict(sop(steps, deadlines=ceiling("2d")), facts=FACTS).broken is None


def test_rows_of_within_tell_cases_apart_for_the_table_beside_them_and_for_later_steps() -> None:
    times = [{"when": {"n": "< 5"}, "within": "1d"}, {"otherwise": "5d"}]
    table = [{"when": {"n": "< 5"}, "then": "done"}, {"when": {"n": ">= 5"}, "then": "other"}]
    one = [{"id": "one", "within": times, "decide": table}]
    assert verdict(sop(one, deadlines=ceiling("1d")), facts=FACTS).broken is None
    turned = [{"when": {"n": "< 5"}, "within": "5d"}, {"otherwise": "1d"}]
    two = [{"id": "one", "within": times}, {"id": "two", "within": turned, "next": "done"}]
    assert verdict(sop(two, deadlines=ceiling("6d")), facts=FACTS).broken is None
    assert minutes(verdict(sop(two, deadlines=ceiling("5d")), facts=FACTS)) == 6 * 1440


def test_a_table_that_leaves_more_kinds_of_cases_than_are_told_apart_counts_by_arrows() -> None:
    facts = {f"n{i}": {"ask": "How many?", "type": "integer", "min": 0, "max": 99} for i in range(8)}
    rows = [
        {"when": {f"n{i}": str(k), f"n{(i + 1 + k) % 8}": str(k)}, "then": "act"}
        for k in range(1, 7)
        for i in range(8)
    ]
    steps = [
        {"id": "sort", "within": "1d", "hit_policy": "first", "decide": [*rows, {"otherwise": "slow"}]},
        {"id": "slow", "within": "9d"},
        {
            "id": "act",
            "within": "1d",
            "decide": [{"when": {"n0": "1", "n1": "1"}, "then": "done"}, {"otherwise": "other"}],
        },
    ]
    said = verdict(sop(steps, deadlines=ceiling("2d")), facts=facts)
    assert said.broken
    assert said.by_arrows
    assert "this goes by the arrows" in time_words.doubt(said)


def test_what_a_called_sop_takes_counts_beside_a_time_of_the_call_and_a_loop_inside() -> None:
    inner = [
        {"id": "look", "within": "5d", "ask": "Again?", "answers": {"yes": "look", "no": "done"}},
    ]
    caller = [{"id": "run", "within": "3d", "call": "TS-EX-002", "on": {"done": "done"}}]
    said = verdict(sop(caller, deadlines=ceiling("4d")), sop(inner, id="TS-EX-002"))
    assert minutes(said) == 5 * 1440


def test_a_loop_inside_a_call_that_no_case_goes_round_counts_as_far_as_cases_go() -> None:
    def table(yes: str, no: str) -> list[dict[str, Any]]:
        return [{"when": {"a": "yes"}, "then": yes}, {"when": {"a": "no"}, "then": no}]

    inner = [
        {"id": "look", "within": "1d", "decide": table("one", "two")},
        {"id": "one", "within": "5d", "decide": table("two", "slow")},
        {"id": "two", "within": "5d", "decide": table("done", "one")},
        {"id": "slow", "within": "9d", "next": "done"},
    ]
    caller = [{"id": "run", "within": "3d", "call": "TS-EX-002", "on": {"done": "done"}}]
    whole = sop(caller, deadlines=ceiling("19d")), sop(inner, id="TS-EX-002")
    assert minutes(verdict(*whole, facts=FACTS)) == 20 * 1440


def test_what_is_known_goes_into_a_call_and_comes_back() -> None:
    table = [{"when": {"a": "yes"}, "then": "slow"}, {"otherwise": "done"}]
    inner = sop(
        [{"id": "look", "within": "1d", "decide": table}, {"id": "slow", "within": "9d", "next": "done"}],
        id="TS-EX-002",
    )
    caller = [
        {
            "id": "ask",
            "within": "1d",
            "decide": [{"when": {"a": "no"}, "then": "run"}, {"otherwise": "other"}],
        },
        {"id": "run", "call": "TS-EX-002", "on": {"done": "then"}},
        {
            "id": "then",
            "within": "1d",
            "decide": [{"when": {"a": "yes"}, "then": "late"}, {"otherwise": "done"}],
        },
        {"id": "late", "within": "20d", "next": "done"},
    ]
    assert verdict(sop(caller, deadlines=ceiling("3d")), inner, facts=FACTS).broken is None
    assert minutes(verdict(sop(caller, deadlines=ceiling("2d")), inner, facts=FACTS)) == 3 * 1440


# What the rules say


def said(code: str, *sops: dict[str, Any], **registers: Any) -> list[tuple[Any, str, Any]]:
    whole = library(*sops, **registers)
    first = whole.sop(sops[0]["id"])
    assert first
    check = RULE[code].check
    assert check
    return [(finding.at, finding.message, finding.severity) for finding in check(first, whole)]


def test_a_missed_deadline_is_shown_as_a_timeline_with_its_sums() -> None:
    steps = [{"id": "look", "within": "1bd"}, {"id": "tell", "within": "4h", "next": "done"}]
    ((at, message, severity),) = said("SOP408", sop(steps, deadlines=ceiling("1d")))
    assert at == ("deadlines", 0)
    assert severity is None
    assert message == (
        "`limit` is missed: from the trigger to `done` it can take 4d 4h, promised are 1d. "
        "Started Thursday 24 December 2026 17:00, ends Monday 28 December 2026 21:00 "
        "(America/Los_Angeles), closed on 25 December: `look` 1bd, done Mon 28 Dec 17:00; `tell` 4h, done Mon 28 Dec 21:00"
    )


def test_of_several_time_zones_the_message_says_which_ones_it_counts_in() -> None:
    steps = [{"id": "look", "role": "late", "within": "1bd", "next": "done"}]
    ((_, message, _),) = said("SOP408", sop(steps, deadlines=ceiling("1d")))
    assert " (America/Los_Angeles; opening hours of `late` in Europe/Dublin): `look` 1bd" in message
    steps[0]["role"] = "lead"
    alone = {"office": REGISTERS["calendars"]["office"]}
    ((_, message, _),) = said("SOP408", sop(steps, deadlines=ceiling("1d")), calendars=alone)
    assert "Los_Angeles" not in message


CLAUSE = {"text": "Answer.", "source": "A law", "kind": "ceiling", "value": "1d", "confidence": "confirmed"}


def test_a_deadline_without_a_value_promises_what_its_clause_sets() -> None:
    steps = [{"id": "look", "within": "2d", "next": "done"}]
    deadlines = [{"id": "limit", "kind": "ceiling", "from": "trigger", "to": "done", "implements": "law"}]
    for confidence, weight in (("confirmed", None), ("secondary", None), ("unverified", "warning")):
        clauses = {"law": CLAUSE | {"confidence": confidence}}
        ((_, message, severity),) = said("SOP408", sop(steps, deadlines=deadlines), clauses=clauses)
        assert "promised are 1d (`law`)" in message
        assert severity == weight


def test_a_deadline_that_is_not_provable_names_step_and_loop() -> None:
    steps = [
        {"id": "one", "ask": "Again?", "answers": {"yes": "two", "no": "done"}},
        {"id": "two", "within": "1d", "next": "one"},
    ]
    ((at, message, _),) = said("SOP410", sop(steps, deadlines=ceiling()))
    assert at == ("deadlines", 0)
    assert (
        message == "`limit` cannot be proven: `one` has no `within`; nothing bounds the loop one → two → one"
    )


@pytest.mark.parametrize(
    ("step", "clause", "at"),
    [
        ({"within": "10bd"}, {"value": "14d"}, "within"),
        ({"within": "9bd"}, {"value": "14d"}, "within"),  # over two holidays
        ({"within": "7bd"}, {"value": "14d"}, None),
        ({"within": "15d"}, {"value": "2w"}, "within"),
        ({"within": "14d"}, {"value": "2w"}, None),
        ({"within": "1y"}, {"value": "12mo"}, None),
        ({"within": "30d"}, {"value": "1mo"}, "within"),
        ({"within": "28d"}, {"value": "1mo"}, None),
        ({"within": "1mo"}, {"value": "30d"}, "within"),
        ({"within": "5bd"}, {"value": "5bd"}, None),
        ({"within": "41bh"}, {"value": "5bd"}, "within"),
        ({"within": "1d"}, {"value": "1bd"}, "within"),
        ({"within": "8h"}, {"value": "1bd"}, None),
        ({"wait": "13d"}, {"value": "14d", "kind": "floor"}, "wait"),
        ({"wait": "10bd"}, {"value": "14d", "kind": "floor"}, "wait"),
        ({"wait": "11bd"}, {"value": "14d", "kind": "floor"}, None),
        ({"wait": "1mo"}, {"value": "30d", "kind": "floor"}, "wait"),
        ({"within": "20d"}, {"value": "14d", "kind": "floor"}, None),
        ({"within": [{"when": {"bad": "yes"}, "within": "1d"}, {"otherwise": "15d"}]}, {"value": "14d"}, "otherwise"),
    ],
)  # fmt: skip
def test_a_step_is_laxer_than_its_clause(step: Any, clause: Any, at: str | None) -> None:
    steps = [{"id": "one", "next": "done", "implements": "law"} | step]
    facts = {"bad": {"ask": "Bad?", "type": "yes-no"}}
    found = said("SOP411", sop(steps, facts=facts), clauses={"law": CLAUSE | clause})
    assert [each[0][-1] for each in found] == ([at] if at else [])


@pytest.mark.parametrize(
    ("step", "clause", "words", "help"),
    [
        ({"within": "3bd"}, {"value": "3bd"},
         "3bd by the calendar `24x7` is longer than `law`, which allows at most 3bd by `office`", "write 2bd, or less"),
        ({"within": "100h"}, {"value": "3bd"},
         "100h is longer than `law`, which allows at most 3bd", "write 56h, or less"),
        ({"wait": "1bd"}, {"value": "1bd", "kind": "floor"},
         "1bd by the calendar `24x7` is shorter than `law`, which asks for at least 1bd by `office`",
         "write 4bd, or more"),
        ({"within": "5d"}, {"value": "4d"}, "5d is longer than `law`, which allows at most 4d", "write 4d, or less"),
    ],
)  # fmt: skip
def test_the_way_out_is_one_by_the_calendar_of_the_step(
    step: Any, clause: Any, words: str, help: str
) -> None:
    def told(step: Any) -> list[Any]:
        steps = [{"id": "one", "role": "night", "next": "done", "implements": "law"} | step]
        whole = library(sop(steps), clauses={"law": CLAUSE | clause})
        first, check = whole.sop("TS-EX-001"), RULE["SOP411"].check
        assert first
        assert check
        return [*check(first, whole)]

    (found,) = told(step)
    assert found.message.partition(": ")[0] == words
    assert found.help == help
    assert not told({key: help.split()[1].rstrip(",") for key in step})


def test_a_retention_that_ends_too_early_breaks_its_clause() -> None:
    clauses = {"keep": CLAUSE | {"kind": "retention", "value": "3y"}}
    for time, count in (("2y", 1), ("36mo", 0), ("3y", 0), ("1095d", 1), ("1096d", 0)):
        records = [{"what": "The file", "retention": time, "implements": "keep"}]
        steps = [{"id": "one", "next": "done"}]
        assert len(said("SOP411", sop(steps, records=records), clauses=clauses)) == count


def test_a_ceiling_keeps_no_floor() -> None:
    clauses = {"law": CLAUSE | {"kind": "floor", "value": "14d"}}
    deadlines = ceiling("14d", implements="law")
    found = said(
        "SOP411", sop([{"id": "one", "within": "1d", "next": "done"}], deadlines=deadlines), clauses=clauses
    )
    assert [each[0] for each in found] == [("deadlines", 0, "kind")]


def test_what_rests_on_an_unverified_clause_is_a_warning_at_most() -> None:
    clauses = {"law": CLAUSE | {"confidence": "unverified"}}
    ((_, _, severity),) = said(
        "SOP411", sop([{"id": "one", "within": "2d", "next": "done", "implements": "law"}]), clauses=clauses
    )
    assert severity == "warning"


def test_calls_that_stand_in_one_another_by_hundreds_end_in_an_answer() -> None:
    """Each calls the next: the answer may be `unknown`, never a mistake of the program."""
    sops = {
        f"TS-X-{i:03}.yaml": f"""\
id: TS-X-{i:03}
steps:
  - {{id: run, title: Run it, call: TS-X-{i + 1:03}, on: {{done: last}}}}
  - {{id: last, title: Close it, role: lead, within: 1bd, next: done}}
outcomes: {{done: {{title: Done}}}}
deadlines: [{{id: all, kind: ceiling, from: trigger, to: [done], value: 2d}}]
"""
        for i in range(300)
    }
    found = lint(build(sops, TODAY), [RULE["SOP408"], RULE["SOP410"]])
    assert any(each.code == "SOP408" for each in found)
    assert not any("mistake" in each.message for each in found)
