"""The clock of a library: by how much one length of time outlasts another, whenever both begin in the
two years from today."""

from sopctl.analysis.calendar import MONTHS, Hours, Moment, calendars
from sopctl.analysis.chains import Budget, Chain, Gap, Run, chain, run_of, widest
from sopctl.library import Library, WorkedOut
from sopctl.model.duration import Duration

RUNS = 40_000
"""So many times the clock is run over two chains before nobody can tell."""

NEVER = Gap(0, None)


def clock(library: Library) -> "Clock":
    """The clock of a library: what it has worked out is kept."""
    if library not in _CLOCKS:
        _CLOCKS[library] = Clock(library)
    return _CLOCKS[library]


_CLOCKS: "WorkedOut[Clock]" = WorkedOut()


class Clock:
    def __init__(self, library: Library) -> None:
        self._calendars = calendars(library)
        self._gaps: dict[tuple[Chain, Chain], Gap] = {}

    @property
    def window(self) -> tuple[Moment, Moment]:
        """The first and the last start that counts."""
        return self._calendars.window

    def limit(self, time: Duration, longest: bool) -> Chain:
        """A time that is promised, by the default calendar."""
        return chain(self._calendars.stretch(time, self._calendars.default, longest))

    def gap(self, late: Chain, early: Chain, hasty: bool = False) -> Gap:
        """The most minutes by which one chain comes out after another, over every start; where
        `hasty`, any. The start is None where it never does."""
        if late == early:
            return NEVER
        one, other = _unlike(late, early)
        if len(one) <= 1 and len(other) <= 1 and (not one or not other or one[0].hours is other[0].hours):
            more = sum(each.minutes for each in one) - sum(each.minutes for each in other)
            if more <= 0:
                return NEVER
            if late[-1].hours is None and len(late) == 1:
                return Gap(more, self.window[0])
        if (late, early) not in self._gaps:
            found = self.widest(run_of(late), run_of(early), Budget(RUNS), hasty)
            if hasty and found.start is not None:
                return found  # there may be a wider one
            self._gaps[late, early] = found
        return self._gaps[late, early]

    def widest(self, late: Run, early: Run, budget: Budget, hasty: bool) -> Gap:
        """The same of two runs."""
        first, last = self.window
        for start in range(first, last, (last - first) // 12) if hasty else ():
            if (gap := late.at(start) - early.at(start)) > 0:
                return Gap(gap, start)
        found = widest(late, early, first, last, 0, budget, any_will_do=hasty)
        if hasty or found.start is None:
            return found
        return Gap(found.minutes, self._round(late, early, found.minutes, found.start))

    def _round(self, late: Run, early: Run, minutes: int, worst: Moment) -> Moment:
        """A start with the same gap that is easier to say, where there is one near."""
        first, last = self.window
        near = self._calendars.default.openings(worst - 1440, worst + 1440)
        edges = [*(close for _, close in near), *(opening for opening, _ in near)]
        whole = [at for step in (60, 30, 15, 5) for at in (worst - worst % step, worst + -worst % step)]
        for start in [*sorted(edges, key=lambda edge: abs(edge - worst)), *whole]:
            if first <= start <= last and late.at(start) - early.at(start) == minutes:
                return start
        return worst

    def laxer(self, ours: Duration, hours: Hours, law: Duration, ceiling: bool) -> Gap:
        """By how many minutes a duration of ours, at the worst start, is laxer than the law's.

        Months of both sides are the same months; else the laxest reading of ours counts, against
        the strictest of the law. Of opening hours that could not be read nobody can tell.
        """
        if ours.unit in MONTHS and law.unit in MONTHS:
            more = ours.count * MONTHS[ours.unit] - law.count * MONTHS[law.unit]
            more = more if ceiling else -more
            return Gap(more * 30 * 1440, self.window[0]) if more > 0 else NEVER
        if (ours.business and hours.unread) or (law.business and self._calendars.default.unread):
            return NEVER
        mine = chain(self._calendars.stretch(ours, hours, ceiling))
        theirs = self.limit(law, not ceiling)
        return self.gap(mine, theirs) if ceiling else self.gap(theirs, mine)


def _unlike(one: Chain, other: Chain) -> tuple[Chain, Chain]:
    """Two chains without the beginning that they share."""
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return one[at:], other[at:]
