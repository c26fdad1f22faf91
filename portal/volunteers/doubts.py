"""Let volunteers say that hours are wrong, and the station say what came of it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.volunteers.hours import locked, log
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import HoursDoubt, ServiceRecord


def ask(record_id: int, words: str, volunteer_id: int, by: Actor, key: str = "") -> int:
    """Put a volunteer's doubt about a record of theirs before its station; return the doubt's id.

    The same form again changes nothing.

    Raises:
        Missing: it is not theirs.
        Refused: an earlier doubt about it is still open.
    """
    with transaction() as session:
        before = earlier(session, "hours.doubted", by, key)
        if before is not None:
            return int(before)
        volunteer = lock(session, Volunteer, volunteer_id)
        row = session.get(ServiceRecord, record_id)
        if row is None or volunteer is None or row.volunteer_id != volunteer_id:
            raise Missing
        if _open(session, record_id):
            raise Refused(_("You have said so already; the station is looking into it."), field="record")
        doubt = HoursDoubt(record_id=record_id, words=words, asked_at=now(), settled_at=None)
        session.add(doubt)
        session.flush()
        log(session, by, "hours.doubted", row)
        done(session, "hours.doubted", by, key, str(doubt.id))
        return doubt.id


def _open(session: Session, record_id: int) -> bool:
    wanted = sa.select(HoursDoubt.id).where(
        HoursDoubt.record_id == record_id, HoursDoubt.settled_at.is_(None)
    )
    return session.scalar(wanted.limit(1)) is not None


def settle(doubt_id: int, note: str, by: Actor) -> None:
    """Say what came of a doubt; the volunteer reads the note beside the record.

    Raises:
        Missing: there is none about a date within the actor's scope.
        OutOfDate: it is settled already.
        Forbidden: nobody answers a doubt of their own.
        Refused: there is no note.
    """
    with transaction() as session:
        found = session.get(HoursDoubt, doubt_id)
        if found is None:
            raise Missing
        row, volunteer = locked(session, found.record_id, by)
        session.refresh(found)
        if found.settled_at is not None:
            raise OutOfDate(_("%(who)s has settled this already.", who=found.settled_by))
        if by.account_id is not None and by.account_id == volunteer.account_id:
            raise Forbidden
        if not note:
            raise Refused(_("Please write what came of it; the volunteer reads it."), field="note")
        found.note, found.settled_at = note, now()
        found.settled_by, found.settled_by_id = by.name, by.account_id
        log(session, by, "hours.doubt_settled", row, note)
