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
from sopctl.model.sop import Authors


def check(sop: Sop) -> Iterator[Finding]:
    signed = [each for each in sop.approvals or () if each]
    approvals = [each for each in signed if each.meaning == "approval"]
    authors = Authors.of(sop.entry, signed)
    for each in approvals:
        if authors.sign_by_name(each):
            yield Finding(each.at, f"{each.name} signs as author, and approves", _ANOTHER)
        elif authors.sign_by_role(each):
            message = f"`{each.role}` wrote version {sop.version}, and approves it"
            help = f"{_ANOTHER}; of two persons with this role, let both sign by `name`"
            yield Finding(each.at, message, help)
    for at in authors.listed(sop.entry, approvals):
        yield Finding(at, f"`{authors.role}` wrote version {sop.version}, and approved it", _ANOTHER)


_ANOTHER = "let somebody else approve it"
