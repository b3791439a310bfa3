"""Commands, as their page tells them."""

from sopctl.named import NamedTuple


class Option(NamedTuple):
    """An option or argument of a command."""

    names: str  # `--format FORMAT`, or `PATHS`
    help: str
    default: str = ""


class Command(NamedTuple):
    """A command, with what it takes."""

    name: str
    help: str
    options: tuple[Option, ...] = ()
    group: str = ""
