"""A name for each finding that stays the same while the file around it changes, and days pass."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from sopctl.diagnostic import Diagnostic, Identity


def fingerprints(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """One for each diagnostic, in order; equal findings are told apart by counting them."""
    seen: Counter[Identity] = Counter()
    found = []
    for d in diagnostics:
        identity = d.lasting_identity
        seen[identity] += 1
        whole = "\0".join((*identity, str(seen[identity])))
        found.append(sha256(whole.encode("utf-8", "surrogatepass")).hexdigest())
    return found
