"""Jinja as pages need it: it calls what a template names without asking first whether it wants the context."""

from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from jinja2.runtime import Context


class _Context(Context):
    """A page makes some two hundred calls, and nothing that pages are given is marked `pass_context`."""

    def call(
        self,
        function: Any,
        /,
        *args: Any,
        _loop_vars: object = None,
        _block_vars: object = None,
        **named: Any,
    ) -> Any:
        return function(*args, **named)


class PageEnvironment(Environment):
    context_class = _Context


__all__ = ["FunctionLoader", "PageEnvironment", "StrictUndefined"]
