"""A text of lists, tables, code and paragraphs as HTML: what a code host shows, and nothing that acts.

CommonMark with the tables and ticked boxes of GitHub. Raw HTML comes out as text, a link that leads
nowhere as it is written, and headings stand below the section that holds them.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from sopctl.prose import LABEL
from sopctl.render.text import NEEDS_BUILDER, Refer, label_of, line

Lead = Callable[[str], str | None]
"""The address that a link leads to, as the built page sees it, or None where it leads nowhere."""

_REFERENCE = re.compile(rf"\[\[([^\[\]|\n\x1f]+)(?:[|\x1f]({LABEL}))?\]\]", re.MULTILINE)
_COMMENT = re.compile(r"<!--[ ]*sopctl:[^\n]*?-->")
_BAR = "\x1f"
"""Stands for the bar of a reference, which parts no cells of a table."""

_BOX = re.compile(r"\[([ xX])\](?=[ \t])")
_TICKED = {" ": "", "x": " checked", "X": " checked"}
_LANGUAGE = re.compile(r"[\w.+#-]+")


def html(text: str, refer: Refer, lead: Lead, level: int, *, outline: bool = False) -> str:
    """The text as HTML; its highest heading gets `level`. With `outline`, its headings get their anchors,
    and the code between its paragraphs gets its colours, from the builder."""
    written = _REFERENCE.sub(lambda found: found[0].replace("|", _BAR), text)
    env: dict[str, Any] = {"refer": refer, "lead": lead, "outline": outline, "open": []}
    tokens = _parser().parse(written, env)
    highest = min((int(each.tag[1]) for each in tokens if each.type == "heading_open"), default=1)
    env["shift"] = level - highest
    _tick(tokens)
    made: str = _parser().renderer.render(tokens, _parser().options, env)
    return made.strip()


@cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False, "maxNesting": 64}, renderer_cls=_Writer)
    parser.enable("table")
    parser.block.ruler.at("reference", _definition, {"alt": []})
    parser.inline.ruler.before("link", "reference", _reference)
    parser.inline.ruler.before("autolink", "comment", _comment)
    return parser


class _Parser(MarkdownIt):
    """Addresses stay as they are written: who leads to them knows how they are to be quoted."""

    def normalizeLink(self, url: str) -> str:
        return url

    def normalizeLinkText(self, link: str) -> str:
        return link


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`[name]: address`; `[^1]: words` is none, and stays to be read."""
    at = state.bMarks[start] + state.tShift[start]
    return not state.src.startswith("[^", at) and reference(state, start, end, silent)


def _reference(state: StateInline, silent: bool) -> bool:
    found = _REFERENCE.match(state.src, state.pos)
    if found and not silent:
        token = state.push("reference", "", 0)
        token.content, token.meta = found[0], {"name": found[1].strip(), "label": label_of(found)}
        token.info = "inside" if state.linkLevel else ""
    if found:
        state.pos = found.end()
    return found is not None


def _comment(state: StateInline, silent: bool) -> bool:
    found = _COMMENT.match(state.src, state.pos)
    if found:
        state.pos = found.end()
    return found is not None


def _tick(tokens: Sequence[Token]) -> None:
    """Items that begin with a box become ticked or open ones."""
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type == "list_item_open" and paragraph.type == "paragraph_open" and inline.children:
            first = inline.children[0]
            found = _BOX.match(first.content) if first.type == "text" else None
            if found:
                item.attrSet("class", "task-list-item")
                first.content = first.content[found.end() :]
                inline.children.insert(0, Token("box", "input", 0, content=found[1]))


class _Writer(RendererHTML):
    """How each piece becomes HTML; a method is called like the piece."""

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return line(tokens[idx].content.replace(_BAR, "|"))

    def box(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<input type="checkbox" disabled{_TICKED[tokens[idx].content]}>'

    def reference(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        link, label = env["refer"](token.meta["name"]), line(token.meta["label"])
        if link is None:
            return label or line(token.content.replace(_BAR, "|"))
        label = label or link[0]
        return label if token.info else f'<a href="{link[1]}">{label}</a>'

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        written = str(token.attrs["href"])
        address = env["lead"](written)
        title = str(token.attrs.get("title") or "")
        if address:
            env["open"].append("</a>")
            return f'<a href="{address}"{_titled(title)}>'
        env["open"].append(line(f']({written} "{title}")' if title else f"]({written})"))
        return line("[")

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        end: str = env["open"].pop()
        return end

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        written, says = str(token.attrs["src"]), self.renderInlineAsText(token.children, options, env)
        address = env["lead"](written)
        if not address:
            return line(f"![{says}]({written})")
        title = _titled(str(token.attrs.get("title") or ""))
        return f'<img src="{address}" alt="{line(says)}"{title}>'

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<code>{self.text(tokens, idx, options, env)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<pre><code>{self.text(tokens, idx, options, env)}</code></pre>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        language = _LANGUAGE.match(token.info.strip())
        if not language:
            return self.code_block(tokens, idx, options, env)
        if not env["outline"] or token.level:
            made = _coloured(token.content.replace(_BAR, "|"), language[0])
            return f'<pre class="highlight"><code>{made}</code></pre>\n'
        longest = max((len(run) for run in re.findall(r"`{3,}", token.content)), default=2)
        marks = "`" * (longest + 1)
        inside = token.content.replace(_BAR, "|").removesuffix("\n")
        return f"{NEEDS_BUILDER}\n\n{marks}{language[0]}\n{inside}\n{marks}\n\n"

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        tag = _tag(tokens[idx], env)
        return f'{NEEDS_BUILDER}<{tag} markdown="span">' if env["outline"] else f"<{tag}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"</{_tag(tokens[idx], env)}>\n"


def _coloured(code: str, language: str) -> str:
    """Code in the colours in which the builder shows it; a language that nobody knows has none."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import STANDARD_TYPES
    from pygments.util import ClassNotFound

    try:
        pieces = get_lexer_by_name(language, stripnl=False).get_tokens(code)
    except ClassNotFound:
        return line(code)
    made = []
    for kind, piece in pieces:
        while kind not in STANDARD_TYPES:
            kind = kind.parent
        name, said = STANDARD_TYPES[kind], line(piece)
        made.append(f'<span class="{name}">{said}</span>' if name else said)
    return "".join(made)


def _tag(heading: Token, env: Any) -> str:
    return f"h{max(1, min(6, int(heading.tag[1]) + env['shift']))}"


def _titled(title: str) -> str:
    return f' title="{line(title)}"' if title else ""
