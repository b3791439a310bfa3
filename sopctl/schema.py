"""The format as a JSON Schema, for editors, and as a list of records, for its reference page.

Both are made from the declarations that reading itself follows, so they cannot disagree with it.
A schema knows the values of one file; what lies between values and between files is lint's.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from sopctl.model import Registers, Sop
from sopctl.named import NamedTuple
from sopctl.record import Key, Part, Record
from sopctl.shape import Choice, Either, List, Map, Shape, Word

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ROOTS: dict[str, type[Part]] = {"sop": Sop, "registers": Registers}


class KeyReference(NamedTuple):
    """One key as the reference page tells it."""

    name: str
    doc: str
    required: bool
    holds: str  # what it may hold, in words
    records: tuple[str, ...]  # the names of the records that it holds
    default: str  # as a writer would write it; empty where there is none


class RecordReference(NamedTuple):
    """One kind of mapping, with its keys in the order of the format."""

    name: str
    title: str
    doc: str
    short: str  # the key that is meant where a text stands instead of the mapping
    keys: tuple[KeyReference, ...]


def schema(kind: Literal["sop", "registers"] | str) -> dict[str, Any]:
    """The JSON Schema of a SOP or of a register file, draft 2020-12."""
    root = _ROOTS[kind]
    parts = _parts(root)
    return {
        "$schema": DIALECT,
        "$id": f"urn:sopctl:{kind}",
        **_record(root),
        "$defs": {part.__name__: _record(part) for part in parts if part is not root},
    }


def reference() -> tuple[RecordReference, ...]:
    """Every record of the format: first that of a SOP, then those of register files."""
    parts = dict.fromkeys(part for root in _ROOTS.values() for part in _parts(root))
    return tuple(
        RecordReference(
            part.__name__,
            part.__title__,
            _doc(part),
            part.__short__,
            tuple(_key(key) for key in part.__keys__.values()),
        )
        for part in parts
    )


def _parts(root: type[Part]) -> list[type[Part]]:
    """The record and those that it holds, at any depth, in the order in which they are met."""
    found: dict[type[Part], None] = {}
    ahead = [root]
    while ahead:
        part = ahead.pop(0)
        if part not in found:
            found[part] = None
            ahead.extend(inner for key in part.__keys__.values() for inner in _held(key.shape))
    return list(found)


def _held(shape: Shape) -> Iterator[type[Part]]:
    if isinstance(shape, Record):
        yield shape.part
    else:
        for inner in _inside(shape):
            yield from _held(inner)


def _inside(shape: Shape) -> Iterable[Shape]:
    match shape:
        case List():
            return (shape.item,)
        case Map():
            return (shape.value,)
        case Either():
            return shape.shapes
    return ()


def _record(part: type[Part]) -> dict[str, Any]:
    properties = {key.name: _property(key) for key in part.__keys__.values()}
    return {
        "title": _title(part),
        "description": _doc(part),
        "type": "object",
        "properties": properties,
        **({"required": list(part.__required__)} if part.__required__ else {}),
        "additionalProperties": False,
    }


def _property(key: Key) -> dict[str, Any]:
    made = {
        "description": _bare(key.doc),
        "markdownDescription": key.doc,
        **key.shape.schema(_named),
    }
    if isinstance(key.shape, Choice):
        told = dict(_TOLD.findall(key.doc))
        made["markdownEnumDescriptions"] = [told.get(choice, "") for choice in key.shape.choices]
    if _written(key.default):
        made["default"] = key.default
    return made


_TOLD = re.compile(r"`([a-z-]+)`: (.+?)(?:; |\. |\.$)")
"""A choice, and what it means, in the words of its key."""


def _named(part: type[Part]) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{part.__name__}"}


def _key(key: Key) -> KeyReference:
    records = tuple(dict.fromkeys(part.__name__ for part in _held(key.shape)))
    default = key.default
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    return KeyReference(
        key.name, key.doc, key.required, _words(key.shape), records, shown if _written(default) else ""
    )


def _words(shape: Shape) -> str:
    """What a value may be, in words."""
    match shape:
        case List():
            return f"a list; each item {_words(shape.item)}"
        case Map():
            return f"a mapping from {_words(shape.key)} to {_words(shape.value)}"
        case Either():
            return ", or ".join(map(_words, shape.shapes))
        case Record():
            return shape.part.__title__
        case Choice():
            return " or ".join(f"`{choice}`" for choice in shape.choices)
        case Word():
            return shape.words
    return shape.words


def _written(default: Any) -> bool:
    """Whether a default says something that a reader cannot guess."""
    return default not in (None, (), {}, "")


def _title(part: type[Part]) -> str:
    bare = re.sub(r"^(?:a|an|the) ", "", part.__title__)
    return _bare(bare[:1].upper() + bare[1:])


def _doc(part: type[Part]) -> str:
    return " ".join((part.__doc__ or "").split())


def _bare(markdown: str) -> str:
    return markdown.replace("`", "")
