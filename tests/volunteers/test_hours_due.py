"""What is not written down within ten working days stands on the desk, until somebody says what was."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from portal.access import NOBODY
from portal.activities import working_days
from portal.activities.lunar import OfficialDay, enter_official_days
from portal.clock import ZONE, now
from portal.db import db
from portal.errors import Missing, Refused
from portal.volunteers import counting, hours, hours_due, hours_queries, posts, presence
from tests.conftest import SignIn
from tests.make import Make, span

MORNING = datetime(2026, 6, 10, 7, 52, tzinfo=ZONE)  # a Wednesday; from Friday 19 to Sunday 21 all is off


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def posted(make: Make, date_id: int, volunteer: int | None = None) -> int:
    """Give a volunteer a place on a new shift of a date; return the volunteer."""
    volunteer = make.volunteer() if volunteer is None else volunteer
    posts.take(make.shift(date_id), volunteer, None, make.actor())
    return volunteer


def late(make: Make, station: str = "s1") -> list[tuple[int, int]]:
    db.session.rollback()
    return [(one.occurrence.id, one.people) for one in hours_due.unsettled(make.scope(station))]


def test_an_entered_notice_counts_too() -> None:
    assert working_days.working_days_after(date(2026, 6, 10), 1) == date(2026, 6, 11)
    try:
        enter_official_days({date(2026, 6, 11): OfficialDay.OFF, date(2026, 6, 13): OfficialDay.WORK})
        assert working_days.working_days_after(date(2026, 6, 10), 1) == date(2026, 6, 12)
        assert working_days.working_days_after(date(2026, 6, 12), 1) == date(2026, 6, 13)
    finally:
        enter_official_days({})


def test_a_date_is_late_on_the_day_after_ten_working_days(
    app_context: None, make: Make, clock: time_machine.Traveller
) -> None:
    date_id = make.occurrence(when=span(0, "08:00", "10:00"))
    posted(make, date_id)
    # 11, 12, 15 to 18 June are six; Dragon Boat Festival is off; 22 to 25 June make ten.
    clock.move_to(datetime(2026, 6, 25, 23, 59, tzinfo=ZONE))
    assert late(make) == []
    clock.move_to(datetime(2026, 6, 26, 0, 1, tzinfo=ZONE))
    assert late(make) == [(date_id, 1)]
    assert late(make, "s2") == []
    (one,) = hours_due.unsettled(make.scope())
    assert one.late_since == date(2026, 6, 26)
    # Ninety days after it nobody can write hours down any more, and nobody is asked to.
    clock.move_to(datetime(2026, 9, 9, 10, tzinfo=ZONE))
    assert late(make) == []


def test_only_what_nothing_is_written_down_of_is_late(
    app_context: None, make: Make, clock: time_machine.Traveller
) -> None:
    date_id, other = (make.occurrence(when=span(0, "08:00", "10:00")) for _date in range(2))
    came, recorded, absent, still_in = (posted(make, date_id) for _who in range(4))
    clock.shift(timedelta(minutes=10))
    for volunteer in (came, still_in):
        presence.check(presence.code_at(date_id, now()), volunteer, NOBODY)
    clock.shift(timedelta(minutes=5))
    presence.check(presence.code_at(date_id, now()), came, NOBODY)  # too short for a tenth
    by = make.account().actor
    with pytest.raises(Refused):
        presence.note_absent(date_id, absent, True, by)  # not over yet
    clock.shift(timedelta(days=17))
    assert late(make) == [(date_id, 3)]
    make_record(make, recorded, date_id)
    assert late(make) == [(date_id, 2)]
    assert [post.volunteer_id for post in hours_due.without_hours(date_id)] == [absent]
    with pytest.raises(Refused):
        presence.note_absent(date_id, came, True, by)
    for nobody in (make.account(station="s2").actor, NOBODY):
        with pytest.raises(Missing):
            presence.note_absent(date_id, absent, True, nobody)
    with pytest.raises(Missing):
        presence.note_absent(other, absent, True, by)
    presence.note_absent(date_id, absent, True, by)
    assert late(make) == [(date_id, 1)]
    presence.note_absent(date_id, absent, False, by)
    assert late(make) == [(date_id, 2)]


def make_record(make: Make, volunteer: int, date_id: int) -> None:
    team = hours_queries.teams_ever(volunteer)[0].id
    day = MORNING.date()
    hours.enter(volunteer, date_id, team, day, 20, "忘了签到", "合影", make.account().actor)


def test_where_hours_do_not_count_nothing_is_late(
    app_context: None, make: Make, clock: time_machine.Traveller
) -> None:
    date_id = make.occurrence(when=span(0, "08:00", "10:00"))
    posted(make, date_id)
    clock.shift(timedelta(days=17))
    assert late(make) == [(date_id, 1)]
    counting.let_count(date_id, False, False, make.actor())
    assert late(make) == []


def test_the_desk_says_what_waits_how_many_and_since_when(
    app: Flask, make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    editor = sign_in()
    assert "/staff/hours#" not in editor.get("/staff/").text
    with app.app_context():
        posted(make, make.occurrence(when=span(0, "08:00", "10:00"), title="护河清洁"))
    make.doubt(make.record())
    make.presence()
    clock.shift(timedelta(days=17))
    editor = sign_in()  # that session is over
    text = editor.get("/staff/").one("main").text()
    said = ("2 场过了 10 个工作日还没记全", "等批的时长，1 笔", "1 人说时长不对", "忘了签退，1 人")
    assert [part for part in said if part not in text] == []
    assert "迟了 1 天" in text
    with app.app_context():
        desk = hours_due.desk(make.scope())
        found = (desk.waiting, desk.doubts, desk.pairs, desk.unsettled)
        assert [(one.number, one.since) for one in found] == [
            (1, date(2026, 6, 9)), (1, date(2026, 6, 10)), (1, date(2026, 6, 10)), (2, date(2026, 6, 26)),
        ]  # fmt: skip
        assert hours_due.desk(make.scope("s2")).is_empty
    late = editor.get("/staff/hours")
    assert len(late.all("#unsettled li")) == 2  # who never checked out is missing, too
    records = late.follow("#unsettled li:first-child a")
    absent = records.form("form[action$='/absent']").submit()
    assert "没来" in absent.one(".s-rows").text()
    assert len(editor.get("/staff/hours").all("#unsettled li")) == 1
    assert "撤回" in absent.one(".s-rows").text()
