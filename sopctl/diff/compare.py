"""Two values of one shape become the changes between them, whatever the model says that they hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sopctl.diagnostic import Pointer
from sopctl.diff import pairs, phrases, wording
from sopctl.diff.change import Change, Kind
from sopctl.diff.essence import TEST, about, chosen, essence, words_of
from sopctl.diff.names import Names
from sopctl.diff.wholes import TIME, brought
from sopctl.model.words import EntryId, Id
from sopctl.named import NamedTuple
from sopctl.record import Key, Record, shape_of
from sopctl.shape import List, Map, Shape, Text
from sopctl.weight import Weight

_OWN_NAMES = (shape_of(Id), shape_of(EntryId))
_NONE = Names()


class Here(NamedTuple):
    """Where the comparison stands, and what it takes with it on its way down."""

    sop: str
    names: Names = _NONE
    at: Pointer = ()
    anchor: Pointer = ()  # the address without places of items
    place: str = ""  # for people: `` row 2 of `check-window` ``
    part: str = ""  # the record around
    key: str = ""
    word: str = ""  # of a mapping that holds no records
    weight: Weight | None = None  # as the keys above have it
    ordered: bool = False

    def below(self, record: Record, key: Key | None, name: str, names: Names) -> "Here":
        """The value of a key of a record."""
        weight = key.weight if key and key.weight and self.weight is not Weight.WORDING else self.weight
        return self._replace(
            at=(*self.at, name), anchor=(*self.anchor, name), names=names, part=record.part.__name__,
            key=name, word="", weight=weight, ordered=bool(key and key.ordered),
        )  # fmt: skip

    def entry(self, word: str, place: str = "") -> "Here":
        """The value of a word in a mapping, or an item that goes by its id."""
        inside = f"{place} of {self.place}" if place and self.place and not place.startswith("`") else place
        return self._replace(at=(*self.at, word), anchor=(*self.anchor, word), place=inside or self.place)

    def item(self, number: int, name: str, place: str) -> "Here":
        """An item that has no id: it stands at a place, and goes by its content."""
        inside = f"{place} of {self.place}" if self.place else place
        return self._replace(at=(*self.at, number), anchor=(*self.anchor, name), place=inside)

    def change(
        self, kind: Kind, weight: Weight, before: Any, after: Any, said: str, joint: str = ": "
    ) -> Change:
        message = f"{self.place}{joint}{said}" if self.place else said
        return Change(self.sop, self.at, kind, weight, before, after, message, "", self.anchor)

    def whole(self, shape: Shape, kind: Kind, data: Any, said: str, joint: str = " ") -> Change:
        """A thing that comes or goes, with all that it brings or takes."""
        before, after = (None, data) if kind is Kind.ADDED else (data, None)
        own = _weight(shape, self)
        more = brought(shape, data, self.weight) if isinstance(shape, Record) else ()
        return self.change(kind, own, before, after, said, joint).weighing(*more)


def compare(shape: Shape, before: Any, after: Any, here: Here) -> Iterator[Change]:
    """The changes between two plain values."""
    if same(shape, before, after, here):
        return
    old, new = chosen(shape, before), chosen(shape, after)
    if {type(old), type(new)} == {List, Map}:
        form = old if isinstance(old, Map) else new
        yield from compare(form, _labelled(before), _labelled(after), here)
        return
    match new:
        case Record() if old is new and isinstance(before, dict) and isinstance(after, dict):
            yield from _records(new, before, after, here)
        case Map() if old is new and isinstance(before, dict) and isinstance(after, dict):
            yield from _entries(new, before, after, here)
        case List() if old is new and isinstance(before, list) and isinstance(after, list):
            yield from _items(new, before, after, here)
        case _:
            said = phrases.changed(
                here.part, here.key, new if old is new else shape, before, after, here.word
            )
            yield here.change(Kind.CHANGED, _weight(new, here, before, after), before, after, said)


def _labelled(words: Any) -> Any:
    """Words as a mapping to labels: where they have none, they are shown as they stand."""
    return {str(each): each for each in words} if isinstance(words, list) else words


def same(shape: Shape, before: Any, after: Any, here: Here) -> bool:
    """Whether two values mean the same, be it that the new names stand there or still the old ones."""
    new = essence(shape, after, _NONE, here.ordered)
    return bool(
        essence(shape, before, here.names, here.ordered) == new
        or (here.names.renamed and essence(shape, before, _NONE, here.ordered) == new)
    )


def _weight(shape: Shape, here: Here, before: Any = None, after: Any = None) -> Weight:
    if here.weight is Weight.WORDING:
        return Weight.WORDING
    if isinstance(shape, Text) and shape.prose and isinstance(before, str) and isinstance(after, str):
        return wording.weight(before, after)
    return Weight.CLOCK if shape is TIME else here.weight or Weight.PROCEDURE


# Records


def _records(record: Record, before: dict[str, Any], after: dict[str, Any], here: Here) -> Iterator[Change]:
    keys = record.part.__keys__
    for name in (*keys, *sorted((before.keys() | after.keys()) - keys.keys())):
        if name == "id" or (name not in before and name not in after):
            continue  # an id is what it goes by: whoever paired the two has spoken of it
        key = keys.get(name)
        below = here.below(record, key, name, about(record, name, before, here.names))
        shape = key.shape if key else Shape()
        old, new = (side.get(name, _usual(key)) for side in (before, after))
        if old is not None and new is not None:
            yield from compare(shape, old, new, below)
        else:
            yield from _come_or_gone(shape, old, new, below)


def _usual(key: Key | None) -> str | None:
    """The word or number that counts where a key says nothing, be it that it stands there."""
    default = key.default if key else None
    return str(default) if isinstance(default, str | int) and not isinstance(default, bool) else None


def _come_or_gone(shape: Shape, before: Any, after: Any, here: Here) -> Iterator[Change]:
    """A key that stands on one side only: of a list or mapping each thing in it, else the value."""
    form = chosen(shape, after if before is None else before)
    match form:
        case List() if _has_own_entries(form):
            yield from _items(form, before or [], after or [], here)
        case Map():
            yield from _entries(form, before or {}, after or {}, here)
        case _:
            prose = isinstance(form, Text) and form.prose and here.weight is not Weight.WORDING
            weighed = here._replace(weight=Weight.CLARIFIED) if prose else here
            if before is None:
                said = phrases.added(here.part, here.key, form, after)
                yield weighed.whole(form, Kind.ADDED, after, said, ": ")
            else:
                said = phrases.removed(here.part, here.key, form, before)
                yield weighed.whole(form, Kind.REMOVED, before, said, ": ")


def _has_own_entries(form: List) -> bool:
    return not (isinstance(form.item, Record) and form.item.part.__name__ == "WithinRow")


# Mappings


def _entries(map: Map, before: dict[str, Any], after: dict[str, Any], here: Here) -> Iterator[Change]:
    own = map.key in _OWN_NAMES
    new_names = _own_names(map, before, after) if own else _references(map, before, after, here.names)
    old_of = {new: old for old, new in new_names.items()}
    for word, value in after.items():
        below = _entry(map, word, here)
        if word not in old_of:
            yield below.change(
                Kind.ADDED, _weight(map.value, here), None, value, *_new(map, word, value, here)
            )
            continue
        old = old_of[word]
        if own and old != word:
            there = _entry(map, old, here)._replace(at=below.at, anchor=below.anchor)
            yield there.change(Kind.RENAMED, Weight.CLARIFIED, old, word, f"is now called `{word}`", " ")
        yield from compare(map.value, before[old], value, below._replace(names=here.names.at(old)))
    for word in before:
        if word not in new_names:
            below, story = _entry(map, word, here), _gone(map, word, before[word], here)
            yield below.change(Kind.REMOVED, _weight(map.value, here), before[word], None, *story)


def _own_names(map: Map, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Old id to new of the entries that are on both sides."""
    return {**{id: id for id in before if id in after}, **renamed(map.value, before, after)}


def renamed(shape: Shape, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Of things that have ids, those that have another one now: old id to new."""
    gone = {id: words_of(shape, before[id]) for id in before if id not in after}
    come = {id: words_of(shape, after[id]) for id in after if id not in before} if gone else {}
    return pairs.renamed(gone, come)


def _references(map: Map, before: dict[str, Any], after: dict[str, Any], names: Names) -> dict[str, str]:
    """Old word to new, where the words name what stands elsewhere or are plain values."""
    found = {}
    for word in before:
        new = essence(map.key, word, names)
        if new in after:
            found[word] = new
        elif word in after:
            found[word] = word
    return found


def _entry(map: Map, word: str, here: Here) -> Here:
    if isinstance(map.value, Record):
        return here.entry(word, f"{_noun(map.value)} `{word}`")
    return here.entry(word)._replace(word=word)


def _new(map: Map, word: str, value: Any, here: Here) -> tuple[str, str]:
    if isinstance(map.value, Record):
        return f"is new: {phrases.name(map.value, value)}", " "
    return phrases.added(here.part, here.key, map.value, value, word), ": "


def _gone(map: Map, word: str, value: Any, here: Here) -> tuple[str, str]:
    if isinstance(map.value, Record):
        return f"is gone: it was {phrases.name(map.value, value)}", " "
    return phrases.removed(here.part, here.key, map.value, value, word), ": "


def _noun(record: Record) -> str:
    title = record.part.__title__
    return title.split(" ", 1)[1] if title.startswith(("a ", "an ", "the ")) else title


# Lists


def _items(list: List, before: Sequence[Any], after: Sequence[Any], here: Here) -> Iterator[Change]:
    if isinstance(list.item, Record) and "id" in list.item.part.__keys__:
        olds, news = _by_id(before), _by_id(after)
        if olds is not None and news is not None:
            yield from _named(list.item, olds, news, here)
            return
    if isinstance(list.item, Record) or (isinstance(list.item, Text) and list.item.prose):
        yield from _unnamed(list.item, before, after, here)
    else:
        yield from _words(list.item, before, after, here)


def _by_id(items: Sequence[Any]) -> dict[str, Any] | None:
    """Items by their ids, or None where one has no id of its own."""
    found = {str(item["id"]): item for item in items if isinstance(item, dict) and item.get("id")}
    return found if len(found) == len(items) else None


def _named(record: Record, before: dict[str, Any], after: dict[str, Any], here: Here) -> Iterator[Change]:
    new_names = {**{id: id for id in before if id in after}, **renamed(record, before, after)}
    old_of = {new: old for old, new in new_names.items()}
    olds, news = [*before], [*after]
    places = [(olds.index(old), j, min(old, new)) for j, new in enumerate(news) if (old := old_of.get(new))]
    astray = pairs.moved(places) if here.ordered else set()
    for j, id in enumerate(news):
        below = here.entry(id, _named_place(record, id))
        if id not in old_of:
            said = f"is new: {_story(record, after[id])}"
            yield below.whole(record, Kind.ADDED, after[id], said)
            continue
        old = old_of[id]
        if old != id:
            called = f"is now called `{id}`"
            yield below._replace(place=_named_place(record, old)).change(
                Kind.RENAMED, Weight.CLARIFIED, old, id, called, " "
            )
        i = olds.index(old)
        if (i, j) in astray:
            was, now = _after(olds, i), _after(news, j)
            said = f"now {_comes(now)}, {_came(was)}"
            yield below.change(Kind.MOVED, _weight(record, here), was, now, said, " ")
        yield from compare(record, before[old], after[id], below)
    for id in olds:
        if id not in new_names:
            said = f"is gone: {_story(record, before[id])}"
            below = here.entry(id, _named_place(record, id))
            yield below.whole(record, Kind.REMOVED, before[id], said)


def _named_place(record: Record, id: str) -> str:
    noun = _noun(record)
    return f"`{id}`" if noun == "step" else f"{noun} `{id}`"


def _story(record: Record, data: dict[str, Any]) -> str:
    """All that it says, its title first."""
    keys = record.part.__keys__
    said = [phrases.value(keys["title"].shape, data["title"])] if "title" in data else []
    for name, value in data.items():
        if name in keys and name not in ("id", "title"):
            said += phrases.told(record.part.__name__, name, keys[name].shape, value)
    return ", ".join(said) or phrases.value(record, data)


def _after(ids: Sequence[str], place: int) -> str | None:
    return ids[place - 1] if place else None


def _comes(id: str | None) -> str:
    return f"comes after `{id}`" if id else "comes first"


def _came(id: str | None) -> str:
    return f"came after `{id}`" if id else "came first"


def _unnamed(item: Shape, before: Sequence[Any], after: Sequence[Any], here: Here) -> Iterator[Change]:
    together = _paired(item, before, after, here)
    by_new = {j: i for i, j in together}
    astray: set[tuple[int, int]] = set()
    if here.ordered:
        places = [(i, j, min(repr(before[i]), repr(after[j]))) for i, j in together]
        astray = pairs.moved(places)
    for j, new in enumerate(after):
        below = here.item(j, phrases.name(item, new), _numbered(item, j, here))._replace(key="")
        if j not in by_new:
            said = f"is new: {phrases.value(item, new)}"
            yield below.whole(item, Kind.ADDED, new, said)
            continue
        i = by_new[j]
        if (i, j) in astray:
            said = f"was number {i + 1} before: {phrases.name(item, new)}"
            yield below.change(Kind.MOVED, _moved_weight(here), i + 1, j + 1, said, " ")
        names = sorted({phrases.name(item, before[i]), phrases.name(item, new)})
        below = below._replace(anchor=(*here.anchor, " / ".join(names)))
        if len(names) == 1 and _has_words(item):
            below = below._replace(place=f"{below.place} ({names[0]})")
        yield from compare(item, before[i], new, below)
    for i in sorted(set(range(len(before))) - {i for i, _ in together}):
        below = here.item(i, phrases.name(item, before[i]), _numbered(item, i, here))
        said = f"is gone: {phrases.value(item, before[i])}"
        yield below.whole(item, Kind.REMOVED, before[i], said)


def _has_words(item: Shape) -> bool:
    """Whether an item goes by words, which tell people more than its number."""
    return isinstance(item, Record) and isinstance(next(iter(item.part.__keys__.values())).shape, Text)


def _paired(item: Shape, before: Sequence[Any], after: Sequence[Any], here: Here) -> list[tuple[int, int]]:
    """Places of items that belong together: first what is equal, then what goes by the same name,
    then what is alike."""
    left, right = [*range(len(before))], [*range(len(after))]
    together: list[tuple[int, int]] = []
    for name in (essence, _first, _nameless):
        if name is _nameless:
            olds, news = (
                [words_of(item, side[i]) for i in places] for side, places in ((before, left), (after, right))
            )
            found = [(left[i], right[j]) for i, j in pairs.alike(olds, news)]
            together += found
            left, right = _rest(left, right, found)
        waiting: dict[str, list[int]] = {}
        for j in right:
            waiting.setdefault(repr(name(item, after[j], _NONE)), []).append(j)
        found = [
            (i, waiting[key].pop(0))
            for i in left
            if waiting.get(key := repr(name(item, before[i], here.names)))
        ]
        together += found
        left, right = _rest(left, right, found)
    return together


def _rest(left: list[int], right: list[int], found: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    lefts, rights = {i for i, _ in found}, {j for _, j in found}
    return [i for i in left if i not in lefts], [j for j in right if j not in rights]


def _first(item: Shape, data: Any, names: Names) -> Any:
    """What an item goes by: the first key of its record, where it is written."""
    if isinstance(item, Record) and isinstance(data, dict):
        key = next(iter(item.part.__keys__.values()))
        if key.name in data:
            return key.name, essence(key.shape, data[key.name], names)
    return essence(item, data, names)


def _nameless(item: Shape, data: Any, names: Names) -> Any:
    """The keys of an item that has no name, such as the row `otherwise`."""
    named = _first(item, data, names)
    nameless = (
        isinstance(item, Record) and isinstance(data, dict) and next(iter(item.part.__keys__)) not in data
    )
    return tuple(data) if nameless else (named, object())


def _moved_weight(here: Here) -> Weight:
    """The order of rows decides only where the first that matches wins: which analysis tells."""
    return here.weight or Weight.CLARIFIED


def _numbered(item: Shape, place: int, here: Here) -> str:
    noun = _noun(item).removesuffix(" of a decision table") if isinstance(item, Record) else f"`{here.key}`"
    noun, of, whole = noun.partition(" of ")
    return f"{noun} {place + 1}{of}{whole}"


def _words(item: Shape, before: Sequence[Any], after: Sequence[Any], here: Here) -> Iterator[Change]:
    """Lists of words, which are sets but where their order means something."""
    olds = {essence(item, each, here.names): each for each in before}
    news = {essence(item, each, _NONE): each for each in after}
    gone = [each for key, each in olds.items() if key not in news]
    come = [each for key, each in news.items() if key not in olds]
    weight = _weight(item, here)
    if here.ordered or item is TEST or not (gone or come):
        said = phrases.changed(here.part, here.key, List(item), [*before], [*after], here.word)
        yield here.change(Kind.CHANGED, weight, [*before], [*after], said)
    elif len(gone) == len(come) == 1 and (isinstance(item, Text) or len(before) == len(after) == 1):
        said = phrases.changed(here.part, here.key, item, gone[0], come[0])
        yield here.change(Kind.CHANGED, weight, gone[0], come[0], said)
    else:
        for each in come:
            said = f"`{here.key}` has {phrases.value(item, each)} now"
            yield here.entry(str(each)).change(Kind.ADDED, weight, None, each, said)
        for each in gone:
            said = f"`{here.key}` no longer has {phrases.value(item, each)}"
            yield here.entry(str(each)).change(Kind.REMOVED, weight, each, None, said)
