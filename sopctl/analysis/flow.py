"""Which cases can come to each step and outcome, over the whole library.

At the first step of a SOP every case is possible. From there a row takes the cases that it
matches, what it sets is known, and what a step asks again is open; a called SOP gives the case
back with one of its outcomes and with what it did to the shared facts. A case that no row takes
goes nowhere. Where all this cannot be told in time, arrows count, and the answer says so.
"""

from collections.abc import Generator, Iterator, Mapping
from functools import cached_property

from sopctl.analysis import ways
from sopctl.analysis.cases import Box, Budget, OutOfBudget
from sopctl.analysis.graph import circles, reachable
from sopctl.analysis.program import (
    Program,
    Programs,
    Said,
    Table,
    bits_of,
    silent,
    takes_person,
    unset,
    within_rows,
)
from sopctl.analysis.sweep import ALLOWANCE, DOUBT, Exit, Ground, Request, Walk, Way
from sopctl.analysis.unaltered import unaltered
from sopctl.analysis.ways import Arrow
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Step
from sopctl.model.unary import TestSlip
from sopctl.named import NamedTuple


class Arrivals(NamedTuple):
    """The cases that come to a step, after it has asked what it asks: `sure` ones on a real way,
    and `perhaps` others, behind something that nobody can read."""

    sure: tuple[Box, ...] = ()
    perhaps: tuple[Box, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sure or self.perhaps)


class Reach(NamedTuple):
    """Where the cases of a SOP come to."""

    program: Program
    by_arrows: bool  # the ways were too many to tell: arrows count
    at: Mapping[str, Arrivals]  # by step
    outcomes: frozenset[str]  # those that some case comes to, perhaps
    alone: Mapping[str, Way]  # by outcome, a way on which no person takes part
    may_be_unasked: bool  # some fact that it tests has neither a question nor a source


NOWHERE = Arrivals()


class Flow:
    """The ways of all cases through a library; ask `flow(library)` for it.

    From that of a library with the same registers, what is about unaltered SOPs is taken over.
    """

    def __init__(self, library: Library, like: "Flow | None" = None) -> None:
        self._library = library
        self._programs: Programs = Programs(library, like._programs if like is not None else None)
        self._reach: dict[str, Reach | None] = {}
        self._ran: dict[Request, list[Exit] | None] = {}
        self.judgements: dict[str, object] = {}  # what `tables` has found, by SOP
        if like is not None and self._programs.shared is like._programs.shared:
            same = unaltered(library)
            self._reach = {id: each for id, each in like._reach.items() if id in same}
            self.judgements = {id: each for id, each in like.judgements.items() if id in same}

    def reach(self, id: str) -> Reach | None:
        """Where cases come to in a SOP; None where its steps are not known."""
        if id not in self._reach:
            program = self._programs.of(id)
            if program is None:
                self._reach[id] = None
            else:
                self._reach.update(self._quickly(program) or self._reached(program))
        return self._reach[id]

    def cases_at(self, id: str, step: str) -> Arrivals:
        """The cases that can come to a step."""
        reach = self.reach(id)
        return reach.at.get(step, NOWHERE) if reach else NOWHERE

    def readable(self, sop: Sop, step: Step) -> bool:
        """True where every row of a table can be read: each test and each value that it sets."""
        program = self._programs.of(sop.id)
        table = program.tables.get(step.id) if program and step.id else None
        return table is not None and table.step is step and table.readable

    def slip(self, sop: Sop, fact: str, said: Said) -> TestSlip | None:
        """What is wrong with the tests of a fact, or with one value of it."""
        return self._programs.slip(sop, fact, said)

    def _quickly(self, program: Program) -> dict[str, Reach | None] | None:
        """The reach of a simple SOP, or None where the cases have to be sent through it."""
        try:
            told = _by_open_arrows(program) if self._tables_apart(program) else None
        except OutOfBudget:
            return None
        return {program.sop.id: told} if told else None

    def _tables_apart(self, program: Program) -> bool:
        """True where no step can narrow what comes to another: every table then sees every case."""
        if not program.whole or program.space.marks or any(_winds(step) for step in program.steps.values()):
            return False
        if program.sop.escalations and any(not ways.is_sop(to) for to in ways.interruptions(program.sop)):
            return False
        tested = changed = 0
        for table in program.tables.values():
            if not table.readable or table.tested & tested:
                return False
            tested |= table.tested
            changed |= table.changed
        return (
            not tested & changed
            and not tested & self._silent
            and not (self._silent and _has_within_rows(program))
        )

    @cached_property
    def _silent(self) -> int:
        """The shared facts that only a row can set."""
        shared = self._programs.shared
        return bits_of(
            shared, [id for id in shared.own if (fact := shared.own[id].domain.fact) and silent(fact)]
        )

    def _reached(self, program: Program) -> dict[str, Reach | None]:
        together = self._together.get(program.sop.id, frozenset((program.sop.id,)))
        walk = Walk(self._ground, together, 0, called=False)
        entries = {id: self._ground.programs[id].start for id in sorted(together)}
        try:
            self._finish(walk.run(entries))
        except OutOfBudget:
            return {id: _by_arrows(self._ground.programs[id]) for id in sorted(together)}
        return {id: _told(self._ground.programs[id], walk) for id in sorted(together)}

    # Called SOPs are run when their callers need them, and each run once

    def _finish(self, walk: Generator[Request, list[Exit], None]) -> None:
        stack: list[tuple[Request | None, Walk | None, Generator[Request, list[Exit], None]]] = [
            (None, None, walk)
        ]
        answer: list[Exit] | None = []
        started = False
        while stack:
            asked, run, steps = stack[-1]
            try:
                if answer is None:
                    request = steps.throw(OutOfBudget())
                else:
                    request = steps.send(answer) if started else next(steps)
            except StopIteration:
                answer = run.exits() if run else []
            except OutOfBudget:
                if asked is None:
                    raise
                answer = None
            else:
                if request in self._ran:
                    answer, started = self._ran[request], True
                else:
                    stack.append((request, *self._called(request)))
                    answer, started = [], False
                continue
            stack.pop()
            started = True
            if asked is not None:
                self._ran[asked] = answer

    def _called(self, request: Request) -> tuple[Walk, Generator[Request, list[Exit], None]]:
        ground = self._ground
        space = ground.programs[request.sop].space
        walk = Walk(
            ground, ground.unit.get(request.sop, frozenset((request.sop,))), request.need, called=True
        )
        box = request.box & ground.shared.full | unset(space) & ~ground.shared.full
        return walk, walk.run({request.sop: box})

    # What holds for the whole library

    @cached_property
    def _ground(self) -> Ground:
        programs = {sop.id: made for sop in self._library.sops if (made := self._programs.of(sop.id))}
        hands = {id: sorted(program.hand_offs & programs.keys()) for id, program in programs.items()}
        calls = {id: sorted(program.calls & programs.keys()) for id, program in programs.items()}
        leads = {id: [*hands[id], *calls[id]] for id in programs}
        round_trips = {id: frozenset(part) for part in circles(leads) for id in part}
        return Ground(
            programs,
            self._programs.shared,
            self._touched(programs, leads),
            {id: frozenset(part) for part in circles(hands) for id in part},
            frozenset((id, other) for id in calls for other in calls[id] if other in round_trips.get(id, ())),
        )

    def _touched(self, programs: Mapping[str, Program], leads: Mapping[str, list[str]]) -> dict[str, int]:
        """By SOP, the shared facts that it, or a SOP that it leads to, tests or changes."""
        shared = self._programs.shared.full
        found = {id: _own_touch(program) & shared for id, program in programs.items()}
        before: dict[str, list[str]] = {}
        for id, others in leads.items():
            for other in others:
                before.setdefault(other, []).append(id)
        ahead = [id for id in before if found[id]]
        while ahead:
            id = ahead.pop()
            for other in before.get(id, ()):
                if found[id] & ~found[other]:
                    found[other] |= found[id]
                    ahead.append(other)
        return found

    @cached_property
    def _together(self) -> dict[str, frozenset[str]]:
        """SOPs that hand cases round in a circle which counts how often a step is entered."""
        ground = self._ground
        return {
            id: part
            for id, part in ground.unit.items()
            if any(ground.programs[other].limited for other in part)
        }


def flow(library: Library) -> Flow:
    """The flow of a library, worked out once."""
    kept = vars(library)
    found = kept.get("_flow")
    if not isinstance(found, Flow):
        like = (
            vars(library.like).get("_flow") if library.like is not None and library.registers_kept else None
        )
        found = kept["_flow"] = Flow(library, like)
    return found


def _own_touch(program: Program) -> int:
    found = 0
    for table in program.tables.values():
        found |= table.tested | table.changed
    for step in program.steps.values():
        if step.asks or within_rows(step):
            node = program.nodes[step.id]
            found |= node.tested | node.opens
    return found


def _told(program: Program, walk: Walk) -> Reach:
    at: dict[str, tuple[list[Box], list[Box]]] = {}
    for (id, step, _), boxes in walk.seen.items():
        if id == program.sop.id and step:
            opens = program.nodes[step].opens
            for flags, found in enumerate(boxes):
                kept = at.setdefault(step, ([], []))[1 if flags & DOUBT else 0]
                kept.extend(box | opens for box in found if box | opens not in kept)
    return Reach(
        program,
        False,
        {step: Arrivals(tuple(sure), tuple(perhaps)) for step, (sure, perhaps) in at.items()},
        walk.outcomes(program.sop.id),
        {to: walk.way(trail) for (id, to), trail in walk.alone.items() if id == program.sop.id},
        any(node.unasked for node in program.nodes.values()),
    )


def _by_open_arrows(program: Program) -> Reach | None:
    """The reach of a SOP whose tables see every case: its arrows, but for rows that no case takes.
    None where an arrow leads nowhere, or a table takes too long."""
    leads = ways.arrows_by_step(program.sop)
    came: dict[tuple[str, bool], tuple[tuple[str, bool], str]] = {}
    start = (program.first, False)
    ahead = [start]
    reached = {start}
    ends = set(program.ends)
    for here in ahead:  # grows while it is read
        step = program.steps.get(here[0])
        if step is None:
            continue
        person = here[1] or takes_person(step)
        table = program.tables.get(here[0])
        for arrow in leads[here[0]] if table is None else _open_rows(program, table, leads[here[0]]):
            there = (arrow.to, person)
            if there in reached or (arrow.to, False) in reached:
                continue
            if arrow.to not in program.steps and arrow.to not in ends and not ways.is_sop(arrow.to):
                return None
            reached.add(there)
            came[there] = (here, arrow.why)
            ahead.append(there)
    every = Arrivals((program.space.full,))
    return Reach(
        program,
        False,
        {id: every for id, _ in ahead if id in program.steps},
        frozenset([id for id, _ in ahead if id in ends]),
        {id: _backwards(program, (id, False), came) for id in program.ends if (id, False) in reached},
        False,
    )


def _open_rows(program: Program, table: Table, arrows: list[Arrow]) -> list[Arrow]:
    """The arrows of the rows that some case takes, and of what follows the step where one goes on to it."""
    space, budget = program.space, Budget(ALLOWANCE)
    shut = set()
    before: list[Box] = []
    later = table.step.hit_policy == "first"
    for line in table.lines:
        if not space.alive(line.box) or (
            (later or line.otherwise) and not any(True for _ in space.outside(line.box, before, budget))
        ):
            shut.add((*table.step.at, "decide", line.place))
        before.append(line.box)
    goes_on = any(
        line.to is None and (*table.step.at, "decide", line.place) not in shut for line in table.lines
    )
    depth = len(table.step.at)
    return [
        arrow
        for arrow in arrows
        if arrow.at not in shut and (goes_on or arrow.at[depth : depth + 1] == ("decide",))
    ]


def _backwards(
    program: Program, there: tuple[str, bool], came: Mapping[tuple[str, bool], tuple[tuple[str, bool], str]]
) -> Way:
    way = []
    while there in came:
        before, why = came[there]
        way.append((why, program.sop.id, there[0]))
        there = before
    return (("", program.sop.id, there[0]), *reversed(way))


def _winds(step: Step) -> bool:
    """True where a step runs another SOP, or counts how often it is entered."""
    return bool(step.call or step.on or step.at_most is not None or "call" in step.unknown)


def _has_within_rows(program: Program) -> bool:
    return any(within_rows(step) for step in program.steps.values())


def _by_arrows(program: Program) -> Reach:
    sop = program.sop
    graph = ways.graph(sop)
    starts = [program.first, *ways.interruptions(sop)]
    reached = reachable(graph, starts)
    every = Arrivals((program.space.full,))
    return Reach(
        program,
        True,
        {id: every for id in program.nodes if id in reached},
        frozenset(reached & set(program.ends)),
        dict(_alone_by_arrows(program, graph, starts)),
        any(node.unasked for node in program.nodes.values()),
    )


def _alone_by_arrows(
    program: Program, graph: Mapping[str, list[str]], starts: list[str]
) -> Iterator[tuple[str, Way]]:
    """By outcome, a shortest way by arrows on which no step has a person and no other SOP is run."""
    came: dict[str, str] = dict.fromkeys(starts, "")
    for here in (ahead := [*came]):  # it grows while it is walked
        node = program.nodes.get(here)
        if here == ways.ANYWHERE or (node is not None and not node.person and node.call is None):
            for to in graph.get(here, ()):
                if to not in came:
                    came[to] = here
                    ahead.append(to)
    for id in program.ends:
        if id in came:
            yield id, tuple([("", program.sop.id, each) for each in _trail(came, id)])


def _trail(came: Mapping[str, str], end: str) -> list[str]:
    """The way to an end, back from where each came; that an arrow cannot be read is no stop on it."""
    way = [end]
    while came[way[-1]]:
        way.append(came[way[-1]])
    return [each for each in reversed(way) if each != ways.ANYWHERE]
