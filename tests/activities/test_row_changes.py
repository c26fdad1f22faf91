"""Rows of dates are changed with care, and never over what somebody changed by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from portal import create_app
from portal.activities import (
    actions,
    calling_off,
    occurrences,
    rescheduling,
)
from portal.activities.changes import Fate
from portal.activities.content import Where
from portal.activities.models import Activity, OccurrenceStatus
from portal.activities.recurrence import Holidays, Kind, Rule
from portal.activities.recurrences import Repeats, repeats_of, where_of
from portal.activities.rescheduling import Reach
from portal.clock import local
from portal.db import db
from portal.errors import Missing, OutOfDate, Refused
from portal.messages.models import Message, MessageStatus
from portal.registrations.models import Registration, Status
from portal.registrations.party import Source
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
    hour,
    inside,
    look,
    move_by_hand,
    move_row,
    on,
    row,
    rows_of,
    rules,
    said,
    told,
    wish,
)
from tests.conftest import SignIn
from tests.make import Make, each_week, span
from tests.registrations.test_race import wrongs

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
