"""A link to a file, or to a heading in it, that is not there.

The picture stays empty, the form cannot be opened, and the step that needs it stops. Links to
other files are relative to the file in which they stand. Addresses on the web are not checked.

A bare `#name` must be a step, an outcome, a section or a heading of the SOP itself, and the one behind
the file of another SOP must be one of that SOP. In other Markdown files it is a heading, named as the
code host does (`#größe-der-sache`) or as the site does (`#groe-der-sache`). A heading with other letters
in a text of a SOP needs a name for it: `### 例外 {#exception}`.

```yaml title="Bad"
scope: Deactivations, as in [the form](forms/appeal.md).       # SOP305
```

```yaml title="Good"
# file: sops/TS-EX-001.yaml
id: TS-EX-001
scope: Deactivations, as in [the other one](driver/TS-EX-002.yaml) and on [the web](https://example.org).
---
# file: sops/driver/TS-EX-002.yaml
id: TS-EX-002
scope: Deactivations, as in [the first one](../TS-EX-001.yaml).
```
"""

from collections.abc import Iterator

from sopctl.analysis import links
from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    for each in library.typed:
        path = each.document.path
        for link in links.links(library)[path]:
            if wrong := links.broken(link, library, each):
                help = _HELP if links.text_of(link, library) is None else ""
                yield Finding(
                    link.at, f"the link `{link.target}` is broken: {wrong}", help, part=link.part, path=path
                )


_HELP = "a link is relative to the file in which it stands"
