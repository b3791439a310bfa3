"""Where references lead; which of them lead nowhere, and what to say of these."""

from collections.abc import Container, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from sopctl.diagnostic import Hints, asked, nearest
from sopctl.model import Sop, Typed
from sopctl.model.scenario import Scenario
from sopctl.model.words import IS_ID, IS_SOP
from sopctl.named import NamedTuple
from sopctl.prose import TEXT_KINDS
from sopctl.reading import Reference

if TYPE_CHECKING:
    from sopctl.library import Library

REGISTER_OF = {
    "role": ("roles", "teams", "schedules"),
    "team": ("teams",),
    "calendar": ("calendars",),
    "path": ("escalation_paths",),
    "fact": ("facts",),
    "clause": ("clauses",),
    "notice": ("notices",),
    "metric": ("metrics",),
    "term": ("glossary",),
}
"""The registers in which a reference of each kind is looked up."""

LOCAL = {"sop", "step", "local-step", "case-step", "target", "point"}
"""The kinds of references to SOPs, and to what is in them."""

_NAMED = {
    "role": "role, team or schedule", "path": "escalation path", "term": "term of the glossary",
    "jurisdiction": "jurisdiction of the knowledge base", "worker-type": "worker type of the knowledge base",
}  # fmt: skip
_NEEDED = {"answers": "ask", "calls": "call"}
"""What a step needs for what a scenario says of it."""


class Missing(NamedTuple):
    """A reference that leads nowhere: the code of the rule that says so, and the words."""

    code: str
    reference: Reference
    message: str


def missing(library: "Library", path: str) -> Iterator[Missing]:
    """The references of a file that lead nowhere."""
    if doubtful := _doubtful(library, path):
        search = _Search(library, library.by_path[path])
        yield from filter(None, map(search.lost, doubtful))


def unjudged(library: "Library") -> dict[str, tuple[str, ...]]:
    """By the code of a rule about references of which some lead nowhere that can be seen, the files
    that may hold what they lead to."""
    found = {}
    for path, typed in library.by_path.items():
        search = _Search(library, typed)
        for reference in _doubtful(library, path):
            if not search.is_of_entry(reference):
                if _may_be_in_closed(library, reference):
                    found["SOP301"] = library.closed
            elif reference.target not in search.entries_for(reference):
                found[_code_of(reference)] = library.hiding_entries
    return found


def _doubtful(library: "Library", path: str) -> list[Reference]:
    """The references of a file but for those that plainly lead somewhere, which most do."""
    known: dict[str, Container[str]] = {**library.names}
    if sop := library.by_path[path].sop:
        steps, outcomes = sop.steps_by_id, sop.outcomes or {}
        known["local-step"] = steps
        known["target"] = {**steps, **outcomes}
        known["point"] = {*steps, "trigger", *filter(str.islower, outcomes)}  # others may be SOPs
    return [each for each in library.references[path] if each.target not in known.get(each.kind, ())]


def _may_be_in_closed(library: "Library", reference: Reference) -> bool:
    id = reference.target.partition("#")[0]
    known = id in library.by_id or id in library.stems
    return bool(library.closed and reference.kind in LOCAL and IS_SOP(id) and not known)


class _Search:
    """Looks for what the references of one file name."""

    def __init__(self, library: "Library", typed: Typed) -> None:
        self.library, self.typed, self.sop = library, typed, typed.sop
        self.hints = Hints()

    def lost(self, reference: Reference) -> Missing | None:
        """What is wrong with a reference; None where it leads somewhere, or nobody can tell."""
        kind, target = reference.kind, reference.target
        if kind == "case-step":
            return self._lost_case_step(reference)
        if self.is_of_entry(reference):
            return self._lost_entry(reference)
        if kind == "unclear":
            return self._lost_unclear(reference)
        id = target.partition("#")[0]
        if kind == "broken":
            message = f"the end of a line breaks this reference: write `[[{target or '…'}]]` on one line"
            return Missing("SOP301", reference, message)
        if kind == "torn" or (kind == "bracketed" and id in self.library.by_id):
            message = f"a reference stands between two pairs of brackets: write `[[{target or '…'}]]`"
            return Missing("SOP301", reference, message)
        if kind == "bracketed":
            return None
        if kind == "sop" and not IS_SOP(id):
            return Missing("SOP301", reference, self._no_sop(target))
        return self._lost_place(reference, self.sop)

    # Entries of registers

    def is_of_entry(self, reference: Reference) -> bool:
        return reference.kind in REGISTER_OF or reference.kind in self.library.scopes

    def entries_for(self, reference: Reference) -> frozenset[str]:
        """The names that a reference to an entry may have where it stands."""
        if reference.kind == "fact":
            return self._facts_of_cases if reference.at[0] == "scenarios" else self._facts
        return self.library.names[reference.kind]

    @cached_property
    def _facts(self) -> frozenset[str]:
        own = self.sop.facts if self.sop is not None else None
        return self.library.names["fact"] | frozenset(own or ())

    @cached_property
    def _facts_of_cases(self) -> frozenset[str]:
        return self._facts | self.library.private_facts  # a case may tell what only a SOP on its way asks

    def _lost_entry(self, reference: Reference) -> Missing | None:
        kind, target = reference.kind, reference.target
        known = self.entries_for(reference)
        if not self.library.registers_whole or target in known:
            return None
        if kind == "fact" and self.sop and "facts" in self.sop.unknown:
            return None
        if kind == "fact" and reference.at[0] == "scenarios" and not self.library.private_facts_whole:
            return None
        if kind in self.library.scopes and self.library.scopes[kind] is None:
            return None
        if kind in REGISTER_OF and self._is_misnamed(target, known):
            return None
        near = self.hints.did_you_mean(target, known)
        return Missing(
            _code_of(reference), reference, f"no {_NAMED.get(kind, kind)} is called `{target}`{near}"
        )

    def _is_misnamed(self, target: str, known: frozenset[str]) -> bool:
        """Whether an entry is meant whose id is written wrongly, which has a finding already."""
        wrong = {id for id in known if not IS_ID(id)}
        return bool(wrong) and nearest(target, known) in wrong

    # SOPs, and steps and outcomes in them

    def _lost_place(self, reference: Reference, home: Sop | None) -> Missing | None:
        """A SOP, or a step or outcome of it; without the id of one, of the home SOP."""
        id, mark, step = reference.target.partition("#")
        if IS_SOP(id):
            return self._lost_sop(reference, id, step)
        return self._lost_step(reference, home, step if mark else reference.target) if home else None

    def _lost_sop(self, reference: Reference, id: str, step: str) -> Missing | None:
        other = self.library.sop(id)
        if other is None:
            hidden = self.library.closed or id in self.library.stems
            return None if hidden else Missing("SOP301", reference, self._no_sop(id))
        if not step or not other.steps_whole or step in other.steps_by_id:
            return None
        near = self.hints.did_you_mean(step, other.steps_by_id)
        return Missing("SOP302", reference, f"{id} has no step `{step}`{near}")

    def _lost_step(self, reference: Reference, sop: Sop, target: str) -> Missing | None:
        if reference.kind == "local-step":  # a question of the training: SOP603 says it
            return None
        if not sop.steps_whole or not _outcomes_whole(sop) or target in sop.steps_by_id:
            return None
        ends = reference.kind in ("target", "point")
        if (ends and target in (sop.outcomes or {})) or (reference.kind == "point" and target == "trigger"):
            return None
        known = [*sop.steps_by_id, *(sop.outcomes or {})] if ends else [*sop.steps_by_id]
        near = self.hints.did_you_mean(target, known)
        if reference.kind == "target":
            return Missing("SOP203", reference, f"no step or outcome is called `{target}`{near}")
        what = "step or outcome" if ends else "step"
        return Missing("SOP302", reference, f"no {what} is called `{target}`{near}")

    def _lost_case_step(self, reference: Reference) -> Missing | None:
        """A step that a scenario names: of the SOP that it tests, or of another one."""
        id, _, name = reference.target.rpartition("#")
        scenario = _scenario_of(reference, self.typed)
        tested = self.sop or (self.library.sop(scenario.sop) if scenario.sop else None)
        home = self.library.sop(id) if id else tested
        if home is None or home is self.sop:
            lost = self._lost_place(reference, home)
        else:
            lost = self._lost_sop(reference, home.id, name)
        step = home.steps_by_id.get(name) if home and not lost else None
        word = str(reference.at[-2]) if reference.key else ""
        needs = _NEEDED.get(word, "")
        if step and needs and step.lacks(needs) and getattr(scenario, word).get(reference.target):
            return Missing("SOP302", reference, f"the step `{name}` has no `{needs}`, so this does nothing")
        return lost

    def _no_sop(self, id: str) -> str:
        if id in self.library.now:
            return f"no SOP is called `{id}`: it is called `{self.library.now[id]}` now"
        near = self.library.nearest_sop(id) if self.hints.are_left() else ""
        return f"no SOP is called `{id}`{asked(near)}"

    # What is written like no name

    def _lost_unclear(self, reference: Reference) -> Missing | None:
        """What stands between brackets and is written like no name at all, with the one that is nearest."""
        target, names, sop, hints = reference.target, self.library.names, self.sop, self.hints
        kind, colon, name = (word.strip() for word in target.partition(":"))
        id, mark, step = (word.strip() for word in target.partition("#"))
        home = (self.library.sop(id) if id else sop) if mark else None
        code = "SOP301"
        if colon and kind in TEXT_KINDS:
            if target in (f"{kind}:{known}" for known in names[kind]):
                return None  # its entry has the finding
            near = hints.nearest(name, names[kind])
            near, reference = near and f"{kind}:{near}", reference._replace(kind=kind, target=name)
            code = _code_of(reference)
        elif colon:
            near = hints.nearest(kind, TEXT_KINDS)
            near = near and f"{near}:{name}"
        elif home:
            if not home.steps_whole:
                return None
            near, code = hints.nearest(step, home.steps_by_id), "SOP302"
            near = near and f"{id}#{near}"
        elif kinds := [kind for kind in sorted(TEXT_KINDS) if target in names[kind]]:
            near, reference = f"{kinds[0]}:{target}", reference._replace(kind=kinds[0])
        elif sop and target in sop.steps_by_id:
            near = f"#{target}"
        else:
            near = self.library.nearest_sop(id) if hints.are_left() else ""
            near = near and f"{near}{mark}{step}"
        return Missing(code, reference, f"`[[{target}]]` names nothing that the format knows{asked(near)}")


def _scenario_of(reference: Reference, typed: Typed) -> Scenario:
    """The scenario in which a reference stands; one alone is a list of one."""
    number = reference.at[1]
    scenarios = (typed.sop or typed.registers).scenarios  # type: ignore[union-attr]
    return scenarios[number if isinstance(number, int) else 0]


def _code_of(reference: Reference) -> str:
    """The code of the rule that says that an entry is missing."""
    return "SOP303" if reference.kind in ("role", "team") else "SOP304"


def _outcomes_whole(sop: Sop) -> bool:
    """False where an outcome may be missing only because its id is written wrongly."""
    return "outcomes" not in sop.unknown and all(IS_ID(id) for id in sop.outcomes or ())
