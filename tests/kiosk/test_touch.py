"""What a passer-by touches on a screen: calendar, dates, stations, menu; each with a code for the phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from time_machine import Traveller

from portal.activities import occurrences
from portal.activities.models import Category, SignUp
from portal.clock import today
from portal.web.qr import qr_path
from tests.browser import Browser, Page
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")
Screen = Callable[..., Browser]


def titles(page: Page) -> list[str]:
    return [node.text() for node in page.all(".k-row .t")]


def opens(page: Page, address: str) -> bool:
    """Say whether a code on the page leads to this address of the portal."""
    path = qr_path("http://localhost" + address).path
    return any(node.attributes.get("d") == path for node in page.all(".qr path"))


def test_the_calendar_shows_today_and_two_weeks_to_touch(screen: Screen, make: Make, noon: Traveller) -> None:
    make.occurrence(when=span(0, "15:00", "16:00"), title="下午的讲座")
    make.occurrence(when=span(0, "12:30", "13:00"), title="午间的操")
    make.occurrence(when=span(1), title="明天的课")
    noon.shift(timedelta(hours=2))
    page = screen().get("/kiosk/s1/calendar")
    assert titles(page) == ["下午的讲座"]
    assert "已结束 1 场" in page.text
    days = page.all(".k-strip a")
    assert len(days) == 15
    assert page.one(".k-strip [aria-current=date]").attributes["href"] == "/kiosk/s1/calendar?on=2026-06-10"
    tomorrow = page.follow(".k-strip a:nth-child(3)")
    assert tomorrow.path == "/kiosk/s1/calendar?on=2026-06-11"
    assert titles(tomorrow) == ["明天的课"]


def test_the_calendar_is_narrowed_to_a_station_and_stays_so(screen: Screen, make: Make) -> None:
    make.occurrence("s1", when=span(0, "15:00", "16:00"), title="一站的")
    make.occurrence("s2", when=span(0, "15:00", "16:00"), title="二站的")
    browser = screen()
    assert titles(browser.get("/kiosk/s1/calendar")) == ["一站的", "二站的"]
    page = browser.get("/kiosk/s1/calendar").follow('.k-places a[href*="station=s2"]')
    assert titles(page) == ["二站的"]
    date = page.follow(".k-row a")
    assert titles(date.follow(".k-doors .back")) == ["二站的"]


def test_what_is_for_children_has_no_button_and_says_where_to_go_on(screen: Screen, make: Make) -> None:
    page = screen().get(f"/kiosk/s1/dates/{make.class_with_seats(5, ages=(6, 12))}")
    assert page.all(".k-go") == []
    assert "扫码" in page.one(".k-how").text()


def test_a_date_that_is_cancelled_says_why_in_full(app: Flask, screen: Screen, make: Make) -> None:
    occurrence_id, reason = make.occurrence(), "场地临时被征用，改到下周六上午同一时间，报过名的不用再报"
    with app.app_context():
        occurrences.cancel(occurrence_id, reason, make.actor())
    assert reason in screen().get(f"/kiosk/s1/dates/{occurrence_id}").one("aside").text()


def test_a_screen_opened_in_english_stays_english(screen: Screen, make: Make) -> None:
    browser = screen()
    board = browser.get("/kiosk/s1?lang=en")
    assert board.one("#main").attributes["data-home"] == "/kiosk/s1?lang=en"
    assert board.one("#main").attributes["data-beat"] == "/kiosk/s1/beat?lang=en"
    page = board.follow('.k-bar a[href*="/menu"]')
    assert page.path == "/kiosk/s1/menu?lang=en"
    assert page.one("html").attributes["lang"] == "en"
    assert "lang=" not in (browser.get("/kiosk/s1").one("#main").attributes["data-home"] or "")


def test_where_only_other_dates_of_a_course_take_people_no_button_leads_to_a_dead_end(
    screen: Screen, make: Make, noon: Traveller
) -> None:
    dates = make.course(2, sign_up=SignUp.EITHER, spans=[span(0, "12:30", "13:00"), span(1)])
    browser = screen()
    assert browser.get(f"/kiosk/s1/dates/{dates[0]}").all(".k-go")
    noon.shift(timedelta(hours=2))
    page = browser.get(f"/kiosk/s1/dates/{dates[0]}")
    assert page.status == 200
    assert page.all(".k-go") == []
    assert browser.get(f"/kiosk/s1/dates/{dates[1]}").all(".k-go")


def test_what_takes_people_is_listed_for_a_week(screen: Screen, make: Make) -> None:
    make.class_with_seats(5, span(2), title="能报的")
    make.class_with_seats(5, span(9), title="还早的")
    make.class_with_seats(5, span(3), title="没开始报的", opens_days=1)
    make.occurrence(when=span(2), title="不用报的")
    full = make.class_with_seats(1, span(4), title="满了的")
    make.registration(full)
    page = screen().get("/kiosk/s1/calendar?open=1")
    assert titles(page) == ["能报的", "满了的"]
    assert "剩 5 个名额" in page.text
    assert "满" in page.all(".k-row .pill")[1].text()
    first = page.all(".k-row a")[0].attributes["href"] or ""
    assert page.browser.get(first).follow(".k-doors .back").path == "/kiosk/s1/calendar?open=1"


@pytest.mark.parametrize(
    "asked",
    [
        "on=2026-06-31",
        "on=2026-06-09",
        "on=2026-06-24",
        "on=9999-12-31",
        "on=x",
        "station=nowhere",
        "on=%00&station=%00",
    ],
)
def test_what_makes_no_sense_falls_back_to_today_with_a_word(screen: Screen, make: Make, asked: str) -> None:
    make.occurrence(when=span(0, "15:00", "16:00"), title="今天的")
    page = screen().get(f"/kiosk/s1/calendar?{asked}")
    assert page.status == 200
    assert titles(page) == ["今天的"]
    assert page.all(".flash.warn")


def test_a_date_says_all_and_has_a_code_for_the_phone(screen: Screen, make: Make) -> None:
    occurrence_id = make.class_with_seats(5, title="写春联", text="带上围裙。" * 100)
    page = screen().get(f"/kiosk/s1/dates/{occurrence_id}")
    assert page.one("h1").text() == "写春联"
    assert opens(page, f"/occurrences/{occurrence_id}")
    assert "剩 5 个名额" in page.text
    assert page.text.count("带上围裙") < 60
    assert page.one("a.k-go").attributes["href"] == f"/kiosk/s1/dates/{occurrence_id}/register"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Kiosk-Page"] == "form"


def test_a_date_that_takes_nobody_says_why_and_has_no_button(
    screen: Screen, make: Make, noon: Traveller
) -> None:
    browser = screen()
    over_soon = make.class_with_seats(5, span(0, "12:30", "13:00"))
    noon.shift(timedelta(hours=2))
    free = browser.get(f"/kiosk/s1/dates/{make.occurrence()}")
    later = browser.get(f"/kiosk/s1/dates/{make.class_with_seats(5, span(9), opens_days=2)}")
    over = browser.get(f"/kiosk/s1/dates/{over_soon}")
    for page in (free, later, over):
        assert page.all(".k-go") == []
    assert "不用报名" in free.one(".k-how").text()
    assert "6月17日" in later.one(".k-how").text().replace(" ", "")
    assert "结束" in over.one(".k-how").text()


def test_back_from_a_date_is_its_day(screen: Screen, make: Make) -> None:
    browser = screen()
    soon = browser.get(f"/kiosk/s1/dates/{make.occurrence(when=span(3))}")
    assert soon.one(".k-doors .back").attributes["href"] == "/kiosk/s1/calendar?on=2026-06-13"
    far = browser.get(f"/kiosk/s1/dates/{make.occurrence(when=span(40))}")
    assert far.one(".k-doors .back").attributes["href"] == "/kiosk/s1/calendar"
    assert "/kiosk/s1" in [node.attributes["href"] for node in far.all(".k-doors a")]


def test_what_is_not_there_is_404(screen: Screen, make: Make) -> None:
    browser = screen()
    draft = make.occurrence(published=False)
    hidden = make.menu_item(make.menu(published=False))
    for address in (
        f"dates/{draft}",
        f"dates/{draft}/register",
        "dates/0",
        "stations/nowhere",
        f"menu/{hidden}",
        f"menu/{hidden}/order",
        "menu/0",
    ):
        page = browser.get(f"/kiosk/s1/{address}")
        assert (address, page.status) == (address, 404)
        assert page.headers["Kiosk-Page"] == "notice"


def test_the_stations_are_tiles_and_each_has_its_page(screen: Screen, make: Make) -> None:
    make.occurrence("s2", when=span(1), title="二站明天的")
    page = screen().get("/kiosk/s1/stations")
    assert len(page.all(".k-tiles a")) == 11
    one = page.follow('.k-tiles a[href="/kiosk/s1/stations/s2"]')
    assert titles(one) == ["二站明天的"]
    assert opens(one, "/stations/s2")
    assert one.follow(".k-doors .back").path == "/kiosk/s1/stations"


def test_the_menu_and_a_service_of_it(screen: Screen, make: Make) -> None:
    item_id = make.menu_item(title="上门理发", text="十年的手艺。", lead_days=2)
    make.menu_item(title="修小家电", category=Category.SCIENCE)
    make.menu_item(title="停一停", paused=True)
    page = screen().get("/kiosk/s1/menu")
    assert [node.text() for node in page.all(".k-serve b")] == ["上门理发", "修小家电"]
    one = page.follow(f'.k-serve a[href="/kiosk/s1/menu/{item_id}"]')
    assert "十年的手艺" in one.text
    assert "提前两个工作日" in one.text
    assert opens(one, f"/menu/{item_id}")
    assert one.one(".k-go").attributes["href"] == f"/kiosk/s1/menu/{item_id}/order"


def test_a_service_that_is_over_or_paused_cannot_be_ordered(screen: Screen, make: Make) -> None:
    browser = screen()
    ended = make.menu(title="旧的", ends_on=today() - timedelta(days=1))
    for item_id in (make.menu_item(ended), make.menu_item(paused=True)):
        page = browser.get(f"/kiosk/s1/menu/{item_id}")
        assert page.all(".k-go") == []
        assert page.one(".k-why").text()
        form = browser.get(f"/kiosk/s1/menu/{item_id}/order")
        assert form.status == 200
        assert form.all("form[method=post]") == []
        assert form.follow(".k-doors .back").path == "/kiosk/s1/menu"


def test_how_to_lend_a_hand(screen: Screen, make: Make) -> None:
    make.volunteer(make.team())
    page = screen().get("/kiosk/s1/help")
    assert opens(page, "/teams/")
    assert "1 支队" in page.text
    assert "1 位志愿者" in page.text


def test_every_page_leads_back_to_the_board(screen: Screen, make: Make) -> None:
    browser = screen()
    item_id, occurrence_id = make.menu_item(), make.class_with_seats()
    for address in (
        "calendar",
        f"dates/{occurrence_id}",
        "stations",
        "stations/s2",
        "menu",
        f"menu/{item_id}",
        "help",
    ):
        page = browser.get(f"/kiosk/s1/{address}")
        links = [node.attributes["href"] for node in page.all(".k-doors a")]
        assert "/kiosk/s1" in links, address


def test_other_browsers_are_led_to_the_board(app: Flask, make: Make) -> None:
    browser = Browser(app)
    for address in ("calendar", "stations", "menu", "help", f"dates/{make.class_with_seats()}/register"):
        page = browser.get(f"/kiosk/s1/{address}", follow=False)
        assert (page.status, page.headers["Location"]) == (303, "/kiosk/s1")
