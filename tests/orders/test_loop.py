"""The loop: ordered, admitted, dispatched, accepted, served, rated; each step by who may take it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.db import db
from portal.errors import Forbidden, Missing, OutOfDate
from portal.orders import dispatching, ordering, rating, serving
from portal.orders.flow import Act, State
from portal.orders.models import Grade, OrderStep
from tests.make import Make
from tests.orders.cases import case


@pytest.mark.parametrize(
    "state",
    [
        State.SUBMITTED,
        State.RETURNED,
        State.ADMITTED,
        State.OFFERED,
        State.ACCEPTED,
        State.SCHEDULED,
        State.RATING,
        State.FOLLOW_UP,
        State.CLOSED,
        State.REFUSED,
        State.WITHDRAWN,
        State.CANCELLED,
    ],
)
def test_an_order_reaches_each_state_and_its_history_tells_how(
    app_context: None, app: Flask, make: Make, state: State
) -> None:
    made = case(app, make, state)
    assert made.row().state is state
    steps = db.session.scalars(
        sa.select(OrderStep).where(OrderStep.order_id == made.order_id).order_by(OrderStep.id)
    ).all()
    assert steps[0].before is None
    assert [step.before for step in steps[1:]] == [step.after for step in steps[:-1]]
    assert steps[-1].after is state


def test_the_second_of_two_who_act_hears_who_was_quicker(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make)
    dispatching.refuse(made.order_id, "不是志愿服务能做的", made.editor)
    with pytest.raises(OutOfDate, match=made.editor.name):
        dispatching.admit(made.order_id, made.office)


def test_a_station_does_not_dispatch_and_another_does_not_see(
    app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.ADMITTED)
    with pytest.raises(Forbidden):
        dispatching.offer(made.order_id, [dispatching.Choice(made.team_id, 1)], "", made.editor)
    with pytest.raises(Missing):
        dispatching.hurry(made.order_id, "", make.actor(Role.EDITOR, "s2"))


def test_whoever_declines_passes_it_to_the_next_and_then_back(
    app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.ADMITTED)
    other = make.team("s2")
    second = make.volunteer(other, "s2", leads=True)
    choices = [dispatching.Choice(made.team_id, 80), dispatching.Choice(other, 60)]
    dispatching.offer(made.order_id, choices, "", made.office)
    with pytest.raises(Missing):
        serving.accept(made.order_id, made.leader, second)
    serving.decline(made.order_id, "人手不够", made.leader, made.leader_id)
    assert made.row().state is State.OFFERED
    with pytest.raises(OutOfDate):
        serving.accept(made.order_id, made.leader, made.leader_id)
    serving.decline(made.order_id, "没空", made.leader, second)
    assert made.row().state is State.ADMITTED


def test_a_closed_order_is_taken_up_again_and_keeps_its_first_rating_in_the_history(
    app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.CLOSED)
    ordering.reopen(made.order_id, "又坏了")
    row = made.row()
    assert (row.state, row.grade, row.team_id) == (State.ADMITTED, None, None)
    rated = db.session.scalars(
        sa.select(OrderStep.grade).where(OrderStep.order_id == made.order_id, OrderStep.act == Act.RATE)
    ).all()
    assert rated == [Grade.GOOD]


def test_a_rating_sent_twice_counts_once(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.RATING)
    rating.rate(made.order_id, Grade.VERY_GOOD, "谢谢")
    rating.rate(made.order_id, Grade.VERY_GOOD, "谢谢")
    with pytest.raises(OutOfDate):
        rating.rate(made.order_id, Grade.BAD, "")
    assert made.row().grade is Grade.VERY_GOOD
