"""Changes between two libraries: what was done to a handbook comes back, and nothing else."""

import copy
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopctl import files, model, source
from sopctl.diff import Change, Kind, Weight, changes, gaps, renames, wording
from sopctl.diff.essence import essence
from sopctl.diff.names import Names
from sopctl.diff.phrases import PHRASES
from sopctl.edit import to_markdown, to_yaml
from sopctl.files import Unread
from sopctl.library import Library, build
from sopctl.model import OUTLINE
from sopctl.model import registers as register_model
from sopctl.model import scenario as scenario_model
from sopctl.model import sop as sop_model
from sopctl.model.words import Markdown
from sopctl.record import shape_of
from sopctl.review.reach import reach

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
TEXTS = {path: str(text) for path, text in files.texts_in(ROOT, ROOT / "sops").items()}
HANDBOOK = build(TEXTS, TODAY)
TEXT = shape_of(Markdown)
SOPS = {sop.id: HANDBOOK.path_of(sop) for sop in HANDBOOK.sops}

some = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def with_texts(texts: Mapping[str, str]) -> Library:
    """The handbook with other files in the place of some of its own."""
    typed = {each.document.path: each for each in HANDBOOK.typed}
    for path, text in texts.items():
        document = source.read(path, text, OUTLINE)
        assert document is not None
        typed[path] = model.read(document)
    return Library([typed[path] for path in sorted(typed)], TODAY, like=HANDBOOK)


def rewritten(edit: Callable[[str], str]) -> Library:
    """The handbook after an edit of every file."""
    return build({path: edit(text) for path, text in TEXTS.items()}, TODAY)


def data_of(id: str) -> Any:
    return copy.deepcopy(HANDBOOK.by_id[id].document.data)


def file_of(id: str, data: Any) -> dict[str, str]:
    path = SOPS[id]
    return {path: (to_markdown if path.endswith(".md") else to_yaml)(data)}


def changed(id: str, edit: Callable[[Any], object]) -> tuple[Change, ...]:
    """The changes after an edit of the data of one SOP."""
    data = data_of(id)
    edit(data)
    return changes(HANDBOOK, with_texts(file_of(id, data)))


def told(found: tuple[Change, ...]) -> list[tuple[str, str, str, str]]:
    return [(c.sop, "/".join(str(part) for part in c.pointer), c.kind.value, c.weight.value) for c in found]


# What means nothing


def test_a_handbook_has_not_changed_against_itself() -> None:
    assert changes(HANDBOOK, HANDBOOK) == ()
    assert changes(HANDBOOK, build(TEXTS, TODAY)) == ()
    assert gaps(HANDBOOK, HANDBOOK) == ()


@pytest.mark.parametrize("id", SOPS)
def test_the_other_form_the_order_of_keys_and_layout_are_no_changes(id: str) -> None:
    data, path = data_of(id), Path(SOPS[id])
    other = {
        SOPS[id]: None,
        str(path.with_suffix(".md")): to_markdown(data),
    }
    typed = {each.document.path: each for each in HANDBOOK.typed if each.document.path not in other}
    for name, text in other.items():
        if text is not None:
            document = source.read(name, text, OUTLINE)
            assert document is not None
            typed[name] = model.read(document)
    assert changes(HANDBOOK, Library([typed[name] for name in sorted(typed)], TODAY)) == ()
    mixed = "# a comment\n" + to_yaml(_turned(data, OUTLINE))
    moved = {"sops/elsewhere/" + id + ".yaml": mixed}
    typed = {each.document.path: each for each in HANDBOOK.typed if each.document.path != SOPS[id]}
    for name, text in moved.items():
        document = source.read(name, text, OUTLINE)
        assert document is not None
        typed[name] = model.read(document)
    assert changes(HANDBOOK, Library([typed[name] for name in sorted(typed)], TODAY)) == ()


def _turned(data: Any, shape: Any) -> Any:
    """Every mapping the other way round."""
    if isinstance(data, dict):
        return {key: _turned(value, shape) for key, value in reversed(data.items())}
    return [_turned(each, shape) for each in data] if isinstance(data, list) else data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("within: 24h", "within: 1d"),
        ("within: 3bh", "within: PT3H"),
        ("implements: us-wa-sea.human-review", "implements: [us-wa-sea.human-review]"),
        ("{fact-error: not(decisive), policy-fit: no-clause}", "{policy-fit: no-clause, fact-error: 'not( decisive )', new-evidence: '-'}"),
        ("hit_policy: unique\n", ""),
        ("a written answer that the driver can understand, check and take further.", "a written answer that the driver\n  can understand, check and take further."),
        ("[TS-DEA-001#decide, TS-DEA-001#second-review]", "[TS-DEA-001#second-review, TS-DEA-001#decide]"),
    ],
)  # fmt: skip
def test_another_way_to_write_the_same_is_no_change(before: str, after: str) -> None:
    path = SOPS["TS-APP-002"]
    assert before in TEXTS[path]
    found = changes(HANDBOOK, with_texts({path: TEXTS[path].replace(before, after)}))
    same_time = after != "within: PT3H"  # three hours of the clock are not three opening hours
    assert (found == ()) is same_time


# What was done comes back

Expected = set[tuple[str, str, str, str]]


def _retitle(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    step = data["steps"][pick(len(data["steps"]))]
    step["title"] = "Do something else entirely"
    return {(id, f"steps/{step['id']}/title", "changed", "clarified")}


def _slip(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    data["purpose"] = data["purpose"].rstrip(". \n") + "!"
    return {(id, "purpose", "changed", "wording")}


def _time(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    timed = [step for step in data["steps"] if isinstance(step.get("within"), str)]
    step = timed[pick(len(timed))]
    step["within"] = "77bd"
    return {(id, f"steps/{step['id']}/within", "changed", "clock")}


def _item(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    step = data["steps"][pick(len(data["steps"]))]
    items = step.setdefault("checklist", [])
    items = step["checklist"] = items if isinstance(items, list) else [items]
    at = pick(len(items) + 1)
    items.insert(at, "Quite another matter, never heard of before")
    return {(id, f"steps/{step['id']}/checklist/{at}", "added", "procedure")}


def _move(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    steps = data["steps"]
    one = pick(len(steps))
    step = steps.pop(one)
    other = (one + 2 + pick(len(steps) - 2)) % (len(steps) + 1)
    while abs(one - other) < 2:  # two neighbours that change places have moved both, or either
        other = (other + 1) % (len(steps) + 1)
    steps.insert(other, step)
    return {(id, f"steps/{step['id']}", "moved", "procedure")}


def _drop(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    step = data["steps"].pop(pick(len(data["steps"])))
    return {(id, f"steps/{step['id']}", "removed", _weight_of(step))}


def _weight_of(step: Any) -> str:
    """What a step weighs that comes or goes, but for its decisions."""
    items = step.get("checklist", [])
    timed = [each for each in items if isinstance(each, dict) and "within" in each]
    if timed or {"within", "wait"} & step.keys():
        return "clock"
    may = {"escalate", "on_overdue", "independent_of", "human"}
    return "authority" if may & step.keys() else "procedure"


def _new_step(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    step = {"id": "wholly-new", "title": "Sing a song", "role": "qa-analyst", "within": "3bd"}
    data["steps"].insert(pick(len(data["steps"]) + 1), step)
    return {(id, "steps/wholly-new", "added", "clock")}


def _owner(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    data["owner"] = "comms-lead" if data["owner"] != "comms-lead" else "qa-analyst"
    return {(id, "owner", "changed", "authority")}


def _retention(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    records = data["records"]
    at = pick(len(records))
    records[at]["retention"] = "11y"
    return {(id, f"records/{at}/retention", "changed", "clock")}


def _outcome(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    data["outcomes"]["entirely-new"] = {"title": "Something that never happened"}
    return {(id, "outcomes/entirely-new", "added", "decision")}


def _turn_round(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    turned = _turned(data, OUTLINE)
    data.clear()
    data.update(turned)
    return set()


def _row(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    rows = [
        (step, number, word)
        for step in data["steps"]
        for number, row in enumerate(step.get("decide", []))
        for word in ("then", "otherwise")
        if word in row
    ]
    if not rows:
        return set()
    step, number, word = rows[pick(len(rows))]
    step["decide"][number][word] = next(
        end for end in data["outcomes"] if end != step["decide"][number][word]
    )
    return {(id, f"steps/{step['id']}/decide/{number}/{word}", "changed", "decision")}


def _question(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    questions = data["training"]["questions"]
    at = pick(len(questions))
    questions[at]["because"] = "For a reason that nobody has given yet."
    return {(id, f"training/questions/{at}/because", "changed", "clarified")}


def _clause(id: str, data: Any, pick: Callable[[int], int]) -> Expected:
    there = data.get("implements", [])
    data["implements"] = ["some.clause", *(there if isinstance(there, list) else [there])]
    return {(id, "implements/some.clause", "added", "clarified")}


STEPS = (_retitle, _time, _item, _move, _drop, _new_step, _row)
REST = (_slip, _owner, _retention, _outcome, _question, _clause, _turn_round)


@some
@given(st.data())
def test_edits_of_known_kinds_come_back_exactly_and_their_mirror_image_from_the_other_side(
    data: st.DataObject,
) -> None:
    texts: dict[str, str] = {}
    expected: Expected = set()
    for id in data.draw(st.lists(st.sampled_from(sorted(SOPS)), min_size=1, max_size=4, unique=True)):
        made = data_of(id)
        edits = [data.draw(st.sampled_from(STEPS))]
        edits += data.draw(st.lists(st.sampled_from(REST), max_size=3, unique=True))
        for each in edits:
            expected |= each(id, made, lambda most: data.draw(st.integers(0, max(0, most - 1))))
        texts |= file_of(id, made)
    other = with_texts(texts)
    found = changes(HANDBOOK, other)
    assert set(told(found)) == expected
    assert len(found) == len(expected)
    assert mirrored(found) == mirrored(changes(other, HANDBOOK), turn=True)


_MIRROR = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}


def mirrored(found: tuple[Change, ...], turn: bool = False) -> list[str]:
    if not turn:
        return sorted(repr((c.kind, c.weight, c.before, c.after)) for c in found)
    return sorted(repr((_MIRROR.get(c.kind, c.kind), c.weight, c.after, c.before)) for c in found)


# New names


NAMES = [
    ("appeals-reviewer", "appeal-examiner", ("", "roles/appeal-examiner")),
    ("appeals-overdue", "late-appeals", ("", "escalation_paths/late-appeals")),
    ("us-wa-sea.response", "us-wa-sea.reply", ("", "clauses/us-wa-sea.reply")),
    ("appeal-upheld", "appeal-not-granted", ("", "notices/appeal-not-granted")),
    ("overturn-rate", "share-overturned", ("", "metrics/share-overturned")),
    ("weigh-facts", "find-facts", ("TS-APP-002", "steps/find-facts")),
    ("fact-error", "mistake-of-fact", ("TS-APP-002", "facts/mistake-of-fact")),
    ("TS-APP-002", "TS-REV-007", ("TS-REV-007", "id")),
    ("TS-INV-001", "TS-QRY-009", ("TS-QRY-009", "id")),
]


@pytest.mark.parametrize(("old", "new", "where"), NAMES, ids=[old for old, _, _ in NAMES])
def test_a_new_name_used_everywhere_is_one_change(old: str, new: str, where: tuple[str, str]) -> None:
    whole = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w-])")
    found = changes(HANDBOOK, rewritten(lambda text: whole.sub(new, text)))
    assert told(found) == [(*where, "renamed", "clarified")]
    assert (found[0].before, found[0].after) == (old, new)


def test_an_outcome_that_is_renamed_is_followed_into_calls_and_scenarios() -> None:
    whole = re.compile(r"(?<![\w.-])not-confirmed(?![\w-])")
    other = rewritten(lambda text: whole.sub("unproven", text))
    assert ("TS-INV-001#", "not-confirmed") in renames(HANDBOOK, other)
    assert told(changes(HANDBOOK, other)) == [("TS-INV-001", "outcomes/unproven", "renamed", "clarified")]


def test_a_sop_that_says_what_it_was_called_is_that_one_however_much_else_has_changed() -> None:
    data = data_of("TS-FRD-001")
    data |= {"id": "TS-XYZ-001", "formerly": ["TS-FRD-001"], "purpose": "Quite another.", "title": "Other"}
    data["steps"] = [{"id": "do", "title": "Do it", "role": "qa-analyst"}]
    document = source.read("sops/driver/TS-XYZ-001.yaml", to_yaml(data), OUTLINE)
    assert document is not None
    typed = [each for each in HANDBOOK.typed if each.document.path != SOPS["TS-FRD-001"]]
    other = Library([*typed, model.read(document)], TODAY)
    found = changes(HANDBOOK, other)
    assert ("TS-XYZ-001", "id", "renamed", "clarified") in told(found)
    assert not [c for c in found if c.pointer[0] == "formerly"]
    assert mirrored(found) == mirrored(changes(other, HANDBOOK), turn=True)


def test_a_reference_that_still_uses_the_old_name_has_not_changed() -> None:
    path = "sops/registers/people.yaml"
    other = with_texts({path: TEXTS[path].replace("\n  appeals-reviewer:", "\n  appeal-examiner:")})
    assert told(changes(HANDBOOK, other)) == [("", "roles/appeal-examiner", "renamed", "clarified")]


# Weight


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("Read the evidence before you read", "Read the evidence, before you read", "wording"),
        ("Read the evidence before you read", "read the Evidence before you read", "wording"),
        ("Read the evidence before you read", "Read the evidnece before you read", "wording"),
        ("Read the evidence before you read", "Read no evidence before you read", "clarified"),
        ("in plain language", "in plain languages", "wording"),
        ("calls within 24 hours", "calls within 25 hours", "clarified"),
        ("    on_overdue: appeals-overdue\n  - id: read-account", "  - id: read-account", "authority"),
        ("    at_most: 1\n", "    at_most: 2\n", "decision"),
        ("{same: write-answer, doubt: reconsider", "{same: legal-view, doubt: reconsider", "decision"),
        ("    role: appeals-lead\n    independent_of", "    role: legal-counsel\n    independent_of", "procedure"),
        ("    human: true\n    within: 1bh\n    hit_policy", "    within: 1bh\n    hit_policy", "authority"),
    ],
)  # fmt: skip
def test_what_a_change_weighs(before: str, after: str, weight: str) -> None:
    path = SOPS["TS-APP-002"]
    assert before in TEXTS[path]
    found = changes(HANDBOOK, with_texts({path: TEXTS[path].replace(before, after, 1)}))
    assert [c.weight.value for c in found] == [weight]


@pytest.mark.parametrize(
    ("keys", "weights"),
    [
        ({}, {"procedure", "clarified"}),
        ({"text": "Look.", "decide": [{"otherwise": "upheld"}]}, {"procedure", "clarified"}),
        ({"wait": "3d"}, {"clock", "procedure", "clarified"}),
        ({"human": "true"}, {"authority", "procedure", "clarified"}),
        ({"checklist": [{"text": "So", "within": "1d"}]}, {"clock", "procedure", "clarified"}),
        (
            {"within": "1d", "independent_of": "#weigh-facts"},
            {"clock", "authority", "procedure", "clarified"},
        ),
    ],
)
def test_a_step_that_comes_or_goes_weighs_as_much_as_its_keys(keys: Any, weights: set[str]) -> None:
    step = {"id": "wholly-new", "title": "Sing a song", "role": "qa-analyst", **keys}
    data = data_of("TS-APP-002")
    data["steps"].append(step)
    other = with_texts(file_of("TS-APP-002", data))
    for found in (changes(HANDBOOK, other), changes(other, HANDBOOK)):
        [change] = found
        assert {each.value for each in change.weights} == weights
        assert change.weight is max(change.weights, key=lambda each: each.rank)


def test_the_line_of_a_new_step_tells_all_that_it_does() -> None:
    step = {
        "id": "cool", "title": "Wait", "role": "qa-analyst", "wait": "2d", "within": "5d", "human": "true",
        "on_overdue": "appeals-overdue", "independent_of": "#weigh-facts", "checklist": ["Ask"],
        "ask": "Well?", "answers": {"yes": "upheld"},
    }  # fmt: skip
    [found] = changed("TS-APP-002", lambda data: data["steps"].append(step))
    assert found.message == (
        "`cool` is new: “Wait”, is done by `qa-analyst`, must be done within 5 days, waits at least 2 days, "
        "`checklist` is “Ask”, asks “Well?”, the answer `yes` leads to `upheld`, starts `appeals-overdue` "
        "when it is overdue, `independent_of` is `#weigh-facts`, is decided by a person"
    )


def test_the_words_that_name_a_row_or_a_step_are_those_of_the_model() -> None:
    path = SOPS["TS-APP-002"]
    text = (
        TEXTS[path]
        .replace("within: 3bh", "within: 2bd", 1)
        .replace("fact-error: decisive}", "fact-error: some}")
    )
    messages = [c.message for c in changes(HANDBOOK, with_texts({path: text}))]
    assert messages == [
        "`rebuild-file`: must be done within 2 business days, was 3 business hours",
        "row 1 of `propose`: `fact-error` must be some, was decisive",
    ]


def test_choices_without_labels_are_the_same_choices() -> None:
    path = "sops/registers/facts.yaml"
    labelled = "{delivery: delivery, rideshare: rideshare driver, seller: seller}"
    old = TEXTS[path].replace(
        "{delivery: delivery driver, rideshare: rideshare driver, seller: seller}", labelled
    )
    bare = old.replace(labelled, "[delivery, rideshare, seller]")
    assert bare != old != TEXTS[path]
    [change] = changes(with_texts({path: old}), with_texts({path: bare}))
    assert change.pointer == ("facts", "worker-type", "values", "rideshare")
    assert change.weight is Weight.CLARIFIED
    assert (
        change.message == "fact `worker-type`: has the value `rideshare`: “rideshare”, was “rideshare driver”"
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"<= 30"', '"< 30"', "row 1 of `check-window`: `appeal-age` must be less than 30, was at most 30"),
        ('"31..90"', '"31..60"', "row 2 of `check-window`: `appeal-age` must be 31 to 60, was 31 to 90"),
        ('"31..90"', '"not(1, 31..90)"', "row 2 of `check-window`: `appeal-age` must be anything but 1 or 31 to 90, was 31 to 90"),
        ("not(us-wa-seattle)}\n        then: weigh", "us-co}\n        then: weigh", "row 3 of `check-window`: `jurisdiction` must be us-co, was anything but us-wa-seattle"),
    ],
)  # fmt: skip
def test_tests_are_said_in_words(before: str, after: str, said: str) -> None:
    path = SOPS["TS-APP-001"]
    assert before in TEXTS[path]
    found = changes(HANDBOOK, with_texts({path: TEXTS[path].replace(before, after, 1)}))
    assert [c.message for c in found] == [said]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "classification: internal\n",
            "classification: public\n",
            "`classification` is public, was internal",
        ),
        (
            "    hit_policy: unique\n",
            "    hit_policy: first\n",
            "`propose`: `hit_policy` is first, was unique",
        ),
    ],
)
def test_what_counts_where_nothing_is_said_is_what_it_was(before: str, after: str, said: str) -> None:
    path, end = SOPS["TS-APP-002"], said.partition(" is ")[2]
    assert before in TEXTS[path]
    texts = [TEXTS[path].replace(before, each, 1) for each in (before, "", after)]
    said_so, unsaid, other = (with_texts({path: text}) for text in texts)
    for one in (said_so, unsaid):
        [there], [back] = changes(one, other), changes(other, one)
        assert (there.kind, there.message) == (Kind.CHANGED, said)
        assert back.message == said.replace(end, ", was ".join(reversed(end.split(", was "))))


@pytest.mark.parametrize(
    ("id", "before", "after", "said"),
    [
        ("TS-HLD-001", "Case system, retention: 3y", "Case system, retention: 5y",
         "record 1 (“Hold with ground, minute of the block, reviews and end”): is kept for 5 years, was 3 years"),
        ("SP-ONC-001", "evidence: Incident record", "evidence: Ticket",
         "checklist item 1 of `close` (“The time line is complete while it is fresh”): `evidence` is “Ticket”, was “Incident record”"),
        ("TS-HLD-001", "because: Without one of", "because: Without any of",
         "row 1 of `criteria`: gives the reason “Without any of the listed risks there is no hold.”, was “Without one of the listed risks there is no hold.”"),
        ("TS-HLD-001", "{after: 18h,", "{after: 17h,", "escalation 1: starts after 17 hours, was 18 hours"),
    ],
)  # fmt: skip
def test_an_item_is_told_by_its_words_where_they_are_the_same(
    id: str, before: str, after: str, said: str
) -> None:
    path = SOPS[id]
    assert before in TEXTS[path]
    [found] = changes(HANDBOOK, with_texts({path: TEXTS[path].replace(before, after, 1)}))
    assert found.message == said


def test_a_word_of_a_mapping_and_an_item_of_a_list_are_said_the_right_way_round() -> None:
    path = SOPS["TS-APP-002"]
    [found] = changes(HANDBOOK, with_texts({path: TEXTS[path].replace("Read access to", "Access to", 1)}))
    assert found.message.startswith("`prerequisites` 1: says “Access to the whole")
    people = {"sops/people.yaml": 'roles: {agent: {title: Agent, contact: {channel: "#agent"}}}'}
    one, other = (
        build({path: text.replace("#agent", to) for path, text in people.items()}, TODAY)
        for to in ("#agent", "#agents")
    )
    [found] = changes(one, other)
    assert found.message == "role `agent`: `channel` of `contact` is #agents, was #agent"


def test_every_phrase_is_for_a_key_that_the_model_has() -> None:
    rooms = (sop_model, register_model, scenario_model)
    for part, key in PHRASES:
        record = next(getattr(room, part) for room in rooms if hasattr(room, part))
        assert key in record.__keys__, (part, key)


POLICIES = ROOT.parent / "shared" / "corpora" / "github-site-policy" / "Policies"


def _paragraphs() -> list[str]:
    """The plain paragraphs of real policies, long enough to be edited."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(POLICIES.rglob("*.md")))
    found = (" ".join(each.split()) for text in texts for each in text.split("\n\n"))
    return [each for each in found if each[:1].isalpha() and len(each.split()) > 12]


@pytest.mark.parametrize(
    ("before", "after"), [("> 30 days", "< 30 days"), ("by 5 %", "by 5"), ("≥ 3", "> 3")]
)
def test_a_sign_between_numbers_is_more_than_a_mark(before: str, after: str) -> None:
    assert wording.weight(before, after) is Weight.CLARIFIED


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("適法な出品は十日以内に再開する。", "適法な出品は七日以内に再開する。", Weight.CLARIFIED),
        ("適法な出品は再開する。", "違法な出品は再開する。", Weight.CLARIFIED),
        ("違反が報告されたとき。", "違反が報告されぬとき。", Weight.CLARIFIED),
        ("５％を超える。", "５を超える。", Weight.CLARIFIED),
        ("適法な出品は再開する。", "適法な出品は、再開する", Weight.WORDING),
        ("판매자에게 알린다", "판매자에게 알렸다", Weight.CLARIFIED),
        ("दिन", "दीन", Weight.CLARIFIED),
        ("hat keine aufschiebende Wirkung", "hat seine aufschiebende Wirkung", Weight.CLARIFIED),
        ("hat keine aufschiebende Wirkung", "hat keine aufschibende Wirkung", Weight.WORDING),
        ("\u00fcber das Konto", "u\u0308ber das Konto", Weight.WORDING),
        ("der Entwurf ⚠\ufe0f", "der Entwurf ⚠", Weight.WORDING),
        ("Жалоба принята", "Жалоба прината", Weight.WORDING),
        ("within eight days", "within eighty days", Weight.CLARIFIED),
        ("tell the employer", "tell the employee", Weight.CLARIFIED),
    ],
)
def test_a_letter_is_a_slip_inside_a_long_word_of_an_alphabet_alone(
    before: str, after: str, weight: Weight
) -> None:
    assert wording.weight(before, after) is weight


@pytest.mark.skipif(not POLICIES.is_dir(), reason="the corpus is not there")
def test_real_policies_broken_otherwise_corrected_and_reworded() -> None:
    said = _paragraphs()
    assert len(said) > 100
    for text in said[:400]:
        words = text.split()
        middle = next((i for i in range(len(words) // 2, len(words)) if words[i].isalpha()), 0)
        folded = " ".join(words[:middle]) + "\n" + " ".join(words[middle:])
        assert essence(TEXT, folded, Names()) == essence(TEXT, text, Names())
        pointed = " ".join([*words[:middle], words[middle] + ",", *words[middle + 1 :]]).replace("’", "'")
        assert wording.weight(text, pointed) is Weight.WORDING
        assert wording.weight(text, text.upper()) is Weight.WORDING
        denied = " ".join([*words[:middle], "not", *words[middle:]])
        assert wording.weight(text, denied) is Weight.CLARIFIED
        assert wording.weight(denied, text) is Weight.CLARIFIED
        was, now = wording.excerpt(text, denied)
        assert " not " in f" {now} "
        assert len(now) < len(denied) or len(words) < 20
        assert was != now


# Fingerprints


def test_a_fingerprint_survives_what_happens_elsewhere() -> None:
    def edit(data: Any) -> None:
        data["steps"][-1]["title"] = "Say it otherwise"

    def edit_and_more(data: Any) -> None:
        edit(data)
        data["steps"].insert(0, {"id": "wholly-new", "title": "Sing a song", "role": "qa-analyst"})
        data["purpose"] = "Another one."

    [alone] = changed("TS-APP-002", edit)
    beside = changed("TS-APP-002", edit_and_more)
    assert len(beside) == 3
    assert alone.fingerprint in {c.fingerprint for c in beside}
    assert len({c.fingerprint for c in beside}) == 3


# What cannot be read


@pytest.mark.parametrize("register", ["glossary", "facts", "notices", "calendars", "escalation_paths"])
@pytest.mark.parametrize("value", ["", "[a, b]", "text"])
def test_a_register_that_is_no_mapping_is_a_gap_and_its_entries_are_not_gone(
    register: str, value: str
) -> None:
    path = HANDBOOK.home(register, next(iter(HANDBOOK.register(register))))
    broken = with_texts({path: f"{register}: {value}\n"})
    for before, after in ((HANDBOOK, broken), (broken, HANDBOOK)):
        assert changes(before, after) == ()
        assert [gap.path for gap in gaps(before, after)] == [path]


def test_a_slip_in_the_name_of_a_register_is_a_gap_and_its_entries_are_not_gone() -> None:
    path = "sops/registers/people.yaml"
    broken = with_texts({path: TEXTS[path].replace("schedules:", "schedule:")})
    assert changes(HANDBOOK, broken) == changes(broken, HANDBOOK) == ()
    assert [gap.path for gap in gaps(HANDBOOK, broken)] == [path]


@some
@given(st.data())
def test_whatever_is_cut_out_of_files_is_compared_and_told_the_same_from_both_sides(
    data: st.DataObject,
) -> None:
    texts = {}
    for path in data.draw(st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=3, unique=True)):
        lines = TEXTS[path].splitlines(keepends=True)
        start = data.draw(st.integers(0, len(lines) - 1))
        length = data.draw(st.integers(1, 6))
        put = data.draw(
            st.sampled_from(["", "x: [\n", "- {}\n", "      - 1\n", "steps: no\n", "id: {a: b}\n"])
        )
        texts[path] = "".join([*lines[:start], put, *lines[start + length :]])
    typed = {each.document.path: each for each in HANDBOOK.typed}
    for path, text in texts.items():
        document = source.read(path, text, OUTLINE)
        typed.pop(path)
        if document is not None:
            typed[path] = model.read(document)
    other = Library([typed[path] for path in sorted(typed)], TODAY)
    found, back = changes(HANDBOOK, other), changes(other, HANDBOOK)
    assert mirrored(found) == mirrored(back, turn=True)
    assert len({each.fingerprint for each in found}) == len(found)
    assert all(each.message and each.before != each.after for each in found)


def test_a_file_that_cannot_be_read_is_a_gap_and_no_change() -> None:
    path = SOPS["TS-APP-002"]
    broken = with_texts({path: TEXTS[path] + "\nbroken: [\n"})
    for before, after, side in ((HANDBOOK, broken, "after"), (broken, HANDBOOK, "before")):
        assert changes(before, after) == ()
        [gap] = gaps(before, after)
        assert (gap.path, gap.side, gap.same) == (path, side, False)


def test_what_may_stand_in_a_folder_that_cannot_be_opened_is_neither_gone_nor_new() -> None:
    texts: dict[str, str | Unread] = {p: t for p, t in TEXTS.items() if not p.startswith("sops/driver/")}
    texts["sops/driver"] = Unread("this folder cannot be opened: permission denied", folder=True)
    partly = build(texts, TODAY)
    for before, after, side in ((HANDBOOK, partly, "after"), (partly, HANDBOOK, "before")):
        assert changes(before, after) == ()
        [gap] = gaps(before, after)
        assert (gap.path, gap.side) == ("sops/driver", side)
        assert not reach((), before, after, {}).lost


def test_entries_of_a_register_file_that_cannot_be_read_are_not_gone() -> None:
    path = "sops/registers/people.yaml"
    broken = with_texts({path: TEXTS[path] + "\nbroken: [\n"})
    assert changes(HANDBOOK, broken) == ()
    assert [gap.path for gap in gaps(HANDBOOK, broken)] == [path]


def test_a_value_that_cannot_be_understood_is_compared_as_it_is_written() -> None:
    [found] = changed("TS-APP-002", lambda data: data["steps"][0].update(within="soonish"))
    assert (found.before, found.after, found.weight) == ("3bh", "soonish", Weight.CLOCK)
