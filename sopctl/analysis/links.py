"""Plain Markdown links in texts: where they lead, and whether something is there."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sopctl.diagnostic import Pointer, did_you_mean
from sopctl.library import Library
from sopctl.model import Sop, Typed
from sopctl.pattern import lazy_pattern
from sopctl.prose import without_code
from sopctl.shape import Prose

_INLINE = lazy_pattern(r"(?<!\\)\]\([ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*))(?=[\s)])")  # fmt: skip
_DEFINED = lazy_pattern(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>\S+))(?=[ \t]*$|[ \t]+[\"'(])", re.MULTILINE)  # fmt: skip
_ABSOLUTE = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:|/")
_ATX = lazy_pattern(r"^ {0,3}#{1,6}[ \t]+(?P<atx>.*?)(?:[ \t]+#+)?[ \t]*$|^ {0,3}(?P<setext>\S[^\n]*)\n {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)  # fmt: skip
_OWN_ID = lazy_pattern(r"[ \t]*\{:?[^{}\n]*?#(?P<id>[^\s{}]+)[^{}\n]*\}[ \t]*$")
_HTML_ID = lazy_pattern(r"""<[^<>]*?\s(?:id|name)=["']?([^\s"'<>]+)""")
_MARKUP = lazy_pattern(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])|<[^<>]*>|[*`]|(?<!\w)_|_(?!\w)")


class Link(NamedTuple):
    """A relative link or picture: where it stands, the file it means, and the place in it."""

    at: Pointer
    part: tuple[int, int]
    target: str  # as it is written
    path: str  # of the file in the repository; that of the text itself for a bare `#anchor`
    anchor: str


def links(library: Library) -> dict[str, tuple[Link, ...]]:
    """By file, the relative links of its texts; a file that another library has too is not searched twice."""
    if library not in _LINKS:
        like = library.like
        known = links(like) if like is not None else {}
        before = like.by_path if like is not None else {}
        _LINKS[library] = {
            path: known[path] if before.get(path) is each else tuple(relative(path, each.linking))
            for path, each in library.by_path.items()
        }
    return _LINKS[library]


_LINKS: WeakKeyDictionary[Library, dict[str, tuple[Link, ...]]] = WeakKeyDictionary()


def relative(path: str, prose: Iterable[Prose]) -> Iterator[Link]:
    """The relative links of texts that stand in the file `path`, outside code."""
    from urllib.parse import unquote

    for at, text in prose:
        if "](" not in text and "]:" not in text:
            continue
        plain = without_code(text)
        for pattern in (_INLINE, _DEFINED):
            for found in pattern.finditer(plain):
                group = "bare" if found["angled"] is None else "angled"
                target = found[group]
                if target and not _ABSOLUTE.match(target):
                    file, _, anchor = target.partition("#")
                    name = unquote(file.partition("?")[0])
                    there = (
                        posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) if name else path
                    )
                    yield Link(at, found.span(group), target, there, unquote(anchor))


def broken(link: Link, library: Library, home: Typed) -> str:
    """What is wrong with a link, in words; empty where it leads to something."""
    if link.path == home.document.path and link.target.startswith("#"):
        return _broken_here(link, home)
    typed = library.by_path.get(link.path)
    text = typed.document.text if typed else library.beside(link.path)
    if text is None:
        return f"no file `{link.path}` is there"
    if not link.anchor or not link.path.endswith(".md") or (typed and not typed.readable):
        return ""
    known = anchors(text) | (_parts(typed.sop) if typed and typed.sop else frozenset())
    if link.anchor in known:
        return ""
    return f"`{link.path}` has no heading `#{link.anchor}`{did_you_mean(link.anchor, known)}"


def _broken_here(link: Link, home: Typed) -> str:
    sop = home.sop
    if sop is None or {"steps", "outcomes"} & sop.unknown:
        return ""
    known = _parts(sop) | {word.replace("_", "-") for word in sop.__keys__}
    known |= {anchor for prose in home.prose if "#" in prose.text for anchor in anchors(prose.text)}
    if home.document.markdown:
        known |= anchors(home.document.text)
    if link.anchor in known:
        return ""
    return f"this SOP has no step, outcome or heading `#{link.anchor}`{did_you_mean(link.anchor, known)}"


def _parts(sop: Sop) -> frozenset[str]:
    return frozenset((*sop.steps_by_id, *(sop.outcomes or {})))


@lru_cache(maxsize=64)
def anchors(markdown: str) -> frozenset[str]:
    """The places in a Markdown file that a link can lead to, named as MkDocs names them."""
    plain = without_code(markdown)
    found = set(_HTML_ID.findall(plain))
    for heading in _ATX.finditer(plain):
        group = "atx" if heading["atx"] is not None else "setext"
        words = markdown[slice(*heading.span(group))]
        own = _OWN_ID.search(words)
        found.add(_unused(own["id"] if own else slug(words), found))
    return frozenset(found)


def slug(heading: str) -> str:
    """A heading as the end of an address: small letters, digits and hyphens."""
    import unicodedata  # few headings are asked for
    from html import unescape

    words = unescape(_MARKUP.sub(lambda m: m[1] or "", heading))
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def _unused(name: str, taken: set[str]) -> str:
    if name and name not in taken:
        return name
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
