"""Which SOPs send their cases just as they do in the library that theirs is like."""

from collections.abc import Iterator

from sopctl.analysis.graph import reachable, reverse
from sopctl.library import Library
from sopctl.model import Typed

_NO_WAY = ("outcomes", "supersedes")  # an appeal begins a new case


def unaltered(library: Library) -> frozenset[str]:
    """The SOPs that are the same in both libraries, with all that they call, hand a case to or
    speak of in a promise. None where registers or the day are not the same."""
    like = library.like
    if like is None or not library.registers_kept:
        return frozenset()
    altered = (library.by_id.keys() | like.by_id.keys()) - library.kept
    leads = {id: [*_others(each)] for id, each in library.by_id.items()}
    return frozenset(library.by_id.keys() - reachable(reverse(leads), altered))


def _others(each: Typed) -> Iterator[str]:
    """The SOPs that the keys of a SOP name; what its texts speak of is no way of a case."""
    for reference in each.references:
        if reference.kind in _KINDS and reference.at[0] not in _NO_WAY:
            id = reference.target.partition("#")[0]
            if id and id[0].isupper():
                yield id


_KINDS = {"sop", "step", "case-step", "target", "point"}
