"""A volunteer sees what there is to do, takes it, waits for it, withdraws; on plain pages."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.access import NOBODY, Role
from portal.accounts.actions import sign_in as open_session
from portal.clock import now
from portal.volunteers import posts
from tests.browser import Browser, Page
from tests.make import Make, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

# Home and the list ask where one stands in each queue, home also which teams one leads; a shift, for which
# teams it can be taken and whether one comes as a visitor, too.
PAGES = {"/volunteer/": 9, "/volunteer/shifts": 5, "/volunteer/shifts/{shift}": 6}


def enter(app: Flask, make: Make, volunteer_id: int, role: Role = Role.VOLUNTEER) -> Browser:
    login = make.volunteer_login(volunteer_id, role)
    with app.app_context():
        token = open_session(login.id, hours=12)
    browser = Browser(app)
    browser.client.set_cookie("login", token, httponly=True, samesite="Lax")
    return browser


def press(page: Page, address: str) -> Page:
    return page.form(f'main form[action="{address}"]').submit()


def take(app: Flask, shift_id: int, volunteer_id: int) -> None:
    with app.app_context():
        posts.take(shift_id, volunteer_id, None, NOBODY)


def test_one_takes_a_shift_and_withdraws(app: Flask, make: Make) -> None:
    shift_id = make.shift(role="引路")
    browser = enter(app, make, make.volunteer())
    home = browser.get("/volunteer/")
    assert "引路" in home.text
    page = home.follow(f'a[href="/volunteer/shifts/{shift_id}"]')
    page = press(page, f"/volunteer/shifts/{shift_id}")
    assert page.status == 200
    assert page.all(".flash")
    assert browser.get("/volunteer/shifts").all(f'a[href="/volunteer/shifts/{shift_id}"]')
    page = press(page, f"/volunteer/shifts/{shift_id}/withdraw")
    assert page.all(f'form[action="/volunteer/shifts/{shift_id}"]')
    assert not browser.get("/volunteer/shifts").all(f'a[href="/volunteer/shifts/{shift_id}"]')


def test_a_full_shift_lets_one_wait(app: Flask, make: Make) -> None:
    shift_id = make.shift(head_count=1)
    take(app, shift_id, make.volunteer())
    browser = enter(app, make, make.volunteer(), Role.LEADER)
    assert not browser.get("/volunteer/").all(f'a[href="/volunteer/shifts/{shift_id}"]')
    page = press(browser.get(f"/volunteer/shifts/{shift_id}"), f"/volunteer/shifts/{shift_id}")
    assert page.all(f'form[action="/volunteer/shifts/{shift_id}/withdraw"]')
    assert "1" in page.one("main b").text()


def test_what_is_refused_is_said_on_the_page(app: Flask, make: Make, noon: time_machine.Traveller) -> None:
    shift_id, person = make.shift(cut_off_hours=22), make.volunteer()  # it is 22 hours to it
    other = make.shift()
    browser = enter(app, make, person)
    page = browser.get(f"/volunteer/shifts/{other}")
    take(app, shift_id, person)
    refused = page.form(f'main form[action="/volunteer/shifts/{other}"]').submit()
    assert (refused.status, len(refused.all("[role=alert]"))) == (409, 1)
    page = browser.get(f"/volunteer/shifts/{shift_id}")
    noon.move_to(now() + timedelta(minutes=1))
    refused = page.form(f'main form[action="/volunteer/shifts/{shift_id}/withdraw"]').submit()
    assert (refused.status, len(refused.all("[role=alert]"))) == (409, 1)


def test_who_does_not_fit_is_told_why_and_sees_no_button(app: Flask, make: Make) -> None:
    shift_id = make.shift(skill="理发")
    page = enter(app, make, make.volunteer()).get(f"/volunteer/shifts/{shift_id}")
    assert not page.all("main form")
    assert "理发" in page.text


def test_volunteers_begin_at_their_own_page(app: Flask, make: Make) -> None:
    for role in (Role.VOLUNTEER, Role.LEADER):
        page = enter(app, make, make.volunteer(), role).get("/login", follow=False)
        assert page.location.endswith("/volunteer/")


def test_the_pages_cost_the_same_with_few_shifts_and_with_many(app: Flask, make: Make) -> None:
    costs = []
    for number in (22, 200):
        person = make.volunteer()
        for one in range(number):
            shift_id = make.shift(make.occurrence(when=span(1 + one % 20, f"{8 + one % 3:02}:00", "11:30")))
            if one % 10 == 0:
                make.volunteer()
                if one < 20:
                    take(app, shift_id, person)
        browser, cost = enter(app, make, person), {}
        for address in PAGES:
            browser.get(address.format(shift=shift_id))
            with counted(app) as statements:
                assert browser.get(address.format(shift=shift_id)).status == 200
            cost[address] = len(statements)
        costs.append(cost)
    assert costs == [PAGES, PAGES]
