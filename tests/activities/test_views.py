"""The calendar by week, by day, and narrowed to where there is room."""

from xml.etree import ElementTree as Xml

import pytest
from flask import Flask

from portal.activities import occurrences
from tests.browser import Browser
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")  # Wednesday, 10 June 2026
ATOM = "{http://www.w3.org/2005/Atom}"


def titles(client: Browser, address: str) -> list[str]:
    return [node.text() for node in client.get(address).all(".ev .t")]


def test_a_week_shows_its_seven_days_with_all_that_is_on(client: Browser, make: Make) -> None:
    for days, title in ((-2, "周一"), (0, "周三早"), (4, "周日"), (5, "下周一"), (-3, "上周日")):
        make.activity(title=title, spans=[span(days, "08:00", "09:00"), span(30)])
    page = client.get("/calendar?view=week")
    assert [node.attributes["id"] for node in page.all(".week .day")] == [
        f"d2026060{day}" if day < 10 else f"d202606{day}" for day in range(8, 15)
    ]
    assert [node.text() for node in page.all(".week .t")] == ["周一", "周三早", "周日"], "over or not"
    assert titles(client, "/calendar?view=week&on=2026-06-15") == ["下周一"]
    assert [node.attributes["href"] for node in page.all(".calbar .tool")] == [
        "/calendar?view=week&on=2026-06-01",
        "/calendar?view=week",
        "/calendar?view=week&on=2026-06-15",
    ]


def test_the_list_shows_a_day_whole_however_much_is_on(client: Browser, make: Make) -> None:
    for number in range(50):
        make.activity(title=f"今天{number}", spans=[span(0, "14:00", "15:00")])
    make.activity(title="明天", spans=[span(1)])
    page = client.get("/calendar?view=list")
    assert len(page.all(".ev .t")) == 50
    assert page.all('a[href*="on=2026-06-11"]')
    assert titles(client, "/calendar?view=list&on=2026-06-11") == ["明天"]


def test_a_day_shows_itself_and_leads_to_its_neighbours(client: Browser, make: Make) -> None:
    make.activity(title="今天", spans=[span(0, "14:00", "15:00")])
    make.activity(title="明天", spans=[span(1)])
    assert titles(client, "/calendar?view=day") == ["今天"]
    page = client.get("/calendar?view=day&on=2026-06-11")
    assert [node.text() for node in page.all(".ev .t")] == ["明天"]
    hrefs = [node.attributes["href"] for node in page.all(".calbar .tool")]
    assert hrefs == [
        "/calendar?view=day&on=2026-06-10",
        "/calendar?view=day",
        "/calendar?view=day&on=2026-06-12",
    ]
    assert client.get("/calendar?view=day&on=2030-01-01").all(".empty")


def test_where_there_is_room_means_a_seat_now(client: Browser, app: Flask, make: Make) -> None:
    roomy = make.class_with_seats(2, title="有位")
    make.registration(roomy)
    full = make.class_with_seats(2, title="满了")
    make.registration(full, people=2)
    queued = make.class_with_seats(3, title="有人候补")
    make.registration(queued, people=2)
    make.registration(queued, people=2)
    make.class_with_seats(None, title="不限")
    make.class_with_seats(5, title="还没开始报", opens_days=1, when=span(9))
    make.class_with_seats(5, title="截止了", closes_minutes=1440, when=span(0, "20:00", "21:00"))
    make.class_with_seats(5, title="已开始", when=span(0, "11:00", "13:00"))
    off = make.class_with_seats(5, title="取消了")
    make.activity(title="随便来")
    with app.app_context():
        occurrences.cancel(off, "下雨", make.actor())
    assert set(titles(client, "/calendar?view=list&open=1")) == {"有位", "不限"}
    assert client.get("/calendar?open=2").status == 422


def test_the_quick_choices_lead_where_they_say(client: Browser, make: Make) -> None:
    links = {
        node.text(): node.attributes["href"] for node in client.get("/calendar?station=s1").all(".quick a")
    }
    assert links["今天"] == "/calendar?view=day&station=s1"
    assert links["明天"] == "/calendar?view=day&on=2026-06-11&station=s1"
    assert links["本周末"] == "/calendar?view=list&on=2026-06-13&station=s1"
    assert links["有名额"] == "/calendar?station=s1&open=1"
    assert links["无需报名"] == "/calendar?station=s1&free=1"


# Feeds


def entries(client: Browser, address: str) -> list[Xml.Element]:
    page = client.get(address)
    assert page.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return Xml.fromstring(page.response.text).findall(f"{ATOM}entry")


def test_the_news_feed_says_what_the_filter_shows(client: Browser, app: Flask, make: Make) -> None:
    make.activity(title="书法 <基础> & 提高", station="s1", spans=[span(2, "14:00", "16:00")])
    make.activity(title="别的站", station="s2")
    make.activity(title="很久以后", station="s1", spans=[span(70)])
    off = make.occurrence(station="s1", title="广场舞", when=span(3))
    with app.app_context():
        occurrences.cancel(off, "因雨取消", make.actor())
    found = entries(client, "/calendar.atom?station=s1")
    assert [entry.findtext(f"{ATOM}title") for entry in found] == ["书法 <基础> & 提高", "【取消】广场舞"]
    assert "14:00–16:00" in (found[0].findtext(f"{ATOM}summary") or "")
    assert (found[1].findtext(f"{ATOM}id") or "").startswith("tag:huaqiao.example,2023:occurrence-")
    assert client.get("/calendar.atom?station=nowhere").status == 404


@pytest.mark.parametrize("address", ["/calendar.ics", "/calendar.atom", "/stations/s1/calendar.ics"])
def test_an_unchanged_feed_is_not_sent_again(app: Flask, make: Make, address: str) -> None:
    occurrence_id = make.occurrence()
    reader = app.test_client()
    first = reader.get(address)
    again = reader.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    weak = reader.get(address, headers={"If-None-Match": f"W/{first.headers['ETag']}"})
    assert weak.status_code == 304
    with app.app_context():
        occurrences.cancel(occurrence_id, "下雨", make.actor())
    changed = reader.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    english = reader.get(f"{address}?lang=en", headers={"If-None-Match": changed.headers["ETag"]})
    assert english.status_code == 200


def test_a_page_holds_its_text_ready_to_copy(client: Browser, make: Make) -> None:
    occurrence_id = make.occurrence(title="剪纸", when=span(2, "14:00", "16:00"))
    text = client.get(f"/occurrences/{occurrence_id}").one("#copy").text()
    assert [
        word in text for word in ("剪纸", "6 月 12 日", "14:00–16:00", f"/occurrences/{occurrence_id}")
    ] == [True] * 4
