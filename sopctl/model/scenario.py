"""A case, and what should happen to it."""

from sopctl.model.words import (
    Answer,
    CaseStep,
    FactRef,
    FactValue,
    Label,
    Line,
    NoticeRef,
    PathRef,
    SopRef,
    Time,
)
from sopctl.record import Filled, Part, key


class Expect(Part, title="what a scenario expects"):
    """What should happen in the case of a scenario."""

    outcome: Label | None = key("The outcome, or the SOP of a hand-off.", None)
    facts: dict[FactRef, FactValue] = key("Values that facts have at the end.", {})
    visits: tuple[CaseStep, ...] = key("Steps that the case goes through.", ())
    avoids: tuple[CaseStep, ...] = key("Steps that the case does not go through.", ())
    escalates: PathRef | None = key("An escalation path that is taken.", None)
    notice: NoticeRef | None = key("The notice that is sent.", None)
    within: Time | None = key("The longest that the way taken may last.", None)


class Scenario(Part, title="a scenario"):
    """A case, and what should happen to it: a test of the SOP."""

    title: Line = key("The case in a few words.")
    sop: SopRef | None = key("The SOP, where the scenario stands in a register.", None)
    given: dict[FactRef, Filled[tuple[FactValue, ...]]] = key(
        "The facts of the case; a list gives one value for each time the fact is asked.", {}, ordered=True
    )
    answers: dict[CaseStep, Filled[tuple[Answer, ...]]] = key(
        "The answers to questions, by step.", {}, ordered=True
    )
    calls: dict[CaseStep, Filled[tuple[Answer, ...]]] = key(
        "Outcomes of called SOPs that are not to be walked.", {}, ordered=True
    )
    expect: Expect = key("What should happen.")

    def tests(self, id: str) -> bool:
        """Whether it may stand in the file of that SOP."""
        return self.sop is None or self.sop == id

    @property
    def whole(self) -> bool:
        """False where some of it could not be read, so that nobody knows which case it is."""
        said = (*self.given.values(), *self.answers.values(), *self.calls.values())
        known = self.unknown.isdisjoint(("given", "answers", "calls"))
        return bool(self.expect) and known and all(values and all(values) for values in said)
