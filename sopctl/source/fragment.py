"""A piece of YAML inside another file: front matter, a fence, or one line.

It is read as a file of its own; what was found in it is then told in offsets of the file
around it, under the address at which its values hang.
"""

from bisect import bisect_left
from typing import Any

from sopctl.diagnostic import Pointer
from sopctl.named import NamedTuple
from sopctl.reading import Problem
from sopctl.source import yaml_reader
from sopctl.source.place import Extent, Place, Places


class Fragment(NamedTuple):
    """The text of the piece, where it begins, and which of its characters the file escapes."""

    text: str
    start: int
    at: Pointer = ()
    first: int = 0  # its list goes on from items that stand before it
    escaped: tuple[int, ...] = ()  # offsets in `text` before which the file has a backslash

    def read(self) -> yaml_reader.Part:
        """Its data, and what is wrong in it."""
        data, problems, complete = yaml_reader.read(self.text)
        return yaml_reader.Part(data, tuple(self._moved(problem) for problem in problems), complete)

    def places(self) -> Places:
        """Its values by pointer. The root is told apart by the caller: only it knows its key."""
        return {self._pointer(at): self._place(place) for at, place in yaml_reader.places(self.text).items()}

    def _moved(self, problem: Problem) -> Problem:
        at = problem.finding.at
        finding = problem.finding._replace(at=self._pointer(at) if at else self.at)
        return Problem(problem.code, finding, self._extent(problem.extent))

    def _pointer(self, at: Pointer) -> Pointer:
        if at and self.first and isinstance(at[0], int):
            at = (at[0] + self.first, *at[1:])
        return (*self.at, *at)

    def _place(self, place: Place) -> Place:
        return place._replace(key=self._extent(place.key), value=self._extent(place.value))

    def _extent(self, extent: Extent | None) -> Any:
        return extent and (self._offset(extent[0]), self._offset(extent[1]))

    def _offset(self, at: int) -> int:
        return self.start + at + bisect_left(self.escaped, at + 1) if self.escaped else self.start + at
