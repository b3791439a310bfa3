"""Our words in FEEL, the expression language of DMN: tests, values and names."""

import re
from collections.abc import Iterable, Sequence

from sopctl.model import unary
from sopctl.model.registers import Fact

TYPES = {"yes-no": "boolean", "choice": "string", "integer": "number", "number": "number"}
_BOOLEANS = {"yes": "true", "no": "false"}
_NOT = re.compile(r"not\s*\((.*)\)").fullmatch
_COMPARED = re.compile(r"(<=|>=|!=|<|>|=)\s*(.+)").fullmatch
_RANGE = re.compile(r"([\[(]?)\s*([-+]?[\d.]*\d)\s*\.\.\s*([-+]?[\d.]*\d)\s*([\])]?)").fullmatch
_RESERVED = frozenset(
    "and between date duration else every external false for function if in instance not null of or return satisfies "
    "some then time true "
    "abs after all any append before ceiling coincides concatenate contains context count day decimal distinct during even "
    "exp finished flatten floor includes insert is list log lower max mean meets median min mode modulo month now number "
    "odd overlaps product range remove replace reverse round scale sort split sqrt started stddev string substring sum "
    "today union upper week year".split()
)


def tests(fact: Fact, written: Sequence[str]) -> str:
    """The tests of a cell as FEEL unary tests; ValueError where they cannot be read."""
    values = unary.parse(fact, written)
    asked = [each.strip() for each in written]
    if "-" in asked:
        return "-"
    if (len(asked) > 1 and any(_negates(fact, each) for each in asked)) or any(map(_negates_twice, asked)):
        asked = unary.tests(fact, values)  # FEEL has a `not` only around a whole cell
    return ", ".join(_test(fact, each) for each in asked) or _never(fact)


def value(fact: Fact, text: str) -> str:
    """A value as a FEEL literal; ValueError where the fact cannot have it."""
    unary.value(fact, text)
    return _literal(fact, text.strip())


def allowed(fact: Fact) -> str:
    """The values that a fact can have as FEEL unary tests; empty where its type says it all."""
    if fact.type == "choice":
        return ", ".join(text(each) for each in unary.choices(fact))
    if fact.min is None and fact.max is None:
        return ""
    if fact.max is None:
        return f">= {_number(str(fact.min))}"
    return (
        f"<= {_number(str(fact.max))}"
        if fact.min is None
        else f"[{_number(str(fact.min))}..{_number(str(fact.max))}]"
    )


def text(words: str) -> str:
    """A text as a FEEL string."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def names(ids: Iterable[str], but: Iterable[str] = ()) -> dict[str, str]:
    """For each id a name of its own that every FEEL engine reads as one: `appeal-age` → `appeal_age`."""
    found: dict[str, str] = {}
    taken = {*but}
    for id in ids:
        name = re.sub(r"\W", "_", id)
        if name in _RESERVED or not name[:1].isalpha():
            name = f"_{name}" if not name[:1].isalpha() else f"{name}_"
        while name in taken:
            name += "_"
        taken.add(name)
        found[id] = name
    return found


def _negates(fact: Fact, test: str) -> bool:
    return test not in unary.choices(fact) and (test.startswith("!=") or _NOT(test) is not None)


def _negates_twice(test: str) -> bool:
    inner = _NOT(test)
    return bool(inner) and ("not" in inner[1] or "!=" in inner[1])  # type: ignore[index]


def _test(fact: Fact, test: str) -> str:
    if test == "-":
        return "-"
    if fact.type in ("yes-no", "choice"):
        inner = None if test in unary.choices(fact) else _NOT(test)
        if inner:
            return f"not({', '.join(_literal(fact, each.strip()) for each in inner[1].split(','))})"
        return _literal(fact, test)
    if inner := _NOT(test):
        return f"not({', '.join(_test(fact, each.strip()) for each in inner[1].split(','))})"
    if compared := _COMPARED(test):
        number = _number(compared[2])
        return {"=": number, "!=": f"not({number})"}.get(compared[1], f"{compared[1]} {number}")
    if ranged := _RANGE(test):
        return f"{ranged[1] or '['}{_number(ranged[2])}..{_number(ranged[3])}{ranged[4] or ']'}"
    return _number(test)


def _literal(fact: Fact, written: str) -> str:
    if fact.type == "yes-no":
        return _BOOLEANS[written]
    return text(written) if fact.type == "choice" else _number(written)


def _number(written: str) -> str:
    from decimal import Decimal

    return format(Decimal(written), "f")


def _never(fact: Fact) -> str:
    """A test that no value passes."""
    return (
        f"not({', '.join(_literal(fact, each) for each in unary.choices(fact))})"
        if unary.choices(fact)
        else "(0..0)"
    )
