"""Who may do what, who stands above whom, and who has which authority."""

from collections.abc import Iterator

from sopctl.library import Library
from sopctl.model.registers import Role, Schedule, Team
from sopctl.model.sop import Step


def has_authority(library: Library, id: str, authority: str) -> bool | None:
    """Whether somebody may give an answer that takes an authority; None where nobody is known by
    that name. A team may what its lead may, a schedule only what all its roles may."""
    return _may(library, id, authority, frozenset())


def stands_above(library: Library, one: str, other: str) -> bool | None:
    """Whether somebody is senior: the other reports to them at any remove; None where a name on the
    way up is nobody's. A team stands where its lead stands, a schedule as high as the lowest of its roles."""
    high, low = _lowest(library, one), _lowest(library, other)
    if high and any(all(_above(library, role, below) for role in high) for below in low):
        return True
    ahead = {each for role in low for each in (role, *superiors(library, role))}
    lost = _is_lost(library, one) or _is_lost(library, other)
    return None if lost or any(_leads_nowhere(library, role) for role in ahead) else False


def superiors(library: Library, role: str) -> Iterator[str]:
    """The roles that a role reports to at any remove, the nearest first."""
    return (boss for boss, _ in _climb(library, role))


def line_between(library: Library, low: str, high: str) -> list[str]:
    """The shortest line by which a role reports to another, both ends included; empty where it does not."""
    below: dict[str, str] = {}
    for boss, each in _climb(library, low):
        below[boss] = each
        if boss == high:
            line = [high]
            while line[-1] != low or len(line) == 1:
                line.append(below[line[-1]])
            return line[::-1]
    return []


def ranks(library: Library, id: str, asked: frozenset[str] = frozenset()) -> list[str]:
    """The roles that a name stands for: itself, the lead of a team, those of a schedule."""
    match library.person(id):
        case Role():
            return [id]
        case Team() as team if team.lead and id not in asked:
            return ranks(library, team.lead, asked | {id})
        case Schedule() as schedule if id not in asked:
            return [
                each for role in schedule.roles or () if role for each in ranks(library, role, asked | {id})
            ]
    return []


def doers(library: Library, id: str) -> tuple[str, ...]:
    """The roles that may do the work of somebody: of a team all its roles, of a schedule all that take turns."""
    if id not in library.teams:
        return tuple(dict.fromkeys(ranks(library, id)))
    return tuple(dict.fromkeys((*library.members.get(id, ()), *ranks(library, id))))


def doers_of(library: Library, step: Step) -> tuple[str, ...]:
    """The roles that may do a step: those of its `role`, else those that its escalation path tells."""
    if step.role:
        return doers(library, step.role)
    return () if "role" in step.unknown else told_by(library, step.escalate or "")


def told_by(library: Library, id: str) -> tuple[str, ...]:
    """The roles that an escalation path tells, up to whoever decides when nobody has answered."""
    path = library.paths.get(id)
    if path is None:
        return ()
    told = [id for level in path.levels or () if level for id in level.to or () if id]
    if path.on_exhausted:
        told.append(path.on_exhausted)
    return tuple(dict.fromkeys(role for id in told for role in doers(library, id)))


def _climb(library: Library, role: str) -> Iterator[tuple[str, str]]:
    """The same, each with who reports to it."""
    found: set[str] = set()
    for each in (ahead := [role]):  # it grows while it is walked
        here = library.roles.get(each)
        for boss in ranks(library, here.reports_to) if here and here.reports_to else ():
            if boss not in found:
                found.add(boss)
                ahead.append(boss)
                yield boss, each


def _may(library: Library, id: str, authority: str, asked: frozenset[str]) -> bool | None:
    match library.person(id):
        case Role() as role:
            return None if "authority" in role.unknown else authority in (role.authority or ())
        case Team() as team if team.lead and id not in asked:
            return _may(library, team.lead, authority, asked | {id})
        case Schedule() as schedule if schedule.roles and id not in asked:
            each = [_may(library, role, authority, asked | {id}) for role in schedule.roles if role]
            return False if False in each else None if None in each else bool(each)
        case None:
            return None
    return False


def _leads_nowhere(library: Library, role: str) -> bool:
    """Whether nobody can tell whom a role reports to."""
    here = library.roles[role]
    return "reports_to" in here.unknown or bool(here.reports_to and _is_lost(library, here.reports_to))


def _is_lost(library: Library, id: str, asked: frozenset[str] = frozenset()) -> bool:
    """Whether nobody can tell which roles a name stands for."""
    match library.person(id):
        case Team() as team if id not in asked:
            return "lead" in team.unknown or bool(team.lead and _is_lost(library, team.lead, asked | {id}))
        case Schedule() as schedule if id not in asked:
            roles = schedule.roles or ()
            return "roles" in schedule.unknown or not all(
                role and not _is_lost(library, role, asked | {id}) for role in roles
            )
        case None:
            return True
    return False


def _above(library: Library, one: str, other: str) -> bool:
    return one != other and one in superiors(library, other)


def _lowest(library: Library, id: str) -> list[str]:
    """The roles that decide how high somebody stands."""
    roles = ranks(library, id)
    return [role for role in roles if not any(_above(library, role, other) for other in roles)]
