"""A command line as a user types it."""

import pytest

from sopctl import cli


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """How it ends, and what it prints: as output, and as messages."""
    try:
        code = cli.run(list(words))
    except SystemExit as stop:  # typer ends the process by itself
        code = int(stop.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err
