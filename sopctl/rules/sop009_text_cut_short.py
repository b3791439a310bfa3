"""A text that ends earlier than it seems to.

In an unquoted text, a space and `#` begin a comment: "Write ticket #2" becomes "Write ticket", and
the person on shift never learns which ticket. Put the whole text in quotes. A real comment has a
space after its `#`.

```yaml title="Bad"
roles:
  lead:
    title: Lead
    text: Answers ticket #2 and its copies   # SOP009
```

```yaml title="Good"
roles:
  lead:
    title: Lead    # by vote of the team
    text: "Answers ticket #2 and its copies"
```
"""

from sopctl.diagnostic import Severity

severity = Severity.WARNING
