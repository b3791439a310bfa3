"""What people have to do with the SOPs: the pages of roles, rotas and teams."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from sopctl.analysis import lately
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath, Metric, Role, Schedule
from sopctl.model.sop import Change, Sop, Step
from sopctl.named import NamedTuple
from sopctl.render import words
from sopctl.render.ladder import ladder

Steps = list[tuple[Sop, Step]]
_COUNTED = ("approved", "effective")
"""What is in force, or will be: only that is counted, and asks for training."""


class Called(NamedTuple):
    """A rung of an escalation path on which somebody is told."""

    path: str
    when: str
    via: tuple[str, ...]
    within: str  # in which time it is to be acknowledged
    last: bool  # nobody has answered: they decide


class Part(NamedTuple):
    """Something that a step asks of a role that does not do the step."""

    sop: Sop
    step: Step
    how: str


class Line(NamedTuple):
    """A SOP, as the trainer of a role sees it."""

    sop: Sop
    steps: int
    tightest: str  # the shortest time that any of the steps leaves
    trained: bool  # whether the SOP asks for training
    questions: int
    mark: int | None
    since: Change | None  # the version after which training is due again


class Figures(NamedTuple):
    """How much the SOPs that are in force, or will be, ask of somebody."""

    steps: int
    sops: int
    trained: int


class Work:
    """By role, team or rota, everything that it does, in all SOPs; gathered once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.does: dict[str, Steps] = defaultdict(list)
        self.helps: dict[str, list[Part]] = defaultdict(list)
        self.owns: dict[str, list[Sop]] = defaultdict(list)
        self.trained: dict[str, list[Sop]] = defaultdict(list)
        self.called: dict[str, list[Called]] = defaultdict(list)
        self.reads: dict[str, list[Sop]] = defaultdict(list)
        self.measures: dict[str, list[tuple[str, Metric]]] = defaultdict(list)
        for sop in library.sops:
            self._take(sop)
        for id, path in sorted(library.paths.items()):
            self._climb(id, path)
        for id, metric in sorted(library.metrics.items()):
            if metric.owner:
                self.measures[metric.owner].append((id, metric))

    def by_sop(self, id: str) -> list[tuple[Sop, list[Step]]]:
        """The steps that somebody does, SOP by SOP."""
        found: dict[str, tuple[Sop, list[Step]]] = {}
        for sop, step in self.does.get(id, ()):
            found.setdefault(sop.id, (sop, []))[1].append(step)
        return [*found.values()]

    def figures(self, id: str) -> Figures:
        """What an index says of a role, team or rota."""
        steps = [(sop, step) for sop, step in self.does.get(id, ()) if is_counted(sop, self.library)]
        return Figures(len(steps), len({sop.id for sop, _ in steps}), len(self.trained.get(id, ())))

    def turns(self, id: str) -> list[str]:
        """The rotas in which a role takes its turn."""
        return self._turns.get(id, [])

    def reports(self, id: str) -> list[str]:
        """Who reports to a role."""
        return self._reports.get(id, [])

    def syllabus(self, id: str) -> list[Line]:
        """The SOPs of which a role does some step, also on a rota, or in which it must be trained."""
        steps: dict[str, list[Step]] = defaultdict(list)
        for who in (id, *self.turns(id)):
            for sop, step in self.does.get(who, ()):
                steps[sop.id].append(step)
        trained = {sop.id for who in (id, *self.turns(id)) for sop in self.trained.get(who, ())}
        sops = (self.library.sop(name) for name in sorted({*steps, *trained}))
        return [_line(sop, steps[sop.id], sop.id in trained) for sop in sops if sop]

    @cached_property
    def _turns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for id, rota in sorted(self.library.schedules.items()):
            for role in dict.fromkeys(rota.roles or ()):
                found[role].append(id)
        return found

    @cached_property
    def _reports(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for id, role in sorted(self.library.roles.items()):
            if role.reports_to:
                found[role.reports_to].append(id)
        return found

    def _take(self, sop: Sop) -> None:
        if sop.owner:
            self.owns[sop.owner].append(sop)
        if sop.training and is_counted(sop, self.library):
            for role in sop.training.required_for or ():
                self.trained[role].append(sop)
        for team in sop.audience or ():
            self.reads[team].append(sop)
        for step in sop.known_steps:
            if step.role:
                self.does[step.role].append((sop, step))
            for how, role in _asked(step):
                self.helps[role].append(Part(sop, step, how))

    def _climb(self, id: str, path: EscalationPath) -> None:
        rungs, exhausted = ladder(path)
        for rung in rungs:
            within = rung.level.ack_within.words if rung.level.ack_within else ""
            when = f"after {rung.after}" if rung.after else "at once"
            for role in dict.fromkeys(role for role in rung.level.to or () if role):
                self.called[role].append(Called(id, when, rung.level.via or (), within, False))
        if path.on_exhausted:
            when = f"after {exhausted}" if exhausted else "at last"
            self.called[path.on_exhausted].append(Called(id, when, (), "", True))


def is_counted(sop: Sop, library: Library) -> bool:
    """Whether a SOP is in force, or will be; a status that could not be read may say so."""
    return library.status_of(sop) in _COUNTED or "status" in sop.unknown


def _asked(step: Step) -> Iterator[tuple[str, str]]:
    items = [check.role for check in step.checklist or () if check and check.role]
    for how, roles in (
        ("ticks items", items),
        ("is asked first", step.consulted),
        ("is told afterwards", step.informed),
    ):
        for role in dict.fromkeys(role for role in roles or () if role):
            yield how, role


def _line(sop: Sop, steps: list[Step], trained: bool) -> Line:
    training = sop.training if trained else None
    questions = sum(bool(question) for question in training.questions or ()) if training else 0
    since = lately.retrained(sop) if training else None
    return Line(
        sop, len(steps), tightest(steps), trained, questions, training.pass_mark if training else None, since
    )


def tightest(steps: Iterable[Step]) -> str:
    """The shortest time that any of these steps leaves; opening hours count as they are written."""
    times = [step.within for step in steps if isinstance(step.within, Duration)]
    return min(times, key=_minutes).words if times else ""


def _minutes(time: Duration) -> int:
    """Minutes at the least; a business day as one of eight hours."""
    return time.count * {"bh": 60, "bd": 480}[time.unit] if time.business else time.minutes[0]


def clock(step: Step) -> str:
    """How long a step may take."""
    if isinstance(step.within, Duration):
        return words.time(step.within)
    return "a time that depends on the case" if step.within else ""


def members(library: Library, team: str) -> list[tuple[str, Role | Schedule]]:
    """The roles and rotas of a team, by title."""
    return [(id, person) for id, person in everybody(library) if person.team == team]


def everybody(library: Library) -> list[tuple[str, Role | Schedule]]:
    """All roles by title, then all rotas."""
    return [*_by_title(library.roles), *_by_title(library.schedules)]


def _by_title(entries: Mapping[str, Role | Schedule]) -> list[tuple[str, Role | Schedule]]:
    return sorted(
        entries.items(), key=lambda entry: (words.in_order(str(entry[1].title or entry[0])), entry[0])
    )
