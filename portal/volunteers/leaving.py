"""Leave a team, or leave altogether: what was taken is freed, what names somebody goes, hours stay."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.accounts import actions as accounts
from portal.audit.actions import record
from portal.clock import now
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, in_default_language, short_day
from portal.messages.actions import forget_party
from portal.stations.queries import is_in_scope
from portal.volunteers import engaged
from portal.volunteers.enrolment import NO_GUARDIAN, found_membership, write_guardian
from portal.volunteers.freeing import Held, free, hold
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.shift_models import Presence
from portal.volunteers.shift_notices import about
from portal.volunteers.team_actions import set_role

LIVE = (MembershipStatus.ASKED, MembershipStatus.MEMBER)


def leave(membership_id: int, by: Actor, leads: int | None = None, own: int | None = None) -> None:
    """End a membership: by the volunteer (`own`: their id), the leader or staff; hours stay.

    The shifts to come that were taken for this team are freed in the same transaction.

    Raises:
        Missing: there is no such membership, or not for this actor.
        OutOfDate: it has ended already.
    """
    with transaction() as session:
        known = session.get(Membership, membership_id)
        if known is None:
            raise Missing
        take_off_the_rest(session, known.volunteer_id, known.team_id)
        volunteer, held = hold(session, known.volunteer_id, known.team_id)
        membership, team = found_membership(session, membership_id, by, leads, own)
        if membership.status not in LIVE:
            raise OutOfDate(_("This membership has ended already."))
        with in_default_language():
            reason = "" if own is not None else _("You are no longer in this team.")
        free(session, held, volunteer.number, by, reason, told=own is None)
        _end(session, membership, team, volunteer.number if own is not None else by.name)
        record(session, by, "membership.ended", "team", team.id, team.station_id)


def _end(session: Session, membership: Membership, team: Team, decided_by: str) -> None:
    membership.status = MembershipStatus.LEFT
    membership.decided_at = now()
    membership.decided_by = decided_by
    if team.leader_id == membership.volunteer_id:
        team.leader_id = None
        session.flush()
        set_role(session, membership.volunteer_id)


def leave_service(volunteer_id: int, password: str, by: Actor) -> None:
    """Let a volunteer who is signed in leave altogether; nothing of it can be taken back.

    Raises:
        Missing: there is no such volunteer, or they have left.
        Refused: the password is wrong, or a check-out is missing.
    """
    if by.account_id is None:
        raise Missing
    accounts.check_password(by.account_id, password)
    with transaction() as session:
        take_off_the_rest(session, volunteer_id)
        volunteer, held = hold(session, volunteer_id)
        if volunteer.account_id != by.account_id:
            raise Missing
        end_service(session, volunteer, held, by, "", told=False)


def let_go(volunteer_id: int, reason: str, by: Actor) -> None:
    """Let staff note that somebody has left altogether, at their wish or because they cannot be asked.

    Raises:
        Missing: there is no such volunteer within the actor's scope, or they have left.
        Refused: there is no reason, or a check-out is missing.
    """
    if not reason.strip():
        raise Refused(_("Please write why; it stays in the log."), field="reason")
    with transaction() as session:
        take_off_the_rest(session, volunteer_id)
        volunteer, held = hold(session, volunteer_id)
        if not is_in_scope(volunteer.station_id, by.scope):
            raise Missing
        end_service(session, volunteer, held, by, reason, told=False)


def take_off_the_rest(session: Session, volunteer_id: int, team_id: int | None = None, why: str = "") -> None:
    """Take somebody off what they do besides shifts, for a team or for any; before they are locked.

    They are told `why`, if it is given.
    """
    number = session.scalar(sa.select(Volunteer.number).where(Volunteer.id == volunteer_id))
    engaged.let_go(session, volunteer_id, team_id, number or "", why)


def open_pair(volunteer_id: int) -> Presence | None:
    """Return the first check-in of somebody that lacks its check-out; None if there is none."""
    return db.session.scalar(
        sa.select(Presence)
        .where(Presence.volunteer_id == volunteer_id, Presence.out_at.is_(None))
        .order_by(Presence.in_at)
        .limit(1)
    )


def end_service(
    session: Session, volunteer: Volunteer, held: Sequence[Held], by: Actor, reason: str, told: bool
) -> None:
    """End the service of somebody who is locked, with their shifts to come; see hold().

    Their number, hours and the register of proofs stay (product §5.4).

    Raises:
        Refused: a check-out is missing: its hours could not be written down afterwards.
    """
    pair = open_pair(volunteer.id)
    if pair is not None:
        raise Refused(
            _(
                "A check-out is missing (%(day)s). The station writes it down first, or its hours are lost.",
                day=short_day(pair.day),
            )
        )
    free(session, held, volunteer.number, by, reason, told)
    _end_memberships(session, volunteer, by)
    if volunteer.account_id is not None:
        accounts.close(volunteer.account_id, volunteer.number, by)
    _empty(volunteer)
    session.flush()
    forget_party(session, about(volunteer.id))
    record(session, by, "volunteer.left", "volunteer", volunteer.id, volunteer.station_id, reason=reason)


def _end_memberships(session: Session, volunteer: Volunteer, by: Actor) -> None:
    rows = session.scalars(
        sa.select(Membership)
        .where(Membership.volunteer_id == volunteer.id)
        .order_by(Membership.team_id, Membership.id)
    ).all()
    led = session.scalars(sa.select(Team.id).where(Team.leader_id == volunteer.id)).all()
    ids = sorted({*led, *(row.team_id for row in rows)})
    teams = {
        team.id: team
        for team in session.scalars(
            sa.select(Team)
            .where(Team.id.in_(ids))
            .order_by(Team.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    own = by.account_id is not None and by.account_id == volunteer.account_id
    for row in rows:
        session.refresh(row)  # somebody may have decided while the team was not locked yet
        if row.status in LIVE:
            _end(session, row, teams[row.team_id], volunteer.number if own else by.name)
        row.word = ""  # what they wrote themselves
    for team in teams.values():
        if team.leader_id == volunteer.id:
            team.leader_id = None
    session.flush()


def _empty(volunteer: Volunteer) -> None:
    write_guardian(volunteer, NO_GUARDIAN)
    volunteer.name = volunteer.skills = ""
    volunteer.phone = volunteer.phone_index = volunteer.born_on = None
    volunteer.free = 0
    volunteer.code_hash = volunteer.code_until = volunteer.feed_hash = None
    volunteer.left_at = volunteer.anonymised_at = now()
