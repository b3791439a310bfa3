"""Escalation paths: who is told when, who is there then, and who may give the answer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from sopctl.analysis.calendar import Hours, Moment, calendars
from sopctl.analysis.people import has_authority
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath, Level
from sopctl.named import NamedTuple


class Reached(NamedTuple):
    """One of the people that a level tells, and whether they are there."""

    id: str
    title: str
    there: bool
    back: Moment | None  # when they are there again
    authority: bool


class Rung(NamedTuple):
    """A level as it is told, in one of the passes."""

    turn: int
    level: int
    told: Moment
    until: Moment
    via: tuple[str, ...]
    people: tuple[Reached, ...]


class Timeline(NamedTuple):
    """A path as it runs from a moment at which nobody has acknowledged yet."""

    start: Moment
    rungs: tuple[Rung, ...]
    answer_by: Moment | None
    exhausted: Moment
    last: Reached | None


def timeline(path: EscalationPath, library: Library, at: Moment) -> Timeline:
    """Who is told when, if the path starts at a moment and nobody acknowledges."""
    levels = list(known_levels(path))
    ladder = offsets(path, library)
    rungs = []
    for turn in range(passes(path)):
        for (number, level), begun in zip(levels, ladder, strict=False):
            told = later(path, library, at, turn * ladder[-1] + begun)
            until = later(path, library, at, turn * ladder[-1] + begun + waits(path, library, level))
            people = tuple(_reached(each, path, library, told) for each in level.to or () if each)
            rungs.append(Rung(turn + 1, number + 1, told, until, tuple(level.via or ()), people))
    answer = (
        later(path, library, at, _minutes(path, library, path.answer_within)) if path.answer_within else None
    )
    exhausted = later(path, library, at, exhaustion(path, library))
    last = _reached(path.on_exhausted, path, library, exhausted) if path.on_exhausted else None
    return Timeline(at, tuple(rungs), answer, exhausted, last)


def holidays_end(path: EscalationPath, library: Library, line: Timeline) -> dict[str, date]:
    """The calendars that a timeline rests on and whose holidays are told up to an earlier year only,
    with the last one; a calendar without any may well have none."""
    known = calendars(library)
    people = [each.id for rung in line.rungs for each in rung.people]
    people += [line.last.id] if line.last else []
    asked = [known.default] if path.clock == "business" else []
    asked += [hours for each in people if (hours := known.reach(each))]
    end = max(line.exhausted, line.answer_by or line.exhausted)
    return {
        hours.name: last
        for hours in sorted(asked, key=lambda each: each.name)
        if (last := max(hours.holidays, default=date.max)).year < hours.local(end).year
    }


# When


def known_levels(path: EscalationPath) -> Iterator[tuple[int, Level]]:
    """The levels that could be read, with their places."""
    return ((i, level) for i, level in enumerate(path.levels or ()) if level)


def passes(path: EscalationPath) -> int:
    """How often the levels are gone through."""
    return 1 + max(0, path.repeat or 0)


def offsets(path: EscalationPath, library: Library) -> list[int]:
    """Minutes on the path's clock after which each level is told, and after which a pass ends."""
    found = [0]
    for _, level in known_levels(path):
        found.append(found[-1] + waits(path, library, level))
    return found


def waits(path: EscalationPath, library: Library, level: Level) -> int:
    """Minutes on the path's clock that a level has to acknowledge."""
    return _minutes(path, library, level.ack_within) if level.ack_within else 0


def exhaustion(path: EscalationPath, library: Library) -> int:
    """Minutes on the path's clock after which nobody is left to be told."""
    return passes(path) * offsets(path, library)[-1]


def promised(path: EscalationPath, library: Library) -> int | None:
    """Minutes on the path's clock within which it promises an answer, read as few as they can be."""
    return _minutes(path, library, path.answer_within, longest=False) if path.answer_within else None


def lasts(path: EscalationPath, library: Library, longest: bool) -> tuple[int, int]:
    """Minutes on the path's clock until it has promised an answer, and until it is exhausted."""
    acks = [level.ack_within for _, level in known_levels(path) if level.ack_within]
    once = sum(_minutes(path, library, time, longest) for time in acks)
    answer = _minutes(path, library, path.answer_within, longest) if path.answer_within else 0
    return answer, passes(path) * once


def later(path: EscalationPath, library: Library, start: Moment, minutes: int) -> Moment:
    """The moment so many minutes of the path's clock after another."""
    if path.clock == "business":
        return calendars(library).default.after(start, minutes)
    return start + minutes


def _minutes(path: EscalationPath, library: Library, time: Duration, longest: bool = True) -> int:
    known = calendars(library)
    if path.clock == "business":
        return known.opening(time, longest)
    return known.stretch(time, known.default, longest).minutes


def _reached(id: str, path: EscalationPath, library: Library, moment: Moment) -> Reached:
    found = library.person(id)
    hours = calendars(library).reach(id)
    there = hours is None or hours.is_open(moment)
    back = None if there or hours is None else hours.next_open(moment)
    able = path.needs is None or has_authority(library, id, path.needs) is True
    return Reached(id, found.title if found and found.title else id, there, back, able)


# Who may


def able(path: EscalationPath, library: Library) -> list[tuple[int, bool | None]]:
    """Each level with whether it can give the answer: one that it tells has the authority."""
    found = []
    for i, level in known_levels(path):
        if path.needs is None:
            found.append((i, True if "needs" not in path.unknown else None))
            continue
        each = [has_authority(library, id, path.needs) for id in level.to or () if id]
        found.append((i, True if True in each else None if None in each or not each else False))
    return found


def repeated(path: EscalationPath) -> list[int]:
    """The levels that tell nobody but those whom the level before told."""
    levels = path.levels or ()
    return [
        i
        for i, (before, level) in enumerate(pairwise(levels), start=1)
        if before and level and level.to and before.to and {*level.to} <= {*before.to}
    ]


# Who is there


class Absence(NamedTuple):
    """A time at which a level has nobody, and whether it comes again every week."""

    start: Moment
    end: Moment
    weekly: bool


def nobody_there(level: Level, library: Library, first: Moment, last: Moment) -> Absence | None:
    """The longest time of a common week, else the first one of all, at which nobody whom a level
    tells is there; None where somebody always is, or nobody can tell."""
    told = [library.person(id) if id else None for id in level.to or ()]
    if not all(each and not each.unknown & _HOURS for each in told):
        return None
    hours = [calendars(library).reach(id) for id in level.to or () if id]
    known = [each for each in hours if each is not None]
    if not known or len(known) < len(hours) or any(each.unread or each.always for each in known):
        return None
    gaps = list(_gaps(known, first, last))
    often = (last - first) // (5 * WEEK)  # in more weeks than holidays lengthen the weekend of
    alike: dict[tuple[int, int], list[Moment]] = defaultdict(list)
    for start, end in gaps:
        alike[end - start, start % WEEK].append(start)
    weekly = [(length, -starts[0]) for (length, _), starts in alike.items() if len(starts) > often]
    if weekly:
        length, start = max(weekly)
        return Absence(-start, -start + length, True)
    return Absence(*gaps[0], False) if gaps else None


WEEK = 7 * 1440


_HOURS = {"available", "calendar", "team"}


def nowhere_said(level: Level, library: Library) -> list[str]:
    """Those whom a level tells of whom nothing says when they can be reached."""
    return [id for id in level.to or () if id and library.person(id) and calendars(library).reach(id) is None]


def _gaps(hours: Iterable[Hours], first: Moment, last: Moment) -> Iterator[tuple[Moment, Moment]]:
    """The times between two moments at which none of the calendars is open."""
    openings = sorted(opening for each in hours for opening in each.openings(first, last))
    covered = first
    for start, end in openings:
        if start > covered:
            yield covered, start
        covered = max(covered, end)
    if covered < last:
        yield covered, last
