"""What a document controller shows an auditor of each version in force: facts, and verdicts on them.

A verdict is yes, no, or not known; it never guesses. Days are compared as days: an approval on the
day on which a version takes effect comes before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise

from sopctl.chronicle import Chronicle, State, altered
from sopctl.diff import Change as Difference
from sopctl.diff import Renamed
from sopctl.in_force import Answer
from sopctl.model import Sop
from sopctl.model.sop import Approval, Authors, Change, as_compared
from sopctl.named import NamedTuple


class Word(StrEnum):
    """What a verdict says."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"


class Verdict(NamedTuple):
    """An answer to a question of `QUESTIONS`, and why it is so."""

    word: Word
    why: str


QUESTIONS = {
    "approved": "somebody has approved the version",
    "after-writing": "the approval came after the version was written",
    "before-effect": "the approval came before the version took effect",
    "another-person": "the approver is another person than the author",
    "in-git-before-effect": "the approval stood in the file before the version took effect",
    "unchanged-since": "the text of its file has not changed since it was approved",
}
"""The names of the verdicts, and what each says when it is yes."""


class Audited(NamedTuple):
    """A SOP, its version in force, and what is to be said about it."""

    id: str
    answer: Answer
    entry: Change | None  # of the change history, for this version
    approvals: tuple[Approval, ...]
    brought: State | None  # the commit that brought the version to the main line
    verdicts: dict[str, Verdict]  # by the names of QUESTIONS; none where no version is in force

    @property
    def sop(self) -> Sop | None:
        return self.answer.state.sop if self.answer.state else None


def audited(chronicle: Chronicle, id: str, answer: Answer) -> Audited:
    """What is to be said about the version that the answer has in force."""
    sop = answer.state.sop if answer.state else None
    if sop is None or answer.since is None:
        return Audited(id, answer, None, (), None, {})
    every = chronicle.states(id)
    states = [
        each
        for each in every
        if each.sop and each.sop.version == sop.version and each.since <= max(answer.day, answer.since)
    ]
    entry = sop.entry
    signed = tuple(each for each in sop.approvals or () if each and each.meaning and each.on)
    every_approval = tuple(each for each in signed if each.meaning == "approval")
    cut = bool(states) and chronicle.is_cut(states[0].commit)
    brought = states[0] if states and not cut else None
    older = _of_another_text(every_approval, every, states, chronicle.renamed)
    approvals = tuple(each for each in every_approval if each not in older)
    with_approval = next((each for each in states if _carries(each, approvals)), None)
    first = with_approval is every[0]
    silent = first and max(each.on for each in approvals) < every[0].since
    verdicts = {
        "approved": _approved(approvals, older, entry),
        "after-writing": _after_writing(every_approval, entry),
        "before-effect": _before_effect(approvals, answer.since),
        "another-person": _another_person(approvals, signed, entry, _writer(chronicle, brought)),
        "in-git-before-effect": _in_git(with_approval, approvals, answer.since, first, cut),
        "unchanged-since": (
            _changed(older, states[0], entry)
            if older and not approvals
            else _unchanged(with_approval, states, silent, chronicle.renamed)
        ),
    }
    return Audited(id, answer, entry, signed, brought, verdicts)


# Verdicts


def _approved(
    approvals: Sequence[Approval], older: Mapping[Approval, "_Older"], entry: Change | None
) -> Verdict:
    early = _before_writing(approvals or [*older], entry)
    if approvals:
        names = _listed(_name(each) for each in approvals)
        if early and entry:
            return Verdict(Word.UNKNOWN, f"{names}, but before it was written on {entry.on}")
        return Verdict(Word.YES, names)
    if older:
        said = _listed(f"{_name(each)} approved version {was.version}" for each, was in older.items())
        if early:
            return Verdict(Word.NO, f"{said}, and nobody this one")
        return Verdict(Word.UNKNOWN, f"{said}, and no approval is of this one alone")
    roles = [each for each in (entry.approved_by if entry else ()) or () if each]
    if roles:
        return Verdict(Word.UNKNOWN, f"the change history names {_listed(roles)}, but nobody has signed")
    return Verdict(Word.NO, "nobody has signed with `meaning: approval`")


def _after_writing(approvals: Sequence[Approval], entry: Change | None) -> Verdict:
    if not approvals or not entry or not entry.on:
        return Verdict(
            Word.UNKNOWN, _missing(approvals, "the change history does not say when it was written")
        )
    first = min(each.on for each in approvals)
    if first < entry.on:
        return Verdict(Word.NO, f"approved on {first}, but written on {entry.on}")
    return Verdict(Word.YES, f"written on {entry.on}, approved on {first}")


def _before_effect(approvals: Sequence[Approval], since: date) -> Verdict:
    if not approvals:
        return Verdict(Word.UNKNOWN, _missing(approvals, ""))
    last = max(each.on for each in approvals)
    if last > since:
        return Verdict(Word.NO, f"approved on {last}, {_days(last, since)} after it took effect on {since}")
    when = "on the day" if last == since else f"{_days(since, last)} before"
    return Verdict(Word.YES, f"approved on {last}, {when} it took effect")


def _another_person(
    approvals: Sequence[Approval], signed: Sequence[Approval], entry: Change | None, writer: str
) -> Verdict:
    authors = Authors.of(entry, signed)
    if authors.listed(entry, (each for each in signed if each.meaning == "approval")):
        return Verdict(
            Word.NO, f"`{authors.role}` wrote the version, and approved it, says the change history"
        )
    if not approvals:
        return Verdict(Word.UNKNOWN, _missing(approvals, ""))
    by = "signed as author" if authors.names else "wrote the commit"
    if not authors.names and writer:
        authors = authors._replace(names={as_compared(writer): writer})
    for each in approvals:
        if authors.sign_by_role(each):
            return Verdict(Word.NO, f"`{each.role}` wrote the version, and approved it")
        if authors.sign_by_name(each):
            return Verdict(Word.NO, f"{each.name} {by}, and approved it")
    names = sorted(authors.names.values())
    unnamed = [each.role for each in approvals if not each.name]
    if unnamed or not names:
        what = f"`{unnamed[0]}` signed without a name" if unnamed else "nobody knows who the author was"
        return Verdict(Word.UNKNOWN, f"the roles differ, but {what}")
    for each in approvals:
        if alike := next((name for name in names if _may_be_one(name, each.name)), None):
            return Verdict(Word.UNKNOWN, f"{alike} {by}, {_name(each)} approved: this may be one person")
    return Verdict(Word.YES, f"{_listed(names)} {by}, {_listed(_name(a) for a in approvals)} approved")


def _in_git(
    state: State | None, approvals: Sequence[Approval], since: date, first: bool, cut: bool
) -> Verdict:
    if state is None:
        return Verdict(Word.UNKNOWN, _missing(approvals, "no commit holds the approval"))
    where = f"git has the approval since {state.since} ({state.commit.hash[:12]})"
    if state.since <= since:
        early = min(each.on for each in approvals)
        if state.since < early:
            return Verdict(Word.NO, f"{where}, before {early}, the day that it bears")
        return Verdict(Word.YES, where)
    if first and cut:
        return Verdict(Word.UNKNOWN, f"this clone is shallow and begins on {state.since}")
    if first:
        return Verdict(
            Word.UNKNOWN, f"git has the SOP only since {state.since}, and it took effect on {since}"
        )
    return Verdict(Word.NO, f"{where}, {_days(state.since, since)} after it took effect on {since}")


def _changed(older: Mapping[Approval, "_Older"], brought: State, entry: Change | None) -> Verdict:
    """What became of a text which has no approvals but those that an earlier version bore."""
    last = max(older, key=lambda each: each.on)
    commit = f"commit {brought.commit.hash[:12]} of {brought.since}"
    what = f"{commit} changed what stood there as approved on {last.on}: {_told(older[last].changes)}"
    return Verdict(Word.NO if _before_writing([*older], entry) else Word.UNKNOWN, what)


def _unchanged(state: State | None, states: Sequence[State], silent: bool, renamed: Renamed) -> Verdict:
    if state is None:
        return Verdict(Word.UNKNOWN, "no commit holds an approval of it")
    later = states[states.index(state) :]
    for before, after in pairwise(later):
        if changes := altered(before.typed, after.typed, renamed):
            what = f"commit {after.commit.hash[:12]} of {after.since} changed it without a new version"
            return Verdict(Word.NO, f"{what}: {_told(changes)}")
    why = f"unchanged{_but_for_its_id(later)} since {state.since}"
    if silent:
        return Verdict(Word.UNKNOWN, f"{why}, and git knows no earlier text of it")
    return Verdict(Word.YES, f"{why}; what registers say is not looked at")


def _told(changes: Sequence[Difference]) -> str:
    more = f", and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{changes[0].message}{more}"


def _but_for_its_id(states: Sequence[State]) -> str:
    ids = [each.sop.id for each in states if each.sop]
    olds = dict.fromkeys(id for id in ids if id != ids[-1])
    return f" but for its id, which was {_listed([*olds])}," if olds else ""


# What they rest on


class _Older(NamedTuple):
    """The version for which git had an approval first, and what has changed in the text since."""

    version: str
    changes: tuple[Difference, ...]


def _of_another_text(
    approvals: Sequence[Approval], every: Sequence[State], states: Sequence[State], renamed: Renamed
) -> dict[Approval, _Older]:
    """The approvals that stood in the file before the version did, by another text."""
    if not states:
        return {}
    found = {}
    ahead = every[: every.index(states[0])]
    for approval in approvals:
        first = next((each for each in ahead if _carries(each, [approval])), None)
        if first and first.sop and (changes := altered(first.typed, states[0].typed, renamed)):
            found[approval] = _Older(first.sop.version, changes)
    return found


def _before_writing(approvals: Sequence[Approval], entry: Change | None) -> bool:
    """Whether all approvals are older than the version, by what its change history says."""
    return bool(approvals and entry and entry.on and max(each.on for each in approvals) < entry.on)


def _carries(state: State, approvals: Sequence[Approval]) -> bool:
    """Whether all these approvals stand there already."""
    signed = (state.sop.approvals if state.sop else ()) or ()
    there = {(each.role, each.on) for each in signed if each and each.meaning == "approval"}
    return bool(approvals) and all((each.role, each.on) in there for each in approvals)


def _writer(chronicle: Chronicle, brought: State | None) -> str:
    """Who wrote the commit that first held the text: the author, not who merged it."""
    if brought is None:
        return ""
    text = brought.typed.document.text if brought.typed else ""
    turns = chronicle.turns(brought.sop.id) if brought.sop and brought.sop.id else []
    holding = (
        each.commit.author for each in reversed(turns) if each.after and each.after.document.text == text
    )
    return next(holding, brought.commit.author)


def _missing(approvals: Sequence[Approval], otherwise: str) -> str:
    return otherwise if approvals and otherwise else "there is no approval of it with a day"


def _name(approval: Approval) -> str:
    return f"{approval.name} ({approval.role})" if approval.name else f"`{approval.role}`"


def _may_be_one(one: str, other: str | None) -> bool:
    """Whether two names differ only in what is short in one of them: `A. Person`, `Anna Person`."""
    (*firsts, last), (*others, same) = (as_compared(name or "").split() or [""] for name in (one, other))
    given = [(a.strip("."), b.strip(".")) for a, b in zip(firsts, others, strict=False)]
    return last == same and all(a.startswith(b) or b.startswith(a) for a, b in given)


def _listed(words: Sequence[str] | Iterator[str]) -> str:
    return ", ".join(words)


def _days(one: date, other: date) -> str:
    days = abs((one - other).days)
    return f"{days} day{'' if days == 1 else 's'}"
