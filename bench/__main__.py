"""What things cost, as ratios taken side by side in one run, and how they grow.

Run with `make bench`; it takes some five minutes. Only ratios and exponents carry over from one
machine to another; what is promised stands in brackets behind each. What the site costs is measured by
`python -m bench.site`, and how lint grows with each thing that there may be many of by `python -m bench.growth`.
"""

import math
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import growth, handbook, tables
from sopctl.library import Library, build
from sopctl.lint import lint, lint_both
from sopctl.render import Links, load, sop
from sopctl.rules import USUAL

_TODAY = growth.TODAY.isoformat()
_READING = ("SOP0", "SOP1", "SOP201", "SOP202", "SOP203", "SOP204", "SOP212", "SOP3", "SOP6", "SOP7")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, thousand, many = folder / "small", folder / "thousand", folder / "many"
        handbook.write(small, 3)
        size = handbook.write(thousand, 1000)
        handbook.write(many, 10_000)
        print(f"1,000 made SOPs of {size / 1000:.1f} KB; one process, nothing cached; CPU time\n")
        _starts(small)
        _lints(thousand, many)
        _renders(thousand)
        _diffs(thousand, folder / "changed")
    _pages()
    _analyses()
    _pairs()
    _tables()


def _starts(small: Path) -> None:
    bare = version = lint = math.inf
    for _ in range(20):  # in turns, because a machine is not always as fast
        bare = min(bare, _seconds([sys.executable, "-c", "pass"], small))
        version = min(version, _seconds([*_sopctl(), "--version"], small))
        lint = min(lint, _seconds([*_sopctl(), "lint", "--today", _TODAY], small))
    _say("sopctl --version against python -c pass", version / bare, "under 2")
    _say("lint of a small knowledge base against python -c pass", lint / bare, "under 8")


def _lints(thousand: Path, many: Path) -> None:
    yamllint = read = ours = math.inf
    for _ in range(2):  # in turns again
        yamllint = min(
            yamllint, _seconds([sys.executable, "-m", "yamllint", "-d", "default", "sops"], thousand)
        )
        whole = [_lint(thousand) for _ in range(2)]
        ours = min(ours, *(each["seconds"] for each in whole))
        read = min(read, *(_lint(thousand, "--select", ",".join(_READING))["seconds"] for _ in range(2)))
    large = _lint(many)["seconds"]
    _say("yamllint against lint by the rules of files and words", yamllint / read, "at least 20")
    _say("yamllint against lint by all rules, analyses and scenarios", yamllint / ours, "no promise")
    print(f"{'lint, memory of 1,000 SOPs':<62} {whole[0]['megabytes']:7.0f} MB  (under 300)")
    _say("lint, growth exponent from 1,000 to 10,000 SOPs", math.log10(large / ours), "about 1")


def _renders(thousand: Path) -> None:
    def render() -> float:
        return _run(["render", "--today", _TODAY], thousand)["seconds"]

    ratio = _ratio(render, lambda: _lint(thousand)["seconds"], 3)
    _say("render, with all other pages and data, against lint, 1,000 SOPs", ratio, "no promise")


def _diffs(thousand: Path, changed: Path) -> None:
    """One changed SOP among 1,000: another time, and another outcome for some cases."""
    handbook.write(changed, 1000)
    [file] = changed.rglob("TS-GEN-00500.yaml")
    text = file.read_text(encoding="utf-8")
    other = text.replace("within: 2bd", "within: 3bd").replace("then: warned", "then: closed")
    if other == text:
        raise SystemExit("the made SOP has nothing left to change")
    file.write_text(other, encoding="utf-8")

    def diff() -> float:
        words = ["diff", thousand.name, changed.name, "--today", _TODAY]
        return _run(words, thousand.parent)["seconds"]

    ratio = _ratio(diff, lambda: _lint(thousand)["seconds"], 5)
    _say("diff of one changed SOP against lint, 1,000 SOPs", ratio, "at most 1.5")


def _pages() -> None:
    """Reading and rendering SOPs against reading and linting them; no other pages, nothing written."""
    texts = handbook.texts(1000)

    def render() -> None:
        library, templates = build(texts, growth.TODAY), load()
        links = Links(library)
        for each in library.sops:
            sop(each, links, templates)

    ratio = _ratio(
        lambda: growth.cpu(render), lambda: growth.cpu(lambda: lint(build(texts, growth.TODAY))), 7
    )
    _say("pages of SOPs against lint, 1,000 SOPs", ratio, "under 2")


def _analyses() -> None:
    texts = handbook.texts(1000)
    reads = min(growth.cpu(lambda: build(texts, growth.TODAY)) for _ in range(3))
    rules = [rule for rule in USUAL if not rule.code.startswith(_READING)]
    library = build(texts, growth.TODAY)
    analyses = growth.cpu(lambda: lint(library, rules))
    _say("analyses and scenarios against reading and modelling", analyses / reads, "under 1")


def _pairs() -> None:
    """A library, and the same with one SOP changed."""
    texts = handbook.texts(1000)
    path = sorted(texts)[500]
    changed = {**texts, path: texts[path].replace("within: 1bd", "within: 3bd")}

    def one() -> None:
        lint(build(texts, growth.TODAY))

    def both() -> None:
        before: Library = build(texts, growth.TODAY)
        lint_both(before, build(changed, growth.TODAY, like=before))

    ratio = _ratio(lambda: growth.cpu(both), lambda: growth.cpu(one), 5)
    _say("lint before and after one change of 1,000 SOPs, against one lint", ratio, "under 1.3")


def _ratio(one: Callable[[], float], other: Callable[[], float], turns: int) -> float:
    """How many times as long one takes as the other, in turns: a machine is not always as fast, and the
    middle one of the turns is told."""
    return median([one() / other() for _ in range(turns)])


def _tables() -> None:
    for what, make in tables.KINDS.items():
        print(f"{what:<62} {growth.seconds(make()):7.2f} s   (well under 1)")


def _lint(folder: Path, *more: str) -> dict[str, float]:
    return _run(["lint", "--today", _TODAY, "--format", "concise", *more], folder)


def _run(words: list[str], folder: Path) -> dict[str, float]:
    command = [*_sopctl(), *words]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=_environment())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return {"seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}


def _sopctl() -> list[str]:
    return [str(Path(sys.executable).with_name("sopctl"))]


def _environment() -> dict[str, str]:
    """Ours, with bytecode kept, as an installation keeps it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(Path(__file__).parent.parent)}


def _seconds(command: list[str], folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, capture_output=True, check=False, env=_environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _say(what: str, ratio: float, promise: str) -> None:
    print(f"{what:<62} {ratio:7.2f}     ({promise})", flush=True)


main()
