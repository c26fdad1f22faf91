"""Count hours of service from pairs of check-in and check-out, and have people decide what is not automatic.

Order 67 wants each record with source, recorder and team; what is above eight hours a day, and all that was
written down by hand, waits for a second person. Nothing is deleted, it is voided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import now, start_of, today
from portal.db import lock, transaction
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.i18n import _, in_default_language
from portal.stations.queries import is_in_scope
from portal.volunteers import days
from portal.volunteers.models import Membership, MembershipStatus, Volunteer
from portal.volunteers.shift_models import CheckWay, HoursSource, HoursStatus, Presence, ServiceRecord

TENTH = timedelta(minutes=6)
AUTOMATIC = 80  # tenths a day and volunteer that count without a second person
A_DAY = 240
PORTAL = "portal"  # the recorder of what nobody wrote down


@dataclass(frozen=True, slots=True)
class Source:
    """What hours are for: one record, or a valid and a waiting one, come of it."""

    occurrence_id: int
    team_id: int
    by_hand: bool  # a time of it was written down afterwards


@dataclass(frozen=True, slots=True)
class Pair:
    """A closed pair of check-in and check-out."""

    of: Source
    in_at: datetime
    out_at: datetime


@dataclass(frozen=True, slots=True)
class Hand:
    """Who wrote a time down afterwards."""

    name: str
    account_id: int | None


def tenths_of(pairs: Iterable[Pair]) -> dict[Source, int]:
    """Return tenths of an hour for each source, rounded down; time is never counted twice."""
    served: dict[Source, timedelta] = {}
    counted_to: datetime | None = None
    for pair in sorted(pairs, key=lambda pair: (pair.in_at, pair.out_at)):
        begins = pair.in_at if counted_to is None else max(pair.in_at, counted_to)
        served[pair.of] = served.get(pair.of, timedelta(0)) + max(pair.out_at - begins, timedelta(0))
        counted_to = pair.out_at if counted_to is None else max(pair.out_at, counted_to)
    return {of: time // TENTH for of, time in served.items()}


def split(tenths: int, allowance: int) -> tuple[int, int]:
    """Return how many tenths are valid at once, and how many wait for a second person."""
    valid = min(tenths, max(allowance, 0))
    return valid, tenths - valid


def settle(session: Session, volunteer_id: int, day: date, by: Actor) -> None:
    """Write what follows from a volunteer's pairs of a day, and rewrite what nobody has decided yet.

    The volunteer is locked by who calls. What somebody has decided stays; only time beyond it is added.
    """
    rows = session.scalars(
        sa.select(ServiceRecord)
        .where(ServiceRecord.volunteer_id == volunteer_id, ServiceRecord.day == day)
        .order_by(ServiceRecord.id)
    ).all()
    counted = [row for row in rows if row.from_pairs]
    decided = [row for row in counted if row.decided_at is not None]
    free = [row for row in counted if row.decided_at is None and row.status is not HoursStatus.VOID]
    pairs = _pairs(session, volunteer_id, day)
    served = tenths_of(_counted(pair) for pair in pairs)
    hands = {of: _hands(pairs, of) for of in served}
    rest = {
        of: tenths - sum(row.tenths for row in decided if _of(row) == of) for of, tenths in served.items()
    }
    # A pair written down later may begin before one that is decided; then its time is counted there already.
    too_much = -sum(tenths for tenths in rest.values() if tenths < 0)
    allowance = AUTOMATIC
    for of, tenths in rest.items():
        taken = min(too_much, max(tenths, 0))
        too_much -= taken
        valid, waiting = split(max(tenths, 0) - taken, 0 if of.by_hand else allowance)
        allowance -= valid
        parts = [(HoursStatus.VALID, valid), (HoursStatus.WAITING, waiting)]
        _write(session, volunteer_id, day, of, [part for part in parts if part[1]], free, hands[of], by)
    for row in free:
        if _of(row) not in rest:
            _recounted(session, row, by)


def _pairs(session: Session, volunteer_id: int, day: date) -> list[Presence]:
    rows = session.scalars(
        sa.select(Presence)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .where(
            Presence.volunteer_id == volunteer_id,
            Presence.day == day,
            Presence.out_at.is_not(None),
            Occurrence.counts_hours.is_(True),
        )
        .order_by(Presence.in_at, Presence.id)
    )
    return list(rows)


def _counted(pair: Presence) -> Pair:
    return Pair(_source(pair), pair.in_at, pair.out_at or pair.in_at)


def _source(pair: Presence) -> Source:
    by_hand = CheckWay.AFTERWARDS in (pair.in_way, pair.out_way)
    return Source(pair.occurrence_id, pair.team_id, by_hand)


def _hands(pairs: Iterable[Presence], of: Source) -> list[Hand]:
    """List who wrote down afterwards what a source is made of, in the order of the pairs."""
    found = []
    for pair in pairs:
        if _source(pair) == of:
            if pair.in_way is CheckWay.AFTERWARDS:
                found.append(Hand(pair.in_by, pair.in_by_id))
            if pair.out_way is CheckWay.AFTERWARDS:
                found.append(Hand(pair.out_by, pair.out_by_id))
    return found


def _of(row: ServiceRecord) -> Source:
    # Of pairs, so of a date; what was entered as a figure is no source of anything.
    return Source(row.occurrence_id or 0, row.team_id, row.source is HoursSource.MANUAL)


def _write(
    session: Session,
    volunteer_id: int,
    day: date,
    of: Source,
    parts: Sequence[tuple[HoursStatus, int]],
    free: Sequence[ServiceRecord],
    hands: Sequence[Hand],
    by: Actor,
) -> None:
    # By hand is what somebody wrote down afterwards; who checks out by the code later has recorded nothing.
    recorder = hands[-1] if hands else Hand(PORTAL, None)
    mine = [row for row in free if _of(row) == of]
    for row, (status, tenths) in zip(mine, parts, strict=False):
        if (row.status, row.tenths) != (status, tenths):
            row.status, row.tenths = status, tenths
            row.recorder, row.recorder_id = recorder.name, recorder.account_id
            log(session, by, "hours.recounted", row)
    for row in mine[len(parts) :]:
        _recounted(session, row, by)
    for status, tenths in parts[len(mine) :]:
        with in_default_language():
            reason = _("Check-in or check-out was written down later.") if of.by_hand else ""
        row = ServiceRecord(
            volunteer_id=volunteer_id,
            team_id=of.team_id,
            occurrence_id=of.occurrence_id,
            order_id=None,
            station_id=session.get_one(Occurrence, of.occurrence_id).station_id,
            day=day,
            tenths=tenths,
            source=HoursSource.MANUAL if of.by_hand else HoursSource.SYSTEM,
            from_pairs=True,
            status=status,
            reason=reason,
            recorder=recorder.name,
            recorder_id=recorder.account_id,
            approver_id=None,
            recorded_at=now(),
            decided_at=None,
            voided_at=None,
        )
        session.add(row)
        session.flush()
        log(session, by, "hours.counted", row)


def _recounted(session: Session, row: ServiceRecord, by: Actor) -> None:
    # Nobody decided this, so decided_at stays empty, and the time may be counted again.
    row.status, row.voided_at, row.voider = HoursStatus.VOID, now(), PORTAL
    with in_default_language():
        row.void_reason = _("Counted anew.")
    log(session, by, "hours.recounted", row)


def enter(
    volunteer_id: int,
    occurrence_id: int,
    team_id: int,
    day: date,
    tenths: int,
    reason: str,
    evidence: str,
    by: Actor,
) -> int:
    """Write hours down by hand; they wait for a second person. Return the record's id.

    Raises:
        Missing: there is no such date within the actor's scope, or no such volunteer in the team.
        Refused: neither the activity nor a shift of it was on that day, its hours do not count, or they are
            written down already.
    """
    with transaction() as session:
        occurrence = lock(session, Occurrence, occurrence_id)  # nobody lets it count no more meanwhile
        if occurrence is None or not occurrence.published or not is_in_scope(occurrence.station_id, by.scope):
            raise Missing
        volunteer = lock(session, Volunteer, volunteer_id)
        if volunteer is None or not _was_member(session, volunteer_id, team_id):
            raise Missing
        if volunteer.account_id is not None and volunteer.account_id == by.account_id:
            raise Refused(_("Nobody writes down hours of their own."))
        _check_entry(session, occurrence, volunteer_id, day, tenths, reason, evidence)
        row = ServiceRecord(
            volunteer_id=volunteer_id,
            team_id=team_id,
            occurrence_id=occurrence_id,
            order_id=None,
            station_id=occurrence.station_id,
            day=day,
            tenths=tenths,
            source=HoursSource.MANUAL,
            from_pairs=False,
            status=HoursStatus.WAITING,
            reason=reason,
            evidence=evidence,
            recorder=by.name,
            recorder_id=by.account_id,
            approver_id=None,
            recorded_at=now(),
            decided_at=None,
            voided_at=None,
        )
        session.add(row)
        session.flush()
        log(session, by, "hours.entered", row, reason)
        return row.id


def _check_entry(
    session: Session,
    occurrence: Occurrence,
    volunteer_id: int,
    day: date,
    tenths: int,
    reason: str,
    evidence: str,
) -> None:
    if not reason or not evidence:
        raise Refused(_("Please write why, and what shows it."), field="evidence" if reason else "reason")
    if not occurrence.counts_hours:
        raise Refused(_("Hours of this activity do not count."))
    if occurrence.status is OccurrenceStatus.CANCELLED:
        raise Refused(_("It was cancelled; nobody can have come."))
    if day not in days.service_at(occurrence).days:
        raise Refused(_("The activity was not on this day."), field="day")
    if start_of(day) > now():
        raise Refused(_("This day is still to come."), field="day")
    if not 1 <= tenths <= A_DAY:
        raise Refused(_("Between 0.1 and 24 hours, please."), field="hours")
    if day == today() and tenths * TENTH > now() - start_of(day):
        raise Refused(_("The day is not so long yet."), field="hours")
    live = session.scalars(
        sa.select(ServiceRecord).where(
            ServiceRecord.volunteer_id == volunteer_id,
            ServiceRecord.day == day,
            ServiceRecord.status.in_((HoursStatus.VALID, HoursStatus.WAITING)),
        )
    ).all()
    if any(row.occurrence_id == occurrence.id and row.source is HoursSource.MANUAL for row in live):
        raise Refused(_("Hours are written down already. Void them first if they are wrong."))
    if sum(row.tenths for row in live) + tenths > A_DAY:
        raise Refused(_("That would be more than 24 hours on one day."), field="hours")


def _was_member(session: Session, volunteer_id: int, team_id: int) -> bool:
    wanted = sa.select(Membership.id).where(
        Membership.volunteer_id == volunteer_id,
        Membership.team_id == team_id,
        Membership.status.in_((MembershipStatus.MEMBER, MembershipStatus.LEFT)),
    )
    return session.scalar(wanted.limit(1)) is not None


def decide(record_id: int, approve: bool, reason: str, by: Actor) -> None:
    """Approve hours that wait, or return them with a reason, as the second person.

    Raises:
        Missing: there is no such record within the actor's scope.
        OutOfDate: it does not wait any more.
        Forbidden: whoever wrote it down or served does not decide, by whatever name; nor does a machine.
        Refused: it is returned without a reason.
    """
    with transaction() as session:
        row, volunteer = locked(session, record_id, by)
        if row.status is not HoursStatus.WAITING:
            raise OutOfDate(_("This has been decided already."))
        if by.account_id is None or by.account_id in {volunteer.account_id, *_recorders(session, row)}:
            raise Forbidden
        if not approve and not reason:
            raise Refused(_("Please write why it is returned."), field="reason")
        if approve and _of_day(session, row) + row.tenths > A_DAY:
            raise Refused(_("That would be more than 24 hours on one day."))
        row.status = HoursStatus.VALID if approve else HoursStatus.RETURNED
        row.approver, row.approver_id, row.decided_at = by.name, by.account_id, now()
        row.return_reason = "" if approve else reason
        log(session, by, "hours.approved" if approve else "hours.returned", row, row.return_reason)


def _recorders(session: Session, row: ServiceRecord) -> set[int | None]:
    """Return the accounts of all who wrote something of a record down: of several pairs, several may have."""
    found = {row.recorder_id}
    if row.from_pairs and row.source is HoursSource.MANUAL:
        found |= {hand.account_id for hand in _hands(_pairs(session, row.volunteer_id, row.day), _of(row))}
    return found


def _of_day(session: Session, row: ServiceRecord) -> int:
    return (
        session.scalar(
            sa.select(sa.func.sum(ServiceRecord.tenths)).where(
                ServiceRecord.volunteer_id == row.volunteer_id,
                ServiceRecord.day == row.day,
                ServiceRecord.status == HoursStatus.VALID,
            )
        )
        or 0
    )


def void(record_id: int, reason: str, by: Actor) -> None:
    """Make hours count no more; the record stays, with the reason.

    Raises:
        Missing: there is no such record within the actor's scope.
        OutOfDate: it is void already.
        Refused: there is no reason, or they are one's own hours.
    """
    with transaction() as session:
        row, volunteer = locked(session, record_id, by)
        if row.status is HoursStatus.VOID:
            raise OutOfDate(_("This is void already."))
        if not reason:
            raise Refused(_("Please write why."), field="reason")
        if by.account_id is not None and by.account_id == volunteer.account_id:
            raise Refused(_("Nobody decides about hours of their own."))
        row.status, row.voided_at, row.void_reason = HoursStatus.VOID, now(), reason
        row.voider, row.voider_id = by.name, by.account_id
        row.decided_at = row.decided_at or now()  # decided: the portal does not count it again
        log(session, by, "hours.voided", row, reason)


def locked(session: Session, record_id: int, by: Actor) -> tuple[ServiceRecord, Volunteer]:
    """Return a record within the actor's scope and its volunteer, who is locked.

    Raises:
        Missing: there is none.
    """
    found = session.get(ServiceRecord, record_id)
    if found is None:
        raise Missing
    volunteer = lock(session, Volunteer, found.volunteer_id)
    session.refresh(found)  # as it stands now that nobody else changes it
    if volunteer is None or not is_in_scope(found.station_id, by.scope):
        raise Missing
    return found, volunteer


def log(session: Session, by: Actor, what: str, row: ServiceRecord, reason: str = "") -> None:
    """Log what was done about a record."""
    detail = f"{row.tenths / 10:.1f} h, {row.day.isoformat()}, {row.status}"
    record(session, by, what, "service_record", row.id, row.station_id, detail=detail, reason=reason)
