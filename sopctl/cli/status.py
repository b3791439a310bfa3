"""`sopctl status`."""

import sys
from enum import Enum
from typing import Annotated

from sopctl.analysis.health import health
from sopctl.cli import ground
from sopctl.cli.options import Option, Today
from sopctl.lint import lint
from sopctl.report import _health as report

StatusFormat = Enum("StatusFormat", {"text": "text", "json": "json"}, type=str)


def status(
    format: Annotated[StatusFormat, Option("How the figures are written.")] = StatusFormat["text"],
    today: Today = None,
) -> int:
    """Say how the knowledge base is doing: overdue reviews, untested branches, unverified clauses, findings."""
    base = ground.find()
    library = base.library(ground.day(today))
    found = health(library, lint(library, base.rules()))
    sys.stdout.write(report.json(found) if format.value == "json" else report.text(found))
    ground.say_left_out(library)
    return 0
