"""Keep accounts and their sessions."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.access import Role
from portal.db import Model
from portal.stations.models import Station

USERNAME_LEAST, USERNAME_MOST = 2, 40  # characters


class Account(Model):
    """A person who can sign in, with one role in the scope of one station."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(
            f"length(username) BETWEEN {USERNAME_LEAST} AND {USERNAME_MOST}", name="username_length"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)  # folded: Chen and chen are one
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[Role]
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), index=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    station: Mapped[Station] = relationship(lazy="raise")


class LoginSession(Model):
    """One browser signed in to one account; ending the row signs it out."""

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Invitation(Model):
    """A one-time link that makes one account with a given role and scope."""

    __tablename__ = "invitation"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    role: Mapped[Role]
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    station: Mapped[Station] = relationship(lazy="raise")
