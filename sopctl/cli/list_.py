"""`sopctl list`."""

import sys
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, get_args

from sopctl import columns
from sopctl.cli import ground
from sopctl.cli.cells import table
from sopctl.cli.options import Option, Today
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Status
from sopctl.terminal import as_json, shown

_Words = list[str] | None
ListFormat = Enum("ListFormat", {"text": "text", "json": "json", "csv": "csv"}, type=str)


def list_(
    status: Annotated[list[str] | None, Option("Only SOPs with this status.", metavar="STATUS")] = None,
    owner: Annotated[list[str] | None, Option("Only SOPs of this owner.", metavar="ROLE")] = None,
    team: Annotated[list[str] | None, Option("Only SOPs that this team reads.", metavar="TEAM")] = None,
    tag: Annotated[list[str] | None, Option("Only SOPs with this tag.", metavar="TAG")] = None,
    overdue: Annotated[bool, Option("Only SOPs whose review is overdue.", ("--overdue",))] = False,
    today: Today = None,
    format: Annotated[ListFormat, Option("How the list is written.")] = ListFormat["text"],
) -> int:
    """List the SOPs with their status, owner and review date."""
    library = ground.find().library(ground.day(today))
    _check(library, status, owner, team, tag)
    rows = [
        _row(sop, library)
        for sop in library.sops
        if _one_of(status, sop.status)
        and _one_of(owner, sop.owner)
        and _some_of(team, sop.audience)
        and _some_of(tag, sop.tags)
        and (not overdue or sop.is_overdue(library.today))
    ]
    sys.stdout.write(_WRITERS[format.value](rows))
    _say_unread(library)
    return 0


def _check(library: Library, status: _Words, owner: _Words, team: _Words, tag: _Words) -> None:
    """Refuse words that name nothing, unless what they name may stand in a file that cannot be read."""
    ground.known("status", status, get_args(Status))
    if not library.unreadable:
        sops = library.sops
        ground.known("owner", owner, {*library.roles, *(sop.owner for sop in sops if sop.owner)})
        teams = {each for sop in sops for each in sop.audience or () if each}
        ground.known("team", team, {*library.teams, *teams})
        ground.known("tag", tag, {each for sop in sops for each in sop.tags or () if each})


def _one_of(wanted: list[str] | None, value: str | None) -> bool:
    return not wanted or value in wanted


def _some_of(wanted: list[str] | None, values: tuple[str, ...] | None) -> bool:
    return not wanted or bool({*wanted} & {*(values or ())})


def _row(sop: Sop, library: Library) -> dict[str, Any]:
    return {
        "id": sop.id,
        "title": sop.title,
        "version": sop.version,
        "status": sop.status,
        "owner": sop.owner,
        "audience": [each for each in sop.audience or () if each],
        "tags": [each for each in sop.tags or () if each],
        "effective_on": str(sop.effective_on) if sop.effective_on else None,
        "review_by": str(sop.review_by) if sop.review_by else None,
        "overdue": sop.is_overdue(library.today),
        "path": library.path_of(sop),
    }


def _text(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "no SOP fits\n"
    names = ("id", "title", "version", "status", "owner", "review_by")
    cells = [[str(row[name] or "-") for name in names] for row in rows]
    widths = [max(map(columns.wide, column)) for column in zip(names, *cells, strict=True)]
    marks = ["" if not row["overdue"] else "  overdue" for row in rows]
    lines = [_line([name.replace("_", " ") for name in names], widths)]
    lines += [_line(line, widths) + mark for line, mark in zip(cells, marks, strict=True)]
    return shown("\n".join(lines) + "\n")


def _line(cells: Any, widths: list[int]) -> str:
    return "  ".join(columns.padded(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _json(rows: list[dict[str, Any]]) -> str:
    return as_json(rows)


def _csv(rows: list[dict[str, Any]]) -> str:
    columns = ["id", "title", "version", "status", "owner", "audience", "tags", "effective_on", "review_by", "overdue", "path"]  # fmt: skip
    return table(columns, ([_cell(row[column]) for column in columns] for row in rows))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)


_WRITERS: dict[str, Callable[[list[dict[str, Any]]], str]] = {"text": _text, "json": _json, "csv": _csv}


def _say_unread(library: Library) -> None:
    for path in library.unreadable:
        ground.warn(f"{path} cannot be read and is not listed; `sopctl lint` says why")
