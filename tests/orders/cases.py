"""Make orders that stand where a test wants them, through the portal's own actions."""

import itertools
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import time_machine
from flask import Flask, has_app_context

from portal.access import NOBODY, Actor, Role
from portal.activities.models import Category
from portal.clock import now
from portal.db import db
from portal.orders import dispatching, ordering, rating, serving
from portal.orders.flow import State
from portal.orders.models import Grade, Order, Source
from portal.orders.wishes import Wish
from tests.make import Make

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Case:
    """An order, with those who have to do with it."""

    order_id: int
    reference: str
    token: str
    phone: str
    team_id: int
    leader_id: int
    member_id: int
    editor: Actor  # of the order's station
    office: Actor  # an editor who dispatches
    leader: Actor

    def row(self) -> Order:
        """Return the order as it stands in the database now."""
        db.session.expire_all()
        return db.session.get_one(Order, self.order_id)


def wish(make: Make, station: str = "s1", **what: Any) -> Wish:
    """Return a free need of somebody new at a station, unless `what` says otherwise."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "station_id": make.station(station),
        "name": f"示例{number}",
        "phone": f"1390000{number:04}",
        "text": "想请人教用手机（示例）",
    }
    return Wish(**given | what)


def draft(make: Make, station: str = "s1", **what: Any) -> ordering.Receipt:
    """Let staff keep somebody's wish as a draft."""
    with nullcontext() if has_app_context() else make.app.app_context():
        by = make.actor(Role.EDITOR, station)
        return ordering.order(wish(make, station, **what), "", Source.DESK, by, draft=True)


def _account(make: Make, role: Role, station: str) -> Actor:
    # Named apart from the logins of the demonstration, where some of these tests stand.
    return make.account(role, station, username=f"case-{role}{next(_numbers)}").actor


def case(
    app: Flask, make: Make, state: State = State.SUBMITTED, station: str = "s1", device: str = "", **what: Any
) -> Case:
    """Make an order and take it to a state as people would; its team is one of its station."""
    with nullcontext() if has_app_context() else app.app_context():
        wanted = wish(make, station, **what)
        team_id = make.team(station)
        leader_id = make.volunteer(team_id, station, leads=True)
        member_id = make.volunteer(team_id, station)
        receipt = ordering.order(wanted, "test", Source.WEB, NOBODY, device)
        made = Case(
            order_id=receipt.order_id,
            reference=receipt.reference,
            token=ordering.token_of(receipt.reference),
            phone=wanted.phone,
            team_id=team_id,
            leader_id=leader_id,
            member_id=member_id,
            editor=_account(make, Role.EDITOR, station),
            office=_account(make, Role.EDITOR, "office"),
            leader=replace(_account(make, Role.LEADER, station), scope=None),
        )
        _take_to(made, state)
        return made


def _take_to(made: Case, state: State) -> None:
    order_id = made.order_id
    if state is State.RETURNED:
        return dispatching.send_back(order_id, "几点方便？", made.editor)
    if state is State.REFUSED:
        return dispatching.refuse(order_id, "要有执业资格", made.editor)
    if state is State.WITHDRAWN:
        return ordering.withdraw(order_id)
    path = [State.SUBMITTED, State.ADMITTED, State.OFFERED, State.ACCEPTED, State.SCHEDULED, State.RATING]
    if state is State.CANCELLED:
        return dispatching.cancel(order_id, "台风", made.office)
    last = State.RATING if state in (State.CLOSED, State.FOLLOW_UP) else state
    for step in path[1 : path.index(last) + 1]:
        if step is State.ADMITTED:
            dispatching.admit(order_id, made.editor, "教用手机", Category.EDUCATION)
        elif step is State.OFFERED:
            dispatching.offer(order_id, [dispatching.Choice(made.team_id, 80)], "", made.office)
        elif step is State.ACCEPTED:
            serving.accept(order_id, made.leader, made.leader_id)
        elif step is State.SCHEDULED:
            begins = now() + timedelta(hours=2)
            serving.schedule(order_id, begins, begins + timedelta(hours=1), made.leader, made.leader_id)
        else:
            _serve(made)
    if state is State.CLOSED:
        rating.rate(order_id, Grade.GOOD, "")
    if state is State.FOLLOW_UP:
        rating.rate(order_id, Grade.BAD, "来晚了")
    return None


def _serve(made: Case) -> None:
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        serving.complete(made.order_id, 1, {made.member_id: 10}, "办好了", made.leader, made.leader_id)
