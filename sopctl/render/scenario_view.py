"""The cases that test a SOP, in the words of its readers."""

from typing import Any

from sopctl.model.scenario import Scenario
from sopctl.render.sop_words import Named, SopWords, told


def case(scenario: Scenario, said: SopWords) -> Named:
    """What a scenario gives, and what it expects."""
    given = told(
        ("Given", said.given(scenario.given)),
        ("Answers", said.by_step(scenario.answers)),
        ("Called SOPs end with", said.by_step(scenario.calls)),
    )
    return given + (_expected(scenario.expect, said) if scenario.expect else [])


def _expected(expect: Any, said: SopWords) -> Named:
    pen = said.pen
    return told(
        ("Ends with", said.target(expect.outcome)),
        ("In time", expect.within and f"within {expect.within.words}"),
        ("Sends", pen.link("notice", expect.notice)),
        ("Escalates to", pen.link("path", expect.escalates)),
        ("Goes through", expect.visits and pen.points(expect.visits)),
        ("Does not go through", expect.avoids and pen.points(expect.avoids)),
        ("At the end", said.given(expect.facts)),
    )
