"""A page costs the same number of statements, however much there is."""

import pytest
from flask import Flask

from portal.access import Role
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

# Statements per page; a page that needs more has to say why here.
PUBLIC = {
    "/": 5,
    "/calendar": 4,
    "/calendar?view=list": 4,
    "/calendar?view=week&open=1": 4,
    "/calendar?view=day": 4,
    "/calendar?q=书法&station=s1&cluster=s4": 7,  # which station, and whether it has neighbours
    "/calendar?station=s4&nearby=1": 6,
    "/calendar.ics": 2,  # what has changed, and only then the rows
    "/calendar.ics?station=s4&nearby=1": 4,
    "/calendar.atom": 2,
    "/stations/": 4,
    "/stations/s1": 8,
    "/stations/s1/calendar.ics": 4,
    "/occurrences/{occurrence}": 6,  # one of them for the text to copy
    "/occurrences/{occurrence}.ics": 2,
}
STAFF = {
    "/staff/": 7,
    "/staff/activities/": 2,
    "/staff/activities/new": 8,
    "/staff/activities/{activity}": 7,
    "/staff/occurrences/{occurrence}": 6,
    "/staff/stations/": 2,
    "/staff/stations/s1": 6,
}


def fill(make: Make, activities: int) -> dict[str, int]:
    """Post so many activities of three dates each at two stations, drafts and calls among them."""
    for number in range(activities):
        make.activity(
            station="s1" if number % 2 else "s4",
            title=f"书法班 {number}",
            spans=[span(0, "14:00", "15:00"), span(1), span(8)],
            cohosts=("s2",),
        )
        make.activity(station="s1", published=False)
        make.message("s1")
    activity_id = make.activity(station="s1", spans=[span(1), span(8)])
    return {"activity": activity_id, "occurrence": make.dates_of(activity_id)[0]}


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)  # what is remembered per process is asked for once
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


def test_public_pages_cost_what_the_table_says_with_little_and_with_much(
    app: Flask, client: Browser, make: Make
) -> None:
    few = fill(make, 1)
    little = {address: cost(app, client, address.format(**few)) for address in PUBLIC}
    many = fill(make, 40)
    much = {address: cost(app, client, address.format(**many)) for address in PUBLIC}
    assert little == much
    assert {address: count for address, count in much.items() if count > PUBLIC[address]} == {}


def test_staff_pages_cost_what_the_table_says_with_little_and_with_much(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    few = fill(make, 1)
    little = {address: cost(app, editor, address.format(**few)) for address in STAFF}
    many = fill(make, 40)
    much = {address: cost(app, editor, address.format(**many)) for address in STAFF}
    assert little == much
    assert {address: count for address, count in much.items() if count > STAFF[address]} == {}
