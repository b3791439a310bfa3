"""What changed lately, by the change histories of the SOPs; and what is about to come into force."""

from datetime import date
from itertools import zip_longest

from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.sop import Change
from sopctl.named import NamedTuple


class Entry(NamedTuple):
    """One version of a SOP, as its change history tells it."""

    on: date
    sop: Sop
    change: Change


class Edit(NamedTuple):
    """The newest commit that touched the file of a SOP."""

    on: date
    sop: Sop
    subject: str


def entries(library: Library) -> list[Entry]:
    """Every entry that is dated today or earlier, the newest first."""
    found = [
        Entry(change.on, sop, change)
        for sop in library.sops
        for change in sop.change_history or ()
        if change and change.on and change.on <= library.today
    ]
    found.sort(key=lambda entry: (entry.sop.id, entry.change.at))
    return sorted(found, key=lambda entry: entry.on, reverse=True)


def coming(library: Library) -> list[Sop]:
    """The SOPs that are approved and come into force after today, the first one first."""
    ahead = (sop for sop in library.sops if sop.status in ("approved", "effective") and sop.effective_on)
    dated = [
        (sop.effective_on, sop.id, sop)
        for sop in ahead
        if sop.effective_on and sop.effective_on > library.today
    ]
    return [sop for _, _, sop in sorted(dated, key=lambda each: each[:2])]


def retrained(sop: Sop) -> Change | None:
    """The newest change after which people must be trained again, as the SOP itself counts; the oldest
    that is kept only where its version says that it was one."""
    training = sop.training
    if training is None or training.retrain_on == "never":
        return None
    depth = 2 if training.retrain_on == "minor" else 1
    known = [change for change in sop.change_history or () if change and change.version]
    for newer, older in zip_longest(known, known[1:]):
        if older is None:
            return None if (newer.version or "").split(".", depth)[-1].strip("0.") else newer
        if _parts(newer, depth) != _parts(older, depth):
            return newer
    return None


def _parts(change: Change, depth: int) -> tuple[str, ...]:
    return tuple((change.version or "").split(".")[:depth])
