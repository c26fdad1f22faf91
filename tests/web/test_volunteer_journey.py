"""From the wish to join to the hours on one's own page, on a phone, with and without JavaScript.

The portal runs in this process, so that the clock can be set: half past eight, ten, noon.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from portal.access import Role
from portal.clock import ZONE
from tests.conftest import settings
from tests.make import PASSWORD, Make, span
from tests.web import qr
from tests.web.conftest import free_port, is_fault

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
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
) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """Open the phone of a person and, as wide, one of the station."""
    opened = [
        chromium.new_context(
            base_url=address,
            viewport={"width": 360, "height": 780},
            java_script_enabled=request.param,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        for _ in range(2)
    ]
    yield opened[0], opened[1]
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
    windows: tuple[BrowserContext, BrowserContext], address: str, make: Make, clock: time_machine.Traveller
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
