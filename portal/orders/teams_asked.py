"""Ask teams in turn whether they take an order, and let them go again; one at a time, none by force."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import now
from portal.orders import notices
from portal.orders.dates import leave_date
from portal.orders.door import JOBS, move
from portal.orders.flow import Act
from portal.orders.helping import release
from portal.orders.models import Offer, OfferStatus, Order
from portal.volunteers.models import Team

LIVE = (OfferStatus.ASKED, OfferStatus.ACCEPTED)


def offers_of(session: Session, order_id: int, *statuses: OfferStatus) -> Sequence[Offer]:
    """List the offers of a locked order that stand so, in the order in which they were made."""
    return session.scalars(
        sa.select(Offer)
        .where(Offer.order_id == order_id, Offer.status.in_(statuses))
        .order_by(Offer.id)
        .execution_options(populate_existing=True)
    ).all()


def ask(session: Session, order: Order, offer: Offer) -> None:
    """Put a team's offer forward; the order has just been moved to offered, so its deadline is set."""
    offer.status = OfferStatus.ASKED
    offer.asked_at, offer.due_at = now(), order.due_at
    session.flush()
    notices.asked(session, order, session.get_one(Team, offer.team_id), offer.id)


def ask_next(session: Session, order: Order) -> bool:
    """Ask the next of the teams that were chosen to be asked in turn; say whether there was one."""
    for offer in offers_of(session, order.id, OfferStatus.NEXT):
        if session.get_one(Team, offer.team_id).closed:
            offer.status = OfferStatus.RECALLED
            continue
        move(session, order, Act.ASK_NEXT, JOBS, team_id=offer.team_id)
        ask(session, order, offer)
        return True
    return False


def let_go(session: Session, order: Order, why: str, told: bool = True) -> None:
    """Take back what was offered or accepted, with the time that was settled and who was to come."""
    for offer in offers_of(session, order.id, OfferStatus.NEXT, *LIVE):
        was = offer.status
        offer.status = OfferStatus.RECALLED
        offer.answered_at = offer.answered_at or now()
        if told and was in LIVE:
            notices.not_any_more(session, order, session.get_one(Team, offer.team_id), offer.id, why)
    release(session, order, why, told)
    leave_date(session, order)
    order.team_id = order.starts_at = order.ends_at = None
    session.flush()
