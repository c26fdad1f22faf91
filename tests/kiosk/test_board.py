"""What stands on a board: whose turn it is, when it is bright, the days ahead; nothing of anybody's."""

from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.access import Role
from portal.activities import occurrences
from portal.activities.cards import Card
from portal.activities.models import Category
from portal.clock import ZONE, today
from portal.db import db, transaction
from portal.kiosk import board, devices, gate, notices
from portal.kiosk.models import BoardNotice, Kiosk
from portal.stations.hours import Stretch
from portal.stations.queries import Seal
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted

DAY = date(2026, 6, 10)
OWN = 1
LINKS = "#lists > .on li"


def card(number: int, station_id: int, hour: int, cancelled: bool = False) -> Card:
    begins = datetime.combine(DAY, time(hour), ZONE)
    return Card(
        id=number,
        activity_id=number,
        title=f"示例{number}",
        category=Category.CULTURE,
        starts_at=begins,
        ends_at=begins + timedelta(minutes=50),
        cancelled=cancelled,
        cancel_reason="",
        registration=False,
        seats=None,
        station_slug=f"s{station_id}",
        station_name="",
        seal=Seal("notch", "red", "侨"),
        place="",
        attended=None,
        published=True,
        station_id=station_id,
        seats_taken=0,
        parties_waiting=0,
        opens_at=None,
        closes_at=None,
    )


CARDS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 23), st.booleans()), max_size=25).map(
    lambda drawn: [card(number, *one) for number, one in enumerate(drawn)]
)


@given(CARDS)
def test_every_station_comes_once_before_any_comes_again(cards: list[Card]) -> None:
    turns = board.fair_turns(cards, DAY, OWN)
    assert sorted(turns.values()) == list(range(len(cards)))
    order = [one.station_id for one in sorted(cards, key=lambda one: turns[one.id])]
    for place, station_id in enumerate(order):
        before = order[:place].count(station_id)
        for other in set(order):
            # Nobody has had two turns more than somebody who still waits for one.
            assert order[:place].count(other) >= min(before, order.count(other))


@given(CARDS)
def test_a_screen_begins_with_its_own_station_and_each_station_with_what_takes_place(
    cards: list[Card],
) -> None:
    turns = board.fair_turns(cards, DAY, OWN)
    order = sorted(cards, key=lambda one: turns[one.id])
    if any(one.station_id == OWN and not one.cancelled for one in cards):
        assert order[0].station_id == OWN
    for station_id in {one.station_id for one in cards}:
        own = [one for one in order if one.station_id == station_id]
        assert own == sorted(own, key=lambda one: (one.cancelled, one.starts_at, one.id))


def kiosk(bright: tuple[time, time] | None = None) -> Kiosk:
    begins, ends = bright or (None, None)
    return Kiosk(station_id=OWN, name="示例", bright_from=begins, bright_until=ends)


@pytest.mark.parametrize(
    ("bright", "cards", "week", "expected"),
    [
        pytest.param(None, [], [], (time(7), time(20)), id="no hours known"),
        pytest.param(None, [card(1, OWN, 19)], [], (time(7), time(20)), id="no hours known, one thing on"),
        pytest.param(None, [card(1, OWN, 20)], [], (time(7), time(20, 50)), id="no hours known, one late"),
        pytest.param(None, [], [Stretch(2, time(9), time(17))], (time(9), time(17)), id="as it is open"),
        pytest.param(
            None,
            [],
            [Stretch(2, time(9), time(11)), Stretch(2, time(14), time(17))],
            (time(9), time(17)),
            id="bright over noon",
        ),
        pytest.param(
            None,
            [card(1, OWN, 19)],
            [Stretch(2, time(9), time(17))],
            (time(9), time(19, 50)),
            id="longer for the evening",
        ),
        pytest.param(
            None,
            [card(1, OWN, 6), card(2, 2, 22), card(3, OWN, 22, cancelled=True)],
            [Stretch(2, time(9), time(17))],
            (time(5, 30), time(17)),
            id="what is elsewhere or cancelled does not count",
        ),
        pytest.param(None, [], [Stretch(3, time(9), time(17))], (time.min, time.min), id="closed that day"),
        pytest.param(
            None,
            [card(1, OWN, 10)],
            [Stretch(3, time(9), time(17))],
            (time(9, 30), time(10, 50)),
            id="open for one thing",
        ),
        pytest.param(
            (time(8), time(22)), [], [Stretch(2, time(9), time(17))], (time(8), time(22)), id="as set"
        ),
    ],
)
def test_a_screen_is_bright_while_there_is_somebody(
    bright: tuple[time, time] | None,
    cards: list[Card],
    week: list[Stretch],
    expected: tuple[time, time],
) -> None:
    assert board.bright_on(kiosk(bright), DAY, cards, week) == expected


@pytest.fixture
def screen(app: Flask, make: Make) -> Browser:
    """Return the browser of a screen at the centre."""
    browser = Browser(app)
    browser.client.set_cookie(gate.COOKIE, make.kiosk("center")[1])
    return browser


def test_the_board_tells_today_and_a_week_ahead(
    screen: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    noon.shift(timedelta(hours=-4))
    make.occurrence("s1", title="示例过去", when=span(0, "09:00", "10:00"))
    make.occurrence("s1", title="示例正在", when=span(0, "11:00", "13:00"))
    make.occurrence("s2", title="示例马上", when=span(0, "13:30", "14:00"))
    make.occurrence("s3", title="示例晚上", when=span(0, "19:00", "20:00"))
    make.occurrence("s4", title="示例明天", when=span(1, "09:00", "10:00"))
    make.occurrence("s4", title="示例周后", when=span(7, "09:00", "10:00"))
    noon.shift(timedelta(hours=4))
    page = screen.get("/kiosk/center")
    rows = [(row.attributes["class"], row.css(".t")[0].text()) for row in page.all(LINKS)]
    assert rows == [
        ("row running", "示例正在"),
        ("row coming soon", "示例马上"),
        ("row coming", "示例晚上"),
    ]
    assert "还有 90 分钟" in " ".join(page.all(LINKS)[1].text().split())
    assert page.one("#lists > .on .left").text() == "3"
    assert page.one("#lists > .on .over").text() == "1"
    days = [node.attributes["data-day"] for node in page.all("#dates > div")]
    assert days == [(today() + timedelta(days=away)).isoformat() for away in range(7)]
    assert "示例周后" not in page.text
    assert "农历四月廿五" in page.one("#dates > .on").text()
    assert page.headers["Kiosk-Page"] == "board"


@pytest.mark.usefixtures("noon")
def test_what_is_cancelled_stands_there_as_such(app: Flask, screen: Browser, make: Make) -> None:
    occurrence_id = make.occurrence("s1", title="示例取消", when=span(0, "15:00", "16:00"))
    by = make.actor(Role.EDITOR, "s1")
    with app.app_context():
        occurrences.cancel(occurrence_id, "台风", by)
    page = screen.get("/kiosk/center")
    row = page.one(LINKS)
    assert row.attributes["class"] == "row cancelled"
    assert "取消" in row.text()
    assert page.one("#lists > .on .left").text() == "0"


@pytest.mark.usefixtures("noon")
def test_nobodys_name_or_number_is_ever_on_a_board(app: Flask, screen: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(seats=9)
    make.registration(occurrence_id, name="欧阳示例", phone="13800138000")
    text = screen.get("/kiosk/center").response.text
    for told in ("欧阳", "13800138000", "138****8000", "8000"):
        assert told not in text


@pytest.mark.usefixtures("noon")
def test_a_notice_stands_on_the_boards_of_its_station_and_of_all_below(app: Flask, make: Make) -> None:
    with app.app_context(), transaction() as session:
        for station, text in (("center", "明天停水，下午闭馆"), ("s2", "空调在修")):
            session.add(
                BoardNotice(
                    station_id=make.station(station),
                    text=text,
                    until=today(),
                    written_at=datetime.now(ZONE),
                    written_by="示例",
                )
            )
    seen = {}
    for station in ("center", "s1", "s2"):
        browser = Browser(app)
        browser.client.set_cookie(gate.COOKIE, make.kiosk(station)[1])
        seen[station] = [node.text() for node in browser.get(f"/kiosk/{station}").all(".notice .big")]
    assert seen == {
        "center": ["明天停水，下午闭馆"],
        "s1": ["明天停水，下午闭馆"],
        "s2": ["空调在修", "明天停水，下午闭馆"],
    }


def test_however_much_the_centre_says_one_place_is_for_the_station_itself(app: Flask, make: Make) -> None:
    make.board_notice("s1", "体检改到二楼")
    for number in range(4):
        make.board_notice("center", f"通知{number}")
    browser = Browser(app)
    browser.client.set_cookie(gate.COOKIE, make.kiosk("s1")[1])
    shown = [node.text() for node in browser.get("/kiosk/s1").all(".notice .big")]
    assert shown == ["通知3", "通知2", "体检改到二楼"]


def test_a_notice_goes_from_the_boards_after_its_day_and_is_forgotten_a_month_later(
    app: Flask, screen: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    make.board_notice("center")
    assert len(screen.get("/kiosk/center").all(".notice")) == 1
    noon.shift(notices.USUAL + timedelta(days=1))
    assert screen.get("/kiosk/center").all(".notice") == []
    with app.app_context():
        notices.forget_over()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(BoardNotice)) == 1
    noon.shift(notices.KEPT)
    with app.app_context():
        notices.forget_over()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(BoardNotice)) == 0


def test_a_screen_is_dark_outside_of_its_hours(app: Flask, screen: Browser, make: Make, noon: object) -> None:
    assert "night" not in (screen.get("/kiosk/center").one("html").attributes["class"] or "")
    by = make.actor(Role.MANAGER, "center")
    with app.app_context():
        devices.settle(1, "示例", (time(13), time(14)), by)
    assert "night" in (screen.get("/kiosk/center").one("html").attributes["class"] or "")


@pytest.mark.usefixtures("noon")
def test_a_board_costs_the_same_with_little_and_with_much(app: Flask, screen: Browser, make: Make) -> None:
    screen.get("/kiosk/center")
    with counted(app) as little:
        screen.get("/kiosk/center")
    for number in range(30):
        make.occurrence(f"s{number % 9 + 1}", title="示例", when=span(number % 7, "15:00", "16:00"))
    with counted(app) as much:
        screen.get("/kiosk/center")
    assert len(little) == len(much) == 7


@pytest.mark.usefixtures("noon")
def test_a_screen_of_another_station_is_led_to_its_own_board(app: Flask, make: Make, sign_in: SignIn) -> None:
    browser = Browser(app)
    browser.client.set_cookie(gate.COOKIE, make.kiosk("s1")[1])
    page = browser.get("/kiosk/center", follow=False)
    assert (page.status, page.headers["Location"]) == (303, "/kiosk/s1")
    assert sign_in(Role.EDITOR, "s1").get("/kiosk/s1").headers["Kiosk-Page"] == "pair"


def test_a_board_that_cannot_be_made_says_so_and_leads_back(
    screen: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "gather", lambda _kiosk: 1 / 0)
    answer = screen.client.get("/kiosk/center")
    assert answer.status_code == 500
    assert answer.headers["Kiosk-Page"] == "notice"
    assert 'class="back" href="/kiosk/center"' in answer.text


def test_nothing_is_known_of_a_station_that_is_not_there(client: Browser) -> None:
    for address in ("/kiosk/nowhere", "/kiosk/nowhere/offline"):
        assert client.get(address).status == 404
