"""The words of people for what the format writes short: tests, times, dates, states."""

import re
from collections.abc import Iterable, Sized
from datetime import date

from sopctl.model.duration import Duration
from sopctl.model.registers import DAYS, Fact

STATUS = {
    "draft": "Draft",
    "in-review": "In review",
    "approved": "Approved",
    "effective": "In force",
    "suspended": "Suspended",
    "superseded": "Superseded",
    "withdrawn": "Withdrawn",
}
CAUTION = {
    "draft": "This is a draft. Do not work by it yet.",
    "in-review": "This is being reviewed. Do not work by it yet.",
    "approved": "This is approved, but not in force yet.",
    "suspended": "This is suspended. Do not work by it; ask its owner.",
    "superseded": "This is superseded. Do not work by it.",
    "withdrawn": "This is withdrawn. Do not work by it.",
}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_COMPARED = {
    "<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly", "!=": "not",
}  # fmt: skip
_COMPARISON = re.compile(r"(<=|>=|!=|<|>|=)\s*(.+)")
_RANGE = re.compile(r"([\[(]?)\s*(-?[\d.]*\d)\s*\.\.\s*(-?\d[\d.]*)\s*([\])]?)")
_NOT = re.compile(r"not\s*\((.*)\)")


def day(when: date | None) -> str:
    """17 Feb 2026."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}" if when else ""


def effective(status: str | None, on: date | None, today: date) -> str:
    """What the effective date of a SOP is called: only what is in force is so since then."""
    if status == "effective":
        return "In force since"
    return "In force from" if status == "approved" and on and on > today else "Effective date"


def month(written: str) -> str:
    """`2026-11` → Nov 2026."""
    year, _, number = written.partition("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def listed(words: Iterable[str] | None, last: str = "and") -> str:
    """`a, b and c`, without what could not be read."""
    said = [word for word in words or () if word]
    return f"{', '.join(said[:-1])} {last} {said[-1]}" if len(said) > 1 else "".join(said)


def spaced(id: str) -> str:
    """An id as words: `appeal-age` → appeal age."""
    return id.replace("-", " ").replace("_", " ")


def question(fact: Fact | None, id: str) -> str:
    """What a column of a decision table asks."""
    return str(fact.ask) if fact and fact.ask else spaced(id).capitalize()


def case(id: str, fact: Fact | None, written: Iterable[str]) -> str:
    """The tests of a fact where there is no column for it: `fact error: none`, `fact error is not none`."""
    said = tests(fact, written)
    return f"{spaced(id)} is {said}" if said.startswith("not ") else f"{spaced(id)}: {said}"


def tests(fact: Fact | None, written: Iterable[str]) -> str:
    """The words for the tests of a cell: any of them may hold."""
    said = [test(fact, each) for each in written or () if each]
    return said[0] if len(said) == 1 else listed(said, "or")


def test(fact: Fact | None, written: str) -> str:
    """The words for one test."""
    text = written.strip()
    if text.isalnum():  # most are one word
        return value(fact, text)
    if text == "-":
        return "any"
    if found := _NOT.fullmatch(text):
        return "not " + listed([_quoted(fact, each.strip()) for each in found[1].split(",")], "or")
    if found := _COMPARISON.fullmatch(text):
        return f"{_COMPARED[found[1]]} {value(fact, found[2])}"
    if found := _RANGE.fullmatch(text):
        return _range(fact, found)
    return value(fact, text)


def _quoted(fact: Fact | None, written: str) -> str:
    """A value; its label, which may be a whole sentence, in quotation marks."""
    said = test(fact, written)
    return f"“{said}”" if fact and fact.labels.get(written, written) != written else said


def _range(fact: Fact | None, found: re.Match[str]) -> str:
    low, high = found[2], value(fact, found[3])
    match found[1] == "(", found[4] == ")":
        case False, False:
            return f"from {low} to {high}"
        case False, True:
            return f"at least {low}, less than {high}"
        case True, False:
            return f"more than {low}, at most {high}"
        case _:
            return f"more than {low}, less than {high}"


def value(fact: Fact | None, written: str) -> str:
    """A value with its label or unit."""
    if fact is None:
        return written
    label = fact.labels.get(written) if fact.values else None
    if label:
        return str(label)
    if fact.unit and written[-1:].isdigit():
        return f"{written}{'' if fact.unit in ('%', '°') else ' '}{fact.unit}"
    return written


def kind(fact: Fact) -> str:
    """What the answer to a fact may be."""
    if fact.type == "choice":
        return "one of: " + "; ".join(_choice(v, label) for v, label in fact.labels.items())
    if fact.type == "yes-no":
        return "yes or no"
    words = {"integer": "a whole number", "number": "a number"}.get(fact.type or "", "")
    if fact.min is not None and fact.max is not None:
        words += f" from {fact.min} to {fact.max}"
    elif fact.min is not None:
        words += f", {fact.min} or more"
    elif fact.max is not None:
        words += f", {fact.max} or less"
    return f"{words} ({fact.unit})" if fact.unit else words


def _choice(written: str, label: object) -> str:
    return f"{label} ({written})" if label and label != written else written


def time(written: object) -> str:
    """A duration in words."""
    return written.words if isinstance(written, Duration) else str(written or "")


def often(count: int | None) -> str:
    """How many times: `once`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count or 0, f"{count} times")


def rest(rows: Sized) -> str:
    """The cases that `otherwise` takes, among these rows."""
    return "in every case" if len(rows) == 1 else "in every other case"


def not_before(wait: Duration) -> str:
    """The time that must pass: `not before 1 hour has passed`."""
    return f"not before {wait.words} {'has' if wait.count == 1 else 'have'} passed"


def apart(steps: Iterable[str]) -> str:
    """Who may not do a step that is independent of others, by the words for these."""
    return f"whoever did {listed(steps, 'or')}, or reports to them, directly or not"


def in_order(title: str) -> str:
    """By which titles are sorted: small letters without accents, as dictionaries do."""
    if title.isascii():
        return title.casefold()
    from unicodedata import combining, normalize

    return "".join(each for each in normalize("NFKD", title.casefold()) if not combining(each))


def days(groups: Iterable[tuple[int, ...]]) -> str:
    """The days of a week: `Mon, Tue`, or `Mon to Fri`, and also `Sun to Thu`."""
    every = sorted({each for group in groups or () for each in group or ()})
    firsts = [each for each in every if (each - 1) % 7 not in every] or every[:1]
    start = every.index(firsts[0]) if len(firsts) == 1 else 0
    names = [DAYS[each].capitalize() for each in (*every[start:], *every[:start])]
    return f"{names[0]} to {names[-1]}" if len(firsts) == 1 and len(every) > 2 else listed(names)


def hours(spans: Iterable[tuple[int, int]]) -> str:
    """Opening hours: `09:00–17:00`."""
    return listed(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in filter(None, spans or ()))
