"""The wait of a call that is walked through: the call comes back when the called SOP does, and no
sooner than its wait is over."""

from collections.abc import Callable, Iterable, Mapping

from sopctl.analysis.chains import Chain, OutOfBudget, TooMany
from sopctl.analysis.graph import reachable
from sopctl.analysis.slowest import Spread
from sopctl.analysis.states import SURE, Group, State
from sopctl.named import NamedTuple


class Wait(NamedTuple):
    """A call, where it leads into the called SOP, and how long it waits."""

    call: State
    first: State
    time: Chain


def waited(spread: Spread, waits: Iterable[Wait], later: Callable[[Chain, Chain], Chain]) -> Spread:
    """The same ways, with arrows over each call that waits, to where it comes back; the inner calls
    first. Of a clock that starts inside, nobody knows how long the call has waited by then."""
    for wait in sorted(waits, key=lambda each: -len(each.first.stack)):
        spread = _with_arrows_over(spread, wait, later)
    return spread


def _with_arrows_over(spread: Spread, wait: Wait, later: Callable[[Chain, Chain], Chain]) -> Spread:
    within = wait.first.stack
    graph = {
        state: [to for group in groups for to in group.nexts]
        for state, groups in spread.groups.items()
        if _inside(state, within)
    }
    inside = reachable(graph, [wait.first]) & graph.keys()
    back = dict.fromkeys(
        to
        for state in spread.order
        if state in inside
        for group in spread.groups[state]
        for to in group.nexts
        if not group.left and not _inside(to, within)
    )
    groups = {state: spread.groups[state] if state in inside else () for state in spread.order}
    ways = Spread((wait.first,), spread.order, [], groups, spread.looped)
    try:
        fast = {to: tuple(later(wait.time, each) for each in ways.fast([to])) for to in back}
    except TooMany:
        raise OutOfBudget from None
    found = dict(spread.groups)
    if not any(_inside(start, within) for start in spread.starts):
        found |= {
            state: tuple(each for group in found[state] for each in _split(group, back)) for state in inside
        }
    over = (Group((wait.time,), fast[to], SURE, (to,)) for to in back)
    found[wait.call] = (*found[wait.call], *over)
    return Spread(spread.starts, spread.order, spread.ends, found, spread.looped)


def _inside(state: State, within: tuple[object, ...]) -> bool:
    return state.stack[: len(within)] == within


def _split(group: Group, back: Mapping[State, None]) -> tuple[Group, ...]:
    """A group with what comes back apart: never faster than over the call."""
    returns = tuple(to for to in group.nexts if to in back)
    if group.left or not returns:
        return (group,)
    stays = tuple(to for to in group.nexts if to not in back)
    return (group._replace(nexts=stays), group._replace(nexts=returns, fast=()))
