"""Read what has a room, and who asks for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from portal.access import Scope
from portal.activities.dates import Span, overlapping
from portal.activities.models import Activity, Occurrence, RoomBooking
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.clock import now, start_of
from portal.db import db
from portal.errors import Missing
from portal.stations.models import Room, Station
from portal.stations.queries import in_scope
from portal.tokens import token_hash

MOST_WAITING = 50


@dataclass(frozen=True, slots=True)
class Taken:
    """What has a room from when to when: an activity by its title, or somebody who asked for it.

    What they want it for and their name stand here for staff only.
    """

    room_id: int
    starts_at: datetime
    ends_at: datetime
    occurrence_id: int | None
    title: str
    request_id: int | None
    purpose: str = ""
    name: str = ""


def taken(station_id: int, first: date, days: int, for_staff: bool = False) -> list[Taken]:
    """List what has the rooms of a station in so many days, the earliest first."""
    columns = [
        RoomBooking.room_id,
        RoomBooking.starts_at,
        RoomBooking.ends_at,
        RoomBooking.occurrence_id,
        RoomBooking.room_request_id,
        Activity.title,
    ]
    wanted = (
        sa.select(*columns, *((RoomRequest.purpose, RoomRequest.name) if for_staff else ()))
        .join(Room, Room.id == RoomBooking.room_id)
        .outerjoin(Occurrence, Occurrence.id == RoomBooking.occurrence_id)
        .outerjoin(Activity, Activity.id == Occurrence.activity_id)
    )
    if for_staff:
        wanted = wanted.outerjoin(RoomRequest, RoomRequest.id == RoomBooking.room_request_id)
    rows = db.session.execute(
        wanted.where(
            Room.station_id == station_id,
            RoomBooking.starts_at >= start_of(first),
            RoomBooking.starts_at < start_of(first + timedelta(days=days)),
        ).order_by(RoomBooking.starts_at, RoomBooking.id)
    )
    return [
        Taken(
            room_id=row.room_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            occurrence_id=row.occurrence_id,
            title=row.title or "",
            request_id=row.room_request_id,
            purpose=(row.purpose or "") if for_staff else "",
            name=(row.name or "") if for_staff else "",
        )
        for row in rows
    ]


def room(room_id: int, scope: Scope) -> Room:
    """Return a room in use of a station within the scope, with hours and station; Missing otherwise."""
    return _room(Room.id == room_id, in_scope(Room.station_id, scope))


def room_of(slug: str, room_id: int) -> Room:
    """Return a room in use of the station of that name, with hours and station; Missing otherwise."""
    return _room(Room.id == room_id, Station.slug == slug)


def _room(*which: sa.ColumnElement[bool]) -> Room:
    found = db.session.scalar(
        sa.select(Room)
        .join(Room.station)
        .where(*which, Room.retired.is_(False), Station.closed.is_(False))
        .options(selectinload(Room.hours), joinedload(Room.station).selectinload(Station.hours))
    )
    if found is None:
        raise Missing
    return found


def by_token(token: str) -> RoomRequest:
    """Return the request that a private link stands for; Missing if there is none."""
    return _request(RoomRequest.token_hash == token_hash(token))


def request_in(request_id: int, scope: Scope) -> RoomRequest:
    """Return a request for a room of a station within the scope; Missing otherwise."""
    return _request(RoomRequest.id == request_id, in_scope(RoomRequest.station_id, scope))


def _request(*which: sa.ColumnElement[bool]) -> RoomRequest:
    found = db.session.scalar(
        sa.select(RoomRequest)
        .where(*which)
        .options(joinedload(RoomRequest.room), joinedload(RoomRequest.station))
    )
    if found is None:
        raise Missing
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for an answer, and whether something has the room by now."""

    request: RoomRequest
    is_taken: bool


def waiting(scope: Scope, limit: int = MOST_WAITING) -> list[Waiting]:
    """List the requests of a scope that can still be answered, whoever asked first on top."""
    asked = db.session.scalars(
        sa.select(RoomRequest)
        .where(
            RoomRequest.status == RoomRequestStatus.WAITING,
            RoomRequest.starts_at > now(),
            in_scope(RoomRequest.station_id, scope),
        )
        .options(joinedload(RoomRequest.room), joinedload(RoomRequest.station))
        .order_by(RoomRequest.asked_at, RoomRequest.id)
        .limit(limit)
    ).all()
    booked = _booked(asked)
    return [
        Waiting(
            one,
            any(
                room_id == one.room_id and begins < one.ends_at and ends > one.starts_at
                for room_id, begins, ends in booked
            ),
        )
        for one in asked
    ]


def _booked(asked: Sequence[RoomRequest]) -> list[tuple[int, datetime, datetime]]:
    """Return (room, from, until) of what has the rooms asked for, in the time that is asked for."""
    if not asked:
        return []
    rows = db.session.execute(
        sa.select(RoomBooking.room_id, RoomBooking.starts_at, RoomBooking.ends_at).where(
            RoomBooking.room_id.in_({one.room_id for one in asked}),
            RoomBooking.starts_at < max(one.ends_at for one in asked),
            # None is longer than a day, so the index can stop.
            RoomBooking.starts_at > min(one.starts_at for one in asked) - timedelta(days=1),
        )
    )
    return [(row.room_id, row.starts_at, row.ends_at) for row in rows]


def wanted_meanwhile(room_id: int, spans: Sequence[Span]) -> set[date]:
    """Return the first days of those spans that somebody waits for, too; one statement for all of them."""
    if not spans:
        return set()
    rows = db.session.execute(
        sa.select(RoomRequest.id, RoomRequest.starts_at, RoomRequest.ends_at).where(
            RoomRequest.room_id == room_id,
            RoomRequest.status == RoomRequestStatus.WAITING,
            RoomRequest.starts_at < max(when.ends_at for when in spans),
            RoomRequest.starts_at > now(),
            RoomRequest.ends_at > min(when.starts_at for when in spans),
        )
    )
    asked = [(row.starts_at, row.ends_at, row.id) for row in rows]
    return {when.first for when, _id in overlapping(spans, asked)}
