"""An approval by the author of the version.

A second pair of eyes is what an approval is for: nobody finds the gap in their own text. Let
another role approve, or name the role that really wrote the version. Where two persons have the role,
one of whom wrote it and the other approves it, let both sign by `name`, the first with
`meaning: authorship`. Where one person alone has it, somebody with another role has to approve.

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

```yaml title="Good"
approvals:
  - {role: writer, name: A. Person, meaning: authorship, on: 2026-01-05}
  - {role: writer, name: B. Person, meaning: approval, on: 2026-01-06}
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
    authors = [each for each in signed if each.meaning == "authorship" and each.name]
    writers = {_folded(each.name) for each in authors if each.name}
    named = any(each.role == author for each in authors)  # two who sign by name may have one role
    approvals = [each for each in signed if each.meaning == "approval"]
    for each in approvals:
        if each.name and _folded(each.name) in writers:
            yield Finding(each.at, f"{each.name} signs as author, and approves", _ANOTHER)
        elif each.role and each.role == author and not (named and each.name):
            message = f"`{author}` wrote version {sop.version}, and approves it"
            yield Finding(
                each.at, message, f"{_ANOTHER}; of two persons with this role, let both sign by `name`"
            )
    told = {each.role for each in approvals}
    if entry and author and author not in told:
        for i, role in enumerate(entry.approved_by or ()):
            if role == author:
                at = (*entry.at, "approved_by", i)
                yield Finding(at, f"`{author}` wrote version {sop.version}, and approved it", _ANOTHER)


_ANOTHER = "let somebody else approve it"


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
