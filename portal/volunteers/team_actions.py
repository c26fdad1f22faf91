"""Make teams and describe them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor, Role
from portal.accounts.models import Account
from portal.audit.actions import record
from portal.db import lock, transaction
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.stations.queries import is_in_scope
from portal.volunteers.models import Organization, Team, TeamKind, TeamStation, Volunteer


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of a team, as plain values."""

    name: str
    organization_id: int
    kind: TeamKind
    does: str = ""
    text: str = ""
    skills: str = ""
    times: str = ""
    serves: tuple[int, ...] = ()
    leader_id: int | None = None
    takes_people: bool = True


def save(team_id: int | None, said: Described, by: Actor, key: str = "") -> int:
    """Make a team at home where its organisation is, or change one; return its id.

    Who leads a team and has a login gets the leader's pages; who leads none any more loses them.

    Raises:
        Missing: there is no such team or organisation within the actor's scope.
        Refused: another team has that name.
    """
    with transaction() as session:
        before = earlier(session, "team.saved", by, key)
        if before is not None:
            return int(before)
        body = session.get(Organization, said.organization_id)
        if body is None or not is_in_scope(body.station_id, by.scope):
            raise Missing
        team = lock(session, Team, team_id) if team_id is not None else None
        if team_id is not None and (team is None or not is_in_scope(team.station_id, by.scope)):
            raise Missing
        same = session.scalar(sa.select(Team.id).where(Team.name == said.name))
        if same is not None and same != team_id:
            raise Refused(_("Another team has this name already."), field="name")
        if team is None:
            team = Team(station_id=body.station_id, leader_id=None)
            session.add(team)
        led_by = team.leader_id
        team.organization_id, team.name, team.kind = body.id, said.name, said.kind
        team.does, team.text, team.skills, team.times = said.does, said.text, said.skills, said.times
        team.takes_people, team.leader_id = said.takes_people, said.leader_id
        session.flush()
        session.execute(sa.delete(TeamStation).where(TeamStation.team_id == team.id))
        session.add_all(TeamStation(team_id=team.id, station_id=station_id) for station_id in said.serves)
        session.flush()
        for volunteer_id in {led_by, said.leader_id} - {None}:
            set_role(session, volunteer_id)
        record(session, by, "team.saved", "team", team.id, team.station_id, detail=team.name)
        done(session, "team.saved", by, key, str(team.id))
        return team.id


def set_role(session: Session, volunteer_id: int | None) -> None:
    """Give the login of who leads a team the leader's role, and of who leads none the volunteer's."""
    account = session.scalar(
        sa.select(Account)
        .join(Volunteer, Volunteer.account_id == Account.id)
        .where(Volunteer.id == volunteer_id, Account.role.in_((Role.VOLUNTEER, Role.LEADER)))
    )
    if account is not None:
        leads = session.scalar(sa.select(sa.exists().where(Team.leader_id == volunteer_id)))
        account.role = Role.LEADER if leads else Role.VOLUNTEER
