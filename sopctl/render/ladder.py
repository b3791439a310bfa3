"""An escalation path as a ladder: who is told after how long, and from which steps it is climbed."""

from collections.abc import Iterable

from sopctl.analysis import escalation, time_words
from sopctl.analysis.calendar import calendars
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath, Level
from sopctl.model.sop import Sop, Step
from sopctl.named import NamedTuple
from sopctl.render import svg


class Rung(NamedTuple):
    after: str
    level: Level


def ladder(path: EscalationPath) -> tuple[list[Rung], str]:
    """When each level is told, and when the path is exhausted."""
    rungs: list[Rung] = []
    before: list[Duration | None] = []
    for level in path.levels or ():
        if level:
            rungs.append(Rung(added(before), level))
            before.append(level.ack_within)
    return rungs, added(before, escalation.passes(path))


def added(times: Iterable[Duration | None], turns: int = 1) -> str:
    """The sum of times, gone through so often, as far as their units add up."""
    sums: dict[str, int] = {}
    for time in times:
        if time:
            unit, count = _SMALLEST.get(time.unit, (time.unit, 1))
            sums[unit] = sums.get(unit, 0) + time.count * count * turns
    return " and ".join(_large(Duration(count, unit)) for unit, count in sums.items())


def longest(path: EscalationPath, library: Library) -> str:
    """The longest that a case waits for its answer: as promised, or until the path is exhausted."""
    minutes = max(escalation.lasts(path, library, longest=True))
    if not minutes:
        return ""
    if path.clock == "business":
        return time_words.spoken_opening(minutes, calendars(library).default)
    return time_words.spoken(minutes)


_SMALLEST = {"h": ("m", 60), "d": ("m", 1440), "w": ("m", 10080)}


def _large(time: Duration) -> str:
    """90 minutes are 1 hour 30 minutes."""
    if time.unit != "m":
        return time.words
    said, left = [], time.count
    for unit, size in (("d", 1440), ("h", 60), ("m", 1)):
        count, left = divmod(left, size)
        if count:
            said.append(Duration(count, unit).words)
    return " ".join(said)


_MOST_DRAWN = 500
"""Of so many turns each is too short to be seen."""


def scale(path: EscalationPath, library: Library) -> str:
    """The path against its clock: a stretch for each level, and a mark where the answer is promised."""
    whole = escalation.exhaustion(path, library)
    if not whole:
        return ""
    once = escalation.offsets(path, library)
    turns = min(escalation.passes(path), _MOST_DRAWN)
    told = [turn * once[-1] + at for turn in range(turns) for at in once[:-1]]
    answer = escalation.promised(path, library)
    longest = max(whole, answer or 0)
    return svg.steps([at / longest for at in (*told, whole)], answer / longest if answer else None)


class Start(NamedTuple):
    """A way onto a path: from a step, or from anywhere in a SOP."""

    sop: Sop
    step: Step | None
    how: str


def starts(library: Library) -> dict[str, list[Start]]:
    """By path, what starts it: a step that waits for its answer, one that is late, a SOP at any time."""
    found: dict[str, list[Start]] = {id: [] for id in library.paths}

    def add(path: str | None, start: Start) -> None:
        if path in found:
            found[path].append(start)

    for sop in library.sops:
        for step in sop.known_steps:
            add(step.escalate, Start(sop, step, "waits for the answer"))
            add(step.on_overdue, Start(sop, step, "when it is late"))
        for each in sop.escalations or ():
            if each:
                late = f"{each.after.words} after {_point(sop, each.from_)}" if each.after else ""
                add(each.path, Start(sop, None, each.when or late or "at any time"))
    return found


def _point(sop: Sop, from_: str | None) -> str:
    """From when time counts: a step by its title."""
    step = sop.steps_by_id.get(from_ or "")
    if step is not None:
        return f"“{step.title or step.id}”"
    return from_ if from_ and from_ != "trigger" else "it began"
