"""A screen on its wall: paired, set right from afar, touched and left; in a real Chromium."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, expect

from portal.access import Role
from portal.db import db
from portal.kiosk import devices, pairing, views
from portal.kiosk.models import Kiosk
from tests.make import Make, span
from tests.web.screens import (
    CUT_OFF,
    FULL_HD,
    LEFT,
    SMALL,
    TURN,
    UPRIGHT,
    Portal,
    Screen,
    Turn,
    clock,
    environ,
    portal,
    turned_on,
    window,
)

__all__ = ["clock", "environ", "portal", "turned_on", "window"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


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
    expect(screen.tab.locator("#code")).to_be_visible()  # a token may be over meanwhile
    assert screen.kept() == []
    screen.faults = [fault for fault in screen.faults if "400" not in fault]


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
        long = f"示例第{number}回，一起来剪纸写字唱歌跳舞下棋喝茶聊天看电影，从早到晚都有人在，谁来都行"
        make.occurrence(title=long, station=f"s{number + 1}", when=span(1, "09:00", "10:00"))
    make.board_notice("center", "停水通知，" * 16)
    screen = turned_on()
    screen.tab.set_viewport_size({"width": size[0], "height": size[1]})
    slides = set()
    for _turn in range(8):
        screen.wait(TURN)
        slides.add(screen.tab.locator("#slides > .on").inner_text().split("\n")[0].strip())
        cut: list[Any] = screen.tab.evaluate(CUT_OFF)
        assert cut == []
    assert {"通知", "明天，各站里"} < slides
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


def test_what_is_wrong_comes_into_sight_and_whoever_presses_keys_keeps_the_place(
    turned_on: Turn, make: Make
) -> None:
    long = "示例很长的活动名，一起来剪纸写字唱歌跳舞下棋喝茶聊天看电影，从早到晚都有人在，谁来都行"
    occurrence_id = make.class_with_seats(
        title=long, station="s1", when=span(0, "15:00", "16:00"), ages=(18, None)
    )
    tab = turned_on().tab
    tab.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
    tab.goto(f"/kiosk/center/dates/{occurrence_id}/register")
    tab.locator("button[name=by][value='1']").click()
    expect(tab.locator(".cnt b")).to_have_text("2 人")
    expect(tab.locator("button[name=by][value='1']")).to_be_focused()
    for digit in "13800138000":
        tab.locator(f"button[name=key][value='{digit}']").click()
    tab.locator("input[name=age_band]").first.check(force=True)
    expect(tab.locator(".bad")).to_have_count(0)
    tab.locator(".keys button.pri").click()
    expect(tab.locator(".bad")).to_have_count(1)
    expect(tab.locator(".bad .err")).to_be_in_viewport()
    expect(tab.locator(".bad .k-tick")).to_be_in_viewport(ratio=0.9)


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
