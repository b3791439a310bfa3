"""YAML 1.2 into plain data, fast; and, in a second look, the place of every value.

The C parser of PyYAML reads YAML's syntax; where a host has none, ruamel.yaml's own parser
does, slower and to the same result. What the format refuses (anchors, aliases, tags, a second
document) and what would exhaust a parser (deep nesting) is looked for before data is made.
"""

import re
from collections.abc import Iterator
from sys import intern
from typing import Any

from sopctl.diagnostic import Finding, Pointer
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.reading import Problem
from sopctl.source import MAX_DEPTH, Document
from sopctl.source.place import Place, Places, first_line
from sopctl.source.yaml_slips import (
    extent,
    is_mapping,
    items_without_a_space,
    may_mislead,
    put_together,
    texts_cut_short,
)
from sopctl.source.yaml_trouble import (
    Closed,
    Trouble,
    explain,
    merged,
    second_document,
)

try:
    from sopctl.source import c_parser
except ImportError:  # no C parser on this host
    c_parser = None  # type: ignore[assignment]

_ODD_BREAKS = "\x85\u2028\u2029"  # line breaks in YAML 1.1, ordinary characters in 1.2
_HAS_ODD = lazy_pattern(f"[{_ODD_BREAKS}]")
_REFUSABLE = lazy_pattern(r"(?:[\s\[{,:?\-'\"}\]]|\A)(?:[&*][^\s*]|!)|^%|^---|^\.\.\.", re.MULTILINE)
_SIGNS = b"[{?-&*!%.\n"
_NO_SIGNS = bytes({*range(256)}.difference(_SIGNS))
_SAFE_NESTING = 4000 if c_parser else MAX_DEPTH
_DEEP_INDENT = " " * (200 if c_parser else MAX_DEPTH)
_COMMENT = lazy_pattern(r"(?<!\S)#")


def document(path: str, text: str) -> Document:
    """Read a whole file."""
    part = read(text)
    return Document(path, text, part.data, part.problems, lambda: places(text), complete=part.complete)


class Part(NamedTuple):
    """What a piece of YAML says. `complete` is False where the parser had to give up."""

    data: Any
    problems: tuple[Problem, ...] = ()
    complete: bool = True


def read(text: str) -> Part:
    """Plain data, with what is wrong in it."""
    if "<<<<<<<" in text and (trouble := merged(text)):  # within quotes, no parser minds it
        return Part(None, (trouble.problem(),), complete=False)
    try:
        plain = _checked(text)
        if c_parser and plain is text and not may_mislead(text):
            try:
                return Part(c_parser.data(text, MAX_DEPTH))
            except Exception:  # what it is, the nodes tell
                pass
        root = _compose(text, plain)
    except Trouble as trouble:
        return Part(None, (trouble.problem(),), complete=False)
    if root is None:
        return Part(None)
    made = _Maker()
    try:
        made.problems.extend(put_together(text, root))
        data = root.value if isinstance(root.value, str) else made.value(root, ())
    except Trouble as trouble:
        return Part(None, (trouble.problem(),), complete=False)
    return Part(data, (*made.problems, *texts_cut_short(text, root), *items_without_a_space(text, root)))


def places(text: str) -> Places:
    """The place of every value, by pointer; empty where the text cannot be read.

    The root has a place too: that of its first key.
    """
    try:
        root = _compose(text, _checked(text))
    except Trouble as trouble:
        return {(): Place(None, (trouble.start, trouble.end), text[trouble.start : trouble.end])}
    found: Places = {}
    if root is not None:
        put_together(text, root)
        _locate(root, (), None, found)
        if first := next((p for at, p in found.items() if at), None):
            found[()] = Place(first.key or first.value, None)
    return found


def has_comments(text: str) -> bool:
    """Whether a `#` begins a comment, and stands in no text."""
    texts = [extent for place in places(text).values() for extent in _in_signs(text, place)]
    signs = [found.start() for found in _COMMENT.finditer(text)]
    return any(not any(start < at < end for start, end in texts) for at in signs)


def _in_signs(text: str, place: Place) -> Iterator[tuple[int, int]]:
    """Where texts in quotes, and blocks of text below their first lines, stand."""
    if place.key and text[place.key[0]] in "\"'":
        yield place.key
    if place.value and place.style:
        start, end = place.value
        yield start + (len(first_line(text[start:end])) if place.style in "|>" else 0), end


def _checked(text: str) -> str:
    """The text as a parser may have it, with no break of a line that is none. Raise Trouble for what is
    refused whatever else there is."""
    plain = text.translate(_mask(text)) if not text.isascii() and _HAS_ODD.search(text) else text
    signs = plain.encode("utf-8", "surrogatepass").translate(None, _NO_SIGNS)
    _check_nesting(plain, signs)
    if _may_refuse(plain, signs) and _REFUSABLE.search(plain):
        _refuse(plain)
    return plain


def _compose(text: str, plain: str) -> Any:
    """The nodes of a text that has been checked."""
    try:
        root = _parser(plain).get_single_node()
    except RecursionError:
        raise _too_deep(text) from None
    except Exception as error:
        if not hasattr(error, "problem") and not hasattr(error, "reason"):
            raise
        raise _told(text, error, plain) from error
    if plain is not text and root is not None:
        _unmask(root, {ord(other): chr(point) for point, other in _mask(text).items()})
    return root


def _mask(text: str) -> dict[int, str]:
    """Another character for each that the parser would take for a line break."""
    free = (chr(point) for point in range(0xF0000, 0x10FFFD) if chr(point) not in text)
    return {ord(char): next(free) for char in _ODD_BREAKS}


def _unmask(root: Any, back: dict[int, str]) -> None:
    """Put the characters back into the texts of all nodes."""
    ahead = [root]
    while ahead:
        node = ahead.pop()
        if isinstance(node.value, str):
            node.value = node.value.translate(back)
        elif is_mapping(node):
            ahead.extend(each for pair in node.value for each in pair)
        else:
            ahead.extend(node.value)


def _check_nesting(text: str, signs: bytes) -> None:
    """Deep nesting would overrun the stack of a C parser, so it is counted in events first."""
    if _DEEP_INDENT in text or sum(map(signs.count, b"[{?-")) > _SAFE_NESTING:
        for _ in _events(text):
            pass


def _may_refuse(text: str, signs: bytes) -> bool:
    """Whether a sign is there that what is refused begins with; a few bytes are looked through
    before the whole text is."""
    if any(sign in signs for sign in b"&*!%"):
        return True
    lines = b"\n" + signs
    return (b"\n---" in lines and "---" in text) or (b"\n..." in lines and "..." in text)


def _refuse(text: str) -> None:
    """Raise Trouble for the first anchor, alias, tag, merge key or second document."""
    documents = 0
    for event in _events(text):
        what = type(event).__name__
        if what == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise second_document(event.start_mark.index)
        elif what == "AliasEvent":
            raise _refused(event, f"`*{event.anchor}` is an alias; write the value out", "if it is text, put it in quotes; aliases hide what a value is from whoever reads the line")  # fmt: skip
        elif getattr(event, "anchor", None):
            raise _refused(
                event, f"`&{event.anchor}` is an anchor; write the text in quotes, or the value out"
            )
        elif getattr(event, "tag", None):
            raise _refused(event, "a value that begins with `!` is a tag; put the text in quotes")


def _refused(event: Any, message: str, help: str = "") -> Trouble:
    return Trouble("SOP006", message, help, event.start_mark.index, event.end_mark.index)


def _events(text: str) -> Iterator[Any]:
    parser = None
    depth = 0
    while True:
        try:
            parser = parser or _parser(text)
            event = parser.get_event()
        except Exception as error:
            if not hasattr(error, "problem") and not hasattr(error, "reason"):
                raise
            raise _told(text, error, text) from error
        if event is None or type(event).__name__ == "StreamEndEvent":
            return
        name = type(event).__name__
        if name in ("SequenceStartEvent", "MappingStartEvent"):
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(text, event.start_mark.line + 1)
        elif name in ("SequenceEndEvent", "MappingEndEvent"):
            depth -= 1
        yield event


def _told(text: str, error: Any, plain: str) -> Trouble:
    """The parser's exception in our words; some versions of libyaml stop at a depth of their own."""
    if "nesting" in (getattr(error, "problem", None) or ""):
        return _too_deep(text, error.problem_mark.line + 1)
    return explain(text, error, *_brackets(plain))


def _brackets(text: str) -> tuple[Closed | None, int | None]:
    """What was last closed by a quote or a bracket before reading broke off, and which bracket is open there."""
    parser = None
    closed, opened = None, []
    while True:
        try:
            parser = parser or _parser(text)
            event = parser.get_event()
        except Exception:  # the one that is being explained
            break
        name = type(event).__name__
        if event is None or name == "StreamEndEvent":
            break
        if name == "ScalarEvent" and event.style in ("'", '"'):
            closed = Closed(event.start_mark.index, event.end_mark.index)
        elif name in ("SequenceStartEvent", "MappingStartEvent"):
            start = event.start_mark.index
            opened.append(start if text[start : start + 1] in ("[", "{") else None)
        elif name in ("SequenceEndEvent", "MappingEndEvent"):
            start = opened.pop()
            if start is not None:
                closed = Closed(start, event.end_mark.index)
    return closed, opened[-1] if opened else None


def _too_deep(text: str, line: int = 0) -> Trouble:
    where = f" in line {line}" if line else ""
    message = f"values are nested deeper than {MAX_DEPTH}{where}; the file is not read"
    return Trouble(
        "SOP007", message, "no value of the format stands deeper than ten", 0, len(first_line(text))
    )


def _parser(text: str) -> Any:
    if c_parser:
        return c_parser.CParser(text)
    from sopctl.source.pure_parser import PureParser

    return PureParser(text)


class _Maker:
    """Nodes into data; keys written twice, and the rest of what only nodes can tell."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._rest: Any = None  # of the item of a list that was read last

    def value(self, node: Any, at: Pointer) -> Any:
        """The data of a mapping or a list. Most nodes are scalars, so parents take those up themselves."""
        if len(at) >= MAX_DEPTH:
            raise _too_deep("", node.start_mark.line + 1)
        if node.id != "mapping":
            items: list[Any] = []
            for item in node.value:  # most lists are too short for a comprehension to pay
                value = item.value
                items.append(value if type(value) is str else self.value(item, (*at, len(items))))
                while self._rest is not None:
                    rest, self._rest = self._rest, None
                    items.append(self.value(rest, (*at, len(items))))
            return items
        data: dict[str, Any] = {}  # the same few keys stand in all files, so each is kept once
        for key, item in node.value:
            word, value = key.value, item.value
            if type(word) is not str:
                raise Trouble("SOP001", "a key must be one word or text", "", *extent(key))
            if word in data:
                if self._begins_anew(word, at, key, node):
                    break
                self._twice(word, at, key)
            else:
                data[intern(word)] = value if type(value) is str else self.value(item, (*at, word))
        if "<<" in data:
            key = next(key for key, _ in node.value if key.value == "<<")
            raise Trouble("SOP006", "`<<` merges mappings; write the keys out", "", *extent(key))
        return data

    def _begins_anew(self, word: str, at: Pointer, key: Any, node: Any) -> bool:
        """Whether the next item of a list begins here, without its `- `; it is told, and read as one."""
        number = at[-1] if at else ""
        self._rest = _rest(node) if isinstance(number, int) else None
        if self._rest is not None and isinstance(number, int):
            message = f"`{word}` is written twice: here a new item begins, without its `-`"
            finding = Finding((*at[:-1], number + 1, word), message, f"write `- ` before `{word}`")
            self.problems.append(Problem("SOP002", finding, extent(key)))
        return self._rest is not None

    def _twice(self, word: str, at: Pointer, key: Any) -> None:
        finding = Finding(
            (*at, word), f"`{word}` is written twice; only the first is read", "keep one of the two"
        )
        self.problems.append(Problem("SOP002", finding, extent(key)))


class _Rest(NamedTuple):
    """The keys of a mapping from one on, as a mapping."""

    value: list[Any]
    start_mark: Any
    end_mark: Any
    id: str = "mapping"
    flow_style: bool = False


def _rest(node: Any) -> _Rest | None:
    """What stands in a mapping in lines from where its first key stands again, behind others."""
    first = node.value[0][0].value
    for i, (key, _) in enumerate(node.value):
        if i > 1 and key.value == first and not node.flow_style:
            return _Rest(node.value[i:], key.start_mark, node.end_mark)
    return None


def _parts(node: Any) -> Iterator[Any]:
    """The items that an item of a list is."""
    while is_mapping(node) and node.value and (rest := _rest(node)):
        yield _Rest(node.value[: -len(rest.value)], node.start_mark, rest.start_mark)
        node = rest
    yield node


def _locate(node: Any, at: Pointer, key: tuple[int, int] | None, found: Places) -> None:
    if isinstance(node.value, str):
        found[at] = Place(key, extent(node), node.value, node.style or "")
    elif is_mapping(node):
        own = key or (extent(node.value[0][0]) if node.value else None)
        found[at] = Place(own, None if own else extent(node))
        for word, item in node.value:
            if not isinstance(word.value, str):
                continue  # the reader refuses it
            if (*at, word.value) not in found:
                _locate(item, (*at, word.value), extent(word), found)
    else:
        found[at] = Place(key, None if key else extent(node))
        for i, part in enumerate(part for item in node.value for part in _parts(item)):
            _locate(part, (*at, i), None, found)
        if key is None and node.value:
            inner = found[(*at, 0)]
            found[at] = Place(inner.key or inner.value, None)
