"""One record with all that stands behind it, the list with its filters, and voiding on purpose."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Role
from portal.clock import ZONE, now, today
from portal.db import db
from portal.volunteers import hours, hours_queries, presence, record_queries
from portal.volunteers.models import Volunteer
from portal.volunteers.record_queries import Wanted
from portal.volunteers.shift_models import HoursSource, HoursStatus, Presence, ServiceRecord
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted

MORNING = datetime(2026, 6, 10, 7, 52, tzinfo=ZONE)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def serve(make: Make, clock: time_machine.Traveller, volunteer: int, date_id: int) -> list[int]:
    """Let a volunteer serve nine hours and a half; return the records, the valid one first."""
    presence.check(presence.code_at(date_id, now()), volunteer, NOBODY)
    clock.shift(timedelta(hours=9, minutes=30))
    db.session.rollback()
    presence.check(presence.code_at(date_id, now()), volunteer, NOBODY)
    wanted = sa.select(ServiceRecord.id).where(ServiceRecord.volunteer_id == volunteer)
    return list(db.session.scalars(wanted.order_by(ServiceRecord.id)))


def test_a_record_shows_whose_it_is_what_it_comes_from_and_what_was_done(
    app: Flask, make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    volunteer = make.volunteer(name="黄明")
    date_id = make.occurrence(when=span(0, "08:00", "20:00"), title="护河清洁")
    with app.app_context():
        valid, waiting = serve(make, clock, volunteer, date_id)
        hours.decide(waiting, True, "", make.account(username="lin").actor)
    editor = sign_in()
    text = editor.get(f"/staff/hours/{valid}").one("main").text()
    for part in ("黄明", "8.0 小时", "护河清洁", "系统签到", "07:52–17:22", "扫码或输码", "不用批", "示例队"):
        assert part in text
    text = editor.get(f"/staff/hours/{waiting}").one("main").text()
    assert "lin of s1" in text
    assert [step.text().split()[0] for step in editor.get(f"/staff/hours/{waiting}").all(".log b")] == [
        "系统算出", "批了",
    ]  # fmt: skip
    by_hand = make.record()
    text = editor.get(f"/staff/hours/{by_hand}").one("main").text()
    for part in ("人工补录", "忘了签到", "合影", "2.0 小时", "等审批"):
        assert part in text
    assert "根据这些签到算的" not in text


def test_voiding_asks_for_a_reason_and_says_who_did_it(
    app: Flask, make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    record_id, editor, auditor = make.record(), sign_in(), sign_in(Role.AUDITOR)
    assert not auditor.get(f"/staff/hours/{record_id}").all("a[href$='/void']")
    form = editor.get(f"/staff/hours/{record_id}").follow("a[href$='/void']").form()
    assert form.fill(reason=" ").submit().status == 422
    page = form.fill(reason="写错了人").submit()
    assert (page.path, "写错了人" in page.one(".flash.err2").text()) == (f"/staff/hours/{record_id}", True)
    assert form.submit().status == 409
    with app.app_context():
        row = db.session.get_one(ServiceRecord, record_id)
        assert (row.status, row.voider != "", row.voider_id is not None) == (HoursStatus.VOID, True, True)
    assert not editor.get(f"/staff/hours/{record_id}").all("a[href$='/void']")


def test_the_list_is_narrowed_by_each_filter_and_adds_up_what_it_shows(
    app: Flask, make: Make, clock: time_machine.Traveller
) -> None:
    here, there = make.volunteer(), make.volunteer(station="office")
    date_id = make.occurrence(when=span(0, "08:00", "20:00"))
    with app.app_context():
        centre = make.scope("center")
        valid, waiting = serve(make, clock, here, date_id)
        by_hand = make.record(volunteer_id=there, station="office", tenths=30)
        team = hours_queries.teams_ever(there)[0].id
        number = db.session.get_one(Volunteer, there).number

        def found(**how: object) -> set[int]:
            return {row.id for row in record_queries.records(Wanted(**how), centre, None, 9)}  # type: ignore[arg-type]

        assert found() == {valid, waiting, by_hand}
        assert found(station_id=make.station("office")) == {by_hand}
        assert found(team_id=team) == found(number=number) == {by_hand}
        assert found(occurrence_id=date_id) == {valid, waiting}
        assert found(source=HoursSource.MANUAL) == {by_hand}
        assert found(status=HoursStatus.WAITING) == {waiting, by_hand}
        assert found(month=today().replace(day=1)) == {valid, waiting, by_hand}
        assert found(month=today().replace(month=5, day=1)) == found(number="V-00000") == set()
        theirs = record_queries.records(Wanted(), make.scope("s2"), None, 9)
        assert theirs == []
        assert record_queries.sums(Wanted(), centre) == {
            HoursSource.SYSTEM: (1, 80),
            HoursSource.MANUAL: (0, 0),
        }
        assert record_queries.sums(Wanted(status=HoursStatus.WAITING), centre) == {
            HoursSource.SYSTEM: (1, 15), HoursSource.MANUAL: (1, 30),
        }  # fmt: skip
        # Newest day first, and page after page each once.
        seen, before = [], None
        while rows := record_queries.records(Wanted(), centre, before, 1):
            seen.append(rows[0].id)
            before = (rows[0].day, rows[0].id)
        assert seen == [waiting, valid, by_hand]


def test_what_is_no_month_is_said_so_and_links_carry_the_filter(
    make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    record_id, editor = make.record(), sign_in()
    for text in ("2026-13", "06", "9999-12", "x"):
        page = editor.get(f"/staff/hours/records?month={text}")
        assert (page.status, page.one("#month").attributes["value"]) == (422, text)
    for address in ("station=x", "team=99", "before=2026-06-31_x", "number=%00", "status=nix"):
        assert editor.get(f"/staff/hours/records?{address}").status == 200
    assert editor.get("/staff/hours/records?date=99").status == 404
    page = editor.get("/staff/hours/records?month=2026-06&source=manual")
    chip = page.follow("#results .chip[href*='waiting']")
    assert chip.all(f"tbody a[href='/staff/hours/{record_id}']")
    assert chip.value("month") == "2026-06"
    assert editor.get("/staff/hours/records?month=2026-05").all(".empty")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wanted", [Wanted(), Wanted(team_id=1), Wanted(number="V-1"), Wanted(status=HoursStatus.WAITING)]
)
def test_the_list_finds_its_page_by_an_index(app_context: None, make: Make, wanted: Wanted) -> None:
    asked: list[tuple[str, Any]] = []
    sa.event.listen(
        db.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])), named=False
    )
    record_queries.records(wanted, make.scope("center"), (today(), 5), 50)
    statement, values = asked[-1]
    with db.engine.connect() as connection:
        plan = " ".join(
            row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        )
    assert re.search(r"USING (COVERING )?INDEX ix_service_record", plan), plan
    assert "SCAN service_record\n" not in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan


PAGES = {
    "/staff/hours/records": 6,
    "/staff/hours/records?date={date}": 7,
    "/staff/hours/{record}": 5,
    "/staff/hours/{record}/void": 3,
    "/staff/hours": 9,
}


def test_pages_cost_the_same_with_few_and_with_many(
    app: Flask, make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    editor, costs = sign_in(), []
    date_id = make.occurrence(when=span(0, "08:00", "20:00"))
    for number in (1, 9):
        for _one in range(number):
            clock.move_to(MORNING)
            with app.app_context():
                record_id = serve(make, clock, make.volunteer(), date_id)[1]
            make.doubt(record_id)
        cost = {}
        for address in PAGES:
            asked = address.format(date=date_id, record=record_id)
            editor.get(asked)
            with counted(app) as statements:
                assert editor.get(asked).status == 200
            cost[address] = len(statements)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert {address: count for address, count in costs[1].items() if count > PAGES[address]} == {}


def test_links_lead_from_a_date_and_from_a_volunteer_to_hours(
    app: Flask, make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    editor, record_id = sign_in(), make.record()
    with app.app_context():
        row = db.session.get_one(ServiceRecord, record_id)
        date_id, volunteer = row.occurrence_id, row.volunteer_id
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Presence)) == 0
    of_date = editor.get(f"/staff/occurrences/{date_id}").follow("#shifts a[href*='/hours/records']")
    of_person = editor.get(f"/staff/volunteers/{volunteer}").follow("a[href*='/hours/records']")
    for page in (of_date, of_person):
        assert page.all(f"tbody a[href='/staff/hours/{record_id}']")
