"""Whoever wants a room asks for it; it is given once, and taken back with a word."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal.activities import room_requests, room_rules, rooms
from portal.activities.models import RoomBooking
from portal.activities.room_free import Wish, free, open_times
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.activities.room_retention import forget_askers_of_rooms
from portal.audit.models import AuditEntry
from portal.clock import at, today
from portal.db import db, transaction
from portal.errors import Busy, Missing, OutOfDate, Refused
from portal.messages.actions import deliver_waiting
from portal.messages.models import Message, MessageStatus
from portal.stations import actions as stations
from portal.stations.hours import Stretch
from tests.make import Make, span

ROOM = "道德讲堂"


def open_all_week(make: Make, seats: int | None = 30) -> None:
    """Open the room each day from 8:30 to 11:30 and from 14:00 to 17:00."""
    week = [
        stretch
        for day in range(7)
        for stretch in (Stretch(day, time(8, 30), time(11, 30)), Stretch(day, time(14), time(17)))
    ]
    details = stations.RoomDetails(ROOM, "", seats)
    stations.change_room(make.station(), make.room(), details, week, make.actor())


def status_of(request_id: int) -> RoomRequestStatus:
    db.session.rollback()
    return db.session.get_one(RoomRequest, request_id).status


def bookings() -> int:
    db.session.rollback()
    return db.session.scalars(sa.select(sa.func.count()).select_from(RoomBooking)).one()


def told() -> list[tuple[str, MessageStatus, str]]:
    rows = db.session.execute(sa.select(Message.kind, Message.status, Message.text).order_by(Message.id))
    return [(row.kind, row.status, row.text) for row in rows]


@pytest.mark.usefixtures("noon", "app_context")
def test_what_waits_has_no_room_and_what_is_approved_has(make: Make) -> None:
    first, second = make.room_request(), make.room_request()
    assert first.reference.startswith("Z-")
    assert len(first.reference) == 12
    assert bookings() == 0
    room_requests.approve(first.request_id, make.actor())
    assert (status_of(first.request_id), bookings()) == (RoomRequestStatus.BOOKED, 1)
    with pytest.raises(Refused, match="有人预订"):
        room_requests.approve(second.request_id, make.actor())
    assert status_of(second.request_id) is RoomRequestStatus.WAITING
    with pytest.raises(Refused) as refusal:
        make.room_request()
    assert refusal.value.field == "opens"
    assert [kind for kind, _status, _text in told()] == ["room_request.booked"]
    assert ROOM in told()[0][2]


@pytest.mark.usefixtures("noon", "app_context")
def test_an_activity_is_refused_where_somebody_has_booked_and_hears_no_name(make: Make) -> None:
    make.room_request(by=make.actor(), name="王小明", when=span(2, "09:00", "12:00"))
    with pytest.raises(Refused) as refusal:
        make.activity(room=ROOM, spans=[span(1), span(2)])
    assert "有人预订" in refusal.value.message
    assert "王" not in refusal.value.message
    with pytest.raises(Refused):
        make.activity(room=ROOM, spans=[span(0, "09:30", "10:00", lasts=5)])
    make.activity(room=ROOM, spans=[span(2, "12:00", "13:00")])


@pytest.mark.usefixtures("noon", "app_context")
def test_moving_a_date_onto_what_was_booked_by_request_is_refused_too(make: Make) -> None:
    activity_id = make.activity(room=ROOM, spans=[span(1)])
    make.room_request(by=make.actor(), when=span(2))
    room_id = make.room()
    found = rooms.clashes(db.session(), room_id, [span(1), span(2)], but_activity=activity_id)
    assert [when.first for when, _title in found] == [today() + timedelta(days=2)]
    dates = make.dates_of(activity_id)
    found = rooms.clashes(db.session(), room_id, [span(1), span(2)], but_occurrences=dates)
    assert [when.first for when, _title in found] == [today() + timedelta(days=2)]


@pytest.mark.usefixtures("noon", "app_context")
@pytest.mark.parametrize(
    ("when", "more", "field", "said"),
    [
        ((-1, "09:00", "10:00"), {}, "day", "已经过了"),
        ((0, "08:30", "09:30"), {}, "opens", "已经过了"),
        ((61, "09:00", "10:00"), {}, "day", "60"),
        ((2, "09:00", "09:29"), {}, "closes", "半小时"),
        ((2, "10:00", "09:00"), {}, "closes", "结束"),
        ((2, "08:00", "16:01"), {}, "closes", "8 小时"),
        ((2, "11:00", "12:00"), {}, "opens", "08:30–11:30"),
        ((2, "11:00", "14:30"), {}, "opens", "14:00–17:00"),
        ((2, "09:00", "10:00"), {"people": 31}, "people", "30"),
    ],
)
def test_the_rules_are_said_beside_the_field(
    make: Make, when: tuple[int, str, str], more: dict[str, Any], field: str, said: str
) -> None:
    open_all_week(make)
    with pytest.raises(Refused) as refusal:
        make.room_request(when=span(*when), **more)
    assert (refusal.value.field, said in refusal.value.message) == (field, True), refusal.value.message
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomRequest)) == 0


@pytest.mark.usefixtures("noon", "app_context")
def test_the_edges_of_the_rules_are_within(make: Make) -> None:
    open_all_week(make)
    make.room_request(when=span(60, "08:30", "09:00"), people=30)
    make.room_request(when=span(0, "14:00", "17:00"))
    details = stations.RoomDetails(ROOM, "", None)
    stations.change_room(make.station(), make.room(), details, [], make.actor())
    make.room_request(when=span(1, "06:00", "14:00"), people=500)  # nobody has told hours or seats


@pytest.mark.usefixtures("noon", "app_context")
def test_a_clash_says_what_is_free_that_day(make: Make) -> None:
    open_all_week(make)
    make.activity(room=ROOM, spans=[span(2, "09:00", "10:00")], title="书法班")
    with pytest.raises(Refused) as refusal:
        make.room_request(when=span(2, "09:30", "11:00"))
    assert "08:30–09:00、10:00–11:30、14:00–17:00" in refusal.value.message
    make.room_request(when=span(2, "10:00", "11:30"))


@pytest.mark.usefixtures("noon", "app_context")
def test_free_is_what_is_open_less_what_is_taken() -> None:
    day = today() + timedelta(days=1)
    week = [Stretch(day.weekday(), time(8), time(12)), Stretch(day.weekday(), time(12), time(13))]
    times = open_times(week, day)
    assert times == [(at(day, time(8)), at(day, time(13)))]  # stretches that meet are one
    taken = [(at(day, time(7)), at(day, time(9))), (at(day, time(10)), at(day, time(13)))]
    assert free(times, taken, at(day, time(6))) == [(at(day, time(9)), at(day, time(10)))]
    assert free(times, [], at(day, time(12))) == [(at(day, time(12)), at(day, time(13)))]
    assert free(times, [(at(day, time(7)), at(day, time(14)))], at(day, time(6))) == []


@pytest.mark.usefixtures("noon", "app_context")
def test_a_number_asks_for_five_times_and_once_for_each(make: Make) -> None:
    who: dict[str, Any] = {"name": "王小明", "phone": "13800004321"}
    first = make.room_request(**who, when=span(1))
    with pytest.raises(Refused) as refusal:
        make.room_request(**who, when=span(1, "10:30", "11:30"))
    assert refusal.value.field == "phone"
    for days in range(2, room_rules.MOST_OF_A_PHONE + 1):
        make.room_request(**who, when=span(days))
    with pytest.raises(Refused, match="5"):
        make.room_request(**who, when=span(9))
    room_requests.withdraw(first.request_id)
    make.room_request(**who, when=span(9))


@pytest.mark.usefixtures("noon", "app_context")
def test_the_same_form_asks_once_and_answers_once(make: Make) -> None:
    wish = Wish(today() + timedelta(days=2), time(9), time(10), "排练", 5)
    asker = room_rules.Asker("王小明", "13800004321")
    first = room_requests.ask(make.room(), wish, asker, "test", key="k")
    again = room_requests.ask(make.room(), wish, asker, "test", key="k")
    assert (again.reference, first.new, again.new) == (first.reference, True, False)
    for _time in range(2):
        room_requests.approve(first.request_id, make.actor(), key="a")
    with pytest.raises(OutOfDate):
        room_requests.approve(first.request_id, make.actor(), key="b")
    with pytest.raises(OutOfDate):
        room_requests.refuse(first.request_id, "不行", make.actor(), key="c")


@pytest.mark.usefixtures("noon", "app_context")
def test_an_answer_is_taken_back_on_the_same_day(make: Make, noon: time_machine.Traveller) -> None:
    by = make.actor()
    yes, no = make.room_request().request_id, make.room_request(when=span(3)).request_id
    room_requests.approve(yes, by)
    room_requests.refuse(no, "那天开会", by)
    assert [(kind, status) for kind, status, _text in told()] == [
        ("room_request.booked", MessageStatus.TO_CALL),
        ("room_request.refused", MessageStatus.TO_CALL),
    ]
    for one in (yes, no):
        room_requests.undo(one, by)
        assert status_of(one) is RoomRequestStatus.WAITING
    assert bookings() == 0
    assert {status for _kind, status, _text in told()} == {MessageStatus.DROPPED}  # nobody calls any more
    room_requests.approve(yes, by)
    noon.shift(timedelta(days=1))
    with pytest.raises(Refused):
        room_requests.undo(yes, by)
    room_requests.cancel(yes, "屋顶漏水", by)
    assert (status_of(yes), bookings()) == (RoomRequestStatus.CANCELLED, 0)
    assert "屋顶漏水" in told()[-1][2]


@pytest.mark.usefixtures("noon")
def test_whoever_was_told_hears_that_it_is_taken_back(app: Flask, make: Make) -> None:
    app.config["PHONE_CHANNEL"] = "log"
    asked = make.room_request()
    with app.app_context():
        room_requests.approve(asked.request_id, make.actor())
        assert deliver_waiting() == 1
        room_requests.undo(asked.request_id, make.actor())
        assert [(kind, status) for kind, status, _text in told()] == [
            ("room_request.booked", MessageStatus.SENT),
            ("room_request.again", MessageStatus.WAITING),
        ]


@pytest.mark.usefixtures("noon", "app_context")
def test_what_is_over_begun_or_withdrawn_is_not_answered(make: Make, noon: time_machine.Traveller) -> None:
    late, gone = make.room_request(when=span(0, "13:00", "14:00")), make.room_request()
    room_requests.withdraw(gone.request_id)
    room_requests.withdraw(gone.request_id)
    with pytest.raises(OutOfDate, match="自己取消"):
        room_requests.approve(gone.request_id, make.actor())
    noon.shift(timedelta(hours=2))
    with pytest.raises(Refused):
        room_requests.approve(late.request_id, make.actor())
    with pytest.raises(Refused):
        room_requests.withdraw(late.request_id)
    room_requests.refuse(late.request_id, "没来得及", make.actor())


@pytest.mark.usefixtures("noon", "app_context")
def test_staff_book_at_once_also_out_of_hours_and_without_a_phone(make: Make) -> None:
    open_all_week(make)
    by = make.actor()
    receipt = make.room_request(by=by, when=span(100, "19:00", "21:00"), phone="")
    assert status_of(receipt.request_id) is RoomRequestStatus.BOOKED
    assert [status for _kind, status, _text in told()] == [MessageStatus.DROPPED]  # they stood there
    with pytest.raises(Refused):
        make.room_request(by=by, when=span(100, "20:00", "22:00"))
    with pytest.raises(Refused):
        room_requests.undo(receipt.request_id, by)  # nothing was asked that could wait again


@pytest.mark.usefixtures("noon", "app_context")
def test_what_is_not_in_the_scope_is_not_there(make: Make) -> None:
    asked = make.room_request().request_id
    theirs = make.actor(station="s2")
    acts: list[Callable[[], object]] = [
        lambda: room_requests.approve(asked, theirs),
        lambda: room_requests.refuse(asked, "x", theirs),
        lambda: room_requests.undo(asked, theirs),
        lambda: room_requests.cancel(asked, "x", theirs),
        lambda: room_requests.log_phone_shown(asked, "x", theirs),
        lambda: make.room_request(by=theirs),
    ]
    for act in acts:
        with pytest.raises(Missing):
            act()
    assert status_of(asked) is RoomRequestStatus.WAITING


@pytest.mark.usefixtures("noon", "app_context")
def test_a_room_that_is_booked_or_asked_for_is_not_given_up(make: Make) -> None:
    by = make.actor()
    asked = make.room_request().request_id
    with pytest.raises(Refused, match="没答复"):
        rooms.retire(make.room(), by)
    room_requests.approve(asked, by)
    with pytest.raises(Refused, match="1 个预订"):
        rooms.retire(make.room(), by)
    room_requests.cancel(asked, "停用", by)
    rooms.retire(make.room(), by)
    with pytest.raises(Missing):
        make.room_request()


@pytest.mark.usefixtures("noon", "app_context")
def test_names_and_numbers_go_ninety_days_after(make: Make, noon: time_machine.Traveller) -> None:
    receipt = make.room_request(by=make.actor(), name="王小明")
    make.room_request(when=span(3))
    noon.shift(timedelta(days=92, hours=-4))
    assert forget_askers_of_rooms() == 0
    noon.shift(timedelta(hours=4))
    assert forget_askers_of_rooms() == 1
    assert forget_askers_of_rooms() == 0
    row = db.session.get_one(RoomRequest, receipt.request_id)
    assert (row.name, row.purpose, row.phone, row.phone_index) == ("", "", None, None)
    assert (row.people, row.status) == (5, RoomRequestStatus.BOOKED)
    assert told() == []
    entries = db.session.scalars(sa.select(AuditEntry)).all()
    assert not any("王" in entry.detail + entry.reason for entry in entries)


@pytest.mark.usefixtures("noon", "app_context")
def test_a_booking_is_of_an_occurrence_or_of_a_request_and_never_overlaps(make: Make) -> None:
    asked = make.room_request(by=make.actor(), when=span(1)).request_id
    occurrence_id = make.occurrence(room=ROOM, when=span(5))
    when = span(7)
    times = {"room_id": make.room(), "starts_at": when.starts_at, "ends_at": when.ends_at}
    for of in ({}, {"occurrence_id": occurrence_id, "room_request_id": asked}):
        with pytest.raises(IntegrityError, match="of_an_occurrence_or_a_request"), transaction() as session:
            session.add(RoomBooking(**times, **of))
    inside = span(1, "10:30", "10:45")
    with pytest.raises(IntegrityError, match="room_booking_overlap"), transaction() as session:
        session.add(
            RoomBooking(
                room_id=make.room(),
                occurrence_id=occurrence_id,
                starts_at=inside.starts_at,
                ends_at=inside.ends_at,
            )
        )


def at_once(app: Flask, *works: Callable[[], object]) -> Counter[str]:
    """Do all of this at the same moment, each in a thread of its own; count how it went."""
    barrier = threading.Barrier(len(works))
    outcomes: Counter[str] = Counter()

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                work()
                outcomes["done"] += 1
            except OutOfDate:
                outcomes["out of date"] += 1
            except Refused:
                outcomes["refused"] += 1
            except Busy:
                outcomes["busy"] += 1

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_several_requests_approved_at_once_one_gets_the_room(app: Flask, make: Make) -> None:
    asked = [make.room_request().request_id for _number in range(6)]
    by = make.actor()
    outcomes = at_once(app, *(partial(room_requests.approve, one, by) for one in asked))
    assert outcomes == {"done": 1, "refused": 5}
    with app.app_context():
        assert bookings() == 1
        assert Counter(status_of(one) for one in asked) == {
            RoomRequestStatus.BOOKED: 1,
            RoomRequestStatus.WAITING: 5,
        }


def test_two_who_approve_the_same_request_book_it_once(app: Flask, make: Make) -> None:
    asked, by = make.room_request().request_id, make.actor()
    outcomes = at_once(app, *[lambda: room_requests.approve(asked, by)] * 4)
    assert outcomes == {"done": 1, "out of date": 3}
    with app.app_context():
        assert (bookings(), len(told())) == (1, 1)


def test_an_approval_and_an_activity_at_the_same_moment_do_not_share_the_room(app: Flask, make: Make) -> None:
    for days in (2, 9, 16):
        when = span(days, "09:00", "10:00")
        asked, by = make.room_request(when=when).request_id, make.actor()
        outcomes = at_once(
            app,
            partial(room_requests.approve, asked, by),
            partial(make.activity, room=ROOM, spans=[when]),
        )
        assert outcomes == {"done": 1, "refused": 1}
    with app.app_context():
        assert bookings() == 3


def test_withdrawing_and_approving_at_once_leave_no_booking_without_a_request(app: Flask, make: Make) -> None:
    for days in (2, 9):
        asked, by = make.room_request(when=span(days)).request_id, make.actor()
        at_once(
            app,
            partial(room_requests.approve, asked, by),
            partial(room_requests.withdraw, asked),
        )
        with app.app_context():
            assert status_of(asked) is RoomRequestStatus.WITHDRAWN
            assert bookings() == 0


def test_nobody_asks_for_a_room_that_is_being_given_up(app: Flask, make: Make) -> None:
    room_id, by = make.room(), make.actor()

    def want() -> None:
        try:
            make.room_request()
        except Missing:
            raise Refused("gone") from None

    outcomes = at_once(app, lambda: rooms.retire(room_id, by), want)
    assert outcomes == {"done": 1, "refused": 1}


@pytest.mark.usefixtures("noon", "app_context")
def test_a_booking_cancelled_by_mistake_is_theirs_again_on_the_same_day(
    make: Make, noon: time_machine.Traveller
) -> None:
    open_all_week(make)
    by = make.actor()
    asked, desk = make.room_request().request_id, make.room_request(by=by, when=span(5)).request_id
    room_requests.approve(asked, by)
    for one in (asked, desk):
        room_requests.cancel(one, "漏水", by)
        room_requests.undo(one, by)
        assert status_of(one) is RoomRequestStatus.BOOKED
    with pytest.raises(Refused):  # the room is theirs again
        make.room_request(by=by, when=span(5))
    assert not [
        text for _kind, status, text in told() if "漏水" in text and status is not MessageStatus.DROPPED
    ]
    room_requests.cancel(desk, "漏水", by)
    make.occurrence(room="道德讲堂", when=span(5))
    with pytest.raises(Refused):
        room_requests.undo(desk, by)
    assert status_of(desk) is RoomRequestStatus.CANCELLED
    room_requests.cancel(asked, "漏水", by)
    noon.shift(timedelta(hours=13))
    with pytest.raises(Refused):
        room_requests.undo(asked, by)
