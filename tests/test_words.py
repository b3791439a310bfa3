"""The rules about people and words: what their examples cannot show."""

import itertools
import json
import re
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.analysis.mentions import Mentions
from sopctl.diagnostic import Diagnostic
from sopctl.example import LEAST
from sopctl.library import build
from sopctl.lint import lint
from sopctl.prose import Speech, spoken, without_code
from sopctl.reading import Prose
from sopctl.render import Links, meanings
from sopctl.render.blocks import html
from sopctl.rules import RULES

PEOPLE_AND_WORDS = [
    rule.code for rule in RULES if rule.code.startswith(("SOP60", "SOP70")) and rule.code < "SOP706"
]
ODD_WORDS = [
    "promptly",
    "in due course",
    "appropriate",
    "etc.",
    "and/or",
    "ban",
    "CDD",
    "dana.ruiz@example.org",
    "+1 206 555 0142",
]

STEP = {"id": "look", "title": "Look at it", "role": "lead", "next": "done"}
REGISTERS: dict[str, Any] = {
    "roles": {
        "lead": {"title": "Team lead"},
        "agent": {"title": "Agent", "team": "front"},
        "clerk": {"title": "Clerk", "team": "front"},
        "writer": {"title": "Writer"},
    },
    "teams": {"front": {"title": "Front office"}},
    "schedules": {"night": {"title": "Night shift", "roles": ["agent", "clerk"]}},
    "glossary": {
        "deactivation": {
            "title": "Deactivation",
            "text": "A lasting loss.",
            "avoid": ["ban", "kick out", "time-out"],
        },
        "travel-ban": {"title": "Travel ban", "text": "An order of a court.", "aliases": ["SAR"]},
    },
}


def findings(*codes: str, registers: dict[str, Any] | None = None, **keys: Any) -> list[Diagnostic]:
    """What the rules with these codes find in a SOP that has these keys."""
    sop = LEAST | {"steps": [STEP]}
    texts = {
        "TS-EX-001.yaml": json.dumps(sop | keys, ensure_ascii=False),
        "registers.yaml": json.dumps(REGISTERS | (registers or {}), ensure_ascii=False),
    }
    rules = [rule for rule in RULES if rule.code in codes]
    assert len(rules) == len(codes)
    return lint(build(texts, date(2026, 11, 21)), rules)


def words(code: str, text: str, **more: Any) -> list[str]:
    """The stretches of a text on which the findings stand."""
    found = findings(code, purpose=text, **more)
    assert all(d.pointer == ("purpose",) and d.span.line == 1 for d in found)
    line = json.dumps({"purpose": text}, ensure_ascii=False)
    whole = findings_line(text)
    assert line[1:-1] in whole
    return [whole[d.span.column - 1 : d.span.end_column - 1] for d in found]


def findings_line(text: str) -> str:
    """The line of the file in which `findings` puts a purpose."""
    before = (
        '{"id": "TS-EX-001", "title": "An example", "version": "1.0.0", "status": "draft", "owner": "lead", '
    )
    return before + json.dumps({"purpose": text}, ensure_ascii=False)[1:-1]


def steps(*more: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": f"step-{i}", "title": "Look at it", **step} for i, step in enumerate(more)]


# What is left alone


@pytest.mark.parametrize("word", ODD_WORDS)
def test_every_odd_word_is_found_in_plain_text(word: str) -> None:
    assert findings(*PEOPLE_AND_WORDS, purpose=f"Look {word} at it")


@settings(deadline=None, max_examples=60)
@given(
    word=st.sampled_from(ODD_WORDS),
    around=st.sampled_from(
        [
            "`{}`",
            "``a ` {}``",
            "```\n{}\n```",
            "~~~ text\nx {} y\n~~~",
            "“{}”",
            "“so {} it is”",
            '"{}"',
            "«{}»",
            "> They wrote {} to us.",
            "See https://example.org/{} there",
            "See [it](mailto:{}) there",
        ]
    ),
    before=st.sampled_from(["", "Read this. ", "“Quoted.” And ", "`code` and\n\n"]),
)
def test_nothing_is_found_in_code_quotations_and_addresses(word: str, around: str, before: str) -> None:
    if around.startswith((">", "`" * 3, "~~~")) and before and not before.endswith("\n"):
        before += "\n"
    if "http" in around or "mailto" in around:
        word = word.replace(" ", "-")
    if "mailto" in around and "@" in word:
        around = "See [it](https://example.org/{}) there"
    assert findings(*PEOPLE_AND_WORDS, purpose=before + around.format(word)) == []


@pytest.mark.parametrize("word", ODD_WORDS)
def test_nothing_is_found_in_clauses_and_histories(word: str) -> None:
    clause = {"us.rule": {"text": f"Answer {word} to it.", "source": f"RCW 1, {word}"}}
    entry = {
        "version": "1.0.0",
        "on": "2026-01-05",
        "author": "writer",
        "summary": f"Say {word}",
        "reason": word,
    }
    assert findings(*PEOPLE_AND_WORDS, change_history=[entry], registers={"clauses": clause}) == []


def test_the_words_of_registers_are_read_too() -> None:
    notices = {"answer": {"title": "Answer", "body": "We answer promptly."}}
    [found] = findings("SOP701", registers={"notices": notices})
    assert (found.span.path, found.pointer) == ("registers.yaml", ("notices", "answer", "body"))


# What is code, and what a quotation

PIECES = ["w", "- w", "1. w", "    w", "      w", "\tw", "# w", "`w` w", "`` w ` w ``", "w ` w", "\\` w `w` w", "```\nw\n\nw\n```", "~~~ w\nw\n~~~", "- w\n\n      w", "- w\n\n    w", "1. w\n\n   ```\n   w\n   ```", "10. w\n\n    ```\n    w\n\n    w\n    ```", "> `w`\n", "> w `w\n> w` w\n", "> w ` w\n>\n> w ` w\n", "> > ` w\n> ` w\n", "w"]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["\n\n", "\n\n", "\n"])), max_size=6))
def test_code_is_what_the_page_shows_as_code(pieces: list[tuple[str, str]]) -> None:
    number = itertools.count()
    text = re.sub("w", lambda _: f"w{next(number)}", "".join(piece + gap for piece, gap in pieces))
    page = html(text, lambda _: None, lambda _: None, 2)
    shown = re.findall(r"w\d+", "".join(re.findall(r"(?s)<code>.*?</code>", page)))
    fences = re.findall(r"(?m)^ *~~~ (w\d+)", text)  # the page shows no word of the line that opens one
    assert {*re.findall(r"w\d+", text)} - {*re.findall(r"w\d+", without_code(text))} == {*shown, *fences}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Press the ` key.\n\nCall ASAP.\n\nPress the ` key.", ["ASAP"]),
        ("- Press the ` key.\n- Call ASAP.\n- Press the ` key.", ["ASAP"]),
        ("Press \\` and call ASAP, then \\`.", ["ASAP"]),
        ("Call `it\nASAP` now.", []),
        ("Code follows:\n\n    call ASAP\n", []),
        ("Code follows:\n    call ASAP\n", ["ASAP"]),
        ("- An item.\n\n    Call ASAP.\n", ["ASAP"]),
        ("Say “we answer\nASAP”.", []),
        ("Say «we answer\nASAP».", []),
        ('Say "we answer\nASAP".', []),
        ("Say “we answer.\n\nCall ASAP”.", ["ASAP"]),
        ("Say “we answer.\n- Call ASAP”.", ["ASAP"]),
        ('A rule of 5".\nCall ASAP.\nA rule of 7".', ["ASAP"]),
        ("> They write\nASAP.\n", []),
        ("> They write.\n\nCall ASAP.\n", ["ASAP"]),
    ],
)
def test_code_and_quotations_end_where_the_page_ends_them(text: str, said: list[str]) -> None:
    found = Speech([Prose(("notes",), text)]).find(re.compile("ASAP"))
    assert [each.word for each in found] == said


@pytest.mark.parametrize(
    "text",
    ["".join("`" * n + " " for n in range(900)), "“" * 300_000, "“«a\n" * 80_000, "* " * 60_000 + "x    ", "\t" * 300_000, "> a\n" * 80_000],
)  # fmt: skip
def test_odd_signs_do_not_hold_up_reading(text: str) -> None:
    before = time.process_time()
    spoken(text)
    assert time.process_time() - before < 5


# SOP601, SOP602, SOP603


def test_a_step_that_hands_up_or_calls_needs_no_role() -> None:
    assert (
        findings("SOP601", steps=steps({"escalate": "legal"}, {"call": "TS-EX-002", "on": {"a": "done"}}))
        == []
    )


def test_a_role_that_is_written_wrongly_is_not_called_missing() -> None:
    assert findings("SOP601", steps=steps({"role": "The Lead!"})) == []


@pytest.mark.parametrize(
    ("role", "required", "missing"),
    [
        ("agent", ["agent"], ""),
        ("agent", ["night"], ""),
        ("agent", ["front"], ""),
        ("night", ["agent", "clerk"], ""),
        ("night", ["front"], ""),
        ("front", ["night"], ""),
        ("night", ["agent"], "`clerk`"),
        ("front", ["lead"], "`agent`, `clerk`"),
        ("lead", ["front"], "`lead`"),
    ],
)
def test_schedules_and_teams_are_trained_through_their_roles(
    role: str, required: list[str], missing: str
) -> None:
    found = findings("SOP602", steps=steps({"role": role}), training={"required_for": required})
    assert [missing in d.message for d in found] == ([True] if missing else [])


@pytest.mark.parametrize(("role", "required"), [("agnt", ["lead"]), ("lead", ["crew"])])
def test_whom_no_register_that_can_be_read_has_is_not_called_untrained(
    role: str, required: list[str]
) -> None:
    given = {"steps": steps({"role": role}), "training": {"required_for": required}}
    assert findings("SOP602", **given, registers={"teams": "broken"}) == []


def test_a_role_is_called_untrained_once() -> None:
    found = findings(
        "SOP602", steps=steps({"role": "lead"}, {"role": "lead"}), training={"required_for": ["agent"]}
    )
    assert [d.pointer for d in found] == [("steps", 0, "role")]


def test_who_only_hands_up_or_calls_needs_no_training() -> None:
    handing = steps(
        {"role": "lead", "escalate": "legal"}, {"role": "clerk", "call": "TS-EX-002", "on": {"a": "done"}}
    )
    assert findings("SOP602", steps=handing, training={"required_for": ["agent"]}) == []


def test_who_only_does_an_item_of_a_checklist_needs_no_training() -> None:
    listed = steps({"role": "lead", "checklist": [{"text": "It is there", "role": "clerk"}]})
    assert findings("SOP602", steps=listed, training={"required_for": ["lead"]}) == []


def test_a_sop_without_training_asks_for_none() -> None:
    assert findings("SOP602") == []


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"choices": ["a", "b"], "answer": "0"}, "none of the 2 choices"),
        ({"choices": ["a", "b"], "answer": "2", "step": "look"}, ""),
        ({"choices": ["a", "b"], "answer": "2", "step": "lok"}, "did you mean `look`?"),
        ({"choices": ["a"], "answer": "1"}, "1 choice"),
    ],
)
def test_a_question_has_a_right_choice_and_a_step(question: dict[str, Any], says: str) -> None:
    found = findings("SOP603", training={"questions": [{"ask": "What now?", **question}]})
    assert [says in d.message for d in found] == ([True] if says else [])


def test_all_that_is_wrong_with_a_question_is_told() -> None:
    question = {"ask": "What now?", "choices": ["a", "b"], "answer": "0", "step": "lok"}
    found = findings("SOP603", training={"questions": [question]})
    assert [d.message.partition(" is ")[0] for d in found] == ["`answer: 0`", "this question"]
    assert [d.pointer[-1] for d in found] == ["answer", "step"]


# SOP604


@pytest.mark.parametrize(
    "text",
    [
        "dana.ruiz@example.org",
        "d+x@mail.example.co.uk",
        "+1 206 555 0142",
        "+49 30 1234567",
        "+44 (0)20 7946 0958",
        "(206) 555-0142",
        "206-555-0142",
        "206.555.0142",
        "1-800-555-0142",
        "030 1234567",
        "0800 123 4567",
    ],
)
def test_an_address_or_number_of_a_person_is_found_whole(text: str) -> None:
    assert words("SOP604", f"Call {text}, at night") == [text]


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("[mail](mailto:dana.ruiz@example.org)", ["dana.ruiz@example.org"]),
        ("[mail](<mailto:dana.ruiz@example.org>)", ["dana.ruiz@example.org"]),
        ("<mailto:dana.ruiz@example.org>", ["dana.ruiz@example.org"]),
        ("[d@example.org](mailto:d@example.org)", ["d@example.org"]),
        ("[d@example.org](mailto:b@example.org)", ["d@example.org", "b@example.org"]),
        ("[mail](mailto:d@example.org?subject=d.e@example.org)", ["d@example.org"]),
        ("[call](tel:+12065550142)", ["+12065550142"]),
        ("[map](https://example.org/@d.e@example.org/12065550142)", []),
        ("`[mail](mailto:dana.ruiz@example.org)`", []),
    ],
)
def test_a_link_that_writes_or_calls_names_a_person(link: str, found: list[str]) -> None:
    assert words("SOP604", f"Tell {link} of it") == found


@pytest.mark.parametrize(
    "text",
    [
        "On 2026-02-17 at 09:30",
        "Within 09:00-17:00",
        "See TS-APP-002 and PG-QA-001",
        "RCW 49.46.300",
        "Minn. Stat. 181C.01",
        "SMC 8.40.100 (2)",
        "15 U.S.C. 1681b(b)(3)",
        "Up to 1,200,000.00 USD",
        "$ 1 200 000",
        "€ 2.500.000",
        "90-120 days",
        "1..5",
        "Version 2.1.0",
        "Case 20260217",
        "Ticket 1234567890",
        "3-4 of 100-2000 cases",
        "ratio 0.70",
        "10 000 000 rows",
        "@team on the channel #appeals",
        "24x7",
        "2026-11-26, 2026-12-25",
        "29 CFR 1604.11",
        "0.123 456 789",
    ],
)
def test_dates_sums_ids_and_citations_are_no_telephone_numbers(text: str) -> None:
    assert words("SOP604", text) == []


# SOP701, SOP702


@pytest.mark.parametrize(
    "word",
    [
        "promptly",
        "Promptly",
        "ASAP",
        "asap",
        "a.s.a.p.",
        "as soon as possible",
        "As soon as practicable",
        "timely",
        "in due course",
        "regularly",
        "on a regular basis",
        "at regular intervals",
        "from time to time",
        "without undue delay",
        "within a reasonable time",
        "at your earliest convenience",
        "periodically",
    ],
)
def test_a_word_that_leaves_open_when_is_found(word: str) -> None:
    assert words("SOP701", f"Answer the driver {word}, and log it") == [word]


@pytest.mark.parametrize(
    "text",
    ["An untimely end", "As soon as the driver answers", "It is due", "A regular driver", "Disregularly"],
)
def test_words_that_only_look_like_it_say_when(text: str) -> None:
    assert words("SOP701", text) == []


@pytest.mark.parametrize(
    "word",
    [
        "appropriate",
        "Appropriately",
        "adequate",
        "adequately",
        "as needed",
        "if needed",
        "if necessary",
        "where necessary",
        "as required",
        "when applicable",
        "if possible",
        "etc.",
        "et cetera",
        "and so on",
        "and/or",
    ],
)
def test_a_word_that_leaves_open_how_much_is_found(word: str) -> None:
    assert words("SOP702", f"Take photos {word}, then call") == [word]


@pytest.mark.parametrize(
    "text",
    [
        "If required by the court",
        "Inappropriate conduct",
        "Sketch it",
        "Two and/orders",
        "It is necessary",
        "and so on Monday we call",
    ],
)
def test_words_that_only_look_like_it_say_how_much(text: str) -> None:
    assert words("SOP702", text) == []


def test_a_phrase_is_found_over_a_line_break() -> None:
    text = "purpose: |\n  Answer in due\n  course.\n"
    [found] = lint(
        build({"a.yaml": f"id: TS-EX-001\n{text}"}, date(2026, 11, 21)),
        [r for r in RULES if r.code == "SOP701"],
    )
    assert found.span[1:] == (3, 10, 4, 9)


# SOP703


@pytest.mark.parametrize("word", ["ban", "Ban", "BANS", "kick out", "time-out", "time out", "time-outs"])
def test_a_word_to_avoid_is_found_in_its_forms(word: str) -> None:
    [found] = findings("SOP703", purpose=f"Decide on the {word} first")
    assert f"`{word}`" in found.message
    assert "`Deactivation`" in found.help


@pytest.mark.parametrize(
    "text",
    ["The bank", "A bandit", "Read the travel ban", "Travel bans and no others", "At the time outside"],
)
def test_other_words_and_longer_terms_of_the_glossary_are_fine(text: str) -> None:
    assert words("SOP703", text) == []


# SOP704


@pytest.mark.parametrize(
    "text",
    [
        "customer due diligence (CDD), then CDD",
        "CDD (customer due diligence)",
        "Customer Due Diligence (CDD) file",
        "many reports (SARs)",
        "a SAR",
        "send the PDF by SMS to the US",
        "see TS-APP-002 or PG-QA-001",
        "do NOT call, it is not good",
        "A1 and Q3 and 24x7",
        "McDonald",
        "a state of grace (SOG)",
        "AT&T",
        "README.md",
    ],
)
def test_what_is_explained_or_well_known_is_fine(text: str) -> None:
    assert words("SOP704", text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Start the CDD check", ["CDD"]),
        ("CDDs and CDD again", ["CDDs"]),
        ("The CDD-based check", ["CDD"]),
        ("CDD first, then customer due diligence (CDD)", ["CDD"]),
        ("Ask the desk (KYC) today", ["KYC"]),
        ("CDD, KYC and P2P", ["CDD", "KYC", "P2P"]),
    ],
)
def test_an_abbreviation_that_nobody_explains_is_found_once_a_file(text: str, found: list[str]) -> None:
    assert words("SOP704", text) == found


def test_the_glossary_is_case_sensitive_about_abbreviations() -> None:
    glossary = {"x": {"title": "Cdd", "text": "Something else."}}
    assert words("SOP704", "Start the CDD check", registers={"glossary": glossary}) == ["CDD"]


@pytest.mark.parametrize(
    ("glossary", "found"),
    [
        ("{cdd: {title: CDD, text: A check.}}", []),
        ("{cdd: {title: A: CDD, text: A check.}}", [("words.yaml", "unknown: which abbreviations nobody explains, while this file cannot be read")]),
        ("[CDD]", [("words.yaml", "unknown: which abbreviations nobody explains, while this file cannot be read in full")]),
        ("{cdd: CDD, other: {title: Other, text: Else.}}", []),
        ("{cdd: {title: A check, text: A check., alias: CDD}}", []),
        ("{cdd: {title: A check, text: A check., tilte: CDD}}", [("TS-EX-001.yaml", "`CDD` is explained neither here nor in the glossary")]),
    ],
)  # fmt: skip
def test_what_a_glossary_explains_is_unknown_while_it_cannot_be_read(
    glossary: str, found: list[tuple[str, str]]
) -> None:
    sop = LEAST | {"id": "TS-EX-001", "purpose": "Start the CDD.", "steps": [STEP]}
    texts = {"TS-EX-001.yaml": json.dumps(sop), "words.yaml": f"glossary: {glossary}"}
    said = lint(build(texts, date(2026, 11, 21)), [rule for rule in RULES if rule.code == "SOP704"])
    assert [(each.span.path, each.message) for each in said] == found


# SOP705


@pytest.mark.parametrize(
    "title",
    [
        "Check the window",
        "Read the whole file",
        "Bring it back",
        "Feed the queue",
        "Question the driver",
        "Document it",
        "Assess the risk",
        "Process the claim",
        "Focus on facts",
        "Proceed with care",
        "Re-open the case",
        "Lead the call",
        "Never call first",
        "Decommission the device",
        "Deprovision the account",
        "Rebalance the queue",
        "Reposition the item",
        "Augment the file",
        "Apportion the cost",
        "Auction the goods",
        "Partition the data",
        "Caption the pictures",
        "Triage",
        "Weigh facts",
        "Appeal review",
        "Apply the policy",
        "Witness the signature",
        "“Stop” the work",
        "Close",
        "Reference the case",
        "Pilot the change",
        "Balance both sides",
        "Embed it",
        "Press the button",
        "Bus the file",
        "Do it",
    ],
)
def test_a_title_that_may_be_an_order_is_fine(title: str) -> None:
    assert findings("SOP705", steps=[STEP | {"title": title}]) == []


@pytest.mark.parametrize(
    "title",
    [
        "The file is read",
        "Checking the window",
        "Verification of the driver",
        "If the driver calls, log it",
        "When all is done",
        "We read the file",
        "Completed forms go out",
        "Assignment of the case",
        "Reception of the goods",
        "Detention of the file",
        "Checks the file",
        "Our decision",
        "2nd review",
        "Team lead decides",
        "Approval by the lead",
        "Is it fair?",
    ],
)
def test_a_title_that_is_no_order_is_noted(title: str) -> None:
    [found] = findings("SOP705", steps=[STEP | {"title": title}])
    assert found.pointer == ("steps", 0, "title")


def test_a_question_may_head_a_step_that_decides() -> None:
    asking = STEP | {"title": "Is it fair?", "ask": "Is it?", "answers": {"yes": "done"}}
    assert findings("SOP705", steps=[asking]) == []


_PIECES = st.lists(st.sampled_from(["a", "ab", "b", "A", "_", "-", " ", "\n", "é", "."]), max_size=7).map(
    "".join
)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.sampled_from(["", "x", "y"]), _PIECES), max_size=5), st.lists(_PIECES, max_size=12)
)
def test_words_are_mentioned_where_they_stand_whole_in_the_text_of_another(
    texts: list[tuple[str, str]], asked: list[str]
) -> None:
    mentions = Mentions(texts)
    for words in asked:
        wanted = " ".join(words.lower().split())
        whole = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
        stands = any(o != "x" and whole.search(" ".join(text.lower().split())) for o, text in texts)
        assert mentions.of(words, but="x") == (bool(wanted) and stands)


# Writing without spaces


def test_the_note_over_a_link_says_the_beginning_of_a_long_text_without_spaces() -> None:
    term = {"title": "停止", "text": "出品者が使えない状態。" * 40}
    said = meanings.script(
        Links(build({"r.yaml": json.dumps({"glossary": {"stop": term}})}, date(2026, 11, 21)))
    )
    assert json.dumps(("出品者が使えない状態。" * 40)[:320] + "…") in said


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("出品者", "この出品者からの連絡", True),
        ("異議申し立て", "異議を申し立てる", False),
        ("KYC", "次にKYCの確認", True),
        ("KYC確認", "次にKYC確認を行う", True),
        ("KYC", "次にEKYCの確認", False),
        ("판매자", "판매자는 상품을 판다", True),
        ("판매자", "재판매자는 상품을 판다", False),
        ("ผู้ขาย", "แจ้งผู้ขายทันที", True),
        ("ban", "urban", False),
    ],
)
@pytest.mark.parametrize("in_vain", [0, 9])
def test_a_term_is_mentioned_inside_a_run_of_letters(term: str, text: str, found: bool, in_vain: int) -> None:
    mentions = Mentions([("", text), ("x", term)])
    for i in range(in_vain):
        mentions.of(f"none{i}", but="x")
    assert mentions.of(term, but="x") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("口座の凍結を記録する", ["凍結"]),
        ("バンされた", ["バン"]),
        ("バンコクのカバン", []),
        ("次にfreezeを記録する", ["freeze"]),
        ("次にfreezerを記録する", []),
        ("정지를 알린다", ["정지"]),
        ("비정지를 알린다", []),
    ],
)
def test_a_word_to_avoid_is_found_inside_a_run_of_letters(text: str, found: list[str]) -> None:
    avoid = ["凍結", "バン", "freeze", "정지"]
    term = {"title": "停止", "text": "x", "avoid": avoid}
    assert words("SOP703", text, registers={"glossary": {"stop": term}}) == found


@pytest.mark.parametrize("title", ["Kündigung prüfen", "Station für Rückgaben", "3日以内に言い分を聞く"])
def test_a_title_with_other_letters_is_in_another_language(title: str) -> None:
    assert findings("SOP705", steps=[STEP | {"title": title}]) == []


@pytest.mark.parametrize("purpose", ["Der Brief und die Antwort.", "El texto de los vendedores."])
def test_titles_of_a_sop_in_another_language_are_left_alone(purpose: str) -> None:
    found = findings("SOP705", purpose=purpose, steps=[STEP | {"title": "Dokument sichten"}])
    assert found == []
    assert findings("SOP705", purpose="The letter.", steps=[STEP | {"title": "Notification is read"}])


def test_titles_of_a_short_sop_in_another_language_are_left_alone() -> None:
    german = {
        "purpose": "Beschwerden beantworten.",
        "scope": "IT, Team A.",
        "trigger": "Beschwerde trifft ein.",
    }
    titles = ["Dokument sichten", "Situation erfassen", "Department informieren"]
    steps = [STEP | {"id": f"step-{i}", "title": title} for i, title in enumerate(titles)]
    assert findings("SOP705", **german, steps=steps) == []


def test_a_link_to_a_heading_of_another_script_is_told_the_way_out() -> None:
    [found] = findings("SOP305", notes="### 例外\n\nSee [it](#例外).")
    assert "write `{#name}` behind it" in found.message
    assert findings("SOP305", notes="### 例外 {#reigai}\n\nSee [it](#reigai).") == []


@pytest.mark.parametrize("appeal", ["Gericht", " TS-APP-001", "8.40"])
def test_an_appeal_of_one_word_is_told_that_a_sentence_has_two(appeal: str) -> None:
    outcome = {"title": "Done", "appeal": appeal}
    [found] = findings("SOP005", outcomes={"done": outcome})
    assert "a sentence of two words or more" in found.message


def test_days_without_their_end_are_no_days() -> None:
    night = {"title": "Night", "days": "mon-", "hours": "09:00-17:00", "timezone": "Asia/Tokyo"}
    [found] = findings("SOP005", registers={"calendars": {"night": night}})
    assert found.message == "`days` should be days such as `mon-fri` or `sat`, not `mon-`"


@pytest.mark.parametrize(("mark", "meant"), [("101", ""), ("-5", ""), ("90 %", " (did you mean `90`?)")])
def test_a_pass_mark_is_a_percentage(mark: str, meant: str) -> None:
    [found] = findings("SOP005", training={"required_for": [], "pass_mark": mark})
    assert found.message == f"`pass_mark` should be a percentage, 0 to 100, not `{mark}`{meant}"


@pytest.mark.parametrize(
    ("hours", "way"),
    [
        ("22:00-06:00", '`["00:00-06:00", "22:00-24:00"]`'),
        ("22:00-00:00", '`["22:00-24:00"]`'),
        ("22:00-22:00", "the day ends after it begins"),
    ],
)
def test_hours_over_midnight_are_told_the_way_out(hours: str, way: str) -> None:
    night = {"title": "Night", "days": "sun-thu", "hours": hours, "timezone": "Asia/Tokyo"}
    [found] = findings("SOP005", registers={"calendars": {"night": night}})
    assert way in found.message


@pytest.mark.parametrize(
    ("rule", "text", "found"),
    [
        ("SOP604", "または03-1234-5678へ", ["03-1234-5678"]),
        ("SOP604", "事件は05-2026-1234です", []),
        ("SOP604", "宛先dana@example.orgまで", ["dana@example.org"]),
        ("SOP704", "次にKYCの確認", ["KYC"]),
        ("SOP704", "本人確認（KYC）を行う", []),
        ("SOP704", "KYC（本人確認）を行う", []),
    ],
)
def test_latin_letters_inside_a_run_of_others_are_words(rule: str, text: str, found: list[str]) -> None:
    assert words(rule, text) == found
