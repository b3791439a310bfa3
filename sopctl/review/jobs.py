"""Your job changes like this: what is different for each role in what it does itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sopctl.analysis.people import doers, doers_of, told_by
from sopctl.analysis.program import within_rows
from sopctl.diff import Change, Kind
from sopctl.library import Library
from sopctl.model.sop import Escalation, Sop, Step
from sopctl.named import NamedTuple
from sopctl.weight import Weight

PAST = ("superseded", "withdrawn")


class Job(NamedTuple):
    """What changes for one role, in one paragraph."""

    role: str
    title: str
    text: str


class Side(NamedTuple):
    """A library, and what a change has there. Items that have no id go by their places on the later
    side, or on the earlier one where they are gone."""

    library: Library
    value: Any
    later: bool

    def place(self, change: Change, at: int) -> int | None:
        """The place of an item that a change is about or lies in; None where it cannot be told."""
        if change.kind is Kind.MOVED and isinstance(self.value, int):
            return self.value - 1
        return int(change.pointer[at]) if self.later else None


def jobs(
    changes: Sequence[Change], before: Library, after: Library, renamed: Mapping[str, str]
) -> Iterator[Job]:
    """One for each role whose work changes, by id; `renamed` leads from a new id of a SOP to the old one."""
    said: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for change in changes:
        if change.weight is not Weight.WORDING:
            for role, message in _told(change, before, after, renamed):
                said[role][change.sop][message] = None
    for role, by_sop in sorted(said.items()):
        text = " ".join(
            _sentence(after.sop(sop) or before.sop(sop), sop, messages) for sop, messages in by_sop.items()
        )
        yield Job(role, person(after, before, role), text)


def person(after: Library, before: Library, id: str) -> str:
    """A role, team or schedule as people call it."""
    entry = after.person(id) or before.person(id)
    return entry.title if entry and entry.title else id


def _told(
    change: Change, before: Library, after: Library, renamed: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The roles that a change is felt by, each with what it reads."""
    if not change.sop:
        for side in _sides(change, before, after):
            for role in _in_register(change, side):
                yield role, change.message
        return
    title = _title(change, before, after)
    for side in _sides(change, before, after):
        library = side.library
        sop = library.sop(change.sop if side.later else renamed.get(change.sop, change.sop))
        if sop is None:
            continue
        if change.pointer == ("status",):
            for role in _all_doers(sop, library):
                yield role, f"it {change.message}"
        elif sop.status in PAST:
            continue
        elif not change.pointer and change.kind in (Kind.ADDED, Kind.REMOVED):
            yield from _whole_sop(change, sop, library)
        elif step := _step(change, sop):
            for role in (*doing(change, step, side), *_heard(change, step, side)):
                yield role, _titled(change, step.id, title)
        elif (fact := changed_fact(change)) is not None:
            for role in _answering(sop, fact, library):
                yield role, change.message
        else:
            for role in _at_part(change, sop, side):
                yield role, change.message


def _sides(change: Change, before: Library, after: Library) -> tuple[Side, Side]:
    return Side(after, change.after, True), Side(before, change.before, False)


def doing(change: Change, step: Step, side: Side) -> Iterator[str]:
    """Who does a changed step, and who does the item of its checklist that the change is about."""
    yield from doers_of(side.library, step)
    if change.pointer[0] != "steps":
        return  # whoever does an item does not decide
    if len(change.pointer) == 2:
        yield from _item_doers(step, side.library)
    elif change.pointer[2] == "checklist" and isinstance(role := _of_item(change, step, side), str):
        yield from doers(side.library, role)


def _of_item(change: Change, step: Step, side: Side) -> Any:
    """The role of an item, as the change has it or as it stands there."""
    match change.pointer[3:], side.value:
        case (_, "role"), role:
            return role
        case (_,), {**item}:
            return item.get("role")
        case (_,), None:  # it is not there on this side
            return None
        case (int(), *_), _:
            return _role_at(step, side.place(change, 3))
    return None


def _role_at(step: Step, place: int | None) -> str | None:
    items = step.checklist or ()
    item = items[place] if place is not None and place < len(items) else None
    return item.role if item else None


def _item_doers(step: Step, library: Library) -> Iterator[str]:
    for item in step.checklist or ():
        if item and item.role:
            yield from doers(library, item.role)


def _heard(change: Change, step: Step, side: Side) -> Iterator[str]:
    """Who is asked or told at a step, where the change is about that."""
    library, value = side.library, side.value
    match change.pointer[2:]:
        case ():
            yield from told_by(library, step.on_overdue or "")
            for role in (*(step.consulted or ()), *(step.informed or ())):
                yield from doers(library, role or "")
        case ("on_overdue" | "escalate",) if isinstance(value, str):
            yield from told_by(library, value)
        case ("consulted" | "informed", *_) if isinstance(value, str):
            yield from doers(library, value)


_FOR_ALL = ("scope", "applies_to", "trigger", "prerequisites", "deadlines")
"""What whoever does a step of a SOP goes by."""


def _at_part(change: Change, sop: Sop, side: Side) -> Iterable[str]:
    """Who goes by a part of a SOP that is no step and no fact."""
    match change.pointer:
        case "escalations", *_:
            told = told_by(side.library, _path_of(change, sop, side))
            return (*told, *_all_doers(sop, side.library)) if _is_watched(change, sop, side) else told
        case "outcomes", id, _, *_:
            steps = [step for step in sop.known_steps if id in _targets(step)]
            there = [role for step in steps for role in doers_of(side.library, step)]
            return there or _all_doers(sop, side.library)  # a call leads there, which nobody does
        case part, *_ if part in _FOR_ALL:
            return _all_doers(sop, side.library)
    return ()


def _targets(step: Step) -> set[str | None]:
    rows = [row.target for row in step.decide if row]
    return {*rows, *step.answers.values(), *step.on.values(), step.after_that, step.next}


def _is_watched(change: Change, sop: Sop, side: Side) -> bool:
    """Whether an escalation starts at what people see, not at an hour."""
    match change.pointer[1:], side.value:
        case (_, "when", *_), _:
            return True
        case (_,), entry if not isinstance(entry, int):
            return isinstance(entry, dict) and "when" in entry
        case (int(), *_), _:
            found = _escalation_at(side.place(change, 1), sop)
            return bool(found and found.when)
    return False


def _path_of(change: Change, sop: Sop, side: Side) -> str:
    """The path that a changed escalation of a SOP starts."""
    match change.pointer[1:], side.value:
        case (_, "path"), path:
            return str(path or "")
        case (_,), {**entry}:
            return str(entry.get("path", ""))
        case (_,), None:
            return ""
        case (int(), *_), _:
            found = _escalation_at(side.place(change, 1), sop)
            return (found.path or "") if found else ""
    return ""


def _escalation_at(place: int | None, sop: Sop) -> Escalation | None:
    entries = sop.escalations or ()
    return entries[place] if place is not None and place < len(entries) else None


def _title(change: Change, before: Library, after: Library) -> str:
    """What the step of a change is called now, or was, so that all read of it by one name."""
    for library in (after, before):
        sop = library.sop(change.sop)
        if (step := _step(change, sop) if sop else None) and step.title:
            return step.title
    return ""


def _titled(change: Change, id: str, title: str) -> str:
    """The message with the title of the step in the place of its id, unless it is about the id."""
    if not title or change.kind is Kind.RENAMED:
        return change.message
    return change.message.replace(f"`{id}`", f"“{title}”", 1)


def changed_fact(change: Change) -> str | None:
    """The fact of which something changes. One that comes or goes does so with steps, which tell of it."""
    return str(change.pointer[1]) if len(change.pointer) > 2 and change.pointer[0] == "facts" else None


def deciding(sop: Sop, fact: str) -> Iterator[Step]:
    """The steps that ask a fact, or go by it."""
    for step in sop.known_steps:
        tests = (*(row.when for row in step.decide if row), *(row.when for row in within_rows(step)))
        if fact in step.asks or any(fact in each for each in tests):
            yield step


def _answering(sop: Sop, fact: str, library: Library) -> Iterator[str]:
    for step in deciding(sop, fact):
        yield from doers_of(library, step)


def _in_register(change: Change, side: Side) -> Iterable[str]:
    """The role itself, who takes part in a team or rota, who is told by an escalation path, who
    answers for a metric or is told of its breach, who answers a fact, and who sends a notice."""
    if len(change.pointer) < 2:
        return ()
    register, id, library = str(change.pointer[0]), str(change.pointer[1]), side.library
    match register:
        case "roles":
            return (id,)
        case "teams" | "schedules":
            return doers(library, id)
        case "escalation_paths":
            return _on_path(change, id, side)
        case "metrics":
            return _at_metric(change, id, library)
        case "facts" if fact := changed_fact(change):
            users = [sop for sop in library.users(register, id) if sop.status not in PAST]
            return dict.fromkeys(role for sop in users for role in _answering(sop, fact, library))
        case "notices" if change.pointer[2:3] and change.pointer[2] != "implements":
            users = [sop for sop in library.users(register, id) if sop.status not in PAST]
            return dict.fromkeys(role for sop in users for role in _sending(sop, id, library))
    return ()


def _sending(sop: Sop, notice: str, library: Library) -> Iterator[str]:
    """Who does a step that sends a notice, or leads to an outcome that does."""
    ends = {id for id, outcome in (sop.outcomes or {}).items() if outcome and outcome.notice == notice}
    for step in sop.known_steps:
        if step.notice == notice or ends & _targets(step):
            yield from doers_of(library, step)


def _on_path(change: Change, id: str, side: Side) -> Iterable[str]:
    """All whom a path tells, or those of the level that the change is about."""
    path, library = side.library.paths.get(id), side.library
    match change.pointer[2:]:
        case ("levels", int() as place, *_):
            levels = (path.levels or ())[place : place + 1] if path else ()
            named = [to for level in levels if level for to in level.to or () if to]
            return dict.fromkeys(role for to in named for role in doers(library, to))
        case ("on_exhausted",):
            return doers(library, str(side.value or ""))
    return told_by(library, id)


def _at_metric(change: Change, id: str, library: Library) -> Iterable[str]:
    metric = library.metrics.get(id)
    if metric is None:
        return ()
    breached = change.pointer[2:] in ((), ("breach",), ("on_breach",))
    told = told_by(library, metric.on_breach or "") if breached else ()
    return dict.fromkeys((*doers(library, metric.owner or ""), *told))


def _whole_sop(change: Change, sop: Sop, library: Library) -> Iterator[tuple[str, str]]:
    steps: dict[str, list[str]] = defaultdict(list)
    for step in sop.known_steps:
        for role in _hands(step, library):
            steps[role].append(f"“{step.title or step.id}”")
    word = "new, and yours are" if change.kind is Kind.ADDED else "gone, and with it your"
    for role, titles in steps.items():
        yield role, f"it is {word} {', '.join(titles)}"


def _all_doers(sop: Sop, library: Library) -> Iterable[str]:
    return dict.fromkeys(role for step in sop.known_steps for role in _hands(step, library))


def _hands(step: Step, library: Library) -> Iterable[str]:
    """Who does a step or an item of it; whom an escalation path tells does neither."""
    own = doers_of(library, step) if step.role else ()
    return dict.fromkeys((*own, *_item_doers(step, library)))


def _step(change: Change, sop: Sop) -> Step | None:
    if len(change.pointer) > 1 and change.pointer[0] == "steps":
        return sop.steps_by_id.get(str(change.pointer[1]))
    return None


def _sentence(sop: Sop | None, id: str, messages: Iterable[str]) -> str:
    said = "; ".join(messages)
    if not id:
        return f"{said[0].upper()}{said[1:]}."
    return f"In {sop.title} ({id}): {said}." if sop and sop.title else f"In {id}: {said}."
