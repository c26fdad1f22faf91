"""Write a party down at a date, inside the transaction of an action that holds the lock of the date."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import Occurrence
from portal.clock import now
from portal.contact import name_key, phone_index
from portal.errors import Refused
from portal.i18n import _
from portal.references import new_reference
from portal.registrations import queue
from portal.registrations.links import token_of
from portal.registrations.models import Registration, RegistrationDevice, SeatChange, Status
from portal.registrations.party import Consent, Party, Source, write_children
from portal.tokens import token_hash

MOST_OF_A_PHONE = 8  # parties under one number at one occurrence; a family has that many, a joker more
LIVE = (Status.CONFIRMED, Status.WAITING)


class AlreadyRegistered(Refused):
    """The same name and phone have a registration there; nothing about it is told (product §5.2)."""


def already(session: Session, same: Registration, by_staff: bool) -> AlreadyRegistered:
    """Make the refusal for who is signed up already; only staff are told the reference."""
    if by_staff:
        held = session.get_one(Registration, same.party_id)
        return AlreadyRegistered(
            _("This person is signed up already: %(reference)s.", reference=held.reference)
        )
    return AlreadyRegistered(
        _("This name and number are signed up already. Look it up with the reference, or ask the station.")
    )


def same_person(session: Session, dates: Sequence[int], party: Party) -> dict[int, Registration]:
    """Map those of the dates where the same name and phone are signed up to how; without a phone none are."""
    index = phone_index(party.phone)
    if index is None:
        return {}
    found = session.scalars(
        sa.select(Registration).where(
            Registration.occurrence_id.in_(dates),
            Registration.phone_index == index,
            Registration.name_key == name_key(party.name),
            Registration.status.in_(LIVE),
        )
    )
    return {registration.occurrence_id: registration for registration in found}


def belongs(session: Session, registration: Registration, device: str) -> bool:
    """Say whether a device lists a registration, or the course that it is part of."""
    ids = {registration.id, registration.party_id}
    return bool(device) and any(
        session.get(RegistrationDevice, (token_hash(device), one)) is not None for one in ids
    )


def belong(session: Session, registration_id: int, device: str) -> None:
    """Let a device list what its party holds: a registration, or of a course the first."""
    if device and session.get(RegistrationDevice, (token_hash(device), registration_id)) is None:
        session.add(RegistrationDevice(device_hash=token_hash(device), registration_id=registration_id))


def unlist(session: Session, registration_id: int, device: str) -> None:
    """Let a device list a registration no more; it stays."""
    listed = session.get(RegistrationDevice, (token_hash(device), registration_id)) if device else None
    if listed is not None:
        session.delete(listed)


def check_number_of_parties(session: Session, dates: Sequence[int], party: Party) -> None:
    """Demand that not too many are signed up under this number at one of the dates.

    Raises:
        Refused: there are MOST_OF_A_PHONE.
    """
    if not party.phone:
        return
    parties = session.scalars(
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(
            Registration.occurrence_id.in_(dates),
            Registration.phone_index == phone_index(party.phone),
            Registration.status.in_(LIVE),
        )
        .group_by(Registration.occurrence_id)
    )
    if max(parties, default=0) >= MOST_OF_A_PHONE:
        raise Refused(
            _("Many are signed up under this number already. Ring the station, please."), field="phone"
        )


def arrive(session: Session, occurrence: Occurrence, registration: Registration, by: Actor) -> None:
    """Give a new registration its seats, or the last place in the queue when there are none for it."""
    if queue.waits(occurrence, registration.people):
        queue.enqueue(session, occurrence, registration)
        what = SeatChange.QUEUED
    else:
        queue.seat(occurrence, registration)
        what = SeatChange.SEATED
    session.add(registration)
    session.flush()
    queue.note(session, occurrence, registration, what, by)


def new_registration(
    session: Session, occurrence_id: int, party: Party, consent: Consent, source: Source, by: Actor
) -> Registration:
    """Make the registration of a party, with a reference of its own; it has no standing yet."""
    reference = new_reference()
    while session.scalar(sa.select(Registration.id).where(Registration.reference == reference)):
        reference = new_reference()
    return Registration(
        occurrence_id=occurrence_id,
        reference=reference,
        token_hash=token_hash(token_of(reference)),
        name=party.name,
        name_key=name_key(party.name),
        phone=party.phone or None,
        phone_index=phone_index(party.phone),
        adults=party.adults,
        children=party.children,
        children_names=write_children(party.kids),
        guardian=party.guardian,
        guardian_relation=party.guardian_relation,
        age_band=party.age_band,
        note=party.note,
        source=source,
        entered_by=by.name,
        consent=consent.version,
        guardian_consent=consent.guardian_version,
        photo_consent=consent.photo,
        came=None,
        late_minutes=None,
        created_at=now(),
        changed_at=now(),
        anonymised_at=None,
        course_id=None,
    )
