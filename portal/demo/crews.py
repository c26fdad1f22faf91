"""Know the people of the demo's teams: which shifts the rules let them take, and how dear it is to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from portal.stations.models import Level, Station
from portal.volunteers.models import Membership, MembershipStatus, Team, TeamKind, TeamStation, Volunteer
from portal.volunteers.shift_models import Shift
from portal.volunteers.shift_rules import unfit

EAGER = 80.0  # how much more often those with a login come than others at least do
GAP = timedelta(hours=1)  # between two shifts of one person


@dataclass(slots=True)
class Person:
    """A volunteer: of which teams, how eager, and when taken up."""

    row: Volunteer
    teams: list[int] = field(default_factory=list)
    zeal: float = 1.0
    busy: list[tuple[datetime, datetime]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)  # occurrences at which they have a post, or had one

    @property
    def has_login(self) -> bool:
        """Say whether somebody looks at the demo with their eyes."""
        return self.row.account_id is not None

    def can(self, shift: Shift) -> bool:
        """Say whether the rules let this person take a shift."""
        if shift.occurrence_id in self.seen:
            return False
        if not self.teams or (shift.team_id is not None and shift.team_id not in self.teams):
            return False
        begins, ends = shift.starts_at - GAP, shift.ends_at + GAP
        return not any(a < ends and b > begins for a, b in self.busy) and not unfit(shift, self.row)


@dataclass(slots=True)
class Crew:
    """A team: what it does, at which stations, and with whom; `asked` counts its shifts."""

    id: int
    kind: TeamKind
    serves: set[str]
    leader_id: int
    members: list[Person] = field(default_factory=list)
    asked: int = 0

    @property
    def load(self) -> float:
        """Return how many shifts it has for its size."""
        return self.asked / (len(self.members) + 10)


@dataclass(frozen=True, slots=True)
class Crews:
    """Everybody."""

    teams: Mapping[int, Crew]
    people: Mapping[int, Person]

    def at(self, station: str) -> list[Crew]:
        """Return the teams that serve a station."""
        return [crew for crew in self.teams.values() if station in crew.serves]


def crews(session: Session) -> Crews:
    """Read the teams and who belongs to them."""
    teams, people = _teams(session), _people(session)
    members = sa.select(Membership.team_id, Membership.volunteer_id)
    members = members.where(Membership.status == MembershipStatus.MEMBER)
    for team_id, volunteer_id in session.execute(members.order_by(Membership.id)):
        people[volunteer_id].teams.append(team_id)
        teams[team_id].members.append(people[volunteer_id])
    return Crews(teams, people)


def _teams(session: Session) -> dict[int, Crew]:
    stations = session.execute(sa.select(Station.id, Station.slug, Station.level)).all()
    slugs = {row.id: row.slug for row in stations}
    for_all = {row.slug for row in stations if row.level is not Level.STATION}
    rows = session.execute(sa.select(Team.id, Team.kind, Team.station_id, Team.leader_id).order_by(Team.id))
    teams = {
        row.id: Crew(row.id, row.kind, for_all | {slugs[row.station_id]}, row.leader_id or 0) for row in rows
    }
    for team_id, station_id in session.execute(sa.select(TeamStation.team_id, TeamStation.station_id)):
        teams[team_id].serves.add(slugs[station_id])
    return teams


def _people(session: Session) -> dict[int, Person]:
    random = Random("zeal")  # noqa: S311 - the same demo every time
    wanted = load_only(
        Volunteer.account_id,
        Volunteer.born_on,
        Volunteer.skills,
        Volunteer.guardian_consent,
        Volunteer.number,
    )
    people = {}
    for row in session.scalars(sa.select(Volunteer).options(wanted).order_by(Volunteer.id)):
        luck = random.paretovariate(1.1)  # most come now and then, a few nearly always
        people[row.id] = Person(row, zeal=EAGER if row.account_id is not None else luck)
    return people
