"""Tables for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

from sopctl.terminal import spelt, tame

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV; a cell that a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[defused(cell) for cell in row] for row in rows])
    return spelt(tame(out.getvalue()))


def defused(text: str) -> str:
    """The text of a cell, harmless to a spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text
