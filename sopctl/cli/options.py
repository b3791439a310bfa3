"""Options of commands, declared once: for typer, and for the quick lane that needs no typer.

Importing typer takes longer than linting a small knowledge base, and lint runs before every
commit. So a command line that is plainly right is read by `quick`; at the first doubt it answers
None and typer takes over, with its help and its errors.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated, Any, get_args, get_origin

from sopctl.named import NamedTuple

Command = Callable[..., int]


class Stopped(Exception):
    """The user has stopped a command, by Ctrl-C or by Ctrl-D where something was asked."""


class Option(NamedTuple):
    """`--name`, and what it does."""

    help: str
    names: tuple[str, ...] = ()
    metavar: str | None = None


class Argument(NamedTuple):
    """A word without a dash; `complete` gives the shell the words that begin like what is typed."""

    help: str
    metavar: str | None = None
    complete: Callable[[str], list[str]] | None = None


Today = Annotated[str | None, Option("The day that counts as today.", metavar="DATE")]
Output = Annotated[str | None, Option("Write to this file instead of the terminal.", metavar="FILE")]


def quick(command: Command, words: Sequence[str]) -> dict[str, Any] | None:
    """The values of a plain command line by parameter, or None where typer should decide."""
    parameters = {name: _meaning(name, a) for name, a in command.__annotations__.items() if name != "return"}
    by_flag = {flag: name for name, (_, _, flags) in parameters.items() for flag in flags}
    places = [name for name, (_, _, flags) in parameters.items() if not flags]
    found: dict[str, Any] = {}
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        if not word.startswith("-"):
            name = next((each for each in places if parameters[each][1] or each not in found), "")
            value = word
        else:
            flag, equals, value = word.partition("=")
            name = by_flag.get(flag, "")
            if name and parameters[name][0] is bool:
                if equals or flag.startswith("--no-"):
                    return None
                found[name] = True
                continue
            if name and not equals:
                if not ahead:
                    return None
                value = ahead.pop(0)
        if not name or not _take(found, name, parameters[name], value):
            return None
    return found if found.keys() >= _required(command) else None


def _required(command: Command) -> set[str]:
    """The parameters that have no default."""
    code, defaults = command.__code__, command.__defaults__ or ()  # `inspect` would take its time
    return set(code.co_varnames[: code.co_argcount - len(defaults)])


def _take(found: dict[str, Any], name: str, parameter: tuple[Any, bool, Any], value: str) -> bool:
    kind, many, _ = parameter
    if isinstance(kind, type) and issubclass(kind, Enum):
        if value not in {each.value for each in kind}:
            return False
        found[name] = kind(value)
    elif kind is not str:
        return False
    elif many:
        found.setdefault(name, []).append(value)
    elif name in found:
        return False
    else:
        found[name] = value
    return True


def _meaning(name: str, annotation: Any) -> tuple[Any, bool, tuple[str, ...]]:
    """The type of one value, whether there may be several, and the flags of an option."""
    kind, spec = annotation.__origin__, annotation.__metadata__[0]
    kind = (
        next((each for each in get_args(kind) if each is not type(None)), kind)
        if type(None) in get_args(kind)
        else kind
    )
    many = get_origin(kind) is list
    single = get_args(kind)[0] if many else kind
    if isinstance(spec, Argument):
        return single, many, ()
    return single, many, spec.names or (f"--{name.replace('_', '-')}",)


def for_typer(command: Command) -> Callable[..., None]:
    """The same command with typer's own words in its signature."""
    import functools
    import inspect

    import typer

    def translated(parameter: inspect.Parameter) -> inspect.Parameter:
        annotation = parameter.annotation
        kind, spec = annotation.__origin__, annotation.__metadata__[0]
        if isinstance(spec, Argument):
            said: Any = typer.Argument(
                help=spec.help, metavar=spec.metavar, show_default=False, autocompletion=spec.complete
            )
        else:
            shown = parameter.default not in (None, False, [])
            metavar = "" if kind is bool else spec.metavar
            said = typer.Option(*spec.names, help=spec.help, metavar=metavar, show_default=shown)
        return parameter.replace(annotation=Annotated[kind, said])

    signature = inspect.signature(command)

    @functools.wraps(command)
    def wrapped(**values: Any) -> None:
        try:
            code = command(**values)
        except (KeyboardInterrupt, EOFError) as error:  # typer has its own words and codes for them
            raise Stopped from error
        raise typer.Exit(code)

    fresh = signature.replace(parameters=[translated(p) for p in signature.parameters.values()])
    wrapped.__signature__ = fresh  # type: ignore[attr-defined]
    wrapped.__doc__ = paragraphs(command)
    wrapped.__annotations__ = {p.name: p.annotation for p in fresh.parameters.values()}
    return wrapped


def paragraphs(command: Command) -> str:
    """What a command does, a line for each paragraph: the help breaks it anew."""
    import inspect

    return "\n\n".join(" ".join(each.split()) for each in (inspect.getdoc(command) or "").split("\n\n"))


def flags(command: Command) -> list[tuple[str, str, str]]:
    """The options of a command for its page: names, help and default."""
    import inspect

    found = []
    for name, parameter in inspect.signature(command).parameters.items():
        kind, _, names = _meaning(name, parameter.annotation)
        spec = parameter.annotation.__metadata__[0]
        choices = (
            "|".join(each.value for each in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ""
        )
        value = "" if kind is bool else spec.metavar or choices or "TEXT"
        written = f"{', '.join(names)} {value}".strip() if names else spec.metavar or name.upper()
        default = parameter.default
        shown = getattr(default, "value", default)
        plain = default in (None, False, inspect.Parameter.empty)
        found.append((written, spec.help, "" if plain else str(shown)))
    return found
