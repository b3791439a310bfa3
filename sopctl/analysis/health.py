"""How a knowledge base is doing: what is overdue, untested, unverified and found, and who has to read
again what in which month."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import get_args

from sopctl.analysis import coverage
from sopctl.analysis.clauses import verified
from sopctl.analysis.coverage import Count
from sopctl.analysis.trials import trials
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import IN_USE, Status
from sopctl.named import NamedTuple

FAMILIES = {
    "SOP0": "cannot be read as meant",
    "SOP1": "identity, versions, approvals, reviews",
    "SOP2": "the way through",
    "SOP3": "references",
    "SOP4": "escalation and deadlines",
    "SOP5": "decision tables",
    "SOP6": "roles and training",
    "SOP7": "words",
    "SOP8": "clauses and notices",
    "SOP9": "scenarios",
}
"""What the rules of each hundred are about."""

_CLOSED = ("superseded", "withdrawn")


class Review(NamedTuple):
    """A SOP that somebody has to read again, and by when."""

    due: date
    sop: Sop
    overdue: bool

    @property
    def month(self) -> str:
        """`2026-11`: the month in which it is due."""
        return f"{self.due.year}-{self.due.month:02}"


class Untested(NamedTuple):
    """A SOP with the rows, answers and outcomes that no scenario goes through."""

    sop: Sop
    branches: Count


class Health(NamedTuple):
    """The figures of one day."""

    today: date
    statuses: Mapping[str, int]  # by the status that counts today, in the order of a life, how many SOPs
    reviews: tuple[Review, ...]  # of all SOPs in use, the first due first
    scenarios: Count  # that come out as expected
    branches: Count  # that some scenario goes through
    untested: tuple[Untested, ...]  # the most first
    clauses: Count  # that somebody has looked up
    unverified: tuple[str, ...]
    findings: Mapping[str, Mapping[Severity, int]]  # by family

    @property
    def overdue(self) -> tuple[Review, ...]:
        return tuple(review for review in self.reviews if review.overdue)

    @property
    def load(self) -> Mapping[str, Mapping[str, int]]:
        """By owner and month, how many reviews are due; what is overdue stands under `overdue`."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for review in self.reviews:
            found[review.sop.owner or ""]["overdue" if review.overdue else review.month] += 1
        return {owner: dict(sorted(found[owner].items(), key=_first_due)) for owner in sorted(found)}


def health(library: Library, diagnostics: Iterable[Diagnostic]) -> Health:
    """How the knowledge base is doing, given what the linter found in it."""
    tried = trials(library)
    untested = tuple(_untested(library))
    unverified = tuple(id for id, clause in sorted(library.clauses.items()) if not verified(clause))
    held = len(library.clauses) - len(unverified)
    return Health(
        library.today,
        _statuses(library),
        tuple(reviews(library)),
        Count(sum(not trial.failed for trial in tried), len(tried)),
        _sum(each.branches for each in untested),
        tuple(sorted((u for u in untested if u.branches.taken < u.branches.all), key=_worst)),
        Count(held, len(library.clauses)),
        unverified,
        _findings(diagnostics),
    )


def _first_due(counted: tuple[str, int]) -> tuple[bool, str]:
    return counted[0] != "overdue", counted[0]


def reviews(library: Library) -> list[Review]:
    """The reviews of all SOPs in use, the first due first."""
    due = (sop for sop in library.sops if sop.status in IN_USE and sop.review_by)
    found = [Review(sop.review_by, sop, sop.is_overdue(library.today)) for sop in due if sop.review_by]
    return sorted(found, key=lambda review: (review.due, review.sop.id))


def _statuses(library: Library) -> dict[str, int]:
    counted = Counter(map(library.status_of, library.sops))
    return {status: counted[status] for status in get_args(Status) if counted[status]}


def _untested(library: Library) -> Iterable[Untested]:
    """How much of each SOP scenarios go through; steps are left out, for each is passed on some branch."""
    for sop in library.sops:
        if sop.status not in _CLOSED:
            branches = [each for each in coverage.branches(sop) if each.kind != "step"]
            left = sum(each.kind != "step" for each in coverage.untested(sop, library))
            yield Untested(sop, Count(len(branches) - left, len(branches)))


def _sum(counts: Iterable[Count]) -> Count:
    every = [*counts]
    return Count(sum(each.taken for each in every), sum(each.all for each in every))


def _worst(each: Untested) -> tuple[int, str]:
    return each.branches.taken - each.branches.all, each.sop.id


def _findings(diagnostics: Iterable[Diagnostic]) -> dict[str, dict[Severity, int]]:
    found: dict[str, Counter[Severity]] = {family: Counter() for family in FAMILIES}
    for each in diagnostics:
        found[each.code[:4]][each.severity] += 1
    return {family: _by_weight(counted) for family, counted in found.items() if counted}


def _by_weight(counted: Mapping[Severity, int]) -> dict[Severity, int]:
    order: Sequence[Severity] = sorted(counted, key=lambda severity: severity.rank)
    return {severity: counted[severity] for severity in order}
