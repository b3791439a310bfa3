"""A term, clause, notice, metric, path, fact, calendar, place or kind of worker that no register has.

The step sends a notice that nobody wrote, or tests a fact that nobody asks for. Mend the name, or
add the entry to a register; places and kinds of workers are listed in `knowledge_base`.
While a register cannot be read, nobody knows whether a name stands in it: a note says so.

```yaml title="Bad"
steps:
  - {id: look, title: Look at it, role: agent, notice: apeal-upheld, next: done}     # SOP304
---
notices:
  appeal-upheld: {title: Appeal upheld}
```

```yaml title="Good"
steps:
  - {id: look, title: Look at it, role: agent, notice: appeal-upheld, next: done}
---
notices:
  appeal-upheld: {title: Appeal upheld}
```
"""

absence = "which references to other entries lead nowhere"
