"""All files as they were at one moment, with the links that they hold followed there."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from sopctl.files import LEADS_OUT, LEADS_TO_HIDDEN, SUFFIXES, Beside, Unread, decoded, is_hidden
from sopctl.repository._objects import FOLDER, Entry, Objects


class NoFolder(Exception):
    """There is no folder to read."""


class NotYet(NoFolder):
    """Nothing has that name, and no link or submodule on the way to it may hold what is meant."""


class _Outside(Exception):
    """A link leads out of the repository."""


class Snapshot:
    """All files at one moment. Paths begin at the top of the repository; the top is empty.

    `entries` says what a folder holds, or None where it is no folder; no link is followed.
    """

    def __init__(self, objects: Objects, entries: Callable[[str], Mapping[str, Entry] | None]) -> None:
        self._objects = objects
        self.entries = entries

    def texts(self, start: str, prefix: str) -> dict[str, str | Unread]:
        """The texts below a folder, each by its path below it after the prefix."""
        found: dict[str, str | Unread] = {}
        contents: dict[str, str] = {}
        for path, entry, trouble in self._below(self._folder(start), prefix):
            if trouble:
                found[path] = trouble
            elif entry:
                contents[path] = entry.id
        for path, data in zip(contents, self._objects.blobs(contents.values()), strict=True):
            found[path] = NO_CONTENT if data is None else decoded(data)
        return dict(sorted(found.items()))

    def text(self, path: str) -> str | None:
        """The text of one file; None where there is none."""
        place = self._place(path)
        if place is None or place[1].kind != "file":
            return None
        found = self._objects.get(place[1].id)
        text = decoded(found.data) if found else None
        return text if isinstance(text, str) else None

    def beside(self, root: str) -> Beside:
        def look(path: str) -> str | Unread | None:
            whole = os.path.normpath(f"{root}/{path}" if root else path).replace(os.sep, "/")
            try:
                place = self._followed(whole)
            except _Outside:
                return LEADS_OUT
            if place is None:
                return None
            if is_hidden(os.path.relpath(place[0] or ".", root or ".")) and not is_hidden(path):
                return LEADS_TO_HIDDEN
            named = PurePosixPath(path).suffix.lower() in (".md", ".markdown")
            return (self.text(whole) if named else "") or ""

        return look

    def _folder(self, start: str) -> str:
        try:
            place = self._followed(start)
        except _Outside:
            raise NoFolder("is a link that leads out of the repository") from None
        if place is None:
            raise (NotYet if self._is_free(start) else NoFolder)("is not there")
        path, entry = place
        if entry.kind == "submodule":
            raise NoFolder("is a submodule, whose files git keeps elsewhere")
        if entry.kind != "folder":
            raise NoFolder("is no folder")
        return path

    def _is_free(self, path: str) -> bool:
        folder = ""
        for part in path.split("/"):
            entry = (self.entries(folder) or {}).get(part)
            if entry is None or entry.kind != "folder":
                return entry is None
            folder = f"{folder}/{part}" if folder else part
        return False

    def _below(self, start: str, prefix: str) -> Iterator[tuple[str, Entry | None, Unread | None]]:
        """Every file with the name of a SOP or register; each folder is entered once, by its own
        name before a link's."""
        entered: set[str] = set()
        folders, links = [(start, prefix)], list[tuple[str, str]]()
        while folders or links:
            here, prefix = folders.pop() if folders else links.pop(0)
            if here in entered:
                continue
            entered.add(here)
            for name, entry in sorted((self.entries(here) or {}).items()):
                if name.startswith("."):
                    continue
                path, named = prefix + name, name.lower().endswith(SUFFIXES)
                whole, ahead = f"{here}/{name}" if here else name, folders
                if entry.kind == "link":
                    target, trouble = self._target(whole, named)
                    if target is None:
                        yield from [(path, None, trouble)] if trouble else []
                        continue
                    (whole, entry), ahead = target, links
                if entry.kind == "folder":
                    ahead.append((whole, path + "/"))
                    if named:
                        yield path, None, _NAMED_LIKE_A_FILE
                elif entry.kind == "submodule":
                    yield path, None, _SUBMODULE
                elif named:
                    yield path, entry, _IN_CONFLICT if entry.kind == "conflict" else None

    def _target(self, link: str, named: bool) -> tuple[tuple[str, Entry] | None, Unread | None]:
        """Where a link leads, or what is wrong with one that matters."""
        try:
            target = self._followed(link)
        except _Outside:  # without a suffix it may well be a folder of SOPs
            folder = not named and not PurePosixPath(link).suffix
            return None, LEADS_OUT._replace(folder=folder) if named or folder else None
        return target, _LEADS_NOWHERE if target is None and named else None

    def _place(self, path: str) -> tuple[str, Entry] | None:
        try:
            return self._followed(path)
        except _Outside:
            return None

    def _followed(self, path: str) -> tuple[str, Entry] | None:
        """What a path leads to once its links are followed, and by which path without links."""
        done: list[str] = []
        entry = FOLDER
        ahead, links = path.split("/"), 0
        while ahead:
            part = ahead.pop(0)
            if part in ("", "."):
                continue
            if part == "..":
                if not done:
                    raise _Outside
                done.pop()
                entry = FOLDER
                continue
            found = (self.entries("/".join(done)) or {}).get(part)
            if found is None or links > _MOST_LINKS:
                return None
            if found.kind == "link":
                links += 1
                target = self._objects.get(found.id)
                if target is None:
                    return None
                if target.data.startswith(b"/"):
                    raise _Outside
                ahead = [*os.fsdecode(target.data).split("/"), *ahead]
            else:
                done.append(part)
                entry = found
        return "/".join(done), entry


NO_CONTENT = Unread("git has not kept what stood in this file", "`git fsck` says what is missing")
_MOST_LINKS = 40
_NAMED_LIKE_A_FILE = Unread("this is a folder with the name of a file", "rename the folder")
_SUBMODULE = Unread(
    "this is a submodule: git keeps its files elsewhere", "compare them in their own repository", folder=True
)
_IN_CONFLICT = Unread(
    "two versions of this file stand side by side, and git has not settled which counts",
    "solve the conflict, then `git add` the file",
)
_LEADS_NOWHERE = Unread("this file cannot be opened: no such file or directory")


def committed(objects: Objects, tree: str) -> Callable[[str], Mapping[str, Entry] | None]:
    """The folders of a commit; only those that somebody looks into are read."""
    known: dict[str, Mapping[str, Entry] | None] = {"": objects.tree(tree)}

    def entries(folder: str) -> Mapping[str, Entry] | None:
        if folder not in known:
            parent, _, name = folder.rpartition("/")
            entry = (entries(parent) or {}).get(name)
            known[folder] = objects.tree(entry.id) if entry and entry.kind == "folder" else None
        return known[folder]

    return entries


def staged(listed: Iterable[str]) -> Callable[[str], Mapping[str, Entry] | None]:
    """The folders of the index, from what `git ls-files --stage` lists."""
    folders: dict[str, dict[str, Entry]] = {"": {}}

    def add(path: str, entry: Entry) -> None:
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            folders[folder] = {}
            add(folder, FOLDER)
        folders[folder][name] = entry

    for each in listed:
        about, _, path = each.partition("\t")
        mode, id, stage = about.split(" ")
        add(path, Entry(mode if stage == "0" else "conflict", id))
    return folders.get
