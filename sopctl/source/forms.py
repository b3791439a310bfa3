"""Which shape takes which form of Markdown: no key has a rule of its own, only its type has.

A shape may take several forms (`within` is a duration or rows), so each question looks at all
of them. Shapes are made once and live as long as the program, so answers are kept.
"""

import re
from collections.abc import Container, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from sopctl.diagnostic import nearest
from sopctl.named import NamedTuple
from sopctl.reading import Reading
from sopctl.record import Record
from sopctl.shape import Either, List, Map, Shape, Text

OTHERWISE = "otherwise"
"""The key of a row for all other cases; in a table it stands in the first cell."""

TEXT = Text()
"""How the value of an unknown key is read, until the model refuses the key."""

Path = tuple[str, ...]


class Column(NamedTuple):
    """Where the cells of a column go: a key of the row, or an entry of one of its mappings."""

    path: Path
    shape: Shape


@cache
def record_of(shape: Shape) -> Record | None:
    return next((form for form in _forms(shape) if isinstance(form, Record)), None)


@cache
def map_of(shape: Shape) -> Map | None:
    return next((form for form in _forms(shape) if isinstance(form, Map)), None)


@cache
def list_of(shape: Shape) -> List | None:
    return next((form for form in _forms(shape) if isinstance(form, List)), None)


def row_of(shape: Shape) -> Record | None:
    """The record of which a list consists."""
    found = list_of(shape)
    return record_of(found.item) if found else None


@cache
def titled(shape: Shape) -> Record | None:
    """The record of entries whose headings are titles."""
    entries = map_of(shape)
    record = record_of(entries.value) if entries else row_of(shape)
    return record if record and "title" in record.part.__keys__ else None


@cache
def takes_more(shape: Shape) -> tuple[bool, bool]:
    """Whether lists, and whether mappings, may stand here besides text."""
    return shape.accepts([]), shape.accepts({})


def fits(shape: Shape, data: Any) -> bool:
    """Whether nothing is wrong with data in this place."""
    into = Reading()
    shape.read(data, (), into)
    return not into.problems


def is_text(shape: Shape) -> bool:
    """Whether nothing but words may stand here, and any."""
    return isinstance(shape, Text)


@cache
def takes_words(shape: Shape) -> bool:
    """Whether a list of texts stands here that are no prose, such as tags."""
    items = list_of(shape)
    return items is not None and isinstance(items.item, Text) and not items.item.prose


@cache
def takes_a_sentence(shape: Shape) -> bool:
    return fits(shape, "Any words, or more.")


def _forms(shape: Shape) -> tuple[Shape, ...]:
    return shape.shapes if isinstance(shape, Either) else (shape,)


def key_shape(record: Record, key: str) -> Shape:
    found = record.part.__keys__.get(key)
    return found.shape if found else TEXT


def named(heading: str, keys: Container[str]) -> str:
    """The key that a heading names: `Change history` is `change_history`."""
    if heading in keys:
        return heading
    return re.sub(r"[\s-]+", "_", heading.strip().lower())


@cache
def checklist(record: Record) -> tuple[str, Record] | None:
    """The key that a task list stands for: a list of records that may be one text."""
    return next(((name, row) for name, row, _ in _lists_of_records(record) if row.part.__short__), None)


def _lists_of_records(record: Record) -> Iterator[tuple[str, Record, bool]]:
    for name, key in record.part.__keys__.items():
        if row := row_of(key.shape):
            yield name, row, isinstance(key.shape, List)


def answers(record: Record, written: Container[str]) -> str:
    """The key that a list of `x → target` stands for: the mapping from words to words whose
    forerunner in the format is written (`answers` follows `ask`), else the first."""
    pairs = _words_to_words(record)
    return next((name for name, before in pairs if before in written), pairs[0][0] if pairs else "")


def asked(record: Record, written: Container[str]) -> str:
    """The key of such a list that is missing, though what it follows is written; else an empty word."""
    pairs = _words_to_words(record)
    return next((name for name, before in pairs if before in written and name not in written), "")


@cache
def _words_to_words(record: Record) -> tuple[tuple[str, str], ...]:
    """Each such mapping, with the key before it."""
    keys = record.part.__keys__
    maps = {name: map_of(key.shape) for name, key in keys.items()}
    before = dict(zip(keys, ("", *keys), strict=False))
    return tuple(
        (n, before[n]) for n, entries in maps.items() if entries and not any(takes_more(entries.value))
    )


@lru_cache(4096)
def column(record: Record, heading: str) -> Column | None:
    """A key of the record; `set fact`, an entry of the mapping `set`; else an entry of its first mapping."""
    keys = record.part.__keys__
    name = named(heading, keys)
    if name in keys:
        return Column((name,), keys[name].shape)
    first, _, rest = heading.partition(" ")
    entries = map_of(keys[first].shape) if rest and first in keys else None
    if entries:
        return Column((first, rest.strip()), entries.value)
    maps = ((name, map_of(key.shape)) for name, key in keys.items())
    return next((Column((name, heading), entries.value) for name, entries in maps if entries), None)


def misspelt(record: Record, heading: str, taken: Container[Path]) -> str:
    """The key for where a row leads, where no column is that key and a heading is nearly called so."""
    keys = record.part.__keys__
    if OTHERWISE not in keys:
        return ""
    leads = [name for name, key in keys.items() if key.shape is keys[OTHERWISE].shape and name != OTHERWISE]
    return nearest(named(heading, ()), [name for name in leads if (name,) not in taken])


def first_map(record: Record) -> Path:
    """The mapping whose entries have columns of their own: the cases of a row."""
    return next(((name,) for name, key in record.part.__keys__.items() if map_of(key.shape)), ())


def table(record: Record, headings: Iterable[str]) -> tuple[str, Record] | None:
    """The key that a table stands for: the list of records that knows most of its headings.

    Where nothing tells, it is the list that cannot be anything else (`decide`, not `within`).
    """
    headings = list(headings)
    best: tuple[tuple[int, bool], str, Record] | None = None
    for name, row, plain in _lists_of_records(record):
        columns = [column(row, heading) for heading in headings]
        if not all(columns):
            continue
        known = sum(_is_named(found, heading) for found, heading in zip(columns, headings, strict=True))
        if best is None or (known, plain) > best[0]:
            best = (known, plain), name, row
    return (best[1], best[2]) if best else None


def names_none(record: Record, headings: Iterable[str]) -> bool:
    """Whether no heading of a table is a key of its rows, or nearly one."""
    return not any(_is_named(column(record, each), each) or misspelt(record, each, ()) for each in headings)


def is_foreign(record: Record, headings: Iterable[str]) -> bool:
    """Whether no heading of a table is a key of its rows, or nearly one, and some can be no case either."""
    headings = list(headings)
    if not names_none(record, headings):
        return False
    cases = [entries for name in first_map(record) if (entries := map_of(key_shape(record, name)))]
    return not all(fits(entries.key, each) for entries in cases for each in headings)


def is_headed(record: Record, headings: Iterable[str]) -> bool:
    """Whether a heading of a table is a key of its rows, and all others can be cases."""
    headings = list(headings)
    rest = [each for each in headings if not _is_named(column(record, each), each)]
    return len(rest) < len(headings) and (not rest or not is_foreign(record, rest))


def _is_named(found: Column | None, heading: str) -> bool:
    """Whether the heading itself says which key it is."""
    return found is not None and (len(found.path) == 1 or found.path[1] != heading)
