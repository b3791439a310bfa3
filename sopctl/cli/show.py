"""`sopctl show`."""

import re
import sys
from collections.abc import Iterator
from typing import Annotated

from sopctl import columns
from sopctl.analysis.program import within_rows
from sopctl.cli import ground
from sopctl.cli.completion import sop_ids
from sopctl.cli.options import Argument, Today
from sopctl.cli.wanted import wanted_sop
from sopctl.library import REGISTER_OF, Library
from sopctl.model import Sop
from sopctl.model.duration import Duration
from sopctl.model.sop import Check, Escalation, Row, Step, WithinRow
from sopctl.prose import REFERENCE, meaning
from sopctl.render import words
from sopctl.terminal import shown

_WIDTH, _NARROWEST = 88, 30


def show(
    id: Annotated[str, Argument("The id of the SOP.", "ID", sop_ids)],
    today: Today = None,
) -> int:
    """Show one SOP in the terminal: what it is for, its steps, where each way goes."""
    library = ground.find().library(ground.day(today))
    sys.stdout.write(shown("\n".join(Page(wanted_sop(library, id), library).lines()) + "\n"))
    return 0


def _width() -> int:
    """What can be read in one glance, or a terminal that is narrower; a pipe gets the same from everywhere."""
    if not sys.stdout.isatty():
        return _WIDTH
    from shutil import get_terminal_size

    return min(_WIDTH, max(_NARROWEST, get_terminal_size().columns))


class Page:
    """One SOP as lines of text; its status is that of today, unless another is known to count."""

    def __init__(self, sop: Sop, library: Library, status: str | None = None) -> None:
        self.sop, self.library = sop, library
        self.status = status or library.status_of(sop)
        self.width = _width()

    def lines(self) -> Iterator[str]:
        sop = self.sop
        yield f"{sop.id}  {sop.title}"
        yield "=" * columns.wide(f"{sop.id}  {sop.title}")
        status = self.status or ""
        yield f"version {sop.version}, {words.STATUS.get(status, 'status unknown').lower()}, owner: {self.person(sop.owner)}"
        since = words.effective(status, sop.effective_on, self.library.today).lower()
        dates = [(since, sop.effective_on), ("review by", sop.review_by)]
        yield ", ".join(f"{name} {words.day(when)}" for name, when in dates if when) or "no dates yet"
        if caution := words.CAUTION.get(status):
            yield caution
        for title, text in (("Purpose", sop.purpose), ("Scope", sop.scope), ("Starts when", sop.trigger)):
            yield from ("", *self.wrapped(f"{title}: {text}", ""))
        for step in sop.known_steps:
            yield from ("", *self.step(step))
        yield from ("", "Ends")
        for end in (sop.outcomes or {}).values():
            if end:
                yield from self.wrapped(
                    f"{'▲' if end.adverse else '●'} {end.title}{self.told(end.notice, end.appeal)}", "  "
                )
        if any(sop.escalations or ()):
            yield from ("", "At any time")
        for escalation in sop.escalations or ():
            if escalation:
                yield from self.wrapped(self.escalation(escalation), "  ")

    def step(self, step: Step) -> Iterator[str]:
        yield from self.head(step)
        yield from self.ways(step)

    def head(self, step: Step, within: str = "") -> Iterator[str]:
        """What the person at work needs: who does it and by when, how, and what goes out. `within` is
        the time in a case of which more is known."""
        yield f"{_number(step)}. {step.title}"
        wait = words.not_before(step.wait) if step.wait else ""
        about = [
            self.person(step.role),
            within or self.time(step),
            wait,
            "a person decides" if step.human else "",
        ]
        if any(about):
            yield "   " + " · ".join(each for each in about if each)
        for row in () if within else within_rows(step):
            yield from self.wrapped(self.time_of(row), "   ")
        if any(step.independent_of):
            others = [self.point(each) for each in step.independent_of if each]
            yield from self.wrapped(f"not by {words.apart(others)}", "   ")
        if step.on_overdue:
            yield f"   when that time is over: {self.path(step.on_overdue)}"
        if step.text:
            yield from self.wrapped(step.text, "   ")
        for check in step.checklist:
            if check:
                yield from self.wrapped(f"[ ] {check.text}{self.by(check)}", "   ", "       ")
        if step.notice:
            notice = self.library.notices.get(step.notice)
            yield f"   send: {notice.title if notice else step.notice} ({step.notice})"

    def by(self, check: Check) -> str:
        """Who does an item of a checklist, by when, and what shows it."""
        within = f"within {words.time(check.within)}" if check.within else ""
        evidence = f"shown by: {check.evidence.strip()}" if check.evidence else ""
        said = " · ".join(each for each in (self.person(check.role), within, evidence) if each)
        return f" ({said})" if said else ""

    def ways(self, step: Step) -> Iterator[str]:
        if step.escalate:
            path = self.library.paths.get(step.escalate)
            yield f"   hand up: {path.title if path else step.escalate}"
        if step.call:
            other = self.library.sop(step.call)
            yield f"   do {step.call}{f' {other.title}' if other else ''}, then"
        for fact in step.asks:
            if fact:
                yield from self.wrapped(words.question(self.library.fact(self.sop, fact), fact), "   ")
        if step.ask:
            yield from self.wrapped(step.ask, "   ")
        if step.decide and step.hit_policy != "unique":
            several = "any row that fits counts: they say the same"
            yield f"   {several if step.hit_policy == 'any' else 'the first row that fits counts'}"
        for row in step.decide:
            if row:
                yield from self.wrapped(self.row(row, step), "   → ", "     ")
        ends = [(self.outcome(step, id), target) for id, target in step.on.items()]
        for answer, target in [*step.answers.items(), *ends]:
            yield from self.wrapped(f"{answer}: {self.target(target or '?')}", "   → ", "     ")
        if step.next and not (step.answers or step.on):
            yield f"   → {self.target(step.next)}"
        if step.at_most is not None:
            yield f"   {words.often(step.at_most)} at most, after that → {self.target(step.after_that or '?')}"

    def outcome(self, step: Step, id: str) -> str:
        """An outcome of the SOP that a step calls, by its title."""
        other = self.library.sop(step.call) if step.call else None
        end = (other.outcomes or {}).get(id) if other else None
        return end.title if end and end.title else id

    def escalation(self, escalation: Escalation) -> str:
        """What happens, and who is told or where the case goes."""
        since = f" from {self.point(escalation.from_)} on" if escalation.from_ else ""
        after = (
            f"when {words.time(escalation.after)}{since} {'is' if escalation.after.count == 1 else 'are'} over"
            if escalation.after
            else ""
        )
        goes = [
            self.path(escalation.path) if escalation.path else "",
            f"→ {self.target(escalation.then)}" if escalation.then else "",
        ]
        return f"{escalation.when or after}: {', '.join(each for each in goes if each)}"

    def path(self, id: str) -> str:
        """An escalation path with those who are told first."""
        path = self.library.paths.get(id)
        if path is None:
            return id
        first = (
            [self.person(each) for each in path.levels[0].to or () if each]
            if path.levels and path.levels[0]
            else []
        )
        return f"{path.title} ({id})" + (f", first {words.listed(first)}" if first else "")

    def point(self, written: str) -> str:
        """A step, of this SOP or another: `decide`, `#decide`, `TS-APP-001#decide`."""
        sop, mark, step = written.partition("#")
        return self.target(step) if mark and sop in ("", self.sop.id) else self.target(written)

    def row(self, row: Row, step: Step) -> str:
        case = words.rest(step.decide) if row.is_otherwise else self.cases(row) or "always"
        why = f" ({row.because})" if row.because else ""
        sets = "".join(
            f", {words.spaced(id)} becomes {words.value(self.library.fact(self.sop, id), str(value))}"
            for id, value in row.set.items()
        )
        return f"{case}: {self.target(row.target or step.next or 'the next step')}{sets}{why}"

    def cases(self, row: Row | WithinRow) -> str:
        return ", ".join(
            words.case(id, self.library.fact(self.sop, id), test) for id, test in row.when.items()
        )

    def target(self, target: str) -> str:
        if step := self.sop.steps_by_id.get(target):
            return f"{_number(step)} {step.title}"
        if end := (self.sop.outcomes or {}).get(target):
            return f"{'▲' if end.adverse else '●'} {end.title}"
        other = self.library.sop(target)
        return f"{target} {other.title}" if other else target

    def told(self, notice: str | None, appeal: str | None) -> str:
        told = self.library.notices.get(notice or "")
        said = [
            f"notice: {told.title if told else notice}" if notice else "",
            f"to contest: {appeal}" if appeal else "",
        ]
        inside = "; ".join(each for each in said if each)
        return f" ({inside})" if inside else ""

    def person(self, id: str | None) -> str:
        found = self.library.person(id) if id else None
        return found.title if found else id or ""

    def time(self, step: Step) -> str:
        return f"within {words.time(step.within)}" if isinstance(step.within, Duration) else ""

    def time_of(self, row: WithinRow) -> str:
        time = f"within {words.time(row.within or row.otherwise)}"
        return f"{time} where {self.cases(row)}" if row.when else f"otherwise {time}"

    def wrapped(self, text: str, first: str, rest: str | None = None) -> Iterator[str]:
        """Markdown as plain lines: references by their names, paragraphs and items kept."""
        after = " " * len(first) if rest is None else rest
        plain = REFERENCE.sub(self.named, text)
        for number, line in enumerate(_paragraphs(plain)):
            yield from columns.wrapped(line, self.width, after if number else first, after) or [""]

    def named(self, found: re.Match[str]) -> str:
        """A reference by its label, or by the name that people know."""
        if found[2]:
            return found[2]
        kind, target = meaning(found[1].strip())
        entry = self.library.person(target) if kind in ("role", "team") else None
        for register in REGISTER_OF.get(kind, ()):
            entry = entry or self.library.register(register).get(target)
        return str(getattr(entry, "title", None) or target)


def _number(step: Step) -> int:
    return int(step.at[-1]) + 1


def _paragraphs(text: str) -> Iterator[str]:
    """Lines that belong together, joined; an empty line stays."""
    together: list[str] = []
    for line in [*text.strip().splitlines(), ""]:
        starts = re.match(r"\s*(?:[-*+>|#]|\d+[.)])\s?", line)
        if together and (starts or not line.strip()):
            yield " ".join(together)
            together = []
        if line.strip():
            together.append(line.strip())
