"""`sopctl lint`."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from enum import Enum
from typing import Annotated

from sopctl import baseline, files, settings
from sopctl.cli import ground, keep
from sopctl.cli.ground import Ground
from sopctl.cli.options import Argument, Option, Output
from sopctl.diagnostic import Diagnostic, Severity
from sopctl.files import FileTrouble
from sopctl.library import Library, build
from sopctl.lint import lint as run_rules
from sopctl.lint import lint_both
from sopctl.report import FORMATS, Context, report
from sopctl.rules import Rule

Format = Enum("Format", {name: name for name in FORMATS}, type=str)  # type: ignore[misc]
_COUNTED = ("text", "concise", "json")  # the formats in which counts can be written
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
    output: Output = None,
    statistics: Annotated[
        bool, Option("Count the findings of each rule instead of listing them.", ("--statistics",))
    ] = False,
    new_since: Annotated[
        str | None,
        Option("Report only what is new since the branch left this branch, tag or commit.", metavar="REF"),
    ] = None,
    staged: Annotated[
        bool,
        Option(
            "Read what is staged in git, and report what the staged changes have to do with.", ("--staged",)
        ),
    ] = False,
    known: Annotated[
        str | None,
        Option("Hold back the findings of this file, which are known already.", ("--baseline",), "FILE"),
    ] = None,
    write_baseline: Annotated[
        str | None, Option("Write all findings to this file as known, and end.", metavar="FILE")
    ] = None,
) -> int:
    """Check every SOP and register: what is wrong, where, why it matters and how to mend it."""
    base = ground.find(paths or ())
    only = ground.narrowed(base, paths or ())
    rules = base.rules(select, ignore)
    day = ground.day(today)
    if not rules:
        raise FileTrouble("nothing was checked: what is selected and what is ignored leave no rule to run")
    _refuse_what_contradicts(format.value, statistics, new_since, staged)
    past, library = _sides(base, day, new_since, staged)
    before, every = lint_both(past, library, rules) if past else ([], run_rules(library, rules))
    if write_baseline is not None:
        if output is not None:
            raise FileTrouble("`--write-baseline` writes its own file, and no report; leave out `--output`")
        narrowed = bool(only or known or new_since or staged)
        return _write_baseline(base, library, every, write_baseline, narrowed)
    fresh = _unknown(base, library, every, rules, known, bool(only))
    if past is not None:
        fresh = _new(base, fresh, before, library, past, staged)
    found = [d for d in fresh if _wanted(d, only)]
    held_back = sum(_wanted(d, only) for d in every) - sum(d.span.path in library.by_path for d in found)
    context = _context(base, library, only, rules, held_back, output is None and ground.in_colour())
    seen = base.seen(found)
    base.write(report(format.value, seen, context, statistics=statistics), output, library)
    _summarise_step(format.value, seen, context)
    return int(_fails(found, fail_on.value if fail_on else base.settings.fail_on))


# What is read


def _refuse_what_contradicts(format: str, statistics: bool, new_since: str | None, staged: bool) -> None:
    if staged and new_since is not None:
        raise FileTrouble("`--staged` asks what is new since the last commit; leave out `--new-since`")
    if statistics and format not in _COUNTED:
        raise FileTrouble(
            f"`--statistics` has no form for `{format}`, which lists every finding; leave one of the two out"
        )


def _sides(base: Ground, today: date, new_since: str | None, staged: bool) -> tuple[Library | None, Library]:
    """The knowledge base as it was, where only what is new counts, and as it is."""
    if staged:
        past, library = _staged(base, today)
    else:
        past = _past(base, new_since, today) if new_since is not None else None
        library = keep(base.library(today, like=past))
    if not library.typed and not (staged and _in_a_commit() and not (past and past.typed)):
        raise FileTrouble(_nothing(base))
    return past, library


def _nothing(base: Ground) -> str:
    """That no SOP and no register was found, which is not the same as nothing wrong."""
    here = ground.seen_from_here(base.holds_sops)
    if base.is_settled:
        return f"nothing was checked: `{here}` holds no SOP and no register; `sopctl init` writes the first into an empty folder"
    return (
        f"nothing was checked: `{here}` lies in no knowledge base, and holds no SOP and no register;"
        " name the folder that holds them"
    )


def _past(base: Ground, ref: str, today: date) -> Library:
    """The knowledge base when the branch left `ref`."""
    from sopctl.repository import repository_of

    repository = repository_of(base.root)
    left = repository.merge_base(ref, "HEAD")
    return base.library_before(ref if repository.commit(ref) == left else left[:12], repository, today)


def _staged(base: Ground, today: date) -> tuple[Library | None, Library]:
    """The knowledge base as it was last committed, where it was, and as it is staged."""
    from sopctl.repository import NotThere, repository_of

    repository = repository_of(base.root)
    if _in_a_commit() and base.is_settled and not _concerned(base, repository.staged_files()):
        return None, build({}, today)
    past = None
    with suppress(FileTrouble):  # no commit, or none with SOPs: all of them are new
        past = base.library_at("HEAD", repository, today)
    try:
        return past, base.library_staged(repository, today, like=past)
    except NotThere:
        if past is None and _in_a_commit():  # of something else: the knowledge base comes later
            return None, build({}, today)
        raise


def _concerned(base: Ground, staged: Sequence[str] | None) -> bool:
    """Whether a commit of these files may bring findings about: a file of no suffix of ours, added or
    altered, takes nothing away that a SOP links to."""
    if staged is None:
        return True
    settling = {*settings.FILES, *filter(None, [base.settings.baseline])}
    names = {os.path.basename(each) for each in settling}
    return any(path.lower().endswith(files.SUFFIXES) or os.path.basename(path) in names for path in staged)


def _in_a_commit() -> bool:
    """Whether we are a hook of git, or called by one, while it makes a commit."""
    return "GIT_INDEX_FILE" in os.environ


# What counts


def _unknown(
    base: Ground,
    library: Library,
    found: list[Diagnostic],
    rules: Sequence[Rule],
    file: str | None,
    narrowed: bool,
) -> list[Diagnostic]:
    """The findings that the file of known ones does not hold back, and a note for each that is gone."""
    if file is None and base.settings.baseline is None:
        return found
    place = (file or os.curdir) if file is not None else os.path.join(base.top, str(base.settings.baseline))
    if not os.path.exists(place):
        shown = ground.seen_from_here(place)
        raise FileTrouble(f"there is no file `{shown}`; `sopctl lint --write-baseline {shown}` writes it")
    entries = baseline.read(files.text_of(place), ground.seen_from_here(place), library.renamed)
    fresh = baseline.unknown(found, entries)
    if narrowed or not library.typed or library.unreadable or not library.registers_whole:
        return fresh  # what was not looked at, or could not be, is not gone
    path = os.path.relpath(place, base.top).replace(os.sep, "/")
    return [*fresh, *baseline.gone(entries, found, rules, path)]


def _new(
    base: Ground,
    fresh: list[Diagnostic],
    before: Sequence[Diagnostic],
    library: Library,
    past: Library,
    staged: bool,
) -> list[Diagnostic]:
    """The findings that were not there before."""
    names = library.renamed
    before = [d._replace(address=baseline.renamed(d.address, names)) for d in before] if names else before
    new = baseline.new(fresh, before, _words(library), _words(past))
    return _about_staged(base, fresh, new, library, past) if staged else new


def _about_staged(
    base: Ground, found: list[Diagnostic], new: list[Diagnostic], library: Library, past: Library
) -> list[Diagnostic]:
    """The findings in files that are staged, and the new ones, which these bring about elsewhere. Where
    none is staged, all files are checked on purpose, and every finding counts, unless the commit that git
    makes is about something else."""
    now, then = (
        {path: each.document.text for path, each in some.by_path.items()} for some in (library, past)
    )
    touched = {path for path in {*now, *then} if now.get(path) != then.get(path)}
    if not touched:
        return new if _in_a_commit() and not _resettled(base) else found
    brought = {*new}
    return [d for d in found if d.span.path in touched or d in brought]


def _resettled(base: Ground) -> bool:
    """Whether the staged settings are others than those of the last commit."""
    from sopctl.repository import repository_of

    repository = repository_of(base.root)
    return settings.differ(
        lambda name: repository.text_at("HEAD", base.root / name),
        lambda name: repository.text_staged(base.root / name),
    )


def _words(library: Library) -> Callable[[Diagnostic], str]:
    """The line that a finding stands on."""
    context = Context({path: each.document.text for path, each in library.by_path.items()})
    return lambda d: " ".join(context.line(d.span.path, d.span.line).split())


def _write_baseline(
    base: Ground, library: Library, found: Sequence[Diagnostic], file: str, narrowed: bool
) -> int:
    if narrowed:
        raise FileTrouble(
            "`--write-baseline` writes every finding; leave out paths, `--baseline`, `--new-since` and `--staged`"
        )
    base.write(baseline.written(found), file, library)
    known, them = ("1 finding is", "it") if len(found) == 1 else (f"{len(found)} findings are", "them")
    print(f"{known} known now; `sopctl lint --baseline {file}` holds {them} back")
    return 0


# What is said


def _context(
    base: Ground, library: Library, only: Sequence[str], rules: Sequence[Rule], held_back: int, colour: bool
) -> Context:
    """What the report may tell of the files that were looked at."""
    looked_at = {path: each for path, each in library.by_path.items() if ground.inside(path, only)}
    return Context(
        texts={base.shown(path): each.document.text for path, each in looked_at.items()},
        rules=rules,
        sops=sum(library.path_of(sop) in looked_at for sop in library.sops),
        colour=colour,
        held_back=held_back,
    )


def _wanted(diagnostic: Diagnostic, only: Sequence[str]) -> bool:
    return ground.inside(diagnostic.span.path, only)


def _fails(diagnostics: Sequence[Diagnostic], least: str) -> bool:
    return any(d.severity.rank <= Severity(least).rank for d in diagnostics)


def _summarise_step(format: str, diagnostics: Sequence[Diagnostic], context: Context) -> None:
    """On GitHub, the whole list goes into the summary of the step."""
    if format == "github":
        from sopctl.report.github import step_summary

        ground.add_to_step_summary(step_summary(diagnostics, context))
