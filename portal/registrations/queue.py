"""Give seats and places in the queue; every promotion goes through promote().

First come, first served: a newcomer never overtakes the queue, and the first in the queue never fits the free
seats, since whatever frees a seat calls settle() in its own transaction (product §5.2). All of this is done
under the lock of the occurrence.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.clock import now
from portal.registrations import notices
from portal.registrations.models import Registration, SeatChange, SeatEvent, Status
from portal.registrations.rules import begun


def fits(occurrence: Occurrence, people: int) -> bool:
    """Say whether so many find a free seat."""
    return occurrence.seats is None or occurrence.seats_taken + people <= occurrence.seats


def waits(occurrence: Occurrence, people: int) -> bool:
    """Say whether a newcomer has to queue."""
    return occurrence.parties_waiting > 0 or not fits(occurrence, people)


def seat(occurrence: Occurrence, registration: Registration) -> None:
    """Give the party its seats."""
    registration.status = Status.CONFIRMED
    registration.place = None
    occurrence.seats_taken += registration.people


def enqueue(session: Session, occurrence: Occurrence, registration: Registration) -> None:
    """Put the party at the end of the queue."""
    last = session.scalar(
        sa.select(sa.func.max(SeatEvent.place)).where(SeatEvent.occurrence_id == occurrence.id)
    )
    registration.status = Status.WAITING
    registration.place = (last or 0) + 1
    occurrence.parties_waiting += 1


def leave(occurrence: Occurrence, registration: Registration) -> None:
    """Take the party's seats, or its place in the queue, away; another standing and settle() must follow."""
    if registration.status is Status.WAITING:
        occurrence.parties_waiting -= 1
    elif registration.status.has_seat:
        occurrence.seats_taken -= registration.people


def settle(session: Session, occurrence: Occurrence, activity: Activity) -> None:
    """Give what is free to the queue, the first first, and stop at the first who does not fit."""
    if begun(occurrence) or occurrence.status is OccurrenceStatus.CANCELLED or not occurrence.parties_waiting:
        return
    session.flush()
    queue = session.scalars(
        sa.select(Registration)
        .where(Registration.occurrence_id == occurrence.id, Registration.status == Status.WAITING)
        .order_by(Registration.place)
    )
    for registration in queue:
        if not fits(occurrence, registration.people):
            break
        promote(session, occurrence, activity, registration, SeatChange.PROMOTED)


def promote(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    registration: Registration,
    what: SeatChange,
    by: Actor | None = None,
    reason: str = "",
) -> None:
    """Seat one party out of the queue and tell it; nothing else ever does."""
    occurrence.parties_waiting -= 1
    seat(occurrence, registration)
    registration.changed_at = now()
    note(session, occurrence, registration, what, by, reason)
    notices.promoted(session, occurrence, activity, registration)


def note(
    session: Session,
    occurrence: Occurrence,
    registration: Registration | None,
    what: SeatChange,
    by: Actor | None = None,
    reason: str = "",
) -> None:
    """Write a step into the history of the seats, with what stands after it."""
    gone = what in (SeatChange.CANCELLED, SeatChange.REMOVED, SeatChange.MOVED_AWAY)
    session.add(
        SeatEvent(
            occurrence_id=occurrence.id,
            registration_id=registration.id if registration else None,
            at=now(),
            what=what,
            people=0 if gone or registration is None else registration.people,
            place=None if gone or registration is None else registration.place,
            seats=occurrence.seats,
            seats_taken=occurrence.seats_taken,
            parties_waiting=occurrence.parties_waiting,
            who=by.name if by and by.account_id is not None else "",
            reason=reason,
        )
    )
    session.flush()  # in the order things happened
