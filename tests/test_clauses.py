"""Clauses: whom they meet, who carries them out, what notices owe them, and the table for an auditor."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.analysis.clauses import holds, lacking, meets, weight, within
from sopctl.cli.cells import defused, table
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.model.registers import AppliesTo, Clause, Notice
from sopctl.rules import RULES
from tests.command import run

TODAY = date(2026, 11, 21)
SOP = {
    "id": "TS-A-001",
    "title": "Answer appeals",
    "version": "1.0.0",
    "status": "effective",
    "owner": "lead",
    "effective_on": "2026-01-06",
    "review_by": "2027-01-06",
    "applies_to": "{jurisdictions: [us-wa-seattle], worker_types: [delivery]}",
    "approvals": "[{role: chief, name: A. Person, meaning: approval, on: 2026-01-05}]",
    "purpose": "Show one thing.",
    "scope": "Examples.",
    "trigger": "A reader is curious.",
    "steps": "[{id: look, title: Look at it, role: lead, within: 2d, ask: Well?, answers: {yes: done, no: refused}}]",
    "outcomes": "{done: {title: Done}, refused: {title: Refused, adverse: true, notice: no, appeal: In court.}}",
    "metrics": "[speed]",
    "change_history": "[{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]",
}
REST = """\
knowledge_base: {title: Handbook, jurisdictions: [us, us-wa, us-wa-seattle, us-mn], worker_types: [delivery, rideshare]}
roles:
  lead: {title: Lead}
  chief: {title: Chief}
metrics:
  speed: {title: Speed, definition: How fast.}
"""
NOTICES = "notices:\n  no: {title: 'No', fields: [reasons], languages: [en]}\n"


def sop(**keys: str) -> str:
    return "".join(f"{key}: {value}\n" for key, value in {**SOP, **keys}.items())


def clause(applies: str = "", more: str = "kind: ceiling, value: 14d, confidence: confirmed") -> str:
    scope = f", applies_to: {applies}" if applies else ""
    return f"clauses:\n  the-law: {{text: Answer., source: A law, {more}{scope}}}\n"


def library(texts: dict[str, str]) -> Library:
    return build({"zz.yaml": REST, "notices.yaml": NOTICES, **texts}, TODAY)


def found(code: str, texts: dict[str, str]) -> list[Diagnostic]:
    return lint(library(texts), [rule for rule in RULES if rule.code == code])


def record(part: Any, **data: object) -> Any:
    made, into = part.make(data)
    assert not into.problems
    return made


# Whom a clause meets


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("us-wa", "us-wa-seattle", True),
        ("us-wa-seattle", "us", True),
        ("us-wa", "us-wa", True),
        ("us-wa", "us-mn", False),
        ("us-w", "us-wa", False),  # a word, not a beginning of one
    ],
)
def test_a_place_holds_the_places_in_it(one: str, other: str, same: bool) -> None:
    assert holds(one, other) is holds(other, one) is same


WORDS = st.lists(st.sampled_from(["us", "us-wa", "us-wa-seattle", "us-mn", "eu"]), unique=True, max_size=3)
WORKERS = st.lists(st.sampled_from(["delivery", "rideshare"]), unique=True, max_size=2)


@settings(deadline=None)
@given(WORDS, WORKERS, WORDS, WORKERS)
def test_two_scopes_meet_where_some_place_and_some_worker_is_in_both(
    places: list[str], workers: list[str], other_places: list[str], other_workers: list[str]
) -> None:
    one = record(AppliesTo, jurisdictions=places, worker_types=workers)
    other = record(AppliesTo, jurisdictions=other_places, worker_types=other_workers)

    def inside(point: str, scope: list[str]) -> bool:
        return not scope or any(point == each or point.startswith(each + "-") for each in scope)

    points = ["us-wa-seattle-x", "us-wa-x", "us-mn-x", "us-x", "eu-x", "nowhere"]
    wanted = any(inside(p, places) and inside(p, other_places) for p in points) and any(
        (not workers or w in workers) and (not other_workers or w in other_workers)
        for w in ("delivery", "rideshare", "x")
    )
    assert meets(one, other) is meets(other, one) is wanted
    assert meets(None, one)


def test_a_filter_takes_what_holds_the_place_and_what_lies_in_it() -> None:
    scope = record(AppliesTo, jurisdictions=["us-wa"], worker_types=["delivery"])
    assert within(scope, "us", None)
    assert within(scope, "us-wa-seattle", "delivery")
    assert not within(scope, "us-mn", None)
    assert not within(scope, None, "rideshare")
    assert within(None, "us-mn", "rideshare")


# SOP801


@pytest.mark.parametrize(
    ("applies", "due"),
    [
        ("", True),
        ("{jurisdictions: [us-wa]}", True),
        ("{jurisdictions: [us-wa-seattle], worker_types: [delivery, rideshare]}", True),
        ("{jurisdictions: [us-mn]}", False),
        ("{worker_types: [rideshare]}", False),
    ],
)
def test_a_clause_is_due_where_it_meets_an_effective_sop(applies: str, due: bool) -> None:
    diagnostics = found("SOP801", {"c.yaml": clause(applies), "TS-A-001.yaml": sop()})
    assert [(each.span.path, each.span.line) for each in diagnostics] == [("c.yaml", 2)] * due
    assert found("SOP801", {"c.yaml": clause(applies), "TS-A-001.yaml": sop(status="draft")}) == []


CARRIERS = {
    "the SOP": {"implements": "the-law"},
    "a step": {"steps": "[{id: look, title: Look, role: lead, implements: [the-law], next: done}]"},
    "a row": {
        "steps": "[{id: look, title: Look, role: lead, decide: [{otherwise: done, implements: the-law}]}]"
    },
    "an item": {
        "steps": "[{id: look, title: Look, role: lead, checklist: [{text: Look., clause: the-law}], next: done}]"
    },
    "an outcome": {"outcomes": "{done: {title: Done, implements: the-law}, refused: {title: Refused}}"},
    "a deadline": {"deadlines": "[{id: soon, kind: ceiling, from: trigger, to: done, implements: the-law}]"},
    "a record": {"records": "[{what: Log, retention: 3y, implements: the-law}]"},
}


@pytest.mark.parametrize("keys", CARRIERS.values(), ids=CARRIERS)
def test_whatever_names_a_clause_carries_it_out(keys: dict[str, str]) -> None:
    texts = {"c.yaml": clause(), "TS-A-001.yaml": sop(**keys)}
    assert found("SOP801", texts) == []


def test_a_notice_carries_a_clause_out_where_an_effective_sop_sends_it() -> None:
    texts = {"c.yaml": clause(), "notices.yaml": "notices:\n  no: {title: N, implements: the-law}\n"}
    assert found("SOP801", {**texts, "TS-A-001.yaml": sop()}) == []
    unsent = sop(outcomes="{done: {title: Done}, refused: {title: Refused}}")
    [each] = found("SOP801", {**texts, "TS-A-001.yaml": unsent})
    assert "only notice `no` names it, which no effective SOP sends" in each.message


def test_a_draft_that_names_it_does_not_carry_it_out() -> None:
    draft = sop(id="TS-B-001", status="draft", implements="the-law")
    [each] = found("SOP801", {"c.yaml": clause(), "TS-A-001.yaml": sop(), "TS-B-001.yaml": draft})
    assert "only TS-B-001 names it, whose status is `draft`" in each.message


@pytest.mark.parametrize(
    ("start", "other", "earlier", "findings"),
    [
        ("2026-01-06", "2026-11-21", "", 0),
        ("2026-01-06", "2026-11-22", "", 1),
        ("2026-11-22", "2026-11-22", "", 0),  # both take effect on the same day
        ("2026-11-22", "2026-11-23", "", 1),
        ("2026-01-06", "2026-11-22", ", effective_on: 2026-02-01", 0),  # until then the version before it
    ],
)
@pytest.mark.parametrize("notice", ["", "no"])
def test_what_takes_effect_later_carries_it_out_from_that_day_on(
    start: str, other: str, earlier: str, findings: int, notice: str
) -> None:
    entry = "{version: %s, on: 2026-01-05, author: writer, summary: Written%s}"
    history = f"[{entry % ('1.0.0', '')}, {entry % ('0.9.0', earlier)}]" if earlier else ""
    names = {"outcomes": "{done: {title: Done, notice: no}}"} if notice else {"implements": "the-law"}
    later = {**names, **({"change_history": history} if history else {})}
    texts = {
        "c.yaml": clause(),
        "notices.yaml": NOTICES.replace("title", "implements: the-law, title") if notice else NOTICES,
        "TS-A-001.yaml": sop(effective_on=start, outcomes="{done: {title: Done}}"),
        "TS-B-001.yaml": sop(id="TS-B-001", effective_on=other, **later),
    }
    said = found("SOP801", texts)
    how = f"which TS-B-001 sends from {other} on" if notice else f"which takes effect on {other}"
    assert [each.message.rpartition("names it, ")[2] for each in said] == [how] * findings


def test_a_mention_in_a_text_does_not_carry_it_out() -> None:
    texts = {"c.yaml": clause(), "TS-A-001.yaml": sop(scope="See [[clause:the-law]].")}
    assert len(found("SOP801", texts)) == 1


@pytest.mark.parametrize(
    "keys",
    [
        {"implements": "the-lwa"},
        {"implements": "[[the-law]]"},
        {"implements": "the-law", "status": "efective"},
    ],
)
def test_one_slip_is_not_an_absence_too(keys: dict[str, str]) -> None:
    other = sop(id="TS-B-001")
    assert found("SOP801", {"c.yaml": clause(), "TS-A-001.yaml": sop(**keys), "TS-B-001.yaml": other}) == []


def test_nobody_knows_what_is_absent_while_a_file_cannot_be_read() -> None:
    [each] = found("SOP801", {"c.yaml": clause(), "TS-A-001.yaml": sop(), "TS-B-001.yaml": "{"})
    assert (each.span.path, each.severity) == ("TS-B-001.yaml", Severity.NOTE)
    assert each.message.startswith("unknown: which clauses nothing carries out")


# SOP802


CONTENT = clause(more="kind: content, value: [reasons, redress], confidence: confirmed")


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"notices.yaml": "notices:\n  no: {title: N, fields: [reasons], implements: the-law}\n"}, "lacks the field `redress`; `the-law` asks for it"),
        ({"TS-A-001.yaml": sop(implements="the-law")}, "asks for it for TS-A-001"),
        ({"TS-A-001.yaml": sop(outcomes=SOP["outcomes"].replace("notice: no", "notice: no, implements: the-law"))}, "for outcome `refused` of TS-A-001"),
        ({"TS-A-001.yaml": sop(steps=SOP["steps"].replace("within", "implements: the-law, within"))}, ""),
        ({"TS-A-001.yaml": sop(steps=SOP["steps"].replace("within", "notice: no, implements: the-law, within", 1))}, "asks for it for step `"),
        ({"TS-A-001.yaml": sop(outcomes="{done: {title: D, notice: no, implements: the-law}, refused: {title: R}}")}, ""),
        ({"notices.yaml": "notices:\n  no: {title: N, fields: [redress, reasons], implements: the-law}\n"}, ""),
        ({"notices.yaml": "notices:\n  no: {title: N, fields: [[x]], implements: the-law}\n"}, ""),
    ],
)  # fmt: skip
def test_a_notice_says_what_its_clauses_ask_for(texts: dict[str, str], says: str) -> None:
    diagnostics = found("SOP802", {"c.yaml": CONTENT, "TS-A-001.yaml": sop(), **texts})
    assert [each.span[:2] for each in diagnostics] == [("notices.yaml", 2)] * bool(says)
    assert all(says in each.message and each.severity == Severity.ERROR for each in diagnostics)


@pytest.mark.parametrize("confidence", ["confidence: unverified", "text: Answer."])
def test_what_rests_on_an_unverified_clause_is_a_warning_at_most(confidence: str) -> None:
    shaky = f"clauses:\n  the-law: {{source: A law, kind: languages, value: [en, es], {confidence}}}\n".replace("{source", "{text: T, source" if "text" not in confidence else "{source")  # fmt: skip
    texts = {"c.yaml": shaky, "TS-A-001.yaml": sop(implements="the-law")}
    [each] = found("SOP802", texts)
    assert (each.severity, "the language `es`" in each.message) == (Severity.WARNING, True)
    assert [(note.severity, note.span.line) for note in found("SOP803", texts)] == [(Severity.NOTE, 2)]


def test_a_confidence_that_could_not_be_read_is_one_finding() -> None:
    texts = {"c.yaml": clause(more="confidence: sure")}
    assert found("SOP803", texts) == []
    entry = library(texts).clauses["the-law"]
    assert weight([entry]) == Severity.WARNING
    assert weight([None]) is None


def test_a_regional_language_carries_the_language() -> None:
    law = record(Clause, text="T", source="S", kind="languages", value=["en", "es"])
    assert lacking(law, record(Notice, title="N", languages=["en-US", "ES"])) == []


# The table


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sops"
    folder.mkdir()
    (folder / "zz.yaml").write_text(REST + NOTICES)
    (folder / "clauses.yaml").write_text(
        "clauses:\n"
        "  a.answer: {text: Answer., source: '=A law | of [Seattle]', kind: ceiling, value: 14d, confidence: confirmed}\n"
        "  b.records: {text: Keep., source: A law, kind: retention, value: 3y, applies_to: {jurisdictions: [us-wa]}}\n"
        "  c.far: {text: Answer., source: A law, confidence: confirmed, applies_to: {jurisdictions: [us-mn]}}\n"
    )
    keys = {
        "deadlines": "[{id: soon, kind: ceiling, from: trigger, to: refused, implements: a.answer}]",
        "training": "{required_for: [lead], questions: [{ask: What now?, choices: [Yes, No], answer: 1, step: look}]}",
        "scenarios": "[{title: It is refused, answers: {look: no}, expect: {outcome: refused}}]",
    }
    (folder / "TS-A-001.yaml").write_text(sop(**keys))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table_goes_from_the_clause_to_the_metric(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "coverage", "--format", "json")
    found = {each["id"]: each for each in json.loads(out)["clauses"]}
    assert code == 0
    [place] = found["a.answer"]["places"]
    assert place == {
        "sop": "TS-A-001", "version": "1.0.0", "status": "effective", "where": "deadline soon", "times": ["ceiling 14 days"],
        "notices": [], "scenarios": ["It is refused"], "questions": ["question 1 (look)"], "metrics": ["speed"], "missing": [],
    }  # fmt: skip
    assert found["b.records"]["missing"] == ["nothing effective carries it out", "not verified"]
    assert (found["c.far"]["applies"], found["c.far"]["missing"]) == (False, ["applies to no effective SOP"])


def test_what_no_scenario_goes_through_is_missing(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = base / "sops/TS-A-001.yaml"
    file.write_text(file.read_text().replace("to: refused", "to: done"))
    [first, *_] = json.loads(run(capsys, "coverage", "--format", "json")[1])["clauses"]
    assert first["places"][0]["missing"] == ["scenario"]


def test_to_be_read_the_places_that_lack_something_come_first_and_most_are_counted(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = base / "sops/TS-A-001.yaml"
    text = file.read_text()
    other = text.replace("TS-A-001", "TS-A-002").replace("to: refused", "to: done")
    (base / "sops/TS-A-002.yaml").write_text(other)
    monkeypatch.setattr("sopctl.cli.coverage._MOST", 1)
    shown = run(capsys, "coverage")[1].partition("b.records")[0]
    assert "  TS-A-002 1.0.0 deadline soon" in shown
    assert "TS-A-001" not in shown
    assert "  … and 1 more; --format json lists all\n" in shown


def test_a_spreadsheet_gets_no_formula(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, "coverage", "--format", "csv")[1])))
    assert [row["clause"] for row in rows] == ["a.answer", "b.records", "c.far"]
    assert rows[0]["source"] == "'=A law | of [Seattle]"
    assert rows[1]["carried out by"] == "nobody"


def test_a_table_in_markdown_keeps_its_columns(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "coverage", "--format", "markdown")[1]
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert "=A law \\| of \\[Seattle\\]" in out
    assert {line.replace("\\|", "").count("|") for line in rows} == {16}


def test_places_and_workers_narrow_the_table(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(
        capsys, "coverage", "--format", "json", "--jurisdiction", "us-wa-seattle", "--worker-type", "delivery"
    )[1]
    assert [each["id"] for each in json.loads(out)["clauses"]] == ["a.answer", "b.records"]
    code, out, err = run(capsys, "coverage", "--jurisdiction", "us-wq")
    assert (code, out) == (2, "")
    assert "no jurisdiction is called `us-wq` (did you mean" in err


def test_the_text_says_what_is_missing_and_how_many_are_carried_out(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(capsys, "coverage")[1]
    assert "  ▲ nothing effective carries it out\n" in out
    assert out.endswith("3 clauses, 2 of which apply; 1 of these is carried out, 1 with nothing missing.\n")


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_cell_begins_with_no_sign_that_a_spreadsheet_runs(text: str) -> None:
    cell = defused(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert table(["x"], [["=1"]]) == "x\n'=1\n"


@pytest.mark.parametrize("value", [[""], ["14d", ""], [["14d"]]])
def test_a_value_of_a_clause_that_is_not_written_yet_is_one_finding(value: list[Any]) -> None:
    clause, read = Clause.make({"text": "Answer.", "source": "Law", "kind": "ceiling", "value": value})
    assert clause.duration is None
    assert [problem.code for problem in read.problems] == ["SOP005"]
