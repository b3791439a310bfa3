"""An e-mail address or a telephone number in the text of a SOP.

People leave, numbers change, and the SOP still sends somebody to them at night. Say the role that
does it; how the role is reached stands once, under `contact` in the register, where one change
reaches every SOP. A link that writes a mail or makes a call names somebody, too. Addresses in code,
quotations and other links are left alone, and so are dates, times, sums and citations of laws.

```yaml title="Bad"
purpose: Tell dana.ruiz@example.org that the case is closed.     # SOP604
scope: At night call +1 206 555 0142 instead.                    # SOP604
trigger: "[A mail](mailto:dana.ruiz@example.org) has come."        # SOP604
```

```yaml title="Good"
purpose: Tell the [[role:lead]] that the case is closed.
scope: Incidents since 2026-02-17 09:30 under RCW 49.46.300, up to $ 1,200,000.00. See `a@b.example`.
```
"""

import re
from collections.abc import Iterator

from sopctl.diagnostic import Finding, Severity
from sopctl.pattern import WordPattern
from sopctl.prose import Speech

severity = Severity.WARNING

_ADDRESS = WordPattern(r"[A-Za-z0-9]\^(?<![.+-].)[\w.+-]*@[A-Za-z0-9][\w-]*?(?:\.[\w-]+?)+(?!-)\>")
_NUMBER = WordPattern(
    r"[+(0-9](?=(?:[ .()/-]{0,2}[0-9]){6})\^(?<![.,+$€£/-].)(?:"
    r"(?<=\+)[1-9]\d{0,2}(?:[ .()/-]{0,2}\d){6,13}"  # +1 206 555 0142, +49 (30) 1234-567
    r"|(?<=\()0?\d{2,4}\)[ ./-]?\d{3}(?:[ ./-]?\d){3,6}"  # (206) 555-0142
    r"|(?<=1)[-. ]\d{3}[-. ]\d{3}[-. ]\d{4}"  # 1-800-555-0142
    r"|(?<=[2-9])\d{2}([-. ])\d{3}\1\d{4}"  # 206-555-0142
    r"|(?<=0)[1-9]\d{1,4}[ /-]\d{3,4}(?:[ -]?\d){2,6}"  # 030 1234567
    r"|(?<=0)[1-9]-(?!(?:19|20)\d\d)\d{4}-\d{4}"  # 03-1234-5678
    r"|(?<=0)800(?:[ /-]?\d){6,8}"  # 0800 123 4567
    r")(?![%€]|[.,/-]\d)\>"
)
_DIGITS = re.compile(rb"[0-9](?:[ -]{0,2}[0-9]){5}")  # any such number shows that many


def check(speech: Speech) -> Iterator[Finding]:
    if "@" in speech.text:
        for said in speech.find(_ADDRESS.suiting(speech.text)):
            if not said.match.string.endswith(f"{said.word}](mailto:", 0, said.match.start()):  # it is said
                message = f"`{said.word}` is the address of a person or a mailbox"
                yield Finding(said.at, message, _HELP, part=said.part)
    for said in speech.find(_NUMBER.suiting(speech.text)) if _DIGITS.search(speech.signs) else ():
        yield Finding(said.at, f"`{said.word}` looks like a telephone number", _HELP, part=said.part)


_HELP = "name the role, as `[[role:…]]`; its `contact` in the register says how to reach it"
