"""The figures of a knowledge base, for a person and for a program."""

from collections.abc import Iterator, Sequence
from typing import Any

from sopctl.analysis.coverage import Count
from sopctl.analysis.health import FAMILIES, Health
from sopctl.terminal import as_json, shown

_MOST = 20


def json(health: Health) -> str:
    """Everything, as one object; the site publishes the same bytes as `status.json`."""
    return as_json(_object(health))


def _object(health: Health) -> dict[str, Any]:
    return {
        "today": str(health.today),
        "sops": {"all": sum(health.statuses.values()), **health.statuses},
        "reviews": {
            "overdue": [
                {
                    "sop": r.sop.id,
                    "owner": r.sop.owner,
                    "due": str(r.due),
                    "days": (health.today - r.due).days,
                }
                for r in health.overdue
            ],
            "load": health.load,
        },
        "scenarios": _count(health.scenarios),
        "branches": {
            **_count(health.branches),
            "untested": [{"sop": u.sop.id, **_count(u.branches)} for u in health.untested],
        },
        "clauses": {**_count(health.clauses), "unverified": list(health.unverified)},
        "findings": {
            family: {severity.value: count for severity, count in counted.items()}
            for family, counted in health.findings.items()
        },
    }


def _count(count: Count) -> dict[str, int]:
    return {"good": count.taken, "all": count.all}


def text(health: Health) -> str:
    """A page for the terminal: what is well in one line, what is not by name."""
    return shown("\n".join(_lines(health)) + "\n")


def _lines(health: Health) -> Iterator[str]:
    states = ", ".join(f"{count} {status}" for status, count in health.statuses.items())
    yield f"SOPs       {sum(health.statuses.values())}{f': {states}' if states else ''}"
    yield f"reviews    {len(health.overdue)} overdue of {len(health.reviews)}"
    for review in health.overdue:
        days = (health.today - review.due).days
        yield f"  ▲ {review.sop.id}, {review.sop.owner or 'nobody'}: since {review.due}, {days} day{'s' * (days != 1)}"
    for owner, months in health.load.items():
        first = sorted(months.items(), key=lambda each: (each[0] != "overdue", each[0]))
        due = (f"{count} {_due(month)}" for month, count in first)
        yield f"    {owner or 'nobody'}: {', '.join(due)}"
    yield f"scenarios  {_of(health.scenarios)} come out as expected"
    yield f"branches   {_of(health.branches)} are gone through by a scenario"
    worst = sorted(health.untested, key=lambda each: each.branches.taken - each.branches.all)
    yield from _first(
        [
            f"{each.sop.id}: {each.branches.all - each.branches.taken} of {each.branches.all} untested"
            for each in worst
        ]
    )
    yield f"clauses    {_of(health.clauses)} are verified"
    yield from _first(health.unverified)
    yield f"findings   {sum(sum(counted.values()) for counted in health.findings.values())}"
    for family, counted in health.findings.items():
        said = ", ".join(
            f"{count} {severity.value}{'s' * (count != 1)}" for severity, count in counted.items()
        )
        yield f"  ▲ {family}xx {FAMILIES[family]}: {said}"


def _first(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  ▲ {line}" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"  … and {len(lines) - _MOST} more; --format json lists all"


def _due(month: str) -> str:
    return month if month == "overdue" else f"due in {month}"


def _of(count: Count) -> str:
    return f"{count.taken} of {count.all}"
