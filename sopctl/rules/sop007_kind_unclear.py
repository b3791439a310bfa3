"""A file that is neither a SOP nor a register.

It lies in the knowledge base, yet no page shows it and no check reads it. A SOP has an `id` at its
top; a register file has keys such as `roles` or `facts`. A file over 1 MiB, or one whose values
are nested deeper than 64, is not read either: split it.

```yaml title="Bad"
role:                      # SOP007
  lead:
    title: Lead
```

```yaml title="Good"
roles:
  lead:
    title: Lead
```
"""
