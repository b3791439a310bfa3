"""From a clause to all that answers for it: what carries it out, its time, notice, scenario, training
question and metric, and what of these is missing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sopctl.analysis.clauses import Carrier, carriers, concerned, in_force, lacking, senders, verified, works
from sopctl.analysis.coverage import taken_by
from sopctl.analysis.trials import trials
from sopctl.analysis.ways import arrows_by_step
from sopctl.diagnostic import Pointer
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import Clause
from sopctl.model.sop import Deadline, Outcome, Question, Row, Sop, Step
from sopctl.named import NamedTuple

_Scenarios = Mapping[str, list[tuple[str, set[Pointer]]]]
"""By SOP, each scenario that goes through it, and where."""


class Place(NamedTuple):
    """One thing that carries a clause out, and what stands behind it."""

    sop: Sop | None  # None for a notice that no SOP sends
    what: str  # “the whole SOP”, “row 2 of weigh”
    works: bool  # False where its SOP is not in force
    times: tuple[str, ...]
    notices: tuple[str, ...]
    scenarios: tuple[str, ...]
    questions: tuple[str, ...]
    metrics: tuple[str, ...]
    missing: tuple[str, ...]


class Trace(NamedTuple):
    """A clause with its places. `applies` tells whether it meets the `applies_to` of an effective SOP."""

    id: str
    clause: Clause
    applies: bool
    places: tuple[Place, ...]
    missing: tuple[str, ...]

    @property
    def carried_out(self) -> bool:
        return any(place.works for place in self.places)


def trace(library: Library) -> list[Trace]:
    """Every clause, by id."""
    named = carriers(library)
    scenarios: _Scenarios = defaultdict(list)
    for trial in trials(library):
        if not trial.failed:
            for sop, gone in taken_by([trial.walk], library).items():
                scenarios[sop].append((trial.scenario.title or "", gone))
    found = []
    for id, clause in sorted(library.clauses.items()):
        places = [
            _place(library, id, carrier, scenarios)
            for each in named.get(id, ())
            for carrier in _sent(library, each)
        ]  # fmt: skip
        applies = bool(concerned(library, clause))
        found.append(
            Trace(id, clause, applies, tuple(places), tuple(_missing(clause, applies, places, library)))
        )
    return found


class _Bearer(NamedTuple):
    """A carrier, with the SOP that it works in: a notice works in each that sends it."""

    sop: Sop | None
    at: Pointer
    notice: str
    works: bool


def _sent(library: Library, carrier: Carrier) -> Iterator[_Bearer]:
    now = in_force(library, carrier)
    if not carrier.notice:
        yield _Bearer(carrier.sop, carrier.at, "", now)
        return
    by = list(senders(library, carrier.notice))
    for sop, at in by:
        yield _Bearer(sop, at, carrier.notice, works(library, sop))
    if not by:
        yield _Bearer(None, carrier.at, carrier.notice, now)


def _place(library: Library, id: str, by: _Bearer, scenarios: _Scenarios) -> Place:
    sop, at = by.sop, by.at
    what = f"notice {by.notice}" if by.notice else _name(sop, at)
    if sop is None:
        return Place(None, what, by.works, (), (by.notice,), (), (), (), ("nobody sends it",))
    if by.notice:
        what += f", sent by {_name(sop, at)}"
    marks = _marks(sop, at)
    tried = tuple(
        dict.fromkeys(
            title
            for other, there in marks.items()
            for title, gone in scenarios.get(other, ())
            if gone & there
        )
    )
    questions = tuple(_questions(sop, at))
    metrics = tuple(metric for metric in sop.metrics or () if metric)
    missing = [
        word
        for word, there in (("scenario", tried), ("training question", questions), ("metric", metrics))
        if not there
    ]  # fmt: skip
    if not by.works:
        missing.insert(0, f"not in force (status {library.status_of(sop)})")
    times = tuple(_times(library, id, sop, at))
    return Place(
        sop,
        what,
        by.works,
        times,
        tuple(_notices(sop, at, by.notice)),
        tried,
        questions,
        metrics,
        tuple(missing),
    )


def _missing(clause: Clause, applies: bool, places: Sequence[Place], library: Library) -> Iterator[str]:
    working = [place for place in places if place.works]
    if applies and not working:
        yield "nothing effective carries it out"
    if not applies and not working:
        yield "applies to no effective SOP"
    if not verified(clause):
        yield "not verified"
    if not working:
        return
    if clause.kind in ("ceiling", "floor") and clause.value and not any(place.times for place in working):
        yield "no deadline or time"
    if clause.kind == "retention" and not any(place.times for place in working):
        yield "no record with a retention"
    if clause.kind in ("content", "languages"):
        told = sorted({notice for place in working for notice in place.notices})
        if not told:
            yield "no notice"
        for notice in told:
            entry = library.notices.get(notice)
            if entry and (less := lacking(clause, entry)):
                yield f"notice {notice} lacks {', '.join(less)}"


# What a pointer means


def _name(sop: Sop | None, at: Pointer) -> str:
    match at:
        case ():
            return "the whole SOP"
        case ("steps", int(i), *rest) if sop:
            step = sop.steps[i]
            match rest:
                case ["decide", int(j)]:
                    return f"row {j + 1} of {step.id}"
                case ["checklist", int(j)]:
                    return f"item {j + 1} of {step.id}"
            return f"step {step.id}"
        case ("outcomes", id):
            return f"outcome {id}"
        case ("deadlines", int(i)) if sop:
            return f"deadline {sop.deadlines[i].id}"
        case ("records", int(i)):
            return f"record {i + 1}"
    return "/".join(map(str, at))


def _part(sop: Sop, at: Pointer) -> object:
    """The step, row, item, outcome, deadline or record at an address."""
    found: object = sop
    for word in at:
        if isinstance(word, int):
            found = found[word]  # type: ignore[index]
        else:
            found = found.get(word) if isinstance(found, dict) else getattr(found, word)
    return found


def _marks(sop: Sop, at: Pointer) -> dict[str, set[Pointer]]:
    """By SOP, the addresses one of which a scenario has to go through."""
    match at:
        case ("steps", i, "decide", j):
            return {sop.id: {("steps", i, "decide", j)}}
        case ("steps", i, *_):
            return {sop.id: {("steps", i)}}
        case ("outcomes", id):
            return {sop.id: {("outcomes", id)}}
        case ("deadlines", int(i)):
            return _ends(sop, sop.deadlines[i])
    return {sop.id: {step.at for step in sop.known_steps}}


def _ends(sop: Sop, deadline: Deadline) -> dict[str, set[Pointer]]:
    found: dict[str, set[Pointer]] = {sop.id: set()}
    for end in deadline.to or ():
        if end in sop.steps_by_id:
            found[sop.id].add(sop.steps_by_id[end].at)
        elif end:
            found[sop.id].add(("outcomes", end))
            found[sop.id].update(step.at for step in sop.known_steps if end == f"#{step.id}")
    return found


def _questions(sop: Sop, at: Pointer) -> Iterator[str]:
    """The training questions about the steps in question; of the SOP as a whole and of records, all."""
    every: Sequence[Question] = sop.training.questions if sop.training else ()
    steps = _steps(sop, at)
    for number, question in enumerate(every or (), 1):
        if question and (steps is None or question.step in steps):
            yield f"question {number}" + (f" ({question.step})" if question.step else "")


def _steps(sop: Sop, at: Pointer) -> set[str] | None:
    """The steps that something is about: its own, or those that lead to it; None for all."""
    match at:
        case ("steps", int(i), *_):
            return {sop.steps[i].id}
        case ("outcomes", id):
            return _leading(sop, {str(id)})
        case ("deadlines", int(i)):
            ends = {end.rpartition("#")[2] for end in sop.deadlines[i].to or () if end}
            return ends | _leading(sop, ends)
    return None


def _leading(sop: Sop, ends: set[str]) -> set[str]:
    """The steps with an arrow to an outcome among these."""
    outcomes = ends & set(sop.outcomes or {})
    return {id for id, arrows in arrows_by_step(sop).items() if any(arrow.to in outcomes for arrow in arrows)}


def _times(library: Library, clause: str, sop: Sop, at: Pointer) -> Iterator[str]:
    part = _part(sop, at)
    if isinstance(part, Deadline):
        law = library.clauses[clause].duration
        time = part.value or law
        yield f"{part.kind} {time.words if time else 'without a time'}"
    if isinstance(part, Step) and part.wait:
        yield f"not before {part.wait.words}"
    within = getattr(part, "within", None)
    if isinstance(within, Duration):
        yield f"within {within.words}"
    elif within:
        yield "within a time that depends on the case"
    retention = getattr(part, "retention", None)
    if retention:
        yield f"kept for {retention.words}"


def _notices(sop: Sop, at: Pointer, notice: str) -> Iterator[str]:
    part = _part(sop, at)
    if notice:
        yield notice
    elif isinstance(part, Row):
        end = (sop.outcomes or {}).get(part.target or "")
        if end and end.notice:
            yield end.notice
    elif isinstance(part, Step | Outcome) and part.notice:
        yield part.notice
    elif part is sop:
        ends = [end.notice for end in (sop.outcomes or {}).values() if end and end.adverse]
        every = [*(step.notice for step in sop.known_steps), *ends]
        yield from dict.fromkeys(each for each in every if each)
