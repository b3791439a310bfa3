"""Shapes: records are read from plain data, and every slip is noted with its address."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest

from sopctl.shape import UNKNOWN, Part, Reading, Ref, Text, Word, key

Name = Annotated[str, Text("a name")]
Id = Annotated[str, Word("an id", r"[a-z]+")]
Friend = Annotated[str, Ref("friend", "the id of a friend", r"[a-z]+")]


class Pet(Part, title="a pet", short="name"):
    """One that is fed."""

    name: Name = key("What it is called. It answers to it.")
    legs: int | None = key("How many.", None)


class Person(Part, title="a person"):
    """One that feeds."""

    name: Name = key("What they are called.")
    born: date | None = key("The day.", None)
    mood: Literal["good", "bad"] = key("How they are.", "good")
    tidy: bool = key("Whether.", False)
    friends: tuple[Friend, ...] = key("Who they like.", ())
    pets: dict[Id, Pet] = key("Whom they feed.", {})
    with_: Name | tuple[Pet, ...] | None = key("Whom they live with.", None, name="with")


def read(**data: Any) -> tuple[Person, Reading]:
    return Person.make({"name": "Ann", **data})


def slips(**data: Any) -> list[tuple[str, tuple[Any, ...]]]:
    return [(each.code, each.finding.at) for each in read(**data)[1].problems]


def test_a_record_is_read_into_its_types() -> None:
    person, into = read(born="2000-02-29", tidy="True", friends=["bob", "eve"], pets={"rex": {"name": "Rex", "legs": "4"}})  # fmt: skip
    assert into.problems == []
    assert (person.born, person.tidy, person.friends, person.mood) == (date(2000, 2, 29), True, ("bob", "eve"), "good")  # fmt: skip
    assert (person.pets["rex"].name, person.pets["rex"].legs) == ("Rex", 4)
    assert person.pets["rex"].at == ("pets", "rex")


def test_one_value_is_a_list_of_one_and_a_text_may_stand_for_a_record() -> None:
    person, into = read(friends="bob", pets={"rex": "Rex"})
    assert into.problems == []
    assert person.friends == ("bob",)
    assert person.pets["rex"].name == "Rex"


def test_a_key_may_hold_one_of_two_forms() -> None:
    assert read(**{"with": "Bob"})[0].with_ == "Bob"
    assert read(**{"with": [{"name": "Rex"}]})[0].with_[0].name == "Rex"  # type: ignore[index,union-attr]


def test_all_slips_are_noted_at_once_each_with_its_address() -> None:
    assert slips(
        nmae="x",
        born="2001-02-29",
        mood="god",
        tidy="yes",
        friends=["bob", "Eve", ["x"]],
        pets={"Rex": {"name": "Rex"}, "tom": {"legs": "four"}, "kit": []},
    ) == [
        ("SOP004", ("nmae",)),
        ("SOP103", ("born",)),
        ("SOP005", ("mood",)),
        ("SOP005", ("tidy",)),
        ("SOP005", ("friends", 1)),
        ("SOP005", ("friends", 2)),
        ("SOP005", ("pets", "Rex")),
        ("SOP005", ("pets", "tom", "legs")),
        ("SOP003", ("pets", "tom")),
        ("SOP005", ("pets", "kit")),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"mood": "god"}, "`mood` should be good or bad, not `god` (did you mean `good`?)"),
        ({"nmae": "x"}, "a person has no key `nmae` (did you mean `name`?)"),
        ({"tidy": "yes"}, "`tidy` should be true or false, not `yes`"),
        ({"tidy": ["true"]}, "`tidy` should be true or false, not a list"),
        ({"friends": ["bob", {"a": "b"}]}, "item 2 of `friends` should be the id of a friend, not a mapping"),
        ({"name": ""}, "`name` is empty"),
        ({"name": " \n"}, "`name` is empty"),
        ({"born": "tomorrow"}, "`born` should be a date that exists, written 2026-02-17, not `tomorrow`"),
        ({"pets": {"rex": {}}}, "a pet needs `name`: what it is called"),
        ({"friends": "x" * 70 + "!"}, "`friends` should be the id of a friend, not `" + "x" * 57 + "…`"),
    ],
)
def test_a_slip_is_told_in_words_that_name_the_way_out(data: dict[str, Any], words: str) -> None:
    [problem] = Person.make({"name": "Ann", **data})[1].problems
    assert problem.finding.message == words


def test_what_could_not_be_read_is_unknown_and_not_absent() -> None:
    person, _ = read(born="soon", friends=["bob", "Eve"])
    assert person.born is None
    assert "born" in person.unknown
    assert not person.lacks("born")
    assert person.lacks("with_")
    assert person.friends == ("bob", UNKNOWN)


def test_a_required_key_that_is_missing_is_unknown() -> None:
    person, into = Person.make({})
    assert [(each.code, each.finding.at) for each in into.problems] == [("SOP003", ())]
    assert person.unknown == {"name"}


def test_references_and_prose_are_gathered_on_the_way() -> None:
    _, into = read(friends=["bob", "Eve"], pets={"rex": "Rex"})
    assert [(each.kind, each.target, each.at) for each in into.references] == [
        ("friend", "bob", ("friends", 0))
    ]
    assert [(each.at, each.text) for each in into.prose] == [
        (("name",), "Ann"),
        (("pets", "rex"), "Rex"),
    ]


def test_a_record_is_frozen_and_equal_to_one_that_says_the_same() -> None:
    person, _ = read(friends="bob")
    with pytest.raises(AttributeError, match="frozen"):
        person.name = "Bob"  # type: ignore[misc]
    assert person == read(friends=["bob"])[0]
    assert person != read(friends=["eve"])[0]


@pytest.mark.parametrize(
    "data", ["text", "", [], {}, {"name": {}}, {"name": []}, {"name": "A", "pets": [["x"]]}]
)
def test_no_data_breaks_a_record(data: Any) -> None:
    _, into = Person.make(data)
    assert into.problems
