"""Which version of a SOP was in force on a day, by its effective dates and by what git had when.

Each commit makes a claim: from this day on, this version is in force, or none is. Of the claims
that hold on a day, the one that was made last counts.

- A version is in force from its `effective_on`, be it committed before or after that day.
- A date that has passed cannot be taken back; one that was still to come, be it of a beginning or of
  an end, is replaced by the next one for that version.
- A version that returns, or a status that ends it, counts from the commit, unless a new
  `effective_on` comes with it.
- A new draft, or an approval without the status `effective`, leaves in force what was.
- The text is the last that git had of that version on that day; where git had none yet, the first.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from sopctl.chronicle import State, altered
from sopctl.diff import NOTHING, Renamed
from sopctl.model import Sop
from sopctl.named import NamedTuple

ENDED = ("suspended", "superseded", "withdrawn")


class Claim(NamedTuple):
    """What a commit says is so from a day on."""

    start: date
    place: int  # of the state that makes it
    status: str  # of the SOP; `deleted` where there is none any more
    version: str  # in force while the status is `effective`
    why: str

    @property
    def in_force(self) -> bool:
        return self.status == "effective"


class Answer(NamedTuple):
    """What was in force on a day, how that is known, and what there is to doubt about it."""

    day: date
    why: str
    version: str | None = None
    state: State | None = None  # the text; None where none was in force, or git has none of it
    since: date | None = None
    until: date | None = None  # the first day on which it no longer was, as far as is known
    doubts: tuple[str, ...] = ()


class Successor(NamedTuple):
    """A SOP that takes the place of this one, and from when."""

    id: str
    start: date


def in_force(
    states: Sequence[State],
    day: date,
    *,
    begins: str,
    successors: Sequence[Successor] = (),
    renamed: Renamed = NOTHING,
) -> Answer:
    """The version and the text of a SOP that were in force on a day.

    `begins` says where the past that git knows begins, for days of which it knows nothing;
    `renamed`, what it knows to be called otherwise since.
    """
    claims = claimed(states)
    claim = _holding(claims, day)
    start = claim.start if claim else date.min
    if unknown := _unknown_version(states, start, day):
        version, start = unknown
        why = f"version {version} took effect on {start} by the change history, but no commit that is here has its text"
        return Answer(day, why, version, since=start, until=_next(claims, day))
    if claim is None:
        return Answer(day, _nothing_yet(states, claims, day, begins), doubts=tuple(_unread(states, day)))
    until = _next(claims, day)
    doubts = tuple(_doubts(states, claims, claim, day, begins, renamed))
    if successor := _taken_by(claims, claim, successors, day):
        why = f"{successor.id} took its place on {successor.start}"
        return Answer(day, why, since=successor.start, doubts=doubts)
    if not claim.in_force:
        return Answer(day, claim.why, since=start, until=until, doubts=doubts)
    until = min(filter(None, (until, *(each.start for each in successors if each.start > day))), default=None)
    return Answer(day, claim.why, claim.version, _text(states, claim, day), start, until, doubts)


def claimed(states: Sequence[State]) -> list[Claim]:
    """The claims of the commits, in their order."""
    claims: list[Claim] = []
    seen: dict[str, date | None] = {}  # by version, the effective date that it had last
    for place, state in enumerate(states):
        if claims and _takes_back(state, claims[-1]):
            seen.pop(claims.pop().version)
        claim = _claim(state, place, claims[-1] if claims else None, seen)
        if claim is None:
            continue
        last = claims[-1] if claims else None
        claims = [each for each in claims if each.start <= state.since or not _replaces(claim, each, last)]
        claims.append(claim)
        if state.sop:
            seen[claim.version] = _effective_on(state.sop)
    return claims


# Claims


def _takes_back(state: State, last: Claim) -> bool:
    """Whether a version that was still to take effect will not."""
    sop = state.sop
    if sop is None or not sop.status or not last.in_force or last.version != sop.version:
        return False
    return sop.status not in ("effective", *ENDED) and last.start > state.since


def _replaces(claim: Claim, other: Claim, last: Claim | None) -> bool:
    """Whether a claim takes the place of one that is still to come: of every one for its version, or of
    the end that was told last."""
    if claim.in_force:
        return claim.version == other.version
    return other is last and claim.status == other.status


def _claim(state: State, place: int, last: Claim | None, seen: dict[str, date | None]) -> Claim | None:
    """What a state says that the ones before did not."""
    sop, since = state.sop, state.since
    if state.typed is None:
        return Claim(since, place, "deleted", "", f"its file was deleted on {since}")
    if sop is None or not sop.version or not sop.status:
        return None
    stated = _effective_on(sop)
    fresh = stated is not None and seen.get(sop.version) != stated
    holds = last is not None and last.in_force and last.version == sop.version
    if sop.status == "effective":
        if holds and not fresh:
            return None
        start = stated if stated and fresh else since
        return Claim(start, place, sop.status, sop.version, _took_effect(sop, stated, start))
    if sop.status in ENDED:
        if last is not None and last.status == sop.status and not (fresh and last.start > since):
            return None
        start = stated if stated and fresh and last else since
        return Claim(start, place, sop.status, sop.version, f"it was {sop.status} on {start}")
    if holds:
        why = f"version {sop.version} went back to `{sop.status}` on {since}"
        return Claim(since, place, sop.status, sop.version, why)
    return None


def _took_effect(sop: Sop, stated: date | None, start: date) -> str:
    if stated is None:
        return f"version {sop.version} gives no effective date; it is `effective` since the commit of {start}"
    if start != stated:
        return f"version {sop.version} is `effective` again since the commit of {start}"
    return f"version {sop.version} took effect on {start}"


def _effective_on(sop: Sop) -> date | None:
    """The day that the SOP gives, or its change history for this version."""
    entry = sop.entry
    return sop.effective_on or (entry.effective_on if entry else None) or None


def _holding(claims: Sequence[Claim], day: date) -> Claim | None:
    return next((each for each in reversed(claims) if each.start <= day), None)


def _next(claims: Sequence[Claim], day: date) -> date | None:
    """The first day on which another claim holds."""
    starts = sorted({each.start for each in claims if each.start > day})
    return next((start for start in starts if _holding(claims, start) != _holding(claims, day)), None)


# Texts


def _taken_by(
    claims: Sequence[Claim], claim: Claim, successors: Sequence[Successor], day: date
) -> Successor | None:
    """The SOP that had taken the place of this one, be it that its file says so only later."""
    if claim.in_force:
        return _successor(successors, claim.start, day)
    if claim.status != "superseded":
        return None
    before = claims[: claims.index(claim)]
    begun = next((each.start for each in reversed(before) if each.in_force), date.min)
    return _successor(successors, begun, claim.start)


def _successor(successors: Sequence[Successor], start: date, day: date) -> Successor | None:
    found = [each for each in successors if start <= each.start <= day]
    return max(found, key=lambda each: (each.start, each.id), default=None)


def _text(states: Sequence[State], claim: Claim, day: date) -> State:
    """Of the states that say this version is in force, the last that git had on the day, else the first."""
    saying = _saying(states, claim)
    return next((state for state in reversed(saying) if state.since <= day), saying[0])


def _saying(states: Sequence[State], claim: Claim) -> list[State]:
    said = claim.version, "effective"
    return [each for each in states if each.sop and (each.sop.version, each.sop.status) == said]


# What nobody knows, or should not rely on


def _nothing_yet(states: Sequence[State], claims: Sequence[Claim], day: date, begins: str) -> str:
    if not states:
        return f"no commit holds it; {begins}"
    first = next((each for each in claims if each.in_force), None)
    later = f"the first version that git knows took effect on {first.start}" if first else ""
    if day < states[0].since:
        return f"git has it since {states[0].since}{f', and {later}' if later else ''}; {begins}"
    return f"no version of it had taken effect{f': {later}' if later else ''}"


def _unknown_version(states: Sequence[State], start: date, day: date) -> tuple[str, date] | None:
    """A version that by the change history took effect meanwhile, though no commit holds it."""
    newest = next((state.sop for state in reversed(states) if state.sop), None)
    held = {state.sop.version for state in states if state.sop}
    found = [
        (each.effective_on, each.version)
        for each in (newest.change_history or () if newest else ())
        if each and each.version and each.effective_on and each.version not in held
    ]
    begun, version = max((each for each in found if start < each[0] <= day), default=(None, ""))
    return (version, begun) if begun else None


def _doubts(
    states: Sequence[State], claims: Sequence[Claim], claim: Claim, day: date, begins: str, renamed: Renamed
) -> Iterator[str]:
    if claim.in_force:
        same_day = [each.version for each in claims if each.start == claim.start and each.in_force]
        if len(set(same_day)) > 1:
            yield f"several versions took effect on {claim.start}: {', '.join(same_day)}; the last one counts"
        yield from _doubts_of_text(states, claim, day, begins, renamed)
        for each in claims:
            if each.in_force and each.version == claim.version and each.start != claim.start:
                yield f"another commit has version {claim.version} take effect on {each.start}"
    yield from _unread(states, day)
    yield from _approved_only(states, claim, day)


def _doubts_of_text(
    states: Sequence[State], claim: Claim, day: date, begins: str, renamed: Renamed
) -> Iterator[str]:
    state = _text(states, claim, day)
    if state.since > day:
        then = next((each for each in reversed(states) if each.since <= day), None)
        held = f"; on {day} it held {_told(then)}" if then else f"; before that it had none: {begins}"
        days = (state.since - claim.start).days
        late = f", {days} day{'' if days == 1 else 's'} after it took effect" if days > 0 else ""
        yield f"committed late: git has this text only since {state.since}{late}{held}"
    dated = state.commit.committed.date()
    if dated < state.since:
        yield f"the commit bears the date {dated}, but follows one of {state.since}: it cannot be older"
    changed = [b.since for a, b in pairwise(_saying(states, claim)) if altered(a.typed, b.typed, renamed)]
    if changed:
        days_said = ", ".join(map(str, dict.fromkeys(changed)))
        yield f"the text of version {claim.version} was changed without a new version ({days_said})"


def _unread(states: Sequence[State], day: date) -> Iterator[str]:
    last = next((each for each in reversed(states) if each.since <= day), None)
    if last is not None and last.typed is not None and last.sop is None:
        yield f"from {last.since} on the file could not be read, so what it said on that day is not known"


def _approved_only(states: Sequence[State], claim: Claim, day: date) -> Iterator[str]:
    """A later version that was to take effect, of which no commit says that it did."""
    effective = {state.sop.version for state in states if state.sop and state.sop.status == "effective"}
    approved = {
        state.sop.version: _effective_on(state.sop)
        for state in states[claim.place + 1 :]
        if state.sop and state.sop.status == "approved" and state.since <= day
    }
    for version, stated in approved.items():
        if stated and claim.start < stated <= day and version not in effective:
            yield f"version {version} was approved to take effect on {stated}, but no commit says that it did"


def _told(state: State) -> str:
    if state.sop is None:
        return "no text that can be read" if state.typed else "no file of it"
    return f"version {state.sop.version or '?'} ({state.sop.status or 'status unknown'})"
