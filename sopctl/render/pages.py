"""The pages beside those of the SOPs: what each is made of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath, Role, Schedule
from sopctl.model.sop import Sop, Step
from sopctl.render import reference, words
from sopctl.render.links import PAGE_OF, Links, people_page
from sopctl.render.pen import Pen
from sopctl.render.templates import Templates


class Page(NamedTuple):
    path: str
    template: str
    values: dict[str, Any]
    source: str = ""


REGISTERS = {
    "paths": ("escalation_paths", "Escalation paths"),
    "notices": ("notices", "Notices"),
    "metrics": ("metrics", "Metrics"),
    "glossary": ("glossary", "Glossary"),
    "clauses": ("clauses", "Clauses"),
    "facts": ("facts", "Facts"),
    "calendars": ("calendars", "Calendars"),
}


def all_pages(links: Links, commands: Sequence[reference.Command]) -> Iterator[Page]:
    """Every page that is not a SOP's."""
    library = links.library
    yield Page(
        "index.md",
        "home",
        {"groups": _by_team(library), "contents": contents(links, commands)},
        _home(library, "knowledge_base"),
    )
    yield Page("sops/index.md", "sops", {"groups": _by_team(library)})
    yield from _people(links)
    for register, (word, title) in REGISTERS.items():
        entries = library.register(word)
        if entries:
            values = {
                "title": title,
                "entries": _sorted(entries),
                "used": lambda id, word=word: links.places(word, id),
            }
            if register == "paths":
                values["ladder"] = ladder
            yield Page(PAGE_OF[register], register, values, _home(library, word))
    yield Page("tags.md", "tags", {"tags": _by_tag(library), "anchor": links.tag})
    yield from _references(commands)


def nav(links: Links, commands: Sequence[reference.Command]) -> list[tuple[str, str]]:
    """Titles and paths for the navigation: as long for ten SOPs as for ten thousand."""
    return [("Home", "index.md"), *((title, path) for title, path, _ in contents(links, commands))]


def contents(links: Links, commands: Sequence[reference.Command]) -> list[tuple[str, str, int]]:
    """The main pages: title, path, and how many entries each has."""
    library = links.library
    found = [("Procedures", "sops/index.md", len(library.sops))]
    if library.roles or library.schedules:
        found.append(("Roles", "roles/index.md", len(library.roles) + len(library.schedules)))
    if library.teams:
        found.append(("Teams", "teams/index.md", len(library.teams)))
    found += [
        (title, PAGE_OF[r], n) for r, (word, title) in REGISTERS.items() if (n := len(library.register(word)))
    ]
    found.append(("Tags", "tags.md", len(_by_tag(library))))
    found += [("Rules", "rules/index.md", 0), ("Writing", "writing.md", 0), ("Format", "format.md", 0)]
    return found + ([("Commands", "commands.md", len(commands))] if commands else [])


# SOPs


def _by_team(library: Library) -> list[tuple[str, list[Sop]]]:
    """The SOPs by the team of their owner: the id of the team (empty: none) and its SOPs."""
    groups: dict[str, list[Sop]] = defaultdict(list)
    for sop in library.sops:
        groups[_team_of(library, sop.owner)].append(sop)
    return sorted(groups.items(), key=lambda group: (not group[0], group[0]))


def _team_of(library: Library, role: str | None) -> str:
    person = library.person(role) if role else None
    if person is None:
        return ""
    return (role if role in library.teams else getattr(person, "team", None)) or ""


def _by_tag(library: Library) -> list[tuple[str, list[Sop]]]:
    found: dict[str, list[Sop]] = defaultdict(list)
    for sop in library.sops:
        for tag in dict.fromkeys(tag for tag in sop.tags or () if tag):
            found[tag].append(sop)
    return sorted(found.items())


# People


class Work(NamedTuple):
    """What a role has to do with the SOPs."""

    does: dict[str, list[tuple[Sop, Step]]]
    helps: dict[str, list[tuple[Sop, Step, str]]]
    owns: dict[str, list[Sop]]
    trained: dict[str, list[Sop]]
    told: dict[str, list[tuple[str, EscalationPath]]]
    reads: dict[str, list[Sop]]


def work(library: Library) -> Work:
    """By role, team or schedule, everything that it does, in all SOPs."""
    found = Work(
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
    )
    for sop in library.sops:
        if sop.owner:
            found.owns[sop.owner].append(sop)
        for role in (sop.training.required_for if sop.training else ()) or ():
            found.trained[role].append(sop)
        for team in sop.audience or ():
            found.reads[team].append(sop)
        for step in sop.known_steps:
            _step_work(sop, step, found)
    for id, path in sorted(library.paths.items()):
        roles = [role for level in path.levels or () if level for role in level.to or ()]
        for role in dict.fromkeys([*roles, *([path.on_exhausted] if path.on_exhausted else [])]):
            found.told[role].append((id, path))
    return found


def _step_work(sop: Sop, step: Step, found: Work) -> None:
    if step.role:
        found.does[step.role].append((sop, step))
    items = [check.role for check in step.checklist or () if check and check.role]
    for how, roles in (
        ("ticks items", items),
        ("is asked first", step.consulted),
        ("is told afterwards", step.informed),
    ):
        for role in dict.fromkeys(role for role in roles or () if role):
            found.helps[role].append((sop, step, how))


def _people(links: Links) -> Iterator[Page]:
    library = links.library
    does = work(library)
    people = _sorted(library.roles) + _sorted(library.schedules)
    if people:
        yield Page("roles/index.md", "roles", {"people": people, "does": does})
    for register, kind in (("roles", "Role"), ("schedules", "Schedule")):
        for id, person in library.register(register).items():
            values = {
                "id": id,
                "person": person,
                "kind": kind,
                "work": does,
                "around": _around(library, id),
                "overdue": _overdue,
            }
            yield Page(people_page("roles", id), "role", values, library.home(register, id))
    owned = dict(_by_team(library))
    if library.teams:
        yield Page("teams/index.md", "teams", {"teams": _sorted(library.teams), "owned": owned})
    for id, team in library.teams.items():
        people = _members(library, id)
        values = {"id": id, "team": team, "people": people, "owned": owned.get(id, []), "work": does}
        yield Page(people_page("teams", id), "team", values, library.home("teams", id))


def _around(library: Library, id: str) -> dict[str, list[str]]:
    """Who reports to a role, and the rotas that it takes part in."""
    return {
        "reports": sorted(other for other, role in library.roles.items() if role.reports_to == id),
        "rotas": sorted(other for other, rota in library.schedules.items() if id in (rota.roles or ())),
    }


def _members(library: Library, team: str) -> list[tuple[str, Role | Schedule]]:
    everybody = _sorted(library.roles) + _sorted(library.schedules)
    return [(id, person) for id, person in everybody if person.team == team]


def _overdue(step: Step) -> str:
    return words.time(step.within) if isinstance(step.within, Duration) else ""


# Registers


class Rung(NamedTuple):
    after: str
    level: Any


def ladder(path: EscalationPath) -> tuple[list[Rung], str]:
    """When each level is told, and when the path is exhausted."""
    rungs: list[Rung] = []
    before: list[Duration | None] = []
    for level in path.levels or ():
        if level:
            rungs.append(Rung(added(before), level))
            before.append(level.ack_within)
    return rungs, added(before * (1 + max(0, path.repeat or 0)))


def added(times: Iterable[Duration | None]) -> str:
    """The sum of times, as far as their units add up."""
    sums: dict[str, int] = {}
    for time in times:
        if time:
            unit, count = _SMALLEST.get(time.unit, (time.unit, 1))
            sums[unit] = sums.get(unit, 0) + time.count * count
    return " and ".join(_large(Duration(count, unit)) for unit, count in sums.items())


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


def _sorted(entries: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(
        ((id, each) for id, each in entries.items() if each),
        key=lambda e: (str(e[1].title or e[0]).casefold(), e[0]) if hasattr(e[1], "title") else ("", e[0]),
    )


def _home(library: Library, word: str) -> str:
    """A file of the register, from which relative links in its texts are followed."""
    homes = library.register(word)
    first = next(iter(homes), None)
    return library.home(word, first) if first is not None else ""


# Reference


def _references(commands: Sequence[reference.Command]) -> Iterator[Page]:
    from sopctl import schema
    from sopctl.rules import RULES

    rules = list(RULES)
    yield Page("rules/index.md", "rules", {"rules": rules})
    for rule in rules:
        yield Page(f"rules/{rule.code}.md", "rule", {"rule": rule, "doc": explained(rule)})
    yield Page("format.md", "format", {"records": schema.reference()})
    if commands:
        yield Page("commands.md", "commands", {"commands": list(commands)})


def explained(rule: Any) -> str:
    """The text of a rule, each bad example followed by what sopctl says of it."""
    from sopctl.example import run

    doc, _, rest = rule.doc.partition("\n")
    for kind, example in rule.examples:
        if kind == "Bad":
            said = "\n".join(
                f"{d.span.line}: {d.message}{f' ({d.help})' if d.help else ''}" for d in run(rule, example)
            )
            block = f"{example}```\n"
            rest = rest.replace(block, f"{block}\nsopctl says:\n\n```text\n{said}\n```\n", 1)
    return f"{doc}\n{rest}"


# Files that are linked


def linked_files(links: Links, templates: Templates) -> dict[str, str]:
    """Pages for the Markdown files that texts link to, and for those that these link to."""
    pages: dict[str, str] = {}
    ahead = [target for target in links.files if target.endswith(".md")]
    while ahead:
        target = ahead.pop()
        path = links.files.pop(target, "")
        if not path or target in pages:
            continue
        pen = Pen(links, target, path)
        pages[target] = templates.render("file", pen=pen, path=path, content=links.library.beside(path) or "")
        ahead += [each for each in links.files if each.endswith(".md")]
    for target in [each for each in links.files if each in pages]:
        del links.files[target]
    return pages
