"""Do what falls due with orders: offers nobody answered, services that begin, late ones, ratings."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import now
from portal.db import db, transaction
from portal.errors import Missing
from portal.messages.actions import forget_about
from portal.orders import notices
from portal.orders.door import JOBS, locked, move, note_down
from portal.orders.flow import ENDED, Act, State
from portal.orders.models import Offer, OfferedHelp, OfferStatus, Order, OrderDevice, OrderStep, Place
from portal.orders.rating import close_unrated
from portal.orders.teams_asked import ask_next, offers_of
from portal.stations.models import Station

AT_ONCE = 200  # orders that one turn of a job looks at; the next turn takes the rest
UNSAID = "–"  # in place of a reason that is no longer kept
REMIND_AFTER = (timedelta(days=1), timedelta(days=3))  # the service was done (product §5.3)
# What lies on the desk of a station, and goes to the level above when it is late.
ON_A_DESK = (State.SUBMITTED, State.ADMITTED, State.FOLLOW_UP)


def keep_time() -> None:
    """Take every order whose moment has come one step on; doing it twice changes nothing more."""
    _each(_due(State.OFFERED), _expire)
    _each(_begun(), _begin)
    _each(_due(State.RATING), close_unrated)
    _each(_to_remind(), _remind)
    _each(_late(), _escalate)


def _each(ids: list[int], work: Callable[[int], object]) -> None:
    for order_id in ids:
        try:
            work(order_id)
        except Missing:  # a draft that was thrown away meanwhile
            continue


def _ids(*where: sa.ColumnElement[bool]) -> list[int]:
    found = db.session.scalars(
        sa.select(Order.id).where(*where).order_by(Order.due_at, Order.id).limit(AT_ONCE)
    )
    return list(found)


def _due(state: State) -> list[int]:
    return _ids(Order.state == state, Order.due_at <= now())


def _begun() -> list[int]:
    return _ids(Order.state == State.SCHEDULED, Order.starts_at <= now(), ~_date_is_off())


def _date_is_off() -> sa.ColumnElement[bool]:
    """Match orders whose date was cancelled: they wait for another time and do not begin."""
    return sa.exists().where(
        Occurrence.id == Order.occurrence_id, Occurrence.status == OccurrenceStatus.CANCELLED
    )


def _to_remind() -> list[int]:
    waits = sa.or_(
        *(
            sa.and_(Order.reminded == turn, Order.served_at <= now() - after)
            for turn, after in enumerate(REMIND_AFTER)
        )
    )
    return _ids(Order.state == State.RATING, Order.due_at > now(), waits)


def _late() -> list[int]:
    above = sa.exists().where(Station.id == Order.desk_id, Station.parent_id.is_not(None))
    return _ids(Order.state.in_(ON_A_DESK), Order.due_at <= now() - timedelta(days=1), above)


def _expire(order_id: int) -> None:
    with transaction() as session:
        order = locked(session, order_id)
        if order.state is not State.OFFERED or order.due_at is None or order.due_at > now():
            return
        for silent in offers_of(session, order.id, OfferStatus.ASKED):
            silent.status, silent.answered_at = OfferStatus.EXPIRED, now()
            move(session, order, Act.EXPIRE, JOBS, team_id=silent.team_id)
        ask_next(session, order)


def _begin(order_id: int) -> None:
    with transaction() as session:
        order = locked(session, order_id)
        if order.state is State.SCHEDULED and order.starts_at is not None and order.starts_at <= now():
            move(session, order, Act.START, JOBS, due_at=order.ends_at)


def _remind(order_id: int) -> None:
    with transaction() as session:
        order = locked(session, order_id)
        if order.state is not State.RATING or order.served_at is None or order.reminded >= len(REMIND_AFTER):
            return
        if order.served_at > now() - REMIND_AFTER[order.reminded]:
            return
        order.reminded += 1
        note_down(session, order, Act.REMIND, JOBS)
        notices.please_rate(session, order, order.reminded)


def _escalate(order_id: int) -> None:
    """Lay an order that is late by a day on the desk of the level above; its deadline stays as it was."""
    with transaction() as session:
        order = locked(session, order_id)
        late = order.due_at is not None and order.due_at <= now() - timedelta(days=1)
        above = session.get_one(Station, order.desk_id).parent_id
        if order.state not in ON_A_DESK or not late or above is None:
            return
        if _escalated_today(order_id):
            return
        order.desk_id = above
        note_down(session, order, Act.ESCALATE, JOBS)


def _escalated_today(order_id: int) -> bool:
    """Say whether it was laid a level higher within the last day: each level gets its day."""
    lately = sa.exists().where(
        OrderStep.order_id == order_id,
        OrderStep.act == Act.ESCALATE,
        OrderStep.at > now() - timedelta(days=1),
    )
    return db.session.scalar(sa.select(lately)) is True


def forget_askers() -> int:
    """Anonymise orders that ended longer ago than the settings keep names; return how many.

    Addresses go much sooner: whoever knows where somebody lives needs it only for the service.

    Title, station, category, steps and grade stay for the figures; names, numbers, addresses and words go.
    """
    before = now() - timedelta(days=current_app.config["KEEP_ORDERS_DAYS"])
    without_address = now() - timedelta(days=current_app.config["KEEP_ADDRESSES_DAYS"])
    with transaction() as session:
        session.execute(
            sa.update(Order)
            .where(Order.state.in_(ENDED), Order.changed_at < without_address, Order.place == Place.HOME)
            .values(address="")
        )
        orders = session.scalars(
            sa.select(Order)
            .where(Order.state.in_(ENDED), Order.changed_at < before, Order.anonymised_at.is_(None))
            .order_by(Order.id)
            .limit(AT_ONCE)
            .with_for_update()
        ).all()
        for order in orders:
            order.name = order.name_key = order.for_name = order.address = order.text = ""
            order.words = order.report = ""
            order.phone = order.phone_index = None
            if order.item_id is None:  # its title were words of the asker's
                order.title = ""
            order.anonymised_at = now()
        ids = [order.id for order in orders]
        session.execute(sa.update(OrderStep).where(OrderStep.order_id.in_(ids)).values(note=""))
        declined = Offer.order_id.in_(ids), Offer.reason != ""
        session.execute(sa.update(Offer).where(*declined).values(reason=UNSAID))
        session.execute(sa.update(OfferedHelp).where(OfferedHelp.order_id.in_(ids)).values(word=""))
        session.execute(sa.delete(OrderDevice).where(OrderDevice.order_id.in_(ids)))
        forget_about(session, [notices.link_of(order_id) for order_id in ids])
        return len(ids)
