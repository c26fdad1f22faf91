"""What is known of who ordered goes: the address first, the rest later; what is under way stays whole."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db
from portal.messages.models import Message
from portal.orders import deadlines, dispatching, needs, notices, ordering, serving
from portal.orders.flow import State
from portal.orders.models import Offer, OrderStep, Place
from portal.volunteers import leaving
from portal.volunteers.models import Volunteer
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


def test_looking_at_what_has_ended_keeps_it_no_longer_and_is_logged(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    over = case(app, make, State.CLOSED, **HOME)
    clock.shift(timedelta(days=29))
    dispatching.log_phone_shown(over.order_id, "问问满不满意", over.editor)
    clock.shift(timedelta(days=2))
    deadlines.forget_askers()
    assert known(over) == (False, True, True)
    shown = sa.select(AuditEntry.reason, AuditEntry.object_id).where(AuditEntry.action == "phone.shown")
    assert db.session.execute(shown).all() == [("问问满不满意", over.order_id)]


def test_why_a_team_declined_and_who_was_to_come_are_not_kept_for_ever(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.OFFERED)
    serving.decline(made.order_id, "三巷的王奶奶不让进门", made.leader, made.leader_id)
    ordering.withdraw(made.order_id)
    clock.shift(timedelta(days=200))
    assert deadlines.forget_askers() == 1
    assert db.session.scalars(sa.select(Offer.reason)).all() == [deadlines.UNSAID]
    visited = case(app, make, State.ACCEPTED)
    begins = now() + timedelta(hours=2)
    serving.schedule(
        visited.order_id,
        begins,
        begins + timedelta(hours=1),
        visited.leader,
        visited.leader_id,
        helpers=[visited.member_id],
    )
    called = db.session.get_one(Volunteer, visited.member_id).name
    leads = db.session.get_one(Volunteer, visited.leader_id).name
    assert {called, leads} <= set(db.session.scalars(sa.select(Message.recipient)))
    for volunteer_id in (visited.member_id, visited.leader_id):
        leaving.let_go(volunteer_id, "搬走了", make.actor())
    left = set(db.session.scalars(sa.select(Message.recipient)))
    assert left & {called, leads} == set()


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
