"""The changes of meaning of a SOP through git, newest first."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sopctl import cli, edit, source
from sopctl.model import OUTLINE
from tests.past import Past, sop


def log(capsys: pytest.CaptureFixture[str], id: str = "TS-ONE-001") -> dict[str, Any]:
    capsys.readouterr()
    assert cli.run(["log", id, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def messages(capsys: pytest.CaptureFixture[str], id: str = "TS-ONE-001") -> list[list[str]]:
    return [[change["message"] for change in entry["changes"]] for entry in log(capsys, id)["entries"]]


def test_each_commit_that_changed_the_meaning_is_told_newest_first(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    first = past.says("2026-01-05", sop("1.0.0"), subject="First")
    second = past.says("2026-02-01", sop("2.0.0", within="2h"), subject="Faster")
    newest, oldest = log(capsys)["entries"]
    assert (newest["commit"], oldest["commit"]) == (second, first)
    assert newest["version"] == {"before": "1.0.0", "after": "2.0.0", "step": "major"}
    assert (newest["author"], newest["committer"]) == ("A. Author", "C. Committer")
    assert newest["committed_on"] == "2026-02-01T12:00:00+00:00"
    assert "`read`: must be done within 2 hours, was 4 hours" in [
        each["message"] for each in newest["changes"]
    ]
    assert [each["message"] for each in oldest["changes"]] == ["TS-ONE-001 is new: “Answer a message”"]
    assert oldest["version"] == {"before": None, "after": "1.0.0", "step": None}


@pytest.mark.parametrize(
    "change",
    [
        lambda past: past.repo.write("sops/TS-ONE-001.yaml", "# a comment\n" + sop().replace("4h", '"4h"')),
        lambda past: past.repo.git("mv", "sops/TS-ONE-001.yaml", "sops/elsewhere.yaml"),
        lambda past: past.repo.write("sops/TS-TWO-001.yaml", sop(id="TS-TWO-001", within="7h")),
        lambda past: past.repo.write("README.md", "See TS-ONE-001.\n"),
    ],
    ids=["layout", "moved file", "another SOP", "another file"],
)
def test_what_means_the_same_is_no_entry(past: Past, capsys: pytest.CaptureFixture[str], change: Any) -> None:
    past.says("2026-01-05", sop())
    change(past)
    past.repo.commit(day="2026-02-01")
    assert len(log(capsys)["entries"]) == 1


def test_a_sop_is_followed_through_its_ids_and_folders(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop(id="TS-OLD-001"), "sops/old/TS-OLD-001.yaml")
    past.repo.git("mv", "sops/old/TS-OLD-001.yaml", "sops/TS-MID-001.yaml")
    past.says("2026-02-01", sop(id="TS-MID-001"), "sops/TS-MID-001.yaml")
    past.repo.git("mv", "sops/TS-MID-001.yaml", "sops/TS-ONE-001.yaml")
    past.says("2026-03-01", sop(id="TS-ONE-001", within="2h"))
    found = log(capsys)
    assert found["names"] == ["TS-MID-001", "TS-OLD-001", "TS-ONE-001"]
    said = messages(capsys)
    assert [len(each) for each in said] == [2, 1, 1]
    assert "TS-MID-001 is now called TS-ONE-001" in said[0]
    assert said[1] == ["TS-OLD-001 is now called TS-MID-001"]
    assert log(capsys, "TS-OLD-001") == log(capsys, "TS-MID-001") == found


def test_a_new_id_of_another_sop_is_no_change_of_what_refers_to_it(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop(id="TS-OLD-001"), "sops/TS-OLD-001.yaml")
    past.says("2026-01-06", sop(more="notes: See [[TS-OLD-001]].\n"))
    past.repo.git("mv", "sops/TS-OLD-001.yaml", "sops/TS-NEW-001.yaml")
    past.repo.write("sops/TS-ONE-001.yaml", sop(more="notes: See [[TS-NEW-001]].\n"))
    past.says("2026-02-01", sop(id="TS-NEW-001"), "sops/TS-NEW-001.yaml")
    assert len(log(capsys)["entries"]) == 1
    capsys.readouterr()
    cli.run(["audit", "TS-ONE-001", "--today", "2026-12-01", "--format", "json"])
    [one] = json.loads(capsys.readouterr().out)["sops"]
    assert one["doubts"] == []
    assert one["verdicts"]["unchanged-since"]["answer"] != "no"


def test_a_sop_that_replaces_quite_another_is_not_its_past(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    other = (
        sop(id="TS-OLD-001").replace("message", "parcel").replace("Answer", "Weigh").replace("Read", "Burn")
    )
    past.says(
        "2026-01-05",
        other.replace("driver", "whale").replace("title: Every question of", "title: No"),
        "sops/TS-OLD-001.yaml",
    )
    past.repo.git("rm", "-q", "sops/TS-OLD-001.yaml")
    past.says("2026-02-01", "id: TS-ONE-001\ntitle: Close the shop\nversion: 1.0.0\npurpose: Quiet nights.\n")
    assert log(capsys)["names"] == ["TS-ONE-001"]


def test_an_example_in_a_readme_is_not_the_sop(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop())
    past.says("2026-02-01", f"# How to write\n\n---\n```yaml\n{sop(within='9h')}```\n", "sops/README.md")
    past.repo.write("sops/README.md", f"```yaml\n{sop(within='8h')}```\n")
    past.says("2026-03-01", sop(within="2h"))
    assert [len(each) for each in messages(capsys)] == [1, 1]


def test_a_sop_in_markdown_is_followed_like_one_in_yaml(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop())
    past.repo.git("rm", "-q", "sops/TS-ONE-001.yaml")
    document = source.read("sops/TS-ONE-001.yaml", sop(), OUTLINE)
    assert document
    past.says("2026-02-01", edit.to_markdown(document.data), "sops/TS-ONE-001.md")
    assert len(log(capsys)["entries"]) == 1
    past.says("2026-03-01", edit.to_markdown(document.data).replace("4h", "2h"), "sops/TS-ONE-001.md")
    assert messages(capsys)[0] == ["`read`: must be done within 2 hours, was 4 hours"]


def test_a_deleted_sop_is_still_told(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop())
    past.says("2026-02-01", None)
    assert messages(capsys)[0] == ["TS-ONE-001 is gone: it was “Answer a message”"]


def test_a_file_that_cannot_be_read_is_told_and_the_next_is_compared_with_the_last(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop())
    past.says("2026-02-01", "id: TS-ONE-001\nsteps: [")
    past.says("2026-03-01", sop(within="2h"))
    newest, broken, _ = log(capsys)["entries"]
    assert broken["changes"] == []
    assert broken["unread"]
    assert [each["message"] for each in newest["changes"]] == [
        "`read`: must be done within 2 hours, was 4 hours"
    ]


def test_a_file_that_can_be_read_again_is_told_where_it_says_what_it_said(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop())
    past.says("2026-02-01", f"<<<<<<< HEAD\n{sop()}")
    past.says("2026-03-01", sop(), subject="Mended")
    newest, broken, _ = log(capsys)["entries"]
    assert (newest["subject"], newest["read_again"], newest["changes"]) == ("Mended", True, [])
    assert (broken["read_again"], broken["unread"] is None) == (False, False)
    assert cli.run(["log", "TS-ONE-001"]) == 0
    assert "the file can be read again, and says what it said before" in capsys.readouterr().out


def test_a_broken_file_and_its_mending_are_told_once_where_a_branch_brings_them(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop(), subject="First")
    for branch, text in (("breaks", "id: TS-ONE-001\nsteps: ["), ("mends", sop(within="2h"))):
        past.repo.git("checkout", "-q", "-b", branch)
        past.says("2026-02-01", text, subject=branch)
        past.repo.git("checkout", "-q", "main")
        past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", branch, day="2026-02-02")
    told = [(each["subject"], each["read_again"]) for each in log(capsys)["entries"]]
    assert told == [("mends", True), ("breaks", False), ("First", False)]


def _branches(past: Past, ours: str, theirs: str) -> subprocess.CalledProcessError | None:
    past.says("2026-01-05", sop(more="tags: [a]\n"))
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-02-01", theirs, subject="Theirs")
    past.repo.git("checkout", "-q", "main")
    past.says("2026-02-02", ours, subject="Ours")
    try:
        past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", day="2026-02-03")
    except subprocess.CalledProcessError as error:
        return error
    return None


def test_a_merge_that_only_joins_is_no_entry(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    text = sop(more="tags: [a]\n")
    assert not _branches(past, text.replace("tags: [a]", "tags: [a, b]"), text.replace("4h", "2h"))
    subjects = [entry["subject"] for entry in log(capsys)["entries"]]
    assert sorted(subjects) == ["Change", "Ours", "Theirs"]


def test_what_a_merge_settled_is_an_entry_of_its_own(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    text = sop(more="tags: [a]\n")
    assert _branches(past, text.replace("4h", "3h"), text.replace("4h", "2h"))
    past.says("2026-02-03", text.replace("4h", "1h"), subject="Settled")
    entry = next(each for each in log(capsys)["entries"] if each["subject"] == "Settled")
    assert [each["message"] for each in entry["changes"]] == [
        "`read`: must be done within 1 hour, was 3 hours"
    ]


def test_what_a_merge_refused_of_its_branch_is_an_entry_of_its_own(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    text = sop(more="tags: [a]\n")
    theirs = text.replace("4h", "2h").replace("tags: [a]", "tags: [a, b]")
    assert _branches(past, text.replace("4h", "3h"), theirs)
    past.says("2026-02-03", theirs.replace("2h", "3h"), subject="Settled")
    entries = log(capsys)["entries"]
    assert [each["subject"] for each in entries] == ["Settled", "Theirs", "Ours", "Change"]
    assert [each["message"] for each in entries[0]["changes"]] == [
        "`read`: must be done within 3 hours, was 2 hours"
    ]


def test_a_merge_of_something_else_loses_no_commit_of_the_main_line(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop(), subject="First")
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-01-20", sop(id="TS-TWO-001", within="7h"), "sops/TS-TWO-001.yaml")
    past.repo.git("checkout", "-q", "main")
    past.says("2026-02-01", sop("2.0.0", within="2h"), subject="Faster")
    past.says("2026-02-10", sop(), subject="As it was")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", day="2026-03-01")
    assert [each["subject"] for each in log(capsys)["entries"]] == ["As it was", "Faster", "First"]


def test_a_change_that_was_on_the_main_line_already_did_not_come_with_the_merge(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop(), subject="First")
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-02-01", sop(within="2h"), subject="Faster")
    past.says("2026-02-02", sop(id="TS-TWO-001", within="7h"), "sops/TS-TWO-001.yaml")
    past.repo.git("checkout", "-q", "main")
    past.repo.git("cherry-pick", "topic~1", day="2026-02-20")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", day="2026-03-01")
    newest, oldest = log(capsys)["entries"]
    assert (newest["committed_on"][:10], newest["on_main_since"]) == ("2026-02-20", "2026-02-20")
    assert oldest["subject"] == "First"


def test_what_a_merge_brought_stands_where_the_main_line_got_it(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    text = sop(more="tags: [a]\n")
    assert not _branches(past, text.replace("tags: [a]", "tags: [a, b]"), text.replace("4h", "2h"))
    past.says("2026-03-01", text.replace("tags: [a]", "tags: [a, b]").replace("4h", "1h"), subject="Last")
    told = [(each["subject"], each["on_main_since"]) for each in log(capsys)["entries"]]
    assert told == [
        ("Last", "2026-03-01"),
        ("Theirs", "2026-02-03"),
        ("Ours", "2026-02-02"),
        ("Change", "2026-01-05"),
    ]
    assert cli.run(["log", "TS-ONE-001"]) == 0
    said = capsys.readouterr().out
    assert said.count("on the main line since") == 1
    assert "1.0.0  A. Author, on the main line since 2026-02-03\n  Theirs\n" in said


def test_what_a_merge_left_out_is_told_nowhere(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop(), subject="First")
    past.repo.git("checkout", "-q", "-b", "topic")
    past.repo.git("mv", "sops/TS-ONE-001.yaml", "sops/TS-NEW-001.yaml")
    past.says("2026-02-01", sop(id="TS-NEW-001", within="2h"), "sops/TS-NEW-001.yaml")
    past.repo.git("checkout", "-q", "main")
    past.says("2026-02-02", "A text.\n", "README.md")
    past.repo.git("merge", "-q", "-s", "ours", "-m", "Merged", "topic", day="2026-02-03")
    assert [each["subject"] for each in log(capsys)["entries"]] == ["First"]


def caught_up(past: Past, *how: str) -> None:
    """A topic takes in the main line, which has moved on, and is merged into it."""
    text = sop(more="tags: [a]\n")
    past.says("2026-01-05", text, subject="First")
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-02-01", text.replace("4h", "2h"), subject="Theirs")
    past.repo.git("checkout", "-q", "main")
    past.says("2026-02-02", text.replace("tags: [a]", "tags: [a, b]"), subject="Ours")
    past.repo.git("checkout", "-q", "topic")
    past.repo.git("merge", "-q", *how, "-m", "Caught up", "main", day="2026-02-03")
    past.repo.git("checkout", "-q", "main")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", day="2026-02-04")


def test_what_a_branch_got_from_the_main_line_is_told_once(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    caught_up(past, "--no-ff")
    assert [each["subject"] for each in log(capsys)["entries"]] == ["Theirs", "Ours", "First"]


def test_a_merge_that_undoes_what_the_main_line_said_is_an_entry(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    caught_up(past, "-s", "ours")
    entries = log(capsys)["entries"]
    assert [each["subject"] for each in entries] == ["Merged", "Theirs", "Ours", "First"]
    assert [each["message"] for each in entries[0]["changes"]] == ["`tags` no longer has b"]


def test_what_was_taken_back_before_a_merge_is_told_by_it(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop(), subject="First")
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-02-01", sop(within="2h"), subject="Faster")
    past.repo.git("checkout", "-q", "-b", "side", "main")
    past.says("2026-02-02", sop(more="tags: [a]\n"), subject="Tagged")
    past.repo.git("merge", "-q", "-s", "ours", "-m", "Left out", "topic", day="2026-02-03")
    past.repo.git("checkout", "-q", "main")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "side", day="2026-02-04")
    newest, *others = log(capsys)["entries"]
    assert [each["subject"] for each in others] == ["Faster", "Tagged", "First"]
    assert newest["subject"] == "Merged"
    assert [each["message"] for each in newest["changes"]] == [
        "`read`: must be done within 4 hours, was 2 hours"
    ]


@pytest.mark.parametrize("moves", ["main", "topic"])
def test_a_change_and_a_new_id_that_meet_in_a_merge_are_told_once(
    past: Past, capsys: pytest.CaptureFixture[str], moves: str
) -> None:
    past.says("2026-01-05", sop(), subject="First")
    past.repo.git("branch", "topic")
    for branch in ("topic", "main"):
        past.repo.git("checkout", "-q", branch)
        if branch == moves:
            past.repo.git("mv", "sops/TS-ONE-001.yaml", "sops/TS-NEW-001.yaml")
            past.says("2026-02-01", sop(id="TS-NEW-001"), "sops/TS-NEW-001.yaml", subject="Moved")
        else:
            past.says("2026-02-01", sop(within="2h"), subject="Faster")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", day="2026-03-01")
    told = ["Faster", "Moved"] if moves == "main" else ["Moved", "Faster"]
    assert [each["subject"] for each in log(capsys, "TS-NEW-001")["entries"]] == [*told, "First"]


def test_a_row_that_a_branch_changed_twice_is_not_told_again_by_the_merge(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    def asking(test: str, more: str = "") -> str:
        row = f"decide: [{{when: {{age: '{test}'}}, then: done}}, {{otherwise: answer}}]"
        text = sop(more="facts: {age: {ask: How old is it?, type: integer}}\n")
        return text.replace(
            "  - {id: answer", f"  - {{id: look, title: Look, role: lead, {row}}}\n  - {{id: answer"
        )

    past.says("2026-01-05", sop(), subject="First")
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-02-01", asking("> 3"), subject="Asks")
    past.says("2026-02-02", asking("> 4"), subject="Asks otherwise")
    past.repo.git("checkout", "-q", "main")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", day="2026-03-01")
    assert [each["subject"] for each in log(capsys)["entries"]] == ["Asks otherwise", "Asks", "First"]
    past.repo.git("checkout", "-q", "-b", "again")
    past.says("2026-04-01", asking("> 5"), subject="Five")
    past.says("2026-04-02", asking("> 6"), subject="Six")
    past.repo.git("checkout", "-q", "main")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "again", day="2026-05-01")
    assert [each["subject"] for each in log(capsys)["entries"]][:2] == ["Six", "Five"]


def test_a_sop_that_the_main_line_never_had_is_told_to_be_so(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop())
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-02-01", sop(id="TS-TWO-001", within="7h"), "sops/TS-TWO-001.yaml")
    past.says("2026-02-02", None, "sops/TS-TWO-001.yaml")
    past.says("2026-02-03", sop(within="2h"))
    past.repo.git("checkout", "-q", "main")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", day="2026-03-01")
    assert log(capsys, "TS-TWO-001")["entries"] == []
    assert cli.run(["log", "TS-TWO-001"]) == 0
    assert "The main line never had it; the history of git begins on 2026-01-05" in capsys.readouterr().out


def test_a_shallow_clone_says_that_more_came_before(
    past: Past, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.says("2026-01-05", sop())
    past.says("2026-02-01", sop(within="2h"))
    past.repo.git("clone", "-q", "--depth", "1", f"file://{past.repo.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    told = log(capsys)
    assert "this clone is shallow and begins on 2026-02-01" in told["begins"]
    assert [each["changes"] for each in told["entries"]] == [[]]
    assert cli.run(["log", "TS-ONE-001"]) == 0
    said = capsys.readouterr().out
    assert "this clone begins here, so what this commit changed is not known" in said
    assert "is new" not in said


def test_the_texts_for_people_say_the_same(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    hash = past.says("2026-02-01", sop("1.1.0", within="2h"), subject="<b>Faster</b> \x1b[31m| now")
    assert cli.run(["log", "ts-one-001"]) == 0
    text = capsys.readouterr().out
    assert f"2026-02-01  {hash[:12]}  1.0.0 → 1.1.0 (minor)  A. Author\n" in text
    assert "  - `read`: must be done within 2 hours, was 4 hours\n" in text
    assert text.endswith(
        "The history of git begins on 2026-01-05; before that nothing is known. What registers say is not looked at.\n"
    )
    assert "\x1b" not in text
    assert cli.run(["log", "TS-ONE-001", "--format", "markdown"]) == 0
    text = capsys.readouterr().out
    assert "## 2026-02-01 · 1.0.0 → 1.1.0 (minor)" in text
    assert "&lt;b>Faster&lt;/b>" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_names_in_another_encoding_are_written_all_the_same(
    past: Past, capfdbinary: pytest.CaptureFixture[bytes], format: str
) -> None:
    past.says(
        "2026-01-05", sop(), env={"GIT_AUTHOR_NAME": os.fsdecode(b"J\xf6rg")}, subject=os.fsdecode(b"gr\xfcn")
    )
    assert cli.run(["log", "TS-ONE-001", "--format", format]) == 0
    said = capfdbinary.readouterr().out.decode()
    assert "J\N{REPLACEMENT CHARACTER}rg" in said or "Jörg" in said


def test_an_id_that_never_was_is_refused(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop())
    assert cli.run(["log", "TS-ONE-002"]) == 2
    assert "no commit holds a SOP called `TS-ONE-002` (did you mean `TS-ONE-001`?)" in capsys.readouterr().err
