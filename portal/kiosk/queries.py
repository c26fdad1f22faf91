"""Read the screens and the notices on their boards."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from portal.access import Scope
from portal.db import db
from portal.errors import Missing
from portal.kiosk.models import BoardNotice, Kiosk
from portal.stations.models import Station
from portal.stations.queries import above, in_scope
from portal.tokens import token_hash

MOST_SHOWN = 100


def of_secret(secret: str) -> Kiosk | None:
    """Return the screen whose cookie holds this secret; also one that was taken back.

    It comes with its station and the hours of that.
    """
    return _one(Kiosk.token_hash == token_hash(secret))


def _one(*wanted: sa.ColumnElement[bool]) -> Kiosk | None:
    rows = db.session.scalars(
        sa.select(Kiosk).where(*wanted).options(joinedload(Kiosk.station).joinedload(Station.hours))
    )
    return rows.unique().one_or_none()


def kiosks_in(scope: Scope) -> Sequence[Kiosk]:
    """List the screens in use within a scope, in the network's order; at most MOST_SHOWN.

    Each comes with its station and the hours of that.
    """
    found = db.session.scalars(
        sa.select(Kiosk)
        .join(Kiosk.station)
        .where(Kiosk.revoked_at.is_(None), in_scope(Kiosk.station_id, scope))
        .options(contains_eager(Kiosk.station).joinedload(Station.hours))
        .order_by(Station.position, Station.id, Kiosk.name, Kiosk.id)
        .limit(MOST_SHOWN)
    )
    return found.unique().all()


def kiosk(kiosk_id: int, scope: Scope) -> Kiosk:
    """Return a screen in use with its station and the hours of that.

    Raises:
        Missing: there is none within the scope.
    """
    found = kiosk_of_old(kiosk_id, scope)
    if found.revoked_at is not None:
        raise Missing
    return found


def kiosk_of_old(kiosk_id: int, scope: Scope) -> Kiosk:
    """Return a screen as kiosk() does, also one that was taken back.

    Raises:
        Missing: there never was one within the scope.
    """
    found = _one(Kiosk.id == kiosk_id, in_scope(Kiosk.station_id, scope))
    if found is None:
        raise Missing
    return found


def notices_on(
    station_ids: Sequence[int] | sa.Select[Any], day: date, most: int = MOST_SHOWN
) -> Sequence[BoardNotice]:
    """List the notices of these stations that still stand on a day, the latest first."""
    return _standing(BoardNotice.station_id.in_(station_ids), day, most)


def notices_in(scope: Scope, day: date) -> Sequence[BoardNotice]:
    """List the notices on any board within a scope that still stand on a day, the latest first.

    Those of the stations above are among them.
    """
    near = sa.or_(
        in_scope(BoardNotice.station_id, scope), BoardNotice.station_id.in_(above(scope.station_id))
    )
    return _standing(near, day, MOST_SHOWN)


def _standing(where: sa.ColumnElement[bool], day: date, most: int) -> Sequence[BoardNotice]:
    return db.session.scalars(
        sa.select(BoardNotice)
        .where(where, BoardNotice.until >= day)
        .options(joinedload(BoardNotice.station))
        .order_by(BoardNotice.written_at.desc(), BoardNotice.id.desc())
        .limit(most)
    ).all()
