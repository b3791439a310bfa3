"""ruamel.yaml's own parser, for hosts on which PyYAML has no C parser."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scanner import Scanner, ScannerError


class _Odd(YAMLError):
    """What ruamel.yaml refuses without saying where."""

    problem = "found a directive that nobody knows"


class _Scanner(Scanner):
    """Refuses an escape of what is no character, as the C parser does."""

    def scan_flow_scalar_non_spaces(self, double: Any, start_mark: Any) -> Any:
        try:
            chunks = super().scan_flow_scalar_non_spaces(double, start_mark)
            "".join(chunks).encode()
        except (ValueError, OverflowError):  # of these, half a character is one
            what = "while scanning a double-quoted scalar", start_mark, "found an escape of no character"
            raise ScannerError(*what, self.reader.get_mark()) from None
        return chunks


class PureParser:
    """Gives the events and nodes that PyYAML's C parser gives."""

    def __init__(self, text: str) -> None:
        self._yaml = YAML(typ="safe", pure=True)
        self._yaml.Scanner = _Scanner
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
