"""The whole change in one line."""

from collections.abc import Iterator, Sequence

from sopctl.diff import Change, Gap
from sopctl.diff.cases import CaseChanges
from sopctl.diff.telling import CaseChange
from sopctl.library import Library
from sopctl.named import NamedTuple
from sopctl.review.versions import Version
from sopctl.weight import Weight

MEANS = {
    Weight.WORDING: "only spelling or records of the version change",
    Weight.CLARIFIED: "only what is said changes: whether anybody acts differently is for the reader to judge",
    Weight.PROCEDURE: "who does what and in which order changes",
    Weight.DECISION: "who gets which outcome changes",
    Weight.AUTHORITY: "who may decide changes",
    Weight.CLOCK: "times or deadlines change",
}


class Verdict(NamedTuple):
    """The line, and what it rests on. `whole` is False where something could not be compared."""

    line: str
    weight: Weight | None
    whole: bool
    before: str
    after: str


def verdict(
    changes: Sequence[Change],
    cases: CaseChanges,
    versions: Sequence[Version],
    gaps: Sequence[Gap],
    names: tuple[str, str],
    after: Library,
) -> Verdict:
    """Cases that end otherwise decide, whatever the changes weigh: a name may do it that has changed
    in one place only."""
    moved = {Weight.DECISION} if cases.changes else set[Weight]()
    heaviest = max({each.weight for each in changes} | moved, key=lambda each: each.rank, default=None)
    missing = [gap for gap in gaps if not gap.same]
    said = [_unread(missing)] if missing else []
    if heaviest is None:
        said.append("nothing else changes in meaning" if missing else "nothing changes in meaning")
    else:
        said.append(
            f"{_meant({weight for each in changes for weight in each.weights} | moved)} ({_counted(changes)})"
        )
        said += _nowhere(cases, after)
        said += _steps(versions)
    line = "; ".join(said)
    return Verdict(f"{line[0].upper()}{line[1:]}.", heaviest, not missing, *names)


def _meant(weights: set[Weight]) -> str:
    """What the heaviest changes mean; the light ones are named only where there are no others."""
    heavy = sorted((w for w in weights if w.rank > Weight.CLARIFIED.rank), key=lambda w: -w.rank)
    said = [MEANS[weight] for weight in heavy] or [MEANS[max(weights, key=lambda w: w.rank)]]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]


def _unread(gaps: Sequence[Gap]) -> str:
    files = sorted({gap.path for gap in gaps})
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"not everything could be compared: {files[0]}{more} cannot be read"


def _counted(changes: Sequence[Change]) -> str:
    sops = {change.sop for change in changes if change.sop}
    where = [f"{len(sops)} SOP{'' if len(sops) == 1 else 's'}"] if sops else []
    where += ["the registers"] if any(not change.sop for change in changes) else []
    return f"{len(changes)} change{'' if len(changes) == 1 else 's'} in {' and '.join(where)}"


def _nowhere(cases: CaseChanges, after: Library) -> Iterator[str]:
    """The SOPs of which some cases had another end, and have none any more."""
    match sorted({each.sop for each in cases.changes if _is_lost(each, after)}):
        case []:
            pass
        case [sop]:
            yield f"cases of {sop} end nowhere"
        case sops:
            yield f"cases of {len(sops)} SOPs end nowhere"


def _is_lost(change: CaseChange, after: Library) -> bool:
    whole = not (after.closed or after.unreadable)
    ends = [each for each in change.after_ends if each not in change.before_ends]
    return any(end.startswith("stuck:") if ":" in end else whole and after.sop(end) is None for end in ends)


def _steps(versions: Sequence[Version]) -> Iterator[str]:
    """What is wrong with the versions: that they say too little, else that the histories do not tell them."""
    match [each for each in versions if each.falls_short]:
        case []:
            pass
        case [short]:
            yield f"the version of {short.sop} does not say so: at least {short.least} is needed"
        case short:
            yield f"the versions of {len(short)} SOPs do not say so"
    match [each for each in versions if each.faults and not each.falls_short]:
        case []:
            pass
        case [untold]:
            yield f"the history of {untold.sop} has no entry for version {untold.after}"
        case untold:
            yield f"the histories of {len(untold)} SOPs have no entry for their versions"
