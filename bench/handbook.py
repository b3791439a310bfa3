"""A made handbook of any size: SOPs of about 5 KB that differ, and the registers they need."""

import random
from pathlib import Path

ROLES = ("agent", "reviewer", "lead", "counsel", "director")
_NOUNS = "case report notice driver order account appeal document message photo record decision".split()
_VERBS = "Read Compare Check Note Open Send Ask Weigh Record Confirm".split()
_ENDS = (
    "before the case is closed", "and write one sentence of reason", "with the file open beside you",
    "and keep the message of the driver", "against the record of the last 90 days", "and tell the lead of the shift",
)  # fmt: skip

REGISTERS = """\
knowledge_base: {title: A made handbook, default_calendar: office, review_notice: 30d, jurisdictions: [us-wa], worker_types: [delivery]}
roles:
  agent: {title: Agent, team: cases, reports_to: lead}
  reviewer: {title: Reviewer, team: cases, reports_to: lead}
  lead: {title: Lead, team: cases, reports_to: director, authority: [close]}
  counsel: {title: Legal counsel, authority: [close]}
  director: {title: Director, authority: [close]}
teams:
  cases: {title: Case team, lead: lead}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: America/Los_Angeles}
escalation_paths:
  overdue:
    title: Overdue
    clock: business
    needs: close
    levels: [{to: lead, via: [chat], ack_within: 4bh}, {to: director, via: [phone], ack_within: 1bd}]
    on_exhausted: director
facts:
  strikes: {ask: How many active strikes?, type: integer, min: 0}
  confirmed: {ask: Is it confirmed?, type: yes-no}
clauses:
  us-wa.answer: {text: Answer within 30 days., source: A law, kind: ceiling, value: 30d, confidence: secondary}
notices:
  told: {title: Decision told, channels: [email], fields: [reason], languages: [en], body: "The reason: {{reason}}."}
metrics:
  overturn-rate: {title: Overturn rate, definition: Decisions overturned out of decisions contested., owner: lead, on_breach: overdue}
glossary:
  strike: {title: Strike, text: A recorded violation., aliases: [strikes]}
"""


def texts(count: int, seed: int = 7) -> dict[str, str]:
    """That many SOPs and one register file, by path."""
    chance = random.Random(seed)
    made = {"sops/registers.yaml": REGISTERS}
    for number in range(count):
        made[f"sops/{number // 100:03d}/{_id(number)}.yaml"] = _sop(number, count, chance)
    return made


def write(folder: Path, count: int) -> int:
    """Write the handbook into a folder; the mean size of a SOP in bytes comes back."""
    sizes = []
    for path, text in texts(count).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if "registers" not in path:
            sizes.append(len(text.encode()))
    return sum(sizes) // max(1, len(sizes))


def _id(number: int) -> str:
    return f"TS-GEN-{number:05d}"


def _sentence(chance: random.Random) -> str:
    verb, noun, other = chance.choice(_VERBS), chance.choice(_NOUNS), chance.choice(_NOUNS)
    return f"{verb} the {noun} and the {other} {chance.choice(_ENDS)}."


def _sop(number: int, count: int, chance: random.Random) -> str:
    """One SOP: seven steps, a table, a question, a call, training and two scenarios."""
    other, next_one = _id(chance.randrange(count)), _id((number + 1) % count)
    steps = "\n".join(_step(i, chance) for i in range(4))
    return f"""\
id: {_id(number)}
title: {chance.choice(_VERBS)} the {chance.choice(_NOUNS)} {number}
version: 1.{number % 7}.0
status: effective
owner: lead
audience: [cases]
tags: [made, {chance.choice(_NOUNS)}]
applies_to: {{jurisdictions: [us-wa], worker_types: [delivery]}}
implements: [us-wa.answer]
effective_on: 2026-02-17
review_by: 2027-06-30
approvals:
  - {{role: counsel, name: A. Person, meaning: approval, on: 2026-02-03}}
purpose: {_sentence(chance)}
scope: |
  {_sentence(chance)} For what comes after see [[{next_one}]].
trigger: {_sentence(chance)}
prerequisites:
  - {_sentence(chance)}
  - {_sentence(chance)}

facts:
  late-{number}: {{ask: Is it late?, type: yes-no}}

steps:
{steps}
  - id: decide
    title: Decide on the case
    role: reviewer
    within: 2bd
    text: |
      {_sentence(chance)} {_sentence(chance)}
      See [[{other}#decide]] for a case of the other kind, and [[term:strike]].
    decide:
      - when: {{confirmed: yes, strikes: ">= {2 + number % 3}"}}
        then: stopped
        because: {_sentence(chance)}
      - when: {{confirmed: yes, strikes: "< {2 + number % 3}", late-{number}: no}}
        then: warned
        because: {_sentence(chance)}
      - when: {{confirmed: yes, strikes: "< {2 + number % 3}", late-{number}: yes}}
        then: second-look
      - when: {{confirmed: no}}
        then: closed
    human: true
    on_overdue: overdue
    implements: [us-wa.answer]

  - id: second-look
    title: Look at it once more
    role: lead
    within: 1bd
    independent_of: ["#decide"]
    ask: Would the same be decided today?
    answers: {{yes: warned, no: closed, unclear: view}}

  - id: view
    title: Get the view of legal counsel
    escalate: overdue
    ask: May the decision stand?
    answers: {{yes: stopped, no: closed}}

outcomes:
  stopped: {{title: The account is stopped, adverse: true, notice: told, appeal: {next_one}}}
  warned: {{title: A warning is given, adverse: true, notice: told, appeal: {next_one}}}
  closed: {{title: Nothing is done}}

deadlines:
  - {{id: answer, kind: ceiling, from: trigger, to: [stopped, warned, closed], implements: us-wa.answer}}
records:
  - {{what: {_sentence(chance)}, system: Case system, retention: 3y}}
metrics: [overturn-rate]
training:
  required_for: [agent, reviewer, lead]
  pass_mark: 90
  questions:
    - ask: {_sentence(chance)} What now?
      choices: [Close it, Warn, Stop]
      answer: 2
      because: {_sentence(chance)}
      step: decide
    - ask: {_sentence(chance)} Who decides?
      choices: [The reviewer, The lead]
      answer: 1
      because: {_sentence(chance)}
      step: second-look
scenarios:
  - title: Not confirmed
    given: {{confirmed: no}}
    expect: {{outcome: closed}}
  - title: Many strikes
    given: {{confirmed: yes, strikes: 9}}
    expect: {{outcome: stopped, notice: told}}
change_history:
  - {{version: 1.{number % 7}.0, on: 2026-02-03, author: lead, summary: {_sentence(chance)}, approved_by: counsel, effective_on: 2026-02-17}}
"""


def _step(i: int, chance: random.Random) -> str:
    return f"""\
  - id: step-{i}
    title: {chance.choice(_VERBS)} the {chance.choice(_NOUNS)}
    role: {chance.choice(ROLES[:3])}
    within: {chance.choice(("4bh", "1bd", "2bd"))}
    text: |
      {_sentence(chance)} {_sentence(chance)}
      {_sentence(chance)}
    checklist:
      - {_sentence(chance)}
      - {_sentence(chance)}
    informed: [director]
    tools: [The case system]
"""
