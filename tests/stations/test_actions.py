"""What staff change of the network: within their scope, one after the other, and noted."""

from datetime import time

import pytest
import sqlalchemy as sa

from portal.access import NOBODY, Actor
from portal.activities import actions as activities
from portal.activities import occurrences, rooms
from portal.activities.models import RoomBooking
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Missing, OutOfDate, Refused
from portal.stations import actions, queries
from portal.stations.actions import Details, RoomDetails
from portal.stations.hours import Stretch, stretches_of
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon", "app_context")
DETAILS = Details("五村 00 号", "大榕树对面", "0660-000 0005", "陈阿姨", "")
WEEK = (Stretch(0, time(8, 30), time(11, 30)), Stretch(0, time(14, 30), time(17)))
BACKWARDS = (Stretch(0, time(11), time(8)),)
KITCHEN = RoomDetails("小厨房", "Kitchen", 12)


def logged() -> list[tuple[str, str]]:
    rows = db.session.execute(sa.select(AuditEntry.action, AuditEntry.who).order_by(AuditEntry.id))
    return [(row.action, row.who) for row in rows if row.action.startswith(("station.", "room."))]


def strangers(make: Make) -> list[Actor]:
    return [NOBODY, make.actor(station="s6")]


def test_a_station_is_changed_as_a_whole_and_it_is_noted_who_did(make: Make) -> None:
    actions.change_station(make.station("s5"), 1, DETAILS, WEEK, make.actor(station="office"))
    found = queries.by_slug("s5")
    assert (found.address, found.phone, found.contact) == ("五村 00 号", "0660-000 0005", "陈阿姨")
    assert stretches_of(found.hours) == WEEK
    actions.change_station(make.station("s5"), 2, DETAILS, (), make.actor(station="s5"))
    assert queries.by_slug("s5").hours == []
    assert logged() == [("station.changed", "editor of office"), ("station.changed", "editor of s5")]


def test_of_two_who_change_a_station_at_once_the_later_is_told(make: Make) -> None:
    actions.change_station(make.station("s5"), 1, DETAILS, WEEK, make.actor(station="s5"))
    with pytest.raises(OutOfDate):
        actions.change_station(make.station("s5"), 1, DETAILS, (), make.actor(station="s5"))
    assert stretches_of(queries.by_slug("s5").hours) == WEEK


def test_hours_that_cannot_be_leave_all_as_it_was(make: Make) -> None:
    station_id, by = make.station("s5"), make.actor(station="s5")
    with pytest.raises(Refused):
        actions.change_station(station_id, 1, DETAILS, BACKWARDS, by)
    with pytest.raises(Refused):
        actions.add_room(station_id, KITCHEN, BACKWARDS, by)
    with pytest.raises(Refused):
        actions.change_room(station_id, make.room("s5"), KITCHEN, BACKWARDS, by)
    assert queries.by_slug("s5").address == ""
    assert "小厨房" not in [room.name for room in queries.rooms_of(station_id)]
    assert logged() == []


def test_nobody_changes_a_station_of_others(make: Make) -> None:
    station_id, room_id = make.station("s5"), make.room("s5")
    for by in strangers(make):
        with pytest.raises(Missing):
            actions.change_station(station_id, 1, DETAILS, WEEK, by)
        with pytest.raises(Missing):
            actions.add_room(station_id, KITCHEN, (), by)
        with pytest.raises(Missing):
            actions.change_room(station_id, room_id, KITCHEN, (), by)
        with pytest.raises(Missing):
            rooms.retire(room_id, by)
    with pytest.raises(Missing):
        actions.change_room(make.station("s6"), room_id, KITCHEN, (), make.actor(station="s6"))
    assert logged() == []


def test_a_new_room_comes_last_and_no_two_have_one_name(make: Make) -> None:
    station_id, by = make.station("s5"), make.actor(station="s5")
    room_id = actions.add_room(station_id, KITCHEN, WEEK, by)
    assert queries.rooms_of(station_id)[-1].id == room_id
    with pytest.raises(Refused) as refused:
        actions.add_room(station_id, KITCHEN, (), by)
    assert refused.value.field == "name"
    with pytest.raises(Refused):
        actions.change_room(station_id, make.room("s5"), KITCHEN, (), by)
    actions.change_room(station_id, room_id, RoomDetails("小厨房", "", None), (), by)
    rooms.retire(room_id, by)
    assert "小厨房" not in [room.name for room in queries.rooms_of(station_id)]
    assert actions.add_room(station_id, KITCHEN, (), by) == room_id
    assert [action for action, _who in logged()] == [
        "room.added",
        "room.changed",
        "room.retired",
        "room.added",
    ]


def test_a_draft_cannot_take_a_room_that_went_out_of_use_meanwhile(make: Make) -> None:
    by = make.actor(station="s5")
    draft = make.activity("s5", published=False, room="道德讲堂", spans=[span(1)])
    rooms.retire(make.room("s5"), by)
    with pytest.raises(Refused) as refused:
        activities.publish(draft, by)
    assert refused.value.field == "room"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomBooking)) == 0


def test_a_cancelled_date_does_not_come_back_to_a_room_out_of_use(make: Make) -> None:
    by = make.actor(station="s5")
    row_id = make.occurrence("s5", room="道德讲堂", when=span(1))
    occurrences.cancel(row_id, "因雨取消", by)
    rooms.retire(make.room("s5"), by)
    with pytest.raises(Refused):
        occurrences.restore(row_id, by)
