"""The command line: what is printed, where it goes, and how it ends."""

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sopctl.cli.lint import lint
from sopctl.cli.options import quick
from tests.command import run
from tests.gitted import Repo

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


posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes")


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
        (["lint", "--today", "9999-12-31"], "one of the years 100 to 9899"),
        (["test", "--today", "0001-01-01"], "one of the years 100 to 9899"),
        (["escalation", "late", "--at", "9999-12-30"], "one of the years 100 to 9899"),
        (["lint", "--select", "SOP31"], "no rule begins with `SOP31`"),
        (["lint", "outside.txt"], "`outside.txt` is not below `sops`"),
        (["explain", "SOP999"], "no rule is called `SOP999`"),
        (["lint", "--select", "sop-unknwon"], "did you mean `sop-unknown`?"),
        (["list", "--status", "efective"], "did you mean `effective`?"),
        (["list", "--owner", "leda"], "did you mean `lead`?"),
        (["list", "--team", "nobody"], "no team is called `nobody`; there is none at all"),
        (["list", "--tag", "x"], "no tag is called `x`"),
        (["lint", "--output", "sops/found.txt"], "`sops/found.txt` is below `sops`"),
        (["lint", "--output", "sops/people.yaml"], "nothing was written"),
        (["test", "--junit", "sops/people.yaml"], "nothing was written"),
        (["lint", "--select", "SOP3", "--ignore", "SOP30"], "sopctl: nothing was checked: what is selected"),
        (["lint", "--write-baseline", "known", "--output", "said"], "no report; leave out `--output`"),
        (["lint", "--output", "."], "sopctl: . cannot be written: this is a folder"),
        (["lint", "--output", "outside.txt/found"], "sopctl: outside.txt/found cannot be written: "),
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
    "words",
    [["lint", "--formt", "json"], ["lint", "--format", "yaml"], ["nosuch"], ["show"], ["export", "x"]],
)
def test_a_command_line_that_typer_refuses_ends_with_2(
    base: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "Traceback" not in err
    assert "Value error" not in err  # so pydantic begins, which typer asks


def test_fail_on_decides_what_ends_with_1(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = base / "sops/TS-ONE-001.yaml"
    file.write_text(SOP.replace("Show one thing.", "Show it ASAP."))
    assert run(capsys, "lint", *TODAY)[0] == 0
    assert run(capsys, "lint", *TODAY, "--fail-on", "warning")[0] == 1
    (base / "sopctl.toml").write_text('fail-on = "warning"\n')
    assert run(capsys, "lint", *TODAY)[0] == 1


@pytest.mark.parametrize(
    "text",
    [
        "[tool.sopctl]\nignore = {}\n",
        '["tool"."sopctl"]\nignore = {}\n',
        "[ tool . sopctl ]\nignore = {}\n",
        "[tool]\nsopctl = {{ignore = {}}}\n",
        "[tool]\nsopctl.ignore = {}\n",
    ],
)
def test_settings_of_pyproject_count_too(base: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    broken(base)
    (base / "pyproject.toml").write_text(text.format('["SOP301", "SOP306"]'))
    assert run(capsys, "lint", *TODAY)[0] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("selct = []\n", "did you mean `select`?"),
        ('fail-on = "never"\n', "sopctl.toml: `fail-on` should be error, warning or note"),
        ('select = ["SOP999"]\n', "sopctl: sopctl.toml, `select`: no rule begins with `SOP999`"),
        ('ignore = ["SOP0", "role-mising"]\n', "sopctl.toml, `ignore`: no rule begins with `role-mising`"),
        ("x = [\n", "sopctl.toml cannot be read"),
        ('sops = "elsewhere"\n', "there is no folder `elsewhere`"),
        ('templates = "layouts"\n', "sopctl: sopctl.toml, `templates`: there is no folder `layouts` in "),
        ("\ufeffselct = []\n", "sopctl: sopctl.toml has no key `selct`"),
    ],
)
def test_wrong_settings_are_refused(
    base: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    (base / "sopctl.toml").write_text(text)
    code, _, err = run(capsys, "lint")
    assert code == 2
    assert says in err


@posix
@pytest.mark.parametrize("target", ["gone.toml", "sopctl.toml", "."])
def test_settings_that_cannot_be_opened_are_not_passed_over(
    base: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    (base / "sopctl.toml").symlink_to(target)
    code, _, err = run(capsys, "lint")
    assert code == 2
    assert "sopctl.toml: this file cannot be opened: " in err


def test_wrong_settings_of_pyproject_name_it_once(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "pyproject.toml").write_text("[tool.sopctl]\nselct = []\n")
    said = "sopctl: pyproject.toml, [tool.sopctl] has no key `selct` (did you mean `select`?)\n"
    assert run(capsys, "lint") == (2, "", said)


def test_all_wrong_settings_are_told_at_once(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "sopctl.toml").write_text('selct = []\nfail-on = "never"\n')
    said = "sopctl: sopctl.toml has no key `selct` (did you mean `select`?)\nsopctl.toml: `fail-on` should be error, warning or note, not `never`\n"
    assert run(capsys, "lint") == (2, "", said)


def test_settings_of_pyproject_that_are_no_table_are_refused(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (base / "pyproject.toml").write_text('[tool]\nsopctl = "x"\n')
    said = "sopctl: pyproject.toml, [tool.sopctl] should be a table of settings, not `x`\n"
    assert run(capsys, "lint") == (2, "", said)


@pytest.mark.parametrize("text", ['tool = "sopctl"\n', '[project]\ndependencies = ["sopctl"]\n'])
def test_a_pyproject_that_only_names_sopctl_settles_nothing(
    base: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (base / "pyproject.toml").write_text(text)
    assert run(capsys, "lint", *TODAY)[0] == 0


def test_output_goes_to_a_file(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(base)
    code, out, _ = run(capsys, "lint", *TODAY, "--format", "json", "--output", "found.json")
    assert (code, out) == (1, "")
    assert [d["code"] for d in json.loads((base / "found.json").read_text())["diagnostics"]].count(
        "SOP301"
    ) == 1


@pytest.mark.parametrize(
    ("folder", "path"), [("aside", "../sops"), (".", "sops/../sops"), ("sops", "../sops/.")]
)
def test_a_path_may_go_up_and_down_again(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: str, path: str
) -> None:
    (base / folder).mkdir(exist_ok=True)
    monkeypatch.chdir(base / folder)
    code, out, err = run(capsys, "lint", path, *TODAY)
    assert (code, err) == (0, "")
    assert "with 2 SOPs checked" in out


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


def test_a_path_with_nothing_to_check_is_no_clean_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "README.md").write_text("# Read me\n")
    code, out, err = run(capsys, "lint", "handbook")
    assert (code, out) == (2, "")
    assert "`handbook` lies in no knowledge base, and holds no SOP and no register" in err
    (folder / "people.yaml").write_text("teams: {all: {title: All}}\n")
    assert run(capsys, "lint", "handbook")[0] == 0
    (folder / "people.yaml").unlink()
    (tmp_path / "sops").mkdir()
    code, out, err = run(capsys, "lint", ".")
    assert (code, out) == (2, "")
    assert "nothing was checked: `sops` holds no SOP and no register; `sopctl init`" in err
    assert run(capsys, "init", ".", *TODAY)[0] == 0
    assert run(capsys, "lint", ".", *TODAY)[0] == 0


@pytest.mark.parametrize("words", [["lint", "all sorts"], ["diff", "all sorts", "all sorts"]])
def test_a_folder_of_all_sorts_is_not_searched_for_sops(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    for number in range(4):
        (tmp_path / f"all sorts/{number}/.hidden").mkdir(parents=True)
    (tmp_path / "all sorts/loop").symlink_to(tmp_path / "all sorts")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sopctl.files._VAST", 4)
    assert "holds no SOP" in run(capsys, "lint", "all sorts")[2]
    monkeypatch.setattr("sopctl.files._VAST", 3)
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert "`all sorts` holds no `sops/`" in err


def test_without_a_terminal_all_that_is_missing_is_named(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert "say it with --title and --owner: there" in run(capsys, "new", "TS-ONE-003", *TODAY)[2]
    assert "say it with --owner: there" in run(capsys, "new", "TS-ONE-003", "--title", "Three", *TODAY)[2]


def test_above_a_knowledge_base_the_way_out_leads_into_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hand book" / "sops").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "go into `hand book`" in run(capsys, "lint")[2]
    (tmp_path / "hand book").rename(tmp_path / "notes/book")
    assert "go into `notes/book`" in run(capsys, "lint")[2]
    (tmp_path / "other" / "sops").mkdir(parents=True)  # which of the two is meant, nobody knows
    assert "`sopctl init` makes one" in run(capsys, "lint")[2]


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
    code = "import sys; from sopctl.cli import run; run(['lint']); print([m for m in ('typer','rich','jinja2','pydantic','ruamel','json','difflib','mkdocs', 'pathlib') if m in sys.modules])"  # fmt: skip
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


@pytest.mark.parametrize(
    ("before", "after", "commented"),
    [
        ("", "", False),
        ("One thing", '"#1 # thing"', False),
        ("purpose: Show one thing.", "purpose: |\n  # Show\n  one thing. # Here\n  <!-- and now -->", False),
        ("trigger:", "# why\ntrigger:", True),
        ("owner: lead", "owner: lead # for now", True),
        ("purpose: Show one thing.", "purpose: | # short\n  Show one thing.", True),
        ("purpose: Show one thing.", "purpose: |\n  Show one thing.\n# more to come", True),
    ],
)
def test_convert_says_that_comments_are_left_out_where_there_are_any(
    base: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, commented: bool
) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace(before, after, 1))
    _, text, err = run(capsys, "convert", "sops/TS-ONE-001.yaml", "--to", "md")
    assert err == "note: comments are not carried over\n" * commented
    (base / "sops/TS-ONE-001.md").write_text(text)
    assert run(capsys, "convert", "sops/TS-ONE-001.md", "--to", "yaml")[2] == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("owner: lead", "owner: lead # for now"),
        ("## Purpose", "<!-- sopctl: ignore[SOP701] it is short -->\n## Purpose"),
        (
            "## Purpose",
            "## Facts\n\n```yaml\n# none yet\na: {ask: Is it so?, type: yes-no}\n```\n\n## Purpose",
        ),
    ],
)
def test_convert_finds_the_comments_of_markdown(
    base: Path, capsys: pytest.CaptureFixture[str], before: str, after: str
) -> None:
    text = run(capsys, "convert", "sops/TS-ONE-001.yaml", "--to", "md")[1]
    assert before in text
    (base / "sops/TS-ONE-001.md").write_text(text.replace(before, after, 1))
    _, _, err = run(capsys, "convert", "sops/TS-ONE-001.md", "--to", "yaml")
    assert err == "note: comments are not carried over\n"


@pytest.mark.parametrize("title", ['"One\\nthing"', "|\n  One\n  thing"])
def test_a_title_of_two_lines_is_listed_on_one(
    base: Path, capsys: pytest.CaptureFixture[str], title: str
) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace("One thing", title))
    assert run(capsys, "list")[1].splitlines()[1].startswith("TS-ONE-001  One thing  1.0.0")
    assert run(capsys, "show", "TS-ONE-001")[1].splitlines()[0] == "TS-ONE-001  One thing"


@pytest.mark.parametrize(("room", "widest"), [(200, 88), (40, 40), (5, 30)])
def test_show_fits_its_lines_into_a_narrow_terminal(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, room: int, widest: int
) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace("Examples", "once " * 50))
    lines = run(capsys, "show", "TS-ONE-001")[1].splitlines()
    monkeypatch.setenv("COLUMNS", str(room))
    assert run(capsys, "show", "TS-ONE-001")[1].splitlines() == lines  # through a pipe
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    told = [line for line in run(capsys, "show", "TS-ONE-001")[1].splitlines() if "once" in line]
    assert widest - len("once ") <= max(map(len, told)) <= widest


def test_show_quotes_the_label_that_a_case_is_not(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = "facts: {fit: {ask: Does it fit?, type: choice, values: {none: No clause covers it, some: It does}}}\n"
    row = "{when: {fit: not(none)}, then: done}, {when: {fit: none}, then: done}"
    text = SOP.replace("next: done", f"decide: [{row}]").replace("steps:", f"{facts}steps:")
    (base / "sops/TS-ONE-001.yaml").write_text(text)
    shown = run(capsys, "show", "TS-ONE-001")[1]
    assert "→ fit is not “No clause covers it”: ● Done" in shown
    assert "→ fit: No clause covers it: ● Done" in shown


def test_show_leaves_out_nothing_that_decides_or_binds(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = """\
steps:
  - {id: first, title: Begin, role: lead}
  - id: look
    title: Look at it
    wait: 14d
    independent_of: ["#first", TS-TWO-001#look]
    role: lead
    on_overdue: late
    within: 15d
    notice: told
    asks: [fit]
    hit_policy: first
    decide: [{when: {fit: yes}, then: done}, {otherwise: done}]
    at_most: 1
    after_that: done
facts: {fit: {ask: Does it fit?, type: yes-no}}
escalations:
  - {after: 5d, from: first, path: late}
  - {when: Police call, then: done}
"""
    old = "steps:\n  - {id: look, title: Look at it, role: lead, next: done}\n"
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace(old, steps))
    (base / "sops/more.yaml").write_text(
        "notices: {told: {title: You are told}}\nescalation_paths:\n  late:\n    title: It is late\n"
        "    levels: [{to: lead, via: [call], ack_within: 1h}]\n    on_exhausted: lead\n"
    )
    shown = run(capsys, "show", "TS-ONE-001")[1]
    for said in (
        "   Lead · within 15 days · not before 14 days have passed\n",
        "   not by whoever did 1 Begin or TS-TWO-001#look, or reports to them, directly or not\n",
        "   when that time is over: It is late (late), first Lead\n",
        "   send: You are told (told)\n",
        "   Does it fit?\n   the first row that fits counts\n   → fit: yes: ● Done\n",
        "   once at most, after that → ● Done\n",
        "\nAt any time\n  when 5 days from 1 Begin on are over: It is late (late), first Lead\n  Police call: → ● Done\n",
    ):
        assert said in shown


def test_what_ends_nowhere_and_tells_nobody_is_shown_all_the_same(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "deadlines: [{id: limit, kind: ceiling, from: trigger, to: [], value: 1d}]\nescalations: [{after: 1d, path: late}]\n"
    (base / "sops/TS-ONE-001.yaml").write_text(SOP + more)
    path = "{title: It is late, levels: [{to: [], ack_within: 1h}], on_exhausted: lead}"
    (base / "sops/more.yaml").write_text(f"escalation_paths: {{late: {path}}}\n")
    assert "when 1 day is over: It is late (late)\n" in run(capsys, "show", "TS-ONE-001")[1]
    code, _, err = run(capsys, "render")
    assert (code, err) == (0, "")


def test_show_says_which_time_is_for_which_cases(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "[{when: {bad: yes}, within: 1h}, {otherwise: 2bd}]"
    steps = f"facts: {{bad: {{ask: Is it bad?, type: yes-no}}}}\nsteps:\n  - {{within: {rows}, "
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace("steps:\n  - {", steps))
    shown = run(capsys, "show", "TS-ONE-001")[1]
    assert "   Lead\n   within 1 hour where bad: yes\n   otherwise within 2 business days\n" in shown


def test_walk_says_which_time_holds_when_it_is_known(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "[{when: {bad: yes}, within: 1h}, {otherwise: 2bd}]"
    steps = (
        "facts: {bad: {ask: Is it bad?, type: yes-no}}\n"
        f"steps:\n  - {{id: look, title: Look at it, role: lead, within: {rows}, "
        "decide: [{when: {bad: yes}, then: done}, {otherwise: done}]}\n"
    )
    old = "steps:\n  - {id: look, title: Look at it, role: lead, next: done}\n"
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace(old, steps))
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    said = run(capsys, "walk", "TS-ONE-001")[1]
    assert "> no\n   within 2 business days\n   → ● Done\n" in said


def test_show_says_who_does_an_item_and_names_values_and_outcomes(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = """\
facts: {level: {ask: Which?, type: choice, values: {one: Level 1, two: Level 2}}}
steps:
  - id: look
    title: Look at it
    checklist: [{text: It is open, role: lead, within: 5m, evidence: A link}]
    decide: [{otherwise: run, set: {level: one}}]
  - {id: run, title: Run it, call: TS-ONE-001, on: {done: done}}
"""
    old = "steps:\n  - {id: look, title: Look at it, role: lead, next: done}\n"
    (base / "sops/TS-TWO-001.yaml").write_text(SOP.replace("TS-ONE", "TS-TWO").replace(old, steps))
    shown = run(capsys, "show", "TS-TWO-001")[1]
    assert "   [ ] It is open (Lead · within 5 minutes · shown by: A link)\n" in shown
    assert "2 Run it, level becomes Level 1\n" in shown
    assert "   → Done: ● Done\n" in shown


@pytest.mark.parametrize(
    ("format", "written"), [("json", '"tags": [\n      "kept"\n    ]'), ("csv", ",kept,")]
)
def test_what_is_written_wrongly_is_left_out_of_the_list(
    base: Path, capsys: pytest.CaptureFixture[str], format: str, written: str
) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP + "audience: [Bad Team]\ntags: [kept, {a: b}]\n")
    code, out, err = run(capsys, "list", "--format", format)
    assert (code, err) == (0, "")
    assert written in out


@pytest.mark.parametrize("format", ["sarif", "gitlab", "junit", "github"])
def test_counts_are_not_written_where_every_finding_is_asked_for(
    base: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    code, out, err = run(capsys, "lint", "--statistics", "--format", format)
    assert (code, out) == (2, "")
    assert f"`--statistics` has no form for `{format}`" in err


def test_a_cell_is_no_formula(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace("One thing", '"=1+1"'))
    assert ",'=1+1," in run(capsys, "list", "--format", "csv")[1]


def test_an_unreadable_file_is_named_where_it_is_missing(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (base / "sops/TS-TWO-001.yaml").write_text("a: [")
    assert "sops/TS-TWO-001.yaml cannot be read" in run(capsys, "list")[2]


@posix
def test_a_link_to_a_sop_is_not_written_through(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "soft").symlink_to("sops/people.yaml")
    os.link(base / "sops/people.yaml", base / "hard")
    for name in ("soft", "hard"):
        assert run(capsys, "lint", *TODAY, "--output", name)[0] == 2
    assert (base / "sops/people.yaml").read_text() == REGISTER


@posix
def test_a_link_is_followed_and_stays_a_link(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "link").symlink_to("found.json")
    for _ in range(2):
        assert run(capsys, "lint", *TODAY, "--format", "json", "--output", "link")[0] == 0
        assert (base / "link").is_symlink()
        assert json.loads((base / "found.json").read_text())["diagnostics"] == []


@posix
@pytest.mark.parametrize(
    "words",
    [
        ["lint", *TODAY, "--output", "/dev/stdout"],
        ["convert", "sops/TS-ONE-001.yaml", "--to", "md", "--output", "/dev/stdout"],
    ],
)
@pytest.mark.parametrize("piped", [True, False])
def test_what_is_no_file_is_written_into(base: Path, words: list[str], piped: bool) -> None:
    with (base / "said").open("wb") as said:
        done = subprocess.run([sys.executable, "-m", "sopctl", *words], stdout=subprocess.PIPE if piped else said, env=AT_HOME, check=True)  # fmt: skip
    assert done.stdout if piped else (base / "said").read_bytes()


ROOT = Path(__file__).parent.parent
AT_HOME = {**os.environ, "PYTHONPATH": str(ROOT)}


@posix
@pytest.mark.parametrize("words", [["rules"], ["--help"], ["list"], ["lint"], ["test"], ["schema", "sop"]])
def test_a_reader_that_goes_away_is_no_trouble(base: Path, words: list[str]) -> None:
    assert unread(words) == (0, b"")


@posix
@pytest.mark.parametrize("many", [1, 300])
@pytest.mark.parametrize("words", [["lint", *TODAY], ["test", "--junit", "said.xml"], ["build", *TODAY]])
def test_a_verdict_is_the_same_with_nobody_to_read_it(base: Path, words: list[str], many: int) -> None:
    """As in `sopctl lint | head`: with `pipefail` a 0 would be a clean result. What 300 say does not wait for the end to be written."""
    fails = "".join(
        f"  - {{title: The {i}th case, given: {{}}, expect: {{outcome: x{i}}}}}\n" for i in range(many)
    )
    path = base / "sops/TS-ONE-001.yaml"
    path.write_text(f"{path.read_text()}\nscenarios:\n{fails}")
    code, said = unread(words)
    assert code == 1
    assert b"Traceback" not in said
    assert "--junit" not in words or (base / "said.xml").exists()


@posix
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["build", *TODAY], 0),
        (["build", *TODAY, "--fail-on", "error"], 1),
        (["lint", "--select", "SOP999"], 2),
        (["lint", "--today", "tomorrow"], 2),
        (["lint", "--fail-on", "notes"], 2),
        (["show", "TS-NOT-001"], 2),
    ],
)
def test_with_nobody_to_read_complaints_the_work_is_done_and_the_verdict_is_the_same(
    base: Path, words: list[str], code: int
) -> None:
    """As in `sopctl build 2>&1 | head -1`, which ended with 0 at the first line that nobody read."""
    if code == 1:
        broken(base)
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run([sys.executable, "-m", "sopctl", *words], stdout=writes, stderr=writes, env=AT_HOME, check=False)  # fmt: skip
    finally:
        os.close(writes)
    assert done.returncode == code
    assert (base / "site/html/index.html").exists() is (code == 0)


def unread(words: list[str]) -> tuple[int, bytes]:
    """The exit code and the complaints of a command whose reader has gone."""
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run([sys.executable, "-m", "sopctl", *words], stdout=writes, stderr=subprocess.PIPE, env=AT_HOME)  # fmt: skip
    finally:
        os.close(writes)
    return done.returncode, done.stderr


def test_a_command_that_ends_at_once_has_said_all_and_tells_how_it_went(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`lint` does not wait until all is freed; what it printed goes out before, much as it may be."""
    steps = "".join(f"  - {{id: step-{i}, titel: Open it {i}}}\n" for i in range(300))
    (base / "sops/TS-MNY-001.yaml").write_text(f"id: TS-MNY-001\ntitle: Many\nsteps:\n{steps}")
    words = ["lint", *TODAY, "--format", "json"]
    code, said, _ = run(capsys, *words)
    done = subprocess.run([sys.executable, "-m", "sopctl", *words], capture_output=True, env=AT_HOME)
    assert (done.returncode, done.stdout.decode()) == (code, said)
    assert code == 1
    assert len(said) > 100_000  # more than a pipe holds
    wrong = subprocess.run([sys.executable, "-m", "sopctl", "lint", "nowhere"], capture_output=True, env=AT_HOME)  # fmt: skip
    assert wrong.returncode == 2
    assert b"nowhere" in wrong.stderr


def test_ctrl_d_at_a_prompt_ends_with_130(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", ended)
    assert run(capsys, "new", "TS-ONE-003") == (130, "", "sopctl: stopped\n")


ODD_TITLES = [
    ("", "the title is empty"),
    (" ", "the title is empty"),
    ("One\ntwo", "a title stands on one line"),
    ("caf\udce9", "no character of UTF-8"),
]


@pytest.mark.parametrize(("title", "says"), ODD_TITLES)
def test_a_title_that_is_none_is_refused(
    base: Path, capsys: pytest.CaptureFixture[str], title: str, says: str
) -> None:
    code, _, err = run(capsys, "init", "new", "--title", title, *TODAY)
    assert (code, says in err, (base / "new").exists()) == (2, True, False)
    if title:  # an empty one is asked for
        code, _, err = run(capsys, "new", "TS-ONE-003", "--title", title, "--owner", "lead", *TODAY)
        assert (code, says in err) == (2, True)


def test_bytes_that_are_no_characters_are_asked_for_again(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([b"caf\xe9", b"Caf\xc3\xa9"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(typed).decode())
    code, _, err = run(capsys, "new", "TS-ONE-003", "--owner", "lead", *TODAY)
    assert (code, "no character of UTF-8" in err) == (0, True)
    [made] = base.rglob("TS-ONE-003.yaml")
    assert "Caf\u00e9" in made.read_text(encoding="utf-8")


def test_new_quotes_the_path_in_the_command_that_comes_next(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["new", "TS-ONE-003", "--title", "Three", "--owner", "lead", "--folder", "sops/all ours", *TODAY]
    code, out, _ = run(capsys, *words)
    quote = '"' if os.name == "nt" else "'"
    assert code == 0
    assert f"`sopctl lint {quote}sops/all ours/TS-ONE-003.yaml{quote}`" in out


def test_init_keeps_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "our book"
    (folder / "sops").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text("mine")
    code, out, _ = run(capsys, "init", "our book", *TODAY)
    assert code == 0
    assert (folder / "mkdocs.yml").read_text() == "mine"
    assert "kept our book/mkdocs.yml, which was there already" in out
    assert "Mind that mkdocs.yml holds no settings" in out
    assert "wrote our book/README.md" in out
    quote = '"' if os.name == "nt" else "'"
    assert f"Next: cd {quote}our book{quote} && sopctl lint" in out
    code, out, err = run(capsys, "init", "our book", *TODAY)
    assert (code, out) == (2, "")
    assert "nothing was written" in err


@pytest.mark.parametrize("name", ["sops", ".vscode"])
def test_init_begins_nothing_that_it_cannot_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).touch()
    assert run(capsys, "init", *TODAY) == (2, "", f"sopctl: {name} is no folder, and one is to stand there; nothing was written\n")  # fmt: skip
    assert os.listdir() == [name]


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ("", ""),
        ("site_name: Ours\n", ""),
        ("markdown_extensions: [tables]\n", "lacks what the pages need: add `md_in_html` and"),
        ("nav: [about.md]\n", "has a `nav`, whose pages must be there"),
    ],
)
def test_init_says_what_is_to_be_mended_in_the_settings_of_another_site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, own: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text(own)
    code, out, _ = run(capsys, "init", *TODAY)
    assert code == 0
    assert (f"\nMind that mkdocs.yml {says}" in out) == bool(says)
    assert ("Mind" in out) == bool(says)
    assert (tmp_path / "mkdocs.yml").read_text() == own


def test_a_site_that_never_was_is_not_said_to_stay(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "sops/TS-ONE-001.yaml").write_text(SOP.replace("TS-TWO-001", "TS-TWO-002"))
    code, _, err = run(capsys, "build", *TODAY)
    assert (code, err) == (1, "the site was not built: mend what stands above\n")
    (base / "site/html").mkdir(parents=True)
    (base / "site/html/index.html").write_text("Here")
    assert "not built; the last good one stays: mend" in run(capsys, "build", *TODAY)[2]


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository of something else."""
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    repo = Repo(tmp_path / "product")
    monkeypatch.chdir(repo.top)
    return repo


def test_in_a_folder_of_a_repository_init_writes_what_is_read_at_the_top_there(
    product: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "init", "docs/hand book", *TODAY)
    assert code == 0
    assert "wrote .github/workflows/sops.yml" in out
    assert "wrote docs/hand book/README.md" in out
    book = product.top / "docs/hand book"
    assert {path.name for path in book.iterdir()} == {".gitignore", "README.md", "mkdocs.yml", "sops"}
    for path in (".github/workflows/sops.yml", ".gitlab-ci.yml"):
        assert "SOPCTL_FOLDER: docs/hand book" in (product.top / path).read_text()
    assert "sopctl lint 'docs/hand book' --staged" in (product.top / ".pre-commit-config.yaml").read_text()
    editor = json.loads((product.top / ".vscode/settings.json").read_text())
    assert editor["yaml.schemas"][".vscode/sop.schema.json"][0] == "docs/hand book/sops/**/[A-Z]*.yaml"
    product.git("add", "-A")
    assert run(capsys, "lint", "docs/hand book", "--staged", *TODAY)[0] == 0


def test_init_says_what_the_files_at_the_top_lack_and_leaves_them_as_they_are(
    product: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (".gitlab-ci.yml", ".pre-commit-config.yaml", ".github/workflows/sops.yml"):
        product.write(path, "mine")
    code, out, _ = run(capsys, "init", "book", *TODAY)
    assert code == 0
    assert "Mind that .gitlab-ci.yml lacks" in out
    assert "\n      SOPCTL_FOLDER: book\n" in out
    assert "Mind that .pre-commit-config.yaml lacks" in out
    assert "whose SOPCTL_FOLDER is `book`" in out
    assert (product.top / ".gitlab-ci.yml").read_text() == "mine"


def test_in_a_folder_that_git_leaves_out_init_stays_in_it(
    product: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    product.write(".gitignore", "tried/\n")
    assert run(capsys, "init", "tried/book", *TODAY)[0] == 0
    assert {path.name for path in product.top.iterdir()} == {".git", ".gitignore", "tried"}
    assert (product.top / "tried/book/.gitlab-ci.yml").is_file()


def test_an_unknown_path_of_escalation_is_answered_with_those_there_are(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (base / "sops/people.yaml").write_text(REGISTER + "escalation_paths: {urgent: {title: Urgent, levels: [{to: [lead], ack_within: 1h}], on_exhausted: lead}}\n")  # fmt: skip
    code, _, err = run(capsys, "escalation", "urgnt")
    assert code == 2
    assert "(did you mean `urgent`?); there are `urgent`" in err


def test_settings_may_begin_with_a_byte_order_mark(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(base)
    (base / "sopctl.toml").write_text('ignore = ["SOP3"]\n', encoding="utf-8-sig")
    assert run(capsys, "lint", *TODAY)[0] == 0


def test_endings_are_read_in_any_case(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "sops/people.yaml").rename(base / "sops/PEOPLE.YAML")
    assert run(capsys, "convert", "sops/TS-ONE-001.yaml", "--to", "md", "--output", "sops/TS-ONE-001.MD")[0] == 0  # fmt: skip
    (base / "sops/TS-ONE-001.yaml").unlink()
    assert run(capsys, "lint", *TODAY)[0] == 0
    assert "TS-ONE-001" in run(capsys, "list")[1]


@posix
def test_what_is_no_file_is_named_and_never_waited_for(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(base / "sops/pipe.yaml")
    (base / "sops/one.yaml").symlink_to("two.yaml")
    (base / "sops/two.yaml").symlink_to("one.yaml")
    code, out, _ = run(capsys, "lint", *TODAY, "--format", "concise")
    assert code == 1
    assert "this is a pipe or a device, not a file" in out
    assert out.count("this file cannot be opened: ") == 2


@posix
@pytest.mark.parametrize(
    "words",
    [
        ["outline", "pipe"],
        ["convert", "pipe", "--to", "md"],
        ["lint", "--baseline", "pipe"],
        ["outline", "/dev/zero"],
    ],
)
def test_a_pipe_or_a_device_that_the_user_names_is_refused(
    base: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    os.mkfifo(base / "pipe")
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "this is a pipe or a device, not a file; put a file in its place" in err


@posix
def test_what_the_shell_has_opened_is_read_to_its_end(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, SOP.encode())
    os.close(theirs)
    assert run(capsys, "outline", f"/dev/fd/{ours}")[:2] == run(capsys, "outline", "sops/TS-ONE-001.yaml")[:2]
    os.close(ours)


@posix
def test_what_stands_outside_of_the_repository_is_not_read(
    base: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    theirs = tmp_path_factory.mktemp("theirs")
    (theirs / "secret.yaml").write_text("secret\n")
    (base / "shared").mkdir()
    (base / "shared/roles.yaml").write_text("teams: {all: {title: All}}\n")
    for link, target in (("one.yaml", theirs / "secret.yaml"), ("all", theirs), ("ours", "../shared")):
        (base / "sops" / link).symlink_to(target)
    code, out, _ = run(capsys, "lint", *TODAY)
    assert code == 1
    assert out.count("this link leads out of the repository\n") == 2
    assert "secret\n" not in out
    assert "sops/ours" not in out


@posix
@pytest.mark.parametrize("key", ["sops", "templates"])
def test_a_folder_outside_of_the_repository_is_refused(
    base: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    book = base / "handbook"
    book.mkdir()
    (base / "sops").rename(base / "elsewhere")
    (book / "sops").mkdir()
    (book / "sopctl.toml").write_text(f'{key} = "../elsewhere"\n')
    said = f"sopctl: sopctl.toml, `{key}`: the folder `../elsewhere` is not in the repository"
    for command in ("lint", "render", "list"):
        code, out, err = run_in(book, capsys, command)
        assert (code, out) == (2, "")
        assert err.startswith(said)
    (base / ".git").mkdir()
    assert run_in(book, capsys, "list")[0] == 0


def run_in(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with contextlib.chdir(folder):
        return run(capsys, *words)


@posix
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("review.markdown.jinja", ["diff", "sops", "sops", "--format", "markdown"]),
        ("new/sop.yaml.jinja", ["new", "TS-ONE-003", "--title", "Three", "--owner", "lead", *TODAY]),
    ],
)
def test_templates_of_reviews_and_new_sops_are_files_of_the_repository(
    base: Path, capsys: pytest.CaptureFixture[str], name: str, words: list[str]
) -> None:
    (base / "templates" / name).parent.mkdir(parents=True)
    (base / "templates" / name).symlink_to("/proc/self/environ")
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert f"{name}: this link leads out of the repository" in err


@posix
@pytest.mark.parametrize(
    ("words", "closed", "code", "said"),
    [
        ("lint", ">&-", 2, "sopctl: the output cannot be written: it is closed\n"),
        ("schema sop", ">&-", 2, "sopctl: the output cannot be written: it is closed\n"),
        ("list", ">&-", 2, "sopctl: the output cannot be written: it is closed\n"),
        ("lint --output found", ">&-", 0, ""),
        ("lint nowhere", "2>&-", 2, ""),
    ],
)
def test_an_output_that_is_closed_is_told(base: Path, words: str, closed: str, code: int, said: str) -> None:
    command = f"{shlex.quote(sys.executable)} -m sopctl {words} {closed}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=AT_HOME)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)


def test_a_review_in_the_log_gives_the_runner_no_command(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(base / "sops", base / "before/sops")
    for path in (base / "sops").glob("*.yaml"):
        path.write_text(
            re.sub(r"title: ([^,}\n]+)", r'title: "::error::x ##[stop-commands]y \1"', path.read_text())
        )
    code, out, err = run(capsys, "diff", "before", ".", *TODAY)
    assert (code, err) == (0, "")
    assert "[stop-commands]" in out
    assert "##[" not in out
    assert not any(line.lstrip().startswith("::") for line in out.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        "list", "list --format csv", "show TS-ONE-001", "walk TS-ONE-001", "test", "test --coverage",
        "coverage", "coverage --format csv", "coverage --format markdown",
        "status", "escalation late", "outline sops/TS-ONE-001.yaml", "graph TS-ONE-001",
        "graph TS-ONE-001 --format dot", "lint", "lint --format concise",
    ],
)  # fmt: skip
def test_what_stands_in_a_sop_gives_the_runner_no_command(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    nasty = r'"::error::x ##[stop-commands]y'
    registers = "clauses: {a: {title: A, source: The law, text: The clause}}\nescalation_paths: {late: {title: Late, levels: [{to: lead, ack_within: 1h}]}}\n"
    path = base / "sops/TS-ONE-001.yaml"
    path.write_text(re.sub(r"(title|purpose|summary): ([^,}\n]+)", rf'\1: {nasty} \2"', SOP))
    (base / "sops/##[x]::y.md").write_text("---\n")
    (base / "sops/more.yaml").write_text(
        re.sub(r"(title|source): ([^,}\n]+)", rf'\1: {nasty} \2"', registers)
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n\n"))
    _, out, err = run(capsys, *words.split())
    assert "## [" in out + err
    assert "##[" not in out + err
    assert not any(line.lstrip().startswith("::") for line in (out + err).splitlines())


@posix
def test_a_list_with_the_name_of_a_file_that_is_no_utf_8_can_be_read(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        (base / "sops/TS-ONE-001.yaml").rename(base / "sops/one\udcff.yaml")
    except OSError:
        pytest.skip("this disk takes no such name")
    for format, spelt in (("json", r'"sops/one\\xff.yaml"'), ("csv", r",sops/one\xff.yaml")):
        code, out, _ = run(capsys, "list", "--format", format)
        assert code == 0
        assert spelt in out


@posix
def test_settings_that_are_a_device_are_not_read(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (base / "pyproject.toml").symlink_to("/dev/zero")
    assert run(capsys, "lint", *TODAY)[0] == 0


def test_a_family_of_rules_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    from sopctl.rules import RULES

    code, out, _ = run(capsys, "explain", "sop3")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        rule.code for rule in RULES if rule.code.startswith("SOP3")
    ]


def test_a_rule_is_chosen_by_its_name_too(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(base)
    assert run(capsys, "lint", *TODAY, "--select", "sop-unknown")[0] == 1
    assert run(capsys, "lint", *TODAY, "--select", "role-unknown,SOP7")[0] == 0


def test_the_shell_completes_the_ids_of_sops(base: Path) -> None:
    environment = {**os.environ, "_SOPCTL_COMPLETE": "complete_bash", "COMP_CWORD": "2"}

    def completed(words: str) -> list[str]:
        said = subprocess.run(
            [sys.executable, "-m", "sopctl"], cwd=base, env={**environment, "COMP_WORDS": words},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return said.stdout.split()

    ids = sorted(path.stem for path in (base / "sops").rglob("*-*-*.*"))
    assert completed("sopctl show ") == ids != []
    assert completed(f"sopctl walk {ids[0][:4]}") == [ids[0]]
    assert completed("sopctl log ZZ-") == []
