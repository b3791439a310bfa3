"""Run a rule on an example of its own docstring: once for the test, once for its page.

An example shows only the keys that matter. What else a SOP needs comes from `LEAST`, unless
the rule is about reading (SOP0xx): then the example is the whole file. Documents are parted by
`---` on a line of its own; a first line `# file: NAME` names the file.
"""

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from sopctl import model, source
from sopctl.diagnostic import Diagnostic
from sopctl.library import Library
from sopctl.lint import lint
from sopctl.model.registers import Registers
from sopctl.rules import Rule
from sopctl.source import Document

TODAY = date(2026, 11, 21)

LEAST: dict[str, Any] = {
    "id": "TS-EX-001",
    "title": "An example",
    "version": "1.0.0",
    "status": "draft",
    "owner": "lead",
    "purpose": "Show one thing.",
    "scope": "Examples.",
    "trigger": "A reader is curious.",
    "steps": [{"id": "look", "title": "Look at it", "role": "lead", "next": "done"}],
    "outcomes": {"done": {"title": "Done"}},
    "change_history": [{"version": "1.0.0", "on": "2026-01-05", "author": "writer", "summary": "First"}],
}
"""What every SOP needs, so short that no rule finds anything."""

_REGISTERS: dict[str, Any] = {
    "knowledge_base": {"title": "Examples", "jurisdictions": ["us-wa"], "worker_types": ["delivery"]},
    "roles": {
        "lead": {"title": "Lead"},
        "agent": {"title": "Agent", "reports_to": "lead"},
        "writer": {"title": "Writer"},
        "counsel": {"title": "Counsel"},
    },
}


def run(rule: Rule, example: str) -> list[Diagnostic]:
    """What the rule says of the example, at the example's own lines."""
    whole = rule.code.startswith("SOP0")
    documents = [_document(text, whole) for text in _parted(example)]
    typed = [model.read(document) for document in documents]
    if not whole:
        written = {word for each in typed if each.registers for word in each.document.data}
        rest = {word: entries for word, entries in _REGISTERS.items() if word not in written}
        if "roles" in written:
            _add_roles(documents)
            typed = [model.read(document) for document in documents]
        if rest:
            typed.append(model.read(Document("zz-rest.yaml", "", rest)))
    return [d for d in lint(Library(typed, TODAY), [rule]) if d.span.path != "zz-rest.yaml"]


def _document(text: str, whole: bool) -> Document:
    named = re.search(r"^# file: (\S+)$", text, re.MULTILINE)
    path = named[1] if named else ""
    body = text.lstrip("\n")
    is_markdown = path.endswith(".md") or body.startswith("---\n")
    read = source.read(path or ("example.md" if is_markdown else "example.yaml"), text, model.OUTLINE)
    assert read is not None
    data = read.data
    if not isinstance(data, dict):
        return read
    if not whole and not all(word in Registers.__keys__ for word in data):
        data = LEAST | data
    if not path:
        path = f"{data['id']}{PurePosixPath(read.path).suffix}" if "id" in data else read.path
    return Document(
        path, read.text, data, read.problems, read._locate, complete=read.complete, markdown=read.markdown
    )


def _add_roles(documents: list[Document]) -> None:
    for document in documents:
        if isinstance(document.data, dict) and isinstance(document.data.get("roles"), dict):
            document.data["roles"] = _REGISTERS["roles"] | document.data["roles"]


def _parted(example: str) -> list[str]:
    """Part the example, and keep each part at its own line numbers."""
    if example.startswith("---\n"):
        return [example]  # front matter: one Markdown file
    texts, line = [], 0
    for text in re.split(r"^---\n", example, flags=re.MULTILINE):
        texts.append("\n" * line + text)
        line += text.count("\n") + 1
    return texts
