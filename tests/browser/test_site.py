"""The whole site in a real browser: every kind of page, the search, the filters, and the site in a folder."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from stage import DESKTOP, PHONE, BuiltSite, Look, NewPage, Served, barriers, printed

from sopctl import files, writing
from sopctl.build import Places, build
from sopctl.library import Library
from sopctl.library import build as build_library
from sopctl.rules import USUAL, Rule

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
        return [*dict.fromkeys(place.partition("#")[0] for place in self.places(query))]

    def places(self, query: str) -> list[str]:
        """All that is found, the best first."""
        hrefs = self._page.evaluate(_SEARCH, query)
        return [re.sub(r"\?[^#]*", "", href.removeprefix(self._top)) for href in hrefs]


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


def test_a_procedure_is_reached_from_anywhere_by_keyboard_alone(site: BuiltSite, page: Page) -> None:
    page.goto(site.url("health/"))
    page.keyboard.press("/")
    page.keyboard.type("tsapp002")
    expect(page.locator(".md-search-result__item a").first).to_have_attribute(
        "href", re.compile("TS-APP-002")
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Appeal review")


_FIRST = {
    "roles": "roles/{}/",
    "schedules": "roles/{}/",
    "teams": "teams/{}/",
    "escalation_paths": "escalation-paths/#{}",
}


@pytest.mark.parametrize(
    "register",
    ["roles", "schedules", "teams", "clauses", "notices", "metrics", "facts", "escalation_paths", "calendars"],
)  # fmt: skip
def test_search_shows_an_entry_first_by_its_id(
    site: BuiltSite, page: Page, handbook: Library, register: str
) -> None:
    page.goto(site.url())
    search = Search(page, site.url())
    own = {id: _FIRST.get(register, f"{register}/#{{}}").format(id) for id in handbook.register(register)}
    shown = {id: search.places(id)[:3] for id in own}
    assert own
    assert {id: places for id, places in shown.items() if own[id] not in places} == {}


def test_search_shows_a_private_fact_by_its_id_also_where_no_page_says_it(
    site: BuiltSite, page: Page, handbook: Library
) -> None:
    page.goto(site.url())
    search = Search(page, site.url())
    facts = [(sop.id, id) for sop in handbook.sops for id in sop.facts or ()]
    shown = {(sop, id): search.places(id)[:3] for sop, id in facts}
    assert {fact for fact in facts if f"sops/{fact[0]}/#fact_{fact[1]}" not in shown[fact]} == set()
    search("authenticity")
    expect(page.locator(".md-search-result__item")).to_have_count(1)
    expect(page.locator(".md-search-result__meta")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#fact_authenticity$"))


def test_search_finds_the_terms_by_the_words_on_the_floor(
    site: BuiltSite, page: Page, handbook: Library
) -> None:
    page.goto(site.url())
    search = Search(page, site.url())
    aliases = [alias for term in handbook.glossary.values() for alias in term.aliases]
    assert [alias for alias in aliases if "glossary/" not in search(alias)[:10]] == []


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


def made(root: Path, texts: dict[str, str], *, rules: Sequence[Rule] = USUAL, offline: bool = False) -> Path:
    """The folder of the site of a small knowledge base."""
    shutil.copy(ROOT / "templates/start/mkdocs.yml", root)
    for path, text in texts.items():
        writing.write(root / path, text)
    places = Places.of(root)
    whole = build_library(files.texts_in(root, root / "sops"), TODAY, files.beside(root))
    built = build(places, whole, lambda _: None, rules=rules, offline=offline)
    assert not built.stopped, [each.message for each in built.diagnostics]
    return places.html


WORD = ("Donaudampfschifffahrtsgesellschaft" * 5)[:160]
ADDRESS = "https://intranet.example.org/policies/2026/trust-and-safety/deactivation-and-appeals"
COLUMNS = "Region Queue Coordinator Opening Closing Languages Escalation Supervisor Documentation".split()


def wordy() -> str:
    """A SOP with words that no column has room for, and a table of nine columns."""
    facts = {f"f{i}": {"ask": f"Is it {WORD} {i}?", "type": "yes-no"} for i in range(6)}
    long = "Did the vendor give evidence that the first decision of our team did not see, and in time?"
    facts |= {id: {"ask": long, "type": "yes-no"} for id in ("one", "two")} | {"flag": {"type": "yes-no"}}
    decisions = [
        [
            {"when": dict.fromkeys(list(facts)[:6], "yes"), "then": "three", "because": WORD},
            {"otherwise": "three"},
        ],
        [{"when": dict.fromkeys(list(facts)[6:], "yes"), "then": "four"}, {"otherwise": "four"}],
    ]
    steps: list[dict[str, object]] = [
        {"ask": f"Which page of {ADDRESS} is it?", "answers": {"vendor_account_permanently_deactivated_by_risk_engine_rule": "two", "b": "two"}},
        {"decide": decisions[0]},
        {"decide": decisions[1]},
        {"ask": f"Is it {WORD}?", "answers": {WORD: "done", "b": "done"}},
    ]  # fmt: skip
    named = [
        {"id": id, "title": "Look", "role": "lead"} | step
        for id, step in zip(("first", "two", "three", "four"), steps, strict=True)
    ]
    rows = [COLUMNS, ["---"] * 9, *[[f"{each}s" for each in COLUMNS]] * 2]
    notes = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    head = small("DK-A-001", "Long words").partition("steps: ")[0]
    history = [{"version": "1.0.0", "on": "2026-01-05", "author": "lead", "summary": "First"}]
    more = {"facts": facts, "steps": named, "notes": notes, "change_history": history}
    return head + "".join(f"{key}: {as_yaml(value)}\n" for key, value in more.items())


@pytest.fixture(scope="module")
def words_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    registers = "knowledge_base: {title: Docks}\nroles: {lead: {title: Lead}}\n"
    return made(
        tmp_path_factory.mktemp("words"), {"sops/registers.yaml": registers, "sops/DK-A-001.yaml": wordy()}, rules=()
    )  # fmt: skip


@pytest.mark.parametrize("look", [DESKTOP._replace(width=1280), PHONE], ids=lambda look: look.name)
def test_a_word_that_has_no_room_is_parted(
    words_site: Path, serve: Serve, new_page: NewPage, look: Look
) -> None:
    page = new_page(look)
    page.goto(f"{serve(words_site)}sops/DK-A-001/")
    wide = """() => [...document.querySelectorAll('.sop-walk :not(.sop-walk-unseen), .sop-in table')]
        .filter(each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')
        .map(each => each.outerHTML.slice(0, 60))"""
    for _ in range(11):  # each question of each step
        answer = page.locator(".sop-walk-now button").first
        expect(answer).to_be_visible()
        assert page.evaluate(wide) == []
        assert page.evaluate("document.documentElement.scrollWidth") == look.width
        answer.click()
    expect(page.locator(".sop-walk-trail")).to_be_attached()


def test_a_short_heading_beside_long_ones_stays_whole(
    words_site: Path, serve: Serve, new_page: NewPage
) -> None:
    page = new_page(DESKTOP._replace(width=1280))
    page.goto(f"{serve(words_site)}sops/DK-A-001/")
    heading = page.get_by_role("columnheader", name="Flag").get_by_role("link")
    assert heading.evaluate("each => each.getClientRects().length") == 1


def test_the_headings_of_a_wide_table_are_whole_words(site: BuiltSite, new_page: NewPage) -> None:
    page = new_page(DESKTOP._replace(width=1280))
    page.goto(site.url("sops/TS-DEA-001/"))
    heading = page.get_by_role("columnheader", name="mitigating circumstance").get_by_role("link")
    torn = """each => [...each.firstChild.data.matchAll(/\\S+/g)].filter(word => {
        const range = document.createRange()
        range.setStart(each.firstChild, word.index)
        range.setEnd(each.firstChild, word.index + word[0].length)
        return range.getClientRects().length > 1
    }).map(word => word[0])"""
    assert heading.evaluate(torn) == []


@pytest.mark.parametrize("path", ["coverage/", "roles/", "roles/ams-lead/"])
def test_on_a_phone_a_table_of_many_columns_is_a_block_for_each_row(
    site: BuiltSite, new_page: NewPage, path: str
) -> None:
    page = new_page(PHONE)
    page.goto(site.url(path))
    box = page.locator(".sop-scroll:has(.sop-stacked)").first
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    said = (
        box.locator("tbody tr")
        .first.locator("td[data-q]")
        .evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    )
    headings = box.locator("thead th").all_text_contents()
    assert [f'"{each}"' for each in headings[1:]] == said


@pytest.mark.parametrize("path", ["coverage/", "sops/", "roles/appeals-lead/"])
def test_on_paper_no_table_makes_the_letters_smaller(site: BuiltSite, new_page: NewPage, path: str) -> None:
    page = new_page(Look(673, 1000))  # a sheet of A4 between its margins
    page.emulate_media(media="print")
    page.goto(site.url(path))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_logo_shows_that_it_has_the_focus(site: BuiltSite, page: Page) -> None:
    page.goto(site.url())
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".md-logo:focus-visible").first).to_have_css("outline-style", "solid")


def test_on_paper_a_wide_table_keeps_all_its_columns(
    words_site: Path, serve: Serve, new_page: NewPage, tmp_path: Path
) -> None:
    page = new_page()
    page.goto(f"{serve(words_site)}sops/DK-A-001/")
    said = printed(page, tmp_path / "page.pdf")
    assert all(each in said for each in COLUMNS)


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


@pytest.mark.parametrize(
    ("language", "title", "query"),
    [("de", "Ein Schiff anhalten", "anhalten"), ("ja", "異議申し立て", "異議")],
)
def test_a_site_in_a_folder_is_searched_in_its_language(
    language: str, title: str, query: str, browser: Browser, new_page: NewPage, tmp_path: Path
) -> None:
    texts = {
        "mkdocs.yml": settings_in(language),
        "sops/people.yaml": "roles: {lead: {title: Lead}}\n",
        "sops/DK-A-002.yaml": small("DK-A-002", title),
    }
    top = f"{made(tmp_path, texts, offline=True).as_uri()}/"
    page = new_page(forgive=lambda said: "sitemap.xml" in said)
    page.goto(f"{top}sops/index.html")
    assert Search(page, top)(query)[:1] == ["sops/DK-A-002.html"]


def settings_in(language: str) -> str:
    """The settings of a new site, in a language."""
    settings = files.text_of(ROOT / "templates/start/mkdocs.yml")
    return settings.replace("  name: material", f"  name: material\n  language: {language}")


_OUTSIDE = """() => [...document.querySelectorAll(".sop-way svg :is(g, a)")].flatMap(each => {
    const {left, right} = each.querySelector("rect").getBoundingClientRect();
    return [...each.querySelectorAll("text")].filter(text => {
        const box = text.getBoundingClientRect();
        return box.left < left || box.right > right;
    }).map(text => text.textContent);
})"""


def test_from_right_to_left_numbers_stand_at_the_right_and_texts_within_their_boxes(
    browser: Browser, new_page: NewPage, tmp_path: Path
) -> None:
    texts = {
        "mkdocs.yml": settings_in("ar"),
        "sops/people.yaml": "roles: {lead: {title: مدير الأمان}}\n",
        "sops/DK-A-002.yaml": small("DK-A-002", "قرار إيقاف حساب البائع").replace(
            "Act on it", "اقرأ البلاغ كاملًا"
        ),
    }
    page = new_page(forgive=lambda said: "sitemap.xml" in said)
    page.goto((made(tmp_path, texts, offline=True) / "sops/DK-A-002.html").as_uri())
    assert page.locator(".sop-way svg text").count() > 2
    assert page.evaluate(_OUTSIDE) == []
    number, step = (page.locator(each).bounding_box() for each in (".sop-number", "h3.sop-step"))
    assert number
    assert step
    assert abs(number["x"] + number["width"] - step["x"] - step["width"]) < 1


# What others wrote


CORPORA = ROOT.parent / "shared/corpora"
NAUGHTY, PROSE = CORPORA / "naughty-strings/blns.json", CORPORA / "pagerduty-incident-response/docs"


def as_yaml(data: object) -> str:
    """One line of YAML; what YAML does not let stand is written as an escape."""
    text = json.dumps(data, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def naughty_registers(strings: list[str]) -> dict[str, object]:
    """Registers of which every text is one of the strings."""
    words = cycle(strings)

    def entries(word: str, count: int, make: Callable[[], dict[str, object]]) -> dict[str, object]:
        return {f"{word}-{i}": make() for i in range(count)}

    level = {"to": "role-0", "via": [next(words)], "ack_within": "1h"}
    return {
        "knowledge_base": {"title": next(words), "about": next(words)},
        "teams": entries("team", 9, lambda: {"title": next(words), "text": next(words)}),
        "roles": entries("role", 40, lambda: {"title": next(words), "text": next(words), "authority": [next(words)],
                                              "team": "team-0", "contact": {next(words): next(words)}}),
        "escalation_paths": entries("path", 40, lambda: {"title": next(words), "text": next(words), "needs": next(words), "levels": [level]}),
        "facts": entries("fact", 60, lambda: {"ask": next(words), "type": "choice", "source": next(words), "values": {"a": next(words)}}),
        "clauses": entries("clause", 60, lambda: {"text": next(words), "source": next(words)}),
        "notices": entries("notice", 60, lambda: {"title": next(words), "body": next(words), "fields": [next(words)]}),
        "metrics": entries("metric", 40, lambda: {"title": next(words), "definition": next(words), "unit": next(words)}),
        "glossary": entries("term", 60, lambda: {"title": next(words), "text": next(words), "aliases": [next(words)], "avoid": [next(words)]}),
    }  # fmt: skip


def naughty_sop(id: str, strings: list[str]) -> dict[str, object]:
    """A SOP of which every text is one of the strings; each stands in a step at least."""
    words = cycle(strings)
    steps = [
        {"id": f"step-{i}", "title": each, "role": f"role-{i}", "text": each, "checklist": [each], "tools": [each],
         "ask": each, "answers": {each: "done"}}
        for i, each in enumerate(strings)
    ]  # fmt: skip
    return {
        "id": id, "title": next(words), "version": "1.0.0", "status": "draft", "owner": "role-0", "purpose": next(words),
        "scope": next(words), "trigger": next(words), "prerequisites": [next(words)], "tags": strings, "notes": next(words),
        "audience": ["team-0"], "implements": ["clause-0"], "steps": steps,
        "outcomes": {"done": {"title": next(words), "text": next(words), "adverse": True, "notice": "notice-0", "appeal": next(words)}},
        "escalations": [{"when": next(words), "path": "path-0"}], "records": [{"what": next(words), "system": next(words)}],
        "training": {"required_for": ["role-0"], "questions": [{"ask": next(words), "choices": strings[:3], "answer": 1, "because": next(words)}]},
        "not_applicable": {"metrics": next(words)},
        "change_history": [{"version": "1.0.0", "on": "2026-01-05", "author": "role-0", "summary": next(words), "reason": next(words)}],
    }  # fmt: skip


_HEALTH = """() => ({
    h1: document.querySelectorAll("article h1").length,
    foot: document.querySelector("footer.md-footer") !== null && !document.querySelector("article .md-footer"),
    run: [...document.querySelectorAll("article *")].flatMap(each => each.getAttributeNames()
        .filter(name => name.startsWith("on") || /^\\s*(javascript|data|vbscript):/i.test(each.getAttribute(name)))),
    foreign: [...document.querySelectorAll("article :is(script, iframe, object, embed, link, base, form:not(.sop-filter))")]
        .filter(each => !each.src?.endsWith("/assets/procedures.js")).map(each => each.outerHTML),
    sections: document.querySelectorAll(".sop-step").length,
})"""


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the corpus is not there")
def test_naughty_strings_in_every_field_run_nothing_and_break_no_page(
    serve: Serve, new_page: NewPage, tmp_path: Path
) -> None:
    strings = [each for each in json.loads(NAUGHTY.read_text("utf-8")) if each.strip()]
    groups = [strings[start : start + 40] for start in range(0, len(strings), 40)]
    texts = {
        f"sops/DK-N-{i:03}.yaml": as_yaml(naughty_sop(f"DK-N-{i:03}", group))
        for i, group in enumerate(groups)
    }
    texts["sops/registers.yaml"] = as_yaml(naughty_registers(strings))
    address = serve(made(tmp_path, texts, rules=()))
    page = new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    wrong = {}
    for path in (
        *(f"sops/DK-N-{i:03}/" for i in range(len(groups))), "", "sops/", "roles/", "roles/role-0/", "teams/team-0/",
        "escalation-paths/", "facts/", "clauses/", "notices/", "metrics/", "glossary/", "tags/", "changes/", "coverage/",
        "reviews/", "health/",
    ):  # fmt: skip
        page.goto(address + path)
        expected = {"h1": 1, "foot": True, "run": [], "foreign": [], "sections": 0}
        if path.startswith("sops/DK"):
            expected["sections"] = len(groups[int(path[-4:-1])])
        if (found := page.evaluate(_HEALTH)) != expected:
            wrong[path] = found
    assert wrong == {}


@pytest.mark.skipif(not PROSE.exists(), reason="the corpus is not there")
def test_real_prose_in_a_sop_renders_as_mkdocs_renders_it(
    serve: Serve, new_page: NewPage, tmp_path: Path
) -> None:
    prose = {f"DK-P-{i:03}": text for i, text in enumerate(_prose())}
    assert len(prose) > 5
    texts = {"sops/people.yaml": "roles: {lead: {title: Lead}}\n"}
    for id, text in prose.items():
        texts[f"sops/{id}.yaml"] = small(id, "Read what others wrote", more=f"notes: {as_yaml(text)}\n")
        writing.write(tmp_path / f"site/home/prose/{id}.md", f"# Prose\n\n{text}")
    address = serve(made(tmp_path, texts, rules=()))
    page = new_page(DESKTOP._replace(scripts=False))
    differ = {}
    for id in prose:
        page.goto(f"{address}prose/{id}/")
        theirs = page.evaluate(_OUTLINE, "article.md-content__inner")
        page.goto(f"{address}sops/{id}/")
        ours = page.evaluate(_OUTLINE, "#_notes + .sop-text")
        assert len(theirs) > 5
        if ours != theirs:
            differ[id] = next(
                (each for each in zip(ours, theirs, strict=False) if each[0] != each[1]),
                (ours[-1:], theirs[-1:]),
            )
    assert differ == {}


def _prose() -> Iterator[str]:
    """The prose of a handbook, as far as it is plain Markdown without HTML and links to files that are not here,
    and MkDocs reads it as a code host does: to it, two quotations in a row are one."""
    for path in sorted(PROSE.rglob("*.md")):
        text = path.read_text("utf-8").removeprefix("---\n").partition("\n---\n")[2]
        text = re.sub(r"!?\[([^\]\n]*)\]\((?!https?:)[^)\n]*\)", r"\1", text)
        if text.strip() and not re.search(
            r"<[a-z!/]|^ *(?:!!!|\?\?\?)|\{[:#]|^\[[^\]]+\]:|^>.*\n\n>", text, re.MULTILINE
        ):
            yield text


_OUTLINE = """place => {
    const said = [];
    const walk = node => {
        for (const each of node.childNodes) {
            if (each.nodeType === Node.TEXT_NODE && each.data.trim()) said.push(each.data.trim().replace(/\\s+/g, " "));
            if (each.nodeType !== Node.ELEMENT_NODE || each.matches(".headerlink, h1, .md-source-file")) continue;
            const tag = each.tagName.replace(/^H[2-6]$/, "HEADING");
            if (!["DIV", "SPAN"].includes(tag)) said.push(tag === "A" ? `A ${each.href}` : tag);
            walk(each);
        }
    };
    walk(document.querySelector(place));
    return said;
}"""
