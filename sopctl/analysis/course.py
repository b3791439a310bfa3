"""Every way between two points, unfolded: states and the time that it takes from one to the next.

A state is a place of a case: the calls that it is in, the step that it stands before, how often it
has entered the steps that bound a loop, and what a guide knows of it. Ways are never listed: what
can be slowest (or fastest) is carried from state to state.
"""

from collections.abc import Callable, Iterable

from sopctl.analysis import ways
from sopctl.analysis.aim import Aim
from sopctl.analysis.chains import Chain
from sopctl.analysis.first_through import comparing
from sopctl.analysis.graph import reachable, reverse
from sopctl.analysis.ground import Ground
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import Goals, State
from sopctl.analysis.taken_away import TRIGGER, Before
from sopctl.analysis.unfolding import Unfolding
from sopctl.library import Library, WorkedOut
from sopctl.model.sop import Sop


class Course(Ground):
    """The ways that a guide leaves open."""

    def entry(self, sop: Sop) -> State | None:
        """The state of a case that starts a SOP."""
        return Unfolding(self, Aim(self, sop.id, None, frozenset())).begun(sop, self.guide.begin())

    def spread(
        self,
        starts: Iterable[State],
        goals: Goals | None,
        wanted: frozenset[str],
        home: str = "",
        since: str | None = TRIGGER,
        ago: Callable[[], tuple[Chain, ...]] = tuple,
    ) -> Spread:
        """All states from these on, up to the goals, of cases of the home SOP; without goals, up to
        every end. Hand-offs are followed to SOPs that can lead to a wanted one; of calls to such,
        each step counts. The starts are behind a step of the home SOP, or of another (None); `ago` is how
        long the SOP may have been entered then, or one that has called it."""
        begun = tuple(dict.fromkeys(starts))
        aim = Aim(self, home or (begun[0].sop if begun else ""), goals, wanted)
        return Unfolding(self, aim).from_(begun, Before(comparing(self.library), since, ago))

    def behind(self, state: State, goals: Goals, wanted: frozenset[str], home: str) -> list[State]:
        """The states that a step leads to once it is done."""
        return Unfolding(self, Aim(self, home, goals, wanted)).behind(state)

    def resolves(self, sop: Sop) -> bool:
        """Whether every arrow of a SOP, and of those that it leads to, leads somewhere that is known."""
        return self._resolves(sop) and _leading_astray(self.library).isdisjoint(_nexts(sop))

    def _resolves(self, sop: Sop) -> bool:
        known = {*sop.steps_by_id, *(sop.outcomes or ()), *self.library.by_id}
        called = [step.call for step in sop.known_steps if step.call]
        targets = [to for found in self.legs.targets(sop).values() for to in found]
        escalations = "escalations" not in sop.unknown and all(
            each and "then" not in each.unknown for each in sop.escalations or ()
        )
        whole = sop.steps_whole and "outcomes" not in sop.unknown
        return whole and escalations and self.library.by_id.keys() >= {*called} and known.issuperset(targets)

    def comes_back(self, sop: Sop) -> bool:
        """Whether a case may start a SOP again: by a hand-off, since an arrow to the first step is
        no trigger."""
        return ways.hands_off(sop) and sop.known_steps[0].id in self.onward.on_loops(sop.id)

    def may_take_months(self, spread: Spread) -> bool:
        """Whether a step on these ways may count by months."""
        spots = {state.spot for state in spread.order}
        steps = [step for sop, place in spots if (step := self.steps(sop).get(place))]
        return any(map(self.legs.may_take_months, steps))


_ASTRAY: "WorkedOut[frozenset[str]]" = WorkedOut()


def _leading_astray(library: Library) -> frozenset[str]:
    """The SOPs that lead, perhaps over others, to one in which an arrow leads nowhere."""
    if library not in _ASTRAY:
        leads = {sop.id: [to for to in _nexts(sop) if to in library.by_id] for sop in library.sops}
        wrong = [sop.id for sop in library.sops if _is_astray(sop, library)]
        _ASTRAY[library] = frozenset(reachable(reverse(leads), wrong))
    return _ASTRAY[library]


def _nexts(sop: Sop) -> set[str]:
    """The SOPs that a SOP calls or hands off to."""
    handed = {to for nexts in ways.graph(sop).values() for to in nexts if ways.is_sop(to)}
    return handed | {step.call for step in sop.known_steps if step.call}


def _is_astray(sop: Sop, library: Library) -> bool:
    whole = sop.steps_whole and not {"outcomes", "escalations"} & sop.unknown
    lost = ways.ANYWHERE in ways.graph(sop) or not _nexts(sop) <= library.by_id.keys()
    return not whole or lost or bool(ways.stuck(sop))
