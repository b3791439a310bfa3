"""Plain Markdown links in texts: where they lead, and whether something is there."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from sopctl.diagnostic import Pointer, did_you_mean
from sopctl.files import Unread
from sopctl.library import Library, WorkedOut
from sopctl.model import Typed
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.prose import without_code
from sopctl.reading import Prose

_INLINE = lazy_pattern(r"(?<!\\)\]\([ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*))(?=[\s)])")  # fmt: skip
_DEFINED = lazy_pattern(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>\S+))(?=[ \t]*$|[ \t]+[\"'(])", re.MULTILINE)  # fmt: skip
_ABSOLUTE = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:|/")
_ON_A_DISK = lazy_pattern(r"(?i:file:)|[A-Za-z]:[\\/]|\\\\")
_ATX = lazy_pattern(r"^ {0,3}#{1,6}[ \t]+(?P<atx>.*?)(?:[ \t]+#+)?[ \t]*$|^ {0,3}(?P<setext>\S[^\n]*)\n {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)  # fmt: skip
_OWN_ID = lazy_pattern(r"[ \t]*\{:?[^{}\n]*?#(?P<id>[^\s{}]+)[^{}\n]*\}[ \t]*$")
_HTML_ID = lazy_pattern(r"""<[^<>]*?\s(?:id|name)=["']?([^\s"'<>]+)""")
_IN_WORDS = frozenset(("Nd", "Nl", "Pc"))
_MARKUP = lazy_pattern(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])|<[^<>]*>|[*`]|(?<!\w)_|_(?!\w)")


class Link(NamedTuple):
    """A link or picture that is no address on the web: where it stands, the file it means, and the place in it."""

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


_LINKS: WorkedOut[dict[str, tuple[Link, ...]]] = WorkedOut()


def relative(path: str, prose: Iterable[Prose]) -> Iterator[Link]:
    """The relative links of texts that stand in the file `path`, outside code."""
    for at, text in prose:
        if "](" not in text and "]:" not in text:
            continue
        plain = without_code(text)
        for pattern in (_INLINE, _DEFINED):
            for found in pattern.finditer(plain):
                group = "bare" if found["angled"] is None else "angled"
                target = found[group]
                if _ON_A_DISK.match(target):
                    yield Link(at, found.span(group), target, target, "")
                elif target and not _ABSOLUTE.match(target):
                    file, _, anchor = target.partition("#")
                    name = _unquoted(file.partition("?")[0])
                    there = (
                        posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) if name else path
                    )
                    yield Link(at, found.span(group), target, there, _unquoted(anchor))


def _unquoted(text: str) -> str:
    """As it is called on the disk: in a link, `%20` is a blank."""
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def text_of(link: Link, library: Library) -> str | Unread | None:
    """The text of the file that a link names, None where there is no such file, or why it is not read."""
    typed = library.by_path.get(link.path)
    return typed.document.text if typed else library.beside(link.path)


def is_on_a_disk(link: Link) -> bool:
    """Whether a link names a file as a machine does: `C:\\form.docx`, `file:///form.docx`."""
    return bool(_ON_A_DISK.match(link.target))


def broken(link: Link, library: Library, home: Typed) -> str:
    """What is wrong with a link, in words; empty where it leads to something."""
    if is_on_a_disk(link):
        return "it leads to a disk outside of the repository, which no page can open"
    if link.path == home.document.path and link.target.startswith("#"):
        return _no_place(link, home, "this SOP") if home.sop else ""
    typed, text = library.by_path.get(link.path), text_of(link, library)
    if text is None:
        return f"no file `{link.path}` is there"
    if isinstance(text, Unread):
        return f"`{link.path}`: {text.message}"
    if not link.anchor or (typed and not typed.readable):
        return ""
    if typed and typed.sop:
        return _no_place(link, typed, f"`{link.path}`")
    if not link.path.endswith(".md") or link.anchor in anchors(text) or link.anchor in on_hosts(text):
        return ""
    near = did_you_mean(link.anchor, {*anchors(text), *on_hosts(text)})
    return f"`{link.path}` has no heading `#{link.anchor}`{near}"


def _no_place(link: Link, there: Typed, who: str) -> str:
    """What to say where the page of a SOP has no such place."""
    sop, anchor = there.sop, link.anchor
    if sop is None or not sop.steps_whole or "outcomes" in sop.unknown:
        return ""
    if anchor in sop.steps_by_id or anchor in (sop.outcomes or {}):
        return ""
    written = (key for key in sop.__keys__.values() if not sop.lacks(key.attribute))
    known = {*sop.steps_by_id, *(sop.outcomes or {}), *(key.name.replace("_", "-") for key in written)}
    known |= {name for prose in there.prose if "#" in prose.text for name in anchors(prose.text)}
    if there.document.markdown:
        known |= anchors(there.document.text)
    if anchor in known:
        return ""
    near = did_you_mean(anchor, known)
    if not anchor.isascii() and any(
        anchor in on_hosts(each.text) for each in there.prose if "#" in each.text
    ):
        near = (
            "; the site names headings in the letters a to z: write `{#name}` behind it, and link to `#name`"
        )
    return f"{who} has no step, outcome or heading `#{anchor}`{near}"


@lru_cache(maxsize=64)
def anchors(markdown: str) -> frozenset[str]:
    """The places in a Markdown file that a link can lead to, named as MkDocs names them."""
    return frozenset((*_HTML_ID.findall(without_code(markdown)), *(name for _, name in _headings(markdown))))


@lru_cache(maxsize=64)
def on_hosts(markdown: str) -> dict[str, str]:
    """The headings of a Markdown file by the names that code hosts give them, each with that of MkDocs."""
    found: dict[str, str] = {}
    for hyphens in ("-", "-+"):  # GitHub keeps each hyphen, GitLab one of several
        seen: dict[str, int] = {}
        for words, name in _headings(markdown):
            here = re.sub(hyphens, "-", _on_host(words))
            seen[here] = seen.get(here, -1) + 1
            found.setdefault(f"{here}-{seen[here]}" if seen[here] else here, name)
    return found


def _headings(markdown: str) -> list[tuple[str, str]]:
    """The words of each heading, and the name that MkDocs gives it."""
    plain = without_code(markdown)
    taken = set(_HTML_ID.findall(plain))
    found = []
    for heading in _ATX.finditer(plain):
        words = markdown[slice(*heading.span("atx" if heading["atx"] is not None else "setext"))]
        own = _OWN_ID.search(words)
        name = _unused(own["id"] if own else slug(words), taken)
        taken.add(name)
        found.append((words, name))
    return found


def _on_host(heading: str) -> str:
    """Small letters of all scripts, digits, and a hyphen for each blank."""
    from unicodedata import category  # few headings are asked for

    words = _plain(heading).strip().lower()
    return "".join(
        c for c in words if c in " -" or category(c)[:1] in "LM" or category(c) in _IN_WORDS
    ).replace(" ", "-")


def slug(heading: str) -> str:
    """A heading as the end of an address: small letters, digits and hyphens."""
    from unicodedata import normalize

    plain = normalize("NFKD", _plain(heading)).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def _plain(heading: str) -> str:
    from html import unescape

    return unescape(_MARKUP.sub(lambda m: m[1] or "", heading))


def _unused(name: str, taken: set[str]) -> str:
    if name and name not in taken:
        return name
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
