"""Whether the version of each changed SOP says how much has changed."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from sopctl.diagnostic import Diagnostic, Finding, Severity
from sopctl.diff import Change
from sopctl.library import Library
from sopctl.model.sop import APPROVED, Sop
from sopctl.named import NamedTuple
from sopctl.review.shared import Felt
from sopctl.weight import Weight

PARTS = ("none", "patch", "minor", "major")
CODE = "version-step"


class Version(NamedTuple):
    """One changed SOP: what its changes weigh, the step that this asks for, and the step that was made."""

    sop: str
    weight: Weight
    needed: str  # of PARTS
    made: str  # of PARTS, or `back`
    before: str
    after: str
    faults: tuple[Diagnostic, ...]

    @property
    def least(self) -> str:
        """The lowest version that says enough."""
        return raised(self.before, self.needed)

    @property
    def falls_short(self) -> bool:
        """Whether the step that was made says less than has changed."""
        return self.made == "back" or PARTS.index(self.made) < PARTS.index(self.needed)


def versions(
    changes: Sequence[Change],
    before: Library,
    after: Library,
    renamed: Mapping[str, str],
    felt: Felt = MappingProxyType({}),
) -> tuple[Version, ...]:
    """The SOPs on both sides whose changes ask for a version, by id, and so do those of shared facts
    that are `felt`. A SOP that nobody has approved yet may change as it likes."""
    found = []
    for id in sorted({change.sop for change in changes if counts(change)} | felt.keys()):
        old, new = before.sop(renamed.get(id, id)), after.sop(id)
        if old and new and old.status in APPROVED and old.version and new.version:
            own = [each for each in changes if each.sop == id and counts(each)]
            found.append(_version(id, old, new, [*own, *felt.get(id, ())], after))
    return tuple(found)


def counts(change: Change) -> bool:
    """Whether a change asks for a new version: what tells of the version itself does not."""
    key = Sop.__keys__.get(str(change.pointer[0])) if change.sop and change.pointer else None
    return bool(change.sop) and not (key and key.unversioned)


def raised(version: str, part: str) -> str:
    """`2.1.0` by one minor step is `2.2.0`."""
    major, minor, patch = _numbers(version)
    match part:
        case "major":
            return f"{major + 1}.0.0"
        case "minor":
            return f"{major}.{minor + 1}.0"
        case "patch":
            return f"{major}.{minor}.{patch + 1}"
    return version


def made(old: str, new: str) -> str:
    """The step from one version to another: a part of the version, `none`, or `back`."""
    before, after = _numbers(old), _numbers(new)
    if after == before:
        return "none"
    if after < before:
        return "back"
    return next(part for part, a, b in zip(("major", "minor", "patch"), before, after, strict=True) if a != b)


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def _version(id: str, old: Sop, new: Sop, changes: Sequence[Change], after: Library) -> Version:
    heaviest = max(changes, key=lambda each: each.weight.rank)
    step = made(old.version, new.version)
    whole = Version(id, heaviest.weight, heaviest.weight.step, step, old.version, new.version, ())
    return whole._replace(faults=tuple(_faults(whole, heaviest, new, after)))


def _faults(version: Version, heaviest: Change, sop: Sop, library: Library) -> Iterator[Diagnostic]:
    if version.made == "back":
        message = f"{version.sop} goes back from version {version.before} to {version.after}"
        yield _fault(library, sop, ("version",), message, f"write `version: {version.least}` or higher")
    elif version.falls_short:
        is_now = "its version is still" if version.made == "none" else f"a {version.made} step was made, to"
        changed = f"this change of {version.sop}"
        cause = changed if heaviest.sop else f"{version.sop} decides by a changed fact, which"
        message = (
            f"{cause} asks for a {version.needed} step of its version ({_why(heaviest)}), "
            f"and {is_now} {version.after}"
        )
        help = f"write `version: {version.least}`, and say in `change_history` what changed and why"
        yield _fault(library, sop, ("version",), message, help)
    entries = [entry.version for entry in sop.change_history or () if entry]
    if version.made not in ("none", "back") and version.after not in entries:
        message = f"the history of {version.sop} has no entry for version {version.after}"
        help = "add one at the top of `change_history`: what changed, why, and who approved it"
        yield _fault(library, sop, ("change_history",), message, help)


def _why(change: Change) -> str:
    return f"{change.weight.value}: {change.message}"


def _fault(library: Library, sop: Sop, at: tuple[str, ...], message: str, help: str) -> Diagnostic:
    span = library.document_of(sop).span(Finding(at, message, key=at == ("change_history",)))
    return Diagnostic(span, CODE, CODE, Severity.ERROR, message, help, at)
