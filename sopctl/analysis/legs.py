"""A step by itself: the time that it takes, and where it can lead."""

from collections.abc import Collection

from sopctl.analysis import ways
from sopctl.analysis.calendar import MONTHS, Hours, Stretch, calendars
from sopctl.analysis.chains import Chain, chain, join, slowest
from sopctl.analysis.escalation import lasts
from sopctl.analysis.narrowing import Guide, Known, Part
from sopctl.analysis.onward import Spot
from sopctl.analysis.program import within_rows
from sopctl.analysis.states import SURE, UNREAD, Doubt, Doubts
from sopctl.analysis.untimed import Kind, untimed
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath
from sopctl.model.sop import Sop, Step
from sopctl.named import NamedTuple


class Leg(NamedTuple):
    """A step for cases that go on alike: `known` is what is known of them there."""

    slow: tuple[Chain, ...]
    fast: Chain
    doubts: Doubts
    known: Known
    exits: tuple[tuple[str, Known], ...]


class Legs:
    """The steps of a library, for the cases that a guide tells apart.

    `longest` says how months and years are read; `months` whether any was met.
    """

    def __init__(self, library: Library, guide: Guide, longest: bool) -> None:
        self.months = False
        self._library, self._guide, self._longest = library, guide, longest
        self._calendars = calendars(library)
        self._legs: dict[tuple[str, str, Known], tuple[Leg, ...]] = {}
        self._targets: dict[str, dict[str, list[str]]] = {}
        self._untimed: dict[Spot, tuple[Kind, ...]] = {}
        self._bounds: dict[tuple[str | None, Duration], tuple[Chain, ...]] = {}
        self._paths: dict[str, tuple[Chain, ...]] = {}

    def of(self, sop: Sop, step: Step, known: Known) -> tuple[Leg, ...]:
        """A step, apart for cases that go on otherwise."""
        key = sop.id, step.id, known
        if key not in self._legs:
            self._legs[key] = self._told_apart(sop, step, known)
        return self._legs[key]

    def _told_apart(self, sop: Sop, step: Step, known: Known) -> tuple[Leg, ...]:
        fast = self.chain(step.wait, self._hours(step)) if step.wait and self._known(step, step.wait) else ()
        unread = self._unread(sop, step)
        found: dict[object, Leg] = {}
        for part in self._guide.parts(sop, step, known, self._untimed_of(sop, step)):
            slow, doubts = self._slow(sop, step, part)
            doubts |= unread
            exits = tuple(dict.fromkeys(self._guide.exits(sop, step, part.known)))
            alike = exits, part.known if step.call else None
            if alike in found:
                before = found[alike]
                slow, doubts = slowest([*before.slow, *slow]), before.doubts | doubts
            found[alike] = Leg(slow, fast, doubts, part.known, exits)
        return tuple(found.values())

    def targets(self, sop: Sop) -> dict[str, list[str]]:
        """Where each step may lead, or whoever may not enter it."""
        if sop.id not in self._targets:
            begun, away = self._guide.begin(), ways.interruptions(sop)
            found = self._targets[sop.id] = {}
            for id, step in sop.steps_by_id.items():
                exits = [*(to for leg in self.of(sop, step, begun) for to, _ in leg.exits), *away]
                found[id] = [*exits, step.after_that] if step.after_that else exits
        return self._targets[sop.id]

    def row(self, sop: Sop, ends: Collection[str]) -> Chain | None:
        """All steps of a SOP one after the other, where each way to its ends leaves some of them out:
        where all arrows lead onward, to steps of the SOP itself that are all timed. Else None, and
        where no way leads to these ends."""
        if ways.interrupting(sop):
            return None
        begun = self._guide.begin()
        ahead, useful = set(sop.outcomes or ()), set(ends)
        whole: Chain = ()
        for step in reversed(sop.known_steps):
            leg, *others = self.of(sop, step, begun)
            if others or step.call or leg.doubts or step.at_most is not None or len(leg.slow) != 1:
                return None
            exits = [to for to, _ in leg.exits]
            if not ahead.issuperset(exits):
                return None
            ahead.add(step.id)
            if not useful.isdisjoint(exits):
                useful.add(step.id)
            whole = join(leg.slow[0], whole)
        return whole if sop.known_steps[0].id in useful else None

    # The time of a step

    def _slow(self, sop: Sop, step: Step, part: Part) -> tuple[tuple[Chain, ...], Doubts]:
        """What a step takes at the longest: the latest of these counts."""
        within = step.within
        if isinstance(within, Duration) and self._known(step, within):
            return self._bounded(step, within), SURE
        rows = [] if isinstance(within, Duration) else [row.within or row.otherwise for row in part.rows]
        hours = self._hours(step)
        times = [self.chain(time, hours) for time in (*rows, step.wait) if time and self._known(step, time)]
        if isinstance(within, Duration) or (step.within and part.timed) or "within" in step.unknown:
            return slowest(times) or ((),), SURE
        others, doubts = self._unbounded(sop, step)
        return slowest([*times, *others]) or ((),), doubts

    def _bounded(self, step: Step, within: Duration) -> tuple[Chain, ...]:
        """What a step takes that has one time for all cases."""
        if step.wait and self._known(step, step.wait):
            hours = self._hours(step)
            return slowest([self.chain(within, hours), self.chain(step.wait, hours)])
        key = step.role, within
        if key not in self._bounds:
            self._bounds[key] = (self.chain(within, self._hours(step)),)
        return self._bounds[key]

    def _unbounded(self, sop: Sop, step: Step) -> tuple[tuple[Chain, ...], Doubts]:
        """What a step takes where it has no time of its own."""
        if step.escalate:
            if step.escalate not in self._paths:
                path = self._library.paths.get(step.escalate)
                self._paths[step.escalate] = self._path_times(path) if path else ((),)
            return self._paths[step.escalate], SURE
        if not step.unknown.isdisjoint(("call", "escalate")):
            return (), SURE
        if step.call and not (step.within and self._library.sop(step.call)):
            return (), SURE
        return (), frozenset((Doubt("rows" if step.within else "step", f"{sop.id}#{step.id}"),))

    def _path_times(self, path: EscalationPath) -> tuple[Chain, ...]:
        """The times of which the later one is the longest that an escalation path takes."""
        levels = [level.ack_within for level in path.levels or () if level]
        self.months |= any(time is not None and time.unit in MONTHS for time in [path.answer_within, *levels])
        hours = self._calendars.default if path.clock == "business" else None
        counted = None if hours is None or hours.always else hours
        both = lasts(path, self._library, self._longest)
        return slowest(chain(Stretch(counted, minutes)) for minutes in both)

    def _untimed_of(self, sop: Sop, step: Step) -> tuple[Kind, ...]:
        """The kinds of cases for which rows of `within` set no time."""
        spot = sop.id, step.id
        if spot not in self._untimed:
            self._untimed[spot] = untimed(step, lambda name: self._library.fact(sop, name))
        return self._untimed[spot]

    def _known(self, step: Step, time: Duration) -> bool:
        """Whether a time of a step can be counted: nothing is wrong with it, or with the hours it counts."""
        if time.business and (self._hours(step).unread or "role" in step.unknown):
            return False
        return step.wait is None or step.too_short is None

    def _unread(self, sop: Sop, step: Step) -> Doubts:
        """The doubt that a time of a step leaves that cannot be counted."""
        within = step.within
        rows = [row.within or row.otherwise for row in within_rows(step)]
        times = [step.wait, within if isinstance(within, Duration) else None, *rows]
        wrong = bool(step.unknown) and not step.unknown.isdisjoint(("wait", "within"))
        path = self._library.paths.get(step.escalate) if step.escalate else None
        if path and path.clock == "business":
            wrong |= self._calendars.default.unread
        if wrong or not all(self._known(step, time) for time in times if time):
            return frozenset((Doubt(UNREAD, f"{sop.id}#{step.id}"),))
        return SURE

    def _hours(self, step: Step) -> Hours:
        return self._calendars.work(step.role)

    def chain(self, time: Duration, hours: Hours) -> Chain:
        """A duration, with months and years read as they are to be."""
        if time.unit in MONTHS:
            self.months = True
        return chain(self._calendars.stretch(time, hours, self._longest))

    def may_take_months(self, step: Step) -> bool:
        """Whether the time of a step counts by months; of what it calls and waits for, perhaps."""
        within = step.within
        rows = [row.within or row.otherwise for row in within_rows(step)]
        times = [step.wait, within if isinstance(within, Duration) else None, *rows]
        named = any(time is not None and time.unit in MONTHS for time in times)
        return named or (self.months and bool(step.call or step.escalate))
