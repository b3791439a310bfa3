"""Both builders make the same site of the same pages, and leave nothing else behind."""

import json
import re
import shutil
from datetime import date
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sopctl import builders, files, library, writing
from sopctl.build import Places, build
from sopctl.builders import POLYFILL, Builder, BuildTrouble, own_configuration

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
SMALL = {
    "sops/people.yaml": "roles: {lead: {title: Lead}}\n",
    "sops/DK-A-001.yaml": "id: DK-A-001\ntitle: Stop a ship\nversion: 1.0.0\nstatus: draft\nowner: lead\npurpose: Ships are safe.\n"
    "scope: The dock.\ntrigger: A ship calls.\noutcomes: {done: It is done}\n"
    "steps: [{id: act, title: Act on it, role: lead, next: done}]\n"
    "change_history: [{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]\n",
}  # fmt: skip


@pytest.fixture
def docks(tmp_path: Path) -> Path:
    for path, text in SMALL.items():
        writing.write(tmp_path / path, text)
    shutil.copy(ROOT / "templates/start/mkdocs.yml", tmp_path)
    return tmp_path


def made(root: Path, builder: Builder = Builder.MKDOCS, *, offline: bool = False) -> Path:
    whole = library.build(files.texts_in(root, root / "sops"), TODAY, files.beside(root))
    built = build(Places.of(root), whole, lambda _: None, builder=builder, offline=offline)
    assert not built.stopped
    return root / "site/html"


def test_the_name_of_a_knowledge_base_may_hold_any_character(docks: Path) -> None:
    writing.write(
        docks / "sops/base.yaml", r'knowledge_base: {title: "Docks 🚀 \x85\u2028\x7f & sons"}' + "\n"
    )
    page = (made(docks) / "index.html").read_text("utf-8")
    assert page.count("Docks 🚀") > 3


class Anchors(HTMLParser):
    """What the article of a page can be entered by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = self._inside or tag == "article"
        if self._inside and (id := dict(attrs).get("id")):
            self.ids.add(id)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "article"


def anchors(html: Path) -> dict[str, set[str]]:
    pages = sorted(html.rglob("*.html"))
    return {
        page.relative_to(html).as_posix(): Anchors(page.read_text("utf-8")).ids - {"__skip"} for page in pages
    }


@pytest.mark.skipif(find_spec("zensical") is None, reason="Zensical is not installed")
@pytest.mark.parametrize("offline", [False, True], ids=["handbook", "small-offline"])
def test_addresses_and_anchors_are_the_same_with_both(docks: Path, offline: bool) -> None:
    if not offline:
        shutil.copytree(ROOT / "sops", docks / "sops", dirs_exist_ok=True)
        (docks / "sops/people.yaml").unlink()
        (docks / "sops/DK-A-001.yaml").unlink()
    one = anchors(made(docks, offline=offline))
    other = anchors(made(docks, Builder.ZENSICAL, offline=offline))
    assert one.keys() == other.keys()
    assert {path: (ids, other[path]) for path, ids in one.items() if ids != other[path]} == {}
    assert sum(map(len, one.values())) > (100 if offline else 1500)
    assert {path.name for path in docks.iterdir()} == {"sops", "site", "mkdocs.yml"}


@pytest.mark.parametrize("builder", list(Builder))
def test_the_search_has_a_name(docks: Path, builder: Builder) -> None:
    if builder is Builder.ZENSICAL and find_spec("zensical") is None:
        pytest.skip("Zensical is not installed")
    page = (made(docks, builder) / "index.html").read_text("utf-8")
    dialogs = re.findall(r'<[^>]* role="dialog"[^>]*>', page)
    assert dialogs
    assert all(' aria-label="Search"' in each for each in dialogs)


def test_the_search_has_the_head_of_a_sop_once_with_its_id_title_and_purpose(docks: Path) -> None:
    docs = json.loads((made(docks) / "search/search_index.json").read_text("utf-8"))["docs"]
    head, *parts = [each for each in docs if each["location"].startswith("sops/DK-A-001/")]
    assert (head["location"], head["title"]) == ("sops/DK-A-001/", "DK-A-001 Stop a ship")
    assert head["text"] == "<p>Ships are safe. A ship calls. The dock. DKA001 · A001</p>"
    assert [each["title"] for each in parts] == ["1 Act on it", "● It is done"]


def test_a_builder_that_is_not_there_is_named_with_the_way_out(
    docks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        BuildTrouble, match=r"Zensical is not installed; `pip install sopctl\[zensical\]` brings it"
    ):
        made(docks, Builder.ZENSICAL)
    assert not (docks / "site/html").exists()


def test_a_site_for_a_folder_names_every_file_and_asks_no_other_host(docks: Path) -> None:
    html = made(docks, offline=True)
    assert (html / "sops/DK-A-001.html").is_file()
    assert (html / "search/search_index.js").is_file()
    for page in html.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//', text), page
        assert Path(POLYFILL).name in text


def test_a_plug_in_or_script_of_the_writers_stays_in_a_site_for_a_folder(docks: Path) -> None:
    text = (docks / "mkdocs.yml").read_text("utf-8")
    writing.write(docks / "mkdocs.yml", text + "\nextra: {polyfills: [assets/own.js]}\n")
    writing.write(docks / "site/home/assets/own.js", "/* ours */")
    page = (made(docks, offline=True) / "index.html").read_text("utf-8")
    assert 'src="assets/own.js"' in page
    assert f'src="{POLYFILL}"' in page


def test_where_the_site_stands_is_read_from_the_configuration_and_what_it_inherits(docks: Path) -> None:
    assert own_configuration(docks).addresses(False) == ("", True)
    writing.write(docks / "base.yml", "site_url: https://sops.example/handbook\n")
    text = (docks / "mkdocs.yml").read_text("utf-8")
    writing.write(docks / "mkdocs.yml", f"INHERIT: base.yml\n{text}")
    own = own_configuration(docks)
    assert own.addresses(False) == ("https://sops.example/handbook/", True)
    assert own.addresses(True) == ("https://sops.example/handbook/", False)
    html = made(docks)
    places = [
        each.text for each in ElementTree.parse(html / "sitemap.xml").iter() if each.tag.endswith("}loc")
    ]
    assert "https://sops.example/handbook/sops/DK-A-001/" in places
    days = {
        each.text for each in ElementTree.parse(html / "sitemap.xml").iter() if each.tag.endswith("}lastmod")
    }
    assert days == {"2026-11-21"}
    assert '"page":"https://sops.example/handbook/sops/DK-A-001/"' in (html / "sops.json").read_text("utf-8")


def test_the_same_input_gives_the_same_site(docks: Path) -> None:
    writing.write(
        docks / "mkdocs.yml", f"site_url: https://sops.example/\n{(docks / 'mkdocs.yml').read_text('utf-8')}"
    )
    first = files.read_folder(made(docks))
    assert files.read_folder(made(docks)) == first


def test_a_page_that_is_not_there_says_so_in_our_words_unless_the_writers_have_their_own(docks: Path) -> None:
    assert "This page is not here" in (made(docks) / "404.html").read_text("utf-8")
    text = (docks / "mkdocs.yml").read_text("utf-8")
    writing.write(
        docks / "mkdocs.yml", text.replace("  name: material\n", "  name: material\n  custom_dir: house\n")
    )
    writing.write(docks / "house/404.html", "Lost at sea")
    assert (made(docks) / "404.html").read_text("utf-8") == "Lost at sea"


def test_complaints_are_told_of_the_files_that_writers_know() -> None:
    said = "WARNING -  Doc file 'sops/A.md' contains a link\nINFO -  fine\nERROR   -  lost\n"
    assert (
        builders.complaints(said, {"sops/A.md": "sops/A.yaml"})
        == "\n  sops/A.yaml (page sops/A.md) contains a link\n  lost"
    )


@pytest.mark.parametrize("text", ["x\n", "- a\n", "5\n"])
def test_settings_that_are_no_mapping_are_refused_in_our_words(docks: Path, text: str) -> None:
    writing.write(docks / "mkdocs.yml", text)
    with pytest.raises(BuildTrouble, match="holds no settings"):
        own_configuration(docks)


@pytest.mark.parametrize(
    ("theme", "said"),
    [("readthedocs", "the theme `readthedocs`"), ("{name: mkdocs, locale: de}", "the theme `mkdocs`"), ("", "another theme"),
     ("{name: null, custom_dir: house}", "another theme"), ("{custom_dir: house}", "another theme")],
)  # fmt: skip
def test_another_theme_than_ours_is_refused_before_anything_is_written(
    docks: Path, theme: str, said: str
) -> None:
    writing.write(docks / "mkdocs.yml", f"theme: {theme}\n")
    with pytest.raises(BuildTrouble) as raised:
        made(docks)
    assert str(raised.value) == (
        f"mkdocs.yml asks for {said}, and the pages are made for Material alone: "
        "write `name: material` under `theme`, or leave `theme` out"
    )
    assert not (docks / "site").exists()


@pytest.mark.parametrize("theme", ["material", "{name: material, custom_dir: house}", "{variant: modern}"])
def test_a_theme_that_is_material_or_may_be_is_taken(docks: Path, theme: str) -> None:
    writing.write(docks / "mkdocs.yml", f"theme: {theme}\n")
    assert builders.fit_configuration(docks).path == docks / "mkdocs.yml"


@pytest.mark.parametrize(
    ("own", "builder", "offline"),
    [
        (None, Builder.MKDOCS, False),
        pytest.param(None, Builder.ZENSICAL, True, marks=pytest.mark.skipif(find_spec("zensical") is None, reason="Zensical is not installed")),
        ("", Builder.MKDOCS, False),
        ("site_name: Another site\n", Builder.MKDOCS, True),
        pytest.param("# nothing yet\n", Builder.ZENSICAL, True, marks=pytest.mark.skipif(find_spec("zensical") is None, reason="Zensical is not installed")),
    ],
)  # fmt: skip
def test_what_the_settings_of_another_site_do_not_say_is_as_init_writes_it(
    docks: Path, own: str | None, builder: Builder, offline: bool
) -> None:
    usual = files.read_folder(made(docks, builder, offline=offline))
    (docks / "mkdocs.yml").unlink()
    if own is not None:
        (docks / "mkdocs.yml").write_text(own)
    assert own_configuration(docks).lacking == []
    found = files.read_folder(made(docks, builder, offline=offline))
    name = ((own or "").partition(": ")[2].strip() or "Procedures").encode()
    assert {path: data.replace(name, b"Procedures") for path, data in found.items()} == usual


@pytest.mark.parametrize(
    ("extensions", "lacking"),
    [
        ("[tables, toc]", ["md_in_html", "pymdownx.superfences"]),
        ("[markdown.extensions.extra, {pymdownx.superfences: {}}]", []),
        ("{pymdownx.extra: {}}", []),
        ("[pymdownx.superfences]", ["md_in_html"]),
        ("", ["md_in_html", "pymdownx.superfences"]),
    ],
)
def test_extensions_that_the_pages_need_are_asked_for_by_name_before_anything_is_written(
    docks: Path, extensions: str, lacking: list[str]
) -> None:
    writing.write(docks / "mkdocs.yml", f"site_name: Another site\nmarkdown_extensions: {extensions}\n")
    assert own_configuration(docks).lacking == lacking
    if lacking:
        names = " and ".join(f"`{each}`" for each in lacking)
        with pytest.raises(BuildTrouble, match=f"mkdocs.yml lacks .*: add {names} to its `markdown_ext"):
            made(docks)
        assert not (docks / "site").exists()
