"""What a change means and for whom: versions, reach, consequences, and how they are shown."""

import json
import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from gitted import Repo
from test_diff import HANDBOOK, SOPS, TEXTS, TODAY, with_texts

from sopctl.cli import run
from sopctl.diff.cases import CaseChanges
from sopctl.files import FileTrouble
from sopctl.library import Library, build
from sopctl.review import Review, review
from sopctl.review.report import FORMATS, MOST, report
from sopctl.review.versions import made, raised
from sopctl.rules import RULES

NAMES = ("main", "branch")
APPEAL = SOPS["TS-APP-002"]
FEW = [rule for rule in RULES if rule.code in ("SOP301", "SOP107")]


def edited(*edits: tuple[str, str], path: str = APPEAL) -> Library:
    text = TEXTS[path]
    for before, after in edits:
        assert before in text, before
        text = text.replace(before, after, 1)
    return with_texts({path: text})


@lru_cache
def reviewed(*edits: tuple[str, str], path: str = APPEAL) -> Review:
    return review(HANDBOOK, edited(*edits, path=path), NAMES, FEW)


LATER = ("within: 3bh", "within: 5bh")
CLEARER = ("Read the evidence before you read", "Look at the evidence before you read")
MAJOR = ("version: 2.1.0", "version: 3.0.0")
ENTRY = (
    "change_history:\n",
    "change_history:\n  - {version: 3.0.0, on: 2026-11-20, author: appeals-lead, summary: More time}\n",
)

# Versions


def test_a_change_of_time_without_a_step_of_the_version_is_a_fault_at_the_version() -> None:
    [fault] = reviewed(LATER).faults
    assert (fault.span.path, fault.pointer) == (APPEAL, ("version",))
    assert "asks for a major step" in fault.message
    assert "`version: 3.0.0`" in fault.help


def test_a_step_that_is_too_small_is_a_fault() -> None:
    minor, entry = ("version: 2.1.0", "version: 2.2.0"), (ENTRY[0], ENTRY[1].replace("3.0.0", "2.2.0"))
    [fault] = reviewed(LATER, minor, entry).faults
    assert "a minor step was made, to 2.2.0" in fault.message


def test_a_version_without_its_entry_in_the_history_is_a_fault() -> None:
    found = reviewed(LATER, MAJOR)
    assert [fault.pointer for fault in found.faults] == [("change_history",)]
    assert found.verdict.line.endswith("; the history of TS-APP-002 has no entry for version 3.0.0.")
    assert "does not say so" in reviewed(LATER, ("version: 2.1.0", "version: 2.2.0")).verdict.line


def test_a_large_enough_step_with_its_entry_is_none() -> None:
    found = reviewed(LATER, MAJOR, ENTRY)
    assert found.faults == ()
    [version] = found.versions
    assert (version.needed, version.made, version.least) == ("major", "major", "3.0.0")


def test_a_version_that_goes_back_is_a_fault() -> None:
    [fault] = reviewed(CLEARER, ("version: 2.1.0", "version: 2.0.9")).faults
    assert "goes back" in fault.message


def test_what_tells_of_the_version_itself_asks_for_none() -> None:
    found = reviewed(("review_by: 2027-02-17", "review_by: 2027-03-17"))
    assert len(found.changes) == 1
    assert (found.versions, found.faults) == ((), ())


def test_a_draft_may_change_as_it_likes() -> None:
    draft = edited(("status: effective", "status: draft"))
    path = draft.path_of(draft.sop("TS-APP-002"))  # type: ignore[arg-type]
    text = draft.by_path[path].document.text
    later = with_texts({path: text.replace("within: 3bh", "within: 5bh")})
    assert review(draft, later, NAMES, FEW).faults == ()


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.2.3", "1.2.3", "none"),
        ("1.2.3", "1.2.4", "patch"),
        ("1.2.3", "1.3.0", "minor"),
        ("1.9.3", "1.10.0", "minor"),
        ("1.2.3", "2.0.0", "major"),
        ("2.0.0", "1.9.9", "back"),
    ],
)
def test_steps_are_told_by_numbers(old: str, new: str, step: str) -> None:
    assert made(old, new) == step
    if step in ("patch", "minor", "major"):
        assert raised(old, step) == new


# Cases

INTAKE = SOPS["TS-APP-001"]
EARLY = """\
      - when: {appeal-age: "<= 30"}
        then: check-category
        because: Every driver has 30 days.
        implements: us-mn.appeal-window
"""
LAST = """\
      - when: {appeal-age: "> 90"}
        then: weigh-lateness
"""


def test_rows_in_another_order_decide_nothing_and_are_said_to() -> None:
    found = reviewed((EARLY + "      - when", "      - when"), (LAST, LAST + EARLY), path=INTAKE)
    assert found.cases.changes == ()
    assert found.cases.same == ("TS-APP-001",)
    assert {(c.kind.value, c.weight.value) for c in found.changes} == {("moved", "clarified")}
    assert [v.needed for v in found.versions] == ["minor"]
    assert "steps, rows or facts are written otherwise, and every case ends as before" in report(
        "text", found
    )


def test_a_row_written_otherwise_for_the_same_cases_is_clarified() -> None:
    found = reviewed(('{appeal-age: "<= 30"}', '{appeal-age: "< 31"}'), path=INTAKE)
    assert [c.weight.value for c in found.changes] == ["clarified"]


def test_values_of_a_fact_in_another_order_mean_nothing() -> None:
    texts = {"sops/SU-REF-001.yaml": REFUND.replace(TELL, MOODS), "sops/shared.yaml": SHARED}
    turned = {**texts, "sops/shared.yaml": SHARED.replace("[good, bad]", "[bad, good]")}
    found = review(build(texts, TODAY), build(turned, TODAY), NAMES, FEW)
    assert (found.changes, found.cases) == ((), CaseChanges())


def test_what_a_case_leaves_in_a_shared_fact_is_not_said_to_be_as_before() -> None:
    sets = MOODS.replace("then: told}", "then: told, set: {mood: bad}}")
    one, other = (
        build({"sops/SU-REF-001.yaml": REFUND.replace(TELL, text), "sops/shared.yaml": SHARED}, TODAY)
        for text in (MOODS, sets)
    )
    found = review(one, other, NAMES, FEW)
    assert [each.weight.value for each in found.changes] == ["decision"]
    assert (found.cases.same, found.cases.unknown) == ((), ())
    [left] = found.cases.changes
    assert (left.kind, left.before_ends, left.after_ends) == ("left", ("mood",), ("mood=bad",))
    assert left.message == (
        "cases with mood = good end as before, and now leave mood as bad; they left mood as it was"
    )


def test_a_threshold_that_moves_tells_which_cases_end_otherwise() -> None:
    found = reviewed(('"<= 30"', '"<= 45"'), ('"31..90"', '"46..90"'), ('"31..90"', '"46..90"'), path=INTAKE)
    assert {c.weight.value for c in found.changes} == {"decision"}
    assert {c.sop for c in found.cases.changes} == {"TS-APP-001"}
    for format in ("text", "markdown", "html"):
        assert "appeal age = 31 to 45" in report(format, found)
    said = json.loads(report("json", found))["cases"]
    assert said["changes"][0]["before_ends"] == ["TS-APP-001:rejected-late"]
    assert said["changes"][0]["after_ends"] == ["TS-APP-002"]


def test_a_step_that_leads_elsewhere_decides_while_nobody_knows_the_cases() -> None:
    found = reviewed(("    next: propose\n", "    next: legal-view\n"))
    [change] = found.changes
    assert (change.pointer, change.weight.value) == (("steps", "reconsider", "next"), "decision")
    assert "TS-APP-002" in [each.sop for each in found.cases.unknown]
    assert "TS-APP-002: unknown, too many cases" in report("markdown", found)


def test_sops_that_hand_cases_on_to_one_whose_cases_go_apart_are_named_once() -> None:
    found = reviewed(("gap: ask-driver}", "gap: ask-driver, hopeless: legal-view}"))
    assert not found.cases.unknown
    line = "cases that are handed on to TS-APP-002 end as those that start there"
    assert f"TS-APP-001 {line}" in report("text", found)
    assert f"TS-APP-001: {line}" in report("markdown", found)
    assert f'<span class="id">TS-APP-001</span>{line}' in report("html", found)
    said = json.loads(report("json", found))["cases"]
    assert said["handed"] == [{"sops": ["TS-APP-001"], "to": ["TS-APP-002"]}]


SMALL = """\
id: TS-SML-001
title: Small
version: 1.0.0
status: approved
owner: lead
effective_on: 2026-01-01
review_by: 2027-01-01
approvals: [{role: lead, meaning: approval, on: 2025-12-01}]
purpose: Try.
scope: All.
trigger: Somebody asks.
steps:
  - {id: look, title: Look, role: lead, ask: Is it so?, answers: {yes: tell, no: done}}
  - {id: tell, title: Tell, role: lead, next: told}
  - {id: wait, title: Wait, role: lead, next: told}
outcomes: {told: {title: Told}, done: {title: Done}}
change_history: [{version: 1.0.0, on: 2025-12-01, author: lead, summary: First}]
"""


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("yes: tell", "yes: wait", "procedure"),
        ("yes: tell", "yes: done", "decision"),
        ("Tell, role: lead, next: told", "Tell, role: lead, next: wait", "procedure"),
        ("Tell, role: lead, next: told", "Tell, role: lead, next: done", "decision"),
    ],
)
def test_another_way_to_the_same_end_is_procedure(before: str, after: str, weight: str) -> None:
    one, other = (
        build({"sops/TS-SML-001.yaml": text}, TODAY) for text in (SMALL, SMALL.replace(before, after))
    )
    [change] = review(one, other, NAMES, FEW).changes
    assert [each.value for each in change.weights] == [weight]


@pytest.mark.parametrize(
    ("within", "weight"), [("", "procedure"), ("within: 3d, ", "clock"), ("human: true, ", "authority")]
)
def test_another_sop_that_is_called_weighs_as_much_as_what_it_brings(within: str, weight: str) -> None:
    """Be it that the called one brings it, or one that this one calls in turn."""
    step = "{id: tell, title: Tell, role: lead, next: told}"
    call = "{id: tell, title: Tell, call: TS-ONE-001, next: told}"
    ones = {"TS-SML-001": SMALL.replace(step, call)}
    ones["TS-ONE-001"] = re.sub(r"  - {id: (look|wait).*\n", "", SMALL).replace("Small", "One")
    ones["TS-TWO-001"] = ones["TS-ONE-001"].replace(step, call.replace("ONE", "SUB")).replace("One", "Two")
    ones["TS-SUB-001"] = ones["TS-ONE-001"].replace("role: lead, next", f"role: lead, {within}next")
    one = {f"sops/{id}.yaml": text.replace("TS-SML-001", id) for id, text in ones.items()}
    other = one | {"sops/TS-SML-001.yaml": one["sops/TS-SML-001.yaml"].replace("ONE", "TWO")}
    [change] = review(build(one, TODAY), build(other, TODAY), NAMES, FEW).changes
    assert (change.pointer, change.weight.value) == (("steps", "tell", "call"), weight)


def test_a_new_step_that_sends_cases_elsewhere_and_takes_time_is_told_as_both() -> None:
    new = "  - {id: ponder, title: Ponder, role: lead, within: 3d, next: done}\n"
    one, other = (
        build({"sops/TS-SML-001.yaml": text}, TODAY)
        for text in (SMALL, SMALL.replace("yes: tell", "yes: ponder").replace("outcomes:", f"{new}outcomes:"))
    )
    found = review(one, other, NAMES, FEW)
    assert [(each.kind.value, each.weight.value) for each in found.changes] == [
        ("changed", "decision"),
        ("added", "clock"),
    ]
    assert found.verdict.line.startswith(
        "Times or deadlines change, who gets which outcome changes and who does what"
    )


TABLE = """\
  - id: look
    title: Look
    role: lead
    decide:
      - {when: {so: yes}, then: TO}
      - {when: {so: no}, then: done}
"""


@pytest.mark.parametrize(
    ("rows", "weight"),
    [
        ("- {when: {so: yes}, then: TO}\n      - {otherwise: done}", "clarified"),
        ("- {when: {so: no}, then: done}\n      - {otherwise: TO}", "clarified"),
        ("- {when: {so: yes}, then: wait}\n      - {otherwise: done}", "procedure"),
        ("- {when: {so: yes}, then: done}\n      - {otherwise: TO}", "decision"),
    ],
)
@pytest.mark.parametrize("to", ["tell", "told"])
def test_a_last_row_that_is_written_as_otherwise_is_clarified(rows: str, weight: str, to: str) -> None:
    look, *_ = re.findall(r"  - {id: look.*\n", SMALL)
    tables = [TABLE, re.sub(r"- {when(?:.|\n)*", f"{rows}\n", TABLE)]
    facts = "facts: {so: {ask: Is it so?, type: yes-no}}\nsteps:"
    one, other = (
        build(
            {"sops/TS-SML-001.yaml": SMALL.replace(look, each).replace("steps:", facts).replace("TO", to)},
            TODAY,
        )
        for each in tables
    )
    weights = [each.weight for each in review(one, other, NAMES, FEW).changes]
    assert max(weights, key=lambda each: each.rank).value == weight


# Times


def test_what_takes_longer_and_the_promise_that_breaks_are_told() -> None:
    found = reviewed(("within: 3bh", "within: 9bd"))
    assert {"slowest", "deadline"} <= {each.kind for each in found.clocks}
    for format in ("text", "markdown", "html"):
        assert "is kept no more" in report(format, found)
    assert json.loads(report("json", found))["clocks"][0]["message"]


# Consequences


def test_only_wording_is_approved_by_the_owner_alone_and_taught_to_nobody() -> None:
    found = reviewed(("Read the evidence before you read", "Read the evidence, before you read"))
    assert [each.role for each in found.consequences.approvals] == ["appeals-lead"]
    assert found.consequences.training == ()
    assert found.consequences.announcement is None
    assert found.consequences.jobs == ()


def test_more_than_wording_goes_to_the_functions_that_approved_before() -> None:
    roles = [each.role for each in reviewed(CLEARER).consequences.approvals]
    assert roles == ["appeals-lead", "director-ts", "legal-counsel"]


def test_who_has_signed_already_is_said() -> None:
    signed = ("approvals:\n", "approvals:\n  - {role: appeals-lead, meaning: approval, on: 2026-11-20}\n")
    found = {each.role: each.why for each in reviewed(LATER, signed).consequences.approvals}
    assert found["appeals-lead"] == "owns it; signed on 2026-11-20"
    assert "signed" not in found["legal-counsel"]


def test_a_change_of_authority_goes_to_whoever_stands_above_the_owner() -> None:
    found = reviewed(("    on_overdue: appeals-overdue\n  - id: read-account", "  - id: read-account"))
    above = HANDBOOK.roles["appeals-lead"].reports_to
    assert above in [each.role for each in found.consequences.approvals]


def test_those_who_do_the_changed_steps_learn_these_steps_only() -> None:
    lessons = reviewed(LATER).consequences.training
    assert [(each.role, each.steps) for each in lessons] == [("appeals-reviewer", ("rebuild-file",))]


def test_what_is_less_than_the_training_asks_for_is_taught_to_nobody() -> None:
    assert reviewed(CLEARER).consequences.training == ()


@pytest.mark.parametrize("before", ["", "draft"], ids=["new", "a draft before"])
def test_a_sop_that_nobody_worked_by_before_is_approved_taught_whole_and_announced(before: str) -> None:
    text = TEXTS[APPEAL].replace("status: effective", f"status: {before}") if before else None
    texts = {
        **{path: each for path, each in TEXTS.items() if path != APPEAL},
        **({APPEAL: text} if text else {}),
    }
    found = review(build(texts, TODAY), HANDBOOK, NAMES, FEW).consequences
    sop = HANDBOOK.sop("TS-APP-002")
    assert sop
    assert sop.training
    assert [(each.role, each.sop) for each in found.approvals] == [(sop.owner, "TS-APP-002")]
    assert {each.role for each in found.training} == {*(sop.training.required_for or ())}
    assert {each.steps for each in found.training} == {()}
    assert found.announcement is not None


@pytest.mark.parametrize("after", ["", "withdrawn"], ids=["deleted", "withdrawn"])
def test_that_a_sop_goes_is_approved_by_its_owner_and_those_who_approved_it(after: str) -> None:
    text = TEXTS[APPEAL].replace("status: effective", f"status: {after}") if after else None
    texts = {
        **{path: each for path, each in TEXTS.items() if path != APPEAL},
        **({APPEAL: text} if text else {}),
    }
    found = review(HANDBOOK, build(texts, TODAY), NAMES, FEW).consequences
    roles = [each.role for each in found.approvals if each.sop == "TS-APP-002"]
    assert roles == ["appeals-lead", "director-ts", "legal-counsel"]
    assert [each for each in found.training if each.sop == "TS-APP-002"] == []


def test_a_new_name_of_an_outcome_is_no_other_result_of_a_scenario() -> None:
    texts = {
        path: text.replace("rejected-late", "came-too-late")
        for path, text in TEXTS.items()
        if isinstance(text, str)
    }
    assert review(HANDBOOK, build(texts, TODAY), NAMES, FEW).reach.results == ()


def test_the_longest_floor_about_changes_that_meets_the_sop_says_how_long_ahead() -> None:
    announcement = reviewed(LATER).consequences.announcement
    assert announcement is not None
    assert (announcement.clause, announcement.ahead) == ("us-co.policy-publication", "30 days")
    seller = reviewed(("within: 4bh", "within: 5bh"), path=SOPS["SP-APL-001"]).consequences.announcement
    assert seller is not None
    assert (seller.clause, seller.ahead) == ("eu.p2b.tc-change", "15 days")
    assert reviewed(CLEARER).consequences.announcement is None


def test_a_role_reads_in_one_paragraph_what_changes_in_its_job() -> None:
    [job] = reviewed(LATER, CLEARER).consequences.jobs
    assert job.role == "appeals-reviewer"
    assert job.text == (
        "In Appeal review (TS-APP-002): “Rebuild the file as it stood on the day of the decision”: must be "
        "done within 5 business hours, was 3 business hours; “Find the facts afresh”: says “Look at the "
        "evidence before you …”, was “Read the evidence before you …”."
    )


REFUND = """\
id: SU-REF-001
title: Refund
version: 1.0.0
status: effective
owner: lead
effective_on: 2026-01-01
review_by: 2027-01-01
approvals: [{role: head, meaning: approval, on: 2025-12-01}]
purpose: Try.
scope: All.
trigger: Somebody asks.
steps:
  - id: look
    title: Look at it
    role: agent
    within: 4h
    on_overdue: late
    checklist:
      - It is there
      - {text: It is whole, role: checker}
    consulted: [counsel]
  - {id: tell, title: Tell, role: agent, ask: Is it so?, answers: {yes: told, no: done}}
outcomes: {told: {title: Told, notice: told}, done: {title: Done}}
escalations:
  - {after: 3d, path: late}
training: {required_for: [lead]}
change_history: [{version: 1.0.0, on: 2025-12-01, author: lead, summary: First}]
"""
SHARED = """\
knowledge_base: {title: Small, default_calendar: office}
roles:
  agent: {title: Agent, team: support}
  lead: {title: Lead, team: support}
  checker: {title: Checker, contact: {channel: "#checks"}}
  counsel: {title: Counsel, calendar: south}
  head: {title: Head}
teams: {support: {title: Support, lead: lead}}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: Europe/Berlin}
  south: {days: mon-fri, hours: "08:00-18:00", timezone: Europe/Rome}
escalation_paths:
  late: {title: Late, levels: [{to: lead, ack_within: 1h}], on_exhausted: head}
  legal: {title: Legal, levels: [{to: counsel, ack_within: 1h}], on_exhausted: head}
facts: {mood: {ask: How is it?, type: choice, values: [good, bad]}}
clauses:
  law.says: {text: Name the reasons., source: Law 1, kind: content, value: [reason]}
  law.time: {text: Answer in time., source: Law 2, kind: ceiling, value: 14d}
notices: {told: {title: Told, implements: law.says}}
metrics: {rate: {title: Rate, definition: All., better: down, breach: 20, on_breach: late, owner: lead}}
"""

SOON = "deadlines: [{id: soon, kind: ceiling, from: trigger, to: [done], value: 2d}]\n"
TELL = "{id: tell, title: Tell, role: agent, ask: Is it so?, answers: {yes: told, no: done}}"
MOODS = "{id: tell, title: Tell, role: agent, decide: [{when: {mood: good}, then: told}, {when: {mood: bad}, then: done}]}"


def small(refund: tuple[str, str] = ("", ""), shared: tuple[str, str] = ("", "")) -> Review:
    """The review of one edit of the small procedure, or of what it shares with others."""
    texts = {"sops/SU-REF-001.yaml": (REFUND, *refund), "sops/shared.yaml": (SHARED, *shared)}
    assert all(old in text for text, old, _ in texts.values())
    edited = {path: text.replace(old, new, 1) for path, (text, old, new) in texts.items()}
    before = build({path: text for path, (text, _, _) in texts.items()}, TODAY)
    return review(before, build(edited, TODAY), NAMES, FEW)


def taught(found: Review) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.role, each.steps) for each in found.consequences.training]


def job_holders(found: Review) -> list[str]:
    return [each.role for each in found.consequences.jobs]


ASKED = "facts: {mood: {ask: How is it?, type: choice, values: [good, bad]}}"


@pytest.mark.parametrize("home", ["sops/SU-REF-001.yaml", "sops/shared.yaml"])
def test_who_decides_by_a_fact_reads_that_it_asks_something_else(home: str) -> None:
    texts = {
        "sops/SU-REF-001.yaml": REFUND.replace(TELL, MOODS),
        "sops/shared.yaml": SHARED.replace(ASKED, ""),
    }
    before, after = (
        build({**texts, home: f"{texts[home]}{facts}\n"}, TODAY)
        for facts in (ASKED, ASKED.replace("is it", "is it now"))
    )
    [job] = review(before, after, NAMES, FEW).consequences.jobs
    assert job.role == "agent"
    assert "act `mood`: `ask` is “How is it now?”, was “How is it?”" in job.text


OTHERWISE = MOODS.replace("{when: {mood: bad}, then: done}", "{otherwise: done}")
GIVEN = "scenarios: [{title: So, given: {mood: good}, answers: {tell: yes}, expect: {outcome: told}}]"


@pytest.mark.parametrize(
    ("fact", "refund", "asked"),
    [
        (("[good, bad]", "[good, bad, sad]"), ("", ""), True),
        (("is it", "is it now"), ("", ""), False),
        (("[good, bad]", "{good: Good, bad: Bad}"), ("", ""), False),
        (("[good, bad]", "[good, bad, sad]"), ("status: effective", "status: draft"), False),
        (("[good, bad]", "[good, bad, sad]"), ("status: effective", "status: superseded"), False),
        (("[good, bad]", "[good, bad, sad]"), (OTHERWISE, TELL), False),
        (("[good, bad]", "[good, bad, sad]"), (f"{OTHERWISE}\n", f"{TELL}\n{GIVEN}\n"), False),
    ],
    ids=[
        "a value",
        "a question",
        "labels",
        "a draft",
        "no more in force",
        "a fact of others",
        "a fact that only a scenario names",
    ],
)
def test_a_sop_that_decides_otherwise_by_a_shared_fact_gets_a_version_and_is_taught_anew(
    fact: tuple[str, str], refund: tuple[str, str], asked: bool
) -> None:
    text = REFUND.replace(TELL, OTHERWISE).replace(*refund)
    before, after = (
        build({"sops/SU-REF-001.yaml": text, "sops/shared.yaml": shared}, TODAY)
        for shared in (SHARED, SHARED.replace(*fact))
    )
    found = review(before, after, NAMES, FEW)
    assert [(each.sop, each.needed) for each in found.versions] == [("SU-REF-001", "major")] * asked
    assert [each.role for each in found.consequences.approvals] == ["lead", "head"] * asked
    assert taught(found) == [("agent", ("tell",))] * asked
    told = [
        each for each in found.faults if "decides by a changed fact, which asks for a major" in each.message
    ]
    assert len(told) == len(found.faults) == asked


@pytest.mark.parametrize(
    ("before", "after", "needed"),
    [
        ("km", "miles", "major"),
        ("ms", "m", "major"),
        ("mg", "Mg", "major"),
        ("day", "Days", "minor"),
        ("points", "Points", "minor"),
        ("", "km", "minor"),
        ("km", "", "minor"),
    ],
)
def test_numbers_in_another_unit_decide_otherwise_and_those_whose_unit_is_only_named_do_not(
    before: str, after: str, needed: str
) -> None:
    far = REFUND.replace(TELL, MOODS.replace("mood: good", "way: '> 5'").replace("mood: bad", "way: '<= 5'"))
    facts = [
        f"facts: {{way: {{ask: How far?, type: number{f', unit: {unit}' if unit else ''}}}}}\n"
        for unit in (before, after)
    ]
    no_facts = SHARED.replace(ASKED, "")
    one, other = ({"sops/SU-REF-001.yaml": far, "sops/shared.yaml": f"{no_facts}{each}"} for each in facts)
    shared = review(build(one, TODAY), build(other, TODAY), NAMES, FEW)
    assert [each.needed for each in shared.versions] == ["major"] * (needed == "major")
    assert taught(shared) == [("agent", ("tell",))] * (needed == "major")
    one, other = ({"sops/SU-REF-001.yaml": f"{far}{each}", "sops/shared.yaml": no_facts} for each in facts)
    own = review(build(one, TODAY), build(other, TODAY), NAMES, FEW)
    assert [each.needed for each in own.versions] == [needed]
    other = {"sops/SU-REF-001.yaml": far, "sops/shared.yaml": f"{no_facts}{facts[1]}"}
    to_shared = review(build(one, TODAY), build(other, TODAY), NAMES, FEW)
    assert [each.needed for each in to_shared.versions] == [needed]


def test_a_shared_fact_asks_for_no_second_version_where_the_file_has_it_already() -> None:
    told = "change_history: [{version: 2.0.0, on: 2026-11-20, author: lead, summary: Sad is a mood}, "
    texts = {"sops/SU-REF-001.yaml": REFUND.replace(TELL, OTHERWISE), "sops/shared.yaml": SHARED}
    after = {
        "sops/SU-REF-001.yaml": texts["sops/SU-REF-001.yaml"]
        .replace("version: 1.0.0\n", "version: 2.0.0\n")
        .replace("change_history: [", told),
        "sops/shared.yaml": SHARED.replace("[good, bad]", "[good, bad, sad]"),
    }
    found = review(build(texts, TODAY), build(after, TODAY), NAMES, FEW)
    [version] = found.versions
    assert (version.made, version.needed, found.faults) == ("major", "major", ())


def test_a_fact_that_becomes_a_shared_one_decides_nothing_where_every_case_ends_as_before() -> None:
    own = {"sops/SU-REF-001.yaml": f"{REFUND.replace(TELL, MOODS)}{ASKED}\n", "sops/shared.yaml": SHARED.replace(ASKED, "")}  # fmt: skip
    shared = {"sops/SU-REF-001.yaml": REFUND.replace(TELL, MOODS), "sops/shared.yaml": SHARED}
    for one, other in ((own, shared), (shared, own)):
        found = review(build(one, TODAY), build(other, TODAY), NAMES, FEW)
        assert [each.weight.value for each in found.changes] == ["clarified", "clarified"]
        assert [each.needed for each in found.versions] == ["minor"]
    sad = {**shared, "sops/shared.yaml": SHARED.replace("[good, bad]", "[good, bad, sad]")}
    found = review(build(own, TODAY), build(sad, TODAY), NAMES, FEW)
    assert [each.needed for each in found.versions] == ["major"]
    assert taught(found) == [("agent", ("tell",))]
    ticks = "decide: [", "checklist: [{text: It is so, role: checker}], decide: ["
    own, sad = ({path: text.replace(*ticks) for path, text in side.items()} for side in (own, sad))
    assert taught(review(build(own, TODAY), build(sad, TODAY), NAMES, FEW)) == [("agent", ("tell",))]


def test_a_shared_fact_that_nobody_decides_by_decides_nothing() -> None:
    for edit in (("[good, bad]", "[good, bad, sad]"), (ASKED, "")):
        assert [each.weight.value for each in small(shared=edit).changes] == ["clarified"]
    texts = {"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": SHARED}
    torn = {"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": SHARED.replace("[good, bad]", "[good]"), "sops/SU-NEW-001.yaml": "id: ["}  # fmt: skip
    found = review(build(texts, TODAY), build(torn, TODAY), NAMES, FEW)
    assert [each.weight.value for each in found.changes] == ["decision"]


def test_a_change_that_is_about_no_step_is_for_all_that_must_be_trained() -> None:
    promise = "deadlines: [{id: soon, kind: ceiling, from: trigger, to: [done], value: 2d}]\n"
    both = REFUND.replace("[lead]", "[lead, agent]").replace("escalations:", f"{promise}escalations:")
    edits = [("within: 4h", "within: 5h"), ("value: 2d", "value: 3d")]
    one, other = (
        build({"sops/SU-REF-001.yaml": text, "sops/shared.yaml": SHARED}, TODAY)
        for text in (both, both.replace(*edits[0]).replace(*edits[1]))
    )
    assert taught(review(one, other, NAMES, FEW)) == [("agent", ()), ("lead", ())]
    one, other = (
        build({"sops/SU-REF-001.yaml": text, "sops/shared.yaml": SHARED}, TODAY)
        for text in (
            both.replace(", agent]", "]"),
            both.replace(", agent]", "]").replace(*edits[0]).replace(*edits[1]),
        )
    )
    assert taught(review(one, other, NAMES, FEW)) == [("agent", ("look",)), ("lead", ())]


def test_that_a_sop_takes_effect_adds_nothing_to_what_else_changes_in_it() -> None:
    effective = REFUND.replace("[lead]}", "[lead], retrain_on: minor}")
    approved = effective.replace("status: effective", "status: approved")
    for edit, needed, learned in (
        (("It is there", "It is all there"), "minor", [("agent", ("look",))]),
        (("purpose: Try.", "purpose: Try.\ntags: [money]"), "patch", []),
    ):
        one, other = (
            build({"sops/SU-REF-001.yaml": text, "sops/shared.yaml": SHARED}, TODAY)
            for text in (approved, effective.replace(*edit))
        )
        found = review(one, other, NAMES, FEW)
        assert [each.needed for each in found.versions] == [needed]
        assert taught(found) == learned


def test_a_fact_of_its_own_is_learned_at_the_steps_that_go_by_it() -> None:
    one, other = (
        build({"sops/SU-REF-001.yaml": f"{REFUND.replace(TELL, OTHERWISE)}{facts}\n", "sops/shared.yaml": SHARED.replace(ASKED, "")}, TODAY)
        for facts in (ASKED, ASKED.replace("[good, bad]", "[good, bad, sad]"))
    )  # fmt: skip
    assert taught(review(one, other, NAMES, FEW)) == [("agent", ("tell",))]


@pytest.mark.parametrize(
    ("refund", "shared", "roles"),
    [
        (("[lead]", "[lead, agent]"), ("", ""), ["agent"]),
        (("[lead]}", "[lead, agent], retrain_on: never}"), ("", ""), ["agent"]),
        (("training: {required_for: [lead]}\n", ""), ("", ""), []),
        (("[lead]", "[support]"), ("", ""), ["agent"]),
        (("", ""), ("agent: {title: Agent, team: support}", "agent: {title: Agent}"), []),
        (("status: effective", "status: withdrawn"), ("", ""), []),
    ],
)
def test_who_must_be_trained_now_and_did_not_have_to_before_learns_the_whole(
    refund: tuple[str, str], shared: tuple[str, str], roles: list[str]
) -> None:
    assert taught(small(refund, shared)) == [(role, ()) for role in roles]


def test_a_new_section_of_training_is_procedure_and_taught_to_all_that_it_names() -> None:
    one, other = (
        build({"sops/SU-REF-001.yaml": text, "sops/shared.yaml": SHARED}, TODAY)
        for text in (REFUND.replace("training: {required_for: [lead]}\n", ""), REFUND)
    )
    assert taught(review(one, other, NAMES, FEW)) == [("lead", ())]


def test_who_comes_to_a_team_that_must_be_trained_learns_the_whole() -> None:
    listed = REFUND.replace("[lead]", "[support]")
    one, other, lost = (
        build({"sops/SU-REF-001.yaml": listed, "sops/shared.yaml": text}, TODAY)
        for text in (
            SHARED,
            SHARED.replace("{title: Checker", "{title: Checker, team: support"),
            "roles: [\n",
        )
    )
    assert taught(review(one, other, NAMES, FEW)) == [("checker", ())]
    assert taught(review(lost, other, NAMES, FEW)) == []


def test_a_role_with_a_new_name_has_been_trained() -> None:
    texts = {"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": SHARED}
    new = {path: re.sub(r"\blead\b(?=[]}:,\n])(?!: lead)", "chief", text) for path, text in texts.items()}
    new["sops/shared.yaml"] = new["sops/shared.yaml"].replace("chief: chief", "lead: chief")
    found = review(build(texts, TODAY), build(new, TODAY), NAMES, FEW)
    assert {each.kind.value for each in found.changes} == {"renamed"}
    assert taught(found) == []


def test_who_does_an_item_of_a_checklist_is_told_of_it_and_learns_it() -> None:
    major = ("training: {required_for: [lead]}", "training: {required_for: [lead], retrain_on: minor}")
    texts = [REFUND.replace(*major), REFUND.replace(*major).replace("role: checker", "role: counsel")]
    one, other = (build({"sops/SU-REF-001.yaml": text, "sops/shared.yaml": SHARED}, TODAY) for text in texts)
    found = review(one, other, NAMES, FEW)
    assert job_holders(found) == ["agent", "checker", "counsel"]
    assert taught(found) == [("agent", ("look",)), ("counsel", ("look",))]


@pytest.mark.parametrize(
    ("edit", "roles"),
    [
        (("It is whole", "It is not whole"), ["agent", "checker"]),
        (("      - It is there\n", ""), ["agent"]),
        (("      - {text: It is whole, role: checker}\n", ""), ["agent", "checker"]),
        (("    on_overdue: late\n", ""), ["agent", "head", "lead"]),
        (("on_overdue: late", "on_overdue: legal"), ["agent", "counsel", "head", "lead"]),
        (("consulted: [counsel]", "consulted: [checker]"), ["agent", "checker", "counsel"]),
        (("path: late", "path: legal"), ["counsel", "head", "lead"]),
        (("after: 3d", "after: 2d"), ["head", "lead"]),
        (("escalations:\n", "escalations:\n  - {after: 1d, path: legal}\n"), ["counsel", "head"]),
        (("status: effective", "status: withdrawn"), ["agent", "checker"]),
        (("title: Told,", "title: Refused, adverse: true,"), ["agent"]),
        (("scope: All.", "scope: All but gifts."), ["agent", "checker"]),
        (("trigger: Somebody asks.", "trigger: Somebody asks in writing."), ["agent", "checker"]),
        ((SOON, SOON.replace("2d", "3d")), ["agent", "checker"]),
        (("purpose: Try.", "purpose: Try again."), []),
        (
            ("  - {after: 3d, path: late}\n", "  - {when: It burns, path: late}\n"),
            ["agent", "checker", "head", "lead"],
        ),
    ],
)
def test_whoever_is_asked_or_told_otherwise_reads_of_it(edit: tuple[str, str], roles: list[str]) -> None:
    texts = {"sops/SU-REF-001.yaml": REFUND.replace("escalations:", f"{SOON}escalations:"), "sops/shared.yaml": SHARED}  # fmt: skip
    assert edit[0] in texts["sops/SU-REF-001.yaml"]
    after = {**texts, "sops/SU-REF-001.yaml": texts["sops/SU-REF-001.yaml"].replace(*edit, 1)}
    assert job_holders(review(build(texts, TODAY), build(after, TODAY), NAMES, FEW)) == roles


@pytest.mark.parametrize(
    ("edit", "weight", "roles"),
    [
        (("lead: lead", "lead: head"), "authority", ["agent", "head", "lead"]),
        (
            ("on_exhausted: head}\n  legal", "on_exhausted: counsel}\n  legal"),
            "authority",
            ["counsel", "head"],
        ),
        (("on_breach: late", "on_breach: legal"), "authority", ["counsel", "head", "lead"]),
        (("owner: lead", "owner: counsel"), "authority", ["counsel", "lead"]),
        (("better: down", "better: up"), "procedure", ["lead"]),
        (("breach: 20", "breach: 30"), "procedure", ["head", "lead"]),
        (("title: Told,", "title: Told, fields: [reason],"), "procedure", ["agent"]),
        (("implements: law.says}", "implements: law.time}"), "procedure", []),
    ],
)
def test_whoever_a_register_names_otherwise_reads_of_it(
    edit: tuple[str, str], weight: str, roles: list[str]
) -> None:
    found = small(shared=edit)
    assert [each.weight.value for each in found.changes] == [weight]
    assert job_holders(found) == roles


def test_what_changes_in_a_sop_that_is_past_changes_nobody_s_job() -> None:
    for status, roles in (("effective", ["agent"]), ("superseded", []), ("withdrawn", [])):
        text = REFUND.replace("status: effective", f"status: {status}")
        one, other = (
            build({"sops/SU-REF-001.yaml": each, "sops/shared.yaml": SHARED}, TODAY)
            for each in (text, text.replace("within: 4h", "within: 5h"))
        )
        assert job_holders(review(one, other, NAMES, FEW)) == roles


def test_whom_a_step_only_tells_learns_nothing_of_it() -> None:
    text = REFUND.replace(TELL, "{id: tell, title: Tell, escalate: legal, next: done}")
    one, other = (
        build({"sops/SU-REF-001.yaml": each, "sops/shared.yaml": SHARED}, TODAY)
        for each in (text, text.replace("escalate: legal", "escalate: late"))
    )
    found = review(one, other, NAMES, FEW)
    assert [each.needed for each in found.versions] == ["major"]
    assert taught(found) == [("lead", ("tell",))]  # who must be trained, and is told now


def test_whom_a_step_only_tells_reads_nothing_of_the_scope() -> None:
    text = REFUND.replace(TELL, "{id: tell, title: Tell, escalate: legal, next: done}")
    one, other = (
        build({"sops/SU-REF-001.yaml": each, "sops/shared.yaml": SHARED}, TODAY)
        for each in (text, text.replace("scope: All.", "scope: All but gifts."))
    )
    assert job_holders(review(one, other, NAMES, FEW)) == ["agent", "checker"]


@pytest.mark.parametrize(
    ("step", "roles"),
    [
        ("call: SU-OTH-001, on: {otherwise: told}", ["agent", "checker"]),  # nobody does the call
        ("role: counsel, next: look, at_most: 2, after_that: told", ["counsel"]),
    ],
)
def test_who_leads_a_case_to_an_outcome_reads_that_it_is_another_one(step: str, roles: list[str]) -> None:
    text = REFUND.replace(TELL, f"{{id: tell, title: Tell, {step}}}")
    one, other = (
        build({"sops/SU-REF-001.yaml": each, "sops/shared.yaml": SHARED}, TODAY)
        for each in (text, text.replace("title: Told,", "title: Refused, adverse: true,"))
    )
    assert job_holders(review(one, other, NAMES, FEW)) == roles


def test_a_step_with_another_title_is_told_once_and_by_the_new_one() -> None:
    [job] = small(("title: Tell,", "title: Say it,")).consequences.jobs
    assert job.text == "In Refund (SU-REF-001): “Say it”: `title` is “Say it”, was “Tell”."


# Reach


def test_who_refers_to_a_changed_sop_is_touched_and_told_why() -> None:
    touched = {(each.kind, each.id): each.why for each in reviewed(LATER).reach.touched}
    assert "it changes" in touched["sop", "TS-APP-002"]
    assert any(why.startswith("it hands over to TS-APP-002") for why in touched["sop", "TS-APP-001"])
    assert touched["role", "appeals-reviewer"] == ("it does `rebuild-file` of TS-APP-002",)
    assert ("metric", "overturn-rate") in touched
    assert any(
        "goes through `rebuild-file`" in " ".join(w) for (k, _), w in touched.items() if k == "scenario"
    )


def test_who_did_a_step_and_does_it_no_more_is_told_so() -> None:
    texts = {"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": SHARED}
    edit = ("    role: agent\n    within", "    role: checker\n    within")
    found = small(edit)
    assert edit[0] in texts["sops/SU-REF-001.yaml"]
    assert why(found, "role", "agent") == ("it did `look` of SU-REF-001",)
    assert why(found, "role", "checker") == ("it does `look` of SU-REF-001",)
    assert why(found, "role", "counsel") == ("it is consulted in `look` of SU-REF-001",)


def test_who_uses_a_changed_entry_of_a_register_is_touched() -> None:
    path = "sops/registers/escalation-paths.yaml"
    found = reviewed(("ack_within: 2h", "ack_within: 3h"), path=path)
    assert {each.weight.value for each in found.changes} == {"clock"}
    assert any("escalation path" in " ".join(each.why) for each in found.reach.touched if each.kind == "sop")


FACTS, CLAUSES, CALENDARS = (f"sops/registers/{name}.yaml" for name in ("facts", "clauses", "calendars"))


@pytest.mark.parametrize(
    ("before", "after", "path", "weight"),
    [
        ("those of this case included?", "those of this case left out?", FACTS, "clarified"),
        ("unit: points", "unit: warnings", FACTS, "decision"),
        ("worker_types: [delivery]", "worker_types: [delivery, rideshare]", CLAUSES, "procedure"),
        ("answer: 2", "answer: 3", APPEAL, "procedure"),
        ("Read the evidence", "Do not read the evidence", APPEAL, "clarified"),
    ],
)
def test_that_nobody_acts_differently_is_never_said(before: str, after: str, path: str, weight: str) -> None:
    found = reviewed((before, after), path=path)
    assert {each.weight.value for each in found.changes} == {weight}
    assert "nobody" not in found.verdict.line
    assert ("for the reader to judge" in found.verdict.line) == (weight == "clarified")


@pytest.mark.parametrize(
    ("before", "after", "path", "sop", "why"),
    [
        ("those of this case included?", "those of this case left out?", FACTS, "TS-STR-001", "fact `strikes`"),
        ("worker_types: [delivery]", "worker_types: [delivery, rideshare]", CLAUSES, "TS-DEA-001", "clause `us-wa-sea.notice`"),
        ("timezone: America/Los_Angeles", "timezone: Asia/Tokyo", CALENDARS, "TS-APP-002", "calendar `us-business`"),
    ],
)  # fmt: skip
def test_who_uses_what_is_said_otherwise_in_a_register_is_touched(
    before: str, after: str, path: str, sop: str, why: str
) -> None:
    touched = {each.id: each.why for each in reviewed((before, after), path=path).reach.touched}
    assert any(each.endswith(f"the changed {why}") for each in touched[sop])


def test_a_new_name_of_an_entry_touches_nobody_who_uses_it() -> None:
    texts = {path: text.replace("us-wa-sea.notice", "us-wa-sea.told") for path, text in TEXTS.items() if isinstance(text, str)}  # fmt: skip
    found = review(HANDBOOK, build(texts, TODAY), NAMES, FEW)
    assert {each.kind.value for each in found.changes} == {"renamed"}
    assert found.reach.touched == ()


def why(found: Review, kind: str, id: str) -> tuple[str, ...]:
    return next((each.why for each in found.reach.touched if (each.kind, each.id) == (kind, id)), ())


def test_another_default_calendar_touches_those_whose_times_fall_back_to_it() -> None:
    other = ("default_calendar: office", "default_calendar: south")
    reason = "its times run by the default calendar"
    assert reason in why(small(shared=other), "sop", "SU-REF-001")
    own = SHARED.replace("{support: {title", "{support: {calendar: office, title")
    one, new = (
        build({"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": text}, TODAY)
        for text in (own, own.replace(*other))
    )
    found = review(one, new, NAMES, FEW)
    assert [each.pointer for each in found.changes] == [("knowledge_base", "default_calendar")]
    assert why(found, "sop", "SU-REF-001") == (
        "it escalates through `late`, where people are there by the default calendar",  # its `head` is
    )


PEOPLE = HANDBOOK.home("roles", "incident-commander")
UP, END = "it escalates through", "`incident-commander` decides at the end"


@pytest.mark.parametrize(
    ("before", "after", "sop", "reason"),
    [
        ("go-no-go, declare-incident]", "go-no-go]", "TS-INT-001", f"{UP} `triage-unassigned`, where {END} with another authority"),
        ("deactivate-immediate, delist", "delist", "TS-INV-001", f"{UP} `safety-critical`, where {END} without the authority `deactivate-immediate`"),
        ("roles: [legal-counsel], available: 24x7", "roles: [legal-counsel]", "TS-SAF-001", f"{UP} `safety-critical` and `press-or-regulator`, where `legal-oncall` is there at other hours"),
        ("roles: [decision-reviewer], ", "roles: [decision-reviewer, ts-investigator], ", "TS-SAF-001", f"{UP} `hold-running-out`, where `decision-oncall` stands for other roles and may give the answer no more"),
        ("board, lead: director-ts", "board, lead: fraud-lead", "TS-NOT-001", f"{UP} `decision-disagreement`, where `review-board` stands for other roles and may give the answer no more"),
        ("team: fraud\n    reports_to: director-ts", "team: review-board\n    reports_to: director-ts", "TS-NOT-001", f"{UP} `decision-disagreement`, where `review-board` stands for other roles"),
        ("{pager: director-ts}", "{pager: director}", "TS-INT-001", f"{UP} `triage-unassigned`, where `director-ts` is reached otherwise"),
    ],
)  # fmt: skip
def test_a_change_of_people_touches_the_sops_whose_escalation_paths_tell_them(
    before: str, after: str, sop: str, reason: str
) -> None:
    assert why(reviewed((before, after), path=PEOPLE), "sop", sop) == (reason,)


def test_a_holiday_touches_those_whose_escalation_paths_tell_people_who_are_there_by_the_calendar() -> None:
    holiday = ("timezone: Europe/Rome", "timezone: Europe/Rome, holidays: [2026-12-25]")
    legal = ("path: late", "path: legal")
    one, other = (
        build({"sops/SU-REF-001.yaml": REFUND.replace(*legal), "sops/shared.yaml": text}, TODAY)
        for text in (SHARED, SHARED.replace(*holiday))
    )
    assert why(review(one, other, NAMES, FEW), "sop", "SU-REF-001") == (
        "it escalates through `legal`, where people are there by the changed calendar `south`",
    )


def test_what_is_only_said_otherwise_of_people_reaches_nobody_through_paths() -> None:
    found = reviewed(("title: Executive incident commander", "title: Commander"), path=PEOPLE)
    assert found.changes
    assert all(each.direct for each in found.reach.touched)


def test_another_name_of_somebody_reaches_nobody_through_paths() -> None:
    texts = {p: t.replace("duty-manager", "manager-on-duty") if isinstance(t, str) else t for p, t in TEXTS.items()}  # fmt: skip
    found = review(HANDBOOK, build(texts, TODAY), NAMES, FEW).reach
    assert not found.people
    assert all(each.direct for each in found.touched)


NIGHT = REFUND.replace("role: agent\n", "role: night\n")
STAFF = SHARED.replace("teams:", "schedules: {night: {title: Night, roles: [agent]}}\nteams:")


@pytest.mark.parametrize(
    ("sop", "before", "after", "reason"),
    [
        (NIGHT, "{title: Agent, ", "{title: Agent, authority: [pay], ", "`night`, who works at `look`, has another authority"),
        (REFUND, "{title: Support, ", "{title: Support, calendar: south, ", "`agent`, who works at `look`, works at other hours"),
        (REFUND.replace("role: agent", "role: support"), "{title: Head}", "{title: Head, team: support}", "`support`, who works at `look` and `tell`, stands for other roles"),
    ],
)  # fmt: skip
def test_somebody_of_whom_something_else_holds_because_of_others_touches_the_sops_of_their_steps(
    sop: str, before: str, after: str, reason: str
) -> None:
    assert before in STAFF
    one, other = (
        build({"sops/SU-REF-001.yaml": sop, "sops/shared.yaml": text}, TODAY)
        for text in (STAFF, STAFF.replace(before, after))
    )
    assert reason in why(review(one, other, NAMES, FEW), "sop", "SU-REF-001")


@pytest.mark.parametrize(
    ("before", "after", "messages"),
    [
        ("roles: [decision-reviewer], ", "roles: [decision-reviewer, ts-investigator], ", ["schedule `decision-oncall` no longer has the authority `deactivate` and `place-hold`, which `ts-investigator` lacks"]),
        ("board, lead: director-ts", "board, lead: comms-lead", ["which `comms-lead` lacks"]),
        ("    authority: [place-hold, freeze-payouts]", "    authority: [place-hold, freeze-payouts, settle]", ["schedule `fraud-oncall` has the authority `settle` now"]),
        ("roles: [legal-counsel], available: 24x7", "roles: [legal-counsel]", ["`legal-oncall` is there by `us-business`, before by `24x7`"]),
        ("roles: [legal-counsel], available: 24x7", "roles: [legal-counsel], available: eu-business", []),
        ("{pager: director-ts}", "{pager: director}", []),
    ],
)  # fmt: skip
def test_what_holds_of_people_and_their_entries_do_not_say_is_told(
    before: str, after: str, messages: list[str]
) -> None:
    found = reviewed((before, after), path=PEOPLE)
    assert len(found.reach.people) == len(messages)
    for each, message in zip(found.reach.people, messages, strict=True):
        assert each.message.endswith(message)
    for format in ("text", "markdown", "html"):
        assert ("Who may decide, and when" in report(format, found)) == bool(messages)
    said = json.loads(report("json", found))["reach"]["people"]
    assert [each["message"] for each in said] == [each.message for each in found.reach.people]


def test_many_of_whom_the_same_holds_are_told_in_one_line() -> None:
    more = "".join(f"  {id}: {{title: Lead}}\n" for id in "abc")
    many = SHARED.replace("teams:", f"{more}teams:").replace("to: lead", "to: [lead, a, b, c]")
    one, other = (
        build({"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": text}, TODAY)
        for text in (many, many.replace("default_calendar: office", "default_calendar: south"))
    )
    told, works = review(one, other, NAMES, FEW).reach.people
    assert (told.what, told.who) == ("reached", ("a", "b", "c", "head", "lead"))
    assert told.message == "`a`, `b`, `c` and 2 more are there by `south`, before by `office`"
    assert works.message == "`agent` and `checker` work by `south`, before by `office`"


def test_of_what_is_touched_through_people_a_screen_shows_some_and_json_all() -> None:
    found = reviewed(("go-no-go, declare-incident]", "go-no-go]"), path=PEOPLE)
    far = [each.id for each in found.reach.touched if not each.direct]
    text, page = (report(format, found) for format in ("text", "html"))
    assert len(far) > 10
    assert f"… and {len(far) - 10} more; `--format json` lists all" in text
    assert all(id in page for id in far)
    touched = json.loads(report("json", found))["reach"]["touched"]
    assert [each["id"] for each in touched if not each["direct"]] == far


def test_nothing_follows_for_people_of_whom_only_one_side_can_be_read() -> None:
    texts = {"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": SHARED}
    lead = {**texts, "sops/shared.yaml": SHARED.replace("{title: Lead,", "{title: Lead, available: 24x7,")}
    found = [
        review(build(texts, TODAY), build(torn, TODAY), NAMES, FEW).reach
        for torn in (lead, {**lead, "sops/more.yaml": "teams: ["})
    ]
    assert [bool(each.people) for each in found] == [True, False]


def test_a_changed_clause_touches_the_notice_that_carries_it_out_and_who_sends_it() -> None:
    found = small(shared=("value: [reason]", "value: [reason, redress]"))
    assert [each.weight.value for each in found.changes] == ["procedure"]
    assert why(found, "notice", "told") == ("it carries out the changed clause `law.says`",)
    assert why(found, "sop", "SU-REF-001") == (
        "it sends `told`, which carries out the changed clause `law.says`",
    )


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("value: 14d", "value: 13d", "clock"),
        ("kind: ceiling", "kind: floor", "clock"),
        ("kind: content", "kind: control", "procedure"),
        ("kind: content, value: [reason]", "kind: content, value: [redress]", "procedure"),
        ("kind: content,", "kind: content, applies_to: {jurisdictions: [us-wa]},", "procedure"),
        ("  law.says:", "  law.new: {text: Ask twice., source: Law 3}\n  law.says:", "procedure"),
        ("source: Law 1", "source: Law 1a", "clarified"),
        ("Name the reasons.", "Name all reasons.", "clarified"),
    ],
)
def test_a_clause_weighs_what_it_asks_for_and_of_whom(before: str, after: str, weight: str) -> None:
    assert [each.weight.value for each in small(shared=(before, after)).changes] == [weight]


def test_that_changes_must_be_announced_is_a_matter_of_time() -> None:
    floor = SHARED.replace("kind: ceiling", "kind: floor")
    one, other = (
        build({"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": text}, TODAY)
        for text in (floor, floor.replace("value: 14d", "value: 14d, policy_changes: true"))
    )
    assert [each.weight.value for each in review(one, other, NAMES, FEW).changes] == ["clock"]


def test_a_clause_is_carried_out_through_a_notice_that_is_sent() -> None:
    gone = [("", ""), (", implements: law.says", "")], [(", notice: told", ""), ("", "")]
    for refund, shared in gone:
        lost = small(refund, shared).reach.lost
        assert [(each.clause, each.sop) for each in lost] == [("law.says", "SU-REF-001")]
    texts = {"sops/SU-REF-001.yaml": REFUND, "sops/shared.yaml": SHARED}
    blind = build({**texts, "sops/more.yaml": "notices: [\n"}, TODAY)
    unsaid = build({**texts, "sops/shared.yaml": SHARED.replace(", implements: law.says", "")}, TODAY)
    assert review(blind, unsaid, NAMES, FEW).reach.lost == ()


def test_a_clause_with_a_new_name_is_neither_gained_nor_lost() -> None:
    texts = {path: text.replace("us-wa-sea.notice", "us-wa-sea.told") for path, text in TEXTS.items() if isinstance(text, str)}  # fmt: skip
    edit = ("us-ca.appeal-exists, ", "")
    assert edit[0] in texts[APPEAL]
    texts[APPEAL] = texts[APPEAL].replace(*edit)
    found = review(HANDBOOK, build(texts, TODAY), NAMES, FEW).reach
    assert (found.gained, [each.clause for each in found.lost]) == ((), ["us-ca.appeal-exists"])


def test_clauses_are_gained_and_lost() -> None:
    found = reviewed(("us-ca.appeal-exists, ", "us.fcra.wait, "))
    assert [each.clause for each in found.reach.gained] == ["us.fcra.wait"]
    assert [each.clause for each in found.reach.lost] == ["us-ca.appeal-exists"]


def test_clauses_of_a_sop_that_cannot_be_read_are_not_lost() -> None:
    broken = edited(("purpose: ", "purpose: ["))
    for before, after in ((HANDBOOK, broken), (broken, HANDBOOK)):
        found = review(before, after, NAMES, FEW).reach
        assert (found.gained, found.lost) == ((), ())


def test_cases_that_are_handed_to_the_old_name_of_a_sop_end_nowhere() -> None:
    start = REFUND.replace("no: done", "no: SU-SAF-001").replace("notice: told", "x-note: told")
    safe = REFUND.replace("SU-REF-001", "SU-SAF-001")
    names = {each: f"sops/{each}.yaml" for each in ("SU-REF-001", "SU-SAF-001", "SU-SAF-009")}
    before = build({names["SU-REF-001"]: start, names["SU-SAF-001"]: safe}, TODAY)
    renamed = safe.replace("SU-SAF-001", "SU-SAF-009")
    left = build({names["SU-REF-001"]: start, names["SU-SAF-009"]: renamed}, TODAY)
    found = review(before, left, NAMES, FEW)
    case, other = found.cases.changes
    assert (case.before, case.after) == (
        "“Done” (SU-SAF-001, now SU-SAF-009)",
        "handed to SU-SAF-001, which is not there",
    )
    assert (
        "went to “Told” (SU-SAF-001, now SU-SAF-009), and now are handed to SU-SAF-001, which"
        in other.message
    )
    assert found.verdict.weight == "decision"
    assert found.verdict.line.startswith(
        "Who gets which outcome changes (1 change in 1 SOP); cases of SU-REF-001 end nowhere"
    )
    follows = {names["SU-REF-001"]: start.replace("SU-SAF-001", "SU-SAF-009"), names["SU-SAF-009"]: renamed}
    assert "nowhere" not in review(before, build(follows, TODAY), NAMES, FEW).verdict.line


def test_a_scenario_that_ends_otherwise_is_told_with_both_ends() -> None:
    found = reviewed(("answers: {same: write-answer, doubt", "answers: {same: settle-result, doubt"))
    assert all(each.before != each.after for each in found.reach.results)
    assert found.reach.results


def test_a_scenario_that_fails_with_the_same_end_is_told_with_the_reason() -> None:
    scenario = "scenarios: [{title: Told, answers: {look: yes}, expect: {outcome: told, visits: tell}}]\nchange_history"
    one, other = (
        build({"sops/TS-SML-001.yaml": text.replace("change_history", scenario)}, TODAY)
        for text in (SMALL, SMALL.replace("yes: tell", "yes: wait"))
    )
    [found] = review(one, other, NAMES, FEW).reach.results
    assert found.before == "ends as “Told”"
    assert found.after == (
        "ends as “Told”, and the scenario fails: expected to go through `tell`, but it does not come there"
    )


def test_the_new_id_of_a_step_is_told_by_ids_alone() -> None:
    one, other = (
        build({"sops/TS-SML-001.yaml": text, "sops/roles.yaml": "roles: {lead: {title: Lead}}"}, TODAY)
        for text in (SMALL, SMALL.replace("tell", "say-it"))
    )
    found = review(one, other, NAMES, FEW)
    assert [each.kind.value for each in found.changes] == ["renamed"]
    assert [each.text for each in found.consequences.jobs] == [
        "In Small (TS-SML-001): `tell` is now called `say-it`."
    ]


def test_a_team_that_is_touched_is_called_a_team() -> None:
    id, team = next(iter(HANDBOOK.teams.items()))
    found = reviewed((f"title: {team.title}", "title: Others"), path=HANDBOOK.home("teams", id))
    assert ("team", id) in {(each.kind, each.id) for each in found.reach.touched}


def test_findings_are_new_or_gone_by_what_they_say() -> None:
    shifted = edited(
        ("steps:\n", "\n\n\nsteps:\n"), ("See", "See") if "See" in TEXTS[APPEAL] else ("Open", "Open")
    )
    assert review(HANDBOOK, shifted, NAMES, FEW).debts == ((), ())
    broken = edited(("[[TS-STR-001]]", "[[TS-STR-999]]"))
    found = review(HANDBOOK, broken, NAMES, FEW).debts
    assert ([d.code for d in found.new], found.gone) == (["SOP301"], ())
    found = review(broken, HANDBOOK, NAMES, FEW).debts
    assert (found.new, [d.code for d in found.gone]) == ((), ["SOP301"])
    unread = edited(("steps:\n", "<<<<<<< HEAD\nsteps:\n"))
    assert "SOP301" not in [d.code for d in review(broken, unread, NAMES, FEW).debts.gone]


# How it is shown


def test_nothing_is_said_in_one_line() -> None:
    found = review(HANDBOOK, HANDBOOK, NAMES, FEW)
    assert found.verdict.line == "Nothing changes in meaning."
    assert report("text", found).splitlines() == ["Nothing changes in meaning.", "compared: main → branch"]


def test_json_has_exactly_the_promised_keys() -> None:
    said = json.loads(report("json", reviewed(LATER)))
    assert [*said] == ["verdict", "changes", "cases", "clocks", "reach", "consequences", "diagnostics"]
    [change] = said["changes"]
    assert [*change] == ["sop", "pointer", "kind", "weight", "before", "after", "message", "fingerprint"]
    assert change["pointer"] == "/steps/rebuild-file/within"
    [found] = said["diagnostics"]
    assert (found["state"], found["code"]) == ("new", "version-step")
    assert {"line", "column", "end_line", "end_column", "pointer"} <= {*found}


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_input_gives_the_same_bytes(format: str) -> None:
    assert report(format, reviewed(LATER, CLEARER)) == report(format, reviewed(LATER, CLEARER))


NASTY = "@octocat #12 <script>alert(1)</script> ![x](http://e.org/y.png) </details> www.e.org `` | **b** :tada: 02:00"


def test_what_a_writer_wrote_does_nothing_in_a_comment_or_page() -> None:
    other = edited((CLEARER[0], f"{NASTY} {CLEARER[0]}"))
    found = review(HANDBOOK, other, NAMES, FEW)
    text = report("markdown", found)
    assert not re.search(r"@octocat|#12|<script|[^\\]!\\?\[|</details> |www\.|http:|[^\\]\*\*b", text)
    assert ":tada" not in text
    assert "02:00" in text
    assert text.count("<details>") == text.count("</details>")
    assert "<script" not in report("html", found)
    assert "\033" not in report("text", review(HANDBOOK, edited((CLEARER[0], "\033[31m")), NAMES, FEW))


def test_what_stands_between_two_backticks_is_code_and_nothing_else() -> None:
    path = SOPS["TS-SAF-001"]
    broken = with_texts({path: f"{TEXTS[path]}foo: [\n"})
    found = review(HANDBOOK, broken, NAMES, FEW)
    assert "a `[` is opened here and what follows does not fit before its `]`" in report("markdown", found)
    assert "a <code>[</code> is opened here" in report("html", found)
    found = review(HANDBOOK, edited((CLEARER[0], "`a|b` and `c`")), NAMES, FEW)
    assert r"\`a\|b\` and `c`" in report("markdown", found)


def test_a_comment_fits_into_the_limit_and_says_what_it_leaves_out() -> None:
    long = "Quite another thing that nobody has ever read here before. " * 3
    texts = {
        path: re.sub(r"(?m)^( +)(title: )(.*)$", rf"\1\2{long}\3", text)
        for path, text in TEXTS.items()
        if path.endswith(".yaml")
    }
    found = review(HANDBOOK, build({**TEXTS, **texts}, TODAY), NAMES, FEW)
    text = report("markdown", found)
    assert len(json.dumps(json.loads(report("json", found)))) > MOST
    assert len(text) <= MOST
    assert re.search(r"… and \d+ more; `sopctl diff --format json` lists all", text)
    assert text.splitlines()[1] == f"## {found.verdict.line}"


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_a_whole_review(format: str, golden: Callable[[str, str], None]) -> None:
    """A threshold and a time move, a sentence is clearer, a clause is carried out no more."""
    moved = (('"<= 30"', '"<= 45"'), ('"31..90"', '"46..90"'), ('"31..90"', '"46..90"'))
    text = TEXTS[INTAKE]
    for before, after in (*moved, ("        implements: us-mn.appeal-window\n", "")):
        text = text.replace(before, after, 1)
    other = with_texts({INTAKE: text, APPEAL: TEXTS[APPEAL].replace(*LATER).replace(*CLEARER)})
    golden(f"review.{format}", report(format, review(HANDBOOK, other, NAMES)))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ verdict.line", "templates/review.text.jinja, line 1: "),
        ("\n{{ verdict.line + 1 }}", "templates/review.text.jinja, line 2: "),
        ("{{ nothing }}", "templates/review.text.jinja, line 1: `nothing` is undefined"),
        (
            "{{ 'x' * 10 ** 15 }}",
            "templates/review.text.jinja, line 1: a number or text becomes too large here",
        ),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "line 1: this goes on without end"),
        ("{% include 'other' %}", "templates/review.text.jinja, line 1: no template is called `other`"),
    ],
)
def test_a_template_of_ones_own_takes_the_place_of_ours_and_its_mistakes_are_named(
    tmp_path: Path, template: str, said: str
) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    found = review(HANDBOOK, HANDBOOK, NAMES, FEW)
    (own / "review.text.jinja").write_text("{{ verdict.line }} Indeed.", encoding="utf-8")
    assert report("text", found, own=own) == "Nothing changes in meaning. Indeed."
    (own / "review.text.jinja").write_text(template, encoding="utf-8")
    with pytest.raises(FileTrouble, match=re.escape(said)):
        report("text", found, own=own)


# From the command line


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    made = Repo(tmp_path / "knowledge base")
    for path, text in TEXTS.items():
        made.write(path, text)
    made.commit("The handbook")
    monkeypatch.chdir(made.top)
    return made


def change(repo: Repo, *edits: tuple[str, str]) -> None:
    text = TEXTS[APPEAL]
    for before, after in edits:
        text = text.replace(before, after, 1)
    repo.write(APPEAL, text)


Shown = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sopctl(capsys: pytest.CaptureFixture[str]) -> Shown:
    def ran(*words: str) -> tuple[int, str, str]:
        code = run(["diff", "--today", "2026-11-21", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def test_without_words_the_working_tree_is_compared_with_head(repo: Repo, sopctl: Shown) -> None:
    change(repo, CLEARER, ("version: 2.1.0", "version: 2.2.0"))
    code, out, _ = sopctl()
    assert "compared: HEAD (" in out
    assert "→ the working tree" in out
    assert code == 1  # the history has no entry for 2.2.0


def test_on_a_branch_it_is_compared_with_where_it_left_the_main_one(repo: Repo, sopctl: Shown) -> None:
    base = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "topic")
    change(repo, LATER, MAJOR, ENTRY)
    repo.commit("More time")
    code, out, _ = sopctl()
    assert f"compared: {base[:12]}, where this branch left main → the working tree" in out
    assert "`rebuild-file`: must be done within 5 business hours" in out
    assert sopctl("main", "topic", "--format", "json")[1] != ""
    assert sopctl("--fail-on", "clock")[0] == 1
    assert sopctl("topic", "HEAD")[:1] == (0,)
    assert code in (0, 1)


def test_in_a_clone_without_a_main_branch_of_its_own_that_of_the_origin_counts(
    repo: Repo, sopctl: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "topic")
    change(repo, CLEARER)
    repo.commit("Clearer")
    repo.git("clone", "-q", "-b", "topic", str(repo.top), str(tmp_path / "clone"))
    repo.git("-C", str(tmp_path / "clone"), "remote", "set-head", "origin", "--delete")
    monkeypatch.chdir(tmp_path / "clone")
    _, out, _ = sopctl()
    assert f"compared: {base[:12]}, where this branch left origin/main → the working tree" in out
    assert "Look at the evidence" in out


def test_where_no_main_branch_is_known_nobody_says_that_nothing_changes(
    repo: Repo, sopctl: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("branch", "-m", "trunk")
    assert "compared: HEAD (" in sopctl()[1]  # the only branch is the main one
    repo.git("checkout", "-q", "-b", "topic")
    change(repo, CLEARER)
    repo.commit("Clearer")
    code, out, err = sopctl()
    assert (code, out) == (2, "")
    assert "no branch is called `main` or `master`" in err
    assert "`sopctl diff BRANCH`" in err
    assert "Look at the evidence" in sopctl("trunk")[1]
    repo.git("checkout", "-q", "trunk")
    for depth, says in ((["--depth", "1"], "git fetch --unshallow"), ([], "`sopctl diff BRANCH`")):
        clone = tmp_path / f"clone{len(depth)}"
        repo.git("clone", "-q", *depth, "--single-branch", "-b", "topic", repo.top.as_uri(), str(clone))
        monkeypatch.chdir(clone)
        code, out, err = sopctl()
        assert (code, out) == (2, "")
        assert says in err


def test_where_there_was_no_knowledge_base_yet_everything_is_new(
    sopctl: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "product")
    repo.write("README.md", "# A product")
    repo.commit()
    for path, text in TEXTS.items():
        repo.write(f"docs/handbook/{path}", text)
    repo.commit()
    monkeypatch.chdir(repo.top / "docs/handbook")
    code, out, _ = sopctl("HEAD^", "HEAD")
    assert "), without SOPs as yet → HEAD (" in out
    assert "TS-APP-001 is new" in out
    assert code in (0, 1)
    assert sopctl("HEAD", "HEAD^")[0] == 2  # nor is anything said to be gone


def test_two_folders_need_no_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sopctl: Shown
) -> None:
    for name, text in (("old one", TEXTS[APPEAL]), ("new", TEXTS[APPEAL].replace(*CLEARER))):
        for path, whole in {**TEXTS, APPEAL: text}.items():
            place = tmp_path / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(whole, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _, out, _ = sopctl("old one", "new")
    assert "compared: the folder old one → the folder new" in out
    assert "Look at the evidence" in out


def test_a_part_of_a_knowledge_base_or_an_empty_folder_is_refused(repo: Repo, sopctl: Shown) -> None:
    for folder in ("sops/driver", "empty", "main"):
        (repo.top / folder).mkdir(parents=True, exist_ok=True)
        code, out, err = sopctl(folder)
        assert (code, out) == (2, ""), folder
        assert f"`{folder}` is" in err
    assert "refs/heads/main" in sopctl("main")[2]
    assert "is a file" in sopctl(APPEAL)[2]
    assert sopctl("sops")[0] == 0


def test_what_names_nothing_is_said_and_never_no_changes(repo: Repo, sopctl: Shown) -> None:
    for words in (["nowhere"], ["main..HEAD"], ["HEAD", "nowhere"]):
        code, out, err = sopctl(*words)
        assert (code, out) == (2, "")
        assert err.startswith("sopctl: ")


def test_a_base_that_cannot_be_read_whole_is_exit_code_2_and_the_rest_is_compared(
    repo: Repo, sopctl: Shown
) -> None:
    other = SOPS["TS-HLD-001"]
    repo.write(other, TEXTS[other] + "\nbroken: [\n")
    repo.commit("Broken")
    repo.write(other, TEXTS[other])
    change(repo, CLEARER)
    code, out, _ = sopctl("HEAD")
    assert code == 2
    assert out.startswith(f"Not everything could be compared: {other} cannot be read")
    assert "Look at the evidence" in out


def test_a_repository_without_commits_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sopctl: Shown
) -> None:
    repo = Repo(tmp_path / "new")
    repo.write(APPEAL, TEXTS[APPEAL])
    monkeypatch.chdir(repo.top)
    code, out, err = sopctl()
    assert (code, out) == (2, "")
    assert "no commits yet" in err


def test_checks_never_write(repo: Repo, sopctl: Shown) -> None:
    change(repo, LATER)
    before = {path: path.read_bytes() for path in repo.top.rglob("*") if path.is_file()}
    sopctl()
    assert {path: path.read_bytes() for path in repo.top.rglob("*") if path.is_file()} == before
    code, _, err = sopctl("--output", APPEAL)
    assert code == 2
    assert "nothing was written" in err
