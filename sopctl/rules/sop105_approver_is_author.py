"""An approval by the author of the version.

A second pair of eyes is what an approval is for: nobody finds the gap in their own text. Let
another role approve, or name who really wrote the version.

```yaml title="Bad"
approvals:
  - {role: writer, meaning: approval, on: 2026-01-06}    # SOP105
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: writer, summary: First version}
```

```yaml title="Bad"
approvals:
  - {role: writer, name: A. Person, meaning: authorship, on: 2026-01-05}
  - {role: lead, name: A. Person, meaning: approval, on: 2026-01-06}    # SOP105
```

```yaml title="Bad"
approvals:
  - {role: lead, meaning: approval, on: 2026-01-06}
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: writer, summary: First version, approved_by: [lead, writer]}    # SOP105
```

```yaml title="Good"
approvals:
  - {role: writer, name: A. Person, meaning: authorship, on: 2026-01-05}
  - {role: lead, name: B. Person, meaning: approval, on: 2026-01-06}
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: writer, summary: First version}
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.model import Sop


def check(sop: Sop) -> Iterator[Finding]:
    entry = next((each for each in sop.change_history or () if each and each.version == sop.version), None)
    author = entry.author if entry else None
    signed = [each for each in sop.approvals or () if each]
    writers = {_folded(each.name) for each in signed if each.meaning == "authorship" and each.name}
    approvals = [each for each in signed if each.meaning == "approval"]
    for each in approvals:
        if each.role and each.role == author:
            yield Finding(each.at, f"`{author}` wrote version {sop.version}, and approves it")
        elif each.name and _folded(each.name) in writers:
            yield Finding(each.at, f"{each.name} signs as author, and approves")
    told = {each.role for each in approvals}
    if entry and author and author not in told:
        for i, role in enumerate(entry.approved_by or ()):
            if role == author:
                at = (*entry.at, "approved_by", i)
                yield Finding(at, f"`{author}` wrote version {sop.version}, and approved it")


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
