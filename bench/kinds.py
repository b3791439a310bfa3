"""Knowledge bases of which one thing grows: what a lint must take in proportion.

Each kind makes, from a number, the texts of a knowledge base with so many of a thing. In
`PRODUCTS` two things grow at once, and each is met with each.
"""

from collections.abc import Callable

Texts = dict[str, str]

HEAD = """\
id: {id}
title: {title}
version: 1.0.0
status: {status}
owner: lead
purpose: Show it.
scope: All of it.
trigger: A case comes.
"""
TAIL = """\
change_history:
  - {version: 1.0.0, on: 2026-01-05, author: lead, summary: First}
"""
STEP = "  - {id: look, title: Look at it, role: lead, within: 2bd}\n"
DONE = "outcomes:\n  done: {title: Done}\n"
REGISTERS = """\
knowledge_base: {title: Handbook, default_calendar: office, review_notice: 30d}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: UTC}
roles:
  lead: {title: Lead}
facts:
  strikes: {ask: How many?, type: integer, min: 0}
  major: {ask: Is it major?, type: yes-no}
"""


def sop(body: str = "", steps: str = STEP, ends: str = DONE, id: str = "TS-A-001", **more: str) -> str:
    """A SOP with these steps; the last leads to the outcome `done`."""
    last = "  - {id: last, title: Close it, role: lead, within: 1bd, next: done}\n"
    head = HEAD.format(id=id, title=more.get("title", "One"), status=more.get("status", "draft"))
    return f"{head}{body}steps:\n{steps}{last}{ends}{TAIL}"


def alone(text: str, registers: str = REGISTERS, suffix: str = "yaml") -> Texts:
    return {"registers.yaml": registers, f"TS-A-001.{suffix}": text}


def lines(count: int, line: str) -> str:
    """The line that often, with its number (i), the next (j) and half of it (h)."""
    return "".join(line.format(i=i, j=i + 1, h=i // 2) for i in range(count))


def many(count: int, make: Callable[[int], str]) -> Texts:
    return {"registers.yaml": REGISTERS} | {f"TS-A-{i:05}.yaml": make(i) for i in range(count)}


def _id(i: int) -> str:
    return f"TS-A-{i:05}"


KINDS: dict[str, Callable[[int], Texts]] = {}
PRODUCTS: dict[str, Callable[[int], Texts]] = {}


def kind(make: Callable[[int], Texts]) -> Callable[[int], Texts]:
    KINDS[make.__name__.replace("_", " ")] = make
    return make


def _steps(name: str, line: str, body: str = "", ends: str = DONE) -> None:
    KINDS[name] = lambda n: alone(sop(body, lines(n, line), ends))


def _body(name: str, head: str, line: str, registers: str = REGISTERS) -> None:
    KINDS[name] = lambda n: alone(sop(head + lines(n, line)), registers)


def _registers(name: str, head: str, line: str) -> None:
    KINDS[name] = lambda n: alone(sop(), REGISTERS + head + lines(n, line))


_STEP = "  - {{id: s{i}, title: Look at it, role: lead, within: 1bd"
_steps("steps", _STEP + "}}\n")
_steps("steps that nothing leads to", _STEP + ", next: done}}\n")
_steps("steps that all lead to the last", _STEP + ", next: last}}\n")
_steps("steps without an end", _STEP + ", next: s{i}}}\n")
_steps(
    "steps in one circle",
    _STEP + ", ask: So?, answers: {{yes: s{j}, no: s0}}}}\n  - {{id: s{j}x, title: Look, role: lead}}\n",
)
_steps("steps with bounded loops", _STEP + ", at_most: 2, after_that: done}}\n")
_steps(
    "bounded loops", _STEP + ", at_most: 2, after_that: done, ask: So?, answers: {{yes: s{i}, no: s{j}}}}}\n"
)
_steps("unknown targets", _STEP + ", next: nowhere-{i}}}\n")
_steps(
    "answers to unknown targets", _STEP + ", ask: So?, answers: {{yes: nowhere-{i}, no: elsewhere-{i}}}}}\n"
)
_steps("unknown roles", "  - {{id: s{i}, title: Look, role: nobody-{i}}}\n")
_steps("roles near a known one", "  - {{id: s{i}, title: Look, role: lea-{i}}}\n")
_steps("steps with one id", "  - {{id: same, title: Look, role: lead}}\n")
_steps("steps without a role", "  - {{id: s{i}, title: Look}}\n")
_steps("steps without an id", "  - {{title: Look, role: lead}}\n")
_steps("unknown keys", "  - {{id: s{i}, title: Look, role: lead, rle{i}: x}}\n")
_steps("values of the wrong kind", "  - {{id: s{i}, title: Look, role: lead, within: soon{i}}}\n")
_steps("titles that are nouns", "  - {{id: s{i}, title: Information number {i}, role: lead}}\n")
_steps(
    "diamonds",
    _STEP
    + ", ask: So?, answers: {{yes: s{i}a, no: s{i}b}}}}\n  - {{id: s{i}a, title: Look, role: lead, within: 1d, next: s{j}}}\n  - {{id: s{i}b, title: Look, role: lead, within: 2bd, next: s{j}}}\n",
    "deadlines:\n  - {id: all, kind: ceiling, from: trigger, to: [done], value: 3y}\n",
)
_steps(
    "steps with a late deadline",
    _STEP + "}}\n",
    "deadlines:\n  - {id: all, kind: ceiling, from: trigger, to: [done], value: 2d}\n",
)
_steps(
    "steps with tables",
    _STEP
    + ", decide: [{{when: {{strikes: '> {i}', major: yes}}, then: done}}, {{otherwise: s{j}}}]}}\n  - {{id: s{j}y, title: Look, role: lead}}\n",
)
_steps(
    "steps that set and test",
    _STEP + ", decide: [{{when: {{major: yes}}, set: {{major: no}}}}, {{otherwise: done}}]}}\n",
)
_steps(
    "steps with a table of an own fact",
    _STEP + ", decide: [{{when: {{f{i}: yes}}, then: done}}, {{when: {{f{i}: no}}}}]}}\n",
)
_steps("steps done by another", _STEP + ", independent_of: ['#last']}}\n")
_steps("steps with one promise each", _STEP + "}}\n")
_steps("outcomes of their own", _STEP + ", ask: So?, answers: {{yes: e{i}, no: done}}}}\n")


@kind
def outcomes(n: int) -> Texts:
    ends = "outcomes:\n  done: {title: Done}\n" + lines(n, "  e{i}: {{title: End}}\n")
    return alone(sop(ends=ends))


@kind
def outcomes_that_are_reached(n: int) -> Texts:
    ends = "outcomes:\n  done: {title: Done}\n" + lines(n, "  e{i}: {{title: End, adverse: true}}\n")
    step = "  - id: ask\n    title: Ask\n    role: lead\n    ask: So?\n    answers:\n"
    return alone(sop(steps=step + lines(n, "      a{i}: e{i}\n") + "      done: last\n", ends=ends))


@kind
def deadlines(n: int) -> Texts:
    return alone(
        sop(
            "deadlines:\n"
            + lines(n, "  - {{id: d{i}, kind: ceiling, from: trigger, to: [done], value: 1bd}}\n")
        )
    )


@kind
def deadlines_to_each_step(n: int) -> Texts:
    promised = "deadlines:\n" + lines(
        n, "  - {{id: d{i}, kind: ceiling, from: s{i}, to: [s{j}], value: 1d}}\n"
    )
    return alone(sop(promised, lines(n + 1, _STEP + "}}\n")))


@kind
def private_facts(n: int) -> Texts:
    return alone(sop("facts:\n" + lines(n, "  f{i}: {{ask: So?, type: yes-no}}\n")))


@kind
def private_facts_tested(n: int) -> Texts:
    step = _STEP + ", decide: [{{when: {{f{i}: yes}}, then: done}}, {{when: {{f{i}: no}}}}]}}\n"
    return alone(sop("facts:\n" + lines(n, "  f{i}: {{ask: So?, type: yes-no}}\n"), lines(n, step)))


@kind
def facts_of_one_row(n: int) -> Texts:
    step = "  - id: t\n    title: Weigh\n    role: lead\n    decide:\n      - then: done\n        when:\n"
    steps = step + lines(n, "          f{i}: yes\n") + "      - otherwise: last\n"
    return alone(sop("facts:\n" + lines(n, "  f{i}: {{ask: So?, type: yes-no}}\n"), steps))


def _table(policy: str, row: str, last: str = "      - otherwise: last\n") -> Callable[[int], Texts]:
    head = f"  - id: t\n    title: Weigh\n    role: lead\n    hit_policy: {policy}\n    decide:\n"
    return lambda n: alone(sop(steps=head + lines(n, row) + last))


KINDS["rows, each a number"] = _table("unique", "      - {{when: {{strikes: {i}}}, then: done}}\n")
KINDS["rows, each a range"] = _table(
    "unique", "      - {{when: {{strikes: '[{i}..{j})'}}, then: done}}\n", ""
)
KINDS["rows, first of wider ranges"] = _table("first", "      - {{when: {{strikes: '< {j}'}}, then: done}}\n")
KINDS["rows that overlap"] = _table("unique", "      - {{when: {{strikes: '> {i}'}}, then: done}}\n")
KINDS["rows that cannot match"] = _table("first", "      - {{when: {{strikes: '> 0'}}, then: done}}\n")
KINDS["rows that set"] = _table("unique", "      - {{when: {{strikes: {i}}}, set: {{major: yes}}}}\n")
KINDS["rows of two facts"] = _table("unique", "      - {{when: {{strikes: {i}, major: yes}}, then: done}}\n")
KINDS["rows of unknown facts"] = _table("unique", "      - {{when: {{strike-{i}: yes}}, then: done}}\n")
KINDS["rows that cannot be read"] = _table("unique", "      - {{when: {{strikes: 'x{i}'}}, then: done}}\n")
KINDS["rows to unknown targets"] = _table("unique", "      - {{when: {{strikes: {i}}}, then: nowhere-{i}}}\n")
KINDS["values of one test"] = lambda n: (
    _table("unique", "")(0)
    | alone(
        sop(
            steps="  - id: t\n    title: Weigh\n    role: lead\n    decide:\n      - then: done\n        when:\n          strikes:\n"
            + lines(n, "            - {i}\n")
            + "      - otherwise: last\n"
        )
    )
)
KINDS["values of a choice"] = lambda n: alone(
    sop(
        "facts:\n  c:\n    ask: Which?\n    type: choice\n    values:\n" + lines(n, "      - v{i}\n"),
        "  - {id: t, title: Weigh, role: lead, decide: [{when: {c: v1}, then: done}, {otherwise: last}]}\n",
    )
)
KINDS["choices, one row each"] = lambda n: alone(
    sop(
        "facts:\n  c:\n    ask: Which?\n    type: choice\n    values:\n" + lines(n, "      - v{i}\n"),
        "  - id: t\n    title: Weigh\n    role: lead\n    decide:\n"
        + lines(n, "      - {{when: {{c: v{i}}}, then: done}}\n"),
    )
)
KINDS["rows of times"] = lambda n: alone(
    sop(
        steps="  - id: t\n    title: Weigh\n    role: lead\n    within:\n"
        + lines(n, "      - {{when: {{strikes: {i}}}, within: 1d}}\n")
        + "      - otherwise: 2d\n"
    )
)

KINDS["checklist items"] = lambda n: alone(
    sop(
        steps="  - id: c\n    title: Check\n    role: lead\n    checklist:\n"
        + lines(n, "      - Tick number {i} of the list\n")
    )
)
KINDS["texts"] = lambda n: alone(
    sop("prerequisites:\n" + lines(n, "  - Something that is there, number {i}.\n"))
)
KINDS["texts of vague words"] = lambda n: alone(
    sop("prerequisites:\n" + lines(n, "  - Do it as soon as possible, promptly and as needed {i}.\n"))
)
KINDS["abbreviations"] = lambda n: alone(sop("prerequisites:\n" + lines(n, "  - Ask the XY{i} of it.\n")))
KINDS["persons"] = lambda n: alone(
    sop("prerequisites:\n" + lines(n, "  - Ask a{i}@example.org or 206-555-0142.\n"))
)
KINDS["placeholders"] = lambda n: alone(sop("prerequisites:\n" + lines(n, "  - TODO {i}\n")))
_block = "notes: |\n"
for _name, _line in {
    "words of a text": "  Read the case and the notice, number {i}.\n",
    "vague words of a text": "  Do it promptly, as soon as possible, as needed {i}.\n",
    "references of a text": "  See [[TS-A-001]] and [[role:lead]] {i}.\n",
    "unknown references of a text": "  See [[TS-B-{i:05}]] and [[role:x{i}]].\n",
    "links of a text": "  See [it](other-{i}.md).\n",
    "links to nowhere": "  See [it](#nowhere-{i}).\n",
    "backticks": "  `a{i}\n",
    "code of a text": "  `code {i}` and more\n",
    "fences": "  ```\n  x{i}\n",
    "open brackets": "  [[a{i} [[\n",
    "quotes": '  "a{i}\n',
    "open quotes": "  “a{i} and\n",
    "capitals": "  ABC DEF{i} and NATO{i}\n",
    "brackets": "  ((((({i} (A) (B\n",
    "digits": "  1 2 3 4 5 {i} 0800 +49 (\n",
    "at signs": "  a@b a@ @b a{i}.@\n",
    "pipes": "  | a{i} | b |\n",
    "quoted lines": "  > a{i}\n",
}.items():
    _body(_name, _block, _line)
KINDS["one long line"] = lambda n: alone(sop("notes: " + "word and then " * n + "\n"))
KINDS["one long line of capitals"] = lambda n: alone(sop("notes: " + "ABC DEF " * n + "\n"))
KINDS["one long word"] = lambda n: alone(sop("notes: " + "abc-" * n + "\n"))
KINDS["one long word of dots"] = lambda n: alone(sop("notes: " + "a." * n + "\n"))
KINDS["one long number"] = lambda n: alone(sop("notes: " + "1 " * n + "\n"))
KINDS["one long run of backticks"] = lambda n: alone(sop("notes: a " + "`" * n + " b\n"))
KINDS["backticks of growing length"] = lambda n: alone(
    sop("notes: a " + " ".join("`" * (i % 60 + 1) for i in range(n)) + " b\n")
)
KINDS["one long run of blanks"] = lambda n: alone(sop("notes: a" + " " * n + "b\n"))
KINDS["one long title"] = lambda n: alone(sop(title="Read the case " * n))
KINDS["empty lines"] = lambda n: alone(sop("\n" * n))
KINDS["items without a space"] = lambda n: alone(sop("prerequisites:\n" + lines(n, "  - x{i}\n    -y\n")))
KINDS["comments"] = lambda n: alone(sop(lines(n, "# a comment {i}\n")))
KINDS["ignores"] = lambda n: alone(
    sop("prerequisites:\n" + lines(n, "  - Do it promptly {i}. # sopctl: ignore[SOP701] as they say\n"))
)
KINDS["ignores that hide nothing"] = lambda n: alone(
    sop("prerequisites:\n" + lines(n, "  - Do it {i}. # sopctl: ignore[SOP701] as they say\n"))
)
KINDS["ignores above lines"] = lambda n: alone(
    sop("prerequisites:\n" + lines(n, "  # sopctl: ignore[SOP701] as they say\n  - Do it promptly {i}.\n"))
)

_body("keys written twice", "", "title: Again {i}\n")
_body("unknown keys at the top", "", "key-{i}: x\n")
_body("two keys, over and over", "not_applicable:\n", "  same: reason {h}\n")
_body("reasons", "not_applicable:\n", "  section {i}: reason\n")
_body("anchors", "prerequisites:\n", "  - &a{i} text\n")
_body("tags", "prerequisites:\n", "  - !t{i} text\n")
_body("texts cut short", "prerequisites:\n", "  - Write ticket #{i}\n")
_body("empty values", "prerequisites:\n", "  -\n")
_body("lines out of place", "", "what is this {i}\n")
_body("tabs", "", "\tx{i}: y\n")
_body("wrong indents", "prerequisites:\n", "   - a{i}\n  - b\n")
KINDS["items of a flow"] = lambda n: alone(sop("tags: [" + ", ".join(f"t{i}" for i in range(n)) + "]\n"))
KINDS["brackets that are not closed"] = lambda n: alone(sop("tags: " + "[" * n + "\n"))
KINDS["a quote that is not closed"] = lambda n: alone(sop('title: "\n' + lines(n, "a{i}: b\n")))

_body(
    "approvals",
    "approvals:\n",
    "  - {{role: lead, name: A. Person {i}, meaning: approval, on: 2026-01-01}}\n",
)
_body(
    "authors",
    "approvals:\n",
    "  - {{role: lead, name: A. Person {i}, meaning: authorship, on: 2026-01-01}}\n",
)
_body("records", "records:\n", "  - {{what: It {i}, system: It, retention: 3y}}\n")
_body(
    "questions",
    "training:\n  required_for: [lead]\n  pass_mark: 90\n  questions:\n",
    "    - {{ask: 'What {i}?', choices: [a, b], answer: 1, because: So., step: look}}\n",
)
_body(
    "questions about unknown steps",
    "training:\n  required_for: [lead]\n  pass_mark: 90\n  questions:\n",
    "    - {{ask: 'What {i}?', choices: [a, b], answer: 1, because: So., step: lok{i}}}\n",
)
_body(
    "scenarios",
    "scenarios:\n",
    "  - {{title: Case {i}, given: {{strikes: {i}}}, expect: {{outcome: done}}}}\n",
)
_body(
    "scenarios that fail",
    "scenarios:\n",
    "  - {{title: Case {i}, given: {{strikes: {i}}}, expect: {{outcome: dane}}}}\n",
)
_body(
    "scenarios with times",
    "scenarios:\n",
    "  - {{title: Case {i}, expect: {{outcome: done, within: {j}d}}}}\n",
)
_body("interruptions", "escalations:\n", "  - {{when: At any time {i}, then: done}}\n")
_body("interruptions after a step", "escalations:\n", "  - {{after: 1d, from: look, then: done}}\n")
_body(
    "interruptions to unknown targets", "escalations:\n", "  - {{when: At any time {i}, then: nowhere-{i}}}\n"
)
_body("superseded SOPs", "supersedes:\n", "  - TS-B-{i:05}\n")
_body("clauses carried out that nobody knows", "implements:\n", "  - law.x{i}\n")
_body("tags of a SOP", "tags:\n", "  - t{i}\n")
_body("audience", "audience:\n", "  - team{i}\n")


@kind
def versions(n: int) -> Texts:
    history = lines(n, "  - {{version: 1.0.{i}, on: 2026-01-05, author: lead, summary: It}}\n")
    return alone(
        HEAD.format(id="TS-A-001", title="One", status="draft")
        + "steps:\n"
        + STEP.replace("}", ", next: done}")
        + DONE
        + "change_history:\n"
        + history
    )


@kind
def scenarios_of_long_ways(n: int) -> Texts:
    case = "  - {{title: Case {i}, expect: {{outcome: done, within: 900d}}}}\n"
    return alone(sop("scenarios:\n" + lines(10, case), lines(n, _STEP + "}}\n")))


@kind
def scenarios_and_rows(n: int) -> Texts:
    case = "  - {{title: Case {i}, given: {{strikes: {i}}}, expect: {{outcome: done}}}}\n"
    step = (
        "  - id: t\n    title: Weigh\n    role: lead\n    decide:\n"
        + lines(n, "      - {{when: {{strikes: {i}}}, then: done}}\n")
        + "      - otherwise: last\n"
    )
    return alone(sop("scenarios:\n" + lines(n, case), step))


# Registers

_registers(
    "glossary terms", "glossary:\n", "  t{i}: {{title: Term {i}, text: It., aliases: [other term {i}]}}\n"
)
_registers(
    "glossary terms with words to avoid",
    "glossary:\n",
    "  t{i}: {{title: Term {i}, text: It., avoid: [bad word {i}]}}\n",
)
_registers("shared facts", "", "  f{i}: {{ask: So?, type: yes-no}}\n")
_registers(
    "clauses",
    "clauses:\n",
    "  law.c{i}: {{text: Do it., source: A law, kind: ceiling, value: 3d, confidence: secondary}}\n",
)
_registers(
    "clauses of content",
    "clauses:\n",
    "  law.c{i}: {{text: Do it., source: A law, kind: content, value: [reason], confidence: confirmed}}\n",
)
_registers(
    "notices",
    "notices:\n",
    "  n{i}: {{title: Notice, channels: [email], fields: [reason], languages: [en], body: 'It: {{{{reason}}}}.'}}\n",
)
_registers("metrics", "metrics:\n", "  m{i}: {{title: Rate, definition: It., owner: lead}}\n")
_registers("teams", "teams:\n", "  t{i}: {{title: Team, lead: lead}}\n")
_registers("schedules", "schedules:\n", "  w{i}: {{title: On call, roles: [lead], available: 24x7}}\n")
_registers(
    "escalation paths",
    "escalation_paths:\n",
    "  p{i}: {{title: Path, clock: calendar, levels: [{{to: lead, via: [chat], ack_within: 1h}}], on_exhausted: lead}}\n",
)
_registers(
    "levels of a path",
    "escalation_paths:\n  p:\n    title: Path\n    clock: calendar\n    levels:\n",
    "      - {{to: lead, via: [chat], ack_within: 1h}}\n",
)
_registers("unknown entries", "metrics:\n", "  m{i}: {{title: Rate, definition: It., owner: led{i}}}\n")
_registers("entries written twice", "metrics:\n", "  m: {{title: Rate {i}, definition: It., owner: lead}}\n")
_registers(
    "scenarios of a register",
    "scenarios:\n",
    "  - {{title: Case {i}, sop: TS-A-001, expect: {{outcome: done}}}}\n",
)
_registers("unknown registers", "", "reg{i}: {{}}\n")


def _chain(line: str, head: str = "roles:\n  lead: {title: Lead}\n") -> Callable[[int], Texts]:
    rest = REGISTERS.replace("roles:\n  lead: {title: Lead}\n", "")
    return lambda n: alone(sop(), rest + head + lines(n, line))


KINDS["roles"] = _chain("  r{i}: {{title: Role {i}}}\n")
KINDS["roles in a reporting chain"] = _chain(
    "  r{j}: {{title: Role {i}, reports_to: r{i}}}\n", "roles:\n  lead: {title: Lead}\n  r0: {title: Top}\n"
)
KINDS["roles in a reporting circle"] = lambda n: _chain(
    "  r{i}: {{title: Role {i}, reports_to: r{j}}}\n",
    f"roles:\n  lead: {{title: Lead}}\n  r{n}: {{title: Top, reports_to: r0}}\n",
)(n)
KINDS["levels up a reporting chain"] = lambda n: alone(
    sop(),
    REGISTERS.replace(
        "  lead: {title: Lead}\n",
        "  lead: {title: Lead}\n  r0: {title: Top, reports_to: lead}\n"
        + lines(n, "  r{j}: {{title: Role {i}, reports_to: r{i}}}\n"),
    )
    + "escalation_paths:\n  p:\n    title: Path\n    clock: calendar\n    kind: hierarchical\n    levels:\n"
    + "".join(f"      - {{to: r{n - i}, via: [chat], ack_within: 1h}}\n" for i in range(n))
    + "    on_exhausted: lead\n",
)
KINDS["independent steps of a reporting chain"] = lambda n: alone(
    sop(steps=lines(n, "  - {{id: s{i}, title: Look, role: r{i}, independent_of: ['#s0']}}\n")),
    REGISTERS.replace(
        "  lead: {title: Lead}\n",
        "  lead: {title: Lead}\n  r0: {title: Top, reports_to: lead}\n"
        + lines(n, "  r{j}: {{title: Role {i}, reports_to: r{i}}}\n"),
    ),
)
KINDS["holidays"] = lambda n: alone(
    sop(),
    REGISTERS.replace(
        "timezone: UTC}",
        "timezone: UTC, holidays: ["
        + ", ".join(f"{2026 + i // 336}-{i // 28 % 12 + 1:02}-{i % 28 + 1:02}" for i in range(n))
        + "]}",
    ),
)

# SOPs together


@kind
def SOPs(n: int) -> Texts:
    return many(n, lambda i: sop(id=_id(i)))


@kind
def SOPs_that_speak_of_each_other(n: int) -> Texts:
    return many(n, lambda i: sop(f"notes: See [[{_id((i + 1) % n)}]].\n", id=_id(i)))


@kind
def SOPs_that_speak_of_one(n: int) -> Texts:
    return many(n, lambda i: sop(f"notes: See [[{_id(0)}]].\n", id=_id(i)))


@kind
def SOPs_with_an_id_of_another(n: int) -> Texts:
    return many(n, lambda i: sop(id=_id(0)))


@kind
def SOPs_that_speak_of_unknown_ones(n: int) -> Texts:
    return many(n, lambda i: sop(f"notes: See [[TS-B-{i:05}]].\n", id=_id(i)))


@kind
def SOPs_that_speak_of_one_unknown(n: int) -> Texts:
    return many(n, lambda i: sop("notes: See [[TS-B-001]].\n", id=_id(i)))


@kind
def broken_files(n: int) -> Texts:
    return many(n, lambda i: "id: [\n")


@kind
def files_that_are_no_SOPs(n: int) -> Texts:
    return many(n, lambda i: "text\n")


@kind
def hand_off_chain(n: int) -> Texts:
    step = "  - {{id: a, title: Look, role: lead, within: 1bd, next: {}}}\n"
    return many(n, lambda i: sop(steps=step.format(_id(i + 1) if i + 1 < n else "last"), id=_id(i)))


@kind
def hand_off_chain_with_deadlines(n: int) -> Texts:
    step = "  - {{id: a, title: Look, role: lead, within: 1bd, next: {}}}\n"
    promise = "deadlines:\n  - {id: all, kind: ceiling, from: trigger, to: [done], value: 2d}\n"
    return many(n, lambda i: sop(promise, step.format(_id(i + 1) if i + 1 < n else "last"), id=_id(i)))


@kind
def hand_off_circle(n: int) -> Texts:
    step = "  - {{id: a, title: Look, role: lead, within: 1bd, ask: So?, answers: {{yes: {}, no: last}}}}\n"
    return many(n, lambda i: sop(steps=step.format(_id((i + 1) % n)), id=_id(i)))


@kind
def hand_off_circle_with_tables(n: int) -> Texts:
    step = "  - {{id: a, title: Look, role: lead, decide: [{{when: {{major: yes}}, then: {}}}, {{otherwise: last}}]}}\n"
    return many(n, lambda i: sop(steps=step.format(_id((i + 1) % n)), id=_id(i)))


@kind
def bounded_hand_off_circle(n: int) -> Texts:
    step = "  - {{id: a, title: Look, role: lead, at_most: 2, after_that: last, ask: So?, answers: {{yes: {}, no: last}}}}\n"
    return many(n, lambda i: sop(steps=step.format(_id((i + 1) % n)), id=_id(i)))


def _calls(step: str, body: str = "", round: bool = False) -> Callable[[int], Texts]:
    def make(n: int) -> Texts:
        last = lambda i: i + 1 == n and not round  # noqa: E731
        return many(n, lambda i: sop(body, STEP if last(i) else step.format(_id((i + 1) % n)), id=_id(i)))

    return make


_call = "  - {{id: a, title: Run, call: {}, on: {{done: last}}}}\n"
_promise = "deadlines:\n  - {id: all, kind: ceiling, from: trigger, to: [done], value: 2d}\n"
KINDS["call chain"] = _calls(_call)
KINDS["call chain with deadlines"] = _calls(_call, _promise)
KINDS["call chain with scenarios"] = _calls(_call, "scenarios:\n  - {title: It, expect: {outcome: done}}\n")
KINDS["call chain with tables"] = _calls(
    _call
    + "  - {{id: b, title: Weigh, role: lead, decide: [{{when: {{major: yes}}, then: done}}, {{otherwise: last}}]}}\n"
)
KINDS["call chain that sets facts"] = _calls(
    "  - {{id: a, title: Weigh, role: lead, decide: [{{when: {{major: yes}}, set: {{major: no}}}}, {{otherwise: done}}]}}\n"
    + _call.replace("id: a", "id: b")
)
KINDS["call circle"] = _calls(_call, round=True)
KINDS["call circle with deadlines"] = _calls(_call, _promise, round=True)
KINDS["calls of two chains"] = _calls(
    (_call + _call.replace("id: a", "id: b")).replace("call: {}", "call: {0}")
)


@kind
def SOPs_that_call_one(n: int) -> Texts:
    return many(n, lambda i: sop(steps=_call.format(_id(0)) if i else STEP, id=_id(i)))


@kind
def one_that_calls_all(n: int) -> Texts:
    calls = "".join(f"  - {{id: c{i}, title: Run, call: {_id(i)}}}\n" for i in range(1, n))
    return many(n, lambda i: sop(steps=STEP if i else calls, id=_id(i)))


@kind
def supersession_chain(n: int) -> Texts:
    return many(
        n,
        lambda i: sop(
            f"supersedes: [{_id(i + 1)}]\n" if i + 1 < n else "",
            id=_id(i),
            status="superseded" if i else "draft",
        ),
    )


@kind
def SOPs_with_own_bounds_of_one_fact(n: int) -> Texts:
    step = "  - {{id: t, title: Weigh, role: lead, decide: [{{when: {{strikes: '> {}'}}, then: done}}, {{otherwise: last}}]}}\n"
    return many(n, lambda i: sop(steps=step.format(i), id=_id(i)))


@kind
def SOPs_with_own_facts(n: int) -> Texts:
    step = "  - {{id: t, title: Weigh, role: lead, decide: [{{when: {{f{}: yes}}, then: done}}, {{otherwise: last}}]}}\n"
    return many(
        n, lambda i: sop(f"facts:\n  f{i}: {{ask: So?, type: yes-no}}\n", steps=step.format(i), id=_id(i))
    )


@kind
def SOPs_with_a_shared_fact_each(n: int) -> Texts:
    step = "  - {{id: t, title: Weigh, role: lead, decide: [{{when: {{f{}: yes}}, then: done}}, {{otherwise: last}}]}}\n"
    made = many(n, lambda i: sop(steps=step.format(i), id=_id(i)))
    return {**made, "registers.yaml": REGISTERS + lines(n, "  f{i}: {{ask: So?, type: yes-no}}\n")}


@kind
def SOPs_and_clauses(n: int) -> Texts:
    made = many(n, lambda i: sop(f"implements: [law.c{i}]\n", id=_id(i)))
    clause = "  law.c{i}: {{text: Do it., source: A law, kind: ceiling, value: 3d, confidence: secondary}}\n"
    return {**made, "registers.yaml": REGISTERS + "clauses:\n" + lines(n, clause)}


@kind
def effective_SOPs_and_clauses_not_carried_out(n: int) -> Texts:
    made = many(n, lambda i: sop(id=_id(i), status="effective"))
    clause = "  law.c{i}: {{text: Do it., source: A law, kind: ceiling, value: 3d, confidence: secondary}}\n"
    return {**made, "registers.yaml": REGISTERS + "clauses:\n" + lines(n, clause)}


@kind
def SOPs_and_roles_and_terms(n: int) -> Texts:
    made = many(n, lambda i: sop(f"notes: Ask [[role:r{i}]] about term {i}.\n", id=_id(i)))
    roles = lines(n, "  r{i}: {{title: Some role {i}}}\n")
    terms = "glossary:\n" + lines(n, "  t{i}: {{title: Term {i}, text: It., avoid: [bad word {i}]}}\n")
    return {**made, "registers.yaml": REGISTERS.replace("facts:", roles + "facts:") + terms}


# Markdown

MARKDOWN = """\
---
id: TS-A-001
version: 1.0.0
status: draft
owner: lead
---
# One

## Purpose

Show it.

## Scope

All.

## Trigger

A case comes.

{body}
## Steps

{steps}
### Close it {{#last}}

- role: lead
- next: done

## Outcomes

### Done {{#done}}

## Change history

| version | on | author | summary |
| --- | --- | --- | --- |
| 1.0.0 | 2026-01-05 | lead | First |
"""


def markdown(body: str = "", steps: str = "") -> Texts:
    return alone(MARKDOWN.format(body=body, steps=steps), suffix="md")


def _markdown(name: str, head: str, line: str) -> None:
    KINDS[f"Markdown: {name}"] = lambda n: markdown(head + lines(n, line))


_step_head = "### Weigh it {#t}\n\n- role: lead\n\n"
KINDS["Markdown: steps"] = lambda n: markdown(
    steps=lines(n, "### Look {{#s{i}}}\n\n- role: lead\n- within: 1bd\n\nLook at it.\n\n")
)
KINDS["Markdown: rows of a table"] = lambda n: markdown(
    steps=_step_head
    + "| strikes | then |\n| --- | --- |\n"
    + lines(n, "| {i} | done |\n")
    + "| otherwise | last |\n\n"
)
KINDS["Markdown: broken rows of a table"] = lambda n: markdown(
    steps=_step_head + "| strikes | then |\n| --- | --- |\n" + lines(n, "| {i} | done | x\n") + "\n"
)
KINDS["Markdown: columns of a table"] = lambda n: markdown(
    steps=_step_head
    + "| strikes | then |"
    + " x |" * n
    + "\n| --- | --- |"
    + " --- |" * n
    + "\n| 1 | done |"
    + " 1 |" * n
    + "\n\n"
)
KINDS["Markdown: columns of a table, each another"] = lambda n: markdown(
    steps=_step_head
    + f"| strikes | then |{lines(n, ' x{i} |')}\n| --- | --- |{' --- |' * n}\n| 1 | done |{' 1 |' * n}\n\n"
)
KINDS["Markdown: checklist items"] = lambda n: markdown(
    steps=_step_head + lines(n, "- [ ] Tick number {i}\n") + "\n"
)
KINDS["Markdown: items"] = lambda n: markdown(
    "## Prerequisites\n\n" + lines(n, "- It is there, number {i}\n")
)
KINDS["Markdown: rows of a list"] = lambda n: markdown(
    "## Records\n\n| what | system | retention |\n| --- | --- | --- |\n"
    + lines(n, "| It {i} | Case system | 3y |\n")
)
KINDS["Markdown: unknown headings"] = lambda n: markdown(lines(n, "## Heading {i}\n\nText.\n\n"))
KINDS["Markdown: headings written twice"] = lambda n: markdown(lines(n, "## Notes\n\nText {i}.\n\n"))
KINDS["Markdown: lines of notes"] = lambda n: markdown(
    "## Notes\n\n" + lines(n, "A line, number {i}.\n") + "\n"
)
KINDS["Markdown: paragraphs"] = lambda n: markdown(
    "## Notes\n\n" + lines(n, "A line, number {i}.\n\n") + "\n"
)
KINDS["Markdown: fences in notes"] = lambda n: markdown("## Notes\n\n" + lines(n, "```\nx{i}\n```\n") + "\n")
KINDS["Markdown: a fence that is not closed"] = lambda n: markdown(
    "## Notes\n\n" + "```\n" + lines(n, "x{i}\n") + "\n"
)
KINDS["Markdown: blocks of yaml"] = lambda n: markdown(
    "## Records\n\n```yaml\n" + lines(n, "- {{what: It {i}, system: It, retention: 3y}}\n") + "```\n\n"
)
KINDS["Markdown: comments"] = lambda n: markdown(
    "## Notes\n\n" + lines(n, "Text {i}. <!-- a comment -->\n") + "\n"
)
KINDS["Markdown: comments that are not closed"] = lambda n: markdown(
    "## Notes\n\n" + lines(n, "Text {i}. <!-- a comment\n") + "\n"
)
KINDS["Markdown: ignores"] = lambda n: markdown(
    "## Prerequisites\n\n"
    + lines(n, "- Do it promptly {i} <!-- sopctl: ignore[SOP701] as they say -->\n")
    + "\n"
)
KINDS["Markdown: boxes that are none"] = lambda n: markdown(
    steps=_step_head + lines(n, "- [-] Do it {i}\n- [ ] And that\n") + "\n"
)
KINDS["Markdown: headings with too many signs"] = lambda n: markdown(
    steps=lines(n, "#### Look {i} {{#s{i}}}\n\n- role: lead\n- ask: So?\n\n- yes: s{i}\n\n")
)
KINDS["Markdown: steps in bold"] = lambda n: markdown(
    steps=_step_head + lines(n, "**Look {i}**\n\n- role: lead\n- next: done\n\n**Mind**\n\nThis.\n\n")
)
KINDS["Markdown: vague items"] = lambda n: markdown(
    "## Prerequisites\n\n" + lines(n, "- Do it promptly {i}\n") + "\n"
)
KINDS["Markdown: unknown targets"] = lambda n: markdown(
    steps=lines(n, "### Look {{#s{i}}}\n\n- role: lead\n- next: nowhere-{i}\n\n")
)
KINDS["Markdown: answers"] = lambda n: markdown(
    steps=_step_head.rstrip("\n") + "\n- ask: So?\n\n" + lines(n, "- a{i} → done\n") + "\n"
)
KINDS["Markdown: unknown keys"] = lambda n: markdown(
    steps=_step_head.rstrip("\n") + "\n" + lines(n, "- key{i}: x\n") + "\n"
)
KINDS["Markdown: nested items"] = lambda n: markdown(
    "## Notes\n\n" + "".join("  " * (i % 60) + f"- a{i}\n" for i in range(n)) + "\n"
)
KINDS["Markdown: keys of the front matter"] = lambda n: alone(
    MARKDOWN.format(body="", steps="").replace("owner: lead\n", "owner: lead\n" + lines(n, "key{i}: x\n")),
    suffix="md",
)
KINDS["Markdown: front matter that is not closed"] = lambda n: alone(
    "---\nid: TS-A-001\n" + lines(n, "key{i}: x\n"), suffix="md"
)
KINDS["Markdown: pipes of a line"] = lambda n: markdown("## Notes\n\n" + "| a " * n + "\n\n")
KINDS["Markdown: backslashes of a cell"] = lambda n: markdown(
    steps=_step_head + "| strikes | then |\n| --- | --- |\n| " + "\\" * n + " | done |\n\n"
)


for _name in ("deadlines to each step", "scenarios and rows", "independent steps of a reporting chain"):
    PRODUCTS[_name] = KINDS.pop(_name)
