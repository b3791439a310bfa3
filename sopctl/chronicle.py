"""The past of SOPs: each as every commit left it, followed through new ids, names and folders of files."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath

from sopctl import model, settings, source
from sopctl.diff import NOTHING, Change, Renamed, changes, renames
from sopctl.files import SUFFIXES, FileTrouble, Unread
from sopctl.library import Library
from sopctl.model import Sop, Typed
from sopctl.model.words import SOP_ID
from sopctl.named import NamedTuple
from sopctl.repository import Commit, Repository

_Named = tuple[str, str | None]
"""The path of a file, from the top of the repository, and its content as git names it."""


class Turn(NamedTuple):
    """What a commit did to a SOP: before, for each of its parents, and after; None where it has none.
    `joined` is the commit by which the main line got it, on the day `since`: itself, or a merge."""

    commit: Commit
    before: tuple[Typed | None, ...]
    after: Typed | None
    joined: str
    since: date

    @property
    def on_main(self) -> bool:
        """Whether it is of the main line itself."""
        return self.joined == self.commit.hash


class State(NamedTuple):
    """A SOP as a commit left it, and since when the main line had it so; no commit counts as older
    than what it was built on, whatever its date says."""

    commit: Commit
    since: date
    typed: Typed | None  # None where the file was deleted

    @property
    def sop(self) -> Sop | None:
        """The SOP, where it can be read."""
        return self.typed.sop if self.typed is not None and is_whole(self.typed) else None


class Chronicle:
    """The commits up to one, and what they say about each SOP of a knowledge base."""

    def __init__(self, repository: Repository, root: Path, ref: str = "HEAD") -> None:
        self.repository = repository
        self._root = root
        self._ref = ref
        self._prefix = f"{inside}/" if (inside := repository.inside(root)) else ""
        self._typed: dict[_Named, Typed | None] = {}

    @cached_property
    def commits(self) -> tuple[Commit, ...]:
        """All that touched the knowledge base, newest first as the main line got them. Those of which
        it got nothing are left out: their merge has the knowledge base as it was before."""
        touched = self.repository.history(self._tip, self._root)
        kept = (each for each in touched if self._joined[each.hash] in self._main)
        return tuple(sorted(kept, key=lambda each: self._order[each.hash], reverse=True))

    @cached_property
    def days(self) -> tuple[tuple[Commit, date], ...]:
        """The commits of the main line, oldest first, each with the day from which it held."""
        found: list[tuple[Commit, date]] = []
        latest = date.min
        for commit in reversed(self.repository.history(self._tip, self._root, mainline=True)):
            latest = max(latest, commit.committed.date())
            found.append((commit, latest))
        return tuple(found)

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every id that a SOP has ever had."""
        return frozenset(filter(None, self._ids.values()))

    @property
    def begins(self) -> str:
        """From when on git knows anything, in words."""
        if not self.days:
            return "git knows nothing of this folder"
        first, day = self.days[0]
        if self.is_cut(first):
            return f"this clone is shallow and begins on {day} (`git fetch --unshallow` gets the rest)"
        return f"the history of git begins on {day}; before that nothing is known"

    def is_cut(self, commit: Commit) -> bool:
        """Whether more may have come before this commit, which a shallow clone does not hold."""
        return self.repository.shallow and not commit.parents

    def turns(self, id: str) -> list[Turn]:
        """The commits that touched a SOP, newest first as the main line got them: those of a merge
        that did touch it there, and the merge itself."""
        names = self.names(id)
        main = {each.commit.hash: each for each in self._turns_on_main(names)}
        commits = (self.commits[each] for each in _touching(self._by_id, names))
        kept = (each for each in commits if self._joined[each.hash] in main)
        turns = {each.hash: turn for each in kept if (turn := self._turn(each, names))}
        for hash, turn in main.items():
            whole = turns.get(hash)  # none where a merge has the text of what it joined
            others = whole.before[1:] if whole else (turn.after,)
            turns[hash] = turn._replace(before=(*turn.before, *others))
        return [turns[hash] for hash in sorted(turns, key=self._order.__getitem__, reverse=True)]

    def states(self, id: str) -> list[State]:
        """How a SOP stood on the main line, oldest first."""
        turns = self._turns_on_main(self.names(id))
        return [State(each.commit, each.since, each.after) for each in turns]

    def rest_of(self, state: State, day: date) -> tuple[Commit, date]:
        """The commit that had the rest of the knowledge base on a day, and since when: not one before
        that of the state, which may have come late."""
        held = [each for each in self.days if each[1] <= day or each[0].hash == state.commit.hash]
        return held[-1]

    def names(self, id: str) -> frozenset[str]:
        """The ids that a SOP has had: this one, and those that it was renamed from."""
        names, ahead = {id}, [id]
        while ahead:
            older = self._older.get(ahead.pop(), set()) - names
            names |= older
            ahead += sorted(older)
        return frozenset(names)

    def newest(self, id: str) -> str:
        """What a SOP is called now that is or was called so: a new name counts where the old one is gone."""
        seen = {id}
        while newer := sorted(self._newer.get(id, set()) - seen):
            if not self._is_gone(id):
                break
            id = newer[-1]
            seen.add(id)
        return id

    @cached_property
    def renamed(self) -> Renamed:
        """What commits called otherwise, so that references to it have not changed: by the old name, the new."""
        return dict(self._renames)

    # Inside

    @cached_property
    def _tip(self) -> str:
        return self.repository.commit(self._ref)

    @cached_property
    def _joined(self) -> dict[str, str]:
        return self.repository.joined(self._tip)

    @cached_property
    def _order(self) -> dict[str, int]:
        return {hash: place for place, hash in enumerate(self._joined)}

    @cached_property
    def _main(self) -> dict[str, date]:
        """The commits of the main line, and since when it has them."""
        return {commit.hash: since for commit, since in self.days}

    def _is_gone(self, id: str) -> bool:
        last = _touching(self._by_id_on_main, [id])[-1:]
        files = [each for place in last for each in self.days[place][0].files]
        return id not in self._named((each.path, each.after) for each in files)

    def _turns_on_main(self, names: frozenset[str]) -> list[Turn]:
        commits = (self.days[each][0] for each in _touching(self._by_id_on_main, names))
        return [turn for commit in commits if (turn := self._turn(commit, names))]

    def _turn(self, commit: Commit, names: frozenset[str] | set[str]) -> Turn | None:
        parents = range(len(commit.files[0].before) if commit.files else 0)
        before = tuple(
            self._among(((each.path, each.before[parent]) for each in commit.files), names)
            for parent in parents
        )
        after = self._among(((each.path, each.after) for each in commit.files), names)
        if not after and not any(before):
            return None
        joined = self._joined[commit.hash]
        return Turn(commit, before, after, joined, self._main[joined])

    def _among(self, contents: Iterable[_Named], names: frozenset[str] | set[str]) -> Typed | None:
        """The SOP that one of these files holds."""
        held = sorted(each for each in contents if self._ids.get(each) in names)
        return next(filter(None, map(self._read, held)), None)

    def _read(self, file: _Named) -> Typed | None:
        if file not in self._typed:
            path, content = file
            self._typed[file] = _typed(self._shown(path), next(self.repository.texts_of([content or ""])))
        return self._typed[file]

    @cached_property
    def _older(self) -> dict[str, set[str]]:
        """By id, those under which the SOP stood before some commit renamed it."""
        found: dict[str, set[str]] = defaultdict(set)
        for (space, old), new in self._renames:
            if space == "sop":
                found[new].add(old)
        return found

    @cached_property
    def _newer(self) -> dict[str, set[str]]:
        """By id, those that some commit gave the SOP in its place."""
        found: dict[str, set[str]] = defaultdict(set)
        for new, olds in self._older.items():
            for old in olds:
                found[old].add(new)
        return found

    @cached_property
    def _renames(self) -> list[tuple[tuple[str, str], str]]:
        """What the commits that gave a SOP another id renamed, newest first."""
        found: list[tuple[tuple[str, str], str]] = []
        for commit in self.commits:
            for parent in range(len(commit.files[0].before) if commit.files else 0):
                before = [(each.path, each.before[parent]) for each in commit.files]
                after = [(each.path, each.after) for each in commit.files]
                old_ids, new_ids = self._named(before), self._named(after)
                if old_ids - new_ids and new_ids - old_ids:
                    found += renames(self._library(before), self._library(after)).items()
        return found

    def _named(self, files: Iterable[_Named]) -> set[str]:
        return {self._ids[each] for each in files if each in self._ids}

    def _library(self, files: Iterable[_Named]) -> Library:
        typed = (self._read(each) for each in sorted(each for each in files if each in self._ids))
        return Library((each for each in typed if each), date.min)

    @cached_property
    def _by_id(self) -> dict[str, list[int]]:
        return self._places(self.commits)

    @cached_property
    def _by_id_on_main(self) -> dict[str, list[int]]:
        return self._places([commit for commit, _ in self.days])

    def _places(self, commits: Sequence[Commit]) -> dict[str, list[int]]:
        """By id, the places of the commits that touched a SOP of that id."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, commit in enumerate(commits):
            contents = {
                (each.path, content) for each in commit.files for content in (*each.before, each.after)
            }
            for id in {self._ids[each] for each in contents if each in self._ids}:
                found[id].append(place)
        return found

    @cached_property
    def _ids(self) -> dict[_Named, str]:
        """By path and content, the id of the SOP that stands there; none for what is no SOP."""
        files = {
            (each.path, content)
            for commit in (*self.commits, *(commit for commit, _ in self.days))
            for each in commit.files
            if self._may_be_sop(each.path)
            for content in (*each.before, each.after)
            if content
        }
        ahead = sorted(files)
        texts = self.repository.texts_of(content for _, content in ahead)
        found = {file: _id(file[0], text) for file, text in zip(ahead, texts, strict=True)}
        return {file: id for file, id in found.items() if id}

    def _may_be_sop(self, path: str) -> bool:
        inside = PurePosixPath(self._shown(path))
        hidden = any(part.startswith(".") for part in inside.parts)
        return (
            path.lower().endswith(SUFFIXES) and not hidden and any(map(inside.is_relative_to, self._folders))
        )

    @cached_property
    def _folders(self) -> frozenset[str]:
        """Where SOPs stand, and stood by the settings of other times."""
        found = set()
        for name in settings.FILES:
            path = self._prefix + name
            contents = {
                content
                for commit in self.commits
                for each in commit.files
                if each.path == path
                for content in (*each.before, each.after)
                if content
            }
            for text in self.repository.texts_of(sorted(contents)):
                with suppress(FileTrouble):  # settings that cannot be read name no folder
                    found.add(settings.folder({name: text if isinstance(text, str) else None}.get))
        return frozenset(found | {settings.Settings.make({})[0].sops})

    def _shown(self, path: str) -> str:
        """A path as the knowledge base has it."""
        return path.removeprefix(self._prefix)


def _touching(places: Mapping[str, Sequence[int]], names: Iterable[str]) -> list[int]:
    return sorted({place for name in names for place in places.get(name, ())})


def is_whole(typed: Typed) -> bool:
    """Whether a file could be read to its end as a SOP."""
    return typed.document.complete and typed.sop is not None


def changed(before: Typed | None, after: Typed | None, renamed: Renamed = NOTHING) -> tuple[Change, ...]:
    """What a SOP means now that it did not mean before. What is `renamed` elsewhere means the same."""
    one, other = (Library([each] if each else [], date.min) for each in (before, after))
    return changes(one, other, renamed)


def altered(before: Typed | None, after: Typed | None, renamed: Renamed = NOTHING) -> tuple[Change, ...]:
    """The same, without what may change within a version: the id, dates, approvals, status, scenarios."""
    keys = Sop.__keys__
    return tuple(
        each
        for each in changed(before, after, renamed)
        if each.pointer != ("id",)
        and not (each.pointer and (key := keys.get(str(each.pointer[0]))) and key.unversioned)
    )


_ID = re.compile(rf"""^[{{ ]?["']?id["']?[ ]*:[ ]*["']?({SOP_ID})(?![\w-])""", re.MULTILINE)


def _id(path: str, text: str | Unread) -> str:
    """The id of the SOP in a file: what the file says, else what it is called."""
    said = _ID.search(_head(path, text)) if isinstance(text, str) else None
    stem = PurePosixPath(path).stem
    return said[1] if said else stem if re.fullmatch(SOP_ID, stem) else ""


def _head(path: str, text: str) -> str:
    """Where the id of a file stands: in Markdown, the front matter alone."""
    if not path.lower().endswith(".md"):
        return text
    opened, _, rest = text.partition("\n")
    return rest.partition("\n---")[0] if opened.lstrip("\ufeff").rstrip() == "---" else ""


def _typed(path: str, text: str | Unread) -> Typed | None:
    if isinstance(text, Unread):
        return model.read(source.unreadable(path, "SOP001", text.message, text.help))
    document = source.read(path, text, model.OUTLINE)
    return model.read(document) if document else None
