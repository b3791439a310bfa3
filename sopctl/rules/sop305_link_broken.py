r"""A link to a file, or to a heading in it, that is not there.

The picture stays empty, the form cannot be opened, and the step that needs it stops. Links to
other files are relative to the file in which they stand. Addresses on the web are not checked; a link to
somebody's disk, such as `C:\form.docx`, opens for nobody else. What is linked is published: it must be
a file of the repository, also where a symbolic link leads to it, not hidden behind one, and not larger
than 256 MiB.

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
from sopctl.files import Unread
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    for each in library.typed:
        path = each.document.path
        for link in links.links(library)[path]:
            if wrong := links.broken(link, library, each):
                text = links.text_of(link, library)
                if links.is_on_a_disk(link):
                    help = _PUT_IT_HERE
                else:
                    help = _HELP if text is None else text.help if isinstance(text, Unread) else ""
                yield Finding(
                    link.at, f"the link `{link.target}` is broken: {wrong}", help, part=link.part, path=path
                )


_PUT_IT_HERE = "put the file into the repository, or link to its address on the web"
_HELP = "a link is relative to the file in which it stands"
