"""Named tuples whose classes are made in a fifth of the time.

A lint makes some ninety of these classes before it reads the first file. With those of `typing`
that is a tenth of a small lint, for each compiles a constructor that is perhaps never called; here
a class gets its constructor when it is first called. To a type checker they are those of `typing`.
"""

from collections import namedtuple
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    _like = namedtuple("_like", [f"field_{i}" for i in range(40)])
    _GETTERS = [
        vars(_like)[name] for name in _like._fields
    ]  # of any tuple, since each knows its position alone

    class _Kind(type):
        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            made = super().__new__(cls, name, bases, {"__slots__": (), **body})
            fields = tuple(made.__annotations__)
            made._fields = made.__match_args__ = fields
            made._field_defaults = {field: body[field] for field in fields if field in body}
            for field, getter in zip(fields, _GETTERS, strict=False):
                setattr(made, field, getter)
            return made

    class NamedTuple(tuple, metaclass=_Kind):
        def __new__(cls, *values: Any, **named: Any) -> Self:
            names = "".join(f"{field}, " for field in cls._fields)
            made = eval(f"lambda _cls, {names}: _new(_cls, ({names}))", {"_new": tuple.__new__})
            made.__defaults__ = tuple(cls._field_defaults.values())
            cls.__new__ = staticmethod(made)
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
