"""How often each rule found something."""

from collections import Counter
from collections.abc import Sequence

from sopctl.diagnostic import Diagnostic
from sopctl.report import Context, summary
from sopctl.terminal import as_json


def report(diagnostics: Sequence[Diagnostic], context: Context, format: str) -> str:
    """A table, the most frequent first; for the format `json` the same as JSON."""
    names = {d.code: d.name for d in diagnostics}
    counts = sorted(Counter(d.code for d in diagnostics).items(), key=lambda pair: (-pair[1], pair[0]))
    whole = summary(diagnostics, context)
    if format == "json":
        rows = [{"code": code, "name": names[code], "count": count} for code, count in counts]
        return as_json({"statistics": rows, "summary": whole._asdict()}, ascii=True)
    width = len(str(counts[0][1])) if counts else 0
    lines = [f"{count:>{width}}  {code}  {names[code]}" for code, count in counts]
    return "\n".join([*lines, *([""] if lines else []), whole.words]) + "\n"
