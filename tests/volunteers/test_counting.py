"""A date says whether what is done there is volunteer service; where it is not, nothing is computed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY
from portal.activities.models import Activity, Occurrence
from portal.audit.models import AuditEntry
from portal.clock import ZONE, now, today
from portal.db import db
from portal.errors import Missing, Refused
from portal.volunteers import counting, hours, hours_queries, presence
from portal.volunteers.shift_models import Presence, ServiceRecord
from tests.conftest import SignIn
from tests.make import Make, each_week, span

MORNING = datetime(2026, 6, 10, 7, 52, tzinfo=ZONE)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def served(make: Make, clock: time_machine.Traveller, date_id: int) -> int:
    """Let a new volunteer serve one hour; return the volunteer."""
    volunteer = make.volunteer()
    for _way in range(2):
        db.session.rollback()
        presence.check(presence.code_at(date_id, now()), volunteer, NOBODY)
        clock.shift(timedelta(hours=1))
    return volunteer


def records(volunteer: int) -> list[tuple[str, int]]:
    db.session.rollback()
    wanted = (
        sa.select(ServiceRecord).where(ServiceRecord.volunteer_id == volunteer).order_by(ServiceRecord.id)
    )
    return [(row.status.value, row.tenths) for row in db.session.scalars(wanted)]


def test_hours_that_stand_have_to_be_voided_before_they_count_no_more(
    app_context: None, make: Make, clock: time_machine.Traveller
) -> None:
    date_id = make.occurrence(when=span(0, "08:00", "20:00"))
    volunteer, by = served(make, clock, date_id), make.account().actor
    with pytest.raises(Refused):
        counting.let_count(date_id, False, False, by)
    row = db.session.scalars(sa.select(ServiceRecord.id)).one()
    hours.void(row, "不是志愿服务", by)
    team = hours_queries.teams_ever(volunteer)[0].id
    entered = hours.enter(volunteer, date_id, team, today(), 5, "忘了", "合影", by)
    with pytest.raises(Refused):
        counting.let_count(date_id, False, False, by)  # one that waits stands, too
    hours.decide(entered, False, "不算", make.account().actor)
    counting.let_count(date_id, False, False, by)
    with pytest.raises(Refused):
        hours.enter(volunteer, date_id, team, today(), 5, "忘了", "合影", by)
    counting.let_count(date_id, True, False, by)
    # What somebody has voided does not come back by itself.
    assert records(volunteer) == [("void", 10), ("returned", 5)]


def test_switched_off_check_ins_are_kept_and_counted_when_it_is_switched_on(
    app_context: None, make: Make, clock: time_machine.Traveller
) -> None:
    date_id, by = make.occurrence(when=span(0, "08:00", "20:00")), make.account().actor
    counting.let_count(date_id, False, False, by)
    volunteer = served(make, clock, date_id)
    assert records(volunteer) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Presence)) == 1
    counting.let_count(date_id, True, False, by)
    assert records(volunteer) == [("valid", 10)]
    counting.let_count(date_id, True, False, by)
    assert records(volunteer) == [("valid", 10)]
    for nobody in (make.account(station="s2").actor, NOBODY):
        with pytest.raises(Missing):
            counting.let_count(date_id, True, False, nobody)
    done = db.session.scalars(
        sa.select(AuditEntry.detail).where(AuditEntry.action == "occurrence.hours_count")
    )
    assert list(done) == ["no", "yes", "yes"]


def test_it_can_be_said_of_a_date_and_all_after_it(
    app_context: None, make: Make, clock: time_machine.Traveller
) -> None:
    activity_id = make.activity(repeats=each_week(count=None))
    dates = make.dates_of(activity_id)
    assert counting.let_count(dates[2], False, True, make.account().actor) == len(dates) - 2
    db.session.rollback()
    counts = {row.id: row.counts_hours for row in db.session.scalars(sa.select(Occurrence))}
    assert [counts[one] for one in dates[:4]] == [True, True, False, False]
    # and of those that the rule makes later
    assert db.session.get_one(Activity, activity_id).counts_hours is False
    assert counting.let_count(dates[3], True, False, make.account().actor) == 1


def test_staff_say_so_when_they_post_and_on_the_page_of_a_date(
    app: Flask, make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    editor = sign_in()
    date_id = make.occurrence(when=span(0, "08:00", "20:00"))
    with app.app_context():
        volunteer = served(make, clock, date_id)
    page = editor.get(f"/staff/occurrences/{date_id}")
    form = page.form("form[action*='/hours-count']")
    assert page.one("[name=counts_counts][checked]").attributes["value"] == "yes"
    assert "这一场计志愿时长" in page.text
    refused = form.fill(counts_counts="no").submit()
    assert (refused.status, "请先作废" in refused.text) == (409, True)
    with app.app_context():
        record_id = db.session.scalars(sa.select(ServiceRecord.id)).one()
        hours.void(record_id, "不是", make.account().actor)
    assert "不计志愿时长" in form.submit().one("#shifts").text()
    with app.app_context():
        assert records(volunteer) == [("void", 10)]
    post = editor.get("/staff/activities/new").form("#post")
    post.fill(
        title="站里聚餐", category="culture", first_day="2026-06-20", opens="10:00", closes="11:00",
        room="elsewhere", place_name="站里", counts_hours="no",
    )  # fmt: skip
    assert post.submit(intent="publish").status == 200
    with app.app_context():
        dinner = db.session.scalars(sa.select(Occurrence).order_by(Occurrence.id.desc()).limit(1)).one()
        assert dinner.counts_hours is False
        activity_id = dinner.activity_id
    again = editor.get(f"/staff/activities/new?copy={activity_id}")
    assert again.one("[name=counts_hours][checked]").attributes["value"] == "no"
