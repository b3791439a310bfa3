"""One case on its way through the SOPs: what everything uses that takes a case along.

Nothing here waits: a walk begins at the start and goes on as long as its source has answers.
Whoever leads a person walks, shows what the walk stopped for, adds the answer to the source and
walks again. So the answers are the whole state, and to go back is to take one of them away.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from types import MappingProxyType
from typing import Literal, Protocol
from weakref import ref

from sopctl.analysis.calls import endings
from sopctl.analysis.decision import NO_ROW, Case, Clash, Column, Lacking, Table, columns, possible_rows
from sopctl.analysis.untimed import may_be, untimed
from sopctl.library import Library, WorkedOut
from sopctl.model import Sop
from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Row, Step
from sopctl.named import NamedTuple

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
    """One step that the case went through, and what decided where it went. `depth` says how many calls
    it stands in."""

    asked: Case = MappingProxyType({})  # the facts that were asked here
    case: Case = MappingProxyType({})  # what its table saw
    row: int | None = None
    answer: str = ""
    outcome: str = ""  # what its call came back with
    walked: bool = False  # True where its call was walked
    to: str = ""

    full: tuple[tuple[str, str], ...] = ()
    """SOPs and steps that would have come next and were entered too often."""

    within: tuple[Duration | None, ...] = ()
    """The times that its facts leave possible, where rows say it; None is no time."""

    def __init__(self, sop: str, step: str, depth: int) -> None:
        self.sop, self.step, self.depth = sop, step, depth


class Frame:
    """A SOP that is being walked: `facts` are its own and the shared ones, by name; `visits` says how
    often each `SOP#step` was entered, and `caller` which visit called it."""

    __slots__ = ("caller", "facts", "sop", "visits")

    def __init__(self, sop: str, facts: dict[str, str], caller: int = -1) -> None:
        self.sop, self.facts, self.caller = sop, facts, caller
        self.visits: dict[str, int] = {}


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


# SOPs made ready to be walked

_UNREADABLE = "?"
"""A target of which nobody knows where it leads."""

_DECISIVE = {
    "asks", "decide", "hit_policy", "ask", "answers", "call", "on", "escalate", "at_most", "after_that"
}  # fmt: skip

_Columns = Mapping[str, Column]


class Node:
    """A step made ready: its table, and where it leads when nothing else says so."""

    __slots__ = ("at_most", "follow", "id", "place", "plain", "readable", "step", "table", "times", "untimed")

    def __init__(self, sop: str, step: Step, follow: str, columns: _Columns) -> None:
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

    def __init__(self, sop: Sop, shared: _Columns) -> None:
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


_ATLASES: WorkedOut[Atlas] = WorkedOut()


class _Walker:
    """The rules of the road. Each method answers with the next target; none where the walk stops."""

    plan: Plan
    """The SOP in the frame on top."""

    def __init__(self, atlas: Atlas, way: Walk, source: Source, onward: bool) -> None:
        self.atlas, self.way, self.source, self.onward = atlas, way, source, onward
        self.frame = way.frames[0]
        self.turned_away: set[tuple[int, str]] = set()  # from full steps, since it last entered one

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
        frame, way = self.frame, self.way
        count = frame.visits.get(node.place, 0)
        if node.at_most is not None and count >= node.at_most:
            return self._turn_away(node)
        if (count >= UNBOUNDED and node.at_most is None) or len(way.trail) >= LONGEST:
            return self._stop("loop", node.id)
        frame.visits[node.place] = count + 1
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

    def _turn_away(self, node: Node) -> str:
        """Where a case goes instead of a step that is full."""
        here = len(self.way.frames), node.place  # each call has counts of its own
        if here in self.turned_away:  # round in a circle, hand-offs too, and entered nothing
            return self._stop("loop", node.id)
        self.turned_away.add(here)
        if self.way.trail:
            self.way.trail[-1].full += ((self.frame.sop, node.id),)
        return node.step.after_that or _UNREADABLE

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
        self.frame.facts[fact] = value
        visit.asked = {**visit.asked, fact: value}
        return True

    def _decide(self, node: Node, table: Table, visit: Visit) -> str:
        if not table.whole:
            return _UNREADABLE
        chosen = self._chosen(table, visit)
        if chosen is None:
            return ""
        facts = self.frame.facts
        visit.case = {fact: facts[fact] for fact in table.facts if fact in facts}
        if isinstance(chosen, Lacking):
            return self._miss(chosen.fact)
        if isinstance(chosen, Clash):
            return self._stop("two-rows", node.id, rows=(chosen.first, chosen.second))
        if chosen == NO_ROW:
            return self._stop("no-row", node.id)
        visit.row = chosen
        row = node.step.decide[chosen]
        return self._set(row) or row.target or node.follow

    def _chosen(self, table: Table, visit: Visit) -> int | Lacking | Clash | None:
        """What a table says when all is asked that it needs; None where an answer ends the walk."""
        case = self.frame.facts
        if self.source.foretold:
            self._ask_all(table.facts, visit)
        while isinstance(chosen := table.decide(case), Lacking):
            if self.source.foretold or not self._ask(visit, chosen.fact):
                break
            if self.way.stop is not None:
                return None
        return chosen

    def _ask_all(self, facts: Iterable[str], visit: Visit) -> None:
        for fact in facts:
            if fact not in self.frame.facts:
                self._ask(visit, fact)

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
            self._ask_all([fact for row in node.times if row for fact in row.when], visit)
        rows = possible_rows(node.times, frame.facts, plan.columns)
        if rows is None:
            return ()
        times = tuple(row.within or row.otherwise for row in rows)
        return (*times, None) if any(may_be(frame.facts, kind) for kind in node.untimed) else times

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
        self.frame = Frame(step.call, self._shared(), len(self.way.trail) - 1)
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
        self.frame.facts = self._shared()
        return self.start(to)

    def _shared(self) -> dict[str, str]:
        """What is known of the facts that are not the SOP's own."""
        private = self.plan.private
        return {id: value for id, value in self.frame.facts.items() if id not in private}

    def _come_back(self, outcome: str) -> str:
        inner, shared = self.way.frames.pop(), self._shared()
        self.frame = self.way.frames[-1]
        plan = self.atlas.plan(self.frame.sop)
        assert plan is not None
        self.plan = plan
        own = {id: value for id, value in self.frame.facts.items() if id in plan.private}
        self.frame.facts = {**shared, **own}
        visit = self.way.trail[inner.caller]
        visit.outcome = outcome
        node = plan.node(visit.step)
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
