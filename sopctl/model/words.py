"""The words of the format: ids, references, dates and durations, each with its shape."""

import re
from typing import Annotated, Any

from sopctl.diagnostic import Pointer, asked
from sopctl.model.duration import WRITTEN, Duration
from sopctl.pattern import lazy_pattern
from sopctl.reading import Reading
from sopctl.shape import Figure, Ref, Shape, Text, Word, as_id

SOP_ID = r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+"
ID = r"[a-z0-9]+(?:[-.][a-z0-9]+)*"

IS_ID, IS_SOP = re.compile(ID).fullmatch, re.compile(SOP_ID).fullmatch

_ID_WORDS = "an id: lower-case letters, digits and hyphens, such as `check-window`"
_RESERVED = ("trigger", "otherwise")
_ID_LOOKS = rf"(?!(?:{'|'.join(_RESERVED)})$)(?:{ID})"


def _free(text: str) -> str:
    if text in _RESERVED:
        raise ValueError("that word has a meaning of its own in the format")
    return text


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


_UNITS = {
    "m": "min mins minute minutes", "h": "hr hrs hour hours", "d": "day days", "w": "wk week weeks",
    "mo": "month months", "y": "yr year years", "bh": "business-hour business-hours working-hour working-hours",
    "bd": "business-day business-days working-day working-days workday workdays",
}  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in (unit, *words.split())}


def _time_meant(text: str) -> str:
    """`2 days` is `2d`; a number alone lacks its unit."""
    if not (
        written := re.fullmatch(r"([0-9]{1,9})(?:[\s-]*([A-Za-z]+(?:[\s-]+[A-Za-z]+)?)\.?)?", text.strip())
    ):
        return ""
    count, words = written[1], written[2]
    if words is None:
        return f" ({count} what? write {count}h or {count}d)"
    unit = _UNIT_OF.get("-".join(re.split(r"[\s-]+", words.lower())))
    return f" (did you mean `{count}{unit}`?)" if unit else ""


def _id_meant(text: str) -> str:
    return asked(as_id(text, IS_ID))


def _free_id_meant(text: str) -> str:
    return asked(as_id(text, lambda id: IS_ID(id) and id not in _RESERVED))


def _version_meant(text: str) -> str:
    """`1.0` and `v1` lack a part, or have one too many."""
    written = re.fullmatch(r"[vV]?\.?\s*([0-9]{1,9}(?:\.[0-9]{1,9}){0,2})", text.strip())
    parts = [str(int(part)) for part in written[1].split(".")] if written else []
    return asked(".".join([*parts, "0", "0"][:3]) if parts else "")


class _Appeal(Shape):
    """A SOP id, or a sentence where the way to contest lies outside."""

    words = "the id of a SOP, or a sentence that says where to contest"
    _sop = Ref(
        "sop", "the id of a SOP, or a sentence of two words or more that says where to contest", SOP_ID
    )
    _sentence = Text()
    _NAME = r"[A-Za-z0-9_#-]+|[0-9.+-]+"
    _is_name = lazy_pattern(_NAME)

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        word = data.strip() if isinstance(data, str) else ""
        named = " " not in word and (word[:1].isupper() or self._is_name.fullmatch(word))
        return (self._sop if named else self._sentence).read(data, at, into)

    def schema(self, name: Any) -> dict[str, Any]:
        one_word = rf"{self._NAME}|[A-Z][^ ]*"
        return {"type": "string", "pattern": rf"^(?:{SOP_ID}$|(?!\s*(?:{one_word})\s*$)[\s\S]*\S)"}


class _Step(Ref):
    """`SOP#step` or `#step`."""

    def __init__(self) -> None:
        super().__init__("step", "a step, written `#step` or `SOP-ID#step`", rf"(?:{SOP_ID})?#{ID}")


class _Point(Ref):
    """Where a deadline begins or ends."""

    def __init__(self) -> None:
        super().__init__(
            "point",
            "`trigger`, a step, an outcome, or a step of another SOP (`SOP-ID#step`)",
            rf"{ID}|{SOP_ID}|(?:{SOP_ID})?#{ID}",
        )


class _Fact(Ref):
    """The id of a fact; its question is none."""

    def __init__(self) -> None:
        super().__init__("fact", "the id of a fact", ID, "some-id")

    def _as_id(self, text: str) -> str:
        asks = ": write the id of the fact that asks this" if text.rstrip().endswith("?") else ""
        return super()._as_id(text) or asks


class _Calendar(Ref):
    """The id of a calendar; `24x7` is always there."""

    def __init__(self) -> None:
        super().__init__("calendar", "the id of a calendar", ID, "some-id")

    def _as_id(self, text: str) -> str:
        return asked("24x7") if re.fullmatch(r"24[\Wx]*7", text.strip()) else super()._as_id(text)


class _Scope(Ref):
    """A word of `applies_to`, which the knowledge base lists."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind, "a word that `knowledge_base` lists", ID)


def _reference(kind: str, words: str, pattern: str = ID, sample: str = "some-id") -> Any:
    return Annotated[str, Ref(kind, words, pattern, sample)]


Line = Annotated[str, Text("one line of text", line=True)]
"""A title, a name: short, no Markdown."""
Label = Annotated[str, Text("one line of text", prose=False, line=True)]
"""A short text that the rules about words leave alone: a source, a system, a person."""
Markdown = Annotated[str, Text("a text")]
Id = Annotated[str, Word(_ID_WORDS, ID, _free, _free_id_meant, "some-id", looks=_ID_LOOKS)]
EntryId = Annotated[str, Word(_ID_WORDS, ID, meant=_id_meant, sample="some-id")]
SopId = Annotated[str, Word("an id such as `TS-APP-002`: capitals A to Z, digits and hyphens", SOP_ID)]
Version = Annotated[
    str,
    Word("a version such as `2.1.0`: major.minor.patch", r"(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)", meant=_version_meant),
]  # fmt: skip
Count = Annotated[
    int, Figure("a whole number, 0 or more", r"\+?[0-9]{1,18}", int, limits={"exclusiveMaximum": 10**18})
]
Percentage = Annotated[
    int, Figure("a percentage, 0 to 100", r"\+?0{0,15}(?:100|[0-9]{1,2})", int, limits={"maximum": 100})
]
Number = Annotated[
    float | int,
    Figure(
        "a number",
        r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?",
        _number,
        limits={"exclusiveMinimum": -(10**15), "exclusiveMaximum": 10**15},
    ),
]
Time = Annotated[
    Duration,
    Word(
        "a duration such as 15m, 4h, 2d, 1w, 6mo or 3y, or 4bh or 2bd in opening hours",
        "",
        Duration.parse,
        _time_meant,
        "2d",
        looks=WRITTEN,
    ),
]
FactTest = Annotated[
    str, Word("a test such as `yes`, `> 90`, `1..5` or `not(a, b)`", sample='"> 90"'),
]  # fmt: skip
FactValue = Annotated[str, Word("a value")]
Answer = Annotated[str, Word("an answer", sample="yes")]

SopRef = _reference("sop", "the id of a SOP, such as `TS-APP-002`", SOP_ID)
StepRef = Annotated[str, _Step()]
LocalStep = _reference("local-step", "the id of a step of this SOP")
CaseStep = _reference("case-step", "a step of this SOP, or `SOP-ID#step`", rf"(?:(?:{SOP_ID})?#)?{ID}")
Point = Annotated[str, _Point()]
Target = _reference("target", "a step, an outcome, or the id of a SOP", rf"{ID}|{SOP_ID}", "next-step")
RoleRef = _reference("role", "the id of a role, team or schedule")
TeamRef = _reference("team", "the id of a team")
CalendarRef = Annotated[str, _Calendar()]
PathRef = _reference("path", "the id of an escalation path")
ClauseRef = _reference("clause", "the id of a clause")
FactRef = Annotated[str, _Fact()]
NoticeRef = _reference("notice", "the id of a notice")
MetricRef = _reference("metric", "the id of a metric")
Jurisdiction = Annotated[str, _Scope("jurisdiction")]
WorkerType = Annotated[str, _Scope("worker-type")]
Appeal = Annotated[str, _Appeal()]
