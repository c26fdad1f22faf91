"""A page costs the same number of statements, however many have signed up."""

import pytest
from flask import Flask

from portal.access import Role
from portal.registrations.links import token_of
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

# Statements per page; a page that needs more has to say why here.
PUBLIC = {
    "/occurrences/{occurrence}": 7,
    "/occurrences/{occurrence}/register": 3,
    "/registrations/{token}": 3,
    "/registrations/{token}/cancel": 2,
    "/registrations/{token}/slip": 3,
    "/mine": 2,  # the registrations, and the orders
}
STAFF = {
    "/staff/occurrences/{occurrence}": 12,  # one of them for the row codes
    "/staff/occurrences/{occurrence}/door": 7,
    "/staff/occurrences/{occurrence}/history": 6,
    "/staff/occurrences/{occurrence}/sheet": 7,
    "/staff/registrations/": 1,
    "/staff/registrations/{registration}": 5,
}
# Of a course: the date's page asks for its dates, the party's page for those it is signed up for, too.
COURSE = {
    "/occurrences/{occurrence}": 8,
    "/occurrences/{occurrence}/register": 4,
    "/registrations/{token}": 4,
    "/registrations/{token}/cancel": 3,
    "/registrations/{token}/slip": 3,
    "/mine": 2,
}
COURSE_STAFF = {"/staff/occurrences/{occurrence}": 13, "/staff/registrations/{registration}": 5}
DEVICE = "a device of the tests"


def fill(app: Flask, make: Make, parties: int) -> dict[str, object]:
    """Let so many parties sign up on one device, two in three waiting; return what stands in addresses."""
    occurrence_id = make.class_with_seats(seats=max(3, parties // 3))
    receipts = [make.registration(occurrence_id, device=DEVICE) for _ in range(parties)]
    last = receipts[-1]
    with app.app_context():
        token = token_of(last.reference)
    return {"occurrence": occurrence_id, "registration": last.registration_id, "token": token}


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)  # what is remembered per process is asked for once
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


def test_public_pages_cost_what_the_table_says_with_few_and_with_many(app: Flask, make: Make) -> None:
    browser = Browser(app)
    browser.client.set_cookie("device", DEVICE)
    few = fill(app, make, 6)
    little = {address: cost(app, browser, address.format(**few)) for address in PUBLIC}
    many = fill(app, make, 60)
    much = {address: cost(app, browser, address.format(**many)) for address in PUBLIC}
    assert little == much
    assert {address: count for address, count in much.items() if count > PUBLIC[address]} == {}


def test_staff_pages_cost_what_the_table_says_with_few_and_with_many(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    few = fill(app, make, 6)
    little = {address: cost(app, editor, address.format(**few)) for address in STAFF}
    many = fill(app, make, 60)
    much = {address: cost(app, editor, address.format(**many)) for address in STAFF}
    assert little == much
    assert {address: count for address, count in much.items() if count > STAFF[address]} == {}


def test_pages_of_a_course_cost_the_same_with_few_dates_and_with_many(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    browser, editor = Browser(app), sign_in(Role.EDITOR, "s1")
    browser.client.set_cookie("device", DEVICE)
    costs = []
    for number in (2, 20):
        dates = make.course(number)
        receipt = make.course_registration(dates[0], device=DEVICE)
        with app.app_context():
            values = {"occurrence": dates[0], "token": token_of(receipt.reference)}
        values["registration"] = receipt.registration_id
        costs.append(
            {
                address: cost(app, who, address.format(**values))
                for who, table in ((browser, COURSE), (editor, COURSE_STAFF))
                for address in table
            }
        )
    few, many = costs
    assert few == many == COURSE | COURSE_STAFF


def test_the_seat_count_costs_one_statement(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(seats=3)
    make.registration(occurrence_id, people=2)
    client.get(f"/occurrences/{occurrence_id}/seats", part=True)
    with counted(app) as statements:
        page = client.get(f"/occurrences/{occurrence_id}/seats", part=True)
    assert len(statements) == 1
    assert page.one("progress").attributes["value"] == "2"
