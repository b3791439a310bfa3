"""Changed cases and their ends, as people say them."""

from collections.abc import Iterable, Sequence

from sopctl.analysis import case_words
from sopctl.analysis.time_words import listed
from sopctl.diff.sides import Side
from sopctl.diff.terrain import returns
from sopctl.diff.variables import Asked
from sopctl.model import unary
from sopctl.model.registers import Fact
from sopctl.model.unary import Values

Limit = tuple[Asked, Fact, Values]


def when(limits: Iterable[Limit], home: str) -> str:
    """The cases in question: `strikes = 2 and severity = major`; empty for all cases."""
    said = [_limit(asked, unary.words(fact, values), home) for asked, fact, values in limits]
    return listed(said) if said else ""


def _limit(asked: Asked, values: str, home: str) -> str:
    name, times = asked
    if "#" in name:
        place = name.removesuffix(returns(""))
        verb = "answered" if place == name else "comes back as"
        again = "" if times == 1 else f" the {_ordinal(times)} time"
        return f"`{_local(place, home)}` {verb} {values}{again}"
    again = "" if times == 1 else f" (asked the {_ordinal(times)} time)"
    return f"{case_words.name(name)}{again} = {values}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def machine(asked: Asked) -> str:
    """What is asked, as a key: `strikes`, or `strikes@2` for the second time."""
    name, times = asked
    return name if times == 1 else f"{name}@{times}"


def ends(side: Side, found: Sequence[str], home: str) -> str:
    """Ends as one names them: `“Deactivation upheld” or “Handed back”`."""
    return listed([_end(side, each, home) for each in found], "or")


def message(
    sides: tuple[Side, Side], kind: str, cases: str, before: Sequence[str], after: Sequence[str], home: str
) -> str:
    """The whole change in one sentence."""
    who = f"cases with {cases}" if cases else "all cases"
    went, go = _went(sides[0], before, home), _go(sides[1], after, home)
    if kind == "new":
        return f"{who} are new: they {go}"
    if kind == "gone":
        return f"{who} are no more: they {went}"
    return f"{who} {went}, and now {go}"


def left(fact: str, values: Sequence[str]) -> str:
    """What cases leave in a fact: `hold active as yes or no`."""
    said = [each or "it was" for each in values]
    return f"{case_words.name(fact)} as {listed(said, 'or')}"


def message_of_left(cases: str, before: str, after: str) -> str:
    who = f"cases with {cases}" if cases else "all cases"
    return f"{who} end as before, and now leave {after}; they left {before}"


def _end(side: Side, end: str, home: str) -> str:
    if end.startswith("stuck:"):
        why, _, place = end.removeprefix("stuck:").partition("@")
        return f"stuck: {_STUCK[why][1].format(_local(place, home))}"
    if ":" not in end:
        return f"handed to {_sop(side, end)}"
    return titled(side, end, home)


def titled(side: Side, end: str, home: str) -> str:
    """An outcome by its title, a SOP that cases are handed to by its id."""
    if ":" not in end:
        return end
    id, _, outcome = end.partition(":")
    sop = side.sop(id)
    known = (sop.outcomes or {}) if sop else {}
    titles = [
        each.title
        for own, each in known.items()
        if sop and each and side.names.inside(sop.id, own) == outcome
    ]
    where = f" ({', now '.join(_names(side, id))})" if id != home else ""
    return f"“{(titles or [outcome])[0] or outcome}”{where}"


def _went(side: Side, found: Sequence[str], home: str) -> str:
    return _verbs(side, found, home, "went to", "were handed to", 0)


def _go(side: Side, found: Sequence[str], home: str) -> str:
    return _verbs(side, found, home, "go to", "are handed to", 1)


def _verbs(side: Side, found: Sequence[str], home: str, go: str, hand: str, tense: int) -> str:
    """`go to “A” or “B”, or fit no row of `weigh``."""
    titles = [titled(side, end, home) for end in found if ":" in end and not end.startswith("stuck:")]
    said = [f"{go} {listed(titles, 'or')}"] if titles else []
    handed = [_sop(side, end) for end in found if ":" not in end]
    said += [f"{hand} {listed(handed, 'or')}"] if handed else []
    for end in found:
        if end.startswith("stuck:"):
            why, _, place = end.removeprefix("stuck:").partition("@")
            said.append(_STUCK[why][tense].format(_local(place, home)))
    return ", or ".join(said)


def _sop(side: Side, id: str) -> str:
    """A SOP that cases are handed to."""
    if not side.own_id(id) and not side.may_hide(id):
        return f"{id}, which is not there"
    own, *now = _names(side, id)
    return f"{own} (now {now[0]})" if now else own


def _names(side: Side, id: str) -> list[str]:
    """A SOP by the name that its own library has for it, and by the new one where that is another."""
    return list(dict.fromkeys((side.own_id(id) or id, id)))


_STUCK = {
    "no-row": ("fitted no row of `{}`", "fit no row of `{}`"),
    "two-rows": ("fitted two rows of `{}` that say different things", "fit two rows of `{}` that say different things"),
    "dead-end": ("came to an end nowhere, behind `{}`", "come to an end nowhere, behind `{}`"),
    "unhandled": ("came back to `{}` with an outcome that it does not handle", "come back to `{}` with an outcome that it does not handle"),
    "loop": ("went round for ever", "go round for ever"),
}  # fmt: skip


def _local(place: str, home: str) -> str:
    return place.removeprefix(f"{home}#")
