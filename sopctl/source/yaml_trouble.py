"""What a YAML parser could not read, in words for the person who wrote it.

Parsers name the rule of YAML that broke; a writer needs the usual cause. It is worked out
from the place and from what stands there, so that every parser leads to the same words.
"""

import re
from collections.abc import Iterator
from typing import Any

from sopctl.diagnostic import Finding
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.reading import Problem, invisible
from sopctl.source.place import first_line

_QUOTE = "put the whole text in quotes"
_DIRECTIVE = lazy_pattern(r"(?:\A|(?<=[\r\n]))%")
_ORDER = "a line that begins with `%` is an order to the reader", "delete it, or put the text in quotes"
_MERGE = lazy_pattern(r"^(?:<{7}|>{7})(?=[ \t\r\n]|\Z)", re.MULTILINE)
_KEY_LINE = lazy_pattern(r"[\r\n][ ]*(?:- +)*[A-Za-z_][\w.-]*:(?=\s)")
_UNSPACED_ITEM = lazy_pattern(r"\s*(-)[A-Za-z_][\w.-]*:(?=\s|\Z)")
_UNSPACED_TEXT = lazy_pattern(r"-[^\W\d_]")
_UNSPACED = "a list item begins with `- `: a space is missing after the `-`"
_BULLET = lazy_pattern(r"\s*([•‣▪●○◦·–—−])\s")
_UNSPACED_KEY = lazy_pattern(r"\s*(?:- +)*([A-Za-z_][\w-]*):(?=[^\s/:])(?!.*:(?:\s|\Z))(.*)")
_WIDE_COLON = lazy_pattern(r"\s*(?:- +)*([A-Za-z_][\w-]*) *(：)(?!.*:(?:\s|\Z))")
_SAID_TEST = lazy_pattern(r"[^,}\]\r\n#]*")
_NUMBER = r"[ \t]*[-+]?\d[\d.]*?[ \t]*"
_HALF_OPEN = lazy_pattern(rf"[:,\[][ \t]*(\[{_NUMBER}\.\.{_NUMBER}\)|\({_NUMBER}\.\.{_NUMBER}\])")
_COMMENT = lazy_pattern(r"[ \t](?=(#[^\r\n]*))")
_CLOSES = lazy_pattern(r"(?<=[,:])[ \t]+([\]}])(?=[^\s,\[\]{}])")
_QUOTED = lazy_pattern(r"(?<=[ \[{,:])(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')", re.DOTALL)
_OPEN_QUOTE = lazy_pattern(r"[ \[{,:][\"']")
CURLY = lazy_pattern(  # apart by what closes them: `”`, `“`, and an apostrophe that no letter follows
    r"(?:“[^“„”]{0,500}”|„[^“„”]{0,500}[“”]|‘(?:[^‘’\r\n]|’(?=\w))*’)[^,\[\]{}\r\n]*"
)
_BEGUN_CURLY = lazy_pattern(r"(?:[\[{,]|[:-][ \t])[ \t]*(?=[“„‘])")
_KEYS_END = lazy_pattern(r"(?<=[“”’]):(?:\s.*|\Z)")
_DASH_INSIDE = lazy_pattern(r"- ")
_LOOK_BACK, _LONGEST = 20, 2000
MERGED = "two versions of the file were merged here and both still stand", "keep one of the two, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`"  # fmt: skip
_OTHERWISE = "this cannot be read as YAML", "look at the quotes, brackets and indentation of this line"


class Trouble(Exception):
    """Reading had to stop: why, and from which offset to which."""

    def __init__(self, code: str, message: str, help: str, start: int, end: int) -> None:
        super().__init__(message)
        self.code, self.message, self.help, self.start, self.end = code, message, help, start, end

    def problem(self) -> Problem:
        return Problem(self.code, Finding((), self.message, self.help), (self.start, self.end))


class Closed(NamedTuple):
    """The last text in quotes, or list or mapping in brackets, that was read to its end."""

    start: int
    end: int


def explain(text: str, error: Any, closed: Closed | None = None, opened: int | None = None) -> Trouble:
    """The parser's exception, retold; `opened` is the innermost bracket that is open there."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return _character(text)
    at = min(mark.index, len(text))
    context = getattr(error, "context_mark", None)
    began = min(context.index, len(text)) if context else at
    said = f"{getattr(error, 'context', '') or ''} {getattr(error, 'problem', '') or ''}"
    if re.search("directive|document start|YAML document", said) and (line := _DIRECTIVE.search(text)):
        return Trouble("SOP001", *_ORDER, line.start(), line.end())
    if "another document" in said or "document start" in said:
        return second_document(at)
    message, help, place = _seen(text, at, began, said, closed) or _cause(text, at, began, said, opened)
    end = place + 1 if place < len(text) and text[place] not in "\r\n" else place
    return Trouble("SOP001", message, help, place, end)


def merged(text: str) -> Trouble | None:
    """Two versions that a merge has left; nothing else begins a line so."""
    found = _MERGE.search(text)
    return Trouble("SOP001", *MERGED, *found.span()) if found else None


def meant(whole: str) -> str:
    """A text in quotes of a word processor without them, where nothing stands behind them."""
    return " ".join(whole[1:-1].split()) if whole[0] in "“„‘" and whole[-1] in "“”’" else whole


def straight(whole: str) -> str:
    """How such a text is written."""
    sign = "'" if '"' in whole else '"'
    return f"write straight quotes: `{sign}{meant(whole)}{sign}`"


def second_document(at: int) -> Trouble:
    message = "a second document begins here; a file holds one"
    return Trouble("SOP006", message, "make it a file of its own", at, at + 3)


def _character(text: str) -> Trouble:
    at = next((i for i, char in enumerate(text) if not _printable(char)), None)
    if at is None:
        return Trouble("SOP001", *_OTHERWISE, 0, len(first_line(text)))
    message = f"the invisible character U+{ord(text[at]):04X} may not stand in a YAML file"
    return Trouble("SOP001", message, "delete it; it often comes with text pasted from elsewhere", at, at + 1)


def _printable(char: str) -> bool:
    return char in "\t\n\r\x85" or "\x20" <= char <= "\x7e" or (char >= "\xa0" and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff\ufeff")  # fmt: skip


def _seen(text: str, at: int, began: int, said: str, closed: Closed | None) -> tuple[str, str, int] | None:
    """The cause where the text itself shows it, however the parser puts it."""
    if merge := _MERGE.search(text):
        return *MERGED, merge.start()
    if "flow" in said and (
        test := _HALF_OPEN.search(text, max(0, min(began, at) - 2), min(at, began + _LONGEST) + 1)
    ):
        return f"`{test[1]}` cannot stand here without quotes", f'a test must stand in quotes: "{test[1]}"', test.start(1)  # fmt: skip
    if text[at : at + 1] == ":" and (cause := _curly(text, at)):
        return cause
    quoted = "quoted scalar" in said
    stop, inside = began if quoted else at, "flow" in said
    if closed and (cause := _after_the_end(text, stop, closed, inside)):
        return cause
    if quoted:
        return None
    if "cannot start any token" in said and text[at : at + 1] in (">", "|"):
        shown = _SAID_TEST.match(text, at)[0].strip()  # type: ignore[index]
        return f"`{text[at]}` cannot stand here without quotes", f'a test must stand in quotes: "{shown}"', at
    if "sequence entries are not allowed" in said and text[:at].rstrip(" ").endswith(":"):
        return "a text that begins with `- ` must stand in quotes", "or begin the list on the next line", at
    return next((cause for line in _suspects(text, at, began, said) if (cause := _slip(*line))), None)


def _after_the_end(text: str, at: int, closed: Closed, inside: bool) -> tuple[str, str, int] | None:
    """Something follows a closing quote or bracket in its line; `inside` brackets, a comma may be missing."""
    start, end = closed
    if not start < end <= at or text[end:at].strip(" \t") or text[at : at + 1] in ("", "\r", "\n"):
        return None
    sign = text[start]
    if sign in "[{" and (meant := _begun_with_close(text, end - 1)):
        return meant
    if sign in "[{" and not inside:
        return f"a text that begins with `{sign}` must stand in quotes", "put the whole text in quotes", start
    if sign not in "[{" and _KEY_LINE.search(text, start, end):
        return "a quotation mark is opened here and not closed before the next key", "close it; an apostrophe inside single quotes is written twice", start  # fmt: skip
    return "the text goes on after its closing quote", _other_quotes(sign), at


def _curly(text: str, at: int) -> tuple[str, str, int] | None:
    """A colon stands in a text in quotes of a word processor."""
    start, _ = _line_of(text, at)
    for begun in _BEGUN_CURLY.finditer(text, max(start, at - _LONGEST), at):
        whole = CURLY.match(text, begun.end())
        if whole and at < whole.end():
            said = _KEYS_END.sub("", whole[0]).rstrip()
            message = f"`{said[0]}` is no quotation mark of YAML, so that this text has a `: ` of its own"
            return message, straight(said), begun.end()
    return None


def _begun_with_close(text: str, at: int) -> tuple[str, str, int] | None:
    """A text in a list or mapping that begins with a closing bracket, and seems to be its end."""
    begins = _CLOSES.search(text, max(0, at - _LOOK_BACK), at + 2)
    return _bracket_first(text[at], at) if begins and begins.start(1) == at else None


def _bracket_first(sign: str, at: int) -> tuple[str, str, int]:
    return f"a text cannot begin with `{sign}`", f"{_QUOTE}; a `{sign}` that closes nothing is deleted", at


def _other_quotes(sign: str) -> str:
    """How a text with that quote in it is written."""
    if sign == "'":
        return "put double quotes around the whole text, or write each `'` inside it twice"
    return "put the whole text in quotes: single ones around a text that holds double ones, and each `'` inside it twice"


def _suspects(text: str, at: int, began: int, said: str) -> Iterator[tuple[int, str]]:
    """Lines that may hold the slip, each with its start: the one complained of, and what it continues."""
    start, line = _line_of(text, began if "simple key" in said else at)
    lines = [(start, line)]
    while start and len(lines) < _LOOK_BACK:
        start, line = _line_of(text, start - 1)
        if line.strip():
            lines.append((start, line))
            if not _slip(start, line):
                break
    return reversed(lines)


def _line_of(text: str, at: int) -> tuple[int, str]:
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return start, first_line(text[start : start + _LONGEST])


def _slip(start: int, line: str) -> tuple[str, str, int] | None:
    """What is wrong at the beginning of a line."""
    colon = line.find(":")
    if hidden := invisible(line[: (colon if colon >= 0 else len(line) - len(line.lstrip())) + 2]):
        at, name = hidden
        return f"{name} stands in column {at + 1}", "delete it, or type a plain space in its place", start + at  # fmt: skip
    if item := _UNSPACED_ITEM.match(line):
        return _UNSPACED, "write `- ` before the key", start + item.start(1)
    if bullet := _BULLET.match(line):
        return f"a list item begins with `- `, not with `{bullet[1]}`", "write `- ` in its place", start + bullet.start(1)  # fmt: skip
    if key := _UNSPACED_KEY.match(line):
        shown = f"{key[1]}: {key[2].strip()[:40]}"
        return f"a space is missing after `{key[1]}:`", f"write `{shown}`", start + key.end(1)
    if wide := _WIDE_COLON.match(line):
        return "a full-width colon `：` ends no key", f"write `{wide[1]}: …`", start + wide.start(2)
    return None


def _cause(text: str, at: int, began: int, said: str, opened: int | None) -> tuple[str, str, int]:
    char = text[at : at + 1]
    line_start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    before = text[line_start:at]
    if char == "\t" or (before and "\t" in before and not before.strip()) or "tab" in said:
        return (
            "a tab stands here; YAML indents with spaces only",
            "set your editor to spaces, two a level",
            at,
        )
    if "block scalar" in said and text[began : began + 1] in (">", "|"):
        sign = text[began]
        return (
            f"`{sign}` begins a block of text that starts on the next line",
            f'a test must stand in quotes: "{sign} 90"' if sign == ">" else _QUOTE,
            began,
        )
    if char and char in "@`":
        return f"a text cannot begin with {'a backtick' if char == '`' else '`@`'}", _QUOTE, at
    if char == "%":
        return "a text cannot begin with `%`", _QUOTE, at
    if "alias" in said or "anchor" in said:
        sign = text[began : began + 1] or "*"
        return f"a text cannot begin with `{sign}`", _QUOTE, began
    if char and char in "]}" and " tag" not in said and "quoted scalar" not in said:
        if "flow" not in said:
            return _bracket_first(char, at)
        if meant := _begun_with_close(text, at):
            return meant
    if " tag" in said:
        return "a text cannot begin with `!`", _QUOTE, began
    if "quoted scalar" in said:
        return _quoted(text, at, began, said)
    if "flow sequence" in said or "flow mapping" in said or "flow node" in said:
        return _bracket(text, at, began, opened)
    if "mapping values are not allowed" in said:
        if before.strip() and ":" not in before.strip()[:-1].rstrip():
            return (
                "this line is indented more than the one it continues",
                "line it up with the keys beside it",
                at,
            )
        return "there is a second `: ` in this line, where only a key has one", _QUOTE, at
    if "could not find expected ':'" in said or "simple key" in said:
        if _UNSPACED_TEXT.match(text, began):
            return _UNSPACED, "write `- ` before the text", began
        return "this line is neither `key: value` nor a list item", "add the `:`, or indent the line under the text that it continues", began  # fmt: skip
    if "'-' indicator" in said or "block end" in said or "block" in said or "expected key" in said:
        return "the indentation does not fit what stands above", "items of one list, and keys of one mapping, begin in the same column", at  # fmt: skip
    return *_OTHERWISE, at


def _quoted(text: str, at: int, began: int, said: str) -> tuple[str, str, int]:
    if "escape" in said or "hexdecimal" in said:  # so libyaml spells it
        return "a backslash in double quotes begins an escape that YAML does not know", "use single quotes, or write the backslash twice", text.rfind("\\", began, at + 1)  # fmt: skip
    return "a quotation mark is opened here and never closed", "close it; an apostrophe inside single quotes is written twice", began  # fmt: skip


def _bracket(text: str, at: int, began: int, opened: int | None) -> tuple[str, str, int]:
    if text[began : began + 1] not in ("[", "{"):  # the parser waits for a value
        if text[at : at + 1] == ",":
            return "this comma has no value before it", "delete it, or write the value", at
        if _DASH_INSIDE.match(text, at) and text[_line_of(text, at)[0] : at].strip():
            return "a text in brackets cannot begin with `- `", _QUOTE, at
        if opened is None:
            return *_OTHERWISE, at
        began = opened
    sign = text[began]
    close = {"[": "]", "{": "}"}[sign]
    if lost := _lost_in_comment(text, at, began, close):
        return f"a ` #` begins a comment here, and the `{close}` is lost in it", "put the text with the `#` in quotes", lost  # fmt: skip
    help = f"close it with `{close}`; a text that begins with `{sign}`, or holds one, must stand in quotes"
    if at < len(text):
        help += (
            "; values in it are separated by commas, and a text with `, ` or `: ` in it must stand in quotes"
        )
    return f"a `{sign}` is opened here and what follows does not fit before its `{close}`", help, began


def _lost_in_comment(text: str, at: int, began: int, close: str) -> int:
    """Where the comment begins that takes a closing bracket away; 0 where none does."""
    for found in _COMMENT.finditer(text, began, min(at, began + _LONGEST)):
        comment, before = found[1], text[began : found.start(1)]
        ends = comment.rstrip(" \t,]}")
        if close in (comment if comment[1:2].strip() else comment[len(ends) :]) and not _in_quotes(before):
            return found.start(1)
    return 0


def _in_quotes(before: str) -> bool:
    """Whether quotes that are opened in a text are still open at its end."""
    return _OPEN_QUOTE.search(_QUOTED.sub("", before)) is not None
