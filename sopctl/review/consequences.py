"""What follows from a change: who approves it, who learns what, what is announced, whose job changes how."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sopctl.analysis.clauses import meets
from sopctl.analysis.people import doers, doers_of, ranks
from sopctl.diff import Change, Kind, hidden_ids
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.sop import APPROVED, Sop, Step
from sopctl.named import NamedTuple
from sopctl.review.jobs import PAST, Job, Side, deciding, doing, jobs, person
from sopctl.review.shared import Felt
from sopctl.review.versions import PARTS, Version, counts
from sopctl.weight import Weight

_MINUTES = {"bh": 60, "bd": 1440}  # where no calendar is at hand, an opening day counts as a day


class Approver(NamedTuple):
    """A role that must approve the change of a SOP, and why it is this one."""

    role: str
    title: str
    sop: str
    why: str


class Lesson(NamedTuple):
    """A role that must be trained on a SOP: on these steps only, or on all of it where they are none."""

    role: str
    title: str
    sop: str
    steps: tuple[str, ...]


class Announcement(NamedTuple):
    """How long before it takes effect a change must be announced, and which clause says so."""

    ahead: str
    clause: str
    text: str
    source: str
    sops: tuple[str, ...]


class Consequences(NamedTuple):
    """What must happen because of the change."""

    approvals: tuple[Approver, ...]
    training: tuple[Lesson, ...]
    announcement: Announcement | None
    jobs: tuple[Job, ...]


def consequences(
    changes: Sequence[Change],
    versions: Sequence[Version],
    before: Library,
    after: Library,
    renamed: Mapping[str, str],
    felt: Felt,
) -> Consequences:
    """`renamed` leads from the new id of a SOP to the old one; `felt` are the changes of shared facts."""
    entering = _entering(changes, before, after, renamed)
    approvals = [each for v in versions for each in _approvers(v, changes, before, after, renamed)]
    approvals += [each for sop in entering for each in _first_approvers(sop, before, after)]
    leaving = _leaving(changes, {v.sop for v in versions}, before, after)
    approvals += [each for sop in leaving for each in _last_approvers(sop, before, after)]
    lessons = [each for sop in entering for each in _first_lessons(sop, before, after)]
    lessons += _newcomers(changes, before, after, renamed)
    new = {(each.role, each.sop) for each in lessons}
    for v in versions:
        own = [each for each in changes if each.sop == v.sop and counts(each)]
        again = _lessons(v, [*own, *felt.get(v.sop, ())], before, after)
        lessons += [each for each in again if (each.role, each.sop) not in new]
    major = [v.sop for v in versions if v.needed == "major"] + [sop.id for sop in entering]
    return Consequences(
        tuple(sorted(approvals, key=lambda each: each.sop)),
        tuple(sorted(lessons, key=lambda each: (each.sop, each.role))),
        _announcement(sorted(major), after),
        tuple(jobs(changes, before, after, renamed)),
    )


def _entering(
    changes: Sequence[Change], before: Library, after: Library, renamed: Mapping[str, str]
) -> list[Sop]:
    """The SOPs that nobody worked by before: new ones, and drafts that are drafts no more."""
    found = []
    for id in sorted({change.sop for change in changes if change.sop}):
        old, new = before.sop(renamed.get(id, id)), after.sop(id)
        if new and _worked_by(new) and not (old and old.status in APPROVED):
            found.append(new)
    return found


def _leaving(
    changes: Sequence[Change], approved: Collection[str], before: Library, after: Library
) -> list[Sop]:
    """The SOPs by which nobody is to work any more, as they stood, but for those approved for what
    else changes in them."""
    gone = {c.sop for c in changes if c.pointer == ("status",) or (not c.pointer and c.kind is Kind.REMOVED)}
    found = []
    for id in sorted(gone - {*approved}):
        old, new = before.sop(id), after.sop(id)
        if old and _worked_by(old) and (new is None or new.status in PAST):
            found.append(old)
    return found


# Who approves


def _approvers(
    version: Version, changes: Sequence[Change], before: Library, after: Library, renamed: Mapping[str, str]
) -> Iterator[Approver]:
    """The owner, always; from `clarified` on the functions that approved the version before
    (21 CFR 820.40(b)); where authority changes, also who stands above the owner."""
    sop, old = after.sop(version.sop), before.sop(renamed.get(version.sop, version.sop))
    if sop is None or old is None:
        return
    why: dict[str, str] = {}
    if sop.owner:
        why[sop.owner] = "owns it"
    if version.weight is not Weight.WORDING:
        for approval in old.approvals or ():
            if approval and approval.role and approval.meaning == "approval":
                why.setdefault(approval.role, f"approved {old.version}: changes go to the same function")
    if any(c.sop == version.sop and Weight.AUTHORITY in c.weights for c in changes) and sop.owner:
        for above in _above(after, sop.owner):
            why.setdefault(above, f"stands above {person(after, before, sop.owner)}: who may decide changes")
    for role, reason in why.items():
        yield Approver(role, person(after, before, role), sop.id, f"{reason}{_signed(role, sop, old)}")


def _signed(role: str, sop: Sop, old: Sop) -> str:
    """That the file bears an approval of a role already which it did not bear before."""
    there = {(each.role, each.on) for each in old.approvals or () if each}
    new = [
        each.on
        for each in sop.approvals or ()
        if each and each.meaning == "approval" and each.role == role and (role, each.on) not in there
    ]
    return f"; signed on {max(new)}" if new and all(new) else ""


def _first_approvers(sop: Sop, before: Library, after: Library) -> Iterator[Approver]:
    if sop.owner:
        yield Approver(sop.owner, person(after, before, sop.owner), sop.id, "owns it, and it is new")


def _last_approvers(sop: Sop, before: Library, after: Library) -> Iterator[Approver]:
    """The owner and the functions that approved it: that it goes is a change like others."""
    why = {sop.owner: "owns it, and it is to be in force no more"} if sop.owner else {}
    for approval in sop.approvals or ():
        if approval and approval.role and approval.meaning == "approval":
            why.setdefault(approval.role, f"approved {sop.version}: that it goes, the same function approves")
    for role, reason in why.items():
        yield Approver(role, person(after, before, role), sop.id, reason)


def _above(library: Library, id: str) -> list[str]:
    found = []
    for role in ranks(library, id):
        entry = library.roles.get(role)
        found += ranks(library, entry.reports_to) if entry and entry.reports_to else []
    return list(dict.fromkeys(found))


# Who learns


def _lessons(
    version: Version, changes: Sequence[Change], before: Library, after: Library
) -> Iterator[Lesson]:
    sop = after.sop(version.sop)
    training = sop.training if sop else None
    if sop is None or not training or training.retrain_on == "never" or not training.retrain_on:
        return
    if PARTS.index(version.needed) < PARTS.index(training.retrain_on):
        return
    places = [(c, _steps_of(c, sop)) for c in changes if _asks_for_training(c, training.retrain_on)]
    everything = any(steps is None for _, steps in places)
    required = _required(sop, after)
    by_role: dict[str, dict[str, None]] = {role: {} for role in required}
    for change, step in [(change, step) for change, steps in places for step in steps or ()]:
        for role in doing(change, step, Side(after, change.after, True)):
            if role in required or _does(role, step, after):
                by_role.setdefault(role, {})[step.id] = None
    for role, own in sorted(by_role.items()):
        whole = everything and role in required
        if own or whole:
            yield Lesson(role, person(after, before, role), sop.id, () if whole else tuple(own))


def _does(role: str, step: Step, library: Library) -> bool:
    """Who does a step learns it, listed or not; whom an escalation path tells does not do it."""
    return bool(step.role) or role not in doers_of(library, step)


def _newcomers(
    changes: Sequence[Change], before: Library, after: Library, renamed: Mapping[str, str]
) -> Iterator[Lesson]:
    """All of a SOP for the roles that must have passed its training now and did not have to before,
    whatever a change of it asks for: be they listed, or come to a team or rota that is."""
    names = {c.before: c.after for c in changes if c.kind is Kind.RENAMED and c.pointer[0] in _PEOPLE}
    hidden = hidden_ids(before, after)
    for sop in after.sops:
        old = before.sop(renamed.get(sop.id, sop.id))
        if old and not hidden & {sop.id, old.id} and _worked_by(sop) and _worked_by(old):
            for role in sorted(_required(sop, after).keys() - _taught(old, before, after, names)):
                yield Lesson(role, person(after, before, role), sop.id, ())


_PEOPLE = ("roles", "teams", "schedules")


def _taught(old: Sop, before: Library, after: Library, names: Mapping[str, str]) -> set[str]:
    """The roles that had to pass the training of a SOP, by their new `names`. Of a team or rota that
    one side does not know, nobody can tell who has come to it."""
    found = {names.get(role, role) for role in _required(old, before)}
    for id in _listed(old):
        found.add(names.get(id, id))
        if not before.person(id):
            found.update(doers(after, names.get(id, id)))
    return found


def _first_lessons(sop: Sop, before: Library, after: Library) -> Iterator[Lesson]:
    """All of a new SOP, whatever a change of it would ask for."""
    if sop.training:
        for role in sorted(_required(sop, after)):
            yield Lesson(role, person(after, before, role), sop.id, ())


def _required(sop: Sop, library: Library) -> dict[str, None]:
    return dict.fromkeys(role for id in _listed(sop) for role in (doers(library, id) or (id,)))


def _listed(sop: Sop) -> list[str]:
    return [id for id in (sop.training.required_for if sop.training else ()) or () if id]


def _worked_by(sop: Sop) -> bool:
    return sop.status in APPROVED and sop.status not in PAST


def _asks_for_training(change: Change, least: str) -> bool:
    return PARTS.index(change.weight.step) >= PARTS.index(least)


def _steps_of(change: Change, sop: Sop) -> list[Step] | None:
    """The step that a change is about, where it is about one that is there, or the steps that ask a
    fact or go by it."""
    match change.pointer:
        case "facts", fact, *_:
            return [*deciding(sop, str(fact))]
        case "steps", step, *_ if str(step) in sop.steps_by_id:
            return [sop.steps_by_id[str(step)]]
    return None


# What is announced


def _announcement(changed: Sequence[str], library: Library) -> Announcement | None:
    """The longest floor among the clauses about changes of policies that meet a SOP which changes
    for those whom it is applied to."""
    found: list[tuple[int, str, Duration, list[str]]] = []
    for id, clause in sorted(library.clauses.items()):
        time = clause.duration
        if not clause.policy_changes or time is None:
            continue
        sops = [sop for sop in changed if _meets(library, sop, id)]
        if sops:
            found.append((_least(time), id, time, sops))
    if not found:
        return None
    _, id, time, sops = max(found, key=lambda each: (each[0], each[1]))
    clause = library.clauses[id]
    return Announcement(
        time.words, id, " ".join((clause.text or "").split()), clause.source or "", tuple(sops)
    )


def _meets(library: Library, sop: str, clause: str) -> bool:
    found = library.sop(sop)
    return found is not None and meets(library.clauses[clause].applies_to, found.applies_to)


def _least(time: Duration) -> int:
    return time.count * _MINUTES[time.unit] if time.business else time.minutes[0]
