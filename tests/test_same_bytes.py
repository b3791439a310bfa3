"""The same input gives the same bytes, whatever the order in which Python hashes words."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMANDS = (
    ("lint", "--select", "SOP"),
    ("lint", "--format", "sarif"),
    ("coverage",),
    ("coverage", "--format", "json"),
    ("graph", "--format", "mermaid"),
    ("graph", "--format", "dot"),
    ("graph", "TS-DEA-001", "--format", "json"),
    ("test", "--coverage"),
    ("render",),
)
RUN = """
import sys
from sopctl.cli import run
for words in {commands!r}:
    print(">", *words, flush=True)
    try:
        code = run([*words] if words[0] == "graph" else [*words, "--today", "2026-11-21"])
    except SystemExit as stop:
        code = stop.code
    print("exit code", code, flush=True)
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A few SOPs of the handbook, without what they lead to, and with faults put in."""
    shutil.copytree(ROOT / "sops/registers", tmp_path / "sops/registers")
    (tmp_path / "sops/driver").mkdir()
    for path, before, after in (
        ("driver/TS-APP-002.yaml", "role: appeals-lead", "role: apeals-lead"),
        ("driver/TS-DEA-001.yaml", "within: 1bd", "within: 90bd"),
        ("driver/TS-STR-001.md", "| ---", "| --"),
        ("driver/TS-INT-001.md", "- next: ", "- next: no-such-"),
        ("driver/TS-FRD-001.yaml", "purpose: |\n", "purpose: |\n  Promptly, as the NDXY asks.\n"),
        ("driver/TS-SAF-001.yaml", "when: {", "when: {no-fact: yes, "),
        ("registers/people.yaml", "reports_to: ", "reports_to: un"),
        ("registers/facts.yaml", "type: yes-no", "type: choice, values: [no, yes, perhaps]"),
    ):
        text = (ROOT / "sops" / path).read_text(encoding="utf-8")
        assert before in text, path
        (tmp_path / "sops" / path).write_text(text.replace(before, after, 3), encoding="utf-8")
    return tmp_path


def test_every_command_says_the_same_under_every_hash_seed(faulty: Path) -> None:
    first, *others = (_said(faulty, seed) for seed in ("0", "1", "4711"))
    assert first.count(b"\nexit code ") == len(COMMANDS)
    for code in (b"SOP303", b"SOP408", b"SOP203", b"SOP701", b"SOP304", b"SOP501"):
        assert code in first
    for other in others:
        assert other == first


def _said(folder: Path, seed: str) -> bytes:
    """Everything that the commands print, and every page that they write."""
    shutil.rmtree(folder / "site", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(commands=COMMANDS)],
        cwd=folder, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed, "NO_COLOR": "1"},
    )  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    pages = sorted(path for path in (folder / "site").rglob("*") if path.is_file())
    assert len(pages) > 20
    return done.stdout + done.stderr + b"".join(str(path).encode() + path.read_bytes() for path in pages)
