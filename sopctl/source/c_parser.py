"""PyYAML's C parser, where the host has one; and data from it without the place of anything.

For each value the parser makes an object that keeps where it begins and ends. That is two fifths of its
time, and nobody asks for it in a file in which nothing is wrong.
"""

import operator
import re
from importlib import import_module
from sys import intern
from typing import Any

from sopctl.pattern import lazy_pattern

_compile, re.compile = re.compile, lazy_pattern  # type: ignore[assignment]
try:  # half the time of this import goes into patterns of a parser that is not used here
    _yaml: Any = import_module("yaml._yaml")
finally:
    re.compile = _compile


class CParser(_yaml.CParser):  # type: ignore[misc]
    """Syntax only: what a scalar means is the model's to say.

    For each node the parser asks for its tag, and tells where it is. Any builtin that takes
    what it hands over, and does nothing, does it at a third of the time of a method.
    """

    resolve = staticmethod(slice)
    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(tuple)


class Unplain(Exception):
    """Something stands here that is no data of the format, or would not all be in the data."""


def data(text: str, depth: int) -> Any:
    """What a text says, with lists and mappings in each other at most so deep. Raise Unplain, or what
    the parser raises, where something is wrong; what and where, the nodes tell."""
    # the parser finds the classes of its nodes by their names
    kept = _yaml.ScalarNode, _yaml.SequenceNode, _yaml.MappingNode
    _yaml.ScalarNode, _yaml.SequenceNode, _yaml.MappingNode = _text, _List, _Mapping
    try:
        root = CParser(text).get_single_node()
    finally:
        _yaml.ScalarNode, _yaml.SequenceNode, _yaml.MappingNode = kept
    return root if root is None or type(root) is str else _data(root, depth)


class _List:
    __slots__ = ("end_mark", "value")

    def __init__(self, tag: Any, value: list[Any], start: Any, end: Any, flow: Any) -> None:
        self.value = value


class _Mapping(_List):
    __slots__ = ()


def _text(tag: Any, value: str, start: Any, end: Any, style: Any) -> str:
    return value


def _data(node: Any, depth: int) -> Any:
    """Most values are texts, so parents take those up themselves."""
    if not depth:
        raise Unplain
    values = node.value
    if type(node) is _List:
        return [each if type(each) is str else _data(each, depth - 1) for each in values]
    found = {}
    for key, value in values:
        if type(key) is not str:
            raise Unplain
        # the same few keys stand in all files, so each is kept once
        found[intern(key)] = value if type(value) is str else _data(value, depth - 1)
    if len(found) < len(values) or "<<" in found:
        raise Unplain
    return found
