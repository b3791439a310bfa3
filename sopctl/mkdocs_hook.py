"""A hook for MkDocs: what we laid out already is neither parsed as Markdown nor searched for words.

Ready HTML stands in our pages between two comments, and HTML that search leaves out says so in its first
tag. Where the hook does not run, the builder reads all of it as the HTML that it is, and makes the same
page, more slowly.
"""

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from mkdocs.plugins import CombinedEvent, event_priority

_READY = re.compile(r"^<!--sop-->\n(.*?)\n<!--/sop-->$", re.DOTALL | re.MULTILINE)
_UNSEARCHED = re.compile(r"<!--sop-->.*?<!--/sop-->", re.DOTALL)
_MARKS = re.compile(r"<!--/?sop-->|\s?data-search-exclude(?:=\"[^\"]*\")?")
_BEFORE_ALL_THAT_PARSES = 29


def on_config(config: Any) -> Any:
    config.markdown_extensions.append(_Ready())
    return config


class _Ready(Extension):  # type: ignore[misc]
    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.register(_Aside(md), "sopctl_ready", _BEFORE_ALL_THAT_PARSES)


class _Aside(Preprocessor):  # type: ignore[misc]
    """Puts ready HTML aside, as Markdown does with HTML once it has parsed it."""

    def run(self, lines: list[str]) -> list[str]:
        return _READY.sub(self._stashed, "\n".join(lines)).split("\n")

    def _stashed(self, found: re.Match[str]) -> str:
        html = found[1]
        unsearched = "data-search-exclude" in html[: html.index(">") + 1]
        return f"\n{self.md.htmlStash.store(found[0] if unsearched else html)}\n"


_whole: dict[str, str] = {}


@event_priority(100)
def _show_to_search(context: Any, /, *, page: Any, **_: Any) -> Any:
    if "<!--sop-->" in page.content:
        _whole[page.url] = page.content
        page.content = _UNSEARCHED.sub("", page.content)
    return context


@event_priority(-100)
def _show_to_readers(context: Any, /, *, page: Any, **_: Any) -> Any:
    if page.url in _whole:
        page.content = _MARKS.sub("", _whole.pop(page.url))
    return context


on_page_context = CombinedEvent(_show_to_search, _show_to_readers)
