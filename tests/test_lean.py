"""What is set aside before the site is built stands in it all the same."""

import shutil
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sopctl import build, files, library
from sopctl.build import Places
from sopctl.builders import Own
from sopctl.lean import put_back, set_aside
from sopctl.render import load, site

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
WORD = ' data-search-exclude="_"'
REGISTERS = """\
roles:
  lead: {title: Dock lead}
  agent: {title: Dock agent, reports_to: lead}
"""
SOP = """\
id: DK-OPN-001
title: Open the dock
version: 1.0.0
status: draft
owner: lead
purpose: Ships can land. <!--sopctl:0-->
scope: The dock.
trigger: A ship calls.
prerequisites: ["A <div> of rope", "<!--sopctl:1-->"]
facts:
  moored: {ask: Is the ship moored?, type: yes-no}
steps:
  - {id: look, title: Look at the ship, role: agent, text: "```\\n<div data-search-exclude=\\"_\\">\\n```", checklist: [Ropes, Fenders]}
  - {id: settle, title: Settle it, role: lead, decide: [{when: {moored: yes}, then: done}, {otherwise: look}]}
outcomes: {done: The dock is open}
change_history: [{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]
"""


@pytest.fixture
def docks(tmp_path: Path) -> Path:
    files.write(tmp_path / "sops/registers.yaml", REGISTERS)
    files.write(tmp_path / "sops/DK-OPN-001.yaml", SOP)
    shutil.copy(ROOT / "templates/start/mkdocs.yml", tmp_path)
    return tmp_path


class Seen(HTMLParser):
    """What a browser sees of a page: elements with their attributes, and words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[object] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, *sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.all.append("/" + tag)

    def handle_data(self, data: str) -> None:
        if words := data.split():
            self.all.append(words)

    def handle_comment(self, data: str) -> None:
        self.all.append(("comment", data))


def pages(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("*.html")):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def test_readers_see_the_same_as_if_the_builder_had_seen_it_all(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = library.build(files.texts_in(docks, docks / "sops"), TODAY)
    sites = {}
    for whole in (True, False):
        monkeypatch.setattr(Own, "reads_pages", whole)
        build.build(Places.of(docks), read, lambda _: None)
        sites[whole] = dict(pages(docks / "site/html"))
    assert sites[True].keys() == sites[False].keys()
    for path, page in sites[True].items():
        assert Seen(sites[False][path]).all == Seen(page).all, path


def test_what_a_page_holds_comes_back_in_its_place() -> None:
    page = f"<h1>A</h1>\n<p>seen</p>\n<div{WORD}>\n<div>in <b>it</b></div>\n</div>\n<ul>\n<li>b</li>\n</ul>\n"
    kept: list[str] = []
    lean = set_aside(page, kept)
    assert kept == ["<div>\n<div>in <b>it</b></div>\n</div>"]
    assert "in <b>it</b>" not in lean
    assert "<p>seen</p>" in lean
    assert "<li>b</li>" in lean
    assert put_back(lean, kept) == page.replace(WORD, "")


def test_below_a_heading_that_the_search_leaves_out_all_is_set_aside_up_to_the_next() -> None:
    page = f"<h2{WORD}>A</h2>\n\n<ul>\n<li>a</li>\n</ul>\n\n<h2>B</h2>\n<ul>\n<li>b</li>\n</ul>\n"
    kept: list[str] = []
    lean = set_aside(page, kept)
    assert kept == ["<ul>\n<li>a</li>\n</ul>"]
    assert f"<h2{WORD}>A</h2>" in lean  # the builder makes the contents of it


def test_a_page_that_the_search_leaves_out_is_set_aside_whole_but_for_headings() -> None:
    page = "---\ntitle: A\nsearch: {exclude: true}\n---\n<h1>A</h1>\n<p>a</p>\n"
    kept: list[str] = []
    assert set_aside(page, kept).endswith("<h1>A</h1>\n<!--sopctl:0-->\n")


@pytest.mark.parametrize(
    "page",
    [
        f'<div{WORD} markdown="1">\n*a*\n</div>\n',
        f'<div{WORD}>\n<p markdown="span">*a*</p>\n</div>\n',
        f"```\n<div{WORD}></div>\n```\n",
        f"<div{WORD}>\n<p>never closed</p>\n",
        f"text <div{WORD}></div>\n",
    ],
)
def test_what_is_not_finished_stays_with_the_builder(page: str) -> None:
    kept: list[str] = []
    assert set_aside(page, kept) == page
    assert not kept


def test_a_mark_that_is_none_of_ours_stays() -> None:
    assert put_back("<!--sopctl:7-->", ["a"]) == "<!--sopctl:7-->"


def test_every_page_of_the_handbook_comes_back() -> None:
    handbook = library.build(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))
    share = []
    for path, page in site(handbook, load()).pages.items():
        kept: list[str] = []
        lean = set_aside(page, kept)
        aside = "".join(kept)
        assert put_back(lean, kept).replace(WORD, "") == page.replace(WORD, ""), path
        if path.startswith("sops/TS-"):
            share.append(len(aside) / len(page))
    assert min(share) > 0.6


@pytest.mark.parametrize(
    ("values", "reads"),
    [
        ({}, False),
        ({"plugins": ["search"]}, False),
        ({"plugins": [{"search": {"lang": "en"}}, "offline"]}, False),
        ({"plugins": {"search": {}, "tags": {}}}, True),
        ({"plugins": ["search", {"minify": {}}]}, True),
        ({"plugins": 5}, True),
        ({"hooks": ["house.py"]}, True),
    ],
)
def test_plug_ins_of_the_writers_own_get_whole_pages(values: dict[str, object], reads: bool) -> None:
    assert Own(Path("mkdocs.yml"), values).reads_pages is reads
