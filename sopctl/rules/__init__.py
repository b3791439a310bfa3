"""The catalogue. A rule is one file in this folder; the folder is the list of rules.

`sop201_step_unreachable.py` declares the rule SOP201, step-unreachable. Its docstring is its page
on the site and, fence by fence, its test. Its `check` yields findings about one SOP, and takes what
it looks at: `sop`, `document`, `speech` or `library`. What takes no library says the same of a SOP
wherever it stands. Its `check_library(library)` yields findings about the whole, in the file that
`path` or a register's entry names. A rule with neither explains what the reader itself reports. A rule that judges
what is absent says in `absence` what nobody can know while a file cannot be read; one that goes by what
registers hold as a whole (who works when, which facts there are) is `by_registers`: what it finds counts
only where all of them can be read.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import FunctionType, ModuleType

from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model import Sop
from sopctl.pattern import lazy_pattern

Check = Callable[[Sop, Library], Iterable[Finding]]
CheckLibrary = Callable[[Library], Iterable[Finding]]

_EXAMPLE = lazy_pattern(r'^```(?:yaml|markdown) title="(Good|Bad)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


_GIVEN: dict[str, Callable[[Sop, Library], object]] = {
    "sop": lambda sop, library: sop,
    "document": lambda sop, library: library.document_of(sop),
    "speech": lambda sop, library: library.speech[library.path_of(sop)],
    "library": lambda sop, library: library,
}


def _given(check: FunctionType) -> Check:
    """A check, given what it takes."""
    takes = _parameters(check)
    if takes == ("sop", "library"):
        return check
    ways = [_GIVEN[name] for name in takes]
    return lambda sop, library: check(*[way(sop, library) for way in ways])


def _parameters(check: FunctionType) -> tuple[str, ...]:
    code = check.__code__  # `inspect` takes longer to import than a small lint takes
    return code.co_varnames[: code.co_argcount]


class Rule:
    """One rule, read off its file."""

    def __init__(self, module: ModuleType) -> None:
        code, _, name = module.__name__.rpartition(".")[2].partition("_")
        self.code = code.upper()
        self.name = name.replace("_", "-")
        self.severity: Severity = getattr(module, "severity", Severity.ERROR)
        check: FunctionType | None = getattr(module, "check", None)
        self.check: Check | None = _given(check) if check else None
        self.alone = check is not None and "library" not in _parameters(check)
        self.check_library: CheckLibrary | None = getattr(module, "check_library", None)
        absence = getattr(module, "absence", "")
        self.absence = absence if isinstance(absence, str) else ""  # a function of that name is no text
        self.by_registers: bool = getattr(module, "by_registers", False)
        self.asked_only: bool = getattr(module, "asked_only", False)
        self._doc = module.__doc__ or ""

    @cached_property
    def doc(self) -> str:
        """The page of the rule, in Markdown."""
        return self._doc.strip() + "\n"

    @property
    def summary(self) -> str:
        """The first sentence: what is wrong."""
        return self.doc.partition("\n")[0]

    @property
    def examples(self) -> list[tuple[str, str]]:
        """The fenced examples, as ("Good" or "Bad", text)."""
        return _EXAMPLE.findall(self.doc)

    def __repr__(self) -> str:
        return f"Rule({self.code} {self.name})"


# pkgutil would list the folder as well, at a tenth of the time that a small lint takes
_FILES = sorted(name for name in os.listdir(__path__[0]) if name.startswith("sop") and name.endswith(".py"))


def _module(file: str) -> ModuleType:
    """The module of a rule. `import_module` would look for each of them all over again, which takes as
    long as to run them."""
    name = f"{__name__}.{file[:-3]}"
    if name not in sys.modules:
        place = os.path.join(__path__[0], file)
        loader = SourceFileLoader(name, place)
        module = sys.modules[name] = ModuleType(name)
        module.__spec__ = ModuleSpec(name, loader, origin=place)
        module.__dict__.update(__file__=place, __loader__=loader, __package__=__name__)
        loader.exec_module(module)
        globals()[file[:-3]] = module
    return sys.modules[name]


RULES: tuple[Rule, ...] = tuple(Rule(_module(name)) for name in _FILES)

USUAL = tuple(rule for rule in RULES if not rule.asked_only)
"""The rules that run unless others are chosen; one that is `asked_only` is chosen by its whole code."""
