"""The templates of pages: ours, and those that a knowledge base puts in their place."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sopctl import files
from sopctl.diagnostic import nearest
from sopctl.files import FileTrouble, Reach
from sopctl.render.text import NEEDS_BUILDER, for_builder, line

SUFFIX = ".md.jinja"
OURS = "sopctl's "
"""What the file names of our own templates begin with."""


class TemplateTrouble(FileTrouble):
    """A template cannot be used; the message names it and the line."""


class Templates:
    """Templates by name, each compiled when it is first asked for and then kept.

    `unused` says which of theirs no page is made of.
    """

    def __init__(
        self, ours: Mapping[str, str], theirs: Mapping[str, str] | None = None, folder: str = "templates"
    ) -> None:
        from sopctl.render.jinja import FunctionLoader, PageEnvironment, StrictUndefined

        theirs = theirs or {}
        self.unused = tuple(f"{folder}/{said}" for said in _unused(ours, theirs))

        def load(name: str) -> tuple[str, str, Any] | None:
            if name in theirs:
                return theirs[name], f"{folder}/{name}", lambda: True
            return (ours[name], f"{OURS}{name}", lambda: True) if name in ours else None

        self._environment = PageEnvironment(
            loader=FunctionLoader(load), undefined=StrictUndefined, autoescape=False, trim_blocks=True,
            lstrip_blocks=True, keep_trailing_newline=True, auto_reload=False, cache_size=-1,
            optimized=False,  # to look for what could be worked out beforehand takes longer than that would save
        )  # fmt: skip
        if theirs:
            from jinja2.sandbox import safe_range

            self._environment.globals["range"] = safe_range  # a loop over billions would never end
        self._environment.filters["line"] = line
        self._environment.filters["for_builder"] = for_builder

    def render(self, name: str, **values: Any) -> str:
        """One page; TemplateTrouble where the template is at fault."""
        try:
            page = self._environment.get_template(f"{name}{SUFFIX}").render(values)
        except FileTrouble:
            raise
        except Exception as error:  # a template can do whatever a program can
            raise TemplateTrouble(told(error, f"{name}{SUFFIX}")) from error
        return page.replace(NEEDS_BUILDER, "")


def told(error: Exception, file: str) -> str:
    """Where in a template, or in what it includes, something went wrong, and what."""
    said = f"{_where(error, file)}: {_what(error)}"
    return f"{said}; this is a mistake of sopctl itself, please report it" if said.startswith(OURS) else said


def load(own: Path | None = None) -> Templates:
    """Our templates, and those of a folder that take the place of ours by their names."""
    theirs = _in(own, Reach(own)) if own is not None and own.is_dir() else {}
    return Templates(_in(files.find_data("templates")), theirs, own.name if own else "")


def _in(folder: Path, reach: Reach | None = None) -> dict[str, str]:
    """Every template below a folder, by its path in it."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob(f"*{SUFFIX}"))}
    return {name: files.text_of(path, f"{folder.name}/{name}", reach) for name, path in paths.items()}


def _unused(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[str]:
    """The templates that take the place of none of ours, and that no other one includes or extends."""
    for name in sorted(theirs.keys() - ours.keys()):
        if not any(name in text for other, text in theirs.items() if other != name):
            near = nearest(name.removesuffix(SUFFIX), [each.removesuffix(SUFFIX) for each in ours])
            meant = f" (did you mean `{near}{SUFFIX}`?)" if near else ""
            yield f"{name} is not used: no page is made of a template of this name{meant}, and no other template names it"


def _where(error: BaseException, file: str) -> str:
    """The template and line that an error comes from."""
    line, place = getattr(error, "lineno", None), getattr(error, "filename", None)
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.endswith(".jinja"):
            place, line = code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return f"{place or file}{f', line {line}' if line else ''}"


def _what(error: BaseException) -> str:
    from jinja2 import TemplateNotFound, TemplatesNotFound

    if isinstance(error, RecursionError):
        return "this goes on without end (a macro or template that uses itself must stop at some time) or is nested too deep"
    if isinstance(error, MemoryError | OverflowError) or _MANY_DIGITS in str(error):
        return "a number or text becomes too large here"
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    if isinstance(error, TemplateNotFound) and not isinstance(error, TemplatesNotFound):
        return f"no template is called `{message}`"
    return message.replace("'", "`")


_MANY_DIGITS = "integer string conversion"
"""What Python says of a number of thousands of digits that is to be written."""
