"""What a walk through states aims at: where it stops, and which ways lead nowhere near."""

from sopctl.analysis import ways
from sopctl.analysis.graph import reachable
from sopctl.analysis.ground import Ground
from sopctl.analysis.onward import Spot
from sopctl.analysis.states import Goals


class Aim:
    """Where a walk of cases of the home SOP stops, and which ways lead nowhere near."""

    def __init__(self, ground: Ground, home: str, goals: Goals | None, wanted: frozenset[str]) -> None:
        self._ground, self.home, self._wanted = ground, home, wanted
        self.to_every_end = goals is None
        self.goals = goals or Goals()
        self.at_steps = any(place in ground.steps(sop) for sop, place in self.goals.reached)
        self._useful: set[str] | None = None

    def stops_at(self, spot: Spot) -> bool:
        """Whether the clock stops when a step is done."""
        return self.goals.stops and spot in self.goals.done

    def goes_aside(self, sop: str) -> bool:
        """Whether a hand-off leads where no goal lies."""
        return not self.to_every_end and not self._ground.onward.leads_to(sop, self._wanted, self.home)

    def looks_into(self, called: str) -> bool:
        """Whether a goal may lie in a SOP that is called."""
        return not self.to_every_end and self._ground.onward.calls_into(called, self._wanted, self.home)

    def may_reach(self, spot: Spot) -> bool:
        """Whether a goal may lie ahead; known of the steps of the home SOP."""
        if spot[0] != self.home or not (self.goals.done or self.goals.reached):
            return True
        if self._useful is None:
            self._useful = self._with_goals_ahead()
        return spot[1] in self._useful

    def _with_goals_ahead(self) -> set[str]:
        back: dict[str, list[str]] = {}
        ends = [place for sop, place in self.goals.reached if sop == self.home]
        home = self._ground.sop(self.home)
        for id, targets in self._ground.legs.targets(home).items():
            for to in targets:
                back.setdefault(to, []).append(id)
            called = home.steps_by_id[id].call
            if (
                (self.home, id) in self.goals.done
                or (called and self.looks_into(called))
                or any(self._leads_back(to) for to in targets if ways.is_sop(to))
            ):
                ends.append(id)
        return reachable(back, ends)

    def _leads_back(self, sop: str) -> bool:
        return sop in self.goals.handed or not self.goes_aside(sop)
