"""A reference to a step that does not exist.

The reader follows the link and lands at the top of a page, looking for a step that is not there.
Usually the step was renamed; the message names the nearest one. A scenario that answers a step which
asks nothing, or tells the outcome of one that calls nothing, speaks of a step that is no more, too.

```yaml title="Bad"
scope: The log is kept in [[#lok]].      # SOP302
```

```yaml title="Good"
scope: The log is kept in [[#look]].
```
"""
