"""The commits that changed what a SOP means, and what each of them changed."""

from collections.abc import Iterator, Sequence
from datetime import date

from sopctl.chronicle import Chronicle, Turn, changed, is_whole
from sopctl.diagnostic import Pointer
from sopctl.diff import Change, Kind, Renamed
from sopctl.model import Sop, Typed
from sopctl.named import NamedTuple
from sopctl.repository import Commit


class Entry(NamedTuple):
    """A commit, and what a SOP meant before and after it; `unread` says why that is not known, and
    `read_again` that it is known again. It has no changes where the file cannot be read, or where a
    shallow clone begins."""

    commit: Commit
    before: Sop | None
    after: Sop | None
    changes: tuple[Change, ...]
    since: date  # of the main line
    unread: str = ""
    read_again: bool = False

    @property
    def step(self) -> str:
        """How far the version went: major, minor, patch, or not at all."""
        old, new = (each.version if each else None for each in (self.before, self.after))
        if not old or not new or old == new:
            return ""
        parts = zip(("major", "minor", "patch"), old.split("."), new.split("."), strict=False)
        return next((name for name, one, other in parts if one != other), "")


def entries(chronicle: Chronicle, sop: str) -> list[Entry]:
    """The changes of meaning of a SOP, newest first as the main line got them. Layout, comments and the
    place of the file are none. A file that cannot be read changes nothing: the next one that can is
    compared with the last."""
    last: dict[int, Typed | None] = {}  # by the file that cannot be read, the one before that can
    joined: dict[str, list[_Told]] = {}  # by the commit of the main line, what came with it
    for turn in reversed(chronicle.turns(sop)):
        before = tuple(last.get(id(each), each) if each else None for each in turn.before)
        if _is_unread(turn.after):
            last[id(turn.after)] = next(filter(None, before), None)
        told = joined.setdefault(turn.joined, [])
        if entry := _entry(chronicle, turn, before, told if turn.on_main else ()):
            told.append(_Told(entry, turn.after))
    return [each.entry for told in joined.values() for each in told][::-1]


class _Told(NamedTuple):
    """What is told of a commit, and the text that it left."""

    entry: Entry
    after: Typed | None


def _entry(
    chronicle: Chronicle, turn: Turn, before: Sequence[Typed | None], came: Sequence[_Told]
) -> Entry | None:
    """What there is to tell of a commit, beside what is told of those that `came` to the main line with it."""
    old, after = next(filter(None, before), None), turn.after
    entry = Entry(turn.commit, old and old.sop, after and after.sop, (), turn.since)
    broken = came and came[-1].entry.unread
    if after and _is_unread(after):
        known = broken and any(after is each for each in turn.before[1:])
        return None if known else entry._replace(after=None, unread=_why(after))
    if chronicle.is_cut(turn.commit):
        return entry._replace(before=None)
    mended = broken or (_is_unread(turn.before[0]) and not any(each.entry.read_again for each in came))
    entry = entry._replace(
        changes=_changes(turn, before, chronicle.renamed, came),
        read_again=bool(mended and after),
    )
    return entry if entry.changes or entry.read_again else None


def _changes(
    turn: Turn, before: Sequence[Typed | None], renamed: Renamed, came: Sequence[_Told]
) -> tuple[Change, ...]:
    """What a commit changed. Of a merge, what is as none of the parents had it: what one of them had is
    told where it was made. On the main line also what it took back, of that line or of what came."""
    first = changed(before[0], turn.after, renamed)
    if len(before) == 1:
        return first
    held = [each for each in before[1:] if each or not before[0]]  # else it stood there by another path
    there = [{*map(_key, changed(each, turn.after, renamed))} for each in held]
    new = {_key(each) for each in first if there and all(_key(each) in keys for keys in there)}
    if not turn.on_main:
        return tuple(each for each in first if _key(each) in new)
    refused = {_key(each): each for each in _refused(turn, renamed, came)}
    places = {each.anchor[:_PLACE] for told in came for each in told.entry.changes}
    undone = {_key(each) for each in first if each.anchor[:_PLACE] not in places}
    ours = {_key(each): each for each in first if _key(each) in new | undone | refused.keys()}
    return (*ours.values(), *(each for key, each in refused.items() if key not in ours))


_PLACE = 3
"""How much of an anchor tells what a change is of: `steps`, `read`, `decide`. A row that a branch changes twice
has another anchor in each of its commits, and a third one in all of them together."""


def _refused(turn: Turn, renamed: Renamed, came: Sequence[_Told]) -> Iterator[Change]:
    """What was told last of something that came with a merge, and is not so after it."""
    last = {each.anchor: told for told in came for each in told.entry.changes}
    for told in came:
        anchors = {each.anchor for each in told.entry.changes if last[each.anchor] is told}
        yield from (each for each in changed(told.after, turn.after, renamed) if each.anchor in anchors)


def _key(change: Change) -> tuple[Pointer, Kind, str]:
    return change.pointer, change.kind, repr(change.after)


def _is_unread(typed: Typed | None) -> bool:
    return typed is not None and not is_whole(typed)


def _why(typed: Typed) -> str:
    problems = [each.finding.message for each in typed.problems]
    return problems[0] if problems else "this is no SOP"
