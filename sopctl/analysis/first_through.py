"""Which of two chains is through first, whenever both start in the two years from today."""

from collections.abc import Callable, Iterable
from datetime import date

from sopctl.analysis.calendar import FOREVER, Hours, Moment, Stretch
from sopctl.analysis.chains import (
    Bend,
    Budget,
    Chain,
    OutOfBudget,
    chain,
    closures,
    earliest,
    latest,
    move,
    run_of,
    walk,
    widest,
)

RUNS = 2_000
"""So many times the clock is run over two chains before nobody can tell which is first."""

COMPARED = 150
"""So many chains are compared; of more, each start tells by itself which is through first."""


class Earlier:
    """One chain, or the last of others, as a measure of time: once counts as long as what is through
    first."""

    def __init__(self, one: Chain, others: tuple[Chain, ...]) -> None:
        self.one, self.others = one, others

    def after(self, start: Moment, times: int) -> Moment:
        for _ in range(times):
            start = min(walk(self.one, start), max([walk(each, start) for each in self.others]))
        return start

    def move(self, start: Moment, times: int) -> Bend:
        here: Bend = (start, True, FOREVER)
        for _ in range(times):
            here = earliest([move(self.one, here), latest([move(each, here) for each in self.others])])
        return here

    def closures(self, start: Moment, end: Moment) -> list[date]:
        return closures((self.one, *self.others), start, end)


def plain(chains: Iterable[Chain]) -> bool:
    """Whether it depends on no start which of several chains counts."""
    return not any(isinstance(each.hours, Earlier) for one in chains for each in one)


class First:
    """Compares chains; what it has found is kept. False also where it depends on the start."""

    def __init__(self, window: Callable[[], tuple[Moment, Moment]]) -> None:
        self._window = window
        self._left = COMPARED
        self._known: dict[tuple[Chain, Chain], bool] = {}
        self._of: dict[tuple[Chain, tuple[Chain, ...]], tuple[Chain, ...]] = {}

    def of(self, one: Chain, others: tuple[Chain, ...]) -> tuple[Chain, ...]:
        """One chain, or the last of others, whichever is through first."""
        key = one, others
        if key not in self._of:
            if any(self.sooner(one, other) for other in others):
                self._of[key] = (one,)
            elif all(self.sooner(other, one) for other in others):
                self._of[key] = others
            else:
                self._of[key] = ((Stretch(Earlier(one, others), 1),),)
        return self._of[key]

    def sooner(self, one: Chain, other: Chain) -> bool:
        """Whether a chain is through before another."""
        key = one, other
        if key not in self._known:
            self._known[key] = self._found(one, other)
        return self._known[key]

    def _found(self, one: Chain, other: Chain) -> bool:
        if not self._left:
            return False
        self._left -= 1
        late, early, (first, last) = run_of(one), run_of(other), self._window()
        if any(late.at(start) >= early.at(start) for start in range(first, last, (last - first) // 12)):
            return False
        try:
            return widest(late, early, first, last, -1, Budget(RUNS), any_will_do=True).start is None
        except OutOfBudget:
            return False

    def left(self, after: Chain, ago: tuple[Chain, ...]) -> Chain:
        """What is left at the least of a time that began so long ago at the most."""
        if not after or not ago:
            return ()
        ((hours, minutes),) = after
        assert hours is None or isinstance(hours, Hours)  # the time of an escalation
        try:
            return chain(Stretch(hours, max(0, minutes - max(self._passed(each, hours) for each in ago))))
        except OutOfBudget:
            return ()

    def _passed(self, ago: Chain, hours: Hours | None) -> int:
        """The most minutes of opening hours, or of the clock, that pass meanwhile."""
        if all(each.hours is hours for each in ago):
            return sum(each.minutes for each in ago)
        first, last = self._window()
        most = widest(run_of(ago), run_of(()), first, last, 0, Budget(RUNS)).minutes
        if hours is None:
            return most
        openings = hours.openings(first, last + most)
        spans = [span for begun, ended in openings for span in ((begun, begun + most), (ended - most, ended))]
        return max((hours.between(*span) for span in spans), default=0)
