"""Read organisations, teams and volunteers."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from portal.access import Scope
from portal.db import db
from portal.errors import Missing
from portal.stations.models import Station
from portal.stations.queries import in_scope
from portal.volunteers.models import Membership, MembershipStatus, Team, TeamKind, Volunteer


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as lists show it, with how many belong to it."""

    team: Team
    members: int


def me() -> Volunteer:
    """Return the volunteer who is signed in.

    Raises:
        Missing: whoever is signed in is no volunteer.
    """
    found = db.session.scalar(
        sa.select(Volunteer)
        .where(Volunteer.account_id == int(current_user.get_id()), Volunteer.left_at.is_(None))
        .options(joinedload(Volunteer.station))
    )
    if found is None:
        raise Missing
    return found


def teams(kind: TeamKind | None = None, station_id: int | None = None) -> list[TeamRow]:
    """List the teams that are not closed, by home station and name, narrowed by kind or by station served."""
    members = (
        sa.select(sa.func.count())
        .where(Membership.team_id == Team.id, Membership.status == MembershipStatus.MEMBER)
        .scalar_subquery()
    )
    wanted = (
        sa.select(Team, members)
        .join(Station, Station.id == Team.station_id)
        .where(Team.closed.is_(False))
        .options(joinedload(Team.organization), joinedload(Team.station))
        .order_by(Station.position, Team.id)
    )
    if kind is not None:
        wanted = wanted.where(Team.kind == kind)
    if station_id is not None:
        wanted = wanted.where(
            sa.or_(Team.station_id == station_id, Team.serves.any(Station.id == station_id))
        )
    return [TeamRow(team, count) for team, count in db.session.execute(wanted)]


def team(team_id: int, scope: Scope | None = None) -> Team:
    """Return a team with all its page shows; with a scope, one of its stations.

    Raises:
        Missing: there is none, or not within the scope.
    """
    wanted = sa.select(Team).where(Team.id == team_id)
    if scope is None:
        wanted = wanted.where(Team.closed.is_(False))
    else:
        wanted = wanted.where(in_scope(Team.station_id, scope))
    found = db.session.scalar(
        wanted.options(
            joinedload(Team.organization),
            joinedload(Team.station),
            joinedload(Team.leader),
            selectinload(Team.serves),
        )
    )
    if found is None:
        raise Missing
    return found


def teams_of(volunteer_id: int) -> Sequence[Team]:
    """List the teams a volunteer belongs to."""
    return db.session.scalars(
        sa.select(Team)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.volunteer_id == volunteer_id, Membership.status == MembershipStatus.MEMBER)
        .options(joinedload(Team.station))
        .order_by(Team.id)
    ).all()
