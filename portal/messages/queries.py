"""Read the outbox."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from portal.db import db
from portal.messages.models import Message, MessageStatus


def calls_to_make(station_ids: sa.Select[Any] | None, limit: int = 50) -> Sequence[Message]:
    """List who is still to be called, the longest waiting first."""
    wanted = sa.select(Message).where(Message.status == MessageStatus.TO_CALL)
    if station_ids is not None:
        wanted = wanted.where(Message.station_id.in_(station_ids))
    return db.session.scalars(wanted.order_by(Message.created_at, Message.id).limit(limit)).all()
