"""From the wish to join to the hours, from an order to its rating; on phones, with and without scripts.

The portal runs in this process, so that the clock can be set: half past eight, ten, noon.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from portal.access import Role
from portal.clock import ZONE
from portal.db import db
from portal.orders.flow import State
from portal.orders.menu_models import Where
from portal.orders.models import Grade, Order
from tests.conftest import settings
from tests.make import PASSWORD, Make, span
from tests.web import qr
from tests.web.conftest import free_port, is_fault

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

MORNING = datetime(2026, 6, 10, 8, 30, tzinfo=ZONE)
COMES, GOES = MORNING.replace(hour=9, minute=55), MORNING.replace(hour=12, minute=5)
OWN_PASSWORD = "four words of mine"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING) as traveller:
        yield traveller


@pytest.fixture
def environ(instance: Path, built_assets: Path, database: str) -> dict[str, str]:
    """Return the settings of a portal that stands at an address of its own."""
    return settings(instance, built_assets, database) | {"PUBLIC_URL": f"http://127.0.0.1:{free_port()}"}


@pytest.fixture
def address(app: Flask, clock: time_machine.Traveller) -> Iterator[str]:
    """Serve the portal of this test and return where."""
    url: str = app.config["PUBLIC_URL"]
    server = make_server("127.0.0.1", int(url.rsplit(":", 1)[1]), app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    thread.join()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def windows(
    request: pytest.FixtureRequest, chromium: Browser, address: str
) -> Iterator[list[BrowserContext]]:
    """Open the phone of a person and, as wide, those of others who have to do with it."""
    opened = [
        chromium.new_context(
            base_url=address,
            viewport={"width": 360, "height": 780},
            java_script_enabled=request.param,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        for _ in range(4)
    ]
    yield opened
    for context in opened:
        context.close()


class Phone:
    """A tab that may not be wider than its window, nor end with an error in its console."""

    def __init__(self, context: BrowserContext) -> None:
        self.tab: Page = context.new_page()
        self.faults: list[str] = []
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))
        self.tab.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if is_fault(message):
            self.faults.append(message.text)

    def fits(self, path: str) -> None:
        """See that this is the page at a path (a pattern), and that nothing of it is beyond the edge."""
        expect(self.tab).to_have_url(re.compile(path))
        box = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        wide, window = self.tab.evaluate(box)
        assert wide <= window == 360, f"{self.tab.url} is {wide} wide"

    def go(self, path: str) -> None:
        self.tab.goto(path)
        self.fits(re.escape(path) + "$")

    def press(self, selector: str, then: str) -> None:
        self.tab.locator(selector).first.click()
        self.fits(then)


def sign_in(phone: Phone, username: str, password: str, then: str) -> None:
    phone.go("/login")
    phone.tab.locator("#username").fill(username)
    phone.tab.locator("#password").fill(password)
    phone.press("form:has(#password) button[type=submit]", then)


def code_at_the_place(station: Phone, occurrence_id: int, address: str) -> str:
    """Return the code that the station shows now, also read with the camera."""
    station.go(f"/staff/occurrences/{occurrence_id}/check-in")
    code = station.tab.locator("#code b.code").inner_text()
    picture = station.tab.locator("#code svg.qr")
    size = int(str(picture.get_attribute("viewBox")).split()[2]) - 8
    path = str(picture.locator("path").last.get_attribute("d"))
    assert qr.read(qr.modules(path, size)) == f"{address}/volunteer/check-in?code={code}"
    return code


def type_code(me: Phone, code: str) -> str:
    me.go("/volunteer/check-in")
    me.tab.locator("#code").fill(code)
    me.press("form:has(#code) button[type=submit]", "/volunteer/check-in$")
    return me.tab.locator(".flash").first.inner_text()


def test_a_person_joins_serves_and_sees_the_hours(
    windows: list[BrowserContext], address: str, make: Make, clock: time_machine.Traveller
) -> None:
    team_id = make.team("s1", name="示例清水队", does="捡河岸、分垃圾")
    occurrence_id = make.occurrence("s1", when=span(0, "10:00", "12:00"), title="示例护河行动")
    shift_id = make.shift(occurrence_id, role="带队、发工具", team_id=team_id, word="站门口集合。")
    editor = make.account(Role.EDITOR, "s1")
    me, station = Phone(windows[0]), Phone(windows[1])

    me.go("/teams/")
    me.press(f'a[href="/teams/{team_id}"]', f"/teams/{team_id}$")
    me.press(f'a[href="/teams/{team_id}/join"]', "/join$")
    me.tab.locator("#name").fill("郑示例")
    me.tab.locator("#phone").fill("13800001234")
    me.tab.locator("#born_on").fill("1990-05-01")
    me.tab.locator("#consent").check()
    me.press("form:has(#consent) button[type=submit]", f"/teams/{team_id}$")

    sign_in(station, editor.username, PASSWORD, "/staff/$")
    station.go("/staff/volunteers/")
    station.press('form[action^="/staff/memberships/"] button[value=take]', "/staff/volunteers/$")
    station.tab.get_by_role("link", name="郑示例").click()
    station.press('form[action$="/code"] button[type=submit]', "/staff/volunteers/")
    number, code = (station.tab.locator(f"[role=status] b.code >> nth={n}").inner_text() for n in (0, 1))

    me.go("/volunteer/activate")
    me.tab.locator("#number").fill(number)
    me.tab.locator("#code").fill(code)
    me.tab.locator("#password").fill(OWN_PASSWORD)
    me.press("form:has(#password) button[type=submit]", "/volunteer/$")
    me.press("form[action='/logout'] button", "/$")
    sign_in(me, number, OWN_PASSWORD, "/volunteer/$")

    me.press(f'a[href="/volunteer/shifts/{shift_id}"]', f"/volunteer/shifts/{shift_id}$")
    expect(me.tab.locator("main")).to_contain_text("站门口集合。")
    me.press(f'form[action="/volunteer/shifts/{shift_id}"] button', f"/volunteer/shifts/{shift_id}$")
    expect(me.tab.locator("main")).to_contain_text("已报上，等您来。")
    me.go("/volunteer/shifts")
    expect(me.tab.locator("main")).to_contain_text("带队、发工具")

    clock.move_to(COMES)
    shown = code_at_the_place(station, occurrence_id, address)
    assert "9:55" in type_code(me, shown)
    station.go(f"/staff/occurrences/{occurrence_id}/check-in")
    expect(station.tab.locator("#code li", has_text="郑示例")).to_contain_text("9:55")

    clock.move_to(GOES)
    sign_in(station, editor.username, PASSWORD, "/staff/$")  # nobody has touched the desk for two hours
    later = code_at_the_place(station, occurrence_id, address)
    assert later != shown
    me.tab.goto(f"/volunteer/check-in?code={later}")  # what the camera has read
    expect(me.tab.locator("#code")).to_have_value(later)
    assert "12:05" in type_code(me, later)

    me.go("/volunteer/hours")
    expect(me.tab.locator("dl.tot dd").first).to_contain_text("2.1")
    expect(me.tab.locator("ol.log li")).to_contain_text("示例护河行动")
    assert me.faults == station.faults == []


def test_an_order_goes_its_whole_way_from_hand_to_hand(
    windows: list[BrowserContext], address: str, app: Flask, make: Make, clock: time_machine.Traveller
) -> None:
    team_id = make.team("s1", name="示例理发队")
    leader = make.volunteer_login(make.volunteer(team_id, leads=True), Role.LEADER)
    item_id = make.menu_item(title="上门理发", stations=["s1"], teams=[team_id], place=Where.HOME)
    editor, dispatcher = make.account(Role.EDITOR, "s1"), make.account(Role.EDITOR, "office")
    me, station, office, team = map(Phone, windows)

    me.go(f"/menu/{item_id}")
    me.press('a[href^="/orders/new?item="]', "/orders/new")
    me.tab.locator('input[name="t"]').first.check()
    me.tab.locator("#address").fill("示例巷 3 号")
    me.tab.locator("#name").fill("林示例")
    me.tab.locator("#phone").fill("13800001234")
    me.tab.locator("#consent").check()
    me.press("form:has(#consent) button[type=submit]", "/orders/")
    reference, own_page = me.tab.locator("#reference").inner_text(), me.tab.url
    with app.app_context():
        order_id = db.session.scalars(sa.select(Order.id).where(Order.reference == reference)).one()

    sign_in(station, editor.username, PASSWORD, "/staff/$")
    station.go(f"/staff/orders/{order_id}")
    station.press('form[action*="/admit"] button[type=submit]', f"/staff/orders/{order_id}")
    sign_in(office, dispatcher.username, PASSWORD, "/staff/$")
    office.go(f"/staff/orders/{order_id}")
    expect(office.tab.locator("main")).to_contain_text("示例理发队")
    office.press('form[action*="/dispatch"] button[type=submit]', f"/staff/orders/{order_id}")

    sign_in(team, leader.username, PASSWORD, "/volunteer/$")
    team.go("/volunteer/orders")
    team.press(f'a[href="/volunteer/orders/{order_id}"]', f"/volunteer/orders/{order_id}$")
    expect(team.tab.locator("main")).not_to_contain_text("示例巷")
    team.press('button[name="time"]', f"/volunteer/orders/{order_id}$")
    expect(team.tab.locator("main")).to_contain_text("示例巷")
    me.tab.goto(own_page)
    expect(me.tab.locator("main")).to_contain_text("示例理发队")

    with app.app_context():
        ends_at = db.session.scalars(sa.select(Order.ends_at).where(Order.id == order_id)).one()
    assert ends_at is not None
    clock.move_to(ends_at + timedelta(minutes=10))
    team.go(f"/volunteer/orders/{order_id}/report")
    team.tab.locator('input[name="helpers"]').first.check()
    team.press('form[action$="/report"] button[type=submit]', f"/volunteer/orders/{order_id}$")

    me.tab.goto(own_page)
    me.tab.locator('#rate input[value="very_good"]').check()
    me.press("#rate button[type=submit]", "/orders/")
    expect(me.tab.locator("main")).to_contain_text("办结")
    with app.app_context():
        order = db.session.get_one(Order, order_id)
        assert (order.state, order.grade) == (State.CLOSED, Grade.VERY_GOOD)
    assert me.faults == station.faults == office.faults == team.faults == []
