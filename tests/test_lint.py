"""The linter: one slip is one finding, at its place; and ignores are heeded."""

import random
from collections.abc import Iterator, Mapping
from datetime import date
from types import ModuleType

import pytest

from sopctl.diagnostic import Diagnostic, Finding, Severity
from sopctl.library import Library, Unread, build
from sopctl.lint import lint, worst
from sopctl.model import Sop
from sopctl.rules import RULES, USUAL, Rule

TODAY = date(2026, 11, 21)
SOP = """\
id: TS-A-001
title: One
version: 1.0.0
status: draft
owner: lead
purpose: Show one thing.
scope: Examples, see [[TS-A-002]].
trigger: A reader is curious.
steps:
  - id: look
    title: Look at it
    role: lead
    next: done
outcomes:
  done: {title: Done}
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: writer, summary: First}
"""
CLEAN = {
    "TS-A-001.yaml": SOP,
    "TS-A-002.yaml": SOP.replace("TS-A-001", "TS-A-002").replace(", see [[TS-A-002]]", ""),
    "roles.yaml": "roles:\n  lead: {title: Lead}\n  writer: {title: Writer}\n",
}


def check(texts: Mapping[str, str | Unread], *only: str) -> list[Diagnostic]:
    rules = [rule for rule in USUAL if not only or rule.code in only]
    return lint(build(texts, TODAY), rules)


def said(diagnostics: list[Diagnostic]) -> list[tuple[str, int, str]]:
    return [(each.span.path, each.span.line, each.code) for each in diagnostics]


def changed(*changes: tuple[str, str], path: str = "TS-A-001.yaml") -> dict[str, str | Unread]:
    text = CLEAN[path]
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return {**CLEAN, path: text}


def test_a_clean_library_has_no_findings() -> None:
    assert check(dict(CLEAN)) == []


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("prerequisites:\n  - First\n    - Second\n", 7),
        ("prerequisites:\n  - First - or so\n   - Second\n    - Third\n", 7),
        ("notes: First\n  - second\n", 6),
        ("prerequisites:\n  - First - second\n  - second\n", 0),
        ("notes: |\n  First - or so\n  - second\n    - third\n", 0),
        ("notes: 'First\n  - second'\n", 0),
        ("notes: First -\n  second - third\n", 0),
    ],
)
def test_an_item_that_is_read_into_the_text_above_is_a_finding(keys: str, line: int) -> None:
    found = check(changed(("owner: lead\n", f"{keys}owner: lead\n")))
    assert said(found) == ([("TS-A-001.yaml", line, "SOP005")] if line else [])
    assert [each.span.column for each in found] == [
        len(text) - len(text.lstrip()) + 1 for text in keys.splitlines()[line - 5 : line - 4] if line
    ]


def test_all_slips_of_a_file_are_found_at_once_each_at_its_place() -> None:
    texts = changed(
        ("status: draft", "status: drafty"),
        ("title: One", "titel: One"),
        ("purpose: Show one thing.", "# purpose: Show one thing."),
        ("owner: lead", "owner: led"),
        ("next: done", "next: doen"),
        ("[[TS-A-002]]", "[[TS-A-020]]"),
        ("    role: lead\n", "    role: lead\n    role: writer\n"),
    )
    assert said(check(texts)) == [
        ("TS-A-001.yaml", 1, "SOP003"),
        ("TS-A-001.yaml", 2, "SOP004"),
        ("TS-A-001.yaml", 4, "SOP005"),
        ("TS-A-001.yaml", 5, "SOP303"),
        ("TS-A-001.yaml", 7, "SOP301"),
        ("TS-A-001.yaml", 13, "SOP002"),
        ("TS-A-001.yaml", 14, "SOP203"),
    ]


def test_a_slip_in_the_name_of_a_required_key_is_one_finding() -> None:
    assert said(check(changed(("title: One", "titel: One")))) == [("TS-A-001.yaml", 2, "SOP004")]


_FACT = "    type: choice\n    values: [red, red, blue]\n"
_TABLE = "    decide:\n      - {when: {f: red}, then: done}\n      - {when: {f: blue}, then: done}\n"
_PATH = """\
escalation_paths:
  p:
    title: A path
    clock: bussines
    answer_within: 8bh
    on_exhausted: lead
    levels: [{to: lead, via: [call], ack_within: 4bh}]
knowledge_base: {title: Ours, default_calendar: office}
calendars: {office: {days: mon-fri, hours: "09:00-17:00", timezone: UTC}}
"""


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("TS-A-001.yaml", f"facts:\n  f:\n    ask: Which?\n{_FACT}", (13, 19, "`red` is listed twice")),
        (
            "TS-A-001.yaml",
            "facts:\n  f: {ask: How many?, type: integer, min: 9, max: 3}\n",
            (10, 51, "less than `min`"),
        ),
        ("words.yaml", _PATH, (4, 12, "did you mean `business`?")),
        (
            "words.yaml",
            "notices: {n: {title: N, fields: [reason], body: 'For {{ reasn }} and {{reason}}.'}}\n",
            (1, 54, "did you mean `reason`?"),
        ),
        (
            "words.yaml",
            "notices: {n: {title: N, fields: [why, who said], body: 'For {{why}}, {who said} and {else}.'}}\n",
            (1, 70, "`{who said}` stands in the text as it is: a field is written `{{who said}}`"),
        ),
        (
            "words.yaml",
            "notices: {n: {title: N, fields: [why], body: 'For {{ why } and {{why}}.'}}\n",
            (1, 51, "a field is written `{{why}}`"),
        ),
    ],
)
def test_a_slip_in_a_register_is_one_finding_at_the_word(
    path: str, text: str, place: tuple[int, int, str]
) -> None:
    table = _TABLE.replace("red", "4").replace("blue", '"> 4"') if "integer" in text else _TABLE
    facts = (("steps:\n", f"{text}steps:\n"), ("    next: done\n", table)) if path == "TS-A-001.yaml" else ()
    texts = {**CLEAN, path: text} if not facts else changed(*facts)
    [found] = [each for each in check(texts) if each.code not in ("SOP307", "SOP506")]
    assert (found.code, found.span.path, found.span.line, found.span.column) == ("SOP005", path, *place[:2])
    assert place[2] in found.message


def test_a_step_that_may_never_be_entered_needs_nothing_that_is_there() -> None:
    step = "    next: done\n    at_most: 0\n    after_that: done\n"
    assert "SOP003" not in {each.code for each in check(changed(("    next: done\n", step)))}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("deadlines: [{id: d, kind: ceiling, from: done, to: done, value: 1d}]", "`done` is an outcome"),
        ("escalations: [{after: 1d, from: done, then: done}]", "`done` is an outcome"),
    ],
)
def test_no_time_starts_at_an_outcome(more: str, message: str) -> None:
    [found] = check(changed(("steps:\n", f"{more}\nsteps:\n")))
    assert (found.code, found.pointer[-1]) == ("SOP005", "from")
    assert message in found.message


def test_a_next_that_is_never_taken_is_a_warning() -> None:
    ask = "    ask: Is it?\n    answers: {yes: done, no: done}\n    next: done\n"
    [found] = check(changed(("    next: done\n", ask)))
    assert (found.code, found.severity, found.pointer[-1]) == ("SOP005", Severity.WARNING, "next")


@pytest.mark.parametrize("start", ["id: people\n", "id: AA-REG-001\n"])
def test_an_id_above_registers_is_one_finding(start: str) -> None:
    [found] = check({**CLEAN, "roles.yaml": start + str(CLEAN["roles.yaml"])})
    assert (found.code, found.span.line, found.help) == ("SOP004", 1, "delete `id`")
    assert "holds registers (`roles`)" in found.message


@pytest.mark.parametrize("start", ["id: TS-A-009\n", "steps: []\n", "id: TS-A-009\ntitle: T\n"])
def test_a_sop_of_which_little_is_written_is_one(start: str) -> None:
    found = check({**CLEAN, "TS-A-009.yaml": start + "facts: {}\n"})
    assert "SOP003" in {each.code for each in found}
    assert "holds registers" not in " ".join(each.message for each in found)


@pytest.mark.parametrize("id", ["le_ad", "Lead", "LEAD"])
def test_an_entry_whose_id_is_written_wrongly_is_one_finding(id: str) -> None:
    texts = {**CLEAN, "roles.yaml": str(CLEAN["roles.yaml"]).replace("lead:", f"{id}:")}
    assert [each.code for each in check(texts) if each.code != "SOP307"] == ["SOP005"]


@pytest.mark.parametrize("path", ["a.yaml", "z.yaml"])
@pytest.mark.parametrize(
    ("other", "team"),
    [
        ("teams: {lead: {title: Leads, lead: lead}}\n", "team: lead, "),
        ("schedules: {lead: {title: Rota, roles: lead}}\n", ""),
    ],
)
def test_a_team_or_schedule_that_is_called_like_a_role_is_one_finding(
    path: str, other: str, team: str
) -> None:
    people = """
roles:
  lead: {title: Lead, authority: [close], available: 24x7}
  writer: {title: Writer, reports_to: lead, available: 24x7}
escalation_paths:
  up:
    title: Up
    kind: hierarchical
    clock: calendar
    needs: close
    levels: [{to: writer, ack_within: 15m}, {to: lead, ack_within: 15m}]
    on_exhausted: lead
"""
    step = changed(("role: lead\n", "role: lead\n    within: 1d\n    on_overdue: up\n"))
    texts = {**step, "roles.yaml": people.replace("{title", f"{{{team}title"), path: other}
    assert [each.code for each in check(texts)] == ["SOP102"]


@pytest.mark.parametrize("path", ["a.yaml", "z.yaml"])
def test_a_knowledge_base_that_is_described_twice_is_one_finding(path: str) -> None:
    scope = changed(("steps:\n", "applies_to: {jurisdictions: [eu]}\nsteps:\n"))
    base = "knowledge_base: {title: Handbook, jurisdictions: [eu]}\n"
    texts = {**scope, "kb.yaml": base, path: "knowledge_base: {title: Another}\n"}
    assert [each.code for each in check(texts)] == ["SOP102"]


@pytest.mark.parametrize(
    ("clause", "kind", "codes"),
    [
        ("kind: ceiling, value: 30 days", "ceiling", ["SOP005"]),
        ("kind: floor, value: 1d", "ceiling", ["SOP411"]),
        ("kind: ceiling", "ceiling", ["SOP410"]),
        ("kind: ceiling, value: 1d", "ceiling", ["SOP408"]),
    ],
)
def test_a_deadline_whose_clause_does_not_fit_is_one_finding(
    clause: str, kind: str, codes: list[str]
) -> None:
    deadline = f"[{{id: d, kind: {kind}, from: trigger, to: done, implements: law}}]"
    law = f"clauses: {{law: {{text: T, source: S, confidence: confirmed, {clause}}}}}\n"
    slow = changed(
        ("    next: done\n", "    within: 9d\n    next: done\n"),
        ("steps:\n", f"deadlines: {deadline}\nsteps:\n"),
    )
    assert [each.code for each in check({**slow, "law.yaml": law})] == codes


@pytest.mark.parametrize("times", [("1bh", "15m"), ("1h", "2bh")])
def test_opening_hours_on_a_path_by_the_clock_are_one_finding(times: tuple[str, str]) -> None:
    answer, ack = times
    path = f"{{title: Up, clock: calendar, answer_within: {answer}, on_exhausted: lead, levels: [{{to: writer, ack_within: {ack}}}, {{to: lead, ack_within: 2h}}]}}"
    found = check({**CLEAN, "paths.yaml": f"escalation_paths: {{up: {path}}}\n"}, "SOP005", "SOP406")
    assert [each.code for each in found] == ["SOP005"]


@pytest.mark.parametrize(
    ("metric", "findings"),
    [
        ("better: down, target: 20, breach: 5", 1),
        ("better: up, target: 5, breach: 20", 1),
        ("better: down, target: 5, breach: 5", 0),
        ("better: up, target: 20, breach: 5", 0),
        ("better: target, target: 20, breach: 5", 0),
        ("target: 20, breach: 5", 0),
    ],
)
def test_the_target_of_a_metric_is_no_breach(metric: str, findings: int) -> None:
    texts = {**CLEAN, "metrics.yaml": f"metrics: {{late: {{title: Late, definition: D, {metric}}}}}\n"}
    found = check(texts, "SOP005")
    assert [each.pointer for each in found] == [("metrics", "late", "breach")] * findings


TWO = (
    "steps:\n"
    "  - {id: look, title: Look at it, role: lead, within: 1d, next: say}\n"
    "  - {id: say, title: Say it, role: lead, within: 1d, next: done}\n"
    "outcomes: {done: {title: Done}}\n"
    "deadlines: [{id: d, kind: ceiling, from: trigger, to: done, value: 2d}]\n"
    "facts: {big: {ask: Is it big?, type: yes-no}}\n"
    "scenarios: [{title: A case, given: {big: yes}, answers: {}, expect: {outcome: done}}]\n"
)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("next: done", "next: say", "SOP202"),  # no loop that `at_most` would bound
        (", next: done", "", "SOP202"),
        ("next: done", "ask: Is it?", "SOP003"),
        ("id: say", "id: look", "SOP212"),
        ("next: done", "decide: [{when: {big: yes}, ten: done}, {otherwise: done}]", "SOP004"),
        ("next: done", "decide: [{when: {big: yes}, then: done}, {otherwise: []}]", "SOP005"),
    ],
)
def test_a_step_that_leads_on_wrongly_is_one_finding(before: str, after: str, code: str) -> None:
    head = SOP[: SOP.index("steps:")] + SOP[SOP.index("change_history:") :]
    assert check({**CLEAN, "TS-A-001.yaml": head + TWO}, "SOP202", "SOP901") == []
    assert before in TWO
    slip = head + TWO.replace(before, after, 1)
    found = check({**CLEAN, "TS-A-001.yaml": slip})
    assert [each.code for each in found if each.code != "SOP307"] == [code]


@pytest.mark.parametrize(("target", "codes"), [("look", ["SOP902"]), ("nowhere", ["SOP203"])])
def test_an_answer_that_leads_nowhere_is_one_finding(target: str, codes: list[str]) -> None:
    ask = f"    ask: Is it so?\n    answers: {{yes: done, no: {target}}}\n"
    case = "scenarios: [{title: A case, answers: {look: yes}, expect: {outcome: done}}]\noutcomes:"
    texts = changed(("    next: done\n", ask), ("outcomes:", case))
    rules = [rule for rule in RULES if rule.code in ("SOP203", "SOP902")]
    found = lint(build(texts, TODAY), rules)
    assert [each.code for each in found if each.span.path == "TS-A-001.yaml"] == codes


def test_a_slip_made_in_hundreds_of_steps_is_one_finding_in_each() -> None:
    steps = "".join(f"  - {{id: s{i}, titel: Look, rolee: lead}}\n" for i in range(200))
    found = check(changed(("steps:\n", f"steps:\n{steps}")), "SOP003", "SOP004", "SOP601")
    assert [each.code for each in found] == ["SOP004"] * 400
    assert all("did you mean" in each.message for each in found)


@pytest.mark.parametrize(
    ("path", "help"),
    [
        ("TS-A-9.yaml", "call the file TS-A-001.yaml, or write `id: TS-A-9`"),
        ("TS-A-001 (copy).yaml", "call the file TS-A-001.yaml"),
        ("TS-A-001.yaml.md", "call the file TS-A-001.md"),
    ],
)
def test_the_name_of_a_file_is_proposed_as_its_id_only_where_it_can_be_one(path: str, help: str) -> None:
    text = SOP if path.endswith(".yaml") else "---\nid: TS-A-001\ntitle: One\n---\n"
    [found] = check({path: text}, "SOP101")
    assert found.help == help


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("id: TS-A-001", "id: ts-a-001", "SOP005"),
        ("id: TS-A-001\n", "", "SOP003"),
        ("status: draft", "status: effectiv", "SOP005"),
        ("version: 1.0.0\n", "version: one\n", "SOP005"),
        ("    next: done\n", "    next: doen\n", "SOP203"),
        ("    next: done\n", "    next: done\n    decide: []\n", "SOP005"),
        (
            "outcomes:",
            "deadlines: [{id: d, kind: ceiling, from: trigger, to: The end, value: 1d}]\noutcomes:",
            "SOP005",
        ),
        (
            "outcomes:",
            "deadlines: [{id: d, kind: ceiling, from: trigger, to: {a: b}, value: 1d}]\noutcomes:",
            "SOP005",
        ),
        (
            "outcomes:",
            "deadlines: [{id: d, kind: ceiling, from: trigger, to: [The end], value: 1d}]\noutcomes:",
            "SOP005",
        ),
        ("    next: done\n", "    next: done\n    hit_policy: first\n", "SOP003"),
        ("    next: done\n", "    next: done\n    hit_policy: first\n    decid: [{then: done}]\n", "SOP004"),
        ("    role: lead\n", "    role: led\n", "SOP303"),
        ("  - id: look\n", "  - id: Look!\n", "SOP005"),
        ("author: writer", "author: witer", "SOP303"),
        ("  done: {title: Done}", "  Done: {title: Done}", "SOP005"),
        ("2026-01-05", "2026-02-30", "SOP103"),
        ("title: Look at it", "title: Look at #1", "SOP009"),
        ("    role: lead\n", "    rolee: lead\n", "SOP004"),
        ("outcomes:", "outcome:", "SOP004"),
    ],
)
def test_one_slip_is_one_finding(before: str, after: str, code: str) -> None:
    assert [each.code for each in check(changed((before, after)))] == [code]


ADVERSE = "  done: {title: Done, adverse: true, notice: told, appeal: Write to us.}"
_TOLD = {"told.yaml": "notices: {told: {title: Told}}\n"}


@pytest.mark.parametrize(
    ("appeal", "codes"),
    [
        ("ts-a-002", ["SOP005"]),
        ("look", ["SOP005"]),
        ("'#look'", ["SOP005"]),
        ("Court", ["SOP005"]),
        ("TS-A-009", ["SOP301"]),
        ("The court.", []),
        ("https://court.example/appeals", []),
        ("'[a form](TS-A-002.yaml)'", []),
    ],
)
def test_an_appeal_of_one_word_is_the_id_of_a_sop(appeal: str, codes: list[str]) -> None:
    texts = changed(
        ("  done: {title: Done}", ADVERSE.replace("Write to us.", appeal)),
        ("next: done\n", "next: done\n    human: true\n"),
    )
    assert [each.code for each in check({**texts, **_TOLD})] == codes


@pytest.mark.parametrize(
    ("person", "code"),
    [("", "SOP209"), ("human: yes", "SOP005"), ("humna: true", "SOP004"), ("escalate: [Up]", "SOP005")],
)
def test_a_person_who_is_written_wrongly_takes_part(person: str, code: str) -> None:
    texts = changed(
        ("  done: {title: Done}", ADVERSE), ("    next: done\n", f"    next: done\n    {person}\n")
    )
    assert [each.code for each in check({**texts, **_TOLD})] == [code]


@pytest.mark.parametrize(
    ("steps", "help"),
    [
        ("  look: {title: Look at it, role: lead, next: done}\n", "write `- id: look` for `look:`"),
        ("  check: {title: Look}\n  notice: {title: Send}\n", "write `- id: check` for `check:`"),
    ],
)
def test_steps_under_their_names_are_one_finding_that_says_list(steps: str, help: str) -> None:
    old = "  - id: look\n    title: Look at it\n    role: lead\n    next: done\n"
    [found] = check(changed((old, steps)))
    assert found.message.startswith("`steps` should be a list; ")
    assert found.help.endswith(help)


def test_a_list_of_one_may_be_that_one_with_a_slip_in_it() -> None:
    old = "  - {version: 1.0.0, on: 2026-01-05, author: writer, summary: First}"
    assert [
        each.code for each in check(changed((old, f"  {old[5:-1].replace(', ', chr(10) + '  ')}\n")))
    ] == []
    assert [
        each.code
        for each in check(
            changed(("    next: done\n", "    decide:\n      whn: {f: yes}\n      then: done\n"))
        )
    ] == ["SOP004"]


def test_a_key_that_needs_another_is_shown_where_it_stands() -> None:
    [lacking] = check(changed(("next: done", "at_most: 2")), "SOP003")
    assert lacking.span.line == 1 + CLEAN["TS-A-001.yaml"].split("next: done")[0].count("\n")  # type: ignore[union-attr]
    assert lacking.help == "say in `after_that` where the case goes instead of entering once more"


@pytest.mark.parametrize(
    ("before", "after", "help"),
    [
        ("change_history:\n", "change_history: {1.0.0: First}\nnotes: |\n", "- {version: …, on: …}"),
        ("next: done", "next: done\napprovals: {lead: 2026-01-05}", "- {role: …, meaning: …}"),
    ],
)
def test_texts_under_names_where_a_list_belongs_are_one_finding(before: str, after: str, help: str) -> None:
    [wrong] = check(changed((before, after)), "SOP003", "SOP004", "SOP005")
    assert wrong.code == "SOP005"
    assert wrong.help == f"begin each item with a `-`, and name its keys: `{help}`"


def test_a_key_of_a_lone_item_that_is_written_wrongly_is_the_finding() -> None:
    found = check(
        changed(("next: done", "next: done\nrecords: {wat: The decision}")), "SOP003", "SOP004", "SOP005"
    )
    assert "SOP004" in {each.code for each in found}


@pytest.mark.parametrize(
    ("bound", "codes"),
    [
        ("", ["SOP204", "SOP410"]),
        ("at_most: 2, after_that: done", []),
        ("atmost: 2, after_that: done", ["SOP004"]),
        ("at_most: two, after_that: done", ["SOP005"]),
        ("at_most: 2", ["SOP003"]),
    ],
)
def test_a_bound_of_a_loop_that_is_written_wrongly_is_one_finding(bound: str, codes: list[str]) -> None:
    step = f"  - {{id: again, title: Ask, role: lead, within: 1d, ask: Good?, answers: {{yes: done, no: again}}, {bound}}}\n"
    deadline = "deadlines: [{id: d, kind: ceiling, from: trigger, to: done, value: 9d}]\n"
    old = "  - id: look\n    title: Look at it\n    role: lead\n    next: done\n"
    assert [each.code for each in check(changed((old, step), ("outcomes:", f"{deadline}outcomes:")))] == codes


def test_an_id_that_is_not_the_name_of_its_file_is_one_finding() -> None:
    texts = changed(("id: TS-A-002", "id: TS-A-022"), path="TS-A-002.yaml")
    texts["TS-A-001.yaml"] = SOP.replace("see [[TS-A-002]]", "see [[TS-A-002]] and [[TS-A-002#look]]")
    assert [each.code for each in check(texts)] == ["SOP101"]
    call = "    call: TS-A-002\n    on: {done: done}\n"
    texts["TS-A-001.yaml"] = SOP.replace("    next: done\n", call).replace(", see [[TS-A-002]]", "")
    assert [each.code for each in check(texts)] == ["SOP101"]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("supersedes: TS-A-002", []),
        ("supersedes: TS-A-202", ["SOP301"]),
        ("supersedes: [TS A 2]", ["SOP005"]),
        ("supersedse: TS-A-002", ["SOP004"]),
        ("tags: [old]", ["SOP109"]),
    ],
)
def test_a_successor_who_names_what_it_replaces_wrongly_is_one_finding(said: str, codes: list[str]) -> None:
    texts = changed(("status: draft", "status: superseded"), path="TS-A-002.yaml")
    texts["TS-A-001.yaml"] = SOP.replace("status: draft", f"status: effective\n{said}")
    assert [each.code for each in check(texts, "SOP004", "SOP005", "SOP109", "SOP301")] == codes


@pytest.mark.parametrize(
    ("required", "code"), [("lead", ""), ("laed", "SOP303"), ("[Lead]", "SOP005"), ("writer", "SOP602")]
)
def test_a_role_that_is_to_be_trained_and_written_wrongly_is_one_finding(required: str, code: str) -> None:
    texts = changed(("outcomes:", f"training: {{required_for: {required}}}\noutcomes:"))
    assert [each.code for each in check(texts)] == ([code] if code else [])


def test_a_text_with_a_lost_reference_is_read_by_the_other_rules_all_the_same() -> None:
    texts = changed(("Examples, see [[TS-A-002]].", '"See [[TS-A-020]] and [it](it.pdf)."'))
    assert [each.code for each in check(texts, "SOP301", "SOP305")] == ["SOP301", "SOP305"]


@pytest.mark.parametrize("broken", ["id: [\n", "", "a: &b 1\n", Unread("this file is not UTF-8")])
def test_one_broken_file_hides_nothing_else(broken: str | Unread) -> None:
    texts = {**changed(("owner: lead", "owner: led")), "TS-A-002.yaml": broken}
    found = said(check(texts))
    assert ("TS-A-001.yaml", 5, "SOP303") in found
    assert {code for path, _, code in found if path == "TS-A-001.yaml"} == {"SOP303"}, "references to it hold"


def test_while_a_file_cannot_be_read_rules_about_absence_say_unknown_once() -> None:
    texts = {**CLEAN, "TS-A-002.yaml": "# comment\nid: [\n", "TS-A-003.yaml": "id: [\n"}
    texts["TS-A-001.yaml"] = SOP.replace(", see [[TS-A-002]]", "")
    texts["more.yaml"] = "notices: {late: {title: Late}}\n"
    unknown = [each for each in check(texts, "SOP306", "SOP307") if each.message.startswith("unknown: ")]
    assert said(unknown) == [("TS-A-002.yaml", 2, "SOP306"), ("TS-A-002.yaml", 2, "SOP307")]
    assert {each.severity for each in unknown} == {Severity.NOTE}
    assert "this file and 1 more cannot be read" in unknown[0].message


def test_a_broken_register_makes_no_reference_dangle() -> None:
    texts = {**CLEAN, "roles.yaml": "roles: [\n"}
    assert [each.code for each in check(texts) if each.severity is not Severity.NOTE] == ["SOP001"]


@pytest.mark.parametrize(
    ("path", "broken", "how"),
    [
        ("more.yaml", "teams: [\n", "this file cannot be read"),
        ("more.yaml", Unread("this is a folder with the name of a file"), "this file cannot be read"),
        ("more.yaml", "teams: []\n", "this file cannot be read in full"),
        ("TS-A-003.yaml", "id: [\n", ""),
        ("more.md", Unread("this file is not UTF-8"), ""),
    ],
)
def test_a_register_that_may_hold_a_name_makes_it_unknown_once(
    path: str, broken: str | Unread, how: str
) -> None:
    texts = {**changed(("owner: lead", "owner: led"), ("author: writer", "author: witer")), path: broken}
    found = check(texts, "SOP303", "SOP304")
    if how:
        message = f"unknown: which references to roles, teams and schedules lead nowhere, while {how}"
        assert [each.message for each in found] == [message]
        assert [(*said([each])[0], each.severity) for each in found] == [(path, 1, "SOP303", Severity.NOTE)]
    else:
        assert said(found) == [("TS-A-001.yaml", 5, "SOP303"), ("TS-A-001.yaml", 17, "SOP303")]


def test_every_kind_of_entry_may_stand_in_a_register_that_cannot_be_read() -> None:
    for key in ("metrics: [speed]", "applies_to: {jurisdictions: [us-wa]}", "notes: See [[term:strike]]."):
        texts = {**changed(("owner: lead", f"{key}\nowner: lead")), "a.yaml": "a: [", "b.yaml": "b: ["}
        [unknown] = check(texts, "SOP303", "SOP304")
        assert said([unknown]) == [("a.yaml", 1, "SOP304")]
        assert unknown.message.endswith("lead nowhere, while this file and 1 more cannot be read")


def test_where_every_name_is_found_a_broken_register_leaves_nothing_unknown() -> None:
    fact = "facts: {late: {ask: Is it late?, type: yes-no}}\nowner: lead"
    texts = {**changed(("owner: lead", fact)), "more.yaml": "teams: [\n"}
    texts["cases.yaml"] = (
        "scenarios: [{title: T, sop: TS-A-001, given: {late: no}, expect: {outcome: done}}]\n"
    )
    assert check(texts, "SOP303", "SOP304") == []


@pytest.mark.parametrize(
    ("path", "broken", "judged"),
    [
        ("calendars.yaml", "calendars: [\n", False),
        ("calendars.yaml", "calendars: []\n", False),
        ("calendars.yaml", "calendars: {}\n", True),
        ("TS-A-003.yaml", "id: [\n", True),
    ],
)
def test_what_goes_by_registers_is_unknown_while_one_of_them_cannot_be_read(
    path: str, broken: str, judged: bool
) -> None:
    paths = "".join(
        f"  {id}:\n    title: A path\n    clock: calendar\n    on_exhausted: lead\n"
        "    levels: [{to: lead, via: [call], ack_within: 1h}]\n"
        for id in ("one", "two")
    )
    base = "knowledge_base: {title: Ours, default_calendar: office}\ncalendars: {office: {days: mon-fri, hours: '09:00-17:00', timezone: UTC}}\n"
    found = check({**CLEAN, "paths.yaml": f"{base}escalation_paths:\n{paths}", path: broken}, "SOP405")
    if judged:
        assert said(found) == [("paths.yaml", 8, "SOP405"), ("paths.yaml", 13, "SOP405")]
    else:
        assert [(*said([each])[0], each.severity) for each in found] == [(path, 1, "SOP405", Severity.NOTE)]
        assert found[0].message.startswith("unknown: whether somebody is there at every level of a path")


def test_a_folder_that_cannot_be_opened_says_so_and_what_it_hides_is_unknown() -> None:
    closed = Unread("this folder cannot be opened: permission denied", folder=True)
    texts = {**CLEAN, "closed": closed}
    del texts["TS-A-002.yaml"], texts["roles.yaml"]
    found = [(each.code, each.severity, each.message) for each in check(texts)]
    assert found[0] == ("SOP001", Severity.ERROR, closed.message)
    assert {code for code, _, _ in found[1:]} == {"SOP301", "SOP303", "SOP306", "SOP307", "SOP801"}
    assert {severity for _, severity, _ in found[1:]} == {Severity.NOTE}
    why = "lead nowhere, while this folder cannot be opened"
    assert found[1][2] == f"unknown: which references to SOPs {why}"
    [more] = check({**texts, "x.yaml": "id: ["}, "SOP306")
    assert more.message.endswith("while this folder and 1 more cannot be opened or read")


def test_an_ignore_of_what_nobody_can_judge_is_not_called_idle() -> None:
    texts = changed(("owner: lead", "owner: led  # sopctl: ignore[SOP303] still to come"))
    assert [each.code for each in check({**texts, "more.yaml": "teams: ["}, "SOP303", "SOP008")] == ["SOP303"]


def test_the_order_of_files_does_not_matter_and_the_same_input_says_the_same() -> None:
    texts = changed(("owner: lead", "owner: led"), ("next: done", "next: look"))
    texts |= {"b/TS-A-001.yaml": SOP, "x.yaml": "roles: {lead: {title: L}, a: {title: A, reports_to: a}}\n"}
    first = check(texts)
    assert len(first) >= 4
    paths = list(texts)
    for seed in range(5):
        random.Random(seed).shuffle(paths)
        assert check({path: texts[path] for path in paths}) == first


def test_findings_are_sorted_by_place() -> None:
    texts = changed(("owner: lead", "owner: led"), ("id: TS-A-001", "id: TS-A-009"))
    found = check(texts)
    assert found == sorted(found, key=lambda each: (each.span, each.code))


def test_only_the_rules_that_are_asked_for_speak() -> None:
    texts = changed(("owner: lead", "owner: led"), ("id: TS-A-001", "id: TS-A-009"))
    assert {each.code for each in check(texts, "SOP101")} == {"SOP101"}


def test_the_worst_is_told() -> None:
    assert worst([]) is None
    assert worst(check(changed(("owner: lead", "owner: led")))) is Severity.ERROR


# What is empty

EMPTY_MARKDOWN = """\
---
id: TS-A-001
version: 1.0.0
status: draft
owner: lead
---

# One

## Purpose

## Steps

## Outcomes

## Change history
"""


def every_list_empty() -> str:
    outline = Sop.__keys__
    lists = {word: "[]" for word, key in outline.items() if type(key.shape).__name__ == "List"}
    maps = {word: "{}" for word, key in outline.items() if type(key.shape).__name__ == "Map"}
    assert {"steps", "change_history", "deadlines"} <= lists.keys()
    assert "outcomes" in maps
    head = SOP.partition("steps:\n")[0]
    return head + "".join(f"{word}: {text}\n" for word, text in {**lists, **maps}.items())


STEPS = SOP[SOP.index("steps:\n") : SOP.index("outcomes:\n")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("TS-A-001.yaml", SOP.replace(STEPS, "steps: []\n")),
        ("TS-A-001.yaml", SOP.replace("outcomes:\n  done: {title: Done}", "outcomes: {}")),
        ("TS-A-001.yaml", every_list_empty()),
        ("TS-A-001.md", EMPTY_MARKDOWN),
    ],
)
def test_no_rule_fails_over_what_is_empty(path: str, text: str) -> None:
    texts: dict[str, str | Unread] = {**CLEAN, path: text}
    if path.endswith(".md"):
        del texts["TS-A-001.yaml"]
    texts["TS-A-003.yaml"] = SOP.replace("TS-A-001", "TS-A-003").replace("next: done", "next: TS-A-001")
    texts["TS-A-004.yaml"] = SOP.replace("TS-A-001", "TS-A-004").replace("role: lead", "call: TS-A-001")
    found = lint(build(texts, TODAY), RULES)
    assert [each for each in found if "mistake of sopctl" in each.message] == []
    assert [each for each in found if each.span.path == path and "is empty" in each.message]


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        ("outcomes:\n  done: {title: Done}", "outcomes: {}", 14),
        ("next: done", "next: done\n    within: []", 14),
        ("outcomes:", "deadlines: [{id: reply, kind: ceiling, from: trigger, to: [], value: 1d}]\noutcomes:", 14),
        ("outcomes:", "scenarios: [{title: A, given: {big: []}, expect: {outcome: done}}]\noutcomes:", 14),
        ("outcomes:", "scenarios: [{title: A, answers: {look: []}, expect: {outcome: done}}]\noutcomes:", 14),
        ("outcomes:", "scenarios: [{title: A, calls: {look: []}, expect: {outcome: done}}]\noutcomes:", 14),
    ],
)  # fmt: skip
def test_what_says_nothing_where_it_is_empty_is_one_finding(before: str, after: str, at: int) -> None:
    texts = changed((before, after))
    texts["facts.yaml"] = "facts: {big: {type: yes-no, ask: Is it big?}}\n"
    found = [each for each in said(check(texts)) if each[0] != "facts.yaml"]
    assert found == [("TS-A-001.yaml", at, "SOP005")]


def test_a_level_that_tells_nobody_is_a_finding() -> None:
    level = "{to: [], ack_within: 15m}"
    path = f"escalation_paths: {{late: {{title: Late, levels: [{level}], on_exhausted: lead}}}}\n"
    assert said(check({**CLEAN, "paths.yaml": path}, "SOP005")) == [("paths.yaml", 1, "SOP005")]


@pytest.mark.parametrize(
    ("written", "more"),
    [
        ('title: " "', ""),
        ("title:", ""),
        ("title: #1", "; a text that begins with `#` must stand in quotes"),
        ("title: # one", "; a text that begins with `#` must stand in quotes"),
    ],
)
def test_of_a_number_sign_is_spoken_where_one_stands(written: str, more: str) -> None:
    [found] = check(changed(("title: One", written)))
    assert (found.message, found.help) == ("`title` is empty", f"write a value{more}")


def test_the_sign_of_a_heading_is_no_text() -> None:
    found = lint(build({"TS-A-001.md": EMPTY_MARKDOWN}, TODAY), RULES)
    assert {each.help for each in found if each.message == "`purpose` is empty"} == {"write a value"}


# Counts


@pytest.mark.parametrize("count", ["0", "3"])
def test_a_count_may_be_nought(count: str) -> None:
    step = f"next: done\n    at_most: {count}\n    after_that: done"
    assert "SOP005" not in {each.code for each in check(changed(("next: done", step)))}


@pytest.mark.parametrize(
    ("wait", "within", "slip"),
    [
        ("3d", "1d", "3 days, but be done within 1 day"),
        ("3d", "[{when: {f: yes}, within: 1d}, {otherwise: 5d}]", "3 days, but be done within 1 day"),
        ("3d", "[{when: {f: yes}, within: 5d}, {otherwise: 2d}]", "3 days, but be done within 2 days"),
        ("1d", "[{when: {f: yes}, within: 1d}, {otherwise: 5d}]", ""),
        ("1mo", "27d", "1 month, but be done within 27 days"),
        ("1mo", "28d", ""),
        ("25bh", "1d", "25 business hours, but be done within 1 day"),
        ("25bh", "1bd", "25 business hours, but be done within 1 business day"),
        ("24bh", "1d", ""),
        ("1bd", "23h", ""),
        ("2bd", "1d", "2 business days, but be done within 1 day"),
        ("2bd", "23h", "2 business days, but be done within 23 hours"),
        ("2bd", "25h", ""),
        ("5bd", "[{when: {f: yes}, within: 4d}]", "5 business days, but be done within 4 days"),
        ("5bd", "5d", ""),
        ("9bd", "4bh", ""),
        ("3d", "1bd", ""),
    ],
)
def test_a_step_waits_no_longer_than_it_may_take_in_any_case(wait: str, within: str, slip: str) -> None:
    step = f"wait: {wait}\n    within: {within}\n    next: done"
    fact = "facts: {f: {ask: Is it so?, type: yes-no}}\nsteps:\n"
    found = [each.message for each in check(changed(("next: done", step), ("steps:\n", fact)), "SOP005")]
    assert found == ([f"the step must wait {slip}"] if slip else [])


def test_a_count_below_nought_is_one_finding() -> None:
    texts = changed(("next: done", "next: done\n    at_most: -2\n    after_that: done"))
    texts["more.yaml"] = """\
metrics:
  rate: {title: Rate, definition: How often., min_n: -3}
escalation_paths:
  late: {title: Late, levels: [{to: lead, ack_within: 1h}], repeat: -1, on_exhausted: lead}
"""
    found = [each for each in said(check(texts)) if each[0] == "TS-A-001.yaml"]
    assert found == [("TS-A-001.yaml", 14, "SOP005")]
    of_register = [("more.yaml", 2, "SOP005"), ("more.yaml", 4, "SOP005")]
    assert said(check(texts, "SOP005"))[1:] == of_register


# Signs that mean something else


def test_a_digit_of_another_script_is_no_digit() -> None:
    texts = changed(
        ("next: done", "next: done\n    within: ٣d"),
        ("version: 1.0.0\n", "version: ١.0.0\n"),
        ("on: 2026-01-05", "on: ٢026-01-05"),
    )
    texts["facts.yaml"] = "facts: {size: {type: number, ask: How big?, min: ٣}}\n"
    texts["hours.yaml"] = "calendars: {day: {days: mon, hours: '٠9:00-17:00', timezone: UTC}}\n"
    assert [each.code for each in check(texts, "SOP005")] == ["SOP005"] * 5


@pytest.mark.parametrize("values", ["[a, '-']", "{a: One, '-': None}"])
def test_a_choice_that_stands_for_any_is_no_choice(values: str) -> None:
    fact = f"facts:\n  kind:\n    type: choice\n    ask: Which?\n    values: {values}\n"
    [found] = check({**CLEAN, "facts.yaml": fact}, "SOP005")
    assert (found.span.line, fact.splitlines()[4][found.span.column - 1 :][:3]) == (5, "'-'")


# Rules that fail


def failing(code: str = "sop999_failing", **members: object) -> Rule:
    module = ModuleType(code)
    vars(module).update(members)
    return Rule(module)


def fails_at_one(sop: Sop, library: Library) -> Iterator[Finding]:
    yield Finding(("title",), "found")
    if sop.id == "TS-A-001":
        raise IndexError("no such\n step")


def fails_wholly(library: Library) -> Iterator[Finding]:
    raise IndexError("no such step")
    yield


def test_a_rule_that_fails_is_an_error_on_the_first_line_and_hides_no_other_finding() -> None:
    texts = changed(("owner: lead", "owner: led"))
    found = lint(build(texts, TODAY), [failing(check=fails_at_one, severity=Severity.NOTE), *USUAL])
    assert said(found) == [
        ("TS-A-001.yaml", 1, "SOP999"),
        ("TS-A-001.yaml", 2, "SOP999"),
        ("TS-A-001.yaml", 5, "SOP303"),
        ("TS-A-002.yaml", 2, "SOP999"),
    ]
    told = "a mistake of sopctl itself in this rule (IndexError: no such step); please report it"
    assert (found[0].message, found[0].severity) == (told, Severity.ERROR)


def test_a_rule_about_the_whole_that_fails_is_an_error_in_the_first_file() -> None:
    found = lint(build(dict(CLEAN), TODAY), [failing(check_library=fails_wholly), *USUAL])
    assert said(found) == [("TS-A-001.yaml", 1, "SOP999")]
    with pytest.raises(IndexError, match="no such step"):
        lint(build({}, TODAY), [failing(check_library=fails_wholly)])


def test_no_ignore_hides_that_a_rule_failed_nor_is_it_called_idle() -> None:
    texts = changed(("id: TS-A-001", "id: TS-A-001  # sopctl: ignore[SOP303] old"))
    rules = [rule for rule in USUAL if rule.code != "SOP303"]
    found = lint(build(texts, TODAY), [failing("sop303_role_unknown", check=fails_at_one), *rules])
    assert [each.span.line for each in found if each.code == "SOP303" and "mistake" in each.message] == [1]
    assert "SOP008" not in {each.code for each in found}


def test_a_disk_that_fails_is_no_mistake_of_a_rule() -> None:
    def reads(library: Library) -> Iterator[Finding]:
        raise PermissionError("no")
        yield

    with pytest.raises(PermissionError):
        lint(build(dict(CLEAN), TODAY), [failing(check_library=reads)])


def test_what_nobody_can_know_is_said_in_words_by_every_rule() -> None:
    assert [rule for rule in RULES if not isinstance(rule.absence, str)] == []
    assert "which SOPs nothing refers to" in {rule.absence for rule in RULES}
    assert failing(absence=fails_wholly).absence == ""


# Order


def test_the_slip_comes_before_the_notes_about_what_nobody_can_know_for_it() -> None:
    found = check({**CLEAN, "TS-A-002.yaml": "id: TS-A-002\ntitle: One: two\n"})
    here = [each for each in found if each.span.path == "TS-A-002.yaml"]
    assert {each.span.line for each in here} == {2}
    weights = [each.severity for each in here]
    assert weights[0] is Severity.ERROR
    assert weights.count(Severity.NOTE) > 1
    assert weights == sorted(weights, key=lambda weight: weight.rank)


def test_what_is_said_twice_of_one_place_is_told_once() -> None:
    def twice(sop: Sop, library: Library) -> Iterator[Finding]:
        yield from [Finding(("title",), "one"), Finding(("title",), "one"), Finding(("title",), "two")]

    found = lint(build({"TS-A-001.yaml": SOP}, TODAY), [failing(check=twice)])
    assert [each.message for each in found] == ["one", "two"]


# Ignores


def ignoring(comment: str, before: str = "owner: led") -> list[tuple[str, int, str]]:
    return said(check(changed(("owner: lead", before + comment))))


def test_an_ignore_hides_a_finding_of_its_line_or_of_the_next() -> None:
    assert ignoring("  # sopctl: ignore[SOP303] the register is still to come") == []
    texts = changed(("owner: lead", "# sopctl: ignore[SOP303] still to come\n# more words\n\nowner: led"))
    assert check(texts) == []


def test_an_ignore_of_several_codes_must_need_each_of_them() -> None:
    comment = "  # sopctl: ignore[SOP303, SOP304] still to come"
    texts = changed(("owner: lead", "owner: led" + comment))
    [left] = check(texts)
    assert left.code == "SOP008"
    assert left.message == "this ignore hides more than there is: SOP304 finds nothing here"
    assert left.help == "take SOP304 out of it"
    assert check(changed(("owner: lead", "owner: led" + comment.replace(", SOP304", "")))) == []


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        (" # sopctl: ignore[SOP304] because", "hides nothing"),
        (" # sopctl: ignore because", "names no rule"),
        (" # sopctl: ignore[] because", "names no rule"),
        (" # sopctl: ignore[SOP999] because", "no rule is called `SOP999`"),
        (" # sopctl: ignore[303] because", "no rule is called `303`"),
        (" # sopctl: ignore[SOP303]", "no reason"),
    ],
)
def test_a_faulty_ignore_is_itself_a_finding_and_hides_nothing(comment: str, words: str) -> None:
    found = check(changed(("owner: lead", "owner: led" + comment)))
    assert [each.code for each in found] == ["SOP303", "SOP008"]
    assert words in found[1].message
    assert (found[1].span.line, found[1].span.column) == (5, 12)


def test_an_ignore_whose_rule_did_not_run_is_let_be() -> None:
    texts = changed(("owner: lead", "owner: lead # sopctl: ignore[SOP303] because"))
    assert check(texts, "SOP008", "SOP304") == []
    assert [each.code for each in check(texts, "SOP008", "SOP303")] == ["SOP008"]


@pytest.mark.parametrize(
    "text", ["|  # sopctl: ignore[SOP301] old\n  See\n  [[TS-X-009]].", "|\n  See [[TS-X-009]]."]
)
def test_an_ignore_above_a_block_of_text_speaks_of_all_of_it(text: str) -> None:
    above = "" if "sopctl" in text else "# sopctl: ignore[SOP301] old\n"
    assert check(changed(("owner: lead", f"{above}notes: {text}\nowner: lead"))) == []


@pytest.mark.parametrize("text", ["|\n  # sopctl: ignore[SOP303] no", "'x # sopctl: ignore[SOP303] no'"])
def test_words_in_a_text_are_no_ignore(text: str) -> None:
    texts = changed(("owner: lead", f"owner: lead\nnotes: {text}"))
    assert check(texts, "SOP008", "SOP303") == []


@pytest.mark.parametrize(
    "text",
    [
        "|\n  See [[TS-X-009]]. # sopctl: ignore[SOP301] old",
        "|\n  # sopctl: ignore[SOP301] old\n  See [[TS-X-009]].",
        "'See [[TS-X-009]]. # sopctl: ignore[SOP301] old'",
    ],
)
def test_an_ignore_inside_of_a_text_is_told_where_it_was_to_hide_something(text: str) -> None:
    found = check(changed(("owner: lead", f"owner: lead\nnotes: {text}")), "SOP008", "SOP301")
    assert sorted(each.code for each in found) == ["SOP008", "SOP301"]
    [stray] = [each for each in found if each.code == "SOP008"]
    assert stray.message == "this ignore stands in a text, whose readers see it, and hides nothing"


def test_an_ignore_within_a_paragraph_speaks_of_what_stands_below_it() -> None:
    page = f"---\n{SOP.replace('TS-A-001', 'TS-A-003')}---\n\n## Notes\n\nSee [[TS-X-008]],\n<!-- sopctl: ignore[SOP301] old -->\nor [[TS-X-009]],\nor [[TS-X-007]].\n"
    [left] = check({**CLEAN, "TS-A-003.md": page}, "SOP008", "SOP301")
    assert "`TS-X-008`" in left.message


def test_what_cannot_be_read_cannot_be_ignored() -> None:
    texts = {**CLEAN, "x.yaml": "a: [ # sopctl: ignore[SOP001] because\n"}
    assert "SOP001" in {each.code for each in check(texts)}
    assert "SOP008" not in {each.code for each in check(texts)}


def test_an_ignore_counts_lines_as_yaml_does() -> None:
    texts = changed(("owner: lead", "notes: a\u2028b\n# sopctl: ignore[SOP303] because\nowner: led"))
    assert check(texts) == []
