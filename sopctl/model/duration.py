"""A length of time as writers write it: `4bh`, `14d`, `6mo`, or ISO 8601 (`PT4H`, `P14D`)."""

import re

from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern

_SHORT_WRITTEN = r"([0-9]{1,9})(m|h|d|w|mo|y|bh|bd)"
_ISO_WRITTEN = (
    r"P(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?)?"
)
WRITTEN = rf"{_SHORT_WRITTEN}|(?!P$){_ISO_WRITTEN}"
"""How a duration looks; whether its parts go together, only reading it tells."""
_SHORT = re.compile(_SHORT_WRITTEN)
_ISO = lazy_pattern(_ISO_WRITTEN)
_NAMES = {
    "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year",
    "bh": "business hour", "bd": "business day",
}  # fmt: skip
_MINUTES = {"m": (1, 1), "h": (60, 60), "d": (1440, 1440), "w": (10080, 10080),
            "mo": (28 * 1440, 31 * 1440), "y": (365 * 1440, 366 * 1440)}  # fmt: skip

_LONGEST = 100
"""Years. What is longer is a slip, and no calendar could count it."""

_DAYS = _LONGEST * 366
_MOST = {"m": _DAYS * 1440, "h": _DAYS * 24, "d": _DAYS, "w": _DAYS // 7, "mo": _LONGEST * 12, "y": _LONGEST,
         "bh": _DAYS * 24, "bd": _DAYS}  # fmt: skip


class Duration(NamedTuple):
    """A count of one unit; `bh` and `bd` are opening hours and days of some calendar."""

    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody misses
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read the short form or ISO 8601; ValueError says what is wrong with it."""
        if short := _SHORT.fullmatch(text):
            found = cls(int(short[1]), short[2])
        elif (iso := _ISO.fullmatch(text)) and any(iso.groups()):
            found = cls._of_iso([int(part or 0) for part in iso.groups()])
        else:
            raise ValueError
        if found.count > _MOST[found.unit]:
            raise ValueError(f"that is longer than {_LONGEST} years")
        return found

    @classmethod
    def _of_iso(cls, parts: list[int]) -> "Duration":
        years, months, weeks, days, hours, minutes = parts
        used = [
            (years * 12 + months, "mo") if months else (years, "y"),
            (weeks * 7 + days, "d") if days else (weeks, "w"),
            (hours * 60 + minutes, "m") if minutes else (hours, "h"),
        ]
        long, middle, fine = used
        if long[0] and (middle[0] or fine[0]):
            raise ValueError("months and years have no fixed number of days; write them alone")
        if not long[0] and middle[0] and fine[0]:
            per_day = {"h": 24, "m": 1440}[fine[1]]
            days_in_all = middle[0] * (7 if middle[1] == "w" else 1)
            return cls(days_in_all * per_day + fine[0], fine[1])
        return cls(*next((pair for pair in used if pair[0]), (0, "d")))

    @property
    def business(self) -> bool:
        """True where it counts the opening hours of a calendar."""
        return self.unit in ("bh", "bd")

    @property
    def minutes(self) -> tuple[int, int]:
        """Least and most minutes of calendar time; ValueError for business time."""
        if self.business:
            raise ValueError(f"{self} counts opening hours: only a calendar knows its minutes")
        least, most = _MINUTES[self.unit]
        return self.count * least, self.count * most

    @property
    def words(self) -> str:
        """For people: `2 business days`."""
        return f"{self.count} {_NAMES[self.unit]}{'' if self.count == 1 else 's'}"

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"
