"""What browser tests stand on: a site in a folder and on localhost, and ways to look at a page."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from filelock import FileLock
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Route

from sopctl import build as building
from sopctl.build import Places
from sopctl.cli.publish import told
from sopctl.library import Library
from sopctl.rules import USUAL, Rule

CHROMIUM = shutil.which("chromium")


def lacking(tool: str) -> None:
    """Skip a test for which a tool is not there, but never where CI counts on it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"there is no `{tool}` on the PATH, and CI must not pass without it")
    pytest.skip(f"there is no `{tool}` on the PATH")


def printed(page: Page, path: Path, paper: str = "A4") -> str:
    """What stands on the sheets of a page."""
    if shutil.which("pdftotext") is None:
        lacking("pdftotext")
    page.pdf(path=path, format=paper)
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class BuiltSite(NamedTuple):
    """A site that was built: its folder, and where it is served."""

    folder: Path
    served: str  # with a slash at its end

    def url(self, path: str = "") -> str:
        """The address of a page on localhost: `sops/TS-APP-002/`."""
        return self.served + path

    def file_url(self, path: str = "") -> str:
        """The address of the same page without a server."""
        page, mark, fragment = path.partition("#")
        file = self.folder / page / ("index.html" if page == "" or page.endswith("/") else "")
        return file.as_uri() + mark + fragment


class Look(NamedTuple):
    """How a page is looked at."""

    width: int = 1440
    height: int = 1000
    dark: bool = False
    scripts: bool = True

    @property
    def name(self) -> str:
        return f"{'desktop' if self.width > 600 else 'phone'}-{'dark' if self.dark else 'light'}"


DESKTOP, PHONE = Look(), Look(390, 844)
LOOKS = (DESKTOP, DESKTOP._replace(dark=True), PHONE, PHONE._replace(dark=True))


class NewPage(Protocol):
    """Opens an empty page that has its own storage."""

    def __call__(self, look: Look = DESKTOP, *, forgive: Callable[[str], bool] = ..., **options: Any) -> Page:
        """`forgive` names what the console may say; `options` are those of a browser context."""


def listen(context: BrowserContext, heed: Callable[[str], None]) -> None:
    """Let nothing out of the machine, and tell of whoever tried and of every error."""

    def here_alone(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in _HERE:
            heed(f"asked another host: {route.request.url}")
            route.abort()
        else:
            route.continue_()

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            heed(f"{message.text} ({message.location.get('url', '')})")

    context.route("**/*", here_alone)
    context.on("console", hear)
    context.on("weberror", lambda error: heed(str(error.error)))


_HERE = ("127.0.0.1", "localhost")


def barriers(page: Page, within: str = "") -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on a page, or in one part of it."""
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
    found = Axe().run(page, within or None, options).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def build_site(root: Path, library: Library, folder: Path, rules: Sequence[Rule] = USUAL) -> None:
    """Build the site of a knowledge base into a folder, and leave the knowledge base as it is."""
    places = Places.of(root)._replace(pages=folder.with_name(f"{folder.name}-pages"), html=folder)
    made = building.build(places, library, lambda _: None, rules=rules, commands=told())
    assert not made.stopped, [f"{each.code} {each.message}" for each in made.diagnostics]


def built_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` fills for whichever worker comes first, and that all of them share."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            make(folder)
    return folder


class Served:
    """Serves a folder on a free port of localhost as long as it is needed."""

    def __init__(self, folder: Path) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass
