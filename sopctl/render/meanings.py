"""What the entries of registers mean, in a few words, for the note that opens over a link to one.

It is one script for the whole site, read when somebody first points at such a link: pages do not carry it.
"""

import json
from collections.abc import Iterator
from html import unescape
from typing import Any

from sopctl.model.registers import Clause, EscalationPath, Metric, Notice, Role, Schedule, Team, Term
from sopctl.render.links import Links
from sopctl.render.plain import plain
from sopctl.render.words import listed

PATH = "assets/meanings.js"
_MOST = 320
_KINDS = {
    "roles": ("role", "Role"), "schedules": ("role", "Schedule"), "teams": ("team", "Team"), "glossary": ("term", "Term"),
    "clauses": ("clause", "Clause"), "escalation_paths": ("path", "Escalation path"), "notices": ("notice", "Notice"),
    "metrics": ("metric", "Metric"),
}  # fmt: skip


def script(links: Links) -> str:
    """By address from the top of the site: what it is, what it is called, and what it means."""
    said = {
        links.built(address): [kind, unescape(title), meaning]
        for address, kind, title, meaning in _all(links)
    }
    return f"window.sopMeanings = {json.dumps(said, indent=0)};\n"


def _all(links: Links) -> Iterator[tuple[str, str, str, str]]:
    for register, (kind, called) in _KINDS.items():
        for id, entry in sorted(links.library.register(register).items()):
            found = links.entry(kind, id)
            meaning = _cut(" ".join(_meaning(entry, links).split())) if entry else ""
            if found and meaning:
                yield found[1], called, found[0], meaning


def _meaning(entry: Any, links: Links) -> str:
    match entry:
        case Term():
            also = listed(entry.aliases)
            return plain(entry.text, links) + (f" Also: {also}." if also else "")
        case Clause():
            return plain(entry.text, links)
        case Metric():
            return plain(entry.definition, links)
        case Role() | Team() | Schedule():
            return _sentences(plain(entry.text, links), *_around(entry, links))
        case EscalationPath():
            answer = f"An answer within {entry.answer_within.words}" if entry.answer_within else ""
            first = [
                _name(links, id) for level in (entry.levels or ())[:1] if level for id in level.to or () if id
            ]
            return _sentences(
                plain(entry.text, links), f"First told: {listed(first)}" if first else "", answer
            )
        case Notice():
            channels = listed(entry.channels, "or")
            return f"Sent by {channels}." if channels else ""
    return ""


def _around(person: Role | Team | Schedule, links: Links) -> Iterator[str]:
    match person:
        case Role():
            yield f"Reports to {_name(links, person.reports_to)}" if person.reports_to else ""
            may = listed(person.authority)
            yield f"May decide: {may}" if may else ""
        case Team():
            yield f"Led by {_name(links, person.lead)}" if person.lead else ""
        case Schedule():
            turns = [_name(links, id) for id in person.roles or () if id]
            yield f"Takes turns: {listed(turns)}" if turns else ""
    ways = [f"{channel} {address}" for channel, address in (person.contact or {}).items() if address]
    yield f"Reached by {listed(ways, 'or')}" if ways else ""


def _name(links: Links, id: str) -> str:
    found = links.entry("role", id)
    return unescape(found[0]) if found else id


def _sentences(*parts: str) -> str:
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def _cut(text: str) -> str:
    if len(text) <= _MOST:
        return text
    whole = text[:_MOST].rpartition(" ")[0]
    return f"{whole if len(whole) > _MOST // 2 else text[:_MOST]}…"  # some languages have no spaces
