"""The steps of a SOP in the words of its readers: who, by when, what to tick, and where each case goes."""

from collections.abc import Iterable, Iterator
from typing import Any

from sopctl.model.duration import Duration
from sopctl.model.sop import Check, Row, Step
from sopctl.named import NamedTuple
from sopctl.render import words
from sopctl.render.ladder import longest
from sopctl.render.sop_words import Named, SopWords, told
from sopctl.render.text import line, parting


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


class Steps:
    """The steps of one SOP, in order."""

    def __init__(self, said: SopWords) -> None:
        self.sop, self.said, self.pen, self.library = said.sop, said, said.pen, said.library

    def __iter__(self) -> Iterator[StepView]:
        seen: set[str] = set()
        steps = self.sop.known_steps
        for number, step in enumerate(steps, 1):
            anchor = step.id if step.id not in seen else f"{step.id}_{number}"
            seen.add(step.id)
            following = steps[number] if number < len(steps) else None
            onward = self.said.target(step.next or (following.id if following else None))
            table = self._table(step, onward)
            yield StepView(
                number, anchor, line(step.title or step.id), step, self.pen.text(step.text, 4),
                tuple([self._item(check) for check in step.checklist or () if check]),
                [*self._chips(step)], [*self._fields(step)], table, "" if table else onward,
                self._before(number, step),
            )  # fmt: skip

    def _before(self, number: int, step: Step) -> str:
        """The steps that lead to one, unless it is only the one above."""
        here = self.said.leading.get(step.id, [])
        above = [self.sop.known_steps[number - 2].id] if number > 1 else []
        if here == above:
            return ""
        return words.listed([*(["the start"] if number == 1 else []), *self.said.numbered(here)])

    def _chips(self, step: Step) -> Iterator[tuple[str, str]]:
        if step.role:
            yield "who", self.pen.link("role", step.role)
        path = self.library.paths.get(step.escalate or "")
        if path and path.levels and (level := path.levels[0]) and level.to:
            yield "who", f"<span>first {self.pen.all('role', level.to)}</span>"
        if isinstance(step.within, Duration):
            yield "time", f"within {step.within.words}"
        elif (
            path
            and not step.within
            and "within" not in step.unknown
            and (most := longest(path, self.library))
        ):
            yield "time", f"at the longest {most}"
        if step.wait:
            yield "time", words.not_before(step.wait)
        if step.human:
            yield "human", "a person decides"

    def _fields(self, step: Step) -> Iterator[tuple[str, str]]:
        pen = self.pen
        yield from told(
            ("Runs", step.call and self._call(step.call)),
            ("Goes up to", pen.link("path", step.escalate)),
            ("Within", self._within(step.within)),
            ("If it is late", pen.link("path", step.on_overdue)),
            ("Sends", pen.link("notice", step.notice)),
            ("Not done by", self._apart(step)),
            ("Ask first", pen.all("role", step.consulted)),
            ("Tell afterwards", pen.all("role", step.informed)),
            ("With", "; ".join([pen.inline(each) for each in step.tools or () if each])),
            ("Leaves behind", "; ".join([pen.inline(each) for each in step.records or () if each])),
            ("Find out here", step.asks and "; ".join([self.said.asked(each) for each in step.asks if each])),
            ("Carries out", pen.clauses(step.implements)),
        )
        if step.at_most:
            after = self.said.target(step.after_that)
            yield "At most", f"{words.often(step.at_most)}{after and f', after that {after}'}"

    def _apart(self, step: Step) -> str:
        others = [self.pen.point(each) for each in step.independent_of if each]
        return words.apart(others) if others else ""

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
            said.append(f"{time} where {self.said.cases(row.when)}" if row.when else f"otherwise {time}")
        return "<br>".join(said)

    def _table(self, step: Step, onward: str) -> Table | None:
        if step.decide:
            return self._decision(step, onward)
        if step.answers:
            rows = ((Cell(parting(line(str(answer))), ""), to) for answer, to in step.answers.items())
            return Table(
                ("Answer",), tuple(TableRow((cell,), self.said.target(to), "") for cell, to in rows), ""
            )
        if step.on:
            return Table(("It ends with",), tuple(self._returns(step)), "")
        return None

    def _returns(self, step: Step) -> Iterator[TableRow]:
        other = self.library.sop(step.call) if step.call else None
        outcomes = (other.outcomes or {}) if other else {}
        for name, to in step.on.items():
            if name == "otherwise":
                yield TableRow((), self.said.target(to), "")
            else:
                found = outcomes.get(name)
                cell = Cell(parting(line(str((found.title if found else "") or name))), "")
                yield TableRow((cell,), self.said.target(to), "")

    def _decision(self, step: Step, onward: str) -> Table:
        rows = [row for row in step.decide if row]
        facts = list(dict.fromkeys(id for row in rows for id in row.when or {}))
        columns = tuple(self.said.asked(id) for id in facts)
        how = {"first": "The first row that fits counts.", "any": "Several rows may fit; they say the same."}
        return Table(
            columns, tuple(self._row(row, facts, onward) for row in rows), how.get(step.hit_policy or "", "")
        )

    def _row(self, row: Row, facts: list[str], onward: str) -> TableRow:
        when = row.when or {}
        cells = () if row.is_otherwise else tuple(self._cell(id, when.get(id)) for id in facts)
        remarks = [self.pen.inline(row.because)] if row.because else []
        for id, value in (row.set or {}).items():
            remarks.append(
                f"“{self.said.asked(id)}” is now {line(words.value(self.said.fact(id), str(value)))}"
            )
        if row.implements:
            remarks.append(f"Carries out {self.pen.clauses(row.implements)}")
        return TableRow(cells, self.said.target(row.target) or onward, "<br>".join(remarks))

    def _cell(self, id: str, tests: Iterable[str] | None) -> Cell:
        """A cell, which knows what is asked where it stands alone."""
        if not tests:
            return Cell("–", "")
        asked = line(words.question(self.said.fact(id), id))
        return Cell(parting(line(words.tests(self.said.fact(id), tests))), asked)

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
