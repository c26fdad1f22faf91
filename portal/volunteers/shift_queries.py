"""Read shifts and who is on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from portal.access import Scope
from portal.activities.followers import Concerned
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import local, now
from portal.contact import name_key
from portal.db import db, like
from portal.errors import Missing
from portal.registrations.models import Registration, Status
from portal.stations.queries import in_scope, with_neighbours
from portal.stations.shell import phone_channel
from portal.volunteers import engaged
from portal.volunteers.models import Membership, MembershipStatus, Team, TeamStation, Volunteer
from portal.volunteers.shift_models import Post, PostStatus, Shift, ShiftStatus
from portal.volunteers.shift_rules import LIVE, has_time, nearness, unfit

AHEAD = timedelta(weeks=4)
LOOKED_AT = 300  # shifts that are judged in Python, the nearest first
SHOWN = 40
AT_RISK = timedelta(days=7)
ATTENDS = (Status.CONFIRMED, Status.WAITING, Status.ATTENDED)  # as a visitor


@dataclass(frozen=True, slots=True)
class Offer:
    """A shift that somebody could take; `near` is 0 at their own station, 1 in its cluster, 2 elsewhere."""

    shift: Shift
    near: int


def _with_page(wanted: sa.Select[Shift]) -> sa.Select[Shift]:
    occurrence = contains_eager(Shift.occurrence)
    return wanted.join(Shift.occurrence).options(
        occurrence.joinedload(Occurrence.activity),
        occurrence.joinedload(Occurrence.station),
        occurrence.joinedload(Occurrence.room),
        joinedload(Shift.team),
    )


def shift(shift_id: int, scope: Scope | None = None) -> Shift:
    """Return a shift of a published date with all its page shows; with a scope, one of its stations.

    Raises:
        Missing: there is none, or not within the scope.
    """
    wanted = _with_page(sa.select(Shift)).where(Shift.id == shift_id, Occurrence.published.is_(True))
    if scope is not None:
        wanted = wanted.where(in_scope(Occurrence.station_id, scope))
    found = db.session.scalar(wanted)
    if found is None:
        raise Missing
    return found


def post_of(shift_id: int, volunteer_id: int) -> Post | None:
    """Return how somebody stands with a shift; None if they have not taken it."""
    return db.session.scalar(
        sa.select(Post).where(
            Post.shift_id == shift_id, Post.volunteer_id == volunteer_id, Post.status.in_(LIVE)
        )
    )


def position(post: Post) -> int:
    """Return which one in the queue somebody is."""
    ahead = sa.select(sa.func.count()).where(
        Post.shift_id == post.shift_id, Post.status == PostStatus.WAITING, Post.place <= post.place
    )
    return db.session.scalar(ahead) or 0


def positions(posts: Sequence[Post]) -> dict[int, int]:
    """Map the posts that wait, by their ids, to which one in the queue each is."""
    ahead = aliased(Post)
    number = (
        sa.select(sa.func.count())
        .where(ahead.shift_id == Post.shift_id, ahead.status == PostStatus.WAITING, ahead.place <= Post.place)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Post.id, number).where(
            Post.id.in_([post.id for post in posts]), Post.status == PostStatus.WAITING
        )
    )
    return {row[0]: row[1] for row in rows}


def own_posts(volunteer_id: int, after: datetime, limit: int = 60) -> Sequence[Post]:
    """List what somebody has taken or waits for that ends after a moment, the next first."""
    shift = contains_eager(Post.shift)
    occurrence = shift.contains_eager(Shift.occurrence)
    return db.session.scalars(
        sa.select(Post)
        .join(Post.shift)
        .join(Shift.occurrence)
        .where(Post.volunteer_id == volunteer_id, Post.status.in_(LIVE), Shift.ends_at > after)
        .options(
            occurrence.joinedload(Occurrence.activity),
            occurrence.joinedload(Occurrence.station),
            occurrence.joinedload(Occurrence.room),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()


def offers(volunteer: Volunteer, own: Sequence[Post]) -> list[Offer]:
    """List open shifts of the next weeks that fit somebody and do not collide, nearest first."""
    here = Occurrence.station_id
    near = sa.case(
        (here == volunteer.station_id, 0), (here.in_(with_neighbours(volunteer.station_id)), 1), else_=2
    )
    teams = sa.select(Membership.team_id).where(
        Membership.volunteer_id == volunteer.id, Membership.status == MembershipStatus.MEMBER
    )
    rows = db.session.execute(
        _with_page(sa.select(Shift))
        .add_columns(near.label("near"))
        .where(
            Shift.status == ShiftStatus.OPEN,
            Shift.starts_at > now(),
            Shift.starts_at <= now() + AHEAD,
            Shift.taken < Shift.head_count,
            Shift.waiting == 0,
            sa.or_(Shift.team_id.is_(None), Shift.team_id.in_(teams)),
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
        )
        .order_by(near, Shift.starts_at, Shift.id)
        .limit(LOOKED_AT)
    )
    busy = [
        (post.shift.starts_at, post.shift.ends_at)
        for post in own
        if post.shift.status is ShiftStatus.OPEN and post.shift.occurrence.status is OccurrenceStatus.PLANNED
    ]
    busy += [(one.starts_at, one.ends_at) for one in engaged.busy([volunteer.id], now(), now() + AHEAD)]
    return [
        Offer(found, near)
        for found, near in rows
        if not unfit(found, volunteer)
        and has_time(volunteer.free, local(found.starts_at), local(found.ends_at))
        and not any(begin < found.ends_at and end > found.starts_at for begin, end in busy)
    ][:SHOWN]


def taken_by_team(volunteer_id: int, after: datetime) -> dict[int, int]:
    """Count for each team what somebody has taken or waits for that begins after a moment."""
    rows = db.session.execute(
        sa.select(Post.team_id, sa.func.count())
        .join(Shift, Shift.id == Post.shift_id)
        .where(Post.volunteer_id == volunteer_id, Post.status.in_(LIVE), Shift.starts_at > after)
        .group_by(Post.team_id)
    )
    return {row[0]: row[1] for row in rows}


def shifts_of(occurrence_id: int) -> Sequence[Shift]:
    """List the shifts of a date, the first first."""
    return db.session.scalars(
        sa.select(Shift)
        .where(Shift.occurrence_id == occurrence_id)
        .options(joinedload(Shift.team))
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def posts_at(occurrence_id: int) -> dict[int, list[Post]]:
    """Map each shift of a date to its people: who comes, then the queue, then who withdrew."""
    found: dict[int, list[Post]] = {}
    there = sa.select(Shift.id).where(Shift.occurrence_id == occurrence_id)
    for post in db.session.scalars(_people().where(Post.shift_id.in_(there))):
        found.setdefault(post.shift_id, []).append(post)
    return found


def posts_of(shift_ids: Sequence[int]) -> Sequence[Post]:
    """List the people of some shifts: who comes, then the queue, then who withdrew."""
    return db.session.scalars(_people().where(Post.shift_id.in_(shift_ids))).all()


def _people() -> sa.Select[Post]:
    order = sa.case((Post.status == PostStatus.CONFIRMED, 0), (Post.status == PostStatus.WAITING, 1), else_=2)
    return (
        sa.select(Post)
        .options(joinedload(Post.volunteer), joinedload(Post.team))
        .order_by(order, Post.place, Post.id)
    )


def fitting_teams(shift: Shift, station_id: int, volunteer_id: int) -> Sequence[Team]:
    """List the teams for which somebody can take a shift at a station, the nearest first."""
    wanted = (
        sa.select(Team)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Membership.volunteer_id == volunteer_id,
            Membership.status == MembershipStatus.MEMBER,
            Team.closed.is_(False),
        )
        .order_by(nearness(station_id), Team.id)
    )
    if shift.team_id is not None:
        wanted = wanted.where(Team.id == shift.team_id)
    return db.session.scalars(wanted).all()


def teams_to_ask(station_id: int, scope: Scope) -> Sequence[Team]:
    """List the teams not closed that serve a station or are at home within a scope, the nearest first."""
    serves = sa.exists().where(TeamStation.team_id == Team.id, TeamStation.station_id == station_id)
    return db.session.scalars(
        sa.select(Team)
        .where(Team.closed.is_(False), sa.or_(serves, in_scope(Team.station_id, scope)))
        .order_by(nearness(station_id), Team.id)
    ).all()


def also_attend(occurrence_id: int, volunteer_ids: Iterable[int]) -> set[int]:
    """Return those of the volunteers who are signed up for a date as visitors, too.

    A phone is not a person: it has to be the same phone and the same name.
    """
    rows = db.session.execute(
        sa.select(Volunteer.id, Volunteer.name, Registration.name_key)
        .join(Registration, Registration.phone_index == Volunteer.phone_index)
        .where(
            Registration.occurrence_id == occurrence_id,
            Registration.status.in_(ATTENDS),
            Volunteer.id.in_(list(volunteer_ids)),
        )
    )
    return {volunteer_id for volunteer_id, name, key in rows if name_key(name) == key}


def search(words: str, scope: Scope, limit: int = 12) -> Sequence[Volunteer]:
    """List volunteers of a scope by a part of their name or by their number."""
    return db.session.scalars(
        sa.select(Volunteer)
        .where(
            in_scope(Volunteer.station_id, scope),
            Volunteer.left_at.is_(None),
            sa.or_(like(Volunteer.name, words), Volunteer.number == words.upper()),
        )
        .order_by(Volunteer.name, Volunteer.id)
        .limit(limit)
    ).all()


def at_risk(scope: Scope, limit: int = 20) -> Sequence[Shift]:
    """List the shifts of the next seven days that still lack people, the next first."""
    return db.session.scalars(
        _with_page(sa.select(Shift))
        .where(
            Shift.status == ShiftStatus.OPEN,
            Shift.taken < Shift.head_count,
            Shift.starts_at > now(),
            Shift.starts_at <= now() + AT_RISK,
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            in_scope(Occurrence.station_id, scope),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()


def told_of(shift_id: int) -> Concerned:
    """Count those on a shift or waiting for it, and how many are told in which way."""
    people, told = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((_reached(), 1), else_=0)), 0))
        .select_from(Post)
        .join(Volunteer, Volunteer.id == Post.volunteer_id)
        .where(Post.shift_id == shift_id, Post.status.in_(LIVE))
    ).one()
    return Concerned(people, int(told), people - int(told))


def _reached() -> sa.ColumnElement[bool]:
    return Volunteer.phone.is_not(None) if phone_channel() else sa.false()


def concerned_volunteers(occurrence_ids: Sequence[int]) -> dict[int, Concerned]:
    """Count for each date those on its shifts or waiting for them, and how many are told in which way."""
    reached = _reached()
    rows = db.session.execute(
        sa.select(Shift.occurrence_id, sa.func.count(), sa.func.sum(sa.case((reached, 1), else_=0)))
        .join(Post, Post.shift_id == Shift.id)
        .join(Volunteer, Volunteer.id == Post.volunteer_id)
        .where(
            Shift.occurrence_id.in_(occurrence_ids),
            Shift.status == ShiftStatus.OPEN,
            Post.status.in_(LIVE),
        )
        .group_by(Shift.occurrence_id)
    )
    return {
        occurrence_id: Concerned(people, int(told), people - int(told))
        for occurrence_id, people, told in rows
    }
