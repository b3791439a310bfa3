"""A small knowledge base that has one of everything a walker must show, hostile words among them."""

import shutil
from datetime import date
from pathlib import Path

from sopctl import writing

ROOT = Path(__file__).parent.parent.parent
TODAY = date(2026, 11, 21)
HOSTILE = "</script><img src=x onerror=alert(1)>"

REGISTERS = f"""\
knowledge_base: {{title: Harbour, default_calendar: office}}
calendars:
  office: {{days: mon-fri, hours: "09:00-17:00", timezone: America/New_York, holidays: [2026-12-25]}}
roles:
  lead: {{title: Dock lead}}
  agent: {{title: Dock agent, reports_to: lead}}
  pilot: {{title: Pilot}}
escalation_paths:
  slow: {{title: Ship waits too long, levels: [{{to: lead, via: [phone], ack_within: 1h}}]}}
notices:
  berth: {{title: Berth given, fields: [reasons]}}
  turned: {{title: Turned away, fields: [reasons]}}
facts:
  length: {{ask: How long is the ship?, type: number, min: 1, max: 400, unit: m}}
  crew: {{ask: How many people are on board?, type: integer, min: 0, max: 40}}
  flag: {{ask: Which flag does she fly?, type: choice, values: {{home: Ours, other: "Another, {HOSTILE}"}}}}
  sick: {{ask: Is anybody sick?, type: yes-no}}
"""

OPEN = """\
id: DK-OPN-001
title: Open the dock
version: 1.2.0
status: effective
owner: lead
effective_on: 2026-01-10
review_by: 2027-01-10
approvals: [{role: lead, meaning: approval, on: 2026-01-05}]
purpose: Ships can land.
scope: The dock.
trigger: A ship calls.
steps:
  - id: measure
    title: Measure the ship
    role: agent
    within: 2h
    on_overdue: slow
    text: "Use the *long* rod. See [[#inspect]]."
    checklist: [The rod is dry, {text: The length is in the log, evidence: A photograph}]
    decide:
      - {when: {length: "> 300"}, then: too-long, because: The quay ends at 300 m.}
      - {when: {length: "<= 300"}, then: prepare}
  - id: prepare
    title: Prepare the berth
    role: agent
    within: [{when: {length: "> 100"}, within: 4h}, {otherwise: 1h}]
    consulted: [pilot]
    informed: [lead]
    tools: [The **big** winch]
    independent_of: ["#measure"]
  - id: inspect
    title: Have her inspected
    call: DK-INS-001
    on: {clean: count, quarantine: quarantined, otherwise: quarantined}
  - id: count
    title: Count the crew
    role: agent
    within: 1bd
    at_most: 2
    after_that: ask-lead
    ask: Do the papers and the count agree?
    answers: {yes: moor, no: count, constructor: DK-WAR-001, __proto__: ask-lead}
  - id: ask-lead
    title: Ask the lead
    escalate: slow
    ask: May she stay?
    answers: {yes: moor, no: turned-away}
  - {id: moor, title: Moor her, role: agent, within: 1h, notice: berth, next: moored}
outcomes:
  moored: {title: The ship is moored, notice: berth}
  too-long: {title: The ship is too long, adverse: true, notice: turned, appeal: "The harbour court, within four weeks."}
  turned-away: {title: The ship is turned away, adverse: true, notice: turned, appeal: DK-WAR-001}
  quarantined: {title: The ship waits outside, text: "Until the *yellow* flag is down."}
escalations:
  - {after: 4h, path: slow}
  - {when: A storm warning is out, then: turned-away}
  - {when: The owner sends a lawyer, then: DK-WAR-001}
change_history: [{version: 1.2.0, on: 2026-01-05, author: agent, summary: First}]
"""

INSPECT = """\
id: DK-INS-001
title: Inspect a ship
version: 3.0.0
status: effective
owner: lead
effective_on: 2026-01-10
review_by: 2027-01-10
approvals: [{role: lead, meaning: approval, on: 2026-01-05}]
purpose: Nothing bad comes in.
scope: All ships.
trigger: A dock asks.
facts:
  smell: {ask: Does the hold smell?, type: yes-no}
steps:
  - id: board
    title: Go on board
    role: pilot
    within: 30m
    text: |
      Take **gloves**:

      - the yellow ones
      - never `leather`
  - id: look
    title: Look into the hold
    role: pilot
    within: 1h
    decide:
      - {when: {sick: yes}, then: quarantine}
      - {when: {sick: no, smell: yes}, then: quarantine, because: A smell is enough.}
      - {when: {sick: no, smell: no}, then: clean}
outcomes:
  clean: {title: She is clean}
  quarantine: {title: She must wait}
escalations: [{when: The ship sinks, then: quarantine}]
change_history: [{version: 3.0.0, on: 2026-01-05, author: agent, summary: First}]
"""

WAR = f"""\
id: DK-WAR-001
title: Answer the "{HOSTILE}" lawyer
version: 0.1.0
status: draft
owner: lead
purpose: "{HOSTILE}"
scope: Letters.
trigger: A lawyer writes.
steps:
  - id: file
    title: "File {HOSTILE}"
    role: agent
    within: 1h
    text: "{HOSTILE} \u2028 {{{{ 7 * 7 }}}}"
    checklist: ["{HOSTILE}"]
    decide:
      - {{when: {{flag: home, crew: "0..9"}}, then: settled, because: "{HOSTILE}"}}
      - {{when: {{flag: home, crew: "> 9"}}, set: {{sick: yes}}, then: settled}}
      - {{when: {{flag: other}}, then: DK-OPN-001}}
outcomes: {{settled: "{HOSTILE}"}}
change_history: [{{version: 0.1.0, on: 2026-01-05, author: agent, summary: First}}]
"""


def write(root: Path) -> None:
    """Lay the knowledge base down in a folder."""
    writing.write(root / "sops/registers.yaml", REGISTERS)
    for text in (OPEN, INSPECT, WAR):
        writing.write(root / f"sops/{text.split()[1]}.yaml", text)
    shutil.copy(ROOT / "templates/start/mkdocs.yml", root)
