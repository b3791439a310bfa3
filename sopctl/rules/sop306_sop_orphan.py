"""A SOP that stands alone.

No other SOP leads to it, and it leads to none. People find it only if they know that it is there.
Where does its case come from, and who deals with what is left over? Refer to those SOPs. An id in a
text is no reference before it stands in brackets: readers see it and cannot follow it.

```yaml title="Bad"
id: TS-EX-001              # SOP306
scope: Examples.
```

```yaml title="Good"
id: TS-EX-001
scope: Examples. For the others see [[TS-EX-002]].
---
id: TS-EX-002
scope: All other examples.
```
"""

from collections.abc import Iterator

from sopctl.analysis import links
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model.words import SOP_ID
from sopctl.pattern import lazy_pattern

_NAMED = lazy_pattern(rf"(?<![\w-]){SOP_ID}(?![\w-])")

severity = Severity.NOTE
absence = "which SOPs nothing refers to"


def check_library(library: Library) -> Iterator[Finding]:
    joined = _linked(library) | _referring(library) | _perhaps_meant(library)
    for sop in library.sops:
        path = library.path_of(sop)
        if path not in joined and not _used(library, sop.id, path):
            message = "no other SOP refers to this one, and it refers to none"
            yield Finding(("id",), message, _way_out(library, sop.id, path), path=path)


def _way_out(library: Library, id: str, path: str) -> str:
    """Where a text names another SOP without brackets, that it needs them."""
    named = (each for prose in library.by_path[path].prose for each in _NAMED.findall(prose.text))
    other = next((each for each in named if each != id and each in library.by_id), "")
    if other:
        return f"a text names `{other}`, and nobody can follow it: write `[[{other}]]`"
    return "say where its case comes from, or where it goes"


def _used(library: Library, id: str, path: str) -> bool:
    """Whether another file refers to a SOP, by its id or by the name of its file."""
    names = (id, library.by_path[path].document.stem)
    return any(other != path for name in names for other, _ in library.uses.get(("sop", name), ()))


def _perhaps_meant(library: Library) -> set[str]:
    """The files that a reference to an unknown SOP may have meant: one slip is one finding."""
    lost = {
        reference.target.partition("#")[0]
        for path in library.by_path
        for code, reference, _ in library.missing[path]
        if code == "SOP301"
    }
    return {library.by_id[id].document.path for word in lost if (id := library.nearest_sop(word))}


def _linked(library: Library) -> set[str]:
    """The files that a plain link to another SOP joins."""
    sops = {path for path, each in library.by_path.items() if each.sop}
    found: set[str] = set()
    for path, ahead in links.links(library).items():
        for link in ahead:
            if link.path != path and link.path in sops:
                found.update((path, link.path))
    return found


def _referring(library: Library) -> set[str]:
    """The files that refer to a SOP other than their own."""
    found: set[str] = set()
    for (kind, id), places in library.uses.items():
        if kind == "sop":
            own = library.by_id[id].document.path if id in library.by_id else ""
            found.update(path for path, _ in places if path != own)
    return found
