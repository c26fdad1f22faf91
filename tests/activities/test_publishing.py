"""Drafts that go out by themselves: at their time, once, by the same door as by hand."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.activities import actions
from portal.activities.models import Activity, ActivityStatus, RoomBooking
from portal.activities.publishing import publish_due
from portal.audit.models import AuditEntry
from portal.db import db
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")


def later(editor: Browser, **values: str) -> Page:
    given = {
        "title": "书法班",
        "category": "culture",
        "first_day": "2026-06-16",
        "opens": "09:00",
        "closes": "10:00",
        "publish_day": "2026-06-12",
        "publish_time": "08:30",
    }
    form = editor.get("/staff/activities/new").form("#post").fill(**given | values)
    return form.submit(intent="publish")


def id_of(page: Page) -> int:
    return int(page.path.rsplit("/", 1)[1])


def status_of(app: Flask, activity_id: int) -> ActivityStatus:
    with app.app_context():
        return db.session.get_one(Activity, activity_id).status


def run(app: Flask) -> int:
    with app.app_context():
        return publish_due()


def test_it_goes_out_at_its_time_and_not_before(
    app: Flask, sign_in: SignIn, client: Browser, noon: time_machine.Traveller
) -> None:
    editor = sign_in()
    page = later(editor)
    assert "6 月 12 日 08:30" in page.one("h1 .pill").text()
    assert "6 月 12 日 08:30" in editor.get("/staff/").text
    noon.shift(timedelta(days=1))
    assert run(app) == 0
    noon.shift(timedelta(days=1))
    assert run(app) == 1
    assert run(app) == 0
    assert "书法班" in client.get("/calendar?view=list").text


def test_two_runners_publish_it_once(app: Flask, sign_in: SignIn, noon: time_machine.Traveller) -> None:
    activity_id = id_of(later(sign_in()))
    noon.shift(timedelta(days=2))
    barrier, out = Barrier(4), []

    def runner() -> None:
        barrier.wait()
        out.append(run(app))

    threads = [Thread(target=runner) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(out) == [0, 0, 0, 1]
    with app.app_context():
        published = sa.select(sa.func.count()).where(AuditEntry.action == "activity.published")
        assert db.session.scalar(published) == 1
        assert db.session.get_one(Activity, activity_id).publish_at is None


def test_a_room_taken_meanwhile_keeps_it_a_draft_and_the_desk_says_why(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    activity_id = id_of(later(sign_in(), room=str(make.room())))
    make.activity(title="主题党日", room="道德讲堂", spans=[span(6, "09:30", "11:00")])
    noon.shift(timedelta(days=2))
    assert run(app) == 0
    assert status_of(app, activity_id) is ActivityStatus.DRAFT
    editor = sign_in()
    for address in ("/staff/", f"/staff/activities/{activity_id}"):
        assert "主题党日" in editor.get(address).text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RoomBooking)) == 1
    form = (
        editor.get(f"/staff/activities/{activity_id}/edit").form("#post").fill(opens="08:00", closes="09:00")
    )
    assert "发布了 1 场" in form.submit(intent="publish").text
    assert "主题党日" not in editor.get(f"/staff/activities/{activity_id}").text


def test_dates_that_are_over_by_then_are_refused_and_those_overtaken_stay_drafts(
    app: Flask, sign_in: SignIn, noon: time_machine.Traveller
) -> None:
    editor = sign_in()
    refused = later(editor, publish_day="2026-06-17")
    assert refused.status == 409
    assert refused.one("#publish_day-e").text()
    activity_id = id_of(later(editor))
    noon.shift(timedelta(days=8))  # nobody ran the jobs for a week
    assert run(app) == 0
    assert status_of(app, activity_id) is ActivityStatus.DRAFT
    assert "没发出去" in sign_in().get("/staff/").text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"publish_day": "2026-06-10", "publish_time": "11:00"}, "publish_day"),
        ({"publish_day": "2026-09-10"}, "publish_day"),
        ({"publish_day": ""}, "publish_day"),
        ({"publish_day": "2026-02-30"}, "publish_day"),
        ({"publish_time": "25:00"}, "publish_time"),
    ],
)
def test_a_time_that_cannot_be_is_said_at_its_field(
    sign_in: SignIn, values: dict[str, str], field: str
) -> None:
    page = later(sign_in(), **values)
    assert page.status == 422
    assert page.one(f"#{field}-e").text().strip()
    assert page.value("title") == "书法班"


def test_its_time_is_changed_and_taken_back(
    app: Flask, sign_in: SignIn, noon: time_machine.Traveller
) -> None:
    editor = sign_in()
    page = later(editor)
    activity_id = id_of(page)
    form = editor.get(f"/staff/activities/{activity_id}/edit").form("#post")
    page = form.fill(publish_day="2026-06-13").submit(intent="publish")
    assert "6 月 13 日 08:30" in page.one("h1 .pill").text()
    page = page.form('form[action$="/hold"]').submit()
    assert page.one("h1 .pill").text() == "草稿"
    noon.shift(timedelta(days=4))
    assert run(app) == 0
    assert status_of(app, activity_id) is ActivityStatus.DRAFT


def test_publishing_by_hand_takes_the_time_away(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    activity_id = id_of(later(sign_in()))
    with app.app_context():
        actions.publish(activity_id, make.actor())
    noon.shift(timedelta(days=3))
    assert run(app) == 0
    assert status_of(app, activity_id) is ActivityStatus.PUBLISHED
