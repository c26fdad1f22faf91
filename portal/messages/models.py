"""Keep what is to be told."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model


class MessageStatus(StrEnum):
    """Where a message has got to."""

    WAITING = "waiting"
    SENT = "sent"
    TO_CALL = "to_call"
    CALLED = "called"
    DROPPED = "dropped"


class Message(Model):
    """One sentence for one recipient; written in the same transaction as what it tells of."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint("(status IN ('waiting', 'to_call')) = (done_at IS NULL)", name="done_has_time"),
        Index("ix_message_due", "status", "next_try_at"),
        Index("ix_message_station_id_status", "station_id", "status", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    # Whoever made the same thing happen twice tells it once.
    dedupe: Mapped[str] = mapped_column(unique=True)
    station_id: Mapped[int] = mapped_column(sa.ForeignKey("station.id"))
    recipient: Mapped[str]
    address: Mapped[str]
    text: Mapped[str]
    link: Mapped[str]
    # Whom it tells of, as volunteer:12: with them it is forgotten. Empty where the link says so.
    about: Mapped[str] = mapped_column(default="", server_default="", index=True)
    status: Mapped[MessageStatus]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
