"""The whole site in a real browser: every kind of page, the search, the filters, and the site in a folder."""

import pytest
from stage import DESKTOP, BuiltSite, Look, NewPage, barriers

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
