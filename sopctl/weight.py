"""How much a change weighs for the people who work by a SOP."""

from enum import StrEnum


class Weight(StrEnum):
    """From what changes nothing but words to what changes who, what or when; `rank` 0 is the lightest."""

    WORDING = "wording"
    CLARIFIED = "clarified"
    PROCEDURE = "procedure"
    DECISION = "decision"
    AUTHORITY = "authority"
    CLOCK = "clock"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def step(self) -> str:
        """The least part of the version that such a change raises."""
        if self is Weight.WORDING:
            return "patch"
        return "minor" if self.rank <= Weight.PROCEDURE.rank else "major"


_RANKS = {weight: rank for rank, weight in enumerate(Weight)}
