"""Your job changes like this: what is different for each role in what it does itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sopctl.analysis.people import doers, doers_of
from sopctl.diff import Change, Kind
from sopctl.library import Library
from sopctl.model.sop import Sop, Step
from sopctl.weight import Weight

PAST = ("superseded", "withdrawn")


class Job(NamedTuple):
    """What changes for one role, in one paragraph."""

    role: str
    title: str
    text: str


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
        for library in (after, before):
            for role in _in_register(change, library):
                yield role, change.message
        return
    for library, id in ((after, change.sop), (before, renamed.get(change.sop, change.sop))):
        sop = library.sop(id)
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
            for role in doers_of(library, step):
                yield role, _titled(change, step)


def _titled(change: Change, step: Step) -> str:
    """The message with the title of the step in the place of its id, unless it is about the id."""
    if not step.title or change.kind is Kind.RENAMED:
        return change.message
    return change.message.replace(f"`{step.id}`", f"“{step.title}”", 1)


def _in_register(change: Change, library: Library) -> Iterable[str]:
    """Who is told of an escalation path or takes part in a rota, and the role itself."""
    if len(change.pointer) < 2:
        return ()
    register, id = str(change.pointer[0]), str(change.pointer[1])
    if register == "roles":
        return (id,)
    if register == "schedules":
        return doers(library, id)
    path = library.paths.get(id) if register == "escalation_paths" else None
    levels = [level for level in (path.levels if path else ()) or () if level]
    if (
        path
        and len(change.pointer) > 3
        and change.pointer[2] == "levels"
        and isinstance(change.pointer[3], int)
    ):
        levels = levels[change.pointer[3] : change.pointer[3] + 1]
    return dict.fromkeys(
        role for level in levels for to in level.to or () if to for role in doers(library, to)
    )


def _whole_sop(change: Change, sop: Sop, library: Library) -> Iterator[tuple[str, str]]:
    steps: dict[str, list[str]] = defaultdict(list)
    for step in sop.known_steps:
        for role in doers_of(library, step) if step.role else ():
            steps[role].append(f"“{step.title or step.id}”")
    word = "new, and yours are" if change.kind is Kind.ADDED else "gone, and with it your"
    for role, titles in steps.items():
        yield role, f"it is {word} {', '.join(titles)}"


def _all_doers(sop: Sop, library: Library) -> Iterable[str]:
    return dict.fromkeys(role for step in sop.known_steps if step.role for role in doers_of(library, step))


def _step(change: Change, sop: Sop) -> Step | None:
    if len(change.pointer) > 1 and change.pointer[0] == "steps":
        return sop.steps_by_id.get(str(change.pointer[1]))
    return None


def _sentence(sop: Sop | None, id: str, messages: Iterable[str]) -> str:
    said = "; ".join(messages)
    if not id:
        return f"{said[0].upper()}{said[1:]}."
    return f"In {sop.title} ({id}): {said}." if sop and sop.title else f"In {id}: {said}."
