"""MkDocs and Zensical: how each is told what to build, run, and understood when it complains."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Any

from sopctl import files, writing
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.named import NamedTuple
from sopctl.render import Addresses


class BuildTrouble(FileTrouble):
    """The site could not be built; the message is for the user."""


class Builder(StrEnum):
    """A program that makes a site of pages."""

    MKDOCS = "mkdocs"
    ZENSICAL = "zensical"

    @property
    def called(self) -> str:
        """Its name, as people write it."""
        return {"mkdocs": "MkDocs", "zensical": "Zensical"}[self.value]


_BLIND = {"search", "offline"}  # plug-ins that find words and copy files, and no more
CONFIGURATIONS = ("mkdocs.yml", "mkdocs.yaml")
_NEEDED = {
    "md_in_html": {"md_in_html", "extra", "pymdownx.extra"},
    "pymdownx.superfences": {"pymdownx.superfences", "pymdownx.extra"},
}
"""The extensions of Markdown without which our pages come to nothing, and the names that bring each."""


class Own(NamedTuple):
    """The configuration that the writers keep: its file, what it says with all that it inherits, and of
    that what we say for it, because it has no such key."""

    path: Path
    values: Mapping[str, Any]
    ours: Mapping[str, Any]

    def addresses(self, offline: bool) -> Addresses:
        """How the site is addressed: a site that is opened from a folder names every file."""
        base = self.values.get("site_url")
        folders = self.values.get("use_directory_urls", True) is not False and not offline
        return Addresses(f"{base.rstrip('/')}/" if isinstance(base, str) and base else "", folders)

    @property
    def reads_pages(self) -> bool:
        """Whether anything of the writers' own may read the pages while they are built."""
        named = {each.removeprefix("material/") for each in self._named("plugins")}
        return bool(self.values.get("hooks")) or not named <= _BLIND

    @property
    def other_theme(self) -> str:
        """The theme that it asks for, where our pages do not stand in it; a theme without a name may be
        Zensical's."""
        said = self.values.get("theme")
        theme = said if isinstance(said, dict) else {"name": said}
        name = theme.get("name", None if theme.get("custom_dir") else "material")
        return "" if name == "material" else f"the theme `{name}`" if name else "another theme"

    def elsewhere(self, home: Path, pages: Path, html: Path) -> list[str]:
        """The folders that it names for pages and site, where we have others."""
        ours = {"docs_dir": (home, pages), "site_dir": (html,)}
        return [
            key
            for key, places in ours.items()
            if isinstance(named := self.values.get(key), str)
            and Path(os.path.abspath(self.path.parent / named)) not in places
        ]

    @property
    def lacking(self) -> list[str]:
        """The extensions that our pages need and that it does not name."""
        named = {each.removeprefix("markdown.extensions.") for each in self._named("markdown_extensions")}
        return [each for each, bringing in _NEEDED.items() if not named & bringing]

    def _named(self, key: str) -> set[str]:
        """What stands under a key, whether as a list or with settings."""
        found = self.values.get(key) or []
        each = found if isinstance(found, list) else [found]
        return {str(name) for one in each for name in (one if isinstance(one, dict) else [one])}


def own_configuration(root: Path) -> Own:
    """The mkdocs.yml of a knowledge base, be it there or not; BuildTrouble where it holds no settings.
    What else is wrong in it the builder says in its own words."""
    path = next((root / name for name in CONFIGURATIONS if (root / name).is_file()), root / CONFIGURATIONS[0])
    said, start = (_values(each) for each in (path, files.find_data("templates") / "start/mkdocs.yml"))
    ours = {key: value for key, value in start.items() if key not in said}
    return Own(path, {**said, **ours}, ours)


def fit_configuration(root: Path) -> Own:
    """The same, where our pages can be built with it; else BuildTrouble says what it lacks."""
    own = own_configuration(root)
    if own.other_theme:
        raise BuildTrouble(
            f"{own.path.name} asks for {own.other_theme}, and the pages are made for Material alone: "
            "write `name: material` under `theme`, or leave `theme` out"
        )
    if own.lacking:
        names = " and ".join(f"`{each}`" for each in own.lacking)
        raise BuildTrouble(
            f"{own.path.name} lacks what the pages need: add {names} to its `markdown_extensions`"
        )
    return own


def advice(root: Path) -> str:
    """What is to be mended in the configuration of another site, for ours to come of it."""
    try:
        own = fit_configuration(root)
    except BuildTrouble as trouble:
        return str(trouble)
    if own.values.get("nav"):
        return f"{own.path.name} has a `nav`, whose pages must be there: without it, sopctl makes the menu"
    return ""


def _values(path: Path) -> Mapping[str, Any]:
    from mkdocs.exceptions import MkDocsException
    from mkdocs.utils.yaml import yaml_load
    from yaml import YAMLError

    try:
        with path.open("rb") as file:
            found: Any = yaml_load(file)
    except (MkDocsException, YAMLError, OSError, ValueError, RecursionError):
        return {}
    except TypeError:  # MkDocs looks for `INHERIT` in a number
        found = 0
    if not isinstance(found, dict | None):
        raise BuildTrouble(
            f"{path.name} holds no settings: each is a name with a value, such as `site_name: Our handbook`"
        )
    return found or {}


def settings(
    own: Own,
    library: Library,
    pages: Path,
    html: Path,
    nav: Sequence[Mapping[str, Any]],
    builder: Builder,
    offline: bool,
) -> str:
    """A configuration that takes the writers' own and adds what only we know."""
    from yaml import safe_dump

    base = library.knowledge_base

    def place(path: Path) -> str:  # Zensical takes no other than relative ones
        return os.path.relpath(path, own.path.parent) if builder is Builder.ZENSICAL else str(path)

    values: dict[str, Any] = {
        **own.ours,
        **({"INHERIT": own.path.name} if own.path.is_file() else {}),
        "docs_dir": place(pages),
        "site_dir": place(html),
        "validation": {"nav": {"omitted_files": "ignore"}, "links": {"anchors": "warn"}},
    }
    if not own.values.get("nav"):
        values["nav"] = list(nav)
    if base and base.title:
        values["site_name"] = escape(base.title)
    if _has_our_theme(own.values.get("theme")):
        custom = {"name": "material", "custom_dir": place(files.find_data("site/theme"))}
        values["theme"] = {**own.ours.get("theme", {}), **custom}
    if offline:
        values |= _offline(own, builder)
    return str(safe_dump(values, sort_keys=False))


@contextmanager
def configuration(own: Own, text: str) -> Iterator[Path]:
    """A file of these settings, beside mkdocs.yml: relative paths in it are followed from where it lies."""
    with writing.new_file(own.path.with_name(f".{own.path.name}"), text) as config:
        yield config


def _has_our_theme(own: Any) -> bool:
    """Whether our few pages of the theme may stand in it: not where the writers have a folder of their own."""
    theme = own if isinstance(own, dict) else {"name": own}
    return theme.get("name") == "material" and not theme.get("custom_dir")


POLYFILL = "assets/iframe-worker.js"
"""What the search of a site in a folder needs; the theme would fetch one like it from another host, were
there none of this name."""


def _offline(own: Own, builder: Builder) -> dict[str, Any]:
    plugins = own.values.get("plugins") or ["search"]
    if isinstance(plugins, dict):
        more: Any = {"offline": {}} if builder is Builder.ZENSICAL else {**plugins, "offline": {}}
    else:  # Zensical adds to an inherited list, MkDocs puts ours in its place
        inherited = builder is Builder.ZENSICAL and "plugins" not in own.ours
        more = ["offline"] if inherited else [*plugins, "offline"]
    extra = own.values.get("extra")
    polyfills = extra.get("polyfills") if isinstance(extra, dict) else None
    kept = polyfills if isinstance(polyfills, list) and builder is Builder.MKDOCS else []
    return {"plugins": more, "use_directory_urls": False, "extra": {"polyfills": [*kept, POLYFILL]}}


# Running


MKDOCS = (sys.executable, "-m", "mkdocs")
ZENSICAL = (sys.executable, "-m", "zensical")


def run(builder: Builder, config: Path, today: date, sources: Mapping[str, str], stays: str) -> None:
    """Build the site; BuildTrouble tells what the builder complains of, and what `stays` meanwhile."""
    if builder is Builder.ZENSICAL:
        _check_there()
    command = MKDOCS if builder is Builder.MKDOCS else ZENSICAL
    with _no_trace(config.parent / ".cache"):
        done = subprocess.run(
            [*command, "build", "--strict", "--clean", "--config-file", str(config)], cwd=config.parent,
            env=environment(today), text=True, encoding="utf-8", errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    if done.returncode:
        said = complaints(done.stdout, sources)
        raise BuildTrouble(f"{builder.called} cannot make the site{stays}:{said}")


@contextmanager
def _no_trace(cache: Path) -> Iterator[None]:
    """Take away the folder that Zensical keeps its cache in, unless it was there before."""
    there = cache.exists()
    try:
        yield
    finally:
        if not there:
            shutil.rmtree(cache, ignore_errors=True)


def _check_there() -> None:
    from importlib.util import find_spec

    if find_spec("zensical") is None:
        raise BuildTrouble("Zensical is not installed; `pip install sopctl[zensical]` brings it")


def environment(today: date) -> dict[str, str]:
    """Ours, and the day that counts as today as that of the build: the same input gives the same bytes."""
    moment = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    fixed = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true", "PYTHONUTF8": "1"}
    return {"SOURCE_DATE_EPOCH": str(max(0, moment)), **os.environ, **fixed}


_COMPLAINT = re.compile(r"^(?:WARNING|ERROR|CRITICAL) +- +(.*)", re.MULTILINE)
_PAGE = re.compile(r"Doc file '([^']+)'")
_MOST = 12


_FAILED = re.compile(r"^ERROR +- +(?:\[[\d:]+\] )?An error happened during the rebuild.*\n", re.MULTILINE)
_ASIDE = re.compile(r"(?:DEBUG|INFO|WARNING) +- ")


def failures(output: str) -> tuple[list[str], str]:
    """Why MkDocs could not renew a preview, each time that it says so, and the output that comes after."""
    *before, rest = _FAILED.split(output)
    lines = ((line for line in each.splitlines() if not _ASIDE.match(line)) for each in before)
    return [complaints("\n".join(each), {}) for each in lines], rest


_BEGUN = "Building documentation..."
_MADE = re.compile(r"^INFO +- +Documentation built in .*\n", re.MULTILINE)


def doubts(output: str) -> tuple[list[str], str]:
    """What MkDocs complains of each time that it has made a preview, and the output that comes after."""
    *before, rest = _MADE.split(output)
    each = (made.rpartition(_BEGUN)[2] for made in before)
    return [complaints(said, {}) if _COMPLAINT.search(said) else "" for said in each], rest


def complaints(output: str, sources: Mapping[str, str]) -> str:
    """What the builder complains of, told of the files that writers know."""
    said = _COMPLAINT.findall(output) or output.strip().splitlines()[-_MOST:]

    def named(found: re.Match[str]) -> str:
        source = sources.get(found[1])
        return f"{source} (page {found[1]})" if source else f"the page {found[1]}"

    lines = [_PAGE.sub(named, each) for each in said]
    more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "".join(f"\n  {each}" for each in lines[:_MOST] + more)
