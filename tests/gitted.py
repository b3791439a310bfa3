"""Repositories for tests: no settings of the machine, fixed people and days."""

import os
import subprocess
from pathlib import Path
from typing import Any

ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A. Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "C. Committer",
    "GIT_COMMITTER_EMAIL": "committer@example.org",
}


class Repo:
    """A repository below a folder; `write` and `commit` are all that most tests need."""

    def __init__(self, top: Path, *options: str) -> None:
        self.top = top
        top.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(self, *words: str, day: str = "2026-01-01", **more: Any) -> str:
        moment = day if "T" in day else f"{day}T12:00:00+00:00"
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment = clean | ISOLATED | dates | more.pop("env", {})
        done = subprocess.run(
            ["git", *words], cwd=self.top, env=environment, capture_output=True, check=True, **more
        )
        return os.fsdecode(done.stdout).strip("\n")

    def write(self, path: str, text: str | bytes) -> Path:
        place = self.top / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
        return place

    def commit(self, subject: str = "Change", day: str = "2026-01-01", **author: Any) -> str:
        """Commit all that is there; the hash of the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject, day=day, **author)
        return self.git("rev-parse", "HEAD")
