"""Pages that look over the whole: coverage of clauses, reviews, changes, and how it all is doing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sopctl.analysis import lately
from sopctl.analysis.clause_trace import Place, Trace, trace
from sopctl.analysis.clauses import carriers, in_force
from sopctl.analysis.health import FAMILIES, Health, Review
from sopctl.analysis.lately import Edit
from sopctl.diagnostic import Severity
from sopctl.library import Library
from sopctl.model.sop import Sop
from sopctl.named import NamedTuple
from sopctl.render import links, words

_MOST = 100
_MOST_EDITS = 20


class Answer(NamedTuple):
    """One column of the matrix: what stands behind a clause, or that nothing does."""

    name: str
    there: bool
    said: tuple[str, ...]


class Row(NamedTuple):
    """A clause and what carries it out."""

    trace: Trace
    sops: tuple[tuple[Sop, tuple[str, ...]], ...]  # each with the parts of it that do
    answers: tuple[Answer, ...]
    missing: tuple[str, ...]
    unsent: tuple[str, ...]  # notices that no SOP sends


def coverage(library: Library) -> dict[str, Any]:
    """The values of the matrix of clauses."""
    rows = [_row(each) for each in trace(library)]
    due = [row for row in rows if row.trace.applies]
    return {
        "rows": rows,
        "due": len(due),
        "done": sum(row.trace.carried_out for row in due),
        "whole": sum(row.trace.carried_out and not row.missing for row in due),
    }


def _gathered(parts: Iterable[str]) -> Iterator[str]:
    """The parts of a SOP, with a notice once for all that send it."""
    found: dict[str, list[str]] = {}
    for part in dict.fromkeys(parts):
        what, _, sender = part.partition(_SENT)
        found.setdefault(what, []).extend([sender] if sender else [])
    for what, senders in found.items():
        yield f"{what}{_SENT}{words.listed(senders)}" if senders else what


_SENT = ", sent by "


def _row(each: Trace) -> Row:
    working = [place for place in each.places if place.works]
    parts: dict[str, tuple[Sop, list[str]]] = {}
    for place in each.places:
        if place.sop:
            parts.setdefault(place.sop.id, (place.sop, []))[1].append(place.what)
    answers = tuple(
        Answer(name, any(said), tuple(dict.fromkeys(word for words in said for word in words)))
        for name, said in (
            ("Time", [place.times for place in working]),
            ("Notice", [place.notices for place in working]),
            ("Scenario", [place.scenarios for place in working]),
            ("Training", [place.questions for place in working]),
            ("Metric", [place.metrics for place in working]),
        )
    )
    return Row(
        each,
        tuple((sop, tuple(_gathered(what))) for sop, what in parts.values()),
        answers,
        tuple(dict.fromkeys((*each.missing, *_never(working)))),
        tuple(place.what for place in each.places if place.sop is None),
    )


def _never(places: Sequence[Place]) -> Iterator[str]:
    """What no place has; one that has it answers for the clause."""
    if places:
        lacks = [{*place.missing} for place in places]
        yield from sorted(set.intersection(*lacks))


class Borne(NamedTuple):
    """What carries a clause out: places in SOPs, and notices, each with the places that send it."""

    places: list[links.Place]
    notices: list[tuple[str, list[links.Place]]]
    works: bool  # whether any of it is in force


def borne(there: links.Links) -> Callable[[str], Borne]:
    """By clause, what carries it out."""
    library = there.library
    named = carriers(library)

    def of(id: str) -> Borne:
        by = named.get(id, [])
        notices = dict.fromkeys(each.notice for each in by if each.notice)
        return Borne(
            there.doing("clauses", id),
            [(notice, there.doing("notices", notice)) for notice in notices],
            any(in_force(library, each) for each in by),
        )

    return of


# Reviews


class Month(NamedTuple):
    """The reviews of one month."""

    key: str
    title: str
    reviews: tuple[Review, ...]


def reviews(health: Health) -> dict[str, Any]:
    """The values of the calendar of reviews."""
    ahead = [review for review in health.reviews if not review.overdue]
    months = [
        Month(key, words.month(key), tuple(each))
        for key, each in groupby(ahead, key=lambda review: review.month)
    ]
    return {"health": health, "months": months, **load(health)}


def load(health: Health) -> dict[str, Any]:
    """By owner, how many reviews are due in the next months; later ones are counted together."""
    shown = sorted({key for counted in health.load.values() for key in counted} - {"overdue"})[:6]
    columns = (["overdue"] if health.overdue else []) + shown
    rows = [
        (
            owner,
            [counted.get(column, 0) for column in columns],
            sum(counted.values()) - sum(counted.get(c, 0) for c in columns),
        )
        for owner, counted in health.load.items()
    ]
    return {
        "columns": ["Overdue" if column == "overdue" else words.month(column) for column in columns],
        "owners": rows,
        "later": any(later for _, _, later in rows),
    }


# Changes


def changes(library: Library, edits: Sequence[Edit]) -> dict[str, Any]:
    """The values of the page of what changed lately."""
    every = lately.entries(library)
    months = [
        (words.month(key), [*entries])
        for key, entries in groupby(every[:_MOST], key=lambda entry: f"{entry.on.year}-{entry.on.month:02}")
    ]
    return {
        "edits": edits[:_MOST_EDITS],
        "months": months,
        "coming": lately.coming(library),
        "left": max(0, len(every) - _MOST),
    }


# Health


def health_page(health: Health) -> dict[str, Any]:
    """The values of the page that says how the knowledge base is doing."""
    findings = [
        (family, FAMILIES[family], [counted.get(severity, 0) for severity in Severity])
        for family, counted in health.findings.items()
    ]
    return {"health": health, "findings": findings, **load(health)}
