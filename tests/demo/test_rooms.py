"""The demonstration's requests for rooms: some wait, some have their room, all within the rules."""

import pytest
import sqlalchemy as sa

from portal.access import Scope
from portal.activities import room_queries
from portal.activities.models import RoomBooking
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.clock import now
from portal.db import db
from portal.stations.queries import root_id
from tests.demo.moments import on_any_day


@on_any_day
@pytest.mark.usefixtures("demo")
def test_requests_wait_or_have_their_room() -> None:
    rows = db.session.scalars(sa.select(RoomRequest)).all()
    waiting = [row for row in rows if row.status is RoomRequestStatus.WAITING]
    given = [row for row in rows if row.status is RoomRequestStatus.BOOKED]
    assert (len(waiting), len(given)) == (3, 2)
    assert all(row.asked_at < now() < row.starts_at for row in rows)
    booked = db.session.scalars(
        sa.select(RoomBooking.room_request_id).where(RoomBooking.occurrence_id.is_(None))
    )
    assert sorted(filter(None, booked)) == sorted(row.id for row in given)
    everywhere = Scope(root_id(), everything=True)
    assert [one.is_taken for one in room_queries.waiting(everywhere)] == [False] * 3
