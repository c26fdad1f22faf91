"""Keep the screens of the network: which are paired, how they fare, and what stands on them by hand."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model
from portal.stations.models import Station

NAME_MOST = 40
NOTICE_MOST = 80  # characters, that it is read in passing


class Kiosk(Model):
    """A screen at a station, known by the secret in its cookie; taken back, never deleted."""

    __tablename__ = "kiosk"
    __table_args__ = (
        CheckConstraint(f"length(name) BETWEEN 1 AND {NAME_MOST}", name="name_length"),
        CheckConstraint("beats BETWEEN 0 AND 16777215", name="beats_fit"),
        CheckConstraint("(bright_from IS NULL) = (bright_until IS NULL)", name="bright_has_both"),
        CheckConstraint("bright_from < bright_until", name="bright_in_order"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by = '')", name="revoked_by_somebody"),
        Index("ix_kiosk_station_id", "station_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    name: Mapped[str]  # where it stands, as 服务大厅
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    paired_at: Mapped[datetime]
    paired_by: Mapped[str]
    paired_from: Mapped[str]  # the network part of its address
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(default="")
    # By the clock, when it is bright; by the opening hours of its station where both are empty.
    bright_from: Mapped[time | None]
    bright_until: Mapped[time | None]
    reload_asked: Mapped[int] = mapped_column(default=0)  # goes up by one each time somebody asks
    quiet_until: Mapped[datetime | None]  # so long nobody is told that it is silent

    # What it said of itself last (see devices.beat); empty until it has.
    seen_at: Mapped[datetime | None]
    beats: Mapped[int] = mapped_column(default=0)  # one bit for each five minutes, the lowest for seen_at
    build: Mapped[str] = mapped_column(default="")
    shows: Mapped[str] = mapped_column(default="")
    size: Mapped[str] = mapped_column(default="")  # as 1920×1080
    clock_off: Mapped[int | None]  # seconds by which its clock is ahead of the server's
    data_at: Mapped[datetime | None]  # of when its board is

    station: Mapped[Station] = relationship(lazy="raise")


class KioskPairing(Model):
    """A screen that shows a code and waits for somebody to type it; it goes once that has happened."""

    __tablename__ = "kiosk_pairing"
    __table_args__ = (
        CheckConstraint("length(code) = 6", name="code_has_six_digits"),
        Index("ix_kiosk_pairing_station_id", "station_id"),
        Index("ix_kiosk_pairing_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    asked_from: Mapped[str]  # the network part of its address
    ends_at: Mapped[datetime]


class BoardNotice(Model):
    """A sentence that staff put on the boards of a station and of all below it, until a day is over."""

    __tablename__ = "board_notice"
    __table_args__ = (
        CheckConstraint(f"length(text) BETWEEN 1 AND {NOTICE_MOST}", name="text_length"),
        Index("ix_board_notice_station_id_until", "station_id", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    text: Mapped[str]
    until: Mapped[date]
    written_at: Mapped[datetime]
    written_by: Mapped[str]

    station: Mapped[Station] = relationship(lazy="raise")
