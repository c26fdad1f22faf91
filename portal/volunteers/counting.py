"""Say whether what is done at a date counts as volunteer service (Order 67, Art. 19)."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.access import Actor
from portal.activities.models import Activity, Occurrence
from portal.audit.actions import record
from portal.db import lock, transaction
from portal.errors import Missing, Refused
from portal.i18n import ngettext
from portal.stations.queries import is_in_scope
from portal.volunteers.hours import settle
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import HoursStatus, Presence, ServiceRecord


def let_count(occurrence_id: int, counts: bool, following: bool, by: Actor) -> int:
    """Let the hours of a date count or not; return how many dates it was said of.

    With `following` also of the activity's dates after it, and of those still to be made. Switched off,
    check-ins and check-outs are kept and nothing is computed; switched on again, they are counted then,
    but for what somebody voided.

    Raises:
        Missing: there is no such date within the actor's scope.
        Refused: hours are valid or wait for approval there; they have to be voided or returned first.
    """
    with transaction() as session:
        activity_id = session.scalar(sa.select(Occurrence.activity_id).where(Occurrence.id == occurrence_id))
        # The activity before its dates, as whoever changes its words does.
        activity = lock(session, Activity, activity_id) if following and activity_id is not None else None
        dates = _locked(session, occurrence_id, following)
        if not dates or not all(is_in_scope(one.station_id, by.scope) for one in dates):
            raise Missing
        days = _days_served(session, [one.id for one in dates])
        for volunteer_id in sorted({volunteer_id for volunteer_id, _day in days}):
            lock(session, Volunteer, volunteer_id)
        if not counts:
            _check_nothing_stands(session, [one.id for one in dates])
        for one in dates:
            one.counts_hours = counts
        if activity is not None:
            activity.counts_hours = counts
        session.flush()
        if counts:
            for volunteer_id, day in sorted(days):
                settle(session, volunteer_id, day, by)
        for one in dates:
            detail = "yes" if counts else "no"
            record(session, by, "occurrence.hours_count", "occurrence", one.id, one.station_id, detail=detail)
        return len(dates)


def _locked(session: Session, occurrence_id: int, following: bool) -> Sequence[Occurrence]:
    wanted = sa.select(Occurrence).where(Occurrence.id == occurrence_id)
    if following:
        one = aliased(Occurrence)
        wanted = sa.select(Occurrence).join(
            one, sa.and_(Occurrence.activity_id == one.activity_id, Occurrence.starts_at >= one.starts_at)
        )
        wanted = wanted.where(one.id == occurrence_id)
    return session.scalars(
        wanted.order_by(Occurrence.id)
        .with_for_update(of=Occurrence)
        .execution_options(populate_existing=True)
    ).all()


def _days_served(session: Session, occurrence_ids: Sequence[int]) -> set[tuple[int, date]]:
    rows = session.execute(
        sa.select(Presence.volunteer_id, Presence.day)
        .where(Presence.occurrence_id.in_(occurrence_ids), Presence.out_at.is_not(None))
        .distinct()
    )
    return {(row.volunteer_id, row.day) for row in rows}


def _check_nothing_stands(session: Session, occurrence_ids: Sequence[int]) -> None:
    standing = session.scalar(
        sa.select(sa.func.count()).where(
            ServiceRecord.occurrence_id.in_(occurrence_ids),
            ServiceRecord.status.in_((HoursStatus.VALID, HoursStatus.WAITING)),
        )
    )
    if standing:
        raise Refused(
            ngettext(
                "%(num)s record of hours stands here. Void it first, or return it if it waits.",
                "%(num)s records of hours stand here. Void them first, or return those that wait.",
                standing,
            ),
            field="counts",
        )
