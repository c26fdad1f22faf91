"""Read organisations, teams and volunteers."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from portal.access import Scope
from portal.db import db, like
from portal.errors import Missing
from portal.registrations.links import phone_index
from portal.registrations.party import is_phone, phone_of
from portal.stations.models import Station
from portal.stations.queries import in_language, in_scope
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


def count_teams() -> dict[TeamKind, dict[int, int]]:
    """Count the teams not closed: by kind, then by organisation."""
    wanted = sa.select(Team.kind, Team.organization_id, sa.func.count()).where(Team.closed.is_(False))
    found: dict[TeamKind, dict[int, int]] = {}
    for kind, organization_id, number in db.session.execute(wanted.group_by(Team.kind, Team.organization_id)):
        found.setdefault(kind, {})[organization_id] = number
    return found


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


@dataclass(frozen=True, slots=True)
class VolunteerRow:
    """A volunteer as staff lists show it."""

    id: int
    number: str
    name: str
    skills: str
    station_name: str
    teams: str
    has_login: bool


def volunteers(words: str, scope: Scope, limit: int = 30) -> list[VolunteerRow]:
    """Find volunteers within the scope by name, number, full phone number or skill; by number."""
    wanted = (
        sa.select(Volunteer)
        .where(in_scope(Volunteer.station_id, scope), Volunteer.left_at.is_(None))
        .options(
            joinedload(Volunteer.station), selectinload(Volunteer.memberships).joinedload(Membership.team)
        )
        .order_by(Volunteer.number)
        .limit(limit)
    )
    asked = words.strip()[:40]
    digits = phone_of(asked)
    if is_phone(digits):
        wanted = wanted.where(Volunteer.phone_index == phone_index(digits))
    elif asked:
        wanted = wanted.where(
            sa.or_(
                like(Volunteer.name, asked),
                like(Volunteer.number, asked.upper()),
                like(Volunteer.skills, asked),
            )
        )
    return [
        VolunteerRow(
            one.id,
            one.number,
            one.name,
            one.skills,
            in_language(one.station.short_name, one.station.short_name_en),
            " ".join(each.team.name for each in one.memberships if each.status is MembershipStatus.MEMBER),
            one.account_id is not None,
        )
        for one in db.session.scalars(wanted)
    ]


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
    """List the organisations within the scope."""
    return db.session.scalars(
        sa.select(Organization)
        .where(in_scope(Organization.station_id, scope))
        .order_by(Organization.position, Organization.id)
    ).all()


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
