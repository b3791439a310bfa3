"""The page of a SOP in a real browser: read, pointed at, answered, printed; with scripts and without."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from stage import DESKTOP, PHONE, BuiltSite, Look, NewPage, barriers, printed


def _from_a_folder(said: str) -> bool:
    """The theme asks for its search index, which a browser refuses to a page without a server."""
    return "file://" in said


SHORT, LONG = "sops/SP-ONC-001/", "sops/TS-APP-002/"


@pytest.mark.parametrize("path", [LONG, "escalation-paths/"])
def test_nobody_is_barred_from_a_page(site: BuiltSite, new_page: NewPage, each_look: Look, path: str) -> None:
    page = new_page(each_look)
    page.goto(site.url(path))
    assert barriers(page) == []


@pytest.mark.parametrize("path", [SHORT, LONG, "sops/TS-DEA-001/", "sops/PG-CHG-001/"])
def test_a_page_fits_the_narrowest_phone(site: BuiltSite, new_page: NewPage, path: str) -> None:
    page = new_page(Look(360, 740))
    page.goto(site.url(path))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wide = "[...document.querySelectorAll('.sop-in *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    assert page.evaluate(wide) == 0


def test_no_words_of_the_picture_leave_their_boxes(
    site: BuiltSite, new_page: NewPage, each_look: Look
) -> None:
    page = new_page(each_look)
    for path in (SHORT, LONG, "sops/TS-DEA-001/"):
        page.goto(site.url(path))
        out = page.evaluate("""() => [...document.querySelectorAll('.sop-way text')].filter(text => {
            const box = text.parentElement.querySelector('rect').getBBox(), words = text.getBBox();
            return words.x < box.x || words.x + words.width > box.x + box.width
                || words.y < box.y || words.y + words.height > box.y + box.height;
        }).map(text => text.textContent)""")
        assert out == []


def test_the_picture_leads_to_the_steps(site: BuiltSite, page: Page) -> None:
    page.goto(site.url(LONG))
    page.locator(".sop-way a").nth(3).click()
    expect(page).to_have_url(site.url(f"{LONG}#weigh-facts"))


def test_everything_is_there_without_scripts(site: BuiltSite, new_page: NewPage) -> None:
    page = new_page(DESKTOP._replace(scripts=False))
    page.goto(site.url(LONG))
    assert page.locator(".sop-step").count() == 18
    expect(page.locator(".sop-way svg")).to_be_visible()
    expect(page.locator(".sop-bar").first).to_be_visible()
    question = page.locator(".sop-question").first
    expect(question.locator(".sop-why")).to_be_hidden()
    question.locator("summary").first.click()
    expect(question.locator("details[open] > p")).to_be_visible()
    expect(question.locator(".sop-why")).to_be_visible()


def test_a_question_tells_right_from_wrong(site: BuiltSite, page: Page) -> None:
    page.goto(site.url(LONG))
    for question in page.locator(".sop-question").all():
        said = []
        for choice in question.locator("summary").all():
            choice.click()
            said.append(question.locator("details[open] > p").inner_text())
        assert said.count("✓ Right.") == 1
        assert set(said) == {"✓ Right.", "✗ No."}


# What a link means


def test_pointing_at_a_role_tells_what_it_is(site: BuiltSite, page: Page) -> None:
    page.goto(site.url(LONG))
    page.locator(".sop-facts a", has_text="Appeals lead").hover()
    note = page.locator(".sop-meaning")
    expect(note).to_contain_text("Role")
    expect(note).to_contain_text("Reports to")
    note.hover()
    page.wait_for_timeout(400)
    expect(note).to_be_visible()
    page.mouse.move(5, 500)
    expect(note).to_be_hidden()


def test_a_meaning_comes_by_keyboard_and_goes_with_escape(site: BuiltSite, page: Page) -> None:
    page.goto(site.url(LONG))
    link = page.locator(".md-content a", has_text="Preponderance").first
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    note = page.locator(".sop-meaning")
    expect(note).to_contain_text("more likely than not", ignore_case=True)
    expect(link).to_have_attribute("aria-describedby", "sop-meaning")
    assert barriers(page, ".sop-meaning") == []
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(link).not_to_have_attribute("aria-describedby", "sop-meaning")


def test_the_first_touch_explains_and_the_second_follows(site: BuiltSite, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(site.url(LONG))
    link = page.locator(".sop-facts a", has_text="Appeals lead")
    link.tap()
    expect(page.locator(".sop-meaning")).to_contain_text("Role")
    assert page.url == site.url(LONG)
    link.tap()
    expect(page).to_have_url(site.url("roles/appeals-lead/"))


def test_meanings_work_from_a_folder_too(site: BuiltSite, new_page: NewPage) -> None:
    page = new_page(forgive=_from_a_folder)
    page.goto(site.file_url(LONG))
    page.locator(".sop-facts a", has_text="Appeals lead").hover()
    expect(page.locator(".sop-meaning")).to_contain_text("Reports to")


def test_a_page_carries_no_meanings_of_its_own(site: BuiltSite, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url(LONG))
    assert not any("meanings.js" in each for each in asked)


# Paper


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_every_sheet_names_the_sop_its_version_and_its_number(
    site: BuiltSite, page: Page, tmp_path: Path, paper: str
) -> None:
    page.goto(site.url(SHORT))
    sheets = printed(page, tmp_path / "page.pdf", paper).rstrip("\f").split("\f")
    for number, sheet in enumerate(sheets, 1):
        lines = [line for line in sheet.splitlines() if line.strip()]
        assert "SP-ONC-001" in lines[0]
        assert "version" in lines[0]
        assert f"page {number} of {len(sheets)}" in lines[-1]
        assert len(lines) > 4, "a sheet is empty"


def test_what_only_a_screen_can_do_is_not_printed(site: BuiltSite, page: Page, tmp_path: Path) -> None:
    page.goto(site.url(LONG))
    said = printed(page, tmp_path / "page.pdf")
    for absent in ("Report a mistake", "Start again", "On this page", "Edit this SOP", "Table of contents"):
        assert absent not in said
    assert "Rebuild the file as it stood" in said


def test_on_paper_a_way_too_long_to_be_read_is_left_to_the_steps(
    site: BuiltSite, page: Page, tmp_path: Path
) -> None:
    page.goto(site.url(LONG))
    said = printed(page, tmp_path / "page.pdf")
    assert "The way through" not in said
    assert "Before you start" in said.partition("\f")[0]


def test_on_paper_a_long_table_goes_on_overleaf_between_its_rows(site: BuiltSite, page: Page) -> None:
    page.goto(site.url(LONG))
    page.emulate_media(media="print")
    breaks = page.evaluate("""() => [...document.querySelectorAll('.sop-rest > table')]
        .filter(table => table.tBodies[0].rows.length > 3)
        .map(table => [table, table.tBodies[0].rows[0]].map(each => getComputedStyle(each).breakInside).join())""")
    assert {*breaks} == {"auto,avoid"}


def test_on_paper_what_a_step_sends_or_runs_stays_with_its_decision(site: BuiltSite, page: Page) -> None:
    page.goto(site.url(LONG))
    page.emulate_media(media="print")
    breaks = page.evaluate("""() => [...document.querySelectorAll('.sop-fields')]
        .filter(each => each.nextElementSibling?.matches('.sop-table, .sop-ask, .sop-note'))
        .map(each => getComputedStyle(each).breakAfter)""")
    assert {*breaks} == {"avoid"}


def test_on_paper_a_link_to_a_procedure_names_its_id_once(
    site: BuiltSite, page: Page, tmp_path: Path
) -> None:
    page.goto(site.url(SHORT))
    said = " ".join(printed(page, tmp_path / "page.pdf").split())
    assert "Product compliance takedown (SP-PCT-001)" in said
    assert "Product compliance takedown (SP-PCT-001) (SP-PCT-001)" not in said
    assert "SP-PCT-001 Product compliance takedown (SP-PCT-001)" not in said
    assert "(SP-ONC-001)" not in said


def test_the_checklist_can_be_printed_alone(site: BuiltSite, new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(forgive=_from_a_folder)
    page.goto(site.file_url(f"{LONG}#_checklist"))
    said = printed(page, tmp_path / "list.pdf")
    assert "The notice and the proof of its delivery are in the case" in said
    assert "Case" in said
    assert "Open the case and put the documents" not in said
    assert "How it can end" not in said
    page.get_by_role("link", name="The whole procedure").click()
    expect(page.locator("#_outcomes")).to_be_visible()
