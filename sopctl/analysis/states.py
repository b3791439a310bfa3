"""Where a case may be on its way, and what leads on from there: the vocabulary of ways that are unfolded."""

from sopctl.analysis.chains import Chain
from sopctl.analysis.narrowing import Known
from sopctl.analysis.onward import Spot
from sopctl.named import NamedTuple

Counts = tuple[tuple[Spot, int], ...]
"""How often a case has entered the steps that bound a loop, and which marks it bears, in order."""


def counted(counts: Counts, spot: Spot, times: int = 1) -> Counts:
    """The counts with another number of times for one of them."""
    return tuple(sorted({**dict(counts), spot: times}.items()))


class Frame(NamedTuple):
    """A call that has not come back: its SOP and step, and the counts and knowledge there."""

    sop: str
    place: str
    counts: Counts
    known: Known


Level = tuple[tuple[Frame, ...], str]
"""A SOP that a case is in, and the calls that this SOP stands in."""


class State(NamedTuple):
    """A place of a case: the calls that it is in, SOP and step, the counts, what a guide knows of it, and
    how its way has ended, if it has."""

    stack: tuple[Frame, ...]
    sop: str
    place: str
    counts: Counts
    known: Known
    ended: str = ""

    @property
    def spot(self) -> Spot:
        return self.sop, self.place

    @property
    def level(self) -> Level:
        return self.stack, self.sop

    @property
    def done(self) -> "State":
        """The same where the clock stops."""
        return State(self.stack, self.sop, self.place, self.counts, self.known, DONE)


DONE, ENDED, HANDED = "done", "ended", "handed"

AT_ANY_TIME = "escalation"
"""What takes a case out of a step, where no clock says when."""


class Goals(NamedTuple):
    """Where a clock stops: when a step is done, an outcome or a step reached, or a SOP handed to. Unless
    it `stops`, the walk goes on behind them as long as it may come to one again."""

    done: frozenset[Spot] = frozenset()
    reached: frozenset[Spot] = frozenset()
    handed: frozenset[str] = frozenset()
    stops: bool = True


class Doubt(NamedTuple):
    """Why the slowest way cannot be told: a step without a time (in `rows`, for some cases), a loop
    without a bound, calls in a circle, or a time that could not be read."""

    kind: str
    words: str
    loop: frozenset[Spot] = frozenset()  # its steps, with their SOPs


UNREAD = "unread"

Doubts = frozenset[Doubt]
SURE: Doubts = frozenset()


class Begun(NamedTuple):
    """From where a case comes to what starts a clock (None: from the start of the ways), and when that
    clock is through since then: at the latest of these times."""

    state: State | None
    through: tuple[Chain, ...]
    doubts: Doubts


Cap = tuple[Begun, ...]
"""A clock that takes a case away: wherever it has started, nothing there is done after it is through."""


class Group(NamedTuple):
    """Where a step leads, and what it takes: `slow` are alternatives, the latest of which counts. It is
    `capped` where the time of a call stands for that of loops without a bound inside it."""

    slow: tuple[Chain, ...]
    fast: tuple[Chain, ...]
    doubts: Doubts
    nexts: tuple[State, ...]
    capped: bool = False
    left: str = ""  # what takes the case away, where the step is not done

    @property
    def timely(self) -> bool:
        """Whether a case that keeps all times may go there."""
        return bool(self.slow or self.doubts)

    @property
    def overdue(self) -> "Group":
        """The same where only a case goes that has not kept its times: no slow way leads there."""
        return self._replace(slow=(), doubts=SURE)
