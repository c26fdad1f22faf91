"""Gather what is known of teams beside an order, for portal.orders.matching to judge."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.access import Scope
from portal.db import db
from portal.orders.flow import WITH_TEAM, State
from portal.orders.matching import Facts, Near
from portal.orders.menu_models import MenuItemTeam
from portal.orders.models import Order
from portal.orders.needs import SATISFIED
from portal.orders.wishes import bit_of
from portal.stations.queries import in_scope, with_neighbours
from portal.volunteers.models import Membership, MembershipStatus, Team, TeamStation, Volunteer


def facts_about_teams(row: Order) -> list[Facts]:
    """Gather what is known of every open team beside an order, in a fixed number of statements.

    Of the order `times` and `item` must have been loaded.
    """
    words = (row.item.skill if row.item else "").split()
    bits = 0
    for wished in row.times:
        bits |= bit_of(wished.day, wished.part)
    skilled = (
        sa.or_(*(Volunteer.skills.contains(word, autoescape=True) for word in words)) if words else sa.false()
    )
    member = (
        sa.select(
            Membership.team_id,
            sa.func.count().label("members"),
            sa.func.count().filter(skilled).label("skilled"),
            sa.func.count().filter(Volunteer.free.bitwise_and(bits) != 0).label("free"),
            sa.func.count().filter(Volunteer.free != 0).label("tell_time"),
        )
        .join(Volunteer, Volunteer.id == Membership.volunteer_id)
        .where(Membership.status == MembershipStatus.MEMBER, Volunteer.left_at.is_(None))
        .group_by(Membership.team_id)
        .subquery()
    )
    worked = (
        sa.select(
            Order.team_id,
            sa.func.count().filter(Order.state.in_(WITH_TEAM)).label("in_hand"),
            sa.func.count(Order.grade).label("rated"),
            sa.func.count().filter(Order.grade.in_(SATISFIED)).label("satisfied"),
        )
        .where(Order.team_id.is_not(None), Order.id != row.id)
        .group_by(Order.team_id)
        .subquery()
    )
    serves = sa.exists().where(TeamStation.team_id == Team.id, TeamStation.station_id == row.station_id)
    named = sa.exists().where(MenuItemTeam.team_id == Team.id, MenuItemTeam.item_id == (row.item_id or 0))
    near = sa.case(
        (sa.or_(Team.station_id == row.station_id, serves), Near.HERE.value),
        (Team.station_id.in_(with_neighbours(row.station_id)), Near.CLUSTER.value),
        else_=Near.ELSEWHERE.value,
    )

    def known(column: sa.ColumnElement[int], name: str) -> sa.Label[int]:
        return sa.func.coalesce(column, 0).label(name)

    rows = db.session.execute(
        sa.select(
            Team.id.label("team_id"),
            Team.name,
            Team.kind,
            named.label("named"),
            near.label("near"),
            known(member.c.members, "members"),
            known(member.c.skilled, "skilled"),
            known(member.c.free, "free"),
            known(member.c.tell_time, "tell_time"),
            known(worked.c.in_hand, "in_hand"),
            known(worked.c.rated, "rated"),
            known(worked.c.satisfied, "satisfied"),
        )
        .outerjoin(member, member.c.team_id == Team.id)
        .outerjoin(worked, worked.c.team_id == Team.id)
        .where(Team.closed.is_(False))
        .order_by(Team.id)
    ).mappings()
    return [
        Facts(**dict(found, near=Near(found["near"])), asks_skill=bool(words), asks_time=bool(row.times))
        for found in rows
    ]


def teams_by_id(ids: Sequence[int]) -> dict[int, Team]:
    """Return teams with who leads them and their station, by id."""
    found = db.session.scalars(
        sa.select(Team).where(Team.id.in_(ids)).options(joinedload(Team.leader), joinedload(Team.station))
    )
    return {team.id: team for team in found}


def teams_in(scope: Scope, limit: int = 60) -> list[tuple[int, str]]:
    """List id and name of the open teams of the stations in a scope, by name."""
    rows = db.session.execute(
        sa.select(Team.id, Team.name)
        .where(Team.closed.is_(False), in_scope(Team.station_id, scope))
        .order_by(Team.name, Team.id)
        .limit(limit)
    )
    return [(team_id, name) for team_id, name in rows]


def busy(starts: datetime, ends: datetime, team_id: int, other_than: int) -> Sequence[Order]:
    """List the other services of a team that overlap a time."""
    return db.session.scalars(
        sa.select(Order).where(
            Order.team_id == team_id,
            Order.id != other_than,
            Order.state.in_((State.SCHEDULED, State.SERVING)),
            Order.starts_at < ends,
            Order.ends_at > starts,
        )
    ).all()
