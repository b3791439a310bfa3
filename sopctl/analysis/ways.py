"""Where a case can go: the arrows between the steps of a SOP, and of all SOPs together."""

from weakref import WeakKeyDictionary

from sopctl.analysis.graph import Graph, reachable, reverse
from sopctl.diagnostic import Pointer
from sopctl.library import Library
from sopctl.model.sop import Escalation, Sop, Step
from sopctl.named import NamedTuple

ANYWHERE = "*"
"""The target of an arrow that could not be read: it may lead to any step or outcome."""


class Arrow(NamedTuple):
    """From a step to a step, an outcome or a SOP. `why` is the answer or row that leads there."""

    to: str
    at: Pointer
    why: str = ""


def _arrows(sop: Sop, step: Step) -> list[Arrow]:
    """Where a step can lead, in the order of the file."""
    found: list[Arrow] = []
    if step.decide:
        for i, row in enumerate(step.decide):
            at = (*step.at, "decide", i)
            if not row or (row.unknown and {"then", "otherwise"} & row.unknown):
                found.append(Arrow(ANYWHERE, at))
            elif row.target:
                found.append(Arrow(row.target, at, "otherwise" if row.is_otherwise else f"row {i + 1}"))
            else:
                found.extend(_following(sop, step))
    elif step.answers:
        found = [
            Arrow(to or ANYWHERE, (*step.at, "answers", word), word) for word, to in step.answers.items()
        ]
    elif step.on:
        found = [Arrow(to or ANYWHERE, (*step.at, "on", word), word) for word, to in step.on.items()]
    elif step.ask or (step.unknown and {"decide", "answers", "on"} & step.unknown):
        found = [Arrow(ANYWHERE, step.at)]
    else:
        found = _following(sop, step)
    if step.after_that:
        found.append(Arrow(step.after_that, (*step.at, "after_that"), "too often"))
    return found


def _following(sop: Sop, step: Step) -> list[Arrow]:
    if step.next:
        return [Arrow(step.next, (*step.at, "next"))]
    if "next" in step.unknown:
        return [Arrow(ANYWHERE, step.at)]
    place = int(step.at[1]) + 1 if len(step.at) > 1 else 0
    if place >= len(sop.steps):
        return []
    later = sop.steps[place]
    return [Arrow(later.id if later and later.id else ANYWHERE, step.at)]


def arrows_by_step(sop: Sop) -> dict[str, list[Arrow]]:
    """Where each step can lead, by its id; worked out once for all who ask."""
    found = _ARROWS.get(sop)
    if found is None:
        steps = sop.steps_by_id
        found = _ARROWS[sop] = {step.id: _arrows(sop, steps[step.id]) for step in sop.known_steps}
    return found


_ARROWS: WeakKeyDictionary[Sop, dict[str, list[Arrow]]] = WeakKeyDictionary()


def interruptions(sop: Sop) -> list[str]:
    """Where an escalation of the SOP can take a case at any time."""
    return [each.then or "" for each in interrupting(sop)]


def interrupting(sop: Sop) -> list[Escalation]:
    """The escalations of the SOP that take a case elsewhere."""
    return [each for each in sop.escalations or () if each and each.then]


def graph(sop: Sop) -> dict[str, list[str]]:
    """From each step to where it can lead; worked out once for all who ask. An arrow to a name that
    nothing has goes anywhere: to a node of its own, last, that leads to every step and outcome."""
    found = _GRAPHS.get(sop)
    if found is None:
        found = _GRAPHS[sop] = _graph(sop)
    return found


_GRAPHS: WeakKeyDictionary[Sop, dict[str, list[str]]] = WeakKeyDictionary()


def _graph(sop: Sop) -> dict[str, list[str]]:
    places = [*sop.steps_by_id, *(sop.outcomes or ())]
    known, lost = set(places), False
    found: dict[str, list[str]] = {}
    for id, leads in arrows_by_step(sop).items():
        nexts = [each.to if each.to in known or is_sop(each.to) else ANYWHERE for each in leads]
        found[id] = [*dict.fromkeys(nexts)]
        lost = lost or ANYWHERE in nexts
    if lost:
        found[ANYWHERE] = places
    return found


def stuck(sop: Sop) -> dict[str, list[str]]:
    """The steps from which no outcome and no other SOP can be reached, with where they lead."""
    leads = graph(sop)
    ends = {to for nexts in leads.values() for to in nexts if to not in leads}
    left = reachable(reverse(leads), ends)
    return {step: nexts for step, nexts in leads.items() if step not in left}


def is_sop(target: str) -> bool:
    """True where a target is a SOP, and the arrow a hand-off."""
    return target[:1].isupper()


def hands_off(sop: Sop) -> bool:
    """Whether an arrow or an escalation leads to another SOP."""
    targets = [arrow.to for leads in arrows_by_step(sop).values() for arrow in leads]
    return any(map(is_sop, targets + interruptions(sop)))


def loops_left(library: Library) -> "Graph[tuple[str, str]]":
    """The graph of all SOPs, hand-offs followed, in which each step with `at_most` is left only
    for its `after_that`: a circle in it has no bound."""
    whole: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for sop in library.sops:
        steps = sop.steps_by_id
        for id, leads in arrows_by_step(sop).items() if sop.ids_apart else ():
            nexts = [arrow.to for arrow in leads] if not bounded(steps[id]) else [steps[id].after_that or ""]
            whole[sop.id, id] = [
                there
                for to in nexts
                if (there := (sop.id, to) if to in steps else _first_of(library, to)) is not None
            ]
    return whole


def bounded(step: Step) -> bool:
    """True where something bounds it, be it written wrongly."""
    if step.at_most is not None or step.after_that:
        return True
    return bool(step.unknown) and not step.unknown.isdisjoint(("at_most", "after_that"))


def _first_of(library: Library, target: str) -> tuple[str, str] | None:
    """Where a case arrives that is handed to another SOP."""
    other = library.sop(target) if is_sop(target) else None
    first = other.known_steps[:1] if other else []
    return (other.id, first[0].id) if other and first else None
