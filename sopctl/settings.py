"""What a knowledge base settles once: `[tool.sopctl]` of pyproject.toml, or `sopctl.toml`."""

import os
from collections.abc import Callable, Sequence
from typing import Any, Literal

from sopctl import files
from sopctl.files import FileTrouble, Place
from sopctl.model.words import Label
from sopctl.reading import Problem
from sopctl.record import Part, key

FILE = "sopctl.toml"
_PYPROJECT = "pyproject.toml"
FILES = (FILE, _PYPROJECT)
"""The files in which settings may stand."""
_TABLE_OF_PYPROJECT = f"{_PYPROJECT}, [tool.sopctl]"
_OURS = "sopctl"  # however TOML spells the name of our table, this stands in it

Look = Callable[[str], str | None]
"""The text of a file beside the settings, or None where there is none."""


class Settings(Part, title="[tool.sopctl]"):
    """The keys of the configuration."""

    sops: Label = key("The folder of the SOPs and registers.", "sops")
    templates: Label = key("The folder of page templates that take the place of ours.", "templates")
    select: tuple[Label, ...] = key("Codes, or beginnings of codes, of the rules that run.", ())
    ignore: tuple[Label, ...] = key("Codes, or beginnings of codes, of the rules that do not run.", ())
    fail_on: Literal["error", "warning", "note"] = key(
        "The least severity that fails a check.", "error", name="fail-on"
    )
    baseline: Label | None = key("The file of findings that are known already; they are held back.", None)


def find_root(start: str) -> str | None:
    """The nearest folder, from `start` upwards, that is settled for sopctl or holds `sops/`."""
    return next((folder for folder in (start, *files.above(start)) if _is_root(folder)), None)


def root_below(start: str) -> str | None:
    """The folder not far below that is one, where there is no other: whoever stands above it means it."""
    found, ahead = list[str](), [start]
    for _ in range(_DEEP):
        below = [os.path.join(folder, name) for folder in ahead for name in files.folders_in(folder)]
        if len(below) > _MANY:
            return None
        found += [folder for folder in below if _is_root(folder)]
        ahead = [folder for folder in below if folder not in found]
    return os.path.relpath(found[0], start).replace(os.sep, "/") if len(found) == 1 else None


_DEEP, _MANY = 3, 500


def _is_root(folder: str) -> bool:
    return (
        has_own_file(folder)
        or os.path.isdir(os.path.join(folder, "sops"))
        or _in_pyproject(_on_disk(folder)) is not None
    )


def has_own_file(root: Place) -> bool:
    """Whether settings stand in a file of their own."""
    return os.path.isfile(os.path.join(root, FILE))


def load(root: Place) -> Settings:
    """The settings of a knowledge base; FileTrouble says what is wrong with them."""
    settings, name, problems = _read(_on_disk(root))
    if problems:
        raise FileTrouble("\n".join(name + _words_of(problem) for problem in problems))
    return settings


def _words_of(problem: Problem) -> str:
    finding = problem.finding
    message = f": {finding.message}".replace(f": {Settings.__title__}", "")  # the file is named already
    return f"{message}; {finding.help}" if finding.help else message


def home(root: Place) -> str:
    """Where the settings of a knowledge base stand, in words."""
    return FILE if has_own_file(root) else _TABLE_OF_PYPROJECT


def folder(look: Look) -> str:
    """Where SOPs and registers stood, by the settings of another time; what else these say is past."""
    return _read(look)[0].sops


def differ(one: Look, other: Look) -> bool:
    """Whether two times had other settings."""
    return _read(one)[0] != _read(other)[0]


def _read(look: Look) -> tuple[Settings, str, Sequence[Problem]]:
    """The settings, the file that they stand in, and what is wrong with them."""
    text = look(FILE)
    if text is not None:
        table, name = _toml(text, FILE), FILE
    else:
        table, name = _in_pyproject(look) or {}, _TABLE_OF_PYPROJECT
    settings, reading = Settings.make(_words(table))
    return settings, name, reading.problems


def _on_disk(root: Place) -> Look:
    def look(name: str) -> str | None:
        file = os.path.join(root, name)
        ours = name == FILE or _OURS.encode() in (files.bytes_of(file) or b"")
        return files.text_of(file).removeprefix("\ufeff") if ours and os.path.lexists(file) else None

    return look


def _in_pyproject(look: Look) -> dict[str, Any] | None:
    text = look(_PYPROJECT)
    if text is None or _OURS not in text:
        return None
    tools = _toml(text, _PYPROJECT).get("tool")
    found = tools.get(_OURS) if isinstance(tools, dict) else None
    if found is None or isinstance(found, dict):
        return found
    raise FileTrouble(f"{_TABLE_OF_PYPROJECT} should be a table of settings, not `{found}`")


def _toml(text: str, name: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileTrouble(f"{name} cannot be read: {error}") from error


def _words(table: Any) -> Any:
    """TOML's values as the texts that records read."""
    if isinstance(table, dict):
        return {word: _words(value) for word, value in table.items()}
    if isinstance(table, list):
        return [_words(value) for value in table]
    return table if isinstance(table, str) else str(table).lower()
