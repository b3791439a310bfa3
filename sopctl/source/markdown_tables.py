"""The rows of a table as records: a column is a key, or an entry of a mapping."""

from sopctl.diagnostic import Pointer
from sopctl.record import Record
from sopctl.source import forms
from sopctl.source import markdown_blocks as layout
from sopctl.source import markdown_slips as slips
from sopctl.source.markdown_blocks import Cell, Line
from sopctl.source.markdown_values import Data, Values
from sopctl.source.place import Extent, Place


def key(into: Values, record: Record, kind: str, lines: list[Line], at: Pointer, data: Data) -> bool:
    """Read a table that is a key of a record; False where it is text."""
    headings = [cell.text for cell in layout.cells(lines[0])]
    found = forms.table(record, headings)
    if not found:
        return False
    name, row = found
    if forms.names_none(row, headings) and _lacks_headings(into, lines):
        if not into.twice(data, name, at, lines[0].extent):
            _no_headings(into, name, lines[0], at, data)
        return True
    if forms.is_foreign(row, headings):
        message = f"a table here is `{name}`, with a column for each fact, then `then`; this one is none"
        help = "name its columns so; one for readers stands under `## Notes`, or in a fenced `yaml` block as `text: |`"
        into.complain("SOP005", at, message, lines[0].extent, help)
        return False
    if not into.twice(data, name, at, lines[0].extent):
        data[name] = rows(into, row, kind, lines, (*at, name))
    return True


def _lacks_headings(into: Values, lines: list[Line]) -> bool:
    """Whether a table begins with a row: its cells lead where those of the others lead, in some column."""
    head, *rows = (layout.cells(line) for line in lines if not line.blank and not slips.is_rule(line))
    if slips.is_rule(lines[0]):
        return True
    known = slips.entries(into.text)
    return bool(rows) and any(
        cell.text in known and all(i < len(row) and row[i].text in known for row in rows)
        for i, cell in enumerate(head)
    )


def _no_headings(into: Values, name: str, first: Line, at: Pointer, data: Data) -> None:
    message = f"a table of `{name}` begins with a line that names its columns, which is missing"
    help = "write it: a fact above each column of tests, and `then` above where they lead"
    if not slips.is_rule(first):
        help += "; below it `| --- | … |`"
    into.complain("SOP005", (*at, name), message, first.extent, help)
    into.found[(*at, name)] = Place(first.extent, None, block=first.extent)
    data[name] = ""


def untabbed(into: Values, record: Record, lines: list[Line], at: Pointer) -> list[Line]:
    """The lines, with a table as it was meant whose cells are parted by tabs: a word processor pastes it so."""
    made: list[Line] = []
    within = False
    for line in lines:
        parted = not line.fence and "\t" in line.text.strip(" ") and "|" not in line.text
        bars = Line(line.start - 1, "|" + line.text.replace("\t", "|")) if parted else line
        if parted and not within and _heads(record, bars):
            within = True
            message = "the cells of a table are parted by `|`, not by tabs"
            help = f"write `| {' | '.join(cell.text for cell in layout.cells(bars))} |`, and below it a line `| --- | … |`"
            into.complain("SOP005", at, message, line.extent, help)
            made += [bars, Line(line.start, "|" + "---|" * len(layout.cells(bars)))]
            continue
        within &= parted
        made.append(bars if within else line)
    return made


def _heads(record: Record, line: Line) -> bool:
    """Whether the cells of a line are the headings of a table that is a key of the record."""
    headings = [cell.text for cell in layout.cells(line)]
    found = forms.table(record, headings) if len(headings) > 1 else None
    return found is not None and forms.is_headed(found[1], headings)


def rows(into: Values, row: Record, kind: str, lines: list[Line], at: Pointer, first: int = 0) -> list[Data]:
    """The records of a table, whole or torn; `first` is the number of its first row."""
    if kind == "torn":
        lines, message, help, extent = slips.mended(lines)
        into.complain("SOP005", at, message, extent, help)
    head = layout.cells(lines[0])
    block = lines[0].extent
    into.found.setdefault(at, Place(block, None, block=block))
    columns = [
        forms.column(row, cell.text) or forms.Column((forms.named(cell.text, ()),), forms.TEXT)
        for cell in head
    ]
    _mend(into, row, head, columns, at)
    seen = set()
    for cell, each in zip(head, columns, strict=True):
        if each.path in seen:
            message = f"two columns are called `{cell.text}`"
            into.complain("SOP002", at, message, cell.extent, "keep one of the two")
        seen.add(each.path)
    return [_row(into, row, head, columns, line, (*at, first + i), block) for i, line in enumerate(lines[2:])]


def _mend(into: Values, row: Record, head: list[Cell], columns: list[forms.Column], at: Pointer) -> None:
    """A heading such as `than` is taken for the key that it is nearly, where no other column is that key."""
    first = forms.first_map(row)
    taken = {each.path for each in columns}
    for i, cell in enumerate(head):
        if first and columns[i].path == (*first, cell.text) and (meant := _id_meant(into, row, cell.text)):
            columns[i] = columns[i]._replace(path=(*first, meant))
            message = f"`{cell.text}` is no id, as the heading of a column is (did you mean `{meant}`?)"
            into.complain("SOP005", at, message, cell.extent, f"write `{meant}`")
            continue
        if columns[i].path == (*first, cell.text) and (name := forms.misspelt(row, cell.text, taken)):
            columns[i] = forms.Column((name,), forms.key_shape(row, name))
            taken.add((name,))
            message = f"`{cell.text}` is no column of a table of `{at[-1]}` (did you mean `{name}`?)"
            help = f"write `{name}`; a fact that is called so has another name"
            into.complain("SOP004", at, message, cell.extent, help)


def _id_meant(into: Values, row: Record, heading: str) -> str:
    """The id that a heading in other letters means: of several words, one that the file has; that of the
    fact whose question it is."""
    entries = forms.map_of(forms.key_shape(row, forms.first_map(row)[0]))
    id = heading.strip().lower().replace(" ", "-").replace("_", "-")
    if entries is None or forms.fits(entries.key, heading):
        return ""
    if not forms.fits(entries.key, id):
        return slips.asking(into.text).get(heading, "")
    if (" " in heading and f"{id}:" not in into.text) or forms.misspelt(row, heading, ()):
        return ""
    return id


def _row(home: Values, record: Record, head: list[Cell], columns: list[forms.Column], line: Line, at: Pointer,
         block: Extent) -> Data:  # fmt: skip
    data: Data = {}
    cells = layout.cells(line)
    written = next((cell.extent for cell in cells if cell.raw), line.extent)
    home.found[at] = Place(written, None, block=block)
    if len(cells) > len(head):
        message, help = (
            "this row has more cells than the table has columns",
            r"a bar in a text is written `\|`",
        )
        home.complain("SOP001", at, message, cells[len(head)].extent, help)
    first = cells[0].raw if cells and forms.OTHERWISE in record.part.__keys__ else ""
    last = first.casefold() == forms.OTHERWISE
    if last and first != forms.OTHERWISE:
        message = f"`{first}` is no value (did you mean `{forms.OTHERWISE}`?)"
        home.complain(
            "SOP005", at, message, cells[0].extent, f"write `{forms.OTHERWISE}`, for all other cases"
        )
    if last:
        here, shape = (*at, forms.OTHERWISE), forms.key_shape(record, forms.OTHERWISE)
        data[forms.OTHERWISE] = ""
        home.found[here] = Place(written, written)
    for i, (title, column, cell) in enumerate(zip(head, columns, cells, strict=False)):
        if not cell.raw or (last and i == 0):
            continue
        if last and column.shape is shape:
            data[forms.OTHERWISE] = home.cell(shape, cell, here, written, block)
            continue
        *outer, name = column.path
        into, here_at = data, at
        for word in outer:
            here_at = (*here_at, word)
            into = into.setdefault(word, {})
            home.found.setdefault(here_at, Place(written, None, block=block))
        if isinstance(into, dict) and name not in into:  # a text in its place is a finding of the model's
            into[name] = home.cell(column.shape, cell, (*here_at, name), title.extent, block)
    return data
