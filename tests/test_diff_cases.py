"""Cases that end differently: against listing all cases of small worlds, and on the handbook."""

import copy
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st
from test_walk import COLOUR, EVERY, FACTS, SEEDS, Chance, sop

from sopctl.analysis.walk import Walk, atlas, walk
from sopctl.diff.cases import (
    PAST_CALLS,
    PAST_SAME,
    THROUGH,
    TO_HAND_OFFS,
    CaseChanges,
    Handed,
    case_changes,
)
from sopctl.diff.steps import Depth
from sopctl.diff.telling import CaseChange
from sopctl.diff.terrain import Terrain
from sopctl.diff.variables import Variables
from sopctl.files import Unread
from sopctl.library import Library, build
from sopctl.model import unary
from sopctl.model.registers import Fact

TODAY = date(2026, 11, 21)
World = dict[str, dict[str, Any]]


def library(world: World, facts: dict[str, Any] = FACTS) -> Library:
    texts = {f"{each['id']}.yaml": json.dumps(each) for each in world.values()}
    return build({"zz.yaml": json.dumps({"facts": facts}), **texts}, TODAY)


# The reference: every case, one by one


class _Lacks(Exception):
    """The case does not say yet what is asked."""


class _Case:
    foretold = True

    def __init__(self, said: Mapping[tuple[str, int], str], into: bool) -> None:
        self.said, self.into, self.times, self.last = said, into, dict.fromkeys(("-",), 0), ""

    def fact(self, sop: str, step: str, fact: str) -> str:
        return self._next(fact)

    def answer(self, sop: str, step: str) -> str:
        return self._next(f"{sop}#{step}")

    def outcome(self, sop: str, step: str) -> str | None:
        return None if self.into else self._next(f"{sop}#{step} outcome")

    def _next(self, name: str) -> str:
        self.times[name] = self.times.get(name, 0) + 1
        self.last = name
        if (name, self.times[name]) not in self.said:
            raise _Lacks(name, self.times[name])
        return self.said[name, self.times[name]]


def _end(way: Walk) -> str:
    stop, where = way.end, way.frames[-1].sop
    if stop.why == "outcome":
        return f"{where}:{stop.name}"
    if stop.why in ("value", "no-such-answer"):
        return "impossible"
    if stop.why == "loop":
        return "stuck:loop"
    return stop.name if stop.why == "hand-off" else f"stuck:{stop.why}@{where}#{stop.name}"


Said = dict[tuple[str, int], str]
VALUES = {"sure": ["yes", "no"], "count": ["0", "1", "2", "3", "4"], "own": ["red", "green", "blue", "grey"]}


def _values(name: str, sides: tuple[Library, Library]) -> list[str]:
    """What one of the libraries lets a case say of a fact or a question."""
    if name.endswith(" outcome"):
        return ["good", "bad"]
    if name not in VALUES:
        id, _, step = name.partition("#")
        steps = [found.steps_by_id.get(step) for side in sides if (found := side.sop(id))]
        return sorted({word for each in steps if each for word in each.answers})
    known = [fact for side in sides for each in side.sops if (fact := side.fact(each, name))]
    return [value for value in VALUES[name] if any(value in fact.values for fact in known) or name != "own"]


def every_case(
    before: Library, after: Library, start: str, depth: Depth = THROUGH, most: int = 1500
) -> list[tuple[Said, str, str]]:
    """Each case as far as either side asks, with its ends on both sides; none where they are too many."""
    found: list[tuple[Said, str, str]] = []
    ahead: list[Said] = [{}]
    while ahead:
        said = ahead.pop()
        try:
            ends = [
                _end(walk(atlas(side), start, _Case(said, depth.into), depth.onward))
                for side in (before, after)
            ]
        except _Lacks as lacks:
            name, times = lacks.args
            ahead.extend({**said, (name, times): value} for value in _values(name, (before, after)))
        else:
            found.append((said, ends[0], ends[1]))
        if len(found) + len(ahead) > most:
            return []
    return found


def _heard(sides: tuple[Library, Library], start: str, said: Said, depth: Depth) -> bool:
    """Whether what one side lets nobody say is asked on the other, too; else it may be no case there."""
    asked = []
    for side in sides:
        case = _Case(said, depth.into)
        asked.append((case, _end(walk(atlas(side), start, case, depth.onward)) == "impossible"))
    return all(
        not impossible or other.times.get(case.last, 0) >= case.times[case.last]
        for (case, impossible), (other, _) in zip(asked, asked[::-1], strict=True)
    )


def _fact(name: str) -> Fact:
    if name == "sure":
        return Fact.make({"type": "yes-no"})[0]
    if name == "count":
        return Fact.make({"type": "integer", "min": "0", "max": "4"})[0]
    words = ["good", "bad"] if name.endswith(" outcome") else ["one", "two", "three"]
    return Fact.make({"type": "choice", "values": VALUES.get(name, words)})[0]


def _meets(change: CaseChange, case: Said) -> bool:
    """Whether the change is about the case, as far as the case says."""
    for key, tests in change.tests.items():
        name, _, times = key.partition("@")
        value = case.get((name, int(times or 1)))
        if value is not None and not unary.holds(_fact(name), unary.parse(_fact(name), tests), value):
            return False
    return True


def _filled(said: Said, changes: list[CaseChange], sides: tuple[Library, Library]) -> Iterator[Said]:
    """The case with all that it may say of what it is not asked, but some change speaks of."""
    spoken = {
        (key.partition("@")[0], int(key.partition("@")[2] or 1)) for each in changes for key in each.tests
    }
    open_ones = sorted(spoken - said.keys())
    for values in itertools.islice(itertools.product(*[_values(name, sides) for name, _ in open_ones]), 100):
        yield {**said, **dict(zip(open_ones, values, strict=True))}


def check(
    before: Library, after: Library, start: str = "TS-A-001", depth: Depth = THROUGH
) -> CaseChanges | None:
    """Hold what is said of a SOP against every case; None where there are too many."""
    cases = every_case(before, after, start, depth)
    if not cases:
        return None
    with patch.multiple("sopctl.diff.cases", THROUGH=depth, TO_HAND_OFFS=depth):
        found = case_changes(before, after)
    unknown = [each.reason for each in found.unknown if each.sop == start]
    unknown = [each for each in unknown if not each.endswith("was not compared")]  # of what is left
    if unknown and (depth == THROUGH or "to follow them all" in unknown[0]):
        assert "too many" in unknown[0], unknown
        return None
    changes = [each for each in found.changes if each.sop == start and each.kind != "left"]
    for said, one, other in cases:
        if one == other:
            assert not [each for each in changes if _meets(each, said)], (said, one, other)
            continue
        for case in _filled(said, changes, (before, after)):
            told = [each for each in changes if _meets(each, case)]
            assert told or not _heard((before, after), start, said, depth), (case, one, other)
    for each in changes:
        met = {(one, other) for said, one, other in cases if _meets(each, said)}
        impossible = {"impossible"}
        kind = (
            "new"
            if {one for one, _ in met} == impossible
            else "gone"
            if {two for _, two in met} == impossible
            else "moved"
        )
        assert each.kind == kind
        assert set(each.before_ends) == {one for one, _ in met} - impossible
        assert set(each.after_ends) == {other for _, other in met} - impossible
    return found


# Changes at random


class Editor(Chance):
    """Makes worlds in which every case ends soon, and changes them."""

    def small(self) -> World:
        made = {}
        for id, calls, handed in (("TS-C-001", "", []), ("TS-B-001", "TS-C-001", ["TS-C-001"])):
            made[id] = sop(id, facts={"own": COLOUR}, steps=self.chain(2, calls, handed))
        made["TS-A-001"] = sop(
            "TS-A-001", facts={"own": COLOUR}, steps=self.chain(3, "TS-B-001", ["TS-B-001", "TS-C-001"])
        )
        return made

    def chain(self, most: int, calls: str, handed: list[str]) -> list[dict[str, Any]]:
        """Steps that lead onward, or back to one that bounds the loop."""
        names = [f"s{i}" for i in range(self.randint(1, most))]
        bounded = [name for name in names if self.one_in(3)]
        return [self.onward(name, names, bounded, calls, handed) for name in names]

    def onward(
        self, name: str, names: list[str], bounded: list[str], calls: str, handed: list[str]
    ) -> dict[str, Any]:
        later = names[names.index(name) + 1 :]
        targets = [*later, *later, *bounded, "good", "bad", *handed]
        step = {key: value for key, value in self.step(name, targets, calls).items() if key not in _COUNTED}
        step["next"] = self.choice(targets)
        if name in bounded:
            step |= {"at_most": str(self.randint(1, 2)), "after_that": self.choice([*later, "good", "bad"])}
        return step

    def edited(self, world: World, *edits: str) -> World:
        made = copy.deepcopy(world)
        for _ in range(self.randint(1, 2)):
            self._edit(self.choice(sorted(made)), made, edits or EDITS)
        return made

    def _edit(self, id: str, world: World, edits: Sequence[str]) -> None:
        steps = world[id]["steps"]
        place = self.randrange(len(steps))
        step = steps[place]
        names = [each["id"] for each in steps]
        later = [*names[place + 1 :], "good", "bad"]
        rows = [row for row in step.get("decide", []) if "when" in row]
        match self.choice(edits):
            case "step":
                steps[place] = self.onward(step["id"], names, [], "TS-C-001" if id < "TS-C" else "", [])
            case "row" if rows:
                self.choice(rows)["when"] = self.rows(["good"])[0]["when"]
            case "drop" if len(step.get("decide", ())) > 1:
                del step["decide"][0]
            case "set" if rows:
                value = self.choice([{"sure": "yes"}, {"sure": "no"}, {"count": str(self.randint(0, 4))}])
                self.choice(rows)["set"] = value
            case "swap" if "decide" in step and "when" in step["decide"][-1]:
                step["decide"].reverse()
            case "target" if "answers" in step:
                step["answers"] = {
                    **step["answers"],
                    self.choice(["one", "two", "three"]): self.choice(later),
                }
            case "asks":
                step["asks"] = self.few(sorted(EVERY))
            case "value":
                for each in world.values():
                    each["facts"] = {"own": {**COLOUR, "values": ["red", "blue", "grey", "green"]}}
            case "insert":
                asks = {"asks": ["sure"]} if self.one_in(3) else {}
                steps.insert(place, {"id": "extra", "title": "Extra", "next": step["id"], **asks})


EDITS = ("step", "row", "row", "drop", "swap", "target", "asks", "value", "insert")
_COUNTED = ("at_most", "after_that", "next")


@settings(deadline=None, max_examples=80)
@given(SEEDS)
def test_the_cases_that_are_told_are_those_that_end_differently(seed: int) -> None:
    chance = Editor(seed)
    world = chance.small()
    before, after = library(world), library(chance.edited(world))
    found = check(before, after)
    assume(found is not None)
    event(f"{len(found.changes) if found else 0} changes")


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.sampled_from([TO_HAND_OFFS, PAST_CALLS]))
def test_where_cases_are_followed_less_far_it_is_just_as_exact(seed: int, depth: Depth) -> None:
    chance = Editor(seed)
    world = chance.small()
    before, after = library(world), library(chance.edited(world))
    assume(check(before, after, depth=depth) is not None)


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.sampled_from([TO_HAND_OFFS, PAST_SAME, PAST_CALLS]))
@example(5120, TO_HAND_OFFS)  # behind a hand-off the first step is entered, and counts
def test_of_which_nothing_is_told_every_case_ends_as_before_however_far_it_is_followed(
    seed: int, depth: Depth
) -> None:
    chance = Editor(seed)
    world = chance.small()
    before, after = library(world), library(chance.edited(world))
    with patch.multiple("sopctl.diff.cases", TO_HAND_OFFS=depth, DEEP=0):
        found = case_changes(before, after)
    told = {each.sop for each in (*found.changes, *found.unknown)}
    handing = {id for each in found.handed for id in each.sops}
    for id in sorted(world.keys() - told):
        event(f"{id} {'hands on' if id in handing else 'is quiet'}")
        whole = every_case(before, after, id, TO_HAND_OFFS if id in handing else THROUGH)
        assert all(one == other for _, one, other in whole), id


class Caller(Editor):
    """Makes worlds of many calls, and changes mostly the SOP that calls."""

    def step(self, name: str, targets: list[str], calls: str) -> dict[str, Any]:
        if not calls or self.one_in(2):
            return super().step(name, targets, calls)
        on = {word: self.choice(targets) for word in ("good", self.choice(["bad", "otherwise"]))}
        step: dict[str, Any] = {"id": name, "title": name, "call": calls, "on": on}
        return {**step, "asks": self.few(sorted(EVERY))} if self.one_in(4) else step

    def small(self) -> World:
        steps = {"TS-C-001": self.chain(2, "", []), "TS-B-001": self.chain(2, "TS-C-001", [])}
        steps["TS-A-001"] = self.chain(4, self.choice(["TS-B-001", "TS-C-001"]), [])
        return {id: sop(id, facts={"own": COLOUR}, steps=each) for id, each in steps.items()}

    def edited(self, world: World, *edits: str) -> World:
        made = copy.deepcopy(world)
        for _ in range(self.randint(1, 2)):
            self._edit("TS-A-001" if self.randrange(4) else self.choice(sorted(made)), made, edits or EDITS)
        return made


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_where_calls_that_come_back_alike_are_not_followed_what_is_told_for_sure_is_so(seed: int) -> None:
    chance = Caller(seed)
    world = chance.small()
    before, after = library(world), library(chance.edited(world, *EDITS, "set"))
    with patch.multiple("sopctl.diff.cases", TO_HAND_OFFS=PAST_SAME, DEEP=0):
        found = case_changes(before, after)
    unknown = {each.sop for each in found.unknown if not each.reason.endswith("was not compared")}
    handing = {id for each in found.handed for id in each.sops}
    for id in sorted(world.keys() - unknown):
        lines = [each for each in found.changes if each.sop == id and each.kind != "left"]
        event(f"{id} {'changes' if lines else 'is quiet'}")
        if not lines:
            depth = TO_HAND_OFFS if id in handing else THROUGH
            whole = every_case(before, after, id, depth, 500)
            assert all(one == other for _, one, other in whole), id
        elif not any(name.partition("@")[0].endswith(" outcome") for each in lines for name in each.tests):
            with patch(f"{__name__}.case_changes", lambda *_: found):
                check(before, after, id, TO_HAND_OFFS)


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_the_values_that_are_told_are_those_that_cases_leave_otherwise(seed: int) -> None:
    chance = Editor(seed)
    world = chance.small()
    before, after = library(world), library(chance.edited(world, "set"))
    found = case_changes(before, after)
    for id in {each.sop for each in found.changes} - {each.sop for each in found.unknown} | {*found.same}:
        changes = [each for each in found.changes if each.sop == id]
        if all(each.kind == "left" for each in changes):
            check_left(before, after, id, changes)


def check_left(before: Library, after: Library, id: str, changes: list[CaseChange]) -> None:
    """Hold what is said of the values that cases leave in shared facts against every case."""
    event(f"{len(changes)} changes")
    for said, end, _ in every_case(before, after, id, TO_HAND_OFFS):
        for fact in FACTS if not end.startswith(("stuck", "impossible")) else ():
            told = [each for each in changes if each.after_ends[0].partition("=")[0] == fact]
            for value in [said[fact, 1]] if (fact, 1) in said else _values(fact, (before, after)):
                for case in _filled({**said, (fact, 1): value}, told, (before, after)):
                    one, other = (
                        walk(atlas(side), id, _Case(case, True)).facts.get(fact, value)
                        for side in (before, after)
                    )
                    assert any(_meets(each, case) for each in told) == (one != other), (case, fact)


MIRRORED = {"moved": "moved", "new": "gone", "gone": "new", "left": "left"}


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_the_other_way_round_the_same_cases_go_back(seed: int) -> None:
    chance = Editor(seed)
    world = chance.small()
    before, after = library(world), library(chance.edited(world))
    there, back = case_changes(before, after), case_changes(after, before)
    assume(not there.unknown)
    assume(not back.unknown)
    turned = [
        (each.sop, MIRRORED[each.kind], each.tests, each.after_ends, each.before_ends, each.example)
        for each in there.changes
    ]
    returned = [
        (each.sop, each.kind, each.tests, each.before_ends, each.after_ends, each.example)
        for each in back.changes
    ]
    assert sorted(turned, key=repr) == sorted(returned, key=repr)
    assert there.same == back.same


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_nothing_is_told_of_a_world_that_is_as_it_was(seed: int) -> None:
    world = Editor(seed).small()
    assert case_changes(library(world), library(copy.deepcopy(world))) == CaseChanges()


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_rows_in_another_order_and_in_other_words_change_no_case(seed: int) -> None:
    chance = Editor(seed)
    world = chance.small()
    other = copy.deepcopy(world)
    for each in other.values():
        for step in each["steps"]:
            _rewrite(chance, step)
    found = case_changes(library(world), library(other))
    assert not found.changes
    touched = [id for id in sorted(world) if world[id] != other[id]]
    assert set(found.same) <= set(touched)


def _rewrite(chance: Editor, step: dict[str, Any]) -> None:
    """Say the same in another way."""
    rows = step.get("decide", [])
    for row in rows:
        when = row.get("when", {})
        when.update({fact: SAME[test] for fact, test in when.items() if test in SAME})
    if step.get("hit_policy") != "first":
        last = [row for row in rows if "otherwise" in row]
        front = [row for row in rows if "otherwise" not in row]
        chance.shuffle(front)
        step["decide"] = [*front, *last]
    if "answers" in step:
        step["answers"] = dict(reversed(step["answers"].items()))


SAME = {
    ">= 2": "(1..4]", "< 3": "0..2", "(1..4)": ["2", "3"], "!= 0": "> 0", "not(red, blue)": "green",
    "not(yes)": "no", "not(red)": ["blue", "green"], "red": "not(green, blue)",
}  # fmt: skip


# By hand


def one(decide: list[dict[str, Any]], **more: Any) -> World:
    """A world of one SOP with one table."""
    made = sop("TS-A-001", steps=[{"id": "weigh", "title": "Weigh", "decide": decide}])
    return {"TS-A-001": {**made, **more}}


def told(before: World, after: World, facts: Any = FACTS, later: Any = None) -> list[str]:
    found = case_changes(library(before, facts), library(after, later or facts))
    assert not found.unknown
    return [each.message for each in found.changes]


BY_COUNT = [{"when": {"count": "> 3"}, "then": "bad"}, {"otherwise": "good"}]


def test_a_moved_threshold_is_told_as_the_cases_between() -> None:
    after = [{"when": {"count": "> 1"}, "then": "bad"}, {"otherwise": "good"}]
    assert told(one(BY_COUNT), one(after)) == [
        "cases with count = 2 to 3 went to “Good”, and now go to “Bad”"
    ]


def test_the_ends_of_a_number_are_told_as_they_are_open_or_closed() -> None:
    facts = {"size": {"type": "number", "ask": "How big?"}, "whole": {"type": "integer", "ask": "How many?"}}
    for fact, words in (("size", "more than 999, up to 1000"), ("whole", "1000")):
        before = one([{"when": {fact: "<= 999"}, "then": "good"}, {"otherwise": "bad"}])
        after = one([{"when": {fact: "<= 1000"}, "then": "good"}, {"otherwise": "bad"}])
        assert told(before, after, facts) == [
            f"cases with {fact} = {words} went to “Bad”, and now go to “Good”"
        ]


def test_whole_numbers_below_a_number_are_those_up_to_the_one_before() -> None:
    facts = {"whole": {"type": "integer", "ask": "How many?"}}
    before = one([{"when": {"whole": "< 1000"}, "then": "good"}, {"otherwise": "bad"}])
    after = one([{"when": {"whole": "<= 999"}, "then": "good"}, {"otherwise": "bad"}])
    assert told(before, after, facts) == []
    assert case_changes(library(before, facts), library(after, facts)).same == ("TS-A-001",)


def test_cases_with_a_value_that_only_one_side_knows_are_new_or_gone() -> None:
    facts = {"kind": {"type": "choice", "values": ["a", "b"], "ask": "Which?"}}
    more = {"kind": {"type": "choice", "values": ["a", "b", "c"], "ask": "Which?"}}
    rows = [{"when": {"kind": "a"}, "then": "good"}, {"when": {"kind": "not(a)"}, "then": "bad"}]
    assert told(one(rows), one(rows), facts, more) == ["cases with kind = c are new: they go to “Bad”"]
    assert told(one(rows), one(rows), more, facts) == ["cases with kind = c are no more: they went to “Bad”"]


def test_a_maximum_that_is_raised_makes_new_cases() -> None:
    more = {**FACTS, "count": {**FACTS["count"], "max": 9}}
    assert told(one(BY_COUNT), one(BY_COUNT), FACTS, more) == [
        "cases with count = 5 or more are new: they go to “Bad”"
    ]


def test_a_case_that_fits_no_row_any_more_gets_stuck() -> None:
    after = [{"when": {"count": "> 3"}, "then": "bad"}, {"when": {"count": "< 3"}, "then": "good"}]
    assert told(one(BY_COUNT), one(after)) == [
        "cases with count = 3 went to “Good”, and now fit no row of `weigh`"
    ]


def test_what_was_decided_by_one_fact_and_is_by_another_is_told_by_both() -> None:
    after = [{"when": {"sure": "yes"}, "then": "bad"}, {"otherwise": "good"}]
    assert told(one(BY_COUNT), one(after)) == [
        "cases with count = 3 or less and sure = yes went to “Good”, and now go to “Bad”",
        "cases with count = 4 and sure = no went to “Bad”, and now go to “Good”",
    ]


def test_all_cases_is_said_of_all_cases() -> None:
    assert told(one([{"otherwise": "good"}]), one([{"otherwise": "bad"}])) == [
        "all cases went to “Good”, and now go to “Bad”"
    ]


def test_another_reason_or_notice_changes_no_case() -> None:
    after = [{**BY_COUNT[0], "because": "Enough is enough."}, BY_COUNT[1]]
    assert case_changes(library(one(BY_COUNT)), library(one(after))) == CaseChanges()


def test_what_a_table_gives_people_to_go_by_is_told_and_what_it_gives_its_own_steps_is_not() -> None:
    def table(own: str, more: list[dict[str, Any]]) -> Library:
        row = {"when": {"sure": "yes"}, "then": "ask" if more else "good", "set": {"own": own}}
        steps = [{"id": "weigh", "title": "Weigh", "decide": [row, {"otherwise": "good"}]}, *more]
        return library({"TS-A-001": sop("TS-A-001", facts={"own": COLOUR}, steps=steps)})

    found = case_changes(table("red", []), table("blue", []))
    assert [each.message for each in found.changes] == [
        "cases with sure = yes end as before, and now leave own as blue; they left own as red"
    ]
    asked = [
        {
            "id": "ask",
            "title": "Ask",
            "decide": [{"when": {"own": "not(green)"}, "then": "good"}, {"otherwise": "good"}],
        }
    ]
    assert case_changes(table("red", asked), table("blue", asked)) == CaseChanges(same=("TS-A-001",))


def test_another_way_to_the_same_outcome_changes_no_case() -> None:
    after = one([{"when": {"count": "> 3"}, "then": "tell"}, {"otherwise": "good"}])
    after["TS-A-001"]["steps"].append({"id": "tell", "title": "Tell", "next": "bad"})
    assert case_changes(library(one(BY_COUNT)), library(after)) == CaseChanges(same=("TS-A-001",))


def test_a_person_who_answers_as_before_is_the_same_person() -> None:
    def asks(**answers: str) -> World:
        step = {"id": "look", "title": "Look", "ask": "Sound?", "answers": answers}
        return {"TS-A-001": sop("TS-A-001", steps=[step])}

    assert told(asks(one="good", two="bad"), asks(one="bad", two="bad", three="good")) == [
        "cases with `look` answered one went to “Good”, and now go to “Bad”",
        "cases with `look` answered three are new: they go to “Good”",
    ]


def test_the_final_outcome_counts_through_calls_hand_offs_and_what_rows_set() -> None:
    first = {"id": "first", "title": "First", "decide": [{"when": {"count": "> 3"}, "set": {"sure": "yes"}}, {"otherwise": "TS-C-001"}], "next": "ask-b"}  # fmt: skip
    calls = {"id": "ask-b", "title": "Ask", "call": "TS-B-001", "on": {"good": "TS-C-001", "bad": "bad"}}
    table = [{"when": {"sure": "yes"}, "then": "good"}, {"otherwise": "bad"}]

    def world(least: int) -> World:
        inner = [{"when": {"sure": "yes", "count": f">= {least}"}, "then": "good"}, {"otherwise": "bad"}]
        return {
            "TS-A-001": sop("TS-A-001", steps=[first, calls]),
            "TS-B-001": sop("TS-B-001", steps=[{"id": "b", "title": "B", "decide": inner}]),
            "TS-C-001": sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": table}]),
        }

    before = library(world(4))
    after = library(
        world(5) | {"TS-B-001": sop("TS-B-001", steps=[{"id": "b", "title": "B", "next": "bad"}])}
    )
    messages = [each.message for each in case_changes(before, after).changes if each.sop == "TS-A-001"]
    assert messages == ["cases with count = 4 went to “Good” (TS-C-001), and now go to “Bad”"]


def test_a_case_that_goes_round_for_ever_ends_nowhere() -> None:
    def asks(back: str) -> World:
        step = {"id": "look", "title": "Look", "ask": "Sound?", "answers": {"one": "good", "two": back}}
        return {"TS-A-001": sop("TS-A-001", steps=[step, {"id": "again", "title": "Again", "next": "again"}])}

    assert told(asks("bad"), asks("again")) == [
        "cases with `look` answered two went to “Bad”, and now go round for ever"
    ]


def test_who_is_never_asked_again_is_not_told_by_what_they_answer_then() -> None:
    def asks(yes: str, no: str) -> World:
        answers = {"one": yes, "two": no, "three": "again"}
        step = {
            "id": "look", "title": "Look", "ask": "Sound?", "answers": answers,
            "at_most": "2", "after_that": "bad",
        }  # fmt: skip
        again = {"id": "again", "title": "Look again", "next": "look"}
        return {"TS-A-001": sop("TS-A-001", steps=[step, again])}

    assert told(asks("good", "bad"), asks("bad", "good")) == [
        "cases with `look` answered one went to “Good”, and now go to “Bad”",
        "cases with `look` answered three and `look` answered one the 2nd time went to “Good”, and now go to “Bad”",
        "cases with `look` answered three and `look` answered two the 2nd time went to “Bad”, and now go to “Good”",
        "cases with `look` answered two went to “Bad”, and now go to “Good”",
    ]


def test_what_has_another_name_is_the_same() -> None:
    before = one([{"when": {"count": "> 3"}, "then": "bad"}, {"otherwise": "later"}])
    before["TS-A-001"]["steps"].append({"id": "later", "title": "Later", "ask": "Now?", "answers": {"yes": "good", "no": "bad"}})  # fmt: skip
    text = json.dumps(before)
    for old, new in (("TS-A-001", "TS-Z-009"), ("weigh", "ponder"), ("later", "soon"), ("count", "number")):
        text = text.replace(f'"{old}"', f'"{new}"')
    after = {each["id"]: each for each in json.loads(text.replace('"good"', '"fine"')).values()}
    facts = {"number": FACTS["count"]}
    renamed = {
        ("sop", "TS-A-001"): "TS-Z-009", ("TS-A-001#", "weigh"): "ponder", ("TS-A-001#", "later"): "soon",
        ("TS-A-001#", "good"): "fine", ("facts", "count"): "number",
    }  # fmt: skip
    assert case_changes(library(before), library(after, facts), renamed) == CaseChanges()
    after["TS-Z-009"]["steps"][0]["decide"][0]["when"]["number"] = "> 2"
    (change,) = case_changes(library(before), library(after, facts), renamed).changes
    assert change.before_ends == ("TS-Z-009:bad", "TS-Z-009:fine")[1:]
    assert change.after_ends == ("TS-Z-009:bad",)
    assert change.tests == {"number": ("3",), "TS-Z-009#soon": ("yes",)}


def test_a_fact_of_another_type_is_unknown_and_says_why() -> None:
    later = {**FACTS, "count": {"type": "choice", "values": ["few", "many"], "ask": "How many?"}}
    after = one([{"when": {"count": "many"}, "then": "bad"}, {"otherwise": "good"}])
    (unknown,) = case_changes(library(one(BY_COUNT)), library(after, later)).unknown
    assert unknown.sop == "TS-A-001"
    assert unknown.reason == "`count` is of the types `choice` and `integer`, whose values cannot be compared"


def test_a_whole_number_that_may_be_any_number_is_compared_by_its_whole_numbers() -> None:
    later = {**FACTS, "count": {"type": "number", "min": 0, "max": 4.5, "ask": "How many?"}}
    for test, changes in (
        ("> 3", []),
        (">= 3.5", []),
        ("> 2.5", ["cases with count = 3 went to “Good”, and now go to “Bad”"]),
    ):
        after = one([{"when": {"count": test}, "then": "bad"}, {"otherwise": "good"}])
        found = case_changes(library(one(BY_COUNT)), library(after, later))
        assert [each.message for each in found.changes] == changes
        assert [each.reason for each in found.unknown] == [
            "of `count` just the whole numbers were compared: one side knows no others"
        ]
        back = case_changes(library(after, later), library(one(BY_COUNT)))
        assert len(back.changes) == len(changes)
        assert back.unknown == found.unknown


def test_a_broken_number_that_a_row_sets_cannot_be_compared_with_whole_ones() -> None:
    later = {**FACTS, "count": {"type": "number", "min": 0, "max": 4.5, "ask": "How many?"}}

    def world(value: str) -> World:
        by = [{"when": {"sure": "yes"}, "then": "next", "set": {"count": value}}, {"otherwise": "good"}]
        made = one(by)
        made["TS-A-001"]["steps"].append({"id": "next", "title": "Next", "decide": BY_COUNT})
        return made

    assert (
        "`count` is set to 3.5"
        in case_changes(library(world("3")), library(world("3.5"), later)).unknown[0].reason
    )


def test_of_a_fact_of_another_type_just_the_cases_that_are_asked_for_it_are_unknown() -> None:
    later = {**FACTS, "count": {"type": "choice", "values": ["few", "many"], "ask": "How many?"}}
    weigh = {"id": "weigh", "title": "Weigh", "decide": BY_COUNT}
    hand = {"id": "hand", "title": "Hand over", "call": "TS-C-001", "next": "TS-B-001"}

    def world(yes: str, count: str) -> World:
        look = [{"when": {"sure": "yes"}, "then": yes}, {"otherwise": "hand"}]
        rows = [{"when": {"count": count}, "then": "bad"}, {"otherwise": "good"}]
        return {
            "TS-A-001": sop("TS-A-001", steps=[{"id": "look", "title": "Look", "decide": look}, hand]),
            "TS-B-001": sop("TS-B-001", steps=[{**weigh, "decide": rows}]),
            "TS-C-001": sop("TS-C-001", steps=[{**weigh, "decide": rows, "asks": ["sure"]}]),
            "TS-D-001": sop("TS-D-001", steps=[{**hand, "call": None, "next": "TS-B-001"}]),
        }

    before, after = world("good", "> 3"), world("bad", "many")
    for each in (before, after):
        del each["TS-D-001"]["steps"][0]["call"]
    found = case_changes(library(before), library(after, later))
    torn = "`count` is of the types `choice` and `integer`, whose values cannot be compared"
    assert [(each.sop, each.message) for each in found.changes] == [
        ("TS-A-001", "cases with sure = yes went to “Good”, and now go to “Bad”")
    ]
    assert {each.sop: each.reason for each in found.unknown} == {
        f"TS-{letter}-001": torn for letter in "ABCD"
    }


def test_what_cannot_be_read_is_unknown() -> None:
    after = [{"when": {"count": "> many"}, "then": "bad"}, {"otherwise": "good"}]
    (unknown,) = case_changes(library(one(BY_COUNT)), library(one(after))).unknown
    assert unknown.reason == "what cases come to at `TS-A-001#weigh` cannot be read"


def test_where_cases_are_handed_to_what_may_stand_in_a_closed_folder_is_unknown() -> None:
    world = one([{"when": {"sure": "yes"}, "then": "TS-B-001"}, {"otherwise": "good"}])
    other = {"TS-B-001": sop("TS-B-001", steps=[{"id": "b", "title": "B", "next": "bad"}])}
    closed = Unread("this folder cannot be opened: permission denied", folder=True)
    after = build(
        {**{path: each.document.text for path, each in library(world).by_path.items()}, "closed": closed},
        TODAY,
    )
    assert case_changes(library(world | other), after).changes == ()
    (unknown,) = case_changes(library(world | other), after).unknown
    assert unknown.reason == "what cases come to at `TS-B-001` cannot be read"


def test_cases_that_are_too_many_are_unknown_and_take_no_long_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopctl.diff.cases.ALLOWANCE", 5)
    after = [{"when": {"count": "> 1", "sure": "yes"}, "then": "bad"}, {"otherwise": "good"}]
    (unknown,) = case_changes(library(one(BY_COUNT)), library(one(after))).unknown
    assert unknown.reason == "too many cases to follow them all"


# How far cases are followed


def long(sums: int) -> World:
    """A SOP that hands on to one which calls another, and each has a table of its own."""
    by = [{"when": {"count": f"> {sums}"}, "then": "bad"}, {"otherwise": "good"}]
    call = {"id": "run", "title": "Run", "call": "TS-C-001", "on": {"good": "good", "otherwise": "bad"}}
    hand = {
        "id": "hand",
        "title": "Hand over",
        "ask": "Which?",
        "answers": {"one": "TS-B-001", "two": "good"},
    }
    return {
        "TS-A-001": sop("TS-A-001", steps=[hand]),
        "TS-B-001": sop("TS-B-001", steps=[call]),
        "TS-C-001": sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": by}]),
    }


def test_a_change_is_told_of_every_sop_that_leads_to_it() -> None:
    found = case_changes(library(long(3)), library(long(2)))
    assert [(each.sop, each.message) for each in found.changes] == [
        ("TS-A-001", "cases with count = 3 and `hand` answered one went to “Good” (TS-B-001), and now go to “Bad” (TS-B-001)"),
        ("TS-B-001", "cases with count = 3 went to “Good”, and now go to “Bad”"),
        ("TS-C-001", "cases with count = 3 went to “Good”, and now go to “Bad”"),
    ]  # fmt: skip
    assert not found.unknown


def test_where_cases_are_too_many_behind_hand_offs_it_is_said_where_they_were_handed_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sopctl.diff.cases.DEEP", 0)
    found = case_changes(library(long(3)), library(long(2)))
    assert {each.sop for each in found.changes} == {"TS-B-001", "TS-C-001"}
    assert found.handed == (Handed(("TS-A-001",), ("TS-B-001",)),)
    assert not found.unknown


def test_behind_a_hand_off_to_a_sop_that_says_the_same_in_other_words_nothing_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sopctl.diff.cases.DEEP", 0)
    hand = {"id": "hand", "title": "Hand over", "ask": "?", "answers": {"one": "TS-B-001", "two": "good"}}
    back = {"id": "back", "title": "Back", "decide": [{"when": {"count": "> 3"}, "then": "TS-A-001"}, {"otherwise": "bad"}]}  # fmt: skip
    before = {"TS-A-001": sop("TS-A-001", steps=[hand]), "TS-B-001": sop("TS-B-001", steps=[back])}
    after = copy.deepcopy(before)
    after["TS-B-001"]["steps"][0]["decide"] = [
        {"when": {"count": "<= 3"}, "then": "bad"},
        {"otherwise": "TS-A-001"},
    ]
    assert case_changes(library(before), library(after)) == CaseChanges(same=("TS-B-001",))


def test_what_a_call_comes_back_with_is_looked_at_by_itself_where_cases_are_too_many_to_follow_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)
    before = library(long(3))
    other = long(3)
    other["TS-C-001"]["steps"][0]["decide"] = [
        {"when": {"count": "<= 3"}, "then": "good"},
        {"otherwise": "bad"},
    ]
    assert case_changes(before, library(other)) == CaseChanges(same=("TS-C-001",))
    other["TS-C-001"]["steps"][0]["decide"][0]["when"] = {"count": "<= 2"}
    found = case_changes(before, library(other))
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-B-001", ("TS-C-001",))]
    assert found.handed == (Handed(("TS-A-001",), ("TS-B-001",)),)


def test_a_fact_that_is_known_and_asked_anew_tells_cases_apart_from_those_that_start_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = {"id": "first", "title": "First", "decide": [{"otherwise": "on", "set": {"count": "4"}}]}
    call = {"id": "on", "title": "Run", "call": "TS-C-001", "on": {"good": "good", "bad": "bad"}}

    def world(on: dict[str, Any], **asks: Any) -> World:
        table = {"id": "c", "title": "C", "decide": BY_COUNT, **asks}
        return {
            "TS-A-001": sop("TS-A-001", steps=[first, on]),
            "TS-C-001": sop("TS-C-001", steps=[table]),
        }

    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)
    monkeypatch.setattr("sopctl.diff.cases.DEEP", 0)
    for on in (call, {"id": "on", "title": "Hand over", "next": "TS-C-001"}):
        found = case_changes(library(world(on)), library(world(on, asks=["count"])))
        assert found.same == ("TS-C-001",)
        assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


def test_a_call_that_both_sides_make_otherwise_may_come_back_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)

    def world(sure: str) -> World:
        table = [{"when": {"count": "> 3"}, "set": {"sure": sure}}, {"otherwise": "bad"}]
        first = {"id": "first", "title": "First", "decide": table, "next": "run"}
        call = {"id": "run", "title": "Run", "call": "TS-C-001", "on": {"good": "good", "bad": "bad"}}
        by = [{"when": {"sure": "yes"}, "then": "good"}, {"otherwise": "bad"}]
        return {
            "TS-A-001": sop("TS-A-001", steps=[first, call]),
            "TS-C-001": sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": by}]),
        }

    found = case_changes(library(world("yes")), library(world("no")))
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


def test_where_cases_are_too_many_in_calls_any_outcome_of_them_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for depth in ("THROUGH", "TO_HAND_OFFS"):
        monkeypatch.setattr(f"sopctl.diff.cases.{depth}", PAST_CALLS)
    before = library(long(3))
    other = long(3)
    other["TS-B-001"]["steps"][0]["on"] = {"good": "bad", "otherwise": "bad"}
    other["TS-C-001"]["steps"][0]["decide"][0]["when"] = {"count": "> 1"}
    found = case_changes(before, library(other))
    (change,) = [each for each in found.changes if each.sop == "TS-B-001"]
    assert change.message == "cases with `run` comes back as good went to “Good”, and now go to “Bad”"
    assert change.example.calls == {"TS-B-001#run": ("good",)}
    assert ("TS-B-001", ("TS-C-001",)) in [(each.sop, each.behind) for each in found.unknown]


@pytest.mark.parametrize("leads", [{"on": {"good": "last", "bad": "bad"}}, {"next": "last"}])
@pytest.mark.parametrize("alters", [{"asks": ["count"]}, {"set": {"count": "4"}}])
def test_what_a_call_that_is_not_followed_may_have_altered_is_not_taken_for_known(
    monkeypatch: pytest.MonkeyPatch, alters: dict[str, Any], leads: dict[str, Any]
) -> None:
    inner = {"id": "c", "title": "C", "decide": [{"otherwise": "good"}]}
    if "set" in alters:
        inner["decide"][0] |= alters
    else:
        inner |= alters

    def world(end: str) -> World:
        first = [{"when": {"count": "<= 2"}, "then": "run"}, {"otherwise": "bad"}]
        last = [{"when": {"count": "> 2"}, "then": end}, {"otherwise": "good"}]
        steps = [
            {"id": "first", "title": "First", "decide": first},
            {"id": "run", "title": "Run", "call": "TS-C-001", **leads},
            {"id": "last", "title": "Last", "decide": last},
        ]
        return {"TS-A-001": sop("TS-A-001", steps=steps), "TS-C-001": sop("TS-C-001", steps=[inner])}

    before, after = library(world("bad")), library(world("good"))
    assert [each.kind for each in case_changes(before, after).changes] == ["moved"]
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)
    found = case_changes(before, after)
    assert not found.same
    assert [each.sop for each in found.unknown] == ["TS-A-001"]


def test_a_fact_that_is_asked_once_more_behind_such_a_call_is_not_told_for_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def world(end: str) -> World:
        first = [{"when": {"count": "<= 2"}, "then": "run"}, {"otherwise": "bad"}]
        last = [{"when": {"count": "<= 2"}, "then": end}, {"otherwise": "good"}]
        steps = [
            {"id": "first", "title": "First", "decide": first},
            {"id": "run", "title": "Run", "call": "TS-C-001", "on": {"good": "last", "bad": "last"}},
            {"id": "last", "title": "Last", "asks": ["count"], "decide": last},
        ]
        inner = {"id": "c", "title": "C", "asks": ["count"], "decide": [{"otherwise": "good"}]}
        return {"TS-A-001": sop("TS-A-001", steps=steps), "TS-C-001": sop("TS-C-001", steps=[inner])}

    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)
    found = case_changes(library(world("bad")), library(world("good")))
    assert [each.sop for each in found.changes] == ["TS-A-001"]
    [unknown] = found.unknown
    assert unknown.reason == "too many cases to follow them through calls: any outcome of those counts"


def test_a_fact_that_a_call_which_is_not_followed_asks_for_is_asked_once_more_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [{"when": {"count": "> 2"}, "then": "bad"}, {"otherwise": "good"}]
    inner = sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": [{"when": {"count": "0"}, "then": "bad"}, {"otherwise": "good"}]}])  # fmt: skip

    def world(**more: Any) -> World:
        run = {"id": "run", "title": "Run", "call": "TS-C-001", "on": {"otherwise": "last"}}
        last = {"id": "last", "title": "Last", "decide": rows, **more}
        return {"TS-A-001": sop("TS-A-001", steps=[run, last]), "TS-C-001": inner}

    before, after = library(world()), library(world(asks=["count"]))
    assert {each.sop for each in case_changes(before, after).changes} == {"TS-A-001"}
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)
    found = case_changes(before, after)
    assert not found.same
    assert {each.sop for each in (*found.changes, *found.unknown)} == {"TS-A-001"}


@pytest.mark.parametrize("leads", [{"on": {"otherwise": "last"}}, {"next": "last"}])
def test_in_a_call_that_one_side_makes_and_that_is_not_followed_cases_may_end(
    monkeypatch: pytest.MonkeyPatch, leads: dict[str, Any]
) -> None:
    inner = sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": [{"when": {"count": "> 2"}, "then": "good"}]}])  # fmt: skip

    def world(**run: Any) -> World:
        steps = [{"id": "run", "title": "Run", **run}, {"id": "last", "title": "Last", "next": "good"}]
        return {"TS-A-001": sop("TS-A-001", steps=steps), "TS-C-001": inner}

    before, after = library(world()), library(world(call="TS-C-001", **leads))
    assert {each.sop for each in case_changes(before, after).changes} == {"TS-A-001"}
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)
    found = case_changes(before, after)
    assert not found.same
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


# Calls that come back alike


INNER = sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": BY_COUNT}])
OTHER = sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": [{"when": {"count": "> 2"}, "then": "bad"}, {"otherwise": "good"}]}])  # fmt: skip


def caller(*steps: dict[str, Any], inner: dict[str, Any] = INNER) -> World:
    call = {"id": "run", "title": "Run", "call": "TS-C-001", "on": {"good": "last", "bad": "bad"}}
    named = {each["id"]: each for each in ({**call}, *steps)}
    order = ["first", "run", "last"]
    made = [{"title": id, **named[id]} for id in order if id in named]
    return {"TS-A-001": sop("TS-A-001", steps=made), "TS-C-001": inner}


@pytest.fixture
def past_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_SAME)
    monkeypatch.setattr("sopctl.diff.cases.DEEP", 0)


def first(one: str, two: str) -> dict[str, Any]:
    return {"id": "first", "ask": "Which?", "answers": {"one": one, "two": two}}


LAST = {"id": "last", "next": "good"}


@pytest.mark.usefixtures("past_same")
def test_a_call_that_both_sides_make_is_told_by_what_it_comes_back_with() -> None:
    found = case_changes(library(caller(LAST)), library(caller({"id": "last", "next": "bad"})))
    assert [(each.message, each.example.calls) for each in found.changes] == [
        (
            "cases with `run` comes back as good went to “Good”, and now go to “Bad”",
            {"TS-A-001#run": ("good",)},
        )
    ]
    assert not found.unknown


@pytest.mark.usefixtures("past_same")
def test_cases_that_only_one_side_takes_into_a_call_are_told_by_where_it_leads() -> None:
    before, after = caller(first("run", "good"), LAST), caller(first("good", "good"), LAST)
    found = case_changes(library(before), library(after))
    assert [each.message for each in found.changes] == [
        "cases with `first` answered one and `run` comes back as bad went to “Bad”, and now go to “Good”"
    ]
    assert not found.unknown


@pytest.mark.usefixtures("past_same")
def test_an_end_to_which_a_call_that_is_not_followed_never_leads_is_not_told_for_sure() -> None:
    inner = sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": [{"otherwise": "good"}]}])
    before = caller(first("run", "good"), LAST, inner=inner)
    after = caller(first("good", "good"), LAST, inner=inner)
    found = case_changes(library(before), library(after))
    assert [each.reason for each in found.unknown] == [
        "too many cases to follow them through calls: any outcome of those counts"
    ]


@pytest.mark.usefixtures("past_same")
@pytest.mark.parametrize(
    "alters", [{"asks": ["count"]}, {"decide": [{"otherwise": "good", "set": {"count": "4"}}]}]
)
def test_what_a_call_alters_that_one_side_makes_is_not_what_the_other_side_knows(
    alters: dict[str, Any],
) -> None:
    table = {"id": "c", "title": "C", "decide": [{"otherwise": "good"}], **alters}
    inner = sop("TS-C-001", steps=[table])
    last = {"id": "last", "decide": BY_COUNT}
    few = {"when": {"count": "<= 2"}}
    before, after = (
        caller({"id": "first", "decide": [{**few, "then": to}, {"otherwise": "bad"}]}, last, inner=inner)
        for to in ("run", "last")
    )
    found = case_changes(library(before), library(after))
    assert not found.same
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


@pytest.mark.usefixtures("past_same")
def test_what_is_asked_in_a_call_that_one_side_makes_counts_behind_it() -> None:
    last = {"id": "last", "asks": ["count"], "decide": BY_COUNT}
    inner = sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": [{"when": {"count": "-"}, "then": "good"}]}])  # fmt: skip
    inner["steps"][0]["asks"] = ["count"]
    before = caller(first("run", "last"), last, inner=inner)
    after = caller(first("last", "last"), last, inner=inner)
    found = case_changes(library(before), library(after))
    assert not found.same
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


@pytest.mark.usefixtures("past_same")
def test_a_sop_that_one_side_does_not_have_is_not_one_that_comes_back_alike() -> None:
    before = caller(LAST)
    after = {"TS-A-001": before["TS-A-001"]}
    found = case_changes(library(before), library(after))
    assert [each.sop for each in found.unknown] == ["TS-A-001"]


def setting(value: str, **when: str) -> dict[str, Any]:
    """A SOP to call that sets a fact, in some cases."""
    rows = [{"when": when, "then": "good", "set": {"count": value}}] if when else []
    rest = {"otherwise": "good"} if when else {"otherwise": "good", "set": {"count": value}}
    return sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": [*rows, rest]}])


RUN = {"title": "Run", "call": "TS-C-001", "next": "last"}
BY_NUMBER = {"id": "last", "title": "Last", "decide": BY_COUNT}


@pytest.mark.parametrize("depth", [PAST_SAME, PAST_CALLS])
def test_a_sop_that_differs_does_not_come_back_alike_from_calls_at_other_steps(
    monkeypatch: pytest.MonkeyPatch, depth: Depth
) -> None:
    before, after = (
        {"TS-A-001": sop("TS-A-001", steps=[{"id": id, **RUN}, BY_NUMBER]), "TS-C-001": setting(value)}
        for id, value in (("one", "4"), ("two", "0"))
    )
    assert "TS-A-001" in {each.sop for each in case_changes(library(before), library(after)).changes}
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", depth)
    found = case_changes(library(before), library(after))
    assert not found.same
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


@pytest.mark.parametrize("depth", [PAST_SAME, PAST_CALLS])
def test_what_a_call_may_leave_as_it_was_is_not_the_same_where_it_was_not(
    monkeypatch: pytest.MonkeyPatch, depth: Depth
) -> None:
    inner = setting("4", sure="yes")  # it sets the fact, and does not ask for it
    before, after = (
        caller({"id": "first", "decide": [{"otherwise": "run", "set": {"count": value}}]}, {"id": "run", **RUN}, BY_NUMBER, inner=inner)
        for value in ("4", "0")
    )  # fmt: skip
    assert [each.sop for each in case_changes(library(before), library(after)).changes] == ["TS-A-001"]
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", depth)
    found = case_changes(library(before), library(after))
    assert not found.same
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


@pytest.mark.parametrize("depth", [TO_HAND_OFFS, PAST_SAME, PAST_CALLS])
def test_what_a_called_sop_leaves_otherwise_its_caller_does(
    monkeypatch: pytest.MonkeyPatch, depth: Depth
) -> None:
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", depth)
    before, after = (
        caller({"id": "first", "decide": rows}, {"id": "run", **RUN, "next": "good"}, inner=setting(value))
        for rows, value in (
            ([{"when": {"sure": "yes"}, "then": "run"}, {"otherwise": "bad"}], "4"),
            ([{"when": {"sure": "no"}, "then": "bad"}, {"otherwise": "run"}], "0"),
        )
    )
    found = case_changes(library(before), library(after))
    assert not found.same
    assert {each.kind for each in found.changes} == {"left"}
    [told] = [each for each in (*found.changes, *found.unknown) if each.sop == "TS-A-001"]
    assert isinstance(told, CaseChange) == (depth != PAST_CALLS)


def test_where_a_call_comes_back_otherwise_what_it_comes_back_with_tells_nothing_for_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", PAST_CALLS)
    before, after = (
        caller({"id": "run", "call": "TS-C-001", "on": {"good": good, "bad": bad}}, inner=inner)
        for good, bad, inner in (("good", "bad", INNER), ("bad", "good", OTHER))
    )
    found = case_changes(library(before), library(after))
    [unknown] = found.unknown
    assert unknown.reason.startswith("too many cases to follow them through calls")
    assert unknown.behind == ("TS-C-001",)


def test_a_called_sop_that_starts_at_another_step_changes_the_cases_of_its_caller() -> None:
    steps = [{"id": "one", "title": "One", "next": "good"}, {"id": "two", "title": "Two", "next": "bad"}]
    before, after = (
        caller({"id": "last", "next": "good"}, inner=sop("TS-C-001", steps=each))
        for each in (steps, steps[::-1])
    )
    found = case_changes(library(before), library(after))
    assert [each.sop for each in found.changes] == ["TS-A-001", "TS-C-001"]


@pytest.mark.parametrize("depth", [TO_HAND_OFFS, PAST_SAME, PAST_CALLS])
def test_what_cannot_be_read_may_go_by_any_fact(monkeypatch: pytest.MonkeyPatch, depth: Depth) -> None:
    monkeypatch.setattr("sopctl.diff.cases.TO_HAND_OFFS", depth)
    table = [{"when": {"sure": "yes"}, "then": "good"}, "?", {"otherwise": "bad"}]
    inner = sop("TS-C-001", steps=[{"id": "c", "title": "C", "decide": table}])
    before, after = (
        caller({"id": "first", "decide": [{"otherwise": "run", "set": {"count": value}}]}, LAST, inner=inner)
        for value in ("4", "0")
    )
    found = case_changes(library(before), library(after))
    assert not found.same
    assert [each.sop for each in found.unknown] == ["TS-A-001"]
    assert not found.unknown[0].reason.startswith("every case ends as before")


def test_calls_that_one_side_makes_behind_a_hand_off_are_not_those_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variables = Variables(cast("Terrain", None))
    begin = variables.alone("TS-C-001", "one")
    later = Variables(cast("Terrain", None))
    later.begin_behind([("count", begin - 1)])  # it comes back with the fact, which is not asked yet
    assert later.alone("TS-B-001", "other") != begin


def table(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "c", "title": "C", "decide": [*rows, {"otherwise": "good"}], **more}


ASKS = sop("TS-D-001", steps=[table(asks=["count"])])


@pytest.mark.usefixtures("past_same")
def test_calls_of_two_sops_do_not_come_back_alike() -> None:
    others = {"TS-D-001": sop("TS-D-001", steps=[table({"when": {"count": "< 3"}, "then": "bad"})])}
    before, after = (
        {**caller({"id": "run", "call": id, "on": {"good": "good", "bad": "bad"}}), **others}
        for id in ("TS-C-001", "TS-D-001")
    )
    found = case_changes(library(before), library(after))
    assert not found.same
    assert {each.sop for each in (*found.changes, *found.unknown)} == {"TS-A-001"}


@pytest.mark.usefixtures("past_same")
def test_a_fact_that_one_side_is_asked_in_a_call_is_the_one_that_the_other_is_asked_later() -> None:
    inner = sop("TS-C-001", steps=[table({"when": {"count": "> 3"}, "then": "good"})])
    run = {"id": "run", **RUN}
    before, after = (caller(first(to, "last"), run, BY_NUMBER, inner=inner) for to in ("run", "last"))
    assert case_changes(library(before), library(after)) == CaseChanges(same=("TS-A-001",))


@pytest.mark.usefixtures("past_same")
@pytest.mark.parametrize("onward", ["last", "TS-B-001"])
def test_what_calls_that_one_side_makes_come_back_with_is_told_apart_in_calls_and_behind_hand_offs(
    onward: str,
) -> None:
    """Both sides know the number from a call at other steps, and one is asked for it once more."""
    inner = sop("TS-C-001", steps=[table(asks=["count"])])
    then = {
        "id": "then",
        "title": "Then",
        **({"call": "TS-B-001"} if onward == "last" else {}),
        "next": onward,
    }

    def world(id: str, **more: Any) -> World:
        again = {"id": "again", "title": "Again", "next": "last" if onward != "last" else "good", **more}
        steps = [{"id": id, **RUN, "next": "then"}, then, BY_NUMBER]
        other = sop("TS-B-001", steps=[again, BY_NUMBER])
        return {
            "TS-A-001": sop("TS-A-001", steps=steps),
            "TS-B-001": other,
            "TS-C-001": inner,
            "TS-D-001": ASKS,
        }

    found = case_changes(library(world("one", call="TS-D-001")), library(world("two")))
    assert "TS-A-001" in {each.sop for each in (*found.changes, *found.unknown)}


@pytest.mark.usefixtures("past_same")
def test_what_a_call_comes_back_with_tells_nothing_where_each_side_makes_it_knowing_something_else() -> None:
    before, after = (
        caller(
            {"id": "first", "decide": [{"otherwise": "run", "set": {"count": value}}]},
            {"id": "run", "call": "TS-C-001", "on": {"good": "good", "bad": bad}},
        )
        for value, bad in (("4", "bad"), ("0", "good"))
    )
    found = case_changes(library(before), library(after))
    assert not found.changes
    assert [(each.sop, each.behind) for each in found.unknown] == [("TS-A-001", ("TS-C-001",))]


STUCK = sop(
    "TS-C-001", steps=[{"id": "c", "title": "C", "decide": [{"when": {"count": "< 3"}, "then": "good"}]}]
)
SETS = setting("4", sure="yes")
PERHAPS = sop(
    "TS-C-001", steps=[table({"when": {"sure": "yes"}, "then": "d"}), {**table(*BY_COUNT[:1]), "id": "d"}]
)
OWN = sop("TS-C-001", facts={"own": COLOUR}, steps=[table({"when": {"own": "red"}, "then": "good"})])


@pytest.mark.usefixtures("past_same")
@pytest.mark.parametrize(
    ("inner", "last"),
    [
        (STUCK, {}),
        (SETS, {"decide": BY_COUNT}),
        (PERHAPS, {"asks": ["count"], "decide": BY_COUNT}),
        (OWN, {"decide": [{"when": {"own": "red"}, "then": "bad"}, {"otherwise": "good"}]}),
    ],
    ids=["may get stuck", "may set it", "may ask for it", "has one of the same name"],
)
def test_a_change_is_not_told_for_sure_behind_a_call_that(
    inner: dict[str, Any], last: dict[str, Any]
) -> None:
    before, after = (
        caller({"id": "run", **RUN}, {"id": "last", **way}, inner=inner)
        for way in ({"next": "good"}, {"next": "bad", **last})
    )
    for world in (before, after):
        world["TS-A-001"]["facts"] = {"own": COLOUR}
    [unknown] = case_changes(library(before), library(after)).unknown
    assert "too many cases to follow them through calls: any outcome of those counts" in unknown.reason


@pytest.mark.usefixtures("past_same")
def test_what_is_left_otherwise_behind_a_call_is_not_told_for_sure() -> None:
    before, after = (
        caller(
            {"id": "run", **RUN},
            {"id": "last", "decide": [{"otherwise": "good", "set": {"sure": value}}]},
            inner=STUCK,
        )
        for value in ("yes", "no")
    )
    [unknown] = case_changes(library(before), library(after)).unknown
    assert unknown.reason == "every case ends as before, but what it leaves in `sure` was not compared"


@pytest.mark.usefixtures("past_same")
@pytest.mark.parametrize("decide", [STUCK["steps"][0]["decide"], ["?", {"otherwise": "good"}]])
def test_from_a_call_in_a_call_that_one_side_makes_cases_may_not_come_back(decide: list[Any]) -> None:
    inner = sop("TS-C-001", steps=[{"id": "c", "title": "C", "call": "TS-D-001", "next": "good"}])
    more = {"TS-D-001": sop("TS-D-001", steps=[{"id": "d", "title": "D", "decide": decide}])}
    before, after = (
        {**caller(run, LAST, inner=inner), **more}
        for run in ({"id": "run", **RUN}, {"id": "run", "next": "last"})
    )
    before["TS-A-001"]["steps"][0] |= {"next": "last"}
    after["TS-A-001"]["steps"][0].pop("call", None)
    found = case_changes(library(before), library(after))
    assert "TS-A-001" in {each.sop for each in (*found.changes, *found.unknown)}


# The handbook

SOPS = Path(__file__).parents[1] / "sops"


@cache
def handbook() -> dict[str, str]:
    files = [path for path in sorted(SOPS.rglob("*")) if path.suffix in (".yaml", ".md")]
    return {str(path.relative_to(SOPS.parent)): path.read_text(encoding="utf-8") for path in files}


def handbook_with(path: str, *edits: tuple[str, str]) -> CaseChanges:
    text = handbook()[path]
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return case_changes(build(handbook(), TODAY), build({**handbook(), path: text}, TODAY))


def test_a_shorter_window_for_appeals_names_just_the_drivers_who_lose_it() -> None:
    moved = ('"31..90", jurisdiction: us-wa-seattle', '"31..60", jurisdiction: us-wa-seattle'), ('{appeal-age: "31..90", jurisdiction: not(us-wa-seattle)}', '{appeal-age: "31..60", jurisdiction: not(us-wa-seattle)}'), ('appeal-age: "> 90"', 'appeal-age: "> 60"')  # fmt: skip
    found = handbook_with("sops/driver/TS-APP-001.yaml", *moved)
    assert {(each.sop, each.after_ends) for each in found.changes} == {
        ("TS-APP-001", ("TS-APP-001:rejected-late",))
    }
    for each in found.changes:
        assert each.tests["appeal-age"] == ("61..90",)
        assert each.tests["jurisdiction"] == ("us-wa-seattle",)
        assert each.tests["TS-APP-001#weigh-lateness"] == ("no-cause",)
        assert each.example.given["appeal-age"] == ("61",)


def test_a_row_more_leaves_nothing_unknown_of_those_who_lead_to_it() -> None:
    row = "| minor |  | record | 1 |"
    found = handbook_with("sops/driver/TS-STR-001.md", (row, f"| minor | >= 3 | TS-DEA-001 |  | Too many. |\n{row}"))  # fmt: skip
    assert {each.sop for each in found.changes} == {"TS-STR-001"}
    assert found.handed == (Handed(("TS-INT-001",), ("TS-STR-001",)),)
    assert not found.unknown


def test_a_strike_less_names_the_cases_of_two_strikes() -> None:
    found = handbook_with(
        "sops/driver/TS-DEA-001.yaml",
        ('violation-class: minor, strikes: "< 3"', 'violation-class: minor, strikes: "< 2"'),
    )
    own = [each for each in found.changes if each.sop == "TS-DEA-001"]
    assert own
    assert all(
        each.tests["strikes"] == ("2",) and each.tests["violation-class"] == ("minor",) for each in own
    )
    assert {each.before_ends for each in own} == {("TS-DEA-001:coaching",)}
    assert {each.after_ends for each in own} == {("stuck:no-row@TS-DEA-001#decide",)}


def test_a_table_that_says_the_same_in_other_words_changes_no_case_of_the_handbook() -> None:
    found = handbook_with(
        "sops/driver/TS-FRD-001.yaml",
        ('accounts: "< 10"', "accounts: not(>= 10)"),
        ('loss: "< 10000"', "loss: not(>= 10000)"),
    )
    assert found == CaseChanges(same=("TS-FRD-001",))


def test_a_threshold_before_many_calls_leaves_nothing_unknown() -> None:
    found = handbook_with(
        "sops/driver/TS-FRD-001.yaml",
        ('signals: ">= 2"', 'signals: ">= 3"'),
        ('signals: "< 2"', 'signals: "< 3"'),
    )
    [change] = found.changes
    assert change.tests == {"signals": ("2",)}
    assert change.after_ends == ("TS-FRD-001:signal-filed",)
    assert len(change.before_ends) == 4
    assert not found.unknown


def test_a_call_behind_which_a_fact_is_left_otherwise_does_not_come_back_alike() -> None:
    found = handbook_with("sops/driver/TS-HLD-001.yaml", ("jurisdiction: us-wa-seattle, worker-type: delivery}\n        then: convert", "jurisdiction: us-wa-seattle, worker-type: delivery}\n        then: lift"))  # fmt: skip
    told = {each.sop for each in (*found.changes, *found.unknown)}
    assert "TS-FRD-001" in told  # it goes by whether a hold is active


def test_the_handbook_is_compared_with_itself_at_no_cost() -> None:
    one, other = build(handbook(), TODAY), build(handbook(), TODAY)
    assert case_changes(one, other) == CaseChanges()


def test_a_driver_s_words_and_times_change_no_case() -> None:
    found = handbook_with("sops/driver/TS-APP-002.yaml", ("within: 3bh", "within: 4bh"), ("Rebuild the file", "Put the file together"))  # fmt: skip
    assert found == CaseChanges()
