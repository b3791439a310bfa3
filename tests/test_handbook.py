"""The sample handbook: real enough to lean on, clean, and whole as a site."""

import gc
import weakref
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from sopctl import build as building
from sopctl import files, render, writing
from sopctl.build import Places
from sopctl.cli.publish import told
from sopctl.library import Library, build
from sopctl.lint import lint

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def library() -> Library:
    return build(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))


def test_no_rule_finds_anything_in_it_but_clauses_that_it_calls_unverified(library: Library) -> None:
    unverified = {
        ("clauses", id) for id, clause in library.clauses.items() if clause.confidence == "unverified"
    }
    found = [
        d for d in lint(library) if not (d.code == "SOP803" and d.pointer in unverified)
    ]  # said on purpose
    assert [f"{d.span.path}:{d.span.line} {d.code} {d.message}" for d in found] == []


def test_a_library_that_nobody_holds_is_forgotten() -> None:
    read = build(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))
    render.site(read, render.load(), (), tuple(lint(read)))
    held = weakref.ref(read)
    del read
    gc.collect()
    assert held() is None


def test_it_hides_no_finding(library: Library) -> None:
    assert [path for path, each in library.by_path.items() if "sopctl: ignore" in each.document.text] == []


def test_it_has_the_whole_portfolio(library: Library) -> None:
    assert len(library.sops) == 22
    assert all(sop.status == "effective" for sop in library.sops)
    assert all(sop.records and sop.metrics and sop.training and sop.escalations for sop in library.sops)


def test_about_a_third_is_written_in_markdown(library: Library) -> None:
    share = sum(library.path_of(sop).endswith(".md") for sop in library.sops) / len(library.sops)
    assert 0.25 <= share <= 0.45


def test_it_says_that_it_is_no_legal_advice(library: Library) -> None:
    assert library.knowledge_base is not None
    assert "nothing in it is legal advice" in " ".join((library.knowledge_base.about or "").split())


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "a" and values.get("href"):
            self.found.append(values["href"] or "")
        if values.get("id"):
            self.ids.add(values["id"] or "")
        source = (
            values.get("src")
            if tag in ("script", "img", "iframe")
            else values.get("href")
            if tag == "link"
            else None
        )
        if source and values.get("rel") != "canonical":
            self.loaded.append(source)


@pytest.fixture(scope="module")
def site(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("handbook")
    for name, data in files.read_folder(ROOT / "sops").items():
        writing.write(root / "sops" / name, data)
    for name in ("mkdocs.yml", "templates/start/mkdocs.yml"):
        if (ROOT / name).is_file():
            writing.write(root / name, (ROOT / name).read_bytes())
    built = building.build(Places.of(root), library, lambda message: None, commands=told())
    assert not built.stopped
    return root / "site/html"


def test_each_page_of_its_site_is_reached_by_links_and_every_link_leads_somewhere(site: Path) -> None:
    seen: dict[Path, _Links] = {}
    ahead = [site / "index.html"]
    wanted: list[tuple[Path, Path, str]] = []
    while ahead:
        page = ahead.pop()
        if page in seen:
            continue
        seen[page] = links = _Links()
        links.feed(page.read_text(encoding="utf-8"))
        for href in links.found:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                continue
            target = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
            target = target / "index.html" if target.is_dir() else target
            wanted.append((page, target, parts.fragment))
            if target.suffix == ".html" and target.is_file():
                ahead.append(target)
    assert [f"{a}: {b}" for a, b, _ in wanted if not b.is_file()] == []
    lost = [
        f"{a}: {b}#{f}"
        for a, b, f in wanted
        if f and b.suffix == ".html" and f not in seen[b].ids and not f.startswith("__")
    ]
    assert lost == []
    every = {page for page in site.rglob("*.html") if page.name != "404.html"}
    assert every == set(seen) - {site / "404.html"}


def test_its_site_loads_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        links = _Links()
        links.feed(page.read_text(encoding="utf-8"))
        assert [source for source in links.loaded if urlsplit(source).netloc] == []
