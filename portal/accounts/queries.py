"""Read accounts and sessions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from flask_login import UserMixin

from portal.access import STAFF, Actor, Role, Scope
from portal.accounts.models import Account, Invitation, LoginSession
from portal.clock import now
from portal.db import db
from portal.stations.models import Level, Station
from portal.stations.queries import CARD_COLUMNS, StationCard, card
from portal.tokens import token_hash

OtherNames = Callable[[str], Sequence[int]]  # what was typed → ids of the accounts that may be meant


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """Who is signed in, read in one statement per request."""

    actor: Actor
    station: StationCard
    username: str
    session_hash: bytes
    seen_at: object

    def get_id(self) -> str:
        """Return the account's id, as Flask-Login asks for it."""
        return str(self.actor.account_id)


def signed_in(token: str, idle_limit: object) -> SignedIn | None:
    """Return whose session this token opens, unless it has run out, idled too long or been ended."""
    hashed = token_hash(token)
    row = db.session.execute(
        sa.select(
            Account.id.label("account_id"),
            Account.name.label("account_name"),
            Account.username,
            Account.role,
            LoginSession.seen_at,
            LoginSession.expires_at,
            *CARD_COLUMNS,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .join(Station, Station.id == Account.station_id)
        .where(LoginSession.token_hash == hashed, Account.disabled_at.is_(None))
    ).first()
    if row is None or row.expires_at <= now():
        return None
    if row.role in STAFF and now() - row.seen_at > idle_limit:
        return None
    station = card(row)
    scope = Scope(station.id, everything=station.level is Level.CENTRE)
    return SignedIn(
        actor=Actor(row.account_id, row.account_name, row.role, scope),
        station=station,
        username=row.username,
        session_hash=hashed,
        seen_at=row.seen_at,
    )


def accounts_named(typed: str) -> list[Account]:
    """List the accounts that may be meant by a user name, whatever its case, or by another name of theirs.

    Later features know other names: two volunteers may share a phone number.
    """
    named = db.session.scalar(sa.select(Account).where(Account.username == typed.casefold()))
    if named is not None:
        return [named]
    finders: tuple[OtherNames, ...] = current_app.extensions.get("other_names", ())
    ids = [account_id for find in finders for account_id in find(typed)]
    if not ids:
        return []
    return list(db.session.scalars(sa.select(Account).where(Account.id.in_(ids)).order_by(Account.id)))


def open_invitation(token: str) -> tuple[Role, StationCard] | None:
    """Return what account an unused, unexpired invitation makes: its role and station."""
    row = db.session.execute(
        sa.select(Invitation.role, *CARD_COLUMNS)
        .join(Station, Station.id == Invitation.station_id)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now(),
        )
    ).first()
    return None if row is None else (row.role, card(row))


def has_manager() -> bool:
    """Say whether anybody can already manage the network."""
    return bool(
        db.session.scalar(
            sa.select(sa.exists().where(Account.role == Role.MANAGER, Account.disabled_at.is_(None)))
        )
    )
