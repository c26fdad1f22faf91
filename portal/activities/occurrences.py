"""Cancel, restore and move single dates, and write down who came."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities import rooms
from portal.activities.content import Where
from portal.activities.dates import Span, span_of
from portal.activities.followers import followers
from portal.activities.models import (
    Activity,
    ActivityStatus,
    CountSource,
    Occurrence,
    OccurrenceStatus,
)
from portal.activities.notices import tell_cohosts
from portal.activities.standing import window
from portal.activities.taking_back import let_go_on, may_take_place
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.stations.queries import is_in_scope


def cancel(occurrence_id: int, reason: str, by: Actor) -> None:
    """Cancel one date; it stays to be seen as cancelled.

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        Refused: it is over, or its activity is a draft.
        OutOfDate: it is cancelled already.
    """
    with transaction() as session:
        occurrence, activity = _locked(session, occurrence_id, by)
        if occurrence.status is OccurrenceStatus.CANCELLED:
            raise OutOfDate(_("This date is cancelled already."))
        if not occurrence.published:
            raise Refused(_("This is a draft nobody has seen. It can simply be deleted."))
        if occurrence.ends_at <= now():
            raise Refused(_("It is over. What took place cannot be cancelled."))
        call_off(session, occurrence, activity, reason)
        record(
            session,
            by,
            "occurrence.cancelled",
            "occurrence",
            occurrence_id,
            occurrence.station_id,
            reason=reason,
        )


def restore(occurrence_id: int, by: Actor) -> None:
    """Take back a cancellation on the day it was made.

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        Refused: it was cancelled on an earlier day, has begun since, or its room was given away meanwhile.
    """
    with transaction() as session:
        occurrence, activity = _locked(session, occurrence_id, by)
        if occurrence.status is not OccurrenceStatus.CANCELLED or occurrence.cancelled_at is None:
            raise OutOfDate(_("This date takes place; there is nothing to take back."))
        if not may_take_place(occurrence):
            raise Refused(_("A cancellation can be taken back on the same day, before it would have begun."))
        closed = activity.status is ActivityStatus.CANCELLED
        if closed:
            activity.status = ActivityStatus.PUBLISHED
            activity.cancel_reason = ""
            activity.cancelled_at = None
            activity.touch()
        call_on(session, occurrence, activity)
        let_go_on(session, activity.id, [occurrence], closed)
        record(session, by, "occurrence.restored", "occurrence", occurrence_id, occurrence.station_id)


def move(occurrence_id: int, sequence: int, when: Span, where: Where, by: Actor, word: str = "") -> bool:
    """Give one date another time or place; its seats stay. A word goes to those who are told.

    Return False, and tell nobody, where time and place are what they were.

    Raises:
        Missing: there is no such occurrence within the actor's scope, or the room is not its station's.
        Refused: it is over or cancelled, the new time has passed, or the room is taken then.
        OutOfDate: somebody else has moved it since sequence.
    """
    with transaction() as session:
        occurrence, activity = _locked(session, occurrence_id, by)
        if occurrence.sequence != sequence:
            raise OutOfDate(_("Somebody else has changed this date just now. Please look again."))
        if occurrence.status is OccurrenceStatus.CANCELLED:
            raise Refused(_("This date is cancelled already."))
        if occurrence.ends_at <= now():
            raise Refused(_("It is over. What took place cannot be moved."))
        if when.ends_at <= now():
            raise Refused(_("That time has passed. Please check day and time."), field="first_day")
        rooms.check(session, where.room_id, occurrence.station_id)
        if _is_there(occurrence, when, where):
            return False
        occurrence.by_hand = True
        before = occurrence.starts_at
        put(occurrence, activity, when, where)
        session.flush()
        if occurrence.published:
            rooms.release(session, [occurrence.id])
            rooms.book(session, [(occurrence, when)])
            tell_moved(session, occurrence, activity, before, word)
        record(session, by, "occurrence.moved", "occurrence", occurrence_id, occurrence.station_id)
        return True


def _is_there(occurrence: Occurrence, when: Span, where: Where) -> bool:
    """Say whether a date has this time and place already."""
    has = occurrence.room_id, occurrence.place_name, occurrence.place_address, occurrence.place_directions
    wanted = where.room_id, where.place_name, where.place_address, where.place_directions
    same_place = has == wanted if where.room_id is None else occurrence.room_id == where.room_id
    return same_place and (occurrence.starts_at, occurrence.ends_at) == (when.starts_at, when.ends_at)


def count(
    occurrence_id: int, attended: int, minors: int | None, elderly: int | None, source: CountSource, by: Actor
) -> None:
    """Write down how many came, and how many of them were minors and elderly (None: nobody looked).

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        Refused: it has not begun or was cancelled, or the parts are more than the whole.
    """
    if (minors or 0) + (elderly or 0) > attended:
        raise Refused(
            _("More minors and elderly than people in all. Please check the figures."), field="attended"
        )
    with transaction() as session:
        occurrence, _activity = _locked(session, occurrence_id, by)
        if occurrence.status is OccurrenceStatus.CANCELLED:
            raise Refused(_("It was cancelled; nobody can have come."))
        if not occurrence.published or occurrence.starts_at > now():
            raise Refused(_("It has not begun yet. Count when people are there."))
        was = occurrence.attended
        occurrence.attended = attended
        occurrence.minors = minors
        occurrence.elderly = elderly
        occurrence.count_source = source
        occurrence.counted_by = by.name
        occurrence.counted_at = now()
        record(
            session,
            by,
            "attendance.counted",
            "occurrence",
            occurrence_id,
            occurrence.station_id,
            detail=f"{'-' if was is None else was} → {attended}",
        )


def _locked(session: Session, occurrence_id: int, by: Actor) -> tuple[Occurrence, Activity]:
    occurrence = lock(session, Occurrence, occurrence_id)
    if occurrence is None or not is_in_scope(occurrence.station_id, by.scope):
        raise Missing
    return occurrence, session.get_one(Activity, occurrence.activity_id)


def call_off(session: Session, occurrence: Occurrence, activity: Activity, reason: str) -> None:
    """Cancel a date inside the transaction that decided so; free its room and tell the partners."""
    occurrence.status = OccurrenceStatus.CANCELLED
    occurrence.cancel_reason = reason
    occurrence.cancelled_at = now()
    # A figure already counted cannot stand beside a cancellation.
    occurrence.attended = occurrence.minors = occurrence.elderly = None
    occurrence.count_source = occurrence.counted_at = None
    occurrence.bump()
    session.flush()
    rooms.release(session, [occurrence.id])
    tell_cohosts(session, activity, occurrence, _("is cancelled: %(reason)s", reason=reason))
    for follower in followers():
        follower.cancelled(session, occurrence, activity)


def call_on(session: Session, occurrence: Occurrence, activity: Activity) -> None:
    """Take back a cancellation inside the transaction that decided so.

    Raises:
        Refused: its room was given away meanwhile.
    """
    occurrence.status = OccurrenceStatus.PLANNED
    occurrence.cancel_reason = ""
    occurrence.cancelled_at = None
    occurrence.bump()
    if occurrence.published:  # a draft books when it is
        rooms.book(session, [(occurrence, span_of(occurrence.starts_at, occurrence.ends_at))])
    tell_cohosts(session, activity, occurrence, _("takes place after all"))
    for follower in followers():
        follower.restored(session, occurrence, activity)


def put(occurrence: Occurrence, activity: Activity, when: Span, where: Where) -> None:
    """Give a date another time or place; its seats stay, and rooms and people are the caller's."""
    occurrence.starts_at = when.starts_at
    occurrence.ends_at = when.ends_at
    occurrence.room_id = where.room_id
    occurrence.place_name = "" if where.room_id else where.place_name
    occurrence.place_address = where.place_address
    occurrence.place_directions = where.place_directions
    open_window(occurrence, activity)
    occurrence.bump()


def tell_moved(
    session: Session, occurrence: Occurrence, activity: Activity, before: datetime, word: str = ""
) -> None:
    """Tell partners and followers of a date, which began at `before`, that it has moved; `word` says why."""
    tell_cohosts(session, activity, occurrence, _("has changed"))
    for follower in followers():
        follower.moved(session, occurrence, activity, word, before)


def new_date(
    activity: Activity,
    where: Where,
    when: Span,
    recurrence_id: int | None = None,
    meant_on: date | None = None,
) -> Occurrence:
    """Return a date of an activity, not published and not yet in the database."""
    occurrence = Occurrence(
        activity_id=activity.id,
        station_id=activity.station_id,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        room_id=where.room_id,
        place_name="" if where.room_id else where.place_name,
        place_address=where.place_address,
        place_directions=where.place_directions,
        seats=where.seats,
        counts_hours=activity.counts_hours,
        status=OccurrenceStatus.PLANNED,
        changed_at=now(),
        sequence=0,
        recurrence_id=recurrence_id,
        meant_on=meant_on,
    )
    open_window(occurrence, activity)
    return occurrence


def open_window(occurrence: Occurrence, activity: Activity) -> None:
    """Set from when and until when a date takes registrations."""
    when = span_of(occurrence.starts_at, occurrence.ends_at)
    occurrence.opens_at, occurrence.closes_at = window(when, activity.opens_days, activity.closes_minutes)
