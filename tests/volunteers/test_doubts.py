"""A volunteer says hours are wrong; the station looks into it, and both see what came of it."""

from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal.access import NOBODY, Role
from portal.clock import now
from portal.db import db, transaction
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.messages.models import Message
from portal.volunteers import doubts, record_queries
from portal.volunteers.shift_models import HoursDoubt, ServiceRecord
from tests.conftest import SignIn
from tests.ground.crowd import crowd, failures
from tests.make import Make
from tests.volunteers.test_hours_pages import browser_of


def volunteer_of(record_id: int) -> int:
    return db.session.get_one(ServiceRecord, record_id).volunteer_id


def rows() -> list[HoursDoubt]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(HoursDoubt).order_by(HoursDoubt.id)))


def test_one_doubt_at_a_time_by_whose_record_it_is(app_context: None, make: Make) -> None:
    record_id = make.record()
    mine = volunteer_of(record_id)
    with pytest.raises(Missing):
        doubts.ask(record_id, "少了", make.volunteer(), NOBODY)
    first = doubts.ask(record_id, "少了", mine, NOBODY, "key")
    assert doubts.ask(record_id, "少了", mine, NOBODY, "key") == first  # the same form
    with pytest.raises(Refused):
        doubts.ask(record_id, "真的少了", mine, NOBODY)
    assert [row.words for row in rows()] == ["少了"]
    assert [one.id for one in record_queries.open_doubts(make.scope())] == [first]
    assert record_queries.open_doubts(make.scope("s2")) == []
    doubts.settle(first, "补上了", make.account().actor)
    assert record_queries.open_doubts(make.scope()) == []
    doubts.ask(record_id, "还是少", mine, NOBODY)
    assert record_queries.doubts_of(mine)[record_id].words == "还是少"
    # The queue is its place; nothing has to be ticked off a second time on the call list.
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


def test_the_database_keeps_one_open_doubt_and_no_answer_without_words(app_context: None, make: Make) -> None:
    record_id = make.record()
    make.doubt(record_id)
    for wrong in (
        {"settled_at": None},
        {"settled_at": now(), "settled_by": "陈"},
        {"settled_at": now(), "note": "好"},
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(HoursDoubt(record_id=record_id, words="少了", asked_at=now(), **wrong))


def test_who_settles_says_what_came_of_it(app_context: None, make: Make) -> None:
    record_id = make.record()
    doubt = make.doubt(record_id)
    own, second = make.volunteer_login(volunteer_of(record_id), Role.EDITOR), make.account().actor
    with pytest.raises(Refused):
        doubts.settle(doubt, "", second)
    with pytest.raises(Forbidden):
        doubts.settle(doubt, "没错", own.actor)
    for nobody in (make.account(station="s2").actor, NOBODY):
        with pytest.raises(Missing):
            doubts.settle(doubt, "没错", nobody)
    doubts.settle(doubt, "查了签到，没错", second)
    (row,) = rows()
    assert (row.note, row.settled_by, row.settled_by_id) == ("查了签到，没错", second.name, second.account_id)
    with pytest.raises(OutOfDate):
        doubts.settle(doubt, "错了", second)
    assert [step.action for step in record_queries.history(record_id)] == [
        "hours.entered", "hours.doubted", "hours.doubt_settled",
    ]  # fmt: skip


def ask_at_once(record_id: int, volunteer_id: int, _number: int) -> str:
    try:
        doubts.ask(record_id, "少了", volunteer_id, NOBODY)
    except Refused:
        return "open already"
    return "asked"


def test_pressed_on_two_devices_at_once_it_is_one_doubt(
    app: Flask, make: Make, environ: dict[str, str]
) -> None:
    record_id = make.record()
    with app.app_context():
        said = crowd(environ, partial(ask_at_once, record_id, volunteer_of(record_id)), 2, 2)
        assert failures(said) == []
        assert sorted(said) == ["asked", *["open already"] * 3]
        assert len(rows()) == 1


def test_the_volunteer_sees_that_it_is_looked_at_and_what_came_of_it(
    app: Flask, make: Make, sign_in: SignIn
) -> None:
    volunteer = make.volunteer(name="黄明")
    record_id = make.record(volunteer_id=volunteer)
    mine, editor = browser_of(app, make, volunteer), sign_in()
    form = mine.get("/volunteer/hours").form()
    assert form.fill(words="").submit().status == 422
    page = form.fill(words="少了半小时").submit()
    assert "站里正在查" in page.one(".log").text()
    again = mine.get("/volunteer/hours").form().fill(words="再说一遍").submit()
    assert (again.status, again.value("words")) == (409, "再说一遍")
    assert "说时长不对" in editor.get("/staff/").text
    page = editor.get("/staff/hours")
    assert "少了半小时" in page.one("#doubts").text()
    assert page.follow(f'#doubts a[href="/staff/hours/{record_id}"]').status == 200
    settle = page.form("form[action*='/doubts/']")
    wrong = settle.fill(note="").submit()
    assert (wrong.status, bool(wrong.all("#doubts .err"))) == (422, True)
    page = settle.fill(note="查过签到，补了半小时").submit()
    assert not page.all("#doubts")
    assert settle.fill(note="又一次").submit().status == 409
    assert "查过签到，补了半小时" in mine.get("/volunteer/hours").one(".log").text()
    assert "查过签到，补了半小时" in editor.get(f"/staff/hours/{record_id}").text
