"""`sopctl walk`."""

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

from sopctl.analysis import lasting, way_words
from sopctl.analysis.trials import escalations, notices
from sopctl.analysis.walk import Stop, Visit, Walk, atlas
from sopctl.analysis.walk import walk as take
from sopctl.cli import ground
from sopctl.cli.completion import sop_ids
from sopctl.cli.options import Argument, Today
from sopctl.cli.show import Page
from sopctl.cli.wanted import wanted_sop
from sopctl.library import Library
from sopctl.model import Sop, unary
from sopctl.model.sop import Step
from sopctl.named import NamedTuple
from sopctl.render import Links, words
from sopctl.render.plain import plain
from sopctl.terminal import shown

_HELP = "Type a number or a value; `b` goes back to the last question, `q` stops."


def walk(
    id: Annotated[str, Argument("The id of the SOP.", "ID", sop_ids)],
    today: Today = None,
) -> int:
    """Go through a SOP step by step, as for a case; at the end stands a trail to paste into it."""
    library = ground.find().library(ground.day(today))
    sop = wanted_sop(library, id)
    way = _Lead(sop, library).through()
    sys.stdout.write(shown("\n".join(["", *trail(way, sop, library)]) + "\n"))
    return int(not way.end.ended and way.end.why not in _WAITING)


_WAITING = ("fact", "answer")
"""A walk that stops for one of these goes on as soon as somebody says it."""


class Heard:
    """What a person has said so far, in order, as the source of a walk."""

    foretold = False

    def __init__(self, said: Sequence[str]) -> None:
        self._ahead = iter(said)

    def fact(self, sop: str, step: str, fact: str) -> str | None:
        return next(self._ahead, None)

    def answer(self, sop: str, step: str) -> str | None:
        return next(self._ahead, None)

    def outcome(self, sop: str, step: str) -> str | None:
        return None


class Question(NamedTuple):
    """What is asked: the choices with their words, or for a number none."""

    text: str
    choices: dict[str, str]
    fact: str = ""
    kind: str = ""  # what a number may be


class _Quit(Exception):
    """The person has stopped."""


class _Lead:
    """Leads one person through a SOP; what they say is kept, and everything follows from it."""

    def __init__(self, sop: Sop, library: Library) -> None:
        self._sop, self._library = sop, library
        self._said: list[str] = []
        self._shown = 0  # steps that stand on the screen
        self._times = ""  # the time of the last of them, as it stands there
        self._settled = 0  # steps of which it was said where they lead

    def through(self) -> Walk:
        """Lead on until the walk stops; the way comes back as far as the person has gone it."""
        self._print(f"{self._sop.id}  {self._sop.title}")
        if caution := words.CAUTION.get(self._library.status_of(self._sop) or ""):
            self._print(caution)
        self._print(_HELP)
        try:
            while self._on():
                pass
        except _Quit:
            self._print("stopped")
            return self._so_far()
        return self._way()

    def _way(self) -> Walk:
        """The way that follows from what was said: beyond it, as far as nothing more need be asked."""
        return take(atlas(self._library), self._sop.id, Heard(self._said))

    def _so_far(self) -> Walk:
        way = self._way()
        del way.trail[self._settled + 1 :]
        way.stop = Stop("answer")
        return way

    def _on(self) -> bool:
        """Show what has come since, and ask what is missing; False where nothing is."""
        way = self._way()
        waits = way.end.why in _WAITING
        before = len(self._said)
        for place in range(self._settled, len(way.trail)):
            visit = way.trail[place]
            if place >= self._shown:
                self._show(way, place)
            if waits and place == len(way.trail) - 1:
                self._ask(way, visit)
                return True
            if not (visit.asked or visit.answer or visit.walked) and not self._pause():
                break
            self._settle(visit)
        return len(self._said) != before

    # Showing

    def _show(self, way: Walk, place: int) -> None:
        visit, last = way.trail[place], way.trail[place - 1] if place else None
        self._shown, self._times = place + 1, _times(visit)
        if last is not None and (visit.sop, visit.depth) != (last.sop, last.depth):
            self._enter(way, visit, last, place)
        sop = self._library.sop(visit.sop)
        assert sop is not None
        self._print("", *_head(Page(sop, self._library), way_words.step_of(visit, self._library), visit))

    def _enter(self, way: Walk, visit: Visit, last: Visit, place: int) -> None:
        """Say that another SOP begins here, or that it is over."""
        sop = self._library.sop(visit.sop)
        title = f"{visit.sop} {sop.title if sop else ''}".rstrip()
        if visit.depth > last.depth:
            self._print("", f"=== {title}: called by {last.sop}")
        elif visit.depth < last.depth:
            calls = [each for each in way.trail[:place] if each.depth == visit.depth and each.walked]
            came = f", which comes back as `{calls[-1].outcome}`" if calls else ""
            self._print("", f"=== back in {title} from {last.sop}{came}")
        else:
            self._print("", f"=== {title}: handed over by {last.sop}")

    def _settle(self, visit: Visit) -> None:
        """Say where a step leads and why."""
        self._settled += 1
        sop = self._library.sop(visit.sop)
        step = way_words.step_of(visit, self._library)
        assert sop is not None
        page = Page(sop, self._library)
        times = _times(visit)
        if times and times != self._times:
            self._print(f"   {times}")
        because = step.decide[visit.row].because if visit.row is not None else None
        if because:
            self._print(*page.wrapped(because, "   because: ", "            "))
        for _, id in visit.full:
            self._print(f"   `{id}` was entered as often as it may be")
        if visit.full:
            self._print(f"   → {self._instead(visit)}")
        elif visit.to and (step.decide or step.ask):
            self._print(f"   → {page.target(visit.to)}")

    def _instead(self, visit: Visit) -> str:
        """Where the case goes instead of into a step that it has entered too often."""
        id, name = visit.full[-1]
        sop = self._library.sop(id)
        assert sop is not None
        return Page(sop, self._library).target(sop.steps_by_id[name].after_that or "")

    # Asking

    def _pause(self) -> bool:
        """Wait until the step is done; False where the person goes back."""
        while True:
            word = self._read("   done? [Enter] ")
            if word == "b":
                if self._back():
                    return False
                continue
            if word.casefold() in ("", "y", "yes"):
                return True
            self._print("   press Enter when it is done; `b` goes back, `q` stops")

    def _ask(self, way: Walk, visit: Visit) -> None:
        question = _question(way, visit, self._library)
        self._print(f"   {question.text}", *_choices(question))
        while True:
            word = self._read("   > ")
            value = _meant(word, question, visit, self._library)
            if value is None and word == "b":
                self._back()
                return
            if value is not None:
                self._said.append(value)
                return
            self._print(f"   {_refused(word, question, visit, self._library)}")

    def _back(self) -> bool:
        """Take the last answer away; False where there is none."""
        if not self._said:
            self._print("   this is the first question")
            return False
        self._said.pop()
        way = self._way()
        self._shown = self._settled = len(way.trail) - 1
        return True

    def _read(self, prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            sys.stdout.write(line if line.endswith("\n") else line + "\n")
        word = line.strip()
        if not line or word == "q":
            raise _Quit
        return word

    def _print(self, *lines: str) -> None:
        sys.stdout.write(shown("".join(f"{line}\n" for line in lines)))


def _head(page: Page, step: Step, visit: Visit) -> Iterator[str]:
    """A step as the person at work needs it."""
    yield from page.head(step, _times(visit))
    if step.escalate:
        yield f"   hand the case up and wait for the answer: {page.path(step.escalate)}"
    if step.call:
        called = page.library.sop(step.call)
        yield f"   do {step.call}{f' {called.title}' if called else ''}"


def _times(visit: Visit) -> str:
    """The time of a step, as far as the case is known."""
    times = words.listed([words.time(each) for each in visit.within if each], "or")
    return f"within {times}" if times else ""


# Questions


def _question(way: Walk, visit: Visit, library: Library) -> Question:
    sop = library.sop(visit.sop)
    assert sop is not None
    if way.end.why == "answer":
        step = way_words.step_of(visit, library)
        return Question(step.ask or "", {answer: answer for answer in step.answers})
    fact = library.fact(sop, way.end.name)
    if fact is None:
        return Question(way.end.name, {}, way.end.name)
    labels = fact.labels if fact.type == "choice" else {each: each for each in unary.choices(fact)}
    kind = "" if labels else words.kind(fact)
    return Question(words.question(fact, way.end.name), {**labels}, way.end.name, kind)


def _choices(question: Question) -> Iterator[str]:
    numbered = _is_numbered(question)
    if question.kind:
        yield f"     {question.kind}"
    for number, (value, label) in enumerate(question.choices.items(), 1):
        name = value if not label or label == value else f"{value}: {label}"
        yield f"     {f'{number}  ' if numbered else ''}{name}"


def _is_numbered(question: Question) -> bool:
    """False where the values are numbers themselves, so that `2` would mean two things."""
    return not any(value.isdigit() for value in question.choices)


def _meant(word: str, question: Question, visit: Visit, library: Library) -> str | None:
    """The value that the person means, or None where it cannot be told."""
    if not question.choices:
        return word if not _trouble(word, question, visit, library) else None
    if word in question.choices:
        return word
    if word.isdigit() and _is_numbered(question) and 0 < int(word) <= len(question.choices):
        return [*question.choices][int(word) - 1]
    fitting = [value for value in question.choices if value.casefold() == word.casefold()]
    return fitting[0] if len(fitting) == 1 else None


def _refused(word: str, question: Question, visit: Visit, library: Library) -> str:
    if not question.choices:
        return _trouble(word, question, visit, library)
    if _is_numbered(question):
        return f"please type a number from 1 to {len(question.choices)}, or one of the values"
    return "please type one of the values"


def _trouble(word: str, question: Question, visit: Visit, library: Library) -> str:
    """What is wrong with the value of a number; empty where nothing is."""
    sop = library.sop(visit.sop)
    fact = library.fact(sop, question.fact) if sop else None
    if fact is None:
        return f"`{question.fact}` is no fact that anybody knows"
    try:
        unary.value(fact, word)
    except ValueError as error:
        return str(error)
    return ""


# The trail


def trail(way: Walk, sop: Sop, library: Library) -> Iterator[str]:
    """What happened, to be pasted into a case."""
    yield f"{sop.id} version {sop.version}: {sop.title}"
    yield f"walked on {words.day(library.today)}"
    for id in dict.fromkeys(visit.sop for visit in way.trail if visit.sop != sop.id):
        called = library.sop(id)
        yield f"with {id} version {called.version if called else '?'}"
    links = Links(library)
    for number, (visit, stage) in enumerate(zip(way.trail, way_words.stages(way, library), strict=True), 1):
        reason = plain(stage.because, links, library.sop(visit.sop))
        because = f" [{' '.join(reason.split())}]" if reason else ""
        why = f": {stage.why}" if stage.why else ""
        yield f"{number:>3}. {'  ' * stage.depth}{stage.place}{why}{because}"
    yield from _end(way, sop, library)


def _end(way: Walk, sop: Sop, library: Library) -> Iterator[str]:
    outcome = (sop.outcomes or {}).get(way.end.name) if way.end.why == "outcome" else None
    if outcome:
        yield f"outcome: {way.end.name} ({outcome.title})"
    elif way.end.why == "hand-off":
        other = library.sop(way.end.name)
        yield f"outcome: handed to {way.end.name}{f' ({other.title})' if other else ''}"
    elif way.end.why in _WAITING:
        yield "not finished"
        way.trail.pop()  # what its last step sends, nobody has sent yet
    else:
        yield f"no outcome: {way_words.stopped(way, library)}"
    if sent := notices(way, library):
        yield f"notices: {', '.join(sent)}"
    if taken := escalations(way, library):
        yield f"escalations: {', '.join(taken)}"
    if outcome and outcome.appeal:
        yield f"to contest: {outcome.appeal}"
    if way.end.ended:
        yield f"time: {lasting.longest_words(way, library)}"
