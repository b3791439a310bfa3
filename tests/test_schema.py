"""The JSON Schema that editors use, and the records of the format's reference page."""

import copy
import functools
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from nasty import homes
from ruamel.yaml import YAML

from sopctl import library
from sopctl.example import LEAST
from sopctl.model import Registers, Sop
from sopctl.reading import Reading
from sopctl.record import Part, Record
from sopctl.schema import reference
from sopctl.schema import schema as made
from sopctl.shape import Shape

SOPS = Path(__file__).parent.parent / "sops"
FILES = sorted(SOPS.rglob("*.yaml"))
KINDS = ("sop", "registers")
ROOTS: dict[str, type[Part]] = {"sop": Sop, "registers": Registers}
VALUES: list[Any] = [
    "", " ", "\t\n", "\u00a0", "a", "A", "a b", "A b", "a-b.c", "a--b", "-a", "Check-window", "trigger", "otherwise",
    "TS-APP-002", "TS-APP-002#send", "#send", "#Send", "TS", "größe", "Hafen.", "@court", " TS-APP-002",
    "null", "~", "yes", "true", "TRUE", "tRUE", "2.1.0", "2.1", "02.1.0", "2.1.0-rc", "1e5", "0x1F", "1_000", " 1", "1.", ".5",
    "0", "-1", "+1", "007", "1.5", "-1.5", "99", "100", "101", "1" * 15, "1" * 16, "1" * 18, "1" * 19, "90%",
    "2026-02-17", "2026-02-29", "2026-13-01", "2026-2-17", "0000-01-01", "17.02.2026", "2026-02-17T10:00:00Z",
    "4h", "4bh", "4 h", "4H", "0d", "-4h", "1" * 10 + "m", "P14D", "PT4H", "P1W", "P", "PT", "P1DT", "P1.5D", "p1d", "P1M1Y",
    "mon", "Mon-FRI", "mon-", "mon,tue", "monday", "09:00-17:00", "9:00-17:00", "00:00-24:00", "09:00-24:30", "09:60-17:00",
    "effective", "Effective", "yes-no", "major", "up", "> 90", "1..5", "not(a, b)", "-",
    0, 1, -1, 99, 100, 101, 1.5, -1.5, 10**15 - 1, 10**15, 10**18 - 1, 10**18, -(10**18), True, False, None,
    [], [[]], {}, [""], [None], ["a"], [" "], ["a", ["b"]], ["4h", 4], [1, True], {"": "a"}, {"a": ""}, {"a": "b"}, {"A b": 1},
    {"trigger": "a"}, {"a": ["b"]}, {"a": []}, {"a": {}}, {"a": None}, {"a": [None]}, [{}], [{"a": "b"}],
]  # fmt: skip
"""What may stand anywhere. Whether `17:00-09:00` or `P1Y2D` goes together, no schema tells."""
NUMERALS = ["0x1F", "0o17", "1e5", "1E-5", "+1", "-0", "007", "1.", ".5", "+1.50", "True", "FALSE"]


@functools.cache
def schema(kind: str) -> dict[str, Any]:
    return made(kind)


@functools.cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema(kind))


def complaints(kind: str, data: Any) -> list[str]:
    return [error.message for error in validator(kind).iter_errors(data)]


@functools.cache
def as_an_editor_reads(text: str) -> Any:
    """YAML 1.2 with its types; dates are texts there."""
    return _plain(YAML(typ="safe", pure=True).load(text))


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_a_valid_schema_of_its_draft(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_in_the_schema_leads_to_a_record(kind: str) -> None:
    whole = schema(kind)
    targets = {f"#/$defs/{name}" for name in whole["$defs"]}
    found = set(_references(whole))
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
        whole = schema(kind)
        for record in (whole, *whole["$defs"].values()):
            assert record["title"]
            assert record["description"]
            assert all(value["markdownDescription"] for value in record["properties"].values())


def test_every_choice_is_explained_where_the_editor_offers_it() -> None:
    for kind in KINDS:
        whole = schema(kind)
        for record in (whole, *whole["$defs"].values()):
            for name, takes in record["properties"].items():
                told = takes.get("markdownEnumDescriptions", [])
                assert ("enum" in takes) == bool(told), name
                assert len(told) == len(takes.get("enum", []))
                assert all(told), name


def test_what_an_editor_says_of_a_wrong_value_is_what_it_should_be() -> None:
    takes = schema("sop")["properties"]["version"]
    assert takes["errorMessage"] == "it should be a version such as `2.1.0`: major.minor.patch"


def test_the_reference_lists_every_key_of_every_record() -> None:
    listed = {record.name: [key.name for key in record.keys] for record in reference()}
    for kind in KINDS:
        whole = schema(kind)
        for name, record in whole["$defs"].items():
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


@pytest.fixture
def values_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading says nothing of how values go together, which a schema does not know."""
    for part in (part for kind in KINDS for part in parts(kind)):
        monkeypatch.setattr(part, "slips", Part.slips)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("values_alone")
def test_the_schema_takes_the_values_that_are_read(kind: str) -> None:
    apart, met = [], list[Any]()
    for part in parts(kind):
        for name, key in part.__keys__.items():
            takes = the_property(kind, part, name)
            if takes not in met:
                met.append(takes)
                takes_it = checker(kind, takes).is_valid
                apart += [(part.__name__, name, v) for v in VALUES if takes_it(v) == refused(key.shape, v)]
    assert apart == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("values_alone")
def test_the_schema_takes_the_changed_files_that_are_read(kind: str) -> None:
    rng, apart, counts = random.Random(kind), [], Counter[bool]()
    shape, takes_it = Record(ROOTS[kind]), checker(kind, schema(kind)).is_valid
    files = [as_an_editor_reads(path.read_text(encoding="utf-8")) for path in FILES]
    files = [data for data in files if ("id" in data) == (kind == "sop")]
    for _ in range(100):
        data, what = changed(copy.deepcopy(rng.choice(files)), rng)
        taken = takes_it(data)
        counts[taken] += 1
        if taken == refused(shape, data):
            apart.append(what)
    assert apart == []
    assert min(counts.values()) > 10


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_takes_what_is_read_of_a_number_however_it_is_written(kind: str) -> None:
    """Nothing but `null` and `~`: to an editor they are the same as no value, which is refused."""
    apart = []
    for text in NUMERALS:
        [typed] = YAML(typ="safe", pure=True).load(f"[{text}]")
        for part in parts(kind):
            for name, key in part.__keys__.items():
                if not refused(key.shape, text) and not checker(
                    kind, the_property(kind, part, name)
                ).is_valid(typed):
                    apart.append((part.__name__, name, text))
    assert apart == []


def changed(data: Any, rng: random.Random) -> tuple[Any, str]:
    """The data with one value, key or item that is another, and what that is."""
    holder, at = rng.choice([*held(data)])
    if isinstance(holder, dict) and rng.random() < 0.2:
        del holder[at]
        return data, f"without `{at}`"
    if isinstance(holder, dict) and rng.random() < 0.2:
        name = rng.choice(["otherwise", "text", "A b", "new", ""])
        holder[name] = holder.pop(at)
        return data, f"`{at}` is called `{name}`"
    holder[at] = rng.choice(VALUES)
    return data, f"`{at}` is {holder[at]!r}"


def held(data: Any) -> Iterator[tuple[Any, Any]]:
    """What holds each value, and the key or number by which it does."""
    for at, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield data, at
        if isinstance(value, dict | list):
            yield from held(value)


def parts(kind: str) -> list[type[Part]]:
    return list(dict.fromkeys(shape.part for shape, _ in homes(Record(ROOTS[kind]))))


def the_property(kind: str, part: type[Part], name: str) -> dict[str, Any]:
    """What the schema says of the values of a key, without the words."""
    whole = schema(kind)
    record = whole if part is ROOTS[kind] else whole["$defs"][part.__name__]
    words = ("description", "markdownDescription", "default")
    return {word: value for word, value in record["properties"][name].items() if word not in words}


def checker(kind: str, takes: dict[str, Any]) -> Draft202012Validator:
    whole = {"$defs": schema(kind)["$defs"], **takes}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def refused(shape: Shape, data: Any) -> bool:
    into = Reading()
    shape.read(as_written(data), ("x",), into)
    return bool(into.problems)


def as_written(data: Any) -> Any:
    """The same as sopctl reads it: texts alone."""
    if isinstance(data, dict):
        return {key: as_written(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_written(each) for each in data]
    return data if isinstance(data, str) else "" if data is None else json.dumps(data)


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
