"""The guide for writers: what it shows holds, and the site leads to it."""

import json
import re
from datetime import date

import pytest

from sopctl import files, library, source
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.example import LEAST
from sopctl.lint import lint
from sopctl.model import OUTLINE
from sopctl.render import Links
from sopctl.render.pages import contents
from sopctl.rules import RULES

TODAY = date(2026, 11, 21)
GUIDE = (files.find_data("site/home") / "writing.md").read_text("utf-8")
BLOCK = re.compile(r'^(`{3,})(yaml|markdown)(?: title="([^"]*)")?\n(.*?)^\1$', re.MULTILINE | re.DOTALL)
BLOCKS = [(found[3] or "", found[4]) for found in BLOCK.finditer(GUIDE)]
NAMED = {title: text for title, text in BLOCKS if "/" in title}
PIECES = [text for title, text in BLOCKS if not title]
ROLES = {"sops/registers/roles.yaml": "roles: {lead: {title: Lead}, writer: {title: Writer}}\n"}


def said_of(texts: dict[str, str]) -> list[Diagnostic]:
    return lint(library.build(texts, TODAY), RULES)


def wrong(texts: dict[str, str]) -> list[Diagnostic]:
    """What would stop a writer: all errors, and whatever is wrong with reading."""
    return [d for d in said_of(texts) if d.severity is Severity.ERROR or d.code.startswith("SOP0")]


def knowledge_base() -> dict[str, str]:
    """The files that the guide shows whole; the Markdown one says again what its twin says."""
    return {path: text for path, text in NAMED.items() if path.endswith(".yaml")}


def test_the_files_of_the_guide_are_a_knowledge_base() -> None:
    assert len(knowledge_base()) == 4
    assert wrong(knowledge_base()) == []


@pytest.mark.parametrize("text", PIECES, ids=lambda text: text.split(":")[0])
def test_a_piece_of_the_guide_can_be_written_so(text: str) -> None:
    keys = [key for key in LEAST if not re.search(rf"^{key}:", text, re.MULTILINE)]
    whole = "".join(f"{key}: {json.dumps(LEAST[key])}\n" for key in keys) + text
    assert wrong({**knowledge_base(), **ROLES, "sops/TS-EX-001.yaml": whole}) == []


def test_the_slips_of_the_guide_are_found_on_their_lines() -> None:
    [text] = [text for title, text in BLOCKS if title == "Three slips"]
    lines = enumerate(text.splitlines(), 1)
    promised = [(line, code) for line, words in lines for code in re.findall(r"SOP\d{3}", words)]
    found = [(d.span.line, d.code) for d in said_of({"slips.yaml": text}) if d.code.startswith("SOP0")]
    assert found == promised


def test_both_forms_of_the_guide_give_one_sop() -> None:
    made = {path: source.read(path, text, OUTLINE) for path, text in NAMED.items() if "REF" in path}
    yaml, markdown = made.values()
    assert yaml is not None
    assert markdown is not None
    assert markdown.problems == ()
    assert markdown.data == yaml.data


def test_the_guide_is_a_main_page() -> None:
    made = contents(Links(library.build(knowledge_base(), TODAY)), ())
    heading, entries = made[-1]
    assert heading == "Writing"
    assert [entry.path for entry in entries][:2] == ["writing.md", "format.md"]
