"""Moments and stretches of time as people say them."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from sopctl.analysis.calendar import Hours, Measure, Moment, Stretch, calendars
from sopctl.analysis.chains import Chain, Later, join
from sopctl.analysis.promises import Extreme, Verdict
from sopctl.analysis.states import UNREAD, Doubts
from sopctl.analysis.stops import Stop
from sopctl.diagnostic import Severity
from sopctl.library import Library
from sopctl.model.sop import Sop

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip


def day(on: date) -> str:
    """`Friday 18 December 2026`."""
    return f"{weekday(on)} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def weekday(on: date) -> str:
    return _DAYS[on.weekday()]


def moment(at: datetime) -> str:
    """`Friday 18 December 2026 17:00`."""
    return f"{day(at)} {hour(at)}"


def hour(at: datetime) -> str:
    return f"{at.hour:02}:{at.minute:02}"


def minutes(count: int) -> str:
    """Minutes of the clock: `16d 2h`."""
    days, rest = divmod(count, 1440)
    hours, left = divmod(rest, 60)
    parts = [f"{number}{unit}" for number, unit in ((days, "d"), (hours, "h"), (left, "m")) if number]
    return " ".join(parts) or "0m"


def spoken(count: int) -> str:
    """Minutes of the clock, as one says them: `16 days 2 hours`."""
    days, rest = divmod(count, 1440)
    hours, left = divmod(rest, 60)
    parts = [
        _counted(number, unit)
        for number, unit in ((days, "day"), (hours, "hour"), (left, "minute"))
        if number
    ]
    return " ".join(parts) or "no time"


def spoken_opening(count: int, hours: Hours) -> str:
    """Minutes of opening hours, as one says them: `2 business days 4 business hours`."""
    days, rest = divmod(count, hours.day)
    whole, left = divmod(rest, 60)
    units = ((days, "business day"), (whole, "business hour"), (left, "minute"))
    return " ".join(_counted(number, unit) for number, unit in units if number) or "no time"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def opening(count: int, hours: Hours) -> str:
    """Minutes of opening hours: `2bd 4bh`."""
    days, rest = divmod(count, hours.day)
    whole, left = divmod(rest, 60)
    parts = [f"{number}{unit}" for number, unit in ((days, "bd"), (whole, "bh")) if number]
    return " ".join([*parts, f"{left}m of opening hours"] if left else parts) or "0bh"


def stretch(one: Stretch) -> str:
    match one.hours:
        case Hours():
            return opening(one.minutes, one.hours)
        case Later():
            return " + ".join([f"the later of {listed(map(chain, one.hours.both))}"] * one.minutes)
    return minutes(one.minutes)


def chain(stretches: Iterable[Stretch]) -> str:
    return " + ".join(stretch(each) for each in stretches) or "0m"


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


def short(at: datetime) -> str:
    """`Fri 18 Dec 17:00`."""
    return f"{weekday(at)[:3]} {at.day} {_MONTHS[at.month - 1][:3]} {hour(at)}"


def story(broken: Extreme, sop: Sop, library: Library) -> str:
    """A way from its start to its end, as a sentence: when, and step by step."""
    return f"{_span(broken, library)}: {_way(broken, sop, library)}"


def _way(broken: Extreme, sop: Sop, library: Library) -> str:
    """A way as a timeline: each step with what it takes and when it is done. Steps in a row of
    another SOP are told as one."""
    local = calendars(library).default.local
    told: list[str] = []
    steps = sop.steps_by_id
    telling = (stop for stop in broken.stops if stop.took or stop.left)
    for id, stops in groupby(telling, key=lambda stop: stop.sop):
        if id != sop.id:
            told.append(_elsewhere(id, list(stops), library))
            continue
        for stop in stops:
            step = steps.get(stop.place)
            calls = f" (calls {step.call})" if step and step.call else ""
            done = short(local(stop.done))
            if stop.by_the_clock:
                told.append(f"{stop.left}, {done}")
            elif stop.left:
                told.append(f"`{stop.place}`{calls} {chain(stop.took)}, left by an escalation {done}")
            else:
                told.append(f"`{stop.place}`{calls} {chain(stop.took)}, done {done}")
    return "; ".join(told) or "no step of it takes any time"


def _elsewhere(id: str, stops: list[Stop], library: Library) -> str:
    sums: Chain = ()
    for stop in stops:
        sums = join(sums, stop.took)
    names = (
        listed([f"`{stop.place}`" for stop in stops], "to")
        if len(stops) < 3
        else f"`{stops[0].place}` … `{stops[-1].place}`"
    )
    return f"{id} ({names}) {chain(sums)}, done {short(calendars(library).default.local(stops[-1].done))}"


def _span(broken: Extreme, library: Library) -> str:
    """From when to when it lasts, and the holidays on the way."""
    hours = calendars(library).default
    words = f"Started {moment(hours.local(broken.start))}, ends {moment(hours.local(broken.end))}"
    used = {each.hours for stop in broken.stops for each in stop.took if each.hours}
    if where := zone(library):
        words += f" ({where}{_by(used, hours)})"
    closed = sorted({day for each in used for day in each.closures(broken.start, broken.end)})
    names = [f"{on.day} {_MONTHS[on.month - 1]}" for on in closed]
    return f"{words}, closed on {listed(names)}" if names else words


def _by(used: Iterable[Measure], default: Hours) -> str:
    """The calendars by which a way counts opening hours, where one of them lies in another time zone."""
    known = {each.name: each.zone_name for each in used if isinstance(each, Hours)}
    if {*known.values()} <= {default.zone_name}:
        return ""
    names = [
        f"`{name}`" if place == default.zone_name else f"`{name}` in {place}"
        for name, place in sorted(known.items())
    ]
    return f"; opening hours of {listed(names)}"


def promise(broken: Extreme, library: Library) -> str:
    """`promised are 14d by `us-wa-sea.response``."""
    by = f" (`{broken.promise.clause}`)" if broken.promise.clause else ""
    due = (
        f", until {moment(calendars(library).default.local(broken.due))}"
        if broken.promise.time.business
        else ""
    )
    return f"{broken.promise.time}{by}{due}"


def took(broken: Extreme) -> str:
    return minutes(broken.end - broken.start)


def doubt(verdict: Verdict) -> str:
    """A word of caution where ways could not be told from arrows."""
    return "; this goes by the arrows: the cases are too many to follow" if verdict.by_arrows else ""


def reasons(doubts: Doubts, sop: Sop) -> str:
    """Why the slowest way cannot be told: `` `look` has no `within` ``."""
    own = f"{sop.id}#"
    words = {
        kind: sorted(doubt.words.replace(own, "") for doubt in doubts if doubt.kind == kind)
        for kind in ("step", "rows", "loop", "calls", UNREAD)
    }
    said = []
    if words["step"]:
        said.append(
            f"{points(words['step'], 'and')} {'has' if len(words['step']) == 1 else 'have'} no `within`"
        )
    said.extend(f"`{step}` has no `within` for some cases" for step in words["rows"])
    said.extend(f"nothing bounds the loop {loop}" for loop in words["loop"])
    said.extend(words["calls"])
    said.extend(f"a time of `{step}` cannot be read" for step in words[UNREAD])
    return "; ".join(said)


def weight(broken: Extreme) -> Severity | None:
    """A finding that rests on an unverified clause is a warning at most."""
    return None if broken.promise.verified else Severity.WARNING


def points(written: Iterable[str], last: str = "or") -> str:
    return listed([f"`{each}`" for each in written], last)


def since(written: str) -> str:
    return "the trigger" if written == "trigger" else f"`{written}`"


def local(library: Library, at: Moment) -> datetime:
    return calendars(library).default.local(at)


def zone(library: Library) -> str:
    """The time zone in which moments are told, where the calendars lie in several; else nothing."""
    default = calendars(library).default
    named = {each.timezone for each in library.calendars.values() if each.timezone}
    return default.zone_name if named - {default.zone_name} else ""


def zoned(library: Library) -> str:
    """The same, to stand behind a moment."""
    where = zone(library)
    return f" ({where})" if where else ""
