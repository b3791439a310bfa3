"""What YAML reads otherwise than its writer meant: a text that ends at ` #`, at a comma or at a colon, and
an item without its space. Where a text may hold one of these, the nodes tell what it is."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from sopctl.diagnostic import Finding, Pointer
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.reading import Problem
from sopctl.source import MAX_DEPTH
from sopctl.source.place import first_line
from sopctl.source.yaml_trouble import CURLY, meant, straight

_SHOWN = 200
_CUT = lazy_pattern(r"[ \t]#[^\W_]")
_NOT = lazy_pattern(r"not[ ]?\([^()\[\]{}\"'\r\n]*,[^()\[\]{}\"'\r\n]*\)")
_MAY_BE_CURLY = lazy_pattern(r"[\[{,:-]\s*[“„‘]")
_NO_ITEM = lazy_pattern(r"\n *(-(?:[^\W\d_]|\[[^\r\n]?\])[^\r\n]*)")
_MAY_BE_NO_ITEM = lazy_pattern(r"-(?<=[\n ]-)(?:[^\W\d_]|\[)")  # begins with one sign, so a miss is quick


def may_mislead(text: str) -> bool:
    """Whether YAML may take something for other than it was meant; what it is, only nodes tell."""
    return _may_be_cut_short(text) or _may_lack_a_space(text) or _may_be_cut_apart(text)


def is_mapping(node: Any) -> bool:
    return bool(node.id == "mapping")


def extent(node: Any) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _may_be_cut_short(text: str) -> bool:
    return (" #" in text or "\t#" in text) and bool(_CUT.search(text))


def texts_cut_short(text: str, root: Any) -> Iterator[Problem]:
    """`Write ticket #2`, unquoted: YAML takes the rest for a comment."""
    if not _may_be_cut_short(text):
        return
    ends = {end: at for _, end, at in _plain(root, ())}
    for cut in _CUT.finditer(text):
        end = cut.start()
        while end and text[end - 1] in " \t":
            end -= 1
        if end in ends:
            start = cut.end() - 2
            lost = first_line(text[start : start + _SHOWN]).strip()
            yield Problem(
                "SOP009",
                Finding(
                    ends[end],
                    f"the text ends before `{lost[:40]}`: an unquoted ` #` begins a comment",
                    "put the whole text in quotes; a comment has a space after its `#`",
                ),
                (start, start + len(lost)),
            )


def put_together(text: str, root: Any) -> Iterable[Problem]:
    """What commas have cut apart, as it was meant; quick where nothing can be."""
    return [*_cut_apart(text, root, ())] if _may_be_cut_apart(text) else ()


def _may_be_cut_apart(text: str) -> bool:
    has_test = ("not(" in text or "not (" in text) and _NOT.search(text)
    return bool(has_test or (not text.isascii() and _MAY_BE_CURLY.search(text)))


def _cut_apart(text: str, node: Any, at: Pointer) -> Iterator[Problem]:
    """`{a: not(b, c)}`, unquoted or in quotes of a word processor: YAML takes the rest for another key.
    So it does with `[“a: b”]`. It is put together as it was meant."""
    if isinstance(node.value, str) or len(at) >= MAX_DEPTH:
        return
    kept, until = [], 0
    for child in node.value:
        key, item = child if is_mapping(node) else (None, child)
        if (key or item).start_mark.index < until:
            continue
        kept.append(child)
        here = (*at, key.value if key else len(kept) - 1)
        start, end = extent(item)
        whole = _whole(text, start) if isinstance(item.value, str) else _keyed(text, item)
        if whole and not isinstance(item.value, str):
            kept[-1], until = _Text(meant(whole[0].rstrip()), item.start_mark, item.end_mark), whole.end()
            yield Problem("SOP005", Finding(here, *_told_keyed(whole[0].rstrip())), whole.span())
        elif whole and end < whole.end():
            item.value, until = meant(whole[0].rstrip()), whole.end()
            yield Problem("SOP005", Finding(here, *_told_apart(whole[0].rstrip())), whole.span())
        else:
            yield from _cut_apart(text, item, here)
    node.value = kept


def _whole(text: str, at: int) -> re.Match[str] | None:
    """What begins here and ends at a sign that YAML does not know."""
    return (_NOT if text.startswith("n", at) else CURLY).match(text, at)


def _keyed(text: str, item: Any) -> re.Match[str] | None:
    """The text in quotes of a word processor that YAML takes for a key and its value."""
    if not is_mapping(item) or not item.value:
        return None
    (key, _), (_, last) = item.value[0], item.value[-1]
    start, end = extent(key)
    if text[start : start + 1] not in ("“", "„", "‘") or text[end - 1] in "“”’":
        return None
    whole = CURLY.match(text, start)
    return whole if whole and whole.end() >= last.end_mark.index else None


class _Text(NamedTuple):
    """A text, in place of what YAML has taken it for."""

    value: str
    start_mark: Any
    end_mark: Any
    style: str = ""
    id: str = "scalar"


def _told_keyed(whole: str) -> tuple[str, str]:
    """What is wrong, and the way out, where a text was taken for a key and its value."""
    return f"`{whole[0]}` is no quotation mark of YAML, so that this text is a key up to its colon", straight(
        whole
    )


def _told_apart(whole: str) -> tuple[str, str]:
    """What is wrong, and the way out."""
    if whole[0] == "n":
        return "a test with a comma must stand in quotes here", f'write `"{whole}"`'
    return f"`{whole[0]}` is no quotation mark of YAML, so that this text ends at its first comma", straight(
        whole
    )


def _may_lack_a_space(text: str) -> bool:
    return bool(_MAY_BE_NO_ITEM.search(text) and _NO_ITEM.search(text))


def items_without_a_space(text: str, root: Any) -> Iterator[Problem]:
    """`-First`, which begins or goes on with a text: YAML sees no list item in it."""
    if not _may_lack_a_space(text):
        return
    lines = [found.span(1) for found in _NO_ITEM.finditer(text)]
    for start, end, at in _plain(root, ()):
        line = lines[min(bisect_left(lines, (start, 0)), len(lines) - 1)]
        if start <= line[0] < end:
            message = "a list item begins with `- `: a space is missing after the `-`"
            help = "write `- `; a text that goes on like this stands in quotes"
            yield Problem("SOP005", Finding(at, message, help), line)


def _plain(node: Any, at: Pointer) -> Iterator[tuple[int, int, Pointer]]:
    """Where each unquoted text begins and ends, and its address."""
    if isinstance(node.value, str):
        if not node.style and node.value:
            yield node.start_mark.index, node.end_mark.index, at
    elif node.id == "mapping":
        for key, item in node.value:
            yield *extent(key), (*at, key.value)
            yield from _plain(item, (*at, key.value))
    else:
        for i, item in enumerate(node.value):
            yield from _plain(item, (*at, i))
