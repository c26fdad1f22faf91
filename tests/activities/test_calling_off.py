"""Rows of dates are called off from one on, and taken back on the same day."""

from datetime import time, timedelta

import pytest

from portal.access import Role
from portal.activities import (
    actions,
    calling_off,
    holidays,
    lunar,
    occurrences,
    repeating,
)
from portal.activities.dates import span_of
from portal.activities.models import Activity, ActivityStatus, OccurrenceStatus
from portal.activities.recurrence import Holidays, Kind, Rule
from portal.activities.recurrences import Repeats
from portal.db import db
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
from tests.make import Make, each_week, span


def each_year(month: int, day: int) -> Repeats:
    rule = Rule(Kind.YEARLY_DAY, on("06-10"), month=month, month_day=day)
    return Repeats(rule, time(10), time(11))


def status_of(activity_id: int) -> ActivityStatus:
    db.session.rollback()
    return db.session.get_one(Activity, activity_id).status


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
def test_a_row_that_ended_on_an_earlier_day_stays_ended_whatever_is_taken_back(
    make: Make, noon: Clock
) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    number = len(rows_of(activity_id))
    calling_off.cancel_from(make.dates_of(activity_id)[7], "老师走了", make.actor())
    noon.shift(3 * WEEK)
    july = make.dates_of(activity_id)[3:5]
    assert said(activity_id)[3:8] == [
        "07-07 10:00",
        "07-14 10:00",
        "07-21 10:00",
        "07-28 10:00",
        "08-04 10:00 off",
    ]
    for one in july:
        occurrences.cancel(one, "台风", make.actor())
    assert calling_off.restore_all(activity_id, make.actor()) == 2
    occurrences.cancel(july[0], "台风", make.actor())
    occurrences.restore(july[0], make.actor())
    assert rules(activity_id)[0].cut_on == on("08-04")
    noon.shift(20 * WEEK)
    assert repeating.make_coming_dates() == 0
    assert len(rows_of(activity_id)) == number


@inside
def test_what_was_moved_before_the_end_of_its_row_leaves_it_ended(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    dates = make.dates_of(activity_id)
    move_by_hand(make, dates[8], hour("07-03"))  # meant on 11 August
    calling_off.cancel_from(dates[7], "老师走了", make.actor())
    noon.shift(2 * WEEK)
    occurrences.cancel(dates[8], "台风", make.actor())
    occurrences.restore(dates[8], make.actor())
    assert rules(activity_id)[0].cut_on == on("08-04")


@inside
def test_a_yearly_row_whose_date_is_taken_back_alone_goes_on(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_year(8, 20))
    [only] = make.dates_of(activity_id)
    calling_off.cancel_all(activity_id, "台风", make.actor())
    occurrences.restore(only, make.actor())
    assert rules(activity_id)[0].cut_on is None
    noon.shift(60 * DAY)
    assert repeating.make_coming_dates() == 1


@inside
def test_a_row_taken_back_date_by_date_ends_before_the_first_that_stays_cancelled(
    make: Make, noon: Clock
) -> None:
    activity_id = make.activity(repeats=each_year(6, 20))
    this_year, next_year = make.dates_of(activity_id)
    calling_off.cancel_all(activity_id, "台风", make.actor())
    occurrences.restore(this_year, make.actor())
    assert rules(activity_id)[0].cut_on == on("2027-06-20")
    make_dates()
    assert rules(activity_id)[0].out_of_step == 0
    occurrences.restore(next_year, make.actor())
    assert rules(activity_id)[0].cut_on is None


@inside
def test_a_date_taken_back_follows_its_row_as_before(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3))
    first, second, _third = make.dates_of(activity_id)
    occurrences.cancel(second, "台风", make.actor())
    occurrences.restore(second, make.actor())
    move_row(make, first, hour("06-17"))
    assert said(activity_id) == ["06-17 10:00", "06-24 10:00", "07-01 10:00"]


@inside
def test_what_is_cancelled_while_its_row_moves_stays_where_it_was(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3))
    first, second, _third = make.dates_of(activity_id)
    occurrences.cancel(second, "台风", make.actor())
    move_row(make, first, hour("06-17"))
    occurrences.restore(second, make.actor())
    make_dates()
    assert said(activity_id) == ["06-17 10:00", "06-23 10:00 hand", "07-01 10:00"]
    assert [one.out_of_step for one in rules(activity_id)] == [0]


# Going on already, or over


@inside
def test_what_goes_on_is_cancelled_with_all_people_are_told_and_it_is_taken_back(
    make: Make, noon: Clock
) -> None:
    activity_id = make.activity(
        spans=[span(1, lasts=5), span(20, lasts=5)], room="道德讲堂", registration=True, seats=3
    )
    first = make.dates_of(activity_id)[0]
    make.registration(first)
    noon.shift(2 * DAY)
    assert calling_off.cancel_all(activity_id, "台风", make.actor()) == 2
    assert row(first).status is OccurrenceStatus.CANCELLED
    assert booked(activity_id) == []
    assert len(told("registration.called_off")) == 1
    noon.shift(timedelta(hours=1))
    assert calling_off.restore_all(activity_id, make.actor()) == 2
    assert row(first).status is OccurrenceStatus.PLANNED
    assert len(booked(activity_id)) == 10
    assert len(told("registration.takes_place")) == 1
    occurrences.cancel(first, "台风", make.actor())
    occurrences.restore(first, make.actor())
    assert row(first).status is OccurrenceStatus.PLANNED


@inside
def test_what_would_have_begun_since_it_was_cancelled_is_not_taken_back(make: Make, noon: Clock) -> None:
    activity_id = make.activity(spans=[span(0, "13:00", "20:00"), span(1)])
    first = make.dates_of(activity_id)[0]
    calling_off.cancel_all(activity_id, "台风", make.actor())
    noon.shift(timedelta(hours=2))
    with pytest.raises(Refused):
        occurrences.restore(first, make.actor())
    assert calling_off.restore_all(activity_id, make.actor()) == 1
    assert row(first).status is OccurrenceStatus.CANCELLED


@inside
def test_an_activity_closed_without_dates_to_come_is_taken_back_today(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_year(7, 20))
    noon.shift(41 * DAY)  # 21 July; the date of next year is not made yet
    assert calling_off.cancel_all(activity_id, "不办了", make.actor()) == 0
    assert calling_off.restore_all(activity_id, make.actor()) == 0
    assert status_of(activity_id) is ActivityStatus.PUBLISHED
    assert repeating.make_coming_dates() == 1
    with pytest.raises(Refused):
        calling_off.restore_all(activity_id, make.actor())
    over = make.activity(spans=[span(1)])
    noon.shift(3 * DAY)
    calling_off.cancel_all(over, "不办了", make.actor())
    noon.shift(DAY)
    with pytest.raises(Refused):
        calling_off.restore_all(over, make.actor())


# A draft again


@inside
def test_a_cancelled_date_of_a_draft_takes_no_room(make: Make, noon: Clock) -> None:
    activity_id = make.activity(spans=[span(1), span(8)], room="道德讲堂")
    first = make.dates_of(activity_id)[0]
    occurrences.cancel(first, "台风", make.actor())
    calling_off.unpublish(activity_id, make.actor())
    actions.publish(activity_id, make.actor())
    assert booked(activity_id) == ["06-18 10:00"]
    make.activity(spans=[span(1)], room="道德讲堂")


@inside
def test_a_date_taken_back_in_a_draft_has_its_room_when_that_is_published(make: Make, noon: Clock) -> None:
    activity_id = make.activity(spans=[span(1), span(8)], room="道德讲堂")
    first = make.dates_of(activity_id)[0]
    occurrences.cancel(first, "台风", make.actor())
    calling_off.unpublish(activity_id, make.actor())
    occurrences.restore(first, make.actor())
    assert booked(activity_id) == []
    assert status_of(activity_id) is ActivityStatus.DRAFT
    actions.publish(activity_id, make.actor())
    assert booked(activity_id) == ["06-11 10:00", "06-18 10:00"]


@inside
def test_a_draft_is_not_refused_for_a_date_that_is_over(make: Make, noon: Clock) -> None:
    draft = make.activity(spans=[span(1), span(8)], room="道德讲堂", published=False)
    make.activity(spans=[span(1)], room="道德讲堂")
    noon.shift(2 * DAY)
    actions.publish(draft, make.actor())
    assert booked(draft) == ["06-18 10:00"]


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
