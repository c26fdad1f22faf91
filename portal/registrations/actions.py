"""Sign parties up, let them leave, come fewer, come late; every step under the lock of the occurrence."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.courses import has_several
from portal.activities.models import Activity, Occurrence, OccurrenceStatus, SignUp
from portal.audit.actions import record
from portal.clock import now
from portal.contact import name_key
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.registrations import notices, queue, rules
from portal.registrations.arrival import (
    already,
    arrive,
    belong,
    belongs,
    check_number_of_parties,
    new_registration,
    same_person,
)
from portal.registrations.models import (
    Registration,
    RegistrationDevice,
    SeatChange,
    Status,
)
from portal.registrations.party import Consent, Party, Source
from portal.stations.queries import is_in_scope
from portal.tokens import token_hash

LATE = (10, 20, 30)  # minutes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of signing up; `new` is False when it had been done before."""

    registration_id: int
    reference: str
    status: Status
    new: bool


def register(
    occurrence_id: int,
    party: Party,
    consent: Consent,
    source: Source,
    by: Actor,
    device: str = "",
    key: str = "",
) -> Receipt:
    """Give the party its seats, or the last place in the queue when there are none for it.

    The same form again (key), or the same people from the same device, get their first registration back.

    Raises:
        Missing: there is no such published occurrence, or none within the scope of the staff member.
        Refused: not the time to sign up, or not a party for this; `field` names a field at fault.
        AlreadyRegistered: from elsewhere, the same name and phone.
    """
    by_staff = source.by_staff
    # A form that was sent, gone back to and changed is about somebody else: it is another form.
    form = f"registration:{occurrence_id}:{party.phone}:{name_key(party.name)}"
    with transaction() as session:
        occurrence = lock(session, Occurrence, occurrence_id)
        if occurrence is None or not occurrence.published:
            raise Missing
        if by_staff and not is_in_scope(occurrence.station_id, by.scope):
            raise Missing
        before = earlier(session, form, by, key)
        if before is not None:
            registration = session.get_one(Registration, int(before))
            belong(
                session, registration.party_id, device
            )  # the first answer, with its cookie, may have been lost
            return _receipt(session, registration, new=False)
        same = same_person(session, [occurrence_id], party).get(occurrence_id)
        if same is not None:
            if belongs(session, same, device):
                return _receipt(session, same, new=False)
            raise already(session, same, by_staff)
        activity = session.get_one(Activity, occurrence.activity_id)
        rules.check_time(occurrence, activity, by_staff)
        rules.check_party(party, rules.limits_of(activity), occurrence.seats, by_staff)
        if not by_staff:
            _check_single(session, activity)
            check_number_of_parties(session, [occurrence_id], party)
        registration = new_registration(session, occurrence_id, party, consent, source, by)
        arrive(session, occurrence, registration, by)
        waits = registration.status is Status.WAITING
        tell = notices.queued if waits else notices.confirmed
        tell(session, occurrence, activity, registration)
        belong(session, registration.id, device)
        done(session, form, by, key, str(registration.id))
        return _receipt(session, registration, new=True)


def _check_single(session: Session, activity: Activity) -> None:
    if activity.sign_up is SignUp.COURSE and session.scalar(sa.select(has_several(activity.id))):
        raise Refused(_("This is a course: please sign up for the whole of it."))


def _receipt(session: Session, registration: Registration, new: bool) -> Receipt:
    held = session.get_one(Registration, registration.party_id)
    return Receipt(held.id, held.reference, registration.status, new)


def cancel(registration_id: int) -> None:
    """Let the party leave; its seats go to the queue at once. Cancelling twice changes nothing.

    Raises:
        Missing: there is no such registration.
        Refused: it has begun.
    """
    with transaction() as session:
        registration, occurrence, activity = locked(session, registration_id)
        if registration.status is Status.CANCELLED:
            return
        check_not_begun(occurrence)
        check_live(registration)
        take_out(session, occurrence, activity, registration, SeatChange.CANCELLED)


def take_out(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    registration: Registration,
    what: SeatChange,
    by: Actor | None = None,
    reason: str = "",
) -> None:
    """End a registration inside a transaction, and give what it held to the queue."""
    queue.leave(occurrence, registration)
    registration.status = Status.CANCELLED
    registration.place = None
    registration.changed_at = now()
    # Who does not come needs no such things known any more (privacy/children.html promises it).
    registration.children_names = registration.guardian = registration.guardian_relation = ""
    registration.note = ""
    queue.note(session, occurrence, registration, what, by, reason)
    queue.settle(session, occurrence, activity)


def shrink(registration_id: int, adults: int, children: int) -> None:
    """Let fewer of the party come; what comes free goes to the queue at once.

    Raises:
        Missing: there is no such registration.
        Refused: it has begun, it would be nobody, or more than before.
    """
    with transaction() as session:
        registration, occurrence, activity = locked(session, registration_id)
        check_not_begun(occurrence)
        check_live(registration)
        if adults + children < 1:
            raise Refused(_("If nobody comes, cancel the registration."), field="adults")
        if adults > registration.adults or children > registration.children:
            raise Refused(_("More of you? Ring the station, they see whether there is room."), field="adults")
        if (adults, children) == (registration.adults, registration.children):
            return
        resize(session, occurrence, activity, registration, adults, children)


def resize(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    registration: Registration,
    adults: int,
    children: int,
    by: Actor | None = None,
) -> None:
    """Change how many come inside a transaction; the caller has seen that they fit."""
    before = registration.people
    registration.adults, registration.children = adults, children
    if not children:
        registration.children_names = registration.guardian = registration.guardian_relation = ""
    if registration.status is Status.CONFIRMED:
        occurrence.seats_taken += registration.people - before
    registration.changed_at = now()
    queue.note(session, occurrence, registration, SeatChange.RESIZED, by)
    queue.settle(session, occurrence, activity)


def be_late(registration_id: int, minutes: int) -> None:
    """Note that the party comes later, for who calls the roll.

    Raises:
        Missing: there is no such registration.
        Refused: it is not the day, or it has no seat.
    """
    if minutes not in LATE:
        raise Missing
    with transaction() as session:
        registration, occurrence, _activity = locked(session, registration_id)
        off = occurrence.status is OccurrenceStatus.CANCELLED
        if off or registration.status is not Status.CONFIRMED or not rules.on_the_day(occurrence):
            raise Refused(_("You can say so on the day itself, as long as you have a place."))
        registration.late_minutes = minutes
        registration.changed_at = now()


def adopt(registration_id: int, device: str) -> None:
    """Let a device list a registration that was found with phone and reference."""
    with transaction() as session:
        registration = session.get(Registration, registration_id)
        if registration is not None:
            belong(session, registration.party_id, device)


def forget_device(device: str) -> None:
    """Let a device list nothing any more; the registrations stay."""
    with transaction() as session:
        session.execute(
            sa.delete(RegistrationDevice).where(RegistrationDevice.device_hash == token_hash(device))
        )


def locked(
    session: Session, registration_id: int, by: Actor | None = None, *also: int
) -> tuple[Registration, Occurrence, Activity]:
    """Lock the occurrence of a registration (and others, in order of their ids) and return all three.

    Raises:
        Missing: there is none, or not within the scope of the staff member.
        OutOfDate: it has been moved to another date in this very moment.
    """
    occurrence_id = session.scalar(
        sa.select(Registration.occurrence_id).where(Registration.id == registration_id)
    )
    if occurrence_id is None:
        raise Missing
    found = {each: lock(session, Occurrence, each) for each in sorted({occurrence_id, *also})}
    occurrence = found[occurrence_id]
    if occurrence is None or (by is not None and not is_in_scope(occurrence.station_id, by.scope)):
        raise Missing
    registration = session.get_one(Registration, registration_id, populate_existing=True)
    if registration.occurrence_id != occurrence_id:
        raise OutOfDate(_("This registration has just been moved to another date. Please look again."))
    return registration, occurrence, session.get_one(Activity, occurrence.activity_id)


def check_live(registration: Registration) -> None:
    """Demand that the party is still to come: it has not left, and nobody has called the roll.

    Raises:
        OutOfDate: it is cancelled, or was called already.
    """
    if registration.status is Status.CANCELLED:
        raise OutOfDate(_("This registration is cancelled already."))
    if registration.status not in (Status.CONFIRMED, Status.WAITING):
        raise OutOfDate(_("The roll was called already. Talk to whoever received you."))


def check_not_begun(occurrence: Occurrence) -> None:
    """Demand that a date is still to come.

    Raises:
        Refused: it has begun.
    """
    if rules.begun(occurrence):
        raise Refused(_("It has begun. Nothing can be changed here any more; ring the station."))


def log_phone_shown(registration_id: int, reason: str, by: Actor) -> None:
    """Log that somebody looks at a full phone number, before it is shown.

    Raises:
        Missing: there is no such registration within the scope.
    """
    with transaction() as session:
        registration = session.get(Registration, registration_id)
        occurrence = session.get(Occurrence, registration.occurrence_id) if registration else None
        if registration is None or occurrence is None or not is_in_scope(occurrence.station_id, by.scope):
            raise Missing
        record(
            session,
            by,
            "phone.shown",
            "registration",
            registration_id,
            occurrence.station_id,
            reason=reason,
        )
