"""ruamel.yaml's own parser, for hosts on which PyYAML has no C parser."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


class _Odd(YAMLError):
    """What ruamel.yaml refuses without saying where."""

    problem = "found a directive that nobody knows"


class PureParser:
    """Gives the events and nodes that PyYAML's C parser gives."""

    def __init__(self, text: str) -> None:
        self._yaml = YAML(typ="safe", pure=True)
        self._text = text
        self._events: Any = None

    def get_event(self) -> Any:
        """The next event, or None after the last."""
        if self._events is None:
            self._events = self._yaml.parse(self._text)
        try:
            return next(self._events, None)
        except AssertionError as error:  # a version of YAML that is still to come
            raise _Odd(*error.args) from error

    def get_single_node(self) -> Any:
        """The root node of the only document, or None."""
        try:
            return self._yaml.compose(self._text)
        except AssertionError as error:
            raise _Odd(*error.args) from error
