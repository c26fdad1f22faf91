"""Calendars to subscribe to, read back by a reader that shares nothing with their writer."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
import vobject
from flask import Flask

from portal.activities import occurrences
from portal.activities.content import Where
from portal.activities.models import Occurrence
from portal.db import db
from portal.messages.models import Message
from tests.browser import Browser
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")


def events(client: Browser, address: str) -> list[object]:
    page = client.get(address)
    assert page.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = vobject.readOne(page.response.text)
    assert calendar.validate(raiseException=True)
    return list(calendar.contents.get("vevent", []))


def field(event: object, name: str) -> object:
    return event.contents[name][0].value  # type: ignore[attr-defined]


def test_an_independent_reader_finds_what_the_page_says(client: Browser, make: Make) -> None:
    [row_id] = make.dates_of(
        make.activity(title="侨批；书写，一封信", text="第一段。\n\n第二段。", room="农家书屋")
    )
    [event] = events(client, f"/occurrences/{row_id}.ics")
    assert field(event, "summary") == "侨批；书写，一封信"
    start = field(event, "dtstart")
    assert isinstance(start, datetime)
    assert start.astimezone(UTC) == datetime(2026, 6, 11, 2, tzinfo=UTC)
    assert field(event, "uid") == f"occurrence-{row_id}@huaqiao.example"
    assert "农家书屋" in str(field(event, "location"))
    assert field(event, "status") == "CONFIRMED"


def test_a_cancelled_date_reaches_those_who_subscribed(client: Browser, app: Flask, make: Make) -> None:
    row_id = make.occurrence(title="广场舞")
    with app.app_context():
        occurrences.cancel(row_id, "因雨取消", make.actor())
    [event] = events(client, "/calendar.ics")
    assert field(event, "summary") == "【取消】广场舞"
    assert field(event, "status") == "CANCELLED"
    assert field(event, "sequence") == "1"


def test_a_move_to_where_it_is_changes_nothing(app: Flask, make: Make) -> None:
    row_id = make.class_with_seats(5, span(1))
    make.registration(row_id)
    with app.app_context():
        row = db.session.get_one(Occurrence, row_id)
        before, where = row.sequence, Where(row.room_id, row.place_name, row.place_address, "", None)
        assert not occurrences.move(row_id, row.sequence, span(1), where, make.actor())
        db.session.rollback()
        row = db.session.get_one(Occurrence, row_id)
        assert (row.sequence, row.by_hand) == (before, False)
        told = sa.select(sa.func.count()).where(Message.kind == "registration.changed")
        assert db.session.scalar(told) == 0
        assert occurrences.move(row_id, before, span(2), where, make.actor())
        assert db.session.scalar(told) == 1


def test_a_move_keeps_the_uid_and_raises_the_sequence(client: Browser, app: Flask, make: Make) -> None:
    row_id = make.occurrence()
    [before] = events(client, "/calendar.ics")
    with app.app_context():
        occurrences.move(row_id, 0, span(3), Where(None, "村口", "", "", None), make.actor())
    [after] = events(client, "/calendar.ics")
    assert field(after, "uid") == field(before, "uid")
    assert (field(before, "sequence"), field(after, "sequence")) == ("0", "1")
    assert field(after, "location") == "村口"


def test_several_days_are_one_event_a_day(client: Browser, make: Make) -> None:
    make.activity(spans=[span(1, "08:30", "11:30", lasts=3)])
    found = events(client, "/calendar.ics")
    assert len({field(event, "uid") for event in found}) == 3


def test_an_unchanged_feed_is_not_sent_again(
    client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    make.activity(station="s4")
    first = client.get("/stations/s4/calendar.ics")
    tag = first.headers["ETag"]
    noon.shift(60)
    again = client.get("/stations/s4/calendar.ics", If_None_Match=tag)
    assert again.status == 304
    assert not again.response.data
    make.activity(station="s4")
    assert client.get("/stations/s4/calendar.ics", If_None_Match=tag).status == 200


def test_feeds_keep_within_their_window_and_lines(client: Browser, make: Make) -> None:
    make.activity(title="远", spans=[span(181)])
    make.activity(title="近" * 70, spans=[span(179)])
    text = client.get("/calendar.ics").response.text
    assert "远" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")


def test_a_station_that_is_not_there_has_no_feed(client: Browser) -> None:
    assert client.get("/stations/s99/calendar.ics").status == 404
