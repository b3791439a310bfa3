"""Opening hours, and how far a duration reaches: against a simulation minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopctl.analysis.calendar import Calendars, Hours, calendars, months
from sopctl.analysis.chains import Budget, run_of, widest
from sopctl.analysis.chains import chain as chain_of
from sopctl.library import Library, build
from sopctl.model.duration import Duration
from sopctl.model.registers import Calendar

TODAY = date(2026, 11, 21)
OFFICE = {"days": "mon-fri", "hours": "09:00-17:00", "timezone": "America/Los_Angeles"}
FLAT = OFFICE | {"timezone": "UTC"}  # every day of it has as many minutes as the next


def hours(around: date = TODAY, **data: object) -> Hours:
    calendar, into = Calendar.make(data)
    assert not into.problems
    return Hours(calendar, "office", around)


def at(text: str, zone: str = "America/Los_Angeles") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) // 60


def library(text: str) -> Library:
    return build({"sops/registers.yaml": text}, TODAY)


def days_at_worst(opening: Hours, count: int, first: str, last: str) -> float:
    """The most days that so many business days take, over every start."""
    late, early = run_of(chain_of(_stretch(opening, count * opening.day))), run_of(())
    gap = widest(late, early, at(first), at(last), -1, Budget(100_000))
    return gap.minutes / 1440


def _stretch(opening: Hours, minutes: int):  # type: ignore[no-untyped-def]
    from sopctl.analysis.calendar import Stretch

    return Stretch(opening, minutes)


class Simulated:
    """Whether a calendar is open, asked of the clock on the wall of each single minute."""

    def __init__(self, data: dict[str, object]) -> None:
        self.calendar, _ = Calendar.make(data)
        self.zone = ZoneInfo(self.calendar.timezone)

    def is_open(self, moment: int) -> bool:
        wall = datetime.fromtimestamp(moment * 60, UTC).astimezone(self.zone)
        minute = wall.hour * 60 + wall.minute
        days = {day for each in self.calendar.days for day in each}
        return (
            wall.weekday() in days
            and wall.date() not in self.calendar.holidays
            and any(start <= minute < end for start, end in self.calendar.hours)
        )

    def after(self, start: int, minutes: int) -> int:
        moment = start
        while minutes:
            minutes -= self.is_open(moment)
            moment += 1
        return moment


# What the format says


def test_a_business_day_from_friday_ten_ends_on_monday_at_ten() -> None:
    office = hours(**OFFICE)
    assert office.after(at("2026-11-20 10:00"), office.day) == at("2026-11-23 10:00")


def test_two_steps_of_a_business_day_are_two_business_days() -> None:
    office = hours(**OFFICE)
    start = at("2026-11-20 16:30")
    assert office.after(office.after(start, 480), 480) == office.after(start, 960)


def test_what_starts_after_hours_starts_with_the_next_opening() -> None:
    office = hours(**OFFICE)
    assert office.after(at("2026-11-20 18:00"), 60) == at("2026-11-23 10:00")


def test_a_holiday_is_closed() -> None:
    office = hours(**OFFICE, holidays="2026-11-26")
    assert office.after(at("2026-11-25 16:00"), 120) == at("2026-11-27 10:00")
    assert office.closures(at("2026-11-25 16:00"), at("2026-11-27 10:00")) == [date(2026, 11, 26)]


def test_a_holiday_on_a_day_that_is_closed_anyway_closes_nothing() -> None:
    assert not hours(**OFFICE, holidays="2026-11-28").closures(at("2026-11-25 16:00"), at("2026-12-01 10:00"))


def test_a_day_with_a_break_has_as_many_hours_as_its_spans() -> None:
    broken = hours(days="mon-fri", hours=["09:00-12:00", "13:00-17:00"], timezone="UTC")
    assert broken.day == 420
    assert broken.after(at("2026-11-23 11:30", "UTC"), 60) == at("2026-11-23 13:30", "UTC")


def test_no_time_is_no_time_even_when_it_is_closed() -> None:
    assert hours(**OFFICE).after(at("2026-11-21 03:00"), 0) == at("2026-11-21 03:00")


def test_opening_hours_follow_the_clocks_of_their_place() -> None:
    office = hours(**OFFICE)
    assert office.after(at("2027-03-12 17:00"), 60) - office.after(at("2027-03-11 17:00"), 60) == (
        (24 * 3 - 1) * 60  # from Friday ten to Monday ten, over the night that lacks an hour
    )


def test_around_the_clock_a_business_day_is_a_day() -> None:
    known = calendars(library("knowledge_base: {title: Examples, default_calendar: 24x7}"))
    assert known.default.always
    assert known.stretch(Duration(2, "bd"), known.default) == (None, 2880)


def test_midnight_to_midnight_every_day_is_around_the_clock_without_holidays_alone() -> None:
    whole = {"days": "mon-sun", "hours": "00:00-24:00", "timezone": "America/Los_Angeles"}
    assert hours(**whole).always
    assert not hours(**whole, holidays="2026-12-25").always


# The vectors of the field

WORST = {1: 3, 2: 4, 3: 5, 5: 7, 6: 10, 7: 11, 9: 13, 10: 14, 14: 20, 15: 21}


@pytest.mark.parametrize(("count", "days"), WORST.items())
def test_business_days_take_at_worst_so_many_days(count: int, days: int) -> None:
    assert days_at_worst(hours(**FLAT), count, "2027-01-04 00:00", "2027-03-01 00:00") == days


@pytest.mark.parametrize("count", range(1, 31))
def test_the_worst_case_without_holidays_follows_the_formula(count: int) -> None:
    worst = days_at_worst(hours(**FLAT), count, "2027-01-04 00:00", "2027-01-18 00:00")
    assert worst == count + 2 * -(-count // 5)


@pytest.mark.parametrize(("count", "days"), {7: 12, 8: 13, 9: 14, 10: 17}.items())
def test_one_holiday_in_the_worst_place_takes_so_many_days(count: int, days: int) -> None:
    worst = [
        days_at_worst(hours(**FLAT, holidays=str(day)), count, "2027-01-04 00:00", "2027-03-01 00:00")
        for day in (date(2027, 2, 1) + timedelta(n) for n in range(5))
    ]
    assert max(worst) == days


@pytest.mark.parametrize(("count", "days"), {8: 14, 9: 17, 10: 18}.items())
def test_two_holidays_in_the_worst_place_take_so_many_days(count: int, days: int) -> None:
    first = date(2027, 2, 1)
    pairs = [(first + timedelta(a), first + timedelta(b)) for a in range(5) for b in range(a + 1, 12)]
    worst = [
        days_at_worst(hours(**FLAT, holidays=[str(a), str(b)]), count, "2027-01-11 00:00", "2027-02-15 00:00")
        for a, b in pairs
        if b.weekday() < 5
    ]
    assert max(worst) == days


def test_months_are_as_long_as_they_can_be_and_as_short() -> None:
    assert months(1) == (28, 31)
    assert months(2) == (59, 62)
    assert months(6) == (181, 184)
    assert months(12) == (365, 366)


def test_a_year_in_a_century_without_a_leap_year_counts() -> None:
    assert months(48) == (1460, 1461)


# Against the simulation

ZONES = ("America/Los_Angeles", "Europe/Dublin", "Australia/Lord_Howe", "UTC", "Africa/Casablanca")
SPANS = [
    ["09:00-17:00"], ["00:00-24:00"], ["09:00-12:00", "13:00-17:30"], ["01:30-03:10"], ["00:00-02:30", "22:00-24:00"],
]  # fmt: skip


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, object]:
    days = draw(
        st.lists(st.sampled_from(["mon-fri", "sat", "sun", "mon", "thu-sat"]), min_size=1, max_size=2)
    )
    around = draw(st.sampled_from([date(2026, 10, 20), date(2027, 3, 10), date(2026, 12, 20)]))
    holidays = draw(st.lists(st.integers(0, 15).map(lambda n: str(around + timedelta(n))), max_size=3))
    return {
        "days": days,
        "hours": draw(st.sampled_from(SPANS)),
        "timezone": draw(st.sampled_from(ZONES)),
        "holidays": holidays,
    }


@settings(deadline=None, max_examples=40)
@given(
    data=weeks(),
    start=st.integers(0, 14 * 1440),
    minutes=st.integers(0, 1500),
    month=st.sampled_from(["2026-10-22", "2027-03-11"]),
)
def test_the_simulation_comes_out_at_the_same_minute(
    data: dict[str, object], start: int, minutes: int, month: str
) -> None:
    moment = at(month + " 00:00", "UTC") + start
    assert hours(**data).after(moment, minutes) == Simulated(data).after(moment, minutes)


@settings(deadline=None, max_examples=30)
@given(data=weeks(), start=st.integers(0, 14 * 1440), length=st.integers(0, 4000))
def test_the_simulation_counts_as_many_opening_minutes(
    data: dict[str, object], start: int, length: int
) -> None:
    moment = at("2026-10-22 00:00", "UTC") + start
    simulated = Simulated(data)
    opening = hours(**data)
    minutes = range(moment, moment + length)
    assert opening.between(moment, moment + length) == sum(simulated.is_open(each) for each in minutes)
    assert opening.is_open(moment) == simulated.is_open(moment)
    openings = opening.openings(moment, moment + length)
    assert sum(end - begun for begun, end in openings) == opening.between(moment, moment + length)


@settings(deadline=None, max_examples=40)
@given(data=weeks(), start=st.integers(0, 20 * 1440), minutes=st.integers(0, 3000))
def test_a_bend_says_truly_how_far_it_goes_on(data: dict[str, object], start: int, minutes: int) -> None:
    opening = hours(**data)
    moment = at("2026-10-20 00:00", "UTC") + start
    done, moves, room = opening.move(moment, minutes)
    for late in {0, min(1, room), min(room, 90), min(room, 5000)}:
        assert opening.after(moment + late, minutes) == done + (late if moves else 0)


@settings(deadline=None, max_examples=25)
@given(data=weeks(), ahead=st.integers(-900, 900), minutes=st.integers(1, 2000))
def test_far_from_today_it_is_just_as_right(data: dict[str, object], ahead: int, minutes: int) -> None:
    moment = at("2026-11-21 00:00", "UTC") + ahead * 1440
    far = hours(date(2026, 11, 21) + timedelta(ahead), **data)
    opening = hours(**data)
    assert opening.after(moment, minutes) == far.after(moment, minutes)


# Whose calendar counts

PEOPLE = """
knowledge_base: {title: Examples, default_calendar: office}
roles:
  own: {title: Own, team: night, calendar: early, available: 24x7}
  member: {title: Member, team: night}
  loner: {title: Loner}
  plain: {title: Plain, team: empty}
teams:
  night: {title: Night, lead: own, calendar: late}
  empty: {title: Empty}
schedules:
  rota: {title: Rota, team: night, roles: [own]}
  rota-there: {title: Rota, roles: [own], available: early}
calendars:
  office: {days: mon-fri, hours: "09:00-17:00", timezone: UTC}
  early: {days: mon-fri, hours: "05:00-13:00", timezone: UTC}
  late: {days: mon-fri, hours: "15:00-23:00", timezone: UTC}
"""


@pytest.mark.parametrize(
    ("person", "works", "reached"),
    [
        ("own", "early", "24x7"),
        ("member", "late", "late"),
        ("loner", "office", "office"),
        ("plain", "office", "office"),
        ("night", "late", "late"),
        ("empty", "office", "office"),
        ("rota", "late", "late"),
        ("rota-there", "office", "early"),
        (None, "office", None),
    ],
)
def test_the_calendar_of_the_role_counts_then_its_teams_then_the_default(
    person: str | None, works: str, reached: str | None
) -> None:
    known = calendars(library(PEOPLE))
    assert known.work(person).name == works
    if person is not None:
        there = known.reach(person)
        assert there is not None
        assert there.name == reached


def test_a_role_of_which_no_calendar_tells_may_be_there_or_not() -> None:
    known = calendars(library("roles: {agent: {title: Agent}}"))
    assert known.reach("agent") is None
    assert known.work("agent").week == 5 * 480


def test_the_calendars_of_a_library_are_worked_out_once() -> None:
    one = library(PEOPLE)
    assert calendars(one) is calendars(one)
    assert isinstance(calendars(one), Calendars)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30m", 30), ("4h", 240), ("4bh", 240), ("1d", 480), ("2bd", 960), ("1w", 2400)],
)
def test_on_a_business_clock_every_unit_counts_opening_hours(text: str, minutes: int) -> None:
    assert calendars(library(PEOPLE)).opening(Duration.parse(text)) == minutes


@pytest.mark.parametrize("text", ["100y", "1200mo", "36600d", "36600bd", "P100Y"])
def test_a_hundred_years_are_a_duration_and_more_are_a_slip(text: str) -> None:
    longest = Duration.parse(text)
    with pytest.raises(ValueError, match="longer than 100 years"):
        Duration.parse(f"{longest.count + 1}{longest.unit}")
