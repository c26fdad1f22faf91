"""One's shifts in one's own calendar: read back by readers that share nothing with the writer."""

import io
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY
from portal.activities import occurrences
from portal.activities.content import Where
from portal.db import db
from portal.volunteers import posts, shifts
from portal.volunteers.leaving import let_go
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import Shift
from portal.web.logs import set_up
from tests.activities.readers import Event, events_of
from tests.browser import Browser, Page
from tests.make import Make, span
from tests.statements import counted
from tests.volunteers.test_own_pages import enter

pytestmark = pytest.mark.usefixtures("noon")


def fetch(client: Browser, secret: str, **headers: Any) -> Page:
    return client.get(f"/volunteer/feeds/{secret}.ics", **headers)


def events(client: Browser, secret: str) -> list[Event]:
    data = fetch(client, secret).response.data
    found = events_of(data)
    # The library that wrote it reads the same.
    walked = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert sorted(str(one["UID"]) for one in walked) == sorted(one.uid for one in found)
    return found


def taken(app: Flask, shift_id: int, volunteer_id: int) -> None:
    with app.app_context():
        posts.take(shift_id, volunteer_id, None, NOBODY)


def test_an_independent_reader_finds_the_shifts_taken_and_waited_for(
    app: Flask, client: Browser, make: Make
) -> None:
    person = make.volunteer()
    secret = make.feed(person)
    mine = make.shift(make.occurrence(title="义诊"), role="引路；指路", word="8:45 在站里集合，穿红马甲")
    full = make.shift(make.occurrence(when=span(3)), head_count=1)
    taken(app, mine, person)
    taken(app, full, make.volunteer())
    taken(app, full, person)
    taken(app, make.shift(make.occurrence(when=span(5))), make.volunteer())  # somebody else's
    first, second = sorted(events(client, secret), key=lambda one: one.begins)
    assert (first.uid, first.status, first.summary) == (
        f"shift-{mine}@huaqiao.example",
        "CONFIRMED",
        "义诊：引路；指路",
    )
    assert first.begins.astimezone(UTC) == datetime(2026, 6, 11, 2, tzinfo=UTC)
    assert first.begins.utcoffset() == timedelta(hours=8)
    assert "8:45 在站里集合，穿红马甲" in first.description
    assert first.location == "榕树下"
    assert first.url.endswith(f"/volunteer/shifts/{mine}")
    assert (second.uid, second.status) == (f"shift-{full}@huaqiao.example", "TENTATIVE")
    assert "示例志愿者" not in fetch(client, secret).response.text  # no names


def test_what_changes_keeps_its_uid_and_grows_in_sequence(app: Flask, client: Browser, make: Make) -> None:
    person, holder = make.volunteer(), make.volunteer()
    secret = make.feed(person)
    occurrence_id = make.occurrence()
    shift_id = make.shift(occurrence_id, head_count=1)
    taken(app, shift_id, holder)
    taken(app, shift_id, person)
    seen = events(client, secret)

    def again() -> Event:
        [event] = events(client, secret)
        assert event.uid == seen[0].uid
        assert event.sequence > seen[-1].sequence
        seen.append(event)
        return event

    with app.app_context():
        posts.withdraw(shift_id, holder, NOBODY)
    assert again().status == "CONFIRMED"
    with app.app_context():
        shift = db.session.get_one(Shift, shift_id)
        wanted = shifts.Wanted(shift.role, shift.starts_at, shift.ends_at, 1, word="带水杯")
        shifts.change(shift_id, wanted, make.actor())
    assert "带水杯" in again().description
    with app.app_context():
        occurrences.move(occurrence_id, 0, span(3), Where(None, "村口", "", "", None), make.actor())
    moved = again()
    assert (moved.begins, moved.location) == (seen[0].begins + timedelta(days=2), "村口")
    with app.app_context():
        occurrences.cancel(occurrence_id, "因雨取消", make.actor())
    off = again()
    assert (off.status, off.summary.startswith("【取消】"), "因雨取消" in off.description) == (
        "CANCELLED",
        True,
        True,
    )
    with app.app_context():
        occurrences.restore(occurrence_id, make.actor())
    assert again().status == "CONFIRMED"
    with app.app_context():
        shifts.cancel(shift_id, "够了", make.actor())
    assert again().status == "CANCELLED"


def test_a_change_of_the_head_count_alone_is_no_news(app: Flask, client: Browser, make: Make) -> None:
    person = make.volunteer()
    secret, shift_id = make.feed(person), make.shift()
    taken(app, shift_id, person)
    before = fetch(client, secret).headers["ETag"]
    with app.app_context():
        shift = db.session.get_one(Shift, shift_id)
        shifts.change(shift_id, shifts.Wanted(shift.role, shift.starts_at, shift.ends_at, 9), make.actor())
    assert fetch(client, secret).headers["ETag"] == before


def test_an_unchanged_calendar_is_not_sent_again_and_nobody_else_keeps_it(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    person = make.volunteer()
    secret, shift_id = make.feed(person), make.shift()
    taken(app, shift_id, person)
    first = fetch(client, secret)
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["X-Robots-Tag"] == "noindex"
    noon.shift(60)
    again = fetch(client, secret, If_None_Match=first.headers["ETag"])
    assert (again.status, again.response.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    with app.app_context():
        posts.withdraw(shift_id, person, NOBODY)
    assert fetch(client, secret, If_None_Match=first.headers["ETag"]).status == 200


def test_who_still_waits_when_it_begins_has_it_no_more_and_old_ones_go(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    person = make.volunteer()
    secret = make.feed(person)
    full, mine = make.shift(head_count=1), make.shift(make.occurrence(when=span(2)))
    taken(app, full, make.volunteer())
    taken(app, full, person)
    taken(app, mine, person)
    assert len(events(client, secret)) == 2
    noon.shift(timedelta(days=3))
    assert [one.uid for one in events(client, secret)] == [f"shift-{mine}@huaqiao.example"]
    noon.shift(timedelta(days=30))
    assert events(client, secret) == []


def test_the_link_is_shown_once_replaced_and_switched_off(app: Flask, client: Browser, make: Make) -> None:
    person = make.volunteer()
    browser = enter(app, make, person)
    made = browser.get("/volunteer/feed").form('form[action$="/feed"]').submit(intent="make")
    link = made.one("#link").attributes["value"] or ""
    assert made.one('a[href^="webcal://"]').attributes["href"] == link.replace("http://", "webcal://")
    assert made.all("svg.qr")
    assert made.headers["Cache-Control"] == "no-store"
    secret = link.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == 43
    assert fetch(client, secret).status == 200
    page = browser.get("/volunteer/feed")
    assert secret not in page.text
    with app.app_context():
        stored = db.session.scalars(sa.select(Volunteer.feed_hash).where(Volunteer.id == person)).one()
        assert stored is not None
        assert secret.encode() not in stored
    form = page.form('form[action$="/feed"]')
    newer = form.submit(intent="make").one("#link").attributes["value"] or ""
    assert fetch(client, secret).status == 404
    # The same form again, as by a reload: the same link, not a third one.
    assert form.submit(intent="make").one("#link").attributes["value"] == newer
    fresh = newer.rpartition("/")[2].removesuffix(".ics")
    assert fetch(client, fresh).status == 200
    browser.get("/volunteer/feed").form('form[action$="/feed"]').submit(intent="off")
    assert fetch(client, fresh).status == 404
    assert form.submit(intent="make").status == 409
    assert fetch(client, fresh).status == 404


def test_who_has_left_and_who_guesses_get_the_same_answer(app: Flask, client: Browser, make: Make) -> None:
    person = make.volunteer()
    secret = make.feed(person)
    with app.app_context():
        let_go(person, "不来了", make.actor())
    fetch(client, secret)  # what is remembered per process is asked for once
    with counted(app) as of_left:
        left = fetch(client, secret)
    with counted(app) as of_guess:
        guessed = fetch(client, "x" * 43)
    assert (left.status, guessed.status) == (404, 404)
    assert left.text == guessed.text
    assert len(of_left) == len(of_guess)


def test_a_calendar_costs_two_statements_however_many_shifts(app: Flask, client: Browser, make: Make) -> None:
    person = make.volunteer()
    secret = make.feed(person)
    for count in (1, 12):
        for one in range(count):
            taken(app, make.shift(make.occurrence(when=span(1 + one + count))), person)
        fetch(client, secret)
        with counted(app) as statements:
            assert fetch(client, secret).status == 200
        assert len(statements) == 2


def test_the_secret_never_gets_into_the_log(client: Browser, make: Make) -> None:
    root = logging.getLogger("portal")
    before = root.handlers[:], root.level, root.propagate
    set_up()
    text = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(text)
    try:
        secret = make.feed(make.volunteer())
        assert fetch(client, secret).status == 200
        assert fetch(client, secret[:-1] + "x").status == 404
    finally:
        root.handlers[:], root.level, root.propagate = before
    assert "/volunteer/feeds/….ics 200" in text.getvalue()
    assert secret[:20] not in text.getvalue()
