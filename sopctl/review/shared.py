"""The changes of shared facts that count as changes of the SOPs which decide by them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sopctl.diff import Change
from sopctl.diff.cases import CaseChanges
from sopctl.diff.weighing import is_seen
from sopctl.library import Library
from sopctl.review.jobs import PAST, changed_fact, deciding
from sopctl.weight import Weight

Felt = Mapping[str, Sequence[Change]]
"""By SOP, the changes of shared facts by which its cases end otherwise, or may."""


def felt_by(changes: Sequence[Change], cases: CaseChanges, after: Library) -> Felt:
    """As if each SOP had the fact to itself. A question or label that is said otherwise is none: it is
    for the reader to judge, and no reason for a version of every SOP."""
    found: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        fact = changed_fact(change)
        if change.sop or fact is None or change.weight.rank <= Weight.CLARIFIED.rank:
            continue
        otherwise = _otherwise(fact, cases)
        for sop in after.users("facts", fact):
            told = sop.id in otherwise or not is_seen(change)
            if told and sop.status not in PAST and any(deciding(sop, fact)):
                found[sop.id].append(change)
    return found


def _otherwise(fact: str, cases: CaseChanges) -> Collection[str]:
    """The SOPs of which cases end otherwise by a fact, and those of which nobody knows."""
    by_fact = {
        each.sop for each in cases.changes if any(test.partition("@")[0] == fact for test in each.tests)
    }
    return by_fact | {each.sop for each in cases.unknown if not each.behind}
