"""Plain data into a Markdown SOP that reads well on a code host.

Each value is first written in its natural form (text, bullets, task list, table) and read back.
Where that does not give the same value again, it stands in a fenced `yaml` block, which holds
anything; where not even that does, in the front matter.
"""

import re
from itertools import takewhile
from typing import Any

from sopctl import columns, source
from sopctl.edit.yaml_writer import WIDTH, holds_records, one_line, ordered, to_yaml
from sopctl.model import OUTLINE
from sopctl.record import Record
from sopctl.shape import List, Shape, Text
from sopctl.source import forms

Data = dict[str, Any]
At = tuple[str | int, ...]

_EMPTY: tuple[Any, ...] = ("", [], {})


def to_markdown(data: Data, outline: Record = OUTLINE) -> str:
    """The text of a Markdown file that reads as `data`."""
    data = ordered(data, outline)
    writer = _Writer(outline)
    text = writer.file(data)
    if writer.reading(text) != data:  # whatever a writer did not foresee, front matter can hold
        text = f"---\n{to_yaml(data, outline)}---\n"
    return text


class _Writer:
    def __init__(self, outline: Record) -> None:
        self.outline = outline
        keys = outline.part.__keys__.values()
        self.short = {key.name for key in takewhile(lambda key: not _is_prose(key.shape), keys)}

    def file(self, data: Data) -> str:
        front: Data = {}
        parts: list[str] = []
        for name, value in data.items():
            shape = forms.key_shape(self.outline, name)
            if name == "title" and (heading := self._checked([f"# {value}\n"], (), {name: value})):
                parts.insert(0, heading)
            elif name in self.short or value in _EMPTY or not (section := self._section(name, shape, value)):
                front[name] = value
            else:
                parts.append(section)
        head = to_yaml(front, self.outline) if front else ""
        return "\n".join([f"---\n{head}---\n", *parts])

    def reading(self, text: str) -> Any:
        """What the file says, in the order of the model; None where it has problems."""
        document = source.read("x.md", text, self.outline)
        if document is None or document.problems:
            return None
        return _Exactly(ordered(document.data, self.outline))

    def _checked(self, forms: list[str], at: tuple[str | int, ...], expected: Any) -> str:
        """The first of some forms that reads as expected, or an empty text."""
        for text in forms:
            found = self.reading("---\n---\n\n" + text)
            if found is None:
                continue
            data = found.data
            for key in at:
                data = data[key] if key in data or isinstance(key, int) else None
            if _Exactly(data) == expected:
                return text
        return ""

    # Sections

    def _section(self, name: str, shape: Shape, value: Any) -> str:
        head = f"## {name.replace('_', ' ').capitalize()}\n\n"
        natural = self._body(name, shape, value, head)
        fenced = _fence(to_yaml(value, shape))
        return self._checked([head + form for form in (natural, fenced) if form], (name,), value)

    def _body(self, name: str, shape: Shape, value: Any, head: str) -> str:
        record, entries, items = forms.record_of(shape), forms.map_of(shape), forms.list_of(shape)
        if isinstance(value, str):
            return _text(value)
        if record and isinstance(value, dict):
            return self._record(record, value, head, (name,), {})
        if entries and isinstance(value, dict):
            row = forms.record_of(entries.value)
            if row and "title" in row.part.__keys__:
                return self._entries(row, value, head, name)
            return "" if row else _bullets(f"{k}: {v}" for k, v in value.items())
        if items and isinstance(value, list):
            row = forms.record_of(items.item)
            if row is None:
                return _bullets(_inline(item, items.item) for item in value)
            if "id" in row.part.__keys__ and "title" in row.part.__keys__:
                return self._steps(row, value, head, name)
            return _table(row, value) if _fits_table(row, value) else ""
        return ""

    def _entries(self, row: Record, entries: Data, head: str, name: str) -> str:
        """Entries by id: those that are one text as bullets, the others below headings."""
        short = {id: entry for id, entry in entries.items() if isinstance(entry, str)}
        long = {id: entry for id, entry in entries.items() if isinstance(entry, dict)}
        parts = [_bullets(f"{id}: {title}" for id, title in short.items())] if short else []
        parts += [self._entry(row, entry, id, head, (name, id)) for id, entry in long.items()]
        return "\n".join(parts)

    def _steps(self, row: Record, steps: list[Any], head: str, name: str) -> str:
        if not all(isinstance(step, dict) for step in steps):
            return ""
        return "\n".join(self._entry(row, step, step.get("id", ""), head, (name, 0)) for step in steps)

    def _entry(self, row: Record, entry: Data, id: str, head: str, at: At) -> str:
        """`### Title {#id}`, and the rest of the record below it."""
        mark = f" {{#{id}}}" if id else ""
        in_head: Data = {name: entry[name] for name in ("id", "title") if name in entry}
        heading = f"### {entry.get('title', '')}{mark}\n"
        if not self._checked([head + heading], at, in_head):
            in_head.pop("title", None)
            heading = f"###{mark}\n"
        rest = {name: value for name, value in entry.items() if name not in in_head}
        if not rest:
            return heading
        return heading + "\n" + self._record(row, rest, head + heading + "\n", at, in_head)

    # Records

    def _record(self, record: Record, data: Data, head: str, at: At, in_head: Data) -> str:
        """The keys of a record, each in its natural form where that can be read back."""
        odd = {name for name in data if not self._stands_alone(record, data, name, head, at, in_head)}
        maps = {name for name in data if forms.map_of(forms.key_shape(record, name))}
        for fenced in (odd, odd | maps, set(data) - {"text"}):
            natural = {name: value for name, value in data.items() if name not in fenced}
            body = _pieces(record, natural, {name: data[name] for name in data if name in fenced})
            if self._checked([head + body], at, ordered(in_head | data, record)):
                return body
        return _pieces(record, {}, data)

    def _stands_alone(self, record: Record, data: Data, name: str, head: str, at: At, in_head: Data) -> bool:
        """Whether the natural form of a key gives its value again."""
        value = data[name]
        if _is_long(value, forms.key_shape(record, name), record, name):
            return False
        if isinstance(value, dict) and any(before in data for before in _forerunner(record, name)):
            return bool(value)  # what it belongs to must stand beside it: the whole record will show
        piece = _pieces(record, {name: value}, {})
        return bool(self._checked([head + piece], at, ordered(in_head | {name: value}, record)))


class _Exactly:
    """Data that is equal only where the order of keys is equal too."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return self.data == other and repr(self.data) == repr(other)

    __hash__ = None  # type: ignore[assignment]


def _is_prose(shape: Shape) -> bool:
    return isinstance(shape, Text) and shape.prose and not shape.line


def _forerunner(record: Record, name: str) -> list[str]:
    """The key that says what a list of answers belongs to."""
    names = list(record.part.__keys__)
    i = names.index(name) if name in names else 0
    return names[i - 1 : i] if i and forms.answers(record, names[i - 1 : i]) == name else []


def _is_long(value: Any, shape: Shape, record: Record, name: str) -> bool:
    """A list or mapping that would make an unreadable bullet."""
    if isinstance(value, str) or name in ("text", _checks(record)) or _forerunner(record, name):
        return False
    row = forms.row_of(shape)
    if row and isinstance(value, list) and value and isinstance(value[0], dict):
        return not _fits_table(row, value)
    return len(one_line(value, shape)) + len(name) + 4 > WIDTH


def _checks(record: Record) -> str:
    found = forms.checklist(record)
    return found[0] if found else ""


def _pieces(record: Record, data: Data, fenced: Data) -> str:
    """The body of a record: short keys, text, task list, answers and tables, and fenced YAML."""
    text = _text(data["text"]) if isinstance(data.get("text"), str) else ""
    short: list[str] = []
    first: list[str] = []
    tasks: list[str] = []
    last: list[str] = []
    arrows = forms.answers(record, data)
    for name, value in data.items():
        shape = forms.key_shape(record, name)
        row = forms.row_of(shape)
        if name == "text" and text:
            continue
        if value and name == arrows and isinstance(value, dict):
            last.append(_bullets(f"{word} → {target}" for word, target in value.items()))
        elif value and row and name == _checks(record) and isinstance(value, list):
            tasks.append("".join(_task(item, row) for item in value))
        elif value and row and isinstance(value, list) and all(isinstance(item, dict) for item in value):
            # rows in the place of one value (`within`) stand with the short keys
            (last if isinstance(shape, List) else first).append(_table(row, value))
        else:
            short.append(f"{name}: {_inline(value, shape)}")
    parts = [_signed(_bullets(short), "", text)] if short else []
    parts += [*first, text] if text else first
    for piece in (*tasks, *last):
        parts.append(_signed(piece, parts[-1] if parts else "", ""))
    if fenced:
        parts.append(_fence(to_yaml(fenced, record)))
    return "\n".join(parts)


def _signed(piece: str, before: str, behind: str) -> str:
    """A list with another sign than its neighbours have, so that they stay two lists."""
    if not piece.startswith("- "):
        return piece
    near = {found[1] for found in re.finditer(r"^ {0,3}([-*+])(?=[ \t]|$)", before, re.MULTILINE)}
    near |= {behind.lstrip()[:1]}
    sign = next((sign for sign in "-*+" if sign not in near), "-")
    return re.sub(r"^-", sign, piece, flags=re.MULTILINE)


# Forms


def _text(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _bullets(items: Any) -> str:
    return "".join(f"- {_hung(item)}\n" for item in items)


def _hung(text: str) -> str:
    """A text behind a bullet: its further lines stand below its first."""
    return re.sub(r"\n(?=[^\n])", "\n  ", text.removesuffix("\n"))


def _task(item: Any, row: Record) -> str:
    short = row.part.__short__
    if isinstance(item, str):
        return f"- [ ] {_hung(item)}\n"
    more = _bullets(f"{k}: {_inline(v, forms.key_shape(row, k))}" for k, v in item.items() if k != short)
    return f"- [ ] {_hung(str(item.get(short, '')))}\n" + re.sub(r"^(?=.)", "  ", more, flags=re.MULTILINE)


def _inline(value: Any, shape: Shape) -> str:
    if isinstance(value, str):
        return one_line(value, Text()) if any(forms.takes_more(shape)) and value[:1] in "[{\"'" else value
    return one_line(value, shape)


def _table(row: Record, rows: list[Any]) -> str:
    """Rows as a table: a column for each key, and for each entry of a mapping."""
    flat = [_flat(row, each) for each in rows]
    used = dict.fromkeys(path for each in flat for path in each)
    paths = sorted(used, key=lambda path: _column_order(row, path))
    cases = forms.first_map(row)
    if any(forms.OTHERWISE in data for data in rows) and not any(path[:1] == cases for path in paths[:1]):
        paths = [cases, *paths]  # the column in which `otherwise` stands
    heads = [_heading(row, path) for path in paths]
    lines = [heads, ["---"] * len(heads)]
    for each, data in zip(flat, rows, strict=True):
        cells = [each.get(path, "") for path in paths]
        if forms.OTHERWISE in data and cells:
            cells[0] = forms.OTHERWISE
        lines.append(cells)
    return _drawn([[cell.replace("|", "\\|") for cell in cells] for cells in lines])


def _drawn(lines: list[list[str]]) -> str:
    """The columns in line, where the table is narrow enough for that."""
    widths = [max(map(columns.wide, column)) for column in zip(*lines, strict=True)]
    if sum(widths) + 3 * len(widths) + 1 <= WIDTH:
        rule = ["-" * width for width in widths]
        lines = [
            [columns.padded(cell, width) for cell, width in zip(cells, widths, strict=True)]
            for cells in lines
        ]
        lines[1] = rule
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def _fits_table(row: Record, rows: list[Any]) -> bool:
    """Whether every value has a cell in which it reads well: no records, no lists of sentences."""
    return not holds_records(row) and not any(
        isinstance(value, list) and _is_prose_list(forms.key_shape(row, name))
        for each in rows
        if isinstance(each, dict)
        for name, value in each.items()
    )


def _is_prose_list(shape: Shape) -> bool:
    items = forms.list_of(shape)
    return items is not None and _is_prose(items.item)


def _flat(row: Record, data: Data) -> dict[forms.Path, str]:
    """The cells of a row, by the way to their values."""
    flat: dict[forms.Path, str] = {}
    for name, value in data.items():
        shape = forms.key_shape(row, name)
        entries = forms.map_of(shape)
        if name == forms.OTHERWISE:
            twins = [
                key.name for key in row.part.__keys__.values() if key.shape is shape and key.name != name
            ]
            flat[(twins[0] if twins else name,)] = _inline(value, shape)
        elif entries and isinstance(value, dict) and value:
            for word, each in value.items():
                flat[(name, word)] = _inline(each, entries.value)
        else:
            flat[(name,)] = _inline(value, shape)
    return flat


def _column_order(row: Record, path: forms.Path) -> int:
    return list(row.part.__keys__).index(path[0]) if path[0] in row.part.__keys__ else len(row.part.__keys__)


def _heading(row: Record, path: forms.Path) -> str:
    if len(path) == 1:
        return path[0].replace("_", " ")
    plain = forms.column(row, path[1])
    return path[1] if plain and plain.path == path else " ".join(path)


def _fence(yaml: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", yaml)), default=2)
    sign = "`" * (longest + 1)
    return f"{sign}yaml\n{yaml}{sign}\n"
