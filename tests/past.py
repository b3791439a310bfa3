"""A SOP with a past: its versions, as tests commit them."""

from pathlib import Path
from typing import Any

from tests.gitted import Repo

ROLES = "roles:\n  lead: {title: Lead}\n  writer: {title: Writer}\n  counsel: {title: Counsel}\n"


def sop(
    version: str = "1.0.0",
    status: str = "effective",
    effective_on: str | None = "2026-01-10",
    *,
    id: str = "TS-ONE-001",
    within: str = "4h",
    history: str = "",
    approvals: str = "[{role: lead, name: L. Lead, meaning: approval, on: 2026-01-05}]",
    author: str = "writer",
    on: str = "2026-01-02",
    more: str = "",
) -> str:
    """The text of a SOP; `within` is what versions differ in."""
    dates = f"effective_on: {effective_on}\nreview_by: 2027-01-01\n" if effective_on else ""
    entry = f"  - {{version: {version}, on: {on}, author: {author}, summary: What changed}}\n"
    return f"""\
id: {id}
title: Answer a message
version: {version}
status: {status}
owner: lead
{dates}approvals: {approvals}
purpose: Answer each message of a driver in time.
scope: Messages of drivers who deliver.
trigger: A message of a driver arrives.
steps:
  - {{id: read, title: Read the message from its first line to its last, role: lead, within: {within}}}
  - {{id: answer, title: Answer it in the language in which it was written, role: lead, next: done}}
outcomes: {{done: {{title: Every question of the message is answered}}}}
{more}change_history:
{entry}{history}"""


class Past:
    """A knowledge base in git, written version by version."""

    def __init__(self, top: Path) -> None:
        self.repo = Repo(top)
        self.repo.write("sops/roles.yaml", ROLES)

    def says(self, day: str, text: str | None, path: str = "sops/TS-ONE-001.yaml", **more: Any) -> str:
        """From this day on the file holds that text; None deletes it."""
        if text is None:
            (self.repo.top / path).unlink()
        else:
            self.repo.write(path, text)
        return self.repo.commit(more.pop("subject", "Change"), day=day, **more)
