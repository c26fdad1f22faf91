"""Let volunteers take shifts, wait for them and withdraw; every step under the lock of the shift.

First come, first served: a newcomer never overtakes the queue, and nobody waits beside a free place, because
whatever frees one calls settle() in its own transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import WRITERS, Actor
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, clock_time
from portal.once import done, earlier
from portal.stations.queries import is_in_scope
from portal.volunteers import engaged
from portal.volunteers import shift_notices as notices
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import Post, PostStatus, Shift, ShiftStatus
from portal.volunteers.shift_queries import also_attend, fitting_teams
from portal.volunteers.shift_rules import LIVE, unfit, withdraw_until


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of taking a shift; `new` is False when it had been done before.

    `attends` says that the same person is signed up for the occurrence, too: counted once on each side.
    """

    post_id: int
    status: PostStatus
    new: bool
    attends: bool


def take(
    shift_id: int,
    volunteer_id: int,
    team_id: int | None,
    by: Actor,
    overlap_reason: str = "",
    key: str = "",
) -> Taken:
    """Give a volunteer a place on a shift for a team of theirs (None: the nearest), or one in its queue.

    Staff put somebody on, and with a reason also on two shifts at once. The same form again, or taking what
    one has already, changes nothing.

    Raises:
        Missing: there is no such shift or volunteer, or not within the scope of the staff member.
        Refused: it has begun or is cancelled, too young, a skill is missing, no team fits, or it overlaps.
    """
    by_staff = by.role in WRITERS
    form = f"post:{shift_id}:{volunteer_id}"
    with transaction() as session:
        shift, occurrence = locked(session, shift_id, by)
        volunteer = lock(session, Volunteer, volunteer_id)
        if volunteer is None or volunteer.left_at is not None:
            raise Missing
        if by_staff and not is_in_scope(volunteer.station_id, by.scope):
            raise Missing
        attends = volunteer_id in also_attend(occurrence.id, [volunteer_id])
        before = earlier(session, form, by, key)
        if before is not None:
            post = session.get_one(Post, int(before))
            return Taken(post.id, post.status, False, attends)
        live = _live(session, shift_id, volunteer_id)
        if live is not None:
            return Taken(live.id, live.status, False, attends)
        _check_open(shift, occurrence)
        _check_person(shift, volunteer)
        team = _fitting_team(shift, occurrence, volunteer, team_id)
        overlap_reason = overlap_reason if by_staff else ""
        overlaps = _check_overlap(session, shift, volunteer, overlap_reason, by_staff)
        waits = shift.waiting > 0 or shift.taken >= shift.head_count
        post = Post(
            shift_id=shift_id,
            volunteer_id=volunteer_id,
            team_id=team,
            status=PostStatus.WAITING if waits else PostStatus.CONFIRMED,
            place=_next_place(session, shift_id) if waits else None,
            overlap_reason=overlap_reason if overlaps else "",
            entered_by=by.name if by_staff else "",
            created_at=now(),
            changed_at=now(),
        )
        session.add(post)
        if waits:
            shift.waiting += 1
        else:
            shift.taken += 1
        session.flush()
        if by_staff:
            notices.put_on(session, shift, post)
            _record(session, by, "post.put_on", post, occurrence, reason=post.overlap_reason)
        done(session, form, by, key, str(post.id))
        return Taken(post.id, post.status, True, attends)


def withdraw(shift_id: int, volunteer_id: int, by: Actor, reason: str = "") -> None:
    """Take a volunteer off a shift, or out of its queue; what comes free goes to the first who waits.

    Withdrawing twice changes nothing. Staff do it with a reason, and the volunteer is told.

    Raises:
        Missing: there is no such shift within the scope, or the volunteer never took it.
        Refused: it has begun, it is too late to withdraw without ringing the station, or staff give no
            reason.
    """
    by_staff = by.role in WRITERS
    with transaction() as session:
        shift, occurrence = locked(session, shift_id, by)
        post = _live(session, shift_id, volunteer_id)
        if post is None:
            if _ever(session, shift_id, volunteer_id):
                return
            raise Missing
        if by_staff and not reason:
            raise Refused(_("Please say why; they are told."), field="reason")
        if shift.starts_at <= now():
            raise Refused(_("The shift has begun. Please talk to whoever is in charge there."))
        off = shift.status is ShiftStatus.CANCELLED or occurrence.status is OccurrenceStatus.CANCELLED
        confirmed = post.status is PostStatus.CONFIRMED
        if confirmed and not by_staff and not off and withdraw_until(shift) < now():
            raise Refused(
                _(
                    "It is less than %(hours)s hours to the shift. Please ring the station, so that they "
                    "find somebody else.",
                    hours=shift.cut_off_hours,
                )
            )
        give_up(session, shift, post)
        if by_staff:
            notices.taken_off(session, shift, post, reason)
            _record(session, by, "post.taken_off", post, occurrence, reason=reason)
        settle(session, shift, occurrence)


def bring(session: Session, shift_id: int, people: Mapping[int, str], by: Actor) -> None:
    """Give volunteers who go anyhow their places on a shift just made; by id, why they do two things at once.

    The volunteers are locked by who calls, and the shift has room for them.
    """
    shift = lock(session, Shift, shift_id)
    if shift is None or shift.team_id is None:
        raise Missing
    for volunteer_id, why_both in people.items():
        session.add(
            Post(
                shift_id=shift_id,
                volunteer_id=volunteer_id,
                team_id=shift.team_id,
                status=PostStatus.CONFIRMED,
                place=None,
                overlap_reason=why_both,
                entered_by=by.name,
                created_at=now(),
                changed_at=now(),
            )
        )
        shift.taken += 1
    session.flush()


def give_up(session: Session, shift: Shift, post: Post) -> None:
    """Take a live post off its locked shift; whoever calls this settles the shift afterwards."""
    if post.status is PostStatus.CONFIRMED:
        shift.taken -= 1
    else:
        shift.waiting -= 1
    post.status = PostStatus.WITHDRAWN
    post.place = None
    post.changed_at = now()
    session.flush()


def settle(session: Session, shift: Shift, occurrence: Occurrence) -> None:
    """Give what is free on a locked shift to its queue, the first first."""
    off = shift.status is ShiftStatus.CANCELLED or occurrence.status is OccurrenceStatus.CANCELLED
    if off or shift.starts_at <= now():
        return
    while shift.waiting and shift.taken < shift.head_count:
        post = session.scalars(
            sa.select(Post)
            .where(Post.shift_id == shift.id, Post.status == PostStatus.WAITING)
            .order_by(Post.place, Post.id)
            .limit(1)
        ).one()
        shift.waiting -= 1
        shift.taken += 1
        post.status = PostStatus.CONFIRMED
        post.place = None
        post.changed_at = now()
        session.flush()
        notices.promoted(session, shift, post)


def locked(session: Session, shift_id: int, by: Actor) -> tuple[Shift, Occurrence]:
    """Lock a shift; return it with its occurrence, read after the lock.

    Whoever cancels or moves the occurrence locks its shifts, too, so what is read here holds.

    Raises:
        Missing: there is none, its occurrence is not published, or it lies outside the staff's scope.
    """
    shift = lock(session, Shift, shift_id)
    if shift is None:
        raise Missing
    occurrence = session.get_one(Occurrence, shift.occurrence_id, populate_existing=True)
    if not occurrence.published:
        raise Missing
    if by.role in WRITERS and not is_in_scope(occurrence.station_id, by.scope):
        raise Missing
    return shift, occurrence


def _live(session: Session, shift_id: int, volunteer_id: int) -> Post | None:
    return session.scalar(
        sa.select(Post)
        .where(Post.shift_id == shift_id, Post.volunteer_id == volunteer_id, Post.status.in_(LIVE))
        .execution_options(populate_existing=True)
    )


def _ever(session: Session, shift_id: int, volunteer_id: int) -> bool:
    mine = sa.exists().where(Post.shift_id == shift_id, Post.volunteer_id == volunteer_id)
    return session.scalar(sa.select(mine)) is True


def _check_open(shift: Shift, occurrence: Occurrence) -> None:
    if shift.status is ShiftStatus.CANCELLED or occurrence.status is OccurrenceStatus.CANCELLED:
        raise OutOfDate(_("This shift is cancelled."))
    if shift.ends_at <= now():
        raise Refused(_("This shift is over."))
    if shift.starts_at <= now():
        raise Refused(_("This shift has begun already. If you want to help, just go there and ask."))


def _check_person(shift: Shift, volunteer: Volunteer) -> None:
    problem = unfit(shift, volunteer)
    if problem:
        raise Refused(problem)


def _fitting_team(shift: Shift, occurrence: Occurrence, volunteer: Volunteer, team_id: int | None) -> int:
    teams = [team.id for team in fitting_teams(shift, occurrence.station_id, volunteer.id)]
    if not teams:
        raise Refused(
            _("This shift is for members of the team that runs it.")
            if shift.team_id is not None
            else _("Only members of a team can take a shift. Join a team first.")
        )
    if team_id is not None and team_id not in teams:
        raise Refused(_("For that team this shift cannot be taken. Please choose again."), field="team")
    return teams[0] if team_id is None else team_id


def _check_overlap(session: Session, shift: Shift, volunteer: Volunteer, reason: str, by_staff: bool) -> bool:
    # A place in a queue counts, too: it may turn into a shift at any moment.
    other = session.scalar(
        sa.select(Shift)
        .join(Post, Post.shift_id == Shift.id)
        .join(Occurrence, Occurrence.id == Shift.occurrence_id)
        .where(
            Post.volunteer_id == volunteer.id,
            Post.status.in_(LIVE),
            Shift.id != shift.id,
            Shift.status == ShiftStatus.OPEN,
            Occurrence.status == OccurrenceStatus.PLANNED,
            Shift.starts_at < shift.ends_at,
            Shift.ends_at > shift.starts_at,
        )
        .order_by(Shift.starts_at)
        .limit(1)
    )
    found = [engaged.Busy(volunteer.id, other.role, other.starts_at, other.ends_at)] if other else []
    found += engaged.busy([volunteer.id], shift.starts_at, shift.ends_at)
    if not found or reason:
        return bool(found)
    first = found[0]
    what = {"role": first.what, "from_": clock_time(first.starts_at), "until": clock_time(first.ends_at)}
    if by_staff:
        raise Refused(
            _("They have another shift then: %(role)s, %(from_)s–%(until)s. Say why both.", **what),
            field="overlap_reason",
        )
    raise Refused(
        _("You have another shift then: %(role)s, %(from_)s–%(until)s. Withdraw from that one first.", **what)
    )


def _next_place(session: Session, shift_id: int) -> int:
    return (session.scalar(sa.select(sa.func.max(Post.place)).where(Post.shift_id == shift_id)) or 0) + 1


def _record(
    session: Session, by: Actor, action: str, post: Post, occurrence: Occurrence, reason: str
) -> None:
    record(session, by, action, "shift", post.shift_id, occurrence.station_id, f"post {post.id}", reason)
