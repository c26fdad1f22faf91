"""Pages of the menu cost the same number of statements, however much is on it."""

import pytest
from flask import Flask

from portal.access import Role
from portal.activities.models import Category
from portal.db import transaction
from portal.orders import menu_queries as queries
from portal.orders.menu_labels import line_of
from portal.orders.menu_models import MenuItem, MenuItemStation, MenuItemTeam
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

# Statements per page; a page that needs more has to say why here.
PUBLIC = {
    "/menu": 5,  # teams to choose from, stations, items with their teams and stations
    "/menu?station=s4&category=culture&audience=elderly": 5,
    "/menu/{item}": 4,
    "/stations/s4/menu": 8,  # one for where the station has gone, four for all that is known of it
}
STAFF = {
    "/staff/menus/": 2,
    "/staff/menus/{menu}": 7,
    "/staff/menus/{menu}/preview": 5,
    "/staff/menus/{menu}/items/new": 7,
    "/staff/menu-items/{item}": 6,
}


def fill(make: Make, items: int) -> dict[str, int]:
    """Put so many items on an edition, each with two teams and two stations; make some more editions."""
    teams = [make.team(), make.team()]
    menu_id = make.menu("s4")
    for number in range(items):
        category = [*Category][number % 6]
        item_id = make.menu_item(menu_id, f"服务{number}", category, stations=("s4", "s2"), teams=teams)
        make.menu("s4", published=False)
    return {"menu": menu_id, "item": item_id}


def fill_at_once(menu_id: int, items: int, team_id: int, station_id: int) -> None:
    """Put many items on an edition by plain rows, each with a team and a station."""
    with transaction() as session:
        rows = [
            MenuItem(menu_id=menu_id, title=f"服务{number}", category=Category.CULTURE, position=number)
            for number in range(items)
        ]
        session.add_all(rows)
        session.flush()
        session.add_all(MenuItemTeam(item_id=row.id, team_id=team_id) for row in rows)
        session.add_all(MenuItemStation(item_id=row.id, station_id=station_id) for row in rows)


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)  # what is remembered per process is asked for once
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


def test_pages_cost_what_the_tables_say_with_little_and_with_much(
    app: Flask, client: Browser, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "s4")
    found = []
    for items in (1, 30):
        made = fill(make, items)
        public = {address: cost(app, client, address.format(**made)) for address in PUBLIC}
        staff = {address: cost(app, editor, address.format(**made)) for address in STAFF}
        found.append(public | staff)
    assert found[0] == found[1]
    allowed = PUBLIC | STAFF
    assert {address: count for address, count in found[1].items() if count > allowed[address]} == {}


@pytest.mark.usefixtures("app_context")
def test_what_is_offered_costs_the_same_for_ten_and_for_a_thousand(app: Flask, make: Make) -> None:
    costs = []
    for items in (10, 1000):
        fill_at_once(make.menu(), items, make.team(), make.station("s4"))
        with counted(app) as statements:
            lines = [line_of(one) for one in queries.offered()]
        assert len(lines) >= items
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 3
