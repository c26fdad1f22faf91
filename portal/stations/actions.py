"""Change what the network tells of its stations and rooms."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.actions import record
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.stations import hours
from portal.stations.hours import Stretch
from portal.stations.models import Room, RoomHours, Station, StationHours
from portal.stations.queries import is_in_scope


@dataclass(frozen=True, slots=True)
class Details:
    """What residents need to know of a station."""

    address: str
    directions: str
    phone: str
    contact: str
    intro: str


@dataclass(frozen=True, slots=True)
class RoomDetails:
    """A room's name, in English too if there is one, and its seats (None: not known)."""

    name: str
    name_en: str
    seats: int | None


def change_station(
    station_id: int, version: int, details: Details, week: Sequence[Stretch], by: Actor
) -> None:
    """Change contacts and opening hours of a station.

    Raises:
        Missing: there is no such station within the actor's scope.
        OutOfDate: somebody else has changed it since version.
        Refused: the hours cannot be.
    """
    hours.check(week)
    with transaction() as session:
        station = _locked(session, station_id, by)
        if station.version != version:
            raise OutOfDate(_("Somebody else has changed this station just now. What you typed is kept."))
        station.address = details.address
        station.directions = details.directions
        station.phone = details.phone
        station.contact = details.contact
        station.intro = details.intro
        station.version += 1
        session.execute(sa.delete(StationHours).where(StationHours.station_id == station_id))
        session.add_all(
            StationHours(station_id=station_id, weekday=one.weekday, opens=one.opens, closes=one.closes)
            for one in week
        )
        record(session, by, "station.changed", "station", station_id, station_id)


def add_room(station_id: int, details: RoomDetails, week: Sequence[Stretch], by: Actor) -> int:
    """Add a room to a station and return its id; one that was retired under this name comes back.

    Raises:
        Missing: there is no such station within the actor's scope.
        Refused: the station has a room of that name, or the hours cannot be.
    """
    hours.check(week)
    with transaction() as session:
        _locked(session, station_id, by)
        room = session.scalar(sa.select(Room).where(Room.station_id == station_id, Room.name == details.name))
        if room is not None and not room.retired:
            raise Refused(_("There is a room of that name already."), field="name")
        if room is None:
            last = session.scalar(sa.select(sa.func.max(Room.position)).where(Room.station_id == station_id))
            room = Room(station_id=station_id, position=(last or 0) + 1, name=details.name)
            session.add(room)
        room.retired = False
        _fill(session, room, details, week)
        record(session, by, "room.added", "room", room.id, station_id, detail=details.name)
        return room.id


def change_room(
    station_id: int, room_id: int, details: RoomDetails, week: Sequence[Stretch], by: Actor
) -> None:
    """Change name, seats and hours of a room; its activities keep it.

    Raises:
        Missing: the station is not within the actor's scope, or has no such room.
        Refused: the station has another room of that name, or the hours cannot be.
    """
    hours.check(week)
    with transaction() as session:
        _locked(session, station_id, by)
        room = lock(session, Room, room_id)
        if room is None or room.station_id != station_id:
            raise Missing
        taken = sa.select(Room.id).where(
            Room.station_id == station_id, Room.name == details.name, Room.id != room_id
        )
        if session.scalar(taken) is not None:
            raise Refused(_("There is a room of that name already."), field="name")
        _fill(session, room, details, week)
        record(session, by, "room.changed", "room", room_id, station_id, detail=details.name)


def _locked(session: Session, station_id: int, by: Actor) -> Station:
    station = lock(session, Station, station_id)
    if station is None or not is_in_scope(station_id, by.scope):
        raise Missing
    return station


def _fill(session: Session, room: Room, details: RoomDetails, week: Sequence[Stretch]) -> None:
    room.name = details.name
    room.name_en = details.name_en
    room.seats = details.seats
    session.flush()
    session.execute(sa.delete(RoomHours).where(RoomHours.room_id == room.id))
    session.add_all(
        RoomHours(room_id=room.id, weekday=one.weekday, opens=one.opens, closes=one.closes) for one in week
    )
