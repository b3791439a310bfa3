"""`sopctl git-setup`."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from sopctl import files
from sopctl.cli import ground
from sopctl.cli.options import Option
from sopctl.repository import Repository, repository_of

_DRIVER = "diff.sopctl"
_REASON = "# git shows what changes in meaning: sopctl git-setup"
_LINES = [_REASON, *(f"*{suffix} diff=sopctl" for suffix in files.SUFFIXES)]


def git_setup(
    undo: Annotated[bool, Option("Take back what this command has set up.", ("--undo",))] = False,
) -> int:
    """Let `git diff` and `git log -p` show the meaning of SOP files, by `sopctl outline`; or take that back.

    A new layout is no difference then, and a hunk is headed by its step. Where sopctl is missing or a file is
    broken, git shows the text as it is, as `git diff --no-textconv` does.
    """
    base = ground.find()
    repository = repository_of(base.root)
    attributes = base.folder / ".gitattributes"
    done = [*(_undone if undo else _done)(repository, attributes)]
    print("\n".join(done or ["nothing to undo" if undo else "all of it is set up already"]))
    if not undo:
        print("to take it back: sopctl git-setup --undo")
    return 0


def _done(repository: Repository, attributes: Path) -> Iterator[str]:
    lines = _read(attributes)
    missing = [line for line in _LINES if line not in lines]
    if missing:
        files.write(attributes, "".join(f"{line}\n" for line in [*lines, *missing]))
        shown = ground.seen_from_here(attributes)
        yield f"{shown}: SOP files are compared by the driver `sopctl`; commit it, so that others have it too"
    for name, value in _driver().items():
        if repository.setting(name) != value:
            repository.set(name, value)
            yield f"this clone: {name} is now {value}"


def _undone(repository: Repository, attributes: Path) -> Iterator[str]:
    lines = _read(attributes)
    kept = [line for line in lines if line not in _LINES]
    shown = ground.seen_from_here(attributes)
    if kept != lines:
        if kept:
            files.write(attributes, "".join(f"{line}\n" for line in kept))
        else:
            files.remove(attributes)
        yield f"{shown}: the driver `sopctl` is gone from it" if kept else f"{shown} is gone"
    if any(repository.setting(name) for name in _driver()):
        repository.unset(_DRIVER)
        yield f"this clone: the settings of {_DRIVER} are gone"


def _driver() -> dict[str, str]:
    """How git calls us: it appends the file; what fails leaves the text as it is."""
    program = "sopctl" if shutil.which("sopctl") else f"{shlex.quote(sys.executable)} -P -m sopctl"
    return {
        f"{_DRIVER}.textconv": f'f() {{ {program} outline "$1" 2>/dev/null || cat "$1"; }}; f',
        f"{_DRIVER}.xfuncname": "^([^ ].*)$",
    }


def _read(attributes: Path) -> list[str]:
    return files.text_of(attributes).splitlines() if attributes.exists() else []
