"""A screen on its wall: paired, without network for a day, restarted, touched and left; in a real Chromium.

Two clocks run here: the portal's (clock) and the screen's (its tab's); wait() moves the screen's alone,
pass_by() both. The portal is really gone while it is down: nothing listens on its port.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from portal.access import Role
from portal.clock import ZONE
from portal.db import db
from portal.kiosk import board, devices, pairing, views
from portal.kiosk.models import Kiosk
from tests.make import Make, span
from tests.web.conftest import is_fault
from tests.web.test_phone_journeys import environ

__all__ = ["environ"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]

MORNING = datetime(2026, 6, 10, 8, 30, tzinfo=ZONE)  # a Wednesday, 农历四月廿五
ROTATIONS = 500
TURN = 12  # seconds
HOUR = 3600
FULL_HD, UPRIGHT, SMALL = (1920, 1080), (1080, 1920), (1366, 768)

KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const one of await (await caches.open(name)).keys()) { found.push(new URL(one.url).pathname); }
  }
  return found;
}"""
# All that a browser remembers for a page: storage, cookies a script sees, and every answer it keeps.
LEFT = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href,
                 JSON.stringify(history.state)];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const one of await cache.keys()) { found.push(one.url, await (await cache.match(one)).text()); }
  }
  return found.join(' ');
}"""
# What of the board reaches out of its place; by five pixels it may, it is moved about by four.
CUT_OFF = """() => {
  const found = [], look = (box, parts) => parts.forEach(part => {
    const a = part.getBoundingClientRect(), b = box.getBoundingClientRect();
    const inside = a.top >= b.top - 5 && a.bottom <= b.bottom + 5 && a.right <= b.right + 5;
    if (part.offsetHeight && !inside) { found.push(part.innerText); }
  });
  const list = document.querySelector('#lists > .on ol'), slide = document.querySelector('#slides > .on');
  look(list, list.querySelectorAll('li'));
  look(slide, slide.querySelectorAll('p, h2'));
  look(document.body, document.querySelectorAll('.k-bar a, .k-qr, .k-note'));
  return found;
}"""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING) as traveller:
        yield traveller


@dataclass
class Portal:
    """The portal of this test, which can be away for a while."""

    app: Flask
    url: str
    server: BaseWSGIServer | None = None
    thread: Thread | None = None

    def start(self) -> None:
        self.server = make_server("127.0.0.1", int(self.url.rsplit(":", 1)[1]), self.app, threaded=True)
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        if self.server is not None and self.thread is not None:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None


@pytest.fixture
def portal(app: Flask, clock: time_machine.Traveller) -> Iterator[Portal]:
    running = Portal(app, app.config["PUBLIC_URL"])
    running.start()
    yield running
    running.stop()


@pytest.fixture
def window(chromium: Browser, portal: Portal) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=portal.url,
        viewport={"width": FULL_HD[0], "height": FULL_HD[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(10_000)
    yield context
    context.close()


class Screen:
    """A tab of a screen; without network the browser itself notes faults, anything else is one of ours."""

    def __init__(self, window: BrowserContext, clock: time_machine.Traveller, secret: str = "") -> None:
        self.clock = clock
        if secret:
            window.add_cookies([{"name": "kiosk", "value": secret, "url": window_url(window)}])
        self.tab: Page = window.new_page()
        self.faults: list[str] = []
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))
        self.tab.on(
            "console",
            lambda message: (
                self.faults.append(message.text)
                if is_fault(message) and "net::ERR_" not in message.text
                else None
            ),
        )
        self.tab.clock.install(time=MORNING)
        self.set_clock()

    def set_clock(self) -> None:
        self.tab.clock.set_system_time(datetime.now(ZONE))

    def wait(self, seconds: float) -> None:
        """Let the screen's time pass, everything that falls due in it happening."""
        self.tab.clock.run_for(round(seconds * 1000))
        self.tab.wait_for_timeout(150)  # what it has asked for arrives in real time

    def pass_by(self, seconds: float) -> None:
        """Let time pass for the screen and the portal, as in a deep sleep: what fell due happens once."""
        self.clock.shift(timedelta(seconds=seconds))
        self.tab.clock.fast_forward(round(seconds * 1000))
        self.wait(65)
        self.clock.shift(timedelta(seconds=65))

    def kept(self) -> list[str]:
        """Return the paths that the worker keeps."""
        for _try in range(50):
            try:
                found: list[str] = self.tab.evaluate(KEPT)
            except Error:  # it was on its way to another page
                self.tab.wait_for_timeout(200)
            else:
                return found
        raise AssertionError("the screen never came to rest")

    def wait_until_kept(self, path: str) -> None:
        for _try in range(100):
            if path in self.kept():
                return
            self.tab.wait_for_timeout(100)
        raise AssertionError(f"{path} was never kept, only {self.kept()}")

    def shows(self, *titles: str) -> None:
        expect(self.tab.locator("#lists > .on li .t:visible")).to_have_text(list(titles))

    def titles(self) -> list[str]:
        return [words.strip() for words in self.tab.locator("#lists > .on li .t:visible").all_inner_texts()]


def window_url(window: BrowserContext) -> str:
    url: str = window._impl_obj._options["baseURL"]  # playwright shows it nowhere else
    return url


Turn = Callable[..., Screen]


@pytest.fixture
def turned_on(
    window: BrowserContext, portal: Portal, clock: time_machine.Traveller, make: Make
) -> Iterator[Turn]:
    """Return a function that turns on the paired screen of a station, its board kept for a bad day."""
    screens = []

    def turn(station: str = "center") -> Screen:
        screen = Screen(window, clock, make.kiosk(station)[1])
        screens.append(screen)
        screen.tab.goto(f"/kiosk/{station}")
        expect(screen.tab.locator("#lists")).to_be_visible()
        screen.tab.evaluate("navigator.serviceWorker.ready")
        screen.wait(5)
        screen.tab.reload()
        screen.wait_until_kept(f"/kiosk/{station}")
        return screen

    yield turn
    for screen in screens:
        assert screen.faults == []


def test_a_screen_asks_for_a_code_and_becomes_a_board_when_it_is_typed(
    app: Flask, window: BrowserContext, portal: Portal, clock: time_machine.Traveller, make: Make
) -> None:
    screen = Screen(window, clock)
    screen.tab.goto("/kiosk/s1")
    screen.wait(2)
    code = screen.tab.locator("#code")
    expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    first = code.inner_text()
    # Nobody comes for ten minutes: another one stands there, the old one opens nothing.
    clock.shift(timedelta(minutes=10, seconds=1))
    screen.wait(6)
    screen.wait(6)
    expect(code).not_to_have_text(first)
    expect(code).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    by = make.actor(Role.MANAGER, "center")
    with app.app_context():
        pairing.pair(code.inner_text(), "门口立式屏", by)
    screen.wait(6)
    expect(screen.tab.locator("#lists > .on h2")).to_contain_text("今天")
    assert screen.faults == []


def test_a_screen_goes_on_through_a_day_without_network(
    turned_on: Turn, portal: Portal, make: Make, clock: time_machine.Traveller
) -> None:
    make.occurrence(title="示例晨练", station="s1", when=span(0, "08:00", "09:00"))
    make.occurrence(title="示例合唱", station="s2", when=span(0, "19:00", "20:30"))
    make.occurrence(title="示例书法", station="s3", when=span(1, "09:00", "10:00"))
    screen = turned_on()
    tab = screen.tab
    note = tab.locator(".k-note")
    screen.shows("示例晨练", "示例合唱")
    expect(tab.locator("#lists > .on .running .t")).to_have_text("示例晨练")
    expect(note).not_to_have_class(re.compile("stale"))

    portal.stop()
    screen.pass_by(35 * 60)
    screen.shows("示例合唱")  # over by its own clock, nobody told it
    expect(tab.locator("#lists > .on .over")).to_have_text("1")
    expect(note).to_have_class(re.compile("stale"))
    expect(note).to_contain_text("网络不通，数据截至 08:30")

    # Off and on again: the board that was kept.
    tab.reload()
    screen.wait(5)
    screen.shows("示例合唱")
    expect(note).to_contain_text("数据截至 08:30")

    screen.pass_by(10 * HOUR)
    expect(tab.locator("#lists > .on .running .t")).to_have_text("示例合唱")
    expect(tab.locator("html")).not_to_have_class(re.compile("night"))
    screen.pass_by(4 * HOUR)
    expect(tab.locator("html")).to_have_class(re.compile("night"))
    expect(tab.locator("#lists > .on .k-none")).to_be_visible()

    screen.pass_by(10 * HOUR)  # tomorrow, still without network
    expect(tab.locator("html")).not_to_have_class(re.compile("night"))
    expect(tab.locator("#dates .on")).to_contain_text("6 月 11 日")
    expect(tab.locator("#dates .on")).to_contain_text("四月廿六")
    screen.shows("示例书法")
    expect(tab.locator("#lists > .on .running .t")).to_have_text("示例书法")
    expect(note).to_contain_text("06-10 08:30")

    make.occurrence(title="示例讲座", station="s4", when=span(0, "15:00", "16:00"))
    portal.start()
    screen.wait(65)
    screen.shows("示例书法", "示例讲座")
    expect(note).not_to_have_class(re.compile("stale"))

    # A week and more: it says that it knows nothing any more.
    portal.stop()
    screen.pass_by(8 * 24 * HOUR)
    expect(tab.locator("#lists > .on")).to_contain_text("一个星期没联上网")


def test_what_is_touched_without_network_says_so_and_leads_back(turned_on: Turn, portal: Portal) -> None:
    screen = turned_on()
    portal.stop()
    screen.tab.get_by_role("link", name="看日历").or_(
        screen.tab.get_by_role("link", name="日历")
    ).first.click()
    expect(screen.tab.locator("h1")).to_contain_text("网不通")
    screen.wait(25)
    expect(screen.tab.locator("#lists")).to_be_visible()
    portal.start()
    screen.wait(65)
    expect(screen.tab.locator(".k-note")).not_to_have_class(re.compile("stale"))
    screen.tab.get_by_role("link", name="日历").first.click()
    expect(screen.tab.locator("#main")).to_have_attribute("data-kiosk", "form")


def test_an_error_of_the_portal_is_no_page_for_a_screen(
    turned_on: Turn, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = turned_on()
    monkeypatch.setattr(board, "gather", lambda _kiosk: 1 / 0)
    screen.tab.reload()
    expect(screen.tab.locator("#lists")).to_be_visible()
    screen.wait(5 * 60)
    expect(screen.tab.locator(".k-note")).to_have_class(re.compile("stale"))
    monkeypatch.undo()
    screen.wait(65)
    expect(screen.tab.locator(".k-note")).not_to_have_class(re.compile("stale"))
    screen.faults = [fault for fault in screen.faults if "500" not in fault]


def test_five_hundred_turns_leave_memory_as_it_was(
    turned_on: Turn, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        make.occurrence(title=f"示例{number}", station=f"s{number % 9 + 1}", when=span(0, "20:00", "21:00"))
    screen = turned_on()
    session = screen.tab.context.new_cdp_session(screen.tab)
    session.send("Performance.enable")

    def measured() -> dict[str, float]:
        screen.tab.wait_for_timeout(3000)  # what was asked for is answered, and swept up
        for _again in range(3):
            session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in metrics}

    def turn(times: int) -> None:
        for _ten in range(times // 10):
            screen.wait(10 * TURN)

    seen = [set(screen.titles())]
    turn(50)  # until everything that is made once is made
    before = measured()
    for _part in range(10):
        turn(ROTATIONS // 10)
        seen.append(set(screen.titles()))
    after = measured()
    figures = {name: (before[name], after[name]) for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}
    with capsys.disabled():
        print(f"\n{ROTATIONS} turns: {figures}")
    assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] * 1.25  # a board that stayed: 50 times
    assert abs(after["Nodes"] - before["Nodes"]) < 50
    assert after["JSEventListeners"] < before["JSEventListeners"] + 60  # of questions still under way
    assert len(set().union(*seen)) == 12


def test_a_screen_is_moved_a_little_and_says_when_its_clock_is_wrong(
    app: Flask, turned_on: Turn, make: Make
) -> None:
    screen = turned_on()
    expect(screen.tab.locator(".k-note")).not_to_have_class(re.compile("wrong"))
    places = set()
    for _step in range(8):
        screen.wait(3 * 60)
        places.add(screen.tab.evaluate("document.getElementById('main').style.transform"))
    assert len(places) > 4
    # Its clock is 24 minutes ahead by now: it says so, on the wall and to the staff.
    expect(screen.tab.locator(".k-note")).to_contain_text("这块屏的钟不准")
    with app.app_context():
        found = db.session.get(Kiosk, 1)
        assert found is not None
        assert (found.clock_off or 0) > 60
        assert (found.shows, found.build) == ("board", views.build())


def test_a_screen_loads_anew_when_staff_say_so_and_goes_blank_when_taken_back(
    app: Flask, turned_on: Turn, make: Make
) -> None:
    screen = turned_on()
    by = make.actor(Role.MANAGER, "center")
    screen.tab.evaluate("window.marked = true")
    screen.wait(65)
    assert screen.tab.evaluate("window.marked") is True
    with app.app_context():
        devices.ask_to_reload(1, by)
    screen.wait(65)
    expect(screen.tab.locator("#lists")).to_be_visible()
    screen.tab.wait_for_function("window.marked === undefined")
    with app.app_context():
        devices.revoke(1, by)
    screen.wait(65)
    expect(screen.tab.locator("h1")).to_have_text("这块屏还没配对")
    expect(screen.tab.locator("#code")).to_be_visible()
    assert screen.kept() == []


def test_a_new_release_waits_for_the_night(turned_on: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = turned_on()
    screen.tab.evaluate("window.marked = true")
    monkeypatch.setattr(views, "build", lambda: "tomorrow")
    screen.pass_by(2 * HOUR)
    assert screen.tab.evaluate("window.marked") is True
    screen.pass_by(11 * HOUR)
    expect(screen.tab.locator("html")).to_have_class(re.compile("night"))
    screen.wait(65)
    screen.tab.wait_for_function("window.marked === undefined")
    expect(screen.tab.locator("#main")).to_have_attribute("data-build", "tomorrow")


def test_a_page_that_is_stuck_is_loaded_anew(turned_on: Turn) -> None:
    screen = turned_on()
    screen.tab.evaluate("window.marked = true")
    screen.tab.evaluate("DOMTokenList.prototype.toggle = () => { throw new Error('stuck'); }; null")
    screen.wait(5 * 60)
    assert screen.tab.evaluate("window.marked") is True  # not round and round
    screen.wait(10 * 60)
    expect(screen.tab.locator("#lists")).to_be_visible()
    screen.tab.wait_for_function("window.marked === undefined")
    screen.faults = [fault for fault in screen.faults if "stuck" not in fault]


def test_the_clock_is_that_of_the_stations_whatever_zone_the_device_was_given(
    chromium: Browser, portal: Portal, make: Make, clock: time_machine.Traveller
) -> None:
    context = chromium.new_context(base_url=portal.url, locale="en-US", timezone_id="America/New_York")
    screen = Screen(context, clock, make.kiosk("center")[1])
    for address in ("/kiosk/center", "/kiosk/center/calendar", "/kiosk/center/offline"):
        screen.tab.goto(address)
        screen.wait(2)
        expect(screen.tab.locator("#clock")).to_have_text("08:30")
    context.close()


@pytest.mark.parametrize("size", [FULL_HD, UPRIGHT, SMALL], ids=["lying", "upright", "small"])
def test_nothing_is_cut_off_on_any_screen(turned_on: Turn, make: Make, size: tuple[int, int]) -> None:
    for number in range(8):
        make.occurrence(title=f"示例活动{number}", station=f"s{number + 1}", when=span(0, "20:00", "21:00"))
    screen = turned_on()
    screen.tab.set_viewport_size({"width": size[0], "height": size[1]})
    for _turn in range(8):
        screen.wait(TURN)
        cut: list[Any] = screen.tab.evaluate(CUT_OFF)
        assert cut == []
    assert screen.tab.evaluate("document.documentElement.scrollHeight <= innerHeight + 4")
    links = screen.tab.locator("main a:visible").all()
    boxes = [box for link in links if (box := link.bounding_box())]
    assert min(box["height"] for box in boxes) >= 60


def test_whoever_walks_away_leaves_nothing_behind(
    turned_on: Turn, make: Make, window: BrowserContext, portal: Portal
) -> None:
    occurrence_id = make.class_with_seats(title="示例剪纸", station="s1", when=span(0, "15:00", "16:00"))
    screen = turned_on()
    tab = screen.tab
    entries = tab.evaluate("history.length")
    tab.goto(f"/kiosk/center/dates/{occurrence_id}/register")
    for digit in "13800138000":
        tab.locator(f"button[name=key][value='{digit}']").click()
    expect(tab.locator("[data-shows=phone] .digits")).to_have_text("138 0013 8000")
    tab.locator("button[name=key][value=del]").click()
    expect(tab.locator("[data-shows=phone] .digits")).to_have_text("138 0013 800")
    # A digit is missing: said beside the keys, and what was typed stays.
    tab.locator(".keys button.pri").click()
    expect(tab.locator("#phone-e")).to_contain_text("1 位")
    expect(tab.locator("[data-shows=phone] .digits")).to_have_text("138 0013 800")
    tab.locator("button[name=key][value='0']").click()
    # No network: it says so, nothing is lost.
    portal.stop()
    tab.locator(".keys button.pri").click()
    expect(tab.locator("#need")).to_be_visible()
    tab.locator("#again").click()
    expect(tab.locator("[data-shows=phone] .digits")).to_have_text("138 0013 8000")
    portal.start()

    screen.wait(61)
    expect(tab.locator("#still")).to_be_visible()
    tab.locator("#stay").click()
    expect(tab.locator("#still")).to_be_hidden()
    expect(tab.locator("[data-shows=phone] .digits")).to_have_text("138 0013 8000")
    tab.locator("input[name=consent]").check(force=True)
    tab.locator(".keys button.pri").click()
    expect(tab.locator("#reference")).to_have_text(re.compile("^R-"))
    told = [tab.locator("#reference").inner_text(), "13800138000", "138 0013 8000", "8000", "registrations/"]
    assert told[0] in tab.content()
    screen.wait(72)
    expect(tab.locator("#lists")).to_be_visible()
    left = tab.content() + str(tab.evaluate(LEFT))
    assert [word for word in told if word in left] == []
    assert tab.evaluate("history.length") <= entries + 1  # the page that this test went to by itself
    tab.go_back()
    expect(tab.locator("#lists")).to_be_visible()
    assert [word for word in told if word in tab.content()] == []


def test_touching_goes_through_calendar_and_date_and_leaves_no_trail(turned_on: Turn, make: Make) -> None:
    make.class_with_seats(title="示例剪纸", station="s1", when=span(0, "15:00", "16:00"))
    screen = turned_on()
    tab = screen.tab
    entries = tab.evaluate("history.length")
    tab.locator("#clock").click()  # anywhere
    expect(tab.locator("#main")).to_have_attribute("data-kiosk", "form")
    tab.get_by_role("link", name=re.compile("示例剪纸")).click()
    expect(tab.locator("h1")).to_contain_text("示例剪纸")
    tab.get_by_role("link", name=re.compile("报名")).click()
    expect(tab.locator(".keys")).to_be_visible()
    assert tab.evaluate("history.length") == entries
    screen.wait(72)
    expect(tab.locator("#lists")).to_be_visible()
    assert tab.evaluate("history.length") == entries
