"""Who serves and comes as a visitor, too, is warned everywhere, and counts once on each side."""

from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Role
from portal.activities.models import Occurrence
from portal.clock import now
from portal.contact import phone_index
from portal.db import db, transaction
from portal.registrations import roll
from portal.registrations.models import Registration, Status
from portal.volunteers import hours_queries, posts, presence
from portal.volunteers.models import Membership, MembershipStatus, TeamStation
from portal.volunteers.shift_models import Post
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted
from tests.volunteers.test_own_pages import enter, take

pytestmark = pytest.mark.usefixtures("noon")

NAME, PHONE = "林晓东", "13800001111"


def person(app: Flask, make: Make, name: str = NAME, phone: str = PHONE, **what: Any) -> int:
    with app.app_context():
        index = phone_index(phone)
    return make.volunteer(name=name, phone=phone, phone_index=index, **what)


def test_it_stands_on_the_shift_as_long_as_both_hold(app: Flask, make: Make) -> None:
    occurrence_id = make.class_with_seats()
    shift_id, one = make.shift(occurrence_id), person(app, make)
    browser = enter(app, make, one)
    path = f"/volunteer/shifts/{shift_id}"
    taken = browser.get(path).form(f'main form[action="{path}"]').submit()
    assert not taken.all(".flash.warn")
    receipt = make.registration(occurrence_id, name="林 晓东", phone=PHONE)
    for status, warned in ((Status.CONFIRMED, 1), (Status.ATTENDED, 1), (Status.ABSENT, 0)):
        with app.app_context(), transaction() as session:
            row = session.get_one(Registration, receipt.registration_id)
            row.status, row.came = status, {Status.ATTENDED: 1, Status.ABSENT: 0}.get(status)
        assert (status, len(browser.get(path).all(".flash.warn"))) == (status, warned)
    with app.app_context(), transaction() as session:
        row = session.get_one(Registration, receipt.registration_id)
        row.status, row.came = Status.CONFIRMED, None
    with app.app_context():
        posts.withdraw(shift_id, one, NOBODY)
    assert not browser.get(path).all(".flash.warn")


def test_a_phone_is_not_a_person(app: Flask, make: Make) -> None:
    occurrence_id = make.class_with_seats()
    shift_id, wife = make.shift(occurrence_id), person(app, make, name="陈秋月")
    make.registration(occurrence_id, name=NAME, phone=PHONE)
    take(app, shift_id, wife)
    assert not enter(app, make, wife).get(f"/volunteer/shifts/{shift_id}").all(".flash.warn")


def test_staff_see_it_beside_the_name_and_when_they_put_somebody_on(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    occurrence_id = make.class_with_seats()
    shift_id, one = make.shift(occurrence_id), person(app, make)
    take(app, shift_id, make.volunteer())
    make.registration(occurrence_id, name=NAME, phone=PHONE)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/occurrences/{occurrence_id}?shift={shift_id}")
    assert len(page.all("#shifts .s-rows .pill")) == 0
    page = page.form('form[action*="/posts"]').fill(put_who=NAME).submit()
    assert len(page.all(".flash")) == 2
    for place in (f"/staff/occurrences/{occurrence_id}", f"/staff/shifts/{shift_id}"):
        assert [node.text() for node in editor.get(place).all(".s-rows li .pill")] == ["也报了名"]
    with app.app_context():
        posts.withdraw(shift_id, one, NOBODY)
    assert not editor.get(f"/staff/shifts/{shift_id}").all(".s-rows li .pill")


def test_the_check_in_says_so_and_each_side_counts_the_person_once(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(when=span(0, "13:00", "15:00"))
    one = person(app, make)
    take(app, make.shift(occurrence_id), one)
    receipt = make.registration(occurrence_id, name=NAME, phone=PHONE)
    noon.shift(5400)  # half past one
    browser = enter(app, make, one)
    for _visit in range(2):
        with app.app_context():
            code = presence.code_at(occurrence_id, now())
        answer = browser.get("/volunteer/check-in").form('form[action="/volunteer/check-in"]').fill(code=code)
        assert len(answer.submit().all(".flash")) == 2
        noon.shift(600)
        with app.app_context():
            presence.check(presence.code_at(occurrence_id, now()), one, NOBODY)
        noon.shift(600)
    with app.app_context():
        roll.call_roll(occurrence_id, {receipt.registration_id: 1}, "", make.actor(Role.EDITOR))
    with app.app_context():
        assert db.session.get_one(Occurrence, occurrence_id).attended == 1
        assert hours_queries.volunteers_came(occurrence_id) == 1


def test_staff_and_visitor_panels_ask_once_however_many_they_are(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor, costs = sign_in(Role.EDITOR, "s1"), []
    for number in (1, 12):
        occurrence_id = make.class_with_seats(seats=40)
        shift_id = make.shift(occurrence_id, head_count=40)
        for each in range(number):
            phone = f"1390000{number:02}{each:02}"
            take(app, shift_id, person(app, make, f"示例{number}{each}", phone))
            make.registration(occurrence_id, name=f"示例{number}{each}", phone=phone)
        cost = []
        for place in (f"/staff/occurrences/{occurrence_id}", f"/staff/shifts/{shift_id}"):
            editor.get(place)
            with counted(app) as statements:
                page = editor.get(place)
            assert len(page.all(".s-rows li .pill")) == number
            cost.append(len(statements))
        costs.append(cost)
    assert costs[0] == costs[1]


# For which team, and which one in the queue


def test_one_chooses_for_which_team_the_nearest_is_suggested(app: Flask, make: Make) -> None:
    far, serving, home = make.team("s5"), make.team("s4"), make.team("s1")
    one = make.volunteer(far)
    with app.app_context(), transaction() as session:
        session.add(TeamStation(team_id=serving, station_id=make.station("s1")))
        for team_id in (serving, home):
            session.add(
                Membership(
                    team_id=team_id,
                    volunteer_id=one,
                    status=MembershipStatus.MEMBER,
                    asked_at=now(),
                    decided_at=now(),
                )
            )
    browser = enter(app, make, one)
    for choice, wanted in ((None, home), (far, far)):
        shift_id = make.shift(make.occurrence(when=span(3 + bool(choice))))
        path = f"/volunteer/shifts/{shift_id}"
        page = browser.get(path)
        offered = [node.attributes["value"] for node in page.all("input[name=team]")]
        assert offered == [str(home), str(serving), str(far)]
        form = page.form(f'main form[action="{path}"]')
        if choice:
            form.fill(team=str(choice))
        assert form.submit().status == 200
        with app.app_context():
            assert (
                db.session.scalars(sa.select(Post.team_id).where(Post.shift_id == shift_id)).one() == wanted
            )
    shift_id = make.shift(make.occurrence(when=span(6)), team_id=far)
    path = f"/volunteer/shifts/{shift_id}"
    page = browser.get(path)
    assert not page.all("input[name=team]")
    refused = page.form(f'main form[action="{path}"]').put("team", str(home)).submit()
    assert (refused.status, len(refused.all("[role=alert]"))) == (409, 1)


def test_the_list_says_which_one_in_the_queue_one_is(app: Flask, make: Make) -> None:
    shift_id = make.shift(head_count=1)
    people = [make.volunteer() for _ in range(4)]
    for each in people:
        take(app, shift_id, each)
    browser = enter(app, make, people[3])
    assert browser.get("/volunteer/shifts").one(".ev .pill").text().strip() == "候补第 3 位"
    with app.app_context():
        posts.withdraw(shift_id, people[1], NOBODY)
    assert browser.get("/volunteer/shifts").one(".ev .pill").text().strip() == "候补第 2 位"
    assert enter(app, make, people[0]).get("/volunteer/shifts").one(".ev .pill").text().strip() != ""
