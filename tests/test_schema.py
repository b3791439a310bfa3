"""The JSON Schema that editors use, and the records of the format's reference page."""

import functools
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from sopctl import library
from sopctl.example import LEAST
from sopctl.model import Registers, Sop
from sopctl.schema import reference, schema

SOPS = Path(__file__).parent.parent / "sops"
FILES = sorted(SOPS.rglob("*.yaml"))
KINDS = ("sop", "registers")


@functools.cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema(kind))


def complaints(kind: str, data: Any) -> list[str]:
    return [error.message for error in validator(kind).iter_errors(data)]


def as_an_editor_reads(text: str) -> Any:
    """YAML 1.2 with its types; dates are texts there."""
    return _plain(YAML(typ="safe", pure=True).load(text))


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_a_valid_schema_of_its_draft(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_in_the_schema_leads_to_a_record(kind: str) -> None:
    made = schema(kind)
    targets = {f"#/$defs/{name}" for name in made["$defs"]}
    found = set(_references(made))
    assert found == targets


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_file_that_reads_without_problems_is_valid_in_an_editor(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    [typed] = library.build({path.name: text}, date(2026, 11, 21)).typed
    if typed.problems:
        pytest.skip("this file has problems of its own")
    assert complaints("sop" if typed.sop else "registers", as_an_editor_reads(text)) == []


def test_the_least_sop_is_valid() -> None:
    assert complaints("sop", LEAST) == []


@pytest.mark.parametrize("key", Sop.__required__)
def test_a_sop_without_a_required_key_is_not_valid(key: str) -> None:
    assert complaints("sop", {word: value for word, value in LEAST.items() if word != key})


def test_a_file_with_an_unknown_key_is_not_valid() -> None:
    assert complaints("sop", LEAST | {"pupose": "A slip."})
    assert complaints("registers", {"rolls": {}})
    assert complaints("registers", {"roles": {"lead": {"title": "Lead", "boss": "nobody"}}})


def test_an_unknown_key_of_a_step_is_not_valid() -> None:
    assert complaints("sop", LEAST | {"steps": [{"id": "look", "title": "Look at it", "rol": "lead"}]})


def test_one_value_stands_for_a_list_of_one() -> None:
    assert complaints("sop", LEAST | {"tags": "driver", "steps": LEAST["steps"][0]}) == []


def test_a_checklist_item_may_be_a_text_or_a_mapping() -> None:
    step = LEAST["steps"][0] | {
        "checklist": ["The notice is there", {"text": "So is its proof", "within": "4h"}]
    }
    assert complaints("sop", LEAST | {"steps": [step]}) == []


def test_numbers_and_truth_values_may_stand_where_texts_are_read() -> None:
    row = {"when": {"strikes": 3, "hold": True, "score": [1.5, "> 2"]}, "then": "done"}
    step = LEAST["steps"][0] | {"decide": [row]}
    assert complaints("sop", LEAST | {"title": 2026, "steps": [step]}) == []


def test_a_wrong_choice_is_not_valid() -> None:
    assert complaints("sop", LEAST | {"status": "finished"})


def test_every_key_is_explained_where_the_editor_hovers() -> None:
    for kind in KINDS:
        made = schema(kind)
        for record in (made, *made["$defs"].values()):
            assert record["title"]
            assert record["description"]
            assert all(value["markdownDescription"] for value in record["properties"].values())


def test_the_reference_lists_every_key_of_every_record() -> None:
    listed = {record.name: [key.name for key in record.keys] for record in reference()}
    for kind in KINDS:
        made = schema(kind)
        for name, record in made["$defs"].items():
            assert listed[name] == list(record["properties"])
    assert listed["Sop"] == list(Sop.__keys__)
    assert listed["Registers"] == list(Registers.__keys__)


def test_the_reference_leads_only_to_records_that_it_has() -> None:
    records = reference()
    names = {record.name for record in records}
    assert {inner for record in records for key in record.keys for inner in key.records} <= names


def test_the_reference_tells_what_is_required_and_what_holds_without_a_word() -> None:
    step = next(record for record in reference() if record.name == "Step")
    keys = {key.name: key for key in step.keys}
    assert keys["title"].required
    assert not keys["text"].required
    assert keys["hit_policy"].default == "unique"
    assert keys["hit_policy"].holds == "`unique` or `first` or `any`"
    assert keys["checklist"].records == ("Check",)
    assert keys["text"].default == ""


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
