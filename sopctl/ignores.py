"""Comments that hide a finding, with the reason why: `# sopctl: ignore[SOP701] …`."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from sopctl.diagnostic import Diagnostic, Span
from sopctl.named import NamedTuple
from sopctl.pattern import lazy_pattern
from sopctl.source import Document, place
from sopctl.source.place import position

_YAML = lazy_pattern(r"(?<!\S)#[ \t]*sopctl:[ \t]*ignore(?:\[(?P<codes>[^\]\n]*)\])?(?P<reason>[^\r\n]*)")
_MARKDOWN = lazy_pattern(r"<!--[ \t]*sopctl:[ \t]*ignore(?:\[(?P<codes>[^\]\n]*)\])?(?P<reason>[^\n]*?)-->")
_FENCE = lazy_pattern(r"[ \t]*(`{3,}|~{3,})[ \t]*([^`]*)")


class Ignore(NamedTuple):
    """One comment: which codes it hides, on which line, and why."""

    span: Span
    codes: tuple[str, ...]
    reason: str
    line: int  # the line that it speaks of: its own, or the next one that is no comment
    last: int  # in Markdown, the last line of the paragraph or table that begins there

    def fault(self, known: Container[str], idle: Container[str]) -> tuple[str, str] | None:
        """What is wrong with the comment, and the way out; `idle` are the rules that ran and
        found nothing here."""
        odd = [code for code in self.codes if code not in known]
        if not self.codes or odd:
            what = f"no rule is called `{odd[0]}`" if odd else "this ignore names no rule"
            return what, "write the code in brackets: ignore[SOP701], then the reason"
        if not self.reason:
            return "this ignore gives no reason", "say after the bracket why the finding does not hold here"
        unused = [code for code in self.codes if code in idle]
        if unused:
            what = f"{' and '.join(unused)} {'find' if unused[1:] else 'finds'} nothing here"
            if len(unused) < len(self.codes):
                return (
                    f"this ignore hides more than there is: {what}",
                    f"take {' and '.join(unused)} out of it",
                )
            return f"this ignore hides nothing: {what}", "delete it"
        return None


class Ignores:
    """The ignore comments of a document, found by what they hide."""

    def __init__(self, document: Document) -> None:
        self.written = ignores(document)
        self._document = document
        self._ends = _paragraph_ends(place.lines(document.text)) if document.markdown else []
        self._at: dict[tuple[str, int], list[Ignore]] = defaultdict(list)
        self._until: dict[tuple[str, int], list[Ignore]] = defaultdict(list)
        for each in self.written:
            for code in dict.fromkeys(each.codes if each.reason else ()):
                self._at[code, each.line].append(each)
                if each.last > each.line:
                    self._until[code, each.last].append(each)

    def hiding(self, diagnostic: Diagnostic) -> list[Ignore]:
        """Those that hide a finding: on its line, in its paragraph, or where its key or table begins."""
        code, line = diagnostic.code, diagnostic.span.line
        lines = {line, *_openings(diagnostic, self._document)}
        found = {each for here in lines for each in self._at.get((code, here), ())}
        if self._until:
            longer = self._until.get((code, self._ends[line - 1]), ())
            found.update(each for each in longer if each.line <= line)
        return sorted(found)

    def misplaced(self, diagnostics: Iterable[Diagnostic]) -> list[Ignore]:
        """Those that a text of YAML takes for its own words, and that one of these was to be hidden by."""
        found = {(each.code, each.span.line) for each in diagnostics}
        inside = [] if self._document.markdown else ignores(self._document, inside=True)
        return [each for each in inside if any((code, each.line) in found for code in each.codes)]


def ignores(document: Document, inside: bool = False) -> list[Ignore]:
    """The ignore comments of a document, in order; or what is written like one inside of a text."""
    lines = place.lines(document.text)
    ends = _paragraph_ends(lines) if document.markdown else []
    after = _after_comments(lines, document.markdown)
    found = []
    for match in _written(document, inside):
        start, end = position(document.text, match.start()), position(document.text, match.end())
        codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
        line = last = start[0]
        if not lines[line - 1][: start[1] - 1].strip():
            line = after[line - 1]
            last = ends[line - 1] if document.markdown else line
        span = Span(document.path, *start, *end)
        found.append(Ignore(span, codes, match["reason"].strip(" \t-:"), line, last))
    if document.markdown:
        found.extend(_in_front_matter(document, lines))
    return sorted(found)


def _written(document: Document, inside: bool) -> Iterator[re.Match[str]]:
    """What looks like an ignore comment and stands in no text, in Markdown in no code; or what stands there."""
    matches = [*(_MARKDOWN if document.markdown else _YAML).finditer(document.text)]
    if document.markdown:
        from sopctl.source import markdown_blocks  # only who writes Markdown pays for it

        page = markdown_blocks.page(document.text) if matches else None
        comments = {start for start, _ in page.comments} if page else set()
        return (match for match in matches if match.start() in comments)
    texts = _texts(document) if matches else []
    return (match for match in matches if _inside(texts, match.start()) is inside)


def _in_front_matter(document: Document, lines: list[str]) -> list[Ignore]:
    """In Markdown, front matter and fenced YAML have YAML's comments."""
    found, after = [], _after_comments(lines, False)
    fence, language = ("---", "yaml") if lines and lines[0].rstrip() == "---" else ("", "")
    for number, text in enumerate(lines, start=1):
        if number == 1 and fence:
            continue
        if fence and text.strip() == fence:
            fence = ""
        elif not fence and (opened := _FENCE.fullmatch(text)):
            fence, language = opened[1], opened[2].strip().lower()
        elif fence and language in ("yaml", "yml") and (match := _YAML.search(text)):
            codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
            line = number if text[: match.start()].strip() else after[number - 1]
            span = Span(document.path, number, match.start() + 1, number, match.end() + 1)
            found.append(Ignore(span, codes, match["reason"].strip(), line, line))
    return found


def _after_comments(lines: list[str], markdown: bool) -> list[int]:
    """For each line the first from it on that is no comment, or the last of all."""
    found = [*range(1, len(lines) + 1)]
    for i in range(len(lines) - 2, -1, -1):
        if _is_comment(lines[i], markdown):
            found[i] = found[i + 1]
    return found


def _paragraph_ends(lines: list[str]) -> list[int]:
    """For each line the last before a blank one; a heading ends with itself."""
    found = [*range(1, len(lines) + 1)]
    for i in range(len(lines) - 2, -1, -1):
        ends = lines[i].startswith("#") or not lines[i + 1].strip() or lines[i + 1].startswith("#")
        if not ends:
            found[i] = found[i + 1]
    return found


def _is_comment(line: str, markdown: bool) -> bool:
    text = line.strip()
    return not text or (
        text.startswith("<!--") and text.endswith("-->") if markdown else text.startswith("#")
    )


def _texts(document: Document) -> list[tuple[int, int]]:
    """Where quoted and block texts stand, in order: a `#` in them begins no comment."""
    found = []
    for each in document.places.values():
        if each.value and each.style:
            start, end = each.value
            if each.style in ("|", ">"):
                start += len(place.first_line(document.text[start:end]))
            found.append((start, end))
    return sorted(found)


def _inside(texts: list[tuple[int, int]], offset: int) -> bool:
    before = bisect_right(texts, (offset, len(texts) + offset)) - 1
    return before >= 0 and offset < texts[before][1]


def _openings(diagnostic: Diagnostic, document: Document) -> set[int]:
    """The lines on which the key, or the table, of a finding inside a block begins."""
    stands = document.place(diagnostic.pointer)
    if stands is None:
        return set()
    opens = [extent[0] for extent in (stands.key, stands.value, stands.block) if extent]
    return {position(document.text, offset)[0] for offset in opens}
