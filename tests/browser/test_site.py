"""The whole site in a real browser: every kind of page, the search, the filters, and the site in a folder."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from stage import DESKTOP, BuiltSite, Look, NewPage, Served, barriers

from sopctl import files
from sopctl.build import Places, build
from sopctl.library import Library
from sopctl.library import build as build_library

ROOT = Path(__file__).parent.parent.parent
TODAY = date(2026, 11, 21)

Serve = Callable[[Path], str]


@pytest.fixture
def serve(browser: Browser) -> Iterator[Serve]:
    """Serves folders until the pages are closed; asked for before `new_page`."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(Served(folder))


KINDS = (
    "", "sops/", "sops/TS-APP-002/", "roles/", "roles/decision-reviewer/", "roles/safety-oncall/", "teams/",
    "teams/appeals/", "escalation-paths/", "notices/", "metrics/", "glossary/", "clauses/", "facts/", "calendars/",
    "tags/", "changes/", "coverage/", "reviews/", "health/", "rules/", "rules/SOP501/", "format/", "commands/",
    "writing/", "programs/", "404.html",
)  # fmt: skip
"""One page of each kind."""


@pytest.mark.parametrize("look", [DESKTOP, Look(360, 740, dark=True)], ids=lambda look: look.name)
def test_every_kind_of_page_can_be_read_by_all_and_scrolls_one_way(
    site: BuiltSite, new_page: NewPage, look: Look
) -> None:
    page = new_page(look)
    found: dict[str, list[str]] = {}
    for path in KINDS:
        page.goto(site.url(path))
        said = barriers(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            said.append("it scrolls sideways")
        if said:
            found[path] = said
    assert found == {}


# Finding


_SEARCH = """async query => {
    const list = document.querySelector(".md-search-result__list"), input = document.querySelector(".md-search__input");
    const shown = new Promise(done => {
        let settled;
        const seen = () => { clearTimeout(settled); settled = setTimeout(() => { observer.disconnect(); done(); }, 80); };
        const observer = new MutationObserver(seen);
        observer.observe(list, {childList: true, subtree: true});
    });
    input.value = query;
    input.dispatchEvent(new KeyboardEvent("keyup", {bubbles: true}));
    await shown;
    return [...list.querySelectorAll("a")].map(each => each.href);
}"""


class Search:
    """The search of the theme on an open page, once its index is there."""

    def __init__(self, page: Page, top: str) -> None:
        self._page, self._top = page, top
        page.locator(".md-search__input").click()
        page.locator(".md-search__input").press_sequentially("a")
        expect(page.locator(".md-search-result__item").first).to_be_attached()

    def __call__(self, query: str) -> list[str]:
        """The pages that are found, each once, the best first."""
        hrefs = self._page.evaluate(_SEARCH, query)
        return [*dict.fromkeys(href.removeprefix(self._top).partition("?")[0] for href in hrefs)]


def test_search_finds_each_sop_by_its_id_with_and_without_hyphens_and_by_its_title(
    site: BuiltSite, page: Page, handbook: Library
) -> None:
    page.goto(site.url())
    search = Search(page, site.url())
    first = {
        (sop.id, query): search(query)[:1]
        for sop in handbook.sops
        for query in (sop.id, sop.id.replace("-", ""), " ".join(sop.id.lower().split("-")[1:]), sop.title)
    }
    assert {name: found for name, found in first.items() if found != [f"sops/{name[0]}/"]} == {}


def test_search_finds_the_terms_by_the_words_on_the_floor(
    site: BuiltSite, page: Page, handbook: Library
) -> None:
    page.goto(site.url())
    search = Search(page, site.url())
    aliases = [alias for term in handbook.glossary.values() for alias in term.aliases]
    assert [alias for alias in aliases if "glossary/" not in search(alias)[:5]] == []


def test_search_finds_the_sops_that_use_a_term_by_an_alias_that_none_of_them_says(
    serve: Serve, new_page: NewPage, tmp_path: Path
) -> None:
    texts = {
        "sops/words.yaml": "roles: {lead: {title: Lead}}\n"
        "glossary:\n  hold: {title: Temporary hold, text: Nothing moves., aliases: [deep freeze]}\n",
        "sops/DK-A-001.yaml": small("DK-A-001", "Stop a ship", text="Put a temporary hold on it."),
        "sops/DK-A-002.yaml": small("DK-A-002", "Let a ship go", text="Lift the [[term:hold|stop]]."),
        "sops/DK-A-003.yaml": small("DK-A-003", "Paint a ship", text="Paint it."),
    }
    address = serve(made(tmp_path, texts))
    page = new_page()
    page.goto(address)
    assert set(Search(page, address)("deep freeze")[:3]) == {"glossary/", "sops/DK-A-001/", "sops/DK-A-002/"}


def small(id: str, title: str, text: str = "Look.", more: str = "") -> str:
    """A SOP that says little."""
    return (
        f"id: {id}\ntitle: {title}\nversion: 1.0.0\nstatus: draft\nowner: lead\npurpose: Ships are safe.\n"
        f"scope: The dock.\ntrigger: A ship calls.\noutcomes: {{done: It is done}}\n{more}"
        f'steps: [{{id: act, title: Act on it, role: lead, text: "{text}", next: done}}]\n'
        "change_history: [{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}]\n"
    )


def made(root: Path, texts: dict[str, str], *, offline: bool = False) -> Path:
    """The folder of the site of a small knowledge base."""
    shutil.copy(ROOT / "templates/start/mkdocs.yml", root)
    for path, text in texts.items():
        files.write(root / path, text)
    places = Places.of(root)
    whole = build_library(files.texts_in(root, root / "sops"), TODAY, files.beside(root))
    built = build(places, whole, lambda _: None, offline=offline)
    assert not built.stopped, [each.message for each in built.diagnostics]
    return places.html


def test_filters_leave_the_procedures_that_fit_and_can_be_shared_and_used_by_keyboard(
    site: BuiltSite, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(site.url("sops/"))
    rows, output = page.locator(".sop-procedures tbody tr"), page.locator(".sop-filter output")
    every = rows.count()
    page.get_by_role("searchbox", name="Words").focus()
    page.keyboard.type("tsapp")
    expect(output).to_have_text(f"2 of {every}")
    page.keyboard.press("Tab")
    page.keyboard.type("Appeals")
    expect(page.get_by_label("Team")).to_have_value("appeals")
    shared = page.url
    assert shared.endswith("sops/?words=tsapp&team=appeals")

    other = new_page()
    other.goto(shared)
    expect(other.locator(".sop-procedures tbody tr:visible")).to_have_count(2)
    expect(other.locator(".sop-group:visible")).to_have_count(1)
    other.get_by_role("searchbox", name="Words").fill("")
    other.get_by_label("Team").select_option("")
    other.get_by_label("Status").select_option("effective")
    assert other.locator(".sop-procedures tbody tr:visible").count() == every


def test_without_scripts_the_lists_are_whole_and_show_no_filter(site: BuiltSite, new_page: NewPage) -> None:
    page = new_page(DESKTOP._replace(scripts=False))
    page.goto(site.url("sops/"))
    expect(page.locator(".sop-filter")).to_be_hidden()
    assert page.locator(".sop-procedures tbody tr:visible").count() == 22
    page.get_by_role("link", name="TS-APP-002 Appeal review").first.click()
    expect(page.locator("h1")).to_contain_text("Appeal review")


def test_the_first_page_weighs_little_beside_what_the_theme_brings(site: BuiltSite, page: Page) -> None:
    """The theme brings its styles and scripts, and fetches the index of its search meanwhile."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url(), wait_until="networkidle")
    own = [
        url
        for url in asked
        if not re.search(r"/assets/(stylesheets|javascripts|images)/|/sitemap\.xml|/search/", url)
    ]
    weight = sum(
        (site.folder / (urlsplit(url).path.lstrip("/") or "index.html")).stat().st_size for url in own
    )
    assert weight < 150_000, own


def test_an_old_address_leads_on_to_the_step(serve: Serve, new_page: NewPage, tmp_path: Path) -> None:
    texts = {
        "sops/people.yaml": "roles: {lead: {title: Lead}}\n",
        "sops/DK-A-002.yaml": small("DK-A-002", "Stop a ship", more="formerly: DK-A-001\n"),
    }
    address = serve(made(tmp_path, texts))
    page = new_page()
    page.goto(f"{address}sops/DK-A-001/#act")
    page.wait_for_url(f"{address}sops/DK-A-002/#act")
    quiet = new_page(DESKTOP._replace(scripts=False))
    quiet.goto(f"{address}sops/DK-A-001/")
    quiet.get_by_role("link", name="DK-A-002 Stop a ship").first.click()
    expect(quiet.locator("h1")).to_contain_text("Stop a ship")


# From a folder


def test_a_site_in_a_folder_needs_no_server_and_is_searched(
    browser: Browser, new_page: NewPage, tmp_path: Path
) -> None:
    texts = {
        "sops/people.yaml": "roles: {lead: {title: Lead}}\nglossary: {hold: {title: Hold, text: Nothing moves., aliases: [freeze]}}\n",
        "sops/DK-A-002.yaml": small("DK-A-002", "Stop a ship", text="Put a [[term:hold]] on it."),
    }
    top = f"{made(tmp_path, texts, offline=True).as_uri()}/"
    page = new_page(forgive=lambda said: "sitemap.xml" in said)  # the theme asks for it, and goes on without
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{top}index.html")
    search = Search(page, top)
    assert search("dka002")[:1] == ["sops/DK-A-002.html"]
    assert search("freeze")[:1] == ["glossary.html"]
    page.goto(f"{top}sops/index.html?words=dka002")
    expect(page.locator(".sop-procedures tbody tr:visible")).to_have_count(1)
    page.get_by_role("link", name="DK-A-002 Stop a ship").first.click()
    expect(page.locator("h1")).to_contain_text("Stop a ship")
    assert [url for url in asked if not url.startswith((top, "data:", "about:", "blob:"))] == []
