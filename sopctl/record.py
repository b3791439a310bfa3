"""A record declares its keys once, and is read, explained and turned into a JSON Schema from that
one declaration.

    class Team(Part, title="a team"):
        title: Line = key("The team as people call it.")
        lead: RoleRef | None = key("The role that leads it.", None)
"""

import types
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

from sopctl.diagnostic import Pointer, asked, nearest
from sopctl.named import NamedTuple
from sopctl.reading import UNKNOWN, Problem, Reading, hidden
from sopctl.shape import PLAIN, Choice, Either, List, Map, Naming, Shape
from sopctl.weight import Weight

_Several = TypeVar("_Several")
_FILLED = object()
_FEW = 5  # names tell whether a mapping is one of these records
Filled = Annotated[_Several, _FILLED]
"""A list or mapping that says nothing where it is empty: `Filled[tuple[Point, ...]]`."""

_REQUIRED: Any = object()


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


def key(
    doc: str,
    default: Any = _REQUIRED,
    *,
    name: str = "",
    weight: Weight | None = None,
    ordered: bool = False,
    unversioned: bool = False,
) -> Any:
    """Declare a key of a record; without a default it is required. Its class tells the rest."""
    required = default is _REQUIRED
    default = None if required else default
    return Key(name, "", doc, Shape(), required, default, weight, ordered, unversioned)


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
            if isinstance(declared, Key):
                word = declared.name or attribute
                keys[word] = declared._replace(name=word, attribute=attribute, shape=shape_of(annotation))
        for each in keys.values():
            setattr(cls, each.attribute, each.default)
        cls.__keys__ = keys
        cls.__required__ = tuple(k.name for k in keys.values() if k.required)
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

    def states(self, attribute: str) -> bool:
        """True where a good value was written, be it the usual one."""
        return attribute in self.__dict__

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
    return PLAIN[annotation]


class Record(Shape):
    """A mapping with known keys, read into a `Part`."""

    def __init__(self, part: type[Part]) -> None:
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
            return self.refuse(data, at, into)
        made = object.__new__(part)
        values = made.__dict__  # what is not written stays with the class
        values["at"] = at
        unknown = []
        readers = self._readers
        for word, value in data.items():
            if word not in readers:
                meant = self._refuse_key(word, value, (*at, word), into)
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

    def _read_short(self, data: str, at: Pointer, into: Reading) -> Any:
        """A text alone stands for its key; its place is that of the record."""
        attribute, read = self._readers[self.part.__short__]
        value = read(data, at, into)
        if value is UNKNOWN:
            return UNKNOWN
        made = object.__new__(self.part)
        made.__dict__.update({attribute: value, "at": at})
        return made

    def _refuse_key(self, word: str, value: Any, at: Pointer, into: Reading) -> str:
        """Refuse a key that the record does not have; returns the one that may have been meant."""
        keys = self.part.__keys__
        meant = into.meant(word, tuple(keys))
        near = hidden(word, keys.__contains__) or asked(meant)
        if " " in word and value == "":
            near, help = "", "inside `{…}` a comma begins a new key; put the whole text in quotes"
        elif " " in word:
            help = "inside `{…}`, a text with a comma in it must stand in quotes"
        else:
            help = "" if near else f"its keys are {_listed(keys)}"
        into.refuse(at, f"{self.part.__title__} has no key `{word}`{near}", "SOP004", key=True, help=help)
        return meant

    def _missing(self, data: dict[str, Any], known: list[str], at: Pointer, into: Reading) -> list[str]:
        """The attributes that are required and not written; each is a finding, unless it has one already."""
        missing = [self.part.__keys__[word] for word in self.part.__required__ if word not in data]
        for each in missing:
            if each.attribute not in known and (*at, each.name) not in into.told:
                what = _first_sentence(each.doc)
                into.refuse(at, f"{self.part.__title__} needs `{each.name}`: {what}", "SOP003")
        return [each.attribute for each in missing]

    def schema(self, name: Naming) -> dict[str, Any]:
        record = name(self.part)
        short = self.part.__keys__.get(self.part.__short__)
        return {"anyOf": [record, short.shape.schema(name)]} if short else record

    def accepts(self, data: Any) -> bool:
        return isinstance(data, dict) or (isinstance(data, str) and bool(self.part.__short__))

    def as_items(self, data: Any) -> str:
        if self._strange(data):
            return f"begin each item with a `-`, and name its keys: `- {self.sample}`"
        if not self._named_in(data):
            return ""
        name = next(iter(data))
        called = next((f"{word}: {name}" for word in ("id", "title") if word in self.part.__keys__), "")
        return f"begin each item with a `-`: write `- {called}` for `{name}:`"

    def _strange(self, data: Any) -> bool:
        """Whether data gives texts for names, none of which is, or may have been meant for, a key of the record."""
        keys = self.part.__keys__.keys()
        if type(data) is not dict or not data or not keys.isdisjoint(data):
            return False
        texts = all(type(each) is str for each in data.values())
        return texts and not any(nearest(str(word), keys) for word in islice(data, _FEW))

    def _named_in(self, data: Any) -> bool:
        """Whether data is not one of these records, but a mapping from names to some."""
        keys = self.part.__keys__.keys()
        if type(data) is not dict or not data or data.keys() <= keys:
            return False
        held = (type(each) is dict and not keys.isdisjoint(each) for each in data.values())
        return all(held) and data.keys().isdisjoint(self.part.__required__)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _first_sentence(doc: str) -> str:
    sentence = doc.partition(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]
