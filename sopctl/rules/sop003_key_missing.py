"""A key that must be there is missing.

A procedure without an owner, a trigger or an end leaves people to guess who answers for it, when
it begins and when they are done. The message says which key is missing and what it is for. The
finding stands on the mapping that lacks it.

```yaml title="Bad"
roles:
  lead:                    # SOP003
    team: appeals
```

```yaml title="Bad"
id: TS-APP-001
title: Appeal review
version: 1.0.0
status: draft
owner: lead
purpose: One independent look at every deactivation.
scope: Deactivations of drivers.
trigger: An appeal arrives.
steps:
  - id: look
    title: Look at the case
    role: lead
    ask: Was the decision right?     # SOP003
outcomes: {upheld: Decision upheld}
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: lead, summary: First version}
```

```yaml title="Good"
roles:
  lead:
    title: Lead
    team: appeals
```
"""
