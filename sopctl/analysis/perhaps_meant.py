"""What a slip may have meant: who judges an absence asks, so that one slip is one finding."""

import re
from collections.abc import Iterator

from sopctl.diagnostic import nearest
from sopctl.library import REGISTER_OF, Library
from sopctl.model.words import ID


def perhaps_meant(library: Library) -> set[str]:
    """The words of values that have a finding already, and the entries that they may have meant."""
    found = {word for text in unread_texts(library) for word in (text, *_IDS.findall(text))}
    found |= library.ambiguous
    for path, each in library.by_path.items():
        for lost in library.missing[path]:
            registers = REGISTER_OF.get(lost.reference.kind, ())
            own = each.sop.facts or () if each.sop and lost.reference.kind == "fact" else ()
            known = [*own, *(id for register in registers for id in library.register(register))]
            found.add(nearest(lost.reference.target, known))
    return found


def unread_texts(library: Library) -> Iterator[str]:
    """The texts of values that have a finding already; all of a SOP in which a key is written twice,
    as only the first of the two is read."""
    for each in library.typed:
        if each.sop and any(problem.code == "SOP002" for problem in each.problems):
            yield each.document.text
        for at in {problem.finding.at for problem in each.problems if problem.finding.at}:
            yield from _texts(_value(each.document.data, at))


_IDS = re.compile(ID)


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
