"""A SOP told in the words of its readers: what its template lays out."""

from collections.abc import Collection, Iterable
from functools import cached_property

from sopctl.analysis.ways import is_sop
from sopctl.model.registers import EscalationPath
from sopctl.model.scenario import Scenario
from sopctl.model.sop import Deadline, Outcome, Sop, Step
from sopctl.render import drawing, scenario_view, svg, words
from sopctl.render.ladder import Rung
from sopctl.render.links import part_at, sop_page
from sopctl.render.pen import Pen
from sopctl.render.picture import WHOLE, Picture, picture
from sopctl.render.sop_words import Named, SopWords, outcome_mark, told
from sopctl.render.step_view import Steps
from sopctl.render.text import line
from sopctl.render.time_view import Kept, kept, paths

Part = Step | Outcome | None

_SHEET = 1040
"""How high a picture may be to stand on one sheet of paper in letters of seven points."""


class SopView:
    """One SOP, section by section."""

    def __init__(self, sop: Sop, pen: Pen) -> None:
        self.sop, self.pen = sop, pen
        self.library = pen.links.library
        self.said = SopWords(sop, pen)
        self.outcomes = self.said.outcomes
        self.status = self.library.status_of(sop)

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
        since = words.effective(self.status, sop.effective_on, self.library.today)
        return told(
            ("Owner", pen.link("role", sop.owner)),
            (since, words.day(sop.effective_on)),
            ("Review by", review),
            ("For", pen.all("team", sop.audience)),
            ("Answer within", self._promise()),
        )

    def _promise(self) -> str:
        """The time within which every case comes to an end, where the SOP promises one to all."""
        promises = [
            each
            for each in self.sop.deadlines or ()
            if each and each.kind == "ceiling" and each.from_ == "trigger" and not each.when
        ]
        ends = {*(self.sop.outcomes or ()), *filter(is_sop, self.said.leading)} if promises else set()
        return next((self.deadline_time(each) for each in promises if ends <= {*(each.to or ())}), "")

    def deadline_time(self, deadline: Deadline) -> str:
        """The time of a deadline: its own, or that of its clause."""
        if deadline.value:
            return deadline.value.words
        for id in deadline.implements or ():
            clause = self.library.clauses.get(id) if id else None
            if clause and (time := clause.duration):
                return time.words
        return ""

    @property
    def replaced_by(self) -> list[Sop]:
        """The SOPs that say that they take the place of this one."""
        return self.library.successors(self.sop.id)

    @property
    def about(self) -> Named:
        """The short keys that have no section of their own."""
        sop, pen = self.sop, self.pen
        return told(
            ("Carries out", pen.clauses(sop.implements)),
            ("Takes the place of", pen.all("sop", sop.supersedes)),
            ("Called before", pen.plain(sop.formerly)),
            ("Judged by", pen.all("metric", sop.metrics)),
            ("Classification", line(sop.classification or "")),
            ("Tags", pen.tags(sop.tags)),
        )

    @cached_property
    def _picture(self) -> tuple[Picture, bool]:
        """The picture, and whether it has all its words: so it has where a sheet of paper can hold it."""
        way = drawing.way_through(self.sop, self.library)
        whole = picture(way, WHOLE)
        return (whole, True) if whole.height <= _SHEET else (picture(way), False)

    @property
    def tall(self) -> bool:
        """Whether no sheet of paper holds the picture, which is cut for the screen then."""
        return not self._picture[1]

    def picture(self) -> str:
        """The way through, drawn."""
        drawn, _ = self._picture
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
        return f"#{line(node.name)}" if node.name in self.said.targets else ""

    @property
    def state(self) -> str:
        """What a printed page says of itself, so that an old one is known for one."""
        sop = self.sop
        state = words.STATUS.get(self.status or "", "").lower()
        since = (
            f" since {words.day(sop.effective_on)}" if sop.effective_on and self.status == "effective" else ""
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

    # Steps, ends, and what surrounds them

    @property
    def steps(self) -> Steps:
        return Steps(self.said)

    def target(self, name: str | None) -> str:
        return self.said.target(name)

    def reached_from(self, id: str) -> str:
        """The steps that lead to an outcome, by their numbers."""
        return ", ".join(self.said.numbered(self.said.leading.get(id, [])))

    @property
    def step_ids(self) -> Collection[str]:
        return self.said.numbers.keys()

    def mark(self, outcome: Outcome) -> str:
        return outcome_mark(outcome)

    def outcome_fields(self, outcome: Outcome) -> Named:
        appeal = outcome.appeal or ""
        other = self.library.sop(appeal)
        return told(
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
        return self.pen.links.ladder(path)

    def scale(self, path: EscalationPath) -> str:
        return self.pen.links.scale(path)

    def ends(self, deadline: Deadline) -> str:
        """Where the time of a deadline ends."""
        return words.listed([self._end(each) for each in deadline.to or () if each], "or")

    def _end(self, name: str) -> str:
        return (
            self.said.targets.get(name) or self.pen.point(name)
            if "#" in name or name in self.said.targets
            else self.said.target(name)
        )

    @property
    def all_scenarios(self) -> list[Scenario]:
        """The cases that test the SOP: its own, and those of registers."""
        return [each for each in self.sop.scenarios or () if each] + self.register_scenarios

    @property
    def register_scenarios(self) -> list[Scenario]:
        return self.pen.links.scenarios.get(self.sop.id, [])

    def case(self, scenario: Scenario) -> Named:
        return scenario_view.case(scenario, self.said)

    @property
    def related(self) -> Named:
        """The other SOPs that this one names, and that name this one, and at which steps."""
        named = [
            self._related(other, self.sop, [part_at(self.sop, at) for at in places])
            for other, places in self.pen.links.referred(self.sop)
        ]
        naming: dict[str, tuple[Sop, list[Part]]] = {}
        for sop, part in self.pen.links.places("sop", self.sop.id):
            if sop.id != self.sop.id:
                naming.setdefault(sop.id, (sop, []))[1].append(part)
        return told(
            ("Refers to", "<br>".join(named)),
            ("Referred to by", "<br>".join([self._related(sop, sop, at) for sop, at in naming.values()])),
        )

    def _related(self, other: Sop, sop: Sop, parts: Iterable[Part]) -> str:
        """A SOP, and the steps and outcomes in which it, or this one, names the other."""
        at = words.listed([self.pen.place((sop, part), short=True) for part in dict.fromkeys(parts) if part])
        return self.pen.sop_link(other) + (f" <small>at {at}</small>" if at else "")

    @property
    def clauses(self) -> Named:
        """Every clause that some part of the SOP carries out, with its text."""
        typed = self.library.by_path[self.library.path_of(self.sop)]
        here = sorted({reference.target for reference in typed.references if reference.kind == "clause"})
        known = self.library.clauses
        return [(id, self.pen.inline(known[id].text)) for id in here if id in known]
