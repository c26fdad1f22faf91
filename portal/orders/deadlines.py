"""Do what falls due with orders: what nobody answered, services that begin, late ones, ratings, drafts."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.working_days import is_working_day, working_days_before
from portal.clock import at, now, start_of, today
from portal.db import db, transaction
from portal.errors import Missing
from portal.i18n import _, in_default_language
from portal.messages.actions import forget_about
from portal.orders import notices
from portal.orders.door import DAY_ENDS, JOBS, deadline, locked, move, note_down
from portal.orders.flow import ENDED, Act, Clock, State
from portal.orders.models import Offer, OfferedHelp, OfferStatus, Order, OrderDevice, OrderStep, Place
from portal.orders.ordering import forget_draft
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
    _each(_ids(_is_late()), _escalate)
    _give_time()
    _each(_ids(_is_silent()), _cancel_silent)
    _each(_ids(_is_left()), _forget_left)


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


def _is_late() -> sa.ColumnElement[bool]:
    """Match what the desk it lies on has had a working day for, since it was due or came up there."""
    day = _last_working_day()
    came_up = sa.exists().where(
        OrderStep.order_id == Order.id, OrderStep.act == Act.ESCALATE, OrderStep.at >= day
    )
    above = sa.exists().where(Station.id == Order.desk_id, Station.parent_id.is_not(None))
    return sa.and_(Order.state.in_(ON_A_DESK), Order.due_at < day, ~came_up, above)


def _last_working_day() -> datetime:
    """Return when the last working day began that is over: what waited before it, has had a whole one."""
    day = today()
    is_over = is_working_day(day) and now() >= at(day, DAY_ENDS)
    return start_of(day if is_over else working_days_before(day, 1))


def _is_silent() -> sa.ColumnElement[bool]:
    """Match orders sent back to askers who have not given the word in time."""
    return sa.and_(Order.state == State.RETURNED, Order.due_at <= now())


def _give_time() -> None:
    """Let those sent back before that had a deadline have one from now on, and not be cancelled at once."""
    undated = Order.state == State.RETURNED, Order.due_at.is_(None)
    if not _ids(*undated):
        return
    with transaction() as session:
        session.execute(sa.update(Order).where(*undated).values(due_at=deadline(Clock.WORD, now())))


def _is_left() -> sa.ColumnElement[bool]:
    """Match drafts that nobody has touched for long: what people told staff is not kept for nothing."""
    return sa.and_(Order.state == State.DRAFT, Order.changed_at <= _left_before())


def _left_before() -> datetime:
    return now() - timedelta(days=current_app.config["ORDER_RETURNED_DAYS"])


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
    """Lay an order that is late by a working day on the desk of the level above; it stays due when it was."""
    with transaction() as session:
        order = locked(session, order_id)
        above = session.get_one(Station, order.desk_id).parent_id
        if above is not None and _still(session, order, _is_late()):
            order.desk_id = above
            note_down(session, order, Act.ESCALATE, JOBS)


def _cancel_silent(order_id: int) -> None:
    """Cancel an order whose asker has not given the word that was asked for, and tell them."""
    with in_default_language():
        why = _("The word that was asked for did not come in time.")
    with transaction() as session:
        order = locked(session, order_id)
        if _still(session, order, _is_silent()):
            move(session, order, Act.CANCEL, JOBS, why)
            notices.cancelled(session, order, why)


def _forget_left(order_id: int) -> None:
    with transaction() as session:
        order = locked(session, order_id)
        if _still(session, order, _is_left()):
            forget_draft(session, order)


def _still(session: Session, order: Order, is_so: sa.ColumnElement[bool]) -> bool:
    """Say whether it is so with a locked order: somebody may have been quicker than the job."""
    return session.scalar(sa.select(Order.id).where(Order.id == order.id, is_so)) is not None


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
