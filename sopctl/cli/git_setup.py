"""`sopctl git-setup`."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from sopctl import files, writing
from sopctl.cli import ground
from sopctl.cli.options import Option
from sopctl.files import FileTrouble
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
    text = _read(attributes)
    lines, end = _lines(text)
    missing = [line for line in _LINES if line not in lines]
    if missing:
        last = [lines.pop()] if not lines[-1] else []  # where the text ends no line, ours does not either
        writing.write(attributes, end.join([*lines, *missing, *last]))
        shown = ground.seen_from_here(attributes)
        yield f"{shown}: SOP files are compared by the driver `sopctl`; commit it, so that others have it too"
    for name, value in _driver().items():
        there = repository.setting(name)
        if there is None or (there != value and _is_ours(name, there)):
            repository.set(name, value)
            yield f"this clone: {name} is now {value}"
        elif there != value:
            yield f"this clone: {name} is `{there}`, which is not ours, and stays; `git config --unset {name}` makes room"


def _undone(repository: Repository, attributes: Path) -> Iterator[str]:
    text = _read(attributes)
    lines, end = _lines(text)
    kept = end.join(line for line in lines if line not in _LINES)
    shown = ground.seen_from_here(attributes)
    if kept != text:
        if kept:
            writing.write(attributes, kept)
        else:
            writing.remove(attributes)
        yield f"{shown}: the driver `sopctl` is gone from it" if kept else f"{shown} is gone"
    ours = [name for name in _driver() if _is_ours(name, repository.setting(name))]
    for name in ours:
        repository.unset(name)
    if ours:
        yield f"this clone: our settings of {_DRIVER} are gone"


def _driver() -> dict[str, str]:
    """How git calls us: it appends the file; what fails leaves the text as it is."""
    program = "sopctl" if shutil.which("sopctl") else f"{shlex.quote(sys.executable)} -P -m sopctl"
    return {_CALL: f"f() {{ {program}{_CALLED}", _HEAD: _HEADED}


_CALL, _HEAD = f"{_DRIVER}.textconv", f"{_DRIVER}.xfuncname"
_CALLED = ' outline "$1" 2>/dev/null || cat "$1"; }; f'
_HEADED = "^([^ ].*)$"


def _is_ours(name: str, value: str | None) -> bool:
    """Whether this command has written a setting, wherever sopctl stood then."""
    return value is not None and (value.endswith(f"sopctl{_CALLED}") if name == _CALL else value == _HEADED)


def _read(attributes: Path) -> str:
    if attributes.is_symlink():
        shown = ground.seen_from_here(attributes)
        raise FileTrouble(f"{shown} is a link, which git does not follow; put a file in its place")
    return files.text_of(attributes) if attributes.exists() else ""


def _lines(text: str) -> tuple[list[str], str]:
    """The lines of a text, an empty one last where the text ends a line, and what ends them."""
    end = "\r\n" if "\r\n" in text else "\n"
    return text.split(end), end
