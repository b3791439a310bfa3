"""Pages without what the search leaves out, for a builder that takes its time over every tag.

A builder parses each tag of a page two or three times: to find Markdown in it, and to find words for
the search. Most of a page is finished HTML and no matter of the search. That much is set aside, a mark
stands in its place, and the finished page gets it back.
"""

import re
from collections.abc import Sequence

_ASIDE = re.compile(r'^<(?!h[1-6])([a-z]+)\b[^>]*\sdata-search-exclude="_"[^>]*>', re.MULTILINE)
_MARK = re.compile(r"<!--sopctl:([0-9]+)-->")
_WORD = ' data-search-exclude="_"'  # for the search alone, which takes it out
_NOT_FINISHED = ("```", " markdown=")  # the first may begin a block of code, in which a tag is text


def set_aside(page: str, kept: list[str]) -> str:
    """The page with marks in the place of elements that the search leaves out, which are added to `kept`.

    Such an element begins a line. One with Markdown in it stays, as do headings, of which the builder
    makes the contents of the page.
    """
    if _NOT_FINISHED[0] in page:
        return page
    parts: list[str] = []
    done = at = 0
    while found := _ASIDE.search(page, at):
        end = _end(page, found[1], found.start())
        element = page[found.start() : end]
        if not end or _NOT_FINISHED[1] in element:
            at = found.end()
            continue
        parts += page[done : found.start()], f"<!--sopctl:{len(kept)}-->"
        kept.append(element.replace(_WORD, ""))
        done = at = end
    return "".join((*parts, page[done:]))


def _end(page: str, name: str, start: int) -> int:
    """Where the element of this name ends that begins at `start`; 0 where it never does."""
    depth = 0
    for tag in re.compile(rf"<(/?){name}\b[^>]*>").finditer(page, start):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return 0


def put_back(html: str, kept: Sequence[str]) -> str:
    """The finished page with everything where it was."""
    return _MARK.sub(lambda mark: kept[int(mark[1])] if int(mark[1]) < len(kept) else mark[0], html)
