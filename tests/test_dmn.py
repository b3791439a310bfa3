"""Decision tables as DMN: what the XML says is what the table says."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from xml.etree import ElementTree as xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.library import Library, build
from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.model.sop import Row
from sopctl.render import dmn as writer
from sopctl.render import feel
from sopctl.render.dmn import DmnTrouble, dmn
from tests.command import run

TODAY = date(2026, 11, 21)
DMN = {"d": "https://www.omg.org/spec/DMN/20191111/MODEL/"}
SOP = """\
id: TS-A-001
title: Weigh & <decide>
version: 1.0.0
status: draft
owner: lead
purpose: Show one thing.
scope: Examples.
trigger: A reader is curious.
facts:
  severity: {ask: How bad?, type: choice, values: [minor, major, 'the "worst"']}
  new-evidence: {ask: Is there any?, type: yes-no}
  strikes: {ask: How many?, type: integer, min: 0, max: 9, source: active_strikes}
  loss: {ask: How much?, type: number}
  target: {ask: Called like an output?, type: yes-no}
steps:
STEPS
outcomes: {a: A, b: B, c: C}
change_history: [{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]
"""
STEP = "  - id: weigh\n    title: Weigh it\n    role: lead\n    hit_policy: {policy}\n    decide:\n{rows}\n"
LOOK = "  - {id: look, title: Look, role: lead, next: a}\n"


def library(*rows: str, policy: str = "unique", rest: str = LOOK) -> Library:
    table = STEP.format(policy=policy, rows="\n".join(f"      - {row}" for row in rows))
    return build(
        {"TS-A-001.yaml": SOP.replace("STEPS\n", table + rest), "r.yaml": "roles: {lead: {title: Lead}}\n"},
        TODAY,
    )


def written(base: Library) -> str:
    sop = base.sop("TS-A-001")
    assert sop
    return dmn(sop, base)


def tables(base: Library) -> xml.Element:
    return xml.fromstring(written(base))


def facts() -> dict[str, Fact]:
    sop = library("{otherwise: a}").sop("TS-A-001")
    assert sop
    return sop.facts


# A reading of FEEL unary tests, small and by the book


def passes(test: str, value: object) -> bool:
    """Whether a value passes FEEL unary tests."""
    if test == "-":
        return True
    if found := re.fullmatch(r"not\((.*)\)", test):
        return not any(_passes(part, value) for part in _parts(found[1]))
    return any(_passes(part, value) for part in _parts(test))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^,"])+', text)]


def _passes(test: str, value: object) -> bool:
    assert not test.startswith("not"), "FEEL has `not` around the whole only"
    if found := re.fullmatch(r"([\[(])(-?[\d.]*\d)\.\.(-?[\d.]*\d)([\])])", test):
        low, high = Decimal(found[2]), Decimal(found[3])
        assert isinstance(value, Decimal)
        return (low < value or (found[1] == "[" and low == value)) and (value < high or (found[4] == "]" and value == high))  # fmt: skip
    if found := re.fullmatch(r"(<=|>=|<|>) (-?[\d.]+)", test):
        assert isinstance(value, Decimal)
        other = Decimal(found[2])
        return {"<": value < other, "<=": value <= other, ">": value > other, ">=": value >= other}[found[1]]
    return literal(test) == value


def literal(text: str) -> object:
    if text in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[text]
    if text.startswith('"'):
        assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', text)
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return Decimal(text)


def value(fact: Fact, said: str) -> object:
    return (
        {"yes-no": said == "yes", "choice": said}.get(fact.type)
        if fact.type in ("yes-no", "choice")
        else Decimal(said)
    )


def samples(fact: Fact) -> Sequence[str]:
    if fact.type == "integer":
        return [str(n) for n in range(10)]
    return unary.choices(fact) or [
        "-1000",
        "-1.5",
        "-1",
        "0",
        "0.5",
        "1",
        "1.5",
        "2",
        "2.5",
        "3",
        "99",
        "100",
        "1000",
    ]


# Tests


NUMBERS = st.sampled_from(["0", "1", "2", "3", "9"])
NUMERIC = st.one_of(
    st.just("-"),
    NUMBERS,
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), NUMBERS).map(" ".join),
    st.tuples(
        st.sampled_from(["{}..{}", "[{}..{})", "({}..{}]", "({}..{})", "[{}..{}]"]), NUMBERS, NUMBERS
    ).map(lambda each: each[0].format(*sorted(each[1:]))),
    st.tuples(NUMBERS, NUMBERS).map(lambda each: f"not({each[0]}, > {each[1]})"),
    NUMBERS.map(lambda each: f"not(!= {each})"),
)
WORDS = st.sampled_from(["minor", "major", 'the "worst"'])
CHOSEN = st.one_of(st.just("-"), WORDS, WORDS.map(lambda each: f"not({each})"), st.tuples(WORDS, WORDS).map(lambda each: f"not({each[0]}, {each[1]})"))  # fmt: skip
YES_NO = st.sampled_from(["-", "yes", "no", "not(yes)", "not(no)"])
TESTS = {"strikes": NUMERIC, "loss": NUMERIC, "severity": CHOSEN, "new-evidence": YES_NO}
KNOWN = facts()


@settings(deadline=None)
@given(st.data(), st.sampled_from([*TESTS]))
def test_a_cell_passes_the_same_values_in_feel(data: st.DataObject, name: str) -> None:
    fact = KNOWN[name]
    cell = data.draw(st.lists(TESTS[name], min_size=1, max_size=3))
    said = feel.tests(fact, cell)
    values = unary.parse(fact, cell)
    for each in samples(fact):
        assert passes(said, value(fact, each)) == unary.holds(fact, values, each), (cell, said, each)


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("severity", ["minor", 'the "worst"'], '"minor", "the \\"worst\\""'),
        ("severity", ["not(minor, major)"], 'not("minor", "major")'),
        ("severity", ["minor", "not(major)"], 'not("major")'),
        ("new-evidence", ["yes"], "true"),
        ("new-evidence", ["yes", "not(yes)"], "-"),
        ("strikes", ["1..3", "> 5"], "[1..3], > 5"),
        ("strikes", ["!= 3"], "not(3)"),
        ("strikes", ["= 3"], "3"),
        ("loss", ["[-1.5..+2)"], "[-1.5..2)"),
        ("loss", ["1", "!= 1"], "-"),
        ("strikes", ["-", "3"], "-"),
    ],
)
def test_a_cell_stays_as_it_was_written_where_feel_can_say_it(name: str, cell: list[str], said: str) -> None:
    assert feel.tests(KNOWN[name], cell) == said


@settings(deadline=None, max_examples=25)
@given(st.lists(st.from_regex(r"[a-z0-9]+([-.][a-z0-9]+){0,2}", fullmatch=True), unique=True, max_size=8))
def test_names_are_words_that_no_engine_takes_apart(ids: list[str]) -> None:
    names = feel.names([*ids, "not", "count", "a-b", "a.b"])
    assert len(set(names.values())) == len(names)
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name) and name not in feel._RESERVED for name in names.values())


# Tables


ROWS = st.lists(
    st.fixed_dictionaries({}, optional={name: st.lists(tests, min_size=1, max_size=2) for name, tests in TESTS.items()}),
    min_size=1,
    max_size=4,
)  # fmt: skip


def row(when: dict[str, list[str]], then: str, more: str = "") -> str:
    cells = ", ".join(f"{name}: [{', '.join(repr(each) for each in tests)}]" for name, tests in when.items())
    return f"{{when: {{{cells}}}, then: {then}{more}}}"


@settings(deadline=None, max_examples=60)
@given(ROWS, st.sampled_from(["first", "unique", "any"]), st.booleans(), st.randoms(use_true_random=False))
def test_the_rules_decide_each_case_as_the_rows_do(
    rows: list[dict[str, list[str]]], policy: str, rest: bool, random: Random
) -> None:
    targets = ["a"] * len(rows) if policy == "any" else ["abca"[i] for i in range(len(rows))]
    lines = [row(when or {"strikes": ["-"]}, to) for when, to in zip(rows, targets, strict=True)]
    base = library(*lines, *(["{otherwise: look}"] if rest else []), policy=policy)
    [table] = tables(base).findall(".//d:decisionTable", DMN)
    sop = base.sop("TS-A-001")
    assert sop
    asked = [each.text for each in table.findall("d:input/d:inputExpression/d:text", DMN)]
    names = [next(id for id in KNOWN if id.replace("-", "_") == name) for name in asked]
    cases = list(product(*(samples(KNOWN[name]) for name in names)))
    for case in random.sample(cases, min(len(cases), 60)):
        known = dict(zip(names, case, strict=True))
        values = [value(KNOWN[name], known[name]) for name in names]
        assert _decided(table, values) == _expected(sop.steps[0].decide, known, policy)


def _expected(rows: Sequence[Row], case: dict[str, str], policy: str) -> list[str]:
    hits = [
        each.then or ""
        for each in rows
        if not each.is_otherwise
        and all(
            unary.holds(KNOWN[id], unary.parse(KNOWN[id], tests), case[id]) for id, tests in each.when.items()
        )
    ]
    hits = hits or [each.otherwise for each in rows if each.otherwise]
    return hits[:1] if policy == "first" else sorted(set(hits))


def _decided(table: xml.Element, values: list[object]) -> list[str]:
    hits = []
    for rule in table.findall("d:rule", DMN):
        cells = [each.text or "" for each in rule.findall("d:inputEntry/d:text", DMN)]
        if all(passes(cell, each) for cell, each in zip(cells, values, strict=True)):
            hits.append(str(literal(rule.findtext("d:outputEntry/d:text", "", DMN))))
    return hits[:1] if table.get("hitPolicy") == "FIRST" else sorted(set(hits))


def test_inputs_and_outputs_have_types_and_values() -> None:
    base = library(
        row(
            {"severity": ["minor"], "strikes": ["> 2"], "new-evidence": ["yes"]},
            "a",
            ", set: {loss: 1.50, target: yes}",
        ),
        row({"severity": ["not(minor)"]}, "TS-B-001", ", because: Far too <much> & more"),
    )
    root = tables(base)
    inputs = {
        each.findtext("d:inputExpression/d:text", "", DMN): each for each in root.iterfind(".//d:input", DMN)
    }
    types = {name: each.find("d:inputExpression", DMN).get("typeRef") for name, each in inputs.items()}  # type: ignore[union-attr]
    assert types == {"severity": "string", "strikes": "number", "new_evidence": "boolean"}
    assert (
        inputs["severity"].findtext("d:inputValues/d:text", "", DMN) == '"minor", "major", "the \\"worst\\""'
    )
    assert inputs["strikes"].findtext("d:inputValues/d:text", "", DMN) == "[0..9]"
    outputs = [(each.get("name"), each.get("typeRef")) for each in root.iterfind(".//d:output", DMN)]
    assert outputs == [("target", "string"), ("loss", "number"), ("target_", "boolean")]
    entries = [each.text for each in root.iterfind(".//d:outputEntry/d:text", DMN)]
    assert entries == ['"a"', "1.50", "true", '"TS-B-001"', "null", "null"]
    assert [each.text for each in root.iterfind(".//d:annotationEntry/d:text", DMN)] == [
        None,
        "Far too <much> & more",
    ]


def test_a_row_without_a_target_goes_where_the_step_goes_on() -> None:
    base = library("{when: {strikes: 1}, set: {loss: 1}}", row({"strikes": ["!= 1"]}, "b"))
    assert [each.text for each in tables(base).iterfind(".//d:outputEntry[1]/d:text", DMN)][:1] == ['"look"']


def test_otherwise_of_a_unique_table_is_written_out_as_what_is_left() -> None:
    base = library(
        row({"severity": ["minor"], "new-evidence": ["yes"]}, "a"), "{otherwise: b, because: Else.}"
    )
    [table] = tables(base).iterfind(".//d:decisionTable", DMN)
    rules = [
        [each.text for each in rule.iterfind("d:inputEntry/d:text", DMN)]
        for rule in table.iterfind("d:rule", DMN)
    ]
    assert table.get("hitPolicy") == "UNIQUE"
    assert len(rules) == 3
    assert "The last 2 rules stand for `otherwise`" in written(base)


def test_otherwise_of_a_first_table_takes_everything() -> None:
    base = library(row({"severity": ["minor"]}, "a"), "{otherwise: b}", policy="first")
    [table] = tables(base).iterfind(".//d:decisionTable", DMN)
    assert [each.text for each in table.iterfind("d:rule/d:inputEntry/d:text", DMN)] == ['"minor"', "-"]
    assert table.get("hitPolicy") == "FIRST"


def test_an_otherwise_that_no_case_needs_is_left_out() -> None:
    base = library(row({"new-evidence": ["yes"]}, "a"), row({"new-evidence": ["no"]}, "b"), "{otherwise: c}")
    assert len(tables(base).findall(".//d:rule", DMN)) == 2
    assert "The row `otherwise` is left out" in written(base)


def test_where_very_much_is_left_a_table_without_overlap_becomes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "MOST_RULES", 1)
    apart = [row({"severity": ["minor"], "new-evidence": ["yes"]}, "a"), "{otherwise: b}"]
    [table] = tables(library(*apart)).iterfind(".//d:decisionTable", DMN)
    assert (table.get("hitPolicy"), len(table.findall("d:rule", DMN))) == ("FIRST", 2)
    crossing = [
        row({"severity": ["minor"]}, "a"),
        row({"new-evidence": ["yes"], "strikes": ["1"]}, "c"),
        "{otherwise: b}",
    ]
    [table] = tables(library(*crossing)).iterfind(".//d:decisionTable", DMN)
    assert table.get("hitPolicy") == "UNIQUE"


def test_what_cannot_be_told_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "ALLOWANCE", 1)
    crossing = [
        row({"severity": ["minor"]}, "a"),
        row({"new-evidence": ["yes"], "strikes": ["1"]}, "c"),
        "{otherwise: b}",
    ]
    with pytest.raises(DmnTrouble, match="too many to write out"):
        written(library(*crossing))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{when: {strikes: 12}, then: a}", "`12` is more than 9"),
        ("{when: {nobody: 1}, then: a}", "the fact `nobody`, of which nobody knows what it can be"),
        ("{when: {strikes: 1}, then: a, set: {severity: worse}}", "`worse` is none of its values"),
        ("{when: {strikes: 1}, then: [x]}", "the table of `weigh` cannot be read"),
    ],
)
def test_a_table_with_a_slip_is_not_written(line: str, says: str) -> None:
    with pytest.raises(DmnTrouble) as trouble:
        written(library(line))
    assert says in str(trouble.value)


def test_the_command_writes_the_file_or_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sops").mkdir()
    base = library(row({"severity": ["minor"]}, "a"), "{otherwise: b}")
    file = tmp_path / "sops/TS-A-001.yaml"
    file.write_text(base.by_path["TS-A-001.yaml"].document.text)
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsys, "export", "dmn", "TS-A-001")
    assert (code, out) == (0, written(base))
    file.write_text(SOP.replace("STEPS\n", LOOK))
    code, _, err = run(capsys, "export", "dmn", "TS-A-001")
    assert code == 2
    assert "TS-A-001 has no decision table" in err
