"""Which steps, rows, answers and outcomes scenarios go through, and which none does."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sopctl.analysis import way_words
from sopctl.analysis.trials import ends, trials
from sopctl.analysis.walk import Walk
from sopctl.diagnostic import Pointer
from sopctl.library import Library, WorkedOut
from sopctl.model import Sop
from sopctl.named import NamedTuple

KINDS = ("step", "row", "answer", "outcome")
"""An entry of `on` is an outcome too: one that a called SOP comes back with."""


class Branch(NamedTuple):
    """Something that a case can go through, and its address in the file of its SOP."""

    kind: str
    at: Pointer
    step: str  # empty for an outcome of the SOP
    name: str  # the id of a step or outcome, the number of a row, the answer

    def words(self, sop: Sop) -> str:
        """What a case does that goes through it: `` takes row 2 of `weigh` ``."""
        match self.kind:
            case "step":
                return f"comes to `{self.step}`"
            case "row":
                return f"takes {way_words.row_name(sop.steps_by_id[self.step], int(self.name) - 1)} of `{self.step}`"
            case "answer":
                return f"answers `{self.name}` at `{self.step}`"
        if self.step:
            return f"comes back as `{self.name}` at `{self.step}`"
        return f"ends as `{self.name}`"


def branches(sop: Sop) -> Iterator[Branch]:
    """Everything of a SOP that a scenario can go through, in the order of the file."""
    for step in sop.known_steps:
        yield Branch("step", step.at, step.id, step.id)
        for i, row in enumerate(step.decide):
            if row:
                yield Branch("row", (*step.at, "decide", i), step.id, str(i + 1))
        for answer in step.answers:
            yield Branch("answer", (*step.at, "answers", answer), step.id, answer)
        for outcome in step.on:
            yield Branch("outcome", (*step.at, "on", outcome), step.id, outcome)
    for outcome in sop.outcomes or {}:
        yield Branch("outcome", ("outcomes", outcome), "", outcome)


Taken = Mapping[str, set[Pointer]]
"""By SOP, the addresses of the branches that were gone through."""


def taken(library: Library) -> Taken:
    """What the scenarios of a library go through, those that fail too."""
    if library not in _TAKEN:
        _TAKEN[library] = taken_by((trial.walk for trial in trials(library)), library)
    return _TAKEN[library]


_TAKEN: WorkedOut[Taken] = WorkedOut()


def taken_by(ways: Iterable[Walk], library: Library) -> Taken:
    """What these ways go through."""
    found: dict[str, set[Pointer]] = defaultdict(set)
    for way in ways:
        for visit in way.trail:
            sop = library.sop(visit.sop)
            assert sop is not None
            step = sop.steps_by_id[visit.step]
            gone = found[visit.sop]
            gone.add(step.at)
            if visit.row is not None:
                gone.add((*step.at, "decide", visit.row))
            if visit.answer:
                gone.add((*step.at, "answers", visit.answer))
            if visit.outcome:
                gone.add((*step.at, "on", visit.outcome if visit.outcome in step.on else "otherwise"))
        for id, outcome in ends(way, library, walked=True):
            found[id].add(("outcomes", outcome))
    return found


class Count(NamedTuple):
    """So many of so many."""

    taken: int
    all: int

    @property
    def percent(self) -> int:
        """Never rounded up: 100 only where nothing is left."""
        return 100 * self.taken // self.all if self.all else 100


def untested(sop: Sop, library: Library) -> list[Branch]:
    """The branches of a SOP that no scenario goes through."""
    gone = taken(library).get(sop.id, set())
    return [branch for branch in branches(sop) if branch.at not in gone]


def counts(sops: Iterable[Sop], library: Library) -> dict[str, Count]:
    """By kind, how much of these SOPs the scenarios go through."""
    every: dict[str, int] = dict.fromkeys(KINDS, 0)
    left: dict[str, int] = dict.fromkeys(KINDS, 0)
    for sop in sops:
        for branch in branches(sop):
            every[branch.kind] += 1
        for branch in untested(sop, library):
            left[branch.kind] += 1
    return {kind: Count(every[kind] - left[kind], every[kind]) for kind in KINDS}
