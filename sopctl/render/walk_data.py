"""What the walker on a SOP's page goes by: the steps as plain data, with every test worked out.

Each SOP is one script that hands its data to `walk.js`. A script can be loaded where a page was
opened from a folder, and nothing in it is left to be parsed: tests are sets of values, and times
are stretches of calendars. What has an order or is named by a writer is a list of pairs.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from html import unescape
from typing import Any

from sopctl.analysis.calendar import Hours, Measure
from sopctl.analysis.calls import endings
from sopctl.analysis.chains import Chain, Earlier
from sopctl.analysis.clock import clock
from sopctl.analysis.lasting import Share, Shares
from sopctl.analysis.untimed import untimed
from sopctl.model import unary
from sopctl.model.duration import Duration
from sopctl.model.registers import Fact
from sopctl.model.sop import Check, Escalation, Outcome, Row, Sop, Step, WithinRow
from sopctl.render import words
from sopctl.render.links import Links
from sopctl.render.plain import plain

Data = dict[str, Any]
Pairs = list[tuple[Any, Any]]

_AHEAD = 5 * 366 * 1440
"""Ways that begin in the two years that are looked at may last some years more."""


def script_path(id: str) -> str:
    return f"sops/{id}.walk.js"


class Walks:
    """Makes the data of every SOP of a library."""

    def __init__(self, links: Links) -> None:
        self.links, self.library = links, links.library
        self._shares = Shares(self.library)
        self._patterns: dict[str, Data] = {}
        self._passing: dict[tuple[int, tuple[str, ...] | None], list[Any] | None] = {}

    def script(self, sop: Sop) -> str:
        """The script of one SOP. Nothing that a writer wrote can end it early."""
        text = json.dumps(_Walk(sop, self).data, ensure_ascii=False, separators=(",", ":"))
        for mark in "<\u2028\u2029":
            text = text.replace(mark, f"\\u{ord(mark):04x}")
        return f"sopctlWalk.add({text});\n"

    @cached_property
    def window(self) -> tuple[int, int]:
        """The two years that the command looks at, too."""
        return clock(self.library).window

    def pattern(self, hours: Hours) -> Data:
        """The opening hours of a calendar, from some weeks before the window on."""
        if hours.name not in self._patterns:
            first, last = self.window
            found = hours.pattern((first // 1440 - 21) * 1440, last + _AHEAD)
            self._patterns[hours.name] = found._asdict()
        return self._patterns[hours.name]

    def passing(self, fact: Fact | None, tests: tuple[str, ...] | None) -> list[Any] | None:
        """The choices or intervals that pass; None for whatever the fact can be."""
        key = id(fact), tests  # the library keeps its facts: no other gets the number of one
        if key not in self._passing:
            self._passing[key] = _passing(fact, tests)
        return self._passing[key]

    def step(self, sop: Sop, step: Step, time: Duration | None = None) -> Share:
        return self._shares.of_step(sop, step, (time,))

    def call(self, sop: Sop, step: Step) -> dict[str, Share | None]:
        return self._shares.of_call(sop, step)

    def wait(self, sop: Sop, step: Step) -> Chain:
        return self._shares.wait(sop, step)


class _Walk:
    """The data of one SOP."""

    def __init__(self, sop: Sop, walks: Walks) -> None:
        self.sop, self.walks = sop, walks
        self.links, self.library = walks.links, walks.library
        self._hours: dict[str, Hours] = {}
        self._facts: dict[str, None] = {}
        self._others: dict[str, None] = {}

    @property
    def data(self) -> Data:
        sop = self.sop
        steps = [
            self._step(number, step)
            for number, step in enumerate(sop.known_steps, 1)
            if step is sop.steps_by_id[step.id]
        ]
        outcomes = [(id, self._outcome(each)) for id, each in (sop.outcomes or {}).items() if each]
        return _told(
            id=sop.id,
            title=sop.title or sop.id,
            version=sop.version or "?",
            caution=self._caution(),
            first=(sop.steps[0].id if sop.steps and sop.steps[0] else None),
            own=sorted(sop.facts or {}),
            steps=steps,
            outcomes=outcomes,
            escalations=[self._escalation(each) for each in sop.escalations or () if each],
            facts=[(id, self._fact(id, fact)) for id in self._facts if (fact := self.library.fact(sop, id))],
            others=[(id, other.title or id) for id in self._others if (other := self.library.sop(id))],
            window=self.walks.window if self._hours else None,
            calendars=[(name, self.walks.pattern(hours)) for name, hours in sorted(self._hours.items())],
        )

    def _caution(self) -> str:
        """Why nobody should work by the SOP; empty where everybody may."""
        said = words.CAUTION.get(self.library.status_of(self.sop) or "", "")
        taken = [f"{other.id} {other.title or ''}".strip() for other in self.library.successors(self.sop.id)]
        return f"{said} Its place is taken by {words.listed(taken)}." if said and taken else said

    # Steps

    def _step(self, number: int, step: Step) -> tuple[str, Data]:
        try:
            rows, within = [self._row(row) for row in step.decide or ()], [*self._within(step)]
            unreadable = not self._readable(step)
        except _Unreadable:
            rows, within, unreadable = [], [], True
        return step.id, _told(
            number=number,
            title=step.title or step.id,
            text=self._plain(step.text),
            about=[*self._about(step)],
            more=[*self._more(step)],
            checklist=[self._check(each) for each in step.checklist or () if each],
            notice=self._notice(step.notice),
            unreadable=unreadable,
            asks=[self._known(id) for id in step.asks or () if id],
            rows=rows,
            policy=step.hit_policy if step.decide and step.hit_policy != "unique" else None,
            ask=step.ask,
            answers=[(answer, self._target(to)) for answer, to in (step.answers or {}).items()],
            call=step.call and self._call(step, step.call),
            on=[(end, self._target(to)) for end, to in (step.on or {}).items()],
            escalate=step.escalate,
            next=self._target(self._follow(step)),
            at_most=step.at_most,
            after_that=self._target(step.after_that),
            within=within,
            lasts=self._share(self.walks.step(self.sop, step)) if not _rows(step) else None,
        )

    def _readable(self, step: Step) -> bool:
        decisive = {"asks", "decide", "hit_policy", "ask", "answers", "call", "on", "escalate", "at_most"}
        known = all(id and self.library.fact(self.sop, id) for id in step.asks or ())
        return known and not (decisive | {"after_that"}) & step.unknown

    def _follow(self, step: Step) -> str | None:
        """Where the step leads when nothing else says so."""
        if step.next or "next" in step.unknown:
            return step.next
        place = step.at[-1]
        later = self.sop.steps[place + 1 :] if isinstance(place, int) else ()
        return later[0].id if later and later[0] else None

    def _target(self, to: str | None) -> str | None:
        if to and to[:1].isupper():
            self._others[to] = None
        return to or None

    def _about(self, step: Step) -> Iterator[tuple[str, str]]:
        """What stands beside the title: kind and words."""
        if step.role:
            yield "who", self._person(step.role)
        if step.escalate:
            yield "up", f"goes up to {self._path(step.escalate)}"
        if isinstance(step.within, Duration):
            yield "time", f"within {step.within.words}"
        if step.wait:
            yield "time", words.not_before(step.wait)
        if step.on_overdue:
            yield "late", f"when that time is over: {self._path(step.on_overdue)}"
        if step.human:
            yield "human", "a person decides"
        if any(step.independent_of):
            others = [self._point(each) for each in step.independent_of if each]
            yield "apart", f"not done by {words.apart(others)}"

    def _more(self, step: Step) -> Iterator[tuple[str, str]]:
        """What else is in reach: name and words."""
        for name, said in (
            ("Ask first", step.consulted and self._people(step.consulted)),
            ("Tell afterwards", step.informed and self._people(step.informed)),
            ("With", "; ".join([self._plain(each) for each in step.tools or () if each])),
            ("Leaves behind", "; ".join([self._plain(each) for each in step.records or () if each])),
        ):
            if said:
                yield name, said

    def _check(self, check: Check) -> Data:
        remarks = (
            check.role and self._person(check.role),
            check.within and f"within {check.within.words}",
            check.evidence and f"shown by: {self._plain(check.evidence)}",
        )
        return _told(text=self._plain(check.text), remark=" · ".join(each for each in remarks if each))

    def _call(self, step: Step, called: str) -> Data:
        """The SOP that is run, the outcomes that can be told of it, what it takes to each, and its wait."""
        self._others[called] = None
        other = self.library.sop(called)
        spent = self.walks.call(self.sop, step)
        return _told(
            id=called,
            ends=[*self._ends(step, other)] if other else [],
            lasts=[(end, share and self._share(share)) for end, share in spent.items()],
            wait=self._chain(self.walks.wait(self.sop, step)),
        )

    def _ends(self, step: Step, called: Sop) -> Iterator[tuple[Any, ...]]:
        """The outcomes with which the call can come back: id, title, and the notice of its own."""
        by = endings(self.library, called).named
        handled = [end for end in step.on or () if end != "otherwise" and end in by]
        rest = [end for end in by if end not in handled] if not step.on or "otherwise" in step.on else []
        for end in [*handled, *rest]:
            owner = self.library.sop(by[end])
            outcome = (owner.outcomes or {}).get(end) if owner else None
            notice = self._notice(outcome.notice) if outcome and owner is called else None
            yield end, (outcome.title if outcome else None) or end, *([notice] if notice else [])

    # Time

    def _within(self, step: Step) -> Iterator[Data]:
        for row in _rows(step):
            time = row.within or row.otherwise
            share = self.walks.step(self.sop, step, time)
            yield _told(when=self._tests(row), words=words.time(time), lasts=self._share(share))
        for kind in untimed(step, lambda name: self.library.fact(self.sop, name)):
            when = [(self._known(id), _values(fact, values)) for id, (fact, values) in kind.items()]
            yield _told(when=when, lasts=self._share(self.walks.step(self.sop, step)))

    def _share(self, share: Share) -> Data:
        return _told(
            chains=[self._chain(each) for each in share.chains] if share.chains != ((),) else None,
            unknown=list(share.unknown),
        )

    def _chain(self, chain: Chain) -> Pairs:
        return [(self._measure(hours), minutes) for hours, minutes in chain]

    def _measure(self, hours: Measure | None) -> Any:
        """The name of a calendar, none for the clock; or a chain and others, of which what is through first
        counts."""
        if isinstance(hours, Earlier):
            return self._chain(hours.one), [self._chain(each) for each in hours.others]
        assert hours is None or isinstance(hours, Hours)  # of ways that are slowest, no other measure
        if hours:
            self._hours[hours.name] = hours
        return hours.name if hours else ""

    # Decisions

    def _row(self, row: Row) -> Data:
        if not row or row.unknown or not all((row.set or {}).values()):
            raise _Unreadable
        return _told(
            otherwise=row.is_otherwise,
            when=self._tests(row),
            to=self._target(row.target),
            set=[(self._known(id), value) for id, value in (row.set or {}).items()],
            because=self._plain(row.because),
        )

    def _tests(self, row: Row | WithinRow) -> Pairs:
        """The values that pass, by fact; a fact that may be anything is left out."""
        found = []
        for id, tests in (row.when or {}).items():
            passing = self.walks.passing(self.library.fact(self.sop, id), tests)
            if passing is not None:
                found.append((self._known(id), passing))
        return found

    def _known(self, id: str) -> str:
        self._facts[id] = None
        return id

    def _fact(self, id: str, fact: Fact) -> Data:
        choices = unary.choices(fact)
        labels = fact.labels if fact.type == "choice" else {"yes": "Yes", "no": "No"}
        return _told(
            ask=words.question(fact, id),
            choices=[(each, labels.get(each) or each) for each in choices],
            kind="" if choices else words.kind(fact),
            whole=fact.type == "integer",
            min=None if fact.min is None else unary.written(fact.min),
            max=None if fact.max is None else unary.written(fact.max),
            unit=fact.unit,
        )

    # Ends

    def _outcome(self, outcome: Outcome) -> Data:
        return _told(
            title=outcome.title,
            text=self._plain(outcome.text),
            adverse=bool(outcome.adverse),
            notice=self._notice(outcome.notice),
            appeal=self._target(outcome.appeal),
            contest=self._plain(outcome.appeal),
        )

    def _escalation(self, each: Escalation) -> Data:
        after = f"{each.after.words} after {self._points([each.from_ or 'trigger'])}" if each.after else ""
        return _told(
            words=", ".join(filter(None, (each.when, after))),
            path=self._path(each.path) if each.path else "",
            to=self._target(each.then),
        )

    # Words

    def _plain(self, text: str | None) -> str:
        return plain(text, self.links, self.sop)

    def _person(self, id: str) -> str:
        found = self.library.person(id)
        return (found.title if found else None) or id

    def _people(self, ids: Iterable[str | None]) -> str:
        return words.listed([self._person(id) for id in ids or () if id])

    def _path(self, id: str) -> str:
        """An escalation path, with those who are told first."""
        path = self.library.paths.get(id)
        if path is None:
            return id
        first = self._people(path.levels[0].to) if path.levels and path.levels[0] else ""
        return f"{path.title or id}{first and f', first {first}'}"

    def _notice(self, id: str | None) -> tuple[str, str] | None:
        found = self.library.notices.get(id) if id else None
        return (id, (found.title if found else None) or id) if id else None

    def _points(self, places: Iterable[str | None] | None) -> str:
        return words.listed([self._point(each) for each in places or () if each])

    def _point(self, written: str) -> str:
        if written == "trigger":
            return "the start"
        target = written if "#" in written or written[:1].isupper() else f"#{written}"
        found = self.links.reference(target, self.sop)
        return unescape(found[0]) if found else written


def _rows(step: Step) -> tuple[WithinRow, ...]:
    """The rows of a step's `within`, where it has rows."""
    within = step.within
    return () if within is None or isinstance(within, Duration) else tuple(row for row in within if row)


class _Unreadable(Exception):
    """A part of a step could not be read; the linter has said so."""


def _passing(fact: Fact | None, tests: tuple[str, ...] | None) -> list[Any] | None:
    if not fact or not unary.settled(fact) or not tests or not all(tests):
        raise _Unreadable
    try:
        values = unary.parse(fact, tests)
    except unary.TestSlip:
        raise _Unreadable from None
    if values == unary.every(fact):
        return None
    return _values(fact, values)


def _values(fact: Fact, values: unary.Values) -> list[Any]:
    if isinstance(values, frozenset):
        return [each for each in unary.choices(fact) if each in values]
    return [[_end(each.start[0]), each.start[1], _end(each.end[0]), each.end[1]] for each in values]


def _end(number: unary.Number) -> str | None:
    """The end of an interval as it is written; None where there is none."""
    return None if number in (unary.FOREVER, -unary.FOREVER) else unary.plain(number)


def _told(**said: Any) -> Data:
    """What there is to tell: nothing that is empty."""
    return {name: each for name, each in said.items() if each or (each == 0 and each is not False)}
