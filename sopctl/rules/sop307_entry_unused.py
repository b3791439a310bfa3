"""An entry of a register that nothing uses.

Whoever reads the register takes it for part of how things are done: a metric that nobody watches, a
notice that nobody sends, a role that does nothing. Refer to it where it belongs, or delete it. A
term is used where its title or one of its aliases stands in any text.

```yaml title="Bad"
notices:
  appeal-late: {title: Appeal came too late}      # SOP307
```

```yaml title="Good"
id: TS-EX-001
outcomes:
  done: {title: Done, notice: appeal-late}
---
notices:
  appeal-late: {title: Appeal came too late}
```
"""

from collections.abc import Iterable, Iterator

from sopctl.analysis.mentions import Mentions
from sopctl.analysis.perhaps_meant import perhaps_meant, unread_texts
from sopctl.diagnostic import Finding, Severity
from sopctl.library import Library
from sopctl.model.registers import Term

severity = Severity.WARNING
absence = "which entries nothing uses"

_JUDGED = {
    "roles": "role", "escalation_paths": "escalation path", "facts": "fact",
    "notices": "notice", "metrics": "metric", "glossary": "term",
}  # fmt: skip


def check_library(library: Library) -> Iterator[Finding]:
    meant = perhaps_meant(library)
    for register, name in _JUDGED.items():
        entries = library.register(register)
        idle = [id for id in entries if (register, id) not in library.uses and id not in meant]
        if register == "glossary" and idle:
            mentions = _mentions(library)
            idle = [id for id in idle if not _spoken(id, entries[id], mentions)]
        for id in idle:
            yield Finding((register, id), f"nothing uses the {name} `{id}`", _HELP, key=True)
    yield from _private_facts(library, meant)


_HELP = "use it where it belongs, or delete it"


def _private_facts(library: Library, meant: set[str]) -> Iterator[Finding]:
    for sop in library.sops:
        if not sop.facts:
            continue
        path = library.path_of(sop)
        asked = {each.target for each in library.references[path] if each.kind == "fact"}
        for id, fact in sop.facts.items():
            if fact and id not in asked and id not in meant:
                yield Finding(("facts", id), f"nothing uses the fact `{id}`", _HELP, key=True, path=path)


def _mentions(library: Library) -> Mentions:
    """All texts, even where they cannot be read as meant; those of the entry of a term stand under
    its id, for they do not use it."""
    read = (
        (str(at[1]) if at[0] == "glossary" and len(at) > 1 else "", text)
        for each in library.typed
        for at, text in each.prose
    )
    return Mentions((*read, *(("", text) for text in unread_texts(library))))


def _spoken(id: str, term: Term, mentions: Mentions) -> bool:
    if "title" in term.unknown or "aliases" in term.unknown:
        return True
    names: Iterable[str] = [name for name in (term.title, *(term.aliases or ())) if name]
    return any(mentions.of(name, but=id) for name in names)
