"""Git as a program: asked for what it keeps, with no pager, prompt, hook, lock or language of its own."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sopctl.files import FileTrouble

_GIT = ("git", "--no-pager", "--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false",
        "-c", "log.diffMerges=separate")  # fmt: skip
_KEPT = ("GIT_EXEC_PATH", "GIT_CONFIG_", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_SSH",
         "GIT_ASKPASS", "GIT_HTTP", "GIT_SSL", "GIT_PROXY")  # fmt: skip
_OF_A_HOOK = ("GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH")


def environment() -> dict[str, str]:
    """The environment without what would make git speak of another repository, or to a person."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("GIT_") or name.startswith(_KEPT)) and name != "GIT_CONFIG_PARAMETERS"
    }
    return kept | {"LC_ALL": "C", "LANGUAGE": "", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def handed_down(top: Path, git_dir: str) -> dict[str, str]:
    """What git tells a hook of this repository: the index of the commit being made, and where objects
    stand that are not accepted yet."""
    said = os.environ.get("GIT_DIR")
    here = Path(os.path.realpath(os.curdir))
    ours = os.path.realpath(said) == os.path.realpath(git_dir) if said else here.is_relative_to(top)
    if not ours:
        return {}
    found = {name: os.path.abspath(os.environ[name]) for name in _OF_A_HOOK if os.environ.get(name)}
    others = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    return found | ({"GIT_ALTERNATE_OBJECT_DIRECTORIES": others} if others else {})


def run(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Ask git one thing, and wait for the answer."""
    with start(arguments, folder, environment, errors=subprocess.PIPE) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def start(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    errors: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Git, at work in a folder."""
    pipe, command = subprocess.PIPE, [*_GIT, *arguments]
    try:
        return subprocess.Popen(command, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=errors)
    except FileNotFoundError:
        raise FileTrouble(
            "git is not installed, or not on the PATH; it is needed to look into the past"
        ) from None


def end(process: subprocess.Popen[bytes]) -> None:
    """Say that nothing more will be asked, and wait until git has gone."""
    for stream in (process.stdin, process.stdout):
        if stream:
            with suppress(OSError):
                stream.close()
    process.wait()


def complaint(said: bytes) -> str:
    """What git complains about, behind a colon."""
    first = said.decode("utf-8", "replace").strip().split("\n")[0].removeprefix("fatal: ")
    return f": {' '.join(first.split())}" if first else ""
