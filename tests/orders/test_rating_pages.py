"""Five grades by the private link, without a login; the last two are followed up by a call."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.db import db
from portal.orders import rating
from portal.orders.flow import State
from portal.orders.models import Grade, OrderStep, RatedBy
from tests.browser import Browser
from tests.make import Make
from tests.orders.cases import case

pytestmark = pytest.mark.usefixtures("noon")


@pytest.mark.parametrize("grade", list(Grade))
def test_each_grade_is_taken_and_the_last_two_are_followed_up(
    app: Flask, client: Browser, make: Make, grade: Grade
) -> None:
    made = case(app, make, State.RATING)
    form = client.get(f"/orders/{made.token}").form("form#rate")
    page = form.fill(grade=grade.value, words="等了很久").submit()
    assert "您的评价记下了" in page.text
    assert "等了很久" in page.one("q").text()
    good = grade in (Grade.VERY_GOOD, Grade.GOOD, Grade.FAIR)
    with app.app_context():
        row = made.row()
        assert row.state is (State.CLOSED if good else State.FOLLOW_UP)
        assert (row.grade, row.words, row.rated_by) == (grade, "等了很久", RatedBy.LINK)
    assert ("明天下班前会有人给您打电话" in page.text) is not good
    assert not page.all("form#rate")


def test_words_are_as_one_likes_and_a_grade_is_needed(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.RATING)
    page = client.get(f"/orders/{made.token}").form().fill(words="还行吧").submit()
    assert page.status == 422
    assert page.all("#grade-e")
    assert page.value("words") == "还行吧"
    unknown = client.get(f"/orders/{made.token}").form().put("grade", "superb").submit()
    assert unknown.status == 422
    with app.app_context():
        assert made.row().state is State.RATING
    assert client.get(f"/orders/{made.token}").form().fill(grade="good").submit().status == 200
    with app.app_context():
        assert made.row().state is State.CLOSED


def test_rating_twice_changes_nothing(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.RATING)
    form = client.get(f"/orders/{made.token}").form()
    other = client.get(f"/orders/{made.token}").form().fill(grade="very_bad", words="不好")
    assert "记下了" in form.fill(grade="good").submit().text
    assert "记下了" in form.submit().text  # the same again: a double tap
    assert "您已经评过了" in other.submit().text
    with app.app_context():
        row = made.row()
        assert (row.state, row.grade, row.words) == (State.CLOSED, Grade.GOOD, "")
        graded = sa.select(sa.func.count()).where(
            OrderStep.order_id == made.order_id, OrderStep.grade.is_not(None)
        )
        assert db.session.scalar(graded) == 1


@pytest.mark.parametrize("state", [State.SUBMITTED, State.SCHEDULED, State.REFUSED])
def test_what_is_not_served_is_not_rated(app: Flask, client: Browser, make: Make, state: State) -> None:
    made = case(app, make, state)
    token = client.token("/orders/new")
    page = client.post(f"/orders/{made.token}/rating", {"csrf_token": token, "grade": "good"})
    assert "还不能评" in page.text
    with app.app_context():
        assert (made.row().state, made.row().grade) == (state, None)


def test_after_the_call_what_was_said_there_stays_with_staff(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.FOLLOW_UP)
    with app.app_context():
        rating.finish_call(made.order_id, "说好下次准时", made.editor)
    page = client.get(f"/orders/{made.token}")
    assert "跟您通过电话" in page.text
    assert "说好下次准时" not in page.text


def test_an_order_that_nobody_rated_says_so_without_reproach(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.RATING)
    noon.shift(timedelta(days=8))
    with app.app_context():
        assert rating.close_unrated(made.order_id)
    page = client.get(f"/orders/{made.token}")
    assert "办结了。还有哪里没弄好" in page.text
    assert len(page.all(".steps .done")) == 4
    assert not page.all("form#rate")
