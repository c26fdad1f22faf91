"""Book rooms for published occurrences and set them free; nothing clashes with what was booked by request."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.dates import Span, overlapping
from portal.activities.models import Activity, Occurrence, RoomBooking
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, Refused
from portal.i18n import _, clock_time, ngettext, short_day
from portal.stations.models import Room
from portal.stations.queries import is_in_scope


def check(session: Session, room_id: int | None, station_id: int) -> None:
    """Take the room for this transaction.

    Raises:
        Refused: the station has no such room, or no longer; at the field `room`.
    """
    if room_id is None:
        return
    room = lock(session, Room, room_id)  # nobody else books it until we are done
    if room is None or room.station_id != station_id or room.retired:
        raise Refused(_("This station has no such room any more."), field="room")


def book(session: Session, wanted: Sequence[tuple[Occurrence, Span]]) -> None:
    """Book the rooms of these occurrences for all their hours, under the lock of each room.

    Raises:
        Refused: a room is out of use, or taken at one of the times; the message names what is on then.
    """
    for room_id in sorted(
        {occurrence.room_id for occurrence, _span in wanted if occurrence.room_id is not None}
    ):
        mine = [(occurrence, when) for occurrence, when in wanted if occurrence.room_id == room_id]
        check(session, room_id, mine[0][0].station_id)
        refuse_clash(session, room_id, [when for _occurrence, when in mine])
        session.add_all(
            RoomBooking(room_id=room_id, occurrence_id=occurrence.id, starts_at=opens, ends_at=closes)
            for occurrence, when in mine
            for opens, closes in when.stretches()
        )
    session.flush()


def release(session: Session, occurrence_ids: Iterable[int]) -> None:
    """Set the rooms of these occurrences free."""
    session.execute(sa.delete(RoomBooking).where(RoomBooking.occurrence_id.in_(occurrence_ids)))


def retire(room_id: int, by: Actor) -> None:
    """Take a room out of use; what took place there keeps it.

    Raises:
        Missing: there is no such room within the actor's scope.
        Refused: something to come has the room, or somebody waits for an answer about it.
    """
    with transaction() as session:
        room = lock(session, Room, room_id)
        if room is None or not is_in_scope(room.station_id, by.scope):
            raise Missing
        _refuse_if_used(session, room_id)
        room.retired = True
        record(session, by, "room.retired", "room", room_id, room.station_id, detail=room.name)


def _refuse_if_used(session: Session, room_id: int) -> None:
    dates, booked = session.execute(
        sa.select(sa.func.count(RoomBooking.occurrence_id), sa.func.count(RoomBooking.room_request_id)).where(
            RoomBooking.room_id == room_id, RoomBooking.ends_at > now()
        )
    ).one()
    waiting = session.scalars(
        sa.select(sa.func.count())
        .select_from(RoomRequest)
        .where(
            RoomRequest.room_id == room_id,
            RoomRequest.status == RoomRequestStatus.WAITING,
            RoomRequest.starts_at > now(),
        )
    ).one()
    if dates:
        raise Refused(
            ngettext(
                "%(num)s date to come has this room. Move it first.",
                "%(num)s dates to come have this room. Move them first.",
                dates,
            )
        )
    if booked:
        raise Refused(
            ngettext(
                "Somebody has booked this room %(num)s time. Cancel that booking first.",
                "People have booked this room %(num)s times. Cancel those bookings first.",
                booked,
            )
        )
    if waiting:
        raise Refused(
            ngettext(
                "%(num)s request for this room waits for an answer. Answer it first.",
                "%(num)s requests for this room wait for an answer. Answer them first.",
                waiting,
            )
        )


def refuse_clash(session: Session, room_id: int, spans: Sequence[Span]) -> None:
    """Refuse if the room is taken at any of the times.

    Raises:
        Refused: it is; at the field `room`.
    """
    found = clashes(session, room_id, spans)
    if not found:
        return
    when, title = found[0]
    message = _(
        "The room is taken on %(day)s, %(opens)s–%(closes)s: %(title)s.",
        day=short_day(when.first),
        opens=clock_time(when.starts_at),
        closes=clock_time(when.ends_at),
        title=title,
    )
    if len(found) > 1:
        message += " " + _("%(count)s dates clash in all.", count=len(found))
    raise Refused(message, field="room")


def free_throughout(
    session: Session, room_ids: Sequence[int], spans: Sequence[Span], but_activity: int | None = None
) -> set[int]:
    """Return which of these rooms are free at all of the times; one statement for all of them."""
    if not room_ids or not spans:
        return set()
    wanted = _booked(spans, but_activity).where(RoomBooking.room_id.in_(room_ids))
    taken: dict[int, list[tuple[datetime, datetime, int]]] = {room_id: [] for room_id in room_ids}
    for row in session.execute(wanted):
        taken[row.room_id].append((row.starts_at, row.ends_at, row.id))
    return {room_id for room_id, booked in taken.items() if not overlapping(spans, booked)}


def _booked(
    spans: Sequence[Span], but_activity: int | None = None, but_occurrences: Sequence[int] = ()
) -> Any:
    first = min(when.starts_at for when in spans)
    wanted = (
        sa.select(
            RoomBooking.id,
            RoomBooking.room_id,
            RoomBooking.starts_at,
            RoomBooking.ends_at,
            Activity.title,
        )
        .outerjoin(Occurrence, Occurrence.id == RoomBooking.occurrence_id)
        .outerjoin(Activity, Activity.id == Occurrence.activity_id)
        .where(
            RoomBooking.starts_at < max(when.ends_at for when in spans),
            RoomBooking.starts_at > first - timedelta(days=1),  # none is longer, so the index can stop
            RoomBooking.ends_at > first,
        )
    )
    by_request = RoomBooking.occurrence_id.is_(None)  # of no activity, so of none that is left out
    if but_activity is not None:
        wanted = wanted.where(sa.or_(by_request, Occurrence.activity_id != but_activity))
    if but_occurrences:
        wanted = wanted.where(sa.or_(by_request, Occurrence.id.not_in(but_occurrences)))
    return wanted


def clashes(
    session: Session,
    room_id: int,
    spans: Sequence[Span],
    but_activity: int | None = None,
    but_occurrences: Sequence[int] = (),
) -> list[tuple[Span, str]]:
    """Return (span, title of what has the room) for each span that clashes; one statement for all of them.

    Of what was booked by request only that is told.
    """
    if not spans:
        return []
    wanted = _booked(spans, but_activity, but_occurrences).where(RoomBooking.room_id == room_id)
    rows = session.execute(wanted).all()
    titles = {row.id: row.title or _("somebody has booked it") for row in rows}
    taken = [(row.starts_at, row.ends_at, row.id) for row in rows]
    return [(when, titles[booking_id]) for when, booking_id in overlapping(spans, taken)]
