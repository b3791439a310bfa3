"""Scenarios put to the test: each is walked, and what happened is held against what was expected."""

from collections.abc import Iterable, Iterator

from sopctl.analysis import lasting, way_words
from sopctl.analysis.flow import flow
from sopctl.analysis.unaltered import unaltered
from sopctl.analysis.walk import Atlas, Stop, Walk, atlas, walk
from sopctl.diagnostic import Pointer, did_you_mean
from sopctl.library import Library, WorkedOut
from sopctl.model import Sop
from sopctl.model.scenario import Expect, Scenario
from sopctl.named import NamedTuple

Step = tuple[str, str]


class Miss(NamedTuple):
    """One thing that was expected, and what happened instead; both in words. `lost`: it names what
    there is not, of which another rule speaks already."""

    expected: str
    happened: str
    lost: bool = False


class Trial(NamedTuple):
    """A scenario and the way that its case took. `at` is the address of the scenario in its file."""

    path: str
    at: Pointer
    scenario: Scenario
    sop: Sop
    walk: Walk
    misses: tuple[Miss, ...]

    @property
    def failed(self) -> bool:
        return bool(self.misses)

    @property
    def clear(self) -> bool:
        """False where the case ran into something that another rule speaks of already."""
        return self.walk.end.why not in ("unreadable", "value")


def trials(library: Library) -> tuple[Trial, ...]:
    """Every scenario that could be read, walked: those of SOPs by id, then those of registers."""
    if library not in _TRIED:
        known = _known(library)
        map = atlas(library)
        _TRIED[library] = tuple(
            known.get(id(scenario)) or _try(map, library, path, scenario, sop)
            for path, scenario, sop in _scenarios(library)
        )
    return _TRIED[library]


def _known(library: Library) -> dict[int, Trial]:
    """The trials that come out as in the library that this one is like, by the identity of the scenario."""
    same = unaltered(library)
    before = trials(library.like) if library.like is not None and same else ()
    return {id(each.scenario): each for each in before if each.sop.id in same}


_TRIED: WorkedOut[tuple[Trial, ...]] = WorkedOut()


def _scenarios(library: Library) -> Iterator[tuple[str, Scenario, Sop]]:
    for sop in library.sops:
        for scenario in sop.scenarios or ():
            if scenario and scenario.whole and scenario.tests(sop.id):
                yield library.path_of(sop), scenario, sop
    for path, scenario in library.scenarios:
        named = library.sop(scenario.sop) if scenario.sop else None
        if named is not None and scenario.whole:
            yield path, scenario, named


def unread(library: Library) -> list[str]:
    """The files that may hold a scenario which could not be read, or whose SOP is not known."""
    found = {*library.unreadable}
    for sop in library.sops:
        read = (each and each.whole and each.tests(sop.id) for each in sop.scenarios or ())
        if "scenarios" in sop.unknown or not all(read):
            found.add(library.path_of(sop))
    for path, scenario in library.scenarios:
        if not (scenario.sop and library.sop(scenario.sop) and scenario.whole):
            found.add(path)
    return sorted(found)


def _try(map: Atlas, library: Library, path: str, scenario: Scenario, sop: Sop) -> Trial:
    way = walk(map, sop.id, Told(scenario, sop.id))
    ended = way.end.ended
    missed = (
        tuple(_misses(scenario.expect, sop, way, library))
        if ended
        else _no_end(scenario.expect, way, library)
    )
    return Trial(path, scenario.at, scenario, sop, way, missed)


class Told:
    """A scenario as the source of a walk. One value answers as often as it is asked for; of
    several, each answers once."""

    foretold = True

    def __init__(self, scenario: Scenario, sop: str) -> None:
        self._given = scenario.given
        self._answers = _by_step(scenario.answers, sop) if scenario.answers else {}
        self._calls = _by_step(scenario.calls, sop) if scenario.calls else {}
        self._used: dict[object, int] = {}

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        said = self._given.get(fact)
        return self._next(said, fact) if said else None

    def answer(self, sop: str, step: str) -> str | None:
        said = self._answers.get((sop, step))
        return self._next(said, (sop, step)) if said else None

    def outcome(self, sop: str, step: str) -> str | None:
        said = self._calls.get((sop, step))
        return self._next(said, (sop, step)) if said else None

    def _next(self, said: tuple[str, ...], key: object) -> str | None:
        if len(said) == 1:
            return said[0]
        used = self._used.get(key, 0)
        self._used[key] = used + 1
        return said[used] if used < len(said) else None


def _by_step(said: dict[str, tuple[str, ...]], sop: str) -> dict[Step, tuple[str, ...]]:
    return {case_step(name, sop): values for name, values in said.items()}


def case_step(name: str, sop: str) -> Step:
    """The step that a scenario names: `step`, `#step` or `SOP#step`."""
    other, mark, step = name.partition("#")
    return (other or sop, step) if mark else (sop, name)


# What happened, held against what was expected


def _no_end(expect: Expect, way: Walk, library: Library) -> tuple[Miss, ...]:
    expected = f"to end as `{expect.outcome}`" if expect.outcome else "to come to an end"
    return (Miss(expected, way_words.stopped(way, library)),)


def _misses(expect: Expect, sop: Sop, way: Walk, library: Library) -> Iterator[Miss]:
    if expect.outcome and expect.outcome != way.end.name:
        yield Miss(f"to end as `{expect.outcome}`{_no_such_end(expect.outcome, sop)}", _ended(way.end))
    for fact, value in expect.facts.items():
        known = way.facts.get(fact)
        if value and not _same(known, value):
            happened = f"it is `{known}`" if known else "it is not known"
            lost = library.fact(sop, fact) is None or flow(library).slip(sop, fact, value) is not None
            yield Miss(f"`{fact}` to be `{value}`", happened, lost)
    if expect.visits or expect.avoids:
        yield from _steps(expect, sop, way, library)
    if expect.escalates and expect.escalates not in (taken := escalations(way, library)):
        lost = expect.escalates not in library.paths
        yield Miss(f"to take the path `{expect.escalates}`", f"it takes {_named(taken, 'no path')}", lost)
    if expect.notice and expect.notice not in (sent := notices(way, library)):
        lost = expect.notice not in library.notices
        yield Miss(f"to send `{expect.notice}`", f"it sends {_named(sent, 'no notice')}", lost)
    if expect.within and (late := lasting.later_than(way, expect.within, library)):
        yield Miss(f"to last {expect.within.words} at the longest", late)


def _steps(expect: Expect, sop: Sop, way: Walk, library: Library) -> Iterator[Miss]:
    gone = {(visit.sop, visit.step) for visit in way.trail}
    for name in expect.visits:
        if name and case_step(name, sop.id) not in gone:
            home, step = case_step(name, sop.id)
            other = library.sop(home)
            lost = other is None or step not in other.steps_by_id
            yield Miss(f"to go through `{name}`", "it does not come there", lost)
    for name in expect.avoids:
        if name and case_step(name, sop.id) in gone:
            yield Miss(f"not to go through `{name}`", "it does")


def _ended(stop: Stop) -> str:
    return f"it is handed to {stop.name}" if stop.why == "hand-off" else f"it ends as `{stop.name}`"


def _no_such_end(outcome: str, sop: Sop) -> str:
    """Where the expected outcome is none of the SOP's: that, and the one that may be meant."""
    if outcome in (sop.outcomes or ()) or outcome[:1].isupper() or "outcomes" in sop.unknown:
        return ""
    return f", which is no outcome of {sop.id}{did_you_mean(outcome, sop.outcomes or ())}"


def _same(known: str | None, value: str) -> bool:
    if known is None or known == value:
        return known is not None
    try:
        return float(known) == float(value)
    except ValueError:
        return False


def _named(names: Iterable[str], none: str) -> str:
    return ", ".join(f"`{name}`" for name in names) or none


# What a way leaves behind


def notices(way: Walk, library: Library) -> list[str]:
    """The notices that were sent on a way, in order: by steps, and with outcomes."""
    sent = [way_words.step_of(visit, library).notice for visit in way.trail]
    for sop_id, outcome in ends(way, library):
        sop = library.sop(sop_id)
        end = (sop.outcomes or {}).get(outcome) if sop else None
        sent.append(end.notice if end else None)
    return [*dict.fromkeys(filter(None, sent))]


def ends(way: Walk, library: Library, walked: bool = False) -> Iterator[Step]:
    """The outcomes that were come to, with their SOPs: of called SOPs, then the last. With
    `walked`, only those of calls that were walked."""
    for i, visit in enumerate(way.trail):
        if visit.outcome and (visit.walked or not walked):
            called = _ended_in(way, i) if visit.walked else way_words.step_of(visit, library).call
            yield called or visit.sop, visit.outcome
    if way.end.why == "outcome":
        yield way.frames[0].sop, way.end.name


def _ended_in(way: Walk, caller: int) -> str:
    """The SOP in which a walked call came to its end: after hand-offs not the called one."""
    depth, last = way.trail[caller].depth, ""
    for visit in way.trail[caller + 1 :]:
        if visit.depth <= depth:
            break
        if visit.depth == depth + 1:
            last = visit.sop
    return last


def escalations(way: Walk, library: Library) -> list[str]:
    """The escalation paths that were taken on a way, in order."""
    paths = (way_words.step_of(visit, library).escalate for visit in way.trail)
    return [*dict.fromkeys(filter(None, paths))]
