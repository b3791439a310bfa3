"""The site: linted, rendered, and built by MkDocs into a folder that is swapped in whole.

Nothing here prints: whoever calls is told through `tell`, and gets findings as values.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import NamedTuple

from sopctl import files
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.render import Command, Links, Site, load, site
from sopctl.render.pages import nav
from sopctl.rules import USUAL, Rule

Tell = Callable[[str], None]


class BuildTrouble(FileTrouble):
    """The site could not be built; the message is for the user."""


class Places(NamedTuple):
    """Where a knowledge base keeps what its site is made of."""

    root: Path
    templates: Path
    home: Path
    pages: Path
    html: Path

    @classmethod
    def of(cls, root: Path, templates: str = "templates") -> "Places":
        return cls(root, root / templates, root / "site/home", root / "site/pages", root / "site/html")


class Built(NamedTuple):
    """What came of it: the findings, and how many pages there are (none where findings stood in the way)."""

    diagnostics: tuple[Diagnostic, ...]
    pages: int
    stopped: bool


def render(places: Places, library: Library, commands: Sequence[Command] = ()) -> Site:
    """Write the Markdown pages, and all that belongs to them, to `site/pages`."""
    made = site(library, load(places.templates), commands)
    files.write_folder(places.pages, _contents(places, made))
    return made


def build(
    places: Places,
    library: Library,
    tell: Tell,
    *,
    rules: Sequence[Rule] = USUAL,
    fail_on: Severity = Severity.ERROR,
    commands: Sequence[Command] = (),
) -> Built:
    """Lint, render, and build the site. Findings at or above `fail_on` stop it before anything is
    written; where MkDocs fails, BuildTrouble says why, and the last good site stays."""
    diagnostics = tuple(lint(library, rules))
    if any(each.severity.rank <= fail_on.rank for each in diagnostics):
        return Built(diagnostics, 0, True)
    _config_of(places)
    made = render(places, library, commands)
    tell(f"{len(made.pages)} pages are written; MkDocs makes the site of them")
    with files.new_folder(places.html) as folder, _configuration(places, library, folder, commands) as config:
        _run_mkdocs(["build", "--strict", "--clean", "--config-file", str(config)], places.root, made)
        files.swap_in(folder, places.html)
    return Built(diagnostics, len(made.pages), False)


def serve(
    places: Places,
    read: Callable[[], Library],
    tell: Tell,
    show: Callable[[list[Diagnostic]], None],
    *,
    sops: Path,
    rules: Sequence[Rule] = USUAL,
    commands: Sequence[Command] = (),
    address: str = "127.0.0.1:8000",
    changes: Callable[..., Iterable[object]] | None = None,
) -> None:
    """Preview the site, and make it anew whenever a SOP, a register, a template or a page by hand
    changes, until interrupted. `read` reads the library; `show` gets the findings each time."""
    _check_free(address)
    if changes is None:
        from watchfiles import watch

        changes = watch
    library = read()
    _renew(places, lambda: library, tell, show, rules, commands)
    places.pages.mkdir(parents=True, exist_ok=True)
    with (
        _configuration(places, library, places.html, commands) as config,
        tempfile.TemporaryFile("w+") as said,
    ):
        arguments = [*_MKDOCS, "serve", "--livereload", "--config-file", str(config), "--dev-addr", address]
        server = subprocess.Popen(arguments, cwd=places.root, env=_environment(), stdout=said, stderr=said)
        try:
            tell(f"the preview stands at http://{address}/; stop it with Ctrl-C")
            watched = [path for path in (sops, places.templates, places.home) if path.is_dir()]
            for changed in changes(*watched, raise_interrupt=True, rust_timeout=1000, yield_on_timeout=True):
                if server.poll() is not None:
                    _check_free(address)  # somebody may have come first while the pages were made
                    said.seek(0)
                    raise BuildTrouble(f"the preview has stopped:{_complaints(said.read(), {})}")
                if changed:
                    _renew(places, read, tell, show, rules, commands)
        finally:
            _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _check_free(address: str) -> None:
    """Refuse an address at which no preview can stand; found out by standing there for a moment."""
    import socket

    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) < 65536):
        raise BuildTrouble(f"`{address}` is no address; write it like 127.0.0.1:8000")
    try:
        family, kind, _, _, place = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name == "posix":  # elsewhere this would let two servers have one port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except (OSError, UnicodeError) as error:
        reason = str(getattr(error, "strerror", None) or error).lower()
        raise BuildTrouble(
            f"no preview can stand at {address}: {reason}; name another place, such as `--address 127.0.0.1:8001`"
        ) from error


def _renew(
    places: Places,
    read: Callable[[], Library],
    tell: Tell,
    show: Callable[[list[Diagnostic]], None],
    rules: Sequence[Rule],
    commands: Sequence[Command],
) -> None:
    """Read, lint and render once more; what stands in the way is told, and the old pages stay."""
    try:
        library = read()
        show(lint(library, rules))
        made = render(places, library, commands)
    except FileTrouble as trouble:
        tell(str(trouble))
    else:
        tell(f"{len(made.pages)} pages are up to date")


def _contents(places: Places, made: Site) -> dict[str, str | bytes]:
    """All that MkDocs gets: what ships with us, the pages, linked files, and pages by hand."""
    linked = {
        address: data
        for address, path in made.files.items()
        if (data := files.bytes_of(places.root / path)) is not None
    }
    ours = files.read_folder(files.find_data("site/home"))
    return {**ours, **made.pages, **linked, **files.read_folder(places.home)}


def _config_of(places: Places) -> Path:
    for name in ("mkdocs.yml", "mkdocs.yaml"):
        if (places.root / name).is_file():
            return places.root / name
    raise BuildTrouble(f"there is no mkdocs.yml in {places.root}; `sopctl init` makes one")


@contextmanager
def _configuration(
    places: Places, library: Library, html: Path, commands: Sequence[Command]
) -> Iterator[Path]:
    """A configuration for MkDocs that takes the writer's own and adds what only we know."""
    own = _config_of(places)
    text = files.text_of(own)
    base = library.knowledge_base
    values: dict[str, object] = {
        "INHERIT": own.name,
        "docs_dir": str(places.pages),
        "site_dir": str(html),
        "validation": {"nav": {"omitted_files": "ignore"}, "links": {"anchors": "warn"}},
    }
    if not re.search(r"^nav:", text, re.MULTILINE):
        values["nav"] = [{title: path} for title, path in nav(Links(library), commands)]
    if base and base.title:
        values["site_name"] = escape(base.title)
    # beside mkdocs.yml, because MkDocs follows relative paths in it from where the file lies
    with files.new_file(own.with_name(f".{own.name}"), json.dumps(values, indent=1)) as config:
        yield config


_MKDOCS = (sys.executable, "-m", "mkdocs")


def _environment() -> dict[str, str]:
    return {**os.environ, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true", "PYTHONUTF8": "1"}


def _run_mkdocs(arguments: Sequence[str], root: Path, made: Site) -> None:
    done = subprocess.run(
        [*_MKDOCS, *arguments], cwd=root, env=_environment(), text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BuildTrouble(
            f"MkDocs cannot make the site; the last good one stays:{_complaints(done.stdout, made.sources)}"
        )


_COMPLAINT = re.compile(r"^(?:WARNING|ERROR|CRITICAL) +- +(.*)", re.MULTILINE)
_PAGE = re.compile(r"Doc file '([^']+)'")


def _complaints(output: str, sources: Mapping[str, str]) -> str:
    """What MkDocs complains of, told of the files that writers know."""
    said = _COMPLAINT.findall(output) or output.strip().splitlines()[-12:]

    def named(found: re.Match[str]) -> str:
        source = sources.get(found[1])
        return f"{source} (page {found[1]})" if source else f"the page {found[1]}"

    lines = [_PAGE.sub(named, each) for each in said]
    more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "".join(f"\n  {each}" for each in lines[:_MOST] + more)


_MOST = 12
