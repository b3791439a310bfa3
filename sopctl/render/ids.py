"""By id, what bears it: for the search, which parts an id into words and finds other things by them.

It is one script for the whole site, read when somebody first searches. SOPs, their steps and the terms of
the glossary are not in it: their words find them.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from html import unescape

from sopctl.render import words
from sopctl.render.links import Links, sop_page

PATH = "assets/ids.js"
_KINDS = {
    "roles": ("role", "Role"), "schedules": ("role", "Schedule"), "teams": ("team", "Team"),
    "clauses": ("clause", "Clause"), "escalation_paths": ("path", "Escalation path"), "notices": ("notice", "Notice"),
    "metrics": ("metric", "Metric"), "facts": ("fact", "Fact"), "calendars": ("calendar", "Calendar"),
}  # fmt: skip


def script(links: Links) -> str:
    """By id: for each that bears it, its address from the top of the site, what it is, and what it is called."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for id, address, kind, title in (*_registered(links), *_private(links)):
        found[id].append((links.built(address), kind, title))
    return f"window.sopIds = {json.dumps(dict(sorted(found.items())), indent=0)};\n"


def _registered(links: Links) -> Iterator[tuple[str, str, str, str]]:
    for register, (kind, called) in _KINDS.items():
        for id in links.library.register(register):
            found = links.entry(kind, id)
            if found:
                yield id, found[1], called, unescape(found[0])


def _private(links: Links) -> Iterator[tuple[str, str, str, str]]:
    for sop in links.library.sops:
        for id, fact in (sop.facts or {}).items():
            if fact:
                yield id, f"{sop_page(sop.id)}#fact_{id}", f"Fact of {sop.id}", words.question(fact, id)
