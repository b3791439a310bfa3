"""A review as text for a terminal, as Markdown for a pull request, as a page, or for programs."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from sopctl import files
from sopctl.analysis.time_words import listed
from sopctl.diagnostic import json_pointer
from sopctl.diff import Change
from sopctl.diff.cases import Unknown
from sopctl.diff.telling import CaseChange
from sopctl.named import NamedTuple
from sopctl.render.templates import OURS, TemplateTrouble, told
from sopctl.report.json import entry
from sopctl.review import Review
from sopctl.review.reach import KINDS
from sopctl.review.verdict import MEANS
from sopctl.terminal import as_json, printable
from sopctl.weight import Weight

FORMATS = ("text", "markdown", "json", "html")
MOST = 65_000
"""Characters that a code host takes in one comment, less what `sopctl comment` marks it with."""

SUFFIX = ".jinja"


class Part(NamedTuple):
    """Some of many things, and how many are left out."""

    shown: Sequence[Any]
    left: int = 0


def report(format: str, review: Review, *, colour: bool = False, own: Path | None = None) -> str:
    """The review in one of `FORMATS`; `own` is a folder whose templates take the place of ours."""
    match format:
        case "json":
            return as_json(_object(review), ascii=True)
        case "markdown":
            return _fitting(
                review, lambda values: _rendered("markdown", values, {"md": _md, "brief": _brief}, own)
            )
        case "html":
            return _rendered("html", _values(review, {}), {"code": _code, "brief": _brief}, own)
    paint: Callable[[str, str], str] = (lambda text, style: f"\033[{style}m{text}\033[0m") if colour else (lambda text, _: text)  # fmt: skip
    return _rendered(
        "text", _values(review, _ON_A_SCREEN), {"paint": paint, "plain": printable, "brief": _brief}, own
    )


def _rendered(
    name: str, values: Mapping[str, Any], filters: Mapping[str, Callable[..., Any]], own: Path | None
) -> str:
    from jinja2 import FunctionLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    from sopctl.render.jinja import Bounded

    class Sandbox(Bounded, SandboxedEnvironment):
        pass

    file = f"review.{name}{SUFFIX}"
    theirs = own / file if own and (own / file).exists() else None
    shown = f"{theirs.parent.name}/{file}" if theirs else f"{OURS}{file}"
    reach = files.Reach(own) if own and theirs else None
    text = files.text_of(theirs or files.find_data("templates") / file, shown, reach)
    environment = Sandbox(
        loader=FunctionLoader(lambda wanted: (text, shown, None) if wanted == file else None),
        undefined=StrictUndefined, autoescape=name == "html", trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update(filters)
    try:
        return environment.get_template(file).render(values)
    except Exception as error:  # a template can do whatever a program can
        raise TemplateTrouble(told(error, shown)) from error


# What templates show


_IMPORTANCE = (
    "faults", "cases", "clocks", "people", "heavy", "approvals", "training", "jobs", "results", "clauses",
    "light", "unsure", "new", "touched", "through", "gone",
)  # fmt: skip
"""The parts of a review, the most important first."""


_ON_A_SCREEN = {"touched": 30, "through": 10, "new": 50, "gone": 30}
"""How much of what matters least a terminal shows."""

_IN_A_COMMENT = {"through": 30}
"""How much a comment shows of what may be most of a handbook, though more had room."""


def _values(review: Review, most: Mapping[str, int]) -> dict[str, Any]:
    """What the templates show; of a part that is in `most`, no more than so many things."""

    def part(name: str, items: Sequence[Any]) -> Part:
        kept = items[: most.get(name, len(items))]
        return Part(kept, len(items) - len(kept))

    by_weight = sorted(review.changes, key=lambda each: -each.weight.rank)
    heavy = [each for each in by_weight if each.weight.rank > Weight.CLARIFIED.rank]
    light = [each for each in by_weight if each.weight.rank <= Weight.CLARIFIED.rank]
    ends = review.consequences
    clauses = [(each, "gained") for each in review.reach.gained]
    clauses += [(each, "lost") for each in review.reach.lost]
    return {
        "verdict": review.verdict,
        "gaps": review.gaps,
        "faults": part("faults", review.faults),
        "cases": part("cases", review.cases.changes),
        "same": review.cases.same,
        "handed": _handed(review),
        "unsure": part("unsure", _unsure(review)),
        "clocks": part("clocks", review.clocks),
        "people": part("people", review.reach.people),
        "heavy": _groups(part("heavy", heavy)),
        "light": _groups(part("light", light)),
        "approvals": part("approvals", ends.approvals),
        "training": part("training", ends.training),
        "announcement": ends.announcement,
        "jobs": part("jobs", ends.jobs),
        "results": part("results", review.reach.results),
        "clauses": part("clauses", clauses),
        "touched": part("touched", [each for each in review.reach.touched if each.direct]),
        "through": part("through", [each for each in review.reach.touched if not each.direct]),
        "kinds": KINDS,
        "new": part("new", review.debts.new),
        "gone": part("gone", review.debts.gone),
        "count": _count,
        "home": _home,
    }


def _handed(review: Review) -> tuple[str, str] | None:
    """The SOPs that hand cases on, all of them together, and those where these go apart."""
    handed = review.cases.handed
    if not handed:
        return None
    sops, to = (sorted({id for each in handed for id in each[side]}) for side in (0, 1))
    return listed(sops), listed(to, "or")


def _unsure(review: Review) -> list[Unknown]:
    """The SOPs of which the same is unknown, together, and what."""
    found: dict[str, list[str]] = {}
    for each in review.cases.unknown:
        found.setdefault(each.reason, []).append(each.sop)
    return [Unknown(listed(sops), reason) for reason, sops in found.items()]


def _groups(part: Part) -> Part:
    """Changes under the words for their weight."""
    groups = [
        (weight.value, MEANS[weight].partition(":")[0], list(changes))
        for weight, changes in groupby(part.shown, key=lambda each: each.weight)
    ]
    return Part(groups, part.left)


def _home(change: Change) -> str:
    """The SOP of a change, where its message does not begin with it."""
    return "" if change.message.startswith(change.sop) else change.sop


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


# Markdown


def _fitting(review: Review, render: Callable[[Mapping[str, Any]], str]) -> str:
    """The whole, or as much as a comment takes: the least important parts are cut first."""
    most = {**_IN_A_COMMENT}
    text = render(_values(review, most))
    for name in reversed(_IMPORTANCE):
        for number in (100, 30, 10, 3, 0):
            if len(text) <= MOST:
                return text
            most[name] = min(number, most.get(name, number))
            text = render(_values(review, most))
    return text


_CODE = re.compile(r"`([^`]+)`")
_NAME = re.compile(r"[\w.#:/ \[\]{}-]+")
_MARKS = str.maketrans(
    {"<": "&lt;", ">": "&gt;", "&": "&amp;", **{char: f"\\{char}" for char in "\\`*_[]{}|~#!"}}
)
_CALLS = re.compile(
    r"(?<=[@#!~$%])(?=[\w\\\"'])|(?<=:)(?=[a-z][\w+-]*:)|(?<=&amp;)(?=\w)|(?<=[hH][tT][tT][pP])(?=s?:)|(?<=[wW]{3})(?=\.)"
)
_LONGEST = 2000


def _md(text: object) -> str:
    """One line of Markdown that shows a text and does nothing: no HTML, no link, no mention.

    What stands in backticks stays code where it is a plain name. Code hosts look for names, numbers
    and addresses (`@name`, `#1`, `www.`) in what is shown, so a space of no width stands in them.
    """
    pieces = _CODE.split(_brief(text, _LONGEST))
    return "".join(_span(piece) if i % 2 else _quiet(piece) for i, piece in enumerate(pieces))


def _span(text: str) -> str:
    return f"`{text}`" if _NAME.fullmatch(text) else _quiet(f"`{text}`")


def _quiet(text: str) -> str:
    return _CALLS.sub("\u200b", text.translate(_MARKS))


def _brief(text: object, most: int = 300) -> str:
    """A text on one line, cut where it is longer."""
    words = " ".join(str(text).split())
    if len(words) <= most:
        return words
    words = words[: most - 1]
    if words.count("`") % 2:  # half a name says less than none
        words = words[: words.rindex("`")]
    return f"{words.rstrip()}…"


# HTML


def _code(text: object) -> Any:
    """A text as HTML, with what stands in backticks as code."""
    from markupsafe import Markup, escape

    pieces = _CODE.split(str(text))
    said = [
        f"<code>{escape(piece)}</code>" if i % 2 else str(escape(piece)) for i, piece in enumerate(pieces)
    ]
    return Markup("".join(said))  # every piece of it is escaped


# For programs


def _object(review: Review) -> dict[str, Any]:
    verdict = review.verdict
    return {
        "verdict": {
            "line": verdict.line,
            "weight": verdict.weight.value if verdict.weight else None,
            "whole": verdict.whole,
            "before": verdict.before,
            "after": verdict.after,
            "unread": [gap._asdict() for gap in review.gaps],
        },
        "changes": [_change(each) for each in review.changes],
        "cases": {
            "changes": [_case(each) for each in review.cases.changes],
            "same": list(review.cases.same),
            "handed": [each._asdict() for each in review.cases.handed],
            "unknown": [each._asdict() for each in review.cases.unknown],
        },
        "clocks": [each._asdict() for each in review.clocks],
        "reach": {
            "touched": [each._asdict() for each in review.reach.touched],
            "people": [each._asdict() for each in review.reach.people],
            "clauses_gained": [each._asdict() for each in review.reach.gained],
            "clauses_lost": [each._asdict() for each in review.reach.lost],
            "scenarios": [each._asdict() for each in review.reach.results],
        },
        "consequences": {
            "versions": [_version(each) for each in review.versions],
            "approvals": [each._asdict() for each in review.consequences.approvals],
            "training": [each._asdict() for each in review.consequences.training],
            "announcement": review.consequences.announcement and review.consequences.announcement._asdict(),
            "jobs": [each._asdict() for each in review.consequences.jobs],
        },
        "diagnostics": [
            *({"state": "new", **entry(each)} for each in (*review.faults, *review.debts.new)),
            *({"state": "gone", **entry(each)} for each in review.debts.gone),
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "sop": change.sop,
        "pointer": json_pointer(change.pointer),
        "kind": change.kind.value,
        "weight": change.weight.value,
        "before": change.before,
        "after": change.after,
        "message": change.message,
        "fingerprint": change.fingerprint,
    }


def _case(each: CaseChange) -> dict[str, Any]:
    return {**each._asdict(), "tests": dict(each.tests), "example": each.example._asdict()}


def _version(each: Any) -> dict[str, Any]:
    return {
        "sop": each.sop,
        "weight": each.weight.value,
        "needed": each.needed,
        "made": each.made,
        "before": each.before,
        "after": each.after,
        "least": each.least,
    }
