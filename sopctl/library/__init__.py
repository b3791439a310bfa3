"""All SOPs and registers at once, and the questions that only the whole can answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar
from weakref import ref

from sopctl import model, source
from sopctl.diagnostic import Finding, Pointer, nearest
from sopctl.files import Beside, Texts, Unread
from sopctl.library.references import LOCAL, REGISTER_OF, Missing, missing, unjudged
from sopctl.model import Sop, Typed
from sopctl.model.registers import (
    ROUND_THE_CLOCK,
    Calendar,
    Clause,
    EscalationPath,
    Fact,
    KnowledgeBase,
    Metric,
    Notice,
    Registers,
    Role,
    Schedule,
    Team,
    Term,
)
from sopctl.model.scenario import Scenario
from sopctl.model.words import IS_ID, IS_SOP
from sopctl.prose import Speech
from sopctl.prose import references as text_references
from sopctl.reading import UNKNOWN, Problem, Reference

_Known = TypeVar("_Known")

PEOPLE = REGISTER_OF["role"]

_Found = TypeVar("_Found")


class WorkedOut(Generic[_Found]):
    """What is worked out of each library once. It lies with the library and goes with it, also where it
    knows the library itself: what keeps reading the same folder for hours must not keep all it has read."""

    def __contains__(self, library: "Library") -> bool:
        return self in library.worked_out

    def __getitem__(self, library: "Library") -> _Found:
        found: _Found = library.worked_out[self]
        return found

    def __setitem__(self, library: "Library", found: _Found) -> None:
        library.worked_out[self] = found


class Library:
    """Every file, typed; registers merged; references resolved.

    A file that could not be read, or has another id than its name, still answers to its stem, so
    that it makes no reference to it dangle; a folder that could not be opened answers to every SOP
    that is nowhere else. What is known of the files of another library that it is `like` need not
    be worked out again; it does not keep that library.
    """

    def __init__(
        self,
        typed: Iterable[Typed],
        today: date,
        beside: Beside = lambda path: None,
        like: "Library | None" = None,
    ) -> None:
        self.typed = tuple(typed)
        self.worked_out: dict[object, Any] = {}
        self._like = ref(like) if like is not None else None
        self.today = today
        self.beside = beside
        self.by_path = {each.document.path: each for each in self.typed}
        self.by_id: dict[str, Typed] = {}
        self.twice: list[Finding] = []
        self.ambiguous: set[str] = set()  # the ids that a role, a team or a schedule shares with another
        self._nearest_sops: dict[str, str] = {}
        self._copies: defaultdict[str, list[Typed]] = defaultdict(list)
        self._homes: dict[str, dict[str, str]] = {word: {} for word in Registers.__keys__}
        self._entries: dict[str, dict[str, Any]] = {word: {} for word in Registers.__keys__}
        self.scenarios: list[tuple[str, Scenario]] = []
        self.knowledge_base: KnowledgeBase | None = None
        self._bases: list[KnowledgeBase] = []
        for each in self.typed:
            self._add(each)
        self._ids_are_one()
        self._names_are_free()
        self._old_ids_are_free()

    # What there is

    @cached_property
    def sops(self) -> tuple[Sop, ...]:
        """Every SOP that has an id, by id."""
        return tuple(self.by_id[id].sop for id in sorted(self.by_id))  # type: ignore[misc]

    def sop(self, id: str) -> Sop | None:
        found = self.by_id.get(id)
        return found.sop if found else None

    def nearest_sop(self, id: str) -> str:
        """The SOP that an id may mean which none has, or an empty text. Many files may say it, so it is
        looked for once."""
        if id not in self._nearest_sops:
            self._nearest_sops[id] = nearest(id, self.by_id)
        return self._nearest_sops[id]

    def path_of(self, sop: Sop) -> str:
        """The file that a SOP stands in."""
        return self._path_by_sop[id(sop)]

    def document_of(self, sop: Sop) -> source.Document:
        return self.by_path[self.path_of(sop)].document

    @property
    def roles(self) -> dict[str, Role]:
        return self._entries["roles"]

    @property
    def teams(self) -> dict[str, Team]:
        return self._entries["teams"]

    @property
    def schedules(self) -> dict[str, Schedule]:
        return self._entries["schedules"]

    @property
    def calendars(self) -> dict[str, Calendar]:
        return self._entries["calendars"]

    @property
    def paths(self) -> dict[str, EscalationPath]:
        return self._entries["escalation_paths"]

    @property
    def facts(self) -> dict[str, Fact]:
        return self._entries["facts"]

    @property
    def clauses(self) -> dict[str, Clause]:
        return self._entries["clauses"]

    @property
    def notices(self) -> dict[str, Notice]:
        return self._entries["notices"]

    @property
    def metrics(self) -> dict[str, Metric]:
        return self._entries["metrics"]

    @property
    def glossary(self) -> dict[str, Term]:
        return self._entries["glossary"]

    def register(self, name: str) -> dict[str, Any]:
        """The entries of a register, by id; one that could not be read is left out."""
        return self._entries[name]

    def home(self, register: str, id: str) -> str:
        """The file that an entry stands in."""
        return self._homes[register][id]

    def person(self, id: str) -> Role | Team | Schedule | None:
        """The role, team or schedule of that name; None where two of them have it."""
        if id in self.ambiguous:
            return None
        return self.roles.get(id) or self.teams.get(id) or self.schedules.get(id)

    @cached_property
    def members(self) -> dict[str, list[str]]:
        """By team, the roles in it."""
        found: dict[str, list[str]] = defaultdict(list)
        for id, role in sorted(self.roles.items()):
            if role.team:
                found[role.team].append(id)
        return dict(found)

    def fact(self, sop: Sop, id: str) -> Fact | None:
        """A fact as this SOP knows it: its own, or a shared one."""
        return sop.facts.get(id) or self.facts.get(id)

    # What is whole

    @cached_property
    def unreadable(self) -> tuple[str, ...]:
        """The files, and folders, of which nothing is known."""
        return tuple(each.document.path for each in self.typed if not each.readable)

    @cached_property
    def registers_whole(self) -> bool:
        """False where an entry may be missing only because its file could not be read."""
        return not self.hiding_entries

    @cached_property
    def unjudged(self) -> dict[str, tuple[str, ...]]:
        """By the code of a rule about references of which some lead nowhere that can be seen, the files
        that may hold what they lead to."""
        return {} if self.registers_whole else unjudged(self)

    @cached_property
    def hiding_entries(self) -> tuple[str, ...]:
        """The files in which entries may stand that could not be read."""
        return tuple(each.document.path for each in self.typed if _may_hide_entries(each))

    @cached_property
    def closed(self) -> tuple[str, ...]:
        """The folders that could not be opened."""
        return tuple(each.document.path for each in self.typed if each.document.folder)

    # What names there are

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """By kind of reference, the names that certainly exist."""
        known = {
            kind: frozenset(id for word in words for id in self._homes[word])
            for kind, words in REGISTER_OF.items()
        }
        known["calendar"] |= {ROUND_THE_CLOCK}
        scopes = {kind: frozenset(filter(None, words or ())) for kind, words in self.scopes.items()}
        return {**known, **scopes, "sop": frozenset(self.by_id)}

    @cached_property
    def private_facts(self) -> frozenset[str]:
        """The names of the facts that SOPs have to themselves."""
        return frozenset(id for sop in self.sops for id in sop.facts or ())

    @cached_property
    def private_facts_whole(self) -> bool:
        """False where a fact of a SOP may be missing only because it could not be read."""
        return not any(not each.readable or (each.sop and "facts" in each.sop.unknown) for each in self.typed)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Ids that an unreadable file, or one whose id is wrong or not its name, may be meant to carry."""
        names = [(each.document.stem, each) for each in self.typed]
        return frozenset(
            name
            for name, each in names
            if not each.readable or (each.sop and ("id" in each.sop.unknown or each.sop.id != name))
        )

    @cached_property
    def scopes(self) -> dict[str, tuple[str, ...] | None]:
        """By kind, the words that `applies_to` may use; None where they are written wrongly. Where the
        knowledge base is described twice, nobody knows whose words count."""
        words = {"jurisdiction": "jurisdictions", "worker-type": "worker_types"}
        return {
            kind: None
            if any(word in each.unknown for each in self._bases)
            else tuple(name for each in self._bases for name in getattr(each, word) or ())
            for kind, word in words.items()
        }

    # What is the same in the library that it is like

    @property
    def like(self) -> "Library | None":
        """The library that this one is like, where it is still there."""
        return self._like() if self._like is not None else None

    @cached_property
    def kept(self) -> frozenset[str]:
        """The SOPs, by id, that are the same in both."""
        before = self.like.by_id if self.like is not None else {}
        return frozenset(id for id, each in self.by_id.items() if before.get(id) is each)

    @cached_property
    def registers_kept(self) -> bool:
        """True where the same registers hold on the same day."""
        like = self.like
        return like is not None and self.today == like.today and self._registers == like._registers

    @property
    def _registers(self) -> list[int]:
        return [id(each.registers) for each in self.typed if each.registers is not None]

    # Who refers to whom

    @cached_property
    def references(self) -> dict[str, tuple[Reference, ...]]:
        """By file, every reference: of keys, and of `[[…]]` in texts."""
        known = self._shared(self.like.references if self.like is not None else {})
        return {
            each.document.path: known.get(each.document.path)
            or (*each.references, *text_references(each.linking))
            for each in self.typed
        }

    @cached_property
    def missing(self) -> dict[str, tuple[Missing, ...]]:
        """By file, the references that lead nowhere."""
        return {path: tuple(missing(self, path)) for path in self.references}

    @cached_property
    def speech(self) -> dict[str, Speech]:
        """By file, its texts as the rules about words read them."""
        known = self._shared(self.like.speech if self.like is not None else {})
        return {
            each.document.path: known.get(each.document.path) or Speech(each.prose) for each in self.typed
        }

    @cached_property
    def uses(self) -> dict[tuple[str, str], list[tuple[str, Pointer]]]:
        """By kind and id, where it is referred to: file and address, in order.

        Kinds are `sop` and the names of registers; a role counts in the register that has it.
        """
        found: dict[tuple[str, str], list[tuple[str, Pointer]]] = defaultdict(list)
        known = self._meanings
        for path, references in self.references.items():
            for reference in references:
                meant = known.get((reference.kind, reference.target))
                for name in self._meant(reference) if meant is None else meant:
                    found[name].append((path, reference.at))
        return dict(found)

    def referrers(self, id: str) -> list[Sop]:
        """The other SOPs that refer to a SOP, by id."""
        return [sop for sop in self.users("sop", id) if sop.id != id]

    def referred(self, sop: Sop) -> list[Sop]:
        """The other SOPs that a SOP refers to, by id."""
        names = {
            id for r in self.references[self.path_of(sop)] for kind, id in self._meant(r) if kind == "sop"
        }
        return [self.by_id[id].sop for id in sorted(names) if id in self.by_id and id != sop.id]  # type: ignore[misc]

    def successors(self, id: str) -> list[Sop]:
        """The SOPs that say that they take the place of a SOP, by id."""
        return self._successors.get(id, [])

    def status_of(self, sop: Sop) -> str | None:
        """The status that counts today: what takes effect on a day to come is only approved, and what
        another SOP has taken the place of is superseded, though its file may still say `effective`."""
        start = sop.effective_on
        if sop.status != "effective" or not start:
            return sop.status
        if start > self.today:
            return "approved"
        taken = any(
            other.status == "effective" and other.effective_on and start <= other.effective_on <= self.today
            for other in self.successors(sop.id)
        )
        return "superseded" if taken else sop.status

    def begins(self, sop: Sop) -> date | None:
        """The day to come on which an effective SOP is in force for the first time; None where it is, or
        an earlier version of it may be."""
        start = sop.effective_on
        if sop.status != "effective" or not start or start <= self.today:
            return None
        earlier = (sop.change_history or ())[1:]
        new = all(each and each.effective_on and each.effective_on > self.today for each in earlier)
        return start if new else None

    def users(self, register: str, id: str) -> list[Sop]:
        """The SOPs that use an entry, by id."""
        paths = {path for path, _ in self.uses.get((register, id), ())}
        return sorted((self._sop_in[path] for path in paths if path in self._sop_in), key=lambda sop: sop.id)

    # How it is built

    def _add(self, each: Typed) -> None:
        path = each.document.path
        if each.sop is not None and each.sop.id:
            if each.sop.id in self.by_id:
                self._copies[each.sop.id].append(each)
            else:
                self.by_id[each.sop.id] = each
        if each.registers is not None:
            self._merge(each.registers, path)

    def _ids_are_one(self) -> None:
        """Of files with one id, that which is called so is the right one, or else the first."""
        for id, copies in self._copies.items():
            every = [self.by_id[id], *copies]
            right = min(every, key=lambda each: each.document.stem != id)
            self.by_id[id] = right
            message = f"`{id}` is the id of {right.document.path} too"
            help = "delete this file, or give it an id of its own"
            for each in every:
                if each is not right:
                    self.twice.append(Finding(("id",), message, help, path=each.document.path))

    def _merge(self, registers: Registers, path: str) -> None:
        self.scenarios.extend((path, scenario) for scenario in registers.scenarios or () if scenario)
        if registers.knowledge_base:
            self._bases.append(registers.knowledge_base)
            if self.knowledge_base is None:
                self.knowledge_base = registers.knowledge_base
                self._homes["knowledge_base"][""] = path
            else:
                other = self._homes["knowledge_base"][""]
                message, help = f"{other} describes the knowledge base already", "make the two one"
                self.twice.append(Finding(("knowledge_base",), message, help, key=True, path=path))
        for word in self._entries:
            entries = getattr(registers, word)
            if isinstance(entries, dict):
                for id, entry in entries.items():
                    self._enter(word, id, entry, path)

    def _enter(self, word: str, id: str, entry: Any, path: str) -> None:
        taken = [each for each in (PEOPLE if word in PEOPLE else (word,)) if id in self._homes[each]]
        if taken:
            self.twice.append(self._twice(word, id, taken[0], path))
        if any(each != word for each in taken):
            self.ambiguous.add(id)
        if any((each == "teams") == (word == "teams") for each in taken):  # of one register, or page
            return
        self._homes[word][id] = path
        if entry is not UNKNOWN and (word not in PEOPLE or IS_ID(id)):  # their ids name pages
            self._entries[word][id] = entry

    def _twice(self, word: str, id: str, other: str, path: str) -> Finding:
        where = self._homes[other][id]
        what = f"`{other}`" if where == path else f"`{other}` of {where}"
        one = f"give the {word[:-1]} another id: roles, teams and schedules share their ids"
        help = "make the two one, or give one of them another id" if word == other else one
        return Finding((word, id), f"`{id}` stands in {what} already", help, key=True, path=path)

    def _names_are_free(self) -> None:
        shared = self._homes["facts"]
        for each in self.typed:
            for id in (each.sop.facts or {}) if each.sop else ():
                if id in shared:
                    first, later = sorted((each.document.path, shared[id]))
                    message = (
                        f"`{id}` is a fact of {first} already; private and shared facts share their names"
                    )
                    help = "give one of the two another id, or use the shared one"
                    self.twice.append(Finding(("facts", id), message, help, key=True, path=later))

    def _shared(self, known: Mapping[str, _Known]) -> dict[str, _Known]:
        """Of what the other library knows by file, what is about a file that both have."""
        before = self.like.by_path if self.like is not None else {}
        return {path: known[path] for path, each in self.by_path.items() if before.get(path) is each}

    def _old_ids_are_free(self) -> None:
        self.now: dict[str, str] = {}  # by an id that a SOP had before, the one that it has
        for each in self.typed:
            for i, old in enumerate((each.sop.formerly or ()) if each.sop else ()):
                other = self.by_id[old].document.path if old in self.by_id else ""
                taken = self.now.setdefault(old, each.sop.id) if old and each.sop else None
                if other:
                    message = f"`{old}` is the id of {other}: an id is never used again"
                    self.twice.append(Finding(("formerly", i), message, path=each.document.path))
                elif taken and each.sop and taken != each.sop.id:
                    message = f"`{old}` was the id of {taken} too: one of the two never had it"
                    self.twice.append(Finding(("formerly", i), message, path=each.document.path))

    @cached_property
    def renamed(self) -> dict[str, str]:
        """By an id that only a SOP of before had, the one that it has now."""
        return {old: new for old, new in self.now.items() if old not in self.by_id}

    @cached_property
    def _path_by_sop(self) -> dict[int, str]:
        return {id(each.sop): each.document.path for each in self.typed if each.sop}

    @cached_property
    def _successors(self) -> dict[str, list[Sop]]:
        found: dict[str, list[Sop]] = defaultdict(list)
        for sop in self.sops:
            for id in dict.fromkeys(id for id in sop.supersedes or () if id and id != sop.id):
                found[id].append(sop)
        return dict(found)

    @cached_property
    def _sop_in(self) -> dict[str, Sop]:
        """By file, the SOP that its id means."""
        return {self.path_of(sop): sop for sop in self.sops}

    def _meant(self, reference: Reference) -> tuple[tuple[str, str], ...]:
        kind, target = reference.kind, reference.target
        meant = self._meanings.get((kind, target))
        if meant is None:
            meant = self._meanings[kind, target] = self._meaning(kind, target)
        return meant

    @cached_property
    def _meanings(self) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        return {}

    def _meaning(self, kind: str, target: str) -> tuple[tuple[str, str], ...]:
        if kind in REGISTER_OF:
            return tuple((word, target) for word in REGISTER_OF[kind] if target in self._homes[word])
        sop, _, _ = target.partition("#")
        return (("sop", sop),) if kind in LOCAL and IS_SOP(sop) else ()


def _may_hide_entries(each: Typed) -> bool:
    if each.readable:
        return each.hides_entries
    path = each.document.path
    like_a_sop = path.lower().endswith(".md") or IS_SOP(each.document.stem)
    return each.document.folder or not like_a_sop


def build(
    texts: Texts, today: date, beside: Beside = lambda path: None, like: Library | None = None
) -> Library:
    """Read every file, in path order, and put the whole together; a file that stands word for word
    in the library that this one is `like` is taken over from there."""
    known = like.by_path if like is not None else {}
    typed = []
    for path in sorted(texts):
        text, before = texts[path], known.get(path)
        if before is not None and before.document.complete and before.document.text == text:
            typed.append(before)
        elif (document := _document(path, text)) is not None:
            typed.append(model.read(document))
    return Library(typed, today, beside, like)


def _document(path: str, text: str | Unread) -> source.Document | None:
    if isinstance(text, Unread):
        return source.unreadable(path, "SOP001", text.message, text.help, folder=text.folder)
    return source.read(path, text, model.OUTLINE)


__all__ = ["REGISTER_OF", "Beside", "Library", "Missing", "Problem", "Texts", "Unread", "build"]
