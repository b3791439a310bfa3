"""The door in: what stands in a folder, read whole, and why some of it cannot be read."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from sopctl.named import NamedTuple

if TYPE_CHECKING:  # a quick lint does without, for it takes a twentieth of its time to import
    from pathlib import Path

SUFFIXES = (".yaml", ".yml", ".md")


class Unread(NamedTuple):
    """A file whose text could not be had, or a folder that could not be opened, and why."""

    message: str
    help: str = ""
    folder: bool = False


LEADS_OUT = Unread("this link leads out of the repository", "put a copy into the repository")
LEADS_TO_HIDDEN = Unread("this link leads to a hidden file", "put a copy of it beside the link")

Place = str | os.PathLike[str]
"""Where something stands on the disk."""

Texts = Mapping[str, "str | Unread"]
"""Path to text. A folder, a git ref and an editor's buffers all look like this."""


class FileTrouble(Exception):
    """Something outside is not as it should be; the message is for the user."""


def complaint(error: Exception) -> str:
    """What went wrong, in words for the user."""
    match error:
        case FileTrouble():
            return str(error)
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{reason(error)}"
        case RecursionError():
            return "something is nested too deep to be worked out"
    return f"a mistake of sopctl itself ({type(error).__name__}: {error}); please report it"


def folders_in(folder: Place) -> list[str]:
    """The names of the folders in a folder, but for hidden ones; none where it cannot be opened."""
    try:
        return sorted(each.name for each in os.scandir(folder) if each.is_dir() and each.name[0] != ".")
    except OSError:
        return []


_VAST = 1000


def is_vast(folder: Place) -> bool:
    """Whether more folders stand below one than any knowledge base has."""
    for number, (_, below, _) in enumerate(os.walk(folder)):
        below[:] = [name for name in below if not name.startswith(".")]
        if number > _VAST:
            return True
    return False


def above(folder: str) -> Iterator[str]:
    """The folders above one, the nearest first."""
    while (higher := os.path.dirname(folder)) != folder:
        yield higher
        folder = higher


class Reach:
    """What a knowledge base may be made of: the files of its repository, wherever links lead. Where there
    is no repository, those below the root."""

    def __init__(self, root: Place) -> None:
        self._root = os.path.realpath(root)
        tops = (
            each for each in (self._root, *above(self._root)) if os.path.exists(os.path.join(each, ".git"))
        )
        self._top = next(tops, self._root)
        self._real: dict[str, str] = {}  # by folder, where it really is

    def leaves(self, path: str) -> bool:
        """Whether a path leads to where git keeps no files of this repository."""
        return self._is_outside(self._followed(path))

    def trouble(self, name: str) -> Unread | None:
        """Why a file, named as seen from the root, is not to be read and shown; None where nothing
        stands against it, or nothing is there."""
        if "\0" in name:
            return None
        real = self._followed(os.path.join(self._root, name))
        if self._is_outside(real):
            return LEADS_OUT
        if f"{os.sep}." in real and is_hidden(os.path.relpath(real, self._root)) and not is_hidden(name):
            return LEADS_TO_HIDDEN
        return (None if os.path.isfile(real) else _no_file(real)) or _too_large(real)

    def _is_outside(self, real: str) -> bool:
        start = self._top.rstrip(os.sep) + os.sep
        inside = real == self._top or real.startswith(start)
        return not inside or (".git" in real and ".git" in real[len(start) :].split(os.sep))

    def _followed(self, path: str) -> str:
        folder, name = os.path.split(path)
        if name in ("", ".", ".."):
            return os.path.realpath(path)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        real = os.path.join(self._real[folder], name)
        return os.path.realpath(real) if os.path.islink(real) else real


def is_hidden(path: str) -> bool:
    """Whether a file, or a folder on the way to it, is hidden."""
    return "." in path and any(
        part[:1] == "." and part not in (".", "..") for part in path.replace(os.sep, "/").split("/")
    )


def _no_file(path: str) -> Unread | None:
    """What is wrong with a pipe or a device, which might never end or answer; None where it is neither."""
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        return Unread("this is a pipe or a device, not a file", "put a file in its place")
    return None


_LARGEST = 256 * 1024 * 1024


def _too_large(path: str) -> Unread | None:
    """What is wrong with a file that would not go into memory; None where it does."""
    try:
        large = os.path.getsize(path) > _LARGEST
    except OSError:
        return None
    help = "keep it elsewhere, and link to its address"
    return Unread("this file is larger than 256 MiB", help) if large else None


def texts_in(root: Place, folder: Place) -> dict[str, str | Unread]:
    """Every SOP and register file below a folder, by its path as seen from `root`.

    What cannot be read is there too, as an `Unread` that says why. Hidden files and folders
    are left alone; each folder is entered once, by its own name before a link's. A link that leads
    out of the repository is not followed.
    """
    reach: Reach | None = None
    found: dict[str, str | Unread] = {}
    entered: set[tuple[int, int]] = set()
    base = os.path.relpath(folder, root)
    folders = [(os.fspath(folder), "" if base == "." else base.replace(os.sep, "/") + "/")]
    links: list[tuple[str, str]] = []
    while folders or links:
        here, prefix = folders.pop() if folders else links.pop(0)
        try:
            status = os.stat(here)
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            message = f"this folder cannot be opened: {reason(error)}"
            found[prefix.rstrip("/") or "."] = Unread(message, folder=True)
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = prefix + entry.name
            named = entry.name.lower().endswith(SUFFIXES)
            if entry.is_symlink():
                reach = reach or Reach(root)
                is_folder = os.path.isdir(entry.path)
                if reach.leaves(entry.path):
                    if named or is_folder:
                        found[path] = LEADS_OUT._replace(folder=is_folder)
                    continue
            if os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir():
                if named:
                    found[path] = Unread("this is a folder with the name of a file", "rename the folder")
                (links if entry.is_symlink() else folders).append((entry.path, path + "/"))
            elif named:
                plain = entry.is_file(follow_symlinks=False)
                found[path] = (None if plain else _no_file(entry.path)) or _text(entry.path)
    return found


_MOST = 64 * 1024 * 1024


def _text(path: str) -> str | Unread:
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size or _MOST  # a pipe has none
            data = file.read(min(size, _MOST))  # which makes room for as much as is asked for
    except OSError as error:
        return Unread(f"this file cannot be opened: {reason(error)}")
    return decoded(data)


def decoded(data: bytes) -> str | Unread:
    """The text that the bytes of a file hold, or why they hold none."""
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        return Unread("this file is a pointer of Git LFS, not the text itself", "keep it out of Git LFS")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return Unread("this file is UTF-16, not UTF-8", "save it as UTF-8")
        return Unread(
            f"this file is not UTF-8: line {line} has a byte that is no character", "save it as UTF-8"
        )


_OPENED = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Where what the shell has opened has a name: nobody waits there for somebody to write."""


def text_of(path: Place, called: str = "", within: "Reach | None" = None) -> str:
    """The text of one file that the user named, or that stands within reach; FileTrouble says why there
    is none."""
    place = os.path.abspath(path)
    waits = None if within or place.startswith(_OPENED) else _no_file(place)
    text = (within.trouble(place) if within else waits) or _text(os.fspath(path))
    if isinstance(text, Unread):
        raise FileTrouble(_told(called or str(path), text))
    return text


def _told(called: str, why: Unread) -> str:
    return f"{called}: {why.message}{'; ' + why.help if why.help else ''}"


Beside = Callable[[str], "str | Unread | None"]
"""A look at any other file of the repository: its text, empty for what is no text, None where nothing
is there, or why it is not looked at."""


def beside(root: Place) -> Beside:
    """The files beside those of the knowledge base, as they stand in the folder."""
    reach = Reach(root)

    def look(path: str) -> str | Unread | None:
        if (trouble := reach.trouble(path)) is not None:
            return trouble
        place = os.path.join(root, path)
        if not os.path.exists(place):
            return None
        if not place.lower().endswith((".md", ".markdown")):
            return ""
        text = _text(place) if os.path.isfile(place) else ""
        return text if isinstance(text, str) else ""

    return look


def read_folder(folder: "Path", root: "Path | None" = None) -> dict[str, bytes]:
    """Every file below a folder, by its path in it; hidden ones are left out. Where the folder belongs
    to the knowledge base at a root, FileTrouble names what is not to be shown."""
    reach = Reach(root) if root else None
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not is_hidden(name):
            if reach and root and (trouble := reach.trouble(path.relative_to(root).as_posix())):
                raise FileTrouble(_told(path.relative_to(root).as_posix(), trouble))
            found[name] = path.read_bytes()
    return found


def holds_any(folder: "Path") -> bool:
    """Whether a folder is there, and something in it."""
    return folder.is_dir() and any(folder.iterdir())


def bytes_of(path: Place) -> bytes | None:
    """What a file holds, or None where it is none that can be read."""
    if not os.path.isfile(path) or _too_large(os.fspath(path)):
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def find_data(name: str) -> "Path":
    """A folder of data that ships with the program: in the package, or beside it in a checkout."""
    from pathlib import Path

    package = Path(__file__).parent
    inside = package / "data" / Path(name).name
    return inside if inside.is_dir() else package.parent / name


def reason(error: OSError) -> str:
    """What the system says against it."""
    return (error.strerror or str(error)).lower()
