"""What the user named, or the words that say why it is not there."""

from datetime import date
from typing import TYPE_CHECKING

from sopctl.diagnostic import did_you_mean
from sopctl.files import FileTrouble, Texts
from sopctl.library import Library, build
from sopctl.model import Sop

if TYPE_CHECKING:
    from sopctl.chronicle import Chronicle
    from sopctl.in_force import Answer, Successor


def wanted_sop(library: Library, id: str) -> Sop:
    """The SOP of that id, in whatever case it was typed."""
    sop = library.sop(id) or library.sop(id.upper())
    if sop is None:
        unread = next((path for path in library.unreadable if id in path), "")
        if unread:
            raise FileTrouble(f"{unread} cannot be read; `sopctl lint` says why")
        raise FileTrouble(
            f"no SOP is called `{id}`{did_you_mean(id.upper(), library.by_id)}; `sopctl list` lists them"
        )
    return sop


def wanted_id(chronicle: "Chronicle", id: str) -> str:
    """What a SOP is called now, or was at its end, that is or was called so, in whatever case it was typed."""
    found = next((each for each in (id, id.upper()) if each in chronicle.ids), None)
    if found is None:
        near = did_you_mean(id.upper(), chronicle.ids)
        raise FileTrouble(f"no commit holds a SOP called `{id}`{near}; {chronicle.begins}")
    return chronicle.newest(found)


def answer_on(day: date, chronicle: "Chronicle", id: str, texts: Texts, today: date) -> "Answer":
    """What of a SOP was in force on a day, by its past and by the texts that stand now."""
    from sopctl.in_force import in_force

    return in_force(
        chronicle.states(id),
        day,
        begins=chronicle.begins,
        successors=_successors_of(texts, chronicle.names(id), today),
        renamed=chronicle.renamed,
    )


def _successors_of(texts: Texts, names: frozenset[str], today: date) -> "list[Successor]":
    """The SOPs in force that take the place of one that is or was called so."""
    from sopctl.in_force import Successor

    naming = {
        path: text
        for path, text in texts.items()
        if isinstance(text, str) and "supersedes" in text and any(name in text for name in names)
    }
    return [
        Successor(sop.id, sop.effective_on)
        for sop in build(naming, today).sops
        if sop.effective_on and sop.status == "effective" and names & {*(sop.supersedes or ())}
    ]
