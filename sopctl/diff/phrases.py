"""Changes in the words of the model, for people who never see the file."""

import re
from typing import Any

from sopctl.diff import wording
from sopctl.diff.essence import TEST, chosen
from sopctl.model.duration import Duration
from sopctl.record import Record
from sopctl.shape import Choice, List, Map, Ref, Shape, Text, Word

PHRASES = {
    ("Step", "text"): "says {}",
    ("Step", "role"): "is done by {}",
    ("Step", "within"): "must be done within {}",
    ("Step", "wait"): "waits at least {}",
    ("Step", "at_most"): "may be entered at most this often: {}",
    ("Step", "after_that"): "goes to {} when it may be entered no more",
    ("Step", "next"): "goes on to {}",
    ("Step", "call"): "runs {}",
    ("Step", "escalate"): "hands the case up {}",
    ("Step", "on_overdue"): "starts {} when it is overdue",
    ("Step", "notice"): "sends {}",
    ("Step", "ask"): "asks {}",
    ("Step", "human"): "is decided by a person: {}",
    ("Step", "answers"): "the answer `{word}` leads to {}",
    ("Step", "on"): "coming back as `{word}` leads to {}",
    ("Row", "when"): "`{word}` must be {}",
    ("Row", "set"): "sets `{word}` to {}",
    ("Row", "then"): "leads to {}",
    ("Row", "otherwise"): "leads to {} in every other case",
    ("Row", "because"): "gives the reason {}",
    ("WithinRow", "when"): "`{word}` must be {}",
    ("WithinRow", "otherwise"): "lasts {} in every other case",
    ("Deadline", "when"): "`{word}` must be {}",
    ("Check", "text"): "says {}",
    ("Check", "role"): "is done by {}",
    ("Check", "within"): "must be done within {}",
    ("Fact", "values"): "has the value `{word}`: {}",
    ("Scenario", "given"): "has `{word}` as {}",
    ("Expect", "facts"): "ends with `{word}` as {}",
    ("Outcome", "adverse"): "takes something from somebody: {}",
    ("Outcome", "notice"): "is told by {}",
    ("Outcome", "appeal"): "is contested by {}",
    ("Deadline", "value"): "lasts {}",
    ("Deadline", "from"): "starts at {}",
    ("Escalation", "after"): "starts after {}",
    ("Escalation", "path"): "tells {}",
    ("Escalation", "then"): "sends the case to {}",
    ("Record", "retention"): "is kept for {}",
    ("Record", "system"): "is kept in {}",
    ("Role", "reports_to"): "reports to {}",
    ("Role", "team"): "belongs to {}",
    ("EscalationPath", "answer_within"): "promises an answer within {}",
    ("EscalationPath", "needs"): "takes the authority {}",
    ("EscalationPath", "on_exhausted"): "ends with {} when nobody has answered",
    ("Level", "ack_within"): "must be acknowledged within {}",
    ("Level", "to"): "tells {}",
    ("Sop", "title"): "is called {}",
    ("Sop", "version"): "is version {}",
    ("Sop", "status"): "is {}",
    ("Sop", "owner"): "is owned by {}",
    ("Sop", "effective_on"): "takes effect on {}",
    ("Sop", "review_by"): "is to be read again by {}",
    ("Training", "pass_mark"): "takes {} percent of right answers",
}
"""How the value of a key is said; every other key is said by its name."""

_SHORT = 70


def changed(part: str, key: str, shape: Shape, before: Any, after: Any, word: str = "") -> str:
    """`must be done within 2 business days, was 4 business hours`."""
    now, was = _both(shape, before, after)
    return f"{phrase(part, key, now, word)}, was {was}"


def added(part: str, key: str, shape: Shape, after: Any, word: str = "") -> str:
    said = phrase(part, key, value(shape, after), word)
    return f"{said}, which is new" if word else f"{said}; nothing was said before"


def removed(part: str, key: str, shape: Shape, before: Any, word: str = "") -> str:
    return f"no longer: {phrase(part, key, value(shape, before), word)}"


def phrase(part: str, key: str, said: str, word: str = "") -> str:
    usual = f"`{{word}}` of `{key}` is {{}}" if word else f"`{key}` is {{}}" if key else "says {}"
    words = PHRASES.get((part, key), usual)
    if said == "yes":
        words = words.removesuffix(": {}")
    return words.replace("{word}", word).replace("{}", said)


def told(part: str, key: str, shape: Shape, data: Any) -> list[str]:
    """What a key says, one thing for each word of a mapping."""
    shape = chosen(shape, data)
    if isinstance(shape, Map) and isinstance(data, dict):
        return [phrase(part, key, value(shape.value, each), word) for word, each in data.items()]
    return [phrase(part, key, value(shape, data))]


def value(shape: Shape, data: Any) -> str:
    """A value as one says it: `2 business days`, `` `appeals-lead` ``, “a text”."""
    shape = chosen(shape, data)
    match data:
        case list() if isinstance(shape, List):
            said = [value(shape.item, each) for each in data]
            return _cut(" or ".join(said)) if shape.item is TEST else _listed(said)
        case dict() if isinstance(shape, Map):
            return _listed([f"{word}: {value(shape.value, each)}" for word, each in data.items()])
        case dict() if isinstance(shape, Record):
            keys = shape.part.__keys__
            if [*data] == [shape.part.__short__]:
                return value(keys[shape.part.__short__].shape, data[shape.part.__short__])
            said = [f"{name} {value(keys[name].shape, each)}" for name, each in data.items() if name in keys]
            return _cut(", ".join(said))
        case str():
            return _scalar(shape, data)
    return _cut(str(data))


def name(shape: Shape, data: Any) -> str:
    """What an item without an id goes by: its first key that says something."""
    if isinstance(data, dict) and isinstance(shape, Record):
        keys = shape.part.__keys__
        return next((value(keys[name].shape, each) for name, each in data.items() if name in keys), "")
    return value(shape, data)


def _both(shape: Shape, before: Any, after: Any) -> tuple[str, str]:
    """Now and was; of long texts only what differs."""
    if isinstance(shape, Text) and shape.prose and isinstance(before, str) and isinstance(after, str):
        old, new = " ".join(before.split()), " ".join(after.split())
        if max(len(old), len(new)) > _SHORT:
            old, new = wording.excerpt(old, new)
        return _quoted(new), _quoted(old)
    return value(shape, after), value(shape, before)


def _scalar(shape: Shape, data: str) -> str:
    if isinstance(shape, Word) and shape.parse is not None:
        try:
            found = shape.parse(data)
        except (ValueError, KeyError):
            return f"`{data}`"
        if isinstance(found, Duration):
            return found.words
        return {True: "yes", False: "no"}[found] if isinstance(found, bool) else data
    if isinstance(shape, Choice):
        return data.replace("-", " ")
    if isinstance(shape, Ref):
        return f"`{data}`"
    if isinstance(shape, Word):
        return _tested(data)
    return _quoted(data) if isinstance(shape, Text) and shape.prose else _cut(data)


_SIGNS = {"<=": "at most", ">=": "at least", "!=": "not", "<": "less than", ">": "more than", "=": "exactly"}


_EXCEPT = re.compile(r"not\s*\((.*)\)")
_RANGE = re.compile(r"\[?\s*(-?[\d.]*\d)\s*\.\.\s*(-?\d[\d.]*)\s*\]?")


def _tested(text: str) -> str:
    """A test, or a value that stands alone, in words."""
    if found := _EXCEPT.fullmatch(text):
        return f"anything but {' or '.join(_tested(each.strip()) for each in found[1].split(','))}"
    if found := _RANGE.fullmatch(text):
        return f"{found[1]} to {found[2]}"
    sign = next((sign for sign in _SIGNS if text.startswith(sign)), "")
    return f"{_SIGNS[sign]} {text[len(sign) :].strip()}" if sign else text


def _quoted(text: str) -> str:
    return f"“{_cut(text)}”"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199].rstrip()}…"


def _listed(words: list[str]) -> str:
    return _cut(" and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}")
