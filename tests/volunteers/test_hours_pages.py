"""The pages of check-in and hours, for volunteers and for staff, without a script."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask

from portal.access import Role
from portal.accounts.actions import sign_in as open_session
from portal.clock import ZONE, now
from portal.db import db, transaction
from portal.volunteers import hours, presence
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import HoursStatus, ServiceRecord
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted

MORNING = datetime(2026, 6, 10, 7, 52, tzinfo=ZONE)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here(make: Make, clock: time_machine.Traveller) -> int:
    return make.occurrence(when=span(0, "08:00", "10:00"), title="护河清洁")


@pytest.fixture
def volunteer(make: Make, here: int) -> int:
    return make.volunteer(name="黄明")


def browser_of(app: Flask, make: Make, volunteer: int) -> Browser:
    login = make.volunteer_login(volunteer)
    with app.app_context():
        token = open_session(login.id, hours=24)
    browser = Browser(app)
    browser.client.set_cookie("login", token, httponly=True, samesite="Lax")
    return browser


def number_of(app: Flask, volunteer: int) -> str:
    with app.app_context():
        return db.session.get_one(Volunteer, volunteer).number


def test_the_code_on_the_screen_checks_in_and_out(
    app: Flask, make: Make, sign_in: SignIn, here: int, volunteer: int, clock: time_machine.Traveller
) -> None:
    editor, mine = sign_in(), browser_of(app, make, volunteer)
    code = editor.get(f"/staff/occurrences/{here}/check-in").one(".code").text()
    form = mine.get(f"/volunteer/check-in?code={code}").form()
    assert form.page.value("code") == code
    assert "07:52" in form.submit().text
    assert "07:52" in mine.get("/volunteer/check-in").form().fill(code=code).submit().text
    assert "黄明" in editor.get(f"/staff/occurrences/{here}/check-in").text
    clock.shift(timedelta(minutes=90))
    part = editor.get(f"/staff/occurrences/{here}/check-in", part=True)
    assert part.one(".code").text() != code
    mine.get("/volunteer/check-in").form().fill(code=part.one(".code").text()).submit()
    hours = mine.get("/volunteer/hours")
    assert "1.5" in hours.one(".log").text()
    assert "护河清洁" in hours.one(".log").text()
    hours.form().fill(words="少了半小时").submit()
    assert "少了半小时" in editor.get("/staff/hours").one("#doubts").text()


def test_wrong_codes_are_slowed_down(app: Flask, make: Make, here: int, volunteer: int) -> None:
    mine = browser_of(app, make, volunteer)
    with app.app_context():
        good = presence.code_at(here, now())
        known = {presence.code_at(here, now(), back) for back in (0, 1)}
    wrong = next(f"{number:06}" for number in range(9) if f"{number:06}" not in known)
    for status in (422,) * 10 + (429,):
        assert mine.get("/volunteer/check-in").form().fill(code=wrong).submit().status == status
    assert mine.get("/volunteer/check-in").form().fill(code=good).submit().status == 429


def test_what_is_no_code_is_said_so(app: Flask, make: Make, volunteer: int) -> None:
    form = browser_of(app, make, volunteer).get("/volunteer/check-in").form()
    for text in ("", "12345", "abcdef", "²²²²²²"):
        assert form.fill(code=text).submit().status == 422


def test_a_missing_check_out_is_written_down_and_approved_by_somebody_else(
    make: Make, sign_in: SignIn, here: int, volunteer: int, app: Flask, clock: time_machine.Traveller
) -> None:
    page = sign_in().get(f"/staff/occurrences/{here}/check-in")
    form = page.form(f"form[action$='{here}/check-in'][novalidate]")
    number = number_of(app, volunteer)
    assert form.fill(number="V-00000").submit().status == 422
    assert "黄明" in form.fill(number=number).submit().one(".s-rows").text()
    clock.shift(timedelta(hours=3))
    editor, second = sign_in(), sign_in(Role.MANAGER)
    desk = editor.get("/staff/hours")
    out = desk.form(".s-inl")
    assert out.fill(out="07:00").submit().status == 409
    assert out.fill(out="").submit().status == 422
    desk = out.fill(out="10:00").submit()
    decide = desk.form("main form[action='/staff/hours']")
    name = decide.node.css("input[type=radio]")[0].attributes["name"] or ""
    decide.fill(**{name: "1"}).submit()
    assert "2.1" not in editor.get("/staff/hours").one("header .mut").text()
    decide = second.get("/staff/hours").form("main form[action='/staff/hours']")
    assert decide.fill(**{name: "0"}).submit().status == 422
    decide.fill(**{name: "1"}).submit()
    assert "2.1" in second.get("/staff/hours").one("header .mut").text()


def test_hours_are_written_down_by_hand(
    make: Make, sign_in: SignIn, here: int, volunteer: int, app: Flask, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=5))
    number = number_of(app, volunteer)
    editor = sign_in()
    form = editor.get(f"/staff/hours/new?date={here}").form()
    form.fill(number=number, hours="2.55", reason="忘了签到", evidence="合影")
    assert form.submit().status == 422
    assert form.fill(hours="30").submit().status == 422
    page = form.fill(hours="2.5").submit()
    assert (page.path, "2.5" in page.one("tbody").text()) == ("/staff/hours", True)
    assert form.submit().status == 409


def test_what_a_colleague_decided_meanwhile_stays_and_the_others_are_decided(
    app: Flask, make: Make, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    diligent = make.volunteer()
    long = [make.record(volunteer_id=diligent) for _ in range(2)][1]
    first, quick, last = long - 1, make.record(), make.record()
    with app.app_context(), transaction() as session:
        session.get_one(ServiceRecord, long).tenths = 240  # with the first one more than a day has
    records = (first, quick, long, last)
    left_open = sign_in().get("/staff/hours").form("main form[action='/staff/hours']")
    colleague = make.account().actor
    with app.app_context():
        hours.decide(quick, False, "没有签到表", colleague)
    page = left_open.fill(**{f"h{one}": "1" for one in records}).submit()
    with app.app_context():
        rows = [db.session.get_one(ServiceRecord, one) for one in records]
        assert [row.status for row in rows] == [
            HoursStatus.VALID, HoursStatus.RETURNED, HoursStatus.WAITING, HoursStatus.VALID,
        ]  # fmt: skip
        assert rows[1].approver_id == colleague.account_id
    decided, late, refused = [flash.text().strip() for flash in page.all(".flash")]
    assert ("2" in decided, "1" in late, "24" in refused) == (True, True, True)


PAGES = {
    "/staff/hours": 7,
    "/staff/hours/new": 2,
    "/staff/occurrences/{here}/check-in": 8,  # and the days of its shifts
}


def test_pages_cost_the_same_with_few_and_with_many(
    app: Flask, make: Make, sign_in: SignIn, here: int, clock: time_machine.Traveller
) -> None:
    editor, costs = sign_in(), []
    for number in (1, 9):
        clock.move_to(MORNING + timedelta(hours=1))
        with app.app_context():
            for _one in range(number):
                presence.call_in(here, make.volunteer(), now(), make.actor())
        clock.move_to(MORNING + timedelta(hours=4))
        cost = {}
        for address in PAGES:
            editor.get(address.format(here=here))
            with counted(app) as statements:
                assert editor.get(address.format(here=here)).status == 200
            cost[address] = len(statements)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert {address: count for address, count in costs[1].items() if count > PAGES[address]} == {}
