"""The walker of a page leads where `sopctl walk` leads, for whoever uses it and however they came."""

import re
from datetime import datetime
from typing import Any

import pytest
from cases import Case, scenarios, take
from hypothesis import given, settings
from playwright.sync_api import Locator, Page, expect
from stage import PHONE, BuiltSite, Look, NewPage, barriers
from test_walk import EVERY, SEEDS, Chance, library

from sopctl import files
from sopctl.library import Library
from sopctl.render import Links
from sopctl.render.walk_data import Walks

SOPS = [
    "PG-CHG-001", "PG-QA-001", "PG-TRN-001", "SP-AMS-001", "SP-APL-001", "SP-ONC-001", "SP-PCT-001",
    "SP-RTE-001", "TS-APP-001", "TS-APP-002", "TS-ARB-001", "TS-ARB-002", "TS-BGC-001", "TS-DEA-001",
    "TS-FRD-001", "TS-HLD-001", "TS-INT-001", "TS-INV-001", "TS-NOT-001", "TS-REA-001", "TS-SAF-001",
    "TS-STR-001",
]  # fmt: skip

REPLAY = """cases => cases.map(({ sop, said, date }) => {
    const answers = [], ahead = [...said];
    for (;;) {
        const way = sopctlWalk.walk(sop, answers), { why, name } = way.stop;
        if (why === "pause") answers.push(".");
        else if (way.waits && ahead.length) answers.push(ahead.shift());
        else return { why, name, left: ahead.length, trail: sopctlWalk.trail(way, new Date(date)) };
    }
})"""


def replayed(page: Page, cases: list[Case]) -> list[dict[str, Any]]:
    """Where the page's own `walk` takes cases, and the trails that it leaves."""
    day = "2026-11-21T12:00:00"
    told = [{"sop": c.sop, "said": [each.token for each in c.said], "date": day} for c in cases]
    found: list[dict[str, Any]] = page.evaluate(REPLAY, told)
    return found


@pytest.fixture(scope="session")
def told(handbook: Library) -> list[Case]:
    """Every scenario of the sample handbook."""
    return list(scenarios(handbook))


# The same ends and the same trails


def test_every_scenario_ends_on_the_page_as_in_the_command_and_leaves_the_same_trail(
    site: BuiltSite, page: Page, handbook: Library, told: list[Case]
) -> None:
    page.goto(site.url("sops/TS-APP-002/"))
    page.evaluate(
        "ids => Promise.all(ids.map(id => sopctlWalker.load(id)))", [sop.id for sop in handbook.sops]
    )
    found = replayed(page, told)
    wrong = [
        (case.sop, case.title, got, case)
        for case, got in zip(told, found, strict=True)
        if (got["why"], got["name"], tuple(got["trail"]), got["left"]) != (case.why, case.end, case.trail, 0)
    ]
    assert len(told) > 200
    assert wrong == []


class Dice:
    """Answers at random: mostly what fits, now and then what does not."""

    foretold = False

    def __init__(self, seed: int, made: Library) -> None:
        self._chance, self._made = Chance(seed), made

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        if self._chance.one_in(60):
            return None
        return "9" if self._chance.one_in(60) else self._chance.choice(sorted(EVERY[fact]))

    def answer(self, sop: str, step: str) -> str | None:
        return None if self._chance.one_in(60) else self._chance.choice(["one", "two"])

    def outcome(self, sop: str, step: str) -> str | None:
        found = self._made.sop(sop)
        ends = found.steps_by_id[step].on if found else {}
        handled = [end for end in ("good", "bad") if end in ends or "otherwise" in ends]
        return self._chance.choice(handled) if self._chance.one_in(4) else None


def test_random_cases_in_random_sops_go_the_same_way(page: Page) -> None:
    page.add_script_tag(path=files.find_data("site/home") / "assets/walk.js")

    @settings(deadline=None, max_examples=60)
    @given(SEEDS)
    def go_the_same_way(seed: int) -> None:
        made = library(*timed(Chance(seed)))
        walks = Walks(Links(made))
        page.evaluate("".join(walks.script(sop) for sop in made.sops))
        sop = made.sop("TS-A-001")
        assert sop is not None
        cases = [take(made, sop, "at random", Dice(seed + i, made))[0] for i in range(10)]
        for case, got in zip(cases, replayed(page, cases), strict=True):
            assert (got["why"], got["name"]) == (case.why, case.end)
            if case.why != "value":  # a page does not take down what it refuses
                assert got["trail"][2:] == list(case.trail[2:])

    go_the_same_way()


def timed(chance: Chance) -> list[dict[str, Any]]:
    """SOPs at random, with times that are sums, alternatives, cut off by a clock, or not there."""
    world = chance.world()
    for each in world.values():
        each["version"] = "1.0.0"
        for step in each["steps"]:
            times = [
                "4h",
                "1d",
                "2bd",
                "3bh",
                "1mo",
                [{"when": {"sure": "yes"}, "within": "2d"}, {"otherwise": "9bh"}],
                [{"when": {"sure": "yes"}, "within": "2d"}, {"when": {"count": "> 2"}, "within": "9bh"}],
            ]
            if not chance.one_in(6):
                step["within"] = chance.choice(times)
            if chance.one_in(4):
                step["wait"] = chance.choice(["1h", "1bd"])
        if chance.one_in(3):
            each["escalations"] = [
                {"after": chance.choice(["9h", "3bh", "2bd"]), "then": chance.choice(["good", "bad"])}
            ]
    return [*world.values()]


# Through the interface


def card(page: Page) -> Locator:
    return page.locator(".sop-walk-card")


def title(page: Page) -> Locator:
    return card(page).locator("h3")


def question(page: Page) -> Locator:
    """What the walker asks now."""
    return card(page).locator(".sop-walk-now")


def press(page: Page, words: str) -> None:
    card(page).get_by_role("button", name=words, exact=True).click()


def left_trail(page: Page) -> tuple[str, ...]:
    return tuple((card(page).locator(".sop-walk-trail").text_content() or "").split("\n"))


CLICK = """said => {
    const card = document.querySelector(".sop-walk-card"), ahead = [...said];
    while (!card.querySelector(".sop-walk-trail")) {
        const asks = card.querySelector(".sop-walk-now"), field = asks.querySelector("input");
        const buttons = [...asks.querySelectorAll("button")].filter(button => button.checkVisibility());
        const done = buttons.length === 1 && !field;
        const [token, words] = done ? ["", buttons[0].textContent] : ahead.shift();
        if (field) field.value = token.slice(1);
        const button = field ? buttons[0] : buttons.find(each => each.textContent === words);
        if (!button) return `no button says ${words}`;
        button.click();
    }
    return ahead.length ? `not asked: ${ahead}` : "";
}"""


@pytest.mark.parametrize("id", SOPS)
def test_every_outcome_can_be_clicked_to(site: BuiltSite, page: Page, told: list[Case], id: str) -> None:
    ways = {case.end: case for case in told if case.sop == id}
    page.clock.set_fixed_time(datetime(2026, 11, 21, 12))
    page.goto(site.url(f"sops/{id}/"))
    page.evaluate("ids => Promise.all(ids.map(id => sopctlWalker.load(id)))", SOPS)
    expect(question(page)).to_be_visible()
    for case in ways.values():
        assert page.evaluate(CLICK, case.said) == "", case.title
        assert left_trail(page) == case.trail
        press(page, "Start again")
    assert ways


def test_no_sop_of_the_handbook_is_left_out(handbook: Library, told: list[Case]) -> None:
    ends = {(case.sop, case.end) for case in told}
    assert [sop.id for sop in handbook.sops] == SOPS
    assert {(sop.id, end) for sop in handbook.sops for end in sop.outcomes} <= ends


# What a reader can do


def at(page: Page, site: BuiltSite, path: str) -> None:
    page.goto(site.url(f"sops/{path}"))
    expect(title(page)).to_be_visible()


def test_a_step_is_shown_with_its_role_its_clock_and_what_is_in_reach(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/")
    expect(title(page)).to_have_text("Measure the ship")
    for words in ("Step 1 of 6", "Dock agent", "within 2 hours", "Ship waits too long, first Dock lead"):
        expect(card(page)).to_contain_text(words)
    expect(card(page).locator(".sop-walk-text em")).to_have_text("long")
    expect(card(page).locator(".sop-walk-text a")).to_have_attribute("href", "#inspect")
    expect(card(page).get_by_label("The length is in the log")).not_to_be_checked()
    page.get_by_label("How long is the ship?").fill("120")
    press(page, "Go on")
    expect(card(page)).to_contain_text("within 4 hours")
    card(page).get_by_text("More about this step").click()
    for words in ("Pilot", "Dock lead", "The big winch"):
        expect(card(page).locator("dl")).to_contain_text(words)
    expect(card(page)).to_contain_text(
        "not done by whoever did Measure the ship, or reports to them, directly or not"
    )


def test_whom_a_step_goes_up_to_stands_on_top(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*clean/~__proto__")
    expect(title(page)).to_have_text("Ask the lead")
    about = card(page).locator(".sop-walk-about")
    expect(about).to_contain_text("goes up to Ship waits too long, first Dock lead")


@pytest.mark.parametrize(
    ("path", "now", "until"),
    [
        ("DK-OPN-001/", "2026-11-27T16:00Z", "by Fri 27 Nov 19:00 if begun now"),  # two hours
        ("DK-OPN-001/#walk/~50/./*clean", "2026-11-27T21:00Z", "by Mon 30 Nov 22:00 if begun now"),
        ("DK-OPN-001/#walk/~50", "2026-11-27T21:00Z", "by Fri 27 Nov 23:00 if begun now"),  # its row
    ],
)  # fmt: skip
def test_the_clock_of_a_step_is_told_by_the_clock_of_the_reader(
    harbour: BuiltSite, new_page: NewPage, path: str, now: str, until: str
) -> None:
    page = new_page(timezone_id="Europe/Berlin")
    page.clock.set_fixed_time(now)
    at(page, harbour, path)
    expect(card(page)).to_contain_text(until)


def test_a_number_in_full_width_digits_is_one(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/")
    field = page.get_by_label("How long is the ship?")
    field.fill("９９．５")
    field.press("Enter")
    expect(title(page)).not_to_have_text("Measure the ship")
    expect(card(page)).not_to_contain_text("Write a number")


@pytest.mark.parametrize(
    ("value", "words"),
    [("", "Write a number"), ("long", "Write a number"), ("0.5", "least that it can be is 1"),
     ("400.01", "most that it can be is 400"), ("1e2", "Write a number")],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused_and_said_why(
    harbour: BuiltSite, page: Page, value: str, words: str
) -> None:
    at(page, harbour, "DK-OPN-001/")
    field = page.get_by_label("How long is the ship?")
    field.fill(value)
    field.press("Enter")
    expect(card(page)).to_contain_text(words)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(title(page)).to_have_text("Measure the ship")


def test_a_whole_number_is_asked_where_the_fact_is_one(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-WAR-001/#walk/~home")
    page.get_by_label("How many people").fill("2.5")
    press(page, "Go on")
    expect(card(page)).to_contain_text("Write a whole number")


def test_the_reason_of_a_decision_is_given_and_the_end_says_what_to_send_and_how_to_contest(
    harbour: BuiltSite, page: Page
) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~300.001")
    expect(title(page)).to_contain_text("▲ The ship is too long")
    for words in ("The quay ends at 300 m.", "Turned away", "The harbour court, within four weeks."):
        expect(card(page)).to_contain_text(words)


def test_what_a_row_makes_of_other_facts_is_told(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-WAR-001/#walk/~home/~12")
    expect(card(page)).to_contain_text("“Is anybody sick?” is now Yes.")


def test_the_notice_of_the_end_is_told_apart_from_those_on_the_way(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*clean/~yes/!0.1")
    told = card(page).locator("dl > div").all_inner_texts()
    assert [each.split("\n") for each in told] == [
        ["Send", "Turned away"], ["Sent on the way", "Berth given"],
        ["To contest it", 'DK-WAR-001 Answer the "</script><img src=x onerror=alert(1)>" lawyer'],
    ]  # fmt: skip


def test_a_call_goes_through_the_called_sop_and_comes_back_with_its_outcome(
    harbour: BuiltSite, page: Page
) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/.")
    expect(card(page)).to_contain_text("DK-INS-001 Inspect a ship")
    press(page, "Go through its steps")
    expect(title(page)).to_have_text("Go on board")
    expect(card(page)).to_contain_text("called by DK-OPN-001 step 3")
    assert card(page).locator(".sop-walk-text p").all_inner_texts() == [
        "Take gloves:", "• the yellow ones", "• never leather",
    ]  # fmt: skip
    expect(card(page).get_by_role("link", name="In the procedure")).to_have_attribute(
        "href", re.compile("/sops/DK-INS-001/#board$")
    )
    press(page, "Done, go on")
    press(page, "No")
    press(page, "No")
    expect(title(page)).to_have_text("Count the crew")


def test_back_leads_out_of_a_call_again_step_by_step(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*/./~no/~no/~yes")
    seen = ["Moor her", "Count the crew", "Look into the hold", "Look into the hold", "Go on board",
            "Have her inspected", "Prepare the berth", "Measure the ship"]  # fmt: skip
    for words in seen:
        expect(title(page)).to_have_text(words)
        if words != seen[-1]:
            press(page, "← Back")
    expect(card(page).get_by_role("button", name="← Back")).to_have_count(0)


def test_the_way_so_far_leads_back_to_any_step(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*/./~no/~no/~yes")
    card(page).get_by_text("The way so far: 6 steps").click()
    press(page, "Prepare the berth")
    expect(title(page)).to_have_text("Prepare the berth")


def test_an_answer_at_the_same_step_can_be_changed(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-INS-001/#walk/./~no")
    sick = card(page).get_by_role("group", name="Is anybody sick?")
    expect(sick.get_by_role("button", pressed=True)).to_have_text("No")
    sick.get_by_role("button", name="Yes").click()
    expect(title(page)).to_contain_text("She must wait")


def test_a_known_end_of_a_call_can_be_told_instead(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/.")
    press(page, "She must wait")
    expect(title(page)).to_contain_text("The ship waits outside")
    assert "  3. inspect: DK-INS-001 came back as `quarantine`, as given" in left_trail(page)


def test_a_loop_is_left_when_it_was_gone_round_often_enough(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*clean/~no")
    expect(card(page)).to_contain_text("Step 4 of 6, time 2 of at most 2")
    press(page, "No")
    expect(title(page)).to_have_text("Ask the lead")
    expect(card(page)).to_contain_text("“Count the crew” was done as often as it may be.")
    press(page, "No")
    assert "  5. count: answer `no`; `count` was entered 2 times already" in left_trail(page)


@pytest.mark.parametrize(
    ("words", "end"),
    [("Constructor", "Handed over to DK-WAR-001"), ("__proto__", "Ask the lead")],
)
def test_answers_that_are_words_of_the_language_are_only_answers(
    harbour: BuiltSite, page: Page, words: str, end: str
) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*clean")
    press(page, words)
    expect(title(page)).to_contain_text(end)


def test_something_that_happens_at_any_time_takes_the_case_away(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*/.")
    card(page).get_by_text("Something else has happened").click()
    for words in (
        "4 hours after the start",
        "Ship waits too long",
        "The ship sinks",
        "A storm warning is out",
    ):
        expect(card(page)).to_contain_text(words)
    press(page, "→ The ship is turned away")
    expect(title(page)).to_contain_text("The ship is turned away")
    assert "  5.   DK-INS-001#look: left: A storm warning is out" in left_trail(page)


def test_what_happens_inside_a_call_ends_the_call_alone(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*/./!1.0")
    expect(title(page)).to_contain_text("The ship waits outside")


def test_a_hand_off_goes_on_in_the_other_sop_with_the_shared_facts(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-WAR-001/#walk/crew=7/~other")
    expect(title(page)).to_contain_text("Handed over to DK-OPN-001")
    card(page).get_by_role("link", name="Go on with DK-OPN-001").click()
    page.wait_for_url(re.compile("DK-OPN-001/#walk/"))
    at(page, harbour, "DK-WAR-001/" + page.url.partition("/DK-OPN-001/")[2])
    press(page, "Done, go on")  # neither fact is asked again
    expect(title(page)).to_contain_text("Handed over")


def test_facts_that_were_brought_along_are_told_and_can_be_let_go(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-WAR-001/#walk/flag=home")
    expect(card(page)).to_contain_text("Known from before: Which flag does she fly? Ours")
    expect(question(page)).to_contain_text("How many people are on board?")
    page.reload()
    expect(question(page)).to_contain_text("How many people are on board?")
    press(page, "Start again")
    expect(question(page)).to_contain_text("Which flag does she fly?")


def test_who_must_not_work_by_a_sop_is_told_first(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-WAR-001/")
    first = card(page).locator("> *").first
    expect(first).to_contain_text("This is a draft. Do not work by it yet.")


def test_words_of_writers_are_shown_and_never_run(harbour: BuiltSite, page: Page) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    at(page, harbour, "DK-WAR-001/")
    expect(title(page)).to_have_text("File </script><img src=x onerror=alert(1)>")
    press(page, "Ours")
    page.get_by_label("How many people").fill("3")
    press(page, "Go on")
    expect(card(page)).to_contain_text("</script><img src=x onerror=alert(1)>")
    assert card(page).locator("img").count() == 0


# Kept, shared, and started again


def test_a_reload_finds_the_same_step_and_what_was_ticked(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/")
    page.get_by_label("The rod is dry").check()
    page.reload()
    expect(page.get_by_label("The rod is dry")).to_be_checked()
    page.get_by_label("How long is the ship?").fill("50")
    press(page, "Go on")
    page.goto(harbour.url("sops/DK-OPN-001/"))
    expect(title(page)).to_have_text("Prepare the berth")
    press(page, "Start again")
    expect(title(page)).to_have_text("Measure the ship")
    expect(page.get_by_label("The rod is dry")).not_to_be_checked()
    page.reload()
    expect(title(page)).to_have_text("Measure the ship")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('sopctl')).length") == 0
    assert "#" not in page.url


@pytest.mark.parametrize(
    "kept", ["", "5", "{", '{"at": 7, "ticks": 7}', '{"at": "#walk/~9999"}', '{"ticks": {"a": 1}}']
)
def test_what_was_kept_and_cannot_be_read_is_forgotten(harbour: BuiltSite, page: Page, kept: str) -> None:
    at(page, harbour, "DK-OPN-001/")
    page.evaluate("kept => localStorage.setItem(`sopctl-walk ${location.pathname} 1.2.0`, kept)", kept)
    page.reload()
    expect(title(page)).to_have_text("Measure the ship")


def test_an_address_leads_somebody_else_to_the_same_step(harbour: BuiltSite, new_page: NewPage) -> None:
    mine, theirs = new_page(), new_page()
    at(mine, harbour, "DK-OPN-001/#walk/~50/./*/.")
    press(mine, "No")
    theirs.goto(mine.url)
    expect(title(theirs)).to_have_text("Look into the hold")
    expect(question(theirs)).to_contain_text("Does the hold smell?")


def test_the_link_to_a_step_can_be_copied(harbour: BuiltSite, new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    at(page, harbour, "DK-OPN-001/#walk/~50")
    press(page, "Copy link")
    expect(page.get_by_role("status")).to_contain_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == harbour.url("sops/DK-OPN-001/#walk/~50")


def test_the_trail_can_be_copied(harbour: BuiltSite, new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    at(page, harbour, "DK-OPN-001/#walk/~350")
    press(page, "Copy the trail")
    expect(page.get_by_role("status")).to_contain_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert tuple(copied.split("\n")) == left_trail(page)
    assert copied.startswith("DK-OPN-001 version 1.2.0: Open the dock\nwalked on ")


@pytest.mark.parametrize(
    "hash",
    [
        "#walk/~50/~50", "#walk/<img src=x onerror=alert(1)>", "#walk/!9.9", "#walk/!__proto__.0", "#walk/%",
        "#walk/~50/./*nowhere", "#walk/__proto__=1", "#walk/length=long", "#walk/~9999", "#walk/" + "./" * 5000,
        "#walk/javascript:alert(1)", "#walk/%00/%2F..%2F", "#walk/~50/./*clean/~maybe", "#walk/!NaN.NaN/~1",
    ],
)  # fmt: skip
def test_an_address_that_was_made_up_does_nothing(harbour: BuiltSite, page: Page, hash: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(harbour.url(f"sops/DK-OPN-001/{hash}"))
    expect(title(page)).to_have_text("Measure the ship")
    expect(page.get_by_role("status")).to_contain_text("do not fit version 1.2.0")


def test_it_works_where_nothing_can_be_stored(harbour: BuiltSite, new_page: NewPage) -> None:
    page = new_page(forgive=lambda said: "no storage here" in said)  # the theme keeps its palette there
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage here'); } })"
    )
    at(page, harbour, "DK-OPN-001/")
    page.get_by_label("How long is the ship?").fill("50")
    press(page, "Go on")
    press(page, "Done, go on")
    page.reload()
    expect(title(page)).to_have_text("Have her inspected")  # the address knows


def of_the_theme(said: str) -> bool:
    """Files that the theme asks for, and that no page may ask for where it was opened from a folder."""
    return "sitemap.xml" in said or "search" in said or "net::ERR_FAILED" in said


def test_it_works_from_a_folder(harbour: BuiltSite, new_page: NewPage) -> None:
    page = new_page(forgive=of_the_theme)
    page.goto(harbour.file_url("sops/DK-OPN-001/"))
    page.get_by_label("How long is the ship?").fill("50")
    press(page, "Go on")
    press(page, "Done, go on")
    press(page, "Go through its steps")
    expect(title(page)).to_have_text("Go on board")
    page.reload()
    expect(title(page)).to_have_text("Go on board")


def test_steps_that_cannot_be_loaded_are_told_with_their_page(harbour: BuiltSite, new_page: NewPage) -> None:
    page = new_page(forgive=lambda said: "Failed to load resource" in said)
    page.route("**/DK-INS-001.walk.js*", lambda route: route.abort())
    at(page, harbour, "DK-OPN-001/#walk/~50/.")
    press(page, "Go through its steps")
    expect(card(page)).to_contain_text("The steps of DK-INS-001 could not be loaded.")
    expect(card(page).get_by_role("link", name="its page")).to_have_attribute(
        "href", re.compile("DK-INS-001/$")
    )
    press(page, "← Back")
    page.unroute("**/DK-INS-001.walk.js*")
    press(page, "Go through its steps")
    expect(title(page)).to_have_text("Go on board")


def test_without_scripts_the_procedure_stands_alone(harbour: BuiltSite, new_page: NewPage) -> None:
    page = new_page(Look(scripts=False))
    page.goto(harbour.url("sops/DK-OPN-001/"))
    expect(page.locator(".sop-walk")).to_be_hidden()
    expect(page.locator("#measure")).to_be_visible()


def test_it_vanishes_on_paper(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/")
    page.emulate_media(media="print")
    expect(page.locator(".sop-walk")).to_be_hidden()
    expect(page.locator("#measure")).to_be_visible()


# For everybody

STATES = {
    "a number": "DK-OPN-001/",
    "a step": "DK-OPN-001/#walk/~50",
    "a call": "DK-OPN-001/#walk/~50/.",
    "a changed answer": "DK-INS-001/#walk/./~no",
    "a draft": "DK-WAR-001/",
    "an adverse end": "DK-OPN-001/#walk/~350",
    "a good end": "DK-OPN-001/#walk/~50/./*clean/~yes/.",
    "a hand-off": "DK-OPN-001/#walk/~50/!0.2",
}


def test_axe_finds_no_barrier(harbour: BuiltSite, new_page: NewPage, each_look: Look) -> None:
    page = new_page(each_look)
    for name, path in STATES.items():
        page.goto("about:blank")
        at(page, harbour, path)
        for fold in card(page).locator("details > summary").all():
            fold.click()
        assert barriers(page, ".sop-walk") == [], name


def test_a_phone_has_the_whole_width_and_large_targets(harbour: BuiltSite, new_page: NewPage) -> None:
    page = new_page(PHONE._replace(width=360))
    for path in STATES.values():
        page.goto("about:blank")
        at(page, harbour, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert (card(page).bounding_box() or {})["width"] == 360
        targets = card(page).locator(
            "button, summary, .sop-walk-main, label:has(input[type=checkbox]), input[id]"
        )
        heights = [(target.bounding_box() or {"height": 0})["height"] for target in targets.all()]
        assert min(heights) >= 44


def test_the_keyboard_alone_leads_through_and_out(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*/.")
    keys = page.keyboard
    page.evaluate("document.querySelector('.sop-walk-now button').focus()")
    keys.press("Tab")
    keys.press("Enter")  # No
    expect(card(page).locator("legend").last).to_be_focused()
    expect(card(page).locator("legend").last).to_have_text("Does the hold smell?")
    keys.press("Tab")
    keys.press("Space")  # Yes
    expect(title(page)).to_be_focused()
    expect(title(page)).to_contain_text("The ship waits outside")
    seen = []
    for _ in range(20):
        keys.press("Tab")
        seen.append(page.evaluate("Boolean(document.activeElement.closest('.sop-walk-card'))"))
        if not seen[-1]:
            break
    assert seen[0]
    assert not seen[-1], "the keyboard cannot leave the walker"


def test_an_address_brings_the_step_into_sight_and_marks_it_in_the_picture(
    harbour: BuiltSite, page: Page
) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50/./*/.")
    expect(page.locator(".sop-way [aria-current=step]")).to_contain_text("Have her inspected")
    expect(title(page)).to_be_in_viewport()
    press(page, "Start again")
    expect(page.locator(".sop-way [aria-current=step]")).to_contain_text("Measure the ship")


def test_the_focus_stays_where_it_was_when_the_page_opens(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-OPN-001/#walk/~50")
    assert page.evaluate("document.activeElement === document.body")


def test_a_reason_is_said_to_who_cannot_see_it(harbour: BuiltSite, page: Page) -> None:
    at(page, harbour, "DK-INS-001/#walk/./~no")
    question(page).get_by_role("button", name="Yes").click()
    expect(page.locator(".sop-walk [role=status]")).to_have_text("A smell is enough.")


def test_a_strict_policy_of_the_server_does_not_stop_it(harbour: BuiltSite, page: Page) -> None:
    bare = """<!doctype html><html lang="en"><title>Bare</title>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'">
    <section class="sop-walk" data-sop="DK-WAR-001" hidden></section>
    <script src="../../assets/walk.js" defer></script><script src="../../assets/walker.js" defer></script>"""
    page.route("**/sops/bare/", lambda route: route.fulfill(body=bare, content_type="text/html"))
    at(page, harbour, "bare/")
    press(page, "Ours")
    page.get_by_label("How many people").fill("3")
    press(page, "Go on")
    expect(title(page)).to_contain_text("</script><img src=x onerror=alert(1)>")
    assert card(page).locator("img").count() == 0


def test_a_page_loads_the_steps_of_others_only_when_they_are_needed(harbour: BuiltSite, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    at(page, harbour, "DK-OPN-001/#walk/~50/.")
    assert not [url for url in asked if "DK-INS-001" in url]
    press(page, "Go through its steps")
    expect(title(page)).to_have_text("Go on board")
    assert len([url for url in asked if "DK-INS-001" in url]) == 1
