"""Regular expressions that are compiled when they are first used."""

import re
from typing import Any, cast

UNSPACED = (
    r"々-〇ぁ-ゖゝ-ゟァ-ヺー-ヿ㐀-䶿一-鿿豈-\ufaff"
    r"ｦ-ﾟ\U00020000-\U0003ffff\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Inside `[…]`, the letters of Chinese, Japanese, Thai, Lao, Burmese and Khmer: no space parts their words."""
WITH_ENDINGS = rf"{UNSPACED}가-힣"
"""Those, and the letters of Korean, where particles stand at the end of a word."""


def lazy_pattern(written: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression for what is seldom met: compiling them all takes a tenth of a small lint."""
    return cast("re.Pattern[str]", _Lazy(written, flags))


class _Lazy:
    def __init__(self, written: str, flags: int) -> None:
        self._written = written, flags

    def __getattr__(self, name: str) -> Any:
        """A method of the compiled pattern, which from now on is found without asking here."""
        found = getattr(re.compile(*self._written), name)
        self.__dict__[name] = found
        return found
