"""Pages of the sample site in a real browser: whole, quiet, and asking nobody else."""

import pytest
from playwright.sync_api import Browser, expect
from stage import BuiltSite, Look, NewPage, listen


@pytest.mark.parametrize("path", ["", "sops/", "sops/TS-APP-002/", "roles/", "rules/SOP501/"])
def test_a_page_loads_without_an_error_and_from_here_alone(
    site: BuiltSite, new_page: NewPage, path: str
) -> None:
    page = new_page()
    page.goto(site.url(path), wait_until="load")
    expect(page.locator("h1")).to_be_visible()


def test_nothing_scrolls_sideways(site: BuiltSite, new_page: NewPage, each_look: Look) -> None:
    page = new_page(each_look)
    page.goto(site.url("sops/TS-APP-002/"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_error_and_a_call_to_another_host_do_not_pass_unheard(browser: Browser, site: BuiltSite) -> None:
    heard: list[str] = []
    context = browser.new_context()
    listen(context, heard.append)
    page = context.new_page()
    page.goto(site.url())
    page.evaluate("""() => {
        console.error("said");
        setTimeout(() => { throw new Error("thrown"); });
        return new Promise(done => {
            const picture = new Image();
            picture.onerror = done;
            picture.src = "http://elsewhere.example/";
        });
    }""")
    context.close()
    assert [any(word in each for each in heard) for word in ("said", "thrown", "elsewhere.example")] == [
        True
    ] * 3
