"""Put every rule to every SOP; give each finding its place, and heed the ignores."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sopctl.diagnostic import Diagnostic, Finding, Pointer, Severity
from sopctl.ignores import Ignore, ignores
from sopctl.library import Library
from sopctl.model import REGISTERS
from sopctl.rules import RULES, Rule

UNUSED = "SOP008"
_HARMLESS = {"SOP008", "SOP009"}
_NO_EXTENT = None

Extent = tuple[int, int]


def lint(library: Library, rules: Sequence[Rule] = RULES) -> list[Diagnostic]:
    """What the rules find in the library, sorted by place."""
    by_path: dict[str, list[Diagnostic]] = defaultdict(list)
    unknown = _unknown(library)
    for rule, path, finding, extent in _findings(library, rules):
        if extent is None and rule.code not in _SOURCES and _covered(finding.at, unknown.get(path)):
            continue  # it stands on a value that has a finding already: one slip, one finding
        document = library.by_path[path].document
        by_path[path].append(
            Diagnostic(
                document.span(finding, extent),
                rule.code,
                rule.name,
                finding.severity or rule.severity,
                finding.message,
                finding.help,
                finding.at,
            )
        )
    return sorted(each for path in library.by_path for each in _heeded(library, path, by_path[path], rules))


def _findings(
    library: Library, rules: Iterable[Rule]
) -> Iterator[tuple[Rule, str, Finding, Extent | None]]:
    by_code = {rule.code: rule for rule in rules}
    for path, each in library.by_path.items():
        for code, finding, extent in each.problems:
            if code in by_code:
                yield by_code[code], path, finding, extent
        for code, reference, message in library.missing[path]:
            if code in by_code:
                finding = Finding(reference.at, message, key=reference.key, part=reference.part)
                yield by_code[code], path, finding, _NO_EXTENT
    for rule in by_code.values():
        if rule.check is not None:
            for sop in library.sops:
                for finding in rule.check(sop, library):
                    yield rule, finding.path or library.path_of(sop), finding, _NO_EXTENT
        if rule.check_library is not None:
            for finding in rule.check_library(library):
                yield rule, finding.path or _home(library, finding.at), finding, _NO_EXTENT


def _home(library: Library, at: Pointer) -> str:
    register, id = str(at[0]), str(at[1]) if len(at) > 1 and at[0] != "knowledge_base" else ""
    return library.home(register, id)


_SOURCES = {"SOP203", "SOP301", "SOP302", "SOP303", "SOP304"}


def _unknown(library: Library) -> dict[str, set[Pointer]]:
    """By file, the values that have a finding of the reader or that refer to nothing."""
    return {
        path: {p.finding.at for p in each.problems if p.code not in _HARMLESS and p.extent is None and p.code != "SOP003"}
        | {lost.reference.at for lost in library.missing[path]}
        for path, each in library.by_path.items()
    }


def _covered(at: Pointer, unknown: set[Pointer] | None) -> bool:
    return bool(unknown) and any(at[:length] in unknown for length in range(1, len(at) + 1))


def _heeded(
    library: Library, path: str, diagnostics: list[Diagnostic], rules: Sequence[Rule]
) -> list[Diagnostic]:
    """The diagnostics that no ignore hides, and what is wrong with the ignores themselves."""
    document = library.by_path[path].document
    if "sopctl:" not in document.text:
        return diagnostics
    written = ignores(document)
    used: set[Ignore] = set()
    kept = []
    for diagnostic in diagnostics:
        hiding = [each for each in written if each.hides(diagnostic, document)]
        used.update(hiding)
        if not hiding:
            kept.append(diagnostic)
    ran = {rule.code for rule in rules}
    for rule in rules:
        if rule.code == UNUSED:
            kept.extend(_complaint(each, rule, ran) for each in written if each.fault(ran, each in used))
    return kept


def _complaint(ignore: Ignore, rule: Rule, ran: set[str]) -> Diagnostic:
    message, help = ignore.fault(ran, used=False) or ignore.fault(ran, used=True)
    return Diagnostic(ignore.span, rule.code, rule.name, rule.severity, message, help)


def worst(diagnostics: Iterable[Diagnostic]) -> Severity | None:
    """The severity of the worst diagnostic, or None where there is none."""
    return min((d.severity for d in diagnostics), key=lambda s: s.rank, default=None)
