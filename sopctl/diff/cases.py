"""Which cases end differently in two libraries, exactly, in as few words as will do."""

from collections.abc import Iterable, Iterator, Mapping, Set
from types import MappingProxyType

from sopctl.analysis.cases import Budget, OutOfBudget
from sopctl.analysis.graph import reachable, reverse
from sopctl.analysis.time_words import listed
from sopctl.diff.abreast import ALLOWANCE, Hunt, Run, comes_back, comes_back_alike, run, run_on, starts_alike
from sopctl.diff.folding import KINDS, Line, alone, limits, lines
from sopctl.diff.meanings import Torn
from sopctl.diff.names import Renamed
from sopctl.diff.sides import (
    Act,
    Called,
    Side,
    decides_otherwise,
    facts_of,
    leads,
    meanings,
    same_text,
)
from sopctl.diff.steps import Depth
from sopctl.diff.telling import CaseChange, Teller
from sopctl.diff.terrain import Terrain, afterwards, returns
from sopctl.diff.variables import Asked
from sopctl.library import Library
from sopctl.named import NamedTuple


class Unknown(NamedTuple):
    """A SOP of which not all, or none, of the cases could be compared, and why. `behind` are SOPs
    in which cases may go apart, but were not followed."""

    sop: str
    reason: str
    behind: tuple[str, ...] = ()


class Handed(NamedTuple):
    """SOPs that hand cases on to others where some go apart: these end as those that start there, of
    which is told."""

    sops: tuple[str, ...]
    to: tuple[str, ...]


class CaseChanges(NamedTuple):
    """What came of it: SOPs in `same` decide by other steps or rows, and no case ends differently or
    leaves other values."""

    changes: tuple[CaseChange, ...] = ()
    same: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    handed: tuple[Handed, ...] = ()


def case_changes(before: Library, after: Library, renamed: Renamed = MappingProxyType({})) -> CaseChanges:
    """The cases whose final outcome differs, for each SOP that both libraries have. What is
    `renamed` is the same, by the name of the later library."""
    sides = Side(before, Called(renamed)), Side(after, Called({}))
    changed = _changed(sides)
    if not changed:
        return CaseChanges()
    onward = leads(sides)
    starts = sorted(reachable(reverse(onward), changed))
    region = reachable(onward, starts)
    terrain = Terrain(*sides, region, meanings(sides, region))
    near = {id: _near(terrain, id) for id in starts if terrain.touched(id)}
    near = {id: _onward(terrain, each, near) for id, each in near.items()}
    far, quiet = _all_far(terrain, near)
    found: list[CaseChange] = []
    unknown: list[Unknown] = []
    for id in sorted(far.keys() - quiet):
        changes, unsure = _told(terrain, id, far[id])
        found.extend(changes)
        unknown.extend([unsure] if unsure else [])
    handed = _handed(far, quiet)
    told = (
        {each.sop for each in found}
        | {each.sop for each in unknown}
        | {id for each in handed for id in each.sops}
    )
    alike = [id for id in near if id not in told and any(sop == id for sop, _ in terrain.touched(id))]
    for id in alike:
        changes, unsure = _left(terrain, id, near[id])
        found.extend(changes)
        unknown.extend([unsure] if unsure else [])
    unknown = _with_broken(terrain, near, unknown)
    otherwise = {each.sop for each in found} | {each.sop for each in unknown}
    same = tuple(id for id in alike if id not in otherwise)
    return CaseChanges(tuple(found), same, tuple(unknown), handed)


# Where to look


def _changed(sides: tuple[Side, Side]) -> set[str]:
    """The SOPs in which something is decided otherwise, and those that only one library has."""
    before, after = sides
    facts = _changed_facts(before, after)
    found = set(before.ids ^ after.ids)
    for id in sorted(before.ids & after.ids):
        if not _same(before, after, id, facts) and decides_otherwise(before, after, id):
            found.add(id)
    return found


def _same(before: Side, after: Side, id: str, facts: frozenset[str]) -> bool:
    """True where a SOP is written in the same words, of facts that can be what they could be."""
    sop = after.sop(id)
    if sop is None or not same_text(before, after, id):
        return False
    return not facts or not any(fact in facts for step in sop.known_steps for fact in facts_of(step))


def _changed_facts(before: Side, after: Side) -> frozenset[str]:
    """The shared facts that can be something else, by the names of the later library."""
    facts = before.library.facts, after.library.facts
    names = {*facts[0], *facts[1]}
    return frozenset(name for name in names if facts[0].get(name) != facts[1].get(name))


# One SOP


class _Followed(NamedTuple):
    """The cases of a SOP as far as they were followed, and what there is to tell of them."""

    run: Run
    lines: list[Line]

    @property
    def clean(self) -> bool:
        """Whether no case goes apart but in a SOP that it is handed to."""
        return not (self.lines or self.run.unclear or self.run.behind)

    def but(self, handed: set[str], behind: set[str]) -> "_Followed":
        return self._replace(run=self.run._replace(handed=handed, behind=behind))


_Found = _Followed | Unknown


def _near(terrain: Terrain, id: str) -> _Found:
    """The cases of a SOP up to hand-offs; where that is too much, past calls as well: first past those
    that come back alike, then past all."""
    for depth in (TO_HAND_OFFS, PAST_SAME, PAST_CALLS):
        try:
            found = _followed(terrain, id, depth, ALLOWANCE)
        except OutOfBudget:
            continue
        return found.but(found.run.handed, found.run.behind | _unlike_calls(terrain, found.run))
    return Unknown(id, "too many cases to follow them all")


def _unlike_calls(terrain: Terrain, run: Run) -> set[str]:
    """Of the SOPs that were not followed from calls, those from which a case may come back otherwise."""
    found, budget = set(), Budget(ALLOWANCE)
    for call in sorted(run.called, key=repr):
        try:
            alike = comes_back_alike(terrain, call, run.depth.left, budget)
        except OutOfBudget:
            alike = False
        if not alike:
            found |= {side.outline(call[0][-1]).call.sop for side in terrain.sides}
    return found


def _followed(terrain: Terrain, id: str, depth: Depth, allowance: int) -> _Followed:
    found = run(terrain, id, depth, allowance)
    told = [(line, alone(found, line)) for line in lines(found)]
    behind = found.behind.union(*(called for _, called in told))
    return _Followed(found._replace(behind=behind), [line for line, called in told if not called])


def _onward(terrain: Terrain, found: _Found, near: Mapping[str, _Found]) -> _Found:
    """The same, where cases that both sides hand to the same SOP otherwise are followed on there:
    they go apart nowhere up to the next hand-off, or as those that start there, or into `behind`."""
    if isinstance(found, Unknown) or not found.run.unlike:
        return found
    ahead, left = sorted(found.run.unlike, key=repr), ALLOWANCE
    seen, handed, behind = set(ahead), set(found.run.handed), set(found.run.behind)
    while ahead:
        pair = ahead.pop()
        id = pair[0].place[0]
        there = near.get(id)
        depth = there.run.depth if isinstance(there, _Followed) else TO_HAND_OFFS
        try:
            on = run_on(terrain, pair, depth, left)
        except OutOfBudget:
            behind.add(id)
            continue
        left = on.allowance
        if starts_alike(pair, terrain):
            handed.add(id)
        elif on.splits or on.unclear or on.behind or _unlike_calls(terrain, on):
            behind.add(id)
        handed |= on.handed
        ahead.extend(sorted(on.unlike - seen, key=repr))
        seen |= on.unlike
    return found.but(handed, behind)


def _quiet(found: Mapping[str, _Found]) -> set[str]:
    """The SOPs of which every case ends as it did: where none goes apart before it is handed to
    another SOP, and that one is quiet too, be it round in a circle."""
    handed = {id: each.run.handed for id, each in found.items() if isinstance(each, _Followed) and each.clean}
    loud = {to for others in handed.values() for to in others}.union(found) - handed.keys()
    return handed.keys() - reachable(reverse(handed), loud)


def _all_far(terrain: Terrain, near: Mapping[str, _Found]) -> tuple[dict[str, _Found], set[str]]:
    """The cases of every SOP through hand-offs as well where that is needed, and the SOPs that are
    quiet. Each comes after those that it leads to: where they are quiet, it need not be followed."""
    far, quiet, deep = dict(near), _quiet(near), Budget(DEEP)
    onward = {
        id: each.run.handed | each.run.behind if isinstance(each, _Followed) else set()
        for id, each in near.items()
    }
    for id in afterwards(onward):
        now = near[id] if id in quiet else _far(terrain, id, near[id], quiet, deep)
        if now is not near[id] and isinstance(now, _Followed) and now.clean:
            quiet = _quiet({**far, id: now})
        far[id] = now
    return far, quiet


def _far(terrain: Terrain, id: str, near: _Found, quiet: Set[str], deep: Budget) -> _Found:
    """The cases through hand-offs as well, where they end differently there and it is not too much."""
    if isinstance(near, Unknown) or not near.run.depth.whole:
        return near
    if not near.run.splits_at_hand_offs and not near.run.behind and near.run.handed <= quiet:
        return near
    try:
        deep.spend(BEHIND)
        far = _followed(terrain, id, THROUGH, BEHIND)
    except OutOfBudget:
        return near
    deep.left += far.run.allowance
    return far


def _told(terrain: Terrain, id: str, found: _Found) -> tuple[list[CaseChange], Unknown | None]:
    """The changes of one SOP, and why there may be more."""
    if isinstance(found, Unknown):
        return [], found
    teller = Teller(terrain, found.run, id)
    changes = [teller.change(line) for line in found.lines]
    sure = sorted(filter(None, changes), key=lambda each: (KINDS.index(each.kind), each.message))
    reasons = sorted(found.run.unclear)
    reasons += ["a case did not take the way that was worked out for it"] if None in changes else []
    if found.lines and found.run.past and not _sure(terrain, id, found.run, found.lines):
        reasons.append("too many cases to follow them through calls: any outcome of those counts")
    behind = tuple(sorted(found.run.behind))
    if behind:
        reasons.append(f"too many cases to follow them into {listed(behind)}")
    return sure, Unknown(id, "; ".join(reasons), behind) if reasons else None


def _sure(terrain: Terrain, id: str, run: Run, lines: Iterable[Line]) -> bool:
    """Whether what is told of a SOP is so though calls were not followed: cases come back from all of
    those, what the lines say of a case is nothing that they ask or alter, and there is a case for each end
    of each line."""
    past = sorted(run.past)
    called = {terrain.sides[number].outline(place).call.sop for number, place in past}
    altered = frozenset[str]().union(*map(terrain.altered, called))
    spoken = altered.union(*map(terrain.spoken, called))
    shared = terrain.sides[0].shared & terrain.sides[1].shared - altered
    if not run.depth.into and run.behind & called:
        return False
    for line in lines:
        for name, times in limits(run, line.box):
            if name in spoken and (times > 1 or name not in shared):
                return False
    try:
        if not all(comes_back(terrain, number, place) for number, place in past):
            return False
        budget = Budget(BEHIND)
        return all(_is_met(terrain, id, run, line, spoken - shared, budget) for line in lines)
    except OutOfBudget:
        return False


def _is_met(terrain: Terrain, id: str, run: Run, line: Line, altered: Set[str], budget: Budget) -> bool:
    """Whether some case of a line comes to each of its ends, followed through all calls."""
    wanted = {*((0, end) for end in line.before), *((1, end) for end in line.after)}
    space, hunt = line.space, Hunt(terrain, budget)
    for split, boxes in sorted(run.splits.items()):
        for box in boxes:
            if wanted.isdisjoint(enumerate(split)):
                break
            if space.meets(box, line.box):
                said = limits(run, box & line.box & space.full)
                found = hunt.splits(id, *_known(run, said, altered))
                for each in found:
                    wanted -= {*enumerate(each)}
                    if wanted.isdisjoint(enumerate(split)):
                        break
    return not wanted


def _known(
    run: Run, said: Mapping[Asked, int], altered: Set[str]
) -> tuple[dict[Asked, int], dict[Asked, frozenset[str]]]:
    """What a case says, and what its calls come back with, apart."""
    outcomes = {asked: mask for asked, mask in said.items() if asked[0].endswith(returns(""))}
    facts = {asked: mask for asked, mask in said.items() if asked not in outcomes and asked[0] not in altered}
    words = {
        asked: frozenset(map(str, run.variables.asked[asked].values(mask)))
        for asked, mask in outcomes.items()
        if not run.variables.called(asked)
    }
    return facts, words


def _handed(found: Mapping[str, _Found], quiet: Set[str]) -> tuple[Handed, ...]:
    """The SOPs that hand cases to others where some go apart, together where these are the same ones."""
    onward = {
        id: each.run.handed - quiet
        for id, each in found.items()
        if isinstance(each, _Followed) and each.clean
    }
    groups: dict[tuple[str, ...], list[str]] = {}
    for id, each in sorted(found.items()):
        to = each.run.handed - quiet if isinstance(each, _Followed) else set()
        if told := sorted(reachable(onward, to) - onward.keys()):
            groups.setdefault(tuple(told), []).append(id)
    return tuple(Handed(tuple(sops), to) for to, sops in sorted(groups.items()))


def _left(terrain: Terrain, id: str, near: _Found) -> tuple[list[CaseChange], Unknown | None]:
    """The values that cases of a SOP leave otherwise, though all of them end as before."""
    try:
        facts = frozenset(fact for number in (0, 1) for fact in _lasting(terrain, number, id))
    except Torn as trouble:
        return [], Unknown(id, f"{trouble}: every case ends as before, but what it leaves was not compared")
    if not facts or isinstance(near, Unknown):
        return [], None
    try:
        found = run(terrain, id, near.run.depth._replace(left=facts), ALLOWANCE)
        teller = Teller(terrain, found, id)
        told = [
            teller.left(line, fact)
            for fact, splits in sorted(found.left.items())
            for line in lines(found._replace(splits=splits))
        ]
    except (OutOfBudget, Torn):
        return [], _not_compared(id, facts)
    sure = sorted(filter(None, told), key=lambda each: each.message)
    unsure = None in told or (told and found.past) or _unlike_calls(terrain, found)
    doubtful = facts if unsure else found.torn
    return sure, _not_compared(id, doubtful) if doubtful else None


def _lasting(terrain: Terrain, number: int, id: str) -> Iterator[str]:
    """The facts that rows of a SOP, and of those that it calls, give a value to and that outlive it;
    and its own ones that nothing asks for, which are given for people to go by."""
    side = terrain.sides[number]
    asked = {fact for step in side.steps(id) for fact in _asked(side.outline((id, step)))}
    for called in reachable({each: side.calls(each) for each in terrain.sops}, [id]):
        for step in side.steps(called):
            own = side.private(called)
            sets = side.sets((called, step))
            yield from (fact for fact in sets if fact not in own or (called == id and fact not in asked))


def _with_broken(terrain: Terrain, ids: Iterable[str], unknown: list[Unknown]) -> list[Unknown]:
    """What is unknown, with the SOPs that ask for a fact that need not be whole on one side only."""
    reasons = {each.sop: each for each in unknown}
    for id in sorted(ids):
        asked = {
            fact
            for side in terrain.sides
            for step in side.steps(id)
            for fact in _asked(side.outline((id, step)))
        }
        if broken := sorted(fact for fact in asked if terrain.meanings.whole(fact)):
            named = listed([f"`{fact}`" for fact in broken])
            reason = f"of {named} just the whole numbers were compared: one side knows no others"
            known = reasons.get(id)
            reasons[id] = known._replace(reason=f"{known.reason}; {reason}") if known else Unknown(id, reason)
    return [reasons[id] for id in sorted(reasons)]


def _asked(act: Act) -> tuple[str, ...]:
    return (*act.asks, *act.facts, *act.later)


def _not_compared(id: str, facts: Set[str]) -> Unknown:
    named = listed([f"`{fact}`" for fact in sorted(facts)], "and")
    return Unknown(id, f"every case ends as before, but what it leaves in {named} was not compared")


THROUGH = Depth(onward=True, into=True)
TO_HAND_OFFS = Depth(onward=False, into=True)
PAST_SAME = Depth(onward=False, into=True, differs=True)
PAST_CALLS = Depth(onward=False, into=False)

BEHIND = ALLOWANCE // 2
"""Comparisons that the cases of one SOP may take where they are followed through hand-offs."""

DEEP = 12 * BEHIND
"""Comparisons that the cases of all SOPs together may take so."""
