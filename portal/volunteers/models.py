"""Keep organisations, teams, volunteers and who belongs where."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.db import Model
from portal.sealed import Sealed
from portal.stations.models import Station

LIVE = sa.text("status IN ('asked', 'member')")


class TeamKind(StrEnum):
    """What a team does: the eight kinds of the network (8+N, product §2), and local ones."""

    THEORY = "theory"
    CULTURE = "culture"
    EDUCATION = "education"
    HEALTH = "health"
    SCIENCE = "science"
    LAW = "law"
    ENVIRONMENT = "environment"
    RELIEF = "relief"
    TRAFFIC = "traffic"
    OVERSEAS = "overseas"
    WATER_SAFETY = "water_safety"


class Organization(Model):
    """A body that keeps teams; only what is legally registered is called a 志愿服务组织."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), index=True)  # in whose scope it lies
    registered: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)

    station: Mapped[Station] = relationship(lazy="raise")


class Team(Model):
    """People who serve together: a kind, a home, stations served, skills, times, a leader."""

    __tablename__ = "team"
    __table_args__ = (CheckConstraint("length(name) BETWEEN 1 AND 40", name="name_length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey(Organization.id), index=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), index=True)  # where it is at home
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[TeamKind] = mapped_column(index=True)
    does: Mapped[str] = mapped_column(default="")  # in one line, as 普通话、潮州话、客家话都讲
    text: Mapped[str] = mapped_column(default="")
    skills: Mapped[str] = mapped_column(default="")  # in words, separated by spaces
    times: Mapped[str] = mapped_column(default="")  # when it serves, in words
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"), index=True)
    takes_people: Mapped[bool] = mapped_column(default=True)
    closed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    organization: Mapped[Organization] = relationship(lazy="raise")
    station: Mapped[Station] = relationship(lazy="raise")
    leader: Mapped["Volunteer | None"] = relationship(lazy="raise", foreign_keys=[leader_id])
    serves: Mapped[list[Station]] = relationship(
        lazy="raise", secondary="team_station", order_by="Station.position"
    )


class TeamStation(Model):
    """That a team serves a station."""

    __tablename__ = "team_station"

    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id, ondelete="CASCADE"), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), primary_key=True, index=True)


class Volunteer(Model):
    """A person who serves, with a number of their own; may belong to several teams (product §5.4).

    Two may share a phone. `free` are the parts of the week somebody has time, as bits: morning, afternoon
    and evening of Monday are 1, 2 and 4, those of Tuesday 8, 16 and 32, and so on.
    """

    __tablename__ = "volunteer"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 40 OR anonymised_at IS NOT NULL", name="name_length"),
        CheckConstraint("(phone IS NULL) = (phone_index IS NULL)", name="phone_has_index"),
        CheckConstraint("free BETWEEN 0 AND 2097151", name="free_is_bits"),
        CheckConstraint("(code_hash IS NULL) = (code_until IS NULL)", name="code_has_an_end"),
        CheckConstraint("anonymised_at IS NULL OR (name = '' AND phone IS NULL)", name="anonymised_is_empty"),
        CheckConstraint(
            "anonymised_at IS NULL OR (left_at IS NOT NULL AND born_on IS NULL AND guardian_phone IS NULL)",
            name="anonymised_has_left",
        ),
        Index("ix_volunteer_phone_index", "phone_index"),
        Index("ix_volunteer_station_id_name", "station_id", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # V-00312, also the name to sign in with
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id), unique=True)
    station_id: Mapped[int] = mapped_column(
        ForeignKey(Station.id)
    )  # nearest to home; in whose scope they are
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    born_on: Mapped[date | None] = mapped_column(
        index=True
    )  # None once anonymised, and of those taken over without it
    skills: Mapped[str] = mapped_column(default="")  # in words, separated by spaces
    free: Mapped[int] = mapped_column(default=0)
    guardian: Mapped[str] = mapped_column(Sealed, default="")  # name, of who is under age; older: with phone
    guardian_relation: Mapped[str] = mapped_column(default="", server_default="")
    guardian_phone: Mapped[str | None] = mapped_column(Sealed)
    guardian_consent: Mapped[str] = mapped_column(default="")  # version of the text agreed to
    guardian_consent_at: Mapped[datetime | None]
    children_consent: Mapped[str] = mapped_column(default="", server_default="")  # to the children's rules
    guardian_withdrew_at: Mapped[datetime | None]
    consent: Mapped[str]  # version of the text agreed to
    code_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))  # activates the login once
    code_until: Mapped[datetime | None]
    feed_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)  # of the personal feed
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    anonymised_at: Mapped[datetime | None]

    station: Mapped[Station] = relationship(lazy="raise")
    account: Mapped[Account | None] = relationship(lazy="raise")
    memberships: Mapped[list["Membership"]] = relationship(
        lazy="raise", order_by="Membership.id", viewonly=True
    )


class MembershipStatus(StrEnum):
    """Where it stands between a volunteer and a team."""

    ASKED = "asked"
    MEMBER = "member"
    REFUSED = "refused"
    LEFT = "left"


class Membership(Model):
    """That a volunteer belongs to a team, asked to, or did."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("(status = 'asked') = (decided_at IS NULL)", name="decided_has_time"),
        Index(
            "ix_membership_live",
            "team_id",
            "volunteer_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_membership_volunteer_id", "volunteer_id"),
        Index("ix_membership_team_id_status", "team_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey(Volunteer.id))
    status: Mapped[MembershipStatus]
    word: Mapped[str] = mapped_column(default="")  # of who asks
    reason: Mapped[str] = mapped_column(default="")  # of who refuses
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")

    team: Mapped[Team] = relationship(lazy="raise")
    volunteer: Mapped[Volunteer] = relationship(lazy="raise")
