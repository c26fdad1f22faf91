"""Let go of names and phone numbers when their time is over; counts and the seat history stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session, aliased

from portal.access import MACHINE, Actor
from portal.activities.models import Activity, Occurrence
from portal.audit.actions import record
from portal.clock import now
from portal.db import transaction
from portal.errors import Missing
from portal.messages.actions import forget_about
from portal.registrations import rules
from portal.registrations.actions import locked, take_out
from portal.registrations.course import locked_course
from portal.registrations.models import Registration, RegistrationDevice, SeatChange, Status
from portal.registrations.notices import link_of
from portal.stations.queries import is_in_scope

BATCH = 500
WAITED_IN_VAIN = timedelta(days=30)  # who never got a seat is forgotten sooner


def forget_parties() -> int:
    """Empty what is personal in registrations whose activity is over for long enough; return how many.

    The number of days is KEEP_REGISTRATIONS_DAYS; doing it twice changes nothing more. The first registration
    of a course, which its party holds, is kept for as long as the last date of the course.
    """
    gone = 0
    until = now() - timedelta(days=current_app.config["KEEP_REGISTRATIONS_DAYS"])
    while True:
        with transaction() as session:
            ids = session.scalars(
                sa.select(Registration.id)
                .join(Occurrence, Occurrence.id == Registration.occurrence_id)
                .where(
                    sa.or_(
                        Occurrence.ends_at < until,
                        sa.and_(
                            Registration.status == Status.WAITING,
                            Occurrence.ends_at < now() - WAITED_IN_VAIN,
                        ),
                    ),
                    Registration.anonymised_at.is_(None),
                    sa.or_(
                        Registration.course_id.is_(None),
                        Registration.course_id != Registration.id,
                        ~_goes_on(until),
                    ),
                )
                .order_by(Registration.id)
                .limit(BATCH)
            ).all()
            if not ids:
                break
            _empty(session, ids)
            gone += len(ids)
            record(session, MACHINE, "registrations.anonymised", "registration", detail=str(len(ids)))
    return gone


def _goes_on(until: datetime) -> sa.ColumnElement[bool]:
    """Say in SQL that a date of the course which a registration leads is not over for long enough."""
    part, date = aliased(Registration), aliased(Occurrence)
    return (
        sa.exists()
        .where(part.course_id == Registration.id, date.id == part.occurrence_id, date.ends_at >= until)
        .correlate(Registration)
    )


def _empty(session: Session, ids: Sequence[int]) -> None:
    session.execute(
        sa.update(Registration)
        .where(Registration.id.in_(ids))
        .values(
            name="",
            name_key="",
            phone=None,
            phone_index=None,
            children_names="",
            guardian="",
            guardian_relation="",
            note="",
            anonymised_at=now(),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(sa.delete(RegistrationDevice).where(RegistrationDevice.registration_id.in_(ids)))
    forget_about(session, [link_of(one) for one in ids])  # what was told or is to be told names them, too


def erase(registration_id: int, reason: str, by: Actor) -> None:
    """Empty a registration because its person asks for it; a seat still held goes to the queue first.

    Of a course all registrations go: they are of the same person.

    Raises:
        Missing: there is no such registration within the actor's scope.
    """
    with transaction() as session:
        one = session.get(Registration, registration_id)
        if one is not None and one.course_id is not None:
            _first, rows = locked_course(session, one.course_id)
        else:
            registration, occurrence, _activity = locked(session, registration_id, by)
            rows = [(occurrence, registration)]
        asked = next((date for date, row in rows if row.id == registration_id), None)
        if asked is None or not is_in_scope(asked.station_id, by.scope):
            raise Missing
        for date, row in rows:
            live = row.status is Status.CONFIRMED and not rules.begun(date)
            if live or row.status is Status.WAITING:
                activity = session.get_one(Activity, date.activity_id)
                take_out(session, date, activity, row, SeatChange.REMOVED, by, reason)
        session.flush()
        _empty(session, [row.id for _date, row in rows])
        for date, row in rows:
            record(
                session,
                by,
                "registration.erased",
                "registration",
                row.id,
                date.station_id,
                detail=row.reference,
                reason=reason,
            )
