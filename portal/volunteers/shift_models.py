"""Keep shifts, who has signed up for them, and when they came and went."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.activities.models import Occurrence
from portal.db import Model
from portal.stations.models import Station
from portal.volunteers.models import Team, Volunteer

LIVE = text("status IN ('confirmed', 'waiting')")
OPEN = text("settled_at IS NULL")
MOST_PEOPLE = 500


class ShiftStatus(StrEnum):
    """Whether a shift takes place."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Shift(Model):
    """A volunteer post (岗位) at an occurrence, with a head count that is never over-filled.

    `taken` and `waiting` are kept under the lock of this row by portal.volunteers.posts.
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("length(role) BETWEEN 1 AND 40", name="role_length"),
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        CheckConstraint("head_count BETWEEN 1 AND 500", name="head_count_sensible"),
        CheckConstraint("taken BETWEEN 0 AND head_count", name="taken_within"),
        CheckConstraint("waiting >= 0", name="waiting_sensible"),
        CheckConstraint("min_age BETWEEN 0 AND 120", name="min_age_sensible"),
        CheckConstraint("cut_off_hours BETWEEN 0 AND 336", name="cut_off_sensible"),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_time"),
        Index("ix_shift_occurrence_id", "occurrence_id"),
        Index("ix_shift_starts_at_id", "starts_at", "id"),
        Index("ix_shift_team_id_starts_at", "team_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey(Occurrence.id))
    team_id: Mapped[int | None] = mapped_column(ForeignKey(Team.id))  # None: any team of those who come
    role: Mapped[str]
    starts_at: Mapped[datetime]  # of the post; often earlier than the occurrence
    ends_at: Mapped[datetime]
    head_count: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    waiting: Mapped[int] = mapped_column(default=0, server_default="0")
    min_age: Mapped[int | None]
    skill: Mapped[str] = mapped_column(default="")  # needed, as 理发
    word: Mapped[str] = mapped_column(default="")  # where to meet, what to bring
    cut_off_hours: Mapped[int] = mapped_column(default=2, server_default="2")  # withdraw until so long before
    status: Mapped[ShiftStatus] = mapped_column(default=ShiftStatus.OPEN)
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="", server_default="")
    cover_asked_at: Mapped[datetime | None]  # when a leader last asked the team to step in
    created_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    # Of its own changes, as its occurrence counts its own: calendars tell old from new by their sum.
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_at: Mapped[datetime | None]

    occurrence: Mapped[Occurrence] = relationship(lazy="raise")
    team: Mapped[Team | None] = relationship(lazy="raise")


class PostStatus(StrEnum):
    """Where a volunteer stands with a shift."""

    CONFIRMED = "confirmed"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class Post(Model):
    """That a volunteer has taken a shift, or waits for it; for which of their teams."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("(status = 'waiting') = (place IS NOT NULL)", name="waiting_has_place"),
        Index(
            "ix_post_live",
            "shift_id",
            "volunteer_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_post_volunteer_id_status", "volunteer_id", "status"),
        Index("ix_post_shift_id_status_place", "shift_id", "status", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey(Shift.id))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey(Volunteer.id))
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id), index=True)
    status: Mapped[PostStatus]
    place: Mapped[int | None]  # in the queue; grows with each who joins
    overlap_reason: Mapped[str] = mapped_column(default="")  # why staff let two shifts overlap
    entered_by: Mapped[str] = mapped_column(default="")  # who of the staff wrote it down
    absent_at: Mapped[datetime | None]  # when somebody noted that they did not come
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    shift: Mapped[Shift] = relationship(lazy="raise")
    volunteer: Mapped[Volunteer] = relationship(lazy="raise")
    team: Mapped[Team] = relationship(lazy="raise")

    @property
    def is_live(self) -> bool:
        """Say whether they still mean to come."""
        return self.status is not PostStatus.WITHDRAWN


class CheckWay(StrEnum):
    """How somebody was checked in or out."""

    CODE = "code"  # the rotating code of the place, scanned or typed
    ROLL_CALL = "roll_call"  # by the leader or staff
    AFTERWARDS = "afterwards"  # written down later: 人工补录


# Beside in_way, its constraint needs a name of its own.
_OUT_WAY = Enum(
    CheckWay,
    name="outway",
    native_enum=False,
    create_constraint=True,
    length=20,
    values_callable=lambda kind: [member.value for member in kind],
)


class Presence(Model):
    """One pair of check-in and check-out of a volunteer at an occurrence; at most three a day."""

    __tablename__ = "presence"
    __table_args__ = (
        CheckConstraint("out_at IS NULL OR out_at > in_at", name="out_after_in"),
        CheckConstraint("(out_at IS NULL) = (out_way IS NULL)", name="out_has_way"),
        CheckConstraint("number BETWEEN 1 AND 3", name="three_pairs_at_most"),
        Index("ix_presence_pair", "volunteer_id", "occurrence_id", "day", "number", unique=True),
        Index("ix_presence_occurrence_id", "occurrence_id"),
        Index("ix_presence_out_at", "out_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey(Volunteer.id))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey(Occurrence.id))
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id), index=True)
    shift_id: Mapped[int | None] = mapped_column(ForeignKey(Shift.id), index=True)
    day: Mapped[date]  # local, of the check-in
    number: Mapped[int]
    in_at: Mapped[datetime]
    in_way: Mapped[CheckWay]
    in_by: Mapped[str] = mapped_column(default="")  # empty: the volunteer
    in_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    out_at: Mapped[datetime | None]
    out_way: Mapped[CheckWay | None] = mapped_column(_OUT_WAY)
    out_by: Mapped[str] = mapped_column(default="")
    out_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)

    volunteer: Mapped[Volunteer] = relationship(lazy="raise")
    occurrence: Mapped[Occurrence] = relationship(lazy="raise")


class HoursSource(StrEnum):
    """How hours came about: 系统签到, or 人工补录 as soon as a person wrote a time of it down afterwards."""

    SYSTEM = "system"
    MANUAL = "manual"


class HoursStatus(StrEnum):
    """Where a record of hours stands; nothing is deleted, it is voided."""

    WAITING = "waiting"  # for a second person
    VALID = "valid"
    RETURNED = "returned"
    VOID = "void"


class ServiceRecord(Model):
    """Hours of a volunteer, a day, an occurrence or order, for one team (服务时长); in tenths of an hour.

    Those `from_pairs` were computed from check-ins and check-outs, some perhaps written down afterwards, and
    are computed anew until somebody decides; the others were entered as a figure, with what shows it.
    """

    __tablename__ = "service_record"
    __table_args__ = (
        CheckConstraint("tenths BETWEEN 1 AND 240", name="tenths_within_a_day"),
        CheckConstraint("from_pairs OR (source = 'manual' AND evidence <> '')", name="entered_has_evidence"),
        CheckConstraint(
            "source <> 'manual' OR (reason <> '' AND recorder_id IS NOT NULL)", name="manual_has_recorder"
        ),
        CheckConstraint(
            "source <> 'manual' OR status <> 'valid' OR "
            "(approver_id IS NOT NULL AND approver_id <> recorder_id)",
            name="manual_has_second_person",
        ),
        CheckConstraint("(approver = '') = (approver_id IS NULL)", name="approver_has_account"),
        CheckConstraint("(occurrence_id IS NULL) <> (order_id IS NULL)", name="of_a_date_or_an_order"),
        CheckConstraint("NOT from_pairs OR occurrence_id IS NOT NULL", name="pairs_are_of_a_date"),
        CheckConstraint("(status = 'void') = (voided_at IS NOT NULL)", name="void_has_time"),
        CheckConstraint("status <> 'void' OR (void_reason <> '' AND voider <> '')", name="void_has_reason"),
        Index("ix_service_record_day_id", "day", "id"),
        Index("ix_service_record_volunteer_id_day", "volunteer_id", "day"),
        Index("ix_service_record_team_id_day", "team_id", "day"),
        Index("ix_service_record_occurrence_id", "occurrence_id"),
        Index("ix_service_record_order_id", "order_id"),
        Index("ix_service_record_station_id_status", "station_id", "status"),
        Index("ix_service_record_status_day", "status", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey(Volunteer.id))
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey(Occurrence.id))
    # Orders stand above this feature; they are known here only by the name of their table.
    order_id: Mapped[int | None] = mapped_column(ForeignKey("service_order.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))  # in whose scope it lies
    day: Mapped[date]
    tenths: Mapped[int]
    source: Mapped[HoursSource]
    from_pairs: Mapped[bool]
    status: Mapped[HoursStatus]
    reason: Mapped[str] = mapped_column(default="")
    evidence: Mapped[str] = mapped_column(default="")
    # Two people may have one name: they are told apart by the account beside it.
    recorder: Mapped[str]  # the portal itself for 系统签到
    recorder_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    approver: Mapped[str] = mapped_column(default="")  # or who returned it
    approver_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    recorded_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    return_reason: Mapped[str] = mapped_column(default="")
    void_reason: Mapped[str] = mapped_column(default="")
    voider: Mapped[str] = mapped_column(default="")
    voider_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    voided_at: Mapped[datetime | None]

    volunteer: Mapped[Volunteer] = relationship(lazy="raise")
    team: Mapped[Team] = relationship(lazy="raise")
    occurrence: Mapped[Occurrence | None] = relationship(lazy="raise")
    order: Mapped[Any] = relationship("Order", lazy="raise", viewonly=True)
    doubts: Mapped[list["HoursDoubt"]] = relationship(
        lazy="raise", back_populates="record", order_by="HoursDoubt.id"
    )

    @property
    def title(self) -> str:
        """Return the title of the activity or the order; empty once an order is forgotten."""
        what = self.order if self.occurrence is None else self.occurrence.activity
        found: str = what.title
        return found


class HoursDoubt(Model):
    """That a volunteer says a record is wrong (有人说时长不对), and what came of it; one open at a time."""

    __tablename__ = "hours_doubt"
    __table_args__ = (
        CheckConstraint("length(words) BETWEEN 1 AND 120", name="words_length"),
        CheckConstraint("(settled_at IS NULL) = (note = '')", name="settled_has_note"),
        CheckConstraint("(settled_at IS NULL) = (settled_by = '')", name="settled_has_name"),
        Index("ix_hours_doubt_open", "record_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_hours_doubt_record_id", "record_id"),
        Index("ix_hours_doubt_settled_at", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey(ServiceRecord.id))
    words: Mapped[str]
    asked_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str] = mapped_column(default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)

    record: Mapped[ServiceRecord] = relationship(lazy="raise", back_populates="doubts")
