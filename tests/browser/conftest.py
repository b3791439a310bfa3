"""The sample site in a real browser: built once, served here alone, and quiet on the console.

A page that asks another host for anything, or says an error on the console, fails its test.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from harbour import write as write_harbour
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from stage import (
    CHROMIUM,
    DESKTOP,
    LOOKS,
    BuiltSite,
    Look,
    NewPage,
    Served,
    build_site,
    built_once,
    lacking,
    listen,
)

from sopctl import files
from sopctl.library import Library
from sopctl.library import build as build_library

ROOT = Path(__file__).parent.parent.parent
TODAY = date(2026, 11, 21)
_FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def handbook() -> Library:
    """The sample handbook, read on a day of its own."""
    return build_library(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium: skipped where there is none, but never where CI counts on it."""
    if CHROMIUM is None:
        lacking("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(
    browser: Browser, handbook: Library, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BuiltSite]:
    """The site of the sample handbook; not built where there is no browser to look at it."""
    folder = built_once(tmp_path_factory, "sample-site", lambda made: build_site(ROOT, handbook, made))
    with Served(folder) as address:
        yield BuiltSite(folder, address)


@pytest.fixture(scope="session")
def harbour(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltSite]:
    """The site of a small knowledge base that has one of everything."""

    def make(folder: Path) -> None:
        root = folder.with_name("harbour-source")
        write_harbour(root)
        texts = files.texts_in(root, root / "sops")
        build_site(root, build_library(texts, TODAY, files.beside(root)), folder, rules=())

    folder = built_once(tmp_path_factory, "harbour-site", make)
    with Served(folder) as address:
        yield BuiltSite(folder, address)


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens pages; at the end none of them may have asked another host, or said an error."""
    troubles: list[str] = []
    contexts: list[BrowserContext] = []

    def make(
        look: Look = DESKTOP, *, forgive: Callable[[str], bool] = lambda _: False, **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": look.width, "height": look.height},
            color_scheme="dark" if look.dark else "light",
            java_script_enabled=look.scripts,
            has_touch=look.width < 600,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        listen(context, lambda said: None if forgive(said) else troubles.append(said))
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page on a wide screen in the light."""
    return new_page()


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def each_look(request: pytest.FixtureRequest) -> Look:
    """A wide screen and a phone, in the light and in the dark."""
    look: Look = request.param
    return look
