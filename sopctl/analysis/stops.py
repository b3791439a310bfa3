"""One way, stop by stop: the slowest or the fastest from one moment on."""

from collections.abc import Iterable, Iterator

from sopctl.analysis.calendar import FOREVER, Moment, Stretch
from sopctl.analysis.chains import Chain, chain, walk
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import AT_ANY_TIME, Cap, Group, State
from sopctl.named import NamedTuple


class Stop(NamedTuple):
    """One stop of a way: the step that is done there, what it took, and when it was done; or the
    escalation that took the case away."""

    sop: str
    place: str
    took: Chain
    begun: Moment
    done: Moment
    left: str = ""

    @property
    def by_the_clock(self) -> bool:
        return self.left not in ("", AT_ANY_TIME)


def trace(spread: Spread, ends: Iterable[State], start: Moment, slow: bool) -> tuple[str, list[Stop]]:
    """Where the slowest (fastest) way to some ends that starts at a moment ends, and its steps."""
    return _Trace(spread, start, slow).to(ends)


class _Best(NamedTuple):
    """When the slowest (fastest) way comes to a state, and from where: what that took, and what took the
    case away there."""

    moment: Moment
    before: State | None = None
    took: Chain = ()
    left: str = ""


class _Trace:
    """The slowest (fastest) way from one moment to each state."""

    def __init__(self, spread: Spread, start: Moment, slow: bool) -> None:
        self._spread, self._start, self._slow = spread, start, slow
        self._best = dict.fromkeys(spread.starts, _Best(start))
        while self._carried_back():
            pass

    def to(self, ends: Iterable[State]) -> tuple[str, list[Stop]]:
        """Where the way that is best of those to some ends ends, and its steps."""
        reached = [end for end in ends if end in self._best]
        pick = max if self._slow else min
        last = pick(reached, key=lambda end: self._best[end].moment)
        return last.place or last.sop, self._stops(last)

    def _carried_back(self) -> bool:
        """Go through the states in order; whether an arrow that leads back has made any better."""
        changed = False
        for state in self._spread.order:
            if state not in self._best:
                continue
            for group in self._spread.groups[state]:
                for took, moment in self._done(state, group):
                    for other in group.nexts:
                        back = self._spread.leads_back(state, other)
                        if not (back and self._slow) and self._betters(moment, other):
                            self._best[other] = _Best(moment, state, took, group.left)
                            changed = changed or back
        return changed

    def _betters(self, moment: Moment, state: State) -> bool:
        if state not in self._best:
            return True
        known = self._best[state].moment
        return moment > known if self._slow else moment < known

    def _done(self, state: State, group: Group) -> Iterable[tuple[Chain, Moment]]:
        """What a step takes from where the way comes to it, and when it is done."""
        begun = self._best[state].moment
        if self._slow and self._spread.caps(state):
            return self._cut(state, group, begun)
        return [(took, walk(took, begun)) for took in (group.slow if self._slow else group.fast)]

    def _cut(self, state: State, group: Group, begun: Moment) -> Iterator[tuple[Chain, Moment]]:
        """The same where clocks may take the case away before."""
        spread = self._spread
        through = [when for cap in spread.telling(state) if (when := self._through(cap)) is not None]
        endless = through and group.timely and spread.endless(state, group)
        for took in ((Stretch(None, FOREVER),),) if endless else group.slow:
            done = walk(took, begun)
            if through and min(through) < done:
                cut = max(begun, min(through))  # a way that comes here later is none
                yield chain(Stretch(None, cut - begun)), cut
            else:
                yield took, done

    def _through(self, cap: Cap) -> Moment | None:
        """When a clock is through at the latest; None where the way comes to nothing that starts it."""
        known = [each for each in cap if each.state is None or each.state in self._best]
        return max(
            (walk(then, self._begun(each.state)) for each in known for then in each.through), default=None
        )

    def _begun(self, state: State | None) -> Moment:
        return self._best[state].moment if state else self._start

    def _stops(self, end: State) -> list[Stop]:
        found = []
        here = self._best[end]
        while here.before is not None:
            before = self._best[here.before]
            found.append(Stop(*here.before.spot, here.took, before.moment, here.moment, here.left))
            here = before
        return found[::-1]
