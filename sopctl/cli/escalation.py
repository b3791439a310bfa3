"""`sopctl escalation`."""

import sys
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

from sopctl.analysis import escalation as paths
from sopctl.analysis.calendar import Hours, Moment, calendars
from sopctl.analysis.escalation import Reached, Rung, Timeline
from sopctl.analysis.time_words import day, hour, moment
from sopctl.cli import ground
from sopctl.cli.options import Argument, Option
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.model.registers import EscalationPath
from sopctl.terminal import as_json, shown

TimelineFormat = Enum("TimelineFormat", {"text": "text", "json": "json"}, type=str)


def escalation(
    path: Annotated[str, Argument("The id of an escalation path.", "PATH")],
    at: Annotated[str | None, Option("When it starts, such as \"2026-11-26 22:00\", in the time zone of the default calendar; by default now.", metavar="TIME")] = None,
    format: Annotated[TimelineFormat, Option("How the timeline is written.")] = TimelineFormat["text"],
) -> int:  # fmt: skip
    """Show who is told when if a path starts now, who is not there, and what happens if nobody answers."""
    start = _start(at)
    library = ground.find().library(start.date())
    found = _path(path, library)
    hours = calendars(library).default
    line = paths.timeline(found, library, hours.moment(start) if start.tzinfo is None else _moment(start))
    doubts = [
        f"no holiday of `{name}` is known after {day(last)}"
        for name, last in paths.holidays_end(found, library, line).items()
    ]
    if format.value == "json":
        data = {**_data(path, found, line, hours), "doubts": doubts}
        sys.stdout.write(as_json(data))
    else:
        mind = "".join(f"mind: {each}\n" for each in doubts)
        sys.stdout.write(shown(_text(path, found, line, hours) + mind))
    return 0


def _start(at: str | None) -> datetime:
    if at is None:
        return datetime.now().astimezone().replace(second=0, microsecond=0)
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise FileTrouble(f'`{at}` is no time; write it like "2026-11-26 22:00"') from None
    ground.within_calendars(found.date(), at)
    return found


def _moment(start: datetime) -> Moment:
    return int(start.timestamp()) // 60


def _path(id: str, library: Library) -> EscalationPath:
    found = library.paths.get(id)
    if found is None:
        ground.known("escalation path", [id], library.paths)
    assert found is not None
    return found


def _text(id: str, path: EscalationPath, line: Timeline, hours: Hours) -> str:
    clock = f"in the opening hours of {hours.name}" if path.clock == "business" else "around the clock"
    start = f"starts {_said(line.start, hours)}, {hours.zone_name}"
    lines = [f"{path.title or id} ({id})", f"{start}; its clock runs {clock}", ""]
    for rung in line.rungs:
        lines.extend(_rung(rung, len(path.levels), path, line, hours))
    if not line.rungs:
        lines.append("nobody is told: the path has no level")
    lines.append("")
    if line.answer_by is not None:
        by = f", by somebody with the authority `{path.needs}`" if path.needs else ""
        lines.append(f"an answer is promised until {_said(line.answer_by, hours)}{by}")
    lines.append(f"if nobody has answered by {_said(line.exhausted, hours)}, {_last(line.last, hours)}")
    return "\n".join(lines) + "\n"


def _rung(rung: Rung, levels: int, path: EscalationPath, line: Timeline, hours: Hours) -> list[str]:
    again = f" (pass {rung.turn})" if line.rungs[-1].turn > 1 else ""
    via = f" by {' and '.join(rung.via)}" if rung.via else ""
    first = f"{_said(rung.told, hours)}  level {rung.level}{again} is told{via}, to acknowledge until {_brief(rung.until, rung.told, hours)}"  # fmt: skip
    return [first, *(f"    {_person(each, path, hours)}" for each in rung.people)]


def _person(each: Reached, path: EscalationPath, hours: Hours) -> str:
    there = "is there"
    if not each.there:
        back = f" until {_said(each.back, hours)}" if each.back is not None else ""
        there = f"is not there{back}"
    may = "" if each.authority or not path.needs else f", may not `{path.needs}`"
    return f"{each.title} ({each.id}) {there}{may}"


def _last(last: Reached | None, hours: Hours) -> str:
    if last is None:
        return "the path does not say who decides"
    gone = "" if last.there or last.back is None else f", who is not there until {_said(last.back, hours)}"
    return f"{last.title} ({last.id}) decides{gone}"


def _said(at: Moment, hours: Hours) -> str:
    return moment(hours.local(at))


def _brief(at: Moment, since: Moment, hours: Hours) -> str:
    """A moment without its day, where that is the day of another."""
    here, there = hours.local(at), hours.local(since)
    return hour(here) if here.date() == there.date() else moment(here)


def _data(id: str, path: EscalationPath, line: Timeline, hours: Hours) -> dict[str, Any]:
    return {
        "path": id,
        "title": path.title,
        "clock": path.clock,
        "needs": path.needs,
        "start": _iso(line.start, hours),
        "levels": [
            {
                "pass": rung.turn,
                "level": rung.level,
                "told": _iso(rung.told, hours),
                "acknowledge_until": _iso(rung.until, hours),
                "via": list(rung.via),
                "people": [_person_data(each, hours) for each in rung.people],
            }
            for rung in line.rungs
        ],
        "answer_by": _iso(line.answer_by, hours),
        "exhausted": _iso(line.exhausted, hours),
        "on_exhausted": _person_data(line.last, hours) if line.last else None,
    }


def _person_data(each: Reached, hours: Hours) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "there": each.there,
        "back": _iso(each.back, hours),
        "authority": each.authority,
    }


def _iso(at: Moment | None, hours: Hours) -> str | None:
    return None if at is None else hours.local(at).isoformat(timespec="minutes")
