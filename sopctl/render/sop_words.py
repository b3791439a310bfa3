"""What is in a SOP, as its page calls it: targets, facts and cases, each linked to where it is explained."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from sopctl.analysis.ways import arrows_by_step
from sopctl.model.registers import Fact
from sopctl.model.sop import Outcome, Sop
from sopctl.render import words
from sopctl.render.pen import Pen
from sopctl.render.text import line, parting

Named = list[tuple[str, str]]
"""Names, and what to say under them (HTML, or Markdown that the pen has marked)."""


def told(*fields: tuple[str, Any]) -> Named:
    """The fields that say something."""
    return [field for field in fields if field[1]]


def outcome_mark(outcome: Outcome) -> str:
    """A sign beside the words, so that an adverse end is not told by its colour alone."""
    if outcome.adverse:
        return '<b class="sop-bad">▲</b>'
    return '<b class="sop-good">●</b>'


class SopWords:
    """The words of one SOP. `targets` says for each step and outcome how a way to it is shown."""

    def __init__(self, sop: Sop, pen: Pen) -> None:
        self.sop, self.pen = sop, pen
        self.library = pen.links.library
        self.outcomes = {id: each for id, each in (sop.outcomes or {}).items() if each}
        self.targets: dict[str, str] = {
            id: f'<a href="#{line(id)}">{outcome_mark(each)} {line(each.title or id)}</a>'
            for id, each in self.outcomes.items()
        }
        self.numbers: dict[str, int] = {}
        for number, step in reversed([*enumerate(sop.known_steps, 1)]):  # of those with one id, the first
            self.numbers[step.id] = number
            self.targets[step.id] = f'<a href="#{line(step.id)}">→ {number} {line(step.title or step.id)}</a>'

    def target(self, name: str | None) -> str:
        """Where a way goes: a step, an outcome, or a SOP that the case is handed to."""
        if not name:
            return ""
        known = self.targets.get(name)
        if known:
            return known
        other = self.library.sop(name)
        return f"⇥ hand over to {self.pen.sop_link(other)}" if other else line(name)

    # Where from

    def numbered(self, ids: Iterable[str]) -> list[str]:
        """Steps by their numbers."""
        return [f'<a href="#{line(id)}">{self.numbers[id]}</a>' for id in ids]

    @cached_property
    def leading(self) -> dict[str, list[str]]:
        """By step, outcome or SOP, the steps that lead there."""
        found: dict[str, list[str]] = {}
        for id, leads in arrows_by_step(self.sop).items():
            for arrow in leads:
                steps = found.setdefault(arrow.to, [])
                if id not in steps[-1:]:
                    steps.append(id)
        return found

    # Cases

    def cases(self, when: Mapping[str, Iterable[str]] | None) -> str:
        """Tests as a sentence: question: answer."""
        return " and ".join(
            f"“{self.asked(id)}” is {line(words.tests(self.fact(id), tests))}"
            for id, tests in (when or {}).items()
        )

    def fact(self, id: str) -> Fact | None:
        return self.library.fact(self.sop, id)

    def asked(self, id: str) -> str:
        """The question of a fact, linked to where it is explained."""
        label = parting(line(words.question(self.fact(id), id)))
        if id in (self.sop.facts or {}):
            return f'<a href="#fact_{line(id)}">{label}</a>'
        return self.pen.link("fact", id, label) if id in self.library.facts else label

    def given(self, facts: Mapping[str, Any] | None) -> str:
        """The facts of a case, in words."""
        said = []
        for id, values in (facts or {}).items():
            fact = self.fact(id)
            many = values if isinstance(values, tuple) else (values,)
            shown = ", then ".join([words.value(fact, str(value)) for value in many if value])
            said.append(f"{line(words.question(fact, id))} {line(shown)}")
        return "; ".join(said)

    def by_step(self, answers: Mapping[str, Any] | None) -> str:
        """Answers or outcomes, step by step."""
        said = [
            f"{self.pen.point(step)}: {line(', then '.join([str(each) for each in many if each]))}"
            for step, many in (answers or {}).items()
            if many
        ]
        return "; ".join(said)
