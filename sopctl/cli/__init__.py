"""The command line. Each command reads, calls one room, and prints."""

import gc
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO, TypeVar

from sopctl.files import FileTrouble, complaint

_QUICK = {"lint": "lint", "diff": "diff", "outline": "outline", "render": "publish"}
"""Commands that run on every commit, pull request or file of a diff, by their modules: they start without typer."""


_Kept = TypeVar("_Kept")
_kept: list[object] = []


def keep(value: _Kept) -> _Kept:
    """What need not be freed before the command line has been run: see `end`."""
    _kept.append(value)
    return value


def run(words: Sequence[str]) -> int:
    """Run one command line; the number is the exit code."""
    collects = gc.isenabled()
    gc.disable()  # as in `__main__`
    try:
        return _flushed(list(words))
    finally:
        _kept.clear()
        if collects:
            gc.freeze()  # a whole library may be left, and to look through it takes a second
            gc.enable()


def end(words: Sequence[str]) -> NoReturn:
    """Run the command line that the process was started for, and end the process with its exit code.

    After a quick command it ends at once: to free a library SOP by SOP takes a tenth of the time
    that it took to check it.
    """
    if not words or words[0] not in _QUICK:
        sys.exit(run(words))
    code = _flushed(list(words))
    with suppress(AttributeError, OSError):  # there may be no stderr, or nobody who reads it
        sys.stderr.flush()
    os._exit(code)


@contextmanager
def read_or_not() -> Iterator[None]:
    """Meanwhile what comes before a verdict is printed: with nobody left to read it, the verdict is the same."""
    try:
        yield
    except BrokenPipeError:
        _hush(sys.stdout)


def _flushed(words: list[str]) -> int:
    """The exit code, once all that was printed has gone out."""
    out, code = sys.stdout, 0
    try:
        code = _guarded(words)
        if out is not None:
            out.flush()
    except BrokenPipeError:  # whoever read us has gone, and has what was wanted
        _hush(out)
    return code


def _guarded(words: list[str]) -> int:
    """The exit code; what goes wrong on the way is said to the user."""
    from sopctl.cli.options import Stopped

    try:
        _mind_what_is_closed()
        _speak_utf8()
        return _run(words)
    except (KeyboardInterrupt, Stopped):
        return _complain("stopped", 130)
    except BrokenPipeError:
        raise
    except Exception as error:
        return _complain(complaint(error))


def _run(words: list[str]) -> int:
    if words and words[0] in _QUICK and "_SOPCTL_COMPLETE" not in os.environ:
        from importlib import import_module

        from sopctl.cli.options import Command, quick

        command: Command = getattr(import_module(f"sopctl.cli.{_QUICK[words[0]]}"), words[0])
        values = quick(command, words[1:])
        if values is not None:
            return command(**values)
    from sopctl.cli.app import run_typer

    return run_typer(words)


def _hush(out: TextIO | None) -> None:
    """Send to nowhere what is still to be written when the interpreter ends."""
    sys.stdout = out
    try:
        if out is not None:
            _lead_nowhere(out)
    except OSError:
        sys.stdout = None


def _lead_nowhere(out: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


class _Complaints:
    """What stands for stderr: with nobody left to read it, the work goes on, and ends with the same code."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)

    def write(self, text: str) -> int:
        try:
            return self._out.write(text)
        except BrokenPipeError:
            _lead_nowhere(self._out)
            return len(text)


class _Closed(io.TextIOBase):
    """What stands for an output that was closed before we began."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        raise FileTrouble("the output cannot be written: it is closed")


def _mind_what_is_closed() -> None:
    """Python has None for what is closed, and prints to it in silence; complaints may go nowhere."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    elif not isinstance(sys.stderr, _Complaints):
        sys.stderr = _Complaints(sys.stderr)


def _speak_utf8() -> None:
    """On every machine the same bytes, also where a pipe would take another encoding."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]


def _complain(message: str, code: int = 2) -> int:
    from sopctl.terminal import tame

    print(tame(f"sopctl: {message}"), file=sys.stderr)
    return code
