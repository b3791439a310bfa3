"""Who stands above whom, who has which authority, who may do a step; and reviewers who are not independent."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.analysis import people
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.rules import RULES

TODAY = date(2026, 11, 21)
SOP = """\
id: {id}
title: One
version: 1.0.0
status: draft
owner: chief
purpose: Show one thing.
scope: Examples.
trigger: A reader is curious.
steps:
{steps}
outcomes: {{done: {{title: Done}}}}
change_history: [{{version: 1.0.0, on: 2026-01-05, author: chief, summary: First}}]
"""
PEOPLE = """\
roles:
  chief: {title: Chief, authority: [close]}
  lead: {title: Lead, reports_to: chief, authority: [close, open]}
  agent: {title: Agent, team: front, reports_to: front}
  clerk: {title: Clerk, team: front, reports_to: lead, authority: [open]}
  counsel: {title: Counsel}
teams:
  front: {title: Front office, lead: lead}
  empty: {title: Nobody}
schedules:
  night: {title: Night shift, roles: [clerk, lead]}
  day: {title: Day shift, roles: [lead, chief]}
escalation_paths:
  up: {title: Up, levels: [{to: lead, ack_within: 1h}], on_exhausted: chief}
"""


def library(steps: str = "", roles: str = PEOPLE, **more: str) -> Library:
    texts = {"people.yaml": roles, **more}
    if steps:
        texts["TS-A-001.yaml"] = SOP.format(id="TS-A-001", steps=steps)
    return build(texts, TODAY)


def found(steps: str, **more: str) -> list[Diagnostic]:
    return lint(library(steps, **more), [rule for rule in RULES if rule.code == "SOP210"])


@pytest.mark.parametrize(
    ("who", "authority", "has"),
    [
        ("lead", "open", True),
        ("chief", "open", False),
        ("front", "close", True),  # a team may what its lead may
        ("night", "open", True),  # a schedule what all its roles may
        ("night", "close", False),
        ("day", "close", True),
        ("nobody", "close", None),
    ],
)
def test_a_team_has_the_authority_of_its_lead_and_a_schedule_that_of_all_its_roles(
    who: str, authority: str, has: bool | None
) -> None:
    assert people.has_authority(library(), who, authority) is has


@pytest.mark.parametrize(
    ("one", "other", "above"),
    [
        ("chief", "agent", True),  # by way of the team that the agent reports to
        ("lead", "front", False),
        ("chief", "front", True),
        ("chief", "night", True),
        ("lead", "night", True),  # the clerk is the lowest of the night shift
        ("day", "clerk", True),
        ("day", "lead", False),
        ("counsel", "agent", False),
        ("agent", "chief", False),
    ],
)
def test_a_schedule_stands_as_high_as_the_lowest_of_its_roles(one: str, other: str, above: bool) -> None:
    assert people.stands_above(library(), one, other) is above


ROLES = [f"r{i}" for i in range(7)]


@settings(deadline=None, max_examples=80)
@given(st.lists(st.one_of(st.none(), st.sampled_from(ROLES)), min_size=7, max_size=7))
def test_the_line_between_two_roles_is_the_shortest_chain_of_reports(bosses: list[str | None]) -> None:
    lines = ""
    for role, boss in zip(ROLES, bosses, strict=True):
        lines += f"  {role}: {{title: T, reports_to: {boss}}}\n" if boss else f"  {role}: {{title: T}}\n"
    built = library(roles="roles:\n" + lines)
    above = dict(zip(ROLES, bosses, strict=True))
    for low in ROLES:
        chain, here = [low], above[low]
        while here is not None and here not in chain[1:]:
            chain.append(here)
            here = above[here]
        assert set(people.superiors(built, low)) == set(chain[1:])
        for high in ROLES:
            line = people.line_between(built, low, high)
            assert line == (chain[: chain.index(high, 1) + 1] if high in chain[1:] else [])


REVIEW = "  - {{id: decide, title: Decide, {first}}}\n  - {{id: review, title: Look again, {second}, independent_of: '#decide', next: done}}"


def review(first: str, second: str) -> str:
    return REVIEW.format(first=first, second=second)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("role: lead", "role: lead", "`lead` does `#decide` and this step too"),
        ("role: chief", "role: agent", "`agent` does this step and reports to `lead`, who reports to `chief`, who does `#decide`"),
        ("role: front", "role: clerk", "`clerk` does `#decide` and this step too"),
        ("role: clerk", "role: night", "`clerk` does `#decide` and this step too"),
        ("role: chief", "role: night", "`clerk` does this step and reports to `lead`"),
        ("escalate: up", "role: agent", "`agent` does this step and reports to `lead`"),
        ("role: clerk", "escalate: up", ""),
        ("role: agent", "role: chief", ""),  # whoever stands above is free
        ("role: agent", "role: clerk", ""),
        ("role: lead", "role: counsel", ""),
        ("role: empty", "role: lead", ""),
    ],
)  # fmt: skip
def test_a_reviewer_neither_did_the_step_nor_reports_to_who_did(first: str, second: str, says: str) -> None:
    diagnostics = found(review(first, second))
    assert len(diagnostics) == bool(says)
    for each in diagnostics:
        assert says in each.message
        assert (each.span.line, each.severity) == (11, Severity.ERROR)


def test_each_entry_of_a_list_is_judged_at_its_own_place() -> None:
    steps = (
        "  - {id: one, title: Decide, role: lead}\n"
        "  - {id: two, title: Decide, role: counsel}\n"
        "  - id: review\n    title: Look again\n    role: agent\n    next: done\n"
        "    independent_of:\n      - '#two'\n      - '#one'"
    )
    assert [each.span.line for each in found(steps)] == [18]


def test_a_step_of_another_sop_counts_too() -> None:
    other = SOP.format(id="TS-B-001", steps="  - {id: decide, title: Decide, role: lead, next: done}")
    steps = "  - {id: review, title: Look again, role: lead, independent_of: TS-B-001#decide, next: done}"
    assert len(found(steps, **{"TS-B-001.yaml": other})) == 1


def test_who_does_a_called_sop_is_unknown_and_said_so() -> None:
    other = SOP.format(id="TS-B-001", steps="  - {id: decide, title: Decide, role: lead, next: done}")
    [each] = found(review("call: TS-B-001", "role: lead"), **{"TS-B-001.yaml": other})
    assert each.message.startswith("unknown: ")
    assert each.severity == Severity.NOTE


@pytest.mark.parametrize("second", ["role: leda", "role: [x]"])
def test_a_role_that_has_a_finding_already_gets_no_second(second: str) -> None:
    assert found(review("role: lead", second)) == []


def test_a_reference_that_leads_nowhere_gets_no_second_finding() -> None:
    steps: Any = "  - {id: review, title: Look again, role: lead, independent_of: '#nowhere', next: done}"
    assert found(steps) == []
