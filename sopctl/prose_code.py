"""Which lines of a text are code: those in a fence, and those four columns further in than what holds them.

As CommonMark lays a text out, and so the pages do. It is told line by line, since a parser takes longer
to import than a small knowledge base to lint.
"""

from sopctl.pattern import lazy_pattern

_QUOTE = lazy_pattern(r"(?:> ?)*")
_ITEM = lazy_pattern(r"(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?! )| |$)")
_FENCE = lazy_pattern(r"(`{3,})[^`]*|(~{3,}).*")
_RULE = lazy_pattern(r"([-*_])(?: *\1){2,}")
_NO_PARAGRAPH = lazy_pattern(r"#{1,6}(?: .*)?|=+|--")
_INTERRUPTS = lazy_pattern(r">|(?:[-*+]|\d{1,9}[.)])(?: |$)|#{1,6}(?: |$)|```|~~~|([-*_])(?: *\1){2,}$")
_NO_FIRST = lazy_pattern(r"(?:[-*+]|\d{1,9}[.)])$|(?!0*1[.)])\d{1,9}[.)] ")
"""An item that begins no list right below a paragraph, though it goes on with one."""
_DEEPEST = 64


def without_blocks(text: str) -> str:
    """The text with its lines of code blanked out, every other character in its place."""
    layout = _Layout()
    return "\n".join([" " * len(line) if layout.is_code(line) else line for line in text.split("\n")])


class _Layout:
    """What the next line stands in: quotations, items of lists, a fence, a paragraph."""

    def __init__(self) -> None:
        self._begin(0)

    def _begin(self, quotes: int) -> None:
        self._quotes = quotes
        self._items = [0]  # the column in which the text of each begins
        self._fence = ""
        self._paragraph = False

    def is_code(self, line: str) -> bool:
        """Whether the next line is code."""
        wide = self._quoted(line).expandtabs(4)
        bare = wide.strip()
        column = len(wide) - len(wide.lstrip())
        if self._fence and (not bare or column >= self._items[-1]):
            if _closes(bare, self._fence) and column - self._items[-1] < 4:
                self._fence = ""
            return True
        self._fence = ""
        if self._goes_on(bare, column):
            return False
        while bare and column < self._items[-1]:
            self._items.pop()
        if column - self._items[-1] >= 4:
            return not self._paragraph
        return self._opens(bare, column)

    def _quoted(self, line: str) -> str:
        """The line without the signs of the quotation that holds it."""
        if self._fence and not self._quotes:
            return line
        signs = _QUOTE.match(line)[0]  # type: ignore[index]  # it matches nothing, too
        quotes, rest = signs.count(">"), line[len(signs) :]
        if quotes > self._quotes or (quotes < self._quotes and not self._goes_on(rest.strip(), 0)):
            self._begin(quotes)
        return rest

    def _goes_on(self, bare: str, column: int) -> bool:
        """Whether the line only goes on with a paragraph."""
        if not self._paragraph or not bare:
            return False
        return not _INTERRUPTS.match(bare) or (column >= self._items[-1] and bool(_NO_FIRST.match(bare)))

    def _opens(self, bare: str, column: int) -> bool:
        """Take in what begins in a line: whether it is code."""
        while len(self._items) < _DEEPEST and (item := _ITEM.match(bare)) and not _RULE.fullmatch(bare):
            bare = bare[item.end() :]
            column += item.end() + (not bare)
            self._items.append(column)
        fence = _FENCE.fullmatch(bare)
        self._fence = (fence[1] or fence[2]) if fence else ""
        indented = bare.startswith("    ")
        self._paragraph = bool(bare) and not (
            fence or indented or _RULE.fullmatch(bare) or _NO_PARAGRAPH.fullmatch(bare)
        )
        return bool(fence) or indented


def _closes(bare: str, fence: str) -> bool:
    return len(bare) >= len(fence) and not bare.strip(fence[0])
