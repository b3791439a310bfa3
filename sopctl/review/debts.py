"""Which findings of the rules are new, and which are gone; what was there before blocks nobody."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sopctl.diagnostic import Diagnostic
from sopctl.library import Library
from sopctl.named import NamedTuple


class Debts(NamedTuple):
    """Findings that only one side has."""

    new: tuple[Diagnostic, ...]
    gone: tuple[Diagnostic, ...]


def debts(
    old: Sequence[Diagnostic],
    new: Sequence[Diagnostic],
    before: Library,
    after: Library,
    renamed: Mapping[str, str],
) -> Debts:
    """Findings are held against each other by what they say and of which SOP, not by their lines."""
    one = [(_name(each, before, {}), each) for each in old]
    other = [(_name(each, after, renamed), each) for each in new]
    gone = _only(one, (name for name, _ in other))
    unread = frozenset(after.unreadable)
    judged = [each for each in gone if each.span.path not in unread]  # of the others nobody knows
    return Debts(_only(other, (name for name, _ in one)), tuple(judged))


_Name = tuple[str, str, str]


def _name(each: Diagnostic, library: Library, renamed: Mapping[str, str]) -> _Name:
    typed = library.by_path.get(each.span.path)
    home = each.span.path
    if typed is not None and typed.sop is not None:
        home = renamed.get(typed.sop.id, typed.sop.id)
    elif typed is not None:
        home = "/".join(str(part) for part in each.pointer[:2])  # a register entry, in whatever file
    return home, each.code, each.message


def _only(these: Sequence[tuple[_Name, Diagnostic]], others: Iterable[_Name]) -> tuple[Diagnostic, ...]:
    left = Counter(others)
    found = []
    for name, each in these:
        if left[name]:
            left[name] -= 1
        else:
            found.append(each)
    return tuple(found)
