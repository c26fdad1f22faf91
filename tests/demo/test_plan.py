"""The demo year keeps its promises on whatever day it is made."""

import re
import time as clock
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.activities.lunar import festival_day
from portal.demo.plan import Holding, Offering, demo_year, station_profiles

Held = tuple[Offering, Holding]

STATIONS = ("center", "office", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9")
CATEGORIES = {"theory", "education", "culture", "science", "fitness", "volunteering"}
AUDIENCES = {"everyone", "elderly", "children", "overseas", "volunteers", "party"}
SERIES = (
    "chunjie",
    "yuanxiao",
    "leifeng",
    "qingming",
    "muqin",
    "duanwu",
    "qixi",
    "zhongqiu",
    "chongyang",
    "dongzhi",
)
CLUSTERS = (("s4", {"s2", "s3"}), ("s8", {"s7", "s9"}))

FIRST, LAST = date(2026, 1, 1), date(2031, 12, 31)
SPREAD = [FIRST + timedelta(days=number) for number in range(0, (LAST - FIRST).days, 97)]
AWKWARD = [
    date(2028, 2, 29),
    date(2026, 1, 31),  # eleven months before is a 28 February
    date(2027, 2, 6),  # 春节
    date(2027, 2, 9),  # the last three days were quiet
    date(2028, 1, 22),  # a Saturday shortly before 春节
    date(2031, 10, 1),  # 中秋 and 国庆 on one day
    date(2029, 7, 18),  # in the middle of a week of summer
    LAST,
]
DAYS = sorted({*SPREAD, *AWKWARD})

year_of = cache(demo_year)
on_any_day = pytest.mark.parametrize("today", DAYS, ids=str)


def everything(today: date) -> list[Held]:
    return [(offering, holding) for offering in year_of(today) for holding in offering.holdings]


def counted(today: date) -> list[Held]:
    return [held for held in everything(today) if held[1].attendance]


def standing(today: date) -> list[Held]:
    """What is published and not cancelled."""
    return [held for held in everything(today) if held[0].status == "published" and not held[1].cancelled]


def beginning_on(today: date, day: date) -> list[Held]:
    return [held for held in standing(today) if held[1].starts.date() == day]


def total(today: date) -> int:
    return sum(holding.attendance.total for _, holding in counted(today) if holding.attendance)


def eleven_months_before(day: date) -> date:
    months = day.year * 12 + day.month - 1 - 11
    for last in range(day.day, 27, -1):
        try:
            return date(months // 12, months % 12 + 1, last)
        except ValueError:
            continue
    return date(months // 12, months % 12 + 1, day.day)


def sittings(holding: Holding) -> Iterator[tuple[datetime, datetime]]:
    """Each day on which it is open, from opening to closing."""
    for number in range((holding.ends.date() - holding.starts.date()).days + 1):
        day = holding.starts.date() + timedelta(days=number)
        yield datetime.combine(day, holding.starts.time()), datetime.combine(day, holding.ends.time())


def wall(words: str) -> time:
    return time.fromisoformat(words)


# 1 to 3: the eleven months behind


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.dates(FIRST, LAST))
@example(date(2028, 2, 29))
def test_whatever_the_day_274_holdings_were_counted_with_about_20_000_people(today: date) -> None:
    assert len(counted(today)) == 274
    assert 19_800 <= total(today) <= 20_200
    assert sum(offering.series is not None for offering, _ in counted(today)) >= 30


@on_any_day
def test_what_was_counted_ended_before_today_and_is_at_most_eleven_months_old(today: date) -> None:
    oldest = datetime.combine(eleven_months_before(today), time.min)
    midnight = datetime.combine(today, time.min)
    assert all(oldest <= holding.starts and holding.ends < midnight for _, holding in counted(today))
    assert all(oldest <= holding.starts for _, holding in everything(today))


@on_any_day
def test_as_many_came_as_usually_come(today: date) -> None:
    for offering, holding in counted(today):
        heads = holding.attendance
        assert heads is not None
        assert 10 <= heads.total <= 900
        assert heads.minors >= 0 <= heads.elderly
        assert heads.minors + heads.elderly <= heads.total
        assert heads.roll_call == offering.registration
        if offering.seats:
            assert heads.total <= offering.seats
        if offering.weekly and offering.room:
            assert 12 <= heads.total <= 40
        if offering.series and not offering.registration:
            assert 28 <= heads.total <= 400


@on_any_day
def test_each_festival_of_the_last_eleven_months_was_celebrated(today: date) -> None:
    first = eleven_months_before(today)
    celebrated = Counter(offering.series for offering, _ in counted(today))
    for code in SERIES:
        days = (festival_day(code, year) for year in (today.year - 1, today.year))
        if any(day and first <= day < today for day in days):
            assert celebrated[code], code


@on_any_day
def test_the_desk_asks_for_a_handful_of_the_last_three_days(today: date) -> None:
    midnight = datetime.combine(today, time.min)
    asked = [h for _, h in standing(today) if h.ends < midnight and h.attendance is None]
    assert 3 <= len(asked) <= 6
    assert all(holding.starts.date() >= today - timedelta(days=3) for holding in asked)


@on_any_day
def test_a_few_behind_and_ahead_are_cancelled_for_a_reason_and_counted_by_nobody(today: date) -> None:
    cancelled = [holding for _, holding in everything(today) if holding.cancelled is not None]
    assert all(holding.cancelled and holding.attendance is None for holding in cancelled)
    behind = sum(holding.starts.date() < today for holding in cancelled)
    assert 2 <= behind <= 6
    assert 2 <= len(cancelled) - behind <= 6


@on_any_day
def test_nothing_from_today_on_is_counted(today: date) -> None:
    assert not [h for _, h in everything(today) if h.ends.date() >= today and h.attendance]


# 4: today and the three months ahead


@on_any_day
def test_each_station_holds_something_twice_in_each_of_the_next_twelve_weeks(today: date) -> None:
    monday = today + timedelta(days=7 - today.weekday())
    held = standing(today)
    for begin in (first + timedelta(days=7 * week) for first in (today, monday) for week in range(12)):
        week = [o.station for o, h in held if 0 <= (h.starts.date() - begin).days < 7]
        assert not [station for station in STATIONS if week.count(station) < 2], begin


@on_any_day
def test_today_is_full_from_morning_to_evening(today: date) -> None:
    held = beginning_on(today, today)
    running = [h for _, h in standing(today) if h.starts.date() <= today <= h.ends.date()]
    assert len(held) >= 7
    assert len(running) <= 12
    assert len({offering.station for offering, _ in held}) >= 6
    hours = [holding.starts.hour for _, holding in held]
    assert any(hour < 12 for hour in hours)
    assert any(12 <= hour < 18 for hour in hours)
    assert any(hour >= 18 for hour in hours)
    assert any(holding.starts.time() <= wall("14:00") < holding.ends.time() for _, holding in held)


@on_any_day
def test_children_find_three_things_to_do_on_the_coming_saturday(today: date) -> None:
    for ahead in {(5 - today.weekday()) % 7, (4 - today.weekday()) % 7 + 1}:
        saturday = beginning_on(today, today + timedelta(days=ahead))
        assert sum("children" in offering.audiences for offering, _ in saturday) >= 3


@on_any_day
def test_three_months_ahead_are_well_filled_and_no_more(today: date) -> None:
    ahead = [holding.starts.date() for _, holding in everything(today) if holding.starts.date() >= today]
    assert 250 <= len(ahead) <= 400
    assert max(ahead) <= today + timedelta(days=92)


@on_any_day
def test_each_festival_of_the_next_three_months_has_its_programme(today: date) -> None:
    planned = Counter(o.series for o, h in standing(today) if h.starts.date() >= today)
    for code in SERIES:
        days = (festival_day(code, year) for year in (today.year, today.year + 1))
        if any(day and today <= day <= today + timedelta(days=92) for day in days):
            assert planned[code], code


# 5: rooms and hours


@on_any_day
def test_no_room_and_no_place_is_used_twice_at_a_time(today: date) -> None:
    used: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    for offering, holding in everything(today):
        where = (offering.station, offering.room or "")
        if offering.place:
            where = ("", offering.place.name)
        used.setdefault(where, []).extend(sittings(holding))
    for where, times in used.items():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(times))), where


@on_any_day
def test_nothing_is_too_early_too_late_or_too_long(today: date) -> None:
    for _, holding in everything(today):
        assert wall("06:30") <= holding.starts.time() < holding.ends.time() <= wall("21:30")
        assert holding.starts.tzinfo is holding.ends.tzinfo is None
        assert (holding.ends.date() - holding.starts.date()).days < 60


@on_any_day
def test_a_room_is_used_only_when_it_is_open(today: date) -> None:
    open_at = {(s.slug, room.code): room.hours or s.hours for s in station_profiles() for room in s.rooms}
    for offering, holding in everything(today):
        for opens, closes in sittings(holding) if offering.room else ():
            assert any(
                day == opens.weekday() and wall(start) <= opens.time() and closes.time() <= wall(end)
                for day, start, end in open_at[offering.station, offering.room or ""]
            ), (offering.key, opens)


# 6: what is offered


def test_the_words_of_every_offering_are_a_few_plain_sentences() -> None:
    for offering in year_of(DAYS[0]):
        assert 3 <= len(offering.title) <= 24
        assert offering.title == offering.title.strip()
        assert 2 <= len(re.findall("[。？]", offering.text)) <= 5, offering.key
        assert not re.search("[!！?,;]|\n\n\n", offering.text + offering.title), offering.key
        for paragraph in offering.text.split("\n\n"):
            lines = paragraph.split("\n")
            assert len(lines) == 1 or all(line.startswith("- ") for line in lines), offering.key


def test_no_two_offerings_share_key_or_title() -> None:
    offerings = year_of(DAYS[0])
    assert len(offerings) >= 60
    assert len({offering.key for offering in offerings}) == len(offerings)
    assert len({offering.title for offering in offerings}) == len(offerings)
    assert len({offering.text for offering in offerings}) == len(offerings)
    assert all(re.fullmatch("[a-z0-9-]+", offering.key) for offering in offerings)


@on_any_day
def test_each_offering_is_made_of_what_the_portal_knows(today: date) -> None:
    for o in year_of(today):
        assert o.holdings
        assert o.category in CATEGORIES
        assert o.series is None or o.series in SERIES
        assert o.audiences
        assert {*o.audiences} <= AUDIENCES
        assert {*o.themes} <= {"qiao"}
        assert o.station in STATIONS
        assert {*o.cohosts} <= {*STATIONS} - {o.station}
        assert (o.room is None) != (o.place is None)
        assert o.status in {"published", "draft"}


@on_any_day
def test_every_kind_of_thing_is_on_offer(today: date) -> None:
    offerings = year_of(today)
    assert {o.category for o, _ in counted(today)} == CATEGORIES
    assert {audience for o in offerings for audience in o.audiences} == AUDIENCES
    assert {o.station for o, _ in counted(today)} == {*STATIONS}
    assert 3 <= sum(o.status == "draft" for o in offerings) <= 5
    assert all(h.starts.date() > today for o in offerings if o.status == "draft" for h in o.holdings)
    places = {o.place.name for o in offerings if o.place}
    assert {"敬老院", "主要交通路口", "第五村饶堀河段", "第六村荔枝园"} <= places
    assert sum(o.min_age is not None for o in offerings) >= 8
    assert sum(not o.registration for o in offerings) >= 20


def test_neighbours_of_a_cluster_often_hold_things_together() -> None:
    for lead, members in CLUSTERS:
        family = {lead, *members}
        shared = [o for o in year_of(DAYS[0]) if o.station in family and {*o.cohosts} & family]
        assert len(shared) >= 10


def test_seats_and_ages_make_sense() -> None:
    seats = {(node.slug, room.code): room.seats for node in station_profiles() for room in node.rooms}
    for o in year_of(DAYS[0]):
        assert 1 <= o.party_max <= 6
        if o.seats is not None:
            assert o.registration
            assert 15 <= o.seats <= 60
            assert not o.room or o.seats <= seats[o.station, o.room], o.key
        assert (o.min_age is None) == (o.max_age is None)
        if o.min_age is not None and o.max_age is not None:
            assert 3 <= o.min_age < o.max_age
            if "children" in o.audiences:
                assert o.max_age <= 14


@on_any_day
def test_a_weekly_class_keeps_its_weekday_and_hour_and_runs_on_from_the_past(today: date) -> None:
    classes = [offering for offering in year_of(today) if offering.weekly]
    assert len(classes) >= 20
    for offering in classes:
        slots = {(h.starts.weekday(), h.starts.time(), h.ends - h.starts) for h in offering.holdings}
        assert len(slots) == 1, offering.key
        days = [holding.starts.date() for holding in offering.holdings]
        assert days[0] < today <= days[-1], offering.key
        assert len({*days}) == len(days)


# 7: the same again, and quickly


@on_any_day
def test_the_same_day_gives_the_same_year(today: date) -> None:
    assert demo_year(today) == year_of(today)


def test_keys_do_not_depend_on_the_day() -> None:
    assert len({tuple(offering.key for offering in year_of(today)) for today in DAYS}) == 1


def test_a_year_is_made_in_well_under_a_second() -> None:
    begin = clock.process_time()
    demo_year(date(2027, 8, 16))
    assert clock.process_time() - begin < 0.7
