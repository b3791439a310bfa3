"""The times of a SOP for its readers: promises beside the slowest way, and whom lateness calls."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from sopctl.analysis import time_words
from sopctl.analysis.calendar import calendars
from sopctl.analysis.chains import Chain, join
from sopctl.analysis.promises import Extreme, extreme
from sopctl.analysis.states import Doubts
from sopctl.analysis.stops import Stop
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.registers import EscalationPath
from sopctl.model.sop import Deadline, Sop
from sopctl.named import NamedTuple
from sopctl.render import svg
from sopctl.render.pen import Pen
from sopctl.render.text import line
from sopctl.render.words import listed


class Kept(NamedTuple):
    """How a promise stands: drawn, in words, and the steps that take the time."""

    bar: str
    said: str
    way: str


def kept(deadline: Deadline, sop: Sop, pen: Pen) -> Kept | None:
    """The slowest way of a deadline against its promise (of a floor, the fastest)."""
    library = pen.links.library
    found = extreme(sop, deadline, library)
    if found is None:
        return None
    took, promised = found.end - found.start, found.due - found.start
    which = "slowest" if deadline.kind == "ceiling" else "fastest"
    if found.doubts:
        return Kept("", f"the {which} way cannot be told: {_doubted(found.doubts, sop, pen)}", "")
    said = (
        f"{which} way {_rounded(took)}, {_started(found, library)}"
        if took
        else f"the {which} way takes no time"
    )
    longest = max(took, promised, 1)
    return Kept(svg.bar(took / longest, promised / longest), said, _sum(found, sop, pen))


def paths(sop: Sop, library: Library) -> list[tuple[str, EscalationPath]]:
    """The escalation paths that a case of a SOP can start, in the order of the file."""
    steps = [id for step in sop.known_steps for id in (step.escalate, step.on_overdue)]
    events = [each.path for each in sop.escalations or () if each]
    named = dict.fromkeys(id for id in (*steps, *events) if id)
    return [(id, path) for id in named if (path := library.paths.get(id))]


def _rounded(count: int) -> str:
    """`8 days 17 hours`: of days, hours and minutes, the two largest."""
    days, rest = divmod(count, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [
        Duration(number, unit).words for number, unit in ((days, "d"), (hours, "h"), (minutes, "m")) if number
    ]
    return " ".join(parts[:2])


def _started(found: Extreme, library: Library) -> str:
    hours = calendars(library).default
    used = {each.hours for stop in found.stops for each in stop.took if each.hours}
    if not used:
        return "whenever it starts"
    closed = sorted({day for each in used for day in each.closures(found.start, found.end)})
    holidays = f", closed on {listed([f'{each.day} {each:%B}' for each in closed])}" if closed else ""
    where = time_words.zoned(library)
    return f"when it starts on {time_words.moment(hours.local(found.start))}{where}{holidays}"


def _sum(found: Extreme, sop: Sop, pen: Pen) -> str:
    """The sum: `3bh at 1 + 24h at 3`; steps in a row of another SOP count as one."""
    numbers = {step.id: i for i, step in reversed([*enumerate(sop.known_steps, 1)])}
    told: list[str] = []
    for id, stops in groupby((stop for stop in found.stops if stop.took), key=lambda stop: stop.sop):
        if id == sop.id:
            told += [_share(stop, numbers) for stop in stops]
            continue
        took: Chain = ()
        for stop in stops:
            took = join(took, stop.took)
        told.append(f"{time_words.chain(took)} in {pen.link('sop', id, line(id))}")
    return " + ".join(told)


def _share(stop: Stop, numbers: Mapping[str, int]) -> str:
    took = time_words.chain(stop.took)
    if stop.by_the_clock:
        return f"{took} until the escalation"
    return f'{took} at <a href="#{line(stop.place)}">{numbers[stop.place]}</a>'


def _doubted(doubts: Doubts, sop: Sop, pen: Pen) -> str:
    return "; ".join(dict.fromkeys(_doubt(each.kind, each.words, sop, pen) for each in sorted(doubts)))


def _doubt(kind: str, said: str, sop: Sop, pen: Pen) -> str:
    match kind:
        case "step":
            return f"nothing bounds {pen.point(said)}"
        case "loop":
            return f"nothing bounds the loop {listed([pen.point(each) for each in _parts(said)])}"
        case "unread":
            return f"a time of {pen.point(said)} cannot be read"
    return line(said)


def _parts(loop: str) -> Iterator[str]:
    return iter(dict.fromkeys(loop.split(" → ")))
