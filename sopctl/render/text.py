"""What a writer wrote becomes Markdown that says the same and does nothing else.

A one-line text comes out as text, letter by letter. A text in Markdown keeps its bold, lists,
tables, code and links; raw HTML, scripts, attribute lists, template and snippet marks come out as
text, headings stand below the section that holds them, and nothing left open swallows what
follows. Most texts hold no special character, and leave by the first line.
"""

import re
from collections.abc import Callable
from html import unescape

Follow = Callable[[str, str], str | None]
"""The address for a link (`"link"` or `"ref"`, what is written), in Markdown, or None where it leads nowhere."""

_NEEDS_ESCAPE = re.compile(r"[^A-Za-z0-9 .+,;?()/%–—’“”…·€£§äöüÄÖÜßéèáàóíúñç-]").search
_MARKS = {ord(c): f"&#{ord(c)};" for c in "&<>\"'*_`[]{}\\|#!~:^=@$\n\r\t\x02\x03"}


def line(text: str) -> str:
    """A text as it stands: no Markdown, no HTML."""
    return text.translate(_MARKS) if _NEEDS_ESCAPE(text) else text


_SPECIAL = re.compile(r"[<`\[\]{~\t]").search
_PREFIX = r"(?:[ >]|[-*+] |\d{1,9}[.)] )*"
_LINE_MARKS = rf"^{_PREFIX}(?:#|!!!|\?\?\?|(?:=+|-+)[ \t]*$)|(?:\A|\n[ \t]*\n) {{4}}"
_SPECIAL_LINE = re.compile(_LINE_MARKS, re.MULTILINE).search
_STARTS_BLOCK = re.compile(r"\s*(?:[-*+>]\s|\d{1,9}[.)]\s|\||#|```|~~~)")


def is_block(text: str) -> bool:
    """True where the text needs more than one paragraph's room: lists, tables, several paragraphs."""
    text = text.rstrip()
    return "\n" in text or _STARTS_BLOCK.match(text) is not None


def markdown(text: str, follow: Follow, level: int = 6) -> str:
    """A text in Markdown, made harmless; its highest heading gets `level`."""
    if not _SPECIAL(text) and not _SPECIAL_LINE(text):
        return text.strip("\n")
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).strip("\n")
    if not _HAS_LINES(text):
        return _inline(text, follow)
    return _Blocks(text, follow, level).text


def inline(text: str, follow: Follow) -> str:
    """A text in Markdown on one line, for the cell of a table; paragraphs become line breaks."""
    if "\n" in text:
        parts = re.split(r"\n[ \t]*\n", text.strip())
        return "<br>".join(_inline(" ".join(part.split()), follow) for part in parts)
    return _inline(text, follow) if _SPECIAL(text) else text


# Texts that need no Markdown

Refer = Callable[[str], tuple[str, str] | None]
"""The label, as HTML, and the address of what `[[…]]` names, or None where it names nothing."""

_PIECE = re.compile(r"\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]*))?\]\]|(?<!`)`([^`\n\\]+)`(?!`)")
_MEANS_SOMETHING = re.compile(
    r"[*`<\[\]{}\\\t\r\x00-\x08\x0b-\x1f]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|==|\+\+|--8<|[ ]{2}\n"
).search
_MAY_MEAN_SOMETHING = re.compile(r"[*`<\[\]{}\\_&=+\x00-\x09\x0b-\x1f]").search
"""Every text that means something has one of these, or a line that ends in two blanks; few have, and this is quick."""

_START = r"(?: {4}|\s*(?:[-+>#:|~]|\d{1,9}[.)]\s|!!!|\?\?\?|=+\s*$))"
_STARTS = re.compile(_START, re.MULTILINE).match
_STARTS_LATER = re.compile(rf"\n{_START}", re.MULTILINE).search


def ready(text: str, refer: Refer) -> str | None:
    """A text of one paragraph as HTML, where it holds no Markdown but references and code; else None."""
    if _STARTS(text) or _STARTS_LATER(text):
        return None
    if not _MAY_MEAN_SOMETHING(text) and "  \n" not in text:
        return text.replace(">", "&gt;")
    made, at = [], 0
    for found in _PIECE.finditer(text):
        made += [text[at : found.start()], _piece(found, refer)]
        at = found.end()
    made.append(text[at:])
    if any(_MEANS_SOMETHING(between) for between in made[::2]):
        return None
    made[::2] = [between.replace("&", "&amp;").replace(">", "&gt;") for between in made[::2]]
    return "".join(made)


def ready_blocks(text: str, refer: Refer) -> str | None:
    """A text of paragraphs as HTML, where they are ready; else None."""
    paragraphs = [ready(each, refer) for each in re.split(r"\n(?:[ ]*\n)+", text.strip("\n"))]
    return None if None in paragraphs else "".join([f"<p>{each}</p>" for each in paragraphs])


NEEDS_BUILDER = "\x02"
"""Stands in front of Markdown that only the builder can read; no text can hold it."""

_HOLDER = re.compile(
    r"<(/?)(table|thead|tbody|tr|dl|ul|ol|div|details|section|figure|td|th|dt|dd|li|p|summary)(?=[ >])([^>]*)>"
)
_HOLDS_WORDS = frozenset(("td", "th", "dt", "dd", "li", "p", "summary"))


def for_builder(laid_out: str) -> str:
    """HTML that we laid out: the builder leaves it as it is, but for those elements that hold Markdown."""
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
    link, label = refer(found[1].strip()), line((found[2] or "").strip())
    return f'<a href="{link[1]}">{label or link[0]}</a>' if link else label or line(found[0])


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


# Line by line

_HAS_LINES = re.compile(rf"```|~~~|^ {{0,3}}\[[^\]\n]+\]:|{_LINE_MARKS}", re.MULTILINE).search
_FENCE = re.compile(r"( *)(`{3,}|~{3,}) *([\w.+#-]*)[^`\n]*$")
_ITEM = re.compile(r"( *)(?:[-*+]|\d{1,9}[.)]) ")
_HEADING = re.compile(rf"({_PREFIX})(#+)(?:([ ]+)(.*?)[ ]*#*[ ]*$)?")
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
_RULE = re.compile(rf"({_PREFIX})(=+|-+) *$")
_SPACED_RULE = re.compile(r" {0,3}(?:-{1,2} {1,2}){2,}-+ *$")
_DEFINITION = re.compile(r" {0,3}\[([^\]\n]+)\]: *<?([^\s>]+)>? *(\"[^\"]*\"|'[^']*'|\([^()]*\))? *$")
_USE = re.compile(r"(`+.*?`+)|\[([^\[\]\n]+)\](?:\[([^\[\]\n]*)\]|(?![\[(:]))", re.DOTALL)


class _Blocks:
    """One pass over the lines of a text: code apart from prose, headings shifted, all closed."""

    def __init__(self, text: str, follow: Follow, level: int) -> None:
        self.follow, self.level = follow, level
        self.pieces: list[str] = []
        self.prose: list[str] = []
        self.definitions: dict[str, str] = {}
        self.depth = 0  # of the list that we are in
        lines = text.split("\n")
        self.shift = level - min(_levels(lines), default=1)
        self._read(lines)
        self._flush()
        if self.definitions:
            self.pieces = [self._defined(piece) for piece in self.pieces]
        self.text = "\n".join(
            piece[1:] if piece[:1] == "\0" else _inline(piece, follow) for piece in self.pieces
        )

    def _read(self, lines: list[str]) -> None:
        at, blank = 0, True
        while at < len(lines):
            here = lines[at]
            fence = _FENCE.match(here)
            if fence:
                at = self._fence(lines, at, fence)
                blank = True
                continue
            if (
                blank
                and here.startswith("    " * (self.depth + 1))
                and here.strip()
                and not self._starts_item(here)
            ):
                at = self._indented(lines, at)
                blank = True
                continue
            self._mark_depth(here, blank)
            at += self._line(lines, at, blank)
            blank = not self.prose or not self.prose[-1].strip()

    def _starts_item(self, here: str) -> bool:
        return self.depth > 0 and _ITEM.match(here) is not None

    def _mark_depth(self, here: str, blank: bool) -> None:
        item = _ITEM.match(here)
        if item:
            self.depth = len(item[1]) // 4 + 1
        elif blank and here.strip() and not here.startswith(" "):
            self.depth = 0

    def _line(self, lines: list[str], at: int, blank: bool) -> int:
        """Take one line of prose, or two where the second underlines a heading."""
        here = lines[at]
        definition = _DEFINITION.match(here)
        if definition:
            self.definitions[" ".join(definition[1].lower().split())] = (
                definition[2] + (f' "{definition[3][1:-1]}"' if definition[3] else "")
            ).replace('\\"', "")
            return 1
        under = lines[at + 1] if at + 1 < len(lines) else ""
        if blank and here.strip() and _UNDERLINE.fullmatch(under):
            self._heading("", 1 if under[0] == "=" else 2, here.strip().lstrip("#").strip())
            return 2
        found = _HEADING.match(here)
        if found and found[3] and found[4]:
            self._heading(found[1], min(len(found[2]), 6), found[4])
        elif found:
            self.prose.append(found[1] + "&#35;" * len(found[2]) + here[found.end(2) :])
        elif (rule := _RULE.match(here)) and not _SPACED_RULE.match(here):
            self.prose.append(rule[1] + _ruled(rule[2]))
        elif here.lstrip()[:3] in ("!!!", "???"):
            start = len(here) - len(here.lstrip())
            self.prose.append(here[:start] + ("&#33;" if here[start] == "!" else "&#63;") + here[start + 1 :])
        else:
            self.prose.append(here)
        return 1

    def _heading(self, before: str, level: int, words: str) -> None:
        marks = "#" * max(1, min(6, level + self.shift))
        self.prose.extend(
            (f"{before}{marks} {words}",) if before.strip() else ("", f"{before}{marks} {words}", "")
        )

    def _fence(self, lines: list[str], at: int, fence: re.Match[str]) -> int:
        indent, marks, language = fence[1], fence[2], fence[3]
        end = at + 1
        close = re.compile(rf" *{marks[0]}{{{len(marks)},}} *$")
        while end < len(lines) and not close.match(lines[end]):
            end += 1
        inside = [each[min(len(indent), len(each) - len(each.lstrip(" "))) :] for each in lines[at + 1 : end]]
        self._code(indent, inside, language)
        return end + 1

    def _indented(self, lines: list[str], at: int) -> int:
        depth = 4 * (self.depth + 1)
        end = at
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" " * depth)):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        self._code(" " * (depth - 4), [each[depth:] for each in lines[at:end]], "")
        return end

    def _code(self, indent: str, inside: list[str], language: str) -> None:
        """A block of code with marks that nothing inside it can close."""
        longest = max((len(run) for each in inside for run in re.findall(r"`{3,}", each)), default=2)
        marks = "`" * (longest + 1)
        body = "\n".join(indent + each for each in inside)
        self._flush()
        self.pieces.append(f"\0\n{indent}{marks}{language}\n{body}\n{indent}{marks}\n")

    def _flush(self) -> None:
        if self.prose:
            self.pieces.append("\n".join(self.prose))
            self.prose = []

    def _defined(self, piece: str) -> str:
        """Links that name a definition, written out."""
        if piece[:1] == "\0":
            return piece

        def written_out(found: re.Match[str]) -> str:
            if found[1]:
                return found[0]
            name = " ".join((found[3] or found[2]).lower().split())
            return f"[{found[2]}]({self.definitions[name]})" if name in self.definitions else found[0]

        return _USE.sub(written_out, piece)


def _ruled(marks: str) -> str:
    """A line of `=` or `-` that must not make a heading of what stands above it."""
    return "* * *" if marks.startswith("---") else f"&#{ord(marks[0])};{marks[1:]}"


def _levels(lines: list[str]) -> list[int]:
    levels, closes = [], None
    for at, here in enumerate(lines):
        fence = _FENCE.match(here)
        if closes:
            closes = None if here.strip().startswith(closes) else closes
        elif fence:
            closes = fence[2]
        elif (found := _HEADING.match(here)) and found[3]:
            levels.append(min(len(found[2]), 6))
        elif at and lines[at - 1].strip() and _UNDERLINE.fullmatch(here):
            levels.append(1 if here[0] == "=" else 2)
    return levels
