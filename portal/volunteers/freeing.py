"""Free what somebody has taken, when they leave a team or leave altogether."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock
from portal.errors import Missing
from portal.volunteers import shift_notices as notices
from portal.volunteers.models import Volunteer
from portal.volunteers.posts import give_up, settle
from portal.volunteers.shift_models import Post, PostStatus, Shift, ShiftStatus
from portal.volunteers.shift_rules import LIVE, withdraw_until


@dataclass(frozen=True, slots=True)
class Held:
    """A place on a shift to come, or in its queue; the shift is locked."""

    shift: Shift
    post: Post


def hold(session: Session, volunteer_id: int, team_id: int | None = None) -> tuple[Volunteer, list[Held]]:
    """Lock what somebody has taken of the shifts to come, for a team or for any, and then them.

    Shifts come before people, ids ascending, as where shifts are taken: so nobody waits for each other.
    If they took one more meanwhile, all is let go and begun anew; once they are locked, they take none.

    Raises:
        Missing: there is no such volunteer, or they have left.
    """
    while True:
        attempt = session.begin_nested()
        shifts = {}
        for shift_id in sorted({post.shift_id for post in _live(session, volunteer_id, team_id)}):
            shifts[shift_id] = lock(session, Shift, shift_id)
        volunteer = lock(session, Volunteer, volunteer_id)
        if volunteer is None or volunteer.left_at is not None:
            raise Missing
        posts = _live(session, volunteer_id, team_id)
        held = [Held(shift, post) for post in posts if (shift := shifts.get(post.shift_id)) is not None]
        if len(held) == len(posts):
            attempt.commit()
            return volunteer, held
        attempt.rollback()


def _live(session: Session, volunteer_id: int, team_id: int | None) -> Sequence[Post]:
    wanted = (
        sa.select(Post)
        .join(Shift, Shift.id == Post.shift_id)
        .where(Post.volunteer_id == volunteer_id, Post.status.in_(LIVE), Shift.starts_at > now())
        .order_by(Post.shift_id)
        .execution_options(populate_existing=True)
    )
    if team_id is not None:
        wanted = wanted.where(Post.team_id == team_id)
    return session.scalars(wanted).all()


def free(session: Session, held: Sequence[Held], number: str, by: Actor, reason: str, told: bool) -> None:
    """Give up what is held; each place goes to who waits for it, and a station that is short is told.

    `told`: the volunteer is told, too, with the reason, because somebody else did it. It makes no difference
    that it may be too late to withdraw: who has left does not come.
    """
    for one in held:
        shift, post = one.shift, one.post
        occurrence = session.get_one(Occurrence, shift.occurrence_id, populate_existing=True)
        confirmed = post.status is PostStatus.CONFIRMED
        give_up(session, shift, post)
        if told:
            notices.taken_off(session, shift, post, reason)
        settle(session, shift, occurrence)
        on = shift.status is ShiftStatus.OPEN and occurrence.status is OccurrenceStatus.PLANNED
        if confirmed and on and withdraw_until(shift) < now() and shift.taken < shift.head_count:
            notices.short(session, shift, post, number)
        record(session, by, "post.given_up", "shift", shift.id, occurrence.station_id, f"post {post.id}")
