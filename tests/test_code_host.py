"""The comment on a pull request: made once, kept up to date, and never at the price of the token."""

import ast
import json
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sopctl import cli, code_host
from sopctl.code_host import Done, HostTrouble, Refused, host_of
from tests import stand_in
from tests.stand_in import TOKEN, CodeHost

SAID = "## What changes\n\nNobody waits longer.\n"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def host() -> Iterator[CodeHost]:
    with stand_in.running() as host:
        yield host


Environment = dict[str, str]


@pytest.fixture(params=["github", "gitlab"])
def environment(request: pytest.FixtureRequest, host: CodeHost, tmp_path: Path) -> Environment:
    if request.param == "github":
        return host.github("pull_request", folder=tmp_path)
    host.belongs_to_app = False
    return host.gitlab()


def put(environment: Environment, text: str = SAID, name: str = "review.md", **options: bool) -> Done:
    waited: list[float] = []
    return code_host.put(host_of(environment), name, text, sleep=waited.append, **options)


# One comment


def test_the_first_run_makes_the_comment_and_the_next_ones_keep_it_up_to_date(
    host: CodeHost, environment: Environment
) -> None:
    assert put(environment) is Done.MADE
    assert put(environment, "Something else.") is Done.UPDATED
    [body] = host.bodies
    assert "Something else." in body
    assert "Nobody" not in body


def test_the_same_words_again_write_nothing(host: CodeHost, environment: Environment) -> None:
    put(environment)
    host.comments[0]["body"] = host.bodies[0].replace("\n", "\r\n").strip()  # as a host may keep it
    before = len(host.writes)
    assert put(environment) is Done.SAME
    assert len(host.writes) == before


def test_the_comment_is_found_on_any_page(host: CodeHost, environment: Environment) -> None:
    for number in range(5):
        host.say(f"Comment {number}", writer=3, kind="User")
    put(environment)
    assert put(environment, "Something else.") is Done.UPDATED
    assert len(host.comments) == 6


def test_a_page_that_holds_less_than_it_may_is_not_taken_for_the_last(
    host: CodeHost, environment: Environment
) -> None:
    put(environment)
    host.comments.insert(0, {"id": 9, "body": None})
    host.per_page = 1
    assert put(environment) is Done.SAME


def test_a_marker_that_somebody_else_wrote_is_not_ours(host: CodeHost, environment: Environment) -> None:
    put(environment)
    host.say(host.bodies[0], writer=66, kind="User")
    host.comments.reverse()
    theirs = host.bodies[0]
    assert put(environment, "Something else.") is Done.UPDATED
    assert host.bodies[0] == theirs
    assert "Something else." in host.bodies[1]


def test_a_comment_that_quotes_ours_is_not_ours(host: CodeHost, environment: Environment) -> None:
    put(environment)
    host.comments[0]["body"] = "> " + host.bodies[0]
    assert put(environment) is Done.MADE


def test_on_github_a_person_s_token_finds_the_person_s_comment(host: CodeHost, tmp_path: Path) -> None:
    host.belongs_to_app = False
    environment = host.github("pull_request", folder=tmp_path)
    put(environment)
    host.comments[0]["user"]["type"] = "User"
    assert put(environment) is Done.SAME


def test_files_of_different_names_are_different_comments(host: CodeHost, environment: Environment) -> None:
    assert put(environment, name="driver.md") is Done.MADE
    assert put(environment, name="seller.md") is Done.MADE
    assert put(environment, name="driver.md") is Done.SAME


def test_a_name_cannot_end_the_marker(host: CodeHost, environment: Environment) -> None:
    assert put(environment, name="--><img src=x>.md") is Done.MADE
    assert host.bodies[0].splitlines()[0] == "<!-- sopctl comment: img-src-x-.md -->"
    assert put(environment, name="--><img src=x>.md") is Done.SAME


def test_with_update_only_no_new_comment_is_made(host: CodeHost, environment: Environment) -> None:
    assert put(environment, update_only=True) is Done.NONE
    assert host.writes == []
    put(environment)
    assert put(environment, "Nothing changes any more.", update_only=True) is Done.UPDATED


def test_a_comment_that_is_too_long_is_cut_at_a_line_and_says_so(
    host: CodeHost, environment: Environment
) -> None:
    line = "x" * 99 + "\n"
    put(environment, line * 11_000)
    [body] = host.bodies
    assert len(body) <= host_of(environment).longest
    assert body.endswith(f"{line}\n*The rest is left out: a comment holds no more.*\n")


def test_a_line_that_is_too_long_is_cut_within(host: CodeHost, environment: Environment) -> None:
    longest = host_of(environment).longest
    put(environment, "so " * longest)
    [body] = host.bodies
    assert longest - 200 < len(body) <= longest
    assert body.endswith("so so\n\n*The rest is left out: a comment holds no more.*\n")


@pytest.mark.parametrize(
    ("open", "close"),
    [
        ("<details><summary>More</summary>\n\n", "\n\n</details>"),
        ("```` text\n```\n", "\n````"),
        ("<details>\n\n<details>\n\n~~~\n", "\n~~~\n\n</details>\n\n</details>"),
    ],
)
def test_that_the_rest_is_left_out_is_not_folded_away(
    host: CodeHost, environment: Environment, open: str, close: str
) -> None:
    longest = host_of(environment).longest
    put(environment, "<details>Closed</details>\n" + open + "line\n" * longest)
    [body] = host.bodies
    assert longest - 200 < len(body) <= longest
    assert body.endswith(f"line{close}\n\n*The rest is left out: a comment holds no more.*\n")


# A host that is busy


@pytest.mark.parametrize(
    "failure",
    [
        (500, {}, ""),
        (502, {}, "<html>"),
        (429, {"Retry-After": "2"}, ""),
        (403, {}, '{"message": "You have exceeded a secondary rate limit"}'),
        (403, {"Retry-After": "3"}, "{}"),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, "{}"),
    ],
)
def test_a_busy_host_is_asked_again(
    host: CodeHost, environment: Environment, failure: stand_in.Failure
) -> None:
    host.failures = [failure]
    assert put(environment) is Done.MADE
    assert len(host.comments) == 1


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "90"}, 90.0),
        (
            {
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": "1000000100",
                "Date": "Sun, 09 Sep 2001 01:46:40 GMT",
            },
            100.0,
        ),
        ({}, 60.0),
    ],
)
def test_a_host_is_left_alone_for_as_long_as_it_asks(
    host: CodeHost, environment: Environment, headers: dict[str, str], waits: float
) -> None:
    host.failures = [(429, headers, "")]
    waited: list[float] = []
    code_host.put(host_of(environment), "review.md", SAID, sleep=waited.append)
    assert waited == [waits]


@pytest.mark.parametrize(
    ("code", "headers"),
    [
        (403, {"Retry-After": "3600"}),
        (429, {"X-RateLimit-Reset": "1000003590", "Date": "Sun, 09 Sep 2001 01:46:40 GMT"}),
    ],
)
def test_a_host_that_asks_for_an_hour_is_not_waited_for(
    host: CodeHost, environment: Environment, code: int, headers: dict[str, str]
) -> None:
    host.failures = [(code, headers, "")]
    with pytest.raises(HostTrouble, match=rf"takes no more .*answers {code}\); run this again in 60 minutes"):
        put(environment)


def test_a_host_that_stays_broken_is_given_up(host: CodeHost, environment: Environment) -> None:
    host.failures = [(503, {}, "")] * 4
    with pytest.raises(HostTrouble, match=r"does not work \(it answers 503\); run this again later"):
        put(environment)
    assert (host.comments, host.failures) == ([], [])


def test_a_comment_whose_answer_got_lost_is_not_made_twice(host: CodeHost, environment: Environment) -> None:
    host.lost = ["POST"]
    assert put(environment) is Done.SAME
    assert len(host.comments) == 1


def test_a_host_that_is_not_there_is_said(host: CodeHost, environment: Environment) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {each: value.replace(host.address, f"http://127.0.0.1:{port}") for each, value in environment.items()}  # fmt: skip
    with pytest.raises(HostTrouble, match="cannot be reached: connection refused"):
        put(environment)


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([{"field": "data", "message": "Body is too long"}], "422: Validation Failed: Body is too long"),
        (["Body is too long", {"field": "data"}], "422: Validation Failed: Body is too long"),
        ("none", "422: Validation Failed"),
    ],
)
def test_why_a_comment_is_not_taken_is_said(
    host: CodeHost, environment: Environment, errors: Any, said: str
) -> None:
    host.failures = [(422, {}, json.dumps({"message": "Validation Failed", "errors": errors}))]
    with pytest.raises(HostTrouble, match=re.escape(f"does not take the comment ({said})")):
        put(environment)


# The token


def test_a_wrong_token_is_said_with_the_way_out_and_not_shown(
    host: CodeHost, environment: Environment
) -> None:
    name = "GITHUB_TOKEN" if "GITHUB_TOKEN" in environment else "GITLAB_TOKEN"
    with pytest.raises(Refused, match=f"401: Bad credentials.*{name}") as raised:
        put({**environment, name: "another-t0ken"})
    assert "another-t0ken" not in str(raised.value)


def test_a_token_that_may_not_write_is_said(host: CodeHost, environment: Environment) -> None:
    host.may_write = False
    with pytest.raises(Refused, match="403: Resource not accessible by integration"):
        put(environment)


def test_no_token_is_said_before_anybody_is_asked(host: CodeHost, environment: Environment) -> None:
    environment.pop("GITHUB_TOKEN", None)
    environment.pop("GITLAB_TOKEN", None)
    with pytest.raises(Refused, match="there is no token"):
        put(environment)
    assert host.asked == []


@pytest.mark.parametrize("token", [f"{TOKEN} x", f"{TOKEN}\nX-Other: y", f"{TOKEN}é", f"{TOKEN}\0"])
def test_a_token_that_is_none_is_refused_without_showing_it(environment: Environment, token: str) -> None:
    name = "GITHUB_TOKEN" if "GITHUB_TOKEN" in environment else "GITLAB_TOKEN"
    with pytest.raises(HostTrouble, match="holds characters that no token has") as raised:
        put({**environment, name: token})
    assert TOKEN not in str(raised.value)


def test_a_token_may_end_with_a_line(environment: Environment) -> None:
    name = "GITHUB_TOKEN" if "GITHUB_TOKEN" in environment else "GITLAB_TOKEN"
    assert put({**environment, name: TOKEN + "\n"}) is Done.MADE


def test_a_host_that_says_the_token_back_is_not_quoted(host: CodeHost, environment: Environment) -> None:
    host.failures = [(422, {}, json.dumps({"message": f"no {TOKEN}\n::error::x"}))]
    with pytest.raises(HostTrouble, match=r"does not take the comment \(422: no … ::error::x\)"):
        put(environment)


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(host: CodeHost, environment: Environment, code: int) -> None:
    with stand_in.running() as elsewhere:
        host.failures = [(code, {"Location": f"{elsewhere.address}/there"}, "")]
        with pytest.raises(HostTrouble, match=r"sends us on to 127\.0\.0\.1:.*; no token goes there"):
            put(environment)
        assert elsewhere.asked == []


def test_a_next_page_on_another_host_is_not_asked_for(host: CodeHost, environment: Environment) -> None:
    with stand_in.running() as elsewhere:
        host.next_page = f"{elsewhere.address}/there"
        with pytest.raises(HostTrouble, match="names a page on another host"):
            put(environment)
        assert elsewhere.asked == []


def test_pages_without_end_are_given_up(host: CodeHost, environment: Environment) -> None:
    host.next_page = f"{host.address}/repos/acme/handbook/issues/12/comments"
    with pytest.raises(HostTrouble, match="more than 100 pages"):
        put(environment)


# What CI does not say


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"GITHUB_ACTIONS": "", "GITLAB_CI": ""}, "neither GitHub Actions nor GitLab CI"),
        ({"GITHUB_API_URL": "file:///etc", "CI_API_V4_URL": "file:///etc"}, "no address of the web"),
        ({"GITHUB_API_URL": "", "CI_API_V4_URL": ""}, "_URL is not set"),
        (
            {"GITHUB_EVENT_PATH": "nowhere", "CI_MERGE_REQUEST_IID": ""},
            "nowhere: this file cannot be opened|not for a merge request",
        ),
        (
            {"GITHUB_REPOSITORY": "", "CI_MERGE_REQUEST_IID": ""},
            "GITHUB_REPOSITORY is not set|not for a merge",
        ),
    ],
)
def test_what_is_missing_is_named(environment: Environment, change: Environment, says: str) -> None:
    with pytest.raises(code_host.FileTrouble, match=says):
        put({**environment, **change})


def test_a_push_has_no_pull_request(host: CodeHost, tmp_path: Path) -> None:
    with pytest.raises(HostTrouble, match="this run is for `push`, not for a pull request"):
        host_of(host.github("push", folder=tmp_path))


@pytest.mark.parametrize("text", ["[]", "{", '{"pull_request": null}', '{"pull_request": {"number": "1"}}'])
def test_an_event_that_tells_nothing_is_refused(host: CodeHost, tmp_path: Path, text: str) -> None:
    environment = host.github("pull_request", folder=tmp_path)
    Path(environment["GITHUB_EVENT_PATH"]).write_text(text)
    with pytest.raises(HostTrouble):
        host_of(environment)


@pytest.mark.parametrize("answer", ["<html>Please log in</html>", "{}", "[1]"])
def test_an_answer_that_no_api_gives_is_said(host: CodeHost, environment: Environment, answer: str) -> None:
    host.failures = [(200, {}, answer)]
    with pytest.raises(HostTrouble, match="does not answer as its API would"):
        put(environment)
    put(environment)
    page = (200, {}, json.dumps(host.comments))
    host.failures = [page, (200, {}, answer)]  # it says who wrote the comments, and not who we are
    with pytest.raises(HostTrouble, match="does not answer as its API would"):
        put(environment)


# The command


@pytest.fixture
def review(tmp_path: Path) -> Path:
    path = tmp_path / "review.md"
    path.write_text(SAID)
    return path


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, environment: Environment, *words: str
) -> tuple[int, str, str]:
    for name in [each for each in os.environ if each.startswith(("GITHUB_", "GITLAB_", "CI"))]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", lambda _: None)
    code = cli.run(["comment", *words])
    said = capsys.readouterr()
    assert TOKEN not in said.out + said.err
    return code, said.out, said.err


def test_the_command_says_what_became_of_the_comment(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: Environment,
    review: Path,
) -> None:
    assert run(capsys, monkeypatch, environment, str(review)) == (0, "the comment was made\n", "")
    assert "left as it is" in run(capsys, monkeypatch, environment, str(review), "--update-only")[1]


def test_a_wrong_token_ends_with_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    host: CodeHost,
    environment: Environment,
    review: Path,
) -> None:
    host.may_write = False
    code, out, err = run(capsys, monkeypatch, environment, str(review))
    assert (code, out) == (2, "")
    assert "refuses the token" in err


def test_a_fork_s_comment_goes_to_the_summary_of_the_step(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    host: CodeHost,
    review: Path,
    tmp_path: Path,
) -> None:
    host.may_write = False
    summary = tmp_path / "summary.md"
    environment = host.github("pull_request", fork=True, folder=tmp_path)
    code, out, err = run(
        capsys, monkeypatch, {**environment, "GITHUB_STEP_SUMMARY": str(summary)}, str(review)
    )
    assert code == 0
    assert "in the summary of this run" in out
    assert "comes from outside" in err
    assert SAID in summary.read_text()


def test_a_fork_on_gitlab_has_its_comment_in_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, host: CodeHost, review: Path
) -> None:
    environment = {**host.gitlab(fork=True), "GITLAB_TOKEN": ""}
    code, out, _ = run(capsys, monkeypatch, environment, str(review))
    assert code == 0
    assert SAID in out
    assert host.asked == []


def test_the_pull_request_of_a_fork_that_is_gone_comes_from_outside(host: CodeHost, tmp_path: Path) -> None:
    environment = host.github("pull_request", folder=tmp_path)
    event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text())
    event["pull_request"]["head"]["repo"] = None
    Path(environment["GITHUB_EVENT_PATH"]).write_text(json.dumps(event))
    assert host_of(environment).from_outside


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_comment_is_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: Environment,
    review: Path,
    text: str,
) -> None:
    review.write_text(text)
    code, _, err = run(capsys, monkeypatch, environment, str(review))
    assert code == 2
    assert "is empty" in err


# The room


def test_no_other_room_reaches_the_network() -> None:
    package = Path(code_host.__file__).parent
    reaching = {
        path.name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        if name.startswith(("urllib.request", "http", "ssl"))
    }
    assert reaching == {"code_host.py"}
