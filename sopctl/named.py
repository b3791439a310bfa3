"""Named tuples whose classes are made in a fifth of the time.

A lint makes some ninety of these classes before it reads the first file. With those of `typing`
that is a tenth of a small lint, for each compiles a constructor that is perhaps never called; here
a class gets its constructor when it is first called, and what is compiled is here already but for the
names of the fields. To a type checker they are those of `typing`.
"""

from collections import namedtuple
from types import FunctionType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    _getter = type(vars(namedtuple("_like", "field"))["field"])  # what reads one place of a tuple

    _new = tuple.__new__

    _CONSTRUCTORS = [
        lambda _cls: _new(_cls, ()),
        lambda _cls, a: _new(_cls, (a,)),
        lambda _cls, a, b: _new(_cls, (a, b)),
        lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
    ]
    """By the number of fields; more are seldom, and compiled."""

    def _constructor(names: tuple[str, ...], defaults: dict[str, Any]) -> FunctionType:
        if len(names) < len(_CONSTRUCTORS):
            code = _CONSTRUCTORS[len(names)].__code__.replace(co_varnames=("_cls", *names))
        else:
            given = ", ".join(names)
            code = eval(f"lambda _cls, {given}: _new(_cls, ({given}))").__code__
        return FunctionType(code, globals(), "__new__", tuple(defaults.values()))

    class _Kind(type):
        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            made = super().__new__(cls, name, bases, {"__slots__": (), **body})
            fields = tuple(made.__annotations__)
            made._fields = made.__match_args__ = fields
            made._field_defaults = {field: body[field] for field in fields if field in body}
            for place, field in enumerate(fields):
                setattr(made, field, _getter(place, ""))
            return made

    class NamedTuple(tuple, metaclass=_Kind):
        def __new__(cls, *values: Any, **named: Any) -> Self:
            cls.__new__ = staticmethod(_constructor(cls._fields, cls._field_defaults))
            return cls(*values, **named)

        def __repr__(self) -> str:
            said = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({said})"

        def __getnewargs__(self) -> tuple[Any, ...]:  # what a copy is made of
            return tuple(self)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changed: Any) -> Self:
            made = tuple.__new__(type(self), map(changed.pop, self._fields, self))
            if changed:
                raise TypeError(f"{type(self).__name__} has no field {', '.join(changed)}")
            return made
