"""The door to git: the texts of a commit or of the index, and who changed them when.

All objects come from one `git cat-file` process, however many files and commits are read.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from sopctl.diagnostic import did_you_mean
from sopctl.files import Beside, FileTrouble, Texts, Unread, decoded
from sopctl.repository import _program
from sopctl.repository._history import FORMAT, Commit, Touched, commits, joined
from sopctl.repository._objects import Object, Objects
from sopctl.repository._program import complaint
from sopctl.repository._snapshot import NO_CONTENT, NoFolder, NotYet, Snapshot, committed, staged

_ADDED_OR_ALTERED = re.compile(r":(?:10\d{4}|0{6}) 10").match  # file by file, no links

INDEX = "what is staged"
"""How messages name the index, where a commit would be named by its ref."""


class NotThere(FileTrouble):
    """There was no such folder at that time."""


def repository_of(place: Path) -> "Repository":
    """The repository that a folder or file belongs to; FileTrouble says why there is none."""
    folder = next(each for each in (place, *place.absolute().parents) if each.is_dir())
    environment = _program.environment()
    asked = ["--is-bare-repository", "--is-shallow-repository", "--is-inside-work-tree", "--show-cdup"]
    answer = _program.run(["rev-parse", *asked, "--absolute-git-dir"], folder, environment)
    if answer.returncode:
        raise FileTrouble(_no_repository(folder, answer.stderr))
    bare, shallow, inside, *rest = os.fsdecode(answer.stdout).removesuffix("\n").split("\n")
    if bare == inside == "false":
        raise FileTrouble(
            f"{folder} is inside the folder that git keeps for itself; go to the files beside it"
        )
    up = "" if bare == "true" else rest.pop(0)  # without files there is no way up
    git_dir = "\n".join(rest)
    top = Path(os.path.realpath(git_dir if bare == "true" else folder / up))
    return Repository(top, shallow == "true", environment | _program.handed_down(top, git_dir))


class Repository:
    """A git repository; but for settings of the clone it is only read. Paths are given and taken as paths of the disk; what they meant
    at a commit is read from the commit."""

    def __init__(self, top: Path, shallow: bool, environment: Mapping[str, str]) -> None:
        self.top = top
        self.shallow = shallow  # the oldest commits are not here
        self._environment = environment

    def inside(self, place: Path) -> str:
        """A path of the disk as a path from the top of the repository. Links on the way are left to
        the commit, which knows where they led."""
        whole = Path(os.path.abspath(place))
        for ancestor in (*reversed(whole.parents), whole):
            if os.path.realpath(ancestor) == str(self.top):
                return "" if whole == ancestor else whole.relative_to(ancestor).as_posix()
        path = os.path.relpath(os.path.realpath(whole), self.top).replace(os.sep, "/")
        if path == ".." or path.startswith("../"):
            raise FileTrouble(f"{place} is not in the git repository {self.top}")
        return path

    # Commits

    def commit(self, ref: str) -> str:
        """The hash of the commit that a branch, tag, hash or expression names; FileTrouble where it
        names none, or two."""
        if ref.startswith("-"):
            raise FileTrouble(f"`{ref}` looks like an option; name a branch, a tag or a commit")
        if not ref.strip() or any(char in ref for char in "\n\r\0"):
            raise FileTrouble(f"`{' '.join(ref.split())}` names no commit; name a branch, a tag or a commit")
        found = self._objects.get(f"{ref}^{{commit}}")
        if found is None or found.kind != "commit":
            raise FileTrouble(self._no_commit(ref, found))
        named = {
            f"refs/{kind}/{ref}": other.id
            for kind in ("heads", "tags")
            if (other := self._objects.get(f"refs/{kind}/{ref}^{{commit}}")) and other.id
        }
        if len(set(named.values())) > 1:
            raise FileTrouble(
                f"`{ref}` is the name of a branch and of a tag; say which: {' or '.join(f'`{n}`' for n in named)}"
            )
        return found.id

    def merge_base(self, one: str, other: str) -> str:
        """The newest commit that two commits have in common."""
        code, answer, _ = self._ask("merge-base", self.commit(one), self.commit(other))
        if code == 0:
            return answer.split()[0]
        if self.shallow:
            raise FileTrouble(f"where `{one}` and `{other}` part is not in this clone{DEEPEN}")
        raise FileTrouble(f"`{one}` and `{other}` have no commit in common")

    def has_one_branch(self) -> bool:
        """Whether the branch that is checked out is the only one, and there are none of other repositories."""
        _, here, _ = self._ask("symbolic-ref", "--quiet", "HEAD")
        _, every, _ = self._ask("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes")
        return bool(here) and every == here

    def ignores(self, folder: str) -> bool:
        """Whether git leaves out all that stands in a folder."""
        plain = "--no-literal-pathspecs"  # this one would refuse them
        return self._ask(plain, "check-ignore", "--quiet", "--", f"./{folder}/")[0] == 0

    def history(self, ref: str, folder: Path, *, mainline: bool = False) -> tuple[Commit, ...]:
        """The commits up to `ref` that touched files below a folder, newest first, each with these
        files. A merge counts where its outcome is none of its parents' files; on the main line, of
        first parents alone, where it is not that of the first."""
        arguments = ["log", "-z", "--raw", "--root", "--no-renames", "--no-abbrev", "--topo-order"]
        arguments += ["--no-show-signature", "--no-notes", "--no-color", f"--format={FORMAT}"]
        # without --full-history, git leaves out the main line where a merge has the files as its branch
        arguments += ["--first-parent", "-m"] if mainline else ["-c", "--full-history"]
        trouble = f"git cannot tell the history of `{ref}`"
        said = self._told(trouble, *arguments, self.commit(ref), "--", self.inside(folder) or ".")
        return tuple(commits(said))

    def joined(self, ref: str) -> dict[str, str]:
        """By each commit up to `ref`, the one by which the main line got it; in that order, oldest first."""
        trouble = f"git cannot tell the history of `{ref}`"
        tip = self.commit(ref)
        return joined(self._told(trouble, "rev-list", "--parents", tip), tip)

    # Contents

    def texts_at(self, ref: str, root: Path, folder: Path) -> Texts:
        """Every SOP and register file below a folder at a commit, as `files.texts_in` gives them."""
        return self._texts(self._tree(ref), f"`{ref}`", root, folder)

    def texts_staged(self, root: Path, folder: Path) -> Texts:
        """The same of the index: what the next commit would hold."""
        return self._texts(self._index, INDEX, root, folder)

    def text_at(self, ref: str, path: Path) -> str | None:
        """The text of one file at a commit; None where there was none, or none that is text."""
        return self._tree(ref).text(self.inside(path))

    def text_staged(self, path: Path) -> str | None:
        """The text of one file in the index."""
        return self._index.text(self.inside(path))

    def staged_files(self) -> list[str] | None:
        """The files that the next commit would add to the last one or alter, from the top of the repository;
        None where it would do anything else, or there is no last one."""
        raw = ("diff-index", "--cached", "--raw", "-z", "--no-renames", "--ignore-submodules=none", "HEAD")
        code, answer, _ = self._ask(*raw)
        words = answer.split("\0")[:-1]
        if code or not all(_ADDED_OR_ALTERED(change) for change in words[::2]):
            return None
        return words[1::2]

    def texts_of(self, contents: Iterable[str]) -> Iterator[str | Unread]:
        """The texts of the contents of files, by the names that `Touched` gives them."""
        for data in self._objects.blobs(contents):
            yield NO_CONTENT if data is None else decoded(data)

    def beside_at(self, ref: str, root: Path) -> Beside:
        """A look at any other file as it was at a commit, as `files.beside` gives it."""
        return self._tree(ref).beside(self.inside(root))

    def beside_staged(self, root: Path) -> Beside:
        """The same of the index."""
        return self._index.beside(self.inside(root))

    # Settings of this clone

    def setting(self, name: str) -> str | None:
        """What git's configuration of this clone says, or None."""
        code, answer, _ = self._ask("config", "--local", "--get", name)
        return None if code else answer.removesuffix("\n")

    def set(self, name: str, value: str) -> None:
        """Write a setting into git's configuration of this clone."""
        self._told(f"git cannot set {name}", "config", "--local", name, value)

    def unset(self, name: str) -> None:
        """Delete a setting of git's configuration of this clone."""
        self._told(f"git cannot delete {name}", "config", "--local", "--unset-all", name)

    def close(self) -> None:
        """End the process that reads; it ends by itself when the repository is forgotten."""
        if "_objects" in self.__dict__:
            self._objects.close()
            del self._objects

    # Inside

    @cached_property
    def _objects(self) -> Objects:
        return Objects(self.top, self._environment)

    def _tree(self, ref: str) -> Snapshot:
        commit = self._objects.get(self.commit(ref))
        assert commit is not None
        tree = commit.data.split(b"\n", 1)[0].split(b" ")[1].decode()
        return Snapshot(self._objects, committed(self._objects, tree))

    @cached_property
    def _index(self) -> Snapshot:
        trouble = "git cannot tell what is staged"
        listed = self._told(trouble, "ls-files", "--stage", "-z").split("\0")[:-1]
        announced = self._told(trouble, "diff-files", "-z", "--name-only", "--diff-filter=A")
        left_out = set(
            announced.split("\0")
        )  # `git add -N` has named them, and the commit will not hold them
        return Snapshot(
            self._objects, staged(each for each in listed if each.partition("\t")[2] not in left_out)
        )

    def _texts(self, snapshot: Snapshot, name: str, root: Path, folder: Path) -> Texts:
        base = os.path.relpath(folder, root)
        start = self.inside(folder)
        try:
            return snapshot.texts(start, "" if base == "." else base.replace(os.sep, "/") + "/")
        except NoFolder as trouble:
            shown = start or "the top of the repository"
            kind = NotThere if isinstance(trouble, NotYet) else FileTrouble
            raise kind(f"{name}: `{shown}` {trouble}, so there are no SOPs to read") from None

    def _ask(self, *arguments: str) -> tuple[int, str, bytes]:
        """The exit code of git, its answer, and what it complains about."""
        done = _program.run(arguments, self.top, self._environment)
        return done.returncode, os.fsdecode(done.stdout), done.stderr

    def _told(self, trouble: str, *arguments: str) -> str:
        code, answer, said = self._ask(*arguments)
        if code:
            raise FileTrouble(f"{trouble}{complaint(said)}")
        return answer

    def _no_commit(self, ref: str, found: Object | None) -> str:
        if found is not None and found.kind == "ambiguous":
            return f"more than one commit begins with `{ref}`; write more of its letters"
        if self._objects.get(ref):
            return f"`{ref}` is no commit; name a branch, a tag or a commit"
        if self._objects.get("HEAD") is None and ref.split("~")[0].split("^")[0] in ("HEAD", "@"):
            return "this branch has no commits yet, so there is nothing to read; `git commit` makes the first"
        if self.shallow:
            return f"`{ref}` is not in this clone{DEEPEN}"
        if ".." in ref:
            return f"`{ref}` names a range; name one commit, or two as two words"
        return f"no branch, tag or commit is called `{ref}`{did_you_mean(ref, self._names())}"

    def _names(self) -> list[str]:
        return self._ask("for-each-ref", "--format=%(refname:short)")[1].split()


DEEPEN = (
    ": it is shallow and holds only the newest commits; "
    "`git fetch --unshallow` gets the rest (in CI: `fetch-depth: 0`, or `GIT_DEPTH: 0`)"
)


def _no_repository(folder: Path, complained: bytes) -> str:
    said = complained.decode("utf-8", "replace")
    if "dubious ownership" in said or "unsafe repository" in said:
        return (
            f"git does not trust the repository of {folder}, because it belongs to another user; if you do, "
            f"say so once: git config --global --add safe.directory '{folder}'"
        )
    if "not a git repository" in said:
        return f"{folder} is in no git repository, so nothing is known of its past; `git init` makes one"
    return f"git cannot read the repository of {folder}{complaint(complained)}"


__all__ = ["DEEPEN", "INDEX", "Commit", "NotThere", "Repository", "Touched", "repository_of"]
