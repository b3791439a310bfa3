"""A Markdown SOP into the same plain data that its YAML file gives, with the place of each value.

What a piece of Markdown stands for follows from the type of the key that it is written under,
which the outline tells; `forms` has the questions, `markdown_blocks` the layout.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby, takewhile
from typing import Any

from sopctl.diagnostic import Finding, Pointer
from sopctl.reading import Problem
from sopctl.record import Record
from sopctl.shape import Map, Shape
from sopctl.source import Document, forms
from sopctl.source import markdown_blocks as layout
from sopctl.source import markdown_slips as slips
from sopctl.source import markdown_tables as tables
from sopctl.source.fragment import Fragment
from sopctl.source.markdown_blocks import Block, Item, Line, Page, Section
from sopctl.source.markdown_values import Values
from sopctl.source.place import Extent, Place, Places

_PAIR = re.compile(r"([a-z][a-z_]*):(?:[ \t]+(?=\S)|[ \t]*$)")
_ENTRY = re.compile(r"(\S|\S.*?\S):(?:[ \t]+(?=\S)|[ \t]*$)")
_ARROW = re.compile(r"(\S(?:[^→]*?\S)?)([ \t]*(?:→|->)[ \t]*)(\S+)[ \t]*")
_TASK = re.compile(r"\[[ xX]\](?:[ \t]+(?=\S)|[ \t]*$)")

Data = dict[str, Any]


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


def _places(text: str, outline: Shape) -> Places:
    page = layout.page(text)
    return _read(text, page, page.front, outline)[1].places() if page and page.front else {}


def has_comments(text: str, outline: Shape) -> bool:
    """Whether comments stand in the file that no text holds: sopctl's own, and those of YAML."""
    page = layout.page(text)
    return (
        page is not None
        and page.front is not None
        and _read(text, page, page.front, outline)[1].has_comments()
    )


def _read(text: str, page: Page, front: Extent, outline: Shape) -> tuple[Any, Values]:
    into = Values(text, page.comments)
    data = into.yaml(Fragment(text[slice(*front)], front[0]), False, None, None)
    if data is None:
        data = {}
    root = forms.record_of(outline)
    if root is not None and isinstance(data, dict):
        _Reader(into).body(root, page.lines, data)
    if page.open_fence:
        into.complete = False
        message = "this block of code is opened here and never closed"
        into.forget_from(page.open_fence.start)  # what stands below it was not meant for it
        into.complain("SOP001", (), message, page.open_fence.extent, "end it with a line of the same signs")
    if page.open_comment:
        into.complete = False
        message = "this comment is opened here and never closed"
        into.complain("SOP001", (), message, page.open_comment.extent, "end it with `-->`")
    return data, into


class _Reader:
    """One pass over the sections of a file, by the shapes of their keys."""

    def __init__(self, into: Values) -> None:
        self.into = into

    def body(self, root: Record, lines: list[Line], data: Data) -> None:
        for section in layout.sections([*self._headings(lines)], 2):
            if section.level == 2:
                self._key(root, section, data)
            else:
                self._opened(root, section, (), data)

    # Sections

    def _headings(self, lines: list[Line]) -> Iterator[Line]:
        """The lines, with each heading that has another blank than a space behind its signs as it was meant."""
        for line in lines:
            if line.text[:1] != "#" or line.fence:
                yield line
            elif slips.unspaced_heading(line):
                message = f"`{line.text.strip()[:40]}` is no heading: a space is missing behind the `#`"
                self.into.complain("SOP005", (), message, line.extent, "put a space behind the last `#`")
                yield line
            else:
                meant = slips.heading(line)
                if meant != line:
                    message = f"`{line.text.strip()[:40]}` is no heading: {slips.hidden(line.text)} stands behind the `#`"
                    self.into.complain("SOP005", (), message, line.extent, "type a plain space in its place")
                yield meant

    def _key(self, root: Record, section: Section, data: Data) -> None:
        """`## Heading`: the key of that name, and what stands under it."""
        assert section.heading is not None
        name = forms.named(section.title, root.part.__keys__)
        if not self.into.twice(data, name, (), section.at):
            block, shape = section.heading.extent, forms.key_shape(root, name)
            lines = self._openings(shape, section.lines, (name,))
            data[name] = self._content(shape, lines, (name,), section.at, block)

    def _openings(self, shape: Shape, lines: list[Line], at: Pointer) -> list[Line]:
        """The lines of a section of entries, with each heading that was meant to open one as it was meant."""
        entries = forms.map_of(shape)
        record = forms.record_of(entries.value) if entries else forms.row_of(shape)
        if not record or "title" not in record.part.__keys__ or not any("{#" in line.text for line in lines):
            return lines
        meant = [(line, slips.opening(line)) for line in lines]
        for line, opening in meant:
            if opening:
                message = f"`{line.text.strip()[:40]}` opens no entry: its heading is written `### … {{#…}}`"
                self.into.complain("SOP005", at, message, line.extent, "write it so, in the first column")
        return [opening or line for line, opening in meant]

    def _content(self, shape: Shape, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        sole = _sole(lines)
        if sole:
            self.into.found[at] = Place(key, None, block=block)
            value = self.into.fence(lines[sole.first : sole.last], at, key)
            return "" if value is None else value
        record, entries, items = forms.record_of(shape), forms.map_of(shape), forms.list_of(shape)
        if record or entries or items:
            self.into.found[at] = Place(key, None, block=block)
        if record:
            mapping: Data = {}
            self._record(record, lines, at, mapping)
            self._no_text(record, at, mapping)
            return mapping
        if entries:
            return self._map(entries, lines, at, key, block)
        if items and (row := forms.record_of(items.item)):
            return self._records(row, lines, at, key, block)
        if items:
            return self._list(items.item, lines, at, key, block)
        return self.into.string(lines, at, key, block)

    def _opened(self, record: Record, section: Section, at: Pointer, data: Data) -> None:
        """A heading, and what stands under it."""
        titled = not section.title or "title" in record.part.__keys__
        if not titled:
            self._no_heading(record, section, at)
        self._opening(section if titled else section._replace(title=""), at, data)
        self._record(record, section.lines, at, data)
        if titled:
            self._no_text(record, at, data)
        else:
            data.pop("text", None)  # its heading has a finding already

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

    def _no_heading(self, record: Record, section: Section, at: Pointer) -> None:
        many = str(at[0]).replace("_", " ")
        message = f"{record.part.__title__} has no heading of its own"
        help = f"write {many} in a fenced `yaml` block under `## {many.capitalize()}`"
        self.into.complain("SOP004", at, message, section.at, help)

    def _opening(self, section: Section, at: Pointer, data: Data) -> None:
        """`Title {#id}`."""
        if section.heading is None:
            return
        block = section.heading.extent
        self._bad_id(section, at)
        for name, text, extent in (("id", section.id, section.id_at), ("title", section.title, section.at)):
            if text and not self.into.twice(data, name, at, extent):
                data[name] = text
                self.into.found[(*at, name)] = Place(extent, extent, text, block=block)

    def _bad_id(self, section: Section, at: Pointer) -> bool:
        """Whether the heading ends with something that was meant to be an id."""
        cut = -1 if section.id or section.level != 3 else section.title.find("{#")
        if cut >= 0:
            written, start = section.title[cut:], section.at[0] + cut
            message = f"`{written[:40]}` is no id"
            help = "end the heading with `{#short-name}`: small letters, digits and hyphens, no spaces"
            self.into.complain("SOP005", at, message, (start, start + len(written)), help)
        return cut >= 0

    def _map(self, entries: Map, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        data: Data = {}
        before, *opened = layout.sections(lines, 3) if forms.record_of(entries.value) else [_all(lines)]
        for part in layout.blocks(before.lines):
            within = before.lines[part.first : part.last]
            if part.kind == "yaml":
                self._merge(within, at, data)
            elif part.kind == "list" and (pairs := _pairs(layout.items(within), (_ENTRY, _ARROW))):
                for item, found in pairs:
                    self._pair(item, found, entries.value, at, data)
            elif not opened and part.first == 0 == len(data) and part.kind == "text":
                return self.into.string(lines, at, key, block)
            else:
                self._stray(forms.record_of(entries.value), within, at)
        for section in opened:
            self._entry(entries, section, at, data)
        return data

    def _entry(self, entries: Map, section: Section, at: Pointer, data: Data) -> None:
        record = forms.record_of(entries.value)
        assert record is not None
        assert section.heading is not None
        block = section.heading.extent
        if not section.id and "title" not in record.part.__keys__:
            self._no_heading(record, section, at)
        elif not section.id and not self._bad_id(section, at):
            message, help = (
                f"this entry of `{at[-1]}` has no id",
                "write it behind the title: `{#short-name}`",
            )
            self.into.complain("SOP003", at, message, block, help)
        elif section.id and not self.into.twice(data, section.id, at, section.id_at):
            here = (*at, section.id)
            mapping: Data = {}
            data[section.id] = mapping
            self.into.found[here] = Place(section.id_at, None, block=block)
            self._opened(record, section._replace(id=None), here, mapping)

    def _records(self, row: Record, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        made: list[Any] = []
        before, *opened = layout.sections(lines, 3)
        for part in layout.blocks(before.lines):
            within = before.lines[part.first : part.last]
            if part.kind == "yaml":
                self._extend(within, at, made)
            elif part.kind in ("table", "torn"):
                made.extend(tables.rows(self.into, row, part.kind, within, at, len(made)))
            elif part.kind == "list":
                for item in layout.items(within):
                    made.append(self._item(row, item.lines, (*at, len(made)), item.bullet))
            elif not opened and part.first == 0 == len(made):
                return self.into.string(lines, at, key, block)
            else:
                self._stray(row, within, at)
        for section in opened:
            assert section.heading is not None
            here, mapping = (*at, len(made)), Data()
            made.append(mapping)
            self.into.found[here] = Place(section.heading.extent, None, block=section.heading.extent)
            self._opened(row, section, here, mapping)
        return made

    def _list(self, shape: Shape, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        found = list(layout.blocks(lines))
        if len(found) == 1 and found[0].kind == "list":
            items = layout.items(lines[found[0].first : found[0].last])
            return [self._item(shape, item.lines, (*at, i), item.bullet) for i, item in enumerate(items)]
        return self.into.string(lines, at, key, block)

    # The blocks of a record

    def _record(self, record: Record, lines: list[Line], at: Pointer, data: Data) -> None:
        texts: list[list[Line]] = []
        last, top = -1, True
        for part in layout.blocks(lines):
            taken = part.first + self._taken(record, part, lines, at, data, top)
            if top and part.kind == "text":
                taken += self._unspaced(record, lines[part.first : part.last], at, data)
            top &= part.kind in ("list", "text") and taken == part.last
            if taken < part.last:
                if (texts and last == taken) or (texts and all(line.blank for line in lines[last:taken])):
                    texts[-1].extend(lines[last : part.last])
                else:
                    texts.append(lines[taken : part.last])
                last = part.last
        if texts:
            self._texts(texts, at, data)
        if name := forms.asked(record, data):
            self._odd_answers(record, name, lines, at, data)
        if forms.checklist(record):
            for line in slips.boxes(lines):
                message = f"`{line.text.strip()[:40]}` is no item of a checklist: it is read as text"
                if hidden := slips.hidden(line.text[: line.text.find("]") + 2]):
                    message += f", for {hidden}"
                self.into.complain("SOP005", at, message, line.extent, "an item is written `- [ ] …`")

    def _taken(
        self, record: Record, part: Block, lines: list[Line], at: Pointer, data: Data, top: bool
    ) -> int:
        """How many lines of a block are keys of the record; the rest is text."""
        within = lines[part.first : part.last]
        if part.kind == "yaml":
            self._merge(within, at, data)
            return len(within)
        if part.kind == "list":
            return self._bullets(record, layout.items(within), at, data, top)
        if part.kind in ("table", "torn"):
            headings = [cell.text for cell in layout.cells(within[0])]
            found = forms.table(record, headings)
            if found:
                name, row = found
                if forms.is_foreign(row, headings):
                    self._foreign(name, within[0], at)
                    return 0
                if not self.into.twice(data, name, at, within[0].extent):
                    data[name] = tables.rows(self.into, row, part.kind, within, (*at, name))
                return len(within)
        return 0

    def _foreign(self, name: str, head: Line, at: Pointer) -> None:
        message = f"a table here is `{name}`, with a column for each fact, then `then`; this one is none"
        help = "name its columns so; one for readers stands under `## Notes`, or in a fenced `yaml` block as `text: |`"
        self.into.complain("SOP005", at, message, head.extent, help)

    def _bullets(self, record: Record, items: list[Item], at: Pointer, data: Data, top: bool) -> int:
        lead = self._settings(record, items, at, data) if top else 0
        rest, before = items[lead:], sum(len(item.lines) for item in items[:lead])
        if lead and rest and not _kind(rest[0]):
            return before  # the bullet behind the settings has its finding
        kinds = self._kinds(record, rest, at)
        tasks, arrows = forms.checklist(record), forms.answers(record, data)
        taken = {"task": tasks, "arrow": arrows, "setting": True}
        if not all(taken.get(kind) for kind in kinds):
            return before
        for kind in dict.fromkeys(kinds):
            run = [item for item, its in zip(rest, kinds, strict=True) if its == kind]
            if kind == "task" and tasks:
                self._tasks(*tasks, run, at, data)
            elif kind == "arrow":
                self._arrows(arrows, run, at, data)
            else:
                self._too_low(record, run, at, data)
        return sum(len(item.lines) for item in items)

    def _kinds(self, record: Record, items: list[Item], at: Pointer) -> list[str]:
        """What each bullet is. In a checklist, one that lacks its box is told, and taken as it was meant."""
        kinds: list[str] = []
        checks = forms.checklist(record) is not None and any(_kind(item) == "task" for item in items)
        for kind, group in groupby(items, _kind):
            run = list(group)
            if not kind and self._are_settings(record, run):
                kind = "setting"
            elif kind != "arrow" and checks:
                written = [item for item in run if not item.lines[0].blank]  # an empty one is the model's
                if written and not kind:
                    self._no_task(written[0], at)
                kind = "task"
            kinds += [kind] * len(run)
        return kinds

    def _are_settings(self, record: Record, items: list[Item]) -> bool:
        """Whether bullets that stand too low for settings were meant as such: each has a key of the record,
        written exactly so, and a value that fits it, and one of the keys takes no sentence."""
        named = ((item, _PAIR.match(item.lines[0].text)) for item in items)
        pairs = [*takewhile(lambda pair: pair[1] and pair[1][1] in record.part.__keys__, named)]
        shapes = {found[1]: forms.key_shape(record, found[1]) for _, found in pairs if found}
        if len(pairs) < len(items) or all(map(forms.takes_a_sentence, shapes.values())):
            return False
        tried, data = Values(self.into.text, self.into.comments), Data()
        for item, found in pairs:
            assert found is not None
            _Reader(tried)._pair(item, found, shapes[found[1]], (), data)
        return not tried.problems and all(forms.fits(shape, data[name]) for name, shape in shapes.items())

    def _too_low(self, record: Record, items: list[Item], at: Pointer, data: Data) -> None:
        """Settings below other words: told once, and read, so that nothing else is said to be missing."""
        extent, written = self._written(items[0])
        message = f"`{written}` stands too low: settings stand at the very top of their entry"
        help = "move its list there; if it is meant as text, begin it with a capital letter"
        self.into.complain("SOP005", at, message, extent, help)
        for item in items:
            found = _PAIR.match(item.lines[0].text)
            if found and found[1] not in data:
                self._pair(item, found, forms.key_shape(record, found[1]), at, data)

    def _no_task(self, item: Item, at: Pointer) -> None:
        extent, written = self._written(item)
        message = f"`{written}` is no item of a checklist, and stands in one"
        help = "write `- [ ] …`; another list begins with another sign, such as `*`"
        self.into.complain("SOP005", at, message, extent, help)

    def _written(self, item: Item) -> tuple[Extent, str]:
        """The first line of a bullet: its place, and how it is shown."""
        extent = item.bullet[0], item.lines[0].extent[1]
        return extent, self.into.text[slice(*extent)][:40]

    def _settings(self, record: Record, items: list[Item], at: Pointer, data: Data) -> int:
        """Read the settings with which a list begins, and tell how many there are."""
        keys = record.part.__keys__
        lead = list(takewhile(lambda item: _kind(item, top=True) in ("pair", ""), items))
        pairs = [_PAIR.match(item.lines[0].text) for item in lead]
        known = [found[1] for found in pairs if found and found[1] in keys]
        odd = [not found or found[1] not in keys for found in pairs]
        if forms.asked(record, {*data, *known}):  # an answer among them is told as one
            answers = (i for i, item in enumerate(lead) if odd[i] and self._answer(item))
            lead = lead[: next(answers, len(lead))]
        slipped = self._slipped(record, lead, at)
        settled = next((i for i in range(len(lead)) if i not in slipped and not pairs[i]), len(lead))
        if settled < len(lead):
            if not any(found and found[1] in keys for found in pairs[:settled]):
                return 0
            line = lead[settled].lines[0]
            message = f"`{line.text.strip()[:40]}` is no setting, and stands in a list of settings"
            help = "put a sentence above it, or begin its list with another sign, such as `*`"
            self.into.complain("SOP005", at, message, line.extent, help)
        for i, item in enumerate(lead[:settled]):
            found = pairs[i]
            if slip := slipped.get(i):
                self._slip(item, slip, forms.key_shape(record, slip.name), at, data)
            elif found:
                self._pair(item, found, forms.key_shape(record, found[1]), at, data)
        return settled

    def _answer(self, item: Item) -> re.Match[str] | None:
        return slips.answer(item.lines[0].text, self._entries)

    @cached_property
    def _entries(self) -> frozenset[str]:
        return slips.entries(self.into.text)

    def _odd_answers(self, record: Record, name: str, lines: list[Line], at: Pointer, data: Data) -> None:
        """The first list that was meant for answers, where the step asks and has none: as it was meant."""
        for part in layout.blocks(lines):
            items = layout.items(lines[part.first : part.last]) if part.kind == "list" else []
            pairs = [_PAIR.match(item.lines[0].text) for item in items]
            settings = sum(
                1 for _ in takewhile(lambda found: found and found[1] in record.part.__keys__, pairs)
            )
            said = [(item, self._answer(item)) for item in items[settings:] if _kind(item) != "task"]
            if any(found for _, found in said):
                self._meant_answers(name, said, at, data)
                return

    def _meant_answers(
        self, name: str, said: list[tuple[Item, re.Match[str] | None]], at: Pointer, data: Data
    ) -> None:
        self.into.found[(*at, name)] = Place(said[0][0].lines[0].extent, None)
        entries = data[name] = Data()
        for item, found in said:
            line = item.lines[0]
            if found:
                self._pair(item, found, forms.TEXT, (*at, name), entries)
            if not _ARROW.fullmatch(line.text):
                message = (
                    f"`{line.text.strip()[:40]}` leads nowhere: an item of `{name}` is written `- … → …`"
                )
                self.into.complain("SOP005", at, message, line.extent, "write it so; `->` is an arrow, too")

    def _slipped(self, record: Record, items: list[Item], at: Pointer) -> dict[int, slips.Slip]:
        """The settings that are not written as such, each with its finding."""
        keys = record.part.__keys__
        pairs = {i: found[1] for i, item in enumerate(items) if (found := _PAIR.match(item.lines[0].text))}
        others = [item for i, item in enumerate(items) if i not in pairs]
        known = any(name in keys for name in pairs.values())
        numbers = [i for i in range(len(items)) if i not in pairs]
        slipped = {numbers[i]: slip for i, slip in slips.settings(others, keys, known).items()}
        for slip in slipped.values():
            self._say_slip(slip, at)
        for i in pairs:
            for slip in slips.unspaced(items[i].lines[1:], keys).values():
                self._say_slip(slip, at)
        return slipped

    def _unspaced(self, record: Record, lines: list[Line], at: Pointer, data: Data) -> int:
        """Read the lines that were meant for settings, and tell how many a text begins with."""
        slipped = slips.unspaced(lines, record.part.__keys__)
        for i, slip in slipped.items():
            self._say_slip(slip, at)
            self._slip(Item(slip.at, [lines[i]]), slip, forms.key_shape(record, slip.name), at, data)
        return next((i for i, line in enumerate(lines) if i not in slipped and not line.blank), len(lines))

    def _say_slip(self, slip: slips.Slip, at: Pointer) -> None:
        message = f"`{slip.written[:40]}` is no setting: `{slip.name}` is written `- {slip.name}: …`"
        if hidden := slips.hidden(self.into.text[slip.at[0] : slip.cut]):
            message += f", without {hidden}"
        help = "write it so; if it is meant as text, put a sentence above the list"
        self.into.complain("SOP004" if slip.misspelt else "SOP005", at, message, slip.at, help)

    def _slip(self, item: Item, slip: slips.Slip, shape: Shape, at: Pointer, data: Data) -> None:
        """The value of a setting that is not written as one, so that nothing else is said to be missing."""
        line = item.lines[0]
        value = _cut(line, slip.cut - line.start)
        if slip.name not in data and not value.blank:
            lines = [value, *item.lines[1:]]
            data[slip.name] = self.into.value(shape, lines, (*at, slip.name), slip.at, None)

    def _tasks(self, name: str, row: Record, items: list[Item], at: Pointer, data: Data) -> None:
        first = items[0].lines[0].extent
        if self.into.twice(data, name, at, first):
            return
        self.into.found[(*at, name)] = Place(first, None)
        data[name] = made = []
        for i, item in enumerate(items):
            box = _TASK.match(item.lines[0].text) or slips.odd_box(item.lines[0].text)
            lines = [_cut(item.lines[0], box.end() if box else 0), *item.lines[1:]]
            made.append(self._item(row, lines, (*at, name, i), item.bullet))

    def _arrows(self, name: str, items: list[Item], at: Pointer, data: Data) -> None:
        first = items[0].lines[0].extent
        if self.into.twice(data, name, at, first):
            return
        self.into.found[(*at, name)] = Place(first, None)
        data[name] = entries = Data()
        for item in items:
            found = _ARROW.fullmatch(item.lines[0].text)
            assert found is not None
            self._pair(item, found, forms.TEXT, (*at, name), entries)

    def _pair(self, item: Item, found: re.Match[str], shape: Shape, at: Pointer, data: Data) -> None:
        """A bullet `key: value` or `answer → target`."""
        line = item.lines[0]
        extent = (line.start + found.start(1), line.start + found.end(1))
        if not self.into.twice(data, found[1], at, extent):
            cut = found.start(3) if found.re.groups == 3 else found.end()
            lines = [_cut(line, cut), *item.lines[1:]]
            data[found[1]] = self._below(shape, lines, (*at, found[1]), extent)

    def _below(self, shape: Shape, lines: list[Line], at: Pointer, key: Extent) -> Any:
        """What stands behind a key, or as a list below it."""
        items = forms.list_of(shape) if lines[0].blank else None
        if not items or [part.kind for part in layout.blocks(lines)] != ["list"]:
            return self.into.value(shape, lines, at, key, None)
        self.into.found[at] = Place(key, None)
        return self._list(items.item, lines, at, key, key)

    def _item(self, shape: Shape, lines: list[Line], at: Pointer, bullet: Extent) -> Any:
        """A bullet of a list; of a record that may be one text, keys may stand as bullets below it."""
        record = forms.record_of(shape)
        short = record.part.__short__ if record else ""
        if record and short:
            box = _TASK.match(lines[0].text)
            lines = [_cut(lines[0], box.end()), *lines[1:]] if box else lines
            *_, last = (Block("", 0, 0), *layout.blocks(lines))
            pairs = (
                _pairs(layout.items(lines[last.first : last.last]), (_PAIR,)) if last.kind == "list" else []
            )
            if pairs and last.first:
                data: Data = {}
                self.into.found[at] = Place(lines[0].extent, None)
                data[short] = self.into.string(lines[: last.first], (*at, short), None, None)
                for item, found in pairs:
                    self._pair(item, found, forms.key_shape(record, found[1]), at, data)
                return data
        return self.into.value(shape, lines, at, None, None)

    def _texts(self, texts: list[list[Line]], at: Pointer, data: Data) -> None:
        first = texts[0][0].extent
        if self.into.twice(data, "text", at, first):
            return
        lines, gaps = texts[0], []
        for more in texts[1:]:
            gaps.append((lines[-1].extent[1], more[0].extent[0]))
            lines = [*lines, Line(more[0].start, ""), *more]
        holder = self.into.found.get(at)
        data["text"] = self.into.string(lines, (*at, "text"), None, holder and holder.block, gaps)

    # Fenced YAML

    def _merge(self, lines: list[Line], at: Pointer, data: Data) -> None:
        """The keys of a fence beside those that are there."""
        more = self.into.fence(lines, at)
        if isinstance(more, dict):
            for name, value in more.items():
                if name in data:
                    self.into.twice(data, name, at, self.into.fenced_key(name) or lines[0].extent)
                else:
                    data[name] = value
        elif more is not None:
            message, help = "this block of YAML should hold keys", "write `key: value` lines"
            self.into.complain("SOP005", at, message, lines[0].extent, help)

    def _extend(self, lines: list[Line], at: Pointer, made: list[Any]) -> None:
        """The items of a fence behind those that are there."""
        more = self.into.fence(lines, at, first=len(made))
        if isinstance(more, list):
            made.extend(more)
        elif more is not None:
            message, help = "this block of YAML should hold a list", "begin each entry with `- `"
            self.into.complain("SOP005", at, message, lines[0].extent, help)

    def _stray(self, record: Record | None, lines: list[Line], at: Pointer) -> None:
        extent = (lines[0].extent[0], lines[-1].extent[1])
        message = f"this text belongs to no entry of `{at[-1]}`"
        help = "move it under the heading of an entry, or to the notes"
        if not record or "title" not in record.part.__keys__:
            help = "write entries in a fenced `yaml` block here, and other words under `## Notes`"
        self.into.complain("SOP005", at, message, extent, help)


def _all(lines: list[Line]) -> Section:
    return Section(None, 0, "", (0, 0), None, (0, 0), lines)


def _sole(lines: list[Line]) -> Block | None:
    """The fenced YAML that is all there is."""
    found = list(layout.blocks(lines)) if any(line.fence for line in lines) else []
    return found[0] if len(found) == 1 and found[0].kind == "yaml" else None


def _kind(item: Item, top: bool = False) -> str:
    text = item.lines[0].text
    if _TASK.match(text):
        return "task"
    if slips.odd_box(text):
        return "odd task"
    if top and _PAIR.match(text):
        return "pair"
    return "arrow" if _ARROW.fullmatch(text) else ""


def _pairs(items: list[Item], forms: tuple[re.Pattern[str], ...]) -> list[tuple[Item, re.Match[str]]]:
    """Every bullet with its key, or nothing where one has none."""
    pairs = []
    for item in items:
        text = item.lines[0].text
        found = next(
            (m for form in forms if (m := form.fullmatch(text) if form is _ARROW else form.match(text))), None
        )
        if not found:
            return []
        pairs.append((item, found))
    return pairs


def _cut(line: Line, at: int) -> Line:
    return Line(line.start + at, line.text[at:])
