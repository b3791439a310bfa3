"""What a template writes with: every text escaped, every link right for the page it stands on."""

import html
import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote

from sopctl.model.registers import AppliesTo
from sopctl.model.sop import Sop
from sopctl.render import text, words
from sopctl.render.links import Links, relative, sop_page, title_of

_UNPRINTABLE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_AS_STRING = json.JSONEncoder(ensure_ascii=False).encode
_NOT_PLAIN_IN_CSS = re.compile(r"[^\w .,:;()-]|[\ud800-\udfff]")


class Pen:
    """Writes one page. `source` is the file whose texts stand on it, `sop` the SOP if it is one."""

    line = staticmethod(text.line)
    words = words

    def __init__(self, links: Links, page: str, source: str = "", sop: Sop | None = None) -> None:
        self.links, self.page, self.source, self.sop = links, page, source, sop
        self._made = links.made.setdefault(links.up(page), {})

    # Texts

    def meta(self, title: str) -> str:
        """A title for the front matter: one YAML string that is harmless as HTML."""
        return _AS_STRING(html.escape(_UNPRINTABLE.sub(" ", title)))

    def css(self, said: str) -> str:
        """Words as a string of a style sheet."""
        escaped = _NOT_PLAIN_IN_CSS.sub(lambda found: f"\\{ord(found[0]):x} ", said)
        return f'"{escaped}"'

    def text(self, written: str | None, level: int = 4) -> str:
        """A text in Markdown, as blocks of its own; what needs no Markdown is HTML at once."""
        if not written:
            return ""
        made = text.ready_blocks(written, self._refer)
        if made is not None:
            return f'<div class="sop-text">{made}</div>'
        inside = self._blocks(written, level, outline=True)
        if text.NEEDS_BUILDER not in inside:
            return f'<div class="sop-text">{inside}</div>'
        return f'{text.NEEDS_BUILDER}<div class="sop-text" markdown="1">\n{inside}\n</div>'

    def put(self, tag: str, written: str | None, after: str = "", attributes: str = "") -> str:
        """A text in Markdown inside an element that is mostly one line; `after` is HTML already."""
        made = text.ready(written.strip(), self._refer) if written else ""
        if made is not None:
            return f"<{tag}{attributes}>{made}{made and after and ' '}{after}</{tag}>"
        assert written
        if text.is_block(written):
            return f"<{tag}{attributes}>{self._blocks(written, 6)}{after}</{tag}>"
        return f'{text.NEEDS_BUILDER}<{tag}{attributes} markdown="span">{text.inline(written.strip(), self._follow)}{after and " " + after}</{tag}>'

    def inline(self, written: str | None) -> str:
        """A text in Markdown, on one line."""
        if not written:
            return ""
        made = text.ready(written.strip(), self._refer)
        return text.NEEDS_BUILDER + text.inline(written.strip(), self._follow) if made is None else made

    def _blocks(self, written: str, level: int, *, outline: bool = False) -> str:
        from sopctl.render import blocks  # most pages need none of it

        return blocks.html(written, self._refer, self._lead, level, outline=outline)

    def _refer(self, written: str) -> tuple[str, str] | None:
        found = self.links.reference(written, self.sop)
        return (found[0], self.href(found[1])) if found else None

    def _follow(self, kind: str, written: str) -> str | None:
        if kind == "ref":
            found = self.links.reference(written, self.sop)
            return f"[{found[0]}]({relative(self.page, found[1])})" if found else None
        return self._to(written, lambda inside: relative(self.page, inside))

    def _lead(self, written: str) -> str | None:
        """The address of a link, as the built page sees it."""
        return self._to(written, self.href)

    def _to(self, written: str, seen: Callable[[str], str]) -> str | None:
        outside = text.external(written)
        if outside or not text.is_relative(written):
            return outside
        if written.startswith("#"):
            return self._here(unquote(written[1:]))
        inside = self.links.written(written, self.source)
        return text.quote(seen(inside)) if inside else None

    def many(self, written: str | None) -> bool:
        """True for a text that takes more than one paragraph's room."""
        return bool(written) and text.is_block(written or "")

    def _here(self, anchor: str) -> str | None:
        """A place on this page."""
        place = self.links.place(self.sop, self.source, anchor) if self.sop else None
        return f"#{text.quote(place)}" if place else None

    # Links

    def href(self, address: str) -> str:
        """An address from the top of the site, as this page sees it once it is built."""
        return self.links.href(self.page, address)

    def link(self, kind: str, id: str | None, label: str = "") -> str:
        """A link to an entry by its title; an unknown one stays visible text."""
        if not id:
            return ""
        made = self._made.get((kind, id))
        if made is None:
            found = self.links.entry(kind, id)
            made = _link(found[0], self.href(found[1])) if found else text.line(id)
            self._made[kind, id] = made
        return f"{made[: made.index('>') + 1]}{label}</a>" if label and made.startswith("<a ") else made

    def all(self, kind: str, ids: Iterable[str] | None) -> str:
        """Links to several entries, with commas."""
        return ", ".join([self.link(kind, id) for id in ids if id]) if ids else ""

    def clauses(self, ids: Iterable[str] | None) -> str:
        """Links to clauses; one source may have several, so the id stands beside."""
        if not ids:
            return ""
        return ", ".join([f"{self.link('clause', id)} <small>{text.line(id)}</small>" for id in ids if id])

    def sop_link(self, sop: Sop) -> str:
        """A link to a SOP by id and title."""
        made = self._made.get(("sop by id", sop.id))
        if made is None:
            label = f"{text.line(sop.id)} {text.line(sop.title or '')}"
            made = self._made["sop by id", sop.id] = _link(label, self.href(sop_page(sop.id)))
        return made

    def at(self, page: str, label: str) -> str:
        """A link to a page of the site; the label is plain text."""
        return _link(text.line(label), self.href(page))

    def file(self, address: str) -> str:
        """The address of a file that is made for programs, from the top of the site, as this page sees it."""
        return relative(self.page, address)

    def keywords(self) -> str:
        """For the search alone: the id as people type it, and the words on the floor for the terms used here."""
        said = self.links.keywords(self.sop) if self.sop else ()
        return f'<p class="sop-keywords" hidden>{text.line(" · ".join(said))}</p>' if said else ""

    def place(self, place: Any, *, short: bool = False) -> str:
        """A link to a SOP, or to the step or outcome of it that is meant; `short` leaves the SOP out."""
        sop, part = place
        if part is None:
            return self.sop_link(sop) + ("" if short else self.state(sop))
        id = getattr(part, "id", None) or part.at[-1]
        label = ("" if short else f"{text.line(sop.id)} ") + text.line(title_of(part, str(id)))
        link = _link(label, self.href(f"{sop_page(sop.id)}#{id}"))
        return link if short else link + self.state(sop)

    def state(self, sop: Sop) -> str:
        """What stands behind a SOP that is not in force: `withdrawn`."""
        status = self.links.library.status_of(sop)
        said = words.STATUS.get(status or "", "") if status != "effective" else ""
        return f" <small>{said.lower()}</small>" if said else ""

    def points(self, places: Iterable[str] | None) -> str:
        """Steps as they are written elsewhere: `#step`, `SOP-ID#step`, `step`, `trigger`."""
        return words.listed([self.point(each) for each in places or () if each])

    def point(self, written: str | None) -> str:
        """The words for one point of the way."""
        if written == "trigger":
            return "the start"
        target = written or ""
        if "#" not in target and not target[:1].isupper():
            target = f"#{target}"
        found = self.links.reference(target, self.sop)
        return _link(found[0], self.href(found[1])) if found else text.line(written or "")

    def applies(self, where: AppliesTo | None) -> str:
        """Where and for whom something applies."""
        if not where:
            return ""
        return "; ".join(
            text.line(words.listed([word for word in group if word]))
            for group in (where.jurisdictions, where.worker_types) if group
        )  # fmt: skip

    def plain(self, labels: Iterable[str] | None, last: str = "and") -> str:
        """Short texts as they stand, one after the other."""
        return text.line(words.listed([label for label in labels or () if label], last))

    def tags(self, tags: Iterable[str] | None) -> str:
        return ", ".join(
            _link(text.line(tag), self.href(f"tags.md#{self.links.tag(tag)}")) for tag in tags or () if tag
        )

    def edit_link(self) -> str:
        """Where the file of this page is edited, or nothing."""
        base = self.links.library.knowledge_base
        return self._filled(base.edit_url, path=self.source) if base and base.edit_url else ""

    def report_link(self, step: str = "") -> str:
        """Where a mistake in this SOP is reported, or nothing."""
        base = self.links.library.knowledge_base
        if not (base and base.report_url):
            return ""
        sop = self.sop
        version = (sop.version if sop else None) or ""
        return self._filled(base.report_url, id=sop.id if sop else "", version=version, step=step)

    def _filled(self, pattern: str, **fields: str) -> str:
        for name, said in fields.items():
            pattern = pattern.replace(f"{{{name}}}", quote(said, safe="/"))
        return text.external(pattern) or ""


def _link(label: str, href: str) -> str:
    """A link; the label is HTML already."""
    return f'<a href="{href}">{label}</a>'
