"""Let go of names and phone numbers when their time is over; counts and the seat history stay."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.access import MACHINE, Actor
from portal.activities.models import Occurrence
from portal.audit.actions import record
from portal.clock import now
from portal.db import transaction
from portal.messages.actions import forget_about
from portal.registrations import rules
from portal.registrations.actions import locked, take_out
from portal.registrations.models import Registration, RegistrationDevice, SeatChange, Status
from portal.registrations.notices import link_of

BATCH = 500
WAITED_IN_VAIN = timedelta(days=30)  # who never got a seat is forgotten sooner


def forget_parties() -> int:
    """Empty what is personal in registrations whose activity is over for long enough; return how many.

    The number of days is KEEP_REGISTRATIONS_DAYS; doing it twice changes nothing more.
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
    """Empty one registration because its person asks for it; a seat still held goes to the queue first.

    Raises:
        Missing: there is no such registration within the actor's scope.
    """
    with transaction() as session:
        registration, occurrence, activity = locked(session, registration_id, by)
        live = registration.status is Status.CONFIRMED and not rules.begun(occurrence)
        if live or registration.status is Status.WAITING:
            take_out(session, occurrence, activity, registration, SeatChange.REMOVED, by, reason)
        session.flush()
        _empty(session, [registration_id])
        record(
            session,
            by,
            "registration.erased",
            "registration",
            registration_id,
            occurrence.station_id,
            detail=registration.reference,
            reason=reason,
        )
