"""Volunteers see and change what is kept of them, leave a team, and leave altogether, on plain pages."""

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import NOBODY, Role
from portal.clock import now
from portal.contact import phone_index
from portal.db import db, transaction
from portal.volunteers import posts
from portal.volunteers.models import Membership, MembershipStatus, Volunteer
from portal.volunteers.shift_models import Shift
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import PASSWORD, Make, span
from tests.statements import counted
from tests.volunteers.test_own_pages import enter

pytestmark = pytest.mark.usefixtures("noon")

PAGES = {
    "/volunteer/me": 3,
    "/volunteer/leave-team": 4,
    "/volunteer/leave": 4,
    "/volunteer/feed": 2,
}


def test_skills_and_free_times_are_changed(app: Flask, make: Make) -> None:
    person = make.volunteer(phone="13800000001", phone_index=phone_index_of(app, "13800000001"), free=1)
    browser = enter(app, make, person)
    page = browser.get("/volunteer/").follow('a[href="/volunteer/me"]')
    assert "138****0001" in page.text
    assert "13800000001" not in page.text
    assert len(page.all('input[name="free"]')) == 21
    assert [one.attributes["value"] for one in page.all('input[name="free"][checked]')] == ["0"]
    form = page.form('form[action="/volunteer/me"]')
    done = form.put("free", "4", "20").fill(skills="理发  急救").submit()
    assert done.status == 200
    with app.app_context():
        kept = db.session.get_one(Volunteer, person)
        assert (kept.skills, kept.free) == ("理发 急救", 1 << 4 | 1 << 20)
    token = page.all('[name="csrf_token"]')[0].attributes["value"]
    data = {"csrf_token": token or "", "skills": "理发", "free": "21"}
    assert browser.post("/volunteer/me", data).status == 422
    with app.app_context():
        assert db.session.get_one(Volunteer, person).free == 1 << 4 | 1 << 20


def phone_index_of(app: Flask, phone: str) -> bytes | None:
    with app.app_context():
        return phone_index(phone)


def test_another_phone_needs_the_password_and_signs_in(app: Flask, make: Make) -> None:
    person = make.volunteer()
    browser = enter(app, make, person)
    form = browser.get("/volunteer/me").form('form[action="/volunteer/me/phone"]')
    wrong = form.fill(phone="138 0000 0002", password="wrong").submit()
    assert wrong.status == 409
    assert wrong.value("phone") == "138 0000 0002"
    assert wrong.all('a[href="#password"]')
    form = wrong.form('form[action="/volunteer/me/phone"]')
    assert form.fill(phone="12", password=PASSWORD).submit().status == 422
    assert form.fill(phone="13800000002", password=PASSWORD).submit().status == 200
    other = Browser(app)
    other.get("/login").form().fill(username="13800000002", password=PASSWORD).submit()
    assert other.cookie("login")


def test_passwords_are_not_guessed_here_either(app: Flask, make: Make) -> None:
    browser = enter(app, make, make.volunteer())
    form = browser.get("/volunteer/leave").form().fill(sure=True, password="wrong")
    assert [form.submit().status for _ in range(6)] == [409] * 5 + [429]


def test_leaving_a_team_asks_first(app: Flask, make: Make) -> None:
    person, shift_id = make.volunteer(), make.shift()
    with app.app_context():
        posts.take(shift_id, person, None, NOBODY)
    browser = enter(app, make, person)
    page = browser.get("/volunteer/me").follow('a[href*="/leave-team?membership="]')
    assert page.one('input[name="membership"][checked]')
    done = page.form().submit()
    assert "已退出这支队" in done.text
    with app.app_context():
        assert [row.status for row in db.session.scalars(sa.select(Membership))] == [MembershipStatus.LEFT]
        assert db.session.get_one(Shift, shift_id).taken == 0


def test_nobody_leaves_for_somebody_else(app: Flask, make: Make) -> None:
    other = make.volunteer()
    browser = enter(app, make, make.volunteer())
    page = browser.get("/volunteer/leave-team")
    data = {"csrf_token": page.value("csrf_token"), "membership": str(make.membership(other))}
    assert browser.post("/volunteer/leave-team", data).status == 422
    with app.app_context():
        assert {row.status for row in db.session.scalars(sa.select(Membership))} == {MembershipStatus.MEMBER}


def test_leaving_altogether_says_what_stays_asks_and_signs_out(app: Flask, make: Make) -> None:
    person = make.volunteer(name="王小明")
    browser = enter(app, make, person)
    page = browser.get("/volunteer/me").follow('a[href="/volunteer/leave"]')
    assert page.form().fill(password=PASSWORD).submit().status == 422  # not sure
    done = page.form().fill(sure=True, password=PASSWORD).submit()
    assert (done.path, "您已退出" in done.text) == ("/teams/", True)
    assert not browser.cookie("login")
    assert browser.get("/volunteer/", follow=False).status == 303
    other = Browser(app)
    tried = other.get("/login").form().fill(username=f"vol{person}", password=PASSWORD).submit()
    assert tried.status == 422
    with app.app_context():
        assert db.session.get_one(Volunteer, person).name == ""


def test_staff_let_somebody_go_with_a_reason(sign_in: SignIn, make: Make) -> None:
    person = make.volunteer(name="王小明")
    editor = sign_in()
    page = editor.get(f"/staff/volunteers/{person}").follow(f'a[href="/staff/volunteers/{person}/leave"]')
    assert page.form().submit().status == 422
    done = page.form().fill(reason="本人来电").submit()
    assert "王小明" not in done.text
    assert not done.all('form[action$="/code"]')
    assert editor.get(f"/staff/volunteers/{person}/leave").status == 404
    auditor = sign_in(Role.AUDITOR)
    other = make.volunteer()
    assert not auditor.get(f"/staff/volunteers/{other}/leave").all("main form")


def test_the_pages_cost_the_same_with_few_teams_and_with_many(app: Flask, make: Make) -> None:
    costs = []
    for count in (1, 8):
        person = make.volunteer()
        with app.app_context():
            teams = [make.team() for _ in range(count)]
            with transaction() as session:
                for team_id in teams:
                    session.add(
                        Membership(
                            team_id=team_id,
                            volunteer_id=person,
                            status=MembershipStatus.MEMBER,
                            asked_at=now(),
                            decided_at=now(),
                        )
                    )
            for one in range(count):
                posts.take(make.shift(make.occurrence(when=span(2 + one))), person, None, NOBODY)
        browser, cost = enter(app, make, person), {}
        for address in PAGES:
            browser.get(address)
            with counted(app) as statements:
                assert browser.get(address).status == 200
            cost[address] = len(statements)
        costs.append(cost)
    assert costs == [PAGES, PAGES]
