"""Named tuples of ours are what those of `typing` are."""

import copy
import pickle
import typing

import pytest

from sopctl import named

BODY = '''
class Span(NamedTuple):
    """From where to where."""

    start: int
    end: int
    label: str = "none"
    parts: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        return self.end - self.start
'''


def made(kind: type) -> typing.Any:
    space: dict[str, typing.Any] = {"NamedTuple": kind, "__name__": __name__}
    exec(BODY, space)
    return space["Span"]


OURS, THEIRS = made(named.NamedTuple), made(typing.NamedTuple)  # type: ignore[arg-type]
Span = OURS  # where a pickle looks for it


@pytest.mark.parametrize(
    "asked",
    [
        lambda kind: kind(1, 2),
        lambda kind: kind(1, 2, "a", (3,)),
        lambda kind: kind(end=2, start=1, parts=(4,)),
        lambda kind: kind(1, end=2, label="b"),
        lambda kind: kind(1, 2).length,
        lambda kind: kind(1, 5).label + str(kind(1, 5)),
        lambda kind: kind(1, 2)._replace(end=9, label="c"),
        lambda kind: kind(1, 2)._asdict(),
        lambda kind: (kind._fields, kind._field_defaults, kind.__match_args__, kind.__doc__),
        lambda kind: copy.deepcopy(kind(1, 2, parts=(1, 2))),
        lambda kind: hash(kind(1, 2)) == hash((1, 2, "none", ())),
        lambda kind: sorted([kind(2, 3), kind(1, 9)]),
        lambda kind: tuple.__new__(kind, (1, 2, "x", ())).end,
    ],
)
def test_as_those_of_typing(asked: typing.Callable[[typing.Any], object]) -> None:
    assert asked(OURS) == asked(THEIRS)
    assert repr(asked(OURS)) == repr(asked(THEIRS))


@pytest.mark.parametrize("given", [(), (1,), (1, 2, "a", (), 5)])
def test_what_lacks_or_is_too_much_is_refused(given: tuple[typing.Any, ...]) -> None:
    with pytest.raises(TypeError):
        OURS(*given)


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError):
        OURS(1, 2, colour="red")
    with pytest.raises(TypeError):
        OURS(1, 2)._replace(colour="red")


def test_nothing_can_be_set() -> None:
    with pytest.raises(AttributeError):
        OURS(1, 2).end = 3
    with pytest.raises(AttributeError):
        OURS(1, 2).other = 3


def test_it_comes_back_from_a_pickle() -> None:
    assert type(pickle.loads(pickle.dumps(OURS(1, 2)))) is OURS


@pytest.mark.parametrize("size", range(1, 14))
def test_however_many_fields(size: int) -> None:
    names = [f"field_{i}" for i in range(size)]
    space: dict[str, typing.Any] = {"NamedTuple": named.NamedTuple}
    exec("class Wide(NamedTuple):\n" + "".join(f"    {name}: int\n" for name in names), space)
    made = space["Wide"](**{name: place for place, name in enumerate(names)})
    assert tuple(made) == tuple(range(size)) == tuple(space["Wide"](*range(size)))
    assert [getattr(made, name) for name in names] == [*range(size)]
    with pytest.raises(TypeError, match="field_0"):
        space["Wide"](*range(size), field_0=0)
