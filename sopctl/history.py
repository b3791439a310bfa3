"""The commits that changed what a SOP means, and what each of them changed."""

from collections.abc import Sequence

from sopctl.chronicle import Chronicle, changed, is_whole
from sopctl.diff import Change, Renamed
from sopctl.model import Sop, Typed
from sopctl.named import NamedTuple
from sopctl.repository import Commit


class Entry(NamedTuple):
    """A commit, and what a SOP meant before and after it; `unread` says why that is not known.
    It has no changes where the file cannot be read, or where a shallow clone begins."""

    commit: Commit
    before: Sop | None
    after: Sop | None
    changes: tuple[Change, ...]
    unread: str = ""

    @property
    def step(self) -> str:
        """How far the version went: major, minor, patch, or not at all."""
        old, new = (each.version if each else None for each in (self.before, self.after))
        if not old or not new or old == new:
            return ""
        parts = zip(("major", "minor", "patch"), old.split("."), new.split("."), strict=False)
        return next((name for name, one, other in parts if one != other), "")


def entries(chronicle: Chronicle, sop: str) -> list[Entry]:
    """The changes of meaning of a SOP, newest first. Layout, comments and the place of the file are
    none. A file that cannot be read changes nothing: the next one that can is compared with the last."""
    last: dict[int, Typed | None] = {}  # by the file that cannot be read, the one before that can
    found = []
    for turn in reversed(chronicle.turns(sop)):
        before = tuple(last.get(id(each), each) if each else None for each in turn.before)
        old, after = next(filter(None, before), None), turn.after
        if after and not is_whole(after):
            last[id(after)] = old
            found.append(Entry(turn.commit, old and old.sop, None, (), _why(after)))
        elif chronicle.is_cut(turn.commit):
            found.append(Entry(turn.commit, None, after and after.sop, ()))
        elif changes := _changes(before, after, chronicle.renamed):
            found.append(Entry(turn.commit, old and old.sop, after and after.sop, changes))
    return found[::-1]


def _changes(before: Sequence[Typed | None], after: Typed | None, renamed: Renamed) -> tuple[Change, ...]:
    """What is as none of the parents had it: what one of them had is told where it was made."""
    first, *others = (changed(each, after, renamed) for each in before)
    for other in others:
        there = {(each.pointer, each.kind, repr(each.after)) for each in other}
        first = tuple(each for each in first if (each.pointer, each.kind, repr(each.after)) in there)
    return first


def _why(typed: Typed) -> str:
    problems = [each.finding.message for each in typed.problems]
    return problems[0] if problems else "this is no SOP"
