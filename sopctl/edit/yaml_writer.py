"""Plain data into YAML as a careful writer would type it.

Keys stand in the order of the model, short rows on one line, long texts folded or in blocks.
A text is quoted only where YAML 1.2 would take it for something else than this text.
"""

import re
from collections.abc import Iterator
from typing import Any

from sopctl.model import OUTLINE
from sopctl.record import Record
from sopctl.shape import Either, List, Map, Shape, Text
from sopctl.source import forms

WIDTH = 140
"""How long a line of brackets may be."""

_FOLD = 110  # how long the lines of a folded text may be

_HARD = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_NOT_PLAIN = re.compile(r"[?:,\[\]{}#&*!|>'\"%@`\s]|-(?!\d)|\.\.\.|---|.*(?:: | #|[\t\n]|[:\s]\Z)", re.DOTALL)
_FLOW_SIGNS = re.compile(r"[,\[\]{}:]")
_NULL = re.compile(r"null|Null|NULL|~|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_NUMBER = re.compile(
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NAMED_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_LONG_KEY = 800  # YAML lets a key of up to 1024 characters stand before its colon


def to_yaml(data: Any, outline: Shape = OUTLINE) -> str:
    """The text of a YAML file that reads as `data`."""
    data = ordered(data, outline)
    if isinstance(data, dict) and data:
        return "\n".join(_mapping(data, outline, 0)) + "\n"
    if isinstance(data, list) and data:
        return "\n".join(_items(data, outline, 0)) + "\n"
    return (_scalar(data, outline, -2, 0) if isinstance(data, str) else one_line(data, outline)) + "\n"


def one_line(data: Any, shape: Shape) -> str:
    """The value in flow style."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{_key(k)}: {one_line(v, _child(shape, k))}" for k, v in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(one_line(item, _child(shape, 0)) for item in data) + "]"
    return data if _is_plain(data, shape, flow=True) else _quoted(data)


def ordered(data: Any, shape: Shape) -> Any:
    """The data with the keys of every record in the order of the model."""
    if isinstance(data, list):
        return [ordered(item, _child(shape, 0)) for item in data]
    if not isinstance(data, dict):
        return data
    record = forms.record_of(shape)
    names = list(data)
    if record:
        known = {name: i for i, name in enumerate(record.part.__keys__)}
        names.sort(key=lambda name: known.get(name, len(known)))
    return {name: ordered(data[name], _child(shape, name)) for name in names}


def holds_records(shape: Shape) -> bool:
    """Whether a record has room for records: a step does, an approval does not."""
    record = forms.record_of(shape)
    return record is not None and any(_has_record(key.shape) for key in record.part.__keys__.values())


def _has_record(shape: Shape) -> bool:
    if isinstance(shape, Record):
        return not _only_words(shape)
    match shape:
        case Either():
            return any(_has_record(each) for each in shape.shapes)
        case List():
            return _has_record(shape.item)
        case Map():
            return _has_record(shape.value)
    return False


def _only_words(record: Record) -> bool:
    """A record of nothing but lists of words, such as `applies_to`, is no more than a value."""
    shapes = [key.shape for key in record.part.__keys__.values()]
    return all(isinstance(shape, List) and not _has_record(shape) for shape in shapes)


def _child(shape: Shape, key: str | int) -> Shape:
    if isinstance(key, int):
        items = forms.list_of(shape)
        return items.item if items else shape
    record, entries = forms.record_of(shape), forms.map_of(shape)
    if record:
        return forms.key_shape(record, key)
    return entries.value if entries else Text()


def _mapping(data: dict[str, Any], shape: Shape, indent: int) -> Iterator[str]:
    pad = " " * indent
    for i, (name, value) in enumerate(data.items()):
        under = _child(shape, name)
        word = _key(name)
        head = f"{pad}? {word}\n{pad}:" if len(word) > _LONG_KEY else f"{pad}{word}:"
        lines = list(_after(value, under, indent, len(pad) + len(word) + 1))
        if i and indent == 0 and not lines[0] and isinstance(shape, Record) and _has_record(under):
            yield ""
        yield head + lines[0]
        yield from lines[1:]


def _after(value: Any, shape: Shape, indent: int, used: int) -> Iterator[str]:
    """What follows `key:`: the rest of its line, and the lines below."""
    if isinstance(value, str):
        yield " " + _scalar(value, shape, indent, used + 1)
    elif (line := _short(value, shape)) and used + 1 + len(line) <= WIDTH:
        yield " " + line
    else:
        yield ""
        yield from (_mapping if isinstance(value, dict) else _items)(value, shape, indent + 2)


def _items(items: list[Any], shape: Shape, indent: int) -> Iterator[str]:
    pad, under = " " * indent, _child(shape, 0)
    for i, item in enumerate(items):
        if isinstance(item, str):
            yield f"{pad}- {_scalar(item, under, indent, indent + 2)}"
            continue
        line = "" if _reads_as_block(item, under) else _short(item, under)
        if line and indent + 2 + len(line) <= WIDTH:
            yield f"{pad}- {line}"
            continue
        if i and holds_records(under) and indent == 2:
            yield ""
        lines = list((_mapping if isinstance(item, dict) else _items)(item, under, indent + 2))
        yield f"{pad}- {lines[0][indent + 2 :]}"
        yield from lines[1:]


def _reads_as_block(item: Any, shape: Shape) -> bool:
    """`otherwise: there`, and rows of a decision: cases and a reason would make too long a line."""
    record = forms.record_of(shape)
    if not isinstance(item, dict) or not record:
        return False
    shapes = [key.shape for key in record.part.__keys__.values()]
    has_prose = any(isinstance(each, Text) and each.prose for each in shapes)
    return len(item) == 1 or (has_prose and any(isinstance(each, dict) for each in item.values()))


def _short(value: Any, shape: Shape) -> str:
    """The value on one line, or nothing where it would not read well."""
    return one_line(value, shape) if not value or _is_short(value, shape) else ""


def _is_short(value: Any, shape: Shape) -> bool:
    if isinstance(value, str):
        return "\n" not in value
    if isinstance(value, list):
        under = _child(shape, 0)
        if isinstance(under, Record) and value:
            return False
        if isinstance(under, Text) and not all(_is_plain(item, under, flow=True) for item in value):
            return False
        return all(_is_short(item, under) for item in value)
    entries = forms.map_of(shape)
    if holds_records(shape) or (entries and forms.record_of(entries.value)):
        return False
    return all(_is_short(v, _child(shape, k)) for k, v in value.items())


def _scalar(text: str, shape: Shape, indent: int, used: int) -> str:
    """A text, in the plainest form that keeps every character."""
    pad = " " * (indent + 2)
    if "\n" in text and _fits_block(text) and (indent >= 0 or text[0] not in " \t\n"):
        sign = "|" + ("2" if text[0] in " \t\n" else "") + ("" if text[-1] == "\n" else "-")
        body = text.removesuffix("\n").split("\n")
        return "\n".join([sign, *(pad + line if line else "" for line in body)])
    written = text if _is_plain(text, shape) else _quoted(text)
    if used + len(written) <= _FOLD + 10 or not _fits_fold(text):
        return written
    return "\n".join([">-", *(pad + line for line in _folded(text, max(60, _FOLD - len(pad))))])


def _fits_block(text: str) -> bool:
    last = text.removesuffix("\n").rpartition("\n")[2]
    return not _HARD.search(text) and bool(last.strip())


def _fits_fold(text: str) -> bool:
    return " " in text and text == text.strip() and not _HARD.search(text) and not set(text) & {"\n", "\t"}


def _folded(text: str, width: int) -> Iterator[str]:
    """Lines that YAML joins with a space each; never broken at two spaces."""
    line = ""
    for word in re.split(r"(?<! ) (?! )", text):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _key(name: str) -> str:
    plain = _is_plain(name, _WORD, flow=True) and len(name) <= _LONG_KEY
    return name if plain else _quoted(name)


def _is_plain(text: str, shape: Shape, flow: bool = False) -> bool:
    if _NOT_PLAIN.match(text) or _HARD.search(text) or (flow and _FLOW_SIGNS.search(text)):
        return False
    if _NULL.fullmatch(text):
        return False
    if _BOOLEAN.fullmatch(text):
        return "boolean" in _types(shape)
    return not _NUMBER.fullmatch(text) or bool(_types(shape) & {"number", "integer"})


def _types(shape: Shape) -> set[str]:
    """The types of JSON that an editor's schema allows for a text here."""
    if isinstance(shape, Either):
        return set().union(*(_types(each) for each in shape.shapes))
    if isinstance(shape, List):
        return _types(shape.item)
    if isinstance(shape, Map | Record):
        return {"string"}
    named = shape.schema(lambda part: {}).get("type", "string")
    return {named} if isinstance(named, str) else set(named)


def _quoted(text: str) -> str:
    if '"' in text and "\\" not in text and not _HARD.search(text) and not set(text) & {"\n", "\t"}:
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _NAMED_ESCAPES:
        return _NAMED_ESCAPES[char]
    if not _HARD.match(char):
        return char
    point = ord(char)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


_WORD = Text(line=True)
