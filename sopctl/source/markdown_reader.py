"""A Markdown SOP into the same plain data that its YAML file gives, with the place of each value.

What a piece of Markdown stands for follows from the type of the key that it is written under,
which the outline tells; `forms` has the questions, `markdown_blocks` the layout. Here headings become
keys and entries; `markdown_bullets` and `markdown_tables` read what stands under them.
"""

from collections.abc import Iterator
from typing import Any

from sopctl.diagnostic import Finding, Pointer
from sopctl.reading import Problem
from sopctl.record import Record
from sopctl.shape import Map, Shape
from sopctl.source import Document, forms
from sopctl.source import markdown_blocks as layout
from sopctl.source import markdown_bullets as bullets
from sopctl.source import markdown_likenesses as likenesses
from sopctl.source import markdown_slips as slips
from sopctl.source import markdown_tables as tables
from sopctl.source.fragment import Fragment
from sopctl.source.markdown_blocks import Block, Line, Page, Section
from sopctl.source.markdown_slips import shown
from sopctl.source.markdown_values import Data, Values
from sopctl.source.place import Extent, Place, Places


def read(path: str, text: str, outline: Shape) -> Document | None:
    """The SOP in a Markdown file, or None where the file has no front matter and looks like none."""
    page = layout.page(text)
    refused = _refused(path, text, page)
    if refused:
        return Document(path, text, None, (refused,), complete=False, markdown=True)
    if page is None or page.front is None:
        return None
    data, into = _read(text, page, page.front, outline)
    return Document(
        path,
        text,
        data if into.complete else None,
        tuple(into.problems),
        lambda: _places(text, outline),
        complete=into.complete,
        markdown=True,
    )


def has_comments(text: str, outline: Shape) -> bool:
    """Whether comments stand in the file that no text holds: sopctl's own, and those of YAML."""
    values = _values(text, outline)
    return values is not None and values.has_comments()


def _places(text: str, outline: Shape) -> Places:
    values = _values(text, outline)
    return values.places() if values else {}


def _values(text: str, outline: Shape) -> Values | None:
    page = layout.page(text)
    return _read(text, page, page.front, outline)[1] if page and page.front else None


def _refused(path: str, text: str, page: Page | None) -> Problem | None:
    """Why a file is not read at all; nothing where it is no SOP."""
    refused = None
    if page is None:
        refused = slips.no_front_matter(path, text)
        if not refused:
            return None
    elif page.front is None:
        message = "the front matter is opened here and never closed"
        help = "write `---` on a line of its own below its last key"
        refused = Problem("SOP001", Finding((), message, help), (0, 3))
    return slips.merged(text, page.lines if page else []) or refused


def _read(text: str, page: Page, front: Extent, outline: Shape) -> tuple[Any, Values]:
    into = Values(text, page.comments)
    data = into.yaml(Fragment(text[slice(*front)], front[0]), False, None, None)
    if data is None:
        data = {}
    root = forms.record_of(outline)
    if root is not None and isinstance(data, dict):
        _Reader(into).body(root, page.lines, data)
    if page.open_fence:
        into.forget_from(page.open_fence.start)  # what stands below it was not meant for it
        _unclosed(into, "block of code", page.open_fence, "end it with a line of the same signs")
    if page.open_comment:
        _unclosed(into, "comment", page.open_comment, "end it with `-->`")
    return data, into


def _unclosed(into: Values, what: str, line: Line, help: str) -> None:
    into.complete = False
    into.complain("SOP001", (), f"this {what} is opened here and never closed", line.extent, help)


class _Reader:
    """One pass over the sections of a file, by the shapes of their keys."""

    def __init__(self, into: Values) -> None:
        self.into = into
        self.bullets = bullets.Bullets(into)
        self._tabs = "\t" in into.text
        self._places: dict[int, Extent] = {}  # of headings that are read as they were meant
        self._titled = False  # whether a heading with the title stands above
        self._nameless: dict[int, str] = {}  # those of entries without an id, and the way out

    def body(self, root: Record, lines: list[Line], data: Data) -> None:
        lines = [*self._headings(lines)]
        if lines and likenesses.may_stand_in(self.into.text, lines[0].start - 1):
            meant = likenesses.Likenesses(self.bullets, root, data, self._fits).read(lines)
            lines, self._places, self._nameless = meant
        opened = (self._as_key(root, each, data) for each in layout.sections(lines, 2))
        for section in map(layout.unruled, self._joined(root, opened)):
            if section.level == 2:
                self._key(root, section, data)
            else:
                self._section(root, section, (), data)

    def _fits(self, name: str, shape: Shape, lines: list[Line]) -> bool:
        """Whether lines, read as the value of a key, are one."""
        tried = Values(self.into.text, self.into.comments)
        value = _Reader(tried).content(shape, lines, (name,), (0, 0), (0, 0))
        return bool(value) and not tried.problems and forms.fits(shape, value)

    def _as_key(self, root: Record, section: Section, data: Data) -> Section:
        """A section whose heading names a key in bold, with a number or a colon, or as that of a title does
        where there is one, as it was meant; this is told."""
        line, keys = section.heading, root.part.__keys__
        top = section.level == 1 and (self._titled or "title" in data)
        self._titled |= section.level == 1
        if (
            not line
            or section.id
            or (not top and (section.level == 1 or forms.named(section.title, keys) in keys))
        ):
            return section
        title, cut = slips.bare(section.title)
        name = forms.named(title, keys)
        if name not in keys or name in ("id", "title"):
            return section
        message = f"{shown(line.text)} is not how a key is headed: the heading of `{name}` is `## {title}`"
        self.into.complain("SOP004", (), message, line.extent, f"write `## {title}`")
        at = section.at[0] + cut
        return section._replace(level=2, title=title, at=(at, at + len(title)))

    def _joined(self, root: Record, sections: Iterator[Section]) -> Iterator[Section]:
        """The sections, with each that was meant for an entry of the one before as it was meant."""
        last: Section | None = None
        for section in sections:
            line = section.heading
            strange = section.id and forms.named(section.title, root.part.__keys__) not in root.part.__keys__
            if last and last.level == 2 and line and section.level == 2 and strange:
                message = f"{shown(line.text)} opens no entry: its heading is written `### … {{#…}}`"
                self.into.complain("SOP005", (), message, line.extent, "begin it with `###`")
                last.lines.extend([Line(line.start - 1, f"#{line.text}"), *section.lines])
                continue
            if last:
                yield last
            last = section
        if last:
            yield last

    def _headings(self, lines: list[Line]) -> Iterator[Line]:
        """The lines, with each heading that has another blank than a space behind its signs as it was meant."""
        for line in lines:
            if line.text[:1] != "#" or line.fence:
                yield line
            elif slips.unspaced_heading(line):
                message = f"{shown(line.text)} is no heading: a space is missing behind the `#`"
                self.into.complain("SOP005", (), message, line.extent, "put a space behind the last `#`")
                yield slips.spaced(line) if "{#" in line.text else line
            else:
                meant = slips.heading(line)
                if meant != line:
                    message = (
                        f"{shown(line.text)} is no heading: {slips.hidden(line.text)} stands behind the `#`"
                    )
                    self.into.complain("SOP005", (), message, line.extent, "type a plain space in its place")
                yield meant

    def _extent(self, section: Section) -> Extent:
        """Where the heading of a section stands."""
        assert section.heading is not None
        return self._places.get(section.heading.start, section.heading.extent)

    # A key and what stands under its heading

    def _key(self, root: Record, section: Section, data: Data) -> None:
        """`## Heading`: the key of that name, and what stands under it."""
        assert section.heading is not None
        name = forms.named(section.title, root.part.__keys__)
        if not self.into.twice(data, name, (), section.at):
            shape = forms.key_shape(root, name)
            lines = self._openings(shape, section.lines, (name,))
            data[name] = self.content(shape, lines, (name,), section.at, self._extent(section))

    def _openings(self, shape: Shape, lines: list[Line], at: Pointer) -> list[Line]:
        """The lines of a section of entries, with each heading that was meant to open one as it was meant."""
        if not forms.titled(shape) or not any("{#" in line.text for line in lines):
            return lines
        meant = [(line, slips.opening(line)) for line in lines]
        for line, opening in meant:
            if opening:
                message = f"{shown(line.text)} opens no entry: its heading is written `### … {{#…}}`"
                self.into.complain("SOP005", at, message, line.extent, "write it so, in the first column")
        return [opening or line for line, opening in meant]

    def content(self, shape: Shape, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        sole = _sole(lines)
        if sole:
            self.into.found[at] = Place(key, None, block=block)
            value = self.into.fence(lines[sole.first : sole.last], at, key)
            return "" if value is None else value
        record, entries, items = forms.record_of(shape), forms.map_of(shape), forms.list_of(shape)
        if record or entries or items:
            self.into.found[at] = Place(key, None, block=block)
        if record:
            mapping = Data()
            self._record(record, lines, at, mapping)
            self._no_text(record, at, mapping)
            return mapping
        if entries:
            return self._map(entries, lines, at, key, block)
        if items and (row := forms.record_of(items.item)):
            return self._records(row, lines, at, key, block)
        if items:
            return self.bullets.listed(items.item, lines, at, key, block)
        return self.into.string(lines, at, key, block)

    def _map(self, entries: Map, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        data = Data()
        record = forms.record_of(entries.value)
        before, *opened = layout.sections(lines, 3 if record else 0)
        for part in layout.blocks(before.lines):
            within = before.lines[part.first : part.last]
            if part.kind == "yaml":
                self.into.merge(within, at, data)
            elif part.kind == "list" and (pairs := self._named(entries, within)):
                for item, found in pairs:
                    self.bullets.pair(item, found, entries.value, at, data)
            elif not (opened or data) and record and self._unopened(record, within, at, named=True):
                break
            elif not opened and part.first == 0 == len(data) and part.kind == "text":
                return self.into.string(lines, at, key, block)
            else:
                self._stray(record, within, at)
        for section in opened:
            assert record is not None
            self._entry(record, section, at, data)
        return data

    def _named(self, entries: Map, lines: list[Line]) -> list[bullets.Pair]:
        """The bullets of a list that names entries; where they have titles, one of the names must be an id."""
        pairs = bullets.entries(layout.items(lines))
        if not forms.titled(entries) or any(forms.fits(entries.key, found[1]) for _, found in pairs):
            return pairs
        return []

    def _entry(self, record: Record, section: Section, at: Pointer, data: Data) -> None:
        assert section.heading is not None
        block = self._extent(section)
        if not section.id and "title" not in record.part.__keys__:
            self._no_heading(record, section, at)
            return
        section = self._with_id(section, ())
        id = section.id or section.title
        if not section.id and not self._bad_id(section, (*at, id)):
            self._no_id(section, at, (*at, id))
        if not self.into.twice(data, id, at, section.id_at if section.id else block):
            data[id] = mapping = Data()
            here = (*at, id)
            self.into.found[here] = Place(section.id_at if section.id else block, None, block=block)
            self._section(record, section._replace(id=None), here, mapping)

    def _with_id(self, section: Section, at: Pointer) -> Section:
        """The heading of an entry, with an id that is not written as one as it was meant, which is told."""
        meant = slips.with_id(section)
        if not meant:
            return section
        section, written, extent = meant
        how = f"`{{#{section.id}}}`"
        odd = "stands before the title" if how == shown(written) else "is no id"
        message = f"{shown(written)} {odd}: an id is written {how}, at the end of its heading"
        self.into.complain("SOP005", at, message, extent, f"write `### {section.title} {{#{section.id}}}`")
        return section

    def _no_id(self, section: Section, at: Pointer, here: Pointer) -> None:
        assert section.heading is not None
        if help := self._nameless.get(section.heading.start):
            start, end = self._extent(section)
            message = (
                f"{shown(self.into.text[start:end])} opens no entry: its heading is written `### … {{#…}}`"
            )
            self.into.complain("SOP005", here, message, (start, end), help)
            return
        help = f"write it behind the title: `{slips.proposed_id(section.title)}`"
        message = f"this entry of `{at[-1]}` has no id"
        self.into.complain("SOP003", here, message, self._extent(section), help)

    def _records(self, row: Record, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        made: list[Any] = []
        titled = "title" in row.part.__keys__
        before, *opened = layout.sections(lines, 3)
        for part in layout.blocks(before.lines):
            within = before.lines[part.first : part.last]
            if part.kind == "yaml":
                self.into.extend(within, at, made)
            elif part.kind in ("table", "torn"):
                made.extend(tables.rows(self.into, row, part.kind, within, at, len(made)))
            elif part.kind == "list" and (not titled or slips.in_braces(within)):
                made.extend(self.bullets.items(row, layout.items(within), at, len(made)))
            elif not (opened or made) and self._unopened(row, within, at, "id" in row.part.__required__):
                break
            elif not opened and part.first == 0 == len(made):
                return self.into.string(lines, at, key, block)
            else:
                self._stray(row, within, at)
        for section in opened:
            assert section.heading is not None
            here, mapping = (*at, len(made)), Data()
            made.append(mapping)
            self.into.found[here] = Place(self._extent(section), None, block=self._extent(section))
            named = "id" in row.part.__required__
            section = self._with_id(section, (*here, "id")) if named else section
            told = self._bad_id(section, (*here, "id"))
            self._section(row, section, here, mapping)
            if named and "id" not in mapping and not told:
                self._no_id(section, at, (*here, "id"))
        return made

    def _unopened(self, record: Record, lines: list[Line], at: Pointer, named: bool) -> bool:
        """Whether entries are items of a list or begin in bold, which is told at the first. What follows is
        not read: it belongs to one of them."""
        keys = record.part.__keys__
        found = slips.unopened(lines, keys) if "title" in keys else None
        if not found:
            return False
        line, title, id = found
        message = f"{shown(line.text)} opens no entry: its heading is written `### …{' {#…}' * named}`"
        heading = f"### {title} {id}" if named else f"### {title}"
        help = f"write `{heading}`, and so of each; settings and text begin below it, in the first column"
        self.into.complain("SOP005", at, message, line.extent, help)
        return True

    def _stray(self, record: Record | None, lines: list[Line], at: Pointer) -> None:
        extent = (lines[0].extent[0], lines[-1].extent[1])
        message = f"this text belongs to no entry of `{at[-1]}`"
        help = "move it under the heading of an entry, or to the notes"
        if not record or "title" not in record.part.__keys__:
            help = "write entries in a fenced `yaml` block here, and other words under `## Notes`"
        self.into.complain("SOP005", at, message, extent, help)

    # A record and its heading

    def _section(self, record: Record, section: Section, at: Pointer, data: Data) -> None:
        """A heading, and the record that stands under it."""
        titled = not section.title or "title" in record.part.__keys__
        if not titled:
            self._no_heading(record, section, at)
        self._heading(section if titled else section._replace(title=""), at, data)
        self._record(record, section.lines, at, data)
        if titled:
            self._no_text(record, at, data)
        else:
            data.pop("text", None)  # its heading has a finding already

    def _heading(self, section: Section, at: Pointer, data: Data) -> None:
        """`Title {#id}`."""
        if section.heading is None:
            return
        block = self._extent(section)
        for name, text, extent in (("id", section.id, section.id_at), ("title", section.title, section.at)):
            if text and not self.into.twice(data, name, at, extent):
                data[name] = text
                self.into.found[(*at, name)] = Place(extent, extent, text, block=block)

    def _bad_id(self, section: Section, at: Pointer) -> bool:
        """Whether the heading ends with something that was meant to be an id, which is told."""
        cut = -1 if section.id or section.level != 3 else section.title.find("{#")
        if cut < 0:
            return False
        written, start = section.title[cut:], section.at[0] + cut
        help = "end the heading with `{#short-name}`: small letters, digits and hyphens, no spaces"
        self.into.complain("SOP005", at, f"{shown(written)} is no id", (start, start + len(written)), help)
        return True

    def _no_heading(self, record: Record, section: Section, at: Pointer) -> None:
        many = str(at[0]).replace("_", " ")
        message = f"{record.part.__title__} has no heading of its own"
        help = f"write {many} in a fenced `yaml` block under `## {many.capitalize()}`"
        self.into.complain("SOP004", at, message, section.at, help)

    def _record(self, record: Record, lines: list[Line], at: Pointer, data: Data) -> None:
        """The keys of a record, each a block; what is left is its text."""
        texts: list[tuple[int, int]] = []
        top = True
        if self._tabs:
            lines = tables.untabbed(self.into, record, lines, at)
        for part in layout.blocks(lines):
            first = part.first + self._taken(record, part, lines, at, data, top)
            top &= part.kind in ("list", "text") and first == part.last
            if first < part.last:
                if texts and all(line.blank for line in lines[texts[-1][1] : first]):
                    first = texts.pop()[0]  # the text before goes on
                texts.append((first, part.last))
        if texts:
            self._text([lines[slice(*text)] for text in texts], at, data)
        self.bullets.overlooked(
            record, lines, [line for text in texts for line in lines[slice(*text)]], at, data
        )

    def _taken(
        self, record: Record, part: Block, lines: list[Line], at: Pointer, data: Data, top: bool
    ) -> int:
        """How many lines of a block are keys of the record; the rest is text."""
        within = lines[part.first : part.last]
        match part.kind:
            case "yaml":
                self.into.merge(within, at, data)
                return len(within)
            case "list":
                return self.bullets.keys(record, layout.items(within), at, data, top)
            case "text":
                return self.bullets.unspaced(record, within, at, data) if top else 0
        return len(within) if tables.key(self.into, record, part.kind, within, at, data) else 0

    def _text(self, texts: list[list[Line]], at: Pointer, data: Data) -> None:
        """The text of a record, made of all that is no key of it."""
        if self.into.twice(data, "text", at, texts[0][0].extent):
            return
        lines, gaps = texts[0], []
        for more in texts[1:]:
            gaps.append((lines[-1].extent[1], more[0].extent[0]))
            lines = [*lines, Line(more[0].start, ""), *more]
        holder = self.into.found.get(at)
        data["text"] = self.into.string(lines, (*at, "text"), None, holder and holder.block, gaps)

    def _no_text(self, record: Record, at: Pointer, data: Data) -> None:
        """Refuse what is read as text where there is no key for it."""
        place = self.into.found.get((*at, "text")) if "text" in data else None
        if "text" in record.part.__keys__ or not place or place.key or not place.value:
            return
        del data["text"]
        if at:
            message = f"this text is no key of {record.part.__title__}"
            help = "write `- key: value`, or a fenced `yaml` block, and other words under `## Notes`"
        else:
            message, help = "this text stands under no heading", "write it under one, such as `## Notes`"
        self.into.complain("SOP005", (*at, "text"), message, place.value, help)


def _sole(lines: list[Line]) -> Block | None:
    """The fenced YAML that is all there is."""
    found = list(layout.blocks(lines)) if any(line.fence for line in lines) else []
    return found[0] if len(found) == 1 and found[0].kind == "yaml" else None
