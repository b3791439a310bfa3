"""One case on its way through the SOPs: what everything uses that takes a case along.

Nothing here waits: a walk begins at the start and goes on as long as its source has answers.
Whoever leads a person walks, shows what the walk stopped for, adds the answer to the source and
walks again. So the answers are the whole state, and to go back is to take one of them away.
"""

from collections.abc import Callable, Container, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol
from weakref import WeakKeyDictionary, ref

from sopctl.analysis.calls import endings
from sopctl.analysis.decision import NO_ROW, Case, Clash, Column, Lacking, Table, columns, possible_rows
from sopctl.analysis.untimed import Kind, untimed
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Row, Step
from sopctl.model.unary import holds

UNBOUNDED = 100
"""A step that nothing bounds is entered so often, and then the walk goes round for ever."""
LONGEST = 2000
"""After so many steps a walk is given up, whatever bounds its loops."""
DEEPEST = 50
"""So many calls inside each other are a circle."""

Why = Literal[
    "outcome", "hand-off",  # the two ends
    "fact", "answer",  # the source does not know it
    "value", "no-such-answer", "no-such-outcome", "unhandled",  # what it says does not fit
    "no-row", "two-rows", "loop", "dead-end",  # the SOP gets stuck
    "unreadable",  # another rule says what is wrong there
]  # fmt: skip


class Stop(NamedTuple):
    """Why a walk stopped. `name` is the outcome, the SOP, the fact, the answer or the step that it
    is about, and `value` what was said of it."""

    why: Why
    name: str = ""
    value: str = ""
    rows: tuple[int, int] = (NO_ROW, NO_ROW)

    @property
    def ended(self) -> bool:
        return self.why in ("outcome", "hand-off")


class Source(Protocol):
    """Who answers: a scenario, a person, a search. None says that it does not know.

    One that is `foretold` says at each table all that it knows of its facts, and what it does not
    know stays open as long as no row needs it. Any other is asked only for what is needed.
    """

    @property
    def foretold(self) -> bool: ...

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        """The value of a fact that is asked at a step."""

    def answer(self, sop: str, step: str) -> str | None:
        """The answer to the question of a step."""

    def outcome(self, sop: str, step: str) -> str | None:
        """The outcome of a call that is not walked; None where the called SOP is walked."""


class Visit:
    """One step that the case went through, and what decided where it went."""

    asked: Case = MappingProxyType({})  # the facts that were asked here
    case: Case = MappingProxyType({})  # what its table saw
    row: int | None = None
    answer: str = ""
    outcome: str = ""  # what its call came back with
    walked: bool = False  # True where its call was walked
    full: tuple[
        tuple[str, str], ...
    ] = ()  # SOPs and steps that would have come next and were entered too often
    to: str = ""
    within: tuple[
        Duration | None, ...
    ] = ()  # the times that its facts leave possible, where rows say it; None is no time

    def __init__(self, sop: str, step: str, depth: int) -> None:
        self.sop = sop
        self.step = step
        self.depth = depth  # how many calls it stands in


class Frame:
    """A SOP that is being walked: `facts` are its own and the shared ones, by name."""

    __slots__ = ("caller", "facts", "sop", "visits")

    def __init__(self, sop: str, facts: dict[str, str], caller: int = -1) -> None:
        self.sop = sop
        self.facts = facts
        self.visits: dict[str, int] = {}  # how often each `SOP#step` was entered
        self.caller = caller  # the visit that called it


class Walk:
    """A way that was taken, and why it stopped. `frames` are the SOPs that it stands in."""

    __slots__ = ("frames", "stop", "trail")

    def __init__(self, sop: str) -> None:
        self.frames = [Frame(sop, {})]
        self.trail: list[Visit] = []
        self.stop: Stop | None = None

    @property
    def facts(self) -> Case:
        """What is known in the end of the facts that the SOP knows."""
        return self.frames[0].facts

    @property
    def end(self) -> Stop:
        assert self.stop is not None
        return self.stop


def walk(atlas: "Atlas", sop: str, source: Source, onward: bool = False) -> Walk:
    """Take one case from the first step of a SOP as far as the source leads it; `onward` through
    hand-offs too, of which the last SOP then ends the walk."""
    way = Walk(sop)
    walker = _Walker(atlas, way, source, onward)
    to = walker.start(sop)
    while way.stop is None:
        to = walker.go(to)
    return way


_DECISIVE = {
    "asks", "decide", "hit_policy", "ask", "answers", "call", "on", "escalate", "at_most", "after_that"
}  # fmt: skip


class Node:
    """A step made ready: its table, and where it leads when nothing else says so."""

    __slots__ = ("at_most", "follow", "id", "place", "plain", "readable", "step", "table", "times", "untimed")

    def __init__(self, sop: str, step: Step, follow: str, columns: "_Columns") -> None:
        self.step = step
        self.id = step.id
        self.place = f"{sop}#{step.id}"
        self.follow = follow  # empty where the SOP ends here without an end
        self.table = Table(step, columns) if step.decide or "decide" in step.unknown else None
        self.at_most = step.at_most
        self.times = step.within if not isinstance(step.within, Duration) and step.within else ()
        self.untimed = untimed(step, _fact_in(columns)) if self.times else ()
        self.readable = all(step.asks) and not _DECISIVE & step.unknown
        self.plain = (
            self.readable
            and follow not in ("", _UNREADABLE)
            and not (self.table or step.asks or step.ask or step.call or self.times)
        )


class Plan:
    """A SOP made ready to be walked: each step when it is first come to."""

    def __init__(self, sop: Sop, shared: "_Columns") -> None:
        self.sop = sop
        self.columns = columns(sop, shared)
        self.private: Container[str] = sop.facts or {}
        self.outcomes = sop.outcomes or {}
        first = sop.steps[0] if sop.steps else None
        self.first = first.id or "" if first else ""
        self.nodes: dict[str, Node] = {}

    def node(self, id: str) -> Node | None:
        found = self.nodes.get(id)
        if found is None and (step := self.sop.steps_by_id.get(id)) is not None:
            found = self.nodes[id] = Node(self.sop.id, step, self._follow(step), self.columns)
        return found

    def _follow(self, step: Step) -> str:
        if step.next or "next" in step.unknown:
            return step.next or _UNREADABLE
        place = int(step.at[1]) + 1 if len(step.at) > 1 else 0
        if place >= len(self.sop.steps):
            return ""
        later = self.sop.steps[place]
        return (later.id if later else None) or _UNREADABLE


class Atlas:
    """The SOPs of a library, each made ready when a case first comes to it."""

    def __init__(self, library: Library) -> None:
        self._library = ref(library)  # whoever keeps the atlas does not keep the library
        self._sops = library.by_id
        self._shared: _Columns = {id: Column(fact) for id, fact in library.facts.items()}
        self._plans: dict[str, Plan] = {}

    def plan(self, id: str) -> Plan | None:
        found = self._plans.get(id)
        if found is None and (typed := self._sops.get(id)) is not None and typed.sop is not None:
            found = self._plans[id] = Plan(typed.sop, self._shared)
        return found

    def can_return(self, called: str, outcome: str) -> bool:
        """Whether a call of a SOP can come back with an outcome: its own, or that of a SOP that it
        hands the case to."""
        library = self._library()
        sop = library.sop(called) if library else None
        if library is None or sop is None:
            return True
        ends = endings(library, sop)
        return outcome in ends.named or not ends.whole


def atlas(library: Library) -> Atlas:
    """The atlas of a library; made once for all who ask."""
    if library not in _ATLASES:
        _ATLASES[library] = Atlas(library)
    return _ATLASES[library]


_ATLASES: WeakKeyDictionary[Library, Atlas] = WeakKeyDictionary()
_Columns = Mapping[str, Column]
_UNREADABLE = "?"


class _Walker:
    """The rules of the road. Each method answers with the next target; none where the walk stops."""

    def __init__(self, atlas: Atlas, way: Walk, source: Source, onward: bool) -> None:
        self.atlas, self.way, self.source, self.onward = atlas, way, source, onward
        self.frame = way.frames[0]
        self.plan: Plan = None  # type: ignore[assignment]
        self.turned_away: set[tuple[int, str]] = (
            set()
        )  # full steps that the case came to since it last entered one

    def start(self, sop: str) -> str:
        """Open a SOP in the frame on top."""
        plan = self.atlas.plan(sop)
        if plan is None or not plan.first:
            return self._stop("unreadable", sop)
        self.plan = plan
        self.frame.sop = sop
        return plan.first

    def go(self, to: str) -> str:
        """Come to a target: a step, an outcome or another SOP."""
        node = self.plan.nodes.get(to) or self.plan.node(to)
        if node is None:
            return self._leave(to)
        if node.at_most is not None:
            node, ends = self._not_full(node)
            if node is None:
                return ends
        frame, way = self.frame, self.way
        count = frame.visits.get(node.place, 0) + 1
        if (count > UNBOUNDED and node.at_most is None) or len(way.trail) >= LONGEST:
            return self._stop("loop", node.id)
        frame.visits[node.place] = count
        visit = Visit(frame.sop, node.id, len(way.frames) - 1)
        way.trail.append(visit)
        if self.turned_away:
            self.turned_away.clear()
        if node.plain:
            visit.to = node.follow
            return node.follow
        next_one = self._do(node, visit)
        if node.times:
            visit.within = self._times(node, visit, frame)
        return self._onward(visit, next_one) if way.stop is None else ""

    def _onward(self, visit: Visit, to: str) -> str:
        visit.to = to
        return to if to and to != _UNREADABLE else self._stop("unreadable" if to else "dead-end", visit.step)

    def _not_full(self, node: Node) -> tuple[Node | None, str]:
        """The step that is entered: this one, or the one that a case goes to instead."""
        while node.at_most is not None and self._count(node) >= node.at_most:
            id = node.step.id
            here = len(self.way.frames), node.place  # each call has counts of its own
            if here in self.turned_away:  # round in a circle, hand-offs too, and entered nothing
                return None, self._stop("loop", id)
            self.turned_away.add(here)
            instead = node.step.after_that or _UNREADABLE
            if self.way.trail:
                self.way.trail[-1].full += ((self.frame.sop, id),)
            other = self.plan.node(instead)
            if other is None:
                return None, self._leave(instead)
            node = other
        return node, ""

    def _count(self, node: Node) -> int:
        return self.frame.visits.get(node.place, 0)

    def _do(self, node: Node, visit: Visit) -> str:
        step = node.step
        if not node.readable:
            return _UNREADABLE
        for fact in step.asks:
            self.frame.facts.pop(fact, None)
            if not self._ask(visit, fact) and not self.source.foretold:
                return self._miss(fact)
        if node.table is not None:
            return self._decide(node, node.table, visit)
        if step.ask:
            return self._put(step, visit)
        if step.call:
            return self._call(node, visit)
        return node.follow

    # Facts and tables

    def _ask(self, visit: Visit, fact: str) -> bool:
        """Ask for a fact; False where it stays open."""
        value = self.source.fact(visit.sop, visit.step, fact)
        if value is None:
            return False
        column = self.plan.columns.get(fact)
        if column is None or not column.fits(value):
            self._stop("value" if column else "unreadable", fact, value)
        if not visit.asked:
            visit.asked = {}
        self.frame.facts[fact] = visit.asked[fact] = value  # type: ignore[index]
        return True

    def _decide(self, node: Node, table: Table, visit: Visit) -> str:
        if not table.whole:
            return _UNREADABLE
        case = self.frame.facts
        if self.source.foretold:
            for fact in table.facts:
                if fact not in case:
                    self._ask(visit, fact)
        while type(chosen := table.decide(case)) is Lacking:
            if self.source.foretold or not self._ask(visit, chosen.fact):
                visit.case = _known(case, table)
                return self._miss(chosen.fact)
            if self.way.stop is not None:
                return ""
        visit.case = _known(case, table)
        if type(chosen) is Clash:
            return self._stop("two-rows", node.step.id, rows=(chosen.first, chosen.second))
        if chosen == NO_ROW:
            return self._stop("no-row", node.step.id)
        assert type(chosen) is int
        visit.row = chosen
        row: Row = node.step.decide[chosen]
        if row.set:
            return self._set(row) or row.target or node.follow
        return row.target or node.follow

    def _set(self, row: Row) -> str:
        for fact, value in row.set.items():
            column = self.plan.columns.get(fact)
            if column is None or not value or not column.fits(value):
                return _UNREADABLE
            self.frame.facts[fact] = value
        return ""

    def _times(self, node: Node, visit: Visit, frame: Frame) -> tuple[Duration | None, ...]:
        """The times of the rows of `within` that may hold, and None where it may be that none does."""
        plan = self.atlas.plan(visit.sop)
        assert plan is not None
        if self.source.foretold and frame is self.frame:
            for fact in [fact for row in node.times if row for fact in row.when]:
                if fact not in frame.facts:
                    self._ask(visit, fact)
        rows = possible_rows(node.times, frame.facts, plan.columns)
        if rows is None:
            return ()
        times = tuple(row.within or row.otherwise for row in rows)
        return (*times, None) if any(_may_be(frame.facts, kind) for kind in node.untimed) else times

    # Questions, calls and ends

    def _put(self, step: Step, visit: Visit) -> str:
        if not step.answers:
            return _UNREADABLE
        answer = self.source.answer(visit.sop, visit.step)
        if answer is None:
            return self._stop("answer", step.id)
        visit.answer = answer
        if answer not in step.answers:
            return self._stop("no-such-answer", step.id, answer)
        return step.answers[answer] or _UNREADABLE

    def _call(self, node: Node, visit: Visit) -> str:
        step = node.step
        assert step.call is not None
        outcome = self.source.outcome(visit.sop, visit.step)
        if outcome is not None:
            if outcome not in step.on and not self.atlas.can_return(step.call, outcome):
                return self._stop("no-such-outcome", step.id, outcome)
            visit.outcome = outcome
            return self._returned(node, outcome)
        if len(self.way.frames) > DEEPEST:
            return self._stop("loop", step.id)
        visit.walked = True
        shared = {id: value for id, value in self.frame.facts.items() if id not in self.plan.private}
        self.frame = Frame(step.call, shared, len(self.way.trail) - 1)
        self.way.frames.append(self.frame)
        return self.start(step.call)

    def _returned(self, node: Node, outcome: str) -> str:
        on = node.step.on
        if not on:
            return node.follow
        end = outcome if outcome in on else "otherwise"
        if end not in on:
            return self._stop("unhandled", node.step.id, outcome)
        return on[end] or _UNREADABLE

    def _leave(self, to: str) -> str:
        """Come to an end of the SOP: an outcome, or another SOP that takes over."""
        inside = len(self.way.frames) > 1
        if to in self.plan.outcomes:
            return self._come_back(to) if inside else self._stop("outcome", to)
        if not to[:1].isupper():
            return self._stop("unreadable", to)
        if not inside and not (self.onward and self.atlas.plan(to) is not None):
            return self._stop("hand-off", to)
        facts = self.frame.facts
        self.frame.facts = {id: value for id, value in facts.items() if id not in self.plan.private}
        return self.start(to)

    def _come_back(self, outcome: str) -> str:
        inner, private = self.way.frames.pop(), self.plan.private
        self.frame = self.way.frames[-1]
        self.plan = self.atlas.plan(self.frame.sop)  # type: ignore[assignment]
        own = {id: value for id, value in self.frame.facts.items() if id in self.plan.private}
        self.frame.facts = {**{id: v for id, v in inner.facts.items() if id not in private}, **own}
        visit = self.way.trail[inner.caller]
        visit.outcome = outcome
        node = self.plan.node(visit.step)
        assert node is not None
        to = self._returned(node, outcome)
        return self._onward(visit, to) if self.way.stop is None else ""

    # Why a walk stops

    def _miss(self, fact: str) -> str:
        return self._stop("fact", fact) if self.way.stop is None else ""

    def _stop(self, why: Why, name: str, value: str = "", rows: tuple[int, int] = (NO_ROW, NO_ROW)) -> str:
        if self.way.stop is None:
            self.way.stop = Stop(why, name, value, rows)
        return ""


def _fact_in(columns: "_Columns") -> Callable[[str], Fact | None]:
    return lambda name: columns[name].fact if name in columns else None


def _may_be(case: Case, kind: Kind) -> bool:
    """Whether a case, as far as it is known, may be of a kind."""
    try:
        return all(
            name not in case or holds(fact, values, case[name]) for name, (fact, values) in kind.items()
        )
    except ValueError:  # a value that the fact cannot have, where the walk ends
        return False


def _known(case: Case, table: Table) -> dict[str, str]:
    return {fact: case[fact] for fact in table.facts if fact in case}
