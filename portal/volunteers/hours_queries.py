"""Read presences and hours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.access import Scope
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import now, today
from portal.db import db
from portal.errors import Missing
from portal.stations.queries import in_scope
from portal.volunteers.days import has_shift_between, is_over
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.shift_models import (
    HoursSource,
    HoursStatus,
    Post,
    PostStatus,
    Presence,
    ServiceRecord,
    Shift,
)

ENTERED_WITHIN = timedelta(days=90)  # so long after a date its hours can be written down


@dataclass(slots=True)
class Totals:
    """Valid hours, in tenths, added up in different ways."""

    all: int = 0
    by_year: dict[int, int] = field(default_factory=dict)
    by_team: dict[str, int] = field(default_factory=dict)
    by_source: dict[HoursSource, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody on the roll of volunteers of a date, with their pairs of the day."""

    volunteer: Volunteer
    pairs: tuple[Presence, ...]

    @property
    def open(self) -> Presence | None:
        """Return the pair that waits for its check-out."""
        return next((pair for pair in self.pairs if pair.out_at is None), None)


def totals(volunteer_id: int | None = None, scope: Scope | None = None) -> Totals:
    """Add up the valid hours of a volunteer, or of the dates within a scope."""
    year = sa.extract("year", ServiceRecord.day)
    wanted = (
        sa.select(year, Team.name, ServiceRecord.source, sa.func.sum(ServiceRecord.tenths))
        .join(Team, Team.id == ServiceRecord.team_id)
        .where(ServiceRecord.status == HoursStatus.VALID)
        .group_by(year, Team.name, ServiceRecord.source)
        .order_by(year, Team.name)
    )
    if volunteer_id is not None:
        wanted = wanted.where(ServiceRecord.volunteer_id == volunteer_id)
    else:
        wanted = wanted.where(in_scope(ServiceRecord.station_id, scope))
    found = Totals()
    for in_year, team, source, number in db.session.execute(wanted):
        tenths = int(number)
        found.all += tenths
        found.by_year[int(in_year)] = found.by_year.get(int(in_year), 0) + tenths
        found.by_team[team] = found.by_team.get(team, 0) + tenths
        found.by_source[source] = found.by_source.get(source, 0) + tenths
    return found


def records_of(volunteer_id: int, limit: int = 50) -> Sequence[ServiceRecord]:
    """List the records of a volunteer, the last first."""
    return db.session.scalars(
        sa.select(ServiceRecord)
        .where(ServiceRecord.volunteer_id == volunteer_id)
        .options(
            joinedload(ServiceRecord.team),
            joinedload(ServiceRecord.occurrence).joinedload(Occurrence.activity),
            joinedload(ServiceRecord.order),
        )
        .order_by(ServiceRecord.day.desc(), ServiceRecord.id.desc())
        .limit(limit)
    ).all()


def waiting(scope: Scope, limit: int = 100) -> Sequence[ServiceRecord]:
    """List the records that wait for a second person within a scope, the oldest first."""
    return db.session.scalars(
        sa.select(ServiceRecord)
        .where(ServiceRecord.status == HoursStatus.WAITING, in_scope(ServiceRecord.station_id, scope))
        .options(
            joinedload(ServiceRecord.volunteer),
            joinedload(ServiceRecord.team),
            joinedload(ServiceRecord.occurrence).joinedload(Occurrence.activity),
            joinedload(ServiceRecord.order),
        )
        .order_by(ServiceRecord.day, ServiceRecord.id)
        .limit(limit)
    ).all()


def open_pairs(scope: Scope, limit: int = 100) -> Sequence[Presence]:
    """List who has not checked out though the date, or the day, is over; the last first."""
    return db.session.scalars(
        sa.select(Presence)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .where(
            Presence.out_at.is_(None),
            sa.or_(Presence.day < today(), is_over()),
            in_scope(Occurrence.station_id, scope),
        )
        .options(
            joinedload(Presence.volunteer), joinedload(Presence.occurrence).joinedload(Occurrence.activity)
        )
        .order_by(Presence.in_at.desc(), Presence.id)
        .limit(limit)
    ).all()


def volunteers_came(occurrence_id: int) -> int:
    """Count the volunteers who were at a date (志愿者人次), each once however often they came."""
    people = sa.select(sa.func.count(sa.distinct(Presence.volunteer_id)))
    return db.session.scalar(people.where(Presence.occurrence_id == occurrence_id)) or 0


def roll(occurrence_id: int, day: date) -> list[Called]:
    """List who has a post at a date, or was there on the day, with their pairs."""
    posted = (
        sa.select(Post.volunteer_id)
        .join(Shift, Shift.id == Post.shift_id)
        .where(Shift.occurrence_id == occurrence_id, Post.status == PostStatus.CONFIRMED)
    )
    pairs: dict[int, list[Presence]] = {}
    for pair in db.session.scalars(
        sa.select(Presence)
        .where(Presence.occurrence_id == occurrence_id, Presence.day == day)
        .order_by(Presence.number)
    ):
        pairs.setdefault(pair.volunteer_id, []).append(pair)
    people = db.session.scalars(
        sa.select(Volunteer)
        .where(sa.or_(Volunteer.id.in_(posted), Volunteer.id.in_(pairs.keys())))
        .order_by(Volunteer.number)
    )
    return [Called(one, tuple(pairs.get(one.id, ()))) for one in people]


def by_number(number: str) -> Volunteer | None:
    """Return the volunteer of this number who has not left."""
    return db.session.scalar(
        sa.select(Volunteer).where(Volunteer.number == number.upper(), Volunteer.left_at.is_(None))
    )


def presence_in(presence_id: int, scope: Scope) -> Presence:
    """Return a pair at a date within the scope.

    Raises:
        Missing: there is none.
    """
    found = db.session.scalar(
        sa.select(Presence)
        .join(Occurrence, Occurrence.id == Presence.occurrence_id)
        .where(Presence.id == presence_id, in_scope(Occurrence.station_id, scope))
    )
    if found is None:
        raise Missing
    return found


def dates_begun(scope: Scope) -> Sequence[Occurrence]:
    """List the dates of the last ninety days for which hours can be written down, the last first."""
    return db.session.scalars(
        sa.select(Occurrence)
        .where(
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Occurrence.counts_hours.is_(True),
            sa.or_(Occurrence.starts_at <= now(), has_shift_between(now() - ENTERED_WITHIN, now())),
            Occurrence.ends_at > now() - ENTERED_WITHIN,
            in_scope(Occurrence.station_id, scope),
        )
        .options(joinedload(Occurrence.activity))
        .order_by(Occurrence.starts_at.desc(), Occurrence.id)
        .limit(300)
    ).all()


def team_for(volunteer_id: int, station_id: int) -> int | None:
    """Return the team of a volunteer that is at home at a station, or another of theirs; None for none."""
    found = sorted(teams_ever(volunteer_id), key=lambda team: (team.station_id != station_id, team.id))
    return found[0].id if found else None


def teams_ever(volunteer_id: int) -> Sequence[Team]:
    """List the teams a volunteer belongs or belonged to."""
    return db.session.scalars(
        sa.select(Team)
        .where(
            Team.id.in_(
                sa.select(Membership.team_id).where(
                    Membership.volunteer_id == volunteer_id,
                    Membership.status.in_((MembershipStatus.MEMBER, MembershipStatus.LEFT)),
                )
            )
        )
        .order_by(Team.id)
    ).all()
