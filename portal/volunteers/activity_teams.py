"""Note which team helps with an activity, and tell when that team has something else to do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.activities import helping
from portal.activities.dates import Span, overlapping
from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.db import Model, db
from portal.errors import Refused
from portal.i18n import _
from portal.stations.queries import with_neighbours
from portal.volunteers.models import Team, TeamStation
from portal.volunteers.shift_models import Shift, ShiftStatus

MOST = 60  # teams that a form lists
LOOKED_AT = 400  # things a team has to do that are compared with the dates of a form


class ActivityTeam(Model):
    """That a team helps with an activity."""

    __tablename__ = "activity_team"

    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id, ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id), index=True)


def _teams_at(station_id: int) -> Any:
    near = with_neighbours(station_id)
    serves = sa.select(TeamStation.team_id).where(TeamStation.station_id == station_id)
    return (
        sa.select(Team.id, Team.name)
        .where(Team.closed.is_(False), sa.or_(Team.station_id.in_(near), Team.id.in_(serves)))
        # Those at home here first.
        .order_by(Team.station_id != station_id, Team.name, Team.id)
        .limit(MOST)
    )


def choices(station_id: int) -> list[helping.Team]:
    """List the open teams of a station and its cluster, and those that serve it; its own first."""
    return [helping.Team(row.id, row.name) for row in db.session.execute(_teams_at(station_id))]


def team_of(activity_id: int) -> helping.Team | None:
    """Return the team that helps with an activity."""
    row = db.session.execute(
        sa.select(Team.id, Team.name)
        .join(ActivityTeam, ActivityTeam.team_id == Team.id)
        .where(ActivityTeam.activity_id == activity_id)
    ).first()
    return helping.Team(row.id, row.name) if row else None


def busy(team_id: int, spans: Sequence[Span], but_activity: int | None) -> list[tuple[Span, str]]:
    """List when a team has a shift, or helps elsewhere; one statement for both."""
    first, last = min(when.starts_at for when in spans), max(when.ends_at for when in spans)
    shifts = _overlapping(Shift.starts_at, Shift.ends_at, first, last).where(
        Shift.team_id == team_id, Shift.status == ShiftStatus.OPEN
    )
    shifts = shifts.select_from(Shift).join(Occurrence, Occurrence.id == Shift.occurrence_id)
    helps = _overlapping(Occurrence.starts_at, Occurrence.ends_at, first, last).where(
        ActivityTeam.team_id == team_id,
        Occurrence.published.is_(True),
        Occurrence.status == OccurrenceStatus.PLANNED,
    )
    helps = helps.select_from(Occurrence).join(
        ActivityTeam, ActivityTeam.activity_id == Occurrence.activity_id
    )
    if but_activity is not None:
        shifts = shifts.where(Occurrence.activity_id != but_activity)
        helps = helps.where(Occurrence.activity_id != but_activity)
    found = sa.union_all(
        shifts.join(Activity, Activity.id == Occurrence.activity_id),
        helps.join(Activity, Activity.id == Occurrence.activity_id),
    ).subquery()
    # Read from the subquery, so that its moments come back as moments.
    rows = db.session.execute(sa.select(found).order_by(found.c.starts_at).limit(LOOKED_AT)).all()
    taken = [(row.starts_at, row.ends_at, number) for number, row in enumerate(rows)]
    return [(when, rows[number].title) for when, number in overlapping(spans, taken)]


def _overlapping(starts: Any, ends: Any, first: datetime, last: datetime) -> Any:
    return sa.select(starts.label("starts_at"), ends.label("ends_at"), Activity.title).where(
        starts < last, starts > first - timedelta(days=1), ends > first
    )


def save(session: Session, activity_id: int, station_id: int, team_id: int | None) -> None:
    """Write down who helps with an activity; who has helped so far need not be offered any more.

    Raises:
        Refused: that team does not help at the station; at the field `team`.
    """
    row = session.get(ActivityTeam, activity_id)
    if (row.team_id if row else None) == team_id:
        return
    if row is not None:
        session.delete(row)
        session.flush()
    if team_id is None:
        return
    if team_id not in {one.id for one in session.execute(_teams_at(station_id))}:
        raise Refused(_("This team does not help here any more. Please choose another."), field="team")
    session.add(ActivityTeam(activity_id=activity_id, team_id=team_id))


HELPING = helping.Helping(choices, busy, team_of, save)
