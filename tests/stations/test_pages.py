"""The network on screen, and its staff keeping it true."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities import occurrences, rooms
from portal.db import db, transaction
from portal.errors import Missing
from portal.stations.models import Room, Station
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")
NETWORK = ["center", "office", *(f"s{number}" for number in range(1, 10))]


def merge(app: Flask, slug: str, into: str | None) -> None:
    with app.app_context(), transaction() as session:
        ids = {row.slug: row.id for row in session.execute(sa.select(Station.slug, Station.id))}
        session.execute(
            sa.update(Station)
            .where(Station.slug == slug)
            .values(closed=True, merged_into_id=ids[into] if into else None)
        )


def test_the_network_has_eleven_stations_in_three_levels_and_two_clusters(client: Browser) -> None:
    page = client.get("/stations/")
    assert [node.attributes["href"] for node in page.all(".stations a")] == [
        f"/stations/{slug}" for slug in NETWORK
    ]
    assert [node.text() for node in page.all("main h2")] == ["中心", "街道", "村和社区", "联片"]
    assert [node.text() for node in page.all("main dd a")] == [
        *("第四社区", "第二社区", "第三社区", "看这一片的活动"),
        *("第八社区", "第七村", "第九社区", "看这一片的活动"),
    ]


def test_the_list_of_stations_says_which_door_is_open(app: Flask, sign_in: SignIn, client: Browser) -> None:
    form = sign_in(Role.EDITOR, "s5").get("/staff/stations/s5").form("#station")
    form.fill(address="五村 00 号", opens_2_1="08:30", closes_2_1="20:30").submit()
    shown = client.get("/stations/").one('a[href="/stations/s5"]')
    assert [node.text() for node in shown.css("small")] == ["开着，到 20:30", "五村 00 号"]


@pytest.mark.parametrize("slug", NETWORK)
def test_each_station_has_a_page_in_both_languages(client: Browser, slug: str) -> None:
    assert client.get(f"/stations/{slug}").status == 200
    assert client.get(f"/stations/{slug}?lang=en").one("h1").text()[0].isascii()


def test_there_is_no_page_of_a_station_that_is_not_there(client: Browser) -> None:
    for slug in ("s10", "x" * 300, "%00", "S1"):
        assert client.get(f"/stations/{slug}").status == 404


def test_a_merged_station_leads_on_and_its_feed_goes_on(app: Flask, client: Browser, make: Make) -> None:
    merge(app, "s2", "s3")
    merge(app, "s3", "s4")
    assert client.get("/stations/s2", follow=False).headers["Location"].endswith("/stations/s4")
    make.activity(station="s4", title="合并以后")
    assert "合并以后" in client.get("/stations/s2/calendar.ics").response.text
    assert "第二社区" not in client.get("/stations/").one("main").text()


@pytest.mark.parametrize("circle", [("s1", "s2"), ("s1", "s2", "s3"), ("s1", "s2", "s3", "s5")])
def test_mergers_in_a_circle_lead_no_browser_round(
    app: Flask, client: Browser, circle: tuple[str, ...]
) -> None:
    for slug, into in zip(circle, (*circle[1:], circle[0]), strict=True):
        merge(app, slug, into)
    merge(app, "s9", circle[-1])
    for slug in (*circle, "s9"):
        assert client.get(f"/stations/{slug}", follow=False).status == 200


def test_the_way_to_a_successor_keeps_the_language(app: Flask, client: Browser) -> None:
    merge(app, "s2", "s4")
    page = client.get("/stations/s2?lang=en")
    assert (page.path, page.one("html").attributes["lang"]) == ("/stations/s4?lang=en", "en")


def test_a_closed_station_says_so_and_keeps_what_it_did(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    for number in range(12):
        make.activity("s9", title=f"第 {number} 课", spans=[span(number + 1)])
    noon.shift(timedelta(days=60))
    merge(app, "s9", None)
    page = client.get("/stations/s9")
    assert page.status == 200
    assert "这个站已经撤了" in page.text
    assert [node.text() for node in page.all(".serve .t")] == [f"第 {n} 课" for n in range(11, 1, -1)]
    assert not page.all("table")


def test_a_station_shows_its_week_and_what_is_near(client: Browser, make: Make) -> None:
    make.activity("s4", title="侨批书写", room="农家书屋", spans=[span(0, "15:30", "17:00")])
    make.activity("s2", title="联办的", cohosts=("s4",), spans=[span(2)])
    make.activity("s5", title="别处的", spans=[span(2)])
    page = client.get("/stations/s4")
    assert [node.text() for node in page.all(".ev .t")] == ["侨批书写", "联办的"]
    assert "今天还有 1 场。" in page.one(".poster-head").text()
    near = [(node.css("b")[0].text(), node.css("small")[0].text()) for node in page.all("aside .stations a")]
    assert near == [("第二社区", "联片 · 周五有活动"), ("第三社区", "联片 · 这周没有活动")]


def test_a_room_says_whether_it_is_free_just_now(client: Browser, sign_in: SignIn, make: Make) -> None:
    make.activity("s4", room="农家书屋", spans=[span(0, "15:30", "17:00")])
    make.activity("s4", room="农家书屋", spans=[span(0, "18:00", "19:00")])
    make.activity("s4", room="文化活动室", spans=[span(0, "11:00", "12:30")])
    editor = sign_in(Role.EDITOR, "s4")
    form = editor.get(f"/staff/stations/s4/rooms/{make.room('s4', '道德讲堂')}").form("#room")
    form.fill(opens_2_1="08:30", closes_2_1="11:30").submit()
    rows = {
        row.css("th")[0].text(): [cell.text().strip() for cell in row.css("td")][1:]
        for row in client.get("/stations/s4").all("tbody tr")
    }
    assert rows["农家书屋"] == ["跟站点一样", "15:30 起有人用"]
    assert rows["文化活动室"] == ["跟站点一样", "有人用，到 12:30"]
    assert rows["道德讲堂"] == ["周三 8:30–11:30", "现在关着"]
    assert rows["市民教育室"] == ["跟站点一样", "空着"]


def test_a_station_s_calendar_can_be_followed(client: Browser) -> None:
    page = client.get("/stations/s4")
    assert page.one('a[href^="webcal:"]').attributes["href"] == "webcal://localhost/stations/s4/calendar.ics"
    assert "http://localhost/stations/s4/calendar.ics" in page.text


def test_public_pages_are_nobody_s_own(client: Browser) -> None:
    for place in ("/stations/", "/stations/s4"):
        page = client.get(place)
        assert page.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in page.headers


def test_an_editor_tells_where_when_and_how(sign_in: SignIn, client: Browser) -> None:
    editor = sign_in(Role.EDITOR, "s5")
    page = editor.get("/staff/stations/s5")
    form = page.form("#station").fill(
        address="五村 00 号",
        phone="０６６０－000 0005 转 8",
        opens_0_1="8:30",
        closes_0_1="11：30",
        opens_0_2="14:30",
        closes_0_2="17:00",
        opens_2_1="08:30",
        closes_2_1="20:30",
    )
    page = form.submit()
    assert "存好了" in page.text
    assert (page.value("opens_0_1"), page.value("closes_0_2")) == ("08:30", "17:00")
    shown = client.get("/stations/s5")
    assert "五村 00 号" in shown.text
    assert "0660-000 0005 转 8" in shown.text
    assert shown.one('main a[href^="tel:"]').attributes["href"] == "tel:06600000005"
    assert "现在开着，到 20:30。" in shown.text
    assert "周一 8:30–11:30、14:30–17:00" in shown.text


def test_a_week_is_filled_in_like_its_monday_and_saved_only_then(sign_in: SignIn) -> None:
    editor = sign_in(Role.EDITOR, "s5")
    form = editor.get("/staff/stations/s5").form("#station").fill(address="没存", opens_0_1="08:30")
    form.fill(closes_0_1="20:30", opens_3_2="19:00")
    page = form.submit(intent="repeat")
    assert (page.status, page.value("address")) == (200, "没存")
    assert {page.value(f"closes_{day}_1") for day in range(7)} == {"20:30"}
    assert page.value("opens_3_2") == ""
    assert form.submit(part=True, intent="repeat").one("#week").css("table")
    assert editor.get("/staff/stations/s5").value("closes_3_1") == ""
    assert "存好了" in page.form("#station").submit().text
    assert editor.get("/staff/stations/s5").value("closes_6_1") == "20:30"


def test_who_only_reads_gets_no_form(sign_in: SignIn) -> None:
    for role in (Role.REVIEWER, Role.AUDITOR):
        page = sign_in(role, "s5").get("/staff/stations/s5")
        assert not page.all("main form")
        assert not page.all('main a[href$="/rooms/new"]')


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("opens_0_1", "早上八点"),
        ("opens_0_1", "25:00"),
        ("closes_0_1", "08:00"),
        ("closes_0_1", ""),
        ("opens_0_1", ""),
        ("closes_0_2", "13:00"),
        ("closes_0_3", "09:00"),
        ("phone", "打这个"),
        ("address", "长" * 10_000),
        ("intro", "零\x00宽"),
    ],
)
def test_what_is_mistyped_is_said_at_its_field_and_kept(sign_in: SignIn, field: str, value: str) -> None:
    editor = sign_in(Role.EDITOR, "s5")
    form = editor.get("/staff/stations/s5").form("#station").fill(directions="大榕树对面")
    form.fill(opens_0_1="08:00", closes_0_1="12:00", opens_0_2="14:00", closes_0_2="17:00", opens_0_3="08:30")
    if field != "closes_0_3":
        form.fill(opens_0_3="")
    page = form.fill(**{field: value}).submit()
    assert page.status == 422
    assert page.one(f"#{field}-e").text().strip()
    assert page.all(f'.sum a[href="#{field}"]')
    assert page.value("directions") == "大榕树对面"
    if field not in ("intro",):
        assert page.value(field) == value
    assert editor.get("/staff/stations/s5").value("directions") == ""


def test_faults_are_told_in_the_order_of_the_page(sign_in: SignIn) -> None:
    form = sign_in(Role.EDITOR, "s5").get("/staff/stations/s5").form("#station")
    page = form.fill(opens_3_1="9:00", opens_0_2="99", phone="x", address="长" * 200).submit()
    told = [node.attributes["href"] for node in page.all(".sum a")]
    assert told == ["#address", "#phone", "#opens_0_2", "#closes_3_1"]


def test_two_editors_do_not_overwrite_each_other(sign_in: SignIn) -> None:
    one, other = sign_in(Role.EDITOR, "s5"), sign_in(Role.MANAGER, "office")
    first, second = one.get("/staff/stations/s5"), other.get("/staff/stations/s5")
    assert first.form("#station").fill(address="先到").submit().status == 200
    refused = second.form("#station").fill(address="后到").submit()
    assert refused.status == 409
    assert refused.value("address") == "后到"


def test_a_room_is_added_changed_and_taken_out_of_use(sign_in: SignIn, make: Make, app: Flask) -> None:
    editor = sign_in(Role.EDITOR, "s5")
    page = editor.get("/staff/stations/s5/rooms/new").form("#room").fill(name="小厨房", seats="12").submit()
    assert "小厨房" in page.text
    again = editor.get("/staff/stations/s5/rooms/new").form("#room").fill(name="小厨房").submit()
    assert again.status == 409
    room_id = make.room("s5", "小厨房")
    page = editor.get(f"/staff/stations/s5/rooms/{room_id}")
    assert (
        page.form("#room").fill(name="大厨房", opens_6_1="09:00", closes_6_1="11:00").submit().status == 200
    )
    row_id = make.occurrence("s5", room="大厨房")
    refused = editor.get(f"/staff/stations/s5/rooms/{room_id}").form('form[action$="/retire"]').submit()
    assert refused.status == 409
    assert "请先挪走" in refused.text
    with app.app_context():
        occurrences.cancel(row_id, "因雨取消", make.actor(station="s5"))
        with pytest.raises(Missing):
            rooms.retire(room_id, make.actor(station="s6"))
    page = editor.get(f"/staff/stations/s5/rooms/{room_id}").form('form[action$="/retire"]').submit()
    assert "停用" in page.text
    with app.app_context():
        assert db.session.get_one(Room, room_id).retired
    assert editor.get("/staff/stations/s5/rooms/new").form("#room").fill(name="大厨房").submit().status == 200


def test_stations_of_others_are_not_there(sign_in: SignIn, make: Make) -> None:
    editor = sign_in(Role.EDITOR, "s5")
    assert editor.get("/staff/stations/s6").status == 404
    assert editor.get(f"/staff/stations/s5/rooms/{make.room('s6')}").status == 404
    assert [node.text() for node in editor.get("/staff/stations/").all("main li b")] == ["五第五村"]
    assert len(sign_in(Role.EDITOR, "office").get("/staff/stations/").all("main li b")) == 10
