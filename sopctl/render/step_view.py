"""The steps of a SOP in the words of its readers: who, by when, what to tick, and where each case goes."""

from collections.abc import Iterable, Iterator
from typing import Any

from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Check, Row, Step
from sopctl.named import NamedTuple
from sopctl.render import words
from sopctl.render.sop_words import Named, SopWords, told
from sopctl.render.text import line, parting


class Cell(NamedTuple):
    words: str
    column: str  # what is asked, where the cell says anything


_ANY = Cell("–", "")


class TableRow(NamedTuple):
    cells: list[Cell]  # empty: in every other case
    target: str
    remark: str


class Table(NamedTuple):
    """A decision: what is asked, and where each case goes."""

    columns: list[str]
    rows: list[TableRow]
    how: str  # how rows are chosen


class StepView(NamedTuple):
    number: int
    anchor: str
    title: str
    step: Step
    text: str
    checklist: list[str]
    chips: Named  # CSS class and words
    fields: Named
    table: Table | None
    after: str  # where it goes on, for a step that does not decide
    before: str  # where a case comes from, unless from the step above alone


Column = tuple[str, Fact | None, str]
"""What a decision asks: the id of a fact, the fact, and its question."""


class Steps:
    """The steps of one SOP, in order."""

    def __init__(self, said: SopWords) -> None:
        self.sop, self.said, self.pen, self.library = said.sop, said, said.pen, said.library

    def __iter__(self) -> Iterator[StepView]:
        seen: set[str] = set()
        steps = self.sop.known_steps
        above = None
        for number, step in enumerate(steps, 1):
            anchor = step.id if step.id not in seen else f"{step.id}_{number}"
            seen.add(step.id)
            onward = self.said.target(step.next or (steps[number].id if number < len(steps) else None))
            table = self._table(step, onward)
            yield StepView(
                number, anchor, line(step.title or step.id), step, self.pen.text(step.text, 4),
                [self._item(check) for check in step.checklist or () if check],
                self._chips(step), self._fields(step), table, "" if table else onward,
                self._before(step, above),
            )  # fmt: skip
            above = step

    def _before(self, step: Step, above: Step | None) -> str:
        """The steps that lead to one, unless it is only the one above."""
        here = self.said.leading.get(step.id, [])
        if above is None:
            return words.listed(["the start", *self.said.numbered(here)]) if here else ""
        return "" if here == [above.id] else words.listed(self.said.numbered(here))

    def _chips(self, step: Step) -> Named:
        chips = [("who", self.pen.link("role", step.role))] if step.role else []
        path = self.library.paths.get(step.escalate) if step.escalate else None
        if path and path.levels and (level := path.levels[0]) and level.to:
            chips.append(("who", f"<span>first {self.pen.all('role', level.to)}</span>"))
        if isinstance(step.within, Duration):
            chips.append(("time", f"within {step.within.words}"))
        elif (
            path
            and not step.within
            and "within" not in step.unknown
            and (most := self.pen.links.longest(path))
        ):
            chips.append(("time", f"at the longest {most}"))
        if step.wait:
            chips.append(("time", words.not_before(step.wait)))
        if step.human:
            chips.append(("human", "a person decides"))
        return chips

    def _fields(self, step: Step) -> Named:
        pen = self.pen
        return told(
            ("Runs", step.call and self._call(step.call)),
            ("Goes up to", step.escalate and pen.link("path", step.escalate)),
            ("Within", step.within and self._within(step.within)),
            ("If it is late", step.on_overdue and pen.link("path", step.on_overdue)),
            ("Sends", step.notice and pen.link("notice", step.notice)),
            ("Not done by", step.independent_of and self._apart(step.independent_of)),
            ("Ask first", step.consulted and pen.all("role", step.consulted)),
            ("Tell afterwards", step.informed and pen.all("role", step.informed)),
            ("With", step.tools and "; ".join([pen.inline(each) for each in step.tools if each])),
            (
                "Leaves behind",
                step.records and "; ".join([pen.inline(each) for each in step.records if each]),
            ),
            ("Find out here", step.asks and "; ".join([self.said.asked(each) for each in step.asks if each])),
            ("Carries out", step.implements and pen.clauses(step.implements)),
            ("At most", step.at_most and self._at_most(step)),
        )

    def _apart(self, steps: Iterable[str]) -> str:
        others = [self.pen.point(each) for each in steps if each]
        return words.apart(others) if others else ""

    def _call(self, id: str) -> str:
        other = self.library.sop(id)
        return self.pen.sop_link(other) if other else line(id)

    def _at_most(self, step: Step) -> str:
        after = self.said.target(step.after_that)
        return f"{words.often(step.at_most)}{after and f', after that {after}'}"

    def _within(self, rows: Any) -> str:
        if isinstance(rows, Duration):
            return ""
        said = []
        for row in rows:
            if not row:
                continue
            time = words.time(row.within or row.otherwise)
            said.append(f"{time} where {self.said.cases(row.when)}" if row.when else f"otherwise {time}")
        return "<br>".join(said)

    def _table(self, step: Step, onward: str) -> Table | None:
        if step.decide:
            return self._decision(step, onward)
        if step.answers:
            target = self.said.target
            rows = [TableRow([_alone(str(answer))], target(to), "") for answer, to in step.answers.items()]
            return Table(["Answer"], rows, "")
        if step.on:
            return Table(["It ends with"], [*self._returns(step)], "")
        return None

    def _returns(self, step: Step) -> Iterator[TableRow]:
        other = self.library.sop(step.call) if step.call else None
        outcomes = (other.outcomes or {}) if other else {}
        for name, to in step.on.items():
            found = outcomes.get(name)
            cells = [] if name == "otherwise" else [_alone(str((found.title if found else "") or name))]
            yield TableRow(cells, self.said.target(to), "")

    def _decision(self, step: Step, onward: str) -> Table:
        rows = [row for row in step.decide if row]
        facts = {id: self.said.fact(id) for row in rows if row.when for id in row.when}
        asked = [(id, fact, line(words.question(fact, id))) for id, fact in facts.items()]
        return Table(
            [self.said.asked(id) for id in facts],
            [self._row(row, asked, onward) for row in rows],
            _HOW.get(step.hit_policy or "", ""),
        )

    def _row(self, row: Row, asked: list[Column], onward: str) -> TableRow:
        when = row.when or {}
        cells = [] if row.is_otherwise else [_cell(when.get(id), fact, said) for id, fact, said in asked]
        remarks = [self.pen.inline(row.because)] if row.because else []
        for id, value in (row.set or {}).items():
            remarks.append(
                f"“{self.said.asked(id)}” is now {line(words.value(self.said.fact(id), str(value)))}"
            )
        if row.implements:
            remarks.append(f"Carries out {self.pen.clauses(row.implements)}")
        return TableRow(cells, self.said.target(row.target) or onward, "<br>".join(remarks))

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


_HOW = {"first": "The first row that fits counts.", "any": "Several rows may fit; they say the same."}


def _alone(words: str) -> Cell:
    """A cell below the one question of its table, which it need not say."""
    return Cell(parting(line(words)), "")


def _cell(tests: Iterable[str] | None, fact: Fact | None, asked: str) -> Cell:
    """A cell, which knows what is asked where it stands alone."""
    return Cell(parting(line(words.tests(fact, tests))), asked) if tests else _ANY
