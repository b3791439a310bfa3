"""What is staged is what is checked, whatever stands in the working tree, and as a hook of git does it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sopctl.cli.ground import Ground
from tests.command import run
from tests.gitted import ISOLATED, Repo
from tests.test_cli import REGISTER, SOP, TODAY

ROOT = Path(__file__).parent.parent
ONE, TWO = "sops/TS-ONE-001.yaml", "sops/TS-TWO-001.yaml"
SECOND = SOP.replace("TS-TWO-001", "TS-X").replace("TS-ONE-001", "TS-TWO-001").replace("TS-X", "TS-ONE-001")
DANGLING = SOP.replace("TS-TWO-001", "TS-TWO-002")
LINT = ("lint", *TODAY, "--staged", "--format", "concise")


@pytest.fixture
def repo(tmp_path: Path, isolated: None, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A clean knowledge base of two SOPs that refer to each other, as the last commit, and the folder."""
    repo = Repo(tmp_path / "repo")
    repo.write(ONE, SOP)
    repo.write(TWO, SECOND)
    repo.write("sops/people.yaml", REGISTER)
    repo.commit()
    monkeypatch.chdir(repo.top)
    return repo


def stage(repo: Repo, path: str, text: str) -> None:
    repo.write(path, text)
    repo.git("add", path)


def test_what_is_only_in_the_working_tree_is_not_checked(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(repo, ONE, SOP.replace("curious", "very curious"))
    repo.write(ONE, DANGLING)
    repo.write("sops/TS-NEW-001.yaml", "id: TS-NEW-001\n")
    assert run(capsys, *LINT) == (0, "", "")
    assert run(capsys, "lint", *TODAY)[0] == 1


def test_what_is_staged_is_checked_though_the_working_tree_mends_it(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(repo, ONE, DANGLING)
    repo.write(ONE, SOP)
    code, out, _ = run(capsys, *LINT)
    assert code == 1
    assert f"{ONE}:7:22: SOP301" in out
    assert run(capsys, "lint", *TODAY)[0] == 0


def test_what_a_staged_change_breaks_elsewhere_is_reported(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.git("rm", "-q", TWO)
    code, out, _ = run(capsys, *LINT, "--select", "SOP301")
    assert code == 1
    assert out.startswith(f"{ONE}:7:22: SOP301")


def test_what_was_wrong_before_in_other_files_is_not_reported(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write(ONE, DANGLING)
    repo.commit()
    stage(repo, TWO, SECOND.replace("curious", "very curious"))
    assert run(capsys, *LINT, "--select", "SOP301") == (0, "", "")


def test_a_staged_file_is_reported_whole(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write(ONE, DANGLING)
    repo.commit()
    stage(repo, ONE, DANGLING.replace("curious", "very curious"))
    assert "SOP301" in run(capsys, *LINT)[1]


def test_where_no_sop_is_staged_every_finding_counts(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write(ONE, DANGLING)
    repo.commit()
    assert run(capsys, *LINT)[0] == 1


def test_a_commit_about_something_else_is_not_held_up_by_what_was_wrong_before(repo: Repo) -> None:
    hooked(repo)
    repo.write(ONE, DANGLING)
    repo.git("add", "-A")
    repo.git("commit", "-q", "--no-verify", "-m", "Wrong")
    stage(repo, "notes.txt", "Something else\n")
    assert committed(repo, "--message", "Notes").returncode == 0
    assert committed(repo, "--amend", "--message", "The notes").returncode == 0
    stage(repo, "sopctl.toml", 'ignore = ["SOP109"]\n')
    refused = committed(repo, "--message", "Other settings")
    assert "SOP301" in refused.stdout + refused.stderr


def test_a_commit_about_something_else_reads_no_sop(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(repo, "notes.txt", "Something else\n")
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.top / ".git/index"))
    with monkeypatch.context() as patch:
        patch.setattr(Ground, "library_staged", None)
        patch.setattr(Ground, "library_at", None)
        assert run(capsys, *LINT) == (0, "", "")


@pytest.mark.parametrize("known", [True, False])
def test_a_commit_about_something_else_makes_no_known_finding_gone(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], known: bool
) -> None:
    repo.write(ONE, DANGLING)
    repo.commit()
    assert run(capsys, "lint", *TODAY, "--write-baseline", "known.json")[0] == 0
    if known:
        repo.write("sopctl.toml", 'baseline = "known.json"\n')
    repo.commit("Known")
    stage(repo, "notes.txt", "Something else\n")
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.top / ".git/index"))
    asked = () if known else ("--baseline", "known.json")
    assert run(capsys, *LINT, *asked) == (0, "", "")


@pytest.mark.parametrize("moved", [True, False])
def test_a_file_that_a_sop_links_to_may_not_go(repo: Repo, moved: bool) -> None:
    hooked(repo)
    repo.write("plan.pdf", "A plan\n")
    repo.write(ONE, SOP.replace("curious", "curious, see [the plan](../plan.pdf)"))
    repo.git("add", "-A")
    assert committed(repo, "--message", "Plan").returncode == 0
    stage(repo, "plan.pdf", "Another plan\n")
    assert committed(repo, "--message", "Other plan").returncode == 0
    if moved:
        repo.git("mv", "plan.pdf", "map.pdf")
    else:
        repo.git("rm", "-q", "plan.pdf")
    gone = committed(repo, "--message", "Gone")
    assert gone.returncode == 1
    assert "SOP305" in gone.stdout + gone.stderr


def test_a_heading_that_a_sop_links_to_may_not_go(repo: Repo) -> None:
    hooked(repo)
    repo.write("plan.md", "# Harbour\n")
    repo.write(ONE, SOP.replace("curious", "curious, see [the plan](../plan.md#harbour)"))
    repo.git("add", "-A")
    assert committed(repo, "--message", "Plan").returncode == 0
    stage(repo, "plan.md", "# Airport\n")
    gone = committed(repo, "--message", "Gone")
    assert "SOP305" in gone.stdout + gone.stderr


def test_a_commit_that_comes_before_the_knowledge_base_has_nothing_to_check(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "fresh")
    hooked(repo)
    repo.write(ONE, DANGLING)
    stage(repo, "notes.txt", "Something else\n")
    assert committed(repo, "--message", "Notes").returncode == 0
    repo.git("add", "-A")
    assert committed(repo, "--message", "SOPs").returncode == 1


def test_before_the_first_commit_everything_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "fresh")
    stage(repo, ONE, DANGLING)
    stage(repo, "sops/people.yaml", REGISTER)
    monkeypatch.chdir(repo.top)
    code, out, _ = run(capsys, *LINT)
    assert code == 1
    assert "SOP301" in out


def test_settings_count_as_they_are_staged(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.git("mv", "sops", "procedures")
    stage(repo, "sopctl.toml", 'sops = "procedures"\n')
    assert run(capsys, *LINT) == (0, "", "")


def test_a_folder_that_is_not_staged_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "fresh")
    repo.write(ONE, SOP)
    monkeypatch.chdir(repo.top)
    code, out, err = run(capsys, *LINT)
    assert (code, out) == (2, "")
    assert "what is staged: `sops` is not there" in err


def test_staged_and_new_since_are_one_question_too_many(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, *LINT, "--new-since", "HEAD")
    assert code == 2
    assert "leave out `--new-since`" in err


def test_outside_of_git_nothing_is_staged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sops").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    code, _, err = run(capsys, *LINT)
    assert code == 2
    assert "in no git repository" in err


# As a hook


def hooked(repo: Repo) -> None:
    hook = repo.write(".git/hooks/pre-commit", f'#!/bin/sh\nexec "{sys.executable}" -m sopctl {" ".join(LINT)}\n')  # fmt: skip
    hook.chmod(0o755)


def test_a_hook_of_git_sees_what_is_about_to_be_committed(repo: Repo) -> None:
    hooked(repo)
    stage(repo, TWO, SECOND.replace("curious", "very curious"))
    repo.write(ONE, DANGLING)
    assert committed(repo, "--message", "Two").returncode == 0
    refused = committed(repo, "--message", "One", ONE)  # by path: git makes an index of its own for it
    assert refused.returncode == 1
    assert "SOP301" in refused.stdout + refused.stderr


def committed(repo: Repo, *words: str) -> subprocess.CompletedProcess[str]:
    path = {"PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **ISOLATED, **path, "PRE_COMMIT_HOME": str(repo.top.with_name("home"))}
    return subprocess.run(["git", "commit", "--quiet", *words], cwd=repo.top, env=environment, capture_output=True, text=True)  # fmt: skip


def test_the_hook_works_under_pre_commit(repo: Repo) -> None:
    [hook] = YAML(typ="safe", pure=True).load(ROOT / ".pre-commit-hooks.yaml")
    words = hook["entry"].split()
    assert words[:2] == ["sopctl", "lint"]
    entry = [sys.executable, "-m", *words, *TODAY]
    local = {"repos": [{"repo": "local", "hooks": [{**hook, "entry": " ".join(entry), "language": "unsupported"}]}]}  # fmt: skip
    with (repo.top / ".pre-commit-config.yaml").open("w") as file:
        YAML(typ="safe", pure=True).dump(local, file)
    repo.commit("Configuration")
    installed = subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=repo.top, env={**os.environ, **ISOLATED}, capture_output=True, text=True)  # fmt: skip
    assert installed.returncode == 0, installed.stdout + installed.stderr
    stage(repo, ONE, DANGLING)
    repo.write(ONE, SOP)
    repo.write("sops/TS-NEW-001.yaml", "id: TS-NEW-001\n")
    refused = committed(repo, "--message", "Broken")
    assert refused.returncode == 1, refused.stdout + refused.stderr
    said = refused.stdout + refused.stderr
    assert f"{ONE}:7:22: SOP301" in said
    assert "TS-NEW-001" not in said
    assert (repo.top / ONE).read_text() == SOP
    repo.git("add", ONE)
    stage(repo, TWO, SECOND.replace("curious", "very curious"))
    done = committed(repo, "--message", "Mended")
    assert done.returncode == 0, done.stdout + done.stderr
    repo.git("rm", "-q", TWO)
    gone = committed(repo, "--message", "Gone")
    assert f"{ONE}:7:22: SOP301" in gone.stdout + gone.stderr
