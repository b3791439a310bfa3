"""What is set aside before the site is built stands in it all the same."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sopctl import build, files, library, writing
from sopctl.build import Places
from sopctl.builders import Own
from sopctl.lean import asked_for, put_back, set_aside
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
scope: The words ` data-search-exclude="_"` and data-search-exclude="_" are words. See [[#look]].
trigger: A ship calls. It is what [the scope](#scope) says.
prerequisites: ["A <div> of rope", "<!--sopctl:1-->"]
facts:
  moored: {ask: Is the ship moored?, type: yes-no}
steps:
  - {id: look, title: Look at the ship, role: agent, text: "```\\n<div data-search-exclude=\\"_\\">\\n```", checklist: [Ropes, Fenders]}
  - {id: settle, title: Settle it, role: lead, decide: [{when: {moored: yes}, then: done}, {otherwise: judge}]}
  - {id: judge, title: Judge it, role: lead, ask: Is the storm over?, answers: {yes: done, no: wait}}
outcomes: {done: The dock is open, wait: The ship waits}
change_history: [{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]
"""
HOUSE = """\
# The house

[Covers](sops/DK-OPN-001.md#_trigger), [checks][list], [data](sops/DK-OPN-001.json).

[list]: sops/DK-OPN-001.md#_checklist "The list"
"""


@pytest.fixture
def docks(tmp_path: Path) -> Path:
    writing.write(tmp_path / "sops/registers.yaml", REGISTERS)
    writing.write(tmp_path / "sops/DK-OPN-001.yaml", SOP)
    shutil.copy(ROOT / "templates/start/mkdocs.yml", tmp_path)
    writing.write(tmp_path / "site/home/house.md", HOUSE)
    writing.write(tmp_path / "site/home/old.html", b"<p>caf\xe9</p>")
    return tmp_path


class Seen(HTMLParser):
    """What a browser sees of a page: elements with their attributes, and words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[object] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # `hidden` and `hidden="hidden"` are the same
        self.all.append((tag, *sorted((name, value or name) for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.all.append("/" + tag)

    def handle_data(self, data: str) -> None:
        if words := data.split():
            self.all.append(words)

    def handle_comment(self, data: str) -> None:
        self.all.append(("comment", data))


def pages(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("*.html")):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8", errors="surrogateescape")


@pytest.mark.parametrize(
    ("file", "more"),
    [
        ("site/home/house.md", ""),
        ("site/home/house.md", "\n<!--sopctl:0-->\n"),
        ("site/home/old.html", "<!--sopctl:0-->"),
        ("mkdocs.yml", "  - pymdownx.striphtml: {strip_comments: true}\n"),
    ],
)
def test_readers_see_the_same_as_if_the_builder_had_seen_it_all(
    docks: Path, monkeypatch: pytest.MonkeyPatch, file: str, more: str
) -> None:
    """Also where a page by hand holds a mark like ours, or an extension takes out all marks."""
    writing.write(docks / file, (docks / file).read_bytes() + more.encode())
    read = library.build(files.texts_in(docks, docks / "sops"), TODAY)
    sites = {}
    for whole in (True, False):
        monkeypatch.setattr(Own, "reads_pages", whole)
        made = build.build(Places.of(docks), read, lambda _: None)
        assert not made.stopped, made.diagnostics
        sites[whole] = dict(pages(docks / "site/html"))
        assert (docks / "site/html/sops/DK-OPN-001.json").is_file()
    assert sites[True].keys() == sites[False].keys()
    for path, page in sites[True].items():
        assert Seen(sites[False][path]).all == Seen(page).all, path


def lean(page: str, asked: frozenset[str] = frozenset()) -> tuple[str, list[str]]:
    kept: list[str] = []
    return set_aside(page, kept, asked), kept


def test_finished_html_is_set_aside_with_the_words_that_the_search_finds() -> None:
    page = (
        '<h1 markdown="span">A</h1>\n\n<div class="in">\n<p>Call <a href="x">the lead</a>, &lt;now&gt;.</p>\n'
        f"<dl{WORD}>\n<dd>not found</dd>\n</dl>\n<p>Then wait.</p>\n</div>\n\n<ul>\n<li>b</li>\n</ul>\n\nwords\n"
    )
    left, kept = lean(page)
    assert left == (
        '<h1 markdown="span">A</h1>\n\n'
        "<!--sopctl:0-->\n<p>Call the lead, &lt;now&gt;. Then wait. b</p>\n<!--/sopctl-->\n\nwords\n"
    )
    assert put_back(left, kept, set()) == page.replace(WORD, "")


def test_the_search_finds_what_a_sop_covers_asks_and_ticks_and_not_where_its_cases_go(docks: Path) -> None:
    texts = files.texts_in(docks, docks / "sops")
    plain = SOP.replace(
        'scope: The words ` data-search-exclude="_"` and data-search-exclude="_" are', "scope: Ropes are"
    )
    read = library.build({**texts, "sops/DK-OPN-001.yaml": plain}, TODAY)
    page = site(read, load()).pages["sops/DK-OPN-001.md"]
    said = " ".join(re.findall("<p>(.*)</p>", lean(page)[0]))
    for found in ("Ropes are words", "Fenders", "Is the ship moored?", "Is the storm over?"):
        assert found in said
    for lost in ("Covers", "Answer", "in every other case", "comes from", "2026"):
        assert lost not in said


def test_below_a_heading_that_the_search_leaves_out_no_words_are_found_up_to_the_next() -> None:
    page = f"<h2{WORD}>A</h2>\n\n<ul>\n<li>a</li>\n</ul>\n\n<h2>B</h2>\n<ul>\n<li>b</li>\n</ul>\n"
    left, kept = lean(page)
    assert left == (
        f"<h2{WORD}>A</h2>\n\n<!--sopctl:0-->\n\n<h2>B</h2>\n<!--sopctl:1-->\n<p>b</p>\n<!--/sopctl-->\n"
    )
    assert put_back(left, kept, set()) == page


def test_a_heading_that_the_search_finds_stays_and_another_is_set_aside_with_its_section() -> None:
    found, unfound = "<section>\n<h2>A</h2>\n</section>\n", f"<section{WORD}>\n<h2>A</h2>\n</section>\n"
    assert lean(found)[0] == found
    assert lean(unfound)[0] == "<!--sopctl:0-->\n"


def test_an_anchor_that_a_link_in_markdown_leads_to_stays_where_the_builder_finds_it() -> None:
    page = f'<dl{WORD}>\n<dt id="_scope">Covers</dt>\n</dl>\n<p id="a">a</p>\n'
    asked = asked_for(["See [this](sops/DK-OPN-001.md#_scope).", "[that](b.md) #a", "[c]: <c.md#c> 'C'"])
    assert asked == {"_scope", "c"}
    assert lean(page, asked)[0] == page.replace(
        '<p id="a">a</p>', "<!--sopctl:0-->\n<p>a</p>\n<!--/sopctl-->"
    )


def test_a_page_that_the_search_leaves_out_is_set_aside_whole_but_for_headings() -> None:
    page = "---\ntitle: A\nsearch: {exclude: true}\n---\n<h1>A</h1>\n<p>a</p>\n"
    assert lean(page)[0].endswith("<h1>A</h1>\n<!--sopctl:0-->\n")


@pytest.mark.parametrize(
    "page",
    [
        f'<div{WORD} markdown="1">\n*a*\n</div>\n',
        f'<div{WORD}>\n<p markdown="span">*a*</p>\n</div>\n',
        f"```\n<div{WORD}></div>\n```\n",
        f"<p{WORD}>never closed\n",
        f"text <div{WORD}></div>\n",
    ],
)
def test_what_is_not_finished_stays_with_the_builder(page: str) -> None:
    assert lean(page) == (page, [])


def test_a_mark_that_is_none_of_ours_stays() -> None:
    back: set[int] = set()
    assert put_back("<!--sopctl:7--> <!--sopctl:1-->", ["a", "b"], back) == "<!--sopctl:7--> b"
    assert back == {1}


def test_every_page_of_the_handbook_comes_back() -> None:
    handbook = library.build(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))
    share = []
    for path, page in site(handbook, load()).pages.items():
        left, kept = lean(page)
        aside = "".join(kept)
        assert put_back(left, kept, set()).replace(WORD, "") == page.replace(WORD, ""), path
        if path.startswith("sops/TS-"):
            share.append(len(aside) / len(page))
    assert min(share) > 0.9


@pytest.mark.parametrize(
    ("values", "reads"),
    [
        ({}, False),
        ({"plugins": ["search"]}, False),
        ({"plugins": [{"search": {"lang": "en"}}, "offline"]}, False),
        ({"plugins": {"search": {}, "tags": {}}}, True),
        ({"plugins": ["material/search", {"material/offline": {}}]}, False),
        ({"plugins": ["search", {"minify": {}}]}, True),
        ({"plugins": 5}, True),
        ({"hooks": ["house.py"]}, True),
    ],
)
def test_plug_ins_of_the_writers_own_get_whole_pages(values: dict[str, object], reads: bool) -> None:
    assert Own(Path("mkdocs.yml"), values, {}).reads_pages is reads
