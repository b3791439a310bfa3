"""Text becomes a document: plain data, and the place of every value when somebody asks.

This room alone knows YAML and Markdown. Every scalar is left the text that stands there;
the model gives it a type, so `no` stays a word until a key says otherwise.
"""

import posixpath
from collections.abc import Callable
from typing import Any

from sopctl.diagnostic import Finding, Pointer, Span
from sopctl.reading import Problem
from sopctl.shape import Shape
from sopctl.source.place import Place, Places, position

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64


class Document:
    """One file as read. Its places are worked out when they are first asked for."""

    def __init__(
        self,
        path: str,
        text: str,
        data: Any,
        problems: tuple[Problem, ...] = (),
        locate: Callable[[], Places] = dict,
        *,
        complete: bool = True,
        markdown: bool = False,
        folder: bool = False,
    ) -> None:
        self.path = path
        self.text = text
        self.data = data
        self.problems = problems
        self.complete = complete  # False: the reader had to stop before the end
        self.markdown = markdown
        self.folder = folder  # True: one that cannot be opened, and hides whatever is in it
        self._locate = locate
        self._places: Places | None = None

    @property
    def stem(self) -> str:
        """The name of the file without its suffix."""
        return posixpath.splitext(posixpath.basename(self.path))[0]

    @property
    def places(self) -> Places:
        """Where each value stands, by pointer."""
        if self._places is None:
            self._places = self._locate()
        return self._places

    def place(self, at: Pointer) -> Place | None:
        """The place of `at`, or of the nearest parent that was written down."""
        places = self.places
        while at not in places:
            if not at:
                return None
            at = at[:-1]
        return places[at]

    def columns(self, at: Pointer) -> list[str]:
        """The headings of the Markdown table that a value is written as; none where it is no table."""
        from sopctl.source.markdown_blocks import Line, cells

        place = self.places.get(at) if self.markdown else None
        head = self.text[slice(*place.block)] if place and place.block else ""
        return [cell.text for cell in cells(Line(0, head))] if "|" in head else []

    def span(self, finding: Finding, extent: tuple[int, int] | None = None) -> Span:
        """The stretch of the file that a finding is about; `extent` gives its offsets outright."""
        if extent is not None:
            return Span(self.path, *position(self.text, extent[0]), *position(self.text, extent[1]))
        place = self.place(finding.at)
        if place is None:
            return Span(self.path)
        exact = finding.at in self.places
        return Span(self.path, *place.lines(self.text, finding.key, finding.part if exact else None))


def read(path: str, text: str, outline: Shape) -> Document | None:
    """Read one file of a knowledge base; None for a Markdown file that is no SOP.

    `outline` is the shape of a SOP: in Markdown, the type of a key says how it is written. What
    cannot be read is a problem of the document, never an exception.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return unreadable(path, "SOP007", "this file is larger than 1 MiB; it is not read", "split it, or move pictures and tables of data beside it")  # fmt: skip
    if path.lower().endswith(".md"):
        from sopctl.source import markdown_reader

        return markdown_reader.read(path, text, outline)
    from sopctl.source import yaml_reader

    return yaml_reader.document(path, text)


def has_comments(document: Document, outline: Shape) -> bool:
    """Whether comments stand in the file, which its data does not hold."""
    if document.markdown:
        from sopctl.source import markdown_reader

        return markdown_reader.has_comments(document.text, outline)
    from sopctl.source import yaml_reader

    return yaml_reader.has_comments(document.text)


def unreadable(path: str, code: str, message: str, help: str = "", *, folder: bool = False) -> Document:
    """A document that stands for a file nobody can read, or for a folder nobody can open."""
    problem = Problem(code, Finding((), message, help))
    return Document(path, "", None, (problem,), complete=False, folder=folder)


__all__ = ["MAX_BYTES", "MAX_DEPTH", "Document", "Place", "Places", "has_comments", "read", "unreadable"]
