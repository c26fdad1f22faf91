"""Say which cancellations can be taken back, and let the rules that ended with them go on."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.models import LONGEST_DAYS, Occurrence, OccurrenceStatus
from portal.activities.recurrences import Recurrence
from portal.clock import local, now, start_of, today


def may_take_place(occurrence: Occurrence) -> bool:
    """Say whether a date was cancelled today, and can take place after all.

    Until it would have begun: then those who were told have stayed away. What was going on when it was
    cancelled can go on until it would have ended.
    """
    if occurrence.status is not OccurrenceStatus.CANCELLED or occurrence.cancelled_at is None:
        return False
    if occurrence.cancelled_at < start_of(today()) or occurrence.ends_at <= now():
        return False
    return occurrence.starts_at > now() or occurrence.starts_at <= occurrence.cancelled_at


def that_may_take_place() -> sa.ColumnElement[bool]:
    """Say the same in SQL."""
    return sa.and_(
        Occurrence.status == OccurrenceStatus.CANCELLED,
        Occurrence.cancelled_at >= start_of(today()),
        # The lower bound lets the index stop: nothing that began earlier can still be going on.
        Occurrence.starts_at >= now() - timedelta(days=LONGEST_DAYS),
        Occurrence.ends_at > now(),
        sa.or_(Occurrence.starts_at > now(), Occurrence.starts_at <= Occurrence.cancelled_at),
    )


def place_in_row(occurrence: Occurrence) -> date:
    """Return the day by which a date lies before or behind the end of a rule."""
    day = local(occurrence.starts_at).date()
    # What was moved by hand is no longer where the rule means it: others may stand between.
    return day if occurrence.by_hand else occurrence.meant_on or day


def let_go_on(session: Session, activity_id: int, back: Sequence[Occurrence], reopened: bool) -> None:
    """Let the rules of an activity go on behind the dates that take place after all, called off today.

    Where later ones stay cancelled, the rule ends before the first of those. A rule that ended before today
    has none among them, and stays ended. `reopened`: the activity was cancelled today, and is no more; that
    ends a rule with today even where it had no date to come.
    """
    session.flush()
    rows = session.scalars(
        sa.select(Recurrence)
        .where(Recurrence.activity_id == activity_id, Recurrence.cut_on.is_not(None))
        .order_by(Recurrence.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return
    cancelled = session.scalars(
        sa.select(Occurrence).where(
            Occurrence.recurrence_id.in_([row.id for row in rows]),
            Occurrence.status == OccurrenceStatus.CANCELLED,
        )
    ).all()
    ends = {place_in_row(one) for one in back}
    if reopened:
        ends.add(today() + timedelta(days=1))
    for row in rows:
        again, off = _behind_its_end(row, back), _behind_its_end(row, cancelled)
        if again:
            last = max(map(place_in_row, again))
            of_today = (place_in_row(one) for one in off if _is_of_today(one))
            row.cut_on = min((day for day in of_today if day > last), default=None)
        elif row.cut_on in ends and not off:
            row.cut_on = None


def _behind_its_end(row: Recurrence, dates: Sequence[Occurrence]) -> list[Occurrence]:
    """List the dates that went when the rule ended: both meant then or later, and standing there."""
    return [
        one
        for one in dates
        if one.recurrence_id == row.id
        and one.meant_on is not None
        and row.cut_on is not None
        and row.cut_on <= min(one.meant_on, place_in_row(one))
    ]


def _is_of_today(occurrence: Occurrence) -> bool:
    return occurrence.cancelled_at is not None and occurrence.cancelled_at >= start_of(today())
