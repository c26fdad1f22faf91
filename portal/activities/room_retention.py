"""Let go of who asked for a room when its time is over; that the room was used stays, without names."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.access import MACHINE
from portal.activities.room_models import RoomRequest
from portal.activities.room_notices import link_of
from portal.audit.actions import record
from portal.clock import now
from portal.db import transaction
from portal.messages.actions import forget_about

BATCH = 500


def forget_askers_of_rooms() -> int:
    """Empty what is personal in requests whose time is over for long enough; return how many.

    The number of days is KEEP_REGISTRATIONS_DAYS; doing it twice changes nothing more.
    """
    gone = 0
    until = now() - timedelta(days=current_app.config["KEEP_REGISTRATIONS_DAYS"])
    while True:
        with transaction() as session:
            ids = session.scalars(
                sa.select(RoomRequest.id)
                .where(RoomRequest.ends_at < until, RoomRequest.anonymised_at.is_(None))
                .order_by(RoomRequest.id)
                .limit(BATCH)
            ).all()
            if not ids:
                break
            _empty(session, ids)
            gone += len(ids)
            record(session, MACHINE, "room_requests.anonymised", "room_request", detail=str(len(ids)))
    return gone


def _empty(session: Session, ids: Sequence[int]) -> None:
    session.execute(
        sa.update(RoomRequest)
        .where(RoomRequest.id.in_(ids))
        .values(name="", purpose="", phone=None, phone_index=None, reason="", anonymised_at=now())
        .execution_options(synchronize_session=False)
    )
    forget_about(session, [link_of(one) for one in ids])  # what was told or is to be told names them, too
