"""A construct of YAML that this format leaves out.

Anchors, aliases, merge keys and tags make a value depend on another line, and a second document
hides behind the first. Whoever edits one line cannot see what else changes with it. Write the
value out; put a text that begins with `&`, `*` or `!` in quotes.

```yaml title="Bad"
roles:
  lead: &lead              # SOP006
    title: Lead
  deputy: *lead
```

```yaml title="Bad"
roles:
  lead:
    title: !important Lead # SOP006
```

```yaml title="Good"
roles:
  lead:
    title: Lead
  deputy:
    title: Deputy lead
```
"""
