"""Let people of the demo ask for rooms, by the portal's own rules."""

from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from itertools import product

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities import room_consent, room_requests
from portal.activities.models import RoomBooking
from portal.activities.room_free import Wish
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.activities.room_rules import Asker
from portal.clock import now, today
from portal.demo.people import NUMBER
from portal.demo.texts.rooms import WANTED, Wanted
from portal.errors import Refused
from portal.stations.models import Room, Station

FIRST_NUMBER = 9801  # of their phones; nobody else in the demo has these
SOON, AHEAD = 3, 18  # days
HOURS = (time(19), time(15), time(9))
HOUR = timedelta(hours=1)


def ask_for_rooms(session: Session, stations: Mapping[str, Station], editors: Mapping[str, str]) -> None:
    """Write requests that wait, the oldest since yesterday, and some that have their room.

    `editors` names who answers, by station.
    """
    for number, wanted in enumerate(WANTED):
        asker = Asker(wanted.name, NUMBER.format(FIRST_NUMBER + number))
        request = _asked(session, stations[wanted.station], wanted, asker, SOON + number)
        request.asked_at = now() - (26 - 4 * number) * HOUR
        if wanted.given:
            request.status = RoomRequestStatus.BOOKED
            request.decided_at = request.asked_at + HOUR
            request.decided_by = editors[wanted.station]
            session.add(
                RoomBooking(
                    room_id=request.room_id,
                    room_request_id=request.id,
                    starts_at=request.starts_at,
                    ends_at=request.ends_at,
                )
            )
        session.flush()


def _asked(session: Session, station: Station, wanted: Wanted, asker: Asker, first: int) -> RoomRequest:
    """Ask for the first room and time that the rules allow, from so many days ahead on."""
    for room_id, wish in _choices(session, station, wanted, first):
        try:
            receipt = room_requests.ask(room_id, wish, asker, room_consent.ROOM)
        except Refused:
            continue
        return session.get_one(RoomRequest, receipt.request_id)
    raise LookupError(f"no room is free at {station.slug}")


def _choices(session: Session, station: Station, wanted: Wanted, first: int) -> Iterator[tuple[int, Wish]]:
    rooms = session.scalars(
        sa.select(Room.id)
        .where(Room.station_id == station.id, Room.retired.is_(False), Room.seats >= wanted.people)
        .order_by(Room.id.desc())
    ).all()
    for ahead, hour, room_id in product(range(first, first + AHEAD), HOURS, rooms):
        day = today() + timedelta(days=ahead)
        closes = time(hour.hour + 1, 30)
        yield room_id, Wish(day, hour, closes, wanted.purpose, wanted.people)
