"""Pages say all that was written, say it in words, and run nothing of it."""

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import markdown as python_markdown
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nasty import sops

from sopctl import library, source
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.model import OUTLINE
from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Sop
from sopctl.record import Part, Record
from sopctl.render import (
    Addresses,
    Command,
    Links,
    Option,
    Site,
    Templates,
    TemplateTrouble,
    blocks,
    load,
    site,
    sop,
    words,
)
from sopctl.render import text as writing
from sopctl.shape import Choice, Either, List, Map, Ref, Shape, Text, Word
from sopctl.writing import write

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
NAUGHTY = ROOT.parent / "shared/corpora/naughty-strings/blns.json"

REGISTERS = """\
knowledge_base: {title: Harbour handbook, about: "An example.", jurisdictions: [us-wa], worker_types: [delivery],
  edit_url: "https://example.org/edit/{path}", report_url: "https://example.org/new?title={id}%23{step}"}
teams:
  appeals: {title: Appeals team, lead: lead}
roles:
  lead: {title: Team lead, team: appeals, authority: [uphold]}
  agent: {title: Case agent, team: appeals, reports_to: lead}
  counsel: {title: Legal counsel}
schedules:
  night: {title: Night rota, roles: [agent]}
calendars:
  office: {title: Office hours, days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles, holidays: [2026-12-25]}
escalation_paths:
  late: {title: Late case, kind: hierarchical, answer_within: 1h, needs: uphold, repeat: 1, on_exhausted: lead,
    levels: [{to: night, via: [page], ack_within: 15m}, {to: [agent, lead], via: [page, phone], ack_within: 90m}]}
facts:
  age: {ask: How old is the appeal?, type: integer, min: 0, unit: days, source: age_days}
  harm: {ask: What was the harm?, type: choice, values: {none: No harm, some: Somebody was hurt}}
clauses:
  city.answer: {text: Answer within 14 days., source: City code 8.40, kind: ceiling, value: 14d, confidence: secondary, checked_on: 2026-11-01}
notices:
  told: {title: Told in writing, channels: [email], fields: [reasons], languages: [en], body: "Because of {{reasons}}."}
metrics:
  speed: {title: Speed of answers, definition: Answers in time., unit: "%", target: 90, better: up, owner: lead}
glossary:
  weight: {title: Weight of proof, text: More likely than not., aliases: [balance], avoid: [certainty]}
"""

FULL = """\
id: TS-APP-002
title: Appeal review
version: 2.1.0
status: effective
owner: lead
classification: confidential
audience: [appeals]
tags: [Fairness, second look]
applies_to: {jurisdictions: [us-wa], worker_types: [delivery]}
implements: [city.answer]
supersedes: [TS-OLD-001]
formerly: [TS-APP-000]
effective_on: 2026-02-17
review_by: 2026-08-17
approvals: [{role: counsel, name: Ada Person, meaning: approval, on: 2026-02-03}]
purpose: One fresh look, as **bold** as it needs.
scope: Drivers only; see [[TS-OLD-001]].
trigger: An appeal is assigned.
prerequisites: [Access to cases, "Calibration | passed"]
facts:
  proof: {ask: Is there new proof?, type: yes-no, source: proof_flag}
  sum: {type: number, min: 1, max: 9, unit: EUR}
steps:
  - id: check-window
    title: Check the window
    role: agent
    within: 4bh
    wait: 30m
    at_most: 2
    after_that: second-look
    on_overdue: late
    text: "Compare the dates. See [[#second-look]] and [[term:weight|the weight]]."
    checklist:
      - The notice is there
      - {text: The version is noted, role: lead, within: 2h, evidence: A note in the case, clause: city.answer}
    asks: [age]
    hit_policy: first
    decide:
      - when: {age: "> 90", proof: no, sum: "1..5"}
        then: too-late
        set: {harm: some}
        because: The window is 90 days.
        implements: city.answer
      - when: {age: ["<= 10", "20"], harm: "not(none)"}
      - otherwise: second-look
    human: true
    independent_of: [TS-OLD-001#old-step, "#second-look"]
    consulted: counsel
    informed: [lead]
    implements: city.answer
    tools: [The case system]
    records: [A line in the log]
    notice: told
    next: second-look
  - id: second-look
    title: Is it fair?
    role: lead
    within: [{when: {age: "> 30"}, within: 3d}, {otherwise: 7bd}]
    ask: Would the same be chosen today?
    answers: {yes: upheld, "no, and here is why": old-way}
  - id: old-way
    title: Run the old way
    call: TS-OLD-001
    on: {finished: TS-OLD-001, otherwise: view}
  - id: view
    title: Get a view
    escalate: late
    next: upheld
outcomes:
  upheld: {title: It stands, text: Nothing *changes*., adverse: true, notice: told, appeal: TS-OLD-001, implements: city.answer}
  too-late: {title: It came too late, adverse: true, appeal: "The harbour court, within four weeks."}
  overturned: Overturned altogether
deadlines:
  - {id: reply, kind: ceiling, from: trigger, to: [upheld, too-late, TS-OLD-001], value: 11d, when: {age: "< 5"}, implements: city.answer}
  - {id: cooling, kind: floor, from: check-window, to: [second-look], value: 1d}
escalations:
  - {after: 7d, from: check-window, path: late}
  - {when: The driver sends a demand, then: TS-OLD-001}
records: [{what: The decision, system: Case vault, retention: 3y, implements: city.answer}]
metrics: [speed]
training:
  required_for: [agent]
  pass_mark: 85
  retrain_on: minor
  questions:
    - {ask: Day 91 and a hospital stay. What now?, choices: [Reject it, Read the file], answer: 2, because: Good cause opens it., step: check-window}
scenarios:
  - title: Late without a reason
    given: {age: [120, 130], proof: no}
    answers: {second-look: yes}
    calls: {old-way: finished}
    expect: {outcome: too-late, facts: {harm: some}, visits: check-window, avoids: [view], escalates: late, notice: told, within: 4d}
change_history:
  - {version: 2.1.0, on: 2026-02-01, author: lead, summary: The second look moved, reason: Too many overturned, approved_by: counsel, effective_on: 2026-02-17}
not_applicable: {privacy: No personal data is kept.}
notes: |
  # Background

  Some words.
"""

OLD = """\
id: TS-OLD-001
title: The old way
version: 1.0.0
status: superseded
owner: lead
effective_on: 2025-01-01
review_by: 2026-01-01
approvals: [{role: counsel, meaning: approval, on: 2024-12-01}]
purpose: Old.
scope: Old.
trigger: Old.
steps: [{id: old-step, title: Do the old thing, role: agent, next: finished}]
outcomes: {finished: The old end}
change_history: [{version: 1.0.0, on: 2024-12-01, author: lead, summary: First}]
"""


@cache
def ours() -> Templates:
    return load()


def made(**texts: str) -> tuple[Library, Site]:
    files = {"sops/registers.yaml": REGISTERS, "sops/TS-OLD-001.yaml": OLD}
    files |= {name.replace("__", "/"): text for name, text in texts.items()}
    whole = library.build(files, TODAY, {"sops/plan.png": "", "sops/more.md": "# More\n\n<b>Raw</b>"}.get)
    return whole, site(
        whole, ours(), [Command("lint", "Find *mistakes*.", (Option("`PATHS`", "What to report."),))]
    )


@cache
def full() -> tuple[Library, Site]:
    whole, pages = made(**{"sops/TS-APP-002.yaml": FULL})
    assert not [problem for each in whole.typed for problem in each.problems]
    return whole, pages


def page_of(written: str, field: str = "notes") -> str:
    """The page of a SOP with a text in one field."""
    data = source.read("old.yaml", OLD, OUTLINE).data | {field: written}
    return sop_page(as_yaml(data))


def as_yaml(data: Any) -> str:
    """One line of YAML; what YAML does not let stand is written as an escape."""
    text = json.dumps(data, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def sop_page(text: str) -> str:
    """The page of the one SOP that a text holds."""
    texts = {"sops/registers.yaml": REGISTERS, "sops/TS-OLD-001.yaml": OLD}
    texts["sops/TS-OLD-001.yaml" if "TS-OLD-001" in text[:40] else "sops/TS-APP-002.yaml"] = text
    whole = library.build(texts, TODAY, {"sops/plan.png": "", "sops/more.md": "# Größe & mehr"}.get)
    return sop(whole.by_path[list(texts)[-1]].sop, Links(whole), ours())


def test_the_picture_says_values_in_words_and_is_cut_only_where_it_is_not_printed() -> None:
    values = {"none": "No harm", "some": "Somebody was hurt, " * 20 + "and more"}
    rows = [{"when": {"hurt": value}, "then": end} for value, end in (("none", "kept"), ("some", "lifted"))]
    decide = {"id": "look", "title": "Look", "role": "agent", "decide": rows}

    def figure(steps: list[dict[str, Any]]) -> str:
        keys = {"facts": {"hurt": {"ask": "Hurt?", "type": "choice", "values": values}}, "steps": steps}
        ends = {"outcomes": {"kept": {"title": "Kept"}, "lifted": {"title": "Lifted"}}}
        page = sop_page(as_yaml(source.read("old.yaml", OLD, OUTLINE).data | keys | ends))
        return page[page.index('<figure class="sop-way') : page.index("</figure>")]

    short, long = (
        figure([{"id": f"do-{i}", "title": "Do", "role": "agent"} for i in range(count)] + [decide])
        for count in (1, 40)
    )
    assert "No harm" in short
    assert "and more" in short
    assert "…" not in short
    assert "sop-tall" not in short
    assert "…" in long
    assert "sop-tall" in long


# HTML, as MkDocs would make it


@cache
def _extensions() -> tuple[list[str], dict[str, Any]]:
    config = yaml.safe_load((ROOT / "templates/start/mkdocs.yml").read_text())
    names, options = [], {}
    for each in config["markdown_extensions"]:
        name = each if isinstance(each, str) else next(iter(each))
        names.append(name)
        if not isinstance(each, str):
            options[name] = each[name]
    return names, options


def html_of(page: str) -> str:
    names, options = _extensions()
    body = page.split("---\n", 2)[2]
    return python_markdown.Markdown(extensions=names, extension_configs=options).convert(body)


class Seen(HTMLParser):
    """What a browser would see: elements, attributes, and the text of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "wbr", "img", "hr", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    @property
    def text(self) -> str:
        return "".join(data for _, data in self.texts)

    def inside(self, tag: str) -> list[str]:
        found, before = [], False
        for tags, data in self.texts:
            here = tag in tags
            if here and before:
                found[-1] += data
            elif here:
                found.append(data)
            before = here
        return found


_HARMLESS_TAGS = set(
    "a p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd div span strong em code pre small br wbr hr table thead tbody tr th td "
    "section details summary img blockquote input label b nav figure svg path rect text style i g".split()
)
_HARMLESS_ATTRIBUTES = set(
    "class id href title alt src scope tabindex colspan start style open type disabled checked hidden name "
    "data-sop data-version "
    "data-search-exclude data-q role aria-label aria-hidden viewbox preserveaspectratio d x y width height rx".split()
)


_STRING = r'"(?:[\w .,:;()-]|\\[0-9a-f]{1,6} )*"'
_HARMLESS_STYLE = re.compile(
    rf"@page {{ @top-left {{ content: {_STRING} }} @top-right {{ content: {_STRING} }} }}"
).fullmatch


def assert_harmless(html: str) -> Seen:
    seen = Seen(html)
    assert all(_HARMLESS_STYLE(each) for each in seen.inside("style")), seen.inside("style")
    for tag, attributes in seen.tags:
        assert tag in _HARMLESS_TAGS, tag
        assert set(attributes) <= _HARMLESS_ATTRIBUTES, (tag, attributes)
        for name in ("href", "src"):
            address = re.sub(r"[\s\x00-\x20]", "", attributes.get(name) or "").lower()
            scheme = re.match(r"[a-z][a-z0-9+.-]*:", address)
            assert scheme is None or scheme[0] in ("http:", "https:", "mailto:", "tel:"), address
        assert (attributes.get("style") or "text-align").startswith("text-align")
        assert "javascript" not in (attributes.get("style") or "")
    ids = [attributes["id"] for _, attributes in seen.tags if attributes.get("id")]
    assert len(ids) == len(set(ids)), "an anchor stands twice on the page"
    return seen


def plain(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


# Nothing is dropped


def test_the_full_sop_has_every_key_of_the_model() -> None:
    given: dict[type[Part], set[str]] = {}

    def visit(value: Any) -> None:
        if isinstance(value, Part):
            keys = {
                k.attribute
                for k in value.__keys__.values()
                if getattr(value, k.attribute) not in (None, (), {}, False)
            }
            given.setdefault(type(value), set()).update(keys)
            for attribute in keys:
                visit(getattr(value, attribute))
        elif isinstance(value, tuple):
            for each in value:
                visit(each)
        elif isinstance(value, dict):
            for each in value.values():
                visit(each)

    visit(full()[0].sop("TS-APP-002"))
    from sopctl.schema import _parts

    for part in _parts(Sop):
        lacking = {k.attribute for k in part.__keys__.values()} - given.get(part, set())
        allowed = {"values"} if part is Fact else {"sop"} if part.__name__ == "Scenario" else set()
        assert lacking <= allowed, (part, lacking)


_TITLES = {
    "role": "people",
    "team": "teams",
    "path": "paths",
    "notice": "notices",
    "metric": "metrics",
    "clause": "clauses",
}
_CHOICES = {
    "effective": "In force", "minor": "after each minor or major change", "ceiling": "At the longest",
    "floor": "At the shortest", "first": "The first row that fits counts.", "yes-no": "yes or no", "number": "a number",
}  # fmt: skip


def leaves(shape: Shape, value: Any) -> Iterator[tuple[Shape, Any]]:
    match shape:
        case Either():
            kind = (
                List
                if isinstance(value, tuple) and not isinstance(value, Duration)
                else Map
                if isinstance(value, dict)
                else Word
            )
            yield from leaves(next(each for each in shape.shapes if isinstance(each, kind)), value)
        case Record():
            if value:
                for key in shape.part.__keys__.values():
                    inner = getattr(value, key.attribute)
                    if inner not in (None, (), {}, False) and inner != key.default:
                        yield from leaves(key.shape, inner)
        case List():
            for each in value if isinstance(value, tuple) else ():
                yield from leaves(shape.item, each)
        case Map():
            for name, each in value.items():
                yield shape.key, name
                yield from leaves(shape.value, each)
        case _:
            yield shape, value


def told(whole: Library, of: Sop, shape: Shape, value: Any) -> str:
    """The words that stand for a value on the page."""
    if isinstance(value, Duration):
        return value.words
    if isinstance(value, date):
        return words.day(value)
    if value is True:
        return ""
    if isinstance(shape, Ref):
        return _title(whole, of, shape.kind, str(value))
    if isinstance(shape, Choice):
        return _CHOICES.get(value, str(value))
    return str(value)


def _title(whole: Library, of: Sop, kind: str, id: str) -> str:
    id = id.lstrip("#")
    if id in of.steps_by_id:
        return str(of.steps_by_id[id].title)
    if id in of.outcomes:
        return str(of.outcomes[id].title)
    if id == "trigger":
        return "the start"
    match kind:
        case "fact":
            return words.question(whole.fact(of, id), id)
        case "role":
            return str(whole.person(id).title)  # type: ignore[union-attr]
        case "clause":
            return whole.clauses[id].source
        case "jurisdiction" | "worker-type":
            return id
        case "team" | "path" | "notice" | "metric":
            return str(getattr(whole, f"{kind}s")[id].title)
    other = whole.sop(id.partition("#")[0])
    assert other is not None, (kind, id)
    step = other.steps_by_id.get(id.partition("#")[2])
    return str(step.title if step else other.title)


_IN_WORDS = {
    "> 90": "more than 90 days", "1..5": "from 1 to 5 EUR", "<= 10": "at most 10 days or 20 days", "20": "20 days",
    "not(none)": "not “No harm”", "some": "Somebody was hurt", "> 30": "more than 30 days", "< 5": "less than 5 days",
    "120": "120 days, then 130 days", "finished": "The old end", "2": "Read the file", "otherwise": "in every other case",
    "One fresh look, as **bold** as it needs.": "One fresh look, as bold as it needs.",
    "Drivers only; see [[TS-OLD-001]].": "Drivers only; see The old way.",
    "Nothing *changes*.": "Nothing changes.", "# Background\n\nSome words.\n": "Some words.",
    "Compare the dates. See [[#second-look]] and [[term:weight|the weight]].": "Compare the dates. See Is it fair? and the weight.",
    "privacy": "Privacy",
}  # fmt: skip


def test_every_value_of_a_sop_stands_on_its_page() -> None:
    whole, pages = full()
    full_sop = whole.sop("TS-APP-002")
    assert full_sop is not None
    html = assert_harmless(html_of(pages.pages["sops/TS-APP-002.md"]))
    seen, anchors = plain(html.text), [attributes.get("id") for _, attributes in html.tags]
    for shape, value in leaves(Record(Sop), full_sop):
        expected = _IN_WORDS.get(str(value)) or told(whole, full_sop, shape, value)
        assert expected in seen or value in anchors, (value, expected)
    for said in (
        "a person decides",
        "takes something from somebody",
        "Overdue since 17 Aug 2026",
        "hand over to",
    ):
        assert said in seen


def test_a_page_is_whole(golden: Callable[[str, str], None]) -> None:
    golden("page-sop.md", full()[1].pages["sops/TS-APP-002.md"])


@pytest.mark.parametrize("page", ["escalation-paths", "clauses"])
def test_pages_of_registers_are_whole(golden: Callable[[str, str], None], page: str) -> None:
    golden(f"page-{page}.md", full()[1].pages[f"{page}.md"])


def whole_site() -> dict[str, str]:
    """The pages that are made, and those by hand that ship with them."""
    home = ROOT / "site" / "home"
    return {**full()[1].pages, **{page.name: page.read_text("utf-8") for page in home.glob("*.md")}}


def led_to(links: Links, path: str, address: str) -> tuple[str, str]:
    """The page that an address on a page means, and the place in it; Markdown links lead from the
    file of the page, ready ones from where it is built."""
    target, _, anchor = address.partition("#")
    if not target:
        return path, anchor
    beside = str((Path("/") / Path(path).parent / target).resolve())[1:]
    if target.endswith(".md") or beside in full()[1].data:
        return beside, anchor
    there = urljoin(f"https://site/{links.built(path)}", target).removeprefix("https://site/")
    pages = {links.built(page): page for page in whole_site()}
    return pages.get(there, there), anchor


@pytest.mark.parametrize("folders", [True, False])
def test_every_page_can_be_made_html_and_its_links_lead_somewhere(folders: bool) -> None:
    made = full()[1] if folders else site(full()[0], ours(), addresses=Addresses(folders=False))
    pages = whole_site() | made.pages
    known = Links(full()[0], folders=folders)
    ids = {}
    links = []
    for path, page in pages.items():
        seen = Seen(html_of(page))
        ids[path] = {attributes.get("id") for _, attributes in seen.tags}
        links += [
            (path, attributes["href"])
            for tag, attributes in seen.tags
            if tag == "a" and attributes.get("href")
        ]
    assert len(links) > 200
    for path, address in links:
        if "://" in str(address) or str(address) == "#_checklist":
            continue
        there, anchor = led_to(known, path, str(address))
        assert there in pages or there in full()[1].data, (path, address)
        assert not anchor or anchor in ids[there], (path, address)


def test_every_page_is_reached_from_the_first() -> None:
    pages, links = whole_site(), Links(full()[0])
    seen, ahead = set(), ["index.md"]
    while ahead:
        path = ahead.pop()
        if path in seen or path not in pages:
            continue
        seen.add(path)
        tags = Seen(html_of(pages[path])).tags
        hrefs = [str(attributes["href"]) for tag, attributes in tags if tag == "a" and attributes.get("href")]
        ahead += [led_to(links, path, each)[0] for each in hrefs if "://" not in each]
    assert set(pages) - seen == {"sops/TS-APP-000.md"}, "only an old address is not"


def test_only_very_long_words_may_part() -> None:
    for plain_words in ("Is the responsibility theirs?", "deactivation-and-appeals-2026-and-later", ""):
        assert writing.parting(plain_words) == plain_words
    assert writing.parting("a " + "abcdef" * 4) == "a " + "abcdef<wbr>" * 4
    assert writing.parting("&#95;" * 20) == ("&#95;" * 6 + "<wbr>") * 3 + "&#95;" * 2


def test_one_is_told_as_one() -> None:
    assert [words.not_before(Duration.parse(time)) for time in ("1h", "2d")] == [
        "not before 1 hour has passed",
        "not before 2 days have passed",
    ]
    assert [words.often(count) for count in (1, 2, 3)] == ["once", "twice", "3 times"]
    assert [words.rest(range(count)) for count in (1, 2)] == ["in every case", "in every other case"]
    one = FULL.replace("wait: 30m", "wait: 1h").replace("at_most: 2", "at_most: 1")
    page = made(**{"sops/TS-APP-002.yaml": one})[1].pages["sops/TS-APP-002.md"]
    assert "not before 1 hour has passed" in page
    assert "<dd>once, after that" in page


def test_a_role_sees_all_that_it_does() -> None:
    seen = Seen(html_of(full()[1].pages["roles/agent.md"])).text
    for said in (
        "TS-APP-002 Appeal review",
        "Check the window",
        "within 4 business hours",
        "Do the old thing",
        "Late case",
        "Night rota",
    ):
        assert said in seen


def test_an_escalation_path_tells_when_each_level_is_told() -> None:
    seen = plain(Seen(html_of(full()[1].pages["escalation-paths.md"])).text)
    assert "at once Night rota" in seen
    assert "after 15 minutes Case agent, Team lead" in seen
    assert "after 3 hours 30 minutes Team lead nobody has answered: decides" in seen


@pytest.mark.parametrize(
    ("kind", "said"),
    [("kind: hierarchical, ", "to more authority "), ("kind: functional, ", "to more skill "), ("", "")],
)
def test_whom_an_escalation_path_looks_for_is_said_where_it_is_written(kind: str, said: str) -> None:
    _, pages = made(**{"sops/registers.yaml": REGISTERS.replace("kind: hierarchical, ", kind)})
    seen = plain(Seen(html_of(pages.pages["escalation-paths.md"])).text)
    assert f"late¶ {said}runs by the calendar" in seen


def test_a_superseded_sop_says_what_replaced_it() -> None:
    seen = plain(Seen(html_of(full()[1].pages["sops/TS-OLD-001.md"])).text)
    assert "This is superseded. Do not work by it. Its place is taken by TS-APP-002 Appeal review." in seen


def test_a_broken_sop_still_has_a_page() -> None:
    broken = FULL.replace("title: Check the window", "title: [1]").replace(
        "version: 2.1.0\nstatus", "version: x\nstatus"
    )
    broken = re.sub(r"outcomes:\n(?:  .*\n)+", "outcomes: none\n", broken).replace("id: view", "id: VIEW")
    _, pages = made(**{"sops/TS-APP-002.yaml": broken})
    assert "Appeal review" in pages.pages["sops/TS-APP-002.md"]


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(sops())
def test_a_page_is_made_of_whatever_could_be_read(written: dict[str, Any]) -> None:
    data = source.read("old.yaml", OLD, OUTLINE).data | written | {"id": "TS-OLD-001"}
    assert_harmless(html_of(sop_page(as_yaml({"id": data.pop("id"), **data}))))


# Words


@pytest.mark.parametrize(
    ("test", "said"),
    [("> 90", "more than 90 days"), (">=2", "at least 2 days"), ("-", "any"), ("[1..5)", "at least 1, less than 5 days"),
     ("(1..5]", "more than 1, at most 5 days"), ("(1..5)", "more than 1, less than 5 days"), ("!= 3", "not 3 days"),
     ("not(1, 2)", "not 1 days or 2 days"), ("7", "7 days"), ("not(1, 2..4)", "not 1 days or from 2 to 4 days"),
     ("not(< 2)", "not less than 2 days")],
)  # fmt: skip
def test_tests_are_told_in_words(test: str, said: str) -> None:
    assert words.test(full()[0].facts["age"], test) == said


# What a writer wrote is data


HOSTILE = [
    "[a\n\nb](javascript:alert(1))", "# A\n===", "> A\n> ===", "- A\n    ===", "===\n---\n", "- A\n---", "A\n\n---\nB\n===",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</div></section><script>x</script>",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\nscript:alert(1))", "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))", "[x](javascript&colon;alert(1))", "[x](&amp;#106;avascript:alert(1))",
    "[x](<javascript:alert(1)>)", "[x](< javascript:alert(1)>)", "[x][1]\n\n[1]: javascript:alert(1)",
    "[1]\n\n[1]: <javascript:alert(1)> 'title'", "[x][1]\n\n[1]:\n   javascript:alert(1)", "![x](data:text/html,<script>x</script>)",
    "<javascript:alert(1)>", "[x](vbscript:msgbox(1))", "[x](\\javascript:alert(1))", "[x]( javascript:alert(1) )",
    "[x](\x01javascript:alert(1))", "[a](b.md){: onclick=alert(1) }", "words\n{: onclick=alert(1) #check-window }", "# Title {: #old-step }",
    "`<script>alert(1)</script>`", "`` ` <script>alert(1)</script> ``", "`</div>`", "`a\n\n<script>x</script>`",
    "```\n<script>alert(1)</script>", "```html onclick=x\n<script>alert(1)</script>\n```", "    <script>alert(1)</script>",
    "- a\n\n    <script>x</script>\n\n        <script>y</script>", "- a\n\n    ```\n  <script>x</script>\n    ```",
    "> ```\n> <script>x</script>", "- ```\n  <script>x</script>\n  ```", "~~~\n```\n<script>x</script>\n~~~",
    "````\n```\n<script>x</script>\n```", "\t<script>x</script>", "a\n    <script>x</script>", "```\n</code></pre><script>x</script>\n````",
    "1. a\n\n   ```\n   <script>x</script>\n   ```\n", "  ```\n<script>x</script>\n  ```", "> a\n>\n>     <script>x</script>",
    "<!-- <script>x</script> -->", "<!-- open", "<![CDATA[ x ]]>", "<?php x ?>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[x](https://a.b/?\"onmouseover=alert(1)//)", "[x](https://a.b 'ti\" onmouseover=\"alert(1)')", "![a\" onerror=\"x](b.png)",
    "[[<script>x</script>]]", "[[TS-OLD-001|<script>x</script>]]", "[[TS-OLD-001|](javascript:x)]]", "[[x](javascript:alert(1))]",
    "<a href=x>y</a>", "<details open ontoggle=alert(1)>", "<p markdown=1>", "<div markdown='1' onclick=x>", "\x02wzxhzdk:0\x03 \x02klzzwxh:0001\x03",
    "wzxhzdk:0 klzzwxh:0001", "[TOC]", "--8<-- 'x'", "!!! danger\n    x", "??? note\n    x", "---\ntitle: x\n---", "{% include 'x' %} {{ 7*7 }}",
    "| a | b |\n|---|---|\n| <script>x</script> | `|` |", "*[HTML]: x", "[^1]: note", ": definition", "\\<script>x</script>", "\\`<script>x</script>\\`",
    "\\\\`<script>`x</script>", "[a]: b\n<script>x</script>", "Title <script>\n===", "a <b\n> c", "<\nscript>", "[x](\"javascript:alert(1)\")",
]  # fmt: skip


@pytest.mark.parametrize("field", ["notes", "title", "trigger"])
@pytest.mark.parametrize("written", HOSTILE)
def test_hostile_texts_do_nothing(written: str, field: str) -> None:
    seen = assert_harmless(html_of(page_of(written, field)))
    assert "Do the old thing" in seen.inside("h3")[0], "what follows is swallowed"
    assert len(seen.inside("h1")) == 1
    assert any("Changes" in each for each in seen.inside("h2")), "what follows is swallowed"


@cache
def naughty() -> list[str]:
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8")) if NAUGHTY.exists() else []
    return [each for each in strings if each.strip()]


needs_corpus = pytest.mark.skipif(not NAUGHTY.exists(), reason="the corpus is not there")


@needs_corpus
def test_naughty_strings_come_out_as_they_were_written() -> None:
    for start in range(0, len(naughty()), 16):
        written = naughty()[start : start + 16]
        steps = [
            {"id": f"step-{i}", "title": each, "role": "agent", "text": each, "checklist": [each], "tools": [each],
             "ask": each, "answers": {each: "finished"}}
            for i, each in enumerate(written)
        ]  # fmt: skip
        data = source.read("old.yaml", OLD, OUTLINE).data | {
            "title": written[0],
            "steps": steps,
            "tags": written,
            "notes": written[-1],
        }
        seen = assert_harmless(html_of(sop_page(as_yaml(data))))
        titles = [plain(each) for each in seen.inside("h3")]
        assert plain(seen.inside("h1")[0]).startswith(plain(written[0]))
        for i, each in enumerate(written):
            assert titles[i].removesuffix("¶").strip() == f"{i + 1} {plain(each)}".strip()
            rows = ["".join(plain(row).split()) for row in seen.inside("tr")]
            assert "".join(f"{plain(each)}● The old end".split()) in rows


@needs_corpus
def test_naughty_strings_do_nothing_in_any_field() -> None:
    for written in [*naughty()[::40], *(each for each in naughty() if "{{" in each or "javascript:" in each)][
        :24
    ]:
        data = everywhere(source.read("full.yaml", FULL, OUTLINE).data, Record(Sop), written)
        seen = assert_harmless(html_of(sop_page(as_yaml(data))))
        assert plain(seen.inside("h1")[0]).startswith(plain(written))


def everywhere(data: Any, shape: Shape, text: str) -> Any:
    """The same data with a text in every field that takes one."""
    match shape:
        case Text():
            return text
        case Record():
            if isinstance(data, str):
                return text
            return {
                name: everywhere(value, shape.part.__keys__[name].shape, text) for name, value in data.items()
            }
        case List():
            return [
                everywhere(each, shape.item, text) for each in (data if isinstance(data, list) else [data])
            ]
        case Map():
            return {name: everywhere(value, shape.value, text) for name, value in data.items()}
        case Either():
            fitting = next((each for each in shape.shapes if each.accepts(data)), None)
            return everywhere(data, fitting, text) if fitting else data
    return data


_BITS = st.lists(
    st.sampled_from(
        ["`", "``", "```", "~~~", "<script>", "</script>", "<b onclick=x>", "\n", "\n\n", "    ", "  ", "- ", "1. ", "> ", "# ", "[", "](",
         "javascript:", ")", "]", "[x]: ", "|", "\\", "&#106;", "{: #x }", "word", " ", "===", "---", "\t", "<!--", "-->", "\"", "'", "*", "_", "[[", "]]", "!"]
    ),
    max_size=24,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(_BITS)
def test_no_mixture_of_marks_gets_out(written: str) -> None:
    made = blocks.html(written, lambda _: None, writing.external, 4, outline=True)
    inside = writing.inline(written, _nowhere)
    page = f'---\n---\n<div markdown="1">\n{made}\n</div>\n\n<p markdown="span">{inside}</p>\n\n<h2 id="after" markdown="span">After</h2>\n'
    seen = assert_harmless(html_of(page))
    assert [each.rstrip("¶") for each in seen.inside("h2")] == ["After"]
    assert not seen.inside("h1")
    assert not seen.inside("h3")


def _nowhere(kind: str, written: str) -> str | None:
    return writing.external(written) if kind == "link" else None


# Markdown of writers


@pytest.mark.parametrize(
    ("written", "html"),
    [("**bold** and *soft*", "<strong>bold</strong> and <em>soft</em>"), ("- a\n- b", "<li>a</li>"),
     ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>"), ("`a_b <c>`", "<code>a&#95;b &#60;c&#62;</code>"),
     ("[site](https://example.org/a_b?c=1&d=2)", 'href="https://example.org/a_b?c=1&amp;d=2"'),
     ("<https://example.org/x>", 'href="https://example.org/x"'), ("[old](TS-OLD-001.yaml#old-step)", 'href="#old-step"'),
     ("[x][a]\n\n[a]: https://example.org", 'href="https://example.org"'), ("![A plan](plan.png)", 'src="../../files/sops/plan.png"'),
     ("[more](more.md)", 'href="../../files/sops/more/"'), ("[more](more.md#größe--mehr)", 'href="../../files/sops/more/#groe-mehr"'),
     ("[more](more.md#gr%C3%B6%C3%9Fe-mehr)", 'href="../../files/sops/more/#groe-mehr"'), ("[more](more.md#gone)", 'href="../../files/sops/more/"'),
     ("[old](TS-OLD-001.yaml#change-history)", 'href="#_change_history"'), ("# Own\n\nx\n\n## Lower", '<h3 id="own">Own'), ("Own\n===", '<h3 id="own">Own'),
     ("1. a\n\n    deeper", "<p>deeper</p>"), ("> quoted", "<blockquote>"), ("[[role:agent]]", 'href="../../roles/agent/"'), ("**of** [[role:agent]]", 'href="../../roles/agent/"'),
     ("[[#old-step|there]]", '<a href="#old-step">there</a>'), ("[[TS-OLD-001#old-step]]", "The old way: Do the old thing"),
     ("See [[#old-step|over\n there]]", '<a href="#old-step">over there</a>'), ("- **See** [[#old-step|over\n  there]]", '<a href="#old-step">over there</a>'),
     ("> See [[#old-step|over\n> there]]", '<a href="#old-step">over there</a>'), ("a [[#old-step|over\n- there]]", "[[#old-step|over"),
     ("[here](#change-history)", 'href="#_change_history"'), ("{{field}} {% if %}", "{{field}} {% if %}"),
     ("line one  \nline two", "<br"), ("[[NO-SUCH-1]]", "[[NO-SUCH-1]]"), ("[x](gone.md)", "[x]")],
)  # fmt: skip
def test_ordinary_markdown_stays_markdown(written: str, html: str) -> None:
    made = html_of(page_of(written))
    assert html in made or html in Seen(made).text


PROSE = ROOT.parent / "shared/corpora/pagerduty-incident-response/docs"


@pytest.mark.skipif(not PROSE.exists(), reason="the corpus is not there")
def test_real_prose_renders_as_it_would_without_us() -> None:
    def outline(html: str) -> tuple[str, list[str]]:
        seen = Seen(html)
        tags = ["heading" if re.fullmatch("h[1-6]", tag) else tag for tag, _ in seen.tags]
        return " ".join(seen.text.split()), tags

    def anywhere(written: str) -> str:
        return writing.external(written) or writing.quote(written) or "#"

    host = MarkdownIt("commonmark", {"html": False}).enable("table")
    compared = 0
    for path in sorted(PROSE.rglob("*.md")):
        text = path.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")[2]
        if text:
            compared += 1
            ours = blocks.html(text, lambda _: None, anywhere, 1)
            assert outline(ours) == outline(host.render(text)), path
    assert compared > 5


LISTS = """\
Before you begin, have at hand:
- the order number
- the phone number

1. Open the tool:

   ```
   tool --account ID
   ```

2. If the balance is not zero:
   - pay it out
   - note the sum
3. Lock it.
"""


def test_a_list_below_a_sentence_and_lists_in_lists_are_lists() -> None:
    made = blocks.html(LISTS, lambda _: None, writing.external, 4)
    assert "<p>Before you begin, have at hand&#58;</p>\n<ul>\n<li>the order number</li>" in made
    assert "<li>\n<p>If the balance is not zero&#58;</p>\n<ul>\n<li>pay it out</li>" in made
    assert made.count("<ol>") == 1
    assert Seen(made).inside("pre") == ["tool --account ID\n"]


@pytest.mark.parametrize("field", ["notes", "scope"])
@pytest.mark.parametrize(
    ("written", "html"),
    [("As agreed:\n\n3. x\n4. y", '<ol start="3">'), ("Sums:\n| a | b |\n|---|--:|\n| 1 | 2 |", "<td>1</td>"),
     ("- a\n  - b\n    - c", "<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>"), ("- a\n+ b", "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>"),
     ("- [x] done\n- [ ] open", '<li class="task-list-item"><input type="checkbox" disabled> open</li>'),
     ("- a [[TS-OLD-001|the <old>]]", 'the &#60;old&#62;</a>'), ("| a |\n|---|\n| [[#old-step|there]] |", 'href="#old-step">there</a></td>'),
     ("- `[[a|b]]`", "<code>&#91;&#91;a&#124;b&#93;&#93;</code>"), ('- [x](gone.md "t")', "<li>&#91;x&#93;(gone.md &#34;t&#34;)</li>"),
     ("- a[^1]\n\n[^1]: Ask", "<p>&#91;&#94;1&#93;&#58; Ask</p>"),
     ("- a <!-- sopctl: ignore[SOP701] x -->", "<li>a </li>"), ("- ![a](gone.png)", "<li>&#33;&#91;a&#93;(gone.png)</li>")],
)  # fmt: skip
def test_a_text_is_what_a_code_host_shows(written: str, html: str, field: str) -> None:
    assert html in page_of(written, field)


def test_code_stays_as_it_was_written() -> None:
    code = "if a < b && c: [[x]] {{ y }} <script>\n  # no heading\n    deeper"
    for written in (
        f"```\n{code}\n```",
        f"~~~python\n{code}",
        "Say:\n\n" + "\n".join(f"    {each}" for each in code.split("\n")),
    ):
        seen = Seen(html_of(page_of(written)))
        assert code in "".join(seen.inside("pre")), written


def test_code_in_lists_and_quotations_has_its_colours() -> None:
    code = 'id: "<b>"  # {{ x }}\n\nmore: *x*\n'
    for first, then, language in (("- ", "  ", "yaml"), ("1. ", "   ", "yaml"), ("> ", "> ", "nobody-s")):
        written = first + f"```{language}\n{code}```".replace("\n", f"\n{then}")
        made = blocks.html(written, lambda _: None, writing.external, 4, outline=True)
        assert "".join(Seen(made).inside("pre")) == code
        assert ('<pre class="highlight"><code><span class="nt">id</span>' in made) == (language == "yaml")
        assert not re.search(r"[{*`]|<b>", made)


def test_linked_markdown_is_published_as_harmless_as_the_rest() -> None:
    _, pages = made(
        **{
            "sops/TS-OLD-001.yaml": OLD
            + "notes: See [more](more.md) and ![plan](plan.png) and [env](../.env).\n"
        }
    )
    assert pages.files == {"files/sops/plan.png": "sops/plan.png"}
    assert "&#60;b&#62;Raw" in pages.pages["files/sops/more.md"]


# Templates


def shipped() -> dict[str, str]:
    return {path.name: path.read_text() for path in (ROOT / "templates").glob("*.md.jinja")}


def test_a_template_of_the_knowledge_base_takes_the_place_of_ours() -> None:
    pages = site(full()[0], Templates(shipped(), {"tags.md.jinja": "only tags: {{ tags | length }}"}))
    assert pages.pages["tags.md"] == "only tags: 2"


def test_a_copy_of_our_templates_makes_the_same_pages() -> None:
    copied = site(full()[0], Templates(shipped(), shipped()))
    assert copied.pages == site(full()[0], Templates(shipped())).pages


def test_a_template_may_use_all_that_jinja_calls() -> None:
    written = (
        "{% macro twice(said) %}{{ said }}{{ said }}{% if caller is defined %}{{ caller('!') }}{% endif %}{% endmacro %}"
        "{% block top %}{% for each in [1, 2] %}{{ twice(said=each) }}{% endfor %}{% endblock %}"
        "{% call(mark) twice('a') %}{{ mark }}{% endcall %}{{ self.top() }}"
        "{% for each in [[3], 4] recursive %}{{ loop(each) if each is iterable else each }}{% endfor %}"
    )
    mine = Templates({}, {"mine.md.jinja": written}).render("mine")
    assert mine == "1122aa!112234"


def test_a_template_may_multiply() -> None:
    mine = Templates(
        {}, {"mine.md.jinja": "{{ '-' * 3 }} {{ 2 * 1.5 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ [1] * 2 }}"}
    )
    assert mine.render("mine") == "--- 3.0 1024 0.5 [1, 1]"


def test_a_template_of_the_knowledge_base_may_ask_for_what_is_not_there() -> None:
    written = "{{ sop.nickname | default('none') }} {{ sop.nickname is defined }} {{ colours.red }}"
    mine = Templates({}, {"mine.md.jinja": written})
    assert mine.render("mine", sop=full()[0].sops[0], colours={"red": "#f00"}) == "none False #f00"


def test_our_templates_say_plainly_what_they_lack() -> None:
    with pytest.raises(
        TemplateTrouble, match=r"sopctl's mine.md.jinja, line 1: .*has no attribute `nickname`"
    ):
        Templates({"mine.md.jinja": "{{ sop.nickname }}"}).render("mine", sop=full()[0].sops[0])


@pytest.mark.parametrize(
    ("template", "said"),
    [("one\n{{ nothing.here }}", "templates/tags.md.jinja, line 2: `nothing` is undefined"),
     ("{% if %}", "templates/tags.md.jinja, line 1: Expected an expression, got `end of statement block`"),
     ("\n\n{{ tags.nope }}", "templates/tags.md.jinja, line 3: `list object` has no attribute `nope`"),
     ("{{ 1 / 0 }}", "templates/tags.md.jinja, line 1: division by zero"),
     ("\n{{ 2.0 ** 10000 }}", "templates/tags.md.jinja, line 2: a number or text becomes too large here"),
     ("{{ 'x' * 10 ** 15 }}", "templates/tags.md.jinja, line 1: a number or text becomes too large here"),
     ("{{ 'x' * 10 ** 10 }}", "templates/tags.md.jinja, line 1: a number or text becomes too large here"),
     ("{% macro m(n) %}{{ n * [1] }}{% endmacro %}\n{% block b %}{{ m(10 ** 9) }}{% endblock %}", "templates/tags.md.jinja, line 1: a number or text becomes too large here"),
     ("{{ 10 ** (10 ** 10) }}", "templates/tags.md.jinja, line 1: a number or text becomes too large here"),
     ("{{ 'x' * 10 ** 30 }}", "templates/tags.md.jinja, line 1: a number or text becomes too large here"),
     ("{% for each in range(10 ** 12) %}{% endfor %}", "templates/tags.md.jinja, line 1: a number or text becomes too large here"),
     ("{{ 10 ** 5000 }}", "templates/tags.md.jinja, line 1: a number or text becomes too large here"),
     ("{{ cycler().next() }}", "templates/tags.md.jinja, line 1: at least one item has to be provided"),
     ("\n{% include 'parts/foo.md.jinja' %}", "templates/tags.md.jinja, line 2: no template is called `parts/foo.md.jinja`"),
     ("{% include ['a', 'b'] %}", "templates/tags.md.jinja, line 1: none of the templates given were found: a, b"),
     ("{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}", "templates/tags.md.jinja, line 2: this goes on without end "
      "(a macro or template that uses itself must stop at some time) or is nested too deep")],
)  # fmt: skip
def test_a_mistake_in_a_template_names_it_and_the_line(template: str, said: str) -> None:
    with pytest.raises(TemplateTrouble) as raised:
        site(full()[0], Templates(shipped(), {"tags.md.jinja": template}))
    assert str(raised.value) == said


def test_a_mistake_in_a_template_of_ours_is_called_one() -> None:
    with pytest.raises(
        TemplateTrouble,
        match=r"^sopctl's tags\.md\.jinja, line 1: .*; this is a mistake of sopctl itself, pl",
    ):
        Templates({"tags.md.jinja": "{{ tags() }}"}).render("tags", tags=None)


def test_templates_may_stand_in_folders_below(tmp_path: Path) -> None:
    write(tmp_path / "templates/sop.md.jinja", '{% include "parts/top.md.jinja" %} and more')
    write(tmp_path / "templates/parts/top.md.jinja", "the top")
    write(tmp_path / "templates/parts/end.md.jinja", "the end")
    own = load(tmp_path / "templates")
    assert own.render("sop") == "the top and more"
    assert [each.partition(":")[0] for each in own.unused] == ["templates/parts/end.md.jinja is not used"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sop.md", "sop.md.jinja"), ("sop.jinja", "sop.md.jinja"), ("sop.md.j2", "sop.md.jinja"), ("sop.html.jinja", "sop.md.jinja"),
     ("Sop.md.jinja", "sop.md.jinja"), ("SOPS.MD.JINJA", "sops.md.jinja"), ("steps_of.md.jinja2", "steps-of.md.jinja"),
     ("review.htm.jinja", "review.html.jinja"), ("new/sop.yaml.j2", "new/sop.yaml.jinja"), ("new/sop.yaml", "new/sop.yaml.jinja"),
     ("charter.jinja", "")],
)  # fmt: skip
def test_a_template_of_a_wrong_name_is_told_with_the_near_one(tmp_path: Path, name: str, meant: str) -> None:
    write(tmp_path / "templates" / name, "x")
    [said] = load(tmp_path / "templates").unused
    assert said.startswith(f"templates/{name} is not used")
    assert (f"(did you mean `{meant}`?)" in said) == bool(meant)
    assert ("did you mean" in said) == bool(meant)


def test_what_other_templates_take_in_and_what_is_no_template_is_not_told(tmp_path: Path) -> None:
    write(
        tmp_path / "templates/sop.md.jinja",
        '{% import "macros.jinja" as m %}{% include "parts/top.j2" %}{{ m.more() }}',
    )
    write(tmp_path / "templates/macros.jinja", "{% macro more() %} and more{% endmacro %}")
    write(tmp_path / "templates/parts/top.j2", "the top")
    for name in ("README.md", "logo.svg", ".gitkeep", "review.html.jinja", "new/sop.yaml.jinja"):
        write(tmp_path / "templates" / name, "x")
    own = load(tmp_path / "templates")
    assert own.unused == ()
    assert own.render("sop") == "the top and more"


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_a_template_that_is_no_file_of_the_repository_is_not_read(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "elsewhere/secret", "secret")
    write(tmp_path / "templates/parts.md", "x")
    template = tmp_path / "templates/sop.md.jinja"
    if kind == "pipe":
        os.mkfifo(template)
    else:
        template.symlink_to("/dev/zero" if kind == "device" else "../elsewhere/secret")
    said = "a pipe or a device" if kind == "pipe" else "leads out of the repository"
    with pytest.raises(FileTrouble, match=f"^templates/sop.md.jinja: this .*{said}"):
        load(tmp_path / "templates")


def test_a_template_that_is_no_text_is_named_as_the_others_are(tmp_path: Path) -> None:
    write(tmp_path / "templates/sop.md.jinja", b"one\n\xff")
    with pytest.raises(FileTrouble) as raised:
        load(tmp_path / "templates")
    assert str(raised.value).startswith("templates/sop.md.jinja: this file is not UTF-8: line 2 ")
