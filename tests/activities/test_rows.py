"""Rows of dates that a rule makes: made once, around taken rooms and days off."""

from dataclasses import replace
from datetime import date, time
from functools import partial
from itertools import pairwise

import pytest
import sqlalchemy as sa
import time_machine

from portal.access import Role
from portal.activities import (
    actions,
    holidays,
    queries,
    repeating,
    rescheduling,
)
from portal.activities.recurrence import Holidays
from portal.activities.recurrences import Repeats, repeats_of
from portal.clock import local, today
from portal.db import transaction
from portal.errors import Missing
from portal.schedule import make_dates
from tests.activities.rows import (
    DAY,
    HERE,
    TUESDAY_16,
    WEEK,
    Clock,
    booked,
    by_rule,
    change,
    days,
    hall,
    inside,
    notice,
    on,
    row,
    rows_of,
    rules,
    said,
    wish,
)
from tests.ground.crowd import crowd, failures
from tests.make import Make, each_week, span

# Made once


@inside
def test_a_rule_makes_its_dates_up_to_the_horizon_with_rooms_and_seats(make: Make) -> None:
    activity_id = make.activity(
        repeats=each_week(TUESDAY_16, count=None), room="道德讲堂", seats=12, registration=True
    )
    made = rows_of(activity_id)
    last = today() + repeating.HORIZON
    assert (days(activity_id)[0], len(made)) == ("06-16", (last - on("06-16")).days // 7 + 1)
    assert {one.seats for one in made} == {12}
    assert all(one.published and one.meant_on == local(one.starts_at).date() for one in made)
    assert len(booked(activity_id)) == len(made)
    assert not any(one.by_hand for one in made)


@inside
def test_a_daily_rule_that_began_a_year_ago_is_made_to_the_last_day(make: Make) -> None:
    first = today() - 365 * DAY
    daily = each_week(first=first, weekdays=tuple(range(7)), count=None)
    made = rows_of(make.activity(repeats=daily))
    assert local(made[-1].starts_at).date() == today() + repeating.HORIZON
    assert len(made) == 365 + repeating.HORIZON.days + 1


@inside
def test_the_horizon_moves_on_with_time_and_makes_each_date_once(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None), room="道德讲堂")
    before = len(rows_of(activity_id))
    assert repeating.make_coming_dates() == 0
    noon.shift(10 * WEEK)
    assert repeating.make_coming_dates() == 10
    assert repeating.make_coming_dates() == 0
    made = rows_of(activity_id)
    assert len(made) == before + 10
    assert len({one.meant_on for one in made}) == len(made)
    assert [later.starts_at - one.starts_at for one, later in pairwise(made)] == [WEEK] * (len(made) - 1)
    assert all(one.published for one in made)
    assert len(booked(activity_id)) == len(made)
    assert rules(activity_id)[0].made_until == today() + repeating.HORIZON


def move_the_horizon(_number: int) -> int:
    with time_machine.travel("2026-08-20T12:00+08:00", tick=True):
        return repeating.make_coming_dates()


@inside
def test_processes_that_make_dates_at_once_make_each_once(make: Make, environ: dict[str, str]) -> None:
    ids = [make.activity(repeats=each_week(TUESDAY_16, count=None), room=room) for room in (None, "道德讲堂")]
    before = [len(rows_of(one)) for one in ids]
    results = crowd(environ, move_the_horizon, processes=2, threads=2)
    assert failures(results) == []
    assert [len(rows_of(one)) for one in ids] == [number + 10 for number in before]
    assert sum(results) == 20


@inside
def test_a_draft_waits_and_is_made_up_to_the_horizon_once_it_is_published(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None), published=False)
    before = len(rows_of(activity_id))
    noon.shift(4 * WEEK)
    assert repeating.make_coming_dates() == 0
    actions.publish(activity_id, make.actor())
    assert repeating.make_coming_dates() == 4
    assert len(rows_of(activity_id)) == before + 4


@inside
def test_a_count_and_a_last_day_end_a_row(make: Make, noon: Clock) -> None:
    counted = make.activity(repeats=each_week(TUESDAY_16, count=3))
    ended = make.activity(repeats=each_week(TUESDAY_16, ends_on=on("2027-09-01")))
    assert days(counted) == ["06-16", "06-23", "06-30"]
    noon.shift(20 * WEEK)
    make_dates()
    assert len(rows_of(counted)) == 3
    assert local(rows_of(ended)[-1].starts_at).date() == on("2027-08-31")


@inside
def test_a_job_of_the_schedule_makes_them(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    before = len(rows_of(activity_id))
    noon.shift(3 * WEEK)
    make_dates()
    assert len(rows_of(activity_id)) == before + 3


# A room that is taken


def a_blocked_row(make: Make, noon: Clock) -> tuple[int, date]:
    """Return a row one of whose later days is blocked, and that day."""
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None), room="道德讲堂", title="合唱")
    day = rules(activity_id)[0].made_until
    day += (1 - day.weekday()) % 7 * DAY  # the next Tuesday
    make.activity(room="道德讲堂", title="党课", spans=[span(first=day)])
    noon.shift(3 * WEEK)
    repeating.make_coming_dates()
    return activity_id, day


@inside
def test_a_taken_room_blocks_a_day_and_asks_until_it_is_settled(make: Make, noon: Clock) -> None:
    activity_id, day = a_blocked_row(make, noon)
    assert day not in {one.meant_on for one in rows_of(activity_id)}
    assert day + WEEK in {one.meant_on for one in rows_of(activity_id)}
    assert rescheduling.blocked_days(rules(activity_id)) == [day]
    [asks] = queries.rows_that_ask(make.scope())
    assert (asks.activity_id, asks.blocked, asks.out_of_step) == (activity_id, 1, 0)
    assert queries.rows_that_ask(make.scope("s2")) == []
    with pytest.raises(Missing):
        repeating.leave_out(activity_id, day, make.actor(station="s2"))
    repeating.leave_out(activity_id, day, make.actor())
    assert queries.rows_that_ask(make.scope()) == []
    assert day in repeats_of(rules(activity_id)[0]).rule.exceptions
    noon.shift(3 * WEEK)
    repeating.make_coming_dates()
    assert day not in {one.meant_on for one in rows_of(activity_id)}


@inside
def test_another_room_settles_a_blocked_day(make: Make, noon: Clock) -> None:
    activity_id, day = a_blocked_row(make, noon)
    added = actions.add_date(activity_id, span(first=day), HERE, make.actor(), "key", instead=day)
    assert actions.add_date(activity_id, span(first=day), HERE, make.actor(), "key", instead=day) == added
    assert (row(added).by_hand, row(added).recurrence_id, row(added).published) == (True, None, True)
    assert rescheduling.blocked_days(rules(activity_id)) == []
    assert queries.rows_that_ask(make.scope()) == []


@inside
def test_a_row_that_is_changed_asks_no_more_about_days_it_has_made(make: Make, noon: Clock) -> None:
    activity_id, day = a_blocked_row(make, noon)
    first = next(one for one in rows_of(activity_id) if one.meant_on and one.meant_on > today())
    when = span(first=local(first.starts_at).date(), opens="14:00", closes="15:00")
    change(make, activity_id, wish(first.id, when, where=hall(make)))
    assert day in {one.meant_on for one in rows_of(activity_id)}
    assert rescheduling.blocked_days(rules(activity_id)) == []
    assert queries.rows_that_ask(make.scope()) == []


@inside
def test_a_room_out_of_use_blocks_all_that_comes(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None), room="道德讲堂")
    with transaction() as session:
        session.execute(
            sa.text("UPDATE room SET retired = :yes WHERE id = :id"), {"yes": True, "id": make.room()}
        )
    noon.shift(3 * WEEK)
    assert repeating.make_coming_dates() == 0
    assert len(rescheduling.blocked_days(rules(activity_id))) == 3


# Days off


@inside
def test_days_off_are_skipped_moved_or_kept(make: Make) -> None:
    fridays = partial(each_week, 2, count=3)  # 19 June 2026 is the Dragon Boat Festival, to the 21st
    skip = make.activity(repeats=fridays(holidays=Holidays.SKIP))
    move = make.activity(repeats=fridays(holidays=Holidays.MOVE))
    keep = make.activity(repeats=fridays())
    assert days(skip) == ["06-12", "06-26", "07-03"]
    assert days(move) == ["06-12", "06-22", "06-26"]
    assert days(keep) == ["06-12", "06-19", "06-26"]


@inside
def test_a_notice_entered_later_changes_nothing_by_itself_and_asks(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4, holidays=Holidays.SKIP))
    deaf = make.activity(repeats=each_week(TUESDAY_16, count=4))
    before = said(activity_id)
    holidays.take_over(2026, notice("06-23"), make.actor(Role.MANAGER, "center"))
    assert said(activity_id) == before
    assert [one.out_of_step for one in rules(activity_id)] == [1]
    assert [one.out_of_step for one in rules(deaf)] == [0]
    [asks] = queries.rows_that_ask(make.scope())
    assert (asks.activity_id, asks.out_of_step) == (activity_id, 1)
    rule = replace(repeats_of(rules(activity_id)[0]).rule, starts_on=on("06-16"))
    by_rule(make, activity_id, Repeats(rule, time(10), time(11)))
    assert said(activity_id) == [
        "06-16 10:00",
        "06-23 10:00 off hand",
        "06-30 10:00",
        "07-07 10:00",
        "07-14 10:00",
    ]
    assert "放假" in rows_of(activity_id)[1].cancel_reason
    assert queries.rows_that_ask(make.scope()) == []


@inside
def test_a_rule_that_began_before_asks_no_more_once_the_rest_is_changed(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None, holidays=Holidays.SKIP))
    noon.shift(9 * DAY)  # Friday 19 June: the rule before ends today
    holidays.take_over(2026, notice("06-30"), make.actor(Role.MANAGER, "center"))
    assert [one.out_of_step for one in rules(activity_id)] == [1]
    rule = replace(repeats_of(rules(activity_id)[0]).rule, starts_on=on("06-20"))
    by_rule(make, activity_id, Repeats(rule, time(10), time(11)))
    make_dates()
    assert [one.out_of_step for one in rules(activity_id)] == [0, 0]
    assert queries.rows_that_ask(make.scope()) == []


@inside
def test_a_rule_that_is_over_asks_no_more(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, ends_on=on("06-30"), holidays=Holidays.SKIP))
    holidays.take_over(2026, notice("06-30"), make.actor(Role.MANAGER, "center"))
    assert len(queries.rows_that_ask(make.scope())) == 1
    noon.shift(4 * WEEK)
    make_dates()
    assert queries.rows_that_ask(make.scope()) == []
    assert len(rows_of(activity_id)) == 3
