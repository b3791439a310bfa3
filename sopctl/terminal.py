"""What stands in files, and their names, as they may be shown: as text that every reader takes, and no command."""

import re
from typing import Any

from sopctl.pattern import lazy_pattern

COMMAND = "##["
"""With this, anywhere in a line of its log, a command to the runner of GitHub begins; so it does with
two colons that stand first."""

_HALF = lazy_pattern("[\ud800-\udfff]")
_NOT_ASCII = lazy_pattern(r"[^\0-~]+")
_BEGUN = lazy_pattern(r"(?<![^\r\n])([^\S\r\n]*)::")


def shown(text: str) -> str:
    """Lines for a person, each as `printable` has it."""
    return "\n".join(map(printable, text.split("\n")))


def printable(text: str) -> str:
    """One line without what would steer a terminal, or the runner of a workflow, or cannot be written."""
    return tame(text if text.isascii() and text.isprintable() else "".join(map(_letter, text)))


def tame(text: str) -> str:
    """Text for a program, as a table, without what would steer the runner in whose log it may stand."""
    text = text.replace(COMMAND, "## [") if COMMAND in text else text
    return _BEGUN.sub(r"\1: :", text) if "::" in text else text


def as_json(data: Any, *, ascii: bool = False) -> str:
    """JSON that strict parsers take, with nothing in it that would steer the runner."""
    import json

    text = json.dumps(data, indent=2, ensure_ascii=False)
    if not text.isascii():
        text = _HALF.sub(lambda found: f"\\{_spelt(found)}", text)
    if ascii:
        text = _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return text.replace(COMMAND, "#\\u0023[") + "\n"


def spelt(text: str) -> str:
    """Text that UTF-8 can hold: a byte that is no character, as the name of a file may have, as `\\xff`."""
    return text if text.isascii() else _HALF.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    point = ord(found[0])
    return f"\\x{point - 0xDC00:02x}" if 0xDC80 <= point <= 0xDCFF else f"\\u{point:04x}"


def _letter(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
