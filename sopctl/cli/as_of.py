"""`sopctl as-of`."""

import sys
from collections.abc import Callable, Iterator
from datetime import date
from enum import Enum
from typing import Annotated, Any

from sopctl import edit
from sopctl.chronicle import Chronicle, State
from sopctl.cli import ground
from sopctl.cli.completion import sop_ids
from sopctl.cli.ground import Ground
from sopctl.cli.options import Argument, Option, Today
from sopctl.cli.show import Page
from sopctl.cli.wanted import answer_on, wanted_id
from sopctl.files import FileTrouble
from sopctl.in_force import Answer
from sopctl.library import Library, build
from sopctl.model import Sop
from sopctl.repository import Commit, Repository, repository_of
from sopctl.terminal import as_json, shown

AsOfFormat = Enum("AsOfFormat", {"text": "text", "yaml": "yaml", "md": "md", "json": "json"}, type=str)


def as_of(
    day: Annotated[str, Argument("The day, such as 2026-02-20.", "DATE")],
    id: Annotated[str, Argument("The id of the SOP, as it is or once was.", "ID", sop_ids)],
    today: Today = None,
    format: Annotated[
        AsOfFormat,
        Option("To read, or the file itself (yaml, md; what is known of it goes to stderr), or json."),
    ] = AsOfFormat["text"],
) -> int:
    """Show the text and the version of a SOP that were in force on a day, and how that is known.

    Effective dates decide, whenever they were committed; git has the texts. Roles, facts and other
    registers are shown as git had them on the day. Exit code 1 where none was in force, or its text is not known.

    JSON: id, day, in_force, version, since, until, why, doubts, commit (hash, author, committer,
    committed_on, on_main_since, subject), path, text.
    """
    now, wanted = ground.day(today), ground.day(day)
    base = ground.find()
    repository = repository_of(base.root)
    chronicle = Chronicle(repository, base.root)
    sop = wanted_id(chronicle, id)
    answer = answer_on(wanted, chronicle, sop, base.texts_at("HEAD", repository), now)
    doubts = (*answer.doubts, *_doubts(chronicle, answer, now))
    _WRITERS[format.value](base, chronicle, sop, answer._replace(doubts=doubts))
    return 0 if answer.state else 1


def _doubts(chronicle: Chronicle, answer: Answer, today: date) -> Iterator[str]:
    if answer.state and chronicle.is_cut(answer.state.commit):
        yield f"{chronicle.begins}, so since when git has this text is not known"
    if answer.version and not answer.state:
        yield chronicle.begins
    if answer.day > today:
        yield f"{answer.day} is still to come: this is what is known on {today}"


# For reading


def _text(base: Ground, chronicle: Chronicle, id: str, answer: Answer) -> None:
    print(shown("\n".join(_about(id, answer))))
    if answer.state:
        rest, since = chronicle.rest_of(answer.state, answer.day)
        if rest.hash != answer.state.commit.hash:
            print(f"  the rest: roles, facts and other SOPs as of commit {rest.hash[:12]} of {since}")
        library, sop = _library(
            base, chronicle.repository, answer.state, rest, answer.day, chronicle.names(id)
        )
        print(shown("\n" + "\n".join(Page(sop, library, sop.status).lines())))


def _about(id: str, answer: Answer) -> Iterator[str]:
    state = answer.state
    if state is None:
        number = f"version {answer.version}, whose text is not known" if answer.version else "no version"
        yield f"{id}, on {answer.day}: {number}"
    else:
        until = f", until {answer.until}" if answer.until else ""
        then = state.sop.id if state.sop else id
        called = f"{id} (then {then})" if then != id else id
        yield f"{called}, on {answer.day}: version {answer.version}, in force since {answer.since}{until}"
        yield f"  the text: {_path(state)} as of commit {state.commit.hash[:12]} of {state.since}, by {state.commit.author}"
    yield f"  known by: {answer.why}"
    yield from (f"  mind:     {doubt}" for doubt in answer.doubts)


def _library(
    base: Ground, repository: Repository, state: State, rest: Commit, day: date, names: frozenset[str]
) -> tuple[Library, Sop]:
    """The whole knowledge base as git had it on the day, for the SOP speaks of its roles and facts;
    with the text in force in the place of whatever stood there of the SOP."""
    assert state.sop
    assert state.typed
    texts = base.texts_at(rest.hash, repository)
    there = build(texts, day)
    left = {path: text for path, text in texts.items() if not _is_called(there, path, names)}
    left[state.typed.document.path] = state.typed.document.text
    library = build(left, day, repository.beside_at(rest.hash, base.root))
    return library, library.sop(state.sop.id) or state.sop


def _is_called(library: Library, path: str, names: frozenset[str]) -> bool:
    sop = library.by_path[path].sop if path in library.by_path else None
    return sop is not None and sop.id in names


# The file itself


def _file(id: str, answer: Answer, form: Any) -> None:
    print(shown("\n".join(_about(id, answer))), file=sys.stderr)
    if answer.state and answer.state.typed:
        document = answer.state.typed.document
        if document.markdown == (form == "md"):
            sys.stdout.write(document.text)
            return
        try:
            sys.stdout.write(edit.convert(document, form))
        except ValueError as error:
            raise FileTrouble(f"{document.path}: {error}; the file itself has the other form") from error


# For machines


def _json(id: str, answer: Answer) -> None:
    state = answer.state
    commit = state.commit if state else None
    whole = {
        "id": id,
        "day": str(answer.day),
        "in_force": answer.version is not None,
        "version": answer.version,
        "since": _day(answer.since),
        "until": _day(answer.until),
        "why": answer.why,
        "doubts": list(answer.doubts),
        "commit": commit
        and {
            "hash": commit.hash,
            "author": commit.author,
            "committer": commit.committer,
            "committed_on": commit.committed.isoformat(),
            "on_main_since": _day(state.since if state else None),
            "subject": commit.subject,
        },
        "path": _path(state) if state else None,
        "text": state.typed.document.text if state and state.typed else None,
    }
    sys.stdout.write(as_json(whole))


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _path(state: State) -> str:
    return state.typed.document.path if state.typed else ""


_WRITERS: dict[str, Callable[[Ground, Chronicle, str, Answer], None]] = {
    "text": _text,
    "yaml": lambda base, chronicle, id, answer: _file(id, answer, "yaml"),
    "md": lambda base, chronicle, id, answer: _file(id, answer, "md"),
    "json": lambda base, chronicle, id, answer: _json(id, answer),
}
