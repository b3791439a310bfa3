"""Two libraries become the changes between them, told in the words of the model."""

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any

from sopctl.diagnostic import Pointer
from sopctl.diff import pairs
from sopctl.diff.change import Change, Kind, signed
from sopctl.diff.compare import Here, compare, renamed
from sopctl.diff.essence import plain, words_of
from sopctl.diff.names import NOTHING, Names, Renamed
from sopctl.library import Library
from sopctl.model import OUTLINE, REGISTERS, Registers, Typed
from sopctl.model.sop import APPROVED, Sop
from sopctl.named import NamedTuple
from sopctl.record import Record
from sopctl.shape import List, Map
from sopctl.weight import Weight

Sides = tuple[Library, Library]


class Gap(NamedTuple):
    """A file that could not be compared, because it cannot be read whole on one of the sides."""

    path: str
    side: str  # before | after
    why: str
    same: bool  # the file is the same on both sides, letter by letter


def changes(before: Library, after: Library, renamed: Renamed = NOTHING) -> tuple[Change, ...]:
    """What has changed in meaning, SOP by SOP, then register by register; layout, comments, the
    order of keys and the place of files mean nothing. `renamed` is what is known to be called
    otherwise, beside what the libraries tell."""
    names = Names({**renamed, **renames(before, after)}, _calls(before))
    return signed((*_sop_changes(before, after, names), *_register_changes(before, after, names)))


def renames(before: Library, after: Library) -> Renamed:
    """What is called otherwise now: by space and old name, the new name."""
    sops = _sop_pairs(before, after)
    found = {("sop", old): new for old, new in sops.items() if old != new}
    for register in _MAPS:
        olds, news = _entries(before, register), _entries(after, register)
        named = renamed(_MAPS[register].value, olds, news) if olds.keys() != news.keys() else {}
        found |= {(register, old): new for old, new in named.items()}
    for old, new in sops.items():
        if _differ(before.by_id[old], after.by_id[new]):
            found |= _renamed_inside(old, _told(before, old), _told(after, new))
    return found


def gaps(before: Library, after: Library) -> tuple[Gap, ...]:
    """The files that cannot be read whole on one of the sides."""
    found = []
    for side, library, other in (("before", before, after), ("after", after, before)):
        for path, each in sorted(library.by_path.items()):
            if _hidden(each):
                why = each.problems[0].finding.message if each.problems else "it cannot be read"
                twin = other.by_path.get(path)
                same = bool(twin and each.document.text and twin.document.text == each.document.text)
                found.append(Gap(path, side, why, same))
    return tuple(found)


# SOPs


def _sop_changes(before: Library, after: Library, names: Names) -> Iterator[Change]:
    sops = _sop_pairs(before, after)
    old_of = {new: old for old, new in sops.items()}
    doubtful = hidden_ids(before, after)
    for id in sorted(before.by_id.keys() | after.by_id.keys()):
        if id in old_of:
            yield from _changes_of(old_of[id], id, before, after, names)
        elif id in doubtful:
            continue
        elif id in after.by_id:
            told = _told(after, id)
            said = f"{id} is new: “{told.get('title', '')}”"
            yield Change(id, (), Kind.ADDED, _whole_weight(told), None, told, said)
        elif id not in sops:
            told = _told(before, id)
            said = f"{id} is gone: it was “{told.get('title', '')}”"
            yield Change(id, (), Kind.REMOVED, _whole_weight(told), told, None, said)


def _whole_weight(told: dict[str, Any]) -> Weight:
    """A SOP that comes or goes decides, but for one that nobody works by yet."""
    return Weight.DECISION if told.get("status") in APPROVED else Weight.CLARIFIED


def _changes_of(old: str, new: str, before: Library, after: Library, names: Names) -> Iterator[Change]:
    one, other = before.by_id[old], after.by_id[new]
    if not _differ(one, other):
        return
    if old != new:
        at: Pointer = ("id",)
        said = f"{old} is now called {new}"
        yield Change(new, at, Kind.RENAMED, Weight.CLARIFIED, old, new, said, "", at)
    for each in compare(OUTLINE, _told(before, old), _told(after, new), Here(new, names.within(old))):
        if old == new or each.pointer[0] != "formerly" or {each.before, each.after} - {old, new, None}:
            yield each  # that it was called otherwise before is what the new name says already


def _sop_pairs(before: Library, after: Library) -> dict[str, str]:
    """Old id to new of the SOPs that are on both sides and can be read there."""
    hidden = hidden_ids(before, after)
    kept = {id: id for id in before.by_id if id in after.by_id and id not in hidden}
    gone = {id: _told(before, id) for id in before.by_id if id not in after.by_id and id not in hidden}
    come = {id: _told(after, id) for id in after.by_id if id not in before.by_id and id not in hidden}
    declared = _declared(gone, come, after) or {
        new: old for old, new in _declared(come, gone, before).items()
    }
    left = {id: told for id, told in gone.items() if id not in declared}
    free = {id: told for id, told in come.items() if id not in declared.values()}
    return kept | declared | renamed(OUTLINE, left, free)


def _declared(gone: Collection[str], come: Collection[str], library: Library) -> dict[str, str]:
    """Old id to new, where the SOP itself says what it was called; of several the first counts."""
    found: dict[str, str] = {}
    for sop in library.sops:
        olds = [old for old in sop.formerly or () if old in gone and old not in found]
        if olds and sop.id in come:
            found[olds[0]] = sop.id
    return found


def _renamed_inside(sop: str, before: dict[str, Any], after: dict[str, Any]) -> dict[tuple[str, str], str]:
    """The steps, outcomes and facts of a SOP that have another id now."""
    found: dict[tuple[str, str], str] = {}
    for word, space in (("steps", f"{sop}#"), ("outcomes", f"{sop}#"), ("facts", f"{sop}?")):
        shape = Sop.__keys__[word].shape
        one, other = _by_id(before.get(word)), _by_id(after.get(word))
        if one.keys() != other.keys() and isinstance(shape, List | Map):
            named = renamed(shape.item if isinstance(shape, List) else shape.value, one, other)
            found |= {(space, old): new for old, new in named.items()}
    return found


def _by_id(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {each["id"]: each for each in value if isinstance(each, dict) and each.get("id")}
    return value if isinstance(value, dict) else {}


def _told(library: Library, id: str) -> dict[str, Any]:
    data = plain(OUTLINE, library.by_id[id].document.data)
    return {**data, "id": id} if isinstance(data, dict) else {"id": id}


def _differ(one: Typed, other: Typed) -> bool:
    return one is not other and one.document.text != other.document.text


def _calls(library: Library) -> dict[tuple[str, str], str]:
    return {(sop.id, step.id): step.call for sop in library.sops for step in sop.known_steps if step.call}


# Registers

_MAPS: dict[str, Map] = {
    name: shape for name in REGISTERS if isinstance(shape := Registers.__keys__[name].shape, Map)
}
_OUTLINE = Record(Registers)


def _register_changes(before: Library, after: Library, names: Names) -> Iterator[Change]:
    """The registers as if each side had one file of them."""
    one, other = _registers(before), _registers(after)
    for name in REGISTERS:
        old, new = one.get(name), other.get(name)
        if old == new:
            continue
        if name in _MAPS:
            old, new = _whole(old or {}, new or {}, before, after)
        elif (new is None and _registers_hidden(after)) or (old is None and _registers_hidden(before)):
            continue
        left, right = ({name: value} if value else {} for value in (old, new))
        yield from compare(_OUTLINE, plain(_OUTLINE, left), plain(_OUTLINE, right), Here("", names))


def _registers(library: Library) -> dict[str, Any]:
    """What all register files say together; of an id that stands twice, the first counts."""
    found: dict[str, Any] = {}
    for path in sorted(library.by_path):
        each = library.by_path[path]
        if each.registers is None or not isinstance(each.document.data, dict):
            continue
        for name, value in each.document.data.items():
            if name in _MAPS:
                found[name] = {**(value if isinstance(value, dict) else {}), **found.get(name, {})}
            elif name == "scenarios":
                found.setdefault(name, []).extend(value if isinstance(value, list) else [value])
            elif name in REGISTERS:
                found.setdefault(name, value)
    return found


def _entries(library: Library, register: str) -> dict[str, Any]:
    shape = _MAPS[register].value
    return {id: plain(shape, entry) for id, entry in _registers(library).get(register, {}).items()}


def _whole(old: Any, new: Any, before: Library, after: Library) -> tuple[Any, Any]:
    """Without the entries that may only be missing because a file on the other side cannot be read."""
    if _registers_hidden(after):
        old = {id: entry for id, entry in old.items() if id in new}
    if _registers_hidden(before):
        new = {id: entry for id, entry in new.items() if id in old}
    return old, new


# What cannot be read


def _hidden(each: Typed) -> bool:
    return not each.document.complete or not each.readable or each.hides_entries


def hidden_ids(before: Library, after: Library) -> set[str]:
    """The SOPs that cannot be compared, because their files cannot be read whole on one of the sides."""
    return _hidden_in(before, after) | _hidden_in(after, before)


def _hidden_in(library: Library, other: Library) -> set[str]:
    hidden = [each for each in library.typed if _hidden(each)]
    ids = {each.sop.id for each in hidden if each.sop}
    ids |= {PurePosixPath(each.document.path).stem for each in hidden}
    return ids | (other.by_id.keys() - library.by_id.keys() if library.closed else set())


def _registers_hidden(library: Library) -> bool:
    return any(_hidden(each) and each.sop is None for each in library.typed)


__all__ = [
    "NOTHING",
    "Change",
    "Gap",
    "Kind",
    "Renamed",
    "Weight",
    "changes",
    "gaps",
    "pairs",
    "renames",
    "words_of",
]
