"""Jinja as pages need it.

Nothing that pages are given is marked `pass_context`, so what a template names is called without
asking for that first. Our own templates name only what is there: they are compiled to plain names,
attributes, calls and texts, which are quicker. Those of a knowledge base keep all that Jinja allows,
but for what would never be done.
"""

from collections.abc import Callable, Iterable, MutableMapping
from functools import cached_property
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.runtime import Context

from sopctl.render.templates import OURS


class _Context(Context):
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


class _Code(CodeGenerator):
    """Python for a template: `sop.title` of ours is `sop.title`, and no look-up by name."""

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        if self._ours and node.ctx == "load":
            self.write(frame.symbols.ref(node.name))
        else:
            super().visit_Name(node, frame)

    def get_resolve_func(self) -> str:
        """A name is looked up once; one that is nowhere says so when it is used."""
        return "context.resolve" if self._ours else super().get_resolve_func()

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        if self._ours:
            self.start_write(frame, node)
            self._join(node.nodes, frame)
            self.end_write(frame)
        else:
            super().visit_Output(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        if self._ours:
            self.write("(")
            self._join(node.nodes, frame)
            self.write(")")
        else:
            super().visit_Concat(node, frame)

    def _join(self, parts: Iterable[nodes.Expr], frame: Frame) -> None:
        """One text, of texts as they stand and of what is worked out: `'<b>%s</b>' % (title, )`."""
        pattern, values = "", []
        for each in parts:
            if isinstance(each, nodes.TemplateData):
                pattern += each.data.replace("%", "%%")
            else:
                pattern += "%s"
                values.append(each)
        if not values:
            self.write(repr(pattern.replace("%%", "%")))
            return
        self.write(f"{pattern!r} % (")
        for each in values:
            self.newline(each)
            self.visit(each, frame)
            self.write(", ")
        self.write(")")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        if self._ours:
            self.write("macro")
        else:
            super().macro_def(macro_ref, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if self._ours and not isinstance(node.node, nodes.Const):
            self.visit(node.node, frame)
            self.write(f".{node.attr}")
        else:
            super().visit_Getattr(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if self._ours and not (forward_caller or node.dyn_args or node.dyn_kwargs):
            self.visit(node.node, frame)
            self.write("(")
            for each in (*node.args, *node.kwargs):
                self.visit(each, frame)
                self.write(", ")
            self.write(")")
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)

    def visit_Mul(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._bounded(node, frame, super().visit_Mul)

    def visit_Pow(self, node: nodes.BinExpr, frame: Frame) -> None:
        self._bounded(node, frame, super().visit_Pow)

    def _bounded(self, node: nodes.BinExpr, frame: Frame, plainly: Callable[..., None]) -> None:
        if self._ours:
            plainly(node, frame)
            return
        self.write(f"environment.call_binop(context, {node.operator!r}, ")
        self.visit(node.left, frame)
        self.write(", ")
        self.visit(node.right, frame)
        self.write(")")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        """Nothing is worked out where no bound holds yet."""
        if not isinstance(node, nodes.TemplateData | nodes.Const):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    @cached_property
    def _ours(self) -> bool:
        return (self.filename or "").startswith(OURS)


class Bounded:
    """Refuses a product or a power of a template that would take all memory, or never be done."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > _MOST:
                raise OverflowError
            return left**right
        for one, count in ((left, right), (right, left)):
            if isinstance(count, int) and isinstance(one, str | list | tuple) and len(one) * count > _MOST:
                raise OverflowError
        return left * right


_MOST = 10_000_000
"""Characters, items, or bits of a number."""


class PageEnvironment(Bounded, Environment):
    context_class = _Context
    code_generator_class = _Code

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Plain ones: every page is given a copy of them."""
        return {**self.globals, **(d or {})}


__all__ = ["Bounded", "FunctionLoader", "PageEnvironment", "StrictUndefined"]
