"""Whatever is half written is checked and shown: a preview is looked at while somebody writes."""

import copy
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from test_render import FULL, OLD, REGISTERS, TODAY

from sopctl import model, source
from sopctl.cli.show import Page
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.model import OUTLINE, Typed
from sopctl.render import load, site
from sopctl.render import pages as others
from sopctl.render.dot import dot
from sopctl.render.drawing import of_library, of_sop
from sopctl.render.mermaid import mermaid
from sopctl.source import Document

Spoil = Callable[[Any, Any], None]
FILES = {"sops/registers.yaml": REGISTERS, "sops/TS-APP-002.yaml": FULL, "sops/TS-OLD-001.yaml": OLD}
_APART = 9
"""So many values lie between two that are spoiled at once."""


@cache
def whole() -> dict[str, Typed]:
    return {path: model.read(source.read(path, text, OUTLINE)) for path, text in FILES.items()}


def places(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The address of every value, those of what holds others first."""
    every = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in every:
        yield (*above, key)
        yield from places(value, (*above, key))


def put(value: Any) -> Spoil:
    def spoil(holder: Any, key: Any) -> None:
        holder[key] = copy.deepcopy(value)

    return spoil


def take_out(holder: Any, key: Any) -> None:
    del holder[key]


def write_twice(holder: Any, key: Any) -> None:
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))


SPOILS: dict[str, Spoil] = {
    "empty": put(""),
    "an empty item": put(["", "a"]),
    "an empty entry": put({"a": ""}),
    "another word": put("x y"),
    "taken out": take_out,
    "written twice": write_twice,
}


def made(path: str, data: Any) -> None:
    """All that checks and shows a knowledge base, where one file holds this."""
    old = whole()[path].document
    typed = {**whole(), path: model.read(Document(old.path, old.text, data))}
    library = Library(typed.values(), TODAY, lambda _: None)
    site(library, load_once(), (), lint(library))
    for sop in library.sops:
        assert [*Page(sop, library).lines()]
    for drawing in (of_library(library), *(of_sop(sop, library) for sop in library.sops)):
        assert mermaid(drawing)
        assert dot(drawing)


@cache
def load_once() -> Any:
    return load()


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('"no, and here is why": old-way', '"no": '),
        ("{finished: TS-OLD-001, ", "{finished: , "),
        ("on: {finished: TS-OLD-001, otherwise: view}", "on: {finished: , otherwise: }"),
        ("  sum: {type: number, min: 1, max: 9, unit: EUR}", '  sum: {type: choice, values: ["", "1..5"]}'),
        ("outcomes:\n", "  - {id: check-window, title: Again, role: agent, next: upheld}\noutcomes:\n"),
        ('to: [upheld, too-late, TS-OLD-001], value: 11d, when: {age: "< 5"}', "value: 11d"),
        ("change_history:\n  - {version: 2.1.0, ", "change_history:\n  - {version: , "),
        ("set: {harm: some}", "set: {harm: }"),
    ],
)
def test_a_slip_is_checked_and_shown(written: str, instead: str) -> None:
    assert written in FULL
    made("sops/TS-APP-002.yaml", source.read("x.yaml", FULL.replace(written, instead), OUTLINE).data)


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS.keys())
@pytest.mark.parametrize("path", [path for path in FILES if "OLD" not in path])
def test_what_is_half_written_is_checked_and_shown(
    path: str, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(others, "_references", lambda _: ())  # they are made from code
    data: Any = whole()[path].document.data
    every = [*places(data)]
    for first in range(_APART):
        spoiled = copy.deepcopy(data)
        for *above, key in reversed(
            every[first::_APART]
        ):  # the inner ones first, and the later ones of a list
            holder = spoiled
            for word in above:
                holder = holder[word]
            spoil(holder, key)
        made(path, spoiled)


def test_a_path_that_is_climbed_without_end_has_a_page() -> None:
    data = source.read("x.yaml", REGISTERS.replace("repeat: 1,", "repeat: 999999999999999999,"), OUTLINE).data
    assert data["escalation_paths"]["late"]["repeat"] == "9" * 18
    made("sops/registers.yaml", data)
