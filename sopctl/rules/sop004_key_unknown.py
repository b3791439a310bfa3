"""A key that the format does not have.

What stands under it is read by nobody: the time limit, the role or the warning that the writer
meant to give never reaches a reader. Usually it is a slip of the pen; the message names the
nearest key that there is.

```yaml title="Bad"
roles:
  lead:
    title: Lead
    report_to: director    # SOP004
```

```yaml title="Good"
roles:
  lead:
    title: Lead
    reports_to: director
```
"""
