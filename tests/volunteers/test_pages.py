"""From a wish to join to the first sign-in, through the pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import NOBODY, Role
from portal.db import db
from portal.volunteers import posts
from portal.volunteers.enrolment import Person, activate, ask_to_join, give_code
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import PostStatus
from tests.browser import Browser
from tests.make import Make
from tests.volunteers.test_leaving import status_of

pytestmark = pytest.mark.usefixtures("noon")

SignIn = Callable[..., Browser]
GROWN_UP = Person("示例甲", "13800000001", date(1980, 3, 1))
SECRET = "copper lantern drifting seaweed"


def test_joining_through_the_pages_until_the_first_sign_in(
    client: Browser, sign_in: SignIn, make: Make
) -> None:
    team_id = make.team("s1")
    form = client.get(f"/teams/{team_id}").follow('a.btn[href$="/join"]').form()
    wrong = form.fill(name="示例丁", phone="12", born_on="2012-01-01").submit()
    assert wrong.status == 422
    assert {node.attributes["href"] for node in wrong.all(".sum a")} == {
        "#phone",
        "#guardian",
        "#guardian_relation",
        "#guardian_phone",
        "#consent_guardian",
        "#consent",
    }
    right = wrong.form().fill(phone="13800000021", born_on="1990-01-01")
    done = right.fill(consent=True).submit()
    assert [n.text() for n in done.all(".err")] == [], done.status
    assert "报给队里了" in done.text
    editor = sign_in()
    page = editor.get("/staff/volunteers/")
    assert "示例丁" in page.text
    page = page.form('form[action*="/memberships/"]').submit(intent="take")
    assert "收下了" in page.text
    person = editor.get("/staff/volunteers/?q=13800000021").follow("th a")
    assert "138****0021" in person.text
    slip = person.form('form[action$="/code"]').submit()
    code = slip.one("#one-time-code").text()
    number = person.one(".s-hd .mut").text().split(" ")[0]
    opened = client.get("/volunteer/activate").form()
    opened.fill(number=number.lower().replace("-", " "), code=code, password=SECRET).submit()
    assert client.cookie("login")
    other = Browser(client.app)
    asked = other.get("/login").form().fill(username="138 0000 0021", password=SECRET)
    asked.submit()
    assert other.cookie("login")


def test_two_who_share_a_phone_sign_in_each_with_their_own_password(client: Browser, make: Make) -> None:
    team_id = make.team()
    with client.app.app_context():
        for name, secret in (("示例甲", SECRET), ("示例乙", SECRET + " two")):
            number = ask_to_join(team_id, replace(GROWN_UP, name=name), "test", "", NOBODY)
            wanted = sa.select(Volunteer.id).where(Volunteer.number == number)
            activate(number, give_code(db.session.scalars(wanted).one(), make.actor()), secret)
    for secret, status in ((SECRET, True), (SECRET + " two", True), ("wrong", False)):
        other = Browser(client.app)
        other.get("/login").form().fill(username="13800000001", password=secret).submit()
        assert bool(other.cookie("login")) is status


def test_staff_are_asked_before_somebody_leaves_a_team(app: Flask, sign_in: SignIn, make: Make) -> None:
    person = make.volunteer(make.team("s1", name="示例队"))
    shift_id = make.shift()
    with app.app_context():
        posts.take(shift_id, person, None, make.actor())
    editor = sign_in(Role.EDITOR, "s1")
    asked = editor.get(f"/staff/volunteers/{person}").follow('main a[href$="/end"]')
    assert "示例队" in asked.text
    assert "1 " in asked.one("main b").text()  # the shift that goes with it
    with app.app_context():
        assert status_of(shift_id, person) is PostStatus.CONFIRMED
    asked.form('main form[action$="/end"]').submit()
    with app.app_context():
        assert status_of(shift_id, person) is not PostStatus.CONFIRMED
    assert editor.get(asked.path).status == 404
