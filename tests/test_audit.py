"""What an auditor is shown: facts and verdicts of each version in force, and never a guess."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from sopctl import cli, files
from sopctl.audit import QUESTIONS
from tests.past import Past, sop

SIGNED = (
    "[{role: writer, name: W. Writer, meaning: authorship, on: 2026-01-02}, "
    "{role: lead, name: L. Lead, meaning: approval, on: 2026-01-05}]"
)


class Shown:
    """What the audit says of one SOP."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        capsys.readouterr()
        self.code = cli.run(["audit", "--today", "2026-12-01", "--format", "json", *words])
        self.all = json.loads(capsys.readouterr().out)
        (one,) = self.all["sops"] if len(self.all["sops"]) == 1 else [{}]
        self.one: dict[str, Any] = one
        self.verdicts = {name: said["answer"] for name, said in one.get("verdicts", {}).items()}

    def why(self, name: str) -> str:
        return str(self.one["verdicts"][name]["why"])


def written(past: Past, **changes: Any) -> None:
    """A draft on the second of January, approved on the fifth, effective from the tenth."""
    text = {"approvals": SIGNED, **changes}
    past.says("2026-01-02", sop("1.0.0", "draft", None, approvals="[]"))
    past.says("2026-01-05", sop("1.0.0", "approved", **text))
    past.says("2026-01-10", sop("1.0.0", **text))


def test_a_version_that_was_made_as_it_should_be_has_only_yes(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    written(past)
    shown = Shown(capsys)
    assert shown.code == 0
    assert shown.verdicts == dict.fromkeys(QUESTIONS, "yes")
    facts = shown.one["facts"]
    assert (facts["version"], facts["since"], facts["author"], facts["written_on"]) == (
        "1.0.0",
        "2026-01-10",
        "writer",
        "2026-01-02",
    )
    assert facts["approvals"][1] == {
        "role": "lead",
        "name": "L. Lead",
        "meaning": "approval",
        "on": "2026-01-05",
    }
    assert facts["commit"]["on_main_since"] == "2026-01-02"
    assert shown.why("before-effect") == "approved on 2026-01-05, 5 days before it took effect"
    assert "git has the approval since 2026-01-05" in shown.why("in-git-before-effect")


def test_a_version_that_nobody_approved_is_told(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    written(past, approvals="[]")
    shown = Shown(capsys)
    assert shown.code == 1
    assert shown.verdicts["approved"] == "no"
    assert {name for name, said in shown.verdicts.items() if said == "not known"} == QUESTIONS.keys() - {
        "approved"
    }


def test_a_role_that_the_change_history_names_has_not_signed(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-02", sop(approvals="[]").replace("summary: What", "approved_by: lead, summary: What"))
    shown = Shown(capsys)
    assert shown.verdicts["approved"] == "not known"
    assert "the change history names lead, but nobody has signed" in shown.why("approved")


@pytest.mark.parametrize(
    ("approvals", "verdict", "says"),
    [
        (SIGNED.replace("2026-01-05", "2026-01-15"), "before-effect", "5 days after it took effect on 2026-01-10"),
        (SIGNED.replace("2026-01-05", "2026-01-01"), "after-writing", "approved on 2026-01-01, but written on 2026-01-02"),
        ("[{role: writer, meaning: approval, on: 2026-01-05}]", "another-person", "`writer` wrote the version, and approved it"),
        (SIGNED.replace("L. Lead", " w. WRITER"), "another-person", "signed as author, and approved it"),
        (SIGNED.replace("role: writer", "role: editor").replace("role: lead", "role: writer"), "another-person", "`writer` wrote the version, and approved it"),
        ("[{role: lead, name: A. Author, meaning: approval, on: 2026-01-05}]", "another-person", "A. Author wrote the commit, and approved it"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_is_a_no(
    past: Past, capsys: pytest.CaptureFixture[str], approvals: str, verdict: str, says: str
) -> None:
    written(past, approvals=approvals)
    shown = Shown(capsys)
    assert (shown.code, shown.verdicts[verdict]) == (1, "no")
    assert says in shown.why(verdict)


@pytest.mark.parametrize("approvals", [SIGNED, "[]"])
def test_an_author_whom_the_change_history_has_among_the_approvers_is_a_no(
    past: Past, capsys: pytest.CaptureFixture[str], approvals: str
) -> None:
    written(past, approvals=approvals.replace("role: writer", "role: editor"))
    past.says(
        "2026-01-10",
        sop("1.0.0", approvals=approvals.replace("role: writer", "role: editor")).replace(
            "summary: What", "approved_by: [writer, lead], summary: What"
        ),
    )
    shown = Shown(capsys)
    assert shown.verdicts["another-person"] == "no"
    assert "says the change history" in shown.why("another-person")


def test_an_approval_on_the_day_itself_comes_before(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-02", sop("1.0.0", "draft", None, approvals="[]"))
    past.says("2026-01-10", sop("1.0.0", approvals=SIGNED.replace("2026-01-05", "2026-01-10")))
    shown = Shown(capsys)
    assert shown.verdicts["before-effect"] == shown.verdicts["in-git-before-effect"] == "yes"
    assert shown.why("before-effect") == "approved on 2026-01-10, on the day it took effect"


def test_roles_alone_do_not_tell_persons_apart(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    written(past, approvals="[{role: lead, meaning: approval, on: 2026-01-05}]")
    shown = Shown(capsys)
    assert shown.verdicts["another-person"] == "not known"
    assert "`lead` signed without a name" in shown.why("another-person")


def test_names_tell_two_of_one_role_apart(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    written(past, approvals=SIGNED.replace("role: lead", "role: writer"))
    shown = Shown(capsys)
    assert shown.verdicts["another-person"] == "yes"
    assert "W. Writer signed as author, L. Lead" in shown.why("another-person")


def test_an_approval_that_git_had_only_later_is_a_no(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-02", sop("1.0.0", "draft", None, approvals="[]"))
    past.says("2026-01-10", sop("1.0.0", approvals="[]"))
    past.says("2026-01-20", sop("1.0.0", approvals=SIGNED))
    shown = Shown(capsys)
    assert shown.verdicts["before-effect"] == "yes"
    assert shown.verdicts["in-git-before-effect"] == "no"
    assert "git has the approval since 2026-01-20" in shown.why("in-git-before-effect")
    assert "10 days after it took effect" in shown.why("in-git-before-effect")


def test_an_approval_that_git_had_before_its_day_is_a_no(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-02", sop("1.0.0", approvals=SIGNED))
    shown = Shown(capsys)
    assert shown.verdicts["in-git-before-effect"] == "no"
    assert "before 2026-01-05, the day that it bears" in shown.why("in-git-before-effect")


def test_a_text_that_changed_after_its_approval_is_a_no_with_the_change(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    written(past)
    past.says(
        "2026-02-01",
        "# comment\n"
        + sop("1.0.0", approvals=SIGNED).replace("review_by: 2027-01-01", "review_by: 2027-06-01"),
    )
    assert Shown(capsys).verdicts["unchanged-since"] == "yes"
    hash = past.says("2026-03-01", sop("1.0.0", approvals=SIGNED, within="9h"))
    past.says("2026-04-01", sop("1.0.0", approvals=SIGNED))
    shown = Shown(capsys)
    assert shown.verdicts["unchanged-since"] == "no"
    assert f"commit {hash[:12]} of 2026-03-01 changed it without a new version" in shown.why(
        "unchanged-since"
    )
    assert "must be done within 9 hours, was 4 hours" in shown.why("unchanged-since")
    capsys.readouterr()
    assert cli.run(["audit", "--today", "2026-02-15"]) == 0  # on that day it had not changed yet


def test_a_new_id_is_no_change_of_the_text(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop(status="draft", id="TS-OLD-001"), "sops/TS-OLD-001.yaml")
    past.says("2026-01-08", sop(id="TS-OLD-001"), "sops/TS-OLD-001.yaml")
    past.repo.git("mv", "sops/TS-OLD-001.yaml", "sops/TS-ONE-001.yaml")
    past.says("2026-02-01", sop())
    shown = Shown(capsys)
    assert shown.one["doubts"] == []
    assert shown.verdicts["unchanged-since"] == "yes"
    assert "unchanged but for its id, which was TS-OLD-001, since 2026-01-05" in shown.why("unchanged-since")
    past.says("2026-03-01", sop(within="9h"))
    shown = Shown(capsys)
    assert shown.verdicts["unchanged-since"] == "no"
    assert "changed it without a new version: `read`" in shown.why("unchanged-since")


def test_the_approval_of_an_earlier_version_is_none_of_this_one(
    past: Past, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(past)
    hash = past.says("2026-03-05", sop("2.0.0", approvals=SIGNED, within="9h", on="2026-03-01"))
    shown = Shown(capsys)
    assert {name for name, said in shown.verdicts.items() if said == "yes"} == set()
    assert shown.verdicts["approved"] == shown.verdicts["unchanged-since"] == "no"
    assert shown.why("approved") == "L. Lead (lead) approved version 1.0.0, and nobody this one"
    assert (
        shown.why("unchanged-since") == f"commit {hash[:12]} of 2026-03-05 changed what stood there as "
        "approved on 2026-01-05: `read`: must be done within 9 hours, was 4 hours"
    )
    past.repo.git("clone", "-q", "--depth", "1", f"file://{past.repo.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    shown = Shown(capsys)
    assert shown.verdicts["approved"] == shown.verdicts["unchanged-since"] == "not known"
    assert shown.why("approved") == "L. Lead (lead), but before it was written on 2026-03-01"


def test_two_versions_of_one_day_may_have_been_approved_together(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    written(past)
    past.says("2026-02-01", sop("2.0.0", approvals=SIGNED, within="9h", on="2026-01-05"))
    shown = Shown(capsys)
    assert shown.verdicts["approved"] == shown.verdicts["unchanged-since"] == "not known"
    assert "no approval is of this one alone" in shown.why("approved")


@pytest.mark.parametrize(
    ("approvals", "within", "approved"),
    [
        (SIGNED, "4h", "L. Lead (lead)"),  # another number on the text that was approved
        (SIGNED.replace("]", ", {role: counsel, name: C. C., meaning: approval, on: 2026-03-02}]"), "9h", "C. C. (counsel)"),
    ],
)  # fmt: skip
def test_a_version_is_approved_by_those_who_approved_its_text(
    past: Past, capsys: pytest.CaptureFixture[str], approvals: str, within: str, approved: str
) -> None:
    written(past)
    past.says("2026-03-05", sop("2.0.0", approvals=approvals, within=within, on="2026-01-04"))
    shown = Shown(capsys)
    assert (shown.verdicts["approved"], shown.why("approved")) == ("yes", approved)


def test_what_came_to_git_after_it_took_effect_is_not_known(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-06-01", sop("1.0.0", approvals=SIGNED))
    shown = Shown(capsys)
    assert shown.verdicts["in-git-before-effect"] == shown.verdicts["unchanged-since"] == "not known"
    assert "git has the SOP only since 2026-06-01" in shown.why("in-git-before-effect")


def test_a_shallow_clone_guesses_nothing(
    past: Past, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(past)
    past.says("2026-06-01", sop("1.0.0", approvals=SIGNED) + "# comment\n")
    past.repo.git("clone", "-q", "--depth", "1", f"file://{past.repo.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    shown = Shown(capsys)
    assert shown.code == 1
    assert shown.verdicts["in-git-before-effect"] == shown.verdicts["unchanged-since"] == "not known"
    assert "shallow" in shown.all["begins"]
    assert shown.one["facts"]["commit"] is None


def test_who_wrote_the_version_is_not_known_where_a_shallow_clone_begins(
    past: Past, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.says("2026-01-05", sop())
    past.says("2026-06-01", sop() + "# comment\n")
    past.repo.git("clone", "-q", "--depth", "1", f"file://{past.repo.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    shown = Shown(capsys)
    assert shown.verdicts["another-person"] == shown.verdicts["in-git-before-effect"] == "not known"
    assert shown.why("in-git-before-effect") == "this clone is shallow and begins on 2026-06-01"


@pytest.mark.parametrize(
    ("author", "verdict"),
    [
        ("Lena Lead", "not known"),
        ("Lead", "not known"),
        ("l. lead", "no"),
        ("Anna Lead", "yes"),
        ("Lena Leader", "yes"),
    ],
)
def test_a_name_that_is_short_for_another_is_not_taken_for_another_person(
    past: Past, capsys: pytest.CaptureFixture[str], author: str, verdict: str
) -> None:
    past.says("2026-01-05", sop(), env={"GIT_AUTHOR_NAME": author})
    shown = Shown(capsys)
    assert shown.verdicts["another-person"] == verdict


def test_who_merged_is_not_taken_for_the_author(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-02", sop("0.9.0", "draft", None))
    past.repo.git("checkout", "-q", "-b", "topic")
    approvals = "[{role: lead, name: L. Lead, meaning: approval, on: 2026-01-05}]"
    past.says("2026-01-05", sop("1.0.0", approvals=approvals), env={"GIT_AUTHOR_NAME": "W. Writer"})
    past.repo.git("checkout", "-q", "main")
    past.repo.git(
        "merge", "-q", "--no-ff", "-m", "Merge", "topic", day="2026-01-06", env={"GIT_AUTHOR_NAME": "L. Lead"}
    )
    shown = Shown(capsys)
    assert shown.verdicts["another-person"] == "yes"
    assert "W. Writer wrote the commit" in shown.why("another-person")


def test_a_sop_of_which_no_version_is_in_force_has_no_verdicts(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-02", sop("1.0.0", "draft", None))
    shown = Shown(capsys)
    assert (shown.code, shown.one["in_force"], shown.verdicts) == (0, False, {})
    assert "no version of it had taken effect" in shown.one["why"]


def test_the_version_in_force_is_audited_while_a_draft_is_written(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    written(past)
    past.says("2026-05-01", sop("2.0.0", "draft", None, approvals="[]", within="1h"))
    shown = Shown(capsys)
    assert (shown.code, shown.one["facts"]["version"]) == (0, "1.0.0")


def test_tables_and_texts_hold_the_same(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    written(past)
    past.says("2026-02-01", sop("1.0.0", "draft", None, id="TS-TWO-001", within="9h"), "sops/TS-TWO-001.yaml")
    assert cli.run(["audit", "--today", "2026-12-01", "--format", "csv"]) == 0
    one, two = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (one["sop"], one["version"], one["in force since"], one["approved"]) == (
        "TS-ONE-001",
        "1.0.0",
        "2026-01-10",
        "yes",
    )
    assert one["signatures"] == "2026-01-02 writer W. Writer authorship; 2026-01-05 lead L. Lead approval"
    assert (two["sop"], two["version"], two["approved"]) == ("TS-TWO-001", "", "")
    assert cli.run(["audit", "--today", "2026-12-01", "ts-one-001"]) == 0
    text = capsys.readouterr().out
    assert "TS-ONE-001  Answer a message\n  version 1.0.0, in force since 2026-01-10\n" in text
    assert "  signed by L. Lead, lead on 2026-01-05: approval\n" in text
    assert text.endswith("1 SOP, 1 of them in force on 2026-12-01; verdicts: 6 yes, 0 no, 0 not known\n")
    assert "TS-TWO" not in text


def test_a_file_that_cannot_be_read_is_no_clean_audit(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    written(past)
    past.says("2026-02-01", "id: [", "sops/TS-TWO-001.yaml")
    assert cli.run(["audit", "--today", "2026-12-01"]) == 1
    assert "sops/TS-TWO-001.yaml cannot be read and is left out" in capsys.readouterr().err


def test_the_guide_tells_the_verdicts_as_they_are() -> None:
    guide = (files.find_data("site/home") / "past.md").read_text("utf-8")
    told = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", guide, re.MULTILINE)
    assert dict(told) == QUESTIONS
