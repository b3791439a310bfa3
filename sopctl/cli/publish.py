"""`sopctl render`, `sopctl build` and `sopctl serve`."""

import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Annotated

from sopctl import build as building
from sopctl.build import Places
from sopctl.builders import Builder
from sopctl.cli import ground, read_or_not
from sopctl.cli.ground import Ground
from sopctl.cli.lint import FailOn
from sopctl.cli.options import Option, Today, flags
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.render.reference import Command
from sopctl.render.reference import Option as Told
from sopctl.report import Context, report
from sopctl.settings import load
from sopctl.terminal import shown

BuilderName = Enum("BuilderName", {"mkdocs": "mkdocs", "zensical": "zensical"}, type=str)


def render(today: Today = None) -> int:
    """Write the Markdown pages of the site to site/pages, without building it."""
    base = ground.find()
    library = base.library(ground.day(today))
    found = lint(library, base.rules())
    made = building.render(_places(base), library, _tell, told(), found)
    print(f"{len(made.pages)} pages in {ground.seen_from_here(_places(base).pages)}")
    return 0


def build(
    today: Today = None,
    fail_on: Annotated[
        FailOn | None, Option("The least severity that stops the build; by default error.")
    ] = None,
    builder: Annotated[BuilderName, Option("What makes the site of the pages.")] = BuilderName["mkdocs"],
    offline: Annotated[
        bool,
        Option("Make a site that works from a folder, without a server, search included.", ("--offline",)),
    ] = False,
) -> int:
    """Check the knowledge base and build its site into site/html. A failed build leaves the old site."""
    base = ground.find()
    library = base.library(ground.day(today))
    least = Severity(fail_on.value if fail_on else base.settings.fail_on)
    rules = base.rules()
    with _told_to_stop():
        built = building.build(
            _places(base), library, _tell, rules=rules, fail_on=least, commands=told(),
            builder=Builder(builder.value), offline=offline,
        )  # fmt: skip
    if built.stopped:
        with read_or_not():
            _show(base, library, list(built.diagnostics))
        _tell(f"the site was not built{_places(base).stays}: mend what stands above")
        return 1
    print(f"the site stands in {ground.seen_from_here(_places(base).html / 'index.html')}")
    return 0


def serve(
    address: Annotated[
        str, Option("Where the preview can be opened.", metavar="HOST:PORT")
    ] = "127.0.0.1:8000",
    today: Today = None,
) -> int:
    """Preview the site and keep it up to date while you write; findings are shown here meanwhile."""
    gc.enable()  # this one goes on for hours
    base = ground.find()
    with _told_to_stop():
        while True:
            settled = Settled(base)
            _serve(base, address, today, settled)
            if settled.now is base:
                return 0
            base = settled.now
            _tell("the settings have changed; the preview begins anew with them")


class Settled:
    """Whether the settings are still those with which the preview began; else `now` has the others. Where
    those are wrong, that is told, and the old ones count."""

    def __init__(self, base: Ground) -> None:
        self.now = self._base = base
        self._wrong = ""

    def __call__(self) -> bool:
        wrong = ""
        try:
            if load(self._base.root) != self._base.settings:
                self.now = ground.find([str(self._base.root)])
                self.now.rules()
                return False
        except FileTrouble as trouble:
            wrong = str(trouble)
        if wrong and wrong != self._wrong:
            _tell(f"{wrong}\nthe old settings count until this is mended")
        self._wrong = wrong
        return True


def _serve(base: Ground, address: str, today: str | None, settled: Callable[[], bool]) -> None:
    last: list[Library] = []

    def read() -> Library:
        last[:] = [base.library(ground.day(today))]
        return last[0]

    def show(diagnostics: list[Diagnostic]) -> None:
        _show(base, last[0], diagnostics)

    building.serve(
        _places(base), read, _tell, show,
        sops=base.folder, rules=base.rules(), commands=told(), address=address, settled=settled,
    )  # fmt: skip


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Meanwhile the end of the terminal or of the machine is a Ctrl-C, so that what was begun is tidied up."""
    import signal

    def stop(*_: object) -> None:
        for number in before:  # once is enough: tidying up is not to be broken off
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    known = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
    # one that is ignored from the start stays so: that is what `nohup` is for
    before = {each: old for each in known if (old := signal.getsignal(each)) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def told() -> list[Command]:
    """The commands, as their reference page tells them."""
    from sopctl.cli.app import commands

    return [
        Command(
            name=name,
            help=inspect.getdoc(command) or "",
            options=tuple(Told(*words) for words in flags(command)),
            group=panel,
        )
        for name, (panel, command) in commands().items()
    ]


def _places(base: Ground) -> Places:
    return Places.of(base.root, base.settings.templates)


def _tell(message: str) -> None:
    print(shown(message), file=sys.stderr)


def _show(base: Ground, library: Library, diagnostics: list[Diagnostic]) -> None:
    texts = {base.shown(path): each.document.text for path, each in library.by_path.items()}
    context = Context(texts, (), len(library.sops), ground.in_colour())
    sys.stdout.write(report("text", base.seen(diagnostics), context))
    sys.stdout.flush()
