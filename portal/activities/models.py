"""Keep activities and their occurrences."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.activities.lunar import OfficialDay
from portal.activities.room_models import RoomRequest
from portal.clock import now
from portal.db import Model
from portal.stations.models import Room, Station

LONGEST_DAYS = (
    92  # an occurrence spans at most a quarter, so a window of the calendar knows how far back to look
)
WAITS = sa.text("publish_at IS NOT NULL")
LIKED = sa.text("favourite")


class Category(StrEnum):
    """The five platforms (五大平台) and 志愿服务."""

    THEORY = "theory"
    EDUCATION = "education"
    CULTURE = "culture"
    SCIENCE = "science"
    FITNESS = "fitness"
    VOLUNTEERING = "volunteering"


class Audience(StrEnum):
    """For whom an activity is meant."""

    EVERYONE = "everyone"
    ELDERLY = "elderly"
    CHILDREN = "children"
    OVERSEAS = "overseas"
    VOLUNTEERS = "volunteers"
    PARTY = "party"


class SignUp(StrEnum):
    """What one signs up for where an activity has several dates."""

    DATES = "dates"  # each date on its own
    COURSE = "course"  # only the whole course
    EITHER = "either"


class ActivityStatus(StrEnum):
    """Where an activity stands: drafts may be deleted, what was published is cancelled."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class OccurrenceStatus(StrEnum):
    """Whether an occurrence takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class CountSource(StrEnum):
    """How an attendance figure came about: 点名 or 清点."""

    ROLL_CALL = "roll_call"
    COUNTED = "counted"


class Series(Model):
    """A row of activities that belong together year after year, as 我们的节日 · 中秋."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    position: Mapped[int]


class Activity(Model):
    """What is offered: led by one station, listed by its co-hosts too, counted once, for the lead."""

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 80", name="title_length"),
        CheckConstraint("length(text) <= 4000", name="text_length"),
        CheckConstraint("(room_id IS NULL) <> (place_name = '')", name="room_or_place"),
        CheckConstraint("seats IS NULL OR seats BETWEEN 1 AND 100000", name="seats_sensible"),
        CheckConstraint("party_max BETWEEN 1 AND 100", name="party_max_sensible"),
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name="ages_in_order"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_time"),
        Index("ix_activity_station_id_status", "station_id", "status"),
        Index("ix_activity_changed_at_id", "changed_at", "id"),
        Index("ix_activity_status_changed_at_id", "status", "changed_at", "id"),
        Index("ix_activity_publish_at", "publish_at", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_activity_favourites", "station_id", sqlite_where=LIKED, postgresql_where=LIKED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    series_id: Mapped[int | None] = mapped_column(ForeignKey(Series.id), index=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    category: Mapped[Category]
    themes: Mapped[str] = mapped_column(default="")  # tags in words, separated by spaces, as 侨
    registration: Mapped[bool]
    sign_up: Mapped[SignUp] = mapped_column(default=SignUp.DATES, server_default=SignUp.DATES.value)
    # Whether dates made from now on count as volunteer service; each date says so for itself.
    counts_hours: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    seats: Mapped[int | None]
    party_max: Mapped[int] = mapped_column(default=4)
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    # Registration opens at 8 in the morning so many days before (None: at once) and closes so many minutes
    # before it begins. Each date keeps the moments that follow from this.
    opens_days: Mapped[int | None] = mapped_column(
        CheckConstraint("opens_days BETWEEN 0 AND 366", name="opens_days_sensible")
    )
    closes_minutes: Mapped[int] = mapped_column(
        CheckConstraint("closes_minutes BETWEEN 0 AND 20160", name="closes_minutes_sensible"),
        default=0,
        server_default="0",
    )
    room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id))
    place_name: Mapped[str] = mapped_column(default="")
    place_address: Mapped[str] = mapped_column(default="")
    place_directions: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    status: Mapped[ActivityStatus]
    # When a draft goes out by itself, and why it could not when that moment had come.
    publish_at: Mapped[datetime | None] = mapped_column(
        CheckConstraint("publish_at IS NULL OR status = 'draft'", name="only_drafts_wait")
    )
    publish_fault: Mapped[str] = mapped_column(default="", server_default="")
    favourite: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # 常用: often copied
    cancel_reason: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None] = mapped_column(index=True)  # the last time; None: a draft
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(default="")
    search: Mapped[str] = mapped_column(default="")  # title, text and place folded for LIKE
    version: Mapped[int] = mapped_column(default=1)

    station: Mapped[Station] = relationship(lazy="raise")
    series: Mapped[Series | None] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise")
    cohosts: Mapped[list[Station]] = relationship(
        lazy="raise", secondary="activity_cohost", order_by="Station.position"
    )
    audiences: Mapped[list["ActivityAudience"]] = relationship(lazy="raise", cascade="all, delete-orphan")

    def touch(self) -> None:
        """Note that it has changed, for those who had it open in a form."""
        self.changed_at = now()
        self.version += 1


class ActivityCohost(Model):
    """That a station holds an activity together with its lead (联办)."""

    __tablename__ = "activity_cohost"

    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id, ondelete="CASCADE"), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), primary_key=True, index=True)


class ActivityAudience(Model):
    """That an activity is meant for an audience."""

    __tablename__ = "activity_audience"

    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id, ondelete="CASCADE"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True, index=True)


class Occurrence(Model):
    """One dated holding of an activity: what people come to and what is counted.

    Its own time, place, seats and status stand here; they begin as the activity's. One that spans several
    days opens each day at the wall time it starts and closes at the wall time it ends.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        CheckConstraint("(room_id IS NULL) <> (place_name = '')", name="room_or_place"),
        CheckConstraint("seats IS NULL OR seats BETWEEN 1 AND 100000", name="seats_sensible"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_time"),
        CheckConstraint("(attended IS NULL) = (counted_at IS NULL)", name="counted_has_time"),
        CheckConstraint("(attended IS NULL) = (count_source IS NULL)", name="counted_has_source"),
        CheckConstraint("attended IS NULL OR attended BETWEEN 0 AND 100000", name="attended_sensible"),
        CheckConstraint(
            "minors IS NULL OR (attended IS NOT NULL AND minors BETWEEN 0 AND attended)", name="minors_within"
        ),
        CheckConstraint(
            "elderly IS NULL OR (attended IS NOT NULL AND elderly BETWEEN 0 AND attended)",
            name="elderly_within",
        ),
        CheckConstraint(
            "COALESCE(minors, 0) + COALESCE(elderly, 0) <= COALESCE(attended, 0)", name="parts_within"
        ),
        CheckConstraint("status = 'planned' OR attended IS NULL", name="cancelled_has_no_attendance"),
        Index("ix_occurrence_starts_at_id", "starts_at", "id"),
        Index("ix_occurrence_station_id_starts_at", "station_id", "starts_at"),
        Index("ix_occurrence_activity_id_starts_at", "activity_id", "starts_at"),
        Index("ix_occurrence_cancelled_at", "cancelled_at"),
        # A rule makes each of its dates once, however often it is asked.
        Index("ix_occurrence_recurrence_id_meant_on", "recurrence_id", "meant_on", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id, ondelete="CASCADE"))
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))  # the lead's, for the index
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id))
    place_name: Mapped[str] = mapped_column(default="")
    place_address: Mapped[str] = mapped_column(default="")
    place_directions: Mapped[str] = mapped_column(default="")
    seats: Mapped[int | None]
    status: Mapped[OccurrenceStatus]
    cancel_reason: Mapped[str] = mapped_column(default="")
    cancelled_at: Mapped[datetime | None]
    published: Mapped[bool] = mapped_column(default=False)  # its activity has been; for the index of lists
    changed_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(
        default=0
    )  # of the calendar feed: +1 at each change of time, place, status
    attended: Mapped[int | None]
    minors: Mapped[int | None]
    elderly: Mapped[int | None]
    count_source: Mapped[CountSource | None]
    counted_by: Mapped[str] = mapped_column(default="")
    counted_at: Mapped[datetime | None]
    # What follows is kept under the lock of this row by portal.registrations.
    seats_taken: Mapped[int] = mapped_column(  # people with a seat
        CheckConstraint(
            "seats_taken >= 0 AND (seats IS NULL OR seats_taken <= seats)", name="seats_taken_within"
        ),
        default=0,
        server_default="0",
    )
    parties_waiting: Mapped[int] = mapped_column(
        CheckConstraint("parties_waiting >= 0", name="parties_waiting_sensible"),
        default=0,
        server_default="0",
    )
    walk_ins: Mapped[int] = mapped_column(  # people who came without having signed up
        CheckConstraint("walk_ins BETWEEN 0 AND 100000", name="walk_ins_sensible"),
        default=0,
        server_default="0",
    )
    opens_at: Mapped[datetime | None]  # registration; None: as soon as it is published
    closes_at: Mapped[datetime | None]  # None: when it begins
    # Which rule made it, and on which day the rule means it; what was changed by hand, the rule lets be.
    recurrence_id: Mapped[int | None] = mapped_column(ForeignKey("recurrence.id"))
    meant_on: Mapped[date | None]
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Whether who helps here does volunteer service that is counted in hours (Order 67, Art. 19).
    counts_hours: Mapped[bool] = mapped_column(default=True, server_default=sa.true())

    activity: Mapped[Activity] = relationship(lazy="raise")
    station: Mapped[Station] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise")

    def bump(self) -> None:
        """Note that its time, place or standing has changed, for the calendars that follow it."""
        self.changed_at = now()
        self.sequence += 1


class OfficialDate(Model):
    """One day that an entered notice makes a day off (休) or a make-up workday (班)."""

    __tablename__ = "official_date"
    __table_args__ = (CheckConstraint("kind <> 'expected'", name="kind_is_certain"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[OfficialDay]
    name: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]


class RoomBooking(Model):
    """One stretch of time for which a published occurrence, or a request, has a room.

    An occurrence over several days has one for each day. That no two overlap in a room is kept by the
    database: an exclusion constraint on PostgreSQL, triggers on SQLite (migrations 0001 and 0015).
    """

    __tablename__ = "room_booking"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        CheckConstraint(
            "(occurrence_id IS NULL) <> (room_request_id IS NULL)", name="of_an_occurrence_or_a_request"
        ),
        Index("ix_room_booking_room_id_starts_at", "room_id", "starts_at"),
        Index("ix_room_booking_occurrence_id", "occurrence_id"),
        Index("ix_room_booking_room_request_id", "room_request_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey(Room.id))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey(Occurrence.id, ondelete="CASCADE"))
    room_request_id: Mapped[int | None] = mapped_column(ForeignKey(RoomRequest.id))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
