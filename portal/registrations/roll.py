"""Call the roll of a date: who came, who walked in, who is checked in at the door, and what was a mistake."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import CountSource, Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.registrations import rules
from portal.registrations.actions import locked
from portal.registrations.desk import there_already
from portal.registrations.models import Registration, SeatEvent, Status
from portal.stations.queries import is_in_scope


@dataclass(frozen=True, slots=True)
class Roll:
    """How far a roll-call has come: parties not called yet, and whether the date has its figure by it.

    `gone` names those marked that have no seat there any more; their marks are left aside.
    """

    left: int
    counted: bool
    gone: tuple[str, ...] = ()


def call_roll(occurrence_id: int, came: Mapping[int, int | None], rest: str, by: Actor) -> Roll:
    """Write down who came: people per registration, 0 for nobody; `rest` says the others all came or did not.

    None takes a mark of today back: the party is not called any more. When it has begun and everybody is
    called, the figure of the date follows from the roll and the walk-ins, unless somebody has counted it
    otherwise; when a mark is taken back, a figure that came of the roll alone goes with it. Who has cancelled
    or was moved since the page was drawn is not marked, and keeps no mark of the others from being saved.

    Raises:
        Missing: there is no such occurrence within the actor's scope, or never was such a registration there.
        Refused: it was cancelled, or begins in more than an hour; or a mark is too old to be taken back.
    """
    with transaction() as session:
        occurrence = for_roll(session, occurrence_id, by)
        parties = {party.id: party for party in _seated(session, occurrence_id)}
        gone = _gone(session, occurrence_id, came.keys() - parties.keys())
        before = _figure(occurrence, parties.values())
        marks = {party_id: people for party_id, people in came.items() if party_id in parties}
        for party in parties.values():
            if rest and party.id not in marks and party.came is None:
                marks[party.id] = party.people if rest == "came" else 0
        for party_id, people in marks.items():
            if people is None:
                _take_back(session, occurrence, parties[party_id], by)
            else:
                _mark(parties[party_id], people)
        session.flush()
        left = sum(party.came is None for party in parties.values())
        figure = _figure(occurrence, parties.values())
        if figure is not None:
            _write_figure(occurrence, figure, by)
        elif before is not None:
            _withdraw_figure(occurrence, before)
        record(
            session,
            by,
            "roll.called",
            "occurrence",
            occurrence_id,
            occurrence.station_id,
            detail=f"{len(marks)} marked, {left} left",
        )
        return Roll(left, not left and occurrence.count_source is CountSource.ROLL_CALL, gone)


def _mark(party: Registration, people: int) -> None:
    came = min(max(people, 0), party.people)
    if party.came == came:
        return  # it says so already, since when it does
    party.came = came
    party.status = Status.ATTENDED if came else Status.ABSENT
    party.changed_at = now()


def _take_back(session: Session, occurrence: Occurrence, party: Registration, by: Actor) -> None:
    """Let a party be not called, as before it was marked by mistake."""
    if party.came is None:
        return
    if not rules.marked_today(party):
        raise Refused(_("This mark is older than today; it can be changed, but not taken back."))
    if party.phone_index is not None and there_already(session, party, occurrence.id):
        raise Refused(_("This person has signed up once more since. Correct how many came instead."))
    was = party.came
    party.came, party.status, party.changed_at = None, Status.CONFIRMED, now()
    detail = f"{party.reference} came {was}"
    record(session, by, "roll.taken_back", "registration", party.id, occurrence.station_id, detail=detail)


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Whom somebody checked in, where, and whether it had been done before."""

    registration_id: int
    occurrence_id: int
    again: bool


def check_in(registration_id: int, people: int | None, by: Actor) -> CheckIn:
    """Note at the door that a party is there; None: all of it, unless it has been noted already.

    Raises:
        Missing: there is no such registration within the actor's scope.
        Refused: it has no seat there, or it is not the time; or fewer than one, or more than the party are.
    """
    with transaction() as session:
        party, occurrence, _activity = locked(session, registration_id, by)
        why = rules.why_no_check_in(party, occurrence)
        if why:
            raise Refused(why)
        if people is not None and not 1 <= people <= party.people:
            raise Refused(_("Between 1 and %(most)s people.", most=party.people))
        again = bool(party.came)
        if people is not None or not again:
            call_roll(occurrence.id, {party.id: people or party.people}, "", by)
        return CheckIn(party.id, occurrence.id, again)


def take_back(registration_id: int, by: Actor) -> int:
    """Let a party be not called, after it was marked by mistake today; return its date.

    Raises:
        Missing: there is no such registration within the actor's scope, or it has no seat any more.
        Refused: the mark is older than today, or the roll cannot be called.
    """
    with transaction() as session:
        party, occurrence, _activity = locked(session, registration_id, by)
        if call_roll(occurrence.id, {party.id: None}, "", by).gone:
            raise Missing
        return occurrence.id


def count_walk_ins(occurrence_id: int, change: int, by: Actor) -> int:
    """Count people who came without having signed up: attendance, not seats. Return how many by now.

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        Refused: it was cancelled, or begins in more than an hour.
    """
    with transaction() as session:
        occurrence = for_roll(session, occurrence_id, by)
        before = occurrence.walk_ins
        occurrence.walk_ins = min(max(before + change, 0), 10_000)
        if occurrence.count_source is CountSource.ROLL_CALL and occurrence.attended is not None:
            _write_figure(occurrence, occurrence.attended + occurrence.walk_ins - before, by)
        return occurrence.walk_ins


def for_roll(session: Session, occurrence_id: int, by: Actor) -> Occurrence:
    """Lock a date whose roll can be called now.

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        Refused: it was cancelled, or begins in more than an hour.
    """
    occurrence = lock(session, Occurrence, occurrence_id)
    if occurrence is None or not is_in_scope(occurrence.station_id, by.scope):
        raise Missing
    check_roll(occurrence)
    return occurrence


def check_roll(occurrence: Occurrence) -> None:
    """Demand that the roll of a date can be called now.

    Raises:
        Missing: it is a draft.
        Refused: it was cancelled, or begins in more than an hour.
    """
    if not occurrence.published:
        raise Missing
    if occurrence.status is OccurrenceStatus.CANCELLED:
        raise Refused(_("It was cancelled; nobody can have come."))
    if not rules.roll_is_open(occurrence):
        raise Refused(_("The roll is called from an hour before it begins."))


def _seated(session: Session, occurrence_id: int) -> list[Registration]:
    return list(
        session.scalars(
            sa.select(Registration)
            .where(
                Registration.occurrence_id == occurrence_id,
                Registration.status.in_((Status.CONFIRMED, Status.ATTENDED, Status.ABSENT)),
            )
            .order_by(Registration.id)
        )
    )


def _gone(session: Session, occurrence_id: int, ids: Set[int]) -> tuple[str, ...]:
    """Name those registrations, which have no seat at a date now; each must have been there once.

    Raises:
        Missing: one never was.
    """
    if not ids:
        return ()
    # The seat history is only ever added to, so it knows of those, too, that were moved to another date.
    was_there = sa.exists().where(
        SeatEvent.occurrence_id == occurrence_id, SeatEvent.registration_id == Registration.id
    )
    names = session.scalars(
        sa.select(Registration.name).where(Registration.id.in_(ids), was_there).order_by(Registration.id)
    ).all()
    if len(names) < len(ids):
        raise Missing
    return tuple(name or _("(deleted)") for name in names)


def _figure(occurrence: Occurrence, parties: Iterable[Registration]) -> int | None:
    """Return how many came by roll and walk-ins; None while somebody is not called."""
    came = [party.came for party in parties]
    called = [people for people in came if people is not None]
    return sum(called) + occurrence.walk_ins if len(called) == len(came) else None


def _withdraw_figure(occurrence: Occurrence, figure: int) -> None:
    """Take back a figure that came of the roll alone; what somebody has looked at and written down stays."""
    by_roll = occurrence.count_source is CountSource.ROLL_CALL and occurrence.attended == figure
    if by_roll and occurrence.minors is None and occurrence.elderly is None:
        occurrence.attended = occurrence.count_source = occurrence.counted_at = None
        occurrence.counted_by = ""


def _write_figure(occurrence: Occurrence, attended: int, by: Actor) -> None:
    if occurrence.count_source is CountSource.COUNTED or occurrence.starts_at > now():
        return
    # How many were minors or elderly nobody has looked at; what somebody has written down stays if it can.
    occurrence.attended = max(attended, 0)
    if (occurrence.minors or 0) + (occurrence.elderly or 0) > occurrence.attended:
        occurrence.minors = occurrence.elderly = None
    occurrence.count_source = CountSource.ROLL_CALL
    occurrence.counted_by = by.name
    occurrence.counted_at = now()
