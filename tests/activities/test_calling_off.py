"""Rows of dates are called off from one on, and taken back on the same day."""

import pytest

from portal.access import Role
from portal.activities import (
    calling_off,
    holidays,
    lunar,
    repeating,
)
from portal.activities.dates import span_of
from portal.activities.recurrence import Holidays
from portal.errors import OutOfDate, Refused
from portal.registrations import desk
from portal.schedule import make_dates
from tests.activities.rows import (
    DAY,
    TUESDAY_16,
    WEEK,
    Clock,
    booked,
    days,
    hour,
    inside,
    move_by_hand,
    move_row,
    notice,
    on,
    row,
    rows_of,
    rules,
    said,
    told,
)
from tests.make import Make, each_week

# Called off and taken back


@inside
def test_all_that_was_cancelled_is_taken_back_on_the_same_day(make: Make, noon: Clock) -> None:
    activity_id = make.activity(
        repeats=each_week(TUESDAY_16, count=None), room="道德讲堂", registration=True, seats=3
    )
    make.registration(make.dates_of(activity_id)[1])
    before, number = said(activity_id), len(rows_of(activity_id))
    assert calling_off.cancel_all(activity_id, "台风", make.actor()) == number
    assert booked(activity_id) == []
    assert calling_off.restore_all(activity_id, make.actor()) == number
    assert said(activity_id) == before
    assert len(booked(activity_id)) == number
    assert rules(activity_id)[0].cut_on is None
    assert len(told("registration.takes_place")) == 1
    noon.shift(3 * WEEK)
    assert repeating.make_coming_dates() == 3
    calling_off.cancel_all(activity_id, "台风", make.actor())
    noon.shift(DAY)
    with pytest.raises(Refused):
        calling_off.restore_all(activity_id, make.actor())


@inside
def test_from_one_date_on_all_are_cancelled_and_no_more_are_made(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    number = len(rows_of(activity_id))
    third = make.dates_of(activity_id)[2]
    assert calling_off.cancel_from(third, "老师走了", make.actor()) == number - 2
    assert said(activity_id, 3) == ["06-16 10:00", "06-23 10:00", "06-30 10:00 off"]
    noon.shift(20 * WEEK)
    make_dates()
    assert len(rows_of(activity_id)) == number
    with pytest.raises(OutOfDate):
        calling_off.cancel_from(third, "x", make.actor())


@inside
def test_from_one_date_on_is_taken_back_and_then_goes_on(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    number = len(rows_of(activity_id))
    calling_off.cancel_from(make.dates_of(activity_id)[2], "老师走了", make.actor())
    assert calling_off.restore_all(activity_id, make.actor()) == number - 2
    noon.shift(20 * WEEK)
    make_dates()
    assert len(rows_of(activity_id)) == number + 20


@inside
def test_cancelled_from_one_moved_by_hand_those_before_keep_their_rule(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=6, holidays=Holidays.SKIP))
    first = make.dates_of(activity_id)[0]
    move_by_hand(make, first, hour("07-01"))  # behind 23 and 30 June
    calling_off.cancel_from(first, "老师走了", make.actor())
    assert said(activity_id)[:3] == ["06-23 10:00", "06-30 10:00", "07-01 10:00 off hand"]
    assert rules(activity_id)[0].cut_on == on("07-01")
    make_dates()
    assert [one.out_of_step for one in rules(activity_id)] == [0]


@inside
def test_days_off_are_read_again_by_whoever_makes_dates(make: Make, noon: Clock) -> None:
    holidays.take_over(2026, notice("06-23"), make.actor(Role.MANAGER, "center"))
    lunar.enter_official_days({})  # another process, which has not looked yet
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3, holidays=Holidays.SKIP))
    assert days(activity_id) == ["06-16", "06-23", "06-30"]
    make_dates()
    assert [one.out_of_step for one in rules(activity_id)] == [1]


@inside
def test_a_date_keeps_its_rule_in_words_when_seats_are_changed(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3), registration=True, seats=3)
    first = make.dates_of(activity_id)[0]
    desk.set_seats(first, 8, "加椅子", make.actor())
    move_row(make, first, hour("06-17"))
    assert [one.seats for one in rows_of(activity_id)] == [8, 3, 3]
    assert span_of(row(first).starts_at, row(first).ends_at).first == on("06-17")
