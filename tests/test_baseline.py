"""Old debts do not block new work: what was found before is held back, and nothing else is."""

import json
import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl import baseline, cli, edit, files, library
from sopctl.diagnostic import Diagnostic, Severity, Span
from sopctl.lint import lint
from sopctl.rules import RULES
from tests.gitted import Repo

TODAY = "2026-11-21"

SOP = """\
id: TS-ONE-001
title: Answer a message
version: 1.0.0
status: draft
owner: lead
purpose: Answer the driver.
scope: Messages.
trigger: A message arrives.
steps:
  - id: read
    title: Read the message
    role: lead
    text: Read it promptly.
  - id: answer
    title: Answer it
    role: lead
    checklist:
      - The answer is sent promptly
      - The answer is kept
    next: done
outcomes: {done: {title: Done}}
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: lead, summary: First}
"""
PEOPLE = "roles: {lead: {title: Lead}}\nscenarios:\n  - {title: All of it, sop: TS-ONE-001, expect: {outcome: done}}\n"
CODES = ["--select", "SOP0,SOP2,SOP3,SOP5,SOP7", "--ignore", "SOP306,SOP307"]


@pytest.fixture
def repo(tmp_path: Path, isolated: None, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A knowledge base with two old findings, at a commit; the current folder."""
    repo = Repo(tmp_path / "kb")
    repo.write("sops/TS-ONE-001.yaml", SOP)
    repo.write("sops/people.yaml", PEOPLE)
    repo.commit()
    monkeypatch.chdir(repo.top)
    for name in ("GITHUB_STEP_SUMMARY", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return repo


class Said:
    """What one command line prints, and how it ends."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        capsys.readouterr()
        self.code = cli.run(["lint", "--today", TODAY, *CODES, *words])
        self.out, self.err = capsys.readouterr()
        self.lines = self.out.splitlines()


def concise(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    return Said(capsys, "--format", "concise", *words).lines


def test_there_is_something_to_hold_back(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split(": ")[1][:6] for line in concise(capsys)] == ["SOP701", "SOP701"]


# Since a commit


def _swapped(text: str) -> str:
    head, _, rest = text.partition("steps:\n")
    first, _, more = rest.partition("  - id: answer")
    second, _, tail = more.partition("outcomes:")
    return f"{head}steps:\n  - id: answer{second}{first}outcomes:{tail}"


@pytest.mark.parametrize(
    "change",
    [
        lambda repo: repo.write("sops/TS-ONE-001.yaml", "# one\n# two\n" + SOP),
        lambda repo: repo.git("mv", "sops/TS-ONE-001.yaml", "sops/renamed.yaml"),
        lambda repo: repo.write("sops/TS-ONE-001.yaml", _swapped(SOP)),
        lambda repo: repo.write(
            "sops/TS-ONE-001.yaml", SOP.replace("      - The answer is sent", "      - It is read\n      - The answer is sent")
        ),
        lambda repo: repo.write("sops/TS-ONE-001.yaml", SOP.replace("Read it promptly.", "|\n      Read\n      it promptly.")),
    ],
    ids=["moved lines", "renamed file", "reordered steps", "reordered items", "another form"],
)  # fmt: skip
def test_what_only_moved_is_not_new(repo: Repo, capsys: pytest.CaptureFixture[str], change: object) -> None:
    change(repo)  # type: ignore[operator]
    found = [line for line in concise(capsys, "--new-since", "HEAD") if "SOP701" in line]
    assert found == []


def test_what_a_sop_with_another_id_brings_along_is_not_new(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    repo.git("mv", "sops/TS-ONE-001.yaml", "sops/TS-TWO-001.yaml")
    text = SOP.replace("TS-ONE-001", "TS-TWO-001\nformerly: TS-ONE-001").replace(
        "scope: ", "scope: Promptly. "
    )
    repo.write("sops/TS-TWO-001.yaml", text)
    repo.write("sops/people.yaml", PEOPLE.replace("TS-ONE-001", "TS-TWO-001"))
    for words in (("--new-since", "HEAD"), ("--baseline", "debts.json")):
        (line,) = concise(capsys, *words)
        assert line.startswith("sops/TS-TWO-001.yaml:8:8: SOP701")


def test_what_is_known_of_a_sop_stays_its_own_where_another_claims_its_id(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    repo.write("sops/TS-TWO-001.yaml", SOP.replace("TS-ONE-001", "TS-TWO-001\nformerly: TS-ONE-001"))
    for words in (("--new-since", "HEAD"), ("--baseline", "debts.json")):
        lines = concise(capsys, *words)
        assert {line.split(":")[0] for line in lines} == {"sops/TS-TWO-001.yaml"}
        assert [line.split(": ")[1][:6] for line in lines] == ["SOP701", "SOP701"]


def test_what_is_new_is_reported_alone(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write("sops/TS-ONE-001.yaml", SOP.replace("scope: Messages.", "scope: Messages, seen promptly."))
    said = Said(capsys, "--new-since", "HEAD", "--fail-on", "warning")
    assert said.code == 1
    assert said.out.count("SOP701") == 2  # the finding, and where to read on
    assert "scope: Messages, seen promptly." in said.out
    assert said.lines[-1] == "2 files with 1 SOP checked: 1 warning in 1 file; 2 known findings held back"
    assert Said(capsys, "--new-since", "HEAD", "--fail-on", "error").code == 0


def test_of_equal_findings_the_new_one_is_reported(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    text = SOP.replace(
        "      - The answer is sent promptly",
        "      - It is read promptly\n      - The answer is sent promptly",
    )
    repo.write("sops/TS-ONE-001.yaml", text)
    (line,) = concise(capsys, "--new-since", "HEAD")
    number = int(line.split(":")[1])
    assert text.split("\n")[number - 1].strip() == "- It is read promptly"


def test_new_means_since_the_branch_was_left(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Nothing yet")
    repo.git("checkout", "-q", "main")
    repo.write("sops/TS-ONE-001.yaml", SOP.replace("promptly", "within 1 hour"))
    repo.commit("Main mends its debts")
    repo.git("checkout", "-q", "topic")
    assert concise(capsys, "--new-since", "main") == []


def test_a_file_that_could_not_be_read_then_hides_nothing_now(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write("sops/TS-ONE-001.yaml", "id: [")
    repo.commit()
    repo.write("sops/TS-ONE-001.yaml", SOP)
    assert len([line for line in concise(capsys, "--new-since", "HEAD") if "SOP701" in line]) == 2


@pytest.mark.parametrize(
    ("ref", "says"),
    [("nope", "is called `nope`"), ("--all", "looks like an option"), ("linked", "`sops` is not there")],
)
def test_a_past_that_cannot_be_read_is_no_clean_past(
    repo: Repo, capsys: pytest.CaptureFixture[str], ref: str, says: str
) -> None:
    shutil.rmtree(repo.top / "sops")
    (repo.top / "sops").symlink_to("elsewhere")
    repo.commit("A link that leads nowhere")
    repo.git("branch", "linked")
    (repo.top / "sops").unlink()
    repo.write("sops/people.yaml", PEOPLE)
    repo.commit()
    said = Said(capsys, f"--new-since={ref}")
    assert (said.code, said.out) == (2, "")
    assert says in said.err


def test_where_there_was_no_knowledge_base_yet_every_finding_is_new(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.git("rm", "-rq", "--cached", "sops")
    repo.git("commit", "-qm", "Nothing yet")
    repo.git("tag", "empty")
    repo.commit()
    assert len([line for line in concise(capsys, "--new-since", "empty") if "SOP701" in line]) == 2


def test_without_a_repository_new_since_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sops").mkdir()
    (tmp_path / "sops/people.yaml").write_text(PEOPLE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    said = Said(capsys, "--new-since", "main")
    assert said.code == 2
    assert "is in no git repository" in said.err


# A file of known findings


def test_what_is_written_as_known_is_held_back_in_every_format(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    said = Said(capsys, "--write-baseline", "debts.json")
    assert said.code == 0
    assert "2 findings are known now" in said.out
    for format in ("text", "concise", "json", "github", "gitlab", "sarif", "junit"):
        said = Said(capsys, "--baseline", "debts.json", "--format", format, "--fail-on", "note")
        assert said.code == 0
        assert "`promptly`" not in said.out
    assert Said(capsys, "--baseline", "debts.json").lines[-1].endswith("; 2 known findings held back")
    assert (
        json.loads(Said(capsys, "--baseline", "debts.json", "--format", "json").out)["summary"]["held_back"]
        == 2
    )


def test_the_settings_may_name_the_file(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    repo.write("sopctl.toml", 'baseline = "debts.json"\n')
    monkeypatch.chdir(repo.top / "sops")
    assert concise(capsys) == []
    (repo.top / "debts.json").unlink()
    said = Said(capsys)
    assert said.code == 2
    assert "`sopctl lint --write-baseline ../debts.json` writes it" in said.err


def test_the_file_has_one_finding_a_line_by_address(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    first, *lines, last = (repo.top / "debts.json").read_text().splitlines()
    assert (first, last) == ('{"baseline": 1, "findings": [', "]}")
    entries = [json.loads(line.removesuffix(",")) for line in lines]
    assert [each["at"] for each in entries] == [
        "TS-ONE-001/steps/answer/checklist/*",
        "TS-ONE-001/steps/read/text",
    ]
    assert {each["code"] for each in entries} == {"SOP701"}


TIMED = """\
id: TS-ONE-001
title: Answer a message
version: 1.0.0
status: draft
owner: lead
purpose: Answer the driver.
scope: Messages.
trigger: A message arrives.
steps:
  - {id: read, title: Read the message, role: lead, wait: 1bd, within: 10bd}
  - {id: answer, title: Answer it, role: lead, within: 1bd, next: done}
outcomes: {done: {title: Done}}
deadlines:
  - {id: late, kind: ceiling, from: trigger, to: done, value: 12d, implements: law}
  - {id: soon, kind: floor, from: trigger, to: read, value: 2bd}
  - {id: lax, kind: ceiling, from: read, to: answer, value: 12bd, implements: law}
scenarios:
  - {title: All of it, expect: {outcome: done, within: 11bd}}
  - {title: Too soon, expect: {outcome: done, within: 2d}}
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: lead, summary: First}
"""
CALENDARS = """\
knowledge_base: {title: Examples, default_calendar: office}
roles: {lead: {title: Lead, available: always}}
clauses: {law: {text: Answer within 12 days., source: Law 1, kind: ceiling, value: 12d, confidence: confirmed, checked_on: 2026-01-05}}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: Europe/Berlin, holidays: [2026-11-27, 2026-12-25, 2027-03-26, 2027-05-17]}
  always: {days: mon-sun, hours: "09:00-17:00", timezone: Europe/Berlin}
escalation_paths:
  up: {title: Up, clock: calendar, answer_within: 1d, levels: [{to: lead, via: [page], ack_within: 1h}], on_exhausted: lead}
"""


def test_what_is_known_is_known_on_another_day() -> None:
    timed = {"sops/TS-ONE-001.yaml": TIMED, "sops/people.yaml": CALENDARS}
    rules = [rule for rule in RULES if rule.code in ("SOP405", "SOP408", "SOP409", "SOP411", "SOP901")]
    days = [date(2026, 11, 21), date(2026, 12, 12), date(2027, 1, 4)]
    first, *later = (lint(library.build(timed, day), rules) for day in days)
    assert {d.code for d in first} == {rule.code for rule in rules}
    entries = baseline.read(baseline.written(first), "")
    for found in later:
        assert [d.message for d in found] != [d.message for d in first]
        assert baseline.unknown(found, entries) == []
        assert [*baseline.gone(entries, found, rules, "debts.json")] == []


def test_a_second_equal_finding_is_not_hidden(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    repo.write("sops/TS-ONE-001.yaml", SOP.replace("The answer is kept", "The answer is kept promptly"))
    assert len(concise(capsys, "--baseline", "debts.json")) == 1
    Said(capsys, "--write-baseline", "debts.json")
    assert '"count": 2' in (repo.top / "debts.json").read_text()
    assert concise(capsys, "--baseline", "debts.json") == []


def test_an_entry_whose_finding_is_gone_is_a_note_at_its_line(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    repo.write("sops/TS-ONE-001.yaml", SOP.replace("Read it promptly", "Read it within 1 hour"))
    (line,) = concise(capsys, "--baseline", "debts.json")
    assert line == "debts.json:3:1: SOP008 this known finding is gone: SOP701 at `TS-ONE-001/steps/read/text`"
    said = Said(capsys, "--baseline", "debts.json")
    assert said.code == 0
    assert said.lines[-1] == "2 files with 1 SOP checked: 1 note in 1 file; 1 known finding held back"


def test_of_several_known_findings_those_that_are_left_are_counted(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write("sops/TS-ONE-001.yaml", SOP.replace("The answer is kept", "The answer is kept promptly"))
    Said(capsys, "--write-baseline", "debts.json")
    repo.write("sops/TS-ONE-001.yaml", SOP)
    (line,) = concise(capsys, "--baseline", "debts.json")
    assert "2 findings are known here, and only 1 left" in line


def test_a_known_finding_that_is_listed_twice_is_gone_once(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    first, *lines, last = (repo.top / "debts.json").read_text().splitlines()
    twice = [first, f"{lines[0].removesuffix(',')},", *lines, last]
    repo.write("debts.json", "\n".join(twice))
    (line,) = concise(capsys, "--baseline", "debts.json")
    assert "this known finding is gone" in line


@pytest.mark.parametrize("words", [["sops/people.yaml"], ["--select", "SOP3,SOP008"]])
def test_what_was_not_looked_at_is_not_gone(
    repo: Repo, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    code = cli.run(["lint", "--today", TODAY, "--format", "concise", "--baseline", "debts.json", *words])
    assert code == 0
    assert "gone" not in capsys.readouterr().out


def test_while_a_file_cannot_be_read_nothing_is_said_to_be_gone(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    Said(capsys, "--write-baseline", "debts.json")
    repo.write("sops/TS-ONE-001.yaml", "id: [")
    assert "gone" not in Said(capsys, "--baseline", "debts.json").out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1, cannot be read"),
        ('{"baseline": 1,\n<<<<<<< HEAD\n', "solve the conflict of the merge"),
        ("[]", "is no file of known findings"),
        ('{"baseline": 2, "findings": []}', "written by a newer sopctl"),
        ('{"baseline": 1, "findings": [{"at": "x"}]}', "is no file of known findings"),
        ('{"baseline": 1, "findings": [{"at": "x", "code": "y", "message": "z", "count": 0}]}', "is no file"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(
    repo: Repo, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    repo.write("debts.json", text)
    said = Said(capsys, "--baseline", "debts.json")
    assert (said.code, said.out) == (2, "")
    assert says in said.err


def test_an_empty_name_of_a_baseline_is_refused(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(capsys, "--baseline", "")
    assert (said.code, said.out) == (2, "")
    assert "is a directory" in said.err


@pytest.mark.parametrize("words", [["sops"], ["--baseline", "x"], ["--new-since", "HEAD"]])
def test_only_the_whole_is_written_as_known(
    repo: Repo, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    said = Said(capsys, "--write-baseline", "debts.json", *words)
    assert said.code == (0 if words == ["sops"] else 2)  # the folder of all SOPs is the whole
    assert Said(capsys, "--write-baseline", "debts.json", "sops/people.yaml").code == 2


def test_a_baseline_never_takes_the_place_of_a_sop(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    said = Said(capsys, "--write-baseline", "sops/people.yaml")
    assert said.code == 2
    assert (repo.top / "sops/people.yaml").read_text() == PEOPLE


def test_that_a_rule_failed_is_never_held_back(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    rule = next(each for each in RULES if each.code == "SOP701")
    monkeypatch.setattr(rule, "check", fails)
    Said(capsys, "--write-baseline", "debts.json")
    for words in (["--baseline", "debts.json"], ["--new-since", "HEAD"]):
        said = Said(capsys, *words)
        assert said.code == 1
        assert "a mistake of sopctl itself in this rule" in said.out
    found = lint(library.build({"sops/TS-ONE-001.yaml": SOP}, date(2026, 11, 21)), [rule])
    by_hand = [baseline.Entry(each.lasting_identity, 1, 1) for each in found]
    assert len(baseline.unknown(found, by_hand)) == 1


# A whole handbook

HANDBOOK = Path(__file__).parent.parent / "sops"


def _turned(data: Any) -> Any:
    """The same data, the keys of each mapping from the last to the first."""
    if isinstance(data, dict):
        return {key: _turned(data[key]) for key in reversed(data)}
    return [_turned(each) for each in data] if isinstance(data, list) else data


def _damaged(text: str) -> str:
    """The text with roles that nobody has, steps that nobody does, and vague words."""
    vague = re.sub(r"\brole: [a-z]+(-[a-z]+)*", "role: nobody", text, count=2)
    return re.sub(r"(title: )(\w)", r"\1As needed, \2", vague.replace("next: ", "next: no-", 1), count=3)


def test_a_handbook_full_of_debts_may_be_rearranged() -> None:
    texts = {
        path: _damaged(text) if re.search(r"^id: ", text, re.MULTILINE) else text
        for path, text in files.texts_in(HANDBOOK.parent, HANDBOOK).items()
        if isinstance(text, str)
    }
    before = library.build(texts, date(2026, 11, 21), lambda path: "")
    rearranged = {}
    for path, each in before.by_path.items():
        name = PurePosixPath(path)
        if each.sop and name.suffix == ".yaml":  # other folder, other order of keys, other lines
            rearranged[f"sops/moved/{name.name}"] = "# one\n# two\n" + edit.to_yaml(
                _turned(each.document.data)
            )
        else:
            rearranged[path if each.sop else f"sops/shared/{name.parent.name}-{name.name}"] = texts[path]
    after = library.build(rearranged, date(2026, 11, 21), lambda path: "")
    old, now = lint(before), lint(after)
    assert len(old) > 100
    assert Counter(d.code for d in now) - Counter(d.code for d in old) == Counter()
    fresh = baseline.new(now, old, lambda d: "", lambda d: "")
    assert [d.identity for d in fresh] == []


# Whatever is found

WORDS = st.sampled_from(["a", "b", "row 1 meets rows 2 and 3", "row 7 meets rows 1 and 4", 'ü\n"', "\udcff"])
FOUND = st.builds(
    lambda at, code, message, line: Diagnostic(
        Span("f.yaml", line, 1, line, 2), code, "name", Severity.ERROR, message, "", (), at
    ),
    st.sampled_from(["A-1/x", "A-2/*", "sops/\udcff.yaml"]),
    st.sampled_from(["SOP008", "SOP701"]),
    WORDS,
    st.integers(1, 3),
)
MANY = st.lists(FOUND, max_size=12)


@given(MANY)
@settings(max_examples=80, deadline=None)
def test_every_finding_that_was_written_is_held_back_and_none_is_gone(found: list[Diagnostic]) -> None:
    entries = baseline.read(baseline.written(found), "debts.json")
    assert baseline.unknown(found, entries) == []
    assert list(baseline.gone(entries, found, RULES, "debts.json")) == []
    assert baseline.written(found) == baseline.written(found[::-1])


@given(MANY, MANY)
@settings(max_examples=80, deadline=None)
def test_as_many_are_reported_as_were_not_there_before(now: list[Diagnostic], then: list[Diagnostic]) -> None:
    more = Counter(each.identity for each in now) - Counter(each.identity for each in then)
    fresh = baseline.new(now, then, lambda d: str(d.span.line), lambda d: str(d.span.line))
    assert Counter(each.identity for each in fresh) == more
    assert (
        Counter(each.identity for each in baseline.unknown(now, baseline.read(baseline.written(then), "")))
        == more
    )


@given(MANY, MANY)
@settings(max_examples=80, deadline=None)
def test_as_many_are_gone_as_were_mended(now: list[Diagnostic], then: list[Diagnostic]) -> None:
    less = Counter(each.identity for each in then) - Counter(each.identity for each in now)
    notes = list(baseline.gone(baseline.read(baseline.written(then), ""), now, RULES, "debts.json"))
    assert len(notes) == len(less)
