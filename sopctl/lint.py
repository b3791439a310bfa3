"""Put every rule to every SOP; give each finding its place, and heed the ignores."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from sopctl.diagnostic import Diagnostic, Finding, Pointer, Severity, json_pointer
from sopctl.ignores import Ignore, Ignores
from sopctl.library import Library
from sopctl.model import Sop, Typed
from sopctl.rules import RULES, USUAL, Check, Rule
from sopctl.source.place import first_line

UNUSED = "SOP008"
_NO_VALUE = {"SOP003", "SOP008"}  # their findings speak of no value that was written
_MISTAKE = "a mistake of sopctl itself in this rule"

Extent = tuple[int, int]
_Said = tuple[Rule, str, Finding, Extent | None]
_Known = dict[tuple[str, int], tuple[Sop, list[Finding]]]
"""By rule and identity of the SOP (which is kept, lest its identity go to another), what it found."""


def lint(library: Library, rules: Sequence[Rule] = USUAL) -> list[Diagnostic]:
    """What the rules find in the library, each once, sorted by place.

    A rule that fails is an error of its own and hides nothing that the others find.
    """
    return _linted(library, rules, None)


def lint_both(
    before: Library, after: Library, rules: Sequence[Rule] = USUAL
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """What the rules find in each of two libraries; what cannot differ is worked out once, where
    `after` was built to be like `before`."""
    known: _Known = {}
    return _linted(before, rules, known), _linted(after, rules, known)


def _linted(library: Library, rules: Sequence[Rule], known: _Known | None) -> list[Diagnostic]:
    by_code = {rule.code: rule for rule in rules}
    by_path: dict[str, list[Diagnostic]] = defaultdict(list)
    for rule, path, finding, extent in (*_read(library, by_code), *_judged(library, rules, known)):
        by_path[path].append(_placed(library.by_path[path], rule, finding, extent))
    found = (each for path in library.by_path for each in _heeded(library, path, by_path[path], rules))
    once: dict[tuple[object, ...], Diagnostic] = {}
    for each in sorted(found, key=order):
        once.setdefault((each.span, each.code, each.message), each)
    return [*once.values()]


def order(each: Diagnostic) -> tuple[object, ...]:
    """By place; but on its line, a note about the whole file comes after the slips that explain it."""
    aside = each.severity is Severity.NOTE and not each.pointer
    place = each.span.path, each.span.line, aside, each.span
    return *place, each.code, each.message, each.severity.rank, json_pointer(each.pointer)


def _placed(typed: Typed, rule: Rule, finding: Finding, extent: Extent | None) -> Diagnostic:
    return Diagnostic(
        typed.document.span(finding, extent),
        rule.code,
        rule.name,
        finding.severity or rule.severity,
        finding.message,
        finding.help,
        finding.at,
        typed.address(finding.at),
        finding.lasting,
    )


def _read(library: Library, rules: Mapping[str, Rule]) -> Iterator[_Said]:
    """What came up while the files were read and put together."""
    for path, each in library.by_path.items():
        for code, finding, extent in each.problems:
            if code in rules:
                yield rules[code], path, finding, extent
        for code, reference, message in library.missing[path]:
            if code in rules:
                finding = Finding(reference.at, message, key=reference.key, part=reference.part)
                yield rules[code], path, finding, None


def _judged(library: Library, rules: Iterable[Rule], known: _Known | None) -> Iterator[_Said]:
    """What the checks of the rules find, but for values that have a finding already."""
    unknown = _unknown(library)
    able, doubted = [], set()
    for rule in rules:
        if rule.by_registers or not (hiding := _hiding(rule, library)):
            able.append(rule)
        else:
            yield _cannot_know(rule, library, hiding)
    for rule, path, finding, extent in (*_checked(library, able, known), *_checked_whole(library, able)):
        if _covered(finding.at, unknown.get(path)):
            continue  # one slip is one finding
        if not rule.by_registers or library.registers_whole or finding.message.startswith(_MISTAKE):
            yield rule, path, finding, extent
        elif rule.code not in doubted:
            doubted.add(rule.code)
            yield _cannot_know(rule, library, library.hiding_entries)


def _checked(library: Library, rules: Iterable[Rule], known: _Known | None) -> Iterator[_Said]:
    """What rules find in each SOP; and that one failed, lest silence pass for consent."""
    checks = [(rule, _check(rule, rule.check, known)) for rule in rules if rule.check is not None]
    for sop in library.sops:
        path = library.path_of(sop)
        for rule, check in checks:
            try:
                for finding in check(sop, library):
                    yield rule, finding.path or path, finding, None
            except Exception as error:
                yield _failed(error, rule, library, path)


def _checked_whole(library: Library, rules: Iterable[Rule]) -> Iterator[_Said]:
    """What rules find in the whole, and that one failed."""
    for rule in rules:
        if rule.check_library is not None:
            try:
                for finding in rule.check_library(library):
                    yield rule, finding.path or _home(library, finding.at), finding, None
            except Exception as error:
                yield _failed(error, rule, library, "")


def _check(rule: Rule, check: Check, known: _Known | None) -> Check:
    return partial(_alone, rule, check, known) if rule.alone and known is not None else check


def _alone(rule: Rule, check: Check, known: _Known, sop: Sop, library: Library) -> Iterator[Finding]:
    """What a rule finds that looks at the SOP alone, in whichever library it was met first."""
    key = rule.code, id(sop)
    if key in known:
        yield from known[key][1]
        return
    found = []
    for finding in check(sop, library):
        found.append(finding)
        yield finding
    known[key] = sop, found


def _failed(error: Exception, rule: Rule, library: Library, path: str) -> _Said:
    """That a rule failed on this file, or on some."""
    if isinstance(error, OSError) or not library.by_path:
        raise error  # a disk that fails is no mistake of ours; or there is no file to say it in
    path = path or min(library.by_path)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    message = f"{_MISTAKE} ({what}); please report it"
    return rule, path, Finding((), message, severity=Severity.ERROR), _first_line(library, path)


def _home(library: Library, at: Pointer) -> str:
    register, id = str(at[0]), str(at[1]) if len(at) > 1 and at[0] != "knowledge_base" else ""
    return library.home(register, id)


def _hiding(rule: Rule, library: Library) -> Sequence[str]:
    """The files that keep a rule from judging what is absent."""
    if rule.check is None and rule.check_library is None:
        return library.unjudged.get(rule.code, ())  # the library judges for it
    return (library.hiding_entries if rule.by_registers else library.unreadable) if rule.absence else ()


def _cannot_know(rule: Rule, library: Library, hiding: Sequence[str]) -> _Said:
    """That a rule about absence cannot judge: said once, on the first file that hides something."""
    path, *others = hiding
    more = f" and {len(others)} more" if others else ""
    message = f"unknown: {rule.absence}, while {_unread(library.by_path[path], more)}"
    finding = Finding((), message, severity=Severity.NOTE)
    return rule, path, finding, _slip(library.by_path[path]) or _first_line(library, path)


def _unread(typed: Typed, more: str) -> str:
    if typed.document.folder:
        return f"this folder{more} cannot be {'opened or read' if more else 'opened'}"
    return f"this file{more} cannot be {'read in full' if typed.readable else 'read'}"


def _slip(typed: Typed) -> Extent | None:
    """Where a file cannot be read on: what is unknown for that reason stands behind the reason."""
    if typed.readable:
        return None  # its notes can be ignored, above its first line
    return min((each.extent for each in typed.problems if each.extent), default=None)


def _first_line(library: Library, path: str) -> Extent:
    return 0, len(first_line(library.by_path[path].document.text))


def _unknown(library: Library) -> dict[str, set[Pointer]]:
    """By file, the values that have a finding of the reader or that refer to nothing."""
    found = {}
    for path, each in library.by_path.items():
        values = {problem.finding.at for problem in each.problems if problem.code not in _NO_VALUE}
        values.update(lost.reference.at for lost in library.missing[path] if lost.reference.part is None)
        if values:
            found[path] = values
    return found


def _covered(at: Pointer, unknown: set[Pointer] | None) -> bool:
    return bool(unknown) and any(at[:length] in unknown for length in range(1, len(at) + 1))  # type: ignore[operator]


def _heeded(
    library: Library, path: str, diagnostics: list[Diagnostic], rules: Sequence[Rule]
) -> list[Diagnostic]:
    """The diagnostics that no ignore hides, and what is wrong with the ignores themselves."""
    typed = library.by_path[path]
    if "sopctl:" not in typed.document.text or not typed.readable:
        return diagnostics  # what could not be read cannot be ignored either
    comments = Ignores(typed.document)
    used: dict[Ignore, set[str]] = defaultdict(set)
    kept, failed = [], set()
    for diagnostic in diagnostics:
        hiding = comments.hiding(diagnostic)
        if is_mistake(diagnostic):
            failed.add(diagnostic.code)
            hiding = []  # nobody knows what else the rule would have found
        for each in hiding:
            used[each].add(diagnostic.code)
        if not hiding:
            kept.append(diagnostic)
    silent = {rule.code for rule in rules if _hiding(rule, library)}
    ran = {rule.code for rule in rules} - failed - silent
    for rule in rules:
        if rule.code == UNUSED:
            kept.extend(
                Diagnostic(each.span, rule.code, rule.name, rule.severity, *fault, (), typed.address(()))
                for each in comments.written
                if (fault := each.fault(_KNOWN, ran - used[each]))
            )
            kept.extend(
                Diagnostic(each.span, rule.code, rule.name, rule.severity, *_MISPLACED, (), typed.address(()))
                for each in comments.misplaced(diagnostics)
            )
    return kept


_KNOWN = frozenset(rule.code for rule in RULES)
_MISPLACED = (
    "this ignore stands in a text, whose readers see it, and hides nothing",
    "move it above the key of the text",
)


def is_mistake(diagnostic: Diagnostic) -> bool:
    """Whether a rule failed, so that nobody knows what it would have found."""
    return diagnostic.message.startswith(_MISTAKE)


def worst(diagnostics: Iterable[Diagnostic]) -> Severity | None:
    """The severity of the worst diagnostic, or None where there is none."""
    return min((d.severity for d in diagnostics), key=lambda s: s.rank, default=None)
