"""What a change touches: directly, through calls and hand-offs, references, escalation paths; and why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sopctl.analysis.calendar import calendars
from sopctl.analysis.clauses import senders
from sopctl.analysis.people import doers_of
from sopctl.analysis.trials import Trial, trials
from sopctl.diagnostic import Pointer
from sopctl.diff import Change, Kind, gaps, hidden_ids
from sopctl.diff.sides import half_read
from sopctl.library import Library
from sopctl.model.sop import Sop, Step
from sopctl.named import NamedTuple
from sopctl.reading import Reference
from sopctl.review.people import Shift, paths_of, people
from sopctl.weight import Weight

KINDS = ("sop", "role", "team", "schedule", "notice", "metric", "scenario")
_REGISTERS = ("roles", "teams", "schedules", "notices", "metrics")


class Touched(NamedTuple):
    """One thing that the change touches, and why: the shortest reasons first. It is not `direct` where
    only people, and the escalation paths that tell them, lead to it."""

    kind: str  # of KINDS
    id: str
    title: str
    why: tuple[str, ...]
    direct: bool


class Carried(NamedTuple):
    """A clause and the SOP that carries it out."""

    clause: str
    sop: str


class Result(NamedTuple):
    """A scenario that ends otherwise than before."""

    sop: str
    title: str
    before: str
    after: str
    fails: bool


class Reach(NamedTuple):
    """All that is touched, what is directly first; what follows for people; the clauses gained and
    lost; and the scenarios whose result changed."""

    touched: tuple[Touched, ...]
    people: tuple[Shift, ...]
    gained: tuple[Carried, ...]
    lost: tuple[Carried, ...]
    results: tuple[Result, ...]


def reach(changes: Sequence[Change], before: Library, after: Library, renamed: Mapping[str, str]) -> Reach:
    """`renamed` leads from the new id of a SOP to the old one."""
    why = _gathered(_reasons(changes, before, after, renamed))
    direct = frozenset(why)
    shifts, reached = people(changes, before, after)
    for name, reasons in _gathered(("sop", *each) for each in reached).items():
        why[name].update(reasons)
    touched = [
        Touched(*name, _title(*name, before, after), _all_told(why[name]), name in direct)
        for name in sorted(why, key=lambda each: (each not in direct, KINDS.index(each[0]), each[1]))
    ]
    new_of = {old: new for new, old in renamed.items()}
    names = {c.before: c.after for c in changes if c.kind is Kind.RENAMED and c.pointer[0] == "clauses"}
    olds, news = (
        {Carried(names.get(c.clause, c.clause), new_of.get(c.sop, c.sop)) for c in _carried(*sides)}
        for sides in ((before, after), (after, before))
    )
    hidden = hidden_ids(before, after)  # of these nobody knows what they carry out
    return Reach(
        tuple(touched),
        shifts,
        tuple(sorted(each for each in news - olds if each.sop not in hidden)),
        tuple(sorted(each for each in olds - news if each.sop not in hidden)),
        _results(before, after, new_of),
    )


_Reason = tuple[str, ...]
"""Kind and id of what is touched, why, and the step where (`{}` in the words for why)."""


_Why = dict[tuple[str, str], dict[str, list[str]]]
"""By kind and id, the reasons, each with the places that it holds for."""


def _gathered(reasons: Iterable[_Reason]) -> _Why:
    why: _Why = defaultdict(lambda: defaultdict(list))
    for kind, id, reason, *at in reasons:
        places = why[kind, id][reason]
        places.extend(each for each in at if each not in places)
    return why


def _all_told(reasons: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(_told_why(reason, steps) for reason, steps in reasons.items())


def _told_why(reason: str, steps: Sequence[str]) -> str:
    """The reason once, with all the steps that it holds for."""
    *most, last = [f"`{step}`" for step in steps] or [""]
    return reason.replace("{}", f"{', '.join(most)} and {last}" if most else last)


def _reasons(
    changes: Sequence[Change], before: Library, after: Library, renamed: Mapping[str, str]
) -> Iterator[_Reason]:
    sops = list(dict.fromkeys(change.sop for change in changes if change.sop))
    for id in sops:
        yield "sop", id, "it changes"
    for change in changes:
        if change.sop:
            yield from _from_sides(change, renamed.get(change.sop, change.sop), before, after)
        else:
            yield from _from_register(change, after)
            yield from _from_register(change, before)
    felt = {c.sop for c in changes if c.sop and c.weight.rank > Weight.WORDING.rank}
    yield from _from_references(felt, after)
    yield from _from_callers(felt, after)
    for id in sorted(felt):
        sop = after.sop(id) or before.sop(id)
        for metric in (sop.metrics if sop else ()) or ():
            if metric:
                yield "metric", metric, "it judges {}", id
    yield from _from_scenarios(changes, after)


def _from_sides(change: Change, old: str, before: Library, after: Library) -> Iterator[_Reason]:
    """Whoever has to do with a changed step or outcome, or had to do with it before."""
    now = [*_from_change(change, change.sop, after, _NOW)]
    yield from now
    was = (_from_change(change, old, before, words) for words in (_NOW, _ONCE))
    yield from (past for present, past in zip(*was, strict=True) if present not in now)


_NOW = ("does", "is", "sends", "tells")
_ONCE = ("did", "was", "sent", "told")


def _from_change(
    change: Change, home: str, library: Library, words: tuple[str, str, str, str]
) -> Iterator[_Reason]:
    does, is_, sends, tells = words
    sop = library.sop(home)
    if sop is None or change.weight is Weight.WORDING or len(change.pointer) < 2:
        return
    part, id = str(change.pointer[0]), str(change.pointer[1])
    if part == "steps" and (step := sop.steps_by_id.get(id)):
        for role in doers_of(library, step):
            yield "role", role, f"it {does} {{}} of {change.sop}", id
        for role in step.consulted or ():
            if role:
                yield "role", role, f"it {is_} consulted in {{}} of {change.sop}", id
        for role in step.informed or ():
            if role:
                yield "role", role, f"it {is_} informed by {{}} of {change.sop}", id
        if step.notice:
            yield "notice", step.notice, f"{{}} of {change.sop} {sends} it", id
    if part == "outcomes" and (outcome := (sop.outcomes or {}).get(id)) and outcome.notice:
        yield "notice", outcome.notice, f"it {tells} {{}} of {change.sop}", id


def _from_register(change: Change, library: Library) -> Iterator[_Reason]:
    if len(change.pointer) < 2:
        return
    register, id = str(change.pointer[0]), str(change.pointer[1])
    if register in _REGISTERS and id in library.register(register):
        yield _noun(register), id, "its entry changes"
    if change.weight is Weight.WORDING or change.kind is Kind.RENAMED:
        return  # who uses it goes on as before
    if register == "calendars":
        yield from _by_calendar(id, library)
    elif (register, id) == ("knowledge_base", "default_calendar"):
        yield from _by_default_calendar(library)
    elif register == "clauses":
        yield from _by_notices(id, library)
    for sop in library.users(register, id):
        yield "sop", sop.id, f"it uses the changed {_noun(register)} {{}}", id


def _noun(register: str) -> str:
    return "term" if register == "glossary" else register.removesuffix("s").replace("_", " ")


def _by_calendar(id: str, library: Library) -> Iterator[_Reason]:
    """Whose times run by a calendar, be it that of a role, of its team, or the default one."""
    known = calendars(library)
    for sop in library.sops:
        default = known.default.name == id and _counts_by_default(sop, library)
        if default or any(known.work(step.role).name == id for step in _timed(sop)):
            yield "sop", sop.id, "its times run by the changed calendar {}", id


def _by_default_calendar(library: Library) -> Iterator[_Reason]:
    """Whose times run by the default calendar, because nothing else says by which."""
    known = calendars(library)
    for sop in library.sops:
        if _counts_by_default(sop, library) or any(known.by_default(step.role) for step in _timed(sop)):
            yield "sop", sop.id, "its times run by the default calendar"


def _timed(sop: Sop) -> list[Step]:
    return [step for step in sop.known_steps if step.within or step.wait]


def _counts_by_default(sop: Sop, library: Library) -> bool:
    """Whether a SOP has deadlines, or paths that count opening hours: both do by the default calendar."""
    known = [library.paths.get(path) for path in paths_of(sop)]
    return bool(sop.deadlines) or any(path and path.clock == "business" for path in known)


def _by_notices(clause: str, library: Library) -> Iterator[_Reason]:
    """The notices that carry out a clause, and who sends them."""
    for id, notice in library.notices.items():
        if clause in (notice.implements or ()):
            yield "notice", id, "it carries out the changed clause {}", clause
            for sop, _ in senders(library, id):
                yield "sop", sop.id, f"it sends {{}}, which carries out the changed clause `{clause}`", id


def _from_references(changed: set[str], library: Library) -> Iterator[_Reason]:
    for path, references in library.references.items():
        sop = library.by_path[path].sop
        if sop is None:
            continue
        for each in references:
            target = each.target.partition("#")[0]
            if target in changed and target != sop.id:
                yield "sop", sop.id, *_how(each, target, sop)


def _how(reference: Reference, target: str, sop: Sop) -> tuple[str, ...]:
    at, step = reference.at, _step(reference.at, sop)
    if at[-1] == "appeal":
        return f"{target} is the way to contest its {{}}", str(at[1])
    does = "refers"
    if reference.part is None:
        does = "runs" if at[-1] == "call" else "hands over" if reference.kind == "target" else does
    words = f"it runs {target}" if does == "runs" else f"it {does} to {target}"
    return (f"{words} at {{}}", step) if step else (words,)


def _step(at: Pointer, sop: Sop) -> str:
    if len(at) < 2 or at[0] != "steps" or not isinstance(at[1], int):
        return ""
    step = sop.steps[at[1]]
    return step.id if step else ""


def _from_callers(changed: set[str], library: Library) -> Iterator[_Reason]:
    """Who runs what is changed at one remove or more."""
    callers: dict[str, list[str]] = defaultdict(list)
    for sop in library.sops:
        for called in dict.fromkeys(step.call for step in sop.known_steps if step.call):
            callers[called].append(sop.id)
    for id in sorted(changed):
        seen = {id}
        ahead: list[tuple[str, tuple[str, ...]]] = [(caller, (caller, id)) for caller in callers[id]]
        for sop_id, line in ahead:  # it grows while it is walked
            if sop_id in seen:
                continue
            seen.add(sop_id)
            if len(line) > 2:
                yield "sop", sop_id, f"it runs {', which runs '.join(line[1:])}"
            ahead += [(caller, (caller, *line)) for caller in callers[sop_id]]


def _from_scenarios(changes: Sequence[Change], library: Library) -> Iterator[_Reason]:
    """The cases that go through a changed step."""
    steps = {
        (c.sop, str(c.pointer[1]))
        for c in changes
        if c.sop and len(c.pointer) > 1 and c.pointer[0] == "steps" and c.weight is not Weight.WORDING
    }
    if not steps:
        return
    for trial in trials(library):
        for sop, step in sorted({(visit.sop, visit.step) for visit in trial.walk.trail} & steps):
            yield "scenario", _scenario(trial), f"it goes through {{}} of {sop}", step


def _scenario(trial: Trial) -> str:
    return f"{trial.sop.id}: {trial.scenario.title or 'without a title'}"


def _title(kind: str, id: str, before: Library, after: Library) -> str:
    for library in (after, before):
        entry = (
            library.sop(id) if kind == "sop"
            else library.person(id) if kind in ("role", "team", "schedule")
            else library.notices.get(id) if kind == "notice"
            else library.metrics.get(id) if kind == "metric"
            else None
        )  # fmt: skip
        if entry is not None and entry.title:
            return entry.title
    return id


def _carried(library: Library, other: Library) -> Iterator[Carried]:
    """The clauses that SOPs name as carried out, or whose notices do, but for what both sides have."""
    told = [{} if _registers_hidden(library, other) else _told_by(side) for side in (library, other)]
    for path, each in library.by_path.items():
        if each.sop is not None and not (told[0] == told[1] and other.by_path.get(path) is each):
            for reference in each.references:
                if reference.part is not None:
                    continue  # a text only speaks of it
                if reference.kind == "clause":
                    yield Carried(reference.target, each.sop.id)
                elif reference.kind == "notice":
                    yield from (Carried(clause, each.sop.id) for clause in told[0].get(reference.target, ()))


def _told_by(library: Library) -> dict[str, tuple[str, ...]]:
    """By notice, the clauses that it carries out."""
    return {
        id: tuple(each for each in notice.implements or () if each) for id, notice in library.notices.items()
    }


def _registers_hidden(one: Library, other: Library) -> bool:
    """Whether a notice may only seem to carry out nothing, because a file cannot be read."""
    paths = {gap.path for gap in gaps(one, other)}
    return any(
        path in side.by_path and side.by_path[path].sop is None for path in paths for side in (one, other)
    )


def _results(before: Library, after: Library, new_of: Mapping[str, str]) -> tuple[Result, ...]:
    """Scenarios that stand on both sides and end otherwise; a new name of an outcome is no other end."""
    if half_read(before, after):  # a case may come to what only one side could read
        return ()
    olds = {(new_of.get(trial.sop.id, trial.sop.id), trial.scenario.title): trial for trial in trials(before)}
    found = []
    for trial in trials(after):
        old = olds.get((trial.sop.id, trial.scenario.title))
        if old is None or old is trial:
            continue
        if not _same_end(old, trial) or old.failed != trial.failed:
            title = trial.scenario.title or "without a title"
            found.append(Result(trial.sop.id, title, _told(old), _told(trial), trial.failed))
    return tuple(found)


def _same_end(old: Trial, new: Trial) -> bool:
    renamed = old.walk.end.name not in (new.sop.outcomes or {}) and _told_end(old) == _told_end(new)
    return _end(old) == _end(new) or (old.walk.end.why == new.walk.end.why == "outcome" and renamed)


def _end(trial: Trial) -> tuple[str, str]:
    return trial.walk.end.why, trial.walk.end.name if trial.walk.end.ended else ""


def _told(trial: Trial) -> str:
    """How a scenario ends, and what it lacks where it fails."""
    said = _told_end(trial)
    if not trial.misses:
        return said
    miss, *more = trial.misses
    others = f", and {len(more)} more" if more else ""
    return f"{said}, and the scenario fails: expected {miss.expected}, but {miss.happened}{others}"


def _told_end(trial: Trial) -> str:
    end = trial.walk.end
    if end.why == "outcome":
        outcome = (trial.sop.outcomes or {}).get(end.name)
        return f"ends as “{outcome.title}”" if outcome and outcome.title else f"ends as `{end.name}`"
    return f"is handed to {end.name}" if end.why == "hand-off" else "comes to no end"
