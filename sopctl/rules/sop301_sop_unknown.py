"""A reference to a SOP that does not exist.

Whoever needs the other procedure most finds nothing there. Usually the SOP was renamed, or the
id was typed from memory. A SOP whose file cannot be read still counts as there, and so does one whose file is called so
and holds another id (SOP101). While a folder
cannot be opened, nobody knows which SOPs stand in it: a note says so. What lacks a bracket, as `[TS-BGC-001]`
does, or has a line break in its name, is no reference at all: readers see the id and cannot follow it. The words
behind the `|` may go on in the next line.

```yaml title="Bad"
scope: Deactivations. For background checks see [[TS-BGC-001]].        # SOP301
```

```yaml title="Good"
id: TS-APP-001
scope: Deactivations. For background checks see [[TS-BGC-001]].
---
id: TS-BGC-001
scope: Background checks. For deactivations see [[TS-APP-001]].
```
"""

absence = "which references to SOPs lead nowhere"
