"""`sopctl lint`."""

import gc
import sys
from collections.abc import Sequence
from enum import Enum
from typing import Annotated

from sopctl import files
from sopctl.cli import ground
from sopctl.cli.options import Argument, Option
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.lint import lint as run_rules
from sopctl.report import FORMATS, Context, report

Format = Enum("Format", {name: name for name in FORMATS}, type=str)  # type: ignore[misc]
FailOn = Enum("FailOn", {each.value: each.value for each in Severity}, type=str)  # type: ignore[misc]


def lint(
    paths: Annotated[
        list[str] | None,
        Argument(
            "Report only what stands in these files and folders. Everything is read all the same.", "PATHS"
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        Option("Run only the rules with these codes or beginnings of codes (SOP3, SOP701).", metavar="CODES"),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        Option("Leave out the rules with these codes or beginnings of codes.", metavar="CODES"),
    ] = None,
    fail_on: Annotated[
        FailOn | None, Option("The least severity that makes the exit code 1; by default error.")
    ] = None,
    today: Annotated[
        str | None, Option("The day that counts as today, such as 2026-11-21.", metavar="DATE")
    ] = None,
    format: Annotated[Format, Option("How findings are written.")] = Format["text"],
    output: Annotated[
        str | None, Option("Write to this file instead of the terminal.", metavar="FILE")
    ] = None,
    statistics: Annotated[
        bool, Option("Count the findings of each rule instead of listing them.", ("--statistics",))
    ] = False,
) -> int:
    """Check every SOP and register: what is wrong, where, why it matters and how to mend it."""
    gc.disable()  # nothing here goes in circles, and the process ends soon
    base = ground.find(paths or ())
    only = ground.narrowed(base, paths or ())
    rules = ground.chosen(select or base.settings.select, ignore or base.settings.ignore)
    library = base.library(ground.day(today))
    found = [d for d in run_rules(library, rules) if _wanted(d, only)]
    context = Context(
        texts={
            base.shown(path): each.document.text
            for path, each in library.by_path.items()
            if _inside(path, only)
        },
        rules=rules,
        sops=sum(_inside(library.path_of(sop), only) for sop in library.sops),
        colour=output is None and ground.in_colour(),
    )
    written = report(format.value, base.seen(found), context, statistics=statistics)
    if output is None:
        sys.stdout.write(written)
    else:
        files.write(base.target(output, library), written)
    _summarise_step(format.value, base.seen(found), context)
    return int(_fails(found, fail_on.value if fail_on else base.settings.fail_on))


def _wanted(diagnostic: Diagnostic, only: Sequence[str]) -> bool:
    return _inside(diagnostic.span.path, only)


def _inside(path: str, only: Sequence[str]) -> bool:
    return not only or any(path == each or path.startswith(each + "/") for each in only)


def _fails(diagnostics: Sequence[Diagnostic], least: str) -> bool:
    return any(d.severity.rank <= Severity(least).rank for d in diagnostics)


def _summarise_step(format: str, diagnostics: Sequence[Diagnostic], context: Context) -> None:
    """On GitHub, the whole list goes into the summary of the step."""
    if format == "github":
        from sopctl.report.github import step_summary

        ground.add_to_step_summary(step_summary(diagnostics, context))
