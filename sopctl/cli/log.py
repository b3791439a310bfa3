"""`sopctl log`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Annotated, Any

from sopctl.chronicle import Chronicle
from sopctl.cli import ground
from sopctl.cli.completion import sop_ids
from sopctl.cli.options import Argument, Option
from sopctl.cli.wanted import wanted_id
from sopctl.diagnostic import json_pointer
from sopctl.history import Entry, entries
from sopctl.report import as_markdown
from sopctl.repository import repository_of
from sopctl.terminal import as_json, shown

LogFormat = Enum("LogFormat", {"text": "text", "markdown": "markdown", "json": "json"}, type=str)


def log(
    id: Annotated[str, Argument("The id of the SOP, as it is or once was.", "ID", sop_ids)],
    format: Annotated[LogFormat, Option("How the history is written.")] = LogFormat["text"],
) -> int:
    """Tell the changes of meaning of one SOP through git, newest first: who, when, which version, and what.

    A new layout, a comment or a moved file is no change; a SOP is followed through new ids and file
    names. What a merge brought is told at its commits, in the place where the main line got it. What
    changes in registers, such as a shared fact, is not told: `sopctl diff` tells it.

    JSON: id, names, begins, and entries of commit, author, committer, committed_on, on_main_since, subject,
    version (before, after, step), unread, read_again, changes (pointer, kind, weight, message, before, after,
    fingerprint).
    """
    base = ground.find()
    chronicle = Chronicle(repository_of(base.root), base.root)
    sop = wanted_id(chronicle, id)
    sys.stdout.write(_WRITERS[format.value](sop, chronicle, entries(chronicle, sop)))
    return 0


def _version(entry: Entry) -> str:
    old, new = (each.version if each else None for each in (entry.before, entry.after))
    if old and new and old != new:
        return f"{old} → {new}" + (f" ({entry.step})" if entry.step else "")
    return new or old or "no version"


def _lines(entry: Entry) -> Iterator[str]:
    """What the commit changed, in words."""
    if entry.unread:
        yield f"the file could not be read: {entry.unread}"
    elif entry.read_again:
        yield f"the file can be read again{'' if entry.changes else ', and says what it said before'}"
    elif not entry.changes:
        yield "this clone begins here, so what this commit changed is not known"
    yield from (each.message for each in entry.changes)


def _joined(entry: Entry) -> str:
    """Since when the main line has a commit, where that is another day."""
    on_main = entry.since != entry.commit.committed.date()
    return f", on the main line since {entry.since}" if on_main else ""


def _also(id: str, chronicle: Chronicle) -> str:
    others = sorted(chronicle.names(id) - {id})
    return f", before called {', '.join(others)}" if others else ""


def _text(id: str, chronicle: Chronicle, found: Sequence[Entry]) -> str:
    lines = [f"{id}{_also(id, chronicle)}", ""]
    for each in found:
        commit = each.commit
        lines.append(
            f"{commit.committed.date()}  {commit.hash[:12]}  {_version(each)}  {commit.author}{_joined(each)}"
        )
        lines.append(f"  {commit.subject}")
        lines += [f"  - {line}" for line in _lines(each)] + [""]
    return shown("\n".join([*lines, _end(chronicle, found)]) + "\n")


def _markdown(id: str, chronicle: Chronicle, found: Sequence[Entry]) -> str:
    lines = [f"# Changes of {id}{_also(id, chronicle)}", ""]
    for each in found:
        commit = each.commit
        lines += [f"## {commit.committed.date()} · {_version(each)}", ""]
        lines += [
            f"{as_markdown(commit.subject)} (`{commit.hash[:12]}`, {as_markdown(commit.author)}{_joined(each)})",
            "",
        ]
        lines += [f"- {as_markdown(line)}" for line in _lines(each)] + [""]
    return "\n".join([*lines, as_markdown(_end(chronicle, found))]) + "\n"


def _end(chronicle: Chronicle, found: Sequence[Entry]) -> str:
    said = chronicle.begins if found else f"the main line never had it; {chronicle.begins}"
    return f"{said[0].upper()}{said[1:]}. What registers say is not looked at."


def _json(id: str, chronicle: Chronicle, found: Sequence[Entry]) -> str:
    whole = {
        "id": id,
        "names": sorted(chronicle.names(id)),
        "begins": chronicle.begins,
        "entries": [_entry(each) for each in found],
    }
    return as_json(whole)


def _entry(entry: Entry) -> dict[str, Any]:
    commit = entry.commit
    return {
        "commit": commit.hash,
        "author": commit.author,
        "committer": commit.committer,
        "committed_on": commit.committed.isoformat(),
        "on_main_since": str(entry.since),
        "subject": commit.subject,
        "version": {
            "before": entry.before.version if entry.before else None,
            "after": entry.after.version if entry.after else None,
            "step": entry.step or None,
        },
        "unread": entry.unread or None,
        "read_again": entry.read_again,
        "changes": [
            {
                "pointer": json_pointer(each.pointer),
                "kind": each.kind.value,
                "weight": each.weight.value,
                "message": each.message,
                "before": each.before,
                "after": each.after,
                "fingerprint": each.fingerprint,
            }
            for each in entry.changes
        ],
    }


_WRITERS: dict[str, Callable[[str, Chronicle, Sequence[Entry]], str]] = {
    "text": _text,
    "markdown": _markdown,
    "json": _json,
}
