"""What a SOP is. Descriptions serve the editor's hover, the JSON Schema and the site."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any, Literal

from sopctl.diagnostic import Finding, Pointer, Severity
from sopctl.model.duration import Duration
from sopctl.model.registers import AppliesTo, Fact
from sopctl.model.scenario import Scenario
from sopctl.model.words import (
    Answer,
    Appeal,
    ClauseRef,
    Count,
    FactRef,
    FactTest,
    FactValue,
    Id,
    Label,
    Line,
    LocalStep,
    Markdown,
    MetricRef,
    NoticeRef,
    PathRef,
    Percentage,
    Point,
    RoleRef,
    SopId,
    SopRef,
    StepRef,
    Target,
    TeamRef,
    Time,
    Version,
)
from sopctl.named import NamedTuple
from sopctl.reading import Problem
from sopctl.record import Filled, Part, key
from sopctl.weight import Weight

Status = Literal["draft", "in-review", "approved", "effective", "suspended", "superseded", "withdrawn"]
APPROVED = ("approved", "effective", "suspended", "superseded", "withdrawn")
"""The states that a SOP reaches only with an approval."""
IN_USE = ("effective", "suspended")
"""The states in which a SOP has to be kept up to date."""


class Approval(Part, title="an approval"):
    """Somebody's word for this version (after 21 CFR 11.50: name, date and meaning)."""

    role: RoleRef = key("The role in which the person signed.")
    name: Label | None = key("The person's name.", None)
    meaning: Literal["authorship", "review", "approval", "responsibility"] = key(
        "What the signature means. `authorship`: wrote it; `review`: read and checked it; `approval`: lets it take effect; `responsibility`: answers for it."
    )
    on: date = key("The day of the signature.")


class Check(Part, title="a checklist item", short="text"):
    """One thing to tick. The items of a list may be done side by side."""

    text: Markdown = key("What must be so before the step is done.")
    role: RoleRef | None = key(
        "Who does it, where it is not the role of the step.", None, weight=Weight.PROCEDURE
    )
    within: Time | None = key("The longest it may take.", None)
    evidence: Markdown | None = key("What shows that it was done.", None)
    clause: tuple[ClauseRef, ...] = key("The clauses that it carries out.", (), weight=Weight.CLARIFIED)


class Row(Part, title="a row of a decision table"):
    """One rule of a decision table: these cases go there."""

    when: dict[FactRef, tuple[FactTest, ...]] = key(
        "A test for each fact that counts; a fact that is left out does not matter.", {}
    )
    then: Target | None = key(
        "Where these cases go: a step, an outcome, or a SOP (a hand-off). Without it they go to `next`.",
        None,
    )
    set: dict[FactRef, FactValue] = key("Facts that get a value here: the outputs of the table.", {})
    because: Markdown | None = key("The reason, in words for the person who is told.", None)
    implements: tuple[ClauseRef, ...] = key(
        "The clauses that this row carries out.", (), weight=Weight.CLARIFIED
    )
    otherwise: Target | None = key(
        "In the last row, instead of `when` and `then`: where all other cases go.", None
    )

    @property
    def target(self) -> str | None:
        """Where the row leads, or None where it leads to `next`."""
        return self.otherwise or self.then

    @property
    def is_otherwise(self) -> bool:
        return self.otherwise is not None or "otherwise" in self.unknown

    def slips(self) -> Iterator[Problem]:
        if self.is_otherwise:
            for other in ("when", "then"):
                if getattr(self, other):
                    yield _slip((*self.at, other), f"a row with `otherwise` has no `{other}`", key=True)
        elif self.lacks("when") and self.lacks("then") and self.lacks("set"):
            yield _slip(self.at, "this row says neither `when` nor `otherwise`")


class WithinRow(Part, title="a row of `within`"):
    """A time for some cases."""

    when: dict[FactRef, tuple[FactTest, ...]] = key("The cases that this time is for.", {})
    within: Time | None = key("The longest the step may take in these cases.", None)
    otherwise: Time | None = key("In the last row: the time for all other cases.", None)

    def slips(self) -> Iterator[Problem]:
        if self.lacks("within") and self.lacks("otherwise"):
            yield _slip(self.at, "a row of `within` needs `within` (with `when`), or `otherwise`", "SOP003")


class Step(Part, title="a step"):
    """One thing that one role does."""

    id: Id = key("A stable name: links, approvals and training hold on to it. It is never reused.")
    title: Line = key("What is done here, as an imperative sentence.")
    role: RoleRef | None = key(
        "Who does it: a role, team or schedule. Required unless the step is an `escalate` or a `call`.", None
    )  # fmt: skip
    within: Time | Filled[tuple[WithinRow, ...]] | None = key(
        "The longest the step may take (a ceiling): one duration, or rows of `when` and `within`.", None, weight=Weight.CLOCK, ordered=True
    )  # fmt: skip
    wait: Time | None = key("The shortest it must take (a floor): a notice period, a cooling-off.", None)
    text: Markdown | None = key("How it is done, in Markdown.", None)
    checklist: tuple[Check, ...] = key("What must be ticked before the step is done.", (), ordered=True)
    at_most: Count | None = key(
        "How often a case may enter the step; it bounds a loop.", None, weight=Weight.DECISION
    )
    after_that: Target | None = key(
        "Where a case goes instead of entering once more.", None, weight=Weight.DECISION
    )
    asks: tuple[FactRef, ...] = key("Facts that are asked (again) here, before the step decides.", ())
    decide: Filled[tuple[Row, ...]] = key("The decision table.", (), weight=Weight.DECISION, ordered=True)
    hit_policy: Literal["unique", "first", "any"] = key(
        "How rows are chosen. `unique`: at most one matches; `first`: the first that matches wins; `any`: several may match if `then` and `set` are the same.",
        "unique", weight=Weight.DECISION,
    )  # fmt: skip
    ask: Line | None = key("One question for judgement; `answers` says where each answer leads.", None)
    answers: dict[Answer, Target] = key("A target for each answer to `ask`.", {}, weight=Weight.DECISION)
    call: SopRef | None = key(
        "Run that SOP here, and come back with one of its outcomes.", None, weight=Weight.DECISION
    )
    on: dict[Answer, Target] = key(
        "A target for each outcome of the called SOP; `otherwise` for the rest.", {}, weight=Weight.DECISION
    )
    escalate: PathRef | None = key(
        "Hand the case up this escalation path and wait for its answer.", None, weight=Weight.AUTHORITY
    )
    notice: NoticeRef | None = key("The notice that this step sends.", None)
    on_overdue: PathRef | None = key(
        "The escalation path that starts when `within` has passed.", None, weight=Weight.AUTHORITY
    )
    next: Target | None = key("Where to go from here; without it, the following step.", None)
    independent_of: tuple[StepRef, ...] = key(
        "Steps whose role, and whoever reports to it, may not do this one.", (), weight=Weight.AUTHORITY
    )
    consulted: tuple[RoleRef, ...] = key("Roles that are asked before it is done.", ())
    informed: tuple[RoleRef, ...] = key("Roles that are told when it is done.", ())
    implements: tuple[ClauseRef, ...] = key(
        "The clauses that this step carries out.", (), weight=Weight.CLARIFIED
    )
    tools: tuple[Markdown, ...] = key("What it is done with.", (), weight=Weight.CLARIFIED)
    records: tuple[Markdown, ...] = key("What it leaves behind.", ())
    human: bool = key("`true`: a person decides here, not a machine.", False, weight=Weight.AUTHORITY)

    def slips(self) -> Iterator[Problem]:
        if _ENTWINED.isdisjoint(self.__dict__) and type(self.within) is not tuple:
            return  # which most steps are
        ways = [word for word in ("decide", "ask", "call") if getattr(self, word)]
        if len(ways) > 1:
            both = " and ".join(f"`{word}`" for word in ways)
            yield _slip((*self.at, ways[1]), f"a step has only one of `decide`, `ask` and `call`; this one has {both}", key=True)  # fmt: skip
        if self.escalate and (other := next((w for w in ("decide", "call") if getattr(self, w)), "")):
            yield _slip((*self.at, other), f"an `escalate` stands alone or with an `ask`, not with `{other}`", key=True)  # fmt: skip
        for one, other in (("ask", "answers"), ("answers", "ask"), ("on", "call"), ("at_most", "after_that"),
                           ("after_that", "at_most"), ("on_overdue", "within")):  # fmt: skip
            if getattr(self, one) and self.lacks(other) and getattr(self, other) != 0:
                code, about_key = ("SOP005", False) if one == "on_overdue" else ("SOP003", True)
                message = f"`{one}` needs `{other}` beside it"
                yield _slip((*self.at, one), message, code, key=about_key, help=_BESIDE[other])
        for word in ("answers", "on"):
            if self.next and getattr(self, word):
                message = f"`next` is never taken beside `{word}`, which say where the case goes"
                yield _slip((*self.at, "next"), message, help="delete it", severity=Severity.WARNING)
        if self.hit_policy != "unique" and self.lacks("decide"):  # data for programs writes out what is usual
            at = (*self.at, "hit_policy")
            yield _slip(
                at,
                "`hit_policy` needs `decide` beside it",
                "SOP003",
                key=True,
                help="delete it, or add the table",
            )
        yield from _last_row(self.at, "decide", self.decide)
        if not isinstance(self.within, Duration):  # a duration is a tuple too
            yield from _last_row(self.at, "within", self.within or ())
        if self.wait and (within := self.too_short):
            yield _slip((*self.at, "wait"), f"the step must wait {self.wait.words}, but be done within {within.words}")  # fmt: skip

    @property
    def too_short(self) -> Duration | None:
        """The time to be done in that its own wait is longer than."""
        if self.wait is None:
            return None
        rows = [self] if isinstance(self.within, Duration) else self.within or ()
        for row in rows:
            within = (row.within or row.otherwise) if isinstance(row, WithinRow) else self.within
            if isinstance(within, Duration) and _longer(self.wait, within):
                return within
        return None


def _longer(wait: Duration, within: Duration) -> bool:
    """Whether a wait is longer than the time for it in any calendar: opening hours are hours, a
    business day has no more than 24 of them, and from one to the next a whole day passes."""
    if wait.unit == within.unit:
        return wait.count > within.count
    if wait.unit == "bh" and within.unit == "bd":
        return wait.count > within.count * 24
    if within.business:
        return False
    if wait.unit == "bd":  # 1bd may be over in an hour, 2bd last longer than a day
        return (wait.count - 1) * 1440 >= within.minutes[1]
    return (wait.count * 60 if wait.business else wait.minutes[0]) > within.minutes[1]


_ENTWINED = frozenset({
    "decide", "ask", "answers", "call", "on", "escalate", "at_most", "after_that", "on_overdue", "wait",
    "hit_policy",
})  # fmt: skip
"""What a step may have that goes only with something else, or not with it."""


class Outcome(Part, title="an outcome", short="title"):
    """One way the SOP can end (an end event, in BPMN)."""

    title: Line = key("The result, as people say it.")
    text: Markdown | None = key("What it means for the case.", None)
    adverse: bool = key(
        "`true`: it takes something from somebody, who must be told and may contest it.", False
    )
    notice: NoticeRef | None = key("The notice that tells it.", None, weight=Weight.PROCEDURE)
    appeal: Appeal | None = key("How to contest it: a SOP, or a sentence where the way lies outside.", None)
    implements: tuple[ClauseRef, ...] = key(
        "The clauses that this outcome carries out.", (), weight=Weight.CLARIFIED
    )


class Deadline(Part, title="a deadline"):
    """A promise of time between two points of the way."""

    id: Id = key("A stable name.")
    kind: Literal["ceiling", "floor"] = key("`ceiling`: at the longest; `floor`: at the shortest.")
    from_: Point = key("Where the time starts: `trigger`, a step, or `SOP-ID#step`.", name="from")
    to: Filled[tuple[Point, ...]] = key("Where it ends: steps, outcomes, or SOPs that the case is handed to.")
    value: Time | None = key("The time; without it, that of the clause.", None)
    when: dict[FactRef, tuple[FactTest, ...]] = key("The cases that it is for.", {})
    implements: tuple[ClauseRef, ...] = key("The clauses that it carries out.", (), weight=Weight.CLARIFIED)

    def slips(self) -> Iterator[Problem]:
        if self.lacks("value") and self.lacks("implements"):
            yield _slip(
                self.at, "a deadline needs a `value`, or a clause in `implements` that has one", "SOP003"
            )


class Escalation(Part, title="an escalation"):
    """Something that may happen at any time in the SOP."""

    when: Line | None = key("What happens, in words.", None)
    after: Time | None = key("How long after `from` it starts.", None)
    from_: Point | None = key("Where the time starts: a step, by default the trigger.", None, name="from")
    path: PathRef | None = key("The people who are told; the case goes on.", None)
    then: Target | None = key("Where the case goes.", None)

    def slips(self) -> Iterator[Problem]:
        for one, other in (("when", "after"), ("path", "then")):
            if self.lacks(one) and self.lacks(other):
                yield _slip(self.at, f"an escalation needs `{one}` or `{other}`", "SOP003")


class Record(Part, title="a record"):
    """What the SOP leaves behind, and for how long it is kept."""

    what: Markdown = key("What is kept.")
    system: Line | None = key("Where it is kept.", None)
    retention: Time | None = key("For how long.", None)
    implements: tuple[ClauseRef, ...] = key("The clauses that it carries out.", (), weight=Weight.CLARIFIED)


class Question(Part, title="a question"):
    """A question of the self-check and of the training."""

    ask: Markdown = key("The question: best a case, and what now.")
    choices: tuple[Markdown, ...] = key("The answers to choose from.", ordered=True)
    answer: int = key("The number of the right choice; the first is 1.", weight=Weight.PROCEDURE)
    because: Markdown | None = key("Why it is right.", None)
    step: LocalStep | None = key("The step that it is about.", None)


class Training(Part, title="the training"):
    """Who must be trained on this SOP, and how it is checked."""

    required_for: tuple[RoleRef, ...] = key(
        "Roles that must have passed before they work by this SOP.", (), weight=Weight.PROCEDURE
    )
    pass_mark: Percentage | None = key(
        "Percent of right answers that are needed.", None, weight=Weight.PROCEDURE
    )
    retrain_on: Literal["major", "minor", "never"] = key(
        "The least change that asks for new training. `major`: who, what or when changes; `minor`: something is clarified; `never`: none.",
        "major",
        weight=Weight.PROCEDURE,
    )
    questions: tuple[Question, ...] = key("Questions of the check.", ())


class Change(Part, title="an entry of the change history"):
    """One version: what changed, why, and who approved it (after 21 CFR 820.40)."""

    version: Version = key("The version that the change made.")
    on: date = key("The day it was written.")
    author: RoleRef = key("The role that wrote it.")
    summary: Markdown = key("What changed.")
    reason: Markdown | None = key("Why.", None)
    approved_by: tuple[RoleRef, ...] = key("The roles that approved it.", ())
    effective_on: date | None = key("The day it took effect.", None)


class Authors(NamedTuple):
    """Who wrote a version: the role that its change history names, and whoever signs as author."""

    role: str | None
    names: dict[str, str]  # of those who sign as author, by how they are compared
    apart: bool  # one of the role has signed as author by name: another one may approve

    @classmethod
    def of(cls, entry: Change | None, signed: Iterable[Approval]) -> "Authors":
        """The entry of the change history, and all signatures of the version."""
        role = entry.author if entry else None
        named = [(each.name, each.role) for each in signed if each.meaning == "authorship" and each.name]
        apart = any(of_author == role for _, of_author in named)
        return cls(role, {as_compared(name): name for name, _ in named}, apart)

    def sign_by_name(self, approval: Approval) -> bool:
        return bool(approval.name) and as_compared(approval.name or "") in self.names

    def sign_by_role(self, approval: Approval) -> bool:
        return bool(self.role) and approval.role == self.role and not (self.apart and approval.name)

    def listed(self, entry: Change | None, approvals: Iterable[Approval]) -> list[Pointer]:
        """Where the entry names the role among those who approved, though nobody has signed in it."""
        if not entry or not self.role or self.role in (each.role for each in approvals):
            return []
        roles = enumerate(entry.approved_by or ())
        return [(*entry.at, "approved_by", i) for i, role in roles if role == self.role]


def as_compared(name: str) -> str:
    """A person's name, however it is written."""
    return " ".join(name.split()).casefold()


class Sop(Part, title="a SOP"):
    """A standard operating procedure."""

    id: SopId = key("The name by which everybody refers to it. It is never reused.")
    title: Line = key("What it is about, in a few words.")
    version: Version = key(
        "major: who, what or when changes; minor: clarified; patch: wording.",
        weight=Weight.WORDING,
        unversioned=True,
    )
    status: Status = key(
        "Where it is in its life. `draft`: being written, not to be worked by yet; `in-review`: being reviewed, not to be worked by yet; `approved`: approved, but not in force yet; `effective`: in force; `suspended`: not to be worked by for now; `superseded`: another SOP has taken its place; `withdrawn`: no longer in force.",
        weight=Weight.PROCEDURE,
        unversioned=True,
    )
    owner: RoleRef = key("The role that is accountable for it.", weight=Weight.AUTHORITY)
    classification: Literal["public", "internal", "confidential", "privileged"] = key(
        "Who may see it. `public`: everybody; `internal`: all who work here; `confidential`: those who need it; `privileged`: those whom legal privilege covers.",
        "internal",
    )
    audience: tuple[TeamRef, ...] = key("The teams that read it.", (), weight=Weight.CLARIFIED)
    tags: tuple[Label, ...] = key("Words to find it by.", (), weight=Weight.WORDING)
    applies_to: AppliesTo | None = key(
        "Where and for whom it applies; without it, everywhere.", None, weight=Weight.DECISION
    )
    implements: tuple[ClauseRef, ...] = key(
        "The clauses that the SOP as a whole carries out.", (), weight=Weight.CLARIFIED
    )
    supersedes: tuple[SopRef, ...] = key("The SOPs that it takes the place of.", ())
    formerly: tuple[SopId, ...] = key(
        "Ids that it had before it was renamed; their addresses lead here.",
        (),
        weight=Weight.WORDING,
        unversioned=True,
    )
    effective_on: date | None = key("The day it takes effect.", None, weight=Weight.WORDING, unversioned=True)
    review_by: date | None = key(
        "The day by which somebody must have read it again.", None, weight=Weight.WORDING, unversioned=True
    )
    approvals: tuple[Approval, ...] = key(
        "Who gave their word for this version.", (), weight=Weight.WORDING, unversioned=True
    )
    purpose: Markdown = key("What it is for, in a sentence or two.")
    scope: Markdown = key("What it covers, and what it does not.")
    trigger: Markdown = key("The event that starts it.")
    prerequisites: tuple[Markdown, ...] = key("What must be there before it can start.", ())
    facts: dict[Id, Fact] = key("Facts of the case that only this SOP knows.", {}, weight=Weight.DECISION)
    steps: Filled[tuple[Step, ...]] = key(
        "What is done, in order. A case starts at the first step.", ordered=True
    )
    outcomes: Filled[dict[Id, Outcome]] = key("The ways it can end.", weight=Weight.DECISION)
    deadlines: tuple[Deadline, ...] = key("Promises of time.", (), weight=Weight.CLOCK)
    escalations: tuple[Escalation, ...] = key(
        "What may happen at any time in this SOP.", (), weight=Weight.AUTHORITY
    )
    records: tuple[Record, ...] = key("What it leaves behind.", ())
    metrics: tuple[MetricRef, ...] = key("The figures by which it is judged.", (), weight=Weight.CLARIFIED)
    training: Training | None = key(
        "Who must be trained, and how it is checked.", None, weight=Weight.CLARIFIED
    )
    scenarios: tuple[Scenario, ...] = key("Cases that test it.", (), weight=Weight.WORDING, unversioned=True)
    change_history: Filled[tuple[Change, ...]] = key(
        "Its versions, newest first.", weight=Weight.WORDING, unversioned=True
    )
    not_applicable: dict[Label, Markdown] = key(
        "Sections that do not apply, each with the reason.", {}, weight=Weight.CLARIFIED
    )
    notes: Markdown | None = key("Anything else that readers should know.", None)

    @property
    def entry(self) -> Change | None:
        """What the change history says of this version."""
        entries = (each for each in self.change_history or () if each)
        return next((each for each in entries if each.version == self.version), None)

    def is_overdue(self, today: date) -> bool:
        """Whether people work by it although somebody should have read it again."""
        return self.status in IN_USE and self.review_by is not None and self.review_by < today

    @cached_property
    def steps_by_id(self) -> dict[str, Step]:
        return {step.id: step for step in reversed(self.known_steps)}

    @cached_property
    def known_steps(self) -> list[Step]:
        """The steps that could be read and have an id."""
        return [step for step in self.steps or () if step and step.id]

    @property
    def steps_whole(self) -> bool:
        """False where a step may be missing only because it could not be read, or has the id of another."""
        whole = "steps" not in self.unknown and len(self.known_steps) == len(self.steps or ())
        return whole and self.ids_apart

    @property
    def ids_apart(self) -> bool:
        """False where two steps have one id, so that nobody knows which of them is meant."""
        return len(self.steps_by_id) == len(self.known_steps)

    def slips(self) -> Iterator[Problem]:
        if self.status in APPROVED:
            for word in ("effective_on", "review_by"):
                if self.lacks(word):
                    yield _slip((), f"a SOP with status `{self.status}` needs `{word}`", "SOP003")
        deadlines = [(each.at, each.from_) for each in self.deadlines or () if each]
        escalations = [(each.at, each.from_) for each in self.escalations or () if each]
        for at, start in (*deadlines, *escalations):
            if start and start in (self.outcomes or ()) and start not in self.steps_by_id:
                yield _slip((*at, "from"), f"`{start}` is an outcome; a time starts at `trigger` or a step")
        for scenario in self.scenarios:
            if scenario and self.id and not scenario.tests(self.id):
                message = f"a scenario in the file of a SOP tests that one, not `{scenario.sop}`"
                help = "delete `sop`, or move the scenario there or to a register"
                yield _slip((*scenario.at, "sop"), message, help=help)


_BESIDE = {
    "ask": "say the question in `ask`",
    "answers": "say in `answers` where each answer leads",
    "call": "say in `call` which SOP is run",
    "after_that": "say in `after_that` where the case goes instead of entering once more",
    "at_most": "say in `at_most` how often a case may enter the step",
    "within": "say in `within` how long the step may take",
}


def _slip(at: Any, message: str, code: str = "SOP005", **more: Any) -> Problem:
    return Problem(code, Finding(at, message, **more))


def _last_row(at: Any, word: str, rows: tuple[Any, ...]) -> Iterator[Problem]:
    for i, row in enumerate(rows[:-1]):
        if row and row.otherwise is not None:
            yield _slip((*at, word, i), "`otherwise` takes all that is left, so it is the last row")
