"""Read registrations: by private link, by phone and reference, by device, and for the desk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from portal.access import Scope
from portal.activities.cards import Card, make_card, select_cards
from portal.activities.followers import Concerned
from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.clock import now
from portal.contact import is_phone, name_key, phone_index, phone_of
from portal.db import db
from portal.errors import Missing
from portal.references import read_reference
from portal.registrations.history import Step
from portal.registrations.models import Registration, RegistrationDevice, SeatEvent, Status
from portal.registrations.rows import code_of, plain
from portal.stations.models import Station
from portal.stations.queries import in_scope
from portal.stations.shell import phone_channel
from portal.tokens import token_hash
from portal.web.text import fold

LINK_LIVES = timedelta(days=30)  # after the activity; then the private link opens nothing
MOST_PARTIES = 1000  # of one date on its page
FOUND = 30


def by_token(token: str) -> Registration:
    """Return the registration of a private link, with all its page shows.

    Raises:
        Missing: the link is none, or its activity is long over.
    """
    found = db.session.scalar(
        _with_page().where(Registration.token_hash == token_hash(token), Registration.anonymised_at.is_(None))
    )
    if found is None or _long_over(found):
        raise Missing
    return found


def _long_over(found: Registration) -> bool:
    """Say whether the link opens nothing any more; of a course, its last date counts."""
    over = found.occurrence.ends_at + LINK_LIVES < now()
    if over and found.leads_course:
        last = db.session.scalar(
            sa.select(sa.func.max(Occurrence.ends_at))
            .join(Registration, Registration.occurrence_id == Occurrence.id)
            .where(Registration.course_id == found.id)
        )
        over = last is None or last + LINK_LIVES < now()
    return over


def _with_page() -> sa.Select[Registration]:
    return sa.select(Registration).options(
        joinedload(Registration.occurrence).options(
            joinedload(Occurrence.activity),
            joinedload(Occurrence.station).selectinload(Station.hours),
            joinedload(Occurrence.room),
        ),
        joinedload(Registration.first),
    )


def by_phone_and_reference(phone: str, reference: str) -> Registration | None:
    """Return the registration with this number and reference, if there is one and it is not too old."""
    index = phone_index(phone_of(phone)) or b"none"
    found = db.session.scalar(_with_page().where(Registration.reference == read_reference(reference)))
    known = found.phone_index if found is not None and found.phone_index is not None else b"unknown"
    if not compare_digest(known, index) or found is None or _long_over(found):
        return None
    return found


def position(registration: Registration) -> int:
    """Return the place in the queue as people count it, the first is 1."""
    before = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Registration)
        .where(
            Registration.occurrence_id == registration.occurrence_id,
            Registration.status == Status.WAITING,
            Registration.place < registration.place,
        )
    )
    return (before or 0) + 1


@dataclass(frozen=True, slots=True)
class Mine:
    """One line of “mine”: a registration, or a course with its next date."""

    reference: str
    status: Status
    people: int
    ahead: int  # parties before it in the queue
    card: Card
    course_dates: int = 0  # of a course, on how many of its dates the party comes or waits


def ahead_of(registration: type[Registration]) -> sa.ScalarSelect[int]:
    """Count in SQL the parties that wait before a registration, which has to wait, too."""
    other = aliased(Registration, name="other")
    return (
        sa.select(sa.func.count())
        .select_from(other)
        .where(
            other.occurrence_id == registration.occurrence_id,
            other.status == Status.WAITING,
            other.place < registration.place,
        )
        .scalar_subquery()
    )


def _on_device(device: str) -> sa.ColumnElement[bool]:
    """Say in SQL that a device lists a registration, or the course that it is part of."""
    listed = sa.select(RegistrationDevice.registration_id).where(
        RegistrationDevice.device_hash == token_hash(device)
    )
    return sa.or_(Registration.id.in_(listed), Registration.course_id.in_(listed))


def of_device(device: str, limit: int = 60) -> list[Mine]:
    """List what was signed up on a device, by the start, the latest first; a course by its next date."""
    first = aliased(Registration, name="first")
    rows = db.session.execute(
        select_cards()
        .join(Registration, Registration.occurrence_id == Occurrence.id)
        .outerjoin(first, first.id == Registration.course_id)
        .add_columns(
            Registration.course_id,
            sa.func.coalesce(first.reference, Registration.reference).label("reference"),
            Registration.status.label("registration_status"),
            (Registration.adults + Registration.children).label("people"),
            ahead_of(Registration).label("ahead"),
        )
        .where(
            _on_device(device),
            Registration.anonymised_at.is_(None),
            Occurrence.ends_at > now() - LINK_LIVES,
        )
        .order_by(None)
        .order_by(Occurrence.starts_at.desc(), Registration.id)
        .limit(limit * 10)  # a course has many dates
    ).all()
    found = [_mine(group) for group in _by_party(rows)]
    return sorted(found, key=lambda one: one.card.starts_at, reverse=True)[:limit]


def _by_party(rows: Sequence[Any]) -> Iterable[list[Any]]:
    """Gather the rows of each course; whatever else there is stands alone."""
    parties: dict[object, list[Any]] = {}
    for number, row in enumerate(rows):
        parties.setdefault(row.course_id or ("alone", number), []).append(row)
    return parties.values()


def _mine(rows: list[Any]) -> Mine:
    """Make one line of what belongs to a party, the latest first."""
    live = [row for row in rows if row.registration_status in (Status.CONFIRMED, Status.WAITING)]
    coming = [row for row in live if row.ends_at > now()]
    row = (coming or live or rows)[-1 if coming else 0]
    return Mine(
        row.reference,
        row.registration_status,
        row.people,
        row.ahead,
        make_card(row),
        len(coming or rows) if row.course_id is not None else 0,
    )


def of_device_at(device: str, occurrence_id: int) -> list[Registration]:
    """List the live registrations of a device at one occurrence."""
    return list(
        db.session.scalars(
            sa.select(Registration)
            .options(joinedload(Registration.first))
            .where(
                _on_device(device),
                Registration.occurrence_id == occurrence_id,
                Registration.status.in_((Status.CONFIRMED, Status.WAITING)),
            )
            .order_by(Registration.id)
        )
    )


def parties_of(occurrence_id: int, cancelled: bool = False) -> Sequence[Registration]:
    """List the parties of a date for the desk: who has a seat by the time of signing up, then the queue.

    Those that have left are only among them if `cancelled` says so.
    """
    wanted = sa.select(Registration).where(Registration.occurrence_id == occurrence_id)
    if not cancelled:
        wanted = wanted.where(Registration.status != Status.CANCELLED)
    return db.session.scalars(
        wanted.options(joinedload(Registration.first))
        .order_by(Registration.place.is_not(None), Registration.place, Registration.id)
        .limit(MOST_PARTIES)
    ).all()


def codes_of(occurrence_id: int) -> dict[int, str]:
    """Map the registrations that were ever at a date to their row codes.

    They are counted in the seat history, which is only ever added to: a code stays, whoever leaves or moves.
    """
    ever = db.session.scalars(
        sa.select(SeatEvent.registration_id)
        .where(SeatEvent.occurrence_id == occurrence_id, SeatEvent.registration_id.is_not(None))
        .group_by(SeatEvent.registration_id)
        .order_by(sa.func.min(SeatEvent.id))
    )
    return {party: code_of(number) for number, party in enumerate(ever, 1) if party is not None}


def matching(parties: Sequence[Registration], words: str, codes: Mapping[int, str]) -> list[Registration]:
    """Return the parties whose row code, name, reference or end of the number fits what is sought."""
    wanted = fold(words)
    if not wanted:
        return list(parties)
    named = name_key(wanted)
    exact = set(exactly(parties, words, codes))
    return [party for party in parties if party in exact or (named and named in party.name_key)]


def exactly(parties: Sequence[Registration], words: str, codes: Mapping[int, str]) -> list[Registration]:
    """Return the parties with this row code, reference or end of the number; names are not looked at."""
    wanted = fold(words)
    digits, reference, code = phone_of(wanted), read_reference(wanted), plain(wanted)
    return [
        party
        for party in parties
        if code == codes.get(party.id)
        or (len(digits) >= 4 and digits.isdecimal() and (party.phone or "").endswith(digits))
        or reference in (party.reference, party.party_reference)
    ]


def registration(registration_id: int, scope: Scope) -> Registration:
    """Return one registration at a station within the scope; Missing otherwise."""
    found = db.session.scalar(
        _with_page()
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .where(Registration.id == registration_id, in_scope(Occurrence.station_id, scope))
    )
    if found is None:
        raise Missing
    return found


def search(words: str, scope: Scope) -> Sequence[Registration]:
    """Find registrations of dates to come or just over within the scope: by reference, number or name."""
    wanted = fold(words)
    if not wanted:
        return []
    digits = phone_of(wanted)
    if is_phone(digits):
        what = Registration.phone_index == phone_index(digits)
    else:
        named = sa.select(Registration.id).where(Registration.reference == read_reference(wanted))
        what = sa.or_(Registration.id.in_(named), Registration.course_id.in_(named))
        if name_key(wanted):
            what = sa.or_(what, Registration.name_key.contains(name_key(wanted), autoescape=True))
    return db.session.scalars(
        _with_page()
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .where(
            what,
            in_scope(Occurrence.station_id, scope),
            Occurrence.starts_at > now() - timedelta(days=100),
            Occurrence.ends_at > now() - timedelta(days=7),
            Registration.status != Status.CANCELLED,
        )
        .order_by(Occurrence.starts_at, Registration.id)
        .limit(FOUND)
    ).all()


def steps_of(occurrence_id: int) -> list[Step]:
    """List the steps of an occurrence's seat history, the first first."""
    rows = db.session.execute(
        sa.select(SeatEvent, Registration.reference)
        .outerjoin(Registration, Registration.id == SeatEvent.registration_id)
        .where(SeatEvent.occurrence_id == occurrence_id)
        .order_by(SeatEvent.id)
    )
    return [
        Step(
            at=event.at,
            what=event.what,
            registration_id=event.registration_id,
            reference=reference or "",
            people=event.people,
            seats=event.seats,
            seats_taken=event.seats_taken,
            parties_waiting=event.parties_waiting,
            who=event.who,
            reason=event.reason,
        )
        for event, reference in rows
    ]


def targets_of(found: Registration, scope: Scope, limit: int = 40) -> list[Card]:
    """List the dates a party can be moved to: to come, taking registrations; the same activity's first."""
    rows = db.session.execute(
        select_cards()
        .where(
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Occurrence.starts_at > now(),
            Occurrence.id != found.occurrence_id,
            Activity.registration.is_(True),
            in_scope(Occurrence.station_id, scope),
        )
        .order_by(None)
        .order_by(
            Occurrence.activity_id != found.occurrence.activity_id,
            Occurrence.station_id != found.occurrence.station_id,
            Occurrence.starts_at,
            Occurrence.id,
        )
        .limit(limit)
    )
    return [make_card(row) for row in rows]


def with_rules(occurrence_id: int) -> Occurrence:
    """Return a published occurrence with all that signing up needs to show; Missing if there is none."""
    found = db.session.scalar(
        sa.select(Occurrence)
        .where(Occurrence.id == occurrence_id, Occurrence.published.is_(True))
        .options(
            joinedload(Occurrence.activity).selectinload(Activity.audiences),
            joinedload(Occurrence.station),
            joinedload(Occurrence.room),
        )
    )
    if found is None:
        raise Missing
    return found


def concerned_parties(occurrence_ids: Sequence[int]) -> dict[int, Concerned]:
    """Count for each date the people signed up or waiting, and how many parties are told in which way."""
    reached = Registration.phone.is_not(None) if phone_channel() else sa.false()
    rows = db.session.execute(
        sa.select(
            Registration.occurrence_id,
            sa.func.sum(Registration.adults + Registration.children),
            sa.func.sum(sa.case((reached, 1), else_=0)),
            sa.func.count(),
        )
        .where(
            Registration.occurrence_id.in_(occurrence_ids),
            Registration.status.in_((Status.CONFIRMED, Status.WAITING)),
        )
        .group_by(Registration.occurrence_id)
    )
    return {
        occurrence_id: Concerned(int(people), int(told), int(parties - told))
        for occurrence_id, people, told, parties in rows
    }
