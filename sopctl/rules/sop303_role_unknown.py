"""A role, team or schedule that no register has.

Nobody carries out a step of a role that does not exist, and nobody is paged by a path that ends at
it. Mend the name, or add the role to a register. While a register cannot be read, nobody knows
whether a name stands in it: a note says so.

```yaml title="Bad"
steps:
  - {id: look, title: Look at it, role: aegnt, next: done}      # SOP303
```

```yaml title="Good"
steps:
  - {id: look, title: Look at it, role: agent, next: done}
```
"""

absence = "which references to roles, teams and schedules lead nowhere"
