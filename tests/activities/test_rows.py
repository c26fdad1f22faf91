"""Rows of dates that a rule makes: made once, changed with care, never over what somebody changed by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from portal import create_app
from portal.access import Role
from portal.activities import (
    actions,
    calling_off,
    holidays,
    lunar,
    occurrences,
    queries,
    repeating,
    rescheduling,
)
from portal.activities.changes import Fate
from portal.activities.content import Where
from portal.activities.dates import Span, span_of
from portal.activities.holidays import Named
from portal.activities.lunar import OfficialDay
from portal.activities.models import Activity, Occurrence, OccurrenceStatus, RoomBooking
from portal.activities.recurrence import Holidays, Kind, Rule
from portal.activities.recurrences import Recurrence, Repeats, repeats_of, where_of
from portal.activities.rescheduling import Outlook, Reach, Wish
from portal.clock import local, today
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.messages.models import Message, MessageStatus
from portal.registrations import desk
from portal.registrations.models import Registration, Status
from portal.registrations.party import Source
from portal.schedule import make_dates
from tests.conftest import SignIn
from tests.ground.crowd import crowd, failures
from tests.make import Make, each_week, span
from tests.registrations.test_race import wrongs

inside = pytest.mark.usefixtures("noon", "app_context")
Clock = time_machine.Traveller
HERE = Where(None, "榕树下", "", "", None)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TUESDAY_16 = 6  # days from the tests' noon


def on(text: str) -> date:
    return date.fromisoformat(f"2026-{text}" if len(text) == 5 else text)


def hour(day: str, opens: str = "10:00") -> Span:
    """Return one hour on a day."""
    return span(first=on(day), opens=opens, closes=f"{int(opens[:2]) + 1:02}{opens[2:]}")


def hall(make: Make) -> Where:
    return Where(make.room(), "", "", "", None)


def rows_of(activity_id: int) -> list[Occurrence]:
    db.session.rollback()
    wanted = sa.select(Occurrence).where(Occurrence.activity_id == activity_id)
    return list(db.session.scalars(wanted.order_by(Occurrence.starts_at, Occurrence.id)))


def said(activity_id: int, most: int = 20) -> list[str]:
    """Write dates down as “06-16 10:00”, with “off” and “hand” behind."""
    return [
        " ".join(
            [f"{local(one.starts_at):%m-%d %H:%M}"]
            + ["off"] * (one.status is OccurrenceStatus.CANCELLED)
            + ["hand"] * one.by_hand
        )
        for one in rows_of(activity_id)[:most]
    ]


def days(activity_id: int) -> list[str]:
    return [f"{local(one.starts_at):%m-%d}" for one in rows_of(activity_id)]


def row(occurrence_id: int) -> Occurrence:
    db.session.rollback()
    return db.session.get_one(Occurrence, occurrence_id)


def booked(activity_id: int) -> list[str]:
    """List the hours for which the activity has rooms."""
    found = db.session.scalars(
        sa.select(RoomBooking.starts_at)
        .join(Occurrence, Occurrence.id == RoomBooking.occurrence_id)
        .where(Occurrence.activity_id == activity_id)
        .order_by(RoomBooking.starts_at)
    )
    return [f"{local(moment):%m-%d %H:%M}" for moment in found]


def rules(activity_id: int) -> list[Recurrence]:
    db.session.rollback()
    return rescheduling.rules_of(activity_id)


def wish(occurrence_id: int, when: Span, reach: Reach = Reach.ALL, where: Where = HERE) -> Wish:
    one = row(occurrence_id)
    since = rescheduling.first_to_come(rules(one.activity_id)) if reach is Reach.ALL else one.meant_on
    assert since is not None
    return rescheduling.moved_along(one, when, where, since, rules(one.activity_id))


def look(activity_id: int, wanted: Wish) -> Outlook:
    return rescheduling.outlook(db.session.get_one(Activity, activity_id), wanted, rules(activity_id))


def change(make: Make, activity_id: int, wanted: Wish, everywhere: bool = False) -> Outlook:
    seen = look(activity_id, wanted).seen
    return rescheduling.reschedule(activity_id, wanted, seen, make.actor(), everywhere)


def move_row(
    make: Make, occurrence_id: int, when: Span, reach: Reach = Reach.ALL, **parts: object
) -> Outlook:
    wanted = replace(wish(occurrence_id, when, reach), **parts)  # type: ignore[arg-type]
    return change(make, row(occurrence_id).activity_id, wanted)


def by_rule(make: Make, activity_id: int, repeats: Repeats, **parts: object) -> Outlook:
    """Change how it repeats, as the page of a row does."""
    wanted = Wish(repeats.rule.starts_on, repeats, HERE, lambda day: day)
    return change(make, activity_id, replace(wanted, **parts))  # type: ignore[arg-type]


def move_by_hand(make: Make, occurrence_id: int, when: Span, where: Where = HERE) -> None:
    occurrences.move(occurrence_id, row(occurrence_id).sequence, when, where, make.actor())


def told(kind: str) -> list[str]:
    return list(db.session.scalars(sa.select(Message.text).where(Message.kind == kind).order_by(Message.id)))


def notice(off: str = "", work: str = "", year: int = 2026) -> list[Named]:
    """Write a notice of days off beside those that are known."""
    return [Named(on(day), OfficialDay.OFF, "台风") for day in off.split()] + [
        Named(on(day), OfficialDay.WORK, "补班") for day in work.split()
    ]


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


# One, the following, all


@inside
def test_one_date_moves_alone_and_is_then_let_be(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4))
    second = make.dates_of(activity_id)[1]
    move_by_hand(make, second, hour("06-24", "15:00"))
    assert said(activity_id) == ["06-16 10:00", "06-24 15:00 hand", "06-30 10:00", "07-07 10:00"]
    done = move_row(make, make.dates_of(activity_id)[0], hour("06-17", "09:00"))
    assert said(activity_id) == ["06-17 09:00", "06-24 15:00 hand", "07-01 09:00", "07-08 09:00"]
    assert len(done.of(Fate.BY_HAND)) == 1
    assert [(one.kind, one.starts_on, one.weekdays) for one in rules(activity_id)] == [
        (Kind.WEEKLY, on("06-17"), 1 << 2)
    ]
    make_dates()
    assert len(rows_of(activity_id)) == 4
    with pytest.raises(Refused) as refused:
        wish(second, hour("06-25"))
    assert refused.value.field == "reach"


@inside
def test_this_and_those_after_it_move_and_the_earlier_stay(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None), room="道德讲堂", seats=9)
    third = make.dates_of(activity_id)[2]
    number = len(rows_of(activity_id))
    change(
        make,
        activity_id,
        wish(third, hour("07-02", "19:00"), Reach.FOLLOWING, hall(make)),
    )
    assert said(activity_id, 4) == ["06-16 10:00", "06-23 10:00", "07-02 19:00", "07-09 19:00"]
    assert len(rows_of(activity_id)) == number
    assert booked(activity_id) == [f"{local(one.starts_at):%m-%d %H:%M}" for one in rows_of(activity_id)]
    first, rest = rules(activity_id)
    assert (first.ends_on, rest.starts_on, rest.ends_on) == (on("06-29"), on("07-02"), None)
    noon.shift(10 * WEEK)
    make_dates()
    later = rows_of(activity_id)
    assert len({one.meant_on for one in later}) == len(later) == number + 10
    assert f"{local(later[-1].starts_at):%a %H:%M}" == "Thu 19:00"
    assert later[-1].seats == 9


@inside
def test_all_that_are_to_come_move_and_what_is_over_stays(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4))
    noon.shift(10 * DAY)
    last = make.dates_of(activity_id)[-1]
    move_row(make, last, hour("07-08", "15:00"))
    assert said(activity_id) == ["06-16 10:00", "06-24 15:00", "07-01 15:00", "07-08 15:00"]
    assert [one.count for one in rules(activity_id)] == [4, 3]


@inside
def test_what_is_moved_beyond_the_horizon_is_not_cancelled(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    number = len(rows_of(activity_id))
    noon.shift(3 * DAY)
    done = move_row(make, make.dates_of(activity_id)[0], hour("06-21"))
    assert (len(done.of(Fate.MOVES)), len(done.steps)) == (number, number)
    noon.shift(8 * WEEK)
    make_dates()
    made = rows_of(activity_id)
    assert {one.status for one in made} == {OccurrenceStatus.PLANNED}
    assert len({one.starts_at for one in made}) == len(made) > number
    assert {local(one.starts_at).weekday() for one in made} == {6}


@inside
def test_next_years_date_goes_along_to_later_in_its_year(make: Make) -> None:
    yearly = Repeats(Rule(Kind.YEARLY_DAY, on("06-20"), month=6, month_day=20), time(9), time(10))
    activity_id = make.activity(repeats=yearly)
    assert days(activity_id) == ["06-20", "06-20"]
    done = move_row(make, make.dates_of(activity_id)[0], hour("09-01"))
    assert len(done.of(Fate.MOVES)) == 2
    assert days(activity_id) == ["09-01", "09-01"]
    autumn = Repeats(Rule(Kind.YEARLY_DAY, on("06-11"), month=12, month_day=1), time(9), time(10))
    by_rule(make, activity_id, autumn)
    assert days(activity_id) == ["12-01", "12-01"]


@inside
def test_nobody_is_moved_to_an_hour_that_has_passed(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(1, count=3), registration=True, seats=5)  # Thursdays
    first, second, _third = make.dates_of(activity_id)
    make.registration(first)
    done = move_row(make, second, hour("06-17", "09:00"))
    assert [one.id for one in done.of(Fate.KEPT)] == [first]
    assert said(activity_id) == ["06-11 10:00 hand", "06-17 09:00", "06-24 09:00"]


@inside
def test_a_fortnightly_row_keeps_its_weeks_whatever_extra_day_comes_first(make: Make, noon: Clock) -> None:
    fortnightly = each_week(TUESDAY_16, interval=2, count=None, extra=frozenset({on("06-23")}))
    activity_id = make.activity(repeats=fortnightly)
    assert days(activity_id)[:3] == ["06-16", "06-23", "06-30"]
    noon.shift(8 * DAY)
    third = make.dates_of(activity_id)[2]
    done = move_row(make, third, hour("06-30", "15:00"))
    assert done.of(Fate.GONE, Fate.NEW) == []
    assert said(activity_id, 4) == ["06-16 10:00", "06-23 15:00", "06-30 15:00", "07-14 15:00"]
    noon.shift(10 * WEEK)
    make_dates()
    made = rows_of(activity_id)[2:]
    assert {later.starts_at - one.starts_at for one, later in pairwise(made)} == {2 * WEEK}


@inside
def test_from_an_extra_day_only_that_day_can_be_changed(make: Make) -> None:
    monthly = Repeats(
        Rule(Kind.MONTHLY_DAY, on("06-15"), month_day=15, count=3, extra=frozenset({on("06-20")})),
        time(9),
        time(10),
    )
    activity_id = make.activity(repeats=monthly)
    extra = make.dates_of(activity_id)[1]
    with pytest.raises(Refused) as refused:
        wish(extra, hour("06-20", "15:00"))
    assert refused.value.field == "first_day"
    assert days(activity_id) == ["06-15", "06-20", "07-15", "08-15"]


@inside
def test_a_date_that_waits_for_a_free_day_goes_along_when_its_own_has_passed(make: Make, noon: Clock) -> None:
    fridays = each_week(2, count=3, holidays=Holidays.MOVE)
    activity_id = make.activity(repeats=fridays)  # 12, 22 (meant for the 19th) and 26 June
    noon.move_to(noon_of("06-20"))
    done = move_row(make, make.dates_of(activity_id)[1], hour("06-22", "15:00"))
    assert {one.fate for one in done.steps} == {Fate.MOVES}
    assert said(activity_id) == ["06-12 10:00", "06-22 15:00", "06-26 15:00"]


def noon_of(day: str) -> float:
    return span(first=on(day), opens="12:00", closes="13:00").starts_at.timestamp()


@inside
def test_a_cancelled_date_stays_cancelled_and_is_not_made_again(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4), room="道德讲堂")
    second = make.dates_of(activity_id)[1]
    occurrences.cancel(second, "老师病了", make.actor())
    change(make, activity_id, wish(make.dates_of(activity_id)[0], hour("06-18"), where=hall(make)))
    assert said(activity_id) == ["06-18 10:00", "06-23 10:00 off hand", "07-02 10:00", "07-09 10:00"]
    make_dates()
    assert len(rows_of(activity_id)) == 4
    occurrences.restore(second, make.actor())
    assert said(activity_id)[1] == "06-23 10:00 hand"
    assert booked(activity_id) == ["06-18 10:00", "06-23 10:00", "07-02 10:00", "07-09 10:00"]


@inside
def test_what_was_called_off_together_stays_so_when_the_rest_moves(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4))
    first, _second, third, _fourth = make.dates_of(activity_id)
    calling_off.cancel_from(third, "老师走了", make.actor())
    move_row(make, first, hour("06-17"))
    assert [line.removesuffix(" hand") for line in said(activity_id)] == [
        "06-17 10:00",
        "06-24 10:00",
        "06-30 10:00 off",
        "07-07 10:00 off",
    ]


@inside
def test_who_shall_stay_stays_as_if_changed_by_hand(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4))
    first, second, *_rest = make.dates_of(activity_id)
    move_row(make, first, hour("06-17"), stay=frozenset({second}))
    assert said(activity_id) == ["06-17 10:00", "06-23 10:00 hand", "07-01 10:00", "07-08 10:00"]
    move_row(make, first, hour("06-18"))
    assert said(activity_id)[1] == "06-23 10:00 hand"


@inside
def test_exceptions_and_extra_days_travel_along(make: Make, noon: Clock) -> None:
    parts: dict[str, Any] = {"exceptions": frozenset({on("06-30")}), "extra": frozenset({on("07-03")})}
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4, **parts))
    assert days(activity_id) == ["06-16", "06-23", "07-03", "07-07", "07-14"]
    done = move_row(make, make.dates_of(activity_id)[1], hour("06-24"), Reach.FOLLOWING)
    assert done.of(Fate.GONE, Fate.NEW) == []
    assert days(activity_id) == ["06-16", "06-24", "07-03", "07-08", "07-15"]
    rule = repeats_of(rules(activity_id)[-1]).rule
    assert (rule.exceptions, rule.extra, rule.count) == (
        frozenset({on("07-01")}),
        frozenset({on("07-03")}),
        3,
    )


@inside
def test_an_exception_that_comes_to_fall_on_an_extra_day_gives_way(make: Make) -> None:
    parts: dict[str, Any] = {"exceptions": frozenset({on("06-30")}), "extra": frozenset({on("07-02")})}
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3, **parts))
    move_row(make, make.dates_of(activity_id)[0], hour("06-18"))
    assert "07-02" in days(activity_id)


@inside
def test_an_exception_taken_away_does_not_come_back(make: Make) -> None:
    parts: dict[str, Any] = {"exceptions": frozenset({on("06-30")}), "extra": frozenset({on("07-03")})}
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None, **parts))
    rule = replace(each_week(first=on("06-23"), count=None).rule)
    by_rule(make, activity_id, Repeats(rule, time(10), time(11)))
    assert days(activity_id)[:4] == ["06-16", "06-23", "06-30", "07-07"]  # the extra day fills the gap
    second = next(one.id for one in rows_of(activity_id) if one.meant_on == on("06-23"))
    move_row(make, second, hour("06-23", "15:00"))
    assert said(activity_id, 4) == ["06-16 15:00", "06-23 15:00", "06-30 15:00", "07-07 15:00"]


@inside
def test_what_is_left_out_of_the_new_is_not_made(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    twice = replace(each_week(first=on("06-16"), count=None).rule, weekdays=(1, 4))
    by_rule(make, activity_id, Repeats(twice, time(10), time(11)), leave_out=frozenset({on("06-19")}))
    assert days(activity_id)[:3] == ["06-16", "06-23", "06-26"]
    assert repeats_of(rules(activity_id)[-1]).rule.exceptions == {on("06-19")}


@inside
def test_the_count_is_what_is_left(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=5))
    move_row(make, make.dates_of(activity_id)[2], hour("07-01"), Reach.FOLLOWING)
    assert [one.count for one in rules(activity_id)] == [5, 3]
    assert days(activity_id) == ["06-16", "06-23", "07-01", "07-08", "07-15"]
    move_row(make, make.dates_of(activity_id)[4], hour("07-15", "08:00"))
    assert said(activity_id) == [f"{day} 08:00" for day in ("06-17", "06-24", "07-01", "07-08", "07-15")]
    make_dates()
    assert len([one for one in rows_of(activity_id) if one.status is OccurrenceStatus.PLANNED]) == 5


@inside
def test_a_change_from_beyond_the_horizon_on_leaves_no_gap(make: Make, noon: Clock) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=None))
    far = replace(each_week(first=on("2027-09-07"), count=None).rule, weekdays=(3,))
    done = by_rule(make, activity_id, Repeats(far, time(15), time(16)))
    assert done.steps == []
    noon.shift(20 * WEEK)
    make_dates()
    made = [one.meant_on for one in rows_of(activity_id) if one.meant_on]
    assert [day for day in (on("2027-08-03"), on("2027-08-31"), on("2027-09-09")) if day not in made] == []
    assert on("2027-09-07") not in made


# Rooms


@inside
def test_room_clashes_refuse_all_or_nothing(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4), room="道德讲堂")
    make.activity(title="党课", room="道德讲堂", spans=[hour("07-01")])
    before, held = said(activity_id), booked(activity_id)
    wanted = wish(make.dates_of(activity_id)[0], hour("06-17"), where=hall(make))
    found = look(activity_id, wanted)
    assert found.clashes == {on("07-01"): "党课"}
    with pytest.raises(Refused, match="党课") as refused:
        rescheduling.reschedule(activity_id, wanted, found.seen, make.actor())
    assert refused.value.field == "room"
    assert (said(activity_id), booked(activity_id)) == (before, held)
    assert len(rules(activity_id)) == 1
    assert told("registration.changed") == []


@inside
def test_dates_of_a_row_do_not_stand_in_their_own_way(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4), room="道德讲堂")
    wanted = wish(make.dates_of(activity_id)[0], hour("06-16", "10:30"), where=hall(make))
    assert look(activity_id, wanted).clashes == {}
    change(make, activity_id, wanted)
    assert booked(activity_id) == ["06-16 10:30", "06-23 10:30", "06-30 10:30", "07-07 10:30"]


@inside
def test_the_row_moves_to_a_room_and_the_activity_with_it(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3))
    first = make.dates_of(activity_id)[0]
    change(make, activity_id, wish(first, hour("06-16"), where=hall(make)), everywhere=True)
    assert {one.room_id for one in rows_of(activity_id)} == {make.room()}
    assert len(booked(activity_id)) == 3
    assert db.session.get_one(Activity, activity_id).room_id == make.room()
    assert where_of(rules(activity_id)[-1]).room_id == make.room()


# People


@inside
def test_parties_keep_registration_reference_seats_and_queue(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4), registration=True, seats=2)
    second = make.dates_of(activity_id)[1]
    receipts = [make.registration(second, 2), make.registration(second), make.registration(second)]
    references = sa.select(Registration.id, Registration.reference, Registration.status, Registration.place)
    before = db.session.execute(references.order_by(Registration.id)).all()
    done = move_row(make, make.dates_of(activity_id)[0], hour("06-18", "15:00"))
    assert done.told(Fate.MOVES).people == 4
    moved = row(second)
    assert f"{local(moved.starts_at):%m-%d %H:%M}" == "06-25 15:00"
    assert (moved.seats_taken, moved.parties_waiting, moved.seats) == (2, 2, 2)
    assert db.session.execute(references.order_by(Registration.id)).all() == before
    assert {one.occurrence_id for one in db.session.scalars(sa.select(Registration))} == {second}
    assert len(receipts) == len(before)
    assert wrongs(second) == []


@pytest.mark.parametrize("channel", ["", "log"])
def test_who_is_signed_up_is_told_the_new_day(environ: dict[str, str], noon: Clock, channel: str) -> None:
    environ["PHONE_CHANNEL"] = channel
    app = create_app(environ)
    with app.app_context():
        mine = Make(app)
        activity_id = mine.activity(repeats=each_week(TUESDAY_16, count=3), registration=True, seats=5)
        first = mine.dates_of(activity_id)[0]
        mine.registration(first, name="甲")
        mine.registration(first, name="乙", phone="", source=Source.DESK, by=mine.actor())
        when = hour("06-18", "15:00")
        done = move_row(mine, first, when, word="老师换班")
        found = list(
            db.session.scalars(
                sa.select(Message).where(Message.kind == "registration.changed").order_by(Message.id)
            )
        )
        assert [one.recipient for one in found] == ["甲", "乙"]
        for one in found:
            assert "6 月 18 日" in one.text
            assert "15:00" in one.text
            assert one.text.endswith("老师换班")
        called = [one.status is MessageStatus.TO_CALL for one in found]
        assert called == ([False, True] if channel else [True, True])
        told_ = done.told(Fate.MOVES)
        assert (told_.by_message, told_.by_call) == ((1, 1) if channel else (0, 2))
        db.session.remove()
        db.engine.dispose()


@inside
@pytest.mark.parametrize("keep", [True, False])
def test_dates_with_people_are_held_or_cancelled_as_chosen(make: Make, keep: bool) -> None:
    activity_id = make.activity(
        repeats=each_week(TUESDAY_16, count=4), registration=True, seats=5, room="道德讲堂"
    )
    second = make.dates_of(activity_id)[1]
    party = make.registration(second).registration_id
    fortnightly = replace(each_week(TUESDAY_16, count=2).rule, interval=2)
    by_rule(make, activity_id, Repeats(fortnightly, time(10), time(11)), where=hall(make), keep_people=keep)
    gone = "hand" if keep else "off hand"
    wanted = ["06-16 10:00", f"06-23 10:00 {gone}", "06-30 10:00", "07-07 10:00 off hand"]
    assert said(activity_id) == wanted
    kept = db.session.get_one(Registration, party)
    assert (kept.status, kept.occurrence_id) == (Status.CONFIRMED, second)
    assert len(told("registration.called_off")) == (0 if keep else 1)
    assert booked(activity_id) == ["06-16 10:00", *["06-23 10:00"] * keep, "06-30 10:00"]
    make_dates()
    assert said(activity_id) == wanted


@inside
def test_partners_are_told_of_each_date(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3), cohosts=("s2",))
    move_row(make, make.dates_of(activity_id)[1], hour("06-24"), Reach.FOLLOWING)
    assert len(told("occurrence.changed")) == 2
    assert "6 月 24 日" in told("occurrence.changed")[0]


def test_calendars_see_the_same_dates_at_new_times(make: Make, noon: Clock, sign_in: SignIn) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=2), title="合唱")
    first, second = make.dates_of(activity_id)
    browser = sign_in()

    def event() -> dict[str, str]:
        lines = browser.get(f"/occurrences/{second}.ics").response.text.splitlines()
        return {line.split(":")[0].split(";")[0]: line.split(":", 1)[1] for line in lines if ":" in line}

    before = event()
    with browser.app.app_context():
        move_row(make, first, hour("06-18", "15:00"))
        db.session.remove()
    after = event()
    assert before["UID"] == after["UID"]
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert before["DTSTART"] != after["DTSTART"]


# Refused


@inside
def test_what_was_not_seen_is_not_done(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4), registration=True, seats=5)
    first, second, *_rest = make.dates_of(activity_id)
    wanted = wish(first, hour("06-17"))
    seen = look(activity_id, wanted).seen
    occurrences.cancel(second, "老师病了", make.actor())
    before = said(activity_id)
    for stale in (seen, "", "nonsense"):
        with pytest.raises(OutOfDate):
            rescheduling.reschedule(activity_id, wanted, stale, make.actor())
    assert said(activity_id) == before


@inside
def test_only_who_writes_for_the_station_changes_its_rows(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4))
    wanted = wish(make.dates_of(activity_id)[0], hour("06-17"))
    seen = look(activity_id, wanted).seen
    other = make.actor(station="s2")
    with pytest.raises(Missing):
        rescheduling.reschedule(activity_id, wanted, seen, other)
    with pytest.raises(Missing):
        calling_off.cancel_from(make.dates_of(activity_id)[0], "x", other)
    with pytest.raises(Missing):
        calling_off.restore_all(activity_id, other)
    with pytest.raises(Missing):
        actions.add_date(activity_id, hour("06-17"), HERE, other)
    with pytest.raises(Refused):
        actions.add_date(activity_id, span(1), Where(make.room("s2"), "", "", "", None), make.actor())


@inside
def test_a_row_that_was_called_off_is_changed_no_more(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=4))
    wanted = wish(make.dates_of(activity_id)[0], hour("06-17"))
    seen = look(activity_id, wanted).seen
    calling_off.cancel_all(activity_id, "老师病了", make.actor())
    with pytest.raises(Refused):
        rescheduling.reschedule(activity_id, wanted, seen, make.actor())


@inside
@pytest.mark.parametrize(
    ("deed", "field"),
    [
        (lambda make, one: wish(one, span(0, "08:00", "09:00")), "first_day"),
        (lambda make, one: move_by_hand(make, one, span(0, "08:00", "09:00")), "first_day"),
        (lambda make, one: actions.add_date(row(one).activity_id, span(-1), HERE, make.actor()), "first_day"),
    ],
)
def test_no_date_goes_into_the_past(make: Make, deed: Callable[[Make, int], object], field: str) -> None:
    one = make.dates_of(make.activity(repeats=each_week(TUESDAY_16)))[0]
    with pytest.raises(Refused) as refused:
        deed(make, one)
    assert refused.value.field == field


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
