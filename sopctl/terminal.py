"""What stands in files as a terminal and the log of a workflow may show it: text, and no command."""

from sopctl.pattern import lazy_pattern

COMMAND = "##["
"""With this, anywhere in a line of its log, a command to the runner of GitHub begins; so it does with
two colons that stand first."""

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


def _letter(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
