"""Cancel activities with all their dates, or a row of dates from one on; take that back on the same day.

What was published by mistake is a draft again, on the same day and as long as nobody counts on it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities import rooms
from portal.activities.actions import locked
from portal.activities.followers import followers
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.activities.occurrences import call_off, call_on
from portal.activities.recurrences import Recurrence
from portal.activities.taking_back import let_go_on, place_in_row, that_may_take_place
from portal.audit.actions import record
from portal.clock import local, now, start_of, today
from portal.db import transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _


def cancel_all(activity_id: int, reason: str, by: Actor) -> int:
    """Cancel an activity with all its dates that are not over; return how many were cancelled.

    Raises:
        Missing: there is no such activity within the actor's scope.
        Refused: it is a draft, which is deleted instead.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by)
        if activity.status is ActivityStatus.DRAFT:
            raise Refused(_("This is a draft nobody has seen. It can simply be deleted."))
        if activity.status is ActivityStatus.CANCELLED:
            return 0
        activity.status = ActivityStatus.CANCELLED
        activity.cancel_reason = reason
        activity.cancelled_at = now()
        activity.touch()
        gone = _call_off(session, activity, Occurrence.ends_at > now(), reason)
        _cut(session, activity_id, today() + timedelta(days=1))
        record(session, by, "activity.cancelled", "activity", activity_id, activity.station_id, reason=reason)
        return gone


def cancel_from(occurrence_id: int, reason: str, by: Actor) -> int:
    """Cancel a date and all that come after it; no more are made. Return how many were cancelled.

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        Refused: it is over, or a draft.
        OutOfDate: it is cancelled already.
    """
    with transaction() as session:
        found = session.get(Occurrence, occurrence_id)
        if found is None:
            raise Missing
        activity = locked(session, found.activity_id, by)
        first = session.get_one(Occurrence, occurrence_id, with_for_update=True, populate_existing=True)
        if first.status is OccurrenceStatus.CANCELLED:
            raise OutOfDate(_("This date is cancelled already."))
        if not first.published:
            raise Refused(_("This is a draft nobody has seen. It can simply be deleted."))
        if first.ends_at <= now():
            raise Refused(_("It is over. What took place cannot be cancelled."))
        gone = _call_off(session, activity, Occurrence.starts_at >= first.starts_at, reason)
        _cut(session, activity.id, place_in_row(first))
        activity.touch()
        record(
            session,
            by,
            "occurrences.cancelled",
            "activity",
            activity.id,
            activity.station_id,
            reason=reason,
            detail=f"{gone} dates from {local(first.starts_at).date()}",
        )
        return gone


def restore_all(activity_id: int, by: Actor) -> int:
    """Take back what was cancelled today of an activity, as far as it has not begun since.

    Return how many dates take place after all; none where an activity without such dates was closed.

    Raises:
        Missing: there is no such activity within the actor's scope.
        Refused: nothing can be taken back, or a room was given away meanwhile.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by)
        dates = _locked_dates(session, activity_id, that_may_take_place())
        closed = was_closed_today(activity)
        if not dates and not closed:
            raise Refused(_("A cancellation can be taken back on the same day, before it would have begun."))
        if closed:
            activity.status = ActivityStatus.PUBLISHED
            activity.cancel_reason = ""
            activity.cancelled_at = None
        for occurrence in dates:
            call_on(session, occurrence, activity)
        let_go_on(session, activity_id, dates, closed)
        activity.touch()
        record(
            session,
            by,
            "occurrences.restored",
            "activity",
            activity_id,
            activity.station_id,
            detail=f"{len(dates)} dates",
        )
        return len(dates)


def was_closed_today(activity: Activity) -> bool:
    """Say whether a whole activity was cancelled today, so that it can be taken back."""
    if activity.status is not ActivityStatus.CANCELLED or activity.cancelled_at is None:
        return False
    return activity.cancelled_at >= start_of(today())


def is_fresh(activity: Activity) -> bool:
    """Say whether an activity was published today, so that it can be a draft again."""
    if activity.status is not ActivityStatus.PUBLISHED or activity.published_at is None:
        return False
    return activity.published_at >= start_of(today())


def unpublish(activity_id: int, by: Actor) -> None:
    """Make a draft again of what was published today; its rooms are free. Twice changes nothing.

    Raises:
        Missing: there is no such activity within the actor's scope.
        Refused: it was published before today or is cancelled, or somebody counts on it: it can be cancelled.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by)
        if activity.status is ActivityStatus.DRAFT:
            return
        if not is_fresh(activity):
            raise Refused(_("This can be taken back only on the day it was published. It can be cancelled."))
        dates = _locked_dates(session, activity_id, Occurrence.published.is_(True))
        ids = [occurrence.id for occurrence in dates]
        if any(occurrence.attended is not None or occurrence.walk_ins for occurrence in dates) or any(
            follower.holds(session, ids) for follower in followers()
        ):
            raise Refused(_("Somebody counts on it already. It can be cancelled: then they are told."))
        activity.status = ActivityStatus.DRAFT
        activity.published_at = None
        for occurrence in dates:
            occurrence.published = False
            occurrence.bump()
        activity.touch()
        rooms.release(session, ids)
        record(session, by, "activity.unpublished", "activity", activity_id, activity.station_id)


def _locked_dates(
    session: Session, activity_id: int, *conditions: sa.ColumnElement[bool]
) -> Sequence[Occurrence]:
    return session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.activity_id == activity_id, *conditions)
        .order_by(Occurrence.id)
        .with_for_update()
    ).all()


def _call_off(session: Session, activity: Activity, which: sa.ColumnElement[bool], reason: str) -> int:
    dates = _locked_dates(session, activity.id, Occurrence.status == OccurrenceStatus.PLANNED, which)
    for occurrence in dates:
        call_off(session, occurrence, activity, reason)
    return len(dates)


def _cut(session: Session, activity_id: int, day: date) -> None:
    """Let the rules of an activity make nothing from a day on."""
    session.execute(
        sa.update(Recurrence)
        .where(
            Recurrence.activity_id == activity_id,
            sa.or_(Recurrence.cut_on.is_(None), Recurrence.cut_on > day),
            sa.or_(Recurrence.ends_on.is_(None), Recurrence.ends_on >= day),
        )
        .values(cut_on=day)
    )
