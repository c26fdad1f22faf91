"""Show drafts to everybody: by hand, or at a time that was set; both go through the same door."""

import logging
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import MACHINE, Actor
from portal.activities import rooms
from portal.activities.dates import span_of
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Refused
from portal.i18n import _, in_default_language, moment_label

logger = logging.getLogger(__name__)


def show_to_everybody(session: Session, activity: Activity, by: Actor) -> None:
    """Publish a locked draft with its dates, and book the rooms of those that are still to take place.

    Raises:
        Refused: all its dates are over, or a room is taken at one of the times.
    """
    dates = session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.activity_id == activity.id, Occurrence.published.is_(False))
        .order_by(Occurrence.id)
        .with_for_update()
    ).all()
    if not any(occurrence.ends_at > now() for occurrence in dates):
        raise Refused(_("All its dates are over. Please choose a date to come."), field="first_day")
    activity.status = ActivityStatus.PUBLISHED
    activity.published_at = now()
    activity.publish_at = None
    activity.publish_fault = ""
    for occurrence in dates:
        occurrence.published = True
        occurrence.changed_at = now()
    session.flush()
    rooms.book(
        session,
        [
            (occurrence, span_of(occurrence.starts_at, occurrence.ends_at))
            for occurrence in dates
            if occurrence.status is OccurrenceStatus.PLANNED and occurrence.ends_at > now()
        ],
    )
    record(
        session,
        by,
        "activity.published",
        "activity",
        activity.id,
        activity.station_id,
        detail=f"{activity.title}, {len(dates)}",
    )


def wait_until(session: Session, activity: Activity, moment: datetime | None, by: Actor) -> None:
    """Let a locked draft go out by itself at a moment, or, with None, only by hand.

    Raises:
        Refused: all its dates are over by then; at the field `publish_day`.
    """
    before, activity.publish_at, activity.publish_fault = activity.publish_at, moment, ""
    if moment is not None:
        coming = sa.select(Occurrence.id).where(
            Occurrence.activity_id == activity.id, Occurrence.ends_at > moment
        )
        if session.scalar(coming.limit(1)) is None:
            raise Refused(_("By then all its dates are over."), field="publish_day")
    if before != moment:
        detail = moment.isoformat(timespec="minutes") if moment else "-"
        record(session, by, "activity.timed", "activity", activity.id, activity.station_id, detail=detail)


def publish_due() -> int:
    """Publish the drafts whose time has come, each once however many run this; return how many went out."""
    with transaction() as session:
        due = session.scalars(
            sa.select(Activity.id).where(Activity.publish_at <= now()).order_by(Activity.publish_at)
        ).all()
    with in_default_language():
        return sum(_publish_in_time(activity_id) for activity_id in due)


def _publish_in_time(activity_id: int) -> bool:
    """Publish one draft, or note on it why that did not work, for the desk."""
    try:
        with transaction() as session:
            activity = _due(session, activity_id)
            if activity is None:
                return False
            show_to_everybody(session, activity, MACHINE)
            activity.touch()
            return True
    except Refused as refusal:
        with transaction() as session:
            activity = _due(session, activity_id)
            if activity is None or activity.publish_at is None:
                return False
            logger.warning("activity %s stays a draft: its time came, and it was refused", activity_id)
            activity.publish_fault = _(
                "It was to go out on %(moment)s. %(why)s",
                moment=moment_label(activity.publish_at),
                why=refusal.message,
            )
            activity.publish_at = None
            activity.changed_at = now()  # so that it stands on top of the desk's drafts
            record(
                session,
                MACHINE,
                "activity.not_published",
                "activity",
                activity_id,
                activity.station_id,
                detail=activity.title,
            )
        return False


def _due(session: Session, activity_id: int) -> Activity | None:
    """Lock a draft if its time has come, and nobody has published, changed or deleted it meanwhile."""
    activity = lock(session, Activity, activity_id)
    if activity is None or activity.publish_at is None or activity.publish_at > now():
        return None
    return activity if activity.status is ActivityStatus.DRAFT else None
