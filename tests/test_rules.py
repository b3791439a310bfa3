"""The rules: each example of each rule holds, and what examples cannot show."""

import re
from datetime import date
from pathlib import Path

import pytest

from sopctl import example
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.rules import RULES, Rule

CATALOGUE = Path(__file__).parents[2] / "shared" / "rules.md"
PROMISE = re.compile(r"(?:# |<!-- )(SOP\d{3})(?![\],\d])")
TODAY = date(2026, 11, 21)
BY_CODE = {rule.code: rule for rule in RULES}
EXAMPLES = [
    pytest.param(rule, kind, text, id=f"{rule.code}-{kind}-{n}")
    for rule in RULES
    for n, (kind, text) in enumerate(rule.examples)
]


@pytest.mark.parametrize(("rule", "kind", "text"), EXAMPLES)
def test_an_example_holds_what_it_promises(rule: Rule, kind: str, text: str) -> None:
    lines = enumerate(text.splitlines(), 1)
    promised = {(line, code) for line, words in lines for code in PROMISE.findall(words)}
    assert {(found.span.line, found.code) for found in example.run(rule, text)} == promised
    assert bool(promised) == (kind == "Bad")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_shows_the_good_and_the_bad_and_says_why(rule: Rule) -> None:
    assert {kind for kind, _ in rule.examples} == {"Good", "Bad"}
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 110
    before = rule.doc.partition("```")[0]
    assert len(before.split("\n\n")) >= 3, "the page says what is wrong, and then why it matters"


def test_each_code_is_the_code_of_one_file() -> None:
    assert len(BY_CODE) == len(RULES)
    assert all(re.fullmatch(r"SOP\d{3}", code) for code in BY_CODE)


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue is not here")
def test_the_catalogue_is_kept() -> None:
    rows = re.findall(r"^\| (SOP\d{3}) \| ([a-z-]+) \| ([EWI]) ", CATALOGUE.read_text("utf-8"), re.MULTILINE)
    weights = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.NOTE}
    wanted = {code: (name, weights[weight]) for code, name, weight in rows}
    assert len(wanted) > 60
    assert {rule.code: (rule.name, rule.severity) for rule in RULES if rule.code in wanted} == wanted


# What examples cannot show


def sop(id: str = "TS-A-001", **more: str) -> str:
    """A SOP that has no finding, as text; a keyword replaces or adds a key."""
    keys = {
        "id": id,
        "title": "One",
        "version": "1.0.0",
        "status": "draft",
        "owner": "lead",
        "purpose": "Show one thing.",
        "scope": "Examples.",
        "trigger": "A reader is curious.",
        "steps": "[{id: look, title: Look at it, role: lead, next: done}]",
        "outcomes": "{done: {title: Done}}",
        "change_history": "[{version: 1.0.0, on: 2026-01-05, author: writer, summary: First}]",
        **more,
    }
    return "".join(f"{key}: {value}\n" for key, value in keys.items())


ROLES = "roles:\n  lead: {title: Lead}\n  writer: {title: Writer}\n"


def found(
    code: str, texts: dict[str, str], today: date = TODAY, files: dict[str, str] | None = None
) -> list[Diagnostic]:
    return lint(library(texts, today, files), [BY_CODE[code]])


def library(texts: dict[str, str], today: date = TODAY, files: dict[str, str] | None = None) -> Library:
    return build({"zz.yaml": ROLES, **texts}, today, (files or {}).get)


def lines(diagnostics: list[Diagnostic]) -> list[tuple[str, int]]:
    return [(each.span.path, each.span.line) for each in diagnostics]


def test_a_sop_without_findings_has_none() -> None:
    texts = {"TS-A-001.yaml": sop(scope="See [[TS-A-002]].", id="TS-A-001"), "TS-A-002.yaml": sop("TS-A-002")}
    assert lint(library(texts)) == []


def test_the_later_file_of_one_id_is_the_one_too_many() -> None:
    texts = {"b/TS-A-001.yaml": sop(), "a/TS-A-001.yaml": sop()}
    assert lines(found("SOP102", texts)) == [("b/TS-A-001.yaml", 1)]


def test_a_copy_beside_the_file_that_is_called_like_its_id_is_the_one_too_many() -> None:
    copies = ["TS-A-001 (1).yaml", "TS-A-001 - Copy.yaml"]
    texts = {path: sop() for path in (*copies, "TS-A-001.yaml")}
    assert lines(found("SOP102", texts)) == [(path, 1) for path in sorted(copies)]
    assert found("SOP101", texts) == []


@pytest.mark.parametrize(("register", "at"), [("a.yaml", "sops/TS-A-001.yaml"), ("z.yaml", "z.yaml")])
def test_a_private_fact_may_not_be_called_like_a_shared_one(register: str, at: str) -> None:
    fact = "{strikes: {type: integer, ask: How many?}}"
    texts = {register: f"facts: {fact}\n", "sops/TS-A-001.yaml": sop(facts=fact)}
    assert [each.span.path for each in found("SOP102", texts)] == [at]


def test_two_descriptions_of_the_knowledge_base_are_one_too_many() -> None:
    texts = {"a.yaml": "knowledge_base: {title: A}\n", "b.yaml": "knowledge_base: {title: B}\n"}
    assert lines(found("SOP102", texts)) == [("b.yaml", 1)]


@pytest.mark.parametrize(
    ("today", "severity"),
    [
        (date(2026, 1, 30), None),
        (date(2026, 1, 31), Severity.NOTE),
        (date(2026, 3, 2), Severity.NOTE),
        (date(2026, 3, 3), Severity.WARNING),
    ],
)
def test_a_review_is_announced_and_then_overdue(today: date, severity: Severity | None) -> None:
    texts = {
        "TS-A-001.yaml": sop(status="effective", effective_on="2025-03-02", review_by="2026-03-02"),
        "kb.yaml": "knowledge_base: {title: Handbook, review_notice: 30d}\n",
    }
    assert [each.severity for each in found("SOP106", texts, today)] == ([severity] if severity else [])


@pytest.mark.parametrize(("day", "findings"), [("2026-11-21", 0), ("2026-11-22", 0), ("2026-11-23", 1)])
def test_nobody_has_looked_up_a_clause_on_a_day_to_come(day: str, findings: int) -> None:
    clause = "{text: Answer., source: A law, confidence: confirmed, checked_on: %s}"
    said = found("SOP103", {"c.yaml": f"clauses:\n  eu.answer: {clause % day}\n"})
    assert lines(said) == [("c.yaml", 2)] * findings  # elsewhere tomorrow has begun


@pytest.mark.parametrize(
    ("version", "signed", "found_there"),
    [
        ("2.0.0", ["2026-01-08"], True),
        ("1.1.0", ["2026-01-08", "2026-01-10"], True),
        ("1.0.1", ["2026-01-08"], False),  # a patch mends words
        ("2.0.0", ["2026-01-08", "2026-03-02"], False),
        ("2.0.0", ["2026-02-27"], False),  # this may be the approval of what was written down later
    ],
)
def test_an_approval_is_for_one_version(version: str, signed: list[str], found_there: bool) -> None:
    texts = {
        "TS-A-001.yaml": sop(
            version=version,
            status="effective",
            effective_on="2026-04-01",
            review_by="2027-04-01",
            approvals=f"[{', '.join(f'{{role: lead, meaning: approval, on: {day}}}' for day in signed)}]",
            change_history=f"[{{version: {version}, on: 2026-03-01, author: writer, summary: More}}, "
            "{version: 1.0.0, on: 2026-01-05, author: writer, summary: First, effective_on: 2026-01-10}]",
        )
    }
    assert bool(found("SOP104", texts)) is found_there


@pytest.mark.parametrize(
    ("writer", "approver", "findings"),
    [
        ("role: lead, name: A. Person", "name: B. Person", 0),
        ("role: lead, name: A. Person", "name: a.  person", 1),
        ("role: lead, name: A. Person", "on: 2026-01-06", 1),
        ("role: lead", "name: B. Person", 1),
        ("role: writer, name: A. Person", "name: B. Person", 1),  # who of the role wrote it does not say so
    ],
)
def test_names_tell_two_persons_of_one_role_apart(writer: str, approver: str, findings: int) -> None:
    signed = f"[{{{writer}, meaning: authorship}}, {{role: lead, {approver}, meaning: approval}}]"
    history = "[{version: 1.0.0, on: 2026-01-05, author: lead, approved_by: [lead], summary: First}]"
    assert len(found("SOP105", {"TS-A-001.yaml": sop(approvals=signed, change_history=history)})) == findings


def test_versions_are_compared_as_numbers() -> None:
    entry = "{{version: {}, on: 2026-01-05, author: writer, summary: First}}"
    history = f"[{entry.format('1.10.0')}, {entry.format('1.9.0')}]"
    assert found("SOP107", {"TS-A-001.yaml": sop(version="1.10.0", change_history=history)}) == []


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        (("1.0.0", "1.1.0"), "version 1.1.0 stands below 1.0.0, but is not older"),
        (("0.9.0", "1.0.0", "1.1.0"), "version 1.0.0 stands below 0.9.0, but is not older"),
        (("1.2.0", "1.1.0"), "the SOP is version 1.1.0, but its history begins with 1.2.0"),
        (("1.0.0",), "the SOP is version 1.1.0, but its history begins with 1.0.0"),
    ],
)
def test_a_history_that_is_out_of_order_is_one_finding(versions: tuple[str, ...], says: str) -> None:
    entries = (f"{{version: {each}, on: 2026-01-05, author: writer, summary: First}}" for each in versions)
    texts = {"TS-A-001.yaml": sop(version="1.1.0", change_history=f"[{', '.join(entries)}]")}
    assert [each.message for each in found("SOP107", texts)] == [says]


def test_a_mention_of_a_draft_in_a_text_is_free() -> None:
    dates = {"effective_on": "2026-01-06", "review_by": "2027-01-06"}
    texts = {
        "TS-A-001.yaml": sop(status="effective", scope="See [[TS-A-002]].", **dates),
        "TS-A-002.yaml": sop("TS-A-002"),
    }
    assert found("SOP108", texts) == []
    texts["TS-A-001.yaml"] = sop(
        status="effective", outcomes="{done: {title: Done, appeal: TS-A-002}}", **dates
    )
    assert len(found("SOP108", texts)) == 1


@pytest.mark.parametrize(
    ("start", "other", "earlier", "findings"),
    [
        ("2026-01-06", "2026-11-21", "", 0),
        ("2026-01-06", "2026-11-22", "", 1),
        ("2026-11-22", "2026-11-22", "", 0),  # both take effect on the same day
        ("2026-11-22", "2026-11-23", "", 1),
        ("2026-01-06", "2026-11-22", "effective_on: 2026-02-01", 0),  # until then the version before it
        ("2026-01-06", "2026-11-22", "reason: Asked for", 0),
        ("2026-01-06", "2026-11-22", "effective_on: 2026-11-22", 1),
    ],
)
def test_a_sop_that_takes_effect_later_is_led_to_from_that_day_on(
    start: str, other: str, earlier: str, findings: int
) -> None:
    entry = "{version: %s, on: 2026-01-05, author: writer, summary: Written%s}"
    history = f"[{entry % ('1.0.0', '')}, {entry % ('0.9.0', ', ' + earlier)}]"
    dates = {"status": "effective", "review_by": "2027-01-06"}
    appeal = "{done: {title: Done, appeal: TS-A-002}}"
    texts = {
        "TS-A-001.yaml": sop(effective_on=start, outcomes=appeal, **dates),
        "TS-A-002.yaml": sop(
            "TS-A-002", effective_on=other, **dates, **({"change_history": history} if earlier else {})
        ),
    }
    assert len(found("SOP108", texts)) == findings


@pytest.mark.parametrize(
    ("status", "taken", "severity"),
    [
        ("superseded", "2026-11-21", None),
        ("superseded", "2026-11-22", Severity.ERROR),
        ("effective", "2026-11-22", None),
        ("effective", "2026-11-21", Severity.WARNING),
    ],
)
def test_a_sop_is_superseded_from_the_day_on_which_another_takes_its_place(
    status: str, taken: str, severity: Severity | None
) -> None:
    texts = {
        "TS-A-001.yaml": sop(status=status, effective_on="2026-01-06"),
        "TS-A-002.yaml": sop("TS-A-002", status="effective", effective_on=taken, supersedes="TS-A-001"),
    }
    assert [each.severity for each in found("SOP109", texts)] == ([severity] if severity else [])


def test_a_successor_may_have_a_successor() -> None:
    texts = {
        "TS-A-001.yaml": sop(status="superseded"),
        "TS-A-002.yaml": sop("TS-A-002", status="superseded", supersedes="TS-A-001"),
        "TS-A-003.yaml": sop("TS-A-003", status="effective", supersedes="TS-A-002"),
    }
    assert found("SOP109", texts) == []


def test_a_successor_may_stand_in_a_file_that_nobody_can_read() -> None:
    texts = {"TS-A-001.yaml": sop(status="superseded"), "TS-A-002.yaml": "id: [\n"}
    [said] = found("SOP109", texts)
    assert said.severity is Severity.NOTE
    assert said.message.startswith("unknown: ")


def test_a_dead_end_is_said_once_where_the_way_ends() -> None:
    steps = """
  - {id: a, title: Do a, role: lead, ask: Which?, answers: {yes: b, no: c}}
  - {id: b, title: Do b, role: lead}
  - {id: c, title: Do c, role: lead}
  - {id: d, title: Do d, role: lead, next: c}"""
    assert lines(found("SOP202", {"TS-A-001.yaml": sop(steps=steps)})) == [("TS-A-001.yaml", 12)]


def test_a_hand_off_is_no_dead_end() -> None:
    texts = {"TS-A-001.yaml": sop(steps="[{id: a, title: Do a, role: lead, next: TS-A-002}]")}
    assert found("SOP202", {**texts, "TS-A-002.yaml": sop("TS-A-002")}) == []


def test_a_loop_over_hand_offs_is_named_once_with_its_steps() -> None:
    texts = {
        "TS-A-001.yaml": sop(steps="[{id: a, title: Do a, role: lead, next: TS-A-002}]"),
        "TS-A-002.yaml": sop("TS-A-002", steps="[{id: b, title: Do b, role: lead, next: TS-A-001}]"),
    }
    [said] = found("SOP204", texts)
    assert said.span.path == "TS-A-001.yaml"
    assert "`TS-A-001#a` → `TS-A-002#b` → `TS-A-001#a`" in said.message


def test_of_a_knot_of_loops_the_shortest_is_named() -> None:
    steps = """
  - {id: a, title: Do a, role: lead}
  - {id: b, title: Do b, role: lead}
  - {id: c, title: Do c, role: lead, ask: Which?, answers: {one: a, two: b, three: done}}"""
    [said] = found("SOP204", {"TS-A-001.yaml": sop(steps=steps)})
    assert "`b` → `c` → `b`" in said.message
    assert said.span.line == 11


def test_a_bound_that_is_written_wrongly_is_one_finding() -> None:
    steps = "[{id: a, title: Do a, role: lead, at_most: often, after_that: done, next: a}]"
    codes = [each.code for each in lint(library({"TS-A-001.yaml": sop(steps=steps)})) if each.code[3] in "02"]
    assert codes == ["SOP005"]


def test_an_outcome_before_the_steps_comes_first() -> None:
    keys = sop(steps="[{id: done, title: Do it, role: lead, next: done}]").splitlines(keepends=True)
    keys.sort(key=lambda line: not line.startswith("outcomes"))
    assert found("SOP212", {"TS-A-001.yaml": "".join(keys)})[0].pointer == ("steps", 0, "id")


@pytest.mark.parametrize(
    ("target", "right"),
    [
        ("form.pdf", True),
        ("pictures/a%20b.png", True),
        ("<pictures/a b.png>", True),
        ("../README.md#how-to-start", True),
        ("../README.md#own", True),
        ("../README.md#twice_1", True),
        ("../README.md#nowhere", False),
        ("../README.md#größe-der-sache", True),
        ("../README.md#gr%C3%B6%C3%9Fe-der-sache", True),
        ("../README.md#groe-der-sache", True),
        ("../README.md#日本語の見出し", True),
        ("../README.md#हिन्दी-में", True),
        ("../README.md#two-words--more", True),
        ("../README.md#two-words-more", True),
        ("../README.md#twice-1", True),
        ("../README.md#twice-2", False),
        ("../README.md#große-der-sache", False),
        ("../README.md?plain=1", True),
        ("missing.pdf", False),
        ("../../outside.md", False),
        ("https://example.org/missing", True),
        ("mailto:somebody@example.org", True),
        ("https://example.org/C:/form.pdf", True),
        ("C:/Users/me/form.docx", False),
        ("file:///C:/form.docx", False),
        ("TS-A-002.yaml", True),
        ("TS-A-003.yaml", False),
        ("TS-A-002.yaml#look", True),
        ("TS-A-002.yaml#done", True),
        ("TS-A-002.yaml#deeper", True),
        ("TS-A-002.yaml#scope", True),
        ("TS-A-002.yaml#metrics", False),
        ("TS-A-002.yaml#lok", False),
        ("TS-A-004.md#look", True),
        ("TS-A-004.md#lok", False),
        ("TS-A-005.yaml#lok", True),
        ("roles.yaml#lead", True),
        ("#look", True),
        ("#done", True),
        ("#lok", False),
    ],
)
def test_a_relative_link_leads_to_a_file_and_a_heading(target: str, right: bool) -> None:
    readme = "# Handbook\n## How to *start*\n## Other {#own}\n## Twice\n## Twice\n```\n## nowhere\n```\n"
    readme += "## Größe der Sache\n## 日本語の見出し\n## हिन्दी में\n## Two words & more\n"
    files = {"sops/form.pdf": "", "sops/pictures/a b.png": "", "README.md": readme}
    texts = {
        "sops/TS-A-001.yaml": sop(scope=f'"Cases, see [the form]({target}) `[not](me.md)`."'),
        "sops/TS-A-002.yaml": sop("TS-A-002", notes='"#### Deeper"'),
        "sops/TS-A-004.md": "---\nid: TS-A-004\n---\n## Steps\n\n### Look {#look}\n\n## Outcomes\n\n- done: Done\n",
        "sops/TS-A-005.yaml": "id: TS-A-005\nsteps: [{id: Lok}]\n",
        "sops/roles.yaml": "roles: {lead: Lead}\n",
    }
    said = found("SOP305", texts, files=files)
    assert not said if right else len(said) == 1
    if said:
        column = texts["sops/TS-A-001.yaml"].splitlines()[6].index(target) + 1
        assert (said[0].span.line, said[0].span.column) == (7, column)
        assert ("relative" in said[0].help) == ("no file" in said[0].message)


@pytest.mark.parametrize(
    ("text", "right"),
    [("[^1]: Ask", True), ("[^1]: Ask the lead.", True), ("[Note]: Ask the lead.", True), ("[a]: gone.pdf", False),
     ("[a]: gone.pdf 'The form'", False)],
)  # fmt: skip
def test_a_footnote_is_no_link(text: str, right: bool) -> None:
    said = found("SOP305", {"TS-A-001.yaml": sop(scope=f'"See [a][^1].\\n\\n{text}"')})
    assert not said if right else len(said) == 1


@pytest.mark.parametrize(
    ("scope", "way_out"),
    [
        ("See SOP TS-A-002.", "a text names `TS-A-002`, and nobody can follow it: write `[[TS-A-002]]`"),
        ("See TS-A-001 and ISO-9001.", "say where its case comes from, or where it goes"),
        ("See XTS-A-002 and TS-A-0021.", "say where its case comes from, or where it goes"),
    ],
)
def test_a_sop_that_names_another_without_brackets_is_told_how(scope: str, way_out: str) -> None:
    texts = {"TS-A-001.yaml": sop(scope=scope), "TS-A-002.yaml": sop(id="TS-A-002")}
    assert found("SOP306", texts)[0].help == way_out


def test_a_sop_that_refers_only_to_itself_stands_alone() -> None:
    texts = {"TS-A-001.yaml": sop(scope="See [[TS-A-001#look]].")}
    assert lines(found("SOP306", texts)) == [("TS-A-001.yaml", 1)]


def test_a_plain_link_joins_two_sops() -> None:
    texts = {"TS-A-001.yaml": sop(scope='"See [it](TS-A-002.yaml)."'), "TS-A-002.yaml": sop("TS-A-002")}
    assert found("SOP306", texts) == []


def test_a_plain_link_to_a_register_joins_no_sop() -> None:
    texts = {"TS-A-001.yaml": sop(scope='"See [them](roles.yaml)."'), "roles.yaml": "roles: {lead: Lead}\n"}
    assert lines(found("SOP306", texts)) == [("TS-A-001.yaml", 1)]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("A Strike is a strike.", True),
        ("Two STRIKE\n  POINTS.", True),
        ("Strikes are other words.", False),
        ("See [[term:strike]].", True),
    ],
)
def test_a_term_is_used_where_its_words_stand_whole(text: str, used: bool) -> None:
    term = "glossary:\n  strike: {title: Strike, text: A strike is a breach on record., aliases: [strike points]}\n"
    texts = {"g.yaml": term, "TS-A-001.yaml": sop(notes="|\n  " + text)}
    assert bool(found("SOP307", texts)) != used


def test_a_term_may_be_used_by_another_term() -> None:
    terms = "glossary:\n  a: {title: Alpha, text: First.}\n  b: {title: Beta, text: After alpha.}\n"
    assert [each.pointer for each in found("SOP307", {"g.yaml": terms}) if each.pointer[0] == "glossary"] == [
        ("glossary", "b")
    ]


def test_roles_are_used_by_steps_teams_and_each_other() -> None:
    texts = {
        "g.yaml": "teams: {one: {title: One, lead: boss}}\nroles:\n  boss: {title: B, reports_to: top}\n  top: {title: T}\n  idle: {title: I}\n",
        "TS-A-001.yaml": sop(),
    }
    assert [each.pointer for each in found("SOP307", texts)] == [("roles", "idle")]


def test_an_entry_that_a_slip_may_have_meant_is_not_called_unused() -> None:
    texts = {"g.yaml": "notices: {appeal-upheld: {title: Upheld}}\n"}
    slip = "{done: {title: Done, notice: apeal-upheld}}"
    assert found("SOP307", {**texts, "TS-A-001.yaml": sop(outcomes=slip)}) == []
    told = sop(steps='["See [[notice:appeal-upheld]]"]')
    assert found("SOP307", {**texts, "TS-A-001.yaml": told}) == []
    twice = sop(outcomes="{done: {title: Done, notice: none, notice: appeal-upheld}}")
    assert found("SOP307", {**texts, "TS-A-001.yaml": twice}) == []
    terms = {"g.yaml": "glossary: {strike: {title: Strike, text: A breach on record.}}\n"}
    assert found("SOP307", {**terms, "TS-A-001.yaml": sop(steps="[Issue a strike]")}) == []
    wrong = "{done: {title: Done, notices: appeal-upheld}}"
    assert found("SOP307", {**texts, "TS-A-001.yaml": sop(outcomes=wrong)}) == []


def test_a_private_fact_that_nothing_tests_is_unused() -> None:
    texts = {"TS-A-001.yaml": sop(facts="{late: {type: yes-no, ask: Is it late?}}")}
    assert [each.pointer for each in found("SOP307", texts)] == [("facts", "late")]


def test_a_reporting_circle_may_run_through_a_team() -> None:
    people = "roles:\n  b: {title: B, reports_to: c}\n  c: {title: C, reports_to: crew}\n  a: {title: A, reports_to: b}\nteams: {crew: {title: Crew, lead: b}}\n"
    [said] = found("SOP308", {"g.yaml": people})
    assert said.pointer == ("roles", "b")
    assert "`b` → `c` → `b`" in said.message
