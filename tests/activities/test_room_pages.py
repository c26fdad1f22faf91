"""Residents see when rooms are free and ask for one; staff answer, on plain pages."""

import re
from datetime import time, timedelta
from typing import Any

import brotli
import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.activities import room_requests
from portal.activities.room_models import RoomRequest
from portal.activities.room_pages import BY_ADDRESS
from portal.audit.models import AuditEntry
from portal.clock import today
from portal.contact import phone_index
from portal.db import db
from portal.stations import actions as stations
from portal.stations.hours import Stretch
from portal.web.by_phone import BY_PHONE
from portal.web.limits import hit
from tests.browser import Browser, Form, Page
from tests.conftest import SignIn
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")

ROOM = "道德讲堂"
LIGHT = 16 * 1024
LINK = re.compile(r"http://localhost/rooms/requests/[\w-]{43}")


@pytest.fixture
def opened(app: Flask, make: Make) -> int:
    """Open the room each day from 8:30 to 17:00, thirty seats, and return its id."""
    week = [Stretch(day, time(8, 30), time(17)) for day in range(7)]
    with app.app_context():
        details = stations.RoomDetails(ROOM, "Hall", 30)
        stations.change_room(make.station(), make.room(), details, week, make.actor())
    return make.room()


def asking(browser: Browser, room_id: int, **values: Any) -> Form:
    """Fill the form as somebody who has everything right would, but for the values given."""
    typed: dict[str, Any] = {
        "day": (today() + timedelta(days=2)).isoformat(),
        "opens": "09:00",
        "closes": "10:30",
        "purpose": "合唱队排练",
        "people": "12",
        "name": "王小明",
        "phone": "138 0000 4321",
        "consent": True,
    } | values
    return browser.get(f"/stations/s1/rooms/{room_id}/ask").form().fill(**typed)


def rows(app: Flask) -> list[RoomRequest]:
    with app.app_context():
        return list(db.session.scalars(sa.select(RoomRequest).order_by(RoomRequest.id)))


def test_a_resident_asks_hears_the_answer_and_gives_it_up(
    app: Flask, client: Browser, sign_in: SignIn, make: Make, opened: int
) -> None:
    station = client.get("/stations/s1")
    rooms = station.follow('a[href="/stations/s1/rooms"]')
    assert "08:30–17:00" in rooms.text
    form = rooms.follow(f'a[href="/stations/s1/rooms/{opened}/ask?day={today() + timedelta(days=2)}"]')
    assert form.value("day") == (today() + timedelta(days=2)).isoformat()
    assert "08:30–17:00" in form.text
    answer = asking(client, opened).submit(follow=False)
    assert answer.status == 303
    assert LINK.fullmatch(answer.location)
    own = client.get(answer.location)
    assert own.headers["Cache-Control"] == "no-store"
    assert own.headers["X-Robots-Tag"] == "noindex"
    row = rows(app)[0]
    assert own.one("#reference").text() == row.reference
    assert (row.phone, row.consent, row.station_id) == ("13800004321", "2026-11", make.station())
    assert "138****4321" in own.text
    assert "13800004321" not in own.response.text
    staff = sign_in(Role.EDITOR, "s1")
    desk = staff.get("/staff/")
    page = desk.follow(f'a[href="/staff/rooms/requests/{row.id}#answer"]')
    assert "138****4321" in page.text
    page = page.form('form[action$="/approve"]').submit()
    assert "已订好" in page.text
    assert client.get(answer.location).status == 200
    assert "借好了" in client.get(answer.location).text
    public = client.get("/stations/s1/rooms").text
    assert "有人用" in public
    for secret in ("王小明", "合唱", "4321"):
        assert secret not in public
    gone = client.get(answer.location).follow('a[href$="/cancel"]').form().submit()
    assert "您已经取消" in gone.text
    assert "有人用" not in client.get("/stations/s1/rooms").text


def test_the_page_of_rooms_shows_titles_of_activities_and_turns_the_weeks(
    client: Browser, make: Make, opened: int
) -> None:
    make.activity(room=ROOM, title="书法班", spans=[span(1), span(8)])
    make.activity(room=ROOM, title="草稿", published=False, spans=[span(2)])
    this = client.get("/stations/s1/rooms")
    assert "10:00–11:00 书法班" in this.text
    assert "草稿" not in this.text
    assert "08:30–10:00、11:00–17:00" in this.text
    assert not this.all('a[aria-label="前几天"]')
    following = this.follow('a[aria-label="后几天"]')
    assert "书法班" in following.text
    last = client.get("/stations/s1/rooms?on=2099-01-01")
    assert not last.all('a[aria-label="后几天"]')
    assert client.get("/stations/s1/rooms?on=nonsense").status == 404
    assert client.get("/stations/s1/rooms?on=2000-01-01").all("tr.now")  # what is over is this week
    assert "Hall" in client.get("/stations/s1/rooms?lang=en").text


def test_the_first_view_is_light(client: Browser, make: Make, opened: int) -> None:
    for day in range(1, 5):
        for hour in range(9, 16):
            make.activity(
                room=ROOM,
                title=f"活动的名称 {day} {hour}",
                spans=[span(day, f"{hour:02}:00", f"{hour:02}:50")],
            )
    with client.client.get("/stations/s1/rooms", headers={"Accept-Encoding": "br"}) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert len(answer.data) <= LIGHT
        assert "活动的名称 1 9" in brotli.decompress(answer.data).decode()


@pytest.mark.parametrize(
    ("typed", "field", "status"),
    [
        ({"day": ""}, "day", 422),
        ({"opens": ""}, "opens", 422),
        ({"closes": ""}, "closes", 422),
        ({"purpose": " "}, "purpose", 422),
        ({"people": ""}, "people", 422),
        ({"people": "0"}, "people", 422),
        ({"people": "31"}, "people", 409),
        ({"name": "·"}, "name", 422),
        ({"phone": ""}, "phone", 422),
        ({"phone": "1380000432"}, "phone", 422),
        ({"consent": False}, "consent", 422),
        ({"closes": "09:10"}, "closes", 409),
        ({"opens": "07:00"}, "opens", 409),
        ({"day": "2026-09-30"}, "day", 409),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    app: Flask, client: Browser, opened: int, typed: dict[str, Any], field: str, status: int
) -> None:
    page = asking(client, opened, **typed).submit(follow=False)
    assert page.status == status
    assert page.one(f"#{field}-e").text()
    if field != "purpose":
        assert page.value("purpose") == "合唱队排练"
    if field != "name":
        assert page.value("name") == "王小明"
    assert rows(app) == []


def test_what_is_taken_is_said_at_once_with_what_is_free(client: Browser, make: Make, opened: int) -> None:
    make.room_request(by=make.actor(), when=span(2, "09:30", "12:00"))
    page = asking(client, opened).submit(follow=False)
    assert page.status == 409
    assert "08:30–09:30、12:00–17:00" in page.one("#opens-e").text()
    assert page.value("day") == (today() + timedelta(days=2)).isoformat()
    again = page.form().fill(opens="12:00", closes="13:00").submit(follow=False)
    assert again.status == 303


def test_a_form_sent_twice_asks_once_and_one_that_was_changed_asks_again(
    app: Flask, client: Browser, opened: int
) -> None:
    form = asking(client, opened)
    first, second = form.submit(follow=False), form.submit(follow=False)
    assert first.location == second.location
    assert len(rows(app)) == 1
    form.fill(opens="13:00", closes="14:00").submit()
    assert len(rows(app)) == 2


def test_numbers_and_addresses_have_their_limits(app: Flask, client: Browser, opened: int) -> None:
    with app.app_context():
        index = (phone_index("13800004321") or b"").hex()
        while hit(BY_PHONE, "room-request", index):
            pass
    page = asking(client, opened).submit(follow=False)
    assert (page.status, bool(page.one("#phone-e").text())) == (429, True)
    assert asking(client, opened, phone="13800004322").submit(follow=False).status == 303
    with app.app_context():
        while hit(BY_ADDRESS, "room-request", "127.0.0.1"):
            pass
    page = asking(client, opened, phone="13800004323").submit(follow=False)
    assert (page.status, page.value("purpose")) == (429, "合唱队排练")


def test_a_room_is_asked_for_at_its_own_station_only(client: Browser, make: Make, opened: int) -> None:
    assert client.get(f"/stations/s2/rooms/{opened}/ask").status == 404
    assert client.get("/rooms/requests/nothing").status == 404
    assert client.get("/rooms/requests/nothing/cancel").status == 404


@pytest.mark.parametrize(
    "typed",
    ["<script>alert(1)</script>", "%s ${7*7}", "‮abc", "a\x00b", "长" * 5000, "'; DROP TABLE room; --"],
)
def test_whatever_is_typed_is_kept_as_words_or_refused(
    app: Flask, client: Browser, sign_in: SignIn, opened: int, typed: str
) -> None:
    form = asking(client, opened)
    for name in ("purpose", "name"):
        form.put(name, typed[:40] if name == "name" else typed)
    page = form.submit()
    assert page.status in (200, 422)
    for row in rows(app):
        staff = sign_in(Role.EDITOR, "s1")
        for place in ("/staff/rooms/", f"/staff/rooms/requests/{row.id}", "/staff/"):
            assert "<script>alert" not in staff.get(place).response.text
    for name in ("day", "opens", "closes", "people", "phone", "consent", "key"):
        assert asking(client, opened).put(name, typed).submit(follow=False).status in (303, 409, 422)


def refuse(page: Page, reason: str) -> Page:
    return page.form('form[action$="/refuse"]').fill(refuse_reason=reason).submit(follow=False)


def test_a_refusal_needs_a_reason_which_whoever_asked_reads(
    app: Flask, client: Browser, sign_in: SignIn, make: Make
) -> None:
    receipt = make.room_request()
    staff = sign_in(Role.EDITOR, "s1")
    page = staff.get(f"/staff/rooms/requests/{receipt.request_id}")
    assert refuse(page, "").status == 422
    assert refuse(page, "那天站里开会").status == 303
    with app.app_context():
        token = room_requests.token_of(receipt.reference)
    assert "那天站里开会" in client.get(f"/rooms/requests/{token}").text
    page = staff.get(f"/staff/rooms/requests/{receipt.request_id}")
    page = page.form('form[action$="/undo"]').submit()
    assert "等答复" in page.text


def test_a_room_taken_meanwhile_is_said_and_the_request_still_waits(sign_in: SignIn, make: Make) -> None:
    asked = make.room_request().request_id
    staff = sign_in(Role.EDITOR, "s1")
    page = staff.get(f"/staff/rooms/requests/{asked}")
    make.activity(room=ROOM, title="书法班", spans=[span(2, "09:30", "11:00")])
    listed = staff.get("/staff/rooms/").text
    assert "已被占" in listed
    answer = page.form('form[action$="/approve"]').submit(follow=False)
    assert answer.status == 409
    assert "书法班" in answer.one("#fault").text()
    assert answer.form('form[action$="/refuse"]')


def test_what_was_typed_for_a_refusal_that_came_too_late_is_not_lost(sign_in: SignIn, make: Make) -> None:
    asked = make.room_request().request_id
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/rooms/requests/{asked}")
    sign_in(Role.MANAGER, "office").get(page.path).form('form[action$="/approve"]').submit()
    late = refuse(page, "那天站里开会")
    assert late.status == 409
    assert "那天站里开会" in late.one("#fault").text()


def test_staff_write_a_booking_down_and_cancel_it_with_a_reason(
    app: Flask, sign_in: SignIn, make: Make, opened: int
) -> None:
    staff = sign_in(Role.EDITOR, "s1")
    form = staff.get("/staff/rooms/").follow(f'a[href="/staff/rooms/{opened}/book"]').form()
    day = (today() + timedelta(days=3)).isoformat()
    form.fill(day=day, opens="19:00", closes="21:00", purpose="宗亲会", people="20", name="陈伯")
    assert form.submit(follow=False).status == 422  # they have not been asked yet
    page = form.fill(consent=True).submit()
    assert "已订好" in page.text
    assert not page.all('form[action$="/undo"]')
    again = staff.get(f"/staff/rooms/{opened}/book").form()
    again.fill(day=day, opens="20:00", closes="22:00", purpose="开会", people="8", name="李", consent=True)
    clash = again.submit(follow=False)
    assert (clash.status, clash.value("purpose")) == (409, "开会")
    assert "宗亲会" in staff.get(f"/staff/rooms/?on={day}").text
    page = page.form('form[action$="/cancel"]').fill(cancel_reason="停电").submit()
    assert "站里取消了" in page.text
    assert "宗亲会" not in staff.get(f"/staff/rooms/?on={day}").text


def test_a_whole_number_is_shown_with_a_reason_and_logged(app: Flask, sign_in: SignIn, make: Make) -> None:
    asked = make.room_request(phone="13800004321").request_id
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/rooms/requests/{asked}")
    form = page.form('form[action$="/phone"]')
    assert form.submit(follow=False).status == 422
    shown = form.fill(reason="answer").submit()
    assert "13800004321" in shown.text
    with app.app_context():
        logged = db.session.scalars(
            sa.select(AuditEntry.reason).where(AuditEntry.action == "room_request.phone_shown")
        )
        assert len(logged.all()) == 1


def test_each_scope_sees_its_own_requests(sign_in: SignIn, make: Make) -> None:
    make.room_request("s1", purpose="一社区的事")
    make.room_request("s2", purpose="二社区的事")
    assert "二社区的事" not in sign_in(Role.EDITOR, "s1").get("/staff/rooms/").text
    office = sign_in(Role.EDITOR, "office").get("/staff/rooms/").text
    assert "一社区的事" in office
    assert "二社区的事" in office
    assert office.index("一社区的事") < office.index("二社区的事")
    auditor = sign_in(Role.AUDITOR, "s1").get("/staff/rooms/")
    assert not auditor.all('a[href$="/book"]')


def test_who_posts_over_a_waiting_request_sees_it_in_the_preview(sign_in: SignIn, make: Make) -> None:
    make.room_request(when=span(2, "09:00", "10:00"))
    form = sign_in(Role.EDITOR, "s1").get("/staff/activities/new").form()
    day = (today() + timedelta(days=2)).isoformat()
    form.fill(title="书法班", first_day=day, opens="09:30", closes="11:00", room=str(make.room()))
    assert "有人申请借用" in form.submit(intent="preview").text
    form.fill(opens="10:00")
    assert "有人申请借用" not in form.submit(intent="preview").text
