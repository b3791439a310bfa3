"""A key that stands twice in one mapping.

Only one of the two can hold. Whoever added the second does not see the first, and people act on a
value that somebody else believes to be replaced. Keep the one that is right, delete the other.

```yaml title="Bad"
id: TS-APP-001
steps:
  - id: read
    within: 2d
    role: agent
    within: 4d             # SOP002
```

```yaml title="Good"
id: TS-APP-001
steps:
  - id: read
    within: 4d
    role: agent
```
"""
