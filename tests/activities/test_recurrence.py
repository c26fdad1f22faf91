"""Rules that repeat: known dates of each kind, and a slow oracle that asks of each day if it is meant."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.activities import lunar
from portal.activities.lunar import OfficialDay, official_day
from portal.activities.recurrence import (
    FURTHEST_MOVE,
    Found,
    Holidays,
    Kind,
    MakeUp,
    Official,
    Rule,
    Skip,
    check,
    expand,
    takes_place,
)
from portal.activities.rule_words import words
from portal.errors import Refused

HERE = Path(__file__).parent
DAY = timedelta(days=1)
OFF, WORK = OfficialDay.OFF, OfficialDay.WORK
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
EVERY_DAY = tuple(range(7))
NEW_YEAR = date(2026, 1, 1)
ONE_APP = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def never(day: date) -> OfficialDay | None:
    return None


def named(off: str = "", work: str = "") -> Official:
    """Make a table of official days out of days written one after another."""
    table = {date.fromisoformat(day): OFF for day in off.split()}
    table |= {date.fromisoformat(day): WORK for day in work.split()}
    return table.get


def days(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in text.split()]


def day_set(text: str) -> frozenset[date]:
    return frozenset(days(text))


def kept(day: str) -> Found:
    return Found(date.fromisoformat(day), date.fromisoformat(day))


def moved(meant: str, day: str) -> Found:
    return Found(date.fromisoformat(day), date.fromisoformat(meant))


def skipped(day: str, why: Skip) -> Found:
    return Found(date.fromisoformat(day), date.fromisoformat(day), why)


def rule(kind: Kind, starts_on: str = "2026-01-01", **parts: Any) -> Rule:
    made = Rule(kind, date.fromisoformat(starts_on), **parts)
    check(made)
    return made


def dates(of: Rule, first: str, last: str, official: Official = never) -> list[date]:
    return takes_place(expand(of, date.fromisoformat(first), date.fromisoformat(last), official))


def field_of(starts_on: str, kind: Kind, **parts: Any) -> str | None:
    with pytest.raises(Refused) as refused:
        check(Rule(kind, date.fromisoformat(starts_on), **parts))
    assert refused.value.message
    return refused.value.field


# Each kind


def test_a_weekly_rule_takes_place_on_its_weekdays() -> None:
    twice = rule(Kind.WEEKLY, "2026-06-10", weekdays=(FRIDAY, TUESDAY))
    assert dates(twice, "2026-01-01", "2026-06-23") == days("2026-06-12 2026-06-16 2026-06-19 2026-06-23")
    assert dates(twice, "2026-06-16", "2026-06-16") == days("2026-06-16")
    assert dates(twice, "2026-06-17", "2026-06-18") == []


def test_weeks_are_counted_from_the_monday_of_the_first_across_the_new_year() -> None:
    # 2026 has an ISO week 53: counting by week numbers would slip here.
    fortnight = rule(Kind.WEEKLY, "2026-12-03", interval=2, weekdays=(MONDAY, THURSDAY))
    expected = days("2026-12-03 2026-12-14 2026-12-17 2026-12-28 2026-12-31 2027-01-11 2027-01-14")
    assert dates(fortnight, "2026-12-01", "2027-01-20") == expected


def test_months_without_the_31st_are_left_out() -> None:
    expected = days("2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31 2026-10-31 2026-12-31")
    assert dates(rule(Kind.MONTHLY_DAY, month_day=31), "2026-01-01", "2026-12-31") == expected


def test_the_last_day_of_a_month_is_what_it_is_that_month() -> None:
    last = rule(Kind.MONTHLY_DAY, "2027-12-31", month_day=-1)
    assert dates(last, "2028-01-01", "2028-04-30") == days("2028-01-31 2028-02-29 2028-03-31 2028-04-30")


def test_months_are_counted_from_that_of_the_start() -> None:
    quarterly = rule(Kind.MONTHLY_DAY, "2026-11-20", interval=3, month_day=15)
    assert dates(quarterly, "2026-11-01", "2027-09-01") == days("2027-02-15 2027-05-15 2027-08-15")


def test_the_second_and_the_last_saturday_of_each_month() -> None:
    second = rule(Kind.MONTHLY_WEEKDAY, nth=2, weekday=SATURDAY)
    assert dates(second, "2026-05-01", "2026-08-31") == days("2026-05-09 2026-06-13 2026-07-11 2026-08-08")
    last = rule(Kind.MONTHLY_WEEKDAY, nth=-1, weekday=SATURDAY)
    assert dates(last, "2026-05-01", "2026-08-31") == days("2026-05-30 2026-06-27 2026-07-25 2026-08-29")


def test_a_fifth_weekday_comes_only_in_months_that_have_one() -> None:
    fifth = rule(Kind.MONTHLY_WEEKDAY, nth=5, weekday=SATURDAY)
    assert dates(fifth, "2026-01-01", "2026-12-31") == days("2026-01-31 2026-05-30 2026-08-29 2026-10-31")


def test_a_day_of_the_year_and_the_29th_of_february() -> None:
    lei_feng = rule(Kind.YEARLY_DAY, "2026-03-05", month=3, month_day=5)
    assert dates(lei_feng, "2026-01-01", "2028-12-31") == days("2026-03-05 2027-03-05 2028-03-05")
    leap = rule(Kind.YEARLY_DAY, month=2, month_day=29)
    assert dates(leap, "2026-01-01", "2034-12-31") == days("2028-02-29 2032-02-29")
    end = rule(Kind.YEARLY_DAY, month=2, month_day=-1)
    assert dates(end, "2027-01-01", "2028-12-31") == days("2027-02-28 2028-02-29")


def test_new_years_eve_is_the_29th_or_the_30th() -> None:
    eve = rule(Kind.YEARLY_LUNAR, "2024-01-01", lunar_month=12, lunar_day=-1)
    expected = days("2024-02-09 2025-01-28 2026-02-16 2027-02-05 2028-01-25 2029-02-12 2030-02-02")
    assert dates(eve, "2024-01-01", "2030-12-31") == expected
    lengths = [lunar.lunar_date(day).day for day in expected]
    assert lengths == [30, 29, 29, 29, 29, 29, 30]
    assert {lunar.lunar_date(day + DAY).month for day in expected} == {1}


def test_the_30th_of_a_lunar_month_is_left_out_where_there_is_none_and_the_last_day_is_not() -> None:
    second = rule(Kind.YEARLY_LUNAR, "2025-01-01", lunar_month=2, lunar_day=29)
    assert dates(second, "2025-01-01", "2027-12-31") == days("2025-03-28 2026-04-16 2027-04-05")
    thirtieth = rule(Kind.YEARLY_LUNAR, "2025-01-01", lunar_month=2, lunar_day=30)
    assert dates(thirtieth, "2025-01-01", "2027-12-31") == days("2027-04-06")
    last = rule(Kind.YEARLY_LUNAR, "2025-01-01", lunar_month=2, lunar_day=-1)
    assert dates(last, "2025-01-01", "2027-12-31") == days("2025-03-28 2026-04-16 2027-04-06")


def test_a_leap_month_repeats_no_festival() -> None:
    dragon_boat = rule(Kind.YEARLY_LUNAR, lunar_month=5, lunar_day=5)
    assert dates(dragon_boat, "2028-01-01", "2028-12-31") == days("2028-05-28")
    eleventh = rule(Kind.YEARLY_LUNAR, lunar_month=11, lunar_day=15)
    assert dates(eleventh, "2033-06-01", "2034-06-01") == days("2033-12-06")
    end = rule(Kind.YEARLY_LUNAR, lunar_month=11, lunar_day=-1)
    assert dates(end, "2033-06-01", "2034-06-01") == days("2033-12-21")


def test_a_lunar_day_can_come_twice_in_a_year_or_not_at_all() -> None:
    laba = rule(Kind.YEARLY_LUNAR, "2021-06-01", lunar_month=12, lunar_day=8)
    assert dates(laba, "2022-01-01", "2024-12-31") == days("2022-01-10 2022-12-30 2024-01-18")


def test_pure_brightness_is_each_year_that_of_the_table() -> None:
    with (HERE / "solar_terms.csv").open(encoding="utf-8", newline="") as table:
        rows = [(row["term"], date.fromisoformat(row["date"])) for row in csv.DictReader(table)]
    for term in ("qingming", "dongzhi", "xiaohan"):
        found = dates(rule(Kind.YEARLY_TERM, "2000-01-01", term=term), "2000-01-01", "2100-12-31")
        assert found == [day for code, day in rows if code == term]


def test_dates_chosen_one_by_one_are_told_in_order_and_once() -> None:
    chosen = rule(Kind.DATES, dates=(*days("2026-05-01 2026-03-01 2026-05-01 2025-12-31"),))
    assert dates(chosen, "2025-01-01", "2027-01-01") == days("2026-03-01 2026-05-01")


# Before and after


def test_the_saturday_before_mid_autumn_is_strictly_before() -> None:
    saturday = rule(Kind.YEARLY_LUNAR, lunar_month=8, lunar_day=15, before_weekday=SATURDAY)
    # Mid-Autumn: Friday 2026-09-25, Wednesday 2027-09-15, Tuesday 2028-10-03, Saturday 2029-09-22
    expected = days("2026-09-19 2027-09-11 2028-09-30 2029-09-15")
    assert dates(saturday, "2026-01-01", "2029-12-31") == expected


def test_three_days_before_new_year_falls_into_the_year_before() -> None:
    early = rule(Kind.YEARLY_DAY, "2026-06-01", month=1, month_day=1, offset_days=-3)
    assert dates(early, "2026-01-01", "2027-12-31") == days("2026-12-29 2027-12-29")
    late = rule(Kind.YEARLY_DAY, month=12, month_day=31, offset_days=5)
    assert dates(late, "2026-01-01", "2027-12-31") == days("2026-01-05 2027-01-05")


def test_the_weekday_before_is_sought_after_the_offset() -> None:
    parts: dict[str, Any] = {"month": 6, "month_day": 1, "offset_days": 3, "before_weekday": TUESDAY}
    assert dates(rule(Kind.YEARLY_DAY, **parts), "2026-01-01", "2026-12-31") == days("2026-06-02")


def test_every_second_year_is_counted_from_the_first_date() -> None:
    # This New Year's Eve belongs to the lunar year 2025, though the rule starts in 2026.
    eve = rule(Kind.YEARLY_LUNAR, "2026-02-16", interval=2, lunar_month=12, lunar_day=-1)
    assert dates(eve, "2026-01-01", "2030-12-31") == days("2026-02-16 2028-01-25 2030-02-02")
    assert dates(replace(eve, starts_on=date(2028, 1, 25)), "2028-01-01", "2030-12-31") == days(
        "2028-01-25 2030-02-02"
    )


# Ends, exceptions, days off


def test_a_rule_stops_on_its_last_day() -> None:
    until = rule(Kind.WEEKLY, "2026-06-09", weekdays=(TUESDAY,), ends_on=date(2026, 6, 23))
    assert dates(until, "2026-06-01", "2026-12-31") == days("2026-06-09 2026-06-16 2026-06-23")


def test_the_count_leaves_out_what_is_skipped_and_what_is_added() -> None:
    five = rule(
        Kind.WEEKLY,
        "2026-09-03",
        weekdays=(THURSDAY,),
        count=5,
        holidays=Holidays.SKIP,
        exceptions=day_set("2026-09-10"),
        extra=day_set("2026-09-12 2026-11-30"),
    )
    assert expand(five, NEW_YEAR, date(2026, 12, 31), official_day) == [
        kept("2026-09-03"),
        skipped("2026-09-10", Skip.EXCEPTION),
        kept("2026-09-12"),
        kept("2026-09-17"),
        kept("2026-09-24"),
        skipped("2026-10-01", Skip.HOLIDAY),
        kept("2026-10-08"),
        kept("2026-10-15"),
        kept("2026-11-30"),
    ]
    assert dates(five, "2026-10-10", "2026-11-29", official_day) == days("2026-10-15")


def test_what_is_moved_goes_past_days_off_and_days_already_held() -> None:
    # 1 to 7 October 2026 are off, 8 October is a Thursday.
    thursdays = rule(Kind.WEEKLY, "2026-09-24", weekdays=(THURSDAY,), holidays=Holidays.MOVE)
    found = expand(thursdays, date(2026, 9, 25), date(2026, 10, 15), official_day)
    assert found == [
        kept("2026-10-08"),
        moved("2026-10-01", "2026-10-09"),
        kept("2026-10-15"),
    ]
    other = rule(Kind.WEEKLY, "2026-09-24", weekdays=(THURSDAY, FRIDAY), holidays=Holidays.MOVE)
    found = expand(other, date(2026, 10, 1), date(2026, 10, 14), official_day)
    expected = [kept("2026-10-08"), kept("2026-10-09")]
    expected += [moved("2026-10-01", "2026-10-10"), moved("2026-10-02", "2026-10-11")]
    assert found == expected
    assert expand(other, date(2026, 10, 11), date(2026, 10, 14), official_day) == expected[3:]
    no_work = replace(other, make_up=MakeUp.SKIP)
    fewer = days("2026-10-08 2026-10-09 2026-10-11 2026-10-12")
    assert dates(no_work, "2026-10-01", "2026-10-14", official_day) == fewer


def test_what_is_moved_passes_over_exceptions_and_extra_dates() -> None:
    once = rule(
        Kind.DATES,
        dates=(*days("2026-03-02"),),
        holidays=Holidays.MOVE,
        exceptions=day_set("2026-03-03"),
        extra=day_set("2026-03-04"),
    )
    assert expand(once, NEW_YEAR, date(2026, 12, 31), named("2026-03-02")) == [
        kept("2026-03-04"),
        moved("2026-03-02", "2026-03-05"),
    ]
    gone = replace(once, exceptions=day_set("2026-03-02"))
    assert expand(gone, NEW_YEAR, date(2026, 12, 31), named("2026-03-02")) == [
        skipped("2026-03-02", Skip.EXCEPTION),
        kept("2026-03-04"),
    ]


def test_the_last_of_a_count_may_move_to_a_day_that_would_have_been_meant_after_it() -> None:
    last = rule(Kind.WEEKLY, "2026-09-24", weekdays=(THURSDAY,), holidays=Holidays.MOVE, count=2)
    assert dates(last, "2026-09-01", "2026-12-31", official_day) == days("2026-09-24 2026-10-08")


def test_what_is_moved_may_come_after_the_last_day() -> None:
    until = rule(
        Kind.WEEKLY, "2026-09-24", weekdays=(THURSDAY,), holidays=Holidays.MOVE, ends_on=date(2026, 10, 1)
    )
    assert dates(until, "2026-09-01", "2026-12-31", official_day) == days("2026-09-24 2026-10-08")


def test_what_finds_no_free_day_for_a_month_is_skipped() -> None:
    once = rule(Kind.DATES, dates=(*days("2026-03-02"),), holidays=Holidays.MOVE)
    reach = date(2026, 3, 2) + FURTHEST_MOVE * DAY

    def off_until(last: date) -> Official:
        return lambda day: OFF if day <= last else None

    assert expand(once, NEW_YEAR, date(2026, 12, 31), off_until(reach - DAY)) == [
        Found(reach, date(2026, 3, 2))
    ]
    for last in (date(2026, 12, 31), date(2026, 3, 2)):
        assert expand(once, NEW_YEAR, last, off_until(reach)) == [skipped("2026-03-02", Skip.HOLIDAY)]


def test_a_make_up_workday_is_kept_or_skipped() -> None:
    # Saturday 2026-10-10 is worked.
    saturdays = rule(Kind.WEEKLY, weekdays=(SATURDAY,), holidays=Holidays.SKIP)
    assert dates(saturdays, "2026-09-28", "2026-10-17", official_day) == days("2026-10-10 2026-10-17")
    free = replace(saturdays, make_up=MakeUp.SKIP)
    assert expand(free, date(2026, 10, 3), date(2026, 10, 17), official_day) == [
        skipped("2026-10-03", Skip.HOLIDAY),
        skipped("2026-10-10", Skip.MAKE_UP),
        kept("2026-10-17"),
    ]


def test_a_day_off_is_kept_unless_said_otherwise_and_when_it_is_added() -> None:
    first = rule(Kind.MONTHLY_DAY, month_day=1)
    assert dates(first, "2026-10-01", "2026-10-31", official_day) == days("2026-10-01")
    added = replace(first, holidays=Holidays.SKIP, extra=day_set("2026-10-01 2025-12-31"))
    assert expand(added, date(2025, 1, 1), date(2026, 1, 31), official_day) == [
        skipped("2026-01-01", Skip.HOLIDAY)
    ]
    assert dates(added, "2026-10-01", "2026-10-31", official_day) == days("2026-10-01")


def test_no_date_comes_after_the_calendar() -> None:
    eve = rule(Kind.YEARLY_LUNAR, "2098-01-01", lunar_month=12, lunar_day=-1)
    assert len(dates(eve, "0001-01-01", "9999-12-31")) == 3
    assert dates(rule(Kind.MONTHLY_DAY, month_day=-1), "2100-12-01", "9999-12-31") == days("2100-12-31")
    assert dates(eve, "9999-12-31", "9999-12-31") == dates(eve, "0001-01-01", "0001-01-01") == []


# What makes no sense


@pytest.mark.parametrize(
    ("field", "kind", "parts"),
    [
        ("weekdays", Kind.WEEKLY, {}),
        ("weekdays", Kind.WEEKLY, {"weekdays": (7,)}),
        ("interval", Kind.WEEKLY, {"weekdays": (0,), "interval": 0}),
        ("interval", Kind.WEEKLY, {"weekdays": (0,), "interval": 53}),
        ("count", Kind.WEEKLY, {"weekdays": (0,), "count": 0}),
        ("count", Kind.WEEKLY, {"weekdays": (0,), "count": 201}),
        ("count", Kind.WEEKLY, {"weekdays": (0,), "count": 2, "ends_on": date(2027, 1, 1)}),
        ("ends_on", Kind.WEEKLY, {"weekdays": (0,), "ends_on": date(2025, 12, 31)}),
        ("ends_on", Kind.WEEKLY, {"weekdays": (0,), "ends_on": date(2026, 1, 4)}),
        ("holidays", Kind.WEEKLY, {"weekdays": EVERY_DAY, "holidays": Holidays.MOVE}),
        ("extra", Kind.WEEKLY, {"weekdays": (0,), "extra": {NEW_YEAR}, "exceptions": {NEW_YEAR}}),
        ("month_day", Kind.MONTHLY_DAY, {}),
        ("month_day", Kind.MONTHLY_DAY, {"month_day": 0}),
        ("month_day", Kind.MONTHLY_DAY, {"month_day": 32}),
        ("month_day", Kind.MONTHLY_DAY, {"month_day": -2}),
        ("nth", Kind.MONTHLY_WEEKDAY, {"weekday": 0}),
        ("nth", Kind.MONTHLY_WEEKDAY, {"weekday": 0, "nth": 6}),
        ("nth", Kind.MONTHLY_WEEKDAY, {"weekday": 0, "nth": 0}),
        ("weekday", Kind.MONTHLY_WEEKDAY, {"nth": 1}),
        ("weekday", Kind.MONTHLY_WEEKDAY, {"nth": 1, "weekday": 7}),
        ("month", Kind.YEARLY_DAY, {"month_day": 1}),
        ("month", Kind.YEARLY_DAY, {"month_day": 1, "month": 13}),
        ("month_day", Kind.YEARLY_DAY, {"month": 2, "month_day": 30}),
        ("month_day", Kind.YEARLY_DAY, {"month": 4, "month_day": 31}),
        ("month_day", Kind.YEARLY_DAY, {"month": 4}),
        ("lunar_month", Kind.YEARLY_LUNAR, {"lunar_day": 1}),
        ("lunar_month", Kind.YEARLY_LUNAR, {"lunar_day": 1, "lunar_month": 13}),
        ("lunar_day", Kind.YEARLY_LUNAR, {"lunar_month": 1}),
        ("lunar_day", Kind.YEARLY_LUNAR, {"lunar_month": 1, "lunar_day": 31}),
        ("lunar_day", Kind.YEARLY_LUNAR, {"lunar_month": 1, "lunar_day": 0}),
        ("term", Kind.YEARLY_TERM, {}),
        ("term", Kind.YEARLY_TERM, {"term": "christmas"}),
        ("offset_days", Kind.YEARLY_TERM, {"term": "qingming", "offset_days": 61}),
        ("offset_days", Kind.YEARLY_TERM, {"term": "qingming", "offset_days": -61}),
        ("before_weekday", Kind.YEARLY_TERM, {"term": "qingming", "before_weekday": 7}),
        ("dates", Kind.DATES, {}),
        ("dates", Kind.DATES, {"dates": (date(2025, 12, 31),)}),
        ("dates", Kind.DATES, {"dates": tuple(NEW_YEAR + n * DAY for n in range(201))}),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(field: str, kind: Kind, parts: dict[str, Any]) -> None:
    assert field_of("2026-01-01", kind, **parts) == field


def test_a_start_beyond_the_calendar_is_refused() -> None:
    assert field_of("1900-12-31", Kind.WEEKLY, weekdays=(0,)) == "starts_on"
    assert field_of("2101-01-01", Kind.WEEKLY, weekdays=(0,)) == "starts_on"


def test_what_lies_at_the_bounds_is_accepted() -> None:
    monday = Rule(Kind.WEEKLY, NEW_YEAR, weekdays=(0,))
    for fine in (
        replace(monday, interval=52),
        replace(monday, count=1),
        replace(monday, count=200),
        replace(monday, ends_on=date(2026, 1, 5)),
    ):
        check(fine)
    eve = Rule(Kind.YEARLY_LUNAR, NEW_YEAR, lunar_month=12, lunar_day=30)
    for offset, before in ((-60, 0), (60, 6), (0, None)):
        check(replace(eve, offset_days=offset, before_weekday=before))
    check(Rule(Kind.DATES, NEW_YEAR, dates=tuple(NEW_YEAR + n * DAY for n in range(200))))
    check(Rule(Kind.WEEKLY, NEW_YEAR, weekdays=EVERY_DAY, interval=2, holidays=Holidays.MOVE))


# How much is asked


def test_a_far_window_asks_only_of_its_own_days() -> None:
    asked: list[date] = []

    def official(day: date) -> OfficialDay | None:
        asked.append(day)
        return OFF if day.month == 10 and day.day < 8 else None

    for holidays in Holidays:
        asked.clear()
        weekly = rule(Kind.WEEKLY, "1901-01-01", weekdays=(THURSDAY,), holidays=holidays)
        assert len(expand(weekly, date(2090, 10, 1), date(2090, 10, 31), official)) == 4
        assert len(asked) < 60


# The oracle: day by day, from the start, knowing nothing of the module's arithmetic


@cache
def lunar_of(day: date) -> lunar.LunarDate:
    return lunar.lunar_date(day)


@cache
def term_of(day: date) -> str | None:
    return lunar.solar_term(day)


def cycle_of_the_anchor(one: Rule, day: date) -> int | None:
    """Return the number of the year that the day is the anchor of, if it is an anchor."""
    if one.kind is Kind.YEARLY_DAY:
        wanted = (day + DAY).day == 1 if one.month_day == -1 else day.day == one.month_day
        return day.year if wanted and day.month == one.month else None
    if one.kind is Kind.YEARLY_TERM:
        return day.year if term_of(day) == one.term else None
    found = lunar_of(day)
    wanted = found.day == (found.days_in_month if one.lunar_day == -1 else one.lunar_day)
    return found.year if wanted and found.month == one.lunar_month and not found.leap else None


def cycle(one: Rule, day: date) -> int | None:
    """Return the number of the week, month or year for which the rule, were it of each, means the day."""
    if one.kind is Kind.DATES:
        return 0 if day in one.dates else None
    if one.kind is Kind.WEEKLY:
        return (day.toordinal() - 1) // 7 if day.weekday() in one.weekdays else None
    month = day.year * 12 + day.month
    if one.kind is Kind.MONTHLY_DAY:
        wanted = (day + DAY).day == 1 if one.month_day == -1 else day.day == one.month_day
        return month if wanted else None
    if one.kind is Kind.MONTHLY_WEEKDAY:
        last = (day + 7 * DAY).month != day.month
        wanted = last if one.nth == -1 else (day.day + 6) // 7 == one.nth
        return month if wanted and day.weekday() == one.weekday else None
    if one.before_weekday is None:
        return cycle_of_the_anchor(one, day - one.offset_days * DAY)
    if day.weekday() != one.before_weekday:
        return None
    following = (cycle_of_the_anchor(one, day + (n - one.offset_days) * DAY) for n in range(1, 8))
    return next((number for number in following if number is not None), None)


def meant_days(one: Rule, until: date) -> Iterator[date]:
    begins: int | None = None
    if one.kind is Kind.WEEKLY:
        begins = (one.starts_on.toordinal() - 1) // 7
    if one.kind in (Kind.MONTHLY_DAY, Kind.MONTHLY_WEEKDAY):
        begins = one.starts_on.year * 12 + one.starts_on.month
    day = one.starts_on
    while day <= min(until, one.ends_on or until):
        number = cycle(one, day)
        if number is not None:
            begins = number if begins is None else begins
            if one.kind is Kind.DATES or (number - begins) % one.interval == 0:
                yield day
        day += DAY


def slowly(one: Rule, first: date, last: date, official: Official) -> list[Found]:
    reach = last + (FURTHEST_MOVE + 1) * DAY
    meant, told, waiting = set(meant_days(one, reach)), dict[date, Found](), list[date]()
    done = 0  # takes place for certain
    day = one.starts_on
    while day <= reach:
        for late in [late for late in waiting if (day - late).days > FURTHEST_MOVE]:
            waiting.remove(late)
            told[late] = Found(late, late, Skip.HOLIDAY)
        off, work = official(day) is OFF, official(day) is WORK and one.make_up is MakeUp.SKIP
        if day in meant and (one.count is None or done + len(waiting) < one.count):
            if day in one.extra:
                told[day] = Found(day, day)
                done += 1
            elif day in one.exceptions:
                told[day] = Found(day, day, Skip.EXCEPTION)
            elif off and one.holidays is Holidays.SKIP:
                told[day] = Found(day, day, Skip.HOLIDAY)
            elif off and one.holidays is Holidays.MOVE:
                waiting.append(day)
            elif work:
                told[day] = Found(day, day, Skip.MAKE_UP)
            else:
                told[day] = Found(day, day)
                done += 1
        elif waiting and not (off or work or day in one.exceptions or day in one.extra):
            told[day] = Found(day, waiting.pop(0))
            done += 1
        day += DAY
    for day in one.extra:
        if day >= one.starts_on and (day not in told or told[day].skipped):
            told[day] = Found(day, day)
    return [told[day] for day in sorted(told) if first <= day <= last]


def table_of(seed: float, run: int, size: int) -> Official:
    """Make a table of official days in runs of so many days, one of `size` runs off and one worked."""

    def official(day: date) -> OfficialDay | None:
        return {0: OFF, 1: WORK}.get(hash((seed, day.toordinal() // run)) % size)

    return official


# Over how many days the rules of a kind are tried: enough for a dozen dates or more.
SPANS = dict.fromkeys(Kind, 30 * 365)
SPANS |= {Kind.WEEKLY: 800, Kind.MONTHLY_DAY: 2000, Kind.MONTHLY_WEEKDAY: 2000, Kind.DATES: 200}
MONTH_DAYS = (*range(1, 32), -1, -1, 29, 30, 31)


def any_rule(kind: Kind, starts_on: date, pick: Random) -> Rule:
    def near() -> date:
        return starts_on + pick.randrange(SPANS[kind]) * DAY

    one = Rule(
        kind,
        starts_on,
        interval=pick.choice((1, 1, 1, 2, 3, 5, 52)),
        weekdays=tuple(pick.sample(range(7), pick.randint(1, 7))),
        month_day=pick.choice(MONTH_DAYS),
        nth=pick.choice((1, 2, 3, 4, 5, -1)),
        weekday=pick.randrange(7),
        month=pick.randint(1, 12),
        lunar_month=pick.choice((*range(1, 13), 12, 11, 5)),
        lunar_day=pick.choice((*range(1, 31), -1, -1, 29, 30)),
        term=pick.choice(lunar.TERMS),
        offset_days=pick.choice((0, 0, pick.randint(-60, 60))),
        before_weekday=pick.choice((None, pick.randrange(7))),
        dates=tuple(starts_on + pick.randint(-3, 60) * DAY for _n in range(pick.randint(1, 20))),
        ends_on=pick.choice((None, None, near())),
        count=pick.choice((None, None, None, None, 1, 3, 12, 200)),
        holidays=pick.choice((*Holidays, Holidays.MOVE)),
        make_up=pick.choice((*MakeUp,)),
    )
    # What is left out or added shall often meet what is meant, or the days after it.
    meant = [*islice(meant_days(one, starts_on + SPANS[kind] * DAY), 20)]
    telling = [day + n * DAY for day in meant for n in (0, 0, 0, 1, 2)] + [near(), starts_on - DAY]
    exceptions = frozenset(pick.sample(telling, pick.choice((0, 1, 2))))
    extra = frozenset(pick.sample(telling, pick.choice((0, 1, 2))))
    return replace(one, exceptions=exceptions - extra, extra=extra)


@pytest.mark.parametrize("kind", Kind)
@given(st.randoms(use_true_random=True))
@settings(max_examples=80, derandomize=True, deadline=None)
def test_any_rule_in_any_window_is_what_the_oracle_finds(kind: Kind, pick: Random) -> None:
    one = any_rule(kind, date(2019, 1, 1) + pick.randrange(6000) * DAY, pick)
    official = table_of(pick.random(), pick.randint(1, 9), pick.choice((1, 2, 3, 4, 6, 12, 40)))
    last = one.starts_on + SPANS[kind] * DAY
    whole = slowly(one, one.starts_on - DAY, last, official)
    assert expand(one, one.starts_on - DAY, last, official) == whole
    for _n in range(20):
        ends = one.starts_on + pick.randrange(-10, SPANS[kind]) * DAY
        begins = ends - pick.choice((0, 5, 40, 400, 4000)) * DAY
        found = expand(one, begins, ends, official)
        assert found == [each for each in whole if begins <= each.day <= ends], (one, begins, ends)


# Words


@ONE_APP
@pytest.mark.usefixtures("app_context", "noon")
@pytest.mark.parametrize(
    ("kind", "parts", "said"),
    [
        (Kind.WEEKLY, {"weekdays": (1,)}, "Every Tuesday"),
        (Kind.WEEKLY, {"weekdays": (4, 1, 0)}, "Every Monday, Tuesday and Friday"),
        (Kind.WEEKLY, {"weekdays": (0, 1, 2, 3, 4)}, "Every Monday to Friday"),
        (Kind.WEEKLY, {"weekdays": EVERY_DAY, "count": 1}, "Every day, 1 time"),
        (Kind.WEEKLY, {"weekdays": (1, 4), "interval": 2}, "Every 2 weeks on Tuesday and Friday"),
        (Kind.MONTHLY_DAY, {"month_day": -1}, "On the last day of each month"),
        (Kind.MONTHLY_DAY, {"month_day": 15, "interval": 3}, "Every 3 months on day 15"),
        (Kind.MONTHLY_WEEKDAY, {"nth": 2, "weekday": 5}, "On the second Saturday of each month"),
        (Kind.MONTHLY_WEEKDAY, {"nth": -1, "weekday": 5}, "On the last Saturday of each month"),
        (Kind.YEARLY_DAY, {"month": 3, "month_day": 5}, "Each year: 5 Mar"),
        (Kind.YEARLY_DAY, {"month": 2, "month_day": -1}, "Each year: the last day of Feb"),
        (
            Kind.YEARLY_LUNAR,
            {"lunar_month": 8, "lunar_day": 15, "offset_days": -3},
            "Each year: 3 days before Mid-Autumn Festival",
        ),
        (Kind.YEARLY_LUNAR, {"lunar_month": 12, "lunar_day": -1}, "Each year: Lunar New Year's Eve"),
        (Kind.YEARLY_LUNAR, {"lunar_month": 12, "lunar_day": 29}, "Each year: Lunar month 12, day 29"),
        (Kind.YEARLY_LUNAR, {"lunar_month": 2, "lunar_day": -1}, "Each year: the last day of lunar month 2"),
        (
            Kind.YEARLY_TERM,
            {"term": "qingming", "before_weekday": 5, "interval": 2},
            "Every 2 years: the Saturday before Pure Brightness",
        ),
        (Kind.YEARLY_TERM, {"term": "qingming", "offset_days": 1}, "Each year: 1 day after Pure Brightness"),
        (Kind.DATES, {"dates": (NEW_YEAR, NEW_YEAR + DAY)}, "On 2 chosen dates"),
    ],
)
def test_a_rule_is_said_in_plain_words(kind: Kind, parts: dict[str, Any], said: str) -> None:
    with force_locale("en"):
        assert words(rule(kind, **parts)) == said


@ONE_APP
@pytest.mark.usefixtures("app_context", "noon")
def test_ends_and_days_off_are_said_after_the_rule() -> None:
    one = rule(Kind.WEEKLY, weekdays=(1,), ends_on=date(2026, 6, 30), holidays=Holidays.SKIP)
    other = replace(one, ends_on=None, count=10, holidays=Holidays.MOVE, make_up=MakeUp.SKIP)
    other = replace(other, exceptions=frozenset({NEW_YEAR}), extra=day_set("2026-02-01 2026-02-02"))
    with force_locale("en"):
        assert words(one) == "Every Tuesday, until 30 Jun, not on days off"
        assert words(other) == (
            "Every Tuesday, 10 times, moved to the next free day when on a day off, not on make-up workdays, "
            "without 1 date, and 2 dates more"
        )


@ONE_APP
@pytest.mark.usefixtures("app_context", "noon")
def test_weekdays_festivals_and_terms_are_named_in_chinese() -> None:
    assert "星期二" in words(rule(Kind.WEEKLY, weekdays=(1,)))
    assert "中秋节" in words(rule(Kind.YEARLY_LUNAR, lunar_month=8, lunar_day=15))
    assert "清明" in words(rule(Kind.YEARLY_TERM, term="qingming"))
