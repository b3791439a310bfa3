"""A file as lines, one fact a line, in an order and in words that do not depend on its layout.

Two files that mean the same have the same lines, so that `git diff` shows what has changed in
meaning; what begins a line without a blank (a step, an outcome, a role) is the heading of a hunk.
"""

import re
from collections.abc import Iterator
from typing import Any

from sopctl.diff.essence import chosen, plain
from sopctl.diff.phrases import PHRASES, phrase, value
from sopctl.ignores import ignores
from sopctl.model import OUTLINE, Typed
from sopctl.model.registers import Registers
from sopctl.record import Key, Record
from sopctl.shape import List, Map, Shape, Text


def outline(typed: Typed) -> list[str]:
    """The facts of a SOP or register file, one a line."""
    shape = OUTLINE if typed.sop else Record(Registers)
    data = plain(shape, typed.document.data)
    hidden = sorted((", ".join(each.codes), each.reason) for each in ignores(typed.document))
    return [
        *([f"{data.get('id', typed.sop.id)}: {_flat(data.get('title', ''))}"] if typed.sop else []),
        *_record(shape, data, 0, ("id", "title") if typed.sop else ()),
        *(f"ignored here: {codes}: {_flat(reason)}" for codes, reason in hidden),
    ]


def _record(record: Record, data: Any, depth: int, told: tuple[str, ...] = ()) -> Iterator[str]:
    """The facts of a record, but for those told in its heading."""
    if not isinstance(data, dict):
        yield _line(depth, _flat(data))
        return
    for name, held in data.items():
        if name not in told:
            yield from _key(record, name, held, depth)


def _key(record: Record, name: str, held: Any, depth: int) -> Iterator[str]:
    key = record.part.__keys__.get(name)
    shape = chosen(key.shape, held) if key else Shape()
    part = record.part.__name__
    match shape:
        case Record() if isinstance(held, dict):
            yield _line(depth, f"{_spaced(name)}:")
            yield from _record(shape, held, depth + 1)
        case Map() if isinstance(held, dict):
            yield from _entries(shape, held, name, part, depth)
        case List() if isinstance(held, list):
            yield from _items(shape, held, key, name, part, depth)
        case Text() if not shape.line and isinstance(held, str) and len(_sentences(held)) > 1:
            yield _line(depth, f"{_spaced(name)}:")
            yield from (_line(depth + 1, each) for each in _sentences(held))
        case _:
            yield _line(depth, _fact(part, name, _said(shape, held)))


def _entries(map: Map, held: dict[str, Any], name: str, part: str, depth: int) -> Iterator[str]:
    """The entries of a mapping, by their words: their order means nothing."""
    for word in sorted(held):
        shape = chosen(map.value, held[word])
        if isinstance(shape, Record) and isinstance(held[word], dict):
            told = _headline(held[word])
            yield _line(depth, f"{_title(shape)} `{word}`{told and f': {_flat(held[word][told])}'}")
            yield from _record(shape, held[word], depth + 1, (told,))
        else:
            yield _line(depth, _fact(part, name, _said(shape, held[word]), word))


def _items(shape: List, held: list[Any], key: Key | None, name: str, part: str, depth: int) -> Iterator[str]:
    if not isinstance(chosen(shape.item, held[0]) if held else None, Record):
        ordered = key is not None and key.ordered
        said = [_said(shape.item, each) for each in held]
        yield from (_line(depth, _fact(part, name, each)) for each in (said if ordered else sorted(said)))
        return
    for each in held:
        item = chosen(shape.item, each)
        if not isinstance(item, Record) or not isinstance(each, dict):
            yield _line(depth, _fact(part, name, _said(item, each)))
            continue
        id = f" `{each['id']}`" if isinstance(each.get("id"), str) else ""
        told = _headline(each)
        yield _line(depth, f"{_title(item)}{id}{told and f': {_flat(each[told])}'}")
        yield from _record(item, each, depth + 1, ("id", told) if id else (told,))


_HEADLINES = ("title", "text", "what", "ask", "version", "role", "to")


def _headline(data: dict[str, Any]) -> str:
    """The key that names a thing to people, where it has one."""
    return next((name for name in _HEADLINES if isinstance(data.get(name), str)), "")


def _title(record: Record) -> str:
    return re.sub(r"^an? |^the ", "", record.part.__title__)


def _fact(part: str, name: str, said: str, word: str = "") -> str:
    if (part, name) in PHRASES:
        return phrase(part, name, said, word)
    return f"{_spaced(name)}{word and f' `{word}`'}: {said}"


def _said(shape: Shape, held: Any) -> str:
    """A value as people say it, never shortened."""
    if isinstance(held, str):
        text = _flat(held)
        whole = isinstance(shape, Text) or len(text) > 150
        return text if whole else value(shape, held)
    if isinstance(held, list):
        item = shape.item if isinstance(shape, List) else Shape()
        return " or ".join(_said(chosen(item, each), each) for each in held)
    if isinstance(held, dict):
        return ", ".join(f"{word}: {_said(Shape(), held[word])}" for word in sorted(held))
    return str(held)


def _sentences(text: str) -> list[str]:
    """A text by sentences, whatever lines it was broken into; the lines of code stay."""
    if "```" in text or "~~~" in text:
        return [line.rstrip() for line in text.strip().splitlines() if line.strip()]
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*+>|#]|\d{1,9}[.)]\s))", text.strip())
    flat = (_flat(each) for each in paragraphs)
    return [sentence for each in flat for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z\[])", each) if sentence]


def _flat(held: Any) -> str:
    return " ".join(str(held).split())


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _line(depth: int, text: str) -> str:
    return "  " * depth + text
