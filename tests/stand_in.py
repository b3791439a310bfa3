"""A stand-in for the API of a code host, on this machine: comments are kept, and it can be made to fail."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "s3cret-t0ken"  # made up, and good for the stand-in alone
ME = 7

Failure = tuple[int, dict[str, str], str]


class CodeHost:
    """What the host keeps, and how it behaves."""

    def __init__(self) -> None:
        self.address = ""
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []  # method and path of each request
        self.failures: list[Failure] = []  # answered first, one a request
        self.lost: list[str] = []  # methods that are carried out once each, and whose answer gets lost
        self.may_write = True
        self.belongs_to_app = True  # as the token of a job on GitHub does
        self.per_page = 2
        self.next_page = ""  # named as the next page, in place of the true one

    def say(self, body: str, writer: int = ME, kind: str = "Bot") -> dict[str, Any]:
        someone = {"id": writer, "type": kind}
        made = {"id": len(self.comments) + 101, "body": body, "user": someone, "author": someone}
        self.comments.append(made)
        return made

    @property
    def bodies(self) -> list[str]:
        return [each["body"] for each in self.comments]

    @property
    def writes(self) -> list[str]:
        return [each for each in self.asked if not each.startswith("GET")]

    def github(self, event: str, fork: bool = False, folder: Any = None) -> dict[str, str]:
        """The environment of a job on GitHub."""
        head = "somebody/handbook" if fork else "acme/handbook"
        request = {
            "number": 12,
            "head": {"repo": {"full_name": head}},
            "base": {"repo": {"full_name": "acme/handbook"}, "sha": ""},
        }
        path = folder / "event.json"
        path.write_text(json.dumps({"pull_request": request} if event == "pull_request" else {}))
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.address,
            "GITHUB_REPOSITORY": "acme/handbook",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_TOKEN": TOKEN,
        }

    def gitlab(self, fork: bool = False) -> dict[str, str]:
        """The environment of a job on GitLab."""
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.address,
            "CI_PROJECT_ID": "6" if fork else "5",
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": "12",
            "CI_MERGE_REQUEST_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "6" if fork else "5",
            "GITLAB_TOKEN": TOKEN,
        }


@contextmanager
def running() -> Iterator[CodeHost]:
    """A code host that listens for as long as it is needed."""
    host = CodeHost()

    class Handler(_Handler):
        stands_for = host

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()


_ALL = re.compile(r"/repos/acme/handbook/issues/12/comments|/projects/5/merge_requests/12/notes")
_ONE = re.compile(r"(?:/repos/acme/handbook/issues/comments|/projects/5/merge_requests/12/notes)/(\d+)")


class _Handler(BaseHTTPRequestHandler):
    stands_for: CodeHost

    def _answer(self) -> None:
        host, url = self.stands_for, urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        said = json.loads(self.rfile.read(length)) if length else {}
        host.asked.append(f"{self.command} {self.path}")
        if host.failures:
            code, headers, text = host.failures.pop(0)
            return self._send(code, text, headers)
        if TOKEN not in (self.headers.get("PRIVATE-TOKEN"), self.headers.get("Authorization", "")[7:]):
            return self._send(401, '{"message": "Bad credentials"}')
        if url.path == "/user":
            if host.belongs_to_app:
                return self._send(403, '{"message": "Resource not accessible by integration"}')
            return self._send(200, json.dumps({"id": ME}))
        if self.command != "GET" and not host.may_write:
            return self._send(403, '{"message": "Resource not accessible by integration"}')
        if self.command == "GET" and _ALL.fullmatch(url.path):
            return self._page(int(parse_qs(url.query).get("page", ["1"])[0]))
        found = _ONE.fullmatch(url.path)
        if self.command == "POST" and _ALL.fullmatch(url.path):
            made = host.say(said["body"])
        elif found and self.command == ("PUT" if "/projects/" in url.path else "PATCH"):
            made = next(each for each in host.comments if each["id"] == int(found[1]))
            made["body"] = said["body"]
        else:
            return self._send(404, '{"message": "Not Found"}')
        if self.command in host.lost:
            host.lost.remove(self.command)
            self.close_connection = True
            return None
        return self._send(201, json.dumps(made))

    do_GET = do_POST = do_PUT = do_PATCH = _answer

    def _page(self, number: int) -> None:
        host = self.stands_for
        start, end = (number - 1) * host.per_page, number * host.per_page
        headers = {}
        if end < len(host.comments) or host.next_page:
            following = host.next_page or f"{host.address}{urlsplit(self.path).path}?page={number + 1}"
            headers["Link"] = f'<{host.address}/first>; rel="first", <{following}>; rel="next"'
        self._send(200, json.dumps(host.comments[start:end]), headers)

    def _send(self, code: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        data = text.encode()
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
