"""What SOPs share: people, calendars, escalation paths, facts, clauses, notices, words."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from sopctl.diagnostic import Finding, Pointer, Severity, did_you_mean
from sopctl.model.duration import Duration
from sopctl.model.scenario import Scenario
from sopctl.model.words import (
    CalendarRef,
    ClauseRef,
    Count,
    EntryId,
    FactValue,
    Jurisdiction,
    Label,
    Line,
    Markdown,
    Number,
    PathRef,
    RoleRef,
    TeamRef,
    Time,
    WorkerType,
)
from sopctl.pattern import lazy_pattern
from sopctl.reading import Problem
from sopctl.record import Filled, Part, key
from sopctl.shape import Word
from sopctl.weight import Weight

_FIELD = lazy_pattern(r"\{\{\s*([^{}\n]*?)\s*\}\}")
_BRACED = lazy_pattern(r"(?<!\{)\{{1,2}[ \t]*([^{}\n]+?)[ \t]*\}{1,2}(?!\})")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROUND_THE_CLOCK = "24x7"
"""The calendar that is always there, whether a register has it or not."""


def _days(text: str) -> tuple[int, ...]:
    first, to, last = text.lower().partition("-")
    if first not in DAYS or (to and last not in DAYS):
        raise ValueError
    start, end = DAYS.index(first), DAYS.index(last or first)
    return tuple((start + i) % 7 for i in range((end - start) % 7 + 1))


def _hours(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])", text)
    if not found:
        raise ValueError
    start, end = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
    if 1440 > start > end:
        parts = [f'"00:00-{text[6:]}"', f'"{text[:6]}24:00"'][not end :]
        raise ValueError(
            f"hours over midnight are those of two days: `[{', '.join(parts)}]`, on each of its `days`"
        )
    if not 0 <= start < end <= 1440:
        raise ValueError("the day ends after it begins, at 24:00 at the latest")
    return start, end


_DAY = f"(?:{'|'.join(''.join(f'[{letter}{letter.upper()}]' for letter in day) for day in DAYS)})"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
Days = Annotated[
    tuple[int, ...], Word("days such as `mon-fri` or `sat`", "", _days, looks=f"{_DAY}(?:-{_DAY})?")
]
Hours = Annotated[
    tuple[int, int],
    Word("opening hours such as `09:00-17:00`", "", _hours, looks=rf"{_TIME}-(?:{_TIME}|24:00)"),
]


class AppliesTo(Part, title="`applies_to`"):
    """Where and for whom something applies."""

    jurisdictions: tuple[Jurisdiction, ...] = key("Places; `us-wa` holds `us-wa-seattle`.", ())
    worker_types: tuple[WorkerType, ...] = key("Kinds of workers or sellers.", ())


class KnowledgeBase(Part, title="the knowledge base"):
    """What holds for the whole knowledge base."""

    title: Line = key("Its name, as the site shows it.")
    about: Markdown | None = key(
        "What readers should know before they rely on it; shown on the first page.", None
    )
    default_calendar: CalendarRef | None = key("The calendar of whoever has none.", None, weight=Weight.CLOCK)
    review_notice: Time | None = key(
        "How long before `review_by` the linter begins to remind.", None, weight=Weight.WORDING
    )
    jurisdictions: tuple[Label, ...] = key("The words that `applies_to` may use for places.", ())
    worker_types: tuple[Label, ...] = key("The words that `applies_to` may use for workers.", ())
    edit_url: Label | None = key(
        "The address where a file is edited, with `{path}`.", None, weight=Weight.WORDING
    )
    report_url: Label | None = key(
        "The address where a mistake is reported, with `{id}`, `{version}` and `{step}`.",
        None,
        weight=Weight.WORDING,
    )


class Role(Part, title="a role"):
    """Somebody who does things; never a person's name."""

    title: Line = key("The role as people call it.")
    text: Markdown | None = key("What the role is for.", None)
    team: TeamRef | None = key("The team that it belongs to.", None, weight=Weight.PROCEDURE)
    reports_to: RoleRef | None = key("The role above it.", None)
    authority: tuple[Label, ...] = key("What it may decide.", ())
    calendar: CalendarRef | None = key(
        "When it works; without it, when its team does.", None, weight=Weight.CLOCK
    )
    available: CalendarRef | None = key(
        "When it can be reached; without it, when it works.", None, weight=Weight.CLOCK
    )
    contact: dict[Label, Label] = key("How it is reached: channel and address.", {}, weight=Weight.PROCEDURE)


class Team(Part, title="a team"):
    """Roles that work together."""

    title: Line = key("The team as people call it.")
    text: Markdown | None = key("What the team is for.", None)
    lead: RoleRef | None = key(
        "The role that leads it; the team has its rank and authority.", None, weight=Weight.AUTHORITY
    )
    calendar: CalendarRef | None = key("When it works.", None, weight=Weight.CLOCK)
    available: CalendarRef | None = key(
        "When it can be reached; without it, when it works.", None, weight=Weight.CLOCK
    )
    contact: dict[Label, Label] = key("How it is reached: channel and address.", {})


class Schedule(Part, title="a schedule"):
    """A rota: at any hour somebody of these roles is there."""

    title: Line = key("The schedule as people call it.")
    text: Markdown | None = key("What the schedule is for.", None)
    team: TeamRef | None = key("The team that staffs it.", None, weight=Weight.PROCEDURE)
    roles: tuple[RoleRef, ...] = key(
        "The roles that take turns; it has an authority only if all have it.", ()
    )
    calendar: CalendarRef | None = key(
        "When it works; without it, when its team does.", None, weight=Weight.CLOCK
    )
    available: CalendarRef | None = key(
        "When somebody is on it; without it, when it works.", None, weight=Weight.CLOCK
    )
    contact: dict[Label, Label] = key("How it is reached: channel and address.", {}, weight=Weight.PROCEDURE)


class Calendar(Part, title="a calendar"):
    """Opening hours, without holidays."""

    title: Line | None = key("The calendar as people call it.", None)
    days: tuple[Days, ...] = key("The days of the week: `mon-fri`, or a list.")
    hours: tuple[Hours, ...] = key("The opening hours: `09:00-17:00`, or a list.")
    timezone: Label = key("The time zone, as the IANA names it: `America/Los_Angeles`.")
    holidays: tuple[date, ...] = key("The days on which it is closed.", ())

    @property
    def whole(self) -> bool:
        """Whether it says when it is open: nothing that decides it is missing or written wrongly."""
        words = ("days", "hours", "timezone", "holidays")
        return (
            self.unknown.isdisjoint(words)
            and all((*self.days, *self.hours, *self.holidays))
            and _zone_exists(self.timezone)
        )

    def slips(self) -> Iterator[Problem]:
        if self.timezone and not _zone_exists(self.timezone):
            yield Problem(
                "SOP005", Finding((*self.at, "timezone"), f"no time zone is called `{self.timezone}`")
            )


class Level(Part, title="a level"):
    """One rung of an escalation path."""

    to: Filled[tuple[RoleRef, ...]] = key("Who is told: a role, team or schedule, or a list of them.")
    via: tuple[Label, ...] = key("By which channels.", (), weight=Weight.PROCEDURE)
    ack_within: Time = key("How long they have to acknowledge before the next level is told.")


class EscalationPath(Part, title="an escalation path"):
    """Who is told, one after the other, until somebody answers."""

    title: Line = key("The path as people call it.")
    text: Markdown | None = key("When it is taken.", None)
    kind: Literal["functional", "hierarchical"] = key(
        "`functional`: to more skill; `hierarchical`: to more authority.", "functional"
    )
    clock: Literal["calendar", "business"] = key(
        "How its times are counted. `calendar`: day and night; `business`: by opening hours.",
        "calendar",
        weight=Weight.CLOCK,
    )
    answer_within: Time | None = key("The promise: an answer, by somebody with the authority.", None)
    needs: Label | None = key("The authority that the answer takes.", None)
    levels: tuple[Level, ...] = key("The levels, first to last.", (), ordered=True)
    repeat: Count = key("How often it starts again from the first level.", 0, weight=Weight.CLOCK)
    on_exhausted: RoleRef | None = key("Who decides when nobody has answered.", None)

    def slips(self) -> Iterator[Problem]:
        if self.clock == "calendar" and "clock" not in self.unknown:
            times: list[tuple[Pointer, Duration | None]] = [(("answer_within",), self.answer_within)]
            for i, level in enumerate(self.levels):
                if level:
                    times.append((("levels", i, "ack_within"), level.ack_within))
            for where, time in times:
                if isinstance(time, Duration) and time.business:
                    message = f"a path on `clock: calendar` cannot count {time.words}"
                    yield Problem("SOP005", Finding((*self.at, *where), message, "write `clock: business`, or a calendar time such as 4h"))  # fmt: skip


class Fact(Part, title="a fact"):
    """Something about a case that decisions ask for."""

    ask: Line | None = key("The question that is put to the person.", None)
    type: Literal["yes-no", "choice", "integer", "number"] = key(
        "What the answer may be. `yes-no`: yes or no; `choice`: one of `values`; `integer`: a whole number; `number`: any number."
    )
    values: tuple[FactValue, ...] | dict[FactValue, Line] = key(
        "The choices: a list, or a mapping from value to label.", ()
    )
    min: Number | None = key("The least value.", None)
    max: Number | None = key("The greatest value.", None)
    unit: Label | None = key("The unit of the number.", None)
    source: Label | None = key("The column of the case data that holds it.", None, weight=Weight.CLARIFIED)

    def slips(self) -> Iterator[Problem]:
        numeric = self.type in ("integer", "number")
        first = {value: i for i, value in reversed([*enumerate(self.values)])}
        for i, value in enumerate(self.values):
            if value and first[value] != i:
                message = f"the choice `{value}` is listed twice"
                yield Problem("SOP005", Finding((*self.at, "values", i), message, "delete one of the two"))
        if self.type == "choice" and "-" in first:
            at = (*self.at, "values", "-" if isinstance(self.values, dict) else first["-"])
            message = "no case can be told by the choice `-`: in a table `-` stands for any value"
            finding = Finding(
                at, message, "give it a word, such as `none`", key=isinstance(self.values, dict)
            )
            yield Problem("SOP005", finding)
        if self.type == "choice" and self.lacks("values"):
            yield Problem("SOP003", Finding(self.at, "a choice needs `values` to choose from"))
        if self.type and self.type != "choice" and self.values:
            yield Problem("SOP005", Finding((*self.at, "values"), f"a fact of type `{self.type}` has no `values`", key=True))  # fmt: skip
        for word in ("min", "max"):
            bound = getattr(self, word)
            if bound is not None and self.type and not numeric:
                yield Problem("SOP005", Finding((*self.at, word), f"a fact of type `{self.type}` has no `{word}`", key=True))  # fmt: skip
            elif self.type == "integer" and isinstance(bound, float):
                yield Problem(
                    "SOP005", Finding((*self.at, word), f"`{word}` of an integer is a whole number")
                )
        if self.min is not None and self.max is not None and self.min > self.max:
            yield Problem("SOP005", Finding((*self.at, "max"), "`max` is less than `min`"))

    @property
    def labels(self) -> dict[str, str]:
        """Each value of a choice with its words."""
        return self.values if isinstance(self.values, dict) else {v: v for v in self.values if v}


class Clause(Part, title="a clause"):
    """What a law, a contract or a policy asks for."""

    text: Markdown = key("What it asks for.")
    source: Label = key("Where it stands.", weight=Weight.CLARIFIED)
    applies_to: AppliesTo | None = key("Where and for whom; without it, everywhere.", None)
    kind: Literal["ceiling", "floor", "window", "content", "languages", "control", "retention"] | None = key(
        "What sort of duty it is; none for plain policy clauses. `ceiling`: to be done within `value`; `floor`: not to be done before `value` has passed; `window`: to be left open for `value`; `content`: a notice has the fields in `value`; `languages`: a notice exists in the languages in `value`; `control`: something is to be checked or kept in hand; `retention`: to be kept for `value`.",
        None,
        weight=Weight.CLOCK,
    )
    value: tuple[Label, ...] = key(
        "A duration, or the fields or languages that it asks for.", (), weight=Weight.CLOCK
    )
    policy_changes: bool = key(
        "`true`: it says how long before it takes effect a change of a policy must be announced.",
        False,
        weight=Weight.CLOCK,
    )
    confidence: Literal["confirmed", "secondary", "unverified"] = key(
        "How sure we are of the value. `confirmed`: looked up at its source; `secondary`: taken from another text; `unverified`: not looked up.",
        "unverified",
        weight=Weight.WORDING,
    )
    checked_on: date | None = key("The day somebody last looked it up.", None, weight=Weight.WORDING)

    def slips(self) -> Iterator[Problem]:
        if self.timed and self.value and all(self.value) and self.duration is None:
            message = f"the value of a clause of kind `{self.kind}` is one duration, such as 14d"
            yield Problem("SOP005", Finding((*self.at, "value"), message))
        if self.policy_changes and self.kind != "floor" and "kind" not in self.unknown:
            message = "only a clause of kind `floor` says how long ahead changes are announced"
            yield Problem("SOP005", Finding((*self.at, "policy_changes"), message))

    @property
    def timed(self) -> bool:
        """Whether its kind is about a time."""
        return self.kind in ("ceiling", "floor", "window", "retention")

    @cached_property
    def duration(self) -> Duration | None:
        """The time that it sets, where it sets one."""
        if len(self.value) != 1 or not self.value[0]:
            return None
        try:
            return Duration.parse(self.value[0])
        except ValueError:
            return None


class Notice(Part, title="a notice"):
    """A message that tells somebody a decision."""

    title: Line = key("The notice as people call it.")
    channels: tuple[Label, ...] = key("How it is sent.", ())
    fields: tuple[Label, ...] = key("What it must say.", ())
    languages: tuple[Label, ...] = key("The languages it exists in.", ())
    implements: tuple[ClauseRef, ...] = key("The clauses that it carries out.", ())
    body: Markdown | None = key("Its text; `{{field}}` stands for a field that it lists.", None)

    def slips(self) -> Iterator[Problem]:
        for found in _FIELD.finditer(self.body or ""):
            if found[1] not in self.fields and "fields" not in self.unknown:
                message = f"`{{{{{found[1]}}}}}` is no field of the notice{did_you_mean(found[1], filter(None, self.fields))}"
                help = "add it to `fields`, or mend the name; it stands in the text as it is"
                finding = Finding(
                    (*self.at, "body"), message, help, part=found.span(), severity=Severity.WARNING
                )
                yield Problem("SOP005", finding)
        for found in _BRACED.finditer(self.body or ""):
            if found[1] in self.fields and not (found[0][:2] == "{{" and found[0][-2:] == "}}"):
                message = f"`{found[0]}` stands in the text as it is: a field is written `{{{{{found[1]}}}}}`"
                part = found.span()
                finding = Finding((*self.at, "body"), message, part=part, severity=Severity.WARNING)
                yield Problem("SOP005", finding)


class Metric(Part, title="a metric"):
    """A figure by which work is judged."""

    title: Line = key("The metric as people call it.")
    definition: Markdown = key("What it measures, in one sentence.")
    numerator: Markdown | None = key("What is counted.", None)
    denominator: Markdown | None = key("Out of what.", None)
    unit: Label | None = key("Its unit.", None, weight=Weight.PROCEDURE)
    better: Literal["up", "down", "target"] | None = key(
        "Which way is better. `up`: more; `down`: less; `target`: nearer to `target`.",
        None,
        weight=Weight.PROCEDURE,
    )
    target: Number | None = key("The value to reach.", None)
    warn: Number | None = key("The value at which the owner looks.", None, weight=Weight.PROCEDURE)
    breach: Number | None = key("The value at which `on_breach` starts.", None, weight=Weight.PROCEDURE)
    min_n: Count | None = key(
        "The least number of cases before it means anything.", None, weight=Weight.PROCEDURE
    )
    on_breach: PathRef | None = key(
        "The escalation path that a breach starts.", None, weight=Weight.AUTHORITY
    )
    owner: RoleRef | None = key("The role that answers for it.", None, weight=Weight.AUTHORITY)

    def slips(self) -> Iterator[Problem]:
        if self.target is None or self.breach is None or self.better not in ("up", "down"):
            return
        if (self.breach < self.target) if self.better == "down" else (self.breach > self.target):
            message = f"whoever reaches the target {self.target:g} is past the breach {self.breach:g}, since {self.better} is better"
            yield Problem("SOP005", Finding((*self.at, "breach"), message))


class Term(Part, title="a term"):
    """A word of the field, and what it means here."""

    title: Line = key("The term.")
    text: Markdown = key("What it means.")
    aliases: tuple[Label, ...] = key("Other words for it that are fine.", ())
    avoid: tuple[Label, ...] = key("Words that should not be used for it.", ())


class Registers(Part, title="a register file"):
    """A file of registers; those of several files are merged."""

    knowledge_base: KnowledgeBase | None = key(
        "What holds for the whole knowledge base.", None, weight=Weight.CLARIFIED
    )
    roles: dict[EntryId, Role] = key("Who does things.", {}, weight=Weight.AUTHORITY)
    teams: dict[EntryId, Team] = key("Roles that work together.", {}, weight=Weight.PROCEDURE)
    schedules: dict[EntryId, Schedule] = key("Rotas.", {}, weight=Weight.AUTHORITY)
    calendars: dict[EntryId, Calendar] = key("Opening hours.", {}, weight=Weight.CLOCK)
    escalation_paths: dict[EntryId, EscalationPath] = key(
        "Who is told, one after the other.", {}, weight=Weight.AUTHORITY
    )
    facts: dict[EntryId, Fact] = key("Facts of a case that several SOPs ask for.", {}, weight=Weight.DECISION)
    clauses: dict[EntryId, Clause] = key(
        "What laws, contracts and policies ask for.", {}, weight=Weight.PROCEDURE
    )
    notices: dict[EntryId, Notice] = key("Messages that tell a decision.", {})
    metrics: dict[EntryId, Metric] = key("Figures by which work is judged.", {}, weight=Weight.CLARIFIED)
    glossary: dict[EntryId, Term] = key("The words of the field.", {}, weight=Weight.CLARIFIED)
    scenarios: tuple[Scenario, ...] = key(
        "Cases that test the SOPs that they name.", (), weight=Weight.WORDING
    )

    def slips(self) -> Iterator[Problem]:
        for scenario in self.scenarios:
            if scenario and scenario.lacks("sop"):
                message = "a scenario in a register needs `sop`: the SOP that it tests"
                yield Problem("SOP003", Finding(scenario.at, message))


def _zone_exists(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
