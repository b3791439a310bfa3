"""What tests of many rooms begin with.

`golden` compares text with a kept file; `pytest --keep` keeps today's text instead. Of the settings that
git has on this machine, a test that is `isolated` finds none; `past` is an empty knowledge base in git,
and the current folder.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gitted import ISOLATED
from tests.past import Past


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


@pytest.fixture
def isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in ISOLATED.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def past(tmp_path: Path, isolated: None, monkeypatch: pytest.MonkeyPatch) -> Past:
    made = Past(tmp_path / "kb")
    monkeypatch.chdir(made.repo.top)
    return made
