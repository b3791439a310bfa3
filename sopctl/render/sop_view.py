"""A SOP told in the words of its readers: what its template lays out."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from sopctl.analysis.ways import arrows_by_step
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath, Fact
from sopctl.model.scenario import Scenario
from sopctl.model.sop import Check, Deadline, Outcome, Row, Sop, Step
from sopctl.render import drawing, svg, words
from sopctl.render.ladder import Rung, ladder, scale
from sopctl.render.links import part_at, sop_page
from sopctl.render.pen import Pen
from sopctl.render.picture import Picture, picture
from sopctl.render.text import line
from sopctl.render.time_view import Kept, kept, paths

Named = list[tuple[str, str]]
"""Names, and what to say under them (HTML, or Markdown that the pen has marked)."""


Related = list[tuple[Sop, str]]
"""SOPs, and where in them (or in this one) the other is named."""

Part = Step | Outcome | None


class Cell(NamedTuple):
    words: str
    column: str  # what is asked, where the cell says anything


class TableRow(NamedTuple):
    cells: tuple[Cell, ...]  # empty: in every other case
    target: str
    remark: str


class Table(NamedTuple):
    """A decision: what is asked, and where each case goes."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    how: str  # how rows are chosen


class StepView(NamedTuple):
    number: int
    anchor: str
    title: str
    step: Step
    text: str
    checklist: tuple[str, ...]
    chips: Named  # CSS class and words
    fields: Named
    table: Table | None
    after: str  # where it goes on, for a step that does not decide
    before: str  # where a case comes from, unless from the step above alone


class SopView:
    """One SOP. `targets` says for each step and outcome how a way to it is shown."""

    def __init__(self, sop: Sop, pen: Pen) -> None:
        self.sop, self.pen = sop, pen
        self.library = pen.links.library
        self.outcomes = {id: each for id, each in (sop.outcomes or {}).items() if each}
        self.targets: dict[str, str] = {
            id: f'<a href="#{line(id)}">{outcome_mark(each)} {line(each.title or id)}</a>'
            for id, each in self.outcomes.items()
        }
        for number, step in reversed([*enumerate(sop.known_steps, 1)]):
            self.targets[step.id] = f'<a href="#{line(step.id)}">→ {number} {line(step.title or step.id)}</a>'

    # The top

    @property
    def overdue(self) -> bool:
        due = self.sop.review_by
        return bool(due and due < self.library.today and self.sop.status in ("effective", "suspended"))

    @property
    def key_facts(self) -> Named:
        """What a reader must know before relying on the page."""
        sop, pen = self.sop, self.pen
        review = words.day(sop.review_by)
        if self.overdue:
            review = f'<strong class="sop-bad">▲ Overdue since {review}</strong>'
        since = (
            "In force since"
            if sop.effective_on and sop.effective_on <= self.library.today
            else "In force from"
        )
        return _told(
            ("Owner", pen.link("role", sop.owner)),
            (since, words.day(sop.effective_on)),
            ("Review by", review),
            ("For", pen.all("team", sop.audience)),
            ("Answer within", self._promise()),
        )

    def _promise(self) -> str:
        ceilings = [each for each in self.sop.deadlines or () if each and each.kind == "ceiling"]
        return next((time for each in ceilings if (time := self.deadline_time(each))), "")

    def deadline_time(self, deadline: Deadline) -> str:
        """The time of a deadline: its own, or that of its clause."""
        if deadline.value:
            return deadline.value.words
        clauses = [self.library.clauses.get(id) for id in deadline.implements or () if id]
        times = [each.duration for each in clauses if each]
        return next((time.words for time in times if time), "")

    @property
    def replaced_by(self) -> list[Sop]:
        """The SOPs that say that they take the place of this one."""
        return [
            other
            for other in self.pen.links.referrers(self.sop.id)
            if self.sop.id in (other.supersedes or ())
        ]

    @property
    def about(self) -> Named:
        """The short keys that have no section of their own."""
        sop, pen = self.sop, self.pen
        return _told(
            ("Carries out", pen.clauses(sop.implements)),
            ("Takes the place of", pen.all("sop", sop.supersedes)),
            ("Called before", pen.plain(sop.formerly)),
            ("Judged by", pen.all("metric", sop.metrics)),
            ("Classification", line(sop.classification or "")),
            ("Tags", pen.tags(sop.tags)),
        )

    @cached_property
    def _picture(self) -> Picture:
        return picture(drawing.of_sop(self.sop, self.library, brief=True))

    @property
    def tall(self) -> bool:
        """Whether the way is too long to be read when it is shrunk to one sheet of paper."""
        return self._picture.height > 1000

    def picture(self) -> str:
        """The way through, drawn."""
        drawn = self._picture
        ends = len(self.outcomes)
        adverse = sum(1 for each in self.outcomes.values() if each.adverse)
        said = svg.described(((len(self.sop.known_steps), "step", "steps"), (ends, "end", "ends")))
        return svg.svg(
            drawn,
            {box.node.id: self._address(box.node) for box in drawn.boxes},
            f"The way through: {said}{f', {adverse} of them adverse' if adverse else ''}; the procedure says it in words",
        )

    def _address(self, node: drawing.Node) -> str:
        if node.kind == "sop":
            return self.pen.href(sop_page(node.name)) if self.library.sop(node.name) else ""
        return f"#{line(node.name)}" if node.name in self.targets else ""

    @property
    def state(self) -> str:
        """What a printed page says of itself, so that an old one is known for one."""
        sop = self.sop
        state = words.STATUS.get(sop.status or "", "").lower()
        since = (
            f" since {words.day(sop.effective_on)}" if sop.effective_on and sop.status == "effective" else ""
        )
        return f"version {sop.version or '?'}, {state}{since}"

    @property
    def has_checklist(self) -> bool:
        return any(step.checklist for step in self.sop.known_steps)

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The sections that a reader jumps to: anchor and words."""
        sop = self.sop
        every = (
            ("way", "The way through", sop.steps), ("steps", "The procedure", sop.steps), ("outcomes", "How it can end", sop.outcomes),
            ("deadlines", "Promises of time", sop.deadlines), ("training", "Check yourself", sop.training),
            ("change_history", "Changes", sop.change_history),
        )  # fmt: skip
        return [(anchor, said) for anchor, said, there in every if there]

    # The steps

    @property
    def steps(self) -> Iterator[StepView]:
        seen: set[str] = set()
        steps = self.sop.known_steps
        for number, step in enumerate(steps, 1):
            anchor = step.id if step.id not in seen else f"{step.id}_{number}"
            seen.add(step.id)
            following = steps[number] if number < len(steps) else None
            onward = self.target(step.next or (following.id if following else None))
            table = self._table(step, onward)
            yield StepView(
                number, anchor, line(step.title or step.id), step, self.pen.text(step.text, 4),
                tuple([self._item(check) for check in step.checklist or () if check]),
                [*self._chips(step)], [*self._fields(step)], table, "" if table else onward,
                self._before(number, step),
            )  # fmt: skip

    def _before(self, number: int, step: Step) -> str:
        """The steps that lead to one, unless it is only the one above."""
        steps = self.sop.known_steps
        here = self._leading.get(step.id, [])
        if here == ([steps[number - 2].id] if number > 1 else []):
            return ""
        numbers = {each.id: i for i, each in reversed([*enumerate(steps, 1)])}
        links = [f'<a href="#{line(id)}">{numbers[id]}</a>' for id in here]
        return words.listed([*(["the start"] if number == 1 else []), *links])

    @cached_property
    def _leading(self) -> dict[str, list[str]]:
        """By step, outcome or SOP, the steps that lead there."""
        found: dict[str, list[str]] = {}
        for id, leads in arrows_by_step(self.sop).items():
            for to in dict.fromkeys(arrow.to for arrow in leads):
                found.setdefault(to, []).append(id)
        return found

    def reached_from(self, id: str) -> str:
        """The steps that lead to an outcome, by their numbers."""
        numbers = {each.id: i for i, each in reversed([*enumerate(self.sop.known_steps, 1)])}
        return ", ".join(
            [f'<a href="#{line(each)}">{numbers[each]}</a>' for each in self._leading.get(id, [])]
        )

    def target(self, name: str | None) -> str:
        """Where a way goes: a step, an outcome, or a SOP that the case is handed to."""
        if not name:
            return ""
        known = self.targets.get(name)
        if known:
            return known
        other = self.library.sop(name)
        return f"⇥ hand over to {self.pen.sop_link(other)}" if other else line(name)

    def _chips(self, step: Step) -> Iterator[tuple[str, str]]:
        if step.role:
            yield "who", self.pen.link("role", step.role)
        if isinstance(step.within, Duration):
            yield "time", f"within {step.within.words}"
        if step.wait:
            yield "time", f"not before {step.wait.words} have passed"
        if step.human:
            yield "human", "a person decides"

    def _fields(self, step: Step) -> Iterator[tuple[str, str]]:
        pen = self.pen
        yield from _told(
            ("Runs", step.call and self._call(step.call)),
            ("Goes up to", pen.link("path", step.escalate)),
            ("Within", self._within(step.within)),
            ("If it is late", pen.link("path", step.on_overdue)),
            ("Sends", pen.link("notice", step.notice)),
            ("Not done by whoever did", step.independent_of and pen.points(step.independent_of)),
            ("Ask first", pen.all("role", step.consulted)),
            ("Tell afterwards", pen.all("role", step.informed)),
            ("With", "; ".join([pen.inline(each) for each in step.tools or () if each])),
            ("Leaves behind", "; ".join([pen.inline(each) for each in step.records or () if each])),
            ("Find out here", step.asks and "; ".join([self._fact(each) for each in step.asks if each])),
            ("Carries out", pen.clauses(step.implements)),
        )
        if step.at_most:
            after = self.target(step.after_that)
            yield "At most", f"{step.at_most} times{after and f', after that {after}'}"

    def _call(self, id: str) -> str:
        other = self.library.sop(id)
        return self.pen.sop_link(other) if other else line(id)

    def _within(self, rows: Any) -> str:
        if isinstance(rows, Duration) or not rows:
            return ""
        said = []
        for row in rows:
            if not row:
                continue
            time = words.time(row.within or row.otherwise)
            said.append(f"{time} where {self.cases(row.when)}" if row.when else f"otherwise {time}")
        return "<br>".join(said)

    def cases(self, when: Mapping[str, Iterable[str]] | None) -> str:
        """Tests as a sentence: question: answer."""
        return " and ".join(
            f"“{self._fact(id)}” is {line(words.tests(self.fact(id), tests))}"
            for id, tests in (when or {}).items()
        )

    def fact(self, id: str) -> Fact | None:
        return self.library.fact(self.sop, id)

    def _fact(self, id: str) -> str:
        """The question of a fact, linked to where it is explained."""
        label = line(words.question(self.fact(id), id))
        if id in (self.sop.facts or {}):
            return f'<a href="#fact_{line(id)}">{label}</a>'
        return self.pen.link("fact", id, label) if id in self.library.facts else label

    def _table(self, step: Step, onward: str) -> Table | None:
        if step.decide:
            return self._decision(step, onward)
        if step.answers:
            rows = ((Cell(line(str(answer)), ""), to) for answer, to in step.answers.items())
            return Table(("Answer",), tuple(TableRow((cell,), self.target(to), "") for cell, to in rows), "")
        if step.on:
            return Table(("It ends with",), tuple(self._returns(step)), "")
        return None

    def _returns(self, step: Step) -> Iterator[TableRow]:
        other = self.library.sop(step.call) if step.call else None
        outcomes = (other.outcomes or {}) if other else {}
        for name, to in step.on.items():
            if name == "otherwise":
                yield TableRow((), self.target(to), "")
            else:
                found = outcomes.get(name)
                cell = Cell(line(found.title or name) if found else line(str(name)), "")
                yield TableRow((cell,), self.target(to), "")

    def _decision(self, step: Step, onward: str) -> Table:
        rows = [row for row in step.decide if row]
        facts = list(dict.fromkeys(id for row in rows for id in row.when or {}))
        columns = tuple(self._fact(id) for id in facts)
        how = {"first": "The first row that fits counts.", "any": "Several rows may fit; they say the same."}
        return Table(
            columns, tuple(self._row(row, facts, onward) for row in rows), how.get(step.hit_policy or "", "")
        )

    def _row(self, row: Row, facts: list[str], onward: str) -> TableRow:
        when = row.when or {}
        cells = () if row.is_otherwise else tuple(self._cell(id, when.get(id)) for id in facts)
        remarks = [self.pen.inline(row.because)] if row.because else []
        for id, value in (row.set or {}).items():
            remarks.append(f"“{self._fact(id)}” is now {line(words.value(self.fact(id), str(value)))}")
        if row.implements:
            remarks.append(f"Carries out {self.pen.clauses(row.implements)}")
        return TableRow(cells, self.target(row.target) or onward, "<br>".join(remarks))

    def _cell(self, id: str, tests: Iterable[str] | None) -> Cell:
        """A cell, which knows what is asked where it stands alone."""
        if not tests:
            return Cell("–", "")
        asked = line(words.question(self.fact(id), id))
        return Cell(line(words.tests(self.fact(id), tests)), asked)

    def _item(self, check: Check) -> str:
        """An item of a checklist, and what stands behind it: who, by when, what shows it."""
        pen = self.pen
        if not (check.role or check.within or check.evidence or check.clause):
            return pen.put("li", check.text)
        remarks = (
            pen.link("role", check.role),
            check.within and f"within {check.within.words}",
            check.evidence and f"shown by: {pen.inline(check.evidence)}",
            check.clause and f"carries out {pen.clauses(check.clause)}",
        )
        return pen.put("li", check.text, f"<small>{' · '.join([each for each in remarks if each])}</small>")

    # The ends and what surrounds them

    @cached_property
    def step_ids(self) -> frozenset[str]:
        return frozenset(step.id for step in self.sop.known_steps)

    def mark(self, outcome: Outcome) -> str:
        return outcome_mark(outcome)

    def outcome_fields(self, outcome: Outcome) -> Named:
        appeal = outcome.appeal or ""
        other = self.library.sop(appeal)
        return _told(
            ("Notice", self.pen.link("notice", outcome.notice)),
            ("To contest it", self.pen.sop_link(other) if other else self.pen.inline(appeal)),
            ("Carries out", self.pen.clauses(outcome.implements)),
        )

    def kept(self, deadline: Deadline) -> Kept | None:
        return kept(deadline, self.sop, self.pen)

    @property
    def paths(self) -> list[tuple[str, EscalationPath]]:
        return paths(self.sop, self.library)

    def ladder(self, path: EscalationPath) -> tuple[list[Rung], str]:
        return ladder(path)

    def scale(self, path: EscalationPath) -> str:
        return scale(path, self.library)

    def ends(self, deadline: Deadline) -> str:
        """Where the time of a deadline ends."""
        return words.listed([self._end(each) for each in deadline.to or () if each], "or")

    def _end(self, name: str) -> str:
        return (
            self.targets.get(name) or self.pen.point(name)
            if "#" in name or name in self.targets
            else self.target(name)
        )

    def given(self, facts: Mapping[str, Any] | None) -> str:
        """The facts of a case, in words."""
        said = []
        for id, values in (facts or {}).items():
            many = values if isinstance(values, tuple) else (values,)
            shown = ", then ".join(words.value(self.fact(id), str(value)) for value in many)
            said.append(f"{line(words.question(self.fact(id), id))} {line(shown)}")
        return "; ".join(said)

    def by_step(self, answers: Mapping[str, Any] | None) -> str:
        """Answers or outcomes, step by step."""
        return "; ".join(
            f"{self.pen.point(step)}: {line(', then '.join(str(each) for each in many))}"
            for step, many in (answers or {}).items() if many
        )  # fmt: skip

    def expected(self, expect: Any) -> Named:
        pen = self.pen
        return _told(
            ("Ends with", self.target(expect.outcome)),
            ("In time", expect.within and f"within {expect.within.words}"),
            ("Sends", pen.link("notice", expect.notice)),
            ("Escalates to", pen.link("path", expect.escalates)),
            ("Goes through", expect.visits and pen.points(expect.visits)),
            ("Does not go through", expect.avoids and pen.points(expect.avoids)),
            ("At the end", self.given(expect.facts)),
        )

    @cached_property
    def all_scenarios(self) -> list[Scenario]:
        """The cases that test the SOP: its own, and those of registers."""
        return [each for each in self.sop.scenarios or () if each] + self.register_scenarios

    @cached_property
    def register_scenarios(self) -> list[Scenario]:
        return self.pen.links.scenarios.get(self.sop.id, [])

    def case(self, scenario: Scenario) -> Named:
        """What a scenario gives, and what it expects."""
        given = _told(
            ("Given", self.given(scenario.given)),
            ("Answers", self.by_step(scenario.answers)),
            ("Called SOPs end with", self.by_step(scenario.calls)),
        )
        return given + (self.expected(scenario.expect) if scenario.expect else [])

    @cached_property
    def refers_to(self) -> Related:
        """The other SOPs that this one names, and at which steps."""
        library = self.library
        parts: dict[str, list[Part]] = {}
        for reference in library.references[library.path_of(self.sop)]:
            parts.setdefault(reference.target.partition("#")[0], []).append(part_at(self.sop, reference.at))
        return [
            (other, self._where(self.sop, parts.get(other.id, []))) for other in library.referred(self.sop)
        ]

    @cached_property
    def referred_by(self) -> Related:
        """The other SOPs that name this one, and at which of their steps."""
        found: dict[str, list[Part]] = {}
        for sop, part in self.pen.links.places("sop", self.sop.id):
            found.setdefault(sop.id, []).append(part)
        return [
            (other, self._where(other, found.get(other.id, [])))
            for other in self.pen.links.referrers(self.sop.id)
        ]

    def _where(self, sop: Sop, parts: Iterable[Part]) -> str:
        """The steps and outcomes in which a SOP names another."""
        known = {id(part): part for part in parts if part is not None}
        links = [self.pen.place((sop, part), short=True) for part in known.values()]
        return f"at {words.listed(links)}" if links else ""

    @cached_property
    def clauses(self) -> Named:
        """Every clause that some part of the SOP carries out, with its text."""
        typed = self.library.by_path[self.library.path_of(self.sop)]
        here = sorted({reference.target for reference in typed.references if reference.kind == "clause"})
        known = self.library.clauses
        return [(id, self.pen.inline(known[id].text)) for id in here if id in known]


def outcome_mark(outcome: Outcome) -> str:
    """A sign beside the words, so that an adverse end is not told by its colour alone."""
    if outcome.adverse:
        return '<b class="sop-bad">▲</b>'
    return '<b class="sop-good">●</b>'


def _told(*fields: tuple[str, Any]) -> Named:
    return [(name, said) for name, said in fields if said]
