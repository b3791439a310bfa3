"""A Markdown file into lines, sections and blocks: how it is laid out, and not yet what it means.

Only what a writer sees as structure is structure: headings that begin in the first column,
bullet lists, tables, and fenced `yaml`. Everything else is text, left as it stands.
"""

import re
from collections.abc import Iterator

from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.source.place import Extent

_LINE = lazy_pattern(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_CODE_OR_COMMENT = lazy_pattern(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|<!--")
_FENCE = lazy_pattern(r" {0,3}(`{3,}|~{3,})([^`\r\n]*)")
_SIGNS = lazy_pattern(r"#{1,6}(?=[ \t]|$)")
_BULLET = lazy_pattern(r"( {0,3}[-*+])(?:([ \t]+)(?=[^ \t])|[ \t]*$)")
_NUMBERED = lazy_pattern(r" {0,3}\d{1,9}[.)][ \t]")
_RULE = lazy_pattern(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_ID = lazy_pattern(r"(?:\A|(?<=\s))\{#([^\s{}]*)\}\Z")
_DELIMITER = lazy_pattern(r":?-+:?")
_CELL = lazy_pattern(r"(?:[^|\\]|\\\||\\)*")
_FAR = 40


class Line(NamedTuple):
    """A line without its break, at its offset; `fence` is set on the lines of fenced code."""

    start: int
    text: str
    fence: str = ""

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()

    @property
    def extent(self) -> Extent:
        """From the first visible character to the last."""
        lead = len(self.text) - len(self.text.lstrip())
        return self.start + lead, self.start + max(lead, len(self.text.rstrip()))


class Page(NamedTuple):
    """A file: its front matter (None where it is not closed), its lines, and what is no text."""

    front: Extent | None
    lines: list[Line]
    comments: list[Extent]
    open_fence: Line | None
    open_comment: Line | None


class Section(NamedTuple):
    """A heading and the lines below it; the lines before the first heading have none."""

    heading: Line | None
    level: int
    title: str
    at: Extent
    lines: list[Line]
    id: str | None = None
    id_at: Extent = (0, 0)


class Item(NamedTuple):
    """A bullet: its lines, without the indentation that the bullet asks for."""

    bullet: Extent
    lines: list[Line]


class Cell(NamedTuple):
    """A cell of a table, with its offset; the text still has its `\\|`."""

    start: int
    raw: str

    @property
    def text(self) -> str:
        return self.raw.replace("\\|", "|")

    @property
    def extent(self) -> Extent:
        return self.start, self.start + len(self.raw)


class Block(NamedTuple):
    """What stands in `lines[first:last]`: text, list, table, yaml, or a table that is torn."""

    kind: str
    first: int
    last: int


def page(text: str) -> Page | None:
    """The outline of a file, or None where it has no front matter."""
    if not text.startswith("---"):
        return None
    lines = _lines(text)
    if lines[0].text.rstrip() != "---":
        return None
    close = next((i for i, line in enumerate(lines) if i and line.text.rstrip() == "---"), None)
    if close is None:
        return Page(None, [], [], None, None)
    return _page(text, (lines[1].start, lines[close].start), lines[close + 1 :])


def _lines(text: str) -> list[Line]:
    if "\r" in text:
        return [Line(m.start(), m[1]) for m in _LINE.finditer(text) if m.start() < len(text)]
    starts, at = [], 0
    for each in text.split("\n"):
        starts.append(Line(at, each))
        at += len(each) + 1
    return starts


def _page(text: str, front: Extent, lines: list[Line]) -> Page:
    """Mark the lines of fenced code; elsewhere take out the comments."""
    marked: list[Line] = []
    comments = _Comments(text)
    fence, open_fence, open_comment = "", None, None
    for line in lines:
        if fence:
            marked.append(line._replace(fence=fence))
            if _closes(line.text, fence):
                fence, open_fence = "", None
        elif line.start >= comments.end and _may_open(line.text) and (found := _FENCE.fullmatch(line.text)):
            fence, open_fence = found[1], line
            marked.append(line._replace(fence=fence))
        elif line.start < comments.end or "<!--" in line.text:
            spared = comments.taken_out(line)
            if not spared.blank:
                marked.append(spared)
            if not open_comment and spared.text.lstrip().startswith("<!--"):
                open_comment = spared
        else:
            marked.append(line)
    return Page(front, marked, comments.found, open_fence, open_comment)


def _may_open(text: str) -> bool:
    return "``" in text or "~~" in text


class _Comments:
    """Takes the comments of a file out of its lines, which come one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Extent] = []
        self.end = 0  # that of the last one so far
        self._last = text.rfind("-->")

    def taken_out(self, line: Line) -> Line:
        """The line without its comments, each character of it in its place. In code they are code, and one
        that nothing closes is text."""
        here, at = line.text, max(0, self.end - line.start)
        spared = [" " * min(at, len(here))]
        while found := _CODE_OR_COMMENT.search(here, at):
            start = line.start + found.start()
            if found[1]:
                spared.append(here[at : found.end()])
                at = found.end()
                continue
            if self._last < start + 2:
                break
            self.end = self.text.find("-->", start + 2) + 3
            self.found.append((start, self.end))
            spared += here[at : found.start()], " " * (min(self.end - line.start, len(here)) - found.start())
            at = self.end - line.start
        return _drawn_in(line, "".join([*spared, here[at:]]).rstrip())


def _drawn_in(line: Line, left: str) -> Line:
    """What is left of a line, no further in than the line itself began."""
    more = _lead(left) - _lead(line.text)
    return Line(line.start + more, left[more:]) if more > 0 else Line(line.start, left)


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip())


def _closes(text: str, fence: str) -> bool:
    if fence not in text:
        return False
    bare = text.strip()
    return _lead(text) < 4 and bare == fence[0] * len(bare) and len(bare) >= len(fence)


def sections(lines: list[Line], level: int) -> Iterator[Section]:
    """What stands before the first heading of this level or above it, then each heading's own."""
    own: list[Line] = []
    section = Section(None, 0, "", (0, 0), own)
    for line in lines:
        level_here = 0 if line.fence else _level(line)
        if 0 < level_here <= level:
            yield section
            own = []
            section = _section(line, level_here, own)
        else:
            own.append(line)
    yield section


def unruled(section: Section) -> Section:
    """A section without the rule `---` that parts it from the next one."""
    last = len(section.lines)
    while last and section.lines[last - 1].blank:
        last -= 1
    alone = last == 1 or (last > 1 and section.lines[last - 2].blank)
    if not alone or section.lines[last - 1].fence or not _RULE.fullmatch(section.lines[last - 1].text):
        return section
    return section._replace(lines=section.lines[: last - 1])


def heading(line: Line) -> tuple[int, str] | None:
    """The level and the title of a heading, where a line is one."""
    level = 0 if line.text[:1] != "#" or line.fence else _level(line)
    return (level, _section(line, level, []).title) if level else None


def _level(line: Line) -> int:
    """How many `#` begin the line, where they make it a heading."""
    found = _SIGNS.match(line.text) if line.text[:1] == "#" else None
    return found.end() if found else 0


def _section(line: Line, level: int, lines: list[Line]) -> Section:
    title = line.text[level:].rstrip()
    bare = title.rstrip("#")
    if not bare or bare[-1] in " \t":
        title = bare.rstrip()
    at = line.start + level + _lead(title)
    title = title.lstrip()
    found = _ID.search(title)
    if not found:
        return Section(line, level, title, (at, at + len(title)), lines)
    id_at = (at + found.start(1), at + found.end(1))
    title = title[: found.start()].rstrip()
    return Section(line, level, title, (at, at + len(title)), lines, found[1], id_at)


def blocks(lines: list[Line]) -> Iterator[Block]:
    """The blocks of a section, in order."""
    first, last, at = -1, 0, 0
    while at < len(lines):
        kind, end = _block(lines, at)
        if kind:
            if first >= 0:
                yield Block("text", first, last)
            first = -1
            yield Block(kind, at, end)
        elif not lines[at].blank:
            first, last = (at if first < 0 else first), end
        at = end
    if first >= 0:
        yield Block("text", first, last)


def _block(lines: list[Line], at: int) -> tuple[str, int]:
    """The kind of structure that begins here ("" for text), and where it ends."""
    line = lines[at]
    if line.fence:
        return ("yaml" if _is_yaml(line) else ""), _fence_end(lines, at)
    if (
        line.text.lstrip()[:1] in ("-", "*", "+")
        and _BULLET.match(line.text)
        and not _RULE.fullmatch(line.text)
    ):
        return "list", _list_end(lines, at)
    return _table(lines, at) if "|" in line.text else ("", at + 1)


def _table(lines: list[Line], at: int) -> tuple[str, int]:
    """A table, whole or torn, where one begins here; else one line of text."""
    if _heads_table(lines, at):
        end = at + 2
        while end < len(lines) and "|" in lines[end].text and not lines[end].fence:
            end += 1
        torn = _rows_end(lines, end)
        return ("torn", torn) if torn > end else ("table", end)
    if _is_row(lines[at]) and len(cells(lines[at])) > 1 and (end := _rows_end(lines, at + 1)) > at + 1:
        return "torn", end
    return "", at + 1


def _rows_end(lines: list[Line], at: int) -> int:
    """Where the rows end that follow here, over blank lines too, up to the next table."""
    end = at
    for i in range(at, len(lines)):
        if lines[i].blank:
            continue
        if not _is_row(lines[i]) or _heads_table(lines, i):
            break
        end = i + 1
    return end


def _is_row(line: Line) -> bool:
    return line.text[:1] == "|" and not line.fence


def _heads_table(lines: list[Line], at: int) -> bool:
    """Whether a rule with as many cells stands below a line."""
    if "|" not in lines[at].text or at + 1 == len(lines):
        return False
    below = lines[at + 1]
    if "|" not in below.text or "-" not in below.text or below.fence:
        return False
    rule = cells(below)
    return all(_DELIMITER.fullmatch(cell.raw) for cell in rule) and len(cells(lines[at])) == len(rule)


def _is_yaml(line: Line) -> bool:
    found = _FENCE.fullmatch(line.text)
    return bool(found and found[2].strip().lower() in ("yaml", "yml"))


def _fence_end(lines: list[Line], at: int) -> int:
    fence = lines[at].fence
    end = at + 1
    while end < len(lines) and lines[end].fence and not _closes(lines[end].text, fence):
        end += 1
    return min(end + 1, len(lines))


def _list_end(lines: list[Line], at: int) -> int:
    """A list goes on over blank lines as long as a bullet or an indented line follows."""
    end, blank = at + 1, False
    bullet = _BULLET.match(lines[at].text)
    assert bullet is not None
    offset, sign = _offset(bullet), bullet[1][-1]
    inner = _within_number(lines, at)
    for i in range(at + 1, len(lines)):
        line = lines[i]
        if line.blank:
            blank = True
            continue
        width = _indent(line.text)
        if width < inner and (_NUMBERED.match(line.text) or _BULLET.match(line.text)):
            break
        bullet = _BULLET.match(line.text) if width < offset else None
        if bullet and not _RULE.fullmatch(line.text):
            if bullet[1][-1] != sign:
                break  # another sign begins another list
            offset = _offset(bullet)
        elif width < offset and (blank or line.fence or _level(line) or _heads_table(lines, i)):
            break
        end, blank = i + 1, False
    return end


def _within_number(lines: list[Line], at: int) -> int:
    """How far in a bullet stands inside of an item of a numbered list; elsewhere nothing."""
    inner = _indent(lines[at].text)
    for i in range(at - 1, max(-1, at - _FAR) if inner > 1 else at - 1, -1):
        if not lines[i].blank and _indent(lines[i].text) < inner:
            return inner if _NUMBERED.match(lines[i].text) else 0
    return 0


def items(lines: list[Line]) -> list[Item]:
    """The bullets of a list."""
    found: list[Item] = []
    offset = 0
    for line in lines:
        bullet = _BULLET.match(line.text)
        if bullet and (not found or _indent(line.text) < offset):
            offset = _offset(bullet)
            sign, cut = line.start + bullet.end(1) - 1, bullet.end()
            found.append(Item((sign, sign + 1), [Line(line.start + cut, line.text[cut:])]))
        else:
            found[-1].lines.append(_dedented(line, offset))
    return found


def _offset(bullet: re.Match[str]) -> int:
    """The column in which the text of a bullet begins."""
    gap = len((bullet[2] or " ").expandtabs(4))
    return bullet.end(1) + (gap if gap < 5 else 1)


def _indent(text: str) -> int:
    return len(text[: len(text) - len(text.lstrip(" \t"))].expandtabs(4))


def _dedented(line: Line, offset: int) -> Line:
    cut = 0
    while (
        cut < len(line.text) and line.text[cut] in " \t" and len(line.text[: cut + 1].expandtabs(4)) <= offset
    ):
        cut += 1
    return Line(line.start + cut, line.text[cut:])


def cells(line: Line) -> list[Cell]:
    """The cells of a row of a table."""
    text, at = line.text, _lead(line.text)
    if text[at : at + 1] == "|":
        at += 1
    found = []
    end = len(text.rstrip())
    while at < end:
        piece = _CELL.match(text, at, end)
        assert piece is not None
        raw = piece[0].strip()
        found.append(Cell(line.start + at + (_lead(piece[0]) if raw else 0), raw))
        at = piece.end() + 1
    return found
