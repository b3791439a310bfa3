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
    newest = max((each.version for each in entries if each and each.version), key=_order, default="")
    # where the newest is that of the SOP, and not the first, the order below is the slip
    if first and first.version and sop.version and sop.version not in (first.version, newest):
        message = f"the SOP is version {sop.version}, but its history begins with {first.version}"
        yield Finding(first.at, message, "the newest entry stands first, and is the version of the SOP")
    told = False
    for newer, older in pairwise(entries):
        wrong = (
            newer
            and older
            and newer.version
            and older.version
            and _order(older.version) >= _order(newer.version)
        )
        if wrong and not told:  # a history that runs the other way is one mistake
            message = f"version {older.version} stands below {newer.version}, but is not older"
            yield Finding(older.at, message, "the newest entry stands first")
        told = bool(wrong)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
