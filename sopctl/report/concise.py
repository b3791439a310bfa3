"""One line a finding, as editors and `grep` read it."""

from collections.abc import Sequence

from sopctl.diagnostic import Diagnostic
from sopctl.report import Context, one_line


def report(diagnostics: Sequence[Diagnostic], context: Context) -> str:
    return "".join(f"{one_line(d)}\n" for d in diagnostics)
