"""Send sets of cases through SOPs, step by step, until no new case comes anywhere.

A state is a step, how often each limited step was entered, and two flags: whether a person took
part on the way, and whether something on the way is in doubt (a test that cannot be read, a call
of a SOP that nobody knows). What has come without a person and without doubt need not be
followed once more with them.
"""

from collections import deque
from collections.abc import Generator, Mapping

from sopctl.analysis import ways
from sopctl.analysis.cases import Box, Budget, Space
from sopctl.analysis.program import Line, Node, Program, Table, unset
from sopctl.named import NamedTuple

PERSON, DOUBT = 1, 2
_WEAKER = tuple(tuple(other for other in range(4) if other & flags == other) for flags in range(4))

Counts = tuple[tuple[tuple[str, str], int], ...]
Place = tuple[str, str, Counts]
"""SOP, step and counts. Without a SOP the step is an outcome (the counts name its SOP, unless it is
a called one), without a step the SOP is one that the case is handed to."""

Way = tuple[tuple[str, str, str], ...]
"""Steps with their SOPs, and the outcome at the end; each with what led out of the one before."""

ALLOWANCE = 25_000
"""Comparisons that one SOP may take; a table of ten rows that one box comes to takes some twenty."""


class Request(NamedTuple):
    """Run that SOP on these cases (shared facts), and tell of the bits in `need` how they come out."""

    sop: str
    box: Box
    need: int


class Exit(NamedTuple):
    """The cases that come to an outcome."""

    to: str
    flags: int
    box: Box


class Ground(NamedTuple):
    """What holds for all SOPs at once."""

    programs: Mapping[str, Program]
    shared: Space
    touched: Mapping[str, int]  # by SOP, the shared facts that it and what it leads to test or change
    unit: Mapping[str, frozenset[str]]  # by SOP, those that hand the case round in a circle with it
    circular: frozenset[tuple[str, str]]  # calls that come back to the caller


class Walk:
    """One run of the cases of `entries` through a SOP, or through a circle of hand-offs."""

    def __init__(self, ground: Ground, sops: frozenset[str], need: int, called: bool) -> None:
        self.ground = ground
        self.sops = sops
        self.need = need
        self.called = called
        self.budget = Budget(ALLOWANCE)
        self.seen: dict[Place, list[list[Box]]] = {}
        self.alone: dict[tuple[str, str], int] = {}  # by SOP and outcome, the trail of a way without a person
        self._trails: list[tuple[int, str, str, str]] = []
        self._ahead: deque[tuple[Place, int, Box, int]] = deque()
        self._blank = {id: self._blanks(ground.programs[id]) for id in sorted(sops)}

    def run(self, entries: Mapping[str, Box]) -> Generator[Request, list[Exit], None]:
        """Follow every case. What a called SOP does to it is asked for by a request."""
        for id, box in entries.items():
            program = self.ground.programs[id]
            if not program.whole:
                self._anywhere(program, 0, -1, "", ())
            if program.first:
                self._arrive(program, program.first, (), 0, box, -1, "")
        while self._ahead:
            place, flags, box, trail = self._ahead.popleft()
            id, step, counts = place
            if not step:
                for exit in (yield Request(id, box & self.ground.shared.full, self.need)):
                    self._leave("", exit.to, flags | exit.flags, exit.box, trail, "")
                continue
            program = self.ground.programs[id]
            node = program.nodes[step]
            box |= node.opens
            self._interrupt(program, node, counts, flags, box, trail)
            flags |= node.person
            if node.table is not None:
                self._decide(program, node, node.table, counts, flags, box, trail)
            elif node.call is not None:
                request = self._request(program, node, box)
                exits = (yield request) if request else None
                self._return(program, node, counts, flags, box, trail, exits)
            else:
                self.budget.spend(1 + len(node.to))
                for why, to in node.to:
                    self._arrive(program, to, counts, flags, self._marked(node, box), trail, why)

    def exits(self) -> list[Exit]:
        """What came out, by outcome."""
        return [
            Exit(place[1], flags, box)
            for place, boxes in self.seen.items()
            if not place[0]
            for flags in range(4)
            for box in boxes[flags]
        ]

    def way(self, trail: int) -> Way:
        """The way that a trail has come."""
        found = []
        while trail >= 0:
            trail, *step = self._trails[trail]
            found.append((step[0], step[1], step[2]))
        return tuple(found[::-1])

    def outcomes(self, id: str) -> frozenset[str]:
        """The outcomes of a SOP that some case has come to."""
        return frozenset(
            place[1] for place in self.seen if not place[0] and place[2] and place[2][0][0][0] == id
        )

    # One step

    def _decide(
        self, program: Program, node: Node, table: Table, counts: Counts, flags: int, box: Box, trail: int
    ) -> None:
        """Send each row the cases that it takes."""
        space = program.space
        self.budget.spend(1 + len(table.lines))
        first = table.step.hit_policy == "first"
        taken: list[Box] = []  # by rows that are known
        risky: list[Box] = []  # the boxes of rows that take some of it, nobody knows what
        for line in table.lines:
            if not space.meets(line.box, box):
                continue
            later = first or line.otherwise
            left = [*space.outside(box & line.box, taken if later else (), self.budget)]
            for piece in self._merged(space, left):
                doubt = not line.known or (later and any(space.meets(piece, other) for other in risky))
                self._take(program, node, line, counts, flags | DOUBT * doubt, piece, trail)
            (taken if line.known else risky).append(line.box)

    def _take(
        self, program: Program, node: Node, line: Line, counts: Counts, flags: int, box: Box, trail: int
    ) -> None:
        after = self._marked(node, box & line.keep | line.put)
        why = "otherwise" if line.otherwise else f"row {line.place + 1}"
        for to in node.after(line):
            self._arrive(program, to, counts, flags | DOUBT * (not line.sure), after, trail, why)

    def _request(self, program: Program, node: Node, box: Box) -> Request | None:
        called = node.call or ""
        if called not in self.ground.programs or (program.sop.id, called) in self.ground.circular:
            return None
        touched = self.ground.touched[called]
        need = 0
        for to in self._returns(node):
            need |= self._needed(program, to)
        self.budget.spend(300)
        shared = self.ground.shared.full
        return Request(called, box & touched | shared & ~touched, need & touched)

    def _return(
        self,
        program: Program,
        node: Node,
        counts: Counts,
        flags: int,
        box: Box,
        trail: int,
        exits: list[Exit] | None,
    ) -> None:
        """Take the case up where the called SOP has left it."""
        touched = self.ground.touched.get(node.call or "", self.ground.shared.full)
        if exits is None:  # nobody knows what the called SOP does
            exits = [Exit(ways.ANYWHERE, DOUBT, -1)]
        self.budget.spend(1 + len(exits))
        for exit in exits:
            after = self._marked(node, box & ~touched | program.space.full & exit.box & touched)
            for to in self._answers(node, exit.to):
                self._arrive(program, to, counts, flags | exit.flags, after, trail, exit.to)
        for each in program.interruptions:  # the called SOP may be interrupted anywhere
            opened = (box | touched) & each.after
            if program.space.alive(opened):
                self._arrive(program, each.to, counts, flags | DOUBT, opened, trail, "escalation")

    def _answers(self, node: Node, outcome: str) -> list[str]:
        if node.on is None:
            return [to for _, to in node.to]
        if outcome == ways.ANYWHERE:
            return list(node.on.values())
        to = node.on.get(outcome) or node.on.get("otherwise")
        return [to] if to else []

    def _returns(self, node: Node) -> list[str]:
        return list(node.on.values()) if node.on is not None else [to for _, to in node.to]

    def _interrupt(
        self, program: Program, node: Node, counts: Counts, flags: int, box: Box, trail: int
    ) -> None:
        for to, after, sure in program.interruptions:
            if program.space.alive(box & after):
                self._arrive(
                    program, to, counts, flags | DOUBT * (not sure), box & after, trail, "escalation"
                )

    def _marked(self, node: Node, box: Box) -> Box:
        return box & ~node.marks | node.marks & (node.marks << 1) if node.marks else box

    # Going on

    def _arrive(
        self, program: Program, to: str, counts: Counts, flags: int, box: Box, trail: int, why: str
    ) -> None:
        """Bring cases to a step, an outcome or another SOP; past steps that were entered too often."""
        passed: set[tuple[str, str]] = set()
        while True:
            other = self.ground.programs.get(to) if self._goes_on(to, counts) else None
            if other is not None:
                box = box & self.ground.shared.full | unset(other.space) & ~self.ground.shared.full
                program, to = other, other.first
            node = program.nodes.get(to)
            here = (program.sop.id, to)
            if node is None or here in passed:
                break
            most = node.step.at_most
            if most is None or not node.step.after_that:
                return self._enter(program, to, counts, flags, box, trail, why)
            entered = dict(counts)
            if entered.get(here, 0) < most:
                entered[here] = entered.get(here, 0) + 1
                return self._enter(program, to, tuple(sorted(entered.items())), flags, box, trail, why)
            passed.add(here)
            to, why = node.step.after_that, f"{why}, too often" if why else "too often"
        if here in passed:
            return None  # every step of a circle was entered too often: SOP204 says it
        if to in program.ends:
            self._leave(program.sop.id, to, flags, box, trail, why)
        elif ways.is_sop(to):
            self._hand_off(to, flags, box, trail, why)
        else:
            self._anywhere(program, flags, trail, why, counts)
        return None

    def _goes_on(self, to: str, counts: Counts) -> bool:
        """True where a hand-off is followed here: round a circle, which keeps the counts."""
        return to in self.sops and ways.is_sop(to) and bool(self.called or counts)

    def _enter(
        self, program: Program, to: str, counts: Counts, flags: int, box: Box, trail: int, why: str
    ) -> None:
        if counts and self.sops == {program.sop.id} and program.sop.id not in program.hand_offs:
            ahead = program.ahead[to]
            counts = tuple(each for each in counts if each[0][1] in ahead)
        self._add(
            (program.sop.id, to, counts),
            program.space,
            flags,
            box | self._blank[program.sop.id][to],
            trail,
            why,
        )

    def _hand_off(self, to: str, flags: int, box: Box, trail: int, why: str) -> None:
        if not self.called:
            return  # the other SOP begins with every case, whoever hands it over
        if to in self.ground.programs:
            unneeded = self.ground.shared.full & ~(self.need | self.ground.touched[to])
            box = box & self.ground.shared.full | unneeded
            self._add((to, "", ()), self.ground.shared, flags, box, trail, why)
        else:
            self._leave("", ways.ANYWHERE, flags | DOUBT, -1, trail, why)

    def _leave(self, id: str, outcome: str, flags: int, box: Box, trail: int, why: str) -> None:
        shared = self.ground.shared
        place: Place = ("", outcome, () if self.called else (((id, outcome), 0),))
        self._add(place, shared, flags, box & shared.full | shared.full & ~self.need, trail, why)
        if not flags and (id, outcome) not in self.alone:
            self._trails.append((trail, why, id, outcome))
            self.alone[id, outcome] = len(self._trails) - 1

    def _anywhere(self, program: Program, flags: int, trail: int, why: str, counts: Counts) -> None:
        """An arrow that nobody can read: any case may come to any step or outcome."""
        for to in program.nodes:
            self._enter(program, to, counts, flags | DOUBT, program.space.full, trail, why)
        for to in program.ends:
            self._leave(program.sop.id, to, flags | DOUBT, program.space.full, trail, why)

    def _add(self, place: Place, space: Space, flags: int, box: Box, trail: int, why: str) -> None:
        """Keep the cases that have not been here, and follow them."""
        here = self.seen.get(place)
        if here is None:
            here = self.seen[place] = [[], [], [], []]
        known = [old for other in _WEAKER[flags] for old in here[other]]
        self.budget.spend(1 + len(known))
        if any(not box & ~old for old in known):
            return
        new = self._merged(space, [*space.outside(box, known, self.budget)]) if known else [box]
        if not new:
            return
        here[flags] = self._merged(space, [*here[flags], *new])
        if place[0]:
            self._trails.append((trail, why, place[0], place[1]))
            last = len(self._trails) - 1
            self._ahead.extend((place, flags, piece, last) for piece in new)

    def _merged(self, space: Space, boxes: list[Box]) -> list[Box]:
        if len(boxes) < 2:
            return boxes
        self.budget.spend(10 * len(boxes))
        return space.merged(boxes)

    # Facts that nobody will look at again are let go: fewer cases differ

    def _blanks(self, program: Program) -> dict[str, int]:
        """For each step, the bits that nothing after it asks for."""
        full = program.space.full
        live = self._live(program)
        return {id: full & ~bits for id, bits in live.items()}

    def _live(self, program: Program) -> dict[str, int]:
        always = 0
        for node in program.nodes.values():
            always |= node.marks
        live = dict.fromkeys(program.nodes, always)
        order = list(reversed(program.nodes.values()))
        changed = True
        while changed:
            changed = False
            for node in order:
                bits = (self._live_after(program, node, live) | node.tested) & ~node.opens | always
                for each in program.interruptions:
                    bits |= self._wanted(program, each.to, live)
                if node.step.after_that:
                    bits |= self._wanted(program, node.step.after_that, live)
                if bits & ~live[node.step.id]:
                    live[node.step.id] |= bits
                    changed = True
        return live

    def _live_after(self, program: Program, node: Node, live: Mapping[str, int]) -> int:
        found = self.ground.touched.get(node.call, 0) if node.call else 0
        if node.table is not None:
            for line in node.table.lines:
                for to in node.after(line):
                    found |= self._wanted(program, to, live) & line.keep
            return found
        for to in self._returns(node):
            found |= self._wanted(program, to, live)
        return found

    def _wanted(self, program: Program, to: str, live: Mapping[str, int]) -> int:
        if to in live:
            return live[to]
        if to in program.ends:
            return self.need
        if ways.is_sop(to):
            if len(self.sops) > 1:
                return self.ground.shared.full
            return self.need | self.ground.touched.get(to, 0) if self.called else 0
        return 0  # an arrow that nobody can read leads to every case anyhow

    def _needed(self, program: Program, to: str) -> int:
        """The shared facts that matter once a case has come to a target."""
        blank = self._blank[program.sop.id]
        if to in blank:
            return self.ground.shared.full & ~blank[to]
        return self._wanted(program, to, {})
