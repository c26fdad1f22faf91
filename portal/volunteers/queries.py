"""Read organisations, teams and volunteers."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from portal.access import Scope
from portal.contact import is_phone, phone_index, phone_of
from portal.db import db
from portal.errors import Missing
from portal.stations.models import Station
from portal.stations.queries import in_scope
from portal.volunteers.models import (
    Membership,
    MembershipStatus,
    Organization,
    Team,
    TeamKind,
    Volunteer,
)


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


def teams(
    kind: TeamKind | None = None,
    station_id: int | None = None,
    scope: Scope | None = None,
    limit: int | None = None,
    skip: int = 0,
) -> list[TeamRow]:
    """List the teams not closed, by home station; of one kind, serving a station, or at home in a scope.

    At most `limit` of them, without the first `skip`.
    """
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
        .limit(limit)
        .offset(skip)
    )
    if kind is not None:
        wanted = wanted.where(Team.kind == kind)
    if station_id is not None:
        wanted = wanted.where(
            sa.or_(Team.station_id == station_id, Team.serves.any(Station.id == station_id))
        )
    if scope is not None:
        wanted = wanted.where(in_scope(Team.station_id, scope))
    return [TeamRow(team, count) for team, count in db.session.execute(wanted)]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many teams of each kind are open, and how many registered bodies (组织) they belong to."""

    kinds: dict[TeamKind, int]
    organizations: int

    @property
    def teams(self) -> int:
        """Return how many teams there are in all."""
        return sum(self.kinds.values())


def count_teams() -> Counted:
    """Count the teams not closed, and the registered organisations among theirs, in one statement."""
    kinds: dict[TeamKind, int] = {}
    bodies: set[int] = set()
    for kind, organization_id, registered, number in db.session.execute(
        sa.select(Team.kind, Team.organization_id, Organization.registered, sa.func.count())
        .join(Organization, Organization.id == Team.organization_id)
        .where(Team.closed.is_(False))
        .group_by(Team.kind, Team.organization_id, Organization.registered)
    ):
        kinds[kind] = kinds.get(kind, 0) + number
        if registered:
            bodies.add(organization_id)
    return Counted(kinds, len(bodies))


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


def count_members(team_id: int | None = None) -> int:
    """Count the people in one team, or in any (each once)."""
    wanted = (
        sa.select(sa.func.count(sa.distinct(Membership.volunteer_id)))
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.status == MembershipStatus.MEMBER, Team.closed.is_(False))
    )
    if team_id is not None:
        wanted = wanted.where(Team.id == team_id)
    return db.session.scalar(wanted) or 0


def own_memberships(volunteer_id: int) -> Sequence[Membership]:
    """List the teams that somebody is in or has asked to join, the first joined first."""
    return db.session.scalars(
        sa.select(Membership)
        .where(
            Membership.volunteer_id == volunteer_id,
            Membership.status.in_((MembershipStatus.ASKED, MembershipStatus.MEMBER)),
        )
        .options(joinedload(Membership.team))
        .order_by(Membership.id)
    ).all()


def volunteer(volunteer_id: int, scope: Scope) -> Volunteer:
    """Return a volunteer with all the staff's page shows.

    Raises:
        Missing: there is none, or not within the scope.
    """
    found = db.session.scalar(
        sa.select(Volunteer)
        .where(Volunteer.id == volunteer_id, in_scope(Volunteer.station_id, scope))
        .options(
            joinedload(Volunteer.station),
            selectinload(Volunteer.memberships).joinedload(Membership.team),
        )
    )
    if found is None:
        raise Missing
    return found


def membership(membership_id: int, scope: Scope) -> Membership:
    """Return a membership that has not ended, with whose and of which team it is.

    Raises:
        Missing: there is none, or its team is not within the scope.
    """
    found = db.session.scalar(
        sa.select(Membership)
        .join(Membership.team)
        .where(
            Membership.id == membership_id,
            Membership.status.in_((MembershipStatus.ASKED, MembershipStatus.MEMBER)),
            in_scope(Team.station_id, scope),
        )
        .options(joinedload(Membership.team), joinedload(Membership.volunteer))
    )
    if found is None:
        raise Missing
    return found


def wishes(scope: Scope, limit: int = 50) -> Sequence[Membership]:
    """List who asked to join a team at home within the scope, the oldest first."""
    return db.session.scalars(
        sa.select(Membership)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.status == MembershipStatus.ASKED, in_scope(Team.station_id, scope))
        .options(joinedload(Membership.volunteer), joinedload(Membership.team))
        .order_by(Membership.asked_at, Membership.id)
        .limit(limit)
    ).all()


def members_of(team_id: int, limit: int = 200) -> Sequence[Volunteer]:
    """List who belongs to a team, by number."""
    return db.session.scalars(
        sa.select(Volunteer)
        .join(Membership, Membership.volunteer_id == Volunteer.id)
        .where(Membership.team_id == team_id, Membership.status == MembershipStatus.MEMBER)
        .order_by(Volunteer.number)
        .limit(limit)
    ).all()


def organizations_in(scope: Scope) -> Sequence[Organization]:
    """List the organisations within the scope, with their stations."""
    return db.session.scalars(
        sa.select(Organization)
        .where(in_scope(Organization.station_id, scope))
        .options(joinedload(Organization.station))
        .order_by(Organization.position, Organization.id)
    ).all()


def organization(organization_id: int, scope: Scope) -> Organization:
    """Return an organisation.

    Raises:
        Missing: there is none, or not within the scope.
    """
    found = db.session.scalar(
        sa.select(Organization)
        .where(Organization.id == organization_id, in_scope(Organization.station_id, scope))
        .options(joinedload(Organization.station))
    )
    if found is None:
        raise Missing
    return found


def teams_by_organization(scope: Scope) -> dict[int, int]:
    """Count the teams not closed of each organisation within the scope."""
    rows = db.session.execute(
        sa.select(Team.organization_id, sa.func.count())
        .join(Organization, Organization.id == Team.organization_id)
        .where(Team.closed.is_(False), in_scope(Organization.station_id, scope))
        .group_by(Team.organization_id)
    )
    return {row[0]: row[1] for row in rows}


def accounts_of_phone(phone: str) -> Sequence[int]:
    """List the accounts of the volunteers with this phone number; two may share one."""
    index = phone_index(phone_of(phone)) if is_phone(phone_of(phone)) else None
    if index is None:
        return []
    return [
        account_id
        for account_id in db.session.scalars(
            sa.select(Volunteer.account_id).where(
                Volunteer.phone_index == index, Volunteer.account_id.is_not(None), Volunteer.left_at.is_(None)
            )
        )
        if account_id is not None
    ]
