"""Regular expressions that are compiled when they are first used."""

import re
from typing import Any, cast

UNSPACED = (
    r"々-〇ぁ-ゖゝ-ゟァ-ヺー-ヿ㐀-䶿一-鿿\uf900-\ufaff"
    r"ｦ-ﾟ\U00020000-\U0003ffff\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Inside `[…]`, the letters of Chinese, Japanese, Thai, Lao, Burmese and Khmer: no space parts their words."""
WITH_ENDINGS = rf"{UNSPACED}가-힣"
"""Those, and the letters of Korean, where particles stand at the end of a word."""
_LETTER_BEFORE = rf"[^\W{UNSPACED}]"
_LETTER_AFTER = rf"[^\W{WITH_ENDINGS}]"
_NO_KATAKANA = "(?!(?<=[ァ-ヺー])[ァ-ヺー])"  # a run of them is a word, as `バンコク` is


class WordPattern:
    r"""A pattern in which `\<` stands before a word, `\^` after its first letter, `\>` after it, and `\w`
    for what goes on with it. The patterns that know writing without spaces are slow to compile."""

    def __init__(self, written: str, flags: int = 0) -> None:
        self._plain = lazy_pattern(
            written.replace(r"\<", r"(?<![\w-])").replace(r"\^", r"(?<!\w.)").replace(r"\>", r"(?!\w)"), flags
        )
        self._whole = lazy_pattern(
            written.replace(r"\<", rf"(?:(?<!{_LETTER_BEFORE})(?<!-)|(?=[{UNSPACED}])){_NO_KATAKANA}")
            .replace(r"\^", rf"(?<!{_LETTER_BEFORE}.)")
            .replace(r"\>", rf"(?:(?!{_LETTER_AFTER})|(?<=[{WITH_ENDINGS}])){_NO_KATAKANA}"),
            flags,
        )

    def suiting(self, text: str) -> re.Pattern[str]:
        return self._plain if text.isascii() else self._whole


def is_unspaced(char: str) -> bool:
    """Whether a letter, if there is one, is of a script that has no spaces between words."""
    return char >= "\u0e01" and bool(_UNSPACED.match(char))


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


_UNSPACED = lazy_pattern(f"[{UNSPACED}]")
