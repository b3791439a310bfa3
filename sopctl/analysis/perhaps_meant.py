"""What a slip may have meant: who judges an absence asks, so that one slip is one finding."""

from collections.abc import Iterator

from sopctl.diagnostic import nearest
from sopctl.library import REGISTER_OF, Library


def perhaps_meant(library: Library) -> set[str]:
    """The words of values that have a finding already, and the entries that they may have meant."""
    found: set[str] = set()
    for path, each in library.by_path.items():
        for at in {problem.finding.at for problem in each.problems if problem.finding.at}:
            found.update(_texts(_value(each.document.data, at)))
        for lost in library.missing[path]:
            registers = REGISTER_OF.get(lost.reference.kind, ())
            own = each.sop.facts or () if each.sop and lost.reference.kind == "fact" else ()
            known = [*own, *(id for register in registers for id in library.register(register))]
            found.add(nearest(lost.reference.target, known))
    return found


def _value(data: object, at: tuple[str | int, ...]) -> object:
    for word in at:
        if isinstance(data, dict):
            data = data.get(word)
        elif isinstance(data, list) and isinstance(word, int) and word < len(data):
            data = data[word]
        else:
            return data
    return data


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data.strip()
    elif isinstance(data, dict):
        for word, value in data.items():
            yield word
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
