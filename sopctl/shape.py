"""What a value may look like: a record declares its keys once, and is read, explained and
turned into a JSON Schema from that one declaration.

Everything arrives as text, lists and mappings. Reading never stops at the first slip: what
does not fit is noted with its address and left unknown, and the rest is read on. A reading
also gathers, on its way, what refers to something and what is prose.
"""

import re
import types
from collections.abc import Callable, Iterator
from datetime import date
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

from sopctl.diagnostic import Finding, Hints, Pointer, asked
from sopctl.pattern import lazy_pattern
from sopctl.weight import Weight

UNKNOWN: Any = type("Unknown", (), {"__repr__": lambda self: "UNKNOWN", "__bool__": lambda self: False})()
"""Stands for a value that was written but could not be understood."""

_Several = TypeVar("_Several")
_FILLED = object()
Filled = Annotated[_Several, _FILLED]
"""A list or mapping that says nothing where it is empty: `Filled[tuple[Point, ...]]`."""

_REQUIRED: Any = object()
WAY_OUT_OF_EMPTY = "write a value"
_MOST_KNOWN = 10_000


class Problem(NamedTuple):
    """A finding of the reader, with the code of the rule that explains it."""

    code: str
    finding: Finding
    extent: tuple[int, int] | None = None  # offsets into the file, where no pointer leads there


class Reference(NamedTuple):
    """A value, or a stretch of a text, that names something defined elsewhere."""

    at: Pointer
    kind: str  # sop, step, target, role, team, path, clause, fact, notice, metric, term, calendar, …
    target: str
    key: bool = False
    part: tuple[int, int] | None = None


class Prose(NamedTuple):
    """A text for people, and where it stands."""

    at: Pointer
    text: str


_plainly = tuple.__new__
"""Makes a named tuple of all its values, in half the time: a file has more than a hundred of them."""


class Reading:
    """What one pass over a document brings home besides its values."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.references: list[Reference] = []
        self.prose: list[Prose] = []
        self.linking: list[Prose] = []  # those that may hold a link or a `[[…]]`
        self.hints = Hints()
        self._meant: dict[tuple[type[Part], str], str] = {}

    def meant(self, word: str, part: "type[Part]") -> str:
        """The key of a record that a strange word may have meant; a slip made again costs nothing."""
        slip = part, word
        if slip not in self._meant:
            self._meant[slip] = self.hints.nearest(word, part.__keys__)
        return self._meant[slip]

    def refuse(self, at: Pointer, message: str, code: str = "SOP005", **more: Any) -> Any:
        self.problems.append(Problem(code, Finding(at, message, **more)))
        return UNKNOWN


class Shape:
    """One way a value may look. `words` finishes the sentence “it should be …”."""

    words = "a value"
    sample = "…"  # how it may be written, inside an example of what holds it

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        raise NotImplementedError

    def schema(self, name: Callable[[type["Part"]], dict[str, Any]]) -> dict[str, Any]:
        """The JSON Schema of the value; `name` gives the reference to a record."""
        raise NotImplementedError

    def accepts(self, data: Any) -> bool:
        """Whether data of this form (text, list, mapping) is what the shape reads."""
        return isinstance(data, str)


class Text(Shape):
    """A text for people. With `prose`, the rules about words read it. A `line` that was broken is one again."""

    def __init__(self, words: str = "a text", *, prose: bool = True, line: bool = False) -> None:
        self.words, self.prose, self.line = words, prose, line

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is not str:
            return into.refuse(at, f"{_name(at)} should be {self.words}, not {_form(data)}")
        if not data or data.isspace():
            return into.refuse(at, f"{_name(at)} is empty", help=WAY_OUT_OF_EMPTY)
        if self.prose:
            prose = _plainly(Prose, (at, data))
            into.prose.append(prose)
            if "]" in data:
                into.linking.append(prose)
        return " ".join(data.splitlines()) if self.line and not data.isprintable() else data

    def schema(self, name: Any) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]} if self.line else {"type": "string"}


class Word(Shape):
    """One text that follows a pattern or a parser: an id, a date, a duration.

    `meant` gives a question for a text that does not fit: `` (did you mean `2d`?)``.
    """

    def __init__(
        self,
        words: str,
        pattern: str = "",
        parse: Callable[[str], Any] | None = None,
        schema: dict[str, Any] | None = None,
        meant: Callable[[str], str] = lambda _: "",
        sample: str = "…",
    ) -> None:
        self.words, self.parse, self.meant, self.sample = words, parse, meant, sample
        self.pattern = lazy_pattern(pattern) if pattern else None
        self._known: dict[str, Any] = {}  # the same few words stand in every file
        self._schema = schema or (
            {"type": "string", "pattern": f"^(?:{pattern})$"} if pattern else {"type": "string"}
        )

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is not str:
            return into.refuse(at, f"{_name(at)} should be {self.words}, not {_form(data)}", key=key)
        value = self._known.get(data, UNKNOWN)
        if value is UNKNOWN:
            value = self._understood(data, at, into, key)
            if value is not UNKNOWN and len(self._known) < _MOST_KNOWN:
                self._known[data] = value
        return value

    def _understood(self, data: str, at: Pointer, into: Reading, key: bool) -> Any:
        if self.pattern is not None and not self.pattern.fullmatch(data):
            message = f"{_name(at)} should be {self.words}, not {_quoted(data)}"
            if hidden := _hidden(data, self.pattern.fullmatch):
                at_fault = invisible(data)[0]  # type: ignore[index]
                return into.refuse(at, message + hidden, key=key, part=(at_fault, at_fault + 1))
            return into.refuse(at, message + self.meant(data), key=key)
        if self.parse is None:
            return data
        try:
            return self.parse(data)
        except ValueError as error:
            said = f": {error}" if str(error) else self.meant(data)
            message = f"{_name(at)} should be {self.words}, not {_quoted(data)}{said}"
            return into.refuse(at, message, getattr(error, "code", "SOP005"), key=key)

    def schema(self, name: Any) -> dict[str, Any]:
        return dict(self._schema)


class Ref(Word):
    """A word that names something defined elsewhere; each one read is remembered."""

    def __init__(self, kind: str, words: str, pattern: str, sample: str = "…") -> None:
        super().__init__(words, pattern, sample=sample)
        self.kind = kind

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        value = self._known.get(data) if type(data) is str else None
        if value is None:
            value = super().read(data, at, into, key)
        if value is not UNKNOWN:
            into.references.append(_plainly(Reference, (at, self.kind, value, key, None)))
        return value


class Choice(Shape):
    """One of a few words."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices
        self.words = _one_of(choices)

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        if type(data) is str and data in self.choices:
            return data
        what = _form(data)
        if type(data) is str:
            what += _hidden(data, self.choices.__contains__) or into.hints.did_you_mean(data, self.choices)
        return into.refuse(at, f"{_name(at)} should be {self.words}, not {what}", key=key)

    def schema(self, name: Any) -> dict[str, Any]:
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
                return _refuse_empty(at, into)
            item = self.item.read
            return tuple([item(value, at + (i,), into) for i, value in enumerate(data)])  # noqa: RUF005
        if data == "":
            return into.refuse(at, f"{_name(at)} is empty", help=WAY_OUT_OF_EMPTY)
        if isinstance(self.item, Record) and self.item.named_in(data):
            message = f"{_name(at)} should be {self.words}, not keys with values"
            return into.refuse(at, message, help=self.item.as_item(next(iter(data))))
        if not self.item.accepts(data):
            return into.refuse(at, f"{_name(at)} should be {self.words}, not {_form(data)}")
        return (self.item.read(data, at, into),)

    def schema(self, name: Any) -> dict[str, Any]:
        item = self.item.schema(name)
        return {"anyOf": [{"type": "array", "items": item, **({"minItems": 1} if self.filled else {})}, item]}

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
            return into.refuse(at, f"{_name(at)} should be {self.words}, not {_form(data)}")
        if not data and self.filled:
            return _refuse_empty(at, into)
        values = {}
        for word, value in data.items():
            here = (*at, word)
            name = self.key.read(word, here, into, True)
            values[word if name is UNKNOWN else name] = self.value.read(value, here, into)
        return values

    def schema(self, name: Any) -> dict[str, Any]:
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
        return into.refuse(at, f"{_name(at)} should be {self.words}, not {_form(data)}")

    def schema(self, name: Any) -> dict[str, Any]:
        return {"anyOf": [shape.schema(name) for shape in self.shapes]}

    def accepts(self, data: Any) -> bool:
        return any(shape.accepts(data) for shape in self.shapes)


class Record(Shape):
    """A mapping with known keys, read into a `Part`."""

    def __init__(self, part: type["Part"]) -> None:
        self.part = part
        named = part.__required__ or tuple(part.__keys__)
        self.words = f"keys with values: {_listed(named)}"
        self.sample = "{" + ", ".join(f"{word}: …" for word in named[:2]) + "}"
        self._readers = {word: (k.attribute, k.shape.read) for word, k in part.__keys__.items()}
        self._may_slip = part.slips is not Part.slips

    def read(self, data: Any, at: Pointer, into: Reading, key: bool = False) -> Any:
        part = self.part
        if type(data) is not dict:
            if type(data) is str and part.__short__:
                return self._read_short(data, at, into)
            return into.refuse(at, f"{_name(at)} should be {self.words}, not {_form(data)}")
        made = object.__new__(part)
        values = made.__dict__  # what is not written stays with the class
        values["at"] = at
        unknown = []
        readers = self._readers
        for word, value in data.items():
            if word not in readers:
                meant = _refuse_key(part, word, value, (*at, word), into)
                if meant and meant not in data:  # one slip is one finding
                    unknown.append(part.__keys__[meant].attribute)
                continue
            attribute, read = readers[word]
            got = read(value, at + (word,), into)  # noqa: RUF005 (it takes half the time)
            if got is UNKNOWN:
                unknown.append(attribute)
            else:
                values[attribute] = got
        if not all(map(data.__contains__, part.__required__)):
            unknown.extend(self._missing(data, unknown, at, into))
        if unknown:
            values["unknown"] = frozenset(unknown)
        if self._may_slip:
            into.problems.extend(made.slips())
        return made

    def named_in(self, data: Any) -> bool:
        """Whether data is not one of these records, but a mapping from names to some."""
        keys = self.part.__keys__.keys()
        if type(data) is not dict or not data or data.keys() <= keys:
            return False
        held = (type(each) is dict and not keys.isdisjoint(each) for each in data.values())
        return all(held) and data.keys().isdisjoint(self.part.__required__)

    def as_item(self, name: str) -> str:
        """How a record that stands under a name is written in a list."""
        called = next((f"{word}: {name}" for word in ("id", "title") if word in self.part.__keys__), "")
        return f"begin each item with a `-`: write `- {called}` for `{name}:`"

    def _missing(self, data: dict[str, Any], known: list[str], at: Pointer, into: Reading) -> list[str]:
        """The attributes that are required and not written; each is a finding, unless it has one already."""
        missing = [self.part.__keys__[word] for word in self.part.__required__ if word not in data]
        for each in missing:
            if each.attribute not in known:
                what = _first_sentence(each.doc)
                into.refuse(at, f"{self.part.__title__} needs `{each.name}`: {what}", "SOP003")
        return [each.attribute for each in missing]

    def _read_short(self, data: str, at: Pointer, into: Reading) -> Any:
        """A text alone stands for its key; its place is that of the record."""
        attribute, read = self._readers[self.part.__short__]
        value = read(data, at, into)
        if value is UNKNOWN:
            return UNKNOWN
        made = object.__new__(self.part)
        made.__dict__.update({attribute: value, "at": at})
        return made

    def schema(self, name: Any) -> dict[str, Any]:
        record: dict[str, Any] = name(self.part)
        short = self.part.__keys__.get(self.part.__short__ or "")
        return {"anyOf": [record, short.shape.schema(name)]} if short else record

    def accepts(self, data: Any) -> bool:
        return isinstance(data, dict) or (isinstance(data, str) and bool(self.part.__short__))


class Key(NamedTuple):
    """One key of a record: how it is written, what it means, and what it may hold.

    `weight` is what a change of it weighs, where neither its shape nor its record tells. `ordered`:
    the order of its items means something. `unversioned`: a change of it asks for no new version.
    """

    name: str
    attribute: str
    doc: str
    shape: Shape
    required: bool
    default: Any
    weight: Weight | None = None
    ordered: bool = False
    unversioned: bool = False


class _Declared(NamedTuple):
    doc: str
    default: Any
    name: str
    weight: Weight | None
    ordered: bool
    unversioned: bool


def key(
    doc: str,
    default: Any = _REQUIRED,
    *,
    name: str = "",
    weight: Weight | None = None,
    ordered: bool = False,
    unversioned: bool = False,
) -> Any:
    """Declare a key of a record; without a default it is required."""
    return _Declared(doc, default, name, weight, ordered, unversioned)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(key,))
class Part:
    """A record of the format: frozen, made by reading, with its keys as attributes.

    `at` is its own address. `unknown` names the attributes that were written wrongly, by value or
    by name, or are required and missing: whoever judges an absence asks `lacks`, which does not
    count these.
    """

    __keys__: ClassVar[dict[str, Key]] = {}
    __required__: ClassVar[tuple[str, ...]] = ()
    __title__: ClassVar[str] = ""
    __short__: ClassVar[str] = ""

    at: Pointer = ()
    unknown: frozenset[str] = frozenset()

    def __init_subclass__(cls, title: str = "", short: str = "") -> None:
        keys = dict(cls.__keys__)
        own = vars(cls)
        for attribute, annotation in cls.__annotations__.items():
            declared = own.get(attribute)
            if isinstance(declared, _Declared):
                word = declared.name or attribute
                required = declared.default is _REQUIRED
                default = None if required else declared.default
                about = (declared.doc, shape_of(annotation), required, default)
                keys[word] = Key(
                    word, attribute, *about, declared.weight, declared.ordered, declared.unversioned
                )
        cls.__keys__ = keys
        cls.__required__ = tuple(k.name for k in keys.values() if k.required)
        for each in keys.values():
            setattr(cls, each.attribute, each.default)
        cls.__title__ = title or f"a {cls.__name__.lower()}"
        cls.__short__ = short

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return self is other or (
            type(other) is type(self)
            and all(getattr(self, k.attribute) == getattr(other, k.attribute) for k in self.__keys__.values())
        )

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        said = ", ".join(f"{k}={v!r}" for k, v in self.__dict__.items() if v not in (None, (), {}))
        return f"{type(self).__name__}({said})"

    def lacks(self, attribute: str) -> bool:
        """True where nothing was written: neither a good value nor a bad one."""
        return attribute not in self.unknown and not getattr(self, attribute)

    def slips(self) -> Iterator[Problem]:
        """What is wrong between keys that are right by themselves; records override it."""
        return iter(())

    @classmethod
    def make(cls, data: Any, at: Pointer = ()) -> tuple[Self, Reading]:
        """Read plain data; for those who have no document around it."""
        into = Reading()
        return Record(cls).read(data, at, into), into


def shape_of(annotation: Any) -> Shape:
    """The shape that a type stands for."""
    if isinstance(annotation, Shape):
        return annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated and annotation.__metadata__[0] is _FILLED:
        shape = shape_of(arguments[0])
        assert isinstance(shape, List | Map)
        shape.filled = True
        return shape
    if origin is Annotated:
        return annotation.__metadata__[0]  # type: ignore[no-any-return]
    if origin in (Union, types.UnionType):
        shapes = tuple(shape_of(a) for a in arguments if a is not types.NoneType)
        return shapes[0] if len(shapes) == 1 else Either(shapes)
    if origin is tuple:
        return List(shape_of(arguments[0]))
    if origin is dict:
        return Map(shape_of(arguments[0]), shape_of(arguments[1]))
    if origin is Literal:
        return Choice(arguments)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return Record(annotation)
    return _PLAIN[annotation]


def _refuse_key(part: type[Part], word: str, value: Any, at: Pointer, into: Reading) -> str:
    """Refuse a key that the record does not have; returns the one that may have been meant."""
    meant = into.meant(word, part)
    near = _hidden(word, part.__keys__.__contains__) or asked(meant)
    if " " in word:
        help = "inside `{…}`, a text with a comma in it must stand in quotes"
    else:
        help = "" if near else f"its keys are {_listed(tuple(part.__keys__))}"
    if value == "" and " " in word:
        near, help = "", "inside `{…}` a comma begins a new key; put the whole text in quotes"
    into.refuse(at, f"{part.__title__} has no key `{word}`{near}", "SOP004", key=True, help=help)
    return meant


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


_PLAIN: dict[Any, Shape] = {
    bool: Word(
        "true or false", r"true|True|TRUE|false|False|FALSE", _boolean, {"type": "boolean"}, _boolean_meant
    ),
    int: Word("a whole number", r"[-+]?[0-9]{1,18}", int, {"type": "integer"}),
    float: Word(
        "a number", r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,2})?", float,
        {"type": "number"},
    ),
    date: Word("a date that exists, written 2026-02-17", "", _date, {"type": "string", "format": "date"}, _date_meant),
}  # fmt: skip


_INVISIBLE = lazy_pattern(
    "[\\xa0\\xad\\u1680\\u180e\\u2000-\\u200f\\u202a-\\u202f\\u205f-\\u2064\\u3000\\ufeff]"
)


def invisible(text: str) -> tuple[int, str] | None:
    """The first character that nobody sees: where it is, and its name in a sentence."""
    found = _INVISIBLE.search(text)
    if found is None:
        return None
    name = {"\xa0": "no-break space", "\xad": "soft hyphen", "\u200b": "zero-width space"}.get(found[0], "")
    return found.start(), f"the invisible character U+{ord(found[0]):04X}{f' ({name})' if name else ''}"


def _hidden(text: str, fits: Callable[[str], Any]) -> str:
    """Named where the text would be right without its invisible characters."""
    hidden = invisible(text)
    if hidden is None or not fits(_INVISIBLE.sub("", text)):
        return ""
    return f": {hidden[1]} is its character {hidden[0] + 1}; delete it"


def _name(at: Pointer) -> str:
    """The value in the words of the writer: `` `within` ``, or the item of a list."""
    if not at:
        return "the file"
    if isinstance(at[-1], str):
        return f"`{at[-1]}`"
    owner = next((key for key in reversed(at) if isinstance(key, str)), "")
    return f"item {at[-1] + 1} of `{owner}`"


def _refuse_empty(at: Pointer, into: Reading) -> Any:
    return into.refuse(at, f"{_name(at)} is empty", help=WAY_OUT_OF_EMPTY, key=isinstance(at[-1], str))


def _form(data: Any) -> str:
    if data == "":
        return "empty"
    return (
        "keys with values"
        if isinstance(data, dict)
        else "a list"
        if isinstance(data, list)
        else _quoted(data)
    )


def _quoted(data: str) -> str:
    if data == "":
        return "empty"
    line = " ".join(data.split())
    return f"`{line if len(line) <= 60 else line[:57] + '…'}`"


def _one_of(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _first_sentence(doc: str) -> str:
    sentence = doc.partition(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]
