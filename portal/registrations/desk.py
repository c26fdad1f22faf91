"""What staff do with the registrations of a date: seats, moves, promotions."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, ngettext
from portal.registrations import notices, queue, rules
from portal.registrations.actions import check_live, locked, resize, take_out
from portal.registrations.models import Registration, SeatChange, Status
from portal.stations.queries import is_in_scope

NAMED = 12  # parties that a refusal lists; the page below shows all


def remove(registration_id: int, reason: str, by: Actor) -> None:
    """Cancel a registration for the station; its seats go to the queue at once, and the party is told.

    Raises:
        Missing: there is no such registration within the actor's scope.
        OutOfDate: it is cancelled already.
        Refused: it has begun; then the roll-call says who came.
    """
    with transaction() as session:
        registration, occurrence, activity = locked(session, registration_id, by)
        _check_live(registration, occurrence)
        take_out(session, occurrence, activity, registration, SeatChange.REMOVED, by, reason)
        notices.removed(session, occurrence, activity, registration, reason)
        _record(session, by, "registration.removed", registration, occurrence, reason=reason)


def change_people(registration_id: int, adults: int, children: int, by: Actor) -> None:
    """Change how many of a party come, also to more if they fit and nobody waits for the seats.

    Raises:
        Missing: there is no such registration within the actor's scope.
        OutOfDate: it is cancelled already.
        Refused: it has begun, there are no seats, or others wait for them.
    """
    with transaction() as session:
        registration, occurrence, activity = locked(session, registration_id, by)
        _check_live(registration, occurrence)
        people, before = adults + children, registration.people
        if not 1 <= people <= rules.MOST_AT_THE_DESK:
            raise Refused(_("Between 1 and %(most)s people.", most=rules.MOST_AT_THE_DESK), field="adults")
        if occurrence.seats is not None and people > occurrence.seats:
            raise Refused(
                ngettext(
                    "There is %(num)s place in all.", "There are %(num)s places in all.", occurrence.seats
                ),
                field="adults",
            )
        if registration.status is Status.CONFIRMED and people > before:
            if occurrence.parties_waiting:
                raise Refused(_("Others wait for seats. Raise the number of seats first."), field="adults")
            if not queue.fits(occurrence, people - before):
                raise Refused(
                    _("There is no seat left for more. Raise the number of seats first."), field="adults"
                )
        detail = f"{registration.adults}+{registration.children} → {adults}+{children}"
        resize(session, occurrence, activity, registration, adults, children, by)
        _record(session, by, "registration.resized", registration, occurrence, detail=detail)


def promote(registration_id: int, reason: str, by: Actor) -> None:
    """Seat a waiting party out of turn.

    Raises:
        Missing: there is no such registration within the actor's scope.
        OutOfDate: it does not wait any more.
        Refused: it has begun, or the free seats are too few.
    """
    with transaction() as session:
        registration, occurrence, activity = locked(session, registration_id, by)
        if registration.status is not Status.WAITING:
            raise OutOfDate(_("This party does not wait any more."))
        _check_live(registration, occurrence)
        if occurrence.status is OccurrenceStatus.CANCELLED:
            raise Refused(_("This date is cancelled already."))
        if not queue.fits(occurrence, registration.people):
            raise Refused(
                _("There are not enough free seats for this party. Raise the number of seats first.")
            )
        queue.promote(
            session, occurrence, activity, registration, SeatChange.PROMOTED_EARLY, by=by, reason=reason
        )
        queue.settle(session, occurrence, activity)
        _record(session, by, "registration.promoted", registration, occurrence, reason=reason)


def set_seats(occurrence_id: int, seats: int | None, reason: str, by: Actor) -> None:
    """Give a date more or fewer seats (None: any number); new ones go to the queue at once.

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        Refused: more people have a seat already; the message lists the parties. Or it is over.
    """
    with transaction() as session:
        occurrence = lock(session, Occurrence, occurrence_id)
        if occurrence is None or not occurrence.published or not is_in_scope(occurrence.station_id, by.scope):
            raise Missing
        if occurrence.ends_at <= now():
            raise Refused(_("It is over; its seats matter no more."))
        if seats is not None and seats < occurrence.seats_taken:
            raise Refused(_too_few(session, occurrence), field="seats")
        detail = f"{occurrence.seats or '∞'} → {seats or '∞'}"
        occurrence.seats = seats
        queue.note(session, occurrence, None, SeatChange.SEATS, by, reason)
        queue.settle(session, occurrence, session.get_one(Activity, occurrence.activity_id))
        record(
            session,
            by,
            "occurrence.seats",
            "occurrence",
            occurrence_id,
            occurrence.station_id,
            detail=detail,
            reason=reason,
        )


def _too_few(session: Session, occurrence: Occurrence) -> str:
    seated = session.execute(
        sa.select(Registration.name, Registration.adults, Registration.children)
        .where(
            Registration.occurrence_id == occurrence.id,
            Registration.status.in_((Status.CONFIRMED, Status.ATTENDED, Status.ABSENT)),
        )
        .order_by(Registration.id)
        .limit(NAMED + 1)
    ).all()
    parties = _(", ").join(
        _("%(name)s (%(people)s)", name=row.name, people=row.adults + row.children) for row in seated[:NAMED]
    )
    message = ngettext(
        "%(num)s person has a seat already: %(parties)s",
        "%(num)s people have a seat already: %(parties)s",
        occurrence.seats_taken,
        parties=parties,
    )
    return message + ("…" if len(seated) > NAMED else "")


def move(registration_id: int, target_id: int, may_queue: bool, by: Actor) -> Status:
    """Move a party to another date; reference and link stay. Return how it stands there.

    Raises:
        Missing: there is no such registration or date within the actor's scope.
        OutOfDate: it is cancelled already.
        Refused: that date takes no registrations or has no seats (unless it may queue), the party is signed
            up there already, or this one has begun.
    """
    with transaction() as session:
        registration, source, activity = locked(session, registration_id, by, target_id)
        target = session.get(Occurrence, target_id)
        if target is None or not target.published or not is_in_scope(target.station_id, by.scope):
            raise Missing
        _check_live(registration, source, cancelled_too=True)
        if target_id == source.id:
            raise Refused(_("It is on this date already."), field="target")
        goal = session.get_one(Activity, target.activity_id)
        rules.check_time(target, goal, by_staff=True)
        if target.seats is not None and registration.people > target.seats:
            raise Refused(_("That date has not so many places in all."), field="target")
        if registration.phone_index is not None and there_already(session, registration, target_id):
            raise Refused(_("This person is signed up for that date already."), field="target")
        waits = queue.waits(target, registration.people)
        if waits and not may_queue:
            raise Refused(
                _("That date is full. Tick the box to move the party into its queue."), field="target"
            )
        queue.leave(source, registration)
        registration.changed_at = now()
        queue.note(session, source, registration, SeatChange.MOVED_AWAY, by)
        registration.occurrence_id = target_id
        registration.late_minutes = None
        if waits:
            queue.enqueue(session, target, registration)
        else:
            queue.seat(target, registration)
        queue.note(session, target, registration, SeatChange.QUEUED if waits else SeatChange.SEATED, by)
        queue.settle(session, source, activity)
        notices.moved(session, target, goal, registration)
        _record(session, by, "registration.moved", registration, target, detail=f"{source.id} → {target_id}")
        return registration.status


def there_already(session: Session, registration: Registration, target_id: int) -> bool:
    """Say whether the person of a registration is signed up for that date by another one."""
    return bool(
        session.scalar(
            sa.select(Registration.id).where(
                Registration.occurrence_id == target_id,
                Registration.phone_index == registration.phone_index,
                Registration.name_key == registration.name_key,
                Registration.status.in_((Status.CONFIRMED, Status.WAITING)),
            )
        )
    )


def _check_live(registration: Registration, occurrence: Occurrence, cancelled_too: bool = False) -> None:
    check_live(registration)
    cancelled = cancelled_too and occurrence.status is OccurrenceStatus.CANCELLED
    if rules.begun(occurrence) and not cancelled:
        raise Refused(_("It has begun. Now the roll-call says who came."))


def _record(
    session: Session,
    by: Actor,
    action: str,
    registration: Registration,
    occurrence: Occurrence,
    detail: str = "",
    reason: str = "",
) -> None:
    record(
        session,
        by,
        action,
        "registration",
        registration.id,
        occurrence.station_id,
        detail=f"{registration.reference} {detail}".strip(),
        reason=reason,
    )
