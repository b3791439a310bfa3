"""Escalation paths: timelines against a simulation, authority, rank, and who is there."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.analysis import escalation, people
from sopctl.analysis.calendar import calendars
from sopctl.cli.escalation import TimelineFormat
from sopctl.cli.escalation import escalation as command
from sopctl.files import FileTrouble
from sopctl.library import Library, build
from sopctl.rules import RULES

TODAY = date(2026, 11, 21)
RULE = {rule.code: rule for rule in RULES}

PEOPLE: dict[str, Any] = {
    "knowledge_base": {"title": "Examples", "default_calendar": "office"},
    "roles": {
        "agent": {"title": "Agent", "reports_to": "lead"},
        "lead": {"title": "Lead", "reports_to": "director", "team": "cases"},
        "director": {"title": "Director", "authority": ["stop", "pay"], "available": "24x7"},
        "counsel": {"title": "Counsel", "authority": ["stop"], "reports_to": "director"},
        "night": {"title": "Night", "calendar": "24x7", "reports_to": "lead"},
        "evening": {"title": "Evening", "calendar": "evening"},
    },
    "teams": {"cases": {"title": "Case team", "lead": "lead"}, "board": {"title": "Board", "lead": "director"}},
    "schedules": {
        "rota": {"title": "Rota", "roles": ["director", "counsel"], "available": "24x7"},
        "mixed": {"title": "Mixed", "roles": ["director", "agent"], "available": "office"},
    },
    "calendars": {
        "office": {"days": "mon-fri", "hours": "09:00-17:00", "timezone": "America/Los_Angeles",
                   "holidays": ["2026-11-26", "2026-12-25"]},
        "evening": {"days": "mon-sun", "hours": ["00:00-09:00", "17:00-24:00"], "timezone": "America/Los_Angeles"},
        "weekend": {"days": "sat-sun", "hours": "00:00-24:00", "timezone": "America/Los_Angeles"},
        "feast": {"days": "mon-sun", "hours": "00:00-24:00", "timezone": "America/Los_Angeles", "holidays": "2026-12-25"},
    },
}  # fmt: skip


def level(to: Any, ack: str = "15m", **more: Any) -> dict[str, Any]:
    return {"to": to, "ack_within": ack} | more


def library(path: dict[str, Any] | None = None, **registers: Any) -> Library:
    whole = PEOPLE | registers
    if path is not None:
        whole = whole | {"escalation_paths": {"up": {"title": "Up", "on_exhausted": "director"} | path}}
    return build({"sops/registers.yaml": yaml.safe_dump(whole, sort_keys=False)}, TODAY)


def timeline(path: dict[str, Any], at: str) -> tuple[escalation.Timeline, Any]:
    from datetime import datetime

    whole = library(path)
    hours = calendars(whole).default
    return escalation.timeline(whole.paths["up"], whole, hours.moment(datetime.fromisoformat(at))), hours


# When


def test_levels_are_told_at_the_sum_of_the_times_before_them() -> None:
    levels = [level("agent"), level("lead"), level("director", "30m"), level("counsel", "60m")]
    for repeat, exhausted in ((0, 120), (2, 360)):
        whole = library({"levels": levels, "repeat": repeat})
        path = whole.paths["up"]
        assert escalation.offsets(path, whole) == [0, 15, 30, 60, 120]
        assert escalation.exhaustion(path, whole) == exhausted


def test_a_timeline_runs_through_every_pass() -> None:
    line, _ = timeline({"levels": [level("agent"), level("lead", "45m")], "repeat": 1}, "2026-11-23 10:00")
    assert [rung.told - line.start for rung in line.rungs] == [0, 15, 60, 75]
    assert [(rung.turn, rung.level) for rung in line.rungs] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert line.exhausted - line.start == 120


def test_on_a_business_clock_a_level_waits_for_the_opening() -> None:
    levels = [level("agent", "4h"), level("lead", "1bd")]
    line, hours = timeline({"clock": "business", "levels": levels, "answer_within": "1d"}, "2026-11-25 15:00")
    assert f"{hours.local(line.rungs[1].told):%a %H:%M}" == "Fri 11:00"  # over Thanksgiving
    assert f"{hours.local(line.exhausted):%a %H:%M}" == "Mon 11:00"
    assert line.answer_by is not None
    assert f"{hours.local(line.answer_by):%a %H:%M}" == "Fri 15:00"


def test_who_is_not_there_is_told_with_the_moment_of_their_return() -> None:
    line, hours = timeline({"levels": [level(["agent", "director"])]}, "2026-11-26 10:00")
    agent, director = line.rungs[0].people
    assert not agent.there
    assert agent.back is not None
    assert f"{hours.local(agent.back):%a %H:%M}" == "Fri 09:00"
    assert director.there
    assert director.back is None


@settings(deadline=None, max_examples=30)
@given(
    waits=st.lists(st.integers(1, 600), min_size=1, max_size=4),
    repeat=st.integers(0, 2),
    business=st.booleans(),
    start=st.integers(0, 9 * 1440),
)
def test_a_simulation_tells_the_same_people_at_the_same_minutes(
    waits: list[int], repeat: int, business: bool, start: int
) -> None:
    clock = "business" if business else "calendar"
    whole = library(
        {"clock": clock, "repeat": repeat, "levels": [level("agent", f"{each}m") for each in waits]}
    )
    hours = calendars(whole).default
    moment = 29_926_560 + start  # from a Tuesday before Thanksgiving on
    line = escalation.timeline(whole.paths["up"], whole, moment)
    told, now = [], moment
    for turn in range(repeat + 1):
        for number, wait in enumerate(waits):
            told.append((turn + 1, number + 1, now))
            while wait:
                wait -= not business or hours.is_open(now)
                now += 1
    assert [(rung.turn, rung.level, rung.told) for rung in line.rungs] == told
    assert line.exhausted == now


# Who may, and who stands above whom


@pytest.mark.parametrize(
    ("who", "authority", "may"),
    [
        ("director", "stop", True),
        ("lead", "stop", False),
        ("board", "stop", True),  # as its lead
        ("cases", "stop", False),
        ("rota", "stop", True),  # all of its roles
        ("rota", "pay", False),
        ("mixed", "stop", False),
        ("nobody", "stop", None),
    ],
)
def test_a_team_may_what_its_lead_may_and_a_schedule_what_all_may(
    who: str, authority: str, may: bool | None
) -> None:
    assert people.has_authority(library(), who, authority) is may


@pytest.mark.parametrize(
    ("one", "other", "above"),
    [
        ("lead", "agent", True),
        ("director", "agent", True),  # at any remove
        ("agent", "lead", False),
        ("agent", "agent", False),
        ("counsel", "lead", False),
        ("cases", "agent", True),  # a team stands where its lead stands
        ("board", "cases", True),
        ("mixed", "agent", False),  # a schedule stands no higher than the lowest of its roles
        ("director", "mixed", True),
        ("lead", "mixed", True),
        ("rota", "agent", False),
    ],
)
def test_rank_follows_reports_to(one: str, other: str, above: bool) -> None:
    assert people.stands_above(library(), one, other) is above


def test_a_circle_of_superiors_ends() -> None:
    roles = {"a": {"title": "A", "reports_to": "b"}, "b": {"title": "B", "reports_to": "a"}}
    assert set(people.superiors(library(roles=roles, teams={}, schedules={}), "a")) == {"a", "b"}


# What the rules say


def found(code: str, path: dict[str, Any], **people: Any) -> list[tuple[Any, str]]:
    check = RULE[code].check_library
    assert check
    return [(finding.at[2:], finding.message) for finding in check(library(path, **people))]


def test_a_path_without_levels_or_end_is_found() -> None:
    assert [at for at, _ in found("SOP401", {})] == [("levels",)]
    assert [at for at, _ in found("SOP402", {"on_exhausted": ""})] == []  # it was written, and wrongly
    assert found("SOP401", {"levels": [level("agent")]}) == []


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("agent", "agent", 1),
        (["agent", "lead"], "lead", 1),
        ("agent", ["agent", "lead"], 0),
        ("agent", "lead", 0),
    ],
)
def test_a_level_repeats_where_it_tells_nobody_new(first: Any, second: Any, count: int) -> None:
    assert len(found("SOP403", {"levels": [level(first), level(second)]})) == count


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("agent", "lead", 0),
        ("lead", "agent", 1),
        ("lead", ["counsel", "night"], 1),
        ("lead", ["counsel", "director"], 0),
        ("agent", "agent", 0),  # SOP403 says it
        ("agent", "nobody", 0),  # SOP303 says it
    ],
)
def test_a_level_of_a_hierarchical_path_is_senior(first: Any, second: Any, count: int) -> None:
    levels = [level(first), level(second)]
    assert len(found("SOP404", {"kind": "hierarchical", "levels": levels})) == count
    assert found("SOP404", {"kind": "functional", "levels": levels}) == []


@pytest.mark.parametrize(
    ("kind", "id", "entry"),
    [
        ("roles", "agent", {"title": "Agent", "reports_to": "laed"}),
        ("roles", "lead", {"title": "Lead", "reports_to": "dircetor"}),
        ("roles", "agent", {"title": "Agent", "reports_to": "No Such"}),
        ("teams", "board", {"title": "Board", "lead": "dircetor"}),
        ("schedules", "rota", {"title": "Rota", "roles": ["director", "cuonsel"]}),
    ],
)
def test_who_is_senior_is_not_judged_where_a_name_on_the_way_up_is_misspelt(
    kind: str, id: str, entry: dict[str, Any]
) -> None:
    registers = {kind: PEOPLE[kind] | {id: entry}}
    top = id if kind != "roles" else "director"
    path = {"kind": "hierarchical", "levels": [level("agent"), level(top)]}
    assert found("SOP404", path, **registers) == []


@pytest.mark.parametrize(
    ("to", "available"), [("agnet", "office"), (["director", "agnet"], "office"), ("director", "No Such")]
)
def test_whose_name_or_hours_are_misspelt_is_not_called_absent(to: Any, available: str) -> None:
    roles = PEOPLE["roles"] | {"director": {"title": "Director", "available": available}}
    assert found("SOP405", {"levels": [level(to)]}, roles=roles) == []


@pytest.mark.parametrize(
    ("to", "hour"),
    [
        ("agent", "from Friday 17:00 to Monday 09:00 (America/Los_Angeles)"),
        ("director", None),
        ("rota", None),  # its own hours count, not those of its roles
        ("mixed", "from Friday 17:00 to Monday 09:00 (America/Los_Angeles)"),
        ("evening", "from Saturday 09:00 to 17:00 (America/Los_Angeles)"),
        (["agent", "director"], None),
        (["evening", "agent"], "from Saturday 09:00 to 17:00 (America/Los_Angeles)"),
    ],
)
def test_a_level_on_a_calendar_clock_is_staffed_at_every_hour(to: Any, hour: str | None) -> None:
    said = found("SOP405", {"levels": [level(to)]})
    assert len(said) == (hour is not None)
    assert hour is None or said[0][1].endswith(f"has nobody there {hour}")
    assert found("SOP405", {"clock": "business", "levels": [level(to)]}) == []


def test_one_holiday_alone_is_named_by_its_date() -> None:
    roles = PEOPLE["roles"] | {"agent": {"title": "Agent", "calendar": "feast"}}
    ((_, message),) = found("SOP405", {"levels": [level("agent")]}, roles=roles)
    assert "from Friday 25 December 2026 00:00 to Saturday 26 December 2026 00:00" in message


MONDAYS = ["2027-01-18", "2027-02-15", "2028-01-17", "2028-02-21"]
FRIDAYS = ["2026-12-25", "2027-01-01", "2027-11-26", "2027-12-31"]


@pytest.mark.parametrize(
    ("days", "hours", "holidays", "hour"),
    [
        ("mon-fri", "09:00-17:00", MONDAYS, "from Friday 17:00 to Monday 09:00"),
        ("mon-sun", "00:00-24:00", FRIDAYS, "from Friday 25 December 2026 00:00 to Saturday 26 December 2026 00:00"),
    ],
)  # fmt: skip
def test_holidays_on_one_weekday_make_no_habit(days: str, hours: str, holidays: list[str], hour: str) -> None:
    calendar = {"days": days, "hours": hours, "timezone": "America/Los_Angeles", "holidays": holidays}
    roles = PEOPLE["roles"] | {"agent": {"title": "Agent", "calendar": "lean"}}
    calendars = PEOPLE["calendars"] | {"lean": calendar}
    ((_, message),) = found("SOP405", {"levels": [level("agent")]}, roles=roles, calendars=calendars)
    assert message.endswith(f"has nobody there {hour} (America/Los_Angeles)")


def test_whose_hours_nobody_knows_is_unknown() -> None:
    base = {"title": "Examples"}
    ((_, message),) = found("SOP405", {"levels": [level("agent")]}, knowledge_base=base)
    assert message.startswith("unknown: ")


@pytest.mark.parametrize(
    ("promise", "waits", "clock", "late"),
    [
        ("1h", ("30m", "30m"), "calendar", False),
        ("1h", ("30m", "45m"), "calendar", True),
        ("1bd", ("4bh", "4bh"), "business", False),
        ("1bd", ("4bh", "5bh"), "business", True),
        ("8h", ("4h", "1d"), "business", True),  # on this clock, 1d is one day of opening hours
        ("12h", ("4h", "1d"), "business", False),
    ],
)
def test_the_answer_is_promised_no_sooner_than_it_can_come(
    promise: str, waits: tuple[str, str], clock: str, late: bool
) -> None:
    levels = [level("agent", waits[0]), level("director", waits[1])]
    path = {"clock": clock, "needs": "stop", "answer_within": promise, "levels": levels}
    assert [at for at, _ in found("SOP406", path)] == [("answer_within",)] * late


def test_a_late_answer_is_shown_as_a_timeline() -> None:
    levels = [level("agent", "30m"), level("director", "45m")]
    ((_, message),) = found("SOP406", {"needs": "stop", "answer_within": "1h", "levels": levels})
    assert message == (
        "an answer is promised within 1h, but `director`, the first with the authority `stop`, may take until 1h 15m"
        " after the start: `agent` told at once, 30m to acknowledge; `director` told after 30m, 45m to acknowledge"
    )


def test_an_authority_that_no_level_has_is_missing() -> None:
    assert [at for at, _ in found("SOP407", {"needs": "pay", "levels": [level("rota"), level("lead")]})] == [
        ("needs",)
    ]
    assert found("SOP407", {"needs": "stop", "levels": [level("rota")]}) == []
    assert found("SOP407", {"needs": "pay", "levels": [level("nobody")]}) == []  # SOP303 says it


# The command


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    levels = [level("agent", "30m", via=["page"]), level(["director", "lead"], "1h")]
    path = {
        "title": "Up",
        "needs": "stop",
        "answer_within": "2h",
        "levels": levels,
        "on_exhausted": "counsel",
    }
    (tmp_path / "sops").mkdir()
    text = yaml.safe_dump(PEOPLE | {"escalation_paths": {"up": path}}, sort_keys=False)
    (tmp_path / "sops" / "registers.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("base")
def test_a_time_on_the_next_day_is_said_as_all_times_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("up", "2026-11-26 23:45") == 0
    first = "Thursday 26 November 2026 23:45  level 1 is told by page"
    assert f"{first}, to acknowledge until Friday 27 November 2026 00:15\n" in capsys.readouterr().out


@pytest.mark.usefixtures("base")
def test_the_command_tells_who_is_told_when(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("up", "2026-11-26 22:00") == 0
    assert capsys.readouterr().out == (
        "Up (up)\n"
        "starts Thursday 26 November 2026 22:00, America/Los_Angeles; its clock runs around the clock\n"
        "\n"
        "Thursday 26 November 2026 22:00  level 1 is told by page, to acknowledge until 22:30\n"
        "    Agent (agent) is not there until Friday 27 November 2026 09:00, may not `stop`\n"
        "Thursday 26 November 2026 22:30  level 2 is told, to acknowledge until 23:30\n"
        "    Director (director) is there\n"
        "    Lead (lead) is not there until Friday 27 November 2026 09:00, may not `stop`\n"
        "\n"
        "an answer is promised until Friday 27 November 2026 00:00, by somebody with the authority `stop`\n"
        "if nobody has answered by Thursday 26 November 2026 23:30, Counsel (counsel) decides,"
        " who is not there until Friday 27 November 2026 09:00\n"
    )


@pytest.mark.usefixtures("base")
def test_the_command_writes_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("up", "2026-11-26 22:00", TimelineFormat["json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["told"] for each in said["levels"]] == ["2026-11-26T22:00-08:00", "2026-11-26T22:30-08:00"]
    assert said["levels"][0]["people"][0]["back"] == "2026-11-27T09:00-08:00"
    assert said["on_exhausted"]["id"] == "counsel"
    assert said["doubts"] == []


@pytest.mark.usefixtures("base")
def test_the_command_says_that_no_holidays_are_known_so_late(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("up", "2029-07-04 10:00") == 0
    assert capsys.readouterr().out.endswith(
        "mind: no holiday of `office` is known after Friday 25 December 2026\n"
    )
    command("up", "2029-07-04 10:00", TimelineFormat["json"])
    assert json.loads(capsys.readouterr().out)["doubts"]


@pytest.mark.usefixtures("base")
def test_a_path_or_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(FileTrouble, match=r"no escalation path is called `upp` \(did you mean `up`\?\)"):
        command("upp", "2026-11-26 22:00")
    with pytest.raises(FileTrouble, match="is no time"):
        command("up", "tonight")


def test_rules_about_what_is_there_judge_while_another_file_cannot_be_read() -> None:
    assert {
        code for code, rule in RULE.items() if code[:4] == "SOP4" and rule.absence and not rule.by_registers
    } == set()
