"""Which text was in force on a day: effective dates and git, each with its defined word."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl import cli
from sopctl.chronicle import State
from sopctl.in_force import Answer, in_force
from sopctl.model import OUTLINE, read
from sopctl.repository import Commit
from sopctl.source import read as read_source
from tests.gitted import Repo
from tests.past import ROLES, Past, sop

TODAY = "2026-12-01"


class Told:
    """What `sopctl as-of` says of a day."""

    def __init__(self, capsys: pytest.CaptureFixture[str], day: str, id: str = "TS-ONE-001") -> None:
        capsys.readouterr()
        self.code = cli.run(["as-of", day, id, "--today", TODAY, "--format", "json"])
        said, self.err = capsys.readouterr()
        found = json.loads(said) if said else {}
        self.version, self.since, self.until = (found.get(word) for word in ("version", "since", "until"))
        self.text, self.why, self.path = (found.get(word) or "" for word in ("text", "why", "path"))
        self.doubts = " | ".join(found.get("doubts", ()))
        self.in_force = found.get("in_force")
        self.commit = (found.get("commit") or {}).get("hash")


def test_a_version_is_in_force_from_its_effective_date_until_the_next(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    first = past.says("2026-01-05", sop("1.0.0"))
    second = past.says("2026-02-20", sop("2.0.0", effective_on="2026-03-01", within="2h"))
    for day, version, commit in (
        ("2026-01-10", "1.0.0", first),
        ("2026-02-25", "1.0.0", first),
        ("2026-02-28", "1.0.0", first),
        ("2026-03-01", "2.0.0", second),
        ("2026-11-30", "2.0.0", second),
    ):
        told = Told(capsys, day)
        assert (told.code, told.version, told.commit, told.doubts) == (0, version, commit, ""), day
    assert Told(capsys, "2026-02-25").until == "2026-03-01"
    assert Told(capsys, "2026-03-02").until is None


def test_before_the_first_version_none_was_in_force(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    told = Told(capsys, "2026-01-07")
    assert (told.code, told.version) == (1, None)
    assert (
        "no version of it had taken effect: the first version that git knows took effect on 2026-01-10"
        in told.why
    )
    told = Told(capsys, "2025-06-01")
    assert told.code == 1
    assert "the history of git begins on 2026-01-05; before that nothing is known" in told.why


def test_a_text_that_was_committed_late_is_told(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    late = past.says("2026-03-06", sop("2.0.0", effective_on="2026-03-01", within="2h"))
    told = Told(capsys, "2026-03-03")
    assert (told.code, told.version, told.commit) == (0, "2.0.0", late)
    assert (
        "committed late: git has this text only since 2026-03-06, 5 days after it took effect" in told.doubts
    )
    assert "on 2026-03-03 it held version 1.0.0 (effective)" in told.doubts
    assert Told(capsys, "2026-03-06").doubts == ""


def test_an_effective_date_that_moves_before_it_comes_counts_from_the_new_one(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", sop("2.0.0", effective_on="2026-03-01"))
    past.says("2026-02-20", sop("2.0.0", effective_on="2026-04-01"))
    assert Told(capsys, "2026-03-15").version == "1.0.0"
    assert Told(capsys, "2026-04-01").version == "2.0.0"


def test_an_effective_date_that_has_passed_cannot_be_taken_back(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", sop("2.0.0", effective_on="2026-03-01"))
    past.says("2026-03-10", sop("2.0.0", effective_on="2026-04-01"))
    told = Told(capsys, "2026-03-15")
    assert told.version == "2.0.0"
    assert "another commit has version 2.0.0 take effect on 2026-04-01" in told.doubts


def test_a_draft_or_an_approval_leaves_in_force_what_was(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    first = past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", sop("2.0.0", "draft", None))
    past.says("2026-02-10", sop("2.0.0", "approved", "2026-03-01"))
    assert Told(capsys, "2026-02-05").commit == first
    told = Told(capsys, "2026-03-05")
    assert (told.version, told.commit) == ("1.0.0", first)
    assert (
        "version 2.0.0 was approved to take effect on 2026-03-01, but no commit says that it did"
        in told.doubts
    )


@pytest.mark.parametrize("status", ["suspended", "superseded", "withdrawn"])
def test_what_was_ended_is_in_force_until_the_commit_that_ends_it(
    past: Past, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-01", sop("1.0.0", status))
    assert (Told(capsys, "2026-02-28").version, Told(capsys, "2026-02-28").until) == ("1.0.0", "2026-03-01")
    told = Told(capsys, "2026-03-01")
    assert (told.code, told.version, told.text) == (1, None, "")
    assert told.why == f"it was {status} on 2026-03-01"


def test_each_ending_is_told_by_its_own_name(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-01", sop("1.0.0", "suspended"))
    past.says("2026-03-10", sop("1.0.0", "suspended", more="tags: [x]\n"))
    past.says("2026-04-01", sop("1.0.0", "withdrawn"))
    assert Told(capsys, "2026-03-20").why == "it was suspended on 2026-03-01"
    assert Told(capsys, "2026-04-20").why == "it was withdrawn on 2026-04-01"


def test_a_sop_that_comes_to_git_suspended_says_nothing_of_the_time_before(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-03-01", sop("1.0.0", "suspended", "2026-01-10"))
    assert "git has it since 2026-03-01" in Told(capsys, "2026-02-01").why
    assert Told(capsys, "2026-03-02").why == "it was suspended on 2026-03-01"


def test_a_suspension_ends_when_the_same_version_is_effective_again(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-01", sop("1.0.0", "suspended"))
    past.says("2026-04-01", sop("1.0.0"))
    assert [Told(capsys, f"2026-{day}").code for day in ("02-28", "03-15", "04-01")] == [0, 1, 0]
    assert Told(capsys, "2026-02-01").since == "2026-01-10"
    assert Told(capsys, "2026-04-02").since == "2026-04-01"


def test_another_sop_that_takes_its_place_ends_it(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    other = sop("1.0.0", effective_on="2026-05-01", id="TS-TWO-001", within="9h").replace(
        "scope:", "supersedes: TS-ONE-001\nscope:"
    )
    past.says("2026-04-20", other, "sops/TS-TWO-001.yaml")
    assert Told(capsys, "2026-04-30").version == "1.0.0"
    told = Told(capsys, "2026-05-01")
    assert told.code == 1
    assert "TS-TWO-001 took its place on 2026-05-01" in told.why
    assert Told(capsys, "2026-04-30").until == "2026-05-01"
    past.says("2026-05-12", sop("1.0.0", "superseded"))  # its own file says so later
    told = Told(capsys, "2026-05-15")
    assert "TS-TWO-001 took its place on 2026-05-01" in told.why
    assert told.since == "2026-05-01"
    assert Told(capsys, "2026-04-30").until == "2026-05-01"


def test_a_version_that_will_not_begin_ends_none(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-05", sop("2.0.0", effective_on="2026-04-01", within="2h"))
    past.says("2026-03-15", sop("2.0.0", "approved", effective_on="2026-04-01", within="2h"))
    assert [Told(capsys, f"2026-{day}").version for day in ("03-20", "04-20")] == ["1.0.0"] * 2
    past.says("2026-04-25", sop("2.0.0", effective_on="2026-05-01", within="2h"))
    assert [Told(capsys, f"2026-{day}").version for day in ("04-30", "05-01")] == ["1.0.0", "2.0.0"]
    past.says("2026-05-10", sop("2.0.0", "approved", effective_on="2026-05-01", within="2h"))
    assert Told(capsys, "2026-05-10").version is None  # that one had begun


def test_an_end_that_is_still_to_come_can_be_moved(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-05-01", sop("1.0.0", "withdrawn", effective_on="2026-06-01"))
    assert Told(capsys, "2026-05-15").until == "2026-06-01"
    past.says("2026-05-10", sop("1.0.0", "withdrawn", effective_on="2026-07-01"))
    assert Told(capsys, "2026-06-15").until == "2026-07-01"
    past.says("2026-07-10", sop("1.0.0", "withdrawn", effective_on="2026-08-01"))
    assert Told(capsys, "2026-07-15").code == 1  # a day that has passed is not taken back


def test_a_version_that_is_younger_than_what_took_its_place_is_in_force(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sop("1.0.0", effective_on="2026-01-05", id="TS-TWO-001", within="9h")
    past.says("2026-01-02", other.replace("scope:", "supersedes: TS-ONE-001\nscope:"), "sops/TS-TWO-001.yaml")
    past.says("2026-01-05", sop("2.0.0", effective_on="2026-02-01"))
    assert Told(capsys, "2026-02-02").version == "2.0.0"


def test_a_deleted_file_is_in_force_no_more(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-01", None)
    assert Told(capsys, "2026-02-01").code == 0
    told = Told(capsys, "2026-03-02")
    assert (told.code, told.why) == (1, "its file was deleted on 2026-03-01")


def test_of_two_versions_in_one_day_the_last_counts(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05T09:00:00+00:00", sop("1.0.0"))
    past.says("2026-01-05T10:00:00+00:00", sop("1.1.0", within="3h"))
    told = Told(capsys, "2026-01-10")
    assert told.version == "1.1.0"
    assert "several versions took effect on 2026-01-10: 1.0.0, 1.1.0; the last one counts" in told.doubts


def test_a_commit_with_an_earlier_date_than_what_it_rests_on_is_not_believed(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-20", sop("1.0.0", within="3h"))
    past.says("2026-02-01", sop("2.0.0", effective_on="2026-03-01", within="2h"))
    told = Told(capsys, "2026-03-10")
    assert told.version == "2.0.0"
    assert "git has this text only since 2026-03-20" in told.doubts
    assert "the commit bears the date 2026-02-01, but follows one of 2026-03-20" in told.doubts


def test_a_text_that_changed_within_its_version_is_the_one_of_that_day(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", "# a comment\n" + sop("1.0.0"))
    assert Told(capsys, "2026-02-02").doubts == ""
    past.says("2026-03-01", sop("1.0.0", within="9h"))
    assert "within: 4h" in Told(capsys, "2026-02-02").text
    told = Told(capsys, "2026-03-01")
    assert "within: 9h" in told.text
    assert "the text of version 1.0.0 was changed without a new version (2026-03-01)" in told.doubts


def test_a_revert_does_not_rewrite_what_was(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", sop("2.0.0", effective_on="2026-02-01", within="2h"))
    past.says("2026-04-01", sop("1.0.0"))
    assert [Told(capsys, f"2026-{day}").version for day in ("01-20", "03-01", "04-01")] == [
        "1.0.0",
        "2.0.0",
        "1.0.0",
    ]


def test_a_planned_version_that_is_taken_back_never_takes_effect(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", sop("2.0.0", effective_on="2026-03-01", within="2h"))
    past.says("2026-02-15", sop("1.0.0"))
    assert Told(capsys, "2026-03-05").version == "1.0.0"


def test_a_version_of_the_change_history_that_no_commit_holds_is_named(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = "  - {version: 1.5.0, on: 2026-02-01, author: writer, summary: Lost, effective_on: 2026-02-10}\n"
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-01", sop("2.0.0", effective_on="2026-03-01", history=lost))
    told = Told(capsys, "2026-02-20")
    assert (told.code, told.version, told.text, told.until) == (1, "1.5.0", "", "2026-03-01")
    assert told.in_force is True
    assert "by the change history, but no commit that is here has its text" in told.why
    assert "the history of git begins on 2026-01-05" in told.doubts
    assert Told(capsys, "2026-02-09").version == "1.0.0"


def test_without_an_effective_date_the_commit_counts(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0", effective_on=None))
    told = Told(capsys, "2026-01-05")
    assert told.code == 0
    assert "gives no effective date" in told.why


def test_a_file_that_could_not_be_read_is_told(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", "id: TS-ONE-001\nsteps: [")
    told = Told(capsys, "2026-02-02")
    assert told.version == "1.0.0"
    assert "from 2026-02-01 on the file could not be read" in told.doubts


def test_it_is_followed_through_new_ids_names_and_folders(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0", id="TS-OLD-001"), "sops/TS-OLD-001.yaml")
    past.repo.git("mv", "sops/TS-OLD-001.yaml", "sops/TS-ONE-001.yaml")
    past.says("2026-02-01", sop("1.1.0", effective_on="2026-02-01", within="3h"))
    past.repo.write("sopctl.toml", 'sops = "handbook"\n')
    past.repo.git("mv", "sops", "handbook")
    past.says("2026-03-01", sop("1.2.0", effective_on="2026-03-01", within="2h"), "handbook/TS-ONE-001.yaml")
    assert Told(capsys, "2026-01-20").path == "sops/TS-OLD-001.yaml"
    assert Told(capsys, "2026-02-20").version == "1.1.0"
    assert Told(capsys, "2026-03-20").path == "handbook/TS-ONE-001.yaml"
    for id in ("TS-OLD-001", "TS-ONE-001"):
        assert Told(capsys, "2026-01-20", id).version == "1.0.0"
        assert Told(capsys, "2026-03-20", id).version == "1.2.0"
    assert cli.run(["as-of", "2026-01-20", "TS-OLD-001", "--today", TODAY]) == 0
    assert "TS-ONE-001 (then TS-OLD-001), on 2026-01-20" in capsys.readouterr().out


def test_an_old_id_that_a_sop_has_again_is_its_own(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0", id="TS-OLD-001"), "sops/TS-OLD-001.yaml")
    past.repo.git("mv", "sops/TS-OLD-001.yaml", "sops/TS-ONE-001.yaml")
    past.says("2026-02-01", sop("1.1.0", effective_on="2026-02-01", within="3h"))
    past.says("2026-03-01", sop("2.0.0", effective_on="2026-03-01", id="TS-OLD-001"), "sops/TS-OLD-001.yaml")
    assert Told(capsys, "2026-03-20", "TS-OLD-001").version == "2.0.0"


def test_a_copy_outside_the_folder_of_sops_does_not_count(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", sop("9.0.0", effective_on="2026-02-01"), "examples/TS-ONE-001.yaml")
    assert Told(capsys, "2026-02-02").version == "1.0.0"


def test_on_a_merge_the_day_counts_on_which_the_main_line_had_it(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.repo.git("checkout", "-q", "-b", "topic")
    past.says("2026-02-01", sop("2.0.0", effective_on="2026-02-01", within="2h"))
    past.repo.git("checkout", "-q", "main")
    past.repo.git("merge", "-q", "--no-ff", "-m", "Merge", "topic", day="2026-02-20")
    told = Told(capsys, "2026-02-10")
    assert told.version == "2.0.0"
    assert "git has this text only since 2026-02-20" in told.doubts


def test_a_shallow_clone_says_where_it_begins(
    past: Past, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-02-01", sop("2.0.0", effective_on="2026-02-01"))
    past.repo.git("clone", "-q", "--depth", "1", f"file://{past.repo.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    told = Told(capsys, "2026-01-20")
    assert told.code == 1
    assert "this clone is shallow and begins on 2026-02-01" in told.why
    told = Told(capsys, "2026-02-20")
    assert told.code == 0
    assert "since when git has this text is not known" in told.doubts


def test_a_day_to_come_is_told_as_known_today(past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    told = Told(capsys, "2027-06-01")
    assert told.code == 0
    assert "2027-06-01 is still to come" in told.doubts


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["soon", "TS-ONE-001"], "`soon` is no date"),
        (
            ["2026-01-20", "TS-ONE-002"],
            "no commit holds a SOP called `TS-ONE-002` (did you mean `TS-ONE-001`?)",
        ),
    ],
)
def test_what_was_asked_wrongly_ends_with_2(
    past: Past, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    assert cli.run(["as-of", *words]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("command", [["as-of", "2026-01-20", "TS-ONE-001"], ["log", "TS-ONE-001"], ["audit"]])
def test_without_commits_or_a_repository_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    folder = tmp_path / "kb"
    (folder / "sops").mkdir(parents=True)
    (folder / "sops/TS-ONE-001.yaml").write_text(sop())
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert cli.run(command) == 2
    assert "is in no git repository" in capsys.readouterr().err
    Repo(folder)
    assert cli.run(command) == 2
    assert "this branch has no commits yet" in capsys.readouterr().err


def test_registers_are_those_of_the_day_whenever_the_sop_was_committed(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    past.says("2026-01-05", sop("1.0.0"))
    past.says("2026-03-01", past_roles("Head of messages"), "sops/roles.yaml")
    hash = past.says("2026-04-01", sop("2.0.0", "draft", None, within="9h"))
    past.says("2026-05-01", past_roles("Chief"), "sops/roles.yaml")
    told = {}
    for day in ("2026-02-01", "2026-03-15", "2026-04-15", "2026-06-01"):
        capsys.readouterr()
        assert cli.run(["as-of", day, "TS-ONE-001", "--today", TODAY]) == 0
        told[day] = capsys.readouterr().out
    assert "Head of messages" not in told["2026-02-01"] + told["2026-06-01"]
    assert "the rest" not in told["2026-02-01"]
    assert "Head of messages" in told["2026-03-15"]
    assert f"facts and other SOPs as of commit {hash[:12]} of 2026-04-01" in told["2026-04-15"]
    assert "Head of messages" in told["2026-04-15"]
    assert "Chief" in told["2026-06-01"]
    assert all("4 hours" in each and "9 hours" not in each for each in told.values())


def past_roles(lead: str) -> str:
    return ROLES.replace("title: Lead", f"title: {lead}")


def test_the_file_itself_is_given_letter_by_letter_or_in_the_other_form(
    past: Past, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "# the comment stays\n" + sop("1.0.0")
    past.says("2026-01-05", text)
    assert cli.run(["as-of", "2026-01-20", "TS-ONE-001", "--format", "yaml"]) == 0
    out, err = capsys.readouterr()
    assert out == text
    assert "version 1.0.0, in force since 2026-01-10" in err
    assert cli.run(["as-of", "2026-01-20", "TS-ONE-001", "--format", "md"]) == 0
    assert "## Steps" in capsys.readouterr().out
    assert cli.run(["as-of", "2026-01-20", "ts-one-001"]) == 0
    out, _ = capsys.readouterr()
    assert "known by: version 1.0.0 took effect on 2026-01-10" in out
    assert "1. Read the message" in out


# Against the slowest way

DAY = date(2026, 1, 1)
STATUSES = ("draft", "approved", "effective", "effective", "effective", "suspended", "withdrawn")
STATES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["1.0.0", "1.1.0", "2.0.0"]),
        st.sampled_from(STATUSES),
        st.integers(0, 20),
    ),
    max_size=8,
)
_TYPED: dict[str, object] = {}


def _state(number: int, since: date, text: str) -> State:
    if text not in _TYPED:
        document = read_source("sops/TS-ONE-001.yaml", text, OUTLINE)
        assert document
        _TYPED[text] = read(document)
    from datetime import UTC, datetime

    moment = datetime(since.year, since.month, since.day, tzinfo=UTC)
    commit = Commit(str(number), (), "a", moment, "c", moment, "s")
    return State(commit, since, _TYPED[text])  # type: ignore[arg-type]


def _painted(told: list[tuple[date, str, str, date]], day: date) -> str | None:
    """The version of a day, by painting a calendar anew after each commit, plan by plan. What a new plan
    for a version takes back is every plan for it that was still to come, be it to begin or to end."""
    plans: list[tuple[date, str, str]] = []  # from when, for which version, by which status
    last: dict[str, date] = {}
    for since, version, status, effective in told:
        never = plans and plans[-1][1:] == (version, "effective") and plans[-1][0] > since
        if never and status in ("draft", "approved"):
            plans.pop()
            last.pop(version)
        now = plans[-1] if plans else None
        moved = last.get(version) != effective
        holds = now is not None and now[1:] == (version, "effective")
        if status == "effective":
            if holds and not moved:
                continue
            plans = [plan for plan in plans if plan[1] != version or plan[0] <= since]
            plans.append((effective if moved else since, version, status))
        elif status in ("suspended", "withdrawn"):
            if now and now[2] == status:
                if not moved or now[0] <= since:
                    continue
                plans.pop()
            plans.append((effective if moved and now else since, version, status))
        elif holds:
            plans.append((since, version, status))
        else:
            continue
        last[version] = effective
    calendar: dict[date, str | None] = {}
    for start, version, status in plans:
        which = version if status == "effective" else None
        calendar |= {DAY + timedelta(d): which for d in range(60) if DAY + timedelta(d) >= start}
    return calendar.get(day)


@given(STATES)
@settings(max_examples=150, deadline=None)
def test_every_day_has_the_version_that_painting_a_calendar_gives(
    drawn: list[tuple[int, str, str, int]],
) -> None:
    since, told, states = DAY, [], []
    for number, (later, version, status, effective) in enumerate(drawn):
        since += timedelta(later)
        stated = DAY + timedelta(effective)
        told.append((since, version, status, stated))
        states.append(_state(number, since, sop(version, status, str(stated))))
    for offset in range(35):
        day = DAY + timedelta(offset)
        answer = in_force(states, day, begins="")
        assert answer.version == _painted(told, day), day
        _holds_together(answer, states, day)


def _holds_together(answer: Answer, states: list[State], day: date) -> None:
    """A text is one of its version; it is the last that git had by then, if it had any."""
    assert (answer.state is None) == (answer.version is None)
    if answer.state is None:
        assert answer.why
        return
    assert answer.state.sop
    assert answer.state.sop.version == answer.version
    assert answer.since is not None
    assert answer.since <= day
    assert answer.until is None or answer.until > day
    if answer.state.since > day:
        assert any("committed late" in doubt for doubt in answer.doubts)
