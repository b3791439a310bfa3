"""What a writer of Markdown meant and did not quite write: told, rather than taken for text."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache
from unicodedata import normalize

from sopctl.diagnostic import Finding
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.reading import Problem, invisible
from sopctl.source import forms
from sopctl.source.markdown_blocks import Line, Section, blocks, cells
from sopctl.source.place import Extent
from sopctl.source.yaml_trouble import MERGED

_MARKS = r"[*_`]*"
ID = r"[a-z0-9]+(?:[-.][a-z0-9]+)*"
_NAMED = re.compile(rf"({_MARKS})([A-Za-z]+(?:[_ -]+[A-Za-z]+)*)(\s*+{_MARKS}+\s*[:=：]{_MARKS})\s*(?=(.*))")
_WORD = re.compile(r"([A-Za-z_]+)\s+(?=(\S.*))")
_UNSPACED = re.compile(
    r" {0,3}(?:[-*+](?![ \t])[^\S\n]*(?=[A-Za-z*_`])|[•‣▪●○◦·–—−][^\S\n]*(?=[a-z_]+:[ \t]))"
)
_LEAD_IN = re.compile(r" {0,3}(\*{1,3})[^*]+(?::\1|\1:)[ \t]*(\S.*)?")
_ENDS_A_SENTENCE = (".", "!", "?", ":", ";", "…", "。", "！", "？", "：")
_OURS = lazy_pattern(r"^<{7}(?=[ \t\r\n]|\Z)[^\r\n]*", re.MULTILINE)
_THEIRS = lazy_pattern(r"^>{7}(?=[ \t\r\n]|\Z)", re.MULTILINE)
_SOP_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-[0-9]+")
_STEPS = re.compile(r"^## +Steps *$", re.MULTILINE | re.IGNORECASE)
_ODD_SPACE = r"[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"  # no-break space and the like
_ODD_BOX = rf"\[(?:[^\w\s\[\]]|{_ODD_SPACE}|[vV])\](?=\s)"
_BOX = re.compile(
    rf"\s{{0,3}}(?:[-*+]\s*\[\]|[-*+]\[[ xX]\]|[-*+][ \t]+\[[ xX]\](?=[^\s(\[:]|{_ODD_SPACE})|[-*+]{_ODD_SPACE}\s*\[[ xX]\]|(?:[-*+]\s*)?[\u2610-\u2612]|[-*+][ \t]*{_ODD_BOX}"
    r"|\[[ xX]\](?=[ \t]+\S)|(?<![ \t])\d{1,9}[.)][ \t]+\[[ xX]\](?=\s))(?![(\[:])"
)
_ODD_ITEM = re.compile(
    rf"(?:\[\]|\[[ xX]\](?=[^\s(\[:]|{_ODD_SPACE})|[\u2610-\u2612]|{_ODD_BOX})(?![(\[:])\s*"
)
_ANSWER = re.compile(
    r"(\S(?:.*?\S)?)([ \t]*(?:→|⇒|➔|➜|➡|[=–—-]+>|:(?=[ \t]))[ \t]*)([A-Za-z0-9](?:[\w.#-]*\w)?)[ \t]*"
)
_ASKS = re.compile(
    r"^[ \t]*([a-z0-9][a-z0-9.-]*):[ \t]*(?:\{[^\r\n]*?\bask|\r?\n[ \t]+ask):[ \t]*"
    r"(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|([^}\r\n]+?\?|[^,}\r\n]+))",
    re.MULTILINE,
)
_ENTRY = re.compile(r"\{#([^\s{}]+)\}|^[-*+][ \t]+([^\s:]+):", re.MULTILINE)
_ODD_ID = re.compile(
    rf"(?:\A|(?<=\s))(?:\(#|\[#|<#|\{{:?[ \t]{{0,3}}#?[ \t]{{0,3}})({ID})[ \t]*[)\]>}}]\Z|\A\{{#({ID})\}}(?=[ \t]+\S)"
)
_LISTED = re.compile(r"[ \t]{0,3}(?:\d{1,9}[.)]|[-*+])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_IN_BOLD = re.compile(r"(?P<sign>\*\*|__)(?P<title>\S.*?)(?P=sign)")
_IN_BRACES = re.compile(r"[ \t]{0,3}[-*+][ \t]+\{")
_WITHIN = re.compile(r"\{#[^\s{}]+\}")
_WITH_ID = re.compile(rf"{_MARKS}({ID}){_MARKS}:[ \t]+{_MARKS}(\S.*)")
_LONG_TITLE = 60
_NUMBER = re.compile(r"\d+(?:\.\d+)*[.)]?[ \t]+")
_ODD_OPENING = re.compile(r" {0,3}(?P<signs>#{2,6})[ \t]+.*\{#[^\s{}]+\}[ \t]*")
_HEADING = re.compile(r"#{2,3}(?=[^#\s])")
_ODD_HEADING = re.compile(rf"(#{{1,3}}){_ODD_SPACE}")
_RULE = re.compile(r"[|:=\u2013\u2014\s-]*[=\u2013\u2014-][|:=\u2013\u2014\s-]*")
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?(?:^\1|\Z)", re.MULTILINE | re.DOTALL)


class Slip(NamedTuple):
    """A setting that is not written `key: value`: its key, what stands there, and the offset of its value."""

    name: str
    written: str
    at: Extent
    cut: int
    misspelt: bool


def merged(text: str, lines: list[Line]) -> Problem | None:
    """Two versions of a file that a merge has left in it; code may show such a thing, but for `yaml` that is read."""
    if "<<<<<<<" not in text:
        return None
    read = [line for part in blocks(lines) if part.kind == "yaml" for line in lines[part.first : part.last]]
    shown = {line.start for line in lines if line.fence} - {line.start for line in read}
    last = max((found.start() for found in _THEIRS.finditer(text)), default=0)
    begun = (found.span() for found in _OURS.finditer(text, 0, last) if found.start() not in shown)
    return next((Problem("SOP001", Finding((), *MERGED), extent) for extent in begun), None)


def no_front_matter(path: str, text: str) -> Problem | None:
    """What to say of a file without front matter that looks like a SOP all the same; a README is none."""
    stem = path.rpartition("/")[2].removesuffix(".md")
    if stem.casefold() == "readme":
        return None
    if not _SOP_NAME.fullmatch(stem) and not _STEPS.search(_FENCED.sub("", text.replace("\r", ""))):
        return None
    message = "this looks like a SOP, but its front matter is missing: the first line must be `---`"
    help = "put the keys, from `id` on, between two lines `---` at the very top"
    return Problem("SOP007", Finding((), message, help), (0, len(text.partition("\n")[0].rstrip())))


def setting(line: Line, keys: Container[str], known: bool) -> Slip | None:
    """A bullet at the top of an entry that begins with a key and is not `key: value`.

    `known`: a key stands in its list as it should, so that a bullet that begins with one is no sentence.
    """
    named = _NAMED.match(line.text)
    if named and (name := forms.named(named[2], keys)) in keys:
        return Slip(name, line.text.strip(), line.extent, line.start + named.end(), named[2] != name)
    word = _WORD.match(line.text)
    if not word or (name := word[1].lower()) not in keys:
        return None
    if known or (word[1] == name and len(word[2].split()) == 1):
        return Slip(name, line.text.strip(), line.extent, line.start + word.end(), word[1] != name)
    return None


def unspaced(lines: Sequence[Line], keys: Container[str]) -> dict[int, Slip]:
    """Lines that are no bullets for want of a space behind the sign, as `-role: lead`, or for another
    sign, as `• role: lead`, by their number."""
    found = ((i, _unspaced(line, keys)) for i, line in enumerate(lines) if not line.fence)
    return {i: slip for i, slip in found if slip and not _leads_in(lines, i)}


def boxes(lines: Sequence[Line]) -> Iterator[Line]:
    """The first line of each run of lines that look like a checklist and are none."""
    before = False
    for line in lines:
        here = not line.fence and _BOX.match(line.text) is not None
        if here and not before:
            yield line
        before = here


def odd_box(text: str) -> re.Match[str] | None:
    """What stands at the beginning of a bullet in place of a box, as `[-]` or `[v]`."""
    return _ODD_ITEM.match(text)


@lru_cache(1)
def entries(file: str) -> frozenset[str]:
    """The names that entries of a file may have: behind headings, and where bullets begin."""
    return frozenset(name for names in _ENTRY.findall(file) for name in names)


@lru_cache(1)
def asking(file: str) -> Mapping[str, str]:
    """The facts of a file by their questions."""
    return {(each[2] or each[3] or each[4]).strip(): each[1] for each in _ASKS.finditer(file)}


def answer(text: str, known: Container[str]) -> re.Match[str] | None:
    """A bullet that says where an answer leads, with whatever arrow; with a colon, to an entry that is known."""
    found = _ANSWER.fullmatch(text)
    return found if found and (":" not in found[2] or found[3] in known) else None


def opening(line: Line) -> Line | None:
    """The heading that opens an entry, where a line is one but for its indentation or too many signs."""
    found = None if line.fence else _ODD_OPENING.fullmatch(line.text)
    if not found or (found.start("signs") == 0 and len(found["signs"]) < 4) or len(found["signs"]) < 3:
        return None
    cut = found.end("signs") - 3
    return Line(line.start + cut, line.text[cut:])


def unopened(lines: Sequence[Line], keys: Container[str]) -> tuple[Line, str, str] | None:
    """The first line that was meant to open an entry, as an item of a list or in bold; with its title, and
    its id as its heading may end with it."""
    for line in lines:
        item = None if line.fence else _LISTED.match(line.text)
        words = line.text[item.end() :] if item else line.text.strip()
        bold = None if line.fence else _IN_BOLD.match(words)
        if not item and not bold:
            continue
        title = bare(_WITHIN.sub("", bold["title"] if bold else words.partition(": ")[0].rstrip(". \t")))[0]
        if title in keys:  # a setting, of an entry whose title stands elsewhere
            return line, "…", "{#…}"
        written = _WITHIN.search(words)
        id = written[0] if written else proposed_id(title)
        if not written and (named := _WITH_ID.match(words)):
            id, title = f"{{#{named[1]}}}", bare(named[2])[0]
        return line, title if 0 < len(title) < _LONG_TITLE else "…", id
    return None


def in_braces(lines: Sequence[Line]) -> bool:
    """Whether a bullet of a list is a mapping in one line of YAML."""
    return any(_IN_BRACES.match(line.text) for line in lines)


def with_id(section: Section) -> tuple[Section, str, Extent] | None:
    """The heading of an entry as it was meant, where its id is not written as one: with what is written,
    and its place."""
    found = None if section.id or section.level != 3 else _ODD_ID.search(section.title)
    if not found:
        return None
    start = section.at[0]
    group = found.lastindex or 1
    id_at = start + found.start(group), start + found.end(group)
    before = group == 1
    title = section.title[: found.start()].rstrip() if before else section.title[found.end() :].lstrip()
    title_at = start if before else section.at[1] - len(title)
    meant = section._replace(title=title, at=(title_at, title_at + len(title)), id=found[group], id_at=id_at)
    return meant, found[0], (start + found.start(), start + found.end())


def bare(title: str) -> tuple[str, int]:
    """A title without a number, a colon, and the signs of bold and italics, and where in it that begins."""
    inner = title.lstrip("*_")
    if number := _NUMBER.match(inner):
        inner = inner[number.end() :].lstrip("*_")
    return inner.rstrip("*_:： \t"), len(title) - len(inner)


def proposed_id(title: str) -> str:
    """An id as a heading may end with it."""
    title = bare(title)[0]
    said = re.search(rf" #({ID})\Z", title)
    plain = normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    words = [said[1]] if said else re.findall("[a-z0-9]+", plain)[:4]
    return f"{{#{'-'.join(words) or 'short-name'}}}"


def unspaced_heading(line: Line) -> bool:
    """Whether a line is one such as `##Steps`."""
    return _HEADING.match(line.text) is not None


def spaced(line: Line) -> Line:
    """Such a line as it was meant; what stands behind its signs keeps its place."""
    rest = line.text.lstrip("#")
    return Line(line.start - 1, f"{line.text[: -len(rest)]} {rest}")


def heading(line: Line) -> Line:
    """A line as it was meant, where another blank than a space makes it no heading."""
    found = _ODD_HEADING.match(line.text)
    return line._replace(text=f"{found[1]} {line.text[found.end() :]}") if found else line


def shown(text: str) -> str:
    """A piece of the file as a message shows it."""
    return f"`{text.strip()[:40]}`"


def hidden(text: str) -> str:
    """The first character that nobody sees in a text, or sees for a colon, by name."""
    found = invisible(text)
    if not found and "：" in text:
        return "a full-width colon `：`"
    return found[1] if found else ""


def mended(lines: list[Line]) -> tuple[list[Line], str, str, Extent]:
    """A torn table as it was meant: its lines, and what is wrong, with the way out and the place."""
    rows = [line for line in lines if not line.blank]
    rule = is_rule(rows[1])
    if not rule or len(cells(rows[0])) != len(cells(rows[1])) or not _is_delimiter(rows[1]):
        sample = "| " + " | ".join("---" for _ in cells(rows[0])) + " |"
        message = f"the second line of a table is `{sample}`, with a cell for each column"
        help = "write it there" if rule else "write it above this line"
        return (
            [rows[0], Line(rows[1].start, sample), *rows[2 if rule else 1 :]],
            message,
            help,
            rows[1].extent,
        )
    gap = next(i for i, line in enumerate(lines) if line.blank)
    after = next(line for line in lines[gap:] if not line.blank)
    return rows, "a blank line cuts this row off from its table", "take the blank line out", after.extent


def is_rule(line: Line) -> bool:
    """Whether a line of a table stands between its headings and its rows."""
    return _RULE.fullmatch(line.text) is not None


def _is_delimiter(line: Line) -> bool:
    return all(re.fullmatch(r":?-+:?", cell.raw) for cell in cells(line))


def _led_in(line: Line) -> re.Match[str] | None:
    return _LEAD_IN.fullmatch(line.text.rstrip(" \t"))


def _leads_in(lines: Sequence[Line], i: int) -> bool:
    """Whether a line such as `**Notice:** Send it at once.` begins a paragraph, or stands above one."""
    found = _led_in(lines[i])
    if not found:
        return False
    more = i + 1 < len(lines) and not lines[i + 1].blank and not _led_in(lines[i + 1])
    return more or not found[2] or found[2].endswith(_ENDS_A_SENTENCE)


def _unspaced(line: Line, keys: Container[str]) -> Slip | None:
    bullet = _UNSPACED.match(line.text)
    rest = Line(line.start + bullet.end(), line.text[bullet.end() :]) if bullet else None
    slip = setting(rest, keys, known=False) if rest else None
    return slip and slip._replace(at=line.extent, written=line.text.strip())
