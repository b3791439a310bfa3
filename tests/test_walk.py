"""One case on its way: the engine against a small reference, and each reason why it stops."""

import json
from datetime import date
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sopctl.analysis.trials import Told
from sopctl.analysis.walk import Walk, atlas, walk
from sopctl.cli.walk import Heard
from sopctl.library import Library, build
from sopctl.model.scenario import Scenario

TODAY = date(2026, 11, 21)
FACTS: dict[str, Any] = {
    "sure": {"type": "yes-no", "ask": "Sure?"},
    "count": {"type": "integer", "min": 0, "max": 4, "ask": "How many?"},
}
COLOUR = {"type": "choice", "values": ["red", "green", "blue"], "ask": "Which?"}


def sop(id: str = "TS-A-001", **more: Any) -> dict[str, Any]:
    """The keys that a walk needs."""
    return {"id": id, "title": id, "outcomes": {"good": {"title": "Good"}, "bad": {"title": "Bad"}}, **more}


def library(*sops: dict[str, Any]) -> Library:
    texts = {f"{each['id']}.yaml": json.dumps(each) for each in sops}
    return build({"zz.yaml": json.dumps({"facts": FACTS}), **texts}, TODAY)


def told(data: dict[str, Any]) -> Scenario:
    scenario, _ = Scenario.make({"title": "A case", "expect": {"outcome": "good"}, **data})
    return scenario


def walked(made: Library, **data: Any) -> Walk:
    return walk(atlas(made), "TS-A-001", Told(told(data), "TS-A-001"))


def end(made: Library, **data: Any) -> tuple[str, str]:
    return walked(made, **data).end[:2]


def went(way: Walk) -> list[str]:
    return [visit.step for visit in way.trail]


# The reference: as plain as can be, over lists of all values


class _Stop(Exception):
    pass


class Cell(NamedTuple):
    """A test as it is written, and the values that pass it."""

    text: str
    values: frozenset[str]


def _passing(*values: object) -> frozenset[str]:
    return frozenset(str(value) for value in values)


EVERY = {"sure": _passing("yes", "no"), "count": _passing(*range(5)), "own": _passing("red", "green", "blue")}
TESTS = {
    "sure": [Cell("yes", _passing("yes")), Cell("not(yes)", _passing("no")), Cell("-", EVERY["sure"])],
    "count": [
        Cell(">= 2", _passing(2, 3, 4)), Cell("< 3", _passing(0, 1, 2)), Cell("(1..4)", _passing(2, 3)),
        Cell("!= 0", _passing(1, 2, 3, 4)), Cell("1", _passing(1)), Cell(">= 0", EVERY["count"]),
    ],
    "own": [
        Cell("red", _passing("red")), Cell("not(red, blue)", _passing("green")),
        Cell("not(red)", _passing("green", "blue")),
    ],
}  # fmt: skip


class Reference:
    """Walks a case by the letter of the format. SOPs are plain data, tests sets of values."""

    def __init__(self, sops: dict[str, dict[str, Any]], said: dict[str, Any]) -> None:
        self.sops, self.said, self.used = sops, said, dict.fromkeys(("-",), 0)
        self.shared: dict[str, str] = {}
        self.trail: list[str] = []

    def run(self) -> tuple[str, str]:
        try:
            return self.sop("TS-A-001", {}, {}, 0)
        except _Stop as stop:
            return stop.args[0], stop.args[1]

    def sop(
        self,
        id: str,
        own: dict[str, str],
        counts: dict[tuple[str, str], int],
        depth: int,
        passed: tuple[tuple[str, str], ...] = (),
    ) -> tuple[str, str]:
        steps = self.sops[id]["steps"]
        names = [step["id"] for step in steps]
        to = names[0]
        while True:
            if to in ("good", "bad"):
                return "outcome", to
            if to.startswith("TS-"):
                return self.sop(to, {}, counts, depth, passed) if depth else ("hand-off", to)
            step = steps[names.index(to)]
            count = counts.get((id, to), 0)
            if "at_most" in step and count >= int(step["at_most"]):
                if (id, to) in passed:
                    raise _Stop("loop", to)
                passed = (*passed, (id, to))
                to = step["after_that"]
                continue
            if (count >= 100 and "at_most" not in step) or len(self.trail) >= 2000:
                raise _Stop("loop", to)
            passed = ()
            counts[id, to] = count + 1
            self.trail.append(f"{id}#{to}")
            place = names.index(to)
            follow = step.get("next") or (names[place + 1] if place + 1 < len(names) else "")
            to = self.step(id, step, own, follow, depth)
            if not to:
                raise _Stop("dead-end", step["id"])

    def step(self, id: str, step: dict[str, Any], own: dict[str, str], follow: str, depth: int) -> str:
        for fact in step.get("asks", ()):
            store = self.store(fact, own)
            store.pop(fact, None)
            self.ask(fact, own)
        if "decide" in step:
            return self.table(step, own) or follow
        if "ask" in step:
            answer = self.next("answers", step["id"] if id == "TS-A-001" else f"{id}#{step['id']}")
            if answer is None:
                raise _Stop("answer", step["id"])
            return step["answers"][answer]
        if "call" in step:
            outcome = self.next("calls", step["id"]) if id == "TS-A-001" else None
            if outcome is None and depth >= 50:
                raise _Stop("loop", step["id"])
            if outcome is None:
                outcome = self.sop(step["call"], {}, {}, depth + 1)[1]
            to = step["on"].get(outcome) or step["on"].get("otherwise")
            if to is None:
                raise _Stop("unhandled", step["id"])
            return to
        return follow

    def table(self, step: dict[str, Any], own: dict[str, str]) -> str:
        rows = [row for row in step["decide"] if "otherwise" not in row]
        tests = [{f: TEST[t] for f, t in row["when"].items() if TEST[t] != EVERY[f]} for row in rows]
        for fact in dict.fromkeys(fact for row in tests for fact in row):
            if fact not in self.store(fact, own):
                self.ask(fact, own)
        certain, missed = [], []
        for row, of_row in zip(rows, tests, strict=True):
            known = {fact: self.store(fact, own).get(fact) for fact in of_row}
            if any(value is not None and value not in of_row[fact] for fact, value in known.items()):
                continue
            unknown = [fact for fact, value in known.items() if value is None]
            missed += unknown[:1]
            if step.get("hit_policy") == "first":
                if unknown:
                    raise _Stop("fact", unknown[0])
                return self.take(row, own)
            if not unknown:
                certain.append(row)
        for other in certain[1:]:
            same = (certain[0].get("then"), certain[0].get("set")) == (other.get("then"), other.get("set"))
            if step.get("hit_policy") != "any" or not same:
                raise _Stop("two-rows", step["id"])
        if certain:
            return self.take(certain[0], own)
        if missed:
            raise _Stop("fact", missed[0])
        if "otherwise" in step["decide"][-1]:
            return self.take(step["decide"][-1], own)
        raise _Stop("no-row", step["id"])

    def take(self, row: dict[str, Any], own: dict[str, str]) -> str:
        for fact, value in row.get("set", {}).items():
            self.store(fact, own)[fact] = value
        return row.get("otherwise") or row.get("then") or ""

    def store(self, fact: str, own: dict[str, str]) -> dict[str, str]:
        return own if fact == "own" else self.shared

    def ask(self, fact: str, own: dict[str, str]) -> None:
        value = self.next("given", fact)
        if value is not None:
            self.store(fact, own)[fact] = value

    def next(self, kind: str, name: str) -> str | None:
        values = self.said.get(kind, {}).get(name)
        if not values:
            return None
        if len(values) == 1:
            return str(values[0])
        used = self.used.get(f"{kind} {name}", 0)
        self.used[f"{kind} {name}"] = used + 1
        return str(values[used]) if used < len(values) else None


TEST = {test.text: test.values for tests in TESTS.values() for test in tests}


# SOPs and cases at random. Made from a seed: drawing each choice would take longer than the test


SEEDS = st.integers(0, 10**9)


class Chance(Random):
    """Makes SOPs and cases."""

    def one_in(self, number: int) -> bool:
        return self.randrange(number) == 0

    def some(self, values: list[str], most: int = 3) -> list[str]:
        return [self.choice(values) for _ in range(self.randint(1, most))]

    def few(self, values: list[str], most: int = 2) -> list[str]:
        return self.sample(values, self.randint(1, most))

    def rows(self, targets: list[str]) -> list[dict[str, Any]]:
        made = []
        for _ in range(self.randint(1, 3)):
            row: dict[str, Any] = {"when": {f: self.choice(TESTS[f]).text for f in self.few(sorted(TESTS))}}
            if not self.one_in(5):
                row["then"] = self.choice(targets)
            if self.one_in(4) or "then" not in row:
                fact = self.choice(sorted(EVERY))
                row["set"] = {fact: self.choice(sorted(EVERY[fact]))}
            made.append(row)
        return [*made, {"otherwise": self.choice(targets)}] if self.one_in(2) else made

    def step(self, name: str, targets: list[str], calls: str) -> dict[str, Any]:
        kind = self.choice(["plain", "decide", "decide", "ask", "call" if calls else "decide"])
        step: dict[str, Any] = {"id": name, "title": name}
        if kind == "decide":
            step |= {"decide": self.rows(targets), "hit_policy": self.choice(["unique", "first", "any"])}
        elif kind == "ask":
            step |= {"ask": "What?", "answers": {word: self.choice(targets) for word in ("one", "two")}}
        elif kind == "call":
            words = self.choice([["good", "bad"], ["good"], ["good", "otherwise"]])
            step |= {"call": calls, "on": {word: self.choice(targets) for word in words}}
        if self.one_in(3):
            step["asks"] = self.few(sorted(EVERY))
        if self.one_in(3):
            step |= {"at_most": str(self.randrange(3)), "after_that": self.choice(targets)}
        if self.one_in(2):
            step["next"] = self.choice(targets)
        return step

    def steps(self, calls: str, handed: str) -> list[dict[str, Any]]:
        names = [f"s{i}" for i in range(self.randint(2, 5))]
        return [self.step(name, [*names, "good", "bad", handed], calls) for name in names]

    def world(self) -> dict[str, dict[str, Any]]:
        """Three SOPs: A calls B, B calls C, and each hands off."""
        made = {
            "TS-A-001": self.steps("TS-B-001", "TS-C-001"),
            "TS-B-001": self.steps("TS-C-001", "TS-C-001"),
            "TS-C-001": self.steps("", "TS-B-001"),
        }
        return {id: sop(id, facts={"own": COLOUR}, steps=steps) for id, steps in made.items()}

    def case(self, world: dict[str, dict[str, Any]]) -> dict[str, Any]:
        known = self.few(sorted(EVERY), 3)
        asked = [name for name in _asking(world) if not self.one_in(6)]
        calls = [step["id"] for step in world["TS-A-001"]["steps"] if "call" in step and self.one_in(3)]
        return {
            "given": {fact: self.some(sorted(EVERY[fact])) for fact in known},
            "answers": {name: self.some(["one", "two"]) for name in asked},
            "calls": {name: self.some(["good", "bad"]) for name in calls},
        }


def _asking(world: dict[str, dict[str, Any]]) -> list[str]:
    """The steps with a question, as scenarios name them."""
    return [
        step["id"] if id == "TS-A-001" else f"{id}#{step['id']}"
        for id, each in world.items()
        for step in each["steps"]
        if "ask" in step
    ]


@settings(deadline=None, max_examples=200)
@given(SEEDS)
def test_a_walk_goes_where_the_reference_goes(seed: int) -> None:
    chance = Chance(seed)
    world = chance.world()
    said = chance.case(world)
    reference = Reference(world, said)
    expected = reference.run()
    way = walked(library(*world.values()), **said)
    event(f"{expected[0]}, {'calls' if any(visit.depth for visit in way.trail) else 'no calls'}")
    assert (way.end.why, way.end.name) == expected
    assert [f"{visit.sop}#{visit.step}" for visit in way.trail] == reference.trail
    if way.end.ended:
        assert {f: v for f, v in way.facts.items() if f != "own"} == reference.shared


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_a_person_who_knows_the_case_goes_the_way_of_the_scenario(seed: int) -> None:
    chance = Chance(seed)
    world = chance.world()
    for each in world.values():
        for step in each["steps"]:
            if "decide" in step:
                step["hit_policy"] = "first"
    case = {fact: [chance.choice(sorted(EVERY[fact]))] for fact in sorted(EVERY)}
    answers = {name: [chance.choice(["one", "two"])] for name in _asking(world)}
    made = library(*world.values())
    scenario = walked(made, given=case, answers=answers)
    person = walk(atlas(made), "TS-A-001", _Knows(case, answers))
    assert person.end == scenario.end
    assert went(person) == went(scenario)
    heard = walk(atlas(made), "TS-A-001", Heard(_words(person)))
    assert [vars(visit) for visit in heard.trail] == [vars(visit) for visit in person.trail]


class _Knows:
    """A person who is asked only for what is needed."""

    foretold = False

    def __init__(self, case: dict[str, list[str]], answers: dict[str, list[str]]) -> None:
        self._case, self._answers = case, answers

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        return self._case[fact][0]

    def answer(self, sop: str, step: str) -> str | None:
        return self._answers[step if sop == "TS-A-001" else f"{sop}#{step}"][0]

    def outcome(self, sop: str, step: str) -> str | None:
        return None


def _words(way: Walk) -> list[str]:
    """What was said on a way, in order."""
    return [word for visit in way.trail for word in (*visit.asked.values(), *filter(None, [visit.answer]))]


# Each rule of the road by itself


def step(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "title": id, "role": "agent", **more}


def decides(id: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return step(id, decide=list(rows), **more)


def row(then: str = "", **when: str) -> dict[str, Any]:
    return {"when": when, **({"then": then} if then else {})}


def test_a_fact_keeps_its_value_until_a_step_asks_it_again() -> None:
    made = library(
        sop(
            steps=[
                decides("first", row("again", sure="yes"), row("bad", sure="no")),
                decides("again", row("third", sure="yes"), row("bad", sure="no")),
                decides("third", row("good", sure="no"), row("bad", sure="yes"), asks=["sure"]),
            ]
        )
    )
    assert end(made, given={"sure": ["yes", "no"]}) == ("outcome", "good")
    assert end(made, given={"sure": "yes"}) == ("outcome", "bad")


def test_a_list_that_is_used_up_leaves_the_fact_open() -> None:
    loop = decides("again", {**row("again", sure="yes")}, row("good", sure="no"), asks=["sure"])
    assert end(library(sop(steps=[loop])), given={"sure": ["yes", "yes"]}) == ("fact", "sure")


def test_a_fact_that_no_row_needs_any_more_is_not_missed() -> None:
    made = library(sop(steps=[decides("look", row("good", sure="yes"), row("bad", sure="no", count="> 2"))]))
    assert end(made, given={"sure": "yes"}) == ("outcome", "good")
    assert end(made, given={"sure": "no"}) == ("fact", "count")


def test_a_called_sop_has_its_own_private_facts_and_the_shared_ones() -> None:
    inner = sop(
        "TS-B-001",
        facts={"own": COLOUR},
        steps=[decides("ask-own", {**row("good", own="red"), "set": {"count": "3"}}, {"otherwise": "bad"})],
    )
    outer = sop(
        facts={"own": COLOUR},
        steps=[
            decides("mine", {**row(own="green", sure="yes")}, {"otherwise": "bad"}),
            step("call", call="TS-B-001", on={"good": "after", "otherwise": "bad"}),
            decides("after", row("good", own="green", count="3", sure="yes"), {"otherwise": "bad"}),
        ],
    )
    way = walked(library(outer, inner), given={"own": ["green", "red"], "sure": "yes"})
    assert way.end[:2] == ("outcome", "good")
    assert [(visit.depth, visit.step) for visit in way.trail] == [
        (0, "mine"), (0, "call"), (1, "ask-own"), (0, "after"),
    ]  # fmt: skip
    assert way.trail[1].outcome == "good"
    assert way.facts == {"own": "green", "sure": "yes", "count": "3"}


def test_a_hand_off_ends_the_sop_but_goes_on_inside_a_call() -> None:
    last = sop("TS-C-001", steps=[step("end", next="bad")])
    inner = sop("TS-B-001", steps=[step("pass-on", next="TS-C-001")])
    outer = sop(steps=[step("call", call="TS-B-001", on={"bad": "TS-C-001", "otherwise": "good"})])
    way = walked(library(outer, inner, last))
    assert way.end[:2] == ("hand-off", "TS-C-001")
    assert went(way) == ["call", "pass-on", "end"]


def test_a_hand_off_keeps_the_count_and_a_call_starts_its_own() -> None:
    back = step("back", at_most="2", after_that="good", next="TS-C-001")
    other = sop("TS-C-001", steps=[step("return", next="TS-B-001")])
    inner = sop("TS-B-001", steps=[back])
    twice = sop(
        steps=[
            step("one", call="TS-B-001", on={"good": "two", "bad": "bad"}),
            step("two", call="TS-B-001", on={"good": "good", "bad": "bad"}),
        ]
    )
    assert went(walked(library(twice, inner, other))) == [
        "one", "back", "return", "back", "return", "two", "back", "return", "back", "return",
    ]  # fmt: skip


def test_a_step_that_was_entered_often_enough_is_gone_around() -> None:
    asks = step("ask", ask="More?", answers={"yes": "count", "no": "good"})
    made = library(sop(steps=[step("count", at_most="2", after_that="bad"), asks]))
    way = walked(made, answers={"ask": "yes"})
    assert way.end[:2] == ("outcome", "bad")
    assert went(way) == ["count", "ask", "count", "ask"]
    assert way.trail[-1].full == (("TS-A-001", "count"),)


def test_steps_that_send_each_other_away_are_a_loop() -> None:
    one = step("one", at_most="0", after_that="two")
    two = step("two", at_most="0", after_that="one")
    assert end(library(sop(steps=[one, two]))) == ("loop", "one")


def test_a_step_that_is_full_in_a_call_is_full_anew_where_the_case_is_handed_to_it() -> None:
    made = library(
        sop(steps=[{"id": "a", "title": "A", "call": "TS-B-001", "on": {"good": "good", "bad": "bad"}}]),
        sop("TS-B-001", steps=[{"id": "b", "title": "B", "call": "TS-C-001", "on": {"good": "TS-C-001"}}]),
        sop(
            "TS-C-001", steps=[{"id": "c", "title": "C", "at_most": "0", "after_that": "good", "next": "bad"}]
        ),
    )
    assert end(made) == ("outcome", "good")


def test_onward_a_walk_goes_through_hand_offs_to_the_last_end() -> None:
    made = library(
        sop(steps=[{"id": "a", "title": "A", "decide": [{"when": {"sure": "yes"}, "then": "TS-B-001"}]}]),
        sop(
            "TS-B-001",
            steps=[{"id": "b", "title": "B", "decide": [{"when": {"sure": "yes"}, "then": "TS-X-009"}]}],
        ),
    )
    case = Told(told({"given": {"sure": ["yes"]}}), "TS-A-001")
    assert walk(atlas(made), "TS-A-001", case).end[:2] == ("hand-off", "TS-B-001")
    way = walk(atlas(made), "TS-A-001", case, onward=True)
    assert way.end[:2] == ("hand-off", "TS-X-009"), "a SOP that is not there is where it ends"
    assert went(way) == ["a", "b"]
    assert way.frames[0].sop == "TS-B-001"


def test_a_loop_that_nothing_bounds_is_given_up() -> None:
    way = walked(library(sop(steps=[step("round", next="round")])))
    assert way.end[:2] == ("loop", "round")
    assert len(way.trail) == 100


def test_sops_that_call_each_other_for_ever_are_given_up() -> None:
    one = sop(steps=[step("call", call="TS-B-001", on={"otherwise": "good"})])
    two = sop("TS-B-001", steps=[step("call-back", call="TS-A-001", on={"otherwise": "good"})])
    assert end(library(one, two))[0] == "loop"


@pytest.mark.parametrize(
    ("policy", "rows", "why"),
    [
        ("unique", [row("good", sure="yes"), row("good", count="1")], "two-rows"),
        ("any", [row("good", sure="yes"), row("good", count="1")], "outcome"),
        ("any", [row("good", sure="yes"), row("bad", count="1")], "two-rows"),
        ("first", [row("good", sure="yes"), row("bad", count="1")], "outcome"),
        ("unique", [row("good", sure="no"), row("bad", count="0")], "no-row"),
    ],
)
def test_the_hit_policy_says_which_row_counts(policy: str, rows: list[dict[str, Any]], why: str) -> None:
    made = library(sop(steps=[decides("look", *rows, hit_policy=policy)]))
    way = walked(made, given={"sure": "yes", "count": "1"})
    assert way.end.why == why
    assert way.trail[0].case == {"sure": "yes", "count": "1"}


def test_a_row_without_a_target_goes_on_and_sets_what_it_sets() -> None:
    table = decides("look", {**row(sure="yes"), "set": {"count": "4"}}, next="then")
    then = decides("then", row("good", count="4"), {"otherwise": "bad"})
    assert end(library(sop(steps=[table, step("between", next="bad"), then])), given={"sure": "yes"}) == (
        "outcome", "good",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "data", "why"),
    [
        ([step("look")], {}, "dead-end"),
        ([step("look", ask="What?", answers={"yes": "good"})], {}, "answer"),
        (
            [step("look", ask="What?", answers={"yes": "good"})],
            {"answers": {"look": "maybe"}},
            "no-such-answer",
        ),
        (
            [step("look", call="TS-B-001", on={"good": "good"})],
            {"calls": {"look": "fine"}},
            "no-such-outcome",
        ),
        ([step("look", call="TS-B-001", on={"good": "good"})], {}, "unhandled"),
        ([step("look", call="TS-B-001", on={"bad": "", "otherwise": "good"})], {}, "unreadable"),
        ([decides("look", row("good", count="1"))], {"given": {"count": "9"}}, "value"),
        ([decides("look", row("good", count="one"))], {"given": {"count": "1"}}, "unreadable"),
        ([decides("look", row("good", nothing="1"))], {}, "unreadable"),
        ([step("look", next="nowhere")], {}, "unreadable"),
        ([step("look", call="TS-X-001")], {}, "unreadable"),
        ([], {}, "unreadable"),
    ],
)
def test_a_walk_says_why_it_stops(steps: list[dict[str, Any]], data: dict[str, Any], why: str) -> None:
    other = sop("TS-B-001", steps=[step("end", next="bad")])
    assert end(library(sop(steps=steps), other), **data)[0] == why


def test_the_time_of_a_step_goes_by_the_facts_of_the_case() -> None:
    times = [
        {"when": {"sure": "yes"}, "within": "3d"},
        {"when": {"count": "> 2"}, "within": "5d"},
        {"otherwise": "9d"},
    ]
    made = library(sop(steps=[step("look", within=times, next="good")]))
    within = {
        "sure": [str(each) for each in walked(made, given={"sure": "yes"}).trail[0].within],
        "both": [str(each) for each in walked(made, given={"sure": "no", "count": "1"}).trail[0].within],
        "open": [str(each) for each in walked(made, given={"sure": "no"}).trail[0].within],
    }
    assert within == {"sure": ["3d"], "both": ["9d"], "open": ["5d", "9d"]}


def test_a_case_that_no_row_takes_has_no_time() -> None:
    times = [{"when": {"sure": "yes"}, "within": "3d"}, {"when": {"count": "> 2"}, "within": "5d"}]
    made = library(sop(steps=[step("look", within=times, next="good")]))

    def within(**given: str) -> list[str]:
        return [str(each) for each in walked(made, given=given).trail[0].within]

    assert within(sure="yes") == ["3d"]
    assert within(sure="no", count="3") == ["5d"]
    assert within(sure="no", count="1") == ["None"]
    assert within(sure="no") == ["5d", "None"]
    assert within() == ["3d", "5d", "None"]


def test_the_state_of_a_walk_is_plain_data() -> None:
    made = library(
        sop(
            steps=[decides("look", row("then", sure="yes")), step("then", ask="What?", answers={"a": "good"})]
        )
    )
    way = walked(made, given={"sure": "yes"})
    assert way.end.why == "answer"
    visits = [
        {name: dict(v) if name in ("asked", "case") else v for name, v in vars(each).items()}
        for each in way.trail
    ]
    assert json.loads(json.dumps(visits)) == visits
    assert way.frames[0].facts == {"sure": "yes"}
