"""What the changes between two libraries mean, and for whom: the judgement that a reviewer needs."""

from collections.abc import Mapping, Sequence

from sopctl.diagnostic import Diagnostic
from sopctl.diff import Change, Gap, changes, gaps, renames
from sopctl.diff.cases import CaseChanges, case_changes
from sopctl.diff.clocks import ClockChange, clock_changes
from sopctl.diff.weighing import weighed
from sopctl.library import Library
from sopctl.lint import lint_both
from sopctl.named import NamedTuple
from sopctl.review.consequences import Consequences, consequences
from sopctl.review.debts import Debts, debts
from sopctl.review.reach import Reach, reach
from sopctl.review.shared import felt_by
from sopctl.review.verdict import Verdict, verdict
from sopctl.review.versions import Version, versions
from sopctl.rules import USUAL, Rule


class Review(NamedTuple):
    """Everything that is said about a change, ready to be shown."""

    verdict: Verdict
    changes: tuple[Change, ...]
    cases: CaseChanges
    clocks: tuple[ClockChange, ...]
    versions: tuple[Version, ...]
    reach: Reach
    consequences: Consequences
    debts: Debts
    faults: tuple[Diagnostic, ...]  # what is wrong with the versions
    gaps: tuple[Gap, ...]


def review(before: Library, after: Library, names: tuple[str, str], rules: Sequence[Rule] = USUAL) -> Review:
    """Compare two libraries and judge the difference; `names` say what the two are."""
    renamed = renames(before, after)
    cases = case_changes(before, after, renamed)
    found = weighed(changes(before, after), cases, before, after)
    sops: Mapping[str, str] = {new: old for (space, old), new in renamed.items() if space == "sop"}
    missing = gaps(before, after)
    felt = felt_by(found, cases, after)
    steps = versions(found, before, after, sops, felt)
    faults = tuple(fault for step in steps for fault in step.faults)
    return Review(
        verdict(found, cases, steps, missing, names, after),
        found,
        cases,
        clock_changes(before, after, renamed),
        steps,
        reach(found, before, after, sops),
        consequences(found, steps, before, after, sops, felt),
        debts(*lint_both(before, after, rules), before, after, sops),
        faults,
        missing,
    )
