"""What takes longer or less long in another library, and which promises of time that breaks."""

from collections.abc import Iterator
from types import MappingProxyType

from sopctl.analysis import case_words, escalation, time_words
from sopctl.analysis.calendar import calendars
from sopctl.analysis.graph import reachable, reverse
from sopctl.analysis.lengths import Length, Lengths, lengths
from sopctl.analysis.program import within_rows
from sopctl.analysis.promises import Verdict, can_be_read, promises_of, verdicts
from sopctl.analysis.ways import is_sop
from sopctl.diff.case_words import titled
from sopctl.diff.names import Renamed
from sopctl.diff.sides import Called, Side, decides_otherwise, half_read, leads, same_text
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath
from sopctl.model.sop import Deadline, Sop, Step
from sopctl.named import NamedTuple


class ClockChange(NamedTuple):
    """Something that is quicker or slower, or promised otherwise. What there was not before, or is
    not now, is empty."""

    sop: str  # by the name of the later library; empty for an escalation path
    kind: str  # slowest or fastest (way), deadline, path
    how: str  # longer, shorter, unknown; kept-no-more, kept-again, promised, withdrawn, changed
    what: tuple[str, ...]  # the ends (`SOP:outcome`, or a SOP that cases are handed to), or the id
    before: str
    after: str
    message: str


def clock_changes(
    before: Library, after: Library, renamed: Renamed = MappingProxyType({})
) -> tuple[ClockChange, ...]:
    """The ways that take another time, the promises that are kept no more or again, and the
    escalation paths that run otherwise. What is `renamed` is the same."""
    if files := half_read(before, after):  # nobody knows what calendars, clauses and facts say there
        return (_unread(files),)
    sides = Side(before, Called(renamed)), Side(after, Called({}))
    changed = _changed(sides)
    onward = leads(sides) if changed else {}
    behind = reachable(reverse(onward), changed)
    timed = [id for id in sorted(behind) if id in changed or _calls_one_of(sides, id, behind)]
    found = [_too_many(timed)] if len(timed) > MOST else []
    for id in sorted(behind | _promise_otherwise(sides)):
        if id in timed and len(timed) <= MOST:
            found.extend(_lengths(sides, id))
        found.extend(_deadlines(sides, id))
    return (*found, *_paths(sides, renamed))


def _unread(files: list[str]) -> ClockChange:
    names = time_words.listed([f"`{path}`" for path in files], "and")
    message = f"how long ways take cannot be compared, since {names} cannot be read"
    return ClockChange("", "slowest", "unknown", (), "unknown", "unknown", message)


MOST = 150
"""Of so many SOPs the ways are timed: of more, as when opening hours change, only the promises."""


# Where to look


def _calls_one_of(sides: tuple[Side, Side], id: str, others: set[str]) -> bool:
    return any(called in others for side in sides for called in side.calls(id))


def _too_many(timed: list[str]) -> ClockChange:
    message = f"{len(timed):,} SOPs may take another time, too many to tell how long each of their ways takes"
    return ClockChange("", "slowest", "unknown", (), "unknown", "unknown", message)


_TIMELY = ("roles", "teams", "schedules", "calendars", "escalation_paths", "facts")
"""The registers on which the time of a step may depend."""


def _changed(sides: tuple[Side, Side]) -> set[str]:
    """The SOPs in which a step takes another time or leads elsewhere, and those of one side alone."""
    before, after = sides
    alike = _default(before) == _default(after) and all(
        before.library.register(name) == after.library.register(name) for name in _TIMELY
    )
    found = set(before.ids ^ after.ids)
    for id in sorted(before.ids & after.ids):
        if not (alike and same_text(before, after, id)) and (
            _times(before, id) != _times(after, id) or decides_otherwise(before, after, id)
        ):
            found.add(id)
    return found


def _default(side: Side) -> tuple[object, ...]:
    return calendars(side.library).default.plan


def _times(side: Side, id: str) -> list[object]:
    """What the steps of a SOP say of time, and what that means there."""
    sop = side.sop(id)
    return [_time(side, sop, step) for step in sop.known_steps] if sop else []


def _time(side: Side, sop: Sop, step: Step) -> tuple[object, ...]:
    rows = [(sorted(row.when.items()), row.within, row.otherwise) for row in within_rows(step)]
    within = step.within if isinstance(step.within, Duration) else rows
    hours = calendars(side.library).work(step.role).plan if step.within or step.wait else None
    path = side.library.paths.get(step.escalate) if step.escalate else None
    ladder = (_ladder(path, side.library), _default(side)) if path else None
    return side.names.inside(sop.id, step.id), within, step.wait, hours, ladder


def _promise_otherwise(sides: tuple[Side, Side]) -> set[str]:
    """The SOPs whose deadlines promise something else."""
    before, after = sides
    clauses = before.library.register("clauses") == after.library.register("clauses")
    found = set()
    for id in before.ids & after.ids:
        if not (clauses and _default(before) == _default(after) and same_text(before, after, id)):
            promised = [_promised(side, id) for side in sides]
            if promised[0] != promised[1] or (promised[0] and _default(before) != _default(after)):
                found.add(id)
    return found


def _promised(side: Side, id: str) -> dict[str, tuple[str, str]]:
    sop = side.sop(id)
    if sop is None:
        return {}
    known = [each for each in sop.deadlines or () if each and each.id]
    return {
        each.id: _terms(side, sop, each) if can_be_read(sop, each, side.library) else ("", "")
        for each in known
    }


# The slowest and the fastest way


def _lengths(sides: tuple[Side, Side], id: str) -> Iterator[ClockChange]:
    """The ends of a SOP that one comes to sooner or later; those alike are told at once."""
    before, after = (_by_end(side, id) for side in sides)
    for kind in ("slowest", "fastest"):
        alike: dict[tuple[Length, Length], list[str]] = {}
        for end in sorted(before.keys() & after.keys()):
            one, other = (getattr(each[end], kind)._replace(start=0) for each in (before, after))
            if _differ(one, other) and not (
                kind == "fastest" and _unknown(before[end].slowest, after[end].slowest)
            ):
                alike.setdefault((one, other), []).append(end)
        for (one, other), ends in sorted(alike.items(), key=lambda item: item[1]):
            yield _length(sides[1], id, kind, ends, one, other)


def _by_end(side: Side, id: str) -> dict[str, Lengths]:
    """The lengths of a SOP, by the names that both libraries give to its ends."""
    sop = side.sop(id)
    return {side.end(sop, end): each for end, each in lengths(sop, side.library).items()} if sop else {}


def _differ(one: Length, other: Length) -> bool:
    """Two of which nobody can tell may differ; two that last for ever do not, for whatever reason."""
    if one.unbounded and other.unbounded:
        return False
    return one != other or bool(one.unknown)


def _unknown(one: Length, other: Length) -> bool:
    """Whether nobody can tell of one of the two; once is enough to say so."""
    return bool(one.unknown or other.unknown)


def _length(side: Side, id: str, kind: str, ends: list[str], one: Length, other: Length) -> ClockChange:
    way = f"the {kind} way to {time_words.listed([titled(side, end, id) for end in ends], 'and')}"
    before, after = _lasts(one), _lasts(other)
    if _unknown(one, other):
        why = other.unknown or one.unknown
        message = f"{way} cannot be compared: {why}"
        return ClockChange(id, kind, "unknown", tuple(ends), before, after, message)
    if one.unbounded or other.unbounded:
        how = "longer" if other.unbounded else "shorter"
        said = (
            f"{way} is bounded no more, since {other.unbounded}; it took {before}"
            if other.unbounded
            else f"{way} takes {after}, and was not bounded before, since {one.unbounded}"
        )
        return ClockChange(id, kind, how, tuple(ends), before, after, said)
    how = "longer" if other.minutes > one.minutes else "shorter"
    message = f"{way} takes {after}, was {before}"
    return ClockChange(id, kind, how, tuple(ends), before, after, message)


def _lasts(one: Length) -> str:
    if one.unknown:
        return "unknown"
    return "unbounded" if one.unbounded else time_words.spoken(one.minutes)


# Deadlines


class _Standing(NamedTuple):
    """How a promise stands: what it says, and whether that is kept, broken by so many minutes,
    not to be proved, about no way at all, without a time, or unknown."""

    time: str
    span: str
    state: str
    minutes: int = 0
    why: str = ""
    by_arrows: bool = False

    @property
    def terms(self) -> str:
        return f"{self.time} {self.span}".strip()

    @property
    def kept(self) -> bool:
        return self.state == "kept"

    @property
    def timeless(self) -> bool:
        return self.state == "timeless"

    @property
    def unread(self) -> bool:
        return not self.terms


_UNREAD = _Standing("", "", "unknown", why="it cannot be read")


def _deadlines(sides: tuple[Side, Side], id: str) -> Iterator[ClockChange]:
    """The promises of a SOP that are made, withdrawn or changed, kept no more or kept again."""
    before, after = (_standings(side, id) for side in sides)
    if before is None or after is None:
        return
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        lost = (one is None and _may_hide(sides[0], id)) or (other is None and _may_hide(sides[1], id))
        if one != other and not lost:
            how, message = _told(one, other)
            said = [
                "; ".join(filter(None, (each.terms, _state(each, True)))) if each else ""
                for each in (one, other)
            ]
            yield ClockChange(id, "deadline", how, (name,), said[0], said[1], f"`{name}` {message}")


def _standings(side: Side, id: str) -> dict[str, _Standing] | None:
    """The promises of a SOP by id; None where there is no such SOP."""
    sop = side.sop(id)
    if sop is None:
        return None
    written = dict.fromkeys((each.id for each in sop.deadlines or () if each and each.id), _UNREAD)
    return {
        **written,
        **{each.deadline.id: _standing(side, sop, each) for each in verdicts(sop, side.library)},
    }


def _may_hide(side: Side, id: str) -> bool:
    """Whether a SOP has deadlines of which not even the id is known."""
    sop = side.sop(id)
    return (
        sop is None or "deadlines" in sop.unknown or not all(each and each.id for each in sop.deadlines or ())
    )


def _standing(side: Side, sop: Sop, verdict: Verdict) -> _Standing:
    terms, broken = _terms(side, sop, verdict.deadline), verdict.broken
    if verdict.unknown:
        return _Standing(*terms, "unknown", why=verdict.unknown)
    if verdict.timeless:
        return _Standing(*terms, "timeless")
    if not any(promises_of(verdict.deadline, side.library)):
        return _Standing(*terms, "unknown", why="what sets its time cannot be read")
    if verdict.nowhere:
        return _Standing(*terms, "nowhere")
    if broken:
        late = broken.end - broken.due if verdict.deadline.kind == "ceiling" else broken.due - broken.end
        return _Standing(*terms, f"broken {verdict.deadline.kind}", late, by_arrows=verdict.by_arrows)
    if verdict.doubts:
        return _Standing(*terms, "open", why=time_words.reasons(verdict.doubts, sop))
    return _Standing(*terms, "kept")


def _terms(side: Side, sop: Sop, deadline: Deadline) -> tuple[str, str]:
    """What is promised: `at most 14 days`, and `from the trigger to `upheld``."""
    most = "at most" if deadline.kind == "ceiling" else "at least"
    times = [each.time.words for each in promises_of(deadline, side.library)]
    points = [_point(side, sop, each) for each in deadline.to]
    since = time_words.since(_point(side, sop, deadline.from_))
    tests = [f"{case_words.name(id)} {' or '.join(each)}" for id, each in sorted(deadline.when.items())]
    cases = f", where {time_words.listed(tests)}" if tests else ""
    time = time_words.listed(dict.fromkeys(times)) if times else "an unknown time"
    return f"{most} {time}", f"from {since} to {time_words.points(points)}{cases}"


def _point(side: Side, sop: Sop, written: str) -> str:
    """A point of a deadline, in the names of both libraries."""
    id, mark, step = written.partition("#")
    if mark:
        return f"{side.names.sop(id)}#{side.names.inside(id or sop.id, step)}"
    return side.names.sop(written) if is_sop(written) else side.names.inside(sop.id, written)


def _told(one: _Standing | None, other: _Standing | None) -> tuple[str, str]:
    """What has happened to a promise, in a word and in words."""
    if other is None:
        assert one is not None
        return (
            "withdrawn",
            f"is promised no more; {f'it was {one.terms}' if one.terms else _state(one, False)}",
        )
    now = _state(other, True)
    if one is None:
        return "promised", f"is promised now{f': {other.terms}' if other.terms else ''}; {now}"
    was = _state(one, False)
    how = (
        "kept-no-more"
        if one.kept and not other.kept
        else "kept-again"
        if other.kept and not one.kept
        else "changed"
    )
    if one.unread or other.unread:
        lost = f"cannot be read any more; it was {one.terms}, and {was}"
        return how, lost if other.unread else f"can be read now: {other.terms}; {now}"
    if one.timeless != other.timeless:
        lost = f"has no time any more; it was {one.terms}, and {was}"
        return how, lost if other.timeless else f"has a time now: {other.terms}; {now}"
    if one.terms != other.terms:
        alike = one._replace(time=other.time, span=other.span) == other
        old = one.time if one.span == other.span else one.terms
        return how, f"promises {other.terms} now, not {old}; {now}{'' if alike else f', and {was}'}"
    if how == "kept-no-more":
        return how, f"is kept no more: {now}"
    return how, f"is kept again: {was}" if how == "kept-again" else f"is not kept as before: {now}, and {was}"


def _state(standing: _Standing, now: bool) -> str:
    doubt = f" ({_BY_ARROWS})" if standing.by_arrows else ""
    return (
        _STATES[standing.state][0 if now else 1].format(time_words.spoken(standing.minutes), standing.why)
        + doubt
    )


_BY_ARROWS = "this goes by the arrows, as the cases are too many to follow"

_STATES = {
    "kept": ("it is kept", "it was kept"),
    "broken ceiling": ("it can be missed by {0}", "it could be missed by {0}"),
    "broken floor": ("it can be over {0} too soon", "it could be over {0} too soon"),
    "open": ("nobody can prove it, since {1}", "nobody could prove it, since {1}"),
    "nowhere": ("no way leads there", "no way led there"),
    "timeless": ("nothing sets its time", "nothing set its time"),
    "unknown": ("nobody can tell whether it is kept, since {1}", "nobody could tell whether it was kept, since {1}"),
}  # fmt: skip


# Escalation paths


class _When(NamedTuple):
    """A time on the clock of a path, in words: a business day of other hours is another time."""

    words: str
    minutes: int


class _Ladder(NamedTuple):
    """Whom each level of a path tells and when, when nobody is left, and when an answer is promised."""

    clock: str
    told: tuple[str, ...]
    levels: tuple[_When, ...]
    exhausted: _When
    answer: _When


_NEVER = _When("", -1)


def _paths(sides: tuple[Side, Side], renamed: Renamed) -> Iterator[ClockChange]:
    """The escalation paths that tell people, give up or promise an answer at another time."""
    before, after = (side.library for side in sides)
    olds = {renamed.get(("escalation_paths", id), id): path for id, path in before.paths.items()}
    for id in sorted(olds.keys() & after.paths.keys()):
        one, other = _ladder(olds[id], before, renamed), _ladder(after.paths[id], after)
        if parts := "; ".join(_steps(one, other)):
            yield ClockChange("", "path", "changed", (id,), _spoken(one), _spoken(other), f"`{id}`: {parts}")


def _ladder(path: EscalationPath, library: Library, renamed: Renamed = MappingProxyType({})) -> _Ladder:
    hours = calendars(library).default
    business = path.clock == "business"

    def when(minutes: int, word: str = "after") -> _When:
        if minutes == 0:
            return _When("at once", 0)
        said = time_words.spoken_opening(minutes, hours) if business else time_words.spoken(minutes)
        return _When(f"{word} {said}", minutes)

    *levels, _ = escalation.offsets(path, library)
    answer = escalation.promised(path, library)
    told = [
        time_words.points([_name(to, renamed) for to in level.to if to])
        if any(level.to or ())
        else f"level {i + 1}"
        for i, level in escalation.known_levels(path)
    ]
    return _Ladder(
        "in opening hours" if business else "around the clock",
        tuple(told),
        tuple(when(minutes) for minutes in levels),
        when(escalation.exhaustion(path, library)),
        when(answer, "within") if answer is not None else _NEVER,
    )


def _name(person: str, renamed: Renamed) -> str:
    return next((new for kind in _PEOPLE if (new := renamed.get((kind, person)))), person)


_PEOPLE = ("roles", "teams", "schedules")


def _steps(one: _Ladder, other: _Ladder) -> Iterator[str]:
    if one.clock != other.clock:
        yield f"its clock runs {other.clock}, it ran {one.clock}"
    moved = [(what, "is told", was, now) for what, was, now in _levels(one, other)]
    moved.append(("the path", "is exhausted", one.exhausted, other.exhausted))
    moved.append(("an answer", "is promised", one.answer, other.answer))
    for what, verb, was, now in moved:
        same = one.clock == other.clock and was.minutes == now.minutes
        if was.words != now.words and not same:
            yield _moved(what, verb, was.words, now.words)


def _levels(one: _Ladder, other: _Ladder) -> Iterator[tuple[str, _When, _When]]:
    """The levels by their numbers; where some come or go, by whom they tell."""
    if len(one.levels) == len(other.levels):
        for number, (was, now) in enumerate(zip(one.levels, other.levels, strict=True), 1):
            yield f"level {number}", was, now
        return
    olds, news = (dict(reversed([*zip(each.told, each.levels, strict=True)])) for each in (one, other))
    for who in dict.fromkeys((*one.told, *other.told)):
        yield who, olds.get(who, _NEVER), news.get(who, _NEVER)


def _moved(what: str, verb: str, was: str, now: str) -> str:
    if not now:
        return f"{what} {verb} no more, it was {was}"
    return f"{what} {verb} {now}, {f'it was {was}' if was else 'and was not before'}"


def _spoken(ladder: _Ladder) -> str:
    levels = [f"level {number} {each.words}" for number, each in enumerate(ladder.levels, 1)]
    answer = [f"answer {ladder.answer.words}"] if ladder.answer.words else []
    return ", ".join([*levels, f"exhausted {ladder.exhausted.words}", *answer])
