"""A notice that does not say what a clause asks it to say, or not in each language.

A notice without the reasons, or without the way to contest it, has often no effect in law: the
clock never starts, and the decision falls. A clause of kind `content` lists the fields, one of kind
`languages` the languages. It binds a notice that implements it, the notice that a step sends which
implements it, and the notices of an adverse outcome or of a SOP that implements it.

```yaml title="Bad"
notices:
  closed:                      # SOP802
    title: Your account is closed
    fields: [reasons]
    implements: us-wa.notice
clauses:
  us-wa.notice:
    text: A notice gives the reasons and says how to contest them.
    source: A law of Washington
    kind: content
    value: [reasons, redress]
    confidence: confirmed
```

```yaml title="Good"
notices:
  closed:
    title: Your account is closed
    fields: [reasons, redress]
    implements: us-wa.notice
clauses:
  us-wa.notice:
    text: A notice gives the reasons and says how to contest them.
    source: A law of Washington
    kind: content
    value: [reasons, redress]
    confidence: confirmed
```
"""

from collections.abc import Iterator, Sequence

from sopctl.analysis.clauses import demands, lacking, weight
from sopctl.diagnostic import Finding
from sopctl.library import Library


def check_library(library: Library) -> Iterator[Finding]:
    for id, notice in library.notices.items():
        for demand in demands(library, id, notice):
            clause = library.clauses.get(demand.clause)
            missing = lacking(clause, notice) if clause else None
            if clause and missing:
                word = "languages" if clause.kind == "languages" else "fields"
                them = "it" if len(missing) == 1 else "them"
                why = f" for {demand.why}" if demand.why else ""
                message = f"notice `{id}` lacks the {_listed(word, missing)}; `{demand.clause}` asks for {them}{why}"
                help = f"add {them} to `{word}`, and to the text of the notice"
                yield Finding(("notices", id), message, help, key=True, severity=weight([clause]))


def _listed(word: str, missing: Sequence[str]) -> str:
    *most, last = [f"`{each}`" for each in missing]
    return f"{word} {', '.join(most)} and {last}" if most else f"{word.removesuffix('s')} {last}"
