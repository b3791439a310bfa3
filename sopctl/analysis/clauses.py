"""Clauses: whom they meet, who carries them out, and how much a finding may rest on them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sopctl.diagnostic import Pointer, Severity
from sopctl.library import Library, WorkedOut
from sopctl.model.registers import AppliesTo, Clause, Notice
from sopctl.model.sop import Sop
from sopctl.named import NamedTuple

EFFECTIVE = "effective"


class Carrier(NamedTuple):
    """What names a clause in its `implements` (a checklist item: in its `clause`)."""

    sop: Sop | None  # None for a notice
    at: Pointer  # of what carries it out; () for the SOP as a whole
    notice: str = ""  # the id, where it is a notice


def meets(clause: AppliesTo | None, other: AppliesTo | None) -> bool:
    """Whether two `applies_to` have a place and a kind of worker in common; without it, everywhere.
    `us-wa` holds `us-wa-seattle`."""
    if clause is None or other is None:
        return True
    places = _common(clause, other, "jurisdictions")
    return places and _common(clause, other, "worker_types")


def within(applies: AppliesTo | None, place: str | None, worker_type: str | None) -> bool:
    """Whether an `applies_to` meets a place and a kind of worker; None stands for any."""
    if applies is None:
        return True
    places, workers = applies.jurisdictions, applies.worker_types
    here = not place or not places or any(each and holds(each, place) for each in places)
    return here and (not worker_type or not workers or worker_type in workers)


def holds(place: str, other: str) -> bool:
    """True where one of two jurisdictions lies in the other: `us-wa` and `us-wa-seattle`."""
    return place == other or place.startswith(other + "-") or other.startswith(place + "-")


def concerned(library: Library, clause: Clause) -> Sequence[Sop]:
    """The effective SOPs that a clause meets, by id."""
    if "applies_to" in clause.unknown:
        return ()
    if library not in _CONCERNED:
        _CONCERNED[library] = {}
    known = _CONCERNED[library]
    scope = _scope(clause.applies_to)
    if scope not in known:
        known[scope] = tuple(_met(library, clause.applies_to))
    return known[scope]


_Scope = tuple[object, ...]
_CONCERNED: WorkedOut[dict[_Scope, tuple[Sop, ...]]] = WorkedOut()
"""By what clauses apply to, which few differ in, the SOPs that they meet."""


def _met(library: Library, applies: AppliesTo | None) -> Iterator[Sop]:
    answers: dict[_Scope, bool] = {}
    for sop in library.sops:
        if sop.status == EFFECTIVE and "applies_to" not in sop.unknown:
            scope = _scope(sop.applies_to)
            if scope not in answers:
                answers[scope] = meets(applies, sop.applies_to)
            if answers[scope]:
                yield sop


def _scope(applies: AppliesTo | None) -> _Scope:
    return () if applies is None else (applies.jurisdictions, applies.worker_types, applies.unknown)


def carriers(library: Library) -> dict[str, list[Carrier]]:
    """By clause, everything that names it as carried out, in the order of the files."""
    found: dict[str, list[Carrier]] = defaultdict(list)
    for path, each in library.by_path.items():
        for reference in each.references:
            carrier = _carrier(library, path, reference.at) if reference.kind == "clause" else None
            if carrier:
                found[reference.target].append(carrier)
    return dict(found)


def in_force(library: Library, carrier: Carrier) -> bool:
    """Whether a carrier works today: its SOP is in force, or one in force sends the notice.
    A status that could not be read counts as effective."""
    return any(works(library, sop) for sop in bearers(library, carrier))


def works(library: Library, sop: Sop) -> bool:
    return "status" in sop.unknown or library.status_of(sop) == EFFECTIVE


def since(library: Library, sop: Sop) -> date | None:
    """The day on which a SOP takes effect by what its file states, where that is to come, else the
    first day of all; None where it is not effective."""
    if "status" in sop.unknown:
        return date.min
    return (library.begins(sop) or date.min) if sop.status == EFFECTIVE else None


def bearers(library: Library, carrier: Carrier) -> Iterator[Sop]:
    """The SOPs in which a carrier works."""
    if carrier.sop is not None:
        yield carrier.sop
    else:
        yield from (sop for sop, _ in senders(library, carrier.notice))


def senders(library: Library, notice: str) -> Iterator[tuple[Sop, Pointer]]:
    """The steps and outcomes that send a notice, with their SOPs."""
    for path, at in library.uses.get(("notices", notice), ()):
        sop = library.by_path[path].sop
        if sop is not None and at[-1] == "notice" and at[0] in ("steps", "outcomes"):
            yield sop, at[:-1]


class Demand(NamedTuple):
    """A clause that a notice must keep to, and who says so: the notice itself, a step, an outcome or a SOP."""

    clause: str
    why: str


def demands(library: Library, id: str, notice: Notice) -> list[Demand]:
    """The clauses that a notice implements, and a step, an adverse outcome or a SOP that uses it."""
    found = {clause: Demand(clause, "") for clause in notice.implements or () if clause}
    for sop, at in senders(library, id):
        outcome = (sop.outcomes or {}).get(str(at[1])) if at[0] == "outcomes" else None
        if outcome and outcome.adverse:
            for clause in outcome.implements or ():
                found.setdefault(clause, Demand(clause, f"outcome `{at[1]}` of {sop.id}"))
        step = sop.steps[at[1]] if at[0] == "steps" and isinstance(at[1], int) else None
        if step:
            for clause in step.implements or ():
                found.setdefault(clause, Demand(clause, f"step `{step.id}` of {sop.id}"))
        for clause in sop.implements or ():
            found.setdefault(clause, Demand(clause, sop.id))
    return [found[clause] for clause in sorted(each for each in found if each)]


def lacking(clause: Clause, notice: Notice) -> list[str] | None:
    """The fields or languages that a clause asks for and a notice lacks; None where either is unknown."""
    word = {"content": "fields", "languages": "languages"}.get(clause.kind or "")
    if not word or {"kind", "value"} & clause.unknown or word in notice.unknown:
        return None
    there: tuple[str, ...] = getattr(notice, word) or ()
    if not all(there) or not all(clause.value):
        return None
    if word == "languages":
        there = tuple(part for each in there for part in (each.lower(), each.lower().partition("-")[0]))
        return [each for each in clause.value if each.lower() not in there]
    return [each for each in clause.value if each not in there]


def weight(clauses: Iterable[Clause | None]) -> Severity | None:
    """What a finding weighs that rests on these clauses: a warning at most where one of them is not
    verified, else what its rule says (None)."""
    return Severity.WARNING if any(each and not verified(each) for each in clauses) else None


def verified(clause: Clause) -> bool:
    """Whether somebody has looked the clause up; a confidence that could not be read counts as not."""
    return "confidence" not in clause.unknown and clause.confidence != "unverified"


def _common(one: AppliesTo, other: AppliesTo, word: str) -> bool:
    if word in one.unknown or word in other.unknown:
        return False
    ours, theirs = getattr(one, word), getattr(other, word)
    if not ours or not theirs:
        return True
    near = holds if word == "jurisdictions" else str.__eq__
    return any(a and b and near(a, b) for a in ours for b in theirs)


def _carrier(library: Library, path: str, at: Pointer) -> Carrier | None:
    while at and isinstance(at[-1], int):
        at = at[:-1]
    owner = at[:-1]
    sop = library.by_path[path].sop
    if sop is not None:
        return Carrier(sop, owner)
    notice = str(owner[1]) if owner[:1] == ("notices",) else ""
    is_home = notice in library.notices and library.home("notices", notice) == path
    return Carrier(None, owner, notice) if is_home else None
