"""The pages beside those of the SOPs: what each is made of."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sopctl.analysis.health import Health
from sopctl.analysis.lately import Edit
from sopctl.library import Library
from sopctl.model.sop import Sop
from sopctl.named import NamedTuple
from sopctl.render import overviews, people, reference, words
from sopctl.render.ladder import ladder, scale, starts
from sopctl.render.links import DONE, PAGE_OF, Links, people_page, sop_page
from sopctl.render.pen import Pen
from sopctl.render.people import Work
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
_DONE = frozenset(f"{kind}s" for kind in DONE)


def all_pages(
    links: Links, commands: Sequence[reference.Command], health: Health, edits: Sequence[Edit]
) -> Iterator[Page]:
    """Every page that is not a SOP's."""
    library = links.library
    groups = _by_team(library)
    home = {"groups": groups, "contents": contents(links, commands), "health": health}
    yield Page("index.md", "home", home, _home(library, "knowledge_base"))
    yield Page("sops/index.md", "sops", {"groups": groups, "statuses": health.statuses})
    yield from _moved(library)
    yield from _people(links)
    for register, (word, title) in REGISTERS.items():
        entries = library.register(word)
        if entries:
            values = {
                "title": title,
                "entries": _sorted(entries),
                "used": partial(links.doing if register in _DONE else links.places, word),
                "mentioned": partial(links.mentions, word),
            }
            if register == "clauses":
                values |= {"borne": overviews.borne(links)}
            if register == "paths":
                values |= {
                    "ladder": ladder,
                    "starts": starts(library),
                    "scale": partial(scale, library=library),
                }
            yield Page(PAGE_OF[register], register, values, _home(library, word))
    yield Page("tags.md", "tags", {"tags": _by_tag(library), "anchor": links.tag})
    yield Page("changes.md", "changes", overviews.changes(library, edits))
    if library.clauses:
        yield Page("coverage.md", "coverage", overviews.coverage(library))
    yield Page("reviews.md", "reviews", overviews.reviews(health))
    yield Page("health.md", "health", overviews.health_page(health))
    yield from _references(commands)


class Entry(NamedTuple):
    """A main page, and how many things stand on it."""

    title: str
    path: str
    count: int = 0  # type: ignore[assignment]  # hides tuple.count, which nobody misses


Contents = list[tuple[str, list[Entry]]]
"""The main pages by what they are about; the first ones stand alone."""


def nav(links: Links, commands: Sequence[reference.Command]) -> list[dict[str, Any]]:
    """The navigation: as long for ten SOPs as for ten thousand."""
    (_, alone), *groups = contents(links, commands)
    return [
        {"Home": "index.md"},
        *({entry.title: entry.path} for entry in alone),
        *({heading: [{entry.title: entry.path} for entry in entries]} for heading, entries in groups),
    ]


def contents(links: Links, commands: Sequence[reference.Command]) -> Contents:
    """Every main page of which there is something to say."""
    library = links.library
    roles = Entry("Roles", "roles/index.md", len(library.roles) + len(library.schedules))
    teams = Entry("Teams", "teams/index.md", len(library.teams))
    of = {
        register: Entry(title, PAGE_OF[register], len(library.register(word)))
        for register, (word, title) in REGISTERS.items()
    }
    tags = Entry("Tags", "tags.md", len(_by_tag(library)))
    coverage = Entry("Coverage", "coverage.md", len(library.clauses))
    groups = [
        ("People", [each for each in (roles, teams, of["paths"], of["calendars"]) if each.count]),
        ("Words and rules", [each for each in (of["glossary"], of["facts"], of["notices"], of["metrics"], of["clauses"]) if each.count] + [tags]),
        ("Programme", ([coverage._replace(count=0)] if coverage.count else []) + [Entry("Reviews", "reviews.md"), Entry("Health", "health.md")]),
        ("Writing", [Entry("Writing procedures", "writing.md"), Entry("Format", "format.md"), Entry("Rules", "rules/index.md"),
                     Entry("Reviewing changes", "reviewing.md"), Entry("What was in force", "past.md"),
                     *([Entry("Commands", "commands.md")] if commands else []), Entry("For programs", "programs.md")]),
    ]  # fmt: skip
    alone = [Entry("Procedures", "sops/index.md", len(library.sops)), Entry("Changes", "changes.md")]
    return [("", alone), *(group for group in groups if group[1])]


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


def _moved(library: Library) -> Iterator[Page]:
    """A page at each address that a SOP had before it was renamed."""
    for sop in library.sops:
        for id in dict.fromkeys(id for id in sop.formerly or () if id):
            if library.sop(id) is None:
                yield Page(sop_page(id), "moved", {"id": id, "sop": sop}, library.path_of(sop))


def _by_tag(library: Library) -> list[tuple[str, list[Sop]]]:
    found: dict[str, list[Sop]] = defaultdict(list)
    for sop in library.sops:
        for tag in dict.fromkeys(tag for tag in sop.tags or () if tag):
            found[tag].append(sop)
    return sorted(found.items(), key=lambda group: (words.in_order(group[0]), group[0]))


# People


def _people(links: Links) -> Iterator[Page]:
    library = links.library
    work, everybody = Work(library), people.everybody(library)
    if everybody:
        yield Page("roles/index.md", "roles", {"people": everybody, "work": work})
    for register, kind in (("roles", "Role"), ("schedules", "Schedule")):
        for id, person in library.register(register).items():
            values = {"id": id, "person": person, "kind": kind, "work": work, "clock": people.clock}
            yield Page(people_page("roles", id), "role", values, library.home(register, id))
    owned = dict(_by_team(library))
    if library.teams:
        counted = partial(people.is_counted, library=library)
        values = {
            "teams": _sorted(library.teams),
            "owned": {id: [*filter(counted, sops)] for id, sops in owned.items()},
            "members": partial(people.members, library),
        }
        yield Page("teams/index.md", "teams", values)
    for id, team in library.teams.items():
        values = {
            "id": id,
            "team": team,
            "people": people.members(library, id),
            "owned": owned.get(id, []),
            "work": work,
            "clock": people.clock,
        }
        yield Page(people_page("teams", id), "team", values, library.home("teams", id))


# Registers


def _sorted(entries: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(
        ((id, each) for id, each in entries.items() if each),
        key=lambda e: (
            (words.in_order(str(e[1].title or e[0])), e[0]) if hasattr(e[1], "title") else ("", e[0])
        ),
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
        pages[target] = templates.render("file", pen=pen, path=path, content=links.library.beside(path))
        ahead += [each for each in links.files if each.endswith(".md")]
    for target in [each for each in links.files if each in pages]:
        del links.files[target]
    return pages
