"""The Markdown reader: the same data as the YAML of the same SOP, and the place of every value."""

from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nasty import LINES, TEXTS, sops

from sopctl import edit, model, source
from sopctl.diagnostic import Finding
from sopctl.ignores import ignores
from sopctl.model import OUTLINE
from sopctl.source import Document

moderate = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def read(body: str, front: str = "") -> Document:
    document = source.read("TS-APP-002.md", f"---\n{front}---\n{dedent(body)}", OUTLINE)
    assert document is not None
    return document


def data(body: str, front: str = "") -> Any:
    document = read(body, front)
    assert not document.problems
    return document.data


def step(body: str) -> Any:
    [made] = data("## Steps\n\n### {#a}\n\n" + dedent(body))["steps"]
    assert made.pop("id") == "a"
    return made


def said(document: Document) -> list[tuple[str, str, str]]:
    """Code, message, and the text of the file that each problem stands on."""
    found = []
    for code, finding, extent in document.problems:
        assert extent is not None
        found.append((code, finding.message, document.text[slice(*extent)]))
    return found


def underlined(document: Document, finding: Finding) -> str:
    """The text between the line and column where a finding begins and those where it ends."""
    span = document.span(finding)
    lines = document.text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, *between = lines[span.line - 1 : span.end_line]
    return "\n".join([first[span.column - 1 :], *between[:-1], between[-1][: span.end_column - 1]])


# The outline of a file


def test_a_file_without_front_matter_is_left_alone() -> None:
    assert source.read("README.md", "# Read me\n\nid: TS-APP-002\n", OUTLINE) is None
    assert source.read("README.md", "", OUTLINE) is None
    assert source.read("README.md", "----\nid: x\n----\n", OUTLINE) is None
    assert source.read("driver/readme.md", "# How we write\n\n## Steps\n\n1. Branch\n", OUTLINE) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("support/TS-APP-003.md", "# Refund\n"),
        ("refund.md", "# Refund\n\n## Steps\n"),
        ("refund.md", "# Refund\n\n```\ncode\n```\n\n## Steps\r\n"),
        ("TS-APP-003.md", "\n---\nid: TS-APP-003\n---\n"),
    ],
)
def test_a_file_that_looks_like_a_sop_and_has_no_front_matter_is_a_finding(path: str, text: str) -> None:
    document = source.read(path, text, OUTLINE)
    assert document is not None
    [(code, message, _)] = said(document)
    assert code == "SOP007"
    assert message.endswith("its front matter is missing: the first line must be `---`")
    assert document.span(document.problems[0].finding, document.problems[0].extent).line == 1


def test_steps_shown_in_code_make_no_sop() -> None:
    assert source.read("README.md", "# How to\n\n```\n## Steps\n```\n", OUTLINE) is None


def test_front_matter_that_is_not_closed_is_a_syntax_error_where_it_opens() -> None:
    document = source.read("x.md", "---\nid: TS-APP-002\n# Title\n", OUTLINE)
    assert document is not None
    assert not document.complete
    assert said(document) == [("SOP001", "the front matter is opened here and never closed", "---")]


_CONFLICT = "<<<<<<< HEAD\n{}=======\n{}>>>>>>> other\n"


@pytest.mark.parametrize(
    "body",
    [
        "## Steps\n\n### {#a}\n\n" + _CONFLICT.format("In two hours.\n", "In four hours.\n"),
        "## Steps\n\n### {#a}\n\n- [ ] One\n" + _CONFLICT.format("- [ ] Two\n", "- [ ] Three\n"),
        "## Steps\n\n### {#a}\n\n- within: 1d\n" + _CONFLICT.format("\n### {#b}\n", "\n### {#c}\n"),
        "## Steps\n\n### {#a}\n\n| a | then |\n|---|---|\n"
        + _CONFLICT.format("| b | c |\n", "||||||| base\n| d | e |\n"),
        _CONFLICT.format("## Steps\n", "## Steps\n") + "### {#a}\n",
        _CONFLICT.format("## Notes\n\n```\na\n", "## Notes\n\n```\nb\n") + "```\n",
        "## Purpose\n\n```yaml\nOne\n" + _CONFLICT.format("two\n", "three\n") + "```\n",
        "## Notes\n\nOne\n" + _CONFLICT.format("two\n", "three\n").replace("\n", "\r\n"),
    ],
)
def test_two_versions_that_a_merge_left_are_the_only_finding(body: str) -> None:
    for front, text in (("id: A\n", body), (_CONFLICT.format("id: A\n", "id: B\n"), body)):
        document = read(text, front)
        assert [(code, on) for code, _, on in said(document)] == [("SOP001", "<<<<<<< HEAD")]
        assert not document.complete
    for whole in (f"---\n{body}", _CONFLICT.format(f"---\n---\n{body}", "")):
        found = source.read("TS-APP-003.md", whole, OUTLINE)
        assert found is not None
        assert [(code, on) for code, _, on in said(found)] == [("SOP001", "<<<<<<< HEAD")]
    assert source.read("README.md", body, OUTLINE) is None


def test_what_only_looks_like_two_versions_is_text() -> None:
    shown = "So it looks:\n\n```\n" + _CONFLICT.format("a\n", "b\n") + "```\n"
    for text in (
        shown,
        "Title\n=======\n",
        "<<<<<<< and\non\n",
        "> >>>>>>> deep\nin\n",
        ">>>>>>> deep\n\n<<<<<<<\n",
    ):
        assert step(text) == {"text": text}


def test_front_matter_holds_any_key() -> None:
    assert data("", "id: TS-APP-002\nsteps:\n  - {id: a}\n") == {"id": "TS-APP-002", "steps": [{"id": "a"}]}


def test_the_first_heading_is_the_title() -> None:
    assert data("# Appeal review\n") == {"title": "Appeal review"}
    assert data("# Appeal review ##\n") == {"title": "Appeal review"}
    assert data("# C#\n") == {"title": "C#"}


def test_a_second_level_heading_is_the_key_of_that_name() -> None:
    assert data("## Purpose\n\nOne look.\n\n## Not-applicable\n\n- metrics: None yet.\n") == {
        "purpose": "One look.",
        "not_applicable": {"metrics": "None yet."},
    }


def test_an_unknown_heading_stays_for_the_model_to_refuse() -> None:
    assert data("## Puprose\n\nOne look.\n") == {"puprose": "One look."}


def test_headings_inside_code_and_deeper_headings_are_text() -> None:
    text = "```\n## no key\n```\n\n#### Deeper\n\n ## indented\n"
    assert data(f"## Notes\n\n{text}") == {"notes": text}
    assert step(f"{text}") == {"text": text}


def test_one_line_is_a_text_without_a_break_and_several_lines_end_with_one() -> None:
    assert data("## Purpose\n\n  One look.  \n\n\n## Scope\n\nOne\n\ntwo\n") == {
        "purpose": "One look.",
        "scope": "One\n\ntwo\n",
    }


def test_a_heading_with_nothing_below_is_an_empty_value() -> None:
    assert data("## Purpose\n\n## Steps\n\n## Scope\n") == {"purpose": "", "steps": [], "scope": ""}


# Lists and mappings


def test_a_bullet_list_is_a_list() -> None:
    assert data("## Prerequisites\n\n- Access\n\n* [[TS-APP-001]] is read\n") == {
        "prerequisites": "- Access\n\n* [[TS-APP-001]] is read\n"
    }
    assert data("## Prerequisites\n\n- Access\n- Two\n  lines\n\n- [x] as it stands\n") == {
        "prerequisites": ["Access", "Two\nlines\n", "[x] as it stands"]
    }


def test_a_paragraph_is_a_list_of_one() -> None:
    assert data("## Metrics\n\noverturn-rate\n") == {"metrics": "overturn-rate"}


def test_bullets_with_keys_at_the_top_are_keys() -> None:
    assert step(
        "- role: lead\n- tools: [a, 'b, c']\n- consulted: legal\n\nText.\n\n- note: this is text\n"
    ) == {
        "role": "lead",
        "tools": ["a", "b, c"],
        "consulted": "legal",
        "text": "Text.\n\n- note: this is text\n",
    }


def test_one_bullet_without_a_key_makes_the_list_text() -> None:
    for text in ("- and more\n- role: lead\n", "- note: this\n- and more\n"):
        assert step(text) == {"text": text}


def test_a_bullet_without_a_key_among_settings_is_a_finding_and_they_stay_settings() -> None:
    document = read("## Steps\n\n### {#a}\n\n- role: lead\n- human: true\n- look closely\n- think\n\nMore.\n")
    [(code, message, on)] = said(document)
    assert (code, on) == ("SOP005", "look closely")
    assert message == "`look closely` is no setting, and stands in a list of settings"
    assert document.data["steps"] == [
        {"id": "a", "role": "lead", "human": "true", "text": "- look closely\n- think\n\nMore.\n"}
    ]


@pytest.mark.parametrize("between", ["", "\n", "\nIs it fine? See:\n\n"])
@pytest.mark.parametrize(
    ("items", "on"),
    [
        (["- yes => refunded", "- no ⇒ refused"], ["yes => refunded", "no ⇒ refused"]),
        (["- yes: refunded", "- no: refused"], ["yes: refunded", "no: refused"]),
        (["- yes → refunded", "- no refused", "- perhaps -> refused"], ["no refused"]),
        (["- yes → refunded", "- no: refused"], ["no: refused"]),
    ],
)
def test_an_answer_that_is_not_written_as_one_is_the_finding(
    between: str, items: list[str], on: list[str]
) -> None:
    ends = "## Outcomes\n\n- refunded: Paid\n\n### No {#refused}\n"
    ask = "## Steps\n\n### {#a}\n\n- role: lead\n- ask: Fine?\n"
    document = read(ask + between + "\n".join(items) + "\n\n" + ends)
    assert [(code, underlined) for code, _, underlined in said(document)] == [("SOP005", each) for each in on]
    assert "an item of `answers` is written `- … → …`" in said(document)[0][1]
    help = document.problems[0].finding.help or ""
    assert ("another list begins with another sign" in help) == (on == ["no refused"])
    assert document.data["steps"][0]["ask"] == "Fine?"
    assert document.data["steps"][0]["answers"]["yes"] == "refunded"


@pytest.mark.parametrize("item", ["no → ring 2222", "no -> ring the lead"])
def test_an_answer_whose_arrow_leads_to_no_id_says_so(item: str) -> None:
    document = read(f"## Steps\n\n### {{#a}}\n\n- ask: Fine?\n- yes → refunded\n- {item}\n")
    [(code, message, on)] = said(document)
    assert (code, on) == ("SOP005", item)
    assert message == f"`{item}` leads nowhere: behind its arrow stands no id"


def test_other_lists_below_a_question_or_a_call_are_text() -> None:
    text = "Mind:\n\n- Note: important\n- and more\n"
    for key in ("ask: Fine?", "call: TS-APP-001"):
        assert step(f"- {key}\n\n{text}")["text"] == text


@pytest.mark.parametrize("heading", ["#### Tell {#tell}", " ### Tell {#tell}", "  ##### Tell {#tell}"])
def test_a_heading_that_was_meant_to_open_an_entry_is_the_finding(heading: str) -> None:
    for key, where in (("Steps", lambda data: data["steps"][1]["id"]), ("Outcomes", lambda data: "tell")):
        document = read(f"## {key}\n\n### One {{#one}}\n\nText.\n\n{heading}\n\nMore.\n")
        [(code, message, on)] = said(document)
        assert (code, on) == ("SOP005", heading.strip())
        assert "its heading is written `### … {#…}`" in message
        assert where(document.data) == "tell"
    text = "#### Deeper\n\n ### in\n"
    assert step(text) == {"text": text}
    assert data(f"## Notes\n\n{heading}\n") == {"notes": heading.strip()}


def test_a_column_that_is_nearly_called_then_is_one_finding() -> None:
    document = read("## Steps\n\n### {#a}\n\n| age | than |\n|---|---|\n| > 9 | done |\n")
    assert said(document) == [
        ("SOP004", "`than` is no column of a table of `decide` (did you mean `then`?)", "than")
    ]
    assert document.data["steps"][0]["decide"] == [{"when": {"age": "> 9"}, "then": "done"}]
    assert step("| than | then |\n|---|---|\n| > 9 | done |\n")["decide"] == [
        {"when": {"than": "> 9"}, "then": "done"}
    ]


@pytest.mark.parametrize("sign", ["*", "+"])
def test_bullets_with_another_sign_at_the_top_are_settings_too(sign: str) -> None:
    assert step(f"- role: lead\n{sign} within: 4h\n\n- [ ] One\n") == {
        "role": "lead",
        "within": "4h",
        "checklist": ["One"],
    }
    assert step(f"{sign} role: lead\n{sign} [ ] One\n\nText.\n") == {
        "role": "lead",
        "checklist": ["One"],
        "text": "Text.",
    }


@pytest.mark.parametrize(
    ("bullet", "code", "on"),
    [
        ("- role support-lead", "SOP005", "role support-lead"),
        ("- role:support-lead", "SOP005", "role:support-lead"),
        ("- role = support-lead", "SOP005", "role = support-lead"),
        ("- role:\u00a0support-lead", "SOP005", "role:\u00a0support-lead"),
        ("- role：support-lead", "SOP005", "role：support-lead"),
        ("-\u00a0role: support-lead", "SOP005", "-\u00a0role: support-lead"),
        ("-role: support-lead", "SOP005", "-role: support-lead"),
        ("• role: support-lead", "SOP005", "• role: support-lead"),
        ("—\trole: support-lead", "SOP005", "—\trole: support-lead"),
        ("- Role: support-lead", "SOP004", "Role: support-lead"),
        ("- **Role:** support-lead", "SOP004", "**Role:** support-lead"),
        ("- **role**: support-lead", "SOP005", "**role**: support-lead"),
        ("**Role:** support-lead", "SOP004", "**Role:** support-lead"),
        ("*role:* support-lead", "SOP005", "*role:* support-lead"),
        ("*role: support-lead", "SOP005", "*role: support-lead"),
    ],
)
def test_a_setting_that_is_not_written_as_one_is_a_finding(bullet: str, code: str, on: str) -> None:
    for body in (f"{bullet}\n", f"- human: true\n{bullet}\n", f"{bullet}\n- human: true\n"):
        document = read(f"## Steps\n\n### {{#a}}\n\n{body}")
        [(found, message, underlined)] = said(document)
        assert (found, underlined) == (code, on)
        assert "`role` is written `- role: …`" in message
        if on in bullet[2:] or body.startswith(bullet):
            assert document.data["steps"][0]["role"] == "support-lead"


@pytest.mark.parametrize(
    "text",
    [
        "**Notice:** Send it on the same day.\n",
        "**Records:** The mail, and\nwhat was said on the phone\n",
        "**Next**: Who waits? The driver!\n",
        "*Text:* …\n",
        "**Tools:**\n\n* A phone\n",
        "Words.\n\n**Role:**\nThe one who decides\n",
        pytest.param(f"**Notice:** Send{' ' * 500_000}it.\n", id="many blanks"),
        pytest.param(f"**Notice{' ' * 500_000}it.\n", id="many blanks in bold"),
    ],
)
def test_a_key_in_bold_or_italics_that_leads_into_a_sentence_is_text(text: str) -> None:
    made = text.rstrip() if text.count("\n") == 1 else text
    assert step(f"- human: true\n\n{text}") == {"human": "true", "text": made}
    assert step(text) == {"text": made}


@pytest.mark.parametrize("torn", ["", "\n"])
def test_a_table_that_stands_so_far_in_that_it_belongs_to_a_setting_is_the_finding(torn: str) -> None:
    table = f"   | age | then |\n   |---|---|\n   | > 9 | done |\n{torn}   | - | a |\n"
    document = read(f"## Steps\n\n### {{#a}}\n\n- role: lead\n- human: true\n\n{table}\nText.\n")
    message = "this table stands so far in that it belongs to the setting above"
    assert ("SOP005", message, "| age | then |") in said(document)
    assert len(said(document)) == 1 + len(torn)
    assert document.data["steps"][0] == {
        "id": "a",
        "role": "lead",
        "human": "true",
        "decide": [{"when": {"age": "> 9"}, "then": "done"}, {"when": {"age": "-"}, "then": "a"}],
        "text": "Text.",
    }


def test_a_sentence_that_begins_with_the_name_of_a_key_is_text_unless_it_stands_among_settings() -> None:
    for text in ("- Call the customer\n- Ask what they want\n", "- next you open the case\n- close it\n"):
        assert step(text) == {"text": text}
    assert step("Do this:\n\n- role support-lead\n") == {"text": "Do this:\n\n- role support-lead\n"}
    [(code, _, on)] = said(read("## Steps\n\n### {#a}\n\n- role: lead\n- Call the customer\n"))
    assert (code, on) == ("SOP004", "Call the customer")


@pytest.mark.parametrize(
    "above", ["Words.\n", "Words.\n\n", "- within: 1d\n\nWords.\n\n", "- [ ] One\n", "```\na\n```\n"]
)
@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("- wait: 2d\n- human: true\n", {"wait": "2d", "human": "true"}),
        ("- role: lead\n- tools: The console.\n- next: done\n",
         {"role": "lead", "tools": "The console.", "next": "done"}),
        ("- informed: [lead, legal]\n", {"informed": ["lead", "legal"]}),
        ("- informed:\n  - lead\n  - legal\n", {"informed": ["lead", "legal"]}),
    ],
)  # fmt: skip
def test_settings_below_other_words_are_the_finding(
    above: str, settings: str, found: dict[str, object]
) -> None:
    document = read(f"## Steps\n\n### {{#a}}\n\n{above}{settings}\nMore.\n")
    on = settings.partition("\n")[0]
    message = f"`{on}` stands too low: settings stand at the very top of their entry"
    assert said(document) == [("SOP005", message, on)]
    assert document.data["steps"][0].items() >= found.items()


@pytest.mark.parametrize(
    "text",
    [
        "- Note: call back\n- role: lead\n",
        "- role: the one who decides\n",
        "- Role: lead\n- Next: done\n",
        "- role support-lead\n",
        "- title: Refund\n- text: The reason\n- tools: The console\n",
        "- wait: 2d\n- until: tomorrow\n",
        "- human: true\n- informed: [lead\n",
        "- wait: 2d\n- wait: 3d\n",
        "1. role: lead\n",
        "```\n- role: lead\n```\n",
    ],
)
def test_a_list_below_a_sentence_that_is_not_all_settings_is_text(text: str) -> None:
    assert step(f"Words.\n\n{text}") == {"text": f"Words.\n\n{text}"}


def test_settings_too_low_that_stand_above_too_are_told_once() -> None:
    document = read("## Steps\n\n### {#a}\n\n- next: b\n\nWords.\n\n- next: done\n")
    assert [(code, on) for code, _, on in said(document)] == [("SOP005", "- next: done")]
    assert document.data["steps"][0]["next"] == "b"


def test_a_misspelt_key_stays_for_the_model_to_refuse() -> None:
    assert step("- rol: lead\n") == {"rol": "lead"}


def test_a_text_is_never_read_as_yaml() -> None:
    assert step('- title: "Quoted" [and] {more} # no comment\n') == {
        "title": '"Quoted" [and] {more} # no comment'
    }
    assert data("## Purpose\n\n[a, b]\n") == {"purpose": "[a, b]"}


def test_a_test_in_half_open_brackets_and_a_reference_are_text_where_lists_may_stand() -> None:
    table = "| age | then |\n|---|---|\n| [1..5) | done |\n| (1..5] | done |\n| [1, 2] | done |\n"
    assert [row["when"]["age"] for row in step(table)["decide"]] == ["[1..5)", "(1..5]", ["1", "2"]]
    assert step("- tools: [[TS-APP-001]]\n") == {"tools": "[[TS-APP-001]]"}


def test_a_task_list_is_the_checklist_with_keys_below_its_items() -> None:
    assert step(
        """\
        - [ ] One
        - [x] Two
          lines
          - evidence: The log
          - clause: [a, b]
        - [ ] Three
          - a bullet
        """
    ) == {
        "checklist": [
            "One",
            {"text": "Two\nlines\n", "evidence": "The log", "clause": ["a", "b"]},
            "Three\n- a bullet\n",
        ]
    }


@pytest.mark.parametrize(
    "item",
    [
        "- [] One",
        "-[ ] One",
        "-[x] One",
        "- [ ]One",
        "☐ One",
        "- ☑ One",
        "* [] One",
        "[ ] One",
        "- [-] One",
        "- [v] One",
        "- [✓] One",
        "-[-] One",
        "1. [ ] One",
        "-\u00a0[ ] One",
        "- [ ]\u00a0One",
        "- [\u00a0] One",
    ],
)
def test_a_checklist_that_is_not_written_as_one_is_a_finding(item: str) -> None:
    for body in (f"{item}\n{item}\n", f"- role: lead\n\nText.\n\n{item}\n", f"- [ ] Two\n{item}\n"):
        document = read(f"## Steps\n\n### {{#a}}\n\n{body}")
        [(code, message, on)] = said(document)
        assert (code, on) == ("SOP005", item)
        assert "is no item of a checklist" in message
        assert document.problems[0].finding.help == "an item is written `- [ ] …`"


def test_an_odd_box_leaves_the_other_items_a_checklist() -> None:
    document = read("## Steps\n\n### {#a}\n\n- [x] One\n- [-] Two\n- [ ] Three\n")
    assert document.data["steps"][0]["checklist"] == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("body", "on", "items"),
    [
        ("- [ ] One\n- [ ] Two\n- Three\n", ["- Three"], ["One", "Two", "Three"]),
        ("Text:\n\n* One\n* two\n  lines\n* [x] Two\n", ["* One"], ["One", "two\nlines\n", "Two"]),
        ("- role: lead\n- [ ] One\n- Two\n- [ ] Three\n-\n", ["- Two"], ["One", "Two", "Three", ""]),
        ("- [ ] One\n- note: x\n- [ ] Two\n- [x](a.md)\n", ["- note: x", "- [x](a.md)"],
         ["One", "note: x", "Two", "[x](a.md)"]),
    ],
)  # fmt: skip
def test_an_item_without_a_box_in_a_checklist_is_the_finding(
    body: str, on: list[str], items: list[str]
) -> None:
    document = read(f"## Steps\n\n### {{#a}}\n\n{body}")
    message = "`{}` is no item of a checklist, and stands in one"
    assert said(document) == [("SOP005", message.format(each), each) for each in on]
    assert document.data["steps"][0]["checklist"] == items


def test_a_bullet_that_is_neither_a_setting_nor_an_item_is_told_once() -> None:
    document = read("## Steps\n\n### {#a}\n\n- role: lead\n- Two\n- [ ] Three\n")
    assert [(code, on) for code, _, on in said(document)] == [("SOP005", "Two")]


@pytest.mark.parametrize("between", ["", "2. Close\n\n", "   And so on.\n\n"])
def test_a_list_inside_a_numbered_one_is_no_part_of_the_list_below(between: str) -> None:
    text = f"1. Open\n   - the case\n   - the mail\n{between}"
    found = step(f"{text}\n- [ ] One\n- [ ] Two\n")
    assert found == {"text": text.rstrip() + "\n", "checklist": ["One", "Two"]}
    assert step(f"1. Open\n   - [ ] One\n{between}")["checklist"][0].startswith("One")
    assert step("1. Open\n   - [ ] One\n2. Close\n") == {
        "checklist": ["One"],
        "text": "1. Open\n\n2. Close\n",
    }


def test_links_and_code_are_no_checklist() -> None:
    text = "- [x](a.md)\n- []( b)\n- [1] says so\n- [-]\n\n[x](a.md)\n\n```\n- [] x\n```\n"
    assert step(text) == {"text": text}


def test_keys_and_tasks_may_follow_each_other_as_one_list() -> None:
    assert step("- role: lead\n\n- [ ] One\n") == {"role": "lead", "checklist": ["One"]}


def test_arrows_are_answers_under_a_question_and_outcomes_under_a_call() -> None:
    assert step("- ask: So?\n\n* yes → done\n* no -> again\n") == {
        "ask": "So?",
        "answers": {"yes": "done", "no": "again"},
    }
    assert step("- call: TS-APP-001\n\nText.\n\n- otherwise → done\n") == {
        "call": "TS-APP-001",
        "text": "Text.",
        "on": {"otherwise": "done"},
    }


def test_entries_by_id_stand_below_headings_or_in_bullets() -> None:
    assert data(
        "## Outcomes\n\n- late: Too late\n\n### Upheld {#upheld}\n\n- adverse: true\n\nIt stands.\n"
    ) == {
        "outcomes": {
            "late": "Too late",
            "upheld": {"title": "Upheld", "adverse": "true", "text": "It stands."},
        }
    }


def test_an_entry_without_an_id_is_a_finding_on_its_heading() -> None:
    assert said(read("## Outcomes\n\n### Upheld\n")) == [
        ("SOP003", "this entry of `outcomes` has no id", "### Upheld")
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("### Damaged {#damaged}\n\nIs it damaged?\n", {"damaged": {}}),
        ("### Damaged {#damaged}\n\n- type: yes-no\n", {"damaged": {"type": "yes-no"}}),
        ("### Damaged\n\nIs it damaged?\n", {}),
    ],
)
def test_what_has_no_title_is_no_heading(body: str, found: dict[str, object]) -> None:
    document = read(f"## Facts\n\n{body}")
    assert said(document) == [("SOP004", "a fact has no heading of its own", "Damaged")]
    [problem] = document.problems
    assert problem.finding.help == "write facts in a fenced `yaml` block under `## Facts`"
    assert document.data["facts"] == found


@pytest.mark.parametrize("heading", ["##Steps", "###Decide {#decide}"])
def test_a_heading_without_a_space_behind_its_signs_is_a_finding(heading: str) -> None:
    [(code, message, on)] = said(read(f"## Notes\n\nText.\n\n{heading}\n"))
    assert (code, on) == ("SOP005", heading)
    assert "a space is missing behind the `#`" in message
    assert data("## Notes\n\n#hash\n\n```\n##Steps\n```\n")


@pytest.mark.parametrize("blank", ["\u00a0", "\u3000", "\u2009 "])
def test_a_blank_that_is_no_space_is_named_and_what_it_parts_is_read_as_meant(blank: str) -> None:
    document = read(
        f"##{blank}Steps\n\n###{blank}Do it{blank}{{#a}}\n\n- role:{blank}lead\n\n-{blank}next: b\n\n- [ ]{blank}One\n"
    )
    named = f"the invisible character U+{ord(blank[0]):04X}"
    assert [code for code, message, _ in said(document) if named in message] == ["SOP005"] * 5
    assert document.data["steps"] == [
        {"id": "a", "title": "Do it", "role": "lead", "next": "b", "text": f"- [ ]{blank}One"}
    ]


@pytest.mark.parametrize("written", ["{#Decide It}", "{#decide", "{#decide} now"])
@pytest.mark.parametrize("key", ["Steps", "Outcomes"])
def test_what_is_no_id_at_the_end_of_a_heading_is_a_finding(written: str, key: str) -> None:
    assert said(read(f"## {key}\n\n### Decide {written}\n")) == [("SOP005", f"`{written}` is no id", written)]
    assert data(f"## Notes\n\n### Decide {written}\n")


@pytest.mark.parametrize(
    "written", ["(#go)", "[#go]", "<#go>", "{go}", "{ #go }", "{: #go}", "(#go )", "{#go} first"]
)
@pytest.mark.parametrize("key", ["Steps", "Outcomes"])
def test_an_id_that_is_not_written_as_one_is_the_finding_and_read_as_it_was_meant(
    written: str, key: str
) -> None:
    heading = "{#go} Go on" if "first" in written else f"Go on {written}"
    document = read(f"## {key}\n\n### {heading}\n\nText.\n")
    [(code, message, on)] = said(document)
    assert (code, on) == ("SOP005", written.removesuffix(" first"))
    assert message.endswith(": an id is written `{#go}`, at the end of its heading")
    assert document.problems[0].finding.help == "write `### Go on {#go}`"
    entry = {"title": "Go on", "text": "Text."}
    assert document.data == {key.lower(): [{"id": "go", **entry}] if key == "Steps" else {"go": entry}}
    at = ("steps", 0) if key == "Steps" else ("outcomes", "go")
    assert underlined(document, Finding((*at, "title"), "")) == "Go on"
    assert underlined(document, Finding(at if key == "Outcomes" else (*at, "id"), "", key=True)) == "go"


def test_a_title_that_ends_in_brackets_is_a_title() -> None:
    for title in ("Tell them (again)", "Look at [[TS-APP-001#log]]", "Write {{name}}", "Post in <#>"):
        assert data(f"## Steps\n\n### {title} {{#a}}\n")["steps"] == [{"id": "a", "title": title}]


@pytest.mark.parametrize(
    ("title", "id"),
    [
        ("Go on", "go-on"),
        ("Go on #go", "go"),
        ("2. Go on", "go-on"),
        ("Überprüfe, ob es passt!", "uberprufe-ob-es-passt"),
        ("…", "short-name"),
    ],
)
@pytest.mark.parametrize("key", ["Steps", "Outcomes"])
def test_an_entry_without_an_id_is_one_finding_with_a_proposal(title: str, id: str, key: str) -> None:
    document = read(f"## {key}\n\n### {title}\n\n- next: there\n")
    typed = model.read(document)
    told = [each for each in typed.problems if "id" in each.finding.message.split()]
    assert [(each.code, each.finding.message) for each in told] == [
        ("SOP003", f"this entry of `{key.lower()}` has no id")
    ]
    assert told[0].finding.help == f"write it behind the title: `{{#{id}}}`"
    assert data("## Steps\n\n### Go on\n\n- id: go\n")["steps"] == [{"id": "go", "title": "Go on"}]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("**{}**", "`**{}**`"),
        ("__{}__", "`__{}__`"),
        ("**{}:**", "`**{}:**`"),
        ("  **{}** :".replace(" :", ":"), "`**{}**:`"),
        ("{}\n-----", "`{}`, underlined,"),
        ("{}\n=====", "`{}`, underlined,"),
    ],
)
def test_a_line_that_looks_like_the_heading_of_a_key_is_the_finding_and_read_as_it_was_meant(
    line: str, shown: str
) -> None:
    body = "# T\n\n## Scope\n\nS\n\n{}\n\nP\n\n## Steps\n\n### {{#a}}\n\nText.\n"
    for title, value in (("Purpose", "P"), ("Prerequisites", "P"), ("Effective on", "2026-02-17")):
        key = title.lower().replace(" ", "_")
        document = read(body.format(line.format(title)).replace("\nP\n", f"\n{value}\n"))
        [(code, message, on)] = said(document)
        assert (code, on) == ("SOP005", line.format(title).split("\n")[0].strip())
        assert message == f"{shown.format(title)} is no heading: that of `{key}` begins with `## `"
        where = " in place of both lines" if "\n" in line else ""
        assert document.problems[0].finding.help == f"write `## {title}`{where}"
        assert document.data["scope"] == "S"
        assert document.data[key] in (value, [value])
        assert underlined(document, Finding((key,), "", key=True)) == title
    assert data(body.format(line.format("Why it is so")))["scope"].startswith("S\n\n")
    again = body.replace("## Steps", "## Purpose\n\nQ\n\n## Steps").format(line.format("Purpose"))
    assert data(again)["purpose"] == "Q"


@pytest.mark.parametrize(
    "heading", ["## **{}**", "## __{}__", "## {}:", "## 2. {}", "## **2.1 {}:**", "# {}"]
)
def test_a_heading_of_a_key_that_is_written_otherwise_is_the_finding_and_read_as_it_was_meant(
    heading: str,
) -> None:
    body = "# T\n\n## Purpose\n\nP\n\n{}\n\nS\n\n{}\n\n### Go {{#go}}\n\nText.\n\n**On** {{#on}}\n"
    scope, steps = heading.format("Scope"), heading.format("Steps")
    document = read(body.format(scope, steps))
    assert said(document) == [
        ("SOP005", "`**On** {#on}` opens no entry: its heading is written `### … {#…}`", "**On** {#on}"),
        ("SOP004", f"`{scope}` is not how a key is headed: the heading of `scope` is `## Scope`", scope),
        ("SOP004", f"`{steps}` is not how a key is headed: the heading of `steps` is `## Steps`", steps),
    ]
    assert document.problems[1].finding.help == "write `## Scope`"
    assert underlined(document, Finding(("scope",), "", key=True)) == "Scope"
    entries = [{"id": "go", "title": "Go", "text": "Text."}, {"id": "on", "title": "On"}]
    assert document.data == {"title": "T", "purpose": "P", "scope": "S", "steps": entries}
    assert data("# Notes\n\n## Scope\n\nS\n") == {"title": "Notes", "scope": "S"}


def test_a_line_in_bold_with_a_number_is_the_heading_of_a_key_too() -> None:
    document = read("# T\n\n**1. Purpose**\n\nP\n\n**2. Scope:** S\n")
    assert [on for _, _, on in said(document)] == ["**1. Purpose**", "**2. Scope:**"]
    assert document.problems[0].finding.help == "write `## Purpose`"
    assert document.data == {"title": "T", "purpose": "P", "scope": "S"}


@pytest.mark.parametrize("rule", ["---", "***", "_ _ _"])
def test_a_rule_between_two_sections_is_no_text(rule: str) -> None:
    body = """\
        # Refund

        ## Purpose

        Words.

        ## Prerequisites

        - Access
        - The guide

        ## Facts

        ```yaml
        late: {type: yes-no}
        ```

        ## Outcomes

        ### {#done}

        ## Records

        | what |
        | --- |
        | Mail |

        ## Notes

        One.

        ---

        Two.
    """
    ruled = body.replace("        ## ", f"        {rule}\n\n        ## ") + f"\n        {rule}\n"
    assert data(ruled) == data(body)
    assert data(body)["notes"] == "One.\n\n---\n\nTwo.\n"
    for text in ("Words.\n---\n", "```\n---\n```\n", "    ---\n\nWords.\n"):
        assert data(f"## Notes\n\n{text}")["notes"] == text


@pytest.mark.parametrize("line", ["**{}**", "**{}:**", "{}\n-----"])
def test_a_line_that_is_called_like_a_key_and_has_no_value_of_it_parts_a_text(line: str) -> None:
    for title in ("Applies to", "Audience", "Records", "Escalations", "Training", "Facts", "Implements"):
        for below in (
            "- One thing\n- Another thing\n",
            "One thing.\n",
            "| Where | Why |\n|---|---|\n| A | B |\n",
        ):
            text = f"Words.\n\n{line.format(title)}\n\n{below}"
            assert data(f"## Scope\n\n{text}\n## Purpose\n\nP\n") == {"scope": text, "purpose": "P"}
            assert data(f"## Outcomes\n\n### {{#a}}\n\n{text}\n### {{#b}}\n\nB\n")["outcomes"] == {
                "a": {"text": text},
                "b": {"text": "B"},
            }
    text = "Words.\n\n**Notes**\n\nMore.\n"
    assert data(f"## Scope\n\n{text}") == {"scope": text}


@pytest.mark.parametrize("line", ["**{}**", "{}\n-----"])
@pytest.mark.parametrize(
    ("title", "below"),
    [
        ("Records", "| What | Where |\n|---|---|\n| Mail | Box |\n"),
        ("Facts", "```yaml\nlate: {typ: yes-no}\n```\n"),
        ("Metrics", "- overturn-rate\n"),
    ],
)
def test_a_line_that_is_called_like_a_key_is_the_finding_where_its_value_follows(
    line: str, title: str, below: str
) -> None:
    document = read(f"## Scope\n\nS\n\n{line.format(title)}\n\n{below}")
    assert next(on for code, _, on in said(document) if code == "SOP005") == line.format(title).split("\n")[0]
    assert document.data["scope"] == "S"
    again = f"## Steps\n\n### {{#a}}\n\nText.\n\n{line.format(title)}\n\n{below}\n### {{#b}}\n\nB\n"
    assert [each["id"] for each in read(again).data["steps"]] == ["a", "b"]


def test_tags_in_bold_are_a_key_above_words_and_part_a_text_above_sentences() -> None:
    for below in ("- driver\n- claims-eu\n", "driver\n", "driver, claims-eu\n", "[driver, claims-eu]\n"):
        document = read(f"## Scope\n\nS\n\n**Tags**\n\n{below}")
        assert [on for _, _, on in said(document)] == ["**Tags**"]
        assert document.data["scope"] == "S"
    for below in ("- Red: stop\n- Blue: go\n", "- Red\n", "Each car has some.\n", "1. red\n2. blue\n"):
        text = f"Words.\n\n**Tags**\n\n{below}"
        assert data(f"## Scope\n\n{text}") == {"scope": text}


@pytest.mark.parametrize("line", ["**Refund**", "Refund\n======", "Refund\n---"])
def test_a_line_that_looks_like_the_title_is_the_finding_and_read_as_it_was_meant(line: str) -> None:
    document = read(f"\n{line}\n\n## Scope\n\nS\n")
    [(_, message, on)] = said(document)
    assert message.endswith(" is no heading: that of `title` begins with `# `")
    assert on == line.split("\n")[0]
    assert document.data == {"title": "Refund", "scope": "S"}
    assert underlined(document, Finding(("title",), "")) == "Refund"


@pytest.mark.parametrize(
    "line",
    [
        "**Go on** {#go}",
        "**Go on {#go}**",
        "__Go on:__ {#go}",
        "Go on {#go}\n------",
        "**Go on**",
        "Go on\n---",
    ],
)
@pytest.mark.parametrize("key", ["Steps", "Outcomes"])
def test_a_line_that_looks_like_the_heading_of_an_entry_is_the_finding_and_read_as_it_was_meant(
    line: str, key: str
) -> None:
    setting = "notice: there"
    document = read(
        f"## {key}\n\n### One {{#one}}\n\n- {setting}\n\nText.\n\n{line}\n\n- {setting}\n\nMore.\n"
    )
    shown = line.split("\n")[0]
    [(code, message, on)] = said(document)
    assert (code, on) == ("SOP005", shown)
    assert message.endswith(" opens no entry: its heading is written `### … {#…}`")
    help = "write `### Go on {#go}`" + (" in place of both lines" if "\n" in line else "")
    assert document.problems[0].finding.help == (help if "{" in line else help.replace("{#go}", "{#go-on}"))
    assert not [
        each
        for each in model.read(document).problems
        if each.finding.message.startswith("a step needs `id`") or "an id" in each.finding.message
    ]
    entry = {"title": "Go on", "notice": "there", "text": "More."}
    if key == "Steps":
        assert document.data["steps"][0]["text"] == "Text."
        assert document.data["steps"][1] == ({"id": "go", **entry} if "{" in line else entry)
        at = ("steps", 1)
    else:
        assert document.data["outcomes"]["one"]["text"] == "Text."
        at = ("outcomes", "go" if "{" in line else "Go on")
        assert document.data["outcomes"][at[1]] == entry
    assert underlined(document, Finding((*at, "title"), "")) == "Go on"


def test_a_required_key_in_bold_before_its_words_is_the_finding() -> None:
    document = read("## Scope\n\nS\n\n**Purpose:** One look.\nMore.\n\n**Tags:** a\n")
    [(_, message, on)] = said(document)
    assert on == "**Purpose:**"
    assert message == "`**Purpose:**` is no heading: that of `purpose` begins with `## `"
    assert document.data == {"scope": "S", "purpose": "One look.\nMore.\n\n**Tags:** a\n"}


@pytest.mark.parametrize(
    "text",
    [
        "**Mind**\n\n- One: two\n- three\n",
        "**Records**\n\nKeep the mail.\n",
        "**Notes** and more\n",
        "**One** and **two**\n",
        "Some words.\n**Scope**\n",
        "```\n**Purpose**\nScope\n-----\n```\n",
        "- a\n---\n",
        "Background\n----------\n\n- Note: this\n",
    ],
)
def test_a_line_in_bold_or_underlined_in_a_text_is_text(text: str) -> None:
    assert step(text) == {"text": text.rstrip() if text.count("\n") == 1 else text}
    assert data(f"## Notes\n\n{text}") == {"notes": step(text)["text"]}


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("1. **Check it**", "Check it"),
        ("1) __Check it:__", "Check it"),
        ("1. **Check it**: open it.", "Check it"),
        ("1. Check it.", "Check it"),
        ("- **Check it**", "Check it"),
        ("* Check it: open it.", "Check it"),
        ("- [ ] **1. Check it**", "Check it"),
        ("**Check it:** Open it.", "Check it"),
        ("1. **Check it** {#it}", "Check it"),
        ("1. **Check it {#it}**", "Check it"),
    ],
)
@pytest.mark.parametrize("key", ["Steps", "Outcomes"])
@pytest.mark.parametrize("above", ["", "\n"])
def test_entries_in_a_list_or_in_bold_are_one_finding(key: str, above: str, first: str, title: str) -> None:
    below = (
        "   - role: lead\n   - within: 4h\n\n   Words.\n\n   | a | then |\n   |---|---|\n   | b | c |\n\n"
        "2. **Go on**\n\n- role: lead\n- [ ] One\n\n| a | then |\n|---|---|\n| b | c |\n\n"
        "```yaml\nhuman: true\n```\n\n**Mind:** That.\n"
    )
    document = read(f"## {key}\n{above}{first}\n{below}")
    [(code, message, on)] = said(document)
    assert (code, on) == ("SOP005", first)
    assert message == f"`{first}` opens no entry: its heading is written `### … {{#…}}`"
    id = "it" if "#" in first else "check-it"
    assert (document.problems[0].finding.help or "").startswith(
        f"write `### {title} {{#{id}}}`, and so of each;"
    )
    assert not document.data[key.lower()]
    assert len([each for each in model.read(document).problems if each.finding.at[:1] == (key.lower(),)]) == 1


@pytest.mark.parametrize("item", ["- it: Check it", "1. **it**: Check it", "- `it`: **Check it**"])
def test_an_id_before_the_words_of_an_item_is_that_of_the_heading(item: str) -> None:
    document = read(f"## Steps\n\n{item}\n")
    assert (document.problems[0].finding.help or "").startswith("write `### Check it {#it}`")


def test_entries_of_yaml_in_bullets_are_told_what_a_heading_is() -> None:
    document = read("## Steps\n\n- id: go\n  title: Go\n  role: lead\n- id: on\n")
    assert [on for _, _, on in said(document)] == ["- id: go"]
    assert (document.problems[0].finding.help or "").startswith("write `### … {#…}`")
    assert data("## Steps\n\n- {id: go, title: Go}\n")["steps"] == [{"id": "go", "title": "Go"}]
    [(_, message, _)] = said(read("## Scenarios\n\n- **Late**\n"))
    assert message == "`- **Late**` opens no entry: its heading is written `### …`"


@pytest.mark.parametrize("above", ["- done: Done\n", "```yaml\ndone: Done\n```\n"])
@pytest.mark.parametrize("note", ["**Note**\n\nThat is all.\n", "**Note:** That is all.\n"])
def test_a_line_in_bold_below_entries_that_are_written_otherwise_opens_none(above: str, note: str) -> None:
    document = read(f"## Outcomes\n\n{above}\n{note}")
    assert [(code, message) for code, message, _ in said(document)] == [
        ("SOP005", "this text belongs to no entry of `outcomes`")
    ]
    assert document.data["outcomes"] == {"done": "Done"}


def test_a_list_above_the_first_entry_is_text_that_belongs_to_none() -> None:
    text = "- **Mind** this\n- and that"
    for key in ("Steps", "Outcomes"):
        document = read(f"## {key}\n\n{text}\n\n### Go {{#go}}\n")
        assert said(document) == [("SOP005", f"this text belongs to no entry of `{key.lower()}`", text)]
        assert len(document.data[key.lower()]) == 1


def test_outcomes_in_bold_are_told_each_and_read_where_no_heading_opens_one() -> None:
    document = read(
        "# T\n\n## Outcomes\n\n**Refund paid**\n\n- notice: paid\n\n**Refused:**\n\nWords.\n\n## Notes\n\n**Mind**\n"
    )
    assert [on for _, _, on in said(document)] == ["**Refund paid**", "**Refused:**"]
    assert [each.finding.help for each in document.problems] == [
        "write `### Refund paid {#refund-paid}`",
        "write `### Refused {#refused}`",
    ]
    assert document.data["outcomes"] == {
        "Refund paid": {"title": "Refund paid", "notice": "paid"},
        "Refused": {"title": "Refused", "text": "Words."},
    }


def test_text_between_entries_is_a_finding() -> None:
    for body in ("These are the ends.\n\n### Upheld {#upheld}\n", "- done: Done\n\nThese are the ends.\n"):
        document = read(f"## Outcomes\n\n{body}")
        assert said(document) == [
            ("SOP005", "this text belongs to no entry of `outcomes`", "These are the ends.")
        ]


# Tables


def test_a_table_below_a_step_is_its_decision_table() -> None:
    assert step(
        r"""
        | strikes | when other | then | set route | because | implements |
        |:--|--|--|--|--|--:|
        | > 90 | [a, "b \| c"] | done | fast | One \| two. | [x, y] |
        | - | | done | | | x |
        | otherwise | | again | slow | Else. | |
        """
    ) == {
        "decide": [
            {
                "when": {"strikes": "> 90", "other": ["a", "b | c"]},
                "then": "done",
                "set": {"route": "fast"},
                "because": "One | two.",
                "implements": ["x", "y"],
            },
            {"when": {"strikes": "-"}, "then": "done", "implements": "x"},
            {"otherwise": "again", "set": {"route": "slow"}, "because": "Else."},
        ]
    }


@pytest.mark.parametrize("arrow", ["→", "->"])
def test_an_answer_without_a_target_is_an_answer(arrow: str) -> None:
    document = read(f"## Steps\n\n### {{#a}}\n\n- ask: Is it?\n\n- yes {arrow} \n- no {arrow} b\n")
    assert document.problems == ()
    assert document.data["steps"] == [{"id": "a", "ask": "Is it?", "answers": {"yes": "", "no": "b"}}]


def test_a_table_whose_cells_are_parted_by_tabs_is_the_finding_and_read_as_it_was_meant() -> None:
    table = "n\tkind\tthen\n> 3\t\tgo\n\tb\tdone\n"
    document = read(f"## Steps\n\n### {{#a}}\n\n- role: lead\n\nWords.\n\n{table}\nMore\twords.\n")
    assert said(document) == [
        ("SOP005", "the cells of a table are parted by `|`, not by tabs", "n\tkind\tthen")
    ]
    [made] = document.data["steps"]
    assert made["decide"] == [{"when": {"n": "> 3"}, "then": "go"}, {"when": {"kind": "b"}, "then": "done"}]
    assert underlined(document, Finding(("steps", 0, "decide", 1, "then"), "")) == "done"


def test_text_with_tabs_is_text() -> None:
    assert step("Name\tNumber\nDesk\t12\n") == {"text": "Name\tNumber\nDesk\t12\n"}


def test_a_column_whose_heading_is_an_id_in_other_letters_is_the_finding_and_read_as_it_was_meant() -> None:
    table = "| N | Kind of case | then |\n|---|---|---|\n| > 3 | b | a |\n"
    document = read(
        f"## Facts\n\n```yaml\nkind-of-case: {{ask: Which?}}\n```\n\n## Steps\n\n### {{#a}}\n\n{table}"
    )
    assert [(code, at) for code, _, at in said(document)] == [("SOP005", "N"), ("SOP005", "Kind of case")]
    assert document.data["steps"][0]["decide"][0]["when"] == {"n": "> 3", "kind-of-case": "b"}


@pytest.mark.parametrize(
    "fact",
    [
        "damaged: {ask: Did it arrive damaged?, type: yes-no}\n",
        'damaged: {type: yes-no, ask: "Did it arrive damaged?"}\n',
        "damaged: {type: yes-no, ask: 'Did it arrive damaged?'}\n",
        "other:\n  ask: Is it late, or lost?\ndamaged:\n  ask: Did it arrive damaged?\n  type: yes-no\n",
    ],
)
def test_a_column_whose_heading_is_a_question_is_the_finding_and_read_as_it_was_meant(fact: str) -> None:
    table = "| Did it arrive damaged? | then |\n|---|---|\n| yes | b |\n| no | c |\n"
    document = read(f"## Steps\n\n### {{#a}}\n\n{table}\n## Facts\n\n```yaml\n{fact}```\n")
    message = "`Did it arrive damaged?` is no id, as the heading of a column is (did you mean `damaged`?)"
    assert said(document) == [("SOP005", message, "Did it arrive damaged?")]
    assert document.data["steps"][0]["decide"] == [
        {"when": {"damaged": "yes"}, "then": "b"},
        {"when": {"damaged": "no"}, "then": "c"},
    ]


def test_a_question_that_no_fact_of_the_file_asks_is_told_to_be_one() -> None:
    document = read("## Steps\n\n### {#a}\n\n| Is it late? | then |\n|---|---|\n| yes | b |\n")
    told = [
        each.finding.message
        for each in model.read(document).problems
        if "Is it late?" in each.finding.message
    ]
    assert told == [
        "`Is it late?` should be the id of a fact, not `Is it late?`: write the id of the fact that asks this"
    ]


def test_a_box_inside_an_item_of_a_checklist_is_the_finding() -> None:
    body = "## Steps\n\n### {#a}\n\n- [ ] Read it\n  - [ ] and sign it\n  - see b\n- [ ] Close it\n"
    document = read(body)
    message = "`- [ ] and sign it` stands inside an item of the checklist: it is read as its text"
    assert said(document) == [("SOP005", message, "- [ ] and sign it")]
    assert len(document.data["steps"][0]["checklist"]) == 2


@pytest.mark.parametrize("between", ["2. Read it\n   ", "\n2. Read it\n\n   ", "\nRead it.\n\n"])
def test_another_checklist_of_a_step_is_one_finding_and_its_items_are_read(between: str) -> None:
    body = f"## Steps\n\n### {{#a}}\n\n1. Open it\n   - [ ] one\n{between}- [ ] two\n\nNow:\n\n- [ ] three\n"
    document = read(body)
    message = "`- [ ] two` begins another checklist, and a step has only one"
    assert said(document) == [("SOP005", message, "- [ ] two")]
    assert document.data["steps"][0]["checklist"] == ["one", "two", "three"]


def test_a_checklist_beside_one_in_yaml_is_written_twice() -> None:
    body = "## Steps\n\n### {#a}\n\n- checklist: one\n\nNow:\n\n- [ ] two\n\nNow:\n\n- [ ] three\n"
    document = read(body)
    assert [code for code, *_ in said(document)] == ["SOP002", "SOP002"]
    assert document.data["steps"][0]["checklist"] == "one"


@pytest.mark.parametrize(
    "body", ["1. Open it\n    - [ ] one\n2. Read it\n    - [ ] two\n", "Now:\n\n* open it\n  - [ ] one\n"]
)
def test_a_box_in_the_text_of_a_step_is_the_finding(body: str) -> None:
    document = read(f"## Steps\n\n### {{#a}}\n\n{body}")
    message = "`- [ ] one` is read as text: it stands too far in, or in another list"
    assert said(document) == [("SOP005", message, "- [ ] one")]


def test_a_number_that_goes_on_with_an_item_of_a_checklist_is_the_finding() -> None:
    document = read("## Steps\n\n### {#a}\n\n1. Open it\n- [ ] one\n2. Read it\n- [ ] two\n   1. at once\n")
    message = "`2. Read it` stands inside an item of the checklist: it is read as its text"
    assert said(document) == [("SOP005", message, "2. Read it")]


def test_an_entry_under_a_heading_of_a_key_is_the_finding_and_read_as_it_was_meant() -> None:
    document = read(
        "## Steps\n\n### A {#a}\n\n- next: b\n\n## B {#b}\n\n- next: c\n\n### C {#c}\n\n## Notes\n\nN\n"
    )
    message = "`## B {#b}` opens no entry: its heading is written `### … {#…}`"
    assert said(document) == [("SOP005", message, "## B {#b}")]
    assert [each["id"] for each in document.data["steps"]] == ["a", "b", "c"]
    assert underlined(document, Finding(("steps", 1, "title"), "")) == "B"


def test_a_heading_of_an_entry_without_its_space_is_the_finding_and_read_as_it_was_meant() -> None:
    document = read("## Steps\n\n### A {#a}\n\n- next: b\n\n###B {#b}\n\n- role: c\n")
    assert [(code, at) for code, _, at in said(document)] == [("SOP005", "###B {#b}")]
    assert document.data["steps"] == [
        {"id": "a", "title": "A", "next": "b"},
        {"id": "b", "title": "B", "role": "c"},
    ]
    assert underlined(document, Finding(("steps", 1, "title"), "")) == "B"


def test_otherwise_with_a_capital_is_the_finding_and_read_as_it_was_meant() -> None:
    table = "| n | then |\n|---|---|\n| > 3 | a |\n| Otherwise | b |\n"
    document = read(f"## Steps\n\n### {{#a}}\n\n{table}")
    assert said(document) == [("SOP005", "`Otherwise` is no value (did you mean `otherwise`?)", "Otherwise")]
    assert document.data["steps"][0]["decide"][1] == {"otherwise": "b"}


@pytest.mark.parametrize("head", ["| Tool | Where |", "| **tool** | it |", "| Step by step | |"])
def test_a_table_in_a_step_that_is_no_decision_table_is_the_finding_and_stays_text(head: str) -> None:
    table = f"{head}\n|---|---|\n| Console | web |\n"
    document = read(f"## Steps\n\n### {{#a}}\n\n- next: done\n\n{table}")
    message = "a table here is `decide`, with a column for each fact, then `then`; this one is none"
    assert said(document) == [("SOP005", message, head)]
    assert document.data["steps"] == [{"id": "a", "next": "done", "text": table}]
    fenced = "".join(f"  {line}\n" for line in table.splitlines())
    assert step(f"- next: done\n\n```yaml\ntext: |\n{fenced}```\n") == {"next": "done", "text": table}


@pytest.mark.parametrize(
    "table",
    [
        "| yes | | b | So it is. |\n| no | > 3 | c | |\n",
        "|---|---|---|---|\n| yes | | b | So it is. |\n| no | > 3 | c | |\n",
        "| yes | | b | So it is. |\n|---|---|---|---|\n| no | > 3 | c | |\n",
        "| yes | b |\n|---|---|\n| no | c |\n",
    ],
)
def test_a_decision_table_without_a_line_of_headings_is_one_finding(table: str) -> None:
    document = read(f"## Steps\n\n### {{#a}}\n\n{table}\nText.\n\n### {{#b}}\n\n### {{#c}}\n")
    message = "a table of `decide` begins with a line that names its columns, which is missing"
    assert said(document) == [("SOP005", message, table.split("\n")[0])]
    sop = model.read(document).sop
    assert sop
    assert sop.steps
    assert "decide" in sop.steps[0].unknown
    assert sop.steps[0].text == "Text."
    assert not [
        each
        for each in model.read(document).problems
        if "decide" in each.finding.at[2:] and each.extent is None
    ]


def test_a_table_of_facts_alone_is_a_decision_table() -> None:
    assert step("| age | kind |\n|---|---|\n| > 9 | a |\n") == {
        "decide": [{"when": {"age": "> 9", "kind": "a"}}]
    }
    assert set(step("| age | then |\n|---|---|\n| > 9 | done |\n")) == {"decide"}
    assert set(step("| text | role |\n|---|---|\n| Look | lead |\n")) == {"checklist"}


@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_table_below_facts_names_the_block_of_yaml(blank: str) -> None:
    document = read(f"## Facts\n{blank}| id | ask |\n|---|---|\n| n | Many? |\n")
    [problem] = document.problems
    assert problem.code == "SOP005"
    assert problem.finding.help.startswith("write entries in a fenced `yaml` block here")


def test_a_table_with_a_column_within_is_the_rows_of_within() -> None:
    assert step("| severity | within |\n|---|---|\n| sev1 | 3d |\n| otherwise | 7bd |\n") == {
        "within": [{"when": {"severity": "sev1"}, "within": "3d"}, {"otherwise": "7bd"}]
    }


def test_a_column_of_facts_beside_a_text_in_their_place_is_left_to_the_finding_about_that() -> None:
    made = step("| when | strikes | then |\n| --- | --- | --- |\n| yes | 3 | done |\n")
    assert made == {"decide": [{"when": "yes", "then": "done"}]}


def test_columns_are_named_like_headings() -> None:
    assert data("## Change history\n\n| version | Approved by |\n|---|---|\n| 1.0.0 | lead |\n") == {
        "change_history": [{"version": "1.0.0", "approved_by": "lead"}]
    }


def test_a_row_with_too_many_cells_is_a_finding_on_the_first_of_them() -> None:
    document = read("## Steps\n\n### {#a}\n\n| age | then |\n|---|---|\n| 1 | done | lost | too |\n")
    assert said(document) == [("SOP001", "this row has more cells than the table has columns", "lost")]


@pytest.mark.parametrize(
    ("table", "message", "on"),
    [
        (
            "{0}\n{1}\n{2}\n",
            "the second line of a table is `| --- | --- |`, with a cell for each column",
            "{1}",
        ),
        ("{0}\n| === | === |\n{1}\n{2}\n", "the second line of a table is", "| === | === |"),
        ("{0}\n| --- |\n{1}\n{2}\n", "the second line of a table is", "| --- |"),
        ("{0}\n| --- | --- |\n{1}\n\n{2}\n", "a blank line cuts this row off from its table", "{2}"),
        ("{0}\n\n| --- | --- |\n{1}\n{2}\n", "a blank line cuts", "| --- | --- |"),
        ("{0}\n| --- | --- |\n\n{1}\n{2}\n", "a blank line cuts", "{1}"),
    ],
)
def test_a_table_that_is_torn_is_one_finding_where_it_is(table: str, message: str, on: str) -> None:
    rows = ("| age | then |", "| > 9 | done |", "| <= 9 | again |")
    document = read("## Steps\n\n### {#a}\n\nBefore.\n\n" + table.format(*rows) + "\nAfter.\n")
    [(code, found, underlined)] = said(document)
    assert (code, underlined) == ("SOP005", on.format(*rows))
    assert found.startswith(message)
    [made] = document.data["steps"]
    assert made["text"] == "Before.\n\nAfter.\n"
    assert made["decide"] == [
        {"when": {"age": "> 9"}, "then": "done"},
        {"when": {"age": "<= 9"}, "then": "again"},
    ]


def test_two_whole_tables_below_each_other_are_not_torn() -> None:
    table = "| age | {} |\n|---|---|\n| > 9 | 4h |\n"
    assert set(step(table.format("then") + "\n" + table.format("within"))) == {"decide", "within"}


def test_a_table_below_a_text_is_text() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert data(f"## Notes\n\n{table}") == {"notes": table}


# Fenced YAML


def test_fenced_yaml_is_the_value_of_its_heading() -> None:
    assert data('## Purpose\n\n```yaml\n"One\\tlook"\n```\n\n## Metrics\n\n~~~yml\n- a\n~~~\n') == {
        "purpose": "One\tlook",
        "metrics": ["a"],
    }


def test_fenced_yaml_below_a_record_adds_keys_and_below_a_list_adds_items() -> None:
    assert step("- role: lead\n\nText.\n\n```yaml\ntools: [a]\n```\n") == {
        "role": "lead",
        "text": "Text.",
        "tools": ["a"],
    }
    assert data("## Records\n\n| what |\n|---|\n| a |\n\n```yaml\n- {what: b}\n```\n") == {
        "records": [{"what": "a"}, {"what": "b"}]
    }


def test_other_fences_are_text_and_yaml_beside_a_paragraph_of_a_text_too() -> None:
    assert step("```\na: b\n```\n") == {"text": "```\na: b\n```\n"}
    assert data("## Notes\n\nLike this:\n\n```yaml\na: b\n```\n") == {
        "notes": "Like this:\n\n```yaml\na: b\n```\n"
    }


def test_what_stands_below_a_fence_that_is_never_closed_is_no_second_finding() -> None:
    document = read(
        "## Steps\n\n### {#a}\n\n- role: x\n- role: y\n\n```yaml\ntools: a\n## Outcomes\n\n| a |\n|---|\n"
    )
    assert [(code, on) for code, _, on in said(document)] == [("SOP002", "role"), ("SOP001", "```yaml")]
    assert not document.complete


def test_a_fence_that_is_never_closed_is_a_syntax_error_where_it_opens() -> None:
    document = read("## Notes\n\n```text\na: b\n\n## Purpose\n")
    assert said(document) == [("SOP001", "this block of code is opened here and never closed", "```text")]
    assert not document.complete


def test_troubles_of_yaml_stand_at_their_place_in_the_file() -> None:
    for body, on in (
        ("## Steps\n\n### {#a}\n\n```yaml\ntools:\n  - @here\n```\n", ["@"]),
        ("## Steps\n\n### {#a}\n\n- tools: [a, 'b]\n- consulted: ['x' y]\n", ["'", "y"]),
        ('## Steps\n\n### {#a}\n\n| a | then |\n|---|---|\n| \\| | x |\n| [a, "\\|" b] | x |\n', ["b"]),
    ):
        document = read(body)
        assert [(code, text) for code, _, text in said(document)] == [("SOP001", each) for each in on], body
        assert document.data is None


def test_keys_written_twice_stand_on_the_second() -> None:
    message = "`{}` is written twice; only the first is read"
    document = read(
        "## Owner\n\nlead\n\n## Steps\n\n### {#a}\n\n- role: x\n- role: y\n\n```yaml\ntools: a\nrole: z\n```\n",
        "owner: me\n",
    )
    assert said(document) == [
        ("SOP002", message.format("owner"), "Owner"),
        ("SOP002", message.format("role"), "role"),
        ("SOP002", message.format("role"), "role"),
    ]
    assert [document.span(Finding((), ""), extent).line for _, _, extent in document.problems] == [4, 13, 17]


LOOK_ALIKES = [
    "* role: lead\n* within: 4h\n",
    "+ role: lead\n",
    "- role support-lead\n",
    "• role: lead\n",
    "- Call the customer\n- **Role:** x\n",
    "-\u00a0role: x\n",
    "- [] One\n",
    "-[ ] One\n",
    "Before.\n☐ One\n",
    "- [-] One\n- [v] Two\n",
    "- [ ] One\n- Two\n",
    "1. [ ] One\n[ ] Two\n",
    "| a | then |\n| b | c |\n",
    "| Tool | Where |\n|---|---|\n| Console | Web |\n",
    "| a | then |\n|---|---|\n| b | c |\n\n| d | e |\n",
    "##Steps\n",
    "##\u00a0Steps\n",
    "- [ ]\u00a0One\n-\u00a0[ ] Two\n",
    "Title {#Decide It}",
    "{#decide",
    "#### Tell {#tell}\n",
    " ### Tell {#tell}\n",
    "- role: lead\n- and more\n",
    "Words.\n\n- role: lead\n",
    "- yes => done\n",
    "| age | than |\n|---|---|\n| > 9 | done |\n",
    "Keep <!-- this --> here.",
    "<!-- and\n\nthis -->\n",
    "<!-- never closed\n",
    _CONFLICT.format("a\n", "b\n"),
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_a_text_that_looks_like_a_slip_stays_the_same_there_and_back(text: str) -> None:
    step = {
        "id": "a",
        "title": text.strip().replace("\n", " "),
        "role": "lead",
        "text": text,
        "checklist": [text],
    }
    outcome = {"title": step["title"], "text": text}
    made = {"purpose": text, "prerequisites": [text], "steps": [step], "outcomes": {"done": outcome}}
    for each in (made, {"steps": [{"id": "a", "text": text}]}, {"steps": [{"id": "a", "checklist": [text]}]}):
        document = source.read("x.md", edit.to_markdown(each), OUTLINE)
        assert document is not None
        assert document.problems == ()
        assert document.data == each


# Places


def test_a_word_inside_a_text_is_underlined_where_it_stands() -> None:
    document = read(
        """\
        ## Steps

        ### A {#a}

        First promptly.
        <!-- sopctl: ignore[SOP701] promptly said -->
        Then promptly too.

        - [ ] an item of
          two promptly lines

        Last promptly.
        """
    )
    text = document.data["steps"][0]["text"]
    assert text == "First promptly.\nThen promptly too.\n\nLast promptly.\n"
    starts = [i for i in range(len(text)) if text.startswith("promptly", i)]
    spans = [document.span(Finding(("steps", 0, "text"), "", part=(i, i + 8))) for i in starts]
    assert [(s.line, s.column, s.end_column) for s in spans] == [(7, 7, 15), (9, 6, 14), (14, 6, 14)]
    item = document.data["steps"][0]["checklist"][0]
    at = item.index("promptly")
    assert document.span(Finding(("steps", 0, "checklist", 0), "", part=(at, at + 8)))[1:3] == (12, 7)


def test_a_word_behind_an_escaped_bar_of_a_cell_is_underlined_where_it_stands() -> None:
    document = read(
        '## Steps\n\n### {#a}\n\n| x | then | because |\n|---|---|---|\n| ["a \\| b", c] | d | One \\| promptly. |\n'
    )
    row = ("steps", 0, "decide", 0)
    assert underlined(document, Finding((*row, "because"), "", part=(6, 14))) == "promptly"
    assert underlined(document, Finding((*row, "because"), "", part=(4, 5))) == "\\|"
    assert underlined(document, Finding((*row, "when", "x", 0), "", part=(4, 5))) == "b"
    assert underlined(document, Finding((*row, "when", "x", 1), "")) == "c"
    assert underlined(document, Finding((*row, "when", "x"), "", key=True)) == "x"
    assert underlined(document, Finding((*row, "then"), "", key=True)) == "then"


@pytest.mark.parametrize(
    ("at", "key", "expected"),
    [
        ((), False, "id"),
        (("title",), False, "Appeal"),
        (("purpose",), True, "Purpose"),
        (("steps",), True, "Steps"),
        (("steps", 0), False, "### Look {#look}"),
        (("steps", 0, "id"), False, "look"),
        (("steps", 0, "title"), False, "Look"),
        (("steps", 0, "role"), True, "role"),
        (("steps", 0, "role"), False, "lead"),
        (("steps", 0, "decide"), False, "| age | then |"),
        (("steps", 0, "decide", 0), False, "> 9"),
        (("steps", 0, "tools", 0), False, "pen"),
        (("steps", 0, "next"), False, "### Look {#look}"),
    ],
)
def test_a_finding_on(at: Any, key: bool, expected: str) -> None:
    document = read(
        """\
        # Appeal

        ## Purpose

        One.

        ## Steps

        ### Look {#look}

        - role: lead

        | age | then |
        |---|---|
        | > 9 | done |

        ```yaml
        tools: [pen]
        ```
        """,
        "id: TS-APP-002\n",
    )
    assert underlined(document, Finding(at, "", key=key)) == expected


@moderate
@given(sops())
def test_every_value_has_a_place_that_points_at_it(made: dict[str, Any]) -> None:
    for path, text in (("x.md", edit.to_markdown(made)), ("x.yaml", edit.to_yaml(made))):
        document = source.read(path, text, OUTLINE)
        assert document is not None
        for at, value in leaves(document.data):
            place = document.places[at]
            if place.value is None or place.style in ("'", '"') or not value.strip():
                continue
            written = text[slice(*place.value)]
            if place.style == "cell":
                written = written.replace("\\|", "|")
            if place.style in ("|", ">"):
                written = written.partition("\n")[2]
            if not place.style and "\n" not in value and "\n" not in written:
                assert written == value.strip()
            elif "sopctl:" not in value:
                visible, shown = "".join(value.split()), "".join(written.split())
                assert (visible[0], visible[-1]) == (shown[0], shown[-1]), (at, value, written)


def leaves(value: Any, at: tuple[str | int, ...] = ()) -> Any:
    if isinstance(value, str):
        yield at, value
    else:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*at, key))


# Line ends, marks and ignores

WHOLE = """\
---
id: TS-APP-002
# sopctl: ignore[SOP303] in front
audience: [nobody]
---

# Appeal review

<!-- sopctl: ignore[SOP701] above a heading -->
## Purpose

One look.

<!-- sopctl: ignore[SOP702] above a paragraph -->
Another
look.

## Steps

### Look {#look}

- role: lead

<!-- sopctl: ignore[SOP703] above a table -->

| age | then |
|---|---|
| > 9 | done | <!-- sopctl: ignore[SOP704] behind a row -->

````yaml
# sopctl: ignore[SOP705] in a fence
tools: |
  ```
  one
  ```
````

After it. <!-- sopctl: ignore[SOP706] at the end of a line -->
"""


def test_line_ends_of_windows_a_mark_and_tabs_change_nothing() -> None:
    plain = source.read("x.md", WHOLE, OUTLINE)
    odd = source.read("x.md", "\ufeff" + WHOLE.replace("\n", "\r\n"), OUTLINE)
    assert plain is not None
    assert odd is not None
    assert odd.problems == plain.problems == ()
    assert odd.data == plain.data
    for at in plain.places:
        for key in (True, False):
            assert odd.span(Finding(at, "", key=key)) == plain.span(Finding(at, "", key=key))
    assert step("-\trole:\tlead\n\n-\t[ ]\tOne\n\ttwo\n") == {"role": "lead", "checklist": ["One\ntwo\n"]}


def test_comments_that_hide_findings_are_no_text() -> None:
    document = source.read("x.md", WHOLE, OUTLINE)
    assert document is not None
    assert document.data["purpose"] == "One look.\n\nAnother\nlook.\n"
    assert document.data["steps"] == [
        {
            "id": "look",
            "title": "Look",
            "role": "lead",
            "decide": [{"when": {"age": "> 9"}, "then": "done"}],
            "tools": "```\none\n```\n",
            "text": "After it.",
        }
    ]


def test_comments_speak_of_the_paragraph_heading_or_table_below_them() -> None:
    document = source.read("x.md", WHOLE, OUTLINE)
    assert document is not None
    lines = WHOLE.split("\n")
    found = {each.codes[0]: (lines[each.line - 1], lines[each.last - 1]) for each in ignores(document)}
    assert found == {
        "SOP303": ("audience: [nobody]", "audience: [nobody]"),
        "SOP701": ("## Purpose", "## Purpose"),
        "SOP702": ("Another", "look."),
        "SOP703": ("| age | then |", lines[27]),
        "SOP704": (lines[27], lines[27]),
        "SOP705": ("tools: |", "tools: |"),
        "SOP706": (lines[37], lines[37]),
    }


COMMENTED = """\
---
id: TS-APP-002
---
# Appeal <!-- of what? --> review

<!--
## Notes

Not for readers.
-->
## Scope

<!-- ask Bob --> Drivers <!-- all
of them --> in Berlin.

## Steps

<!-- ### Old step {#old} -->
### Look {#look}

- role: <!-- not clerk --> lead
- [ ] One <!-- two -->

Write `<!-- this -->` as it is.

```
<!-- and this -->
```

| age <!-- of the case --> | then |
|---|---|
| > 9 | done |
<!-- | > 8 | done | -->
| <= 9 | refused |
"""


def test_what_stands_in_a_comment_is_not_read() -> None:
    document = source.read("x.md", COMMENTED, OUTLINE)
    assert document is not None
    assert document.problems == ()
    assert document.data["scope"].split() == ["Drivers", "in", "Berlin."]
    assert document.data["steps"] == [
        {
            "id": "look",
            "title": "Look",
            "role": "lead",
            "checklist": ["One"],
            "text": "Write `<!-- this -->` as it is.\n\n```\n<!-- and this -->\n```\n",
            "decide": [
                {"when": {"age": "> 9"}, "then": "done"},
                {"when": {"age": "<= 9"}, "then": "refused"},
            ],
        }
    ]
    assert set(document.data) == {"id", "title", "scope", "steps"}
    assert source.has_comments(document, OUTLINE)


@pytest.mark.parametrize(
    ("at", "part", "expected"),
    [
        (("steps", 0, "role"), None, "lead"),
        (("steps", 0, "decide", 1, "then"), None, "refused"),
        (("scope",), (0, 7), "Drivers"),
        (("steps", 0, "text"), (7, 11), "<!--"),
    ],
)
def test_a_place_behind_a_comment_is_exact(at: Any, part: tuple[int, int] | None, expected: str) -> None:
    document = source.read("x.md", COMMENTED, OUTLINE)
    assert document is not None
    assert underlined(document, Finding(at, "", part=part)) == expected


def test_a_comment_that_is_never_closed_is_a_syntax_error_where_it_opens() -> None:
    document = read("## Scope\n\nWrite <!-- so.\n\n<!-- open\n\n## Notes\n\nOne.\n")
    assert not document.complete
    assert said(document) == [("SOP001", "this comment is opened here and never closed", "<!-- open")]


# Whatever it is given


@moderate
@given(
    st.lists(
        st.sampled_from([*TEXTS, *LINES, "## Steps", "### A {#a}", "## Outcomes", "## Metrics"]), max_size=8
    )
)
def test_any_text_is_read_without_an_exception_and_every_finding_has_a_place(parts: list[str]) -> None:
    document = source.read("x.md", "---\n---\n" + "\n".join(parts), OUTLINE)
    assert document is not None
    for code, finding, extent in document.problems:
        assert code
        assert document.span(finding, extent).line >= 1
    assert () in document.places


@pytest.mark.parametrize(
    "code",
    [
        "Write `<!-- sopctl: ignore[SOP701] why -->` there.",
        "```html\n<!-- sopctl: ignore[SOP701] why -->\n```",
        "~~~~ text\n```yaml\n# sopctl: ignore[SOP701] why\n```\n~~~~",
        "<!-- Write <!-- sopctl: ignore[SOP701] why -->",
    ],
)
def test_an_ignore_in_code_is_none(code: str) -> None:
    document = source.read("x.md", f"---\nid: TS-APP-002\n---\n## Notes\n\n{code}\n", OUTLINE)
    assert document is not None
    assert ignores(document) == []


# Text where there is no key for it, and lists below a key


@pytest.mark.parametrize(
    ("body", "message", "place"),
    [
        ("# Title\n\nA sentence.\n\n## Purpose\n\nP\n", "this text stands under no heading", "A sentence."),
        ("## Training\n\nSome words.\n", "this text is no key of the training", "Some words."),
        ("## Training\n\n### One\n", "this text is no key of the training", "### One"),
    ],
)
def test_text_where_there_is_no_key_for_it_is_told_as_text(body: str, message: str, place: str) -> None:
    document = read(body)
    assert said(document) == [("SOP005", message, place)]
    assert "text" not in document.data
    assert "text" not in document.data.get("training", {})


def test_a_list_may_stand_below_its_key() -> None:
    made = step("""\
        - role: lead
        - tools:
          - One
          - Two, and
            more
        - consulted: [lead,
          boss]
        - checklist:
          - [ ] The file is there
          - The notice is there
            - within: 1h

        The text.
        """)
    assert made == {
        "role": "lead",
        "tools": ["One", "Two, and\nmore\n"],
        "consulted": ["lead", "boss"],
        "checklist": ["The file is there", {"text": "The notice is there", "within": "1h"}],
        "text": "The text.",
    }


def test_findings_in_a_list_below_its_key_stand_on_its_items() -> None:
    document = read("## Steps\n\n### A {#a}\n\n- tools:\n  - One\n  - Two\n- consulted: [lead,\n  boss]\n")
    shown = {("tools",): "- tools:", ("tools", 1): "  - Two", ("consulted", 1): "  boss]"}
    for at, line in shown.items():
        span = document.span(Finding(("steps", 0, *at), "", key=len(at) == 1))
        assert document.text.split("\n")[span.line - 1] == line
        assert span.column == (5 if line == "  - Two" else 3)
