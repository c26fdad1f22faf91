"""The demo's orders: every state, each with a history that the table allows, and something for each desk."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from portal.access import Scope
from portal.clock import ZONE, local, now
from portal.db import db
from portal.orders import deadlines, needs, queries
from portal.orders.flow import BY_ACT, Act, State
from portal.orders.menu_models import Menu, MenuItem, MenuStatus
from portal.orders.models import Helper, Offer, OfferStatus, Order, OrderStep, Place
from portal.orders.wishes import bit_of
from portal.stations.queries import id_of, root_id
from portal.volunteers.models import Membership, Team


def _there_are_two_editions_and_orders_in_every_state() -> None:
    menus = db.session.scalars(sa.select(Menu).order_by(Menu.id)).all()
    assert [menu.status for menu in menus] == [MenuStatus.ENDED, MenuStatus.PUBLISHED]
    states = Counter(db.session.scalars(sa.select(Order.state)))
    assert set(states) == set(State)
    of_the_first = db.session.scalars(
        sa.select(Order.state).join(MenuItem).where(MenuItem.menu_id == menus[0].id)
    ).all()
    assert list(of_the_first) == [State.CLOSED] * 5


def _each_history_is_whole_in_order_and_by_the_table() -> None:
    histories: dict[int, list[OrderStep]] = {}
    for step in db.session.scalars(sa.select(OrderStep).order_by(OrderStep.id)):
        histories.setdefault(step.order_id, []).append(step)
    for order in db.session.scalars(sa.select(Order)):
        steps = histories[order.id]
        assert steps[0].act in (Act.DRAFT, Act.SUBMIT)
        assert steps[0].before is None
        assert steps[-1].after is order.state
        assert steps[-1].at == order.changed_at
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert steps[-1].at < now()
        for before, step in pairwise(steps):
            row = BY_ACT[step.act]
            assert step.before is before.after
            assert step.before in row.sources
            assert step.after is row.to
            assert step.note or not row.note
        graded = [step.grade for step in steps if step.grade is not None]
        assert (graded[-1] if graded else None) == order.grade


def _what_was_ordered_was_on_offer_so() -> None:
    rows = db.session.scalars(
        sa.select(Order).options(
            sa.orm.joinedload(Order.item).selectinload(MenuItem.stations),
            sa.orm.joinedload(Order.item).joinedload(MenuItem.menu),
            sa.orm.selectinload(Order.times),
        )
    ).all()
    for order in rows:
        assert (order.address != "") == (order.place is Place.HOME)
        if order.item is None:
            assert order.text
            continue
        made = local(order.created_at).date()
        assert order.item.menu.starts_on <= made <= order.item.menu.ends_on
        named = {station.id for station in order.item.stations}
        assert not named or order.station_id in named
        for wished in order.times:
            assert not order.item.times or order.item.times & bit_of(wished.day, wished.part)


def _offers_and_helpers_fit_the_orders() -> None:
    offers: dict[int, list[Offer]] = {}
    for offer in db.session.scalars(sa.select(Offer).order_by(Offer.id)):
        offers.setdefault(offer.order_id, []).append(offer)
    rows = db.session.execute(sa.select(Membership.team_id, Membership.volunteer_id))
    members = {(row.team_id, row.volunteer_id) for row in rows}
    for order in db.session.scalars(sa.select(Order)):
        live = [one for one in offers.get(order.id, ()) if one.status is OfferStatus.ACCEPTED]
        assert [one.team_id for one in live] == ([order.team_id] if order.team_id else [])
        asked = [one for one in offers.get(order.id, ()) if one.status is OfferStatus.ASKED]
        assert bool(asked) == (order.state is State.OFFERED)
    for helper, team_id in db.session.execute(
        sa.select(Helper, Order.team_id).join(Order, Order.id == Helper.order_id)
    ):
        assert (team_id, helper.volunteer_id) in members


def _there_is_something_on_each_desk_and_the_figures_can_be_shown() -> None:
    centre = Scope(root_id(), everything=True)
    assert queries.on_desk(centre)
    assert queries.on_desk(Scope(id_of("office") or 0, everything=False))
    assert queries.listed(centre, "open").late >= 1
    figures = needs.totals(now() - timedelta(days=365), now(), centre)
    assert figures.share is not None
    assert 70 <= figures.share < 100
    assert needs.unmet(centre)
    asked = db.session.scalars(
        sa.select(Team.leader_id).join(Offer).where(Offer.status == OfferStatus.ASKED)
    ).all()
    assert len(set(asked)) >= 3


def _time_goes_on_in_the_demo() -> None:
    deadlines.keep_time()
    deadlines.keep_time()
    escalated = db.session.scalar(sa.select(sa.func.count()).where(OrderStep.act == Act.ESCALATE))
    assert escalated


@pytest.mark.parametrize(
    ("database", "moment"),
    [
        ("sqlite", datetime(2026, 11, 24, 14, 5, tzinfo=ZONE)),
        ("sqlite", datetime(2027, 1, 2, 0, 20, tzinfo=ZONE)),  # a holiday, just after midnight
        ("sqlite", datetime(2026, 10, 11, 23, 50, tzinfo=ZONE)),  # a Sunday after a long holiday
        ("postgresql", datetime(2026, 11, 24, 14, 5, tzinfo=ZONE)),
    ],
    indirect=True,
)
@pytest.mark.usefixtures("demo")
def test_the_demo_orders_whatever_the_hour() -> None:
    _there_are_two_editions_and_orders_in_every_state()
    _each_history_is_whole_in_order_and_by_the_table()
    _what_was_ordered_was_on_offer_so()
    _offers_and_helpers_fit_the_orders()
    _there_is_something_on_each_desk_and_the_figures_can_be_shown()
    _time_goes_on_in_the_demo()
