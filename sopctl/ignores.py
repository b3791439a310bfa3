"""Comments that hide a finding, with the reason why: `# sopctl: ignore[SOP701] …`."""

import re
from typing import NamedTuple

from sopctl.diagnostic import Diagnostic, Span
from sopctl.source import Document
from sopctl.source.place import position

_YAML = re.compile(r"#[ \t]*sopctl:[ \t]*ignore(?:\[(?P<codes>[^\]\n]*)\])?(?P<reason>[^\n]*)")
_MARKDOWN = re.compile(r"<!--[ \t]*sopctl:[ \t]*ignore(?:\[(?P<codes>[^\]\n]*)\])?(?P<reason>[^\n]*?)-->")
_CODE = re.compile(r"SOP\d{3}")


class Ignore(NamedTuple):
    """One comment: which codes it hides, on which line, and why."""

    span: Span
    codes: tuple[str, ...]
    reason: str
    line: int  # the line that it speaks of: its own, or the next one that is no comment

    def hides(self, diagnostic: Diagnostic, document: Document) -> bool:
        if diagnostic.code not in self.codes:
            return False
        return self.line == diagnostic.span.line or self.line in _openings(diagnostic, document)

    def fault(self, ran: set[str], used: bool) -> tuple[str, str]:
        """What is wrong with the comment, and the way out; two empty texts where nothing is."""
        odd = [code for code in self.codes if not _CODE.fullmatch(code)]
        if not self.codes or odd:
            what = f"`{odd[0]}` is no rule" if odd else "this ignore names no rule"
            return what, "write the code in brackets: ignore[SOP701], then the reason"
        if not self.reason:
            return "this ignore gives no reason", "say after the bracket why the finding does not hold here"
        if not used and ran.issuperset(self.codes):
            return f"this ignore hides nothing: {' and '.join(self.codes)} finds nothing here", "delete it"
        return "", ""


def ignores(document: Document) -> list[Ignore]:
    """The ignore comments of a document, in order."""
    lines = document.text.splitlines()
    pattern = _MARKDOWN if document.markdown else _YAML
    found = []
    for match in pattern.finditer(document.text):
        start, end = position(document.text, match.start()), position(document.text, match.end())
        if not document.markdown and _inside_text(document, match.start()):
            continue
        codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
        line = start[0]
        if not lines[line - 1][: start[1] - 1].strip():
            while line < len(lines) and _is_comment(lines[line - 1], document.markdown):
                line += 1
        found.append(Ignore(Span(document.path, *start, *end), codes, match["reason"].strip(" \t-:"), line))
    if document.markdown:
        found.extend(_in_front_matter(document, lines))
    return sorted(found)


def _in_front_matter(document: Document, lines: list[str]) -> list[Ignore]:
    """In Markdown, front matter and fenced YAML have YAML's comments."""
    found, fence = [], "---"
    inside = bool(lines) and lines[0].rstrip() == "---"
    for number, text in enumerate(lines, start=1):
        if number == 1 and inside:
            continue
        if inside and text.strip() == fence:
            inside = False
        elif not inside and re.fullmatch(r"`{3,}ya?ml", text.strip()):
            inside, fence = True, "```"
        elif inside and (match := _YAML.search(text)):
            codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
            line = number
            if not text[: match.start()].strip():
                while line < len(lines) and _is_comment(lines[line - 1], False):
                    line += 1
            span = Span(document.path, number, match.start() + 1, number, match.end() + 1)
            found.append(Ignore(span, codes, match["reason"].strip(), line))
    return found


def _is_comment(line: str, markdown: bool) -> bool:
    text = line.strip()
    return not text or (text.startswith("<!--") and text.endswith("-->") if markdown else text.startswith("#"))


def _inside_text(document: Document, offset: int) -> bool:
    return any(p.value and p.style and p.value[0] <= offset < p.value[1] for p in document.places.values())


def _openings(diagnostic: Diagnostic, document: Document) -> set[int]:
    """The lines on which the key, or the table, of a finding inside a block begins."""
    place = document.place(diagnostic.pointer)
    if place is None:
        return set()
    opens = [extent[0] for extent in (place.key, place.value, place.block) if extent]
    return {position(document.text, offset)[0] for offset in opens}
