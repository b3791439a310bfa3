"""A target that is no step and no outcome.

The case is sent to a place that does not exist, and stays with whoever holds it. Usually the step
was renamed; the message names the nearest one that there is.

```yaml title="Bad"
steps:
  - {id: read, title: Read the case, role: agent, next: doen}     # SOP203
```

```yaml title="Good"
steps:
  - {id: read, title: Read the case, role: agent, next: done}
```
"""
