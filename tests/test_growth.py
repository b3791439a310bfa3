"""Work grows in proportion to what is there: lines that are run are counted, not time."""

import sys
from datetime import date
from types import FrameType
from typing import Any

import pytest

from bench.kinds import KINDS, Texts
from sopctl.library import build
from sopctl.lint import lint
from sopctl.rules import RULES

TODAY = date(2026, 11, 21)


def work(texts: Texts) -> int:
    """How many lines of Python a lint of these runs."""
    count = 0

    def each(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return each

    before = sys.gettrace()
    sys.settrace(each)
    try:
        lint(build(texts, TODAY), RULES)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "name",
    [
        "unknown targets", "bounded loops", "ignores", "Markdown: ignores",
        "Markdown: columns of a table, each another",
        "Markdown: boxes that are none", "Markdown: headings with too many signs", "Markdown: steps in bold",
        "glossary terms", "levels up a reporting chain",
        "rows, each a range", "rows, first of wider ranges", "rows that overlap", "rows that cannot match",
        "SOPs that speak of one unknown", "SOPs and clauses", "SOPs and roles and terms", "hand off chain with deadlines",
    ],
)  # fmt: skip
def test_four_times_as_much_takes_at_most_five_times_the_work(name: str) -> None:
    make = KINDS[name]
    work(make(2))  # what is worked out once in a process
    assert work(make(320)) < 5 * work(make(80))
