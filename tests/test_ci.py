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

from sopctl import scaffold
from tests import stand_in
from tests.ci_jobs import Job, Step, on_gitlab, read
from tests.stand_in import TOKEN, CodeHost

ROOT = Path(__file__).parent.parent
ACTION = read(ROOT / "action.yml")
REVIEW = "Say what the pull request changes"
TODAY = date.today()  # the commands that run here know no other

pytestmark = pytest.mark.skipif(os.name != "posix" or not shutil.which("bash"), reason="the steps are for bash")  # fmt: skip


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
    for key in ("id", "name", "entry", "language", "pass_filenames", "always_run"):
        assert theirs[key] == ours[key]


def test_git_keeps_what_is_written_by_hand_and_leaves_out_what_is_built(checkout: Path) -> None:
    for path in ("home/welcome.md", "pages/index.md", "html/index.html", ".html.a1.tmp/index.html"):
        (checkout / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / "site" / path).write_text("# Welcome\n")
    git(checkout, "add", "site")
    assert git(checkout, "diff", "--cached", "--name-only") == "site/home/welcome.md"


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
RENAMED = Change("title: Decide on the refund", "title: Decide on money back")
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


def on_github(
    checkout: Path,
    tools: Tools,
    environment: Mapping[str, str],
    only: str = "",
    base: str = "main",
    **inputs: str,
) -> Job:
    """All steps of the action after the installation, or only one and those that it cannot do without."""
    defaults = {name: each["default"] for name, each in ACTION["inputs"].items()}
    contexts = {
        "inputs": {**defaults, "token": environment.get("GITHUB_TOKEN", ""), **inputs},
        "github": {
            "event_name": environment.get("GITHUB_EVENT_NAME", "push"),
            "event": {
                "pull_request": {
                    "base": {"sha": base if len(base) == 40 else git(checkout, "rev-parse", base)}
                }
            },
        },
    }
    own = {name: value for name, value in environment.items() if name != "GITHUB_TOKEN"}
    sha = git(checkout, "rev-parse", "HEAD")
    whole = {**ENVIRONMENT, "PATH": tools.path, "GITHUB_SHA": sha, **own}
    temporary = checkout.with_name("temporary")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    steps = ACTION["runs"]["steps"][2:]
    wanted = [each for each in steps if only in ("", each.get("name")) or each.get("id") == "place"]
    return Job(checkout, temporary, whole, contexts).run(wanted)


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
    assert on_github(checkout, tools, {}, only="Lint")["Lint"].outcome == "success"
    assert on_github(checkout, tools, {}, only="Lint", **{"fail-on": "warning"})["Lint"].outcome == "failure"


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


# The review of a pull request


def reviewed(checkout: Path, tools: Tools, environment: Mapping[str, str], **inputs: str) -> Step:
    return on_github(checkout, tools, environment, only=REVIEW, **inputs)[REVIEW]


def test_a_pull_request_gets_one_comment_that_is_kept_up_to_date(
    checkout: Path, tools: Tools, host: CodeHost
) -> None:
    environment = host.github("pull_request", folder=tools.temporary)
    merge(checkout, SHORTER)
    first = reviewed(checkout, tools, environment)
    assert "the comment was made" in first.said
    [body] = host.bodies
    assert "SUP-REF-001" in body
    merge(checkout, RENAMED)
    assert "the comment was brought up to date" in reviewed(checkout, tools, environment).said
    [body] = host.bodies
    assert "Decide on money back" in body
    assert TOKEN not in first.said


def test_a_pull_request_that_changes_no_meaning_gets_no_comment(
    checkout: Path, tools: Tools, host: CodeHost
) -> None:
    environment = host.github("pull_request", folder=tools.temporary)
    merge(checkout, COMMENT)
    step = reviewed(checkout, tools, environment)
    assert step.outcome == "success", step.said
    assert host.writes == []
    host.say("<!-- sopctl comment: review.md -->\nOld words")
    assert "brought up to date" in reviewed(checkout, tools, environment).said
    assert "Old words" not in host.bodies[0]


def test_a_change_without_a_new_version_fails_the_review_and_is_told_in_the_comment(
    checkout: Path, tools: Tools, host: CodeHost
) -> None:
    merge(checkout, SHORTER)
    step = reviewed(checkout, tools, host.github("pull_request", folder=tools.temporary))
    assert step.outcome == "failure"
    assert len(host.bodies) == 1


def test_a_change_with_its_new_version_passes(checkout: Path, tools: Tools, host: CodeHost) -> None:
    entry = f"  - {{version: 1.0.0, on: {TODAY}"
    newer = entry.replace("1.0.0", "2.0.0") + ", author: support-lead, summary: Plainer words, approved_by: head-of-support, effective_on: " + f"{TODAY}}}\n"  # fmt: skip
    merge(checkout, RENAMED, Change("version: 1.0.0\n", "version: 2.0.0\n"), Change(entry, newer + entry))
    step = reviewed(checkout, tools, host.github("pull_request", folder=tools.temporary))
    assert step.outcome == "success", step.said
    assert len(host.bodies) == 1


def test_what_is_compared_is_what_the_merge_brings_and_not_what_the_base_has_got_meanwhile(
    checkout: Path, tools: Tools, host: CodeHost
) -> None:
    old = git(checkout, "rev-parse", "main")
    intake = checkout / "sops/support/SUP-INT-001.yaml"
    merge(checkout, SHORTER)
    git(checkout, "checkout", "--quiet", "main")
    intake.write_text(intake.read_text().replace("Open a case", "Open one case"))
    git(checkout, "commit", "--quiet", "--all", "--message", "Meanwhile")
    git(checkout, "checkout", "--quiet", "--detach")
    git(checkout, "merge", "--quiet", "--no-ff", "--message", "Merge", "change")
    for head in ("HEAD", "change"):  # the merge, or the branch where a workflow asks for that
        git(checkout, "checkout", "--quiet", "--detach", head)
        reviewed(checkout, tools, host.github("pull_request", folder=tools.temporary), base=old)
        [body] = host.bodies
        assert "SUP-REF-001" in body
        assert "Open one case" not in body


def test_a_fork_s_review_stands_in_the_summary(checkout: Path, tools: Tools, host: CodeHost) -> None:
    host.may_write = False
    merge(checkout, SHORTER)
    job = on_github(checkout, tools, host.github("pull_request", fork=True, folder=tools.temporary), only=REVIEW)  # fmt: skip
    assert "comes from outside" in job.said(REVIEW)
    assert "SUP-REF-001" in job.summary.read_text()
    assert host.comments == []


def test_a_host_that_stumbles_is_asked_again(checkout: Path, tools: Tools, host: CodeHost) -> None:
    host.failures = [(500, {}, "")]
    merge(checkout, SHORTER)
    assert "the comment was made" in reviewed(checkout, tools, host.github("pull_request", folder=tools.temporary)).said  # fmt: skip


def test_a_wrong_token_fails_the_review_in_plain_words(checkout: Path, tools: Tools, host: CodeHost) -> None:
    merge(checkout, SHORTER)
    environment = {**host.github("pull_request", folder=tools.temporary), "GITHUB_TOKEN": "another-t0ken"}
    step = reviewed(checkout, tools, environment)
    assert step.outcome == "failure"
    assert "GitHub refuses the token (401: Bad credentials); give the job `permissions:" in step.said
    assert "another-t0ken" not in step.said


def test_a_shallow_checkout_is_said_with_the_way_out(
    checkout: Path, tools: Tools, host: CodeHost, tmp_path: Path
) -> None:
    merge(checkout, SHORTER)
    git(checkout, "branch", "merged")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=merged", checkout.as_uri(), str(shallow))
    base = git(checkout, "rev-parse", "main")
    step = reviewed(shallow, tools, host.github("pull_request", folder=tools.temporary), base=base)
    assert step.outcome == "failure"
    assert "fetch-depth: 0" in step.said
    assert host.asked == []


def test_the_title_of_a_branch_is_no_program(checkout: Path, tools: Tools, host: CodeHost) -> None:
    merge(checkout, Change("title: Refund decision", 'title: "$(touch pwned) `touch pwned`"'))
    reviewed(checkout, tools, host.github("pull_request", folder=tools.temporary))
    assert not list(checkout.rglob("pwned"))


def test_of_two_handbooks_the_one_that_changes_has_a_comment_of_its_own(
    checkout: Path, tools: Tools, host: CodeHost
) -> None:
    shutil.copytree(checkout, checkout / "second", ignore=shutil.ignore_patterns(".git", "second"))
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message", "Second")
    merge(checkout, SHORTER, file=f"second/{REFUND}")
    for folder in (".", "second"):
        reviewed(checkout, tools, host.github("pull_request", folder=tools.temporary), folder=folder)
    [body] = host.bodies
    assert body.startswith("<!-- sopctl comment: review-second.md -->")


def test_the_pull_request_that_brings_a_handbook_is_reviewed(
    checkout: Path, tools: Tools, host: CodeHost
) -> None:
    git(checkout, "branch", "handbook")
    git(checkout, "checkout", "--quiet", "--orphan", "before")
    git(checkout, "rm", "--quiet", "-r", "--force", ".")
    git(checkout, "commit", "--quiet", "--allow-empty", "--message", "No handbook yet")
    git(checkout, "branch", "--force", "main")
    git(checkout, "checkout", "--quiet", "--detach", "main")
    allowed = "--allow-unrelated-histories"
    git(checkout, "merge", "--quiet", "--no-ff", allowed, "--message", "Merge", "handbook")
    step = reviewed(checkout, tools, host.github("pull_request", folder=tools.temporary))
    assert step.outcome == "success", step.said
    assert "SUP-REF-001 is new" in host.bodies[0]


def test_the_workflow_of_a_new_knowledge_base_comments_too(
    checkout: Path, tools: Tools, host: CodeHost, new: Path
) -> None:
    merge(checkout, SHORTER)
    environment = {**ENVIRONMENT, "PATH": tools.path, **host.github("pull_request", folder=tools.temporary)}
    job = by_workflow(new / ".github/workflows/sops.yml", checkout, tools, environment)
    assert "SOP901" in job.said('sopctl lint "$SOPCTL_FOLDER" --format github')
    assert job["Run the scenarios"].outcome == "failure"  # the last day for returns is refused now
    assert "the comment was made" in job.said(REVIEW)


def by_workflow(path: Path, checkout: Path, tools: Tools, environment: dict[str, str]) -> Job:
    """The steps of a written workflow for a pull request."""
    workflow = read(path)
    token = environment.pop("GITHUB_TOKEN")
    contexts = {"github": {"event_name": "pull_request", "token": token}, "env": workflow["env"]}
    steps = workflow["jobs"]["check"]["steps"]
    wanted = [step for step in steps if not step.get("run", "").startswith("python -m pip")]
    return Job(checkout, tools.temporary, {**environment, **workflow["env"]}, contexts).run(wanted)


def test_the_workflow_at_the_top_of_a_repository_checks_the_handbook_below(
    tmp_path: Path, tools: Tools, host: CodeHost
) -> None:
    folder = tmp_path / "product"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "No handbook yet")
    git(folder, "checkout", "--quiet", "-b", "handbook")
    scaffold.create(folder, scaffold.start("Our handbook", TODAY, "docs/hand book"), "docs/hand book")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "A handbook")
    git(folder, "checkout", "--quiet", "main")
    git(folder, "merge", "--quiet", "--no-ff", "--message", "Merge", "handbook")
    fits("github-workflows", folder / ".github/workflows/sops.yml")
    fits("gitlab-ci", folder / ".gitlab-ci.yml")
    environment = {**ENVIRONMENT, "PATH": tools.path, **host.github("pull_request", folder=tools.temporary)}
    job = by_workflow(folder / ".github/workflows/sops.yml", folder, tools, environment)
    assert not job.failed, job.steps
    assert "SUP-REF-001 is new" in host.bodies[0]
    assert (folder / "docs/hand book/site/html/index.html").is_file()


# GitLab


@pytest.mark.parametrize("kind", ["detached", "merged_result"])
def test_on_gitlab_a_merge_request_gets_one_note_that_is_kept_up_to_date(
    checkout: Path, tools: Tools, host: CodeHost, kind: str
) -> None:
    host.belongs_to_app = False
    merge(checkout, SHORTER)
    if kind == "detached":
        git(checkout, "checkout", "--quiet", "change")
    said = gitlab("sopctl-review", checkout, tools, merge_request(checkout, host, kind)).stdout
    assert "the comment was made" in said
    assert "SUP-REF-001" in host.bodies[0]
    again = gitlab("sopctl-review", checkout, tools, merge_request(checkout, host, kind)).stdout
    assert "it was left as it is" in again


def test_on_gitlab_without_a_token_the_review_is_in_the_log(
    checkout: Path, tools: Tools, host: CodeHost
) -> None:
    merge(checkout, RENAMED)
    environment = {**merge_request(checkout, host, "merged_result"), "GITLAB_TOKEN": ""}
    done = gitlab("sopctl-review", checkout, tools, environment)
    assert "give the project the variable GITLAB_TOKEN" in done.stdout
    assert "SUP-REF-001" in done.stdout
    assert (checkout / "review.md").is_file()
    assert host.asked == []


def merge_request(checkout: Path, host: CodeHost, kind: str) -> dict[str, str]:
    base = git(checkout, "rev-parse", "main")
    return {**host.gitlab(), "CI_MERGE_REQUEST_EVENT_TYPE": kind, "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}


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
