"""`sopctl coverage`."""

import re
import sys
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Annotated, Any

from sopctl.analysis.clause_trace import Place, Trace, trace
from sopctl.analysis.clauses import within
from sopctl.cli import ground
from sopctl.cli.cells import table
from sopctl.cli.options import Option, Today
from sopctl.diagnostic import did_you_mean
from sopctl.files import FileTrouble
from sopctl.model.registers import AppliesTo
from sopctl.terminal import as_json, shown

CoverageFormat = Enum(
    "CoverageFormat", {"text": "text", "markdown": "markdown", "csv": "csv", "json": "json"}, type=str
)

COLUMNS = (
    "clause", "source", "kind", "value", "confidence", "applies to", "carried out by", "status", "where",
    "time", "notice", "scenarios", "training", "metrics", "missing",
)  # fmt: skip

_MOST = 20


def coverage(
    format: Annotated[CoverageFormat, Option("How the table is written.")] = CoverageFormat["text"],
    jurisdiction: Annotated[
        str | None, Option("Only clauses that apply in this place.", metavar="PLACE")
    ] = None,
    worker_type: Annotated[
        str | None, Option("Only clauses that apply to these workers.", metavar="TYPE")
    ] = None,
    today: Today = None,
) -> int:
    """Show for each clause what carries it out: SOP, step, time, notice, scenario, training, metric; and what is missing."""
    library = ground.find().library(ground.day(today))
    known = library.knowledge_base
    _check("jurisdiction", jurisdiction, known.jurisdictions if known else ())
    _check("worker type", worker_type, known.worker_types if known else ())
    traces = [
        each._replace(
            places=tuple(
                p for p in each.places if not p.sop or within(p.sop.applies_to, jurisdiction, worker_type)
            )
        )
        for each in trace(library)
        if within(each.clause.applies_to, jurisdiction, worker_type)
    ]
    sys.stdout.write(_WRITERS[format.value](traces))
    ground.say_left_out(library)
    return 0


def _check(what: str, word: str | None, known: Sequence[str] | None) -> None:
    if word and known and word not in known:
        listed = ", ".join(f"`{each}`" for each in known)
        raise FileTrouble(
            f"no {what} is called `{word}`{did_you_mean(word, known) or f'; there are {listed}'}"
        )


# As a table


def _rows(traces: Sequence[Trace]) -> Iterator[tuple[str, ...]]:
    for each in traces:
        about = _about(each)
        for place in each.places:
            yield (*about, *_cells(place), "; ".join((*each.missing, *place.missing)))
        if not each.places:
            yield (*about, "nobody", "", "", "", "", "", "", "", "; ".join(each.missing))


def _about(each: Trace) -> tuple[str, ...]:
    clause = each.clause
    value = ", ".join(word for word in clause.value or () if word)
    return (
        each.id,
        clause.source or "",
        clause.kind or "policy",
        value,
        clause.confidence or "",
        _scope(clause.applies_to),
    )


def _scope(applies: AppliesTo | None) -> str:
    parts = [applies.jurisdictions, applies.worker_types] if applies else []
    return "; ".join(", ".join(word for word in part if word) for part in parts if part) or "everywhere"


def _cells(place: Place) -> tuple[str, ...]:
    sop = place.sop
    many = (place.times, place.notices, place.scenarios, place.questions, place.metrics)
    who = (f"{sop.id} {sop.version or ''}".strip(), sop.status or "") if sop else ("", "")
    return (*who, place.what, *("; ".join(each) for each in many))


def _csv(traces: Sequence[Trace]) -> str:
    return table(COLUMNS, _rows(traces))


def _markdown(traces: Sequence[Trace]) -> str:
    lines = ["# Clauses and who carries them out", "", _summary(traces), ""]
    lines += [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in _rows(traces)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_\[\]|{}])", r"\\\1", plain)


# For reading


def _text(traces: Sequence[Trace]) -> str:
    lines: list[str] = []
    for each in traces:
        id, source, kind, value, confidence, scope = _about(each)
        lines += [id, f"  {kind}{f' {value}' if value else ''}; {confidence}; {scope}", f"  {source}"]
        lines += [f"  ▲ {word}" for word in each.missing]
        places = sorted(each.places, key=lambda place: not place.missing)
        for place in places[:_MOST]:
            lines += [f"  {' '.join(_cells(place)[:1])} {place.what}".replace("   ", "  ")]
            named = (("time", place.times), ("notice", place.notices), ("scenarios", place.scenarios),
                     ("training", place.questions), ("metrics", place.metrics), ("▲ missing", place.missing))  # fmt: skip
            lines += [f"      {name:<10} {'; '.join(words)}" for name, words in named if words]
        if len(places) > _MOST:
            lines.append(f"  … and {len(places) - _MOST} more; --format json lists all")
        lines.append("")
    return shown("\n".join([*lines, _summary(traces)]) + "\n")


def _summary(traces: Sequence[Trace]) -> str:
    due = [each for each in traces if each.applies]
    done = [each for each in due if each.carried_out]
    whole = [
        each for each in done if not each.missing and any(p.works and not p.missing for p in each.places)
    ]
    return (
        f"{len(traces)} {'clause' if len(traces) == 1 else 'clauses'}, "
        f"{len(due)} of which {'applies' if len(due) == 1 else 'apply'}; "
        f"{len(done)} of these {'is' if len(done) == 1 else 'are'} carried out, "
        f"{len(whole)} with nothing missing."
    )


# For machines


def _json(traces: Sequence[Trace]) -> str:
    found = [_clause(each) for each in traces]
    return as_json({"clauses": found, "summary": _summary(traces)})


def _clause(each: Trace) -> dict[str, Any]:
    clause, applies = each.clause, each.clause.applies_to
    return {
        "id": each.id,
        "text": clause.text,
        "source": clause.source,
        "kind": clause.kind,
        "value": [word for word in clause.value or () if word],
        "confidence": clause.confidence,
        "checked_on": str(clause.checked_on) if clause.checked_on else None,
        "jurisdictions": [word for word in (applies.jurisdictions if applies else ()) or () if word],
        "worker_types": [word for word in (applies.worker_types if applies else ()) or () if word],
        "applies": each.applies,
        "carried_out": each.carried_out,
        "missing": list(each.missing),
        "places": [_place(place) for place in each.places],
    }


def _place(place: Place) -> dict[str, Any]:
    sop = place.sop
    return {
        "sop": sop.id if sop else None,
        "version": sop.version if sop else None,
        "status": sop.status if sop else None,
        "where": place.what,
        "times": list(place.times),
        "notices": list(place.notices),
        "scenarios": list(place.scenarios),
        "questions": list(place.questions),
        "metrics": list(place.metrics),
        "missing": list(place.missing),
    }


_WRITERS = {"text": _text, "markdown": _markdown, "csv": _csv, "json": _json}
