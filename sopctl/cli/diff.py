"""`sopctl diff`."""

import os
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated

from sopctl.cli import ground, keep
from sopctl.cli.ground import Ground
from sopctl.cli.options import Argument, Option, Output, Today
from sopctl.diagnostic import Severity
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.named import NamedTuple
from sopctl.repository import DEEPEN, Repository, repository_of
from sopctl.review import Review, review
from sopctl.review.report import FORMATS, report
from sopctl.weight import Weight

DiffFormat = Enum("DiffFormat", {name: name for name in FORMATS}, type=str)  # type: ignore[misc]
DiffFailOn = Enum(  # type: ignore[misc]
    "DiffFailOn", {each.value: each.value for each in (*Severity, *Weight)}, type=str
)

WORKING_TREE = "the working tree"
_MAIN_BRANCHES = ("origin/HEAD", "main", "origin/main", "master", "origin/master")


def diff(
    base: Annotated[
        str | None,
        Argument(
            "What was: a branch, tag or commit, or a folder; by default where this branch left the main one.",
            "BASE",
        ),
    ] = None,
    head: Annotated[
        str | None, Argument("What is: the same; by default the files as they stand now.", "HEAD")
    ] = None,
    format: Annotated[DiffFormat, Option("How the review is written.")] = DiffFormat["text"],
    output: Output = None,
    fail_on: Annotated[
        DiffFailOn,
        Option(
            "The least that makes the exit code 1: a finding of that severity, or a change of that weight "
            "(then errors count as well)."
        ),
    ] = DiffFailOn["error"],
    today: Today = None,
) -> int:
    """Compare two states of the knowledge base by meaning: what changes, how much it weighs, and for whom."""
    day = ground.day(today)
    old, new = _sides(base, head)
    before = old.earlier(day)
    after = new.library(day, before)
    called = old.name if before.by_path or before.unreadable else f"{old.name}, without SOPs as yet"
    found = review(before, after, (called, new.name))
    home = new.ground
    written = report(
        format.value,
        found,
        colour=output is None and ground.in_colour(),
        own=home.root / home.settings.templates,
    )
    home.write(written, output, after)
    if not found.verdict.whole:
        return 2
    return int(_fails(found, fail_on.value))


class Side(NamedTuple):
    """One of the two states: where it is, and what it is called."""

    name: str
    ground: Ground
    ref: str = ""
    repository: Repository | None = None

    def library(self, today: date, like: Library | None = None) -> Library:
        if self.repository is None:
            found = keep(self.ground.library(today, like))
            if not found.by_path and self.name != WORKING_TREE:
                raise FileTrouble(f"there are no SOPs in {self.name}")
            return found
        return self.ground.library_at(self.ref, self.repository, today, like)

    def earlier(self, today: date) -> Library:
        """The library where this is the state before: a commit may be older than the knowledge base."""
        if self.repository is None:
            return self.library(today)
        return self.ground.library_before(self.ref, self.repository, today)


def _sides(base: str | None, head: str | None) -> tuple[Side, Side]:
    for word in (base, head):
        if word is not None and ".." in word and not Path(word).exists():
            raise FileTrouble(f"`{word}` names a range; write its two ends as two words")
    new = _side(head) if head is not None else Side(WORKING_TREE, ground.find())
    if base is not None:
        return _side(base), new
    repository = repository_of(new.ground.root)
    name, ref = _default_base(repository)
    return Side(name, new.ground, ref, repository), new


def _side(word: str) -> Side:
    """A folder, or a commit of the repository that we stand in."""
    place = Path(word)
    if place.is_dir():
        _only_a_folder(word)
        return Side(f"the folder {word}", _whole(place, word))
    if place.is_file():
        raise FileTrouble(
            f"`{word}` is a file; name a commit or a folder, as whole knowledge bases are compared"
        )
    here = ground.find()
    repository = repository_of(here.root)
    return Side(f"{word} ({repository.commit(word)[:12]})", here, word, repository)


def _only_a_folder(word: str) -> None:
    """Refuse a word that may mean two things."""
    try:
        repository_of(Path.cwd()).commit(word)
    except FileTrouble:
        return
    raise FileTrouble(
        f"`{word}` is a folder and a commit; write `./{word}` for the folder, or `refs/heads/{word}`"
    )


def _whole(place: Path, word: str) -> Ground:
    """The knowledge base that a folder is: a part of one would be compared with what it is a part of."""
    found = ground.find([word])
    whole = (os.path.realpath(found.root), os.path.realpath(found.folder))
    if os.path.realpath(place) not in whole:
        raise FileTrouble(f"`{word}` is no knowledge base, but a part of {found.root}; name the whole")
    return found


def _default_base(repository: Repository) -> tuple[str, str]:
    """The commit in which this branch and the main one were last the same, and its name."""
    here = repository.commit("HEAD")
    uncommitted = f"HEAD ({here[:12]})", here
    for branch in _MAIN_BRANCHES:
        try:
            repository.commit(branch)
        except FileTrouble:
            continue
        base = repository.merge_base("HEAD", branch)
        return uncommitted if base == here else (f"{base[:12]}, where this branch left {branch}", base)
    if repository.has_one_branch():
        return uncommitted
    raise FileTrouble(_no_main_branch(repository))


def _no_main_branch(repository: Repository) -> str:
    if repository.shallow:
        return f"the main branch is not in this clone, so nobody knows where this branch left it{DEEPEN}"
    tried = " or ".join(f"`{name}`" for name in _MAIN_BRANCHES if "/" not in name)
    return (
        f"no branch is called {tried}, so nobody knows which is the main one and where this branch left it; "
        "name it: `sopctl diff BRANCH`, or `sopctl diff HEAD` for what is not committed yet"
    )


def _fails(found: Review, least: str) -> bool:
    weight = next((each for each in Weight if each == least), None)
    severity = Severity.ERROR if weight else Severity(least)
    findings = (*found.faults, *found.debts.new)
    return any(each.severity.rank <= severity.rank for each in findings) or (
        weight is not None and any(each.weight.rank >= weight.rank for each in found.changes)
    )
