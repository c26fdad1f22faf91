"""Keep registrations, and the history of each occurrence's seats."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.activities.models import Occurrence
from portal.db import Model
from portal.registrations.party import AgeBand, Source
from portal.sealed import Sealed

LIVE = sa.text("status IN ('confirmed', 'waiting') AND phone_index IS NOT NULL")


class Status(StrEnum):
    """Where a registration stands."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    ABSENT = "absent"

    @property
    def has_seat(self) -> bool:
        """Say whether it takes seats."""
        return self in (Status.CONFIRMED, Status.ATTENDED, Status.ABSENT)


class Registration(Model):
    """One party's claim to seats at an occurrence, or to a place in the queue for them (product §5.2)."""

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint("adults >= 0 AND children >= 0", name="people_not_negative"),
        CheckConstraint("adults + children BETWEEN 1 AND 100", name="party_has_people"),
        CheckConstraint("(status = 'waiting') = (place IS NOT NULL)", name="waiting_has_place"),
        CheckConstraint("(phone IS NULL) = (phone_index IS NULL)", name="phone_has_index"),
        CheckConstraint(
            "(status IN ('attended', 'absent')) = (came IS NOT NULL)", name="roll_call_says_how_many"
        ),
        CheckConstraint(
            "came IS NULL OR (came BETWEEN 0 AND adults + children AND (came > 0) = (status = 'attended'))",
            name="came_within_party",
        ),
        CheckConstraint(
            "length(children_names) = 0 OR guardian_consent <> '' OR source <> 'web'",
            name="names_of_children_have_consent",
        ),
        CheckConstraint("consent <> '' OR anonymised_at IS NOT NULL", name="party_has_consent"),
        CheckConstraint("anonymised_at IS NULL OR (name = '' AND phone IS NULL)", name="anonymised_is_empty"),
        CheckConstraint("late_minutes IS NULL OR late_minutes BETWEEN 1 AND 240", name="late_sensible"),
        # One person, one registration; who cancelled may come again, who has no phone is never the same.
        Index(
            "ix_registration_live",
            "occurrence_id",
            "phone_index",
            "name_key",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_registration_occurrence_id_status_place", "occurrence_id", "status", "place"),
        Index("ix_registration_phone_index", "phone_index"),
        Index("ix_registration_course_id", "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey(Occurrence.id))
    reference: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    name: Mapped[str]
    name_key: Mapped[str]
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    adults: Mapped[int]
    children: Mapped[int]
    children_names: Mapped[str] = mapped_column(Sealed, default="")  # one line per child: 称呼 and age
    guardian: Mapped[str] = mapped_column(default="")
    guardian_relation: Mapped[str] = mapped_column(default="")
    age_band: Mapped[AgeBand | None]
    note: Mapped[str] = mapped_column(Sealed, default="")
    source: Mapped[Source]
    entered_by: Mapped[str] = mapped_column(default="")  # who of the staff wrote it down
    consent: Mapped[str]  # version of the text agreed to
    guardian_consent: Mapped[str] = mapped_column(default="")
    photo_consent: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Status]
    place: Mapped[int | None]  # in the queue; grows with each who joins, gaps tell nothing
    came: Mapped[int | None]  # people at the roll-call
    late_minutes: Mapped[int | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    anonymised_at: Mapped[datetime | None]
    # Whoever signs up for a whole course has one registration per date, tied to the first of them, which
    # points at itself: its reference, its private link and the devices that list it are the party's.
    course_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))

    occurrence: Mapped[Occurrence] = relationship(lazy="raise")
    first: Mapped["Registration | None"] = relationship(lazy="raise", remote_side=id)

    @property
    def leads_course(self) -> bool:
        """Say whether it is the one that stands for a whole course."""
        return self.course_id is not None and self.course_id == self.id

    @property
    def party_id(self) -> int:
        """Return the id of the registration that its party holds: itself, or the first of its course."""
        return self.course_id or self.id

    @property
    def party_reference(self) -> str:
        """Return the reference that its party holds; of a course its first date must have been loaded."""
        first = None if self.party_id == self.id else self.first
        return self.reference if first is None else first.reference

    @property
    def people(self) -> int:
        """Return how many seats the party takes."""
        return self.adults + self.children


class RegistrationDevice(Model):
    """That a device may list a registration under “mine”; the device is known by the hash of its cookie."""

    __tablename__ = "registration_device"

    device_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    registration_id: Mapped[int] = mapped_column(
        ForeignKey(Registration.id, ondelete="CASCADE"), primary_key=True, index=True
    )


class SeatChange(StrEnum):
    """What happened to the seats of an occurrence or to the queue for them."""

    SEATED = "seated"
    QUEUED = "queued"
    PROMOTED = "promoted"
    PROMOTED_EARLY = "promoted_early"
    RESIZED = "resized"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    MOVED_AWAY = "moved_away"
    SEATS = "seats"


class SeatEvent(Model):
    """One step in the seat history of an occurrence; holds no names, is only ever added to.

    What stands after the step is written down with it, so that a replay can be compared with it.
    """

    __tablename__ = "seat_event"
    __table_args__ = (Index("ix_seat_event_occurrence_id_id", "occurrence_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey(Occurrence.id))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey(Registration.id), index=True)
    at: Mapped[datetime]
    what: Mapped[SeatChange]
    people: Mapped[int]  # of the party, after the step
    place: Mapped[int | None]  # of the party in the queue, after the step
    seats: Mapped[int | None]  # of the occurrence, after the step
    seats_taken: Mapped[int]
    parties_waiting: Mapped[int]
    who: Mapped[str] = mapped_column(default="")  # of the staff; empty for the party itself
    reason: Mapped[str] = mapped_column(default="")
