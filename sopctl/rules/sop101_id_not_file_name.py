"""An id that differs from the name of its file.

People look for a SOP by its id, and find the file by its name. Where the two differ they open the
wrong procedure, or none. Rename the file or mend the id; an id that was published is never reused.

```yaml title="Bad"
# file: sops/TS-APP-001.yaml
id: TS-APP-002             # SOP101
```

```yaml title="Good"
# file: sops/TS-APP-002.yaml
id: TS-APP-002
```
"""

import posixpath
from collections.abc import Iterator

from sopctl.diagnostic import Finding
from sopctl.model import Sop
from sopctl.model.words import IS_SOP
from sopctl.source import Document


def check(sop: Sop, document: Document) -> Iterator[Finding]:
    if document.path.endswith((f"/{sop.id}.yaml", f"/{sop.id}.md")):
        return
    stem = document.stem
    if sop.id != stem:
        name = posixpath.basename(document.path)
        other = f", or write `id: {stem}`" if IS_SOP(stem) else ""
        help = f"call the file {sop.id}{name.removeprefix(stem)}{other}"
        yield Finding(("id",), f"the id is `{sop.id}`, but the file is called `{name}`", help)
