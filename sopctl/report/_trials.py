"""Scenarios that were run, as text: for a person, for a program, for a build server."""

from collections.abc import Iterator, Sequence
from typing import Any

from sopctl.analysis import coverage, way_words
from sopctl.analysis.coverage import Count
from sopctl.analysis.trials import Trial
from sopctl.diagnostic import Finding
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.named import NamedTuple
from sopctl.terminal import as_json, printable

_MOST = 50


class Ran(NamedTuple):
    """The scenarios that were run, and the SOPs whose coverage is asked for."""

    trials: Sequence[Trial]
    library: Library
    covered: Sequence[Sop] | None = None

    @property
    def failed(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.failed]

    def line(self, trial: Trial) -> int:
        """The line that a scenario begins on."""
        return self.library.by_path[trial.path].document.span(Finding(trial.at, "")).line


def text(ran: Ran) -> str:
    count, failed = len(ran.trials), len(ran.failed)
    told = ran.failed if count - failed > _MOST else ran.trials  # among many that pass, none is looked for
    lines = [line for trial in told for line in _trial(trial, ran)]
    said = f"{failed} of {count} scenarios {'fails' if failed == 1 else 'fail'}" if failed else "all pass"
    lines.append(said if failed else f"{_counted(count, 'scenario')}: {said}" if count else "no scenarios")
    if ran.covered is not None:
        lines.extend(["", *_coverage(ran.covered, ran.library)])
    return "\n".join(lines) + "\n"


def _trial(trial: Trial, ran: Ran) -> Iterator[str]:
    yield f"{'FAIL' if trial.failed else 'ok  '}  {trial.sop.id}  {printable(trial.scenario.title or '')}"
    if trial.failed:
        yield f"      {printable(trial.path)}:{ran.line(trial)}"
        yield from (f"      {line}" for line in failure(trial, ran.library))
        yield ""


def failure(trial: Trial, library: Library) -> Iterator[str]:
    """What was expected, what happened, and the way, on lines of their own."""
    for miss in trial.misses:
        yield f"expected  {printable(miss.expected)}"
        yield f"happened  {printable(miss.happened)}"
    yield "the way"
    yield from (f"  {line}" for line in way(trial, library))


def way(trial: Trial, library: Library) -> Iterator[str]:
    """The steps that the case went through, one a line, and how it ended."""
    told = way_words.stages(trial.walk, library)
    width = max((len(stage.place) + 2 * stage.depth for stage in told), default=0)
    for number, stage in enumerate(told, 1):
        place = "  " * stage.depth + stage.place
        yield printable(f"{number:>2}  {place:<{width}}  {stage.why}".rstrip())
    yield printable(f"    {way_words.stopped(trial.walk, library)}")


def _coverage(sops: Sequence[Sop], library: Library) -> Iterator[str]:
    yield "gone through by scenarios"
    for kind, count in coverage.counts(sops, library).items():
        yield f"  {kind + 's':<9} {count.taken:>5} of {count.all:>5}  {count.percent:>3} %"
    for sop in sops:
        left = coverage.untested(sop, library)
        if left:
            yield f"no scenario of {sop.id}"
            yield from (f"  {printable(branch.words(sop))}" for branch in left)


def json(ran: Ran) -> str:
    data: dict[str, Any] = {
        "scenarios": [_data(trial, ran) for trial in ran.trials],
        "summary": {"scenarios": len(ran.trials), "failed": len(ran.failed)},
    }
    if ran.covered is not None:
        data["coverage"] = _coverage_data(ran.covered, ran.library)
    return as_json(data)


def _data(trial: Trial, ran: Ran) -> dict[str, Any]:
    return {
        "path": trial.path,
        "line": ran.line(trial),
        "sop": trial.sop.id,
        "title": trial.scenario.title,
        "passed": not trial.failed,
        "misses": [miss._asdict() for miss in trial.misses],
        "end": way_words.stopped(trial.walk, ran.library),
        "way": [
            {"step": s.place, "why": s.why, "to": s.to} for s in way_words.stages(trial.walk, ran.library)
        ],
    }


def _coverage_data(sops: Sequence[Sop], library: Library) -> dict[str, Any]:
    def numbers(counts: dict[str, Count]) -> dict[str, Any]:
        return {kind: {"taken": c.taken, "all": c.all, "percent": c.percent} for kind, c in counts.items()}

    return {
        "all": numbers(coverage.counts(sops, library)),
        "sops": {
            sop.id: {
                **numbers(coverage.counts([sop], library)),
                "untested": [branch.words(sop) for branch in coverage.untested(sop, library)],
            }
            for sop in sops
        },
    }


def junit(ran: Ran) -> str:
    """JUnit XML: a suite for each file, a case for each scenario."""
    from xml.etree import ElementTree
    from xml.etree.ElementTree import Element, SubElement

    root = Element("testsuites", {"name": "sopctl", **_numbers(ran.trials)})
    for path in sorted({trial.path for trial in ran.trials}):
        here = [trial for trial in ran.trials if trial.path == path]
        suite = SubElement(root, "testsuite", {"name": printable(path), **_numbers(here)})
        for trial in here:
            name, line = printable(trial.scenario.title or ""), str(ran.line(trial))
            about = {"classname": trial.sop.id, "name": name, "file": printable(path), "line": line}
            case = SubElement(suite, "testcase", about)
            if trial.failed:
                message = "; ".join(f"expected {m.expected}, but {m.happened}" for m in trial.misses)
                failed = SubElement(
                    case, "failure", {"type": "scenario-fails", "message": printable(message)}
                )
                failed.text = "\n".join(failure(trial, ran.library))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _numbers(trials: Sequence[Trial]) -> dict[str, str]:
    failed = sum(trial.failed for trial in trials)
    return {"tests": str(len(trials)), "failures": str(failed), "errors": "0"}


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
