"""Findings that are known already, and held back: those of a file, or those of another time.

They are known again by their identity (rule, address in ids, message), never by a line or a file
name, and each hides one finding: a second equal one is new. A file is read on other days than it was
written; the message counts there without what passes with them. That a rule failed is never known:
nobody can tell what it would have found.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sopctl.diagnostic import Diagnostic, Identity, Severity, Span
from sopctl.files import FileTrouble
from sopctl.lint import is_mistake
from sopctl.named import NamedTuple
from sopctl.rules import RULES, Rule

_NO_NAMES: Mapping[str, str] = {}

Words = Callable[[Diagnostic], str]
"""The line that a finding stands on."""


class Entry(NamedTuple):
    """So many equal findings are known, and that stands on this line of the file."""

    identity: Identity
    times: int
    line: int


def written(diagnostics: Iterable[Diagnostic]) -> str:
    """The file of these findings: one a line, so that two branches that mend debts merge."""
    counts = Counter(each.lasting_identity for each in diagnostics if not is_mistake(each))
    entries = ",\n".join(_line(identity, counts[identity]) for identity in sorted(counts))
    return f'{{"baseline": {_FORMAT}, "findings": [\n{entries}{chr(10) if entries else ""}]}}\n'


def read(text: str, name: str, now: Mapping[str, str] = _NO_NAMES) -> list[Entry]:
    """What such a file holds, of SOPs by the ids that they have now; FileTrouble says why it cannot be used."""
    import json  # only who has such a file pays for it

    try:
        whole = json.loads(text)
        if whole["baseline"] != _FORMAT:
            raise FileTrouble(f"{name} was written by a newer sopctl; use that one")
        lines = _lines(text)
        return [_entry(each, lines, now) for each in whole["findings"]]
    except json.JSONDecodeError as error:
        conflict = "solve the conflict of the merge" if "<<<<<<<" in text else _WRITE
        raise FileTrouble(
            f"{name}, line {error.lineno}, cannot be read: {error.msg.lower()}; {conflict}"
        ) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FileTrouble(f"{name} is no file of known findings; {_WRITE}") from None


def renamed(at: str, now: Mapping[str, str]) -> str:
    """The address of a finding, where its SOP has another id now."""
    sop, slash, rest = at.partition("/")
    return f"{now[sop]}{slash}{rest}" if sop in now else at


def unknown(found: Sequence[Diagnostic], entries: Iterable[Entry]) -> list[Diagnostic]:
    """The findings that the entries do not hold back."""
    left: Counter[Identity] = Counter()
    for entry in entries:
        left[entry.identity] += entry.times
    return [each for each in found if is_mistake(each) or not _take(left, each.lasting_identity)]


def new(
    found: Sequence[Diagnostic], before: Sequence[Diagnostic], now: Words, then: Words
) -> list[Diagnostic]:
    """The findings that were not there before. Of equal ones, those whose lines were there are old."""
    left = Counter(each.identity for each in before)
    lines = Counter((each.identity, then(each)) for each in before)
    unmatched = []
    for each in found:
        if not is_mistake(each) and _take(lines, (each.identity, now(each))):
            left[each.identity] -= 1
        else:
            unmatched.append(each)
    return [each for each in unmatched if is_mistake(each) or not _take(left, each.identity)]


def gone(
    entries: Iterable[Entry], found: Iterable[Diagnostic], ran: Iterable[Rule], path: str
) -> Iterator[Diagnostic]:
    """A note for each entry that holds back more than there is, at its line of the file."""
    there = Counter(each.lasting_identity for each in found)
    codes = {rule.code for rule in ran}
    for entry in entries:
        count = min(entry.times, there[entry.identity])
        there[entry.identity] -= count
        if count < entry.times and entry.identity.code in codes:
            yield _note(entry, count, path)


_FORMAT = 1
_UNUSED = next(rule for rule in RULES if rule.code == "SOP008")
_WRITE = "`sopctl lint --write-baseline FILE` writes one"


def _line(identity: Identity, count: int) -> str:
    import json

    entry = identity._asdict() | ({"count": count} if count > 1 else {})
    try:
        text = json.dumps(entry, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:  # the name of a file that is no UTF-8
        text = json.dumps(entry)
    return f"  {text}"


def _entry(data: Any, lines: dict[str, int], now: Mapping[str, str]) -> Entry:
    identity = Identity(*(data[field] for field in Identity._fields))
    count = data.get("count", 1)
    if not all(isinstance(word, str) for word in identity) or not isinstance(count, int) or count < 1:
        raise TypeError
    line = lines.get(_line(identity, count).strip(), 1)
    return Entry(identity._replace(at=renamed(identity.at, now)), count, line)


def _lines(text: str) -> dict[str, int]:
    return {line.strip().removesuffix(","): number for number, line in enumerate(text.split("\n"), start=1)}


def _take(left: Counter[Any], what: object) -> bool:
    if left[what] <= 0:
        return False
    left[what] -= 1
    return True


def _note(entry: Entry, count: int, path: str) -> Diagnostic:
    identity = entry.identity
    about = f"{identity.code} at `{identity.at}`"
    message = (
        f"{entry.times} findings are known here, and only {count} left: {about}"
        if count
        else f"this known finding is gone: {about}"
    )
    help = f"write the file anew, or {f'set `count` to {count}' if count else 'delete the line'}"
    span = Span(path, entry.line, 1, entry.line, 1)
    return Diagnostic(span, _UNUSED.code, _UNUSED.name, Severity.NOTE, message, help)
