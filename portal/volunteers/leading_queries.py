"""Read what the leader of a team sees: who asks to join, who belongs to it, its shifts and who comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import end_of, local, now, start_of
from portal.db import db
from portal.errors import Missing
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.shift_models import Post, PostStatus, Presence, Shift, ShiftStatus
from portal.volunteers.shift_rules import LIVE, has_time, unfit

COVER_AGAIN = timedelta(hours=12)  # so long a team is left in peace after it was asked to step in
MOST_SHOWN = 40
MOST_MEMBERS = 500


def led_by(volunteer_id: int) -> Sequence[Team]:
    """List the teams that somebody leads."""
    return db.session.scalars(
        sa.select(Team).where(Team.leader_id == volunteer_id, Team.closed.is_(False)).order_by(Team.id)
    ).all()


def team(team_id: int, leader_id: int) -> Team:
    """Return a team that somebody leads.

    Raises:
        Missing: there is none, it is closed, or they do not lead it.
    """
    found = db.session.scalar(
        sa.select(Team).where(Team.id == team_id, Team.leader_id == leader_id, Team.closed.is_(False))
    )
    if found is None:
        raise Missing
    return found


def memberships(team_id: int, status: MembershipStatus) -> Sequence[Membership]:
    """List those who asked to join a team, the oldest wish first, or its members by number."""
    first = (Membership.asked_at,) if status is MembershipStatus.ASKED else (Volunteer.number,)
    return db.session.scalars(
        sa.select(Membership)
        .join(Membership.volunteer)
        .where(Membership.team_id == team_id, Membership.status == status)
        .options(contains_eager(Membership.volunteer))
        .order_by(*first, Membership.id)
        .limit(MOST_MEMBERS)
    ).all()


def membership(team_id: int, membership_id: int, status: MembershipStatus | None = None) -> Membership:
    """Return a membership of a team, of a status if one is given.

    Raises:
        Missing: there is none.
    """
    wanted = sa.select(Membership).where(Membership.id == membership_id, Membership.team_id == team_id)
    if status is not None:
        wanted = wanted.where(Membership.status == status)
    found = db.session.scalar(wanted.options(joinedload(Membership.volunteer)))
    if found is None:
        raise Missing
    return found


def coming_posts(team_id: int, volunteer_id: int) -> int:
    """Count the shifts to come that a member has taken, or waits for, for a team."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Post)
            .join(Shift, Shift.id == Post.shift_id)
            .where(
                Post.team_id == team_id,
                Post.volunteer_id == volunteer_id,
                Post.status.in_(LIVE),
                Shift.status == ShiftStatus.OPEN,
                Shift.starts_at > now(),
            )
        )
        or 0
    )


def concerns(team_id: int) -> sa.ColumnElement[bool]:
    """Say in SQL that a shift is a team's: it is asked for, or somebody has taken it for the team."""
    taken = sa.exists().where(Post.shift_id == Shift.id, Post.team_id == team_id, Post.status.in_(LIVE))
    return sa.or_(Shift.team_id == team_id, taken)


def _with_place(wanted: sa.Select[Shift]) -> sa.Select[Shift]:
    occurrence = contains_eager(Shift.occurrence)
    return (
        wanted.join(Shift.occurrence)
        .where(Occurrence.published.is_(True))
        .options(
            occurrence.joinedload(Occurrence.activity),
            occurrence.joinedload(Occurrence.station),
            occurrence.joinedload(Occurrence.room),
        )
    )


def coming_shifts(team_id: int) -> Sequence[Shift]:
    """List the shifts of a team that are not over, the next first."""
    return db.session.scalars(
        _with_place(sa.select(Shift))
        .where(Shift.ends_at > now(), concerns(team_id))
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST_SHOWN)
    ).all()


def shift(team_id: int, shift_id: int) -> Shift:
    """Return a shift of a team.

    Raises:
        Missing: there is none.
    """
    found = db.session.scalar(_with_place(sa.select(Shift)).where(Shift.id == shift_id, concerns(team_id)))
    if found is None:
        raise Missing
    return found


def people(team_id: int, found: Shift) -> Sequence[Post]:
    """List who comes to a shift, who waits, who withdrew; where any team may come, only this one's."""
    order = sa.case((Post.status == PostStatus.CONFIRMED, 0), (Post.status == PostStatus.WAITING, 1), else_=2)
    wanted = sa.select(Post).where(Post.shift_id == found.id).options(joinedload(Post.volunteer))
    if found.team_id != team_id:
        wanted = wanted.where(Post.team_id == team_id)
    return db.session.scalars(wanted.order_by(order, Post.place, Post.changed_at, Post.id)).all()


def to_ask(team_id: int, found: Shift, leader_id: int) -> list[Volunteer]:
    """List the members of a team who could step in at a shift: fit, with time, on no other one then.

    Whoever is on it, waits for it or has withdrawn from it is left in peace, and so is the leader, who asks.
    """
    other = (
        sa.exists()
        .where(
            Post.volunteer_id == Volunteer.id,
            Post.status.in_(LIVE),
            Post.shift_id == Shift.id,
            Shift.status == ShiftStatus.OPEN,
            Shift.starts_at < found.ends_at,
            Shift.ends_at > found.starts_at,
            Occurrence.id == Shift.occurrence_id,
            Occurrence.status == OccurrenceStatus.PLANNED,
        )
        .correlate(Volunteer)
    )
    known = sa.exists().where(Post.volunteer_id == Volunteer.id, Post.shift_id == found.id)
    members = db.session.scalars(
        sa.select(Volunteer)
        .join(Membership, Membership.volunteer_id == Volunteer.id)
        .where(
            Membership.team_id == team_id,
            Membership.status == MembershipStatus.MEMBER,
            Volunteer.left_at.is_(None),
            Volunteer.id != leader_id,
            ~known,
            ~other,
        )
        .order_by(Volunteer.number)
        .limit(MOST_MEMBERS)
    )
    return [
        one
        for one in members
        if not unfit(found, one) and has_time(one.free, local(found.starts_at), local(found.ends_at))
    ]


def asked_again_from(found: Shift) -> datetime | None:
    """Return from when on a team may be asked again to step in; None if it may be now."""
    if found.cover_asked_at is None or found.cover_asked_at + COVER_AGAIN <= now():
        return None
    return found.cover_asked_at + COVER_AGAIN


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody on the roll of a team, with their pairs of the day; who has left the team is not called."""

    volunteer: Volunteer
    is_member: bool
    pairs: tuple[Presence, ...]

    @property
    def open(self) -> Presence | None:
        """Return the pair that waits for its check-out."""
        return next((pair for pair in self.pairs if pair.out_at is None), None)


def occurrence(team_id: int, occurrence_id: int) -> Occurrence:
    """Return a date at which a team has a shift, or somebody on one.

    Raises:
        Missing: there is none.
    """
    there = sa.exists().where(Shift.occurrence_id == Occurrence.id, concerns(team_id))
    found = db.session.scalar(
        sa.select(Occurrence)
        .where(Occurrence.id == occurrence_id, Occurrence.published.is_(True), there)
        .options(joinedload(Occurrence.activity), joinedload(Occurrence.station), joinedload(Occurrence.room))
    )
    if found is None:
        raise Missing
    return found


def roll(team_id: int, occurrence_id: int, day: date) -> list[Called]:
    """List those of a team who have a shift at a date on a day, or were there, with their pairs."""
    posted = (
        sa.select(Post.volunteer_id)
        .join(Shift, Shift.id == Post.shift_id)
        .where(
            Shift.occurrence_id == occurrence_id,
            Shift.starts_at < end_of(day),
            Shift.ends_at > start_of(day),
            Post.team_id == team_id,
            Post.status == PostStatus.CONFIRMED,
        )
    )
    pairs: dict[int, list[Presence]] = {}
    for pair in db.session.scalars(
        sa.select(Presence)
        .where(
            Presence.occurrence_id == occurrence_id,
            Presence.day == day,
            sa.or_(Presence.team_id == team_id, Presence.volunteer_id.in_(posted)),
        )
        .order_by(Presence.number)
    ):
        pairs.setdefault(pair.volunteer_id, []).append(pair)
    member = sa.exists().where(
        Membership.volunteer_id == Volunteer.id,
        Membership.team_id == team_id,
        Membership.status == MembershipStatus.MEMBER,
    )
    rows = db.session.execute(
        sa.select(Volunteer, member)
        .where(sa.or_(Volunteer.id.in_(posted), Volunteer.id.in_(list(pairs))), Volunteer.left_at.is_(None))
        .order_by(Volunteer.number)
    )
    return [Called(one, belongs, tuple(pairs.get(one.id, ()))) for one, belongs in rows]


def presence(team_id: int, presence_id: int) -> Presence:
    """Return a pair of somebody who belongs to a team.

    Raises:
        Missing: there is none.
    """
    member = sa.exists().where(
        Membership.volunteer_id == Presence.volunteer_id,
        Membership.team_id == team_id,
        Membership.status == MembershipStatus.MEMBER,
    )
    found = db.session.scalar(sa.select(Presence).where(Presence.id == presence_id, member))
    if found is None:
        raise Missing
    return found
