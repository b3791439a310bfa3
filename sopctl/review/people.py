"""Who may decide and who is there when, where that follows from a change of somebody else or of a
calendar; and the SOPs that it reaches, through escalation paths and those who do their steps."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sopctl.analysis.calendar import Hours, calendars
from sopctl.analysis.people import doers, has_authority, ranks
from sopctl.analysis.time_words import points
from sopctl.diff import Change, Kind
from sopctl.diff.sides import half_read
from sopctl.library import PEOPLE, Library
from sopctl.model.registers import EscalationPath
from sopctl.model.sop import Sop, Step
from sopctl.named import NamedTuple
from sopctl.weight import Weight


class Shift(NamedTuple):
    """What holds of people now and did not before, though their own entries do not say it."""

    who: tuple[str, ...]
    what: str  # authority, works, reached
    before: str
    after: str
    message: str


class People(NamedTuple):
    """The shifts, and the SOPs that they and other changes of people reach at a remove: the id, why,
    and the path or step where (`{}` in the words for why)."""

    shifts: tuple[Shift, ...] = ()
    reached: tuple[tuple[str, str, str], ...] = ()


def people(changes: Sequence[Change], before: Library, after: Library) -> People:
    """What follows for people; nothing where only one side could read an entry that may decide it."""
    felt = [c for c in changes if c.weight.rank > Weight.CLARIFIED.rank and c.kind is not Kind.RENAMED]
    if not any(c.pointer[:1] and c.pointer[0] in _DECIDING for c in felt if not c.sop):
        return People()
    if half_read(before, after):
        return People()
    names = {c.before: c.after for c in changes if c.kind is Kind.RENAMED and c.pointer[0] in PEOPLE}
    moves = _moves(before, after, names)
    own = {str(c.pointer[1]) for c in felt if c.pointer[:1] and c.pointer[0] in PEOPLE and len(c.pointer) > 1}
    reached = (*_through_paths(moves, after), *_through_doers(moves, own, after))
    return People(tuple(_shifts(moves, after)), tuple(dict.fromkeys(reached)))


_DECIDING = (*PEOPLE, "calendars", "knowledge_base")


class _Standing(NamedTuple):
    """What holds of somebody on one side. Of an authority or hours that are None nobody knows."""

    roles: frozenset[str]
    authority: frozenset[str] | None
    works: Hours | None
    reached: Hours | None
    contact: Any
    written: tuple[str | None, str | None]  # its own calendar, and when it is available
    by_default: bool  # it has no hours but those of the default calendar


class _Move(NamedTuple):
    before: _Standing
    after: _Standing

    @property
    def stands_for_others(self) -> bool:
        return self.before.roles != self.after.roles

    @property
    def gained(self) -> frozenset[str]:
        return _more(self.after.authority, self.before.authority)

    @property
    def lost(self) -> frozenset[str]:
        return _more(self.before.authority, self.after.authority)


_Moves = Mapping[str, _Move]


def _more(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str]:
    return frozenset() if one is None or other is None else one - other


def _moves(before: Library, after: Library, names: Mapping[str, str]) -> _Moves:
    """By name, those on both sides of whom something else holds now."""
    olds = {new: old for old, new in names.items()}
    found = {}
    for id in sorted(id for register in PEOPLE for id in after.register(register)):
        old = olds.get(id, id)
        if before.person(old) and after.person(id):
            move = _Move(_standing(before, old, names), _standing(after, id, {}))
            if _differ(move):
                found[id] = move
    return found


def _standing(library: Library, id: str, names: Mapping[str, str]) -> _Standing:
    entry, known = library.person(id), calendars(library)
    assert entry is not None
    reached = known.reach(id)
    return _Standing(
        frozenset(names.get(role, role) for role in doers(library, id)),
        _authority(library, id),
        _known(known.work(id)),
        _known(reached) if reached else None,
        entry.contact,
        (entry.calendar, entry.available),
        known.by_default(id),
    )


def _known(hours: Hours) -> Hours | None:
    return None if hours.unread else hours


def _authority(library: Library, id: str) -> frozenset[str] | None:
    roles = [library.roles[role] for role in ranks(library, id) if role in library.roles]
    if any("authority" in role.unknown for role in roles):
        return None
    may = {each: has_authority(library, id, each) for role in roles for each in role.authority or () if each}
    return None if None in may.values() else frozenset(each for each, has in may.items() if has)


def _differ(move: _Move) -> bool:
    one, other = move
    hours = _other_hours(one.works, other.works) or _other_hours(one.reached, other.reached)
    return move.stands_for_others or one.authority != other.authority or hours or one.contact != other.contact


def _other_hours(one: Hours | None, other: Hours | None) -> bool:
    return one is not None and other is not None and one.plan != other.plan


# Whom it reaches


def _through_paths(moves: _Moves, library: Library) -> Iterator[tuple[str, str, str]]:
    """The SOPs that take a path on which others are told, may answer or are there than before."""
    why = {id: list(_on_path(path, moves)) for id, path in library.paths.items()}
    for sop in library.sops:
        for path in dict.fromkeys(paths_of(sop)):
            for reason in why.get(path, ()):
                yield sop.id, f"it escalates through {{}}, where {reason}", path


def paths_of(sop: Sop) -> Iterator[str]:
    """The escalation paths that a SOP takes."""
    for step in sop.known_steps:
        yield from (path for path in (step.escalate, step.on_overdue) if path)
    yield from (each.path for each in sop.escalations or () if each and each.path)


def _on_path(path: EscalationPath, moves: _Moves) -> Iterator[str]:
    hours: dict[str, None] = {}
    for id, on_a_level in _named(path).items():
        if (move := moves.get(id)) is None:
            continue
        said = ["stands for other roles"] if move.stands_for_others else []
        said += _deciding(move, path.needs, on_a_level)
        if _other_hours(move.before.reached, move.after.reached):
            if calendar := _calendar(move):
                hours[f"people are there by {calendar}"] = None
            else:
                said.append("is there at other hours")
        said += ["is reached otherwise"] if move.before.contact != move.after.contact else []
        if said:
            yield f"`{id}` {_listed(said)}"
    yield from hours


def _named(path: EscalationPath) -> dict[str, bool]:
    """Whom a path names, and whether it is on a level; who is not decides at its end alone."""
    levels = [id for level in path.levels or () if level for id in level.to or () if id]
    last = [path.on_exhausted] if path.on_exhausted else []
    return {id: id in levels for id in (*levels, *last)}


def _deciding(move: _Move, needs: str | None, on_a_level: bool) -> list[str]:
    """What somebody may decide otherwise: on a level give the answer, at the end of the path anything."""
    if needs in move.lost:
        lost = "may give the answer no more"
        return [lost if on_a_level else f"decides at the end without the authority `{needs}`"]
    if needs in move.gained:
        gained = "may give the answer now"
        return [gained if on_a_level else f"decides at the end with the authority `{needs}` now"]
    other = not on_a_level and (move.lost or move.gained)
    return ["decides at the end with another authority"] if other else []


def _calendar(move: _Move) -> str:
    """The calendar that itself has changed, where somebody is there by the same one as before."""
    one, other = move
    assert one.reached
    assert other.reached
    if one.reached.name == other.reached.name:
        return f"the changed calendar `{other.reached.name}`"
    by_default = one.by_default and other.by_default and not (one.written[1] or other.written[1])
    return "the default calendar" if by_default else ""


def _through_doers(moves: _Moves, own: Collection[str], library: Library) -> Iterator[tuple[str, str, str]]:
    """The SOPs of which somebody does a step of whom something else holds because of others; who
    uses a changed entry is known already."""
    for sop in library.sops:
        for step in sop.known_steps:
            for id in _doing(step):
                move = moves.get(id)
                if move and id not in own and (said := _in_a_step(move, bool(step.within or step.wait))):
                    yield sop.id, f"`{id}`, who works at {{}}, {_listed(said)}", step.id


def _doing(step: Step) -> dict[str, None]:
    items = (item.role for item in step.checklist or () if item)
    return dict.fromkeys(role for role in (step.role, *items) if role)


def _in_a_step(move: _Move, timed: bool) -> list[str]:
    one, other = move
    said = ["stands for other roles"] if move.stands_for_others else []
    said += ["has another authority"] if move.lost or move.gained else []
    if timed and _other_hours(one.works, other.works) and not (one.by_default and other.by_default):
        assert one.works
        assert other.works
        said += ["works at other hours"] if one.works.name != other.works.name else []
    return said


def _listed(said: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))


# What is said of people


def _shifts(moves: _Moves, library: Library) -> Iterator[Shift]:
    """Of those who do a step or stand on a path."""
    working = {id for sop in library.sops for step in sop.known_steps for id in _doing(step)}
    told = {id for path in library.paths.values() for id in _named(path)}
    for id, move in moves.items():
        if id in working | told and id not in library.roles:
            yield from _authority_shifts(id, move, library)
    yield from _hours_shifts(moves, working, told)


def _authority_shifts(id: str, move: _Move, library: Library) -> Iterator[Shift]:
    whose = f"{'team' if id in library.teams else 'schedule'} `{id}`"
    lacking: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for each in sorted(move.lost):
        lacking[tuple(role for role in ranks(library, id) if not has_authority(library, role, each))].append(
            each
        )
    for without, lost in lacking.items():
        why = f", which {points(without, 'and')} lack{'s' if len(without) == 1 else ''}" if without else ""
        message = f"{whose} no longer has the authority {points(lost, 'and')}{why}"
        yield Shift((id,), "authority", ", ".join(lost), "", message)
    if gained := sorted(move.gained):
        message = f"{whose} has the authority {points(gained, 'and')} now"
        yield Shift((id,), "authority", "", ", ".join(gained), message)


def _hours_shifts(moves: _Moves, working: set[str], told: set[str]) -> Iterator[Shift]:
    """Those who have another calendar than before, but for what their own entries say in full."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for id, move in moves.items():
        works = _calendars(move, "works") if id in working else None
        reached = _calendars(move, "reached") if id in told else None
        if works and not all(each.written[0] for each in move):
            found["works", *works].append(id)
        if reached and reached != works and not all(each.written[1] for each in move):
            found["reached", *reached].append(id)
    for (what, before, after), who in sorted(found.items()):
        shown = [f"`{id}`" for id in who[:_MOST]]
        shown += [f"{len(who) - _MOST} more"] if len(who) > _MOST else []
        one = len(who) == 1
        verb = f"work{'s' if one else ''}" if what == "works" else f"{'is' if one else 'are'} there"
        message = f"{_listed(shown)} {verb} by `{after}`, before by `{before}`"
        yield Shift(tuple(who), what, before, after, message)


_MOST = 3


def _calendars(move: _Move, what: str) -> tuple[str, str] | None:
    one, other = (getattr(each, what) for each in move)
    return (one.name, other.name) if _other_hours(one, other) and one.name != other.name else None
