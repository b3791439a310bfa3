"""A change history that does not end in the version of the SOP.

The history is how people learn what is new since they were trained. Where its first entry is not
the version on the cover, a change went out that nobody was told about. Newest first: add the
missing entry, or put the entries in order.

```yaml title="Bad"
version: 1.2.0
change_history:
  - {version: 1.1.0, on: 2026-02-05, author: writer, summary: Times added}       # SOP107
  - {version: 1.1.0, on: 2026-01-05, author: writer, summary: First version}     # SOP107
```

```yaml title="Good"
version: 1.2.0
change_history:
  - {version: 1.2.0, on: 2026-03-05, author: writer, summary: Second look}
  - {version: 1.1.0, on: 2026-02-05, author: writer, summary: Times added}
```
"""

from collections.abc import Iterator
from itertools import pairwise

from sopctl.diagnostic import Finding
from sopctl.model import Sop


def check(sop: Sop) -> Iterator[Finding]:
    entries = sop.change_history or ()
    first = entries[0] if entries else None
    if first and first.version and sop.version and first.version != sop.version:
        message = f"the SOP is version {sop.version}, but its history begins with {first.version}"
        yield Finding(first.at, message, "the newest entry stands first, and is the version of the SOP")
    for newer, older in pairwise(entries):
        if (
            newer
            and older
            and newer.version
            and older.version
            and _order(older.version) >= _order(newer.version)
        ):
            message = f"version {older.version} stands below {newer.version}, but is not older"
            yield Finding(older.at, message, "the newest entry stands first")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
