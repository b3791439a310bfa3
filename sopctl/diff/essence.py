"""Written data without what means nothing: layout, the order of keys, the ways to write one value."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sopctl.diff.names import Names
from sopctl.model.duration import Duration
from sopctl.model.scenario import Expect, Scenario
from sopctl.model.sop import Step
from sopctl.model.words import Answer, FactTest
from sopctl.record import Key, Record, shape_of
from sopctl.shape import Either, List, Map, Ref, Shape, Text, Word

Data = Any
"""What stands in a file: texts, lists and mappings."""

TEST, _ANSWER = shape_of(FactTest), shape_of(Answer)
_ANY = ["-"]


def plain(shape: Shape, data: Data) -> Data:
    """The data with its short forms written out and its defaults left out, keys in the model's order."""
    shape = chosen(shape, data)
    match shape:
        case Record():
            return _plain_record(shape, data)
        case List():
            return [plain(shape.item, each) for each in (data if isinstance(data, list) else [data])]
        case Map() if isinstance(data, dict):
            told = {word: plain(shape.value, value) for word, value in data.items()}
            tests = isinstance(shape.value, List) and shape.value.item is TEST
            return {word: value for word, value in told.items() if not (tests and value == _ANY)}
    return data


def chosen(shape: Shape, data: Data) -> Shape:
    """Of shapes that are told apart by their form, the one that the data has."""
    if isinstance(shape, Either):
        return next((each for each in shape.shapes if each.accepts(data)), shape)
    return shape


def _plain_record(record: Record, data: Data) -> Data:
    keys = record.part.__keys__
    if isinstance(data, str) and record.part.__short__:
        data = {record.part.__short__: data}
    if not isinstance(data, dict):
        return data
    order = {name: place for place, name in enumerate(keys)}
    told = {}
    for name in sorted(data, key=lambda name: (order.get(name, len(order)), name)):
        key = keys.get(name)
        value = plain(key.shape, data[name]) if key else data[name]
        if key is None or not _is_default(key, value):
            told[name] = value
    return told


def _is_default(key: Key, value: Data) -> bool:
    if value in ([], {}):
        return True
    return isinstance(value, str) and key.default is not None and _parsed(key.shape, value) == key.default


def _parsed(shape: Shape, text: str) -> Any:
    parse = shape.parse if isinstance(shape, Word) else None
    try:
        return parse(text) if parse else text
    except (ValueError, KeyError):
        return text


def essence(shape: Shape, data: Data, names: Names, ordered: bool = False) -> Any:
    """What plain data means, so that two that mean the same are equal; `names` are put into effect."""
    shape = chosen(shape, data)
    match shape:
        case Record() if isinstance(data, dict):
            return tuple(sorted(_entries(shape, data, names), key=repr))
        case List() if isinstance(data, list):
            items = [essence(shape.item, each, names) for each in data]
            return tuple(items if ordered else sorted(items, key=repr))
        case Map() if isinstance(data, dict):
            pairs = [
                (essence(shape.key, word, names), essence(shape.value, value, names.at(word), ordered))
                for word, value in data.items()
            ]
            return tuple(sorted(pairs, key=repr))
        case Text() if isinstance(data, str):
            return _flowing(names.text(data))
        case Ref() if isinstance(data, str):
            return names.ref(shape.kind, data)
        case Word() if isinstance(data, str):
            return _word(shape, data, names)
    return repr(data)


def _entries(record: Record, data: dict[str, Data], names: Names) -> Iterator[tuple[str, Any]]:
    if record.part is Scenario:
        names = names.within(str(data.get("sop") or names.sop))
    for name, value in data.items():
        key = record.part.__keys__.get(name)
        if key is None:
            yield name, repr(value)
        elif record.part is Expect and name == "outcome":  # a text, yet it names an outcome or a SOP
            yield name, names.ref("target", value) if isinstance(value, str) else repr(value)
        else:
            yield name, essence(key.shape, value, about(record, name, data, names), key.ordered)


def about(record: Record, name: str, data: dict[str, Data], names: Names) -> Names:
    """The names as the value of this key knows them: where it speaks of outcomes of a called SOP."""
    if record.part is Step and name == "on":
        return names.ends_of(str(data.get("call", "")))
    return names.by_step() if record.part is Scenario and name == "calls" else names


def _word(shape: Word, text: str, names: Names) -> Any:
    if shape is TEST:
        return _test(text)
    if shape is _ANSWER:
        return names.answer(text)
    value = _parsed(shape, text)
    if isinstance(value, Duration) and value.unit in ("m", "h", "d", "w"):
        return "minutes", value.minutes[0]
    return value


def _test(text: str) -> str:
    """A test without its blanks; the order of what it excludes means nothing."""
    text = " ".join(text.split())
    if found := re.fullmatch(r"not\s*\((.*)\)", text):
        return f"not({','.join(sorted(each.strip() for each in found[1].split(',')))})"
    return re.sub(r"(?<=[<>=.,\[(]) +| +(?=[.,\])])", "", text).removeprefix("=")


_KEPT_APART = re.compile(r"\s*(?:[-*+>|#]|\d{1,9}[.)]\s|```|~~~|:|\s{4})")
_BREAK = re.compile(r"(?: {2,}|\\)$")


def _flowing(text: str) -> str:
    """The text with the lines of each paragraph joined: where they break means nothing."""
    if "```" in text or "~~~" in text:
        return text.strip()
    lines: list[str] = []
    for line in text.strip().splitlines():
        joins = lines and lines[-1] and line.strip() and not _KEPT_APART.match(line)
        if joins and not _BREAK.search(lines[-1]) and not lines[-1].lstrip().startswith(("|", "#")):
            lines[-1] = f"{lines[-1].rstrip()} {line.strip()}"
        elif line.strip() or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(line if _BREAK.search(line) else line.rstrip() for line in lines)


def words_of(shape: Shape, data: Data, under: str = "") -> Counter[tuple[str, str]]:
    """The words of data, each with the key that it stands under: what likeness is measured by."""
    found: Counter[tuple[str, str]] = Counter()
    match data:
        case dict():
            keys = shape.part.__keys__ if isinstance(shape := chosen(shape, data), Record) else {}
            for name, value in data.items():
                if name == "id" or (name in keys and keys[name].unversioned):
                    continue
                below = (
                    keys[name].shape if name in keys else shape.value if isinstance(shape, Map) else Shape()
                )
                found.update(words_of(below, value, name))
        case list():
            item = shape.item if isinstance(shape := chosen(shape, data), List) else Shape()
            for each in data:
                found.update(words_of(item, each, under))
        case str():
            found.update((under, word) for word in re.findall(r"[\w#<>=.-]+", data.casefold()))
    return found
