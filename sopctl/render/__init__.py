"""A library becomes the pages of its site: Markdown, ready for MkDocs.

What a writer wrote is data here: it is escaped where it is shown, and never run.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sopctl.library import Library
from sopctl.model.sop import Sop
from sopctl.render.links import Links, sop_page
from sopctl.render.pen import Pen
from sopctl.render.reference import Command, Option
from sopctl.render.sop_view import SopView
from sopctl.render.templates import Templates, TemplateTrouble, load


class Site(NamedTuple):
    """What is to be published: pages as Markdown, and files of the repository as they are."""

    pages: dict[str, str]
    files: dict[str, str]  # address on the site → path in the repository
    sources: dict[str, str]  # page → the file that its texts come from


def site(library: Library, templates: Templates, commands: Sequence[Command] = ()) -> Site:
    """Every page of the site, by its path."""
    from sopctl.render import pages as others

    links = Links(library)
    pages: dict[str, str] = {}
    sources: dict[str, str] = {}
    for one in library.sops:
        path = sop_page(one.id)
        pages[path] = sop(one, links, templates)
        sources[path] = library.path_of(one)
    for page in others.all_pages(links, commands):
        pen = Pen(links, page.path, page.source)
        pages[page.path] = _encodable(
            templates.render(page.template, pen=pen, words=pen.words, library=library, **page.values)
        )
        sources[page.path] = page.source
    pages.update(others.linked_files(links, templates))
    return Site(pages, dict(sorted(links.files.items())), sources)


def sop(one: Sop, links: Links, templates: Templates) -> str:
    """The page of one SOP."""
    pen = Pen(links, sop_page(one.id), links.library.path_of(one), one)
    return _encodable(
        templates.render("sop", sop=one, pen=pen, view=SopView(one, pen), library=links.library)
    )


def _encodable(page: str) -> str:
    """The page without characters that no file can hold (half of a surrogate pair)."""
    try:
        page.encode("utf-8")
    except UnicodeEncodeError:
        return page.encode("utf-8", "replace").decode("utf-8")
    return page


__all__ = ["Command", "Links", "Option", "Site", "TemplateTrouble", "Templates", "load", "site", "sop"]
