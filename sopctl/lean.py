"""Pages without what the search leaves out, for a builder that takes its time over every tag.

A builder parses each tag of a page two or three times: to find Markdown in it, and to find words for
the search. Most of a page is finished HTML and no matter of the search. That much is set aside, a mark
stands in its place, and the finished page gets it back.
"""

import re
from collections.abc import Sequence
from functools import cache

_OPENS = re.compile(r"^<(?:h[1-6]|([a-z]+))\b[^>]*>", re.MULTILINE)
_MARK = re.compile(r"<!--sopctl:([0-9]+)-->")
_NO_MATTER = ' data-search-exclude="_"'  # for the search alone, which takes it out
_NO_MATTER_AT_ALL = "\nsearch: {exclude: true}\n"  # in the front matter
_MARKDOWN = " markdown="
_CODE = "```"  # in which a tag would be text


def set_aside(page: str, kept: list[str]) -> str:
    """The page with marks in the place of elements that the search leaves out, which are added to `kept`.

    Such an element begins a line, and has the word for it itself or stands below a heading that has it.
    One with Markdown in it stays, as do headings, of which the builder makes the contents of the page.
    """
    if _CODE in page:
        return page
    parts: list[str] = []
    done = at = 0
    whole = below = _NO_MATTER_AT_ALL in page
    while tag := _OPENS.search(page, at):
        at = tag.end()
        if tag[1] is None:
            below = whole or _NO_MATTER in tag[0]
        elif (below or _NO_MATTER in tag[0]) and (end := _end(page, tag[1], tag.start())):
            element = page[tag.start() : end]
            if _MARKDOWN not in element:
                between, element = page[done : tag.start()], element.replace(_NO_MATTER, "")
                if parts and between.isspace():
                    kept[-1] += between + element
                else:
                    parts += between, f"<!--sopctl:{len(kept)}-->"
                    kept.append(element)
                done = at = end
    return "".join((*parts, page[done:]))


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


def put_back(html: str, kept: Sequence[str]) -> str:
    """The finished page with everything where it was."""
    return _MARK.sub(lambda mark: kept[int(mark[1])] if int(mark[1]) < len(kept) else mark[0], html)
