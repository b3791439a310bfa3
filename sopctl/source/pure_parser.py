"""ruamel.yaml's own parser, for hosts on which PyYAML has no C parser."""

from typing import Any

from ruamel.yaml import YAML


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
        return next(self._events, None)

    def get_single_node(self) -> Any:
        """The root node of the only document, or None."""
        return self._yaml.compose(self._text)
