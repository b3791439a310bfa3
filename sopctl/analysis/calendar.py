"""Opening hours as a measure of time: when a calendar is open, and how far a duration reaches.

A moment is a whole minute, counted from the beginning of 1970 in UTC. Opening hours are told in
the calendar's own time zone, so that a clock that is put forward or back is a matter of this
module alone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, Protocol

from sopctl.library import Library, WorkedOut
from sopctl.model.duration import Duration
from sopctl.model.registers import ROUND_THE_CLOCK, Calendar, Role, Schedule, Team
from sopctl.named import NamedTuple

Moment = int
FOREVER = 1 << 40
"""More minutes than anything here can last."""

_DAY = 1440
_EPOCH = date(1970, 1, 1).toordinal()
_THURSDAY = 3  # the weekday of the beginning of 1970


class Measure(Protocol):
    """What time is counted by, where it is not the clock."""

    def after(self, start: Moment, minutes: int) -> Moment: ...

    def move(self, start: Moment, minutes: int) -> tuple[Moment, bool, int]: ...

    def closures(self, start: Moment, end: Moment) -> list[date]: ...


class Stretch(NamedTuple):
    """A stretch of time: minutes of opening hours, or without `hours` minutes of the clock."""

    hours: Measure | None
    minutes: int


class Pattern(NamedTuple):
    """What the opening hours of a calendar follow from, for whoever works them out elsewhere."""

    days: tuple[int, ...]  # Monday is 0
    spans: tuple[tuple[int, int], ...]  # minutes of the day
    closed: tuple[int, ...]  # days since the beginning of 1970
    offsets: tuple[tuple[Moment, int], ...]  # from when the clocks are how many minutes ahead of UTC


class Hours:
    """When a calendar is open, minute by minute, worked out as far as anybody asks."""

    def __init__(self, calendar: Calendar | None, name: str, around: date) -> None:
        self.name = name
        self._calendar = calendar
        self.zone_name = calendar.timezone if calendar and calendar.timezone else "UTC"
        self._days, self._spans = _week(calendar)
        self.holidays = frozenset(each for each in (calendar.holidays if calendar else ()) or () if each)
        self._closed_days = frozenset(each.toordinal() - _EPOCH for each in self.holidays)
        self.day = sum(end - start for start, end in self._spans)
        self.week = self.day * len(self._days)
        self.always = self.week == 7 * _DAY and not self.holidays
        self._reset(around.toordinal() - _EPOCH - 21)

    @property
    def plan(self) -> tuple[object, ...]:
        """All that decides when it is open: of two alike, each is open when the other is."""
        return self.zone_name, self._days, tuple(self._spans), self.holidays

    @cached_property
    def unread(self) -> bool:
        """Whether nobody can tell when it is open: it is described nowhere, or wrongly."""
        if self._calendar is None:
            return self.name != ROUND_THE_CLOCK
        return not self._calendar.whole

    @cached_property
    def zone(self) -> Any:
        from zoneinfo import ZoneInfo  # a calendar that nobody asks needs no time zone

        try:
            return ZoneInfo(self.zone_name)
        except (KeyError, ValueError, OSError):
            return UTC

    # Asking

    def after(self, start: Moment, minutes: int) -> Moment:
        """The first moment at which so many opening minutes have passed since `start`."""
        if self.always or not minutes:
            return start + minutes
        if start < self._from:
            self._reset(start // _DAY - 21)
        if start >= self._until:
            self._grow(start)
        i = bisect_right(self._opens, start) - 1
        close = self._closes[i]
        target = self._ends[i] + minutes - (close - start if start < close else 0)
        if target > self._ends[-1]:
            self._reach(target)
        j = bisect_left(self._ends, target)
        return self._closes[j] - self._ends[j] + target

    def move(self, start: Moment, minutes: int) -> tuple[Moment, bool, int]:
        """As `after`; with it whether a later start comes out later, and for how many minutes
        of lateness that holds."""
        if self.always or not minutes:
            return start + minutes, True, FOREVER
        done = self.after(start, minutes)
        i = bisect_right(self._opens, start) - 1
        if start >= self._closes[i]:
            if i + 1 == len(self._opens):
                self._reach(self._ends[-1] + 1)
            return done, False, self._opens[i + 1] - start
        j = bisect_left(self._closes, done)
        return done, True, min(self._closes[i] - start, self._closes[j] - done)

    def between(self, start: Moment, end: Moment) -> int:
        """How many opening minutes lie between two moments."""
        if self.always:
            return end - start
        before = self._opened(start)  # the earlier one first: it may move our beginning
        return self._opened(end) - before

    def is_open(self, moment: Moment) -> bool:
        return self.always or any(a <= moment for a, b in self.openings(moment, moment + 1))

    def next_open(self, moment: Moment) -> Moment:
        """The moment itself where it is open, else the next opening."""
        return moment if self.is_open(moment) else self.after(moment, 1) - 1

    def openings(self, start: Moment, end: Moment) -> list[tuple[Moment, Moment]]:
        """The stretches of opening hours between two moments, in order."""
        if self.always:
            return [(start, end)]
        self._opened(start)
        self._opened(end)
        first = bisect_right(self._closes, start)
        last = bisect_left(self._opens, end)
        return [
            (max(a, start), min(b, end))
            for a, b in zip(self._opens[first:last], self._closes[first:last], strict=True)
            if a < b
        ]

    def local(self, moment: Moment) -> datetime:
        """A moment as the clocks of the calendar's place show it."""
        return datetime.fromtimestamp(moment * 60, UTC).astimezone(self.zone)

    def moment(self, local: datetime) -> Moment:
        """The moment at which clocks show this; the first, where they show it twice."""
        return int(local.replace(tzinfo=self.zone).timestamp()) // 60

    def closures(self, start: Moment, end: Moment) -> list[date]:
        """The holidays between two moments on which it would else be open."""
        if not self.holidays:
            return []
        first, last = self.local(start).date(), self.local(end).date()
        return sorted(d for d in self.holidays if first <= d <= last and d.weekday() in self._days)

    def pattern(self, start: Moment, end: Moment) -> Pattern:
        """What holds between two moments."""
        offsets = tuple((begun, offset) for begun, _, offset in self._offsets(start, end))
        closed = tuple(
            sorted(day for day in self._closed_days if start // _DAY - 1 <= day <= end // _DAY + 1)
        )
        return Pattern(tuple(sorted(self._days)), tuple(self._spans), closed, offsets)

    # Working it out

    def _opened(self, moment: Moment) -> int:
        """Opening minutes up to a moment, from a beginning of our own."""
        if moment < self._from:
            self._reset(moment // _DAY - 21)
        if moment >= self._until:
            self._grow(moment)
        i = bisect_right(self._opens, moment) - 1
        return self._ends[i] - max(0, self._closes[i] - moment)

    def _reset(self, day: int) -> None:
        self._from = self._until = day * _DAY
        self._opens, self._closes, self._ends = [self._from], [self._from], [0]

    def _reach(self, target: int) -> None:
        """Work out enough to hold so many opening minutes."""
        while self._ends[-1] < target:
            missing = (target - self._ends[-1]) * 7 * _DAY // max(1, self.week)
            self._grow(self._until + missing)

    def _grow(self, moment: Moment) -> None:
        """Work out the opening hours past a moment, half a year more than needed."""
        until = max(moment, self._until) + 200 * _DAY
        for start, end, offset in self._offsets(self._until, until):
            self._open_between(start, end, offset)
        self._until = until
        lengths = [close - start for start, close in zip(self._opens, self._closes, strict=True)]
        self._ends = list(accumulate(lengths))

    def _open_between(self, start: Moment, end: Moment, offset: int) -> None:
        """Add the openings of a time in which the clocks are `offset` ahead of UTC."""
        opens, closes = self._opens, self._closes
        for day in range((start + offset) // _DAY, (end + offset - 1) // _DAY + 1):
            if (day + _THURSDAY) % 7 not in self._days or day in self._closed_days:
                continue
            midnight = day * _DAY - offset
            for first, last in self._spans:
                opening, closing = max(midnight + first, start), min(midnight + last, end)
                if opening == closes[-1] and len(closes) > 1:
                    closes[-1] = max(closing, opening)
                elif opening < closing:
                    opens.append(opening)
                    closes.append(closing)

    def _offsets(self, start: Moment, end: Moment) -> Iterator[tuple[Moment, Moment, int]]:
        """The stretches between two moments in which the clocks keep their distance from UTC."""
        begun, offset = start, self._offset(start)
        probe = start
        while probe < end:
            before, probe = probe, min(probe + 7 * _DAY, end)
            after = self._offset(probe)
            if after != offset:
                change = self._change(before, probe)
                yield begun, change, offset
                begun, offset = change, after
        yield begun, end, offset

    def _change(self, before: Moment, after: Moment) -> Moment:
        """The moment between the two at which the clocks are put forward or back."""
        old = self._offset(before)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self._offset(middle) == old else (before, middle)
        return after

    def _offset(self, moment: Moment) -> int:
        distance = self.local(moment).utcoffset() or timedelta()
        return int(distance.total_seconds()) // 60


class Calendars:
    """The calendars of a library: which one counts for whom, and how long a duration is there."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[str, Hours] = {}
        self._working: dict[str | None, Hours] = {}

    @cached_property
    def default(self) -> Hours:
        """The calendar of clauses, deadlines, paths, and whoever has none. Where the knowledge
        base names none, Monday to Friday, nine to five in UTC."""
        name = self._default_name
        return self.of(name) if name else Hours(OFFICE, "mon-fri 09:00-17:00", self._library.today)

    @cached_property
    def window(self) -> tuple[Moment, Moment]:
        """The first and last minute of the two years from the library's today."""
        today = self._library.today
        years = today.year + 2
        end = (
            today.replace(year=years, day=min(today.day, 28))
            if today.month == 2
            else today.replace(year=years)
        )
        first, last = (self.default.moment(datetime.combine(day, time())) for day in (today, end))
        return first, last

    @property
    def _default_name(self) -> str | None:
        base = self._library.knowledge_base
        return base.default_calendar if base else None

    def of(self, name: str) -> Hours:
        """The opening hours of a calendar by its id; one that nothing describes is always open."""
        if name not in self._known:
            self._known[name] = Hours(self._library.calendars.get(name), name, self._library.today)
        return self._known[name]

    def work(self, person: str | None) -> Hours:
        """When a role, team or schedule works: its calendar, else its team's, else the default."""
        if person not in self._working:
            found = self._library.person(person) if person else None
            name = self._work(found)
            self._working[person] = self.of(name) if name else self.default
            if person and (found is None or not found.unknown.isdisjoint(("calendar", "team"))):
                self._working[person] = Hours(None, person, self._library.today)
        return self._working[person]

    def by_default(self, person: str | None) -> bool:
        """Whether somebody works by the default calendar because they and their team have none."""
        return not self._work(self._library.person(person) if person else None)

    def reach(self, person: str) -> Hours | None:
        """When a role, team or schedule can be reached; None where nothing says so."""
        found = self._library.person(person)
        name = (found.available if found else None) or self._work(found) or self._default_name
        return self.of(name) if name else None

    def _work(self, found: Role | Team | Schedule | None) -> str | None:
        if found is None or found.calendar or isinstance(found, Team):
            return found.calendar if found else None
        team = self._library.teams.get(found.team) if found.team else None
        return team.calendar if team else None

    def stretch(self, duration: Duration, hours: Hours, longest: bool = True) -> Stretch:
        """A duration in minutes. Months and years are read as long, or as short, as they can be."""
        count, unit = duration
        if unit == "bd":
            return Stretch(None if hours.always else hours, count * hours.day)
        if unit == "bh":
            return Stretch(None if hours.always else hours, count * 60)
        if unit in MONTHS:
            return Stretch(None, months(count * MONTHS[unit])[longest] * _DAY)
        return Stretch(None, duration.minutes[0])

    def opening(self, duration: Duration, longest: bool = True) -> int:
        """A duration in opening minutes of the default calendar, as a path on `clock: business`
        counts: 4h are four hours of it, 1d is one day of it, 1w as many days as a week has."""
        hours, (count, unit) = self.default, duration
        if unit in ("bd", "d"):
            return count * hours.day
        if unit == "w":
            return count * hours.week
        if unit in MONTHS:
            return months(count * MONTHS[unit])[longest] * hours.week // 7
        return count * (1 if unit == "m" else 60)


MONTHS = {"mo": 1, "y": 12}
OFFICE, _ = Calendar.make({"days": "mon-fri", "hours": "09:00-17:00", "timezone": "UTC"})


def months(count: int) -> tuple[int, int]:
    """The least and most days that so many months in a row can have."""
    if count not in _MONTHS:
        rounds, rest = divmod(count, 4800)  # the calendar repeats after 400 years
        firsts = [date(2000 + m // 12, m % 12 + 1, 1).toordinal() for m in range(4801 + min(rest, 4800))]
        sums = [firsts[m + rest] - firsts[m] for m in range(4800)]
        _MONTHS[count] = rounds * 146097 + min(sums), rounds * 146097 + max(sums)
    return _MONTHS[count]


_MONTHS: dict[int, tuple[int, int]] = {}
_KNOWN: WorkedOut[Calendars] = WorkedOut()


def calendars(library: Library) -> Calendars:
    """The calendars of a library, worked out once."""
    if library not in _KNOWN:
        _KNOWN[library] = Calendars(library)
    return _KNOWN[library]


def _week(calendar: Calendar | None) -> tuple[frozenset[int], list[tuple[int, int]]]:
    """Days of the week and spans of hours, in order and without overlap. A calendar without
    them, or with ones that could not be read, is open around the clock."""
    days = frozenset(day for each in (calendar.days if calendar else ()) or () if each for day in each)
    spans: list[tuple[int, int]] = []
    for start, end in sorted(each for each in (calendar.hours if calendar else ()) or () if each):
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return days or frozenset(range(7)), spans or [(0, _DAY)]


__all__ = ["FOREVER", "ROUND_THE_CLOCK", "Calendars", "Hours", "Moment", "Stretch", "calendars"]
