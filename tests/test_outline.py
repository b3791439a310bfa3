"""Files as lines of facts: what means the same has the same lines, and what does not has others."""

import copy
import random
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl import cli, edit, model, source
from sopctl.diff import changes
from sopctl.library import Library
from sopctl.model import Typed
from sopctl.outline import outline
from tests.gitted import Repo
from tests.past import ROLES, sop

HANDBOOK = Path(__file__).parent.parent / "sops"
FILES = sorted(
    path for path in HANDBOOK.rglob("*") if path.suffix in (".yaml", ".md") and path.name != "README.md"
)


def typed(text: str, name: str = "sops/TS-ONE-001.yaml") -> Typed:
    document = source.read(name, text, model.OUTLINE)
    assert document
    return model.read(document)


def lines(text: str, name: str = "sops/TS-ONE-001.yaml") -> list[str]:
    return outline(typed(text, name))


def test_each_fact_has_a_line_below_the_thing_that_it_is_about() -> None:
    found = lines(sop())
    assert found[0] == "TS-ONE-001: Answer a message"
    assert "is version 1.0.0" in found
    at = found.index("step `read`: Read the message from its first line to its last")
    assert found[at + 1 : at + 3] == ["  is done by `lead`", "  must be done within 4 hours"]
    assert "outcome `done`: Every question of the message is answered" in found
    assert lines(ROLES, "sops/roles.yaml") == [
        "role `counsel`: Counsel",
        "role `lead`: Lead",
        "role `writer`: Writer",
    ]


def test_a_name_with_a_full_stop_in_it_stays_on_its_line() -> None:
    assert "  name: L. Lead" in lines(sop())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_form_and_the_order_of_keys_mean_nothing(path: Path) -> None:
    name = f"sops/{path.name}"
    told = typed(path.read_text(encoding="utf-8"), name)
    data = _turned(told.document.data)
    turned = (
        f"sops/{path.stem}.yaml",
        edit.to_yaml(data) if told.sop else yaml.safe_dump(data, sort_keys=False),
    )
    kept = [
        line for line in outline(told) if not line.startswith("ignored here: ")
    ]  # comments are not converted
    assert lines(turned[1], turned[0]) == kept
    if told.sop:
        assert lines(edit.to_markdown(told.document.data), f"sops/{path.stem}.md") == kept


def _turned(data: Any) -> Any:
    """The same data, the keys of each mapping from the last to the first."""
    if isinstance(data, dict):
        return {key: _turned(data[key]) for key in reversed(data)}
    return [_turned(each) for each in data] if isinstance(data, list) else data


def test_broken_lines_and_quotes_mean_nothing() -> None:
    flat = sop(more="notes: First sentence. Second one, which is longer.\n")
    broken = sop(more="notes: |\n  First sentence.\n  Second one,\n  which is longer.\n").replace(
        "4h", "'PT4H'"
    )
    assert lines("# a comment\n\n" + broken) == lines(flat)
    assert lines(flat)[-3:] == ["notes:", "  First sentence.", "  Second one, which is longer."]


def test_an_ignore_is_a_fact_and_another_comment_is_none() -> None:
    with_reason = sop().replace("scope:", "# sopctl: ignore[SOP701] the vendor's own words\nscope:")
    assert set(lines(with_reason)) - set(lines(sop())) == {"ignored here: SOP701: the vendor's own words"}


def test_a_last_row_is_told_from_one_without_tests() -> None:
    row = "[{when: {new: yes}, then: done}, {%s: done}]"
    with_then, otherwise = (
        sop().replace("role: lead, next: done", f"role: lead, decide: {row % word}")
        for word in ("then", "otherwise")
    )
    assert lines(with_then) != lines(otherwise)


# Whatever changes

PLACES = list[tuple[Any, Any]]


def _places(data: Any, found: PLACES | None = None) -> PLACES:
    """Every container of the data, with each of its keys."""
    found = [] if found is None else found
    for key, value in list(data.items()) if isinstance(data, dict) else list(enumerate(data)):
        found.append((data, key))
        if isinstance(value, dict | list):
            _places(value, found)
    return found


def _changed(data: Any, chance: random.Random) -> Any:
    """The data with one thing in it deleted, doubled, moved or said otherwise."""
    data = copy.deepcopy(data)
    holder, key = chance.choice([each for each in _places(data) if each[1] != "id"])
    value = holder[key]
    action = chance.choice(["delete", "say", "say", "move"])
    if action == "delete":
        del holder[key]
    elif action == "move" and isinstance(holder, list):
        holder.insert(chance.randrange(len(holder)), holder.pop(key))
    elif isinstance(value, str):
        other = re.sub(r"[a-z]+", lambda found: found[0][::-1], value, count=1)
        holder[key] = other if other != value else f"{value} x"
    return data


SOPS = [path for path in FILES if re.fullmatch(r"[A-Z-]+-\d+", path.stem)]


@given(st.sampled_from(SOPS), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_whatever_changes_in_meaning_changes_a_line(path: Path, seed: int) -> None:
    before = typed(path.read_text(encoding="utf-8"), f"sops/{path.name}")
    text = edit.to_yaml(_changed(before.document.data, random.Random(seed)))
    after = typed(text, f"sops/{path.stem}.yaml")
    if after.sop is None or not after.document.complete:
        return
    told = changes(*(Library([each], date(2026, 1, 1)) for each in (before, after)))
    kept = [line for line in outline(before) if not line.startswith("ignored here: ")]
    if told:
        assert outline(after) != kept, told[0].message


# In git


@pytest.fixture
def repo(tmp_path: Path, isolated: None, monkeypatch: pytest.MonkeyPatch) -> Repo:
    repo = Repo(tmp_path / "it's a kb")
    repo.write("sops/roles.yaml", ROLES)
    repo.write("sops/TS-ONE-001.yaml", sop())
    repo.write("sops/README.md", "# No SOP\n")
    repo.commit()
    monkeypatch.chdir(repo.top)
    return repo


def test_git_diff_shows_meaning_once_it_is_set_up(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["git-setup"]) == 0
    said = capsys.readouterr().out
    assert "sops/.gitattributes: SOP files are compared by the driver `sopctl`; commit it" in said
    assert "to take it back: sopctl git-setup --undo" in said
    repo.write(
        "sops/TS-ONE-001.yaml", "# reformatted\n" + sop().replace("version: 1.0.0\n", "version:   1.0.0\n", 1)
    )
    assert repo.git("diff", "--", "sops/TS-ONE-001.yaml") == ""
    repo.write("sops/TS-ONE-001.yaml", sop(within="2h"))
    shown = repo.git("diff", "-U0", "--", "sops/TS-ONE-001.yaml")
    assert "-  must be done within 4 hours\n+  must be done within 2 hours" in shown
    assert re.search(r"^@@ .* @@ step `read`: Read the message", shown, re.MULTILINE)
    repo.commit("Faster")
    assert "+  must be done within 2 hours" in repo.git("log", "-p", "-1", "--", "sops")


def test_what_cannot_be_told_as_facts_is_shown_as_it_is(repo: Repo) -> None:
    assert cli.run(["git-setup"]) == 0
    repo.write("sops/TS-ONE-001.yaml", "id: [\n")
    repo.write("sops/README.md", "# Still no SOP\n")
    shown = repo.git("diff")
    assert "+id: [" in shown
    assert "+# Still no SOP" in shown


@pytest.mark.parametrize("words", [["git-setup"], ["git-setup", "--undo"]])
def test_attributes_that_are_a_link_are_not_written_through(
    repo: Repo, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    repo.write("theirs", "*.yaml diff=sopctl\n")
    (repo.top / "sops/.gitattributes").symlink_to("../theirs")
    assert cli.run(words) == 2
    assert "sops/.gitattributes is a link, which git does not follow" in capsys.readouterr().err
    assert (repo.top / "theirs").read_text() == "*.yaml diff=sopctl\n"


def test_without_sopctl_git_shows_the_text(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert cli.run(["git-setup"]) == 0
    repo.write("sops/TS-ONE-001.yaml", sop(within="2h"))
    assert "within: 2h}" in repo.git("diff")


def test_setting_up_twice_is_the_same_and_undoing_leaves_nothing(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    config = (repo.top / ".git/config").read_bytes()
    assert cli.run(["git-setup"]) == 0
    once = (repo.top / ".git/config").read_bytes(), (repo.top / "sops/.gitattributes").read_bytes()
    capsys.readouterr()
    assert cli.run(["git-setup"]) == 0
    assert capsys.readouterr().out.startswith("all of it is set up already\n")
    assert ((repo.top / ".git/config").read_bytes(), (repo.top / "sops/.gitattributes").read_bytes()) == once
    assert cli.run(["git-setup", "--undo"]) == 0
    assert not (repo.top / "sops/.gitattributes").exists()
    assert (repo.top / ".git/config").read_bytes() == config
    capsys.readouterr()
    assert cli.run(["git-setup", "--undo"]) == 0
    assert capsys.readouterr().out == "nothing to undo\n"


@pytest.mark.parametrize(
    "text", ["*.png binary\n*.yaml eol=lf\n", "*.png binary", "a b\r\n\r\n", "a b\r\nc d", "\n"]
)
def test_what_others_wrote_stays(repo: Repo, text: str) -> None:
    attributes = repo.write("sops/.gitattributes", text)
    assert cli.run(["git-setup"]) == 0
    assert attributes.read_bytes().decode().startswith(text)
    assert repo.git("check-attr", "diff", "sops/TS-ONE-001.yaml", "sops/README.md").count("sopctl") == 2
    assert cli.run(["git-setup", "--undo"]) == 0
    assert attributes.read_bytes().decode() == text


def test_settings_of_others_stay(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.git("config", "diff.sopctl.cachetextconv", "true")
    repo.git("config", "diff.sopctl.textconv", "my own")
    before = (repo.top / ".git/config").read_bytes()
    assert cli.run(["git-setup"]) == 0
    assert "diff.sopctl.textconv is `my own`, which is not ours, and stays" in capsys.readouterr().out
    assert repo.git("config", "diff.sopctl.textconv") == "my own"
    assert cli.run(["git-setup", "--undo"]) == 0
    assert (repo.top / ".git/config").read_bytes() == before


def test_without_a_repository_nothing_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sops").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert cli.run(["git-setup"]) == 2
    assert "is in no git repository" in capsys.readouterr().err
    assert not (tmp_path / "sops/.gitattributes").exists()


@pytest.mark.parametrize("text", ["id: [", "", "just words", "# only a comment\n"])
def test_what_is_no_file_of_ours_has_no_outline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "x.yaml").write_text(text)
    assert cli.run(["outline", str(tmp_path / "x.yaml")]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [[], ["a.yaml", "b.yaml"], ["--nope", "a.yaml"]])
def test_a_command_line_that_is_not_whole_is_refused(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        raise SystemExit(cli.run(["outline", *words]))
    assert stop.value.code == 2
    assert "mistake of sopctl" not in capsys.readouterr().err


def test_the_command_starts_without_typer(tmp_path: Path) -> None:
    (tmp_path / "TS-ONE-001.yaml").write_text(sop())
    program = "import sys; from sopctl.cli import run; run(['outline', 'TS-ONE-001.yaml']); print('typer' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("TS-ONE-001: Answer a message\n")
    assert done.stdout.endswith("False\n")
