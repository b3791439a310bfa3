"""The ground that commands stand on: which knowledge base, which settings, which day."""

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sopctl import files, settings
from sopctl.cli import read_or_not
from sopctl.diagnostic import Diagnostic, did_you_mean
from sopctl.files import FileTrouble, Place, Texts
from sopctl.library import Library, build
from sopctl.named import NamedTuple
from sopctl.rules import RULES, Rule
from sopctl.settings import Settings
from sopctl.terminal import shown

if TYPE_CHECKING:  # a quick lint asks nothing of git, and needs no paths with methods
    from pathlib import Path

    from sopctl.repository import Repository


class Ground(NamedTuple):
    """A knowledge base on the disk, as found from where the user stands."""

    top: str
    holds_sops: str
    settings: Settings

    @property
    def root(self) -> "Path":
        """The folder of the knowledge base, from which paths are written."""
        from pathlib import Path

        return Path(self.top)

    @property
    def folder(self) -> "Path":
        """The folder of the SOPs and registers."""
        from pathlib import Path

        return Path(self.holds_sops)

    @property
    def is_settled(self) -> bool:
        """False for a bare folder, which only a path has named."""
        return settings.find_root(self.top) is not None

    def library(self, today: date, like: Library | None = None) -> Library:
        """Read every file of the knowledge base; those that are in another one too need no reading."""
        return build(files.texts_in(self.top, self.holds_sops), today, files.beside(self.top), like)

    def library_at(
        self, ref: str, repository: "Repository", today: date, like: Library | None = None
    ) -> Library:
        """Every file of the knowledge base as it stood at a commit, wherever its settings had it then."""
        return build(self.texts_at(ref, repository), today, repository.beside_at(ref, self.root), like)

    def library_before(self, ref: str, repository: "Repository", today: date) -> Library:
        """The same of an earlier commit: an empty one, where the knowledge base came later."""
        from sopctl.repository import NotThere

        try:
            return self.library_at(ref, repository, today)
        except NotThere:
            return build({}, today)

    def texts_at(self, ref: str, repository: "Repository") -> Texts:
        """The texts of these files."""
        try:
            past = settings.folder(lambda name: repository.text_at(ref, self.root / name))
        except FileTrouble as trouble:
            raise FileTrouble(f"at `{ref}`, {trouble}") from None
        return repository.texts_at(ref, self.root, self.root / past)

    def library_staged(self, repository: "Repository", today: date, like: Library | None = None) -> Library:
        """Every file of the knowledge base as the next commit would hold it."""
        try:
            now = settings.folder(lambda name: repository.text_staged(self.root / name))
        except FileTrouble as trouble:
            raise FileTrouble(f"as it is staged, {trouble}") from None
        texts = repository.texts_staged(self.root, self.root / now)
        return build(texts, today, repository.beside_staged(self.root), like)

    def shown(self, path: str) -> str:
        """A path of the library as seen from where the user stands."""
        if os.getcwd() == self.top:
            return path
        return os.path.relpath(os.path.join(self.top, path)).replace(os.sep, "/")

    def rules(self, select: Sequence[str] | None = None, ignore: Sequence[str] | None = None) -> list[Rule]:
        """The rules that run: those selected, by code or beginning of a code, less those ignored; what
        the user leaves open, the settings say."""
        selected = _codes(select) if select else self._settled("select")
        ignored = _codes(ignore) if ignore else self._settled("ignore")
        return [
            rule
            for rule in RULES
            if (not selected or rule.code.startswith(selected))
            and not (ignored and rule.code.startswith(ignored))
            and (not rule.asked_only or rule.code in selected)  # a beginning of its code is not enough
        ]

    def _settled(self, key: str) -> tuple[str, ...]:
        try:
            return _codes(getattr(self.settings, key))
        except FileTrouble as trouble:
            raise FileTrouble(f"{settings.home(self.top)}, `{key}`: {trouble}") from None

    def target(self, path: str, library: Library) -> "Path":
        """The file that the user wants written; FileTrouble where it would take the place of a SOP."""
        from pathlib import Path

        place = Path(path)
        below = place.resolve().is_relative_to(self.folder.resolve()) and self.folder != self.root
        if below or any(_same(place, self.root / each) for each in (*library.by_path, *library.unreadable)):
            shown = self.shown(self.folder.relative_to(self.root).as_posix())
            what = (
                f"is below `{shown}`, where SOPs and registers stand" if below else "is a SOP or a register"
            )
            raise FileTrouble(f"`{path}` {what}; nothing was written: name a file elsewhere")
        return place

    def write(self, text: str, file: str | None, library: Library) -> None:
        """Write to the file that the user wants written, or to the terminal."""
        if file is None:
            with read_or_not():
                sys.stdout.write(text)
        else:
            from sopctl import writing

            writing.write(self.target(file, library), text)

    def seen(self, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        """Diagnostics with paths as seen from where the user stands."""
        if self.top == os.getcwd():
            return list(diagnostics)
        return [d._replace(span=d.span._replace(path=self.shown(d.span.path))) for d in diagnostics]


def find(paths: Sequence[str] = ()) -> Ground:
    """The knowledge base that the paths, or the current folder, belong to."""
    for path in paths:
        if not os.path.lexists(path):
            raise FileTrouble(f"there is no file or folder `{path}`")
    here = os.path.abspath(paths[0]) if paths else os.getcwd()
    start = here if os.path.isdir(here) else os.path.dirname(here)
    root = settings.find_root(start)
    if root is None and paths and os.path.isdir(here):
        if files.is_vast(here):
            raise FileTrouble(
                f"`{paths[0]}` holds no `sops/`, and more folders than a knowledge base has; name the one that holds SOPs"
            )
        return Ground(here, here, Settings.make({})[0])  # a bare folder of SOPs
    if root is None:
        way = f"go into `{below}`" if (below := settings.root_below(start)) else "`sopctl init` makes one"
        raise FileTrouble(
            f"no knowledge base here: neither {start} nor a folder above it holds `sops/` or `{settings.FILE}`; {way}"
        )
    settled = settings.load(root)
    folder = os.path.normpath(os.path.join(root, settled.sops))
    if not os.path.isdir(folder):
        raise FileTrouble(
            f"there is no folder `{settled.sops}` in {root}: it is where SOPs and registers stand"
        )
    if settled.templates != _USUAL_TEMPLATES and not os.path.isdir(os.path.join(root, settled.templates)):
        raise FileTrouble(
            f"{settings.home(root)}, `templates`: there is no folder `{settled.templates}` in {root}"
        )
    _check_inside(root, settled)
    return Ground(root, folder, settled)


_USUAL_TEMPLATES = Settings.make({})[0].templates  # need not be there


def _check_inside(root: str, settled: Settings) -> None:
    """Refuse folders of which no review of the repository would see a change."""
    reach = files.Reach(root)
    for key, named in (("sops", settled.sops), ("templates", settled.templates)):
        if reach.leaves(os.path.join(root, named)):
            where = f"{settings.home(root)}, `{key}`: " if settings.has_own_file(root) or named != key else ""
            raise FileTrouble(f"{where}the folder `{named}` is not in the repository; put a copy into it")


def _same(one: "Path", other: "Path") -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def narrowed(ground: Ground, paths: Sequence[str]) -> list[str]:
    """The paths as the library writes them; empty means everything."""
    found = []
    for path in paths:
        place = os.path.abspath(path)
        if _is_below(ground.holds_sops, place):
            return []
        if not _is_below(place, ground.holds_sops):
            shown = seen_from_here(ground.holds_sops)
            raise FileTrouble(f"`{path}` is not below `{shown}`, where SOPs and registers stand")
        found.append(os.path.relpath(place, ground.top).replace(os.sep, "/"))
    return found


def _is_below(place: str, folder: str) -> bool:
    """Whether a place is a folder, or stands below it."""
    whole, start = os.path.normcase(place), os.path.normcase(folder).rstrip(os.sep)
    return whole == os.path.normcase(folder) or whole.startswith(start + os.sep)


def inside(path: str, only: Sequence[str]) -> bool:
    """Whether a file is one of those, or below one, to which the user has narrowed a command."""
    return not only or any(path == each or path.startswith(each + "/") for each in only)


def _codes(words: Sequence[str]) -> tuple[str, ...]:
    """The codes, or beginnings of codes, that were said; the name of a rule stands for its code."""
    by_name = {rule.name: rule.code for rule in RULES}
    said = [each.strip() for word in words for each in word.split(",") if each.strip()]
    codes = tuple(by_name.get(each.lower(), each.upper()) for each in said)
    for word, code in zip(said, codes, strict=True):
        if not any(rule.code.startswith(code) for rule in RULES):
            near = did_you_mean(code, by_name.values()) or did_you_mean(word.lower(), by_name)
            raise FileTrouble(f"no rule begins with `{word}`{near}; `sopctl rules` lists them")
    return codes


def day(text: str | None) -> date:
    """The day that counts as today."""
    if text is None:
        return date.today()
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise FileTrouble(f"`{text}` is no date; write it like 2026-11-21") from None
    within_calendars(found, text)
    return found


_FIRST, _LAST = 100, 9899


def within_calendars(on: date, text: str) -> None:
    """Refuse a day from which the years before and after it cannot be counted: no calendar has them."""
    if not _FIRST <= on.year <= _LAST:
        raise FileTrouble(
            f"`{text}` is a day for which no calendar can be worked out; name one of the years {_FIRST} to {_LAST}"
        )


def known(what: str, words: Sequence[str] | None, names: Iterable[str]) -> None:
    """Refuse a word that names nothing, with the names that there are."""
    there = sorted(names)
    for word in words or ():
        if word not in there:
            near = did_you_mean(word, there)
            some = ", ".join(f"`{each}`" for each in there[:40]) + (", …" if len(there) > 40 else "")
            listed = f"; there are {some}" if there else "; there is none at all"
            raise FileTrouble(f"no {what} is called `{word}`{near}{listed}")


def in_colour() -> bool:
    """Whether the terminal takes colour (https://no-color.org, and FORCE_COLOR)."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def say_left_out(library: Library) -> None:
    """Name the files that could not be read, where a command shows the rest."""
    for path in library.unreadable:
        warn(f"{path} cannot be read and is left out; `sopctl lint` says why")


def warn(message: str) -> None:
    """Say what the user should know besides what was asked for."""
    print(shown(f"sopctl: {message}"), file=sys.stderr)


def seen_from_here(path: Place) -> str:
    """A path as the user would type it."""
    return os.path.relpath(path).replace(os.sep, "/")


def add_to_step_summary(text: str) -> bool:
    """On GitHub, add Markdown to the summary of the step; whether there is one."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with open(summary, "a", encoding="utf-8") as file:
            file.write(text)
    return bool(summary)
