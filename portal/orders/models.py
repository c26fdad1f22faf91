"""Keep orders: what is asked, what became of it step by step, which teams were asked."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.activities.models import Category, Occurrence
from portal.db import Model
from portal.orders.flow import Act, State
from portal.orders.menu_models import MenuItem
from portal.sealed import Sealed
from portal.stations.models import Station
from portal.volunteers.models import Team, Volunteer

MOST_TIMES = 3


class Source(StrEnum):
    """How an order came in."""

    WEB = "web"
    PHONE = "phone"
    DESK = "desk"
    KIOSK = "kiosk"


class ForWhom(StrEnum):
    """For whom somebody orders."""

    SELF = "self"
    FAMILY = "family"
    OTHER = "other"


class Place(StrEnum):
    """Where the service is wanted."""

    HOME = "home"
    STATION = "station"


class Grade(StrEnum):
    """The five grades of a rating (评单); the last two open a follow-up call."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    VERY_BAD = "very_bad"

    @property
    def is_satisfied(self) -> bool:
        """Say whether it counts as satisfied: the first three (product §5.3)."""
        return self not in (Grade.BAD, Grade.VERY_BAD)


class RatedBy(StrEnum):
    """By which channel a rating came; those that staff collect are marked."""

    LINK = "link"
    PHONE = "phone"


class Order(Model):
    """A request, from an item of the menu or in free words (点单, 微心愿); the table is service_order.

    It moves only through portal.orders.door, by the table in portal.orders.flow. `due_at` is when the next
    step is due, `desk_id` the station on whose desk it lies: its own first, then the one that dispatches,
    then the level above, when it is late.
    """

    __tablename__ = "service_order"
    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 80 OR anonymised_at IS NOT NULL", name="title_length"),
        CheckConstraint("people BETWEEN 1 AND 1000", name="people_sensible"),
        CheckConstraint("(phone IS NULL) = (phone_index IS NULL)", name="phone_has_index"),
        CheckConstraint("consent <> '' OR state = 'draft' OR anonymised_at IS NOT NULL", name="has_consent"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="scheduled_has_both"),
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        CheckConstraint(
            "state NOT IN ('scheduled', 'serving') OR starts_at IS NOT NULL", name="scheduled_has_time"
        ),
        CheckConstraint(
            "state NOT IN ('accepted', 'scheduled', 'serving') OR team_id IS NOT NULL",
            name="served_by_a_team",
        ),
        CheckConstraint("(grade IS NULL) = (rated_at IS NULL)", name="rated_has_time"),
        CheckConstraint("(grade IS NULL) = (rated_by IS NULL)", name="rated_has_channel"),
        CheckConstraint("state <> 'follow_up' OR grade IN ('bad', 'very_bad')", name="called_back_when_bad"),
        CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name="closed_has_time"),
        CheckConstraint("anonymised_at IS NULL OR (name = '' AND phone IS NULL)", name="anonymised_is_empty"),
        CheckConstraint("served IS NULL OR served BETWEEN 0 AND 100000", name="served_sensible"),
        Index("ix_service_order_station_id_state_due_at", "station_id", "state", "due_at"),
        Index("ix_service_order_desk_id_state_due_at", "desk_id", "state", "due_at"),
        Index("ix_service_order_state_due_at", "state", "due_at"),
        Index("ix_service_order_team_id_state", "team_id", "state"),
        Index("ix_service_order_item_id_state", "item_id", "state"),
        Index("ix_service_order_phone_index", "phone_index"),
        Index("ix_service_order_created_at_id", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)  # D-3F8T6W1N5P
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    state: Mapped[State]
    # what
    item_id: Mapped[int | None] = mapped_column(ForeignKey(MenuItem.id))  # None: a free need
    category: Mapped[Category | None]  # of the item; of a free need as whoever admits it says
    title: Mapped[str]  # of the item, or the need in a few words; shown in public, so no name stands here
    text: Mapped[str] = mapped_column(Sealed, default="")  # in the asker's own words
    people: Mapped[int] = mapped_column(default=1, server_default="1")
    # for whom and where
    for_whom: Mapped[ForWhom]
    for_name: Mapped[str] = mapped_column(Sealed, default="")  # 称呼, and what helpers should know
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    place: Mapped[Place]
    address: Mapped[str] = mapped_column(Sealed, default="")
    # who asks
    name: Mapped[str]
    name_key: Mapped[str]
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    source: Mapped[Source]
    entered_by: Mapped[str] = mapped_column(default="")  # who of the staff wrote it down (代点单)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    consent: Mapped[str] = mapped_column(default="")  # version of the text agreed to
    # how far it is
    desk_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    due_at: Mapped[datetime | None]
    team_id: Mapped[int | None] = mapped_column(ForeignKey(Team.id))  # that has accepted
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey(Occurrence.id), index=True)
    # what came of it
    turn: Mapped[int] = mapped_column(default=1, server_default="1")  # how often it was taken up
    report: Mapped[str] = mapped_column(Sealed, default="")
    served: Mapped[int | None]  # people, as the team reports
    served_at: Mapped[datetime | None]
    grade: Mapped[Grade | None]
    words: Mapped[str] = mapped_column(Sealed, default="")  # of who rates
    rated_at: Mapped[datetime | None]
    rated_by: Mapped[RatedBy | None]
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    anonymised_at: Mapped[datetime | None]

    item: Mapped[MenuItem | None] = relationship(lazy="raise")
    station: Mapped[Station] = relationship(lazy="raise", foreign_keys=[station_id])
    desk: Mapped[Station] = relationship(lazy="raise", foreign_keys=[desk_id])
    team: Mapped[Team | None] = relationship(lazy="raise")
    occurrence: Mapped[Occurrence | None] = relationship(lazy="raise")
    times: Mapped[list["WishedTime"]] = relationship(
        lazy="raise", order_by="WishedTime.position", cascade="all, delete-orphan"
    )


class PartOfDay(StrEnum):
    """A part of a day in which somebody has time."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class WishedTime(Model):
    """One of up to three times an asker would like; none means any time."""

    __tablename__ = "wished_time"
    __table_args__ = (CheckConstraint("position BETWEEN 1 AND 3", name="three_at_most"),)

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]  # local
    part: Mapped[PartOfDay]


def _again(kind: type[StrEnum], name: str) -> Enum:
    # Twice in one table: its constraint needs a name of its own.
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


class OrderStep(Model):
    """One step in the history of an order: who, when, why; only ever added to."""

    __tablename__ = "order_step"
    __table_args__ = (Index("ix_order_step_order_id_id", "order_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    at: Mapped[datetime]
    act: Mapped[Act]
    before: Mapped[State | None] = mapped_column(_again(State, "stepbefore"))  # None: it begins here
    after: Mapped[State] = mapped_column(_again(State, "stepafter"))
    who: Mapped[str] = mapped_column(default="")  # of staff or team; empty: the asker, or the jobs
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey(Station.id), index=True)  # of who acts
    team_id: Mapped[int | None] = mapped_column(ForeignKey(Team.id), index=True)  # it is about
    note: Mapped[str] = mapped_column(Sealed, default="")
    grade: Mapped[Grade | None]  # given in this step; the order keeps only its last one
    due_at: Mapped[datetime | None]  # of the next step, as this one set it

    station: Mapped[Station | None] = relationship(lazy="raise")
    team: Mapped[Team | None] = relationship(lazy="raise")


class OfferStatus(StrEnum):
    """How a team stands with an order it is to be asked about."""

    NEXT = "next"  # to be asked if those before it do not take it
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"  # did not answer in time
    RECALLED = "recalled"  # taken back: redispatched, withdrawn, cancelled


ONE_AT_A_TIME = sa.text("status IN ('asked', 'accepted')")


class Offer(Model):
    """That a team is asked to take an order, or will be; one at a time, nobody is assigned by force.

    Volunteer service regulations (志愿服务条例) Art. 25.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("status <> 'declined' OR reason <> ''", name="declined_has_reason"),
        Index(
            "ix_offer_one_at_a_time",
            "order_id",
            unique=True,
            sqlite_where=ONE_AT_A_TIME,
            postgresql_where=ONE_AT_A_TIME,
        ),
        Index("ix_offer_order_id_id", "order_id", "id"),
        Index("ix_offer_team_id_status", "team_id", "status"),
        Index("ix_offer_status_due_at", "status", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))
    status: Mapped[OfferStatus]
    score: Mapped[int]  # of 100, as it was shown when the team was chosen
    reason: Mapped[str] = mapped_column(default="")  # why it declined
    asked_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]

    order: Mapped[Order] = relationship(lazy="raise")
    team: Mapped[Team] = relationship(lazy="raise")


class OfferedHelp(Model):
    """That a station of the same cluster says one of its teams could go (联片)."""

    __tablename__ = "offered_help"

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id), primary_key=True, index=True)
    said_by: Mapped[str]
    word: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]

    team: Mapped[Team] = relationship(lazy="raise")


class Helper(Model):
    """A volunteer who goes, or went, for an order; anew when it is taken up again (`turn`)."""

    __tablename__ = "order_helper"
    __table_args__ = (CheckConstraint("tenths IS NULL OR tenths BETWEEN 1 AND 240", name="tenths_sensible"),)

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey(Volunteer.id), primary_key=True, index=True)
    tenths: Mapped[int | None]  # hours served, as the team reports; None as long as it is still to come
    overlap_reason: Mapped[str] = mapped_column(default="")  # why, though they have something else then

    order: Mapped[Order] = relationship(lazy="raise")

    volunteer: Mapped[Volunteer] = relationship(lazy="raise")


class OrderDevice(Model):
    """That a device may list an order under “mine”; the device is known by the hash of its cookie."""

    __tablename__ = "order_device"

    device_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    order_id: Mapped[int] = mapped_column(
        ForeignKey(Order.id, ondelete="CASCADE"), primary_key=True, index=True
    )
