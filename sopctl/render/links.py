"""Where everything stands on the site, and what it is called there."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, partial
from html import unescape
from itertools import count
from urllib.parse import unquote
from zlib import crc32

from sopctl.analysis.links import anchors, on_hosts
from sopctl.analysis.mentions import places
from sopctl.diagnostic import Pointer
from sopctl.library import REGISTER_OF, Library
from sopctl.model import Typed
from sopctl.model.scenario import Scenario
from sopctl.model.sop import Outcome, Sop, Step
from sopctl.named import NamedTuple
from sopctl.prose import meaning
from sopctl.reading import Reference
from sopctl.render import ladder
from sopctl.render.text import line
from sopctl.render.words import in_order

_SECTIONS = frozenset(
    ("trigger", "scope", "prerequisites", "steps", "outcomes", "deadlines", "escalations", "facts", "records", "notes",
     "training", "scenarios", "not_applicable", "approvals", "change_history")
)  # fmt: skip

PAGE_OF = {
    "paths": "escalation-paths.md",
    "notices": "notices.md",
    "metrics": "metrics.md",
    "glossary": "glossary.md",
    "clauses": "clauses.md",
    "facts": "facts.md",
    "calendars": "calendars.md",
}
"""The pages that hold a whole register, by the name that the library gives it."""


class Addresses(NamedTuple):
    """How the pages of the site are addressed, and where the site stands, if that is known."""

    base: str = ""
    folders: bool = True  # `changes/` rather than `changes.html`

    def of(self, page: str) -> str:
        """The address of a page, from the top of the site where that is not known."""
        stem = page.removesuffix(".md")
        if not self.folders:
            return f"{self.base}{stem}.html"
        return f"{self.base}{stem.removesuffix('index').rstrip('/')}/" if stem != "index" else self.base


FROM_THE_TOP = Addresses()

DONE = frozenset(("clause", "notice", "metric", "fact"))
"""The kinds of entries with which SOPs do something, beside mentioning them."""

Place = tuple[Sop, "Step | Outcome | None"]


class Links:
    """Addresses and labels, worked out once for a library."""

    def __init__(self, library: Library, *, folders: bool = True) -> None:
        """`folders`: the builder gives each page a folder of its own (`use_directory_urls`)."""
        self.library, self.folders = library, folders
        self.by_source = {library.path_of(sop): sop for sop in library.sops}
        self.files: dict[str, str] = {}
        self._labels: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._tags: dict[str, str] = {}
        self._ups: dict[str, str] = {}
        self._built: dict[str, str] = {}
        self.made: dict[
            str, dict[tuple[str, str], str]
        ] = {}  # by the way up from a page, links that are ready
        # many SOPs go up the same few paths
        self.ladder = cache(ladder.ladder)
        self.scale = cache(partial(ladder.scale, library=library))
        self.longest = cache(partial(ladder.longest, library=library))

    def entry(self, kind: str, id: str) -> tuple[str, str] | None:
        """The label, ready for Markdown, and the address from the top of the site."""
        name = kind, id
        if name not in self._labels:
            self._labels[name] = self._entry(kind, id)
        return self._labels[name]

    def _entry(self, kind: str, id: str) -> tuple[str, str] | None:
        library = self.library
        if kind == "sop":
            sop = library.sop(id)
            return (line(sop.title or id), sop_page(id)) if sop else None
        if kind in ("role", "team"):
            return self._people(id, REGISTER_OF["role"] if kind == "role" else ("teams",))
        if kind == "calendar" and id not in library.calendars:
            return None
        register = {"path": "paths", "term": "glossary"}.get(kind, f"{kind}s")
        entry = getattr(library, register).get(id)
        return (line(title_of(entry, id)), f"{PAGE_OF[register]}#{id}") if entry else None

    def _people(self, id: str, registers: tuple[str, ...] | str) -> tuple[str, str] | None:
        for register in ("roles", "schedules", "teams"):
            entry = self.library.register(register).get(id) if register in registers else None
            if entry:
                return line(entry.title or id), people_page("teams" if register == "teams" else "roles", id)
        return None

    def tag(self, tag: str) -> str:
        """The anchor of a tag; no two tags share one, and those in plain letters come first."""
        if not self._tags:
            tags = {tag for sop in self.library.sops for tag in sop.tags or () if tag}
            taken: set[str] = set()
            for each in sorted(tags, key=lambda each: (not each.isascii(), each)):
                anchor = next(anchor for anchor in _anchors(each) if anchor not in taken)
                taken.add(anchor)
                self._tags[each] = anchor
        return self._tags[tag]

    def places(self, register: str, id: str) -> list[Place]:
        """Where the SOPs refer to an entry: the SOP, and the step or outcome where it is one. By SOP."""
        return [*self._places(self.library.uses.get((register, id), ())).values()]

    def doing(self, register: str, id: str) -> list[Place]:
        """Where keys of SOPs say that a clause is carried out, a notice sent, a metric counted or a fact
        asked."""
        return [*self._places(self._done.get((register, id), ())).values()]

    def mentions(self, register: str, id: str) -> list[Place]:
        """Where else the SOPs refer to an entry, such as in a text."""
        done = self._places(self._done.get((register, id), ()))
        uses = (use for use in self.library.uses.get((register, id), ()) if use[1][0] != "scenarios")
        return [place for key, place in self._places(uses).items() if key not in done]

    def _places(self, uses: Iterable[tuple[str, Pointer]]) -> dict[tuple[str, int], Place]:
        """By SOP and rank in it."""
        found: dict[tuple[str, int], Place] = {}
        for path, at in uses:
            sop = self.by_source.get(path)
            if sop is not None:
                part = part_at(sop, at)
                found.setdefault((sop.id, 0 if part is None else 1 + _rank(sop, at)), (sop, part))
        return dict(sorted(found.items(), key=lambda each: each[0]))

    @cached_property
    def _done(self) -> dict[tuple[str, str], list[tuple[str, Pointer]]]:
        found: dict[tuple[str, str], list[tuple[str, Pointer]]] = defaultdict(list)
        for path in self.by_source:
            for reference in self.library.by_path[path].references:
                if reference.kind in DONE and _is_done(reference):
                    found[f"{reference.kind}s", reference.target].append((path, reference.at))
        return dict(found)

    def referred(self, sop: Sop) -> list[tuple[Sop, list[Pointer]]]:
        """The other SOPs that a SOP refers to, by id, and where it does."""
        here = self._referred.get(self.library.path_of(sop), {})
        return [
            (other, here[id])
            for id in sorted(here)
            if id != sop.id and (other := self.library.sop(id)) is not None
        ]

    @cached_property
    def _referred(self) -> dict[str, dict[str, list[Pointer]]]:
        """By file, the SOPs that it refers to, and where."""
        found: dict[str, dict[str, list[Pointer]]] = defaultdict(dict)
        for (kind, id), uses in self.library.uses.items():
            for path, at in uses if kind == "sop" else ():
                found[path].setdefault(id, []).append(at)
        return found

    @cached_property
    def scenarios(self) -> dict[str, list[Scenario]]:
        """The scenarios of registers, by the SOP that they test."""
        found: dict[str, list[Scenario]] = {}
        for _, scenario in self.library.scenarios:
            if scenario.sop:
                found.setdefault(scenario.sop, []).append(scenario)
        return found

    # Words to be found by

    def keywords(self, sop: Sop) -> list[str]:
        """Words that a SOP should be found by and that it does not say: its id without hyphens, and the
        aliases of the terms that it uses."""
        parts = sop.id.split("-")
        ids = dict.fromkeys("".join(parts[start:]) for start in range(len(parts) - 1))
        said = _in_a_row("\n".join([each.text.strip() for each in self._typed(sop).prose]).casefold())
        used = {r.target for r in self.library.references[self.library.path_of(sop)] if r.kind == "term"}
        used.update(self._named(said))
        aliases = (
            alias
            for id in sorted(used)
            if id in self.library.glossary
            for alias in self.library.glossary[id].aliases or ()
            if alias and alias.casefold() not in said
        )
        return [*ids, *dict.fromkeys(aliases)]

    def _typed(self, sop: Sop) -> Typed:
        return self.library.by_path[self.library.path_of(sop)]

    @cached_property
    def _terms(self) -> dict[str, str]:
        """By title, in small letters, the id of a term; the longest title first."""
        terms = {
            _in_a_row(each.title.casefold()): id for id, each in self.library.glossary.items() if each.title
        }
        return {title: terms[title] for title in sorted(terms, key=lambda title: (-len(title), title))}

    def _named(self, said: str) -> Iterator[str]:
        """The terms whose titles stand in a text in small letters, and not inside longer titles alone."""
        for title, id in self._terms.items():
            if title in said:
                parts, end = [], 0
                for at in places(title, said):
                    if at >= end:
                        parts.append(said[end:at])
                        end = at + len(title)
                if parts:
                    said = "\n".join((*parts, said[end:]))
                    yield id

    # Links that writers write

    def reference(self, target: str, sop: Sop | None) -> tuple[str, str] | None:
        """What `[[target]]` means in a SOP or register: label and address."""
        kind, name = meaning(target)
        if kind == "unclear":
            return None
        if kind != "step":
            return self.entry(kind, name)
        id, _, step = name.partition("#")
        other = self.library.sop(id) if id else sop
        if other is None or not has_part(other, step):
            return None
        there = other.steps_by_id.get(step) or (other.outcomes or {}).get(step)
        label = line(title_of(there, step))
        if id:
            label = f"{line(other.title or id)}: {label}"
        return label, f"{sop_page(other.id)}#{step}"

    def written(self, address: str, source: str) -> str | None:
        """The address, from the top of the site, of a link to a file of the repository."""
        path, _, anchor = unescape(address).partition("#")
        anchor = unquote(anchor)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(path.partition("?")[0])))
        if path.startswith(("..", "/")) or any(part.startswith(".") for part in path.split("/")):
            return None
        sop = self.by_source.get(path)
        if sop is not None:
            place = self.place(sop, path, anchor)
            return f"{sop_page(sop.id)}#{place}" if place else sop_page(sop.id)
        text = self.library.beside(path)
        if not isinstance(text, str) or not posixpath.splitext(path)[1]:
            return None
        target = f"files/{path}"
        self.files[target] = path
        if anchor and path.endswith(".md"):
            place = anchor if anchor in anchors(text) else on_hosts(text).get(anchor)
            return f"{target}#{place}" if place else target
        return target

    def place(self, sop: Sop, source: str, anchor: str) -> str | None:
        """A place on the page of a SOP: a step, an outcome, a section by its key, or a heading of a text."""
        key = anchor.replace("-", "_")
        if has_part(sop, anchor):
            return anchor
        if key in sop.__keys__ and getattr(sop, sop.__keys__[key].attribute):
            return f"_{key}" if key in _SECTIONS else sop.id
        return anchor if anchor in self.headings(source) else None

    def headings(self, source: str) -> frozenset[str]:
        """The headings in the texts of a file, as addresses."""
        typed = self.library.by_path.get(source)
        return (
            frozenset().union(*(anchors(each.text) for each in typed.prose if "#" in each.text))
            if typed
            else frozenset()
        )

    # Addresses as browsers follow them

    def up(self, page: str) -> str:
        """The way from a page to the top of the site: `../../`."""
        if page not in self._ups:
            own_folder = self.folders and not _is_index(page)
            self._ups[page] = "../" * (page.count("/") + own_folder)
        return self._ups[page]

    def built(self, address: str) -> str:
        """Where the builder puts a page, from the top of the site; other files stay where they are."""
        page, mark, anchor = address.partition("#")
        return f"{self._built_page(page)}{mark}{anchor}"

    def _built_page(self, page: str) -> str:
        if page not in self._built:
            self._built[page] = self._place_of(page)
        return self._built[page]

    def _place_of(self, page: str) -> str:
        if not page.endswith(".md"):
            return page
        if not self.folders:
            index = page.endswith("README.md")
            return f"{page[: -len('README.md')]}index.html" if index else f"{page[:-3]}.html"
        return page[: page.rfind("/") + 1] if _is_index(page) else f"{page[:-3]}/"

    def href(self, page: str, address: str) -> str:
        """An address from the top of the site as the built page sees it."""
        target, mark, anchor = address.partition("#")
        if target == page and mark:
            return f"#{anchor}"
        return f"{self.up(page)}{self._built_page(target)}{mark}{anchor}" or "./"


def _is_index(page: str) -> bool:
    """Whether a page stands for its folder."""
    return page.rpartition("/")[2] in ("index.md", "README.md")


def _anchors(tag: str) -> Iterator[str]:
    """Anchors for a tag, the best first: its letters without accents; where others are lost, also a sum of
    them all, which says what they do not and stays when another tag comes."""
    plain = in_order(tag).translate(_SPELT)
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    sums = f"{slug or 'tag'}-{crc32(tag.encode()):08x}"
    if slug and not any(each.isalnum() and not each.isascii() for each in plain):
        yield slug
    if not slug or not tag.isascii():
        yield sums
    yield from (f"{slug or sums}-{n}" for n in count(1))


_SPELT = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def _in_a_row(text: str) -> str:
    """A text of many lines as one, with one blank where several were."""
    text = text.replace("\n", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def sop_page(id: str) -> str:
    return f"sops/{id}.md"


def people_page(folder: str, id: str) -> str:
    """The page of a role, schedule or team; `index` would be that of the folder."""
    return f"{folder}/{id}{'-' if id in ('index', 'readme') else ''}.md"


def title_of(entry: object, id: str) -> str:
    """What people call an entry, or the nearest that it has to a title."""
    for name in ("title", "ask", "source"):
        words = getattr(entry, name, None)
        if words:
            return str(words)
    return id


def has_part(sop: Sop, id: str) -> bool:
    """Whether a SOP has a step or an outcome of that name."""
    return id in sop.steps_by_id or id in (sop.outcomes or ())


def part_at(sop: Sop, at: Pointer) -> "Step | Outcome | None":
    """The step or outcome that an address lies in."""
    key, place = at[:2] if len(at) > 1 else ("", "")
    if key == "steps" and isinstance(place, int):
        return (sop.steps[place] or None) if place < len(sop.steps or ()) else None
    return (sop.outcomes or {}).get(str(place)) or None if key == "outcomes" else None


def _is_done(reference: Reference) -> bool:
    """Whether a key says so; a fact is asked where a step tests it, not where a row sets it."""
    if reference.kind == "fact":
        return reference.at[0] == "steps" and reference.at[-2] != "set"
    return reference.at[0] != "scenarios"


def _rank(sop: Sop, at: Pointer) -> int:
    """The place of the step or outcome that an address lies in: steps come first."""
    key, place = at[:2]
    return int(place) if key == "steps" else len(sop.steps or ()) + [*sop.outcomes].index(str(place))


def relative(page: str, address: str) -> str:
    """An address from the top of the site as a page sees it."""
    up = page.count("/")
    target, mark, anchor = address.partition("#")
    if target == page and mark:
        return f"#{anchor}"
    folder = page[: page.rindex("/") + 1] if up else ""
    if folder and target.startswith(folder) and up == 1 and "/" not in target[len(folder) :]:
        return address[len(folder) :]
    return "../" * up + address
