"""A library becomes the pages of its site: Markdown, ready for MkDocs.

What a writer wrote is data here: it is escaped where it is shown, and never run.
"""

from collections.abc import Iterable, Sequence

from sopctl.analysis.health import health
from sopctl.analysis.lately import Edit
from sopctl.diagnostic import Diagnostic
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.model.sop import Sop
from sopctl.named import NamedTuple
from sopctl.render.links import FROM_THE_TOP, Addresses, Links, sop_page
from sopctl.render.pen import Pen
from sopctl.render.reference import Command, Option
from sopctl.render.sop_view import SopView
from sopctl.render.templates import Templates, TemplateTrouble, load
from sopctl.render.walk_data import Walks, script_path
from sopctl.report._health import json as report_json


class Site(NamedTuple):
    """What is to be published: pages as Markdown, and files of the repository as they are."""

    pages: dict[str, str]
    files: dict[str, str]  # address on the site → path in the repository
    sources: dict[str, str]  # page → the file that its texts come from
    data: dict[str, str]  # what programs read and walkers go by, by its address on the site


def site(
    library: Library,
    templates: Templates,
    commands: Sequence[Command] = (),
    diagnostics: Iterable[Diagnostic] | None = None,
    addresses: Addresses = FROM_THE_TOP,
    edits: Sequence[Edit] = (),
) -> Site:
    """Every page of the site, by its path, and the same for programs. `diagnostics` are what the linter
    found, where it has looked already; `edits` are what git tells of the files, the newest first."""
    from sopctl.render import ids, meanings
    from sopctl.render import pages as others
    from sopctl.render.programs import programs

    links = Links(library, folders=addresses.folders)
    pages: dict[str, str] = {}
    scripts: dict[str, str] = {}
    walks = Walks(links)
    sources: dict[str, str] = {}
    for one in library.sops:
        path = sop_page(one.id)
        pages[path] = sop(one, links, templates)
        sources[path] = library.path_of(one)
        scripts[script_path(one.id)] = walks.script(one)
    state = health(library, lint(library) if diagnostics is None else diagnostics)
    for page in others.all_pages(links, commands, state, edits):
        pen = Pen(links, page.path, page.source)
        pages[page.path] = templates.render(
            page.template, pen=pen, words=pen.words, library=library, **page.values
        )
        sources[page.path] = page.source
    pages.update(others.linked_files(links, templates))
    data = {
        **scripts,
        ids.PATH: ids.script(links),
        meanings.PATH: meanings.script(links),
        **programs(library, addresses),
        "status.json": report_json(state),
    }
    return Site(pages, dict(sorted(links.files.items())), sources, data)


def sop(one: Sop, links: Links, templates: Templates) -> str:
    """The page of one SOP."""
    pen = Pen(links, sop_page(one.id), links.library.path_of(one), one)
    return templates.render("sop", sop=one, pen=pen, view=SopView(one, pen), library=links.library)


__all__ = [
    "FROM_THE_TOP",
    "Addresses",
    "Command",
    "Links",
    "Option",
    "Site",
    "TemplateTrouble",
    "Templates",
    "load",
    "site",
    "sop",
]
