"""Put notices on the boards, and take them down."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.actions import record
from portal.audit.models import AuditEntry
from portal.clock import now, today
from portal.db import lock, transaction
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext
from portal.kiosk.models import BoardNotice
from portal.once import done, earlier
from portal.stations.models import Station
from portal.stations.queries import is_in_scope

USUAL = timedelta(days=7)
LONGEST = timedelta(days=60)
KEPT = timedelta(days=30)  # after their day


def post(station_id: int, text: str, until: date, by: Actor, key: str = "") -> int:
    """Put a sentence on the boards of a station and of all below it until a day is over; return its id.

    The same form again puts it there once.

    Raises:
        Missing: there is no such open station within their scope.
        Refused: the day is over, or far away; told by `until`.
    """
    with transaction() as session:
        before = earlier(session, "board_notice.posted", by, key)
        if before is not None:
            return int(before)
        station = session.get(Station, station_id)
        if station is None or station.closed or not is_in_scope(station_id, by.scope):
            raise Missing
        _check(until)
        notice = BoardNotice(
            station_id=station_id, text=text, until=until, written_at=now(), written_by=by.name
        )
        session.add(notice)
        session.flush()
        record(session, by, "board_notice.posted", "board_notice", notice.id, station_id, detail=text)
        done(session, "board_notice.posted", by, key, str(notice.id))
        return notice.id


def _check(until: date) -> None:
    if until < today():
        raise Refused(_("That day is over. Nobody would see it."), field="until")
    if until > today() + LONGEST:
        raise Refused(
            ngettext(
                "At most %(num)s day. What always holds belongs on the station's page.",
                "At most %(num)s days. What always holds belongs on the station's page.",
                LONGEST.days,
            ),
            field="until",
        )


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a notice that was taken down said, until when and where, to put it back."""

    text: str
    until: date
    station_id: int


def drop(notice_id: int, by: Actor) -> Dropped | None:
    """Take a notice down; return what it was, None if somebody has done so before.

    Raises:
        Missing: there never was one within their scope.
    """
    with transaction() as session:
        notice = lock(session, BoardNotice, notice_id)
        if notice is None and _was_dropped(session, notice_id, by):
            return None
        if notice is None or not is_in_scope(notice.station_id, by.scope):
            raise Missing
        was = Dropped(notice.text, notice.until, notice.station_id)
        session.delete(notice)
        record(
            session, by, "board_notice.dropped", "board_notice", notice_id, was.station_id, detail=was.text
        )
        return was


def _was_dropped(session: Session, notice_id: int, by: Actor) -> bool:
    where = session.scalar(
        sa.select(AuditEntry.station_id).where(
            AuditEntry.object_kind == "board_notice",
            AuditEntry.object_id == notice_id,
            AuditEntry.action == "board_notice.dropped",
        )
    )
    return where is not None and is_in_scope(where, by.scope)


def forget_over() -> None:
    """Delete the notices whose day was over a month ago; the log keeps what they said."""
    with transaction() as session:
        session.execute(sa.delete(BoardNotice).where(BoardNotice.until < today() - KEPT))
