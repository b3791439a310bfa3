"""Ways of cases, against walking every case through every way."""

import itertools
import random
from datetime import date
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl import model
from sopctl.analysis import flow as flows
from sopctl.analysis.flow import Flow, flow
from sopctl.analysis.table_faults import judged
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.rules import RULES
from sopctl.source import Document

TODAY = date(2026, 11, 21)
VALUES = {"s1": ["yes", "no"], "s2": ["a", "b", "c"], "p": ["0", "1", "2"]}
SHARED: dict[str, Any] = {
    "s1": {"ask": "?", "type": "yes-no"},
    "s2": {"ask": "?", "type": "choice", "values": ["a", "b", "c"]},
}
PRIVATE: dict[str, Any] = {"p": {"ask": "?", "type": "integer", "min": "0", "max": "2"}}
IDS = ("TS-A-001", "TS-B-001", "TS-C-001")


def _library(sops: list[dict[str, Any]], facts: dict[str, Any] = SHARED) -> Library:
    documents = [Document(f"{sop['id']}.yaml", "", sop) for sop in sops]
    documents.append(Document("registers.yaml", "", {"facts": facts}))
    return Library([model.read(document) for document in documents], TODAY)


# Small libraries, drawn at random


@st.composite
def _libraries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to three SOPs that call and hand off to later ones, or, where nobody calls, to any."""
    chance = draw(st.randoms(use_true_random=False))
    count = chance.randint(1, 3)
    calls = chance.random() < 0.6
    return [_sop(chance, number, count, calls) for number in range(count)]


def _sop(chance: random.Random, number: int, count: int, calls: bool) -> dict[str, Any]:
    steps = [f"step-{i}" for i in range(chance.randint(1, 4))]
    later = IDS[number + 1 : count]
    hands = later if calls else IDS[:count]
    targets = [*steps, *steps, "x", "y", *hands]
    made: dict[str, Any] = {
        "id": IDS[number],
        "facts": PRIVATE,
        "outcomes": {"x": {"title": "X"}, "y": {"title": "Y"}},
    }
    made["steps"] = [_step(chance, id, targets, later if calls else ()) for id in steps]
    if not made["steps"][-1].get("next") and "ask" not in made["steps"][-1]:
        made["steps"][-1]["next"] = "x"
    if chance.random() < 0.25 and not calls:
        made["escalations"] = [{"when": "At any time", "then": chance.choice(targets)}]
        if chance.random() < 0.5:
            made["escalations"] = [
                {"after": "1d", "from": chance.choice(steps), "then": chance.choice(targets)}
            ]
    return made


def _step(chance: random.Random, id: str, targets: list[str], called: tuple[str, ...]) -> dict[str, Any]:
    step: dict[str, Any] = {"id": id, "title": "Do it", "role": "lead"}
    kind = chance.choice(["table", "table", "table", "ask", "plain", "call" if called else "plain"])
    if kind == "table":
        step["hit_policy"] = chance.choice(["unique", "first", "any"])
        step["decide"] = [_row(chance, targets) for _ in range(chance.randint(1, 3))]
        if chance.random() < 0.5:
            step["decide"].append({"otherwise": chance.choice(targets)})
    elif kind == "ask":
        step["ask"] = "Is it so?"
        step["answers"] = {word: chance.choice(targets) for word in ("yes", "no")[: chance.randint(1, 2)]}
    elif kind == "call":
        step["call"] = chance.choice(called)
        step["on"] = {word: chance.choice(targets) for word in ("x", "y")[: chance.randint(1, 2)]}
        if chance.random() < 0.3:
            step["on"]["otherwise"] = chance.choice(targets)
    if kind == "plain" or chance.random() < 0.4:
        step["next"] = chance.choice(targets)
    if chance.random() < 0.3:
        step["asks"] = chance.sample(list(VALUES), chance.randint(1, 2))
    if chance.random() < 0.3:
        step["at_most"] = str(chance.randint(1, 2))
        step["after_that"] = chance.choice(targets)
    if chance.random() < 0.15:
        step["human"] = "true"
    return step


def _row(chance: random.Random, targets: list[str]) -> dict[str, Any]:
    facts = chance.sample(list(VALUES), chance.randint(1, 2))
    row: dict[str, Any] = {
        "when": {f: chance.sample(VALUES[f], chance.randint(1, len(VALUES[f]) - 1)) for f in facts}
    }
    if chance.random() < 0.8:
        row["then"] = chance.choice(targets)
    if chance.random() < 0.3:
        fact = chance.choice(list(VALUES))
        row["set"] = {fact: chance.choice(VALUES[fact])}
    return row


# The same by hand: every case, every way


class Case(NamedTuple):
    """One case at a step, and all that may matter for where it goes."""

    sop: str
    step: str
    facts: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, int], ...]
    person: bool
    done: frozenset[str]


class Interpreter:
    """Walks every case through every way, one at a time."""

    def __init__(self, sops: list[dict[str, Any]]) -> None:
        self.sops = {sop["id"]: sop for sop in sops}
        self.runs: dict[tuple[str, str, str], set[tuple[str, str, str, bool]]] = {}

    def explore(self, id: str) -> tuple[set[Case], set[tuple[str, bool]]]:
        """Every case after what its step asks, and every outcome with "a person took part"."""
        others = {to for to in self.sops if self._leads_to(to, id)}
        starts = [
            c
            for sop in {id, *others}
            for c in self._starts(sop, itertools.product(VALUES["s1"], VALUES["s2"]))
        ]
        seen, ends = self._walk(starts, follow=True)
        here = {case for case in seen if case.sop == id}
        return here, {(outcome, person) for sop, outcome, _, person in ends if sop == id}

    def _leads_to(self, one: str, other: str) -> bool:
        """Whether cases of one SOP come to the other and back by hand-offs: counts are kept."""
        return other in self._handed(one) and one in self._handed(other)

    def _handed(self, id: str) -> set[str]:
        """The SOPs that cases of one can come to by hand-offs."""
        found: set[str] = set()
        ahead = [id]
        while ahead:
            new = set(_named(self.sops[ahead.pop()])) & self.sops.keys() - found
            found |= new
            ahead += new
        return found

    def run(self, id: str, s1: str, s2: str) -> set[tuple[str, str, str, bool]]:
        """What a called SOP does to one case: outcome, shared facts, whether a person took part."""
        if (id, s1, s2) not in self.runs:
            _, ends = self._walk(self._starts(id, [(s1, s2)]), follow=True)
            self.runs[id, s1, s2] = {
                (outcome, dict(facts)["s1"], dict(facts)["s2"], person) for _, outcome, facts, person in ends
            }
        return self.runs[id, s1, s2]

    def _starts(self, id: str, shared: Any) -> list[Case]:
        first = self.sops[id]["steps"][0]["id"]
        made = [(id, first, (("p", p), ("s1", a), ("s2", b))) for a, b in shared for p in VALUES["p"]]
        return [
            case
            for id, step, facts in made
            for case in self._enter(id, step, dict(facts), {}, False, frozenset())
        ]

    def _walk(self, starts: list[Case], follow: bool) -> tuple[set[Case], set[tuple[str, str, Any, bool]]]:
        seen: set[Case] = set()
        ends: set[tuple[str, str, Any, bool]] = set()
        ahead = list(starts)
        while ahead:
            case = ahead.pop()
            if case in seen:
                continue
            seen.add(case)
            for to, facts, person, done in self._onward(case):
                if to in ("x", "y"):
                    ends.add((case.sop, to, tuple(sorted(facts.items())), person))
                elif to in self.sops:
                    for p in VALUES["p"]:
                        first = self.sops[to]["steps"][0]["id"]
                        ahead += self._enter(
                            to, first, {**facts, "p": p}, dict(case.counts), person, frozenset()
                        )
                else:
                    ahead += self._enter(case.sop, to, facts, dict(case.counts), person, done)
        return seen, ends

    def _enter(
        self,
        sop: str,
        to: str,
        facts: dict[str, str],
        counts: dict[str, int],
        person: bool,
        done: frozenset[str],
    ) -> list[Case]:
        """The cases that arise where one comes to a target, once the step has asked."""
        for _ in range(9):
            step = next((s for s in self.sops[sop]["steps"] if s["id"] == to), None)
            if step is None or "at_most" not in step:
                break
            times = counts.get(f"{sop}#{to}", 0)
            if times < int(step["at_most"]):
                counts = {**counts, f"{sop}#{to}": times + 1}
                break
            to = step["after_that"]
        else:
            return []
        if step is None:  # an outcome or a hand-off, past a step that was entered too often
            return [
                Case(sop, f"!{to}", tuple(sorted(facts.items())), tuple(sorted(counts.items())), person, done)
            ]
        asked = itertools.product(
            *(VALUES[f] if f in step.get("asks", ()) else [facts[f]] for f in sorted(facts))
        )
        return [
            Case(
                sop,
                to,
                tuple(zip(sorted(facts), values, strict=True)),
                tuple(sorted(counts.items())),
                person,
                done,
            )
            for values in asked
        ]

    def _onward(self, case: Case) -> Any:
        facts = dict(case.facts)
        if case.step.startswith("!"):
            yield case.step[1:], facts, case.person, case.done
            return
        sop = self.sops[case.sop]
        place, step = next((i, s) for i, s in enumerate(sop["steps"]) if s["id"] == case.step)
        for each in sop.get("escalations", ()):
            if each.get("from") in (None, *case.done):
                yield each["then"], facts, case.person, case.done
        person = case.person or "ask" in step or "human" in step
        done = case.done | {case.step}
        follows = step.get("next") or (
            sop["steps"][place + 1]["id"] if place + 1 < len(sop["steps"]) else None
        )
        if "decide" in step:
            for row in self._taking(step, facts):
                to = row.get("otherwise") or row.get("then") or follows
                if to:
                    yield to, {**facts, **row.get("set", {})}, person, done
        elif "call" in step:
            for outcome, s1, s2, took in self.run(step["call"], facts["s1"], facts["s2"]):
                to = step["on"].get(outcome) or step["on"].get("otherwise")
                if to:
                    yield to, {**facts, "s1": s1, "s2": s2}, person or took, done
        elif "ask" in step:
            for to in step["answers"].values():
                yield to, facts, person, done
        elif follows:
            yield follows, facts, person, done

    def _taking(self, step: dict[str, Any], facts: dict[str, str]) -> list[dict[str, Any]]:
        rows = [row for row in step["decide"] if "when" in row]
        taking = [row for row in rows if all(facts[f] in values for f, values in row["when"].items())]
        if step["hit_policy"] == "first":
            taking = taking[:1]
        return taking or [row for row in step["decide"] if "otherwise" in row]


def _named(sop: dict[str, Any]) -> Any:
    """Every target that a SOP names."""
    for step in sop["steps"]:
        yield from (step.get("next"), step.get("after_that"))
        yield from (*step.get("answers", {}).values(), *step.get("on", {}).values())
        for row in step.get("decide", ()):
            yield from (row.get("then"), row.get("otherwise"))
    yield from (each["then"] for each in sop.get("escalations", ()))


def _tested(step: dict[str, Any]) -> list[str]:
    return sorted({f for row in step.get("decide", ()) for f in row.get("when", ())})


def _listed(known: Flow, id: str, step: dict[str, Any]) -> set[tuple[str, ...]]:
    """The cases that come to a table, by the facts that it tests."""
    reach = known.reach(id)
    assert reach is not None
    found: set[tuple[str, ...]] = set()
    facts = {f: Fact.make((SHARED | PRIVATE)[f])[0] for f in _tested(step)}
    for box in known.cases_at(id, step["id"]).sure:
        left = reach.program.space.sets(box, reach.program.space.full)
        found.update(
            itertools.product(
                *(
                    [v for v in VALUES[f] if f not in left or unary.holds(facts[f], left[f][1], v)]
                    for f in facts
                )
            )
        )
    return found


@settings(deadline=None, max_examples=120)
@given(_libraries())
def test_the_cases_at_each_step_are_those_that_walk_there(sops: list[dict[str, Any]]) -> None:
    library = _library(sops)
    by_hand = Interpreter(sops)
    for sop in sops:
        reach = flow(library).reach(sop["id"])
        assert reach is not None
        assert not reach.by_arrows
        seen, ends = by_hand.explore(sop["id"])
        for step in sop["steps"]:
            cases = {tuple(dict(c.facts)[f] for f in _tested(step)) for c in seen if c.step == step["id"]}
            assert not flow(library).cases_at(sop["id"], step["id"]).perhaps
            assert _listed(flow(library), sop["id"], step) == cases, step["id"]
        assert reach.outcomes == {outcome for outcome, _ in ends}
        assert set(reach.alone) == {outcome for outcome, person in ends if not person}


@settings(deadline=None, max_examples=60)
@given(_libraries())
def test_the_shown_way_has_no_person_and_follows_the_arrows(sops: list[dict[str, Any]]) -> None:
    library = _library(sops)
    steps = {(sop["id"], step["id"]): step for sop in sops for step in sop["steps"]}
    for sop in sops:
        reach = flow(library).reach(sop["id"])
        assert reach is not None
        for outcome, way in reach.alone.items():
            assert way[-1][1:] == (sop["id"], outcome)
            for (_, here, step), (why, _, _) in itertools.pairwise(way):
                written = steps[here, step]
                assert why.startswith("escalation") or not ("ask" in written or "human" in written)


@settings(deadline=None, max_examples=60)
@given(_libraries())
def test_a_table_is_judged_by_the_cases_that_come(sops: list[dict[str, Any]]) -> None:
    library = _library(sops)
    by_hand = Interpreter(sops)
    for sop in sops:
        seen, _ = by_hand.explore(sop["id"])
        found = {each.table.step.id: each for each in judged(library.sop(sop["id"]), library)}  # type: ignore[arg-type]
        for step in sop["steps"]:
            if "decide" not in step:
                continue
            coming = [dict(c.facts) for c in seen if c.step == step["id"]]
            rows = [row["when"] for row in step["decide"] if "when" in row]
            taken = [
                [i for i, row in enumerate(rows) if all(c[f] in v for f, v in row.items())] for c in coming
            ]
            judgement = found[step["id"]]
            assert bool(judgement.open) == (len(rows) == len(step["decide"]) and [] in taken)
            idle = {each.row for each in judgement.idle}
            if not coming:
                assert idle == set()
            elif step["hit_policy"] == "first":
                assert idle == set(range(len(rows))) - {each[0] for each in taken if each}
            else:
                assert idle == set(range(len(rows))) - {i for each in taken for i in each}
            if step["hit_policy"] == "unique":
                pairs = {(o.row, k) for o in judgement.overlaps for k in o.earlier}
                assert pairs == {(i, k) for each in taken for k, i in itertools.combinations(each, 2)}


# What cannot be known


def test_a_budget_that_runs_out_lets_arrows_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopctl.analysis.sweep.ALLOWANCE", 3)
    step = {
        "title": "T",
        "role": "lead",
        "decide": [{"when": {"s1": "yes"}, "then": "x"}, {"when": {"s1": "no"}}],
    }
    sop = {"id": IDS[0], "facts": PRIVATE, "outcomes": {"x": {"title": "X"}, "y": {"title": "Y"}}, "steps": [
        {**step, "id": "a"}, {**step, "id": "b", "decide": [{"when": {"s1": "yes"}, "then": "y"}]},
    ]}  # fmt: skip
    library = _library([sop])
    reach = flow(library).reach(IDS[0])
    assert reach is not None
    assert reach.by_arrows
    rules = [rule for rule in RULES if rule.code in ("SOP501", "SOP503", "SOP207")]
    said = [(d.code, d.severity, d.message) for d in lint(library, rules)]
    assert (
        "SOP501",
        "error",
        "no row takes s1 = no; the ways here are too many to tell, so each arrow counts",
    ) in said
    assert [each[:2] for each in said if each[0] == "SOP503"] == [("SOP503", "note")]


def _one(**more: Any) -> dict[str, Any]:
    step = {"id": "a", "title": "A", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "x"}, {"when": {"s1": "no"}, "then": "y"}]}  # fmt: skip
    return {
        "id": IDS[0],
        "facts": PRIVATE,
        "outcomes": {"x": {"title": "X"}, "y": {"title": "Y"}},
        "steps": [step],
        **more,
    }


def _codes(library: Library) -> list[str]:
    rules = [r for r in RULES if r.code.startswith("SOP5") or r.code in ("SOP207", "SOP209")]
    return [d.code for d in lint(library, rules)]


def test_behind_a_target_that_nothing_has_everything_may_come() -> None:
    sop = _one()
    sop["steps"] = [
        {"id": "a", "title": "A", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "y"}, {"when": {"s1": "no"}, "then": "b-typo"}]},
        {"id": "b", "title": "B", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "x"}]},
    ]  # fmt: skip
    library = _library([sop])
    assert _codes(library) == []
    assert flow(library).cases_at(IDS[0], "b").perhaps


def test_what_a_row_sets_is_known_at_a_table_that_tests_nothing_else() -> None:
    steps = [
        {"id": "a", "title": "A", "role": "lead", "decide": [{"when": {"s1": "yes"}, "set": {"s2": "a"}}, {"when": {"s1": "no"}, "set": {"s2": "b"}}]},
        {"id": "b", "title": "B", "role": "lead", "decide": [{"when": {"s2": "a"}, "then": "x"}, {"when": {"s2": "b"}, "then": "y"}, {"when": {"s2": "c"}, "then": "x"}]},
    ]  # fmt: skip
    assert _codes(_library([_one(steps=steps)])) == ["SOP503", "SOP506"]


def test_a_called_sop_gives_back_what_it_decided() -> None:
    table = {"id": "a", "title": "A", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "x"}, {"when": {"s1": "no"}, "then": "y"}]}  # fmt: skip
    call = {"id": "a", "title": "A", "call": IDS[1], "on": {"x": "b", "y": "y"}}
    after = {"id": "b", "title": "B", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "x"}]}
    assert _codes(_library([_one(steps=[call, after]), _one(id=IDS[1], steps=[table])])) == []
    after = {**after, "decide": [{"when": {"s1": "no"}, "then": "x"}]}
    assert _codes(_library([_one(steps=[call, after]), _one(id=IDS[1], steps=[table])])) == [
        "SOP207",
        "SOP501",
        "SOP503",
    ]


def test_a_hand_off_keeps_the_count() -> None:
    steps = [
        {"id": "a", "title": "A", "role": "lead", "at_most": "1", "after_that": "x", "next": IDS[1]},
        {"id": "b", "title": "B", "role": "lead", "next": "y"},
    ]
    there = [{"id": "a", "title": "A", "role": "lead", "next": IDS[0]}]
    reach = flow(_library([_one(steps=steps), _one(id=IDS[1], steps=there)])).reach(IDS[0])
    assert reach is not None
    assert reach.outcomes == {"x"}


def test_calls_in_a_circle_are_in_doubt() -> None:
    call = {"id": "a", "title": "A", "call": IDS[1], "on": {"x": "b", "y": "y"}}
    table = {"id": "b", "title": "B", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "x"}]}
    back = {"id": "a", "title": "A", "call": IDS[0], "on": {"x": "x", "y": "y"}}
    library = _library([_one(steps=[call, table]), _one(id=IDS[1], steps=[back])])
    assert _codes(library) == []
    assert not flow(library).cases_at(IDS[0], "b").sure


def test_a_called_sop_that_nobody_can_read_may_do_anything() -> None:
    call = {"id": "a", "title": "A", "call": "TS-GONE-001", "on": {"x": "b", "y": "y"}}
    table = {"id": "b", "title": "B", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "x"}]}
    assert _codes(_library([_one(steps=[call, table])])) == []


def test_an_escalation_that_cuts_a_call_short_may_find_its_facts_changed() -> None:
    setting = {"id": "a", "title": "A", "role": "lead", "decide": [{"when": {"s2": "-"}, "then": "x", "set": {"s1": "no"}}]}  # fmt: skip
    steps = [
        {"id": "a", "title": "A", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "b"}, {"when": {"s1": "no"}, "then": "y"}]},
        {"id": "b", "title": "B", "call": IDS[1], "on": {"x": "x"}},
        {"id": "c", "title": "C", "role": "lead", "decide": [{"when": {"s1": "yes"}, "then": "x"}, {"when": {"s1": "no"}, "then": "x"}]},
    ]  # fmt: skip
    cut = [{"after": "1d", "from": "a", "then": "c"}]
    library = _library([_one(steps=steps, escalations=cut), _one(id=IDS[1], steps=[setting])])
    assert flow(library).cases_at(IDS[0], "c").perhaps
    assert "SOP503" not in _codes(library)


def test_a_thousand_sops_that_call_each_other_in_a_row_are_walked() -> None:
    ids = [f"TS-N-{number:04d}" for number in range(1000)]
    sops = [
        {**_one(), "id": id, "steps": [{"id": "a", "title": "A", "call": after, "on": {"x": "x", "y": "y"}}]}
        for id, after in itertools.pairwise(ids)
    ]
    library = _library([*sops, {**_one(), "id": ids[-1]}])
    reach = flow(library).reach(ids[0])
    assert reach is not None
    assert reach.outcomes == {"x", "y"}
    assert set(reach.alone) == {"x", "y"}


def test_a_chain_of_thirty_tables_is_walked_without_listing_its_ways() -> None:
    rows = [{"when": {"s1": "yes"}, "set": {"s2": "a"}}, {"when": {"s1": "no"}, "set": {"s2": "b"}}]
    steps = [
        {"id": f"step-{i}", "title": "T", "role": "lead", "asks": "s1", "decide": rows} for i in range(30)
    ]
    last = {"id": "last", "title": "T", "role": "lead", "decide": [{"when": {"s2": ["a", "b"]}, "then": "x"}]}
    library = _library([_one(steps=[*steps, last])])
    assert not flow(library).reach(IDS[0]).by_arrows  # type: ignore[union-attr]
    assert "SOP501" not in _codes(library)


def test_the_flow_of_a_library_is_worked_out_once() -> None:
    library = _library([_one()])
    assert flow(library) is flow(library)
    assert flows.flow(_library([_one()])) is not flow(library)
