"""Pages of headings and words, for a builder that takes its time over every tag.

A builder parses each tag of a page three times: to find Markdown in it, anchors, and words for the
search. Most of a page is finished HTML, which needs none of it but the words. So it is set aside, a mark
with the words stands in its place, and the finished page gets it back.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from urllib.parse import unquote

_OPENS = re.compile(r"^<(?:h[1-6]|([a-z]+))\b[^>]*>", re.MULTILINE)
_NAME = re.compile(r"<([a-z]+)")
_HEADING = re.compile(r"<h[1-6]\b")
_INSIDE_LINES = re.compile(r"</?(?:a|abbr|b|code|em|i|small|span|strong|sub|sup)\b[^>]*>")
_TAG = re.compile(r"</?[a-z][^>]*>")
_ID = re.compile(r' id="([^"]*)"')
_LINK = re.compile(r"\](?:\(|:\s*)<?[^)\s>#]*#([^)\s>]+)")
MARK = "<!--sopctl:"
"""How a mark begins; who writes such a comment by hand must be given whole pages."""

_MARK = re.compile(rf"{MARK}([0-9]+)-->(?:\n<p>[^<]*</p>\n<!--/sopctl-->)?")
_NO_MATTER = ' data-search-exclude="_"'  # for the search alone, which takes it out
_NO_MATTER_AT_ALL = "\nsearch: {exclude: true}\n"  # in the front matter
_MARKDOWN = " markdown="
_CODE = "```"  # in which a tag would be text


def asked_for(pages: Iterable[str]) -> frozenset[str]:
    """The anchors that links written in Markdown lead to, which a builder wants to find."""
    return frozenset(unquote(anchor) for page in pages for anchor in _LINK.findall(page))


def set_aside(page: str, kept: list[str], asked: Set[str] = frozenset()) -> str:
    """The page with a mark for each stretch of finished HTML, which is added to `kept`; with the mark
    stand the words that the search is to find. Anchors that are `asked` for stay in the page."""
    parts: list[str] = []
    stretch, done = _Stretch(), 0
    for start, end, silent in _finished(page, asked):
        between, element = page[done:start], page[start:end]
        if stretch.html and between.isspace():
            stretch.html.append(between)
        else:
            parts += stretch.marked(kept), between
        stretch.html.append(element)
        if not silent:
            stretch.words.append(_words(element))
        done = end
    return "".join((*parts, stretch.marked(kept), page[done:]))


class _Stretch:
    """Finished elements in a row, and the words in them."""

    def __init__(self) -> None:
        self.html: list[str] = []
        self.words: list[str] = []

    def marked(self, kept: list[str]) -> str:
        """The mark for what there is, which goes to `kept`; then there is nothing."""
        if not self.html:
            return ""
        said = " ".join(" ".join(self.words).split())
        kept.append("".join(self.html).replace(_NO_MATTER, ""))
        self.html, self.words = [], []
        return f"{MARK}{len(kept) - 1}-->" + (f"\n<p>{said}</p>\n<!--/sopctl-->" if said else "")


def _finished(page: str, asked: Set[str]) -> Iterator[tuple[int, int, bool]]:
    """Where each element that is finished begins and ends, and whether the search leaves it out. It
    begins a line, and has in it no Markdown, no heading that the search finds, and no anchor that is asked for."""
    if _CODE in page:
        return
    wanted = [found.start() for found in _ID.finditer(page) if found[1] in asked] if asked else []
    whole = below = _NO_MATTER_AT_ALL in page
    at = 0
    while tag := _OPENS.search(page, at):
        start, at = tag.span()
        silent = _NO_MATTER in tag[0]
        if tag[1] is None:
            below = whole or silent
            continue
        silent = silent or below
        end = _end(page, tag[1], start)
        if (
            end
            and page.find(_MARKDOWN, start, end) < 0
            and (silent or not _HEADING.search(page, start, end))
            and not any(start < anchor < end for anchor in wanted)
        ):
            yield start, end, silent
            at = end


def _words(element: str) -> str:
    """What the search finds in an element, without the parts of it that it leaves out."""
    while (at := element.find(_NO_MATTER)) >= 0:
        start = element.rindex("<", 0, at)
        end = _end(element, _NAME.match(element, start)[1], start) or len(element)  # type: ignore[index]
        element = element[:start] + element[end:]
    return _TAG.sub(" ", _INSIDE_LINES.sub("", element)).replace("<", "&lt;")


def _end(page: str, name: str, start: int) -> int:
    """Where the element of this name ends that begins at `start`; 0 where it never does."""
    depth = 0
    for tag in _tags(name).finditer(page, start):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return 0


@cache
def _tags(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?){name}\b[^>]*>")


def put_back(html: str, kept: Sequence[str], back: set[int]) -> str:
    """The finished page with everything where it was; `back` gets the numbers of what was put back."""

    def whole(mark: re.Match[str]) -> str:
        number = int(mark[1])
        if number >= len(kept):
            return mark[0]
        back.add(number)
        return kept[number]

    return _MARK.sub(whole, html)
