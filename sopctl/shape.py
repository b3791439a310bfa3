"""How one value may look: each shape reads plain data, says what it is, and has its JSON Schema.

Everything arrives as text, lists and mappings. Reading never stops at the first slip: what
does not fit is noted with its address and left unknown, and the rest is read on.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sopctl.diagnostic import Pointer, asked
from sopctl.pattern import lazy_pattern
from sopctl.reading import UNKNOWN, Prose, Reading, Reference, form_of, hidden, invisible, name_of

Naming = Callable[[type], dict[str, Any]]
"""Gives the reference to the JSON Schema of a record."""

_MOST_KNOWN = 10_000
_FEW_WORDS = 4  # a sentence is no id
_COMMON = {
    "in force": "effective", "active": "effective", "live": "effective", "published": "effective",
    "retired": "withdrawn", "archived": "withdrawn", "obsolete": "withdrawn",
    "boolean": "yes-no", "bool": "yes-no", "yes/no": "yes-no", "enum": "choice", "list": "choice",
    "float": "number", "decimal": "number", "higher": "up", "lower": "down",
}  # fmt: skip
"""Words that others use, for those of the format."""
_plainly = tuple.__new__
"""Makes a named tuple of all its values, in half the time: a file has more than a hundred of them."""


class Shape:
    """One way a value may look. `words` finishes the sentence “it should be …”."""

    words = "a value"
    sample = "…"  # how it may be written, inside an example of what holds it

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        raise NotImplementedError

    def schema(self, name: Naming) -> dict[str, Any]:
        """The JSON Schema of the value."""
        raise NotImplementedError

    def accepts(self, data: Any) -> bool:
        """Whether data of this form (text, list, mapping) is what the shape reads."""
        return isinstance(data, str)

    def as_items(self, data: Any) -> str:
        """How values that stand under names are written as a list, where data holds such."""
        return ""

    def refuse(self, data: Any, at: Pointer, into: Reading, hint: str = "", **more: Any) -> Any:
        """Note that data does not look so; the hint is the end of the sentence."""
        return into.refuse(at, f"{name_of(at)} should be {self.words}, not {form_of(data)}{hint}", **more)


class Text(Shape):
    """A text for people. With `prose`, the rules about words read it. A `line` that was broken is one again."""

    def __init__(self, words: str = "a text", *, prose: bool = True, line: bool = False) -> None:
        self.words, self.prose, self.line = words, prose, line

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is not str:
            return self.refuse(data, at, into)
        if not data or data.isspace():
            return into.refuse_empty(at)
        if self.prose:
            prose = _plainly(Prose, (at, data))
            into.prose.append(prose)
            if "]" in data:
                into.linking.append(prose)
            if " - " in data:
                into.dashed.append(prose)
        return " ".join(data.splitlines()) if self.line and not data.isprintable() else data

    def schema(self, name: Naming) -> dict[str, Any]:
        return {
            "type": ["string", "number", "boolean"], "pattern": r"\S", "patternErrorMessage": "it is empty",
        }  # fmt: skip


class Word(Shape):
    """One text that follows a pattern or a parser: an id, a date, a duration.

    `meant` gives a question for a text that does not fit: `` (did you mean `2d`?)``. `looks` is the
    pattern of its JSON Schema where a parser decides, and `limits` says of numbers what a pattern cannot.
    """

    def __init__(
        self,
        words: str,
        pattern: str = "",
        parse: Callable[[str], Any] | None = None,
        meant: Callable[[str], str] = lambda _: "",
        sample: str = "…",
        looks: str = "",
        limits: dict[str, Any] | None = None,
    ) -> None:
        self.words, self.parse, self.meant, self.sample = words, parse, meant, sample
        self.pattern = lazy_pattern(pattern) if pattern else None
        self._known: dict[str, Any] = {}  # the same few words stand in every file
        self._looks, self._limits = looks or pattern, limits or {}

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is not str:
            return self.refuse(data, at, into, key=key)
        value = self._known.get(data, UNKNOWN)
        if value is UNKNOWN:
            value = self._understood(data, at, into, key)
            if value is not UNKNOWN and len(self._known) < _MOST_KNOWN:
                self._known[data] = value
        return value

    def _understood(self, data: str, at: Pointer, into: Reading, key: bool) -> Any:
        if self.pattern is not None and not self.pattern.fullmatch(data):
            return self._refuse_word(data, at, into, key, self.pattern.fullmatch)
        if self.parse is None:
            return data
        try:
            return self.parse(data)
        except ValueError as error:
            if not str(error) and not hasattr(error, "code"):
                return self._refuse_word(data, at, into, key, self._parses)
            hint = f": {error}" if str(error) else self.meant(data)
            return self.refuse(data, at, into, hint, code=getattr(error, "code", "SOP005"), key=key)

    def _parses(self, data: str) -> bool:
        assert self.parse is not None
        try:
            self.parse(data)
        except ValueError:
            return False
        return True

    def _refuse_word(
        self, data: str, at: Pointer, into: Reading, key: bool, fits: Callable[[str], Any]
    ) -> Any:
        """Refuse a text, with what nobody sees in it, or what may have been meant."""
        hint = hidden(data, fits)
        unseen = invisible(data) if hint else None
        part = (unseen[0], unseen[0] + 1) if unseen else None
        return self.refuse(data, at, into, hint or self.meant(data), key=key, part=part)

    def schema(self, name: Naming) -> dict[str, Any]:
        pattern = {"pattern": f"^(?:{self._looks})$"} if self._looks else {}
        return self._typed() | pattern | self._limits | {"errorMessage": f"it should be {self.words}"}

    def _typed(self) -> dict[str, Any]:
        """What an editor may make of a text that fits: where it sees a number or a truth value, or nothing."""
        number = "number" if self._fits("1.5") else "integer" if self._fits("1") else ""
        truth, nothing = ("boolean" if self._fits("true") else "", "null" if self._fits("") else "")
        types = [each for each in ("string", number, truth, nothing) if each]
        least = {"minimum": 0} if number and not self._fits("-1") else {}
        return {"type": types if len(types) > 1 else "string"} | least

    def _fits(self, text: str) -> bool:
        return (self.pattern is None or bool(self.pattern.fullmatch(text))) and (
            self.parse is None or self._parses(text)
        )


class Ref(Word):
    """A word that names something defined elsewhere; each one read is remembered."""

    def __init__(self, kind: str, words: str, pattern: str, sample: str = "…") -> None:
        super().__init__(words, pattern, meant=self._as_id, sample=sample)
        self.kind = kind

    def _as_id(self, text: str) -> str:
        return asked(as_id(text, self.pattern.fullmatch) if self.pattern is not None else "")

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        value = self._known.get(data) if type(data) is str else None
        if value is None:
            value = super().read(data, at, into, key)
        if value is not UNKNOWN:
            into.references.append(_plainly(Reference, (at, self.kind, value, key, None)))
        return value


class Figure(Word):
    """A number. Where a unit stands behind one that fits, the number alone was meant."""

    _WITH_UNIT = lazy_pattern(r"([-+]?[0-9]{1,18}(?:\.[0-9]{1,18})?)\s*(?:%|[^\W\d_]{2}[^\d.,]*)")

    def __init__(
        self, words: str, pattern: str, parse: Callable[[str], Any], limits: dict[str, Any] | None = None
    ) -> None:
        super().__init__(words, pattern, parse, self._alone, limits=limits)

    def _alone(self, text: str) -> str:
        written = self._WITH_UNIT.fullmatch(text.strip())
        return asked(written[1] if written and self._fits(written[1]) else "")


def as_id(text: str, fits: Callable[[str], Any]) -> str:
    """The id that a few words may have meant: `staff-nurse` for `Staff nurse`."""
    words = re.split(r"[\s_]+", text.strip())
    joined = "-".join(words) if len(words) <= _FEW_WORDS else ""
    return next((each for each in (joined, joined.lower(), joined.upper()) if fits(each)), "")


class Choice(Shape):
    """One of a few words."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices
        *others, last = choices
        self.words = f"{', '.join(others)} or {last}" if others else last

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is not str:
            return self.refuse(data, at, into, key=key)
        if data in self.choices:
            return data
        meant = _COMMON.get(data.casefold(), "")
        hint = hidden(data, self.choices.__contains__) or (
            asked(meant) if meant in self.choices else into.hints.did_you_mean(data, self.choices)
        )
        return self.refuse(data, at, into, hint, key=key)

    def schema(self, name: Naming) -> dict[str, Any]:
        return {"enum": list(self.choices)}


class List(Shape):
    """A list; one value alone is a list of one."""

    filled = False

    def __init__(self, item: Shape) -> None:
        self.item = item
        self.words = f"a list; each item {item.words}"

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is list:
            if not data and self.filled:
                return into.refuse_empty(at, key=isinstance(at[-1], str))
            item = self.item.read
            return tuple([item(value, at + (i,), into) for i, value in enumerate(data)])  # noqa: RUF005
        if data == "":
            return into.refuse_empty(at)
        help = self.item.as_items(data)
        if help or not self.item.accepts(data):
            return self.refuse(data, at, into, help=help)
        return (self.item.read(data, at, into),)

    def schema(self, name: Naming) -> dict[str, Any]:
        item = self.item.schema(name)
        several = {"type": "array", "items": item} | ({"minItems": 1} if self.filled else {})
        return {"anyOf": [several, _said(item)]}

    def accepts(self, data: Any) -> bool:
        return isinstance(data, list) or self.item.accepts(data)


class Map(Shape):
    """A mapping from a word of one shape to values of another."""

    filled = False

    def __init__(self, key: Shape, value: Shape) -> None:
        self.key, self.value = key, value
        self.words = f"keys with values, such as `{{{key.sample}: {value.sample}}}`, each value {value.words}"

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is not dict:
            return self.refuse(data, at, into)
        if not data and self.filled:
            return into.refuse_empty(at, key=isinstance(at[-1], str))
        values = {}
        for word, value in data.items():
            here = (*at, word)
            told = into.told and here in into.told
            name = UNKNOWN if told else self.key.read(word, here, into, True)
            values[word if name is UNKNOWN else name] = self.value.read(value, here, into)
        return values

    def schema(self, name: Naming) -> dict[str, Any]:
        names = self.key.schema(name)
        return {
            "type": "object",
            "additionalProperties": self.value.schema(name),
            **({"propertyNames": {"pattern": names["pattern"]}} if "pattern" in names else {}),
            **({"minProperties": 1} if self.filled else {}),
        }

    def accepts(self, data: Any) -> bool:
        return isinstance(data, dict)


class Either(Shape):
    """One of several shapes, told apart by the form of what is written."""

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self.shapes = shapes
        self.words = ", or ".join(shape.words for shape in shapes)

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        for shape in self.shapes:
            if shape.accepts(data):
                return shape.read(data, at, into)
        return self.refuse(data, at, into)

    def schema(self, name: Naming) -> dict[str, Any]:
        return {"anyOf": [shape.schema(name) for shape in self.shapes]}

    def accepts(self, data: Any) -> bool:
        return any(shape.accepts(data) for shape in self.shapes)


def _said(made: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a value that is not empty."""
    types = made.get("type")
    if not isinstance(types, list) or "null" not in types:
        return made
    return made | {"type": [each for each in types if each != "null"], "minLength": 1}


# The shapes of Python's own types


class NoSuchDay(ValueError):
    """Written like a date, but the calendar does not have it."""

    code = "SOP103"


def _date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchDay from None


_DAY_LAST = lazy_pattern(r"(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})")
_DAY_FIRST = lazy_pattern(r"(\d{1,2})([-./ ])(\d{1,2})[-./ ](\d{4})")


def _date_meant(text: str) -> str:
    """Other ways to write a date; with slashes, the month may stand first."""
    if last := _DAY_LAST.fullmatch(text.strip()):
        found = [(last[1], last[2], last[3])]
    elif first := _DAY_FIRST.fullmatch(text.strip()):
        found = [(first[4], first[3], first[1])]
        if first[2] != ".":
            found.append((first[4], first[1], first[3]))
    else:
        return ""
    days = [f"{int(year):04}-{int(month):02}-{int(day):02}" for year, month, day in found]
    known = dict.fromkeys(f"`{day}`" for day in days if _exists(day))
    return f" (did you mean {' or '.join(known)}?)" if known else ""


def _exists(day: str) -> bool:
    try:
        return bool(_date(day))
    except ValueError:
        return False


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _boolean_meant(text: str) -> str:
    word = text.strip().lower()
    return asked("true" if word in ("yes", "y", "on") else "false" if word in ("no", "n", "off") else "")


PLAIN: dict[Any, Shape] = {
    bool: Word("true or false", r"true|True|TRUE|false|False|FALSE", _boolean, _boolean_meant),
    int: Figure(
        "a whole number", r"[-+]?[0-9]{1,18}", int,
        limits={"exclusiveMinimum": -(10**18), "exclusiveMaximum": 10**18},
    ),
    float: Figure(
        "a number", r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,2})?", float,
    ),
    date: Word(
        "a date that exists, written 2026-02-17", "", _date, _date_meant,
        looks="[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])", limits={"format": "date"},
    ),
}  # fmt: skip
