"""The site: linted, rendered, and built into a folder that is swapped in whole.

Nothing here prints: whoever calls is told through `tell`, and gets findings as values.
"""

import os
import posixpath
import re
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO

from sopctl import builders, files, writing
from sopctl.analysis.lately import Edit
from sopctl.builders import (
    MKDOCS,
    Builder,
    BuildTrouble,
    Own,
    complaints,
    configuration,
    doubts,
    environment,
    failures,
    fit_configuration,
    own_configuration,
    settings,
)
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.files import FileTrouble
from sopctl.lean import MARK, asked_for, put_back, set_aside
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.named import NamedTuple
from sopctl.render import Command, Links, Site, load, site
from sopctl.render.pages import nav
from sopctl.repository import Commit, repository_of
from sopctl.rules import USUAL, Rule

Tell = Callable[[str], None]


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

    @property
    def stays(self) -> str:
        """What is left of the last good site where a new one cannot be made."""
        return "; the last good one stays" if files.holds_any(self.html) else ""


class Built(NamedTuple):
    """What came of it: the findings, and how many pages there are (none where findings stood in the way)."""

    diagnostics: tuple[Diagnostic, ...]
    pages: int
    stopped: bool


def render(
    places: Places,
    library: Library,
    tell: Tell,
    commands: Sequence[Command] = (),
    diagnostics: Iterable[Diagnostic] | None = None,
    *,
    offline: bool = False,
    kept: Mapping[str, bytes] = MappingProxyType({}),
) -> Site:
    """Write the Markdown pages, and all that belongs to them, to `site/pages`; of the old ones only
    those that are to be `kept` stay, where no new one takes their place."""
    writing.check_own(places.root, places.pages)
    templates = load(places.templates)
    for unused in templates.unused:
        tell(f"warning: {unused}")
    addresses = own_configuration(places.root).addresses(offline)
    made = site(library, templates, commands, diagnostics, addresses, edits(places.root, library))
    writing.write_folder(
        places.pages, {**kept, **_beside(places, made), **made.pages, **made.data, **_by_hand(places)}
    )
    return made


def build(
    places: Places,
    library: Library,
    tell: Tell,
    *,
    rules: Sequence[Rule] = USUAL,
    fail_on: Severity = Severity.ERROR,
    commands: Sequence[Command] = (),
    builder: Builder = Builder.MKDOCS,
    offline: bool = False,
) -> Built:
    """Lint, render, and build the site. Findings at or above `fail_on` stop it before anything is
    written; where the builder fails, BuildTrouble says why, and the last good site stays. `offline`
    makes one that works from a folder, without a server."""
    diagnostics = tuple(lint(library, rules))
    if any(each.severity.rank <= fail_on.rank for each in diagnostics):
        return Built(diagnostics, 0, True)
    own = _fitting(places, tell)
    made = render(places, library, tell, commands, diagnostics, offline=offline)
    tell(f"{len(made.pages)} pages are written; {builder.called} makes the site of them")
    menu = nav(Links(library), commands)

    def run(pages: Path, html: Path) -> None:
        with configuration(own, settings(own, library, pages, html, menu, builder, offline)) as config:
            builders.run(builder, config, library.today, made.sources, places.stays)

    with writing.new_folder(places.html) as folder:
        if own.reads_pages or not _from_lean_pages(places, made, folder, run):
            run(places.pages, folder)
        writing.swap_in(folder, places.html)
    return Built(diagnostics, len(made.pages), False)


def _fitting(places: Places, tell: Tell) -> Own:
    """The configuration of the writers, and a word on what of it does not count."""
    own = fit_configuration(places.root)
    if elsewhere := own.elsewhere(places.home, places.pages, places.html):
        told = " and ".join(f"`{each}`" for each in elsewhere)
        tell(
            f"warning: {told} in {own.path.name} {'do' if elsewhere[1:] else 'does'} not count: "
            "pages by hand belong in site/home, and the site is made in site/html"
        )
    return own


def _from_lean_pages(places: Places, made: Site, html: Path, run: Callable[[Path, Path], None]) -> bool:
    """Build the site in `html`. The builder is given neither what it would only parse nor what it would
    only copy, unless a page of the writers' own asks for it. False where not all of it could be put
    back, because something of the writers' own takes out the marks, or holds such marks itself."""
    beside, by_hand = _beside(places, made), _by_hand(places)
    others = [*beside.items(), *by_hand.items()]
    if any(MARK.encode() in data for _, data in others):
        return False
    written = [data.decode("utf-8", "replace") for path, data in others if path.endswith(".md")]
    named = {name for text in written for name in _DATA.findall(text)}
    later = {
        path: data
        for path, data in made.data.items()
        if path.startswith("sops/") and path not in by_hand and posixpath.basename(path) not in named
    }
    asked = asked_for((*written, *made.pages.values()))
    kept: list[str] = []
    lean = {path: set_aside(page, kept, asked) for path, page in made.pages.items()}
    now = {path: data for path, data in made.data.items() if path not in later}
    with writing.new_folder(places.pages) as pages:
        writing.fill(pages, {**beside, **lean, **now, **by_hand})
        run(pages, html)
    back: set[int] = set()
    writing.change(html, ".html", lambda page: put_back(page, kept, back))
    writing.fill(html, later)
    return len(back) == len(kept)


_DATA = re.compile(r"[\w.-]+\.js(?:on)?\b")


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
    settled: Callable[[], bool] = lambda: True,
) -> None:
    """Preview the site, and make it anew whenever a SOP, a register, a template or a page by hand
    changes, until interrupted, or until what is `settled` is so no more. `read` reads the library; `show`
    gets the findings each time."""
    _check_free(address)
    if changes is None:
        from watchfiles import watch

        changes = watch
    own = _fitting(places, tell)
    library = read()
    _renew(places, lambda: library, tell, show, rules, commands)
    places.pages.mkdir(parents=True, exist_ok=True)
    with (
        configuration(own, _previewed(own, places, library, commands)) as config,
        _heard() as (saying, said),
    ):
        arguments = [*MKDOCS, "serve", "--livereload", "--config-file", str(config), "--dev-addr", address]
        server = subprocess.Popen(
            arguments, cwd=places.root, env=environment(library.today), stdout=saying, stderr=saying
        )
        rest = since = doubted = ""
        stands = False
        try:
            tell(f"the preview will stand at http://{address}/ once the site is made; stop it with Ctrl-C")
            for changed in _changed(changes, (sops, places.templates, places.home)):
                if server.poll() is not None:
                    _check_free(address)  # somebody may have come first while the pages were made
                    said.seek(0)
                    raise BuildTrouble(f"the preview has stopped:{complaints(said.read(), {})}")
                heard = said.read()
                failed, rest = failures(rest + heard)
                for why in failed:
                    tell(
                        f"{Builder.MKDOCS.called} cannot make the pages anew; the browser waits until this is mended:{why}"
                    )
                made, since = doubts(since + heard)
                for why in made:
                    if why and why != doubted:
                        tell(f"warning: as they are, `sopctl build` will not make a site of the pages:{why}")
                    doubted = why
                if not stands and _answers(address):
                    stands = True
                    tell(f"the preview stands at http://{address}/")
                if not settled():
                    return
                if changed:
                    _renew(places, read, tell, show, rules, commands, config)
        finally:
            _end(server)


@contextmanager
def _heard() -> Iterator[tuple[IO[str], IO[str]]]:
    """A file to be written by another process and, with a place of its own, read meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said"
        with (
            path.open("w", encoding="utf-8") as saying,
            path.open(encoding="utf-8", errors="replace") as said,
        ):
            yield saying, said


def _changed(changes: Callable[..., Iterable[object]], folders: Sequence[Path]) -> Iterator[bool]:
    """Again and again, whether something has changed below the folders; some may be made meanwhile."""
    new = False
    while True:
        there = [folder for folder in folders if folder.is_dir()]
        for changed in changes(*there, raise_interrupt=True, rust_timeout=1000, yield_on_timeout=True):
            yield new or bool(changed)
            again = not {str(folder) for folder in there}.isdisjoint(_paths(changed))  # deleted and made anew
            new = again or there != [folder for folder in folders if folder.is_dir()]
            if new:  # what is written into it from here on, the next watch sees
                break
        else:
            return


def _paths(changed: object) -> Iterator[str]:
    """The paths of changes, as watchfiles tells them: each with what has happened to it."""
    for each in changed if isinstance(changed, set) else ():
        if isinstance(each, tuple):
            yield str(each[-1])


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _answers(address: str) -> bool:
    """Whether somebody listens at the address, which is a free one of ours."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=1):
            return True
    except (OSError, UnicodeError):
        return False


def _check_free(address: str) -> None:
    """Refuse an address at which no preview can stand; found out by standing there for a moment."""
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
    config: Path | None = None,
) -> None:
    """Read, lint and render once more, and tell MkDocs of another menu or name in its `config`. What
    stands in the way is told, and the old pages stay; so do those of a file that cannot be read."""
    try:
        library = read()
        diagnostics = lint(library, rules)
        show(diagnostics)
        kept = files.read_folder(places.pages) if library.unreadable else {}
        told = _previewed(fit_configuration(places.root), places, library, commands)
        made = render(places, library, tell, commands, diagnostics, kept=kept)
        if config and not library.unreadable and files.bytes_of(config) != told.encode():
            writing.write(config, told)
    except BrokenPipeError:
        raise
    except Exception as error:
        old = "; the old pages stay" if files.holds_any(places.pages) else ""
        tell(f"{files.complaint(error)}{old}")
    else:
        tell(f"{len(made.pages)} pages are up to date{_but(library.unreadable)}")


def _but(unreadable: Sequence[str]) -> str:
    if not unreadable:
        return ""
    which = f"{len(unreadable)} files" if unreadable[1:] else unreadable[0]
    return f"; the old ones of {which} stay until what stands there can be read"


def _previewed(own: Own, places: Places, library: Library, commands: Sequence[Command]) -> str:
    """The settings of a preview."""
    menu = nav(Links(library), commands)
    return settings(own, library, places.pages, places.html, menu, Builder.MKDOCS, False)


def edits(root: Path, library: Library) -> list[Edit]:
    """By SOP, the newest commit of its file up to today, the newest first; none where there is no repository."""
    paths = {library.path_of(sop): sop for sop in library.sops}
    try:
        commits, top = _history(root, [str(root / path) for path in paths])
    except FileTrouble:
        return []
    newest: dict[str, Edit] = {}
    for commit in commits:
        for file in commit.files if commit.committed.date() <= library.today else ():
            sop = paths.get(posixpath.relpath(file.path, top) if top else file.path)
            if sop is not None:
                newest.setdefault(sop.id, Edit(commit.committed.date(), sop, commit.subject))
    found = sorted(newest.values(), key=lambda edit: edit.sop.id)
    return sorted(found, key=lambda edit: edit.on, reverse=True)


def _history(root: Path, files: Sequence[str]) -> tuple[tuple[Commit, ...], str]:
    """The commits of the main line that touched the folder of these files, and where the root is in the repository."""
    if not files:
        return (), ""
    repository = repository_of(root)
    try:
        folder = Path(os.path.commonpath([os.path.dirname(file) for file in files]))
        return repository.history("HEAD", folder, mainline=True), repository.inside(root)
    finally:
        repository.close()


def _beside(places: Places, made: Site) -> dict[str, bytes]:
    """What stands beside the pages: what ships with us, and linked files."""
    linked = {
        address: data
        for address, path in made.files.items()
        if (data := files.bytes_of(places.root / path)) is not None
    }
    return {**files.read_folder(files.find_data("site/home")), **linked}


def _by_hand(places: Places) -> dict[str, bytes]:
    """Pages and files that the writers keep; they take the place of ours."""
    return files.read_folder(places.home, places.root)
