"""The network on screen, and its staff keeping it true."""

import pytest
import sqlalchemy as sa
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
    assert "第四社区，第二社区，第三社区" in page.text


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
    assert "第二社区" not in client.get("/stations/").one(".stations + *, main").text().split("联片")[0]


def test_a_closed_station_says_so_and_keeps_its_page(app: Flask, client: Browser) -> None:
    merge(app, "s9", None)
    page = client.get("/stations/s9")
    assert page.status == 200
    assert "这个站已经撤了" in page.text


def test_a_station_shows_its_week_and_its_rooms(client: Browser, make: Make) -> None:
    make.activity("s4", title="侨批书写", room="农家书屋", spans=[span(0, "15:30", "17:00")])
    make.activity("s2", title="联办的", cohosts=("s4",), spans=[span(2)])
    make.activity("s5", title="别处的", spans=[span(2)])
    page = client.get("/stations/s4")
    assert [node.text() for node in page.all(".ev .t")] == ["侨批书写", "联办的"]
    assert "15:30 起有人用" in page.text
    assert [node.text().strip() for node in page.all("aside .stations b")] == ["第二社区", "第三社区"]


def test_an_editor_tells_where_when_and_how(sign_in: SignIn, client: Browser) -> None:
    editor = sign_in(Role.EDITOR, "s5")
    page = editor.get("/staff/stations/s5")
    form = page.form("#station").fill(
        address="五村 00 号", phone="0660-000 0005", day0="08:30-11:30, 14：30到17：00", day2="8:30–20:30"
    )
    page = form.submit()
    assert "存好了" in page.text
    assert page.value("day0") == "08:30–11:30, 14:30–17:00"
    shown = client.get("/stations/s5").text
    assert "五村 00 号" in shown
    assert "现在开着，到 20:30。" in shown
    assert "周一 08:30–11:30；14:30–17:00" in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("day0", "早上八点"),
        ("day0", "12:00-08:00"),
        ("day0", "08:00-12:00, 11:00-13:00"),
        ("day0", "25:00-26:00"),
        ("phone", "打这个"),
        ("address", "长" * 10_000),
        ("intro", "零\x00宽"),
    ],
)
def test_what_is_mistyped_is_said_at_its_field_and_kept(sign_in: SignIn, field: str, value: str) -> None:
    editor = sign_in(Role.EDITOR, "s5")
    page = (
        editor.get("/staff/stations/s5")
        .form("#station")
        .fill(directions="大榕树对面", **{field: value})
        .submit()
    )
    assert page.status == 422
    assert page.one(f"#{field}-e").text().strip()
    assert page.value("directions") == "大榕树对面"
    assert editor.get("/staff/stations/s5").value("directions") == ""


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
    assert page.form("#room").fill(name="大厨房", day6="09:00-11:00").submit().status == 200
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
