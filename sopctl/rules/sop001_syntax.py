"""A file that cannot be read.

Not one line of it reaches the people who follow it, nor the checks. Most often a text begins with
a sign that means something in YAML (`>`, `%`, `@`, `[`, `*`), holds a second `: `, or is indented
with a tab. Put the whole text in quotes, or indent with spaces.

```yaml title="Bad"
title: Appeals: the first look      # SOP001
```

```yaml title="Bad"
decide:
  - when: {strikes: > 3}            # SOP001
```

```yaml title="Good"
id: TS-APP-001
title: "Appeals: the first look"
```
"""
