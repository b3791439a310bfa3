"""The box algebra and decision tables, against listing all cases."""

import itertools
import json
import random
import time
import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl import example, model
from sopctl.analysis import case_words
from sopctl.analysis.cases import Budget, Domain, OutOfBudget, Space
from sopctl.analysis.table_faults import Judgement, judged
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.rules import RULES
from sopctl.source import Document

CORPORA = Path(__file__).parents[1] / "../shared/corpora"
CODES = ("SOP207", "SOP208", "SOP209", "SOP501", "SOP502", "SOP503", "SOP504", "SOP505", "SOP506")
VALUES = {"late": ["yes", "no"], "kind": ["a", "b", "c"], "count": ["0", "1", "2", "3"]}
FACTS: dict[str, Any] = {
    "late": {"ask": "Late?", "type": "yes-no"},
    "kind": {"ask": "Which?", "type": "choice", "values": ["a", "b", "c"]},
    "count": {"ask": "How many?", "type": "integer", "min": "0", "max": "3"},
}
ALL = [dict(zip(VALUES, values, strict=True)) for values in itertools.product(*VALUES.values())]

Rows = list[dict[str, Any]]


def _table(rows: Rows, policy: str = "unique", facts: dict[str, Any] = FACTS) -> Judgement:
    step = {"id": "decide", "title": "Decide", "role": "lead", "decide": rows, "hit_policy": policy}
    data = {
        "id": "TS-X-001",
        "facts": facts,
        "steps": [step],
        "outcomes": {"x": {"title": "X"}, "y": {"title": "Y"}},
    }
    library = Library([model.read(Document("TS-X-001.yaml", "", data))], date(2026, 11, 21))
    sop = library.sop("TS-X-001")
    assert sop is not None
    return judged(sop, library)[0]


def _matches(row: dict[str, Any], case: dict[str, str]) -> bool:
    return all(case[fact] in tests for fact, tests in row["when"].items())


@st.composite
def _rows(draw: st.DrawFn) -> Rows:
    """A table whose tests are lists of values, so that anybody can check them."""
    tests = st.fixed_dictionaries(
        {}, optional={f: st.lists(st.sampled_from(v), min_size=1, unique=True) for f, v in VALUES.items()}
    )
    return draw(
        st.lists(
            st.fixed_dictionaries({"when": tests, "then": st.sampled_from("xy")}), min_size=1, max_size=6
        )
    )


def _cases(judgement: Judgement, box: int) -> list[dict[str, str]]:
    """The cases of a box, listed."""
    left = judgement.space.sets(box, judgement.space.full)
    return [c for c in ALL if all(unary.holds(fact, values, c[f]) for f, (fact, values) in left.items())]


def _as_set(cases: list[dict[str, str]]) -> set[tuple[str, ...]]:
    return {tuple(case.values()) for case in cases}


@settings(deadline=None)
@given(_rows())
def test_what_no_row_takes_is_found_to_the_last_case(rows: Rows) -> None:
    judgement = _table(rows)
    open_ones = _as_set([case for case in ALL if not any(_matches(row, case) for row in rows)])
    kinds = judgement.open.kinds if judgement.open else ()
    listed = [_as_set(_cases(judgement, kind)) for kind in kinds]
    assert set().union(*listed) == open_ones
    assert sum(len(kind) for kind in listed) == len(open_ones), "kinds do not overlap"


@settings(deadline=None)
@given(_rows())
def test_rows_that_share_a_case_are_found(rows: Rows) -> None:
    found = {(o.row, k) for o in _table(rows).overlaps for k in o.earlier}
    assert found == {
        (i, k)
        for i, later in enumerate(rows)
        for k, earlier in enumerate(rows[:i])
        if any(_matches(later, case) and _matches(earlier, case) for case in ALL)
    }


@settings(deadline=None)
@given(_rows())
def test_any_finds_only_rows_that_say_different_things(rows: Rows) -> None:
    found = {(o.row, k) for o in _table(rows, "any").overlaps for k in o.earlier}
    assert found == {
        (o.row, k) for o in _table(rows).overlaps for k in o.earlier if rows[o.row]["then"] != rows[k]["then"]
    }


@settings(deadline=None)
@given(_rows())
def test_the_common_case_of_two_rows_is_one(rows: Rows) -> None:
    judgement = _table(rows)
    for overlap in judgement.overlaps:
        for case in _cases(judgement, overlap.common):
            assert _matches(rows[overlap.row], case)
            assert _matches(rows[overlap.earlier[0]], case)


@settings(deadline=None)
@given(_rows())
def test_in_first_a_row_whose_cases_are_taken_never_matches(rows: Rows) -> None:
    assert [idle.row for idle in _table(rows, "first").idle] == [
        i
        for i, row in enumerate(rows)
        if not any(_matches(row, case) and not any(_matches(r, case) for r in rows[:i]) for case in ALL)
    ]


@settings(deadline=None)
@given(_rows())
def test_a_row_that_never_matches_goes_above_the_lowest_row_that_takes_its_last_cases(rows: Rows) -> None:
    def taken(row: int, *others: int) -> bool:
        cases = [case for case in ALL if _matches(rows[row], case)]
        return all(any(_matches(rows[each], case) for each in others) for case in cases)

    for idle in _table(rows, "first").idle:
        assert taken(idle.row, *idle.rows)
        assert not any(taken(idle.row, *(r for r in idle.rows if r != each)) for each in idle.rows)
        last = next(i for i in range(len(rows)) if taken(idle.row, *range(i + 1)))
        assert idle.rows[-1] == last
        assert idle.above == (None if taken(last, *range(last), idle.row) else last)


def _result(rows: Rows, case: dict[str, str]) -> str | None:
    return next((row["then"] for row in rows if _matches(row, case)), None)


@settings(deadline=None)
@given(_rows(), st.sampled_from(["first", "unique"]))
def test_rows_that_are_joined_decide_as_before(rows: Rows, policy: str) -> None:
    judgement = _table(rows, policy)
    for twins in judgement.twins:
        first, *others = twins.rows
        joined = {f: v for f, v in rows[first]["when"].items() if f != twins.fact}
        tests = judgement.space.tests(twins.joined, judgement.space.full)
        if twins.fact in tests:
            fact = Fact.make(FACTS[twins.fact])[0]
            passing = unary.parse(fact, tests[twins.fact])
            joined[twins.fact] = [v for v in VALUES[twins.fact] if unary.holds(fact, passing, v)]
        fewer = [
            {**row, "when": joined} if i == first else row for i, row in enumerate(rows) if i not in others
        ]
        if policy == "first":
            assert [_result(fewer, case) for case in ALL] == [_result(rows, case) for case in ALL]
        else:
            for case in ALL:
                assert {r["then"] for r in fewer if _matches(r, case)} == {
                    r["then"] for r in rows if _matches(r, case)
                }


def test_a_gap_between_whole_numbers_is_one_only_for_numbers() -> None:
    rows = [{"when": {"n": "<= 999"}, "then": "x"}, {"when": {"n": ">= 1000"}, "then": "y"}]
    whole = _table(rows, facts={"n": {"type": "integer", "ask": "?"}})
    parts = _table(rows, facts={"n": {"type": "number", "ask": "?"}})
    assert whole.open is None
    assert parts.open is not None
    assert case_words.case(parts.space, parts.open.kinds[0], parts.table.tested) == "n = 999.1"


def test_a_row_that_cannot_be_read_may_take_what_is_left() -> None:
    judgement = _table([{"when": {"kind": ["a", "b"]}, "then": "x"}, {"when": {"kind": "cc"}, "then": "y"}])
    assert judgement.open is None
    assert not judgement.idle


def test_a_known_test_beside_one_that_cannot_be_read_still_limits_its_row() -> None:
    rows = [
        {"when": {"late": ["yes"]}, "then": "x"},
        {"when": {"late": ["no"], "kind": "aa", "count": "0"}, "then": "y"},
    ]
    judgement = _table(rows)
    assert judgement.open is not None
    assert _as_set(_cases(judgement, judgement.open.kinds[0])) == _as_set(
        [case for case in ALL if case["late"] == "no" and case["count"] != "0"]
    )


# Sets of cases


@st.composite
def _boxes(draw: st.DrawFn) -> tuple[Space, list[int]]:
    facts = {name: Fact.make(data)[0] for name, data in FACTS.items()}
    boxes = draw(
        st.lists(
            st.fixed_dictionaries(
                {}, optional={f: st.lists(st.sampled_from(v), max_size=3) for f, v in VALUES.items()}
            ),
            max_size=6,
        )
    )
    none = {f: (frozenset() if facts[f].type != "integer" else ()) for f in facts}
    read = [{f: unary.parse(facts[f], v) if v else none[f] for f, v in box.items()} for box in boxes]
    space = Space({f: Domain(facts[f], [r[f] for r in read if f in r]) for f in facts})
    return space, [space.box(each) for each in read]  # type: ignore[arg-type]


def _listed(space: Space, box: int) -> set[tuple[int, ...]]:
    """Every combination of atoms in a box."""
    atoms = [
        [bit for bit in range(f.shift, f.shift + f.domain.width) if box >> bit & 1]
        for f in space.own.values()
    ]
    return set(itertools.product(*atoms))


@settings(deadline=None)
@given(_boxes())
def test_boxes_subtract_meet_and_merge_as_their_cases_do(given_boxes: tuple[Space, list[int]]) -> None:
    space, boxes = given_boxes
    cases = [_listed(space, box) for box in boxes]
    everything = _listed(space, space.full)
    left = list(space.outside(space.full, boxes, Budget(10**6)))
    listed = [_listed(space, piece) for piece in left]
    assert set().union(*listed) == everything.difference(*cases)
    assert sum(map(len, listed)) == len(everything.difference(*cases))
    merged = space.merged(left)
    assert set().union(*(_listed(space, piece) for piece in merged)) == set().union(*listed)
    assert len(merged) <= len(left)
    apart = [
        _listed(space, piece) for piece in space.apart([b for b in boxes if space.alive(b)], Budget(10**6))
    ]
    assert set().union(*apart) == set().union(*cases)
    assert sum(map(len, apart)) == len(set().union(*cases))
    for i, near in enumerate(space.meeting(boxes)):
        assert [bool(near >> k & 1) for k in range(len(boxes))] == [bool(cases[i] & other) for other in cases]
        assert space.alive(boxes[i]) == bool(cases[i])


def test_a_budget_that_runs_out_says_so() -> None:
    rows = [{"when": {"late": [a], "kind": [b]}} for a in VALUES["late"] for b in VALUES["kind"]]
    judgement = _table([{**row, "then": "x"} for row in rows])
    boxes = [line.box for line in judgement.table.lines]
    with pytest.raises(OutOfBudget):
        list(judgement.space.outside(judgement.space.full, boxes, Budget(3)))


# Large tables


def _tree(
    chance: random.Random, leaves: int, box: dict[str, tuple[float, float]]
) -> list[dict[str, tuple[float, float]]]:
    """A space of twelve numbers, cut in two again and again."""
    if leaves == 1:
        return [box]
    fact = f"x{chance.randrange(12)}"
    low, high = box.get(fact, (0, 100))
    cut = round(chance.uniform(low, high), 3)
    left = chance.randint(1, leaves - 1)
    return _tree(chance, left, {**box, fact: (low, cut)}) + _tree(
        chance, leaves - left, {**box, fact: (cut, high)}
    )


def _tree_rows(seed: int) -> tuple[dict[str, Any], Rows]:
    chance = random.Random(seed)
    boxes = _tree(chance, 200, {})
    chance.shuffle(boxes)
    facts = {f"x{i}": {"ask": "?", "type": "number", "min": "0", "max": "100"} for i in range(12)}
    rows = [
        {"when": {f: f"[{low}..{high}{']' if high == 100 else ')'}" for f, (low, high) in box.items()}, "then": "x", "because": str(i)}
        for i, box in enumerate(boxes)
    ]  # fmt: skip
    return facts, rows


@pytest.mark.parametrize("seed", [1, 2])
def test_two_hundred_rows_over_twelve_numbers_are_judged_in_a_moment(seed: int) -> None:
    facts, rows = _tree_rows(seed)
    begun = time.process_time()
    assert _table(rows, facts=facts)[3:] == (None, (), (), (), False)
    holed = _table(rows[1:], facts=facts)
    assert time.process_time() - begun < 2
    assert holed.open is not None
    lacking = {f: unary.parse(Fact.make(facts[f])[0], (t,)) for f, t in rows[0]["when"].items()}
    assert all(not kind & ~holed.space.box(lacking) for kind in holed.open.kinds)


# Published tables


def _ssvc() -> list[Path]:
    return sorted((CORPORA / "ssvc/decision_tables").glob("*/*.json"))


def _read_ssvc(path: Path) -> tuple[dict[str, Any], Rows]:
    data = json.loads(path.read_text(encoding="utf-8"))
    names = {key: f"f{i}" for i, key in enumerate(data["decision_points"])}
    values = {
        k: [f"v-{v['key'].lower()}" for v in point["values"]] for k, point in data["decision_points"].items()
    }
    facts = {
        n: {"ask": "?", "type": "choice", "values": values[k]}
        for k, n in names.items()
        if k != data["outcome"]
    }
    rows = [
        {
            "when": {names[k]: f"v-{v.lower()}" for k, v in row.items() if k != data["outcome"]},
            "then": "x",
            "set": {},
            "because": row[data["outcome"]],
        }
        for row in data["mapping"]
    ]
    return facts, rows


@pytest.mark.skipif(not _ssvc(), reason="the corpus is not there")
@pytest.mark.parametrize("path", _ssvc(), ids=lambda path: path.stem)
def test_published_tables_are_complete_and_without_overlap(path: Path) -> None:
    facts, rows = _read_ssvc(path)
    judgement = _table(rows, facts=facts)
    assert judgement[3:6] == (None, (), ())
    assert not judgement.unknown


@pytest.mark.skipif(not _ssvc(), reason="the corpus is not there")
@pytest.mark.parametrize("path", _ssvc(), ids=lambda path: path.stem)
def test_a_row_taken_out_of_a_published_table_is_just_what_is_open(path: Path) -> None:
    facts, rows = _read_ssvc(path)
    chance = random.Random(path.stem)
    for place in chance.sample(range(len(rows)), min(3, len(rows))):
        judgement = _table(rows[:place] + rows[place + 1 :], facts=facts)
        assert judgement.open is not None
        lacking = {f: unary.parse(Fact.make(facts[f])[0], (t,)) for f, t in rows[place]["when"].items()}
        assert judgement.open.kinds == (judgement.space.box(lacking),)


@pytest.mark.skipif(not _ssvc(), reason="the corpus is not there")
@pytest.mark.parametrize("path", _ssvc(), ids=lambda path: path.stem)
def test_a_row_widened_in_a_published_table_meets_just_the_rows_it_now_covers(path: Path) -> None:
    facts, rows = _read_ssvc(path)
    chance = random.Random(path.stem)
    for place in chance.sample(range(len(rows)), min(3, len(rows))):
        fact = chance.choice(list(facts))
        wide = {f: t for f, t in rows[place]["when"].items() if f != fact}
        meant = {
            i
            for i, row in enumerate(rows)
            if i != place and all(row["when"][f] == t for f, t in wide.items())
        }
        widened = [{**row, "when": wide} if i == place else row for i, row in enumerate(rows)]
        found = _table(widened, facts=facts).overlaps
        assert {i for o in found for i in (o.row, *o.earlier)} - {place} == meant


_TCK = {"true": "yes", "false": "no"}


def _tck() -> list[Path]:
    return sorted((CORPORA / "dmn-tck").glob("*/*.dmn"))


def _read_tck(path: Path) -> tuple[str, dict[str, Any], Rows]:
    """A DMN table in our words: the same inputs, each result an outcome of its own."""
    table = ElementTree.parse(path).getroot().find(".//{*}decisionTable")
    assert table is not None
    facts: dict[str, Any] = {}
    for each in table.findall("{*}input"):
        name = (each.findtext("{*}inputExpression/{*}text") or "").strip().lower()
        values = each.findtext("{*}inputValues/{*}text")
        if values:
            facts[name] = {
                "ask": "?",
                "type": "choice",
                "values": [v.strip(' "').lower() for v in values.split(",")],
            }
        else:
            number = each.find("{*}inputExpression").get("typeRef", "") == "number"  # type: ignore[union-attr]
            facts[name] = {"ask": "?", "type": "number" if number else "yes-no"}
    rows = []
    for rule in table.findall("{*}rule"):
        tests = [(e.findtext("{*}text") or "").strip() for e in rule.findall("{*}inputEntry")]
        said = "|".join((e.findtext("{*}text") or "").strip() for e in rule.findall("{*}outputEntry"))
        when = {
            f: [_TCK.get(t.strip(' "').lower(), t.strip(' "').lower()) for t in test.split(",")]
            for f, test in zip(facts, tests, strict=True)
        }
        rows.append({"when": when, "then": "x", "because": said})
    return table.get("hitPolicy", "UNIQUE"), facts, rows


def _tck_cases(path: Path) -> list[tuple[dict[str, str], str]]:
    found = []
    for case in ElementTree.parse(next(path.parent.glob("*-test-01.xml"))).getroot().findall("{*}testCase"):
        given_facts = {
            node.get("name", "").lower(): (node.findtext("{*}value") or "").lower()
            for node in case.findall("{*}inputNode")
        }
        values = [v.text or "" for v in case.findall("{*}resultNode/{*}expected//{*}value")]
        found.append(
            ({f: _TCK.get(v, v) for f, v in given_facts.items()}, "|".join(f'"{v}"' for v in values))
        )
    return found


@pytest.mark.skipif(not _tck(), reason="the corpus is not there")
@pytest.mark.parametrize("path", _tck(), ids=lambda path: path.stem)
def test_tables_with_test_cases_choose_the_row_that_is_expected(path: Path) -> None:
    policy, facts, rows = _read_tck(path)
    judgement = _table(rows, "first", facts)
    known = {f: Fact.make(data)[0] for f, data in facts.items()}
    for case, expected in _tck_cases(path):
        taking = [
            row
            for row in rows
            if all(
                unary.holds(known[f], unary.parse(known[f], tests), case[f])
                for f, tests in row["when"].items()
            )
        ]
        if policy == "PRIORITY":
            assert expected in {row["because"] for row in taking}
        else:
            assert (taking[0]["because"] if taking else "") == expected
            assert policy != "UNIQUE" or len(taking) == 1
    if policy == "UNIQUE":
        assert _table(rows, "unique", facts).overlaps == ()
    assert judgement.idle == ()


# The rules


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code in CODES], ids=lambda rule: rule.code)
def test_each_rule_has_examples_of_both_kinds(rule: Any) -> None:
    assert {kind for kind, _ in rule.examples} == {"Good", "Bad"}


def _said(code: str, text: str) -> list[tuple[str, str]]:
    rule = next(rule for rule in RULES if rule.code == code)
    return [(found.message, found.help) for found in example.run(rule, text)]


def test_an_open_case_is_told_with_its_row() -> None:
    text = """\
facts:
  strikes: {ask: How many?, type: integer, min: 0}
  new-evidence: {ask: Is there any?, type: yes-no}
steps:
  - id: decide
    title: Decide
    role: lead
    decide:
      - when: {strikes: "< 2"}
        then: done
      - when: {strikes: ">= 2", new-evidence: yes}
        then: done
"""
    assert _said("SOP501", text) == [
        (
            "no row takes strikes = 2, new evidence = no",
            'add the row `- {when: {strikes: ">= 2", new-evidence: no}, then: …}`, or end the table with `- otherwise: …`',
        )
    ]


IN_MARKDOWN = """\
---
id: TS-X-001
facts:
  strikes: {ask: How many strikes are active?, type: integer, min: 0}
  kind: {ask: Which?, type: choice, values: [a, b, c]}
---

## Steps

### Decide {#decide}

- role: lead

| strikes | kind   | because | then |
| ------- | ------ | ------- | ---- |
| < 2     |        | Few.    | x    |
| > 2     | [a, b] |         | x    |
| > 2     | c      |         | x    |

## Outcomes

- x: X
"""


def test_in_markdown_a_row_is_proposed_as_a_row_of_that_table() -> None:
    whole = build({"TS-X-001.md": IN_MARKDOWN}, date(2026, 11, 21))
    assert {each.code: each.help for each in lint(whole) if each.code in ("SOP501", "SOP506")} == {
        "SOP501": "add the row `| 2 |  |  | … |`, or end the table with `| otherwise |  |  | … |`",
        "SOP506": "write `| >= 3 |  |  | … |`",
    }


def test_every_message_is_the_same_whatever_came_before() -> None:
    facts, rows = _tree_rows(3)
    first = _table(rows[5:], facts=facts)
    again = _table(rows[5:], facts=facts)
    assert first.open == again.open


def test_a_scenario_in_a_register_is_read_too() -> None:
    text = """\
id: TS-A-001
---
# file: cases.yaml
facts: {late: {ask: Late?, type: yes-no}}
scenarios:
  - {title: A slip, sop: TS-A-001, given: {late: maybe}, expect: {outcome: done}}
"""
    assert [message for message, _ in _said("SOP504", text)] == ["`late`: `maybe` is neither `yes` nor `no`"]


def test_lint_is_silent_about_what_hangs_on_a_slip() -> None:
    text = {"id": "TS-X-001", "facts": {"kind": FACTS["kind"]}, "steps": [
        {"id": "a", "title": "A", "role": "lead", "decide": [{"when": {"kind": "aa"}, "then": "x"}, {"when": {"kind": "b"}, "then": "nowhere"}]},
    ], "outcomes": {"x": {"title": "X"}, "y": {"title": "Y", "adverse": "true"}}}  # fmt: skip
    library = Library([model.read(Document("TS-X-001.yaml", "", text))], date(2026, 11, 21))
    rules = [rule for rule in RULES if rule.code in CODES]
    assert {d.code for d in lint(library, rules)} == {"SOP208", "SOP504"}
