"""Name the members of a team who go for an order, tell them, and let them say that they cannot."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import MACHINE, Actor
from portal.clock import local, now
from portal.db import transaction
from portal.errors import Missing, Refused
from portal.i18n import _, clock_time, in_default_language
from portal.once import done, earlier
from portal.orders import notices
from portal.orders.door import Hand, locked, note_down
from portal.orders.flow import WITH_TEAM, Act, Who
from portal.orders.models import Helper, Order
from portal.orders.service_queries import engaged_then
from portal.volunteers import ages
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer


def name(
    session: Session, order: Order, wanted: Collection[int], why_both: str, moved: bool, told: bool = True
) -> bool:
    """Write down who goes for a locked, scheduled order, and tell them; say whether that changed anything.

    The volunteers are locked, so that none of them takes a shift at the same time meanwhile. `moved` says
    that the time has changed.

    Raises:
        Refused: somebody is no member of the team, under age without consent, or has something else then
            and nobody says why both (`field`: overlap_reason).
    """
    before = {row.volunteer_id: row for row in going(session, order)}
    people = lock_people(session, {*wanted, *before})
    _check_members(session, order, people, wanted, before)
    to_check = [one for one in wanted if moved or one not in before]
    both = _check_free(session, order, people, to_check, why_both)
    for volunteer_id, row in before.items():
        if volunteer_id not in wanted:
            session.delete(row)
            if told:
                notices.not_needed(session, order, volunteer_id, "")
        elif moved and told:
            notices.time_changed(session, order, volunteer_id)
        if volunteer_id in to_check:
            row.overlap_reason = why_both if volunteer_id in both else ""
    for volunteer_id in wanted:
        if volunteer_id not in before:
            session.add(_helper(order, volunteer_id, None, why_both if volunteer_id in both else ""))
            if told:
                notices.named(session, order, volunteer_id)
    session.flush()
    return moved or set(wanted) != set(before)


def _helper(order: Order, volunteer_id: int, tenths: int | None, why_both: str = "") -> Helper:
    return Helper(
        order_id=order.id,
        turn=order.turn,
        volunteer_id=volunteer_id,
        tenths=tenths,
        overlap_reason=why_both,
    )


def write_served(session: Session, order: Order, hours: dict[int, int]) -> dict[int, Volunteer]:
    """Write down who served for a locked order how many tenths of an hour; return the people, locked.

    Raises:
        Refused: somebody neither is a member of the team nor was named.
    """
    before = {row.volunteer_id: row for row in going(session, order)}
    people = lock_people(session, hours)
    _check_members(session, order, people, hours, before, grown_up=False)
    for row in before.values():
        session.delete(row)
    session.flush()
    session.add_all(_helper(order, volunteer_id, tenths) for volunteer_id, tenths in hours.items())
    session.flush()
    return people


def going(session: Session, order: Order) -> Sequence[Helper]:
    """List who is to go for an order as it stands now."""
    return session.scalars(
        sa.select(Helper)
        .where(Helper.order_id == order.id, Helper.turn == order.turn, Helper.tenths.is_(None))
        .order_by(Helper.volunteer_id)
        .execution_options(populate_existing=True)
    ).all()


def lock_people(session: Session, ids: Collection[int]) -> dict[int, Volunteer]:
    """Lock volunteers, ids ascending, and return them as they stand."""
    rows = session.scalars(
        sa.select(Volunteer)
        .where(Volunteer.id.in_(sorted(ids)))
        .order_by(Volunteer.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _check_members(
    session: Session,
    order: Order,
    people: dict[int, Volunteer],
    wanted: Collection[int],
    before: Collection[int],
    grown_up: bool = True,
) -> None:
    members = set(
        session.scalars(
            sa.select(Membership.volunteer_id).where(
                Membership.team_id == order.team_id,
                Membership.status == MembershipStatus.MEMBER,
                Membership.volunteer_id.in_(wanted),
            )
        )
    )
    for volunteer_id in sorted(wanted):
        person = people.get(volunteer_id)
        # Who was named and has left the team meanwhile may have gone all the same.
        if person is None or not (volunteer_id in members or (not grown_up and volunteer_id in before)):
            raise Refused(_("Only members of the team can be named."), field="helpers")
        if grown_up and not _may_go(person, order):
            raise Refused(
                _(
                    "%(name)s is under %(age)s: a parent or guardian has to agree first. Ask the station.",
                    name=person.name,
                    age=ages.of_age(),
                ),
                field="helpers",
            )


def _may_go(person: Volunteer, order: Order) -> bool:
    day = local(order.starts_at or now()).date()
    return not ages.lacks_consent(person.born_on, person.guardian_consent, day)


def _check_free(
    session: Session, order: Order, people: dict[int, Volunteer], ids: Collection[int], why_both: str
) -> set[int]:
    """Return those of the people who have something else then; somebody has to say why both."""
    if order.starts_at is None or order.ends_at is None or not ids:
        return set()
    found = engaged_then(sorted(ids), order.starts_at, order.ends_at, order.id)
    if found and not why_both:
        told = _("; ").join(
            _(
                "%(name)s: %(what)s, %(from_)s–%(until)s",
                name=people[one.volunteer_id].name,
                what=one.what,
                from_=clock_time(one.starts_at),
                until=clock_time(one.ends_at),
            )
            for one in found
        )
        raise Refused(
            _("Some have something else then: %(who)s. Say why both.", who=told), field="overlap_reason"
        )
    return {one.volunteer_id for one in found}


def release(session: Session, order: Order, why: str, told: bool = True) -> None:
    """Let go who was named for an order and has not served; the time it was for stands there still."""
    for row in going(session, order):
        session.delete(row)
        if told:
            notices.not_needed(session, order, row.volunteer_id, why)
    session.flush()


def excuse(order_id: int, volunteer_id: int, by: Actor, key: str = "") -> None:
    """Take a volunteer off an order they were named for, because they cannot come; the leader is told.

    The same form again changes nothing.

    Raises:
        Missing: they are not named for it.
        Refused: it has begun.
    """
    form = f"order.excused:{order_id}"
    with transaction() as session:
        order = locked(session, order_id)
        if earlier(session, form, by, key) is not None:
            return
        mine = session.get(Helper, (order_id, order.turn, volunteer_id), populate_existing=True)
        if mine is None or mine.tenths is not None or order.state not in WITH_TEAM or order.team_id is None:
            raise Missing
        if _begun(order.starts_at):
            raise Refused(_("It has begun. Please ring whoever leads the team."))
        volunteer = session.get_one(Volunteer, volunteer_id)
        session.delete(mine)
        hand = Hand(by, frozenset({Who.TEAM}), order.team_id)
        with in_default_language():
            note = _("%(name)s cannot go.", name=volunteer.name)
        step = note_down(session, order, Act.NOTE, hand, note)
        team = session.get_one(Team, order.team_id)
        if team.leader_id != volunteer_id:
            notices.cannot_come(session, order, team, volunteer.name, step.id)
        done(session, form, by, key, "")


def let_go(session: Session, volunteer_id: int, team_id: int | None, called: str, why: str) -> None:
    """Take somebody off the services that have not begun, of a team or of any; its leader is told.

    They themselves are told `why`, if it is given.
    Orders come before volunteers where both are locked, so the caller locks the volunteer after this.
    """
    wanted = (
        sa.select(Order)
        .join(Helper, sa.and_(Helper.order_id == Order.id, Helper.turn == Order.turn))
        .where(Helper.volunteer_id == volunteer_id, Helper.tenths.is_(None), Order.state.in_(WITH_TEAM))
        .order_by(Order.id)
        .with_for_update(of=Order)
        .execution_options(populate_existing=True)
    )
    if team_id is not None:
        wanted = wanted.where(Order.team_id == team_id)
    for order in session.scalars(wanted).all():
        named = session.get(Helper, (order.id, order.turn, volunteer_id), populate_existing=True)
        if named is None or named.tenths is not None or order.team_id is None or _begun(order.starts_at):
            continue
        session.delete(named)
        hand = Hand(MACHINE, frozenset({Who.MACHINE}), order.team_id)
        with in_default_language():
            note = _("%(name)s cannot go.", name=called)
        step = note_down(session, order, Act.NOTE, hand, note)
        team = session.get_one(Team, order.team_id)
        if team.leader_id != volunteer_id:
            notices.cannot_come(session, order, team, called, step.id)
        if why:
            notices.not_needed(session, order, volunteer_id, why)
    session.flush()


def _begun(starts_at: datetime | None) -> bool:
    return starts_at is not None and starts_at <= now()
