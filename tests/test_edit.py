"""The writers: any SOP stays the same, there and back, and the text is what a careful writer would type."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nasty import homes, sops, values
from ruamel.yaml import YAML

from sopctl import edit, source
from sopctl.edit import to_markdown, to_yaml
from sopctl.edit.yaml_writer import ordered
from sopctl.model import OUTLINE, Registers
from sopctl.record import Record
from sopctl.source import Document

ROOT = Path(__file__).parent.parent
HANDBOOK = ROOT.parent / "shared" / "corpora" / "pagerduty-incident-response" / "docs"
FILES = sorted(path for kind in ("yaml", "md") for path in (ROOT / "sops").rglob(f"*.{kind}"))

moderate = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
brief = settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])


def document(path: str, text: str) -> Document:
    read = source.read(path, text, OUTLINE)
    assert read is not None
    return read


def data(path: str, text: str) -> Any:
    read = document(path, text)
    assert read.problems == (), text
    return read.data


def stays(made: Any) -> None:
    """Each writer's text reads as what it was made from, the order of entries too: so YAML to Markdown
    to YAML ends where it began, and Markdown to YAML to Markdown."""
    expected = repr(ordered(made, OUTLINE))
    assert repr(data("x.yaml", to_yaml(made))) == expected
    assert repr(ordered(data("x.md", to_markdown(made)), OUTLINE)) == expected
    for path, text in (("x.yaml", to_yaml(made)), ("x.md", to_markdown(made))):
        assert not source.has_comments(document(path, text), OUTLINE), text


# The same SOP


@moderate
@given(sops())
def test_a_sop_stays_the_same_there_and_back(made: dict[str, Any]) -> None:
    stays(made)


@pytest.mark.parametrize(
    ("record", "wrap"), [pytest.param(*home, id=home[0].part.__name__) for home in homes()]
)
@brief
@given(st.data())
def test_every_key_stays_the_same_there_and_back(
    record: Record, wrap: Callable[[Any], Any], drawn: st.DataObject
) -> None:
    for name, key in record.part.__keys__.items():
        stays(wrap({name: drawn.draw(values(key.shape), label=name)}))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_of_the_sample_handbook_stay_the_same(path: Path) -> None:
    read = source.read(path.name, path.read_text(encoding="utf-8"), OUTLINE)
    if read is None:
        pytest.skip("a page without front matter")
    if isinstance(read.data, dict) and "id" in read.data:
        stays(read.data)
    else:
        assert data(path.name, to_yaml(read.data, Record(Registers))) == read.data


@pytest.mark.skipif(not HANDBOOK.is_dir(), reason="the corpus is not here")
def test_pages_of_a_real_handbook_survive_as_texts() -> None:
    pages = sorted(HANDBOOK.rglob("*.md"))
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        stays(
            {"purpose": text, "steps": [{"id": "a", "title": page.stem, "text": text, "checklist": [text]}]}
        )


@pytest.mark.parametrize(
    "text", ["a\n## Scope\nb\n", "- role: x\n", "| a | then |\n|---|---|\n| b | c |\n", "```\n"]
)
def test_a_text_that_looks_like_structure_stands_in_fenced_yaml(text: str) -> None:
    made = {"steps": [{"id": "a", "title": "A", "role": "lead", "text": text}]}
    written = to_markdown(made)
    assert "- role: lead\n" in written
    assert "yaml\ntext: |\n" in written
    assert data("x.md", written) == made


def test_what_nothing_else_can_hold_stands_in_front_matter() -> None:
    made = {"title": "Two\nlines", "scope": "", "steps": [], "not_applicable": {}}
    assert (
        to_markdown(made) == '---\ntitle: |-\n  Two\n  lines\nscope: ""\nsteps: []\nnot_applicable: {}\n---\n'
    )


# What it looks like

YAML_SOP = """\
id: TS-APP-002
title: Appeal review
version: 2.1.0
status: draft
owner: appeals-lead
audience: [appeals]
applies_to: {jurisdictions: [us-wa-seattle], worker_types: [delivery]}

approvals:
  - {role: legal-counsel, name: A. Person, meaning: approval, on: 2026-02-03}
purpose: >-
  One independent look at every deactivation that a driver contests, with fresh eyes, by somebody who had no
  part in the first decision.
scope: "Deactivations of drivers: not background checks."
trigger: A valid appeal is assigned.
prerequisites: [Access to the case system, Appeals calibration passed]

facts:
  new-evidence: {ask: Did the driver give evidence that the first decision did not see?, type: yes-no}

steps:
  - id: check-window
    title: Check the appeal window
    role: appeals-reviewer
    within: 4bh
    text: |
      Open the case.
      Compare the date of the notice with the date of the appeal.
    checklist:
      - The notice is in the case
      - {text: The version of the first decision is noted, evidence: The case field}
    decide:
      - when: {appeal-age: "> 90", good-cause: no}
        then: rejected-late
        because: The window is 90 days.
      - otherwise: second-look
    human: true

  - id: second-look
    title: Is the sanction proportionate?
    role: appeals-lead
    ask: Would the same sanction be chosen today?
    answers: {yes: upheld, no: check-window}

outcomes:
  upheld: {title: Deactivation upheld, adverse: true, appeal: TS-ARB-001}
  rejected-late: {title: "Rejected: too late"}
metrics: [overturn-rate]

training:
  required_for: [appeals-reviewer]
  questions:
    - ask: The driver appeals on day 91. What now?
      choices:
        - Reject it
        - Read the file, and decide
      answer: 2

change_history:
  - {version: 2.1.0, on: 2026-02-03, author: appeals-lead, summary: First version}
notes: |
  **Background.** Two paragraphs.

  The second one.
"""

MARKDOWN_SOP = """\
---
id: TS-APP-002
version: 2.1.0
status: draft
owner: appeals-lead
audience: [appeals]
applies_to: {jurisdictions: [us-wa-seattle], worker_types: [delivery]}

approvals:
  - {role: legal-counsel, name: A. Person, meaning: approval, on: 2026-02-03}
---

# Appeal review

## Purpose

One independent look at every deactivation that a driver contests, with fresh eyes, by somebody who had no part in \
the first decision.

## Scope

Deactivations of drivers: not background checks.

## Trigger

A valid appeal is assigned.

## Prerequisites

- Access to the case system
- Appeals calibration passed

## Facts

```yaml
new-evidence: {ask: Did the driver give evidence that the first decision did not see?, type: yes-no}
```

## Steps

### Check the appeal window {#check-window}

- role: appeals-reviewer
- within: 4bh
- human: true

Open the case.
Compare the date of the notice with the date of the appeal.

- [ ] The notice is in the case
- [ ] The version of the first decision is noted
  - evidence: The case field

| appeal-age | good-cause | then          | because                |
| ---------- | ---------- | ------------- | ---------------------- |
| > 90       | no         | rejected-late | The window is 90 days. |
| otherwise  |            | second-look   |                        |

### Is the sanction proportionate? {#second-look}

- role: appeals-lead
- ask: Would the same sanction be chosen today?

* yes → upheld
* no → check-window

## Outcomes

### Deactivation upheld {#upheld}

- adverse: true
- appeal: TS-ARB-001

### Rejected: too late {#rejected-late}

## Metrics

- overturn-rate

## Training

- required_for: [appeals-reviewer]

```yaml
questions:
  - ask: The driver appeals on day 91. What now?
    choices:
      - Reject it
      - Read the file, and decide
    answer: 2
```

## Change history

| version | on         | author       | summary       |
| ------- | ---------- | ------------ | ------------- |
| 2.1.0   | 2026-02-03 | appeals-lead | First version |

## Notes

**Background.** Two paragraphs.

The second one.
"""


def test_a_sop_in_yaml_becomes_this_markdown_and_the_other_way_round() -> None:
    assert edit.convert(document("TS-APP-002.yaml", YAML_SOP), "md") == MARKDOWN_SOP
    assert edit.convert(document("TS-APP-002.md", MARKDOWN_SOP), "yaml") == YAML_SOP


def test_a_table_of_nothing_but_otherwise_still_has_a_column_for_it() -> None:
    row = {"otherwise": "notify", "set": {"sanction": "none"}}
    written = to_markdown({"steps": [{"id": "a", "title": "A", "decide": [row]}]})
    assert written.endswith(
        dedent(
            """\
            | when      | then   | set sanction |
            | --------- | ------ | ------------ |
            | otherwise | notify | none         |
            """
        )
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Plain words, it's so.", "Plain words, it's so."),
        ("true", "true"),
        ("Null", '"Null"'),
        ("~", '"~"'),
        ("12", "12"),
        ("1.5e3", "1.5e3"),
        ("no", "no"),
        ("12:30", "12:30"),
        ("2026-02-17", "2026-02-17"),
        ("Note: this", '"Note: this"'),
        ("Write ticket #2", '"Write ticket #2"'),
        ("C# is fine", "C# is fine"),
        ("> 90", '"> 90"'),
        ('say "no": now', "'say \"no\": now'"),
        ("tab\there", '"tab\\there"'),
        ("a\x00\x85\u2028\ufeff", '"a\\0\\x85\\u2028\\ufeff"'),
        ("trailing ", '"trailing "'),
        ("one\ntwo\n", "|\n  one\n  two"),
        ("one\ntwo", "|-\n  one\n  two"),
        ("  one\ntwo\n", "|2\n    one\n  two"),
        ("one\n\n\n", '"one\\n\\n\\n"'),
    ],
)
def test_a_text_is_quoted_only_where_it_must_be(text: str, written: str) -> None:
    assert to_yaml({"purpose": text}) == f"purpose: {written}\n"


def test_numbers_and_booleans_stay_bare_where_the_schema_takes_them() -> None:
    made = {"steps": [{"at_most": "2", "human": "true", "decide": [{"when": {"age": "12", "ok": "true"}}]}]}
    assert to_yaml(made) == dedent(
        """\
        steps:
          - at_most: 2
            decide:
              - when: {age: 12, ok: true}
            human: true
        """
    )


@moderate
@given(sops())
def test_another_reader_of_yaml_finds_the_same_texts(made: dict[str, Any]) -> None:
    yaml = YAML(typ="base", pure=True)
    yaml.version = (1, 2)
    assert yaml.load(to_yaml(made)) == made


def test_a_block_of_one_line_is_a_text_of_its_section() -> None:
    one = YAML_SOP.replace(
        "trigger: A valid appeal is assigned.\n", "trigger: |\n  A valid appeal is assigned.\n"
    )
    assert one != YAML_SOP
    assert edit.convert(document("TS-APP-002.yaml", one), "md") == MARKDOWN_SOP


# What cannot be converted


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("x.yaml", "# a\nid: [", "errors: in line 2, .*SOP001"),
        ("x.yaml", YAML_SOP.replace("status: draft", "status: drft"), r"did you mean `draft`.*SOP005"),
        (
            "x.md",
            MARKDOWN_SOP.replace("status: draft\n", "rank: a\n"),
            r"no key `rank`.*SOP004.*, and 1 more",
        ),
        ("x.yaml", "roles: {lead: {title: Lead}}\n", "register file"),
    ],
)
@pytest.mark.parametrize("to", ["md", "yaml"])
def test_a_file_with_errors_is_not_converted(
    path: str, text: str, said: str, to: Literal["md", "yaml"]
) -> None:
    with pytest.raises(ValueError, match=said):
        edit.convert(document(path, text), to)
