"""The ground that ways lead over: what is known of SOPs, for the cases that a guide tells apart."""

from collections.abc import Iterator, Mapping

from sopctl.analysis import ways
from sopctl.analysis.calendar import Stretch, calendars
from sopctl.analysis.chains import Chain, Later, chain, fits
from sopctl.analysis.first_through import comparing
from sopctl.analysis.legs import Legs
from sopctl.analysis.narrowing import Guide, Known
from sopctl.analysis.onward import Onward, Spot
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import Counts, Group, State, counted
from sopctl.analysis.taken_away import passed, taken
from sopctl.library import Library
from sopctl.model.sop import Escalation, Sop, Step
from sopctl.named import NamedTuple

STATES = 20_000
"""So many states are unfolded before the answer is `unknown`."""

End = tuple[str, Known]
"""An outcome, and what is known of the cases that end in it."""


class Inside(NamedTuple):
    """The ways through a called SOP, and their ends."""

    spread: Spread
    ends: Mapping[End, list[State]]


class Ground:
    """The SOPs of a library. `longest` says how months and years are read; `inline`, that called SOPs are
    walked through instead of being summed up."""

    def __init__(
        self,
        library: Library,
        guide: Guide,
        longest: bool = True,
        inline: bool = False,
        most_states: int | None = None,
    ) -> None:
        self.library, self.guide = library, guide
        self.longest, self.inline = longest, inline
        self.most_states = STATES if most_states is None else most_states
        self.legs = Legs(library, guide, longest)
        self.onward = Onward(library)
        self.insides: dict[tuple[str, Known], Inside] = {}
        self.sums: dict[tuple[str, Known], Mapping[End, Group]] = {}
        self._both: dict[tuple[Chain, Chain], Chain] = {}
        self._interrupting: dict[str, list[Escalation]] = {}
        self._live: dict[Spot, frozenset[Spot]] = {}

    def sop(self, id: str) -> Sop:
        """A SOP that a case is in."""
        found = self.library.sop(id)
        assert found is not None
        return found

    def steps(self, sop: str) -> Mapping[str, Step]:
        found = self.library.sop(sop)
        return found.steps_by_id if found else {}

    def later(self, one: Chain, other: Chain) -> Chain:
        """What lasts as long as the later of two chains."""
        if fits(one, other) or fits(other, one):
            return other if fits(one, other) else one
        if (one, other) not in self._both:
            self._both[one, other] = (Stretch(Later(one, other), 1),)
        return self._both[one, other]

    def called(self, step: Step) -> Sop | None:
        """The SOP that a step calls, where there is such a one."""
        return self.library.sop(step.call) if step.call else None

    def returned(self, spot: Spot, outcome: str) -> str | None:
        """Where a call leads that has come back with an outcome; None where nobody knows."""
        sop = self.sop(spot[0])
        step = sop.steps_by_id[spot[1]]
        if step.on:
            return step.on.get(outcome, step.on.get("otherwise")) or None
        return next((arrow.to for arrow in ways.arrows_by_step(sop)[step.id]), None)

    def interrupting(self, sop: str) -> list[Escalation]:
        """The escalations of a SOP that take a case elsewhere."""
        if sop not in self._interrupting:
            found = self.library.sop(sop)
            self._interrupting[sop] = ways.interrupting(found) if found else []
        return self._interrupting[sop]

    def outlasts(self, step: Step, escalation: Escalation) -> bool:
        """Whether the wait of a step is longer than the time of an escalation, whenever both start."""
        known = calendars(self.library)
        if step.wait is None or escalation.after is None:
            return False
        after = known.stretch(escalation.after, known.default)
        wait = known.stretch(step.wait, known.work(step.role), longest=False)
        return comparing(self.library).sooner(chain(after), chain(wait))

    # What counts remember

    def once_done(self, spot: Spot, counts: Counts) -> Counts:
        """The counts once a step is done: a clock may start there."""
        sop, step = spot
        if step not in [each.from_ for each in self.interrupting(sop)]:
            return counts
        return counted(counts, (sop, passed(step)))

    def live(self, spot: Spot, counts: Counts) -> Counts:
        """The counts of what a case may still come to: the others make no difference."""
        if not counts:
            return counts
        if spot not in self._live:
            self._live[spot] = frozenset(self._with_marks(self.onward.steps(spot)))
        return tuple([each for each in counts if each[0] in self._live[spot]])

    def _with_marks(self, steps: set[Spot]) -> Iterator[Spot]:
        """The steps, and what counts remember of the escalations of their SOPs."""
        yield from steps
        for id in {sop for sop, _ in steps}:
            for each in self.interrupting(id):
                yield id, taken(place(each))
                yield id, passed(each.from_ or "")


def place(escalation: Escalation) -> int:
    """Which of the escalations of its SOP it is."""
    return int(escalation.at[-1])
