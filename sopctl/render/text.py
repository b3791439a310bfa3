"""What a writer wrote becomes HTML, or Markdown of one line, that says the same and does nothing else.

A one-line text comes out as text, letter by letter. A line of Markdown keeps its bold, code and
links; raw HTML, scripts, attribute lists, template and snippet marks come out as text. Most texts
hold no special character, and leave by the first line. What takes more than a line is for `blocks`.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

from sopctl.prose import REFERENCE

Follow = Callable[[str, str], str | None]
"""The address for a link (`"link"` or `"ref"`, what is written), in Markdown, or None where it leads nowhere."""

_NEEDS_ESCAPE = re.compile(r"[^A-Za-z0-9 .+,;?()/%–—’“”…·€£§äöüÄÖÜßéèáàóíúñç-]").search
_MARKS = {ord(c): f"&#{ord(c)};" for c in "&<>\"'*_`[]{}\\|#!~:^=@$\n\r\t\x02\x03"}


@lru_cache(4096)  # a page says the same title and the same answer again and again
def line(text: str) -> str:
    """A text as it stands: no Markdown, no HTML."""
    return text.translate(_MARKS) if _NEEDS_ESCAPE(text) else text


_LONG = re.compile(r"(?<![^\s-])(?:&#?\w+;|[^\s&-]){19,}")
_LONG_RUN = re.compile(r"[^\s-]{19}").search  # is quicker, and finds it in few labels
_SYLLABLE = re.compile(r"(?:&#?\w+;|[^&]){6}")


def parting(label: str) -> str:
    """A label, escaped already, whose very long words may part where the cell of a table is narrow."""
    return _LONG.sub(_part, label) if len(label) > 18 and _LONG_RUN(label) else label


def _part(found: re.Match[str]) -> str:
    return _SYLLABLE.sub(r"\g<0><wbr>", found[0])


_SPECIAL = re.compile(r"[<`\[\]{~\t]").search
_STARTS_BLOCK = re.compile(r"\s*(?:[-*+>]\s|\d{1,9}[.)]\s|\||#|```|~~~)")


def is_block(text: str) -> bool:
    """True where the text needs more than one paragraph's room: lists, tables, several paragraphs."""
    text = text.rstrip()
    return "\n" in text or _STARTS_BLOCK.match(text) is not None


def inline(text: str, follow: Follow) -> str:
    """A text in Markdown on one line, for the cell of a table; paragraphs become line breaks."""
    if "\n" in text:
        parts = re.split(r"\n[ \t]*\n", text.strip())
        return "<br>".join(_inline(" ".join(part.split()), follow) for part in parts)
    return _inline(text, follow) if _SPECIAL(text) else text


# Texts that need no Markdown

Refer = Callable[[str], tuple[str, str] | None]
"""The label, as HTML, and the address of what `[[…]]` names, or None where it names nothing."""

# both begin with the sign itself, by which they are found quickly
_PIECE = re.compile(rf"{REFERENCE.pattern}|`(?<!``)([^`\n\\]+)`(?!`)", re.MULTILINE)
_MEANS_SOMETHING = re.compile(
    r"[*`<\[\]{}\\\t\r\x00-\x08\x0b-\x1f]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|==|\+\+|--8<|[ ]{2}\n"
).search
_SIGNS = b"*`<>[]{}\\_&=+" + bytes(range(0x0A)) + bytes(range(0x0B, 0x20))
_BLANKED = bytes.maketrans(_SIGNS, b" " * len(_SIGNS))


def _may_mean_something(text: str) -> bool:
    """Every text that means something, or is to be escaped, has a sign, or a line that ends in two blanks;
    few have. To blank the signs out tells it in less than half of the time of a search."""
    written = text.encode("utf-8", "ignore")
    return written.translate(_BLANKED) != written or ("\n" in text and "  \n" in text)


_START = r"(?: {4}|\s*(?:[-+>#:|~]|\d{1,9}[.)]\s|!!!|\?\?\?|=+\s*$))"
_STARTS = re.compile(_START, re.MULTILINE).match
_STARTS_LATER = re.compile(rf"\n{_START}", re.MULTILINE).search


def ready(text: str, refer: Refer) -> str | None:
    """A text of one paragraph as HTML, where it holds no Markdown but references and code; else None."""
    if (not text[:1].isalpha() and _STARTS(text)) or ("\n" in text and _STARTS_LATER(text)):
        return None
    if not _may_mean_something(text):
        return text
    made, at = [], 0
    for found in _PIECE.finditer(text):
        made += [text[at : found.start()], _piece(found, refer)]
        at = found.end()
    made.append(text[at:])
    if any(_may_mean_something(between) and _MEANS_SOMETHING(between) for between in made[::2]):
        return None
    made[::2] = [between.replace("&", "&amp;").replace(">", "&gt;") for between in made[::2]]
    return "".join(made)


_BETWEEN = re.compile(r"\n(?:[ ]*\n)+")


def ready_blocks(text: str, refer: Refer) -> str | None:
    """A text of paragraphs as HTML, where they are ready; else None."""
    text = text.strip("\n")
    paragraphs = [ready(each, refer) for each in _BETWEEN.split(text)]
    return None if None in paragraphs else "".join([f"<p>{each}</p>" for each in paragraphs])


NEEDS_BUILDER = "\x02"
"""Stands in front of Markdown that only the builder can read; no text can hold it."""

_HOLDER = re.compile(
    r"<(/?)(table|thead|tbody|tr|dl|ul|ol|div|details|section|figure|td|th|dt|dd|li|p|summary)(?=[ >])([^>]*)>"
)
_HOLDS_WORDS = frozenset(("td", "th", "dt", "dd", "li", "p", "summary"))


def for_builder(laid_out: str) -> str:
    """HTML that we laid out: the builder leaves it as it is, but for those elements that hold Markdown."""
    if not (laid_out.startswith("<") and laid_out.endswith(">\n")):  # ours do
        laid_out = laid_out.strip() + "\n"
    if NEEDS_BUILDER not in laid_out:
        return laid_out
    holders = _holders_of_markdown(laid_out)
    made, at = [], 0
    for found in holders:
        how = "span" if found[2] in _HOLDS_WORDS else "1"
        made += [laid_out[at : found.end() - 1], f' markdown="{how}">']
        at = found.end()
    return "".join([*made, laid_out[at:]]).replace(NEEDS_BUILDER, "")


def _holders_of_markdown(laid_out: str) -> list[re.Match[str]]:
    """The elements around each mark, from the first to the last, that do not say yet how they are read."""
    found: list[re.Match[str]] = []
    around: list[re.Match[str]] = []
    at = 0
    for tag in _HOLDER.finditer(laid_out):
        if NEEDS_BUILDER in laid_out[at : tag.start()]:
            found += [each for each in around if each not in found]
        at = tag.start()
        if tag[1]:
            while around and around.pop()[2] != tag[2]:
                pass
        else:
            around.append(tag)
    return sorted((each for each in found if "markdown=" not in each[3]), key=lambda each: each.start())


def _piece(found: re.Match[str], refer: Refer) -> str:
    if found[3]:
        return f"<code>{line(found[3])}</code>"
    link, label = refer(found[1].strip()), line(label_of(found))
    return f'<a href="{link[1]}">{label or link[0]}</a>' if link else label or line(found[0])


def label_of(reference: re.Match[str]) -> str:
    """The words that a reference shows, on one line; empty where it has none."""
    return " ".join((reference[2] or "").split())


# Inside a line

_INLINE = re.compile(
    r"""(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?P<inside>(?:[^\n]|\n(?![ \t]*(?:\n|\Z))){1,2000}?)(?<!`)(?P=ticks)(?!`))
      | (?P<run>`+)
      | \[\[(?P<ref>[^\[\]|\n]+)(?:\|(?P<label>[^\[\]\n]*))?\]\]
      | \](?P<link>\((?:[ ]*(?:<(?P<angle>[^<>\n]*)>|(?P<dest>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))
            (?P<title>[ \n]+(?:"[^"\n]*"|'[^'\n]*'))?[ ]*\))?)
      | (?P<auto><(?:https?://|mailto:)[^<>\s`]+>)
      | (?P<comment><!--[ ]*sopctl:[^\n]*?-->)
      | (?P<definition>\]:)
      | (?P<toc>\[TOC\])
      | \\(?P<escaped>[\\`\[\]<{!|#*_()+.>~-])
      | (?P<mark>[<{])""",
    re.VERBOSE,
)


def _inline(text: str, follow: Follow) -> str:
    if not _SPECIAL(text):
        return text

    def harmless(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "mark":
                return "&lt;" if found[0] == "<" else "&#123;"
            case "code":
                return _code(found)
            case "ref" | "label":
                return _reference(found, follow)
            case "link" | "title" | "dest" | "angle":
                return _link(found, follow)
            case "escaped":
                return line(found[0][1]) if found[0][1] in "<{`" else found[0]
            case "auto":
                return _address_in_words(found[0][1:-1])
            case "definition":
                return "]&#58;"
            case "toc":
                return "&#91;TOC]"
            case "comment":
                return ""
            case _:
                return "&#96;" * len(found[0])

    return _INLINE.sub(harmless, text)


_SOBER = re.compile(r"[\w \n.,;:/()=+@%?#'\"!*$-]*")


def _code(found: re.Match[str]) -> str:
    inside = found["inside"]
    if _SOBER.fullmatch(inside):
        return found[0]
    if inside[:1] == inside[-1:] == " " and inside.strip():
        inside = inside[1:-1]
    return f"<code>{line(inside.replace(chr(10), ' '))}</code>"


def _reference(found: re.Match[str], follow: Follow) -> str:
    label = (found["label"] or "").strip()
    link = follow("ref", found["ref"].strip())
    if link is None:
        return line(label or found[0])
    return f"[{line(label)}]{link[link.rindex(']') + 1 :]}" if label else link


def _link(found: re.Match[str], follow: Follow) -> str:
    whole = found["link"]
    if whole != "(":
        written = found["angle"] if found["angle"] is not None else found["dest"]
        address = follow("link", written)
        if address is not None:
            title = f' "{line(found["title"].strip()[1:-1])}"' if found["title"] else ""
            return f"]({address}{title})"
    return "]&#40;" + _inline(whole[1:], follow)


def _address_in_words(address: str) -> str:
    target = external(address)
    return f"[{line(address.removeprefix('mailto:'))}]({target})" if target else line(f"<{address}>")


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:").match
_SAFE = ("http:", "https:", "mailto:", "tel:")
_UNSAFE_CHARACTER = re.compile(r"[^A-Za-z0-9\-._~:/?#@!$&+,;=%]")
_BLANKS = re.compile(r"[\s\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\ufeff\\]")


def external(written: str) -> str | None:
    """The address, where it leads out of the knowledge base and may; None where it may not or is relative."""
    seen = _BLANKS.sub("", unescape(unescape(written)))
    scheme = _SCHEME(seen.lower())
    if scheme is None:
        return quote(seen) if seen.startswith("//") else None
    return quote(seen) if scheme[0] in _SAFE else None


def is_relative(written: str) -> bool:
    """True for an address without a scheme or host."""
    seen = _BLANKS.sub("", unescape(unescape(written)))
    return bool(seen) and _SCHEME(seen.lower()) is None and not seen.startswith("//")


def quote(address: str) -> str:
    """An address that can stand in a Markdown link."""
    quoted = _UNSAFE_CHARACTER.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), address
    )
    return quoted.replace("&", "&amp;")
