"""Accept, decline, settle a time, serve and report: what a team does with an order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.clock import now
from portal.db import transaction
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.i18n import _
from portal.orders import notices
from portal.orders.door import Hand, hand_of, locked, move
from portal.orders.flow import Act, State, Who
from portal.orders.models import Helper, Offer, OfferStatus, Order
from portal.orders.teams_asked import ask_next, offers_of
from portal.volunteers.models import Membership, MembershipStatus, Team

LONGEST = timedelta(hours=12)  # of one service
FURTHEST = timedelta(days=180)
MOST_TENTHS = 240


def accept(
    order_id: int,
    by: Actor,
    leads: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    note: str = "",
) -> None:
    """Accept an order (接单): the leader of the team that is asked (`leads`), or the dispatcher on the phone.

    With a time, it is scheduled at once.

    Raises:
        Missing, Forbidden: it is not theirs, or nobody is asked.
        OutOfDate: somebody was quicker, or it was taken back.
        Refused: the time makes no sense; `field` says where.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand, asked = _asked(session, order, by, leads)
        order.team_id = asked.team_id  # an accepted order has one, so it comes first
        move(session, order, Act.ACCEPT, hand, note, team_id=asked.team_id)
        asked.status = OfferStatus.ACCEPTED
        asked.answered_at = now()
        for later in offers_of(session, order.id, OfferStatus.NEXT):
            later.status = OfferStatus.RECALLED
        session.flush()
        if starts_at is not None and ends_at is not None:
            _settle(session, order, hand, starts_at, ends_at, "")
        notices.accepted(session, order, session.get_one(Team, asked.team_id))


def decline(order_id: int, reason: str, by: Actor, leads: int | None = None) -> None:
    """Decline an order (退单): the next team is asked, or it goes back to be dispatched.

    Raises:
        Missing, Forbidden: it is not theirs, or nobody is asked.
        OutOfDate: it was answered or taken back already.
        Refused: there is no reason.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand, asked = _asked(session, order, by, leads)
        move(session, order, Act.DECLINE, hand, reason, team_id=asked.team_id)
        asked.status, asked.reason = OfferStatus.DECLINED, reason.strip()
        asked.answered_at = now()
        session.flush()
        ask_next(session, order)


def _asked(session: Session, order: Order, by: Actor, leads: int | None) -> tuple[Hand, Offer]:
    """Return whose hand it is, and the offer that waits for an answer.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: nobody is asked any more.
    """
    if leads is not None and not _ever_asked(session, order, leads):
        raise Missing
    asked = offers_of(session, order.id, OfferStatus.ASKED)
    try:
        hand = hand_of(session, order, by, leads)
    except Missing:
        if leads is None:
            raise
        raise OutOfDate(_("Your team is not asked any more.")) from None
    if leads is None and not hand.may(Who.DISPATCH):
        raise Forbidden
    if not asked:
        raise OutOfDate(_("It has been answered already."))
    if leads is not None and asked[0].team_id != hand.team_id:
        raise OutOfDate(_("Your team is not asked any more."))
    return hand, asked[0]


def _ever_asked(session: Session, order: Order, leads: int) -> bool:
    mine = sa.exists().where(
        Offer.order_id == order.id,
        Offer.status != OfferStatus.NEXT,
        Offer.team_id == Team.id,
        Team.leader_id == leads,
    )
    return session.scalar(sa.select(mine)) is True


def schedule(
    order_id: int,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    leads: int | None = None,
    helpers: Sequence[int] = (),
    note: str = "",
) -> None:
    """Settle when the team comes, and who (排期); again, to change it. The asker is told.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it is not accepted, or has begun.
        Refused: the time makes no sense, or somebody is no member of the team; `field` says where.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by, leads)
        before = (order.starts_at, order.ends_at)
        _settle(session, order, hand, starts_at, ends_at, note)
        _write_helpers(session, order, dict.fromkeys(helpers))
        if before != (starts_at, ends_at):
            notices.scheduled(session, order)


def _settle(
    session: Session, order: Order, hand: Hand, starts_at: datetime, ends_at: datetime, note: str
) -> None:
    if ends_at <= starts_at:
        raise Refused(_("It ends after it begins."), field="ends")
    if ends_at - starts_at > LONGEST:
        raise Refused(_("That is longer than twelve hours."), field="ends")
    if starts_at <= now():
        raise Refused(_("That time is over."), field="starts")
    if starts_at > now() + FURTHEST:
        raise Refused(_("That is too far ahead."), field="starts")
    order.starts_at, order.ends_at = starts_at, ends_at
    move(session, order, Act.SCHEDULE, hand, note, due_at=ends_at)


def _write_helpers(session: Session, order: Order, hours: Mapping[int, int | None]) -> None:
    members = set(
        session.scalars(
            sa.select(Membership.volunteer_id).where(
                Membership.team_id == order.team_id,
                Membership.status == MembershipStatus.MEMBER,
                Membership.volunteer_id.in_(hours),
            )
        )
    )
    if set(hours) - members:
        raise Refused(_("Only members of the team can be named."), field="helpers")
    session.execute(sa.delete(Helper).where(Helper.order_id == order.id))
    session.add_all(
        Helper(order_id=order.id, volunteer_id=volunteer_id, tenths=tenths)
        for volunteer_id, tenths in hours.items()
    )
    session.flush()


def start(order_id: int, by: Actor, leads: int) -> None:
    """Note that the service has begun.

    Raises:
        Missing: it is not theirs.
        OutOfDate: it is not scheduled.
    """
    with transaction() as session:
        order = locked(session, order_id)
        move(session, order, Act.START, hand_of(session, order, by, leads), due_at=order.ends_at)


def complete(
    order_id: int,
    served: int,
    hours: Mapping[int, int],
    note: str,
    by: Actor,
    leads: int | None = None,
) -> None:
    """Report that the service is done: how many were served, who served how many tenths of an hour, a note.

    The asker is asked to rate it.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it is not scheduled, or reported already.
        Refused: it is still to come, nobody served, hours longer than a day; `field` says where.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by, leads)
        if order.state in (State.SCHEDULED, State.SERVING):
            if order.starts_at is None or order.starts_at > now():
                raise Refused(_("It is still to come. If it was earlier, change the time first."))
            if served < 0:
                raise Refused(_("How many were served?"), field="served")
            if not hours:
                raise Refused(_("Who served? Please tick at least one."), field="helpers")
            if any(not 1 <= tenths <= MOST_TENTHS for tenths in hours.values()):
                raise Refused(_("Hours between 0.1 and 24, please."), field="hours")
        move(session, order, Act.COMPLETE, hand, note)
        _write_helpers(session, order, hours)
        order.served, order.served_at, order.report = served, now(), note.strip()
        order.reminded = 0
        session.flush()
        notices.please_rate(session, order, 0)
