"""Which of two chains is through first, whenever both start in the two years from today."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from sopctl.analysis.calendar import Hours, Moment, Stretch, calendars
from sopctl.analysis.chains import (
    Budget,
    Chain,
    Earlier,
    OutOfBudget,
    TooMany,
    chain,
    fits,
    opened,
    run_of,
    size,
    widest,
)
from sopctl.library import Library, WorkedOut
from sopctl.named import NamedTuple

WALKED = 300_000
"""So many stretches of time are walked through to compare the chains of some ways before nobody can tell
which is first."""

LONGEST = 400
"""So many stretches one chain has that counts as what is through first; of longer ones the whole graph is
run instead."""


def plain(chains: Iterable[Chain]) -> bool:
    """Whether it depends on no start which of several chains counts."""
    return not any(isinstance(each.hours, Earlier) for one in chains for each in one)


def comparing(library: Library) -> "First":
    """A comparison of the chains of some ways, which has so much work before it. What others have found is
    known, and counts as if it were not: else it would matter which ways come first."""
    if library not in _FIRSTS:
        _FIRSTS[library] = First(lambda: calendars(library).window)
    return First(_FIRSTS[library].window, _FIRSTS[library])


_FIRSTS: "WorkedOut[First]" = WorkedOut()


class First:
    """Compares chains; what it has found is kept. False also where it depends on the start."""

    def __init__(self, window: Callable[[], tuple[Moment, Moment]], like: "First | None" = None) -> None:
        self.window = window
        self._left = WALKED
        self._told: dict[tuple[Chain, Chain], bool] = {}
        self._known: dict[tuple[Chain, Chain], _Compared] = {} if like is None else like._known
        self._earlier: dict[tuple[Chain, tuple[Chain, ...]], Chain] = {} if like is None else like._earlier

    def of(self, one: Chain, others: tuple[Chain, ...]) -> tuple[Chain, ...]:
        """One chain, or the last of others, whichever is through first; TooMany where that takes longer than
        to run the whole graph."""
        if any(self.sooner(one, other) for other in others):
            return (one,)
        if self.all_sooner(others, one):
            return others
        if not self._left or size(one) + sum(map(size, others)) > LONGEST:
            raise TooMany
        return (self._earlier_of(self._unclipped(one, others), others),)

    def all_sooner(self, others: Iterable[Chain], one: Chain) -> bool:
        """Whether each of several chains is through before another."""
        return all(self.sooner(other, one) for other in others)

    def sooner(self, one: Chain, other: Chain) -> bool:
        """Whether a chain is through before another."""
        key = one, other
        if key not in self._told:
            self._told[key] = not fits(other, one) and self._found(one, other)
        return self._told[key]

    def _found(self, one: Chain, other: Chain) -> bool:
        key = one, other
        if key not in self._known:
            with suppress(OutOfBudget):
                self._known[key] = self._compared(one, other)
        found = self._known.get(key)
        if found is None or found.walked > self._left:
            self._left = 0
            return False
        self._left -= found.walked
        return found.sooner

    def _compared(self, one: Chain, other: Chain) -> "_Compared":
        late, early, (first, last) = run_of(one), run_of(other), self.window()
        each = size(one) + size(other)
        if any(late.at(start) >= early.at(start) for start in range(first, last, (last - first) // 12)):
            return _Compared(False, each)
        runs = self._left // each
        budget = Budget(runs)
        found = widest(late, early, first, last, -1, budget, any_will_do=True)
        return _Compared(found.start is None, (runs - budget.left) * each)

    def _earlier_of(self, one: Chain, others: tuple[Chain, ...]) -> Chain:
        key = one, others
        if key not in self._earlier:
            self._earlier[key] = (Stretch(Earlier(one, others), 1),)
        return self._earlier[key]

    def _unclipped(self, one: Chain, others: tuple[Chain, ...]) -> Chain:
        """A chain that is held against others, without what it has been held against that comes later."""
        if not one or not isinstance(one[0].hours, Earlier):
            return one
        before, clipped = opened(one)
        found = self._unclipped(before, others)
        if all(any(fits(other, each) for each in clipped) for other in others):
            return found
        return one if found == before else self._earlier_of(found, clipped)

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
        first, last = self.window()
        most = widest(run_of(ago), run_of(()), first, last, 0, Budget(WALKED // (1 + size(ago)))).minutes
        if hours is None:
            return most
        openings = hours.openings(first, last + most)
        spans = [span for begun, ended in openings for span in ((begun, begun + most), (ended - most, ended))]
        return max((hours.between(*span) for span in spans), default=0)


class _Compared(NamedTuple):
    """Whether a chain is through before another, and how many stretches were walked through to tell."""

    sooner: bool
    walked: int
