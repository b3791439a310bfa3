"""A value that its key cannot have.

The text is there, but nobody can rely on what it means: a time limit of "two days or so" starts
no clock, a status that does not exist releases nothing. The message says what is allowed.

```yaml title="Bad"
roles:
  lead:
    title: [Lead]          # SOP005
escalation_paths:
  late:
    title: Answer is late
    answer_within: soon    # SOP005
    levels:
      - {to: lead, ack_within: 1h}
```

```yaml title="Good"
roles:
  lead:
    title: Lead
escalation_paths:
  late:
    title: Answer is late
    answer_within: 4h
    levels:
      - {to: lead, ack_within: 1h}
```
"""
