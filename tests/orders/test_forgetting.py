"""What is known of who ordered goes: the address first, the rest later; what is under way stays whole."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.db import db
from portal.messages.models import Message
from portal.orders import deadlines, needs, notices
from portal.orders.flow import State
from portal.orders.models import OrderStep, Place
from tests.make import Make
from tests.orders.cases import Case, case
from tests.orders.test_order_stateful import NOON

HOME = {"place": Place.HOME, "address": "三巷 12 号（示例）"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def known(made: Case) -> tuple[bool, bool, bool]:
    """Say whether address, name and words of an order are known."""
    row = made.row()
    return row.address != "", row.name != "", row.text != ""


def test_an_address_goes_after_thirty_days_and_a_name_after_half_a_year(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    over = case(app, make, State.CLOSED, **HOME)
    under_way = case(app, make, State.ADMITTED, **HOME)
    clock.shift(timedelta(days=29))
    assert deadlines.forget_askers() == 0
    assert known(over) == (True, True, True)
    clock.shift(timedelta(days=2))
    deadlines.forget_askers()
    assert known(over) == (False, True, True)
    assert known(under_way) == (True, True, True), "who is still waiting is not forgotten"
    clock.shift(timedelta(days=151))
    assert deadlines.forget_askers() == 1
    assert deadlines.forget_askers() == 0
    assert known(over) == (False, False, False)
    assert known(under_way) == (True, True, True)


def test_figures_stay_and_what_was_written_goes(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.CLOSED, **HOME)
    clock.shift(timedelta(days=200))
    deadlines.forget_askers()
    db.session.expire_all()
    notes = sa.select(OrderStep.note).where(OrderStep.order_id == made.order_id)
    assert set(db.session.scalars(notes)) == {""}
    about = sa.select(sa.func.count()).where(Message.link == notices.link_of(made.order_id))
    assert db.session.scalar(about) == 0
    totals = needs.totals(NOON - timedelta(days=1), NOON + timedelta(days=1))
    assert (totals.ordered, totals.closed, totals.rated, totals.satisfied) == (1, 1, 1, 1)
