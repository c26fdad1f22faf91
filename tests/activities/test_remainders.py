"""Where one rule goes on for another, no date is made twice and none is dropped."""

from datetime import date, time, timedelta

import pytest

from portal.activities import occurrences, remainders, repeating
from portal.activities.changes import Fate
from portal.activities.recurrence import Holidays
from portal.activities.recurrences import Repeats, repeats_of
from portal.activities.rescheduling import Reach
from portal.schedule import make_dates
from tests.activities.rows import (
    TUESDAY_16,
    Clock,
    booked,
    by_rule,
    change,
    days,
    hall,
    hour,
    inside,
    look,
    move_row,
    on,
    rules,
    said,
    wish,
)
from tests.conftest import SignIn
from tests.make import Make, each_week

TEN, ELEVEN = time(10), time(11)
TUE_THU = {"weekdays": (1, 3), "count": 10}
EARLIER = [
    *("06-15", "06-16", "06-22", "06-23", "06-29"),
    *("06-30", "07-06", "07-07", "07-13", "07-14"),
]


def twice_a_week(make: Make, **parts: object) -> tuple[int, list[int]]:
    """Post a class on ten Tuesdays and Thursdays from 16 June on."""
    activity_id = make.activity(repeats=each_week(TUESDAY_16, **TUE_THU | parts))  # type: ignore[arg-type]
    return activity_id, make.dates_of(activity_id)


@inside
def test_to_an_earlier_day_nothing_doubles_and_nothing_is_dropped(make: Make, noon: Clock) -> None:
    activity_id, dates = twice_a_week(make)
    done = move_row(make, dates[1], hour("06-15"), Reach.FOLLOWING)
    assert done.of(Fate.NEW, Fate.GONE) == []
    assert days(activity_id) == EARLIER
    noon.shift(timedelta(weeks=12))
    make_dates()
    assert days(activity_id) == EARLIER


@inside
def test_in_a_room_a_row_does_not_clash_with_what_it_has_made(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, **TUE_THU), room="道德讲堂")  # type: ignore[arg-type]
    wanted = wish(make.dates_of(activity_id)[1], hour("06-15"), Reach.FOLLOWING, hall(make))
    assert look(activity_id, wanted).clashes == {}
    change(make, activity_id, wanted)
    assert booked(activity_id) == [f"{day} 10:00" for day in EARLIER]


@inside
def test_what_was_cancelled_left_out_or_added_before_is_not_made_again(make: Make) -> None:
    parts = {"exceptions": frozenset({on("06-23")}), "extra": frozenset({on("06-17")})}
    activity_id, dates = twice_a_week(make, count=7, **parts)
    occurrences.cancel(dates[0], "台风", make.actor())
    assert days(activity_id) == ["06-16", "06-17", "06-18", "06-25", "06-30", "07-02", "07-07", "07-09"]
    move_row(make, dates[2], hour("06-15"), Reach.FOLLOWING)
    assert days(activity_id) == ["06-15", "06-16", "06-17", "06-22", "06-29", "06-30", "07-06", "07-07"]
    assert said(activity_id)[1] == "06-16 10:00 off"


@inside
def test_all_of_them_move_on_from_there_with_none_lost(make: Make) -> None:
    activity_id, dates = twice_a_week(make)
    move_row(make, dates[1], hour("06-15"), Reach.FOLLOWING)
    assert remainders.left_out(rules(activity_id), on("06-15")) == frozenset()
    done = move_row(make, dates[1], hour("06-17"))
    assert done.of(Fate.NEW, Fate.GONE) == []
    assert days(activity_id)[:4] == ["06-16", "06-17", "06-23", "06-24"]
    assert len(days(activity_id)) == 10


@inside
def test_the_rule_begun_last_is_the_one_that_holds(make: Make) -> None:
    activity_id, dates = twice_a_week(make)
    move_row(make, dates[1], hour("06-15"), Reach.FOLLOWING)
    assert [repeats_of(one).rule.starts_on for one in rules(activity_id)] == [on("06-16"), on("06-15")]


@pytest.mark.usefixtures("noon")
def test_other_hours_for_such_a_row_cancel_nothing(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, dates = twice_a_week(make)
    with editor.app.app_context():
        move_row(make, dates[1], hour("06-15"), Reach.FOLLOWING)
    form = editor.get(f"/staff/activities/{activity_id}/repeat").form()
    assert (form.page.value("first_day"), form.page.value("times")) == ("2026-06-15", "10")
    looked = form.fill(opens="09:00", closes="10:00").submit(intent="look")
    looked.form().submit(intent="change")
    with editor.app.app_context():
        assert said(activity_id) == [f"{day} 09:00" for day in EARLIER]


@inside
def test_a_date_that_a_day_off_has_moved_is_not_made_again_by_the_next_rule(make: Make) -> None:
    thursdays = each_week(first=date(2026, 9, 24), count=4, holidays=Holidays.MOVE)
    activity_id = make.activity(repeats=thursdays)
    assert days(activity_id) == ["09-24", "10-08", "10-09", "10-15"]  # 1 October waits until the 9th
    fridays = each_week(first=on("10-09"), count=2, holidays=Holidays.MOVE).rule
    by_rule(make, activity_id, Repeats(fridays, TEN, ELEVEN))
    assert days(activity_id) == ["09-24", "10-08", "10-09", "10-16", "10-23"]
    assert repeats_of(rules(activity_id)[-1]).rule.exceptions == {on("10-09")}
    assert repeating.make_coming_dates() == 0


@inside
def test_what_waits_for_a_free_day_is_not_sent_past_the_date_that_stands_there(make: Make) -> None:
    twice = each_week(2, weekdays=(1, 4), count=6, holidays=Holidays.MOVE)  # from Friday the 12th on
    activity_id = make.activity(repeats=twice)
    assert days(activity_id) == ["06-12", "06-16", "06-22", "06-23", "06-26", "06-30"]
    move_row(make, make.dates_of(activity_id)[3], hour("06-18"), Reach.FOLLOWING)
    assert days(activity_id) == ["06-12", "06-16", "06-18", "06-22", "06-25", "06-26"]


@inside
def test_a_date_goes_where_it_is_sent_though_another_is_there(make: Make) -> None:
    activity_id = make.activity(repeats=each_week(TUESDAY_16, count=3))
    move_row(make, make.dates_of(activity_id)[1], hour("06-16", "15:00"), Reach.FOLLOWING)
    assert said(activity_id) == ["06-16 10:00", "06-16 15:00", "06-23 15:00"]
