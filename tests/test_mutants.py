"""Small mistakes put into the sample handbook, one at a time: how many do the rules find?"""

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sopctl import files, model
from sopctl.diagnostic import Severity
from sopctl.library import Library, build
from sopctl.lint import lint
from sopctl.source import Document

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)


class Mutant(NamedTuple):
    """A handbook with one mistake in one file."""

    kind: str
    path: str
    what: str
    data: Any
    hides: str = ""  # why the mistake may be none


def test_most_mistakes_in_the_handbook_are_found(golden: Callable[[str, str], None]) -> None:
    whole = build(files.texts_in(ROOT, ROOT / "sops"), TODAY, files.beside(ROOT))
    before = _serious(whole)
    found, made, missed = Counter[str](), Counter[str](), []
    for mutant in _mutants(whole):
        made[mutant.kind] += 1
        if _serious(_with(whole, mutant)) - before:
            found[mutant.kind] += 1
        else:
            missed.append(f"missed: {mutant.kind}, {mutant.what}{mutant.hides and ': '}{mutant.hides}")
    counts = [f"{kind}: {found[kind]} of {made[kind]} found" for kind in made]
    golden("mutants.txt", "\n".join([*counts, "", *missed]) + "\n")
    assert made.total() >= 200
    assert found.total() >= 0.9 * made.total()


def _serious(library: Library) -> Counter[tuple[str, str]]:
    """Codes and messages of errors and warnings."""
    return Counter((d.code, d.message) for d in lint(library) if d.severity is not Severity.NOTE)


def _with(library: Library, mutant: Mutant) -> Library:
    typed = list(library.typed)
    for i, each in enumerate(typed):
        if each.document.path == mutant.path:
            old = each.document
            typed[i] = model.read(Document(old.path, old.text, mutant.data, markdown=old.markdown))
    return Library(typed, library.today, library.beside, like=library)


def _mutants(library: Library) -> Iterator[Mutant]:
    """Every table loses a row, every path its levels, every ceiling most of its time, and each
    number in a table is moved by one."""
    for path, each in library.by_path.items():
        data = each.document.data
        for id, entry in data.get("escalation_paths", {}).items() if each.registers else ():
            if entry.get("levels"):
                emptied = copy.deepcopy(data)
                emptied["escalation_paths"][id]["levels"] = []
                yield Mutant("a path emptied", path, id, emptied)
        if each.sop is None:
            continue
        for i, step in enumerate(data["steps"]):
            rows = step.get("decide") or []
            if rows:
                lost = copy.deepcopy(data)
                at = len(rows) // 2
                del lost["steps"][i]["decide"][at]
                otherwise = any("otherwise" in row for row in rows) and "otherwise" not in rows[at]
                hides = "its cases fall to `otherwise`" if otherwise else ""
                if len(rows) == 1:
                    hides = "the only row: every case goes on to the same step, but nothing sets the fact any more"
                yield Mutant(
                    "a row deleted", path, f"row {at + 1} of {each.sop.id}#{step['id']}", lost, hides
                )
            for j, row in enumerate(rows):
                for fact, test in (row.get("when") or {}).items():
                    if isinstance(test, str) and (other := _moved(test)):
                        shifted = copy.deepcopy(data)
                        shifted["steps"][i]["decide"][j]["when"][fact] = other
                        what = f"{test} became {other} in row {j + 1} of {each.sop.id}#{step['id']}"
                        yield Mutant("a threshold moved", path, what, shifted)
        for i, deadline in enumerate(data.get("deadlines") or ()):
            if deadline["kind"] == "ceiling":
                tight = copy.deepcopy(data)
                tight["deadlines"][i]["value"] = "1m"
                yield Mutant("a deadline tightened", path, f"{each.sop.id} {deadline['id']}", tight)


def _moved(test: str) -> str:
    """A comparison or range with its last number one higher; empty where there is none."""
    head = test.rstrip("0123456789")
    number = test[len(head) :]
    signs = ("<", ">", "=", "..")
    return f"{head}{int(number) + 1}" if number and any(sign in head for sign in signs) else ""
