"""A page that is touched costs the same number of statements, however much is on."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from tests.make import Make, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

# Statements per page, one of each for the screen with its station; a page that needs more says why here.
PAGES = {
    "/kiosk/s1/calendar": 3,
    "/kiosk/s1/calendar?open=1&station=s1": 3,
    "/kiosk/s1/dates/{occurrence}": 5,
    "/kiosk/s1/dates/{occurrence}/register": 3,
    "/kiosk/s1/stations": 4,
    "/kiosk/s1/stations/s1": 6,  # with its rooms, which nothing here asks for
    "/kiosk/s1/menu": 4,
    "/kiosk/s1/menu/{item}": 5,
    "/kiosk/s1/menu/{item}/order": 6,
    "/kiosk/s1/help": 3,
}


def fill(make: Make, dates: int) -> dict[str, int]:
    """Let so many dates take people over the next days, and so many services be on offer."""
    for number in range(dates):
        made = make.class_with_seats(9, span(number % 6, "13:00", "14:00"), title=f"第 {number} 场")
        make.registration(made)
        item = make.menu_item(title=f"服务 {number}", teams=[make.team()])
    return {"occurrence": made, "item": item}


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)  # what is remembered per process is asked for once
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


def test_pages_cost_what_the_table_says_with_few_and_with_many(
    app: Flask, screen: Callable[..., Browser], make: Make
) -> None:
    browser = screen()
    few = fill(make, 3)
    little = {address: cost(app, browser, address.format(**few)) for address in PAGES}
    many = fill(make, 57)
    much = {address: cost(app, browser, address.format(**many)) for address in PAGES}
    assert little == much
    assert {address: count for address, count in much.items() if count > PAGES[address]} == {}
