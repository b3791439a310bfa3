"""The texts of a Markdown file as values, each with its place; and what is wrong in them."""

import re
from collections.abc import Iterable
from typing import Any

from sopctl.diagnostic import Finding, Pointer
from sopctl.reading import Problem
from sopctl.shape import Shape
from sopctl.source import forms
from sopctl.source.fragment import Fragment
from sopctl.source.markdown_blocks import Cell, Line
from sopctl.source.place import Extent, Place, Places
from sopctl.source.yaml_reader import has_comments

Data = dict[str, Any]

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')


class Values:
    """What one pass over a file brings home. YAML's places wait until somebody asks for them."""

    def __init__(self, text: str, comments: list[Extent]) -> None:
        self.text, self.comments = text, comments
        self.problems: list[Problem] = []
        self.found: Places = {}
        self.complete = True
        self._fragments: list[tuple[Fragment, bool, Extent | None, Extent | None]] = []

    def places(self) -> Places:
        """All places, those inside of YAML too; the root has that of what stands first."""
        found = dict(self.found)
        for fragment, whole, key, block in self._fragments:
            for at, place in fragment.places().items():
                if at != fragment.at:
                    found.setdefault(at, place._replace(block=block))
                elif whole:
                    found[at] = place._replace(key=key or place.key, block=block)
        first = min((place.key or place.value or (0, 0) for place in found.values()), default=(0, 3))
        found[()] = Place(first, None)
        return found

    def has_comments(self) -> bool:
        return bool(self.comments) or any(has_comments(each.text) for each, *_ in self._fragments)

    def value(
        self, shape: Shape, lines: list[Line], at: Pointer, key: Extent | None, block: Extent | None
    ) -> Any:
        """Text as it stands, or one line of YAML where a list or mapping may stand."""
        if any(forms.takes_more(shape)):
            written = [line for line in lines if not line.blank] or lines
            start, end = written[0].extent[0], written[-1].extent[1]
            text = self.text[start:end]
            if _is_yaml(shape, text) and not any(start <= gap < end for gap, _ in self.comments):
                return self.yaml(Fragment(text, start, at), True, key, block)
        return self.string(lines, at, key, block)

    def string(self, lines: list[Line], at: Pointer, key: Extent | None, block: Extent | None,
                gaps: Iterable[Extent] = ()) -> str:  # fmt: skip
        """The text of some lines. One of several lines ends with a line break, as in YAML's `|`."""
        first, last = 0, len(lines)
        while last and lines[last - 1].blank:
            last -= 1
        while first < last and lines[first].blank:
            first += 1
        if first == last:
            start = key[1] if key else lines[0].start if lines else 0
            self.found[at] = Place(key, (start, start), "", block=block)
            return ""
        lines = lines[first:last]
        extent = (lines[0].extent[0], lines[-1].extent[1])
        if len(lines) == 1:
            text = lines[0].text.strip()
        else:
            text = "\n".join([line.text for line in lines]).rstrip() + "\n"
        comments = [gap for gap in self.comments if extent[0] <= gap[0] < extent[1]]
        self.found[at] = Place(key, extent, text, "", block, (*gaps, *comments))
        return text

    def fence(self, lines: list[Line], at: Pointer, key: Extent | None = None, first: int = 0) -> Any:
        """The data of fenced YAML; with `key`, it is the whole value of that key."""
        start = lines[1].start if len(lines) > 1 else lines[0].extent[1]
        fragment = Fragment(self.text[start : max(start, lines[-1].start)], start, at, first)
        return self.yaml(fragment, key is not None, key, lines[0].extent)

    def merge(self, lines: list[Line], at: Pointer, data: Data) -> None:
        """The keys of fenced YAML beside those that are there."""
        more = self.fence(lines, at)
        if isinstance(more, dict):
            for name, value in more.items():
                if name in data:
                    self.twice(data, name, at, self._fenced_key(name) or lines[0].extent)
                else:
                    data[name] = value
        elif more is not None:
            message, help = "this block of YAML should hold keys", "write `key: value` lines"
            self.complain("SOP005", at, message, lines[0].extent, help)

    def _fenced_key(self, name: str) -> Extent | None:
        """Where the fence that was read last has this key."""
        fragment = self._fragments[-1][0]
        return fragment.places()[(*fragment.at, name)].key

    def extend(self, lines: list[Line], at: Pointer, made: list[Any]) -> None:
        """The items of fenced YAML behind those that are there."""
        more = self.fence(lines, at, first=len(made))
        if isinstance(more, list):
            made.extend(more)
        elif more is not None:
            message, help = "this block of YAML should hold a list", "begin each entry with `- `"
            self.complain("SOP005", at, message, lines[0].extent, help)

    def yaml(self, fragment: Fragment, whole: bool, key: Extent | None, block: Extent | None) -> Any:
        data, problems, complete = fragment.read()
        self.problems.extend(problems)
        self.complete &= complete
        self._fragments.append((fragment, whole, key, block))
        return data

    def cell(self, shape: Shape, cell: Cell, at: Pointer, key: Extent, block: Extent) -> Any:
        text = cell.text
        if _is_yaml(shape, text):
            escaped = tuple(m.start() - i for i, m in enumerate(re.finditer(r"\\\|", cell.raw)))
            return self.yaml(Fragment(text, cell.start, at, 0, escaped), True, key, block)
        self.found[at] = Place(key, cell.extent, text, "cell", block)
        return text

    def twice(self, data: Data, name: str, at: Pointer, extent: Extent) -> bool:
        if name in data:
            message = f"`{name}` is written twice; only the first is read"
            self.complain("SOP002", (*at, name), message, extent, "keep one of the two")
        return name in data

    def forget_from(self, start: int) -> None:
        """Drop what was found wrong from an offset on."""
        self.problems = [each for each in self.problems if each.extent and each.extent[0] < start]

    def complain(self, code: str, at: Pointer, message: str, extent: Extent, help: str) -> None:
        self.problems.append(Problem(code, Finding(at, message, help), extent))


def _is_yaml(shape: Shape, text: str) -> bool:
    """A list or mapping in brackets, or a text in quotes, where the key takes lists or mappings."""
    lists, maps = forms.takes_more(shape)
    if text[:1] == "[":
        return lists and text[-1] == "]" and text[:2] != "[["
    if text[:1] == "{":
        return maps and text[-1] == "}"
    return (lists or maps) and _QUOTED.fullmatch(text) is not None
