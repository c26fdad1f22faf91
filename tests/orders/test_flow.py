"""Every step from every state by everybody: what the table allows happens, all else changes nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Actor, Role
from portal.activities.models import Category
from portal.clock import now
from portal.db import db
from portal.errors import Forbidden, Missing, OutOfDate
from portal.orders import dispatching, flow, ordering, rating, serving
from portal.orders.flow import State
from portal.orders.models import Grade, OrderStep
from tests.make import Make
from tests.orders.cases import Case, case
from tests.orders.test_order_stateful import AGAIN_BY_TEAM, BY_TIME, NOON, TABLE

PARTS = {
    "asker": "a",
    "station": "s",
    "office": "d",
    "centre": "d",
    "leader": "t",
    "elsewhere": "x",
    "another leader": "x",
    "reviewer": "x",
    "auditor": "x",
}
# Who was too slow by a tap is not told off: the very same again changes nothing.
AGAIN = {
    ("withdraw", "withdrawn"),
    ("rate_well", "closed"),
    ("rate_badly", "follow_up"),
    *AGAIN_BY_TEAM,
}


def act(name: str, made: Case, by: Actor, leads: int | None, on_behalf: Actor | None) -> None:
    """Do what a step of the table is called."""
    order_id = made.order_id
    begins = now() + timedelta(hours=1, minutes=len(_steps(made)))  # what is settled already, is no step
    calls: dict[str, Callable[[], object]] = {
        "admit": lambda: dispatching.admit(order_id, by, "教用手机", Category.EDUCATION),
        "send_back": lambda: dispatching.send_back(order_id, "几点？", by),
        "answer": lambda: ordering.answer(order_id, "九点", on_behalf),
        "refuse": lambda: dispatching.refuse(order_id, "办不了", by),
        "offer": lambda: dispatching.offer(order_id, [dispatching.Choice(made.team_id, 50)], "", by),
        "accept": lambda: serving.accept(order_id, by, leads),
        "accept_at": lambda: serving.accept(order_id, by, leads, begins, begins + timedelta(hours=1)),
        "decline": lambda: serving.decline(order_id, "没空", by, leads),
        "redispatch": lambda: dispatching.redispatch(order_id, "换一队", by),
        "schedule": lambda: serving.schedule(order_id, begins, begins + timedelta(hours=1), by, leads),
        "start": lambda: serving.start(order_id, by, leads or 0),
        "complete": lambda: serving.complete(order_id, 1, {made.member_id: 10}, "", by, leads),
        "rate_well": lambda: rating.rate(order_id, Grade.GOOD, "", on_behalf),
        "rate_badly": lambda: rating.rate(order_id, Grade.BAD, "来晚了", on_behalf),
        "finish_call": lambda: rating.finish_call(order_id, "谈过了", by),
        "reopen": lambda: ordering.reopen(order_id, "又坏了", on_behalf),
        "withdraw": lambda: ordering.withdraw(order_id, "", on_behalf),
        "cancel": lambda: dispatching.cancel(order_id, "台风", by),
    }
    calls[name]()


@pytest.fixture
def june() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize("state", [state for state in State if state is not State.DRAFT])
def test_each_step_from_each_state_by_everybody(
    june: time_machine.Traveller, app_context: None, app: Flask, make: Make, state: State
) -> None:
    people: dict[str, tuple[Actor, int | None]] = {
        "asker": (NOBODY, None),
        "station": (make.account(Role.EDITOR, "s1").actor, None),
        "office": (make.account(Role.EDITOR, "office").actor, None),
        "centre": (make.account(Role.MANAGER, "center").actor, None),
        "elsewhere": (make.account(Role.MANAGER, "s2").actor, None),
        "another leader": (Actor(None, "别队队长", Role.LEADER, None), make.volunteer(leads=True)),
        "reviewer": (make.account(Role.REVIEWER, "s1").actor, None),
        "auditor": (make.account(Role.AUDITOR, "center").actor, None),
    }
    made: Case | None = None
    for name, (sources, targets, parts) in TABLE.items():
        for who, part in PARTS.items():
            if made is None or made.row().state is not state:
                made = _standing(june, app, make, state)
            by, leads = (made.leader, made.leader_id) if who == "leader" else people[who]
            on_behalf = None if who == "asker" else by
            if who == "asker" and "a" not in parts:
                continue  # the private link offers no such thing
            if part in "t" and name in ("answer", "withdraw", "reopen", "rate_well", "rate_badly"):
                leads = None
            allowed = part in parts and state.value in sources.split()
            done_before = len(_steps(made))
            try:
                act(name, made, by, leads, on_behalf)
                said_no = False
            except (Missing, Forbidden, OutOfDate):
                said_no = True
            after = made.row().state
            if allowed:
                assert not said_no, f"{who}: {name} from {state}"
                assert after.value in targets.split()
                assert len(_steps(made)) > done_before
            else:
                again = (name, state.value) in AGAIN and part in parts
                assert said_no or again, f"{who}: {name} from {state}"
                assert after is state
                assert len(_steps(made)) == done_before, "what was refused stands in no history"


def _standing(june: time_machine.Traveller, app: Flask, make: Make, state: State) -> Case:
    if state is not State.SERVING:
        made = case(app, make, state)
        if state is State.SCHEDULED:
            june.shift(timedelta(hours=2))  # so that it can be reported
        return made
    made = case(app, make, State.SCHEDULED)
    june.shift(timedelta(hours=2))
    serving.start(made.order_id, made.leader, made.leader_id)
    return made


def _steps(made: Case) -> list[int]:
    return list(db.session.scalars(sa.select(OrderStep.id).where(OrderStep.order_id == made.order_id)))


def test_the_table_of_the_portal_has_no_more_rows_than_the_one_of_the_tests() -> None:
    ours = {
        (before, after)
        for sources, targets, _who in TABLE.values()
        for before in sources.split()
        for after in targets.split()
    }
    theirs = {(before.value, step.to.value) for step in flow.STEPS for before in step.sources}
    assert theirs - {("draft", "submitted")} <= ours | BY_TIME
