"""Posting, publishing, changing, cancelling, counting."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.access import Role
from portal.activities import actions, calling_off, occurrences
from portal.activities.content import Content, Where
from portal.activities.models import (
    Activity,
    ActivityStatus,
    Audience,
    Category,
    CountSource,
    Occurrence,
    OccurrenceStatus,
    RoomBooking,
)
from portal.audit.models import AuditEntry
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.messages.models import Message
from portal.stations.models import Room
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("app_context", "noon")

CONTENT = Content(
    title="书法班",
    text="",
    category=Category.CULTURE,
    series_id=None,
    audiences=(Audience.EVERYONE,),
    cohost_ids=(),
    registration=False,
    party_max=4,
    min_age=None,
    max_age=None,
    contact="",
    phone="",
)
SQUARE = Where(None, "小广场", "", "", None)


def occurrence(row_id: int) -> Occurrence:
    db.session.rollback()
    return db.session.get_one(Occurrence, row_id, populate_existing=True)


def bookings() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(RoomBooking)) or 0


def test_a_form_sent_twice_makes_one_activity(make: Make) -> None:
    by = make.actor()
    first = actions.post(make.station(), CONTENT, SQUARE, [span()], publish=True, by=by, key="abc")
    assert actions.post(make.station(), CONTENT, SQUARE, [span()], publish=True, by=by, key="abc") == first
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Activity)) == 1


def test_nobody_posts_for_a_station_outside_the_scope(make: Make) -> None:
    with pytest.raises(Missing):
        actions.post(make.station("s2"), CONTENT, SQUARE, [span()], publish=True, by=make.actor(station="s1"))
    office = make.actor(Role.MANAGER, "office")
    assert actions.post(make.station("s2"), CONTENT, SQUARE, [span()], publish=True, by=office)


def test_a_room_of_another_station_is_refused(make: Make) -> None:
    where = Where(make.room("s2"), "", "", "", None)
    with pytest.raises(Refused):
        actions.post(make.station("s1"), CONTENT, where, [span()], publish=False, by=make.actor())


def test_a_published_date_has_its_room_and_a_draft_has_not(make: Make) -> None:
    draft = make.activity(published=False, room="道德讲堂")
    assert bookings() == 0
    actions.publish(draft, make.actor())
    assert bookings() == 1
    actions.publish(draft, make.actor())
    assert bookings() == 1


def test_a_camp_has_its_room_for_the_hours_of_each_day(make: Make) -> None:
    make.activity(room="道德讲堂", spans=[span(1, "08:30", "11:30", lasts=5)])
    assert bookings() == 5
    make.activity(room="道德讲堂", spans=[span(3, "11:30", "12:30")])
    with pytest.raises(Refused):
        make.activity(room="道德讲堂", spans=[span(3, "11:00", "12:00")])


def test_a_clash_names_what_is_on_and_keeps_nothing(make: Make) -> None:
    make.activity(title="主题党日", room="道德讲堂", spans=[span(2)])
    with pytest.raises(Refused, match="主题党日") as refused:
        make.activity(title="撞了", room="道德讲堂", spans=[span(1), span(2, "10:30", "12:00")])
    assert refused.value.field == "room"
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(Activity.title == "撞了")) == 0


def test_what_was_published_is_cancelled_not_deleted(make: Make) -> None:
    activity_id = make.activity(spans=[span(1), span(8)], room="道德讲堂")
    with pytest.raises(Refused):
        actions.delete_draft(activity_id, make.actor())
    assert calling_off.cancel_all(activity_id, "老师病了", make.actor()) == 2
    assert bookings() == 0
    for row_id in make.dates_of(activity_id):
        found = occurrence(row_id)
        assert found.status is OccurrenceStatus.CANCELLED
        assert (found.cancel_reason, found.sequence) == ("老师病了", 1)
    assert calling_off.cancel_all(activity_id, "again", make.actor()) == 0


def test_a_draft_goes_with_its_dates(make: Make) -> None:
    activity_id = make.activity(published=False)
    actions.delete_draft(activity_id, make.actor())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Occurrence)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "activity.deleted")) == 1


def test_a_cancellation_is_taken_back_today_and_not_tomorrow(
    make: Make, noon: time_machine.Traveller
) -> None:
    row_id = make.occurrence(room="道德讲堂", when=span(3))
    occurrences.cancel(row_id, "因雨取消", make.actor())
    with pytest.raises(OutOfDate):
        occurrences.cancel(row_id, "因雨取消", make.actor())
    occurrences.restore(row_id, make.actor())
    assert occurrence(row_id).status is OccurrenceStatus.PLANNED
    assert bookings() == 1
    occurrences.cancel(row_id, "因雨取消", make.actor())
    noon.shift(timedelta(days=1))
    with pytest.raises(Refused):
        occurrences.restore(row_id, make.actor())


def test_a_room_given_away_meanwhile_is_not_taken_back(make: Make) -> None:
    row_id = make.occurrence(room="道德讲堂", when=span(3))
    occurrences.cancel(row_id, "因雨取消", make.actor())
    make.occurrence(room="道德讲堂", when=span(3))
    with pytest.raises(Refused):
        occurrences.restore(row_id, make.actor())
    assert occurrence(row_id).status is OccurrenceStatus.CANCELLED


def test_moving_a_date_frees_the_old_time_and_takes_the_new(make: Make) -> None:
    row_id = make.occurrence(room="道德讲堂", when=span(3))
    where = Where(make.room(), "", "", "", 30)
    occurrences.move(row_id, 0, span(4), where, make.actor())
    make.occurrence(room="道德讲堂", when=span(3))
    with pytest.raises(Refused):
        make.occurrence(room="道德讲堂", when=span(4))
    with pytest.raises(OutOfDate):
        occurrences.move(row_id, 0, span(5), where, make.actor())


def test_partners_stand_on_the_call_list_when_a_date_is_cancelled(make: Make) -> None:
    row_id = make.occurrence(station="s4", cohosts=("s2", "s3"))
    occurrences.cancel(row_id, "因雨取消", make.actor(station="s4"))
    told = db.session.scalars(sa.select(Message).order_by(Message.id)).all()
    assert [message.recipient for message in told] == ["第二社区实践站", "第三社区实践站"]
    assert {message.station_id for message in told} == {make.station("s4")}
    assert all("因雨取消" in message.text for message in told)


def test_people_are_counted_when_they_are_there(make: Make, noon: time_machine.Traveller) -> None:
    row_id = make.occurrence()
    with pytest.raises(Refused):
        occurrences.count(row_id, 12, 3, 4, CountSource.COUNTED, make.actor())
    noon.shift(timedelta(days=1))
    occurrences.count(row_id, 12, 3, None, CountSource.COUNTED, make.actor())
    found = occurrence(row_id)
    assert (found.attended, found.minors, found.elderly) == (12, 3, None)
    with pytest.raises(Refused):
        occurrences.count(row_id, 12, 8, 8, CountSource.COUNTED, make.actor())
    with pytest.raises(Missing):
        occurrences.count(row_id, 12, 0, 0, CountSource.COUNTED, make.actor(station="s2"))
    details = db.session.scalars(
        sa.select(AuditEntry.detail).where(AuditEntry.action == "attendance.counted")
    )
    assert list(details) == ["- → 12"]


def test_nothing_is_published_whose_dates_are_all_over(make: Make) -> None:
    yesterday = span(first=date(2026, 6, 9))
    with pytest.raises(Refused) as refused:
        make.activity(spans=[yesterday])
    assert refused.value.field == "first_day"


def test_two_editors_do_not_overwrite_each_other(make: Make) -> None:
    activity_id = make.activity()
    actions.change_content(activity_id, 1, CONTENT, make.actor())
    with pytest.raises(OutOfDate):
        actions.change_content(activity_id, 1, CONTENT, make.actor())
    db.session.rollback()
    assert db.session.get_one(Activity, activity_id).title == "书法班"


def test_a_new_title_moves_the_feeds_and_a_new_text_only_touches_them(make: Make) -> None:
    activity_id = make.activity(title="旧名")
    [row_id] = make.dates_of(activity_id)
    actions.change_content(activity_id, 1, CONTENT, make.actor())
    assert occurrence(row_id).sequence == 1
    actions.change_content(activity_id, 2, CONTENT, make.actor())
    assert occurrence(row_id).sequence == 1


def test_words_can_be_changed_though_the_room_is_used_no_more(make: Make) -> None:
    activity_id = make.activity(room="道德讲堂")
    with transaction() as session:
        session.execute(sa.update(Room).values(retired=True))
    actions.change_content(activity_id, 1, CONTENT, make.actor())
    db.session.rollback()
    assert db.session.get_one(Activity, activity_id).title == CONTENT.title


def test_rewriting_a_draft_replaces_its_dates(make: Make) -> None:
    activity_id = make.activity(published=False, spans=[span(1), span(8)])
    actions.rewrite_draft(activity_id, 1, CONTENT, SQUARE, [span(2)], publish=True, by=make.actor())
    assert len(make.dates_of(activity_id)) == 1
    db.session.rollback()
    assert db.session.get_one(Activity, activity_id).status is ActivityStatus.PUBLISHED
    with pytest.raises(OutOfDate):
        actions.rewrite_draft(activity_id, 2, CONTENT, SQUARE, [span(3)], publish=True, by=make.actor())
