"""Lines that look like headings and are none, in bold or with a line drawn under them: told, and read as
they were meant. What stands around and below such a line tells whether it was meant for a heading.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from sopctl.named import NamedTuple
from sopctl.record import Record
from sopctl.shape import Shape
from sopctl.source import forms
from sopctl.source import markdown_blocks as layout
from sopctl.source import markdown_slips as slips
from sopctl.source.markdown_blocks import Line
from sopctl.source.markdown_bullets import Bullets
from sopctl.source.markdown_slips import shown
from sopctl.source.markdown_values import Data
from sopctl.source.place import Extent

_BOLD = re.compile(
    r" {0,3}(?P<sign>\*\*|__)(?P<title>(?!\s)(?:(?!\*\*|__).){1,200}?)[ \t]{0,3}(?P<within>\{#[^\s{}]+\})?(?P<colon>:?)(?P=sign)"
    r"(?P<colon2>:?)[ \t]*(?:(?P<id>\{#[^\s{}]+\})|(?P<rest>\S.*))?[ \t]*"
)
_MAY_LOOK_SO = re.compile(
    r"[\r\n] {0,3}(?:(\*\*|__)[^\r\n]*?(?::\1|\1:|\1[ \t]*(?:\{#|[\r\n]|\Z))|(?:=+|-{2,})[ \t]*(?:[\r\n]|\Z))"
)
_UNDER = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
_NO_TITLE = re.compile(r"[ \t]*(?:[-*+>|#=~`]|\d+[.)]|\Z)")
_ENDS_WITH_ID = re.compile(r"(?<=\s)\{#[^\s{}]+\}\Z")
_WORDS = re.compile(rf" {{0,3}}(?:[-*+][ \t]+)?\[?{slips.ID}(?:,[ \t]*{slips.ID})*\]?[ \t]*")
_MOST_SETTINGS = 40
_TABLES = ("table", "torn")

Fits = Callable[[str, Shape, list[Line]], bool]
"""Whether lines, read as the value of a key, are one."""


class Likeness(NamedTuple):
    """A line that looks like a heading and is none: in bold, or with a line drawn under it."""

    title: str
    at: int
    id: str  # `{#…}`, or nothing
    id_at: int
    bold: bool
    extent: Extent
    rest: Line | None  # what stands behind it in its line

    @property
    def end(self) -> int:
        return self.at + len(self.title)

    def meant(self, signs: str) -> Line:
        """The heading as it was meant; title and id keep their places."""
        id = f"{' ' * (max(1, self.id_at - self.end))}{self.id}" if self.id else ""
        return Line(self.at - len(signs) - 1, f"{signs} {self.title}{id}")


class Meant(NamedTuple):
    """The lines of a file as they were meant. By their starts, the places of the headings among them, and
    the way out where one has no id."""

    lines: list[Line]
    places: dict[int, Extent]
    nameless: dict[int, str]


def may_stand_in(text: str, start: int) -> bool:
    """Whether a line begins as one that looks like a heading and is none."""
    return _MAY_LOOK_SO.search(text, start) is not None


class Likenesses:
    """Lines that look like headings and are none, in bold or underlined, told and read as they were meant."""

    def __init__(self, bullets: Bullets, root: Record, data: Data, fits: Fits) -> None:
        self._bullets, self._root, self._fits = bullets, root, fits
        self._into = bullets.into
        self._places: dict[int, Extent] = {}
        self._nameless: dict[int, str] = {}
        self._written = {*data}
        self._keys = root.part.__keys__.keys() - {"id", "title"}  # those with headings of their own
        self._key = ""  # under the heading of which a line stands
        self._alone = False  # whether lines in bold are all that opens entries there

    def read(self, lines: list[Line]) -> Meant:
        keys = self._root.part.__keys__
        headings = [layout.heading(line) for line in lines]
        self._lines, self._headings = lines, headings
        self._written |= {
            forms.named(slips.bare(each[1])[0], keys) for each in headings if each and each[0] < 3
        }
        if any(each and each[0] == 1 for each in headings):
            self._written.add("title")
        made: list[Line] = []
        for i, line in enumerate(lines):
            if each := headings[i]:
                name = forms.named(slips.bare(each[1])[0], keys)
                opens = each[0] == 2 or (each[0] == 1 and name in self._keys)
                if opens:
                    self._open(name, i + 1)
            found = None if each else _likeness(lines, i)
            meant = self._meant(found, lines, i) if found else None
            if found and meant:
                made += [meant, *([found.rest] if found.rest else [])]
                if not found.bold:
                    lines[i + 1] = Line(lines[i + 1].start, "")
            else:
                made.append(line)
        return Meant(made, self._places, self._nameless)

    def _open(self, key: str, i: int) -> None:
        """Enter the section of a key, of which this is the first line below its heading."""
        self._key = key
        below = range(i, len(self._lines))
        level = next((each[0] for k in below if (each := self._headings[k]) and each[0] < 4), 0)
        first = next((k for k in below if not self._lines[k].blank), 0)
        self._alone = level != 3 and bool(first) and _likeness(self._lines, first) is not None

    def _meant(self, found: Likeness, lines: list[Line], i: int) -> Line | None:
        """The heading that a line was meant for; None where it is text."""
        title, cut = slips.bare(found.title)
        name = forms.named(title, self._keys)
        if name in self._keys and name not in self._written and self._is_key(name, found, i):
            self._open(name, i + (1 if found.bold else 2))
            return self._told(found._replace(title=title, at=found.at + cut), "##", name)
        if not self._key and "title" not in self._written and not found.rest:
            return self._told(found, "#", "title")
        record = self._record()
        if record and not found.rest and self._is_entry(record, found, i):
            return self._entry(found)
        return None

    def _is_key(self, name: str, found: Likeness, i: int) -> bool:
        """Whether a line that is called like a key was meant for its heading; it may also part a text. A key
        that a SOP can do without is told by what stands below the line."""
        shape, end = self._root.part.__keys__[name].shape, self._ends[i]
        follows = self._headings[end] if end < len(self._lines) else None
        if self._record() and follows and follows[0] == 3 and not forms.titled(shape):
            return False  # the entries that follow belong to this section
        if name in self._root.part.__required__:
            return True
        below = self._lines[i + (1 if found.bold else 2) : end]
        if found.bold and (found.rest or self._in_text(shape)):
            return False
        return self._is_value(name, below) and not (found.bold and self._is_prose(shape, below))

    @cached_property
    def _ends(self) -> list[int]:
        """For each line, the next one that is a heading or is called like a key."""
        ends = [len(self._lines)] * len(self._lines)
        for i in range(len(ends) - 2, -1, -1):
            ends[i] = i + 1 if self._headings[i + 1] or self._is_called(i + 1) else ends[i + 1]
        return ends

    def _is_called(self, i: int) -> bool:
        found = None if self._lines[i].blank else _likeness(self._lines, i)
        return found is not None and forms.named(slips.bare(found.title)[0], self._keys) in self._keys

    def _in_text(self, shape: Shape) -> bool:
        """Whether a line in bold parts the text of a step, or a key that is a text parts one."""
        record = self._record()
        return (
            self._key == "notes"
            or (record is not None and forms.checklist(record) is not None)
            or (
                self._key != ""
                and forms.is_text(shape)
                and forms.is_text(forms.key_shape(self._root, self._key))
            )
        )

    def _is_value(self, name: str, lines: list[Line]) -> bool:
        """Whether lines can be the value of a key, or have a form that no other words have."""
        shape = self._root.part.__keys__[name].shape
        row = forms.row_of(shape)
        for part in layout.blocks(lines):
            headings = [cell.text for cell in layout.cells(lines[part.first])]
            if part.kind == "yaml" or (part.kind in _TABLES and row and forms.is_headed(row, headings)):
                return True
        return self._fits(name, shape, lines)

    def _is_prose(self, shape: Shape, lines: list[Line]) -> bool:
        """Whether lines below a key of a few words each, such as tags, are sentences or titles."""
        if not forms.takes_words(shape) or any(line.fence for line in lines):
            return False
        return not all(line.blank or _WORDS.fullmatch(line.text) for line in lines)

    def _record(self) -> Record | None:
        """That of the entries of the section, where their headings are titles."""
        return forms.titled(forms.key_shape(self._root, self._key))

    def _is_entry(self, record: Record, found: Likeness, i: int) -> bool:
        """Whether a line was meant to open an entry. Where nothing else opens one, no text is there to part."""
        alone = self._alone and forms.map_of(forms.key_shape(self._root, self._key)) is not None
        return bool(found.id) or alone or self._has_settings(record, found, i)

    def _has_settings(self, record: Record, found: Likeness, i: int) -> bool:
        below = self._lines[i + (1 if found.bold else 2) : i + _MOST_SETTINGS]
        first = next((line for line in below if not line.blank), None)
        listed = first is not None and first.text.lstrip()[:1] in ("-", "*", "+")
        return listed and self._bullets.begins_with_settings(record, below)

    def _told(self, found: Likeness, signs: str, name: str) -> Line:
        self._written.add(name)
        message = f"{self._shown(found)} is no heading: that of `{name}` begins with `{signs} `"
        help = f"write `{signs} {found.title}`{self._where(found)}"
        self._into.complain("SOP005", (), message, found.extent, help)
        return self._took(found, found.meant(signs))

    def _entry(self, found: Likeness) -> Line:
        how = f"### {found.title} {found.id or slips.proposed_id(found.title)}"
        help = f"write `{how}`{self._where(found)}"
        if found.id:
            message = f"{self._shown(found)} opens no entry: its heading is written `### … {{#…}}`"
            self._into.complain("SOP005", (), message, found.extent, help)
        meant = found.meant("###")
        if not found.id:
            self._nameless[meant.start] = help
        return self._took(found, meant)

    def _took(self, found: Likeness, meant: Line) -> Line:
        self._places[meant.start] = found.extent
        return meant

    def _where(self, found: Likeness) -> str:
        if found.bold:
            return " in a line of its own" if found.rest else ""
        return " in place of both lines"

    def _shown(self, found: Likeness) -> str:
        words = shown(self._into.text[slice(*found.extent)])
        return words if found.bold else f"{words}, underlined,"


def _likeness(lines: Sequence[Line], i: int) -> Likeness | None:
    """The line that looks like a heading, where this is one; it stands alone, behind a blank line."""
    line = lines[i]
    if line.fence or (i and not (lines[i - 1].blank or lines[i - 1].text.startswith("#"))):
        return None
    if bold := _BOLD.fullmatch(line.text):
        id = "within" if bold["within"] else "id"
        rest, extent = None, line.extent
        if bold["rest"]:
            rest = Line(line.start + bold.start("rest"), bold["rest"])
            extent = line._replace(text=line.text[: bold.start("rest")]).extent
        if rest and not (bold["colon"] or bold["colon2"]):
            return None
        title = bold["title"].rstrip(":")
        at = line.start + bold.start("title")
        return Likeness(title, at, bold[id] or "", line.start + bold.start(id), True, extent, rest)
    below = lines[i + 1] if i + 1 < len(lines) else None
    if not below or below.fence or not _UNDER.fullmatch(below.text) or _NO_TITLE.match(line.text):
        return None
    start, end = line.extent
    shown = line.text.strip()
    named = _ENDS_WITH_ID.search(shown)
    if not named:
        return Likeness(shown, start, "", 0, False, (start, end), None)
    title = shown[: named.start()].rstrip()
    return Likeness(title, start, named[0], start + named.start(), False, (start, end), None)
