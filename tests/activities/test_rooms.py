"""A room is never booked twice, whoever is quick."""

import threading
from collections import Counter

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal.activities.models import RoomBooking
from portal.db import db, transaction
from portal.errors import Busy, Refused
from tests.make import Make, span


def test_of_many_who_want_the_room_at_once_one_gets_it(app: Flask, make: Make) -> None:
    barrier = threading.Barrier(8)
    outcomes: Counter[str] = Counter()

    def want() -> None:
        with app.app_context():
            barrier.wait()
            try:
                make.activity(room="道德讲堂", spans=[span(1), span(8)])
                outcomes["got it"] += 1
            except Refused:
                outcomes["refused"] += 1
            except Busy:
                outcomes["busy"] += 1

    threads = [threading.Thread(target=want) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"got it": 1, "refused": 7}
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomBooking)) == 2


@pytest.mark.usefixtures("app_context")
def test_the_database_itself_refuses_an_overlap(make: Make) -> None:
    row_id = make.occurrence(room="道德讲堂", when=span(1, "10:00", "11:00"))
    inside = span(1, "10:30", "10:45")
    booking = {"room_id": make.room(), "occurrence_id": row_id}
    with pytest.raises(IntegrityError, match="room_booking_overlap"), transaction() as session:
        session.add(RoomBooking(**booking, starts_at=inside.starts_at, ends_at=inside.ends_at))
    after = span(1, "11:00", "12:00")
    with transaction() as session:
        session.add(RoomBooking(**booking, starts_at=after.starts_at, ends_at=after.ends_at))
    with pytest.raises(IntegrityError, match="room_booking_overlap"), transaction() as session:
        session.execute(
            sa.update(RoomBooking)
            .where(RoomBooking.starts_at == after.starts_at)
            .values(starts_at=inside.starts_at)
        )
