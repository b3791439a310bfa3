"""The comment on a pull request: made once, found again by its marker, and kept up to date."""

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from sopctl import __version__, files
from sopctl.files import FileTrouble
from sopctl.named import NamedTuple

Headers = Mapping[str, str]
"""What an answer says beside its text, by name in small letters."""


class HostTrouble(FileTrouble):
    """The code host did not do what was asked; the message is for the user."""


class Refused(HostTrouble):
    """The token is missing, wrong, or may not write."""


class Done(Enum):
    """What became of the comment."""

    MADE = "the comment was made"
    UPDATED = "the comment was brought up to date"
    SAME = "the comment says this already; it was left as it is"
    NONE = "there is no comment yet, and none was made"


class Host(NamedTuple):
    """A code host as its CI tells of it: where the comments of a pull request stand, and who writes them."""

    name: str
    comments: str  # the address of all comments
    comment: str  # the address of one, without its id
    user: str  # the address that says whose token it is
    update: str  # the method that changes a comment
    writer: str  # the key of a comment that says who wrote it
    longest: int  # so many characters may a comment have
    token: str
    token_help: str
    token_header: tuple[str, str]  # its name, and what stands before the token
    from_outside: bool  # the pull request comes from where no token that may write is given out


def host_of(environment: Mapping[str, str]) -> Host:
    """The code host and the pull request that this run of CI is for; HostTrouble says what is missing."""
    if environment.get("GITHUB_ACTIONS"):
        return _github(environment)
    if environment.get("GITLAB_CI"):
        return _gitlab(environment)
    raise HostTrouble(
        "this is neither GitHub Actions nor GitLab CI, so nobody says which pull request is meant; "
        "run `sopctl comment` in the CI of a pull request"
    )


def put(
    host: Host,
    name: str,
    text: str,
    *,
    update_only: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Done:
    """Make the pull request's comment of this name say the text; with `update_only` make no new one.

    A host that is busy is asked again, from the start: what was written before an answer got lost
    is found, and not written twice.
    """
    body = _fitted(f"{_marker(name)}\n{text.strip()}\n", host.longest)
    for pause in (*_PAUSES, None):
        try:
            return _put(host, name, body, update_only)
        except _Busy as busy:
            wait = pause if busy.wait is None or pause is None else max(pause, busy.wait)
            if wait is None or wait > _MOST_PATIENCE:
                raise HostTrouble(f"{host.name} {busy}; run this again {_when(busy.wait)}") from busy
            sleep(wait)
    raise AssertionError("the last attempt returns or raises")


# Hosts


def _github(environment: Mapping[str, str]) -> Host:
    api = _address(environment, "GITHUB_API_URL")
    repository = quote(_said(environment, "GITHUB_REPOSITORY"))
    event = _event(Path(_said(environment, "GITHUB_EVENT_PATH")))
    request = event.get("pull_request")
    if not isinstance(request, dict) or not isinstance(request.get("number"), int):
        what = environment.get("GITHUB_EVENT_NAME", "another event")
        raise HostTrouble(
            f"this run is for `{what}`, not for a pull request; run `sopctl comment` on `pull_request`"
        )
    return Host(
        name="GitHub",
        comments=f"{api}/repos/{repository}/issues/{request['number']}/comments?per_page=100",
        comment=f"{api}/repos/{repository}/issues/comments/",
        user=f"{api}/user",
        update="PATCH",
        writer="user",
        longest=65_536,
        token=_token(environment, "GITHUB_TOKEN"),
        token_help=(
            "give the job `permissions: {contents: read, pull-requests: write}`, "
            "and the step `env: {GITHUB_TOKEN: ${{ github.token }}}`"
        ),
        token_header=("Authorization", "Bearer "),
        from_outside=_is_fork(request) or environment.get("GITHUB_ACTOR") == "dependabot[bot]",
    )


def _gitlab(environment: Mapping[str, str]) -> Host:
    api = _address(environment, "CI_API_V4_URL")
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    if not number:
        what = environment.get("CI_PIPELINE_SOURCE", "another pipeline")
        raise HostTrouble(
            f"this run is for `{what}`, not for a merge request; "
            "run `sopctl comment` where `$CI_PIPELINE_SOURCE` is `merge_request_event`"
        )
    # the pipeline of a fork runs in the fork, and the merge request stands elsewhere
    project = environment.get("CI_MERGE_REQUEST_PROJECT_ID") or _said(environment, "CI_PROJECT_ID")
    source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", project)
    notes = f"{api}/projects/{quote(project, safe='')}/merge_requests/{quote(number, safe='')}/notes"
    return Host(
        name="GitLab",
        comments=f"{notes}?per_page=100&sort=asc&order_by=created_at",
        comment=f"{notes}/",
        user=f"{api}/user",
        update="PUT",
        writer="author",
        longest=1_000_000,
        token=_token(environment, "GITLAB_TOKEN"),
        token_help=(
            "make a project access token with the role Reporter and the scope `api`, and give it to "
            "the project as the masked variable GITLAB_TOKEN (the job's own token may not write notes)"
        ),
        token_header=("PRIVATE-TOKEN", ""),
        from_outside=source != project,
    )


def _said(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise HostTrouble(f"{name} is not set; the CI of a pull request sets it")
    return environment[name]


def _address(environment: Mapping[str, str], name: str) -> str:
    address = _said(environment, name).rstrip("/")
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise HostTrouble(f"{name} is no address of the web: `{address}`")
    return address


def _token(environment: Mapping[str, str], name: str) -> str:
    token = environment.get(name, "").strip()
    if not (token.isascii() and (token.isprintable() and " " not in token)):
        raise HostTrouble(f"{name} holds characters that no token has; copy it again")
    return token


def _event(path: Path) -> dict[str, Any]:
    try:
        event = json.loads(files.text_of(path))
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise HostTrouble(f"{path} does not tell of an event; GITHUB_EVENT_PATH should name its file")
    return event


def _is_fork(request: Mapping[str, Any]) -> bool:
    """Whether a pull request comes from another repository, or from one that is gone."""
    head, base = ((request.get(side) or {}).get("repo") or {} for side in ("head", "base"))
    return head.get("full_name") != base.get("full_name")


# The comment


def _put(host: Host, name: str, body: str, update_only: bool) -> Done:
    if not host.token:
        raise Refused(f"there is no token for {host.name}; {host.token_help}")
    mine = _mine(host, name)
    if mine is None:
        if update_only:
            return Done.NONE
        _ask(host, "POST", host.comments.partition("?")[0], {"body": body})
        return Done.MADE
    if _plain(mine["body"]) == _plain(body):
        return Done.SAME
    _ask(host, host.update, f"{host.comment}{mine['id']}", {"body": body})
    return Done.UPDATED


def _mine(host: Host, name: str) -> dict[str, Any] | None:
    """The oldest comment of this name that we wrote: anybody can write the marker."""
    marked = [each for each in _comments(host) if each["body"].startswith(_marker(name))]
    if not marked:
        return None
    me = _me(host)
    return next((each for each in marked if _wrote(each.get(host.writer) or {}, me)), None)


def _comments(host: Host) -> Iterator[dict[str, Any]]:
    address: str | None = host.comments
    for _ in range(_MOST_PAGES):
        if address is None:
            return
        page, headers = _ask(host, "GET", address)
        if not isinstance(page, list) or not all(isinstance(each, dict) for each in page):
            raise _no_api(host)
        yield from (each for each in page if isinstance(each.get("body"), str))
        address = _next(host, headers)
    raise HostTrouble(f"{host.name} lists more than {_MOST_PAGES} pages of comments; ours was not among them")


def _next(host: Host, headers: Headers) -> str | None:
    """The address of the next page; a page that is not full need not be the last."""
    found = re.search(r'<([^<>]*)>\s*;[^,<]*\brel="?next"?', headers.get("link", ""))
    if found is None:
        return None
    address: str = urljoin(host.comments, found[1])
    if urlsplit(address)[:2] != urlsplit(host.comments)[:2]:
        raise HostTrouble(
            f"{host.name} names a page on another host, {urlsplit(address).netloc}; no token goes there"
        )
    return address


def _me(host: Host) -> int | None:
    """Who the token belongs to; None for the token of a job, which belongs to an app."""
    try:
        user, _ = _ask(host, "GET", host.user)
    except Refused:
        if host.name == "GitHub":
            return None
        raise
    if not isinstance(user, dict) or not isinstance(user.get("id"), int):
        raise _no_api(host)
    return int(user["id"])


def _wrote(writer: Mapping[str, Any], me: int | None) -> bool:
    return writer.get("type") == "Bot" if me is None else writer.get("id") == me


def _marker(name: str) -> str:
    return f"<!-- sopctl comment: {re.sub(r'[^A-Za-z0-9_.]+', '-', name).strip('-')} -->"


def _plain(body: str) -> str:
    """A body as hosts keep it, be it with other ends of lines or without the last one."""
    return body.replace("\r\n", "\n").strip()


def _fitted(body: str, longest: int) -> str:
    """As much of a body as a comment takes, with what stands open at its end closed."""
    room = len(body)
    text = body
    while len(text) > longest:
        room -= len(text) - longest
        kept = _cut(body, room)
        text = kept + _closing(kept) + _LEFT_OUT
    return text


_LEFT_OUT = "\n\n*The rest is left out: a comment holds no more.*\n"


def _cut(body: str, room: int) -> str:
    """The lines that there is room for; a line that would be most of it is cut within."""
    kept = body[:room]
    for end in ("\n", " "):
        lines = kept.rpartition(end)[0]
        if len(lines) > room // 2:
            return lines
    return kept


def _closing(text: str) -> str:
    """What closes the fence and the `<details>` that stand open at the end of a text."""
    fence, depth = "", 0
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            depth = max(0, depth + line.count("<details") - line.count("</details>"))
    return (f"\n{fence}" if fence else "") + "\n\n</details>" * depth


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


# The line


class _Busy(Exception):
    """The host gave no answer, or asks to be left alone for a while (in seconds, where it says so)."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class _Stay(HTTPRedirectHandler):
    """Nobody is followed elsewhere: the token would go along."""

    def redirect_request(self, *_: Any) -> None:
        return None


_PAUSES = (1.0, 4.0, 16.0)
_PENALTY = 60.0  # what GitHub asks for where it is angry and does not say for how long
_MOST_PATIENCE = 120.0
_TIMEOUT = 20.0
_MOST_PAGES = 100


def _ask(host: Host, method: str, address: str, said: Mapping[str, str] | None = None) -> tuple[Any, Headers]:
    """What the host answers, and the headers of the answer."""
    name, before = host.token_header
    headers = {
        name: before + host.token,
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": f"sopctl/{__version__}",
    }
    data = None if said is None else json.dumps(said).encode()
    request = Request(address, data, headers, method=method)
    try:
        with build_opener(_Stay).open(request, timeout=_TIMEOUT) as answer:
            text, found = answer.read(), _headers(answer)
    except HTTPError as error:
        with error:
            raise _trouble(host, error) from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        why = str(getattr(reason, "strerror", None) or reason).lower()
        raise _Busy(f"cannot be reached: {why}") from error
    try:
        return json.loads(text), found
    except ValueError:
        raise _no_api(host) from None


def _no_api(host: Host) -> HostTrouble:
    where = urlsplit(host.comments).netloc
    return HostTrouble(f"{host.name} does not answer as its API would: is {where} the right host?")


def _headers(answer: Any) -> Headers:
    return {name.lower(): value for name, value in answer.headers.items()}


def _trouble(host: Host, error: HTTPError) -> Exception:
    """What an answer that is no success means for us."""
    said, code, headers = _message(host, error), error.code, _headers(error)
    if 300 <= code < 400:
        to = urlsplit(urljoin(error.url, headers.get("location", ""))).netloc
        return HostTrouble(f"{host.name} sends us on to {to or 'nowhere'}; no token goes there")
    if code == 429 or (code == 403 and _is_limit(headers, said)):
        return _Busy(f"takes no more from us for now (it answers {code}{said})", _wait(headers, code))
    if code >= 500 or code == 408:
        return _Busy(f"is there, but does not work (it answers {code}{said})", _wait(headers, code))
    if code in (401, 403, 404):  # what may not be seen is said not to be there
        return Refused(f"{host.name} refuses the token ({code}{said}); {host.token_help}")
    return HostTrouble(f"{host.name} does not take the comment ({code}{said})")


def _message(host: Host, error: HTTPError) -> str:
    """The host's own words, on one line and without the token."""
    try:
        answer = json.loads(error.read(100_000))
    except (ValueError, OSError, HTTPException):
        return ""
    if not isinstance(answer, dict):
        return ""
    told = answer.get("message") or answer.get("error") or ""
    said = ": ".join(filter(None, [str(told), *_reasons(answer.get("errors"))]))
    words = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return f": {words.replace(host.token, '…')[:300]}" if words else ""


def _reasons(errors: Any) -> Iterator[str]:
    """What GitHub says beside “Validation Failed”."""
    for each in errors if isinstance(errors, list) else ():
        reason = each.get("message") if isinstance(each, dict) else each
        if isinstance(reason, str):
            yield reason


def _is_limit(headers: Headers, said: str) -> bool:
    return (
        "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or "rate limit" in said.lower()
    )


def _wait(headers: Headers, code: int) -> float | None:
    """For how many seconds the host asks to be left alone."""
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if code in (403, 429) and headers.get("x-ratelimit-remaining", "0") == "0" and reset.isdecimal():
        from email.utils import parsedate_to_datetime

        try:  # the host's own clock: ours may be wrong
            return max(0.0, float(reset) - parsedate_to_datetime(headers["date"]).timestamp())
        except (KeyError, ValueError):
            return _PENALTY
    return _PENALTY if code in (403, 429) else None


def _when(wait: float | None) -> str:
    """When to try again, in words."""
    if wait is None:
        return "later"
    minutes = math.ceil(wait / 60)
    return f"in {minutes} minute{'' if minutes == 1 else 's'}" if minutes else "later"
