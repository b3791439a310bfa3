"""Cases that end differently told one by one, each with a case that a walk confirms on both sides."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial

from sopctl.analysis.walk import Walk, atlas, walk
from sopctl.diff import case_words as words
from sopctl.diff.abreast import Run
from sopctl.diff.folding import Line, alone
from sopctl.diff.sides import Side
from sopctl.diff.steps import IMPOSSIBLE, LOOP, Depth
from sopctl.diff.terrain import Terrain, returns
from sopctl.diff.variables import Asked, Variables, field_name
from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.model.unary import Values
from sopctl.named import NamedTuple

Said = dict[str, tuple[str, ...]]


class Example(NamedTuple):
    """One case, as a scenario tells it: values of facts, one for each time a fact is asked, answers
    by `SOP#step`, and the outcomes of calls that were not followed. Names are those of the later
    library."""

    given: Said
    answers: Said
    calls: Said


class CaseChange(NamedTuple):
    """Cases that end differently. Every one of them ended in one of `before_ends`, and now ends in
    one of `after_ends`: `SOP:outcome`, `stuck:why@SOP#step`, or a SOP that they are handed to and
    behind which they were not followed, or that is not there. Of what they leave, the ends are
    `fact=value`, or `fact` where it stays as it was."""

    sop: str  # where the cases start, by the name of the later library
    kind: str  # moved; new or gone: cases that say what only the later, or the earlier, library knows;
    # left: cases that end as before and leave another value in a fact that outlives the SOP
    when: str  # which cases, in words
    tests: Mapping[str, tuple[str, ...]]  # which cases, as tests of a fact, or answers by `SOP#step`
    before: str  # in words; empty for new cases
    after: str  # in words; empty for cases that are gone
    before_ends: tuple[str, ...]
    after_ends: tuple[str, ...]
    example: Example
    message: str


class Teller:
    """Tells the lines of one SOP, each with a case that a walk confirms on both sides."""

    def __init__(self, terrain: Terrain, run: Run, id: str) -> None:
        self._sides, self._id, self._run = terrain.sides, id, run
        self._variables, self._depth = run.variables, run.depth
        self._fields = {name: asked for asked in run.variables.asked for name in [field_name(asked)]}

    def change(self, line: Line) -> CaseChange | None:
        """The change of a line; None where its example goes another way than was worked out."""
        example = self._example(line, _ends_in)
        if example is None:
            return None
        kind = line.kind
        before = "" if kind == "new" else words.ends(self._sides[0], line.before, self._id)
        after = "" if kind == "gone" else words.ends(self._sides[1], line.after, self._id)
        when = words.when(self._limits(line), self._id)
        return CaseChange(
            self._id, kind, when, self._tests(line), before, after,
            () if kind == "new" else line.before, () if kind == "gone" else line.after,
            example, words.message(self._sides, kind, when, line.before, line.after, self._id),
        )  # fmt: skip

    def left(self, line: Line, fact: str) -> CaseChange | None:
        """The same of a line about the values that are left in a fact."""
        example = self._example(line, partial(_value_left, fact))
        if example is None:
            return None
        when = words.when(self._limits(line), self._id)
        before, after = (words.left(fact, values) for values in (line.before, line.after))
        ends = [
            tuple(f"{fact}={each}" if each else fact for each in side) for side in (line.before, line.after)
        ]
        message = words.message_of_left(when, before, after)
        return CaseChange(
            self._id, "left", when, self._tests(line), before, after, ends[0], ends[1], example, message
        )

    def _limits(self, line: Line) -> list[tuple[Asked, Fact, Values]]:
        """What is asked, and the values that the line leaves: facts first, each in its order."""
        sets = line.space.sets(line.box, line.space.full)
        found = [(self._fields[name], fact, values) for name, (fact, values) in sets.items()]
        return sorted(found, key=lambda each: ("#" in each[0][0], each[0]))

    def _tests(self, line: Line) -> dict[str, tuple[str, ...]]:
        return {
            words.machine(asked): tuple(unary.tests(fact, values))
            for asked, fact, values in self._limits(line)
        }

    def _example(self, line: Line, ending: Callable[[Side, Walk, Collection[str]], bool]) -> Example | None:
        if alone(self._run, line):
            return None
        chosen = {asked: unary.example(fact, values) for asked, fact, values in self._limits(line)}
        said: dict[Asked, str] = {}
        for side, ends in zip(self._sides, (line.before, line.after), strict=True):
            case = _Case(side, chosen, self._variables, self._depth)
            way = walk(atlas(side.library), side.own_id(self._id), case, self._depth.onward)
            if not ending(side, way, ends):
                return None
            said.update(case.said)
        return _example(said)


def _example(said: Mapping[Asked, str]) -> Example:
    """What a case said, as lists."""
    example = Example({}, {}, {})
    for name, _ in sorted(said):
        place = name.removesuffix(returns(""))
        kept = example.given if "#" not in name else example.answers if place == name else example.calls
        kept[place] = (*kept.get(place, ()), said[name, len(kept.get(place, ())) + 1])
    return example


class _Case:
    """One case as the source of a walk: what a line leaves open it says somehow."""

    foretold = True

    def __init__(self, side: Side, chosen: Mapping[Asked, str], variables: Variables, depth: Depth) -> None:
        self._side, self._chosen, self._variables, self._depth = side, chosen, variables, depth
        self._times: Counter[str] = Counter()
        self.said: dict[Asked, str] = {}

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        return self._say(self._side.names.fact(sop, fact))

    def answer(self, sop: str, step: str) -> str | None:
        return self._say(self._place(sop, step))

    def outcome(self, sop: str, step: str) -> str | None:
        name = returns(self._place(sop, step))
        asked = name, self._times[name] + 1
        return self._say(name) if not self._depth.into or asked in self._variables.asked else None

    def _place(self, sop: str, step: str) -> str:
        names = self._side.names
        return f"{names.sop(sop)}#{names.inside(sop, step)}"

    def _say(self, name: str) -> str:
        self._times[name] += 1
        asked = name, self._times[name]
        self.said[asked] = self._chosen.get(asked) or self._variables.any(name)
        return self.said[asked]


def _ends_in(side: Side, way: Walk, ends: Collection[str]) -> bool:
    return _end(side, way) in ends


def _value_left(fact: str, side: Side, way: Walk, values: Collection[str]) -> bool:
    """Whether a walk leaves one of these values in a fact; an empty one is any that no row has set."""
    sop = way.frames[0].sop
    left = {side.names.fact(sop, own): value for own, value in way.facts.items()}
    return "" in values or left.get(fact) in values


def _end(side: Side, way: Walk) -> str:
    """The end of a walk, as the cases of a split have it."""
    stop, own = way.end, way.frames[-1].sop
    sop = side.names.sop(own)
    match stop.why:
        case "outcome":
            return f"{sop}:{side.names.inside(own, stop.name)}"
        case "hand-off":
            return side.names.sop(stop.name)
        case "value" | "no-such-answer" | "no-such-outcome":
            return IMPOSSIBLE
        case "loop":
            return LOOP
        case "no-row" | "two-rows" | "dead-end" | "unhandled":
            return f"stuck:{stop.why}@{sop}#{side.names.inside(own, stop.name)}"
    return stop.why
