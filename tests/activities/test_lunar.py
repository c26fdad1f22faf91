"""The wall calendar of every day: tables made once with sxtwl 2.0.7, known dates, the rules between them."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.activities import lunar
from portal.activities.lunar import LunarDate, OfficialDay

HERE = Path(__file__).parent
DAY = timedelta(days=1)
TABLE_STARTS, TABLE_ENDS = date(2000, 1, 1), date(2100, 12, 31)

# These new moons fall within two minutes of midnight. sxtwl puts them before it, expecting a slower Earth;
# with today's rotation (JPL DE440) they come after it, as the Hong Kong Observatory prints them.
NEW_MOONS_AFTER_MIDNIGHT = (date(2057, 9, 28), date(2097, 8, 7))

days_known = st.dates(lunar.FIRST_DAY, lunar.LAST_DAY)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def lunar_days_of_the_oracle() -> Iterator[tuple[date, LunarDate]]:
    months = [
        (first + DAY if first in NEW_MOONS_AFTER_MIDNIGHT else first, row)
        for row in rows("lunar_days.csv")
        for first in [date.fromisoformat(row["first_day"])]
    ]
    for (first, row), (following, _) in pairwise(months):
        length = (following - first).days
        for n in range(length):
            found = LunarDate(int(row["year"]), int(row["month"]), n + 1, row["leap"] == "1", length)
            yield first + timedelta(days=n), found


def test_every_lunar_date_of_the_century_is_the_oracles() -> None:
    expected = {day: found for day, found in lunar_days_of_the_oracle() if TABLE_STARTS <= day <= TABLE_ENDS}
    assert len(expected) == (TABLE_ENDS - TABLE_STARTS).days + 1
    assert [day for day, found in expected.items() if lunar.lunar_date(day) != found] == []


def test_every_solar_term_of_the_century_is_the_oracles() -> None:
    expected = {date.fromisoformat(row["date"]): row["term"] for row in rows("solar_terms.csv")}
    found = {day: lunar.solar_term(day) for day in days_between(TABLE_STARTS, TABLE_ENDS)}
    assert {day: term for day, term in found.items() if term} == expected
    assert all(lunar.term_day(day.year, term) == day for day, term in expected.items())


@given(days_known)
@settings(deadline=None)
def test_a_lunar_date_leads_back_to_its_day(day: date) -> None:
    found = lunar.lunar_date(day)
    assert lunar.solar_date(found.year, found.month, found.day, found.leap) == day
    assert 1 <= found.day <= found.days_in_month


@pytest.mark.parametrize(
    ("year", "month", "day", "leap"),
    [(2026, 6, 1, True), (2026, 1, 0, False), (2025, 12, 30, False), (1850, 1, 1, False)],
)
def test_there_is_no_such_lunar_day(year: int, month: int, day: int, leap: bool) -> None:
    with pytest.raises(ValueError, match="no day"):
        lunar.solar_date(year, month, day, leap)


@pytest.mark.parametrize("day", [lunar.FIRST_DAY - DAY, lunar.LAST_DAY + DAY])
def test_days_beyond_the_tables_are_refused(day: date) -> None:
    for ask in (lunar.lunar_date, lunar.solar_term, lunar.festivals, lunar.day_facts):
        with pytest.raises(ValueError, match="is known from"):
            ask(day)
    with pytest.raises(ValueError, match="is known from"):
        lunar.next_day_of("chunjie", day)
    with pytest.raises(ValueError, match="is known from"):
        lunar.festival_day("chunjie", day.year)


def test_the_first_and_the_last_day_are_known() -> None:
    assert lunar.lunar_date(lunar.FIRST_DAY) == LunarDate(1900, 11, 11, False, 29)
    assert lunar.lunar_date(lunar.LAST_DAY) == LunarDate(2100, 12, 1, False, 29)


def test_the_year_2033_has_a_leap_eleventh_month() -> None:
    assert lunar.lunar_date(date(2033, 12, 22)) == LunarDate(2033, 11, 1, True, 29)
    assert lunar.lunar_date(date(2033, 12, 21)).leap is False


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("chunjie", "2024-02-10"),
        ("chunjie", "2025-01-29"),
        ("chunjie", "2026-02-17"),
        ("chunjie", "2027-02-06"),
        ("chunjie", "2033-01-31"),
        ("chunjie", "2034-02-19"),
        ("zhongqiu", "2024-09-17"),
        ("zhongqiu", "2025-10-06"),
        ("zhongqiu", "2026-09-25"),
        ("zhongqiu", "2033-09-08"),
        ("chongyang", "2025-10-29"),
        ("qingming", "2025-04-04"),
        ("qingming", "2026-04-05"),
        ("dongzhi", "2026-12-22"),
        ("duanwu", "2026-06-19"),
        ("xiayuan", "2026-11-23"),
        ("muqin", "2022-05-08"),
        ("muqin", "2023-05-14"),
        ("muqin", "2026-05-10"),
    ],
)
def test_a_festival_falls_on_its_known_day(code: str, day: str) -> None:
    on = date.fromisoformat(day)
    assert lunar.festival_day(code, on.year) == on
    assert code in lunar.festivals(on)


def test_every_festival_follows_its_rule_on_every_day_of_the_century() -> None:
    by_lunar_day = {
        (1, 1): "chunjie",
        (1, 15): "yuanxiao",
        (2, 2): "longtaitou",
        (5, 5): "duanwu",
        (7, 7): "qixi",
        (7, 15): "zhongyuan",
        (8, 15): "zhongqiu",
        (9, 9): "chongyang",
        (10, 15): "xiayuan",
        (12, 8): "laba",
        (12, 24): "xiaonian",
    }
    by_day = {
        (1, 1): "yuandan",
        (3, 5): "leifeng",
        (3, 8): "funv",
        (3, 12): "zhishu",
        (5, 1): "laodong",
        (5, 4): "qingnian",
        (6, 1): "ertong",
        (7, 1): "jiandang",
        (8, 1): "jianjun",
        (9, 10): "jiaoshi",
        (10, 1): "guoqing",
        (12, 5): "zhiyuanzhe",
    }
    oracle = dict(lunar_days_of_the_oracle())
    terms = {date.fromisoformat(row["date"]): row["term"] for row in rows("solar_terms.csv")}
    for day in days_between(TABLE_STARTS, TABLE_ENDS):
        found, tomorrow = oracle[day], oracle[day + DAY]
        expected = {
            None if found.leap else by_lunar_day.get((found.month, found.day)),
            by_day.get((day.month, day.day)),
            terms.get(day) if terms.get(day) in ("qingming", "dongzhi") else None,
            "chuxi" if (tomorrow.month, tomorrow.day, tomorrow.leap) == (1, 1, False) else None,
            "muqin" if day.month == 5 and day.isoweekday() == 7 and 8 <= day.day <= 14 else None,
        }
        assert set(lunar.festivals(day)) == expected - {None}, day


def test_new_years_eve_is_the_29th_when_the_last_month_is_short() -> None:
    assert lunar.festivals(date(2026, 2, 16)) == ("chuxi",)
    assert lunar.lunar_date(date(2026, 2, 16)) == LunarDate(2025, 12, 29, False, 29)
    assert lunar.lunar_date(date(2024, 2, 9)) == LunarDate(2023, 12, 30, False, 30)
    assert lunar.festivals(date(2024, 2, 8)) == ()
    assert lunar.festivals(date(2024, 2, 9)) == ("chuxi",)


@pytest.mark.parametrize(("year", "again"), [(2028, "2028-06-27"), (2039, "2039-06-26")])
def test_a_leap_month_has_no_second_dragon_boat_festival(year: int, again: str) -> None:
    leap = lunar.lunar_date(date.fromisoformat(again))
    assert (leap.month, leap.day, leap.leap) == (5, 5, True)
    first, last = date(year, 1, 1), date(year, 12, 31)
    assert sum("duanwu" in lunar.festivals(day) for day in days_between(first, last)) == 1


def test_the_laba_festival_can_come_twice_in_a_year_or_not_at_all() -> None:
    assert lunar.festival_day("laba", 2022) == date(2022, 1, 10)
    assert lunar.festivals(date(2022, 12, 30)) == ("laba",)
    assert lunar.festival_day("laba", 2023) is None
    assert lunar.next_day_of("laba", date(2022, 12, 31)) == date(2024, 1, 18)


def test_of_two_festivals_on_one_day_the_more_important_is_named_first() -> None:
    assert lunar.festivals(date(2020, 10, 1)) == ("zhongqiu", "guoqing")
    assert lunar.festivals(date(2012, 1, 1)) == ("yuandan", "laba")


@given(st.sampled_from(lunar.FESTIVALS), st.dates(date(2000, 1, 1), date(2097, 12, 31)))
@settings(deadline=None)
def test_the_next_day_of_a_festival_is_the_first_from_that_day_on(code: str, after: date) -> None:
    found = lunar.next_day_of(code, after)
    assert found == next(day for day in days_between(after, lunar.LAST_DAY) if code in lunar.festivals(day))


def test_no_festival_is_invented_after_the_last_day_known() -> None:
    with pytest.raises(ValueError, match="no chunjie between"):
        lunar.next_day_of("chunjie", date(2100, 12, 1))


def test_festivals_and_terms_nobody_knows_are_refused() -> None:
    with pytest.raises(KeyError):
        lunar.festival_day("christmas", 2026)
    with pytest.raises(KeyError):
        lunar.next_day_of("christmas", date(2026, 1, 1))
    with pytest.raises(KeyError):
        lunar.term_day(2026, "christmas")


def test_the_official_days_of_2026_are_those_of_the_notice() -> None:
    # State Council General Office, notice of 2025-11-04
    off = [
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ]
    work = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")
    expected = {
        day: OfficialDay.OFF
        for first, last in off
        for day in days_between(date.fromisoformat(first), date.fromisoformat(last))
    } | {date.fromisoformat(day): OfficialDay.WORK for day in work}
    found = {day: lunar.official_day(day) for day in days_between(date(2026, 1, 1), date(2026, 12, 31))}
    assert {day: official for day, official in found.items() if official} == expected


def test_a_year_without_a_notice_says_what_the_law_lets_expect_and_no_more() -> None:
    first_without = next(year for year in count(2026) if not lunar.holidays_published(year))
    assert first_without > 2026
    for year in (2003, first_without):
        assert not lunar.holidays_published(year)
        days = days_between(date(year, 1, 1), date(year, 12, 31))
        marked = {day for day in days if lunar.official_day(day) is not None}
        assert marked == lunar.statutory_days(year)
        assert {lunar.official_day(day) for day in marked} == {lunar.OfficialDay.EXPECTED}


def test_a_day_is_told_in_full() -> None:
    assert lunar.day_facts(date(2026, 4, 5)) == lunar.DayFacts(
        date=date(2026, 4, 5),
        lunar=LunarDate(2026, 2, 18, False, 29),
        term="qingming",
        festivals=("qingming",),
        official=OfficialDay.OFF,
    )


def test_english_labels_keep_digits() -> None:
    assert lunar.lunar_label(LunarDate(2026, 10, 15, False, 30)) == "10.15"
    assert lunar.lunar_label(LunarDate(2025, 6, 1, False, 30)) == "6.1"
    assert lunar.lunar_label(LunarDate(2025, 6, 1, True, 29)) == "leap 6.1"
    assert lunar.lunar_long_label(LunarDate(2026, 10, 15, False, 30)) == "Lunar month 10, day 15"
    assert lunar.lunar_long_label(LunarDate(2025, 6, 30, True, 30)) == "Leap lunar month 6, day 30"


@pytest.mark.parametrize(
    ("day", "label", "red"),
    [
        ("2026-11-23", "Xiayuan Festival", True),
        ("2026-11-22", "Minor Snow", True),
        ("2026-04-05", "Tomb-Sweeping Day", True),
        ("2026-11-24", "10.16", False),
    ],
)
def test_a_cell_shows_the_festival_else_the_term_else_the_lunar_day(day: str, label: str, red: bool) -> None:
    assert lunar.cell_label(lunar.day_facts(date.fromisoformat(day))) == (label, red)


def test_every_festival_and_every_term_has_a_name() -> None:
    assert all(lunar.festival_label(code) for code in lunar.FESTIVALS)
    assert len({lunar.term_label(code) for code in lunar.TERMS}) == 24
