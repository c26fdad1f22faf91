"""Keep who asked for a room, and what became of it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model
from portal.sealed import Sealed
from portal.stations.models import Room, Station


class RoomRequestStatus(StrEnum):
    """Where a request for a room stands; only one that is booked has the room."""

    WAITING = "waiting"
    BOOKED = "booked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by whoever asked
    CANCELLED = "cancelled"  # by the station


class RoomRequest(Model):
    """That somebody wants a room for a stretch of one day."""

    __tablename__ = "room_request"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        CheckConstraint("people BETWEEN 1 AND 100000", name="people_sensible"),
        CheckConstraint("length(purpose) <= 120", name="purpose_length"),
        CheckConstraint("(phone IS NULL) = (phone_index IS NULL)", name="phone_has_index"),
        CheckConstraint("consent <> '' OR anonymised_at IS NOT NULL", name="request_has_consent"),
        CheckConstraint(
            "anonymised_at IS NULL OR (name = '' AND purpose = '' AND phone IS NULL)",
            name="anonymised_is_empty",
        ),
        CheckConstraint("status <> 'waiting' OR decided_at IS NULL", name="waiting_is_undecided"),
        CheckConstraint(
            "status NOT IN ('booked', 'refused', 'cancelled') OR decided_at IS NOT NULL",
            name="decided_has_time",
        ),
        CheckConstraint(
            "status NOT IN ('refused', 'cancelled') OR reason <> '' OR anonymised_at IS NOT NULL",
            name="no_has_reason",
        ),
        Index("ix_room_request_room_id_starts_at", "room_id", "starts_at"),
        Index("ix_room_request_station_id_status_asked_at", "station_id", "status", "asked_at"),
        Index("ix_room_request_phone_index", "phone_index"),
        Index("ix_room_request_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey(Room.id))
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))  # the room's, for the index
    reference: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    purpose: Mapped[str]
    people: Mapped[int]
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    consent: Mapped[str]  # version of the text agreed to
    entered_by: Mapped[str] = mapped_column(default="")  # who of the staff wrote it down
    status: Mapped[RoomRequestStatus]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")  # why not; whoever asked reads it
    anonymised_at: Mapped[datetime | None]

    room: Mapped[Room] = relationship(lazy="raise")
    station: Mapped[Station] = relationship(lazy="raise")
