"""Programs get the same knowledge base: whole, in the form that is promised, at addresses that stay."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from sopctl import files, library, schema
from sopctl.library import Library
from sopctl.model.sop import Sop
from sopctl.record import Part
from sopctl.render import Addresses, load, site
from sopctl.render.links import FROM_THE_TOP
from sopctl.render.programs import programs

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
ATOM = "{http://www.w3.org/2005/Atom}"
HERE = Addresses("https://sops.example/handbook/", False)


@pytest.fixture(scope="module")
def handbook() -> Library:
    return library.build(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))


@pytest.fixture(scope="module")
def made(handbook: Library) -> dict[str, str]:
    return programs(handbook, FROM_THE_TOP)


def test_every_sop_is_listed_and_its_data_is_where_the_list_says(
    handbook: Library, made: dict[str, str]
) -> None:
    listed = json.loads(made["sops.json"])["sops"]
    assert [each["id"] for each in listed] == [sop.id for sop in handbook.sops]
    for each in listed:
        assert json.loads(made[each["data"]])["sop"]["id"] == each["id"]
        assert each["page"] == f"sops/{each['id']}/"


def test_the_data_of_a_sop_is_a_sop_by_the_schema(handbook: Library, made: dict[str, str]) -> None:
    validator = jsonschema.Draft202012Validator(schema.schema("sop"))
    for sop in handbook.sops:
        errors = [
            error.message for error in validator.iter_errors(json.loads(made[f"sops/{sop.id}.json"])["sop"])
        ]
        assert errors == []


def test_read_again_the_data_is_the_same_sop(handbook: Library, made: dict[str, str]) -> None:
    for sop in handbook.sops:
        again, reading = Sop.make(_as_text(json.loads(made[f"sops/{sop.id}.json"])["sop"]))
        assert reading.problems == []
        assert same(again, sop), sop.id


def _as_text(data: Any) -> Any:
    """As a reader would have it: every scalar is a text."""
    match data:
        case dict():
            return {name: _as_text(each) for name, each in data.items()}
        case list():
            return [_as_text(each) for each in data]
        case bool():
            return str(data).lower()
    return data if isinstance(data, str) else str(data)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Part) and type(one) is type(other):
        return all(
            same(getattr(one, k.attribute), getattr(other, k.attribute)) for k in one.__keys__.values()
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if type(one) is tuple and type(other) is tuple:
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def test_the_feed_is_atom_and_its_names_do_not_hang_on_where_the_site_stands(
    handbook: Library, made: dict[str, str]
) -> None:
    here = ElementTree.fromstring(programs(handbook, HERE)["feed.xml"])
    there = ElementTree.fromstring(made["feed.xml"])
    entries = here.findall(f"{ATOM}entry")
    assert len(entries) == 50
    for entry in (here, *entries):
        for name in ("id", "title", "updated"):
            assert (entry.findtext(f"{ATOM}{name}") or "").strip(), name
    ids = [each.text for each in here.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    assert ids == [each.text for each in there.iter(f"{ATOM}id")]
    links = [str(each.get("href")) for each in here.iter(f"{ATOM}link")]
    assert all(link.startswith("https://sops.example/handbook/") for link in links)
    assert links[1:3] == [
        "https://sops.example/handbook/changes.html",
        f"https://sops.example/handbook/sops/{_newest(handbook)}.html",
    ]
    days = [each.findtext(f"{ATOM}updated") for each in entries]
    assert days == sorted(days, key=str, reverse=True)


def _newest(handbook: Library) -> str:
    dated = [(change.on, sop.id) for sop in handbook.sops for change in sop.change_history]
    last = max(on for on, _ in dated)
    return min(id for on, id in dated if on == last)


def test_hostile_texts_break_neither_feed_nor_guide() -> None:
    texts = {
        "sops/registers.yaml": 'knowledge_base: {title: "<b>&]]> \\u0007", about: "# Not\\na heading"}\n',
        "sops/A-1.yaml": 'id: A-1\ntitle: "](x) <script> & \\u000b"\nversion: 1.0.0\nstatus: draft\nowner: o\npurpose: "a\\n\\n## b"\n'
        'scope: s\ntrigger: t\nchange_history: [{version: 1.0.0, on: 2026-01-01, author: o, summary: "]]> <&"}]\n',
    }  # fmt: skip
    made = programs(library.build(texts, TODAY), FROM_THE_TOP)
    feed = ElementTree.fromstring(made["feed.xml"])
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == "]]> <&"
    lines = made["llms.txt"].splitlines()
    assert [line for line in lines if line.startswith("#")] == [lines[0], "## Optional"]
    assert lines[-1] == "- [A-1 )(x) <script> &](sops/A-1.json): Draft. a ## b"


def test_the_guide_leads_to_the_data_of_procedures_in_force_first(
    made: dict[str, str], handbook: Library
) -> None:
    said = made["llms.txt"]
    assert said.startswith("# Trust & Safety and Seller Support handbook\n\n> This handbook is an example")
    for sop in handbook.sops:
        assert f"({f'sops/{sop.id}.json'})" in said


def test_the_guide_names_what_a_text_refers_to() -> None:
    texts = {
        "sops/r.yaml": 'knowledge_base: {title: T, about: "Start with [[A-1]],\\nthen [[A-1|the rest]]."}\n',
        "sops/A-1.yaml": 'id: A-1\ntitle: x\nversion: 1.0.0\nstatus: draft\npurpose: "See [[term:hold|holds]]."\n',
    }
    lines = programs(library.build(texts, TODAY), FROM_THE_TOP)["llms.txt"].splitlines()
    assert lines[2] == "> Start with A-1, then the rest."
    assert lines[-1] == "- [A-1 x](sops/A-1.json): Draft. See holds."


def test_a_renamed_sop_is_reached_at_its_old_address_and_found_by_its_old_id() -> None:
    text = 'id: A-2\ntitle: Open the dock\nversion: 1.0.0\nstatus: draft\nowner: o\nformerly: [A-1]\npurpose: p\nscope: "See [[A-1]]."\n'
    whole = library.build({"sops/A-2.yaml": text}, TODAY)
    page = site(whole, load(), diagnostics=()).pages["sops/A-1.md"]
    assert "A-1 is called A-2 now" in page
    assert '<a href="../../sops/A-2/">A-2 Open the dock</a>' in page
    assert "location.replace(" in page
    missing = [each.message for each in whole.missing["sops/A-2.yaml"] if each.code == "SOP301"]
    assert missing == ["no SOP is called `A-1`: it is called `A-2` now"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("id: A-1\n", "`A-1` is the id of sops/other.yaml: an id is never used again"),
        ("id: A-0\nformerly: A-1\n", "`A-1` was the id of A-0 too: one of the two never had it"),
    ],
)
def test_an_old_id_belongs_to_one_sop_alone(other: str, said: str) -> None:
    whole = library.build({"sops/other.yaml": other, "sops/z.yaml": "id: A-2\nformerly: [A-1]\n"}, TODAY)
    assert [(each.path, each.message) for each in whole.twice] == [("sops/z.yaml", said)]
