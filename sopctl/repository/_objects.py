"""Everything that git has kept, by name, from one process."""

import os
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from sopctl.files import FileTrouble
from sopctl.named import NamedTuple
from sopctl.repository._program import end, start


class Entry(NamedTuple):
    """A name in a folder, and what it stands for."""

    mode: str
    id: str

    @property
    def kind(self) -> str:
        return _KINDS.get(self.mode, "file")


_KINDS = {"40000": "folder", "120000": "link", "160000": "submodule", "conflict": "conflict"}
FOLDER = Entry("40000", "")


class Object(NamedTuple):
    kind: str  # of git: commit, tree, blob; or `ambiguous`, where a name has several meanings
    id: str
    data: bytes


class Objects:
    """Everything that git has kept, by name, from one process."""

    def __init__(self, top: Path, environment: Mapping[str, str]) -> None:
        self._process = start(["cat-file", "--batch"], top, environment)
        self._end = weakref.finalize(self, end, self._process)

    def close(self) -> None:
        self._end()

    def get(self, name: str) -> Object | None:
        """The object of that hash or name, or None where there is none."""
        return next(self._answers([name]))

    def blobs(self, ids: Iterable[str]) -> Iterator[bytes | None]:
        """The contents of files, in order."""
        for found in self._answers(ids):
            yield found.data if found and found.kind == "blob" else None

    def tree(self, id: str) -> Mapping[str, Entry]:
        """What a folder holds, by name."""
        found = self.get(id)
        if found is None or found.kind != "tree":
            raise FileTrouble(f"git has not kept the folder {id}; `git fsck` says what is missing")
        return dict(_entries(found.data, len(found.id) // 2))

    def _answers(self, names: Iterable[str]) -> Iterator[Object | None]:
        ahead = list(names)
        while ahead:  # few at a time: what is asked must fit into the pipe while git writes its answers
            asked, ahead = ahead[:_AT_ONCE], ahead[_AT_ONCE:]
            self._write(asked)
            for _ in asked:
                yield self._read()

    def _write(self, names: Sequence[str]) -> None:
        into = self._process.stdin
        assert into
        try:
            into.write(b"".join(os.fsencode(name) + b"\n" for name in names))
            into.flush()
        except OSError:
            raise FileTrouble(_BROKEN_OFF) from None

    def _read(self) -> Object | None:
        out = self._process.stdout
        assert out
        head = out.readline().rstrip(b"\n").split(b" ")
        if head[-1] == b"missing":
            return None
        if head[-1] == b"ambiguous":
            return Object("ambiguous", "", b"")
        if len(head) != 3:
            raise FileTrouble(_BROKEN_OFF)
        data = _exactly(out, int(head[2]))
        out.read(1)
        return Object(head[1].decode(), head[0].decode(), data)


_AT_ONCE = 48
_BROKEN_OFF = "git stopped while it read the repository; `git fsck` says what is broken"


def _exactly(out: IO[bytes], size: int) -> bytes:
    data = out.read(size)
    if len(data) < size:
        raise FileTrouble(_BROKEN_OFF)
    return data


def _entries(tree: bytes, width: int) -> Iterator[tuple[str, Entry]]:
    """The entries of a tree object: mode, space, name, zero, hash."""
    at = 0
    while at < len(tree):
        space = tree.index(b" ", at)
        zero = tree.index(b"\0", space)
        id = tree[zero + 1 : zero + 1 + width]
        yield os.fsdecode(tree[space + 1 : zero]), Entry(tree[at:space].decode(), id.hex())
        at = zero + 1 + width
