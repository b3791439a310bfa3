"""The door out: files and folders are written whole, or stay as they were."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sopctl.files import FileTrouble, reason


def write(path: Path, text: str | bytes) -> None:
    """Write a whole file, or leave the old one as it was; a link is followed, and into a pipe or a
    device one writes as it stands. FileTrouble says why it cannot be written."""
    data = _encoded(text)
    with _writing(path):
        if _is_stream(path):
            _pour(path, data)
        else:
            _replace(Path(os.path.realpath(path)), data)


def _encoded(text: str | bytes) -> bytes:
    """As UTF-8; half of a surrogate pair, which no file can hold, becomes a question mark."""
    return text.encode("utf-8", "replace") if isinstance(text, str) else text


@contextmanager
def _writing(what: Path | str) -> Iterator[None]:
    """FileTrouble where this cannot be written."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileTrouble(f"{what} cannot be written: {reason(error)}") from error


def _is_stream(path: Path) -> bool:
    """Whether something is there that is neither file nor folder, or only stands for an open file."""
    in_dev = os.path.abspath(path).startswith("/dev/")
    return path.exists() and not path.is_dir() and (in_dev or not path.is_file())


def _pour(path: Path, data: bytes) -> None:
    import sys

    if sys.stdout is not None:
        sys.stdout.flush()  # /dev/stdout may be the path
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as file:
        file.write(data)


def _replace(path: Path, data: bytes) -> None:
    import errno
    import tempfile

    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "this is a folder")
    if path.is_symlink():  # a link that leads somewhere is followed by now
        raise OSError(errno.ELOOP, "this link leads in a circle")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    """Delete a file; FileTrouble says why it cannot be deleted."""
    try:
        path.unlink()
    except OSError as error:
        raise FileTrouble(f"{path} cannot be deleted: {reason(error)}") from error


def write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet."""
    if path.exists() and not _is_stream(path):
        raise FileTrouble(f"{path} is there already; it is left as it is")
    write(path, text)


def write_folder(folder: Path, wanted: Mapping[str, str | bytes]) -> int:
    """Make a folder hold exactly these files; what is the same stays untouched.

    Returns how many files were written or deleted; FileTrouble where one would stand outside.
    """
    _check_inside(wanted)
    if not folder.exists():
        with new_folder(folder) as new:
            fill(new, wanted)
            with _writing(folder):
                os.replace(new, folder)
        return len(wanted)
    changed = 0
    keep = {folder / path: text for path, text in wanted.items()}
    with _writing(folder):
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.is_symlink() or path not in keep:
                path.unlink()
                changed += 1
    for path, text in keep.items():
        data = _encoded(text)
        with _writing(path):
            if not path.is_file() or path.read_bytes() != data:
                write(path, data)
                changed += 1
    return changed


def check_own(root: Path, folder: Path) -> None:
    """FileTrouble where a link stands on the way from one folder down to another, which is to be
    emptied and filled: what stands behind the link may be anything."""
    for each in (folder, *folder.parents):
        if each == root:
            return
        if each.is_symlink():
            shown = each.relative_to(root).as_posix()
            raise FileTrouble(
                f"`{shown}` is a link, and what stands behind it would be deleted; delete the link, and a folder takes its place"
            )


def fill(folder: Path, wanted: Mapping[str, str | bytes]) -> None:
    """Write files into a new folder, which nobody sees yet; FileTrouble where one cannot be written."""
    _check_inside(wanted)
    made = set()
    for name, text in wanted.items():
        path = folder / name
        with _writing(name):
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            path.write_bytes(_encoded(text))


def _check_inside(names: Iterable[str]) -> None:
    for name in names:
        if ".." in name.replace("\\", "/").split("/") or os.path.isabs(name):
            raise FileTrouble(f"`{name}` would be written outside of its folder; nothing is written")


def change(folder: Path, suffix: str, how: Callable[[str], str]) -> None:
    """Change the texts of all files with this suffix in a new folder, which nobody sees yet."""
    for path in folder.rglob(f"*{suffix}"):
        old = path.read_bytes().decode("utf-8", "surrogateescape")
        if (new := how(old)) != old:
            path.write_bytes(new.encode("utf-8", "surrogateescape"))


@contextmanager
def new_file(beside: Path, text: str) -> Iterator[Path]:
    """A file of a name nobody has, beside another, for as long as it is needed."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f"{beside.name}.", suffix=".tmp", dir=beside.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def new_folder(beside: Path) -> Iterator[Path]:
    """An empty folder beside another; gone afterwards, unless it was swapped in."""
    import shutil
    import tempfile

    with _writing(beside):
        beside.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{beside.name}.", suffix=".tmp", dir=beside.parent))
    try:
        folder.chmod(0o777 & ~_umask())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def swap_in(new: Path, place: Path) -> None:
    """Put a finished folder in the place of another, which is deleted once the new one stands."""
    with new_folder(place) as grave, _writing(place):
        if place.exists():
            os.replace(place, grave / "old")
        os.replace(new, place)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
