"""The bullets of a list as values: an item of a list, a setting `key: value`, a task with its box, or
an answer and where it leads. And the bullets that were meant for such and are not quite written so.
"""

import re
from collections.abc import Container
from functools import cached_property
from itertools import dropwhile, groupby, takewhile
from typing import Any

from sopctl.diagnostic import Pointer
from sopctl.record import Record
from sopctl.shape import Shape
from sopctl.source import forms
from sopctl.source import markdown_blocks as layout
from sopctl.source import markdown_slips as slips
from sopctl.source import markdown_tables as tables
from sopctl.source.markdown_blocks import Item, Line
from sopctl.source.markdown_slips import shown
from sopctl.source.markdown_values import Data, Values
from sopctl.source.place import Extent, Place

_PAIR = re.compile(r"([a-z][a-z_]*):(?:[ \t]+(?=\S)|[ \t]*$)")
_ENTRY = re.compile(r"(\S|\S.*?\S):(?:[ \t]+(?=\S)|[ \t]*$)")
_ARROW = re.compile(r"(\S(?:[^→]*?\S)?)([ \t]*(?:→|->)[ \t]*)(\S*)[ \t]*\Z")
_TASK = re.compile(r"\[[ xX]\](?:[ \t]+(?=\S)|[ \t]*$)")
_INDENTED = re.compile(r"[ \t]+[-*+][ \t]+\[[ xX]\][ \t]+\S")
_NESTED = re.compile(r"\s*[-*+][ \t]+\[[ xX]\][ \t]+\S")
_NUMBERED = re.compile(r"\d{1,9}[.)][ \t]+(?!\[)\S")

Pair = tuple[Item, re.Match[str]]
"""A bullet `key: value` or `answer → target`, and how far its key goes."""


def entries(items: list[Item]) -> list[Pair]:
    """Every bullet with the name that it gives a value to, or nothing where one has none."""
    return _pairs(items, _ENTRY, _ARROW)


class Bullets:
    """Reads the lists of one file."""

    def __init__(self, into: Values) -> None:
        self.into = into
        self._checklists: dict[Pointer, list[Any]] = {}  # by record, the items read so far
        self._parted: set[Pointer] = set()  # the records that have more lists of tasks than one

    # A list is a list

    def listed(self, shape: Shape, lines: list[Line], at: Pointer, key: Extent, block: Extent) -> Any:
        """The items of the list that is all there is; else one text."""
        found = list(layout.blocks(lines))
        if [part.kind for part in found] == ["list"]:
            return self.items(shape, layout.items(lines[found[0].first : found[0].last]), at)
        return self.into.string(lines, at, key, block)

    def items(self, shape: Shape, items: list[Item], at: Pointer, first: int = 0) -> list[Any]:
        return [self._item(shape, item.lines, (*at, i)) for i, item in enumerate(items, first)]

    def _item(self, shape: Shape, lines: list[Line], at: Pointer) -> Any:
        record = forms.record_of(shape)
        if record and record.part.__short__:
            if box := _TASK.match(lines[0].text):
                lines = _behind(lines, box.end())
            if len(lines) > 1 and (data := self._text_with_keys(record, lines, at)):
                return data
        return self.into.value(shape, lines, at, None, None)

    def _text_with_keys(self, record: Record, lines: list[Line], at: Pointer) -> Data | None:
        """A record that may be one text, where keys of it stand as bullets below the text."""
        *_, last = (None, *layout.blocks(lines))
        if not last or last.kind != "list" or not last.first:
            return None
        pairs = _pairs(layout.items(lines[last.first : last.last]), _PAIR)
        if not pairs:
            return None
        short, data = record.part.__short__, Data()
        self.into.found[at] = Place(lines[0].extent, None)
        data[short] = self.into.string(lines[: last.first], (*at, short), None, None)
        for item, found in pairs:
            self.pair(item, found, forms.key_shape(record, found[1]), at, data)
        return data

    # A pair is a key of a mapping

    def pair(self, item: Item, found: re.Match[str], shape: Shape, at: Pointer, data: Data) -> None:
        start = item.lines[0].start
        extent = (start + found.start(1), start + found.end(1))
        if not self.into.twice(data, found[1], at, extent):
            cut = found.start(3) if found.re.groups == 3 else found.end()
            data[found[1]] = self._below(shape, _behind(item.lines, cut), (*at, found[1]), extent)

    def _below(self, shape: Shape, lines: list[Line], at: Pointer, key: Extent) -> Any:
        """What stands behind a key, or as a list below it."""
        items = forms.list_of(shape) if lines[0].blank else None
        if not items or [part.kind for part in layout.blocks(lines)] != ["list"]:
            return self.into.value(shape, lines, at, key, None)
        self.into.found[at] = Place(key, None)
        return self.listed(items.item, lines, at, key, key)

    # The lists of a record are keys of it

    def keys(self, record: Record, items: list[Item], at: Pointer, data: Data, top: bool) -> int:
        """Read the bullets of a list that are keys of the record, and tell how many lines they take."""
        taken = self._settings(record, items, at, data) if top else 0
        rest = items[taken:]
        told = bool(taken and rest and not _kind(rest[0]))  # the bullet behind the settings has its finding
        if not told and self._tasks_or_answers(record, rest, at, data):
            taken = len(items)
        return sum([len(item.lines) for item in items[:taken]])

    def _tasks_or_answers(self, record: Record, items: list[Item], at: Pointer, data: Data) -> bool:
        """Read a list of tasks, of answers, or of settings that stand too low; False where it is text."""
        runs = self._by_kind(record, items, at)
        tasks, answers = forms.checklist(record), forms.answers(record, data)
        known = {"task": tasks, "arrow": answers, "setting": True}
        if not all(known.get(kind) for kind in runs):
            return False
        for kind, run in runs.items():
            if kind == "task" and tasks:
                self._tasks(*tasks, run, at, data)
            elif kind == "arrow":
                self._answers(answers, run, at, data)
            else:
                self._too_low(record, run, at, data)
        return True

    def _by_kind(self, record: Record, items: list[Item], at: Pointer) -> dict[str, list[Item]]:
        """The bullets by what they are. In a checklist, one that lacks its box is told, and taken as it was
        meant."""
        found: dict[str, list[Item]] = {}
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
            found.setdefault(kind, []).extend(run)
        return found

    def _tasks(self, name: str, row: Record, items: list[Item], at: Pointer, data: Data) -> None:
        if at in self._checklists:
            self._another_checklist(items[0], at)
        elif self._begins(name, items, at, data):
            data[name] = self._checklists[at] = []
        else:
            return
        nested = (line for item in items for line in item.lines[1:] if not line.fence)
        if inner := next((line for line in nested if self._is_swallowed(line)), None):
            message = f"{shown(inner.text)} stands inside an item of the checklist: it is read as its text"
            help = "begin it in the column of the others, as an item of its own"
            if _NUMBERED.match(inner.text):
                help = "put a blank line above it"
            self.into.complain("SOP005", at, message, inner.extent, help)
        boxes = [_TASK.match(item.lines[0].text) or slips.odd_box(item.lines[0].text) for item in items]
        made = self._checklists[at]
        made += [
            self._item(row, _behind(item.lines, box.end()) if box else item.lines, (*at, name, i))
            for i, (item, box) in enumerate(zip(items, boxes, strict=True), len(made))
        ]

    def _another_checklist(self, item: Item, at: Pointer) -> None:
        """Told once of a record; its items are read, so that nothing is said of them that is not so."""
        if at not in self._parted:
            self._parted.add(at)
            extent = item.bullet[0], item.lines[0].extent[1]
            message = f"{self._shown(extent)} begins another checklist, and a step has only one"
            help = "put its items into the first; what needs a checklist of its own is a step of its own"
            self.into.complain("SOP005", at, message, extent, help)

    def _is_swallowed(self, line: Line) -> bool:
        """Whether a line of an item is a box, or a number in the first column."""
        at_margin = self.into.text[line.start - 1 : line.start] in ("\n", "\r")
        return bool(_NESTED.match(line.text) or (at_margin and _NUMBERED.match(line.text)))

    def _answers(self, name: str, items: list[Item], at: Pointer, data: Data) -> None:
        if not self._begins(name, items, at, data):
            return
        data[name] = said = Data()
        for item, found in _pairs(items, _ARROW):
            self.pair(item, found, forms.TEXT, (*at, name), said)

    def _begins(self, name: str, items: list[Item], at: Pointer, data: Data) -> bool:
        """Whether a list is the first value of a key, which then stands where the list does."""
        first = items[0].lines[0].extent
        if self.into.twice(data, name, at, first):
            return False
        self.into.found[(*at, name)] = Place(first, None)
        return True

    def _no_task(self, item: Item, at: Pointer) -> None:
        extent = item.bullet[0], item.lines[0].extent[1]
        message = f"{self._shown(extent)} is no item of a checklist, and stands in one"
        help = "write `- [ ] …`; another list begins with another sign, such as `*`"
        self.into.complain("SOP005", at, message, extent, help)

    def _shown(self, extent: Extent) -> str:
        return shown(self.into.text[slice(*extent)])

    # Settings

    def _settings(self, record: Record, items: list[Item], at: Pointer, data: Data) -> int:
        """Read the settings with which a list begins, and tell how many there are."""
        keys = record.part.__keys__
        named = ((item, _PAIR.match(item.lines[0].text)) for item in items)
        lead = [*takewhile(lambda each: each[1] or not _kind(each[0]), named)]
        known = [bool(found and found[1] in keys) for _, found in lead]
        written = {found[1] for _, found in lead if found}
        if forms.asked(record, {*data, *(written & keys.keys())}):  # an answer among them is told as one
            answers = (i for i, (item, _) in enumerate(lead) if not known[i] and self._answer(item))
            lead = lead[: next(answers, len(lead))]
        slipped = self._slipped(record, lead, at)
        settled = next((i for i, (_, found) in enumerate(lead) if not found and i not in slipped), len(lead))
        if settled < len(lead):
            if not any(known[:settled]):
                return 0
            self._no_setting(lead[settled][0].lines[0], at)
        for i, (item, found) in enumerate(lead[:settled]):
            if found:
                shape = forms.key_shape(record, found[1])
                if len(item.lines) > 1 and not forms.takes_a_sentence(shape):
                    item = self._without_table(record, item, at, data)
                self.pair(item, found, shape, at, data)
            else:
                self._slip(item.lines, slipped[i], record, at, data)
        return settled

    def _without_table(self, record: Record, item: Item, at: Pointer, data: Data) -> Item:
        """A setting without the table below it that stands so far in that it belongs to it: told, and read
        as it was meant."""
        lines = [line if line.fence else _behind([line], _lead(line))[0] for line in item.lines]
        *_, last = layout.blocks(lines)
        within = lines[last.first : last.last]
        if last.kind in ("table", "torn") and tables.key(self.into, record, last.kind, within, at, data):
            message = "this table stands so far in that it belongs to the setting above"
            help = "begin its lines in the first column"
            self.into.complain("SOP005", at, message, within[0].extent, help)
            return item._replace(lines=item.lines[: last.first])
        return item

    def _slipped(
        self, record: Record, lead: list[tuple[Item, re.Match[str] | None]], at: Pointer
    ) -> dict[int, slips.Slip]:
        """The settings that are not written as such, each with its finding, by their number."""
        keys = record.part.__keys__
        known = any(found and found[1] in keys for _, found in lead)
        slipped = {
            i: slip
            for i, (item, found) in enumerate(lead)
            if not found and (slip := slips.setting(item.lines[0], keys, known))
        }
        for slip in slipped.values():
            self._say_slip(slip, at)
        for item, found in lead:
            if found and len(item.lines) > 1:
                for slip in slips.unspaced(item.lines[1:], keys).values():
                    self._say_slip(slip, at)
        return slipped

    def unspaced(self, record: Record, lines: list[Line], at: Pointer, data: Data) -> int:
        """Read the lines that were meant for settings, and tell how many a text begins with."""
        slipped = slips.unspaced(lines, record.part.__keys__)
        for i, slip in slipped.items():
            self._say_slip(slip, at)
            self._slip([lines[i]], slip, record, at, data)
        return next((i for i, line in enumerate(lines) if i not in slipped and not line.blank), len(lines))

    def _slip(self, lines: list[Line], slip: slips.Slip, record: Record, at: Pointer, data: Data) -> None:
        """The value of a setting that is not written as one, so that nothing else is said to be missing."""
        lines = _behind(lines, slip.cut - lines[0].start)
        if slip.name not in data and not lines[0].blank:
            shape = forms.key_shape(record, slip.name)
            data[slip.name] = self.into.value(shape, lines, (*at, slip.name), slip.at, None)

    def _say_slip(self, slip: slips.Slip, at: Pointer) -> None:
        message = f"{shown(slip.written)} is no setting: `{slip.name}` is written `- {slip.name}: …`"
        if hidden := slips.hidden(self.into.text[slip.at[0] : slip.cut]):
            message += f", without {hidden}"
        help = "write it so; if it is meant as text, put a sentence above the list"
        self.into.complain("SOP004" if slip.misspelt else "SOP005", at, message, slip.at, help)

    def _no_setting(self, line: Line, at: Pointer) -> None:
        message = f"{shown(line.text)} is no setting, and stands in a list of settings"
        help = "put a sentence above it, or begin its list with another sign, such as `*`"
        self.into.complain("SOP005", at, message, line.extent, help)

    def _are_settings(self, record: Record, items: list[Item]) -> bool:
        """Whether bullets that stand too low for settings were meant as such: each has a key of the record,
        written exactly so, and a value that fits it, and one of the keys takes no sentence."""
        pairs = _pairs(items, _PAIR)
        shapes = {found[1]: forms.key_shape(record, found[1]) for _, found in pairs}
        if not shapes.keys() <= record.part.__keys__.keys():
            return False
        if all(map(forms.takes_a_sentence, shapes.values())):
            return False
        tried, data = Values(self.into.text, self.into.comments), Data()
        for item, found in pairs:
            Bullets(tried).pair(item, found, shapes[found[1]], (), data)
        return not tried.problems and all(forms.fits(shape, data[name]) for name, shape in shapes.items())

    def begins_with_settings(self, record: Record, lines: list[Line]) -> bool:
        """Whether lines begin with a list in which a setting stands that can be no sentence."""
        part = next(layout.blocks(lines), None)
        if not part or part.kind != "list":
            return False
        for item in layout.items(lines[part.first : part.last]):
            found = _PAIR.match(item.lines[0].text)
            shape = record.part.__keys__.get(found[1]) if found else None
            if shape and not forms.takes_a_sentence(shape.shape) and self._are_settings(record, [item]):
                return True
        return False

    def _too_low(self, record: Record, items: list[Item], at: Pointer, data: Data) -> None:
        """Settings below other words: told once, and read, so that nothing else is said to be missing."""
        extent = items[0].bullet[0], items[0].lines[0].extent[1]
        message = f"{self._shown(extent)} stands too low: settings stand at the very top of their entry"
        help = "move its list there; if it is meant as text, begin it with a capital letter"
        self.into.complain("SOP005", at, message, extent, help)
        for item, found in _pairs(items, _PAIR):
            if found[1] not in data:
                self.pair(item, found, forms.key_shape(record, found[1]), at, data)

    # What was read as text, and looks like a list of answers or of tasks

    def overlooked(
        self, record: Record, lines: list[Line], texts: list[Line], at: Pointer, data: Data
    ) -> None:
        """Answers where the record asks and has none, read as they were meant; boxes that are none, and
        those in its text."""
        if name := forms.asked(record, data):
            self._odd_answers(record, name, lines, at, data)
        if forms.checklist(record):
            for line in slips.boxes(lines):
                message = f"{shown(line.text)} is no item of a checklist: it is read as text"
                if hidden := slips.hidden(line.text[: line.text.find("]") + 2]):
                    message += f", for {hidden}"
                self.into.complain("SOP005", at, message, line.extent, "an item is written `- [ ] …`")
            spoken = (line for line in texts if not line.fence)
            if box := next((line for line in spoken if _INDENTED.match(line.text)), None):
                message = f"{shown(box.text)} is read as text: it stands too far in, or in another list"
                help = "put all items of the checklist into one list, in the first column"
                self.into.complain("SOP005", at, message, box.extent, help)

    def _odd_answers(self, record: Record, name: str, lines: list[Line], at: Pointer, data: Data) -> None:
        """The first list that was meant for answers."""
        keys = record.part.__keys__
        for part in layout.blocks(lines):
            items = layout.items(lines[part.first : part.last]) if part.kind == "list" else []
            behind = dropwhile(lambda item: _is_setting(item, keys), items)
            said = [(item, self._answer(item)) for item in behind if _kind(item) != "task"]
            if any(found for _, found in said):
                self._meant_answers(name, said, at, data)
                return

    def _meant_answers(
        self, name: str, said: list[tuple[Item, re.Match[str] | None]], at: Pointer, data: Data
    ) -> None:
        self.into.found[(*at, name)] = Place(said[0][0].lines[0].extent, None)
        meant = data[name] = Data()
        for item, found in said:
            line = item.lines[0]
            if found:
                self.pair(item, found, forms.TEXT, (*at, name), meant)
            if not _ARROW.match(line.text):
                message = f"{shown(line.text)} leads nowhere: an item of `{name}` is written `- … → …`"
                help = "write it so; `->` is an arrow, too"
                if "→" in line.text or "->" in line.text:
                    message = f"{shown(line.text)} leads nowhere: behind its arrow stands no id"
                    help = "write the id of a step, an outcome or a SOP there, and nothing else"
                elif not found:
                    help = "write it so; another list begins with another sign, such as `*`"
                self.into.complain("SOP005", at, message, line.extent, help)

    def _answer(self, item: Item) -> re.Match[str] | None:
        return slips.answer(item.lines[0].text, self._entries)

    @cached_property
    def _entries(self) -> frozenset[str]:
        return slips.entries(self.into.text)


def _kind(item: Item) -> str:
    """What a bullet is by how it begins; an empty word where only its place can tell."""
    text = item.lines[0].text
    if _TASK.match(text):
        return "task"
    if slips.odd_box(text):
        return "odd task"
    return "arrow" if _ARROW.match(text) else ""


def _is_setting(item: Item, keys: Container[str]) -> bool:
    found = _PAIR.match(item.lines[0].text)
    return found is not None and found[1] in keys


def _pairs(items: list[Item], *patterns: re.Pattern[str]) -> list[Pair]:
    """Every bullet with its key, or nothing where one has none."""
    pairs = []
    for item in items:
        text = item.lines[0].text
        found = next((found for each in patterns if (found := each.match(text))), None)
        if not found:
            return []
        pairs.append((item, found))
    return pairs


def _lead(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())


def _behind(lines: list[Line], cut: int) -> list[Line]:
    """The lines without the characters with which the first begins."""
    first = lines[0]
    return [Line(first.start + cut, first.text[cut:]), *lines[1:]]
