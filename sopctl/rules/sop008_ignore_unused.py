"""An ignore that hides nothing, names no rule or gives no reason.

An ignore is a promise that somebody has looked and knows better. One that is left over hides the
next real slip on that line; one without a reason tells nobody whether it still holds, and hides
nothing. Delete it, or write the code in brackets and the reason after it. Inside of a text, the
comment is one of its words: for a finding there it stands above the key.

The same goes for a line of a baseline, the file of findings that are known already: once its
finding is gone it is a note, so that the file shrinks.

```yaml title="Bad"
roles:
  lead:
    title: Lead
    # sopctl: ignore[appeals] they are called so     # SOP008
    team: appeals
    # sopctl: ignore the vendor's own wording        # SOP008
    text: Leads the team.
```

```yaml title="Good"
roles:
  lead:
    title: Lead
    # sopctl: ignore[SOP705] the vendor calls it so
    team: appeals
```
"""

from sopctl.diagnostic import Severity

severity = Severity.WARNING
