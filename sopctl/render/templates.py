"""The templates of pages: ours, and those that a knowledge base puts in their place."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from sopctl import files
from sopctl.diagnostic import asked, nearest
from sopctl.files import FileTrouble, Reach
from sopctl.render.text import NEEDS_BUILDER, for_builder, line

SUFFIX = ".md.jinja"
_SUFFIXES = (".jinja", ".jinja2", ".j2")
"""What the file names of templates end in; pages are made of those in `.md.jinja` alone."""
OURS = "sopctl's "
"""What the file names of our own templates begin with."""


class TemplateTrouble(FileTrouble):
    """A template cannot be used; the message names it and the line."""


class Templates:
    """Templates by name, each compiled when it is first asked for and then kept.

    `unused` says which of theirs nothing is made of. `others` are the names of ours that are no pages.
    """

    def __init__(
        self,
        ours: Mapping[str, str],
        theirs: Mapping[str, str] | None = None,
        folder: str = "templates",
        others: Collection[str] = (),
    ) -> None:
        from sopctl.render.jinja import FunctionLoader, PageEnvironment, StrictUndefined

        theirs = theirs or {}
        self.unused = tuple(f"{folder}/{said}" for said in _unused({*ours, *others}, theirs))

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
        return page.replace(NEEDS_BUILDER, "") if NEEDS_BUILDER in page else page


def told(error: Exception, file: str) -> str:
    """Where in a template, or in what it includes, something went wrong, and what."""
    said = f"{_where(error, file)}: {_what(error)}"
    return f"{said}; this is a mistake of sopctl itself, please report it" if said.startswith(OURS) else said


def load(own: Path | None = None) -> Templates:
    """Our templates, and those of a folder that take the place of ours by their names."""
    folder = files.find_data("templates")
    ours = _in(folder)
    pages = {name: files.text_of(path, name) for name, path in ours.items() if name.endswith(SUFFIX)}
    return Templates(pages, _theirs(own, ours) if own and own.is_dir() else {}, own.name if own else "", ours)


def _theirs(own: Path, ours: Collection[str]) -> dict[str, str]:
    """Their templates, and files that lack only the suffix of one."""
    reach = Reach(own)
    found = {name: path for name, path in _in(own).items() if _is_template(name) or f"{name}.jinja" in ours}
    return {name: files.text_of(path, f"{own.name}/{name}", reach) for name, path in found.items()}


def _in(folder: Path) -> dict[str, Path]:
    """Every file below a folder, by its path in it."""
    paths = (path for path in sorted(folder.rglob("*")) if not path.is_dir())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def _is_template(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES)


def _unused(ours: Collection[str], theirs: Mapping[str, str]) -> Iterator[str]:
    """The templates that take the place of none of ours, and that no other one includes or extends."""
    for name in sorted(theirs.keys() - ours):
        if not any(name in text for other, text in theirs.items() if other != name):
            yield f"{name} is not used: no page is made of a template of this name{asked(_meant(name, ours))}, and no other template names it"


def _meant(name: str, ours: Collection[str]) -> str:
    """The one of ours whose place it may have been meant to take."""
    bare = next((name[: -len(end)] for end in _SUFFIXES if name.lower().endswith(end)), name)
    pages = {each.removesuffix(SUFFIX): each for each in ours if each.endswith(SUFFIX)}
    stem, _, end = bare.partition(".")
    if stem in pages or end.lower() in ("", "md"):
        return pages.get(stem if stem in pages else nearest(stem, pages), "")
    others = {each.removesuffix(".jinja"): each for each in ours}
    return others.get(nearest(bare, others), "")


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
