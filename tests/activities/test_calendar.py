"""What residents see: home, calendar, one date; narrowed, paged, and asked for nonsense."""

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.activities import occurrences
from portal.activities.models import Audience, Category, Series
from portal.db import db
from tests.browser import Browser
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")  # Wednesday, 10 June 2026


def titles(client: Browser, address: str) -> list[str]:
    return [node.text() for node in client.get(address).all(".ev .t")]


def test_home_says_what_is_still_on_today(client: Browser, make: Make) -> None:
    make.activity(title="晨练", spans=[span(0, "13:00", "14:00")])
    make.activity(title="夜校", spans=[span(0, "11:00", "13:00")])
    page = client.get("/")
    assert "今天还有 2 场， 1 场还没开始。" in page.text
    assert [node.text() for node in page.all("#d20260610 .t")] == ["夜校", "晨练"]
    assert "正在进行" in page.text


def test_what_is_over_today_is_folded_away(client: Browser, make: Make) -> None:
    with time_machine.travel(date(2026, 6, 9)):
        make.activity(title="太极", spans=[span(1, "07:00", "08:00")])
    page = client.get("/")
    assert "已结束 1 场" in page.text
    assert page.one("details.done .t").text() == "太极"


def test_home_counts_the_days_to_the_next_festival(client: Browser, app: Flask, make: Make) -> None:
    with app.app_context():
        series_id = db.session.scalars(sa.select(Series.id).where(Series.code == "duanwu")).one()
    make.activity(title="包粽子", spans=[span(9)], series_id=series_id)
    text = client.get("/").one(".festival").text()
    assert "端午" in text
    assert "还有 9 天" in text
    assert "1 场活动" in text


def test_drafts_are_nobodys_to_see(client: Browser, make: Make) -> None:
    row_id = make.occurrence(published=False, title="草稿一份")
    assert client.get(f"/occurrences/{row_id}").status == 404
    assert "草稿一份" not in client.get("/calendar?view=list").text
    assert "草稿一份" not in client.get("/calendar.ics").response.text


def test_the_month_shows_lunar_days_terms_festivals_and_days_off(client: Browser) -> None:
    text = client.get("/calendar?on=2026-02-17").text
    for word in ("春节", "除夕", "雨水", "元宵", "休", "班", "廿二"):
        assert word in text, word
    assert "2027 年放假安排还没公布" in client.get("/calendar?on=2027-02-17").text


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("station=s1", ["甲", "丁"]),
        ("station=s4", ["乙", "丁"]),
        ("cluster=s4", ["乙", "丙", "丁"]),
        ("category=fitness", ["丙"]),
        ("audience=children", ["甲", "乙", "丁"]),
        ("free=1", ["甲", "乙"]),
        ("q=剪纸", ["乙"]),
        ("q=剪 书屋", ["乙"]),
        ("q=％", []),
        ("station=s1&free=1", ["甲"]),
    ],
)
def test_a_filter_shows_what_it_says(client: Browser, make: Make, parameters: str, found: list[str]) -> None:
    make.activity("s1", title="甲", spans=[span(1)])
    make.activity(
        "s4", title="乙", spans=[span(2)], audiences=(Audience.CHILDREN,), text="学剪纸", room="农家书屋"
    )
    make.activity(
        "s2",
        title="丙",
        spans=[span(3)],
        category=Category.FITNESS,
        audiences=(Audience.ELDERLY,),
        registration=True,
    )
    make.activity("s1", title="丁", spans=[span(4)], cohosts=("s4",), registration=True)
    assert titles(client, f"/calendar?view=list&{parameters}") == found
    feed = client.get(f"/calendar.ics?{parameters}").response.text
    assert [title for title in "甲乙丙丁" if f"SUMMARY:{title}" in feed] == found


def test_a_page_of_the_list_ends_with_a_day_and_the_next_begins_there(client: Browser, make: Make) -> None:
    for number in range(10):
        make.activity(title=f"第{number}组", spans=[span(day, "09:00", "10:00") for day in range(1, 8)])
    seen: list[str] = []
    page = client.get("/calendar?view=list")
    for _turn in range(5):
        seen += [node.text() for node in page.all(".ev .t")]
        if not page.all(".pager a"):
            break
        page = page.follow(".pager a")
    assert len(seen) == 70


def test_a_camp_stands_under_each_of_its_days(client: Browser, make: Make) -> None:
    make.activity(title="夏令营", spans=[span(1, "08:30", "17:00", lasts=5)])
    assert titles(client, "/calendar?view=list") == ["夏令营"] * 5
    assert titles(client, "/calendar?view=list&on=2026-06-14") == ["夏令营"] * 2
    assert "到 6 月 15 日" in client.get("/calendar?view=list").text


def test_htmx_gets_the_part_and_everybody_else_the_page(client: Browser) -> None:
    whole, part = client.get("/calendar"), client.get("/calendar", part=True)
    assert "HX-Request" in whole.headers["Vary"]
    assert whole.one("#results").attributes == part.one("#results").attributes
    assert not part.all("header.top")


@pytest.mark.parametrize(
    "nonsense",
    [
        "on=2026-13-45",
        "on=0001-01-01",
        "on=9999-12-31",
        "on=today",
        "station=s99",
        "cluster=x",
        "category=x",
        "series=x",
        "audience=x",
        "free=x",
        "view=x",
        "station=" + "s" * 10_000,
    ],
)
def test_nonsense_in_the_address_is_said_and_the_rest_shown(client: Browser, nonsense: str) -> None:
    page = client.get(f"/calendar?{nonsense}")
    assert page.status == 422
    assert page.one("[role=alert]").text().strip()
    assert page.all("table.month")
    assert client.get(f"/calendar.ics?{nonsense}").status == 404


@pytest.mark.parametrize(
    "words", ["%00", "a" * 10_000, "‮", "'; DROP TABLE activity; --", "%_\\", "　", "%ff"]
)
def test_any_words_may_be_looked_for(client: Browser, words: str) -> None:
    assert client.get(f"/calendar?q={words}").status == 200


def test_a_cancelled_date_stays_and_says_so(client: Browser, app: Flask, make: Make) -> None:
    row_id = make.occurrence(title="广场舞")
    with app.app_context():
        occurrences.cancel(row_id, "因雨取消", make.actor())
    page = client.get(f"/occurrences/{row_id}")
    assert page.status == 200
    assert "因雨取消" in page.one("[role=alert]").text()
    assert page.one(".pill.gone").text() == "因雨取消"
    assert "因雨取消" in client.get("/calendar?view=list").text


@pytest.mark.parametrize("row_id", ["0", "99", str(2**63 - 1), str(2**63), "9" * 40, "x", "-1"])
def test_there_is_no_page_where_there_is_no_date(client: Browser, row_id: str) -> None:
    assert client.get(f"/occurrences/{row_id}").status == 404
    assert client.get(f"/occurrences/{row_id}.ics").status == 404


def test_what_is_typed_by_staff_is_shown_as_text(client: Browser, make: Make) -> None:
    [row_id] = make.dates_of(make.activity(title="<b>粗</b>", text="<script>x</script>\n\n- 一\n- 二"))
    page = client.get(f"/occurrences/{row_id}")
    assert page.one("h1").text() == "<b>粗</b>"
    assert "<script>x</script>" in page.text
    assert [node.text() for node in page.all(".prose li")] == ["一", "二"]


def test_public_pages_touch_no_session_and_are_compressed(client: Browser, make: Make) -> None:
    row_id = make.occurrence()
    for address in ("/", "/calendar", f"/occurrences/{row_id}", "/calendar.ics"):
        page = client.get(address)
        assert "Set-Cookie" not in page.headers, address
        assert page.headers["Cache-Control"] == "no-cache", address
    raw = client.client.get("/", headers={"Accept-Encoding": "br"})
    assert raw.headers["Content-Encoding"] == "br"
    assert "no-store" in client.get("/login").headers["Cache-Control"]


def test_english_pages_hold_no_chinese_but_what_people_wrote(client: Browser, make: Make) -> None:
    row_id = make.occurrence(title="Paper cutting", when=span(1))
    for address in ("/", "/calendar", "/calendar?view=list", f"/occurrences/{row_id}", "/login", "/nix"):
        page = client.get(address + ("&" if "?" in address else "?") + "lang=en")
        assert page.one("html").attributes["lang"] == "en"
        left = page.text
        for known in ("简体中文", "简", "华侨管理区新时代文明实践中心", "榕树下"):
            left = left.replace(known, "")
        han = [
            node.text()
            for node in page.all("main *")
            if not node.css("*") and any("一" <= letter <= "鿿" for letter in node.text())
        ]
        assert [text for text in han if text not in ("榕树下",) and len(text) > 1] == [], address


def test_the_calendar_reaches_as_far_as_the_lunar_tables(client: Browser) -> None:
    assert client.get("/calendar?on=2099-12-31").status == 200
    assert client.get("/calendar?on=2000-01-01").status == 200
