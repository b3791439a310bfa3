"""Pages that look over the whole leave nobody and nothing out."""

import re
from datetime import date

import pytest
from test_render import full, made

from sopctl import library
from sopctl.analysis.clause_trace import trace
from sopctl.analysis.health import health
from sopctl.cli.show import Page as Shown
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.render import Links, Site, overviews, words
from sopctl.render.ladder import starts
from sopctl.render.pages import contents, nav
from sopctl.render.people import Work, tightest

TODAY = date(2026, 11, 21)
REGISTERS = """\
roles:
  lead: {title: Lead, team: docks}
  agent: {title: Agent, team: docks, reports_to: lead}
  night: {title: Night agent}
teams: {docks: {title: Docks, lead: lead}}
schedules: {watch: {title: Watch, roles: [agent, night]}}
escalation_paths:
  late: {title: Late, levels: [{to: watch, via: [page], ack_within: 15m}, {to: [lead, agent], ack_within: 1h}], on_exhausted: lead}
glossary:
  hold: {title: Temporary hold, text: Nothing moves., aliases: [freeze, hold]}
  crane: {title: Crane, text: It lifts., aliases: [hoist]}
"""
SOP = """\
id: DK-A-001
title: Stop a ship
version: 2.1.0
status: effective
owner: lead
purpose: Ships are safe.
scope: The dock.
trigger: A ship calls.
effective_on: 2026-01-05
review_by: 2027-02-05
steps:
  - {id: see, title: See the ship, role: watch, within: 1d, on_overdue: late, consulted: night}
  - {id: act, title: Put a temporary hold on it, role: agent, within: 4h, checklist: [{text: Lamp, role: night}]}
  - {id: ask, title: Ask, escalate: late, next: done}
outcomes: {done: It is done}
escalations: [{when: It sinks, path: late}, {after: 3d, path: late}, {after: 1d, from: act, path: late}]
training: {required_for: [agent], pass_mark: 80, questions: [{ask: What?, choices: [a, b], answer: 1}]}
change_history:
  - {version: 2.1.0, on: 2026-10-01, author: lead, summary: Clearer}
  - {version: 2.0.0, on: 2026-05-01, author: lead, summary: Who sees}
  - {version: 1.0.0, on: 2026-01-05, author: lead, summary: First}
"""


@pytest.fixture(scope="module")
def docks() -> Library:
    return library.build({"sops/registers.yaml": REGISTERS, "sops/DK-A-001.yaml": SOP}, TODAY)


def test_a_trainer_sees_what_a_role_does_and_what_it_must_pass(docks: Library) -> None:
    [line] = Work(docks).syllabus("agent")
    assert (line.steps, line.tightest, line.trained, line.questions, line.mark) == (2, "4 hours", True, 1, 80)
    assert line.since is not None
    assert line.since.version == "2.0.0"


def test_who_takes_turns_in_a_rota_does_what_the_rota_does(docks: Library) -> None:
    [line] = Work(docks).syllabus("night")
    assert (line.steps, line.tightest, line.trained) == (1, "1 day", False)
    page = full()[1].pages["roles/agent.md"]
    assert "When it is called on" in page
    assert "at once, by page; acknowledges within 15 minutes" in page


def test_who_takes_part_is_told_how(docks: Library) -> None:
    work = Work(docks)
    assert [(each.step.id, each.how) for each in work.helps["night"]] == [
        ("see", "is asked first"),
        ("act", "ticks items"),
    ]


def test_everybody_on_a_path_is_told_when_it_reaches_them(docks: Library) -> None:
    called = Work(docks).called
    assert {who: [(each.when, each.last) for each in rungs] for who, rungs in called.items()} == {
        "watch": [("at once", False)],
        "agent": [("after 15 minutes", False)],
        "lead": [("after 15 minutes", False), ("after 1 hour 15 minutes", True)],
    }


def test_a_path_knows_all_that_starts_it(docks: Library) -> None:
    found = [(start.step.id if start.step else "", start.how) for start in starts(docks)["late"]]
    assert found == [
        ("see", "when it is late"),
        ("ask", "waits for the answer"),
        ("", "It sinks"),
        ("", "3 days after it began"),
        ("", "1 day after “Put a temporary hold on it”"),
    ]


def test_the_tightest_time_is_found_across_units() -> None:
    sop = library.build({"sops/DK-A-001.yaml": SOP.replace("within: 1d", "within: 2bh")}, TODAY).sop(
        "DK-A-001"
    )
    assert sop is not None
    assert tightest(sop.known_steps) == "2 business hours"
    assert tightest([]) == ""


def test_a_sop_is_found_by_its_id_without_hyphens_and_by_aliases_that_it_does_not_say(docks: Library) -> None:
    [sop] = docks.sops
    assert Links(docks).keywords(sop) == ["DKA001", "A001", "freeze"], (
        "it says `hold` itself, and no word of a crane"
    )


def test_titles_are_sorted_as_in_a_dictionary() -> None:
    titles = ["Zahlung", "Überprüfung", "Äußerungsrecht", "Bescheid", "abgabe"]
    assert sorted(titles, key=words.in_order) == [
        "abgabe", "Äußerungsrecht", "Bescheid", "Überprüfung", "Zahlung"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([(6, 0, 1, 2, 3)], "Sun to Thu"),
        ([(0, 1, 2, 3, 4)], "Mon to Fri"),
        ([(5, 6)], "Sat and Sun"),
        ([(6, 0)], "Sun and Mon"),
        ([(0, 2, 3)], "Mon, Wed and Thu"),
        ([(0, 1, 2, 3, 4, 5, 6)], "Mon to Sun"),
        ([], ""),
    ],
)
def test_days_in_a_row_are_told_by_the_first_and_the_last(groups: list[tuple[int, ...]], said: str) -> None:
    assert words.days(groups) == said


def test_the_address_of_a_tag_without_latin_letters_stays() -> None:
    def address(tags: str) -> str:
        text = SOP.replace("owner:", f"tags: [{tags}]\nowner:", 1)
        return Links(library.build({"sops/DK-A-001.yaml": text}, TODAY)).tag("停止")

    assert address("停止") == address("出品者, 停止") != ""


@pytest.mark.parametrize(
    ("tags", "anchors"),
    [("Kündigung", ["kundigung"]),
     ("Größe, Łódź, smørrebrød", ["grosse", "lodz", "smorrebrod"]),
     ("kundigung, KÜNDIGUNG", ["kundigung", "kundigung-435d4c13"]),
     ("東京 office, 大阪 office, office", ["office-79f2a251", "office-946de490", "office"]),
     ("Q&A, q a, a_b", ["q-a", "q-a-1", "a-b"])],
)  # fmt: skip
def test_the_address_of_a_tag_has_all_its_letters_and_is_its_own(tags: str, anchors: list[str]) -> None:
    text = SOP.replace("owner:", f"tags: [{tags}]\nowner:", 1)
    links = Links(library.build({"sops/DK-A-001.yaml": text}, TODAY))
    assert [links.tag(tag) for tag in tags.split(", ")] == anchors


CLAIMED = """\
clauses:
  law.all: {text: Stop., source: All, confidence: confirmed, checked_on: 2026-11-01}
  law.told: {text: Say why., source: Told, confidence: confirmed, checked_on: 2026-11-01}
  law.unsent: {text: Say how., source: Unsent, confidence: confirmed, checked_on: 2026-11-01}
  law.old: {text: Wait., source: Old, confidence: confirmed, checked_on: 2026-11-01}
  law.none: {text: Never., source: None, confidence: confirmed, checked_on: 2026-11-01}
notices:
  stopped: {title: Stopped, channels: [mail], implements: law.told}
  unsent: {title: Unsent, channels: [mail], implements: law.unsent}
metrics:
  speed: {title: Speed, definition: How fast., owner: lead}
  others: {title: Others, definition: How many., owner: lead}
facts:
  wind: {ask: Is there wind?, type: yes-no}
  rain: {ask: Is there rain?, type: yes-no}
"""
CLAIMS = """\
steps:
  - id: see
    title: See the ship
    role: watch
    text: "Not [[clause:law.none]]. [[notice:unsent]] went out. See [[metric:others]] and [[clause:law.all]]."
    decide: [{when: {wind: yes}, then: done, set: {rain: yes}, implements: law.all}, {otherwise: done}]
outcomes: {done: {title: Done, notice: stopped}}
metrics: [speed]
deadlines: [{id: soon, kind: ceiling, from: trigger, to: done, value: 1d, when: {rain: yes}}]
scenarios: [{title: Dry, given: {wind: no, rain: no}, expect: {outcome: done, notice: unsent}}]
"""
WITHDRAWN = """\
steps: [{id: do, title: Do the old thing, role: night, consulted: agent, next: done}]
outcomes: {done: Done}
training: {required_for: [night], pass_mark: 90}
implements: law.old
metrics: [others]
tags: [old]
"""


def with_claims() -> tuple[Library, Site]:
    """A SOP that does some things and mentions others, and one that is withdrawn."""
    head = SOP[: SOP.index("steps:")]
    old = head.replace("DK-A-001", "DK-OLD-001").replace("Stop a ship", "Old way")
    texts = {
        "registers": REGISTERS + CLAIMED,
        "DK-A-001": head + CLAIMS,
        "DK-OLD-001": old.replace("effective\n", "withdrawn\n") + WITHDRAWN,
    }
    return made(**{f"sops/{name}.yaml": text for name, text in texts.items()})


def of_entry(page: str, id: str) -> dict[str, str]:
    """What a page of a register says of an entry, by the name that stands before it."""
    section = page.partition(f'<h2 id="{id}"')[2].partition("</section>")[0]
    pairs = re.findall(r"<dt>(.*?)</dt>\n<dd[^>]*>(.*?)</dd>", section)
    return {name: re.sub(r"<.*?>", "", said.replace("<br>", " / ")) for name, said in pairs}


@pytest.mark.parametrize(
    ("page", "id", "said"),
    [("clauses", "law.all", {"Carried out by": "DK-A-001 See the ship"}),
     ("clauses", "law.told", {"Carried out by": "Stopped notice, sent by DK-A-001 Done"}),
     ("clauses", "law.unsent", {"Carried out by": "Unsent notice, which nobody sends / ▲ none of this is in force"}),
     ("clauses", "law.old", {"Carried out by": "DK-OLD-001 Old way withdrawn / ▲ none of this is in force"}),
     ("clauses", "law.none", {"Carried out by": "▲ no procedure", "Mentioned in": "DK-A-001 See the ship"}),
     ("notices", "stopped", {"Sent by": "DK-A-001 Done"}),
     ("notices", "unsent", {"Mentioned in": "DK-A-001 See the ship"}),
     ("metrics", "speed", {"Judges": "DK-A-001 Stop a ship"}),
     ("metrics", "others", {"Judges": "DK-OLD-001 Old way withdrawn", "Mentioned in": "DK-A-001 See the ship"}),
     ("facts", "wind", {"Asked in": "DK-A-001 See the ship"}),
     ("facts", "rain", {"Also used in": "DK-A-001 Stop a ship / DK-A-001 See the ship"})],
)  # fmt: skip
def test_to_mention_something_is_not_to_do_it(page: str, id: str, said: dict[str, str]) -> None:
    found = of_entry(with_claims()[1].pages[f"{page}.md"], id)
    about = ("Carried out by", "Mentioned in", "Sent by", "Judges", "Asked in", "Also used in")
    assert {name: found[name] for name in about if name in found} == said


def test_the_page_of_clauses_and_the_matrix_agree_on_what_is_in_force() -> None:
    whole, there = with_claims()
    for each in trace(whole):
        said = of_entry(there.pages["clauses.md"], each.id)["Carried out by"]
        assert ("▲" not in said) == each.carried_out, each.id


def test_what_is_withdrawn_says_so_wherever_it_stands_and_asks_for_no_training() -> None:
    whole, there = with_claims()
    lines = Work(whole).syllabus("night")
    assert [(line.sop.id, line.trained) for line in lines] == [("DK-A-001", False), ("DK-OLD-001", False)]
    for page, times in (("roles/night", 2), ("roles/agent", 1), ("roles/lead", 1), ("tags", 1)):
        found = re.findall(r"DK-OLD-001 .*?</a> <small>(.*?)</small>", there.pages[f"{page}.md"])
        assert found == ["withdrawn"] * times, page
    assert "withdrawn" not in there.pages["sops/DK-A-001.md"]


def test_the_figures_of_roles_and_teams_count_nothing_that_is_withdrawn() -> None:
    whole, there = with_claims()
    assert Work(whole).figures("watch") == (1, 1, 0)
    assert Work(whole).figures("night") == (0, 0, 0)
    numbers = {
        page: re.findall(r'<td class="sop-number-cell"[^>]*>(.*?)</td>', there.pages[f"{page}/index.md"])
        for page in ("roles", "teams")
    }
    assert numbers == {"roles": [*["", "", ""] * 3, "1", "1", ""], "teams": ["2", "1"]}


def test_training_is_asked_for_before_a_sop_comes_into_force() -> None:
    text = SOP.replace("status: effective", "status: approved")
    whole = library.build({"sops/registers.yaml": REGISTERS, "sops/DK-A-001.yaml": text}, TODAY)
    [line] = Work(whole).syllabus("agent")
    assert line.trained


def test_what_takes_effect_later_is_nowhere_called_in_force() -> None:
    late = SOP.replace("effective_on: 2026-01-05", "effective_on: 2027-01-05\nimplements: [law.all]")
    clause = "clauses: {law.all: {text: Stop it., source: Law, confidence: confirmed}}\n"
    whole, there = made(**{"sops/registers.yaml": REGISTERS + clause, "sops/DK-A-001.yaml": late})
    assert not any("In force since" in page for page in there.pages.values())
    assert not any("sop-status-effective" in page for page in there.pages.values())
    page = there.pages["sops/DK-A-001.md"]
    assert "This is approved, but not in force yet." in page
    assert "<dt>In force from</dt><dd>5 Jan 2027</dd>" in page
    assert 'content: "version 2.1.0, approved"' in page
    assert 'data-status="approved"' in there.pages["sops/index.md"]
    for name in ("index", "teams/docks", "roles/agent"):
        assert "<small>approved</small>" in there.pages[f"{name}.md"], name
    assert "none of this is in force" in there.pages["clauses.md"]
    assert not any(each.carried_out for each in trace(whole))
    assert "not in force yet" in there.data["sops/DK-A-001.walk.js"]
    assert "## Procedures in force" not in there.data["llms.txt"]
    assert '"in_force":false' in there.data["sops.json"]
    assert '"approved": 1' in there.data["status.json"]
    assert "approved, owner: Lead\nin force from 5 Jan 2027" in "\n".join(Shown(whole.sops[0], whole).lines())
    assert Work(whole).syllabus("agent")[0].trained
    assert not [each for each in lint(whole) if each.code == "SOP801"]


@pytest.mark.parametrize(
    ("status", "start", "said"),
    [
        ("effective", "2026-01-05", "In force since"),
        ("approved", "2027-01-05", "In force from"),
        ("approved", "2026-01-05", "Effective date"),
        *((each, "2026-01-05", "Effective date") for each in ("draft", "in-review", "suspended", "superseded", "withdrawn")),
        ("draft", "2027-01-05", "Effective date"),
    ],
)  # fmt: skip
def test_only_what_is_in_force_has_been_so_since_a_day(status: str, start: str, said: str) -> None:
    text = SOP.replace("effective_on: 2026-01-05", f"effective_on: {start}")
    text = text.replace("status: effective", f"status: {status}")
    whole, there = made(**{"sops/registers.yaml": REGISTERS, "sops/DK-A-001.yaml": text})
    facts = there.pages["sops/DK-A-001.md"].partition('<dl class="sop-facts"')[2]
    assert re.findall(r"<dt>(In force \w+|Effective date)</dt>", facts)[0] == said
    assert f"\n{said.lower()} " in "\n".join(Shown(whole.sops[0], whole).lines())


def test_the_matrix_has_a_row_for_each_clause_and_counts_as_the_command_does() -> None:
    whole, _ = full()
    values, traces = overviews.coverage(whole), trace(whole)
    assert [row.trace.id for row in values["rows"]] == [each.id for each in traces]
    assert values["due"] == sum(each.applies for each in traces)
    for row in values["rows"]:
        assert {sop.id for sop, _ in row.sops} == {place.sop.id for place in row.trace.places if place.sop}
        working = [place for place in row.trace.places if place.works]
        assert [answer.there for answer in row.answers] == [
            any(getattr(place, name) for place in working)
            for name in ("times", "notices", "scenarios", "questions", "metrics")
        ]


def test_the_matrix_names_a_notice_once_for_all_that_send_it() -> None:
    parts = ["notice told, sent by step look", "step look", "notice told, sent by outcome done"]
    assert [*overviews._gathered(parts)] == ["notice told, sent by step look and outcome done", "step look"]


def test_the_calendar_holds_every_review_once(docks: Library) -> None:
    state = health(docks, ())
    values = overviews.reviews(state)
    ahead = [review.sop.id for month in values["months"] for review in month.reviews]
    assert sorted(ahead + [review.sop.id for review in state.overdue]) == [
        review.sop.id for review in state.reviews
    ]
    assert [month.title for month in values["months"]] == ["Feb 2027"]
    assert values["owners"] == [("lead", [1], 0)]


def test_the_navigation_does_not_grow_with_the_number_of_procedures(docks: Library) -> None:
    many = {f"sops/DK-B-{i:03}.yaml": SOP.replace("DK-A-001", f"DK-B-{i:03}") for i in range(9)}
    more = library.build({"sops/registers.yaml": REGISTERS, "sops/DK-A-001.yaml": SOP, **many}, TODAY)
    assert nav(Links(more), ()) == nav(Links(docks), ())
    assert {entry.count for _, entries in contents(Links(more), ()) for entry in entries} >= {10}
