"""A place that is still to be filled.

`sopctl new` leaves places that say TODO. A reader on shift who meets one does not know whether
nothing is to be done there or nobody has written it yet. Fill it, or delete the line.

```yaml title="Bad"
purpose: "TODO: what this is for, in one sentence."        # SOP706
steps:
  - id: look
    title: Look at the case
    role: lead
    text: Compare the two dates (limit TBD).        # SOP706
    next: done
```

```yaml title="Good"
purpose: One look at every case before it is closed.
```
"""

from collections.abc import Iterator

from sopctl.diagnostic import Finding, Severity
from sopctl.pattern import lazy_pattern
from sopctl.prose import Speech

severity = Severity.WARNING

_SIGNS = ("???", "orem ipsum")
_CAPITALS = (b"TODO", b"TBD", b"TBC", b"FIXME")
_PLACE = lazy_pattern(r"\b(?:TODO|TBD|FIXME|TBC)\b|\?\?\?|\b[Ll]orem ipsum\b")


def check(speech: Speech) -> Iterator[Finding]:
    if not (any(map(speech.signs.__contains__, _CAPITALS)) or any(map(speech.text.__contains__, _SIGNS))):
        return
    seen = set()
    for at, part, found in speech.find(_PLACE):
        if at not in seen:  # one finding for each text
            seen.add(at)
            yield Finding(at, f"`{found[0]}`: this place is still to be filled", _HELP, part=part)


_HELP = "write what belongs here, or take it out"
