"""The same knowledge base for programs: JSON, a feed of changes, and a guide for language models."""

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from sopctl.analysis import lately
from sopctl.library import Library
from sopctl.model.duration import Duration
from sopctl.model.sop import Sop
from sopctl.prose import REFERENCE
from sopctl.reading import UNKNOWN
from sopctl.record import Part
from sopctl.render import words
from sopctl.render.links import Addresses, sop_page

VERSION = 1
"""Of the form of the files: it rises where a key changes its meaning or goes, not where one is added."""

_MOST = 50


def programs(library: Library, addresses: Addresses) -> dict[str, str]:
    """The files by their path on the site. Their addresses are absolute where that of the site is known."""
    made = {f"sops/{sop.id}.json": _written(whole(library, sop, addresses)) for sop in library.sops}
    made["sops.json"] = _written(index(library, addresses))
    made["llms.txt"] = guide(library, addresses)
    made["feed.xml"] = feed(library, addresses)
    return made


def _written(data: Any) -> str:
    return (
        json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
    )  # indented, it takes eight times as long


# JSON


def index(library: Library, addresses: Addresses) -> dict[str, Any]:
    """What there is, and where."""
    return {
        "format": VERSION,
        "title": title(library),
        "today": str(library.today),
        "sops": [_listed(library, sop, addresses) for sop in library.sops],
    }


def _listed(library: Library, sop: Sop, addresses: Addresses) -> dict[str, Any]:
    return {
        "id": sop.id,
        "title": sop.title or None,
        "version": sop.version or None,
        "status": sop.status or None,
        "owner": sop.owner or None,
        "audience": [team for team in sop.audience or () if team],
        "tags": [tag for tag in sop.tags or () if tag],
        "effective_on": _plain(sop.effective_on),
        "review_by": _plain(sop.review_by),
        "in_force": library.status_of(sop) == "effective",
        "overdue": sop.is_overdue(library.today),
        "replaced_by": [other.id for other in library.successors(sop.id)],
        "page": addresses.of(sop_page(sop.id)),
        "data": f"{addresses.base}sops/{sop.id}.json",
        "source": library.path_of(sop),
    }


def whole(library: Library, sop: Sop, addresses: Addresses) -> dict[str, Any]:
    """One SOP as data, in the keys of the format, and who it hangs together with."""
    return {
        "format": VERSION,
        "page": addresses.of(sop_page(sop.id)),
        "source": library.path_of(sop),
        "in_force": library.status_of(sop) == "effective",
        "overdue": sop.is_overdue(library.today),
        "replaced_by": [other.id for other in library.successors(sop.id)],
        "refers_to": [other.id for other in library.referred(sop)],
        "referred_by": [other.id for other in library.referrers(sop.id)],
        "sop": _plain(sop),
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it: lists are lists even of one, durations are short, what is not there is left out."""
    if type(value) is str:  # most are
        return value
    match value:
        case Part():
            kind: Any = type(value)  # mypy takes it for something that cannot be hashed
            written = vars(value)
            return {
                name: _plain(each)
                for name, attribute, default in _keys(kind)
                if (each := written.get(attribute, default)) is not None and (each or each in ("", 0))
            }
        case Duration() | date():
            return str(value)
        case tuple():
            return [_plain(each) for each in value if each is not UNKNOWN]
        case dict():
            return {name: _plain(each) for name, each in value.items() if each is not UNKNOWN}
    return None if value is UNKNOWN else value


@cache
def _keys(part: type[Part]) -> list[tuple[str, str, Any]]:
    """The keys of a record, the attributes that hold them, and what these hold where nothing is written."""
    return [(name, key.attribute, key.default) for name, key in part.__keys__.items()]


def title(library: Library) -> str:
    """What the knowledge base is called."""
    base = library.knowledge_base
    return base.title if base and base.title else "Procedures"


# For language models (https://llmstxt.org)


def guide(library: Library, addresses: Addresses) -> str:
    """What stands where, in Markdown."""
    base = addresses.base
    said = [f"# {_one_line(title(library))}", "", f"> {_about(library)}", ""]
    said += [
        "Each procedure is one JSON file in the keys of the format. Work only by those that are in force;",
        f"{base}sops.json says which these are, and {base}feed.xml tells what changed.",
    ]
    in_force = [sop for sop in library.sops if library.status_of(sop) == "effective"]
    others = [sop for sop in library.sops if library.status_of(sop) != "effective"]
    for heading, sops in (("Procedures in force", in_force), ("Optional", others)):
        if sops:
            said += ["", f"## {heading}", "", *(_told(library, sop, base) for sop in sops)]
    return "\n".join(said) + "\n"


def _about(library: Library) -> str:
    base = library.knowledge_base
    about = base.about if base and base.about else "Standard operating procedures."
    return _without_marks(about)


def _without_marks(text: str) -> str:
    """A reference by its label, or by what it leads to."""
    return _one_line(REFERENCE.sub(lambda found: found[2] or found[1].strip(), text))


def _told(library: Library, sop: Sop, base: str) -> str:
    status = library.status_of(sop)
    state = "" if status == "effective" else f"{words.STATUS.get(status or '', 'Unknown')}. "
    label = _one_line(f"{sop.id} {sop.title or ''}").replace("[", "(").replace("]", ")")
    return f"- [{label}]({base}sops/{sop.id}.json): {state}{_without_marks(sop.purpose or '')}".rstrip(": ")


def _one_line(text: str) -> str:
    return " ".join(text.split())


# A feed (RFC 4287)


def feed(library: Library, addresses: Addresses) -> str:
    """The newest entries of the change histories."""
    newest = lately.entries(library)[:_MOST]
    updated = newest[0].on if newest else library.today
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_text(title(library))}: changes</title>",
        f"<id>{_name(title(library))}</id>",
        f"<updated>{updated}T00:00:00Z</updated>",
        f"<author><name>{_text(title(library))}</name></author>",
        *_addresses(addresses),
        *(line for entry in newest for line in _entry(library, entry, addresses)),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _addresses(addresses: Addresses) -> Iterator[str]:
    if addresses.base:
        yield f'<link rel="self" href={quoteattr(addresses.base + "feed.xml")}/>'
    yield f"<link href={quoteattr(addresses.of('changes.md'))}/>"


def _entry(library: Library, entry: lately.Entry, addresses: Addresses) -> Iterable[str]:
    sop, change = entry.sop, entry.change
    version = change.version or "?"
    person = library.person(change.author) if change.author else None
    named = sop.title or "without a title"
    said = " ".join(_one_line(text) for text in (change.summary, change.reason) if text)
    return (
        "<entry>",
        f"<title>{_text(f'{sop.id} {named}, version {version}')}</title>",
        f"<id>{_name(sop.id, version, str(entry.on))}</id>",
        f"<updated>{entry.on}T00:00:00Z</updated>",
        f"<author><name>{_text((person.title if person else '') or change.author or 'unknown')}</name></author>",
        f"<link href={quoteattr(addresses.of(sop_page(sop.id)))}/>",
        f"<summary>{_text(said)}</summary>",
        "</entry>",
    )


def _name(*parts: str) -> str:
    """A name that stays the same wherever the site stands."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, chr(0).join(('sopctl', *parts)))}"


def _text(written: str) -> str:
    """A text for XML, without the characters that XML cannot hold."""
    return escape(
        "".join(
            c
            if c in "\t\n" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
            else " "
            for c in written
        )
    )
