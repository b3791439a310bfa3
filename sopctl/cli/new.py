"""`sopctl init` and `sopctl new`."""

import os
import shlex
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

from sopctl import files, scaffold, writing
from sopctl.cli import ground
from sopctl.cli.options import Argument, Option, Today
from sopctl.diagnostic import did_you_mean
from sopctl.files import FileTrouble
from sopctl.repository import repository_of


def init(
    directory: Annotated[str, Argument("The folder to make it in.", "DIR")] = ".",
    title: Annotated[str, Option("The name of the knowledge base.")] = "Our handbook",
    today: Today = None,
) -> int:
    """Make a new knowledge base that lints clean and builds. Nothing is overwritten."""
    if fault := scaffold.fault_of_title(title):
        raise FileTrouble(fault)
    root = Path(directory)
    top, folder = _in_repository(root)
    wanted = scaffold.start(title, ground.day(today), folder)
    written, kept = scaffold.create(top, wanted, folder)
    for path in written:
        print(f"wrote {_shown(top / path, directory)}")
    for path in kept:
        print(f"kept {_shown(top / path, directory)}, which was there already")
    for path in kept:
        if mend := _to_mend(top, path, wanted[path], folder):
            print(f"\nMind that {mend}")
    there = "" if directory == "." else f"cd {_quoted(directory)} && "
    print(f"\nNext: {there}sopctl lint, then sopctl serve. A new SOP: sopctl new SUP-RET-001")
    return 0


def _in_repository(root: Path) -> tuple[Path, str]:
    """The top of the git repository that will hold the folder, and the folder as seen from there; where
    none will, the folder itself."""
    try:
        repository = repository_of(root)
        folder = repository.inside(root)
    except FileTrouble:
        return root, "."
    return (repository.top, folder) if folder and not repository.ignores(folder) else (root, ".")


def _shown(path: Path, directory: str) -> str:
    """A path in the manner in which the user wrote the folder."""
    return path.as_posix() if os.path.isabs(directory) else ground.seen_from_here(path)


def _to_mend(top: Path, path: str, wanted: str, folder: str) -> str:
    """What a file that was kept lacks of what we would have written; nothing where it lacks nothing."""
    name = path.rpartition("/")[2]
    if name == "mkdocs.yml":
        return _advice(top / folder)
    there = {
        line.strip() for line in (files.bytes_of(top / path) or b"").decode(errors="replace").split("\n")
    }
    if all(line.strip() in there for line in wanted.split("\n")):
        return ""
    if name in (".gitignore", ".gitlab-ci.yml", ".pre-commit-config.yaml"):
        lines = textwrap.indent(wanted.rstrip(), "    ")
        return f"{path} lacks what sopctl would have written; add this to it:\n\n{lines}"
    if name == "sops.yml":
        return (
            f"{path} is not ours, or for another folder; write a copy of it whose SOPCTL_FOLDER is `{folder}`"
        )
    return ""


def _advice(root: Path) -> str:
    from sopctl.builders import advice

    return advice(root)


def _quoted(word: str) -> str:
    if os.name == "nt":
        return f'"{word}"' if " " in word else word
    return shlex.quote(word)


def new(
    id: Annotated[str, Argument("The id of the SOP, such as TS-APP-003. It is never reused.", "ID")],
    title: Annotated[str | None, Option("What it is about, in a few words.")] = None,
    owner: Annotated[str | None, Option("The role that is accountable for it.", metavar="ROLE")] = None,
    team: Annotated[
        list[str] | None, Option("A team that reads it; may be said several times.", metavar="TEAM")
    ] = None,
    folder: Annotated[
        str | None, Option("Where to write it; by default where its neighbours stand.", metavar="DIR")
    ] = None,
    today: Today = None,
) -> int:
    """Write a new SOP, a draft with places to fill that `sopctl lint` reminds of."""
    base = ground.find()
    library = base.library(ground.day(today))
    if fault := scaffold.fault_of_id(id, library):
        raise FileTrouble(fault)
    missing = [name for name, said in (("--title", title), ("--owner", owner)) if not said]
    if missing and not sys.stdin.isatty():
        raise FileTrouble(f"say it with {' and '.join(missing)}: there is nobody to ask")
    title = title or _asked("Title", scaffold.fault_of_title)
    if fault := scaffold.fault_of_title(title):
        raise FileTrouble(fault)
    owner = owner or _asked("Owner (a role)", lambda text: _no_role(text, library.roles))
    if fault := _no_role(owner, library.roles):
        raise FileTrouble(fault)
    for name in team or ():
        if name not in library.teams:
            raise FileTrouble(f"no team is called `{name}`{did_you_mean(name, library.teams)}")
    text = scaffold.new_sop(id, title, owner, team or (), library.today, base.root / base.settings.templates)
    place = Path(folder) if folder else base.root / scaffold.folder_for(library, id, base.settings.sops)
    if not place.resolve().is_relative_to(base.folder.resolve()):
        raise FileTrouble(
            f"`{folder}` is not below `{base.settings.sops}`, so nobody would find the SOP there"
        )
    writing.write_new(place / f"{id}.yaml", text)
    shown = ground.seen_from_here(place / f"{id}.yaml")
    print(f"wrote {shown}\n\nNext: fill the places that say TODO; `sopctl lint {_quoted(shown)}` lists them.")
    return 0


def _asked(question: str, fault: Callable[[str], str]) -> str:
    """The user's answer; asked again while something is wrong with it."""
    while True:
        try:
            text = input(f"{question}: ").strip()
        except UnicodeDecodeError as error:  # the bytes that the terminal sent
            text = str(error.object, "utf-8", "surrogateescape")
        wrong = fault(text)
        if not wrong:
            return text
        print(wrong, file=sys.stderr)


def _no_role(text: str, roles: Iterable[str]) -> str:
    known = sorted(roles)
    if text in known:
        return ""
    near = did_you_mean(text, known)
    some = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return f"no role is called `{text}`{near or f'; there are {some}' if known else '; add one to a register first'}"
