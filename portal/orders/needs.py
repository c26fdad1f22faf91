"""Count what was ordered and how it was rated, and what no item and no team answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.access import Scope
from portal.activities.models import Category
from portal.clock import now
from portal.db import db
from portal.orders.flow import Act, State
from portal.orders.models import Grade, Order, OrderStep
from portal.stations.queries import in_scope

SATISFIED = (Grade.VERY_GOOD, Grade.GOOD, Grade.FAIR)
SHOWN_FROM = 5  # ratings; fewer are not shown as a share (product §5.3)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many were ordered, closed, rated, and of these satisfied."""

    ordered: int
    closed: int
    rated: int
    satisfied: int

    @property
    def share(self) -> int | None:
        """Return the share of satisfied among the rated in percent; None for fewer than five ratings."""
        return round(100 * self.satisfied / self.rated) if self.rated >= SHOWN_FROM else None


def totals(
    since: datetime,
    until: datetime,
    scope: Scope | None = None,
    team_id: int | None = None,
    item_ids: Sequence[int] | None = None,
) -> Totals:
    """Count the orders made between two moments; unrated never counts as satisfied."""
    where = [Order.created_at >= since, Order.created_at < until, Order.state != State.DRAFT]
    if scope is not None:
        where.append(in_scope(Order.station_id, scope))
    if team_id is not None:
        where.append(Order.team_id == team_id)
    if item_ids is not None:
        where.append(Order.item_id.in_(item_ids))
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(Order.state == State.CLOSED),
            sa.func.count(Order.grade),
            sa.func.count().filter(Order.grade.in_(SATISFIED)),
        ).where(*where)
    ).one()
    return Totals(*row)


@dataclass(frozen=True, slots=True)
class Need:
    """How many orders of one kind at one station no team and no item answered.

    An order may be counted for several reasons; `orders` counts each once.
    """

    station_id: int
    category: Category | None
    orders: int
    free: int  # free needs: no item of the menu covers them
    refused: int
    unanswered: int  # ended or overdue, and no team took it


def _lacked_a_word() -> sa.ColumnElement[bool]:
    """Match orders that ended while a word of the asker was awaited: no team was looked for."""
    return sa.exists().where(
        OrderStep.order_id == Order.id, OrderStep.act == Act.CANCEL, OrderStep.before == State.RETURNED
    )


def _nobody() -> sa.ColumnElement[bool]:
    return sa.and_(
        Order.team_id.is_(None),
        sa.or_(
            sa.and_(Order.state == State.CANCELLED, ~_lacked_a_word()),
            sa.and_(Order.state.in_((State.ADMITTED, State.OFFERED)), Order.due_at < now()),
        ),
    )


def _is_unmet(scope: Scope, days: int) -> list[sa.ColumnElement[bool]]:
    # One condition for the figures and for the orders behind them.
    return [
        in_scope(Order.station_id, scope),
        Order.created_at >= now() - timedelta(days=days),
        Order.state.not_in((State.DRAFT, State.WITHDRAWN)),
        sa.or_(Order.item_id.is_(None), Order.state == State.REFUSED, _nobody()),
    ]


def unmet(scope: Scope, days: int = 180) -> list[Need]:
    """Count unmet needs of a scope by station and category: ideas for the next menu, the most first."""
    number = sa.func.count()
    rows = db.session.execute(
        sa.select(
            Order.station_id,
            Order.category,
            number,
            number.filter(Order.item_id.is_(None)),
            number.filter(Order.state == State.REFUSED),
            number.filter(_nobody()),
        )
        .where(*_is_unmet(scope, days))
        .group_by(Order.station_id, Order.category)
        .order_by(number.desc(), Order.station_id, Order.category)
    )
    return [Need(station_id, category, *counts) for station_id, category, *counts in rows]


def unmet_orders(
    scope: Scope, station_id: int, category: Category | None, days: int = 180
) -> Sequence[Order]:
    """List the orders behind one line of unmet needs, the last first; at most a hundred."""
    return db.session.scalars(
        sa.select(Order)
        .where(
            *_is_unmet(scope, days),
            Order.station_id == station_id,
            Order.category.is_(None) if category is None else Order.category == category,
        )
        .order_by(Order.id.desc())
        .limit(100)
    ).all()
