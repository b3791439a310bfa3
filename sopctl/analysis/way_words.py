"""The way of a case in words: what happened at each step and why, and why it went no further."""

from collections.abc import Callable, Iterator, Mapping

from sopctl.analysis.walk import Stop, Visit, Walk
from sopctl.diagnostic import did_you_mean
from sopctl.library import Library
from sopctl.model.sop import Step
from sopctl.named import NamedTuple


class Stage(NamedTuple):
    """One step of a way. `why` is what decided, `because` the reason that the row gives."""

    place: str  # `step`, or `SOP#step` inside a call
    why: str
    to: str
    depth: int
    because: str = ""

    @property
    def words(self) -> str:
        """`` `weigh` (row 2: strikes = 3) ``."""
        return f"`{self.place}`{f' ({self.why})' if self.why else ''}"


def stages(way: Walk, library: Library) -> list[Stage]:
    """The steps of a way, in order."""
    return [_stage(visit, library) for visit in way.trail]


def in_a_line(way: Walk, library: Library) -> str:
    """The whole way: `` `look` → `weigh` (row 2: strikes = 3) → `warned` ``."""
    told = stages(way, library)
    if len(told) > _MANY:
        left_out = f"… {len(told) - _MANY} steps …"
        words = [
            *(each.words for each in told[: _MANY // 2]),
            left_out,
            *(each.words for each in told[-_MANY // 2 :]),
        ]
    else:
        words = [each.words for each in told]
    return " → ".join([*words, f"`{way.end.name}`"] if way.end.ended else words)


_MANY = 16
"""A longer way is cut in the middle, where a message has only one line."""


def _stage(visit: Visit, library: Library) -> Stage:
    step = step_of(visit, library)
    place = f"{visit.sop}#{visit.step}" if visit.depth else visit.step
    why = "; ".join([*_why(visit, step), *_full(visit, library)])
    because = step.decide[visit.row].because if visit.row is not None else None
    return Stage(place, why, visit.to, visit.depth, because or "")


def step_of(visit: Visit, library: Library) -> Step:
    """The step that a visit was at."""
    sop = library.sop(visit.sop)
    assert sop is not None
    return sop.steps_by_id[visit.step]


def _why(visit: Visit, step: Step) -> Iterator[str]:
    if visit.row is not None:
        name = row_name(step, visit.row)
        yield f"{name}: {case(visit.case)}" if visit.case else name
        if values := {fact: value for fact, value in step.decide[visit.row].set.items() if value}:
            yield f"sets {case(values)}"
    if asked := {fact: value for fact, value in visit.asked.items() if fact not in visit.case}:
        yield case(asked)
    if visit.answer:
        yield f"answer `{visit.answer}`"
    if step.call:
        came = f" came back as `{visit.outcome}`" if visit.outcome else ""
        yield f"{step.call}{came}{'' if visit.walked or not came else ', as given'}"
    if step.escalate:
        yield f"up the path `{step.escalate}`"


def _full(visit: Visit, library: Library) -> Iterator[str]:
    for id, name in visit.full:
        sop = library.sop(id)
        step = sop.steps_by_id.get(name) if sop else None
        times = step.at_most if step and step.at_most is not None else 0
        place = name if id == visit.sop else f"{id}#{name}"
        yield f"`{place}` was entered {'once' if times == 1 else f'{times} times'} already"


def row_name(step: Step, row: int) -> str:
    """`row 2`, or `otherwise`."""
    return "otherwise" if step.decide[row].is_otherwise else f"row {row + 1}"


def case(facts: Mapping[str, str]) -> str:
    """The facts of a case in words: `strikes = 2, new evidence = no`."""
    return ", ".join(f"{fact.replace('-', ' ')} = {value}" for fact, value in facts.items())


def stopped(way: Walk, library: Library) -> str:
    """Why the case went no further: `` at `weigh` no row takes the case strikes = 2 ``."""
    stop = way.end
    at = "" if stop.ended or not way.trail else f"at `{_stage(way.trail[-1], library).place}` "
    return at + _STOPPED[stop.why](stop, way, library)


def _at(way: Walk, library: Library) -> Step:
    return step_of(way.trail[-1], library)


def _no_row(stop: Stop, way: Walk, library: Library) -> str:
    return f"no row takes the case {case(way.trail[-1].case)}"


def _two_rows(stop: Stop, way: Walk, library: Library) -> str:
    first, second = stop.rows
    policy = _at(way, library).hit_policy
    differ = " and say different things" if policy == "any" else ""
    return f"rows {first + 1} and {second + 1} both take the case {case(way.trail[-1].case)}{differ}"


def _no_such_answer(stop: Stop, way: Walk, library: Library) -> str:
    return f"the answer `{stop.value}` is none of its answers{_hint(stop.value, _at(way, library).answers)}"


def _no_such_outcome(stop: Stop, way: Walk, library: Library) -> str:
    step = _at(way, library)
    called = library.sop(step.call) if step.call else None
    return f"`{stop.value}` is no outcome of {step.call}{_hint(stop.value, (called.outcomes or {}) if called else {})}"


def _hint(word: str, known: Mapping[str, object]) -> str:
    return did_you_mean(word, known) or f"; they are {', '.join(f'`{each}`' for each in known)}"


def _unhandled(stop: Stop, way: Walk, library: Library) -> str:
    return f"the call in `{stop.name}` came back as `{stop.value}`, for which `on` has no target"


_STOPPED: dict[str, Callable[[Stop, Walk, Library], str]] = {
    "outcome": lambda stop, way, library: f"it ends as `{stop.name}`",
    "hand-off": lambda stop, way, library: f"it is handed to {stop.name}",
    "fact": lambda stop, way, library: f"the fact `{stop.name}` is needed, and is not known",
    "answer": lambda stop, way, library: "the question has no answer",
    "value": lambda stop, way, library: f"`{stop.value}` is no value of the fact `{stop.name}`",
    "no-such-answer": _no_such_answer,
    "no-such-outcome": _no_such_outcome,
    "unhandled": _unhandled,
    "no-row": _no_row,
    "two-rows": _two_rows,
    "loop": lambda stop, way, library: f"the case goes round for ever: it comes to `{stop.name}` again and again",
    "dead-end": lambda stop, way, library: "the way ends, without an outcome",
    "unreadable": lambda stop, way, library: "the way goes on into something that cannot be read",
}  # fmt: skip
