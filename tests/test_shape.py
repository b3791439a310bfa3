"""Shapes: records are read from plain data, and every slip is noted with its address."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest

from sopctl.model import words
from sopctl.model.sop import Status
from sopctl.model.words import (
    Answer,
    CalendarRef,
    Count,
    EntryId,
    Number,
    Percentage,
    RoleRef,
    SopRef,
    Target,
    Time,
    Version,
)  # fmt: skip
from sopctl.reading import UNKNOWN, Reading
from sopctl.record import Part, key, shape_of
from sopctl.shape import Ref, Text, Word

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
        ({"tidy": "yes"}, "`tidy` should be true or false, not `yes` (did you mean `true`?)"),
        ({"tidy": "Off"}, "`tidy` should be true or false, not `Off` (did you mean `false`?)"),
        ({"tidy": "maybe"}, "`tidy` should be true or false, not `maybe`"),
        ({"tidy": ["true"]}, "`tidy` should be true or false, not a list"),
        (
            {"friends": ["bob", {"a": "b"}]},
            "item 2 of `friends` should be the id of a friend, not keys with values",
        ),
        (
            {"friends": {"a": "b"}},
            "`friends` should be a list; each item the id of a friend, not keys with values",
        ),
        ({"name": ""}, "`name` is empty"),
        ({"name": " \n"}, "`name` is empty"),
        ({"born": "tomorrow"}, "`born` should be a date that exists, written 2026-02-17, not `tomorrow`"),
        (
            {"pets": "Rex"},
            "`pets` should be keys with values, such as `{…: {name: …}}`, each value keys with values: `name`, not `Rex`",
        ),
        ({"pets": {"rex": {}}}, "a pet needs `name`: what it is called"),
        ({"friends": "x" * 70 + "!"}, "`friends` should be the id of a friend, not `" + "x" * 57 + "…`"),
    ],
)
def test_a_slip_is_told_in_words_that_name_the_way_out(data: dict[str, Any], words: str) -> None:
    [problem] = Person.make({"name": "Ann", **data})[1].problems
    assert problem.finding.message == words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("31.12.2027", " (did you mean `2027-12-31`?)"),
        ("2027/1/5", " (did you mean `2027-01-05`?)"),
        ("31/12/2027", " (did you mean `2027-12-31`?)"),
        ("03/04/2027", " (did you mean `2027-04-03` or `2027-03-04`?)"),
        ("30.02.2027", ""),
        ("1.2.3", ""),
    ],
)
def test_a_date_written_in_another_way_is_recognised(written: str, meant: str) -> None:
    [problem] = read(born=written)[1].problems
    assert problem.finding.message.endswith(f"not `{written}`{meant}")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2 days", " (did you mean `2d`?)"),
        ("1 Week", " (did you mean `1w`?)"),
        ("2 business days", " (did you mean `2bd`?)"),
        ("4H", " (did you mean `4h`?)"),
        ("24", " (24 what? write 24h or 24d)"),
        ("2 moons", ""),
        ("soon", ""),
    ],
)
def test_a_duration_written_in_another_way_is_recognised(written: str, meant: str) -> None:
    into = Reading()
    shape_of(Time).read(written, ("within",), into)
    assert into.problems[0].finding.message.endswith(f"not `{written}`{meant}")


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (EntryId, "Check score", "check-score"),
        (EntryId, "check_score", "check-score"),
        (EntryId, "Say who you are, then go", ""),
        (RoleRef, "Staff nurse", "staff-nurse"),
        (Target, "TS_APP_002", "TS-APP-002"),
        (Target, "Hand it to the lead and close", ""),
        (SopRef, "ts-app-002", "TS-APP-002"),
        (CalendarRef, "24/7", "24x7"),
        (CalendarRef, "24 x 7", "24x7"),
        (CalendarRef, "Office", "office"),
        (Version, "1.0", "1.0.0"),
        (Version, "v2", "2.0.0"),
        (Version, "1.02.0", "1.2.0"),
        (Version, "first", ""),
        (int, "80 %", "80"),
        (int, "3 times", "3"),
        (int, "10k", ""),
        (int, "1.5 hours", ""),
        (Percentage, "80%", "80"),
        (Percentage, "150%", ""),
        (Count, "-3 times", ""),
        (Count, f"12 {'times ' * 10_000}1", ""),
        (words.Id, "Trigger", ""),
        (EntryId, "Trigger", "trigger"),
        (int, "1,000", ""),
        (Number, "98.5%", "98.5"),
        (Status, "in force", "effective"),
        (Status, "Active", "effective"),
        (Literal["yes-no", "choice"], "boolean", "yes-no"),
        (Literal["good", "bad"], "active", ""),
    ],
)
def test_what_is_commonly_written_in_place_of_a_word_is_recognised(
    kind: Any, written: str, meant: str
) -> None:
    into = Reading()
    shape_of(kind).read(written, ("key",), into)
    hint = f" (did you mean `{meant}`?)" if meant else ""
    shown = written if len(written) < 50 else f"{written[:57]}…"
    assert into.problems[0].finding.message.endswith(f"not `{shown}`{hint}")


def test_answers_that_are_no_answers_show_how_they_are_written() -> None:
    into = Reading()
    shape_of(dict[Answer, Target]).read("yes", ("answers",), into)
    assert "such as `{yes: next-step}`" in into.problems[0].finding.message
    assert "mapping" not in into.problems[0].finding.message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"mood": "go\u200bod"}, "not `go\u200bod`: the invisible character U+200B (zero-width space) is its character 3"),
        ({"mo\xadod": "good"}, "no key `mo\xadod`: the invisible character U+00AD (soft hyphen) is its character 3"),
        ({"friends": "bob\xa0"}, "not `bob`: the invisible character U+00A0 (no-break space) is its character 4"),
        ({"born": "2020\u201101-02"}, "its character 5, U+2011, is no plain hyphen (did you mean `2020-01-02`?)"),
        ({"born": "2020-01-02\u200b"}, "the invisible character U+200B (zero-width space) is its character 11"),
        ({"pets": {"\u200brex": "Rex"}}, "the invisible character U+200B (zero-width space) is its character 1"),
    ],
)  # fmt: skip
def test_an_invisible_character_is_named_where_nothing_else_is_wrong(
    data: dict[str, Any], words: str
) -> None:
    [problem] = Person.make({"name": "Ann", **data})[1].problems
    assert words in problem.finding.message


def test_an_invisible_character_is_not_blamed_for_what_is_wrong_without_it() -> None:
    [problem] = read(friends="Bob\xa0!")[1].problems
    assert "invisible" not in problem.finding.message


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


class Later(type):
    """As Python 3.14 keeps annotations: nothing of them lies in the class itself."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        cls.waiting = body.pop("__annotations__", None)  # 3.14 itself puts none there
        return super().__new__(cls, name, bases, body)

    @property
    def __annotations__(cls) -> dict[str, Any]:  # type: ignore[override]
        return type(cls).waiting or vars(type)["__annotations__"].__get__(cls)  # type: ignore[no-any-return]


def test_keys_are_found_where_annotations_are_made_when_asked_for() -> None:
    class Dog(Part, metaclass=Later):
        name: Name = key("What it is called.")

    assert "__annotations__" not in vars(Dog)
    assert list(Dog.__keys__) == ["name"]


@pytest.mark.parametrize(
    "data", ["text", "", [], {}, {"name": {}}, {"name": []}, {"name": "A", "pets": [["x"]]}]
)
def test_no_data_breaks_a_record(data: Any) -> None:
    _, into = Person.make(data)
    assert into.problems
