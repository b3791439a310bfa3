"""A text in Markdown as the words that a person would read out: no marks, references by their names."""

import re
from collections.abc import Callable
from html import unescape

from sopctl.model.sop import Sop
from sopctl.prose import REFERENCE
from sopctl.render.links import Links

_MARKED = re.compile(r"[\[*_`#>|<~\n-]").search
_NUMBERED = re.compile(r"[.)](?<=\d.)").search  # the rarer letter first: so the search leaps to it
_MARKED_INSIDE = re.compile(r"[\[*_`~]").search
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_LIGHT = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"(`+)(.+?)\1")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_ITEM = re.compile(r"(\s*)(?:[-*+]|(\d+)[.)])(\s+)(?:\[[ xX]\]\s+)?")
_HEADING = re.compile(r"\s*(?:#+|>)\s*")


def plain(text: str | None, links: Links, sop: Sop | None = None) -> str:
    """Paragraphs and items of lists, each on a line of its own; an item of an item stands further in."""
    if not text:
        return ""
    if not _MARKED(text) and not _NUMBERED(text):
        return " ".join(text.split())
    name = named(links, sop)
    return "\n".join([_unmarked(line, name) for line in _lines(text)])


def named(links: Links, sop: Sop | None) -> Callable[[re.Match[str]], str]:
    """What a reference is called: its label, or the name that people know."""

    def name(found: re.Match[str]) -> str:
        target = found[1].strip()
        known = None if found[2] else links.reference(target, sop)
        return found[2] or (unescape(known[0]) if known else target)

    return name


def _unmarked(line: str, name: Callable[[re.Match[str]], str]) -> str:
    if not _MARKED_INSIDE(line):
        return line
    line = _LINK.sub(r"\1", REFERENCE.sub(name, line))
    return _CODE.sub(r"\2", _LIGHT.sub(r"\2", _STRONG.sub(r"\2", line)))


def _lines(text: str) -> list[str]:
    """The lines of a text, with those that belong together joined."""
    found: list[str] = []
    around: list[int] = []  # where the words begin of the items that a line may stand in
    joins = False
    for line in text.strip().splitlines():
        if not line.strip() or _FENCE.match(line):
            joins = False
            continue
        item, heading = _ITEM.match(line), _HEADING.match(line)
        while around and not (joins and not item) and line[: around[-1]].strip():
            around.pop()
        if item:
            mark = f"{item[2]}. " if item[2] else "• "
            found.append("\u2003" * len(around) + mark + line[item.end() :].strip())
            around.append(item.end(3))
        elif heading or not joins:
            found.append(line[heading.end() if heading else 0 :].strip())
        else:
            found[-1] += f" {line.strip()}"
        joins = True
    return found
