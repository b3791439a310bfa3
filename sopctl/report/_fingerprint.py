"""A name for each finding that stays the same while the file around it changes."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from sopctl.diagnostic import Diagnostic
from sopctl.report import Context


def fingerprints(diagnostics: Iterable[Diagnostic], context: Context) -> list[str]:
    """One for each diagnostic, in order.

    It rests on the file, the rule, the message and the words of the line, never on a number of
    a line or of a list item; equal findings are told apart by counting them.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for d in diagnostics:
        line = " ".join(context.line(d.span.path, d.span.line).split())
        what = (d.span.path, d.code, d.message, line)
        seen[what] += 1
        whole = "\0".join((*what, str(seen[what])))
        found.append(sha256(whole.encode("utf-8", "surrogatepass")).hexdigest())
    return found
