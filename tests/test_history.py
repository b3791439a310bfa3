"""Thirty commits of a handbook's life, and what each of them means."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from gitted import Repo

from sopctl import edit, files, model, source
from sopctl.diff import changes, gaps
from sopctl.diff.cases import CaseChanges
from sopctl.library import Library, build
from sopctl.repository import repository_of
from sopctl.review.verdict import verdict
from sopctl.review.versions import versions

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)

Texts = dict[str, str]


class Commit(NamedTuple):
    """One change of a knowledge base: what is edited, and what comes of it."""

    subject: str
    edit: Callable[[Texts], None]
    found: tuple[str, ...]  # `SOP pointer kind weight`
    asks: str = ""  # the SOP that must raise its version, and to what


def put(path: str, before: str, after: str, count: int = 1) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        name = next(each for each in texts if path in each)
        assert before in texts[name], (path, before)
        texts[name] = texts[name].replace(before, after, count)

    return change


def everywhere(old: str, new: str) -> Callable[[Texts], None]:
    whole = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w-])")

    def change(texts: Texts) -> None:
        for path in texts:
            texts[path] = whole.sub(new, texts[path])

    return change


def both(*edits: Callable[[Texts], None]) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        for each in edits:
            each(texts)

    return change


def reformatted(texts: Texts) -> None:
    """Every SOP in YAML as the writer of sopctl lays it out."""
    for path, text in texts.items():
        document = source.read(path, text, model.OUTLINE)
        if document and path.endswith(".yaml") and "id" in document.data:
            texts[path] = "# laid out anew\n" + edit.to_yaml(document.data)


def converted(name: str) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        path = next(each for each in texts if name in each)
        document = source.read(path, texts.pop(path), model.OUTLINE)
        assert document is not None
        texts[str(Path(path).with_suffix(".yaml"))] = edit.to_yaml(document.data)

    return change


def moved(name: str, folder: str) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        path = next(each for each in texts if name in each)
        texts[f"sops/{folder}/{Path(path).name}"] = texts.pop(path)

    return change


def added(path: str, text: str) -> Callable[[Texts], None]:
    def change(texts: Texts) -> None:
        texts[path] = text

    return change


NEW_SOP = """\
id: TS-NEW-001
title: Something new
version: 1.0.0
status: draft
owner: qa-analyst
purpose: Try it.
scope: Everything.
trigger: Somebody asks.
steps: [{id: do, title: Do it, role: qa-analyst, next: done}]
outcomes: {done: {title: Done}}
change_history: [{version: 1.0.0, on: 2026-01-01, author: qa-analyst, summary: First version}]
"""
SPLIT = """\
  - id: weigh-fault
    title: Ask whether the procedure failed the driver
    role: appeals-reviewer
    text: Look at each missed step alone.
    within: 1bh
  - id: check-procedure
"""

LIFE = (
    Commit("A threshold moves", put("TS-APP-001", '"<= 30"', '"<= 45"'),
           ("TS-APP-001 steps/check-window/decide/0/when/appeal-age changed decision",), "TS-APP-001 2.0.0"),
    Commit("A new jurisdiction", put("knowledge-base", "us-ny-nyc, eu]", "us-ny-nyc, us-or, eu]"),
           ("- knowledge_base/jurisdictions/us-or added clarified",)),
    Commit("One SOP holds there", put("TS-HLD-001", "us-ny-nyc, eu]", "us-ny-nyc, us-or, eu]"),
           ("TS-HLD-001 applies_to/jurisdictions/us-or added decision",), "TS-HLD-001 3.0.0"),
    Commit("A step is split", put("TS-APP-002", "  - id: check-procedure\n", SPLIT),
           ("TS-APP-002 steps/weigh-fault added clock",), "TS-APP-002 3.0.0"),
    Commit("A role has another name everywhere", everywhere("appeals-reviewer", "appeal-examiner"),
           ("- roles/appeal-examiner renamed clarified",)),
    Commit("All files are laid out anew", reformatted, ()),
    Commit("Wording is translated",
           put("TS-APP-002", "Write down each thing that the driver contests as one sentence of its own: the answer has to meet every one of them.",
               "Schreibe jeden Punkt, den der Fahrer bestreitet, als einen eigenen Satz auf; die Antwort geht auf jeden ein."),
           ("TS-APP-002 steps/read-account/text changed clarified",), "TS-APP-002 2.2.0"),
    Commit("A deadline is tightened", put("TS-APP-001", "value: 24h", "value: 12h"),
           ("TS-APP-001 deadlines/receipt/value changed clock",), "TS-APP-001 2.0.0"),
    Commit("A Markdown file becomes YAML", converted("TS-REA-001.md"), ()),
    Commit("A file moves", moved("TS-FRD-001", "fraud"), ()),
    Commit("A slip of the pen", put("TS-HLD-001", "Anger of a customer", "Anger, of a custommer"),
           ("TS-HLD-001 steps/criteria/text changed wording",), "TS-HLD-001 2.0.2"),
    Commit("A comment", put("TS-SAF-001", "steps:\n", "# what is done\nsteps:\n"), ()),
    Commit("Another role does a step", put("TS-HLD-001", "role: decision-oncall", "role: shift-lead"),
           ("TS-HLD-001 steps/criteria/role changed procedure",), "TS-HLD-001 2.1.0"),
    Commit("Another owner", put("TS-HLD-001", "owner: decision-reviewer", "owner: shift-lead"),
           ("TS-HLD-001 owner changed authority",), "TS-HLD-001 3.0.0"),
    Commit("A level has more time", put("escalation-paths", "ack_within: 1h}", "ack_within: 2h}"),
           ("- escalation_paths/triage-unassigned/levels/0/ack_within changed clock",)),
    Commit("A path ends with somebody else", put("escalation-paths", "on_exhausted: incident-commander", "on_exhausted: general-counsel"),
           ("- escalation_paths/triage-unassigned/on_exhausted changed authority",)),
    Commit("A role may decide more", put("people", "authority: [decide-appeal]", "authority: [decide-appeal, reactivate]"),
           ("- roles/appeal-examiner/authority/reactivate added authority",)),
    Commit("A notice says more", put("notices", "fields: [case_number, received_at,", "fields: [case_number, reporter, received_at,"),
           ("- notices/report-receipt/fields/reporter added procedure",)),
    Commit("A metric has another target", put("metrics", "target: 97", "target: 98"),
           ("- metrics/decision-accuracy/target changed clarified",)),
    Commit("A law gives less time", put("clauses", "value: 14d", "value: 10d"),
           ("- clauses/us-wa-sea.notice/value changed clock",)),
    Commit("A holiday", put("calendars", "      - 2026-01-19 ", "      - 2026-01-02\n      - 2026-01-19 "),
           ("- calendars/us-business/holidays/2026-01-02 added clock",)),
    Commit("A label is clearer", put("facts", "minor (inconvenience, no loss, no risk)", "minor (a nuisance, without loss or risk)"),
           ("- facts/violation-class/values/minor changed clarified",)),
    Commit("A fact may be larger", put("TS-APP-001", "max: 3650", "max: 4000"),
           ("TS-APP-001 facts/appeal-age/max changed decision",), "TS-APP-001 2.0.0"),
    Commit("The review comes later", put("TS-APP-001", "review_by: 2027", "review_by: 2028"),
           ("TS-APP-001 review_by changed wording",)),
    Commit("A scenario is called otherwise", put("TS-APP-001", "title: Late without a reason", "title: Too late, without a reason"),
           ("TS-APP-001 scenarios/2/title changed wording",)),
    Commit("A new SOP", added("sops/driver/TS-NEW-001.yaml", NEW_SOP), ("TS-NEW-001  added clarified",)),
    Commit("A draft changes", put("TS-NEW-001", "Do it", "Do it twice"),
           ("TS-NEW-001 steps/do/title changed clarified",)),
    Commit("A SOP has another id", both(everywhere("TS-FRD-001", "TS-FRA-010"),
                                        put("TS-FRD-001", "id: TS-FRA-010\n", "id: TS-FRA-010\nformerly: [TS-FRD-001]\n"),
                                        lambda texts: texts.update({"sops/fraud/TS-FRA-010.yaml": texts.pop("sops/fraud/TS-FRD-001.yaml")})),
           ("TS-FRA-010 id renamed clarified",), "TS-FRA-010 1.6.0"),
    Commit("An answer leads elsewhere", put("TS-APP-002", "doubt: reconsider", "doubt: legal-view"),
           ("TS-APP-002 steps/second-look/answers/doubt changed decision",), "TS-APP-002 3.0.0"),
    Commit("Nobody needs to look any more", put("TS-APP-002", "human: true", "human: false"),
           ("TS-APP-002 steps/propose/human removed authority",), "TS-APP-002 3.0.0"),
    Commit("The version says so",
           both(put("TS-APP-002", "doubt: legal-view", "doubt: reconsider"), put("TS-APP-002", "version: 2.1.0", "version: 3.0.0"),
                put("TS-APP-002", "change_history:\n", "change_history:\n  - {version: 3.0.0, on: 2026-11-01, author: appeals-lead, summary: The lead decides}\n")),
           ("TS-APP-002 version changed wording", "TS-APP-002 steps/second-look/answers/doubt changed decision",
            "TS-APP-002 change_history/0 added wording")),
    Commit("The SOP is withdrawn", put("TS-NEW-001", "status: draft", "status: withdrawn"),
           ("TS-NEW-001 status changed procedure",)),
)  # fmt: skip


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The handbook, and every commit of its life."""
    made = Repo(tmp_path_factory.mktemp("life") / "knowledge base, it's “ours”")
    texts = {path: str(text) for path, text in files.texts_in(ROOT, ROOT / "sops").items()}
    for path, text in texts.items():
        made.write(path, text)
    made.commit("The handbook")
    for commit in LIFE:
        before = dict(texts)
        commit.edit(texts)
        for path in before.keys() - texts.keys():
            (made.top / path).unlink()
        for path, text in texts.items():
            if before.get(path) != text:
                made.write(path, text)
        made.commit(commit.subject)
    return made


@pytest.fixture(scope="module")
def states(repo: Repo) -> list[Library]:
    """The knowledge base at each commit, oldest first."""
    return list(_states(repo))


def _states(repo: Repo) -> Iterator[Library]:
    git = repository_of(repo.top)
    before: Library | None = None
    for back in range(len(LIFE), -1, -1):
        before = build(git.texts_at(f"HEAD~{back}", repo.top, repo.top / "sops"), TODAY, like=before)
        yield before
    git.close()


@pytest.mark.parametrize("number", range(len(LIFE)), ids=[each.subject for each in LIFE])
def test_each_commit_comes_back_as_what_it_was(number: int, states: list[Library]) -> None:
    commit, before, after = LIFE[number], states[number], states[number + 1]
    found = changes(before, after)
    told = [
        f"{c.sop or '-'} {'/'.join(str(p) for p in c.pointer)} {c.kind.value} {c.weight.value}" for c in found
    ]
    assert told == list(commit.found)
    assert gaps(before, after) == ()
    renamed = {c.after: c.before for c in found if c.pointer == ("id",)}
    steps = versions(found, before, after, renamed)
    asked = [f"{v.sop} {v.least}" for v in steps if v.faults]
    assert asked == ([commit.asks] if commit.asks else [])
    line = verdict(found, CaseChanges(), steps, (), ("before", "after"), after).line
    assert ("is needed" in line) is bool(commit.asks)
    assert (line == "Nothing changes in meaning.") is (not found)


def test_there_are_thirty_commits_and_no_two_changes_have_one_fingerprint(states: list[Library]) -> None:
    assert len(LIFE) >= 30
    found = [c for n in range(len(LIFE)) for c in changes(states[n], states[n + 1])]
    assert len({c.fingerprint for c in found}) == len(found)


def test_the_whole_life_at_once_holds_what_is_left_of_it(states: list[Library]) -> None:
    found = {("/".join(str(p) for p in c.pointer), c.kind.value) for c in changes(states[0], states[-1])}
    assert ("steps/weigh-fault", "added") in found
    assert ("roles/appeal-examiner", "renamed") in found
    assert ("steps/second-look/answers/doubt", "changed") not in found  # it went there and came back


def test_a_fingerprint_is_the_same_on_another_base(states: list[Library]) -> None:
    """The tightened deadline, seen alone and seen together with all that was there before it."""
    number = next(n for n, each in enumerate(LIFE) if each.subject == "A deadline is tightened")
    [alone] = changes(states[number], states[number + 1])
    assert alone.fingerprint in {c.fingerprint for c in changes(states[0], states[-1])}
