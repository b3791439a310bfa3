"""Scenarios: what passes, what fails and how it is told; coverage, proposals, and the commands."""

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sopctl import files
from sopctl.analysis import coverage, lasting, way_words
from sopctl.analysis.coverage import Count
from sopctl.analysis.propose import proposals
from sopctl.analysis.trials import Trial, notices, trials, unread
from sopctl.cli.test_ import missing, run_scenarios
from sopctl.cli.walk import walk
from sopctl.diagnostic import Diagnostic
from sopctl.files import FileTrouble
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.render import Links, load
from sopctl.render import sop as page_of
from sopctl.rules import RULES, USUAL

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
BY_CODE = {rule.code: rule for rule in RULES}

SOP = """\
id: TS-APP-001
title: Appeal
version: 1.2.0
status: effective
owner: lead
purpose: Look once more.
scope: Appeals.
trigger: An appeal has come.
facts:
  age: {ask: How old is the notice?, type: integer, min: 0, unit: days}
steps:
  - id: window
    title: Check the window
    role: agent
    within: 1bd
    decide:
      - when: {age: "<= 90"}
        then: weigh
      - when: {age: "> 90", excused: no}
        then: late
        because: The window is 90 days.
      - otherwise: weigh
  - id: weigh
    title: Weigh the case
    role: lead
    within: 2d
    notice: received
    ask: Would you decide the same today?
    answers: {same: upheld, other: undo, unclear: counsel}
  - id: counsel
    title: Hear counsel
    escalate: legal
    within: 1d
    at_most: 1
    after_that: upheld
    next: weigh
  - id: undo
    title: Undo it
    call: TS-REA-001
    on: {restored: overturned, otherwise: upheld}
outcomes:
  upheld: {title: Upheld, adverse: true, notice: answer, appeal: The court.}
  overturned: {title: Overturned, notice: answer}
  late: {title: Too late}
scenarios:
  - title: In time and upheld
    given: {age: 90}
    answers: {weigh: same}
    expect: {outcome: upheld, notice: answer, visits: weigh, avoids: [counsel, undo], within: 6d}
  - title: Undone
    given: {age: 91, excused: yes, paid: no}
    answers: {weigh: [unclear, other]}
    expect: {outcome: overturned, escalates: legal, facts: {paid: yes}, visits: TS-REA-001#lift}
change_history:
  - {version: 1.2.0, on: 2026-01-05, author: lead, summary: First}
"""
CALLED = """\
id: TS-REA-001
title: Reactivation
version: 2.0.0
status: effective
owner: lead
purpose: Give it back.
scope: Accounts.
trigger: A decision falls.
steps:
  - id: lift
    title: Lift the block
    role: agent
    within: 4h
    decide:
      - when: {paid: no}
        set: {paid: yes}
        then: restored
      - when: {paid: yes}
        then: restored
outcomes:
  restored: {title: Restored, notice: back}
  refused: {title: Refused}
change_history:
  - {version: 2.0.0, on: 2026-01-05, author: lead, summary: First}
"""
REGISTER = """\
knowledge_base: {title: Handbook, default_calendar: office}
calendars: {office: {days: mon-fri, hours: "09:00-17:00", timezone: UTC}}
roles:
  agent: {title: Agent}
  lead: {title: Lead}
escalation_paths:
  legal: {title: Legal view, answer_within: 1d, levels: [{to: lead, ack_within: 2h}], on_exhausted: lead}
facts:
  excused: {ask: Is it excused?, type: yes-no}
  paid: {ask: Is it paid?, type: yes-no}
notices:
  received: {title: Received, channels: [email], body: Thanks.}
  answer: {title: Answer, channels: [email], body: Our answer.}
  back: {title: Back, channels: [email], body: Welcome back.}
"""
LATE = "  - title: Late\n    given: {age: 91, excused: no}\n    expect: "


def library(scenario: str = "", sop: str = SOP, **more: str) -> Library:
    texts = {
        "sops/zz.yaml": REGISTER,
        "sops/TS-APP-001.yaml": added(sop, scenario),
        "sops/TS-REA-001.yaml": CALLED,
    }
    return build({**texts, **more}, TODAY)


def added(sop: str, scenario: str) -> str:
    return sop.replace("change_history:", scenario + "change_history:")


def last(scenario: str, sop: str = SOP) -> Trial:
    return [trial for trial in trials(library(scenario, sop)) if trial.sop.id == "TS-APP-001"][-1]


def said(made: Library, code: str = "SOP901") -> list[Diagnostic]:
    return lint(made, [BY_CODE[code]])


# What passes and what fails


def test_scenarios_that_come_out_as_expected_pass() -> None:
    assert [trial.misses for trial in trials(library())] == [(), ()]
    assert said(library()) == []


@pytest.mark.parametrize(
    ("expect", "happened"),
    [
        ("{outcome: upheld}", "it ends as `late`"),
        ("{outcome: uphold}", "it ends as `late`"),
        ("{outcome: TS-REA-001}", "it ends as `late`"),
        ("{facts: {excused: yes}}", "it is `no`"),
        ("{facts: {paid: yes}}", "it is not known"),
        ("{visits: [window, weigh]}", "it does not come there"),
        ("{avoids: '#window'}", "it does"),
        ("{escalates: legal}", "it takes no path"),
        ("{notice: answer}", "it sends no notice"),
        ("{within: 2d}", "begun on "),
    ],
)
def test_each_expectation_can_fail(expect: str, happened: str) -> None:
    trial = last(LATE + expect + "\n")
    [miss] = trial.misses
    assert miss.happened.startswith(happened)


@pytest.mark.parametrize(
    "expect",
    [
        "{outcome: late}",
        "{facts: {age: '91.0', excused: no}}",
        "{visits: TS-APP-001#window}",
        "{within: 3d}",
        "{}",
    ],
)
def test_each_expectation_can_hold(expect: str) -> None:
    assert last(LATE + expect + "\n").misses == ()


def test_an_expected_outcome_that_the_sop_does_not_have_is_named_with_the_nearest() -> None:
    [miss] = last(LATE + "{outcome: uphold}\n").misses
    assert miss.expected == "to end as `uphold`, which is no outcome of TS-APP-001 (did you mean `upheld`?)"


def test_a_promised_time_is_held_against_the_worst_start() -> None:
    [miss] = last(LATE + "{within: 2d}\n").misses
    assert miss.expected == "to last 2 days at the longest"
    assert "it may last until Monday" in miss.happened  # a business day that begins on a Friday


def test_a_way_with_a_step_without_a_time_keeps_no_promise() -> None:
    [miss] = last(LATE + "{within: 9d}\n", SOP.replace("    within: 1bd\n", "")).misses
    assert miss.happened == "nobody can tell how long it lasts: `TS-APP-001#window` has no `within`"


def test_a_case_that_no_row_of_within_takes_keeps_no_promise() -> None:
    rows = SOP.replace("within: 1bd", "within: [{when: {age: '< 90'}, within: 1bd}]")
    late = last(LATE + "{outcome: late, within: 90d}\n", rows)
    assert [miss.happened for miss in late.misses] == [
        "nobody can tell how long it lasts: `TS-APP-001#window` has no `within` for this case"
    ]
    early = last("  - {title: Early, given: {age: 1}, answers: {weigh: same}, expect: {within: 90d}}\n", rows)
    assert early.misses == ()


def test_a_call_that_is_not_walked_takes_its_longest_time() -> None:
    scenario = """\
  - title: Given
    given: {age: 1}
    answers: {weigh: other}
    calls: {undo: restored}
    expect: {outcome: overturned, notice: back, avoids: TS-REA-001#lift}
"""
    trial = last(scenario)
    walked = last(scenario.replace("    calls: {undo: restored}\n", "").replace("age: 1", "age: 1, paid: no"))
    assert trial.misses == ()
    assert (
        lasting.longest(trial.walk, library()).minutes == lasting.longest(walked.walk, library()).minutes > 0
    )


@pytest.mark.parametrize("calls", ["", "    calls: {undo: restored}\n"])
def test_a_call_comes_back_when_its_wait_is_over(calls: str) -> None:
    scenario = "  - title: Late\n    given: {age: 1, paid: no}\n    answers: {weigh: other}\n" + calls
    waits = SOP.replace("    call: TS-REA-001\n", "    call: TS-REA-001\n    wait: 30d\n")
    [miss] = last(scenario + "    expect: {within: 30d}\n", waits).misses
    assert miss.expected == "to last 30 days at the longest"
    assert last(scenario + "    expect: {within: 37d}\n", waits).misses == ()


def test_a_call_that_a_clock_may_end_first_takes_its_time_each_time() -> None:
    inner = """\
id: TS-REA-001
title: Lift
steps: [{id: lift, title: Lift it, role: lead, within: 1bd, next: restored}]
outcomes: {restored: {title: Lifted}, lost: {title: Lost}}
escalations: [{after: 26h, then: lost}]
"""
    outer = """\
id: TS-APP-001
title: Appeal
steps:
  - {id: one, title: Lift it, call: TS-REA-001, on: {restored: two, lost: end}}
  - {id: two, title: Lift it once more, call: TS-REA-001, on: {restored: end, lost: end}}
outcomes: {end: {title: End}}
scenarios:
  - {title: Once, calls: {one: lost}, expect: {outcome: end}}
  - {title: Twice, calls: {one: restored, two: restored}, expect: {outcome: end}}
"""
    made = build({"TS-REA-001.yaml": inner, "TS-APP-001.yaml": outer}, TODAY)
    assert [lasting.longest(each.walk, made).minutes for each in trials(made)] == [26 * 60, 52 * 60]


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("given: {age: 91}", "at `window` the fact `excused` is needed, and is not known"),
        ("given: {age: 1}", "at `weigh` the question has no answer"),
        ("given: {age: 1}, answers: {weigh: other}", "at `TS-REA-001#lift` the fact `paid` is needed"),
    ],
)
def test_a_case_that_comes_to_no_end_fails_and_says_where(scenario: str, message: str) -> None:
    [found] = said(library(f"  - {{title: Stuck, {scenario}, expect: {{outcome: upheld}}}}\n"))
    assert message in found.message
    assert found.span.path == "sops/TS-APP-001.yaml"
    assert found.pointer[-1] == "expect"


@pytest.mark.parametrize("given", ["age: 1", "age: 91, excused: no"])
@pytest.mark.parametrize(
    ("case", "at", "message"),
    [
        ("answers: {weigh: sam}", ("weigh",), "`weigh` has no answer `sam` (did you mean `same`?)"),
        (
            "answers: {weigh: [other, x], undo: y}",
            ("weigh", 1),
            "`weigh` has no answer `x`; there are `other`",
        ),
        ("answers: {'TS-APP-001#weigh': sam}", ("TS-APP-001#weigh",), "has no answer `sam`"),
        (
            "answers: {weigh: other}, calls: {undo: refusd}",
            ("undo",),
            "`undo` has no outcome `refusd` (did you mean `refused`?)",
        ),
    ],
)
def test_what_a_step_cannot_come_to_is_told_wherever_the_case_goes(
    given: str, case: str, at: tuple[object, ...], message: str
) -> None:
    end = "late" if "91" in given else "upheld"
    scenario = f"given: {{{given}}}, {case}, expect: {{outcome: {end}}}"
    for made in (
        library(f"  - {{title: Odd, {scenario}}}\n"),
        build(
            {**_texts(), "sops/c.yaml": f"scenarios: [{{title: O, sop: TS-APP-001, {scenario}}}]\n"}, TODAY
        ),
    ):
        found = [each for each in said(made) if "has no" in each.message]
        assert [each.pointer[3:] for each in found] == [at]
        assert message in found[0].message
        if "[other" not in case or end == "late":
            assert len(said(made)) == 1


def test_a_row_that_is_missing_is_told_as_a_case() -> None:
    [found] = said(library(sop=SOP.replace('"<= 90"', '"<= 60"').replace("      - otherwise: weigh\n", "")))[
        :1
    ]
    assert "at `window` no row takes the case age = 90" in found.message


def test_what_another_rule_says_is_not_said_again() -> None:
    unknown_target = library(sop=SOP.replace("{same: upheld", "{same: upheldd"))
    assert said(unknown_target) == []
    assert said(unknown_target, "SOP203") != []
    assert [trial.failed for trial in trials(unknown_target)] == [True, False]


def test_a_value_that_no_fact_has_is_told_once_where_it_is_expected() -> None:
    [found] = lint(library(LATE + "{facts: {age: many}}\n"), [BY_CODE["SOP504"], BY_CODE["SOP901"]])
    assert found.code == "SOP504"


@pytest.mark.parametrize(
    "expect", ["visits: [zz]", "notice: zz", "escalates: zz", "facts: {zz: yes}", "visits: TS-REA-001#zz"]
)
def test_what_is_expected_of_a_name_that_is_not_there_is_told_once(expect: str) -> None:
    before = {each.message for each in lint(library(), USUAL)}
    case = library(LATE + f"{{outcome: late, {expect}}}\n")
    [found] = [each for each in lint(case, USUAL) if each.message not in before]
    assert found.code in ("SOP302", "SOP304")
    assert [trial.failed for trial in trials(case)] == [False, False, True]
    wrong = library(LATE + f"{{outcome: upheld, {expect}}}\n")
    [failed] = said(wrong)
    assert "zz" not in failed.message


def test_a_scenario_may_give_what_only_a_called_sop_asks() -> None:
    private = CALLED.replace("steps:", "facts: {deep: {ask: Is it deep?, type: yes-no}}\nsteps:").replace(
        "{paid: no}\n", "{paid: no, deep: yes}\n"
    )
    case = "given: {age: 1, paid: no, deep: yes}, answers: {weigh: other}, expect: {outcome: overturned}"
    register = f"scenarios:\n  - {{title: Deep, sop: TS-APP-001, {case}}}\n"
    made = build({**_texts(), "sops/TS-REA-001.yaml": private, "sops/cases.yaml": register}, TODAY)
    found = [
        each.message
        for code in ("SOP304", "SOP901")
        for each in said(made, code)
        if "cases" in each.span.path
    ]
    assert found == []


@pytest.mark.parametrize("slip", ["scope: P: Q", "facts: deep"])
def test_a_scenario_may_give_what_a_sop_that_cannot_be_read_may_ask(slip: str) -> None:
    broken = CALLED.replace("scope: Accounts.", slip)
    case = "scenarios: [{title: T, sop: TS-APP-001, given: {deep: yes}, expect: {outcome: late}}]\n"
    made = build({**_texts(), "sops/TS-REA-001.yaml": broken, "sops/cases.yaml": case}, TODAY)
    assert said(made, "SOP304") == []


def test_a_scenario_in_a_register_is_run_and_found_there() -> None:
    register = (
        "scenarios:\n  - {title: Late, sop: TS-APP-001, given: {excused: no}, expect: {outcome: upheld}}\n"
    )
    [found] = said(build({**_texts(), "sops/cases.yaml": register}, TODAY))
    assert (found.span.path, found.span.line) == ("sops/cases.yaml", 2)
    assert "the fact `age` is needed" in found.message


def test_a_scenario_in_a_register_without_its_sop_is_told() -> None:
    register = (
        "scenarios:\n  - {title: Late, expect: {outcome: nonsense}}\n  - {title: Odd, spo: X-Y, expect: {}}\n"
    )
    made = build({**_texts(), "sops/cases.yaml": register}, TODAY)
    assert [(each.code, each.span.line) for each in lint(made) if each.span.path == "sops/cases.yaml"] == [
        ("SOP003", 2),
        ("SOP004", 3),
    ]
    assert unread(made) == ["sops/cases.yaml"]


def test_a_scenario_in_the_file_of_a_sop_tests_no_other() -> None:
    case = "  - {title: Late, sop: %s, given: {age: 91, excused: no}, expect: {outcome: late}}\n"
    own, other = library(case % "TS-APP-001"), library(case % "TS-REA-001")
    assert (len(trials(own)), unread(own)) == (3, [])
    assert (len(trials(other)), unread(other)) == (2, ["sops/TS-APP-001.yaml"])
    [found] = said(other, "SOP005")
    assert "tests that one, not `TS-REA-001`" in found.message


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("answers: {wiegh: same}", "TS-APP-001 has no step `wiegh` (did you mean `weigh`?)"),
        ("expect: {avoids: '#wiegh'}", "TS-APP-001 has no step `wiegh` (did you mean `weigh`?)"),
        ("answers: {weigh: same, window: yes}", "the step `window` has no `ask`, so this does nothing"),
        ("calls: {'TS-APP-001#weigh': done}", "the step `weigh` has no `call`, so this does nothing"),
    ],
)
def test_a_scenario_in_a_register_names_steps_of_its_sop(case: str, message: str) -> None:
    register = f"scenarios:\n  title: Late\n  sop: TS-APP-001\n  {case}\n"
    assert [each.message for each in said(build({**_texts(), "sops/c.yaml": register}, TODAY), "SOP302")] == [
        message
    ]


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("given: {aeg: 91, excused: no}", "SOP304"),
        ("given: {age: 1}, answers: {wiegh: same}", "SOP302"),
        ("given: {age: 91}", "SOP901"),
    ],
)
def test_what_a_case_lacks_and_says_under_another_name_is_one_finding(case: str, code: str) -> None:
    made = library(f"  - {{title: Odd, {case}, expect: {{visits: window}}}}\n")
    before = {(each.code, each.message) for each in lint(library())}
    assert [each.code for each in lint(made) if (each.code, each.message) not in before] == [code]
    assert "Odd" in [trial.scenario.title for trial in trials(made) if trial.failed]


def test_an_answer_that_nothing_asks_for_is_told() -> None:
    made = library("  - {title: Late, calls: {window: x, undo: y}, answers: {weigh: other}, expect: {}}\n")
    [found] = said(made, "SOP302")
    assert found.message == "the step `window` has no `call`, so this does nothing"


def _texts() -> dict[str, str]:
    return {"sops/zz.yaml": REGISTER, "sops/TS-APP-001.yaml": SOP, "sops/TS-REA-001.yaml": CALLED}


def test_a_scenario_that_cannot_be_read_is_not_passed_over() -> None:
    made = library("  - {title: No expectation}\n", **{"sops/broken.yaml": "id: [\n"})
    assert unread(made) == ["sops/TS-APP-001.yaml", "sops/broken.yaml"]
    assert unread(library()) == []


@pytest.mark.parametrize(
    "case",
    [
        "given: {age: {a: b}, excused: no}",
        "given: {age: [91, {a: b}], excused: no}",
        "given: [91]",
        "given: {age: 1}, answers: {weigh: {a: b}}",
        "given: {age: 1}, answers: {weigh: other}, calls: {undo: {a: b}}",
    ],
)
def test_a_case_with_a_value_that_cannot_be_read_has_one_finding_and_is_not_walked(case: str) -> None:
    made = library(f"  - {{title: Odd, {case}, expect: {{outcome: late}}}}\n")
    before = {(each.code, each.message) for each in lint(library(), USUAL)}
    fresh = {(each.code, each.message) for each in lint(made, USUAL)} - before
    assert [code for code, _ in fresh] == ["SOP005"]
    assert "Odd" not in [trial.scenario.title for trial in trials(made)]
    assert unread(made) == ["sops/TS-APP-001.yaml"]
    assert "UNKNOWN" not in page_of(made.sops[0], Links(made), load())


def test_a_failing_scenario_is_told_step_by_step(golden: Callable[[str, str], None]) -> None:
    scenario = """\
  - title: Counsel is heard, and the decision stands
    given: {age: 120, excused: yes, paid: no}
    answers: {weigh: [unclear, unclear]}
    expect: {outcome: overturned, escalates: legal, visits: undo}
  - title: Undone at once
    given: {age: 3, paid: no}
    answers: {weigh: other}
    expect: {outcome: upheld}
"""
    found = said(library(scenario))
    golden("scenario-fails.txt", "\n\n".join(each.message for each in found) + "\n")


def test_a_long_way_is_cut_in_its_message_but_not_in_the_test() -> None:
    steps = "".join(f"  - {{id: s{i}, title: Do {i}, role: lead}}\n" for i in range(40))
    long = SOP.replace("steps:\n", f"steps:\n{steps}")
    [found, *_] = said(library("", long.replace("outcome: upheld", "outcome: late")))
    assert "`s7` → … 26 steps … → " in found.message


# Coverage


@pytest.mark.parametrize(
    ("taken", "all", "percent"),
    [(9999, 10000, 99), (10000, 10000, 100), (1, 200, 0), (0, 0, 100), (2, 3, 66)],
)
def test_coverage_is_never_rounded_up(taken: int, all: int, percent: int) -> None:
    assert Count(taken, all).percent == percent


def test_coverage_counts_steps_rows_answers_and_outcomes() -> None:
    made = library()
    sop = made.sop("TS-APP-001")
    assert sop is not None
    assert coverage.counts([sop], made) == {
        "step": Count(4, 4), "row": Count(2, 3), "answer": Count(3, 3), "outcome": Count(3, 5),
    }  # fmt: skip
    assert [branch.words(sop) for branch in coverage.untested(sop, made)] == [
        "takes row 2 of `window`", "comes back as `otherwise` at `undo`", "ends as `late`",
    ]  # fmt: skip


def test_a_called_sop_is_covered_by_the_scenarios_that_walk_it() -> None:
    made = library()
    sop = made.sop("TS-REA-001")
    assert sop is not None
    assert coverage.counts([sop], made)["row"] == Count(1, 2)


def test_the_note_on_untested_branches_is_only_given_when_asked_for() -> None:
    assert BY_CODE["SOP902"] not in USUAL
    assert not [each for each in lint(library()) if each.code == "SOP902"]
    assert {each.message for each in said(library(), "SOP902")} >= {"no scenario takes row 2 of `window`"}


def test_nothing_is_left_once_every_proposal_is_pasted() -> None:
    made = library()
    sop = made.sop("TS-APP-001")
    assert sop is not None
    text = missing(sop, made)
    assert text.startswith("scenarios:\n")
    assert "# today it ends as late" in text
    again = library(text.removeprefix("scenarios:\n"))
    assert coverage.untested(again.sop("TS-APP-001"), again) == []  # type: ignore[arg-type]
    failing = [trial for trial in trials(again) if trial.failed]
    assert {miss.expected.split(",")[0] for trial in failing for miss in trial.misses} == {"to end as `TODO`"}
    assert len(failing) == text.count("TODO")


def test_a_proposal_goes_to_the_boundary_and_names_every_fact_of_the_way() -> None:
    made = library()
    [late, *_] = proposals(made.sop("TS-APP-001"), made)[0]  # type: ignore[arg-type]
    assert late.given == {"age": ("91",), "excused": ("no",)}


def test_what_no_case_can_come_to_is_said() -> None:
    never = SOP.replace('{age: "> 90", excused: no}', '{age: "> 90", excused: no}\n        then: late\n      - when: {age: "-3..-1"}')  # fmt: skip
    made = library(
        sop=never.replace("type: integer, min: 0", "type: integer, min: -3").replace('"<= 90"', '"-3..90"')
    )
    assert "# no case was found that takes row 3 of window" in missing(made.sop("TS-APP-001"), made)  # type: ignore[arg-type]


# The sample handbook


@pytest.fixture(scope="module")
def handbook() -> Library:
    return build(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))


def test_every_scenario_of_the_handbook_passes(handbook: Library) -> None:
    failing = [trial for trial in trials(handbook) if trial.failed]
    assert [f"{trial.sop.id}: {trial.scenario.title}: {trial.misses}" for trial in failing] == []
    assert len(trials(handbook)) >= 3 * len(handbook.sops)
    assert unread(handbook) == []


def test_every_proposal_for_the_handbook_goes_where_it_says(handbook: Library) -> None:
    found = 0
    for sop in handbook.sops:
        made, lost = proposals(sop, handbook)
        goals = {branch.at for branch in coverage.untested(sop, handbook)}
        gone = coverage.taken_by([each.today for each in made], handbook)[sop.id]
        assert goals - gone == {branch.at for branch in lost}
        found += len(made)
    assert found == 0 or all(each.today.end.ended for each in made)


# The commands


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The knowledge base of this file on the disk, and the current folder."""
    for path, text in _texts().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fail(base: Path) -> None:
    (base / "sops/TS-APP-001.yaml").write_text(added(SOP, LATE + "{outcome: upheld}\n"), encoding="utf-8")


def test_the_command_says_a_line_for_each_scenario(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_scenarios(today="2026-11-21") == 0
    assert capsys.readouterr().out == (
        "ok    TS-APP-001  In time and upheld\nok    TS-APP-001  Undone\n2 scenarios: all pass\n"
    )


def test_a_failing_scenario_ends_with_1_and_its_way(
    base: Path, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]
) -> None:
    fail(base)
    assert run_scenarios(today="2026-11-21", coverage=True) == 1
    golden("test-command.txt", capsys.readouterr().out)


def test_where_many_pass_only_those_that_fail_are_listed(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sopctl.report._trials._MOST", 1)
    assert run_scenarios(today="2026-11-21") == 0
    assert capsys.readouterr().out == "2 scenarios: all pass\n"
    fail(base)
    assert run_scenarios(today="2026-11-21") == 1
    told = capsys.readouterr().out
    assert told.startswith("FAIL  TS-APP-001  Late\n")
    assert told.endswith("1 of 3 scenarios fails\n")


def test_words_choose_scenarios(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_scenarios(words="ts-app UNDONE") == 0
    assert capsys.readouterr().out.splitlines()[0] == "ok    TS-APP-001  Undone"
    with pytest.raises(FileTrouble, match="no scenario has `nothing of it`"):
        run_scenarios(words="nothing of it")


def test_paths_choose_scenarios(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fail(base)
    assert run_scenarios(paths=["sops/TS-REA-001.yaml"]) == 0
    assert capsys.readouterr().out == "no scenarios\n"


def test_a_file_that_cannot_be_read_fails_the_test(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "sops/broken.yaml").write_text("id: [\n", encoding="utf-8")
    assert run_scenarios() == 1
    assert "sops/broken.yaml: not every scenario could be read" in capsys.readouterr().err


def test_results_are_written_as_json_and_junit(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sopctl.cli.test_ import TestFormat

    fail(base)
    assert run_scenarios(junit="out.xml", coverage=True, format=TestFormat["json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["summary"] == {"scenarios": 3, "failed": 1}
    assert data["scenarios"][2]["way"] == [
        {"step": "window", "why": "row 2: age = 91, excused = no", "to": "late"}
    ]
    assert data["coverage"]["sops"]["TS-APP-001"]["row"] == {"taken": 3, "all": 3, "percent": 100}
    root = ElementTree.parse(base / "out.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    [failure] = root.iter("failure")
    assert failure.get("message") == "expected to end as `upheld`, but it ends as `late`"


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_walk_leads_through_a_sop_and_ends_with_a_trail(
    base: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    golden: Callable[[str, str], None],
) -> None:
    typed(monkeypatch, "-1", "many", "91", "b", "120", "yes", "3", "", "9", "OTHER", "2")
    assert walk("ts-app-001", today="2026-11-21") == 0
    golden("walk.txt", capsys.readouterr().out)


@pytest.mark.parametrize("last", ["q", None])
def test_who_stops_halfway_keeps_the_trail_so_far(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, last: str | None
) -> None:
    typed(monkeypatch, "3", *([last] if last else []))
    assert walk("TS-APP-001", today="2026-11-21") == 0
    tail = capsys.readouterr().out.partition("stopped\n\n")[2]
    assert tail.splitlines()[2:] == [
        "  1. window: row 1: age = 3",
        "  2. weigh",
        "not finished",
    ]


@pytest.mark.parametrize("last", ["q", None])
def test_who_stops_before_a_step_is_done_is_not_finished_though_nothing_more_is_asked(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, last: str | None
) -> None:
    """What would come of it is known, but nobody has done it."""
    text = SOP.replace("next: weigh", "next: upheld")
    (base / "sops/TS-APP-001.yaml").write_text(text, encoding="utf-8")
    typed(monkeypatch, "3", "unclear", *([last] if last else []))
    assert walk("TS-APP-001", today="2026-11-21") == 0
    tail = capsys.readouterr().out.partition("stopped\n\n")[2]
    assert tail.splitlines()[2:] == [
        "  1. window: row 1: age = 3",
        "  2. weigh: answer `unclear`",
        "  3. counsel: up the path `legal`",
        "not finished",
        "notices: received",
    ]


def test_the_arrow_behind_a_step_that_is_full_leads_where_the_case_goes(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "3", "unclear", "", "unclear", "q")
    assert walk("TS-APP-001", today="2026-11-21") == 0
    out = capsys.readouterr().out
    assert "   `counsel` was entered as often as it may be\n   → ▲ Upheld\n" in out
    assert out.count("→ 3 Hear counsel") == 1


def test_going_back_before_the_first_answer_stays_there(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "b", "3", "b", "4", "same")
    assert walk("TS-APP-001", today="2026-11-21") == 0
    out = capsys.readouterr().out
    assert "this is the first question" in out
    assert "  1. window: row 1: age = 4\n" in out
    assert "outcome: upheld (Upheld)\n" in out


def test_a_sop_that_gets_stuck_ends_with_1(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (base / "sops/TS-APP-001.yaml").write_text(
        SOP.replace("      - otherwise: weigh\n", ""), encoding="utf-8"
    )
    typed(monkeypatch, "91", "yes")
    assert walk("TS-APP-001", today="2026-11-21") == 1
    assert "no outcome: at `window` no row takes the case age = 91, excused = yes" in capsys.readouterr().out


def test_the_notices_of_steps_come_before_those_of_outcomes() -> None:
    made = library()
    undone = trials(made)[1]
    assert notices(undone.walk, made) == ["received", "back", "answer"]
    assert way_words.in_a_line(undone.walk, made).endswith("→ `overturned`")
