"""The command line: what is printed, where it goes, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sopctl import cli
from sopctl.cli.lint import lint
from sopctl.cli.options import quick

TODAY = ["--today", "2026-11-21"]

SOP = """\
id: TS-ONE-001
title: One thing
version: 1.0.0
status: draft
owner: lead
purpose: Show one thing.
scope: Examples, see [[TS-TWO-001]].
trigger: A reader is curious.
steps:
  - {id: look, title: Look at it, role: lead, next: done}
outcomes: {done: {title: Done}}
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: lead, summary: First}
"""
REGISTER = "roles: {lead: {title: Lead}}\n"


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small knowledge base, clean, and the current folder."""
    folder = tmp_path / "sops"
    folder.mkdir()
    (folder / "TS-ONE-001.yaml").write_text(SOP)
    (folder / "TS-TWO-001.yaml").write_text(SOP.replace("TS-TWO-001", "TS-X").replace("TS-ONE-001", "TS-TWO-001").replace("TS-X", "TS-ONE-001"))  # fmt: skip
    (folder / "people.yaml").write_text(REGISTER)
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_STEP_SUMMARY", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        code = cli.run(list(words))
    except SystemExit as stop:  # typer ends the process by itself
        code = int(stop.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


def broken(base: Path) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace("TS-TWO-001", "TS-TWO-002"))


def test_a_clean_knowledge_base_ends_with_0(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "lint", *TODAY)[0] == 0


def test_an_error_ends_with_1_and_stands_at_its_place(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(base)
    code, out, _ = run(capsys, "lint", *TODAY, "--format", "concise", "--select", "SOP301")
    assert code == 1
    assert out.splitlines()[0].startswith("sops/TS-ONE-001.yaml:7:22: SOP301 ")
    assert "did you mean `TS-TWO-001`?" in out


def test_paths_narrow_what_is_reported_but_not_what_is_read(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(base)
    assert run(capsys, "lint", *TODAY, "sops/TS-TWO-001.yaml")[0] == 0
    assert run(capsys, "lint", *TODAY, "sops/TS-ONE-001.yaml")[0] == 1
    assert run(capsys, "lint", *TODAY, "sops")[0] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["lint", "nowhere"], "there is no file or folder `nowhere`"),
        (["lint", "--today", "soon"], "`soon` is no date"),
        (["lint", "--select", "SOP31"], "no rule begins with `SOP31`"),
        (["lint", "outside.txt"], "`outside.txt` is not below `sops`"),
        (["explain", "SOP999"], "no rule is called `SOP999`"),
        (["show", "TS-ONE-002"], "did you mean `TS-ONE-001`?"),
        (["new", "lower-case", "--title", "x", "--owner", "lead"], "is no id for a SOP"),
        (["new", "TS-ONE-001", "--title", "x", "--owner", "lead"], "is there already"),
        (["new", "TS-ONE-003", "--title", "x", "--owner", "leda"], "did you mean `lead`?"),
    ],
)
def test_what_was_asked_wrongly_ends_with_2_and_says_so(
    base: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    (base / "outside.txt").write_text("x")
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert says in err
    assert err.startswith("sopctl: ")


@pytest.mark.parametrize(
    "words", [["lint", "--formt", "json"], ["lint", "--format", "yaml"], ["nosuch"], ["show"]]
)
def test_a_command_line_that_typer_refuses_ends_with_2(
    base: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "Traceback" not in err


def test_fail_on_decides_what_ends_with_1(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = base / "sops/TS-ONE-001.yaml"
    file.write_text(SOP.replace("Show one thing.", "Show it ASAP."))
    assert run(capsys, "lint", *TODAY)[0] == 0
    assert run(capsys, "lint", *TODAY, "--fail-on", "warning")[0] == 1
    (base / "sopctl.toml").write_text('fail-on = "warning"\n')
    assert run(capsys, "lint", *TODAY)[0] == 1


def test_settings_of_pyproject_count_too(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(base)
    (base / "pyproject.toml").write_text('[tool.sopctl]\nignore = ["SOP301", "SOP306"]\n')
    assert run(capsys, "lint", *TODAY)[0] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("selct = []\n", "did you mean `select`?"),
        ('fail-on = "never"\n', "should be error, warning or note"),
        ("x = [\n", "sopctl.toml cannot be read"),
        ('sops = "elsewhere"\n', "there is no folder `elsewhere`"),
    ],
)
def test_wrong_settings_are_refused(
    base: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    (base / "sopctl.toml").write_text(text)
    code, _, err = run(capsys, "lint")
    assert code == 2
    assert says in err


def test_output_goes_to_a_file(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(base)
    code, out, _ = run(capsys, "lint", *TODAY, "--format", "json", "--output", "found.json")
    assert (code, out) == (1, "")
    assert [d["code"] for d in json.loads((base / "found.json").read_text())["diagnostics"]].count(
        "SOP301"
    ) == 1


def test_paths_are_shown_as_seen_from_where_the_user_stands(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(base)
    monkeypatch.chdir(base / "sops")
    out = run(capsys, "lint", *TODAY, "--format", "concise", "--select", "SOP301")[1]
    assert out.startswith("TS-ONE-001.yaml:7:22:")


def test_lint_leaves_every_file_as_it_is(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(base)
    before = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}
    run(capsys, "lint", *TODAY)
    assert {path: path.read_bytes() for path in base.rglob("*") if path.is_file()} == before


def test_no_knowledge_base_is_said_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "lint")
    assert code == 2
    assert "`sopctl init` makes one" in err


def test_a_mistake_of_ours_ends_with_2_and_no_traceback(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("sopctl.cli.lint.run_rules", fail)
    code, _, err = run(capsys, "lint")
    assert code == 2
    assert err == "sopctl: a mistake of sopctl itself (ZeroDivisionError: oh); please report it\n"


def test_ctrl_c_is_no_traceback(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sopctl.cli.lint.run_rules", stop)
    assert run(capsys, "lint") == (130, "", "sopctl: stopped\n")


def test_the_quick_lane_reads_what_typer_reads() -> None:
    words = [
        "sops/a.yaml",
        "--select",
        "SOP3,SOP7",
        "--ignore=SOP701",
        "--format",
        "json",
        "--statistics",
        "b",
    ]
    values = quick(lint, words)
    assert values is not None
    assert values["paths"] == ["sops/a.yaml", "b"]
    assert (values["select"], values["ignore"]) == (["SOP3,SOP7"], ["SOP701"])
    assert values["format"].value == "json"
    assert values["statistics"] is True


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--formt", "json"], ["--format", "yaml"], ["--select"], ["--statistics=yes"], ["--", "x"]],
)
def test_the_quick_lane_leaves_doubts_to_typer(words: list[str]) -> None:
    assert quick(lint, words) is None


def test_lint_imports_nothing_heavy(base: Path) -> None:
    code = "import sys; from sopctl.cli import run; run(['lint']); print([m for m in ('typer','rich','jinja2','pydantic','ruamel','json','difflib','mkdocs') if m in sys.modules])"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [["--version"], ["-m", "sopctl", "--version"]])
def test_the_version_is_said(words: list[str]) -> None:
    from sopctl import __version__

    command = [sys.executable, *words] if words[0] == "-m" else [sys.executable, "-m", "sopctl", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"sopctl {__version__}\n"


def test_every_rule_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    from sopctl.rules import RULES

    for rule in RULES:
        assert rule.summary in run(capsys, "explain", rule.code)[1]
    listed = run(capsys, "rules")[1]
    assert [line.split()[0] for line in listed.splitlines()] == [rule.code for rule in RULES]


def test_list_filters_and_writes_tables(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["id"] for row in json.loads(run(capsys, "list", "--format", "json")[1])] == [
        "TS-ONE-001",
        "TS-TWO-001",
    ]
    assert run(capsys, "list", "--status", "effective")[1] == "no SOP fits\n"
    assert (
        run(capsys, "list", "--format", "csv")[1]
        .splitlines()[1]
        .startswith("TS-ONE-001,One thing,1.0.0,draft,lead")
    )


def test_a_cell_is_no_formula(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace("One thing", '"=1+1"'))
    assert ",'=1+1," in run(capsys, "list", "--format", "csv")[1]


def test_an_unreadable_file_is_named_where_it_is_missing(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (base / "sops/TS-TWO-001.yaml").write_text("a: [")
    assert "sops/TS-TWO-001.yaml cannot be read" in run(capsys, "list")[2]
