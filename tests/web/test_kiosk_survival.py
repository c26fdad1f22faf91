"""A screen runs on: without network, through errors, releases and months; in a real Chromium."""

import re
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import BrowserContext, expect

from portal.clock import today
from portal.kiosk import board, views
from tests.make import Make, span
from tests.web.screens import (
    HOUR,
    MORNING,
    ROTATIONS,
    TURN,
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


def test_whoever_walked_away_comes_home_through_a_line_that_swallows_everything(
    turned_on: Turn, portal: Portal, make: Make
) -> None:
    occurrence_id = make.class_with_seats(title="示例剪纸", station="s1", when=span(0, "15:00", "16:00"))
    screen = turned_on()
    screen.tab.goto(f"/kiosk/center/dates/{occurrence_id}/register")
    expect(screen.tab.locator(".keys")).to_be_visible()
    with portal.swallowed():
        screen.wait(72)  # from now on it is asked each second whether it has gone home
        expect(screen.tab.locator("#lists")).to_be_visible()


def test_a_network_that_leads_elsewhere_takes_no_screen_along(turned_on: Turn, portal: Portal) -> None:
    screen = turned_on()
    with portal.led_away():
        screen.tab.reload()
        screen.shows()
        screen.tab.get_by_role("link", name="点单").first.click()
        expect(screen.tab.locator("h1")).to_contain_text("网不通")
        screen.wait(25)
        expect(screen.tab.locator("#lists")).to_be_visible()
        assert screen.tab.url == f"{portal.url}/kiosk/center"
    # Where the portal itself leads on, the screen goes along.
    screen.tab.goto("/kiosk/s1")
    expect(screen.tab.locator("#lists")).to_be_visible()
    assert screen.tab.url == f"{portal.url}/kiosk/center"
    screen.faults = [fault for fault in screen.faults if "CORS" not in fault]


def test_a_device_that_is_days_off_shows_the_day_that_it_is(turned_on: Turn, make: Make) -> None:
    make.occurrence(title="示例合唱", station="s2", when=span(0, "19:00", "20:30"))
    screen = turned_on()
    screen.tab.clock.set_system_time(MORNING - timedelta(days=20))
    screen.wait(65)
    expect(screen.tab.locator("#dates .on")).to_contain_text("6 月 10 日")
    screen.shows("示例合唱")
    expect(screen.tab.locator(".k-note")).to_contain_text("这块屏的钟不准")
    for ahead in (20, 2):  # two days on is another day of the same board
        screen.tab.clock.set_system_time(MORNING + timedelta(days=ahead))
        screen.wait(65)
        expect(screen.tab.locator("#dates .on")).to_contain_text("6 月 10 日")
        screen.shows("示例合唱")


def test_a_notice_whose_day_is_over_goes_without_network(turned_on: Turn, portal: Portal, make: Make) -> None:
    make.board_notice("center", "今天停水", until=today())
    make.board_notice("center", "周六放电影", until=today() + timedelta(days=3))
    screen = turned_on()

    def notices() -> set[str]:
        seen = set()
        for _turn in range(8):
            screen.wait(TURN)
            seen |= set(screen.tab.locator("#slides .notice .big:visible").all_inner_texts())
        return seen

    assert notices() == {"今天停水", "周六放电影"}
    portal.stop()
    screen.pass_by(24 * HOUR)
    assert notices() == {"周六放电影"}


def test_an_english_screen_is_english_without_network(turned_on: Turn, portal: Portal) -> None:
    screen = turned_on()
    screen.tab.goto("/kiosk/center?lang=en")
    screen.wait_until_kept("/kiosk/center/offline")
    screen.wait(5)
    screen.tab.reload()
    screen.wait(5)
    portal.stop()
    screen.tab.get_by_role("link", name="Order").first.click()
    expect(screen.tab.locator("h1")).to_contain_text("needs the network")
    screen.wait(25)
    expect(screen.tab.locator("#lists > .on h2")).to_contain_text("Today")


def test_a_screen_that_gets_no_code_says_why_and_does_not_hurry(
    window: BrowserContext, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(views, "hit", lambda *_whom: asked.append(1))
    screen = Screen(window, clock)
    screen.tab.goto("/kiosk/s1")
    screen.wait(2)
    expect(screen.tab.locator("#main")).to_contain_text("过十分钟再试")
    for _second in range(15):
        screen.wait(1)
    assert len(asked) == 1
    screen.wait(10)
    expect(screen.tab.locator("#main")).to_contain_text("过十分钟再试")
    assert len(asked) == 2
    screen.faults = [fault for fault in screen.faults if "409" not in fault]


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
