"""`sopctl test`."""

import sys
from collections.abc import Iterator
from enum import Enum
from typing import Annotated

from sopctl import writing
from sopctl.analysis import way_words
from sopctl.analysis.coverage import Branch
from sopctl.analysis.propose import Proposal, proposals
from sopctl.analysis.trials import Trial, notices, trials, unread
from sopctl.cli import ground, read_or_not
from sopctl.cli.options import Argument, Option
from sopctl.cli.wanted import wanted_sop
from sopctl.edit.yaml_writer import one_line
from sopctl.files import FileTrouble
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.model.scenario import Scenario
from sopctl.report import _trials as report
from sopctl.terminal import tame

TestFormat = Enum("TestFormat", {"text": "text", "json": "json"}, type=str)


def run_scenarios(
    paths: Annotated[
        list[str] | None, Argument("Run only the scenarios in these files and folders.", "PATHS")
    ] = None,
    words: Annotated[
        str | None,
        Option("Run only scenarios with these words in their SOP's id or title.", ("-k",), "WORDS"),
    ] = None,
    coverage: Annotated[
        bool, Option("Say how much of the SOPs the scenarios go through, and what not.", ("--coverage",))
    ] = False,
    junit: Annotated[str | None, Option("Write JUnit XML to this file too.", metavar="FILE")] = None,
    format: Annotated[TestFormat, Option("How the results are written.")] = TestFormat["text"],
    write_missing: Annotated[
        str | None, Option("Propose scenarios for what none of this SOP goes through.", metavar="ID")
    ] = None,
    today: Annotated[
        str | None, Option("The day that counts as today, such as 2026-11-21.", metavar="DATE")
    ] = None,
) -> int:
    """Run the scenarios of SOPs and registers: does each case go the way that was promised?"""
    base = ground.find(paths or ())
    library = base.library(ground.day(today))
    target = None if junit is None else base.target(junit, library)
    if write_missing is not None:
        sys.stdout.write(tame(missing(wanted_sop(library, write_missing), library)))
        return 0
    only = ground.narrowed(base, paths or ())
    chosen = [trial for trial in trials(library) if ground.inside(trial.path, only) and _fits(trial, words)]
    if words and not chosen:
        raise FileTrouble(f"no scenario has `{words}` in its title or the id of its SOP")
    covered = [sop for sop in library.sops if ground.inside(library.path_of(sop), only)] if coverage else None
    ran = report.Ran(chosen, library, covered)
    with read_or_not():
        sys.stdout.write(report.text(ran) if format.value == "text" else report.json(ran))
    if target is not None:
        writing.write(target, report.junit(ran))
    not_run = [path for path in unread(library) if ground.inside(path, only)]
    for path in not_run:
        ground.warn(f"{path}: not every scenario could be read; `sopctl lint` says why")
    return int(bool(ran.failed or not_run))


def _fits(trial: Trial, words: str | None) -> bool:
    about = f"{trial.sop.id} {trial.scenario.title or ''}".casefold()
    return not words or all(word in about for word in words.casefold().split())


def missing(sop: Sop, library: Library) -> str:
    """Scenarios for what is untested, ready to be pasted; what they expect is for a person to say."""
    found, lost = proposals(sop, library)
    lines = ["scenarios:" if found else f"# scenarios go through everything of {sop.id}"]
    if lost:
        lines[0] = "scenarios:" if found else f"# no more scenarios for {sop.id}"
    for proposal in found:
        lines.extend(_proposed(proposal, sop, library))
    lines.extend(f"# no case was found that {_plainly(branch, sop)}" for branch in lost)
    return "\n".join(lines) + "\n"


def _proposed(proposal: Proposal, sop: Sop, library: Library) -> Iterator[str]:
    shapes = {word: key.shape for word, key in Scenario.__keys__.items()}
    title = f"A case that {_plainly(proposal.goal, sop)}"
    yield f"  - title: {one_line(title, shapes['title'])}"
    for word, said in (("given", proposal.given), ("answers", proposal.answers), ("calls", proposal.calls)):
        if said:
            data = {name: values[0] if len(values) == 1 else [*values] for name, values in said.items()}
            yield f"    {word}: {one_line(data, shapes[word])}"
    sent = notices(proposal.today, library)
    also = f", and sends {', '.join(sent)}" if sent else ""
    yield f"    # today {way_words.stopped(proposal.today, library).replace('`', '')}{also}"
    yield "    expect: {outcome: TODO}"


def _plainly(branch: Branch, sop: Sop) -> str:
    return branch.words(sop).replace("`", "")
