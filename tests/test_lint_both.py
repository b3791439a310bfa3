"""Two libraries at once: what is shared between them changes nothing of what is found in either."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl import files
from sopctl.analysis.unaltered import unaltered
from sopctl.diagnostic import Diagnostic
from sopctl.files import Unread
from sopctl.library import Library, build
from sopctl.lint import lint, lint_both
from sopctl.rules import RULES

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
Texts = dict[str, str | Unread]
TEXTS: Texts = files.texts_in(ROOT, ROOT / "sops")


@pytest.fixture(scope="module")
def handbook() -> Library:
    return build(TEXTS, TODAY)


@pytest.fixture(scope="module")
def found() -> list[Diagnostic]:
    return lint(build(TEXTS, TODAY), RULES)


# A small handbook in which every SOP leads to others, so that most changes matter elsewhere

REGISTERS = """\
knowledge_base: {title: Handbook, default_calendar: office}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: UTC}
roles:
  lead: {title: Lead, reports_to: boss}
  boss: {title: Boss}
facts:
  strikes: {ask: How many?, type: integer, min: 0}
  major: {ask: Is it major?, type: yes-no}
"""
SOP = """\
id: TS-{0}-001
title: Title {0}
version: 1.0.0
status: effective
owner: lead
effective_on: 2026-02-01
review_by: 2027-02-01
approvals: [{{role: boss, name: A. Person, meaning: approval, on: 2026-01-20}}]
purpose: Show it, see [[TS-{1}-001]].
scope: All.
trigger: A case comes.
steps:
  - id: weigh
    title: Weigh it
    role: lead
    within: 2bd
    decide:
      - when: {{strikes: "> {3}", major: yes}}
        then: {4}
      - when: {{strikes: "<= {3}"}}
        then: run
        set: {{major: no}}
      - otherwise: done
  - id: run
    title: Run the other
    call: TS-{1}-001
    on: {{done: done, otherwise: again}}
  - id: again
    title: Think it over
    role: boss
    within: {5}
    ask: Is it so?
    answers: {{yes: done, no: {4}}}
outcomes:
  done: {{title: Done, adverse: true, appeal: TS-{2}-001}}
deadlines:
  - {{id: end, kind: ceiling, from: trigger, to: [done], value: {6}}}
scenarios:
  - {{title: Few, given: {{strikes: 1, major: yes}}, answers: {{again: yes}}, expect: {{outcome: done, within: 9d}}}}
change_history:
  - {{version: 1.0.0, on: 2026-01-05, author: lead, summary: First}}
"""


def _small(chance: random.Random) -> Texts:
    names = "ABCDEF"[: chance.randint(2, 6)]
    texts: Texts = {"registers.yaml": REGISTERS}
    for name in names:
        texts[f"TS-{name}-001.yaml"] = _sop(name, names, chance)
    return texts


def _sop(name: str, names: str, chance: random.Random) -> str:
    target = chance.choice(["done", "weigh", "again", f"TS-{chance.choice(names)}-001"])
    times = chance.choice(["1bd", "3d", "1mo"]), chance.choice(["5d", "10bd", "2mo"])
    return SOP.format(name, chance.choice(names), chance.choice(names), chance.randint(0, 3), target, *times)


def _redone(texts: Texts, chance: random.Random) -> Texts:
    """The small handbook with one or two of its SOPs made anew, taken out, or made unreadable."""
    after = dict(texts)
    names = "".join(path[3] for path in texts if path.startswith("TS-"))
    for name in chance.sample(names, chance.randint(1, 2)):
        path = f"TS-{name}-001.yaml"
        after[path] = _sop(name, names, chance)
        if chance.random() < 0.2:
            del after[path]
        elif chance.random() < 0.1:
            after[path] = Unread("it cannot be read")
    return after


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32))
def test_both_are_judged_as_each_alone_where_sops_lead_to_one_another(seed: int) -> None:
    chance = random.Random(seed)
    texts = _small(chance)
    after = _redone(texts, chance)
    _same_as_alone(build(texts, TODAY), lint(build(texts, TODAY), RULES), after)


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_both_are_judged_as_each_alone_whatever_is_edited_in_the_handbook(
    handbook: Library, found: list[Diagnostic], seed: int
) -> None:
    chance = random.Random(seed)
    after = dict(TEXTS)
    for _ in range(chance.randint(1, 3)):
        chance.choice(EDITS)(after, chance)
    _same_as_alone(handbook, found, after)


def _same_as_alone(before: Library, found: list[Diagnostic], texts: Texts) -> None:
    after = build(texts, before.today, like=before)
    assert lint_both(before, after, RULES) == (found, lint(build(texts, before.today), RULES))


def _lose_line(texts: Texts, chance: random.Random) -> None:
    path, lines = _lines(texts, chance)
    del lines[chance.randrange(len(lines))]
    texts[path] = "".join(lines)


def _copy_line(texts: Texts, chance: random.Random) -> None:
    """A line of one file takes the place of a line of another."""
    _, others = _lines(texts, chance)
    path, lines = _lines(texts, chance)
    lines[chance.randrange(len(lines))] = chance.choice(others)
    texts[path] = "".join(lines)


def _change_number(texts: Texts, chance: random.Random) -> None:
    """Some of the numbers of a line grow by one."""
    path, lines = _lines(texts, chance)
    numbered = [i for i, line in enumerate(lines) if any(digit in line for digit in "123")]
    for at in chance.sample(numbered, min(1, len(numbered))):
        lines[at] = lines[at].translate(str.maketrans("123", "234"))
    texts[path] = "".join(lines)


def _change_id(texts: Texts, chance: random.Random) -> None:
    """Whatever speaks of one SOP speaks of another."""
    path, lines = _lines(texts, chance)
    one, other = (Path(each).stem for each in chance.sample([p for p in texts if "-" in Path(p).stem], 2))
    texts[path] = "".join(line if line.startswith("id:") else line.replace(one, other) for line in lines)


def _lose_file(texts: Texts, chance: random.Random) -> None:
    del texts[chance.choice(sorted(texts))]


def _lines(texts: Texts, chance: random.Random) -> tuple[str, list[str]]:
    path = chance.choice(sorted(texts))
    text = texts[path]
    assert isinstance(text, str)
    return path, text.splitlines(keepends=True)


EDITS: list[Callable[[Texts, random.Random], None]] = [
    _lose_line, _copy_line, _change_number, _change_number, _change_id, _lose_file
]  # fmt: skip


def test_a_file_that_has_not_changed_is_taken_over(handbook: Library) -> None:
    path = "sops/driver/TS-APP-002.yaml"
    like = build({**TEXTS, path: f"{TEXTS[path]}\n# more\n"}, TODAY, like=handbook)
    assert [p for p, each in like.by_path.items() if each is not handbook.by_path[p]] == [path]


def test_what_leads_to_a_changed_sop_is_altered_and_nothing_else() -> None:
    chain = {"A": "B", "B": "C", "C": "C", "D": "A", "E": "C"}
    texts: Texts = {"registers.yaml": REGISTERS} | {
        f"TS-{name}-001.yaml": SOP.format(name, called, "A", 1, "done", "1bd", "5d")
        for name, called in chain.items()
    }
    before = build(texts, TODAY)
    after = build({**texts, "TS-B-001.yaml": texts["TS-B-001.yaml"].replace("5d", "6d")}, TODAY, like=before)
    assert unaltered(after) == {"TS-C-001", "TS-E-001"}


def test_other_registers_or_another_day_alter_every_sop(handbook: Library) -> None:
    assert not unaltered(build(TEXTS, date(2026, 11, 22), like=handbook))
    path = "sops/registers/facts.yaml"
    assert not unaltered(build({**TEXTS, path: f"{TEXTS[path]}\n# more\n"}, TODAY, like=handbook))
    assert len(unaltered(build(TEXTS, TODAY, like=handbook))) == len(handbook.sops)
