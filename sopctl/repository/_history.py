"""What `git log` tells of commits becomes values."""

from datetime import UTC, datetime

from sopctl.named import NamedTuple


class Touched(NamedTuple):
    """A file that a commit changed: its path from the top of the repository, and its contents before
    (one for each parent) and after; None where there was or is no file."""

    path: str
    before: tuple[str | None, ...]
    after: str | None


class Commit(NamedTuple):
    """A commit, by whom and when; days are those of the clock that stood beside the person."""

    hash: str
    parents: tuple[str, ...]
    author: str
    authored: datetime
    committer: str
    committed: datetime
    subject: str
    files: tuple[Touched, ...] = ()


FORMAT = "%H%x00%P%x00%aN%x00%aI%x00%cN%x00%cI%x00%s%x00"
_FIELDS = 7


def commits(log: str) -> list[Commit]:
    """The commits of `git log -z --raw -c` in this format, in its order."""
    words = log.split("\0")
    found: list[Commit] = []
    at = 0
    while at < len(words):
        word = words[at].lstrip("\n")
        if word.startswith(":"):
            files = (*found[-1].files, _touched(word, words[at + 1]))
            found[-1] = found[-1]._replace(files=files)
            at += 2
        elif word:
            found.append(_commit(word, *words[at + 1 : at + _FIELDS]))
            at += _FIELDS
        else:
            at += 1
    return found


def joined(rev_list: str, tip: str) -> dict[str, str]:
    """From the lines of `git rev-list --parents`: by commit, the one by which the main line, of first
    parents, got it. Oldest first, and what a merge joined stands before the merge."""
    parents = {commit: above for commit, *above in map(str.split, rev_list.splitlines())}
    line = [tip]
    while above := parents.get(line[-1]):
        line.append(above[0])
    found: dict[str, str] = {}
    for on_main in reversed(line):
        way = [on_main]
        while way:
            if above := [each for each in parents.get(way[-1], ()) if each not in found]:
                way.append(above[0])
            else:
                found[way.pop()] = on_main
    return found


def _commit(
    hash: str, parents: str, author: str, authored: str, committer: str, committed: str, subject: str
) -> Commit:
    return Commit(
        hash=hash,
        parents=tuple(parents.split()),
        author=_clean(author),
        authored=_moment(authored),
        committer=_clean(committer),
        committed=_moment(committed),
        subject=_clean(subject),
    )


def _clean(text: str) -> str:
    """Words of people as text that can be written anywhere, whatever bytes they were committed in."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # what git cannot read as a date it takes for the beginning of time, and so do we
        return datetime.fromtimestamp(0, UTC)


def _touched(change: str, path: str) -> Touched:
    """A line such as `:100644 100644 <hash> <hash> M`; a merge has as many colons as parents."""
    words = change.lstrip(":").split(" ")
    parents = len(change) - len(change.lstrip(":"))
    modes, ids = words[: parents + 1], words[parents + 1 : 2 * parents + 2]
    contents = [id if mode.startswith("10") else None for mode, id in zip(modes, ids, strict=True)]
    return Touched(path, tuple(contents[:-1]), contents[-1])
