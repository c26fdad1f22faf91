"""Keep the network."""

from datetime import time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model


class Level(StrEnum):
    """The level of a node: 实践中心, 实践所, 实践站."""

    CENTRE = "centre"
    OFFICE = "office"
    STATION = "station"


class Station(Model):
    """One node of the network; centre, office and stations all publish and serve.

    A station is closed or merged into another, never deleted: its address goes on leading somewhere.
    """

    __tablename__ = "station"
    __table_args__ = (
        CheckConstraint("(level = 'centre') = (parent_id IS NULL)", name="only_centre_has_no_parent"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("merged_into_id IS NULL OR closed", name="merged_is_closed"),
        CheckConstraint("length(slug) BETWEEN 1 AND 40", name="slug_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    level: Mapped[Level]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    short_name: Mapped[str]
    name_en: Mapped[str]
    short_name_en: Mapped[str]
    seal_character: Mapped[str]
    seal_shape: Mapped[str]
    seal_tone: Mapped[str]
    intro: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    directions: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    closed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))

    rooms: Mapped[list["Room"]] = relationship(
        lazy="raise", back_populates="station", order_by="Room.position"
    )
    hours: Mapped[list["StationHours"]] = relationship(
        lazy="raise",
        order_by="StationHours.weekday, StationHours.opens",
        cascade="all, delete-orphan",
    )


class StationHours(Model):
    """One stretch of opening hours on one weekday (0 = Monday)."""

    __tablename__ = "station_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_exists"),
        CheckConstraint("opens < closes", name="opens_before_closing"),
        Index("ix_station_hours_station_id", "station_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class Room(Model):
    """A room of a station (功能室) that activities take place in."""

    __tablename__ = "room"
    __table_args__ = (
        CheckConstraint("seats IS NULL OR seats > 0", name="seats_positive"),
        UniqueConstraint("station_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    position: Mapped[int]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    seats: Mapped[int | None]
    retired: Mapped[bool] = mapped_column(default=False)

    station: Mapped[Station] = relationship(lazy="raise", back_populates="rooms")
    hours: Mapped[list["RoomHours"]] = relationship(
        lazy="raise", order_by="RoomHours.weekday, RoomHours.opens", cascade="all, delete-orphan"
    )


class RoomHours(Model):
    """One stretch of a room's own opening hours; a room without any opens with its station."""

    __tablename__ = "room_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_exists"),
        CheckConstraint("opens < closes", name="opens_before_closing"),
        Index("ix_room_hours_room_id", "room_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class Cluster(Model):
    """Stations that share teams and show each other's activities as near (联片), led by one of them."""

    __tablename__ = "cluster"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    lead_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    members: Mapped[list[Station]] = relationship(lazy="raise", secondary="cluster_member")


class NetworkFact(Model):
    """One thing the network as a whole remembers, as that it is a demonstration."""

    __tablename__ = "network_fact"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class ClusterMember(Model):
    """That a station belongs to a cluster; the lead belongs to its own."""

    __tablename__ = "cluster_member"

    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True, index=True)


SEAL_SHAPES = (
    "notch",
    "arch",
    "circle",
    "dia",
    "tri",
    "quat",
    "plum",
    "hex",
    "fan",
    "oct",
    "mum",
    "leaf",
    "ingot",
)
SEAL_TONES = (
    "red", "brown", "green", "blue", "amber", "teal", "plum", "olive", "indigo", "slate", "violet", "ochre",
)  # fmt: skip
