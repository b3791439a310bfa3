"""`golden` compares text with a kept file; `pytest --keep` keeps today's text instead."""

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep", action="store_true", help="keep today's output as golden")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    folder = Path(__file__).parent / "golden"

    def compare(name: str, text: str) -> None:
        kept = folder / name
        if request.config.getoption("--keep"):
            kept.write_text(text, encoding="utf-8", newline="")
        assert kept.is_file(), f"run `pytest --keep` once to keep {name}"
        assert text == kept.read_bytes().decode()

    return compare
