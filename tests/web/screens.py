"""Turn on screens in a real Chromium, with a portal that can be away for a while.

Two clocks run here: the portal's (clock) and the screen's (its tab's); wait() moves the screen's alone,
pass_by() both. The portal is really gone while it is down: nothing listens on its port.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from typing import Any, TypeVar

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from portal.clock import ZONE
from tests.make import Make
from tests.web.conftest import SLOWEST, is_fault
from tests.web.test_phone_journeys import environ

__all__ = ["environ"]

Opened = TypeVar("Opened")
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


def opened(attempt: Callable[[], Opened]) -> Opened:
    """Open a port again that was closed just now; something else may have it for a moment."""
    for _try in range(50):
        try:
            return attempt()
        except (OSError, SystemExit):  # Werkzeug gives up altogether
            time.sleep(0.2)
    return attempt()


@dataclass
class Portal:
    """The portal of this test, which can be away for a while."""

    app: Flask
    url: str
    server: BaseWSGIServer | None = None
    thread: Thread | None = None

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def start(self) -> None:
        self.server = opened(lambda: make_server("127.0.0.1", self.port, self.app, threaded=True))
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        if self.server is not None and self.thread is not None:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None

    @contextmanager
    def swallowed(self) -> Iterator[None]:
        """Let every call be taken and never answered, as by a router whose line is dead."""
        self.stop()
        with opened(lambda: socket.create_server(("127.0.0.1", self.port), backlog=100)):
            yield
        self.start()

    @contextmanager
    def led_away(self) -> Iterator[None]:
        """Let every call be led to a page of another host, as a network does that wants people to sign in."""
        foreign = make_server(
            "127.0.0.1", 0, lambda _environ, start: answer(start, "200 OK", b"<h1>Sign in</h1>")
        )
        address = f"http://127.0.0.1:{foreign.server_port}/sign-in"
        self.stop()
        proxy = opened(
            lambda: make_server(
                "127.0.0.1",
                self.port,
                lambda _environ, start: answer(start, "302 Found", b"", ("Location", address)),
            )
        )
        threads = [Thread(target=one.serve_forever) for one in (foreign, proxy)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for one in (foreign, proxy):
                one.shutdown()
                one.server_close()
        self.start()


def answer(start: Any, status: str, body: bytes, *headers: tuple[str, str]) -> list[bytes]:
    start(status, [("Content-Type", "text/html"), *headers])
    return [body]


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
    context.set_default_timeout(SLOWEST)
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
