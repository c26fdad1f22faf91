"""Judge whether somebody may ask for a room, at that time and for so many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities import room_free
from portal.activities.models import RoomBooking
from portal.activities.room_free import Wish
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.clock import end_of, now, start_of, today
from portal.contact import phone_index
from portal.db import take_name
from portal.errors import Refused
from portal.i18n import _, ngettext, short_day
from portal.stations.hours import Stretch, stretches_of
from portal.stations.models import Room, RoomHours, StationHours

DAYS_AHEAD = 60
DAYS_AHEAD_AT_THE_DESK = 366
SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
MOST_OF_A_PHONE = 5  # requests under one number that wait or are booked, still to come
LIVE = (RoomRequestStatus.WAITING, RoomRequestStatus.BOOKED)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants a room; the phone is normalised, and empty when taken at the desk without one."""

    name: str
    phone: str


def hours_of(session: Session, room: Room) -> tuple[Stretch, ...]:
    """Return the opening hours of a room: its own, or else its station's."""
    own = session.scalars(sa.select(RoomHours).where(RoomHours.room_id == room.id)).all()
    if own:
        return stretches_of(own)
    return stretches_of(
        session.scalars(sa.select(StationHours).where(StationHours.station_id == room.station_id)).all()
    )


def check(wish: Wish, room: Room, days_ahead: int) -> None:
    """Demand a time that can be, and no more people than there are seats.

    Raises:
        Refused: it cannot be; `field` names what is at fault.
    """
    if wish.closes <= wish.opens:
        raise Refused(_("It ends before it begins. Please check both times."), field="closes")
    if wish.ends_at - wish.starts_at < SHORTEST:
        raise Refused(_("At least half an hour, please."), field="closes")
    if wish.ends_at - wish.starts_at > LONGEST:
        raise Refused(
            _("At most %(num)s hours in a row.", num=int(LONGEST.total_seconds() // 3600)), field="closes"
        )
    if wish.day < today():
        raise Refused(_("That day is over. Please choose another one."), field="day")
    if wish.starts_at < now():
        raise Refused(_("That time has passed today. Please choose a later one."), field="opens")
    if wish.day > today() + timedelta(days=days_ahead):
        raise Refused(
            ngettext(
                "At most %(num)s day ahead. Please choose an earlier one.",
                "At most %(num)s days ahead. Please choose an earlier one.",
                days_ahead,
            ),
            field="day",
        )
    if room.seats is not None and wish.people > room.seats:
        raise Refused(
            ngettext("There is %(num)s seat.", "There are %(num)s seats.", room.seats), field="people"
        )


def check_open(week: Sequence[Stretch], wish: Wish) -> None:
    """Demand that the room is open all the time.

    Raises:
        Refused: it is not; the message says when it is.
    """
    if room_free.is_open(week, wish):
        return
    times = room_free.open_times(week, wish.day)
    if not times:
        raise Refused(_("The room is closed that day."), field="day")
    raise Refused(_("That day the room is open %(times)s.", times=room_free.words(times)), field="opens")


def check_asker(session: Session, room_id: int, wish: Wish, asker: Asker) -> None:
    """Demand that this number has not asked for the same already, nor for too much.

    Raises:
        Refused: it has; at the field `phone`.
    """
    index = phone_index(asker.phone)
    take_name(session, f"rooms asked for by {(index or b'').hex()}")
    theirs = session.execute(
        sa.select(RoomRequest.room_id, RoomRequest.starts_at, RoomRequest.ends_at).where(
            RoomRequest.phone_index == index, RoomRequest.status.in_(LIVE), RoomRequest.ends_at > now()
        )
    ).all()
    for row in theirs:
        if row.room_id == room_id and row.starts_at < wish.ends_at and row.ends_at > wish.starts_at:
            raise Refused(
                _("This number has asked for the room at that time already. Your link says how it stands."),
                field="phone",
            )
    if len(theirs) >= MOST_OF_A_PHONE:
        raise Refused(
            _("This number has asked for %(num)s times already. Ring the station, please.", num=len(theirs)),
            field="phone",
        )


def check_free(session: Session, room: Room, wish: Wish) -> None:
    """Demand that nothing has the room; the caller holds its lock.

    Raises:
        Refused: something has; the message says what is free that day, and of nobody who has it.
    """
    taken = session.execute(
        sa.select(RoomBooking.starts_at, RoomBooking.ends_at)
        .where(
            RoomBooking.room_id == room.id,
            RoomBooking.starts_at >= start_of(wish.day),
            RoomBooking.starts_at < end_of(wish.day),
        )
        .order_by(RoomBooking.starts_at)
    ).all()
    met: list[tuple[datetime, datetime]] = [
        (row.starts_at, row.ends_at)
        for row in taken
        if row.starts_at < wish.ends_at and row.ends_at > wish.starts_at
    ]
    if not met:
        return
    message = _(
        "The room is taken on %(day)s, %(times)s.", day=short_day(wish.day), times=room_free.words(met)
    )
    times = room_free.open_times(hours_of(session, room), wish.day)
    if times:
        left = room_free.free(times, [(row.starts_at, row.ends_at) for row in taken], now())
        left = [(begins, ends) for begins, ends in left if ends - begins >= SHORTEST]
        message += " " + (
            _("Free that day: %(times)s.", times=room_free.words(left))
            if left
            else _("Nothing is free that day any more.")
        )
    raise Refused(message, field="opens")
