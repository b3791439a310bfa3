"""The figures say what is there, and the command and the site say the same."""

import json
from datetime import date
from pathlib import Path

import pytest

from sopctl import cli, library, writing
from sopctl.analysis import lately
from sopctl.analysis.health import FAMILIES, Health, health
from sopctl.lint import lint
from sopctl.report import _health as report
from sopctl.rules import RULES

TODAY = date(2026, 11, 21)
REGISTERS = """\
knowledge_base: {title: Docks}
roles:
  lead: {title: Dock lead}
  agent: {title: Dock agent, reports_to: lead}
clauses:
  port.watch: {text: Somebody watches., source: Port law, confidence: confirmed}
  port.log: {text: Keep a log., source: Port law}
"""
SOP = """\
id: {id}
title: Open the dock
version: 1.2.0
status: {status}
owner: lead
purpose: Ships can land.
scope: The dock.
trigger: A ship calls.
review_by: {review_by}
effective_on: 2026-01-05
approvals: [{{role: lead, meaning: approval, on: 2026-01-05}}]
steps:
  - {{id: look, title: Look, role: agent, ask: Is it free?, answers: {{yes: done, no: refused}}}}
outcomes: {{done: The dock is open, refused: The dock stays shut}}
training: {{required_for: [agent], retrain_on: {retrain_on}}}
scenarios:
  - {{title: Free, answers: {{look: yes}}, expect: {{outcome: done}}}}
change_history:
  - {{version: 1.2.0, on: 2026-10-01, author: lead, summary: Clearer}}
  - {{version: 1.1.0, on: 2026-05-01, author: lead, summary: Who looks}}
  - {{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}}
"""


def sop(id: str, status: str = "effective", review_by: str = "2027-01-31", retrain_on: str = "major") -> str:
    return SOP.format(id=id, status=status, review_by=review_by, retrain_on=retrain_on)


def docks(**more: str) -> library.Library:
    texts = {
        "sops/registers.yaml": REGISTERS,
        **{f"sops/{id.replace('_', '-')}.yaml": t for id, t in more.items()},
    }
    return library.build(texts, TODAY)


def of(whole: library.Library) -> Health:
    return health(whole, lint(whole))


def test_reviews_are_told_by_day_and_those_of_sops_nobody_works_by_are_not() -> None:
    found = of(
        docks(
            DK_A_001=sop("DK-A-001", review_by="2027-01-31"),
            DK_A_002=sop("DK-A-002", review_by="2026-11-20"),
            DK_A_003=sop("DK-A-003", review_by="2026-11-21"),
            DK_A_004=sop("DK-A-004", status="withdrawn", review_by="2025-01-01"),
        )
    )
    assert [review.sop.id for review in found.reviews] == ["DK-A-002", "DK-A-003", "DK-A-001"]
    assert [review.sop.id for review in found.overdue] == ["DK-A-002"]
    assert found.load == {"lead": {"2026-11": 1, "2027-01": 1, "overdue": 1}}
    assert found.statuses == {"effective": 3, "withdrawn": 1}


def test_branches_and_scenarios_are_counted_where_people_may_work_by_them() -> None:
    found = of(docks(DK_A_001=sop("DK-A-001"), DK_A_002=sop("DK-A-002", status="withdrawn")))
    assert found.scenarios == (2, 2)
    assert found.branches == (2, 4)  # one of two answers, one of two outcomes
    assert [(each.sop.id, each.branches) for each in found.untested] == [("DK-A-001", (2, 4))]


def test_a_scenario_that_fails_does_not_count_as_good() -> None:
    found = of(
        docks(DK_A_001=sop("DK-A-001").replace("expect: {outcome: done}", "expect: {outcome: refused}"))
    )
    assert found.scenarios == (0, 1)


def test_clauses_are_verified_or_named() -> None:
    found = of(docks())
    assert found.clauses == (1, 2)
    assert found.unverified == ("port.log",)


def test_findings_are_counted_by_family_as_the_linter_gives_them() -> None:
    whole = docks(DK_A_001=sop("DK-A-001", review_by="2026-01-31"))
    diagnostics = lint(whole)
    found = health(whole, diagnostics)
    assert sum(sum(counted.values()) for counted in found.findings.values()) == len(diagnostics)
    for family, counted in found.findings.items():
        assert sum(counted.values()) == sum(each.code.startswith(family) for each in diagnostics)


def test_every_rule_belongs_to_a_family() -> None:
    assert {rule.code[:4] for rule in RULES} == set(FAMILIES)


def test_an_empty_knowledge_base_is_told_without_a_figure_too_many() -> None:
    found = of(library.build({}, TODAY))
    assert report.text(found).splitlines() == [
        "SOPs       0",
        "reviews    0 overdue of 0",
        "scenarios  0 of 0 come out as expected",
        "branches   0 of 0 are gone through by a scenario",
        "clauses    0 of 0 are verified",
        "findings   0",
    ]


def test_the_text_names_the_sops_with_most_untested_branches_and_counts_the_others() -> None:
    ids = [f"DK-A-{i:03}" for i in range(1, 25)]
    last = sop(ids[-1]).partition("scenarios:")[0]
    found = of(
        docks(**{id.replace("-", "_"): sop(id) for id in ids[:-1]}, **{ids[-1].replace("-", "_"): last})
    )
    told = [line for line in report.text(found).splitlines() if "untested" in line or "more" in line]
    assert told[:2] == ["  ▲ DK-A-024: 4 of 4 untested", "  ▲ DK-A-001: 2 of 4 untested"]
    assert told[20:] == ["  … and 4 more; --format json lists all"]


def test_the_text_says_when_reviews_are_due() -> None:
    days = {"DK-A-001": "2026-11-20", "DK-B-001": "2027-01-31"}
    texts = {f"sops/{id}.yaml": sop(id, review_by=day) for id, day in days.items()}
    found = of(library.build({"sops/registers.yaml": REGISTERS, **texts}, TODAY))
    assert "    lead: 1 overdue, 1 due in 2027-01" in report.text(found).splitlines()


def test_the_command_and_the_site_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.write(tmp_path / "sops/registers.yaml", REGISTERS)
    writing.write(tmp_path / "sops/DK-A-001.yaml", sop("DK-A-001", review_by="2026-11-20"))
    monkeypatch.chdir(tmp_path)
    assert cli.run(["status", "--format", "json", "--today", "2026-11-21"]) == 0
    said = capsys.readouterr().out
    assert cli.run(["render", "--today", "2026-11-21"]) == 0
    assert (tmp_path / "site/pages/status.json").read_text("utf-8") == said
    assert json.loads(said)["reviews"]["overdue"] == [
        {"sop": "DK-A-001", "owner": "lead", "due": "2026-11-20", "days": 1}
    ]
    capsys.readouterr()
    assert cli.run(["status", "--today", "2026-11-21"]) == 0
    assert "▲ DK-A-001, lead: since 2026-11-20, 1 day\n" in capsys.readouterr().out


# What changed


def test_changes_are_told_newest_first_and_none_from_the_future() -> None:
    later = sop("DK-A-002").replace("on: 2026-10-01", "on: 2026-11-22")
    found = lately.entries(docks(DK_A_001=sop("DK-A-001"), DK_A_002=later))
    assert [(str(each.on), each.sop.id, each.change.version) for each in found] == [
        ("2026-10-01", "DK-A-001", "1.2.0"),
        ("2026-05-01", "DK-A-001", "1.1.0"),
        ("2026-05-01", "DK-A-002", "1.1.0"),
        ("2026-01-05", "DK-A-001", "1.0.0"),
        ("2026-01-05", "DK-A-002", "1.0.0"),
    ]


def test_what_comes_into_force_later_is_told_by_its_day() -> None:
    ahead = sop("DK-A-001", status="approved").replace("effective_on: 2026-01-05", "effective_on: 2026-12-24")
    whole = docks(DK_A_001=ahead, DK_A_002=sop("DK-A-002"))
    assert [each.id for each in lately.coming(whole)] == ["DK-A-001"]


@pytest.mark.parametrize(("retrain_on", "version"), [("major", "1.0.0"), ("minor", "1.2.0"), ("never", None)])
def test_training_is_due_again_after_the_last_change_that_asks_for_it(
    retrain_on: str, version: str | None
) -> None:
    found = docks(DK_A_001=sop("DK-A-001", retrain_on=retrain_on)).sop("DK-A-001")
    assert found is not None
    since = lately.retrained(found)
    assert (since.version if since else None) == version


@pytest.mark.parametrize(
    ("retrain_on", "oldest", "version"),
    [
        ("major", "1.1.0", None), ("major", "2.0.0", "2.0.0"),
        ("minor", "1.2.1", None), ("minor", "1.2.0", "1.2.0"),
    ],
)  # fmt: skip
def test_the_oldest_change_that_is_kept_asks_for_training_only_where_its_version_says_so(
    retrain_on: str, oldest: str, version: str | None
) -> None:
    text = sop("DK-A-001", retrain_on=retrain_on)
    history = text.index("  - {version: 1.2.0")
    text = f"{text[:history]}  - {{version: {oldest}, on: 2026-05-01, author: lead, summary: Oldest}}\n"
    found = docks(DK_A_001=text).sop("DK-A-001")
    assert found is not None
    since = lately.retrained(found)
    assert (since.version if since else None) == version
