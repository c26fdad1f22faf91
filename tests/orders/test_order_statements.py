"""The staff's pages of orders cost the same number of statements with ten orders and with ten thousand."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.clock import now
from portal.db import db, transaction
from portal.orders import queries
from portal.orders.flow import Act, State
from portal.orders.models import ForWhom, Order, OrderStep, Place, Source
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make
from tests.orders.cases import case, draft
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

MANY = 10_000
# Statements per page; a page that needs more has to say why here.
PAGES = {
    "/staff/": 23,  # one for screens, six for orders: what lies there, unmet needs, the level, places
    "/staff/orders": 6,  # counted by state, counted late, the rows
    "/staff/orders?group=closed&page=2": 6,
    "/staff/orders/{admitted}": 9,  # two of them for teams and who leads them, one for what neighbours offer
    "/staff/orders/{admitted}?teams=all": 9,
    "/staff/orders/{rated}": 7,  # one for the members of its team
    "/staff/orders/new": 3,
    "/staff/orders/drafts/{draft}": 6,
    "/staff/orders/needs": 3,
    "/staff/orders/needs?station={station}&category=education": 4,
    "/staff/orders/neighbours": 5,
}


def fill(app: Flask, make: Make, number: int) -> None:
    """Put so many orders into the stations as plain rows, most of them closed, with a step each."""
    states = (State.SUBMITTED, State.ADMITTED, State.CANCELLED, *[State.CLOSED] * 7)
    with app.app_context(), transaction() as session:
        stations = [make.station(f"s{one}") for one in range(1, 10)]
        first = session.scalar(sa.select(sa.func.coalesce(sa.func.max(Order.id), 0))) or 0
        rows = []
        for one in range(first + 1, first + number + 1):
            state, station = states[one % len(states)], stations[one % len(stations)]
            moment = now() - timedelta(minutes=one)
            rows.append(
                {
                    "id": one,
                    "reference": f"D-{one:010}",
                    "token_hash": one.to_bytes(32, "big"),
                    "state": state,
                    "category": "education",
                    "title": f"教用手机 {one}",
                    "people": 1,
                    "for_whom": ForWhom.SELF,
                    "station_id": station,
                    "place": Place.STATION,
                    "name": f"示例{one}",
                    "name_key": f"示例{one}",
                    "source": Source.WEB,
                    "consent": "test",
                    "desk_id": station,
                    "due_at": None if state is State.CLOSED else moment,
                    "closed_at": moment if state is State.CLOSED else None,
                    "created_at": moment,
                    "changed_at": moment,
                }
            )
        session.execute(sa.insert(Order), rows)
        session.execute(
            sa.insert(OrderStep),
            [
                {"order_id": row["id"], "at": row["created_at"], "act": Act.SUBMIT, "after": State.SUBMITTED}
                for row in rows
            ],
        )
        if db.engine.dialect.name == "postgresql":
            last = session.scalar(sa.select(sa.func.max(Order.id)))
            session.execute(sa.text(f"SELECT setval('service_order_id_seq', {last})"))


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)  # what is remembered per process is asked for once
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


@pytest.mark.parametrize("station", ["s1", "office", "center"])
def test_pages_cost_the_same_with_ten_orders_and_with_ten_thousand(
    app: Flask, sign_in: SignIn, make: Make, station: str
) -> None:
    known = {
        "admitted": case(app, make, State.ADMITTED).order_id,
        "rated": case(app, make, State.FOLLOW_UP).order_id,
        "draft": draft(make).order_id,
        "station": make.station("s1"),
    }
    browser = sign_in(Role.EDITOR, station)
    fill(app, make, 10)
    little = {address: cost(app, browser, address.format(**known)) for address in PAGES}
    fill(app, make, MANY)
    much = {address: cost(app, browser, address.format(**known)) for address in PAGES}
    assert little == much
    assert {address: count for address, count in much.items() if count > PAGES[address]} == {}


def plan_of(app: Flask, make: Make, slug: str, what: str) -> str:
    """Return how the database goes about the rows of the list or the desk."""
    seen: list[tuple[str, object]] = []
    with app.app_context():

        def note(_c: object, _u: object, statement: str, values: object, *_rest: object) -> None:
            seen.append((statement, values))

        sa.event.listen(db.engine, "before_cursor_execute", note)
        scope = make.scope(slug)
        if what == "desk":
            queries.on_desk(scope)
        else:
            queries.listed(scope, "dispatch", station_id=make.station("s1"))
        sa.event.remove(db.engine, "before_cursor_execute", note)
        statement, values = next(pair for pair in reversed(seen) if "ORDER BY service_order" in pair[0])
        explain = "EXPLAIN" if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        found = db.session.connection().exec_driver_sql(f"{explain} {statement}", values).all()  # type: ignore[arg-type]
        return "\n".join(str(row[-1]) for row in found)


@pytest.mark.parametrize("what", ["list", "desk"])
@pytest.mark.parametrize("slug", ["s1", "center"])
def test_list_and_desk_go_by_an_index(app: Flask, make: Make, what: str, slug: str) -> None:
    fill(app, make, MANY)
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
                plain.execute(sa.text("ANALYZE service_order"))
    plan = plan_of(app, make, slug, what)
    assert "ix_service_order_" in plan, plan
    assert "Seq Scan on service_order" not in plan, plan
    assert "SCAN service_order" not in plan, plan
