"""What others use us by in CI: each file fits its schema, and its shell steps do what they promise."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
import stand_in
from ci_jobs import Job, on_gitlab, read
from stand_in import CodeHost

from sopctl import scaffold

ROOT = Path(__file__).parent.parent
ACTION = read(ROOT / "action.yml")
REVIEW = "Say what the pull request changes"
TODAY = date.today()  # the commands that run here know no other

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are for bash")


# Schemas


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base as `sopctl init` makes it."""
    folder = tmp_path_factory.mktemp("new")
    scaffold.create(folder, scaffold.start("Our handbook", TODAY))
    return folder


def test_the_action_fits_its_schema() -> None:
    fits("github-actions", ROOT / "action.yml")


def test_the_workflow_of_a_new_knowledge_base_fits_its_schema(new: Path) -> None:
    fits("github-workflows", new / ".github/workflows/sops.yml")


def test_the_gitlab_files_fit_their_schema(new: Path) -> None:
    fits("gitlab-ci", new / ".gitlab-ci.yml", new / ".gitlab/sopctl.gitlab-ci.yml")


def test_the_hook_and_its_configuration_fit_their_schemas(new: Path) -> None:
    called("pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    called("pre_commit", "validate-config", str(new / ".pre-commit-config.yaml"))


def fits(schema: str, *paths: Path) -> None:
    called("check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, paths))


def called(module: str, *words: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_of_a_new_knowledge_base_is_ours(new: Path) -> None:
    [ours] = read(ROOT / ".pre-commit-hooks.yaml")
    [theirs] = read(new / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    for key in ("id", "name", "entry", "language", "pass_filenames"):
        assert theirs[key] == ours[key]


def test_no_step_lets_what_others_wrote_become_a_program(new: Path) -> None:
    workflow = read(new / ".github/workflows/sops.yml")
    steps = [*ACTION["runs"]["steps"], *(s for job in workflow["jobs"].values() for s in job["steps"])]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_no_job_of_the_workflow_may_do_more_than_it_must(new: Path) -> None:
    workflow = read(new / ".github/workflows/sops.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "check": {"contents": "read", "pull-requests": "write"},
        "publish": {"pages": "write", "id-token": "write"},
    }


# A handbook in git


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ENVIRONMENT = {
    **{each: value for each, value in os.environ.items() if not each.startswith(("GITHUB_", "GITLAB_", "CI", "GIT_"))},
    **{f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "NO_PROXY": "*",
    # what sopctl depends on, and what builds it, comes from here, and nothing from the network
    "PYTHONPATH": sysconfig.get_path("purelib"),
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
}  # fmt: skip
REFUND = "sops/support/SUP-REF-001.yaml"


class Change(NamedTuple):
    """What a pull request does to a handbook."""

    old: str
    new: str


SHORTER = Change("{damaged: no, order-age: \"<= 30\"}, then: refunded", "{damaged: no, order-age: \"<= 30\"}, then: refused")  # fmt: skip
COMMENT = Change("steps:\n", "# the way of a refund\nsteps:\n")
BROKEN = Change("next: answered", "next: anwsered")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A new handbook as the only commit of `main`."""
    folder = tmp_path / "checkout"
    scaffold.create(folder, scaffold.start("Our handbook", TODAY))
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "First")
    return folder


def merge(checkout: Path, *changes: Change, file: str = REFUND) -> None:
    """Check out the merge of a pull request that makes these changes, as CI does."""
    git(checkout, "checkout", "--quiet", "-B", "change", "main")
    text = (checkout / file).read_text()
    for change in changes:
        assert change.old in text
        text = text.replace(change.old, change.new)
    (checkout / file).write_text(text)
    git(checkout, "commit", "--quiet", "--all", "--message", "Change")
    git(checkout, "checkout", "--quiet", "--detach", "main")
    git(checkout, "merge", "--quiet", "--no-ff", "--message", "Merge", "change")


# The action


@pytest.fixture
def host() -> Iterator[CodeHost]:
    with stand_in.running() as host:
        yield host


class Tools(NamedTuple):
    """The tools as the first steps of the action leave them."""

    temporary: Path
    path: str


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    temporary = tmp_path_factory.mktemp("temporary")
    job = installed(temporary, ENVIRONMENT, ".")
    assert not job.failed, job.steps
    return Tools(temporary, job.environment["PATH"])


def installed(temporary: Path, environment: Mapping[str, str], folder: str) -> Job:
    environment = {**environment, "GITHUB_ACTION_PATH": str(ROOT)}
    outputs = {"python": {"python-path": sys.executable}}
    job = Job(temporary, temporary, environment, {"inputs": {"folder": folder}}, outputs)
    return job.run(ACTION["runs"]["steps"][:2])


def test_the_action_installs_sopctl_and_leaves_the_python_of_others_alone(tools: Tools) -> None:
    found = shutil.which("sopctl", path=tools.path)
    assert found is not None
    assert Path(found).is_relative_to(tools.temporary)
    assert shutil.which("python3", path=tools.path) == shutil.which("python3", path=ENVIRONMENT["PATH"])


def on_github(checkout: Path, tools: Tools, environment: Mapping[str, str], **inputs: str) -> Job:
    """All steps of the action after the installation."""
    defaults = {name: each["default"] for name, each in ACTION["inputs"].items()}
    contexts = {
        "inputs": {**defaults, "token": environment.get("GITHUB_TOKEN", ""), **inputs},
        "github": {
            "event_name": environment.get("GITHUB_EVENT_NAME", "push"),
            "event": {"pull_request": {"base": {"sha": git(checkout, "rev-parse", "main")}}},
        },
    }
    own = {name: value for name, value in environment.items() if name != "GITHUB_TOKEN"}
    sha = git(checkout, "rev-parse", "HEAD")
    whole = {**ENVIRONMENT, "PATH": tools.path, "GITHUB_SHA": sha, **own}
    temporary = checkout.with_name("temporary")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    return Job(checkout, temporary, whole, contexts).run(ACTION["runs"]["steps"][2:])


def test_a_clean_push_is_checked_and_its_site_is_kept(checkout: Path, tools: Tools) -> None:
    job = on_github(checkout, tools, {})
    assert not job.failed, job.steps
    assert "nothing found" in job.said("Lint")
    assert job.summary.read_text().startswith("### sopctl")
    assert ElementTree.parse(checkout.with_name("temporary") / "sopctl/reports/scenarios.xml").getroot().get("tests") == "2"  # fmt: skip
    kept = checkout / job["Keep the site"].given["path"]
    assert (kept / "index.html").is_file()
    skipped = {step.name for step in job.steps if step.outcome == "skipped"}
    assert {REVIEW, "Hand the site to Pages", "Show the findings under code scanning"} <= skipped


def test_findings_are_annotations_and_do_not_hide_the_scenarios(checkout: Path, tools: Tools) -> None:
    merge(checkout, BROKEN, file="sops/support/SUP-INT-001.yaml")
    job = on_github(checkout, tools, {})
    assert "::error file=sops/support/SUP-INT-001.yaml,line=40," in job.said("Lint")
    assert "2 scenarios: all pass" in job.said("Run the scenarios")
    outcomes = {step.name: step.outcome for step in job.steps}
    assert (outcomes["Lint"], outcomes["Build the site"], outcomes["Keep the reports"]) == ("failure", "skipped", "success")  # fmt: skip


def test_fail_on_decides_what_fails(checkout: Path, tools: Tools) -> None:
    merge(checkout, Change("same rule for everybody", "same rule for everybody ASAP"))
    assert on_github(checkout, tools, {})["Lint"].outcome == "success"
    assert on_github(checkout, tools, {}, **{"fail-on": "warning"})["Lint"].outcome == "failure"


def test_code_scanning_gets_the_findings_as_sarif(checkout: Path, tools: Tools) -> None:
    merge(checkout, BROKEN, file="sops/support/SUP-INT-001.yaml")
    job = on_github(checkout, tools, {}, sarif="true")
    given = job["Show the findings under code scanning"].given
    found = json.loads(Path(given["sarif_file"]).read_text())["runs"][0]["results"]
    assert "SOP203" in {each["ruleId"] for each in found}


def test_pages_gets_the_site_where_it_is_asked_for(checkout: Path, tools: Tools) -> None:
    job = on_github(checkout, tools, {}, pages="true")
    assert job["Hand the site to Pages"].given["path"] == "./site/html"


def test_a_handbook_in_a_folder_is_told_of_from_the_top_of_the_repository(
    checkout: Path, tools: Tools
) -> None:
    below = checkout / "books/returns desk"
    below.parent.mkdir()
    shutil.copytree(checkout, below, ignore=shutil.ignore_patterns(".git", "books"))
    (below / REFUND).write_text((below / REFUND).read_text().replace("request-overdue", "requests-overdue"))
    job = on_github(checkout, tools, {}, folder="books/returns desk")
    assert "::error file=books/returns desk/sops/support/SUP-REF-001.yaml,line=" in job.said("Lint")
    assert job["Keep the reports"].given["name"] == "sopctl-reports-books-returns-desk"


# GitLab


def test_on_gitlab_the_findings_are_a_code_quality_report(checkout: Path, tools: Tools, new: Path) -> None:
    merge(checkout, BROKEN, file="sops/support/SUP-INT-001.yaml")
    done = gitlab("sopctl-lint", checkout, tools)
    assert done.returncode == 1
    assert "no step or outcome is called `anwsered`" in done.stdout
    [issue] = json.loads((checkout / "gl-code-quality-report.json").read_text())
    assert issue["location"] == {"path": "sops/support/SUP-INT-001.yaml", "lines": {"begin": 40, "end": 40}}


def test_on_gitlab_the_scenarios_are_a_junit_report(checkout: Path, tools: Tools) -> None:
    assert gitlab("sopctl-scenarios", checkout, tools).returncode == 0
    assert ElementTree.parse(checkout / "scenarios.xml").getroot().get("tests") == "2"


def test_on_gitlab_the_site_is_built_and_handed_to_pages(checkout: Path, tools: Tools) -> None:
    assert gitlab("sopctl-site", checkout, tools).returncode == 0
    assert gitlab("pages", checkout, tools).returncode == 0
    assert (checkout / "public/index.html").is_file()


def test_on_gitlab_sopctl_is_installed_from_the_package_that_is_named(checkout: Path, tools: Tools) -> None:
    python = tools.temporary / "sopctl/python" / Path(sysconfig.get_path("scripts")).name
    path = os.pathsep.join([str(python), tools.path])
    job = GITLAB["sopctl-scenarios"]
    done = on_gitlab(GITLAB, "sopctl-scenarios", checkout, {**ENVIRONMENT, "PATH": path, "SOPCTL_PACKAGE": str(ROOT), "SOPCTL_FOLDER": "."}, install=True)  # fmt: skip
    assert job["extends"] == ".sopctl"
    assert done.returncode == 0, done.stdout


GITLAB = read(ROOT / "templates/start/.gitlab/sopctl.gitlab-ci.yml")


def gitlab(
    job: str, checkout: Path, tools: Tools, environment: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    whole = {**ENVIRONMENT, "PATH": tools.path, **GITLAB["variables"], **environment}
    return on_gitlab(GITLAB, job, checkout, whole)


# Docker


def test_the_image_installs_sopctl_from_what_is_copied_into_it(tmp_path: Path) -> None:
    context, virtual = tmp_path / "context", tmp_path / "sopctl"
    for source in copied():
        for path in [source] if source.is_file() else sorted(source.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                place = context / path.relative_to(ROOT)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, place)
    [install] = [words for word, words in instructions() if word == "RUN" and "pip" in words]
    path = os.pathsep.join([str(Path(sys.executable).parent), ENVIRONMENT["PATH"]])
    done = subprocess.run(["bash", "-c", install.replace("/opt/sopctl", str(virtual))], cwd=context, env={**ENVIRONMENT, "PATH": path}, capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    sopctl = virtual / Path(sysconfig.get_path("scripts")).name / "sopctl"
    made = subprocess.run([sopctl, "init", "book"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True)  # fmt: skip
    assert made.returncode == 0, made.stderr
    checked = subprocess.run([sopctl, "lint"], cwd=tmp_path / "book", env=ENVIRONMENT, capture_output=True, text=True)  # fmt: skip
    assert checked.stdout == "4 files with 2 SOPs checked: nothing found\n"
    assert not list(virtual.glob("lib/*/site-packages/pip"))


def test_docker_is_sent_what_is_copied_and_nothing_else() -> None:
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line]
    kept = {each.removeprefix("!") for each in patterns if each.startswith("!")}
    assert patterns[0] == "*"
    assert kept == {source.relative_to(ROOT).as_posix() for source in copied()}


def test_the_image_runs_sopctl_and_not_as_root() -> None:
    words = dict(instructions())  # the last of each kind counts
    assert words["ENTRYPOINT"] == '["sopctl"]'
    assert words["USER"] == "sopctl"
    assert {"git", "/var/lib/apt/lists/*", "safe.directory"} <= set(words["RUN"].split())


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile: the word that each begins with, and the rest."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest) for line in whole.splitlines() if line for word, _, rest in [line.partition(" ")]]


def copied() -> list[Path]:
    """What the image is built from."""
    sources = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    return [ROOT / each for words in sources for each in words]
