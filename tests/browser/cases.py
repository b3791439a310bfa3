"""Cases taken through SOPs by `sopctl.analysis.walk`, written down as a reader of the page would answer."""

from collections.abc import Iterable
from typing import NamedTuple

from sopctl.analysis.calls import endings
from sopctl.analysis.trials import Told, trials
from sopctl.analysis.walk import Source, Walk, atlas, walk
from sopctl.cli.walk import trail
from sopctl.library import Library
from sopctl.model import Sop


class Said(NamedTuple):
    """One answer: how the walker writes it, and the words on its button (empty: it is a number)."""

    token: str
    words: str


class Case(NamedTuple):
    """What is said on a way, how it ends, and the trail that the command leaves."""

    sop: str
    title: str
    said: tuple[Said, ...]
    why: str
    end: str
    trail: tuple[str, ...]


class Recorder:
    """A source that is asked only for what is needed, as a person is, and writes down what it said."""

    foretold = False

    def __init__(self, library: Library, source: Source) -> None:
        self._library, self._source = library, source
        self.said: list[Said] = []

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        value = self._source.fact(sop, step, fact)
        known = self._library.fact(self._sop(sop), fact)
        if value is not None and known is not None:
            labels = known.labels if known.type == "choice" else {"yes": "Yes", "no": "No"}
            self.said.append(Said(f"~{value}", labels.get(value, "")))
        return value

    def answer(self, sop: str, step: str) -> str | None:
        answer = self._source.answer(sop, step)
        if answer is not None:
            self.said.append(Said(f"~{answer}", answer[:1].upper() + answer[1:]))
        return answer

    def outcome(self, sop: str, step: str) -> str | None:
        outcome = self._source.outcome(sop, step)
        called = self._library.sop(self._sop(sop).steps_by_id[step].call or "")
        assert called is not None
        if outcome is None:
            self.said.append(Said("*", "Go through its steps"))
            return None
        owner = self._library.sop(endings(self._library, called).named.get(outcome, called.id))
        known = (owner.outcomes or {}).get(outcome) if owner else None
        self.said.append(Said(f"*{outcome}", (known.title if known else None) or outcome))
        return outcome

    def _sop(self, id: str) -> Sop:
        found = self._library.sop(id)
        assert found is not None
        return found


def take(library: Library, sop: Sop, title: str, source: Source) -> tuple[Case, Walk]:
    """Take a case through a SOP, and write down what was said on the way."""
    recorder = Recorder(library, source)
    way = walk(atlas(library), sop.id, recorder)
    lines = tuple(trail(way, sop, library))
    return Case(sop.id, title, tuple(recorder.said), way.end.why, way.end.name, lines), way


def scenarios(library: Library) -> Iterable[Case]:
    """Every scenario of a library, as a person would answer it; it ends as the linter has it end."""
    for trial in trials(library):
        case, way = take(library, trial.sop, trial.scenario.title, Told(trial.scenario, trial.sop.id))
        assert way.end == trial.walk.end, f"{trial.sop.id}: {trial.scenario.title}"
        yield case
