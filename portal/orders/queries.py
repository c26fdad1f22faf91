"""Read orders: one by its link or within a scope, lists for desks, what teams are asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from portal.access import Scope
from portal.clock import now
from portal.contact import name_key, phone_index, phone_of
from portal.db import db
from portal.errors import Missing
from portal.orders.flow import ENDED, KNOWN, READS, WITH_TEAM, Reads, State
from portal.orders.menu_models import MenuItem
from portal.orders.models import (
    Grade,
    Helper,
    Offer,
    OfferedHelp,
    OfferStatus,
    Order,
    OrderDevice,
    OrderStep,
)
from portal.references import read_reference
from portal.stations.queries import ids_in, in_scope, with_neighbours
from portal.tokens import token_hash
from portal.volunteers.models import Team

SATISFIED = (Grade.VERY_GOOD, Grade.GOOD, Grade.FAIR)
SHOWN_FROM = 5  # ratings; fewer are not shown as a share (product §5.3)


def _whole() -> sa.Select[Order]:
    return sa.select(Order).options(
        joinedload(Order.station),
        joinedload(Order.desk),
        joinedload(Order.team),
        joinedload(Order.item).joinedload(MenuItem.menu),
        selectinload(Order.times),
    )


def by_token(token: str) -> Order:
    """Return the order behind a private link.

    Raises:
        Missing: the link is nobody's, or of a draft.
    """
    found = db.session.scalar(
        _whole().where(Order.token_hash == token_hash(token), Order.state != State.DRAFT)
    )
    if found is None:
        raise Missing
    return found


def order(order_id: int, scope: Scope) -> Order:
    """Return an order of the stations in a scope, with all its page shows.

    Raises:
        Missing: there is none, or not within the scope.
    """
    found = db.session.scalar(_whole().where(Order.id == order_id, in_scope(Order.station_id, scope)))
    if found is None:
        raise Missing
    return found


def by_phone_and_reference(phone: str, reference: str) -> Order | None:
    """Find an order by the phone number and the reference, as people type them."""
    index = phone_index(phone_of(phone))
    if index is None:
        return None
    return db.session.scalar(
        sa.select(Order).where(
            Order.reference == read_reference(reference, "D"),
            Order.phone_index == index,
            Order.state != State.DRAFT,
        )
    )


def of_device(device: str, limit: int = 40) -> Sequence[Order]:
    """List the orders that a device may list, the last first."""
    return db.session.scalars(
        sa.select(Order)
        .join(OrderDevice, OrderDevice.order_id == Order.id)
        .where(
            OrderDevice.device_hash == token_hash(device),
            Order.anonymised_at.is_(None),
            Order.state != State.DRAFT,
        )
        .options(joinedload(Order.station))
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()


def steps_of(order_id: int) -> Sequence[OrderStep]:
    """List the history of an order, the last step first."""
    return db.session.scalars(
        sa.select(OrderStep)
        .where(OrderStep.order_id == order_id)
        .options(joinedload(OrderStep.team), joinedload(OrderStep.station))
        .order_by(OrderStep.id.desc())
    ).all()


def note_for(step: OrderStep, *readers: Reads) -> str:
    """Return the note of a step as far as these may read it; staff in scope read `step.note` itself."""
    return step.note if READS[step.act] in (Reads.ALL, *readers) else ""


def offers_of(order_id: int) -> Sequence[Offer]:
    """List the teams that were asked, or are to be, in that order."""
    return db.session.scalars(
        sa.select(Offer)
        .where(Offer.order_id == order_id)
        .options(joinedload(Offer.team).joinedload(Team.leader))
        .order_by(Offer.id)
    ).all()


def helpers_of(order_id: int) -> Sequence[Helper]:
    """List who goes, or went."""
    return db.session.scalars(
        sa.select(Helper)
        .where(Helper.order_id == order_id)
        .options(joinedload(Helper.volunteer))
        .order_by(Helper.volunteer_id)
    ).all()


def helps_offered(order_id: int) -> Sequence[OfferedHelp]:
    """List the teams that stations of the cluster have offered."""
    return db.session.scalars(
        sa.select(OfferedHelp)
        .where(OfferedHelp.order_id == order_id)
        .options(joinedload(OfferedHelp.team))
        .order_by(OfferedHelp.at)
    ).all()


def offered_by(station_id: int, order_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of a station's teams that have been offered for orders, by order."""
    rows = db.session.execute(
        sa.select(OfferedHelp.order_id, Team.name)
        .join(Team, Team.id == OfferedHelp.team_id)
        .where(Team.station_id == station_id, OfferedHelp.order_id.in_(order_ids))
        .order_by(OfferedHelp.at)
    )
    found: dict[int, list[str]] = {}
    for order_id, name in rows:
        found.setdefault(order_id, []).append(name)
    return found


# The groups of the staff's list (点单): in hand, by what they wait for, and what is over.
GROUPS: dict[str, tuple[State, ...]] = {
    "open": tuple(state for state in State if state not in ENDED and state is not State.DRAFT),
    "admit": (State.SUBMITTED, State.RETURNED),
    "dispatch": (State.ADMITTED,),
    "answer": (State.OFFERED,),
    "serve": (State.ACCEPTED, State.SCHEDULED, State.SERVING),
    "rate": (State.RATING,),
    "call": (State.FOLLOW_UP,),
    "closed": (State.CLOSED,),
    "off": (State.REFUSED, State.WITHDRAWN, State.CANCELLED),
    "draft": (State.DRAFT,),
}
ON_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of orders, and how many there are in each group."""

    rows: Sequence[Order]
    page: int
    more: bool
    counts: dict[str, int]
    late: int


def listed(scope: Scope, group: str, page: int = 1, station_id: int | None = None) -> Page:
    """List the orders of a scope in one group: what is due first comes first, what is over last first."""
    within = [in_scope(Order.station_id, scope)]
    if station_id is not None:
        within.append(Order.station_id == station_id)
    rows_by_state = db.session.execute(
        sa.select(Order.state, sa.func.count().label("orders")).where(*within).group_by(Order.state)
    )
    counted: dict[State, int] = {row.state: row.orders for row in rows_by_state}
    late = db.session.scalar(
        sa.select(sa.func.count()).where(
            *within, Order.state.in_(GROUPS["open"]), Order.state != State.RATING, Order.due_at < now()
        )
    )
    over = group in ("closed", "off", "draft")
    order_by = (Order.changed_at.desc(), Order.id.desc()) if over else (Order.due_at.nulls_last(), Order.id)
    rows = db.session.scalars(
        sa.select(Order)
        .where(*within, Order.state.in_(GROUPS[group]))
        .options(joinedload(Order.station), joinedload(Order.desk), joinedload(Order.team))
        .order_by(*order_by)
        .limit(ON_A_PAGE + 1)
        .offset((page - 1) * ON_A_PAGE)
    ).all()
    counts = {name: sum(counted.get(state, 0) for state in states) for name, states in GROUPS.items()}
    return Page(rows[:ON_A_PAGE], page, len(rows) > ON_A_PAGE, counts, late or 0)


def found(words: str, scope: Scope, limit: int = 30) -> Sequence[Order]:
    """Find orders of a scope by reference, name, or whole phone number, the last first."""
    digits = phone_of(words)
    matches = [Order.reference == read_reference(words, "D"), Order.name_key == name_key(words)]
    index = phone_index(digits) if digits.isdecimal() and len(digits) >= 7 else None
    if index is not None:
        matches.append(Order.phone_index == index)
    return db.session.scalars(
        sa.select(Order)
        .where(in_scope(Order.station_id, scope), sa.or_(*matches))
        .options(joinedload(Order.station), joinedload(Order.desk), joinedload(Order.team))
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()


def on_desk(scope: Scope, limit: int = 12) -> Sequence[Order]:
    """List what lies on the desk of the scope's own station, follow-up calls, and what is late below it.

    An offer lies with its team, and on the desk once the team should have answered.
    """
    ids = ids_in(scope)  # once: two of them in one statement would have the same name

    def within(column: sa.orm.InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
        return sa.true() if ids is None else column.in_(ids)

    return db.session.scalars(
        sa.select(Order)
        .where(
            sa.or_(
                Order.state.in_((State.SUBMITTED, State.ADMITTED, State.FOLLOW_UP)),
                sa.and_(Order.state == State.OFFERED, Order.due_at < now()),
            ),
            sa.or_(
                Order.desk_id == scope.station_id,
                sa.and_(within(Order.station_id), Order.state == State.FOLLOW_UP),
                sa.and_(within(Order.desk_id), Order.due_at < now()),
            ),
        )
        .options(joinedload(Order.station), joinedload(Order.desk))
        .order_by(Order.due_at, Order.id)
        .limit(limit)
    ).all()


def of_neighbours(station_id: int, limit: int = 30) -> Sequence[Order]:
    """List the orders of the cluster's other stations that look for a team; show nothing personal of them."""
    return db.session.scalars(
        sa.select(Order)
        .where(
            Order.station_id.in_(with_neighbours(station_id)),
            Order.station_id != station_id,
            Order.state.in_((State.ADMITTED, State.OFFERED)),
        )
        .options(joinedload(Order.station), selectinload(Order.times))
        .order_by(Order.due_at, Order.id)
        .limit(limit)
    ).all()


def asked_of(volunteer_id: int) -> Sequence[Offer]:
    """List what the teams that somebody leads are asked or have taken, the next due first."""
    return db.session.scalars(
        sa.select(Offer)
        .join(Team, Team.id == Offer.team_id)
        .join(Offer.order)
        .where(
            Team.leader_id == volunteer_id,
            Offer.status.in_((OfferStatus.ASKED, OfferStatus.ACCEPTED)),
            Order.state.in_((State.OFFERED, *WITH_TEAM)),
        )
        .options(
            joinedload(Offer.team),
            sa.orm.contains_eager(Offer.order).joinedload(Order.station),
            sa.orm.contains_eager(Offer.order).selectinload(Order.times),
        )
        .order_by(Order.due_at, Order.id)
    ).all()


def order_of_leader(order_id: int, volunteer_id: int) -> tuple[Order, Offer]:
    """Return an order, and the offer by which a leader's team was asked or has it; also when it is over.

    Raises:
        Missing: none of the teams that they lead was ever asked.
    """
    found = db.session.scalar(_whole().where(Order.id == order_id))
    offer = db.session.scalar(
        sa.select(Offer)
        .join(Team, Team.id == Offer.team_id)
        .where(
            Offer.order_id == order_id,
            Team.leader_id == volunteer_id,
            Offer.status != OfferStatus.NEXT,
        )
        .options(joinedload(Offer.team))
        .order_by(Offer.id.desc())
        .limit(1)
    )
    if found is None or offer is None:
        raise Missing
    return found, offer


def earlier_askers(phone: str, name: str, scope: Scope, limit: int = 8) -> Sequence[Order]:
    """List the last order of each person known by this phone number, or this name without one, in a scope."""
    index = phone_index(phone_of(phone)) if phone else None
    match = Order.phone_index == index if index is not None else Order.name_key == name_key(name)
    last = (
        sa.select(sa.func.max(Order.id))
        .where(match, in_scope(Order.station_id, scope), Order.anonymised_at.is_(None))
        .group_by(Order.name_key)
    )
    return db.session.scalars(
        sa.select(Order)
        .where(Order.id.in_(last))
        .options(joinedload(Order.station))
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()


def under_way_of(row: Order, scope: Scope, limit: int = 5) -> Sequence[Order]:
    """List what the asker of an order has under way in a scope, that order itself among it."""
    same = Order.name_key == row.name_key
    if row.phone_index is not None:  # a family shares a phone: the same name, too
        same = sa.and_(same, Order.phone_index == row.phone_index)
    return db.session.scalars(
        sa.select(Order)
        .where(same, in_scope(Order.station_id, scope), Order.state.not_in((*ENDED, State.DRAFT)))
        .order_by(Order.id.desc())
        .limit(limit)
    ).all()


def draft(order_id: int, scope: Scope) -> Order:
    """Return a draft of the staff desk.

    Raises:
        Missing: there is no such draft within the scope.
    """
    found = order(order_id, scope)
    if found.state is not State.DRAFT:
        raise Missing
    return found


def public_list(limit: int = 20, station_id: int | None = None) -> Sequence[Order]:
    """List orders as everybody may see them: from offered on, and nothing of the asker is to be shown."""
    wanted = sa.select(Order).where(Order.state.in_(KNOWN), Order.anonymised_at.is_(None))
    if station_id is not None:
        wanted = wanted.where(Order.station_id == station_id)
    return db.session.scalars(
        wanted.options(joinedload(Order.station), joinedload(Order.team))
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(limit)
    ).all()
