"""What a thing weighs that comes or goes whole: as much as the keys that it brings or takes."""

from collections.abc import Iterator
from typing import Any

from sopctl.diff.essence import chosen
from sopctl.model.words import Time
from sopctl.record import Record, shape_of
from sopctl.shape import List, Map, Shape, Text
from sopctl.weight import Weight

TIME = shape_of(Time)


def brought(shape: Shape, data: Any, weight: Weight | None) -> frozenset[Weight]:
    """The weights of all its keys; `weight` is what the keys above it have. Whether a step decides is
    for its cases to tell, so a table in it counts for no more than the step."""
    if weight is Weight.WORDING:
        return frozenset()
    return frozenset(_weights(shape, data, weight)) - {Weight.DECISION}


def _weights(shape: Shape, data: Any, weight: Weight | None) -> Iterator[Weight]:
    shape = chosen(shape, data)
    match shape:
        case Record() if isinstance(data, dict):
            keys = shape.part.__keys__
            for name, value in data.items():
                if name in keys and name != "id":
                    yield from _weights(keys[name].shape, value, keys[name].weight or weight)
        case List() if isinstance(data, list):
            for each in data:
                yield from _weights(shape.item, each, weight)
        case Map() if isinstance(data, dict):
            for value in data.values():
                yield from _weights(shape.value, value, weight)
        case Text(prose=True):
            yield Weight.CLARIFIED
        case _:
            yield Weight.CLOCK if shape is TIME else weight or Weight.PROCEDURE
